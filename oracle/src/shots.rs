//! The cases of a region's harness.
//!
//! Most cases are such that the dispatch runs: guards hold, hulls lie in memory, a few iterations or a few hundred, and
//! what a kernel loads to decide where it goes is such that threads return. Some of them have one check missed all the
//! same. A quarter is one step away from a running dispatch, where a wrong guard would show; the rest is anything at all.
//! Each case depends on the seed and its own number alone.

use crate::bytes::Contents;
use crate::contents::{Fill, Patch};
use crate::duel::{Shot, bytes_of};
use crate::guest::FUEL;
use crate::harness::Param;
use crate::judge::{Judge, Want};
use crate::random::Random;
use crate::tune::{Image, Tuner};
use ir::region::{Bounds, Kernel, Region};

/// Ranges of iteration counts, with weights: a block has 256 threads, so some counts need two of them.
const TRIPS: [(i128, i128, u32); 5] = [(1, 3, 20), (4, 24, 35), (25, 120, 25), (200, 300, 12), (500, 1500, 8)];
/// The same where threads may bail, each of which is run in advance.
const FEW_TRIPS: [u32; 5] = [25, 45, 24, 6, 0];
/// Any iteration count that a device under test can take in a moment.
const ANY: Want = Want { least: 1, most: 4096, aligned: false, quiet: false };
/// Whatever no guard refuses.
const ALLOWED: Want = Want { least: i128::MIN, most: i128::MAX, aligned: false, quiet: false };
/// Solutions from which walks begin.
const BASES: usize = 12;
/// Steps of a search from nothing, and of a search from a known solution.
const FAR_STEPS: u32 = 3000;
const NEAR_STEPS: u32 = 80;
/// Steps of a walk.
const WALK: u32 = 16;

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
    contents: Contents,
    /// For each memory the first one that it may be one with.
    memories: &'r [usize],
    pages: u64,
    seed: u64,
    /// True if some live-ins were seen that the guards refuse.
    pub can_refuse: bool,
}

/// Solutions of as many iterations as can be had, aligned and without threads that bail if there are such.
fn bases(judge: &Judge<'_>, random: &mut Random) -> Vec<Vec<u64>> {
    let mut bases = Vec::new();
    let quiet = Want { aligned: true, quiet: true, ..ANY };
    let counts = TRIPS.iter().map(|&(least, most, _)| Want { least, most, ..quiet });
    // Large counts may not fit the memory, which isn't worth finding out twice.
    let mut wants: Vec<Want> = counts.chain([quiet]).collect();
    while bases.len() < BASES && !wants.is_empty() {
        wants.retain(|&want| match judge.solve(random, None, want, FAR_STEPS) {
            Some(found) => {
                bases.push(found);
                true
            }
            None => false,
        });
    }
    for want in [Want { quiet: false, ..quiet }, ANY] {
        if bases.is_empty() {
            bases.extend((0..3).filter_map(|_| judge.solve(random, None, want, FAR_STEPS)));
        }
    }
    bases
}

/// How near to a running dispatch a case is meant to be.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Aim {
    /// All threads return.
    Runs,
    /// A thread bails.
    Bails,
    /// Threads do what they do.
    Unsettled,
    /// Something that a guard should notice was changed.
    Near,
    /// Anything.
    Wild,
}

impl<'r> Shots<'r> {
    /// Looks for live-ins with which a dispatch runs, in memories of `pages` pages, and if there are none of `more` pages.
    pub fn new(
        region: &'r Region,
        kernel: &'r Kernel,
        params: &'r [Param],
        memories: &'r [usize],
        more: u64,
        seed: u64,
    ) -> Self {
        let seed = Random::of(seed, &[region.id as u64]).next();
        let mut shots = Shots::sized(region, kernel, params, memories, FEW, seed);
        if shots.bases.is_empty() && more > FEW {
            shots = Shots::sized(region, kernel, params, memories, more, seed);
        }
        shots
    }

