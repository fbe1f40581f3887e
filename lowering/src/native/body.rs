//! One iteration: the kernel's blocks, instructions and edges inside the loops of the skeleton.
//!
//! Input is a verified function and the values its entry starts from; output is code that begins in the builder's current
//! block and leaves through [`Exits`]. LoweredOp's SSA maps one to one: a value to a value, a block parameter to a block
//! parameter, so Cranelift's own parallel moves realise the arguments of edges. Reverse postorder visits every definition
//! before its uses, because a dominator comes before what it dominates.
//!
//! An address of 32 bits leads no farther than 2^32 and an offset, where the guest's own code accesses its memory. One of 64 bits
//! could lead anywhere in the host's memory, be it only in code that runs ahead of a branch. So each such access is clamped into the reach of its
//! footprint, by an instruction that isn't predicted; what the clamp changes, no completed branch leads to.

use super::shape::Shape;
use super::skeleton::{clif_type, reduce};
use cranelift_codegen::ir as clif;
use cranelift_codegen::ir::condcodes::IntCC;
use cranelift_codegen::ir::immediates::{Ieee32, Ieee64};
use cranelift_codegen::ir::{Block, BlockArg, Endianness, InstBuilder, JumpTableData, MemFlagsData, types};
use cranelift_frontend::{FunctionBuilder, Variable};
use ir::faults;
use ir::lowered::{BlockId, Const, Func, LoadKind, Op, StoreKind, Target, Term, TernaryOp, Type, Value};
use ir::region::ReduceOp;

/// The values that the body starts from.
pub(super) struct Context {
    /// The entry parameters: indices, then live-ins.
    pub params: Vec<clif::Value>,
    /// The delta of each footprint that the kernel names.
    pub deltas: Vec<Option<clif::Value>>,
    /// Low end and length of the reach of each footprint for which they are needed.
    pub reaches: Vec<Option<(clif::Value, clif::Value)>>,
    /// What is left of the chunk's step budget; defined before the first iteration, changed at retreating edges only. None if
    /// nothing is counted.
    pub budget: Option<Variable>,
}

/// Where control goes from the body; the blocks are empty.
pub(super) struct Exits {
    /// After a return; its parameters are the returned values.
    pub returned: Block,
    /// After a bail; none if the kernel can't bail.
    pub bailed: Option<Block>,
    /// After the budget is spent; none if the kernel has no loops or nothing is counted.
    pub exhausted: Option<Block>,
}

/// The body in the making.
pub(super) struct Body<'a, 'b> {
    pub(super) builder: &'a mut FunctionBuilder<'b>,
    func: &'a Func,
    shape: &'a Shape,
    context: Context,
    values: Vec<Option<clif::Value>>,
    /// For a value that is a comparison's 0 or 1, the comparison itself, which branches and selects use directly.
    flags: Vec<Option<clif::Value>>,
    blocks: Vec<Option<Block>>,
    exits: Exits,
}

impl<'a, 'b> Body<'a, 'b> {
    /// Writes the body of `func`.
    pub fn translate(
        builder: &'a mut FunctionBuilder<'b>,
        func: &'a Func,
        shape: &'a Shape,
        context: Context,
    ) -> Exits {
        let returned = builder.create_block();
        for &ty in &func.results {
            builder.append_block_param(returned, clif_type(ty));
        }
        let mut body = Body {
            builder,
            func,
            shape,
            context,
            values: vec![None; func.values.len()],
            flags: vec![None; func.values.len()],
            blocks: vec![None; func.blocks.len()],
            exits: Exits { returned, bailed: None, exhausted: None },
        };
        body.declare_blocks();
        for &id in &shape.order {
            body.block(id);
        }
        body.exits
    }

