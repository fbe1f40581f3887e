//! Functions, blocks, instructions and terminators.

use super::{BinaryOp, Const, LoadKind, Shape, StoreKind, TernaryOp, Type, UnaryOp};
use super::{VectorBinaryOp, VectorTernaryOp, VectorUnaryOp};
use crate::region::ReduceOp;
use serde::{Deserialize, Serialize};

/// An SSA value, an index into [`Func::values`].
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Value(pub u32);

/// A basic block, an index into [`Func::blocks`].
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, PartialOrd, Ord, Serialize, Deserialize)]
pub struct BlockId(pub u32);

impl Value {
    /// The index into [`Func::values`].
    pub fn index(self) -> usize {
        self.0 as usize
    }
}

impl BlockId {
    /// The block that control enters first.
    pub const ENTRY: BlockId = BlockId(0);

    /// The index into [`Func::blocks`].
    pub fn index(self) -> usize {
        self.0 as usize
    }
}

/// A function. Block 0 is the entry; its parameters are the function's.
#[derive(Clone, PartialEq, Debug, Default, Serialize, Deserialize)]
pub struct Func {
    /// The name shown to people; may be empty.
    pub name: String,
    /// The type of each value.
    pub values: Vec<Type>,
    /// The basic blocks.
    pub blocks: Vec<Block>,
    /// The types that [`Term::Return`] carries.
    pub results: Vec<Type>,
}

/// A basic block.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Block {
    /// The values that every edge to this block passes.
    pub params: Vec<Value>,
    /// The instructions, in program order.
    pub insts: Vec<Inst>,
    /// How the block ends.
    pub term: Term,
}

/// An instruction.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Inst {
    /// The value defined, if the operation has one.
    pub result: Option<Value>,
    /// What is done.
    pub op: Op,
    /// The byte offset of the Wasm operator in the module, for messages; 0 where there is none.
    pub at: u32,
}

/// An operation.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub enum Op {
    /// A constant.
    Const(Const),
    /// An operator with one operand.
    Unary(UnaryOp, Value),
    /// An operator with two operands.
    Binary(BinaryOp, Value, Value),
    /// `if cond != 0 { if_true } else { if_false }`, bit for bit.
    Select {
        /// An `i32`.
        cond: Value,
        /// The result for a condition that isn't zero.
        if_true: Value,
        /// The result for zero.
        if_false: Value,
    },
    /// A load from `zext(addr) + offset`.
    Load {
        /// Width and extension.
        kind: LoadKind,
        /// Memory index in a guest function, footprint index in a kernel.
        space: u32,
        /// The memarg offset in bytes.
        offset: u64,
        /// The address operand.
        addr: Value,
    },
    /// A store to `zext(addr) + offset`.
    Store {
        /// Width and truncation.
        kind: StoreKind,
        /// Memory index in a guest function, footprint index in a kernel.
        space: u32,
        /// The memarg offset in bytes.
        offset: u64,
        /// The address operand.
        addr: Value,
        /// The value stored.
        value: Value,
    },
    /// Reads a global; only in guest functions.
    GlobalGet(u32),
    /// Writes a global; only in guest functions.
    GlobalSet(u32, Value),
    /// A constant vector, lane 0 in the first bytes.
    VectorConst([u8; 16]),
    /// An operator from or to a vector, with one operand.
    VectorUnary(VectorUnaryOp, Value),
    /// An operator with a vector and another operand.
    VectorBinary(VectorBinaryOp, Value, Value),
    /// An operator with three vectors.
    VectorTernary(VectorTernaryOp, [Value; 3]),
    /// Bytes of two vectors, numbered from 0 to 31.
    Shuffle([u8; 16], Value, Value),
    /// A lane as a scalar.
    ExtractLane {
        /// How the vector is cut.
        shape: Shape,
        /// True if a lane of 8 or 16 bits is sign-extended.
        signed: bool,
        /// Which lane.
        lane: u8,
        /// The vector.
        vector: Value,
    },
    /// A vector with one lane replaced.
    ReplaceLane {
        /// How the vector is cut.
        shape: Shape,
        /// Which lane.
        lane: u8,
        /// The vector.
        vector: Value,
        /// The new lane; of an `i32` for a narrower one the low bits.
        value: Value,
    },
    /// An operator that no kernel may hold; only in guest functions.
    Foreign(Box<Foreign>),
    /// One result of the [`Op::Foreign`] before it; only in guest functions.
    ForeignResult,
    /// A load from `zext(addr) + offset`, wherever that is, or a bail if it isn't where the footprint's accesses may be; only in
    /// kernels. A device that needs aligned addresses bails for others.
    Gather {
        /// Width and extension.
        kind: LoadKind,
        /// The footprint index.
        space: u32,
        /// The memarg offset in bytes, below 2^32.
        offset: u64,
        /// The address operand, an `i32`.
        addr: Value,
    },
    /// Combines what lies at `zext(addr) + offset` with a value, in place, or bails if that isn't where the footprint's accesses
    /// may be or isn't a multiple of the width; only in kernels. Nobody sees what was there before, and the updates of a
    /// footprint may happen in any order, those of different threads at once.
    Update {
        /// How they are combined, not by [`ReduceOp::Mul`].
        op: ReduceOp,
        /// The width: `i32.store` or `i64.store`.
        kind: StoreKind,
        /// The footprint index.
        space: u32,
        /// The memarg offset in bytes, below 2^32.
        offset: u64,
        /// The address operand, an `i32`.
        addr: Value,
        /// The value.
        value: Value,
    },
    /// An operator with three operands.
    Ternary(TernaryOp, [Value; 3]),
}

