//! The vector operators in terms of scalar ones: their definition.
//!
//! Job: to spell out the rule of each row of `vector`, given somebody who can do scalar operators ([`Scalars`]). `eval` does
//! them on bits, and so gives every vector operator its value; a device without vectors appends them to a kernel, and so
//! computes the same. A vector is its lanes, in whatever shape they were last needed in; [`reshape`] changes that.
//!
//! A lane of 8 or 16 bits is an `i32` whose other bits are arbitrary: whoever depends on them extends the lane first. No scalar
//! operator used here can trap. Floats are reinterpreted only to be cut or joined, which moves their bits; what arithmetic makes
//! of a NaN is therefore said by the scalar operators alone, while `PMin`, `PMax` and the bit operators move bits.

use super::vector::{BinaryRule, Half, Sign, TernaryRule, UnaryRule};
use super::{BinaryOp, Const, Shape, TernaryOp, Type, UnaryOp, VectorBinaryOp, VectorTernaryOp, VectorUnaryOp};

/// Somebody who can do scalar operators.
pub trait Scalars {
    /// What stands for a scalar.
    type Value: Copy;

    /// A constant.
    fn constant(&mut self, constant: Const) -> Self::Value;
    /// An operator that can't trap.
    fn unary(&mut self, op: UnaryOp, a: Self::Value) -> Self::Value;
    /// An operator that can't trap.
    fn binary(&mut self, op: BinaryOp, a: Self::Value, b: Self::Value) -> Self::Value;
    /// An operator with three operands.
    fn ternary(&mut self, op: TernaryOp, operands: [Self::Value; 3]) -> Self::Value;
    /// `if_true` if the `i32` isn't zero.
    fn select(&mut self, cond: Self::Value, if_true: Self::Value, if_false: Self::Value) -> Self::Value;

    /// An `i32` constant.
    fn i32(&mut self, value: i32) -> Self::Value {
        self.constant(Const::i32(value))
    }
}

/// A vector as its lanes.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Lanes<V> {
    /// How it is cut.
    pub shape: Shape,
    /// As many as the shape has, lane 0 first.
    pub values: Vec<V>,
}

impl<V: Copy> Lanes<V> {
    /// These lanes.
    pub fn new(shape: Shape, values: Vec<V>) -> Lanes<V> {
        debug_assert_eq!(values.len(), shape.lanes());
        Lanes { shape, values }
    }

    fn map(&self, shape: Shape, lane: impl FnMut(V) -> V) -> Lanes<V> {
        Lanes::new(shape, self.values.iter().copied().map(lane).collect())
    }

    fn half(&self, half: Half) -> &[V] {
        let (low, high) = self.values.split_at(self.values.len() / 2);
        if half == Half::Low { low } else { high }
    }
}

/// The same bits in lanes of another shape.
pub fn reshape<S: Scalars>(s: &mut S, from: &Lanes<S::Value>, to: Shape) -> Lanes<S::Value> {
    use Shape::*;
    match (from.shape, to) {
        (a, b) if a == b => from.clone(),
        (F32x4, _) => {
            let words = from.map(I32x4, |v| s.unary(UnaryOp::I32ReinterpretF32, v));
            reshape(s, &words, to)
        }
        (F64x2, _) => {
            let words = from.map(I64x2, |v| s.unary(UnaryOp::I64ReinterpretF64, v));
            reshape(s, &words, to)
        }
        (_, F32x4) => reshape(s, from, I32x4).map(F32x4, |v| s.unary(UnaryOp::F32ReinterpretI32, v)),
        (_, F64x2) => reshape(s, from, I64x2).map(F64x2, |v| s.unary(UnaryOp::F64ReinterpretI64, v)),
        (I64x2, _) => {
            let words = from.values.iter().flat_map(|&v| halves(s, v)).collect();
            reshape(s, &Lanes::new(I32x4, words), to)
        }
        (I8x16 | I16x8, _) => {
            let words = from.values.chunks(from.shape.lanes() / 4).map(|parts| word(s, from.shape, parts)).collect();
            reshape(s, &Lanes::new(I32x4, words), to)
        }
        (I32x4, I64x2) => {
            let pairs = from.values.chunks(2).map(|pair| join(s, pair[0], pair[1])).collect();
            Lanes::new(I64x2, pairs)
        }
        (I32x4, _) => {
            let parts = from.values.iter().flat_map(|&v| parts(s, to, v)).collect();
            Lanes::new(to, parts)
        }
    }
}

