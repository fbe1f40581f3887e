//! The text that the PTX emitter writes.
#![cfg(feature = "ptx")]

mod samples;

use ir::lowered::{BinaryOp, Const, LoadKind, Op, StoreKind, Term, Type, UnaryOp};
use ir::region::{Mapping, ReturnRole};
use samples::{Builder, Sample};
use tensorwasm_lowering::ptx::{Options, PtxError, Target, emit, pliron_text};

fn emitted(sample: &Sample, target: Target) -> Result<String, PtxError> {
    emit(&sample.region, &sample.kernel, &sample.mapping, &sample.name, Options { target })
}

fn text(sample: &Sample) -> String {
    emitted(sample, Target::Sm80).unwrap()
}

/// The body of the entry, from the first line after the thread index is known to be within its bounds.
fn body(sample: &Sample) -> String {
    let text = text(sample);
    let after = text.rfind("exit;\n\tld.param").expect("a kernel with parameters");
    let end = text.rfind('}').expect("the end of the entry");
    text[after + 6..end].replace('\t', "")
}

#[test]
fn saxpy_is_two_loads_and_a_store() {
    insta::assert_snapshot!(text(&samples::saxpy()), @"
    .version 7.8
    .target sm_80
    .address_size 64

    .visible .entry saxpy(
    	.param .b64 saxpy_0,
    	.param .b64 saxpy_1,
    	.param .b64 saxpy_2,
    	.param .b64 saxpy_3,
    	.param .b64 saxpy_4,
    	.param .b32 saxpy_5,
    	.param .b32 saxpy_6,
    	.param .b32 saxpy_7
    )
    .reqntid 128, 1, 1
    {
    	.reg .pred %p<2>;
    	.reg .b32 %r<14>;
    	.reg .b64 %rd<10>;
    	ld.param.b64 %rd3, [saxpy_2];
    	mov.u32 %r11, %ctaid.x;
    	mov.u32 %r12, %tid.x;
    	mul.wide.u32 %rd4, %r11, 128;
    	cvt.u64.u32 %rd5, %r12;
    	add.s64 %rd0, %rd4, %rd5;
    	setp.ge.u64 %p0, %rd0, %rd3;
    	@%p0 exit;
    	ld.param.b64 %rd6, [saxpy_3];
    	ld.param.b64 %rd7, [saxpy_4];
    	ld.param.b32 %r0, [saxpy_5];
    	ld.param.b32 %r1, [saxpy_6];
    	ld.param.b32 %r2, [saxpy_7];
    	cvt.u32.u64 %r3, %rd0;
    	mul.lo.s32 %r4, %r3, 4;
    	add.s32 %r5, %r0, %r4;
    	add.s32 %r6, %r1, %r4;
    	cvt.u64.u32 %rd8, %r5;
    	add.s64 %rd1, %rd6, %rd8;
    	ld.global.b32 %r7, [%rd1];
    	mul.rn.f32 %r8, %r2, %r7;
    	cvt.u64.u32 %rd9, %r6;
    	add.s64 %rd2, %rd7, %rd9;
    	ld.global.b32 %r9, [%rd2];
    	add.rn.f32 %r10, %r8, %r9;
    	setp.nan.f32 %p1, %r10, %r10;
    	selp.b32 %r13, 2143289344, %r10, %p1;
    	st.global.b32 [%rd2], %r13;
    	exit;
    }
    ");
}

#[test]
fn the_dialect_shows_what_the_text_is_made_of() {
    let sample = samples::saxpy();
    insta::assert_snapshot!(pliron_text(&sample.region, &sample.kernel, &sample.mapping).unwrap(), @"
    twk.kernel (i32, i32, f32) spaces 2 grid [0] block 128
    {
      ^block1v1():
        v0 = twk.index 0 : builtin.integer i64;
        v1 = twk.live_in 0 : builtin.integer i32;
        v2 = twk.live_in 1 : builtin.integer i32;
        v3 = twk.live_in 2 : builtin.fp32 ;
        v4 = twk.unary i32.wrap_i64 v0 : builtin.integer i32;
        v5 = twk.const i32 4 : builtin.integer i32;
        v6 = twk.binary i32.mul v4, v5 : builtin.integer i32;
        v7 = twk.binary i32.add v1, v6 : builtin.integer i32;
        v11 = twk.binary i32.add v2, v6 : builtin.integer i32;
        v12 = twk.address 0 v7 : twk.ptr ;
        v13 = twk.load f32.load v12 + 0 : builtin.fp32 ;
        v14 = twk.binary f32.mul v3, v13 : builtin.fp32 ;
        v15 = twk.address 1 v11 : twk.ptr ;
        v16 = twk.load f32.load v15 + 0 : builtin.fp32 ;
        v17 = twk.binary f32.add v14, v16 : builtin.fp32 ;
        twk.store f32.store v15 + 0, v17;
        twk.return []
    }
    ");
}

#[test]
fn branches_fall_through_and_a_cold_edge_leads_to_the_bail() {
    insta::assert_snapshot!(text(&samples::branchy()), @"
    .version 7.8
    .target sm_80
    .address_size 64

    .visible .entry branchy(
    	.param .b64 branchy_0,
    	.param .b64 branchy_1,
    	.param .b64 branchy_2,
    	.param .b64 branchy_3,
    	.param .b32 branchy_4,
    	.param .b64 branchy_5
    )
    .reqntid 128, 1, 1
    {
    	.reg .pred %p<5>;
    	.reg .b32 %r<6>;
    	.reg .b64 %rd<14>;
    	ld.param.b64 %rd7, [branchy_2];
    	mov.u32 %r4, %ctaid.x;
    	mov.u32 %r5, %tid.x;
    	mul.wide.u32 %rd8, %r4, 128;
    	cvt.u64.u32 %rd9, %r5;
    	add.s64 %rd0, %rd8, %rd9;
    	setp.ge.u64 %p3, %rd0, %rd7;
    	@%p3 exit;
    	ld.param.b64 %rd10, [branchy_3];
    	ld.param.b32 %r0, [branchy_4];
    	ld.param.b64 %rd1, [branchy_5];
    	cvt.u32.u64 %r1, %rd0;
    	mul.lo.s32 %r2, %r1, 8;
    	add.s32 %r3, %r0, %r2;
    	cvt.u64.u32 %rd11, %r3;
    	add.s64 %rd2, %rd10, %rd11;
    	ld.global.b64 %rd3, [%rd2+8];
    	setp.neu.f64 %p0, %rd3, %rd3;
    	@%p0 bra $bail;
    $b2:
    	setp.gt.f64 %p1, %rd3, 0d0000000000000000;
    	@!%p1 bra $b3;
    	mov.b64 %rd5, %rd3;
    	bra $b4;
    $b3:
    	add.rn.f64 %rd4, %rd3, %rd1;
    	setp.nan.f64 %p4, %rd4, %rd4;
    	selp.b64 %rd12, 9221120237041090560, %rd4, %p4;
    	mov.b64 %rd5, %rd12;
    $b4:
    	setp.lt.f64 %p2, %rd1, %rd5;
    	selp.b64 %rd6, %rd1, %rd5, %p2;
    	st.global.b64 [%rd2+8], %rd6;
    	exit;
    $bail:
    	ld.param.b64 %rd13, [branchy_0];
    	red.global.or.b32 [%rd13], 1;
    	exit;
    }
    ");
}

#[test]
fn a_gather_is_checked_once_and_a_check_stays_without_its_load() {
    insta::assert_snapshot!(body(&samples::gather()), @"
    ld.param.b64 %rd8, [gather_3];
    ld.param.b64 %rd9, [gather_4];
    ld.param.b64 %rd10, [gather_5];
    ld.param.b64 %rd11, [gather_6];
    ld.param.b64 %rd12, [gather_7];
    add.s64 %rd13, %rd12, -1;
    add.s64 %rd14, %rd12, -4;
    ld.param.b32 %r0, [gather_8];
    ld.param.b32 %r1, [gather_9];
    ld.param.b32 %r2, [gather_10];
    cvt.u32.u64 %r3, %rd0;
    mul.lo.s32 %r4, %r3, 4;
    add.s32 %r5, %r0, %r4;
    add.s32 %r6, %r1, %r4;
    cvt.u64.u32 %rd15, %r5;
    add.s64 %rd1, %rd8, %rd15;
    ld.global.b32 %r7, [%rd1];
    mul.lo.s32 %r8, %r7, 4;
    add.s32 %r9, %r2, %r8;
    cvt.u64.u32 %rd16, %r9;
    add.s64 %rd17, %rd16, 16;
    sub.s64 %rd18, %rd17, %rd11;
    setp.gt.u64 %p1, %rd18, %rd14;
    @%p1 bra $bail;
    and.b64 %rd19, %rd17, 3;
    setp.ne.s64 %p2, %rd19, 0;
    @%p2 bra $bail;
    add.s64 %rd2, %rd10, %rd16;
    ld.global.b32 %r10, [%rd2+16];
    ld.global.b32 %r11, [%rd2+16];
    cvt.u64.u32 %rd20, %r7;
    add.s64 %rd21, %rd20, 4294967288;
    sub.s64 %rd22, %rd21, %rd11;
    setp.gt.u64 %p3, %rd22, %rd13;
    @%p3 bra $bail;
    add.s64 %rd3, %rd10, %rd20;
    add.rn.f32 %r12, %r10, %r11;
    cvt.u64.u32 %rd23, %r6;
    add.s64 %rd4, %rd9, %rd23;
    setp.nan.f32 %p4, %r12, %r12;
    selp.b32 %r15, 2143289344, %r12, %p4;
    st.global.b32 [%rd4], %r15;
    exit;
    $bail:
    ld.param.b64 %rd24, [gather_0];
    red.global.or.b32 [%rd24], 1;
    exit;
    ");
}

#[test]
fn an_update_is_one_atomic_operation_behind_its_check() {
    insta::assert_snapshot!(body(&samples::histogram()), @"
    ld.param.b64 %rd7, [histogram_3];
    ld.param.b64 %rd8, [histogram_4];
    ld.param.b64 %rd9, [histogram_5];
    ld.param.b64 %rd10, [histogram_6];
    add.s64 %rd11, %rd10, -4;
    ld.param.b32 %r0, [histogram_7];
    ld.param.b32 %r1, [histogram_8];
    cvt.u32.u64 %r2, %rd0;
    mul.lo.s32 %r3, %r2, 4;
    add.s32 %r4, %r0, %r3;
    cvt.u64.u32 %rd12, %r4;
    add.s64 %rd1, %rd7, %rd12;
    ld.global.b32 %r5, [%rd1];
    mul.lo.s32 %r6, %r5, 4;
    add.s32 %r7, %r1, %r6;
    cvt.u64.u32 %rd13, %r7;
    sub.s64 %rd14, %rd13, %rd9;
    setp.gt.u64 %p1, %rd14, %rd11;
    @%p1 bra $bail;
    and.b64 %rd15, %rd13, 3;
    setp.ne.s64 %p2, %rd15, 0;
    @%p2 bra $bail;
    add.s64 %rd2, %rd8, %rd13;
    mov.b32 %r10, 1;
    red.global.add.u32 [%rd2], %r10;
    cvt.u64.u32 %rd16, %r7;
    add.s64 %rd17, %rd16, 4;
    sub.s64 %rd18, %rd17, %rd9;
    setp.gt.u64 %p3, %rd18, %rd11;
    @%p3 bra $bail;
    and.b64 %rd19, %rd17, 3;
    setp.ne.s64 %p4, %rd19, 0;
    @%p4 bra $bail;
    add.s64 %rd3, %rd8, %rd16;
    red.global.add.u32 [%rd3+4], %r5;
    exit;
    $bail:
    ld.param.b64 %rd20, [histogram_0];
    red.global.or.b32 [%rd20], 1;
    exit;
    ");
}

#[test]
fn a_sum_in_a_loop_is_made_canonical_after_the_loop() {
    insta::assert_snapshot!(text(&samples::reduction()), @"
    .version 7.8
    .target sm_80
    .address_size 64

    .visible .entry reduction(
    	.param .b64 reduction_0,
    	.param .b64 reduction_1,
    	.param .b64 reduction_2,
    	.param .b64 reduction_3,
    	.param .b64 reduction_4,
    	.param .b32 reduction_5,
    	.param .b32 reduction_6
    )
    .reqntid 128, 1, 1
    {
    	.reg .pred %p<6>;
    	.reg .b32 %r<16>;
    	.reg .b64 %rd<17>;
    	ld.param.b64 %rd4, [reduction_2];
    	mov.u32 %r12, %ctaid.x;
    	mov.u32 %r13, %tid.x;
    	mul.wide.u32 %rd5, %r12, 128;
    	cvt.u64.u32 %rd6, %r13;
    	add.s64 %rd0, %rd5, %rd6;
    	setp.ge.u64 %p0, %rd0, %rd4;
    	@%p0 exit;
    	ld.param.b64 %rd7, [reduction_3];
    	ld.param.b64 %rd8, [reduction_4];
    	mov.b32 %r14, 268435456;
    	ld.param.b32 %r0, [reduction_5];
    	ld.param.b32 %r1, [reduction_6];
    	cvt.u32.u64 %r2, %rd0;
    	mul.lo.s32 %r3, %r2, 8;
    	add.s32 %r4, %r0, %r3;
    	mov.b32 %r5, %r4;
    	mov.b32 %r7, 0;
    	mov.b32 %r6, %r1;
    $b1:
    	add.s32 %r14, %r14, -1;
    	setp.eq.s32 %p1, %r14, 0;
    	@%p1 bra $bail;
    	cvt.u64.u32 %rd9, %r5;
    	add.s64 %rd1, %rd7, %rd9;
    	ld.global.b32 %r8, [%rd1];
    	add.rn.f32 %r9, %r7, %r8;
    	add.s32 %r10, %r5, 4;
    	sub.s32 %r11, %r6, 1;
    	setp.ne.s32 %p2, %r11, 0;
    	@!%p2 bra $b2;
    	mov.b32 %r5, %r10;
    	mov.b32 %r7, %r9;
    	mov.b32 %r6, %r11;
    	bra $b1;
    $b2:
    	cvt.u64.u32 %rd10, %r4;
    	add.s64 %rd2, %rd8, %rd10;
    	setp.nan.f32 %p3, %r9, %r9;
    	selp.b32 %r15, 2143289344, %r9, %p3;
    	st.global.b32 [%rd2+4], %r15;
    	cvt.s64.s32 %rd3, %r11;
    	ld.param.b64 %rd11, [reduction_1];
    	add.s64 %rd12, %rd4, -1;
    	setp.eq.s64 %p4, %rd0, %rd12;
    	red.global.add.u32 [%rd11], %r11;
    	mov.b64 %rd13, 1;
    $m0:
    	mul.lo.s64 %rd15, %rd13, %rd3;
    	atom.global.cas.b64 %rd14, [%rd11+8], %rd13, %rd15;
    	setp.ne.s64 %p5, %rd14, %rd13;
    	mov.b64 %rd13, %rd14;
    	@%p5 bra $m0;
    	@%p4 st.global.b32 [%rd11+16], %r15;
    	exit;
    $bail:
    	ld.param.b64 %rd16, [reduction_0];
    	red.global.or.b32 [%rd16], 1;
    	exit;
    }
    ");
}

#[test]
fn operators_that_trap_test_their_operands() {
    insta::assert_snapshot!(text(&samples::bailing()), @"
    .version 7.8
    .target sm_80
    .address_size 64

    .visible .entry bailing(
    	.param .b64 bailing_0,
    	.param .b64 bailing_1,
    	.param .b64 bailing_2,
    	.param .b64 bailing_3,
    	.param .b64 bailing_4,
    	.param .b32 bailing_5,
    	.param .b32 bailing_6,
    	.param .b64 bailing_7
    )
    .reqntid 128, 1, 1
    {
    	.reg .pred %p<9>;
    	.reg .b32 %r<13>;
    	.reg .b64 %rd<12>;
    	ld.param.b64 %rd4, [bailing_2];
    	ld.param.b64 %rd5, [bailing_3];
    	mov.u32 %r9, %ctaid.x;
    	mov.u32 %r10, %tid.x;
    	mul.wide.u32 %rd7, %r9, 128;
    	cvt.u64.u32 %rd8, %r10;
    	add.s64 %rd6, %rd7, %rd8;
    	setp.ge.u64 %p0, %rd6, %rd5;
    	@%p0 exit;
    	mov.u32 %r11, %ctaid.y;
    	cvt.u64.u32 %rd0, %r11;
    	setp.ge.u64 %p1, %rd0, %rd4;
    	@%p1 exit;
    	ld.param.b64 %rd9, [bailing_4];
    	ld.param.b32 %r0, [bailing_5];
    	ld.param.b32 %r1, [bailing_6];
    	ld.param.b64 %rd1, [bailing_7];
    	setp.eq.s32 %p2, %r1, 0;
    	@%p2 bra $bail;
    	setp.eq.s32 %p3, %r1, -1;
    	setp.eq.and.s32 %p4, %r0, -2147483648, %p3;
    	@%p4 bra $bail;
    	div.s32 %r2, %r0, %r1;
    	setp.eq.s32 %p5, %r1, 0;
    	@%p5 bra $bail;
    	setp.eq.s32 %p6, %r1, -1;
    	selp.b32 %r12, 1, %r1, %p6;
    	rem.s32 %r3, %r2, %r12;
    	rem.u32 %r4, %r3, 10;
    	mul.rn.f64 %rd2, %rd1, 0d3FC0000000000000;
    	setp.gt.f64 %p7, %rd2, 0dC1E0000000200000;
    	setp.lt.and.f64 %p8, %rd2, 0d41E0000000000000, %p7;
    	@!%p8 bra $bail;
    	cvt.rzi.s32.f64 %r5, %rd2;
    	cvt.u32.u64 %r6, %rd0;
    	mul.lo.s32 %r7, %r6, 4;
    	add.s32 %r8, %r4, %r7;
    	cvt.u64.u32 %rd10, %r8;
    	add.s64 %rd3, %rd9, %rd10;
    	st.global.b32 [%rd3], %r5;
    	exit;
    $bail:
    	ld.param.b64 %rd11, [bailing_0];
    	red.global.or.b32 [%rd11], 1;
    	exit;
    }
    ");
}

#[test]
fn values_that_swap_take_one_register_more() {
    insta::assert_snapshot!(text(&samples::swapping()), @"
    .version 7.8
    .target sm_80
    .address_size 64

    .visible .entry swapping(
    	.param .b64 swapping_0,
    	.param .b64 swapping_1,
    	.param .b64 swapping_2,
    	.param .b64 swapping_3,
    	.param .b32 swapping_4,
    	.param .b32 swapping_5,
    	.param .b32 swapping_6
    )
    .reqntid 128, 1, 1
    {
    	.reg .pred %p<4>;
    	.reg .b32 %r<14>;
    	.reg .b64 %rd<6>;
    	ld.param.b64 %rd0, [swapping_2];
    	mov.u32 %r9, %ctaid.x;
    	mov.u32 %r10, %tid.x;
    	mul.wide.u32 %rd2, %r9, 128;
    	cvt.u64.u32 %rd3, %r10;
    	add.s64 %rd1, %rd2, %rd3;
    	setp.ge.u64 %p0, %rd1, %rd0;
    	@%p0 exit;
    	mov.b32 %r11, 268435456;
    	ld.param.b32 %r0, [swapping_4];
    	ld.param.b32 %r1, [swapping_5];
    	ld.param.b32 %r2, [swapping_6];
    	mov.b32 %r3, %r0;
    	mov.b32 %r5, %r2;
    	mov.b32 %r4, %r1;
    $b1:
    	add.s32 %r11, %r11, -1;
    	setp.eq.s32 %p1, %r11, 0;
    	@%p1 bra $bail;
    	and.b32 %r6, %r5, 3;
    	sub.s32 %r7, %r5, 1;
    	setp.eq.s32 %p2, %r6, 0;
    	@%p2 bra $e0;
    	setp.eq.s32 %p3, %r6, 1;
    	@%p3 bra $e1;
    	mov.b32 %r5, %r7;
    	mov.b32 %r12, %r3;
    	mov.b32 %r3, %r4;
    	mov.b32 %r4, %r12;
    	bra $b1;
    $e0:
    	mov.b32 %r8, %r3;
    	bra $b2;
    $e1:
    	mov.b32 %r5, %r7;
    	mov.b32 %r13, %r3;
    	mov.b32 %r3, %r4;
    	mov.b32 %r4, %r13;
    	bra $b1;
    $b2:
    	ld.param.b64 %rd4, [swapping_1];
    	red.global.xor.b32 [%rd4], %r8;
    	exit;
    $bail:
    	ld.param.b64 %rd5, [swapping_0];
    	red.global.or.b32 [%rd5], 1;
    	exit;
    }
    ");
}

#[test]
fn bits_that_are_only_moved_are_never_made_canonical() {
    let mut b = Builder::new(1, &[Type::I32, Type::F32], 1);
    let base = b.param(1);
    let loaded = b.load(LoadKind::F32, 0, base, 0);
    let negated = b.unary(UnaryOp::F32Neg, loaded);
    let picked = b.select(base, negated, b.param(2));
    b.store(StoreKind::F32, 0, base, 4, picked);
    insta::assert_snapshot!(body(&b.finish("moves", &[], &[])), @"
    ld.param.b64 %rd5, [moves_3];
    ld.param.b32 %r0, [moves_4];
    ld.param.b32 %r1, [moves_5];
    cvt.u64.u32 %rd6, %r0;
    add.s64 %rd0, %rd5, %rd6;
    ld.global.b32 %r2, [%rd0];
    xor.b32 %r3, %r2, -2147483648;
    setp.ne.s32 %p1, %r0, 0;
    selp.b32 %r4, %r3, %r1, %p1;
    st.global.b32 [%rd0+4], %r4;
    exit;
    ");
}

#[test]
fn arithmetic_meets_moved_bits_in_wasm_s_bits() {
    let mut b = Builder::new(1, &[Type::I32, Type::F64], 1);
    let base = b.param(1);
    let loaded = b.load(LoadKind::F64, 0, base, 0);
    let root = b.unary(UnaryOp::F64Sqrt, loaded);
    let twice = b.binary(BinaryOp::F64Add, root, root);
    let picked = b.select(base, twice, b.param(2));
    let bits = b.unary(UnaryOp::I64ReinterpretF64, picked);
    b.store(StoreKind::I64, 0, base, 8, bits);
    insta::assert_snapshot!(body(&b.finish("meets", &[], &[])), @"
    ld.param.b64 %rd11, [meets_3];
    ld.param.b32 %r0, [meets_4];
    ld.param.b64 %rd0, [meets_5];
    cvt.u64.u32 %rd12, %r0;
    add.s64 %rd1, %rd11, %rd12;
    ld.global.b64 %rd2, [%rd1];
    sqrt.rn.f64 %rd3, %rd2;
    add.rn.f64 %rd4, %rd3, %rd3;
    setp.ne.s32 %p1, %r0, 0;
    setp.nan.f64 %p2, %rd4, %rd4;
    selp.b64 %rd13, 9221120237041090560, %rd4, %p2;
    selp.b64 %rd5, %rd13, %rd0, %p1;
    st.global.b64 [%rd1+8], %rd5;
    exit;
    ");
}

#[test]
fn known_conditions_leave_one_path() {
    let mut b = Builder::new(1, &[Type::I32], 1);
    let (then, _) = b.block(&[]);
    let (otherwise, _) = b.block(&[]);
    let two = b.i32(2);
    let four = b.binary(BinaryOp::I32Mul, two, two);
    b.branch(four, (then, &[]), (otherwise, &[]));
    b.at = otherwise;
    b.end(Term::Bail);
    b.at = then;
    b.store(StoreKind::I32, 0, b.param(1), 0, four);
    insta::assert_snapshot!(body(&b.finish("known", &[], &[])), @"
    ld.param.b64 %rd5, [known_3];
    ld.param.b32 %r0, [known_4];
    cvt.u64.u32 %rd6, %r0;
    add.s64 %rd0, %rd5, %rd6;
    mov.b32 %r3, 4;
    st.global.b32 [%rd0], %r3;
    exit;
    ");
}

#[test]
fn what_nothing_needs_is_left_out_even_around_a_loop() {
    let mut b = Builder::new(1, &[Type::I32], 1);
    let (head, carried) = b.block(&[Type::I32, Type::I32]);
    let (done, _) = b.block(&[]);
    let one = b.i32(1);
    b.jump(head, &[b.param(1), one]);
    b.at = head;
    let unused = b.load(LoadKind::I32, 0, carried[1], 0);
    let grown = b.binary(BinaryOp::I32Add, carried[1], unused);
    let left = b.binary(BinaryOp::I32Sub, carried[0], one);
    b.branch(left, (head, &[left, grown]), (done, &[]));
    b.at = done;
    b.store(StoreKind::I32, 0, b.param(1), 0, left);
    insta::assert_snapshot!(body(&b.finish("unused", &[], &[])), @"
    ld.param.b64 %rd5, [unused_3];
    mov.b32 %r5, 268435456;
    ld.param.b32 %r0, [unused_4];
    mov.b32 %r1, %r0;
    $b1:
    add.s32 %r5, %r5, -1;
    setp.eq.s32 %p1, %r5, 0;
    @%p1 bra $bail;
    sub.s32 %r2, %r1, 1;
    setp.ne.s32 %p2, %r2, 0;
    @!%p2 bra $b2;
    mov.b32 %r1, %r2;
    bra $b1;
    $b2:
    cvt.u64.u32 %rd6, %r0;
    add.s64 %rd0, %rd5, %rd6;
    st.global.b32 [%rd0], %r2;
    exit;
    $bail:
    ld.param.b64 %rd7, [unused_0];
    red.global.or.b32 [%rd7], 1;
    exit;
    ");
}

#[test]
fn a_newer_target_asks_for_a_newer_ptx() {
    let header =
        |target: Target| emitted(&samples::saxpy(), target).unwrap().lines().take(2).collect::<Vec<_>>().join(" ");
    assert_eq!(header(Target::Sm90), ".version 7.8 .target sm_90");
    assert_eq!(header(Target::Sm120), ".version 8.7 .target sm_120");
    assert_eq!("sm_90".parse::<Target>(), Ok(Target::Sm90));
    assert_eq!("sm_9".parse::<Target>(), Err(PtxError::Target("sm_9".into())));
}

#[test]
fn many_parameters_ask_for_a_newer_ptx() {
    let with = |live_ins: usize| Builder::new(1, &[Type::I64].repeat(live_ins), 61).finish("wide", &[], &[]);
    // 3 + 61 parameters of 8 bytes besides the live-ins; 4352 bytes is the limit of the older one.
    assert!(text(&with(480)).starts_with(".version 7.8\n"));
    assert!(text(&with(481)).starts_with(".version 8.1\n"));
}

#[test]
fn text_is_the_same_every_time() {
    for sample in [samples::branchy(), samples::reduction(), samples::swapping()] {
        assert_eq!(text(&sample), text(&sample));
    }
}

#[test]
fn every_operator_access_and_role_has_text() {
    for sample in samples::all() {
        if let Err(error) = emitted(&sample, Target::Sm80) {
            panic!("{}: {error}", sample.name);
        }
    }
}

#[test]
fn what_does_not_fit_is_an_error_with_its_reason() {
    let message = |change: fn(&mut Sample)| {
        let mut sample = samples::saxpy();
        change(&mut sample);
        emitted(&sample, Target::Sm80).unwrap_err().to_string()
    };
    insta::assert_snapshot!(message(|s| s.name = "1st".into()), @"`1st` can't name a PTX entry");
    insta::assert_snapshot!(message(|s| s.mapping = Mapping { grid: vec![1], block: 64 }), @"a mapping of dimensions [1] in blocks of 64 threads doesn't fit 1 dimensions");
    insta::assert_snapshot!(message(|s| s.mapping.block = 2048), @"a mapping of dimensions [0] in blocks of 2048 threads doesn't fit 1 dimensions");
    insta::assert_snapshot!(message(|s| s.kernel.returns = vec![ReturnRole::Last]), @"the kernel's return list doesn't match the region's");
    insta::assert_snapshot!(message(|s| s.region.footprints.truncate(1)), @"block 0: index 1 is out of range");
    insta::assert_snapshot!(message(|s| {
        let foreign = Op::Const(Const { ty: Type::V128, bits: 0 });
        s.kernel.func.blocks[0].insts[1].op = foreign;
    }), @"block 0: `v128.const 0x0000000000000000` may not stand here");
}

#[test]
fn folded_floats_go_into_the_record_of_their_iteration() {
    let fold = samples::roles().into_iter().find(|sample| sample.name == "role_fold_add_f64").unwrap();
    insta::assert_snapshot!(body(&fold), @"
    ld.param.b64 %rd0, [role_fold_add_f64_3];
    ld.param.b64 %rd1, [role_fold_add_f64_4];
    ld.param.b64 %rd6, [role_fold_add_f64_1];
    mul.lo.s64 %rd7, %rd3, 16;
    add.s64 %rd8, %rd6, %rd7;
    st.global.b64 [%rd8+16], %rd0;
    st.global.b64 [%rd8+24], %rd1;
    exit;
    ");
}
