//! SANDBOX: the decision. May this dispatch run, and on which bytes?
//!
//! Input are a region, the live-ins of one entry and the memories as they are now; output is a [`Plan`], or the cause of a
//! skip. What holds of a plan: every guard said yes; every trip count lies between 1 and [`limits::MAX_TRIPS`] and their
//! product fits 63 bits; every hull lies inside its memory's current length, whatever the guards say; where the kernel checks
//! addresses, the hull is a reach as [`crate::reach`] chooses it; each byte is in at most
//! one window; what is stored after the launch lies inside its memory and has no byte in common with any hull or another such
//! store; for a device that needs it, every base and stride of an access that isn't checked is a multiple of the footprint's
//! alignment; every
//! live-out and every final value that doesn't depend on returned values exists. Who relies on it: the transaction, every device, and through
//! them the host's memory safety.
//!
//! [`Facts`] are what can be told from the region alone, once.

use crate::device::Device;
use crate::reach::{self, Hint, Longest};
use crate::stats::Skip;
use crate::windows::{Hull, Window, covers_hull, merge};
use ir::abi::Reach;
use ir::faults;
use ir::lowered::{Type, UnaryOp};
use ir::region::{Answer, Dims, GuardEnv, IntId, Region, Scalar, Step, limits};
use std::ops::Range;

/// What a region's own text says, found out once.
#[derive(Clone, Debug)]
pub(crate) struct Facts {
    /// For each scalar node, whether it is 64 bits wide.
    wide: Vec<bool>,
    /// For each scalar node, whether it depends on a returned value.
    late: Vec<bool>,
    /// True if computing the live-outs after a launch may find one without a value.
    pub late_can_trap: bool,
    /// The mappings that the schedule launches, in order.
    pub launches: Vec<u32>,
    /// How often each dimension runs at most, see [`Region::dims`].
    dims: Dims,
}

impl Facts {
    /// The facts of a verified region.
    pub(crate) fn of(region: &Region) -> Facts {
        let live_ins: Vec<Type> = region.live_ins.iter().map(|l| l.ty).collect();
        let returned = region.returned_types();
        let types = region.scalars.types(&live_ins, &returned).unwrap_or_default();
        let mut late: Vec<bool> = Vec::with_capacity(region.scalars.0.len());
        let mut risky: Vec<bool> = Vec::with_capacity(region.scalars.0.len());
        let mut late_can_trap = false;
        for node in &region.scalars.0 {
            let is = |list: &[bool], i: u32| list.get(i as usize).copied().unwrap_or(false);
            // A late node is risky as well if an operand that isn't late can trap: nobody asks for that one before.
            let (depends, traps) = match *node {
                Scalar::Unary(op, a) => (is(&late, a.0), UnaryOp::can_trap(op) || is(&risky, a.0)),
                Scalar::Binary(op, a, b) => {
                    (is(&late, a.0) || is(&late, b.0), op.can_trap() || is(&risky, a.0) || is(&risky, b.0))
                }
                Scalar::Returned(_) => (true, false),
                Scalar::LiveIn(_) | Scalar::Const(_) | Scalar::Trip(_) => (false, false),
            };
            late.push(depends);
            risky.push(traps);
            late_can_trap |= depends && traps;
        }
        let mut launches = Vec::new();
        collect_launches(&region.schedule, &mut launches);
        let wide = types.iter().map(|t| t.bits() == 64).collect();
        Facts { wide, late, late_can_trap, launches, dims: region.dims() }
    }
}

fn collect_launches(step: &Step, into: &mut Vec<u32>) {
    match step {
        Step::Seq(steps) => steps.iter().for_each(|s| collect_launches(s, into)),
        Step::Launch { mapping } => into.push(*mapping),
        Step::For { body, .. } => collect_launches(body, into),
        Step::Barrier => {}
    }
}

/// A dispatch that may run.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Plan {
    /// The trip count of each parallel dimension.
    pub trips: Vec<u64>,
    /// The same, followed by the extents of the sequential dimensions, modulo 2^64.
    pub counts: Vec<u64>,
    /// Where the footprints are.
    pub windows: Vec<Window>,
    /// The hull of each footprint.
    pub reaches: Vec<Reach>,
    /// Where each final store goes: a memory index and the bytes.
    pub finals: Vec<(u32, Range<u64>)>,
    /// Memory and bytes of each final load, which meet nothing that is written.
    pub final_loads: Vec<(u32, Range<u64>)>,
}

