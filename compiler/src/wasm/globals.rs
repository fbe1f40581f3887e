//! Globals that a loop reads and nothing in it sets: read in front of the loop instead.
//!
//! Input: a translated function with callees taken in. Output: the same function, where such a `global.get` stands in the block
//! that enters the outermost loop in which the global can't change, and every loop from there inward knows which value the
//! global has at its entry. Reading a global has no effect and can't trap, so it may move to where it happens more often or
//! less. A global can't change in a loop if no block that the loop goes round in sets it, calls a function or does anything else
//! that isn't known; only such blocks are executed before the last `global.get` of the loop that is moved.

use super::entities::GuestFunction;
use super::{nest, simplify};
use ir::lowered::dominators::Dominators;
use ir::lowered::{BlockId, Inst, Op, Value};
use std::collections::{HashMap, HashSet};

/// Loops looked at, from the inside out, for all globals.
const MAX_STEPS: usize = 1_000_000;

/// Moves what can be moved.
pub fn hoist(function: &mut GuestFunction) {
    let reads = |inst: &Inst| matches!(inst.op, Op::GlobalGet(_));
    if function.loops.is_empty() || !function.func.blocks.iter().any(|b| b.insts.iter().any(reads)) {
        return;
    }
    let tree = Dominators::of(&function.func);
    let Some(inner) = nest::innermost(function, &tree) else { return };
    let mut finder = Finder::of(function, &tree, &inner);
    let mut renamed: Vec<Value> = (0..function.func.values.len() as u32).map(Value).collect();
    let mut moved: HashMap<(u32, u32), Value> = HashMap::new();
    for (block, &inner) in inner.iter().enumerate() {
        let Some(inner) = inner else { continue };
        let insts = std::mem::take(&mut function.func.blocks[block].insts);
        let mut kept = Vec::with_capacity(insts.len());
        for inst in insts {
            match (&inst.op, inst.result) {
                (&Op::GlobalGet(global), Some(result)) => match finder.outermost(function, inner, global) {
                    Some((outer, entry)) => {
                        let value = *moved.entry((outer, global)).or_insert(result);
                        renamed[result.index()] = value;
                        if value == result {
                            function.func.block_mut(entry).insts.push(inst);
                        }
                        finder.note(function, inner, outer, (global, value));
                    }
                    None => kept.push(inst),
                },
                _ => kept.push(inst),
            }
        }
        function.func.blocks[block].insts.append(&mut kept);
    }
    simplify::rename(function, &renamed);
}

struct Finder {
    /// Loops and the globals set in them, loops inside included.
    sets: HashSet<(u32, u32)>,
    /// For each loop whether something in it isn't known.
    opaque: Vec<bool>,
    /// For each loop the block that enters it, if it is the only one.
    entries: Vec<Option<BlockId>>,
    /// What has been found, by innermost loop and global.
    found: HashMap<(u32, u32), Option<u32>>,
    /// Loops that know a global's value at their entry.
    noted: HashSet<(u32, u32)>,
    steps: usize,
}

impl Finder {
    fn of(function: &GuestFunction, tree: &Dominators, inner: &[Option<u32>]) -> Finder {
        let entry = |header: BlockId| {
            let mut outside = tree.predecessors[header.index()].iter().filter(|p| !tree.dominates(header, **p));
            outside.next().copied().filter(|_| outside.next().is_none())
        };
        let entries = function.loops.iter().map(|l| entry(l.header)).collect();
        let (sets, opaque) = (HashSet::new(), vec![false; function.loops.len()]);
        let mut finder = Finder { sets, opaque, entries, found: HashMap::new(), noted: HashSet::new(), steps: 0 };
        for (block, &inner) in function.func.blocks.iter().zip(inner) {
            let Some(inner) = inner else { continue };
            for inst in &block.insts {
                match inst.op {
                    Op::GlobalSet(global, _) => drop(finder.sets.insert((inner, global))),
                    Op::Foreign(_) => finder.opaque[inner as usize] = true,
                    _ => {}
                }
            }
        }
        finder.spread(function);
        finder
    }

    /// What stands in a loop stands in those around it, which come before it.
    fn spread(&mut self, function: &GuestFunction) {
        let mut by_loop: Vec<(u32, u32)> = self.sets.iter().copied().collect();
        by_loop.sort_unstable();
        while let Some((index, global)) = by_loop.pop() {
            let mut around = function.loops[index as usize].parent;
            while let Some(parent) = around.filter(|&parent| self.sets.insert((parent, global))) {
                around = function.loops[parent as usize].parent;
            }
        }
        for (index, guest_loop) in function.loops.iter().enumerate().rev() {
            if let (true, Some(parent)) = (self.opaque[index], guest_loop.parent) {
                self.opaque[parent as usize] = true;
            }
        }
    }

    /// Records for loop `inner` and those around it up to `outer` that a global has a value at the entry.
    fn note(&mut self, function: &mut GuestFunction, inner: u32, outer: u32, known: (u32, Value)) {
        let mut around = Some(inner);
        // What one loop knows, those around it know.
        while let Some(index) = around.filter(|&index| self.noted.insert((index, known.0))) {
            let guest_loop = &mut function.loops[index as usize];
            guest_loop.globals.push(known);
            around = guest_loop.parent.filter(|_| index != outer);
        }
    }

    /// The outermost loop around and with `inner` in which the global can't change, and the block that enters it.
    fn outermost(&mut self, function: &GuestFunction, inner: u32, global: u32) -> Option<(u32, BlockId)> {
        let found = self.found.get(&(inner, global)).copied().unwrap_or_else(|| {
            let (mut best, mut around) = (None, Some(inner));
            while let Some(index) = around.filter(|_| self.steps < MAX_STEPS) {
                self.steps += 1;
                if self.opaque[index as usize] || self.sets.contains(&(index, global)) {
                    break;
                }
                best = self.entries[index as usize].map_or(best, |_| Some(index));
                around = function.loops[index as usize].parent;
            }
            self.found.insert((inner, global), best);
            best
        })?;
        Some((found, self.entries[found as usize]?))
    }
}
