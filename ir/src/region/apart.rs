//! SANDBOX: keeping apart. Do different points of the parallel iteration space touch a common byte of two footprints?
//!
//! Input are two footprints with the numbers of one dispatch: base, width, and for each dimension stride and count. The answer is yes
//! only if no byte lies in the first footprint at a point `p` and in the second at a point `q` such that `p` and `q` differ in a
//! parallel dimension, whatever the sequential dimensions are at. Every step is checked 128-bit arithmetic; an overflow is an
//! error. Who relies on it: every device, which runs the points of the parallel space in any order and at once.
//!
//! 1. A footprint with a dimension that never runs touches nothing. Dimensions that run once don't move anything.
//! 2. If the hulls have no byte in common, nothing is shared.
//! 3. If `g` divides some of the strides, modulo `g` those don't move anything. Let `A` and `B` be what the others cover: if modulo `g`
//!    `B` begins behind `A` and ends before `A` begins again, nothing is shared. So fields of records keep apart, and planes of rows.
//! 4. With one parallel dimension, along which the two may move differently: only points of the second at which it meets the hull of the
//!    first can share anything, and the other way around; so both ranges of points shrink in turns. If one is empty in the end, or
//!    both are the same single point, nothing is shared. So a row and a column keep apart that meet on the diagonal.
//! 5. Else both must move alike along every parallel dimension. Some of the sequential dimensions that move both alike are *nested*; all
//!    others only make the windows larger: let `A` and `B` be what the two cover at a point of the parallel and the nested
//!    dimensions, relative to the point's place, and `span` the size of the smallest interval that holds both.
//!
//!    *Nested strides.* Order the parallel and nested dimensions by the size of their strides `s_1 <= s_2 <= ...`, and let the reach of the
//!    first `k` be `span + sum(s_m * (count_m - 1))`. If each `s_k` is at least the reach of those before it, then points that differ
//!    keep apart: in the largest dimension in which they differ they are at least `s_k` apart, and the smaller dimensions
//!    can't make up for more than the reach minus the span.
//!
//!    *Shifted.* Before that the second footprint may be renumbered: in a nested dimension of stride `s` its iteration `i` may be called
//!    `i + q`, which takes `q * s` off the distance and adds `|q|` to the count; and a stride of `s` may be taken for one of `s / k`
//!    that only every `k`-th iteration of `k` times as many uses. Both describe a superset of the same points. So rows above and
//!    below, and the parts of an unrolled loop, fall together.
//!
//!    *Residues.* Let `g` divide the strides of all nested dimensions, which need not be the same in both then. Modulo `g` they don't move
//!    anything. If the reach of the parallel dimensions, ordered as above, is at most `g`, then points that differ keep apart modulo `g`,
//!    and what has no residue in common has no byte in common. So threads that own columns keep apart however their loops go through the rows.
//!
//! Which dimensions are nested is tried by size, the largest strides first. A footprint paired with itself is a case of 5.

use super::guards::GuardError;
use crate::faults;

/// A dimension of a footprint with its numbers.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Extent {
    /// The dimension.
    pub dim: u32,
    /// Bytes per iteration.
    pub stride: i128,
    /// How often it runs at most.
    pub count: i128,
}

/// A footprint with its numbers.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Reach {
    /// The address of the first byte where all iteration numbers are 0.
    pub base: i128,
    /// Bytes from there.
    pub width: i128,
    /// How it moves; a dimension that isn't listed doesn't move it.
    pub dims: Vec<Extent>,
}

impl Reach {
    fn stride(&self, dim: u32) -> i128 {
        self.dims.iter().find(|d| d.dim == dim).map_or(0, |d| d.stride)
    }

    /// The bytes covered by these dimensions, relative to the base.
    fn cover(&self, keep: impl Fn(u32) -> bool) -> Result<(i128, i128), GuardError> {
        let (mut lo, mut hi) = (0i128, self.width);
        for d in self.dims.iter().filter(|d| keep(d.dim)) {
            let last = d.count.checked_sub(1).ok_or(GuardError::Overflow)?;
            let last = if faults::on("apart-one-iteration-short") { (last - 1).max(0) } else { last };
            let reach = d.stride.checked_mul(last).ok_or(GuardError::Overflow)?;
            let end = if reach < 0 { &mut lo } else { &mut hi };
            *end = end.checked_add(reach).ok_or(GuardError::Overflow)?;
        }
        Ok((lo, hi))
    }
}

