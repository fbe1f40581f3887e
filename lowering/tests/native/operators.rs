//! Every operator on edge values: operands in memory, as constants, and one of each.

use crate::harness::{CANONICAL, Maker, Memory, agree, expected, load_kind, native, run_native, store_kind};
use ir::lowered::{BinaryOp, Const, Op, TernaryOp, Type, UnaryOp, Value, eval};
use ir::region::Kernel;
use tensorwasm_lowering::native::{Exit, Options, compile};

/// Values at which operators behave specially.
fn edges(ty: Type) -> Vec<u64> {
    match ty {
        Type::I32 => int_edges(32).iter().map(|v| v & 0xffff_ffff).collect(),
        Type::I64 => int_edges(64),
        Type::F32 => f32_edges(),
        _ => f64_edges(),
    }
}

fn int_edges(bits: u32) -> Vec<u64> {
    let lowest = 1u64 << (bits - 1);
    let mut values: Vec<u64> = vec![0, 1, 2, 3, 5, 7, 10, 31, 32, 33, 63, 64, 65, 127, 128, 255, 256, 0x7fff, 0x8000];
    values.extend([0xffff, 0x7fff_ffff, 0x8000_0000, 0xffff_ffff, 0x1_0000_0000, 0x0123_4567_89ab_cdef]);
    values.extend([-1i64, -2, -3, -7, -31, -32, -33, -64].map(|v| v as u64));
    values.extend([lowest, lowest + 1, lowest - 1, lowest - 2]);
    values
}

fn f32_edges() -> Vec<u64> {
    let (two31, two32, two63, two64) = (2147483648.0f32, 4294967296.0f32, 9223372036854775808.0f32, f32::exp2(64.0));
    let mut values = vec![0.0, f32::from_bits(1), f32::from_bits(0x007f_ffff), f32::MIN_POSITIVE, 0.1, 0.49999997];
    values.extend([0.5, 0.99999994, 1.0, 1.5, 2.5, 3.0, 1e10, 8388607.5, 8388608.0, 16777216.0, f32::MAX]);
    values.extend([two31, two31.next_down(), two31.next_up(), two32, two32.next_down(), two63, two63.next_down()]);
    values.extend([two63.next_up(), two64, two64.next_down(), f32::INFINITY]);
    let mut bits: Vec<u64> = values.iter().flat_map(|v| [v.to_bits() as u64, (-v).to_bits() as u64]).collect();
    bits.extend([0x7fc0_0000, 0xffc0_0000, 0x7f80_0001, 0xff80_0123, 0x7fff_ffff, 0x7fa0_0000]);
    bits
}

fn f64_edges() -> Vec<u64> {
    let (two31, two32, two63, two64) = (2147483648.0f64, 4294967296.0f64, 9223372036854775808.0f64, f64::exp2(64.0));
    let mut values = vec![0.0, f64::from_bits(1), f64::from_bits(0x000f_ffff_ffff_ffff), f64::MIN_POSITIVE, 0.1];
    values.extend([0.49999999999999994, 0.5, 1.0f64.next_down(), 1.0, 1.5, 2.5, 3.0, 1e10, 4503599627370495.5]);
    values.extend([4503599627370496.0, 9007199254740992.0, f64::MAX, f32::MAX as f64, f32::MIN_POSITIVE as f64]);
    values.extend([
        two31,
        two31.next_down(),
        two31 + 1.0,
        two31 - 1.0,
        two31 - 0.5,
        two31 + 0.5,
        (two31 + 1.0).next_down(),
    ]);
    values.extend([two32, two32.next_down(), two32 - 0.5, two63, two63.next_down(), two63.next_up(), two64]);
    // Midpoints and limits of the narrowing to f32.
    values.extend([two64.next_down(), 1.0 + f64::exp2(-24.0), 1.0 + 3.0 * f64::exp2(-24.0), 3.4028235677973366e38]);
    values.extend([f64::exp2(-150.0), f64::exp2(-149.0), 1e-42, f64::INFINITY]);
    let mut bits: Vec<u64> = values.iter().flat_map(|v| [v.to_bits(), (-v).to_bits()]).collect();
    bits.extend([0x7ff8_0000_0000_0000, 0xfff8_0000_0000_0000, 0x7ff0_0000_0000_0001, 0xfff0_0000_0000_0123]);
    bits.extend([0x7fff_ffff_ffff_ffff, 0x7ff0_0000_2000_0000]);
    bits
}

