//! From bits to integers: the integer that a modular expression denotes, as a polynomial.
//!
//! `s(a + 4 * b)` is `s(a) + 4 * s(b)` where that lies within the range of the type; otherwise it is an atom of its own. So each
//! atom of the expression is replaced by an integer that is congruent to it, and the sum, which is congruent to the
//! expression, is what it denotes if it is shown to lie in the range. A comparison becomes facts about such integers.

use super::atoms::{Atom, Atoms};
use super::facts::{entails, follows};
use super::poly::{AtomId, Poly, Ring};
use std::collections::BTreeMap;

/// How two values compare.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Order {
    /// `a == b`.
    Eq,
    /// `a != b`.
    Ne,
    /// `a < b`.
    Lt,
    /// `a <= b`.
    Le,
}

/// A comparison of two modular expressions that holds.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct Compare {
    /// How.
    pub order: Order,
    /// Whether they are read as two's complement.
    pub signed: bool,
    /// Their width.
    pub bits: u32,
    /// The first.
    pub a: Poly,
    /// The second.
    pub b: Poly,
}

impl Compare {
    /// The opposite.
    pub fn not(self) -> Compare {
        let Compare { order, signed, bits, a, b } = self;
        let (order, a, b) = match order {
            Order::Eq => (Order::Ne, a, b),
            Order::Ne => (Order::Eq, a, b),
            Order::Lt => (Order::Le, b, a),
            Order::Le => (Order::Lt, b, a),
        };
        Compare { order, signed, bits, a, b }
    }

    /// True if both say the same: the sides of an equality may be swapped.
    pub fn same(&self, other: &Compare) -> bool {
        if !matches!(self.order, Order::Eq | Order::Ne) {
            return self == other;
        }
        let sides = (&other.a, &other.b);
        let equal = sides == (&self.a, &self.b) || sides == (&self.b, &self.a);
        equal && self.order == other.order && self.bits == other.bits
    }

    /// What it says of integers, given what is known.
    pub fn facts(&self, atoms: &mut Atoms, known: &[Poly]) -> Vec<Poly> {
        let signs = if matches!(self.order, Order::Eq | Order::Ne) { vec![false, true] } else { vec![self.signed] };
        let mut facts = Vec::new();
        for signed in signs {
            let a = integer(atoms, &self.a, self.bits, signed, known);
            let b = integer(atoms, &self.b, self.bits, signed, known);
            let Some(up) = atoms.sub(&b, &a) else { continue };
            let Some(down) = up.scaled(-1, Ring::Exact) else { continue };
            let one = Poly::constant(1, Ring::Exact);
            let strict = |p: &Poly| p.sub(&one, Ring::Exact);
            match self.order {
                Order::Lt => facts.extend(strict(&up)),
                Order::Le => facts.push(up),
                Order::Eq => facts.extend([up, down]),
                // Integers that differ are at least one apart, in the direction that is open.
                Order::Ne if entails(atoms, &up, known.iter()) => facts.extend(strict(&up)),
                Order::Ne if entails(atoms, &down, known.iter()) => facts.extend(strict(&down)),
                Order::Ne => {}
            }
        }
        facts
    }

    /// True if the difference is shown to be a multiple of the modulus: 0, as an integer that is congruent to it.
    fn is_zero(&self, atoms: &mut Atoms, known: &[Poly]) -> bool {
        let ring = Ring::of_width(self.bits);
        let Some(difference) = self.a.sub(&self.b, ring) else { return false };
        let difference = exact_quotients(atoms, &difference, ring, known).unwrap_or(difference);
        if difference.as_constant() == Some(0) {
            return true;
        }
        [true, false].into_iter().any(|signed| {
            let Some(integer) = congruent(atoms, &difference, self.bits, signed) else { return false };
            let negated = integer.scaled(-1, Ring::Exact);
            entails(atoms, &integer, known.iter()) && negated.is_some_and(|n| entails(atoms, &n, known.iter()))
        })
    }

