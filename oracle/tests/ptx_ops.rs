//! The PTX text against the definition of LoweredOp: every operator on edge values, every access, every role of a
//! returned value, and kernels drawn at random.
//!
//! A kernel is emitted, parsed and run by the PTX machine in its most adversarial mode, and interpreted by
//! `ir::lowered::interp`. Memory, returned values and the bail flag must agree bit for bit.

use ir::abi::{self, Param, Reach};
use ir::lowered::interp::{self, Outcome, Spaces};
use ir::lowered::{BinaryOp, BlockId, Const, Func, Inst, LoadKind, Op, StoreKind, Target, Term, TernaryOp, Type};
use ir::lowered::{UnaryOp, Value};
use ir::region::{
    Access, FoldOp, Footprint, Int, Kernel, LiveIn, Mapping, Place, Program, ReduceOp, Region, ReturnRole, Scalars,
    Step,
};
use lowering::ptx;
use ptx_machine::{Access as DeviceAccess, Launch, Memory, Options};

/// What one launch leaves behind.
#[derive(Clone, PartialEq, Eq, Debug)]
struct Effects {
    bailed: bool,
    memory: Vec<u8>,
    returned: Vec<u64>,
}

/// A kernel with everything that a launch of it needs.
struct Case {
    func: Func,
    roles: Vec<ReturnRole>,
    trips: Vec<u64>,
    live_ins: Vec<(Type, u64)>,
    /// The guest address of the first byte of memory.
    window: u64,
    memory: Vec<u8>,
}

/// Guest memory that starts at `window`.
struct Window<'a> {
    window: u64,
    memory: &'a mut Vec<u8>,
}

impl Window<'_> {
    fn at(&self, address: u64, width: u32) -> Option<std::ops::Range<usize>> {
        let start = address.checked_sub(self.window)? as usize;
        (start + width as usize <= self.memory.len()).then_some(start..start + width as usize)
    }
}

impl Spaces for Window<'_> {
    fn load(&self, _: u32, address: u64, kind: LoadKind) -> Option<u64> {
        let mut raw = [0; 8];
        let range = self.at(address, kind.width())?;
        raw[..range.len()].copy_from_slice(&self.memory[range]);
        Some(u64::from_le_bytes(raw))
    }

    fn store(&mut self, _: u32, address: u64, kind: StoreKind, value: u64) -> Option<()> {
        let range = self.at(address, kind.width())?;
        self.memory[range.clone()].copy_from_slice(&value.to_le_bytes()[..range.len()]);
        Some(())
    }

    fn reach(&self, _: u32) -> Reach {
        Reach { low: self.window, length: self.memory.len() as u64 }
    }
}

impl Case {
    /// A one-dimensional case over the memory at 0x1000.
    fn new(func: Func, trips: u64, memory: Vec<u8>) -> Case {
        Case { func, roles: Vec::new(), trips: vec![trips], live_ins: Vec::new(), window: 0x1000, memory }
    }

    /// True if its accesses have addresses of 64 bits.
    fn is_wide(&self) -> bool {
        let mut ops = self.func.blocks.iter().flat_map(|block| &block.insts).map(|inst| &inst.op);
        ops.any(|op| match *op {
            Op::Load { addr, .. } | Op::Store { addr, .. } => self.func.ty(addr) == Type::I64,
            _ => false,
        })
    }

    fn region(&self) -> Region {
        let mut program = Program::default();
        let trips = self.trips.iter().map(|&trip| program.int(Int::Const(trip as i64))).collect();
        let base = program.int(Int::Const(self.window as i64));
        let footprint = Footprint {
            memory: 0,
            base,
            dims: Vec::new(),
            width: self.memory.len().max(1) as u64,
            access: Access::ReadWrite,
            must_write: false,
            align: 8,
            span: None,
            wide: self.is_wide(),
        };
        let gathers = Footprint { width: 8, access: Access::Gather, ..footprint.clone() };
        let updates = self.func.blocks.iter().flat_map(|block| &block.insts).find_map(|inst| match inst.op {
            Op::Update { op, kind, .. } => Some((Access::Update(op), kind.width().into())),
            _ => None,
        });
        let updates = updates.map(|(access, width)| Footprint { width, access, ..footprint.clone() });
        let dims = self.trips.len() as u32;
        let live_ins = self.live_ins.iter().enumerate();
        Region {
            id: 0,
            place: Place::default(),
            live_ins: live_ins.map(|(i, &(ty, _))| LiveIn::local(i as u32, ty)).collect(),
            scalars: Scalars::default(),
            program,
            trips,
            guards: Vec::new(),
            footprints: [footprint, gathers].into_iter().chain(updates).collect(),
            returns: self.func.results.iter().copied().zip(self.roles.iter().copied()).collect(),
            live_outs: Vec::new(),
            schedule: Step::Launch { mapping: 0 },
            mappings: vec![Mapping { grid: (0..dims).rev().collect(), block: 32 }],
            finals: Vec::new(),
            final_loads: Vec::new(),
            estimate: None,
            resumes: false,
            can_bail: true,
            unbounded: true,
            extents: Vec::new(),
        }
    }

