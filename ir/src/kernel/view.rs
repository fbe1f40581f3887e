//! One operation of the dialect as plain data, so that passes and emitters are exhaustive matches.

use super::ops;
use crate::lowered::{BinaryOp, Const, LoadKind, StoreKind, TernaryOp, UnaryOp};
use crate::region::{ReduceOp, ReturnRole};
use pliron::context::{Context, Ptr};
use pliron::operation::Operation;

/// What an operation does; its operands and successors are asked of the operation itself.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub enum View {
    /// The thread's index in a parallel dimension.
    Index(u32),
    /// A live-in.
    LiveIn(u32),
    /// A constant.
    Const(Const),
    /// An operator with one operand.
    Unary(UnaryOp),
    /// An operator with two operands.
    Binary(BinaryOp),
    /// An operator with three operands.
    Ternary(TernaryOp),
    /// The second operand if the first isn't zero, else the third.
    Select,
    /// The device address of a guest address within a footprint.
    Address(u32),
    /// The same within this footprint, for an access at an offset and of a width, or a bail.
    Checked {
        /// The footprint.
        space: u32,
        /// Bytes from the operand to the access.
        offset: u64,
        /// Bytes accessed.
        width: u32,
    },
    /// A load from the operand plus an offset.
    Load(LoadKind, u64),
    /// A store of the second operand to the first plus an offset.
    Store(StoreKind, u64),
    /// Combines the cell of so many bytes at the first operand plus an offset with the second operand.
    Update(ReduceOp, u32, u64),
    /// Continues at the successor.
    Jump,
    /// Continues at the first successor if the first operand isn't zero, else at the second.
    Branch,
    /// Continues at the successor that the first operand selects, past the end at the last one.
    Switch,
    /// Gives the launch up.
    Bail,
    /// Ends the thread.
    Return(Vec<ReturnRole>),
}

impl View {
    /// True if equal operands always give an equal result; where one bails, so does the other.
    pub fn is_function_of_operands(&self) -> bool {
        use View::*;
        match self {
            Index(_) | LiveIn(_) | Const(_) | Unary(_) | Binary(_) | Ternary(_) | Select => true,
            Address(_) | Checked { .. } => true,
            Load(..) | Store(..) | Update(..) | Jump | Branch | Switch | Bail | Return(_) => false,
        }
    }
}

/// What `op` does; `None` if it is no operation of the dialect, or one without its attributes.
pub fn view(ctx: &Context, op: Ptr<Operation>) -> Option<View> {
    if let Some(op) = Operation::get_op::<ops::Binary>(op, ctx) {
        return op.get_attr_twk_binary(ctx).map(|a| View::Binary(a.0));
    }
    if let Some(op) = Operation::get_op::<ops::Unary>(op, ctx) {
        return op.get_attr_twk_unary(ctx).map(|a| View::Unary(a.0));
    }
    if let Some(op) = Operation::get_op::<ops::Ternary>(op, ctx) {
        return op.get_attr_twk_ternary(ctx).map(|a| View::Ternary(a.0));
    }
    if let Some(op) = Operation::get_op::<ops::Const>(op, ctx) {
        return op.get_attr_twk_value(ctx).map(|a| View::Const(a.0));
    }
    if let Some(op) = Operation::get_op::<ops::Load>(op, ctx) {
        let offset = op.get_attr_twk_load_offset(ctx)?.0;
        return op.get_attr_twk_load(ctx).map(|a| View::Load(a.0, offset));
    }
    if let Some(op) = Operation::get_op::<ops::Store>(op, ctx) {
        let offset = op.get_attr_twk_store_offset(ctx)?.0;
        return op.get_attr_twk_store(ctx).map(|a| View::Store(a.0, offset));
    }
    if let Some(op) = Operation::get_op::<ops::Update>(op, ctx) {
        let offset = op.get_attr_twk_update_offset(ctx)?.0;
        let width = op.get_attr_twk_update_width(ctx)?.0 as u32;
        return op.get_attr_twk_update(ctx).map(|a| View::Update(a.0, width, offset));
    }
    if let Some(op) = Operation::get_op::<ops::Address>(op, ctx) {
        return op.get_attr_twk_space(ctx).map(|a| View::Address(a.0 as u32));
    }
    if let Some(op) = Operation::get_op::<ops::Checked>(op, ctx) {
        let (offset, width) = (op.get_attr_twk_checked_offset(ctx)?.0, op.get_attr_twk_checked_width(ctx)?.0 as u32);
        return op.get_attr_twk_checked_space(ctx).map(|a| View::Checked { space: a.0 as u32, offset, width });
    }
    if let Some(op) = Operation::get_op::<ops::Index>(op, ctx) {
        return op.get_attr_twk_dim(ctx).map(|a| View::Index(a.0 as u32));
    }
    if let Some(op) = Operation::get_op::<ops::LiveIn>(op, ctx) {
        return op.get_attr_twk_live_in(ctx).map(|a| View::LiveIn(a.0 as u32));
    }
    if let Some(op) = Operation::get_op::<ops::Return>(op, ctx) {
        return op.get_attr_twk_roles(ctx).map(|a| View::Return(a.0.clone()));
    }
    let plain = [
        (Operation::is_op::<ops::Select>(op, ctx), View::Select),
        (Operation::is_op::<ops::Jump>(op, ctx), View::Jump),
        (Operation::is_op::<ops::Branch>(op, ctx), View::Branch),
        (Operation::is_op::<ops::Switch>(op, ctx), View::Switch),
        (Operation::is_op::<ops::Bail>(op, ctx), View::Bail),
    ];
    plain.into_iter().find_map(|(is, view)| is.then_some(view))
}
