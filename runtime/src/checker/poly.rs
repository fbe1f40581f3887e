//! Polynomials over atoms, in exact integers or modulo a power of two.
//!
//! A polynomial is a sum of monomials, each a product of atoms with an integer coefficient. What an atom stands for is
//! [`super::atoms`]' business; here it is a number. The same polynomial can be read in three rings: the integers, and the
//! integers modulo 2^32 and 2^64. Coefficients of a modular polynomial are kept in the signed range of its width, so that
//! equal residues are equal polynomials. An operation that would exceed a limit, or overflow 128 bits, has no result, and
//! whoever asked knows less: nothing wrong is concluded.

use std::cmp::Ordering;

/// An index into [`super::atoms::Atoms`].
pub(super) type AtomId = u32;

/// Monomials of a polynomial.
const MAX_TERMS: usize = 64;
/// Atoms of a monomial.
const MAX_DEGREE: usize = 6;

/// A product of atoms, sorted; the empty product is 1. In place, because a check makes millions of them.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Default)]
struct Monomial {
    degree: u8,
    /// Zero beyond the degree.
    atoms: [AtomId; MAX_DEGREE],
}

impl Monomial {
    fn atom(atom: AtomId) -> Monomial {
        let mut atoms = [0; MAX_DEGREE];
        atoms[0] = atom;
        Monomial { degree: 1, atoms }
    }

    fn as_slice(&self) -> &[AtomId] {
        &self.atoms[..self.degree as usize]
    }

    /// None where the degree is too large.
    fn times(&self, other: &Monomial) -> Option<Monomial> {
        let degree = self.degree + other.degree;
        let mut atoms = [0; MAX_DEGREE];
        let product = atoms.get_mut(..degree as usize)?;
        let (first, second) = product.split_at_mut(self.degree as usize);
        first.copy_from_slice(self.as_slice());
        second.copy_from_slice(other.as_slice());
        product.sort_unstable();
        Some(Monomial { degree, atoms })
    }
}

impl PartialOrd for Monomial {
    fn partial_cmp(&self, other: &Monomial) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Monomial {
    fn cmp(&self, other: &Monomial) -> Ordering {
        self.as_slice().cmp(other.as_slice())
    }
}

/// Where coefficients live.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Ring {
    /// The integers, within 128 bits.
    Exact,
    /// The integers modulo 2^32.
    Mod32,
    /// The integers modulo 2^64.
    Mod64,
}

impl Ring {
    /// The modular ring of a width in bits.
    pub fn of_width(bits: u32) -> Ring {
        if bits == 32 { Ring::Mod32 } else { Ring::Mod64 }
    }

    /// The ring of addresses.
    pub fn of_addresses(wide: bool) -> Ring {
        if wide { Ring::Mod64 } else { Ring::Mod32 }
    }

    /// The width in bits of what a modular ring is of.
    pub fn bits(self) -> u32 {
        if self == Ring::Mod32 { 32 } else { 64 }
    }

    /// The least number, not negative, that a modular ring can't tell from this one.
    pub fn unsigned(self, value: i128) -> i128 {
        match self {
            Ring::Exact => value,
            Ring::Mod32 => value as u32 as i128,
            Ring::Mod64 => value as u64 as i128,
        }
    }

    /// Of the numbers that the ring can't tell from this one the one that is nearest to 0.
    pub fn reduce(self, coefficient: i128) -> i128 {
        match self {
            Ring::Exact => coefficient,
            Ring::Mod32 => coefficient as i32 as i128,
            Ring::Mod64 => coefficient as i64 as i128,
        }
    }
}

/// A polynomial in canonical form: monomials rise strictly, no coefficient is zero.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Default)]
pub(super) struct Poly {
    terms: Vec<(Monomial, i128)>,
}

impl Poly {
    /// A constant.
    pub fn constant(value: i128, ring: Ring) -> Poly {
        let value = ring.reduce(value);
        Poly { terms: if value == 0 { Vec::new() } else { vec![(Monomial::default(), value)] } }
    }

    /// One atom.
    pub fn atom(atom: AtomId) -> Poly {
        Poly { terms: vec![(Monomial::atom(atom), 1)] }
    }

    /// The number of monomials.
    pub fn len(&self) -> usize {
        self.terms.len()
    }

    /// The monomials with their coefficients.
    pub fn terms(&self) -> impl Iterator<Item = (&[AtomId], i128)> {
        self.terms.iter().map(|(m, c)| (m.as_slice(), *c))
    }

    /// The coefficient of a product of atoms.
    pub fn coefficient(&self, monomial: &[AtomId]) -> i128 {
        let found = self.terms.binary_search_by(|(m, _)| m.as_slice().cmp(monomial));
        found.map_or(0, |at| self.terms[at].1)
    }

    /// The value, if no atom is left.
    pub fn as_constant(&self) -> Option<i128> {
        match self.terms[..] {
            [] => Some(0),
            [(monomial, value)] if monomial.degree == 0 => Some(value),
            _ => None,
        }
    }

