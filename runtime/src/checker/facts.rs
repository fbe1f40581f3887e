//! Facts: what the guards say, as inequalities between integers, and what follows from them.
//!
//! A fact is a polynomial that isn't negative whenever a dispatch runs. [`follows`] shows that another one isn't negative
//! either: it subtracts positive multiples of facts, chosen so that terms cancel that might be negative, and bounds the rest by the ranges of its atoms, replacing a maximum by one of its
//! parts where that makes the polynomial smaller, and likewise a minimum. Every step is an inequality that holds for all
//! integers; a polynomial that isn't shown to follow may still be nonnegative, which costs a region and nothing else.

use super::atoms::{Atom, Atoms};
use super::poly::{AtomId, Poly, Ring};
use super::symbols::expression;
use ir::region::{Int, IntId, Pred, PredId, Region};

/// What holds together.
#[derive(Clone, Debug, Default)]
pub(super) struct Case {
    /// Polynomials that aren't negative.
    pub facts: Vec<Poly>,
    /// Pairs of footprints whose hulls have no byte in common.
    pub disjoint: Vec<(u32, u32)>,
    /// Pairs of footprints of which different points of the parallel dimensions touch no common byte.
    pub points_apart: Vec<(u32, u32)>,
    /// Pairs of memory indices that denote different memories.
    pub apart: Vec<(u32, u32)>,
}

impl Case {
    fn extend(&mut self, other: &Case) {
        self.facts.extend(other.facts.iter().cloned());
        self.disjoint.extend(&other.disjoint);
        self.points_apart.extend(&other.points_apart);
        self.apart.extend(&other.apart);
    }

    fn and(&self, other: &Case) -> Case {
        let mut both = self.clone();
        both.extend(other);
        both
    }

    /// How much there is of it.
    fn len(&self) -> usize {
        self.facts.iter().map(|fact| 1 + fact.len()).sum::<usize>()
            + self.disjoint.len()
            + self.points_apart.len()
            + self.apart.len()
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
/// Facts that one proof takes away, one after another.
const MAX_DEPTH: u32 = 7;
/// Ways that one proof tries.
const MAX_STEPS: usize = 256;
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
        (Pred::Divides(d, n), true) => {
            let one = Poly::constant(1, Ring::Exact);
            let (positive, exact) = (of(d).and_then(|d| d.sub(&one, Ring::Exact)), of(d).zip(of(n)));
            // What is divided is the quotient times the divisor.
            let rest = exact.and_then(|(d, n)| {
                let quotient = atoms.poly(Atom::Floor(n.clone(), d.clone()));
                let whole = atoms.mul(&quotient, &d, Ring::Exact)?;
                atoms.sub(&n, &whole)
            });
            let none = rest.as_ref().and_then(|rest| rest.scaled(-1, Ring::Exact));
            facts(vec![positive, rest, none])
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
        (Pred::Apart(a, b), true) => Some(vec![Case { points_apart: vec![(a, b)], ..Case::default() }]),
        (Pred::SameMemory(a, b), false) => Some(vec![Case { apart: vec![(a, b)], ..Case::default() }]),
        (Pred::Eq(..) | Pred::Divides(..) | Pred::Disjoint(..) | Pred::Apart(..), false)
        | (Pred::SameMemory(..), true) => facts(vec![]),
    }
}

/// True if `poly` is shown not to be negative wherever all of `facts` aren't.
pub(super) fn follows<'a>(atoms: &mut Atoms, poly: &Poly, facts: impl Iterator<Item = &'a Poly> + Clone) -> bool {
    if is_nonnegative(atoms, poly, MAX_REPLACED) {
        return true;
    }
    let mut rests = Vec::new();
    let obstacle = Obstacle::of(atoms, poly);
    for fact in facts.clone() {
        if !atoms.spend(1 + poly.len()) {
            return false;
        }
        if !obstacle.is_met(atoms, fact) {
            continue;
        }
        let Some(rest) = atoms.sub(poly, fact) else { continue };
        if is_nonnegative(atoms, &rest, MAX_REPLACED) {
            return true;
        }
        rests.push(rest);
    }
    for rest in &rests {
        let obstacle = Obstacle::of(atoms, rest);
        for fact in facts.clone() {
            if !atoms.spend(1 + rest.len()) {
                return false;
            }
            if obstacle.is_met(atoms, fact) && atoms.sub(rest, fact).is_some_and(|rest| is_nonnegative(atoms, &rest, 2))
            {
                return true;
            }
        }
    }
    false
}

/// Why a polynomial isn't nonnegative by the ranges of its atoms: most facts can be told at a glance not to help.
///
/// What a fact that is taken away adds to the lower bound is at most what those of its terms add that are positive, unless it makes
/// a negative term smaller: it must have one with the same sign. A term without a lower bound must go by all means. What stands in a
/// maximum or minimum that is replaced counts, too. A fact that is passed over all the same costs a region and nothing else.
struct Obstacle {
    /// A term without a lower bound, with the sign of its coefficient.
    open: Option<(Vec<AtomId>, i128)>,
    /// Terms that may be negative, likewise.
    negative: Vec<(Vec<AtomId>, i128)>,
    /// Maxima and minima that are replaced.
    replaced: Vec<AtomId>,
    /// How far the lower bound is below zero.
    missing: i128,
}

