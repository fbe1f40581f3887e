//! Where in the code a decline comes from: the operators that a reason is about, each with its part in it.
//!
//! Input: a loop that was declined, and the reason. Output: places, for messages alone; nothing is decided here, so a place that
//! isn't found costs a line of the message. A reason says what it is about in terms of the module (an offset, a local, an
//! operator's name); here that is looked up in the loop, which declines rarely enough to be walked once more.

use crate::analysis::affine::Symbols;
use crate::analysis::context::{Context, Def};
use crate::analysis::count::condition;
use crate::analysis::draft::Draft;
use crate::analysis::induction::{self, Inductions};
use crate::analysis::reduction::tainted;
use crate::analysis::shape::{self, ExitEdge, Shape};
use crate::reasons::Reason;
use crate::wasm::{GuestLoop, Module};
use ir::lowered::{BlockId, Inst, Op, Term, Value};
use std::collections::HashSet;

/// An operator that a reason is about.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Spot {
    /// Its byte offset in the module.
    pub offset: u32,
    /// `file:line`, where the module carries DWARF.
    pub line: Option<String>,
    /// Its Wasm name.
    pub operator: String,
    /// Its part in the reason.
    pub role: String,
}

/// Places that a message has room for.
const MAX_SPOTS: usize = 4;
/// Values looked at to find what isn't linear.
const MAX_CAUSES: usize = 256;

/// The places that `reason`, for which `guest_loop` was declined, is about.
pub fn spots(module: &Module, context: &Context<'_>, guest_loop: &GuestLoop, reason: &Reason) -> Vec<Spot> {
    let Ok(shape) = shape::shape(context, guest_loop.header) else { return Vec::new() };
    let finder = Finder { context, guest_loop, shape: &shape };
    let mut spots = finder.find(module, reason);
    spots.dedup_by_key(|spot| spot.offset);
    spots.truncate(MAX_SPOTS);
    spots
}

/// The Wasm name of an operation.
fn name(op: &Op) -> String {
    match op {
        Op::Foreign(foreign) => foreign.name.clone(),
        _ => op.to_string().split_whitespace().next().unwrap_or_default().to_string(),
    }
}

fn spot(inst: &Inst, role: impl Into<String>) -> Spot {
    Spot { offset: inst.at, line: None, operator: name(&inst.op), role: role.into() }
}

struct Finder<'a> {
    context: &'a Context<'a>,
    guest_loop: &'a GuestLoop,
    shape: &'a Shape,
}

