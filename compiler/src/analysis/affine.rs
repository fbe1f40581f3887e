//! Linear forms in modular arithmetic, and the live-ins they are built from.
//!
//! A [`Lin`] is a sum of invariant scalars with coefficients plus a constant, modulo 2^32 or 2^64: addition, subtraction,
//! multiplication by a constant, shifting left and truncation to 32 bits are exact in it, whatever wraps. An [`Affine`] is
//! `start + i * step` with linear `start` and `step` for iteration `i` of the loop. Whether such a value also behaves like
//! an integer is a separate question, answered by the [`Duty`] list: each says that a recurrence must not wrap in a given
//! reading, and becomes a guard.

use super::shape::Context;
use crate::reasons::Reason;
use crate::wasm::GuestLoop;
use ir::lowered::{BinaryOp, Const, Op, Type, UnaryOp, Value};
use ir::region::{LiveIn, Scalar, ScalarId, Scalars, Source, limits};
use std::collections::{BTreeMap, HashMap};

/// Terms or duties of a form.
const MAX_PARTS: usize = 32;

/// A symbol of a linear form.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Sym {
    /// A value that doesn't change in the loop.
    Scalar(ScalarId),
    /// A header parameter whose recurrence is being looked for.
    Phi(Value),
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

    /// True for the constant 0.
    pub fn is_zero(&self) -> bool {
        self.terms.is_empty() && self.constant == 0
    }

    /// True if no recurrence is part of it.
    pub fn is_invariant(&self) -> bool {
        !self.terms.keys().any(|s| matches!(s, Sym::Phi(_)))
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

/// `start + i * step` in iteration `i`.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Affine {
    /// The value in iteration 0.
    pub start: Lin,
    /// The change per iteration.
    pub step: Lin,
    /// Indices into [`Forms::duties`] of the recurrences that must not wrap for this form to hold.
    pub duties: Vec<u32>,
}

impl Affine {
    /// A form that doesn't change.
    pub fn invariant(start: Lin) -> Affine {
        let step = Lin::constant(start.ty, 0);
        Affine { start, step, duties: Vec::new() }
    }

    /// True if the step is zero.
    pub fn is_invariant(&self) -> bool {
        self.step.is_zero()
    }

    fn is_known(&self) -> bool {
        self.start.is_invariant() && self.step.is_invariant()
    }

    fn combine(&self, other: &Affine, factor: u64) -> Affine {
        let mut duties = self.duties.clone();
        duties.extend(&other.duties);
        duties.sort_unstable();
        duties.dedup();
        Affine {
            start: self.start.add_scaled(&other.start, factor),
            step: self.step.add_scaled(&other.step, factor),
            duties,
        }
    }

    /// `self - other`.
    pub fn minus(&self, other: &Affine) -> Affine {
        self.combine(other, u64::MAX)
    }

    fn map(&self, f: impl Fn(&Lin) -> Lin) -> Affine {
        Affine { start: f(&self.start), step: f(&self.step), duties: self.duties.clone() }
    }
}

