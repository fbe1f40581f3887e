//! Printing, parsing, verifying and folding of the dialect.

use super::attributes::{ConstAttr, ShapeAttr};
use super::ops::{
    Address, Bail, Binary, Branch, Checked, Const, Index, Jump, Kernel, LiveIn, Load, Return, Select, Store, Switch,
    Unary, Update,
};
use super::types;
use super::view::{View, view};
use crate::lowered::{self, BinaryOp, LoadKind, StoreKind, Type, UnaryOp};
use crate::region::{ReduceOp, ReturnRole};
use pliron::attribute::AttrObj;
use pliron::basic_block::BasicBlock;
use pliron::builtin::op_interfaces::{OneRegionInterface, OneResultInterface};
use pliron::context::{Context, Ptr};
use pliron::irfmt::parsers::spaced;
use pliron::linked_list::ContainsLinkedList;
use pliron::op::{Op, op_cast};
use pliron::operation::{Operation, verify_operation};
use pliron::opts::constants::{BranchOpFoldInterface, ConstFoldInterface};
use pliron::parsable::parse_from_str;
use pliron::printable::Printable;
use pliron::value::Value;

fn shape() -> ShapeAttr {
    ShapeAttr { grid: vec![1, 0], block: 256, spaces: 1, live_ins: vec![Type::I32, Type::F32] }
}

fn push<T: OneResultInterface>(ctx: &Context, block: Ptr<BasicBlock>, op: T) -> Value {
    op.get_operation().insert_at_back(block, ctx);
    op.get_result(ctx)
}

fn end(ctx: &Context, block: Ptr<BasicBlock>, op: impl Op) {
    op.get_operation().insert_at_back(block, ctx);
}

/// A kernel with one operation of each kind.
fn sample(ctx: &mut Context) -> Kernel {
    let kernel = Kernel::new(ctx, shape());
    let region = kernel.get_region(ctx);
    let f32 = types::of_scalar(ctx, Type::F32).unwrap();
    let i32 = types::of_scalar(ctx, Type::I32).unwrap();
    let mut blocks = Vec::new();
    for types in [vec![], vec![f32], vec![], vec![]] {
        let block = BasicBlock::new(ctx, None, types);
        block.insert_at_back(region, ctx);
        blocks.push(block);
    }
    let [entry, join, odd, cold] = blocks[..] else { unreachable!() };
    let op = Index::new(ctx, 1);
    let index = push(ctx, entry, op);
    let op = Unary::new(ctx, UnaryOp::I32WrapI64, index);
    let narrow = push(ctx, entry, op);
    let op = LiveIn::new(ctx, 0, i32);
    let base = push(ctx, entry, op);
    let op = Binary::new(ctx, BinaryOp::I32Add, base, narrow);
    let guest = push(ctx, entry, op);
    let op = Address::new(ctx, 0, guest);
    let address = push(ctx, entry, op);
    let op = Load::new(ctx, LoadKind::F32, address, 0xffff_fff0);
    let loaded = push(ctx, entry, op);
    let op = Checked::new(ctx, 0, guest, 12, 8);
    let checked = push(ctx, entry, op);
    let op = Update::new(ctx, (ReduceOp::MaxU, 8), checked, 12, index);
    end(ctx, entry, op);
    let op = Const::new(ctx, lowered::Const { ty: Type::F32, bits: 0x7fc0_0001 });
    let nan = push(ctx, entry, op);
    let op = Const::new(ctx, lowered::Const::i32(-7));
    let minus = push(ctx, entry, op);
    let op = Select::new(ctx, minus, loaded, nan);
    let picked = push(ctx, entry, op);
    let op = Switch::new(ctx, narrow, vec![(odd, vec![]), (join, vec![loaded]), (join, vec![picked])]);
    end(ctx, entry, op);
    let op = Branch::new(ctx, guest, (join, vec![nan]), (cold, vec![]));
    end(ctx, odd, op);
    let arg = join.deref(ctx).get_argument(0);
    let op = Store::new(ctx, StoreKind::F32, address, 4, arg);
    end(ctx, join, op);
    let op = Return::new(ctx, vec![ReturnRole::Reduce(ReduceOp::MinU), ReturnRole::Last], vec![guest, arg]);
    end(ctx, join, op);
    let op = Bail::new(ctx);
    end(ctx, cold, op);
    kernel
}

