//! Parts of an address that a mask bounds.
//!
//! `x & m` denotes an integer from 0 to `m`, whatever `x` is, and has the zeros of `m` at its low end. So an address that is
//! `p + sum(c * (x & m))` modulo 2^32, or 2^64, is congruent to `p + low + r`, where `low` is the sum of the negative `c * m` and `r` is from
//! 0 to what all `|c| * m` add up to. An access there is taken for one that may be at each of these places. And where such a sum
//! stays below a power of two that divides `q`, the sum and `q` have no bit in common: `or` and `xor` add them.

use super::atoms::{Atom, Atoms};
use super::poly::{AtomId, Poly, Ring};
use ir::lowered::BinaryOp;

/// A modular address whose masked parts are taken away.
#[derive(Debug)]
pub(super) struct Masked {
    /// The lowest that it can be.
    pub lowest: Poly,
    /// How far it can be above that.
    pub spread: i128,
    /// How many of the lowest bits of the distance are zero.
    pub zeros: u32,
}

/// The mask of an atom that is a masked value, or one extended: it is no larger for that.
fn mask(atoms: &Atoms, id: AtomId) -> Option<i128> {
    if let Atom::Unsigned(inner, 32) | Atom::Signed(inner, 32) = atoms.get(id) {
        let mut terms = inner.terms();
        let (Some((&[inner], 1)), None) = (terms.next(), terms.next()) else { return None };
        return matches!(atoms.get(inner), Atom::Binary(..)).then(|| mask(atoms, inner)).flatten();
    }
    let Atom::Binary(BinaryOp::I32And | BinaryOp::I64And, a, b) = atoms.get(id) else { return None };
    let mask = b.as_constant().or(a.as_constant())?;
    // A larger one could be the upper half of a 64-bit value, or negative.
    (0..1 << 31).contains(&mask).then_some(mask)
}

/// Takes the masked parts of an address away.
pub(super) fn split(atoms: &Atoms, address: &Poly, ring: Ring) -> Option<Masked> {
    let mut masked = Masked { lowest: address.clone(), spread: 0, zeros: u32::MAX };
    let mut low = 0i128;
    for (monomial, coefficient) in address.terms() {
        let &[id] = monomial else { continue };
        let Some(mask) = mask(atoms, id) else { continue };
        let reach = coefficient.checked_mul(mask)?;
        low = low.checked_add(reach.min(0))?;
        masked.spread = masked.spread.checked_add(reach.checked_abs()?)?;
        masked.zeros = masked.zeros.min(coefficient.trailing_zeros() + mask.trailing_zeros());
        masked.lowest = masked.lowest.add_scaled(&Poly::atom(id), -coefficient, ring)?;
    }
    masked.lowest = masked.lowest.add(&Poly::constant(low, ring), ring)?;
    Some(masked)
}

/// True if `sum` is made of masked parts alone and is shown to be below the lowest bit that `other` may have set.
pub(super) fn is_below(atoms: &Atoms, sum: &Poly, other: &Poly) -> bool {
    let mut most = 0i128;
    for (monomial, coefficient) in sum.terms() {
        let term = match *monomial {
            [] => Some(coefficient),
            [id] => mask(atoms, id).and_then(|mask| mask.checked_mul(coefficient)),
            _ => None,
        };
        let next = term.filter(|_| coefficient >= 0).and_then(|term| most.checked_add(term));
        let Some(next) = next else { return false };
        most = next;
    }
    most < 1 << other.trailing_zeros().min(31)
}
