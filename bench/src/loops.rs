//! The loops of a module, and how often each of them goes round.
//!
//! [`forest`] reads which loops a module has and how they nest; [`counting`] gives the same module with a counter for each
//! loop: an exported global that grows by one whenever the loop's header is reached, on entry and by each branch back. The
//! counters change nothing that the program can see but time, its exports and its globals' number. Loops are numbered in the
//! order of the code section, so that a module and its counting copy agree.
//!
//! A loop here is a `loop` operator with a branch back to it. What stands inside it is what lies between the operator and the
//! last branch back: producers leave code behind that branch within the operator's `end`, and that code, other loops above all,
//! isn't repeated.

use anyhow::{Context, Result, ensure};
use std::collections::HashMap;
use wasm_encoder::reencode::{self, Reencode};
use wasm_encoder::{ConstExpr, ExportKind, GlobalType, Instruction, SectionId, ValType};
use wasmparser::{KnownCustom, Name, Operator, Parser, Payload};

/// A loop of a module.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Loop {
    /// The name of its function, else `function N` with its index.
    pub function: String,
    /// The byte offset of the `loop` operator.
    pub offset: usize,
    /// The number of the loop that it stands in, within the same function.
    pub parent: Option<usize>,
    /// How many operators stand in it and in no loop inside it.
    pub operators: u64,
    /// Whether anything branches back to it.
    pub repeats: bool,
}

/// What the name of each counter starts with; the loop's number follows.
pub const COUNTER: &str = "loop-count-";

/// The loops of a module, by number.
pub fn forest(bytes: &[u8]) -> Result<Vec<Loop>> {
    let names = function_names(bytes)?;
    let mut loops = Vec::new();
    let mut function = imported_functions(bytes)?;
    for payload in Parser::new(0).parse_all(bytes) {
        let Payload::CodeSectionEntry(body) = payload? else { continue };
        let name = names.get(&function).cloned().unwrap_or_else(|| format!("function {function}"));
        loops_of(&body, &name, &mut loops)?;
        function += 1;
    }
    Ok(loops)
}

/// Adds the loops of one function.
fn loops_of(body: &wasmparser::FunctionBody<'_>, name: &str, loops: &mut Vec<Loop>) -> Result<()> {
    let first = loops.len();
    let last_back = last_branches_back(body)?;
    // One entry per open block, with its loop if it is one.
    let mut open: Vec<Option<usize>> = vec![None];
    let mut reader = body.get_operators_reader()?;
    while !reader.eof() {
        let (operator, offset) = reader.read_with_offset()?;
        let is_around = |number: &usize| last_back[number - first].is_some_and(|last| last >= offset);
        let inside = open.iter().rev().copied().flatten().find(is_around);
        match operator {
            Operator::Loop { .. } => {
                let repeats = last_back[loops.len() - first].is_some();
                open.push(Some(loops.len()));
                loops.push(Loop { function: name.into(), offset, parent: inside, operators: 0, repeats });
            }
            _ if opens(&operator) => open.push(None),
            Operator::End | Operator::Delegate { .. } => drop(open.pop()),
            _ => {
                if let Some(number) = inside {
                    loops[number].operators += 1;
                }
            }
        }
    }
    Ok(())
}

/// For each loop of a function, where the last branch back to it stands.
fn last_branches_back(body: &wasmparser::FunctionBody<'_>) -> Result<Vec<Option<usize>>> {
    let mut last = Vec::new();
    let mut open: Vec<Option<usize>> = vec![None];
    let mut reader = body.get_operators_reader()?;
    while !reader.eof() {
        let (operator, offset) = reader.read_with_offset()?;
        match &operator {
            Operator::Loop { .. } => {
                open.push(Some(last.len()));
                last.push(None);
            }
            _ if opens(&operator) => open.push(None),
            Operator::End | Operator::Delegate { .. } => drop(open.pop()),
            _ => {
                for depth in targets(&operator)? {
                    let label = open.len().checked_sub(1 + depth as usize).and_then(|place| open[place]);
                    if let Some(number) = label {
                        last[number] = Some(offset);
                    }
                }
            }
        }
    }
    Ok(last)
}

/// Whether an operator other than `loop` opens a block.
fn opens(operator: &Operator<'_>) -> bool {
    matches!(operator, Operator::Block { .. } | Operator::If { .. } | Operator::TryTable { .. } | Operator::Try { .. })
}

/// The labels that an operator branches to; those that only modules with references have are left out.
fn targets(operator: &Operator<'_>) -> Result<Vec<u32>> {
    Ok(match operator {
        Operator::Br { relative_depth } | Operator::BrIf { relative_depth } => vec![*relative_depth],
        Operator::BrTable { targets } => {
            let mut labels = targets.targets().collect::<Result<Vec<_>, _>>()?;
            labels.push(targets.default());
            labels
        }
        _ => Vec::new(),
    })
}

