//! Kernels for the tests of PTX, each with the region it belongs to.

use ir::lowered::{BinaryOp, BlockId, Const, Func, Inst, LoadKind, Op, StoreKind, Target, Term, Type, UnaryOp, Value};
use ir::region::{
    Access, FoldOp, Footprint, FootprintDim, Int, Kernel, LiveIn, Mapping, Place, Program, ReduceOp, Region,
    ReturnRole, Scalars, Step,
};

/// A kernel with its region.
pub struct Sample {
    /// The entry's name.
    pub name: String,
    pub region: Region,
    pub kernel: Kernel,
    pub mapping: Mapping,
}

/// A kernel being written: one block at a time.
pub struct Builder {
    pub func: Func,
    pub at: BlockId,
    live_ins: Vec<Type>,
    dims: u32,
    spaces: u32,
}

impl Builder {
    /// A kernel over `dims` dimensions with these live-ins and `spaces` footprints.
    pub fn new(dims: u32, live_ins: &[Type], spaces: u32) -> Builder {
        let mut func = Func::default();
        let at = func.new_block();
        for &ty in [Type::I64].repeat(dims as usize).iter().chain(live_ins) {
            let param = func.new_value(ty);
            func.block_mut(at).params.push(param);
        }
        Builder { func, at, live_ins: live_ins.to_vec(), dims, spaces }
    }

    /// Entry parameter `index`: the dimensions, then the live-ins.
    pub fn param(&self, index: usize) -> Value {
        self.func.block(BlockId::ENTRY).params[index]
    }

    /// A new block with parameters of these types.
    pub fn block(&mut self, types: &[Type]) -> (BlockId, Vec<Value>) {
        let block = self.func.new_block();
        let params: Vec<Value> = types.iter().map(|&ty| self.func.new_value(ty)).collect();
        self.func.block_mut(block).params.clone_from(&params);
        (block, params)
    }

    pub fn constant(&mut self, value: Const) -> Value {
        self.func.push(self.at, Op::Const(value), value.ty, 0)
    }

    pub fn i32(&mut self, value: i32) -> Value {
        self.constant(Const::i32(value))
    }

    pub fn unary(&mut self, op: UnaryOp, a: Value) -> Value {
        self.func.push(self.at, Op::Unary(op, a), op.result(), 0)
    }

    pub fn binary(&mut self, op: BinaryOp, a: Value, b: Value) -> Value {
        self.func.push(self.at, Op::Binary(op, a, b), op.result(), 0)
    }

    pub fn select(&mut self, cond: Value, if_true: Value, if_false: Value) -> Value {
        let ty = self.func.ty(if_true);
        self.func.push(self.at, Op::Select { cond, if_true, if_false }, ty, 0)
    }

    pub fn load(&mut self, kind: LoadKind, space: u32, addr: Value, offset: u64) -> Value {
        self.func.push(self.at, Op::Load { kind, space, offset, addr }, kind.ty(), 0)
    }

    pub fn gather(&mut self, kind: LoadKind, space: u32, addr: Value, offset: u64) -> Value {
        self.func.push(self.at, Op::Gather { kind, space, offset, addr }, kind.ty(), 0)
    }

    pub fn update(&mut self, op: ReduceOp, kind: StoreKind, space: u32, addr: Value, offset: u64, value: Value) {
        let op = Op::Update { op, kind, space, offset, addr, value };
        self.func.block_mut(self.at).insts.push(Inst { result: None, op, at: 0 });
    }

    pub fn store(&mut self, kind: StoreKind, space: u32, addr: Value, offset: u64, value: Value) {
        let op = Op::Store { kind, space, offset, addr, value };
        self.func.block_mut(self.at).insts.push(Inst { result: None, op, at: 0 });
    }

    /// `base + index * scale` in 32 bits, with `index` the entry parameter of that number.
    pub fn element(&mut self, base: Value, index: usize, scale: i32) -> Value {
        let index = self.unary(UnaryOp::I32WrapI64, self.param(index));
        let scale = self.i32(scale);
        let offset = self.binary(BinaryOp::I32Mul, index, scale);
        self.binary(BinaryOp::I32Add, base, offset)
    }