    /// Every point of the iteration space, in program order.
    fn points(&self) -> Vec<Vec<u64>> {
        let mut points = vec![Vec::new()];
        for &trip in &self.trips {
            let extend = |point: Vec<u64>| (0..trip).map(move |i| [point.as_slice(), &[i]].concat());
            points = points.into_iter().flat_map(extend).collect();
        }
        points
    }

    fn interpreted(&self) -> Effects {
        let mut memory = self.memory.clone();
        let mut returned: Vec<u64> = self.identities();
        let (mut bailed, mut rows) = (false, Vec::new());
        for point in self.points() {
            let args: Vec<u64> = point.into_iter().chain(self.live_ins.iter().map(|l| l.1)).collect();
            let mut spaces = Window { window: self.window, memory: &mut memory };
            match interp::run(&self.func, &args, &mut spaces, &mut 1_000_000).expect("a kernel within its footprint") {
                Outcome::Bail => bailed = true,
                Outcome::Values(values) => {
                    for (index, &value) in values.iter().enumerate() {
                        returned[index] = match self.roles[index] {
                            ReturnRole::Reduce(op) => op.combine(self.func.results[index], returned[index], value),
                            ReturnRole::Fold(_) => returned[index],
                            ReturnRole::Last => value,
                        };
                    }
                    rows.push(values);
                }
            }
        }
        for (index, role) in self.roles.iter().enumerate() {
            if let ReturnRole::Fold(op) = role {
                returned[index] = op.fold(self.func.results[index], rows.len() as u64, |i| rows[i as usize][index]);
            }
        }
        Effects { bailed, memory, returned }
    }

    fn identities(&self) -> Vec<u64> {
        self.roles.iter().zip(&self.func.results).map(|(role, &ty)| role.initial(ty)).collect()
    }

    fn emitted(&self) -> String {
        let region = self.region();
        let kernel = Kernel { func: self.func.clone(), dims: self.trips.len() as u32, returns: self.roles.clone() };
        ptx::emit(&region, &kernel, &region.mappings[0], "kernel", ptx::Options::default()).unwrap()
    }

    fn simulated(&self, text: &str) -> Effects {
        let region = self.region();
        let module = ptx_machine::parse(text).unwrap_or_else(|error| panic!("{error}\n{text}"));
        let program = ptx_machine::prepare(module.kernel("kernel").unwrap());
        let program = program.unwrap_or_else(|error| panic!("{error}\n{text}"));
        let mut device = Memory::new();
        let mut slots: Vec<u8> = self.identities().into_iter().flat_map(u64::to_le_bytes).collect();
        slots.resize(abi::returned_bytes(&region, &self.trips).unwrap() as usize, 0);
        let flag = device.alloc(vec![0; 4], 4, DeviceAccess::ReadWrite).unwrap();
        let returns = device.alloc(slots, 8, DeviceAccess::ReadWrite).unwrap();
        let memory =
            device.alloc_congruent(self.memory.clone(), self.window % 256, 256, DeviceAccess::ReadWrite).unwrap();
        let value = |param: Param| match param {
            Param::BailFlag => device.base(flag),
            Param::Returns => device.base(returns),
            Param::Trip(dim) => self.trips[dim as usize],
            Param::Delta(_) => device.base(memory).wrapping_sub(self.window),
            Param::Low(_) => self.window,
            Param::Length(_) => self.memory.len() as u64,
            Param::LiveIn(index, _) => self.live_ins[index as usize].1,
        };
        let args = abi::params(&region).into_iter().map(value).collect();
        let trips: Vec<i128> = self.trips.iter().map(|&trip| trip.into()).collect();
        let mapping = &region.mappings[0];
        let grid = abi::grid(mapping, &trips).expect("a small grid");
        let launch = Launch { grid, block: [mapping.block, 1, 1], args, step_budget: 100_000_000 };
        let options = Options { shuffle_seed: Some(7), junk_seed: Some(11), race_detect: true };
        ptx_machine::run(&program, &mut device, &launch, &options).unwrap_or_else(|fault| panic!("{fault}\n{text}"));
        Effects {
            bailed: device.bytes(flag) != [0; 4],
            memory: device.bytes(memory).to_vec(),
            returned: abi::returned(&region, &self.trips, device.bytes(returns)),
        }
    }