    fn sized(
        region: &'r Region,
        kernel: &'r Kernel,
        params: &'r [Param],
        memories: &'r [usize],
        pages: u64,
        seed: u64,
    ) -> Shots<'r> {
        let apart = (0..memories.len() as u64).map(|index| (index, bytes_of(pages))).collect();
        let as_one = memories.iter().map(|&one| (one as u64, bytes_of(pages))).collect();
        let judge = Judge::new(region, kernel, apart);
        let may_be_one = memories.iter().enumerate().any(|(index, &one)| index != one);
        let aliased = may_be_one.then(|| Judge::new(region, kernel, as_one));
        let mut random = Random::of(seed, &[0]);
        let bases = bases(&judge, &mut random);
        let contents = Contents::of(region, kernel);
        let mut shots =
            Shots { region, params, judge, aliased, bases, contents, memories, pages, seed, can_refuse: false };
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
            0..8 if self.region.can_bail => Aim::Bails,
            0..68 => Aim::Runs,
            68..90 => Aim::Near,
            _ => Aim::Wild,
        };
        let tempers = if self.region.can_bail { [80, 12, 8] } else { [35, 20, 45] };
        self.aimed(&mut random, aim, tempers)
    }

    /// A case that bails if anything makes the region bail: the dispatch runs, and one check is missed on purpose, or it
    /// runs on unusual bytes.
    pub fn hunt(&self, case: u64) -> Shot {
        let mut random = Random::of(self.seed, &[3, case]);
        match random.below(3) {
            _ if self.bases.is_empty() => self.aimed(&mut random, Aim::Wild, [0, 20, 80]),
            0 => self.aimed(&mut random, Aim::Unsettled, [0, 20, 80]),
            _ => self.aimed(&mut random, Aim::Bails, [80, 12, 8]),
        }
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
            Aim::Runs | Aim::Bails | Aim::Unsettled => self.running(judge, random),
            Aim::Near => {
                let from = self.running(judge, random);
                judge.nudged(random, &from)
            }
            Aim::Wild => judge.wild(random),
        };
        let shot = Shot { aliased: aliased.is_some(), ..self.shot(random, judge, &live_ins, tempers) };
        let settles = self.region.can_bail && (aim == Aim::Bails || self.contents.steers());
        match aim {
            Aim::Runs | Aim::Bails if settles => self.tuned(random, judge, live_ins, aim, shot),
            Aim::Runs | Aim::Bails | Aim::Unsettled | Aim::Near | Aim::Wild => shot,
        }
    }

    /// The same with bytes, and perhaps live-ins, with which threads end as they should.
    fn tuned(&self, random: &mut Random, judge: &Judge<'_>, live_ins: Vec<u64>, aim: Aim, shot: Shot) -> Shot {
        let mut tuner = Tuner::new(judge, live_ins, self.image(&shot));
        if self.contents.steers() {
            tuner.settle(random);
        }
        if aim == Aim::Bails {
            tuner.upset(random, Want { aligned: true, ..ANY });
        }
        // What dispatch reads itself is written last, so that it is what the threads were run with.
        let loaded = judge.loaded(&tuner.live_ins).into_iter().map(|(memory, at, bytes)| Patch { memory, at, bytes });
        let patches = tuner.image.patches().into_iter().chain(loaded).collect();
        let old = shot.args.iter();
        let arg = |(param, old): (&Param, &u64)| match *param {
            Param::LiveIn(index) => tuner.live_ins[index],
            Param::Free(_) => *old,
        };
        let args = self.params.iter().zip(old).map(arg).collect();
        Shot { args, patches, ..shot }
    }

    /// The memories as a case makes them.
    fn image(&self, shot: &Shot) -> Image {
        let len = bytes_of(self.pages);
        let home = |memory: u32| match self.memories.get(memory as usize) {
            Some(&one) if shot.aliased => one,
            _ => memory as usize,
        };
        let homes = self.region.footprints.iter().map(|footprint| home(footprint.memory)).collect();
        let mut image = Image::new(vec![vec![0; len as usize]; self.memories.len()], homes);
        let whole = [(0, len)];
        for index in 0..self.memories.len() {
            let fill = Fill { seed: shot.fill.seed.wrapping_add(index as u64), ..shot.fill };
            for &(start, end) in shot.spans.as_deref().unwrap_or(&whole) {
                image.fill(home(index as u32), start, end, fill);
            }
        }
        shot.parts.iter().for_each(|part| image.fill(home(part.memory), part.start, part.end, part.fill));
        shot.patches.iter().for_each(|patch| image.write(home(patch.memory), patch.at, &patch.bytes));
        image
    }

    fn shot(&self, random: &mut Random, judge: &Judge<'_>, live_ins: &[u64], tempers: [u32; 3]) -> Shot {
        let value = |param: &Param| match *param {
            Param::LiveIn(index) => live_ins[index],
            Param::Free(ty) => judge.fresh(random, ty),
        };
        let args = self.params.iter().map(value).collect();
        let fill = self.contents.fill(random, tempers);
        let spans = (self.pages > SMALL).then(|| self.spans(judge, live_ins));
        let parts = if random.chance(80) { self.contents.parts(random, judge, live_ins, tempers) } else { Vec::new() };
        let (pages, seed) = (self.pages, random.next());
        let patch = |(memory, at, bytes)| Patch { memory, at, bytes };
        let patches = judge.loaded(live_ins).into_iter().map(patch).collect();
        Shot { args, pages, aliased: false, fill, spans, parts, patches, fuel: FUEL, seed }
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
        let steered = self.region.can_bail && self.contents.steers();
        let weights = if steered { FEW_TRIPS } else { TRIPS.map(|range| range.2) };
        let (least, most, _) = TRIPS[random.weighted(&weights)];
        let want = Want { least, most, aligned: random.chance(93), quiet: random.chance(93) };
        let base = &self.bases[random.below(self.bases.len() as u64) as usize];
        match judge.solve(random, Some(base), want, NEAR_STEPS) {
            Some(found) => judge.walk(random, &found, want, WALK),
            None => judge.walk(random, base, Want { aligned: want.aligned, quiet: want.quiet, ..ANY }, WALK),
        }
    }
}
