//! The CPU device: a region's kernel as native code, spread over a private pool of threads.
//!
//! Input is a launch with its transaction, output the combined returned values. The pool serves the launches of any number
//! of stores at once. The iteration space is cut into boxes along its outer dimensions; which thread runs which box is left to the pool, but returned values are combined in the
//! order of the boxes, so a result doesn't depend on timing; where floats are folded, the boxes are the parts of the fold, so that it
//! doesn't depend on the number of threads either. The guest's thread waits and runs none of them.
//!
//! Why calling native code is sound: the dispatch has checked that every hull lies inside its memory and that the guards
//! hold, so every access of the kernel lies in a window, or bails because it isn't within its reach, which does; `place` gives addresses that are good for the whole window for as
//! long as the transaction is borrowed, which is until every box has ended. Boxes are disjoint parts of the iteration space,
//! and no two different iterations touch a common byte if one of them writes it (the region's dependence rule), but for updates,
//! for which each box has cells of its own (`privates.rs`).
//!
//! Float arithmetic depends on the thread's control register, which a new thread inherits from whoever starts it: each
//! worker sets it to round to nearest with subnormals.
#![allow(unsafe_code)]

use super::privates::Updated;
use super::{Device, DeviceError, Launch, Outcome, PrepareError, Prepared, Task};
use crate::config::NanMode;
use crate::transaction::Transaction;
use ir::faults;
use ir::region::fold;
use lowering::native::{self, Chunk, Exit, NativeKernel};
use rayon::prelude::*;
use rayon::{ThreadPool, ThreadPoolBuildError, ThreadPoolBuilder};
use std::iter::once;
use std::ops::Range;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError, Weak};

/// Boxes per thread: enough to even out threads of different speed.
const BOXES_PER_THREAD: u64 = 4;

/// Native code on a pool of threads that runs nothing else.
#[derive(Clone, Debug)]
pub struct Cpu {
    pool: Arc<ThreadPool>,
}

/// The pools in use, by the number of threads that was asked for.
static POOLS: Mutex<Vec<(usize, Weak<ThreadPool>)>> = Mutex::new(Vec::new());

impl Cpu {
    /// A device with `threads` threads, or one per core for 0.
    ///
    /// Devices of this process that ask for the same number share the threads, so that an embedder may load many bundles;
    /// the threads end with the last of those devices.
    pub fn new(threads: usize) -> Result<Cpu, ThreadPoolBuildError> {
        // The list is as good after a panic as before it.
        let mut pools = POOLS.lock().unwrap_or_else(PoisonError::into_inner);
        pools.retain(|(_, pool)| pool.strong_count() > 0);
        if let Some(pool) = pools.iter().filter(|(wanted, _)| *wanted == threads).find_map(|(_, pool)| pool.upgrade()) {
            return Ok(Cpu { pool });
        }
        let builder = ThreadPoolBuilder::new().num_threads(threads).thread_name(|i| format!("tensorwasm-cpu-{i}"));
        let pool = Arc::new(builder.start_handler(|_| reset_float_control()).build()?);
        pools.push((threads, Arc::downgrade(&pool)));
        Ok(Cpu { pool })
    }
}

impl Device for Cpu {
    fn name(&self) -> &str {
        "cpu"
    }

    fn needs_alignment(&self) -> bool {
        false
    }

    fn prepare(&self, task: &Task<'_>) -> Result<Box<dyn Prepared>, PrepareError> {
        let options =
            native::Options { canonical_nan: task.nan == NanMode::Canonical, bounded: !task.region.unbounded };
        let kernel = native::compile(task.kernel, task.region.footprints.len() as u32, &options)
            .map_err(|error| PrepareError::Device(Box::new(error)))?;
        let (updated, folds) = (Updated::of(task.region), task.region.is_relaxed());
        Ok(Box::new(CpuRegion { kernel, pool: self.pool.clone(), updated, folds }))
    }
}

struct CpuRegion {
    kernel: NativeKernel,
    pool: Arc<ThreadPool>,
    updated: Updated,
    /// True if floats are folded.
    folds: bool,
}

impl Prepared for CpuRegion {
    fn launch(&self, launch: &Launch<'_>, transaction: &mut Transaction<'_>) -> Outcome {
        self.run(launch, transaction).unwrap_or_else(Outcome::Failed)
    }
}

