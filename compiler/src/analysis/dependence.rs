//! SANDBOX: dependence. No two different points of the parallel iteration space may touch a common byte if one of them stores to it.
//!
//! Every pair of accesses with at least one store is covered, a store paired with itself included. Bytes are compared, so
//! widths and misalignment need no special case. Within one thread the kernel keeps program order, so accesses that coincide
//! there are fine, and so is whatever its sequential loops do.
//!
//! - Windows that move along one parallel loop by a constant step, at a constant distance, are decided here, exactly: iterations
//!   `m` apart touch common bytes if `step * m` lies strictly between two bounds.
//! - Updates may meet, since they commute. Each must stand inside of all parallel loops.
//! - All others carry the guard `Apart`, which the host decides with the numbers of a dispatch (`ir::region::apart`): hulls, nested
//!   strides, interleaving.
//!
//! Where a window holds a load whose value is relied on ([`super::hoisted`]), iterations keeping apart isn't enough, since there may be only one:
//! its hull must be disjoint from what is stored.
//!
//! A parallel loop below another one must not cost a dispatch that would do with the outer one alone. So of arrays whose distance is
//! known, iterations of the inner loop must keep apart for certain, wherever the outer one is.
//!
//! Where the numbers are known already the same function tells that the guard would fail in every dispatch; that is a decline. Numbers
//! that aren't known are taken to be as small as they can be, which can only make it succeed. Who relies on it: every device,
//! which runs iterations in any order and at once.

use super::access::{Access, Window};
use super::draft::Draft;
use super::shape::Shape;
use crate::reasons::Reason;
use crate::wasm::Module;
use ir::faults;
use ir::region::Pred;
use ir::region::apart::{Extent, Reach, apart};

/// Iterations within which a dependence between windows at a constant distance is a decline instead of a guard.
const CERTAIN_DISTANCE: i64 = 64;

/// Proves or demands independence for all pairs, if the loops `parallel` run in any order.
pub fn dependence(
    module: &Module,
    shape: &Shape,
    windows: &[Window],
    parallel: &[usize],
    draft: &mut Draft<'_>,
) -> Result<(), Reason> {
    for (i, x) in windows.iter().enumerate() {
        match x.footprint.access.is_checked() {
            true => once(shape, parallel, x)?,
            false => within(draft, parallel, i as u32, x)?,
        }
    }
    // Dispatch keeps what is gathered or updated from everything that is written.
    let chosen = |window: &Window| window.footprint.access.is_checked() || window.is_dead();
    for &l in parallel.iter().skip(1) {
        certain(draft, shape, windows, l)?;
    }
    for (i, x) in windows.iter().enumerate() {
        for (j, y) in windows.iter().enumerate().skip(i + 1) {
            let stores = x.footprint.access.writes() || y.footprint.access.writes();
            if stores && !chosen(x) && !chosen(y) && module.may_be_one_memory(x.memory, y.memory) {
                across(draft, parallel, (i as u32, x), (j as u32, y))?;
            }
        }
    }
    Ok(())
}

/// Updates commute, but each must be made once: by the thread of its iteration and no other. What stands around a parallel loop is run
/// by every thread.
fn once(shape: &Shape, parallel: &[usize], window: &Window) -> Result<(), Reason> {
    let repeated = |a: &&Access| a.is_store && !parallel.iter().all(|&l| shape.holds(l, a.place.0));
    window.accesses.iter().find(repeated).map_or(Ok(()), |a| Err(Reason::InvariantStore { store: a.at }))
}