/// An operator outside the kernel language.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Foreign {
    /// Its Wasm name, for messages.
    pub name: String,
    /// Every operand it takes from the stack.
    pub args: Vec<Value>,
}

/// A branch target with the values for its parameters.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Target {
    /// Where control goes.
    pub block: BlockId,
    /// One value per parameter of `block`.
    pub args: Vec<Value>,
}

/// How a block ends.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub enum Term {
    /// Continues at the target.
    Jump(Target),
    /// Continues at `then` if `cond` isn't zero, else at `otherwise`.
    Branch {
        /// An `i32`.
        cond: Value,
        /// Taken for a condition that isn't zero.
        then: Target,
        /// Taken for zero.
        otherwise: Target,
    },
    /// Continues at `targets[index]`, or at `default` past the end.
    Switch {
        /// An `i32`, read unsigned.
        index: Value,
        /// The table.
        targets: Vec<Target>,
        /// Taken for every other index.
        default: Target,
    },
    /// Leaves the function.
    Return(Vec<Value>),
    /// Traps; only in guest functions.
    Unreachable,
    /// Gives the whole region up; only in kernels.
    Bail,
}

impl Term {
    /// The targets, in order; empty for a block that leaves the function.
    pub fn targets(&self) -> Vec<&Target> {
        match self {
            Term::Jump(target) => vec![target],
            Term::Branch { then, otherwise, .. } => vec![then, otherwise],
            Term::Switch { targets, default, .. } => targets.iter().chain(std::iter::once(default)).collect(),
            Term::Return(_) | Term::Unreachable | Term::Bail => Vec::new(),
        }
    }

    /// The targets, in order, for changing.
    pub fn targets_mut(&mut self) -> Vec<&mut Target> {
        match self {
            Term::Jump(target) => vec![target],
            Term::Branch { then, otherwise, .. } => vec![then, otherwise],
            Term::Switch { targets, default, .. } => targets.iter_mut().chain(std::iter::once(default)).collect(),
            Term::Return(_) | Term::Unreachable | Term::Bail => Vec::new(),
        }
    }

    /// Calls `visit` with every value the terminator reads to decide or to return, without the arguments of targets.
    pub fn for_each_own_use(&self, visit: impl FnMut(Value)) {
        match self {
            Term::Branch { cond, .. } => std::iter::once(*cond).for_each(visit),
            Term::Switch { index, .. } => std::iter::once(*index).for_each(visit),
            Term::Return(values) => values.iter().copied().for_each(visit),
            Term::Jump(_) | Term::Unreachable | Term::Bail => {}
        }
    }

    /// Calls `visit` with every value the terminator reads, arguments of targets included.
    pub fn for_each_use(&self, mut visit: impl FnMut(Value)) {
        self.for_each_own_use(&mut visit);
        for target in self.targets() {
            target.args.iter().copied().for_each(&mut visit);
        }
    }

    /// Replaces every value the terminator reads itself, arguments of targets aside.
    pub fn map_own_uses(&mut self, mut map: impl FnMut(Value) -> Value) {
        match self {
            Term::Branch { cond, .. } => *cond = map(*cond),
            Term::Switch { index, .. } => *index = map(*index),
            Term::Return(values) => values.iter_mut().for_each(|v| *v = map(*v)),
            Term::Jump(_) | Term::Unreachable | Term::Bail => {}
        }
    }

    /// Replaces every value the terminator reads.
    pub fn map_uses(&mut self, mut map: impl FnMut(Value) -> Value) {
        self.map_own_uses(&mut map);
        for target in self.targets_mut() {
            target.args.iter_mut().for_each(|v| *v = map(*v));
        }
    }
}

impl Op {
    /// Calls `visit` with every operand, in order.
    pub fn for_each_use(&self, mut visit: impl FnMut(Value)) {
        match *self {
            Op::Const(_) | Op::VectorConst(_) | Op::GlobalGet(_) | Op::ForeignResult => {}
            Op::Foreign(ref foreign) => foreign.args.iter().copied().for_each(visit),
            Op::Unary(_, a) | Op::GlobalSet(_, a) | Op::Load { addr: a, .. } | Op::Gather { addr: a, .. } => visit(a),
            Op::VectorUnary(_, a) | Op::ExtractLane { vector: a, .. } => visit(a),
            Op::Binary(_, a, b) | Op::Store { addr: a, value: b, .. } | Op::Update { addr: a, value: b, .. } => {
                [a, b].into_iter().for_each(visit);
            }
            Op::VectorBinary(_, a, b) | Op::Shuffle(_, a, b) | Op::ReplaceLane { vector: a, value: b, .. } => {
                [a, b].into_iter().for_each(visit);
            }
            Op::Ternary(_, operands) | Op::VectorTernary(_, operands) => operands.into_iter().for_each(visit),
            Op::Select { cond, if_true, if_false } => [cond, if_true, if_false].into_iter().for_each(visit),
        }
    }

