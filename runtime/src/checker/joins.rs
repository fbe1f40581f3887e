//! Accesses behind joins, case by case.
//!
//! An address may be made of a parameter of a join that is one thing on one way to it and another on another. Control has come
//! over one of its edges, so the access is placed for each of them by itself: with what that edge has passed instead of the
//! parameters, and knowing the conditions on the way there. What the region computes of the same conditions, a selection written with bits, is then
//! a constant. All cases must agree on the place within the window.

use super::atoms::{Atom, Atoms};
use super::lift::Compare;
use super::poly::{Poly, Ring};
use super::rounds::{Arrival, Rounds};
use super::symbols::truth;
use super::windows::Place;
use ir::lowered::UnaryOp;

/// Joins, one behind another, whose edges are told apart.
const MAX_JOINS: u32 = 3;

/// The first byte of an access within its window, given the loops and joins and what holds everywhere.
pub(super) fn relative(atoms: &mut Atoms, place: Place<'_>, ways: (&Rounds, &[Poly])) -> Option<i128> {
    within(atoms, place, ways, MAX_JOINS)
}

fn within(atoms: &mut Atoms, place: Place<'_>, ways: (&Rounds, &[Poly]), depth: u32) -> Option<i128> {
    if let Some(relative) = place.relative(atoms) {
        return Some(relative);
    }
    if let Some(rest) = ways.0.unfold(atoms, &place.rest, place.ring).filter(|rest| *rest != place.rest)
        && let Some(relative) = (Place { rest, ..place }).relative(atoms)
    {
        return Some(relative);
    }
    let depth = depth.checked_sub(1)?;
    let keys: Vec<u32> = place.rest.terms().flat_map(|(m, _)| m.to_vec()).filter_map(|id| key(atoms, id)).collect();
    let (rounds, known) = ways;
    let (_, arrivals) = keys.into_iter().find_map(|key| rounds.arrivals(atoms, key, known))?;
    let mut found = None;
    for arrival in &arrivals {
        let rest = assume(atoms, &place.rest, place.ring, arrival)?;
        let mut facts = arrival.facts.clone();
        for fact in place.facts {
            facts.extend(assume(atoms, fact, Ring::Exact, arrival));
        }
        let case = Place { rest, facts: &facts, ..place };
        let relative = within(atoms, case, ways, depth)?;
        if found.replace(relative).is_some_and(|other| other != relative) {
            return None;
        }
    }
    found
}

fn key(atoms: &Atoms, id: u32) -> Option<u32> {
    match atoms.get(id) {
        Atom::Of(key) => Some(*key),
        _ => None,
    }
}

/// What an expression is if control has come that way.
fn assume(atoms: &mut Atoms, poly: &Poly, ring: Ring, arrival: &Arrival) -> Option<Poly> {
    let constant = |truth: bool| Poly::constant(i128::from(truth), Ring::Exact);
    let map = |atom: &Atom, ring: Ring| match atom {
        // What a place computes is modular.
        Atom::Of(key) if ring != Ring::Exact => {
            arrival.params.iter().find(|(param, _)| param == key).map(|(_, poly)| poly.clone())
        }
        Atom::Binary(op, a, b) => decided(&truth(*op, a, b)?, &arrival.holds).map(constant),
        Atom::Unary(op @ (UnaryOp::I32Eqz | UnaryOp::I64Eqz), a) => {
            let zero = truth(eq(*op), a, &Poly::default())?;
            decided(&zero, &arrival.holds).map(constant)
        }
        _ => None,
    };
    atoms.rewrite(poly, ring, &map)
}

fn eq(eqz: UnaryOp) -> ir::lowered::BinaryOp {
    if eqz == UnaryOp::I32Eqz { ir::lowered::BinaryOp::I32Eq } else { ir::lowered::BinaryOp::I64Eq }
}

/// Whether a comparison holds or not, if that is among what holds.
fn decided(compare: &Compare, holds: &[Compare]) -> Option<bool> {
    let opposite = compare.clone().not();
    holds.iter().find_map(|known| match known {
        known if known.same(compare) => Some(true),
        known if known.same(&opposite) => Some(false),
        _ => None,
    })
}
