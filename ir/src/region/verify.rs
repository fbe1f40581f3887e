//! SANDBOX: the checks that make a region read from a file safe to evaluate.
//!
//! What holds afterwards: every index is in range and refers backwards, every type matches, sizes are within
//! [`super::limits`], and the schedule uses only steps a device can run. Who relies on it: the bundle reader, dispatch
//! and every device. Whether the guards suffice for the kernel is not decided here.

use super::guards::{Int, IntId, Pred, PredId};
use super::model::{Access, FinalLoad, FootprintDim, Kernel, LiveIn, Region, ReturnRole, Source, Step};
use super::{Scalar, ScalarId, limits};
use crate::lowered::dominators::Dominators;
use crate::lowered::verify::{Form, VerifyError, verify as verify_func};
use crate::lowered::{BlockId, Func, Op, Type};
use thiserror::Error;

/// The rule that a region breaks.
#[derive(Clone, PartialEq, Eq, Debug, Error)]
pub enum RegionError {
    /// Too many of something.
    #[error("{what}: {found} of at most {limit}")]
    Limit {
        /// Of what.
        what: &'static str,
        /// How many.
        found: u64,
        /// How many are allowed.
        limit: u64,
    },
    /// A reference to something that isn't there or comes later.
    #[error("{what} {index} refers to something that isn't there")]
    Reference {
        /// The kind of thing that refers.
        what: &'static str,
        /// Its index.
        index: usize,
    },
    /// A value of the wrong type.
    #[error("{what} {index} has the wrong type")]
    Type {
        /// The kind of thing.
        what: &'static str,
        /// Its index.
        index: usize,
    },
    /// A footprint of checked accesses that says more than where they may be.
    #[error(
        "footprint {index} has checked accesses, so it can't have dimensions, be all written or be wider than one access"
    )]
    Checked {
        /// Its index.
        index: usize,
    },
    /// A footprint of updates that no device makes.
    #[error("footprint {index} is updated by an operator that no device has for its width")]
    Update {
        /// Its index.
        index: usize,
    },
    /// Floats that are folded where the order of iterations isn't one row, or beside updates.
    #[error("its floats are folded, which takes one parallel dimension and no updates")]
    Fold,
    /// A schedule step that no device runs.
    #[error("schedule step `{0}` isn't supported")]
    Step(&'static str),
    /// A kernel that doesn't fit the region.
    #[error("the kernel's {0} doesn't match the region's")]
    Kernel(&'static str),
    /// A kernel that fails verification.
    #[error(transparent)]
    Func(#[from] VerifyError),
}

/// The widest access that a kernel can check.
const MAX_CHECKED: u64 = 16;

/// Checks `region` by itself.
pub fn verify(region: &Region) -> Result<(), RegionError> {
    sizes(region)?;
    let types = scalar_types(region)?;
    ints(region, &types)?;
    preds(region)?;
    footprints(region)?;
    folds(region)?;
    live_outs(region, &types)?;
    finals(region, &types)?;
    final_loads(region)?;
    mappings(region)?;
    schedule(region, &region.schedule, 0)
}

/// Checks `kernel` and that it fits `region`.
pub fn verify_kernel(region: &Region, kernel: &Kernel) -> Result<(), RegionError> {
    at_most("kernel blocks", kernel.func.blocks.len(), limits::MAX_BLOCKS)?;
    verify_func(&kernel.func, Form::Kernel { spaces: region.footprints.len() as u32 })?;
    let params = &kernel.func.block(BlockId::ENTRY).params;
    let indices = std::iter::repeat_n(Type::I64, region.trips.len());
    let wanted: Vec<Type> = indices.chain(region.live_ins.iter().map(|l| l.ty)).collect();
    let found: Vec<Type> = params.iter().map(|&p| kernel.func.ty(p)).collect();
    if kernel.dims as usize != region.trips.len() {
        return Err(RegionError::Kernel("dimension count"));
    }
    if found != wanted {
        return Err(RegionError::Kernel("parameter list"));
    }
    let returned: Vec<Type> = region.returns.iter().map(|r| r.0).collect();
    if kernel.func.results != returned || !kernel.returns.iter().eq(region.returns.iter().map(|r| &r.1)) {
        return Err(RegionError::Kernel("return list"));
    }
    if kernel.func.can_bail() && !region.can_bail {
        return Err(RegionError::Kernel("bail flag"));
    }
    // What bounds a thread's work is the size of its body and the extents of its loops.
    let bounded = !region.unbounded && region.extents.is_empty();
    if bounded && Dominators::of(&kernel.func).has_cycle(&kernel.func) {
        return Err(RegionError::Kernel("bound on the work"));
    }
    let ops = || kernel.func.blocks.iter().flat_map(|b| &b.insts).map(|inst| &inst.op);
    if !ops().all(|op| is_declared(region, op)) {
        return Err(RegionError::Kernel("access kinds"));
    }
    if !ops().all(|op| is_addressed(region, &kernel.func, op)) {
        return Err(RegionError::Kernel("address widths"));
    }
    if ops().all(|op| is_as_narrow(region, op)) { Ok(()) } else { Err(RegionError::Kernel("access widths")) }
}

/// True unless the operation accesses a footprint in a way that it doesn't declare.
fn is_declared(region: &Region, op: &Op) -> bool {
    let access = |space: u32| region.footprints[space as usize].access;
    match *op {
        Op::Store { space, .. } => matches!(access(space), Access::Write | Access::ReadWrite),
        Op::Load { space, .. } => access(space).reads(),
        Op::Gather { space, .. } => access(space) == Access::Gather,
        Op::Update { op, space, .. } => access(space) == Access::Update(op),
        _ => true,
    }
}

/// True unless an address has another width than those of its footprint.
fn is_addressed(region: &Region, func: &Func, op: &Op) -> bool {
    match *op {
        Op::Load { space, addr, .. }
        | Op::Store { space, addr, .. }
        | Op::Gather { space, addr, .. }
        | Op::Update { space, addr, .. } => region.footprints[space as usize].wide == (func.ty(addr) == Type::I64),
        _ => true,
    }
}

/// True unless a checked access is wider than its footprint says: what dispatch chooses is at least that wide, and the checks
/// of the kernel rely on it. Updates are exactly as wide: then two of them touch the same bytes, or none in common.
fn is_as_narrow(region: &Region, op: &Op) -> bool {
    match *op {
        Op::Gather { kind, space, .. } => u64::from(kind.width()) <= region.footprints[space as usize].width,
        Op::Update { kind, space, .. } => u64::from(kind.width()) == region.footprints[space as usize].width,
        _ => true,
    }
}

fn at_most(what: &'static str, found: usize, limit: usize) -> Result<(), RegionError> {
    if found <= limit { Ok(()) } else { Err(RegionError::Limit { what, found: found as u64, limit: limit as u64 }) }
}

fn sizes(region: &Region) -> Result<(), RegionError> {
    at_most("live-ins", region.live_ins.len(), limits::MAX_VALUES)?;
    at_most("live-outs", region.live_outs.len(), limits::MAX_VALUES)?;
    at_most("returned values", region.returns.len(), limits::MAX_VALUES)?;
    at_most("scalars", region.scalars.0.len(), limits::MAX_NODES)?;
    at_most("integers", region.program.ints.len(), limits::MAX_NODES)?;
    at_most("predicates", region.program.preds.len(), limits::MAX_NODES)?;
    at_most("guards", region.guards.len(), limits::MAX_GUARDS)?;
    at_most("footprints", region.footprints.len(), limits::MAX_FOOTPRINTS)?;
    at_most("final stores", region.finals.len(), limits::MAX_FINALS)?;
    at_most("final loads", region.final_loads.len(), limits::MAX_FINALS)?;
    at_most("sequential dimensions", region.extents.len(), limits::MAX_EXTENTS)?;
    at_most("mappings", region.mappings.len(), limits::MAX_MAPPINGS)?;
    match region.trips.len() {
        1..=3 => Ok(()),
        found => Err(RegionError::Limit { what: "parallel dimensions", found: found as u64, limit: 3 }),
    }
}

fn scalar_types(region: &Region) -> Result<Vec<Type>, RegionError> {
    let live_ins: Vec<Type> = region.live_ins.iter().map(|l| l.ty).collect();
    if let Some(index) = live_ins.iter().position(|t| !t.is_scalar()) {
        return Err(RegionError::Type { what: "live-in", index });
    }
    for (index, &(ty, role)) in region.returns.iter().enumerate() {
        let fits = match role {
            ReturnRole::Reduce(_) => ty.is_int(),
            ReturnRole::Fold(_) => !ty.is_int(),
            ReturnRole::Last => true,
        };
        if !ty.is_scalar() || !fits {
            return Err(RegionError::Type { what: "returned value", index });
        }
    }
    let dims = (region.trips.len() + region.extents.len()) as u32;
    if let Some(index) = region.scalars.0.iter().position(|s| matches!(s, Scalar::Trip(d) if *d >= dims)) {
        return Err(RegionError::Reference { what: "scalar", index });
    }
    let types = region
        .scalars
        .types(&live_ins, &region.returned_types())
        .ok_or(RegionError::Reference { what: "scalar", index: 0 })?;
    let fine = |(at, live_in): (usize, &LiveIn)| is_readable(region, &types, at, live_in);
    match region.live_ins.iter().enumerate().position(|live_in| !fine(live_in)) {
        Some(index) => Err(RegionError::Reference { what: "live-in", index }),
        None => Ok(types),
    }
}

/// True unless dispatch shall read a live-in that it can't: the address is made of live-ins in front of it.
fn is_readable(region: &Region, types: &[Type], at: usize, live_in: &LiveIn) -> bool {
    let Source::Loaded { memory, address, offset, kind } = live_in.from else { return true };
    let is_address = types.get(address.0 as usize).is_some_and(|ty| ty.is_int());
    let fits = live_in.ty == kind.ty() && live_in.ty.is_int() && is_address;
    fits && memory < 1024 && offset <= u64::from(u32::MAX) && earliest(region, address).is_some_and(|first| first <= at)
}

/// How many live-ins, from the first on, a scalar needs; none if it needs something else. Operands have smaller indices.
fn earliest(region: &Region, address: ScalarId) -> Option<usize> {
    let nodes = region.scalars.0.get(..=address.0 as usize)?;
    let mut needed = vec![false; nodes.len()];
    *needed.last_mut()? = true;
    let mut first = 0;
    for (at, node) in nodes.iter().enumerate().rev() {
        if !needed[at] {
            continue;
        }
        match *node {
            Scalar::LiveIn(i) => first = first.max(i as usize + 1),
            Scalar::Const(_) => {}
            Scalar::Unary(_, a) => *needed.get_mut(a.0 as usize)? = true,
            Scalar::Binary(_, a, b) => {
                *needed.get_mut(a.0 as usize)? = true;
                *needed.get_mut(b.0 as usize)? = true;
            }
            Scalar::Trip(_) | Scalar::Returned(_) => return None,
        }
    }
    Some(first)
}

fn ints(region: &Region, types: &[Type]) -> Result<(), RegionError> {
    // A value that exists only after the launch can't decide about it.
    let early = early_scalars(region);
    for (index, node) in region.program.ints.iter().enumerate() {
        let before = |id: IntId| (id.0 as usize) < index;
        let scalar = |id: ScalarId| types.get(id.0 as usize).is_some_and(|t| t.is_int()) && early[id.0 as usize];
        let fine = match *node {
            Int::Const(_) => true,
            Int::Signed(s) | Int::Unsigned(s) => scalar(s),
            Int::MemoryBytes(memory) => memory < 1024,
            Int::Add(a, b)
            | Int::Sub(a, b)
            | Int::Mul(a, b)
            | Int::FloorDiv(a, b)
            | Int::Min(a, b)
            | Int::Max(a, b) => before(a) && before(b),
        };
        if !fine {
            return Err(RegionError::Reference { what: "integer", index });
        }
    }
    Ok(())
}

/// For each scalar, whether it depends on live-ins and constants alone.
fn early_scalars(region: &Region) -> Vec<bool> {
    let mut early: Vec<bool> = Vec::with_capacity(region.scalars.0.len());
    for node in &region.scalars.0 {
        let is = |id: ScalarId| early.get(id.0 as usize).copied().unwrap_or(false);
        early.push(match *node {
            Scalar::LiveIn(_) | Scalar::Const(_) => true,
            Scalar::Unary(_, a) => is(a),
            Scalar::Binary(_, a, b) => is(a) && is(b),
            Scalar::Trip(_) | Scalar::Returned(_) => false,
        });
    }
    early
}

fn preds(region: &Region) -> Result<(), RegionError> {
    let int = |id: IntId| (id.0 as usize) < region.program.ints.len();
    // Where checked accesses go isn't known when guards are evaluated.
    let footprint = |i: u32| region.footprints.get(i as usize).is_some_and(|f| !f.access.is_checked());
    for (index, node) in region.program.preds.iter().enumerate() {
        let before = |id: PredId| (id.0 as usize) < index;
        let fine = match *node {
            Pred::Lt(a, b) | Pred::Le(a, b) | Pred::Eq(a, b) | Pred::Divides(a, b) => int(a) && int(b),
            Pred::And(a, b) | Pred::Or(a, b) => before(a) && before(b),
            Pred::Not(a) => before(a),
            Pred::SameMemory(a, b) => a < 1024 && b < 1024,
            Pred::Disjoint(a, b) | Pred::Apart(a, b) => footprint(a) && footprint(b),
        };
        if !fine {
            return Err(RegionError::Reference { what: "predicate", index });
        }
    }
    for (index, guard) in region.guards.iter().enumerate() {
        if guard.pred.0 as usize >= region.program.preds.len() {
            return Err(RegionError::Reference { what: "guard", index });
        }
    }
    for (index, &trip) in region.trips.iter().enumerate() {
        if !int(trip) {
            return Err(RegionError::Reference { what: "trip count", index });
        }
    }
    if let Some(index) = region.extents.iter().position(|&extent| !int(extent)) {
        return Err(RegionError::Reference { what: "extent", index });
    }
    Ok(())
}

fn footprints(region: &Region) -> Result<(), RegionError> {
    let int = |id: IntId| (id.0 as usize) < region.program.ints.len();
    let counts = region.trips.len() + region.extents.len();
    for (index, footprint) in region.footprints.iter().enumerate() {
        // A dimension counts once, so there are at most as many as the region has.
        let known = |d: &FootprintDim| (d.dim as usize) < counts && int(d.stride);
        let once = |(i, d): (usize, &FootprintDim)| footprint.dims[..i].iter().all(|e| e.dim != d.dim);
        let dims = footprint.dims.len() <= counts
            && footprint.dims.iter().all(known)
            && footprint.dims.iter().enumerate().all(once);
        let checked = footprint.access.is_checked();
        if footprint.span.is_some_and(|span| !checked || !int(span)) {
            return Err(RegionError::Reference { what: "footprint", index });
        }
        if checked && (!footprint.dims.is_empty() || footprint.must_write || footprint.width > MAX_CHECKED) {
            return Err(RegionError::Checked { index });
        }
        if let Access::Update(op) = footprint.access
            && !op.updates(footprint.width)
        {
            return Err(RegionError::Update { index });
        }
        if !int(footprint.base) || !dims || footprint.memory >= 1024 || !footprint.align.is_power_of_two() {
            return Err(RegionError::Reference { what: "footprint", index });
        }
        if footprint.width == 0 || footprint.width > limits::MAX_WIDTH || footprint.align > 16 {
            return Err(RegionError::Limit {
                what: "footprint width",
                found: footprint.width,
                limit: limits::MAX_WIDTH,
            });
        }
    }
    Ok(())
}

/// The order of a fold is that of one row of iterations, cut into parts; private cells of updates have cuts of their own.
fn folds(region: &Region) -> Result<(), RegionError> {
    let updates = region.footprints.iter().any(|footprint| matches!(footprint.access, Access::Update(_)));
    if region.is_relaxed() && (region.trips.len() != 1 || updates) { Err(RegionError::Fold) } else { Ok(()) }
}

fn live_outs(region: &Region, types: &[Type]) -> Result<(), RegionError> {
    for (index, out) in region.live_outs.iter().enumerate() {
        if types.get(out.value.0 as usize) != Some(&out.ty) || !out.part.is_whole() && out.ty != Type::I64 {
            return Err(RegionError::Type { what: "live-out", index });
        }
    }
    match region.estimate {
        Some(id) if types.get(id.0 as usize) != Some(&Type::I64) => {
            Err(RegionError::Type { what: "estimate", index: 0 })
        }
        _ => Ok(()),
    }
}

/// A final load names an address and reads a scalar.
fn final_loads(region: &Region) -> Result<(), RegionError> {
    let fine = |load: &FinalLoad| {
        (load.base.0 as usize) < region.program.ints.len() && load.memory < 1024 && load.kind.ty().is_scalar()
    };
    match region.final_loads.iter().position(|load| !fine(load)) {
        Some(index) => Err(RegionError::Reference { what: "final load", index }),
        None => Ok(()),
    }
}

/// A final store names an address and a value that is at least as wide as what is stored of it.
fn finals(region: &Region, types: &[Type]) -> Result<(), RegionError> {
    for (index, last) in region.finals.iter().enumerate() {
        if last.base.0 as usize >= region.program.ints.len() || last.memory >= 1024 {
            return Err(RegionError::Reference { what: "final store", index });
        }
        let bits = types.get(last.value.0 as usize).map_or(0, |ty| ty.bits());
        if !matches!(last.width, 1 | 2 | 4 | 8) || last.width * 8 > bits {
            return Err(RegionError::Type { what: "final store", index });
        }
    }
    Ok(())
}

/// Checks every mapping, launched by the schedule or not: a device may pick any that it has code for.
fn mappings(region: &Region) -> Result<(), RegionError> {
    for (index, mapping) in region.mappings.iter().enumerate() {
        let mut dims = mapping.grid.clone();
        dims.sort_unstable();
        if !dims.iter().copied().eq(0..region.trips.len() as u32) || mapping.block == 0 {
            return Err(RegionError::Reference { what: "mapping", index });
        }
        at_most("threads of a block", mapping.block as usize, limits::MAX_BLOCK as usize)?;
    }
    Ok(())
}

fn schedule(region: &Region, step: &Step, depth: usize) -> Result<(), RegionError> {
    at_most("schedule depth", depth, limits::MAX_DEPTH)?;
    match step {
        Step::Seq(steps) => {
            at_most("schedule steps", steps.len(), 64)?;
            steps.iter().try_for_each(|s| schedule(region, s, depth + 1))
        }
        Step::Launch { mapping } if (*mapping as usize) < region.mappings.len() => Ok(()),
        Step::Launch { mapping } => Err(RegionError::Reference { what: "launch", index: *mapping as usize }),
        Step::For { .. } => Err(RegionError::Step("for")),
        Step::Barrier => Err(RegionError::Step("barrier")),
    }
}
