//! What a cache did, by purpose.

use super::entry::Fault;
use std::collections::BTreeMap;

/// What became of the look-ups and stores of one purpose.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Counts {
    /// Look-ups that were answered.
    pub hits: u64,
    /// Look-ups that found nothing.
    pub misses: u64,
    /// Look-ups that found something unacceptable.
    pub rejected: u64,
    /// Entries written.
    pub stored: u64,
    /// Entries that couldn't be written.
    pub failed: u64,
    /// What was wrong with the last one that was rejected.
    pub last_fault: Option<Fault>,
}

/// What a cache did since it was opened.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct CacheStats {
    /// By purpose: `code` is wasmtime's machine code, `build` the identity of the program; callers name their own.
    pub by_purpose: BTreeMap<&'static str, Counts>,
    /// Entries removed to keep within the limit.
    pub evicted: u64,
}

impl CacheStats {
    /// The counts of one purpose.
    pub(super) fn of(&mut self, purpose: &'static str) -> &mut Counts {
        self.by_purpose.entry(purpose).or_default()
    }
}
