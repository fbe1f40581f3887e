//! The control flow of one loop nest: its body, its loops, its exits, and which edges are cold.
//!
//! Assumes a verified function. What the rest of the analysis relies on: the body is a natural loop with one header and one
//! latch, and so is every loop inside, but for the number of latches; `body` is a topological order of the body without its
//! back edges in which every loop is contiguous, so a definition comes before its uses, and what follows a loop comes after all
//! of it; every edge that leaves the body is in `exits` or `cold`.
//!
//! Blocks that no kernel can hold, because they call or write globals, are cut out of the body if an iteration can do without
//! them. An edge to them is cold, like one to code that always traps: a kernel bails there.

use super::context::Context;
use crate::reasons::Reason;
use ir::lowered::{BlockId, Func, Op, Term, Value};
use std::collections::{HashMap, HashSet};

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

/// A loop of the nest.
#[derive(Clone, Debug)]
pub struct NestLoop {
    /// The header.
    pub header: BlockId,
    /// The blocks with an edge back to the header.
    pub latches: Vec<BlockId>,
    /// All blocks, those of loops inside included.
    pub blocks: HashSet<BlockId>,
    /// The loop around it, an index into [`Shape::loops`]; none for the root.
    pub parent: Option<usize>,
}

/// A loop nest.
#[derive(Clone, Debug)]
pub struct Shape {
    /// The root's header.
    pub header: BlockId,
    /// The only block with an edge back to it.
    pub latch: BlockId,
    /// All blocks in order; the header comes first.
    pub body: Vec<BlockId>,
    /// The same as a set.
    pub inside: HashSet<BlockId>,
    /// Edges that leave the root, cold ones aside.
    pub exits: Vec<ExitEdge>,
    /// Edges to code that always ends in a trap, or that no kernel can hold.
    pub cold: Vec<ExitEdge>,
    /// Blocks outside of the body that are reached only over those edges.
    pub cold_blocks: HashSet<BlockId>,
    /// The loops, each after the one around it; the root is the first.
    pub loops: Vec<NestLoop>,
    /// The innermost loop around each block.
    pub home: HashMap<BlockId, usize>,
}

/// Operations and branch targets of a body: some stages compare all pairs of something in it.
const MAX_BODY: usize = 8_192;
/// Loops of a nest.
const MAX_LOOPS: usize = 48;
/// Depth of a nest.
const MAX_DEPTH: usize = 8;
/// Blocks looked at to decide that an exit is cold.
const COLD_SEARCH: usize = 16;

/// Finds the nest under `header`.
pub fn shape(context: &Context<'_>, header: BlockId) -> Result<Shape, Reason> {
    let latch = root_latch(context, header)?;
    let whole = natural(context, header, &[latch], |_| true);
    let cut = cut(context, &whole, latch);
    let rest = if cut.is_empty() { None } else { without(context, header, latch, &whole, &cut) };
    let inside = rest.unwrap_or_else(|| whole.clone());
    check_size(context, &inside)?;
    let loops = loops(context, header, latch, &inside)?;
    let home = homes(&loops);
    let body = order(context, header, &inside, &loops, &home);
    let cold_blocks = whole.difference(&inside).copied().collect();
    let mut shape =
        Shape { header, latch, body, inside, exits: Vec::new(), cold: Vec::new(), cold_blocks, loops, home };
    shape.find_exits(context)?;
    shape.keep_only_cold(context);
    Ok(shape)
}

fn root_latch(context: &Context<'_>, header: BlockId) -> Result<BlockId, Reason> {
    if !context.tree.is_reachable(header) {
        return Err(Reason::Irregular { what: "it is never reached".into() });
    }
    let mut latches = context.tree.predecessors[header.index()].clone();
    latches.retain(|&p| context.tree.dominates(header, p));
    match latches[..] {
        [] => Err(Reason::Irregular { what: "nothing branches back to its start".into() }),
        [latch] => Ok(latch),
        _ => Err(Reason::Irregular { what: format!("{} branches lead back to its start", latches.len()) }),
    }
}

