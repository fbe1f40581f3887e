//! Taking callees into loops.
//!
//! Input: a translated function, and [`Callees`] for what it calls. Output: the same function, where direct calls in its loops
//! are replaced by what they call. A call ends its block; the callee's blocks are copied behind, with values and blocks of their
//! own; its return jumps to a new block that holds the rest, whose parameters are the call's results. What the copies do, in which
//! order, and where they trap is what the call did, so the function means the same. Assumed: the function isn't simplified yet.
//!
//! It happens only where it can make a loop fit for a kernel: every call in the loop, cold ones aside, can be taken in, and
//! nothing else stands in it that a kernel can't hold. Loops of a callee become plain cycles of blocks: they have no construct in
//! this function, so nothing is recorded of them. No place in the structured code stands for a copied block or the rest of a
//! split one, so no exit leads there; the rest takes over what was recorded of the locals at the block's end.

use super::callees::{Call, Callee, Callees, called, fits};
use super::entities::{GuestFunction, Where};
use super::nest;
use ir::lowered::dominators::Dominators;
use ir::lowered::{Block, BlockId, Inst, Op, Target, Term, Value};
use std::collections::BTreeSet;

/// How much larger a function may get: this many times its size, but never less or more than so many operations.
const MAX_GROWTH: usize = 8;
const GROWTH_LEAST: usize = 4_000;
const GROWTH_MOST: usize = 20_000;

/// Takes callees into the loops of `function`.
pub fn inline(function: &mut GuestFunction, callees: &Callees<'_>) {
    if function.calls.is_empty() || function.loops.is_empty() {
        return;
    }
    let Some(inner) = nest::innermost(function, &Dominators::of(&function.func)) else { return };
    let blocked = blocked(function, &inner, callees);
    let size: usize = function.func.blocks.iter().map(|b| b.insts.len() + 1).sum();
    let room = (size * MAX_GROWTH).clamp(GROWTH_LEAST, GROWTH_MOST);
    let calls = std::mem::take(&mut function.calls);
    let mut inliner = Inliner { function, callees, room, taken: BTreeSet::new() };
    for (block, &inner) in inner.iter().enumerate() {
        if let Some(at) = inner.filter(|&at| !blocked[at as usize]) {
            inliner.replace_calls(BlockId(block as u32), &calls, at);
        }
    }
    let taken = inliner.taken;
    function.taken_in.extend(taken);
    function.calls = calls;
}

/// For each loop whether something stays in it, or in a loop inside, that no kernel can hold.
fn blocked(function: &GuestFunction, inner: &[Option<u32>], callees: &Callees<'_>) -> Vec<bool> {
    let mut blocked = vec![false; function.loops.len()];
    let stays = |inst: &Inst| !fits(&inst.op, inst.at, &function.calls);
    let goes = |inst: &Inst| match inst.op {
        Op::Foreign(_) => called(&function.calls, inst.at).is_some_and(|f| callees.size(f).is_some()),
        _ => true,
    };
    // What needs no translation of callees comes first.
    for pass in [0, 1] {
        for (block, &at) in function.func.blocks.iter().zip(inner) {
            let Some(at) = at.filter(|&at| !blocked[at as usize]) else { continue };
            let fails = if pass == 0 { block.insts.iter().any(stays) } else { !block.insts.iter().all(goes) };
            blocked[at as usize] |= fails;
        }
        for index in (0..blocked.len()).rev() {
            if let (true, Some(parent)) = (blocked[index], function.loops[index].parent) {
                blocked[parent as usize] = true;
            }
        }
    }
    blocked
}

struct Inliner<'f, 'c> {
    function: &'f mut GuestFunction,
    callees: &'c Callees<'c>,
    /// Operations that may still be added.
    room: usize,
    /// What has been taken in.
    taken: BTreeSet<u32>,
}

