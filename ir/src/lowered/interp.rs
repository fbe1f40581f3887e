//! The interpreter: what a kernel means for one point of its iteration space.
//!
//! Input is a verified kernel function, its arguments as raw bits and a memory; output is its results, or a bail. It
//! serves as the reference for every emitter and assumes nothing about speed.

use super::vector::Sign;
use super::{BlockId, Func, LoadKind, Op, StoreKind, Target, Term, Type, Value, eval, eval_vector};
use crate::abi::Reach;
use thiserror::Error;

/// The memory of a kernel: footprints addressed by absolute guest address. Vectors are accessed in pieces.
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

/// What looks on while a thread runs.
pub trait Watch {
    /// An operation has computed `result`; `bits` are those of every value so far.
    fn computed(&mut self, func: &Func, op: &Op, result: Value, bits: &[u128]);
    /// The parameters of a block have received these values.
    fn joined(&mut self, params: &[Value], args: &[Value]);
}

/// Nobody looks on.
impl Watch for () {
    fn computed(&mut self, _: &Func, _: &Op, _: Value, _: &[u128]) {}
    fn joined(&mut self, _: &[Value], _: &[Value]) {}
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
    watched(func, args, memory, budget, &mut ())
}

/// The same while something looks on.
pub fn watched(
    func: &Func,
    args: &[u64],
    memory: &mut impl Spaces,
    budget: &mut u64,
    watch: &mut impl Watch,
) -> Result<Outcome, InterpError> {
    let mut frame = Frame { bits: vec![0; func.values.len()], moved: Vec::new() };
    for (&param, &bits) in func.block(BlockId::ENTRY).params.iter().zip(args) {
        frame.bits[param.index()] = (bits & func.ty(param).mask()).into();
    }
    let mut at = BlockId::ENTRY;
    loop {
        let block = func.block(at);
        for inst in &block.insts {
            *budget = budget.checked_sub(1).ok_or(InterpError::Budget)?;
            match frame.execute(&inst.op, memory)? {
                Step::Value(bits) => {
                    let result = inst.result.ok_or(InterpError::NotAKernel)?;
                    frame.bits[result.index()] = bits;
                    watch.computed(func, &inst.op, result, &frame.bits);
                }
                Step::Done => {}
                Step::Trapped => return Ok(Outcome::Bail),
            }
        }
        *budget = budget.checked_sub(1).ok_or(InterpError::Budget)?;
        let target = match &block.term {
            Term::Jump(target) => target,
            Term::Branch { cond, then, otherwise } => {
                if frame.scalar(*cond) as u32 != 0 {
                    then
                } else {
                    otherwise
                }
            }
            Term::Switch { index, targets, default } => {
                targets.get(frame.scalar(*index) as u32 as usize).unwrap_or(default)
            }
            Term::Return(values) => return Ok(Outcome::Values(values.iter().map(|&v| frame.scalar(v)).collect())),
            Term::Bail => return Ok(Outcome::Bail),
            Term::Unreachable => return Err(InterpError::NotAKernel),
        };
        frame.enter(func, target);
        watch.joined(&func.block(target.block).params, &target.args);
        at = target.block;
    }
}

enum Step {
    Value(u128),
    Done,
    Trapped,
}

struct Frame {
    /// The bits of each value; those of a scalar are zero-extended.
    bits: Vec<u128>,
    /// Arguments in flight: all are read before any parameter is written.
    moved: Vec<u128>,
}

impl Frame {
    fn get(&self, value: Value) -> u128 {
        self.bits[value.index()]
    }

