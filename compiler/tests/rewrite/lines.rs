//! DWARF: a rewritten module keeps the line of every operator, or says that it has lost them.

use crate::programs::{ALL, DO_WHILE, FUNCTION_END, Program, operator_name, region, splice};
use tensorwasm_compiler::rewrite::{Rewritten, rewrite};
use wasmparser::{Parser, Payload};

/// The operators of a module's functions with their addresses, which count from the contents of the code section.
fn operators(wasm: &[u8]) -> Vec<Vec<(String, usize)>> {
    let (mut functions, mut start) = (Vec::new(), 0);
    for payload in Parser::new(0).parse_all(wasm) {
        match payload.expect("a module") {
            Payload::CodeSectionStart { range, .. } => start = range.start,
            Payload::CodeSectionEntry(body) => {
                let operators = body.get_operators_reader().expect("operators").into_iter_with_offsets();
                let placed = operators.map(|operator| operator.expect("an operator"));
                functions.push(placed.map(|(op, offset)| (operator_name(&op), offset - start)).collect());
            }
            _ => {}
        }
    }
    functions
}

/// The line that DWARF gives each operator.
fn lines(wasm: &[u8]) -> Vec<(String, Option<u32>)> {
    let mut sections: Vec<(String, Vec<u8>)> = Vec::new();
    for payload in Parser::new(0).parse_all(wasm) {
        if let Payload::CustomSection(section) = payload.expect("a module") {
            sections.push((section.name().to_string(), section.data().to_vec()));
        }
    }
    let section = |id: gimli::SectionId| -> Result<_, gimli::Error> {
        let data = sections.iter().find(|(name, _)| name == id.name()).map_or(&[][..], |(_, data)| data);
        Ok(gimli::EndianSlice::new(data, gimli::LittleEndian))
    };
    let dwarf = gimli::Dwarf::load(section).expect("debug information");
    let context = addr2line::Context::from_dwarf(dwarf).expect("debug information");
    let line = |at: usize| context.find_location(at as u64).ok().flatten().and_then(|location| location.line);
    operators(wasm).into_iter().flatten().map(|(name, address)| (name, line(address))).collect()
}

/// A custom section; everything in these tests is shorter than 128 bytes or has its length in four.
pub fn custom(name: &str, data: &[u8]) -> Vec<u8> {
    let length = name.len() + 1 + data.len();
    let mut section = vec![0, (length & 0x7f) as u8 | 0x80, (length >> 7) as u8, name.len() as u8];
    section.extend_from_slice(name.as_bytes());
    section.extend_from_slice(data);
    section
}

/// A module with DWARF of this version in which operator `i` stands in line `i + 1` of `file`, with one line sequence for
/// each of `functions`, which hold the addresses of their operators.
fn with_lines(mut wasm: Vec<u8>, version: u8, file: u8, functions: &[Vec<u32>]) -> Vec<u8> {
    let (first, end) = (functions[0][0], *functions.iter().flatten().max().expect("an operator") + 1);
    // A compile unit without children that has DW_AT_stmt_list, DW_AT_low_pc and DW_AT_high_pc.
    let abbreviations = [1, 0x11, 0, 0x10, 0x17, 0x11, 0x01, 0x12, 0x06, 0, 0, 0];
    let mut unit: Vec<u8> = vec![20, 0, 0, 0, 4, 0, 0, 0, 0, 0, 4, 1, 0, 0, 0, 0];
    unit.extend([first, end - first].iter().flat_map(|v| v.to_le_bytes()));
    // Instruction length, operations, is_stmt, line base, line range, opcode base, operand counts.
    let mut header = vec![1, 1, 1, 0xfb, 14, 13, 0, 1, 1, 1, 1, 0, 0, 0, 1, 0, 0, 1];
    match version {
        4 => header.extend(b"\0a.c\0\0\0\0\0"),
        // One directory and one file, each with an inline path.
        _ => header.extend(b"\x01\x01\x08\x01/\0\x01\x01\x08\x01a.c\0"),
    }
    let (mut program, mut line) = (Vec::new(), 0);
    for addresses in functions {
        // DW_LNE_set_address, DW_LNS_set_file, DW_LNS_advance_line, DW_LNS_copy.
        program.extend([0, 5, 2].into_iter().chain(addresses[0].to_le_bytes()).chain([4, file, 3, line, 1]));
        for pair in addresses.windows(2) {
            // DW_LNS_advance_pc, DW_LNS_advance_line, DW_LNS_copy.
            program.extend([2, (pair[1] - pair[0]) as u8, 3, 1, 1]);
        }
        // DW_LNS_advance_pc, DW_LNE_end_sequence.
        program.extend([2, 1, 0, 1, 1]);
        line += addresses.len() as u8;
    }
    let mut rest = if version == 4 { vec![4, 0] } else { vec![5, 0, 4, 0] };
    rest.extend((header.len() as u32).to_le_bytes());
    rest.extend(header.into_iter().chain(program));
    let table: Vec<u8> = (rest.len() as u32).to_le_bytes().into_iter().chain(rest).collect();
    wasm.extend(custom(".debug_abbrev", &abbreviations));
    wasm.extend(custom(".debug_info", &unit));
    wasm.extend(custom(".debug_line", &table));
    wasm
}