/// Decides it for footprints of one memory; `parallel` lists the parallel dimensions with how often they run.
pub fn apart(x: &Reach, y: &Reach, parallel: &[(u32, i128)]) -> Result<bool, GuardError> {
    let never = |reach: &Reach| reach.dims.iter().any(|d| d.count <= 0);
    if never(x) || never(y) || parallel.iter().all(|p| p.1 <= 1) {
        return Ok(true);
    }
    let distance = y.base.checked_sub(x.base).ok_or(GuardError::Overflow)?;
    let shifted = |(lo, hi): (i128, i128)| {
        let lo = lo.checked_add(distance).ok_or(GuardError::Overflow)?;
        Ok((lo, hi.checked_add(distance).ok_or(GuardError::Overflow)?))
    };
    let ((a, b), (c, d)) = (x.cover(|_| true)?, shifted(y.cover(|_| true)?)?);
    if b <= c || d <= a {
        return Ok(true);
    }
    let moving: Vec<Extent> =
        parallel.iter().filter(|p| p.1 > 1).map(|&(dim, count)| Extent { dim, stride: x.stride(dim), count }).collect();
    if interleaved(x, y, distance)? {
        return Ok(true);
    }
    if let [only] = moving[..]
        && trimmed(x, y, distance, only)?
    {
        return Ok(true);
    }
    let alike = |d: &Extent| d.stride == y.stride(d.dim) || faults::on("apart-other-strides-ignored");
    if moving.iter().any(|d| d.stride == 0 || !alike(d)) {
        return Ok(false);
    }
    let is_parallel = |dim: u32| parallel.iter().any(|p| p.0 == dim);
    let alike = |d: &&Extent| !is_parallel(d.dim) && d.count > 1 && d.stride != 0 && y.stride(d.dim) == d.stride;
    let mut common: Vec<Extent> = x.dims.iter().filter(alike).copied().collect();
    common.sort_by_key(|d| (std::cmp::Reverse(d.stride.unsigned_abs()), d.dim));
    for nested in (0..=common.len()).map(|n| &common[..n]) {
        let inner = |dim: u32| !is_parallel(dim) && nested.iter().all(|d| d.dim != dim);
        let (first, second) = (x.cover(inner)?, shifted(y.cover(inner)?)?);
        let whole: Vec<Extent> = moving.iter().chain(nested).copied().collect();
        let (renumbered, off) = renumber(nested, distance)?;
        let nearer = (second.0.checked_sub(off), second.1.checked_sub(off));
        let (Some(lo), Some(hi)) = nearer else { return Err(GuardError::Overflow) };
        let renumbered: Vec<Extent> = moving.iter().copied().chain(renumbered).collect();
        for (second, dims) in [(second, whole), ((lo, hi), renumbered)] {
            let span = first.1.max(second.1).checked_sub(first.0.min(second.0)).ok_or(GuardError::Overflow)?;
            if nested_strides(span, dims)? {
                return Ok(true);
            }
        }
    }
    residues(x, y, distance, &moving)
}

fn nested_strides(span: i128, mut dims: Vec<Extent>) -> Result<bool, GuardError> {
    dims.sort_by_key(|d| d.stride.unsigned_abs());
    let mut reach = span;
    for d in dims {
        let size = d.stride.checked_abs().ok_or(GuardError::Overflow)?;
        let size = if faults::on("apart-strides-nest-loosely") { size.saturating_mul(2) } else { size };
        if size < reach {
            return Ok(false);
        }
        let by = size.checked_mul(d.count - 1).ok_or(GuardError::Overflow)?;
        reach = reach.checked_add(by).ok_or(GuardError::Overflow)?;
    }
    Ok(true)
}

