//! `cargo xtask corpus`: rebuilds the committed modules under `corpus/wasm` from their sources.
//!
//! Input: `corpus/corpus.json` (which modules, from what, with which commands) and the compilers found on PATH.
//! Output: the modules, each written beside its place and renamed into it, or with `--check` a line for each one that
//! comes out different. Compilers run in the repository's root, so that no absolute path gets into a module; the
//! temporary output has the final file's name, because linkers write that name into the module.
//!
//! A producer that isn't installed is skipped with a line. So is, under `--check`, one whose version is not the one
//! that the index records: its bytes can't be expected to agree.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, bail, ensure};

use crate::index::{Index, Module};

#[derive(clap::Args)]
pub struct Options {
    /// Compares with the committed modules and writes nothing.
    #[arg(long)]
    check: bool,
    /// Prints each module's build commands and runs nothing.
    #[arg(long)]
    print: bool,
    /// Only entries with these names.
    #[arg(long, value_delimiter = ',')]
    only: Vec<String>,
    /// Only modules by these producers.
    #[arg(long, value_delimiter = ',')]
    by: Vec<String>,
    /// Only modules that aren't there yet.
    #[arg(long)]
    missing: bool,
}

pub fn run(root: &Path, options: &Options) -> Result<()> {
    let text = fs::read_to_string(root.join("corpus/corpus.json")).context("corpus/corpus.json")?;
    let index = Index::parse(&text)?;
    let among = |list: &[String], name: &String| list.is_empty() || list.contains(name);
    let wanted = |module: &&Module| {
        among(&options.only, &module.name)
            && among(&options.by, &module.producer)
            && !(options.missing && root.join(&module.wasm).exists())
    };
    let modules: Vec<&Module> = index.modules.iter().filter(wanted).collect();
    ensure!(options.missing || !modules.is_empty(), "the index has no such entry");

    if options.print {
        for module in modules {
            for command in &module.commands {
                let tool = tool_words(&module.producer, |name| std::env::var(name).ok());
                println!("{}", expand(command, module, &tool, Path::new("{object}"), &module.wasm).join(" "));
            }
        }
        return Ok(());
    }

    let mut findings = disagreements(root, &index)?;
    let tools = find_tools(root, &index, &modules, options.check);
    let work = std::env::temp_dir().join(format!("tensorwasm-corpus-{}", std::process::id()));
    let mut built = 0;
    for module in modules {
        let Some(tool) = tools.get(&module.producer) else { continue };
        match build(root, &work, module, tool).and_then(|output| settle(root, module, &output, options.check)) {
            Ok(finding) => findings.extend(finding),
            Err(error) => findings.push(format!("{}: {error:#}", module.wasm)),
        }
        built += 1;
    }
    fs::remove_dir_all(&work).ok();

    println!("{built} modules {}", if options.check { "compared" } else { "built" });
    for finding in &findings {
        println!("{finding}");
    }
    ensure!(findings.is_empty(), "{} findings", findings.len());
    Ok(())
}

/// The command of every producer that these modules need and that can be used; prints a line for each of the others.
fn find_tools(root: &Path, index: &Index, modules: &[&Module], check: bool) -> BTreeMap<String, Vec<String>> {
    let mut tools = BTreeMap::new();
    for (producer, recorded) in &index.tools {
        let words = tool_words(producer, |name| std::env::var(name).ok());
        if !modules.iter().any(|module| module.producer == *producer) {
            continue;
        }
        let version_verb = if producer == "zig" { "version" } else { "--version" };
        let output = command(&words).arg(version_verb).current_dir(root).output().ok();
        let Some(output) = output.filter(|output| output.status.success()) else {
            println!("skipped: {producer} is not installed ({} does not run)", words.join(" "));
            continue;
        };
        let found = String::from_utf8_lossy(&output.stdout).lines().next().unwrap_or_default().trim().to_owned();
        match (found == *recorded, check) {
            (true, _) => {}
            (false, true) => {
                println!("skipped: {producer} is \"{found}\", the corpus was built by \"{recorded}\"");
                continue;
            }
            (false, false) => println!("note: {producer} is \"{found}\": record it in corpus.json under tools"),
        }
        tools.insert(producer.clone(), words);
    }
    tools
}

