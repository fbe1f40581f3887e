//! SANDBOX: dependence. No two different iterations may touch a common byte if one of them stores to it.
//!
//! Every pair of accesses with at least one store is covered, a store paired with itself included. Bytes are compared, so
//! widths and misalignment need no special case. Within one iteration the kernel keeps program order, so accesses that
//! coincide there are fine.
//!
//! - *In one window* with a constant step the pairs are decided here, exactly: iterations `m` apart touch common bytes if
//!   `step * m` lies strictly between two bounds. With a step known only at dispatch the guard `|step| >= width` is sufficient.
//! - *Across windows* the guard is a disjunction over the numbers at dispatch: the hulls are disjoint; or both windows
//!   move by the same step and either lie together within one step (in place: only equal iterations can meet) or keep
//!   apart modulo the step (interleaved: no iterations ever meet).
//!
//! Who relies on it: every device, which runs iterations in any order and at once.

use super::access::{Access, Window};
use super::draft::Draft;
use crate::reasons::Reason;
use crate::wasm::Module;
use ir::region::{Int, IntId, Pred, PredId};

/// Iterations within which a dependence between windows at a constant distance is a decline instead of a guard.
const CERTAIN_DISTANCE: i64 = 64;

/// Proves or demands independence for all pairs.
pub fn dependence(module: &Module, windows: &[Window], draft: &mut Draft<'_>) -> Result<(), Reason> {
    for window in windows {
        within(window, draft)?;
    }
    for (i, x) in windows.iter().enumerate() {
        for (j, y) in windows.iter().enumerate().skip(i + 1) {
            let stores = x.footprint.access.writes() || y.footprint.access.writes();
            if stores && may_be_one_memory(module, x.memory, y.memory) {
                check_constant_distance(draft, x, y)?;
                across(draft, (i as u32, x), (j as u32, y));
            }
        }
    }
    Ok(())
}

/// Two memory indices can denote one memory only if both are imported.
fn may_be_one_memory(module: &Module, a: u32, b: u32) -> bool {
    let imported = |i: u32| module.memories.get(i as usize).is_none_or(|m| m.imported);
    a == b || (imported(a) && imported(b))
}

fn within(window: &Window, draft: &mut Draft<'_>) -> Result<(), Reason> {
    let Some(store) = window.accesses.iter().find(|a| a.is_store) else { return Ok(()) };
    let stride = draft.read(&window.step, true);
    match draft.known(stride) {
        Some(0) => Err(Reason::InvariantStore { store: store.at }),
        Some(step) => pairs(&window.accesses, &window.accesses, 0, step, i64::MAX),
        None => {
            let (size, width) = (draft.magnitude(stride), draft.number(window.footprint.width as i64));
            draft.demand_le(width, size, "iterations apart");
            Ok(())
        }
    }
}

/// Declines if accesses of two lists, whose windows are `distance` bytes apart, meet less than `limit` iterations apart.
fn pairs(xs: &[Access], ys: &[Access], distance: i64, step: i64, limit: i64) -> Result<(), Reason> {
    for x in xs {
        for y in ys.iter().filter(|y| x.is_store || y.is_store) {
            if let Some(m) = meeting(x, y, distance, step).filter(|m| m.abs() < limit) {
                let (store, other) = if x.is_store { (x, y) } else { (y, x) };
                return Err(Reason::CarriedDependence { store: store.at, other: other.at, distance: m.abs() });
            }
        }
    }
    Ok(())
}

/// The smallest number of iterations, not zero, after which `x` touches a byte that `y` touches now.
///
/// `x` at `rx + step * m` meets `y` at `ry` if `step * m` lies strictly between `ry - rx - wx` and `ry - rx + wy`.
fn meeting(x: &Access, y: &Access, distance: i64, step: i64) -> Option<i64> {
    let gap = distance + y.relative - x.relative;
    let (low, high) = (gap - x.width as i64, gap + y.width as i64);
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

/// Windows that differ by a constant and meet soon would fail their guard in every dispatch.
fn check_constant_distance(draft: &mut Draft<'_>, x: &Window, y: &Window) -> Result<(), Reason> {
    let stride = draft.read(&x.step, true);
    match draft.known(stride) {
        Some(step) if step != 0 && x.group == y.group => {
            pairs(&x.accesses, &y.accesses, y.group_offset - x.group_offset, step, CERTAIN_DISTANCE)
        }
        _ => Ok(()),
    }
}

fn across(draft: &mut Draft<'_>, (i, x): (u32, &Window), (j, y): (u32, &Window)) {
    let mut pred = draft.program.pred(Pred::Disjoint(i, j));
    if let Some(together) = together(draft, x, y) {
        pred = draft.program.pred(Pred::Or(pred, together));
    }
    draft.demand(pred, format!("arrays {i} and {j} are independent"));
}

/// Both windows move by the same step, in place or interleaved; `None` if that is known to be false.
fn together(draft: &mut Draft<'_>, x: &Window, y: &Window) -> Option<PredId> {
    let (sx, sy) = (draft.read(&x.step, true), draft.read(&y.step, true));
    if [sx, sy].iter().any(|&s| draft.known(s) == Some(0)) {
        return None;
    }
    if x.step != y.step && draft.known(sx).is_some() && draft.known(sy).is_some() {
        return None;
    }
    let size = draft.magnitude(sx);
    let distance = draft.program.int(Int::Sub(y.footprint.base, x.footprint.base));
    let (wx, wy) = (draft.number(x.footprint.width as i64), draft.number(y.footprint.width as i64));
    let in_place = in_place(draft, distance, wx, wy, size);
    let interleaved = interleaved(draft, distance, wx, wy, size);
    let either = draft.program.pred(Pred::Or(in_place, interleaved));
    if x.step == y.step {
        return Some(either);
    }
    let same_step = draft.program.pred(Pred::Eq(sx, sy));
    Some(draft.program.pred(Pred::And(same_step, either)))
}

/// Together the windows span no more than a step.
fn in_place(draft: &mut Draft<'_>, distance: IntId, wx: IntId, wy: IntId, size: IntId) -> PredId {
    let zero = draft.number(0);
    let end = draft.add(distance, wy);
    let (low, high) = (draft.min(zero, distance), draft.max(wx, end));
    let span = draft.sub(high, low);
    draft.le(span, size)
}

/// Modulo the step, the second window lies behind the first and before the first comes round again.
fn interleaved(draft: &mut Draft<'_>, distance: IntId, wx: IntId, wy: IntId, size: IntId) -> PredId {
    let one = draft.number(1);
    let divisor = draft.max(size, one);
    let rounds = draft.floor_div(distance, divisor);
    let whole = draft.mul(rounds, divisor);
    let phase = draft.sub(distance, whole);
    let end = draft.add(phase, wy);
    let (after, before) = (draft.le(wx, phase), draft.le(end, divisor));
    draft.program.pred(Pred::And(after, before))
}