    /// Runs both and compares.
    fn check(&self, what: &str) {
        let text = self.emitted();
        let (wanted, found) = (self.interpreted(), self.simulated(&text));
        assert_eq!(wanted.bailed, found.bailed, "{what}: bail flag\n{}{text}", self.func);
        // What a launch that bails leaves is discarded.
        assert!(wanted.bailed || wanted == found, "{what}: {}\n{}{text}", difference(&wanted, &found), self.func);
    }
}

fn difference(wanted: &Effects, found: &Effects) -> String {
    let words = |effects: &Effects| -> Vec<u64> {
        effects.memory.chunks_exact(8).map(|word| u64::from_le_bytes(word.try_into().unwrap())).collect()
    };
    let (wanted_words, found_words) = (words(wanted), words(found));
    match (0..wanted_words.len()).find(|&i| wanted_words[i] != found_words[i]) {
        Some(i) => format!("word {i} is {:#x}, not {:#x}", found_words[i], wanted_words[i]),
        None => format!("returned {:x?}, not {:x?}", found.returned, wanted.returned),
    }
}

/// Edge values of a type.
fn edges(ty: Type) -> Vec<u64> {
    match ty {
        Type::I32 => {
            let values = [0i32, 1, -1, 2, -2, 7, 31, 32, 33, 63, 64, 65, 127, 128, 255, 32767, 32768, 65535, 65536];
            let wide = [i32::MAX, i32::MIN, i32::MIN + 1, 0x1234_5678, -0x1234_5678, 0x0f0f_0f0f];
            values.into_iter().chain(wide).map(|v| v as u32 as u64).collect()
        }
        Type::I64 => {
            let small = edges(Type::I32).into_iter().flat_map(|v| [v, v as u32 as i32 as i64 as u64]);
            let wide = [i64::MAX, i64::MIN, i64::MIN + 1, 1 << 53, (1 << 53) + 1, 0x0123_4567_89ab_cdef, 1 << 32];
            let odd = [u64::MAX - 1024, 0x8000_0000_0000_0401, 0x7fff_ffff_ffff_fc00, 0xffff_ffff_0000_0000];
            let mut all: Vec<u64> = small.chain(wide.map(|v| v as u64)).chain(odd).collect();
            all.sort_unstable();
            all.dedup();
            all
        }
        Type::F32 => {
            let mut all: Vec<u64> = float_edges().into_iter().map(|v| (v as f32).to_bits().into()).collect();
            // Subnormals, the largest of them, the smallest normal number, NaNs quiet and signalling, payloads.
            let bits =
                [1u32, 0x007f_ffff, 0x0080_0000, 0x7f7f_ffff, 0x7fc0_0000, 0x7fc0_0001, 0x7f80_0001, 0x7fff_ffff];
            let exact = [0x4eff_ffff, 0x4f00_0001, 0x4f7f_ffff, 0x5eff_ffff, 0x5f7f_ffff, 0x3eff_ffff, 0x3f00_0001];
            all.extend(bits.into_iter().chain(exact).flat_map(|b: u32| [u64::from(b), u64::from(b | 0x8000_0000)]));
            all
        }
        _ => {
            let mut all: Vec<u64> = float_edges().into_iter().map(f64::to_bits).collect();
            let bits = [1u64, 0x000f_ffff_ffff_ffff, 1 << 52, 0x7fef_ffff_ffff_ffff, 0x7ff8_0000_0000_0000];
            let nans = [0x7ff8_0000_0000_0001, 0x7ff0_0000_0000_0001, 0x7fff_ffff_ffff_ffff, 0x7ff8_0000_2000_0000];
            let exact = [0x41df_ffff_ffff_ffff, 0x41e0_0000_001f_ffff, 0x41e0_0000_0020_0000, 0x41ef_ffff_ffff_ffff];
            let wide = [0x43df_ffff_ffff_ffff, 0x43e0_0000_0000_0001, 0x43ef_ffff_ffff_ffff, 0x3690_0000_0000_0000];
            let all_bits = bits.into_iter().chain(nans).chain(exact).chain(wide);
            all.extend(all_bits.flat_map(|b| [b, b | 1 << 63]));
            all
        }
    }
}

