//! What every device must do: small regions with known results, run through the real dispatch.
//!
//! Each case is a region, a kernel, live-ins and memories, and says what must be there afterwards: the memories and
//! live-outs of a completed dispatch, or unchanged memories and the cause of a skip. [`run`] gives a device each of them and
//! reports. A device that needs alignment may skip the case that has none; a device that can't prepare a region is
//! reported as skipping it, never as passing.

mod accesses;
mod finals;
mod folds;
mod gathers;
mod narrow;
mod nests;
mod refusals;
mod returns;
mod sketch;
mod updates;
mod vectors;
mod wide;

use crate::config::NanMode;
use crate::device::Device;
use crate::dispatch::{HostedRegion, Slot, Terms};
use crate::memory::GuestMemory;
use crate::stats::Skip;
use bundle::{FpMode, PtxImage};
use ir::region::{Kernel, Region};
use std::fmt;
use std::sync::Arc;

/// One thing that a device must do.
#[derive(Clone, Debug)]
pub struct Case {
    /// Its name.
    pub name: String,
    /// The region.
    pub region: Region,
    /// Its kernel.
    pub kernel: Kernel,
    /// The live-ins as raw bits.
    pub live_ins: Vec<u64>,
    /// The memories, by index.
    pub memories: Vec<Vec<u8>>,
    /// True if memory 1 is memory 0 under another index.
    pub aliased: bool,
    /// True if some access isn't aligned.
    pub misaligned: bool,
    /// What must come of it.
    pub expect: Expect,
}

/// What must come of a case.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Expect {
    /// The dispatch completes.
    Done {
        /// The memories afterwards.
        memories: Vec<Vec<u8>>,
        /// The live-outs' bits.
        live_outs: Vec<u64>,
    },
    /// The dispatch is skipped for this cause, and no byte has changed.
    Skipped(Skip),
}

/// How a device did on one case.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Verdict {
    /// As expected.
    Passed,
    /// The device couldn't run it and changed nothing.
    Skipped(String),
    /// Not as expected.
    Failed(Difference),
}

/// In what a result differs.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Difference {
    /// In whether and why it was skipped.
    End {
        /// What was expected: the cause of a skip, or `None` for completion.
        wanted: Option<Skip>,
        /// What came.
        found: Option<Skip>,
    },
    /// In the live-outs.
    LiveOuts {
        /// What was expected.
        wanted: Vec<u64>,
        /// What came.
        found: Vec<u64>,
    },
    /// In a byte of memory.
    Byte {
        /// The memory index.
        memory: usize,
        /// The address.
        address: usize,
        /// What was expected.
        wanted: u8,
        /// What came.
        found: u8,
    },
    /// The case itself is invalid.
    Region(String),
}

/// How a device did.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Report {
    /// The device's name.
    pub device: String,
    /// The verdict on each case.
    pub verdicts: Vec<(String, Verdict)>,
}

impl Report {
    /// True if no case failed.
    pub fn is_clean(&self) -> bool {
        !self.verdicts.iter().any(|(_, verdict)| matches!(verdict, Verdict::Failed(_)))
    }

    /// How many cases passed.
    pub fn passed(&self) -> usize {
        self.verdicts.iter().filter(|(_, verdict)| *verdict == Verdict::Passed).count()
    }
}

impl fmt::Display for Report {
    /// One line per case that didn't pass, and a summary.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (name, verdict) in &self.verdicts {
            match verdict {
                Verdict::Passed => {}
                Verdict::Skipped(reason) => writeln!(f, "{}: {name}: skipped: {reason}", self.device)?,
                Verdict::Failed(difference) => writeln!(f, "{}: {name}: FAILED: {difference:?}", self.device)?,
            }
        }
        writeln!(f, "{}: {} of {} passed", self.device, self.passed(), self.verdicts.len())
    }
}

/// Every case. The one that never ends is the last, because it may keep a device busy.
pub fn cases() -> Vec<Case> {
    let mut cases = accesses::cases();
    cases.extend(folds::cases());
    cases.extend(gathers::cases());
    cases.extend(updates::cases());
    cases.extend(narrow::cases());
    cases.extend(returns::cases());
    cases.extend(vectors::cases());
    cases.extend(wide::cases());
    cases.extend(nests::cases());
    cases.extend(finals::cases());
    cases.extend(refusals::cases());
    cases
}

