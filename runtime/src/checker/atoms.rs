//! Atoms: what the checker takes as given, and the symbolic arithmetic over them.
//!
//! Every atom stands for one integer, fixed for one thread of one launch. Modular expressions are polynomials over atoms in
//! [`Ring::Mod32`] or [`Ring::Mod64`]; [`Atom::Unsigned`] and [`Atom::Signed`] are the exact integers that such an
//! expression denotes in a reading, and lead back: an integer read from `p` is congruent to `p` modulo its width. That is
//! the only bridge between the rings, and it is how wrapping, extension and address arithmetic are followed without a
//! single assumption about overflow.
//!
//! An operator that isn't understood becomes an atom that is equal only to the same operator on equal operands; a value
//! that isn't understood becomes an atom equal to nothing else.

use super::masks;
use super::poly::{AtomId, Poly, Ring};
use ir::lowered::{BinaryOp, Type, UnaryOp, eval};
use std::collections::HashMap;

/// The meaning of an atom.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub(super) enum Atom {
    /// The bits of a live-in.
    LiveIn(u32),
    /// The iteration number in a parallel dimension, below its trip count.
    Index(u32),
    /// The trip count of a dimension as the launch passes it.
    Trip(u32),
    /// Device address minus guest address of a footprint.
    Delta(u32),
    /// The first guest address that checked accesses of a footprint may touch.
    Low(u32),
    /// How many bytes from there they may touch.
    Length(u32),
    /// The address of the bail flag.
    BailFlag,
    /// The address of the returned values.
    Returns,
    /// A special register of a PTX thread: the block's or the thread's position along an axis, 32 bits.
    Position {
        /// True for the thread within its block.
        thread: bool,
        /// 0 is x.
        axis: u8,
    },
    /// How often a loop inside the thread has gone back to its header since it was entered.
    Round(u32),
    /// How often it had when it was left the last time.
    Last(u32),
    /// What a place in the program computes, of which nothing is known: the result of its latest execution.
    Of(u32),
    /// Something unknown, different from everything else.
    Unknown(u32),
    /// An operator that isn't followed.
    Unary(UnaryOp, Poly),
    /// An operator that isn't followed.
    Binary(BinaryOp, Poly, Poly),
    /// The integer that the low bits of a modular expression denote, read unsigned.
    Unsigned(Poly, u32),
    /// The same, read as two's complement.
    Signed(Poly, u32),
    /// The length of a memory.
    Bytes(u32),
    /// The larger of two integers.
    Max(Poly, Poly),
    /// The smaller of two integers.
    Min(Poly, Poly),
    /// The quotient of two integers rounded down; the divisor is positive.
    Floor(Poly, Poly),
}

/// Bounds of an integer, where known.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Range {
    /// It is at least this.
    pub lo: Option<i128>,
    /// It is at most this.
    pub hi: Option<i128>,
}

impl Range {
    const ALL: Range = Range { lo: None, hi: None };

    pub fn point(value: i128) -> Range {
        Range { lo: Some(value), hi: Some(value) }
    }

    fn add(self, other: Range) -> Range {
        let sum = |a: Option<i128>, b: Option<i128>| a?.checked_add(b?);
        Range { lo: sum(self.lo, other.lo), hi: sum(self.hi, other.hi) }
    }

    pub fn mul(self, other: Range) -> Range {
        // An unknown end makes every product unknown that could be extreme, except that nonnegative stays nonnegative.
        if let (Some(a), Some(b), Some(c), Some(d)) = (self.lo, self.hi, other.lo, other.hi) {
            let products = (a.checked_mul(c), a.checked_mul(d), b.checked_mul(c), b.checked_mul(d));
            if let (Some(p), Some(q), Some(r), Some(s)) = products {
                return Range { lo: Some(p.min(q).min(r).min(s)), hi: Some(p.max(q).max(r).max(s)) };
            }
        }
        let nonnegative = self.lo.is_some_and(|l| l >= 0) && other.lo.is_some_and(|l| l >= 0);
        let product = self.lo.zip(other.lo).and_then(|(a, b)| a.checked_mul(b));
        Range { lo: nonnegative.then(|| product.unwrap_or(0)), hi: None }
    }
}

