//! Building small regions and kernels by hand.
//!
//! A sketch has one live-in per dimension that holds its trip count, then the live-ins of the case. Addresses are `i32`
//! live-ins plus the index times a constant stride, as compilers emit them.

use ir::lowered::{
    BinaryOp, Block, BlockId, Const, Func, Inst, LoadKind, Op, StoreKind, Target, Term, Type, UnaryOp, Value,
};
use ir::region::{
    Access, FinalStore, Footprint, FootprintDim, Guard, Int, IntId, Kernel, LiveIn, LiveOut, Mapping, Part, Place,
    Pred, PredId, Program, ReduceOp, Region, ReturnRole, Scalar, ScalarId, Scalars, Step,
};

/// A region and its kernel, as far as they have been drawn.
pub(super) struct Sketch {
    region: Region,
    func: Func,
    /// The block that is being written.
    at: BlockId,
}

/// A footprint to be added.
pub(super) struct Reach<'a> {
    /// The memory index.
    pub memory: u32,
    /// The live-in that holds the base address.
    pub base: u32,
    /// Bytes added to the base.
    pub offset: i64,
    /// The stride of each dimension, the sequential ones after the parallel ones.
    pub strides: &'a [i64],
    /// Bytes per iteration.
    pub width: u64,
    /// Loads, stores or both.
    pub access: Access,
    /// Whether every byte is written and none read.
    pub must_write: bool,
}

impl Sketch {
    /// A region with `dims` parallel dimensions, whose trip counts are the first live-ins, and further live-ins.
    pub fn new(name: &str, dims: u32, live_ins: &[Type]) -> Sketch {
        let types: Vec<Type> = std::iter::repeat_n(Type::I32, dims as usize).chain(live_ins.iter().copied()).collect();
        let mut func = Func { name: name.into(), ..Func::default() };
        let at = func.new_block();
        let params = std::iter::repeat_n(Type::I64, dims as usize).chain(types.iter().copied());
        for ty in params {
            let value = func.new_value(ty);
            func.block_mut(at).params.push(value);
        }
        let mut region = Region {
            id: 0,
            place: Place { name: Some(name.into()), ..Place::default() },
            live_ins: types.iter().enumerate().map(|(i, &ty)| LiveIn::local(i as u32, ty)).collect(),
            scalars: Scalars::default(),
            program: Program::default(),
            trips: Vec::new(),
            guards: Vec::new(),
            footprints: Vec::new(),
            returns: Vec::new(),
            live_outs: Vec::new(),
            schedule: Step::Launch { mapping: 0 },
            mappings: vec![Mapping { grid: (0..dims).rev().collect(), block: 64 }],
            finals: Vec::new(),
            final_loads: Vec::new(),
            estimate: None,
            resumes: false,
            can_bail: false,
            unbounded: false,
            extents: Vec::new(),
        };
        for dim in 0..dims {
            let scalar = region.scalars.add(Scalar::LiveIn(dim));
            let trip = region.program.int(Int::Signed(scalar));
            region.trips.push(trip);
        }
        Sketch { region, func, at }
    }

    /// The region and its kernel.
    pub fn finish(self) -> (Region, Kernel) {
        let returns = self.region.returns.iter().map(|r| r.1).collect();
        let kernel = Kernel { func: self.func, dims: self.region.trips.len() as u32, returns };
        (self.region, kernel)
    }

    /// Says that threads may bail.
    pub fn bails(&mut self) {
        self.region.can_bail = true;
    }

    /// Says that a thread's work isn't bounded.
    pub fn unbounded(&mut self) {
        self.region.unbounded = true;
    }

    // The region.

    pub fn scalar(&mut self, node: Scalar) -> ScalarId {
        self.region.scalars.add(node)
    }

    pub fn int(&mut self, node: Int) -> IntId {
        self.region.program.int(node)
    }

    pub fn pred(&mut self, node: Pred) -> PredId {
        self.region.program.pred(node)
    }

    pub fn guard(&mut self, pred: PredId) {
        self.region.guards.push(Guard { pred, why: "the case says so".into() });
    }

    /// Adds a sequential dimension that runs at most as often as a signed live-in says, and returns its extent.
    pub fn extent(&mut self, live_in: u32) -> IntId {
        let extent = self.signed(live_in);
        self.region.extents.push(extent);
        extent
    }

    /// Demands that one integer is at most another.
    pub fn at_most(&mut self, a: IntId, b: IntId) {
        let pred = self.pred(Pred::Le(a, b));
        self.guard(pred);
    }

    /// Demands that two footprints have no byte in common.
    pub fn disjoint(&mut self, a: u32, b: u32) {
        let pred = self.pred(Pred::Disjoint(a, b));
        self.guard(pred);
    }

