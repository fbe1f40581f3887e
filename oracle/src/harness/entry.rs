//! What the locals hold when the loop begins.
//!
//! A harness gets the live-ins as parameters. The loop may read more locals than those: some hold a constant wherever the
//! loop is entered, some hold what another local holds. The compiler knows this from its SSA form, and the kernel may
//! rely on it, so the harness sets such locals before the loop. A mistake here makes the harness another program, on both
//! sides of the comparison alike; it can't hide a divergence of the program that it is.

use compiler::wasm::{GuestFunction, GuestLoop, Module};
use ir::lowered::{Const, Op, Value};
use ir::region::{Region, Source};
use std::collections::BTreeMap;

/// What a local holds when the loop begins.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Start {
    /// Always this.
    Const(Const),
    /// Always this vector.
    Vector([u8; 16]),
    /// The same as this live-in's local.
    Copy(u32),
}

/// The locals of `region`'s loop that aren't live-ins but known when it begins.
pub(crate) fn starts(module: &Module, region: &Region) -> BTreeMap<u32, Start> {
    let Some((function, guest_loop)) = find(module, region) else { return BTreeMap::new() };
    let carried = guest_loop.carried.iter().map(|carried| (carried.local, carried.start));
    let at_entry: BTreeMap<u32, Value> = guest_loop.reads.iter().copied().chain(carried).collect();
    let live_in = |local: u32| {
        let whole_or_half = [Source::Local(local), Source::LocalLow(local)];
        region.live_ins.iter().any(|live_in| whole_or_half.contains(&live_in.from))
    };
    let holders: BTreeMap<Value, u32> =
        at_entry.iter().filter(|&(&local, _)| live_in(local)).map(|(&local, &value)| (value, local)).collect();
    let start = |(&local, &value): (&u32, &Value)| {
        let known = constant(function, value);
        let known = known.or_else(|| holders.get(&value).map(|&holder| Start::Copy(holder)))?;
        (!live_in(local)).then_some((local, known))
    };
    at_entry.iter().filter_map(start).collect()
}

/// The function of `region` as the compiler sees it.
pub(crate) fn function<'m>(module: &'m Module, region: &Region) -> Option<&'m GuestFunction> {
    find(module, region).map(|(function, _)| function)
}

fn find<'m>(module: &'m Module, region: &Region) -> Option<(&'m GuestFunction, &'m GuestLoop)> {
    let function = module.functions.iter().find(|function| function.index == region.place.function)?;
    let guest_loop = function.loops.iter().find(|guest_loop| guest_loop.offset == region.place.offset)?;
    Some((function, guest_loop))
}

fn constant(function: &GuestFunction, value: Value) -> Option<Start> {
    let insts = function.func.blocks.iter().flat_map(|block| &block.insts);
    let inst = insts.into_iter().find(|inst| inst.result == Some(value))?;
    match inst.op {
        Op::Const(constant) => Some(Start::Const(constant)),
        Op::VectorConst(bytes) => Some(Start::Vector(bytes)),
        _ => None,
    }
}