    /// True if it is shown not to hold.
    pub fn fails(&self, atoms: &mut Atoms, known: &[Poly]) -> bool {
        if self.order == Order::Ne {
            return self.a == self.b || self.is_zero(atoms, known);
        }
        let a = integer(atoms, &self.a, self.bits, self.signed, known);
        let b = integer(atoms, &self.b, self.bits, self.signed, known);
        let gap = Poly::constant(if self.order == Order::Le { 1 } else { 0 }, Ring::Exact);
        let difference = atoms.sub(&a, &b).and_then(|d| d.sub(&gap, Ring::Exact));
        self.order != Order::Eq && difference.is_some_and(|d| entails(atoms, &d, known.iter()))
    }
}

/// The polynomial with multiples of a quotient replaced by what was divided, where the divisor is shown to divide it.
fn exact_quotients(atoms: &mut Atoms, poly: &Poly, ring: Ring, known: &[Poly]) -> Option<Poly> {
    let mut result = poly.clone();
    for (monomial, coefficient) in poly.terms() {
        let &[id] = monomial else { continue };
        let Atom::Floor(whole, by) = atoms.get(id).clone() else { continue };
        let Some(by) = by.as_constant().filter(|&by| by > 0 && coefficient % by == 0) else { continue };
        let rest = whole.add_scaled(&Poly::atom(id), -by, Ring::Exact)?;
        let none = rest.scaled(-1, Ring::Exact)?;
        // By the ranges of a quotient the rest isn't negative.
        if !follows(atoms, &none, known.iter()) {
            continue;
        }
        let change = atoms.modulo(&whole, ring)?.scaled(coefficient / by, ring)?;
        result = result.add_scaled(&Poly::atom(id), -coefficient, ring)?.add(&change, ring)?;
    }
    Some(result)
}

/// The integer that a modular expression of `bits` bits denotes, given what is known.
pub(super) fn integer(atoms: &mut Atoms, poly: &Poly, bits: u32, signed: bool, known: &[Poly]) -> Poly {
    let read = atoms.read(poly, bits, signed);
    if poly.as_constant().is_some() {
        return read;
    }
    for reading in [signed, !signed] {
        let Some(sum) = congruent(atoms, poly, bits, reading) else { continue };
        if sum == read || is_in_range(atoms, &sum, bits, signed, known) {
            return sum;
        }
    }
    read
}

/// True if an integer is shown to lie in the range of a type.
fn is_in_range(atoms: &mut Atoms, sum: &Poly, bits: u32, signed: bool, known: &[Poly]) -> bool {
    let (lo, hi) = match signed {
        true => (-(1i128 << (bits - 1)), (1i128 << (bits - 1)) - 1),
        false => (0, (1i128 << bits) - 1),
    };
    let low = sum.sub(&Poly::constant(lo, Ring::Exact), Ring::Exact);
    let high = Poly::constant(hi, Ring::Exact).sub(sum, Ring::Exact);
    [low, high].into_iter().all(|room| room.is_some_and(|room| entails(atoms, &room, known.iter())))
}

/// An integer that is congruent to a modular expression, as a recurrence is: what it starts from, read as a whole, and steps, read
/// signed, each as often as something counts.
fn recurrence(atoms: &mut Atoms, poly: &Poly, bits: u32, signed: bool) -> Option<Poly> {
    let ring = Ring::of_width(bits);
    let mut steps: BTreeMap<Vec<AtomId>, Poly> = BTreeMap::new();
    for (monomial, coefficient) in poly.terms() {
        let counts = |&id: &AtomId| matches!(atoms.get(id), Atom::Index(_) | Atom::Round(_) | Atom::Last(_));
        let (counts, others): (Vec<AtomId>, Vec<AtomId>) = monomial.iter().partition(|id| counts(id));
        let product = |product: Poly, id| product.mul(&Poly::atom(id), ring);
        let term = others.into_iter().try_fold(Poly::constant(coefficient, ring), product)?;
        let step = steps.entry(counts).or_default();
        *step = step.add(&term, ring)?;
    }
    let mut sum = Poly::default();
    for (counts, step) in steps {
        let mut term = atoms.read(&step, bits, signed || !counts.is_empty());
        for id in counts {
            term = atoms.mul(&term, &Poly::atom(id), Ring::Exact)?;
        }
        sum = atoms.add_scaled(&sum, &term, 1)?;
    }
    Some(sum)
}

