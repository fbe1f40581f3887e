//! The operations of the dialect: what each takes, gives and must satisfy.
//!
//! | operation | operands | result | PTX |
//! |---|---|---|---|
//! | `twk.kernel` | | | the entry, with one region |
//! | `twk.index` | | `i64` | computed from the block and thread index in the entry's first lines |
//! | `twk.live_in` | | its type | `ld.param` |
//! | `twk.const` | | its type | an immediate, or a `mov` |
//! | `twk.unary`, `twk.binary`, `twk.ternary` | the operator's | the operator's | the operator's; some bail |
//! | `twk.select` | `i32`, two of one type | that type | `selp` |
//! | `twk.address` | `i32` or `i64` | `twk.ptr` | zero extension, `add` of the footprint's delta |
//! | `twk.checked` | `i32` | `twk.ptr` | the same, after a `setp` and a predicated `bra` to where it bails for an address outside of the footprint's reach, and two more for a misaligned one |
//! | `twk.load` | `twk.ptr` | the kind's | `ld.global` |
//! | `twk.store` | `twk.ptr`, the kind's | | `st.global` |
//! | `twk.update` | `twk.ptr`, an integer | | `red.global` |
//! | `twk.jump` | the target's arguments | | `mov`s and `bra` |
//! | `twk.branch` | `i32`, both targets' arguments | | predicated `bra` |
//! | `twk.switch` | `i32`, all targets' arguments | | a chain of predicated `bra` |
//! | `twk.bail` | | | `bra` to the block that sets the flag |
//! | `twk.return` | one per role | | `red`, `atom`, or a store by the last thread; `exit` |

use super::attributes::{
    BinaryAttr, ConstAttr, LoadAttr, NumberAttr, RolesAttr, ShapeAttr, StoreAttr, TernaryAttr, UnaryAttr, UpdateAttr,
};
use super::types::{self, PointerType};
use crate::lowered::{self, BinaryOp, LoadKind, StoreKind, TernaryOp, Type, UnaryOp};
use crate::region::{ReduceOp, ReturnRole};
use pliron::basic_block::BasicBlock;
use pliron::builtin::attributes::OperandSegmentSizesAttr;
use pliron::builtin::op_interfaces::{
    BranchOpInterface, IsTerminatorInterface, IsolatedFromAboveInterface, NOpdsInterface, NResultsInterface,
    OneRegionInterface, OneResultInterface, OneSuccInterface, OperandSegmentInterface,
};
use pliron::common_traits::Verify;
use pliron::context::{Context, Ptr};
use pliron::derive::{op_interface_impl, pliron_op};
use pliron::op::Op;
use pliron::operation::Operation;
use pliron::result::Result;
use pliron::r#type::{TypeHandle, Typed};
use pliron::value::Value;
use pliron::verify_err;
use std::ops::Range;
use thiserror::Error;

/// The rule that an operation breaks.
#[derive(Clone, PartialEq, Eq, Debug, Error)]
pub enum OpError {
    /// An operation without one of its attributes.
    #[error("the attribute `{0}` is missing")]
    Attribute(&'static str),
    /// An operand or result of the wrong type, or too few of them.
    #[error("{what} {index} isn't {wanted}")]
    Type {
        /// Operand or result.
        what: &'static str,
        /// Its position.
        index: usize,
        /// What is needed there.
        wanted: &'static str,
    },
    /// A dimension, live-in or footprint that the kernel doesn't have.
    #[error("the kernel has no {what} {index}")]
    Reference {
        /// The kind of thing.
        what: &'static str,
        /// Its index.
        index: u64,
    },
    /// Another number of values than roles, or a reduction of floats.
    #[error("the returned values don't match their roles")]
    Roles,
    /// An update by a product, which no device makes.
    #[error("a product isn't made in place")]
    Product,
    /// A branch whose operands aren't divided among its targets.
    #[error("the operands of a branch aren't divided among its targets")]
    Segments,
}

/// What an operand or result must be.
#[derive(Clone, Copy)]
enum Want {
    Scalar(Type),
    AnyScalar,
    Integer,
    Float,
    Pointer,
}

impl Want {
    fn accepts(self, ctx: &Context, ty: TypeHandle) -> bool {
        let scalar = types::to_scalar(ctx, ty);
        match self {
            Want::Scalar(wanted) => scalar == Some(wanted),
            Want::AnyScalar => scalar.is_some(),
            Want::Integer => scalar.is_some_and(Type::is_int),
            Want::Float => scalar.is_some_and(|ty| !ty.is_int()),
            Want::Pointer => ty.deref(ctx).is::<PointerType>(),
        }
    }

