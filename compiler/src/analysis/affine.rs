//! Linear forms in modular arithmetic, and the live-ins they are built from.
//!
//! A [`Lin`] is a sum of invariant scalars with coefficients plus a constant, modulo 2^32 or 2^64: addition, subtraction,
//! multiplication by a constant, shifting left and truncation to 32 bits are exact in it, whatever wraps. An [`Affine`] is
//! `start + sum(step_d * i_d)` with linear `start` and steps, where `i_d` counts the iterations of loop `d` of the nest since it
//! was last entered. Whether such a value also behaves like an integer is a separate question, answered by the [`Duty`] list:
//! each says what must hold for the form to be right, and becomes a guard.

use super::context::Context;
use crate::reasons::Reason;
use crate::wasm::GuestLoop;
use ir::lowered::{BinaryOp, Const, LoadKind, Op, Type, UnaryOp, Value};
use ir::region::{LiveIn, Scalar, ScalarId, Scalars, Source, limits};
use std::collections::{BTreeMap, HashMap};

/// Terms or duties of a form.
const MAX_PARTS: usize = 32;
/// Bytes that lead out of any memory, backwards or forwards.
const FAR: u64 = 1 << 48;

/// A symbol of a linear form.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Sym {
    /// A value that doesn't change in the loop.
    Scalar(ScalarId),
    /// A value of the nest that the loop being looked at doesn't change, or a header parameter whose recurrence is being looked for.
    Value(Value),
}

/// A linear form.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct Lin {
    /// `i32` or `i64`.
    pub ty: Type,
    /// Coefficients, none zero, modulo the type.
    pub terms: BTreeMap<Sym, u64>,
    /// The constant, modulo the type.
    pub constant: u64,
}

impl Lin {
    /// A constant.
    pub fn constant(ty: Type, value: u64) -> Lin {
        Lin { ty, terms: BTreeMap::new(), constant: value & ty.mask() }
    }

    /// A symbol.
    pub fn symbol(ty: Type, sym: Sym) -> Lin {
        Lin { ty, terms: BTreeMap::from([(sym, 1)]), constant: 0 }
    }

    /// The value, if there are no symbols.
    pub fn as_const(&self) -> Option<Const> {
        self.terms.is_empty().then_some(Const { ty: self.ty, bits: self.constant })
    }

    /// The constant as a distance: of the integers that it may stand for the one nearest to 0.
    pub fn distance(&self) -> i64 {
        Const { ty: self.ty, bits: self.constant }.signed()
    }

    /// True unless an address that begins so lies outside of any memory. Distances between addresses that don't are small integers.
    pub fn is_near(&self) -> bool {
        let distance = self.distance();
        let wraps = self.ty == Type::I64 && self.terms.is_empty() && distance < 0;
        distance.unsigned_abs() < FAR && !wraps
    }

    /// True for the constant 0.
    pub fn is_zero(&self) -> bool {
        self.terms.is_empty() && self.constant == 0
    }

    /// True if it is made of values from outside of the nest.
    pub fn is_invariant(&self) -> bool {
        !self.terms.keys().any(|s| matches!(s, Sym::Value(_)))
    }

    /// `self + other * factor`.
    pub fn add_scaled(&self, other: &Lin, factor: u64) -> Lin {
        let mask = self.ty.mask();
        let mut sum = self.clone();
        sum.constant = sum.constant.wrapping_add(other.constant.wrapping_mul(factor)) & mask;
        for (&sym, &coefficient) in &other.terms {
            let entry = sum.terms.entry(sym).or_insert(0);
            *entry = entry.wrapping_add(coefficient.wrapping_mul(factor)) & mask;
        }
        sum.terms.retain(|_, c| *c != 0);
        sum
    }

    /// `self * factor`.
    pub fn scaled(&self, factor: u64) -> Lin {
        Lin::constant(self.ty, 0).add_scaled(self, factor)
    }

    /// The largest `k` such that 2^k divides the form for certain.
    fn trailing_zeros(&self) -> u32 {
        self.terms.values().chain([&self.constant]).map(|c| c.trailing_zeros()).min().unwrap_or(64)
    }
}

