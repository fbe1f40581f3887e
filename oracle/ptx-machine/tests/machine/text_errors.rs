//! Text outside the accepted subset, with the message that it gets.

use crate::harness::{HEADER, kernel, refusal};
use std::fmt::Write;

/// Each line is refused as the body of a kernel; bodies start on line 5.
fn refusals(bodies: &[&str]) -> String {
    bodies.iter().fold(String::new(), |mut text, body| {
        writeln!(text, "{body}\n    {}", refusal(&kernel(&["out"], body))).unwrap();
        text
    })
}

#[test]
fn instructions() {
    snapshot(
        "instructions",
        refusals(&[
            "frob.u32 %r1, %r2; ret;",
            "add.f32 %r1, %r2, %r3; ret;",
            "mul.f64 %d1, %d2, %d3; ret;",
            "add.rn.ftz.f32 %r1, %r2, %r3; ret;",
            "add.rz.f32 %r1, %r2, %r3; ret;",
            "add.rn.u32 %r1, %r2, %r3; ret;",
            "add.b32 %r1, %r2, %r3; ret;",
            "div.full.f32 %r1, %r2, %r3; ret;",
            "sqrt.approx.f32 %r1, %r2; ret;",
            "shl.u32 %r1, %r2, %r3; ret;",
            "and.u32 %r1, %r2, %r3; ret;",
            "mul.wide.u64 %d1, %d2, %d3; ret;",
            "setp.lo.s32 %p1, %r1, %r2; ret;",
            "setp.lt.b32 %p1, %r1, %r2; ret;",
            "setp.equ.u32 %p1, %r1, %r2; ret;",
            "cvt.s32.f32 %r1, %r2; ret;",
            "cvt.rn.s32.f32 %r1, %r2; ret;",
            "cvt.rzi.f32.s32 %r1, %r2; ret;",
            "cvt.f32.f64 %r1, %d2; ret;",
            "cvt.f32.f32 %r1, %r2; ret;",
            "cvt.rn.u32.u64 %r1, %d2; ret;",
            "ld.b32 %r1, [%out]; ret;",
            "ld.shared.b32 %r1, [%out]; ret;",
            "ld.global.v4.b64 {%d1, %d2, %d3, %d4}, [%out]; ret;",
            "ld.global.v3.b32 {%r1, %r2, %r3}, [%out]; ret;",
            "atom.global.add.s64 %d1, [%out], 1; ret;",
            "red.global.add.f32 [%out], %r1; ret;",
            "red.global.exch.b32 [%out], 1; ret;",
            "min.NaN.f64 %d1, %d2, %d3; ret;",
            "trap; ret;",
        ]),
    );
}

#[test]
fn operands() {
    snapshot(
        "operands",
        refusals(&[
            "add.u32 %r1, %r2, %x; ret;",
            "add.u32 %r1, %r2, %r8; ret;",
            "add.u32 %r1, %r2, %r01; ret;",
            "add.u32 %r1, %r2, %d1; ret;",
            "add.u32 %d1, %r1, %r2; ret;",
            "add.u32 %r1, %r2; ret;",
            "add.u32 %r1, %r2, 0x100000000; ret;",
            "add.s16 %h1, %h2, -32769; ret;",
            "add.u32 %r1, %r2, 0f3F800000; ret;",
            "add.rn.f32 %r1, %r2, 1; ret;",
            "add.rn.f64 %d1, %d2, 0f3F800000; ret;",
            "add.u32 %r1, %r2, %tid.x; ret;",
            "add.u32 1, %r1, %r2; ret;",
            "mov.u64 %d1, %tid.x; ret;",
            "mov.u32 %r1, %tid; ret;",
            "mov.u32 %r1, %tid.w; ret;",
            "mov.b64 {%r1, %r1}, %d1; ret;",
            "shl.b64 %d1, %d2, %d3; ret;",
            "clz.b64 %d1, %d2; ret;",
            "selp.b32 %r1, %r2, %r3, %r4; ret;",
            "setp.eq.b32 %r1, %r2, %r3; ret;",
            "setp.eq.and.b32 %p1, %r2, %r3; ret;",
            "setp.eq.b32 %p1|%p1, %r2, %r3; ret;",
            "cvt.u32.u64 %h1, %d1; ret;",
            "ld.global.f32 %d1, [%out]; ret;",
            "ld.global.b32 %h1, [%out]; ret;",
            "ld.global.b32 %r1, [%r2]; ret;",
            "ld.global.b32 %r1, %out; ret;",
            "ld.global.v2.b32 {%r1, %r1}, [%out]; ret;",
            "ld.global.v2.b32 {%r1, %r2, %r3}, [%out]; ret;",
            "ld.global.v2.b16 {%r1, %h2}, [%out]; ret;",
            "ld.global.b32 %r1, [%out+0x80000000]; ret;",
            "ld.param.u32 %r1, [out]; ret;",
            "ld.param.u64 %d1, [out+4]; ret;",
            "ld.param.u64 %d1, [in]; ret;",
            "bra L; ret;",
            "@%r1 bra L; L: ret;",
            "bar.sync 16; ret;",
            "ret 1;",
            "atom.global.cas.b32 %r1, [%out], %r2; ret;",
            ".reg .f32 %f; add.u32 %r1, %f, 1; ret;",
            "add.u32 %r1, %late, 1;\n.reg .b32 %late; ret;",
        ]),
    );
}