/// The nested dimensions in other numbers, and what that takes off the distance; the largest come first.
fn renumber(nested: &[Extent], distance: i128) -> Result<(Vec<Extent>, i128), GuardError> {
    let (mut dims, mut left) = (Vec::with_capacity(nested.len()), distance);
    for d in nested {
        let mut best = (1, 0, left);
        for k in [1, 2, 4, 8] {
            let step = d.stride / k;
            if d.stride % k != 0 {
                break;
            }
            // Rounded to the nearest multiple.
            let half = step.abs() / 2;
            let q = left.checked_add(half).ok_or(GuardError::Overflow)?.div_euclid(step);
            let rest = q.checked_mul(step).and_then(|by| left.checked_sub(by)).ok_or(GuardError::Overflow)?;
            if rest.unsigned_abs() < best.2.unsigned_abs() {
                best = (k, q, rest);
            }
        }
        let (k, q, rest) = best;
        let last = d.count.checked_sub(1).and_then(|last| last.checked_mul(k)).ok_or(GuardError::Overflow)?;
        let count = last.checked_add(1).and_then(|n| n.checked_add(q.checked_abs()?)).ok_or(GuardError::Overflow)?;
        dims.push(Extent { stride: d.stride / k, count, ..*d });
        left = rest;
    }
    Ok((dims, distance - left))
}

/// True if no point of one footprint meets any of the other modulo something that divides their larger strides.
fn interleaved(x: &Reach, y: &Reach, distance: i128) -> Result<bool, GuardError> {
    let mut common = 0;
    for stride in strides(x, y, |_| true) {
        common = gcd(common, stride);
        let g = i128::try_from(common).map_err(|_| GuardError::Overflow)?;
        let moves = |reach: &Reach, dim: u32| reach.stride(dim).checked_rem(g) != Some(0);
        let (first, second) = (x.cover(|dim| moves(x, dim))?, y.cover(|dim| moves(y, dim))?);
        let apart = second.0.checked_add(distance).and_then(|at| at.checked_sub(first.0));
        let phase = apart.ok_or(GuardError::Overflow)?.rem_euclid(g);
        let sizes = (first.1.checked_sub(first.0), second.1.checked_sub(second.0));
        let (Some(size), Some(other)) = sizes else { return Err(GuardError::Overflow) };
        let slack = i128::from(faults::on("apart-interleaving-one-byte-off"));
        if size <= phase + slack && phase.checked_add(other).is_some_and(|end| end <= g + slack) {
            return Ok(true);
        }
    }
    Ok(false)
}

/// The sizes of the strides of two footprints along some dimensions, the largest first.
fn strides(x: &Reach, y: &Reach, keep: impl Fn(u32) -> bool) -> Vec<u128> {
    let moves = |d: &&Extent| keep(d.dim) && d.count > 1 && d.stride != 0;
    let mut strides: Vec<u128> = x.dims.iter().chain(&y.dims).filter(moves).map(|d| d.stride.unsigned_abs()).collect();
    strides.sort_unstable_by_key(|&stride| std::cmp::Reverse(stride));
    strides.dedup();
    strides
}

/// Points of the two that can meet at all, along the only parallel dimension; true if there are none that differ.
fn trimmed(x: &Reach, y: &Reach, distance: i128, only: Extent) -> Result<bool, GuardError> {
    let sequential = |dim: u32| dim != only.dim;
    let (first, second) = (x.cover(sequential)?, y.cover(sequential)?);
    let second = (second.0.checked_add(distance), second.1.checked_add(distance));
    let (Some(lo), Some(hi)) = second else { return Err(GuardError::Overflow) };
    let sides = [(x.stride(only.dim), first), (y.stride(only.dim), (lo, hi))];
    let mut points = [(0, only.count - 1); 2];
    for _ in 0..MAX_TRIMS {
        let before = points;
        for (this, other) in [(0, 1), (1, 0)] {
            let (stride, (lo, hi)) = sides[other];
            let ends = [stride.checked_mul(points[other].0), stride.checked_mul(points[other].1)];
            let [Some(a), Some(b)] = ends else { return Err(GuardError::Overflow) };
            let hull = (lo.checked_add(a.min(b)), hi.checked_add(a.max(b)));
            let (Some(from), Some(to)) = hull else { return Err(GuardError::Overflow) };
            let Some(kept) = meeting(sides[this], points[this], (from, to))? else { return Ok(true) };
            points[this] = kept;
        }
        if points == before {
            break;
        }
    }
    Ok(points[0] == points[1] && points[0].0 == points[0].1)
}