    /// The bytes that `count` windows of `width` bytes at a distance of `stride` span.
    pub fn span(&mut self, width: i64, stride: i64, count: IntId) -> IntId {
        let [one, stride, width] = [1, stride, width].map(|value| self.int(Int::Const(value)));
        let last = self.int(Int::Sub(count, one));
        let reach = self.int(Int::Mul(last, stride));
        self.int(Int::Add(width, reach))
    }

    /// A live-in read as an unsigned integer.
    pub fn unsigned(&mut self, live_in: u32) -> IntId {
        let scalar = self.scalar(Scalar::LiveIn(live_in));
        self.int(Int::Unsigned(scalar))
    }

    /// A live-in read as a signed integer.
    pub fn signed(&mut self, live_in: u32) -> IntId {
        let scalar = self.scalar(Scalar::LiveIn(live_in));
        self.int(Int::Signed(scalar))
    }

    /// The trip count of a parallel dimension.
    pub fn trip(&self, dim: u32) -> IntId {
        self.region.trips[dim as usize]
    }

    /// Adds a footprint of memory 0 whose bounds are integers, and returns its space.
    pub fn footprint(&mut self, base: IntId, dims: &[(u32, IntId)], width: u64, access: Access) -> u32 {
        let dims = dims.iter().map(|&(dim, stride)| FootprintDim { dim, stride }).collect();
        let align = 1 << width.trailing_zeros().min(3);
        self.region.footprints.push(Footprint {
            memory: 0,
            base,
            dims,
            width,
            access,
            must_write: false,
            align,
            span: None,
            wide: false,
        });
        self.region.footprints.len() as u32 - 1
    }

    /// Adds a footprint and returns its space.
    pub fn reach(&mut self, reach: Reach<'_>) -> u32 {
        let base = self.unsigned(reach.base);
        let offset = self.int(Int::Const(reach.offset));
        let base = self.int(Int::Add(base, offset));
        let mut dims = Vec::new();
        for (dim, &stride) in reach.strides.iter().enumerate().filter(|&(_, &stride)| stride != 0) {
            dims.push(FootprintDim { dim: dim as u32, stride: self.int(Int::Const(stride)) });
        }
        self.region.footprints.push(Footprint {
            memory: reach.memory,
            base,
            dims,
            width: reach.width,
            access: reach.access,
            must_write: reach.must_write,
            align: 1 << reach.width.trailing_zeros().min(3),
            span: None,
            wide: false,
        });
        self.region.footprints.len() as u32 - 1
    }

    /// Says that a footprint's addresses have 64 bits.
    pub fn widen(&mut self, space: u32) {
        self.region.footprints[space as usize].wide = true;
    }

    /// One dimension, `width` bytes per iteration at a distance of `stride`.
    pub fn array(&mut self, base: u32, stride: i64, width: u64, access: Access) -> u32 {
        let must_write = access == Access::Write;
        self.reach(Reach { memory: 0, base, offset: 0, strides: &[stride], width, access, must_write })
    }

    /// Loads of at most `width` bytes whose addresses are found out in the kernel, around what a live-in holds.
    pub fn around(&mut self, memory: u32, hint: u32, width: u64) -> u32 {
        self.bails();
        self.reach(Reach {
            memory,
            base: hint,
            offset: 0,
            strides: &[],
            width,
            access: Access::Gather,
            must_write: false,
        })
    }

    /// Updates of cells of `width` bytes whose addresses are found out in the kernel, likely from what a live-in holds on, within
    /// as many bytes as `span` says.
    pub fn updated(&mut self, memory: u32, hint: u32, width: u64, op: ReduceOp, span: Option<i64>) -> u32 {
        self.bails();
        let (offset, strides, access, must_write) = (0, [], Access::Update(op), false);
        let space = self.reach(Reach { memory, base: hint, offset, strides: &strides, width, access, must_write });
        self.region.footprints[space as usize].span = span.map(|span| self.region.program.int(Int::Const(span)));
        space
    }

    /// Hands back a scalar.
    pub fn live_out(&mut self, ty: Type, value: ScalarId) {
        let local = 100 + self.region.live_outs.len() as u32;
        self.region.live_outs.push(LiveOut { local, part: Part::Whole, ty, value });
    }

    /// Stores the lowest bytes of a scalar after the launch, at the address that a live-in holds.
    pub fn finally(&mut self, base: u32, width: u32, value: ScalarId) {
        let base = self.unsigned(base);
        self.region.finals.push(FinalStore { memory: 0, base, width, value });
    }

    /// Adds a returned value and the scalar that stands for it.
    pub fn returned(&mut self, ty: Type, role: ReturnRole) -> ScalarId {
        self.region.returns.push((ty, role));
        self.func.results.push(ty);
        let index = self.region.returns.len() as u32 - 1;
        self.scalar(Scalar::Returned(index))
    }