#[test]
fn structure() {
    snapshot(
        "structure",
        refusals(&[
            "",
            "mov.b32 %r1, 0;",
            "@%p1 ret;",
            "L: ret; L: ret;",
            "ret; L:",
            "ret",
            ".shared .b32 x; ret;",
            ".local .b32 x; ret;",
            ".reg .b8 %b; ret;",
            ".reg .b32 %r<2>; ret;",
            ".reg .b32 %r1; ret;",
            ".reg .b32 %t1; .reg .b32 %t<4>; ret;",
            ".reg .b32 %t1<4>; ret;",
            ".reg .b32 %tid; ret;",
            ".reg .b32 %t<99999999>; ret;",
            ".reg .q32 %t; ret;",
            "{ ret; }",
            "mov.b32 %r1, 010; ret;",
            "mov.b32 %r1, 1.5; ret;",
            "mov.b32 %r1, 0f12; ret;",
            "mov.b32 %r1, -0f3F800000; ret;",
            "mov.b32 %r1, 99999999999999999999; ret;",
            "/* open",
            "mov.b32 %r1, #; ret;",
            "ret; } }",
        ]),
    );
}

#[test]
fn modules() {
    let texts = [
        String::new(),
        ".version 7".into(),
        ".version 7.8 .target gfx90 .address_size 64".into(),
        ".version 7.8 .target sm_80 .address_size 32".into(),
        format!("{HEADER}.func f() {{ ret; }}"),
        format!("{HEADER}.shared .b32 x;"),
        format!("{HEADER}.entry k() {{ ret; }}\n.entry k() {{ ret; }}"),
        format!("{HEADER}.entry k(.param .u32 a, .param .u32 a) {{ ret; }}"),
        format!("{HEADER}.entry k(.param .pred a) {{ ret; }}"),
        format!("{HEADER}.entry k(.param .align 8 .b8 a[64]) {{ ret; }}"),
        format!("{HEADER}.entry k() .maxnreg 32 {{ ret; }}"),
        format!("{HEADER}.entry k({}) {{ ret; }}", params(545)),
        format!("{}.entry k({}) {{ ret; }}", HEADER.replace("7.8", "8.1"), params(4096)),
        ".version 7.8 .target sm_75 .address_size 64
        .entry k() { .reg .b32 %r<2>; mov.b32 %r1, 0; min.NaN.f32 %r1, %r1, %r1; ret; }"
            .into(),
    ];
    let messages: Vec<String> = texts.iter().map(|text| refusal(text)).collect();
    snapshot("modules", messages.join("\n"));
}

fn snapshot(name: &str, text: String) {
    insta::with_settings!({ omit_expression => true }, { insta::assert_snapshot!(name, text) });
}

fn params(count: usize) -> String {
    (0..count).map(|at| format!(".param .u64 p{at}")).collect::<Vec<_>>().join(", ")
}
