//! A function with what every loop's analysis needs to know about it: dominators, and where values are defined and read.

use ir::lowered::dominators::Dominators;
use ir::lowered::{BlockId, Func, Inst, Op, Value};

/// Where each value of a function is defined.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Def {
    /// By the n-th instruction of a block.
    Inst(BlockId, u32),
    /// By a block as parameter n.
    Param(BlockId, u32),
    /// By nothing: it was dead and has been removed.
    Nowhere,
}

/// A place that reads a value.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Use {
    /// The block that reads it.
    pub block: BlockId,
    /// For an argument, the block that receives it.
    pub leaves_to: Option<BlockId>,
}

/// A function with what every loop's analysis needs to know about it.
pub struct Context<'a> {
    /// The function.
    pub func: &'a Func,
    /// Its dominator tree.
    pub tree: Dominators,
    /// The position of each block in reverse postorder.
    pub rank: Vec<u32>,
    /// Where each value is defined.
    pub defs: Vec<Def>,
    /// Where each value is read by something that an effect, a trap or a branch depends on.
    pub uses: Vec<Vec<Use>>,
    /// The values that one of those depends on.
    pub live: Vec<bool>,
    /// True if floats may be added up in another order than the function does it.
    pub relaxed: bool,
}

impl<'a> Context<'a> {
    /// Prepares a function.
    pub fn of(func: &'a Func, relaxed: bool) -> Context<'a> {
        let tree = Dominators::of(func);
        let mut rank = vec![u32::MAX; func.blocks.len()];
        for (i, block) in tree.order.iter().enumerate() {
            rank[block.index()] = i as u32;
        }
        let mut defs = vec![Def::Nowhere; func.values.len()];
        for (id, block) in func.blocks.iter().enumerate() {
            let id = BlockId(id as u32);
            for (i, param) in block.params.iter().enumerate() {
                defs[param.index()] = Def::Param(id, i as u32);
            }
            for (i, inst) in block.insts.iter().enumerate() {
                if let Some(result) = inst.result {
                    defs[result.index()] = Def::Inst(id, i as u32);
                }
            }
        }
        let live = crate::wasm::live_values(func, &tree.order);
        let uses = uses(func, &tree, &live);
        Context { func, tree, rank, defs, uses, live, relaxed }
    }

    /// The operation that defines `value`, if an instruction does.
    pub fn op(&self, value: Value) -> Option<&'a Op> {
        match self.defs[value.index()] {
            Def::Inst(block, i) => Some(&self.func.block(block).insts[i as usize].op),
            Def::Param(..) | Def::Nowhere => None,
        }
    }

    /// True if an operation may trap, with the operands that it has here.
    pub fn can_trap(&self, op: &Op) -> bool {
        op.can_trap_with(|value| match self.op(value) {
            Some(Op::Const(c)) => Some(*c),
            _ => None,
        })
    }

    /// The block that defines `value`, if something does.
    pub fn home(&self, value: Value) -> Option<BlockId> {
        match self.defs[value.index()] {
            Def::Inst(block, _) | Def::Param(block, _) => Some(block),
            Def::Nowhere => None,
        }
    }
}

fn uses(func: &Func, tree: &Dominators, live: &[bool]) -> Vec<Vec<Use>> {
    let mut uses: Vec<Vec<Use>> = vec![Vec::new(); func.values.len()];
    for &id in &tree.order {
        let block = func.block(id);
        let kept = |i: &&Inst| i.result.is_none_or(|r| live[r.index()]) || crate::wasm::has_effect(&i.op);
        for inst in block.insts.iter().filter(kept) {
            inst.op.for_each_use(|v| uses[v.index()].push(Use { block: id, leaves_to: None }));
        }
        for target in block.term.targets() {
            for arg in &target.args {
                uses[arg.index()].push(Use { block: id, leaves_to: Some(target.block) });
            }
        }
        block.term.for_each_own_use(|v| uses[v.index()].push(Use { block: id, leaves_to: None }));
    }
    uses
}
