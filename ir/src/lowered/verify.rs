//! The verifier: what every later stage may assume of a function.
//!
//! Checked: every index is in range; every value is defined once and its definition dominates each use; operand, result,
//! argument and return types match; lanes exist; the entry has no predecessors; a kernel holds no guest-only operation, and its
//! parameters and results are scalars. Unreachable
//! blocks are checked for indices and types only. The check is linear but for the dominator tree.

use super::{Block, BlockId, Func, Inst, Op, Shape, Term, Type, Value};
use thiserror::Error;

/// Which reading of LoweredOp a function must satisfy.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Form {
    /// Mirrors a Wasm function.
    Guest,
    /// A kernel; accesses name one of `spaces` footprints.
    Kernel {
        /// How many footprints there are.
        spaces: u32,
    },
}

/// What is wrong, and in which block.
#[derive(Clone, PartialEq, Eq, Debug, Error)]
#[error("block {block}: {what}")]
pub struct VerifyError {
    /// The block's index.
    pub block: u32,
    /// The broken rule.
    pub what: Broken,
}

/// The rule that a function breaks.
#[derive(Clone, PartialEq, Eq, Debug, Error)]
pub enum Broken {
    /// The function has no blocks.
    #[error("there is no entry block")]
    NoEntry,
    /// An edge leads to the entry.
    #[error("the entry block has a predecessor")]
    EntryHasPredecessor,
    /// A value or block index past the end.
    #[error("index {0} is out of range")]
    Index(u32),
    /// A value with two definitions.
    #[error("v{0} is defined twice")]
    Redefined(u32),
    /// A use that its definition doesn't dominate.
    #[error("v{0} is used where its definition doesn't reach")]
    NotDominated(u32),
    /// A value of the wrong type.
    #[error("v{value} has type {found}, {wanted} is needed")]
    Type {
        /// The value.
        value: u32,
        /// Its type.
        found: Type,
        /// The type needed.
        wanted: Type,
    },
    /// The wrong number of arguments or results.
    #[error("{found} values where {wanted} are needed")]
    Count {
        /// How many there are.
        found: usize,
        /// How many there should be.
        wanted: usize,
    },
    /// A lane or byte past the end of its vectors.
    #[error("`{0}` names a lane that isn't there")]
    Lane(String),
    /// A result where there is none, or none where there is one.
    #[error("`{0}` has a result exactly if it must not")]
    Result(String),
    /// An operation that this form may not hold.
    #[error("`{0}` may not stand here")]
    Forbidden(String),
}

/// Checks `func` against `form`.
pub fn verify(func: &Func, form: Form) -> Result<(), VerifyError> {
    let mut checker = Checker { func, form, defined: vec![None; func.values.len()], block: 0 };
    checker.run().map_err(|what| VerifyError { block: checker.block, what })
}

struct Checker<'a> {
    func: &'a Func,
    form: Form,
    /// Block and position (0 for parameters, then instruction index + 1) that defines each value.
    defined: Vec<Option<(u32, u32)>>,
    block: u32,
}

