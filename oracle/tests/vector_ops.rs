//! The definition of the vector operators against wasmtime, and their PTX against the definition.
//!
//! Operands are drawn at random from lanes at which operators behave specially, in every lane width, and from noise. wasmtime runs
//! with canonical NaNs, so every bit must agree. For PTX each operator is a kernel that the PTX machine runs.

use ir::abi::{self, Param};
use ir::lowered::vector::Sign;
use ir::lowered::{BinaryOp, BlockId, Const, Func, Inst, LoadKind, Op, Shape, StoreKind, Term, Type, Value};
use ir::lowered::{VectorBinaryOp, VectorTernaryOp, VectorUnaryOp, eval_vector};
use ir::region::{Access, Footprint, Int, Kernel, Mapping, Place, Program, Region, Scalars, Step};
use lowering::ptx;
use ptx_machine::{Access as DeviceAccess, Launch, Memory, Options};
use wasmtime::{Config, Engine, Instance, Module, Store, V128, Val};

/// Rows of operands for each operator.
const ROWS: usize = 300;

struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
        (self.0 ^ self.0 >> 31).wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 16 ^ self.0 << 20
    }

    fn of(&mut self, values: &[u64]) -> u64 {
        values[self.next() as usize % values.len()]
    }

    fn vector(&mut self) -> u128 {
        let edges8 = [0, 1, 2, 0x7f, 0x80, 0x81, 0xff, 0xfe, 15, 16, 17];
        let edges16 = [0, 1, 0x7fff, 0x8000, 0x8001, 0xffff, 0xff, 0x100, 0x7f, 0xff80, 0x4000];
        let edges32 = [0, 1, 0x7fff_ffff, 0x8000_0000, 0xffff_ffff, 0x8000, 0xffff, 0x10000, 0xffff_7fff, 0x7f80_0001];
        let floats = [0.0f32, 1.0, 0.5, 1.5, 2.5, 2147483648.0, 2147483520.0, 4294967296.0, 1e-40, 3.4e38, 8388607.5];
        let doubles =
            [0.0f64, 1.0, 0.5, 2.5, 2147483647.9, 2147483648.5, 4294967295.9, 1e-46, 3.5e38, 4503599627370495.5];
        let nans32 = [0x7fc0_0000, 0xffc0_0000, 0x7fa0_0001, 0x7f80_0000, 0xff80_0000];
        let nans64 = [0x7ff8 << 48, 0xfff8 << 48, 0x7ff0_0000_0000_0001, 0x7ff0 << 48, 0xfff0 << 48];
        let sign = self.next();
        let word = |kind: u64, random: &mut Random| match kind {
            0 => (0..8).fold(0, |w, _| w << 8 | random.of(&edges8)),
            1 => (0..4).fold(0, |w, _| w << 16 | random.of(&edges16)),
            2 => (0..2).fold(0, |w, _| w << 32 | random.of(&edges32)),
            3 => (0..2).fold(0, |w, _| w << 32 | u64::from(floats[random.next() as usize % floats.len()].to_bits())),
            4 => doubles[random.next() as usize % doubles.len()].to_bits(),
            5 => (0..2).fold(0, |w, _| w << 32 | random.of(&nans32)),
            6 => random.of(&nans64),
            _ => random.next() << 32 ^ random.next(),
        };
        let kind = self.next() % 8;
        let other = if self.next().is_multiple_of(4) { self.next() % 8 } else { kind };
        let (low, high) = (word(kind, self), word(other, self));
        let flip = if sign.is_multiple_of(2) { 0x8000_0000_8000_0000 & self.next() } else { 0 };
        (low ^ flip) as u128 | (high as u128) << 64
    }
}

/// An operator with its operands, for both sides.
enum Case {
    Unary(VectorUnaryOp),
    Binary(VectorBinaryOp),
    Ternary(VectorTernaryOp),
    Shuffle([u8; 16]),
    Extract(Shape, bool, u8),
    Replace(Shape, u8),
}