/// The two words of an `i64`, low first.
fn halves<S: Scalars>(s: &mut S, v: S::Value) -> [S::Value; 2] {
    let count = s.constant(Const::i64(32));
    let high = s.binary(BinaryOp::I64ShrU, v, count);
    [s.unary(UnaryOp::I32WrapI64, v), s.unary(UnaryOp::I32WrapI64, high)]
}

/// Two words as an `i64`.
fn join<S: Scalars>(s: &mut S, low: S::Value, high: S::Value) -> S::Value {
    let (low, high) = (s.unary(UnaryOp::I64ExtendI32U, low), s.unary(UnaryOp::I64ExtendI32U, high));
    let count = s.constant(Const::i64(32));
    let high = s.binary(BinaryOp::I64Shl, high, count);
    s.binary(BinaryOp::I64Or, low, high)
}

/// The lanes within a word; what is above them in the `i32` is arbitrary.
fn parts<S: Scalars>(s: &mut S, shape: Shape, word: S::Value) -> Vec<S::Value> {
    let shifted = |shift: u32| {
        let count = s.i32(shift as i32);
        if shift == 0 { word } else { s.binary(BinaryOp::I32ShrU, word, count) }
    };
    (0..32).step_by(shape.bits() as usize).map(shifted).collect()
}

/// The word of these lanes.
fn word<S: Scalars>(s: &mut S, shape: Shape, parts: &[S::Value]) -> S::Value {
    let mut word = s.i32(0);
    for (index, &part) in parts.iter().enumerate() {
        // The highest lane loses by the shift what is above it.
        let part = if index + 1 < parts.len() { extended(s, shape, Sign::Unsigned, part) } else { part };
        let count = s.i32(index as i32 * shape.bits() as i32);
        let part = if index == 0 { part } else { s.binary(BinaryOp::I32Shl, part, count) };
        word = if index == 0 { part } else { s.binary(BinaryOp::I32Or, word, part) };
    }
    word
}

/// A lane with its own bits only, extended to the scalar type.
pub fn extended<S: Scalars>(s: &mut S, shape: Shape, sign: Sign, v: S::Value) -> S::Value {
    match (shape, sign) {
        (Shape::I8x16, Sign::Signed) => s.unary(UnaryOp::I32Extend8S, v),
        (Shape::I16x8, Sign::Signed) => s.unary(UnaryOp::I32Extend16S, v),
        (Shape::I8x16 | Shape::I16x8, Sign::Unsigned) => {
            let mask = s.i32((1 << shape.bits()) - 1);
            s.binary(BinaryOp::I32And, v, mask)
        }
        _ => v,
    }
}

/// How an operator reads narrow lanes; equality may read them either way.
fn sign_of(op: BinaryOp) -> Sign {
    use BinaryOp::*;
    match op {
        I32LtS | I32GtS | I32LeS | I32GeS | I32ShrS => Sign::Signed,
        _ => Sign::Unsigned,
    }
}

/// The scalar in every lane.
pub fn splat<S: Scalars>(shape: Shape, v: S::Value) -> Lanes<S::Value> {
    Lanes::new(shape, vec![v; shape.lanes()])
}

