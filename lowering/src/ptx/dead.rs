//! Dead code: operations and block arguments that nothing needs.
//!
//! Needed are stores and updates, terminators with what they decide on or return, and operators and checks that may bail; then, of whatever is
//! needed, the operands, and of a needed block argument the value that each edge passes for it. All the rest goes at
//! once, cycles of block arguments that only feed each other included. (pliron's own pass leaves those, and fails on a
//! dead argument that it meets twice.)
//!
//! Soundness: what goes has neither an effect nor a needed use. Loads go as well, because guards have made every
//! address valid; the check of a load that nobody uses stays, because an address outside of the memory traps.

use ir::kernel::view::{View, view};
use pliron::basic_block::BasicBlock;
use pliron::builtin::op_interfaces::BranchOpInterface;
use pliron::context::{Context, Ptr};
use pliron::irbuild::IRStatus;
use pliron::linked_list::ContainsLinkedList;
use pliron::op::op_cast;
use pliron::operation::Operation;
use pliron::result::Result;
use pliron::value::{DefiningEntity, Value};
use std::collections::HashSet;

/// Removes what nothing within `kernel` needs.
pub(super) fn run(kernel: Ptr<Operation>, ctx: &mut Context) -> Result<IRStatus> {
    let region = kernel.deref(ctx).get_region(0);
    let blocks: Vec<Ptr<BasicBlock>> = region.deref(ctx).iter(ctx).collect();
    let needed = needed(ctx, &blocks);
    let args = remove_arguments(ctx, &blocks, &needed);
    let operations = remove_operations(ctx, &blocks, &needed);
    Ok(if args || operations { IRStatus::Changed } else { IRStatus::Unchanged })
}

fn operations(ctx: &Context, blocks: &[Ptr<BasicBlock>]) -> Vec<Ptr<Operation>> {
    blocks.iter().flat_map(|block| block.deref(ctx).iter(ctx).collect::<Vec<_>>()).collect()
}

/// True if the operation is needed whatever becomes of its result.
fn has_effect(ctx: &Context, operation: Ptr<Operation>) -> bool {
    use View::*;
    match view(ctx, operation) {
        Some(Index(_) | LiveIn(_) | Const(_) | Ternary(_) | Select | Address(_) | Load(..)) => false,
        Some(Unary(op)) => op.can_trap(),
        Some(Binary(op)) => op.can_trap(),
        Some(Store(..) | Update(..) | Checked { .. } | Jump | Branch | Switch | Bail | Return(_)) | None => true,
    }
}

/// Every needed value.
fn needed(ctx: &Context, blocks: &[Ptr<BasicBlock>]) -> HashSet<Value> {
    let mut pending: Vec<Value> = Vec::new();
    for operation in operations(ctx, blocks).into_iter().filter(|&op| has_effect(ctx, op)) {
        let own = own_operands(ctx, operation);
        pending.extend(operation.deref(ctx).operands().take(own));
    }
    let mut needed = HashSet::new();
    while let Some(value) = pending.pop() {
        if !needed.insert(value) {
            continue;
        }
        match value.defining_entity() {
            DefiningEntity::Op(operation) => pending.extend(operation.deref(ctx).operands()),
            DefiningEntity::Block(block) => pending.extend(passed(ctx, block, value.find_index(ctx))),
        }
    }
    needed
}

/// The number of operands that an operation doesn't pass on to a successor: they come first.
fn own_operands(ctx: &Context, operation: Ptr<Operation>) -> usize {
    let all = operation.deref(ctx).get_num_operands();
    let op = Operation::get_op_dyn(operation, ctx);
    let Some(branch) = op_cast::<dyn BranchOpInterface>(&*op) else { return all };
    let successors = operation.deref(ctx).get_num_successors();
    all - (0..successors).map(|i| branch.successor_operand_range(ctx, i).len()).sum::<usize>()
}

/// The value that each edge to `block` passes for its argument `arg`.
fn passed(ctx: &Context, block: Ptr<BasicBlock>, arg: usize) -> Vec<Value> {
    let mut values = Vec::new();
    for edge in block.uses(ctx) {
        let op = Operation::get_op_dyn(edge.user_op(), ctx);
        if let Some(branch) = op_cast::<dyn BranchOpInterface>(&*op) {
            let operand = branch.successor_operand_range(ctx, edge.find_index(ctx)).start + arg;
            values.push(edge.user_op().deref(ctx).get_operand(operand));
        }
    }
    values
}

/// Takes arguments that aren't needed from their blocks and from every edge.
fn remove_arguments(ctx: &mut Context, blocks: &[Ptr<BasicBlock>], needed: &HashSet<Value>) -> bool {
    let mut dead: Vec<(Ptr<BasicBlock>, usize)> = Vec::new();
    for &block in blocks {
        let args = block.deref(ctx).get_num_arguments();
        // The last first, so that the others keep their places.
        dead.extend(
            (0..args).rev().filter(|&i| !needed.contains(&block.deref(ctx).get_argument(i))).map(|i| (block, i)),
        );
    }
    for &(block, arg) in &dead {
        for edge in block.uses(ctx) {
            let successor = edge.find_index(ctx);
            let op = Operation::get_op_dyn(edge.user_op(), ctx);
            if let Some(branch) = op_cast::<dyn BranchOpInterface>(&*op) {
                branch.remove_successor_operand(ctx, successor, arg);
            }
        }
    }
    // An argument may still be an operand of operations that go as well.
    let doomed = dead_operations(ctx, blocks, needed);
    doomed.iter().for_each(|&operation| Operation::drop_all_uses(operation, ctx));
    for &(block, arg) in &dead {
        BasicBlock::remove_argument(block, ctx, arg);
    }
    !dead.is_empty()
}

fn dead_operations(ctx: &Context, blocks: &[Ptr<BasicBlock>], needed: &HashSet<Value>) -> Vec<Ptr<Operation>> {
    let is_dead = |&operation: &Ptr<Operation>| {
        !has_effect(ctx, operation) && operation.deref(ctx).results().all(|result| !needed.contains(&result))
    };
    operations(ctx, blocks).into_iter().filter(is_dead).collect()
}

fn remove_operations(ctx: &mut Context, blocks: &[Ptr<BasicBlock>], needed: &HashSet<Value>) -> bool {
    let dead = dead_operations(ctx, blocks, needed);
    dead.iter().for_each(|&operation| Operation::drop_all_uses(operation, ctx));
    dead.iter().for_each(|&operation| Operation::erase(operation, ctx));
    !dead.is_empty()
}