    pub fn end(&mut self, term: Term) {
        self.func.block_mut(self.at).term = term;
    }

    pub fn jump(&mut self, block: BlockId, args: &[Value]) {
        self.end(Term::Jump(Target { block, args: args.to_vec() }));
    }

    pub fn branch(&mut self, cond: Value, then: (BlockId, &[Value]), otherwise: (BlockId, &[Value])) {
        let target = |(block, args): (BlockId, &[Value])| Target { block, args: args.to_vec() };
        self.end(Term::Branch { cond, then: target(then), otherwise: target(otherwise) });
    }

    /// Ends the kernel; `values` are what the last block returns.
    pub fn finish(mut self, name: &str, roles: &[ReturnRole], values: &[Value]) -> Sample {
        self.func.results = values.iter().map(|&v| self.func.ty(v)).collect();
        self.end(Term::Return(values.to_vec()));
        let returns = self.func.results.iter().copied().zip(roles.iter().copied()).collect();
        let mut region = self.region(returns);
        for inst in self.func.blocks.iter().flat_map(|b| &b.insts) {
            if let Op::Gather { space, .. } = inst.op {
                let footprint = &mut region.footprints[space as usize];
                *footprint = Footprint { access: Access::Gather, dims: Vec::new(), ..footprint.clone() };
            }
            if let Op::Update { op, kind, space, .. } = inst.op {
                let footprint = &mut region.footprints[space as usize];
                let (access, width) = (Access::Update(op), kind.width().into());
                *footprint = Footprint { access, width, dims: Vec::new(), ..footprint.clone() };
            }
        }
        let mapping = region.mappings[0].clone();
        let kernel = Kernel { func: self.func, dims: self.dims, returns: roles.to_vec() };
        Sample { name: name.into(), region, kernel, mapping }
    }

    /// True if the addresses of a footprint's accesses have 64 bits.
    fn is_wide(&self, space: u32) -> bool {
        let mut ops = self.func.blocks.iter().flat_map(|block| &block.insts).map(|inst| &inst.op);
        ops.any(|op| match *op {
            Op::Load { space: s, addr, .. }
            | Op::Store { space: s, addr, .. }
            | Op::Gather { space: s, addr, .. }
            | Op::Update { space: s, addr, .. } => s == space && self.func.ty(addr) == Type::I64,
            _ => false,
        })
    }

    fn region(&self, returns: Vec<(Type, ReturnRole)>) -> Region {
        let mut program = Program::default();
        let (trip, base, stride) =
            (program.int(Int::Const(1000)), program.int(Int::Const(1024)), program.int(Int::Const(8)));
        let footprint = Footprint {
            memory: 0,
            base,
            dims: vec![FootprintDim { dim: 0, stride }],
            width: 16,
            access: Access::ReadWrite,
            must_write: false,
            align: 8,
            span: None,
            wide: false,
        };
        Region {
            id: 0,
            place: Place::default(),
            live_ins: self.live_ins.iter().enumerate().map(|(i, &ty)| LiveIn::local(i as u32, ty)).collect(),
            scalars: Scalars::default(),
            program,
            trips: vec![trip; self.dims as usize],
            guards: Vec::new(),
            footprints: (0..self.spaces)
                .map(|space| Footprint { wide: self.is_wide(space), ..footprint.clone() })
                .collect(),
            returns,
            live_outs: Vec::new(),
            schedule: Step::Launch { mapping: 0 },
            mappings: vec![Mapping { grid: (0..self.dims).rev().collect(), block: 128 }],
            finals: Vec::new(),
            final_loads: Vec::new(),
            estimate: None,
            resumes: false,
            can_bail: true,
            unbounded: true,
            extents: Vec::new(),
        }
    }
}