    /// `self + factor * other`.
    pub fn add_scaled(&self, other: &Poly, factor: i128, ring: Ring) -> Option<Poly> {
        let mut terms = Vec::with_capacity(self.len() + other.len());
        let (mut ours, mut theirs) = (self.terms.iter().peekable(), other.terms.iter().peekable());
        loop {
            let order = match (ours.peek(), theirs.peek()) {
                (Some((a, _)), Some((b, _))) => a.cmp(b),
                (Some(_), None) => Ordering::Less,
                (None, Some(_)) => Ordering::Greater,
                (None, None) => break,
            };
            let (mut monomial, mut sum) = (Monomial::default(), 0);
            if order.is_le() {
                (monomial, sum) = *ours.next()?;
            }
            if order.is_ge() {
                let &(m, coefficient) = theirs.next()?;
                (monomial, sum) = (m, ring.reduce(sum.checked_add(coefficient.checked_mul(factor)?)?));
            }
            if sum != 0 {
                terms.push((monomial, sum));
            }
        }
        (terms.len() <= MAX_TERMS).then_some(Poly { terms })
    }

    /// `self + other`.
    pub fn add(&self, other: &Poly, ring: Ring) -> Option<Poly> {
        self.add_scaled(other, 1, ring)
    }

    /// `self - other`.
    pub fn sub(&self, other: &Poly, ring: Ring) -> Option<Poly> {
        self.add_scaled(other, -1, ring)
    }

    /// `factor * self`.
    pub fn scaled(&self, factor: i128, ring: Ring) -> Option<Poly> {
        Poly::default().add_scaled(self, factor, ring)
    }

    /// `self / divisor`, if that divides every coefficient.
    pub fn divided(&self, divisor: i128) -> Option<Poly> {
        let quotient = |&(m, c): &(Monomial, i128)| match c.checked_rem(divisor)? {
            0 => Some((m, c.checked_div(divisor)?)),
            _ => None,
        };
        let terms = self.terms.iter().map(quotient).collect::<Option<_>>()?;
        (divisor != 0).then_some(Poly { terms })
    }

    /// `self * other`.
    pub fn mul(&self, other: &Poly, ring: Ring) -> Option<Poly> {
        let mut products = Vec::with_capacity(self.len() * other.len());
        for (a, x) in &self.terms {
            for (b, y) in &other.terms {
                products.push((a.times(b)?, x.checked_mul(*y)?));
            }
        }
        products.sort_unstable_by_key(|&(monomial, _)| monomial);
        let mut terms: Vec<(Monomial, i128)> = Vec::with_capacity(products.len());
        for group in products.chunk_by(|(a, _), (b, _)| a == b) {
            let sum = group.iter().try_fold(0i128, |sum, (_, c)| Some(ring.reduce(sum.checked_add(*c)?)))?;
            if sum != 0 {
                terms.push((group[0].0, sum));
            }
        }
        (terms.len() <= MAX_TERMS).then_some(Poly { terms })
    }

    /// The polynomial with every atom replaced by what `map` says.
    pub fn substitute(&self, ring: Ring, mut map: impl FnMut(AtomId) -> Option<Poly>) -> Option<Poly> {
        let mut sum = Poly::default();
        for (monomial, coefficient) in self.terms() {
            let mut product = Poly::constant(coefficient, ring);
            for &atom in monomial {
                product = product.mul(&map(atom)?, ring)?;
            }
            sum = sum.add(&product, ring)?;
        }
        Some(sum)
    }

    /// The largest `k` such that 2^k divides every coefficient; 128 for zero.
    pub fn trailing_zeros(&self) -> u32 {
        self.terms.iter().map(|(_, c)| c.trailing_zeros()).min().unwrap_or(128)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn linear(constant: i128, terms: &[(AtomId, i128)], ring: Ring) -> Poly {
        let sum = |sum: Poly, &(atom, c): &(AtomId, i128)| sum.add_scaled(&Poly::atom(atom), c, ring).unwrap();
        terms.iter().fold(Poly::constant(constant, ring), sum)
    }

    #[test]
    fn equal_residues_are_equal_polynomials() {
        let ring = Ring::Mod32;
        let minus_eight = linear(0, &[(1, -8)], ring);
        assert_eq!(linear(0, &[(1, 0xffff_fff8)], ring), minus_eight);
        assert_eq!(linear(1 << 32, &[(1, 1 << 32)], ring), Poly::default());
        assert_ne!(linear(0, &[(1, 0xffff_fff8)], Ring::Mod64), minus_eight);
    }

    #[test]
    fn products_distribute() {
        let (a, b) = (linear(2, &[(1, 3)], Ring::Exact), linear(-1, &[(1, 1), (2, 5)], Ring::Exact));
        let product = a.mul(&b, Ring::Exact).unwrap();
        let shown: Vec<String> = product.terms().map(|(m, c)| format!("{c}{m:?}")).collect();
        assert_eq!(shown.join(" "), "-2[] -1[1] 3[1, 1] 15[1, 2] 10[2]");
        assert_eq!(product, b.mul(&a, Ring::Exact).unwrap());
    }

    #[test]
    fn what_overflows_has_no_result() {
        let huge = Poly::constant(i128::MAX, Ring::Exact);
        assert_eq!(huge.add(&Poly::constant(1, Ring::Exact), Ring::Exact), None);
        assert_eq!(huge.mul(&huge, Ring::Exact), None);
        let wide = (0..40).fold(Poly::default(), |p, i| p.add(&Poly::atom(i), Ring::Exact).unwrap());
        assert_eq!(wide.mul(&wide, Ring::Exact), None);
    }
}
