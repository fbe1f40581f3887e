//! The function around the body: arguments, one loop per dimension, reductions and the ways out.
//!
//! Input is a checked kernel; output is a Cranelift function with the signature of `machine::Entry`. The loops test at the
//! bottom, because no range is empty. Each loop header carries its index and the running values of all returns, so
//! reductions live in registers and the value of the last iteration is simply the last one seen. Only a completed run
//! writes `returns`.

use super::Options;
use super::body::{Body, Context};
use super::machine::{BAILED, BUDGET, COMPLETED};
use super::shape::Shape;
use super::vectors::VECTOR;
use cranelift_codegen::ir as clif;
use cranelift_codegen::ir::condcodes::IntCC;
use cranelift_codegen::ir::{AbiParam, Block, BlockArg, InstBuilder, MemFlagsData, types};
use cranelift_codegen::isa::TargetIsa;
use cranelift_frontend::{FunctionBuilder, FunctionBuilderContext, Variable};
use ir::faults;
use ir::lowered::Type;
use ir::region::{FoldOp, Kernel, ReduceOp, ReturnRole};

/// The parameters of the function.
struct Arguments {
    bounds: clif::Value,
    deltas: clif::Value,
    reaches: clif::Value,
    live_ins: clif::Value,
    returns: clif::Value,
    last: clif::Value,
    budget: Variable,
}

/// A loop over one dimension: its header, whose parameters are the index and the running returns, and its end.
struct Loop {
    header: Block,
    index: clif::Value,
    end: clif::Value,
}

/// Writes the whole function. If the body runs rows, it takes the bounds of the last dimension instead of an index.
pub(super) fn build(
    kernel: &Kernel,
    shape: &Shape,
    isa: &dyn TargetIsa,
    options: &Options,
    rows: bool,
) -> clif::Function {
    let mut function = clif::Function::new();
    function.signature = signature(isa);
    let mut scratch = FunctionBuilderContext::new();
    let mut builder = FunctionBuilder::new(&mut function, &mut scratch);
    let arguments = enter(&mut builder);
    let deltas = deltas(&mut builder, shape, &arguments);
    let reaches = reaches(&mut builder, shape, &arguments);
    let live_ins = live_ins(&mut builder, kernel, &arguments, rows);
    let initial = initial(&mut builder, kernel, &arguments);
    let mut bounds = bounds(&mut builder, kernel, &arguments);
    let row = if rows { bounds.pop() } else { None };
    let (loops, running) = open_loops(&mut builder, bounds, initial);
    let row = row.into_iter().flat_map(|(start, end)| [start, end]);
    let params = loops.iter().map(|l| l.index).chain(row).chain(live_ins.iter().copied()).collect();
    let budget = (!options.bounded).then_some(arguments.budget);
    let context = Context { params, deltas, reaches, budget };
    let exits = Body::translate(&mut builder, &kernel.func, shape, context);
    builder.switch_to_block(exits.returned);
    let values = builder.block_params(exits.returned).to_vec();
    let running = combine(&mut builder, kernel, &running, &values);
    close_loops(&mut builder, &loops, &running);
    publish(&mut builder, kernel, &arguments, &running);
    leave(&mut builder, exits.bailed, BAILED);
    leave(&mut builder, exits.exhausted, BUDGET);
    builder.seal_all_blocks();
    builder.finalize(isa.frontend_config());
    function
}

/// The Cranelift type of a value; a kernel holds no references.
pub(super) fn clif_type(ty: Type) -> clif::Type {
    match ty {
        Type::I32 => types::I32,
        Type::F32 => types::F32,
        Type::F64 => types::F64,
        Type::V128 => VECTOR,
        Type::I64 | Type::Ref => types::I64,
    }
}

fn signature(isa: &dyn TargetIsa) -> clif::Signature {
    let mut signature = clif::Signature::new(isa.default_call_conv());
    signature.params = vec![AbiParam::new(types::I64); 7];
    signature.returns = vec![AbiParam::new(types::I64)];
    signature
}

/// The slots of the function's own arguments: aligned, in bounds, and disjoint from guest memory.
fn slot_flags() -> MemFlagsData {
    MemFlagsData::trusted()
}

fn enter(builder: &mut FunctionBuilder<'_>) -> Arguments {
    let entry = builder.create_block();
    builder.append_block_params_for_function_params(entry);
    builder.switch_to_block(entry);
    let params = builder.block_params(entry);
    let (bounds, deltas, reaches, live_ins, returns) = (params[0], params[1], params[2], params[3], params[4]);
    let (last, whole_budget) = (params[5], params[6]);
    let budget = builder.declare_var(types::I64);
    builder.def_var(budget, whole_budget);
    Arguments { bounds, deltas, reaches, live_ins, returns, last, budget }
}

