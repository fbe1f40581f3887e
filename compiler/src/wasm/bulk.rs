//! `memory.copy` and `memory.fill` of a few bytes, as loads and stores.
//!
//! A copy loads everything before it stores anything, as a copy between overlapping ranges must. The original operator traps before
//! it writes if a byte lies outside of the memory, and the loads and stores only at that byte; a kernel is discarded in both cases, so
//! only functions for kernels may be translated so. A size of zero stays, because the operator then still traps past the end.
//! Chunks are at most four bytes wide: devices that want aligned accesses would refuse wider ones for arrays of floats.

use super::translate::Translator;
use ir::lowered::{BinaryOp, Const, Inst, LoadKind, Op, StoreKind, Type, Value};
use wasmparser::Operator;

/// Loads and stores that stand for one operator.
const MAX_CHUNKS: u64 = 32;

impl Translator<'_> {
    /// Translates the operator if its size is a constant and small; its operands are `args`.
    pub fn bulk(&mut self, operator: &Operator<'_>, args: &[Value], at: u32) -> bool {
        let &[to, from, size] = args else { return false };
        let Some(Const { bits: size, .. }) = self.recent_constant(size) else { return false };
        let (load, store) = match size % 4 {
            0 => (LoadKind::I32, StoreKind::I32),
            2 => (LoadKind::I32U16, StoreKind::I32As16),
            _ => (LoadKind::I32U8, StoreKind::I32As8),
        };
        let offsets = (0..size).step_by(store.width() as usize);
        if size == 0 || size.div_ceil(u64::from(store.width())) > MAX_CHUNKS {
            return false;
        }
        match *operator {
            Operator::MemoryCopy { dst_mem, src_mem } => {
                let load = |offset| Op::Load { kind: load, space: src_mem, offset, addr: from };
                let values: Vec<Value> =
                    offsets.clone().map(|offset| self.define(load(offset), Type::I32, at)).collect();
                for (value, offset) in values.into_iter().zip(offsets) {
                    self.store(Op::Store { kind: store, space: dst_mem, offset, addr: to, value }, at);
                }
            }
            Operator::MemoryFill { mem } => {
                let value = self.repeated(from, at);
                for offset in offsets {
                    self.store(Op::Store { kind: store, space: mem, offset, addr: to, value }, at);
                }
            }
            _ => return false,
        }
        true
    }

    fn store(&mut self, op: Op, at: u32) {
        self.push(Inst { result: None, op, at });
    }

    /// The lowest byte of `value` four times.
    fn repeated(&mut self, value: Value, at: u32) -> Value {
        const ONES: u32 = 0x0101_0101;
        if let Some(known) = self.recent_constant(value) {
            let bytes = (known.bits as u32 & 0xff).wrapping_mul(ONES);
            return self.define(Op::Const(Const::i32(bytes as i32)), Type::I32, at);
        }
        let low = self.define(Op::Const(Const::i32(0xff)), Type::I32, at);
        let byte = self.define(Op::Binary(BinaryOp::I32And, value, low), Type::I32, at);
        let ones = self.define(Op::Const(Const::i32(ONES as i32)), Type::I32, at);
        self.define(Op::Binary(BinaryOp::I32Mul, byte, ones), Type::I32, at)
    }
}