/// A recurrence that must stay within its type, read signed or unsigned, in every iteration.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Duty {
    /// The recurrence.
    pub start: Lin,
    /// Its step.
    pub step: Lin,
    /// The reading.
    pub signed: bool,
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

    fn opaque(&mut self, id: ScalarId, ty: Type) -> Lin {
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
    /// The form of `value`, which may be defined in the loop or outside.
    pub fn of(&self, symbols: &mut Symbols<'_>, value: Value, inside: bool) -> Option<Affine> {
        if inside {
            return self.forms.get(&value).cloned();
        }
        if !symbols.context.func.ty(value).is_int() {
            return None;
        }
        symbols.outside_lin(value).ok().map(Affine::invariant)
    }

    /// The form of an operation whose operands' forms are known. A form with too many parts is as good as none.
    pub fn evaluate(
        &mut self,
        symbols: &mut Symbols<'_>,
        op: &Op,
        form: impl FnMut(&Forms, &mut Symbols<'_>, Value) -> Option<Affine>,
    ) -> Option<Affine> {
        let parts = |f: &Affine| f.start.terms.len().max(f.step.terms.len()).max(f.duties.len());
        self.raw(symbols, op, form).filter(|f| parts(f) <= MAX_PARTS)
    }

    fn raw(
        &mut self,
        symbols: &mut Symbols<'_>,
        op: &Op,
        mut form: impl FnMut(&Forms, &mut Symbols<'_>, Value) -> Option<Affine>,
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
            _ => None,
        }
    }

    fn unary(&mut self, symbols: &mut Symbols<'_>, op: UnaryOp, a: Affine) -> Option<Affine> {
        if op == UnaryOp::I32WrapI64 {
            return wrap(symbols, &a);
        }
        if !a.is_known() {
            return None;
        }
        let start = symbols.materialise(&a.start);
        let start = symbols.unary(op, start);
        let start = symbols.opaque(start, op.result());
        if a.is_invariant() {
            return Some(Affine { step: Lin::constant(op.result(), 0), start, duties: a.duties });
        }
        if !matches!(op, UnaryOp::I64ExtendI32S | UnaryOp::I64ExtendI32U) {
            return None;
        }
        // The step is a signed distance in either reading; that the value itself stays in range is a duty.
        let step = symbols.materialise(&a.step);
        let step = symbols.unary(UnaryOp::I64ExtendI32S, step);
        let step = symbols.opaque(step, Type::I64);
        let mut duties = a.duties;
        let duty = Duty { start: a.start, step: a.step, signed: op == UnaryOp::I64ExtendI32S };
        let known = self.duties.iter().position(|d| *d == duty);
        duties.push(known.unwrap_or_else(|| {
            self.duties.push(duty);
            self.duties.len() - 1
        }) as u32);
        Some(Affine { start, step, duties })
    }

    fn binary(&mut self, symbols: &mut Symbols<'_>, op: BinaryOp, a: Affine, b: Affine) -> Option<Affine> {
        use BinaryOp::*;
        match op {
            I32Add | I64Add => return Some(a.combine(&b, 1)),
            I32Sub | I64Sub => return Some(a.minus(&b)),
            I32Mul | I64Mul => {
                if let Some(c) = constant(&b) {
                    return Some(a.map(|lin| lin.scaled(c)));
                }
                if let Some(c) = constant(&a) {
                    return Some(b.map(|lin| lin.scaled(c)));
                }
                let (varying, fixed) = if b.is_invariant() { (&a, &b) } else { (&b, &a) };
                return product(symbols, op, varying, fixed);
            }
            I32Shl | I64Shl => {
                if let Some(c) = constant(&b) {
                    let bits = op.result().bits() as u64;
                    return Some(a.map(|lin| lin.scaled(1 << (c % bits))));
                }
                return product(symbols, op, &a, &b);
            }
            I32Xor | I64Xor => {
                // Where `x` has only zeros below bit t and `c` only ones from there on, `x ^ c` is `c - x`.
                if let Some(c) = constant(&b) {
                    let zeros = a.start.trailing_zeros().min(a.step.trailing_zeros()).min(op.result().bits());
                    let high = op.result().mask() & !(1u64.checked_shl(zeros).unwrap_or(0).wrapping_sub(1));
                    if high != 0 && c & high == high {
                        return Some(b.minus(&a));
                    }
                }
            }
            I32Or | I64Or => {
                if let Some(c) = constant(&b).filter(|&c| c != 0) {
                    let zeros = a.start.trailing_zeros().min(a.step.trailing_zeros());
                    if u64::BITS - c.leading_zeros() <= zeros {
                        return Some(a.combine(&b, 1));
                    }
                }
            }
            _ => {}
        }
        if !(a.is_known() && b.is_known() && a.is_invariant() && b.is_invariant()) {
            return None;
        }
        let (x, y) = (symbols.materialise(&a.start), symbols.materialise(&b.start));
        let value = symbols.binary(op, x, y);
        let mut form = Affine::invariant(symbols.opaque(value, op.result()));
        form.duties = a.combine(&Affine { start: a.start.clone(), step: a.step.clone(), duties: b.duties }, 0).duties;
        Some(form)
    }
}

fn constant(form: &Affine) -> Option<u64> {
    form.is_invariant().then(|| form.start.as_const().map(|c| c.bits)).flatten()
}

/// `varying op fixed` for an operator that distributes over addition of its first operand.
fn product(symbols: &mut Symbols<'_>, op: BinaryOp, varying: &Affine, fixed: &Affine) -> Option<Affine> {
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
    let (start, step) = (times(&varying.start), times(&varying.step));
    let duties = varying.combine(fixed, 0).duties;
    Some(Affine { start, step, duties })
}

/// Truncation to 32 bits, which is linear.
fn wrap(symbols: &mut Symbols<'_>, a: &Affine) -> Option<Affine> {
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
    Some(Affine { start: one(&a.start)?, step: one(&a.step)?, duties: a.duties.clone() })
}

/// True if `value` is defined in `inside`.
pub fn is_inside(
    context: &Context<'_>,
    inside: &std::collections::HashSet<ir::lowered::BlockId>,
    value: Value,
) -> bool {
    context.home(value).is_some_and(|block| inside.contains(&block))
}