    /// Creates the blocks with their parameters. The entry has no predecessors, so it continues the current block.
    fn declare_blocks(&mut self) {
        let params = self.func.block(BlockId::ENTRY).params.iter();
        for (param, &value) in params.zip(&self.context.params) {
            self.values[param.index()] = Some(value);
        }
        for &id in self.shape.order.iter().skip(1) {
            let block = self.builder.create_block();
            for &param in &self.func.block(id).params {
                let ty = clif_type(self.func.ty(param));
                self.values[param.index()] = Some(self.builder.append_block_param(block, ty));
            }
            self.blocks[id.index()] = Some(block);
        }
    }

    fn block(&mut self, id: BlockId) {
        if let Some(block) = self.blocks[id.index()] {
            self.builder.switch_to_block(block);
        }
        let block = self.func.block(id);
        for inst in &block.insts {
            let value = self.op(&inst.op, inst.result);
            if let Some(result) = inst.result {
                self.values[result.index()] = value;
            }
        }
        self.term(id, &block.term);
    }

    /// The Cranelift value of a LoweredOp value.
    pub(super) fn get(&self, value: Value) -> clif::Value {
        self.values[value.index()].expect("a verified definition dominates its uses")
    }

    /// A value to branch on: not zero exactly if the `i32` isn't.
    fn condition(&self, value: Value) -> clif::Value {
        self.flags[value.index()].unwrap_or_else(|| self.get(value))
    }

    /// Makes the `i32` that a comparison stands for.
    pub(super) fn truth(&mut self, flag: clif::Value, result: Option<Value>) -> clif::Value {
        if let Some(result) = result {
            self.flags[result.index()] = Some(flag);
        }
        self.builder.ins().uextend(types::I32, flag)
    }

    fn op(&mut self, op: &Op, result: Option<Value>) -> Option<clif::Value> {
        match *op {
            Op::Const(constant) => Some(self.constant(constant)),
            Op::Unary(op, a) => {
                let a = self.get(a);
                Some(self.unary(op, a, result))
            }
            Op::Binary(op, a, b) => {
                let (a, b) = (self.get(a), self.get(b));
                Some(self.binary(op, a, b, result))
            }
            Op::Ternary(TernaryOp::F32Fma | TernaryOp::F64Fma, operands) => {
                let [a, b, c] = operands.map(|v| self.get(v));
                Some(self.builder.ins().fma(a, b, c))
            }
            Op::Select { cond, if_true, if_false } => {
                let (cond, a, b) = (self.condition(cond), self.get(if_true), self.get(if_false));
                Some(self.builder.ins().select(cond, a, b))
            }
            Op::Load { kind, space, offset, addr } => {
                let (base, offset) = self.address(space, offset, addr, kind.width());
                Some(self.load(kind, base, offset))
            }
            Op::Gather { kind, space, offset, addr } => {
                self.check(space, offset, addr, kind.width());
                let (base, offset) = self.address(space, offset, addr, kind.width());
                Some(self.load(kind, base, offset))
            }
            Op::Update { op, kind, space, offset, addr, value } => {
                let at = self.check(space, offset, addr, kind.width());
                let rest = self.builder.ins().band_imm_s(at, i64::from(kind.width()) - 1);
                self.bail_if(rest);
                let (place, value) = (self.address(space, offset, addr, kind.width()), self.get(value));
                self.update(op, kind, place, value);
                None
            }
            Op::Store { kind, space, offset, addr, value } => {
                let (base, offset) = self.address(space, offset, addr, kind.width());
                self.store(kind, base, offset, self.get(value));
                None
            }
            Op::VectorConst(bytes) => Some(self.vector_constant(bytes)),
            Op::VectorUnary(op, a) => {
                let a = self.get(a);
                Some(self.vector_unary(op, a, result))
            }
            Op::VectorBinary(op, a, b) => {
                let (a, b) = (self.get(a), self.get(b));
                Some(self.vector_binary(op, a, b))
            }
            Op::VectorTernary(op, operands) => {
                let operands = operands.map(|v| self.get(v));
                Some(self.vector_ternary(op, operands))
            }
            Op::Shuffle(bytes, a, b) => {
                let (a, b) = (self.get(a), self.get(b));
                Some(self.shuffle(bytes, a, b))
            }
            Op::ExtractLane { shape, signed, lane, vector } => {
                let vector = self.get(vector);
                Some(self.extract_lane(shape, signed, lane, vector))
            }
            Op::ReplaceLane { shape, lane, vector, value } => {
                let (vector, value) = (self.get(vector), self.get(value));
                Some(self.replace_lane(shape, lane, vector, value))
            }
            Op::GlobalGet(_) | Op::GlobalSet(..) | Op::Foreign(_) | Op::ForeignResult => {
                unreachable!("a verified kernel holds no guest-only operation")
            }
        }
    }

