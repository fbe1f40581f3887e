//! Predecessors, reverse postorder and dominators of a function's control flow graph.
//!
//! The dominator tree follows Cooper, Harvey and Kennedy, "A Simple, Fast Dominance Algorithm" (2001); queries answer in
//! constant time from an Euler tour of the tree. Nothing recurses, so deep graphs are safe.

use super::{BlockId, Func};

/// The dominator tree with the orders it was made from.
#[derive(Clone, Debug)]
pub struct Dominators {
    /// Reachable blocks in reverse postorder.
    pub order: Vec<BlockId>,
    /// The predecessors of each block, one entry per edge.
    pub predecessors: Vec<Vec<BlockId>>,
    idom: Vec<u32>,
    enter: Vec<u32>,
    leave: Vec<u32>,
}

const NONE: u32 = u32::MAX;

impl Dominators {
    /// Builds the tree.
    pub fn of(func: &Func) -> Dominators {
        let order = reverse_postorder(func);
        let mut predecessors = vec![Vec::new(); func.blocks.len()];
        for &block in &order {
            for target in func.block(block).term.targets() {
                predecessors[target.block.index()].push(block);
            }
        }
        let idom = immediate(func.blocks.len(), &order, &predecessors);
        let (enter, leave) = tour(&order, &idom);
        Dominators { order, predecessors, idom, enter, leave }
    }

    /// True if some path leads from the entry to `block`.
    pub fn is_reachable(&self, block: BlockId) -> bool {
        self.idom[block.index()] != NONE
    }

    /// The closest block, other than `block` itself, that every path from the entry to `block` passes; the entry and
    /// unreachable blocks have none.
    pub fn above(&self, block: BlockId) -> Option<BlockId> {
        let above = self.idom[block.index()];
        (above != NONE && above != block.0).then_some(BlockId(above))
    }

    /// True if some reachable path comes back to where it was.
    pub fn has_cycle(&self, func: &Func) -> bool {
        let mut rank = vec![NONE; func.blocks.len()];
        for (i, block) in self.order.iter().enumerate() {
            rank[block.index()] = i as u32;
        }
        let backward =
            |b: &BlockId| func.block(*b).term.targets().iter().any(|t| rank[t.block.index()] <= rank[b.index()]);
        self.order.iter().any(backward)
    }

    /// True if every path from the entry to `b` passes `a`; false for unreachable blocks.
    pub fn dominates(&self, a: BlockId, b: BlockId) -> bool {
        let (a, b) = (a.index(), b.index());
        self.idom[a] != NONE && self.idom[b] != NONE && self.enter[a] <= self.enter[b] && self.leave[b] <= self.leave[a]
    }
}

fn reverse_postorder(func: &Func) -> Vec<BlockId> {
    let mut seen = vec![false; func.blocks.len()];
    let mut order = Vec::with_capacity(func.blocks.len());
    let mut stack = Vec::new();
    if !func.blocks.is_empty() {
        seen[0] = true;
        stack.push((BlockId::ENTRY, successors(func, BlockId::ENTRY)));
    }
    while let Some((block, pending)) = stack.last_mut() {
        match pending.pop() {
            Some(next) if !seen[next.index()] => {
                seen[next.index()] = true;
                let pending = successors(func, next);
                stack.push((next, pending));
            }
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

fn successors(func: &Func, block: BlockId) -> Vec<BlockId> {
    func.block(block).term.targets().iter().map(|t| t.block).collect()
}

fn immediate(count: usize, order: &[BlockId], predecessors: &[Vec<BlockId>]) -> Vec<u32> {
    let mut rank = vec![NONE; count];
    for (i, block) in order.iter().enumerate() {
        rank[block.index()] = i as u32;
    }
    let mut idom = vec![NONE; count];
    if let Some(entry) = order.first() {
        idom[entry.index()] = entry.0;
    }
    let mut changed = true;
    while changed {
        changed = false;
        for block in order.iter().skip(1) {
            let mut new = NONE;
            // Deepest first: a join of many early exits then costs a step for each, not a walk to the entry.
            for p in predecessors[block.index()].iter().rev() {
                if idom[p.index()] != NONE {
                    new = if new == NONE { p.0 } else { intersect(new, p.0, &idom, &rank) };
                }
            }
            if idom[block.index()] != new {
                idom[block.index()] = new;
                changed = true;
            }
        }
    }
    idom
}

fn intersect(mut a: u32, mut b: u32, idom: &[u32], rank: &[u32]) -> u32 {
    while a != b {
        while rank[a as usize] > rank[b as usize] {
            a = idom[a as usize];
        }
        while rank[b as usize] > rank[a as usize] {
            b = idom[b as usize];
        }
    }
    a
}

/// Entry and exit times of each block in a walk of the dominator tree.
fn tour(order: &[BlockId], idom: &[u32]) -> (Vec<u32>, Vec<u32>) {
    let mut children = vec![Vec::new(); idom.len()];
    for block in order.iter().skip(1) {
        children[idom[block.index()] as usize].push(block.0);
    }
    let (mut enter, mut leave) = (vec![0; idom.len()], vec![0; idom.len()]);
    let mut clock = 0;
    let mut stack: Vec<(u32, usize)> = order.first().map(|b| (b.0, 0)).into_iter().collect();
    while let Some((block, next)) = stack.last_mut() {
        let block = *block as usize;
        if *next == 0 {
            enter[block] = clock;
            clock += 1;
        }
        if let Some(&child) = children[block].get(*next) {
            *next += 1;
            stack.push((child, 0));
        } else {
            leave[block] = clock;
            clock += 1;
            stack.pop();
        }
    }
    (enter, leave)
}
