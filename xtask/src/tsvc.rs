//! `cargo xtask tsvc`: writes `docs/tsvc.md`, how many of the loops by class are offloaded.
//!
//! Input: the sources under `corpus/tsvc` with their verdicts, and their modules. Output: the page: per class how many functions
//! have a loop that may run in parallel and how many of these are offloaded, each miss with what declines it, and each
//! function that is offloaded although its source says no. A function whose verdicts are all `yes` is offloaded if each of its
//! innermost loops, those that clang has split off included, is or lies in an offloaded one; one with verdicts of both
//! kinds, if one loop is. `--check` compares with the committed page, in CI.

use std::collections::BTreeMap;
use std::fmt::Write;
use std::fs;
use std::path::Path;
use std::process::Command;

use anyhow::{Context, Result, bail, ensure};
use serde_json::Value;

use crate::clang::Clang;
use crate::tool;

#[derive(clap::Args)]
pub struct Options {
    /// Compare with the committed page and write nothing.
    #[arg(long)]
    check: bool,
    /// Rebuild the modules with clang (CLANG overrides it) before anything else.
    #[arg(long)]
    build: bool,
}

/// A function as its source has it.
#[derive(Debug, PartialEq)]
struct Function {
    name: String,
    /// The verdicts on its loops, in order: true for `yes`.
    verdicts: Vec<bool>,
}

/// What became of a class.
#[derive(Default)]
struct Class {
    functions: usize,
    legal: usize,
    offloaded: usize,
    /// Each legal function that isn't offloaded, with the reasons of its loops.
    misses: Vec<(String, Vec<(String, String)>)>,
    /// Functions that are offloaded although no loop of theirs may be.
    against: Vec<String>,
}

pub fn run(root: &Path, options: &Options) -> Result<()> {
    let sources = sources(root)?;
    if options.build {
        build(root, &sources)?;
    }
    let measuring = tool::measuring(root)?;
    let mut classes = BTreeMap::new();
    for (class, functions) in &sources {
        let module = root.join(format!("corpus/tsvc/wasm/{class}.wasm"));
        let output =
            Command::new(&measuring).arg("loops").arg(&module).output().context("can't run the measurement")?;
        ensure!(output.status.success(), "{class}: {}", String::from_utf8_lossy(&output.stderr));
        let rows: Vec<Value> = serde_json::from_slice(&output.stdout)?;
        classes.insert(class.clone(), judge(functions, &rows)?);
    }
    let page = page(&classes)?;
    let path = root.join("docs/tsvc.md");
    let legal: usize = classes.values().map(|class| class.legal).sum();
    let offloaded: usize = classes.values().map(|class| class.offloaded).sum();
    if options.check {
        if fs::read_to_string(&path).unwrap_or_default() != page {
            bail!("docs/tsvc.md isn't current; `cargo xtask tsvc` writes it");
        }
        println!("docs/tsvc.md is current");
    } else {
        let fresh = path.with_extension("md.new");
        fs::write(&fresh, page)?;
        fs::rename(&fresh, &path).context("can't write docs/tsvc.md")?;
        println!("wrote docs/tsvc.md");
    }
    println!("{offloaded} of {legal} legal functions are offloaded");
    Ok(())
}

/// The functions of each source, by class.
fn sources(root: &Path) -> Result<BTreeMap<String, Vec<Function>>> {
    let folder = root.join("corpus/tsvc");
    let mut sources = BTreeMap::new();
    for entry in fs::read_dir(&folder).with_context(|| folder.display().to_string())? {
        let path = entry?.path();
        if path.extension().is_some_and(|extension| extension == "c") {
            let class = path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
            let functions = functions(&fs::read_to_string(&path)?).with_context(|| class.clone())?;
            sources.insert(class, functions);
        }
    }
    Ok(sources)
}

