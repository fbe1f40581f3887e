//! Sinks the loop over the innermost parallel dimension to where that dimension matters.
//!
//! A kernel is the code of one point; a device that runs points one after another puts a loop around it. Where threads run loops around
//! a part that alone depends on the last index, that order is bad for caches, and repeats what all points of a row have in common. Input
//! is a verified kernel; output, if there is such a part, is a function that runs a whole row: instead of the last index its entry takes
//! the first one and the end of a range that isn't empty, and the part, its *scope*, stands in a loop over them.
//!
//! The scope is a set of blocks that is entered at one block, from which it can't be entered again without having been left, and left
//! toward one block or by a bail. What must hold, all of it checked here:
//!
//! - Every store and update, and every operation on what depends on the index, is in the scope. Here a value depends on it if an operand does,
//!   and, where a branch in the scope does, if it is or follows from a parameter of one of the scope's other blocks. Nothing outside
//!   reads such a value, nor is one passed out.
//! - No returned value is a reduction, which would have to count each point.
//!
//! Then points that differ only in the last index go the same way outside of the scope, and compute the same there. What they load
//! there none of them stores, because points don't conflict; for the same reason their operations may be interleaved in any order that keeps
//! each point's own.

use ir::lowered::dominators::Dominators;
use ir::lowered::{BinaryOp, BlockId, Const, Func, Inst, Op, Target, Term, Type, Value};
use ir::region::{Kernel, ReturnRole};
use std::collections::HashSet;

/// Blocks of a kernel: the scope is looked for among pairs of them.
const MAX_BLOCKS: usize = 128;

/// The kernel for a row of points, if the loop over the last dimension can be sunk.
pub fn sink(kernel: &Kernel) -> Option<Func> {
    let func = &kernel.func;
    if func.blocks.len() > MAX_BLOCKS || kernel.returns.iter().any(|role| *role != ReturnRole::Last) {
        return None;
    }
    let position = kernel.dims.checked_sub(1)? as usize;
    let index = *func.block(BlockId::ENTRY).params.get(position)?;
    let tree = Dominators::of(func);
    let scope = Scope::of(func, &tree, index)?;
    Some(scope.repeat(func, position, index))
}

/// The part of a kernel that depends on an index.
struct Scope {
    blocks: HashSet<BlockId>,
    entry: BlockId,
    exit: BlockId,
}

impl Scope {
    fn of(func: &Func, tree: &Dominators, index: Value) -> Option<Scope> {
        let varying = depend(func, tree, HashSet::from([index]));
        let own: Vec<BlockId> = tree.order.iter().copied().filter(|&b| matters(func, b, &varying)).collect();
        let mut entry = *own.first()?;
        while !own.iter().all(|&b| tree.dominates(entry, b)) {
            entry = tree.above(entry)?;
        }
        if entry == BlockId::ENTRY {
            return None;
        }
        // Of exits behind the scope the first that fits makes the smallest one; it may also lead back to a loop around.
        let at = tree.order.iter().position(|&b| b == entry)?;
        let (before, behind) = tree.order.split_at(at);
        let scope = behind.iter().skip(1).chain(before).find_map(|&exit| {
            let blocks = between(func, entry, exit)?;
            let closed = blocks.iter().all(|&b| tree.dominates(entry, b)) && own.iter().all(|b| blocks.contains(b));
            closed.then_some(Scope { blocks, entry, exit })
        })?;
        scope.keeps_to_itself(func, tree, varying).then_some(scope)
    }

    /// True if nothing outside depends on the index.
    fn keeps_to_itself(&self, func: &Func, tree: &Dominators, mut varying: HashSet<Value>) -> bool {
        let branches = |b: &&BlockId| {
            let mut found = false;
            func.block(**b).term.for_each_own_use(|v| found |= varying.contains(&v));
            found
        };
        if self.blocks.iter().any(|b| branches(&b)) {
            let joins = self.blocks.iter().filter(|&&b| b != self.entry).flat_map(|&b| &func.block(b).params);
            varying.extend(joins);
            varying = depend(func, tree, varying);
        }
        let outside = |b: &&BlockId| !self.blocks.contains(b) && tree.is_reachable(**b);
        let order: Vec<BlockId> = tree.order.iter().filter(outside).copied().collect();
        let reads = |b: &BlockId| {
            let mut found = *b != BlockId::ENTRY && func.block(*b).params.iter().any(|p| varying.contains(p));
            func.block(*b).insts.iter().for_each(|i| i.op.for_each_use(|v| found |= varying.contains(&v)));
            func.block(*b).term.for_each_use(|v| found |= varying.contains(&v));
            found
        };
        let passed = |b: &BlockId| {
            let targets = func.block(*b).term.targets().into_iter().filter(|t| t.block == self.exit);
            targets.flat_map(|t| &t.args).any(|v| varying.contains(v))
        };
        !order.iter().any(reads) && !self.blocks.iter().any(passed)
    }