/// Reads the slot at `index` of an array of 64-bit slots.
fn read_slot(builder: &mut FunctionBuilder<'_>, base: clif::Value, index: usize) -> clif::Value {
    builder.ins().load(types::I64, slot_flags(), base, 8 * index as i32)
}

/// Narrows the 64 bits of a slot to a value of type `ty`.
fn from_slot(builder: &mut FunctionBuilder<'_>, ty: Type, bits: clif::Value) -> clif::Value {
    let bits = if ty.bits() == 32 { builder.ins().ireduce(types::I32, bits) } else { bits };
    if ty.is_int() { bits } else { builder.ins().bitcast(clif_type(ty), MemFlagsData::new(), bits) }
}

/// Widens a value of type `ty` to the 64 bits of a slot.
fn to_slot(builder: &mut FunctionBuilder<'_>, ty: Type, value: clif::Value) -> clif::Value {
    let bits_type = if ty.bits() == 32 { types::I32 } else { types::I64 };
    let bits = if ty.is_int() { value } else { builder.ins().bitcast(bits_type, MemFlagsData::new(), value) };
    if ty.bits() == 32 { builder.ins().uextend(types::I64, bits) } else { bits }
}

/// Reads the deltas of the footprints that the kernel names.
fn deltas(builder: &mut FunctionBuilder<'_>, shape: &Shape, arguments: &Arguments) -> Vec<Option<clif::Value>> {
    let mut deltas = Vec::with_capacity(shape.used.len());
    for (space, &used) in shape.used.iter().enumerate() {
        deltas.push(used.then(|| read_slot(builder, arguments.deltas, space)));
    }
    deltas
}

/// Reads low end and length of the reaches that are needed.
fn reaches(
    builder: &mut FunctionBuilder<'_>,
    shape: &Shape,
    arguments: &Arguments,
) -> Vec<Option<(clif::Value, clif::Value)>> {
    let mut reaches = Vec::with_capacity(shape.reached.len());
    for (space, &reached) in shape.reached.iter().enumerate() {
        let mut slot = |index| read_slot(builder, arguments.reaches, index);
        reaches.push(reached.then(|| (slot(2 * space), slot(2 * space + 1))));
    }
    reaches
}

fn live_ins(builder: &mut FunctionBuilder<'_>, kernel: &Kernel, arguments: &Arguments, rows: bool) -> Vec<clif::Value> {
    let func = &kernel.func;
    let params = func.blocks[0].params.iter().skip(kernel.dims as usize + usize::from(rows));
    let types: Vec<Type> = params.map(|&p| func.ty(p)).collect();
    let mut values = Vec::with_capacity(types.len());
    for (index, ty) in types.into_iter().enumerate() {
        let bits = read_slot(builder, arguments.live_ins, index);
        values.push(from_slot(builder, ty, bits));
    }
    values
}

/// The running returns before the first iteration: what the slots hold.
fn initial(builder: &mut FunctionBuilder<'_>, kernel: &Kernel, arguments: &Arguments) -> Vec<clif::Value> {
    let mut values = Vec::with_capacity(kernel.returns.len());
    for (index, &ty) in kernel.func.results.iter().enumerate() {
        let bits = read_slot(builder, arguments.returns, index);
        values.push(from_slot(builder, ty, bits));
    }
    values
}

/// The first index and the end of each dimension.
fn bounds(
    builder: &mut FunctionBuilder<'_>,
    kernel: &Kernel,
    arguments: &Arguments,
) -> Vec<(clif::Value, clif::Value)> {
    let dims = kernel.dims as usize;
    let mut bounds = Vec::with_capacity(dims);
    for dim in 0..dims {
        let start = read_slot(builder, arguments.bounds, 2 * dim);
        bounds.push((start, read_slot(builder, arguments.bounds, 2 * dim + 1)));
    }
    bounds
}

/// Opens a loop per dimension, outermost first, and leaves the builder in the innermost header. Also returns the running
/// values there.
fn open_loops(
    builder: &mut FunctionBuilder<'_>,
    bounds: Vec<(clif::Value, clif::Value)>,
    initial: Vec<clif::Value>,
) -> (Vec<Loop>, Vec<clif::Value>) {
    let mut loops = Vec::with_capacity(bounds.len());
    let mut running = initial;
    for (start, end) in bounds {
        let header = builder.create_block();
        jump(builder, header, start, &running);
        let index = builder.append_block_param(header, types::I64);
        for value in &mut running {
            let ty = builder.func.dfg.value_type(*value);
            *value = builder.append_block_param(header, ty);
        }
        builder.switch_to_block(header);
        loops.push(Loop { header, index, end });
    }
    (loops, running)
}