/// What a device asks of a plan.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Needs {
    /// It can't access unaligned memory.
    pub alignment: bool,
    /// The longest reach that it takes.
    pub longest_reach: u64,
}

impl Needs {
    /// The needs of `device`.
    pub(crate) fn of(device: &dyn Device) -> Needs {
        Needs { alignment: device.needs_alignment(), longest_reach: device.longest_reach() }
    }
}

/// One memory as the decision sees it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct MemoryFacts {
    /// Equal exactly for the same memory.
    pub identity: u64,
    /// The length in bytes.
    pub len: u64,
}

/// Decides about one dispatch. `memories` are by memory index.
pub(crate) fn plan(
    region: &Region,
    facts: &Facts,
    live_ins: &[u64],
    memories: &[MemoryFacts],
    needs: Needs,
) -> Result<Plan, Skip> {
    let values = region.scalars.evaluate(live_ins, &[], &[]);
    let scalars: Vec<Option<(u64, bool)>> =
        values.iter().zip(&facts.wide).map(|(value, &wide)| value.map(|bits| (bits, wide))).collect();
    let sizes: Vec<(u64, u64)> = memories.iter().map(|m| (m.identity, m.len)).collect();
    let env = GuardEnv { scalars: &scalars, memories: &sizes };
    let answer = region
        .program
        .evaluate(env, &region.footprints, &facts.dims, &region.guards)
        .ok()
        .filter(|answer| answer.refused.is_none())
        .ok_or(Skip::Guard)?;
    let trips = trips(region, &answer)?;
    let (hulls, finals) = hulls(region, &facts.dims.counts, &answer, memories, needs.longest_reach)?;
    if needs.alignment && !is_aligned(region, &answer.ints) && !faults::on("plan-alignment-unchecked") {
        return Err(Skip::Alignment);
    }
    let final_loads = final_loads(region, &answer, memories, hulls.iter().filter(|hull| hull.written).chain(&finals))?;
    let extent = |id: &IntId| answer.ints.get(id.0 as usize).map(|&n| n as u64).ok_or(Skip::Guard);
    let extents = region.extents.iter().map(extent).collect::<Result<Vec<u64>, Skip>>()?;
    let counts: Vec<u64> = trips.iter().chain(&extents).copied().collect();
    let known = region.scalars.evaluate(live_ins, &counts, &[]);
    let missing = |id: usize| known.get(id).copied().flatten().is_none() && !facts.late.get(id).is_some_and(|&l| l);
    let mut wanted = region.live_outs.iter().map(|out| out.value).chain(region.finals.iter().map(|last| last.value));
    if wanted.any(|value| missing(value.0 as usize)) {
        return Err(Skip::Guard);
    }
    let reach = |hull: &Hull| Reach { low: hull.range.start, length: hull.range.end - hull.range.start };
    let finals = finals.into_iter().map(|hull| (hull.memory, hull.range)).collect();
    Ok(Plan { trips, counts, windows: merge(&hulls), reaches: hulls.iter().map(reach).collect(), finals, final_loads })
}

fn trips(region: &Region, answer: &Answer) -> Result<Vec<u64>, Skip> {
    let mut product: u64 = 1;
    let mut trips = Vec::with_capacity(region.trips.len());
    for &IntId(id) in &region.trips {
        let trip = *answer.ints.get(id as usize).ok_or(Skip::Guard)?;
        if !(1..=limits::MAX_TRIPS).contains(&trip) {
            return Err(Skip::Guard);
        }
        product = product.checked_mul(trip as u64).filter(|&p| p <= i64::MAX as u64).ok_or(Skip::Guard)?;
        trips.push(trip as u64);
    }
    Ok(trips)
}

/// Where 32-bit addresses end: no hull reaches further whose kernel computes such.
const ADDRESSES: u64 = 1 << 32;