impl<'c> Inliner<'_, 'c> {
    /// Replaces the calls of a block in loop `at`, and those in what replaces them.
    fn replace_calls<'a>(&mut self, block: BlockId, calls: &'a [Call], at: u32)
    where
        'c: 'a,
    {
        let mut work: Vec<(BlockId, &'a [Call])> = vec![(block, calls)];
        while let Some((block, calls)) = work.pop() {
            // The last call first, so that each split moves only what stays behind it.
            let mut end = self.function.func.block(block).insts.len();
            while let Some((position, function)) = self.last_call(block, calls, end) {
                end = position;
                let Some(callee) = self.affordable(function) else { continue };
                let first = self.take_in(block, position, callee);
                self.taken.insert(function);
                self.function.loops[at as usize].has_inner |= callee.has_loop;
                let hot = callee.hot.iter().zip(first..).filter(|(hot, _)| **hot);
                work.extend(hot.map(|(_, block)| (BlockId(block), callee.calls.as_slice())));
            }
        }
    }

    /// The last call in front of instruction `end`, and what it calls.
    fn last_call(&self, block: BlockId, calls: &[Call], end: usize) -> Option<(usize, u32)> {
        let insts = &self.function.func.block(block).insts[..end];
        insts.iter().enumerate().rev().find_map(|(position, inst)| match inst.op {
            Op::Foreign(_) => Some((position, called(calls, inst.at)?)),
            _ => None,
        })
    }

    /// The function, if it can be taken in and there is room for it, which is spent.
    fn affordable(&mut self, function: u32) -> Option<&'c Callee> {
        let callee = self.callees.size(function).and_then(|_| self.callees.callee(function))?;
        let ops = callee.func.blocks.iter().map(|b| b.insts.len() + 1).sum();
        self.room = self.room.checked_sub(ops)?;
        Some(callee)
    }

    /// Replaces the call that is instruction `position` of `block`; the result is the first of the copied blocks.
    fn take_in(&mut self, block: BlockId, position: usize, callee: &Callee) -> u32 {
        let mut tail = self.function.func.block_mut(block).insts.split_off(position).into_iter();
        let args = match tail.next().map(|inst| inst.op) {
            Some(Op::Foreign(call)) => call.args,
            _ => Vec::new(),
        };
        let params = tail.by_ref().take(callee.func.results.len()).filter_map(|inst| inst.result).collect();
        let first = self.function.func.blocks.len() as u32;
        let next = BlockId(first + callee.func.blocks.len() as u32);
        self.copy(callee, next, self.function.home[block.index()]);
        let jump = Term::Jump(Target { block: BlockId(first), args });
        let term = std::mem::replace(&mut self.function.func.block_mut(block).term, jump);
        self.add_block(Block { params, insts: tail.collect(), term }, self.function.home[block.index()]);
        self.function.move_ends(block, next);
        first
    }

    /// Copies the callee's blocks behind all others; where it returns, control goes to `next`.
    fn copy(&mut self, callee: &Callee, next: BlockId, home: Option<u32>) {
        let (blocks, values) = (self.function.func.blocks.len() as u32, self.function.func.values.len() as u32);
        self.function.func.values.extend(&callee.func.values);
        let value = |v: Value| Value(v.0 + values);
        for (block, &reached) in callee.func.blocks.iter().zip(&callee.reached) {
            let mut copy = match reached {
                true => block.clone(),
                // An edge from a block that isn't reached would keep the parameters of its target from being dropped.
                false => Block { params: block.params.clone(), insts: Vec::new(), term: Term::Unreachable },
            };
            copy.params.iter_mut().for_each(|param| *param = value(*param));
            for inst in &mut copy.insts {
                inst.result = inst.result.map(value);
                inst.op.map_uses(value);
            }
            copy.term.map_uses(value);
            copy.term.targets_mut().into_iter().for_each(|target| target.block.0 += blocks);
            if let Term::Return(args) = copy.term {
                copy.term = Term::Jump(Target { block: next, args });
            }
            self.add_block(copy, home);
        }
    }

    fn add_block(&mut self, block: Block, home: Option<u32>) {
        self.function.func.blocks.push(block);
        self.function.places.push(Where::Inlined);
        self.function.home.push(home);
    }
}
