//! The largest that integers of a nest can be, read unsigned.
//!
//! A limit follows from what makes the value: a mask, a narrow load, a shift to the right, a comparison, a remainder, a choice, a form of
//! which all numbers are known. It holds whenever the value is read in the block it is asked for, if the guards of the draft do: an
//! iteration number is at most the last one behind the test that ends its loop, and one more where that isn't known. What isn't
//! understood may be anything. Who relies on it: addresses with a part that isn't linear ([`super::bounded`]).

use super::affine::Affine;
use super::context::{Context, Def};
use super::count::Position;
use super::draft::Draft;
use super::induction::Inductions;
use super::shape::Shape;
use ir::lowered::{BinaryOp, BlockId, LoadKind, Op, UnaryOp, Value};
use std::collections::HashMap;

/// Values looked through for one limit, one inside another.
const MAX_DEPTH: u32 = 48;

/// The limits found so far.
pub(super) struct Limits<'l, 'a> {
    pub context: &'l Context<'l>,
    pub shape: &'l Shape,
    pub inductions: &'l mut Inductions,
    pub draft: &'l mut Draft<'a>,
    /// Nothing may be demanded.
    pub unconditional: bool,
    known: HashMap<(Value, BlockId), u64>,
}

impl<'l, 'a> Limits<'l, 'a> {
    pub fn new(
        context: &'l Context<'l>,
        shape: &'l Shape,
        inductions: &'l mut Inductions,
        draft: &'l mut Draft<'a>,
    ) -> Limits<'l, 'a> {
        Limits { context, shape, inductions, draft, unconditional: false, known: HashMap::new() }
    }

    /// The largest that `value` can be where `block` reads it.
    pub fn of(&mut self, value: Value, block: BlockId) -> u64 {
        self.within(value, block, MAX_DEPTH)
    }

    fn within(&mut self, value: Value, block: BlockId, depth: u32) -> u64 {
        let any = self.context.func.ty(value).mask();
        if !self.context.func.ty(value).is_int() {
            return any;
        }
        if let Some(&known) = self.known.get(&(value, block)) {
            return known;
        }
        // What depends on itself may be anything until it is known.
        self.known.insert((value, block), any);
        let Some(depth) = depth.checked_sub(1) else { return any };
        let found = match self.numbers(value, block) {
            Some(largest) => largest,
            None => self.made(value, depth).min(any),
        };
        self.known.insert((value, block), found);
        found
    }

    /// The limit of a form that is made of known numbers.
    fn numbers(&mut self, value: Value, block: BlockId) -> Option<u64> {
        let form = self.inductions.forms.forms.get(&value)?.clone();
        let start = i128::from(form.start.as_const()?.bits);
        let (mut low, mut high) = (start, start);
        for (&l, step) in &form.steps {
            let step = i128::from(step.as_const()?.signed());
            let last = i128::from(self.draft.lasts[l].and_then(|last| self.draft.known(last))?);
            let reach = step * if self.is_behind_test(l, block) { last } else { last + 1 };
            (low, high) = (low + reach.min(0), high + reach.max(0));
        }
        let fits = low >= 0 && high <= i128::from(form.start.ty.mask());
        (fits && self.holds(&form)).then_some(high as u64)
    }

    /// True if no iteration of loop `l` is counted that the block doesn't see.
    fn is_behind_test(&self, l: usize, block: BlockId) -> bool {
        self.inductions.tests[l].as_ref().is_some_and(|test| {
            let from = test.exit.from;
            let behind = block != from && self.shape.holds(l, block) && self.context.tree.dominates(from, block);
            test.position == Position::Bottom || behind
        })
    }

    fn holds(&mut self, form: &Affine) -> bool {
        if self.unconditional {
            return form.duties.is_empty();
        }
        let guards = self.draft.guards.len();
        let holds = self.inductions.demand(self.draft, form, None);
        if !holds {
            self.draft.guards.truncate(guards);
        }
        holds
    }

    /// The limit of what an operation or a join makes.
    fn made(&mut self, value: Value, depth: u32) -> u64 {
        let context = self.context;
        match context.defs[value.index()] {
            Def::Inst(block, i) => self.operation(&context.func.block(block).insts[i as usize].op, block, depth),
            Def::Param(block, i) if self.shape.inside.contains(&block) && block != self.shape.header => {
                self.join(block, i as usize, depth)
            }
            Def::Param(..) | Def::Nowhere => u64::MAX,
        }
    }

