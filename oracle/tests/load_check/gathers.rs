//! Gathers under the load checker: what the emitter writes is accepted, and each line of a check is needed.

use bundle::PtxImage;
use ir::region::{Access, Kernel, Region};
use lowering::ptx;
use runtime::checker::{Scope, check, check_ptx};
use runtime::conformance;

const SCOPE: Scope = Scope { imported_memories: 2, effort: 1 << 22 };

fn image(region: &Region, kernel: &Kernel) -> PtxImage {
    let options = ptx::Options { target: "sm_80".parse().unwrap() };
    let text = ptx::emit(region, kernel, &region.mappings[0], "entry", options).unwrap();
    PtxImage { region: region.id, mapping: 0, target: "sm_80".into(), entry: "entry".into(), text }
}

/// The regions of the conformance suite that gather.
fn gathering() -> impl Iterator<Item = conformance::Case> {
    let gathers = |case: &conformance::Case| case.region.footprints.iter().any(|f| f.access == Access::Gather);
    conformance::cases().into_iter().filter(gathers)
}

fn case(name: &str) -> conformance::Case {
    gathering().find(|case| case.name == name).unwrap()
}

#[test]
fn gathers_are_accepted_as_they_are_emitted() {
    // The guards of these regions don't keep their ordinary accesses apart, which isn't what is looked at here.
    let mut accepted = 0;
    for case in gathering() {
        let (kernel, text) = (check(&case.region, &case.kernel, SCOPE), {
            check_ptx(&case.region, &image(&case.region, &case.kernel), SCOPE)
        });
        assert_eq!(kernel, text, "{}", case.name);
        let wanted = kernel.map_or_else(|why| why.to_string(), |()| String::new());
        assert!(!wanted.contains("check") && !wanted.contains("lie within"), "{}: {wanted}", case.name);
        accepted += u32::from(wanted.is_empty());
    }
    assert!(accepted > 3, "{accepted}");
}

/// What the checker says of the text of a case, one line of which is changed.
fn changed(name: &str, is_it: impl Fn(&str) -> bool, change: impl Fn(&str) -> String) -> String {
    let case = case(name);
    let mut image = image(&case.region, &case.kernel);
    let lines: Vec<&str> = image.text.lines().collect();
    let at = lines.iter().position(|line| is_it(line)).unwrap_or_else(|| panic!("{}", image.text));
    let line = change(lines[at]);
    image.text = [&lines[..at], &[&line], &lines[at + 1..]].concat().join("\n");
    check_ptx(&case.region, &image, SCOPE).map_or_else(|why| why.to_string(), |()| "accepted".into())
}

#[test]
fn every_line_of_a_check_is_needed() {
    let name = "a gather whose value nobody uses";
    let table = "a gather from another memory";
    let says = |what: &'static str| move |line: &str| line.contains(what);
    let no_line = |_: &str| String::new();
    let guard = |number: usize| {
        let count = std::cell::Cell::new(0);
        move |line: &str| {
            count.set(count.get() + usize::from(line.contains("bra $bail")));
            line.contains("bra $bail") && count.get() == number
        }
    };
    let lines = [
        changed(table, guard(1), no_line),
        changed(table, guard(2), no_line),
        changed(table, guard(1), |line| line.replace("@", "@!")),
        changed(table, says(", -4;"), |line| line.replace("-4", "-3")),
        changed(table, says(", -4;"), |line| line.replace("-4", "-5")),
        changed(table, says("setp.gt.u64"), |line| line.replace("u64", "s64")),
        changed(table, says("sub.s64"), |line| line.replace("sub", "add")),
        changed(table, says("and.b64"), |line| line.replace(", 3;", ", 1;")),
        changed(table, says("and.b64"), |line| line.replace(", 3;", ", 7;")),
        changed(table, says("[entry_5]"), |line| line.replace("entry_5", "entry_6")),
        changed(table, says("[entry_6]"), |line| line.replace("entry_6", "entry_5")),
        changed(table, says("ld.global.b32"), |line| line.replace("]", "+4]")),
        changed(table, says("ld.global.b32"), |line| line.replace("]", "+-4]")),
        changed(name, says("setp.gt.u64"), |line| line.to_string()),
    ];
    insta::assert_snapshot!(lines.join("\n"), @"
    line 51 of the PTX accesses footprint f0 without a check that shows where, and that it is aligned
    line 51 of the PTX accesses footprint f0 without a check that shows where, and that it is aligned
    line 51 of the PTX accesses footprint f0 without a check that shows where, and that it is aligned
    line 51 of the PTX accesses footprint f0 without a check that shows where, and that it is aligned
    line 51 of the PTX accesses footprint f0 without a check that shows where, and that it is aligned
    line 51 of the PTX accesses footprint f0 without a check that shows where, and that it is aligned
    line 51 of the PTX accesses footprint f0 without a check that shows where, and that it is aligned
    line 51 of the PTX accesses footprint f0 without a check that shows where, and that it is aligned
    accepted
    line 51 of the PTX accesses footprint f0 without a check that shows where, and that it is aligned
    line 51 of the PTX accesses footprint f0 without a check that shows where, and that it is aligned
    line 51 of the PTX accesses footprint f0 without a check that shows where, and that it is aligned
    line 51 of the PTX accesses footprint f0 without a check that shows where, and that it is aligned
    accepted
    ");
}