impl Checker<'_> {
    fn run(&mut self) -> Result<(), Broken> {
        if self.func.blocks.is_empty() {
            return Err(Broken::NoEntry);
        }
        for (id, block) in self.func.blocks.iter().enumerate() {
            self.block = id as u32;
            self.define_block(block)?;
        }
        self.block = 0;
        self.interface()?;
        for (id, block) in self.func.blocks.iter().enumerate() {
            self.block = id as u32;
            block.insts.iter().try_for_each(|inst| self.inst(inst))?;
            self.term(&block.term)?;
        }
        self.dominance()
    }

    /// What goes in and out of a kernel passes through slots of 64 bits.
    fn interface(&self) -> Result<(), Broken> {
        let params = self.func.blocks[0].params.iter().map(|&param| self.func.ty(param));
        match params.chain(self.func.results.iter().copied()).find(|ty| !ty.is_scalar()) {
            Some(ty) if self.form != Form::Guest => Err(Broken::Forbidden(format!("{ty} in the interface"))),
            _ => Ok(()),
        }
    }

    fn define_block(&mut self, block: &Block) -> Result<(), Broken> {
        for &param in &block.params {
            self.define(param, 0)?;
        }
        for (position, inst) in block.insts.iter().enumerate() {
            if let Some(result) = inst.result {
                self.define(result, position as u32 + 1)?;
            }
        }
        Ok(())
    }

    fn define(&mut self, value: Value, position: u32) -> Result<(), Broken> {
        let ty = *self.func.values.get(value.index()).ok_or(Broken::Index(value.0))?;
        if self.form != Form::Guest && !ty.is_computed() {
            return Err(Broken::Forbidden(format!("{value}: {ty}")));
        }
        match self.defined[value.index()].replace((self.block, position)) {
            Some(_) => Err(Broken::Redefined(value.0)),
            None => Ok(()),
        }
    }

    fn is(&self, value: Value, wanted: Type) -> Result<(), Broken> {
        let found = *self.func.values.get(value.index()).ok_or(Broken::Index(value.0))?;
        if found == wanted { Ok(()) } else { Err(Broken::Type { value: value.0, found, wanted }) }
    }

    fn known(&self, value: Value) -> Result<Type, Broken> {
        self.func.values.get(value.index()).copied().ok_or(Broken::Index(value.0))
    }

    fn inst(&self, inst: &Inst) -> Result<(), Broken> {
        let wanted = self.operands(&inst.op)?;
        match (inst.result, wanted) {
            (Some(result), Some(Some(ty))) => self.is(result, ty),
            (Some(result), Some(None)) => self.known(result).map(|_| ()),
            (None, None) => Ok(()),
            _ => Err(Broken::Result(inst.op.to_string())),
        }
    }

    /// Checks the operands; the outer option says whether there is a result, the inner one its type where it is fixed.
    fn operands(&self, op: &Op) -> Result<Option<Option<Type>>, Broken> {
        Ok(match op {
            Op::Const(c) if c.ty.is_scalar() && c.bits & !c.ty.mask() == 0 => Some(Some(c.ty)),
            Op::Const(_) => return Err(Broken::Forbidden(op.to_string())),
            Op::Unary(unary, a) => {
                self.is(*a, unary.operand())?;
                Some(Some(unary.result()))
            }
            Op::Binary(binary, a, b) => {
                self.is(*a, binary.operand())?;
                self.is(*b, binary.operand())?;
                Some(Some(binary.result()))
            }
            Op::Ternary(ternary, operands) => {
                operands.iter().try_for_each(|&v| self.is(v, ternary.operand()))?;
                Some(Some(ternary.result()))
            }
            Op::Select { cond, if_true, if_false } => {
                self.is(*cond, Type::I32)?;
                let ty = self.known(*if_true)?;
                self.is(*if_false, ty)?;
                Some(Some(ty))
            }
            Op::Load { kind, space, addr, .. } => {
                self.address(*addr, *space)?;
                Some(Some(kind.ty()))
            }
            Op::Gather { kind, space, offset, addr }
                if self.form != Form::Guest && kind.ty().is_scalar() && self.is_exact(*addr, *offset) =>
            {
                self.address(*addr, *space)?;
                Some(Some(kind.ty()))
            }
            Op::Update { op, kind, space, offset, addr, value }
                if self.form != Form::Guest
                    && op.updates(kind.width().into())
                    && kind.updated().is_some()
                    && self.is_exact(*addr, *offset) =>
            {
                self.address(*addr, *space)?;
                self.is(*value, kind.ty())?;
                None
            }
            Op::Store { kind, space, addr, value, .. } => {
                self.address(*addr, *space)?;
                self.is(*value, kind.ty())?;
                None
            }
            Op::VectorConst(_) => Some(Some(Type::V128)),
            Op::VectorUnary(op, a) => {
                self.is(*a, op.operand())?;
                Some(Some(op.result()))
            }
            Op::VectorBinary(op, a, b) => {
                self.is(*a, Type::V128)?;
                self.is(*b, op.second())?;
                Some(Some(Type::V128))
            }
            Op::VectorTernary(_, operands) => {
                operands.iter().try_for_each(|&v| self.is(v, Type::V128))?;
                Some(Some(Type::V128))
            }
            Op::Shuffle(bytes, a, b) => {
                self.is(*a, Type::V128)?;
                self.is(*b, Type::V128)?;
                self.lanes(bytes.iter().all(|&byte| byte < 32), op)?;
                Some(Some(Type::V128))
            }
            Op::ExtractLane { shape, signed, lane, vector } => {
                self.is(*vector, Type::V128)?;
                let narrow = matches!(shape, Shape::I8x16 | Shape::I16x8);
                self.lanes((*lane as usize) < shape.lanes() && (narrow || !signed), op)?;
                Some(Some(shape.scalar()))
            }
            Op::ReplaceLane { shape, lane, vector, value } => {
                self.is(*vector, Type::V128)?;
                self.is(*value, shape.scalar())?;
                self.lanes((*lane as usize) < shape.lanes(), op)?;
                Some(Some(Type::V128))
            }
            Op::GlobalGet(_) | Op::ForeignResult if self.form == Form::Guest => Some(None),
            Op::GlobalSet(_, value) if self.form == Form::Guest => {
                self.known(*value)?;
                None
            }
            Op::Foreign(_) if self.form == Form::Guest => None,
            Op::GlobalGet(_) | Op::GlobalSet(..) | Op::Foreign(_) | Op::ForeignResult => {
                return Err(Broken::Forbidden(op.to_string()));
            }
            Op::Gather { .. } | Op::Update { .. } => {
                return Err(Broken::Forbidden(op.to_string()));
            }
        })
    }

    fn lanes(&self, exist: bool, op: &Op) -> Result<(), Broken> {
        if exist { Ok(()) } else { Err(Broken::Lane(op.to_string())) }
    }

    /// True if a checked address is the exact sum: one of 32 bits and an offset can't wrap around in 64 bits, one of 64 bits has the
    /// offset added already, saturating.
    fn is_exact(&self, addr: Value, offset: u64) -> bool {
        let most = if self.func.values.get(addr.index()) == Some(&Type::I64) { 0 } else { u32::MAX.into() };
        offset <= most
    }

    fn address(&self, addr: Value, space: u32) -> Result<(), Broken> {
        if !self.known(addr)?.is_int() {
            return self.is(addr, Type::I32);
        }
        match self.form {
            Form::Kernel { spaces } if space >= spaces => Err(Broken::Index(space)),
            _ => Ok(()),
        }
    }

    fn term(&self, term: &Term) -> Result<(), Broken> {
        match term {
            Term::Branch { cond, .. } => self.is(*cond, Type::I32)?,
            Term::Switch { index, .. } => self.is(*index, Type::I32)?,
            Term::Return(values) => self.typed(values, &self.func.results)?,
            Term::Unreachable if self.form != Form::Guest => return Err(Broken::Forbidden(term.to_string())),
            Term::Bail if self.form == Form::Guest => return Err(Broken::Forbidden(term.to_string())),
            Term::Jump(_) | Term::Unreachable | Term::Bail => {}
        }
        for target in term.targets() {
            let block = self.func.blocks.get(target.block.index()).ok_or(Broken::Index(target.block.0))?;
            if target.block == BlockId::ENTRY {
                return Err(Broken::EntryHasPredecessor);
            }
            let types: Vec<Type> = block.params.iter().map(|&p| self.func.ty(p)).collect();
            self.typed(&target.args, &types)?;
        }
        Ok(())
    }

    fn typed(&self, values: &[Value], types: &[Type]) -> Result<(), Broken> {
        if values.len() != types.len() {
            return Err(Broken::Count { found: values.len(), wanted: types.len() });
        }
        values.iter().zip(types).try_for_each(|(&value, &ty)| self.is(value, ty))
    }

    fn dominance(&mut self) -> Result<(), Broken> {
        let tree = super::dominators::Dominators::of(self.func);
        for (id, block) in self.func.blocks.iter().enumerate() {
            self.block = id as u32;
            if !tree.is_reachable(BlockId(self.block)) {
                continue;
            }
            let mut broken = None;
            let mut use_at = |value: Value, position: u32| {
                let reaches = match self.defined[value.index()] {
                    Some((home, at)) if home == self.block => at < position,
                    Some((home, _)) => tree.dominates(BlockId(home), BlockId(self.block)),
                    None => false,
                };
                if !reaches && broken.is_none() {
                    broken = Some(Broken::NotDominated(value.0));
                }
            };
            for (position, inst) in block.insts.iter().enumerate() {
                inst.op.for_each_use(|value| use_at(value, position as u32 + 1));
            }
            block.term.for_each_use(|value| use_at(value, u32::MAX));
            if let Some(broken) = broken {
                return Err(broken);
            }
        }
        Ok(())
    }
}
