//! Extraction: from an analysed loop to a region, its kernel and its splice.
//!
//! The region's number is assigned by the driver, once it is known which loops the rewriter can splice.

mod dead;
mod edges;
mod exit;
mod kernel;
mod lanes;
mod live_out;
mod order;
mod prune;
mod ranges;
mod selects;

use crate::analysis::context::Context;
use crate::analysis::shape::Shape;
use crate::analysis::trip::Ending;
use crate::analysis::{self, Analysis, cells, space};
use crate::reasons::Reason;
use crate::recompute::{Recomputed, recompute};
use crate::rewrite::{Exit, Splice};
use crate::wasm::{GuestFunction, GuestLoop, Module};
use ir::region::{Kernel, Mapping, Place, Region, Scalar, Step, verify};
use live_out::Results;

/// Threads of a block.
const BLOCK: u32 = 256;

/// A loop that can be offloaded.
#[derive(Clone, Debug)]
pub struct Extract {
    /// What the manifest holds.
    pub region: Region,
    /// What devices run.
    pub kernel: Kernel,
    /// Where the dispatch goes.
    pub splice: Splice,
    /// The byte offsets of the loops that are parallel, outermost first, but for those of callees and operators.
    pub parallel: Vec<u32>,
}

/// Analyses and extracts the nest under one loop; if the loop carries values that can be computed again, as one that does so.
pub fn extract(
    module: &Module,
    function: &GuestFunction,
    guest_loop: &GuestLoop,
    context: &Context<'_>,
) -> Result<Extract, Reason> {
    let shape = analysis::nest(guest_loop, context)?;
    let found = choose(module, function, guest_loop, context, &shape);
    found.or_else(|reason| privately(module, function, guest_loop, context, &shape).ok_or(reason))
}

/// The same for the loop with its private arrays in values.
fn privately(
    module: &Module,
    function: &GuestFunction,
    guest_loop: &GuestLoop,
    context: &Context<'_>,
    shape: &Shape,
) -> Option<Extract> {
    let function = cells::promote(function, guest_loop, context, shape)?;
    let guest_loop = function.loops.iter().find(|l| l.offset == guest_loop.offset)?;
    let context = Context::of(&function.func, context.relaxed);
    let shape = analysis::nest(guest_loop, &context).ok()?;
    choose(module, &function, guest_loop, &context, &shape).ok()
}

/// Tries sets of parallel loops, with branches that pick as selects, and with what the loop carries computed again.
fn choose(
    module: &Module,
    function: &GuestFunction,
    guest_loop: &GuestLoop,
    context: &Context<'_>,
    shape: &Shape,
) -> Result<Extract, Reason> {
    let mut carries = false;
    let found = space::choose(shape, |parallel| {
        let found = with(module, function, guest_loop, context, (shape, parallel));
        carries |= parallel == [0] && matches!(found, Err(Reason::CarriedValue { .. } | Reason::FloatReduction { .. }));
        found
    });
    let picking = if carries { selects::convert(context, shape) } else { None };
    if let Some(func) = picking {
        let context = &Context::of(&func, context.relaxed);
        let shape = analysis::nest(guest_loop, context)?;
        let root = with(module, function, guest_loop, context, (&shape, &[0]));
        if root.is_ok() {
            return root;
        }
    }
    let again = if carries { recompute(context, guest_loop) } else { None };
    let Some(Recomputed { func, guest_loop }) = again else { return found };
    let context = &Context::of(&func, context.relaxed);
    let shape = analysis::nest(&guest_loop, context)?;
    let again = |parallel: &[usize]| with(module, function, &guest_loop, context, (&shape, parallel));
    // A loop inside that is parallel as it is gives way to the root only.
    if found.is_ok() && again(&[0]).is_err() { found } else { space::choose(&shape, again) }
}