/// The result of an operator whose operand and result are vectors.
pub fn unary<S: Scalars>(s: &mut S, op: VectorUnaryOp, a: &Lanes<S::Value>) -> Lanes<S::Value> {
    match op.rule() {
        UnaryRule::Not => {
            let a = reshape(s, a, integers(a.shape));
            let ones = s.constant(Const { ty: a.shape.scalar(), bits: a.shape.scalar().mask() });
            a.map(a.shape, |v| s.binary(wide(a.shape, BinaryOp::I32Xor, BinaryOp::I64Xor), v, ones))
        }
        UnaryRule::Each(op) => {
            let a = reshape(s, a, Shape::of_lane(op.operand()));
            a.map(Shape::of_lane(op.result()), |v| s.unary(op, v))
        }
        UnaryRule::Negate(shape) => {
            let a = reshape(s, a, shape);
            a.map(shape, |v| negated(s, shape, v))
        }
        UnaryRule::Absolute(shape) => {
            let a = reshape(s, a, shape);
            a.map(shape, |v| absolute(s, shape, v))
        }
        UnaryRule::Popcnt => {
            let a = reshape(s, a, Shape::I8x16);
            a.map(Shape::I8x16, |v| {
                let v = extended(s, Shape::I8x16, Sign::Unsigned, v);
                s.unary(UnaryOp::I32Popcnt, v)
            })
        }
        UnaryRule::Extend(shape, half, sign) => {
            let a = reshape(s, a, shape);
            let lanes = a.half(half).iter().map(|&v| widened(s, shape, sign, v)).collect();
            Lanes::new(shape.widened(), lanes)
        }
        UnaryRule::ExtendAddPairs(shape, sign) => {
            let a = reshape(s, a, shape);
            let all: Vec<S::Value> = a.values.iter().map(|&v| widened(s, shape, sign, v)).collect();
            let sums = all.chunks(2).map(|pair| s.binary(BinaryOp::I32Add, pair[0], pair[1])).collect();
            Lanes::new(shape.widened(), sums)
        }
        UnaryRule::LowPair(op) => {
            let a = reshape(s, a, Shape::of_lane(op.operand()));
            let lanes = a.values[..2].iter().map(|&v| s.unary(op, v)).collect();
            Lanes::new(Shape::of_lane(op.result()), lanes)
        }
        UnaryRule::ZeroPair(op) => {
            let a = reshape(s, a, Shape::of_lane(op.operand()));
            let zero = s.constant(Const { ty: op.result(), bits: 0 });
            let mut lanes: Vec<S::Value> = a.values.iter().map(|&v| s.unary(op, v)).collect();
            lanes.resize(4, zero);
            Lanes::new(Shape::of_lane(op.result()), lanes)
        }
        UnaryRule::Splat(_) | UnaryRule::AnyTrue | UnaryRule::AllTrue(_) | UnaryRule::Bitmask(_) => {
            unreachable!("`{}` isn't an operator from vector to vector", op.name())
        }
    }
}

/// The result of an operator whose result is an `i32`.
pub fn test<S: Scalars>(s: &mut S, op: VectorUnaryOp, a: &Lanes<S::Value>) -> S::Value {
    match op.rule() {
        UnaryRule::AllTrue(shape) => {
            let a = reshape(s, a, shape);
            let lanes = a.values.iter().map(|&v| {
                let v = extended(s, shape, Sign::Unsigned, v);
                let zero = s.constant(Const { ty: shape.scalar(), bits: 0 });
                s.binary(wide(shape, BinaryOp::I32Ne, BinaryOp::I64Ne), v, zero)
            });
            let lanes: Vec<S::Value> = lanes.collect();
            all(s, BinaryOp::I32And, &lanes)
        }
        UnaryRule::Bitmask(shape) => {
            let a = reshape(s, a, shape);
            let bits: Vec<S::Value> = (0..shape.lanes()).map(|lane| sign_bit(s, &a, lane)).collect();
            all(s, BinaryOp::I32Or, &bits)
        }
        _ => {
            let a = reshape(s, a, Shape::I64x2);
            let bits = s.binary(BinaryOp::I64Or, a.values[0], a.values[1]);
            let zero = s.constant(Const::i64(0));
            s.binary(BinaryOp::I64Ne, bits, zero)
        }
    }
}

/// The sign of a lane as the bit with the lane's number.
fn sign_bit<S: Scalars>(s: &mut S, a: &Lanes<S::Value>, lane: usize) -> S::Value {
    let mut v = a.values[lane];
    let last = a.shape.bits() as i32 - 1;
    if a.shape == Shape::I64x2 {
        let count = s.constant(Const::i64(last.into()));
        let high = s.binary(BinaryOp::I64ShrU, v, count);
        v = s.unary(UnaryOp::I32WrapI64, high);
    } else {
        let count = s.i32(last);
        v = s.binary(BinaryOp::I32ShrU, v, count);
    }
    let (one, count) = (s.i32(1), s.i32(lane as i32));
    let bit = s.binary(BinaryOp::I32And, v, one);
    s.binary(BinaryOp::I32Shl, bit, count)
}