impl Case {
    fn all() -> Vec<Case> {
        let mut all: Vec<Case> = VectorUnaryOp::ALL.iter().map(|&op| Case::Unary(op)).collect();
        all.extend(VectorBinaryOp::ALL.iter().map(|&op| Case::Binary(op)));
        all.extend(VectorTernaryOp::ALL.iter().map(|&op| Case::Ternary(op)));
        all.push(Case::Shuffle([31, 0, 16, 15, 1, 2, 3, 4, 5, 17, 18, 19, 20, 30, 29, 28]));
        all.push(Case::Shuffle([8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23]));
        all.push(Case::Shuffle([2, 3, 0, 1, 30, 31, 16, 17, 4, 5, 4, 5, 4, 5, 4, 5]));
        all.push(Case::Shuffle([4, 5, 6, 7, 4, 5, 6, 7, 16, 17, 18, 19, 28, 29, 30, 31]));
        for shape in Shape::ALL {
            for lane in [0, shape.lanes() as u8 - 1] {
                all.push(Case::Extract(shape, false, lane));
                if shape.bits() < 32 {
                    all.push(Case::Extract(shape, true, lane));
                }
                all.push(Case::Replace(shape, lane));
            }
        }
        all
    }

    fn op(&self, [a, b, c]: [Value; 3]) -> Op {
        match *self {
            Case::Unary(op) => Op::VectorUnary(op, a),
            Case::Binary(op) => Op::VectorBinary(op, a, b),
            Case::Ternary(op) => Op::VectorTernary(op, [a, b, c]),
            Case::Shuffle(bytes) => Op::Shuffle(bytes, a, b),
            Case::Extract(shape, signed, lane) => Op::ExtractLane { shape, signed, lane, vector: a },
            Case::Replace(shape, lane) => Op::ReplaceLane { shape, lane, vector: a, value: b },
        }
    }

    /// The types of the operands, and of the result.
    fn types(&self) -> (Vec<Type>, Type) {
        match *self {
            Case::Unary(op) => (vec![op.operand()], op.result()),
            Case::Binary(op) => (vec![Type::V128, op.second()], Type::V128),
            Case::Ternary(_) => (vec![Type::V128; 3], Type::V128),
            Case::Shuffle(_) => (vec![Type::V128; 2], Type::V128),
            Case::Extract(shape, ..) => (vec![Type::V128], shape.scalar()),
            Case::Replace(shape, _) => (vec![Type::V128, shape.scalar()], Type::V128),
        }
    }

    /// The operator in Wasm's text form.
    fn text(&self) -> String {
        let text = self.op([Value(0), Value(1), Value(2)]).to_string();
        text.split(" v").next().unwrap_or_default().to_string()
    }

    fn defined(&self, operands: &[u128]) -> u128 {
        match *self {
            Case::Unary(op) => eval_vector::unary(op, operands[0]),
            Case::Binary(op) => eval_vector::binary(op, operands[0], operands[1]),
            Case::Ternary(op) => eval_vector::ternary(op, [operands[0], operands[1], operands[2]]),
            Case::Shuffle(bytes) => eval_vector::shuffle(bytes, operands[0], operands[1]),
            Case::Extract(shape, signed, lane) => {
                let sign = if signed { Sign::Signed } else { Sign::Unsigned };
                eval_vector::extract(shape, sign, lane, operands[0]).into()
            }
            Case::Replace(shape, lane) => eval_vector::replace(shape, lane, operands[0], operands[1] as u64),
        }
    }

    /// For an operator that fuses, the product that it adds to, and the bits that change when it is taken off.
    fn fused(&self) -> Option<(VectorBinaryOp, u128)> {
        let signs = [0x8000_0000_8000_0000_8000_0000_8000_0000, 0x8000_0000_0000_0000_8000_0000_0000_0000];
        match self {
            Case::Ternary(VectorTernaryOp::F32x4RelaxedMadd) => Some((VectorBinaryOp::F32x4Mul, signs[0])),
            Case::Ternary(VectorTernaryOp::F32x4RelaxedNmadd) => Some((VectorBinaryOp::F32x4Mul, 0)),
            Case::Ternary(VectorTernaryOp::F64x2RelaxedMadd) => Some((VectorBinaryOp::F64x2Mul, signs[1])),
            Case::Ternary(VectorTernaryOp::F64x2RelaxedNmadd) => Some((VectorBinaryOp::F64x2Mul, 0)),
            _ => None,
        }
    }