/// Declines what loop `l` and those inside it aren't known to keep apart, at any one point of the loops around.
fn certain(draft: &Draft<'_>, shape: &Shape, windows: &[Window], l: usize) -> Result<(), Reason> {
    // A late dimension goes with the root.
    let inside = |m: &usize| shape.loops.get(*m).is_some_and(|inner| shape.holds(l, inner.header));
    let known: Vec<&Window> = windows.iter().filter(|w| !w.footprint.access.is_checked() && !w.is_dead()).collect();
    for (i, x) in known.iter().enumerate() {
        for y in known.iter().skip(i).filter(|y| y.group == x.group) {
            let Some((store, other)) = a_store_and_another(x, y) else { continue };
            let alike = x.steps.iter().filter(|(l, _)| !inside(l)).eq(y.steps.iter().filter(|(l, _)| !inside(l)));
            let counts = |m: usize| if m == l { i64::MAX } else { i64::from(u32::MAX) };
            let moves = |window: &Window, base| reach(draft, window, base, inside, counts);
            let apart = moves(x, 0).zip(moves(y, y.group_offset - x.group_offset)).is_some_and(|(x, y)| {
                let count = x.dims.iter().find(|d| d.dim == l as u32).map_or(i128::from(u32::MAX), |d| d.count);
                apart(&x, &y, &[(l as u32, count)]) == Ok(true)
            });
            if !alike || !apart {
                return Err(carried(store, other, None));
            }
        }
    }
    Ok(())
}

/// A store of one of two windows and an access of the other, if there is a store.
fn a_store_and_another<'a>(x: &'a Window, y: &'a Window) -> Option<(&'a Access, &'a Access)> {
    let find = |window: &'a Window, store: bool| window.accesses.iter().find(|a| a.is_store == store);
    match (find(x, true), find(y, true)) {
        (Some(store), other) => Some((store, other.or(find(y, false))?)),
        (None, store) => Some((store?, find(x, false)?)),
    }
}

fn carried(store: &Access, other: &Access, distance: Option<i64>) -> Reason {
    Reason::CarriedDependence { store: store.at, other: other.at, distance }
}

/// The step of a window that moves along the only parallel loop and no other, if it is a constant.
fn single_step(window: &Window, parallel: &[usize]) -> Option<i64> {
    let (l, step) = window.steps.first_key_value().filter(|_| window.steps.len() == 1)?;
    (parallel == [*l]).then(|| step.as_const()).flatten().map(|c| c.signed())
}

/// The trip count of the only parallel loop, or what stands for it.
fn limit(draft: &Draft<'_>, parallel: &[usize], otherwise: i64) -> i64 {
    let last = parallel.first().and_then(|&l| draft.lasts[l]).and_then(|last| draft.known(last));
    last.map_or(otherwise, |last| last.saturating_add(1))
}

fn within(draft: &mut Draft<'_>, parallel: &[usize], i: u32, window: &Window) -> Result<(), Reason> {
    let Some(store) = window.accesses.iter().find(|a| a.is_store) else { return Ok(()) };
    if let Some(load) = window.accesses.iter().find(|a| a.steady && !faults::on("dependence-hoisted-loads-are-safe")) {
        return Err(carried(store, load, None));
    }
    if parallel.iter().any(|l| !window.steps.contains_key(l)) {
        return Err(Reason::InvariantStore { store: store.at });
    }
    if let Some(step) = single_step(window, parallel) {
        let limit = limit(draft, parallel, i64::MAX);
        return match pairs(&window.accesses, &window.accesses, 0, step, limit) {
            Some((store, other, m)) => Err(carried(store, other, Some(m))),
            None => Ok(()),
        };
    }
    if fails(draft, parallel, window, window, 0) {
        return Err(carried(store, store, None));
    }
    let pred = draft.program.pred(Pred::Apart(i, i));
    draft.demand(pred, format!("iterations keep apart in array {i}"));
    Ok(())
}

/// The accesses of two lists, whose windows are `distance` bytes apart, that meet less than `limit` iterations apart.
fn pairs<'a>(
    xs: &'a [Access],
    ys: &'a [Access],
    distance: i64,
    step: i64,
    limit: i64,
) -> Option<(&'a Access, &'a Access, i64)> {
    xs.iter().find_map(|x| {
        ys.iter().filter(|y| x.is_store || y.is_store).find_map(|y| {
            let limit = limit - i64::from(faults::on("dependence-last-distance-ignored"));
            let m = meeting(x, y, distance, step).filter(|m| m.abs() < limit)?;
            Some(if x.is_store { (x, y, m.abs()) } else { (y, x, m.abs()) })
        })
    })
}

