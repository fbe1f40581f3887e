//! Debug information of real modules and of variables: what a debugger or a backtrace reads means the same afterwards.

use crate::programs::ExitAt;
use crate::programs::{operator_name, region, splice};
use addr2line::Context;
use gimli::write::{
    Address, AttributeValue, Dwarf, EndianVec, Expression, LineProgram, Location, LocationList, Sections, Unit,
};
use gimli::{Encoding, EndianSlice, Format, LittleEndian};
use std::collections::BTreeMap;
use std::fmt::Write as _;
use tensorwasm_compiler::rewrite::rewrite;
use tensorwasm_compiler::{Options, compile};
use wasmparser::{KnownCustom, Name, Operator, Parser, Payload};

/// Damaged variants of each module.
const ROUNDS: usize = 100;

fn debug_sections(wasm: &[u8]) -> BTreeMap<String, Vec<u8>> {
    let mut sections = BTreeMap::new();
    for payload in Parser::new(0).parse_all(wasm) {
        if let Payload::CustomSection(section) = payload.expect("a module") {
            sections.insert(section.name().to_string(), section.data().to_vec());
        }
    }
    sections
}

fn dwarf(sections: &BTreeMap<String, Vec<u8>>) -> gimli::Dwarf<EndianSlice<'_, LittleEndian>> {
    let section = |id: gimli::SectionId| {
        let data = sections.get(id.name()).map_or(&[][..], Vec::as_slice);
        Ok::<_, gimli::Error>(EndianSlice::new(data, LittleEndian))
    };
    gimli::Dwarf::load(section).expect("debug information")
}

/// What the name section calls functions, and locals by function.
fn names(wasm: &[u8]) -> (BTreeMap<u32, String>, BTreeMap<(u32, u32), String>) {
    let (mut functions, mut locals) = (BTreeMap::new(), BTreeMap::new());
    for payload in Parser::new(0).parse_all(wasm) {
        let Payload::CustomSection(section) = payload.expect("a module") else { continue };
        let KnownCustom::Name(names) = section.as_known() else { continue };
        for name in names {
            match name.expect("names") {
                Name::Function(map) => {
                    functions.extend(map.into_iter().flatten().map(|n| (n.index, n.name.to_string())));
                }
                Name::Local(map) => {
                    for function in map.into_iter().flatten() {
                        let named = function.names.into_iter().flatten();
                        locals.extend(named.map(|n| ((function.index, n.index), n.name.to_string())));
                    }
                }
                _ => {}
            }
        }
    }
    (functions, locals)
}

/// For each function by name the frames of every operator that can trap or call, innermost first, as a backtrace shows them.
fn frames(wasm: &[u8]) -> BTreeMap<String, Vec<String>> {
    let sections = debug_sections(wasm);
    let context = Context::from_dwarf(dwarf(&sections)).expect("debug information");
    let names = names(wasm).0;
    let (mut frames, mut start, mut index) = (BTreeMap::new(), 0, 0);
    let mut offload: Vec<u32> = Vec::new();
    for payload in Parser::new(0).parse_all(wasm) {
        match payload.expect("a module") {
            Payload::ImportSection(imports) => {
                for import in imports.into_imports().flatten() {
                    if matches!(import.ty, wasmparser::TypeRef::Func(_)) {
                        offload.extend((import.module == "tensorwasm:offload/v1").then_some(index));
                        index += 1;
                    }
                }
            }
            Payload::CodeSectionStart { range, .. } => start = range.start,
            Payload::CodeSectionEntry(body) => {
                let mut lines = Vec::new();
                for operator in body.get_operators_reader().expect("operators").into_iter_with_offsets() {
                    let (operator, offset) = operator.expect("an operator");
                    if can_trap(&operator, &offload) {
                        lines.push(format!("{}: {}", operator_name(&operator), at(&context, offset - start)));
                    }
                }
                frames.insert(names.get(&index).cloned().unwrap_or_else(|| index.to_string()), lines);
                index += 1;
            }
            _ => {}
        }
    }
    frames
}

fn can_trap(operator: &Operator<'_>, offload: &[u32]) -> bool {
    let name = operator_name(operator);
    let traps = ["Load", "Store", "Div", "Rem", "Unreachable", "CallIndirect", "MemoryFill", "MemoryCopy"];
    match operator {
        Operator::Call { function_index } => !offload.contains(function_index),
        _ => traps.iter().any(|part| name.contains(part)),
    }
}

fn at(context: &Context<EndianSlice<'_, LittleEndian>>, address: usize) -> String {
    let mut text = String::new();
    let mut found = context.find_frames(address as u64).skip_all_loads().expect("frames");
    while let Some(frame) = found.next().expect("a frame") {
        let name = frame.function.as_ref().and_then(|f| f.raw_name().ok()).unwrap_or_default().into_owned();
        let place = frame.location.map(|l| (l.file, l.line, l.column));
        write!(text, "{name} {place:?}; ").expect("text");
    }
    text
}

