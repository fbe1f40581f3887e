//! What operations are worth on constants, and where branches on them lead: what pliron's constant propagation and
//! control flow simplification ask.
//!
//! Soundness: constants are folded with `lowered::eval`, the definition of every operator; one that traps on its operands
//! is not folded, so that it still bails.

use super::attributes::{ConstAttr, constant};
use super::ops::{Binary, Branch, Const, Jump, Select, Switch, Ternary, Unary};
use crate::lowered::{self, Type, eval};
use pliron::attribute::AttrObj;
use pliron::basic_block::BasicBlock;
use pliron::builtin::op_interfaces::BranchOpInterface;
use pliron::context::{Context, Ptr};
use pliron::derive::op_interface_impl;
use pliron::irbuild::IRStatus;
use pliron::irbuild::rewriter::Rewriter;
use pliron::op::Op;
use pliron::opts::constants::{BranchOpFoldInterface, ConstFoldInterface};

macro_rules! const_fold {
    ($op:ident, |$this:ident, $ctx:ident, $known:ident| $value:expr) => {
        #[op_interface_impl]
        impl ConstFoldInterface for $op {
            fn check_fold(&self, $ctx: &Context, operands: &[Option<AttrObj>]) -> Vec<Option<AttrObj>> {
                let $this = self;
                let $known = |index: usize| constant(operands.get(index).and_then(Option::as_ref));
                let value: Option<lowered::Const> = $value;
                vec![value.map(|value| Box::new(ConstAttr(value)) as AttrObj)]
            }

            fn fold_in_place(
                &self,
                ctx: &mut Context,
                operands: &[Option<AttrObj>],
                rewriter: &mut dyn Rewriter,
            ) -> IRStatus {
                self.fold_with_materialization(ctx, operands, rewriter)
            }
        }
    };
}

const_fold!(Unary, |this, ctx, known| {
    let operator = this.get_attr_twk_unary(ctx).map(|a| a.0);
    let value = operator.zip(known(0)).and_then(|(op, a)| eval::unary(op, a.bits).ok());
    operator.zip(value).map(|(op, bits)| lowered::Const { ty: op.result(), bits })
});

const_fold!(Binary, |this, ctx, known| {
    let operator = this.get_attr_twk_binary(ctx).map(|a| a.0);
    let operands = known(0).zip(known(1));
    let value = operator.zip(operands).and_then(|(op, (a, b))| eval::binary(op, a.bits, b.bits).ok());
    operator.zip(value).map(|(op, bits)| lowered::Const { ty: op.result(), bits })
});

const_fold!(Ternary, |this, ctx, known| {
    let operator = this.get_attr_twk_ternary(ctx).map(|a| a.0);
    let operands = known(0).zip(known(1)).zip(known(2)).map(|((a, b), c)| [a, b, c].map(|operand| operand.bits));
    let value = operator.zip(operands).map(|(op, operands)| (op.result(), eval::ternary(op, operands)));
    value.map(|(ty, bits)| lowered::Const { ty, bits })
});

const_fold!(Select, |_this, _ctx, known| known(0).and_then(|cond| known(if cond.bits != 0 { 1 } else { 2 })));

/// A constant is worth itself and needs no folding.
#[op_interface_impl]
impl ConstFoldInterface for Const {
    fn check_fold(&self, ctx: &Context, _: &[Option<AttrObj>]) -> Vec<Option<AttrObj>> {
        vec![self.get_attr_twk_value(ctx).map(|value| Box::new(*value) as AttrObj)]
    }

    fn fold_in_place(&self, _: &mut Context, _: &[Option<AttrObj>], _: &mut dyn Rewriter) -> IRStatus {
        IRStatus::Unchanged
    }
}

/// The only successor that a known first operand leaves.
fn decided(successors: usize, is_switch: bool, operands: &[Option<AttrObj>]) -> Option<usize> {
    let value = constant(operands.first().and_then(Option::as_ref)).filter(|c| c.ty == Type::I32)?.bits;
    if is_switch { Some((value as usize).min(successors - 1)) } else { Some((value == 0) as usize) }
}

macro_rules! branch_fold {
    ($op:ident, $is_switch:literal) => {
        #[op_interface_impl]
        impl BranchOpFoldInterface for $op {
            fn check_fold(&self, ctx: &Context, operands: &[Option<AttrObj>]) -> Vec<Ptr<BasicBlock>> {
                let operation = self.get_operation();
                let operation = operation.deref(ctx);
                match decided(operation.get_num_successors(), $is_switch, operands) {
                    Some(successor) => vec![operation.get_successor(successor)],
                    None => operation.successors().collect(),
                }
            }

            fn fold_in_place(
                &self,
                ctx: &mut Context,
                operands: &[Option<AttrObj>],
                rewriter: &mut dyn Rewriter,
            ) -> IRStatus {
                let operation = self.get_operation();
                let successors = operation.deref(ctx).get_num_successors();
                let Some(successor) = decided(successors, $is_switch, operands) else {
                    return IRStatus::Unchanged;
                };
                let target = operation.deref(ctx).get_successor(successor);
                let args = self.successor_operands(ctx, successor);
                let jump = Jump::new(ctx, target, args);
                rewriter.append_op(ctx, &jump);
                rewriter.erase_operation(ctx, operation);
                IRStatus::Changed
            }
        }
    };
}

branch_fold!(Branch, false);
branch_fold!(Switch, true);

#[op_interface_impl]
impl BranchOpFoldInterface for Jump {
    fn check_fold(&self, ctx: &Context, _: &[Option<AttrObj>]) -> Vec<Ptr<BasicBlock>> {
        self.get_operation().deref(ctx).successors().collect()
    }

    fn fold_in_place(&self, _: &mut Context, _: &[Option<AttrObj>], _: &mut dyn Rewriter) -> IRStatus {
        IRStatus::Unchanged
    }
}
