//! Single PTX instructions: what they say, by their operation and type alone.

use super::lift::{Compare, Order};
use super::poly::Poly;
use ptx_machine::ast::{AtomicOp, BinaryOp, Comparison, Instruction, Operand, Operation, TernaryOp, Type};

/// What `setp` says of integers.
pub(super) fn said(comparison: Comparison, ty: Type, a: &Poly, b: &Poly) -> Option<Compare> {
    let (order, signed, swapped) = match comparison {
        Comparison::Eq => (Order::Eq, false, false),
        Comparison::Ne => (Order::Ne, false, false),
        Comparison::Lt => (Order::Lt, ty.is_signed(), false),
        Comparison::Le => (Order::Le, ty.is_signed(), false),
        Comparison::Gt => (Order::Lt, ty.is_signed(), true),
        Comparison::Ge => (Order::Le, ty.is_signed(), true),
        Comparison::Lo => (Order::Lt, false, false),
        Comparison::Ls => (Order::Le, false, false),
        Comparison::Hi => (Order::Lt, false, true),
        Comparison::Hs => (Order::Le, false, true),
        _ => return None,
    };
    let (a, b) = if swapped { (b, a) } else { (a, b) };
    Some(Compare { order, signed, bits: ty.bits(), a: a.clone(), b: b.clone() })
}

/// True for `red.or` of a literal 1 to a word: the one way to raise the bail flag, which nothing lowers.
pub(super) fn raises(instruction: &Instruction<'_>) -> bool {
    let is_or = matches!(instruction.operation, Operation::Reduce(AtomicOp::Or, ty) if ty.bits() == 32);
    is_or && instruction.operands.last() == Some(&Operand::Integer(1))
}

/// The width in bits of what an instruction computes, where it is understood at all.
pub(super) fn result_width(operation: Operation) -> Option<u32> {
    Some(match operation {
        Operation::Binary(BinaryOp::MulWide, ty) | Operation::Ternary(TernaryOp::MadWide, ty) => 2 * ty.bits(),
        Operation::Move(ty)
        | Operation::LoadParam(ty)
        | Operation::Unary(_, ty)
        | Operation::Binary(_, ty)
        | Operation::Ternary(_, ty) => ty.bits(),
        Operation::Convert(conversion) => conversion.to.bits(),
        Operation::ToGlobal => 64,
        _ => return None,
    })
}
