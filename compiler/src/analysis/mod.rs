//! What can be proven of one loop nest: its shape, inductions, trip count, accesses, dependences and reductions.
//!
//! Input: a translated function and one of its loops, the root of a nest whose other loops run inside each thread. Output: [`Analysis`], everything that extraction needs, with
//! the guards under which it holds; or the first [`Reason`] why the loop stays as it is. Every stage may demand guards of the
//! draft; none may assume anything that isn't proven or demanded.

pub mod access;
pub mod affine;
pub mod arms;
pub mod bounded;
pub mod cells;
pub mod checks;
pub mod context;
pub mod count;
pub mod dependence;
pub mod draft;
pub mod extent;
pub mod farewell;
pub mod finals;
pub mod floats;
mod gathers;
pub mod hoisted;
pub mod induction;
mod late;
mod limits;
pub mod narrow;
pub mod picks;
mod privates;
pub mod reduction;
pub mod series;
pub mod shape;
pub mod space;
pub mod trip;
pub mod updates;

use crate::reasons::Reason;
use crate::wasm::{GuestLoop, Module};
use affine::Symbols;
use context::Context;
use draft::Draft;
use finals::Final;
use induction::Inductions;
use ir::lowered::{Op, Value};
use ir::region::IntId;
use reduction::Reduction;
use shape::{ExitEdge, Shape};
use space::Space;
use std::collections::{HashMap, HashSet};

/// A header parameter that the loop carries in a way other than an induction.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Carried {
    /// It accumulates.
    Reduction(Reduction),
    /// It sums up a form.
    Series(series::Series),
    /// It counts, in floats.
    Counter(floats::Counter),
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
    /// Which loops are parallel.
    pub space: Space,
    /// Its affine values.
    pub inductions: Inductions,
    /// How often the root runs.
    pub trip: trip::Trip,
    /// How often each parallel loop runs.
    pub trips: Vec<IntId>,
    /// How often each loop of a thread that is bounded runs at most.
    pub extents: Vec<IntId>,
    /// True if some loop inside isn't bounded.
    pub unbounded: bool,
    /// Cold edges that are never taken.
    pub decided: Vec<ExitEdge>,
    /// What it touches.
    pub windows: Vec<access::Window>,
    /// What is stored after the launch.
    pub finals: Vec<Final>,
    /// Values that the kernel takes with a mask.
    pub masks: bounded::Masks,
    /// Loads that dispatch makes in the end.
    pub farewells: Vec<farewell::Farewell>,
    /// Header parameters that aren't inductions.
    pub carried: HashMap<Value, Carried>,
    /// Scalars, integers and guards so far.
    pub draft: Draft<'a>,
}

/// Finds the nest under one loop.
pub fn nest(guest_loop: &GuestLoop, context: &Context<'_>) -> Result<Shape, Reason> {
    if guest_loop.has_params {
        return Err(Reason::Irregular { what: "it has parameters".into() });
    }
    let shape = shape::shape(context, guest_loop.header)?;
    check_operators(context, &shape)?;
    Ok(shape)
}