    fn name(self) -> &'static str {
        match self {
            Want::Scalar(Type::I32) => "i32",
            Want::Scalar(Type::I64) => "i64",
            Want::Scalar(Type::F32) => "f32",
            Want::Scalar(Type::F64) => "f64",
            Want::Scalar(_) | Want::AnyScalar => "a scalar",
            Want::Integer => "an integer",
            Want::Float => "a float",
            Want::Pointer => "a pointer",
        }
    }
}

/// Checks that `op` has exactly these operands, or at least them where `more` follow, and exactly these results.
fn check(ctx: &Context, op: &dyn Op, operands: &[Want], more: bool, results: &[Want]) -> Result<()> {
    let operation = op.get_operation();
    let operation = operation.deref(ctx);
    let found: Vec<TypeHandle> = operation.operand_types(ctx).collect();
    let broken =
        |what, index, wanted: Want| verify_err!(op.loc(ctx), OpError::Type { what, index, wanted: wanted.name() });
    for (index, &wanted) in operands.iter().enumerate() {
        if !found.get(index).is_some_and(|&ty| wanted.accepts(ctx, ty)) {
            return broken("operand", index, wanted);
        }
    }
    if found.len() > operands.len() && !more {
        return verify_err!(op.loc(ctx), OpError::Type { what: "operand", index: operands.len(), wanted: "absent" });
    }
    let given: Vec<TypeHandle> = operation.result_types().collect();
    for (index, &wanted) in results.iter().enumerate() {
        if !given.get(index).is_some_and(|&ty| wanted.accepts(ctx, ty)) {
            return broken("result", index, wanted);
        }
    }
    if given.len() > results.len() {
        return verify_err!(op.loc(ctx), OpError::Type { what: "result", index: results.len(), wanted: "absent" });
    }
    Ok(())
}

/// The attribute, or an error that names it.
macro_rules! attribute {
    ($op:expr, $ctx:expr, $get:ident, $name:literal) => {
        match $op.$get($ctx) {
            Some(attribute) => attribute,
            None => return verify_err!($op.loc($ctx), OpError::Attribute($name)),
        }
    };
}

/// The shape of the kernel that `op` stands in.
fn shape_around(ctx: &Context, op: &dyn Op) -> Option<ShapeAttr> {
    let parent = op.get_operation().deref(ctx).get_parent_op(ctx)?;
    Operation::get_op::<Kernel>(parent, ctx)?.shape(ctx)
}

/// Checks an index against the number of such things; an operation outside a kernel has none to check against.
fn check_reference(
    ctx: &Context,
    op: &dyn Op,
    what: &'static str,
    index: u64,
    count: impl Fn(&ShapeAttr) -> usize,
) -> Result<()> {
    match shape_around(ctx, op) {
        Some(shape) if index >= count(&shape) as u64 => verify_err!(op.loc(ctx), OpError::Reference { what, index }),
        _ => Ok(()),
    }
}

fn new_op<T: Op>(
    ctx: &mut Context,
    result: Option<TypeHandle>,
    operands: Vec<Value>,
    targets: Vec<Ptr<BasicBlock>>,
) -> T {
    let operation = Operation::new(ctx, T::get_concrete_op_info(), result.into_iter().collect(), operands, targets, 0);
    T::from_operation(operation)
}

