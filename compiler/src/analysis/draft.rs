//! A region under construction: the scalars, integers, predicates and guards that the analysis has asked for so far.

use super::affine::{Duty, Lin, Symbols};
use ir::lowered::Type;
use ir::region::{Guard, Int, IntId, Pred, PredId, Program};

/// What is known of a region so far.
pub struct Draft<'a> {
    /// Live-ins and scalars.
    pub symbols: Symbols<'a>,
    /// Integers and predicates.
    pub program: Program,
    /// What must hold.
    pub guards: Vec<Guard>,
}

impl<'a> Draft<'a> {
    /// An empty draft.
    pub fn new(symbols: Symbols<'a>) -> Draft<'a> {
        Draft { symbols, program: Program::default(), guards: Vec::new() }
    }

    /// A constant integer.
    pub fn number(&mut self, value: i64) -> IntId {
        self.program.int(Int::Const(value))
    }

    /// A linear form read as a signed or unsigned integer.
    pub fn read(&mut self, lin: &Lin, signed: bool) -> IntId {
        if let Some(c) = lin.as_const() {
            if signed {
                return self.number(c.signed());
            } else if let Ok(value) = i64::try_from(c.bits) {
                return self.number(value);
            }
        }
        let scalar = self.symbols.materialise(lin);
        self.program.int(if signed { Int::Signed(scalar) } else { Int::Unsigned(scalar) })
    }

    /// The value of a constant node.
    pub fn known(&self, id: IntId) -> Option<i64> {
        match self.program.ints[id.0 as usize] {
            Int::Const(value) => Some(value),
            _ => None,
        }
    }

    /// `a + b`, folded.
    pub fn add(&mut self, a: IntId, b: IntId) -> IntId {
        match (self.known(a), self.known(b)) {
            (Some(0), _) => b,
            (_, Some(0)) => a,
            (Some(x), Some(y)) if x.checked_add(y).is_some() => self.number(x + y),
            _ => self.program.int(Int::Add(a, b)),
        }
    }

    /// `a - b`, folded.
    pub fn sub(&mut self, a: IntId, b: IntId) -> IntId {
        match (self.known(a), self.known(b)) {
            (_, Some(0)) => a,
            (Some(x), Some(y)) if x.checked_sub(y).is_some() => self.number(x - y),
            _ => self.program.int(Int::Sub(a, b)),
        }
    }

    /// `a * b`, folded.
    pub fn mul(&mut self, a: IntId, b: IntId) -> IntId {
        match (self.known(a), self.known(b)) {
            (Some(1), _) => b,
            (_, Some(1)) => a,
            (Some(x), Some(y)) if x.checked_mul(y).is_some() => self.number(x * y),
            _ => self.program.int(Int::Mul(a, b)),
        }
    }

    /// `a / b` rounded down, folded; `b` must be positive when it is evaluated.
    pub fn floor_div(&mut self, a: IntId, b: IntId) -> IntId {
        match (self.known(a), self.known(b)) {
            (_, Some(1)) => a,
            (Some(x), Some(y)) if y > 0 => self.number(x.div_euclid(y)),
            _ => self.program.int(Int::FloorDiv(a, b)),
        }
    }

    /// The larger of two, folded.
    pub fn max(&mut self, a: IntId, b: IntId) -> IntId {
        match (self.known(a), self.known(b)) {
            (Some(x), Some(y)) => self.number(x.max(y)),
            _ => self.program.int(Int::Max(a, b)),
        }
    }

    /// The smaller of two, folded.
    pub fn min(&mut self, a: IntId, b: IntId) -> IntId {
        match (self.known(a), self.known(b)) {
            (Some(x), Some(y)) => self.number(x.min(y)),
            _ => self.program.int(Int::Min(a, b)),
        }
    }

    /// `|a|`.
    pub fn magnitude(&mut self, a: IntId) -> IntId {
        let zero = self.number(0);
        let negated = self.sub(zero, a);
        self.max(a, negated)
    }

    /// `a <= b` as a predicate.
    pub fn le(&mut self, a: IntId, b: IntId) -> PredId {
        self.program.pred(Pred::Le(a, b))
    }

    /// Demands a predicate.
    pub fn demand(&mut self, pred: PredId, why: impl Into<String>) {
        if !self.guards.iter().any(|g| g.pred == pred) {
            self.guards.push(Guard { pred, why: why.into() });
        }
    }

    /// Demands `a <= b`, unless it is known.
    pub fn demand_le(&mut self, a: IntId, b: IntId, why: &str) {
        if let (Some(x), Some(y)) = (self.known(a), self.known(b))
            && x <= y
        {
            return;
        }
        let pred = self.le(a, b);
        self.demand(pred, why);
    }

    /// The smallest and largest integers of a type in a reading.
    pub fn range(&mut self, ty: Type, signed: bool) -> (IntId, IntId) {
        match (ty, signed) {
            (Type::I32, true) => (self.number(i32::MIN as i64), self.number(i32::MAX as i64)),
            (Type::I32, false) => (self.number(0), self.number(u32::MAX as i64)),
            (_, true) => (self.number(i64::MIN), self.number(i64::MAX)),
            (_, false) => {
                let max = self.number(i64::MAX);
                let two = self.number(2);
                let one = self.number(1);
                let twice = self.program.int(Int::Mul(max, two));
                (self.number(0), self.program.int(Int::Add(twice, one)))
            }
        }
    }

    /// Demands that a recurrence stays in its type, in the given reading, up to iteration `last`.
    ///
    /// Iteration 0 is in range by definition; the recurrence is linear, so the two ends bound every iteration between.
    pub fn demand_no_wrap(&mut self, duty: &Duty, last: IntId) {
        let first = self.read(&duty.start, duty.signed);
        let step = self.read(&duty.step, true);
        let distance = self.mul(step, last);
        let end = self.add(first, distance);
        let (lo, hi) = self.range(duty.start.ty, duty.signed);
        let down = self.known(step).is_some_and(|s| s < 0);
        let up = self.known(step).is_some_and(|s| s >= 0);
        if !up {
            self.demand_le(lo, end, "no-wrap");
        }
        if !down {
            self.demand_le(end, hi, "no-wrap");
        }
    }
}
