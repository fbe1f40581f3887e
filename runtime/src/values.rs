//! Values that cross between guest, host and people.

use ir::lowered::Type;
use std::fmt;
use thiserror::Error;
use wasmtime::{Val, ValType};

/// The wasmtime type of a scalar; `None` for types that no live-in has.
pub(crate) fn val_type(ty: Type) -> Option<ValType> {
    match ty {
        Type::I32 => Some(ValType::I32),
        Type::I64 => Some(ValType::I64),
        Type::F32 => Some(ValType::F32),
        Type::F64 => Some(ValType::F64),
        Type::V128 | Type::Ref => None,
    }
}

/// The raw bits of a number, zero-extended; `None` for vectors and references.
pub(crate) fn bits(value: &Val) -> Option<u64> {
    match *value {
        Val::I32(v) => Some(v as u32 as u64),
        Val::I64(v) => Some(v as u64),
        Val::F32(bits) => Some(bits as u64),
        Val::F64(bits) => Some(bits),
        _ => None,
    }
}

/// The number of type `ty` with these bits.
pub(crate) fn val(ty: Type, bits: u64) -> Val {
    match ty {
        Type::I32 => Val::I32(bits as u32 as i32),
        Type::F32 => Val::F32(bits as u32),
        Type::F64 => Val::F64(bits),
        Type::I64 | Type::V128 | Type::Ref => Val::I64(bits as i64),
    }
}

/// A Wasm value as the host sees it: bits, so that NaNs compare as they are.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Value {
    /// An `i32`.
    I32(i32),
    /// An `i64`.
    I64(i64),
    /// The bits of an `f32`.
    F32(u32),
    /// The bits of an `f64`.
    F64(u64),
    /// The bits of a `v128`.
    V128(u128),
    /// Some reference; only whether it is null is told.
    Ref {
        /// True for null.
        null: bool,
    },
}

impl Value {
    /// The same number for wasmtime; `None` for references.
    pub(crate) fn to_val(self) -> Option<Val> {
        match self {
            Value::I32(v) => Some(Val::I32(v)),
            Value::I64(v) => Some(Val::I64(v)),
            Value::F32(bits) => Some(Val::F32(bits)),
            Value::F64(bits) => Some(Val::F64(bits)),
            Value::V128(v) => Some(Val::V128(v.into())),
            Value::Ref { .. } => None,
        }
    }
}

impl From<&Val> for Value {
    fn from(value: &Val) -> Value {
        match value {
            Val::I32(v) => Value::I32(*v),
            Val::I64(v) => Value::I64(*v),
            Val::F32(bits) => Value::F32(*bits),
            Val::F64(bits) => Value::F64(*bits),
            Val::V128(v) => Value::V128(v.as_u128()),
            Val::FuncRef(r) => Value::Ref { null: r.is_none() },
            Val::ExternRef(r) => Value::Ref { null: r.is_none() },
            Val::AnyRef(r) => Value::Ref { null: r.is_none() },
            Val::ExnRef(r) => Value::Ref { null: r.is_none() },
            Val::ContRef(r) => Value::Ref { null: r.is_none() },
        }
    }
}

impl fmt::Display for Value {
    /// Floats print as the shortest decimal that reads back; NaNs with their bits.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match *self {
            Value::I32(v) => write!(f, "{v}"),
            Value::I64(v) => write!(f, "{v}"),
            Value::F32(bits) if f32::from_bits(bits).is_nan() => write!(f, "nan:0x{bits:08x}"),
            Value::F32(bits) => write!(f, "{:?}", f32::from_bits(bits)),
            Value::F64(bits) if f64::from_bits(bits).is_nan() => write!(f, "nan:0x{bits:016x}"),
            Value::F64(bits) => write!(f, "{:?}", f64::from_bits(bits)),
            Value::V128(v) => write!(f, "0x{v:032x}"),
            Value::Ref { null: true } => write!(f, "null"),
            Value::Ref { null: false } => write!(f, "ref"),
        }
    }
}

