//! Branches that pick: `if (x < m) m = x` as the `select` that it is.
//!
//! Input are a function and a nest in it that carries a value, output is a copy of the function in which branches of the nest that only
//! choose between the two operands of their own comparison are selects; none if there is no such branch. Both ways lead to one join, through at
//! most one block each, in which nothing happens that an iteration couldn't do without: its operators neither trap nor touch
//! memory, and they move in front of the join. So the join receives what it received before, whichever way it was.
//!
//! Blocks that nothing leads to any more are emptied. Values and blocks keep their numbers, so what is recorded of the loop holds.

use crate::analysis::context::Context;
use crate::analysis::picks;
use crate::analysis::reduction::minimum;
use crate::analysis::shape::Shape;
use ir::lowered::{BlockId, Func, Inst, Op, Target, Term, Value};

/// Rewrites what can be.
pub fn convert(context: &Context<'_>, shape: &Shape) -> Option<Func> {
    let mut func: Option<Func> = None;
    for &split in &shape.body {
        let Some(diamond) = Diamond::at(context, shape, split) else { continue };
        diamond.close(func.get_or_insert_with(|| context.func.clone()));
    }
    func
}

/// A branch whose ways meet again at once.
struct Diamond {
    split: BlockId,
    cond: Value,
    join: BlockId,
    /// What the join receives on either way.
    args: [Vec<Value>; 2],
    /// The blocks on the ways.
    between: Vec<BlockId>,
}

impl Diamond {
    fn at(context: &Context<'_>, shape: &Shape, split: BlockId) -> Option<Diamond> {
        let Term::Branch { cond, then, otherwise } = &context.func.block(split).term else { return None };
        let mut between = Vec::new();
        let [then, otherwise] = [then, otherwise].map(|target| {
            let through = passed(context, shape, target);
            between.extend(through.map(|_| target.block));
            through.unwrap_or(target)
        });
        let meet = then.block == otherwise.block && then.block != shape.header && shape.inside.contains(&then.block);
        let picks = |(&a, &b): (&Value, &Value)| {
            a != b && (picks::is_pick(context, *cond, a, b) || minimum(context, *cond, a, b).is_some())
        };
        let fits = meet && then.args.iter().zip(&otherwise.args).any(picks);
        let args = [then.args.clone(), otherwise.args.clone()];
        fits.then_some(Diamond { split, cond: *cond, join: then.block, args, between })
    }

    fn close(self, func: &mut Func) {
        let Diamond { split, cond, join, args: [then, otherwise], between } = self;
        for block in between {
            let moved = std::mem::take(&mut func.block_mut(block).insts);
            func.block_mut(block).term = Term::Unreachable;
            func.block_mut(split).insts.extend(moved);
        }
        let choose = |(if_true, if_false): (Value, Value)| {
            if if_true == if_false {
                return if_true;
            }
            let ty = func.ty(if_true);
            func.push(split, Op::Select { cond, if_true, if_false }, ty, 0)
        };
        let args = then.into_iter().zip(otherwise).map(choose).collect();
        func.block_mut(split).term = Term::Jump(Target { block: join, args });
    }
}

/// Where a block leads that does nothing of its own, if only one edge leads to it.
fn passed<'c>(context: &'c Context<'_>, shape: &Shape, target: &Target) -> Option<&'c Target> {
    let block = context.func.block(target.block);
    let harmless = |inst: &Inst| {
        let memory = matches!(inst.op, Op::Load { .. } | Op::Store { .. } | Op::Gather { .. } | Op::Update { .. });
        inst.result.is_some() && !memory && !inst.op.can_trap() && !matches!(inst.op, Op::Foreign(_) | Op::GlobalGet(_))
    };
    let alone = context.tree.predecessors[target.block.index()].len() == 1 && block.params.is_empty();
    match &block.term {
        Term::Jump(next) if alone && shape.inside.contains(&target.block) && block.insts.iter().all(harmless) => {
            Some(next)
        }
        _ => None,
    }
}