fn all<S: Scalars>(s: &mut S, op: BinaryOp, values: &[S::Value]) -> S::Value {
    let zero = s.i32(0);
    let mut values = values.iter().copied();
    let first = values.next().unwrap_or(zero);
    values.fold(first, |sum, v| s.binary(op, sum, v))
}

/// The result of an operator with two vectors.
pub fn binary<S: Scalars>(s: &mut S, op: VectorBinaryOp, a: &Lanes<S::Value>, b: &Lanes<S::Value>) -> Lanes<S::Value> {
    match op.rule() {
        BinaryRule::Bits(op) => {
            let (a, b) = alike(s, a, b);
            pairs(&a, &b, |x, y| s.binary(narrowed(a.shape, op), x, y))
        }
        BinaryRule::AndNot => {
            let (a, b) = alike(s, a, b);
            let b = unary(s, VectorUnaryOp::V128Not, &b);
            pairs(&a, &b, |x, y| s.binary(narrowed(a.shape, BinaryOp::I64And), x, y))
        }
        BinaryRule::Each(shape, op) => {
            let (a, b) = (reshape(s, a, shape), reshape(s, b, shape));
            pairs(&a, &b, |x, y| s.binary(op, x, y))
        }
        BinaryRule::Compare(shape, op) => {
            let (a, b) = (reshape(s, a, shape), reshape(s, b, shape));
            let masks = pairs(&a, &b, |x, y| {
                let holds = compared(s, shape, op, x, y);
                mask(s, shape, holds)
            });
            Lanes::new(integers(shape), masks.values)
        }
        BinaryRule::Pick(shape, op) => {
            let (a, b) = (reshape(s, a, shape), reshape(s, b, shape));
            pairs(&a, &b, |x, y| {
                let second = compared(s, shape, op, y, x);
                s.select(second, y, x)
            })
        }
        BinaryRule::Narrow(shape, sign) => {
            let (a, b) = (reshape(s, a, shape.widened()), reshape(s, b, shape.widened()));
            let lanes = a.values.iter().chain(&b.values).map(|&v| {
                let v = extended(s, shape.widened(), Sign::Signed, v);
                limited(s, shape, sign, v)
            });
            Lanes::new(shape, lanes.collect())
        }
        BinaryRule::ExtendMul(shape, half, sign) => {
            let (a, b) = (reshape(s, a, shape), reshape(s, b, shape));
            let mul = wide(shape.widened(), BinaryOp::I32Mul, BinaryOp::I64Mul);
            let lanes = a.half(half).iter().zip(b.half(half)).map(|(&x, &y)| {
                let (x, y) = (widened(s, shape, sign, x), widened(s, shape, sign, y));
                s.binary(mul, x, y)
            });
            Lanes::new(shape.widened(), lanes.collect())
        }
        BinaryRule::Dot(shape) => {
            let products = products(s, shape, a, b);
            Lanes::new(shape.widened(), products.chunks(2).map(|pair| all(s, BinaryOp::I32Add, pair)).collect())
        }
        BinaryRule::Swizzle => swizzle(s, a, b),
        _ => narrow_arithmetic(s, op, a, b),
    }
}

