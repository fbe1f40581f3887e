//! Independence: no two different iterations touch a common byte if one of them stores to it.
//!
//! Three theorems are about one parallel dimension and no other; a fourth, about several, is in [`nested`](super::nested). Let two footprints start at `B` and `B + D` and move by the
//! same step `S`, and let their windows be `V` and `W` bytes wide.
//!
//! 1. If the hulls have no byte in common, no iterations meet.
//! 2. If `V`, `W`, `V - D` and `D + W` are at most `|S|`, both windows lie within one interval of `|S|` bytes that moves by `S`:
//!    only equal iterations can meet. A footprint paired with itself has `D = 0`.
//! 3. If a positive `m` divides `S`, `D = m * k + p` for an integer `k`, `V <= p` and `p + W <= m`, then the first window's bytes
//!    lie in `0..V` and the second's in `p..p + W` modulo `m` after `B`: no iterations meet.
//!
//! The host decides the guard `Apart` for itself, with the numbers of the dispatch: where it holds, there is nothing to show.
//!
//! What a footprint's sequential dimensions span may be counted to its window: then it is about one dimension, too.
//!
//! Gathers need no theorem: they only load, and dispatch keeps the reach of each from every hull that the region writes
//! (`crate::reach`). Nor do updates: one after another in any order they leave the same bytes, because their operator is associative
//! and commutative and each touches a whole cell, and dispatch keeps their reach from every other hull. Neither are among the
//! accesses here.
//!
//! With a constant `S` and `D` the accesses are compared themselves, exactly, so that windows may interleave. Footprints of
//! memories that can't be one memory never meet.

use super::atoms::{Atom, Atoms};
use super::facts::{Case, Guards, follows};
use super::poly::{Poly, Ring};
use super::{Placed, Space, Unproven, nested};

/// What independence is decided on.
pub(super) struct Question<'a> {
    /// The footprints.
    pub spaces: &'a [Space],
    /// The accesses of each footprint.
    pub placed: &'a [Vec<Placed>],
    /// The guards.
    pub guards: &'a Guards,
    /// Facts that hold without any guard.
    pub given: &'a [Poly],
    /// What holds of each footprint's hull, where the footprint is accessed at all.
    pub hulls: &'a [Vec<Poly>],
    /// How often each dimension runs at most.
    pub counts: &'a [Poly],
    /// The number of parallel dimensions.
    pub dims: u32,
    /// How many memories the module imports; two of these may be one.
    pub imported_memories: u32,
}

/// Shows it for every pair of footprints.
pub(super) fn check(atoms: &mut Atoms, question: &Question<'_>) -> Result<(), Unproven> {
    for (i, placed) in question.placed.iter().enumerate() {
        if placed.iter().any(|a| a.is_store) && !alone(atoms, question, i) {
            return Err(Unproven::Iterations { footprint: i as u32 });
        }
        for (j, others) in question.placed.iter().enumerate().skip(i + 1) {
            let stores = placed.iter().chain(others).any(|a| a.is_store);
            if stores && !placed.is_empty() && !others.is_empty() && !apart(atoms, question, i, j) {
                return Err(Unproven::Dependence { first: i as u32, second: j as u32 });
            }
        }
    }
    Ok(())
}

/// Different iterations of one footprint keep apart.
fn alone(atoms: &mut Atoms, question: &Question<'_>, i: usize) -> bool {
    let space = &question.spaces[i];
    let pair = (i as u32, i as u32);
    if question.guards.always.points_apart.contains(&pair) {
        return true;
    }
    let Some(step) = step(question, i) else { return cases(atoms, question, i, i, nested) };
    if let Some(step) = step.as_constant() {
        return never_meet(atoms, &question.placed[i], &question.placed[i], 0, step);
    }
    let Some(size) = magnitude(atoms, &step) else { return false };
    let facts = question.guards.always.facts.iter().chain(question.given);
    at_most(atoms, &Poly::constant(space.width, Ring::Exact), &size, facts)
}

/// Different iterations of two footprints keep apart.
fn apart(atoms: &mut Atoms, question: &Question<'_>, i: usize, j: usize) -> bool {
    let (m, n) = (question.spaces[i].memory, question.spaces[j].memory);
    if m != n && (m >= question.imported_memories || n >= question.imported_memories) {
        return true;
    }
    cases(atoms, question, i, j, shown) || hulls_apart(atoms, question, i, j) == Some(true)
}

