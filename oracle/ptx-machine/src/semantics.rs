//! What each operation computes, on bits.
//!
//! Values travel as `u64` with the value in the low bits and zeros above; predicates are 0 or 1. Each lookup returns the
//! function of one operation at one type, or nothing where PTX has no such instruction; the parser's idea of which
//! types an operation takes comes from here. Functions are total: where PTX leaves a result open they ask [`Junk`].

pub(crate) mod convert;
mod float;
mod integer;
mod junk;

pub(crate) use junk::Junk;

use crate::ast::{AtomicOp, BinaryOp, Class, Comparison, TernaryOp, Type, UnaryOp};

pub(crate) type Unary = fn(u64, &mut Junk) -> u64;
pub(crate) type Binary = fn(u64, u64, &mut Junk) -> u64;
pub(crate) type Ternary = fn(u64, u64, u64, &mut Junk) -> u64;
pub(crate) type Compare = fn(u64, u64) -> bool;
/// Old value and up to two operands to the new value.
pub(crate) type Update = fn(u64, u64, u64) -> u64;

/// The function of a one-source operation.
pub(crate) fn unary(op: UnaryOp, ty: Type) -> Option<Unary> {
    match ty.class() {
        Class::Float => float::unary(op, ty),
        _ => integer::unary(op, ty),
    }
}

/// The function of a two-source operation.
pub(crate) fn binary(op: BinaryOp, ty: Type) -> Option<Binary> {
    match ty.class() {
        Class::Float => float::binary(op, ty),
        Class::Integer => integer::arithmetic(op, ty),
        Class::Bits | Class::Predicate => integer::bitwise(op, ty),
    }
}

/// The function of a three-source operation.
pub(crate) fn ternary(op: TernaryOp, ty: Type) -> Option<Ternary> {
    match ty.class() {
        Class::Float => float::ternary(op, ty),
        _ => integer::ternary(op, ty),
    }
}

/// The function of a comparison.
pub(crate) fn comparison(op: Comparison, ty: Type) -> Option<Compare> {
    match ty.class() {
        Class::Float => float::comparison(op, ty),
        _ => integer::comparison(op, ty),
    }
}

/// The function of an atomic update.
pub(crate) fn atomic(op: AtomicOp, ty: Type) -> Option<Update> {
    integer::atomic(op, ty)
}

/// Type of the result of a one-source operation on `ty`.
pub(crate) fn unary_result(op: UnaryOp, ty: Type) -> Type {
    match op {
        UnaryOp::Clz | UnaryOp::Popc => Type::U32,
        _ => ty,
    }
}

/// Types of the result and of the second source of a two-source operation on `ty`.
pub(crate) fn binary_types(op: BinaryOp, ty: Type) -> Option<(Type, Type)> {
    Some(match op {
        BinaryOp::MulWide => (ty.widened()?, ty),
        BinaryOp::Shl | BinaryOp::Shr => (ty, Type::U32),
        _ => (ty, ty),
    })
}

/// Types of the result and of the third source of a three-source operation on `ty`.
pub(crate) fn ternary_types(op: TernaryOp, ty: Type) -> Option<(Type, Type)> {
    Some(match op {
        TernaryOp::MadWide => (ty.widened()?, ty.widened()?),
        TernaryOp::ShfLeftWrap | TernaryOp::ShfRightWrap => (ty, Type::U32),
        _ => (ty, ty),
    })
}