fn float_edges() -> Vec<f64> {
    let powers = [31, 32, 53, 63, 64, 127, 128].map(|e| 2f64.powi(e));
    let values = [0.0, 0.4, 0.5, 0.6, 0.9999999, 1.0, 1.5, 2.0, 2.5, 3.0, 1e10, 3.4e38, 1.0 / 3.0, f64::INFINITY];
    let near = [2147483647.5, 2147483648.9, 4294967295.5, 8388607.5, 4503599627370495.5, 1e-40, 1e-46];
    powers.into_iter().chain(values).chain(near).flat_map(|v| [v, -v]).collect()
}

fn load_of(ty: Type) -> LoadKind {
    match ty {
        Type::I32 => LoadKind::I32,
        Type::I64 => LoadKind::I64,
        Type::F32 => LoadKind::F32,
        _ => LoadKind::F64,
    }
}

fn store_of(ty: Type) -> StoreKind {
    match ty {
        Type::I32 => StoreKind::I32,
        Type::I64 => StoreKind::I64,
        Type::F32 => StoreKind::F32,
        _ => StoreKind::F64,
    }
}

/// A kernel whose thread `i` owns `words` 8-byte words at 0x1000 and on; gives it and the address of the first.
fn kernel_over_words(words: i64) -> (Func, Value) {
    let mut func = Func::default();
    let entry = func.new_block();
    let index = func.new_value(Type::I64);
    func.block_mut(entry).params.push(index);
    let size = push_const(&mut func, entry, Const::i64(words * 8));
    let offset = func.push(entry, Op::Binary(BinaryOp::I64Mul, index, size), Type::I64, 0);
    let base = push_const(&mut func, entry, Const::i64(0x1000));
    let address = func.push(entry, Op::Binary(BinaryOp::I64Add, offset, base), Type::I64, 0);
    (func, address)
}

fn push_const(func: &mut Func, block: BlockId, value: Const) -> Value {
    func.push(block, Op::Const(value), value.ty, 0)
}

fn load(func: &mut Func, block: BlockId, ty: Type, addr: Value, word: u64) -> Value {
    func.push(block, Op::Load { kind: load_of(ty), space: 0, offset: word * 8, addr }, ty, 0)
}

fn store(func: &mut Func, block: BlockId, addr: Value, word: u64, value: Value) {
    let op = Op::Store { kind: store_of(func.ty(value)), space: 0, offset: word * 8, addr, value };
    func.block_mut(block).insts.push(Inst { result: None, op, at: 0 });
}

fn words(values: &[u64]) -> Vec<u8> {
    values.iter().flat_map(|value| value.to_le_bytes()).collect()
}

/// Checks `func`, whose thread `i` reads row `i`: all rows that don't bail at once, each of the others alone.
fn check_rows(func: &Func, rows: &[Vec<u64>], what: &str) {
    let alone = |row: &Vec<u64>| Case::new(func.clone(), 1, words(row));
    let (bailing, quiet): (Vec<_>, Vec<_>) = rows.iter().partition(|row| alone(row).interpreted().bailed);
    if quiet.is_empty() {
        return bailing.into_iter().for_each(|row| alone(row).check(&format!("{what} of {row:x?}")));
    }
    let memory: Vec<u64> = quiet.iter().copied().flatten().copied().collect();
    Case::new(func.clone(), quiet.len() as u64, words(&memory)).check(what);
    for row in bailing {
        alone(row).check(&format!("{what} of {row:x?}"));
    }
}

#[test]
fn unary_operators_agree_on_edge_values() {
    for &op in UnaryOp::ALL {
        let (mut func, address) = kernel_over_words(2);
        let a = load(&mut func, BlockId::ENTRY, op.operand(), address, 0);
        let value = func.push(BlockId::ENTRY, Op::Unary(op, a), op.result(), 0);
        store(&mut func, BlockId::ENTRY, address, 1, value);
        func.block_mut(BlockId::ENTRY).term = Term::Return(Vec::new());
        let rows: Vec<Vec<u64>> = edges(op.operand()).into_iter().map(|a| vec![a, 0]).collect();
        check_rows(&func, &rows, op.name());
    }
}

#[test]
fn binary_operators_agree_on_edge_values() {
    for &op in BinaryOp::ALL {
        let (mut func, address) = kernel_over_words(3);
        let a = load(&mut func, BlockId::ENTRY, op.operand(), address, 0);
        let b = load(&mut func, BlockId::ENTRY, op.operand(), address, 1);
        let value = func.push(BlockId::ENTRY, Op::Binary(op, a, b), op.result(), 0);
        store(&mut func, BlockId::ENTRY, address, 2, value);
        func.block_mut(BlockId::ENTRY).term = Term::Return(Vec::new());
        let values = edges(op.operand());
        let rows: Vec<Vec<u64>> = values.iter().flat_map(|&a| values.iter().map(move |&b| vec![a, b, 0])).collect();
        check_rows(&func, &rows, op.name());
    }
}

