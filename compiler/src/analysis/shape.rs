//! The control flow of one innermost loop: its body, its latch, its exits, and which exits are cold.
//!
//! Assumes a verified function and a loop construct without another one inside. What the rest of the analysis relies on: the
//! body is a natural loop with one header and one latch; `body` lists it in reverse postorder, so every definition comes
//! before its uses; every edge that leaves the body is in `exits`.

use crate::reasons::Reason;
use ir::lowered::dominators::Dominators;
use ir::lowered::{BlockId, Func, Inst, Op, Term, Value};
use std::collections::HashSet;

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
}

impl<'a> Context<'a> {
    /// Prepares a function.
    pub fn of(func: &'a Func) -> Context<'a> {
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
        let uses = uses(func, &tree);
        Context { func, tree, rank, defs, uses }
    }

    /// The operation that defines `value`, if an instruction does.
    pub fn op(&self, value: Value) -> Option<&'a Op> {
        match self.defs[value.index()] {
            Def::Inst(block, i) => Some(&self.func.block(block).insts[i as usize].op),
            Def::Param(..) | Def::Nowhere => None,
        }
    }

    /// The block that defines `value`, if something does.
    pub fn home(&self, value: Value) -> Option<BlockId> {
        match self.defs[value.index()] {
            Def::Inst(block, _) | Def::Param(block, _) => Some(block),
            Def::Nowhere => None,
        }
    }
}

fn uses(func: &Func, tree: &Dominators) -> Vec<Vec<Use>> {
    let live = crate::wasm::live_values(func, &tree.order);
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

/// An edge that leaves a loop.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct ExitEdge {
    /// The block in the loop.
    pub from: BlockId,
    /// Which of its targets.
    pub target: usize,
    /// The block outside.
    pub to: BlockId,
}

/// A natural loop.
#[derive(Clone, Debug)]
pub struct Shape {
    /// The header.
    pub header: BlockId,
    /// The only block with an edge back to the header.
    pub latch: BlockId,
    /// All blocks in reverse postorder; the header comes first.
    pub body: Vec<BlockId>,
    /// The same as a set.
    pub inside: HashSet<BlockId>,
    /// Edges that leave, except to code that always ends in a trap.
    pub exits: Vec<ExitEdge>,
    /// Edges that leave to code that always ends in a trap.
    pub cold: Vec<ExitEdge>,
    /// Blocks outside that are reached only over those edges.
    pub cold_blocks: HashSet<BlockId>,
}

/// Operations and branch targets of a body: some stages compare all pairs of something in it.
const MAX_BODY: usize = 8_192;
/// Blocks looked at to decide that an exit is cold.
const COLD_SEARCH: usize = 16;

/// Finds the natural loop of `header`.
pub fn shape(context: &Context<'_>, header: BlockId) -> Result<Shape, Reason> {
    if !context.tree.is_reachable(header) {
        return Err(Reason::Irregular { what: "it is never reached".into() });
    }
    let latches: Vec<BlockId> = context.tree.predecessors[header.index()]
        .iter()
        .copied()
        .filter(|&p| context.tree.dominates(header, p))
        .collect();
    let latch = match latches[..] {
        [] => return Err(Reason::Irregular { what: "nothing branches back to its start".into() }),
        [latch] => latch,
        _ => return Err(Reason::Irregular { what: format!("{} branches lead back to its start", latches.len()) }),
    };
    let mut inside = HashSet::from([header]);
    let mut work = vec![latch];
    while let Some(block) = work.pop() {
        if inside.insert(block) {
            work.extend(&context.tree.predecessors[block.index()]);
        }
    }
    let mut body: Vec<BlockId> = inside.iter().copied().collect();
    body.sort_by_key(|b| context.rank[b.index()]);
    let mut shape =
        Shape { header, latch, body, inside, exits: Vec::new(), cold: Vec::new(), cold_blocks: HashSet::new() };
    for &from in &shape.body {
        for (target, to) in context.func.block(from).term.targets().iter().map(|t| t.block).enumerate() {
            if !shape.inside.contains(&to) {
                let edge = ExitEdge { from, target, to };
                match cold(context.func, to) {
                    Some(blocks) => {
                        shape.cold.push(edge);
                        shape.cold_blocks.extend(blocks);
                    }
                    None => shape.exits.push(edge),
                }
            }
        }
        if !matches!(context.func.block(from).term, Term::Jump(_) | Term::Branch { .. } | Term::Switch { .. }) {
            return Err(Reason::Irregular { what: "it ends inside".into() });
        }
    }
    let edges = |b| context.func.block(b).term.targets().len();
    let size: usize = shape.body.iter().map(|&b| edges(b) + context.func.block(b).insts.len()).sum();
    if size > MAX_BODY {
        return Err(Reason::Limit { what: format!("a body of more than {MAX_BODY} operations and branches") });
    }
    shape.keep_only_cold(context);
    Ok(shape)
}

impl Shape {
    /// True if this edge leaves the loop toward a trap.
    pub fn is_cold_edge(&self, from: BlockId, to: BlockId) -> bool {
        self.cold.iter().any(|e| e.from == from && e.to == to)
    }

    /// Drops blocks that other code reaches as well.
    fn keep_only_cold(&mut self, context: &Context<'_>) {
        loop {
            let own = |block: &BlockId| {
                let mut from = context.tree.predecessors[block.index()].iter();
                from.all(|&p| self.cold_blocks.contains(&p) || self.is_cold_edge(p, *block))
            };
            let kept: HashSet<BlockId> = self.cold_blocks.iter().copied().filter(own).collect();
            if kept.len() == self.cold_blocks.len() {
                return;
            }
            self.cold_blocks = kept;
        }
    }
}

/// The blocks reached from `block`, if every path from it ends in a trap before long.
fn cold(func: &Func, block: BlockId) -> Option<HashSet<BlockId>> {
    let mut seen = HashSet::from([block]);
    let mut work = vec![block];
    while let Some(block) = work.pop() {
        match &func.block(block).term {
            Term::Return(_) | Term::Bail => return None,
            Term::Unreachable => {}
            term => {
                for target in term.targets() {
                    if seen.insert(target.block) {
                        work.push(target.block);
                    }
                }
            }
        }
        if seen.len() > COLD_SEARCH {
            return None;
        }
    }
    Some(seen)
}
