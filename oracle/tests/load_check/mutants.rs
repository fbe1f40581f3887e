//! Random edits: whatever the load checker accepts must be harmless, however wrong it is.
//!
//! Regions and kernels are changed at random in one place. What is still accepted is run by the interpreter, iteration by
//! iteration, on live-ins for which a dispatch would happen, and every access is watched: it lies within the window of its
//! footprint, is aligned if the footprint is, meets no store of another iteration, and what is declared all written is.

use bundle::read;
use compiler::{Options, compile};
use ir::lowered::interp::{self, Outcome, Spaces};
use ir::lowered::{Inst, LoadKind, Op, StoreKind, Type, Value};
use ir::region::verify::{verify, verify_kernel};
use ir::region::{Answer, GuardEnv, Int, IntId, Kernel, Pred, Region};
use runtime::checker::{Scope, check};
use std::cell::RefCell;
use std::collections::{HashMap, HashSet};
use std::path::Path;

/// Edits of each region.
const EDITS: usize = 120;
/// Live-ins tried with each accepted one.
const TRIES: usize = 40;
/// Bytes of every memory.
const MEMORY: u64 = 65_536;
/// The longest launch that is run.
const MAX_TRIPS: i128 = 40;

/// A generator of pseudo-random numbers (Steele, Lea, Flood: "Fast splittable pseudorandom number generators", 2014).
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let z = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    fn below(&mut self, bound: usize) -> usize {
        (self.next() % bound.max(1) as u64) as usize
    }

    fn pick<'t, T>(&mut self, from: &'t [T]) -> &'t T {
        &from[self.below(from.len())]
    }
}

const DELTAS: [i64; 10] = [1, -1, 2, 4, -4, 8, -8, 16, 64, -64];

/// Changes a kernel in one place.
fn edit_kernel(kernel: &mut Kernel, region: &Region, random: &mut Random) {
    let delta = *random.pick(&DELTAS);
    let values = kernel.func.values.clone();
    let of_type =
        |ty: Type| -> Vec<Value> { (0..values.len() as u32).map(Value).filter(|v| values[v.index()] == ty).collect() };
    let mut insts: Vec<&mut Inst> = kernel.func.blocks.iter_mut().flat_map(|b| &mut b.insts).collect();
    if insts.is_empty() {
        return;
    }
    let at = random.below(insts.len());
    match &mut insts[at].op {
        Op::Const(c) => c.bits = c.bits.wrapping_add(delta as u64) & c.ty.mask(),
        Op::Binary(_, a, b) => {
            let operand = if random.below(2) == 0 { a } else { b };
            *operand = *random.pick(&of_type(values[operand.index()]));
        }
        Op::Unary(_, a) => *a = *random.pick(&of_type(values[a.index()])),
        Op::Load { offset, space, addr, .. } | Op::Store { offset, space, addr, .. } => match random.below(3) {
            0 => *offset = offset.wrapping_add(delta as u64) & 0xffff,
            1 => *space = random.below(region.footprints.len()) as u32,
            _ => *addr = *random.pick(&of_type(Type::I32)),
        },
        _ => {}
    }
}

/// Changes a region in one place.
fn edit_region(region: &mut Region, random: &mut Random) {
    let delta = *random.pick(&DELTAS);
    let any = |random: &mut Random, region: &Region| IntId(random.below(region.program.ints.len()) as u32);
    let footprint = random.below(region.footprints.len());
    match random.below(10) {
        0 => region.footprints[footprint].width = region.footprints[footprint].width.wrapping_add(delta as u64) & 0xff,
        1 => region.footprints[footprint].base = any(random, region),
        2 => {
            let stride = any(random, region);
            region.footprints[footprint].dims.iter_mut().for_each(|d| d.stride = stride);
        }
        3 => region.footprints[footprint].align = 1 << random.below(4),
        4 => region.footprints[footprint].must_write ^= true,
        5 if !region.guards.is_empty() => {
            let at = random.below(region.guards.len());
            region.guards.remove(at);
        }
        6 => region.trips[0] = any(random, region),
        7 => {
            let at = random.below(region.program.ints.len());
            let other = IntId(random.below(at) as u32);
            match &mut region.program.ints[at] {
                Int::Const(value) => *value = value.wrapping_add(delta),
                Int::Add(a, _) | Int::Sub(_, a) | Int::Mul(a, _) | Int::Max(_, a) | Int::Min(a, _) if at > 0 => {
                    *a = other
                }
                _ => {}
            }
        }
        _ if !region.program.preds.is_empty() => {
            let at = random.below(region.program.preds.len());
            let node = &mut region.program.preds[at];
            *node = match *node {
                Pred::And(a, b) => Pred::Or(a, b),
                Pred::Or(a, b) if random.below(2) == 0 => Pred::And(a, b),
                Pred::Or(a, _) => Pred::Not(a),
                Pred::Le(a, b) if random.below(2) == 0 => Pred::Le(b, a),
                Pred::Le(a, b) => Pred::Lt(a, b),
                Pred::Disjoint(a, _) => Pred::Disjoint(a, a),
                other => other,
            };
        }
        _ => {}
    }
}

