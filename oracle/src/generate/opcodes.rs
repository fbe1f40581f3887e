//! The instructions that expressions are made of, with the types that they take and give.
//!
//! Ranges of opcodes of one type, as the binary format numbers them (WebAssembly 3.0, 5.4 Instructions), so that nothing
//! is missing by accident. Relaxed vector instructions aren't here: they are exact only where an engine is deterministic.

use super::program::Ty::{F32, F64, I32, I64, V128};
use super::program::{Expr, Ty};
use std::sync::LazyLock;

/// What comes in front of an opcode.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Prefix {
    /// Nothing.
    None,
    /// The prefix of saturating conversions.
    Numeric,
    /// The prefix of vector instructions.
    Vector,
}

/// What follows an opcode.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Immediate {
    /// Nothing.
    None,
    /// A lane below this number.
    Lane(u8),
    /// Sixteen lanes below 32.
    Lanes,
}

/// A numeric instruction.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Operator {
    /// The prefix.
    pub prefix: Prefix,
    /// The opcode.
    pub code: u32,
    /// What follows.
    pub immediate: Immediate,
    /// The operands.
    pub params: &'static [Ty],
    /// The result.
    pub result: Ty,
    /// True if it may trap.
    pub traps: bool,
}

/// A load or a store.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Access {
    /// The prefix.
    pub prefix: Prefix,
    /// The opcode.
    pub code: u32,
    /// The type of the value.
    pub ty: Ty,
    /// The logarithm of the bytes in memory.
    pub log: u32,
}

