//! Which loop each block of a function goes round in.
//!
//! A block that stands in a loop's construct need not be part of the loop: from a side exit or a trap no way leads back to the
//! header. What a loop holds is what can be executed between two arrivals at its header.

use super::entities::GuestFunction;
use ir::lowered::BlockId;
use ir::lowered::dominators::Dominators;

/// Steps of the walk through all loops' blocks, which costs each block as much as it is deep in loops.
const MAX_STEPS: usize = 4_000_000;

/// For each block the innermost loop that it can go round in; `None` if that takes too long to find.
pub fn innermost(function: &GuestFunction, tree: &Dominators) -> Option<Vec<Option<u32>>> {
    let mut inner = vec![None; function.func.blocks.len()];
    let mut seen = vec![u32::MAX; inner.len()];
    let mut steps = 0;
    // A loop comes after the one around it.
    for (index, guest_loop) in function.loops.iter().enumerate().rev() {
        let (index, header) = (index as u32, guest_loop.header);
        let latches = tree.predecessors[header.index()].iter().filter(|latch| tree.dominates(header, **latch));
        let mut work: Vec<BlockId> = latches.copied().collect();
        if !work.is_empty() {
            seen[header.index()] = index;
            inner[header.index()].get_or_insert(index);
        }
        while let Some(block) = work.pop() {
            steps += 1;
            if std::mem::replace(&mut seen[block.index()], index) != index {
                inner[block.index()].get_or_insert(index);
                work.extend(&tree.predecessors[block.index()]);
            }
        }
        if steps > MAX_STEPS {
            return None;
        }
    }
    Some(inner)
}
