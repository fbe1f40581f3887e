//! A launch under watch: the interpreter runs it, iteration by iteration, and every access is looked at.
//!
//! It must lie within the window of its footprint at some place of the sequential dimensions, be aligned if the footprint is,
//! and meet no store of another iteration; what is declared all written is; and loops that the region bounds end.

use ir::lowered::interp::{self, Outcome, Spaces};
use ir::lowered::{LoadKind, StoreKind, Type};
use ir::region::{Answer, GuardEnv, IntId, Kernel, Region};
use std::cell::RefCell;
use std::collections::{HashMap, HashSet};

/// Bytes of every memory.
const MEMORY: u64 = 65_536;
/// The longest launch that is run.
const MAX_TRIPS: i128 = 40;
/// The longest loop inside a thread.
const MAX_EXTENT: i128 = 80;
/// Steps of one iteration: more than loops take that run as often as extents say.
const STEPS: u64 = 1 << 20;

/// A generator of pseudo-random numbers (Steele, Lea, Flood: "Fast splittable pseudorandom number generators", 2014).
pub struct Random(pub u64);

impl Random {
    pub fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let z = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    pub fn below(&mut self, bound: usize) -> usize {
        (self.next() % bound.max(1) as u64) as usize
    }

    pub fn pick<'t, T>(&mut self, from: &'t [T]) -> &'t T {
        &from[self.below(from.len())]
    }
}

/// Watches the accesses of one launch.
struct Watch<'a> {
    region: &'a Region,
    answer: &'a Answer,
    /// True if the bases and strides of every footprint are multiples of its alignment.
    aligned: bool,
    /// The number of the iteration, and its point.
    iteration: u64,
    point: Vec<u64>,
    seen: RefCell<Seen>,
}

#[derive(Default)]
struct Seen {
    /// For each byte of each memory the iterations that loaded and that stored it.
    touched: HashMap<(u32, u64), (HashSet<u64>, HashSet<u64>)>,
    /// The bytes of each footprint that the current iteration has stored.
    stored: HashSet<(u32, u64)>,
    faults: Vec<String>,
}

impl Watch<'_> {
    /// The windows of a footprint in this iteration, one for each place of its sequential dimensions.
    fn windows(&self, space: u32) -> Vec<(i128, i128)> {
        let footprint = &self.region.footprints[space as usize];
        let int = |id: IntId| self.answer.ints[id.0 as usize];
        let counts = self.region.counts();
        let mut starts = HashSet::from([int(footprint.base)]);
        for dim in &footprint.dims {
            let places = match self.point.get(dim.dim as usize) {
                Some(&at) => at as i128..at as i128 + 1,
                None => 0..int(counts[dim.dim as usize]),
            };
            starts =
                starts.iter().flat_map(|start| places.clone().map(move |at| start + int(dim.stride) * at)).collect();
        }
        starts.into_iter().map(|start| (start, start + footprint.width as i128)).collect()
    }

    fn touch(&self, space: u32, address: u64, width: u32, is_store: bool) {
        let mut seen = self.seen.borrow_mut();
        let (from, to) = (address as i128, address as i128 + width as i128);
        if !self.windows(space).iter().any(|&(lo, hi)| lo <= from && to <= hi) {
            seen.faults.push(format!("{from}..{to} isn't in a window of f{space}"));
        }
        if self.aligned && !address.is_multiple_of(width as u64) {
            seen.faults.push(format!("{address} isn't a multiple of {width}"));
        }
        let memory = self.region.footprints[space as usize].memory;
        for byte in address..address + width as u64 {
            let (loads, stores) = seen.touched.entry((memory, byte)).or_default();
            if is_store { stores } else { loads }.insert(self.iteration);
            seen.stored.extend(is_store.then_some((space, byte)));
        }
    }

    /// Ends an iteration that completed.
    fn completed(&self) {
        let mut seen = self.seen.borrow_mut();
        for (space, footprint) in self.region.footprints.iter().enumerate().filter(|(_, f)| f.must_write) {
            let mut bytes = self.windows(space as u32).into_iter().flat_map(|(lo, hi)| lo..hi);
            if bytes.any(|byte| !seen.stored.contains(&(space as u32, byte as u64))) {
                seen.faults.push(format!("f{space} isn't written as a whole, width {}", footprint.width));
            }
        }
        seen.stored.clear();
    }

    /// The first fault, a byte at which iterations meet included.
    fn fault(self) -> Option<String> {
        let seen = self.seen.into_inner();
        let races = |(loads, stores): &(HashSet<u64>, HashSet<u64>)| {
            stores.len() > 1 || (stores.len() == 1 && loads.iter().any(|i| !stores.contains(i)))
        };
        let meeting = seen.touched.iter().find(|(_, touched)| races(touched));
        seen.faults.into_iter().next().or(meeting.map(|((_, byte), _)| format!("iterations meet at byte {byte}")))
    }
}