/// Operators that exist for lanes of 8 and 16 bits only.
fn narrow_arithmetic<S: Scalars>(
    s: &mut S,
    op: VectorBinaryOp,
    a: &Lanes<S::Value>,
    b: &Lanes<S::Value>,
) -> Lanes<S::Value> {
    let both = |s: &mut S, shape: Shape, sign: Sign| {
        let (a, b) = (reshape(s, a, shape), reshape(s, b, shape));
        (a.map(shape, |v| extended(s, shape, sign, v)), b.map(shape, |v| extended(s, shape, sign, v)))
    };
    match op.rule() {
        BinaryRule::Saturate(shape, op, sign) => {
            let (a, b) = both(s, shape, sign);
            pairs(&a, &b, |x, y| {
                let exact = s.binary(op, x, y);
                limited(s, shape, sign, exact)
            })
        }
        BinaryRule::Average(shape) => {
            let (a, b) = both(s, shape, Sign::Unsigned);
            pairs(&a, &b, |x, y| {
                let (sum, one) = (s.binary(BinaryOp::I32Add, x, y), s.i32(1));
                let sum = s.binary(BinaryOp::I32Add, sum, one);
                s.binary(BinaryOp::I32ShrU, sum, one)
            })
        }
        BinaryRule::FractionProduct => {
            let (a, b) = both(s, Shape::I16x8, Sign::Signed);
            pairs(&a, &b, |x, y| {
                let (product, half, count) = (s.binary(BinaryOp::I32Mul, x, y), s.i32(0x4000), s.i32(15));
                let product = s.binary(BinaryOp::I32Add, product, half);
                let rounded = s.binary(BinaryOp::I32ShrS, product, count);
                limited(s, Shape::I16x8, Sign::Signed, rounded)
            })
        }
        _ => unreachable!("`{}` isn't an operator with two vectors", op.name()),
    }
}

/// The result of a shift.
pub fn shift<S: Scalars>(s: &mut S, op: VectorBinaryOp, a: &Lanes<S::Value>, count: S::Value) -> Lanes<S::Value> {
    let BinaryRule::Shift(shape, op) = op.rule() else { unreachable!("`{}` isn't a shift", op.name()) };
    let last = s.i32(shape.bits() as i32 - 1);
    let count = s.binary(BinaryOp::I32And, count, last);
    let count = if shape == Shape::I64x2 { s.unary(UnaryOp::I64ExtendI32U, count) } else { count };
    reshape(s, a, shape).map(shape, |v| {
        let v = if op == BinaryOp::I32Shl { v } else { extended(s, shape, sign_of(op), v) };
        s.binary(op, v, count)
    })
}

/// The result of an operator with three vectors.
pub fn ternary<S: Scalars>(s: &mut S, op: VectorTernaryOp, operands: [&Lanes<S::Value>; 3]) -> Lanes<S::Value> {
    let [a, b, c] = operands;
    match op.rule() {
        TernaryRule::Bitselect => {
            // `b ^ ((a ^ b) & c)` has one operator less than the disjunction of two halves.
            let difference = binary(s, VectorBinaryOp::V128Xor, a, b);
            let chosen = binary(s, VectorBinaryOp::V128And, &difference, c);
            binary(s, VectorBinaryOp::V128Xor, &chosen, b)
        }
        TernaryRule::MultiplyAdd(shape) => fused(s, shape, a, b, c),
        TernaryRule::MultiplySubtract(shape) => {
            let neg = if shape == Shape::F32x4 { UnaryOp::F32Neg } else { UnaryOp::F64Neg };
            let a = reshape(s, a, shape).map(shape, |v| s.unary(neg, v));
            fused(s, shape, &a, b, c)
        }
        TernaryRule::DotAdd => {
            let products = products(s, Shape::I8x16, a, b);
            let sums = products.chunks(4).map(|four| all(s, BinaryOp::I32Add, four)).collect();
            let c = reshape(s, c, Shape::I32x4);
            pairs(&Lanes::new(Shape::I32x4, sums), &c, |x, y| s.binary(BinaryOp::I32Add, x, y))
        }
    }
}

/// The product of the first two plus the third, rounded once.
fn fused<S: Scalars>(
    s: &mut S,
    shape: Shape,
    a: &Lanes<S::Value>,
    b: &Lanes<S::Value>,
    c: &Lanes<S::Value>,
) -> Lanes<S::Value> {
    let op = if shape == Shape::F32x4 { TernaryOp::F32Fma } else { TernaryOp::F64Fma };
    let [a, b, c] = [a, b, c].map(|operand| reshape(s, operand, shape));
    let lanes = a.values.iter().zip(&b.values).zip(&c.values);
    Lanes::new(shape, lanes.map(|((&x, &y), &z)| s.ternary(op, [x, y, z])).collect())
}