/// `start + sum(step_d * i_d)` for iteration `i_d` of loop `d` of the nest.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Affine {
    /// The value where all iteration numbers are 0.
    pub start: Lin,
    /// The change per iteration of each loop, none zero, by the loop's index in the nest.
    pub steps: BTreeMap<usize, Lin>,
    /// Indices into [`Forms::duties`] of what must hold for this form to hold.
    pub duties: Vec<u32>,
}

impl Affine {
    /// A form that doesn't change.
    pub fn invariant(start: Lin) -> Affine {
        Affine { start, steps: BTreeMap::new(), duties: Vec::new() }
    }

    /// True if no loop changes it.
    pub fn is_invariant(&self) -> bool {
        self.steps.is_empty()
    }

    /// The step in loop `l`.
    pub fn step(&self, l: usize) -> Lin {
        self.steps.get(&l).cloned().unwrap_or_else(|| Lin::constant(self.start.ty, 0))
    }

    /// True if start and steps are made of values from outside of the nest.
    pub fn is_known(&self) -> bool {
        self.start.is_invariant() && self.steps.values().all(Lin::is_invariant)
    }

    /// `self + factor * other`.
    pub fn add_scaled(&self, other: &Affine, factor: u64) -> Affine {
        let mut steps = self.steps.clone();
        for (&l, step) in &other.steps {
            let zero = || Lin::constant(step.ty, 0);
            let sum = steps.entry(l).or_insert_with(zero).add_scaled(step, factor);
            steps.insert(l, sum);
        }
        steps.retain(|_, step| !step.is_zero());
        Affine { start: self.start.add_scaled(&other.start, factor), steps, duties: self.both_duties(other) }
    }

    /// `self - other`.
    pub fn minus(&self, other: &Affine) -> Affine {
        self.add_scaled(other, u64::MAX)
    }

    /// `self + constant`.
    pub fn plus(&self, constant: u64) -> Affine {
        let mut sum = self.clone();
        sum.start = sum.start.add_scaled(&Lin::constant(self.start.ty, 1), constant);
        sum
    }

    /// The form with the duties of another one added.
    pub fn under(mut self, other: &Affine) -> Affine {
        self.duties = self.both_duties(other);
        self
    }

    fn both_duties(&self, other: &Affine) -> Vec<u32> {
        let mut duties = self.duties.clone();
        duties.extend(&other.duties);
        duties.sort_unstable();
        duties.dedup();
        duties
    }

    fn map(&self, f: impl Fn(&Lin) -> Lin) -> Affine {
        let mut steps: BTreeMap<usize, Lin> = self.steps.iter().map(|(&l, step)| (l, f(step))).collect();
        steps.retain(|_, step| !step.is_zero());
        Affine { start: f(&self.start), steps, duties: self.duties.clone() }
    }

    /// The largest `k` such that 2^k divides the form for certain.
    pub fn trailing_zeros(&self) -> u32 {
        self.steps.values().map(Lin::trailing_zeros).fold(self.start.trailing_zeros(), u32::min)
    }
}

/// What must hold for a form to be right.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Duty {
    /// A recurrence stays within its type in every iteration.
    NoWrap {
        /// The recurrence.
        form: Affine,
        /// Read as a signed integer.
        signed: bool,
    },
    /// Loop `l` of the nest runs as often as the form of its count says whenever it is entered.
    Count(usize),
    /// Nothing in the nest stores to what this value was loaded from.
    Steady(Value),
}

/// The values of the region's surroundings: live-ins and the scalars made of them.
pub struct Symbols<'a> {
    context: &'a Context<'a>,
    sources: HashMap<Value, Source>,
    /// The scalars so far.
    pub scalars: Scalars,
    /// The live-ins so far.
    pub live_ins: Vec<LiveIn>,
    by_value: HashMap<Value, ScalarId>,
    halves: HashMap<Value, [ScalarId; 2]>,
}

/// A vector that is defined outside of the loop.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum OutsideVector {
    /// A constant.
    Const([u8; 16]),
    /// Its two halves, low first, each an `i64`.
    Halves([ScalarId; 2]),
}