/// Some of the edge values, and sums that leave what rounding takes off a product.
#[test]
fn ternary_operators_agree_on_edge_values() {
    for &op in TernaryOp::ALL {
        let (mut func, address) = kernel_over_words(4);
        let operands = [0, 1, 2].map(|word| load(&mut func, BlockId::ENTRY, op.operand(), address, word));
        let value = func.push(BlockId::ENTRY, Op::Ternary(op, operands), op.result(), 0);
        store(&mut func, BlockId::ENTRY, address, 3, value);
        func.block_mut(BlockId::ENTRY).term = Term::Return(Vec::new());
        let values = edges(op.operand());
        let negated = |a: u64, b: u64| match op {
            TernaryOp::F32Fma => (-(f32::from_bits(a as u32) * f32::from_bits(b as u32))).to_bits().into(),
            TernaryOp::F64Fma => (-(f64::from_bits(a) * f64::from_bits(b))).to_bits(),
        };
        let pairs = values.iter().flat_map(|&a| values.iter().step_by(2).map(move |&b| (a, b)));
        let rows: Vec<Vec<u64>> = pairs
            .flat_map(|(a, b)| {
                let thirds: Vec<u64> = values.iter().step_by(5).copied().chain([negated(a, b)]).collect();
                thirds.into_iter().map(move |c| vec![a, b, c, 0])
            })
            .collect();
        check_rows(&func, &rows, op.name());
    }
}

#[test]
fn binary_operators_agree_with_a_constant_on_either_side() {
    for &op in BinaryOp::ALL {
        for &bits in &edges(op.operand()) {
            for constant_first in [false, true] {
                let (mut func, address) = kernel_over_words(2);
                let entry = BlockId::ENTRY;
                let a = load(&mut func, entry, op.operand(), address, 0);
                let c = push_const(&mut func, entry, Const { ty: op.operand(), bits });
                let (a, b) = if constant_first { (c, a) } else { (a, c) };
                let value = func.push(entry, Op::Binary(op, a, b), op.result(), 0);
                store(&mut func, entry, address, 1, value);
                func.block_mut(entry).term = Term::Return(Vec::new());
                // The table above has all pairs; here the traps need all values, the rest every third.
                let step = if op.can_trap() { 1 } else { 3 };
                let rows: Vec<Vec<u64>> = edges(op.operand()).into_iter().step_by(step).map(|a| vec![a, 0]).collect();
                check_rows(&func, &rows, &format!("{} with {bits:#x}", op.name()));
            }
        }
    }
}

#[test]
fn loads_and_stores_agree_wherever_memory_lies() {
    let pattern: Vec<u8> = (0..64u8).map(|i| i.wrapping_mul(37) ^ 0x80).collect();
    // A low window, one whose 32-bit addresses have the top bit set, and one past 32 bits that only offsets reach.
    for (window, offset) in [(0x1000u64, 8u64), (0x8000_0000, 0), (0xffff_f000, 16), (0x1_0000_0ff0, 0xffff_fff0)] {
        for addr_ty in [Type::I32, Type::I64] {
            let address = window.wrapping_sub(offset) + if offset == 0 { 0 } else { 16 };
            if addr_ty == Type::I32 && address > u32::MAX.into() {
                continue;
            }
            for (&load_kind, &store_kind) in
                LoadKind::ALL.iter().flat_map(|l| StoreKind::ALL.iter().map(move |s| (l, s)))
            {
                if load_kind.ty() != store_kind.ty() || load_kind.ty() == Type::V128 {
                    continue;
                }
                let mut func = Func::default();
                let entry = func.new_block();
                let index = func.new_value(Type::I64);
                let addr = func.new_value(addr_ty);
                func.block_mut(entry).params.extend([index, addr]);
                let from = Op::Load { kind: load_kind, space: 0, offset, addr };
                let value = func.push(entry, from, load_kind.ty(), 0);
                let to = Op::Store { kind: store_kind, space: 0, offset: offset + 8, addr, value };
                func.block_mut(entry).insts.push(Inst { result: None, op: to, at: 0 });
                func.block_mut(entry).term = Term::Return(Vec::new());
                let mut case = Case::new(func, 1, pattern.clone());
                (case.window, case.live_ins) = (window, vec![(addr_ty, address)]);
                case.check(&format!("{} and {} at {address:#x}+{offset:#x}", load_kind.name(), store_kind.name()));
            }
        }
    }
}

