//! Opcode, modifiers and types to an [`Operation`]: the list of instructions that the machine knows.
//!
//! Input is the opcode split at its dots. Anything not spelled out here is refused, so that a modifier can never be
//! ignored. Which types an arithmetic operation takes is asked of [`crate::semantics`]: an operation is in the language
//! if and only if it has a meaning there.

use crate::ast::{
    AtomicOp, BinaryOp, Class, Combine, Comparison, Conversion, Operation, Rounding, TernaryOp, Type, UnaryOp,
};
use crate::semantics;

/// The operation written as `parts`, opcode first.
pub(super) fn operation(parts: &[&str]) -> Option<Operation> {
    match *parts {
        ["bra"] | ["bra", "uni"] => Some(Operation::Branch),
        ["exit"] | ["ret"] => Some(Operation::Exit),
        ["bar", "sync"] => Some(Operation::Barrier),
        ["mov", ty] => typed(ty, |ty| ty.bits() != 8).map(Operation::Move),
        ["selp", ty] => typed(ty, |ty| ty.bits() >= 16).map(Operation::Select),
        ["cvta", "to", "global", "u64"] => Some(Operation::ToGlobal),
        ["ld", ..] | ["st", ..] => access(parts),
        ["setp", ..] => comparison(&parts[1..]),
        ["cvt", ..] => conversion(&parts[1..]),
        ["atom", "global", ..] => atomic(&parts[2..], Operation::Atomic),
        ["red", "global", ..] => atomic(&parts[2..], Operation::Reduce),
        _ => unary(parts).or_else(|| binary(parts)).or_else(|| ternary(parts)),
    }
}

/// Whether `parts` is a float add, sub or mul without a rounding, which ptxas is free to fuse.
pub(super) fn may_fuse(parts: &[&str]) -> bool {
    matches!(parts, ["add" | "sub" | "mul", "f32" | "f64"])
}

/// Compute capability that the operation needs beyond what the whole subset assumes.
pub(super) fn needed_target(operation: Operation) -> u32 {
    match operation {
        Operation::Binary(BinaryOp::MinNan | BinaryOp::MaxNan, _) => 80,
        _ => 0,
    }
}

fn typed(name: &str, accept: impl Fn(Type) -> bool) -> Option<Type> {
    Type::from_name(name).filter(|ty| accept(*ty))
}

fn access(parts: &[&str]) -> Option<Operation> {
    let (ty, parts) = parts.split_last()?;
    let ty = typed(ty, |ty| ty != Type::Pred)?;
    let (lanes, parts) = match parts.split_last()? {
        (&"v2", parts) => (2, parts),
        (&"v4", parts) => (4, parts),
        _ => (1, parts),
    };
    if u32::from(lanes) * ty.bits() > 128 {
        return None;
    }
    match (parts, lanes) {
        (["ld", "param"], 1) => Some(Operation::LoadParam(ty)),
        (["ld", "global"], _) => Some(Operation::Load { non_coherent: false, lanes, ty }),
        (["ld", "global", "nc"], _) => Some(Operation::Load { non_coherent: true, lanes, ty }),
        (["st", "global"], _) => Some(Operation::Store { lanes, ty }),
        _ => None,
    }
}

fn unary(parts: &[&str]) -> Option<Operation> {
    let (op, ty) = match *parts {
        ["not", ty] => (UnaryOp::Not, ty),
        ["neg", ty] => (UnaryOp::Neg, ty),
        ["abs", ty] => (UnaryOp::Abs, ty),
        ["clz", ty] => (UnaryOp::Clz, ty),
        ["popc", ty] => (UnaryOp::Popc, ty),
        ["brev", ty] => (UnaryOp::Brev, ty),
        ["sqrt", "rn", ty] => (UnaryOp::Sqrt, ty),
        _ => return None,
    };
    let ty = Type::from_name(ty)?;
    semantics::unary(op, ty).map(|_| Operation::Unary(op, ty))
}

fn binary(parts: &[&str]) -> Option<Operation> {
    let (op, ty, rounded) = match *parts {
        ["add", "rn", ty] => (BinaryOp::Add, ty, true),
        ["sub", "rn", ty] => (BinaryOp::Sub, ty, true),
        ["mul", "rn", ty] => (BinaryOp::MulLo, ty, true),
        ["div", "rn", ty] => (BinaryOp::Div, ty, true),
        ["add", ty] => (BinaryOp::Add, ty, false),
        ["sub", ty] => (BinaryOp::Sub, ty, false),
        ["mul", "lo", ty] => (BinaryOp::MulLo, ty, false),
        ["mul", "hi", ty] => (BinaryOp::MulHi, ty, false),
        ["mul", "wide", ty] => (BinaryOp::MulWide, ty, false),
        ["div", ty] => (BinaryOp::Div, ty, false),
        ["rem", ty] => (BinaryOp::Rem, ty, false),
        ["min", ty] => (BinaryOp::Min, ty, false),
        ["max", ty] => (BinaryOp::Max, ty, false),
        ["min", "NaN", ty] => (BinaryOp::MinNan, ty, false),
        ["max", "NaN", ty] => (BinaryOp::MaxNan, ty, false),
        ["and", ty] => (BinaryOp::And, ty, false),
        ["or", ty] => (BinaryOp::Or, ty, false),
        ["xor", ty] => (BinaryOp::Xor, ty, false),
        ["shl", ty] => (BinaryOp::Shl, ty, false),
        ["shr", ty] => (BinaryOp::Shr, ty, false),
        ["copysign", ty] => (BinaryOp::CopySign, ty, false),
        _ => return None,
    };
    let ty = Type::from_name(ty)?;
    let arithmetic = matches!(op, BinaryOp::Add | BinaryOp::Sub | BinaryOp::MulLo | BinaryOp::Div);
    if arithmetic && rounded != ty.is_float() {
        return None;
    }
    semantics::binary(op, ty).map(|_| Operation::Binary(op, ty))
}

