//! How much checks may do.
//!
//! Effort is counted in terms of polynomials that are touched, some tens of nanoseconds each. One check has a limit, and so have
//! all checks of a bundle together, or a bundle of many hostile regions would take as many times the limit of one. What a check
//! doesn't use is left for others: nearly all regions need little, a few need much. So a verdict depends on the region alone as
//! long as there is enough for all; a bundle that comes to the end of it has regions that are off, which ones depends on the order.

use super::{Unproven, examine, ptx, symbols};
use bundle::{Bundle, PtxImage};
use ir::region::{Kernel, Region};
use std::sync::atomic::{AtomicUsize, Ordering};

/// What regions are checked in.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Scope {
    /// How many memories the module imports; two of these may be one.
    pub imported_memories: u32,
    /// How much one check may do, in terms of polynomials that it touches.
    pub effort: usize,
}

impl Scope {
    /// What one check may do: a fraction of a second.
    const EFFORT: usize = 1 << 22;

    /// The scope of a bundle's regions.
    pub fn of(bundle: &Bundle) -> Scope {
        Scope { imported_memories: bundle.imported_memories(), effort: Scope::EFFORT }
    }
}

/// What the checks of one bundle may do together, whatever threads they run on.
#[derive(Debug)]
pub struct Budget {
    scope: Scope,
    left: AtomicUsize,
}

impl Budget {
    /// About half a minute of one core.
    const EFFORT: usize = 1 << 28;

    /// The budget of a bundle of which nothing has been checked.
    pub fn of(bundle: &Bundle) -> Budget {
        Budget::new(Scope::of(bundle), Budget::EFFORT)
    }

    fn new(scope: Scope, effort: usize) -> Budget {
        Budget { scope, left: AtomicUsize::new(effort) }
    }

    /// [`check`](super::check) within the budget.
    pub fn check(&self, region: &Region, kernel: &Kernel) -> Result<(), Unproven> {
        self.spend(|scope| examine(region, scope, |rounds, atoms| symbols::accesses(region, kernel, rounds, atoms)))
    }

    /// [`check_ptx`](super::check_ptx) within the budget.
    pub fn check_ptx(&self, region: &Region, image: &PtxImage) -> Result<(), Unproven> {
        self.spend(|scope| examine(region, scope, |rounds, atoms| ptx::accesses(region, image, rounds, atoms)))
    }

    /// Sets the most aside that the check may do, and gives back what it hasn't done. One that panics keeps it.
    fn spend(&self, check: impl FnOnce(Scope) -> (Result<(), Unproven>, usize)) -> Result<(), Unproven> {
        let take = |left: usize| Some(left.saturating_sub(self.scope.effort));
        let before = self.left.fetch_update(Ordering::Relaxed, Ordering::Relaxed, take).unwrap_or(0);
        let effort = before.min(self.scope.effort);
        let (result, done) = check(Scope { effort, ..self.scope });
        self.left.fetch_add(effort.saturating_sub(done), Ordering::Relaxed);
        result
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_check_does_not_use_is_left_for_others() {
        let budget = Budget::new(Scope { imported_memories: 0, effort: 10 }, 25);
        let mut limits = Vec::new();
        for done in [3, 10, 1, 10, 1, 0] {
            let check = |scope: Scope| {
                limits.push(scope.effort);
                (Ok(()), done.min(scope.effort))
            };
            assert_eq!(budget.spend(check), Ok(()));
        }
        assert_eq!(limits, [10, 10, 10, 10, 1, 0]);
        assert_eq!(budget.left.into_inner(), 0);
    }
}