impl<'a> Symbols<'a> {
    /// Symbols of a loop.
    pub fn new(context: &'a Context<'a>, guest_loop: &GuestLoop) -> Symbols<'a> {
        let mut sources = HashMap::new();
        let carried = guest_loop.carried.iter().map(|c| (c.local, c.start));
        let locals = guest_loop.reads.iter().copied().chain(carried).map(|(local, v)| (Source::Local(local), v));
        let globals = guest_loop.globals.iter().map(|&(global, v)| (Source::Global(global), v));
        for (source, value) in locals.chain(globals) {
            let entry = sources.entry(value).or_insert(source);
            *entry = source.min(*entry);
        }
        Symbols {
            context,
            sources,
            scalars: Scalars::default(),
            live_ins: Vec::new(),
            by_value: HashMap::new(),
            halves: HashMap::new(),
        }
    }

    /// The scalar for a value that is defined outside of the loop.
    pub fn outside(&mut self, value: Value) -> Result<ScalarId, Reason> {
        if let Some(&id) = self.by_value.get(&value) {
            return Ok(id);
        }
        let node = match self.context.op(value) {
            Some(&Op::Const(c)) => Scalar::Const(c),
            _ => {
                let ty = self.context.func.ty(value);
                let &from = self.sources.get(&value).ok_or(Reason::LiveIn)?;
                if !ty.is_scalar() {
                    return Err(Reason::Operator { name: ty.to_string() });
                }
                self.live_in(from, ty)?
            }
        };
        let id = self.scalars.add(node);
        self.by_value.insert(value, id);
        Ok(id)
    }

    fn live_in(&mut self, from: Source, ty: Type) -> Result<Scalar, Reason> {
        if self.live_ins.len() == limits::MAX_VALUES {
            return Err(Reason::Limit { what: format!("more than {} live-ins", limits::MAX_VALUES) });
        }
        self.live_ins.push(LiveIn { from, ty });
        Ok(Scalar::LiveIn(self.live_ins.len() as u32 - 1))
    }

    /// The scalar for what dispatch reads from memory; none if there are too many live-ins.
    pub fn loaded(&mut self, memory: u32, address: ScalarId, offset: u64, kind: LoadKind) -> Option<ScalarId> {
        let from = Source::Loaded { memory, address, offset, kind };
        let node = match self.live_ins.iter().position(|live_in| live_in.from == from) {
            Some(at) => Scalar::LiveIn(at as u32),
            None => self.live_in(from, kind.ty()).ok()?,
        };
        Some(self.scalars.add(node))
    }

    /// What stands for a vector that is defined outside of the loop: a local's is passed in two halves.
    pub fn outside_vector(&mut self, value: Value) -> Result<OutsideVector, Reason> {
        if let Some(&Op::VectorConst(bytes)) = self.context.op(value) {
            return Ok(OutsideVector::Const(bytes));
        }
        if let Some(&halves) = self.halves.get(&value) {
            return Ok(OutsideVector::Halves(halves));
        }
        let Some(&Source::Local(local)) = self.sources.get(&value) else { return Err(Reason::LiveIn) };
        let low = self.live_in(Source::LocalLow(local), Type::I64)?;
        let low = self.scalars.add(low);
        let high = self.live_in(Source::LocalHigh(local), Type::I64)?;
        let high = self.scalars.add(high);
        self.halves.insert(value, [low, high]);
        Ok(OutsideVector::Halves([low, high]))
    }

    /// The linear form of a value that is defined outside of the loop.
    pub fn outside_lin(&mut self, value: Value) -> Result<Lin, Reason> {
        let ty = self.context.func.ty(value);
        let id = self.outside(value)?;
        Ok(match self.scalars.0[id.0 as usize] {
            Scalar::Const(c) => Lin::constant(ty, c.bits),
            _ => Lin::symbol(ty, Sym::Scalar(id)),
        })
    }

    /// The linear form of a value from outside, if it has been asked for before or is a constant.
    pub fn known_lin(&self, value: Value) -> Option<Lin> {
        let ty = self.context.func.ty(value);
        match (self.context.op(value), self.by_value.get(&value)) {
            (Some(Op::Const(c)), _) => Some(Lin::constant(ty, c.bits)),
            (_, Some(&id)) => Some(Lin::symbol(ty, Sym::Scalar(id))),
            _ => None,
        }
    }

    /// The value from outside that a live-in stands for.
    pub fn value_of(&self, id: ScalarId) -> Option<Value> {
        self.by_value.iter().filter(|(_, known)| **known == id).map(|(&value, _)| value).min()
    }

    /// A constant as a scalar.
    pub fn constant(&mut self, c: Const) -> ScalarId {
        self.scalars.add(Scalar::Const(c))
    }

    /// An operator on scalars, folded where it takes only constants.
    pub fn binary(&mut self, op: BinaryOp, a: ScalarId, b: ScalarId) -> ScalarId {
        let node = |id: ScalarId| self.scalars.0[id.0 as usize];
        if let (Scalar::Const(a), Scalar::Const(b)) = (node(a), node(b))
            && let Ok(bits) = ir::lowered::eval::binary(op, a.bits, b.bits)
        {
            return self.constant(Const { ty: op.result(), bits });
        }
        self.scalars.add(Scalar::Binary(op, a, b))
    }

    /// An operator on a scalar, folded for a constant.
    pub fn unary(&mut self, op: UnaryOp, a: ScalarId) -> ScalarId {
        if let Scalar::Const(c) = self.scalars.0[a.0 as usize]
            && let Ok(bits) = ir::lowered::eval::unary(op, c.bits)
        {
            return self.constant(Const { ty: op.result(), bits });
        }
        self.scalars.add(Scalar::Unary(op, a))
    }

    /// A linear form without recurrences as a scalar.
    pub fn materialise(&mut self, lin: &Lin) -> ScalarId {
        let wide = lin.ty == Type::I64;
        let (add, sub, mul) = if wide {
            (BinaryOp::I64Add, BinaryOp::I64Sub, BinaryOp::I64Mul)
        } else {
            (BinaryOp::I32Add, BinaryOp::I32Sub, BinaryOp::I32Mul)
        };
        let mut sum: Option<ScalarId> = None;
        let minus_one = lin.ty.mask();
        let (minus, plus): (Vec<_>, Vec<_>) = lin.terms.iter().partition(|&(_, &c)| c == minus_one);
        for (sym, &coefficient) in plus {
            let Sym::Scalar(id) = *sym else { continue };
            let factor = self.constant(Const { ty: lin.ty, bits: coefficient });
            let term = if coefficient == 1 { id } else { self.binary(mul, id, factor) };
            sum = Some(sum.map_or(term, |sum| self.binary(add, sum, term)));
        }
        if lin.constant != 0 || sum.is_none() {
            let constant = self.constant(Const { ty: lin.ty, bits: lin.constant });
            sum = Some(sum.map_or(constant, |sum| self.binary(add, sum, constant)));
        }
        let mut sum = sum.unwrap_or(ScalarId(0));
        for (sym, _) in minus {
            let Sym::Scalar(id) = *sym else { continue };
            sum = self.binary(sub, sum, id);
        }
        sum
    }

    /// A scalar as a form.
    pub fn opaque(&mut self, id: ScalarId, ty: Type) -> Lin {
        match self.scalars.0[id.0 as usize] {
            Scalar::Const(c) => Lin::constant(ty, c.bits),
            _ => Lin::symbol(ty, Sym::Scalar(id)),
        }
    }
}

