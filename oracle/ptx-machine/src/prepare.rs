//! A parsed [`Kernel`] to a [`Program`].
//!
//! Input: one kernel of the AST. Output: its dense form, or the first instruction whose operands, labels or types don't
//! fit. Guarantees for the machine: every slot and branch target exists, no step writes a constant, and no step but a
//! terminator is the last one.

mod operands;
pub(crate) mod program;
mod slots;

use crate::ast::{Guard, Instruction, Kernel, Statement, Type};
use crate::error::{PrepareError, PrepareProblem};
use program::{NO_SLOT, Op, Program, SPECIALS, Slot, Step};
use slots::{Slots, Width};
use std::collections::HashMap;

/// Resolves and checks `kernel`.
pub fn prepare(kernel: &Kernel<'_>) -> Result<Program, PrepareError> {
    let labels = labels(kernel)?;
    let mut slots = Slots::new(kernel);
    for declaration in &kernel.registers {
        slots.declare(declaration).map_err(|problem| PrepareError { line: declaration.line, problem })?;
    }
    let mut decoder = Decoder { slots, labels, vectors: Vec::new() };
    let mut steps = Vec::new();
    for statement in &kernel.body {
        if let Statement::Instruction(instruction) = statement {
            let line = instruction.line;
            steps.push(decoder.step(instruction).map_err(|problem| PrepareError { line, problem })?);
        }
    }
    let last =
        steps.last().is_some_and(|step| step.guard == NO_SLOT && matches!(step.op, Op::Branch { .. } | Op::Exit));
    if !last {
        return Err(PrepareError { line: kernel.end_line, problem: PrepareProblem::RunsOff });
    }
    let Decoder { slots, vectors, .. } = decoder;
    Ok(Program {
        name: kernel.name.to_owned(),
        has_barrier: steps.iter().any(|step| matches!(step.op, Op::Barrier)),
        steps,
        vectors,
        initial: slots.initial,
        names: slots.names.into_iter().map(str::to_owned).collect(),
        param_bits: kernel.params.iter().map(|param| param.ty.bits()).collect(),
        max_block: kernel.max_block,
        required_block: kernel.required_block,
    })
}

/// Position of the instruction that follows each label.
fn labels<'t>(kernel: &Kernel<'t>) -> Result<HashMap<&'t str, u32>, PrepareError> {
    let instructions = kernel.body.iter().filter(|statement| matches!(statement, Statement::Instruction(_))).count();
    let mut labels = HashMap::new();
    let mut position = 0;
    for statement in &kernel.body {
        match *statement {
            Statement::Instruction(_) => position += 1,
            Statement::Label { name, line } => {
                let problem = if labels.insert(name, position as u32).is_some() {
                    PrepareProblem::DuplicateLabel(name.to_owned())
                } else if position == instructions {
                    PrepareProblem::LabelAtEnd(name.to_owned())
                } else {
                    continue;
                };
                return Err(PrepareError { line, problem });
            }
        }
    }
    Ok(labels)
}

/// Instructions to steps, one at a time; `operands` holds one function per form of operands.
struct Decoder<'t> {
    slots: Slots<'t>,
    labels: HashMap<&'t str, u32>,
    vectors: Vec<[Slot; 4]>,
}

impl<'t> Decoder<'t> {
    fn step(&mut self, instruction: &Instruction<'t>) -> Result<Step, PrepareProblem> {
        self.slots.line = instruction.line;
        let (guard, expected) = match instruction.guard {
            Some(Guard { predicate, negated }) => {
                (self.slots.named(predicate, Type::Pred, Width::Exact)?.0, u64::from(!negated))
            }
            None => (NO_SLOT, 1),
        };
        let op = self.op(instruction.operation, &instruction.operands)?;
        Ok(Step { op, guard, expected, line: instruction.line })
    }
}

const _: () = assert!(SPECIALS == 13, "Slots::special numbers the special registers");
