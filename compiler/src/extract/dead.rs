//! Removes from a kernel what nothing depends on: operations, block parameters and blocks.
//!
//! A load may go: its footprint is guarded whether or not it happens. What may bail stays.

use ir::lowered::dominators::Dominators;
use ir::lowered::{BlockId, Func, Op, Value};

/// Cleans up in place.
pub fn remove(func: &mut Func) {
    let order = Dominators::of(func).order;
    let traps = func.traps();
    let live = live(func, &order, &traps);
    for &block in &order {
        let keep: Vec<bool> = func.block(block).params.iter().map(|p| live[p.index()]).collect();
        func.block_mut(block).insts.retain(|i| traps(&i.op) || i.result.is_none_or(|r| live[r.index()]));
        if block == BlockId::ENTRY || keep.iter().all(|&k| k) {
            continue;
        }
        let mut kept = keep.iter();
        func.block_mut(block).params.retain(|_| *kept.next().unwrap_or(&true));
        for &from in &order {
            for target in func.block_mut(from).term.targets_mut().into_iter().filter(|t| t.block == block) {
                let mut kept = keep.iter();
                target.args.retain(|_| *kept.next().unwrap_or(&true));
            }
        }
    }
    compact(func, &order);
}

fn live(func: &Func, order: &[BlockId], traps: &impl Fn(&Op) -> bool) -> Vec<bool> {
    let mut live = vec![false; func.values.len()];
    let mut changed = true;
    // Uses come after definitions in the order but for loops, so a few backward passes suffice.
    while changed {
        changed = false;
        let mut mark = |v: Value, live: &mut Vec<bool>| changed |= !std::mem::replace(&mut live[v.index()], true);
        for &block in order.iter().rev() {
            let block = func.block(block);
            for target in block.term.targets() {
                for (&param, &arg) in func.block(target.block).params.iter().zip(&target.args) {
                    if live[param.index()] {
                        mark(arg, &mut live);
                    }
                }
            }
            block.term.for_each_own_use(|v| mark(v, &mut live));
            for inst in block.insts.iter().rev() {
                let needed = traps(&inst.op)
                    || matches!(inst.op, Op::Store { .. })
                    || inst.result.is_some_and(|r| live[r.index()]);
                if needed {
                    inst.op.for_each_use(|v| mark(v, &mut live));
                }
            }
        }
    }
    live
}

/// Drops unreachable blocks and numbers blocks and values in order of appearance.
fn compact(func: &mut Func, order: &[BlockId]) {
    let mut block_ids = vec![BlockId(0); func.blocks.len()];
    for (i, block) in order.iter().enumerate() {
        block_ids[block.index()] = BlockId(i as u32);
    }
    let mut types = Vec::new();
    let mut value_ids = vec![Value(0); func.values.len()];
    for &block in order {
        let block = func.block(block);
        let defined = block.params.iter().copied().chain(block.insts.iter().filter_map(|i| i.result));
        for value in defined {
            value_ids[value.index()] = Value(types.len() as u32);
            types.push(func.ty(value));
        }
    }
    let map = |v: Value| value_ids[v.index()];
    let mut blocks: Vec<_> = order.iter().map(|b| func.block(*b).clone()).collect();
    for block in &mut blocks {
        block.params.iter_mut().for_each(|p| *p = map(*p));
        for inst in &mut block.insts {
            inst.result = inst.result.map(map);
            inst.op.map_uses(map);
        }
        block.term.map_uses(map);
        block.term.targets_mut().into_iter().for_each(|t| t.block = block_ids[t.block.index()]);
    }
    (func.blocks, func.values) = (blocks, types);
}