/// An operator of either kind, with its operands as a list.
#[derive(Clone, Copy, Debug)]
enum Operator {
    Unary(UnaryOp),
    Binary(BinaryOp),
    Ternary(TernaryOp),
}

impl Operator {
    fn all() -> Vec<Operator> {
        let unary = UnaryOp::ALL.iter().map(|&op| Operator::Unary(op));
        let binary = BinaryOp::ALL.iter().map(|&op| Operator::Binary(op));
        unary.chain(binary).chain(TernaryOp::ALL.iter().map(|&op| Operator::Ternary(op))).collect()
    }

    fn arity(self) -> usize {
        match self {
            Operator::Unary(_) => 1,
            Operator::Binary(_) => 2,
            Operator::Ternary(_) => 3,
        }
    }

    fn types(self) -> (Type, Type) {
        match self {
            Operator::Unary(op) => (op.operand(), op.result()),
            Operator::Binary(op) => (op.operand(), op.result()),
            Operator::Ternary(op) => (op.operand(), op.result()),
        }
    }

    fn apply(self, operands: &[Value]) -> Op {
        match self {
            Operator::Unary(op) => Op::Unary(op, operands[0]),
            Operator::Binary(op) => Op::Binary(op, operands[0], operands[1]),
            Operator::Ternary(op) => Op::Ternary(op, [operands[0], operands[1], operands[2]]),
        }
    }

    /// The defined value, or none where the operator traps.
    fn value(self, operands: &[u64]) -> Option<u64> {
        match self {
            Operator::Unary(op) => eval::unary(op, operands[0]).ok(),
            Operator::Binary(op) => eval::binary(op, operands[0], operands[1]).ok(),
            Operator::Ternary(op) => Some(eval::ternary(op, [operands[0], operands[1], operands[2]])),
        }
    }

    /// Every combination of edge values; where there are three, some of them, and sums that leave what rounding takes off a product.
    fn inputs(self) -> Vec<Vec<u64>> {
        let edges = edges(self.types().0);
        let pairs = edges.iter().flat_map(|&a| edges.iter().map(move |&b| vec![a, b]));
        match self {
            Operator::Unary(_) => edges.iter().map(|&a| vec![a]).collect(),
            Operator::Binary(_) => pairs.collect(),
            Operator::Ternary(op) => pairs
                .step_by(3)
                .flat_map(|pair| {
                    let product = [negated_product(op, pair[0], pair[1])];
                    let thirds: Vec<u64> = edges.iter().step_by(7).copied().chain(product).collect();
                    thirds.into_iter().map(move |c| vec![pair[0], pair[1], c])
                })
                .collect(),
        }
    }
}

/// The rounded product with the other sign.
fn negated_product(op: TernaryOp, a: u64, b: u64) -> u64 {
    match op {
        TernaryOp::F32Fma => (-(f32::from_bits(a as u32) * f32::from_bits(b as u32))).to_bits().into(),
        TernaryOp::F64Fma => (-(f64::from_bits(a) * f64::from_bits(b))).to_bits(),
    }
}

/// `out[i] = op(in0[i], in1[i], in2[i])`, with footprints 0 (result) and 1 to 3 (operands).
fn elementwise(op: Operator) -> Kernel {
    let (mut maker, params) = Maker::new(&[Type::I64]);
    let at = maker.element(params[0]);
    let (from, result) = op.types();
    let operands: Vec<Value> = (0..op.arity()).map(|n| maker.load(load_kind(from), 1 + n as u32, at, 0)).collect();
    let value = maker.op(op.apply(&operands), result);
    maker.store(store_kind(result), 0, at, 0, value);
    maker.finish(1, &[])
}

