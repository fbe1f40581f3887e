//! The types of the dialect and their relation to LoweredOp's scalars.

use crate::lowered::Type;
use pliron::builtin::types::{FP32Type, FP64Type, IntegerType, Signedness};
use pliron::context::Context;
use pliron::derive::pliron_type;
use pliron::r#type::TypeHandle;

/// A device address in global memory, 64 bits.
#[pliron_type(name = "twk.ptr", format, generate_get = true, verifier = "succ")]
#[derive(Hash, PartialEq, Eq, Debug)]
pub struct PointerType;

/// The pliron type of a scalar; `None` for types that no kernel may hold.
pub fn of_scalar(ctx: &Context, ty: Type) -> Option<TypeHandle> {
    match ty {
        Type::I32 => Some(IntegerType::get(ctx, 32, Signedness::Signless).into()),
        Type::I64 => Some(IntegerType::get(ctx, 64, Signedness::Signless).into()),
        Type::F32 => Some(FP32Type::get(ctx).into()),
        Type::F64 => Some(FP64Type::get(ctx).into()),
        Type::V128 | Type::Ref => None,
    }
}

/// The scalar that a pliron type stands for; `None` for a pointer and for types of other dialects.
pub fn to_scalar(ctx: &Context, ty: TypeHandle) -> Option<Type> {
    let ty = ty.deref(ctx);
    if let Some(int) = ty.downcast_ref::<IntegerType>() {
        return match (int.width(), int.is_signless()) {
            (32, true) => Some(Type::I32),
            (64, true) => Some(Type::I64),
            _ => None,
        };
    }
    if ty.is::<FP32Type>() {
        Some(Type::F32)
    } else if ty.is::<FP64Type>() {
        Some(Type::F64)
    } else {
        None
    }
}