/// The monomials in the parts of a maximum or minimum, and in those of the maxima and minima among them.
#[derive(Debug)]
enum Parts {
    /// These, sorted.
    Few(Vec<Vec<AtomId>>),
    /// More than are remembered.
    Many,
}

/// The monomials of parts that are remembered.
const MAX_PARTS: usize = 64;

/// The atoms of one check, each once.
#[derive(Debug)]
pub(super) struct Atoms {
    list: Vec<(Atom, Range)>,
    /// What stands in maxima and minima.
    parts: HashMap<AtomId, Parts>,
    known: HashMap<Atom, AtomId>,
    unknowns: u32,
    /// Terms that may still be touched.
    effort: usize,
}

impl Atoms {
    /// No atoms yet, and so many terms that may be touched before nothing more is shown.
    pub fn new(effort: usize) -> Atoms {
        Atoms { list: Vec::new(), parts: HashMap::new(), known: HashMap::new(), unknowns: 0, effort }
    }

    /// True once the check has done all that it may.
    pub fn is_spent(&self) -> bool {
        self.effort == 0
    }

    /// What is left.
    pub fn left(&self) -> usize {
        self.effort
    }

    /// Counts work that is about to be done; false if it is too much.
    pub fn spend(&mut self, terms: usize) -> bool {
        self.effort = self.effort.saturating_sub(terms);
        !self.is_spent()
    }

    /// `a + factor * b` over the integers, if that is still affordable.
    pub fn add_scaled(&mut self, a: &Poly, b: &Poly, factor: i128) -> Option<Poly> {
        if self.spend(1 + a.len() + b.len()) { a.add_scaled(b, factor, Ring::Exact) } else { None }
    }

    /// `a - b` over the integers, likewise.
    pub fn sub(&mut self, a: &Poly, b: &Poly) -> Option<Poly> {
        self.add_scaled(a, b, -1)
    }

    /// `a * b`, likewise.
    pub fn mul(&mut self, a: &Poly, b: &Poly, ring: Ring) -> Option<Poly> {
        if self.spend(1 + a.len() * b.len()) { a.mul(b, ring) } else { None }
    }

    /// The atom's meaning.
    pub fn get(&self, id: AtomId) -> &Atom {
        &self.list[id as usize].0
    }

    /// The polynomial that is this atom.
    pub fn poly(&mut self, atom: Atom) -> Poly {
        if let Some(&id) = self.known.get(&atom) {
            return Poly::atom(id);
        }
        let range = self.range_of_atom(&atom);
        let id = self.list.len() as AtomId;
        if let Atom::Max(a, b) | Atom::Min(a, b) = &atom {
            let parts = self.parts_of(a, b);
            self.parts.insert(id, parts);
        }
        self.list.push((atom.clone(), range));
        self.known.insert(atom, id);
        Poly::atom(id)
    }

    fn parts_of(&mut self, a: &Poly, b: &Poly) -> Parts {
        let mut found: Vec<Vec<AtomId>> = a.terms().chain(b.terms()).map(|(monomial, _)| monomial.to_vec()).collect();
        let inner: Vec<AtomId> = found.iter().filter_map(|m| if let [id] = m[..] { Some(id) } else { None }).collect();
        for parts in inner.iter().filter_map(|id| self.parts.get(id)) {
            match parts {
                Parts::Few(monomials) if found.len() <= MAX_PARTS * MAX_PARTS => {
                    found.extend(monomials.iter().cloned())
                }
                _ => return Parts::Many,
            }
        }
        self.spend(found.len());
        found.sort_unstable();
        found.dedup();
        if found.len() > MAX_PARTS { Parts::Many } else { Parts::Few(found) }
    }