/// The pliron type of a scalar from an operator table, which holds no other types.
fn scalar(ctx: &Context, ty: Type) -> TypeHandle {
    types::of_scalar(ctx, ty).expect("operators and accesses have scalar types")
}

/// One kernel: its shape and, in its only region, its blocks.
#[pliron_op(
    name = "twk.kernel",
    format = "attr($twk_shape, $ShapeAttr) ` ` region($0)",
    interfaces = [OneRegionInterface, IsolatedFromAboveInterface, NOpdsInterface<0>, NResultsInterface<0>],
    attributes = (twk_shape: ShapeAttr),
)]
pub struct Kernel;

impl Kernel {
    /// A kernel without blocks.
    pub fn new(ctx: &mut Context, shape: ShapeAttr) -> Kernel {
        let op = Operation::new(ctx, Self::get_concrete_op_info(), vec![], vec![], vec![], 1);
        let kernel = Kernel { op };
        kernel.set_attr_twk_shape(ctx, shape);
        kernel
    }

    /// What it is launched with; `None` only before verification.
    pub fn shape(&self, ctx: &Context) -> Option<ShapeAttr> {
        self.get_attr_twk_shape(ctx).map(|shape| shape.clone())
    }
}

impl Verify for Kernel {
    fn verify(&self, ctx: &Context) -> Result<()> {
        attribute!(self, ctx, get_attr_twk_shape, "twk_shape");
        Ok(())
    }
}

/// The thread's index in a parallel dimension.
#[pliron_op(
    name = "twk.index",
    format = "attr($twk_dim, $NumberAttr) ` : ` type($0)",
    interfaces = [NOpdsInterface<0>, OneResultInterface],
    attributes = (twk_dim: NumberAttr),
)]
pub struct Index;

impl Index {
    /// The index in dimension `dim`.
    pub fn new(ctx: &mut Context, dim: u32) -> Index {
        let ty = scalar(ctx, Type::I64);
        let op: Index = new_op(ctx, Some(ty), vec![], vec![]);
        op.set_attr_twk_dim(ctx, NumberAttr(dim.into()));
        op
    }
}

impl Verify for Index {
    fn verify(&self, ctx: &Context) -> Result<()> {
        let dim = attribute!(self, ctx, get_attr_twk_dim, "twk_dim").0;
        check_reference(ctx, self, "dimension", dim, |shape| shape.grid.len())?;
        check(ctx, self, &[], false, &[Want::Scalar(Type::I64)])
    }
}

/// A live-in.
#[pliron_op(
    name = "twk.live_in",
    format = "attr($twk_live_in, $NumberAttr) ` : ` type($0)",
    interfaces = [NOpdsInterface<0>, OneResultInterface],
    attributes = (twk_live_in: NumberAttr),
)]
pub struct LiveIn;

impl LiveIn {
    /// The live-in `index` of type `ty`, a scalar.
    pub fn new(ctx: &mut Context, index: u32, ty: TypeHandle) -> LiveIn {
        let op: LiveIn = new_op(ctx, Some(ty), vec![], vec![]);
        op.set_attr_twk_live_in(ctx, NumberAttr(index.into()));
        op
    }
}

impl Verify for LiveIn {
    fn verify(&self, ctx: &Context) -> Result<()> {
        let index = attribute!(self, ctx, get_attr_twk_live_in, "twk_live_in").0;
        check_reference(ctx, self, "live-in", index, |shape| shape.live_ins.len())?;
        let declared = shape_around(ctx, self).and_then(|shape| shape.live_ins.get(index as usize).copied());
        check(ctx, self, &[], false, &[declared.map_or(Want::AnyScalar, Want::Scalar)])
    }
}