/// The smallest number of iterations, not zero, after which `x` touches a byte that `y` touches now.
///
/// `x` at `rx + step * m` meets `y` at `ry` if `step * m` lies strictly between `ry - rx - wx` and `ry - rx + wy`.
fn meeting(x: &Access, y: &Access, distance: i64, step: i64) -> Option<i64> {
    let gap = distance + y.relative - x.relative;
    let width = |access: &Access| if faults::on("dependence-widths-are-one") { 1 } else { access.width as i64 };
    let (low, high) = (gap - width(x), gap + width(y));
    let size = step.checked_abs()?;
    let first = low.div_euclid(size) + 1;
    let last = -((-high).div_euclid(size) + 1);
    let nearest = match (first, last) {
        _ if first > last => return None,
        (1.., _) => first,
        (_, ..=-1) => last,
        _ if last >= 1 => 1,
        _ if first <= -1 => -1,
        _ => return None,
    };
    Some(if step < 0 { -nearest } else { nearest })
}

/// Two windows of which one is stored to.
fn across(
    draft: &mut Draft<'_>,
    parallel: &[usize],
    (i, x): (u32, &Window),
    (j, y): (u32, &Window),
) -> Result<(), Reason> {
    let known = (x.group == y.group).then_some(y.group_offset - x.group_offset);
    if let (Some(distance), Some(step), true) = (known, single_step(x, parallel), x.steps == y.steps) {
        let near = limit(draft, parallel, CERTAIN_DISTANCE);
        if let Some((store, other, m)) = pairs(&x.accesses, &y.accesses, distance, step, near) {
            return Err(carried(store, other, Some(m)));
        }
    } else if let Some(distance) = known
        && let Some((store, other)) = a_store_and_another(x, y)
        && fails(draft, parallel, x, y, distance)
    {
        return Err(carried(store, other, None));
    }
    let hoisted = |a: &Access| a.steady && !faults::on("dependence-hoisted-loads-move");
    let steady = [x, y].iter().any(|window| window.accesses.iter().any(hoisted));
    let pred = draft.program.pred(if steady { Pred::Disjoint(i, j) } else { Pred::Apart(i, j) });
    draft.demand(pred, format!("arrays {i} and {j} are independent"));
    Ok(())
}

/// True if windows at this distance are known not to keep apart, whatever isn't known.
fn fails(draft: &Draft<'_>, parallel: &[usize], x: &Window, y: &Window, distance: i64) -> bool {
    // Of a parallel loop a few iterations are presumed, since one alone is always independent.
    let least = |l: usize| if parallel.contains(&l) { CERTAIN_DISTANCE } else { 1 };
    let moves = |window: &Window, base: i64| reach(draft, window, base, |_| true, least);
    let count = |l: usize| i128::from(count(draft, l, least));
    let parallel: Vec<(u32, i128)> = parallel.iter().map(|&l| (l as u32, count(l))).collect();
    match (moves(x, 0), moves(y, distance)) {
        (Some(x), Some(y)) => apart(&x, &y, &parallel) == Ok(false),
        _ => false,
    }
}

/// How often a loop runs, or what is presumed.
fn count(draft: &Draft<'_>, l: usize, otherwise: impl Fn(usize) -> i64) -> i64 {
    draft.lasts[l].and_then(|last| draft.known(last)).map_or_else(|| otherwise(l), |last| last.saturating_add(1))
}

/// A window with its numbers as far as some loops move it, if they move it by constants.
fn reach(
    draft: &Draft<'_>,
    window: &Window,
    base: i64,
    keep: impl Fn(&usize) -> bool,
    otherwise: impl Fn(usize) -> i64,
) -> Option<Reach> {
    let extent = |(&l, step): (&usize, &super::affine::Lin)| {
        let stride = i128::from(step.as_const()?.signed());
        Some(Extent { dim: l as u32, stride, count: i128::from(count(draft, l, &otherwise)) })
    };
    let dims = window.steps.iter().filter(|(l, _)| keep(l)).map(extent).collect::<Option<_>>()?;
    Some(Reach { base: i128::from(base), width: window.footprint.width as i128, dims })
}
