//! Counting what became of dispatches, and the rule that says when that is enough.
//!
//! A region that wasn't exercised isn't checked. On each device it must have completed in a quarter of the cases that
//! reached its dispatch and in at least twenty; a guard must have said no, if the region has guards that can; and some
//! thread must have bailed, if threads can. Whether they can is found out by trying: see [`Limits`]. A device that needs
//! aligned addresses is asked nothing of a region that can't have them.

use crate::regions::Limits;
use crate::report::Coverage;
use ir::region::Region;
use runtime::{RegionStats, Skip};
use std::collections::BTreeMap;

/// Cases in which a region must complete.
const ENOUGH: u64 = 20;

/// What became of one region on one device.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub(crate) struct Tally {
    /// Cases in which the dispatch was reached.
    pub cases_reached: u64,
    /// Cases in which a dispatch completed.
    pub cases_done: u64,
    /// Completed dispatches.
    pub done: u64,
    /// Skipped dispatches, by cause.
    pub skipped: BTreeMap<Skip, u64>,
    /// Why the region is off, if it is.
    pub off: Option<String>,
}

impl Tally {
    /// Adds one case: what the statistics were before and are after it. Returns true if a dispatch completed.
    pub fn note(&mut self, before: &RegionStats, after: &RegionStats) -> bool {
        self.off.clone_from(&after.off);
        let total = |stats: &RegionStats| stats.done.values().sum::<u64>();
        let done = total(after) - total(before);
        self.cases_reached += (after.dispatches > before.dispatches) as u64;
        self.cases_done += (done > 0) as u64;
        self.done += done;
        for (cause, count) in skips(before, after) {
            *self.skipped.entry(cause).or_default() += count;
        }
        done > 0
    }

    /// Adds what was counted elsewhere.
    pub fn add(&mut self, other: &Tally) {
        self.cases_reached += other.cases_reached;
        self.cases_done += other.cases_done;
        self.done += other.done;
        for (&cause, count) in &other.skipped {
            *self.skipped.entry(cause).or_default() += count;
        }
        if other.off.is_some() {
            self.off.clone_from(&other.off);
        }
    }

    /// Applies the rule; `limits` says what can't be asked of the region.
    pub fn coverage(self, device: &str, region: &Region, limits: Limits) -> Coverage {
        let missing = self.missing(region, limits);
        Coverage {
            device: device.into(),
            exercised: missing.is_empty(),
            missing,
            cases_reached: self.cases_reached,
            cases_done: self.cases_done,
            done: self.done,
            skipped: self.skipped,
        }
    }

    fn missing(&self, region: &Region, limits: Limits) -> Vec<String> {
        if let Some(why) = &self.off {
            return vec![format!("the region is off: {why}")];
        }
        if self.cases_reached == 0 {
            return vec!["no case reached its dispatch".into()];
        }
        // Nothing can be asked of a device that must skip the region every time.
        if !limits.can_align && self.cases_done == 0 && self.skipped.contains_key(&Skip::Alignment) {
            return Vec::new();
        }
        let mut missing = Vec::new();
        let (done, reached) = (self.cases_done, self.cases_reached);
        if done < ENOUGH {
            missing.push(format!("done in {done} cases, {ENOUGH} are needed"));
        }
        if done * 4 < reached {
            missing.push(format!("done in {done} of {reached} cases, a quarter is needed"));
        }
        let saw = |cause: Skip| self.skipped.contains_key(&cause);
        if limits.can_refuse && !region.guards.is_empty() && !saw(Skip::Guard) {
            missing.push("no guard said no".into());
        }
        if region.can_bail && limits.can_bail && !saw(Skip::Bail) {
            missing.push("no thread bailed".into());
        }
        missing
    }
}

/// The skips that `after` has and `before` hasn't.
pub(crate) fn skips(before: &RegionStats, after: &RegionStats) -> BTreeMap<Skip, u64> {
    let earlier = |cause: &Skip| before.skipped.get(cause).copied().unwrap_or(0);
    after.skipped.iter().map(|(cause, count)| (*cause, count - earlier(cause))).filter(|&(_, n)| n > 0).collect()
}
