//! Kernels made by hand, a memory that both sides run on, and the comparison.

use ir::abi::Reach;
use ir::lowered::interp::{self, Outcome, Spaces};
use ir::lowered::{BinaryOp, BlockId, Const, Func, Inst, LoadKind, Op, StoreKind, Target, Term, Type, Value};
use ir::region::{Kernel, ReduceOp, ReturnRole};
use std::ops::Range;
use tensorwasm_lowering::native::{Chunk, Exit, NativeKernel, Options, compile};

/// Canonical NaNs, as the interpreter has them.
pub const CANONICAL: Options = Options { canonical_nan: true, bounded: false };

/// A kernel under construction; instructions go to the current block.
pub struct Maker {
    pub func: Func,
    pub at: BlockId,
}

impl Maker {
    /// A kernel whose entry has these parameters, with them.
    pub fn new(params: &[Type]) -> (Maker, Vec<Value>) {
        let mut func = Func::default();
        let at = func.new_block();
        let mut maker = Maker { func, at };
        let values = params.iter().map(|&ty| maker.param(at, ty)).collect();
        (maker, values)
    }

    pub fn param(&mut self, block: BlockId, ty: Type) -> Value {
        let value = self.func.new_value(ty);
        self.func.block_mut(block).params.push(value);
        value
    }

    /// A new block with parameters of these types.
    pub fn block(&mut self, params: &[Type]) -> (BlockId, Vec<Value>) {
        let block = self.func.new_block();
        let values = params.iter().map(|&ty| self.param(block, ty)).collect();
        (block, values)
    }

    pub fn op(&mut self, op: Op, ty: Type) -> Value {
        self.func.push(self.at, op, ty, 0)
    }

    pub fn constant(&mut self, constant: Const) -> Value {
        self.op(Op::Const(constant), constant.ty)
    }

    pub fn i32(&mut self, value: i32) -> Value {
        self.constant(Const::i32(value))
    }

    pub fn i64(&mut self, value: i64) -> Value {
        self.constant(Const::i64(value))
    }

    pub fn binary(&mut self, op: BinaryOp, a: Value, b: Value) -> Value {
        self.op(Op::Binary(op, a, b), op.result())
    }

    pub fn load(&mut self, kind: LoadKind, space: u32, addr: Value, offset: u64) -> Value {
        self.op(Op::Load { kind, space, offset, addr }, kind.ty())
    }

    pub fn gather(&mut self, kind: LoadKind, space: u32, addr: Value, offset: u64) -> Value {
        self.op(Op::Gather { kind, space, offset, addr }, kind.ty())
    }

    pub fn update(&mut self, op: ReduceOp, kind: StoreKind, space: u32, addr: Value, offset: u64, value: Value) {
        let op = Op::Update { op, kind, space, offset, addr, value };
        self.func.block_mut(self.at).insts.push(Inst { result: None, op, at: 0 });
    }

    pub fn store(&mut self, kind: StoreKind, space: u32, addr: Value, offset: u64, value: Value) {
        let op = Op::Store { kind, space, offset, addr, value };
        self.func.block_mut(self.at).insts.push(Inst { result: None, op, at: 0 });
    }

    /// The byte address of 8-byte element `index` as an `i64`.
    pub fn element(&mut self, index: Value) -> Value {
        let eight = self.i64(8);
        self.binary(BinaryOp::I64Mul, index, eight)
    }

    pub fn end(&mut self, term: Term) {
        self.func.block_mut(self.at).term = term;
    }

    pub fn kernel(self, dims: u32, returns: Vec<ReturnRole>) -> Kernel {
        Kernel { func: self.func, dims, returns }
    }

    /// Ends with a return and makes a kernel.
    pub fn finish(mut self, dims: u32, returns: &[(Value, ReturnRole)]) -> Kernel {
        self.func.results = returns.iter().map(|&(v, _)| self.func.ty(v)).collect();
        self.end(Term::Return(returns.iter().map(|r| r.0).collect()));
        self.kernel(dims, returns.iter().map(|r| r.1).collect())
    }
}

pub fn to(block: BlockId, args: &[Value]) -> Target {
    Target { block, args: args.to_vec() }
}

/// The natural load of a type.
pub fn load_kind(ty: Type) -> LoadKind {
    *LoadKind::ALL.iter().find(|k| k.ty() == ty).expect("every scalar has a load")
}

/// The natural store of a type.
pub fn store_kind(ty: Type) -> StoreKind {
    *StoreKind::ALL.iter().find(|k| k.ty() == ty).expect("every scalar has a store")
}

/// The same kernel with so much dead code that it counts as large, which selects another register allocator.
pub fn padded(kernel: &Kernel) -> Kernel {
    let mut padded = kernel.clone();
    let dead = padded.func.new_block();
    for _ in 0..5000 {
        padded.func.push(dead, Op::Const(Const::i32(0)), Type::I32, 0);
    }
    padded.func.block_mut(dead).term = Term::Bail;
    padded
}

/// Bytes at a guest address.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Buffer {
    pub base: u64,
    pub bytes: Vec<u8>,
}

/// The buffers, and which of them each footprint names; two footprints may name one buffer.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Memory {
    pub buffers: Vec<Buffer>,
    pub spaces: Vec<usize>,
}

impl Memory {
    /// One footprint per slice of 8-byte elements, each at guest address 0.
    pub fn of(arrays: &[&[u64]]) -> Memory {
        let bytes = |array: &&[u64]| array.iter().flat_map(|v| v.to_le_bytes()).collect();
        let buffers = arrays.iter().map(|array| Buffer { base: 0, bytes: bytes(array) }).collect();
        Memory { buffers, spaces: (0..arrays.len()).collect() }
    }

