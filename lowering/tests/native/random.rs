//! Random kernels against the interpreter.
//!
//! A kernel is grown from a list of random words by a small structured generator: straight-line code, branches, tables and
//! counted loops over whatever values are in scope, with loads and stores that overlap in one small buffer. Shrinking the
//! list shrinks the kernel, because an exhausted list only makes constants and ends everything.

use crate::harness::{Buffer, Maker, Memory, expected, native, padded, run_native, to};
use ir::lowered::{BinaryOp, BlockId, Const, LoadKind, Op, StoreKind, Term, TernaryOp, Type, UnaryOp, Value};
use ir::region::{FoldOp, Kernel, ReduceOp, ReturnRole};
use proptest::prelude::*;
use tensorwasm_lowering::native::Exit;

const TYPES: [Type; 4] = [Type::I32, Type::I64, Type::F32, Type::F64];
/// Addresses are below 64, memargs below 16, accesses at most 8 wide.
const BUFFER: usize = 64 + 16 + 8;

struct Generator<'a> {
    maker: Maker,
    words: std::slice::Iter<'a, u32>,
    /// The values whose definition dominates the current block.
    scope: Vec<Value>,
}

impl Generator<'_> {
    /// A random number below `bound`, 0 once the words are used up.
    fn below(&mut self, bound: usize) -> usize {
        self.words.next().map_or(0, |&word| word as usize % bound)
    }

    fn of<T: Copy>(&mut self, list: &[T]) -> T {
        list[self.below(list.len())]
    }

    fn constant(&mut self, ty: Type) -> Value {
        let low = self.words.next().copied().unwrap_or(1) as u64;
        let bits = match (ty, low % 4) {
            (Type::F32, 0) => ((low >> 2) as i32 as f32 / 8.0).to_bits() as u64,
            (Type::F64, 0) => ((low >> 2) as i32 as f64 / 8.0).to_bits(),
            (_, 0 | 1) => (low >> 2) % 70,
            (_, 2) => !((low >> 2) % 70),
            _ => low << 32 | low,
        };
        self.maker.constant(Const { ty, bits: bits & ty.mask() })
    }

    /// A value of this type from the scope, or a new constant.
    fn pick(&mut self, ty: Type) -> Value {
        let fitting: Vec<Value> = self.scope.iter().copied().filter(|&v| self.maker.func.ty(v) == ty).collect();
        if fitting.is_empty() || self.below(5) == 0 { self.constant(ty) } else { self.of(&fitting) }
    }

    fn picks(&mut self, types: &[Type]) -> Vec<Value> {
        types.iter().map(|&ty| self.pick(ty)).collect()
    }

    fn some_types(&mut self) -> Vec<Type> {
        (0..self.below(4)).map(|_| self.of(&TYPES)).collect()
    }

    fn push(&mut self, op: Op, ty: Type) {
        let value = self.maker.op(op, ty);
        self.scope.push(value);
    }

    /// An address below 64 as an `i32` or `i64`.
    fn address(&mut self) -> Value {
        let ty = self.of(&[Type::I32, Type::I64]);
        let (any, mask) = (self.pick(ty), self.maker.constant(Const { ty, bits: 63 }));
        let and = if ty == Type::I32 { BinaryOp::I32And } else { BinaryOp::I64And };
        self.maker.binary(and, any, mask)
    }

    fn statements(&mut self, depth: usize) {
        let count = 1 + self.below(6);
        for _ in 0..count {
            self.statement(depth);
        }
    }

    fn statement(&mut self, depth: usize) {
        match self.below(if depth < 3 { 20 } else { 14 }) {
            0..=2 => {
                let op = self.of(UnaryOp::ALL);
                // Most random operands of a truncation would end the test there.
                if !op.can_trap() || self.below(8) == 0 {
                    let a = self.pick(op.operand());
                    self.push(Op::Unary(op, a), op.result());
                }
            }
            3..=6 => {
                let op = self.of(BinaryOp::ALL);
                let (a, b) = (self.pick(op.operand()), self.pick(op.operand()));
                self.push(Op::Binary(op, a, b), op.result());
            }
            7 => {
                let op = self.of(TernaryOp::ALL);
                let operands = [0; 3].map(|_| self.pick(op.operand()));
                self.push(Op::Ternary(op, operands), op.result());
            }
            8 | 9 => {
                let ty = self.of(&TYPES);
                let (cond, if_true, if_false) = (self.pick(Type::I32), self.pick(ty), self.pick(ty));
                self.push(Op::Select { cond, if_true, if_false }, ty);
            }
            10 | 11 => {
                let kinds: Vec<LoadKind> = LoadKind::ALL.iter().copied().filter(|k| k.ty() != Type::V128).collect();
                let (kind, space, offset) = (self.of(&kinds), self.below(2) as u32, self.below(16) as u64);
                let addr = self.address();
                self.push(Op::Load { kind, space, offset, addr }, kind.ty());
            }
            12 | 13 => {
                let kinds: Vec<StoreKind> = StoreKind::ALL.iter().copied().filter(|k| k.ty() != Type::V128).collect();
                let (kind, space, offset) = (self.of(&kinds), self.below(2) as u32, self.below(16) as u64);
                let (addr, value) = (self.address(), self.pick(kind.ty()));
                self.maker.store(kind, space, addr, offset, value);
            }
            14 | 15 => self.branch(depth),
            16 => self.switch(),
            17 | 18 => self.counted_loop(depth),
            _ => self.rare_bail(),
        }
    }

    /// `if` with two arms that pass different values to the join.
    fn branch(&mut self, depth: usize) {
        let types = self.some_types();
        let cond = self.pick(Type::I32);
        let (then, _) = self.maker.block(&[]);
        let (otherwise, _) = self.maker.block(&[]);
        let (join, joined) = self.maker.block(&types);
        self.maker.end(Term::Branch { cond, then: to(then, &[]), otherwise: to(otherwise, &[]) });
        for arm in [then, otherwise] {
            self.arm(arm, join, &types, depth);
        }
        self.continue_in(join, joined);
    }

    fn arm(&mut self, arm: BlockId, join: BlockId, types: &[Type], depth: usize) {
        let outer = self.scope.len();
        self.maker.at = arm;
        self.statements(depth + 1);
        let args = self.picks(types);
        self.maker.end(Term::Jump(to(join, &args)));
        self.scope.truncate(outer);
    }

    fn continue_in(&mut self, join: BlockId, joined: Vec<Value>) {
        self.maker.at = join;
        self.scope.extend(joined);
    }

    /// A table whose edges all lead to one block with different arguments.
    fn switch(&mut self) {
        let types = self.some_types();
        let index = self.pick(Type::I32);
        let (join, joined) = self.maker.block(&types);
        let count = self.below(5);
        let targets = (0..count).map(|_| to(join, &self.picks(&types))).collect();
        let default = to(join, &self.picks(&types));
        self.maker.end(Term::Switch { index, targets, default });
        self.continue_in(join, joined);
    }

    /// A do-while loop of up to five rounds that carries values and mixes them up at the back edge.
    fn counted_loop(&mut self, depth: usize) {
        let mut types = vec![Type::I32];
        types.extend(self.some_types());
        let outer = self.scope.len();
        let rounds = self.below(5) as i32;
        let (head, carried) = self.maker.block(&types);
        let (exit, left) = self.maker.block(&types);
        let mut args = self.picks(&types);
        args[0] = self.maker.i32(rounds);
        self.maker.end(Term::Jump(to(head, &args)));
        self.continue_in(head, carried.clone());
        self.statements(depth + 1);
        let minus_one = self.maker.i32(-1);
        let count = self.maker.binary(BinaryOp::I32Add, carried[0], minus_one);
        let zero = self.maker.i32(0);
        let more = self.maker.binary(BinaryOp::I32GtS, count, zero);
        let (mut again, out) = (self.picks(&types), self.picks(&types));
        again[0] = count;
        self.maker.end(Term::Branch { cond: more, then: to(head, &again), otherwise: to(exit, &out) });
        self.scope.truncate(outer);
        self.continue_in(exit, left);
    }

    /// A bail that only few operands reach.
    fn rare_bail(&mut self) {
        let (bail, _) = self.maker.block(&[]);
        let (go_on, _) = self.maker.block(&[]);
        let (value, mask) = (self.pick(Type::I64), self.maker.i64(0x1f));
        let low = self.maker.binary(BinaryOp::I64And, value, mask);
        let cond = self.maker.binary(BinaryOp::I64Eq, low, mask);
        self.maker.end(Term::Branch { cond, then: to(bail, &[]), otherwise: to(go_on, &[]) });
        self.maker.at = bail;
        self.maker.end(Term::Bail);
        self.maker.at = go_on;
    }

    fn finish(mut self, dims: u32) -> Kernel {
        let mut returns = Vec::new();
        for _ in 0..self.below(4) {
            let ty = self.of(&TYPES);
            let role = if ty.is_int() && self.below(2) == 0 {
                ReturnRole::Reduce(self.of(&ReduceOp::ALL))
            } else if !ty.is_int() && self.below(2) == 0 {
                ReturnRole::Fold(self.of(&FoldOp::ALL))
            } else {
                ReturnRole::Last
            };
            returns.push((self.pick(ty), role));
        }
        self.maker.finish(dims, &returns)
    }
}

