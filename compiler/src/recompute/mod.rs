//! Values that a loop carries although the next iteration can compute them again.
//!
//! Compilers keep what one iteration has loaded for the next: `a[i + 1]` of this iteration is `a[i]` of the next. Let a header
//! parameter `p` of a loop begin as `s` and receive `v` at the end of each iteration, and let `v` be computed, within its
//! iteration, by operators and loads from invariants, inductions and other such parameters. Then in iteration `i` the parameter
//! is `s` if `i` is 0, else what computes `v`, done with the inductions as they were in iteration `i - 1`; a parameter that `v`
//! depends on is looked at one iteration earlier still. This module writes the loop that way, in SSA: a new induction counts
//! iterations, and a copy of the operators stands at the start of the iteration, or behind a test at its top. The
//! parameter itself stays, but nothing in the loop reads it anymore.
//!
//! Input: a function and one of its loops that isn't independent because of a value it carries. Output: a copy of the function in
//! which some of these are computed again, with what is recorded of the loop. It is analysed afresh, and nothing of the
//! analysis knows of it.
//!
//! *Why it is the same loop, where a region is made of it.* The operators are the same with the same operands, so what matters is
//! that loads see the same bytes, and that nothing traps or is out of bounds that wasn't before.
//! - A copied load runs at the start of iteration `i`, the original one at some place in iteration `i - d`. Between the two only
//!   stores of iterations other than `i` may come. The copy is an access of iteration `i` like any other: the analysis proves or
//!   demands that stores of other iterations touch none of its bytes (`analysis::dependence`; for an address that isn't linear dispatch
//!   keeps every store away), and where it can't, there is no region, or no dispatch.
//! - A copied load can't trap in a kernel: its hull is checked like any other. An operator that may trap is copied only if every complete iteration
//!   runs the original; then it has run there with the same operands.
//! - Where control flow chooses what `v` is, the copy computes both and selects. A load that is so run for nothing changes nothing.
//!
//! What it costs is bounded: an iteration repeats at most [`MAX_COPIES`] operators for one parameter, from at most [`MAX_DELAY`] iterations
//! before. A true recurrence, which depends on itself, reaches back further than that.

mod slice;
mod write;

use crate::analysis::affine::Symbols;
use crate::analysis::context::Context;
use crate::analysis::draft::Draft;
use crate::analysis::induction::{self, Inductions};
use crate::analysis::shape::{self, ExitEdge, Shape};
use crate::analysis::{count::Position, finals, is_read, reduction};
use crate::wasm::GuestLoop;
use ir::lowered::{BlockId, Func, Value};
use std::collections::HashMap;

/// Operators and steps that an iteration repeats for one parameter.
const MAX_COPIES: usize = 64;
/// Iterations that a value reaches back.
const MAX_DELAY: u32 = 4;

/// A loop that computes again what it carried before.
pub struct Recomputed {
    /// The function with the loop.
    pub func: Func,
    /// What is recorded of the loop.
    pub guest_loop: GuestLoop,
}

/// What is to be done to a loop.
struct Plan<'a> {
    context: &'a Context<'a>,
    shape: Shape,
    inductions: Inductions,
    symbols: Symbols<'a>,
    /// The exit edge of a test at the top, behind which an iteration begins; none if it begins at the header.
    test: Option<ExitEdge>,
    /// The header parameters that are neither inductions nor reductions, with the values they begin with and receive.
    carried: HashMap<Value, (Value, Value)>,
    /// Those of them that are computed again, in order.
    chosen: Vec<Value>,
}

/// Writes a loop so that it computes again what it can of what it carries; none if that is nothing.
pub fn recompute(context: &Context<'_>, guest_loop: &GuestLoop) -> Option<Recomputed> {
    let plan = plan(context, guest_loop)?;
    Some(write::write(&plan, guest_loop))
}

fn plan<'a>(context: &'a Context<'a>, guest_loop: &GuestLoop) -> Option<Plan<'a>> {
    let shape = shape::shape(context, guest_loop.header).ok()?;
    let mut draft = Draft::new(Symbols::new(context, guest_loop), shape.loops.len());
    let mut inductions = induction::inductions(context, &shape, &mut draft.symbols);
    let finals = finals::finals(context, &shape, &mut inductions, &mut draft);
    let test = inductions.tests[0].clone()?;
    let params = context.func.block(shape.header).params.clone();
    let open = |param: &Value| !inductions.forms.forms.contains_key(param) && is_read(context, &shape, *param);
    let edges = |param: &Value| Some((*param, *inductions.edges.get(param)?));
    let accumulates = |&(param, (_, next)): &(Value, (Value, Value))| {
        reduction::reduction(context, &shape, &finals, (param, next), 0).is_ok()
    };
    let carried = params.iter().filter(|p| open(p)).filter_map(edges).filter(|c| !accumulates(c)).collect();
    let test = (test.position == Position::Top).then_some(test.exit);
    let symbols = draft.symbols;
    let mut plan = Plan { context, shape, inductions, symbols, test, carried, chosen: Vec::new() };
    plan.chosen = params.into_iter().filter(|p| plan.carried.contains_key(p) && plan.can_repeat(*p)).collect();
    if plan.is_read_early() {
        plan.test = None;
    }
    let begins = plan.shape.header != BlockId::ENTRY && plan.stay().is_none_or(|stay| stay != plan.shape.header);
    (begins && !plan.chosen.is_empty()).then_some(plan)
}

impl Plan<'_> {
    /// True if something in front of a test at the top needs one of the parameters; then an iteration begins at the header.
    fn is_read_early(&self) -> bool {
        let Some(stay) = self.stay() else { return false };
        let early = |block: &&BlockId| !self.context.tree.dominates(stay, **block);
        self.shape.body.iter().filter(early).any(|&block| {
            let block = self.context.func.block(block);
            let mut read = false;
            let mut visit = |v| read |= self.chosen.contains(&v);
            block.insts.iter().for_each(|inst| inst.op.for_each_use(&mut visit));
            block.term.for_each_own_use(visit);
            read
        })
    }

    /// The block that a test at the top goes on with.
    fn stay(&self) -> Option<BlockId> {
        let exit = self.test?;
        let targets = self.context.func.block(exit.from).term.targets();
        targets.iter().enumerate().find(|&(i, _)| i != exit.target).map(|(_, target)| target.block)
    }
}