/// True if something is shown by what always holds, or in every case of one guard.
fn cases(
    atoms: &mut Atoms,
    question: &Question<'_>,
    i: usize,
    j: usize,
    is_shown: fn(&mut Atoms, &Question<'_>, &Case, usize, usize) -> bool,
) -> bool {
    let mut alternatives = question.guards.alternatives.iter();
    is_shown(atoms, question, &Case::default(), i, j)
        || alternatives.any(|cases| cases.iter().all(|case| is_shown(atoms, question, case, i, j)))
}

/// True if one case, with what always holds, keeps two footprints apart.
fn shown(atoms: &mut Atoms, question: &Question<'_>, case: &Case, i: usize, j: usize) -> bool {
    let looked_at = case.facts.len() + case.disjoint.len() + question.guards.always.disjoint.len();
    if !atoms.spend(1 + looked_at) {
        return false;
    }
    let always = &question.guards.always;
    let pair = (i as u32, j as u32);
    let is = |p: &(u32, u32), (a, b): (u32, u32)| *p == (a, b) || *p == (b, a);
    let known = case.disjoint.iter().chain(&always.disjoint).chain(&case.points_apart).chain(&always.points_apart);
    if known.into_iter().any(|p| is(p, pair)) || case.is_impossible(atoms) {
        return true;
    }
    let memories = (question.spaces[i].memory, question.spaces[j].memory);
    if case.apart.iter().chain(&always.apart).any(|p| is(p, memories)) {
        return true;
    }
    in_step(atoms, question, case, i, j) || in_step(atoms, question, case, j, i) || nested(atoms, question, case, i, j)
}

/// The theorem about nested strides. Where footprints are accessed, what is checked of their hulls holds.
fn nested(atoms: &mut Atoms, question: &Question<'_>, case: &Case, i: usize, j: usize) -> bool {
    // Where there is but one dimension the other theorems say more.
    if step(question, i).is_some() && step(question, j).is_some() {
        return false;
    }
    let facts = case.facts.iter().chain(&question.guards.always.facts).chain(question.given);
    let mut facts: Vec<Poly> = facts.chain(&question.hulls[i]).chain(&question.hulls[j]).cloned().collect();
    let one = Poly::constant(1, Ring::Exact);
    let (x, y) = (&question.spaces[i], &question.spaces[j]);
    for (dim, _) in x.strides.iter().chain(&y.strides) {
        facts.extend(question.counts.get(*dim as usize).and_then(|count| count.sub(&one, Ring::Exact)));
    }
    nested::keep_apart(atoms, (x, y), question.counts, question.dims, &facts)
}

/// The second and third theorem.
fn in_step(atoms: &mut Atoms, question: &Question<'_>, case: &Case, i: usize, j: usize) -> bool {
    let facts = case.facts.iter().chain(&question.guards.always.facts).chain(question.given);
    let facts = facts.chain(&question.hulls[i]).chain(&question.hulls[j]);
    let (Some(x), Some(y)) = (row(atoms, question, i), row(atoms, question, j)) else { return false };
    let mut equal = |a, b| at_most(atoms, a, b, facts.clone());
    if x.step != y.step && !(equal(&x.step, &y.step) && equal(&y.step, &x.step)) {
        return false;
    }
    let Some(distance) = atoms.sub(&y.base, &x.base) else { return false };
    if let (true, Some(step), Some(distance)) = (x.is_plain && y.is_plain, x.step.as_constant(), distance.as_constant())
        && never_meet(atoms, &question.placed[i], &question.placed[j], distance, step)
    {
        return true;
    }
    let (v, w) = (x.width, y.width);
    let Some(size) = magnitude(atoms, &x.step) else { return false };
    let extents = [Some(v.clone()), Some(w.clone()), v.sub(&distance, Ring::Exact), w.add(&distance, Ring::Exact)];
    if extents.iter().all(|e| e.as_ref().is_some_and(|e| at_most(atoms, e, &size, facts.clone()))) {
        return true;
    }
    let one = Poly::constant(1, Ring::Exact);
    let modulus = atoms.max(&size, &one);
    let rounds: Vec<Poly> = quotients(atoms, case, &modulus);
    rounds.iter().any(|rounds| {
        let whole = atoms.mul(rounds, &modulus, Ring::Exact);
        let Some(phase) = whole.and_then(|whole| distance.sub(&whole, Ring::Exact)) else { return false };
        let Some(end) = phase.add(&w, Ring::Exact) else { return false };
        at_most(atoms, &v, &phase, facts.clone()) && at_most(atoms, &end, &modulus, facts.clone())
    })
}

/// A footprint as a window that moves in the only parallel dimension: what its sequential dimensions span belongs to it.
struct Row {
    base: Poly,
    step: Poly,
    width: Poly,
    /// True if there are no sequential dimensions.
    is_plain: bool,
}

fn row(atoms: &mut Atoms, question: &Question<'_>, i: usize) -> Option<Row> {
    let space = &question.spaces[i];
    let (mut base, mut width) = (space.base.clone(), Poly::constant(space.width, Ring::Exact));
    let (mut step, mut is_plain) = (Poly::default(), true);
    if question.dims != 1 {
        return None;
    }
    for (dim, stride) in &space.strides {
        if *dim == 0 {
            step = stride.clone();
            continue;
        }
        is_plain = false;
        let (down, up) = reach(atoms, stride, question.counts.get(*dim as usize)?)?;
        width = atoms.add_scaled(&width, &up, 1)?;
        width = atoms.add_scaled(&width, &down, -1)?;
        base = atoms.add_scaled(&base, &down, 1)?;
    }
    Some(Row { base, step, width, is_plain })
}

/// How far a dimension leads down and up.
fn reach(atoms: &mut Atoms, stride: &Poly, count: &Poly) -> Option<(Poly, Poly)> {
    let last = atoms.sub(count, &Poly::constant(1, Ring::Exact))?;
    let (reach, range) = (atoms.mul(stride, &last, Ring::Exact)?, atoms.range(stride));
    Some(match (range.lo, range.hi) {
        (Some(0..), _) => (Poly::default(), reach),
        (_, Some(..=0)) => (reach, Poly::default()),
        _ => (atoms.min(&reach, &Poly::default()), atoms.max(&reach, &Poly::default())),
    })
}

/// The first theorem, where no guard has to say it: one hull ends before the other begins.
fn hulls_apart(atoms: &mut Atoms, question: &Question<'_>, i: usize, j: usize) -> Option<bool> {
    let mut ends = Vec::new();
    for index in [i, j] {
        let space = &question.spaces[index];
        let (mut low, mut high) = (space.base.clone(), space.base.clone());
        for (dim, stride) in &space.strides {
            let (down, up) = reach(atoms, stride, question.counts.get(*dim as usize)?)?;
            low = atoms.add_scaled(&low, &down, 1)?;
            high = atoms.add_scaled(&high, &up, 1)?;
        }
        ends.push((low, high.add(&Poly::constant(space.width, Ring::Exact), Ring::Exact)?));
    }
    let facts = question.guards.always.facts.iter().chain(question.given);
    let mut before = |a: usize, b: usize| at_most(atoms, &ends[a].1, &ends[b].0, facts.clone());
    Some(before(0, 1) || before(1, 0))
}

/// The quotients by `modulus` that a case speaks of: any integer would do, these are likely to.
fn quotients(atoms: &Atoms, case: &Case, modulus: &Poly) -> Vec<Poly> {
    let mut found = Vec::new();
    let mentioned = case.facts.iter().flat_map(|fact| fact.terms().flat_map(|(monomial, _)| monomial.to_vec()));
    for id in mentioned {
        let quotient = Poly::atom(id);
        if matches!(atoms.get(id), Atom::Floor(_, by) if by == modulus) && !found.contains(&quotient) {
            found.push(quotient);
        }
    }
    found
}

/// The step of a footprint in the only dimension; none where there are several, about which nothing is known here.
fn step(question: &Question<'_>, i: usize) -> Option<Poly> {
    let space = &question.spaces[i];
    match (&space.strides[..], question.dims) {
        ([], 1) => Some(Poly::default()),
        ([(0, stride)], 1) => Some(stride.clone()),
        _ => None,
    }
}

/// `|step|`.
pub(super) fn magnitude(atoms: &mut Atoms, step: &Poly) -> Option<Poly> {
    if let Some(step) = step.as_constant() {
        return Some(Poly::constant(step.checked_abs()?, Ring::Exact));
    }
    let negated = step.scaled(-1, Ring::Exact)?;
    Some(atoms.max(step, &negated))
}

fn at_most<'a>(atoms: &mut Atoms, a: &Poly, b: &Poly, facts: impl Iterator<Item = &'a Poly> + Clone) -> bool {
    atoms.sub(b, a).is_some_and(|difference| follows(atoms, &difference, facts))
}

