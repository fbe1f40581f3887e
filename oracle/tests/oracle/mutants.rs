//! Bundles that were made wrong on purpose, each in one place: all of them must be found.

use super::programs::{DAXPY, DIVIDE, LARGEST, PEAK, RECORD, SHIFT, compile, options, report_of};
use bundle::Bundle;
use ir::lowered::{BinaryOp, LoadKind, Op, StoreKind};
use ir::region::{Int, ReduceOp, Region, ReturnRole, Scalar};
use lowering::ptx;
use tensorwasm_oracle::{DeviceKind, Difference, Driver, Verdict, check_bundle};

/// Another operator of the same types, whose result differs for almost all operands.
fn other(op: &Op) -> Option<Op> {
    use BinaryOp::*;
    Some(match *op {
        Op::Binary(I32Add, a, b) => Op::Binary(I32Sub, a, b),
        Op::Binary(I32Sub, a, b) => Op::Binary(I32Add, a, b),
        Op::Binary(I32Mul, a, b) => Op::Binary(I32Add, a, b),
        Op::Binary(I32Shl, a, b) => Op::Binary(I32ShrU, a, b),
        Op::Binary(I32DivS, a, b) => Op::Binary(I32Mul, a, b),
        Op::Binary(F64Add, a, b) => Op::Binary(F64Sub, a, b),
        Op::Binary(F64Mul, a, b) => Op::Binary(F64Div, a, b),
        Op::Load { kind: LoadKind::I32U8, space, offset, addr } => {
            Op::Load { kind: LoadKind::I32S8, space, offset: offset + 1, addr }
        }
        Op::Load { kind, space, offset, addr } => Op::Load { kind, space, offset: offset + kind.width() as u64, addr },
        Op::Store { kind: StoreKind::I32, space, offset, addr, value } => {
            Op::Store { kind: StoreKind::I32As16, space, offset, addr, value }
        }
        _ => return None,
    })
}

/// The PTX of a changed kernel.
fn emit(bundle: &mut Bundle) {
    let (region, kernel) = (&bundle.manifest.regions[0], &bundle.kernels[0]);
    for image in &mut bundle.ptx {
        let options = ptx::Options { target: image.target.parse().unwrap() };
        image.text = ptx::emit(region, kernel, &region.mappings[0], &image.entry, options).unwrap();
    }
}

#[test]
fn every_changed_instruction_is_found() {
    let mut survivors = Vec::new();
    let mut mutants = 0;
    for text in [DAXPY, LARGEST, DIVIDE, SHIFT] {
        let (module, bundle) = compile(text);
        for block in 0..bundle.kernels[0].func.blocks.len() {
            for inst in 0..bundle.kernels[0].func.blocks[block].insts.len() {
                let mut mutant = bundle.clone();
                let place = &mut mutant.kernels[0].func.blocks[block].insts[inst];
                let Some(changed) = other(&place.op) else { continue };
                place.op = changed;
                emit(&mut mutant);
                mutants += 1;
                if report_of(&module, &mutant).verdict != Verdict::Divergence {
                    survivors.push(format!("{}", mutant.kernels[0].func));
                }
            }
        }
    }
    assert!(survivors.is_empty() && mutants > 15, "{mutants} mutants, survivors:\n{}", survivors.join("\n"));
}

/// Checks a bundle whose region was changed, and returns the first difference of its harness.
fn found(text: &str, change: impl Fn(&mut Region)) -> Difference {
    let (module, mut bundle) = compile(text);
    change(&mut bundle.manifest.regions[0]);
    emit(&mut bundle);
    let report = report_of(&module, &bundle);
    assert_eq!(report.verdict, Verdict::Divergence, "{report}");
    let alone = report.divergences.iter().find(|d| d.driver == Driver::Region(0));
    alone.map(|d| d.difference.clone()).unwrap_or_else(|| panic!("{report}"))
}

#[test]
fn a_dropped_guard_is_a_race() {
    for text in [DAXPY, SHIFT] {
        let difference = found(text, |region| region.guards.retain(|guard| !guard.why.contains("independent")));
        assert!(difference.to_string().contains(" races with "), "{difference}");
    }
}

#[test]
fn a_footprint_that_is_too_small_is_a_stray_access() {
    let difference = found(DAXPY, |region| region.footprints.iter_mut().for_each(|footprint| footprint.width = 4));
    assert!(difference.to_string().contains("is not inside an allocation"), "{difference}");
}

#[test]
fn bytes_that_are_read_must_be_copied_in() {
    let difference = found(SHIFT, |region| {
        for footprint in &mut region.footprints {
            footprint.must_write = footprint.access.writes();
            footprint.width *= 2;
        }
    });
    assert!(matches!(difference, Difference::Memory { .. } | Difference::Device { .. }), "{difference}");
}