/// Why text isn't a value.
#[derive(Clone, PartialEq, Eq, Debug, Error)]
pub enum ValueError {
    /// Text that isn't a number of the type.
    #[error("`{text}` isn't an {ty}")]
    Number {
        /// The text.
        text: String,
        /// The type.
        ty: String,
    },
    /// A parameter of a type that can't be written as text.
    #[error("a parameter of type {ty} can't be given as text")]
    Type {
        /// The type.
        ty: String,
    },
}

/// Reads `text` as a value of type `ty`: decimal or `0x` integers, signed or unsigned; floats as Rust writes them, with
/// `nan:0x…` for exact bits.
pub fn parse(text: &str, ty: &ValType) -> Result<Val, ValueError> {
    let number = || ValueError::Number { text: text.into(), ty: ty.to_string() };
    match ty {
        ValType::I32 => {
            let value = integer(text).filter(|&v| i32::MIN as i128 <= v && v <= u32::MAX as i128);
            value.map(|v| Val::I32(v as i32)).ok_or_else(number)
        }
        ValType::I64 => {
            let value = integer(text).filter(|&v| i64::MIN as i128 <= v && v <= u64::MAX as i128);
            value.map(|v| Val::I64(v as i64)).ok_or_else(number)
        }
        ValType::F32 => {
            let nan = nan_bits(text).map(|bits| u32::try_from(bits).ok().filter(|&b| f32::from_bits(b).is_nan()));
            nan.unwrap_or_else(|| text.parse::<f32>().ok().map(f32::to_bits)).map(Val::F32).ok_or_else(number)
        }
        ValType::F64 => {
            let nan = nan_bits(text).map(|bits| Some(bits).filter(|&b| f64::from_bits(b).is_nan()));
            nan.unwrap_or_else(|| text.parse::<f64>().ok().map(f64::to_bits)).map(Val::F64).ok_or_else(number)
        }
        ValType::V128 => {
            let value = text.strip_prefix("0x").and_then(|hex| u128::from_str_radix(hex, 16).ok());
            value.map(|v| Val::V128(v.into())).ok_or_else(number)
        }
        ValType::Ref(_) => Err(ValueError::Type { ty: ty.to_string() }),
    }
}

fn integer(text: &str) -> Option<i128> {
    let (negative, digits) = text.strip_prefix('-').map_or((false, text), |rest| (true, rest));
    let magnitude = match digits.strip_prefix("0x") {
        Some(hex) => u64::from_str_radix(hex, 16).ok()?,
        None => digits.parse().ok()?,
    } as i128;
    Some(if negative { -magnitude } else { magnitude })
}

fn nan_bits(text: &str) -> Option<u64> {
    text.strip_prefix("nan:0x").map(|hex| u64::from_str_radix(hex, 16).unwrap_or(0))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_reads_and_prints() {
        let show = |text: &str, ty: ValType| match parse(text, &ty) {
            Ok(value) => Value::from(&value).to_string(),
            Err(error) => error.to_string(),
        };
        let lines = [
            show("-7", ValType::I32),
            show("4294967295", ValType::I32),
            show("4294967296", ValType::I32),
            show("0xffffffffffffffff", ValType::I64),
            show("-0x8000000000000000", ValType::I64),
            show("--1", ValType::I64),
            show("0.1", ValType::F32),
            show("-inf", ValType::F64),
            show("-0", ValType::F64),
            show("nan:0x7fc00001", ValType::F32),
            show("nan:0x3f800000", ValType::F32),
            show("nan", ValType::F64),
            show("0xff", ValType::V128),
            show("0", ValType::FUNCREF),
        ];
        insta::assert_snapshot!(lines.join("\n"), @r"
        -7
        -1
        `4294967296` isn't an i32
        -1
        -9223372036854775808
        `--1` isn't an i64
        0.1
        -inf
        -0.0
        nan:0x7fc00001
        `nan:0x3f800000` isn't an f32
        nan:0x7ff8000000000000
        0x000000000000000000000000000000ff
        a parameter of type (ref null func) can't be given as text
        ");
    }
}