/// Bytes of two vectors, chosen by constants below 32.
pub fn shuffle<S: Scalars>(s: &mut S, lanes: [u8; 16], a: &Lanes<S::Value>, b: &Lanes<S::Value>) -> Lanes<S::Value> {
    let shape = shuffled(lanes);
    let bytes = shape.bits() as usize / 8;
    let (a, b) = (reshape(s, a, shape), reshape(s, b, shape));
    let both: Vec<S::Value> = a.values.into_iter().chain(b.values).collect();
    let values = lanes.chunks(bytes).map(|run| both[run[0] as usize / bytes % both.len()]).collect();
    Lanes::new(shape, values)
}

/// The shape with the widest lanes that a shuffle moves as a whole.
pub fn shuffled(lanes: [u8; 16]) -> Shape {
    let whole = |shape: &Shape| lanes.chunks(shape.bits() as usize / 8).all(is_run);
    [Shape::I64x2, Shape::I32x4, Shape::I16x8].into_iter().find(whole).unwrap_or(Shape::I8x16)
}

/// True if these bytes are one lane of their own width.
fn is_run(bytes: &[u8]) -> bool {
    (bytes[0] as usize).is_multiple_of(bytes.len())
        && bytes.windows(2).all(|pair| pair[0].checked_add(1) == Some(pair[1]))
}

/// A lane as a scalar.
pub fn extract<S: Scalars>(s: &mut S, shape: Shape, sign: Sign, lane: u8, a: &Lanes<S::Value>) -> S::Value {
    let a = reshape(s, a, shape);
    extended(s, shape, sign, a.values[lane as usize % shape.lanes()])
}

/// The vector with another lane.
pub fn replace<S: Scalars>(s: &mut S, shape: Shape, lane: u8, a: &Lanes<S::Value>, v: S::Value) -> Lanes<S::Value> {
    let mut a = reshape(s, a, shape);
    a.values[lane as usize % shape.lanes()] = v;
    a
}

/// Lane by lane.
fn pairs<V: Copy>(a: &Lanes<V>, b: &Lanes<V>, mut op: impl FnMut(V, V) -> V) -> Lanes<V> {
    Lanes::new(a.shape, a.values.iter().zip(&b.values).map(|(&x, &y)| op(x, y)).collect())
}

/// The shape of integers in which the same bits stand without being moved.
pub fn integers(shape: Shape) -> Shape {
    match shape {
        Shape::F32x4 => Shape::I32x4,
        Shape::F64x2 => Shape::I64x2,
        shape => shape,
    }
}

/// The shape in which an operator on bits combines operands of these shapes.
pub fn common(a: Shape, b: Shape) -> Shape {
    if integers(a) == integers(b) { integers(a) } else { Shape::I32x4 }
}

fn alike<S: Scalars>(s: &mut S, a: &Lanes<S::Value>, b: &Lanes<S::Value>) -> (Lanes<S::Value>, Lanes<S::Value>) {
    let shape = common(a.shape, b.shape);
    (reshape(s, a, shape), reshape(s, b, shape))
}

fn wide(shape: Shape, narrow: BinaryOp, wide: BinaryOp) -> BinaryOp {
    if shape.scalar() == Type::I64 { wide } else { narrow }
}

/// The operator on bits for integers of this shape.
fn narrowed(shape: Shape, op: BinaryOp) -> BinaryOp {
    match op {
        BinaryOp::I64And => wide(shape, BinaryOp::I32And, op),
        BinaryOp::I64Or => wide(shape, BinaryOp::I32Or, op),
        _ => wide(shape, BinaryOp::I32Xor, op),
    }
}

fn compared<S: Scalars>(s: &mut S, shape: Shape, op: BinaryOp, a: S::Value, b: S::Value) -> S::Value {
    let (a, b) = (extended(s, shape, sign_of(op), a), extended(s, shape, sign_of(op), b));
    s.binary(op, a, b)
}