/// Gathers from before the memory to behind it: each bails exactly where the interpreter bails, or where it is misaligned.
#[test]
fn gathers_agree_within_their_reach_and_at_its_ends() {
    for &kind in LoadKind::ALL.iter().filter(|k| k.ty() != Type::V128) {
        let width = u64::from(kind.width());
        for (window, offset) in [(0x1000, 0), (0x1004, 0x24), (0xffff_ff00, 0x10), (0xffff_fff8, 0xffff_ff00)] {
            let mut func = Func::default();
            let entry = func.new_block();
            let (index, address) = (func.new_value(Type::I64), func.new_value(Type::I32));
            func.block_mut(entry).params = vec![index, address];
            let value = func.push(entry, Op::Gather { kind, space: 1, offset, addr: address }, kind.ty(), 0);
            func.results = vec![kind.ty()];
            func.block_mut(entry).term = Term::Return(vec![value]);
            for step in 0..56u64 {
                let at = window + step - 16;
                let memory = words(&[0x8091_a2b3_c4d5_e6f7, 0x1223_3445_5667_7889, 0xfedc_ba98_7654_3210]);
                let live_ins = vec![(Type::I32, u64::from(at.wrapping_sub(offset) as u32))];
                let roles = vec![ReturnRole::Last];
                let case = Case { roles, live_ins, window, ..Case::new(func.clone(), 1, memory) };
                let (wanted, found) = (case.interpreted(), case.simulated(&case.emitted()));
                let reached = case.live_ins[0].1 + offset;
                assert_eq!(found.bailed, wanted.bailed || !reached.is_multiple_of(width), "{} at {at:#x}", kind.name());
                assert!(found.bailed || found == wanted, "{} at {at:#x}", kind.name());
            }
        }
    }
}

/// Updates from before the memory to behind it, by several threads of one cell each: combined exactly where the interpreter does.
#[test]
fn updates_agree_within_their_reach_and_at_its_ends() {
    for op in ReduceOp::ALL {
        let kinds = [StoreKind::I32, StoreKind::I64, StoreKind::I32As8, StoreKind::I32As16, StoreKind::I64As16];
        for kind in kinds.into_iter().filter(|kind| op.updates(kind.width().into())) {
            for (window, offset) in [(0x1000, 0), (0xffff_ff00, 0x10), (0xffff_fff8, 0xffff_ff00)] {
                let mut func = Func::default();
                let entry = func.new_block();
                let (index, address) = (func.new_value(Type::I64), func.new_value(Type::I32));
                func.block_mut(entry).params = vec![index, address];
                let factor = push_const(&mut func, entry, Const::i64(0x9e37_79b9_7f4a_7c15_u64 as i64));
                let mut value = func.push(entry, Op::Binary(BinaryOp::I64Mul, index, factor), Type::I64, 0);
                if kind.ty() == Type::I32 {
                    value = func.push(entry, Op::Unary(UnaryOp::I32WrapI64, value), Type::I32, 0);
                }
                let update = Op::Update { op, kind, space: 2, offset, addr: address, value };
                func.block_mut(entry).insts.push(Inst { result: None, op: update, at: 0 });
                func.block_mut(entry).term = Term::Return(Vec::new());
                for step in 0..40u64 {
                    let at = window + step - 16;
                    let memory = words(&[0x8091_a2b3_c4d5_e6f7, 0x1223_3445_5667_7889]);
                    let live_ins = vec![(Type::I32, u64::from(at.wrapping_sub(offset) as u32))];
                    let case = Case { live_ins, window, ..Case::new(func.clone(), 5, memory) };
                    let (wanted, found) = (case.interpreted(), case.simulated(&case.emitted()));
                    assert_eq!(found.bailed, wanted.bailed, "{} {} at {at:#x}", op.name(), kind.name());
                    assert!(found.bailed || found == wanted, "{} {} at {at:#x}", op.name(), kind.name());
                }
            }
        }
    }
}

