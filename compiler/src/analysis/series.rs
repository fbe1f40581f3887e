//! Running sums of forms: a header parameter that grows by something that itself grows by a constant, like a triangular number.
//!
//! Let iteration `m` add `a + b * m`, the form of what it adds over the iterations of the root alone. Then the value at the start of
//! iteration `i` is `s + a * i + b * T(i)` with `T(i) = i (i - 1) / 2`, modulo its type and so without any condition of its own. `T(i)` is
//! `(i >> 1) * ((i - 1) | 1)`, which doesn't need more bits than the result: of `i` and `i - 1` the even one is halved.
//!
//! Such a value isn't affine, so what it addresses is a gather; but an iteration can begin anywhere. What the form depends on is
//! demanded as for any other.

use super::affine::{Affine, Lin};
use super::context::Context;
use super::induction::Inductions;
use super::shape::Shape;
use ir::lowered::{BinaryOp, Op, Value};

/// A running sum of a form.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Series {
    /// What iteration 0 adds.
    pub first: Lin,
    /// By how much more each iteration adds than the one before.
    pub change: Lin,
    /// What each iteration adds, with what that depends on.
    pub by: Affine,
}

/// Recognises a header parameter of the root that becomes `next`.
pub fn series(
    context: &Context<'_>,
    shape: &Shape,
    inductions: &Inductions,
    param: Value,
    next: Value,
) -> Option<Series> {
    let mut by = Affine::invariant(Lin::constant(context.func.ty(param), 0));
    let mut at = next;
    for _ in 0..MAX_ADDITIONS {
        if at == param {
            let root_alone = by.is_known() && by.steps.keys().eq([&0]);
            return root_alone.then(|| Series { first: by.start.clone(), change: by.step(0), by });
        }
        let &Op::Binary(BinaryOp::I32Add | BinaryOp::I64Add, a, b) = context.op(at)? else { return None };
        // What depends on the parameter has no form.
        let form = |value: Value| added(context, shape, inductions, value);
        let (rest, form) = form(b).map(|form| (a, form)).or_else(|| form(a).map(|form| (b, form)))?;
        (at, by) = (rest, by.add_scaled(&form, 1));
    }
    None
}

/// Additions of one iteration.
const MAX_ADDITIONS: usize = 16;

/// The form of what every iteration of the root adds.
fn added(context: &Context<'_>, shape: &Shape, inductions: &Inductions, value: Value) -> Option<Affine> {
    if let Some(&Op::Const(c)) = context.op(value) {
        return Some(Affine::invariant(Lin::constant(c.ty, c.bits)));
    }
    context.home(value).filter(|&block| shape.always(context, block))?;
    inductions.forms.forms.get(&value).cloned()
}
