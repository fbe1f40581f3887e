//! The functions that a loop calls, in its harness.
//!
//! Functions that the compiler takes into the loop are copied, because the harness must offer it the same loop. All others are
//! imported. Copies stand behind the harness's own function and keep their bytes but for the indices of functions. Where the
//! compiler knows which function a call through a table reaches, the loop calls that.

use super::Unfit;
use super::cut::Piece;
use super::original::Original;
use super::write::{constant, needs_what_is_gone};
use compiler::wasm::GuestFunction;
use std::collections::{BTreeMap, BTreeSet};
use wasm_encoder::reencode::{Reencode, RoundtripReencoder};
use wasm_encoder::{Function, Instruction};
use wasmparser::Operator;

/// The functions of a harness.
pub(crate) struct Callees<'m> {
    guests: &'m compiler::wasm::Module,
    /// Those imported, in order.
    pub imported: Vec<u32>,
    /// Those copied, in order.
    pub copied: Vec<u32>,
    /// The function that a call of the loop reaches, by the offset of its opcode.
    known: BTreeMap<u32, u32>,
    index: BTreeMap<u32, u32>,
}

impl<'m> Callees<'m> {
    /// The functions that `pieces` call; `guest` is what the compiler knows of the function around them.
    pub fn of(
        guests: &'m compiler::wasm::Module,
        original: &Original<'_>,
        pieces: &[Piece<'_>],
        guest: Option<&GuestFunction>,
    ) -> Result<Callees<'m>, Unfit> {
        let (known, taken) = guest.map_or((&[][..], &[][..]), |guest| (&guest.calls, &guest.taken_in));
        let known: BTreeMap<u32, u32> = known.iter().copied().collect();
        let through_table = pieces.iter().filter_map(|piece| known.get(&(piece.bytes.start as u32)).copied());
        let called = pieces.iter().filter_map(|piece| callee(&piece.operator));
        let mut called: BTreeSet<u32> = called.chain(through_table).collect();
        let copied: BTreeSet<u32> = reached(original, &called, taken)?;
        for &function in &copied {
            called.extend(calls(original, function)?);
        }
        let imported: Vec<u32> = called.difference(&copied).copied().collect();
        let copied: Vec<u32> = copied.into_iter().collect();
        let own = imported.len() as u32;
        let behind = copied.iter().copied().zip(own + 1..);
        let index = imported.iter().copied().zip(0..).chain(behind).collect();
        Ok(Callees { guests, imported, copied, known, index })
    }

    /// The index of the harness's own function.
    pub fn own(&self) -> u32 {
        self.imported.len() as u32
    }

    /// What stands for an operator of the loop that means something else in a harness; `None` for one that can be copied.
    pub fn replaced_in_loop(&self, operator: &Operator<'_>, offset: usize) -> Option<Vec<Instruction<'static>>> {
        match (operator, self.known.get(&(offset as u32))) {
            // The index of the element goes.
            (Operator::CallIndirect { .. }, Some(function)) => {
                Some(vec![Instruction::Drop, Instruction::Call(self.index[function])])
            }
            _ => self.replaced(operator).map(|instruction| vec![instruction]),
        }
    }

    fn replaced(&self, operator: &Operator<'_>) -> Option<Instruction<'static>> {
        match operator {
            Operator::Call { function_index } => Some(Instruction::Call(self.index[function_index])),
            // The harness has globals of its own, and the kernel the value.
            Operator::GlobalGet { global_index } => self.guests.global(*global_index).map(constant),
            operator => needs_what_is_gone(operator).then_some(Instruction::Unreachable),
        }
    }

    /// The copy of a function.
    pub fn copy(&self, original: &Original<'_>, function: u32) -> Result<Function, Unfit> {
        let (body, _) = original.function(function)?;
        let mut locals = Vec::new();
        for declared in body.get_locals_reader()? {
            let (count, ty) = declared?;
            locals.push((count, RoundtripReencoder.val_type(ty).map_err(|_| Unfit::BlockType)?));
        }
        let mut copy = Function::new(locals);
        let mut operators = body.get_operators_reader()?;
        while !operators.eof() {
            let start = operators.original_position();
            match self.replaced(&operators.read()?) {
                Some(instruction) => drop(copy.instruction(&instruction)),
                None => drop(copy.raw(original.bytes[start..operators.original_position()].iter().copied())),
            }
        }
        Ok(copy)
    }
}

/// Those of `taken` that the calls lead to.
fn reached(original: &Original<'_>, called: &BTreeSet<u32>, taken: &[u32]) -> Result<BTreeSet<u32>, Unfit> {
    let mut reached = BTreeSet::new();
    let mut work: Vec<u32> = called.iter().copied().collect();
    while let Some(function) = work.pop() {
        if taken.contains(&function) && reached.insert(function) {
            work.extend(calls(original, function)?);
        }
    }
    Ok(reached)
}

fn calls(original: &Original<'_>, function: u32) -> Result<Vec<u32>, Unfit> {
    let (body, _) = original.function(function)?;
    let mut calls = Vec::new();
    for operator in body.get_operators_reader()? {
        calls.extend(callee(&operator?));
    }
    Ok(calls)
}

fn callee(operator: &Operator<'_>) -> Option<u32> {
    match *operator {
        Operator::Call { function_index } => Some(function_index),
        _ => None,
    }
}