fn kernel(words: &[u32], dims: u32) -> Kernel {
    let mut params = vec![Type::I64; dims as usize];
    params.extend(TYPES);
    let (maker, scope) = Maker::new(&params);
    let mut generator = Generator { maker, words: words.iter(), scope };
    generator.statements(0);
    generator.statements(0);
    generator.finish(dims)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn random_kernels_mean_what_the_interpreter_says(
        words in proptest::collection::vec(any::<u32>(), 0..400),
        live_ins in proptest::array::uniform4(any::<u64>()),
        bytes in proptest::collection::vec(any::<u8>(), BUFFER),
        trips in proptest::collection::vec(1u64..4, 1..=3),
        cut in 0u64..4,
    ) {
        let kernel = kernel(&words, trips.len() as u32);
        let memory = Memory { buffers: vec![Buffer { base: 0, bytes }], spaces: vec![0, 0] };
        let whole: Vec<_> = trips.iter().map(|&n| 0..n).collect();
        let (mut by_interp, mut wanted) = (memory.clone(), native(&kernel, &memory).initial_returns());
        let exit = expected(&kernel, &mut by_interp, &whole, &trips, &live_ins, &mut wanted);
        // Two chunks, cut along the outermost dimension, one of them perhaps empty.
        let cut = cut.min(trips[0]);
        let (mut first, mut second) = (whole.clone(), whole);
        first[0].end = cut;
        second[0].start = cut;
        for variant in [kernel.clone(), padded(&kernel)] {
            let code = native(&variant, &memory);
            let (mut by_native, mut found) = (memory.clone(), code.initial_returns());
            let mut ended = run_native(&code, &mut by_native, &first, &trips, &live_ins, &mut found);
            if ended == Exit::Completed {
                ended = run_native(&code, &mut by_native, &second, &trips, &live_ins, &mut found);
            }
            prop_assert_eq!(ended, exit, "{}", kernel.func);
            prop_assert_eq!(&by_native, &by_interp, "{}", kernel.func);
            if exit == Exit::Completed {
                prop_assert_eq!(&found, &wanted, "{}", kernel.func);
            }
        }
    }
}

/// The generator is only worth something if its kernels usually run to the end and use everything.
#[test]
fn the_generator_reaches_every_statement() {
    let mut seen = [0; 6];
    for seed in 0..200u32 {
        let words: Vec<u32> = (0..300).map(|i| (seed * 300 + i).wrapping_mul(0x9e37_79b9).rotate_left(13)).collect();
        let text = kernel(&words, 1).func.to_string();
        for (count, what) in seen.iter_mut().zip(["branch", "switch", "bail", "select", ".load", ".store"]) {
            *count += text.contains(what) as u32;
        }
    }
    assert!(seen.iter().all(|&count| count >= 20), "{seen:?}");
}
