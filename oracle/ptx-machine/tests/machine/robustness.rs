//! No text makes any stage panic or run away.

use crate::harness::kernel;
use proptest::prelude::*;
use tensorwasm_ptx_machine::{Access, Launch, Memory, Options, parse, prepare, run};

/// Every statement form once, so that mutations reach every part of the parser.
const SAMPLE: &str = "mov.u32 %r1, %tid.x; ld.global.v2.f32 {%r2, %r3}, [%out+8]; fma.rn.f32 %r2, %r2, %r3, 0f3F800000;
    setp.lt.and.s32 %p1|%p2, %r1, -5, !%p3; @!%p1 bra $L; cvt.rzi.s32.f64 %r4, 0d3FF0000000000000;
    $L: mov.b64 {%r5, %r6}, %d1; div.s32 %r1, %r4, %r1; shf.l.wrap.b32 %r1, %r1, %r2, 33; bar.sync 0; // comment
    atom.global.cas.b32 %r1, [%out], 0x1F, 2; /* more */ st.global.b8 [%out+-1], %r1; .reg .f64 %f<3>, %g; exit;";

fn pieces() -> Vec<&'static str> {
    let mut pieces = vec![".reg", ".param", "<", ">", "@", "!", "|", "{", "}", "[", "]", "+", "-", ":", ";", ",", "\n"];
    pieces.extend(["0x", "0f", "99999999999999999999", "%", "$", ".", ".entry", ".version", "é", "\u{0}", "//", "/*"]);
    pieces.extend(SAMPLE.split_whitespace());
    pieces
}

/// Takes `text` through all stages with small limits; what they say doesn't matter.
fn survive(text: &str) {
    let Ok(module) = parse(text) else { return };
    for kernel in &module.kernels {
        let Ok(program) = prepare(kernel) else { continue };
        let mut memory = Memory::new();
        let handle = memory.alloc(vec![0; 64], 16, Access::ReadWrite).unwrap();
        let args = program.param_bits().iter().map(|bits| memory.base(handle) & (u64::MAX >> (64 - bits))).collect();
        let launch = Launch { grid: [2, 1, 1], block: [3, 1, 1], args, step_budget: 2_000 };
        let options = Options { shuffle_seed: Some(1), junk_seed: Some(2), race_detect: true };
        _ = run(&program, &mut memory, &launch, &options);
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(512))]

    #[test]
    fn arbitrary_text(text in "\\PC{0,200}") {
        survive(&text);
        survive(&kernel(&["out"], &text));
    }

    #[test]
    fn arbitrary_tokens(tokens in prop::collection::vec(prop::sample::select(pieces()), 0..60)) {
        survive(&kernel(&["out"], &tokens.join(" ")));
    }

    #[test]
    fn mutated_text(edits in prop::collection::vec((0..2000usize, 0..3usize, prop::sample::select(pieces())), 1..6)) {
        let mut text = kernel(&["out"], SAMPLE);
        for (at, remove, insert) in edits {
            let at = at % text.len();
            let at = (0..=at).rev().find(|at| text.is_char_boundary(*at)).unwrap_or(0);
            let end = (at + remove..text.len()).find(|end| text.is_char_boundary(*end)).unwrap_or(text.len());
            text.replace_range(at..end, insert);
        }
        survive(&text);
    }

    /// Any instruction over any initialised registers computes something and says the same twice.
    #[test]
    fn any_values(inputs in prop::array::uniform4(any::<u64>()), seed in any::<u64>()) {
        for (opcode, banks) in [
            ("div.s64", "ddd"), ("rem.s16", "hhh"), ("mul.hi.s64", "ddd"), ("shr.s16", "hhr"), ("shl.b64", "ddr"),
            ("cvt.rni.u8.f64", "rd"), ("cvt.rp.f32.f64", "rd"), ("cvt.rm.f32.u64", "rd"), ("cvt.rpi.s64.f32", "dr"),
            ("fma.rn.f64", "dddd"), ("max.f64", "ddd"), ("mad.wide.s16", "rhhr"), ("shf.r.wrap.b32", "rrrr"),
        ] {
            let inputs = &inputs[..banks.len() - 1];
            let options = Options { junk_seed: Some(seed), ..Options::default() };
            let first = crate::harness::calc_with(options, opcode, banks, inputs);
            prop_assert_eq!(first, crate::harness::calc_with(options, opcode, banks, inputs));
        }
    }
}

#[test]
fn sample_is_accepted() {
    let text = kernel(&["out"], SAMPLE);
    prepare(&parse(&text).unwrap().kernels[0]).unwrap();
}

#[test]
fn sizes_are_bounded() {
    let long = " ".repeat(16 << 20) + "x";
    assert_eq!(parse(&long).unwrap_err().to_string(), "line 1: the text has 16777217 bytes, the limit is 16777216");
    let many = kernel(&["out"], &"ret;".repeat((1 << 20) + 1));
    assert!(parse(&many).unwrap_err().to_string().ends_with("more than 1048576 statements"));
    let body: String = (0..1 << 18).map(|at| format!("mov.b32 %r1, {at};")).collect();
    let text = kernel(&["out"], &(body + "ret;"));
    let refused = prepare(&parse(&text).unwrap().kernels[0]).unwrap_err().to_string();
    assert!(refused.ends_with("the kernel needs more than 262144 registers and constants"));
}
