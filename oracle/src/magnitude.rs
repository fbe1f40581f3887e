//! How large what a kernel adds up is, and how many roundings that takes: what an error bound of a relaxed sum is made of.
//!
//! Input are the values of a thread as the interpreter computes them; output is, for each value of a float type, how it is made by
//! additions, and how by multiplications, down to operands that are made in another way. Those are the same in every order, so two
//! orders of `m` additions of operands `x` differ from the exact sum by `g(m) * sum |x|` at most, `g(m) = m u / (1 - m u)` with the unit
//! roundoff `u`, and from each other by twice that; of products it is `g(m)` of the exact product, as long as no order leaves the range
//! of normal numbers. It isn't asked which of the additions are those of the loop: an operand taken apart further has a larger bound.
//!
//! Nothing here is shared with the compiler's analysis.

use ir::lowered::interp::Watch;
use ir::lowered::vector::BinaryRule;
use ir::lowered::{BinaryOp, Func, Op, Shape, Type, Value};
use ir::region::FoldOp;

/// How one float is made by one of the operators.
#[derive(Clone, Copy, PartialEq, Debug)]
pub(crate) struct Made {
    /// The magnitudes of what is added up, together; of factors, those that are larger than 1, multiplied.
    pub high: f64,
    /// The magnitudes of those factors that are smaller, but for zeros, multiplied.
    pub low: f64,
    /// How many operations that took.
    pub count: f64,
    /// True if some operand is an infinity.
    pub infinite: bool,
    /// True if some operand is a NaN.
    pub nan: bool,
}

impl Made {
    /// A float that is taken as it is.
    pub fn of(op: FoldOp, ty: Type, bits: u64) -> Made {
        let value = if ty == Type::F32 { f64::from(f32::from_bits(bits as u32)) } else { f64::from_bits(bits) };
        let size = value.abs();
        let (high, low) = match op {
            FoldOp::Add => (size, 1.0),
            // A zero makes zero whatever else there is.
            FoldOp::Mul => (size.max(1.0), if size == 0.0 { 1.0 } else { size.min(1.0) }),
        };
        Made { high, low, count: 0.0, infinite: value.is_infinite(), nan: value.is_nan() }
    }

    /// Of both, by one more operation.
    pub fn join(self, op: FoldOp, other: Made) -> Made {
        let high = match op {
            FoldOp::Add => self.high + other.high,
            FoldOp::Mul => self.high * other.high,
        };
        Made {
            high,
            low: self.low * other.low,
            count: self.count + other.count + 1.0,
            infinite: self.infinite || other.infinite,
            nan: self.nan || other.nan,
        }
    }
}

/// The values of a thread, as far as one of the operators makes them: those of a vector lane by lane.
#[derive(Default)]
pub(crate) struct Making {
    known: Vec<Option<Known>>,
    moved: Vec<Option<Known>>,
}

/// The last operation of a value, and how its lanes are made by it.
#[derive(Clone, Debug)]
struct Known {
    op: FoldOp,
    shape: Shape,
    lanes: Vec<Made>,
}

impl Making {
    /// How a scalar was made by an operator.
    pub fn of(&self, op: FoldOp, ty: Type, value: Value, bits: u64) -> Made {
        let known = self.known.get(value.index()).and_then(Option::as_ref).filter(|known| known.op == op);
        known.and_then(|known| known.lanes.first().copied()).unwrap_or(Made::of(op, ty, bits))
    }

    /// How the lanes of a value were made; one that something else has made is taken as it is.
    fn lanes(&self, op: FoldOp, shape: Shape, value: Value, bits: u128) -> Vec<Made> {
        match self.known.get(value.index()).and_then(Option::as_ref) {
            Some(known) if known.op == op && known.shape == shape => known.lanes.clone(),
            _ => {
                let lane = |lane: usize| (bits >> (lane as u32 * shape.bits())) as u64;
                (0..shape.lanes()).map(|at| Made::of(op, shape.scalar(), lane(at))).collect()
            }
        }
    }

