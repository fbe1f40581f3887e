//! The cases of a region's harness.
//!
//! Most cases are such that the dispatch runs: guards hold, hulls lie in memory, a few iterations or a few hundred. A
//! quarter is one step away from that, where a wrong guard would show; the rest is anything at all. Each case depends on
//! the seed and its own number alone.

use crate::contents::{Fill, Lane};
use crate::duel::{Shot, bytes_of};
use crate::guest::FUEL;
use crate::harness::Param;
use crate::random::Random;
use crate::solve::{Judge, Want};
use ir::lowered::{LoadKind, Op, Type};
use ir::region::{Bounds, Kernel, Region};

/// Ranges of iteration counts, with weights: a block has 256 threads, so some counts need two of them.
const TRIPS: [(i128, i128, u32); 5] = [(1, 3, 20), (4, 24, 35), (25, 120, 25), (200, 300, 12), (500, 1500, 8)];
/// Any iteration count that a device under test can take in a moment.
const ANY: Want = Want { least: 1, most: 4096, aligned: false, quiet: false };
/// Whatever no guard refuses.
const ALLOWED: Want = Want { least: i128::MIN, most: i128::MAX, aligned: false, quiet: false };
/// Solutions from which walks begin.
const BASES: usize = 12;
/// Steps of a search from nothing, and of a search from a known solution.
const FAR_STEPS: u32 = 3000;
const NEAR_STEPS: u32 = 120;

/// How much longer than usual a refused case may take.
const LONG: u64 = 100;
/// Pages of the memories that are tried first.
const FEW: u64 = 4;
/// Pages that are filled as a whole.
const SMALL: u64 = 8;
/// Bytes that are filled on both sides of a hull, and at most from its start.
const MARGIN: i128 = 4096;
const LONGEST: i128 = 1 << 20;

/// What a generator draws from.
pub(crate) struct Shots<'r> {
    region: &'r Region,
    params: &'r [Param],
    judge: Judge<'r>,
    aliased: Option<Judge<'r>>,
    bases: Vec<Vec<u64>>,
    lanes: Vec<Lane>,
    pages: u64,
    seed: u64,
    /// True if some live-ins were seen that the guards refuse.
    pub can_refuse: bool,
}

/// How near to a running dispatch a case is meant to be.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Aim {
    Runs,
    Near,
    Wild,
}

impl<'r> Shots<'r> {
    /// Looks for live-ins with which a dispatch runs, in memories of `pages` pages, and if there are none of `more` pages.
    pub fn new(
        region: &'r Region,
        kernel: &'r Kernel,
        params: &'r [Param],
        memories: usize,
        more: u64,
        seed: u64,
    ) -> Self {
        let seed = Random::of(seed, &[region.id as u64]).next();
        let lanes = lanes(&kernel.func);
        let mut shots = Shots::sized(region, kernel, params, memories, FEW, lanes.clone(), seed);
        if shots.bases.is_empty() && more > FEW {
            shots = Shots::sized(region, kernel, params, memories, more, lanes, seed);
        }
        shots
    }