/// A constant.
#[pliron_op(
    name = "twk.const",
    format = "attr($twk_value, $ConstAttr) ` : ` type($0)",
    interfaces = [NOpdsInterface<0>, OneResultInterface],
    attributes = (twk_value: ConstAttr),
)]
pub struct Const;

impl Const {
    /// The constant `value`, a scalar.
    pub fn new(ctx: &mut Context, value: lowered::Const) -> Const {
        let ty = scalar(ctx, value.ty);
        let op: Const = new_op(ctx, Some(ty), vec![], vec![]);
        op.set_attr_twk_value(ctx, ConstAttr(value));
        op
    }
}

impl Verify for Const {
    fn verify(&self, ctx: &Context) -> Result<()> {
        let value = attribute!(self, ctx, get_attr_twk_value, "twk_value").0;
        check(ctx, self, &[], false, &[Want::Scalar(value.ty)])
    }
}

/// An operator with one operand.
#[pliron_op(
    name = "twk.unary",
    format = "attr($twk_unary, $UnaryAttr) ` ` $0 ` : ` type($0)",
    interfaces = [NOpdsInterface<1>, OneResultInterface],
    attributes = (twk_unary: UnaryAttr),
)]
pub struct Unary;

impl Unary {
    /// `operator` applied to `a`.
    pub fn new(ctx: &mut Context, operator: UnaryOp, a: Value) -> Unary {
        let ty = scalar(ctx, operator.result());
        let op: Unary = new_op(ctx, Some(ty), vec![a], vec![]);
        op.set_attr_twk_unary(ctx, UnaryAttr(operator));
        op
    }
}

impl Verify for Unary {
    fn verify(&self, ctx: &Context) -> Result<()> {
        let operator = attribute!(self, ctx, get_attr_twk_unary, "twk_unary").0;
        check(ctx, self, &[Want::Scalar(operator.operand())], false, &[Want::Scalar(operator.result())])
    }
}

/// An operator with two operands.
#[pliron_op(
    name = "twk.binary",
    format = "attr($twk_binary, $BinaryAttr) ` ` $0 `, ` $1 ` : ` type($0)",
    interfaces = [NOpdsInterface<2>, OneResultInterface],
    attributes = (twk_binary: BinaryAttr),
)]
pub struct Binary;

impl Binary {
    /// `operator` applied to `a` and `b`.
    pub fn new(ctx: &mut Context, operator: BinaryOp, a: Value, b: Value) -> Binary {
        let ty = scalar(ctx, operator.result());
        let op: Binary = new_op(ctx, Some(ty), vec![a, b], vec![]);
        op.set_attr_twk_binary(ctx, BinaryAttr(operator));
        op
    }
}

impl Verify for Binary {
    fn verify(&self, ctx: &Context) -> Result<()> {
        let operator = attribute!(self, ctx, get_attr_twk_binary, "twk_binary").0;
        let operand = Want::Scalar(operator.operand());
        check(ctx, self, &[operand, operand], false, &[Want::Scalar(operator.result())])
    }
}

/// An operator with three operands.
#[pliron_op(
    name = "twk.ternary",
    format = "attr($twk_ternary, $TernaryAttr) ` ` $0 `, ` $1 `, ` $2 ` : ` type($0)",
    interfaces = [NOpdsInterface<3>, OneResultInterface],
    attributes = (twk_ternary: TernaryAttr),
)]
pub struct Ternary;

impl Ternary {
    /// `operator` applied to `operands`.
    pub fn new(ctx: &mut Context, operator: TernaryOp, operands: [Value; 3]) -> Ternary {
        let ty = scalar(ctx, operator.result());
        let op: Ternary = new_op(ctx, Some(ty), operands.to_vec(), vec![]);
        op.set_attr_twk_ternary(ctx, TernaryAttr(operator));
        op
    }
}

impl Verify for Ternary {
    fn verify(&self, ctx: &Context) -> Result<()> {
        let operator = attribute!(self, ctx, get_attr_twk_ternary, "twk_ternary").0;
        check(ctx, self, &[Want::Scalar(operator.operand()); 3], false, &[Want::Scalar(operator.result())])
    }
}

