//! `setp` in all its forms.

use crate::harness::{Bench, calc, check, kernel, words};

const NAN32: u64 = 0x7fc0_0000;

fn truth(opcode: &str, banks: &str, rows: &[[u64; 2]]) -> String {
    rows.iter().map(|row| if calc(opcode, banks, row) == 1 { 'T' } else { 'F' }).collect()
}

#[test]
fn integers() {
    let rows = [[1, 2], [2, 2], [2, 1], [0xffff_ffff, 1]];
    for (comparison, unsigned, signed) in [
        ("eq", "FTFF", "FTFF"),
        ("ne", "TFTT", "TFTT"),
        ("lt", "TFFF", "TFFT"),
        ("le", "TTFF", "TTFT"),
        ("gt", "FFTT", "FFTF"),
        ("ge", "FTTT", "FTTF"),
    ] {
        assert_eq!(truth(&format!("setp.{comparison}.u32"), "prr", &rows), unsigned, "{comparison}");
        assert_eq!(truth(&format!("setp.{comparison}.s32"), "prr", &rows), signed, "{comparison}");
    }
    for (comparison, unsigned) in [("lo", "TFFF"), ("ls", "TTFF"), ("hi", "FFTT"), ("hs", "FTTT")] {
        assert_eq!(truth(&format!("setp.{comparison}.u32"), "prr", &rows), unsigned, "{comparison}");
    }
    check("setp.eq.b64", "pdd", &[([1 << 40, 1 << 40], 1), ([1 << 40, 0], 0)]);
    check("setp.lt.s64", "pdd", &[([u64::MAX, 0], 1)]);
    check("setp.lt.s16", "phh", &[([0xffff, 0], 1)]);
}

#[test]
fn floats() {
    let one = u64::from(1f32.to_bits());
    let two = u64::from(2f32.to_bits());
    let rows = [[one, two], [two, two], [two, one], [NAN32, one], [one, NAN32], [0, 0x8000_0000]];
    for (comparison, expected) in [
        ("eq", "FTFFFT"),
        ("ne", "TFTFFF"),
        ("lt", "TFFFFF"),
        ("le", "TTFFFT"),
        ("gt", "FFTFFF"),
        ("ge", "FTTFFT"),
        ("equ", "FTFTTT"),
        ("neu", "TFTTTF"),
        ("ltu", "TFFTTF"),
        ("leu", "TTFTTT"),
        ("gtu", "FFTTTF"),
        ("geu", "FTTTTT"),
        ("num", "TTTFFT"),
        ("nan", "FFFTTF"),
    ] {
        assert_eq!(truth(&format!("setp.{comparison}.f32"), "prr", &rows), expected, "{comparison}");
        let wide = rows.map(|row| row.map(|bits| f64::from(f32::from_bits(bits as u32)).to_bits()));
        assert_eq!(truth(&format!("setp.{comparison}.f64"), "pdd", &wide), expected, "{comparison}");
    }
}

/// `p|q`: p gets the combination with the comparison, q with its negation.
#[test]
fn combined_and_paired() {
    let body = "setp.ne.b32 %p1, 0, 0; setp.eq.b32 %p2, 0, 0;
        setp.lt.or.u32 %p3|%p4, 2, 1, %p1;
        setp.lt.and.u32 %p5, 1, 2, !%p1;
        setp.lt.xor.u32 %p6|%p7, 1, 2, %p2;
        selp.b32 %r3, 1, 0, %p3; selp.b32 %r4, 1, 0, %p4; selp.b32 %r5, 1, 0, %p5;
        selp.b32 %r6, 1, 0, %p6; selp.b32 %r7, 1, 0, %p7;
        st.global.v4.b32 [%out], {%r3, %r4, %r5, %r6}; st.global.b32 [%out+16], %r7;
        setp.gt.s32 %p1|%p2, 1, 2; selp.b32 %r1, 1, 0, %p1; selp.b32 %r2, 1, 0, %p2;
        st.global.v2.b32 [%out+24], {%r1, %r2}; ret;";
    let output = Bench::new(&kernel(&["out"], body), &[&[9; 32]]).output(0);
    assert_eq!(output, words(&[0, 1, 1, 0, 1, 0x0909_0909, 0, 1]));
}