    /// The largest that any edge passes.
    fn join(&mut self, block: BlockId, position: usize, depth: u32) -> u64 {
        let context = self.context;
        let mut largest = 0;
        for &from in &context.tree.predecessors[block.index()] {
            for target in context.func.block(from).term.targets().into_iter().filter(|t| t.block == block) {
                largest = largest.max(self.within(target.args[position], from, depth));
            }
        }
        largest
    }

    fn operation(&mut self, op: &Op, block: BlockId, depth: u32) -> u64 {
        let mut of = |value: Value| self.within(value, block, depth);
        match *op {
            Op::Const(c) if c.ty.is_int() => c.bits,
            Op::Load { kind: LoadKind::I32U8 | LoadKind::I64U8, .. } => 0xff,
            Op::Load { kind: LoadKind::I32U16 | LoadKind::I64U16, .. } => 0xffff,
            Op::Load { kind: LoadKind::I64U32, .. } => 0xffff_ffff,
            Op::Select { if_true, if_false, .. } => of(if_true).max(of(if_false)),
            Op::Unary(op, a) => match op {
                UnaryOp::I32Eqz | UnaryOp::I64Eqz => 1,
                UnaryOp::I32Clz | UnaryOp::I32Ctz | UnaryOp::I32Popcnt => 32,
                UnaryOp::I64Clz | UnaryOp::I64Ctz | UnaryOp::I64Popcnt => 64,
                UnaryOp::I64ExtendI32U | UnaryOp::I32WrapI64 => of(a),
                UnaryOp::I64ExtendI32S if of(a) <= i32::MAX as u64 => of(a),
                _ => u64::MAX,
            },
            Op::Binary(op, a, b) => binary(op, of(a), of(b), constant(self.context, b)),
            _ => u64::MAX,
        }
    }
}

/// The limit of a result from those of the operands; one that may have wrapped around is none.
fn binary(op: BinaryOp, a: u64, b: u64, by: Option<u64>) -> u64 {
    use BinaryOp::*;
    let (mask, bits) = (op.operand().mask(), u64::from(op.operand().bits()));
    let fits = |result: Option<u64>| result.filter(|&r| r <= mask).unwrap_or(u64::MAX);
    match op {
        I32And | I64And => a.min(b),
        I32Or | I64Or | I32Xor | I64Xor => u64::MAX.checked_shr((a | b).leading_zeros()).unwrap_or(0),
        I32Add | I64Add => fits(a.checked_add(b)),
        I32Mul | I64Mul => fits(a.checked_mul(b)),
        I32Shl | I64Shl => fits(by.and_then(|by| a.checked_mul(1 << (by % bits)))),
        I32ShrU | I64ShrU => a >> by.map_or(0, |by| by % bits),
        I32DivU | I64DivU => a / by.unwrap_or(1).max(1),
        I32RemU | I64RemU => a.min(b.saturating_sub(1)),
        op if op.result() == ir::lowered::Type::I32 && is_comparison(op) => 1,
        _ => u64::MAX,
    }
}

fn is_comparison(op: BinaryOp) -> bool {
    use BinaryOp::*;
    matches!(
        op,
        I32Eq
            | I32Ne
            | I32LtS
            | I32LtU
            | I32GtS
            | I32GtU
            | I32LeS
            | I32LeU
            | I32GeS
            | I32GeU
            | I64Eq
            | I64Ne
            | I64LtS
            | I64LtU
            | I64GtS
            | I64GtU
            | I64LeS
            | I64LeU
            | I64GeS
            | I64GeU
            | F32Eq
            | F32Ne
            | F32Lt
            | F32Gt
            | F32Le
            | F32Ge
            | F64Eq
            | F64Ne
            | F64Lt
            | F64Gt
            | F64Le
            | F64Ge
    )
}

/// The value of a constant.
pub(super) fn constant(context: &Context<'_>, value: Value) -> Option<u64> {
    match context.op(value) {
        Some(Op::Const(c)) if c.ty.is_int() => Some(c.bits),
        _ => None,
    }
}