/// The hulls, each inside its memory: first those that footprints give, then those that are chosen with these in view. Apart
/// from them the bytes of final stores, which meet no hull and not each other.
fn hulls(
    region: &Region,
    counts: &[IntId],
    answer: &Answer,
    memories: &[MemoryFacts],
    longest_reach: u64,
) -> Result<(Vec<Hull>, Vec<Hull>), Skip> {
    let mut hulls = Vec::with_capacity(region.footprints.len());
    let mut checked = Vec::new();
    for (footprint, bounds) in region.footprints.iter().zip(&answer.hulls) {
        let memory = memories.get(footprint.memory as usize).ok_or(Skip::Guard)?;
        let end = if footprint.wide { memory.len } else { memory.len.min(ADDRESSES) };
        if footprint.access.is_checked() {
            let span = footprint.span.and_then(|IntId(id)| answer.ints.get(id as usize).copied());
            checked.push((hulls.len(), Hint { at: bounds.lo, width: footprint.width, end, span }));
            let (identity, written) = (memory.identity, footprint.access.writes());
            hulls.push(Hull { identity, memory: footprint.memory, range: 0..0, written, covered: false });
            continue;
        }
        hulls.push(Hull {
            identity: memory.identity,
            memory: footprint.memory,
            range: inside(end, bounds.lo, bounds.hi)?,
            written: footprint.access.writes(),
            covered: covers_hull(footprint, &answer.ints, counts),
        });
    }
    for last in &region.finals {
        let memory = memories.get(last.memory as usize).ok_or(Skip::Guard)?;
        let start = *answer.ints.get(last.base.0 as usize).ok_or(Skip::Guard)?;
        let range = inside(memory.len, start, start.saturating_add(i128::from(last.width)))?;
        hulls.push(Hull { identity: memory.identity, memory: last.memory, range, written: true, covered: false });
    }
    // What is stored in the end is written, so that nothing is gathered or updated there.
    let longest = Longest { all: longest_reach, updates: worth_copying(counts, answer) };
    reach::choose(&mut hulls, &checked, longest).ok_or(Skip::Guard)?;
    let finals = hulls.split_off(region.footprints.len());
    let apart =
        |x: &Hull, y: &Hull| x.identity != y.identity || x.range.end <= y.range.start || y.range.end <= x.range.start;
    let alone = |(i, last): (usize, &Hull)| hulls.iter().chain(&finals[..i]).all(|hull| apart(last, hull));
    let fine = finals.iter().enumerate().all(alone) || faults::on("plan-final-store-meets-others");
    if fine { Ok((hulls, finals)) } else { Err(Skip::Guard) }
}

/// The bytes of final loads, none of which is written.
fn final_loads<'h>(
    region: &Region,
    answer: &Answer,
    memories: &[MemoryFacts],
    written: impl Iterator<Item = &'h Hull> + Clone,
) -> Result<Vec<(u32, Range<u64>)>, Skip> {
    let mut loads = Vec::with_capacity(region.final_loads.len());
    for load in &region.final_loads {
        let memory = memories.get(load.memory as usize).ok_or(Skip::Guard)?;
        let start = *answer.ints.get(load.base.0 as usize).ok_or(Skip::Guard)?;
        let range = inside(memory.len, start, start.saturating_add(load.kind.width().into()))?;
        let meets = |hull: &Hull| {
            hull.identity == memory.identity && hull.range.start < range.end && range.start < hull.range.end
        };
        if written.clone().any(meets) && !faults::on("plan-final-load-of-written-bytes") {
            return Err(Skip::Guard);
        }
        loads.push((load.memory, range));
    }
    Ok(loads)
}

/// The range from `lo` to `hi`, if it lies below `end`.
fn inside(end: u64, lo: i128, hi: i128) -> Result<Range<u64>, Skip> {
    let end = i128::from(end) + 16 * i128::from(faults::on("plan-windows-end-behind-memory"));
    let fits = lo >= 0 && hi >= lo && hi <= end;
    if fits { Ok(lo as u64..hi as u64) } else { Err(Skip::Guard) }
}

/// How many bytes may be copied for updates at most: what a table of a common size takes, or in proportion to the work.
fn worth_copying(counts: &[IntId], answer: &Answer) -> u64 {
    const AT_LEAST: u128 = 1 << 20;
    const PER_ITERATION: u128 = 16;
    let count = |IntId(id): &IntId| answer.ints.get(*id as usize).map_or(1, |&count| count.max(1).unsigned_abs());
    let iterations = counts.iter().map(count).fold(1u128, u128::saturating_mul);
    u64::try_from(iterations.saturating_mul(PER_ITERATION).max(AT_LEAST)).unwrap_or(u64::MAX)
}

