//! Updates under the load checker: what the emitter writes is accepted, and neither another operator, nor another width, nor another
//! way to touch a cell.

use super::image;
use ir::lowered::{Inst, LoadKind, Op, StoreKind, Type};
use ir::region::verify::{verify, verify_kernel};
use ir::region::{Access, Kernel, ReduceOp, Region};
use runtime::checker::{Scope, check, check_ptx};
use runtime::conformance;

const SCOPE: Scope = Scope { imported_memories: 2, effort: 1 << 22 };

/// The regions of the conformance suite that update.
fn updating() -> Vec<conformance::Case> {
    let updates =
        |case: &conformance::Case| case.region.footprints.iter().any(|f| matches!(f.access, Access::Update(_)));
    conformance::cases().into_iter().filter(updates).collect()
}

fn case(name: &str) -> conformance::Case {
    updating().into_iter().find(|case| case.name == name).unwrap()
}

#[test]
fn updates_are_accepted_as_they_are_emitted() {
    let cases = updating();
    assert!(cases.len() > 30, "{}", cases.len());
    for case in cases {
        let (kernel, text) = (check(&case.region, &case.kernel, SCOPE), {
            check_ptx(&case.region, &image(&case.region, &case.kernel), SCOPE)
        });
        assert_eq!((kernel, text), (Ok(()), Ok(())), "{}", case.name);
    }
}

/// What the checker says of the text of a case, the n-th line of which with `what` in it is changed.
fn changed(name: &str, (what, n): (&str, usize), change: impl Fn(&str) -> String) -> String {
    let case = case(name);
    let mut image = image(&case.region, &case.kernel);
    let text = image.text.clone();
    let lines: Vec<&str> = text.lines().collect();
    let found: Vec<usize> = (0..lines.len()).filter(|&i| lines[i].contains(what)).collect();
    let at = *found.get(n).unwrap_or_else(|| panic!("{text}"));
    let line = change(lines[at]);
    image.text = [&lines[..at], &[&line], &lines[at + 1..]].concat().join("\n");
    let verdict = check_ptx(&case.region, &image, SCOPE).map_or_else(|why| why.to_string(), |()| "accepted".into());
    format!("{} -> {}: {verdict}", lines[at].trim(), line.trim())
}

