//! The control structure of a function body: which constructs enclose which, and where a loop can be split.
//!
//! Input: a function body that is valid. Output: its constructs by the byte offsets of their opcodes, each with the
//! number of values that entering it and branching to it take, and for the places in a loop's own sequence whether the
//! operand stack is empty there. All of it is read off the validator's control and operand stacks, so that what the
//! splice relies on is what validation knows.

use super::errors::Unsplicable;
use super::scan::Body;
use super::{Exit, Splice};
use std::collections::HashMap;
use wasmparser::{BlockType, Frame, FrameKind, FuncValidator, Result, ValidatorResources, WasmModuleResources};

/// The shape of one function.
pub struct Shape {
    /// Every construct; the function itself is the first.
    constructs: Vec<Construct>,
    /// Constructs by opcode offset.
    at: HashMap<u32, usize>,
    /// Instructions of a loop's own sequence by opcode offset: the loop, and what holds after the instruction.
    after: HashMap<u32, (usize, After)>,
}

struct Construct {
    /// The enclosing construct, smaller than its own index; the function encloses itself.
    parent: usize,
    is_loop: bool,
    /// How many values it takes.
    params: usize,
    /// How many values a branch to it takes.
    label: usize,
    /// Control never gets there.
    dead: bool,
}

/// What holds right after an instruction of a loop's own sequence.
#[derive(Clone, Copy, PartialEq, Eq)]
enum After {
    /// Control may continue, with no value of the loop on the stack.
    Empty,
    /// Control may continue, with values on the stack.
    Values,
    /// Control never continues.
    Dead,
}

impl Shape {
    /// Reads a function's shape.
    pub fn of(body: &Body<'_>) -> Result<Shape> {
        let mut validator = body.validator();
        let mut locals = body.code.get_locals_reader()?;
        for _ in 0..locals.get_count() {
            let offset = locals.original_position();
            let (count, ty) = locals.read()?;
            validator.define_locals(offset, count, ty)?;
        }
        let mut shape = Shape { constructs: Vec::new(), at: HashMap::new(), after: HashMap::new() };
        let mut open: Vec<(usize, u32)> = Vec::new();
        shape.open(&validator, &mut open, 0);
        let mut operators = body.code.get_operators_reader()?;
        while !operators.eof() {
            let offset = operators.original_position();
            let depth = validator.control_stack_height();
            validator.op(offset, &operators.read()?)?;
            let offset = offset as u32;
            if validator.control_stack_height() > depth {
                shape.open(&validator, &mut open, offset);
                continue;
            }
            let closed = if validator.control_stack_height() < depth { open.pop() } else { None };
            // An exit names a construct by its opcode, not by its end.
            let instruction = closed.map_or(offset, |(_, opcode)| opcode);
            if let (Some(&(innermost, _)), Some(frame)) = (open.last(), validator.get_control_frame(0))
                && frame.kind == FrameKind::Loop
            {
                shape.after.insert(instruction, (innermost, After::of(frame, validator.operand_stack_height())));
            }
        }
        Ok(shape)
    }

    fn open(&mut self, validator: &FuncValidator<ValidatorResources>, open: &mut Vec<(usize, u32)>, offset: u32) {
        let Some(frame) = validator.get_control_frame(0) else { return };
        let (params, results) = arity(validator, frame.block_type);
        let is_loop = frame.kind == FrameKind::Loop;
        let parent = open.last().map_or(0, |&(parent, _)| parent);
        let around_dead = validator.get_control_frame(1).is_some_and(|around| around.unreachable);
        let dead = around_dead || self.constructs.get(parent).is_some_and(|c| c.dead);
        let index = self.constructs.len();
        if index > 0 {
            self.at.insert(offset, index);
        }
        let label = if is_loop { params } else { results };
        self.constructs.push(Construct { parent, is_loop, params, label, dead });
        open.push((index, offset));
    }

    /// Checks everything about a splice but the branches of the code behind a split.
    pub fn check(&self, splice: &Splice) -> std::result::Result<(), Unsplicable> {
        let at = splice.loop_offset;
        let index = self.at.get(&at).copied().filter(|&i| self.constructs[i].is_loop).ok_or(Unsplicable::NoLoop(at))?;
        let header = &self.constructs[index];
        if header.dead {
            return Err(Unsplicable::Unreachable(at));
        }
        if header.params != 0 {
            return Err(Unsplicable::LoopTakesValues(at));
        }
        match splice.exit {
            Exit::After(offset) => match self.after.get(&offset) {
                Some((home, After::Empty)) if *home == index => Ok(()),
                Some((home, After::Values)) if *home == index => Err(Unsplicable::ValuesAtSplit(offset)),
                Some((home, After::Dead)) if *home == index => Err(Unsplicable::SplitUnreachable(offset)),
                _ => Err(Unsplicable::NotInLoop(offset)),
            },
            Exit::Label(offset) => {
                let label = self.at.get(&offset).copied().filter(|&label| self.encloses(label, header.parent));
                match self.constructs[label.ok_or(Unsplicable::NotEnclosing(offset))?].label {
                    0 => Ok(()),
                    _ => Err(Unsplicable::LabelTakesValues(offset)),
                }
            }
            Exit::FunctionEnd if self.constructs[0].label != 0 => Err(Unsplicable::FunctionReturnsValues),
            Exit::FunctionEnd | Exit::Resume => Ok(()),
        }
    }

    /// True if `outer` is `inner` or encloses it; indices fall toward the function.
    fn encloses(&self, outer: usize, mut inner: usize) -> bool {
        while inner > outer {
            inner = self.constructs[inner].parent;
        }
        inner == outer
    }
}

impl After {
    fn of(frame: &Frame, height: u32) -> After {
        if frame.unreachable {
            After::Dead
        } else if height as usize == frame.height {
            After::Empty
        } else {
            After::Values
        }
    }
}

/// The number of parameters and results of a block type.
fn arity(validator: &FuncValidator<ValidatorResources>, ty: BlockType) -> (usize, usize) {
    match ty {
        BlockType::Empty => (0, 0),
        BlockType::Type(_) => (0, 1),
        BlockType::FuncType(index) => match validator.resources().sub_type_at(index) {
            Some(ty) => (ty.unwrap_func().params().len(), ty.unwrap_func().results().len()),
            None => (0, 0),
        },
    }
}
