//! Writing the copies, and everything else in terms of them.

use super::slice::Made;
use super::{Plan, Recomputed};
use crate::analysis::affine::{Lin, Sym};
use crate::analysis::arms::Choice;
use crate::wasm::GuestLoop;
use ir::lowered::dominators::Dominators;
use ir::lowered::verify::{Form, verify};
use ir::lowered::{BinaryOp, BlockId, Const, Func, Inst, Op, Target, Term, Type, Value};
use ir::region::{Scalar, ScalarId};
use std::collections::HashMap;

/// Writes the loop as planned.
pub(super) fn write(plan: &Plan<'_>, guest_loop: &GuestLoop) -> Recomputed {
    let (func, header) = (plan.context.func.clone(), plan.shape.header);
    let mut writer = Writer { plan, func, at: header, counter: Value(0), known: HashMap::new(), place: 0 };
    let mut guest_loop = guest_loop.clone();
    let rest = writer.begin();
    let values = writer.params(&plan.chosen, 0);
    writer.end(rest, &mut guest_loop);
    let renamed: HashMap<Value, Value> = plan.chosen.iter().copied().zip(values).collect();
    let Writer { mut func, at, .. } = writer;
    rename(&mut func, &mut guest_loop, at, &renamed);
    debug_assert_eq!(verify(&func, Form::Guest), Ok(()));
    Recomputed { func, guest_loop }
}

/// Replaces values wherever control has passed `at`.
fn rename(func: &mut Func, guest_loop: &mut GuestLoop, at: BlockId, renamed: &HashMap<Value, Value>) {
    let tree = Dominators::of(func);
    let map = |v: Value| renamed.get(&v).copied().unwrap_or(v);
    for &id in tree.order.iter().filter(|&&id| tree.dominates(at, id)) {
        let block = func.block_mut(id);
        block.insts.iter_mut().for_each(|inst| inst.op.map_uses(map));
        block.term.map_uses(map);
    }
    for (_, values) in guest_loop.ends.iter_mut().filter(|(id, _)| tree.dominates(at, **id)) {
        values.iter_mut().for_each(|v| *v = map(*v));
    }
}

/// What is to stand behind the copies.
struct Rest {
    insts: Vec<Inst>,
    term: Term,
}

struct Writer<'p, 'a> {
    plan: &'p Plan<'a>,
    func: Func,
    /// Where the copies are being written.
    at: BlockId,
    /// The number of the iteration.
    counter: Value,
    /// The copies that stand before this place, of values so many iterations ago.
    known: HashMap<(Value, u32), Value>,
    /// The offset of the operator that is copied.
    place: u32,
}

impl Writer<'_, '_> {
    /// Counts iterations, and makes room where one begins.
    fn begin(&mut self) -> Rest {
        let (header, latch) = (self.plan.shape.header, self.plan.shape.latch);
        let zero = self.func.new_value(Type::I64);
        let inst = Inst { result: Some(zero), op: Op::Const(Const::i64(0)), at: 0 };
        self.func.block_mut(BlockId::ENTRY).insts.insert(0, inst);
        self.counter = self.func.new_value(Type::I64);
        self.func.block_mut(header).params.push(self.counter);
        let rest = self.func.block_mut(header);
        let rest =
            Rest { insts: std::mem::take(&mut rest.insts), term: std::mem::replace(&mut rest.term, Term::Unreachable) };
        let one = self.constant(Type::I64, 1);
        let next = self.emit(Op::Binary(BinaryOp::I64Add, self.counter, one), Type::I64);
        let mut rest = self.behind_test(rest);
        let blocks = self.func.blocks.iter_mut().enumerate().map(|(id, block)| (BlockId(id as u32), &mut block.term));
        for (from, term) in blocks.chain([(header, &mut rest.term)]) {
            for target in term.targets_mut().into_iter().filter(|target| target.block == header) {
                target.args.push(if from == latch { next } else { zero });
            }
        }
        rest
    }

    /// Behind a test at the top an edge gets a block of its own.
    fn behind_test(&mut self, rest: Rest) -> Rest {
        let Some(exit) = self.plan.test else { return rest };
        let block = self.func.block_mut(self.plan.shape.header);
        block.insts.extend(rest.insts);
        block.term = rest.term;
        let edge = self.func.new_block();
        let targets = self.func.block_mut(exit.from).term.targets_mut();
        let stay = targets.into_iter().enumerate().find(|&(i, _)| i != exit.target);
        let kept = stay.map(|(_, target)| std::mem::replace(target, Target { block: edge, args: Vec::new() }));
        self.at = edge;
        Rest { insts: Vec::new(), term: kept.map_or(Term::Unreachable, Term::Jump) }
    }

    fn end(&mut self, rest: Rest, guest_loop: &mut GuestLoop) {
        let block = self.func.block_mut(self.at);
        block.insts.extend(rest.insts);
        block.term = rest.term;
        let header = self.plan.shape.header;
        if self.plan.test.is_none()
            && self.at != header
            && let Some(values) = guest_loop.ends.remove(&header)
        {
            guest_loop.ends.insert(self.at, values);
        }
    }

    fn emit(&mut self, op: Op, ty: Type) -> Value {
        self.func.push(self.at, op, ty, self.place)
    }

    fn constant(&mut self, ty: Type, bits: u64) -> Value {
        self.emit(Op::Const(Const { ty, bits: bits & ty.mask() }), ty)
    }