#[test]
fn nothing_but_the_declared_update_is_accepted() {
    let (add, max, wide) = ("updates by add of i32", "updates by max_u of i32", "updates by add of i64");
    let red = ("red.global", 0);
    let store = |line: &str| line.replace("red.global.add.u32", "st.global.b32");
    let guard = |n| ("bra $bail", n);
    let no_line = |_: &str| String::new();
    let lines = [
        changed(add, red, |line| line.replace("add.u32", "xor.b32")),
        changed(add, red, |line| line.replace("add.u32", "max.u32")),
        changed(max, red, |line| line.replace("max.u32", "max.s32")),
        changed(max, red, |line| line.replace("max.u32", "min.u32")),
        changed(wide, red, |line| line.replace("add.u64", "add.f64")),
        changed(wide, red, |line| line.replace("add.u64", "add.u32").replace(", %rd3;", ", %r0;")),
        changed(add, red, store),
        changed(add, red, |line| line.replace("red.global.add.u32", "ld.global.b32 %r0,").replace("], %r10", "]")),
        changed(add, red, |line| line.replace("red.global.add.u32", "atom.global.add.u32 %r0,")),
        changed(add, red, |line| line.replace("]", "+4]")),
        changed(add, red, |line| line.replace("]", "+-4]")),
        changed(add, guard(0), no_line),
        changed(add, guard(1), no_line),
        changed(add, ("and.b64", 0), |line| line.replace(", 3;", ", 1;")),
        changed(add, (", -4;", 0), |line| line.replace("-4", "-3")),
        changed(add, ("ld.global", 0), |line| {
            line.replace("ld.global.b32 %r7, [%rd1]", "red.global.add.u32 [%rd1], %r7")
        }),
    ];
    insta::assert_snapshot!(lines.join("\n"), @"
    red.global.add.u32 [%rd3], %r10; -> red.global.xor.b32 [%rd3], %r10;: footprint f1 isn't declared to be accessed like this
    red.global.add.u32 [%rd3], %r10; -> red.global.max.u32 [%rd3], %r10;: footprint f1 isn't declared to be accessed like this
    red.global.max.u32 [%rd3], %r10; -> red.global.max.s32 [%rd3], %r10;: footprint f1 isn't declared to be accessed like this
    red.global.max.u32 [%rd3], %r10; -> red.global.min.u32 [%rd3], %r10;: footprint f1 isn't declared to be accessed like this
    red.global.add.u64 [%rd4], %rd3; -> red.global.add.f64 [%rd4], %rd3;: the PTX isn't a kernel of this region: it can't be parsed
    red.global.add.u64 [%rd4], %rd3; -> red.global.add.u32 [%rd4], %r0;: an access of 4 bytes isn't shown to lie within footprint f1
    red.global.add.u32 [%rd3], %r10; -> st.global.b32 [%rd3], %r10;: footprint f1 isn't declared to be accessed like this
    red.global.add.u32 [%rd3], %r10; -> ld.global.b32 %r0, [%rd3];: footprint f1 isn't declared to be accessed like this
    red.global.add.u32 [%rd3], %r10; -> atom.global.add.u32 %r0, [%rd3], %r10;: line 61 of the PTX accesses something that isn't a footprint
    red.global.add.u32 [%rd3], %r10; -> red.global.add.u32 [%rd3+4], %r10;: line 61 of the PTX accesses footprint f1 without a check that shows where, and that it is aligned
    red.global.add.u32 [%rd3], %r10; -> red.global.add.u32 [%rd3+-4], %r10;: line 61 of the PTX accesses footprint f1 without a check that shows where, and that it is aligned
    @%p1 bra $bail; -> : line 61 of the PTX accesses footprint f1 without a check that shows where, and that it is aligned
    @%p2 bra $bail; -> : line 61 of the PTX accesses footprint f1 without a check that shows where, and that it is aligned
    and.b64 %rd17, %rd15, 3; -> and.b64 %rd17, %rd15, 1;: line 61 of the PTX accesses footprint f1 without a check that shows where, and that it is aligned
    add.s64 %rd12, %rd11, -4; -> add.s64 %rd12, %rd11, -3;: line 61 of the PTX accesses footprint f1 without a check that shows where, and that it is aligned
    ld.global.b32 %r7, [%rd1]; -> red.global.add.u32 [%rd1], %r7;: line 47 of the PTX accesses something that isn't a footprint
    ");
}

/// The word of a narrow cell is where its check has shown the cell to be, and nothing is done to it but what its operator asks for.
#[test]
fn words_of_narrow_cells_are_touched_behind_the_check_of_the_cell() {
    let (add, or) = ("updates by add of i32.store8", "updates by or of i32.store16");
    let lines = [
        changed(add, ("and.b64", 0), |line| line.replace(", -4;", ", -8;")),
        changed(add, ("and.b64", 0), |line| line.replace(", -4;", ", -1;")),
        changed(add, ("atom.global", 0), |line| line.replace("]", "+4]")),
        changed(add, ("atom.global", 0), |line| line.replace("cas.b32", "cas.b64")),
        changed(add, ("atom.global", 0), |line| line.replace("cas.b32", "exch.b32")),
        changed(add, ("bra $bail", 0), |_| String::new()),
        changed(or, ("bra $bail", 1), |_| String::new()),
        changed(or, ("red.global", 0), |line| line.replace("or.b32", "xor.b32")),
        changed(or, ("red.global", 0), |line| line.replace("or.b32", "add.u32")),
        changed(or, ("red.global", 0), |line| line.replace("red.global.or.b32", "st.global.b32")),
        changed(or, ("and.b64", 1), |line| line.replace(", -4;", ", 4;")),
    ];
    insta::assert_snapshot!(lines.join("\n"), @"
    and.b64 %rd17, %rd3, -4; -> and.b64 %rd17, %rd3, -8;: line 72 of the PTX accesses something that isn't a footprint
    and.b64 %rd17, %rd3, -4; -> and.b64 %rd17, %rd3, -1;: line 72 of the PTX accesses something that isn't a footprint
    atom.global.cas.b32 %r25, [%rd17], %r20, %r24; -> atom.global.cas.b32 %r25, [%rd17+4], %r20, %r24;: line 72 of the PTX accesses something that isn't a footprint
    atom.global.cas.b32 %r25, [%rd17], %r20, %r24; -> atom.global.cas.b64 %r25, [%rd17], %r20, %r24;: the PTX isn't a kernel of this region: it has a type error
    atom.global.cas.b32 %r25, [%rd17], %r20, %r24; -> atom.global.exch.b32 %r25, [%rd17], %r20, %r24;: the PTX isn't a kernel of this region: it has a type error
    @%p1 bra $bail; -> : line 72 of the PTX accesses footprint f1 without a check that shows where, and that it is aligned
    @%p2 bra $bail; -> : line 67 of the PTX accesses footprint f1 without a check that shows where, and that it is aligned
    red.global.or.b32 [%rd18], %r17; -> red.global.xor.b32 [%rd18], %r17;: footprint f1 isn't declared to be accessed like this
    red.global.or.b32 [%rd18], %r17; -> red.global.add.u32 [%rd18], %r17;: footprint f1 isn't declared to be accessed like this
    red.global.or.b32 [%rd18], %r17; -> st.global.b32 [%rd18], %r17;: footprint f1 isn't declared to be accessed like this
    and.b64 %rd18, %rd3, -4; -> and.b64 %rd18, %rd3, 4;: line 67 of the PTX accesses something that isn't a footprint
    ");
}

/// What the verifier and then the checker say of a case whose region and kernel are changed.
fn edited(name: &str, edit: impl Fn(&mut Region, &mut Kernel)) -> String {
    let case = case(name);
    let (mut region, mut kernel) = (case.region.clone(), case.kernel.clone());
    edit(&mut region, &mut kernel);
    let verified = verify(&region).and_then(|()| verify_kernel(&region, &kernel)).map_err(|error| error.to_string());
    let checked = verified.and_then(|()| check(&region, &kernel, SCOPE).map_err(|why| why.to_string()));
    checked.map_or_else(|why| why, |()| "accepted".into())
}

#[test]
fn kernels_that_do_something_else_to_cells_are_refused() {
    let add = "updates by add of i32";
    let update = |kernel: &mut Kernel, change: &dyn Fn(&mut Inst)| {
        let insts = kernel.func.blocks.iter_mut().flat_map(|block| &mut block.insts);
        insts.filter(|inst| matches!(inst.op, Op::Update { .. })).for_each(change);
    };
    let lines = [
        edited(add, |region, _| region.footprints[1].access = Access::Update(ReduceOp::Or)),
        edited(add, |region, _| region.footprints[1].access = Access::Update(ReduceOp::Mul)),
        edited(add, |region, _| region.footprints[1].access = Access::ReadWrite),
        edited(add, |region, _| region.footprints[1].access = Access::Gather),
        edited(add, |region, _| region.footprints[1].width = 8),
        edited(add, |region, _| region.footprints[1].width = 16),
        edited(add, |region, _| region.footprints[1].must_write = true),
        edited(add, |region, _| region.footprints[0].span = region.footprints[1].span),
        edited(add, |region, _| region.can_bail = false),
        edited(add, |_, kernel| {
            update(kernel, &|inst| {
                let Op::Update { kind, space, offset, addr, value, .. } = inst.op else { return };
                inst.op = Op::Store { kind, space, offset, addr, value };
            });
        }),
        edited(add, |_, kernel| {
            let result = kernel.func.new_value(Type::I32);
            update(kernel, &|inst| {
                let Op::Update { space, offset, addr, .. } = inst.op else { return };
                inst.op = Op::Gather { kind: LoadKind::I32, space, offset, addr };
                inst.result = Some(result);
            });
        }),
        edited(add, |_, kernel| {
            update(kernel, &|inst| {
                if let Op::Update { op, .. } = &mut inst.op {
                    *op = ReduceOp::Mul;
                }
            });
        }),
        edited(add, |_, kernel| {
            update(kernel, &|inst| {
                if let Op::Update { kind, .. } = &mut inst.op {
                    *kind = StoreKind::I32As8;
                }
            });
        }),
        edited(add, |_, kernel| {
            update(kernel, &|inst| {
                if let Op::Update { offset, .. } = &mut inst.op {
                    *offset = 1 << 32;
                }
            });
        }),
        edited(add, |_, kernel| {
            update(kernel, &|inst| {
                if let Op::Update { space, .. } = &mut inst.op {
                    *space = 0;
                }
            });
        }),
    ];
    insta::assert_snapshot!(lines.join("\n"), @"
    the kernel's access kinds doesn't match the region's
    footprint 1 is updated by an operator that no device has for its width
    footprint 1 refers to something that isn't there
    the kernel's access kinds doesn't match the region's
    the kernel's access widths doesn't match the region's
    footprint 1 is updated by an operator that no device has for its width
    footprint 1 has checked accesses, so it can't have dimensions, be all written or be wider than one access
    footprint 0 refers to something that isn't there
    the kernel's bail flag doesn't match the region's
    the kernel's access kinds doesn't match the region's
    the kernel's access kinds doesn't match the region's
    block 0: `update mul i32 s1 v16+0, v17` may not stand here
    the kernel's access widths doesn't match the region's
    block 0: `update add i32 s1 v16+4294967296, v17` may not stand here
    the kernel's access kinds doesn't match the region's
    ");
}
