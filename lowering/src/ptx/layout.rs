//! Which blocks are written, in which order, under which label; and where loops begin.
//!
//! A block that does nothing but bail isn't written: what leads there leads to the one block that bails.

use super::listing::{Block, Listing};
use ir::kernel::view::View;

/// The label of the block that bails.
pub(super) const BAIL: &str = "$bail";

/// The order and role of blocks.
pub(super) struct Layout {
    /// The blocks to write, in order.
    pub order: Vec<usize>,
    heads: Vec<bool>,
    bails: Vec<bool>,
}

impl Layout {
    /// Decides for `listing`.
    pub fn of(listing: &Listing) -> Layout {
        let bails: Vec<bool> = listing.blocks.iter().map(only_bails).collect();
        // The entry is written in any case: it is where control arrives.
        let order = (0..listing.blocks.len()).filter(|&block| block == 0 || !bails[block]).collect();
        let mut heads = vec![false; listing.blocks.len()];
        for (from, block) in listing.blocks.iter().enumerate() {
            for target in block.nodes.iter().flat_map(|node| &node.targets) {
                // Every cycle has an edge to a block that doesn't come later, in whatever order blocks are numbered.
                heads[target.block] |= target.block <= from;
            }
        }
        Layout { order, heads, bails }
    }

    /// True if every cycle through `block` may be counted there.
    pub fn is_head(&self, block: usize) -> bool {
        self.heads[block]
    }

    /// True if some block is a head.
    pub fn has_loops(&self) -> bool {
        self.heads.contains(&true)
    }

    /// True if `block` does nothing but bail.
    pub fn only_bails(&self, block: usize) -> bool {
        self.bails[block]
    }

    /// The label to reach `block`.
    pub fn label(&self, block: usize) -> String {
        if self.bails[block] { BAIL.to_owned() } else { format!("$b{block}") }
    }
}

fn only_bails(block: &Block) -> bool {
    block.params.is_empty() && matches!(block.nodes.first(), Some(node) if node.view == View::Bail)
}
