//! The device's address space: disjoint allocations at chosen addresses.
//!
//! Addresses lie above 4 GiB unless a caller places them, so that one cut to 32 bits is noticed, and allocations are
//! kept apart, so that running over the end of one doesn't land in another.

use thiserror::Error;

/// What a kernel may do with an allocation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Access {
    /// Loads only.
    ReadOnly,
    /// Loads, stores and atomics.
    ReadWrite,
}

/// Names an allocation of the [`Memory`] that returned it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Handle(usize);

/// Why an allocation can't be made.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum MemoryError {
    /// The range has bytes of another allocation.
    #[error("{bytes} bytes at {base:#x} overlap the allocation at {other:#x}")]
    Overlap {
        /// First byte.
        base: u64,
        /// Size.
        bytes: usize,
        /// Base of the other allocation.
        other: u64,
    },
    /// The range starts at 0 or runs past the end of the address space.
    #[error("{bytes} bytes at {base:#x} don't fit the address space")]
    AddressSpace {
        /// First byte.
        base: u64,
        /// Size.
        bytes: usize,
    },
    /// The modulus is not a power of two, or the residue not below it.
    #[error("residue {residue} modulo {modulus} can't be asked for")]
    Congruence {
        /// Wanted remainder.
        residue: u64,
        /// Divisor.
        modulus: u64,
    },
}

#[derive(Debug, Clone)]
pub(super) struct Allocation {
    pub base: u64,
    pub bytes: Vec<u8>,
    pub access: Access,
}

/// A device's memory.
#[derive(Debug, Clone, Default)]
pub struct Memory {
    allocations: Vec<Option<Allocation>>,
}

/// Where allocations without a chosen base start to be tried.
const START: u64 = 0x7_0000_0000;
/// Unmapped bytes after an allocation, at least.
const GAP: u64 = 4096;

impl Memory {
    /// An empty address space.
    pub fn new() -> Memory {
        Memory::default()
    }

    /// Puts `bytes` at a base that is a multiple of `align`, a power of two.
    pub fn alloc(&mut self, bytes: Vec<u8>, align: u64, access: Access) -> Result<Handle, MemoryError> {
        self.alloc_congruent(bytes, 0, align, access)
    }

    /// Puts `bytes` at a base that leaves `residue` when divided by `modulus`, a power of two.
    pub fn alloc_congruent(
        &mut self,
        bytes: Vec<u8>,
        residue: u64,
        modulus: u64,
        access: Access,
    ) -> Result<Handle, MemoryError> {
        if !modulus.is_power_of_two() || residue >= modulus {
            return Err(MemoryError::Congruence { residue, modulus });
        }
        let mut taken: Vec<(u64, u64)> = self.live().map(|(_, a)| (a.base, a.base + a.bytes.len() as u64)).collect();
        taken.sort_unstable();
        let full = MemoryError::AddressSpace { base: START, bytes: bytes.len() };
        let aligned = |from: u64| {
            let base = from & !(modulus - 1) | residue;
            if base >= from { Some(base) } else { base.checked_add(modulus) }
        };
        let mut base = aligned(START).ok_or(full)?;
        for (start, end) in taken {
            let reach = base.checked_add(bytes.len() as u64).and_then(|reach| reach.checked_add(GAP)).ok_or(full)?;
            if start >= reach {
                break;
            }
            if end.saturating_add(GAP) > base {
                base = end.checked_add(GAP).and_then(aligned).ok_or(full)?;
            }
        }
        self.place(base, bytes, access)
    }

    /// Puts `bytes` at `base`.
    pub fn place(&mut self, base: u64, bytes: Vec<u8>, access: Access) -> Result<Handle, MemoryError> {
        let size = bytes.len();
        let end = base.checked_add(size as u64).filter(|_| base != 0);
        let end = end.ok_or(MemoryError::AddressSpace { base, bytes: size })?;
        let overlaps = |other: &Allocation| base < other.base + other.bytes.len() as u64 && other.base < end;
        if let Some((_, other)) = self.live().find(|(_, other)| overlaps(other)) {
            return Err(MemoryError::Overlap { base, bytes: size, other: other.base });
        }
        self.allocations.push(Some(Allocation { base, bytes, access }));
        Ok(Handle(self.allocations.len() - 1))
    }

    /// Removes an allocation and returns its bytes; nothing if it is gone already.
    pub fn free(&mut self, handle: Handle) -> Option<Vec<u8>> {
        self.allocations.get_mut(handle.0)?.take().map(|allocation| allocation.bytes)
    }

    /// Address of the first byte.
    ///
    /// # Panics
    /// If the handle is not of a live allocation of this memory.
    pub fn base(&self, handle: Handle) -> u64 {
        self.get(handle).base
    }

    /// Contents of an allocation.
    ///
    /// # Panics
    /// If the handle is not of a live allocation of this memory.
    pub fn bytes(&self, handle: Handle) -> &[u8] {
        &self.get(handle).bytes
    }

    /// Contents of an allocation, for the host to change.
    ///
    /// # Panics
    /// If the handle is not of a live allocation of this memory.
    pub fn bytes_mut(&mut self, handle: Handle) -> &mut [u8] {
        match self.allocations.get_mut(handle.0) {
            Some(Some(allocation)) => &mut allocation.bytes,
            _ => panic!("{handle:?} is not of a live allocation"),
        }
    }

    fn get(&self, handle: Handle) -> &Allocation {
        match self.allocations.get(handle.0) {
            Some(Some(allocation)) => allocation,
            _ => panic!("{handle:?} is not of a live allocation"),
        }
    }

    fn live(&self) -> impl Iterator<Item = (usize, &Allocation)> {
        self.allocations.iter().enumerate().filter_map(|(at, slot)| slot.as_ref().map(|allocation| (at, allocation)))
    }

    /// All allocations, lowest address first.
    pub(super) fn by_address(&mut self) -> Vec<&mut Allocation> {
        let mut allocations: Vec<&mut Allocation> = self.allocations.iter_mut().flatten().collect();
        allocations.sort_unstable_by_key(|allocation| allocation.base);
        allocations
    }
}
