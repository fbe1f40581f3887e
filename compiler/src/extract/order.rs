//! Floats as integers of the same order, so that a smallest or a largest one is a reduction of integers.
//!
//! Read as signed integers, the bits of floats without a sign bit ascend with the value, those with a sign bit descend. The
//! key of a number is its bits, with all but the sign bit inverted where that is set: it ascends throughout, -0 just below
//! +0, as Wasm's `min` and `max` order them. The map is its own inverse. All NaNs share one key: for a maximum that of the
//! canonical NaN, above that of infinity; for a minimum that of the same NaN with its sign bit set, below that of negative
//! infinity. So the extreme key is that of the extreme value, and that of a NaN if there is one among the values. The
//! operator itself then combines the value of that key with the start, which makes the canonical NaN of either NaN.
//!
//! A pick ([`crate::analysis::picks`]) has keys of its own: of a maximum those of the zeros are exchanged, so that -0 is nearer to
//! the extreme than +0 as it is for a minimum, and NaNs count only where they are adopted. Which key must not come out is a divisor of zero,
//! so that the value has none then.
//!
//! A dispatch has at least one iteration, and the key of the identity is that of an infinity, so that what was combined is
//! the key of some value.

use crate::analysis::affine::Symbols;
use crate::analysis::draft::Draft;
use crate::analysis::picks::Pick;
use crate::analysis::reduction::Accumulator;
use ir::lowered::{BinaryOp, BlockId, Const, Func, Op, Type, UnaryOp, Value};
use ir::region::{Int, Scalar, ScalarId};

/// An order among floats of one width, with NaNs where a minimum or a maximum wants them.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Order {
    largest: bool,
    wide: bool,
    /// How the program picks, where Wasm's own operator doesn't.
    pick: Option<Pick>,
}

/// The operators of one width.
struct Operators {
    /// The integer type of the same width.
    int: Type,
    bits_of: UnaryOp,
    of_bits: UnaryOp,
    shift: BinaryOp,
    and: BinaryOp,
    xor: BinaryOp,
    differs: BinaryOp,
    equals: BinaryOp,
    sub: BinaryOp,
    or: BinaryOp,
    divide: BinaryOp,
    same: BinaryOp,
    min: BinaryOp,
    max: BinaryOp,
    /// The bits of infinity.
    infinity: u64,
    /// The bits of the canonical NaN.
    nan: u64,
}

const NARROW: Operators = Operators {
    int: Type::I32,
    bits_of: UnaryOp::I32ReinterpretF32,
    of_bits: UnaryOp::F32ReinterpretI32,
    shift: BinaryOp::I32ShrS,
    and: BinaryOp::I32And,
    xor: BinaryOp::I32Xor,
    differs: BinaryOp::F32Ne,
    equals: BinaryOp::F32Eq,
    sub: BinaryOp::I32Sub,
    or: BinaryOp::I32Or,
    divide: BinaryOp::I32DivU,
    same: BinaryOp::I32Eq,
    min: BinaryOp::F32Min,
    max: BinaryOp::F32Max,
    infinity: 0x7f80_0000,
    nan: 0x7fc0_0000,
};

const WIDE: Operators = Operators {
    int: Type::I64,
    bits_of: UnaryOp::I64ReinterpretF64,
    of_bits: UnaryOp::F64ReinterpretI64,
    shift: BinaryOp::I64ShrS,
    and: BinaryOp::I64And,
    xor: BinaryOp::I64Xor,
    differs: BinaryOp::F64Ne,
    equals: BinaryOp::F64Eq,
    sub: BinaryOp::I64Sub,
    or: BinaryOp::I64Or,
    divide: BinaryOp::I64DivU,
    same: BinaryOp::I64Eq,
    min: BinaryOp::F64Min,
    max: BinaryOp::F64Max,
    infinity: 0x7ff0_0000_0000_0000,
    nan: 0x7ff8_0000_0000_0000,
};

