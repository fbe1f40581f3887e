//! Memory as the threads of one launch see it.
//!
//! What must hold for every access: it is aligned to its width, lies wholly in one allocation, writes only writable
//! allocations, doesn't mix `.nc` loads with writes of an allocation, and races with nobody. Aligned accesses of up to
//! 16 bytes never cross a page of the race detector.

use super::fault::{Fault, Place};
use super::launch::Launch;
use super::memory::{Access, Allocation, Memory};
use super::race::{Races, Racing, Touch, Who};

/// A fault without its place.
#[derive(Debug, Clone, Copy)]
pub(super) enum Trap {
    OutOfBounds { address: u64, width: u32 },
    Misaligned { address: u64, width: u32 },
    ReadOnly { address: u64, width: u32 },
    NonCoherent { address: u64 },
    Race { address: u64, width: u32, other: Option<(u32, u32)> },
    Uninitialised { slot: u32 },
}

impl Trap {
    /// The fault of this trap at `at`; `names` are the registers by slot.
    #[cold]
    pub(super) fn at(self, at: Place, launch: &Launch, names: &[String]) -> Fault {
        match self {
            Trap::OutOfBounds { address, width } => Fault::OutOfBounds { at, address, width },
            Trap::Misaligned { address, width } => Fault::Misaligned { at, address, width },
            Trap::ReadOnly { address, width } => Fault::ReadOnly { at, address, width },
            Trap::NonCoherent { address } => Fault::NonCoherent { at, address },
            Trap::Race { address, width, other } => {
                let other = other.map(|(block, thread)| launch.thread_id(u64::from(block), u64::from(thread)));
                Fault::Race { at, address, width, other }
            }
            Trap::Uninitialised { slot } => {
                let register = names.get(slot as usize).cloned().unwrap_or_default();
                Fault::Uninitialised { at, register }
            }
        }
    }
}

/// How an instruction touches memory.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Load,
    NonCoherentLoad,
    Store,
    Atomic,
}

struct Span<'m> {
    allocation: &'m mut Allocation,
    written: bool,
    read_non_coherent: bool,
}

/// The allocations of one launch, in address order.
pub(super) struct Device<'m> {
    spans: Vec<Span<'m>>,
    /// The span that each instruction hit last.
    hints: Vec<u32>,
    races: Option<Races>,
}

impl<'m> Device<'m> {
    pub(super) fn new(memory: &'m mut Memory, instructions: usize, race_detect: bool) -> Device<'m> {
        let span = |allocation| Span { allocation, written: false, read_non_coherent: false };
        let spans: Vec<Span<'_>> = memory.by_address().into_iter().map(span).collect();
        Device { hints: vec![0; instructions], races: race_detect.then(|| Races::new(spans.len())), spans }
    }

    /// The `width` bytes at `address`, for instruction `pc` to touch as `kind`.
    #[inline]
    pub(super) fn access(
        &mut self,
        pc: usize,
        address: u64,
        width: u32,
        kind: Kind,
        who: Who,
    ) -> Result<&mut [u8], Trap> {
        if !address.is_multiple_of(u64::from(width)) {
            return Err(Trap::Misaligned { address, width });
        }
        let (index, offset) = self.locate(pc, address, width)?;
        let span = &mut self.spans[index];
        match kind {
            Kind::Load => {}
            Kind::NonCoherentLoad if span.written => return Err(Trap::NonCoherent { address }),
            Kind::NonCoherentLoad => span.read_non_coherent = true,
            Kind::Store | Kind::Atomic if span.allocation.access == Access::ReadOnly => {
                return Err(Trap::ReadOnly { address, width });
            }
            Kind::Store | Kind::Atomic if span.read_non_coherent => return Err(Trap::NonCoherent { address }),
            Kind::Store | Kind::Atomic => span.written = true,
        }
        if let Some(races) = &mut self.races {
            let touch = match kind {
                Kind::Load | Kind::NonCoherentLoad => Touch::Read,
                Kind::Store => Touch::Write,
                Kind::Atomic => Touch::Atomic,
            };
            let race = |Racing(other)| Trap::Race { address, width, other };
            races.touch((index, span.allocation.base), address, width, touch, who).map_err(race)?;
        }
        Ok(&mut span.allocation.bytes[offset..offset + width as usize])
    }

    /// The span that holds the bytes, and their offset in it.
    #[inline]
    fn locate(&mut self, pc: usize, address: u64, width: u32) -> Result<(usize, usize), Trap> {
        let hint = self.hints[pc] as usize;
        if let Some(offset) = self.spans.get(hint).and_then(|span| span.offset(address, width)) {
            return Ok((hint, offset));
        }
        let after = self.spans.partition_point(|span| span.allocation.base <= address);
        let index = after.wrapping_sub(1);
        let found = self.spans.get(index).and_then(|span| span.offset(address, width));
        self.hints[pc] = index as u32;
        found.map(|offset| (index, offset)).ok_or(Trap::OutOfBounds { address, width })
    }
}

impl Span<'_> {
    #[inline]
    fn offset(&self, address: u64, width: u32) -> Option<usize> {
        let offset = address.checked_sub(self.allocation.base)?;
        let last = (self.allocation.bytes.len() as u64).checked_sub(u64::from(width))?;
        (offset <= last).then_some(offset as usize)
    }
}