fn views(ctx: &Context, kernel: Ptr<Operation>) -> Vec<Vec<View>> {
    let region = kernel.deref(ctx).get_region(0);
    let blocks: Vec<Ptr<BasicBlock>> = region.deref(ctx).iter(ctx).collect();
    blocks.iter().map(|block| block.deref(ctx).iter(ctx).map(|op| view(ctx, op).unwrap()).collect()).collect()
}

#[test]
fn every_operation_prints_and_parses_back() {
    let ctx = &mut Context::new();
    let kernel = sample(ctx).get_operation();
    verify_operation(kernel, ctx).unwrap();
    let text = kernel.disp(ctx).to_string();
    let lines: Vec<&str> = text.lines().map(str::trim_end).collect();
    insta::assert_snapshot!(lines.join("\n"), @"
    twk.kernel (i32, f32) spaces 1 grid [1, 0] block 256
    {
      ^block1v1():
        v1 = twk.index 1 : builtin.integer i64;
        v2 = twk.unary i32.wrap_i64 v1 : builtin.integer i32;
        v3 = twk.live_in 0 : builtin.integer i32;
        v4 = twk.binary i32.add v3, v2 : builtin.integer i32;
        v5 = twk.address 0 v4 : twk.ptr ;
        v6 = twk.load f32.load v5 + 4294967280 : builtin.fp32 ;
        v7 = twk.checked 0 v4 + 12 wide 8 : twk.ptr ;
        twk.update max_u 8 bytes at v7 + 12, v1;
        v8 = twk.const f32 0x7fc00001 : builtin.fp32 ;
        v9 = twk.const i32 -7 : builtin.integer i32;
        v10 = twk.select v9, v6, v8 : builtin.fp32 ;
        twk.switch v2, v6, v10 [^block3v1, ^block2v1, ^block2v1] [1, 0, 1, 1]

      ^block2v1(v0: builtin.fp32 ):
        twk.store f32.store v5 + 4, v0;
        twk.return [min_u, last] v4, v0

      ^block3v1():
        twk.branch v4, v8 [^block2v1, ^block4v1] [1, 1, 0]

      ^block4v1():
        twk.bail
    }
    ");

    let other = &mut Context::new();
    let parsed = parse_from_str(spaced(Operation::top_level_parser()), other, &text).unwrap();
    verify_operation(parsed, other).unwrap();
    assert_eq!(views(other, parsed), views(ctx, kernel));
}

/// The verifier's message for a kernel whose entry `build` fills.
fn refusal(shape: ShapeAttr, build: impl FnOnce(&mut Context, Ptr<BasicBlock>)) -> String {
    let ctx = &mut Context::new();
    let kernel = Kernel::new(ctx, shape);
    let block = BasicBlock::new(ctx, None, vec![]);
    block.insert_at_front(kernel.get_region(ctx), ctx);
    build(ctx, block);
    let op = Bail::new(ctx);
    end(ctx, block, op);
    verify_operation(kernel.get_operation(), ctx).unwrap_err().err.to_string()
}

fn constant(ctx: &mut Context, block: Ptr<BasicBlock>, value: lowered::Const) -> Value {
    let op = Const::new(ctx, value);
    push(ctx, block, op)
}

#[test]
fn the_verifier_names_the_rule_that_is_broken() {
    let wrong_operand = refusal(shape(), |ctx, block| {
        let wide = constant(ctx, block, lowered::Const::i64(1));
        let op = Unary::new(ctx, UnaryOp::F32Neg, wide);
        push(ctx, block, op);
    });
    assert_eq!(wrong_operand, "operand 0 isn't f32");
    let no_pointer = refusal(shape(), |ctx, block| {
        let wide = constant(ctx, block, lowered::Const::i64(1));
        let op = Load::new(ctx, LoadKind::I32, wide, 0);
        push(ctx, block, op);
    });
    assert_eq!(no_pointer, "operand 0 isn't a pointer");
    let no_footprint = refusal(shape(), |ctx, block| {
        let wide = constant(ctx, block, lowered::Const::i64(1));
        let op = Address::new(ctx, 1, wide);
        push(ctx, block, op);
    });
    assert_eq!(no_footprint, "the kernel has no footprint 1");
    let no_dimension = refusal(shape(), |ctx, block| {
        let op = Index::new(ctx, 2);
        push(ctx, block, op);
    });
    assert_eq!(no_dimension, "the kernel has no dimension 2");
    let wrong_live_in = refusal(shape(), |ctx, block| {
        let ty = types::of_scalar(ctx, Type::I64).unwrap();
        let op = LiveIn::new(ctx, 1, ty);
        push(ctx, block, op);
    });
    assert_eq!(wrong_live_in, "result 0 isn't f32");
    let wide_constant = refusal(shape(), |ctx, block| {
        constant(ctx, block, lowered::Const { ty: Type::I32, bits: 1 << 32 });
    });
    assert_eq!(wide_constant, "i32.const 0 doesn't fit its type");
    let twice = refusal(ShapeAttr { grid: vec![0, 0], ..shape() }, |_, _| {});
    assert_eq!(twice, "a grid of dimensions [0, 0] in blocks of 256 can't be launched");
}

#[test]
fn a_return_needs_a_role_for_each_value() {
    let ctx = &mut Context::new();
    let kernel = Kernel::new(ctx, shape());
    let block = BasicBlock::new(ctx, None, vec![]);
    block.insert_at_front(kernel.get_region(ctx), ctx);
    let value = constant(ctx, block, lowered::Const { ty: Type::F64, bits: 0 });
    let op = Return::new(ctx, vec![ReturnRole::Reduce(ReduceOp::Add)], vec![value]);
    end(ctx, block, op);
    let error = verify_operation(kernel.get_operation(), ctx).unwrap_err();
    assert_eq!(error.err.to_string(), "operand 0 isn't an integer");
}

fn known(value: lowered::Const) -> Option<AttrObj> {
    Some(Box::new(ConstAttr(value)))
}

#[test]
fn operators_fold_unless_they_trap() {
    let ctx = &mut Context::new();
    let block = BasicBlock::new(ctx, None, vec![]);
    let zero = constant(ctx, block, lowered::Const::i32(0));
    let op = Binary::new(ctx, BinaryOp::I32DivS, zero, zero);
    let folded = |a: i32, b: i32| {
        let operands = [known(lowered::Const::i32(a)), known(lowered::Const::i32(b))];
        let fold = op_cast::<dyn ConstFoldInterface>(&op).unwrap().check_fold(ctx, &operands);
        super::attributes::constant(fold[0].as_ref())
    };
    assert_eq!(folded(-7, 2), Some(lowered::Const::i32(-3)));
    assert_eq!(folded(1, 0), None);
    assert_eq!(folded(i32::MIN, -1), None);
}

#[test]
fn a_known_switch_has_one_successor() {
    let ctx = &mut Context::new();
    let [a, b, c] = [0; 3].map(|_| BasicBlock::new(ctx, None, vec![]));
    let index = constant(ctx, a, lowered::Const::i32(0));
    let op = Switch::new(ctx, index, vec![(a, vec![]), (b, vec![]), (c, vec![])]);
    let successors = |index: i32| {
        let fold = op_cast::<dyn BranchOpFoldInterface>(&op).unwrap();
        fold.check_fold(ctx, &[known(lowered::Const::i32(index))])
    };
    assert_eq!(successors(1), vec![b]);
    assert_eq!(successors(2), vec![c]);
    assert_eq!(successors(-1), vec![c]);
    let jump = Jump::new(ctx, a, vec![]);
    assert_eq!(op_cast::<dyn BranchOpFoldInterface>(&jump).unwrap().check_fold(ctx, &[]), vec![a]);
}
