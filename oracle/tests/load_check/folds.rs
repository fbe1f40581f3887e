//! Folds under the load checker: a thread stores into the record of its own iteration, and nowhere else.

use super::image;
use ir::region::verify::verify;
use ir::region::{Access, FoldOp, ReduceOp, ReturnRole};
use runtime::checker::{Scope, check, check_ptx};
use runtime::conformance;

const SCOPE: Scope = Scope { imported_memories: 2, effort: 1 << 22 };

fn folding() -> Vec<conformance::Case> {
    conformance::cases().into_iter().filter(|case| case.region.is_relaxed()).collect()
}

#[test]
fn folds_are_accepted_as_they_are_emitted() {
    let cases = folding();
    assert!(cases.len() > 20, "{}", cases.len());
    for case in cases {
        let text = check_ptx(&case.region, &image(&case.region, &case.kernel), SCOPE);
        assert_eq!((check(&case.region, &case.kernel, SCOPE), text), (Ok(()), Ok(())), "{}", case.name);
    }
}

/// What the checker says of the text of a dot product, the first line of which with `what` in it is changed.
fn changed(what: &str, change: impl Fn(&str) -> String) -> String {
    let case = folding().into_iter().find(|case| case.name == "a dot product").unwrap();
    let mut image = image(&case.region, &case.kernel);
    let text = image.text.clone();
    let line = text.lines().find(|line| line.contains(what)).unwrap_or_else(|| panic!("{text}"));
    image.text = text.replacen(line, &change(line), 1);
    let verdict = check_ptx(&case.region, &image, SCOPE).map_or_else(|why| why.to_string(), |()| "accepted".into());
    format!("{} -> {}: {verdict}", line.trim(), change(line).trim())
}

#[test]
fn nothing_but_the_own_record_is_accepted() {
    let store = |from: &'static str, to: &'static str| changed("st.global", move |line| line.replace(from, to));
    let lines = [
        store("+8]", "+4]"),
        store("+8]", "+16]"),
        store("+8]", "]"),
        store("b32", "b64"),
        store("b32", "v2.b32"),
        store("st.global.b32", "red.global.add.u32"),
        changed("mul.lo.s64", |line| line.replace(", 8;", ", 4;")),
        changed("mul.lo.s64", |line| line.replace(", 8;", ", 16;")),
        changed("mul.lo.s64", |line| line.replace("mul.lo", "add")),
        changed("exit;", |_| String::new()),
    ];
    insta::assert_snapshot!(lines.join("\n"), @"
    st.global.b32 [%rd12+8], %r11; -> st.global.b32 [%rd12+4], %r11;: line 48 of the PTX accesses something that isn't a footprint
    st.global.b32 [%rd12+8], %r11; -> st.global.b32 [%rd12+16], %r11;: line 48 of the PTX accesses something that isn't a footprint
    st.global.b32 [%rd12+8], %r11; -> st.global.b32 [%rd12], %r11;: line 48 of the PTX accesses something that isn't a footprint
    st.global.b32 [%rd12+8], %r11; -> st.global.b64 [%rd12+8], %r11;: the PTX isn't a kernel of this region: it has a type error
    st.global.b32 [%rd12+8], %r11; -> st.global.v2.b32 [%rd12+8], %r11;: the PTX isn't a kernel of this region: it has a type error
    st.global.b32 [%rd12+8], %r11; -> red.global.add.u32 [%rd12+8], %r11;: line 48 of the PTX accesses something that isn't a footprint
    mul.lo.s64 %rd11, %rd0, 8; -> mul.lo.s64 %rd11, %rd0, 4;: line 48 of the PTX accesses something that isn't a footprint
    mul.lo.s64 %rd11, %rd0, 8; -> mul.lo.s64 %rd11, %rd0, 16;: line 48 of the PTX accesses something that isn't a footprint
    mul.lo.s64 %rd11, %rd0, 8; -> add.s64 %rd11, %rd0, 8;: line 48 of the PTX accesses something that isn't a footprint
    @%p0 exit; -> : line 38 of the PTX may be reached past the last iteration
    ");
}

#[test]
fn folds_take_one_row_of_iterations_and_floats() {
    let case = |name: &str| conformance::cases().into_iter().find(|case| case.name == name).unwrap();
    let dot = || case("a dot product").region;
    let verdict = |region: &ir::region::Region| verify(region).map_or_else(|why| why.to_string(), |()| "fine".into());
    let mut rows = case("three dimensions").region;
    rows.returns.push((ir::lowered::Type::F32, ReturnRole::Fold(FoldOp::Add)));
    let (mut integers, mut floats, mut updates) = (dot(), dot(), dot());
    integers.returns[0].1 = ReturnRole::Reduce(ReduceOp::Add);
    floats.returns[0].0 = ir::lowered::Type::I32;
    updates.footprints[0].access = Access::Update(ReduceOp::Add);
    updates.footprints[0].dims.clear();
    let lines = [verdict(&dot()), verdict(&rows), verdict(&integers), verdict(&floats), verdict(&updates)];
    insta::assert_snapshot!(lines.join("\n"), @"
    fine
    its floats are folded, which takes one parallel dimension and no updates
    returned value 0 has the wrong type
    returned value 0 has the wrong type
    its floats are folded, which takes one parallel dimension and no updates
    ");
}
