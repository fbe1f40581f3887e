//! Common subexpressions: one computation for equal operations on equal operands.
//!
//! An operation is replaced by an equal one that dominates it and is a function of its operands: nothing with a memory
//! access is. An operator that bails may go as well, because where the earlier one didn't bail, the later one doesn't.

use ir::kernel::view::{View, view};
use pliron::basic_block::BasicBlock;
use pliron::context::{Context, Ptr};
use pliron::graph::dominance::DomInfo;
use pliron::irbuild::IRStatus;
use pliron::linked_list::ContainsLinkedList;
use pliron::operation::Operation;
use pliron::result::Result;
use pliron::value::Value;
use std::collections::HashMap;

/// Equal operations kept per expression; beyond them the search for a dominating one isn't worth its time.
const CANDIDATES: usize = 16;

/// An operation and its operands.
type Expression = (View, Vec<Value>);

/// Merges equal expressions within `kernel`.
pub(super) fn run(kernel: Ptr<Operation>, ctx: &mut Context) -> Result<IRStatus> {
    let region = kernel.deref(ctx).get_region(0);
    let blocks: Vec<Ptr<BasicBlock>> = region.deref(ctx).iter(ctx).collect();
    let mut dominance = DomInfo::default();
    let mut known: HashMap<Expression, Vec<(Ptr<BasicBlock>, Value)>> = HashMap::new();
    let mut status = IRStatus::Unchanged;
    for block in blocks {
        let operations: Vec<Ptr<Operation>> = block.deref(ctx).iter(ctx).collect();
        for operation in operations {
            let Some(view) = view(ctx, operation).filter(View::is_function_of_operands) else { continue };
            let operands: Vec<Value> = operation.deref(ctx).operands().collect();
            let result = operation.deref(ctx).get_result(0);
            let candidates = known.entry((view, operands)).or_default();
            // Blocks are visited one by one, so an equal operation of the same block stands earlier in it.
            let earlier = candidates
                .iter()
                .find(|(home, _)| *home == block || dominance.block_strictly_dominates_block(ctx, *home, block));
            match earlier {
                Some(&(_, value)) => {
                    result.replace_all_uses_with(ctx, &value);
                    Operation::erase(operation, ctx);
                    status = IRStatus::Changed;
                }
                None if candidates.len() < CANDIDATES => candidates.push((block, result)),
                None => {}
            }
        }
    }
    Ok(status)
}
