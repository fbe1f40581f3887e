//! Joins of two ways that one branch has parted.

use super::context::Context;
use super::shape::Shape;
use ir::lowered::{BlockId, Term, Value};

/// A parameter of a join: the first arm where the condition isn't zero, else the second.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Choice {
    /// The condition.
    pub cond: Value,
    /// The arms.
    pub arms: [Value; 2],
}

/// The branch that decides over which of two edges, given by the blocks they leave, control comes to `block`: the condition, the block that
/// branches, and whether the first edge is taken where the condition isn't zero.
pub fn parted(context: &Context<'_>, block: BlockId, edges: [BlockId; 2]) -> Option<(Value, BlockId, bool)> {
    let split = context.tree.above(block)?;
    let Term::Branch { cond, then, otherwise } = &context.func.block(split).term else { return None };
    let via = |from: BlockId, target: BlockId, other: BlockId| {
        let tree = &context.tree;
        let only = tree.predecessors[target.index()].len() == 1 && tree.dominates(target, from);
        target != other && (only || (from == split && target == block))
    };
    let [p, q] = edges;
    let straight = via(p, then.block, otherwise.block) && via(q, otherwise.block, then.block);
    let crossed = via(q, then.block, otherwise.block) && via(p, otherwise.block, then.block);
    (straight || crossed).then_some((*cond, split, straight))
}

/// What a parameter of a join is, if one branch decides it.
pub fn choice(context: &Context<'_>, shape: &Shape, block: BlockId, position: usize) -> Option<Choice> {
    let mut from = context.tree.predecessors[block.index()].clone();
    from.retain(|p| shape.inside.contains(p));
    let [p, q] = from[..] else { return None };
    if p == q {
        return None;
    }
    let arg = |from: BlockId| {
        let targets = context.func.block(from).term.targets();
        targets.into_iter().find(|t| t.block == block).map(|t| t.args[position])
    };
    let (a, b) = (arg(p)?, arg(q)?);
    let (cond, _, straight) = parted(context, block, [p, q])?;
    Some(Choice { cond, arms: if straight { [a, b] } else { [b, a] } })
}