    /// True if the monomial may come to light where a maximum or minimum is replaced by one of its parts, and so on.
    pub fn parts_have(&self, id: AtomId, monomial: &[AtomId]) -> bool {
        match self.parts.get(&id) {
            Some(Parts::Few(monomials)) => monomials.binary_search_by(|m| m.as_slice().cmp(monomial)).is_ok(),
            Some(Parts::Many) => true,
            None => false,
        }
    }

    /// A value of which nothing is known.
    pub fn unknown(&mut self) -> Poly {
        self.unknowns += 1;
        self.poly(Atom::Unknown(self.unknowns))
    }

    /// The result, or something unknown where a limit was reached.
    pub fn or_unknown(&mut self, result: Option<Poly>) -> Poly {
        match result {
            Some(poly) if self.spend(1 + poly.len()) => poly,
            _ => self.unknown(),
        }
    }

    fn range_of_atom(&self, atom: &Atom) -> Range {
        let half = |bits: u32| 1i128 << (bits - 1);
        let best = |pick: fn(i128, i128) -> i128, a: Option<i128>, b: Option<i128>| Some(pick(a?, b?));
        match atom {
            Atom::Unsigned(_, bits) => Range { lo: Some(0), hi: Some(2 * half(*bits) - 1) },
            Atom::Signed(_, bits) => Range { lo: Some(-half(*bits)), hi: Some(half(*bits) - 1) },
            Atom::Bytes(_) => Range { lo: Some(0), hi: Some(u64::MAX as i128) },
            Atom::Index(_) | Atom::Round(_) | Atom::Last(_) => Range { lo: Some(0), hi: None },
            Atom::Max(a, b) => {
                let (a, b) = (self.range(a), self.range(b));
                let lo = a.lo.into_iter().chain(b.lo).max();
                Range { lo, hi: best(i128::max, a.hi, b.hi) }
            }
            Atom::Min(a, b) => {
                let (a, b) = (self.range(a), self.range(b));
                let hi = a.hi.into_iter().chain(b.hi).min();
                Range { lo: best(i128::min, a.lo, b.lo), hi }
            }
            Atom::Floor(a, by) => {
                let (a, by) = (self.range(a), by.as_constant().filter(|&by| by > 0));
                let hi = a.hi.zip(by).map(|(hi, by)| hi.div_euclid(by));
                Range { lo: a.lo.filter(|&lo| lo >= 0).map(|_| 0), hi }
            }
            _ => Range::ALL,
        }
    }

    /// Bounds of a polynomial over the integers.
    pub fn range(&self, poly: &Poly) -> Range {
        let term = |(monomial, coefficient): (&[AtomId], i128)| self.range_of_term(monomial, coefficient);
        poly.terms().map(term).fold(Range::point(0), Range::add)
    }

    /// Bounds of a product of atoms with its coefficient.
    pub fn range_of_term(&self, monomial: &[AtomId], coefficient: i128) -> Range {
        let atoms = monomial.iter().map(|&id| self.list[id as usize].1);
        atoms.fold(Range::point(coefficient), Range::mul)
    }

    /// The lower bound of a polynomial over the integers.
    pub fn lowest(&self, poly: &Poly) -> Option<i128> {
        // Most have a term without one.
        poly.terms().try_fold(0i128, |sum, (monomial, c)| sum.checked_add(self.range_of_term(monomial, c).lo?))
    }

    /// The integer that a modular expression of `bits` bits denotes.
    pub fn read(&mut self, poly: &Poly, bits: u32, signed: bool) -> Poly {
        if let Some(value) = poly.as_constant() {
            let value = match (signed, bits) {
                (true, 32) => value as i32 as i128,
                (true, _) => value as i64 as i128,
                (false, 32) => value as u32 as i128,
                (false, _) => value as u64 as i128,
            };
            return Poly::constant(value, Ring::Exact);
        }
        self.poly(if signed { Atom::Signed(poly.clone(), bits) } else { Atom::Unsigned(poly.clone(), bits) })
    }