    /// Carried parameters as they were `delay` iterations ago, if there was such an iteration.
    fn params(&mut self, params: &[Value], delay: u32) -> Vec<Value> {
        let plan = self.plan;
        let edges: Vec<(Value, Value)> = params.iter().map(|param| plan.carried[param]).collect();
        let acts: Vec<bool> = edges.iter().map(|&(_, next)| plan.acts(next, delay + 1)).collect();
        let mut behind = if acts.contains(&true) { self.branch(&edges, &acts, delay) } else { Vec::new() }.into_iter();
        let mut values = Vec::with_capacity(params.len());
        for (&(start, next), acts) in edges.iter().zip(acts) {
            let value = if acts {
                behind.next().unwrap_or(start)
            } else {
                let value = self.value(next, delay + 1);
                if plan.begins_alike(start, next) { value } else { self.select(start, value, delay) }
            };
            values.push(value);
        }
        values
    }

    /// The parameters that take an action to compute: done only if an iteration has done it before.
    fn branch(&mut self, edges: &[(Value, Value)], acts: &[bool], delay: u32) -> Vec<Value> {
        let acting: Vec<(Value, Value)> = edges.iter().zip(acts).filter(|(_, acts)| **acts).map(|(&e, _)| e).collect();
        let cond = self.has_passed(delay);
        let (earlier, join) = (self.func.new_block(), self.func.new_block());
        let then = Target { block: earlier, args: Vec::new() };
        let otherwise = Target { block: join, args: acting.iter().map(|e| e.0).collect() };
        self.func.block_mut(self.at).term = Term::Branch { cond, then, otherwise };
        self.at = earlier;
        let before = self.known.clone();
        let args = acting.iter().map(|&(_, next)| self.value(next, delay + 1)).collect();
        self.known = before;
        self.func.block_mut(self.at).term = Term::Jump(Target { block: join, args });
        self.at = join;
        let params: Vec<Value> = acting.iter().map(|&(start, _)| self.func.new_value(self.func.ty(start))).collect();
        self.func.block_mut(join).params.clone_from(&params);
        params
    }

    fn select(&mut self, start: Value, value: Value, delay: u32) -> Value {
        let cond = self.has_passed(delay);
        let ty = self.func.ty(start);
        self.emit(Op::Select { cond, if_true: value, if_false: start }, ty)
    }

    /// True if more iterations than `delay` lie before this one, where it is known that no fewer do.
    fn has_passed(&mut self, delay: u32) -> Value {
        let bound = self.constant(Type::I64, u64::from(delay));
        self.emit(Op::Binary(BinaryOp::I64Ne, self.counter, bound), Type::I32)
    }

    /// A value as it was `delay` iterations ago.
    fn value(&mut self, value: Value, delay: u32) -> Value {
        if let Some(&known) = self.known.get(&(value, delay)) {
            return known;
        }
        let ty = self.func.ty(value);
        let copy = match self.plan.made(value) {
            // Whatever can't be copied has been told apart before.
            None | Some(Made::Outside) => return value,
            Some(Made::Induction(step)) => self.earlier(value, &step.scaled(u64::from(delay).wrapping_neg())),
            Some(Made::Carried(..)) => self.params(&[value], delay)[0],
            Some(Made::Op(op)) => {
                let mut operands = Vec::new();
                op.for_each_use(|v| operands.push(v));
                let operands: HashMap<Value, Value> = operands.into_iter().map(|v| (v, self.value(v, delay))).collect();
                let mut op = op.clone();
                op.map_uses(|v| operands[&v]);
                self.place = self.plan.place(value);
                self.emit(op, ty)
            }
            Some(Made::Choice(Choice { cond, arms: [a, b] })) => {
                let [cond, if_true, if_false] = [cond, a, b].map(|v| self.value(v, delay));
                self.emit(Op::Select { cond, if_true, if_false }, ty)
            }
        };
        self.known.insert((value, delay), copy);
        copy
    }

    /// An induction moved by a distance.
    fn earlier(&mut self, induction: Value, distance: &Lin) -> Value {
        let ty = distance.ty;
        let wide = ty == Type::I64;
        let (add, mul) = if wide { (BinaryOp::I64Add, BinaryOp::I64Mul) } else { (BinaryOp::I32Add, BinaryOp::I32Mul) };
        let mut sum = induction;
        for (sym, &coefficient) in &distance.terms {
            let Sym::Scalar(id) = *sym else { continue };
            let mut term = self.scalar(id, ty);
            if coefficient != 1 {
                let factor = self.constant(ty, coefficient);
                term = self.emit(Op::Binary(mul, term, factor), ty);
            }
            sum = self.emit(Op::Binary(add, sum, term), ty);
        }
        if distance.constant != 0 {
            let constant = self.constant(ty, distance.constant);
            sum = self.emit(Op::Binary(add, sum, constant), ty);
        }
        sum
    }

    /// A scalar from the region's surroundings.
    fn scalar(&mut self, id: ScalarId, ty: Type) -> Value {
        match self.plan.symbols.scalars.0[id.0 as usize] {
            Scalar::Const(c) => self.constant(c.ty, c.bits),
            Scalar::Unary(op, a) => {
                let a = self.scalar(a, op.operand());
                self.emit(Op::Unary(op, a), op.result())
            }
            Scalar::Binary(op, a, b) => {
                let (a, b) = (self.scalar(a, op.operand()), self.scalar(b, op.operand()));
                self.emit(Op::Binary(op, a, b), op.result())
            }
            // What isn't one has been told apart before.
            Scalar::LiveIn(_) | Scalar::Trip(_) | Scalar::Returned(_) => match self.plan.symbols.value_of(id) {
                Some(value) => value,
                None => self.constant(ty, 0),
            },
        }
    }
}