/// The module with a counter for each loop.
pub fn counting(bytes: &[u8]) -> Result<Vec<u8>> {
    let mut counters = Counters { first: globals(bytes)?, loops: forest(bytes)?.len() as u32, ..Counters::default() };
    let mut module = wasm_encoder::Module::new();
    counters.parse_core_module(&mut module, Parser::new(0), bytes).context("can't write the loops' counters")?;
    ensure!(counters.met == counters.loops, "{} loops of {}", counters.met, counters.loops);
    Ok(module.finish())
}

/// Reads the counts of a program that has run from the values of its exported globals; `loops` is their number.
pub fn counts<'a>(globals: impl IntoIterator<Item = (&'a str, u64)>, loops: usize) -> Result<Vec<u64>> {
    let mut counts = vec![None; loops];
    for (name, value) in globals {
        let number = name.strip_prefix(COUNTER).and_then(|number| number.parse::<usize>().ok());
        if let Some(count) = number.and_then(|number| counts.get_mut(number)) {
            *count = Some(value);
        }
    }
    counts.into_iter().collect::<Option<_>>().context("a loop's counter is missing")
}

/// Copies a module and adds the counters.
#[derive(Default)]
struct Counters {
    /// The index of the first counter.
    first: u32,
    /// How many there are.
    loops: u32,
    /// How many loops the copy has met.
    met: u32,
    /// Whether the globals, and the exports, have been written.
    globals_written: bool,
    exports_written: bool,
}

type Outcome = Result<(), reencode::Error>;

impl Counters {
    fn add_globals(&mut self, section: &mut wasm_encoder::GlobalSection) {
        for _ in 0..self.loops {
            let ty = GlobalType { val_type: ValType::I64, mutable: true, shared: false };
            section.global(ty, &ConstExpr::i64_const(0));
        }
        self.globals_written = true;
    }

    fn add_exports(&mut self, section: &mut wasm_encoder::ExportSection) {
        for number in 0..self.loops {
            section.export(&format!("{COUNTER}{number}"), ExportKind::Global, self.first + number);
        }
        self.exports_written = true;
    }
}

impl Reencode for Counters {
    type Error = std::convert::Infallible;

    fn parse_global_section(
        &mut self,
        section: &mut wasm_encoder::GlobalSection,
        reader: wasmparser::GlobalSectionReader<'_>,
    ) -> Outcome {
        reencode::utils::parse_global_section(self, section, reader)?;
        self.add_globals(section);
        Ok(())
    }

    fn parse_export_section(
        &mut self,
        section: &mut wasm_encoder::ExportSection,
        reader: wasmparser::ExportSectionReader<'_>,
    ) -> Outcome {
        reencode::utils::parse_export_section(self, section, reader)?;
        self.add_exports(section);
        Ok(())
    }

    /// Writes a section of globals or exports where the module has none.
    fn intersperse_section_hook(
        &mut self,
        module: &mut wasm_encoder::Module,
        _: Option<SectionId>,
        before: Option<SectionId>,
    ) -> Outcome {
        let behind = |section: SectionId| before.is_none_or(|before| order(before) > order(section));
        if !self.globals_written && behind(SectionId::Global) {
            let mut section = wasm_encoder::GlobalSection::new();
            self.add_globals(&mut section);
            module.section(&section);
        }
        if !self.exports_written && behind(SectionId::Export) {
            let mut section = wasm_encoder::ExportSection::new();
            self.add_exports(&mut section);
            module.section(&section);
        }
        Ok(())
    }

    fn parse_function_body(
        &mut self,
        code: &mut wasm_encoder::CodeSection,
        body: wasmparser::FunctionBody<'_>,
    ) -> Outcome {
        let mut function = self.new_function_with_parsed_locals(&body)?;
        let mut reader = body.get_operators_reader()?;
        while !reader.eof() {
            let operator = reader.read()?;
            let begins = matches!(operator, Operator::Loop { .. });
            function.instruction(&self.instruction(operator)?);
            if begins {
                let counter = self.first + self.met;
                self.met += 1;
                function.instruction(&Instruction::GlobalGet(counter));
                function.instruction(&Instruction::I64Const(1));
                function.instruction(&Instruction::I64Add);
                function.instruction(&Instruction::GlobalSet(counter));
            }
        }
        code.function(&function);
        Ok(())
    }
}

/// The place of a section in a module; their numbers aren't in order.
fn order(section: SectionId) -> u8 {
    match section {
        SectionId::Tag => 2 * SectionId::Memory as u8 + 1,
        SectionId::DataCount => 2 * SectionId::Element as u8 + 1,
        other => 2 * other as u8,
    }
}

/// How many globals a module has, imports included.
fn globals(bytes: &[u8]) -> Result<u32> {
    let mut count = 0;
    for payload in Parser::new(0).parse_all(bytes) {
        match payload? {
            Payload::ImportSection(section) => {
                for import in section.into_imports() {
                    count += u32::from(matches!(import?.ty, wasmparser::TypeRef::Global(_)));
                }
            }
            Payload::GlobalSection(section) => count += section.count(),
            _ => {}
        }
    }
    Ok(count)
}

