//! The registers of PTX text: which instructions define one, how wide it is, and whether it changes.
//!
//! Input is a parsed kernel. What defines a register decides how it is followed: one that a single instruction always defines
//! is what that computes, every other one is a parameter of each block ([`ptx`](super::ptx)).

use ptx_machine::ast::{Instruction, Kernel, Operand, Operation, Statement};
use std::collections::HashMap;

/// The registers that several instructions define, or one only sometimes, with their widths; none if there are too many for the keys that blocks have.
pub(super) fn changing<'k>(
    once: &HashMap<&'k str, bool>,
    widths: &HashMap<&'k str, u32>,
    blocks: usize,
    most: u32,
) -> Option<Vec<(&'k str, u32)>> {
    let width = |name: &str| widths.get(name).copied().filter(|bits| matches!(bits, 32 | 64));
    let names = once.iter().filter(|&(_, &once)| !once).filter_map(|(&name, _)| Some((name, width(name)?)));
    let mut changing: Vec<(&str, u32)> = names.collect();
    changing.sort_unstable();
    (changing.len().saturating_mul(blocks) < most as usize).then_some(changing)
}

/// The registers that exactly one instruction defines, and that one always.
pub(super) fn defined_once<'k>(kernel: &'k Kernel<'k>) -> HashMap<&'k str, bool> {
    let mut once = HashMap::new();
    for statement in &kernel.body {
        let Statement::Instruction(instruction) = statement else { continue };
        let sure = instruction.guard.is_none();
        for name in defined(instruction) {
            once.entry(name).and_modify(|once| *once = false).or_insert(sure);
        }
    }
    once
}

/// The declared width in bits of each register that is defined by name.
pub(super) fn widths<'k>(kernel: &'k Kernel<'k>) -> HashMap<&'k str, u32> {
    let plain = kernel.registers.iter().filter(|r| r.count.is_none()).map(|r| (r.name, r.ty.bits()));
    let mut widths: HashMap<&str, u32> = plain.collect();
    let counted = kernel.registers.iter().filter_map(|r| Some((r.name, (r.count?, r.ty.bits()))));
    let families: HashMap<&str, (u32, u32)> = counted.collect();
    for statement in &kernel.body {
        let Statement::Instruction(instruction) = statement else { continue };
        for name in defined(instruction) {
            // A name may be split before any of its last digits; one that several families could hold is unknown.
            let stem = name.trim_end_matches(|c: char| c.is_ascii_digit()).len();
            let member = |at: usize| {
                let &(count, bits) = families.get(&name[..at])?;
                name[at..].parse::<u32>().ok().filter(|&number| number < count).map(|_| bits)
            };
            let mut found = (stem..name.len()).filter_map(member);
            if let (false, Some(bits), None) = (widths.contains_key(name), found.next(), found.next()) {
                widths.insert(name, bits);
            }
        }
    }
    widths
}

/// The registers that an instruction defines.
pub(super) fn defined<'k>(instruction: &'k Instruction<'k>) -> Vec<&'k str> {
    use Operation::{Barrier, Branch, Exit, Reduce, Store};
    match (instruction.operation, instruction.operands.first()) {
        (Store { .. } | Branch | Exit | Barrier | Reduce(..), _) | (_, None) => Vec::new(),
        (_, Some(Operand::Name(name))) => vec![name],
        (_, Some(Operand::Pair(a, b))) => vec![a, b],
        (_, Some(Operand::Vector(names))) => names.clone(),
        _ => Vec::new(),
    }
}