impl Obstacle {
    fn of(atoms: &Atoms, poly: &Poly) -> Obstacle {
        let replaced: Vec<AtomId> = poly.terms().filter_map(|term| replaced(atoms, term, 1)).collect();
        let mut obstacle = Obstacle { open: None, negative: Vec::new(), replaced, missing: 0 };
        for (monomial, coefficient) in poly.terms() {
            let lo = atoms.range_of_term(monomial, coefficient).lo;
            let term = || (monomial.to_vec(), coefficient.signum());
            if lo.is_none() && !obstacle.replaced.iter().any(|&id| atoms.parts_have(id, monomial)) {
                obstacle.open = Some(term());
                return obstacle;
            }
            if lo.is_none_or(|lo| lo < 0) {
                obstacle.negative.push(term());
            }
            obstacle.missing = obstacle.missing.saturating_sub(lo.unwrap_or(i128::MIN));
        }
        obstacle
    }

    /// False if `fact` isn't worth to be taken away.
    fn is_met(&self, atoms: &mut Atoms, fact: &Poly) -> bool {
        let giving: Vec<AtomId> = fact.terms().filter_map(|term| replaced(atoms, term, -1)).collect();
        let looked_at = (self.negative.len() + 1) * giving.len() + fact.len() * self.replaced.len();
        if !atoms.spend(1 + looked_at) {
            return false;
        }
        let meets = |(monomial, sign): &(Vec<AtomId>, i128)| {
            fact.coefficient(monomial).signum() == *sign || giving.iter().any(|&id| atoms.parts_have(id, monomial))
        };
        if let Some(open) = &self.open {
            return meets(open);
        }
        let in_parts = |(monomial, _): (&[AtomId], i128)| {
            !monomial.is_empty() && self.replaced.iter().any(|&id| atoms.parts_have(id, monomial))
        };
        let added = |(m, c): (&[AtomId], i128)| atoms.range_of_term(m, c.saturating_neg()).lo.unwrap_or(0).max(0);
        self.negative.iter().any(meets)
            || fact.terms().any(in_parts)
            || fact.terms().map(added).fold(0, i128::saturating_add) >= self.missing
    }
}

/// The atom of a term of `sign` times a polynomial if [`is_nonnegative`] replaces it.
fn replaced(atoms: &Atoms, (monomial, coefficient): (&[AtomId], i128), sign: i128) -> Option<AtomId> {
    let [id] = *monomial else { return None };
    let is_more = coefficient.signum() == sign;
    matches!((atoms.get(id), is_more), (Atom::Max(..), true) | (Atom::Min(..), false)).then_some(id)
}

/// Adds a fact that says more than the ranges of its atoms, and isn't there.
pub(super) fn learn(atoms: &mut Atoms, facts: &mut Vec<Poly>, fact: Poly) {
    let says_nothing = atoms.lowest(&fact).is_some_and(|lo| lo >= 0);
    if atoms.spend(1 + facts.len() / 8 + fact.len()) && !says_nothing && !facts.contains(&fact) {
        facts.push(fact);
    }
}

/// The same, shown with more effort, where [`follows`] doesn't.
pub(super) fn entails<'a>(atoms: &mut Atoms, poly: &Poly, facts: impl Iterator<Item = &'a Poly> + Clone) -> bool {
    if follows(atoms, poly, facts.clone()) {
        return true;
    }
    let facts: Vec<&Poly> = facts.collect();
    let mut steps = MAX_STEPS;
    eliminate(atoms, poly, &facts, MAX_DEPTH, &mut steps)
}

/// Takes multiples of facts away, so that terms vanish that might be negative, until what is left is nonnegative by the
/// ranges of its atoms. A maximum or minimum is one of its parts: both are tried, and both must do, unless each makes the whole smaller.
fn eliminate(atoms: &mut Atoms, poly: &Poly, facts: &[&Poly], depth: u32, steps: &mut usize) -> bool {
    if is_nonnegative(atoms, poly, MAX_REPLACED) {
        return true;
    }
    let Some(depth) = depth.checked_sub(1) else { return false };
    let terms: Vec<(Vec<AtomId>, i128)> =
        poly.terms().filter(|(m, _)| !m.is_empty()).map(|(m, c)| (m.to_vec(), c)).collect();
    let is_open = |(m, c): &&(Vec<AtomId>, i128)| atoms.range_of_term(m, *c).lo.is_none();
    // Where a term has no lower bound at all it must go; else any of them may.
    let terms = match terms.iter().find(is_open) {
        Some(open) => vec![open.clone()],
        None => terms,
    };
    for (monomial, coefficient) in &terms {
        for rest in without(atoms, poly, monomial, *coefficient, facts) {
            *steps = steps.saturating_sub(1);
            if *steps == 0 || atoms.is_spent() {
                return false;
            }
            if eliminate(atoms, &rest, facts, depth, steps) {
                return true;
            }
        }
        let Some(parts) = split(atoms, poly, monomial, *coefficient) else { continue };
        // Where each part is at most the whole, one of them will do.
        let is_least = match monomial[..] {
            [id] => matches!((atoms.get(id), *coefficient > 0), (Atom::Max(..), true) | (Atom::Min(..), false)),
            _ => false,
        };
        let mut follow = |part: &Poly| eliminate(atoms, part, facts, depth, steps);
        if if is_least { parts.iter().any(&mut follow) } else { parts.iter().all(&mut follow) } {
            return true;
        }
    }
    false
}

