//! The passes over the pliron form, verified after each that changes it.
//!
//! Constant propagation and control flow are pliron's own, on the terms that `ir::kernel::folding` states; divisions,
//! common subexpressions and dead code are ours. The order: constants decide branches, branches that are decided leave
//! straight lines, in which equal expressions meet; what nobody uses goes last.

use super::{PtxError, cse, dead, division};
use ir::kernel::ops::Kernel;
use pliron::context::{Context, Ptr};
use pliron::irbuild::IRStatus;
use pliron::op::Op;
use pliron::operation::{Operation, verify_operation};
use pliron::opts::constants::sccp::sccp;
use pliron::opts::simplify_cfg::simplify_cfg;
use pliron::printable::Printable;
use pliron::result::Result as PlironResult;

type Pass = fn(Ptr<Operation>, &mut Context) -> PlironResult<IRStatus>;

/// Every pass, in order.
const PASSES: [(&str, Pass); 5] = [
    ("constant propagation", sccp),
    ("control flow", simplify_cfg),
    ("division by powers of two", division::run),
    ("common subexpressions", cse::run),
    ("dead code", dead::run),
];

/// Runs every pass on `kernel`.
pub(super) fn run(ctx: &mut Context, kernel: Kernel) -> Result<(), PtxError> {
    for (step, pass) in PASSES {
        let status = pass(kernel.get_operation(), ctx).map_err(|error| broken(ctx, step, &error))?;
        if status == IRStatus::Changed {
            verify(ctx, kernel, step)?;
        }
    }
    Ok(())
}

/// Runs pliron's verifier; `step` is what just ended.
pub(super) fn verify(ctx: &Context, kernel: Kernel, step: &'static str) -> Result<(), PtxError> {
    verify_operation(kernel.get_operation(), ctx).map_err(|error| broken(ctx, step, &error))
}

fn broken(ctx: &Context, step: &'static str, error: &pliron::result::Error) -> PtxError {
    PtxError::Dialect { step, message: error.disp(ctx).to_string() }
}
