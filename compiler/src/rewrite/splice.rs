//! Putting a dispatch in front of a loop.
//!
//! Input: a function inside walrus, a splice that [`super::shape`] passed, and the dispatch's code. Output: the function
//! with the dispatch in place. Constructs are found by the byte offsets of their opcodes, which walrus keeps.
//!
//! An exit to a label leaves from the dispatch to that label, and the loop stays as it is. An exit inside the loop
//! construct splits the construct's sequence: its head stays the loop and moves with the dispatch into a block, its
//! tail moves into a block behind it, so that the first block's end is where the tail begins:
//!
//! ```wat
//! loop $l (result t)        block $done
//!   head                      block $skip  ...  br $done  end
//!   br_if $l          =>      loop $l  head  br_if $l  end
//!   tail                    end
//! end                       block (result t)  tail  end
//! ```
//!
//! Where the loop goes on after a dispatch there is no branch: behind the dispatch comes the loop.
//!
//! The tail ran at most once for each time the loop was entered, after the head had ended, and still does: it doesn't
//! branch to the loop (checked here), and the operand stack is empty where it begins (checked by the shape), so that
//! the head alone has the type of an empty block. Branches out of head and tail name their targets, not their depth.
//!
//! Splices are collected in terms of the original sequences and carried out at once, each sequence in one pass: putting one after
//! the other into a long sequence would cost the square of its length.

use super::errors::Unsplicable;
use super::{Exit, Splice};
use std::collections::{BTreeMap, HashMap, HashSet};
use walrus::LocalFunction;
use walrus::ir::{
    Block, Br, Instr, InstrLocId, InstrSeqId, InstrSeqType, Return, TryTableCatch, Visitor, dfs_in_order,
};

/// An instruction and its place in the original.
type Item = (Instr, InstrLocId);

/// The instruction sequences of a function, which construct each belongs to, and what is to become of them.
#[derive(Debug, Default)]
pub struct Nest {
    /// The sequence that holds the construct with this opcode offset, and the place in it.
    home: HashMap<u32, (InstrSeqId, usize)>,
    /// For each sequence but the function's the construct it belongs to: its opcode offset, and the sequence that holds it.
    around: HashMap<InstrSeqId, (u32, InstrSeqId)>,
    /// For each sequence what becomes of the constructs at some places.
    edits: HashMap<InstrSeqId, BTreeMap<usize, Edit>>,
    /// Sequences of which the part from a place on moves into another one.
    splits: HashMap<InstrSeqId, (usize, InstrSeqId)>,
}

/// What becomes of a construct in its sequence.
#[derive(Debug, Default)]
struct Edit {
    before: Option<Item>,
    instead: Option<Item>,
    behind: Option<Item>,
}

/// A loop and how to leave it.
#[derive(Clone, Copy, Debug)]
pub struct Site {
    /// The sequence that holds the loop.
    home: InstrSeqId,
    /// The place of the loop in it.
    position: usize,
    /// The loop's own sequence.
    body: InstrSeqId,
    leave: Leave,
}

#[derive(Clone, Copy, Debug)]
enum Leave {
    /// To the tail that begins at this place of the loop's sequence.
    Tail(usize),
    /// To this sequence's label.
    Label(InstrSeqId),
    /// Out of the function.
    Function,
    /// Into the loop, which follows.
    Enter,
}

impl Nest {
    /// Reads a function.
    pub fn of(function: &LocalFunction) -> Nest {
        let mut nest = Nest::default();
        let mut open = vec![function.entry_block()];
        while let Some(seq) = open.pop() {
            for (position, (instr, at)) in function.block(seq).instrs.iter().enumerate() {
                let opcode = if at.is_default() { u32::MAX } else { at.data() };
                for inner in sequences(instr).into_iter().flatten() {
                    nest.home.insert(opcode, (seq, position));
                    nest.around.insert(inner, (opcode, seq));
                    open.push(inner);
                }
            }
        }
        nest
    }

    /// Finds a splice's place.
    pub fn site(&self, function: &LocalFunction, splice: &Splice) -> Result<Site, Unsplicable> {
        let missing = Unsplicable::NoLoop(splice.loop_offset);
        let &(home, position) = self.home.get(&splice.loop_offset).ok_or(missing)?;
        let Instr::Loop(construct) = &function.block(home).instrs[position].0 else { return Err(missing) };
        let body = construct.seq;
        let leave = match splice.exit {
            Exit::After(offset) => {
                let last = self::position(function, body, offset).ok_or(Unsplicable::NotInLoop(offset))?;
                if branches(function, body, last + 1) {
                    return Err(Unsplicable::TailBranchesBack(offset));
                }
                Leave::Tail(last + 1)
            }
            Exit::Label(offset) => {
                let label = self.enclosing(home, offset).ok_or(Unsplicable::NotEnclosing(offset))?;
                Leave::Label(label)
            }
            Exit::FunctionEnd => Leave::Function,
            Exit::Resume => Leave::Enter,
        };
        Ok(Site { home, position, body, leave })
    }

    /// The sequence that belongs to the construct at `opcode` and that is `seq` or encloses it.
    fn enclosing(&self, mut seq: InstrSeqId, opcode: u32) -> Option<InstrSeqId> {
        loop {
            let &(at, home) = self.around.get(&seq)?;
            if at == opcode {
                return Some(seq);
            }
            seq = home;
        }
    }

