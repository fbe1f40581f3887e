//! The dispatch sequence: what stands in front of a region's loop.
//!
//! ```wat
//! block $skip
//!   <estimate>  global.get $min-work  i64.lt_u  br_if $skip
//!   local.get <live-in>...  call $region
//!   local.set <spare>...                          ;; live-outs, last first
//!   i32.const 1  i32.ne  br_if $skip
//!   local.get <spare>  local.set <live-out> ...
//!   <leave>
//! end
//! ```
//!
//! Input: a region and the locals of its function. Output: the two imports and the code of the block. Live-outs pass
//! through spare locals because a status other than 1 must leave every local of the function as it was. Nothing in
//! the sequence can trap, the estimate included.

use super::carry::Carried;
use super::errors::RewriteError;
use super::estimate;
use super::locals::{Pool, val_type};
use bundle::abi_names;
use ir::faults;
use ir::lowered::Type;
use ir::region::{LiveIn, LiveOut, Part, Region, Source};
use walrus::ir::{
    BinaryOp, Binop, BrIf, Call, Const, GlobalGet, Instr, InstrSeqId, LocalGet, LocalSet, UnaryOp, Unop, Value,
};
use walrus::{CompositeType, FunctionId, FunctionType, GlobalId, LocalId, Module, TypeId, ValType};

/// The status that says that the region has run.
const COMPLETED: i32 = 1;

/// The code of `region`'s dispatch up to the leaving branch; `skip` is the block around it. Adds the imports.
pub fn code(
    carried: &mut Carried,
    pool: &mut Pool,
    region: &Region,
    function: u32,
    skip: InstrSeqId,
) -> Result<Vec<Instr>, RewriteError> {
    let mut live_ins = live_ins(carried, region, function)?;
    let live_outs = live_outs(carried, region, function)?;
    let (call, min_work) = imports(&mut carried.module, region);
    let mut spares = pool.spares(&mut carried.module.locals, function);
    let mut code: Vec<Instr> = Vec::new();
    if let Some(estimate) = region.estimate {
        let estimate = estimate::code(region, estimate, &live_ins, &mut spares)
            .map_err(|reason| RewriteError::Estimate { region: region.id, reason })?;
        code.extend(estimate);
        code.push(GlobalGet { global: min_work }.into());
        code.push(Binop { op: BinaryOp::I64LtU }.into());
        code.push(BrIf { block: skip }.into());
    }
    if faults::on("rewrite-second-live-in-repeats")
        && live_ins.len() > 2
        && region.live_ins[1].ty == region.live_ins[2].ty
    {
        live_ins[2] = live_ins[1].clone();
    }
    code.extend(live_ins.into_iter().flatten());
    code.push(Call { func: call }.into());
    // Types were checked with the live-outs, so that none is without a spare.
    let results: Vec<LocalId> = region.live_outs.iter().filter_map(|l| spares.take(l.ty)).collect();
    code.extend(results.iter().rev().map(|&local| Instr::from(LocalSet { local })));
    code.push(Const { value: Value::I32(COMPLETED) }.into());
    let never = if faults::on("rewrite-loop-runs-again") { BinaryOp::I32Eq } else { BinaryOp::I32Ne };
    code.push(Binop { op: never }.into());
    code.push(BrIf { block: skip }.into());
    for (result, live_out) in results.into_iter().zip(live_outs) {
        if faults::on("rewrite-live-outs-forgotten") {
            continue;
        }
        let half = match live_out.1 {
            Part::Whole => None,
            Part::Low => Some(BinaryOp::I64x2ReplaceLane { idx: 0 }),
            Part::High => Some(BinaryOp::I64x2ReplaceLane { idx: 1 }),
        };
        code.extend(half.map(|_| Instr::from(LocalGet { local: live_out.0 })));
        code.push(LocalGet { local: result }.into());
        code.extend(half.map(|op| Instr::from(Binop { op })));
        code.push(LocalSet { local: live_out.0 }.into());
    }
    Ok(code)
}

/// What reads each live-in, which must have the type that the region says.
fn live_ins(carried: &Carried, region: &Region, function: u32) -> Result<Vec<Vec<Instr>>, RewriteError> {
    let local = |index, ty| {
        let local = carried.local(function, index)?;
        (val_type(ty) == Some(carried.module.locals.get(local).ty())).then(|| vec![LocalGet { local }.into()])
    };
    let half = |index, ty, idx| {
        let local = carried.local(function, index)?;
        let fits = ty == Type::I64 && carried.module.locals.get(local).ty() == ValType::V128;
        let extract = Unop { op: UnaryOp::I64x2ExtractLane { idx } };
        fits.then(|| vec![LocalGet { local }.into(), extract.into()])
    };
    let global = |index, ty| {
        let global = carried.global(index)?;
        (val_type(ty) == Some(carried.module.globals.get(global).ty)).then(|| vec![GlobalGet { global }.into()])
    };
    let read = |(index, live_in): (usize, &LiveIn)| {
        let read = match live_in.from {
            Source::Local(index) => local(index, live_in.ty),
            Source::Global(index) => global(index, live_in.ty),
            Source::LocalLow(index) => half(index, live_in.ty, 0),
            Source::LocalHigh(index) => half(index, live_in.ty, 1),
            // Dispatch reads it.
            Source::Loaded { .. } => Some(Vec::new()),
        };
        read.ok_or(RewriteError::Value { region: region.id, what: "live-in", index })
    };
    region.live_ins.iter().enumerate().map(read).collect()
}

/// The locals of a region's live-outs, each of which must have the type that the region says, or be a vector of which it is a half.
fn live_outs(carried: &Carried, region: &Region, function: u32) -> Result<Vec<(LocalId, Part)>, RewriteError> {
    let find = |(index, out): (usize, &LiveOut)| {
        let wanted = if out.part.is_whole() { val_type(out.ty) } else { Some(ValType::V128) };
        let local = carried.local(function, out.local);
        let local = local.filter(|&local| wanted == Some(carried.module.locals.get(local).ty()));
        let local = local.filter(|_| out.part.is_whole() || out.ty == Type::I64);
        let wrong = RewriteError::Value { region: region.id, what: "live-out", index };
        Ok((local.ok_or(wrong)?, out.part))
    };
    region.live_outs.iter().enumerate().map(find).collect()
}

/// Imports the region's function and its `min-work` global.
fn imports(module: &mut Module, region: &Region) -> (FunctionId, GlobalId) {
    let params: Vec<ValType> = region.passed().filter_map(|l| val_type(l.ty)).collect();
    let live_outs = region.live_outs.iter().filter_map(|l| val_type(l.ty));
    let results: Vec<ValType> = std::iter::once(ValType::I32).chain(live_outs).collect();
    let ty = plain_type(module, &params, &results);
    let (function, _) = module.add_import_func(abi_names::NAMESPACE, &abi_names::region(region.id), ty);
    let min_work = abi_names::min_work(region.id);
    let (global, _) = module.add_import_global(abi_names::NAMESPACE, &min_work, ValType::I64, true, false);
    (function, global)
}

/// A function type that stands alone: one inside a larger recursion group differs from every type that a host can name.
fn plain_type(module: &mut Module, params: &[ValType], results: &[ValType]) -> TypeId {
    let ty = module.types.add(params, results);
    if module.types.rec_group_for_type(ty).is_none_or(|group| group.types.len() == 1) {
        return ty;
    }
    let alone = CompositeType::Function(FunctionType::new(params.into(), results.into()));
    module.types.add_rec_group(1, |_| vec![(alone, true, None)]).first().copied().unwrap_or(ty)
}