#[test]
fn returned_values_agree_for_every_role() {
    let roles = ReduceOp::ALL.map(ReturnRole::Reduce);
    let folds = FoldOp::ALL.map(ReturnRole::Fold);
    for role in roles.into_iter().chain(folds).chain([ReturnRole::Last]) {
        for ty in [Type::I32, Type::I64, Type::F32, Type::F64] {
            if role != ReturnRole::Last && ty.is_int() != matches!(role, ReturnRole::Reduce(_)) {
                continue;
            }
            let (mut func, address) = kernel_over_words(1);
            let value = load(&mut func, BlockId::ENTRY, ty, address, 0);
            func.results = vec![ty];
            func.block_mut(BlockId::ENTRY).term = Term::Return(vec![value]);
            let values = edges(ty);
            for rows in [1, 5, values.len()] {
                let mut case = Case::new(func.clone(), rows as u64, words(&values[..rows]));
                case.roles = vec![role];
                case.check(&format!("{role:?} of {ty}"));
            }
        }
    }
}

#[test]
fn the_last_point_of_three_dimensions_is_the_one_kept() {
    let mut func = Func::default();
    let entry = func.new_block();
    let dims: Vec<Value> = (0..3).map(|_| func.new_value(Type::I64)).collect();
    func.block_mut(entry).params.clone_from(&dims);
    let hundred = push_const(&mut func, entry, Const::i64(100));
    let high = func.push(entry, Op::Binary(BinaryOp::I64Mul, dims[0], hundred), Type::I64, 0);
    let middle = func.push(entry, Op::Binary(BinaryOp::I64Add, high, dims[1]), Type::I64, 0);
    let high = func.push(entry, Op::Binary(BinaryOp::I64Mul, middle, hundred), Type::I64, 0);
    let all = func.push(entry, Op::Binary(BinaryOp::I64Add, high, dims[2]), Type::I64, 0);
    func.results = vec![Type::I64, Type::I64];
    func.block_mut(entry).term = Term::Return(vec![all, all]);
    for trips in [[2, 3, 40], [1, 1, 1], [5, 1, 33]] {
        let mut case = Case::new(func.clone(), 0, vec![0; 8]);
        case.trips = trips.to_vec();
        case.roles = vec![ReturnRole::Last, ReturnRole::Reduce(ReduceOp::Add)];
        case.check(&format!("{trips:?}"));
    }
}

/// A small generator of pseudo-random numbers (Marsaglia's xorshift).
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0
    }

    fn below(&mut self, limit: usize) -> usize {
        (self.next() >> 16) as usize % limit
    }

    fn pick<T: Copy>(&mut self, items: &[T]) -> T {
        items[self.below(items.len())]
    }
}

const TYPES: [Type; 4] = [Type::I32, Type::I64, Type::F32, Type::F64];

/// A kernel drawn at random: straight lines, a branch or switch that joins again, a loop, with values in flight
/// between them in any order.
struct Drawing {
    random: Random,
    func: Func,
    at: BlockId,
    /// The values that reach here.
    reach: Vec<Value>,
}

impl Drawing {
    fn value(&mut self, ty: Type) -> Value {
        let fitting: Vec<Value> = self.reach.iter().copied().filter(|&v| self.func.ty(v) == ty).collect();
        if fitting.is_empty() || self.random.below(8) == 0 {
            let bits = self.random.pick(&edges(ty));
            return push_const(&mut self.func, self.at, Const { ty, bits });
        }
        // Late values more often, so that long chains arise.
        let from = if self.random.below(2) == 0 { fitting.len().saturating_sub(4) } else { 0 };
        fitting[from + self.random.below(fitting.len() - from)]
    }

    fn line(&mut self, length: usize) {
        for _ in 0..length {
            let (op, ty) = match self.random.below(10) {
                0..3 => {
                    let op = self.random.pick(UnaryOp::ALL);
                    (Op::Unary(op, self.value(op.operand())), op.result())
                }
                3..7 => {
                    let op = self.random.pick(BinaryOp::ALL);
                    (Op::Binary(op, self.value(op.operand()), self.value(op.operand())), op.result())
                }
                7 => {
                    let op = self.random.pick(TernaryOp::ALL);
                    (Op::Ternary(op, [0; 3].map(|_| self.value(op.operand()))), op.result())
                }
                _ => {
                    let ty = self.random.pick(&TYPES);
                    let (cond, if_true, if_false) = (self.value(Type::I32), self.value(ty), self.value(ty));
                    (Op::Select { cond, if_true, if_false }, ty)
                }
            };
            // One that traps would end nearly every thread.
            if !op.can_trap() || self.random.below(20) == 0 {
                let value = self.func.push(self.at, op, ty, 0);
                self.reach.push(value);
            }
        }
    }

    fn block(&mut self, types: &[Type]) -> (BlockId, Vec<Value>) {
        let block = self.func.new_block();
        let params: Vec<Value> = types.iter().map(|&ty| self.func.new_value(ty)).collect();
        self.func.block_mut(block).params.clone_from(&params);
        (block, params)
    }