/// The words that start a producer's tool: its environment variable (split at spaces, so that `npx asc` works) or its
/// own name. What follows a hyphen tells apart producers with the same tool.
fn tool_words(producer: &str, variable: impl Fn(&str) -> Option<String>) -> Vec<String> {
    let tool = producer.split('-').next().unwrap_or(producer);
    let chosen = variable(&tool.to_uppercase()).unwrap_or_default();
    let words: Vec<String> = chosen.split_whitespace().map(str::to_owned).collect();
    if words.is_empty() { vec![tool.to_owned()] } else { words }
}

fn command(words: &[String]) -> Command {
    let mut command = Command::new(&words[0]);
    command.args(&words[1..]);
    command
}

/// Fills in a command template: the words `{tool}` and `{flags}` may become several, the rest are single.
fn expand(template: &str, module: &Module, tool: &[String], object: &Path, wasm: &str) -> Vec<String> {
    let mut words = Vec::new();
    for word in template.split_whitespace() {
        match word {
            "{tool}" => words.extend_from_slice(tool),
            "{flags}" => words.extend(module.flags.split_whitespace().map(str::to_owned)),
            "{name}" => words.push(module.name.clone()),
            "{source}" => words.push(module.source.clone()),
            "{object}" => words.push(object.display().to_string()),
            "{wasm}" => words.push(wasm.to_owned()),
            other => words.push(other.to_owned()),
        }
    }
    words
}

/// Runs a module's commands; the result lies under `work`.
fn build(root: &Path, work: &Path, module: &Module, tool: &[String]) -> Result<PathBuf> {
    let folder = work.join(&module.producer);
    fs::create_dir_all(&folder)?;
    let output = folder.join(format!("{}.wasm", module.name));
    let object = folder.join(format!("{}.o", module.name));
    for template in &module.commands {
        let words = expand(template, module, tool, &object, &output.display().to_string());
        let run = command(&words).current_dir(root).output().with_context(|| words.join(" "))?;
        if !run.status.success() {
            bail!("{}\n{}", words.join(" "), String::from_utf8_lossy(&run.stderr));
        }
    }
    ensure!(output.is_file(), "the commands wrote no module");
    Ok(output)
}

/// Puts a built module in its place, or compares it with the one that is there.
fn settle(root: &Path, module: &Module, output: &Path, check: bool) -> Result<Option<String>> {
    let new = fs::read(output)?;
    let place = root.join(&module.wasm);
    if check {
        let Ok(old) = fs::read(&place) else { return Ok(Some(format!("{}: not committed", module.wasm))) };
        return Ok(difference(&old, &new).map(|difference| format!("{}: {difference}", module.wasm)));
    }
    fs::create_dir_all(place.parent().context("a module lies in a folder")?)?;
    let partial = place.with_extension("wasm.partial");
    fs::write(&partial, &new)?;
    fs::rename(&partial, &place)?;
    Ok(None)
}

fn difference(old: &[u8], new: &[u8]) -> Option<String> {
    if old == new {
        return None;
    }
    let at = old.iter().zip(new).take_while(|(old, new)| old == new).count();
    Some(format!("differs from byte {at} on ({} bytes committed, {} built)", old.len(), new.len()))
}

