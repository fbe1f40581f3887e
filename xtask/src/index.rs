//! Reads `corpus/corpus.json`, the index of the corpus, and checks that it says what `corpus/README.md` promises.
//!
//! Input: the index's text. Output: the modules with their build commands, or a message that names the entry that is
//! wrong. Whether the files it names exist is left to `corpus.rs`.

use std::collections::{BTreeMap, BTreeSet};

use anyhow::{Context, Result, bail, ensure};
use serde_json::Value;

use crate::nests::Verdict;

/// The part of the index that building needs.
pub struct Index {
    /// The version line of each producer's tool that the committed modules were built with.
    pub tools: BTreeMap<String, String>,
    pub modules: Vec<Module>,
}

/// One committed module.
pub struct Module {
    pub name: String,
    pub producer: String,
    /// Paths relative to the repository's root, with `/`.
    pub source: String,
    pub wasm: String,
    /// Command lines as templates, to run one after the other.
    pub commands: Vec<String>,
    pub flags: String,
    /// Why the oracle doesn't exercise all of its regions yet.
    pub open: Option<String>,
    /// Why the load checker turns some of its regions off.
    pub refused: Option<String>,
    /// A kernel's class; empty for a program.
    pub class: String,
    /// A kernel's exported functions; none for a program.
    pub exports: Vec<Export>,
}

/// An exported function of a kernel.
#[derive(Clone)]
pub struct Export {
    pub name: String,
    /// The loops of its source.
    pub loops: Vec<Verdict>,
}

const ELEMENTS: [&str; 8] = ["i8", "u8", "i16", "u16", "i32", "i64", "f32", "f64"];
const SCALARS: [&str; 4] = ["i32", "i64", "f32", "f64"];
const CLASSES: [&str; 11] = [
    "element",
    "image",
    "signal",
    "stencil",
    "nest",
    "linear-algebra",
    "inner-loop",
    "reduction",
    "scan",
    "search",
    "indirect",
];

impl Index {
    /// The command templates of a producer for a kind of module, for modules that the index doesn't list.
    pub fn commands(text: &str, producer: &str, kind: &str) -> Result<Vec<String>> {
        let json: Value = serde_json::from_str(text).context("corpus.json is not JSON")?;
        commands(&json["builds"], producer, kind)
    }

    pub fn parse(text: &str) -> Result<Index> {
        let json: Value = serde_json::from_str(text).context("corpus.json is not JSON")?;
        let mut tools = BTreeMap::new();
        for (producer, version) in json["tools"].as_object().context("tools is missing")? {
            tools.insert(producer.clone(), version.as_str().context("a tool's version is a string")?.to_owned());
        }
        let mut modules = Vec::new();
        for entry in list(&json["entries"]).context("entries")? {
            let name = string(&entry["name"]).context("an entry has no name")?;
            read_entry(entry, name, &json["builds"], &mut modules).with_context(|| format!("entry {name}"))?;
        }
        let mut outputs = BTreeSet::new();
        for module in &modules {
            ensure!(tools.contains_key(&module.producer), "{} has no version in tools", module.producer);
            ensure!(outputs.insert(&module.wasm), "{} is built twice", module.wasm);
        }
        Ok(Index { tools, modules })
    }
}

fn read_entry(entry: &Value, name: &str, builds: &Value, modules: &mut Vec<Module>) -> Result<()> {
    let kind = string(&entry["kind"]).context("kind")?;
    let mut exports = Vec::new();
    match kind {
        "kernel" => {
            let class = string(&entry["class"]).context("class")?;
            ensure!(CLASSES.contains(&class), "unknown class {class}");
            for export in list(&entry["exports"]).context("exports")? {
                let function = string(&export["name"]).context("an export has no name")?;
                check_export(export).with_context(|| format!("export {function}"))?;
                let loops = verdicts(export).with_context(|| format!("export {function}"))?;
                exports.push(Export { name: function.to_owned(), loops });
            }
        }
        "program" => {
            string(&entry["stdout"]).context("stdout")?;
            list(&entry["bench_args"]).context("bench_args")?;
        }
        other => bail!("kind is {other}, not kernel or program"),
    }
    for module in list(&entry["modules"]).context("modules")? {
        let producer = string(&module["producer"]).context("producer")?;
        modules.push(Module {
            name: name.to_owned(),
            producer: producer.to_owned(),
            source: string(&module["source"]).context("source")?.to_owned(),
            wasm: string(&module["wasm"]).context("wasm")?.to_owned(),
            commands: commands(builds, producer, kind)?,
            flags: module["flags"].as_str().unwrap_or_default().to_owned(),
            open: module["open"].as_str().map(str::to_owned),
            refused: module["refused"].as_str().map(str::to_owned),
            class: entry["class"].as_str().unwrap_or_default().to_owned(),
            exports: exports.clone(),
        });
    }
    Ok(())
}

