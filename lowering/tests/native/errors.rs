//! Kernels that aren't compiled, with the reason given.

use crate::harness::{CANONICAL, Maker, to};
use ir::lowered::{LoadKind, Op, Term, Type};
use ir::region::{Kernel, ReduceOp, ReturnRole};
use tensorwasm_lowering::native::compile;

fn refusal(kernel: &Kernel) -> String {
    compile(kernel, 1, &CANONICAL).map(|_| ()).unwrap_err().to_string()
}

fn trivial(params: &[Type], dims: u32) -> Kernel {
    Maker::new(params).0.finish(dims, &[])
}

#[test]
fn dimensions_and_indices() {
    insta::assert_snapshot!(refusal(&trivial(&[], 0)), @"0 parallel dimensions, 1 to 3 are possible");
    insta::assert_snapshot!(refusal(&trivial(&[Type::I64; 4], 4)), @"4 parallel dimensions, 1 to 3 are possible");
    insta::assert_snapshot!(refusal(&trivial(&[Type::I64], 2)), @"entry parameter 1 isn't an i64 index");
    insta::assert_snapshot!(refusal(&trivial(&[Type::I64, Type::I32], 2)), @"entry parameter 1 isn't an i64 index");
}

#[test]
fn returned_values() {
    let (mut maker, params) = Maker::new(&[Type::I64, Type::F64]);
    maker.func.results = vec![Type::F64];
    maker.end(Term::Return(vec![params[1]]));
    let mut kernel = maker.kernel(1, vec![]);
    insta::assert_snapshot!(refusal(&kernel), @"0 return roles for 1 results");
    kernel.returns = vec![ReturnRole::Reduce(ReduceOp::Add)];
    insta::assert_snapshot!(refusal(&kernel), @"returned value 0 is a reduction over f64");
}

#[test]
fn invalid_kernels() {
    let (mut maker, params) = Maker::new(&[Type::I64]);
    maker.load(LoadKind::I32, 1, params[0], 0);
    insta::assert_snapshot!(refusal(&maker.finish(1, &[])), @"the kernel is invalid: block 0: index 1 is out of range");
    let (mut maker, _) = Maker::new(&[Type::I64]);
    maker.op(Op::GlobalGet(0), Type::I32);
    insta::assert_snapshot!(refusal(&maker.finish(1, &[])), @"the kernel is invalid: block 0: `global.get g0` may not stand here");
    let (maker, _) = Maker::new(&[Type::I64]);
    insta::assert_snapshot!(refusal(&maker.kernel(1, vec![])), @"the kernel is invalid: block 0: `unreachable` may not stand here");
}

#[test]
fn kernels_of_unreasonable_size() {
    let (mut maker, _) = Maker::new(&[Type::I64]);
    for _ in 0..40_000 {
        maker.i32(1);
    }
    insta::assert_snapshot!(refusal(&maker.finish(1, &[])), @"the kernel's size is 80001, at most 65536 is compiled");

    let (mut maker, _) = Maker::new(&[Type::I64]);
    for _ in 0..4096 {
        let (block, _) = maker.block(&[]);
        maker.end(Term::Jump(to(block, &[])));
        maker.at = block;
    }
    insta::assert_snapshot!(refusal(&maker.finish(1, &[])), @"the kernel has 4097 blocks, at most 4096 are compiled");
}
