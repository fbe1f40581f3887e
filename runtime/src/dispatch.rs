//! Dispatch: one entry of a region, from live-ins to live-outs or a skip.
//!
//! The order is the whole argument: decide ([`crate::plan`]), begin a transaction, launch, compute the live-outs and what is stored
//! in the end, commit.
//! Until the commit the guest's memory is as it was, so whatever goes wrong before it is a skip and the original loop runs
//! from the start. After a commit nothing can go wrong. Work in place has no such point of return; it is permitted only
//! where no thread can bail, the work is bounded, and no live-out can lack a value after the launch. A device that breaks
//! off all the same has broken its promise and left the memory torn: that is a panic, because to go on would be to lie.
//!
//! A panic of the device anywhere else is caught, counted as an error, and turns the device off.

use crate::checker::Budget;
use crate::config::NanMode;
use crate::device::{Device, DeviceError, Launch, Outcome, PrepareError, Prepared, Task};
use crate::memory::GuestMemory;
use crate::plan::{Facts, MemoryFacts, Needs, Plan, plan};
use crate::stats::{Counters, RegionStats, Skip};
use crate::transaction::{Final, Transaction};
use bundle::{FpMode, PtxImage};
use ir::faults;
use ir::lowered::LoadKind;
use ir::region::verify::{RegionError, verify, verify_kernel};
use ir::region::{Kernel, LiveIn, Region, Source};
use std::borrow::Cow;
use std::ops::Range;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::time::{Duration, Instant};

/// A device in use, with the knowledge whether it still is.
#[derive(Clone)]
pub struct Slot {
    device: Arc<dyn Device>,
    /// Why it isn't, if so.
    lost: Arc<OnceLock<String>>,
}

impl Slot {
    /// A device that is on.
    pub fn new(device: Arc<dyn Device>) -> Slot {
        Slot { device, lost: Arc::default() }
    }

    /// The device's name.
    pub fn name(&self) -> &str {
        self.device.name()
    }

    /// False for a device that declines everything.
    pub fn runs(&self) -> bool {
        self.device.runs()
    }

    /// True once the device has panicked or been lost; it isn't asked again.
    pub fn is_lost(&self) -> bool {
        self.lost.get().is_some()
    }
}

/// The terms on which regions are dispatched.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Terms {
    /// How arithmetic treats NaN bits.
    pub nan: NanMode,
    /// Whether floats may be added up in another order; without it regions that do so are off.
    pub fp: FpMode,
    /// The least work, in iterations, that is worth a dispatch.
    pub min_work: u64,
    /// True if regions that keep bailing may be left alone for a while. Off where results must be reproducible.
    pub adaptive: bool,
    /// The steps a worker may take in a region whose work isn't bounded.
    pub step_budget: u64,
}

/// A region that is ready to be dispatched.
pub struct HostedRegion {
    region: Region,
    facts: Facts,
    slot: Slot,
    prepared: Result<Box<dyn Prepared>, PrepareError>,
    terms: Terms,
    patience: Patience,
    counters: Counters,
    /// What the device said when it last failed or declined.
    failure: Mutex<Option<String>>,
}

impl HostedRegion {
    /// Verifies the region and has the device prepare it. A device that refuses turns the region off.
    ///
    /// This takes the kernel's word for what it touches; [`HostedRegion::checked`] doesn't.
    pub fn new(
        region: &Region,
        kernel: &Kernel,
        ptx: &[PtxImage],
        slot: &Slot,
        terms: Terms,
    ) -> Result<HostedRegion, RegionError> {
        HostedRegion::checked(region, kernel, ptx, slot, terms, None)
    }

    /// The same under the load checker: a region that it doesn't accept is off.
    pub fn checked(
        region: &Region,
        kernel: &Kernel,
        ptx: &[PtxImage],
        slot: &Slot,
        terms: Terms,
        budget: Option<&Budget>,
    ) -> Result<HostedRegion, RegionError> {
        verify(region)?;
        verify_kernel(region, kernel)?;
        let facts = Facts::of(region);
        // What isn't shown to the checker isn't shown to the device either.
        let ptx = if slot.device.runs_ptx() { ptx } else { &[] };
        let prepared = match facts.launches[..] {
            _ if region.is_relaxed() && terms.fp == FpMode::Exact => Err(PrepareError::Relaxed),
            [mapping] => {
                let task = Task { region, kernel, ptx, mapping, nan: terms.nan };
                // Nothing need be shown of what never runs.
                let budget = budget.filter(|_| slot.device.runs());
                let prepare =
                    || budget.map_or(Ok(()), |budget| prove(&task, budget)).and_then(|()| slot.device.prepare(&task));
                catch_unwind(AssertUnwindSafe(prepare)).unwrap_or(Err(PrepareError::Panicked))
            }
            _ => Err(PrepareError::Schedule { launches: facts.launches.len() }),
        };
        Ok(HostedRegion {
            region: region.clone(),
            facts,
            slot: slot.clone(),
            prepared,
            terms,
            patience: Patience::default(),
            counters: Counters::default(),
            failure: Mutex::default(),
        })
    }