/// The blocks from which a latch is reached without leaving `within` or passing the header.
fn natural(
    context: &Context<'_>,
    header: BlockId,
    latches: &[BlockId],
    within: impl Fn(BlockId) -> bool,
) -> HashSet<BlockId> {
    let mut inside = HashSet::from([header]);
    let mut work = latches.to_vec();
    while let Some(block) = work.pop() {
        if within(block) && inside.insert(block) {
            work.extend(&context.tree.predecessors[block.index()]);
        }
    }
    inside
}

/// Blocks that no kernel can hold and that an iteration can do without.
fn cut(context: &Context<'_>, inside: &HashSet<BlockId>, latch: BlockId) -> HashSet<BlockId> {
    let foreign = |op: &Op| matches!(op, Op::Foreign(_) | Op::GlobalSet(..));
    let held = |&block: &BlockId| !context.func.block(block).insts.iter().any(|i| foreign(&i.op));
    inside.iter().copied().filter(|b| !held(b) && !context.tree.dominates(*b, latch)).collect()
}

/// The body without the blocks that are cut out and those behind them, if it still does something: a loop that stores nothing else
/// is there for what it calls.
fn without(
    context: &Context<'_>,
    header: BlockId,
    latch: BlockId,
    whole: &HashSet<BlockId>,
    cut: &HashSet<BlockId>,
) -> Option<HashSet<BlockId>> {
    let mut reached = HashSet::from([header]);
    let mut work = vec![header];
    while let Some(block) = work.pop() {
        for target in context.func.block(block).term.targets() {
            let stays = whole.contains(&target.block) && !cut.contains(&target.block);
            if stays && reached.insert(target.block) {
                work.push(target.block);
            }
        }
    }
    if !reached.contains(&latch) {
        return None;
    }
    let rest = natural(context, header, &[latch], |block| reached.contains(&block));
    let mut insts = rest.iter().flat_map(|&b| &context.func.block(b).insts);
    let stores = insts.any(|i| matches!(i.op, Op::Store { .. }));
    stores.then_some(rest)
}

fn check_size(context: &Context<'_>, inside: &HashSet<BlockId>) -> Result<(), Reason> {
    let edges = |b: &BlockId| context.func.block(*b).term.targets().len();
    let size: usize = inside.iter().map(|b| edges(b) + context.func.block(*b).insts.len()).sum();
    if size > MAX_BODY {
        return Err(Reason::Limit { what: format!("a body of more than {MAX_BODY} operations and branches") });
    }
    Ok(())
}

/// All loops of the body, the root first.
fn loops(
    context: &Context<'_>,
    header: BlockId,
    latch: BlockId,
    inside: &HashSet<BlockId>,
) -> Result<Vec<NestLoop>, Reason> {
    let mut blocks: Vec<BlockId> = inside.iter().copied().collect();
    blocks.sort_by_key(|b| context.rank[b.index()]);
    let mut loops = vec![NestLoop { header, latches: vec![latch], blocks: inside.clone(), parent: None }];
    // In reverse postorder a header comes before the headers inside.
    for &block in &blocks {
        let mut latches: Vec<BlockId> = Vec::new();
        for &from in context.tree.predecessors[block.index()].iter().filter(|p| inside.contains(p)) {
            let backward = context.rank[block.index()] <= context.rank[from.index()];
            if backward && !context.tree.dominates(block, from) {
                return Err(Reason::Irregular { what: "control enters an inner loop in more than one way".into() });
            }
            if backward && !latches.contains(&from) {
                latches.push(from);
            }
        }
        if block == header || latches.is_empty() {
            continue;
        }
        let blocks = natural(context, block, &latches, |b| inside.contains(&b));
        let parent = (0..loops.len()).rev().find(|&l| loops[l].blocks.contains(&block));
        loops.push(NestLoop { header: block, latches, blocks, parent });
        if loops.len() > MAX_LOOPS {
            return Err(Reason::Limit { what: format!("a nest of more than {MAX_LOOPS} loops") });
        }
    }
    let depth = |mut l: usize| {
        let mut depth = 1;
        while let Some(parent) = loops[l].parent {
            (l, depth) = (parent, depth + 1);
        }
        depth
    };
    match (0..loops.len()).map(depth).max() {
        Some(deepest) if deepest > MAX_DEPTH => {
            Err(Reason::Limit { what: format!("a nest of more than {MAX_DEPTH} levels") })
        }
        _ => Ok(loops),
    }
}