#[test]
fn whatever_can_trap_keeps_its_frames() {
    for name in ["clang-dwarf4", "clang-dwarf5", "zig-cc-dwarf5", "zig", "rustc"] {
        let file = format!("{}/tests/traps/{name}.wasm", env!("CARGO_MANIFEST_DIR"));
        let wasm = std::fs::read(file).expect("a module");
        let compiled = compile(&wasm, &Options::default()).expect("a bundle");
        assert!(!compiled.regions.is_empty(), "{name}");
        let (original, rewritten) = (frames(&wasm), frames(&compiled.bundle));
        assert!(original.values().flatten().any(|line| line.contains("traps.")), "{name}: {original:#?}");
        for (function, wanted) in &original {
            assert_eq!(rewritten.get(function), Some(wanted), "{name}: {function}");
        }
        let indexes = [".debug_pubnames", ".debug_pubtypes", ".debug_aranges"];
        assert!(
            compiled.dropped_sections.iter().all(|s| indexes.contains(&s.as_str())),
            "{:?}",
            compiled.dropped_sections
        );
    }
}

#[test]
fn damaged_debug_information_costs_lines_at_most() {
    for name in ["clang-dwarf5", "zig-cc-dwarf5", "zig"] {
        let file = format!("{}/tests/traps/{name}.wasm", env!("CARGO_MANIFEST_DIR"));
        let wasm = std::fs::read(file).expect("a module");
        let places: Vec<usize> = Parser::new(0)
            .parse_all(&wasm)
            .filter_map(|payload| match payload.expect("a module") {
                Payload::CustomSection(s) if s.name().starts_with(".debug") => Some(s.data_offset()..s.range().end),
                _ => None,
            })
            .flatten()
            .collect();
        let mut state = 1u64;
        for _ in 0..ROUNDS {
            let mut damaged = wasm.clone();
            for _ in 0..3 {
                state = state.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
                damaged[places[(state >> 33) as usize % places.len()]] ^= (state >> 24) as u8 | 1;
            }
            let rewritten = rewrite(&damaged, &[]);
            assert!(rewritten.is_ok(), "{name}: {rewritten:?}");
        }
    }
}