/// `y[i] = a * x[i] + y[i]`.
pub fn saxpy() -> Sample {
    let mut b = Builder::new(1, &[Type::I32, Type::I32, Type::F32], 2);
    let (x, y) = (b.element(b.param(1), 0, 4), b.element(b.param(2), 0, 4));
    let xi = b.load(LoadKind::F32, 0, x, 0);
    let scaled = b.binary(BinaryOp::F32Mul, b.param(3), xi);
    let yi = b.load(LoadKind::F32, 1, y, 0);
    let sum = b.binary(BinaryOp::F32Add, scaled, yi);
    b.store(StoreKind::F32, 1, y, 0, sum);
    b.finish("saxpy", &[], &[])
}

/// Clamps, with a branch for one side and a select for the other, and a bail for a NaN.
pub fn branchy() -> Sample {
    let mut b = Builder::new(1, &[Type::I32, Type::F64], 1);
    let at = b.element(b.param(1), 0, 8);
    let value = b.load(LoadKind::F64, 0, at, 8);
    let (cold, _) = b.block(&[]);
    let (ordered, _) = b.block(&[]);
    let (small, _) = b.block(&[]);
    let (join, clamped) = b.block(&[Type::F64]);
    let is_nan = b.binary(BinaryOp::F64Ne, value, value);
    b.branch(is_nan, (cold, &[]), (ordered, &[]));
    b.at = cold;
    b.end(Term::Bail);
    b.at = ordered;
    let zero = b.constant(Const { ty: Type::F64, bits: 0 });
    let positive = b.binary(BinaryOp::F64Gt, value, zero);
    let negative = b.unary(UnaryOp::I32Eqz, positive);
    b.branch(negative, (small, &[]), (join, &[value]));
    b.at = small;
    let halved = b.binary(BinaryOp::F64Add, value, b.param(2));
    b.jump(join, &[halved]);
    b.at = join;
    let above = b.binary(BinaryOp::F64Lt, b.param(2), clamped[0]);
    let result = b.select(above, b.param(2), clamped[0]);
    b.store(StoreKind::F64, 0, at, 8, result);
    b.finish("branchy", &[], &[])
}

/// Per row the sum of a row of floats, in order; over all rows a count, a product and the last sum.
pub fn reduction() -> Sample {
    let mut b = Builder::new(1, &[Type::I32, Type::I32], 2);
    let row = b.element(b.param(1), 0, 8);
    let (head, carried) = b.block(&[Type::I32, Type::I32, Type::F32]);
    let (done, _) = b.block(&[]);
    let zero = b.constant(Const { ty: Type::F32, bits: 0 });
    b.jump(head, &[row, b.param(2), zero]);
    b.at = head;
    let element = b.load(LoadKind::F32, 0, carried[0], 0);
    let sum = b.binary(BinaryOp::F32Add, carried[2], element);
    let four = b.i32(4);
    let next = b.binary(BinaryOp::I32Add, carried[0], four);
    let one = b.i32(1);
    let left = b.binary(BinaryOp::I32Sub, carried[1], one);
    b.branch(left, (head, &[next, left, sum]), (done, &[]));
    b.at = done;
    b.store(StoreKind::F32, 1, row, 4, sum);
    let wide = b.unary(UnaryOp::I64ExtendI32S, left);
    let roles = [ReturnRole::Reduce(ReduceOp::Add), ReturnRole::Reduce(ReduceOp::Mul), ReturnRole::Last];
    b.finish("reduction", &roles, &[left, wide, sum])
}

/// Every operator that can bail, and a division by a power of two that can't.
pub fn bailing() -> Sample {
    let mut b = Builder::new(2, &[Type::I32, Type::I32, Type::F64], 1);
    let quotient = b.binary(BinaryOp::I32DivS, b.param(2), b.param(3));
    let remainder = b.binary(BinaryOp::I32RemS, quotient, b.param(3));
    let ten = b.i32(10);
    let digit = b.binary(BinaryOp::I32RemU, remainder, ten);
    let eight = b.constant(Const { ty: Type::F64, bits: 8f64.to_bits() });
    let eighth = b.binary(BinaryOp::F64Div, b.param(4), eight);
    let whole = b.unary(UnaryOp::I32TruncF64S, eighth);
    let at = b.element(digit, 0, 4);
    b.store(StoreKind::I32, 0, at, 0, whole);
    b.finish("bailing", &[], &[])
}