impl Finder<'_> {
    fn find(&self, module: &Module, reason: &Reason) -> Vec<Spot> {
        match reason {
            Reason::Operator { name } => {
                let is_it = |inst: &Inst| match &inst.op {
                    Op::Foreign(foreign) => foreign.name == *name,
                    _ => inst.result.is_some_and(|result| self.context.func.ty(result).to_string() == *name),
                };
                self.first(is_it, "no kernel can hold it")
            }
            Reason::Global { index } => {
                let sets = |inst: &Inst| matches!(inst.op, Op::GlobalSet(i, _) if i == *index);
                let reads = |inst: &Inst| matches!(inst.op, Op::GlobalGet(i) if i == *index);
                let mut spots = self.first(sets, "it sets the global");
                spots.extend(self.first(reads, "it reads the global, which may have changed"));
                spots
            }
            Reason::Memory { .. } => {
                let shared = |index: u32| module.memories.get(index as usize).is_some_and(|m| m.shared);
                let is_it = |inst: &Inst| match inst.op {
                    Op::Load { space, offset, .. } | Op::Store { space, offset, .. } => {
                        shared(space) || u32::try_from(offset).is_err()
                    }
                    _ => false,
                };
                self.first(is_it, "its memory")
            }
            Reason::TripCount { .. } => self.tests("the loop goes on or ends by this"),
            Reason::SideExit => self.tests("the loop can end by this"),
            Reason::FloatReduction { operator } => {
                let sums = self.accumulated();
                let is_it = |inst: &Inst| name(&inst.op) == *operator && inst.result.is_some_and(|r| sums.contains(&r));
                self.first(is_it, "it makes the sum of one iteration from that of the one before")
            }
            Reason::CarriedValue { local } => self.next(*local),
            Reason::Address { offset, .. } => self.address(*offset),
            Reason::InnerCount { offset, .. } => self.inner(*offset),
            Reason::CarriedDependence { store, other, .. } if store == other => {
                self.at(*store, "what one iteration stores, another one stores to as well")
            }
            Reason::CarriedDependence { store, other, .. } => {
                let mut spots = self.at(*store, "what one iteration stores here");
                spots.extend(self.at(*other, "another iteration accesses here"));
                spots
            }
            Reason::InvariantStore { store } => self.at(*store, "its address is the same in every iteration"),
            Reason::Exit { .. } => self.exits("the loop ends by this"),
            Reason::LiveOut { local } => self.last(*local),
            _ => Vec::new(),
        }
    }

    /// What depends on the floats that the loop carries.
    fn accumulated(&self) -> HashSet<Value> {
        let params = &self.context.func.block(self.shape.header).params;
        let floats = params.iter().filter(|param| !self.context.func.ty(**param).is_int());
        floats.flat_map(|&param| tainted(self.context, self.shape, param)).collect()
    }

    fn insts(&self) -> impl Iterator<Item = &Inst> {
        self.shape.body.iter().flat_map(|&block| &self.context.func.block(block).insts)
    }

    fn first(&self, is_it: impl Fn(&Inst) -> bool, role: &str) -> Vec<Spot> {
        self.insts().find(|inst| is_it(inst)).map(|inst| spot(inst, role)).into_iter().collect()
    }

    fn at(&self, offset: u32, role: &str) -> Vec<Spot> {
        let access = |inst: &Inst| matches!(inst.op, Op::Load { .. } | Op::Store { .. }) && inst.at == offset;
        self.first(access, role)
    }

    fn inst(&self, value: Value) -> Option<&Inst> {
        match self.context.defs[value.index()] {
            Def::Inst(block, at) if self.shape.inside.contains(&block) => {
                self.context.func.block(block).insts.get(at as usize)
            }
            _ => None,
        }
    }

    /// The condition that an edge is taken by.
    fn condition(&self, exit: &ExitEdge) -> Option<&Inst> {
        match self.context.func.block(exit.from).term {
            Term::Branch { cond: value, .. } | Term::Switch { index: value, .. } => self.inst(value),
            _ => None,
        }
    }

    fn exits(&self, role: &str) -> Vec<Spot> {
        self.shape.exits.iter().filter_map(|exit| self.condition(exit)).map(|inst| spot(inst, role)).collect()
    }

    /// What the exits are taken by, and what in them isn't linear in the iteration number.
    fn tests(&self, role: &str) -> Vec<Spot> {
        let (mut draft, mut inductions) = self.inductions();
        let mut spots = Vec::new();
        for exit in &self.shape.exits {
            spots.extend(self.condition(exit).map(|inst| spot(inst, role)));
            let Term::Branch { cond, .. } = self.context.func.block(exit.from).term else { continue };
            let (_, a, b) = condition(self.context, cond, false);
            for side in [Some(a), b].into_iter().flatten() {
                spots.extend(self.cause(&mut draft, &mut inductions, side, exit.from));
            }
        }
        spots
    }

    /// The branch that decides what a value is where ways through the loop come together.
    fn decided(&self, block: BlockId) -> Option<Spot> {
        let before = self.context.tree.predecessors[block.index()].iter().copied();
        let mut splits = before.chain(self.context.tree.above(block));
        splits.find_map(|split| {
            let Term::Branch { cond, .. } = self.context.func.block(split).term else { return None };
            self.inst(cond).map(|inst| spot(inst, "it decides where the access goes"))
        })
    }

    /// The values that a parameter of a block in the body may be.
    fn joined(&self, value: Value) -> Option<(BlockId, Vec<(BlockId, Value)>)> {
        let Def::Param(block, place) = self.context.defs[value.index()] else { return None };
        if block == self.shape.header || !self.shape.inside.contains(&block) {
            return None;
        }
        let from = self.context.tree.predecessors[block.index()].iter().copied();
        let args = from.flat_map(|from| {
            let targets = self.context.func.block(from).term.targets();
            targets.into_iter().filter(|t| t.block == block).map(move |t| (from, t.args[place as usize]))
        });
        Some((block, args.collect()))
    }

    /// What gives a local its next value.
    fn next(&self, local: u32) -> Vec<Spot> {
        let Some(carried) = self.guest_loop.carried.iter().find(|c| c.local == local) else { return Vec::new() };
        self.next_of(carried.param).into_iter().collect()
    }

    fn next_of(&self, param: Value) -> Option<Spot> {
        let header = self.context.func.block(self.shape.header);
        let position = header.params.iter().position(|&p| p == param)?;
        let targets = self.context.func.block(self.shape.latch).term.targets();
        let next = *targets.into_iter().find(|t| t.block == self.shape.header)?.args.get(position)?;
        self.inst(next).map(|inst| spot(inst, "it makes the value that the next iteration begins with"))
    }

    /// What gives a local the value that it has behind the loop.
    fn last(&self, local: u32) -> Vec<Spot> {
        let Some(at) = self.guest_loop.carried.iter().position(|c| c.local == local) else { return Vec::new() };
        let value = |exit: &ExitEdge| self.guest_loop.ends.get(&exit.from)?.get(at).copied();
        let insts = self.shape.exits.iter().filter_map(value).filter_map(|value| self.inst(value));
        insts.map(|inst| spot(inst, "it makes the value that is needed afterwards")).collect()
    }

    fn address(&self, offset: u32) -> Vec<Spot> {
        let mut spots = self.at(offset, "the access");
        let access = |inst: &&Inst| matches!(inst.op, Op::Load { .. } | Op::Store { .. }) && inst.at == offset;
        for &block in &self.shape.body {
            let inst = self.context.func.block(block).insts.iter().find(access);
            if let Some(Op::Load { addr, .. } | Op::Store { addr, .. }) = inst.map(|inst| &inst.op) {
                let (mut draft, mut inductions) = self.inductions();
                spots.extend(self.cause(&mut draft, &mut inductions, *addr, block));
                break;
            }
        }
        spots
    }

    /// The access that moves with a loop inside, and what keeps the count of such loops unknown.
    fn inner(&self, offset: Option<u32>) -> Vec<Spot> {
        let mut spots = offset.map_or(Vec::new(), |offset| self.at(offset, "the access"));
        let (mut draft, mut inductions) = self.inductions();
        for l in 1..self.shape.loops.len() {
            let moves = |inst: &Inst| offset.is_none_or(|offset| inst.at == offset);
            let blocks = self.shape.body.iter().filter(|&&block| self.shape.holds(l, block));
            if !blocks.flat_map(|&block| &self.context.func.block(block).insts).any(moves) {
                continue;
            }
            for exit in self.shape.exits_of(self.context, l) {
                let Term::Branch { cond, .. } = self.context.func.block(exit.from).term else { continue };
                let (_, a, b) = condition(self.context, cond, false);
                for side in [Some(a), b].into_iter().flatten() {
                    spots.extend(self.cause(&mut draft, &mut inductions, side, exit.from));
                }
            }
        }
        spots
    }

    fn inductions(&self) -> (Draft<'_>, Inductions) {
        let mut draft = Draft::new(Symbols::new(self.context, self.guest_loop), self.shape.loops.len());
        let inductions = induction::inductions(self.context, self.shape, &mut draft.symbols);
        (draft, inductions)
    }

    /// What makes a value not linear: the first one on the way to it whose operands are.
    fn cause(
        &self,
        draft: &mut Draft<'_>,
        inductions: &mut Inductions,
        mut value: Value,
        block: BlockId,
    ) -> Option<Spot> {
        let mut block = block;
        for _ in 0..MAX_CAUSES {
            let mut linear = |value: Value, block: BlockId| {
                inductions.of(self.context, self.shape, &mut draft.symbols, value, Some(block)).is_some()
            };
            if linear(value, block) {
                return None;
            }
            if let Some((join, args)) = self.joined(value) {
                let before = |from: BlockId| self.context.rank[from.index()] < self.context.rank[join.index()];
                let unknown = args.iter().find(|&&(from, arg)| before(from) && !linear(arg, from));
                match unknown {
                    Some(&(from, arg)) => (block, value) = (from, arg),
                    None if args.iter().all(|&(from, _)| before(from)) => return self.decided(join),
                    None => {
                        let next = args.into_iter().find(|&(from, _)| !before(from))?;
                        let role = "it makes a value that changes from iteration to iteration";
                        return self.inst(next.1).map(|inst| spot(inst, role));
                    }
                }
                continue;
            }
            let Some(inst) = self.inst(value) else {
                let spot = self.next_of(value);
                return spot.map(|spot| Spot {
                    role: "it makes a value that changes from iteration to iteration".into(),
                    ..spot
                });
            };
            let role = match inst.op {
                Op::Load { .. } => "what it loads isn't known before the loop runs",
                _ => "its result isn't linear in the iteration number",
            };
            let mut operands = Vec::new();
            if !matches!(inst.op, Op::Load { .. }) {
                inst.op.for_each_use(|operand| operands.push(operand));
            }
            match operands
                .into_iter()
                .find(|&operand| self.shape.defines(self.context, operand) && !linear(operand, block))
            {
                Some(operand) => value = operand,
                None => return Some(spot(inst, role)),
            }
        }
        None
    }
}
