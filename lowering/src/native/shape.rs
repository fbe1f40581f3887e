//! What must hold of a kernel before code is written for it.
//!
//! Input is any kernel; output is its [`Shape`], the facts that the writers need. Afterwards the kernel is verified, its
//! parameters and roles fit each other, and its size is bounded, so that code generation can neither fail for a reason
//! in the kernel nor use more stack than a worker has.

use super::NativeError;
use ir::lowered::dominators::Dominators;
use ir::lowered::verify::{Form, verify};
use ir::lowered::{BlockId, Func, Op, Type};
use ir::region::limits::MAX_BLOCKS;
use ir::region::{Kernel, ReturnRole};

/// The largest number of parallel dimensions.
pub(super) const MAX_DIMS: u32 = 3;

/// The largest kernel that is compiled: values, instructions, edges and edge arguments counted together.
///
/// A value takes at most 16 bytes of stack, so a frame stays within 1 MiB.
pub const MAX_SIZE: usize = 1 << 16;

/// The size above which registers are allocated in one pass.
///
/// The better allocator takes time that grows with the square of the number of values alive at once; above this size
/// that could be seconds, and such a kernel is too large to live in registers anyway.
pub(super) const LARGE: usize = 1 << 13;

/// The facts about a kernel that code generation needs.
pub(super) struct Shape {
    /// Reachable blocks in reverse postorder.
    pub order: Vec<BlockId>,
    /// The position of each block in `order`; unreachable blocks have none.
    pub rank: Vec<Option<usize>>,
    /// For each footprint, whether the kernel names it.
    pub used: Vec<bool>,
    /// For each footprint, whether its reach is needed: the kernel checks accesses to it, or addresses have 64 bits.
    pub reached: Vec<bool>,
    /// The number of live-ins.
    pub live_ins: usize,
    /// True for a kernel above [`LARGE`].
    pub large: bool,
}

impl Shape {
    /// The shape of the same kernel with other blocks.
    pub fn again(&self, func: &Func) -> Shape {
        let (order, rank) = order(func);
        let (used, reached) = (self.used.clone(), self.reached.clone());
        Shape { order, rank, used, reached, live_ins: self.live_ins, large: self.large }
    }

    /// True for an edge that doesn't advance in the order; every cycle has one.
    pub fn retreats(&self, from: BlockId, to: BlockId) -> bool {
        self.rank[to.index()] <= self.rank[from.index()]
    }
}

/// Checks `kernel` and gathers its shape.
pub(super) fn check(kernel: &Kernel, spaces: u32) -> Result<Shape, NativeError> {
    let func = &kernel.func;
    let size = size(kernel);
    if size > MAX_SIZE {
        return Err(NativeError::TooLarge { size });
    }
    if func.blocks.len() > MAX_BLOCKS {
        return Err(NativeError::Blocks { found: func.blocks.len() });
    }
    verify(func, Form::Kernel { spaces })?;
    if kernel.dims == 0 || kernel.dims > MAX_DIMS {
        return Err(NativeError::Dimensions { found: kernel.dims });
    }
    let params = &func.block(BlockId::ENTRY).params;
    for index in 0..kernel.dims {
        if params.get(index as usize).map(|&p| func.ty(p)) != Some(Type::I64) {
            return Err(NativeError::Index { index });
        }
    }
    if kernel.returns.len() != func.results.len() {
        return Err(NativeError::Returns { roles: kernel.returns.len(), results: func.results.len() });
    }
    for (index, (&role, &ty)) in kernel.returns.iter().zip(&func.results).enumerate() {
        let fits = match role {
            ReturnRole::Reduce(_) => ty.is_int(),
            ReturnRole::Fold(_) => !ty.is_int(),
            ReturnRole::Last => true,
        };
        if !ty.is_scalar() || !fits {
            return Err(NativeError::Reduction { index, ty });
        }
    }
    let live_ins = params.len() - kernel.dims as usize;
    let (order, rank) = order(func);
    let mut used = vec![false; spaces as usize];
    let mut reached = used.clone();
    for &block in &order {
        for inst in &func.block(block).insts {
            let (space, addr, is_checked) = match inst.op {
                Op::Load { space, addr, .. } | Op::Store { space, addr, .. } => (space as usize, addr, false),
                Op::Gather { space, addr, .. } | Op::Update { space, addr, .. } => (space as usize, addr, true),
                _ => continue,
            };
            used[space] = true;
            reached[space] |= is_checked || func.ty(addr) == Type::I64;
        }
    }
    Ok(Shape { order, rank, used, reached, live_ins, large: size > LARGE })
}

/// Reverse postorder, and the position of each block in it.
fn order(func: &Func) -> (Vec<BlockId>, Vec<Option<usize>>) {
    let order = Dominators::of(func).order;
    let mut rank = vec![None; func.blocks.len()];
    for (position, &block) in order.iter().enumerate() {
        rank[block.index()] = Some(position);
    }
    (order, rank)
}

fn size(kernel: &Kernel) -> usize {
    let blocks = kernel.func.blocks.iter().map(|block| {
        let edges: usize = block.term.targets().iter().map(|target| 1 + target.args.len()).sum();
        block.insts.len() + edges
    });
    kernel.func.values.len() + blocks.sum::<usize>()
}