/// Runs every case on `device`; `images` makes the PTX of a region, for devices that need it.
pub fn run(device: &Arc<dyn Device>, images: &dyn Fn(&Region, &Kernel) -> Vec<PtxImage>) -> Report {
    let verdicts = cases().iter().map(|case| (case.name.clone(), check(case, device, images))).collect();
    Report { device: device.name().to_string(), verdicts }
}

/// The step budget of the suite: far more than a bounded case needs, and soon spent by one that doesn't end.
const STEP_BUDGET: u64 = 1 << 16;

fn check(case: &Case, device: &Arc<dyn Device>, images: &dyn Fn(&Region, &Kernel) -> Vec<PtxImage>) -> Verdict {
    let (nan, fp) = (NanMode::Canonical, FpMode::Relaxed);
    let terms = Terms { nan, fp, min_work: 0, adaptive: false, step_budget: STEP_BUDGET };
    let images = images(&case.region, &case.kernel);
    let hosted = match HostedRegion::new(&case.region, &case.kernel, &images, &Slot::new(device.clone()), terms) {
        Ok(hosted) => hosted,
        Err(error) => return Verdict::Failed(Difference::Region(error.to_string())),
    };
    let mut memories = case.memories.clone();
    let result = dispatch(&hosted, case, &mut memories);
    let stats = hosted.stats();
    match (&result, &case.expect) {
        // Nothing but unchanged memories can be asked of a device that declines.
        (Err(Skip::Off), _) => {
            let reason = stats.off.or(stats.failure).unwrap_or_default();
            difference(&case.memories, &memories).map_or(Verdict::Skipped(reason), Verdict::Failed)
        }
        (Err(Skip::Alignment), Expect::Done { .. }) if case.misaligned && device.needs_alignment() => {
            difference(&case.memories, &memories).map_or(Verdict::Passed, Verdict::Failed)
        }
        // A gather finds out in the kernel that its address isn't aligned.
        (Err(Skip::Bail), Expect::Done { .. }) if case.misaligned && device.needs_alignment() => {
            difference(&case.memories, &memories).map_or(Verdict::Passed, Verdict::Failed)
        }
        (Ok(found), Expect::Done { memories: wanted, live_outs }) => {
            if found != live_outs {
                return Verdict::Failed(Difference::LiveOuts { wanted: live_outs.clone(), found: found.clone() });
            }
            difference(wanted, &memories).map_or(Verdict::Passed, Verdict::Failed)
        }
        (Err(found), Expect::Skipped(wanted)) if found == wanted => {
            difference(&case.memories, &memories).map_or(Verdict::Passed, Verdict::Failed)
        }
        // A kernel that counts its own steps bails where another device gives up waiting.
        (Err(Skip::Bail), Expect::Skipped(Skip::Timeout)) => {
            difference(&case.memories, &memories).map_or(Verdict::Passed, Verdict::Failed)
        }
        (found, expect) => Verdict::Failed(Difference::End {
            wanted: match expect {
                Expect::Done { .. } => None,
                Expect::Skipped(cause) => Some(*cause),
            },
            found: found.as_ref().err().copied(),
        }),
    }
}

fn dispatch(hosted: &HostedRegion, case: &Case, memories: &mut [Vec<u8>]) -> Result<Vec<u64>, Skip> {
    let views = match memories {
        [bytes] if case.aliased => GuestMemory::twice(bytes).into(),
        memories => memories.iter_mut().map(|bytes| GuestMemory::of_slice(bytes)).collect(),
    };
    hosted.dispatch(&case.live_ins, views)
}

fn difference(wanted: &[Vec<u8>], found: &[Vec<u8>]) -> Option<Difference> {
    for (memory, (wanted, found)) in wanted.iter().zip(found).enumerate() {
        if let Some(address) = (0..wanted.len()).find(|&i| wanted[i] != found[i]) {
            return Some(Difference::Byte { memory, address, wanted: wanted[address], found: found[address] });
        }
    }
    None
}

/// Bytes that look different everywhere, so that a byte in the wrong place shows.
fn noise(len: usize) -> Vec<u8> {
    (0..len as u32).map(|i| (i.wrapping_mul(0x9e37_79b1) >> 23) as u8).collect()
}

/// Replaces the bytes from `at` on.
fn put<const N: usize>(bytes: &mut [u8], at: usize, value: [u8; N]) {
    bytes[at..at + N].copy_from_slice(&value);
}

/// The bytes from `at` on.
fn get<const N: usize>(bytes: &[u8], at: usize) -> [u8; N] {
    std::array::from_fn(|i| bytes[at + i])
}