/// Two values that swap places on every iteration, in a loop left by a switch.
pub fn swapping() -> Sample {
    let mut b = Builder::new(1, &[Type::I32, Type::I32, Type::I32], 1);
    let (head, v) = b.block(&[Type::I32, Type::I32, Type::I32]);
    let (done, result) = b.block(&[Type::I32]);
    b.jump(head, &[b.param(1), b.param(2), b.param(3)]);
    b.at = head;
    let three = b.i32(3);
    let low = b.binary(BinaryOp::I32And, v[2], three);
    let one = b.i32(1);
    let left = b.binary(BinaryOp::I32Sub, v[2], one);
    let back = Target { block: head, args: vec![v[1], v[0], left] };
    let out = |value: Value| Target { block: done, args: vec![value] };
    b.end(Term::Switch { index: low, targets: vec![out(v[0]), back.clone()], default: back });
    b.at = done;
    b.finish("swapping", &[ReturnRole::Reduce(ReduceOp::Xor)], &[result[0]])
}

/// `y[i] = x[index[i]] + x[index[i]]`, and a byte behind a far offset that nobody uses.
pub fn gather() -> Sample {
    let mut b = Builder::new(1, &[Type::I32, Type::I32, Type::I32], 3);
    let (from, into) = (b.element(b.param(1), 0, 4), b.element(b.param(2), 0, 4));
    let index = b.load(LoadKind::I32, 0, from, 0);
    let four = b.i32(4);
    let distance = b.binary(BinaryOp::I32Mul, index, four);
    let at = b.binary(BinaryOp::I32Add, b.param(3), distance);
    let first = b.gather(LoadKind::F32, 2, at, 16);
    let again = b.gather(LoadKind::F32, 2, at, 16);
    b.gather(LoadKind::I32U8, 2, index, 0xffff_fff8);
    let sum = b.binary(BinaryOp::F32Add, first, again);
    b.store(StoreKind::F32, 1, into, 0, sum);
    b.finish("gather", &[], &[])
}

/// `bins[x[i]] += 1`, and behind it `bins[x[i] + 1] += x[i]`.
pub fn histogram() -> Sample {
    let mut b = Builder::new(1, &[Type::I32, Type::I32], 2);
    let from = b.element(b.param(1), 0, 4);
    let index = b.load(LoadKind::I32, 0, from, 0);
    let (four, one) = (b.i32(4), b.i32(1));
    let distance = b.binary(BinaryOp::I32Mul, index, four);
    let at = b.binary(BinaryOp::I32Add, b.param(2), distance);
    b.update(ReduceOp::Add, StoreKind::I32, 1, at, 0, one);
    b.update(ReduceOp::Add, StoreKind::I32, 1, at, 4, index);
    b.finish("histogram", &[], &[])
}

/// One kernel for each operator, with operands from live-ins, and one with a constant second operand.
pub fn operators() -> Vec<Sample> {
    let mut samples = Vec::new();
    for &op in UnaryOp::ALL {
        let mut b = Builder::new(1, &[Type::I32, op.operand()], 1);
        let value = b.unary(op, b.param(2));
        samples.push(storing(b, &[value], &format!("op_{}", op.name().replace('.', "_"))));
    }
    for &op in BinaryOp::ALL {
        let mut b = Builder::new(1, &[Type::I32, op.operand(), op.operand()], 1);
        let plain = b.binary(op, b.param(2), b.param(3));
        let bits = if op.operand().is_int() { 0x13 } else { 3 << 20 };
        let known = b.constant(Const { ty: op.operand(), bits });
        let right = b.binary(op, b.param(2), known);
        let left = b.binary(op, known, b.param(2));
        samples.push(storing(b, &[plain, right, left], &format!("op_{}", op.name().replace('.', "_"))));
    }
    samples
}