fn ternary(parts: &[&str]) -> Option<Operation> {
    let (op, ty) = match *parts {
        ["mad", "lo", ty] => (TernaryOp::MadLo, ty),
        ["mad", "wide", ty] => (TernaryOp::MadWide, ty),
        ["fma", "rn", ty] => (TernaryOp::Fma, ty),
        ["shf", "l", "wrap", ty] => (TernaryOp::ShfLeftWrap, ty),
        ["shf", "r", "wrap", ty] => (TernaryOp::ShfRightWrap, ty),
        _ => return None,
    };
    let ty = Type::from_name(ty)?;
    semantics::ternary(op, ty).map(|_| Operation::Ternary(op, ty))
}

fn comparison(parts: &[&str]) -> Option<Operation> {
    let (comparison, combine, ty) = match *parts {
        [comparison, ty] => (comparison, None, ty),
        [comparison, "and", ty] => (comparison, Some(Combine::And), ty),
        [comparison, "or", ty] => (comparison, Some(Combine::Or), ty),
        [comparison, "xor", ty] => (comparison, Some(Combine::Xor), ty),
        _ => return None,
    };
    let comparison = match comparison {
        "eq" => Comparison::Eq,
        "ne" => Comparison::Ne,
        "lt" => Comparison::Lt,
        "le" => Comparison::Le,
        "gt" => Comparison::Gt,
        "ge" => Comparison::Ge,
        "lo" => Comparison::Lo,
        "ls" => Comparison::Ls,
        "hi" => Comparison::Hi,
        "hs" => Comparison::Hs,
        "equ" => Comparison::Equ,
        "neu" => Comparison::Neu,
        "ltu" => Comparison::Ltu,
        "leu" => Comparison::Leu,
        "gtu" => Comparison::Gtu,
        "geu" => Comparison::Geu,
        "num" => Comparison::Num,
        "nan" => Comparison::Nan,
        _ => return None,
    };
    let ty = Type::from_name(ty)?;
    semantics::comparison(comparison, ty).map(|_| Operation::Compare(comparison, combine, ty))
}

/// Integer to integer and f32 to f64 are exact and take no rounding; every other conversion must name one, an integer
/// rounding where the result is an integer or the format stays the same.
fn conversion(parts: &[&str]) -> Option<Operation> {
    let (rounding, to, from) = match *parts {
        [to, from] => (None, to, from),
        [rounding, to, from] => (Some(rounding), to, from),
        _ => return None,
    };
    let numeric = |ty: Type| matches!(ty.class(), Class::Integer | Class::Float);
    let (to, from) = (typed(to, numeric)?, typed(from, numeric)?);
    let exact = !to.is_float() && !from.is_float() || (to, from) == (Type::F64, Type::F32);
    let to_integer = !to.is_float() || to == from;
    let rounding = match (exact, to_integer, rounding) {
        (true, _, None) => Rounding::Nearest,
        (false, true, Some("rni")) | (false, false, Some("rn")) => Rounding::Nearest,
        (false, true, Some("rzi")) | (false, false, Some("rz")) => Rounding::Zero,
        (false, true, Some("rmi")) | (false, false, Some("rm")) => Rounding::Down,
        (false, true, Some("rpi")) | (false, false, Some("rp")) => Rounding::Up,
        _ => return None,
    };
    Some(Operation::Convert(Conversion { to, from, rounding }))
}

fn atomic(parts: &[&str], make: fn(AtomicOp, Type) -> Operation) -> Option<Operation> {
    let [op, ty] = *parts else { return None };
    let op = match op {
        "add" => AtomicOp::Add,
        "and" => AtomicOp::And,
        "or" => AtomicOp::Or,
        "xor" => AtomicOp::Xor,
        "min" => AtomicOp::Min,
        "max" => AtomicOp::Max,
        "exch" => AtomicOp::Exchange,
        "cas" => AtomicOp::CompareAndSwap,
        _ => return None,
    };
    let ty = Type::from_name(ty)?;
    let operation = make(op, ty);
    let returns = matches!(operation, Operation::Atomic(..));
    let swaps = matches!(op, AtomicOp::Exchange | AtomicOp::CompareAndSwap);
    (semantics::atomic(op, ty).is_some() && (returns || !swaps)).then_some(operation)
}