/// Reads the functions of a source; every loop must have its verdict in the line above.
fn functions(text: &str) -> Result<Vec<Function>> {
    let mut functions: Vec<Function> = Vec::new();
    let mut verdict = None;
    for (number, line) in text.lines().enumerate() {
        let line = line.trim();
        if let Some(name) = line.strip_prefix("EXPORT(").and_then(|rest| rest.split(')').next()) {
            functions.push(Function { name: name.to_owned(), verdicts: Vec::new() });
        }
        let is_loop = ["for (", "while (", "do {"].iter().any(|start| line.starts_with(start));
        match (is_loop, verdict.take()) {
            (true, Some(yes)) => functions.last_mut().context("a loop outside of a function")?.verdicts.push(yes),
            (true, None) => bail!("the loop in line {} has no verdict", number + 1),
            (false, Some(_)) => bail!("the verdict in line {number} stands at no loop"),
            (false, None) => {}
        }
        if let Some(words) = line.strip_prefix("// parallel: ") {
            verdict = match words.split_once(" - ") {
                Some(("yes", _)) => Some(true),
                Some(("no", _)) => Some(false),
                _ => bail!("the verdict in line {} is neither yes nor no, with a reason", number + 1),
            };
        }
    }
    Ok(functions)
}

/// Compares the verdicts of a class with what became of the loops.
fn judge(functions: &[Function], rows: &[Value]) -> Result<Class> {
    let mut class = Class { functions: functions.len(), ..Class::default() };
    for function in functions {
        let own: Vec<&Value> = rows.iter().filter(|row| row["function"] == function.name.as_str()).collect();
        let covered = |row: &&&Value| row["covered"] == true;
        let innermost: Vec<&Value> = own.iter().copied().filter(|row| row["innermost"] == true).collect();
        let some = own.iter().any(|row| covered(&row));
        if !function.verdicts.contains(&true) {
            class.against.extend(some.then(|| function.name.clone()));
            continue;
        }
        class.legal += 1;
        let all_legal = !function.verdicts.contains(&false);
        let done = if all_legal { !own.is_empty() && innermost.iter().all(|row| covered(&row)) } else { some };
        if done {
            class.offloaded += 1;
            continue;
        }
        let mut reasons = Vec::new();
        for row in own.iter().filter(|row| !covered(row)) {
            let kind = row["detail"]["kind"].as_str().unwrap_or("not reported");
            reasons.push((kind.to_owned(), row["reason"].as_str().unwrap_or("not reported").to_owned()));
        }
        if own.is_empty() {
            reasons.push(("no-loop".into(), "clang has left no loop".into()));
        }
        class.misses.push((function.name.clone(), reasons));
    }
    Ok(class)
}

fn page(classes: &BTreeMap<String, Class>) -> Result<String> {
    let mut page = String::from(
        "# Loops by class\n\nGenerated by `cargo xtask tsvc` from `corpus/tsvc`, whose README says what the verdicts mean. *Legal* \
         functions have a loop that may run in parallel as it stands; the last column counts those whose loops are offloaded.\n\n\
         | class | functions | legal | offloaded |\n|---|---|---|---|\n",
    );
    let mut all = (0, 0, 0);
    for (name, class) in classes {
        writeln!(page, "| {} | {} | {} | {} |", spoken(name), class.functions, class.legal, class.offloaded)?;
        all = (all.0 + class.functions, all.1 + class.legal, all.2 + class.offloaded);
    }
    writeln!(page, "| all | {} | {} | {} |", all.0, all.1, all.2)?;

    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    for (_, reasons) in classes.values().flat_map(|class| &class.misses) {
        let mut kinds: Vec<&str> = reasons.iter().map(|(kind, _)| kind.as_str()).collect();
        kinds.sort_unstable();
        kinds.dedup();
        kinds.into_iter().for_each(|kind| *counts.entry(kind).or_default() += 1);
    }
    let mut counts: Vec<(&str, usize)> = counts.into_iter().collect();
    counts.sort_by_key(|(kind, count)| (usize::MAX - count, *kind));
    page.push_str("\n## Misses\n\n| reason | functions |\n|---|---|\n");
    for (kind, count) in counts {
        writeln!(page, "| {kind} | {count} |")?;
    }
    for (name, class) in classes.iter().filter(|(_, class)| !class.misses.is_empty()) {
        writeln!(page, "\n{}:\n", spoken(name))?;
        for (function, reasons) in &class.misses {
            let texts: Vec<&str> = reasons.iter().map(|(_, text)| text.as_str()).collect();
            writeln!(page, "- `{function}`: {}", texts.join("; "))?;
        }
    }
    let against: Vec<String> = classes.values().flat_map(|c| &c.against).map(|name| format!("`{name}`")).collect();
    page.push_str("\n## Offloaded against the source\n\n");
    match against.is_empty() {
        true => page.push_str("No function is offloaded whose source says no to all its loops.\n"),
        false => writeln!(
            page,
            "The source says no to all loops of these; guards decide at each dispatch: {}.",
            against.join(", ")
        )?,
    }
    Ok(page)
}

