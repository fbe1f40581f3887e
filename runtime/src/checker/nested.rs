//! Nested strides: the theorem about footprints that move along several dimensions.
//!
//! Let a window of `U` bytes begin at `B + sum(s_d * i_d)`, `0 <= i_d < n_d`, over dimensions in some order, and let every dimension
//! at or above the lowest parallel one have `|s_d| >= U + sum(|s_e| * (n_e - 1))` over the dimensions `e` below it. Then windows of points
//! that differ in a parallel dimension have no byte in common. Proof: take the highest dimension in which they differ. It is at
//! or above the lowest parallel one, so the windows begin at least `|s_d| - sum(|s_e| * (n_e - 1)) >= U` bytes apart. Every parallel
//! dimension must be among them, since points could else differ in that one alone.
//!
//! Any order will do. If a dimension may stand on top of all others it may be put there, because that asks less of the rest: so
//! dimensions are taken from the top as long as one is found, and the rest may hold no parallel one.
//!
//! Two footprints with one stride for each parallel dimension are compared like one whose window holds both: from the lower of
//! both first bytes to the higher of both ends. A sequential dimension of one of them, or one that has other strides in both,
//! counts as a dimension in which the other stays at 0. Both are accessed, so no dimension of theirs is empty.

use super::Space;
use super::atoms::Atoms;
use super::facts::follows;
use super::independence::magnitude;
use super::poly::{Poly, Ring};

/// A dimension with what it spans: the size of its stride, and that times one less than its count.
struct Level {
    is_parallel: bool,
    size: Poly,
    span: Poly,
}

/// Shows that two footprints, or one and itself, keep apart at points that differ in one of `dims` parallel dimensions.
pub(super) fn keep_apart(
    atoms: &mut Atoms,
    (x, y): (&Space, &Space),
    counts: &[Poly],
    dims: u32,
    facts: &[Poly],
) -> bool {
    let Some(union) = union(atoms, x, y, facts) else { return false };
    let Some(levels) = levels(atoms, (x, y), counts, dims, facts) else { return false };
    union.iter().any(|width| stacks(atoms, &levels, width, facts))
}

/// Sizes of one window that holds both, any of which will do.
fn union(atoms: &mut Atoms, x: &Space, y: &Space, facts: &[Poly]) -> Option<Vec<Poly>> {
    let (v, w) = (Poly::constant(x.width, Ring::Exact), Poly::constant(y.width, Ring::Exact));
    let distance = atoms.sub(&y.base, &x.base)?;
    let end = atoms.add_scaled(&distance, &w, 1)?;
    let (low, high) = (atoms.min(&distance, &Poly::default()), atoms.max(&v, &end));
    let mut sizes = vec![atoms.sub(&high, &low)?];
    // With the order of both known it is simpler.
    if follows(atoms, &distance, facts.iter()) {
        sizes.push(high);
    } else if distance.scaled(-1, Ring::Exact).is_some_and(|back| follows(atoms, &back, facts.iter())) {
        let first = atoms.sub(&v, &distance)?;
        sizes.push(atoms.max(&first, &w));
    }
    Some(sizes)
}

fn levels(
    atoms: &mut Atoms,
    (x, y): (&Space, &Space),
    counts: &[Poly],
    dims: u32,
    facts: &[Poly],
) -> Option<Vec<Level>> {
    let mut moves: Vec<(u32, Poly)> = x.strides.clone();
    for (dim, stride) in &y.strides {
        match x.strides.iter().find(|(other, _)| other == dim) {
            Some((_, other)) if other == stride => {}
            Some((_, other)) if *dim < dims => {
                let (up, down) = (atoms.sub(stride, other)?, atoms.sub(other, stride)?);
                let equal = follows(atoms, &up, facts.iter()) && follows(atoms, &down, facts.iter());
                equal.then_some(())?;
            }
            None if *dim < dims => return None,
            _ => moves.push((*dim, stride.clone())),
        }
    }
    let has = |space: &Space, dim: u32| space.strides.iter().any(|(d, _)| *d == dim);
    if !(0..dims).all(|dim| has(x, dim) && has(y, dim)) {
        return None;
    }
    let one = Poly::constant(1, Ring::Exact);
    let mut levels = Vec::with_capacity(moves.len());
    for (dim, stride) in moves {
        let size = magnitude(atoms, &stride)?;
        let last = atoms.sub(counts.get(dim as usize)?, &one)?;
        let span = atoms.mul(&size, &last, Ring::Exact)?;
        levels.push(Level { is_parallel: dim < dims, size, span });
    }
    Some(levels)
}

/// True if the dimensions can be put in an order as the theorem asks for.
fn stacks(atoms: &mut Atoms, levels: &[Level], width: &Poly, facts: &[Poly]) -> bool {
    let mut rest: Vec<&Level> = levels.iter().collect();
    while rest.iter().any(|level| level.is_parallel) {
        let top = (0..rest.len()).find(|&top| {
            let below = rest.iter().enumerate().filter(|&(other, _)| other != top);
            let mut room = atoms.sub(&rest[top].size, width);
            for (_, level) in below {
                room = room.and_then(|room| atoms.sub(&room, &level.span));
            }
            room.is_some_and(|room| follows(atoms, &room, facts.iter()))
        });
        match top {
            Some(top) => rest.remove(top),
            None => return false,
        };
    }
    true
}
