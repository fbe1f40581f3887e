//! The interpreter: what a kernel means for one point of its iteration space.
//!
//! Input is a verified kernel function, its arguments as raw bits and a memory; output is its results, or a bail. It
//! serves as the reference for every emitter and assumes nothing about speed.

use super::{BlockId, Func, LoadKind, Op, StoreKind, Target, Term, Value, eval};
use crate::abi::Reach;
use thiserror::Error;

/// The memory of a kernel: footprints addressed by absolute guest address.
pub trait Spaces {
    /// The `kind.width()` little-endian bytes at `address`, zero-extended; `None` if they aren't all there.
    fn load(&self, space: u32, address: u64, kind: LoadKind) -> Option<u64>;
    /// Writes the low `kind.width()` bytes of `value`; `None` if they aren't all there.
    fn store(&mut self, space: u32, address: u64, kind: StoreKind, value: u64) -> Option<()>;
    /// Where the checked accesses of a footprint may be; nowhere, unless a memory says so.
    fn reach(&self, _space: u32) -> Reach {
        Reach::default()
    }
}

/// How a thread ended.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Outcome {
    /// It returned these bits.
    Values(Vec<u64>),
    /// It reached an edge or an operand that the kernel doesn't contain.
    Bail,
}

/// Why a thread has no outcome; never the case for a kernel whose guards hold.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Error)]
pub enum InterpError {
    /// An access outside the memory.
    #[error("access to space {space} at address {address:#x} is outside its footprint")]
    OutOfFootprint {
        /// The footprint index.
        space: u32,
        /// The address after adding the memarg offset.
        address: u64,
    },
    /// The budget ran out.
    #[error("the step budget is spent")]
    Budget,
    /// An operation that only guest functions hold.
    #[error("the function isn't a kernel")]
    NotAKernel,
}

/// Runs one thread. `args` are the entry parameters; at most `budget` operations are executed.
pub fn run(func: &Func, args: &[u64], memory: &mut impl Spaces, budget: &mut u64) -> Result<Outcome, InterpError> {
    let mut frame = Frame { bits: vec![0; func.values.len()], moved: Vec::new() };
    for (&param, &bits) in func.block(BlockId::ENTRY).params.iter().zip(args) {
        frame.bits[param.index()] = bits & func.ty(param).mask();
    }
    let mut at = BlockId::ENTRY;
    loop {
        let block = func.block(at);
        for inst in &block.insts {
            *budget = budget.checked_sub(1).ok_or(InterpError::Budget)?;
            match frame.execute(&inst.op, memory)? {
                Step::Value(bits) => frame.bits[inst.result.ok_or(InterpError::NotAKernel)?.index()] = bits,
                Step::Done => {}
                Step::Trapped => return Ok(Outcome::Bail),
            }
        }
        *budget = budget.checked_sub(1).ok_or(InterpError::Budget)?;
        let target = match &block.term {
            Term::Jump(target) => target,
            Term::Branch { cond, then, otherwise } => {
                if frame.get(*cond) as u32 != 0 {
                    then
                } else {
                    otherwise
                }
            }
            Term::Switch { index, targets, default } => {
                targets.get(frame.get(*index) as u32 as usize).unwrap_or(default)
            }
            Term::Return(values) => return Ok(Outcome::Values(values.iter().map(|&v| frame.get(v)).collect())),
            Term::Bail => return Ok(Outcome::Bail),
            Term::Unreachable => return Err(InterpError::NotAKernel),
        };
        frame.enter(func, target);
        at = target.block;
    }
}

enum Step {
    Value(u64),
    Done,
    Trapped,
}

struct Frame {
    bits: Vec<u64>,
    /// Arguments in flight: all are read before any parameter is written.
    moved: Vec<u64>,
}

impl Frame {
    fn get(&self, value: Value) -> u64 {
        self.bits[value.index()]
    }

    fn enter(&mut self, func: &Func, target: &Target) {
        self.moved.clear();
        self.moved.extend(target.args.iter().map(|v| self.bits[v.index()]));
        for (&param, &bits) in func.block(target.block).params.iter().zip(&self.moved) {
            self.bits[param.index()] = bits;
        }
    }

    fn execute(&mut self, op: &Op, memory: &mut impl Spaces) -> Result<Step, InterpError> {
        let computed = match *op {
            Op::Const(c) => Ok(c.bits),
            Op::Unary(op, a) => eval::unary(op, self.get(a)),
            Op::Binary(op, a, b) => eval::binary(op, self.get(a), self.get(b)),
            Op::Select { cond, if_true, if_false } => {
                Ok(if self.get(cond) as u32 != 0 { self.get(if_true) } else { self.get(if_false) })
            }
            Op::Load { kind, space, offset, addr } => {
                let address = self.get(addr).wrapping_add(offset);
                let raw = memory.load(space, address, kind).ok_or(InterpError::OutOfFootprint { space, address })?;
                Ok(kind.extend(raw))
            }
            Op::Gather { kind, space, offset, addr } => {
                let address = self.get(addr).wrapping_add(offset);
                if !memory.reach(space).holds(address, kind.width()) {
                    return Ok(Step::Trapped);
                }
                let raw = memory.load(space, address, kind).ok_or(InterpError::OutOfFootprint { space, address })?;
                Ok(kind.extend(raw))
            }
            Op::Store { kind, space, offset, addr, value } => {
                let address = self.get(addr).wrapping_add(offset);
                let bits = self.get(value);
                memory.store(space, address, kind, bits).ok_or(InterpError::OutOfFootprint { space, address })?;
                return Ok(Step::Done);
            }
            Op::GlobalGet(_) | Op::GlobalSet(..) | Op::Foreign(_) | Op::ForeignResult => {
                return Err(InterpError::NotAKernel);
            }
        };
        Ok(computed.map_or(Step::Trapped, Step::Value))
    }
}