/// The second operand if the first isn't zero, else the third, bit for bit.
#[pliron_op(
    name = "twk.select",
    format = "$0 `, ` $1 `, ` $2 ` : ` type($0)",
    interfaces = [NOpdsInterface<3>, OneResultInterface],
)]
pub struct Select;

impl Select {
    /// `if cond != 0 { if_true } else { if_false }`.
    pub fn new(ctx: &mut Context, cond: Value, if_true: Value, if_false: Value) -> Select {
        let ty = if_true.get_type(ctx);
        new_op(ctx, Some(ty), vec![cond, if_true, if_false], vec![])
    }
}

impl Verify for Select {
    fn verify(&self, ctx: &Context) -> Result<()> {
        let result = self.result_type(ctx);
        let ty = types::to_scalar(ctx, result).map_or(Want::AnyScalar, Want::Scalar);
        check(ctx, self, &[Want::Scalar(Type::I32), ty, ty], false, &[ty])
    }
}

/// The device address of a guest address: the footprint's delta plus the zero-extended operand.
#[pliron_op(
    name = "twk.address",
    format = "attr($twk_space, $NumberAttr) ` ` $0 ` : ` type($0)",
    interfaces = [NOpdsInterface<1>, OneResultInterface],
    attributes = (twk_space: NumberAttr),
)]
pub struct Address;

impl Address {
    /// The device address of `guest` in footprint `space`.
    pub fn new(ctx: &mut Context, space: u32, guest: Value) -> Address {
        let ty = PointerType::get(ctx).into();
        let op: Address = new_op(ctx, Some(ty), vec![guest], vec![]);
        op.set_attr_twk_space(ctx, NumberAttr(space.into()));
        op
    }
}

impl Verify for Address {
    fn verify(&self, ctx: &Context) -> Result<()> {
        let space = attribute!(self, ctx, get_attr_twk_space, "twk_space").0;
        check_reference(ctx, self, "footprint", space, |shape| shape.spaces as usize)?;
        check(ctx, self, &[Want::Integer], false, &[Want::Pointer])
    }
}

/// The device address of a guest address, of which nothing is known: bails unless the bytes at the operand plus an offset lie,
/// as many as the width says, where the footprint's accesses may be, at a multiple of the width.
#[pliron_op(
    name = "twk.checked",
    format = "attr($twk_checked_space, $NumberAttr) ` ` $0 ` + ` attr($twk_checked_offset, $NumberAttr) ` wide ` attr($twk_checked_width, $NumberAttr) ` : ` type($0)",
    interfaces = [NOpdsInterface<1>, OneResultInterface],
    attributes = (twk_checked_space: NumberAttr, twk_checked_offset: NumberAttr, twk_checked_width: NumberAttr),
)]
pub struct Checked;

impl Checked {
    /// The device address of `guest` in footprint `space`, for an access of `width` bytes at `offset` from it.
    pub fn new(ctx: &mut Context, space: u32, guest: Value, offset: u64, width: u32) -> Checked {
        let ty = PointerType::get(ctx).into();
        let op: Checked = new_op(ctx, Some(ty), vec![guest], vec![]);
        op.set_attr_twk_checked_space(ctx, NumberAttr(space.into()));
        op.set_attr_twk_checked_offset(ctx, NumberAttr(offset));
        op.set_attr_twk_checked_width(ctx, NumberAttr(width.into()));
        op
    }
}

impl Verify for Checked {
    fn verify(&self, ctx: &Context) -> Result<()> {
        let space = attribute!(self, ctx, get_attr_twk_checked_space, "twk_checked_space").0;
        attribute!(self, ctx, get_attr_twk_checked_offset, "twk_checked_offset");
        attribute!(self, ctx, get_attr_twk_checked_width, "twk_checked_width");
        check_reference(ctx, self, "footprint", space, |shape| shape.spaces as usize)?;
        check(ctx, self, &[Want::Integer], false, &[Want::Pointer])
    }
}

