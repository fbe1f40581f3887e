//! Edits by hand: what a bundle says no longer fits what its kernels do. Each is refused, in a bundle that is signed
//! correctly by a trusted key, with the reason as given here.

use bundle::{Bundle, Contents, keygen, read, sign, write};
use compiler::{Options, compile};
use ir::lowered::{Const, Inst, Op};
use ir::region::{Int, Pred};
use runtime::checker::check_ptx;
use runtime::{DeviceChoice, Offload, Settings, Trust};

/// `y[i] += a * x[i]`, upwards.
const SAXPY: &str = include_str!("../../../compiler/tests/loops/saxpy.wat");
/// A stride known only at dispatch.
const STRIDE: &str = include_str!("../../../compiler/tests/loops/runtime_stride.wat");
/// A walk downwards over two fields, the second behind an offset: the address without the offset must not fall below zero.
const DOWN: &str = r#"(module (memory 1)
  (func (export "f") (param $y i32) (param $n i32)
    (loop $l
      (i32.store offset=16 (local.get $y) (local.get $n))
      (local.set $y (i32.sub (local.get $y) (i32.const 8)))
      (br_if $l (local.tee $n (i32.sub (local.get $n) (i32.const 1)))))))"#;

fn bundle_of(wat: &str) -> Bundle {
    let compiled = compile(&wat::parse_str(wat).unwrap(), &Options::default()).unwrap();
    assert_eq!(compiled.regions.len(), 1, "{:?}", compiled.loops);
    read(&compiled.bundle).unwrap()
}

/// Why the region is off once the bundle, edited, has been packed, signed and loaded; `None` if it isn't.
fn verdict(wat: &str, edit: impl FnOnce(&mut Bundle)) -> Option<String> {
    let mut bundle = bundle_of(wat);
    edit(&mut bundle);
    let contents = Contents {
        source: bundle.manifest.source,
        options: bundle.manifest.options,
        memories: bundle.manifest.memories,
        regions: bundle.manifest.regions,
        kernels: bundle.kernels,
        ptx: bundle.ptx,
    };
    let key = keygen();
    let signed = sign(&write(&bundle.module, &contents).unwrap(), &key.secret).unwrap();
    let engine = wasmtime::Engine::default();
    let settings = Settings { device: DeviceChoice::Cpu, ..Settings::of(&engine) };
    let offload = Offload::load(&engine, &signed, Trust::Require(&[key.public]), &settings).unwrap();
    offload.stats()[0].off.clone()
}

fn accesses(bundle: &mut Bundle) -> impl Iterator<Item = &mut Inst> {
    let blocks = &mut bundle.kernels[0].func.blocks;
    blocks.iter_mut().flat_map(|b| &mut b.insts).filter(|i| matches!(i.op, Op::Load { .. } | Op::Store { .. }))
}

fn move_store(bundle: &mut Bundle, by: u64) {
    for inst in accesses(bundle) {
        if let Op::Store { offset, .. } = &mut inst.op {
            *offset += by;
        }
    }
}

#[test]
fn untouched_bundles_are_accepted() {
    for wat in [SAXPY, STRIDE, DOWN] {
        assert_eq!(verdict(wat, |_| ()), None);
    }
}