    /// The function with the scope in a loop.
    fn repeat(&self, func: &Func, position: usize, index: Value) -> Func {
        let mut row = func.clone();
        let end = row.new_value(Type::I64);
        row.block_mut(BlockId::ENTRY).params.insert(position + 1, end);
        let this = row.new_value(Type::I64);
        row.block_mut(self.entry).params.push(this);
        let latch = self.latch(&mut row, this, end);
        for id in (0..func.blocks.len() as u32).map(BlockId) {
            let inside = self.blocks.contains(&id);
            let block = row.block_mut(id);
            if inside {
                let read = |v: Value| if v == index { this } else { v };
                block.insts.iter_mut().for_each(|inst| inst.op.map_uses(read));
                block.term.map_uses(read);
            }
            for target in block.term.targets_mut() {
                if inside && target.block == self.exit {
                    target.block = latch;
                } else if target.block == self.entry {
                    target.args.push(index);
                }
            }
        }
        row
    }

    /// Behind the scope: on to the next point of the row, with what the scope was entered with, or out.
    fn latch(&self, row: &mut Func, this: Value, end: Value) -> BlockId {
        let latch = row.new_block();
        let types: Vec<Type> = row.block(self.exit).params.iter().map(|&p| row.ty(p)).collect();
        let params: Vec<Value> = types.into_iter().map(|ty| row.new_value(ty)).collect();
        row.block_mut(latch).params = params.clone();
        let one = row.push(latch, Op::Const(Const::i64(1)), Type::I64, 0);
        let next = row.push(latch, Op::Binary(BinaryOp::I64Add, this, one), Type::I64, 0);
        let more = row.push(latch, Op::Binary(BinaryOp::I64LtU, next, end), Type::I32, 0);
        let mut again = row.block(self.entry).params.clone();
        again.pop();
        again.push(next);
        let then = Target { block: self.entry, args: again };
        let otherwise = Target { block: self.exit, args: params };
        row.block_mut(latch).term = Term::Branch { cond: more, then, otherwise };
        latch
    }
}

/// The blocks on the way from `entry` to `exit`, those that bail aside; none if there is another way out, or one back to the entry.
fn between(func: &Func, entry: BlockId, exit: BlockId) -> Option<HashSet<BlockId>> {
    let mut blocks = HashSet::from([entry]);
    let mut work = vec![entry];
    while let Some(block) = work.pop() {
        let term = &func.block(block).term;
        if matches!(term, Term::Return(_)) {
            return None;
        }
        for target in term.targets() {
            if target.block == entry {
                return None;
            }
            let bails = matches!(func.block(target.block).term, Term::Bail);
            if target.block != exit && !bails && blocks.insert(target.block) {
                work.push(target.block);
            }
        }
    }
    Some(blocks)
}

/// Everything that is computed from `seeds`.
fn depend(func: &Func, tree: &Dominators, seeds: HashSet<Value>) -> HashSet<Value> {
    let mut varying = seeds;
    loop {
        let before = varying.len();
        for &block in &tree.order {
            for inst in &func.block(block).insts {
                if let (true, Some(result)) = (reads(inst, &varying), inst.result) {
                    varying.insert(result);
                }
            }
            for target in func.block(block).term.targets() {
                let params = &func.block(target.block).params;
                let passed = params.iter().zip(&target.args).filter(|(_, arg)| varying.contains(arg));
                varying.extend(passed.map(|(&param, _)| param).collect::<Vec<_>>());
            }
        }
        if varying.len() == before {
            return varying;
        }
    }
}

fn reads(inst: &Inst, varying: &HashSet<Value>) -> bool {
    let mut found = false;
    inst.op.for_each_use(|v| found |= varying.contains(&v));
    found
}

/// True if a block does something for one point alone.
fn matters(func: &Func, block: BlockId, varying: &HashSet<Value>) -> bool {
    let block = func.block(block);
    // What has no result is there for its effect: a store, or an update, which must be made for each point.
    let mut found = block.insts.iter().any(|i| i.result.is_none() || reads(i, varying));
    block.term.for_each_use(|v| found |= varying.contains(&v));
    found
}

#[cfg(test)]
mod tests {
    use super::*;
    use ir::lowered::{LoadKind, StoreKind};