fn header_arguments(index: clif::Value, running: &[clif::Value]) -> Vec<BlockArg> {
    std::iter::once(index).chain(running.iter().copied()).map(BlockArg::from).collect()
}

fn jump(builder: &mut FunctionBuilder<'_>, header: Block, index: clif::Value, running: &[clif::Value]) {
    let arguments = header_arguments(index, running);
    builder.ins().jump(header, &arguments);
}

/// Steps each loop, innermost first, and leaves the builder where all of them have ended.
fn close_loops(builder: &mut FunctionBuilder<'_>, loops: &[Loop], running: &[clif::Value]) {
    for level in loops.iter().rev() {
        let next = builder.ins().iadd_imm_s(level.index, 1);
        let more = builder.ins().icmp(IntCC::UnsignedLessThan, next, level.end);
        let ended = builder.create_block();
        let arguments = header_arguments(next, running);
        builder.ins().brif(more, level.header, &arguments, ended, &[]);
        builder.switch_to_block(ended);
    }
}

/// The running returns after an iteration that returned `values`.
fn combine(
    builder: &mut FunctionBuilder<'_>,
    kernel: &Kernel,
    running: &[clif::Value],
    values: &[clif::Value],
) -> Vec<clif::Value> {
    let mut combined = Vec::with_capacity(values.len());
    for (role, (&before, &value)) in kernel.returns.iter().zip(running.iter().zip(values)) {
        combined.push(match role {
            ReturnRole::Reduce(op) => reduce(builder, *op, before, value),
            ReturnRole::Fold(FoldOp::Add) => builder.ins().fadd(before, value),
            ReturnRole::Fold(FoldOp::Mul) => builder.ins().fmul(before, value),
            ReturnRole::Last if faults::on("native-first-value-stays") => before,
            ReturnRole::Last => value,
        });
    }
    combined
}

/// `a` and `b` combined.
pub(super) fn reduce(builder: &mut FunctionBuilder<'_>, op: ReduceOp, a: clif::Value, b: clif::Value) -> clif::Value {
    let order = match op {
        ReduceOp::Add => return builder.ins().iadd(a, b),
        ReduceOp::Mul => return builder.ins().imul(a, b),
        ReduceOp::And => return builder.ins().band(a, b),
        ReduceOp::Or => return builder.ins().bor(a, b),
        ReduceOp::Xor => return builder.ins().bxor(a, b),
        ReduceOp::MinS if faults::on("native-smallest-is-unsigned") => IntCC::UnsignedLessThan,
        ReduceOp::MinS => IntCC::SignedLessThan,
        ReduceOp::MinU => IntCC::UnsignedLessThan,
        ReduceOp::MaxS => IntCC::SignedGreaterThan,
        ReduceOp::MaxU => IntCC::UnsignedGreaterThan,
    };
    let first = builder.ins().icmp(order, a, b);
    builder.ins().select(first, a, b)
}

/// Writes the returned values after the last iteration of the chunk, and completes.
fn publish(builder: &mut FunctionBuilder<'_>, kernel: &Kernel, arguments: &Arguments, running: &[clif::Value]) {
    let (only_last, done) = (builder.create_block(), builder.create_block());
    let write = |builder: &mut FunctionBuilder<'_>, last: bool| {
        for (index, (&role, &ty)) in kernel.returns.iter().zip(&kernel.func.results).enumerate() {
            if (role == ReturnRole::Last) == last {
                let bits = to_slot(builder, ty, running[index]);
                builder.ins().store(slot_flags(), bits, arguments.returns, 8 * index as i32);
            }
        }
    };
    write(builder, false);
    builder.ins().brif(arguments.last, only_last, &[], done, &[]);
    builder.switch_to_block(only_last);
    write(builder, true);
    builder.ins().jump(done, &[]);
    leave(builder, Some(done), COMPLETED);
}

/// Fills the block, if there is one, with a return of `status`.
fn leave(builder: &mut FunctionBuilder<'_>, block: Option<Block>, status: i64) {
    if let Some(block) = block {
        builder.switch_to_block(block);
        let status = builder.ins().iconst(types::I64, status);
        builder.ins().return_(&[status]);
    }
}