fn imported_functions(bytes: &[u8]) -> Result<u32> {
    let mut count = 0;
    for payload in Parser::new(0).parse_all(bytes) {
        if let Payload::ImportSection(section) = payload? {
            for import in section.into_imports() {
                let ty = import?.ty;
                count += u32::from(matches!(ty, wasmparser::TypeRef::Func(_) | wasmparser::TypeRef::FuncExact(_)));
            }
        }
    }
    Ok(count)
}

/// The names of functions, by index, as the name section has them.
fn function_names(bytes: &[u8]) -> Result<HashMap<u32, String>> {
    let mut names = HashMap::new();
    for payload in Parser::new(0).parse_all(bytes) {
        let Payload::CustomSection(section) = payload? else { continue };
        let KnownCustom::Name(reader) = section.as_known() else { continue };
        for part in reader {
            let Name::Function(map) = part? else { continue };
            for naming in map {
                let naming = naming?;
                names.insert(naming.index, naming.name.to_owned());
            }
        }
    }
    Ok(names)
}

#[cfg(test)]
mod tests {
    use super::*;
    use wasmtime::{Engine, Instance, Module, Store};

    /// Runs the export `run` of a counting copy and reads the counts.
    fn run(wat: &str) -> (Vec<Loop>, Vec<u64>) {
        let bytes = wat::parse_str(wat).unwrap();
        let loops = forest(&bytes).unwrap();
        let copy = counting(&bytes).unwrap();
        assert_eq!(forest(&copy).unwrap().len(), loops.len());
        let engine = Engine::default();
        let mut store = Store::new(&engine, ());
        let instance = Instance::new(&mut store, &Module::new(&engine, &copy).unwrap(), &[]).unwrap();
        instance.get_typed_func::<(), ()>(&mut store, "run").unwrap().call(&mut store, ()).unwrap();
        let names: Vec<String> = instance.exports(&mut store).map(|e| e.name().to_owned()).collect();
        let values = names.iter().filter_map(|name| {
            let global = instance.get_global(&mut store, name)?;
            Some((name.as_str(), global.get(&mut store).i64()? as u64))
        });
        let values: Vec<_> = values.collect();
        (loops.clone(), counts(values, loops.len()).unwrap())
    }

    #[test]
    fn counts_what_goes_round_in_a_nest() {
        let (loops, counts) = run(r#"(module (func $twice (export "run") (local $i i32) (local $j i32)
            (loop $rows
              (local.set $j (i32.const 0))
              (loop $cells
                (br_if $cells (i32.lt_u (local.tee $j (i32.add (local.get $j) (i32.const 1))) (i32.const 7))))
              (br_if $rows (i32.lt_u (local.tee $i (i32.add (local.get $i) (i32.const 1))) (i32.const 3))))
            (block (loop $once (br 1)))))"#);
        assert_eq!(loops.iter().map(|l| l.repeats).collect::<Vec<_>>(), [true, true, false]);
        assert_eq!(counts, [3, 21, 1]);
        assert_eq!(loops.iter().map(|l| l.parent).collect::<Vec<_>>(), [None, Some(0), None]);
        assert_eq!(loops.iter().map(|l| l.operators).collect::<Vec<_>>(), [9, 7, 0]);
        assert_eq!(loops[1].function, "twice");
    }

    #[test]
    fn what_stands_behind_the_last_branch_back_is_outside() {
        let (loops, counts) = run(r#"(module (func (export "run") (local $i i32)
            (loop $first
              (br_if $first (i32.lt_u (local.tee $i (i32.add (local.get $i) (i32.const 1))) (i32.const 3)))
              (loop $second
                (br_if $second (local.tee $i (i32.sub (local.get $i) (i32.const 1)))))
              (drop (i32.const 0)))))"#);
        assert_eq!(counts, [3, 3]);
        assert_eq!(loops.iter().map(|l| (l.parent, l.operators)).collect::<Vec<_>>(), [(None, 7), (None, 5)]);
    }

    #[test]
    fn keeps_the_values_that_a_loop_takes_and_the_globals_that_are_there() {
        let (_, counts) = run(r#"(module (global $left (mut i32) (i32.const 4))
            (func (export "run") i32.const 5
              (loop $down (param i32)
                (global.set $left (i32.sub (global.get $left) (i32.const 1)))
                i32.const 1 i32.sub
                (br_if $down (global.get $left))
                drop)))"#);
        assert_eq!(counts, [4]);
    }

    #[test]
    fn a_module_without_loops_has_no_counters() {
        let (loops, counts) = run(r#"(module (func (export "run")))"#);
        assert_eq!((loops.len(), counts.len()), (0, 0));
    }

    #[test]
    fn a_counter_that_is_missing_is_an_error() {
        assert!(counts([("loop-count-1", 3)], 2).is_err());
        assert_eq!(counts([("loop-count-1", 3), ("loop-count-0", 2), ("other", 1)], 2).unwrap(), [2, 3]);
    }
}