    /// How many unknown values there are.
    pub fn unknowns(&self) -> u32 {
        self.unknowns
    }

    /// The polynomial with some atoms replaced, wherever they stand, by polynomials over the integers or over the ring that they
    /// stand in; the rest is built anew around them. None where a limit is reached.
    pub fn rewrite(&mut self, poly: &Poly, ring: Ring, map: &dyn Fn(&Atom, Ring) -> Option<Poly>) -> Option<Poly> {
        self.rewrite_within(poly, ring, map, 8)
    }

    fn rewrite_within(
        &mut self,
        poly: &Poly,
        ring: Ring,
        map: &dyn Fn(&Atom, Ring) -> Option<Poly>,
        depth: u32,
    ) -> Option<Poly> {
        let depth = depth.checked_sub(1)?;
        if !self.spend(1 + poly.len()) {
            return None;
        }
        let mut sum = Poly::default();
        for (monomial, coefficient) in poly.terms() {
            let mut product = Poly::constant(coefficient, ring);
            for &id in monomial {
                let factor = self.rewrite_atom(id, ring, map, depth)?;
                product = self.mul(&product, &factor, ring)?;
            }
            sum = sum.add(&product, ring)?;
        }
        Some(sum)
    }

    fn rewrite_atom(
        &mut self,
        id: AtomId,
        ring: Ring,
        map: &dyn Fn(&Atom, Ring) -> Option<Poly>,
        depth: u32,
    ) -> Option<Poly> {
        let atom = self.get(id).clone();
        if let Some(poly) = map(&atom, ring) {
            return self.modulo(&poly, ring);
        }
        let inside = |atoms: &mut Atoms, p: &Poly, ring| atoms.rewrite_within(p, ring, map, depth);
        let new = match &atom {
            Atom::Unary(op, a) => {
                let new = inside(self, a, Ring::of_width(op.operand().bits()))?;
                if new == *a { return Some(Poly::atom(id)) } else { self.unary(*op, &new) }
            }
            Atom::Binary(op, a, b) => {
                let ring = Ring::of_width(op.operand().bits());
                let (x, y) = (inside(self, a, ring)?, inside(self, b, ring)?);
                if (&x, &y) == (a, b) { return Some(Poly::atom(id)) } else { self.binary(*op, &x, &y) }
            }
            Atom::Unsigned(p, bits) | Atom::Signed(p, bits) => {
                let new = inside(self, p, Ring::of_width(*bits))?;
                let read = self.read(&new, *bits, matches!(atom, Atom::Signed(..)));
                return self.modulo(&read, ring);
            }
            Atom::Max(a, b) | Atom::Min(a, b) | Atom::Floor(a, b) => {
                let (x, y) = (inside(self, a, Ring::Exact)?, inside(self, b, Ring::Exact)?);
                let new = match atom {
                    Atom::Max(..) => self.max(&x, &y),
                    Atom::Min(..) => self.min(&x, &y),
                    _ => self.poly(Atom::Floor(x, y)),
                };
                return self.modulo(&new, ring);
            }
            _ => return Some(Poly::atom(id)),
        };
        Some(new)
    }

    /// A polynomial over the integers in a ring: itself, or its residue.
    pub fn modulo(&mut self, poly: &Poly, ring: Ring) -> Option<Poly> {
        match ring {
            Ring::Exact => Some(poly.clone()),
            Ring::Mod32 => Some(self.wrap(poly)),
            // A 64-bit reading is congruent to what it reads.
            Ring::Mod64 => poly.substitute(ring, |id| match self.get(id) {
                Atom::Unsigned(p, 64) | Atom::Signed(p, 64) => Some(p.clone()),
                _ => Some(Poly::atom(id)),
            }),
        }
    }

    /// A polynomial over the integers or modulo 2^64, taken modulo 2^32.
    pub fn wrap(&mut self, poly: &Poly) -> Poly {
        self.wrap_within(poly, 8)
    }

