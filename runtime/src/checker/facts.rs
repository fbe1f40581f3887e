//! Facts: what the guards say, as inequalities between integers, and what follows from them.
//!
//! A fact is a polynomial that isn't negative whenever a dispatch runs. [`follows`] shows that another one isn't negative
//! either: it subtracts up to two facts and bounds the rest by the ranges of its atoms, replacing a maximum by one of its
//! parts where that makes the polynomial smaller, and likewise a minimum. Every step is an inequality that holds for all
//! integers; a polynomial that isn't shown to follow may still be nonnegative, which costs a region and nothing else.

use super::atoms::{Atom, Atoms};
use super::poly::{Poly, Ring};
use super::symbols::expression;
use ir::region::{Int, IntId, Pred, PredId, Region};

/// What holds together.
#[derive(Clone, Debug, Default)]
pub(super) struct Case {
    /// Polynomials that aren't negative.
    pub facts: Vec<Poly>,
    /// Pairs of footprints whose hulls have no byte in common.
    pub disjoint: Vec<(u32, u32)>,
    /// Pairs of memory indices that denote different memories.
    pub apart: Vec<(u32, u32)>,
}

impl Case {
    fn extend(&mut self, other: &Case) {
        self.facts.extend(other.facts.iter().cloned());
        self.disjoint.extend(&other.disjoint);
        self.apart.extend(&other.apart);
    }

    fn and(&self, other: &Case) -> Case {
        let mut both = self.clone();
        both.extend(other);
        both
    }

    /// How much there is of it.
    fn len(&self) -> usize {
        self.facts.iter().map(|fact| 1 + fact.len()).sum::<usize>() + self.disjoint.len() + self.apart.len()
    }

    /// True if nothing can satisfy it.
    pub fn is_impossible(&self, atoms: &Atoms) -> bool {
        self.facts.iter().any(|fact| atoms.range(fact).hi.is_some_and(|hi| hi < 0))
    }
}

/// The guards of a region: what always holds, and the alternatives.
#[derive(Debug, Default)]
pub(super) struct Guards {
    /// What every dispatch can rely on.
    pub always: Case,
    /// For each guard that is a disjunction, its cases.
    pub alternatives: Vec<Vec<Case>>,
}

/// Cases of a guard.
const MAX_CASES: usize = 64;
/// How much of what always holds is kept, in terms; more isn't looked at.
const MAX_FACTS: usize = 1 << 14;
/// Maxima and minima that one proof replaces.
const MAX_REPLACED: u32 = 4;

/// The integer nodes of a region as polynomials; `None` where one is too large.
pub(super) fn integers(region: &Region, scalars: &[Poly], atoms: &mut Atoms) -> Vec<Option<Poly>> {
    let mut ints: Vec<Option<Poly>> = Vec::with_capacity(region.program.ints.len());
    for node in &region.program.ints {
        let of = |id: IntId| ints.get(id.0 as usize).cloned().flatten();
        let both = |a, b| of(a).zip(of(b));
        let poly = match *node {
            Int::Const(value) => Some(Poly::constant(value as i128, Ring::Exact)),
            Int::Signed(s) => expression(region, scalars, s).map(|(p, bits)| atoms.read(p, bits, true)),
            Int::Unsigned(s) => expression(region, scalars, s).map(|(p, bits)| atoms.read(p, bits, false)),
            Int::MemoryBytes(memory) => Some(atoms.poly(Atom::Bytes(memory))),
            Int::Add(a, b) => both(a, b).and_then(|(a, b)| atoms.add_scaled(&a, &b, 1)),
            Int::Sub(a, b) => both(a, b).and_then(|(a, b)| atoms.sub(&a, &b)),
            Int::Mul(a, b) => both(a, b).and_then(|(a, b)| atoms.mul(&a, &b, Ring::Exact)),
            Int::FloorDiv(a, b) => both(a, b).map(|(a, b)| atoms.poly(Atom::Floor(a, b))),
            Int::Min(a, b) => both(a, b).map(|(a, b)| atoms.min(&a, &b)),
            Int::Max(a, b) => both(a, b).map(|(a, b)| atoms.max(&a, &b)),
        };
        let size = poly.as_ref().map_or(1, |poly| 1 + poly.len());
        ints.push(poly.filter(|_| atoms.spend(size)));
    }
    ints
}

/// What the guards of a region say. A guard with too many cases says nothing.
pub(super) fn guards(region: &Region, ints: &[Option<Poly>], atoms: &mut Atoms) -> Guards {
    let mut guards = Guards::default();
    let mut kept = 0;
    for guard in &region.guards {
        match cases(region, ints, guard.pred, true, 64, atoms) {
            Some(cases) => match &cases[..] {
                [case] if kept + case.len() <= MAX_FACTS => {
                    kept += case.len();
                    guards.always.extend(case);
                }
                _ => guards.alternatives.push(cases),
            },
            None => guards.alternatives.push(vec![Case::default()]),
        }
    }
    guards
}