fn commands(builds: &Value, producer: &str, kind: &str) -> Result<Vec<String>> {
    let commands = list(&builds[producer][kind]).with_context(|| format!("builds.{producer}.{kind}"))?;
    commands.iter().map(|command| string(command).map(str::to_owned)).collect()
}

/// The loops of an export's source: without `depth`, each lies in the one before.
fn verdicts(export: &Value) -> Result<Vec<Verdict>> {
    let words = list(&export["parallel"]).context("parallel")?;
    let depths = match &export["depth"] {
        Value::Null => Some((0..words.len()).collect()),
        depths => list(depths)?.iter().map(|depth| depth.as_u64().map(|it| it as usize)).collect(),
    };
    let depths: Vec<usize> = depths.context("depth is a list of numbers")?;
    ensure!(depths.len() == words.len(), "depth has {} numbers, parallel {} verdicts", depths.len(), words.len());
    let mut deepest = 0;
    for depth in &depths {
        ensure!(*depth <= deepest, "a loop of depth {depth} lies in no other");
        deepest = depth + 1;
    }
    let verdict = |(word, depth): (&Value, usize)| {
        ensure!(["yes", "no", "guard"].contains(&string(word)?), "{word} is not yes, no or guard");
        Ok(Verdict { depth, parallel: word != "no" })
    };
    words.iter().zip(depths).map(verdict).collect()
}

fn check_export(export: &Value) -> Result<()> {
    let result = &export["result"];
    ensure!(result.is_null() || result.as_str().is_some_and(|ty| SCALARS.contains(&ty)), "result {result}");

    let arguments = list(&export["args"]).context("args")?;
    let is_symbol = |argument: &Value| !argument["size"].is_null() || !argument["stride"].is_null();
    let symbols: BTreeSet<&str> =
        arguments.iter().filter(|argument| is_symbol(argument)).filter_map(|it| it["name"].as_str()).collect();
    for argument in arguments {
        let name = string(&argument["name"]).context("an argument has no name")?;
        check_argument(argument, &symbols).with_context(|| format!("argument {name}"))?;
    }
    Ok(())
}

fn check_argument(argument: &Value, symbols: &BTreeSet<&str>) -> Result<()> {
    if let Some(element) = argument["ptr"].as_str() {
        ensure!(ELEMENTS.contains(&element), "unknown element {element}");
        check_formula(string(&argument["len"]).context("len")?, symbols)?;
        ensure!(["r", "w", "rw"].contains(&string(&argument["access"])?), "access is r, w or rw");
        if !argument["fill"].is_null() {
            let [low, high] = list(&argument["fill"])?.as_slice() else { bail!("fill is [low, high]") };
            ensure!(low.is_number(), "fill's low end is a number");
            match high.as_str() {
                Some(formula) => check_formula(formula, symbols)?,
                None => ensure!(high.is_number(), "fill's high end is a number or a formula"),
            }
        }
        return Ok(());
    }
    if let Some(formula) = argument["value"].as_str() {
        return check_formula(formula, symbols);
    }
    if argument["size"].is_object() || argument["stride"].is_array() {
        return Ok(());
    }
    ensure!(SCALARS.iter().any(|ty| argument[*ty].is_array()), "it is no ptr, size, value, stride or scalar");
    Ok(())
}

/// A formula is a sum of products of symbols and integers: `n`, `3*n`, `n*m+2`.
fn check_formula(formula: &str, symbols: &BTreeSet<&str>) -> Result<()> {
    for factor in formula.split('+').flat_map(|term| term.split('*')) {
        ensure!(symbols.contains(factor) || factor.parse::<u32>().is_ok(), "{factor} in {formula} names no size");
    }
    Ok(())
}