impl CpuRegion {
    fn run(&self, launch: &Launch<'_>, transaction: &mut Transaction<'_>) -> Result<Outcome, DeviceError> {
        let threads = self.pool.current_num_threads() as u64;
        let boxes = match launch.trips {
            &[trip] if self.folds => fold::parts(trip).map(|part| vec![part]).collect(),
            trips => boxes(trips, self.updated.boxes(launch, threads, threads * BOXES_PER_THREAD)),
        };
        // What can fail comes before the guest's memory is in reach.
        let mut privates = self.updated.privates(launch, boxes.len())?;
        let shared = transaction.place()?;
        let own = privates.iter_mut().map(|privates| self.updated.deltas(launch, &shared, privates));
        let deltas: Vec<Vec<u64>> = once(shared.clone()).chain(own).collect();
        let stop = AtomicBool::new(false);
        let run_box = |(ranges, deltas): (&Vec<Range<u64>>, &Vec<u64>)| {
            let mut returns = self.kernel.initial_returns();
            // Once one box has given up, the results of the others are of no use.
            if stop.load(Ordering::Relaxed) {
                return (Exit::Completed, returns, false);
            }
            let Launch { trips, live_ins, reaches, budget } = *launch;
            let chunk = Chunk { ranges, trips, deltas, reaches, live_ins, budget };
            // SAFETY: every access lies in a window, whose bytes `place` made valid at these addresses, writable where the
            // kernel writes; boxes don't conflict; see the header.
            let exit = unsafe { self.kernel.run(&chunk, &mut returns) };
            if exit != Exit::Completed {
                stop.store(true, Ordering::Relaxed);
            }
            (exit, returns, chunk.holds_last())
        };
        let first = usize::from(faults::on("cpu-first-box-lost") && boxes.len() > 1);
        let all = || {
            let each = boxes[first..].par_iter().zip(&deltas[first..]);
            self.pool.install(|| each.with_max_len(1).map(run_box).collect())
        };
        // A worker of another pool would run that pool's jobs, another guest's among them, on this guest's stack while it
        // waits; a thread of its own waits in its place.
        let ends: Vec<_> = match rayon::current_thread_index() {
            None => all(),
            Some(_) => match std::thread::scope(|scope| scope.spawn(all).join()) {
                Ok(ends) => ends,
                Err(panic) => std::panic::resume_unwind(panic),
            },
        };
        let mut combined = self.kernel.initial_returns();
        for (exit, returns, holds_last) in &ends {
            match exit {
                Exit::Completed => {
                    let holds_last = *holds_last != faults::on("cpu-last-value-of-another-box");
                    self.kernel.merge(&mut combined, returns, holds_last);
                }
                Exit::Bailed if faults::on("cpu-commits-after-a-bail") => {}
                Exit::Budget if faults::on("cpu-commits-after-the-budget") => {}
                Exit::Bailed => return Ok(Outcome::Bailed),
                Exit::Budget => return Ok(Outcome::TimedOut),
            }
        }
        self.updated.merge(launch, &privates, transaction)?;
        Ok(Outcome::Completed(combined))
    }
}

/// Cuts the iteration space into about `wanted` boxes, in lexicographic order.
///
/// Outer dimensions are cut into single iterations until the next one has enough of them to cut it into ranges.
fn boxes(trips: &[u64], wanted: u64) -> Vec<Vec<Range<u64>>> {
    let mut boxes: Vec<Vec<Range<u64>>> = vec![Vec::with_capacity(trips.len())];
    for &trip in trips {
        let pieces = wanted.max(1).div_ceil(boxes.len() as u64).clamp(1, trip.max(1));
        let short = faults::on("cpu-last-iteration-lost") && trip > 1;
        let trip = trip - u64::from(short);
        let cut = |i: u64| (trip as u128 * i as u128 / pieces as u128) as u64;
        boxes = boxes
            .iter()
            .flat_map(|outer| (0..pieces).map(move |i| outer.iter().cloned().chain(once(cut(i)..cut(i + 1))).collect()))
            .collect();
    }
    boxes
}

/// Rounding to nearest, subnormals kept, no exceptions.
fn reset_float_control() {
    #[cfg(target_arch = "x86_64")]
    {
        let control: u32 = 0x1f80;
        // SAFETY: the value is the register's state after reset, which is what Rust code assumes of it.
        unsafe { std::arch::asm!("ldmxcsr [{}]", in(reg) &control, options(nostack, readonly)) }
    }
    #[cfg(target_arch = "aarch64")]
    // SAFETY: zero is the register's default, which is what Rust code assumes of it.
    unsafe {
        std::arch::asm!("msr fpcr, xzr", options(nostack, nomem))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn devices_of_one_size_share_their_threads_while_one_lives() {
        // Sizes that no other test asks for.
        let (first, other) = (Cpu::new(5).unwrap(), Cpu::new(6).unwrap());
        let second = Cpu::new(5).unwrap();
        assert!(Arc::ptr_eq(&first.pool, &second.pool) && !Arc::ptr_eq(&first.pool, &other.pool));
        let pool = Arc::downgrade(&first.pool);
        drop((first, second));
        assert!(pool.upgrade().is_none());
        assert_eq!(Cpu::new(5).unwrap().pool.current_num_threads(), 5);
    }

    #[test]
    fn boxes_cut_outer_dimensions_first() {
        let lines = [&[10, 6][..], &[2, 5], &[1, 1, 3], &[1]].map(|trips| format!("{trips:?}: {:?}", boxes(trips, 4)));
        insta::assert_snapshot!(lines.join("\n"), @r"
        [10, 6]: [[0..2, 0..6], [2..5, 0..6], [5..7, 0..6], [7..10, 0..6]]
        [2, 5]: [[0..1, 0..2], [0..1, 2..5], [1..2, 0..2], [1..2, 2..5]]
        [1, 1, 3]: [[0..1, 0..1, 0..1], [0..1, 0..1, 1..2], [0..1, 0..1, 2..3]]
        [1]: [[0..1]]
        ");
    }

    #[test]
    fn boxes_are_a_partition_in_order() {
        for trips in [vec![7, 3, 5], vec![1, 1, 100], vec![3, 1 << 38]] {
            let boxes = boxes(&trips, 8);
            let points: u128 =
                boxes.iter().map(|b| b.iter().map(|r| (r.end - r.start) as u128).product::<u128>()).sum();
            assert_eq!(points, trips.iter().map(|&t| t as u128).product::<u128>());
            assert!(boxes.iter().all(|b| b.iter().all(|r| !r.is_empty())));
            let starts: Vec<Vec<u64>> = boxes.iter().map(|b| b.iter().map(|r| r.start).collect()).collect();
            assert!(starts.windows(2).all(|w| w[0] < w[1]));
        }
    }
}
