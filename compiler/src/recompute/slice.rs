//! Whether a value of an earlier iteration can be computed again, and of what.

use super::{MAX_COPIES, MAX_DELAY, Plan};
use crate::analysis::affine::{Lin, Sym};
use crate::analysis::arms::{Choice, choice};
use crate::analysis::context::Def;
use ir::lowered::{Op, Value};
use ir::region::{Scalar, ScalarId};
use std::collections::HashSet;

/// Operators that a step is made of, one inside another.
const MAX_STEP: u32 = 4;

/// What a value is made of.
pub(super) enum Made<'a> {
    /// It comes from outside of the loop.
    Outside,
    /// A header parameter that changes by this much per iteration.
    Induction(Lin),
    /// A header parameter that receives this.
    Carried(Value),
    /// An operation.
    Op(&'a Op),
    /// A join of two ways.
    Choice(Choice),
}

/// What a copy is like.
#[derive(Default)]
struct Trace {
    seen: HashSet<(Value, u32)>,
    copies: usize,
    /// It loads or may trap.
    acts: bool,
}

impl<'a> Plan<'a> {
    /// True if what a parameter receives can be computed again in the next iteration.
    pub(super) fn can_repeat(&self, param: Value) -> bool {
        let (_, next) = self.carried[&param];
        self.trace(&mut Trace::default(), next, 1, true).is_some()
    }

    /// True if a copy of what a parameter received `delay` iterations ago loads, or may trap, so that it must not run where there was no such
    /// iteration.
    pub(super) fn acts(&self, next: Value, delay: u32) -> bool {
        let mut trace = Trace::default();
        self.trace(&mut trace, next, delay, true).is_none() || trace.acts
    }

    /// True if what a parameter begins with is what an iteration before the first would have given it: by its form, which is
    /// the same at every iteration number if it has no conditions.
    pub(super) fn begins_alike(&self, start: Value, next: Value) -> bool {
        let form = self.inductions.forms.forms.get(&next).filter(|form| form.is_known() && form.duties.is_empty());
        let Some(form) = form.filter(|form| form.steps.keys().all(|&l| l == 0)) else { return false };
        let earlier = form.start.add_scaled(&form.step(0), u64::MAX);
        self.symbols.known_lin(start).is_some_and(|start| start == earlier)
    }

    /// What a value is made of, if a copy of it can be.
    pub(super) fn made(&self, value: Value) -> Option<Made<'a>> {
        let (context, shape) = (self.context, &self.shape);
        if !shape.defines(context, value) {
            return Some(Made::Outside);
        }
        match context.defs[value.index()] {
            Def::Inst(block, i) => {
                // A loop inside would have to be copied as a whole.
                (shape.home[&block] == 0).then(|| Made::Op(&context.func.block(block).insts[i as usize].op))
            }
            Def::Param(block, _) if block == shape.header => match self.inductions.forms.forms.get(&value) {
                Some(form) => {
                    let step = form.step(0);
                    (form.is_known() && self.can_write(&step)).then_some(Made::Induction(step))
                }
                None => self.carried.get(&value).map(|&(_, next)| Made::Carried(next)),
            },
            Def::Param(block, position) => {
                let joins = shape.home[&block] == 0;
                joins.then(|| choice(context, shape, block, position as usize).map(Made::Choice)).flatten()
            }
            Def::Nowhere => None,
        }
    }

    /// The offset of the operator that makes a value.
    pub(super) fn place(&self, value: Value) -> u32 {
        match self.context.defs[value.index()] {
            Def::Inst(block, i) => self.context.func.block(block).insts[i as usize].at,
            Def::Param(..) | Def::Nowhere => 0,
        }
    }

    /// Follows a value of `delay` iterations ago; `always` says that every complete iteration computes it.
    fn trace(&self, trace: &mut Trace, value: Value, delay: u32, always: bool) -> Option<()> {
        if delay > MAX_DELAY || !trace.seen.insert((value, delay)) {
            return (delay <= MAX_DELAY).then_some(());
        }
        let made = self.made(value)?;
        if !matches!(made, Made::Outside) {
            trace.copies += 1;
        }
        if trace.copies > MAX_COPIES {
            return None;
        }
        match made {
            Made::Outside | Made::Induction(_) => Some(()),
            Made::Carried(next) => self.trace(trace, next, delay + 1, true),
            Made::Choice(Choice { cond, arms: [a, b] }) => {
                self.trace(trace, cond, delay, always)?;
                self.trace(trace, a, delay, false)?;
                self.trace(trace, b, delay, false)
            }
            Made::Op(op) => {
                let home = self.context.home(value)?;
                let always = always && self.context.tree.dominates(home, self.shape.latch);
                self.check(op, always)?;
                trace.acts |= op.can_trap() || matches!(op, Op::Load { .. });
                let mut operands = Vec::new();
                op.for_each_use(|v| operands.push(v));
                operands.into_iter().try_for_each(|v| self.trace(trace, v, delay, always))
            }
        }
    }

    /// An operator that some iterations don't run is run for nothing there, so it must be one that can be.
    fn check(&self, op: &Op, always: bool) -> Option<()> {
        let fits = match *op {
            Op::Load { addr, .. } => always || self.inductions.forms.forms.contains_key(&addr),
            Op::Store { .. } | Op::GlobalGet(_) | Op::GlobalSet(..) => false,
            Op::Foreign(_) | Op::ForeignResult | Op::Gather { .. } => false,
            ref op => always || !op.can_trap(),
        };
        fits.then_some(())
    }

    fn can_write(&self, lin: &Lin) -> bool {
        lin.terms.keys().all(|sym| match sym {
            Sym::Scalar(id) => self.can_write_scalar(*id, MAX_STEP),
            Sym::Value(_) => false,
        })
    }

    fn can_write_scalar(&self, id: ScalarId, depth: u32) -> bool {
        let Some(depth) = depth.checked_sub(1) else { return false };
        match self.symbols.scalars.0[id.0 as usize] {
            Scalar::Const(_) => true,
            Scalar::LiveIn(_) => self.symbols.value_of(id).is_some(),
            Scalar::Unary(op, a) => !op.can_trap() && self.can_write_scalar(a, depth),
            Scalar::Binary(op, a, b) => {
                !op.can_trap() && self.can_write_scalar(a, depth) && self.can_write_scalar(b, depth)
            }
            Scalar::Trip(_) | Scalar::Returned(_) => false,
        }
    }
}