/// True if an integer is shown to lie in the range of a type at every corner of the iteration space, given how often its dimensions
/// run. Let the numbers of iterations take all values of the space, and everything else what it is at one point: then the integer is linear in each number, so what it
/// is at that point lies between what it is at corners.
fn is_in_range_at_corners(
    atoms: &mut Atoms,
    sum: &Poly,
    (bits, signed): (u32, bool),
    known: &[Poly],
    counts: &[Poly],
) -> bool {
    let one = Poly::constant(1, Ring::Exact);
    let mut corners = vec![sum.clone()];
    for (dim, count) in counts.iter().enumerate() {
        let Some(last) = count.sub(&one, Ring::Exact) else { return false };
        let number = atoms.poly(Atom::Index(dim as u32));
        let is_number = |id: &AtomId| Poly::atom(*id) == number;
        if sum.terms().any(|(monomial, _)| monomial.iter().filter(|id| is_number(id)).count() > 1) {
            return false;
        }
        if !sum.terms().any(|(monomial, _)| monomial.iter().any(&is_number)) {
            continue;
        }
        let at = |end: &Poly, corner: &Poly| {
            corner.substitute(Ring::Exact, |id| Some(if is_number(&id) { end.clone() } else { Poly::atom(id) }))
        };
        let ends = [Poly::default(), last];
        let all = corners.iter().flat_map(|corner| ends.iter().map(|end| at(end, corner)));
        let Some(all) = all.collect::<Option<Vec<Poly>>>() else { return false };
        corners = all;
    }
    corners.iter().all(|corner| is_in_range(atoms, corner, bits, signed, known))
}

/// A 64-bit expression with what is extended from 32 bits taken apart, where that is shown not to wrap around.
pub(super) fn taken_apart(atoms: &mut Atoms, poly: &Poly, known: &[Poly], counts: &[Poly]) -> Option<Poly> {
    let mut result = poly.clone();
    for (monomial, coefficient) in poly.terms() {
        let &[id] = monomial else { continue };
        let (inner, signed) = match atoms.get(id) {
            Atom::Unsigned(inner, 32) => (inner.clone(), false),
            Atom::Signed(inner, 32) => (inner.clone(), true),
            _ => continue,
        };
        let mut apart = integer(atoms, &inner, 32, signed, known);
        if apart == Poly::atom(id)
            && let Some(sum) = recurrence(atoms, &inner, 32, signed)
            && is_in_range_at_corners(atoms, &sum, (32, signed), known, counts)
        {
            apart = sum;
        }
        let apart = atoms.modulo(&apart, Ring::Mod64)?;
        result = result.add_scaled(&Poly::atom(id), -coefficient, Ring::Mod64)?;
        result = result.add_scaled(&apart, coefficient, Ring::Mod64)?;
    }
    Some(result)
}

/// An integer that is congruent to a modular expression, made of the integers that its atoms denote.
pub(super) fn congruent(atoms: &mut Atoms, poly: &Poly, bits: u32, signed: bool) -> Option<Poly> {
    let mut sum = Poly::default();
    for (monomial, coefficient) in poly.terms() {
        let mut product = Poly::constant(coefficient, Ring::Exact);
        for &id in monomial {
            let factor = denoted(atoms, id, bits, signed);
            product = atoms.mul(&product, &factor, Ring::Exact)?;
        }
        sum = atoms.add_scaled(&sum, &product, 1)?;
    }
    Some(sum)
}

fn denoted(atoms: &mut Atoms, id: AtomId, bits: u32, signed: bool) -> Poly {
    match atoms.get(id) {
        Atom::Index(_) | Atom::Round(_) | Atom::Last(_) | Atom::Trip(_) | Atom::Bytes(_) => Poly::atom(id),
        Atom::Unsigned(..) | Atom::Signed(..) | Atom::Max(..) | Atom::Min(..) | Atom::Floor(..) => Poly::atom(id),
        _ => atoms.read(&Poly::atom(id), bits, signed),
    }
}