/// Times that the ranges of points shrink.
const MAX_TRIMS: usize = 8;

/// The points at which a window that moves by `stride` meets `hull`; none if there are none.
fn meeting(
    (stride, (lo, hi)): (i128, (i128, i128)),
    (first, last): (i128, i128),
    (from, to): (i128, i128),
) -> Result<Option<(i128, i128)>, GuardError> {
    // It meets if `lo + stride * i < to` and `hi + stride * i > from`.
    let room = (to.checked_sub(lo), from.checked_sub(hi));
    let (Some(below), Some(above)) = room else { return Err(GuardError::Overflow) };
    let (first, last) = match stride {
        0 if below > 0 && above < 0 => (first, last),
        1.. if faults::on("apart-points-meet-late") => {
            (first.max(above.div_euclid(stride) + 2), last.min((below - 1).div_euclid(stride)))
        }
        0 => return Ok(None),
        1.. => (first.max(above.div_euclid(stride) + 1), last.min((below - 1).div_euclid(stride))),
        _ => {
            let size = stride.checked_abs().ok_or(GuardError::Overflow)?;
            // `i > -below / size` and `i < -above / size`.
            (first.max((-below).div_euclid(size) + 1), last.min((-above - 1).div_euclid(size)))
        }
    };
    Ok((first <= last).then_some((first, last)))
}

/// True if different points keep apart modulo something that divides the larger strides of the sequential dimensions.
fn residues(x: &Reach, y: &Reach, distance: i128, moving: &[Extent]) -> Result<bool, GuardError> {
    let mut common = 0;
    for stride in strides(x, y, |dim| moving.iter().all(|m| m.dim != dim)) {
        common = gcd(common, stride);
        // An unrolled loop has several windows at parts of its stride.
        for parts in (1..=MAX_PARTS).filter(|&parts| common % parts == 0) {
            let g = i128::try_from(common / parts).map_err(|_| GuardError::Overflow)?;
            if modulo(x, y, distance, moving, g)? {
                return Ok(true);
            }
        }
    }
    Ok(false)
}

/// Iterations that an unrolled loop makes at once.
const MAX_PARTS: u128 = 8;

/// True if different points keep apart modulo `g`.
fn modulo(x: &Reach, y: &Reach, distance: i128, moving: &[Extent], g: i128) -> Result<bool, GuardError> {
    if moving.iter().any(|d| d.stride.unsigned_abs() >= g.unsigned_abs()) {
        return Ok(false);
    }
    let moves =
        |reach: &Reach, dim: u32| moving.iter().all(|m| m.dim != dim) && reach.stride(dim).checked_rem(g) != Some(0);
    let (first, second) = (x.cover(|dim| moves(x, dim))?, y.cover(|dim| moves(y, dim))?);
    let near = distance.rem_euclid(g);
    for off in [near, near - g] {
        let (lo, hi) = (second.0.checked_add(off), second.1.checked_add(off));
        let (Some(lo), Some(hi)) = (lo, hi) else { return Err(GuardError::Overflow) };
        let span = first.1.max(hi).checked_sub(first.0.min(lo)).ok_or(GuardError::Overflow)?;
        // As if one more dimension of stride `g` ran twice: that it keeps apart says that the others reach no farther.
        let mut dims = moving.to_vec();
        if !faults::on("apart-residues-never-come-round") {
            dims.push(Extent { dim: u32::MAX, stride: g, count: 2 });
        }
        if nested_strides(span, dims)? {
            return Ok(true);
        }
    }
    Ok(false)
}

