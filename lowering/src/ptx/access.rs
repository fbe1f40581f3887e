//! Addresses, loads, stores and updates.
//!
//! A device address is the footprint's delta plus the guest address, zero-extended if it has 32 bits, modulo 2^64. The offset of an access
//! is part of the instruction where it fits. Guards have made every address valid and aligned for its width, or it is checked
//! first: one unsigned comparison of its distance from the low end of what the footprint's accesses may touch, in 64 bits, where
//! a 32-bit address and an offset below 2^32 can't wrap around, and a 64-bit one has no offset; and its low bits must be zero. The load checker knows these lines.

use super::assembly::{Arg, Condition, Reg, Width};
use super::listing::Node;
use super::returns::reduction;
use super::writer::Writer;
use ir::faults;
use ir::lowered::{LoadKind, StoreKind};
use ir::region::ReduceOp;

/// The opcode of a load; a register wider than the bytes is filled by the extension.
fn load_opcode(kind: LoadKind) -> &'static str {
    match kind {
        LoadKind::I32 | LoadKind::F32 => "ld.global.b32",
        LoadKind::I64 | LoadKind::F64 => "ld.global.b64",
        LoadKind::V128By8 | LoadKind::V128By16 | LoadKind::V128By32 | LoadKind::V128By64 => {
            unreachable!("the dialect has no vectors")
        }
        LoadKind::I32S8 | LoadKind::I64S8 => "ld.global.s8",
        LoadKind::I32U8 | LoadKind::I64U8 => "ld.global.u8",
        LoadKind::I32S16 | LoadKind::I64S16 => "ld.global.s16",
        LoadKind::I32U16 | LoadKind::I64U16 => "ld.global.u16",
        LoadKind::I64S32 => "ld.global.s32",
        LoadKind::I64U32 => "ld.global.u32",
    }
}

/// The opcode of a store; of a register wider than the bytes the low ones are stored.
fn store_opcode(kind: StoreKind) -> &'static str {
    match kind {
        StoreKind::I32 | StoreKind::F32 | StoreKind::I64As32 => "st.global.b32",
        StoreKind::I64 | StoreKind::F64 => "st.global.b64",
        StoreKind::V128By8 | StoreKind::V128By16 | StoreKind::V128By32 | StoreKind::V128By64 => {
            unreachable!("the dialect has no vectors")
        }
        StoreKind::I32As8 | StoreKind::I64As8 => "st.global.b8",
        StoreKind::I32As16 | StoreKind::I64As16 => "st.global.b16",
    }
}

impl Writer<'_> {
    /// The device address of a guest address.
    pub fn address(&mut self, node: &Node, delta: Reg) {
        let Some(to) = self.result(node) else { return };
        let guest = self.guest(node);
        self.asm().op("add.s64", &[to.into(), delta.into(), guest.into()]);
    }

    /// Operand 0, a guest address, in 64 bits.
    fn guest(&mut self, node: &Node) -> Reg {
        let guest = self.operand_reg(node, 0);
        match guest.width {
            Width::W32 => self.fresh(Width::W64, "cvt.u64.u32", &[guest.into()]),
            _ => guest,
        }
    }

    /// The device address of a guest address, or a bail where an access at `offset` from it isn't allowed.
    pub fn checked(&mut self, node: &Node, space: u32, offset: u64, width: u32) {
        let wide = self.guest(node);
        let at = match offset {
            0 => wide,
            _ => self.fresh(Width::W64, "add.s64", &[wide.into(), (offset as i64).into()]),
        };
        let (low, last) = self.reaches[&(space, width)];
        let distance = self.fresh(Width::W64, "sub.s64", &[at.into(), low.into()]);
        let outside = self.fresh(Width::Predicate, "setp.gt.u64", &[distance.into(), last.into()]);
        if !faults::on("ptx-gather-unchecked") {
            self.bail_if(Condition { reg: outside, negated: false });
        }
        if width > 1 {
            let rest = self.fresh(Width::W64, "and.b64", &[at.into(), i64::from(width - 1).into()]);
            let misaligned = self.fresh(Width::Predicate, "setp.ne.s64", &[rest.into(), 0.into()]);
            if !faults::on("ptx-gather-at-odd-addresses") {
                self.bail_if(Condition { reg: misaligned, negated: false });
            }
        }
        if let Some(to) = self.result(node) {
            let delta = self.deltas[&space];
            self.asm().op("add.s64", &[to.into(), delta.into(), wide.into()]);
        }
    }

    /// Writes a load.
    pub fn load(&mut self, kind: LoadKind, offset: u64, node: &Node) {
        let Some(to) = self.result(node) else { return };
        let memory = self.memory(offset, node);
        self.asm().op(load_opcode(kind), &[to.into(), memory]);
    }

    /// Writes a store.
    pub fn store(&mut self, kind: StoreKind, offset: u64, node: &Node) {
        let value = self.operand_reg(node, 1);
        let memory = self.memory(offset, node);
        self.asm().op(store_opcode(kind), &[memory, value.into()]);
    }

    /// Writes an update: one atomic operation whose result nobody asks for. The dialect has no product.
    pub fn update(&mut self, op: ReduceOp, offset: u64, node: &Node) {
        let value = self.operand_reg(node, 1);
        let memory = self.memory(offset, node);
        if let Some(opcode) = reduction(op, value.width) {
            self.asm().op(&opcode, &[memory, value.into()]);
        }
    }

    /// Operand 0 plus `offset`, as an operand in brackets.
    fn memory(&mut self, offset: u64, node: &Node) -> Arg {
        let base = self.operand_reg(node, 0);
        match i32::try_from(offset) {
            Ok(offset) => Arg::Memory(base, offset),
            Err(_) => {
                let sum = self.fresh(Width::W64, "add.s64", &[base.into(), (offset as i64).into()]);
                Arg::Memory(sum, 0)
            }
        }
    }
}