fn string(value: &Value) -> Result<&str> {
    value.as_str().with_context(|| format!("{value} is not a string"))
}

fn list(value: &Value) -> Result<&Vec<Value>> {
    value.as_array().with_context(|| format!("{value} is not a list"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn index_with(args: &str) -> String {
        format!(
            r#"{{"tools": {{"clang": "1"}}, "builds": {{"clang": {{"kernel": ["{{tool}} {{source}}"]}}}},
                 "entries": [{{"name": "k", "kind": "kernel", "class": "element",
                 "modules": [{{"producer": "clang", "source": "k.c", "wasm": "k.wasm", "flags": "-g"}}],
                 "exports": [{{"name": "f", "args": [{args}], "result": null, "parallel": ["yes"]}}]}}]}}"#
        )
    }

    #[test]
    fn reads_a_module_with_its_command() {
        let args = r#"{"name": "x", "ptr": "f32", "len": "2*n+4", "access": "rw"}, {"name": "n", "size": {}}"#;
        let index = Index::parse(&index_with(args)).unwrap();
        let module = &index.modules[0];
        assert_eq!(index.tools["clang"], "1");
        assert_eq!((module.name.as_str(), module.producer.as_str()), ("k", "clang"));
        assert_eq!((module.source.as_str(), module.wasm.as_str(), module.flags.as_str()), ("k.c", "k.wasm", "-g"));
        assert_eq!(module.commands, ["{tool} {source}"]);
        assert_eq!(module.class, "element");
        let export = &module.exports[0];
        assert_eq!((export.name.as_str(), export.loops.len()), ("f", 1));
        assert!(export.loops[0].parallel && export.loops[0].depth == 0);
    }

    #[test]
    fn depths_fit_the_verdicts() {
        let loops = |depth: &str| {
            let more = format!(r#""parallel": ["yes", "no", "yes"], "depth": {depth}"#);
            Index::parse(&index_with("").replace(r#""parallel": ["yes"]"#, &more))
        };
        let depths = |depth: &str| -> Vec<usize> {
            loops(depth).unwrap().modules[0].exports[0].loops.iter().map(|verdict| verdict.depth).collect()
        };
        assert_eq!(depths("null"), [0, 1, 2]);
        assert_eq!(depths("[0, 1, 1]"), [0, 1, 1]);
        let message = |depth: &str| format!("{:#}", loops(depth).err().expect("the index is wrong"));
        assert_eq!(message("[0, 1]"), "entry k: export f: depth has 2 numbers, parallel 3 verdicts");
        assert_eq!(message("[0, 2, 1]"), "entry k: export f: a loop of depth 2 lies in no other");
    }

    #[test]
    fn commands_by_producer_and_kind() {
        let commands = |kind: &str| Index::commands(&index_with(""), "clang", kind);
        assert_eq!(commands("kernel").unwrap(), ["{tool} {source}"]);
        assert!(commands("program").is_err());
    }

    #[test]
    fn names_what_is_wrong() {
        let cases = [
            (r#"{"name": "x", "ptr": "f32", "len": "n", "access": "r"}"#, "n in n names no size"),
            (r#"{"name": "x", "ptr": "f16", "len": "4", "access": "r"}"#, "unknown element f16"),
            (r#"{"name": "x", "ptr": "u8", "len": "4", "access": "x"}"#, "access is r, w or rw"),
            (r#"{"name": "x", "ptr": "u8", "len": "4", "access": "r", "fill": [0]}"#, "fill is [low, high]"),
            (r#"{"name": "x", "value": "n+1"}"#, "n in n+1 names no size"),
            (r#"{"name": "x"}"#, "it is no ptr, size, value, stride or scalar"),
        ];
        for (args, message) in cases {
            let error = Index::parse(&index_with(args)).err().expect("the index is wrong");
            assert_eq!(format!("{error:#}"), format!("entry k: export f: argument x: {message}"));
        }
        let error = Index::parse(&index_with("").replace("element", "misc")).err().expect("the index is wrong");
        assert_eq!(format!("{error:#}"), "entry k: unknown class misc");
    }
}