/// A loop between locals of several types, which the rewriter sorts, and one that nothing uses.
const LOCALS: &str = "(module
  (memory (export \"m\") 1)
  (global $stack (mut i32) (i32.const 4096))
  (func $work (param $n i32) (param $f f64) (result f64)
    (local $unused i64) (local $g f64) (local $i i32) (local $h f32) (local $j i32)
    (local.set $g (f64.add (local.get $f) (f64.const 1)))
    (local.set $h (f32.const 2))
    (local.set $j (i32.add (global.get $stack) (local.get $n)))
    loop $l
      (i32.store (i32.shl (local.get $i) (i32.const 2)) (local.get $j))
      (local.set $i (i32.add (local.get $i) (i32.const 1)))
      (br_if $l (i32.lt_s (local.get $i) (local.get $n)))
    end
    (f64.add (local.get $g) (f64.promote_f32 (local.get $h)))))";

/// `wasm` with debug information that has a variable for each local of function 0, everywhere and in a list, one on the shadow
/// stack and one in memory.
fn with_variables(wasm: &[u8], locals: u32, version: u16) -> Vec<u8> {
    let code = Parser::new(0).parse_all(wasm).find_map(|payload| match payload.expect("a module") {
        Payload::CodeSectionEntry(body) => Some(body.range()),
        _ => None,
    });
    let start = Parser::new(0).parse_all(wasm).find_map(|payload| match payload.expect("a module") {
        Payload::CodeSectionStart { range, .. } => Some(range.start),
        _ => None,
    });
    let (code, start) = (code.expect("a function"), start.expect("a code section"));
    let (low, high) = ((code.start - start) as u64, (code.end - start) as u64);
    let encoding = Encoding { address_size: 4, format: Format::Dwarf32, version };
    let mut written = Dwarf::new();
    let id = written.units.add(Unit::new(encoding, LineProgram::none()));
    let unit = written.units.get_mut(id);
    let root = unit.root();
    let base = AttributeValue::Address(Address::Constant(0));
    unit.get_mut(root).set(gimli::DW_AT_low_pc, base);
    let function = unit.add(root, gimli::DW_TAG_subprogram);
    let entry = unit.get_mut(function);
    entry.set(gimli::DW_AT_low_pc, AttributeValue::Address(Address::Constant(low)));
    entry.set(gimli::DW_AT_high_pc, AttributeValue::Data4((high - low) as u32));
    let mut stack = Expression::new();
    stack.op_wasm_global(0);
    stack.op(gimli::DW_OP_stack_value);
    entry.set(gimli::DW_AT_frame_base, AttributeValue::Exprloc(stack));
    let variable = |name: String, place: AttributeValue, unit: &mut Unit| {
        let entry = unit.add(function, gimli::DW_TAG_variable);
        unit.get_mut(entry).set(gimli::DW_AT_name, AttributeValue::String(name.into_bytes()));
        unit.get_mut(entry).set(gimli::DW_AT_location, place);
    };
    for local in 0..locals {
        let place = || {
            let mut place = Expression::new();
            place.op_wasm_local(local);
            place.op(gimli::DW_OP_stack_value);
            place
        };
        variable(format!("local {local}"), AttributeValue::Exprloc(place()), unit);
        let list = LocationList(vec![
            Location::BaseAddress { address: Address::Constant(low) },
            Location::OffsetPair { begin: 0, end: high - low, data: place() },
        ]);
        let list = unit.locations.add(list);
        variable(format!("listed {local}"), AttributeValue::LocationListRef(list), unit);
    }
    let mut data = Expression::new();
    data.op_addr(Address::Constant(low));
    variable("data".into(), AttributeValue::Exprloc(data), unit);
    let mut sections = Sections::new(EndianVec::new(LittleEndian));
    written.write(&mut sections).expect("debug information");
    let mut wasm = wasm.to_vec();
    sections
        .for_each(|id, data| {
            if !data.slice().is_empty() {
                wasm.extend(super::lines::custom(id.name(), data.slice()));
            }
            Ok::<_, gimli::Error>(())
        })
        .expect("sections");
    wasm
}

/// Each variable with where it is, locals by their names.
fn variables(wasm: &[u8], function: u32) -> String {
    let locals = names(wasm).1;
    let sections = debug_sections(wasm);
    let dwarf = dwarf(&sections);
    let mut text = String::new();
    let header = dwarf.units().next().expect("units").expect("a unit");
    let unit = dwarf.unit(header).expect("a unit");
    let unit = unit.unit_ref(&dwarf);
    let show = |expression: gimli::Expression<_>| {
        let mut operations = expression.operations(unit.encoding());
        let mut text = String::new();
        while let Some(operation) = operations.next().expect("an operation") {
            let shown = match operation {
                gimli::Operation::WasmLocal { index } => {
                    locals.get(&(function, index)).cloned().unwrap_or_else(|| format!("local without a name {index}"))
                }
                gimli::Operation::WasmGlobal { index } => format!("global {index}"),
                gimli::Operation::Address { address } => format!("data at {address:#x}"),
                gimli::Operation::StackValue => continue,
                other => format!("{other:?}"),
            };
            text.push_str(&shown);
        }
        text
    };
    let mut entries = unit.entries();
    while let Some(entry) = entries.next_dfs().expect("an entry") {
        let name = entry
            .attr_value(gimli::DW_AT_name)
            .map_or("-".into(), |name| unit.attr_string(name).expect("a name").to_string_lossy().into_owned());
        for attribute in [gimli::DW_AT_frame_base, gimli::DW_AT_location] {
            let Some(value) = entry.attr_value(attribute) else { continue };
            if let gimli::AttributeValue::Exprloc(expression) = value {
                writeln!(text, "{name}: {}", show(expression)).expect("text");
            } else {
                let mut list = unit.attr_locations(value).expect("a list").expect("a list");
                while let Some(place) = list.next().expect("a place") {
                    writeln!(text, "{name}: {}", show(place.data)).expect("text");
                }
            }
        }
    }
    text
}

#[test]
fn variables_follow_their_locals_and_globals() {
    let wasm = wat::parse_str(LOCALS).expect("a module");
    let region = region(0, &[0, 4], &[4], true);
    for version in [4, 5] {
        let described = with_variables(&wasm, 7, version);
        let splice = splice(&described, 0, ExitAt::After("BrIf", 0));
        let rewritten = rewrite(&described, &[(splice, &region)]).expect("a module");
        // The import of the dispatch stands in front of the function, that of its global in front of the global.
        insta::allow_duplicates! {
            insta::assert_snapshot!(variables(&described, 0), @"
            -: global 0
            local 0: n
            listed 0: n
            local 1: f
            listed 1: f
            local 2: unused
            listed 2: unused
            local 3: g
            listed 3: g
            local 4: i
            listed 4: i
            local 5: h
            listed 5: h
            local 6: j
            listed 6: j
            data: data at 0x2
            ");
            insta::assert_snapshot!(variables(&rewritten.module, 1), @"
            -: global 1
            local 0: n
            listed 0: n
            local 1: f
            listed 1: f
            local 3: g
            listed 3: g
            local 4: i
            listed 4: i
            local 5: h
            listed 5: h
            local 6: j
            listed 6: j
            data: data at 0x2
            ");
        }
    }
}