/// All ones for 1, zero for 0.
fn mask<S: Scalars>(s: &mut S, shape: Shape, holds: S::Value) -> S::Value {
    if shape.bits() == 64 {
        let (holds, zero) = (s.unary(UnaryOp::I64ExtendI32U, holds), s.constant(Const::i64(0)));
        return s.binary(BinaryOp::I64Sub, zero, holds);
    }
    let zero = s.i32(0);
    s.binary(BinaryOp::I32Sub, zero, holds)
}

fn negated<S: Scalars>(s: &mut S, shape: Shape, v: S::Value) -> S::Value {
    let zero = s.constant(Const { ty: shape.scalar(), bits: 0 });
    s.binary(wide(shape, BinaryOp::I32Sub, BinaryOp::I64Sub), zero, v)
}

fn absolute<S: Scalars>(s: &mut S, shape: Shape, v: S::Value) -> S::Value {
    let v = extended(s, shape, Sign::Signed, v);
    let zero = s.constant(Const { ty: shape.scalar(), bits: 0 });
    let is_negative = s.binary(wide(shape, BinaryOp::I32LtS, BinaryOp::I64LtS), v, zero);
    let negated = negated(s, shape, v);
    s.select(is_negative, negated, v)
}

/// A lane as one of twice the width.
fn widened<S: Scalars>(s: &mut S, shape: Shape, sign: Sign, v: S::Value) -> S::Value {
    match (shape, sign) {
        (Shape::I32x4, Sign::Signed) => s.unary(UnaryOp::I64ExtendI32S, v),
        (Shape::I32x4, Sign::Unsigned) => s.unary(UnaryOp::I64ExtendI32U, v),
        _ => extended(s, shape, sign, v),
    }
}

/// A signed `i32` limited to the range of a narrow lane.
fn limited<S: Scalars>(s: &mut S, shape: Shape, sign: Sign, v: S::Value) -> S::Value {
    let bits = shape.bits();
    let (low, high) = match sign {
        Sign::Signed => (-(1 << (bits - 1)), (1 << (bits - 1)) - 1),
        Sign::Unsigned => (0, (1 << bits) - 1),
    };
    let (low, high) = (s.i32(low), s.i32(high));
    let below = s.binary(BinaryOp::I32LtS, v, low);
    let v = s.select(below, low, v);
    let above = s.binary(BinaryOp::I32GtS, v, high);
    s.select(above, high, v)
}

/// The products of signed lanes of 8 or 16 bits, which an `i32` holds.
fn products<S: Scalars>(s: &mut S, shape: Shape, a: &Lanes<S::Value>, b: &Lanes<S::Value>) -> Vec<S::Value> {
    let (a, b) = (reshape(s, a, shape), reshape(s, b, shape));
    let product = |(&x, &y): (&S::Value, &S::Value)| {
        let (x, y) = (widened(s, shape, Sign::Signed, x), widened(s, shape, Sign::Signed, y));
        s.binary(BinaryOp::I32Mul, x, y)
    };
    a.values.iter().zip(&b.values).map(product).collect()
}

fn swizzle<S: Scalars>(s: &mut S, a: &Lanes<S::Value>, b: &Lanes<S::Value>) -> Lanes<S::Value> {
    let bytes = reshape(s, a, Shape::I64x2);
    reshape(s, b, Shape::I8x16).map(Shape::I8x16, |lane| {
        let lane = extended(s, Shape::I8x16, Sign::Unsigned, lane);
        let (eight, end, zero) = (s.i32(8), s.i32(16), s.i32(0));
        let is_low = s.binary(BinaryOp::I32LtU, lane, eight);
        let half = s.select(is_low, bytes.values[0], bytes.values[1]);
        // The shift takes its count modulo 64, that is, the lane modulo 8.
        let bits = s.binary(BinaryOp::I32Mul, lane, eight);
        let bits = s.unary(UnaryOp::I64ExtendI32U, bits);
        let shifted = s.binary(BinaryOp::I64ShrU, half, bits);
        let byte = s.unary(UnaryOp::I32WrapI64, shifted);
        let is_there = s.binary(BinaryOp::I32LtU, lane, end);
        s.select(is_there, byte, zero)
    })
}