/// One kernel for each way to load and to store, with small and large offsets.
pub fn accesses() -> Vec<Sample> {
    let mut samples = Vec::new();
    for &kind in LoadKind::ALL.iter().filter(|k| k.ty() != Type::V128) {
        for ty in [Type::I32, Type::I64] {
            let mut b = Builder::new(1, &[Type::I32, ty], 2);
            let near = b.load(kind, 1, b.param(2), 8);
            let far = b.load(kind, 1, b.param(2), 0xffff_fff8);
            samples.push(storing(b, &[near, far], &format!("load_{ty}_{}", kind.name().replace('.', "_"))));
        }
    }
    for &kind in LoadKind::ALL.iter().filter(|k| k.ty() != Type::V128) {
        let mut b = Builder::new(1, &[Type::I32, Type::I32], 2);
        let (near, far) = (b.gather(kind, 1, b.param(2), 0), b.gather(kind, 1, b.param(2), 0xffff_fff8));
        samples.push(storing(b, &[near, far], &format!("gather_{}", kind.name().replace('.', "_"))));
        let mut b = Builder::new(1, &[Type::I32, Type::I64], 2);
        let wide = b.gather(kind, 1, b.param(2), 0);
        samples.push(storing(b, &[wide], &format!("gather_i64_{}", kind.name().replace('.', "_"))));
    }
    for op in ReduceOp::ALL.into_iter().filter(|&op| op != ReduceOp::Mul) {
        for kind in [StoreKind::I32, StoreKind::I64] {
            let mut b = Builder::new(1, &[Type::I32, kind.ty()], 1);
            b.update(op, kind, 0, b.param(1), 0, b.param(2));
            b.update(op, kind, 0, b.param(1), 0xffff_fff8, b.param(2));
            samples.push(b.finish(&format!("update_{}_{}", op.name(), kind.ty()), &[], &[]));
            let mut b = Builder::new(1, &[Type::I64, kind.ty()], 1);
            b.update(op, kind, 0, b.param(1), 0, b.param(2));
            samples.push(b.finish(&format!("update_i64_{}_{}", op.name(), kind.ty()), &[], &[]));
        }
    }
    for &kind in StoreKind::ALL.iter().filter(|k| k.ty() != Type::V128) {
        let mut b = Builder::new(1, &[Type::I32, kind.ty()], 1);
        b.store(kind, 0, b.param(1), 16, b.param(2));
        samples.push(b.finish(&format!("store_{}", kind.name().replace('.', "_")), &[], &[]));
    }
    samples
}

/// One kernel for each role of a returned value and each type it takes.
pub fn roles() -> Vec<Sample> {
    let reductions = ReduceOp::ALL.map(ReturnRole::Reduce);
    let mut samples = Vec::new();
    for (index, role) in reductions.into_iter().chain([ReturnRole::Last]).enumerate() {
        for ty in [Type::I32, Type::I64, Type::F32, Type::F64] {
            if ty.is_int() || role == ReturnRole::Last {
                let b = Builder::new(3, &[ty], 0);
                let value = b.param(3);
                samples.push(b.finish(&format!("role_{index}_{ty}"), &[role], &[value]));
            }
        }
    }
    for op in FoldOp::ALL {
        for ty in [Type::F32, Type::F64] {
            let b = Builder::new(1, &[ty, ty], 0);
            let (role, values) = (ReturnRole::Fold(op), [b.param(1), b.param(2)]);
            samples.push(b.finish(&format!("role_{}_{ty}", op.name()), &[role, role], &values));
        }
    }
    samples
}

/// Stores `values` one after another where live-in 0 says.
pub fn storing(mut b: Builder, values: &[Value], name: &str) -> Sample {
    for (index, &value) in values.iter().enumerate() {
        let kind = match b.func.ty(value) {
            Type::I32 => StoreKind::I32,
            Type::I64 => StoreKind::I64,
            Type::F32 => StoreKind::F32,
            _ => StoreKind::F64,
        };
        let base = b.param(1);
        b.store(kind, 0, base, index as u64 * 8, value);
    }
    b.finish(name, &[], &[])
}

/// Every sample.
pub fn all() -> Vec<Sample> {
    let mut samples = vec![saxpy(), branchy(), reduction(), bailing(), swapping(), gather(), histogram()];
    samples.extend(operators());
    samples.extend(accesses());
    samples.extend(roles());
    samples
}