    fn wrap_within(&mut self, poly: &Poly, depth: u32) -> Poly {
        // An integer read from `p` is congruent to `p`.
        let inner = |atoms: &Atoms, id: AtomId| match atoms.get(id) {
            Atom::Unsigned(p, bits) | Atom::Signed(p, bits) => Some((p.clone(), *bits)),
            _ => None,
        };
        // A monomial's atoms are multiplied out, each with as many terms as its expression has.
        let sizes = poly.terms().map(|(m, _)| {
            let terms = |&id: &AtomId| inner(self, id).map_or(1, |(p, _)| p.len().max(1));
            m.iter().map(terms).fold(1, usize::saturating_mul)
        });
        let size = sizes.fold(1, usize::saturating_add);
        if depth == 0 || !self.spend(size) {
            return self.unknown();
        }
        let result = poly.substitute(Ring::Mod32, |id| {
            Some(match inner(self, id) {
                Some((p, 32)) => p,
                Some((p, _)) => self.wrap_within(&p, depth - 1),
                None => Poly::atom(id),
            })
        });
        self.or_unknown(result)
    }

    /// The larger of two integers.
    pub fn max(&mut self, a: &Poly, b: &Poly) -> Poly {
        match self.sub(a, b).and_then(|d| d.as_constant()) {
            Some(difference) if difference >= 0 => a.clone(),
            Some(_) => b.clone(),
            None => self.poly(Atom::Max(a.min(b).clone(), a.max(b).clone())),
        }
    }

    /// The smaller of two integers.
    pub fn min(&mut self, a: &Poly, b: &Poly) -> Poly {
        match self.sub(a, b).and_then(|d| d.as_constant()) {
            Some(difference) if difference >= 0 => b.clone(),
            Some(_) => a.clone(),
            None => self.poly(Atom::Min(a.min(b).clone(), a.max(b).clone())),
        }
    }

    /// A Wasm operator with one operand.
    pub fn unary(&mut self, op: UnaryOp, a: &Poly) -> Poly {
        if !op.operand().is_int() || !op.result().is_int() {
            return self.unknown();
        }
        if let Some(value) = a.as_constant() {
            return match eval::unary(op, value as u64 & op.operand().mask()) {
                Ok(bits) => constant(op.result(), bits),
                Err(_) => self.unknown(),
            };
        }
        match op {
            UnaryOp::I32WrapI64 => self.wrap(a),
            UnaryOp::I64ExtendI32U => self.poly(Atom::Unsigned(a.clone(), 32)),
            UnaryOp::I64ExtendI32S => self.poly(Atom::Signed(a.clone(), 32)),
            _ => self.poly(Atom::Unary(op, a.clone())),
        }
    }

    /// A Wasm operator with two operands.
    pub fn binary(&mut self, op: BinaryOp, a: &Poly, b: &Poly) -> Poly {
        use BinaryOp::*;
        if !op.operand().is_int() || !op.result().is_int() {
            return self.unknown();
        }
        if let (Some(x), Some(y)) = (a.as_constant(), b.as_constant()) {
            let mask = op.operand().mask();
            return match eval::binary(op, x as u64 & mask, y as u64 & mask) {
                Ok(bits) => constant(op.result(), bits),
                Err(_) => self.unknown(),
            };
        }
        let ring = Ring::of_width(op.operand().bits());
        if !self.spend(1 + a.len() + b.len()) {
            return self.unknown();
        }
        let result = match op {
            I32Add | I64Add => a.add(b, ring),
            I32Sub | I64Sub => a.sub(b, ring),
            I32Mul | I64Mul => self.mul(a, b, ring),
            I32Shl | I64Shl => {
                let power = self.power(op, b);
                a.mul(&power, ring)
            }
            I32Xor | I64Xor if a == b => Some(Poly::default()),
            I32Xor | I64Xor if self.unmixed(op, a, b).is_some() => self.unmixed(op, a, b),
            I32Xor | I64Xor | I32Or | I64Or if masks::is_below(self, a, b) || masks::is_below(self, b, a) => {
                a.add(b, ring)
            }
            I32Xor | I64Xor | I32Or | I64Or => match without_carry(op, a, b).or_else(|| without_carry(op, b, a)) {
                Some(linear) => Some(linear),
                None => Some(self.poly(Atom::Binary(op, a.clone(), b.clone()))),
            },
            _ => Some(self.bits(op, a, b)),
        };
        self.or_unknown(result)
    }