    pub fn element(&self, buffer: usize, index: usize) -> u64 {
        u64::from_le_bytes(self.buffers[buffer].bytes[8 * index..8 * index + 8].try_into().unwrap())
    }

    pub fn elements(&self, buffer: usize) -> Vec<u64> {
        (0..self.buffers[buffer].bytes.len() / 8).map(|i| self.element(buffer, i)).collect()
    }

    fn deltas(&mut self) -> Vec<u64> {
        let starts: Vec<u64> =
            self.buffers.iter_mut().map(|b| (b.bytes.as_mut_ptr() as u64).wrapping_sub(b.base)).collect();
        self.spaces.iter().map(|&buffer| starts[buffer]).collect()
    }

    fn window(&self, space: u32, address: u64, width: u32) -> Option<(usize, Range<usize>)> {
        let buffer = self.spaces[space as usize];
        let start = usize::try_from(address.checked_sub(self.buffers[buffer].base)?).ok()?;
        let end = start.checked_add(width as usize)?;
        (end <= self.buffers[buffer].bytes.len()).then_some((buffer, start..end))
    }
}

impl Spaces for Memory {
    fn load(&self, space: u32, address: u64, kind: LoadKind) -> Option<u64> {
        let (buffer, window) = self.window(space, address, kind.width())?;
        let mut raw = [0; 8];
        raw[..window.len()].copy_from_slice(&self.buffers[buffer].bytes[window]);
        Some(u64::from_le_bytes(raw))
    }

    fn store(&mut self, space: u32, address: u64, kind: StoreKind, value: u64) -> Option<()> {
        let (buffer, window) = self.window(space, address, kind.width())?;
        let raw = value.to_le_bytes();
        let width = window.len();
        self.buffers[buffer].bytes[window].copy_from_slice(&raw[..width]);
        Some(())
    }

    fn reach(&self, space: u32) -> Reach {
        let buffer = &self.buffers[self.spaces[space as usize]];
        Reach { low: buffer.base, length: buffer.bytes.len() as u64 }
    }
}

/// Compiles, or panics with the reason.
pub fn native(kernel: &Kernel, memory: &Memory) -> NativeKernel {
    compile(kernel, memory.spaces.len() as u32, &CANONICAL).unwrap_or_else(|e| panic!("{e}\n{}", kernel.func))
}

/// Runs native code over `ranges`. The accesses must have been shown to be in bounds by [`expected`].
pub fn run_native(
    code: &NativeKernel,
    memory: &mut Memory,
    ranges: &[Range<u64>],
    trips: &[u64],
    live_ins: &[u64],
    returns: &mut [u64],
) -> Exit {
    let deltas = memory.deltas();
    let reaches: Vec<Reach> = (0..memory.spaces.len() as u32).map(|space| memory.reach(space)).collect();
    let chunk = Chunk { ranges, trips, deltas: &deltas, reaches: &reaches, live_ins, budget: 1 << 20 };
    // SAFETY: the interpreter ran the same accesses on a memory of the same shape and found each in its buffer; the
    // buffers are borrowed mutably and used by nobody else.
    unsafe { code.run(&chunk, returns) }
}

/// What the interpreter makes of the kernel over `ranges`, in lexicographic order.
pub fn expected(
    kernel: &Kernel,
    memory: &mut Memory,
    ranges: &[Range<u64>],
    trips: &[u64],
    live_ins: &[u64],
    returns: &mut [u64],
) -> Exit {
    let before = returns.to_vec();
    let mut point: Vec<u64> = ranges.iter().map(|r| r.start).collect();
    let mut budget = 1 << 24;
    if ranges.iter().any(|r| r.is_empty()) {
        return Exit::Completed;
    }
    loop {
        let args: Vec<u64> = point.iter().chain(live_ins).copied().collect();
        let outcome = interp::run(&kernel.func, &args, memory, &mut budget);
        let Outcome::Values(values) = outcome.unwrap_or_else(|e| panic!("{e}\n{}", kernel.func)) else {
            returns.copy_from_slice(&before);
            return Exit::Bailed;
        };
        let last = point.iter().zip(trips).all(|(&i, &n)| i + 1 == n);
        for (index, (&value, &role)) in values.iter().zip(&kernel.returns).enumerate() {
            match role {
                ReturnRole::Reduce(op) => {
                    returns[index] = op.combine(kernel.func.results[index], returns[index], value);
                }
                ReturnRole::Fold(op) => {
                    returns[index] = op.combine(kernel.func.results[index], returns[index], value);
                }
                ReturnRole::Last if last => returns[index] = value,
                ReturnRole::Last => {}
            }
        }
        let Some(dim) = (0..point.len()).rev().find(|&d| point[d] + 1 < ranges[d].end) else {
            return Exit::Completed;
        };
        point[dim] += 1;
        for inner in dim + 1..point.len() {
            point[inner] = ranges[inner].start;
        }
    }
}

/// Runs both over the whole space and demands equal exits, returns and memory; hands back what they agree on.
pub fn agree(kernel: &Kernel, memory: &Memory, trips: &[u64], live_ins: &[u64]) -> (Exit, Vec<u64>, Memory) {
    let ranges: Vec<Range<u64>> = trips.iter().map(|&n| 0..n).collect();
    let code = native(kernel, memory);
    let (mut by_interp, mut by_native) = (memory.clone(), memory.clone());
    let (mut wanted, mut found) = (code.initial_returns(), code.initial_returns());
    let exit = expected(kernel, &mut by_interp, &ranges, trips, live_ins, &mut wanted);
    let ended = run_native(&code, &mut by_native, &ranges, trips, live_ins, &mut found);
    assert_eq!((ended, &found), (exit, &wanted), "{}", kernel.func);
    assert_eq!(by_native, by_interp, "{}", kernel.func);
    (exit, found, by_native)
}
