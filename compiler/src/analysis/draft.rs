//! A region under construction: the scalars, integers, predicates and guards that the analysis has asked for so far.

use super::affine::{Affine, Duty, Lin, Symbols};
use ir::faults;
use ir::lowered::{Type, Value};
use ir::region::{Guard, Int, IntId, Pred, PredId, Program};
use std::collections::BTreeSet;

/// What is known of a region so far.
pub struct Draft<'a> {
    /// Live-ins and scalars.
    pub symbols: Symbols<'a>,
    /// Integers and predicates.
    pub program: Program,
    /// What must hold.
    pub guards: Vec<Guard>,
    /// For each loop of the nest the number of its last iteration, at most, each time it is entered; none if that isn't bounded.
    pub lasts: Vec<Option<IntId>>,
    /// Loops whose count is known to be what its form says.
    pub counted: Vec<bool>,
    /// Loaded values that are relied on.
    pub steady: BTreeSet<Value>,
    /// True once it has been demanded that those stay as they are: no others may follow.
    pub settled: bool,
}

impl<'a> Draft<'a> {
    /// An empty draft for a nest of so many loops.
    pub fn new(symbols: Symbols<'a>, loops: usize) -> Draft<'a> {
        let (lasts, counted) = (vec![None; loops], vec![false; loops]);
        let (program, guards) = (Program::default(), Vec::new());
        Draft { symbols, program, guards, lasts, counted, steady: BTreeSet::new(), settled: false }
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
            _ if a == b => self.number(0),
            _ => self.program.int(Int::Sub(a, b)),
        }
    }

    /// `a * b`, folded.
    pub fn mul(&mut self, a: IntId, b: IntId) -> IntId {
        match (self.known(a), self.known(b)) {
            (Some(1), _) => b,
            (_, Some(1)) => a,
            (Some(0), _) => a,
            (_, Some(0)) => b,
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
            _ if a == b => a,
            _ => self.program.int(Int::Max(a, b)),
        }
    }

    /// The smaller of two, folded.
    pub fn min(&mut self, a: IntId, b: IntId) -> IntId {
        match (self.known(a), self.known(b)) {
            (Some(x), Some(y)) => self.number(x.min(y)),
            _ if a == b => a,
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
        let why = why.into();
        if faults::on_guard("dropped", &why) {
            return;
        }
        if !self.guards.iter().any(|g| g.pred == pred) {
            self.guards.push(Guard { pred, why });
        }
    }

    /// Demands `a <= b`, unless it is known.
    pub fn demand_le(&mut self, a: IntId, b: IntId, why: &str) {
        if let (Some(x), Some(y)) = (self.known(a), self.known(b))
            && x <= y
        {
            return;
        }
        let slack = i64::from(faults::on_guard("one-off", why)) + 9 * i64::from(faults::on_guard("loose", why));
        let b = match slack {
            0 => b,
            _ => {
                let slack = self.number(slack);
                self.add(b, slack)
            }
        };
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

    /// The smallest or the largest integer that a form reaches over the iterations of its loops, its steps read signed.
    ///
    /// The form is linear in each iteration number, so it is extreme at a corner. A loop with a given number ends there, whatever
    /// is known of it. None if some loop isn't bounded.
    pub fn extreme(
        &mut self,
        form: &Affine,
        signed: bool,
        largest: bool,
        ends: Option<(usize, IntId)>,
    ) -> Option<IntId> {
        let mut sum = self.read(&form.start, signed);
        for (&l, step) in &form.steps {
            let last = ends.filter(|e| e.0 == l).map(|e| e.1).or(self.lasts[l])?;
            if faults::on("extreme-inner-loops-stand-still") && l > 0 {
                continue;
            }
            let (zero, step) = (self.number(0), self.read(step, true));
            let reach = self.mul(step, last);
            let reach = match (self.known(step).map(|s| s >= 0), largest) {
                (Some(up), largest) if up == largest => reach,
                (Some(_), _) => zero,
                (None, true) => self.max(zero, reach),
                (None, false) => self.min(zero, reach),
            };
            sum = self.add(sum, reach);
        }
        Some(sum)
    }

    /// The least and the most that one form can be above another, both read alike and none wrapping around.
    ///
    /// Each side moves by its own steps, so the difference is linear in each iteration number as well.
    pub fn spread(&mut self, high: &Affine, low: &Affine, signed: bool) -> Option<(IntId, IntId)> {
        let (top, bottom) = (self.read(&high.start, signed), self.read(&low.start, signed));
        let start = self.sub(top, bottom);
        let (mut least, mut most) = (start, start);
        let around: BTreeSet<usize> = low.steps.keys().chain(high.steps.keys()).copied().collect();
        for l in around {
            let last = self.lasts[l]?;
            let (up, down) = (self.read(&high.step(l), true), self.read(&low.step(l), true));
            let change = self.sub(up, down);
            let (zero, reach) = (self.number(0), self.mul(change, last));
            let (down, up) = match self.known(change) {
                Some(change) if change >= 0 => (zero, reach),
                Some(_) => (reach, zero),
                None => (self.min(zero, reach), self.max(zero, reach)),
            };
            (least, most) = (self.add(least, down), self.add(most, up));
        }
        Some((least, most))
    }

    /// Demands that a form stays in its type, in the given reading; false if that can't be said.
    pub fn demand_no_wrap(&mut self, form: &Affine, signed: bool, ends: Option<(usize, IntId)>) -> bool {
        let (lowest, highest) = (self.extreme(form, signed, false, ends), self.extreme(form, signed, true, ends));
        let (Some(lowest), Some(highest)) = (lowest, highest) else { return false };
        let first = self.read(&form.start, signed);
        let (lo, hi) = self.range(form.start.ty, signed);
        if lowest != first {
            self.demand_le(lo, lowest, "no-wrap");
        }
        if highest != first {
            self.demand_le(highest, hi, "no-wrap");
        }
        true
    }

    /// Demands what a form depends on; false if that can't be said.
    pub fn demand_duty(&mut self, duty: &Duty, ends: Option<(usize, IntId)>) -> bool {
        match duty {
            Duty::NoWrap { form, signed } => self.demand_no_wrap(form, *signed, ends),
            Duty::Count(l) => self.counted[*l],
            Duty::Steady(value) if self.settled => self.steady.contains(value),
            Duty::Steady(value) => {
                self.steady.insert(*value);
                true
            }
        }
    }
}