    /// What is left of `a xor (b xor a)`, in any order.
    fn unmixed(&self, op: BinaryOp, a: &Poly, b: &Poly) -> Option<Poly> {
        [(a, b), (b, a)].into_iter().find_map(|(whole, part)| {
            let mut terms = whole.terms();
            let (Some((&[id], 1)), None) = (terms.next(), terms.next()) else { return None };
            match self.get(id) {
                Atom::Binary(inner, x, y) if *inner == op && x == part => Some(y.clone()),
                Atom::Binary(inner, x, y) if *inner == op && y == part => Some(x.clone()),
                _ => None,
            }
        })
    }

    /// An operator that is no sum or product, as far as it is one.
    fn bits(&mut self, op: BinaryOp, a: &Poly, b: &Poly) -> Poly {
        use BinaryOp::*;
        let (mask, bits) = (op.operand().mask() as i128, op.operand().bits());
        let number = |p: &Poly| p.as_constant().map(|value| value & mask);
        let divisor = match op {
            I32DivU | I64DivU => number(b).filter(|&by| by > 0),
            I32ShrU | I64ShrU => number(b).map(|count| 1 << (count as u32 % bits)),
            _ => None,
        };
        match (op, divisor) {
            (_, Some(1)) => a.clone(),
            (_, Some(by)) => {
                let whole = self.read(a, bits, false);
                self.poly(Atom::Floor(whole, Poly::constant(by, Ring::Exact)))
            }
            (I32And | I64And, _) if number(a) == Some(0) || number(b) == Some(0) => Poly::default(),
            (I32And | I64And, _) if number(b) == Some(mask) || a == b => a.clone(),
            (I32And | I64And, _) if number(a) == Some(mask) => b.clone(),
            _ => self.poly(Atom::Binary(op, a.clone(), b.clone())),
        }
    }

    /// `1 << count`: a shift to the left multiplies by it, whatever is lost at the top.
    fn power(&mut self, shl: BinaryOp, count: &Poly) -> Poly {
        let ring = Ring::of_width(shl.operand().bits());
        match count.as_constant() {
            Some(count) => Poly::constant(1 << (count as u32 % shl.operand().bits()), ring),
            None => {
                // Only the lowest bits of the count matter, which are the same modulo 2^32.
                let count = self.wrap(count);
                self.poly(Atom::Binary(shl, Poly::constant(1, ring), count))
            }
        }
    }
}

/// `x or c` and `x xor c` for a constant `c` that meets only zeros, or all bits above them.
fn without_carry(op: BinaryOp, x: &Poly, c: &Poly) -> Option<Poly> {
    let (ty, ring) = (op.operand(), Ring::of_width(op.operand().bits()));
    let bits = c.as_constant()? as u64 & ty.mask();
    let zeros = x.trailing_zeros().min(ty.bits());
    let low = if zeros == 64 { u64::MAX } else { (1 << zeros) - 1 };
    if bits & !low == 0 {
        return x.add(c, ring);
    }
    let high = ty.mask() & !low;
    // Above the zeros of `x`, all ones: the bits there are complemented, which is `-2^zeros - x`, and those below are taken from `c`.
    let is_xor = matches!(op, BinaryOp::I32Xor | BinaryOp::I64Xor);
    if is_xor && bits & high == high { c.sub(x, ring) } else { None }
}

/// A constant of a type as a polynomial.
pub(super) fn constant(ty: Type, bits: u64) -> Poly {
    Poly::constant(bits as i128, Ring::of_width(ty.bits()))
}