#[test]
fn kernels_that_leave_their_footprint_are_refused() {
    let past = verdict(SAXPY, |b| move_store(b, 4));
    let first = verdict(SAXPY, |b| {
        let load = accesses(b).next().unwrap();
        let Op::Load { offset, .. } = &mut load.op else { panic!("the first access is a load") };
        *offset += 4;
    });
    let stride = verdict(SAXPY, |b| {
        for inst in b.kernels[0].func.blocks.iter_mut().flat_map(|b| &mut b.insts) {
            if let Op::Const(c) = &mut inst.op
                && *c == Const::i32(4)
            {
                *c = Const::i32(8);
            }
        }
    });
    let other = verdict(SAXPY, |b| {
        let addresses: Vec<_> = accesses(b).map(|i| i.op.clone()).collect();
        let Op::Load { addr: of_x, .. } = addresses[0] else { panic!("the first access is a load") };
        for inst in accesses(b) {
            if let Op::Store { addr, .. } = &mut inst.op {
                *addr = of_x;
            }
        }
    });
    let shifted = [past, first, stride, other].map(Option::unwrap_or_default);
    insta::assert_snapshot!(shifted.join("\n"), @"
    refused by the load checker: an access of 4 bytes isn't shown to lie within footprint f1
    refused by the load checker: an access of 4 bytes isn't shown to lie within footprint f0
    refused by the load checker: an access of 4 bytes isn't shown to lie within footprint f0
    refused by the load checker: an access of 4 bytes isn't shown to lie within footprint f1
    ");
}

#[test]
fn footprints_that_dont_hold_their_accesses_are_refused() {
    let number = |b: &mut Bundle, value| b.manifest.regions[0].program.int(Int::Const(value));
    let narrower = verdict(SAXPY, |b| b.manifest.regions[0].footprints[1].width = 2);
    let stride = verdict(SAXPY, |b| {
        let eight = number(b, 8);
        b.manifest.regions[0].footprints[1].dims[0].stride = eight;
    });
    let base = verdict(SAXPY, |b| {
        let four = number(b, 4);
        let region = &mut b.manifest.regions[0];
        region.footprints[0].base = region.program.int(Int::Add(region.footprints[0].base, four));
    });
    let standing = verdict(SAXPY, |b| b.manifest.regions[0].footprints[1].dims.clear());
    let align = verdict(SAXPY, |b| b.manifest.regions[0].footprints[1].align = 1);
    let unwritten = verdict(DOWN, |b| {
        assert!(b.manifest.regions[0].footprints[0].must_write);
        let entry = &mut b.kernels[0].func.blocks;
        entry.iter_mut().for_each(|block| block.insts.retain(|i| !matches!(i.op, Op::Store { .. })));
    });
    let lines = [narrower, stride, base, standing, align, unwritten].map(Option::unwrap_or_default);
    insta::assert_snapshot!(lines.join("\n"), @"
    refused by the load checker: an access of 4 bytes isn't shown to lie within footprint f1
    refused by the load checker: an access of 4 bytes isn't shown to lie within footprint f1
    refused by the load checker: an access of 4 bytes isn't shown to lie within footprint f0
    refused by the load checker: an access of 4 bytes isn't shown to lie within footprint f1
    refused by the load checker: footprint f1 doesn't declare the alignment that its accesses need
    refused by the load checker: footprint f0 is declared all written, and isn't shown to be
    ");
}

#[test]
fn guards_that_dont_suffice_are_refused() {
    let dropped = verdict(SAXPY, |b| b.manifest.regions[0].guards.clear());
    let weakened = verdict(SAXPY, |b| {
        let region = &mut b.manifest.regions[0];
        let zero = region.program.int(Int::Const(0));
        let yes = region.program.pred(Pred::Le(zero, zero));
        region.guards[0].pred = region.program.pred(Pred::Or(region.guards[0].pred, yes));
    });
    let negated = verdict(SAXPY, |b| {
        let region = &mut b.manifest.regions[0];
        region.guards[0].pred = region.program.pred(Pred::Not(region.guards[0].pred));
    });
    let apart = verdict(STRIDE, |b| {
        let guards = &mut b.manifest.regions[0].guards;
        assert!(guards.iter().any(|g| g.why == "iterations apart"));
        guards.retain(|g| g.why != "iterations apart");
    });
    let no_wrap = verdict(DOWN, |b| {
        let guards = &mut b.manifest.regions[0].guards;
        assert!(guards.iter().any(|g| g.why == "address no-wrap"));
        guards.retain(|g| g.why != "address no-wrap");
    });
    let larger_grid = verdict(DOWN, |b| {
        let region = &mut b.manifest.regions[0];
        let one = region.program.int(Int::Const(1));
        region.trips[0] = region.program.int(Int::Add(region.trips[0], one));
    });
    let lines = [dropped, weakened, negated, apart, no_wrap, larger_grid].map(Option::unwrap_or_default);
    insta::assert_snapshot!(lines.join("\n"), @"
    refused by the load checker: different iterations aren't shown to keep apart between footprints f0 and f1
    refused by the load checker: different iterations aren't shown to keep apart between footprints f0 and f1
    refused by the load checker: different iterations aren't shown to keep apart between footprints f0 and f1
    refused by the load checker: different iterations aren't shown to keep apart in footprint f1
    refused by the load checker: an address in footprint f0 isn't shown not to wrap around
    refused by the load checker: an address in footprint f0 isn't shown not to wrap around
    ");
}

#[test]
fn ptx_that_does_something_else_is_refused() {
    let bundle = bundle_of(SAXPY);
    let (region, image) = (&bundle.manifest.regions[0], &bundle.ptx[0]);
    let edited = |from: &str, to: &str| {
        assert!(image.text.contains(from), "no `{from}`");
        let image = bundle::PtxImage { text: image.text.replace(from, to), ..image.clone() };
        match check_ptx(region, &image, 0) {
            Ok(()) => format!("`{from}` as `{to}` is accepted"),
            Err(why) => why.to_string(),
        }
    };
    assert_eq!(check_ptx(region, image, 0), Ok(()));
    let lines = [
        edited("setp.ge.u64", "setp.gt.u64"),
        edited("\t@%p0 exit;\n", ""),
        edited(".reqntid 256,", ".reqntid 512,"),
        edited("%ctaid.x", "%ctaid.y"),
        edited("mul.lo.s32 %r4, %r3, 4", "mul.lo.s32 %r4, %r3, 8"),
        edited("st.global.b32 [%rd2]", "st.global.b32 [%rd2+4]"),
        edited("st.global.b32 [%rd2], %r13", "st.global.b64 [%rd2], %rd0"),
        edited("st.global.b32 [%rd2], %r13", "st.global.b32 [%rd1], %r13"),
        edited("[region_0_4]", "[region_0_0]"),
        edited("add.s64 %rd2, %rd7, %rd9", "add.s64 %rd2, %rd7, %rd7"),
        edited("cvt.u64.u32 %rd9", "cvt.s64.s32 %rd9"),
        edited("\tadd.s32 %r6,", "\t@%p1 mov.b32 %r6, 0;\n\tadd.s32 %r6,"),
    ];
    insta::assert_snapshot!(lines.join("\n"), @"
    line 40 of the PTX may be reached past the last iteration
    line 39 of the PTX may be reached past the last iteration
    the PTX isn't a kernel of this region: its block has another shape
    line 40 of the PTX may be reached past the last iteration
    an access of 4 bytes isn't shown to lie within footprint f0
    an access of 4 bytes isn't shown to lie within footprint f1
    an access of 8 bytes isn't shown to lie within footprint f1
    footprint f0 isn't declared to be accessed like this
    line 44 of the PTX accesses something that isn't a footprint
    line 44 of the PTX accesses something that isn't a footprint
    line 44 of the PTX accesses something that isn't a footprint
    an access of 4 bytes isn't shown to lie within footprint f1
    ");
}