/// True if no access of one list meets one of the other in a different iteration, stores involved. The second list's
/// footprint starts `distance` bytes after the first's.
fn never_meet(atoms: &mut Atoms, xs: &[Placed], ys: &[Placed], distance: i128, step: i128) -> bool {
    if !atoms.spend(xs.len().saturating_mul(ys.len())) {
        return false;
    }
    // What doesn't fit 128 bits is taken to meet.
    let apart = |x: &Placed, y: &Placed| -> Option<bool> {
        // `m` iterations later `x` touches a byte of `y` exactly if `step * m` lies strictly between these.
        let gap = distance.checked_add(y.relative)?.checked_sub(x.relative)?;
        let (low, high) = (gap.checked_sub(x.width as i128)?, gap.checked_add(y.width as i128)?);
        let size = step.checked_abs().filter(|&size| size > 0)?;
        let first = low.div_euclid(size).checked_add(1)?;
        let last = high.checked_neg()?.div_euclid(size).checked_neg()?.checked_sub(1)?;
        Some(first > last || (first, last) == (0, 0))
    };
    let meets = |x: &Placed, y: &Placed| apart(x, y) != Some(true);
    let involved = |x: &Placed, y: &Placed| x.is_store || y.is_store;
    !xs.iter().any(|x| ys.iter().any(|y| involved(x, y) && meets(x, y)))
}