    fn rows(&self, random: &mut Random) -> Vec<Vec<u128>> {
        let mask = |ty: Type| if ty == Type::V128 { u128::MAX } else { ty.mask().into() };
        let types = self.types().0;
        let row = |_| types.iter().map(|&ty| random.vector() & mask(ty)).collect();
        let mut rows: Vec<Vec<u128>> = (0..ROWS).map(row).collect();
        if let Some((product, sign)) = self.fused() {
            // What rounding takes off a product is left where the product is taken off as well.
            for row in rows.iter_mut().step_by(2) {
                row[2] = eval_vector::binary(product, row[0], row[1]) ^ sign;
            }
        }
        rows
    }
}

fn to_val(ty: Type, bits: u128) -> Val {
    match ty {
        Type::I32 => Val::I32(bits as u32 as i32),
        Type::I64 => Val::I64(bits as u64 as i64),
        Type::F32 => Val::F32(bits as u32),
        Type::F64 => Val::F64(bits as u64),
        _ => Val::V128(V128::from(bits)),
    }
}

fn to_bits(value: &Val) -> u128 {
    match *value {
        Val::I32(v) => v as u32 as u128,
        Val::I64(v) => v as u64 as u128,
        Val::F32(v) => v.into(),
        Val::F64(v) => v.into(),
        Val::V128(v) => v.as_u128(),
        _ => panic!("a number"),
    }
}

#[test]
fn wasmtime_computes_what_the_definition_says() {
    let engine =
        Engine::new(Config::new().cranelift_nan_canonicalization(true).relaxed_simd_deterministic(true)).unwrap();
    let cases = Case::all();
    let mut text = String::from("(module\n");
    for (index, case) in cases.iter().enumerate() {
        let (params, result) = case.types();
        let list: Vec<String> = params.iter().map(Type::to_string).collect();
        let gets: Vec<String> = (0..params.len()).map(|i| format!("(local.get {i})")).collect();
        let (list, gets, op) = (list.join(" "), gets.join(" "), case.text());
        text += &format!("(func (export \"f{index}\") (param {list}) (result {result}) ({op} {gets}))\n");
    }
    let module = Module::new(&engine, wat::parse_str(text + ")").unwrap()).unwrap();
    let mut store = Store::new(&engine, ());
    let instance = Instance::new(&mut store, &module, &[]).unwrap();
    let mut random = Random(1);
    for (index, case) in cases.iter().enumerate() {
        let function = instance.get_func(&mut store, &format!("f{index}")).unwrap();
        for row in case.rows(&mut random) {
            let args: Vec<Val> = case.types().0.iter().zip(&row).map(|(&ty, &bits)| to_val(ty, bits)).collect();
            let mut results = [to_val(case.types().1, 0)];
            function.call(&mut store, &args, &mut results).unwrap();
            let (found, defined) = (to_bits(&results[0]), case.defined(&row));
            assert_eq!(defined, found, "{} of {row:032x?} is {defined:032x}, wasmtime gives {found:032x}", case.text());
        }
    }
}

/// A kernel whose thread `i` loads three operands at `64 * i` and stores the result behind them.
fn kernel(case: &Case, load: LoadKind, store: StoreKind) -> Func {
    let mut func = Func::default();
    let entry = func.new_block();
    let index = func.new_value(Type::I64);
    func.block_mut(entry).params.push(index);
    let at = BlockId::ENTRY;
    let size = func.push(at, Op::Const(Const::i64(64)), Type::I64, 0);
    let addr = func.push(at, Op::Binary(BinaryOp::I64Mul, index, size), Type::I64, 0);
    let (types, result) = case.types();
    let mut operands = [addr; 3];
    for (slot, &ty) in types.iter().enumerate() {
        let kind = match ty {
            Type::I32 => LoadKind::I32,
            Type::I64 => LoadKind::I64,
            Type::F32 => LoadKind::F32,
            Type::F64 => LoadKind::F64,
            _ => load,
        };
        operands[slot] = func.push(at, Op::Load { kind, space: 0, offset: 16 * slot as u64, addr }, ty, 0);
    }
    let value = func.push(at, case.op(operands), result, 0);
    let kind = match result {
        Type::I32 => StoreKind::I32,
        Type::I64 => StoreKind::I64,
        Type::F32 => StoreKind::F32,
        Type::F64 => StoreKind::F64,
        _ => store,
    };
    func.block_mut(at).insts.push(Inst {
        result: None,
        op: Op::Store { kind, space: 0, offset: 48, addr, value },
        at: 0,
    });
    func.block_mut(at).term = Term::Return(Vec::new());
    func
}