    /// `for t in 0..n { y[j] = y[j] + t }` at index `j`; with a choice of what is wrong with it.
    fn kernel(returns: ReturnRole, around: Option<&str>, leaks: bool) -> Kernel {
        let mut f = Func { name: "rows".into(), ..Func::default() };
        let [entry, header, part, next, done] = [(); 5].map(|()| f.new_block());
        let [j, y, n, t] = [Type::I64, Type::I32, Type::I32, Type::I32].map(|ty| f.new_value(ty));
        f.block_mut(entry).params = vec![j, y, n];
        f.block_mut(header).params = vec![t];
        let jump = |block, args| Term::Jump(Target { block, args });
        let zero = f.push(entry, Op::Const(Const::i32(0)), Type::I32, 0);
        f.block_mut(entry).term = jump(header, vec![zero]);
        let (kind, addr, value) = (StoreKind::I32, y, zero);
        let effect = around.map(|what| match what {
            "store" => Op::Store { kind, space: 0, offset: 0, addr, value },
            _ => Op::Update { op: ir::region::ReduceOp::Add, kind, space: 0, offset: 0, addr, value },
        });
        f.block_mut(entry).insts.extend(effect.map(|op| Inst { result: None, op, at: 0 }));
        f.block_mut(header).term = jump(part, vec![]);
        let index = f.push(part, Op::Unary(ir::lowered::UnaryOp::I32WrapI64, j), Type::I32, 0);
        let two = f.push(part, Op::Const(Const::i32(2)), Type::I32, 0);
        let bytes = f.push(part, Op::Binary(BinaryOp::I32Shl, index, two), Type::I32, 0);
        let at = f.push(part, Op::Binary(BinaryOp::I32Add, y, bytes), Type::I32, 0);
        let old = f.push(part, Op::Load { kind: LoadKind::I32, space: 0, offset: 0, addr: at }, Type::I32, 0);
        let new = f.push(part, Op::Binary(BinaryOp::I32Add, old, t), Type::I32, 0);
        let store = Op::Store { kind: StoreKind::I32, space: 0, offset: 0, addr: at, value: new };
        f.block_mut(part).insts.push(Inst { result: None, op: store, at: 0 });
        f.block_mut(part).term = jump(next, vec![]);
        let one = f.push(next, Op::Const(Const::i32(1)), Type::I32, 0);
        let after = f.push(next, Op::Binary(BinaryOp::I32Add, t, one), Type::I32, 0);
        let more = f.push(next, Op::Binary(BinaryOp::I32LtU, after, n), Type::I32, 0);
        let then = Target { block: header, args: vec![after] };
        f.block_mut(next).term = Term::Branch { cond: more, then, otherwise: Target { block: done, args: vec![] } };
        f.results = vec![Type::I32];
        f.block_mut(done).term = Term::Return(vec![if leaks { new } else { t }]);
        Kernel { func: f, dims: 1, returns: vec![returns] }
    }

    #[test]
    fn a_row_runs_inside_the_loop_around() {
        let row = sink(&kernel(ReturnRole::Last, None, false)).unwrap();
        let form = ir::lowered::verify::Form::Kernel { spaces: 1 };
        ir::lowered::verify::verify(&row, form).unwrap();
        insta::assert_snapshot!(row, @r#"
        func "rows" -> (i32) {
        b0(v0: i64, v14: i64, v1: i32, v2: i32):
          v4 = i32.const 0
          jump b1(v4)
        b1(v3: i32):
          jump b2(v0)
        b2(v15: i64):
          v5 = i32.wrap_i64 v15
          v6 = i32.const 2
          v7 = i32.shl v5, v6
          v8 = i32.add v1, v7
          v9 = i32.load s0 v8+0
          v10 = i32.add v9, v3
          i32.store s0 v8+0, v10
          jump b5
        b3:
          v11 = i32.const 1
          v12 = i32.add v3, v11
          v13 = i32.lt_u v12, v2
          branch v13 ? b1(v12) : b4
        b4:
          return (v3)
        b5:
          v16 = i64.const 1
          v17 = i64.add v15, v16
          v18 = i64.lt_u v17, v14
          branch v18 ? b2(v17) : b3
        }
        "#);
    }

    #[test]
    fn what_each_point_must_do_stays_outside() {
        assert!(sink(&kernel(ReturnRole::Reduce(ir::region::ReduceOp::Add), None, false)).is_none());
        // What is in front makes everything the scope.
        assert!(sink(&kernel(ReturnRole::Last, Some("store"), false)).is_none());
        assert!(sink(&kernel(ReturnRole::Last, Some("update"), false)).is_none());
        assert!(sink(&kernel(ReturnRole::Last, None, true)).is_none());
    }
}