/// Opcodes from the first to the second, with operands and result.
type Range = (u32, u32, &'static [Ty], Ty);

const NUMERIC: &[Range] = &[
    (0x45, 0x45, &[I32], I32),
    (0x46, 0x4f, &[I32, I32], I32),
    (0x50, 0x50, &[I64], I32),
    (0x51, 0x5a, &[I64, I64], I32),
    (0x5b, 0x60, &[F32, F32], I32),
    (0x61, 0x66, &[F64, F64], I32),
    (0x67, 0x69, &[I32], I32),
    (0x6a, 0x78, &[I32, I32], I32),
    (0x79, 0x7b, &[I64], I64),
    (0x7c, 0x8a, &[I64, I64], I64),
    (0x8b, 0x91, &[F32], F32),
    (0x92, 0x98, &[F32, F32], F32),
    (0x99, 0x9f, &[F64], F64),
    (0xa0, 0xa6, &[F64, F64], F64),
    (0xa7, 0xa7, &[I64], I32),
    (0xa8, 0xa9, &[F32], I32),
    (0xaa, 0xab, &[F64], I32),
    (0xac, 0xad, &[I32], I64),
    (0xae, 0xaf, &[F32], I64),
    (0xb0, 0xb1, &[F64], I64),
    (0xb2, 0xb3, &[I32], F32),
    (0xb4, 0xb5, &[I64], F32),
    (0xb6, 0xb6, &[F64], F32),
    (0xb7, 0xb8, &[I32], F64),
    (0xb9, 0xba, &[I64], F64),
    (0xbb, 0xbb, &[F32], F64),
    (0xbc, 0xbc, &[F32], I32),
    (0xbd, 0xbd, &[F64], I64),
    (0xbe, 0xbe, &[I32], F32),
    (0xbf, 0xbf, &[I64], F64),
    (0xc0, 0xc1, &[I32], I32),
    (0xc2, 0xc4, &[I64], I64),
];

/// Instructions that trap: divisions, remainders, conversions to integers.
const TRAPPING: &[(u32, u32)] = &[(0x6d, 0x70), (0x7f, 0x82), (0xa8, 0xab), (0xae, 0xb1)];

const SATURATING: &[Range] = &[(0, 1, &[F32], I32), (2, 3, &[F64], I32), (4, 5, &[F32], I64), (6, 7, &[F64], I64)];

const VECTOR: &[Range] = &[
    (0x0e, 0x0e, &[V128, V128], V128),
    (0x0f, 0x11, &[I32], V128),
    (0x12, 0x12, &[I64], V128),
    (0x13, 0x13, &[F32], V128),
    (0x14, 0x14, &[F64], V128),
    (0x23, 0x4c, &[V128, V128], V128),
    (0x4d, 0x4d, &[V128], V128),
    (0x4e, 0x51, &[V128, V128], V128),
    (0x52, 0x52, &[V128, V128, V128], V128),
    (0x53, 0x53, &[V128], I32),
    (0x5e, 0x62, &[V128], V128),
    (0x63, 0x64, &[V128], I32),
    (0x65, 0x66, &[V128, V128], V128),
    (0x67, 0x6a, &[V128], V128),
    (0x6b, 0x6d, &[V128, I32], V128),
    (0x6e, 0x73, &[V128, V128], V128),
    (0x74, 0x75, &[V128], V128),
    (0x76, 0x79, &[V128, V128], V128),
    (0x7a, 0x7a, &[V128], V128),
    (0x7b, 0x7b, &[V128, V128], V128),
    (0x7c, 0x81, &[V128], V128),
    (0x82, 0x82, &[V128, V128], V128),
    (0x83, 0x84, &[V128], I32),
    (0x85, 0x86, &[V128, V128], V128),
    (0x87, 0x8a, &[V128], V128),
    (0x8b, 0x8d, &[V128, I32], V128),
    (0x8e, 0x93, &[V128, V128], V128),
    (0x94, 0x94, &[V128], V128),
    (0x95, 0x99, &[V128, V128], V128),
    (0x9b, 0x9f, &[V128, V128], V128),
    (0xa0, 0xa1, &[V128], V128),
    (0xa3, 0xa4, &[V128], I32),
    (0xa7, 0xaa, &[V128], V128),
    (0xab, 0xad, &[V128, I32], V128),
    (0xae, 0xae, &[V128, V128], V128),
    (0xb1, 0xb1, &[V128, V128], V128),
    (0xb5, 0xba, &[V128, V128], V128),
    (0xbc, 0xbf, &[V128, V128], V128),
    (0xc0, 0xc1, &[V128], V128),
    (0xc3, 0xc4, &[V128], I32),
    (0xc7, 0xca, &[V128], V128),
    (0xcb, 0xcd, &[V128, I32], V128),
    (0xce, 0xce, &[V128, V128], V128),
    (0xd1, 0xd1, &[V128, V128], V128),
    (0xd5, 0xdf, &[V128, V128], V128),
    (0xe0, 0xe1, &[V128], V128),
    (0xe3, 0xe3, &[V128], V128),
    (0xe4, 0xeb, &[V128, V128], V128),
    (0xec, 0xed, &[V128], V128),
    (0xef, 0xef, &[V128], V128),
    (0xf0, 0xf7, &[V128, V128], V128),
    (0xf8, 0xff, &[V128], V128),
];

/// Instructions that name lanes: opcode, operands, result, what they name.
const LANES: &[(u32, &[Ty], Ty, Immediate)] = &[
    (0x0d, &[V128, V128], V128, Immediate::Lanes),
    (0x15, &[V128], I32, Immediate::Lane(16)),
    (0x16, &[V128], I32, Immediate::Lane(16)),
    (0x17, &[V128, I32], V128, Immediate::Lane(16)),
    (0x18, &[V128], I32, Immediate::Lane(8)),
    (0x19, &[V128], I32, Immediate::Lane(8)),
    (0x1a, &[V128, I32], V128, Immediate::Lane(8)),
    (0x1b, &[V128], I32, Immediate::Lane(4)),
    (0x1c, &[V128, I32], V128, Immediate::Lane(4)),
    (0x1d, &[V128], I64, Immediate::Lane(2)),
    (0x1e, &[V128, I64], V128, Immediate::Lane(2)),
    (0x1f, &[V128], F32, Immediate::Lane(4)),
    (0x20, &[V128, F32], V128, Immediate::Lane(4)),
    (0x21, &[V128], F64, Immediate::Lane(2)),
    (0x22, &[V128, F64], V128, Immediate::Lane(2)),
];

const fn access(code: u32, ty: Ty, log: u32) -> Access {
    Access { prefix: Prefix::None, code, ty, log }
}

const fn vector(code: u32, log: u32) -> Access {
    Access { prefix: Prefix::Vector, code, ty: V128, log }
}

/// All loads but those of lanes.
pub(crate) const LOADS: &[Access] = &[
    access(0x28, I32, 2),
    access(0x29, I64, 3),
    access(0x2a, F32, 2),
    access(0x2b, F64, 3),
    access(0x2c, I32, 0),
    access(0x2d, I32, 0),
    access(0x2e, I32, 1),
    access(0x2f, I32, 1),
    access(0x30, I64, 0),
    access(0x31, I64, 0),
    access(0x32, I64, 1),
    access(0x33, I64, 1),
    access(0x34, I64, 2),
    access(0x35, I64, 2),
    vector(0x00, 4),
    vector(0x01, 3),
    vector(0x02, 3),
    vector(0x03, 3),
    vector(0x04, 3),
    vector(0x05, 3),
    vector(0x06, 3),
    vector(0x07, 0),
    vector(0x08, 1),
    vector(0x09, 2),
    vector(0x0a, 3),
    vector(0x5c, 2),
    vector(0x5d, 3),
];

/// All stores but those of lanes.
pub(crate) const STORES: &[Access] = &[
    access(0x36, I32, 2),
    access(0x37, I64, 3),
    access(0x38, F32, 2),
    access(0x39, F64, 3),
    access(0x3a, I32, 0),
    access(0x3b, I32, 1),
    access(0x3c, I64, 0),
    access(0x3d, I64, 1),
    access(0x3e, I64, 2),
    vector(0x0b, 4),
];

/// All numeric instructions.
pub(crate) static OPERATORS: LazyLock<Vec<Operator>> = LazyLock::new(|| {
    let mut all = Vec::new();
    for (prefix, ranges) in [(Prefix::None, NUMERIC), (Prefix::Numeric, SATURATING), (Prefix::Vector, VECTOR)] {
        for &(first, last, params, result) in ranges {
            for code in first..=last {
                let traps = prefix == Prefix::None && TRAPPING.iter().any(|&(a, b)| (a..=b).contains(&code));
                all.push(Operator { prefix, code, immediate: Immediate::None, params, result, traps });
            }
        }
    }
    for &(code, params, result, immediate) in LANES {
        all.push(Operator { prefix: Prefix::Vector, code, immediate, params, result, traps: false });
    }
    all
});

/// The index of the scalar instruction with this opcode.
pub(crate) fn scalar(code: u32) -> u16 {
    let found = OPERATORS.iter().position(|op| op.prefix == Prefix::None && op.code == code);
    found.expect("the table holds every scalar opcode that the generator names") as u16
}

/// Instructions that exist for several types, by their opcode for `i32` or, where floats alone have them, for `f32`.
pub(crate) const ADD: u32 = 0x6a;
pub(crate) const SUB: u32 = 0x6b;
pub(crate) const MUL: u32 = 0x6c;
pub(crate) const DIV: u32 = 0x95;
pub(crate) const MIN: u32 = 0x96;
pub(crate) const MAX: u32 = 0x97;
pub(crate) const AND: u32 = 0x71;
pub(crate) const OR: u32 = 0x72;
pub(crate) const XOR: u32 = 0x73;
pub(crate) const SHL: u32 = 0x74;
pub(crate) const SHR_U: u32 = 0x76;
pub(crate) const EQ: u32 = 0x46;
pub(crate) const NE: u32 = 0x47;
pub(crate) const LT_S: u32 = 0x48;
pub(crate) const LT_U: u32 = 0x49;
pub(crate) const GT_S: u32 = 0x4a;
pub(crate) const LE_S: u32 = 0x4c;
pub(crate) const LE_U: u32 = 0x4d;
pub(crate) const GE_S: u32 = 0x4e;
pub(crate) const WRAP: u32 = 0xa7;
pub(crate) const EXTEND_S: u32 = 0xac;
pub(crate) const EXTEND_U: u32 = 0xad;

/// `a` and `b`, which are of one type, made one by the instruction that has this opcode for `i32` or `f32`; of vectors by the
/// one that has it for vectors.
pub(crate) fn binary(a: Expr, b: Expr, code: u32) -> Expr {
    let code = match (a.ty(), code) {
        (I64, ADD..=0x78) => code + 0x12,
        (F32, ADD..=MUL) => code + 0x28,
        (F64, ADD..=MUL) => code + 0x36,
        (F64, 0x92..=0x98) => code + 0x0e,
        _ => code,
    };
    let index = match a.ty() {
        V128 => OPERATORS.iter().position(|op| op.prefix == Prefix::Vector && op.code == code).unwrap_or(0) as u16,
        _ => scalar(code),
    };
    Expr::Op(index, 0, vec![a, b])
}

/// The sum of two integers.
pub(crate) fn add(a: Expr, b: Expr) -> Expr {
    binary(a, b, ADD)
}

/// A comparison of two numbers of one type, by the instruction that has this opcode for `i32`.
pub(crate) fn compare(a: Expr, b: Expr, code: u32) -> Expr {
    // Of floats there are six: eq, ne, lt, gt, le, ge.
    let float = |base: u32| base + [0, 1, 2, 2, 3, 3, 4, 4, 5, 5][(code - EQ) as usize];
    let code = match a.ty() {
        I64 => code + 0x0b,
        F32 => float(0x5b),
        F64 => float(0x61),
        I32 | V128 => code,
    };
    Expr::Op(scalar(code), 0, vec![a, b])
}

/// The indices of the instructions that give a value of `ty`; those with vectors only if `vectors`.
pub(crate) fn giving(ty: Ty, vectors: bool) -> impl Iterator<Item = u16> {
    let fits = move |op: &Operator| op.result == ty && (vectors || op.prefix != Prefix::Vector);
    OPERATORS.iter().enumerate().filter(move |(_, op)| fits(op)).map(|(index, _)| index as u16)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_numeric_instruction_is_there() {
        let count = |prefix| OPERATORS.iter().filter(|op| op.prefix == prefix).count();
        // The index of instructions in the specification's appendix has as many; 26 of the vector instructions access memory.
        assert_eq!((count(Prefix::None), count(Prefix::Numeric)), (128, 8));
        let vectors =
            count(Prefix::Vector) + [LOADS, STORES].concat().iter().filter(|a| a.prefix == Prefix::Vector).count();
        // Beside constants and the eight loads and stores of lanes.
        assert_eq!(vectors, 236 - 1 - 8);
    }
}