/// A load from the operand plus an offset.
#[pliron_op(
    name = "twk.load",
    format = "attr($twk_load, $LoadAttr) ` ` $0 ` + ` attr($twk_load_offset, $NumberAttr) ` : ` type($0)",
    interfaces = [NOpdsInterface<1>, OneResultInterface],
    attributes = (twk_load: LoadAttr, twk_load_offset: NumberAttr),
)]
pub struct Load;

impl Load {
    /// A load of `kind` from `address + offset`.
    pub fn new(ctx: &mut Context, kind: LoadKind, address: Value, offset: u64) -> Load {
        let ty = scalar(ctx, kind.ty());
        let op: Load = new_op(ctx, Some(ty), vec![address], vec![]);
        op.set_attr_twk_load(ctx, LoadAttr(kind));
        op.set_attr_twk_load_offset(ctx, NumberAttr(offset));
        op
    }
}

impl Verify for Load {
    fn verify(&self, ctx: &Context) -> Result<()> {
        let kind = attribute!(self, ctx, get_attr_twk_load, "twk_load").0;
        attribute!(self, ctx, get_attr_twk_load_offset, "twk_load_offset");
        check(ctx, self, &[Want::Pointer], false, &[Want::Scalar(kind.ty())])
    }
}

/// A store of the second operand to the first plus an offset.
#[pliron_op(
    name = "twk.store",
    format = "attr($twk_store, $StoreAttr) ` ` $0 ` + ` attr($twk_store_offset, $NumberAttr) `, ` $1",
    interfaces = [NOpdsInterface<2>, NResultsInterface<0>],
    attributes = (twk_store: StoreAttr, twk_store_offset: NumberAttr),
)]
pub struct Store;

impl Store {
    /// A store of `kind` of `value` to `address + offset`.
    pub fn new(ctx: &mut Context, kind: StoreKind, address: Value, offset: u64, value: Value) -> Store {
        let op: Store = new_op(ctx, None, vec![address, value], vec![]);
        op.set_attr_twk_store(ctx, StoreAttr(kind));
        op.set_attr_twk_store_offset(ctx, NumberAttr(offset));
        op
    }
}

impl Verify for Store {
    fn verify(&self, ctx: &Context) -> Result<()> {
        let kind = attribute!(self, ctx, get_attr_twk_store, "twk_store").0;
        attribute!(self, ctx, get_attr_twk_store_offset, "twk_store_offset");
        check(ctx, self, &[Want::Pointer, Want::Scalar(kind.ty())], false, &[])
    }
}

/// Combines the cell of so many bytes at the first operand plus an offset with the low bits of the second operand, as a whole whatever
/// other threads do.
#[pliron_op(
    name = "twk.update",
    format = "attr($twk_update, $UpdateAttr) ` ` attr($twk_update_width, $NumberAttr) ` bytes at ` $0 ` + ` attr($twk_update_offset, $NumberAttr) `, ` $1",
    interfaces = [NOpdsInterface<2>, NResultsInterface<0>],
    attributes = (twk_update: UpdateAttr, twk_update_width: NumberAttr, twk_update_offset: NumberAttr),
)]
pub struct Update;

impl Update {
    /// Combines the `width` bytes at `address + offset` with `value` by `operator`.
    pub fn new(
        ctx: &mut Context,
        (operator, width): (ReduceOp, u32),
        address: Value,
        offset: u64,
        value: Value,
    ) -> Update {
        let op: Update = new_op(ctx, None, vec![address, value], vec![]);
        op.set_attr_twk_update(ctx, UpdateAttr(operator));
        op.set_attr_twk_update_width(ctx, NumberAttr(width.into()));
        op.set_attr_twk_update_offset(ctx, NumberAttr(offset));
        op
    }
}

