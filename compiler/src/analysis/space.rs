//! The parallel iteration space: which loops of a nest become dimensions of the grid.
//!
//! The candidates form a chain: the root, the only loop inside it, the only loop inside that one. Any set of them may be parallel that
//! dependence permits; the others are loops of the thread. Where a parallel loop `c` isn't the root, every thread runs what stands
//! around `c` as the original does, and of `c` one iteration wherever the original runs all of them. What must hold:
//!
//! - `c` runs equally often whenever it is entered, which is the trip count of its dimension: both sides of its test are known on
//!   entry of the root, it has no other exit, and what stands before a test at the top has no effect.
//! - Threads agree on everything outside of `c`. They do if no value of `c` is read there, but for forms in the iteration numbers of
//!   the loops around, which stand for it; and if what is loaded there isn't stored by the nest. The latter is a case of
//!   dependence: such a load doesn't move along `c`.
//! - Nothing outside of `c` stores, since every thread would. Such a store doesn't move along `c` either, and dependence declines it.
//! - Each header parameter of `c` has a form, so an iteration can begin anywhere.
//!
//! Within a thread the order stays, so what `c` accumulates from one iteration of a loop around it to the next is the same to the bit.
//! Who checks it: [`exact`] here, dependence, and extraction, which finds no name for a value of `c` without a form.

use super::context::Context;
use super::count::Position;
use super::draft::Draft;
use super::induction::Inductions;
use super::shape::Shape;
use crate::reasons::Reason;
use ir::lowered::BlockId;
use ir::region::IntId;

/// Which loops of a nest are parallel, and how loops are numbered as dimensions.
#[derive(Clone, Debug)]
pub struct Space {
    /// The parallel loops, outermost first.
    pub parallel: Vec<usize>,
    /// The dimension of each loop: parallel ones come first, bounded ones of a thread follow.
    pub dims: Vec<Option<u32>>,
}

impl Space {
    /// Numbers the loops; `bounds` says how often those run that are bounded.
    pub fn of(parallel: &[usize], bounds: &[Option<IntId>]) -> Space {
        let mut next = parallel.len() as u32;
        let number = |(l, bound): (usize, &Option<IntId>)| match parallel.iter().position(|&p| p == l) {
            Some(dim) => Some(dim as u32),
            None => bound.map(|_| {
                next += 1;
                next - 1
            }),
        };
        let dims = bounds.iter().enumerate().map(number).collect();
        Space { parallel: parallel.to_vec(), dims }
    }

    /// True if the loop is parallel.
    pub fn is_parallel(&self, l: usize) -> bool {
        self.parallel.contains(&l)
    }

    /// True if `block` runs once at every point of the space.
    pub fn always(&self, context: &Context<'_>, shape: &Shape, block: BlockId) -> bool {
        let Some(&home) = shape.home.get(&block) else { return false };
        let (mut block, mut at) = (block, Some(home));
        while let Some(l) = at {
            let nest_loop = &shape.loops[l];
            let every = nest_loop.latches.iter().all(|&latch| context.tree.dominates(block, latch));
            if !every || !self.is_parallel(l) {
                return false;
            }
            (block, at) = (nest_loop.header, nest_loop.parent);
        }
        self.parallel.last() == Some(&home)
    }
}

/// Parallel dimensions of a region.
const MAX_DIMS: usize = 3;
/// Loops of a chain that are tried in place of the root.
const MAX_TRIES: usize = 3;

/// The loops below the root that may become parallel, outermost first.
fn chain(shape: &Shape) -> Vec<usize> {
    let mut chain = Vec::new();
    let mut at = 0;
    loop {
        let mut inside = (1..shape.loops.len()).filter(|&l| shape.loops[l].parent == Some(at));
        match (inside.next(), inside.next()) {
            (Some(only), None) => chain.push(only),
            _ => return chain,
        }
        at = chain[chain.len() - 1];
    }
}

/// Tries sets of parallel loops until one works: the root alone, or else a loop inside it, then as many loops below that one as can
/// be had. If none works the reason is why the root alone doesn't.
pub fn choose<T>(shape: &Shape, mut attempt: impl FnMut(&[usize]) -> Result<T, Reason>) -> Result<T, Reason> {
    let chain = chain(shape);
    let (mut parallel, mut best) = (vec![0], attempt(&[0]));
    if best.as_ref().err().is_some_and(Reason::is_about_order) {
        for &l in chain.iter().take(MAX_TRIES) {
            if let Ok(found) = attempt(&[l]) {
                (parallel, best) = (vec![l], Ok(found));
                break;
            }
        }
    }
    if best.is_ok() {
        let outermost = parallel[0];
        for &l in chain.iter().filter(|&&l| l > outermost).take(MAX_DIMS - 1) {
            parallel.push(l);
            match attempt(&parallel) {
                Ok(found) => best = Ok(found),
                Err(_) => break,
            }
        }
    }
    best
}

/// Demands that a parallel loop inside the root runs as often as its extent says, from forms.
pub fn exact(
    context: &Context<'_>,
    shape: &Shape,
    inductions: &Inductions,
    draft: &mut Draft<'_>,
    l: usize,
) -> Result<(), Reason> {
    let unknown = || Reason::TripCount { why: "that of a loop inside changes".into() };
    let test = inductions.tests[l].as_ref().filter(|_| draft.lasts[l].is_some()).ok_or_else(unknown)?;
    let steady = test.first(l).is_invariant() && test.b.is_invariant();
    let one_exit = shape.exits_of(context, l) == [test.exit] && shape.inside.contains(&test.exit.to);
    let one_latch = matches!(shape.loops[l].latches[..], [latch] if shape.home[&latch] == l);
    if !steady || !one_exit || !one_latch {
        return Err(unknown());
    }
    // Here no original loop goes on with what stands before the test.
    if test.position == Position::Middle {
        return Err(unknown());
    }
    for param in &context.func.block(shape.loops[l].header).params {
        let form = inductions.forms.forms.get(param).ok_or(Reason::CarriedValue { local: u32::MAX })?;
        if !inductions.demand(draft, form, None) {
            return Err(unknown());
        }
    }
    Ok(())
}