/// True if every access of every iteration is naturally aligned, given that bases and strides are. The kernel sees to it that
/// checked ones are.
fn is_aligned(region: &Region, ints: &[i128]) -> bool {
    region.footprints.iter().filter(|footprint| !footprint.access.is_checked()).all(|footprint| {
        let aligned = |IntId(id): IntId| ints.get(id as usize).is_some_and(|v| v % footprint.align as i128 == 0);
        aligned(footprint.base) && footprint.dims.iter().all(|d| aligned(d.stride))
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::conformance::{self, Case};

    fn case(name: &str) -> Case {
        conformance::cases().into_iter().find(|case| case.name == name).unwrap()
    }

    fn decide(case: &Case, live_ins: &[u64], memories: &[(u64, u64)], needs_alignment: bool) -> Result<Plan, Skip> {
        let memories: Vec<MemoryFacts> =
            memories.iter().map(|&(identity, len)| MemoryFacts { identity, len }).collect();
        let needs = Needs { alignment: needs_alignment, longest_reach: u64::MAX };
        plan(&case.region, &Facts::of(&case.region), live_ins, &memories, needs)
    }

    fn show(plan: Result<Plan, Skip>) -> String {
        match plan {
            Err(cause) => format!("{cause:?}"),
            Ok(Plan { trips, windows, .. }) => {
                let window = |w: &Window| format!("; {}:{:?} of {:?}", w.memory, w.range, w.footprints);
                format!("{trips:?}{}", windows.iter().map(window).collect::<String>())
            }
        }
    }

    #[test]
    fn memories_are_told_apart_by_identity() {
        let case = case("one memory under two indices");
        let lines = [
            show(decide(&case, &[10, 256, 256], &[(7, 4096), (7, 4096)], false)),
            show(decide(&case, &[10, 256, 256], &[(7, 4096), (8, 4096)], false)),
            show(decide(&case, &[10, 256, 256], &[(7, 4096), (8, 290)], false)),
            show(decide(&case, &[10, 256, 256], &[(7, 4096)], false)),
        ];
        insta::assert_snapshot!(lines.join("\n"), @r"
        [10]; 1:256..296 of [0, 1]
        [10]; 0:256..296 of [1]; 1:256..296 of [0]
        Guard
        Guard
        ");
    }

    #[test]
    fn alignment_is_asked_of_bases_and_strides() {
        let case = case("saxpy");
        let at = |x, y, aligned| show(decide(&case, &[10, x, y, 0], &[(7, 4096)], aligned));
        let lines = [at(64, 512, true), at(66, 512, true), at(64, 513, true), at(66, 513, false)];
        insta::assert_snapshot!(lines.join("\n"), @r"
        [10]; 0:64..104 of [0]; 0:512..552 of [1]
        Alignment
        Alignment
        [10]; 0:66..106 of [0]; 0:513..553 of [1]
        ");
    }

    #[test]
    fn trip_counts_must_be_countable() {
        let mut case = case("three dimensions");
        for footprint in &mut case.region.footprints {
            footprint.dims.clear();
        }
        let most = i32::MAX as u64;
        let trips = |l, m, n| show(decide(&case, &[l, m, n, 16], &[(7, 4096)], false));
        let lines = [trips(most, most, 1), trips(most, most, 2), trips(most, most, 3), trips(1, 0, 1)];
        insta::assert_snapshot!(lines.join("\n"), @r"
        [2147483647, 2147483647, 1]; 0:16..24 of [0]
        [2147483647, 2147483647, 2]; 0:16..24 of [0]
        Guard
        Guard
        ");
    }

    #[test]
    fn a_late_trap_forbids_work_in_place() {
        let late = |name| Facts::of(&case(name).region).late_can_trap;
        assert!(late("a live-out that has no value after the launch"));
        assert!(!late("a live-out that has no value"));
        assert!(!late("a sum and a last value, joined with live-ins"));
    }
}