    /// Wants a dispatch with this code, whose block is `skip`, in front of the loop.
    pub fn insert(&mut self, function: &mut LocalFunction, site: Site, skip: InstrSeqId, code: Vec<Instr>) {
        let Site { home, position, leave, .. } = site;
        let head = function.block(home).instrs[position].clone();
        let at = dispatch_location(head.1);
        let skip_block = (Block { seq: skip }.into(), at);
        let edit = self.edits.entry(home).or_default().entry(position).or_default();
        let exit: Option<Instr> = match leave {
            Leave::Tail(split) => {
                let done = function.builder_mut().dangling_instr_seq(None).id();
                let skip_block = (skip_block.0, InstrLocId::default());
                function.block_mut(done).instrs = vec![skip_block, head];
                edit.instead = Some((Block { seq: done }.into(), at));
                if let Some(behind) = tail(function, site, split) {
                    edit.behind = Some((Block { seq: behind }.into(), InstrLocId::default()));
                    self.splits.insert(site.body, (split, behind));
                }
                Some(Br { block: done }.into())
            }
            Leave::Label(block) => {
                edit.before = Some(skip_block);
                Some(Br { block }.into())
            }
            Leave::Function => {
                edit.before = Some(skip_block);
                Some(Return {}.into())
            }
            Leave::Enter => {
                edit.before = Some(skip_block);
                None
            }
        };
        let code = code.into_iter().chain(exit).map(|instr| (instr, InstrLocId::default()));
        function.block_mut(skip).instrs = code.collect();
    }

    /// Carries out what was wanted.
    pub fn finish(mut self, function: &mut LocalFunction) {
        let split: Vec<InstrSeqId> = self.splits.keys().copied().collect();
        let changed: HashSet<InstrSeqId> = self.edits.keys().copied().chain(split).collect();
        for seq in changed {
            let mut edits = self.edits.remove(&seq).unwrap_or_default();
            let split = self.splits.remove(&seq);
            let old = std::mem::take(&mut function.block_mut(seq).instrs);
            let (mut head, mut tail) = (Vec::with_capacity(old.len()), Vec::new());
            for (position, item) in old.into_iter().enumerate() {
                let part = if split.is_some_and(|(from, _)| position >= from) { &mut tail } else { &mut head };
                let Edit { before, instead, behind } = edits.remove(&position).unwrap_or_default();
                part.extend(before);
                part.push(instead.unwrap_or(item));
                part.extend(behind);
            }
            function.block_mut(seq).instrs = head;
            if let Some((_, behind)) = split {
                function.block_mut(behind).instrs = tail;
            }
        }
    }
}

/// A sequence for what stands in the loop from place `split` on, if something does; the loop has the type of its head from now on.
fn tail(function: &mut LocalFunction, site: Site, split: usize) -> Option<InstrSeqId> {
    let body = function.block_mut(site.body);
    let ty = std::mem::replace(&mut body.ty, InstrSeqType::Simple(None));
    if split >= body.instrs.len() {
        return None;
    }
    // Line tables can't run backwards: the address of the loop's end goes to the end of the tail.
    let end = std::mem::take(&mut body.end);
    let behind = function.builder_mut().dangling_instr_seq(ty).id();
    function.block_mut(behind).end = end;
    Some(behind)
}

/// The location of the dispatch of the loop at `at`: the byte behind the loop's opcode, where its block type is and no
/// instruction can be. [`super::dwarf`] looks for it there.
fn dispatch_location(at: InstrLocId) -> InstrLocId {
    match at.data().checked_add(1) {
        Some(next) if !at.is_default() => InstrLocId::new(next),
        _ => InstrLocId::default(),
    }
}

/// The sequences inside a construct.
fn sequences(instr: &Instr) -> [Option<InstrSeqId>; 2] {
    match instr {
        Instr::Block(block) => [Some(block.seq), None],
        Instr::Loop(construct) => [Some(construct.seq), None],
        Instr::IfElse(arms) => [Some(arms.consequent), Some(arms.alternative)],
        Instr::TryTable(construct) => [Some(construct.seq), None],
        _ => [None, None],
    }
}

/// The place in a sequence of the instruction with this opcode offset.
fn position(function: &LocalFunction, seq: InstrSeqId, opcode: u32) -> Option<usize> {
    function.block(seq).instrs.iter().position(|(_, at)| !at.is_default() && at.data() == opcode)
}

/// True if an instruction of `seq` from `start` on, or one inside it, branches to `seq`.
fn branches(function: &LocalFunction, seq: InstrSeqId, start: usize) -> bool {
    let mut finder = Finder { target: seq, found: false };
    for (instr, at) in function.block(seq).instrs.iter().skip(start) {
        finder.visit_instr(instr, at);
        for inner in sequences(instr).into_iter().flatten() {
            dfs_in_order(&mut finder, function, inner);
        }
    }
    finder.found
}

/// Looks for branches to one label.
struct Finder {
    target: InstrSeqId,
    found: bool,
}

impl<'a> Visitor<'a> for Finder {
    fn visit_instr(&mut self, instr: &'a Instr, _: &'a InstrLocId) {
        let target = self.target;
        self.found |= match instr {
            Instr::Br(branch) => branch.block == target,
            Instr::BrIf(branch) => branch.block == target,
            Instr::BrTable(branch) => branch.default == target || branch.blocks.contains(&target),
            Instr::BrOnNull(branch) => branch.block == target,
            Instr::BrOnNonNull(branch) => branch.block == target,
            Instr::BrOnCast(branch) => branch.block == target,
            Instr::BrOnCastFail(branch) => branch.block == target,
            Instr::TryTable(construct) => construct.catches.iter().any(|catch| label(catch) == target),
            _ => false,
        };
    }
}

/// Where a catch clause branches to.
fn label(catch: &TryTableCatch) -> InstrSeqId {
    match catch {
        TryTableCatch::Catch { label, .. }
        | TryTableCatch::CatchRef { label, .. }
        | TryTableCatch::CatchAll { label }
        | TryTableCatch::CatchAllRef { label } => *label,
    }
}
