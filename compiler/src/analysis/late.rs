//! SANDBOX: loads that the first iterations don't run.
//!
//! A load of `a[i - 1]` that iteration 0 doesn't run touches nothing in front of `a`, so its footprint must not reach there: what
//! lies there may be another array that the loop stores to, or nothing. Such a load is known by the branches that dominate
//! it. Where `x` is `c + i` or `c - i` modulo 2^w with a constant `c`, and the way to the load is taken only if `x` isn't 0, the load
//! doesn't run in the one iteration with that number; whatever wraps around, it doesn't. If the iterations 0 to `d - 1` are all told
//! so, the load runs in the iterations `d + j` for `j` below the trip count less `d`. Its window then moves with `j`, a *late
//! dimension* that stands among the sequential ones. To everything else a late dimension is a loop inside the thread: nothing is
//! said of how `j` hangs together with `i`, which can only make a footprint touch more.
//!
//! That costs precision where a store keeps close to the load, in the same array: only by both numbers together do they keep
//! apart. Loads that a store accompanies at less than a step stay as they are. Who relies on it: dispatch, which takes hulls from
//! it, and independence.

use super::access::Access;
use super::affine::Affine;
use super::context::Context;
use super::count::{Relation, condition};
use super::draft::Draft;
use super::induction::Inductions;
use super::shape::Shape;
use ir::lowered::{BlockId, Term};
use ir::region::IntId;
use std::collections::{BTreeMap, BTreeSet, HashMap};

/// Iterations that are told apart.
const MAX_LATE: u64 = 8;

/// Gives late loads their footprints; their dimensions are added to `bounds`, behind those of loops.
pub(super) fn shift(
    context: &Context<'_>,
    shape: &Shape,
    inductions: &mut Inductions,
    accesses: &mut [Access],
    bounds: &mut Vec<Option<IntId>>,
    draft: &mut Draft<'_>,
) {
    let without = skipped(context, shape, inductions, draft);
    let first = |block: BlockId| (0..).find(|i| !without.get(&block).is_some_and(|w| w.contains(i))).unwrap_or(0);
    let is_late = |a: &Access| !a.is_store && a.addr.steps.contains_key(&0) && first(a.place.0) > 0;
    let alone = |a: &Access| !accesses.iter().any(|store| store.is_store && is_close(a, store));
    let late: Vec<usize> = (0..accesses.len()).filter(|&i| is_late(&accesses[i]) && alone(&accesses[i])).collect();
    let mut dims: BTreeMap<u64, usize> = BTreeMap::new();
    for i in late {
        let access = &mut accesses[i];
        let Some(step) = access.addr.steps.remove(&0) else { continue };
        let by = first(access.place.0);
        access.addr.start = access.addr.start.add_scaled(&step, by);
        let l = *dims.entry(by).or_insert_with(|| late_dimension(bounds, draft, by as i64));
        access.addr.steps.insert(l, step);
    }
}

/// A dimension that runs as often as the root, less the first iterations.
fn late_dimension(bounds: &mut Vec<Option<IntId>>, draft: &mut Draft<'_>, first: i64) -> usize {
    let (zero, one, first) = (draft.number(0), draft.number(1), draft.number(first));
    let last = draft.lasts[0].map(|last| draft.sub(last, first));
    let count = last.map(|last| {
        let count = draft.add(last, one);
        draft.max(zero, count)
    });
    draft.lasts.push(last);
    draft.counted.push(false);
    bounds.push(count);
    bounds.len() - 1
}

/// True if an access is to the same array as another, or moves like it, less than a step away.
fn is_close(a: &Access, b: &Access) -> bool {
    let (x, y) = (&a.addr, &b.addr);
    if a.memory != b.memory || x.start.terms != y.start.terms {
        return false;
    } else if !x.start.terms.is_empty() {
        return true;
    } else if x.steps != y.steps {
        return false;
    }
    let place = |a: &Access| a.addr.start.distance().saturating_add_unsigned(a.offset);
    let distance = place(a).abs_diff(place(b));
    x.step(0).as_const().is_none_or(|step| distance < step.signed().unsigned_abs())
}

/// For each block the iterations, among the first, that are known not to run it.
fn skipped(
    context: &Context<'_>,
    shape: &Shape,
    inductions: &mut Inductions,
    draft: &mut Draft<'_>,
) -> HashMap<BlockId, BTreeSet<u64>> {
    let mut without: HashMap<BlockId, BTreeSet<u64>> = HashMap::new();
    // In a topological order what dominates a block comes before it.
    for &block in shape.body.iter().skip(1) {
        let Some(above) = context.tree.above(block).filter(|above| shape.inside.contains(above)) else { continue };
        let mut here = without.get(&above).cloned().unwrap_or_default();
        here.extend(refused(context, shape, inductions, draft, above, block));
        if !here.is_empty() {
            without.insert(block, here);
        }
    }
    without
}

/// The iteration in which the branch at `from` doesn't lead to `to`, its only way to be reached.
fn refused(
    context: &Context<'_>,
    shape: &Shape,
    inductions: &mut Inductions,
    draft: &mut Draft<'_>,
    from: BlockId,
    to: BlockId,
) -> Option<u64> {
    let Term::Branch { cond, then, otherwise } = &context.func.block(from).term else { return None };
    if then.block == otherwise.block || context.tree.predecessors[to.index()][..] != [from] {
        return None;
    }
    let (Relation::Ne, a, b) = condition(context, *cond, to == otherwise.block) else { return None };
    let mut form = |value| inductions.of(context, shape, &mut draft.symbols, value, Some(from));
    let a = form(a)?;
    let difference = match b {
        Some(b) => a.minus(&form(b)?),
        None => a,
    };
    number(&difference)
}

/// The number of the only iteration, among the first, in which a form is 0.
fn number(form: &Affine) -> Option<u64> {
    let (start, step) = (form.start.as_const()?, form.step(0).as_const()?);
    if form.steps.len() != 1 || !form.duties.is_empty() {
        return None;
    }
    let number = match step.signed() {
        1 => start.bits.wrapping_neg() & start.ty.mask(),
        -1 => start.bits,
        _ => return None,
    };
    (number < MAX_LATE).then_some(number)
}
