//! Random edits: whatever the load checker accepts must be harmless, however wrong it is.
//!
//! Regions and kernels are changed at random in one place. What is still accepted is run by the interpreter, iteration by
//! iteration, on live-ins for which a dispatch would happen, and every access is watched: it lies within the window of its
//! footprint, is aligned if the footprint is, meets no store of another iteration, and what is declared all written is.

use crate::watch::{Random, dispatch, fault, live_ins};
use bundle::read;
use compiler::{Options, compile};
use ir::lowered::{Inst, Op, Type, Value};
use ir::region::verify::{verify, verify_kernel};
use ir::region::{Int, IntId, Kernel, Pred, Region};
use runtime::checker::{Scope, check};
use runtime::conformance;
use std::path::Path;

/// Edits of each region.
const EDITS: usize = 120;
/// Live-ins tried with each accepted one.
const TRIES: usize = 40;

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
    match random.below(12) {
        0 => region.footprints[footprint].width = region.footprints[footprint].width.wrapping_add(delta as u64) & 0xff,
        1 => region.footprints[footprint].base = any(random, region),
        2 => {
            let stride = any(random, region);
            let dims = &mut region.footprints[footprint].dims;
            let one = random.below(dims.len());
            dims.iter_mut().skip(one).take(1 + 7 * random.below(2)).for_each(|d| d.stride = stride);
        }
        3 => region.footprints[footprint].align = 1 << random.below(4),
        4 => region.footprints[footprint].must_write ^= true,
        5 if !region.guards.is_empty() => {
            let at = random.below(region.guards.len());
            region.guards.remove(at);
        }
        6 => {
            let at = random.below(region.trips.len());
            region.trips[at] = any(random, region);
        }
        10 if !region.extents.is_empty() => {
            let at = random.below(region.extents.len());
            region.extents[at] = any(random, region);
        }
        11 if !region.footprints[footprint].dims.is_empty() => {
            let at = random.below(region.footprints[footprint].dims.len());
            region.footprints[footprint].dims.remove(at);
        }
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
                Pred::Apart(a, _) => Pred::Disjoint(a, a),
                other => other,
            };
        }
        _ => {}
    }
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

/// What came of edits.
#[derive(Default)]
struct Tally {
    edits: u32,
    refused: u32,
    launches: u32,
    faults: Vec<String>,
}

/// Edits a region and its kernel again and again; what is accepted is run.
fn try_edits(name: &str, region: &Region, kernel: &Kernel, edits: usize, random: &mut Random, tally: &mut Tally) {
    let scope = Scope { imported_memories: 0, effort: 1 << 20 };
    for _ in 0..edits {
        let (mut region, mut kernel) = (region.clone(), kernel.clone());
        match random.below(2) {
            0 => edit_kernel(&mut kernel, &region, random),
            _ => edit_region(&mut region, random),
        }
        if verify(&region).is_err() || verify_kernel(&region, &kernel).is_err() {
            continue;
        }
        tally.edits += 1;
        let accepted = check(&region, &kernel, scope).is_ok();
        tally.refused += u32::from(!accepted);
        for _ in 0..if accepted { TRIES } else { 0 } {
            let live_ins = live_ins(&region, random);
            let Some((answer, trips)) = dispatch(&region, &live_ins) else { continue };
            tally.launches += 1;
            if let Some(fault) = fault(&region, &kernel, &live_ins, &answer, &trips) {
                tally.faults.push(format!("{name}: {fault}, live-ins {live_ins:?}\n{region}{}", kernel.func));
                break;
            }
        }
    }
}

impl Tally {
    /// The test means something only while edits are refused, others are accepted, and launches happen.
    fn assert_harmless(&self, each: u32, launches: u32) {
        let Tally { edits, refused, faults, .. } = self;
        assert!(faults.is_empty(), "{} faults, the first:\n{}", faults.len(), faults[0]);
        let numbers = format!("{edits} edits, {refused} refused, {} launches", self.launches);
        assert!(*refused > each && edits - refused > each && self.launches > launches, "{numbers}");
    }
}

#[test]
fn accepted_edits_are_harmless() {
    let (mut random, mut tally) = (Random(1), Tally::default());
    for (name, bundle) in bundles() {
        for (region, kernel) in bundle.manifest.regions.iter().zip(&bundle.kernels) {
            try_edits(&name, region, kernel, EDITS, &mut random, &mut tally);
        }
    }
    tally.assert_harmless(500, 5_000);
}

#[test]
fn accepted_edits_of_nests_are_harmless() {
    let (mut random, mut tally) = (Random(2), Tally::default());
    for case in conformance::cases().iter().filter(|case| !case.region.extents.is_empty()) {
        try_edits(&case.name, &case.region, &case.kernel, 2 * EDITS, &mut random, &mut tally);
    }
    tally.assert_harmless(500, 1_000);
}