    /// Of an operator on lanes of a shape; nothing where the operator is none of those.
    fn apply(&self, shape: Shape, op: BinaryOp, operands: [(Value, u128); 2]) -> Option<Known> {
        let op = operator(op)?;
        let [a, b] = operands.map(|(value, bits)| self.lanes(op, shape, value, bits));
        Some(Known { op, shape, lanes: a.into_iter().zip(b).map(|(a, b)| a.join(op, b)).collect() })
    }
}

/// The operator that a float operator folds by.
fn operator(op: BinaryOp) -> Option<FoldOp> {
    use BinaryOp::{F32Add, F32Mul, F32Sub, F64Add, F64Mul, F64Sub};
    match op {
        F32Add | F32Sub | F64Add | F64Sub => Some(FoldOp::Add),
        F32Mul | F64Mul => Some(FoldOp::Mul),
        _ => None,
    }
}

impl Watch for Making {
    fn computed(&mut self, func: &Func, op: &Op, result: Value, bits: &[u128]) {
        self.known.resize(func.values.len(), None);
        let at = |value: Value| (value, bits[value.index()]);
        // A scalar is the lowest lane of a vector.
        let scalar = if func.ty(result) == Type::F32 { Shape::F32x4 } else { Shape::F64x2 };
        self.known[result.index()] = match *op {
            Op::Binary(op, a, b) => self.apply(scalar, op, [at(a), at(b)]),
            Op::VectorBinary(op, a, b) => match op.rule() {
                BinaryRule::Each(shape, op) => self.apply(shape, op, [at(a), at(b)]),
                _ => None,
            },
            Op::Select { cond, if_true, if_false } => {
                let chosen = if bits[cond.index()] as u32 != 0 { if_true } else { if_false };
                self.known[chosen.index()].clone()
            }
            Op::ExtractLane { shape, lane, vector, .. } => {
                let known = self.known[vector.index()].as_ref().filter(|known| known.shape == shape);
                known.map(|known| Known { lanes: known.lanes[lane as usize..].to_vec(), ..*known })
            }
            _ => None,
        };
    }

    fn joined(&mut self, params: &[Value], args: &[Value]) {
        self.moved.clear();
        self.moved.extend(args.iter().map(|arg| self.known.get(arg.index()).cloned().flatten()));
        let most = params.iter().map(|param| param.index() + 1).max().unwrap_or(0);
        self.known.resize(self.known.len().max(most), None);
        for (param, made) in params.iter().zip(self.moved.drain(..)) {
            self.known[param.index()] = made;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use ir::lowered::BlockId;

    #[test]
    fn additions_are_taken_apart_and_products_are_not() {
        let mut func = Func::default();
        let block = func.new_block();
        let values: Vec<Value> = [2f64, -3.0, 0.5].map(|v| func.push(block, constant(v), Type::F64, 0)).to_vec();
        let product = func.push(block, Op::Binary(BinaryOp::F64Mul, values[0], values[1]), Type::F64, 0);
        let sum = func.push(block, Op::Binary(BinaryOp::F64Add, product, values[2]), Type::F64, 0);
        let sum = func.push(block, Op::Binary(BinaryOp::F64Sub, sum, values[0]), Type::F64, 0);
        let (mut making, mut bits) = (Making::default(), vec![0u128; func.values.len()]);
        let results = [2.0, -3.0, 0.5, -6.0, -5.5, -7.5];
        for (inst, result) in func.block(BlockId::ENTRY).insts.iter().zip(results) {
            let value = inst.result.unwrap();
            bits[value.index()] = f64::to_bits(result).into();
            making.computed(&func, &inst.op, value, &bits);
        }
        let made = making.of(FoldOp::Add, Type::F64, sum, (-7.5f64).to_bits());
        assert_eq!((made.high, made.count), (8.5, 2.0));
        let made = making.of(FoldOp::Mul, Type::F64, product, (-6f64).to_bits());
        assert_eq!((made.high, made.low, made.count), (6.0, 1.0, 1.0));
        // As a factor the sum is one number.
        assert_eq!(making.of(FoldOp::Mul, Type::F64, sum, (-7.5f64).to_bits()).high, 7.5);
    }

    fn constant(value: f64) -> Op {
        Op::Const(ir::lowered::Const { ty: Type::F64, bits: value.to_bits() })
    }
}