/// The arrays for [`elementwise`]; the result array is filled with a pattern that no operator leaves by accident.
fn arrays(op: Operator, inputs: &[Vec<u64>]) -> Memory {
    let results = vec![0x5555_5555_5555_5555; inputs.len()];
    let operand = |n: usize| inputs.iter().map(|i| i[n]).collect::<Vec<u64>>();
    let operands: Vec<Vec<u64>> = (0..op.arity()).map(operand).collect();
    let arrays: Vec<&[u64]> = [&results].into_iter().chain(&operands).map(Vec::as_slice).collect();
    Memory::of(&arrays)
}

#[test]
fn every_operator_on_operands_in_memory() {
    for op in Operator::all() {
        let inputs = op.inputs();
        let (kernel, mut memory) = (elementwise(op), arrays(op, &inputs));
        let code = native(&kernel, &memory);
        let mask = op.types().1.mask();
        for (i, operands) in inputs.iter().enumerate() {
            let range = i as u64..i as u64 + 1;
            let exit = run_native(&code, &mut memory, &[range], &[inputs.len() as u64], &[], &mut []);
            let found = (exit == Exit::Completed).then(|| memory.element(0, i) & mask);
            assert_eq!(found, op.value(operands), "{op:?} of {operands:x?}");
        }
    }
}

#[test]
fn without_canonical_nans_only_nan_bits_may_differ() {
    let is_nan = |ty: Type, bits: u64| match ty {
        Type::F32 => f32::from_bits(bits as u32).is_nan(),
        Type::F64 => f64::from_bits(bits).is_nan(),
        _ => false,
    };
    for op in Operator::all() {
        let exact = matches!(
            op,
            Operator::Unary(
                UnaryOp::F32Neg
                    | UnaryOp::F64Neg
                    | UnaryOp::F32Abs
                    | UnaryOp::F64Abs
                    | UnaryOp::F32ReinterpretI32
                    | UnaryOp::F64ReinterpretI64
            ) | Operator::Binary(BinaryOp::F32Copysign | BinaryOp::F64Copysign)
        );
        let (inputs, ty) = (op.inputs(), op.types().1);
        let (kernel, mut memory) = (elementwise(op), arrays(op, &inputs));
        let code =
            compile(&kernel, memory.spaces.len() as u32, &Options { canonical_nan: false, bounded: false }).unwrap();
        for (i, operands) in inputs.iter().enumerate() {
            let range = i as u64..i as u64 + 1;
            let exit = run_native(&code, &mut memory, &[range], &[inputs.len() as u64], &[], &mut []);
            let found = (exit == Exit::Completed).then(|| memory.element(0, i) & ty.mask());
            let wanted = op.value(operands);
            let both_nan = !exact && found.zip(wanted).is_some_and(|(f, w)| is_nan(ty, f) && is_nan(ty, w));
            assert!(found == wanted || both_nan, "{op:?} of {operands:x?}: {found:x?}, not {wanted:x?}");
        }
    }
}

#[test]
fn every_operator_on_constants() {
    for op in Operator::all() {
        let (from, result) = op.types();
        // The operands are constants of one block, so that the optimiser can fold them. Every third pair is enough to meet
        // each value in several places.
        let step = if op.arity() == 1 { 1 } else { 3 };
        let inputs: Vec<_> = op.inputs().into_iter().filter(|i| op.value(i).is_some()).step_by(step).collect();
        for part in inputs.chunks(2000) {
            let (mut maker, _) = Maker::new(&[Type::I64]);
            let start = maker.i32(0);
            for (i, operands) in part.iter().enumerate() {
                let operands: Vec<Value> =
                    operands.iter().map(|&bits| maker.constant(Const { ty: from, bits })).collect();
                let value = maker.op(op.apply(&operands), result);
                maker.store(store_kind(result), 0, start, 8 * i as u64, value);
            }
            let kernel = maker.finish(1, &[]);
            let mut memory = Memory::of(&[&vec![0; part.len()]]);
            let code = native(&kernel, &memory);
            assert_eq!(run_native(&code, &mut memory, &[0..1], &[1], &[], &mut []), Exit::Completed);
            for (i, operands) in part.iter().enumerate() {
                assert_eq!(Some(memory.element(0, i)), op.value(operands), "{op:?} of {operands:x?}");
            }
        }
    }
}

