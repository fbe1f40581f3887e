//! The calling convention of a kernel's PTX entry, shared by the emitter and by everything that launches one.
//!
//! Parameters, in this order: the bail flag's address (a `u32` in device memory, 0 before the launch, set to 1 by any
//! thread that bails); the address of the returned values (one 8-byte slot each, a multiple of 8, preset to the reduction's
//! identity; a 32-bit value uses the low 4 bytes);
//! the trip count of each dimension; for each footprint a delta (device address = delta + guest address, modulo 2^64);
//! for each footprint whose accesses the kernel checks the first guest address that they may touch and the number of bytes from
//! there; the live-ins as raw bits.
//!
//! Values that are folded have records behind the slots: one for each iteration, in order, of 8 bytes for each of them. A thread
//! stores its own, and whoever launched the kernel folds them ([`returned`]).

use crate::lowered::Type;
use crate::region::{Mapping, Region, ReturnRole, limits};

/// One parameter of a kernel entry.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Param {
    /// Device address of the bail flag, `u64`.
    BailFlag,
    /// Device address of the returned values, `u64`.
    Returns,
    /// Trip count of this dimension, `u64`.
    Trip(u32),
    /// Device address minus guest address of this footprint, `u64`.
    Delta(u32),
    /// The first guest address that checked accesses of this footprint may touch, `u64`.
    Low(u32),
    /// How many bytes from there they may touch, `u64`: at least as many as the footprint is wide.
    Length(u32),
    /// The live-in with this index.
    LiveIn(u32, Type),
}

impl Param {
    /// The width in bits.
    pub fn bits(self) -> u32 {
        match self {
            Param::LiveIn(_, ty) => ty.bits(),
            _ => 64,
        }
    }
}

/// The parameters of a region's kernel.
pub fn params(region: &Region) -> Vec<Param> {
    let mut params = vec![Param::BailFlag, Param::Returns];
    params.extend((0..region.trips.len() as u32).map(Param::Trip));
    params.extend((0..region.footprints.len() as u32).map(Param::Delta));
    let checked = (0u32..).zip(&region.footprints).filter(|(_, footprint)| footprint.access.is_checked());
    params.extend(checked.flat_map(|(i, _)| [Param::Low(i), Param::Length(i)]));
    params.extend(region.live_ins.iter().enumerate().map(|(i, l)| Param::LiveIn(i as u32, l.ty)));
    params
}

/// The guest addresses that the accesses of a footprint may touch: as many bytes as `length` says, from `low` on.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
#[repr(C)]
pub struct Reach {
    /// The first one.
    pub low: u64,
    /// How many.
    pub length: u64,
}

impl Reach {
    /// True if all `width` bytes at `address` are among them.
    pub fn holds(self, address: u64, width: u32) -> bool {
        let last = self.length.checked_sub(width.into());
        last.is_some_and(|last| address.wrapping_sub(self.low) <= last)
    }
}

/// The most bytes of records; a launch that takes more isn't made.
const MAX_RECORDS: u64 = 1 << 26;

/// Bytes of what a launch with these trip counts returns: slots and records. None if no device takes so many.
pub fn returned_bytes(region: &Region, trips: &[u64]) -> Option<u64> {
    let iterations = if region.is_relaxed() { *trips.first()? } else { 0 };
    let records = iterations.checked_mul(8 * region.folds().count() as u64).filter(|&bytes| bytes <= MAX_RECORDS)?;
    Some(8 * region.returns.len() as u64 + records)
}

/// What these bytes say was returned: the slots, and what the records fold to.
pub fn returned(region: &Region, trips: &[u64], bytes: &[u8]) -> Vec<u64> {
    let word = |at: usize| {
        let word = bytes.get(8 * at..8 * at + 8).unwrap_or_default();
        word.iter().rev().fold(0, |word, &byte| word << 8 | u64::from(byte))
    };
    let (slots, folded) = (region.returns.len(), region.folds().count());
    let mut values: Vec<u64> = region.returns.iter().enumerate().map(|(at, (ty, _))| word(at) & ty.mask()).collect();
    for (number, at) in region.folds().enumerate() {
        let (ty, ReturnRole::Fold(op)) = region.returns[at] else { continue };
        let record = |i: u64| word(slots + i as usize * folded + number) & ty.mask();
        values[at] = op.fold(ty, trips.first().copied().unwrap_or(0), record);
    }
    values
}

/// The grid for `trips` iterations under `mapping`; `None` if a device couldn't hold it.
///
/// Grid x counts blocks of `mapping.block` threads along the first mapped dimension; y and z count single iterations.
pub fn grid(mapping: &Mapping, trips: &[i128]) -> Option<[u32; 3]> {
    let mut grid = [1u32; 3];
    for (axis, &dim) in mapping.grid.iter().enumerate() {
        let trips = *trips.get(dim as usize)?;
        let blocks = if axis == 0 { (trips + mapping.block as i128 - 1) / mapping.block as i128 } else { trips };
        let limit = if axis == 0 { i32::MAX as i128 } else { 65_535 };
        if trips > limits::MAX_TRIPS || blocks > limit {
            return None;
        }
        grid[axis] = blocks.max(0) as u32;
    }
    Some(grid)
}

#[cfg(test)]
mod tests {
    use super::Reach;

    #[test]
    fn a_reach_holds_what_lies_in_it_as_a_whole() {
        let reach = Reach { low: 100, length: 8 };
        let held: Vec<u64> = (0..200).filter(|&at| reach.holds(at, 4)).collect();
        assert_eq!(held, [100, 101, 102, 103, 104]);
        assert!(reach.holds(100, 8) && !reach.holds(100, 9) && !reach.holds(u64::MAX, 4));
        assert!(!Reach { low: 100, length: 3 }.holds(100, 4));
        assert!(!Reach::default().holds(0, 1));
    }
}
