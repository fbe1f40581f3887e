//! LoweredOp to the pliron dialect.
//!
//! Input: a kernel that `verify_kernel` accepts, without vectors. Output: a `twk.kernel` that pliron's verifier accepts. Reachable blocks
//! come in reverse postorder, so definitions precede their uses in the text; unreachable blocks are left out. The entry's
//! parameters become operations, an access becomes an address and a load or store, so that equal addresses are shared.

use super::{PtxError, passes};
use ir::kernel::attributes::ShapeAttr;
use ir::kernel::{ops, types};
use ir::lowered::dominators::Dominators;
use ir::lowered::{BlockId, Func, Inst, Op as LoweredOp, Target, Term, Value as LoweredValue};
use ir::region::{Kernel, Mapping, Region, limits};
use pliron::basic_block::BasicBlock;
use pliron::builtin::op_interfaces::{OneRegionInterface, OneResultInterface};
use pliron::context::{Context, Ptr};
use pliron::op::Op;
use pliron::r#type::TypeHandle;
use pliron::value::Value;

/// The dialect form of `kernel`, verified.
pub(super) fn build(
    ctx: &mut Context,
    region: &Region,
    kernel: &Kernel,
    mapping: &Mapping,
) -> Result<ops::Kernel, PtxError> {
    let dialect = ops::Kernel::new(ctx, shape(region, mapping)?);
    let entry = BasicBlock::new(ctx, None, Vec::new());
    entry.insert_at_front(dialect.get_region(ctx), ctx);
    let func = &kernel.func;
    let mut blocks = vec![None; func.blocks.len()];
    blocks[BlockId::ENTRY.index()] = Some(entry);
    let mut builder = Builder { func, kernel, values: vec![None; func.values.len()], blocks, at: entry };
    builder.build(ctx, dialect, &Dominators::of(func).order)?;
    passes::verify(ctx, dialect, "build")?;
    Ok(dialect)
}

fn shape(region: &Region, mapping: &Mapping) -> Result<ShapeAttr, PtxError> {
    let mut dims = mapping.grid.clone();
    dims.sort_unstable();
    let all = dims.iter().copied().eq(0..region.trips.len() as u32) && matches!(dims.len(), 1..=3);
    if !all || mapping.block == 0 || mapping.block > limits::MAX_BLOCK {
        let (grid, block) = (mapping.grid.clone(), mapping.block);
        return Err(PtxError::Mapping { grid, block, dims: region.trips.len() });
    }
    Ok(ShapeAttr {
        grid: mapping.grid.clone(),
        block: mapping.block,
        spaces: region.footprints.len() as u32,
        live_ins: region.live_ins.iter().map(|l| l.ty).collect(),
    })
}

struct Builder<'a> {
    func: &'a Func,
    kernel: &'a Kernel,
    /// What stands for each LoweredOp value, once its definition is built.
    values: Vec<Option<Value>>,
    /// What stands for each reachable LoweredOp block.
    blocks: Vec<Option<Ptr<BasicBlock>>>,
    /// The block that operations are appended to.
    at: Ptr<BasicBlock>,
}