#[test]
fn trapping_operators_on_constants_bail() {
    for op in Operator::all() {
        for operands in op.inputs().iter().filter(|i| op.value(i).is_none()).step_by(7) {
            let (mut maker, _) = Maker::new(&[Type::I64]);
            let (from, result) = op.types();
            let operands: Vec<Value> = operands.iter().map(|&bits| maker.constant(Const { ty: from, bits })).collect();
            maker.op(op.apply(&operands), result);
            let (exit, ..) = agree(&maker.finish(1, &[]), &Memory::of(&[]), &[1], &[]);
            assert_eq!(exit, Exit::Bailed, "{op:?}");
        }
    }
}

/// Both orders of one operand in memory and one constant, because the optimiser rewrites such forms.
#[test]
fn every_binary_operator_with_one_constant() {
    for &op in BinaryOp::ALL {
        let edges = edges(op.operand());
        // Operators that trap get a kernel per constant, so that one bail doesn't hide the rest.
        let group = if op.can_trap() { 1 } else { edges.len() };
        for constants in edges.chunks(group) {
            for constant_first in [false, true] {
                let kernel = with_constants(op, constants, constant_first);
                check_rows(op, &kernel, &edges, constants, constant_first);
            }
        }
    }
}

/// `out[i][k] = op(in[i], constants[k])`, or with the operands swapped.
fn with_constants(op: BinaryOp, constants: &[u64], constant_first: bool) -> Kernel {
    let (mut maker, params) = Maker::new(&[Type::I64]);
    let at = maker.element(params[0]);
    let row = maker.i64(constants.len() as i64);
    let row = maker.binary(BinaryOp::I64Mul, at, row);
    let operand = maker.load(load_kind(op.operand()), 1, at, 0);
    for (k, &bits) in constants.iter().enumerate() {
        let constant = maker.constant(Const { ty: op.operand(), bits });
        let (a, b) = if constant_first { (constant, operand) } else { (operand, constant) };
        let value = maker.binary(op, a, b);
        maker.store(store_kind(op.result()), 0, row, 8 * k as u64, value);
    }
    maker.finish(1, &[])
}

fn check_rows(op: BinaryOp, kernel: &Kernel, edges: &[u64], constants: &[u64], constant_first: bool) {
    let mut memory = Memory::of(&[&vec![0; edges.len() * constants.len()], edges]);
    let code = compile(kernel, 2, &CANONICAL).unwrap();
    for (i, &operand) in edges.iter().enumerate() {
        let range = i as u64..i as u64 + 1;
        let exit = run_native(&code, &mut memory, &[range], &[edges.len() as u64], &[], &mut []);
        for (k, &constant) in constants.iter().enumerate() {
            let (a, b) = if constant_first { (constant, operand) } else { (operand, constant) };
            let found = (exit == Exit::Completed).then(|| memory.element(0, i * constants.len() + k));
            assert_eq!(found, eval::binary(op, a, b).ok(), "{} of {a:x} and {b:x}", op.name());
        }
    }
}

/// A bail stops the chunk where it happens: what came before is stored, nothing after.
#[test]
fn a_bail_in_the_middle_of_a_chunk() {
    let op = Operator::Binary(BinaryOp::I32DivU);
    let inputs = vec![vec![9, 3], vec![9, 2], vec![9, 0], vec![9, 1]];
    let (kernel, mut memory) = (elementwise(op), arrays(op, &inputs));
    let mut reference = memory.clone();
    let code = native(&kernel, &memory);
    assert_eq!(expected(&kernel, &mut reference, &[0..4], &[4], &[], &mut []), Exit::Bailed);
    assert_eq!(run_native(&code, &mut memory, &[0..4], &[4], &[], &mut []), Exit::Bailed);
    assert_eq!(memory, reference);
    let stored: Vec<u32> = memory.elements(0).iter().map(|&v| v as u32).collect();
    assert_eq!(stored, [3, 4, 0x5555_5555, 0x5555_5555]);
    assert_eq!(run_native(&code, &mut memory, &[3..4], &[4], &[], &mut []), Exit::Completed);
    assert_eq!(memory.element(0, 3) as u32, 9);
}
