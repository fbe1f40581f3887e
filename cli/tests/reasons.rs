//! `docs/reasons.md` against the compiler: every reason has a section, and every example is declined for that reason, with the
//! answer that the page shows.
//!
//! `TENSORWASM_BLESS=1` in the environment writes the answers into the page; the diff is to be looked at.

use std::fmt::Write;
use std::path::{Path, PathBuf};
use std::process::Command;

const BLESS: &str = "TENSORWASM_BLESS";
/// Lines of an answer that a page shows; the rest is cut.
const SHOWN: usize = 8;
/// What a section says that has no example.
const WITHOUT: &str = "No module is known that is declined for it";

fn page_path() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/reasons.md")
}

/// A section about a reason.
struct Section {
    /// The reason's name, as `explain --json` has it.
    kind: String,
    /// The text between the heading and the next one.
    text: String,
}

/// The sections about reasons, which stand below those of groups.
fn sections(page: &str) -> Vec<Section> {
    let parts = page.split("\n### ").skip(1);
    let section = |part: &str| {
        let (kind, text) = part.split_once('\n').unwrap_or((part, ""));
        Section { kind: kind.to_string(), text: text.to_string() }
    };
    parts.map(section).collect()
}

fn block(text: &str, language: &str) -> Option<String> {
    let (_, rest) = text.split_once(&format!("```{language}\n"))?;
    Some(rest.split_once("```")?.0.to_string())
}

/// The module of an example: `;; x 9` at the end of a line repeats it.
fn module(kind: &str, wat: &str) -> Vec<u8> {
    let mut text = String::new();
    for line in wat.lines() {
        let (line, times) = match line.split_once(";; x ") {
            Some((line, times)) => (line, times.trim().parse().expect("a number after `;; x`")),
            None => (line, 1),
        };
        (0..times).for_each(|_| writeln!(text, "{line}").unwrap());
    }
    wat::parse_str(text).unwrap_or_else(|error| panic!("the example of `{kind}`: {error}"))
}

fn explain(file: &Path, json: bool) -> String {
    let mut command = Command::new(env!("CARGO_BIN_EXE_tensorwasm"));
    command.arg("explain").arg(file).args(json.then_some("--json"));
    let output = command.output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

/// What the page is to show: the answer, without the count of loops.
fn answer(file: &Path) -> String {
    let text = explain(file, false);
    let lines: Vec<&str> = text.lines().collect();
    let shown = &lines[..lines.len() - 1];
    let cut = if shown.len() > SHOWN { "...\n" } else { "" };
    let shown: String = shown.iter().take(SHOWN).flat_map(|line| [line, "\n"]).collect();
    shown + cut
}

/// The names of the variants of `Reason`, in kebab case.
fn kinds() -> Vec<String> {
    let source = include_str!("../../compiler/src/reasons.rs");
    let (_, body) = source.split_once("pub enum Reason {\n").expect("the list of reasons");
    let (body, _) = body.split_once("\n}").expect("the end of the list");
    let variants =
        body.lines().filter_map(|line| line.strip_prefix("    ")).filter(|l| l.starts_with(char::is_uppercase));
    let kebab = |variant: &str| {
        let name = variant.trim_end_matches([' ', '{', ',']);
        let mut text = String::new();
        for c in name.chars() {
            if c.is_uppercase() && !text.is_empty() {
                text.push('-');
            }
            text.push(c.to_ascii_lowercase());
        }
        text
    };
    variants.map(kebab).collect()
}

#[test]
fn every_reason_has_a_section() {
    let page = std::fs::read_to_string(page_path()).unwrap();
    let have: Vec<String> = sections(&page).into_iter().map(|s| s.kind).collect();
    for kind in kinds() {
        assert!(
            have.contains(&kind),
            "docs/reasons.md has no section `### {kind}`. Add one with the smallest module that is declined for it in a block \
             ```wat, why that is so, and what to change; then run this test with {BLESS}=1, which adds the answer."
        );
    }
    for kind in have {
        assert!(kinds().contains(&kind), "`### {kind}` in docs/reasons.md is no reason of compiler/src/reasons.rs");
    }
}

#[test]
fn every_example_is_declined_as_the_page_says() {
    let folder = tempfile::tempdir().unwrap();
    let mut page = std::fs::read_to_string(page_path()).unwrap();
    let (mut wrong, mut stale) = (String::new(), String::new());
    for Section { kind, text } in sections(&page) {
        let Some(wat) = block(&text, "wat") else {
            assert!(text.contains(WITHOUT), "`### {kind}` has no example in a block ```wat, nor says \"{WITHOUT}\"");
            continue;
        };
        let file = folder.path().join(format!("{kind}.wasm"));
        std::fs::write(&file, module(&kind, &wat)).unwrap();
        let report: serde_json::Value = serde_json::from_str(&explain(&file, true)).unwrap();
        let found: Vec<&str> =
            report["loops"].as_array().unwrap().iter().filter_map(|l| l["detail"]["kind"].as_str()).collect();
        if found.is_empty() || found.iter().any(|f| *f != kind) {
            writeln!(
                wrong,
                "The example of `{kind}` is declined for {found:?}; write one that is declined for it alone."
            )
            .unwrap();
            continue;
        }
        let (wanted, shown) = (answer(&file), block(&text, "text"));
        if shown.as_ref() != Some(&wanted) {
            writeln!(stale, "`{kind}` is now answered with\n{wanted}").unwrap();
            page = with_answer(&page, &kind, &wat, &wanted);
        }
    }
    if std::env::var_os(BLESS).is_some() {
        std::fs::write(page_path(), &page).unwrap();
        stale.clear();
    }
    assert!(stale.is_empty(), "{stale}\n{BLESS}=1 writes these answers into docs/reasons.md; look at the diff.");
    assert!(wrong.is_empty(), "{wrong}");
}

/// The page with an answer below the example of a section.
fn with_answer(page: &str, kind: &str, wat: &str, answer: &str) -> String {
    let section = page.find(&format!("\n### {kind}\n")).expect("the section");
    let example = section + page[section..].find(wat).expect("the example") + wat.len() + "```\n".len();
    let mut rest = &page[example..];
    if let Some(old) = rest.strip_prefix("\n```text\n") {
        rest = old.split_once("```\n").expect("the end of the answer").1;
    }
    format!("{}\n```text\n{answer}```\n{rest}", &page[..example])
}