#[test]
fn one_iteration_too_many_is_found() {
    let difference = found(DAXPY, |region| {
        let one = region.program.int(Int::Const(1));
        let more = region.program.int(Int::Add(region.trips[0], one));
        region.trips[0] = more;
    });
    assert!(matches!(difference, Difference::Memory { .. } | Difference::End { .. }), "{difference}");
}

#[test]
fn wrong_live_outs_are_found() {
    let difference = found(LARGEST, |region| {
        let zero = region.scalars.add(Scalar::Const(ir::lowered::Const::i32(0)));
        let pointer = region.live_outs.iter_mut().find(|out| out.local == 0).unwrap();
        pointer.value = zero;
    });
    assert!(matches!(difference, Difference::Result { .. }), "{difference}");
}

#[test]
fn a_wrong_reduction_is_found() {
    let (module, mut bundle) = compile(LARGEST);
    let wrong = ReturnRole::Reduce(ReduceOp::MaxU);
    bundle.manifest.regions[0].returns[0].1 = wrong;
    bundle.kernels[0].returns[0] = wrong;
    emit(&mut bundle);
    assert_eq!(report_of(&module, &bundle).verdict, Verdict::Divergence);
}

#[test]
fn wrong_final_stores_are_found() {
    let changes: [fn(&mut Region); 4] = [
        |region| region.finals.clear(),
        |region| region.finals[0].width = 2,
        |region| region.finals[0].value = region.scalars.add(Scalar::Returned(0)),
        |region| region.finals[0].base = region.program.int(Int::Const(512)),
    ];
    for change in changes {
        assert!(matches!(found(RECORD, change), Difference::Memory { .. }));
    }
}

/// A number of a kernel that stands for a float, or changes one.
fn changes_of_a_constant(text: &str, of: u64, to: u64) -> Verdict {
    let (module, mut bundle) = compile(text);
    let insts = bundle.kernels[0].func.blocks.iter_mut().flat_map(|block| &mut block.insts);
    let constants = insts.filter_map(|inst| if let Op::Const(c) = &mut inst.op { Some(c) } else { None });
    let mut found = constants.filter(|c| c.bits == of).peekable();
    assert!(found.peek().is_some());
    found.for_each(|c| c.bits = to);
    emit(&mut bundle);
    report_of(&module, &bundle).verdict
}

#[test]
fn a_wrong_order_of_floats_is_found() {
    let (nan, below_the_sign) = (f64::NAN.to_bits(), i64::MAX as u64);
    // A NaN that loses to every number, negative numbers in the order of their bits, and a start that isn't the least.
    assert_eq!(changes_of_a_constant(PEAK, nan, !nan), Verdict::Divergence);
    assert_eq!(changes_of_a_constant(PEAK, below_the_sign, 0), Verdict::Divergence);
    assert_eq!(changes_of_a_constant(PEAK, f64::NEG_INFINITY.to_bits(), 0), Verdict::Divergence);
}

#[test]
fn wrong_ptx_is_found_on_the_machine_that_runs_it() {
    let (module, mut bundle) = compile(DAXPY);
    let right = bundle.ptx[0].text.clone();
    bundle.ptx[0].text = right.replace("add.rn.f64", "sub.rn.f64");
    assert_ne!(bundle.ptx[0].text, right);
    let report = check_bundle(&module, &bundle, &options(&[DeviceKind::Cpu, DeviceKind::PtxSim], 60)).unwrap();
    assert_eq!(report.verdict, Verdict::Divergence);
    assert!(report.divergences.iter().all(|divergence| divergence.device == "ptx-sim"), "{report}");
    // Text that can't be run at all turns the region off, which is never a pass.
    bundle.ptx[0].text = right.replace("add.rn.f64", "add.f64");
    let report = report_of(&module, &bundle);
    assert_eq!(report.verdict, Verdict::NotExercised);
    let missing = &report.regions[0].devices[0].missing;
    assert!(missing[0].starts_with("the region is off: the PTX can't be read: line "), "{missing:?}");
}

#[test]
fn a_kernel_that_forgets_to_bail_is_found() {
    let (module, mut bundle) = compile(DIVIDE);
    let right = bundle.ptx[0].text.clone();
    let lines: Vec<&str> = right.lines().filter(|line| !line.contains("bra $bail")).collect();
    assert!(lines.len() < right.lines().count());
    bundle.ptx[0].text = lines.join("\n");
    let report = report_of(&module, &bundle);
    let shows =
        |difference: &Difference| difference.to_string() == "a return instead of a trap (integer divide by zero)";
    assert!(report.divergences.iter().any(|divergence| shows(&divergence.difference)), "{report}");
}