/// Analyses a nest of which these loops shall be parallel, and which shall be resumed in its last iteration, if so.
pub fn analyse<'a>(
    module: &Module,
    guest_loop: &GuestLoop,
    context: &'a Context<'a>,
    mut shape: Shape,
    parallel: &[usize],
    resume: bool,
) -> Result<Analysis<'a>, Reason> {
    let mut draft = Draft::new(Symbols::new(context, guest_loop), shape.loops.len());
    let mut inductions = induction::inductions(context, &shape, &mut draft.symbols);
    // What a root that isn't parallel carries stays in the thread, and so do its stores. Where a loop inside is parallel as
    // well, every thread of it runs what stands around it: a sum would count that several times.
    let (mut finals, mut carries) = (Vec::new(), HashMap::new());
    if parallel == [0] {
        finals = finals::finals(context, &shape, &mut inductions, &mut draft);
    }
    if parallel.contains(&0) {
        carries = carried(context, &shape, &inductions, &finals, guest_loop)?;
        if parallel.len() > 1 && carries.values().any(|carried| matches!(carried, Carried::Reduction(_))) {
            return Err(Reason::CarriedValue { local: u32::MAX });
        }
    }
    let wish = trip::Wish { parallel: parallel.contains(&0), resume };
    let trip = trip::trip(context, &mut shape, &mut inductions, &mut draft, wish)?;
    for carried in carries.values() {
        if let Carried::Counter(counter) = carried {
            counter.demand(&mut draft, trip.count);
        }
    }
    let mut bounds = extent::extents(context, &shape, &mut inductions, &mut draft);
    bounds[0] = Some(trip.count);
    demand_counts(context, &shape, &inductions, &mut draft)?;
    for carried in carries.values() {
        if let Carried::Series(series) = carried
            && !inductions.demand(&mut draft, &series.by, None)
        {
            return Err(Reason::InnerCount { what: "a sum".into(), offset: None });
        }
    }
    for &l in parallel.iter().filter(|&&l| l != 0) {
        space::exact(context, &shape, &inductions, &mut draft, l)?;
    }
    let decided = checks::decided(context, &shape, &mut inductions, &mut draft);
    // Late dimensions need no bound of their own.
    let unbounded = bounds.iter().any(Option::is_none);
    let mut space = Space::of(parallel, &bounds);
    // What the kernel returns, it computes.
    let farewells = match trip.ending {
        trip::Ending::Resumes => farewell::farewells(context, &shape, &mut inductions, &mut draft, &carries),
        trip::Ending::Leaves => Vec::new(),
    };
    let gone = match trip.ending {
        trip::Ending::Resumes => farewells.iter().map(|farewell| farewell.value).collect(),
        trip::Ending::Leaves => dead(context, &shape),
    };
    let spaces = (&mut space, &mut bounds, &finals[..], &gone);
    let (windows, masks) = access::windows(module, context, &shape, &mut inductions, spaces, &mut draft)?;
    if windows.is_empty() {
        return Err(Reason::NoMemoryAccess);
    }
    dependence::dependence(module, &shape, &windows, parallel, &mut draft)?;
    let trips = parallel.iter().filter_map(|&l| bounds[l]).collect();
    let inside = |(l, bound): (usize, Option<IntId>)| bound.filter(|_| !parallel.contains(&l));
    let extents = bounds.into_iter().enumerate().filter_map(inside).collect();
    Ok(Analysis {
        shape,
        space,
        inductions,
        trip,
        trips,
        extents,
        unbounded,
        decided,
        windows,
        masks,
        finals,
        farewells,
        carried: carries,
        draft,
    })
}

/// The values that no effect, no branch and nothing behind the nest depends on.
fn dead(context: &Context<'_>, shape: &Shape) -> HashSet<Value> {
    let insts = shape.body.iter().flat_map(|&block| &context.func.block(block).insts);
    insts.filter_map(|inst| inst.result).filter(|result| !context.live[result.index()]).collect()
}

/// Inductions of the root that hold only if inner loops run as often as their forms say.
fn demand_counts(
    context: &Context<'_>,
    shape: &Shape,
    inductions: &Inductions,
    draft: &mut Draft<'_>,
) -> Result<(), Reason> {
    for param in &context.func.block(shape.header).params {
        let Some(form) = inductions.forms.forms.get(param) else { continue };
        if !inductions.demand(draft, form, None) {
            return Err(Reason::InnerCount { what: "a value".into(), offset: None });
        }
    }
    Ok(())
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
    finals: &[Final],
    guest_loop: &GuestLoop,
) -> Result<HashMap<Value, Carried>, Reason> {
    let mut carried = HashMap::new();
    for &param in &context.func.block(shape.header).params {
        if inductions.forms.forms.contains_key(&param) {
            continue;
        }
        let Some(&(start, next)) = inductions.edges.get(&param) else { continue };
        let local = guest_loop.carried.iter().find(|c| c.param == param).map_or(u32::MAX, |c| c.local);
        let how = match is_read(context, shape, param) {
            false => Carried::Unread { next },
            true if let Some(counter) = floats::counter(context, param, (start, next)) => Carried::Counter(counter),
            true => match reduction::reduction(context, shape, finals, (param, next), local) {
                Ok(reduction) => Carried::Reduction(reduction),
                Err(reason) => Carried::Series(series::series(context, shape, inductions, param, next).ok_or(reason)?),
            },
        };
        carried.insert(param, how);
    }
    Ok(carried)
}

/// True if something in the loop depends on `param`, a branch to the outside aside.
pub(crate) fn is_read(context: &Context<'_>, shape: &Shape, param: Value) -> bool {
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