fn homes(loops: &[NestLoop]) -> HashMap<BlockId, usize> {
    // Inner loops come later and overwrite what the outer ones said.
    let pairs = loops.iter().enumerate().flat_map(|(l, nest_loop)| nest_loop.blocks.iter().map(move |&b| (b, l)));
    pairs.collect()
}

/// A topological order in which loops are contiguous: what leaves a loop is visited first, so it ends up behind the loop.
fn order(
    context: &Context<'_>,
    header: BlockId,
    inside: &HashSet<BlockId>,
    loops: &[NestLoop],
    home: &HashMap<BlockId, usize>,
) -> Vec<BlockId> {
    let depth = |block: BlockId| {
        let mut at = home.get(&block).copied();
        let mut depth = 0;
        while let Some(l) = at {
            (at, depth) = (loops[l].parent, depth + 1);
        }
        depth
    };
    let successors = |block: BlockId| {
        let mut next: Vec<BlockId> = context.func.block(block).term.targets().iter().map(|t| t.block).collect();
        next.retain(|b| inside.contains(b) && context.rank[b.index()] > context.rank[block.index()]);
        // The last is taken first.
        next.sort_by_key(|&b| (std::cmp::Reverse(depth(b)), context.rank[b.index()]));
        next
    };
    let (mut seen, mut order) = (HashSet::from([header]), Vec::with_capacity(inside.len()));
    let mut stack = vec![(header, successors(header))];
    while let Some((block, pending)) = stack.last_mut() {
        match pending.pop() {
            Some(next) if seen.insert(next) => stack.push((next, successors(next))),
            Some(_) => {}
            None => {
                order.push(*block);
                stack.pop();
            }
        }
    }
    order.reverse();
    order
}

impl Shape {
    /// True if this edge leaves the body toward a bail.
    pub fn is_cold_edge(&self, from: BlockId, to: BlockId) -> bool {
        self.cold.iter().any(|e| e.from == from && e.to == to)
    }

    /// True if `block` stands in loop `l` or in a loop inside.
    pub fn holds(&self, l: usize, block: BlockId) -> bool {
        self.loops[l].blocks.contains(&block)
    }

    /// True if `value` is defined in the body.
    pub fn defines(&self, context: &Context<'_>, value: Value) -> bool {
        context.home(value).is_some_and(|block| self.inside.contains(&block))
    }

    /// True if `block` runs once in every complete iteration of the root.
    pub fn always(&self, context: &Context<'_>, block: BlockId) -> bool {
        self.home.get(&block) == Some(&0) && context.tree.dominates(block, self.latch)
    }

    /// The edges that leave loop `l` for another place of the body, or leave the body without being cold.
    pub fn exits_of(&self, context: &Context<'_>, l: usize) -> Vec<ExitEdge> {
        let mut exits = Vec::new();
        for &from in self.body.iter().filter(|&&b| self.holds(l, b)) {
            for (target, to) in context.func.block(from).term.targets().iter().map(|t| t.block).enumerate() {
                if !self.holds(l, to) && !self.is_cold_edge(from, to) {
                    exits.push(ExitEdge { from, target, to });
                }
            }
        }
        exits
    }

    /// Keeps some of the exits; a kernel bails at the others.
    pub fn leave_by(&mut self, exits: &[ExitEdge]) {
        let others = std::mem::replace(&mut self.exits, exits.to_vec());
        self.cold.extend(others.into_iter().filter(|e| !exits.contains(e)));
    }

    fn find_exits(&mut self, context: &Context<'_>) -> Result<(), Reason> {
        for &from in &self.body {
            let term = &context.func.block(from).term;
            if !matches!(term, Term::Jump(_) | Term::Branch { .. } | Term::Switch { .. }) {
                return Err(Reason::Irregular { what: "it ends inside".into() });
            }
            for (target, to) in term.targets().iter().map(|t| t.block).enumerate() {
                let edge = ExitEdge { from, target, to };
                if self.inside.contains(&to) {
                } else if self.cold_blocks.contains(&to) {
                    self.cold.push(edge);
                } else if let Some(blocks) = cold(context.func, to) {
                    self.cold.push(edge);
                    self.cold_blocks.extend(blocks);
                } else {
                    self.exits.push(edge);
                }
            }
        }
        Ok(())
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
