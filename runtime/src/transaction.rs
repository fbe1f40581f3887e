//! SANDBOX: transactions. The guest's memory stays as it is until a region has completed as a whole.
//!
//! A transaction begins with the windows of one dispatch. A device reads the guest's bytes with [`Transaction::host`] and
//! leaves what it computed in staging buffers of the same extent ([`Transaction::receive`]), or, if it runs in this process,
//! asks where to work ([`Transaction::place`]). Dropping the transaction discards everything. Only the dispatch can
//! commit, and a commit first checks that every written window is staged and inside its memory, then copies the bytes
//! that may have changed: it can't stop halfway.
//!
//! Working in place is a permission that the dispatch grants, to regions that can neither bail nor run out of time nor fail
//! to compute a live-out. [`Transaction::place`] allocates nothing in that case, so nothing can fail after the start.

use crate::device::DeviceError;
use crate::memory::GuestMemory;
use crate::windows::{CONGRUENCE, Window};
use ir::faults;
use std::ops::Range;

/// The windows of one dispatch, with the bytes that a device computes for them.
#[derive(Debug)]
pub struct Transaction<'m> {
    memories: Vec<GuestMemory<'m>>,
    windows: Vec<Window>,
    staged: Vec<Option<Staging>>,
    /// The window of each footprint.
    home: Vec<Option<usize>>,
    in_place: bool,
    /// True once a device has been sent to the guest's memory.
    placed_in_place: bool,
}

/// A store that the dispatch makes by itself, after everything else.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Final {
    /// The memory index.
    pub memory: u32,
    /// The guest addresses, 8 at most.
    pub range: Range<u64>,
    /// The value, of which the lowest bytes are stored.
    pub bits: u64,
}

/// A buffer whose first byte's address agrees with the guest address modulo [`CONGRUENCE`].
#[derive(Debug)]
pub(crate) struct Staging {
    buffer: Vec<u8>,
    pad: usize,
}

impl<'m> Transaction<'m> {
    /// Begins with `windows` over `memories`; `in_place` permits [`Transaction::place`] to hand out the memory itself.
    pub(crate) fn begin(
        memories: Vec<GuestMemory<'m>>,
        windows: Vec<Window>,
        footprints: usize,
        in_place: bool,
    ) -> Transaction<'m> {
        let mut home = vec![None; footprints];
        for (index, window) in windows.iter().enumerate() {
            for &footprint in &window.footprints {
                if let Some(slot) = home.get_mut(footprint as usize) {
                    *slot = Some(index);
                }
            }
        }
        let staged = windows.iter().map(|_| None).collect();
        Transaction { memories, windows, staged, home, in_place, placed_in_place: false }
    }

    /// The windows, disjoint and in order.
    pub fn windows(&self) -> &[Window] {
        &self.windows
    }

    /// The window of a footprint; `None` for one without bytes.
    pub fn window_of(&self, footprint: u32) -> Option<usize> {
        self.home.get(footprint as usize).copied().flatten()
    }

    /// The guest's bytes of a window, as they were when the dispatch began.
    pub fn host(&self, window: usize) -> Result<&[u8], DeviceError> {
        let window = self.windows.get(window).ok_or(DeviceError::NoWindow { window })?;
        bytes_of(&self.memories, window)
    }

    /// The staging buffer of a window, for a device to leave its result in. The first call makes it: filled with the
    /// guest's bytes if the window needs that, with zeros otherwise.
    pub fn receive(&mut self, window: usize) -> Result<&mut [u8], DeviceError> {
        let (Some(of), Some(slot)) = (self.windows.get(window), self.staged.get_mut(window)) else {
            return Err(DeviceError::NoWindow { window });
        };
        let staging = match slot.take() {
            Some(staging) => staging,
            None if of.copy_in && !faults::on("staging-starts-empty") => {
                Staging::copy(of.range.start, bytes_of(&self.memories, of)?)?
            }
            None => Staging::zeros(of.range.start, of.len())?,
        };
        Ok(slot.insert(staging).bytes_mut())
    }

    /// For code that runs in this process: for each footprint the host address of its bytes minus their guest address,
    /// modulo 2^64.
    ///
    /// Windows that are only read lie in the guest's memory, written ones in staging buffers; all of them in the guest's
    /// memory if the region may work in place. The addresses are good until the transaction is used again.
    pub fn place(&mut self) -> Result<Vec<u64>, DeviceError> {
        let mut deltas = Vec::with_capacity(self.windows.len());
        for index in 0..self.windows.len() {
            let window = &self.windows[index];
            deltas.push(if self.in_place || window.is_read_only() {
                bytes_of(&self.memories, window)?;
                self.memories[window.memory as usize].address()
            } else {
                let start = window.range.start;
                (self.receive(index)?.as_mut_ptr().expose_provenance() as u64).wrapping_sub(start)
            });
        }
        // From here on nothing fails: whoever was sent to the guest's memory may write it.
        self.placed_in_place = self.in_place && self.windows.iter().any(|w| !w.is_read_only());
        Ok(self.home.iter().map(|home| home.map_or(0, |window| deltas[window])).collect())
    }

    /// True if [`Transaction::place`] hands out the guest's memory itself, for writing too.
    pub fn is_in_place(&self) -> bool {
        self.in_place
    }

    /// True if the guest's memory may have changed already, so that nothing but completion is left.
    pub(crate) fn is_past_return(&self) -> bool {
        self.placed_in_place
    }

    /// Copies what changed to the guest's memory, then makes the final stores. An error comes before the first byte is written.
    pub(crate) fn commit(mut self, finals: &[Final]) -> Result<(), DeviceError> {
        for last in finals {
            let (memory, end) = (last.memory, last.range.end);
            let bytes = self.memories.get(memory as usize).and_then(|m| m.bytes(&last.range));
            bytes.filter(|bytes| bytes.len() <= 8).ok_or(DeviceError::OutsideMemory { memory, end })?;
        }
        if !self.placed_in_place {
            self.copy_back()?;
        }
        let kept = if faults::on("commit-without-final-stores") { 0 } else { finals.len() };
        for Final { memory, range, bits } in &finals[..kept] {
            let width = (range.end - range.start) as usize;
            self.memories[*memory as usize].write(range.start, &bits.to_le_bytes()[..width]);
        }
        Ok(())
    }

    /// Copies what changed; an error comes before the first byte.
    fn copy_back(&mut self) -> Result<(), DeviceError> {
        for (index, window) in self.windows.iter().enumerate().filter(|(_, w)| !w.is_read_only()) {
            bytes_of(&self.memories, window)?;
            if self.staged[index].is_none() {
                return Err(DeviceError::NotStaged { window: index });
            }
        }
        for (window, staging) in self.windows.iter().zip(&self.staged) {
            let Some(staging) = staging else { continue };
            for range in &window.written {
                let (from, mut to) = (range.start - window.range.start, range.end - window.range.start);
                to -= u64::from(faults::on("commit-without-the-last-byte"));
                let bytes = &staging.bytes()[from as usize..to as usize];
                self.memories[window.memory as usize].write(range.start, bytes);
            }
        }
        Ok(())
    }
}