/// Watches the accesses of one launch.
struct Watch<'a> {
    region: &'a Region,
    answer: &'a Answer,
    /// True if the bases and strides of every footprint are multiples of its alignment.
    aligned: bool,
    iteration: u64,
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
    fn window(&self, space: u32) -> (i128, i128) {
        let footprint = &self.region.footprints[space as usize];
        let int = |id: IntId| self.answer.ints[id.0 as usize];
        let moved = footprint.dims.iter().map(|d| int(d.stride) * self.iteration as i128).sum::<i128>();
        (int(footprint.base) + moved, int(footprint.base) + moved + footprint.width as i128)
    }

    fn touch(&self, space: u32, address: u64, width: u32, is_store: bool) {
        let mut seen = self.seen.borrow_mut();
        let (lo, hi) = self.window(space);
        let (from, to) = (address as i128, address as i128 + width as i128);
        if from < lo || to > hi {
            seen.faults.push(format!("{from}..{to} isn't in the window {lo}..{hi} of f{space}"));
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
            let (lo, hi) = self.window(space as u32);
            if (lo..hi).any(|byte| !seen.stored.contains(&(space as u32, byte as u64))) {
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
fn live_ins(region: &Region, random: &mut Random) -> Vec<u64> {
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
fn dispatch(region: &Region, live_ins: &[u64]) -> Option<(Answer, u64)> {
    let types: Vec<Type> = region.live_ins.iter().map(|l| l.ty).collect();
    let returned: Vec<Type> = region.returns.iter().map(|r| r.0).collect();
    let types = region.scalars.types(&types, &returned)?;
    let values = region.scalars.evaluate(live_ins, &[], &[]);
    let scalars: Vec<Option<(u64, bool)>> =
        values.iter().zip(&types).map(|(value, ty)| value.map(|bits| (bits, ty.bits() == 64))).collect();
    let memories = [(1, MEMORY), (2, MEMORY)];
    let env = GuardEnv { scalars: &scalars, memories: &memories };
    let answer = region.program.evaluate(env, &region.footprints, &region.counts(), &region.guards).ok()?;
    let trips = answer.ints[region.trips[0].0 as usize];
    let inside = answer.hulls.iter().all(|hull| 0 <= hull.lo && hull.lo <= hull.hi && hull.hi <= MEMORY as i128);
    (answer.refused.is_none() && (1..=MAX_TRIPS).contains(&trips) && inside).then_some((answer, trips as u64))
}

/// Runs all iterations of a dispatch; the first fault.
fn fault(region: &Region, kernel: &Kernel, live_ins: &[u64], answer: &Answer, trips: u64) -> Option<String> {
    let int = |id: IntId| answer.ints[id.0 as usize];
    let aligned = region.footprints.iter().all(|f| {
        let is = |id| int(id) % f.align as i128 == 0;
        is(f.base) && f.dims.iter().all(|d| is(d.stride))
    });
    let mut watch = Watch { region, answer, aligned, iteration: 0, seen: RefCell::default() };
    for iteration in 0..trips {
        watch.iteration = iteration;
        watch.seen.borrow_mut().stored.clear();
        let args: Vec<u64> = std::iter::once(iteration).chain(live_ins.iter().copied()).collect();
        if let Ok(Outcome::Values(_)) = interp::run(&kernel.func, &args, &mut watch, &mut 10_000) {
            watch.completed();
        }
    }
    watch.fault()
}

/// Bundles of every kind of loop that there is a test of.
fn bundles() -> Vec<(String, bundle::Bundle)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../compiler/tests/loops");
    let mut files: Vec<_> = std::fs::read_dir(folder).unwrap().map(|e| e.unwrap().path()).collect();
    files.retain(|f| f.extension().is_some_and(|e| e == "wat"));
    files.sort();
    let compiled = files.iter().map(|file| {
        let bytes = wat::parse_file(file).unwrap();
        (file.display().to_string(), read(&compile(&bytes, &Options::default()).unwrap().bundle))
    });
    compiled.filter_map(|(name, bundle)| Some((name, bundle.ok()?))).collect()
}

#[test]
fn accepted_edits_are_harmless() {
    let mut random = Random(1);
    let (mut edits, mut refused, mut launches, mut faults) = (0, 0, 0, Vec::new());
    let bundles = bundles();
    let scope = Scope { imported_memories: 0, effort: 1 << 20 };
    let regions =
        bundles.iter().flat_map(|(name, b)| b.manifest.regions.iter().zip(&b.kernels).map(move |p| (name, p)));
    for (name, (region, kernel)) in regions {
        for _ in 0..EDITS {
            let (mut region, mut kernel) = (region.clone(), kernel.clone());
            match random.below(2) {
                0 => edit_kernel(&mut kernel, &region, &mut random),
                _ => edit_region(&mut region, &mut random),
            }
            if verify(&region).is_err() || verify_kernel(&region, &kernel).is_err() {
                continue;
            }
            edits += 1;
            let accepted = check(&region, &kernel, scope).is_ok();
            refused += u32::from(!accepted);
            for _ in 0..if accepted { TRIES } else { 0 } {
                let live_ins = live_ins(&region, &mut random);
                let Some((answer, trips)) = dispatch(&region, &live_ins) else { continue };
                launches += 1;
                if let Some(fault) = fault(&region, &kernel, &live_ins, &answer, trips) {
                    faults.push(format!("{name}: {fault}, live-ins {live_ins:?}\n{region}{}", kernel.func));
                    break;
                }
            }
        }
    }
    assert!(faults.is_empty(), "{} faults, the first:\n{}", faults.len(), faults[0]);
    // The test means something only while edits are refused, others are accepted, and launches happen.
    assert!(
        refused > 500 && edits - refused > 500 && launches > 5_000,
        "{edits} edits, {refused} refused, {launches} launches"
    );
}
