//! Spare locals: scratch for inserted code, shared by all dispatches of a function.
//!
//! A spare is live only inside one dispatch, between the loop's predecessor and the loop, so that every region of a
//! function can use the same ones.

use ir::lowered::Type;
use std::collections::HashMap;
use walrus::{LocalId, ModuleLocals, ValType};

/// The spare locals of a module's functions, by function index.
#[derive(Default, Debug)]
pub struct Pool {
    spares: HashMap<(u32, Type), Vec<LocalId>>,
}

/// The spare locals of one dispatch.
pub struct Spares<'a> {
    pool: &'a mut Pool,
    locals: &'a mut ModuleLocals,
    function: u32,
    taken: HashMap<Type, usize>,
}

impl Pool {
    /// All spares of `function`, none of them taken.
    pub fn spares<'a>(&'a mut self, locals: &'a mut ModuleLocals, function: u32) -> Spares<'a> {
        Spares { pool: self, locals, function, taken: HashMap::new() }
    }
}

impl Spares<'_> {
    /// A local of this type that nothing else of this dispatch uses; `None` if the type isn't a scalar.
    pub fn take(&mut self, ty: Type) -> Option<LocalId> {
        let wasm = val_type(ty)?;
        let spares = self.pool.spares.entry((self.function, ty)).or_default();
        let taken = self.taken.entry(ty).or_default();
        *taken += 1;
        if spares.len() < *taken {
            spares.push(self.locals.add(wasm));
        }
        spares.get(*taken - 1).copied()
    }
}

/// A scalar type as walrus writes it; `None` for the others.
pub fn val_type(ty: Type) -> Option<ValType> {
    match ty {
        Type::I32 => Some(ValType::I32),
        Type::I64 => Some(ValType::I64),
        Type::F32 => Some(ValType::F32),
        Type::F64 => Some(ValType::F64),
        Type::V128 | Type::Ref => None,
    }
}