    /// A constant, bit for bit.
    pub(super) fn constant(&mut self, constant: Const) -> clif::Value {
        match constant.ty {
            Type::F32 => self.builder.ins().f32const(Ieee32::with_bits(constant.bits as u32)),
            Type::F64 => self.builder.ins().f64const(Ieee64::with_bits(constant.bits)),
            ty => self.builder.ins().iconst(clif_type(ty), constant.bits as i64),
        }
    }

    /// The host address of an access as a base and a displacement: delta + zext(address) + memarg offset in 64 bits.
    fn address(&mut self, space: u32, offset: u64, addr: Value, width: u32) -> (clif::Value, i32) {
        let delta = self.context.deltas[space as usize].expect("the deltas of all named footprints were read");
        if self.func.ty(addr) == Type::I64 {
            return (self.clamped(space, delta, offset, addr, width), 0);
        }
        let wide = self.extended(addr);
        let base = self.builder.ins().iadd(delta, wide);
        match i32::try_from(offset) {
            Ok(offset) => (base, offset),
            Err(_) => {
                let offset = self.builder.ins().iconst(types::I64, offset as i64);
                (self.builder.ins().iadd(base, offset), 0)
            }
        }
    }

    /// The host address of an access with an address of 64 bits, or of the last bytes of the reach if it isn't in there.
    fn clamped(&mut self, space: u32, delta: clif::Value, offset: u64, addr: Value, width: u32) -> clif::Value {
        let (low, length) = self.reach(space);
        let before = self.get(addr);
        let at = self.builder.ins().iadd_imm_s(before, offset as i64);
        let distance = self.builder.ins().isub(at, low);
        // The reach of a footprint that no iteration touches is empty.
        let least = self.builder.ins().iconst(types::I64, i64::from(width));
        let length = self.builder.ins().umax(length, least);
        let last = self.builder.ins().isub(length, least);
        let outside = self.builder.ins().icmp(IntCC::UnsignedGreaterThan, distance, last);
        let distance = self.builder.ins().select_spectre_guard(outside, last, distance);
        let start = self.builder.ins().iadd(delta, low);
        self.builder.ins().iadd(start, distance)
    }

    fn reach(&self, space: u32) -> (clif::Value, clif::Value) {
        self.context.reaches[space as usize].expect("the reaches of all footprints that need them were read")
    }

    /// A guest address in 64 bits.
    fn extended(&mut self, addr: Value) -> clif::Value {
        let index = self.get(addr);
        match self.func.ty(addr) {
            Type::I32 if faults::on("native-address-is-signed") => self.builder.ins().sextend(types::I64, index),
            Type::I32 => self.builder.ins().uextend(types::I64, index),
            _ => index,
        }
    }

