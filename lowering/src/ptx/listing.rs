//! The pliron form as plain arrays, which the later steps read.
//!
//! Input: a verified `twk.kernel`. Output: blocks, operations and values under dense indices. A value's definition comes
//! before its uses unless a loop separates them.

use super::PtxError;
use ir::kernel::attributes::ShapeAttr;
use ir::kernel::ops::Kernel;
use ir::kernel::types;
use ir::kernel::view::{View, view};
use ir::lowered::Type;
use pliron::basic_block::BasicBlock;
use pliron::builtin::op_interfaces::{BranchOpInterface, OneRegionInterface};
use pliron::context::{Context, Ptr};
use pliron::linked_list::ContainsLinkedList;
use pliron::op::op_cast;
use pliron::operation::Operation;
use pliron::r#type::Typed;
use pliron::value::Value;
use std::collections::HashMap;

/// An index into [`Listing::values`].
pub(super) type Id = usize;

/// A kernel.
pub(super) struct Listing {
    /// What it is launched with.
    pub shape: ShapeAttr,
    /// The values, block arguments included.
    pub values: Vec<Info>,
    /// The blocks, the entry first.
    pub blocks: Vec<Block>,
}

/// What is known of a value.
pub(super) struct Info {
    /// Its type; `None` for an address.
    pub ty: Option<Type>,
    /// Block and position of the operation that defines it; `None` for a block argument.
    pub def: Option<(usize, usize)>,
}

/// A basic block.
pub(super) struct Block {
    /// Its arguments.
    pub params: Vec<Id>,
    /// Its operations, the terminator last.
    pub nodes: Vec<Node>,
}

/// An operation.
pub(super) struct Node {
    /// What it does.
    pub view: View,
    /// Its operands, without those it passes on to successors.
    pub operands: Vec<Id>,
    /// The value that it defines.
    pub result: Option<Id>,
    /// Its successors.
    pub targets: Vec<Target>,
}

/// A successor with the values for its arguments.
pub(super) struct Target {
    /// The index of the block.
    pub block: usize,
    /// One value for each of its arguments.
    pub args: Vec<Id>,
}

impl Listing {
    /// The operation that defines `value`; `None` for a block argument.
    pub fn def(&self, value: Id) -> Option<&Node> {
        self.values[value].def.map(|(block, node)| &self.blocks[block].nodes[node])
    }

    /// Every operation, in order.
    pub fn nodes(&self) -> impl Iterator<Item = &Node> {
        self.blocks.iter().flat_map(|block| &block.nodes)
    }
}

/// Reads `kernel`.
pub(super) fn read(ctx: &Context, kernel: Kernel) -> Result<Listing, PtxError> {
    let unreadable = || PtxError::Dialect { step: "listing", message: "an operation of another dialect".into() };
    let shape = kernel.shape(ctx).ok_or_else(unreadable)?;
    let order: Vec<Ptr<BasicBlock>> = kernel.get_region(ctx).deref(ctx).iter(ctx).collect();
    let mut reader = Reader {
        ctx,
        ids: HashMap::new(),
        blocks: order.iter().enumerate().map(|(index, &block)| (block, index)).collect(),
        values: Vec::new(),
    };
    reader.number(&order);
    let mut blocks = Vec::with_capacity(order.len());
    for &block in &order {
        let params = block.deref(ctx).arguments().map(|arg| reader.ids[&arg]).collect();
        let operations: Vec<Ptr<Operation>> = block.deref(ctx).iter(ctx).collect();
        let nodes = operations.into_iter().map(|op| reader.node(op)).collect::<Option<_>>().ok_or_else(unreadable)?;
        blocks.push(Block { params, nodes });
    }
    Ok(Listing { shape, values: reader.values, blocks })
}

struct Reader<'a> {
    ctx: &'a Context,
    ids: HashMap<Value, Id>,
    blocks: HashMap<Ptr<BasicBlock>, usize>,
    values: Vec<Info>,
}

impl Reader<'_> {
    /// Numbers every value before any use is read: a use may precede its definition in the order of blocks.
    fn number(&mut self, order: &[Ptr<BasicBlock>]) {
        for (index, block) in order.iter().enumerate() {
            let args: Vec<Value> = block.deref(self.ctx).arguments().collect();
            args.into_iter().for_each(|arg| self.define(arg, None));
            let operations: Vec<Ptr<Operation>> = block.deref(self.ctx).iter(self.ctx).collect();
            for (position, operation) in operations.into_iter().enumerate() {
                let results: Vec<Value> = operation.deref(self.ctx).results().collect();
                results.into_iter().for_each(|result| self.define(result, Some((index, position))));
            }
        }
    }

    fn define(&mut self, value: Value, def: Option<(usize, usize)>) {
        self.ids.insert(value, self.values.len());
        self.values.push(Info { ty: types::to_scalar(self.ctx, value.get_type(self.ctx)), def });
    }

    fn node(&self, operation: Ptr<Operation>) -> Option<Node> {
        let ctx = self.ctx;
        let view = view(ctx, operation)?;
        let op = Operation::get_op_dyn(operation, ctx);
        let operation = operation.deref(ctx);
        let id = |value: Value| self.ids.get(&value).copied();
        let mut operands: Vec<Id> = operation.operands().map(id).collect::<Option<_>>()?;
        let mut targets = Vec::new();
        if let Some(branch) = op_cast::<dyn BranchOpInterface>(&*op) {
            for (index, block) in operation.successors().enumerate() {
                let args = operands[branch.successor_operand_range(ctx, index)].to_vec();
                targets.push(Target { block: *self.blocks.get(&block)?, args });
            }
            let passed: usize = targets.iter().map(|target| target.args.len()).sum();
            operands.truncate(operands.len() - passed);
        }
        let result = operation.results().next().and_then(id);
        Some(Node { view, operands, result, targets })
    }
}
