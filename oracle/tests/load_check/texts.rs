//! Random edits of PTX: whatever the load checker accepts must be harmless, however wrong it is.
//!
//! Texts of the conformance suite's nests are changed at random in one line. What is still accepted is run on the PTX machine,
//! which knows no bytes but those of the region's windows, and watches for threads that meet: it must find nothing.

use crate::image;
use crate::watch::Random;
use bundle::PtxImage;
use ir::region::{Kernel, Region};
use runtime::checker::{Scope, check_ptx};
use runtime::conformance;
use runtime::device::Device;
use std::sync::Arc;
use tensorwasm_oracle::PtxSim;

/// Edits of each text.
const EDITS: usize = 40;

/// A word of a line, with the place where it begins.
fn words(line: &str) -> Vec<(usize, &str)> {
    let is_word = |c: char| c.is_ascii_alphanumeric() || "%_.-".contains(c);
    let mut words = Vec::new();
    let mut rest = 0;
    while let Some(start) = line[rest..].find(is_word).map(|at| rest + at) {
        let end = line[start..].find(|c| !is_word(c)).map_or(line.len(), |at| start + at);
        words.push((start, &line[start..end]));
        rest = end;
    }
    words
}

/// Another word in its place: a register of the same kind, a number close by, or another operation.
fn other(word: &str, random: &mut Random) -> String {
    let number = |digits: &str| digits.parse::<i64>().ok();
    for family in ["%rd", "%r", "%p"] {
        if let Some(index) = word.strip_prefix(family).and_then(number) {
            return format!("{family}{}", (index + random.below(7) as i64 - 3).max(0));
        }
    }
    if let Some(value) = number(word) {
        return (value + random.pick(&[1, -1, 4, -4, 8, 60, 64])).to_string();
    }
    let swaps =
        [("add.", "sub."), (".ne.", ".lt."), (".lt.", ".le."), (".lt.", ".ne."), (".s32", ".u32"), (".ge.", ".gt.")];
    let fitting: Vec<_> = swaps.iter().filter(|(from, _)| word.contains(from)).collect();
    if fitting.is_empty() {
        word.into()
    } else {
        let (from, to) = random.pick(&fitting);
        word.replace(from, to)
    }
}

fn edited(text: &str, random: &mut Random) -> String {
    let mut lines: Vec<String> = text.lines().map(String::from).collect();
    let body = lines.iter().position(|line| line == "{").unwrap_or(0);
    let at = body + 1 + random.below(lines.len() - body - 2);
    match random.below(8) {
        0 => drop(lines.remove(at)),
        1 => lines.insert(at, lines[at].clone()),
        2 => lines.swap(at, at - 1),
        _ => {
            let line = lines[at].clone();
            let words = words(&line);
            if !words.is_empty() {
                let &(start, word) = random.pick(&words);
                lines[at] = format!("{}{}{}", &line[..start], other(word, random), &line[start + word.len()..]);
            }
        }
    }
    lines.join("\n")
}

#[test]
fn accepted_edits_of_texts_are_harmless() {
    let mut random = Random(3);
    let (mut edits, mut accepted) = (0, 0);
    let scope = Scope { imported_memories: 0, effort: 1 << 22 };
    for case in conformance::cases().iter().filter(|case| !case.region.extents.is_empty()) {
        let whole = image(&case.region, &case.kernel);
        for _ in 0..EDITS {
            let text = PtxImage { text: edited(&whole.text, &mut random), ..whole.clone() };
            edits += 1;
            if text.text == whole.text || check_ptx(&case.region, &text, scope).is_err() {
                continue;
            }
            accepted += 1;
            // Cases of other regions have no text, so that they are skipped.
            let images = |region: &Region, kernel: &Kernel| {
                if region == &case.region && kernel == &case.kernel { vec![text.clone()] } else { Vec::new() }
            };
            let sim = PtxSim::new();
            let device: Arc<dyn Device> = Arc::new(sim.clone());
            let _ = conformance::run(&device, &images);
            // A register that holds anything is no concern of the load checker's.
            let mut findings = sim.take_findings();
            findings.retain(|finding| !finding.what.contains("is read before it is written"));
            assert!(findings.is_empty(), "{}: {findings:?}\n{}\n{}", case.name, case.region, text.text);
        }
    }
    assert!(accepted > 30 && edits - accepted > 200, "{edits} edits, {accepted} accepted");
}

/// An address taken from a register that is written only behind it, in the same block: in the first round it is anything. As many
/// walks are made over the text as it takes to find that `%x2` moves by what lies between two others.
#[test]
fn registers_hold_nothing_known_before_they_are_written() {
    let cases = conformance::cases();
    let case = cases.iter().find(|case| case.name == "rows filled by inner loops").unwrap();
    let whole = image(&case.region, &case.kernel);
    let replaced = |text: String, from: &str, to: &str| {
        assert_eq!(text.matches(from).count(), 1, "{from}");
        text.replace(from, to)
    };
    let mut text = replaced(whole.text.clone(), "{\n", "{\n\t.reg .b32 %x<9>;\n");
    let starts = "\tmov.b32 %x0, 0; mov.b32 %x1, 8; mov.b32 %x2, 0; mov.b32 %x8, 0;\n$b1:\n";
    text = replaced(text, "$b1:\n", starts);
    let moves = "sub.s32 %x3, %x1, %x0; add.s32 %x4, %x2, %x3; add.s32 %x5, %x0, 4; add.s32 %x6, %x1, 4;";
    text = replaced(text, "[%rd1], %r7;\n", &format!("[%rd1], %r7;\n\t{moves}\n"));
    text = replaced(text, "\tbra $b1;\n", "\tmov.b32 %x0, %x5; mov.b32 %x1, %x6; mov.b32 %x2, %x4;\n\tbra $b1;\n");
    let scope = Scope { imported_memories: 0, effort: 1 << 22 };
    let verdict = |before: &str, behind: &str| {
        let text =
            replaced(text.clone(), "cvt.u64.u32 %rd6, %r6;", &format!("{before} cvt.u64.u32 %rd6, %x8; {behind}"));
        check_ptx(&case.region, &PtxImage { text, ..whole.clone() }, scope).map_err(|why| why.to_string())
    };
    let (write, read) = ("mov.b32 %x7, %r6;", "mov.b32 %x8, %x7;");
    assert_eq!(verdict(&format!("{write} {read}"), ""), Ok(()));
    assert_eq!(verdict(read, write), Err("an access of 4 bytes isn't shown to lie within footprint f0".into()));
}