    /// A reduction whose result is handed back as it is.
    pub fn reduce(&mut self, ty: Type, op: ReduceOp) {
        let value = self.returned(ty, ReturnRole::Reduce(op));
        self.live_out(ty, value);
    }

    // The kernel.

    /// The index of a dimension, an `i64`.
    pub fn index(&self, dim: u32) -> Value {
        self.func.block(BlockId::ENTRY).params[dim as usize]
    }

    /// A live-in, trip counts included.
    pub fn live_in(&self, live_in: u32) -> Value {
        self.func.block(BlockId::ENTRY).params[self.region.trips.len() + live_in as usize]
    }

    pub fn constant(&mut self, constant: Const) -> Value {
        self.func.push(self.at, Op::Const(constant), constant.ty, 0)
    }

    pub fn unary(&mut self, op: UnaryOp, a: Value) -> Value {
        self.func.push(self.at, Op::Unary(op, a), op.result(), 0)
    }

    pub fn binary(&mut self, op: BinaryOp, a: Value, b: Value) -> Value {
        self.func.push(self.at, Op::Binary(op, a, b), op.result(), 0)
    }

    /// An operation with a result.
    pub fn operation(&mut self, op: Op, ty: Type) -> Value {
        self.func.push(self.at, op, ty, 0)
    }

    /// The address `live-in + sum(index * stride)`, in wrapping `i32` arithmetic.
    pub fn address(&mut self, base: u32, strides: &[i32]) -> Value {
        let mut address = self.live_in(base);
        for (dim, &stride) in strides.iter().enumerate().filter(|&(_, &stride)| stride != 0) {
            let index = self.unary(UnaryOp::I32WrapI64, self.index(dim as u32));
            let stride = self.constant(Const::i32(stride));
            let distance = self.binary(BinaryOp::I32Mul, index, stride);
            address = self.binary(BinaryOp::I32Add, address, distance);
        }
        address
    }

    pub fn load(&mut self, kind: LoadKind, space: u32, addr: Value, offset: u64) -> Value {
        self.func.push(self.at, Op::Load { kind, space, offset, addr }, kind.ty(), 0)
    }

    pub fn gather(&mut self, kind: LoadKind, space: u32, addr: Value, offset: u64) -> Value {
        self.func.push(self.at, Op::Gather { kind, space, offset, addr }, kind.ty(), 0)
    }

    pub fn store(&mut self, kind: StoreKind, space: u32, addr: Value, offset: u64, value: Value) {
        let op = Op::Store { kind, space, offset, addr, value };
        self.func.block_mut(self.at).insts.push(Inst { result: None, op, at: 0 });
    }

    pub fn update(&mut self, op: ReduceOp, kind: StoreKind, space: u32, addr: Value, offset: u64, value: Value) {
        let op = Op::Update { op, kind, space, offset, addr, value };
        self.func.block_mut(self.at).insts.push(Inst { result: None, op, at: 0 });
    }

    /// A new block with parameters.
    pub fn block(&mut self, params: &[Type]) -> (BlockId, Vec<Value>) {
        let params: Vec<Value> = params.iter().map(|&ty| self.func.new_value(ty)).collect();
        self.func.blocks.push(Block { params: params.clone(), insts: Vec::new(), term: Term::Bail });
        (BlockId(self.func.blocks.len() as u32 - 1), params)
    }

    /// Ends the current block and goes on writing at `next`.
    pub fn end(&mut self, term: Term, next: BlockId) {
        self.func.block_mut(self.at).term = term;
        self.at = next;
    }

    /// Ends the current block with a branch, and goes on writing at `then`.
    pub fn branch(&mut self, cond: Value, then: BlockId, otherwise: BlockId) {
        self.end(Term::Branch { cond, then: to(then, &[]), otherwise: to(otherwise, &[]) }, then);
    }

    /// Begins a loop at its header, whose parameters start from these values.
    pub fn open(&mut self, start: &[Value]) -> (BlockId, Vec<Value>) {
        let types: Vec<Type> = start.iter().map(|&value| self.func.ty(value)).collect();
        let (header, params) = self.block(&types);
        self.end(Term::Jump(to(header, start)), header);
        (header, params)
    }

    /// Goes back to the header while a condition holds, and goes on writing behind the loop.
    pub fn close(&mut self, more: Value, header: BlockId, next: &[Value]) {
        let (out, _) = self.block(&[]);
        self.end(Term::Branch { cond: more, then: to(header, next), otherwise: to(out, &[]) }, out);
    }

    /// Ends the kernel.
    pub fn ret(&mut self, values: &[Value]) {
        self.func.block_mut(self.at).term = Term::Return(values.to_vec());
    }
}

/// An edge.
pub(super) fn to(block: BlockId, args: &[Value]) -> Target {
    Target { block, args: args.to_vec() }
}