/// The addresses of each function's operators.
fn addresses(wasm: &[u8]) -> Vec<Vec<u32>> {
    let address = |operator: &(String, usize)| operator.1 as u32;
    operators(wasm).iter().map(|function| function.iter().map(address).collect()).collect()
}

fn rewritten(wasm: &[u8], program: &Program) -> Rewritten {
    let regions: Vec<_> = (0..program.loops.len()).map(|id| region(id as u32, &[0, 1], &[1], true)).collect();
    let splices = program.loops.iter().map(|&(nth, exit, _)| splice(wasm, nth, exit));
    let plans: Vec<_> = splices.zip(&regions).collect();
    rewrite(wasm, &plans).expect(program.name)
}

#[test]
fn every_operator_keeps_its_line() {
    for program in ALL {
        let plain = program.wasm();
        let wasm = with_lines(plain.clone(), 4, 1, &addresses(&plain));
        let rewritten = rewritten(&wasm, program);
        assert!(rewritten.dropped_sections.is_empty(), "{}: {:?}", program.name, rewritten.dropped_sections);
        let original = lines(&wasm);
        assert!(original.iter().enumerate().all(|(i, (_, line))| *line == Some(i as u32 + 1)), "{original:?}");
        let found = lines(&rewritten.module);
        for operator in original.iter().filter(|(name, _)| name != "End") {
            assert!(found.contains(operator), "{}: {operator:?} has moved:\n{found:?}", program.name);
        }
    }
}

#[test]
fn lines_of_every_version_and_form_are_carried() {
    let plain = FUNCTION_END.wasm();
    let functions = addresses(&plain);
    let forms = [
        // File 0 is a file since version 5.
        with_lines(plain.clone(), 5, 0, &functions),
        // One sequence over all functions, which change their order.
        with_lines(plain.clone(), 4, 1, &[functions.concat()]),
    ];
    for wasm in forms {
        let rewritten = rewritten(&wasm, &FUNCTION_END);
        assert!(rewritten.dropped_sections.is_empty(), "{:?}", rewritten.dropped_sections);
        let found = lines(&rewritten.module);
        for operator in lines(&wasm).iter().filter(|(name, _)| name != "End") {
            assert!(found.contains(operator), "{operator:?} has moved:\n{found:?}");
        }
    }
}

#[test]
fn inserted_code_has_the_line_of_its_loop() {
    let plain = DO_WHILE.wasm();
    let wasm = with_lines(plain.clone(), 4, 1, &addresses(&plain));
    let of_loop = lines(&wasm).into_iter().find(|(name, _)| name == "Loop").expect("a loop").1;
    let found = lines(&rewritten(&wasm, &DO_WHILE).module);
    let call = found.iter().find(|(name, _)| name == "Call").expect("a dispatch");
    assert_eq!(call.1, of_loop);
}

#[test]
fn broken_debug_information_is_dropped_and_listed() {
    let plain = FUNCTION_END.wasm();
    let broken: Vec<u8> = plain.clone().into_iter().chain(custom(".debug_info", b"broken")).collect();
    assert_eq!(rewritten(&broken, &FUNCTION_END).dropped_sections, [".debug_info"]);
    // Every truncation and every changed byte of a sound one costs lines at most.
    let sound = with_lines(plain.clone(), 5, 0, &addresses(&plain));
    for at in plain.len()..sound.len() {
        for bits in [0xff, 0x80, 0x01] {
            let mut changed = sound.clone();
            changed[at] ^= bits;
            if wasmparser::validate(&changed).is_ok() {
                rewritten(&changed, &FUNCTION_END);
            }
        }
    }
}
