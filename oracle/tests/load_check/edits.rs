//! Edits by hand: what a bundle says no longer fits what its kernels do. Each is refused, in a bundle that is signed
//! correctly by a trusted key, with the reason as given here.

use bundle::{Bundle, Contents, keygen, read, sign, write};
use compiler::{Options, compile};
use ir::lowered::{BinaryOp, Const, Inst, Op, Value};
use ir::region::{Guard, Int, IntId, Pred, PredId, Scalar};
use runtime::checker::{Scope, check, check_ptx};
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

/// A store somewhere in the iteration's own row of 16 elements.
const ROW: &str = r#"(module (memory 1)
  (func (export "f") (param $a i32) (param $b i32) (param $n i32) (local $i i32)
    (loop $l
      (i32.store
        (i32.add
          (i32.add (local.get $a) (i32.shl (local.get $i) (i32.const 6)))
          (i32.shl (i32.and (i32.load8_u (i32.add (local.get $b) (local.get $i))) (i32.const 15)) (i32.const 2)))
        (local.get $i))
      (br_if $l (i32.ne (local.tee $i (i32.add (local.get $i) (i32.const 1))) (local.get $n))))))"#;

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
    for wat in [SAXPY, STRIDE, DOWN, ROW] {
        assert_eq!(verdict(wat, |_| ()), None);
    }
}