impl Verify for Update {
    fn verify(&self, ctx: &Context) -> Result<()> {
        attribute!(self, ctx, get_attr_twk_update_offset, "twk_update_offset");
        let width = attribute!(self, ctx, get_attr_twk_update_width, "twk_update_width").0;
        if !attribute!(self, ctx, get_attr_twk_update, "twk_update").0.updates(width) {
            return verify_err!(self.loc(ctx), OpError::Product);
        }
        check(ctx, self, &[Want::Pointer, Want::Integer], false, &[])
    }
}

/// Continues at the successor.
#[pliron_op(
    name = "twk.jump",
    format = "succ($0) ` (` operands(CharSpace(`,`)) `)`",
    interfaces = [IsTerminatorInterface, OneSuccInterface, NResultsInterface<0>],
    verifier = "succ",
)]
pub struct Jump;

impl Jump {
    /// Continues at `target` with `args` as its arguments.
    pub fn new(ctx: &mut Context, target: Ptr<BasicBlock>, args: Vec<Value>) -> Jump {
        new_op(ctx, None, args, vec![target])
    }
}

#[op_interface_impl]
impl BranchOpInterface for Jump {
    fn verify_successor_operand_layout(&self, _: &Context) -> Result<()> {
        Ok(())
    }

    fn successor_operand_range(&self, ctx: &Context, _: usize) -> Range<usize> {
        0..self.get_operation().deref(ctx).get_num_operands()
    }

    fn add_successor_operand(&self, ctx: &mut Context, _: usize, operand: Value) -> usize {
        Operation::push_operand(self.get_operation(), ctx, operand)
    }

    fn remove_successor_operand(&self, ctx: &mut Context, _: usize, arg: usize) -> Value {
        Operation::remove_operand(self.get_operation(), ctx, arg)
    }
}

/// A terminator whose first operand decides and whose other operands are divided among its successors.
///
/// Segment 0 holds the deciding operand, segment `i + 1` the arguments of successor `i`.
macro_rules! deciding {
    ($op:ident) => {
        impl $op {
            /// Decides by `condition` among `targets`, each with its arguments.
            fn build(ctx: &mut Context, condition: Value, targets: Vec<(Ptr<BasicBlock>, Vec<Value>)>) -> $op {
                let (blocks, args): (Vec<_>, Vec<_>) = targets.into_iter().unzip();
                let segments = std::iter::once(vec![condition]).chain(args).collect();
                let (operands, sizes) = Self::compute_segment_sizes(segments);
                let op: $op = new_op(ctx, None, operands, blocks);
                op.set_operand_segment_sizes(ctx, sizes);
                op
            }
        }

        #[op_interface_impl]
        impl OperandSegmentInterface for $op {
            fn expected_num_segments(&self, ctx: &Context) -> Option<usize> {
                Some(self.get_operation().deref(ctx).get_num_successors() + 1)
            }
        }

        #[op_interface_impl]
        impl BranchOpInterface for $op {
            fn verify_successor_operand_layout(&self, ctx: &Context) -> Result<()> {
                <Self as OperandSegmentInterface>::verify(self, ctx)
            }

            fn successor_operand_range(&self, ctx: &Context, successor: usize) -> Range<usize> {
                self.segment_range(ctx, successor + 1)
            }

            fn add_successor_operand(&self, ctx: &mut Context, successor: usize, operand: Value) -> usize {
                self.push_to_segment(ctx, successor + 1, operand)
            }

            fn remove_successor_operand(&self, ctx: &mut Context, successor: usize, arg: usize) -> Value {
                self.remove_from_segment(ctx, successor + 1, arg)
            }
        }

        impl $op {
            fn verify_decision(&self, ctx: &Context, successors: Range<usize>) -> Result<()> {
                let found = self.get_operation().deref(ctx).get_num_successors();
                if !successors.contains(&found) || self.segment_size(ctx, 0) != 1 {
                    return verify_err!(self.loc(ctx), OpError::Segments);
                }
                check(ctx, self, &[Want::Scalar(Type::I32)], true, &[])
            }
        }
    };
}

