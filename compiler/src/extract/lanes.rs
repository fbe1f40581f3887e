//! Vectors that are needed after the loop: what goes out of a region are scalars, so they go in pieces.
//!
//! A vector that the last iteration computes is returned in two halves. A reduction of vectors is as many reductions of scalars
//! as it has lanes: each is returned, combined with the same lane of the start, and put in its place in a half. Lanes of 8 and 16
//! bits are `i32`s outside of a vector, extended as the operator reads them; of a sum the upper bits are dropped again.

use super::live_out::{Finder, Form, Returned, combine};
use super::order::Order;
use crate::analysis::Analysis;
use crate::analysis::affine::{OutsideVector, Symbols};
use crate::analysis::reduction::{Accumulator, Reduction};
use crate::reasons::Reason;
use ir::lowered::{BinaryOp, BlockId, Const, Func, Op, Shape, Type, UnaryOp, Value};
use ir::region::{ReduceOp, ReturnRole, ScalarId};

/// One lane of a vector.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Lane {
    shape: Shape,
    lane: u8,
    signed: bool,
    /// The order among floats whose key stands for it, if so.
    order: Option<Order>,
}

impl Lane {
    /// Computes the lane at the end of `block`.
    pub fn emit(self, func: &mut Func, block: BlockId, vector: Value) -> Value {
        let Lane { shape, lane, signed, order } = self;
        let scalar = func.push(block, Op::ExtractLane { shape, signed, lane, vector }, shape.scalar(), 0);
        order.map_or(scalar, |order| order.key(func, block, scalar))
    }
}

/// The two halves of a vector that is known before the loop.
pub fn outside(symbols: &mut Symbols<'_>, value: Value) -> Result<[ScalarId; 2], Reason> {
    Ok(match symbols.outside_vector(value)? {
        OutsideVector::Halves(halves) => halves,
        OutsideVector::Const(bytes) => {
            let bits = u128::from_le_bytes(bytes);
            [bits as u64, (bits >> 64) as u64].map(|bits| symbols.constant(Const { ty: Type::I64, bits }))
        }
    })
}

/// The bits of a vector whose lanes are all the identity of an accumulator.
pub fn identity(op: Accumulator, shape: Shape) -> [u8; 16] {
    let bits = shape.bits();
    let ones = u64::MAX >> (64 - bits);
    let lane = match op {
        Accumulator::Int(ReduceOp::MinS) => ones >> 1,
        Accumulator::Int(ReduceOp::MaxS) => (ones >> 1) + 1,
        op => op.identity(shape.scalar()) & ones,
    };
    (0..shape.lanes()).fold(0u128, |vector, i| vector | u128::from(lane) << (bits as usize * i)).to_le_bytes()
}