    /// Replaces every operand.
    pub fn map_uses(&mut self, mut map: impl FnMut(Value) -> Value) {
        match self {
            Op::Const(_) | Op::VectorConst(_) | Op::GlobalGet(_) | Op::ForeignResult => {}
            Op::Foreign(foreign) => foreign.args.iter_mut().for_each(|v| *v = map(*v)),
            Op::Unary(_, a) | Op::GlobalSet(_, a) | Op::Load { addr: a, .. } | Op::Gather { addr: a, .. } => {
                *a = map(*a)
            }
            Op::VectorUnary(_, a) | Op::ExtractLane { vector: a, .. } => *a = map(*a),
            Op::Binary(_, a, b) | Op::Store { addr: a, value: b, .. } | Op::Update { addr: a, value: b, .. } => {
                *a = map(*a);
                *b = map(*b);
            }
            Op::VectorBinary(_, a, b) | Op::Shuffle(_, a, b) | Op::ReplaceLane { vector: a, value: b, .. } => {
                *a = map(*a);
                *b = map(*b);
            }
            Op::Ternary(_, operands) | Op::VectorTernary(_, operands) => operands.iter_mut().for_each(|v| *v = map(*v)),
            Op::Select { cond, if_true, if_false } => {
                *cond = map(*cond);
                *if_true = map(*if_true);
                *if_false = map(*if_false);
            }
        }
    }

    /// True if a kernel may bail at this operation: where it traps, or where a checked address isn't where it may be.
    pub fn can_trap(&self) -> bool {
        match self {
            Op::Unary(op, _) => op.can_trap(),
            Op::Binary(op, ..) => op.can_trap(),
            Op::Gather { .. } | Op::Update { .. } => true,
            _ => false,
        }
    }

    /// The same where some operands are known: division traps at no constant but 0 and -1, and at -1 only where it may overflow.
    pub fn can_trap_with(&self, constant: impl Fn(Value) -> Option<Const>) -> bool {
        use BinaryOp::*;
        match *self {
            Op::Binary(I32DivU | I32RemU | I32RemS | I64DivU | I64RemU | I64RemS, _, b) => {
                constant(b).is_none_or(|c| c.bits == 0)
            }
            Op::Binary(I32DivS | I64DivS, _, b) => constant(b).is_none_or(|c| c.bits == 0 || c.bits == c.ty.mask()),
            _ => self.can_trap(),
        }
    }
}

impl Func {
    /// A new value of type `ty`.
    pub fn new_value(&mut self, ty: Type) -> Value {
        self.values.push(ty);
        Value(self.values.len() as u32 - 1)
    }

    /// A new block without parameters or instructions that ends in [`Term::Unreachable`].
    pub fn new_block(&mut self) -> BlockId {
        self.blocks.push(Block { params: Vec::new(), insts: Vec::new(), term: Term::Unreachable });
        BlockId(self.blocks.len() as u32 - 1)
    }

    /// The type of `value`.
    pub fn ty(&self, value: Value) -> Type {
        self.values[value.index()]
    }

    /// The block `id`.
    pub fn block(&self, id: BlockId) -> &Block {
        &self.blocks[id.index()]
    }

    /// The block `id`, for changing.
    pub fn block_mut(&mut self, id: BlockId) -> &mut Block {
        &mut self.blocks[id.index()]
    }

    /// Appends an operation to `block` and returns the value it defines.
    pub fn push(&mut self, block: BlockId, op: Op, ty: Type, at: u32) -> Value {
        let result = self.new_value(ty);
        self.block_mut(block).insts.push(Inst { result: Some(result), op, at });
        result
    }

    /// True if some edge or operation can make a kernel bail.
    pub fn can_bail(&self) -> bool {
        let traps = self.traps();
        self.blocks.iter().any(|b| matches!(b.term, Term::Bail) || b.insts.iter().any(|i| traps(&i.op)))
    }

    /// What tells whether an operation of this function may trap, with the operands that it has.
    pub fn traps(&self) -> impl Fn(&Op) -> bool + use<> {
        let mut constants = vec![None; self.values.len()];
        for inst in self.blocks.iter().flat_map(|b| &b.insts) {
            if let (Some(result), Op::Const(c)) = (inst.result, &inst.op) {
                constants[result.index()] = Some(*c);
            }
        }
        move |op| op.can_trap_with(|value| constants.get(value.index()).copied().flatten())
    }
}