/// Continues at the first successor if the first operand isn't zero, else at the second.
#[pliron_op(
    name = "twk.branch",
    format = "operands(CharSpace(`,`)) ` [` successors(CharSpace(`,`)) `] ` attr($builtin_operand_segment_sizes, $OperandSegmentSizesAttr)",
    interfaces = [IsTerminatorInterface, NResultsInterface<0>],
)]
pub struct Branch;

deciding!(Branch);

impl Branch {
    /// Continues at `then` if `cond` isn't zero, else at `otherwise`.
    pub fn new(
        ctx: &mut Context,
        cond: Value,
        then: (Ptr<BasicBlock>, Vec<Value>),
        otherwise: (Ptr<BasicBlock>, Vec<Value>),
    ) -> Branch {
        Branch::build(ctx, cond, vec![then, otherwise])
    }
}

impl Verify for Branch {
    fn verify(&self, ctx: &Context) -> Result<()> {
        self.verify_decision(ctx, 2..3)
    }
}

/// Continues at the successor with the first operand's number, read unsigned; past the end at the last successor.
#[pliron_op(
    name = "twk.switch",
    format = "operands(CharSpace(`,`)) ` [` successors(CharSpace(`,`)) `] ` attr($builtin_operand_segment_sizes, $OperandSegmentSizesAttr)",
    interfaces = [IsTerminatorInterface, NResultsInterface<0>],
)]
pub struct Switch;

deciding!(Switch);

impl Switch {
    /// Continues at `targets[index]`, or at the last target past the end.
    pub fn new(ctx: &mut Context, index: Value, targets: Vec<(Ptr<BasicBlock>, Vec<Value>)>) -> Switch {
        Switch::build(ctx, index, targets)
    }
}

impl Verify for Switch {
    fn verify(&self, ctx: &Context) -> Result<()> {
        self.verify_decision(ctx, 1..usize::MAX)
    }
}

/// Gives the launch up.
#[pliron_op(
    name = "twk.bail",
    format = "",
    interfaces = [IsTerminatorInterface, NOpdsInterface<0>, NResultsInterface<0>],
    verifier = "succ",
)]
pub struct Bail;

impl Bail {
    /// Gives the launch up.
    pub fn new(ctx: &mut Context) -> Bail {
        new_op(ctx, None, vec![], vec![])
    }
}

/// Ends the thread; each operand goes where its role says.
#[pliron_op(
    name = "twk.return",
    format = "attr($twk_roles, $RolesAttr) ` ` operands(CharSpace(`,`))",
    interfaces = [IsTerminatorInterface, NResultsInterface<0>],
    attributes = (twk_roles: RolesAttr),
)]
pub struct Return;

impl Return {
    /// Ends the thread with `values`, one per role.
    pub fn new(ctx: &mut Context, roles: Vec<ReturnRole>, values: Vec<Value>) -> Return {
        let op: Return = new_op(ctx, None, values, vec![]);
        op.set_attr_twk_roles(ctx, RolesAttr(roles));
        op
    }
}

impl Verify for Return {
    fn verify(&self, ctx: &Context) -> Result<()> {
        let roles = attribute!(self, ctx, get_attr_twk_roles, "twk_roles").0.clone();
        if roles.len() != self.get_operation().deref(ctx).get_num_operands() {
            return verify_err!(self.loc(ctx), OpError::Roles);
        }
        let wanted = |role: &ReturnRole| match role {
            ReturnRole::Reduce(_) => Want::Integer,
            ReturnRole::Fold(_) => Want::Float,
            ReturnRole::Last => Want::AnyScalar,
        };
        let wanted: Vec<Want> = roles.iter().map(wanted).collect();
        check(ctx, self, &wanted, false, &[])
    }
}