/// Where the index and the tree disagree: sources without a verdict on their loops, files that nobody lists.
fn disagreements(root: &Path, index: &Index) -> Result<Vec<String>> {
    let mut findings = Vec::new();
    let sources: BTreeSet<&str> = index.modules.iter().map(|module| module.source.as_str()).collect();
    let outputs: BTreeSet<&str> = index.modules.iter().map(|module| module.wasm.as_str()).collect();
    for source in &sources {
        match fs::read_to_string(root.join(source)) {
            Ok(text) => {
                let lines = text.lines().map(str::trim_start).filter(|line| line.starts_with("// parallel:"));
                let verdicts: Vec<&str> = lines.collect();
                let known = ["// parallel: yes - ", "// parallel: no - "];
                if verdicts.is_empty() || !verdicts.iter().all(|line| known.iter().any(|k| line.starts_with(k))) {
                    findings.push(format!("{source}: a loop lacks its `// parallel: yes|no - why`"));
                }
            }
            Err(_) => findings.push(format!("{source}: missing")),
        }
    }
    for (folder, listed) in [("kernels", &sources), ("programs", &sources), ("wasm", &outputs)] {
        let folder = root.join("corpus").join(folder);
        for inner in fs::read_dir(&folder).into_iter().flatten() {
            for file in fs::read_dir(inner?.path()).into_iter().flatten() {
                let path = file?.path();
                let shown = path.strip_prefix(root)?.to_string_lossy().replace('\\', "/");
                if !listed.contains(shown.as_str()) {
                    findings.push(format!("{shown}: corpus.json doesn't list it"));
                }
            }
        }
    }
    Ok(findings)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn module(flags: &str) -> Module {
        Module {
            name: "k".into(),
            producer: "clang".into(),
            source: "corpus/kernels/k/k.c".into(),
            wasm: "corpus/wasm/clang/k.wasm".into(),
            commands: Vec::new(),
            flags: flags.into(),
            open: None,
            refused: None,
            class: String::new(),
            exports: Vec::new(),
        }
    }

    #[test]
    fn templates_take_tools_and_flags_of_any_number_of_words() {
        let tool = ["npx".to_owned(), "asc".to_owned()];
        let words = expand("{tool} -O2 {flags} -c {source} -o {wasm}", &module("-g -v"), &tool, Path::new("o"), "w");
        assert_eq!(words.join(" "), "npx asc -O2 -g -v -c corpus/kernels/k/k.c -o w");
        let words = expand("{tool} {flags} {object} {name}", &module(""), &tool, Path::new("o"), "w");
        assert_eq!(words.join(" "), "npx asc o k");
    }

    #[test]
    fn a_variable_overrides_a_tool() {
        let variable = |name: &str| (name == "ASC").then(|| "npx asc".to_owned());
        assert_eq!(tool_words("asc", variable), ["npx", "asc"]);
        assert_eq!(tool_words("clang", variable), ["clang"]);
        assert_eq!(tool_words("clang-simd", variable), ["clang"]);
    }

    #[test]
    fn a_difference_says_where_it_starts() {
        assert_eq!(difference(b"abc", b"abc"), None);
        let text = difference(b"abcd", b"abx").unwrap();
        assert_eq!(text, "differs from byte 2 on (4 bytes committed, 3 built)");
    }

    #[test]
    fn stray_files_and_silent_loops_are_found() {
        let root = std::env::temp_dir().join(format!("tensorwasm-xtask-corpus-{}", std::process::id()));
        fs::create_dir_all(root.join("corpus/kernels/k")).unwrap();
        fs::create_dir_all(root.join("corpus/wasm/clang")).unwrap();
        fs::write(root.join("corpus/kernels/k/k.c"), "// parallel: perhaps\nfor (;;) {}\n").unwrap();
        fs::write(root.join("corpus/wasm/clang/stray.wasm"), "").unwrap();
        let index = Index { tools: BTreeMap::new(), modules: vec![module("")] };
        let findings = disagreements(&root, &index).unwrap();
        fs::remove_dir_all(&root).unwrap();
        assert_eq!(
            findings,
            [
                "corpus/kernels/k/k.c: a loop lacks its `// parallel: yes|no - why`",
                "corpus/wasm/clang/stray.wasm: corpus.json doesn't list it",
            ]
        );
    }

    #[test]
    fn the_committed_corpus_is_complete() {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
        let index = Index::parse(&fs::read_to_string(root.join("corpus/corpus.json")).unwrap()).unwrap();
        assert_eq!(disagreements(root, &index).unwrap(), Vec::<String>::new());
        let missing: Vec<&str> =
            index.modules.iter().map(|module| module.wasm.as_str()).filter(|wasm| !root.join(wasm).is_file()).collect();
        assert_eq!(missing, Vec::<&str>::new());
    }
}