fn region(trips: u64, bytes: u64) -> Region {
    let mut program = Program::default();
    let trip = program.int(Int::Const(trips as i64));
    let base = program.int(Int::Const(0));
    let footprint = Footprint {
        memory: 0,
        base,
        dims: Vec::new(),
        width: bytes,
        access: Access::ReadWrite,
        must_write: false,
        align: 8,
        span: None,
        wide: true,
    };
    Region {
        id: 0,
        place: Place::default(),
        live_ins: Vec::new(),
        scalars: Scalars::default(),
        program,
        trips: vec![trip],
        guards: Vec::new(),
        footprints: vec![footprint],
        returns: Vec::new(),
        live_outs: Vec::new(),
        schedule: Step::Launch { mapping: 0 },
        mappings: vec![Mapping { grid: vec![0], block: 32 }],
        finals: Vec::new(),
        final_loads: Vec::new(),
        estimate: None,
        resumes: false,
        can_bail: true,
        unbounded: true,
        extents: Vec::new(),
    }
}

/// Runs the kernel's PTX over `memory`.
fn simulated(func: &Func, memory: &[u8], trips: u64) -> Vec<u8> {
    let region = region(trips, memory.len() as u64);
    let kernel = Kernel { func: func.clone(), dims: 1, returns: Vec::new() };
    let text = ptx::emit(&region, &kernel, &region.mappings[0], "kernel", ptx::Options::default()).unwrap();
    let module = ptx_machine::parse(&text).unwrap_or_else(|error| panic!("{error}\n{text}"));
    let program = ptx_machine::prepare(module.kernel("kernel").unwrap()).unwrap_or_else(|e| panic!("{e}\n{text}"));
    let mut device = Memory::new();
    let flag = device.alloc(vec![0; 4], 4, DeviceAccess::ReadWrite).unwrap();
    let returns = device.alloc(vec![0; 8], 8, DeviceAccess::ReadWrite).unwrap();
    let bytes = device.alloc(memory.to_vec(), 256, DeviceAccess::ReadWrite).unwrap();
    let value = |param: Param| match param {
        Param::BailFlag => device.base(flag),
        Param::Returns => device.base(returns),
        Param::Trip(_) => trips,
        Param::Delta(_) => device.base(bytes),
        _ => 0,
    };
    let args = abi::params(&region).into_iter().map(value).collect();
    let grid = abi::grid(&region.mappings[0], &[trips.into()]).unwrap();
    let launch = Launch { grid, block: [32, 1, 1], args, step_budget: 100_000_000 };
    let options = Options { shuffle_seed: Some(7), junk_seed: Some(11), race_detect: true };
    ptx_machine::run(&program, &mut device, &launch, &options).unwrap_or_else(|fault| panic!("{fault}\n{text}"));
    device.bytes(bytes).to_vec()
}

#[test]
fn ptx_computes_what_the_definition_says() {
    let mut random = Random(2);
    let kinds = [
        (LoadKind::V128By8, StoreKind::V128By32),
        (LoadKind::V128By16, StoreKind::V128By8),
        (LoadKind::V128By32, StoreKind::V128By64),
        (LoadKind::V128By64, StoreKind::V128By16),
    ];
    for (index, case) in Case::all().iter().enumerate() {
        let rows = case.rows(&mut random);
        let (load, store) = kinds[index % kinds.len()];
        let func = kernel(case, load, store);
        let width = if case.types().1 == Type::V128 { 16 } else { case.types().1.bits() as usize / 8 };
        let (mut before, mut wanted) = (Vec::new(), Vec::new());
        for row in &rows {
            let mut bytes = [0u8; 64];
            for (slot, operand) in row.iter().enumerate() {
                bytes[16 * slot..16 * slot + 16].copy_from_slice(&operand.to_le_bytes());
            }
            before.extend(bytes);
            bytes[48..48 + width].copy_from_slice(&case.defined(row).to_le_bytes()[..width]);
            wanted.extend(bytes);
        }
        let found = simulated(&func, &before, rows.len() as u64);
        for (row, (found, wanted)) in rows.iter().zip(found.chunks(64).zip(wanted.chunks(64))) {
            assert_eq!(found, wanted, "{} of {row:032x?}\n{func}", case.text());
        }
    }
}