/// The nest with these loops parallel, left by its exit or else resumed.
fn with(
    module: &Module,
    function: &GuestFunction,
    guest_loop: &GuestLoop,
    context: &Context<'_>,
    (shape, parallel): (&Shape, &[usize]),
) -> Result<Extract, Reason> {
    let attempt = |resume| attempt(module, function, guest_loop, context, (shape, parallel, resume));
    // The original loop knows its exit and what it leaves behind, if its last iteration is left to it.
    match attempt(false) {
        Err(Reason::Exit { .. } | Reason::LiveOut { .. }) if parallel.contains(&0) => attempt(true),
        found => found,
    }
}

/// The same with these loops of the nest parallel.
fn attempt(
    module: &Module,
    function: &GuestFunction,
    guest_loop: &GuestLoop,
    context: &Context<'_>,
    (shape, parallel, resume): (&Shape, &[usize], bool),
) -> Result<Extract, Reason> {
    let mut analysis = analysis::analyse(module, guest_loop, context, shape.clone(), parallel, resume)?;
    let (exit, values) = match analysis.trip.ending {
        Ending::Leaves => {
            let (exit, values) = exit::exit(context, function, guest_loop, analysis.trip.exits[0])?;
            (exit, values.to_vec())
        }
        Ending::Resumes => (Exit::Resume, guest_loop.carried.iter().map(|carried| carried.param).collect()),
    };
    let results = live_out::live_outs(context, &mut analysis, guest_loop, &values)?;
    let writes = analysis.windows.iter().any(|w| w.footprint.access.writes());
    if results.live_outs.is_empty() && results.finals.is_empty() && !writes {
        return Err(Reason::NoResult);
    }
    let name = format!("{}_{:x}", module.name(function.index).unwrap_or("f"), guest_loop.offset);
    let mut kernel = kernel::kernel(context, &mut analysis, &results.returned, &name)?;
    let returns = kernel.func.results.iter().copied().zip(kernel.returns.iter().copied()).collect();
    let place = Place {
        function: function.index,
        name: module.name(function.index).map(str::to_string),
        offset: guest_loop.offset,
        line: None,
    };
    let parallel = sites(function, &analysis);
    let mut region = region(analysis, place, results, returns, kernel.func.can_bail());
    prune::loaded(&mut region, &mut kernel);
    verify::verify(&region)
        .and_then(|()| verify::verify_kernel(&region, &kernel))
        .map_err(|error| Reason::Limit { what: error.to_string() })?;
    let splice = Splice { function: function.index, loop_offset: guest_loop.offset, exit };
    Ok(Extract { region, kernel, splice, parallel })
}

/// Where the parallel loops stand.
fn sites(function: &GuestFunction, analysis: &Analysis<'_>) -> Vec<u32> {
    let headers = analysis.space.parallel.iter().map(|&l| analysis.shape.loops[l].header);
    headers.filter_map(|header| function.loops.iter().find(|l| l.header == header)).map(|l| l.offset).collect()
}

fn region(
    analysis: Analysis<'_>,
    place: Place,
    results: Results,
    returns: Vec<(ir::lowered::Type, ir::region::ReturnRole)>,
    can_bail: bool,
) -> Region {
    let mut draft = analysis.draft;
    for node in &mut draft.symbols.scalars.0 {
        if let Scalar::Returned(index @ live_out::LOADED..) = node {
            *index = *index - live_out::LOADED + returns.len() as u32;
        }
    }
    // Neighbours along the innermost loop are neighbours of a block.
    let grid = (0..analysis.trips.len() as u32).rev().collect();
    Region {
        id: 0,
        place,
        live_ins: draft.symbols.live_ins,
        scalars: draft.symbols.scalars,
        program: draft.program,
        trips: analysis.trips,
        guards: draft.guards,
        footprints: analysis.windows.into_iter().map(|w| w.footprint).collect(),
        returns,
        live_outs: results.live_outs,
        finals: results.finals,
        final_loads: results.final_loads,
        schedule: Step::Launch { mapping: 0 },
        mappings: vec![Mapping { grid, block: BLOCK }],
        estimate: analysis.trip.estimate,
        resumes: analysis.trip.ending == Ending::Resumes,
        can_bail,
        unbounded: analysis.unbounded,
        extents: analysis.extents,
    }
}
