//! Functions that a loop may take in: their SSA form, made when the first loop asks, and what taking them in adds.
//!
//! Input: the bodies of a module. Output: for a function its [`Callee`], if a kernel could hold everything that stands on a way
//! to its return, calls to other such functions included. What can't return from where it stands is *cold*: a kernel bails
//! there, so anything may stand there. Nothing here depends on who asks first, so the result doesn't depend on threads: a
//! translation depends on its body alone, and a [`Size`] on the call graph alone. A function that nobody asks for costs
//! nothing; one that many ask for is translated once. A body that turns out to be invalid is no callee here, and an error
//! where all functions are read.

use super::entities::Module;
use super::{Body, scan, simplify, translate};
use ir::lowered::dominators::Dominators;
use ir::lowered::{BlockId, Func, Op, Term};
use std::sync::OnceLock;

/// A direct call: the byte offset of its opcode, and the function.
pub type Call = (u32, u32);

/// A function that can be taken in.
pub struct Callee {
    /// Its SSA form.
    pub func: Func,
    /// Its direct calls, by offset.
    pub calls: Vec<Call>,
    /// For each block whether control gets there and from there to the return.
    pub hot: Vec<bool>,
    /// For each block whether control gets there.
    pub reached: Vec<bool>,
    /// A block is reached again from itself.
    pub has_loop: bool,
}

/// What taking a function in adds, with all that is taken into it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Size {
    /// Instructions and blocks.
    pub ops: u32,
    /// How deep the calls in it go, itself included.
    height: u32,
}

/// Longer bodies aren't looked at.
const MAX_BYTES: usize = 8_192;
/// Instructions and blocks of one callee, and of one with all that is taken into it.
const MAX_OWN: u32 = 1_000;
const MAX_OPS: u32 = 2_000;
/// How deep calls are taken in.
const MAX_HEIGHT: u32 = 8;
/// How deep calls are followed; what is deeper than twice the limit is certainly too deep in the upper half.
const MAX_CHAIN: u32 = 2 * MAX_HEIGHT;

/// What is known of a function's size.
#[derive(Clone, Copy)]
enum Answer {
    Fits(Size),
    /// Too large, too deep, recursive, or it holds what no kernel can.
    Never,
    /// It depends on calls that weren't followed.
    Unknown,
}

/// All functions of a module as callees.
pub struct Callees<'a> {
    module: &'a Module,
    bodies: &'a [Body<'a>],
    made: Vec<OnceLock<Option<Box<Callee>>>>,
    sizes: Vec<OnceLock<Option<Size>>>,
}