impl Builder<'_> {
    fn build(&mut self, ctx: &mut Context, dialect: ops::Kernel, order: &[BlockId]) -> Result<(), PtxError> {
        let region = dialect.get_region(ctx);
        for &id in &order[1..] {
            let params = &self.func.block(id).params;
            let types = params.iter().map(|&p| self.scalar(ctx, p)).collect::<Result<_, _>>()?;
            let block = BasicBlock::new(ctx, None, types);
            block.insert_at_back(region, ctx);
            self.blocks[id.index()] = Some(block);
            for (index, param) in params.iter().enumerate() {
                self.values[param.index()] = Some(block.deref(ctx).get_argument(index));
            }
        }
        self.parameters(ctx)?;
        for &id in order {
            self.at = self.blocks[id.index()].unwrap_or(self.at);
            let block = self.func.block(id);
            block.insts.iter().try_for_each(|inst| self.inst(ctx, inst))?;
            self.term(ctx, &block.term)?;
        }
        Ok(())
    }

    /// The entry's parameters: indices first, then live-ins.
    fn parameters(&mut self, ctx: &mut Context) -> Result<(), PtxError> {
        let dims = self.kernel.dims as usize;
        for (index, &param) in self.func.block(BlockId::ENTRY).params.iter().enumerate() {
            let value = if index < dims {
                let op = ops::Index::new(ctx, index as u32);
                self.result(ctx, &op)
            } else {
                let ty = self.scalar(ctx, param)?;
                let op = ops::LiveIn::new(ctx, (index - dims) as u32, ty);
                self.result(ctx, &op)
            };
            self.values[param.index()] = Some(value);
        }
        Ok(())
    }

    fn term(&mut self, ctx: &mut Context, term: &Term) -> Result<(), PtxError> {
        match term {
            Term::Jump(target) => {
                let (block, args) = self.target(target)?;
                let op = ops::Jump::new(ctx, block, args);
                self.append(ctx, &op);
            }
            Term::Branch { cond, then, otherwise } => {
                let op = ops::Branch::new(ctx, self.get(*cond)?, self.target(then)?, self.target(otherwise)?);
                self.append(ctx, &op);
            }
            Term::Switch { index, targets, default } => {
                let targets = targets.iter().chain([default]).map(|t| self.target(t)).collect::<Result<_, _>>()?;
                let op = ops::Switch::new(ctx, self.get(*index)?, targets);
                self.append(ctx, &op);
            }
            Term::Return(values) => {
                let op = ops::Return::new(ctx, self.kernel.returns.clone(), self.list(values)?);
                self.append(ctx, &op);
            }
            Term::Bail => {
                let op = ops::Bail::new(ctx);
                self.append(ctx, &op);
            }
            Term::Unreachable => return Err(PtxError::NotAKernel(term.to_string())),
        }
        Ok(())
    }

    fn inst(&mut self, ctx: &mut Context, inst: &Inst) -> Result<(), PtxError> {
        let value = match inst.op {
            LoweredOp::Const(value) => {
                let op = ops::Const::new(ctx, value);
                self.result(ctx, &op)
            }
            LoweredOp::Unary(operator, a) => {
                let op = ops::Unary::new(ctx, operator, self.get(a)?);
                self.result(ctx, &op)
            }
            LoweredOp::Binary(operator, a, b) => {
                let op = ops::Binary::new(ctx, operator, self.get(a)?, self.get(b)?);
                self.result(ctx, &op)
            }
            LoweredOp::Ternary(operator, [a, b, c]) => {
                let op = ops::Ternary::new(ctx, operator, [self.get(a)?, self.get(b)?, self.get(c)?]);
                self.result(ctx, &op)
            }
            LoweredOp::Select { cond, if_true, if_false } => {
                let op = ops::Select::new(ctx, self.get(cond)?, self.get(if_true)?, self.get(if_false)?);
                self.result(ctx, &op)
            }
            LoweredOp::Load { kind, space, offset, addr } => {
                let address = self.address(ctx, space, addr)?;
                let op = ops::Load::new(ctx, kind, address, offset);
                self.result(ctx, &op)
            }
            LoweredOp::Gather { kind, space, offset, addr } => {
                let checked = ops::Checked::new(ctx, space, self.get(addr)?, offset, kind.width());
                let address = self.result(ctx, &checked);
                let op = ops::Load::new(ctx, kind, address, offset);
                self.result(ctx, &op)
            }
            LoweredOp::Update { op, kind, space, offset, addr, value } => {
                let checked = ops::Checked::new(ctx, space, self.get(addr)?, offset, kind.width());
                let address = self.result(ctx, &checked);
                let op = ops::Update::new(ctx, (op, kind.width()), address, offset, self.get(value)?);
                self.append(ctx, &op);
                return Ok(());
            }
            LoweredOp::Store { kind, space, offset, addr, value } => {
                let address = self.address(ctx, space, addr)?;
                let op = ops::Store::new(ctx, kind, address, offset, self.get(value)?);
                self.append(ctx, &op);
                return Ok(());
            }
            // Operators that only guest functions hold, and those of vectors.
            _ => {
                return Err(PtxError::NotAKernel(inst.op.to_string()));
            }
        };
        if let Some(result) = inst.result {
            self.values[result.index()] = Some(value);
        }
        Ok(())
    }

    fn address(&mut self, ctx: &mut Context, space: u32, guest: LoweredValue) -> Result<Value, PtxError> {
        let op = ops::Address::new(ctx, space, self.get(guest)?);
        Ok(self.result(ctx, &op))
    }

    fn target(&self, target: &Target) -> Result<(Ptr<BasicBlock>, Vec<Value>), PtxError> {
        let block = self.blocks[target.block.index()];
        let block = block.ok_or_else(|| PtxError::NotAKernel(target.to_string()))?;
        Ok((block, self.list(&target.args)?))
    }

    fn list(&self, values: &[LoweredValue]) -> Result<Vec<Value>, PtxError> {
        values.iter().map(|&v| self.get(v)).collect()
    }

    fn get(&self, value: LoweredValue) -> Result<Value, PtxError> {
        self.values[value.index()].ok_or_else(|| PtxError::NotAKernel(value.to_string()))
    }

    fn scalar(&self, ctx: &Context, value: LoweredValue) -> Result<TypeHandle, PtxError> {
        types::of_scalar(ctx, self.func.ty(value)).ok_or_else(|| PtxError::NotAKernel(value.to_string()))
    }

    fn append(&self, ctx: &Context, op: &dyn Op) {
        op.get_operation().insert_at_back(self.at, ctx);
    }

    fn result(&self, ctx: &Context, op: &impl OneResultInterface) -> Value {
        op.get_operation().insert_at_back(self.at, ctx);
        op.get_result(ctx)
    }
}