fn gcd(a: u128, b: u128) -> u128 {
    if b == 0 { a } else { gcd(b, a % b) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::collections::BTreeMap;

    fn reach(base: i128, width: i128, dims: &[(u32, i128, i128)]) -> Reach {
        let dims = dims.iter().map(|&(dim, stride, count)| Extent { dim, stride, count }).collect();
        Reach { base, width, dims }
    }

    #[test]
    fn rows_columns_and_their_like() {
        // A matrix of 8-byte elements, 10 to a row: dimension 0 is parallel, 1 is a loop in the thread.
        let rows = reach(0, 8, &[(0, 80, 5), (1, 8, 10)]);
        let columns = reach(0, 8, &[(0, 8, 10), (1, 80, 5)]);
        let parallel = |n| [(0, n)];
        assert_eq!(apart(&rows, &rows, &parallel(5)), Ok(true));
        assert_eq!(apart(&columns, &columns, &parallel(10)), Ok(true));
        // One column too many, one element too many.
        assert_eq!(apart(&reach(0, 8, &[(0, 8, 11), (1, 80, 5)]), &columns, &parallel(11)), Ok(false));
        let long = reach(0, 8, &[(0, 80, 5), (1, 8, 11)]);
        assert_eq!(apart(&long, &long, &parallel(5)), Ok(false));
        // A row that every thread reads, above what is written and in it.
        assert_eq!(apart(&rows, &reach(-80, 8, &[(1, 8, 10)]), &parallel(5)), Ok(true));
        assert_eq!(apart(&rows, &reach(80, 8, &[(1, 8, 10)]), &parallel(5)), Ok(false));
        // A thread's own row, read as a whole, and the row behind it.
        assert_eq!(apart(&rows, &reach(8, 8, &[(0, 80, 5), (1, 8, 9)]), &parallel(5)), Ok(true));
        assert_eq!(apart(&rows, &reach(80, 8, &[(0, 80, 5), (1, 8, 10)]), &parallel(5)), Ok(false));
        // A column of each thread, and the elements above it; the same unrolled by two.
        assert_eq!(apart(&columns, &reach(-80, 8, &[(0, 8, 10), (1, 80, 5)]), &parallel(10)), Ok(true));
        assert_eq!(apart(&columns, &reach(-72, 8, &[(0, 8, 10), (1, 80, 5)]), &parallel(10)), Ok(false));
        let even = reach(0, 8, &[(0, 8, 10), (1, 160, 5)]);
        assert_eq!(apart(&even, &reach(80, 8, &[(0, 8, 10), (1, 160, 5)]), &parallel(10)), Ok(true));
        // Even and odd elements.
        assert_eq!(apart(&reach(0, 4, &[(0, 8, 9)]), &reach(12, 4, &[(0, 8, 9)]), &parallel(9)), Ok(true));
        // A column of each thread, by fours in one loop and by threes in another; then with as many columns as a row has, and one more.
        let fours = |n| reach(0, 8, &[(0, 8, n), (1, 320, 6)]);
        let threes = |n| reach(160, 8, &[(0, 8, n), (2, 240, 8)]);
        assert_eq!(apart(&fours(10), &threes(10), &parallel(10)), Ok(true));
        assert_eq!(apart(&fours(11), &threes(11), &parallel(11)), Ok(false));
        let other = reach(80, 8, &[(0, 8, 10), (2, 240, 8)]);
        assert_eq!(apart(&reach(0, 8, &[(0, 8, 10), (2, 240, 8)]), &other, &parallel(10)), Ok(true));
        // What is next to the column belongs to another thread.
        assert_eq!(apart(&fours(10), &reach(168, 8, &[(0, 8, 10), (2, 240, 8)]), &parallel(10)), Ok(false));
        // From the diagonal on: thread `i` writes element `i` of the row and of the column.
        let (row, column) = (reach(0, 8, &[(0, 8, 10)]), reach(0, 8, &[(0, 80, 10)]));
        assert_eq!(apart(&row, &column, &parallel(10)), Ok(true));
        assert_eq!(apart(&column, &row, &parallel(10)), Ok(true));
        assert_eq!(apart(&reach(0, 8, &[(0, 8, 11)]), &reach(0, 8, &[(0, 80, 11)]), &parallel(11)), Ok(false));
        assert_eq!(apart(&row, &reach(8, 8, &[(0, 80, 10)]), &parallel(10)), Ok(false));
        assert_eq!(apart(&row, &reach(72, 8, &[(0, -8, 10)]), &parallel(10)), Ok(false));
        // A store that doesn't move, by one thread and by two.
        assert_eq!(apart(&reach(0, 4, &[]), &reach(0, 4, &[]), &parallel(1)), Ok(true));
        assert_eq!(apart(&reach(0, 4, &[]), &reach(0, 4, &[]), &parallel(2)), Ok(false));
    }

    #[test]
    fn a_single_point_is_kept() {
        assert_eq!(meeting((8, (0, 8)), (0, 9), (80, 88)), Ok(None));
        assert_eq!(meeting((8, (0, 8)), (0, 9), (15, 17)), Ok(Some((1, 2))));
        assert_eq!(meeting((-8, (72, 80)), (0, 9), (15, 17)), Ok(Some((7, 8))));
        assert_eq!(meeting((0, (0, 8)), (0, 9), (7, 8)), Ok(Some((0, 9))));
        assert_eq!(meeting((0, (0, 8)), (0, 9), (8, 9)), Ok(None));
    }

    /// For each byte the parallel points at which the footprint touches it.
    fn touched(reach: &Reach, counts: &[i128]) -> BTreeMap<i128, Vec<(i128, i128)>> {
        let mut bytes: BTreeMap<i128, Vec<(i128, i128)>> = BTreeMap::new();
        for i in 0..counts[0] {
            for j in 0..counts[1] {
                for k in 0..counts[2] {
                    let at = reach.base + reach.stride(0) * i + reach.stride(1) * j + reach.stride(2) * k;
                    (at..at + reach.width).for_each(|byte| bytes.entry(byte).or_default().push((i, j)));
                }
            }
        }
        bytes
    }

    proptest! {
        #[test]
        fn columns_and_diagonals_that_keep_apart_share_no_byte(
            n in 2i128..6, rows in 1i128..4, by in 1i128..4, other in 1i128..4, pitch in 1i128..24,
            stride in -8i128..8, theirs in -24i128..24, base in -60i128..60, width in 1i128..5,
        ) {
            let x = reach(0, width, &[(0, stride, n), (2, by * pitch, rows)]);
            let (theirs, base) = if base % 2 == 0 { (stride, base) } else { (theirs, stride * (base / 20)) };
            let y = reach(base, width, &[(0, theirs, n), (2, other * pitch, rows)]);
            if apart(&x, &y, &[(0, n)]) == Ok(true) {
                let counts = [n, 1, rows];
                let (xs, ys) = (touched(&x, &counts), touched(&y, &counts));
                for (byte, points) in &xs {
                    let mut theirs = ys.get(byte).into_iter().flatten();
                    prop_assert!(theirs.all(|p| points.iter().all(|q| q == p)), "byte {byte} of {x:?} and {y:?}");
                }
            }
        }

        #[test]
        fn what_keeps_apart_shares_no_byte(
            counts in prop::array::uniform3(1i128..5),
            strides in prop::array::uniform3(-30i128..30),
            others in prop::array::uniform3(-30i128..30),
            same in 0u8..8, base in -60i128..60, width in 1i128..5, wide in 1i128..5,
        ) {
            // Dimensions 0 and 1 are parallel; the second footprint moves alike along some of them.
            let pick = |d: usize| if same >> d & 1 == 1 { strides[d] } else { others[d] };
            let dims = |s: [i128; 3]| (0..3).map(|d| (d as u32, s[d], counts[d])).collect::<Vec<_>>();
            let x = reach(0, width, &dims(strides));
            // Half of the distances are about a multiple of the sequential stride.
            let base = if same >= 4 { strides[2] * (base / 20) + base % 5 } else { base };
            let y = reach(base, wide, &dims([pick(0), pick(1), pick(2)]));
            if apart(&x, &y, &[(0, counts[0]), (1, counts[1])]) == Ok(true) {
                let (xs, ys) = (touched(&x, &counts), touched(&y, &counts));
                for (byte, points) in &xs {
                    let theirs = ys.get(byte).into_iter().flatten();
                    for p in theirs {
                        prop_assert!(points.iter().all(|q| q == p), "byte {} of {:?} and {:?}", byte, x, y);
                    }
                }
            }
        }
    }
}