fn bytes_of<'a>(memories: &'a [GuestMemory<'_>], window: &Window) -> Result<&'a [u8], DeviceError> {
    let outside = || DeviceError::OutsideMemory { memory: window.memory, end: window.range.end };
    memories.get(window.memory as usize).and_then(|m| m.bytes(&window.range)).ok_or_else(outside)
}

impl Staging {
    fn copy(start: u64, bytes: &[u8]) -> Result<Staging, DeviceError> {
        let mut staging = Staging::empty(start, bytes.len() as u64)?;
        staging.buffer.extend_from_slice(bytes);
        Ok(staging)
    }

    /// A buffer of zeros for `len` bytes from guest address `start` on.
    pub(crate) fn zeros(start: u64, len: u64) -> Result<Staging, DeviceError> {
        let mut staging = Staging::empty(start, len)?;
        staging.buffer.resize(staging.pad + len as usize, 0);
        Ok(staging)
    }

    /// A buffer with room for `len` bytes behind its padding: filling it doesn't move it.
    fn empty(start: u64, len: u64) -> Result<Staging, DeviceError> {
        let mut buffer: Vec<u8> = Vec::new();
        let wanted = usize::try_from(len + CONGRUENCE).map_err(|_| DeviceError::OutOfMemory { bytes: len })?;
        buffer.try_reserve_exact(wanted).map_err(|_| DeviceError::OutOfMemory { bytes: len })?;
        let pad = (start.wrapping_sub(buffer.as_ptr().addr() as u64) % CONGRUENCE) as usize;
        buffer.resize(pad, 0);
        Ok(Staging { buffer, pad })
    }

    pub(crate) fn bytes(&self) -> &[u8] {
        &self.buffer[self.pad..]
    }

    pub(crate) fn bytes_mut(&mut self) -> &mut [u8] {
        &mut self.buffer[self.pad..]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn window(range: std::ops::Range<u64>, written: &[std::ops::Range<u64>], copy_in: bool, footprint: u32) -> Window {
        Window { memory: 0, range, footprints: vec![footprint], written: written.to_vec(), copy_in }
    }

    fn all_written(range: std::ops::Range<u64>, copy_in: bool, footprint: u32) -> Window {
        window(range.clone(), &[range], copy_in, footprint)
    }

    /// A written window with a gap, a read-only one and a covered one.
    fn windows() -> Vec<Window> {
        vec![window(4..12, &[5..7, 9..10], true, 0), window(16..20, &[], true, 1), all_written(20..24, false, 2)]
    }

    fn fill(transaction: &mut Transaction<'_>, window: usize, value: u8) {
        transaction.receive(window).unwrap().fill(value);
    }

    #[test]
    fn a_commit_copies_exactly_what_may_have_changed() {
        let mut bytes: Vec<u8> = (0..32).collect();
        let mut transaction = Transaction::begin(vec![GuestMemory::of_slice(&mut bytes)], windows(), 3, false);
        assert_eq!(transaction.host(1).unwrap(), [16, 17, 18, 19]);
        assert_eq!(transaction.receive(0).unwrap(), [4, 5, 6, 7, 8, 9, 10, 11]);
        assert_eq!(transaction.receive(2).unwrap(), [0; 4]);
        (0..3).for_each(|window| fill(&mut transaction, window, 0xff));
        transaction.commit(&[]).unwrap();
        let changed: Vec<usize> = (0..32).filter(|&i| bytes[i] != i as u8).collect();
        assert_eq!(changed, [5, 6, 9, 20, 21, 22, 23]);
        assert!(changed.iter().all(|&i| bytes[i] == 0xff));
    }

    #[test]
    fn a_dropped_transaction_changes_nothing() {
        let mut bytes: Vec<u8> = (0..32).collect();
        let mut transaction = Transaction::begin(vec![GuestMemory::of_slice(&mut bytes)], windows(), 3, false);
        fill(&mut transaction, 0, 0xff);
        fill(&mut transaction, 2, 0xff);
        drop(transaction);
        assert!(bytes.iter().enumerate().all(|(i, &b)| b == i as u8));
    }

    #[test]
    fn a_commit_without_every_window_changes_nothing() {
        let mut bytes: Vec<u8> = (0..32).collect();
        let mut transaction = Transaction::begin(vec![GuestMemory::of_slice(&mut bytes)], windows(), 3, false);
        fill(&mut transaction, 0, 0xff);
        assert!(matches!(transaction.commit(&[]), Err(DeviceError::NotStaged { window: 2 })));
        assert!(bytes.iter().enumerate().all(|(i, &b)| b == i as u8));
    }

    #[test]
    fn a_window_outside_its_memory_has_no_bytes() {
        let mut bytes = [0; 8];
        let outside = vec![all_written(4..9, false, 0)];
        let mut transaction = Transaction::begin(vec![GuestMemory::of_slice(&mut bytes)], outside, 1, false);
        assert!(matches!(transaction.host(0), Err(DeviceError::OutsideMemory { memory: 0, end: 9 })));
        fill(&mut transaction, 0, 0xff);
        assert!(matches!(transaction.commit(&[]), Err(DeviceError::OutsideMemory { memory: 0, end: 9 })));
        assert_eq!(bytes, [0; 8]);
    }

    #[test]
    fn buffers_are_congruent_to_guest_addresses() {
        for start in [0, 1, 4, 255, 256, 1000] {
            let mut bytes = vec![7; 2000];
            let at = vec![all_written(start..start + 300, start % 2 == 0, 0)];
            let mut transaction = Transaction::begin(vec![GuestMemory::of_slice(&mut bytes)], at, 1, false);
            let address = transaction.receive(0).unwrap().as_ptr().addr() as u64;
            assert_eq!(address % CONGRUENCE, start % CONGRUENCE);
            let deltas = transaction.place().unwrap();
            assert_eq!(deltas[0].wrapping_add(start), address);
        }
    }

    #[test]
    fn only_permitted_work_is_sent_to_the_guests_memory() {
        for in_place in [false, true] {
            let mut bytes = vec![0; 32];
            let base = bytes.as_ptr().addr() as u64;
            let mut transaction = Transaction::begin(vec![GuestMemory::of_slice(&mut bytes)], windows(), 4, in_place);
            assert!(!transaction.is_past_return());
            let deltas = transaction.place().unwrap();
            let in_memory: Vec<bool> = deltas.iter().map(|&delta| delta == base).collect();
            assert_eq!(in_memory, [in_place, true, in_place, false]);
            assert_eq!(transaction.is_past_return(), in_place);
        }
    }
}