/// What is left of positive multiples of `poly` when multiples of facts have cancelled a term. A fact may be multiplied by an
/// atom that isn't negative.
fn without(atoms: &mut Atoms, poly: &Poly, monomial: &[AtomId], coefficient: i128, facts: &[&Poly]) -> Vec<Poly> {
    let mut multiples: Vec<Poly> = Vec::new();
    if !atoms.spend(facts.len()) {
        return multiples;
    }
    let same_sign = |fact: &Poly, monomial: &[AtomId]| fact.coefficient(monomial).signum() == coefficient.signum();
    multiples.extend(facts.iter().filter(|fact| same_sign(fact, monomial)).map(|&fact| fact.clone()));
    if let &[id] = monomial {
        let nearest = floor_facts(atoms, id);
        multiples.extend(nearest.into_iter().filter(|fact| same_sign(fact, monomial)));
    }
    for (position, &id) in monomial.iter().enumerate().filter(|_| monomial.len() > 1) {
        if atoms.range(&Poly::atom(id)).lo.is_none_or(|lo| lo < 0) {
            continue;
        }
        let mut others = monomial.to_vec();
        others.remove(position);
        for fact in facts.iter().filter(|fact| same_sign(fact, &others)) {
            multiples.extend(atoms.mul(fact, &Poly::atom(id), Ring::Exact));
        }
    }
    let mut rests: Vec<Poly> = multiples.iter().filter_map(|fact| cancel(atoms, poly, fact, monomial)).collect();
    rests.sort_by_key(Poly::len);
    rests
}

/// `p * poly - q * fact` without the term, for the smallest positive `p` and `q`.
fn cancel(atoms: &mut Atoms, poly: &Poly, fact: &Poly, monomial: &[AtomId]) -> Option<Poly> {
    let (ours, theirs) = (poly.coefficient(monomial).checked_abs()?, fact.coefficient(monomial).checked_abs()?);
    let (mut a, mut b) = (ours, theirs);
    while b != 0 {
        (a, b) = (b, a % b);
    }
    let scaled = poly.scaled(theirs / a, Ring::Exact)?;
    atoms.add_scaled(&scaled, fact, -(ours / a))
}

/// The polynomial with a maximum or minimum replaced by each of its parts.
fn split(atoms: &mut Atoms, poly: &Poly, monomial: &[AtomId], coefficient: i128) -> Option<[Poly; 2]> {
    let (position, parts) = monomial.iter().enumerate().find_map(|(position, &id)| match atoms.get(id) {
        Atom::Max(a, b) | Atom::Min(a, b) => Some((position, [a.clone(), b.clone()])),
        _ => None,
    })?;
    let rest = (0..monomial.len()).filter(|&at| at != position);
    let factor = rest
        .map(|at| Poly::atom(monomial[at]))
        .try_fold(Poly::constant(coefficient, Ring::Exact), |p, atom| atoms.mul(&p, &atom, Ring::Exact))?;
    let [first, second] = parts.map(|part| {
        let change = part.sub(&Poly::atom(monomial[position]), Ring::Exact)?;
        let change = atoms.mul(&change, &factor, Ring::Exact)?;
        atoms.add_scaled(poly, &change, 1)
    });
    Some([first?, second?])
}

/// A quotient by a positive constant is at most what is divided, and more than that less one.
fn floor_facts(atoms: &mut Atoms, id: AtomId) -> Vec<Poly> {
    let Atom::Floor(a, d) = atoms.get(id).clone() else { return Vec::new() };
    let Some(by) = d.as_constant().filter(|&by| by > 0) else { return Vec::new() };
    let Some(rest) = a.add_scaled(&Poly::atom(id), -by, Ring::Exact) else { return Vec::new() };
    let room = Poly::constant(by - 1, Ring::Exact).sub(&rest, Ring::Exact);
    std::iter::once(rest).chain(room).collect()
}

fn is_nonnegative(atoms: &mut Atoms, poly: &Poly, replaced: u32) -> bool {
    if !atoms.spend(1 + poly.len()) {
        return false;
    }
    if atoms.lowest(poly).is_some_and(|lo| lo >= 0) {
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
