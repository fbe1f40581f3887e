//! The natural loops of a control flow graph, and how they stand in each other.
//!
//! Input is a graph with its dominators; output are its loops, or nothing where an edge leads back to a block that doesn't
//! dominate its source: such a graph isn't understood. Loops with one header are one loop.

use ir::lowered::dominators::Dominators;
use ir::lowered::{BlockId, Func};

/// The most loops of a kernel: a set of them is one word.
const MAX_LOOPS: usize = 64;

/// A set of loops, a bit for each.
pub(super) type LoopSet = u64;

/// A loop.
#[derive(Debug)]
pub(super) struct Loop {
    /// Where it is entered.
    pub header: BlockId,
    /// Where edges lead back to the header from.
    pub latches: Vec<BlockId>,
}

/// The loops of a graph, each after the loops around it.
#[derive(Debug, Default)]
pub(super) struct Loops {
    /// The loops.
    pub list: Vec<Loop>,
    /// For each block the loops around it, its own included if it is a header.
    around: Vec<LoopSet>,
}

impl Loops {
    /// Finds the loops of `func`; none if it has too many or some aren't natural.
    pub fn of(func: &Func, tree: &Dominators) -> Option<Loops> {
        let mut rank = vec![usize::MAX; func.blocks.len()];
        tree.order.iter().enumerate().for_each(|(position, block)| rank[block.index()] = position);
        let mut loops = Loops { list: Vec::new(), around: vec![0; func.blocks.len()] };
        // In reverse postorder a header comes before the headers of the loops inside its loop.
        for &header in &tree.order {
            let retreats = |from: &&BlockId| rank[from.index()] >= rank[header.index()];
            let mut latches: Vec<BlockId> =
                tree.predecessors[header.index()].iter().filter(retreats).copied().collect();
            latches.dedup();
            if latches.is_empty() {
                continue;
            }
            if loops.list.len() == MAX_LOOPS || !latches.iter().all(|&latch| tree.dominates(header, latch)) {
                return None;
            }
            loops.mark(tree, header, &latches);
            loops.list.push(Loop { header, latches });
        }
        Some(loops)
    }

    /// Marks the blocks from which a latch is reached without passing the header.
    fn mark(&mut self, tree: &Dominators, header: BlockId, latches: &[BlockId]) {
        let bit = 1 << self.list.len();
        self.around[header.index()] |= bit;
        let mut open = latches.to_vec();
        while let Some(block) = open.pop() {
            if self.around[block.index()] & bit == 0 {
                self.around[block.index()] |= bit;
                open.extend(&tree.predecessors[block.index()]);
            }
        }
    }

    /// The loops around a block.
    pub fn around(&self, block: BlockId) -> LoopSet {
        self.around[block.index()]
    }

    /// True if `block` is in the loop.
    pub fn holds(&self, index: usize, block: BlockId) -> bool {
        self.around(block) >> index & 1 == 1
    }

    /// The innermost loop around a block, as a set.
    pub fn innermost(&self, block: BlockId) -> LoopSet {
        // It begins after those around it.
        let around = self.around(block);
        if around == 0 { 0 } else { 1 << (63 - around.leading_zeros()) }
    }

    /// The loop that begins at `block`.
    pub fn at(&self, block: BlockId) -> Option<usize> {
        self.list.iter().position(|l| l.header == block)
    }

    /// The loops whose bit is in the set.
    pub fn members(set: LoopSet) -> impl Iterator<Item = usize> {
        (0..MAX_LOOPS).filter(move |index| set >> index & 1 == 1)
    }
}