#[test]
fn parts_of_addresses_without_their_mask_are_refused() {
    let insts = |b: &mut Bundle, edit: &dyn Fn(&mut Op)| {
        b.kernels[0].func.blocks.iter_mut().flat_map(|b| &mut b.insts).for_each(|inst| edit(&mut inst.op));
    };
    let mask = |from: i32, to: i32| {
        move |op: &mut Op| {
            if *op == Op::Const(Const::i32(from)) {
                *op = Op::Const(Const::i32(to));
            }
        }
    };
    let or = |op: &mut Op| {
        if let Op::Binary(op @ BinaryOp::I32And, ..) = op {
            *op = BinaryOp::I32Or;
        }
    };
    let lines = [
        verdict(ROW, |b| insts(b, &mask(15, 7))),
        verdict(ROW, |b| insts(b, &mask(15, 16))),
        verdict(ROW, |b| insts(b, &mask(15, -1))),
        verdict(ROW, |b| insts(b, &or)),
        verdict(ROW, |b| move_store(b, 4)),
        // One element wider: rows overlap.
        verdict(ROW, |b| {
            insts(b, &mask(15, 16));
            b.manifest.regions[0].footprints.iter_mut().filter(|f| f.access.writes()).for_each(|f| f.width = 68);
        }),
        verdict(ROW, |b| b.manifest.regions[0].footprints.iter_mut().for_each(|f| f.must_write = f.access.writes())),
        // Halves of elements.
        verdict(ROW, |b| insts(b, &mask(2, 1))),
    ];
    insta::assert_snapshot!(lines.map(|line| line.unwrap_or("accepted".into())).join("\n"), @"
    accepted
    refused by the load checker: an access of 4 bytes isn't shown to lie within footprint f1
    refused by the load checker: an access of 4 bytes isn't shown to lie within footprint f1
    refused by the load checker: an access of 4 bytes isn't shown to lie within footprint f1
    refused by the load checker: an access of 4 bytes isn't shown to lie within footprint f1
    refused by the load checker: different iterations aren't shown to keep apart in footprint f1
    refused by the load checker: footprint f1 is declared all written, and isn't shown to be
    refused by the load checker: footprint f1 doesn't declare the alignment that its accesses need
    ");
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
        assert!(guards.iter().any(|g| g.why == "iterations keep apart in array 1"));
        guards.retain(|g| g.why != "iterations keep apart in array 1");
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
        match check_ptx(region, &image, Scope::of(&bundle)) {
            Ok(()) => format!("`{from}` as `{to}` is accepted"),
            Err(why) => why.to_string(),
        }
    };
    assert_eq!(check_ptx(region, image, Scope::of(&bundle)), Ok(()));
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
        edited("\tcvt.u64.u32 %rd9", "\t@%p1 mov.b32 %r6, 0;\n\tcvt.u64.u32 %rd9"),
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

/// Text in place of the store of saxpy, with fresh registers to use; `%rd2` is the store's address, `%r13` its value.
fn in_place_of_the_store(lines: &str) -> String {
    let bundle = bundle_of(SAXPY);
    let (region, image) = (&bundle.manifest.regions[0], &bundle.ptx[0]);
    let registers = "{\n\t.reg .b64 %w<9>;\n\t.reg .b32 %x<9>;\n\t.reg .pred %q<3>;\n";
    let text = image.text.replace("{\n", registers).replace("st.global.b32 [%rd2], %r13;", lines);
    ptx_machine::prepare(ptx_machine::parse(&text).unwrap().kernel(&image.entry).unwrap()).unwrap();
    match check_ptx(region, &bundle::PtxImage { text, ..image.clone() }, Scope::of(&bundle)) {
        Ok(()) => format!("`{lines}` is accepted"),
        Err(why) => why.to_string(),
    }
}

#[test]
fn ptx_that_hides_where_it_goes_is_refused() {
    let lines = [
        // A conversion or a parameter in a wider register: what fills the rest depends on the instruction.
        "add.s64 %w1, %rd2, 4; cvt.u32.u32 %w0, -4; add.s64 %w2, %w1, %w0; st.global.b32 [%w2], %r13;",
        "ld.param.u32 %w0, [region_0_8]; ld.param.s32 %w1, [region_0_8]; add.s64 %w2, %rd2, %w0; sub.s64 %w3, %w2, %w1;
         st.global.b32 [%w3], %r13;",
        "mov.b64 %w0, 0x100000000; cvt.s64.s32 %w1, %w0; sub.s64 %w2, %rd2, %w0; add.s64 %w3, %w2, %w1;
         st.global.b32 [%w3], %r13;",
        "mov.b64 %w0, 0x100000000; cvt.u32.u32 %x0, %w0; cvt.s64.s32 %w1, %x0; sub.s64 %w2, %rd2, %w0;
         add.s64 %w3, %w2, %w1; st.global.b32 [%w3], %r13;",
        // The same constant read in two ways.
        "mov.b32 %x0, 0xffffffff; mul.wide.u32 %w0, %x0, 1; mul.wide.s32 %w1, %x0, 1; add.s64 %w2, %rd2, %w0;
         sub.s64 %w3, %w2, %w1; st.global.b32 [%w3], %r13;",
        // Threads that never end, or wait for each other.
        "st.global.b32 [%rd2], %r13; L: bra L;",
        "st.global.b32 [%rd2], %r13; setp.eq.u64 %q0, %rd0, 1; @%q0 bar.sync 0;",
        // The bail flag, other than raised; slots that the region doesn't have.
        "ld.param.b64 %w0, [region_0_0]; st.global.b32 [%w0], 0;",
        "ld.param.b64 %w0, [region_0_0]; red.global.and.b32 [%w0], 1;",
        "ld.param.b64 %w0, [region_0_0]; atom.global.cas.b32 %x0, [%w0], 5, 1;",
        "ld.param.b64 %w0, [region_0_0]; ld.global.b32 %x0, [%w0];",
        "ld.param.b64 %w0, [region_0_1]; st.global.b64 [%w0], %rd0;",
    ];
    let verdicts = lines.map(in_place_of_the_store);
    insta::assert_snapshot!(verdicts.join("\n"), @"
    line 51 of the PTX accesses something that isn't a footprint
    line 52 of the PTX accesses something that isn't a footprint
    line 52 of the PTX accesses something that isn't a footprint
    line 52 of the PTX accesses something that isn't a footprint
    an address in footprint f1 isn't shown not to wrap around
    loop 0 inside the thread isn't shown to run at most as often as an extent says
    the PTX isn't a kernel of this region: its threads wait for each other
    line 51 of the PTX accesses something that isn't a footprint
    line 51 of the PTX accesses something that isn't a footprint
    line 51 of the PTX accesses something that isn't a footprint
    line 51 of the PTX accesses something that isn't a footprint
    line 51 of the PTX accesses something that isn't a footprint
    ");
    let raised = "st.global.b32 [%rd2], %r13; ld.param.b64 %w0, [region_0_0]; red.global.or.b32 [%w0], 1;";
    assert_eq!(in_place_of_the_store(raised), format!("`{raised}` is accepted"));
}

#[test]
fn regions_that_take_too_much_effort_are_refused() {
    let of = |edit: &dyn Fn(&mut ir::region::Region)| {
        let mut bundle = bundle_of(SAXPY);
        edit(&mut bundle.manifest.regions[0]);
        ir::region::verify::verify(&bundle.manifest.regions[0]).map_err(|error| error.to_string())?;
        check(&bundle.manifest.regions[0], &bundle.kernels[0], Scope::of(&bundle)).map_err(|why| why.to_string())
    };
    // A tree of conjunctions that shares its parts has as many leaves as a power of two.
    let tree = of(&|region| {
        let mut pred = region.program.pred(Pred::SameMemory(0, 0));
        for _ in 0..60 {
            region.program.preds.push(Pred::And(pred, pred));
            pred = PredId(region.program.preds.len() as u32 - 1);
        }
        region.guards.push(Guard { pred, why: String::new() });
    });
    // Sums of many readings, multiplied with themselves over and over.
    let products = of(&|region| {
        let mut sum = region.program.int(Int::Const(0));
        for k in 0..60 {
            let (c, l) = (region.scalars.add(Scalar::Const(Const::i32(k))), region.scalars.add(Scalar::LiveIn(1)));
            let scalar = region.scalars.add(Scalar::Binary(BinaryOp::I32Add, l, c));
            let read = region.program.int(Int::Unsigned(scalar));
            sum = region.program.int(Int::Add(sum, read));
        }
        region.program.ints.extend(std::iter::repeat_n(Int::Mul(sum, sum), 20_000));
    });
    let dims = of(&|region| {
        let stride = region.footprints[0].dims[0];
        region.footprints[0].dims = vec![stride; 40];
    });
    let line = |result: Result<(), String>| result.err().unwrap_or("accepted".into());
    insta::assert_snapshot!([tree, products, dims].map(line).join("\n"), @"
    the region takes more effort to check than a check may
    the region takes more effort to check than a check may
    footprint 0 refers to something that isn't there
    ");
}

/// Bases that are almost 2^127 bytes apart.
#[test]
fn distances_that_dont_fit_are_refused() {
    let mut bundle = bundle_of(SAXPY);
    let region = &mut bundle.manifest.regions[0];
    let most = region.program.int(Int::Const(i64::MAX));
    let square = region.program.int(Int::Mul(most, most));
    let mut far = region.program.int(Int::Add(square, square));
    for _ in 0..4 {
        region.program.ints.push(Int::Add(far, most));
        far = IntId(region.program.ints.len() as u32 - 1);
    }
    let two = region.program.int(Int::Const(-2));
    far = region.program.int(Int::Add(far, two));
    region.footprints[1].base = region.program.int(Int::Add(region.footprints[0].base, far));
    region.footprints[1].width = 8;
    // The host's own answer aside.
    region.guards.clear();
    for inst in bundle.kernels[0].func.blocks.iter_mut().flat_map(|b| &mut b.insts) {
        if let Op::Binary(BinaryOp::I32Add, a, _) = &mut inst.op
            && *a == Value(3)
        {
            *a = Value(2);
        }
    }
    let why = check(&bundle.manifest.regions[0], &bundle.kernels[0], Scope::of(&bundle)).unwrap_err();
    insta::assert_snapshot!(why, @"different iterations aren't shown to keep apart between footprints f0 and f1");
}

/// A row every `n div d` bytes, which dispatch computes: another quotient isn't known to be anything.
#[test]
fn ptx_with_another_quotient_is_refused() {
    let wat = r#"(module (memory 1)
      (func (export "f") (param $y i32) (param $n i32) (param $d i32) (param $c i32)
        (loop $l
          (i32.store (local.get $y) (local.get $c))
          (local.set $y (i32.add (local.get $y) (i32.div_s (local.get $n) (local.get $d))))
          (br_if $l (local.tee $c (i32.sub (local.get $c) (i32.const 1)))))))"#;
    let bundle = bundle_of(wat);
    let region = &bundle.manifest.regions[0];
    let verdict = |from: &str, to: &str| {
        let mut image = bundle.ptx[0].clone();
        assert_eq!(image.text.matches(from).count(), 1, "{from} in {}", image.text);
        image.text = image.text.replace(from, to);
        check_ptx(region, &image, Scope::of(&bundle)).map_or_else(|why| why.to_string(), |()| "accepted".into())
    };
    let line = bundle.ptx[0].text.lines().find(|line| line.contains("div.s32")).unwrap();
    let [result, a, b] = [0, 1, 2]
        .map(|at| line.trim().trim_start_matches("div.s32 ").trim_end_matches(';').split(", ").nth(at).unwrap());
    let edits = [
        (line, line.to_string()),
        (line, format!("div.s32 {result}, {b}, {a};")),
        (line, format!("div.u32 {result}, {a}, {b};")),
        (line, format!("rem.s32 {result}, {a}, {b};")),
        (line, format!("div.s32 {result}, {a}, 4;")),
    ];
    let verdicts = edits.map(|(from, to)| verdict(from, &to));
    insta::assert_snapshot!(verdicts.join("\n"), @"
    accepted
    an access of 4 bytes isn't shown to lie within footprint f0
    an access of 4 bytes isn't shown to lie within footprint f0
    an access of 4 bytes isn't shown to lie within footprint f0
    an access of 4 bytes isn't shown to lie within footprint f0
    ");
}