impl Finder<'_> {
    /// The halves of a vector that the last iteration computes.
    pub fn last_halves(&mut self, analysis: &mut Analysis<'_>, value: Value) -> [ScalarId; 2] {
        [0, 1].map(|lane| {
            let lane = Lane { shape: Shape::I64x2, lane, signed: false, order: None };
            self.returned(analysis, Returned { value, role: ReturnRole::Last, form: Form::Lane(lane) })
        })
    }

    /// The halves of the start combined with all contributions, lane by lane.
    pub fn reduced_halves(
        &mut self,
        analysis: &mut Analysis<'_>,
        start: Value,
        found: Reduction,
        shape: Shape,
    ) -> Result<[ScalarId; 2], Reason> {
        let start = outside(&mut analysis.draft.symbols, start)?;
        let order = Order::of(found.op, shape.scalar());
        let role = match found.op {
            Accumulator::Int(op) => ReturnRole::Reduce(op),
            Accumulator::FloatMin => ReturnRole::Reduce(ReduceOp::MinS),
            Accumulator::FloatMax => ReturnRole::Reduce(ReduceOp::MaxS),
            Accumulator::Pick(pick) if pick.largest() => ReturnRole::Reduce(ReduceOp::MaxS),
            Accumulator::Pick(_) => ReturnRole::Reduce(ReduceOp::MinS),
            Accumulator::Fold(op) => ReturnRole::Fold(op),
            Accumulator::Replace(_) => return Err(Reason::LiveIn),
        };
        // Wider lanes have one reading.
        let is_signed = matches!(role, ReturnRole::Reduce(ReduceOp::MinS | ReduceOp::MaxS));
        let signed = is_signed && shape.bits() < 32;
        let (per_half, wide) = (shape.lanes() / 2, shape.bits() == 64);
        let mut halves = start;
        for (half, result) in halves.iter_mut().enumerate() {
            let mut packed: Option<ScalarId> = None;
            for at in 0..per_half {
                let lane = Lane { shape, lane: (half * per_half + at) as u8, signed, order };
                let total = self.returned(analysis, Returned { value: found.next, role, form: Form::Lane(lane) });
                let shift = u64::from(shape.bits()) * at as u64;
                let before = unpack(&mut analysis.draft.symbols, start[half], (shape.bits(), shift), signed);
                let after = match (role, order) {
                    (_, Some(order)) => {
                        let combine = |symbols: &mut Symbols<'_>, start| order.combine(symbols, start, total);
                        let minds = found.passes && order.minds_start();
                        order.over_bits(&mut analysis.draft, before, minds, combine)
                    }
                    (ReturnRole::Reduce(op), None) => combine(analysis, op, wide, before, total),
                    (ReturnRole::Fold(op), None) => {
                        let op = op.operator(shape.scalar());
                        let combine = |symbols: &mut Symbols<'_>, start| symbols.binary(op, start, total);
                        Order::numbers(shape.scalar()).over_bits(&mut analysis.draft, before, found.passes, combine)
                    }
                    (ReturnRole::Last, None) => return Err(Reason::LiveIn),
                };
                let symbols = &mut analysis.draft.symbols;
                let after = pack(symbols, after, (shape.bits(), shift));
                packed = Some(packed.map_or(after, |packed| symbols.binary(BinaryOp::I64Or, packed, after)));
            }
            *result = packed.unwrap_or(*result);
        }
        Ok(halves)
    }
}

/// A lane of `bits` bits that begins at bit `shift` of a half: an `i32`, extended, or an `i64`.
fn unpack(symbols: &mut Symbols<'_>, half: ScalarId, (bits, shift): (u32, u64), signed: bool) -> ScalarId {
    if bits == 64 {
        return half;
    }
    let mut lane = half;
    if shift > 0 {
        let shift = symbols.constant(Const { ty: Type::I64, bits: shift });
        lane = symbols.binary(BinaryOp::I64ShrU, half, shift);
    }
    let lane = symbols.unary(UnaryOp::I32WrapI64, lane);
    match (bits, signed) {
        (8, true) => symbols.unary(UnaryOp::I32Extend8S, lane),
        (16, true) => symbols.unary(UnaryOp::I32Extend16S, lane),
        (8 | 16, false) => {
            let mask = symbols.constant(Const { ty: Type::I32, bits: (1 << bits) - 1 });
            symbols.binary(BinaryOp::I32And, lane, mask)
        }
        _ => lane,
    }
}

/// The `bits` lowest bits of a lane at bit `shift` of a half that is zero elsewhere.
fn pack(symbols: &mut Symbols<'_>, lane: ScalarId, (bits, shift): (u32, u64)) -> ScalarId {
    if bits == 64 {
        return lane;
    }
    let mut lane = lane;
    if bits < 32 {
        let mask = symbols.constant(Const { ty: Type::I32, bits: (1 << bits) - 1 });
        lane = symbols.binary(BinaryOp::I32And, lane, mask);
    }
    let lane = symbols.unary(UnaryOp::I64ExtendI32U, lane);
    if shift == 0 {
        return lane;
    }
    let shift = symbols.constant(Const { ty: Type::I64, bits: shift });
    symbols.binary(BinaryOp::I64Shl, lane, shift)
}
