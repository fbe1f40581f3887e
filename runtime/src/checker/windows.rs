//! Where in the box of its footprint an access lies.
//!
//! A window of a footprint begins at `base + sum(stride_d * i_d)`. The parallel `i_d` are the thread's. For the sequential ones any
//! integers will do that are shown to lie within their counts: they are solved for. With the parallel part taken away, the
//! address is `sum(stride_d * J_d) + c` modulo 2^32, or 2^64 where addresses are so wide, for polynomials `J_d` that a division by the strides finds and a constant
//! `c`; each `J_d` is then made an integer that is congruent to it, and shown not to be negative and to be below its count.
//! Which loop belongs to which dimension is found by trying.

use super::atoms::{Atom, Atoms};
use super::facts::entails;
use super::lift::congruent;
use super::poly::{AtomId, Poly, Ring};

/// Sequential dimensions of a footprint whose orders are all tried.
const MAX_ORDERED: usize = 4;

/// A sequential dimension of a footprint.
pub(super) struct Sequence {
    /// Bytes per iteration, in the ring of addresses.
    pub stride: Poly,
    /// How often it runs at most.
    pub count: Poly,
}

/// An access to be placed: its address less the parallel part, and what it needs of the window.
pub(super) struct Place<'a> {
    /// The ring of addresses.
    pub ring: Ring,
    /// The rest of the address.
    pub rest: Poly,
    /// Added to the address.
    pub offset: i128,
    /// The largest place within the window at which the access ends within it.
    pub room: i128,
    /// The sequential dimensions.
    pub dims: &'a [Sequence],
    /// What holds where the access is executed.
    pub facts: &'a [Poly],
}

impl Place<'_> {
    /// The first byte of the access within its window.
    pub fn relative(&self, atoms: &mut Atoms) -> Option<i128> {
        if self.dims.is_empty() {
            let relative = self.ring.unsigned(self.rest.as_constant()? + self.offset);
            return (relative <= self.room).then_some(relative);
        }
        for order in orders(self.dims.len()) {
            for shared in [true, false] {
                if !atoms.spend(1 + self.rest.len()) {
                    return None;
                }
                let Some((numbers, constant)) = self.divide(atoms, &order, shared) else { continue };
                if let Some(relative) = self.within(atoms, &numbers, constant) {
                    return Some(relative);
                }
            }
        }
        None
    }

    /// Divides the rest of the address by the strides in this order. A stride takes all that it divides, or, where several
    /// dimensions may have one stride, no more than one round.
    fn divide(&self, atoms: &mut Atoms, order: &[usize], shared: bool) -> Option<(Vec<Poly>, i128)> {
        let mut numbers = vec![Poly::default(); self.dims.len()];
        let mut rest = self.rest.clone();
        for (position, &dim) in order.iter().enumerate() {
            let stride = &self.dims[dim].stride;
            let Some((lead, factor)) = leading(stride) else { continue };
            let all = shared || position + 1 == order.len();
            loop {
                let quotient = rest.terms().filter(|(m, _)| !m.is_empty()).find_map(|(monomial, coefficient)| {
                    let is_round = |&id: &AtomId| matches!(atoms.get(id), Atom::Round(_) | Atom::Last(_));
                    if !all && !monomial.iter().any(is_round) || coefficient % factor != 0 {
                        return None;
                    }
                    let monomial = quotient(monomial, &lead)?;
                    let mut factors = monomial.iter().map(|&id| Poly::atom(id));
                    let scale = Poly::constant(coefficient / factor, self.ring);
                    factors.try_fold(scale, |product, atom| product.mul(&atom, self.ring))
                });
                let Some(quotient) = quotient else { break };
                let taken = atoms.mul(stride, &quotient, self.ring)?;
                rest = rest.sub(&taken, self.ring)?;
                numbers[dim] = numbers[dim].add(&quotient, self.ring)?;
                if !all || !atoms.spend(1 + rest.len()) {
                    break;
                }
            }
        }
        Some((numbers, rest.as_constant()?))
    }

    /// The place within the window, if all numbers are shown to lie within their counts.
    fn within(&self, atoms: &mut Atoms, numbers: &[Poly], constant: i128) -> Option<i128> {
        let total = self.ring.reduce(constant + self.offset);
        let mut shifts = vec![(0, 0)];
        for (dim, sequence) in self.dims.iter().enumerate() {
            let Some(stride) = sequence.stride.as_constant().filter(|&s| s != 0) else { continue };
            let near = total.div_euclid(stride);
            shifts.extend([near, near + 1, near - 1].map(|shift| (dim, shift)));
        }
        for (dim, shift) in shifts {
            let moved = self.dims[dim].stride.as_constant().unwrap_or(0) * shift;
            let relative = self.ring.unsigned(total - moved);
            let fits = |atoms: &mut Atoms, (at, number): (usize, &Poly)| {
                let shift = Poly::constant(if at == dim { shift } else { 0 }, self.ring);
                let number = number.add(&shift, self.ring);
                number.is_some_and(|number| self.is_below(atoms, &number, &self.dims[at].count))
            };
            if relative <= self.room && numbers.iter().enumerate().all(|number| fits(atoms, number)) {
                return Some(relative);
            }
        }
        None
    }

    /// True if an integer congruent to `number` is shown to be at least 0 and below `count`.
    fn is_below(&self, atoms: &mut Atoms, number: &Poly, count: &Poly) -> bool {
        let (one, bits) = (Poly::constant(1, Ring::Exact), self.ring.bits());
        // Read by itself, or as what is missing to the count.
        let missing = atoms.modulo(count, self.ring).and_then(|count| count.sub(number, self.ring));
        let missing = missing.and_then(|missing| congruent(atoms, &missing, bits, true));
        let below = missing.and_then(|missing| atoms.sub(count, &missing));
        let readings = [congruent(atoms, number, bits, true), congruent(atoms, number, bits, false), below];
        readings.into_iter().flatten().any(|integer| {
            let room = atoms.sub(count, &integer).and_then(|room| room.sub(&one, Ring::Exact));
            entails(atoms, &integer, self.facts.iter()) && room.is_some_and(|r| entails(atoms, &r, self.facts.iter()))
        })
    }
}

/// The product of the most atoms in a stride, and its coefficient.
fn leading(stride: &Poly) -> Option<(Vec<AtomId>, i128)> {
    stride.terms().max_by_key(|(monomial, _)| monomial.len()).map(|(monomial, c)| (monomial.to_vec(), c))
}

/// `monomial / by`.
fn quotient(monomial: &[AtomId], by: &[AtomId]) -> Option<Vec<AtomId>> {
    let mut rest = monomial.to_vec();
    for id in by {
        let position = rest.iter().position(|other| other == id)?;
        rest.remove(position);
    }
    Some(rest)
}

/// The orders in which `count` dimensions are tried.
fn orders(count: usize) -> Vec<Vec<usize>> {
    if count > MAX_ORDERED {
        return vec![(0..count).collect(), (0..count).rev().collect()];
    }
    let mut orders = vec![Vec::new()];
    for _ in 0..count {
        let longer = |order: Vec<usize>| {
            let free: Vec<usize> = (0..count).filter(|dim| !order.contains(dim)).collect();
            free.into_iter().map(move |dim| order.iter().copied().chain([dim]).collect::<Vec<_>>())
        };
        orders = orders.into_iter().flat_map(longer).collect();
    }
    orders
}
