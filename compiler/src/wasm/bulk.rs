//! `memory.copy` and `memory.fill` as loads and stores.
//!
//! The original operator traps before it writes if a byte lies outside of the memory, and the loads and stores only at that byte; a
//! kernel is discarded in both cases, so only functions for kernels may be translated so.
//!
//! Of a few bytes, whose number is a constant, each chunk is a load and a store. A copy loads everything before it stores anything, as a
//! copy between overlapping ranges must. A size of zero stays as it is, because the operator then still traps past the end.
//! Chunks are at most four bytes wide: devices that want aligned accesses would refuse wider ones for arrays of floats.
//!
//! Any other size makes a loop over chunks, upwards, whose bounds and footprints are the analysis's business like those of a loop of the
//! guest. What it isn't right for leads to an end that can't be reached, where a kernel bails and the original loop runs:
//!
//! - A size of zero, for which the operator traps if an address is past the end.
//! - A copy upwards into what it has yet to load: `to - from`, modulo 2^32, is below the size. Where `to` lies below `from` and both
//!   ranges in the memory, that difference is at least the size, because else `from` and the size reached past 2^32. So the test refuses
//!   only what overlaps in this direction, and `to` that is `from`. Memories that can't be one need no test.
//!
//! In memories of 64-bit addresses all of this is so modulo 2^64. A size has 64 bits where all addresses have; else it has 32, and the
//! distance of a chunk is extended for an address of 64.
//!
//! A chunk is wider than a byte where the size is a multiple of it for certain, also when it wraps around.

use super::entities::Where;
use super::translate::Translator;
use ir::lowered::{
    BinaryOp, Block, BlockId, Const, Foreign, Func, Inst, LoadKind, Op, StoreKind, Target, Term, Type, UnaryOp, Value,
};
use wasmparser::Operator;

/// Loads and stores that stand for one operator.
const MAX_CHUNKS: u64 = 32;

/// What stands in front of the end that a copy upwards isn't right for; see [`is_left`].
const COPY: &str = "memory.copy";

/// True of the block that a copy leads to which its loop isn't right for. Such copies are so rare that a check for them may refuse more
/// than they are.
pub fn is_left(func: &Func, block: BlockId) -> bool {
    let Block { insts, term: Term::Unreachable, .. } = func.block(block) else { return false };
    matches!(&insts[..], [Inst { op: Op::Foreign(foreign), at: 0, .. }] if foreign.name == COPY)
}

/// The bytes of which a number is a multiple, as accesses.
fn chunk(multiple: u64) -> (LoadKind, StoreKind) {
    match multiple % 4 {
        0 => (LoadKind::I32, StoreKind::I32),
        2 => (LoadKind::I32U16, StoreKind::I32As16),
        _ => (LoadKind::I32U8, StoreKind::I32As8),
    }
}