impl<'a> Callees<'a> {
    /// Prepares for a module; makes nothing yet.
    pub fn new(module: &'a Module, bodies: &'a [Body<'a>]) -> Callees<'a> {
        let made = bodies.iter().map(|_| OnceLock::new()).collect();
        let sizes = bodies.iter().map(|_| OnceLock::new()).collect();
        Callees { module, bodies, made, sizes }
    }

    /// The function with this index, if it can be taken in on its own account.
    pub fn callee(&self, function: u32) -> Option<&Callee> {
        let defined = self.defined(function)?;
        self.made[defined].get_or_init(|| self.make(defined).map(Box::new)).as_deref()
    }

    /// What taking the function in adds; `None` if it can't be taken in.
    pub fn size(&self, function: u32) -> Option<Size> {
        match self.follow(function, &mut Vec::new()) {
            Answer::Fits(size) => Some(size),
            Answer::Never | Answer::Unknown => None,
        }
    }

    fn defined(&self, function: u32) -> Option<usize> {
        let defined = function.checked_sub(self.module.imported_functions)? as usize;
        (defined < self.bodies.len()).then_some(defined)
    }

    fn make(&self, defined: usize) -> Option<Callee> {
        let body = &self.bodies[defined];
        if body.code.range().len() > MAX_BYTES {
            return None;
        }
        let outline = scan::outline(&body.code, self.module).ok()?.without_candidates()?;
        let mut validator = body.validator();
        let mut function = translate::translate(self.module, &mut validator, &body.code, &outline).ok()?.ok()?;
        simplify::simplify(&mut function);
        let (func, calls) = (function.func, function.calls);
        let tree = Dominators::of(&func);
        let hot = hot(&func, &tree);
        let reached: Vec<bool> = (0..func.blocks.len() as u32).map(|b| tree.is_reachable(BlockId(b))).collect();
        let has_loop = tree.has_cycle(&func);
        let callee = Callee { func, calls, hot, reached, has_loop };
        (callee.own_ops() <= MAX_OWN && callee.fits_kernels()).then_some(callee)
    }

    fn follow(&self, function: u32, chain: &mut Vec<u32>) -> Answer {
        let Some(defined) = self.defined(function) else { return Answer::Never };
        if let Some(known) = self.sizes[defined].get() {
            return known.map_or(Answer::Never, Answer::Fits);
        }
        if chain.contains(&function) {
            return Answer::Never;
        }
        if chain.len() as u32 == MAX_CHAIN {
            return Answer::Unknown;
        }
        chain.push(function);
        let sized = self.callee(function).map_or(Answer::Never, |callee| self.add_up(callee, chain));
        chain.pop();
        let sized = match sized {
            // Everything up to the end of the chain stands in it.
            Answer::Unknown if MAX_CHAIN - chain.len() as u32 > MAX_HEIGHT => Answer::Never,
            sized => sized,
        };
        // Threads that come here at the same time find the same.
        match sized {
            Answer::Fits(size) => self.sizes[defined].get_or_init(|| Some(size)),
            Answer::Never => self.sizes[defined].get_or_init(|| None),
            Answer::Unknown => &None,
        };
        sized
    }

    fn add_up(&self, callee: &Callee, chain: &mut Vec<u32>) -> Answer {
        let (mut ops, mut height) = (callee.own_ops(), 0);
        for function in callee.hot_calls() {
            match self.follow(function, chain) {
                Answer::Fits(inner) => {
                    ops += inner.ops;
                    height = height.max(inner.height);
                }
                other => return other,
            }
            if ops > MAX_OPS || height >= MAX_HEIGHT {
                return Answer::Never;
            }
        }
        Answer::Fits(Size { ops, height: height + 1 })
    }
}

impl Callee {
    fn own_ops(&self) -> u32 {
        self.func.blocks.iter().map(|b| b.insts.len() as u32 + 1).sum()
    }

    fn hot_operations(&self) -> impl Iterator<Item = (&Op, u32)> {
        let blocks = self.func.blocks.iter().zip(&self.hot).filter(|(_, hot)| **hot);
        blocks.flat_map(|(block, _)| block.insts.iter().map(|inst| (&inst.op, inst.at)))
    }

    fn hot_calls(&self) -> impl Iterator<Item = u32> {
        let foreign = self.hot_operations().filter(|(op, _)| matches!(op, Op::Foreign(_)));
        foreign.filter_map(|(_, at)| called(&self.calls, at))
    }

    /// True if a kernel could hold what stands on a way to the return, once calls have been taken in.
    fn fits_kernels(&self) -> bool {
        self.hot[BlockId::ENTRY.index()] && self.hot_operations().all(|(op, at)| fits(op, at, &self.calls))
    }
}

/// True unless no kernel can hold the operation, calls aside.
pub fn fits(op: &Op, at: u32, calls: &[Call]) -> bool {
    match op {
        Op::Foreign(_) => called(calls, at).is_some(),
        Op::GlobalSet(..) => false,
        _ => true,
    }
}

/// The function that the call at `at` calls.
pub fn called(calls: &[Call], at: u32) -> Option<u32> {
    calls.binary_search_by_key(&at, |call| call.0).ok().map(|i| calls[i].1)
}

/// The blocks from which control can get to a return.
fn hot(func: &Func, tree: &Dominators) -> Vec<bool> {
    let mut hot = vec![false; func.blocks.len()];
    let returns = tree.order.iter().filter(|b| matches!(func.block(**b).term, Term::Return(_)));
    let mut work: Vec<BlockId> = returns.copied().collect();
    while let Some(block) = work.pop() {
        if !std::mem::replace(&mut hot[block.index()], true) {
            work.extend(&tree.predecessors[block.index()]);
        }
    }
    hot
}
