//! What can be proven of one loop: its shape, inductions, trip count, accesses, dependences and reductions.
//!
//! Input: a translated function and one of its innermost loops. Output: [`Analysis`], everything that extraction needs, with
//! the guards under which it holds; or the first [`Reason`] why the loop stays as it is. Every stage may demand guards of the
//! draft; none may assume anything that isn't proven or demanded.

pub mod access;
pub mod affine;
pub mod dependence;
pub mod draft;
pub mod induction;
pub mod reduction;
pub mod shape;
pub mod trip;

use crate::reasons::Reason;
use crate::wasm::{GuestLoop, Module};
use affine::Symbols;
use draft::Draft;
use induction::Inductions;
use ir::lowered::{Op, Value};
use reduction::Reduction;
use shape::{Context, Shape};
use std::collections::HashMap;

/// A header parameter that the loop carries in a way other than an induction.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Carried {
    /// It accumulates.
    Reduction(Reduction),
    /// The loop never reads it; after the loop it holds what the last iteration gave it.
    Unread {
        /// What each iteration gives it.
        next: Value,
    },
}

/// A loop whose iterations are independent.
pub struct Analysis<'a> {
    /// Its control flow.
    pub shape: Shape,
    /// Its affine values.
    pub inductions: Inductions,
    /// How often it runs.
    pub trip: trip::Trip,
    /// What it touches.
    pub windows: Vec<access::Window>,
    /// Header parameters that aren't inductions.
    pub carried: HashMap<Value, Carried>,
    /// Scalars, integers and guards so far.
    pub draft: Draft<'a>,
}

/// Analyses one loop.
pub fn analyse<'a>(module: &Module, guest_loop: &GuestLoop, context: &'a Context<'a>) -> Result<Analysis<'a>, Reason> {
    if guest_loop.has_inner {
        return Err(Reason::NotInnermost);
    }
    if guest_loop.has_params {
        return Err(Reason::Irregular { what: "it has parameters".into() });
    }
    let shape = shape::shape(context, guest_loop.header)?;
    check_operators(context, &shape)?;
    let mut draft = Draft::new(Symbols::new(context, guest_loop));
    let inductions = induction::inductions(context, &shape, &mut draft.symbols);
    let carried = carried(context, &shape, &inductions, guest_loop)?;
    let trip = trip::trip(context, &shape, &inductions, &mut draft)?;
    let windows = access::windows(module, context, &shape, &inductions, &trip, &mut draft)?;
    if windows.is_empty() {
        return Err(Reason::NoMemoryAccess);
    }
    dependence::dependence(module, &windows, &mut draft)?;
    Ok(Analysis { shape, inductions, trip, windows, carried, draft })
}

/// Every operation must be one that a kernel can hold.
fn check_operators(context: &Context<'_>, shape: &Shape) -> Result<(), Reason> {
    for &block in &shape.body {
        for inst in &context.func.block(block).insts {
            match &inst.op {
                Op::Foreign(foreign) => return Err(Reason::Operator { name: foreign.name.clone() }),
                Op::GlobalGet(index) | Op::GlobalSet(index, _) => return Err(Reason::Global { index: *index }),
                _ => {}
            }
            if let Some(result) = inst.result
                && !context.func.ty(result).is_computed()
            {
                return Err(Reason::Operator { name: context.func.ty(result).to_string() });
            }
        }
    }
    Ok(())
}

/// Explains every header parameter that isn't an induction.
fn carried(
    context: &Context<'_>,
    shape: &Shape,
    inductions: &Inductions,
    guest_loop: &GuestLoop,
) -> Result<HashMap<Value, Carried>, Reason> {
    let mut carried = HashMap::new();
    for &param in &context.func.block(shape.header).params {
        if inductions.forms.forms.contains_key(&param) {
            continue;
        }
        let Some(&(_, next)) = inductions.edges.get(&param) else { continue };
        let local = guest_loop.carried.iter().find(|c| c.param == param).map_or(u32::MAX, |c| c.local);
        let how = match is_read(context, shape, param) {
            false => Carried::Unread { next },
            true => Carried::Reduction(reduction::reduction(context, shape, param, next, local)?),
        };
        carried.insert(param, how);
    }
    Ok(carried)
}

/// True if something in the loop depends on `param`, a branch to the outside aside.
fn is_read(context: &Context<'_>, shape: &Shape, param: Value) -> bool {
    shape.body.iter().any(|&block| {
        let block = context.func.block(block);
        let mut read = false;
        block.insts.iter().for_each(|inst| inst.op.for_each_use(|v| read |= v == param));
        block.term.for_each_own_use(|v| read |= v == param);
        let stays = block.term.targets().into_iter().filter(|t| shape.inside.contains(&t.block));
        read |= stays.flat_map(|t| &t.args).any(|&v| v == param);
        read
    })
}