    fn scalar(&self, value: Value) -> u64 {
        self.get(value) as u64
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
            Op::Unary(op, a) => eval::unary(op, self.scalar(a)),
            Op::Binary(op, a, b) => eval::binary(op, self.scalar(a), self.scalar(b)),
            Op::Ternary(op, operands) => Ok(eval::ternary(op, operands.map(|v| self.scalar(v)))),
            Op::Select { cond, if_true, if_false } => {
                let chosen = if self.scalar(cond) as u32 != 0 { if_true } else { if_false };
                return Ok(Step::Value(self.get(chosen)));
            }
            Op::Load { kind, space, offset, addr } => {
                return load(memory, kind, space, self.scalar(addr).wrapping_add(offset)).map(Step::Value);
            }
            Op::Gather { kind, space, offset, addr } => {
                let address = self.scalar(addr).wrapping_add(offset);
                if !memory.reach(space).holds(address, kind.width()) {
                    return Ok(Step::Trapped);
                }
                return load(memory, kind, space, address).map(Step::Value);
            }
            Op::Update { op, kind, space, offset, addr, value } => {
                let address = self.scalar(addr).wrapping_add(offset);
                let load_kind = kind.updated().ok_or(InterpError::NotAKernel)?;
                let inside = memory.reach(space).holds(address, kind.width());
                if !inside || !address.is_multiple_of(kind.width().into()) {
                    return Ok(Step::Trapped);
                }
                let old = load(memory, load_kind, space, address)? as u64;
                let new = op.combine(kind.ty(), old, self.scalar(value));
                store(memory, kind, space, address, new.into())?;
                return Ok(Step::Done);
            }
            Op::Store { kind, space, offset, addr, value } => {
                store(memory, kind, space, self.scalar(addr).wrapping_add(offset), self.get(value))?;
                return Ok(Step::Done);
            }
            Op::GlobalGet(_) | Op::GlobalSet(..) | Op::Foreign(_) | Op::ForeignResult => {
                return Err(InterpError::NotAKernel);
            }
            ref op => return Ok(Step::Value(self.vector(op))),
        };
        Ok(computed.map_or(Step::Trapped, |bits| Step::Value(bits.into())))
    }

    /// The value of an operation from or to a vector.
    fn vector(&self, op: &Op) -> u128 {
        match *op {
            Op::VectorConst(bytes) => u128::from_le_bytes(bytes),
            Op::VectorUnary(op, a) => eval_vector::unary(op, self.get(a)),
            Op::VectorBinary(op, a, b) => eval_vector::binary(op, self.get(a), self.get(b)),
            Op::VectorTernary(op, operands) => eval_vector::ternary(op, operands.map(|v| self.get(v))),
            Op::Shuffle(bytes, a, b) => eval_vector::shuffle(bytes, self.get(a), self.get(b)),
            Op::ExtractLane { shape, signed, lane, vector } => {
                let sign = if signed { Sign::Signed } else { Sign::Unsigned };
                eval_vector::extract(shape, sign, lane, self.get(vector)).into()
            }
            Op::ReplaceLane { shape, lane, vector, value } => {
                eval_vector::replace(shape, lane, self.get(vector), self.scalar(value))
            }
            _ => unreachable!("`{op}` has nothing to do with vectors"),
        }
    }
}

fn load(memory: &impl Spaces, kind: LoadKind, space: u32, address: u64) -> Result<u128, InterpError> {
    let part = |address: u64, kind: LoadKind| {
        memory.load(space, address, kind).ok_or(InterpError::OutOfFootprint { space, address })
    };
    if kind.ty() != Type::V128 {
        return part(address, kind).map(|raw| kind.extend(raw).into());
    }
    let mut bits = 0;
    for at in (0..kind.width()).step_by(kind.align() as usize) {
        bits |= u128::from(part(address.wrapping_add(at.into()), kind.piece())?) << (8 * at);
    }
    Ok(bits)
}

fn store(memory: &mut impl Spaces, kind: StoreKind, space: u32, address: u64, bits: u128) -> Result<(), InterpError> {
    let mut part = |address: u64, kind: StoreKind, bits: u64| {
        memory.store(space, address, kind, bits).ok_or(InterpError::OutOfFootprint { space, address })
    };
    if kind.ty() != Type::V128 {
        return part(address, kind, bits as u64);
    }
    for at in (0..kind.width()).step_by(kind.align() as usize) {
        part(address.wrapping_add(at.into()), kind.piece(), (bits >> (8 * at)) as u64)?;
    }
    Ok(())
}