impl Spaces for Watch<'_> {
    fn load(&self, space: u32, address: u64, kind: LoadKind) -> Option<u64> {
        self.touch(space, address, kind.width(), false);
        let bits = address.wrapping_mul(0x9e37_79b9_7f4a_7c15);
        Some(if kind.width() == 8 { bits } else { bits & ((1 << (8 * kind.width())) - 1) })
    }

    fn store(&mut self, space: u32, address: u64, kind: StoreKind, _: u64) -> Option<()> {
        self.touch(space, address, kind.width(), true);
        Some(())
    }
}

/// Live-ins of the sizes that loops have: counts, addresses, strides, and now and then anything.
pub fn live_ins(region: &Region, random: &mut Random) -> Vec<u64> {
    let mut value = |ty: Type| {
        let bits = match random.below(8) {
            0..=2 => random.below(24) as u64,
            3..=5 => random.below(MEMORY as usize / 8) as u64 * 8,
            6 => (random.below(9) as i64 - 4) as u64,
            _ => random.next(),
        };
        bits & ty.mask()
    };
    region.live_ins.iter().map(|l| value(l.ty)).collect()
}

/// What the guards say of a dispatch, if it happens and is short: what `plan` decides, in other words.
pub fn dispatch(region: &Region, live_ins: &[u64]) -> Option<(Answer, Vec<u64>)> {
    let types: Vec<Type> = region.live_ins.iter().map(|l| l.ty).collect();
    let returned = region.returned_types();
    let types = region.scalars.types(&types, &returned)?;
    let values = region.scalars.evaluate(live_ins, &[], &[]);
    let scalars: Vec<Option<(u64, bool)>> =
        values.iter().zip(&types).map(|(value, ty)| value.map(|bits| (bits, ty.bits() == 64))).collect();
    let memories = [(1, MEMORY), (2, MEMORY)];
    let env = GuardEnv { scalars: &scalars, memories: &memories };
    let answer = region.program.evaluate(env, &region.footprints, &region.dims(), &region.guards).ok()?;
    let trips: Vec<i128> = region.trips.iter().map(|id| answer.ints[id.0 as usize]).collect();
    let short = trips.iter().all(|trip| (1..=MAX_TRIPS).contains(trip)) && trips.iter().product::<i128>() <= 400;
    let shallow = region.extents.iter().all(|id| answer.ints[id.0 as usize] <= MAX_EXTENT);
    let inside = answer.hulls.iter().all(|hull| 0 <= hull.lo && hull.lo <= hull.hi && hull.hi <= MEMORY as i128);
    let trips = trips.into_iter().map(|trip| trip as u64).collect();
    (answer.refused.is_none() && short && shallow && inside).then_some((answer, trips))
}

/// Runs all iterations of a dispatch; the first fault.
pub fn fault(region: &Region, kernel: &Kernel, live_ins: &[u64], answer: &Answer, trips: &[u64]) -> Option<String> {
    let int = |id: IntId| answer.ints[id.0 as usize];
    let aligned = region.footprints.iter().all(|f| {
        let is = |id| int(id) % f.align as i128 == 0;
        is(f.base) && f.dims.iter().all(|d| is(d.stride))
    });
    let (iteration, point) = (0, Vec::new());
    let mut watch = Watch { region, answer, aligned, iteration, point, seen: RefCell::default() };
    for iteration in 0..trips.iter().product() {
        let mut rest = iteration;
        watch.iteration = iteration;
        let digit = |trip: &u64| (rest % trip, rest /= trip).0;
        watch.point = trips.iter().map(digit).collect();
        watch.seen.borrow_mut().stored.clear();
        let args: Vec<u64> = watch.point.iter().chain(live_ins).copied().collect();
        match interp::run(&kernel.func, &args, &mut watch, &mut STEPS.clone()) {
            Ok(Outcome::Values(_)) => watch.completed(),
            Ok(_) => {}
            Err(_) if region.unbounded => {}
            Err(error) => watch.seen.borrow_mut().faults.push(error.to_string()),
        }
    }
    watch.fault()
}