    fn sized(
        region: &'r Region,
        kernel: &'r Kernel,
        params: &'r [Param],
        memories: usize,
        pages: u64,
        lanes: Vec<Lane>,
        seed: u64,
    ) -> Shots<'r> {
        let apart = (0..memories as u64).map(|index| (index, bytes_of(pages))).collect();
        let as_one = vec![(0, bytes_of(pages)); memories];
        let judge = Judge::new(region, kernel, apart);
        let aliased = (memories > 1).then(|| Judge::new(region, kernel, as_one));
        let mut random = Random::of(seed, &[0]);
        let mut bases = Vec::new();
        for attempt in 0..2 * BASES {
            let (least, most, _) = TRIPS[attempt % TRIPS.len()];
            let want = Want { least, most, aligned: true, quiet: true };
            let found = judge.solve(&mut random, None, want, FAR_STEPS);
            let found = found.or_else(|| judge.solve(&mut random, None, ANY, FAR_STEPS));
            bases.extend(found);
            // Two failures in a row are enough where nothing was ever found.
            if bases.len() == BASES || (bases.is_empty() && attempt == 3) {
                break;
            }
        }
        let mut shots = Shots { region, params, judge, aliased, bases, lanes, pages, seed, can_refuse: false };
        shots.can_refuse = shots.finds_refusal();
        shots
    }

    /// True if the guards say no to anything at all.
    fn finds_refusal(&self) -> bool {
        let mut random = Random::of(self.seed, &[1]);
        self.refusal(&mut random).is_some()
    }

    /// Live-ins that the guards refuse.
    fn refusal(&self, random: &mut Random) -> Option<Vec<u64>> {
        (0..400).find_map(|_| {
            let live_ins = match self.bases.first() {
                Some(base) if random.chance(50) => self.judge.nudged(random, base),
                _ => self.judge.wild(random),
            };
            (self.judge.distance(&live_ins, ALLOWED) > 0).then_some(live_ins)
        })
    }

    /// The case with this number.
    pub fn draw(&self, case: u64) -> Shot {
        let mut random = Random::of(self.seed, &[2, case]);
        let aim = match random.below(100) {
            _ if self.bases.is_empty() => Aim::Wild,
            0..65 => Aim::Runs,
            65..90 => Aim::Near,
            _ => Aim::Wild,
        };
        let tempers = if self.region.can_bail { [80, 12, 8] } else { [35, 20, 45] };
        self.aimed(&mut random, aim, tempers)
    }

    /// A case that bails if anything makes the region bail: the dispatch runs, on the wildest bytes.
    pub fn hunt(&self, case: u64) -> Shot {
        let mut random = Random::of(self.seed, &[3, case]);
        let aim = if self.bases.is_empty() { Aim::Wild } else { Aim::Runs };
        self.aimed(&mut random, aim, [0, 20, 80])
    }

    /// A case that a guard refuses, with time for a loop that runs long because of that.
    pub fn refused(&self, case: u64) -> Option<Shot> {
        let mut random = Random::of(self.seed, &[4, case]);
        let live_ins = self.refusal(&mut random)?;
        Some(Shot { fuel: FUEL * LONG, ..self.shot(&mut random, &self.judge, &live_ins, [50, 25, 25]) })
    }

    fn aimed(&self, random: &mut Random, aim: Aim, tempers: [u32; 3]) -> Shot {
        let aliased = self.aliased.as_ref().filter(|_| random.chance(25));
        let judge = aliased.unwrap_or(&self.judge);
        let live_ins = match aim {
            Aim::Runs => self.running(judge, random),
            Aim::Near => {
                let from = self.running(judge, random);
                judge.nudged(random, &from)
            }
            Aim::Wild => judge.wild(random),
        };
        Shot { aliased: aliased.is_some(), ..self.shot(random, judge, &live_ins, tempers) }
    }

    fn shot(&self, random: &mut Random, judge: &Judge<'_>, live_ins: &[u64], tempers: [u32; 3]) -> Shot {
        let value = |param: &Param| match *param {
            Param::LiveIn(index) => live_ins[index],
            Param::Free(ty) => judge.fresh(random, ty),
        };
        let args = self.params.iter().map(value).collect();
        let fill = Fill::draw(random, &self.lanes, tempers);
        let spans = (self.pages > SMALL).then(|| self.spans(judge, live_ins));
        Shot { args, pages: self.pages, aliased: false, fill, spans, fuel: FUEL, seed: random.next() }
    }

    /// The bytes that matter in a memory too large to be filled for every case: those around the hulls.
    fn spans(&self, judge: &Judge<'_>, live_ins: &[u64]) -> Vec<(u64, u64)> {
        let len = bytes_of(self.pages) as i128;
        let around = |at: i128| at.clamp(0, len) as u64;
        let span = |hull: Bounds| {
            let end = hull.hi.min(hull.lo.saturating_add(LONGEST));
            (around(hull.lo.saturating_sub(MARGIN)), around(end.saturating_add(MARGIN)))
        };
        judge.hulls(live_ins).into_iter().map(span).filter(|(start, end)| start < end).collect()
    }

    /// Live-ins with which the dispatch should run.
    fn running(&self, judge: &Judge<'_>, random: &mut Random) -> Vec<u64> {
        let (least, most, _) = TRIPS[random.weighted(&TRIPS.map(|range| range.2))];
        let want = Want { least, most, aligned: random.chance(90), quiet: random.chance(85) };
        let base = &self.bases[random.below(self.bases.len() as u64) as usize];
        match judge.solve(random, Some(base), want, NEAR_STEPS) {
            Some(found) => judge.walk(random, &found, want, 24),
            None => judge.walk(random, base, Want { aligned: want.aligned, quiet: want.quiet, ..ANY }, 24),
        }
    }
}

/// What a kernel reads.
pub(crate) fn lanes(func: &ir::lowered::Func) -> Vec<Lane> {
    let mut lanes = Vec::new();
    for inst in func.blocks.iter().flat_map(|block| &block.insts) {
        let Op::Load { kind, .. } = inst.op else { continue };
        let lane = match (kind.ty(), kind.width()) {
            (Type::F32, _) => Lane::F32,
            (Type::F64, _) => Lane::F64,
            (_, 1) => Lane::I8,
            (_, 2) => Lane::I16,
            (_, 4) => Lane::I32,
            _ if kind == LoadKind::I64 => Lane::I64,
            _ => Lane::I32,
        };
        if !lanes.contains(&lane) {
            lanes.push(lane);
        }
    }
    lanes
}