impl Translator<'_> {
    /// Translates the operator, whose operands are `args`, unless it stays.
    pub fn bulk(&mut self, operator: &Operator<'_>, args: &[Value], at: u32) -> bool {
        let &[to, from, size] = args else { return false };
        match (operator, self.recent_constant(size)) {
            (Operator::MemoryCopy { .. } | Operator::MemoryFill { .. }, Some(known)) => {
                self.few(operator, to, from, known.bits, at)
            }
            (&Operator::MemoryCopy { dst_mem, src_mem }, None) => {
                self.many(dst_mem, Some(src_mem), [to, from, size], at)
            }
            (&Operator::MemoryFill { mem }, None) => self.many(mem, None, [to, from, size], at),
            _ => false,
        }
    }

    fn few(&mut self, operator: &Operator<'_>, to: Value, from: Value, size: u64, at: u32) -> bool {
        let (load, store) = chunk(size);
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

    /// A loop that copies from a memory, or fills with a byte if there is none to copy from.
    fn many(&mut self, to_memory: u32, from_memory: Option<u32>, [to, from, size]: [Value; 3], at: u32) -> bool {
        let (load, store) = chunk(self.multiple(size));
        let ty = self.ty_of(size);
        let zero = self.define(Op::Const(Const { ty, bits: 0 }), ty, at);
        let some = self.define(Op::Binary(ty.pick(BinaryOp::I32LtU, BinaryOp::I64LtU), zero, size), Type::I32, at);
        self.only_if(some, None);
        let filling = match from_memory {
            Some(memory) => {
                // Memories with addresses of different widths are two.
                if self.module.may_be_one_memory(memory, to_memory) && self.ty_of(to) == self.ty_of(from) {
                    let (sub, below) = match ty {
                        Type::I64 => (BinaryOp::I64Sub, BinaryOp::I64LeU),
                        _ => (BinaryOp::I32Sub, BinaryOp::I32LeU),
                    };
                    let ahead = self.define(Op::Binary(sub, to, from), ty, at);
                    let apart = self.define(Op::Binary(below, size, ahead), Type::I32, at);
                    self.only_if(apart, Some(Foreign { name: COPY.to_string(), args: vec![to, from, size] }));
                }
                None
            }
            None => Some(self.repeated(from, at)),
        };
        let width = self.define(Op::Const(Const { ty, bits: store.width().into() }), ty, at);
        let header = self.new_block(Where::Inlined, self.home());
        let done = self.parameter(header, ty);
        self.terminate(Term::Jump(Target { block: header, args: vec![zero] }));
        self.start(header);
        self.has_inner();
        let value = match (filling, from_memory) {
            (None, Some(space)) => {
                let addr = self.moved(from, done, at);
                self.define(Op::Load { kind: load, space, offset: 0, addr }, Type::I32, at)
            }
            (value, _) => value.unwrap_or(from),
        };
        let addr = self.moved(to, done, at);
        self.store(Op::Store { kind: store, space: to_memory, offset: 0, addr, value }, at);
        let next = self.define(Op::Binary(ty.pick(BinaryOp::I32Add, BinaryOp::I64Add), done, width), ty, at);
        let cond = self.define(Op::Binary(ty.pick(BinaryOp::I32Ne, BinaryOp::I64Ne), next, size), Type::I32, at);
        let behind = self.new_block(Where::Inlined, self.home());
        let again = Target { block: header, args: vec![next] };
        self.terminate(Term::Branch { cond, then: again, otherwise: to_block(behind) });
        self.start(behind);
        true
    }

    /// What follows is reached only if `cond` isn't zero; `left` stands where control would go else.
    fn only_if(&mut self, cond: Value, left: Option<Foreign>) {
        let (then, never) = (self.new_block(Where::Inlined, self.home()), self.new_block(Where::Inlined, self.home()));
        self.terminate(Term::Branch { cond, then: to_block(then), otherwise: to_block(never) });
        self.start(never);
        if let Some(foreign) = left {
            self.push(Inst { result: None, op: Op::Foreign(Box::new(foreign)), at: 0 });
        }
        self.start(then);
    }

    fn ty_of(&self, value: Value) -> Type {
        self.function.func.ty(value)
    }

    /// An address and a distance, which is as wide or is 32 bits wide.
    fn moved(&mut self, address: Value, by: Value, at: u32) -> Value {
        let ty = self.ty_of(address);
        let by = match self.ty_of(by) == ty {
            true => by,
            false => self.define(Op::Unary(UnaryOp::I64ExtendI32U, by), ty, at),
        };
        self.define(Op::Binary(ty.pick(BinaryOp::I32Add, BinaryOp::I64Add), address, by), ty, at)
    }

    /// Of what a size is a multiple for certain.
    fn multiple(&self, size: Value) -> u64 {
        let known = |value: Value| self.recent_constant(value).map(|c| c.bits);
        match self.recent(size) {
            Some(&Op::Binary(op @ (BinaryOp::I32Shl | BinaryOp::I64Shl), _, by)) => {
                known(by).map_or(1, |by| 1 << (by % u64::from(op.operand().bits())))
            }
            Some(&Op::Binary(BinaryOp::I32Mul | BinaryOp::I64Mul | BinaryOp::I32And | BinaryOp::I64And, a, b)) => {
                let factor = known(b).or_else(|| known(a)).unwrap_or(1);
                1 << factor.trailing_zeros().min(31)
            }
            _ => 1,
        }
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

fn to_block(block: BlockId) -> Target {
    Target { block, args: Vec::new() }
}