    /// Leaves with a bail unless the access lies within the reach of its footprint, and gives its guest address. The verifier
    /// bounds the offset, which is 0 behind an address of 64 bits, so the sum doesn't wrap around, and a reach is at least as long as
    /// an access, so the difference doesn't either.
    fn check(&mut self, space: u32, offset: u64, addr: Value, width: u32) -> clif::Value {
        let (low, length) = self.reach(space);
        let wide = self.extended(addr);
        let at = self.builder.ins().iadd_imm_u(wide, offset as i64);
        let distance = self.builder.ins().isub(at, low);
        let width = if faults::on("native-reach-ends-late") { 1 } else { width };
        let last = self.builder.ins().iadd_imm_s(length, -i64::from(width));
        let outside = self.builder.ins().icmp(IntCC::UnsignedGreaterThan, distance, last);
        if !faults::on("native-gather-unchecked") {
            self.bail_if(outside);
        }
        at
    }

    /// Combines in place. No other thread touches the bytes, by the contract of `run`.
    fn update(&mut self, op: ReduceOp, kind: StoreKind, (base, offset): (clif::Value, i32), value: clif::Value) {
        // The verifier knows only kinds that have a load.
        let old = self.load(kind.updated().unwrap_or(LoadKind::I64), base, offset);
        let new = reduce(self.builder, op, old, value);
        self.store(kind, base, offset, new);
    }

    fn load(&mut self, kind: LoadKind, base: clif::Value, offset: i32) -> clif::Value {
        let (flags, ty) = (guest_flags(), clif_type(kind.ty()));
        let ins = self.builder.ins();
        match kind {
            LoadKind::I32 | LoadKind::I64 | LoadKind::F32 | LoadKind::F64 => ins.load(ty, flags, base, offset),
            LoadKind::V128By8 | LoadKind::V128By16 | LoadKind::V128By32 | LoadKind::V128By64 => {
                ins.load(ty, flags, base, offset)
            }
            LoadKind::I32S8 | LoadKind::I64S8 if faults::on("native-signed-load-is-unsigned") => {
                ins.uload8(ty, flags, base, offset)
            }
            LoadKind::I32S8 | LoadKind::I64S8 => ins.sload8(ty, flags, base, offset),
            LoadKind::I32U8 | LoadKind::I64U8 => ins.uload8(ty, flags, base, offset),
            LoadKind::I32S16 | LoadKind::I64S16 => ins.sload16(ty, flags, base, offset),
            LoadKind::I32U16 | LoadKind::I64U16 => ins.uload16(ty, flags, base, offset),
            LoadKind::I64S32 => ins.sload32(flags, base, offset),
            LoadKind::I64U32 => ins.uload32(flags, base, offset),
        }
    }

    fn store(&mut self, kind: StoreKind, base: clif::Value, offset: i32, value: clif::Value) {
        let flags = guest_flags();
        let ins = self.builder.ins();
        match kind {
            StoreKind::I32 | StoreKind::I64 | StoreKind::F32 | StoreKind::F64 => ins.store(flags, value, base, offset),
            StoreKind::V128By8 | StoreKind::V128By16 | StoreKind::V128By32 | StoreKind::V128By64 => {
                ins.store(flags, value, base, offset)
            }
            StoreKind::I32As8 | StoreKind::I64As8 if faults::on("native-byte-store-is-wide") => {
                ins.istore16(flags, value, base, offset)
            }
            StoreKind::I32As8 | StoreKind::I64As8 => ins.istore8(flags, value, base, offset),
            StoreKind::I32As16 | StoreKind::I64As16 => ins.istore16(flags, value, base, offset),
            StoreKind::I64As32 => ins.istore32(flags, value, base, offset),
        };
    }

