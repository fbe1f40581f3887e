//! SANDBOX: guest memory as raw bytes, for the length of one dispatch.
//!
//! What must hold: a [`GuestMemory`] is made only while the guest's thread waits in a host call that owns the store, so
//! the bytes neither move nor change under it. Several memory indices may denote one memory, so no exclusive slice of it
//! is ever made: reads go through shared slices that end before any write, writes through the raw pointer. The only
//! safe way to keep that order is [`crate::Transaction`], which is why reading and writing are private to the crate.
#![allow(unsafe_code)]

use bundle::MemoryExport;
use std::marker::PhantomData;
use std::ops::Range;
use std::sync::atomic::{AtomicU8, Ordering};
use wasmtime::{Caller, Extern, SharedMemory};

/// One memory of the guest while a dispatch runs.
#[derive(Debug)]
pub struct GuestMemory<'m> {
    base: *mut u8,
    len: u64,
    lifetime: PhantomData<&'m mut [u8]>,
}

impl<'m> GuestMemory<'m> {
    /// The memory that `bytes` holds.
    pub fn of_slice(bytes: &'m mut [u8]) -> GuestMemory<'m> {
        GuestMemory { base: bytes.as_mut_ptr(), len: bytes.len() as u64, lifetime: PhantomData }
    }

    /// The memory that `bytes` holds, under two indices, as an instance has it that imports one memory twice.
    ///
    /// Both values belong to the thread that owns the slice, and a dispatch is over before another begins there, so bytes
    /// reached through one never change while a slice made through the other lives.
    pub fn twice(bytes: &'m mut [u8]) -> [GuestMemory<'m>; 2] {
        let GuestMemory { base, len, lifetime } = GuestMemory::of_slice(bytes);
        [GuestMemory { base, len, lifetime }, GuestMemory { base, len, lifetime }]
    }

    /// The memory of `len` bytes at `base`. Two values with one base denote the same memory.
    ///
    /// # Safety
    /// Until `'m` ends, all `len` bytes must stay valid for reads and writes, and nothing but this value and others with
    /// the same base that go to the same dispatch may access them.
    pub unsafe fn from_raw(base: *mut u8, len: usize) -> GuestMemory<'m> {
        GuestMemory { base, len: len as u64, lifetime: PhantomData }
    }

    /// The memories that a guest instance exports under reserved names, by memory index, as they are now; `None` if one of
    /// them is missing or shared. Indices without an export get an empty memory.
    ///
    /// The store stays borrowed while they live, so no guest code runs and no memory grows.
    pub(crate) fn of_caller<T: 'static>(
        caller: &'m mut Caller<'_, T>,
        exports: &[MemoryExport],
    ) -> Option<Vec<GuestMemory<'m>>> {
        let count = exports.iter().map(|e| e.index as usize + 1).max().unwrap_or(0);
        let mut memories: Vec<GuestMemory<'m>> = Vec::new();
        memories.resize_with(count, || GuestMemory::of_slice(&mut []));
        for MemoryExport { index, export } in exports {
            let Some(Extern::Memory(memory)) = caller.get_export(export) else { return None };
            let (base, len) = (memory.data_ptr(&mut *caller), memory.data_size(&mut *caller));
            // SAFETY: wasmtime keeps `len` bytes valid at `base` until the memory grows or its store is dropped, neither of
            // which can happen while `'m` borrows the caller; the memory isn't shared, so no other thread accesses it, and
            // this thread does so only through the values returned here, which go to one dispatch.
            memories[*index as usize] = unsafe { GuestMemory::from_raw(base, len) };
        }
        Some(memories)
    }

    /// Equal exactly for the same memory. Memories without a byte may share one; no hull fits in those.
    pub fn identity(&self) -> u64 {
        self.base.addr() as u64
    }

    /// The length in bytes.
    pub fn len(&self) -> u64 {
        self.len
    }

    /// True for a memory without bytes.
    pub fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// The host address of guest address 0, for code that runs in this process.
    pub(crate) fn address(&self) -> u64 {
        self.base.expose_provenance() as u64
    }

    fn holds(&self, range: &Range<u64>) -> bool {
        range.start <= range.end && range.end <= self.len
    }

    /// The bytes at `range`; `None` if they aren't all there.
    pub(crate) fn bytes(&self, range: &Range<u64>) -> Option<&[u8]> {
        if !self.holds(range) {
            return None;
        }
        // SAFETY: the range lies within `len` bytes that are valid by construction; a transaction writes them only when
        // it is consumed or through addresses used under an exclusive borrow of it, so the slice has ended by then.
        Some(unsafe {
            std::slice::from_raw_parts(self.base.add(range.start as usize), (range.end - range.start) as usize)
        })
    }

    /// Replaces the bytes from `start` on. The caller has checked that they are all there.
    pub(crate) fn write(&mut self, start: u64, bytes: &[u8]) {
        let end = start.checked_add(bytes.len() as u64);
        assert!(end.is_some_and(|end| self.holds(&(start..end))), "a commit was checked to lie inside the memory");
        // SAFETY: the range was just checked; `bytes` is a staging buffer and can't overlap the guest's memory; no shared
        // slice of the memory lives, because its transaction has been consumed.
        unsafe { std::ptr::copy_nonoverlapping(bytes.as_ptr(), self.base.add(start as usize), bytes.len()) }
    }
}

/// The bytes of a shared memory as they are now.
pub(crate) fn shared_bytes(memory: &SharedMemory) -> Vec<u8> {
    // SAFETY: every cell is one valid byte for as long as `memory` is borrowed, and other threads may change it, which is
    // what an atomic load is for.
    let load = |cell: &std::cell::UnsafeCell<u8>| unsafe { AtomicU8::from_ptr(cell.get()) }.load(Ordering::Relaxed);
    memory.data().iter().map(load).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranges_past_the_end_have_no_bytes() {
        let mut bytes = [1u8, 2, 3, 4];
        let memory = GuestMemory::of_slice(&mut bytes);
        assert_eq!(memory.bytes(&(1..4)), Some(&[2u8, 3, 4][..]));
        assert_eq!(memory.bytes(&(4..4)), Some(&[][..]));
        assert_eq!(memory.bytes(&(1..5)), None);
        assert_eq!(memory.bytes(&Range { start: 3, end: 2 }), None);
    }
}