/// The forms of the integer values of a loop.
#[derive(Default)]
pub struct Forms {
    /// The form of each value that has one.
    pub forms: HashMap<Value, Affine>,
    /// What must not wrap.
    pub duties: Vec<Duty>,
}

impl Forms {
    /// The index of a duty.
    pub fn duty(&mut self, duty: Duty) -> u32 {
        let known = self.duties.iter().position(|d| *d == duty);
        known.unwrap_or_else(|| {
            self.duties.push(duty);
            self.duties.len() - 1
        }) as u32
    }

    /// The form of an operation whose operands' forms are known. A form with too many parts is as good as none.
    pub fn evaluate(
        &mut self,
        symbols: &mut Symbols<'_>,
        op: &Op,
        form: impl FnMut(&mut Forms, &mut Symbols<'_>, Value) -> Option<Affine>,
    ) -> Option<Affine> {
        let parts = |f: &Affine| {
            let steps = f.steps.values().map(|s| s.terms.len()).sum::<usize>();
            f.start.terms.len().max(steps).max(f.duties.len()).max(f.steps.len())
        };
        self.raw(symbols, op, form).filter(|f| parts(f) <= MAX_PARTS)
    }

    fn raw(
        &mut self,
        symbols: &mut Symbols<'_>,
        op: &Op,
        mut form: impl FnMut(&mut Forms, &mut Symbols<'_>, Value) -> Option<Affine>,
    ) -> Option<Affine> {
        match *op {
            Op::Const(c) if c.ty.is_int() => Some(Affine::invariant(Lin::constant(c.ty, c.bits))),
            Op::Unary(op, a) if op.operand().is_int() => {
                let a = form(self, symbols, a)?;
                self.unary(symbols, op, a)
            }
            Op::Binary(op, a, b) if op.operand().is_int() => {
                let (a, b) = (form(self, symbols, a)?, form(self, symbols, b)?);
                self.binary(symbols, op, a, b)
            }
            Op::Select { cond, if_true, if_false } => {
                let (a, b) = (form(self, symbols, if_true)?, form(self, symbols, if_false)?);
                let cond = form(self, symbols, cond)?;
                choose(symbols, &cond, &a, &b)
            }
            _ => None,
        }
    }

    /// A form of 32 bits in 64, read unsigned.
    pub fn extend(&mut self, symbols: &mut Symbols<'_>, a: Affine) -> Option<Affine> {
        self.unary(symbols, UnaryOp::I64ExtendI32U, a)
    }

    fn unary(&mut self, symbols: &mut Symbols<'_>, op: UnaryOp, a: Affine) -> Option<Affine> {
        if op == UnaryOp::I32WrapI64 {
            return wrap(symbols, &a);
        }
        if !a.is_known() || !op.result().is_int() {
            return None;
        }
        let apply = |symbols: &mut Symbols<'_>, lin: &Lin, op: UnaryOp| {
            let scalar = symbols.materialise(lin);
            let scalar = symbols.unary(op, scalar);
            symbols.opaque(scalar, op.result())
        };
        let start = apply(symbols, &a.start, op);
        if a.is_invariant() {
            return Some(Affine::invariant(start).under(&a));
        }
        if !matches!(op, UnaryOp::I64ExtendI32S | UnaryOp::I64ExtendI32U) {
            return None;
        }
        // A step is a signed distance in either reading; that the value itself stays in range is a duty.
        let extended = a.steps.iter().map(|(&l, step)| (l, apply(symbols, step, UnaryOp::I64ExtendI32S)));
        let steps = extended.collect();
        let signed = op == UnaryOp::I64ExtendI32S;
        let mut duties = a.duties.clone();
        duties.push(self.duty(Duty::NoWrap { form: Affine { duties: Vec::new(), ..a }, signed }));
        Some(Affine { start, steps, duties })
    }

    fn binary(&mut self, symbols: &mut Symbols<'_>, op: BinaryOp, a: Affine, b: Affine) -> Option<Affine> {
        use BinaryOp::*;
        match op {
            I32Add | I64Add => return Some(a.add_scaled(&b, 1)),
            I32Sub | I64Sub => return Some(a.minus(&b)),
            I32Mul | I64Mul => {
                if let Some(c) = constant(&b) {
                    return Some(a.map(|lin| lin.scaled(c)).under(&b));
                }
                if let Some(c) = constant(&a) {
                    return Some(b.map(|lin| lin.scaled(c)).under(&a));
                }
                let (varying, fixed) = if b.is_invariant() { (&a, &b) } else { (&b, &a) };
                return product(symbols, op, varying, fixed);
            }
            I32Shl | I64Shl => {
                if let Some(c) = constant(&b) {
                    let bits = op.result().bits() as u64;
                    return Some(a.map(|lin| lin.scaled(1 << (c % bits))).under(&b));
                }
                return product(symbols, op, &a, &b);
            }
            I32Xor | I64Xor => {
                // Where `x` has only zeros below bit t and `c` only ones from there on, `x ^ c` is `c - x`.
                if let Some(c) = constant(&b) {
                    let zeros = a.trailing_zeros().min(op.result().bits());
                    let high = op.result().mask() & !(1u64.checked_shl(zeros).unwrap_or(0).wrapping_sub(1));
                    if high != 0 && c & high == high {
                        return Some(b.minus(&a));
                    }
                }
            }
            I32Or | I64Or => {
                if let Some(c) = constant(&b).filter(|&c| c != 0)
                    && u64::BITS - c.leading_zeros() <= a.trailing_zeros()
                {
                    return Some(a.add_scaled(&b, 1));
                }
            }
            _ => {}
        }
        if !(a.is_known() && b.is_known() && a.is_invariant() && b.is_invariant()) {
            return None;
        }
        let (x, y) = (symbols.materialise(&a.start), symbols.materialise(&b.start));
        let value = symbols.binary(op, x, y);
        Some(Affine::invariant(symbols.opaque(value, op.result())).under(&a).under(&b))
    }
}

fn constant(form: &Affine) -> Option<u64> {
    form.is_invariant().then(|| form.start.as_const().map(|c| c.bits)).flatten()
}

/// `a` where `cond` isn't zero, else `b`; all of them invariant.
pub fn choose(symbols: &mut Symbols<'_>, cond: &Affine, a: &Affine, b: &Affine) -> Option<Affine> {
    use BinaryOp::*;
    if a.start == b.start && a.steps == b.steps {
        return Some(a.clone().under(b));
    }
    if ![cond, a, b].iter().all(|f| f.is_known() && f.is_invariant()) {
        return None;
    }
    let wide = a.start.ty == Type::I64;
    let [c, x, y] = [cond, a, b].map(|f| symbols.materialise(&f.start));
    let zero = symbols.constant(Const::i32(0));
    let (sub, and, xor) = if wide { (I64Sub, I64And, I64Xor) } else { (I32Sub, I32And, I32Xor) };
    // `y ^ ((x ^ y) & mask)`, where the mask is all ones if the condition holds.
    let holds = symbols.binary(I32Ne, c, zero);
    let holds = if wide { symbols.unary(UnaryOp::I64ExtendI32U, holds) } else { holds };
    let nought = symbols.constant(Const { ty: a.start.ty, bits: 0 });
    let mask = symbols.binary(sub, nought, holds);
    let change = symbols.binary(xor, x, y);
    let change = symbols.binary(and, change, mask);
    let chosen = symbols.binary(xor, y, change);
    Some(Affine::invariant(symbols.opaque(chosen, a.start.ty)).under(a).under(b).under(cond))
}

/// `varying op fixed` for an operator that distributes over addition of its first operand.
pub fn product(symbols: &mut Symbols<'_>, op: BinaryOp, varying: &Affine, fixed: &Affine) -> Option<Affine> {
    if !varying.is_known() || !fixed.is_known() || !fixed.is_invariant() {
        return None;
    }
    let factor = symbols.materialise(&fixed.start);
    let mut times = |lin: &Lin| {
        if lin.is_zero() {
            return lin.clone();
        }
        let value = symbols.materialise(lin);
        let value = symbols.binary(op, value, factor);
        symbols.opaque(value, lin.ty)
    };
    let start = times(&varying.start);
    let mut steps: BTreeMap<usize, Lin> = varying.steps.iter().map(|(&l, step)| (l, times(step))).collect();
    steps.retain(|_, step| !step.is_zero());
    Some(Affine { start, steps, duties: varying.both_duties(fixed) })
}

/// Truncation to 32 bits, which is linear.
pub fn wrap(symbols: &mut Symbols<'_>, a: &Affine) -> Option<Affine> {
    let mut one = |lin: &Lin| -> Option<Lin> {
        let mut sum = Lin::constant(Type::I32, lin.constant);
        for (&sym, &coefficient) in &lin.terms {
            let Sym::Scalar(id) = sym else { return None };
            let wrapped = symbols.unary(UnaryOp::I32WrapI64, id);
            let term = symbols.opaque(wrapped, Type::I32);
            sum = sum.add_scaled(&term, coefficient);
        }
        Some(sum)
    };
    let start = one(&a.start)?;
    let mut steps = BTreeMap::new();
    for (&l, step) in &a.steps {
        let step = one(step)?;
        if !step.is_zero() {
            steps.insert(l, step);
        }
    }
    Some(Affine { start, steps, duties: a.duties.clone() })
}