/// The disjunctive normal form of a predicate or of its negation; none if it is too large.
fn cases(
    region: &Region,
    ints: &[Option<Poly>],
    pred: PredId,
    holds: bool,
    depth: u32,
    atoms: &mut Atoms,
) -> Option<Vec<Case>> {
    let depth = depth.checked_sub(1)?;
    if !atoms.spend(8) {
        return None;
    }
    let of = |id: IntId| ints.get(id.0 as usize).cloned().flatten();
    // `b - a - gap >= 0`; what can't be expressed says nothing.
    let mut at_least = |a, b, gap: i128| {
        let difference = of(b).zip(of(a)).and_then(|(b, a)| atoms.sub(&b, &a));
        difference.and_then(|d| d.sub(&Poly::constant(gap, Ring::Exact), Ring::Exact))
    };
    let facts =
        |facts: Vec<Option<Poly>>| Some(vec![Case { facts: facts.into_iter().flatten().collect(), ..Case::default() }]);
    match (*region.program.preds.get(pred.0 as usize)?, holds) {
        (Pred::Lt(a, b), true) => facts(vec![at_least(a, b, 1)]),
        (Pred::Lt(a, b), false) => facts(vec![at_least(b, a, 0)]),
        (Pred::Le(a, b), true) => facts(vec![at_least(a, b, 0)]),
        (Pred::Le(a, b), false) => facts(vec![at_least(b, a, 1)]),
        (Pred::Eq(a, b), true) => facts(vec![at_least(a, b, 0), at_least(b, a, 0)]),
        (Pred::Divides(d, _), true) => {
            let one = Poly::constant(1, Ring::Exact);
            facts(vec![of(d).and_then(|d| d.sub(&one, Ring::Exact))])
        }
        (Pred::Not(a), _) => cases(region, ints, a, !holds, depth, atoms),
        (Pred::And(a, b), true) | (Pred::Or(a, b), false) => {
            let a = cases(region, ints, a, holds, depth, atoms)?;
            let b = cases(region, ints, b, holds, depth, atoms)?;
            let size = |cases: &[Case]| cases.iter().map(Case::len).sum::<usize>();
            let copied = size(&a).saturating_mul(b.len()).saturating_add(size(&b).saturating_mul(a.len()));
            if a.len() * b.len() > MAX_CASES || !atoms.spend(copied) {
                return None;
            }
            Some(a.iter().flat_map(|x| b.iter().map(move |y| x.and(y))).collect())
        }
        (Pred::Or(a, b), true) | (Pred::And(a, b), false) => {
            let mut either = cases(region, ints, a, holds, depth, atoms)?;
            either.extend(cases(region, ints, b, holds, depth, atoms)?);
            (either.len() <= MAX_CASES).then_some(either)
        }
        (Pred::Disjoint(a, b), true) => Some(vec![Case { disjoint: vec![(a, b)], ..Case::default() }]),
        (Pred::SameMemory(a, b), false) => Some(vec![Case { apart: vec![(a, b)], ..Case::default() }]),
        (Pred::Eq(..) | Pred::Divides(..) | Pred::Disjoint(..), false) | (Pred::SameMemory(..), true) => facts(vec![]),
    }
}

/// True if `poly` is shown not to be negative wherever all of `facts` aren't.
pub(super) fn follows<'a>(atoms: &mut Atoms, poly: &Poly, facts: impl Iterator<Item = &'a Poly> + Clone) -> bool {
    if is_nonnegative(atoms, poly, MAX_REPLACED) {
        return true;
    }
    let mut rests = Vec::new();
    for fact in facts.clone() {
        if atoms.is_spent() {
            return false;
        }
        let Some(rest) = atoms.sub(poly, fact) else { continue };
        if is_nonnegative(atoms, &rest, MAX_REPLACED) {
            return true;
        }
        // A second fact can help only if the first has brought the two closer.
        if rest.len() <= poly.len() + 1 {
            rests.push(rest);
        }
    }
    for rest in &rests {
        for fact in facts.clone() {
            if atoms.is_spent() {
                return false;
            }
            if atoms.sub(rest, fact).is_some_and(|rest| is_nonnegative(atoms, &rest, 2)) {
                return true;
            }
        }
    }
    false
}

fn is_nonnegative(atoms: &mut Atoms, poly: &Poly, replaced: u32) -> bool {
    if !atoms.spend(1 + poly.len()) {
        return false;
    }
    if atoms.range(poly).lo.is_some_and(|lo| lo >= 0) {
        return true;
    }
    let Some(left) = replaced.checked_sub(1) else { return false };
    // Replacing a maximum that is added by one of its parts, or a minimum that is taken away, makes the whole smaller.
    let found = poly.terms().find_map(|(monomial, coefficient)| {
        let &[id] = monomial else { return None };
        match atoms.get(id) {
            Atom::Max(a, b) if coefficient > 0 => Some((id, coefficient, a.clone(), b.clone())),
            Atom::Min(a, b) if coefficient < 0 => Some((id, coefficient, a.clone(), b.clone())),
            _ => None,
        }
    });
    let Some((id, coefficient, a, b)) = found else { return false };
    [a, b].iter().any(|part| {
        let change = part.sub(&Poly::atom(id), Ring::Exact);
        let smaller = change.and_then(|change| poly.add_scaled(&change, coefficient, Ring::Exact));
        smaller.is_some_and(|smaller| is_nonnegative(atoms, &smaller, left))
    })
}