    /// The region.
    pub fn region(&self) -> &Region {
        &self.region
    }

    /// True if no dispatch can complete, so that guest code needn't ask.
    pub fn is_off(&self) -> bool {
        self.prepared.is_err() || self.slot.is_lost()
    }

    /// The name of the device that is asked.
    pub fn device(&self) -> &str {
        self.slot.name()
    }

    /// What became of the dispatches so far.
    pub fn stats(&self) -> RegionStats {
        self.stats_with(&self.counters)
    }

    /// The same of the dispatches that `counters` counted.
    pub(crate) fn stats_with(&self, counters: &Counters) -> RegionStats {
        let off = self.prepared.as_ref().err().map(PrepareError::to_string);
        let off = off.or_else(|| self.slot.lost.get().cloned());
        let failure = self.failure.lock().unwrap_or_else(PoisonError::into_inner).clone();
        let counts = counters.read(self.region.id, self.region.place.clone(), self.slot.name(), off);
        RegionStats { failure, relaxed: self.region.is_relaxed(), ..counts }
    }

    /// The live-ins that guest code passes and those that dispatch reads; none where one of the latter has no address, or one that
    /// isn't inside its memory.
    fn complete<'v>(&self, passed: &'v [u64], memories: &[GuestMemory<'_>]) -> Option<Cow<'v, [u64]>> {
        if self.region.live_ins.iter().all(LiveIn::is_passed) {
            return Some(Cow::Borrowed(passed));
        }
        let (mut passed, mut all) = (passed.iter(), Vec::with_capacity(self.region.live_ins.len()));
        for live_in in &self.region.live_ins {
            let value = match live_in.from {
                Source::Loaded { memory, address, offset, kind } => {
                    let start = self.region.scalars.value(address, &all)?;
                    let off = u64::from(faults::on("loaded-live-in-from-behind")) * u64::from(kind.width());
                    let start = start.checked_add(offset)?.checked_add(off)?;
                    let range = start..start.checked_add(kind.width().into())?;
                    read(memories, memory, &range, kind)?
                }
                _ => *passed.next()?,
            };
            all.push(value);
        }
        Some(Cow::Owned(all))
    }

    /// Runs one entry of the region. `live_ins` are raw bits of those that guest code passes in the region's order, `memories` are by memory index; the
    /// result are the live-outs' bits, and the memories are changed exactly if there is one.
    ///
    /// # Panics
    /// If a device breaks off work that it began in the guest's own memory.
    pub fn dispatch(&self, live_ins: &[u64], memories: Vec<GuestMemory<'_>>) -> Result<Vec<u64>, Skip> {
        self.timed(live_ins, memories).0
    }

    /// [`HostedRegion::dispatch`], and how long it took.
    pub(crate) fn timed(&self, live_ins: &[u64], memories: Vec<GuestMemory<'_>>) -> (Result<Vec<u64>, Skip>, Duration) {
        let start = Instant::now();
        let result = self.attempt(live_ins, memories);
        let time = start.elapsed();
        self.counters.count(result.as_ref().err().copied(), time);
        (result, time)
    }

    /// Counts an entry that never got as far as a dispatch.
    pub(crate) fn count_skip(&self, cause: Skip) {
        self.counters.count(Some(cause), Duration::ZERO);
    }

    fn attempt(&self, live_ins: &[u64], memories: Vec<GuestMemory<'_>>) -> Result<Vec<u64>, Skip> {
        let prepared = self.prepared.as_ref().ok().filter(|_| !self.slot.is_lost()).ok_or(Skip::Off)?;
        let sizes: Vec<MemoryFacts> =
            memories.iter().map(|m| MemoryFacts { identity: m.identity(), len: m.len() }).collect();
        let live_ins = self.complete(live_ins, &memories).ok_or(Skip::Guard)?;
        let needs = Needs::of(&*self.slot.device);
        let Plan { trips, counts, windows, reaches, finals, final_loads } =
            plan(&self.region, &self.facts, &live_ins, &sizes, needs)?;
        // Where guest code compared an estimate with min-work it was worth the call.
        let too_small = self.region.estimate.is_none() && work(&trips, &counts) < self.terms.min_work;
        if too_small || (self.terms.adaptive && !self.patience.allows()) {
            return Err(Skip::Profit);
        }
        // Nothing is going to write there, so before is as good as after.
        let loads = final_loads.iter().zip(&self.region.final_loads);
        let loads = loads.map(|((memory, range), load)| read(&memories, *memory, range, load.kind));
        let loaded = loads.collect::<Option<Vec<u64>>>().ok_or(Skip::Guard)?;
        let mut transaction =
            Transaction::begin(memories, windows, self.region.footprints.len(), self.may_work_in_place());
        let budget = if self.region.unbounded { self.terms.step_budget } else { u64::MAX };
        let launch = Launch { trips: &trips, live_ins: &live_ins, reaches: &reaches, budget };
        let outcome = catch_unwind(AssertUnwindSafe(|| prepared.launch(&launch, &mut transaction)));
        let outcome = outcome.unwrap_or(Outcome::Failed(DeviceError::Panicked));
        let end = self.conclude(outcome, &live_ins, &counts, loaded);
        let past_return = transaction.is_past_return();
        let end = end.and_then(|(live_outs, values)| {
            let finals = finals.into_iter().zip(values);
            let finals = finals.map(|((memory, range), bits)| Final { memory, range, bits }).collect::<Vec<_>>();
            transaction.commit(&finals).map_err(|error| self.failed(&error))?;
            Ok(live_outs)
        });
        assert!(end.is_ok() || !past_return, "device {} broke off work in the guest's memory", self.slot.name());
        self.patience.learn(end.is_ok());
        end
    }

    /// In place means without a way back: nothing may be left that could make the dispatch a skip.
    fn may_work_in_place(&self) -> bool {
        let settled = !self.region.can_bail && !self.region.unbounded && !self.facts.late_can_trap;
        settled || faults::on("in-place-though-it-may-bail")
    }

    /// The live-outs, and the values of the final stores.
    fn conclude(
        &self,
        outcome: Outcome,
        live_ins: &[u64],
        counts: &[u64],
        loaded: Vec<u64>,
    ) -> Result<(Vec<u64>, Vec<u64>), Skip> {
        let mut returned = match outcome {
            Outcome::Completed(returned) => returned,
            Outcome::Bailed => return Err(Skip::Bail),
            Outcome::TimedOut => return Err(Skip::Timeout),
            Outcome::Failed(error) => return Err(self.failed(&error)),
            Outcome::Declined(reason) => {
                self.note_failure(reason.to_string());
                return Err(Skip::Off);
            }
        };
        let (found, wanted) = (returned.len(), self.region.returns.len());
        if found != wanted {
            return Err(self.failed(&DeviceError::Returns { found, wanted }));
        }
        returned.extend(loaded);
        let values = self.region.scalars.evaluate(live_ins, counts, &returned);
        let value = |id: usize| values.get(id).copied().flatten();
        let live_outs = self.region.live_outs.iter().map(|out| value(out.value.0 as usize)).collect::<Option<_>>();
        let finals = self.region.finals.iter().map(|last| value(last.value.0 as usize)).collect::<Option<_>>();
        live_outs.zip(finals).ok_or(Skip::Bail)
    }

    fn note_failure(&self, reason: String) {
        *self.failure.lock().unwrap_or_else(PoisonError::into_inner) = Some(reason);
    }

    fn failed(&self, error: &DeviceError) -> Skip {
        self.note_failure(error.to_string());
        if error.turns_off() {
            // The first reason stays.
            let _ = self.slot.lost.set(error.to_string());
        }
        Skip::Error
    }
}

/// What a memory holds; none if the bytes aren't all there.
fn read(memories: &[GuestMemory<'_>], memory: u32, range: &Range<u64>, kind: LoadKind) -> Option<u64> {
    let bytes = memories.get(memory as usize)?.bytes(range)?;
    let bits = bytes.iter().rev().fold(0, |value, &byte| value << 8 | u64::from(byte));
    Some(if faults::on("dispatch-loads-without-extending") { bits } else { kind.extend(bits) })
}

/// Iterations of a dispatch: each point of the parallel space runs the longest of the loops inside it, presumably.
fn work(trips: &[u64], counts: &[u64]) -> u64 {
    // An extent is modulo 2^64, and one that is that large is a negative number.
    let extents = counts[trips.len()..].iter().filter(|&&count| i64::try_from(count).is_ok());
    let longest = extents.copied().max().unwrap_or(1).max(1);
    trips.iter().product::<u64>().saturating_mul(longest)
}

/// Has the load checker look at everything that the device may run.
fn prove(task: &Task<'_>, budget: &Budget) -> Result<(), PrepareError> {
    budget.check(task.region, task.kernel)?;
    for image in task.ptx.iter().filter(|image| image.mapping == task.mapping) {
        budget.check_ptx(task.region, image)?;
    }
    Ok(())
}

/// How often a region is left alone after it failed to complete: once after the first failure, twice as often after each
/// further one, up to a limit.
#[derive(Debug, Default)]
struct Patience {
    failures: AtomicU32,
    wait: AtomicU32,
}

impl Patience {
    const LIMIT: u32 = 10;

    fn allows(&self) -> bool {
        self.wait.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |wait| wait.checked_sub(1)).is_err()
    }

    fn learn(&self, completed: bool) {
        if completed {
            self.failures.store(0, Ordering::Relaxed);
        } else {
            let failures = self.failures.fetch_add(1, Ordering::Relaxed).min(Self::LIMIT);
            self.wait.store(1 << failures, Ordering::Relaxed);
        }
    }
}
