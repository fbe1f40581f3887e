//! Removes redundant and dead block parameters, and block boundaries that inlining has left.
//!
//! A parameter that receives one and the same value on every edge, itself aside, is that value. A parameter that nothing
//! with an effect depends on is dead, and so is an instruction. Both are artefacts of how the translation makes SSA, and both would hide inductions
//! and invent live-outs. A copied block that only one jump leads to joins the block that jumps; blocks that have a place in the
//! structured code stay. In between constants are folded (`fold.rs`). Everything recorded beside the function is renamed with it.

use super::entities::{GuestFunction, Where};
use super::fold;
use ir::lowered::dominators::Dominators;
use ir::lowered::{BlockId, Func, Op, Target, Term, Value};

/// Passes over the function after which redundant parameters may remain; more only cost precision.
const MAX_PASSES: usize = 16;

/// Simplifies in place.
pub fn simplify(function: &mut GuestFunction) {
    let mut order = unify(function);
    if fold::fold(function, &order) {
        order = unify(function);
    }
    let live = live_values(&function.func, &order);
    remove_parameters(&mut function.func, &order, |param| !live[param.index()]);
    for block in &mut function.func.blocks {
        block.insts.retain(|inst| has_effect(&inst.op) || inst.result.is_none_or(|r| live[r.index()]));
    }
    join(function, &order);
    debug_assert_eq!(ir::lowered::verify::verify(&function.func, ir::lowered::verify::Form::Guest), Ok(()));
}

/// Removes redundant parameters; the result is the reverse postorder.
fn unify(function: &mut GuestFunction) -> Vec<BlockId> {
    let order = Dominators::of(&function.func).order;
    let renamed = redundant(&function.func, &order);
    rename(function, &renamed);
    remove_parameters(&mut function.func, &order, |param| renamed[param.index()] != param);
    order
}

fn find(renamed: &mut [Value], value: Value) -> Value {
    let mut root = value;
    while renamed[root.index()] != root {
        root = renamed[root.index()];
    }
    let mut at = value;
    while renamed[at.index()] != root {
        at = std::mem::replace(&mut renamed[at.index()], root);
    }
    root
}

/// For each value the one it equals.
fn redundant(func: &Func, order: &[BlockId]) -> Vec<Value> {
    let mut renamed: Vec<Value> = (0..func.values.len() as u32).map(Value).collect();
    let mut incoming: Vec<Vec<&[Value]>> = vec![Vec::new(); func.blocks.len()];
    for &block in order {
        for target in func.block(block).term.targets() {
            incoming[target.block.index()].push(&target.args);
        }
    }
    for _ in 0..MAX_PASSES {
        let mut changed = false;
        for &block in order.iter().skip(1) {
            for (position, &param) in func.block(block).params.iter().enumerate() {
                if renamed[param.index()] != param {
                    continue;
                }
                let mut only = None;
                let same = incoming[block.index()].iter().all(|args| {
                    let arg = find(&mut renamed, args[position]);
                    arg == param || *only.get_or_insert(arg) == arg
                });
                if let (true, Some(value)) = (same, only) {
                    renamed[param.index()] = value;
                    changed = true;
                }
            }
        }
        if !changed {
            break;
        }
    }
    (0..renamed.len() as u32).map(|v| find(&mut renamed, Value(v))).collect()
}

/// Replaces values everywhere by those at their indices.
pub fn rename(function: &mut GuestFunction, renamed: &[Value]) {
    let map = |v: Value| renamed[v.index()];
    for block in &mut function.func.blocks {
        block.insts.iter_mut().for_each(|inst| inst.op.map_uses(map));
        block.term.map_uses(map);
    }
    for guest_loop in &mut function.loops {
        let entry = guest_loop.reads.iter_mut().chain(&mut guest_loop.globals);
        entry.for_each(|(_, v)| *v = map(*v));
        for carried in &mut guest_loop.carried {
            carried.start = map(carried.start);
            carried.param = map(carried.param);
        }
        guest_loop.ends.values_mut().flatten().for_each(|v| *v = map(*v));
    }
}

/// Drops the parameters of reachable blocks for which `dead` says so, and the arguments for them.
fn remove_parameters(func: &mut Func, order: &[BlockId], dead: impl Fn(Value) -> bool) {
    let keep: Vec<Vec<bool>> = func.blocks.iter().map(|b| b.params.iter().map(|&p| !dead(p)).collect()).collect();
    for &block in order {
        if block != BlockId::ENTRY {
            let mut kept = keep[block.index()].iter();
            func.block_mut(block).params.retain(|_| *kept.next().unwrap_or(&true));
        }
        for target in func.block_mut(block).term.targets_mut() {
            let mut kept = keep[target.block.index()].iter();
            target.args.retain(|_| *kept.next().unwrap_or(&true));
        }
    }
}

/// Joins blocks of callees, and of what stands for operators, with the blocks that lead to them alone.
fn join(function: &mut GuestFunction, order: &[BlockId]) {
    if !function.places.contains(&Where::Inlined) {
        return;
    }
    let mut edges = vec![0u32; function.func.blocks.len()];
    for &block in order {
        function.func.block(block).term.targets().iter().for_each(|t| edges[t.block.index()] += 1);
    }
    // What only one block leads to comes after it in the order.
    let mut joined = vec![false; edges.len()];
    for &block in order {
        while let (Term::Jump(Target { block: next, args }), false) =
            (&function.func.block(block).term, joined[block.index()])
        {
            let next = *next;
            if function.places[next.index()] != Where::Inlined || edges[next.index()] != 1 || !args.is_empty() {
                break;
            }
            joined[next.index()] = true;
            let term = std::mem::replace(&mut function.func.block_mut(next).term, Term::Unreachable);
            let insts = std::mem::take(&mut function.func.block_mut(next).insts);
            function.func.block_mut(block).insts.extend(insts);
            function.func.block_mut(block).term = term;
            function.move_ends(next, block);
        }
    }
}

/// True if an operation does more than define a value. The results of a foreign operator stay with it.
pub fn has_effect(op: &Op) -> bool {
    let effect =
        matches!(op, Op::Load { .. } | Op::Store { .. } | Op::GlobalSet(..) | Op::Foreign(_) | Op::ForeignResult);
    effect || op.can_trap()
}

/// The values that an effect, a trap or a branch depends on.
pub fn live_values(func: &Func, order: &[BlockId]) -> Vec<bool> {
    let mut live = vec![false; func.values.len()];
    let mut work = Vec::new();
    let mut feeds: Vec<Vec<Value>> = vec![Vec::new(); func.values.len()];
    let mark = |v: Value, live: &mut Vec<bool>, work: &mut Vec<Value>| {
        if !std::mem::replace(&mut live[v.index()], true) {
            work.push(v);
        }
    };
    for &block in order {
        let block = func.block(block);
        for inst in &block.insts {
            match inst.result {
                Some(result) if !has_effect(&inst.op) => inst.op.for_each_use(|v| feeds[result.index()].push(v)),
                _ => inst.op.for_each_use(|v| mark(v, &mut live, &mut work)),
            }
        }
        let targets = block.term.targets();
        for target in &targets {
            for (&param, &arg) in func.block(target.block).params.iter().zip(&target.args) {
                feeds[param.index()].push(arg);
            }
        }
        block.term.for_each_own_use(|v| mark(v, &mut live, &mut work));
    }
    while let Some(value) = work.pop() {
        for feed in std::mem::take(&mut feeds[value.index()]) {
            mark(feed, &mut live, &mut work);
        }
    }
    live
}
