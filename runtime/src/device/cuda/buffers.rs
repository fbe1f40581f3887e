//! Device memory for one launch.
//!
//! Each window gets an allocation of its own, with room to start at an address that agrees with the guest's modulo
//! [`CONGRUENCE`]; windows are disjoint, so each byte has one location. A control block holds the bail flag and the returned
//! values. Windows whose every byte the kernel writes aren't copied in. Everything is given back when the launch ends,
//! unless it is overdue ([`Buffers::keep`]) or the context is lost.

use super::engine::Turn;
use super::launch::LaunchError;
use crate::device::{DeviceError, initial_returns};
use crate::transaction::Transaction;
use crate::windows::CONGRUENCE;
use cudarc::driver::sys::CUdeviceptr;
use ir::abi;
use ir::region::Region;

/// Where the returned values start in the control block, behind the bail flag.
const RETURNS: usize = 8;

/// Bytes of the control block: the bail flag, and what is returned.
fn control_bytes(region: &Region, trips: &[u64]) -> Result<usize, LaunchError> {
    let returned = abi::returned_bytes(region, trips).and_then(|bytes| usize::try_from(bytes).ok());
    returned.map(|bytes| RETURNS + bytes).ok_or_else(|| LaunchError::Grid { trips: trips.to_vec() })
}

/// The allocations of one launch, within a turn.
#[derive(Debug)]
pub struct Buffers<'t, 'e> {
    turn: &'t Turn<'e>,
    allocations: Vec<CUdeviceptr>,
    control: CUdeviceptr,
    /// The address of each window's first byte.
    windows: Vec<CUdeviceptr>,
}

impl<'t, 'e> Buffers<'t, 'e> {
    /// Allocates, copies in what must be there before the launch, and waits for that.
    pub fn place(
        turn: &'t Turn<'e>,
        region: &Region,
        trips: &[u64],
        transaction: &Transaction<'_>,
    ) -> Result<Buffers<'t, 'e>, LaunchError> {
        let mut buffers = Buffers { turn, allocations: Vec::new(), control: 0, windows: Vec::new() };
        let mut control = vec![0; RETURNS];
        control.extend(initial_returns(region).iter().flat_map(|bits| bits.to_le_bytes()));
        buffers.control = buffers.alloc(control_bytes(region, trips)? as u64)?;
        for window in transaction.windows() {
            let base = buffers.alloc(window.len().saturating_add(CONGRUENCE - 1))?;
            buffers.windows.push(base + window.range.start.wrapping_sub(base) % CONGRUENCE);
        }
        let copies = buffers.copy_in(&control, transaction);
        // SAFETY: the stream is never destroyed. Waiting comes before an error is looked at, so that no copy reads `control` or
        // the guest's bytes any more when this function returns.
        unsafe { turn.entered().wait(turn.stream()) }?;
        copies?;
        Ok(buffers)
    }

    fn alloc(&mut self, bytes: u64) -> Result<CUdeviceptr, LaunchError> {
        let size = usize::try_from(bytes).map_err(|_| DeviceError::OutOfMemory { bytes })?;
        let address = self.turn.entered().alloc(size)?;
        self.allocations.push(address);
        Ok(address)
    }

    fn copy_in(&self, control: &[u8], transaction: &Transaction<'_>) -> Result<(), LaunchError> {
        let (entered, stream) = (self.turn.entered(), self.turn.stream());
        // SAFETY: the control block has at least this size; `place` waits before the bytes go.
        unsafe { entered.upload(self.control, control, stream) }?;
        for (index, (window, &address)) in transaction.windows().iter().zip(&self.windows).enumerate() {
            if window.copy_in {
                let bytes = transaction.host(index)?;
                // SAFETY: the allocation has room for the window from this address on, because it is larger by the most
                // that the address can be shifted; `place` waits before the guest's memory is used again.
                unsafe { entered.upload(address, bytes, stream) }?;
            }
        }
        Ok(())
    }

    /// The address of the bail flag.
    pub fn flag(&self) -> u64 {
        self.control
    }

    /// The address of the returned values.
    pub fn returns(&self) -> u64 {
        self.control + RETURNS as u64
    }

    /// The address of a window's first byte.
    pub fn window(&self, window: usize) -> Option<u64> {
        self.windows.get(window).copied()
    }

    /// The bail flag and the returned values, after the kernel has ended.
    pub fn read_control(&self, region: &Region, trips: &[u64]) -> Result<(u32, Vec<u64>), LaunchError> {
        let mut control = vec![0; control_bytes(region, trips)?];
        self.fetch(&mut control, self.control)?;
        let (flag, returns) = control.split_at(RETURNS);
        let flag = u32::from_le_bytes(std::array::from_fn(|i| flag[i]));
        Ok((flag, abi::returned(region, trips, returns)))
    }

    /// Brings the written windows into the transaction's staging.
    pub fn collect(&self, transaction: &mut Transaction<'_>) -> Result<(), LaunchError> {
        for (index, &address) in self.windows.iter().enumerate() {
            if !transaction.windows()[index].is_read_only() {
                self.fetch(transaction.receive(index)?, address)?;
            }
        }
        Ok(())
    }

    fn fetch(&self, bytes: &mut [u8], from: CUdeviceptr) -> Result<(), LaunchError> {
        let (entered, stream) = (self.turn.entered(), self.turn.stream());
        // SAFETY: the control block and the windows have at least the size that is asked for from these addresses on.
        let copy = unsafe { entered.download(bytes, from, stream) };
        // SAFETY: the stream is never destroyed. After this nothing writes `bytes` any more.
        unsafe { entered.wait(stream) }?;
        Ok(copy?)
    }

    /// The allocations, for as long as a launch goes on that uses them.
    pub fn keep(mut self) -> Vec<CUdeviceptr> {
        std::mem::take(&mut self.allocations)
    }
}

impl Drop for Buffers<'_, '_> {
    fn drop(&mut self) {
        for address in std::mem::take(&mut self.allocations) {
            if self.turn.context().loss().is_none() {
                // An error that matters is kept by the context as its loss.
                // SAFETY: allocated by `alloc`, given back once. No kernel uses it: one that hasn't ended makes its launch
                // `keep` the allocations or lose the context.
                let _ = unsafe { self.turn.entered().free(address) };
            }
        }
    }
}
