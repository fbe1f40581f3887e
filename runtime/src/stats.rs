//! What ran where: counts per region.

use ir::region::Place;
use serde::Serialize;
use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

/// Why a dispatch ran the original loop.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Skip {
    /// The region or its device is off, or the device takes no launch at the moment.
    Off,
    /// A guard said no, a hull leaves its memory, a trip count is out of range, or a needed value doesn't exist.
    Guard,
    /// The device needs alignment that the addresses don't have.
    Alignment,
    /// Too little work.
    Profit,
    /// A thread reached an edge that the kernel doesn't contain.
    Bail,
    /// The device failed.
    Error,
    /// The step budget or a time limit was spent.
    Timeout,
}

impl Skip {
    /// Every cause, in order.
    pub const ALL: [Skip; 7] =
        [Skip::Off, Skip::Guard, Skip::Alignment, Skip::Profit, Skip::Bail, Skip::Error, Skip::Timeout];
}

/// What became of the dispatches of one region. Entries that guest code itself found too small aren't counted.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct RegionStats {
    /// The region's id.
    pub id: u32,
    /// Where it came from.
    pub place: Place,
    /// True if it adds floats up in another order than its loop.
    pub relaxed: bool,
    /// Why the region is off, if it is.
    pub off: Option<String>,
    /// What the device said when it last failed or declined.
    pub failure: Option<String>,
    /// Calls of `region-N`.
    pub dispatches: u64,
    /// Completed ones, by device.
    pub done: BTreeMap<String, u64>,
    /// Skipped ones, by cause.
    pub skipped: BTreeMap<Skip, u64>,
    /// Time spent in dispatches, completed or not.
    pub time_ns: u64,
}

/// The counters behind [`RegionStats`].
#[derive(Debug, Default)]
pub(crate) struct Counters {
    done: AtomicU64,
    skipped: [AtomicU64; Skip::ALL.len()],
    time_ns: AtomicU64,
}

impl Counters {
    pub(crate) fn count(&self, skip: Option<Skip>, time: Duration) {
        let counter = skip.map_or(&self.done, |cause| &self.skipped[cause as usize]);
        counter.fetch_add(1, Ordering::Relaxed);
        self.time_ns.fetch_add(time.as_nanos().min(u64::MAX as u128) as u64, Ordering::Relaxed);
    }

    /// The counts; why the device failed, and what the region is, is for the caller to say.
    pub(crate) fn read(&self, id: u32, place: Place, device: &str, off: Option<String>) -> RegionStats {
        let counts = |value: &AtomicU64| Some(value.load(Ordering::Relaxed)).filter(|&n| n > 0);
        let done: BTreeMap<String, u64> = counts(&self.done).map(|n| (device.to_string(), n)).into_iter().collect();
        let skipped: BTreeMap<Skip, u64> =
            Skip::ALL.iter().filter_map(|&cause| Some((cause, counts(&self.skipped[cause as usize])?))).collect();
        let dispatches = done.values().chain(skipped.values()).sum();
        let time_ns = self.time_ns.load(Ordering::Relaxed);
        RegionStats { id, place, relaxed: false, off, failure: None, dispatches, done, skipped, time_ns }
    }
}