    fn types(&mut self, count: usize) -> Vec<Type> {
        (0..count).map(|_| self.random.pick(&TYPES)).collect()
    }

    fn target(&mut self, block: BlockId, types: &[Type]) -> Target {
        Target { block, args: types.iter().map(|&ty| self.value(ty)).collect() }
    }

    /// Several paths that meet in a block with arguments.
    fn fork(&mut self) {
        let types = self.types(3);
        let (join, params) = self.block(&types);
        let (side, _) = self.block(&[]);
        let around = self.target(join, &types);
        let into = Target { block: side, args: Vec::new() };
        let decision = self.value(Type::I32);
        let term = if self.random.below(2) == 0 {
            Term::Branch { cond: decision, then: into, otherwise: around }
        } else {
            let other = self.target(join, &types);
            Term::Switch { index: decision, targets: vec![around, into], default: other }
        };
        self.func.block_mut(self.at).term = term;
        let outside = self.reach.len();
        self.at = side;
        self.line(4);
        let back = self.target(join, &types);
        self.func.block_mut(side).term = Term::Jump(back);
        self.reach.truncate(outside);
        self.reach.extend(params);
        self.at = join;
    }

    /// A loop of a few rounds whose values may change places.
    fn repeat(&mut self) {
        let mut types = self.types(4);
        types.push(Type::I32);
        let (head, params) = self.block(&types);
        let mut enter = self.target(head, &types);
        enter.args[4] = push_const(&mut self.func, self.at, Const::i32(5));
        self.func.block_mut(self.at).term = Term::Jump(enter);
        self.reach.extend(&params[..4]);
        self.at = head;
        self.line(6);
        let one = push_const(&mut self.func, head, Const::i32(1));
        let left = self.func.push(head, Op::Binary(BinaryOp::I32Sub, params[4], one), Type::I32, 0);
        let (after, carried) = self.block(&types[..1]);
        let mut again = self.target(head, &types);
        // Two of one type change places.
        let pair = (0..4).flat_map(|a| (0..a).map(move |b| (a, b))).find(|&(a, b)| types[a] == types[b]);
        if let Some((a, b)) = pair {
            (again.args[a], again.args[b]) = (params[b], params[a]);
        }
        again.args[4] = left;
        let leave = self.target(after, &types[..1]);
        self.func.block_mut(head).term = Term::Branch { cond: left, then: again, otherwise: leave };
        self.reach.extend(carried);
        self.at = after;
    }

    /// Stores one value of each type and returns two.
    fn finish(mut self, address: Value) -> (Func, Vec<ReturnRole>) {
        for (word, ty) in TYPES.into_iter().enumerate() {
            let value = self.value(ty);
            store(&mut self.func, self.at, address, word as u64, value);
        }
        let roles = vec![ReturnRole::Reduce(self.random.pick(&ReduceOp::ALL)), ReturnRole::Last];
        let values = vec![self.value(Type::I64), self.value(Type::F32)];
        self.func.results = vec![Type::I64, Type::F32];
        self.func.block_mut(self.at).term = Term::Return(values);
        (self.func, roles)
    }
}

fn draw(seed: u64) -> Case {
    let mut random = Random(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1);
    (0..4).for_each(|_| _ = random.next());
    let (mut func, address) = kernel_over_words(4);
    let reach = TYPES.into_iter().enumerate().map(|(i, ty)| load(&mut func, BlockId::ENTRY, ty, address, i as u64));
    let reach = reach.collect();
    let mut drawing = Drawing { random, func, at: BlockId::ENTRY, reach };
    drawing.line(8);
    for _ in 0..3 {
        if drawing.random.below(2) == 0 {
            drawing.fork()
        } else {
            drawing.repeat()
        }
        drawing.line(4);
    }
    let rows: Vec<u64> = (0..12).flat_map(|_| TYPES.map(|ty| drawing.random.pick(&edges(ty)))).collect();
    let (func, roles) = drawing.finish(address);
    let mut case = Case::new(func, 12, words(&rows));
    case.roles = roles;
    case
}

#[test]
fn kernels_drawn_at_random_agree() {
    let rounds = 600;
    let mut bailed = 0;
    for seed in 0..rounds {
        let case = draw(seed);
        case.check(&format!("seed {seed}"));
        bailed += case.interpreted().bailed as u64;
    }
    // Most kernels must be compared to their end.
    assert!(bailed * 2 < rounds, "{bailed} of {rounds} bailed");
}