    fn term(&mut self, from: BlockId, term: &Term) {
        match term {
            Term::Jump(target) => {
                if self.shape.retreats(from, target.block) {
                    self.spend();
                }
                let (block, arguments) = self.edge(target);
                self.builder.ins().jump(block, &arguments);
            }
            Term::Branch { cond, then, otherwise } => {
                let cond = self.condition(*cond);
                let mut detours = Vec::new();
                let (then, then_arguments) = self.edge_or_detour(from, then, &mut detours);
                let (otherwise, otherwise_arguments) = self.edge_or_detour(from, otherwise, &mut detours);
                self.builder.ins().brif(cond, then, &then_arguments, otherwise, &otherwise_arguments);
                self.fill(&detours);
            }
            Term::Switch { index, targets, default } => {
                let index = self.get(*index);
                let mut detours = Vec::new();
                let default = self.call(from, default, &mut detours);
                let table: Vec<_> = targets.iter().map(|target| self.call(from, target, &mut detours)).collect();
                let table = self.builder.create_jump_table(JumpTableData::new(default, &table));
                self.builder.ins().br_table(index, table);
                self.fill(&detours);
            }
            Term::Return(values) => {
                let arguments: Vec<BlockArg> = values.iter().map(|&v| BlockArg::from(self.get(v))).collect();
                self.builder.ins().jump(self.exits.returned, &arguments);
            }
            Term::Bail => {
                let bailed = self.bailed();
                self.builder.ins().jump(bailed, &[]);
            }
            Term::Unreachable => unreachable!("a verified kernel holds no guest-only terminator"),
        }
    }

    fn edge(&self, target: &Target) -> (Block, Vec<BlockArg>) {
        let block = self.blocks[target.block.index()].expect("a reachable block other than the entry");
        (block, target.args.iter().map(|&v| BlockArg::from(self.get(v))).collect())
    }

    /// The destination of one of several edges; a retreating one takes a detour through a block that spends budget.
    fn edge_or_detour<'t>(
        &mut self,
        from: BlockId,
        target: &'t Target,
        detours: &mut Vec<(Block, &'t Target)>,
    ) -> (Block, Vec<BlockArg>) {
        if self.context.budget.is_none() || !self.shape.retreats(from, target.block) {
            return self.edge(target);
        }
        let detour = self.builder.create_block();
        detours.push((detour, target));
        (detour, Vec::new())
    }

    fn call<'t>(
        &mut self,
        from: BlockId,
        target: &'t Target,
        detours: &mut Vec<(Block, &'t Target)>,
    ) -> clif::BlockCall {
        let (block, arguments) = self.edge_or_detour(from, target, detours);
        self.builder.func.dfg.block_call(block, &arguments)
    }

    fn fill(&mut self, detours: &[(Block, &Target)]) {
        for &(detour, target) in detours {
            self.builder.switch_to_block(detour);
            self.spend();
            let (block, arguments) = self.edge(target);
            self.builder.ins().jump(block, &arguments);
        }
    }

    /// Takes one unit of the budget, or leaves if none is left; does nothing where nothing is counted.
    fn spend(&mut self) {
        let Some(budget) = self.context.budget else { return };
        let exhausted = *self.exits.exhausted.get_or_insert_with(|| cold_block(self.builder));
        let go_on = self.builder.create_block();
        let left = self.builder.use_var(budget);
        self.builder.ins().brif(left, go_on, &[], exhausted, &[]);
        self.builder.switch_to_block(go_on);
        let left = self.builder.ins().iadd_imm_s(left, -1);
        self.builder.def_var(budget, left);
    }

    /// Leaves with a bail if `condition` isn't zero.
    pub(super) fn bail_if(&mut self, condition: clif::Value) {
        let bailed = self.bailed();
        let go_on = self.builder.create_block();
        self.builder.ins().brif(condition, bailed, &[], go_on, &[]);
        self.builder.switch_to_block(go_on);
    }

    fn bailed(&mut self) -> Block {
        *self.exits.bailed.get_or_insert_with(|| cold_block(self.builder))
    }
}

fn cold_block(builder: &mut FunctionBuilder<'_>) -> Block {
    let block = builder.create_block();
    builder.set_cold_block(block);
    block
}

/// Accesses to guest memory: little-endian, possibly misaligned, in the one default alias region, neither movable nor
/// read-only. They don't trap, by the contract of `run`.
fn guest_flags() -> MemFlagsData {
    MemFlagsData::new().with_notrap().with_endianness(Endianness::Little)
}
