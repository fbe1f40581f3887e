//! Final loads: values that only the iteration after the last one would read, each loaded at the end of an iteration.
//!
//! A header parameter that the loop doesn't read, because it computes it again, still has to hold what it held if the original loop goes
//! on: what the last complete iteration loaded. In other iterations that load reads what their neighbours store, so no kernel can make
//! it; but of the last one nothing in the nest may have stored to the bytes, as dispatch sees to. So dispatch makes the load, and
//! kernels don't. What must hold: the load is made in every complete iteration, nothing but the parameter receives it, and
//! its address is a form over the root alone.

use super::affine::Affine;
use super::context::Context;
use super::draft::Draft;
use super::induction::Inductions;
use super::shape::Shape;
use super::{Carried, trip::Trip};
use ir::lowered::{Op, Value};
use ir::region::FinalLoad;
use std::collections::HashMap;

/// A load that dispatch makes in place of the last iteration.
#[derive(Clone, PartialEq, Debug)]
pub struct Farewell {
    /// What is loaded.
    pub value: Value,
    addr: Affine,
}

/// Finds these loads among what unread parameters receive.
pub fn farewells(
    context: &Context<'_>,
    shape: &Shape,
    inductions: &mut Inductions,
    draft: &mut Draft<'_>,
    carried: &HashMap<Value, Carried>,
) -> Vec<Farewell> {
    let mut found: Vec<Farewell> = Vec::new();
    let mut unread: Vec<Value> =
        carried.iter().filter(|(_, c)| matches!(c, Carried::Unread { .. })).map(|c| *c.0).collect();
    unread.sort_unstable();
    for param in unread {
        let Some(&Carried::Unread { next }) = carried.get(&param) else { continue };
        let Some(&Op::Load { addr, .. }) = context.op(next) else { continue };
        let Some(home) = context.home(next).filter(|&home| shape.always(context, home)) else { continue };
        let form = inductions.of(context, shape, &mut draft.symbols, addr, Some(home));
        let form = form.filter(|f| f.is_known() && f.start.is_near() && f.steps.keys().all(|&l| l == 0));
        if let (1, Some(addr)) = (uses(context, shape, next), form) {
            found.push(Farewell { value: next, addr });
        }
    }
    found
}

/// How often a value is read in the nest.
fn uses(context: &Context<'_>, shape: &Shape, value: Value) -> usize {
    let mut uses = 0;
    for &block in &shape.body {
        let block = context.func.block(block);
        block.insts.iter().for_each(|inst| inst.op.for_each_use(|v| uses += usize::from(v == value)));
        block.term.for_each_use(|v| uses += usize::from(v == value));
    }
    uses
}

impl Farewell {
    /// What dispatch reads: the load as the last complete iteration makes it.
    pub fn load(
        &self,
        context: &Context<'_>,
        inductions: &Inductions,
        draft: &mut Draft<'_>,
        trip: &Trip,
    ) -> Option<FinalLoad> {
        let &Op::Load { kind, space: memory, offset, .. } = context.op(self.value)? else { return None };
        if !inductions.demand(draft, &self.addr, None) {
            return None;
        }
        // Linear without wrapping around, as the hull of its window is, of which this is an end.
        let (start, step) = (draft.read(&self.addr.start, false), draft.read(&self.addr.step(0), true));
        let moved = draft.mul(step, trip.last);
        let at = draft.add(start, moved);
        let offset = draft.number(i64::try_from(offset).ok()?);
        let base = draft.add(at, offset);
        Some(FinalLoad { memory, base, kind })
    }
}
