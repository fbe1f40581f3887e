//! Polynomials over atoms, in exact integers or modulo a power of two.
//!
//! A polynomial is a sum of monomials, each a product of atoms with an integer coefficient. What an atom stands for is
//! [`super::atoms`]' business; here it is a number. The same polynomial can be read in three rings: the integers, and the
//! integers modulo 2^32 and 2^64. Coefficients of a modular polynomial are kept in the signed range of its width, so that
//! equal residues are equal polynomials. An operation that would exceed a limit, or overflow 128 bits, has no result, and
//! whoever asked knows less: nothing wrong is concluded.

use std::collections::BTreeMap;

/// An index into [`super::atoms::Atoms`].
pub(super) type AtomId = u32;

/// A product of atoms, sorted; the empty product is 1.
type Monomial = Vec<AtomId>;

/// Monomials of a polynomial.
const MAX_TERMS: usize = 64;
/// Atoms of a monomial.
const MAX_DEGREE: usize = 6;

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

/// A polynomial in canonical form: no coefficient is zero.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Default)]
pub(super) struct Poly {
    terms: BTreeMap<Monomial, i128>,
}

impl Poly {
    /// A constant.
    pub fn constant(value: i128, ring: Ring) -> Poly {
        let value = ring.reduce(value);
        Poly { terms: if value == 0 { BTreeMap::new() } else { BTreeMap::from([(Vec::new(), value)]) } }
    }

    /// One atom.
    pub fn atom(atom: AtomId) -> Poly {
        Poly { terms: BTreeMap::from([(vec![atom], 1)]) }
    }

    /// The number of monomials.
    pub fn len(&self) -> usize {
        self.terms.len()
    }

    /// The monomials with their coefficients.
    pub fn terms(&self) -> impl Iterator<Item = (&[AtomId], i128)> {
        self.terms.iter().map(|(m, &c)| (m.as_slice(), c))
    }

    /// The coefficient of a product of atoms.
    pub fn coefficient(&self, monomial: &[AtomId]) -> i128 {
        self.terms.get(monomial).copied().unwrap_or(0)
    }

    /// The value, if no atom is left.
    pub fn as_constant(&self) -> Option<i128> {
        match self.terms.len() {
            0 => Some(0),
            1 => self.terms.get(&Vec::new() as &Monomial).copied(),
            _ => None,
        }
    }

    /// `self + factor * other`.
    pub fn add_scaled(&self, other: &Poly, factor: i128, ring: Ring) -> Option<Poly> {
        let mut sum = self.clone();
        for (monomial, &coefficient) in &other.terms {
            sum.add_term(monomial, coefficient.checked_mul(factor)?, ring)?;
        }
        (sum.len() <= MAX_TERMS).then_some(sum)
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
        let divides = divisor != 0 && self.terms.values().all(|c| c.checked_rem(divisor) == Some(0));
        let quotient = |(m, c): (&Monomial, &i128)| Some((m.clone(), c.checked_div(divisor)?));
        if divides { Some(Poly { terms: self.terms.iter().map(quotient).collect::<Option<_>>()? }) } else { None }
    }

    /// `self * other`.
    pub fn mul(&self, other: &Poly, ring: Ring) -> Option<Poly> {
        let mut product = Poly::default();
        for (a, &x) in &self.terms {
            for (b, &y) in &other.terms {
                let mut monomial: Monomial = a.iter().chain(b).copied().collect();
                if monomial.len() > MAX_DEGREE {
                    return None;
                }
                monomial.sort_unstable();
                product.add_term(&monomial, x.checked_mul(y)?, ring)?;
            }
        }
        (product.len() <= MAX_TERMS).then_some(product)
    }

    /// The polynomial with every atom replaced by what `map` says.
    pub fn substitute(&self, ring: Ring, mut map: impl FnMut(AtomId) -> Option<Poly>) -> Option<Poly> {
        let mut sum = Poly::default();
        for (monomial, &coefficient) in &self.terms {
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
        self.terms.values().map(|c| c.trailing_zeros()).min().unwrap_or(128)
    }

    fn add_term(&mut self, monomial: &[AtomId], coefficient: i128, ring: Ring) -> Option<()> {
        let old = self.terms.get(monomial).copied().unwrap_or(0);
        let new = ring.reduce(old.checked_add(coefficient)?);
        if new == 0 {
            self.terms.remove(monomial);
        } else if let Some(slot) = self.terms.get_mut(monomial) {
            *slot = new;
        } else {
            self.terms.insert(monomial.to_vec(), new);
        }
        Some(())
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