impl Order {
    /// The order by which an accumulator chooses, if it accumulates floats.
    pub fn of(accumulator: Accumulator, ty: Type) -> Option<Order> {
        let (largest, pick) = match accumulator {
            Accumulator::FloatMin => (false, None),
            Accumulator::FloatMax => (true, None),
            Accumulator::Pick(pick) => (pick.largest(), Some(pick)),
            Accumulator::Int(_) | Accumulator::Replace(_) | Accumulator::Fold(_) => return None,
        };
        Some(Order { largest, wide: ty == Type::F64, pick })
    }

    /// That of numbers of one width.
    pub fn numbers(ty: Type) -> Order {
        Order { largest: false, wide: ty == Type::F64, pick: None }
    }

    fn operators(self) -> &'static Operators {
        if self.wide { &WIDE } else { &NARROW }
    }

    /// The key of all NaNs.
    fn nan_key(self) -> u64 {
        let Operators { int, nan, .. } = *self.operators();
        // Below the sign bit the key of a NaN that has it set is inverted.
        if self.largest { nan } else { !nan & int.mask() }
    }

    /// True if a start that an iteration may hand on as it is must be a number.
    pub fn minds_start(self) -> bool {
        self.pick.is_none_or(|pick| pick.adopts)
    }

    /// The key of -0.
    fn zero_key(self) -> u64 {
        if self.largest { 0 } else { self.operators().int.mask() }
    }

    /// Computes the key of `value` at the end of `block`.
    pub fn key(self, func: &mut Func, block: BlockId, value: Value) -> Value {
        let Operators { int, bits_of, shift, and, xor, differs, equals, .. } = *self.operators();
        let float = if self.wide { Type::F64 } else { Type::F32 };
        let mut emit = |op: Op, ty: Type| func.push(block, op, ty, 0);
        let constant = |bits: u64| Op::Const(Const { ty: int, bits });
        let bits = emit(Op::Unary(bits_of, value), int);
        let distance = emit(constant(u64::from(int.bits()) - 1), int);
        let signs = emit(Op::Binary(shift, bits, distance), int);
        let below = emit(constant(int.mask() >> 1), int);
        let inverted = emit(Op::Binary(and, signs, below), int);
        let mut key = emit(Op::Binary(xor, bits, inverted), int);
        if self.pick.is_some() && self.largest {
            let zero = emit(Op::Const(Const { ty: float, bits: 0 }), float);
            let is_zero = emit(Op::Binary(equals, value, zero), Type::I32);
            let ones = emit(constant(int.mask()), int);
            let exchanged = emit(Op::Binary(xor, key, ones), int);
            key = emit(Op::Select { cond: is_zero, if_true: exchanged, if_false: key }, int);
        }
        if self.pick.is_some_and(|pick| !pick.adopts) {
            return key;
        }
        let is_nan = emit(Op::Binary(differs, value, value), Type::I32);
        let nan = emit(constant(self.nan_key()), int);
        emit(Op::Select { cond: is_nan, if_true: nan, if_false: key }, int)
    }

    /// The start combined with the value of the extreme key.
    pub fn combine(self, symbols: &mut Symbols<'_>, start: ScalarId, key: ScalarId) -> ScalarId {
        let Operators { int, of_bits, shift, and, xor, min, max, .. } = *self.operators();
        if let Some(pick) = self.pick {
            return self.picked(symbols, pick, (start, key));
        }
        let distance = symbols.constant(Const { ty: int, bits: u64::from(int.bits()) - 1 });
        let signs = symbols.binary(shift, key, distance);
        let below = symbols.constant(Const { ty: int, bits: int.mask() >> 1 });
        let inverted = symbols.binary(and, signs, below);
        let bits = symbols.binary(xor, key, inverted);
        let value = symbols.unary(of_bits, bits);
        symbols.binary(if self.largest { max } else { min }, start, value)
    }

    /// The same by a pick, which has no value where the extreme is -0, or a NaN that it adopts.
    fn picked(self, symbols: &mut Symbols<'_>, pick: Pick, (start, key): (ScalarId, ScalarId)) -> ScalarId {
        let Operators { int, bits_of, of_bits, shift, and, xor, sub, or, divide, same, .. } = *self.operators();
        let constant = |symbols: &mut Symbols<'_>, bits: u64| symbols.constant(Const { ty: int, bits });
        let (zero, ones) = (constant(symbols, 0), constant(symbols, int.mask()));
        let widened = |symbols: &mut Symbols<'_>, flag| match self.wide {
            true => symbols.unary(UnaryOp::I64ExtendI32U, flag),
            false => flag,
        };
        // Zero, or no value.
        let refuse = |symbols: &mut Symbols<'_>, refused: u64| {
            let refused = constant(symbols, refused);
            let distance = symbols.binary(xor, key, refused);
            symbols.binary(divide, zero, distance)
        };
        let mut none = refuse(symbols, self.zero_key());
        if pick.adopts {
            let nan = refuse(symbols, self.nan_key());
            none = symbols.binary(or, none, nan);
        }
        let mut plain = symbols.binary(or, key, none);
        if self.largest {
            // -1 is +0, and 0 isn't there.
            let is_zero = symbols.binary(same, plain, ones);
            let is_zero = widened(symbols, is_zero);
            plain = symbols.binary(if self.wide { BinaryOp::I64Add } else { BinaryOp::I32Add }, plain, is_zero);
        }
        let distance = constant(symbols, u64::from(int.bits()) - 1);
        let signs = symbols.binary(shift, plain, distance);
        let below = constant(symbols, int.mask() >> 1);
        let inverted = symbols.binary(and, signs, below);
        let extreme = symbols.binary(xor, plain, inverted);
        let value = symbols.unary(of_bits, extreme);
        let (a, b) = if pick.accumulator_first { (start, value) } else { (value, start) };
        let holds = symbols.binary(pick.op, a, b);
        let holds = widened(symbols, holds);
        let mask = symbols.binary(sub, zero, holds);
        let start = symbols.unary(bits_of, start);
        let (if_true, if_false) = if pick.adopts { (start, extreme) } else { (extreme, start) };
        // `if_false ^ ((if_true ^ if_false) & mask)`.
        let change = symbols.binary(xor, if_true, if_false);
        let change = symbols.binary(and, change, mask);
        let bits = symbols.binary(xor, if_false, change);
        symbols.unary(of_bits, bits)
    }

    /// What is made of a start, from bits to bits; one that may be handed on as it is must be a number.
    pub fn over_bits(
        self,
        draft: &mut Draft<'_>,
        start: ScalarId,
        passes: bool,
        make: impl FnOnce(&mut Symbols<'_>, ScalarId) -> ScalarId,
    ) -> ScalarId {
        let Operators { bits_of, of_bits, .. } = *self.operators();
        let start = draft.symbols.unary(of_bits, start);
        if passes {
            self.demand_number(draft, start);
        }
        let value = make(&mut draft.symbols, start);
        draft.symbols.unary(bits_of, value)
    }

    /// Demands that `start` isn't a NaN.
    pub fn demand_number(self, draft: &mut Draft<'_>, start: ScalarId) {
        let Operators { int, bits_of, and, infinity, .. } = *self.operators();
        let bits = draft.symbols.unary(bits_of, start);
        let below = draft.symbols.constant(Const { ty: int, bits: int.mask() >> 1 });
        let magnitude = draft.symbols.binary(and, bits, below);
        // Without a sign bit the signed reading is the unsigned one.
        let magnitude = match draft.symbols.scalars.0[magnitude.0 as usize] {
            Scalar::Const(c) => draft.number(c.signed()),
            _ => draft.program.int(Int::Signed(magnitude)),
        };
        let infinity = draft.number(infinity as i64);
        draft.demand_le(magnitude, infinity, "the start is a number");
    }
}
