//! Value types and constants.

use serde::{Deserialize, Serialize};
use std::fmt;

/// The type of an SSA value.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Type {
    /// 32-bit integer of no particular signedness.
    I32,
    /// 64-bit integer of no particular signedness.
    I64,
    /// IEEE 754 binary32.
    F32,
    /// IEEE 754 binary64.
    F64,
    /// 128-bit vector of no particular shape.
    V128,
    /// Any reference; only in guest functions.
    Ref,
}

impl Type {
    /// The width in bits of a scalar type; 0 for vectors and references.
    pub fn bits(self) -> u32 {
        match self {
            Type::I32 | Type::F32 => 32,
            Type::I64 | Type::F64 => 64,
            Type::V128 | Type::Ref => 0,
        }
    }

    /// True for the four types of scalars.
    pub fn is_scalar(self) -> bool {
        self.bits() != 0
    }

    /// True for the types that a kernel may compute with; what goes in and out of it are scalars.
    pub fn is_computed(self) -> bool {
        self != Type::Ref
    }

    /// True for `i32` and `i64`.
    pub fn is_int(self) -> bool {
        matches!(self, Type::I32 | Type::I64)
    }

    /// The second of two for 64-bit integers, else the first.
    pub fn pick<T>(self, narrow: T, wide: T) -> T {
        if self == Type::I64 { wide } else { narrow }
    }

    /// The mask of the bits that a scalar of this type may have set.
    pub fn mask(self) -> u64 {
        if self.bits() == 32 { 0xffff_ffff } else { u64::MAX }
    }
}

impl fmt::Display for Type {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Type::I32 => "i32",
            Type::I64 => "i64",
            Type::F32 => "f32",
            Type::F64 => "f64",
            Type::V128 => "v128",
            Type::Ref => "ref",
        })
    }
}

/// A scalar constant as raw bits; bits above the type's width are zero.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
pub struct Const {
    /// The constant's type, a scalar.
    pub ty: Type,
    /// The bit pattern, zero-extended.
    pub bits: u64,
}

impl Const {
    /// An `i32` constant.
    pub fn i32(value: i32) -> Const {
        Const { ty: Type::I32, bits: value as u32 as u64 }
    }

    /// An `i64` constant.
    pub fn i64(value: i64) -> Const {
        Const { ty: Type::I64, bits: value as u64 }
    }

    /// The value read as a signed integer of its own width.
    pub fn signed(self) -> i64 {
        if self.ty.bits() == 32 { self.bits as u32 as i32 as i64 } else { self.bits as i64 }
    }
}

impl fmt::Display for Const {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.ty {
            Type::I32 | Type::I64 => write!(f, "{}.const {}", self.ty, self.signed()),
            Type::F32 => write!(f, "f32.const 0x{:08x}", self.bits),
            _ => write!(f, "{}.const 0x{:016x}", self.ty, self.bits),
        }
    }
}