fn spoken(class: &str) -> String {
    class.replace('_', " ")
}

fn build(root: &Path, sources: &BTreeMap<String, Vec<Function>>) -> Result<()> {
    let clang = Clang::new(root, "kernel", "-fno-vectorize -fno-slp-vectorize")?;
    let work = root.join("target/tsvc");
    fs::create_dir_all(&work)?;
    for class in sources.keys() {
        let place = root.join(format!("corpus/tsvc/wasm/{class}.wasm"));
        clang.build(&format!("corpus/tsvc/{class}.c"), &place, &work)?;
    }
    println!("{} modules built", sources.len());
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    const SOURCE: &str = "EXPORT(f)(void) {
    // parallel: yes - why.
    for (int i = 0; i < N; i++) {
        // parallel: no - why.
        while (x) {
        }
    }
}
EXPORT(g)(void) {
    // parallel: yes - why.
    for (;;) {}
}
EXPORT(h)(void) {
    // parallel: no - why.
    do {
    } while (x);
}";

    #[test]
    fn reads_functions_with_their_verdicts() {
        let read = functions(SOURCE).unwrap();
        let seen: Vec<_> = read.iter().map(|f| (f.name.as_str(), f.verdicts.as_slice())).collect();
        assert_eq!(seen, [("f", &[true, false][..]), ("g", &[true]), ("h", &[false])]);
    }

    #[test]
    fn every_loop_needs_a_verdict_and_every_verdict_a_loop() {
        for (from, to, message) in [
            ("    // parallel: yes - why.\n    for (;;) {}", "    for (;;) {}", "the loop in line 10 has no verdict"),
            ("for (;;) {}", "x++;", "the verdict in line 10 stands at no loop"),
            ("no - why.\n    do", "maybe\n    do", "the verdict in line 14 is neither yes nor no, with a reason"),
        ] {
            let text = SOURCE.replacen(from, to, 1);
            assert_ne!(text, SOURCE);
            assert_eq!(functions(&text).unwrap_err().to_string(), message);
        }
    }

    fn row(function: &str, innermost: bool, covered: bool) -> Value {
        json!({"function": function, "innermost": innermost, "covered": covered, "detail": {"kind": "side-exit"},
            "reason": "it can also be left"})
    }

    #[test]
    fn a_function_is_offloaded_when_its_legal_loops_are() {
        let functions = functions(SOURCE).unwrap();
        let rows = [row("f", false, false), row("f", true, true), row("g", true, true), row("g", true, false)];
        let class = judge(&functions, &rows).unwrap();
        assert_eq!((class.functions, class.legal, class.offloaded, class.against.len()), (3, 2, 1, 0));
        assert_eq!(class.misses, [("g".into(), vec![("side-exit".into(), "it can also be left".into())])]);
        let class = judge(&functions, &[row("h", true, true)]).unwrap();
        assert_eq!((class.offloaded, class.against), (0, vec!["h".to_owned()]));
    }

    #[test]
    fn every_loop_of_the_committed_sources_has_a_verdict() {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
        for (class, functions) in sources(root).unwrap() {
            assert!(functions.iter().all(|function| !function.verdicts.is_empty()), "{class}");
            assert!(root.join(format!("corpus/tsvc/wasm/{class}.wasm")).is_file(), "{class}");
        }
    }
}
