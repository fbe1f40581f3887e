//! The kernel: the nest's body as a function of the iteration numbers of its parallel loops and the live-ins.
//!
//! Header parameters of the root become their closed forms, exact in modular arithmetic without any guard; reductions start from the
//! identity; accesses name the footprint of their window; truncations that can't trap saturate; the edge back to the header and the
//! exit return; cold exits bail. A parallel loop inside ([`super::edges`]) runs one iteration: its header parameters are what control
//! brings there plus as many steps as the iteration's number says, and behind its body it goes where its exit leads. A root that isn't
//! parallel is a loop of the thread. Everything else is copied operation by operation, in order. The result is verified, then stripped
//! of what nothing uses.

use super::live_out::{Form, Returned};
use super::ranges::safe_truncation;
use crate::analysis::affine::{Affine, Lin, OutsideVector};
use crate::analysis::context::Context;
use crate::analysis::floats::Counter;
use crate::analysis::picks;
use crate::analysis::reduction::{Accumulator, Reduction, is_sub, reduce_op, tainted};
use crate::analysis::series::Series;
use crate::analysis::updates::Update;
use crate::analysis::{Analysis, Carried};
use crate::reasons::Reason;
use ir::faults;
use ir::lowered::{
    BinaryOp, BlockId, Const, Func, Inst, Op, Shape, Target, Term, Type, UnaryOp, Value, VectorBinaryOp,
    VectorTernaryOp, VectorUnaryOp,
};
use ir::region::{Kernel, Scalar, ScalarId};
use std::collections::{BTreeMap, HashMap, HashSet};

/// Builds the kernel; the live-ins are complete afterwards.
pub fn kernel(
    context: &Context<'_>,
    analysis: &mut Analysis<'_>,
    returned: &[Returned],
    name: &str,
) -> Result<Kernel, Reason> {
    collect_live_ins(context, analysis)?;
    let mut accesses = Accesses::default();
    for (index, window) in analysis.windows.iter().enumerate() {
        accesses.spaces.extend(window.accesses.iter().map(|a| (a.place, index as u32)));
        for (place, update) in window.accesses.iter().filter_map(|a| Some((a.place, a.update?))) {
            accesses.updates.insert(place, update);
            accesses.left_out.extend([update.load, update.stored].into_iter().chain(update.test));
        }
    }
    let mut builder = Builder {
        context,
        func: Func { name: name.to_string(), ..Func::default() },
        values: HashMap::new(),
        scalars: HashMap::new(),
        blocks: HashMap::new(),
        live_ins: Vec::new(),
        indices: BTreeMap::new(),
        at: BlockId::ENTRY,
        bail: None,
        done: BlockId::ENTRY,
    };
    builder.enter(analysis)?;
    builder.headers(analysis)?;
    builder.body(analysis, &accesses)?;
    builder.finish(analysis, returned)?;
    let mut func = builder.func;
    super::dead::remove(&mut func);
    let returns = returned.iter().map(|r| r.role).collect();
    Ok(Kernel { func, dims: analysis.space.parallel.len() as u32, returns })
}

/// Everything from outside that the kernel uses becomes a live-in or a constant: what the body reads, and what the header's parameters
/// start from where the kernel starts from it.
fn collect_live_ins(context: &Context<'_>, analysis: &mut Analysis<'_>) -> Result<(), Reason> {
    let mut used = Vec::new();
    // A root that stays in the thread receives its parameters there, on entry and from each iteration.
    let sequential = !analysis.space.is_parallel(0);
    for param in &context.func.block(analysis.shape.header).params {
        let starts = sequential || matches!(analysis.carried.get(param), Some(Carried::Series(_)));
        used.extend(analysis.inductions.edges.get(param).filter(|_| starts).map(|(start, _)| *start));
    }
    for &block in &analysis.shape.body {
        let block = context.func.block(block);
        block.insts.iter().for_each(|inst| inst.op.for_each_use(|v| used.push(v)));
        block.term.for_each_own_use(|v| used.push(v));
        let passed = block.term.targets().into_iter().filter(|t| sequential || t.block != analysis.shape.header);
        used.extend(passed.flat_map(|t| &t.args));
    }
    for value in used {
        if !analysis.shape.defines(context, value) {
            if context.func.ty(value) == Type::V128 {
                analysis.draft.symbols.outside_vector(value)?;
            } else {
                analysis.draft.symbols.outside(value)?;
            }
        }
    }
    Ok(())
}

/// What becomes of loads and stores.
#[derive(Default)]
struct Accesses {
    /// The footprint of each.
    spaces: HashMap<(BlockId, usize), u32>,
    /// The stores that are updates.
    updates: HashMap<(BlockId, usize), Update>,
    /// What an update computes by itself.
    left_out: HashSet<Value>,
}

pub(super) struct Builder<'a> {
    pub(super) context: &'a Context<'a>,
    pub(super) func: Func,
    /// Values of the loop in terms of the kernel.
    pub(super) values: HashMap<Value, Value>,
    scalars: HashMap<ScalarId, Value>,
    pub(super) blocks: HashMap<BlockId, BlockId>,
    live_ins: Vec<Value>,
    /// The iteration number of each parallel loop, and of each loop around one.
    pub(super) indices: BTreeMap<usize, Value>,
    /// The kernel's block that is being written.
    pub(super) at: BlockId,
    bail: Option<BlockId>,
    pub(super) done: BlockId,
}

impl Builder<'_> {
    /// The entry block: its parameters, and room for what is computed before the body.
    fn enter(&mut self, analysis: &mut Analysis<'_>) -> Result<(), Reason> {
        let entry = self.func.new_block();
        for &l in &analysis.space.parallel {
            let index = self.func.new_value(Type::I64);
            self.func.block_mut(entry).params.push(index);
            self.indices.insert(l, index);
        }
        for live_in in &analysis.draft.symbols.live_ins {
            let value = self.func.new_value(live_in.ty);
            self.func.block_mut(entry).params.push(value);
            self.live_ins.push(value);
        }
        for &block in &analysis.shape.body {
            let copy = self.func.new_block();
            self.blocks.insert(block, copy);
        }
        self.done = self.func.new_block();
        let args = if analysis.space.is_parallel(0) { Vec::new() } else { self.starts(analysis)? };
        let first = Target { block: self.blocks[&analysis.shape.header], args };
        self.func.block_mut(entry).term = Term::Jump(first);
        Ok(())
    }

    pub(super) fn emit(&mut self, op: Op, ty: Type) -> Value {
        self.func.push(BlockId::ENTRY, op, ty, 0)
    }

    pub(super) fn constant(&mut self, c: Const) -> Value {
        self.emit(Op::Const(c), c.ty)
    }

    /// A scalar, computed in the entry block.
    ///
    /// Operands have smaller indices: what is needed is marked downwards, then computed upwards.
    fn scalar(&mut self, scalars: &[Scalar], id: ScalarId) -> Value {
        let mut needed = vec![false; id.0 as usize + 1];
        needed[id.0 as usize] = true;
        for at in (0..needed.len()).rev() {
            if !needed[at] || self.scalars.contains_key(&ScalarId(at as u32)) {
                continue;
            }
            match scalars[at] {
                Scalar::Unary(_, a) => needed[a.0 as usize] = true,
                Scalar::Binary(_, a, b) => (needed[a.0 as usize], needed[b.0 as usize]) = (true, true),
                _ => {}
            }
        }
        for (at, _) in needed.iter().enumerate().filter(|(_, needed)| **needed) {
            let node = ScalarId(at as u32);
            if !self.scalars.contains_key(&node) {
                let value = self.scalar_node(scalars[at]);
                self.scalars.insert(node, value);
            }
        }
        self.scalars[&id]
    }

    /// One node, whose operands have been computed.
    fn scalar_node(&mut self, node: Scalar) -> Value {
        match node {
            Scalar::LiveIn(i) => self.live_ins[i as usize],
            Scalar::Unary(op, a) => {
                let a = self.scalars[&a];
                self.emit(Op::Unary(op, a), op.result())
            }
            Scalar::Binary(op, a, b) => {
                let (a, b) = (self.scalars[&a], self.scalars[&b]);
                self.emit(Op::Binary(op, a, b), op.result())
            }
            Scalar::Const(c) => self.constant(c),
            // Neither exists before a launch, and no address or induction is made of them.
            Scalar::Trip(_) | Scalar::Returned(_) => self.constant(Const::i64(0)),
        }
    }

    /// What stands for the header parameters of a parallel root.
    fn headers(&mut self, analysis: &mut Analysis<'_>) -> Result<(), Reason> {
        if !analysis.space.is_parallel(0) {
            return Ok(());
        }
        let params = self.context.func.block(analysis.shape.header).params.clone();
        for param in params {
            let value = match (analysis.inductions.forms.forms.get(&param).cloned(), analysis.carried.get(&param)) {
                (Some(form), _) => self.induction(analysis, &form),
                (None, Some(Carried::Reduction(reduction))) => {
                    let ty = self.context.func.ty(param);
                    match reduction.op {
                        op if let Some(shape) = reduction.shape => {
                            self.emit(Op::VectorConst(super::lanes::identity(op, shape)), Type::V128)
                        }
                        // Whatever differs from it in every bit.
                        Accumulator::Replace(by) => {
                            let ones = self.constant(Const { ty, bits: ty.mask() });
                            self.difference(analysis, BlockId::ENTRY, ones, by)?
                        }
                        _ if faults::on("reduction-starts-at-zero") => self.constant(Const { ty, bits: 0 }),
                        _ => self.constant(Const { ty, bits: reduction.identity }),
                    }
                }
                (None, Some(&Carried::Counter(counter))) => self.counter(counter),
                (None, Some(Carried::Series(series))) => {
                    let series = series.clone();
                    self.series(analysis, param, &series)?
                }
                _ => continue,
            };
            self.values.insert(param, value);
        }
        Ok(())
    }

    /// The bits in which a value differs from one that is outside of the loop or a constant, computed at the end of a block.
    fn difference(
        &mut self,
        analysis: &mut Analysis<'_>,
        block: BlockId,
        value: Value,
        from: Value,
    ) -> Result<Value, Reason> {
        let xor = if self.func.ty(value) == Type::I64 { BinaryOp::I64Xor } else { BinaryOp::I32Xor };
        let from = analysis.draft.symbols.outside(from)?;
        let from = self.scalar(&analysis.draft.symbols.scalars.0, from);
        Ok(self.func.push(block, Op::Binary(xor, value, from), xor.result(), 0))
    }

    /// `s + a * i + b * ((i >> 1) * ((i - 1) | 1))`.
    fn series(&mut self, analysis: &mut Analysis<'_>, param: Value, series: &Series) -> Result<Value, Reason> {
        let (start, _) = *analysis.inductions.edges.get(&param).ok_or(Reason::LiveIn)?;
        let (index, ty) = (self.indices[&0], series.first.ty);
        let one = self.constant(Const::i64(1));
        let half = self.emit(Op::Binary(BinaryOp::I64ShrU, index, one), Type::I64);
        let before = self.emit(Op::Binary(BinaryOp::I64Sub, index, one), Type::I64);
        let odd = self.emit(Op::Binary(BinaryOp::I64Or, before, one), Type::I64);
        let mut triangle = self.emit(Op::Binary(BinaryOp::I64Mul, half, odd), Type::I64);
        if ty == Type::I32 {
            triangle = self.emit(Op::Unary(UnaryOp::I32WrapI64, triangle), ty);
        }
        let mul = if ty == Type::I64 { BinaryOp::I64Mul } else { BinaryOp::I32Mul };
        let change = self.linear(analysis, &series.change);
        let mut sum = self.emit(Op::Binary(mul, triangle, change), ty);
        if let Some(distance) = self.distance(analysis, BlockId::ENTRY, 0, &series.first) {
            sum = self.sum(BlockId::ENTRY, sum, distance);
        }
        let start = analysis.draft.symbols.outside(start)?;
        let start = self.scalar(&analysis.draft.symbols.scalars.0, start);
        Ok(self.sum(BlockId::ENTRY, start, sum))
    }

    /// A counter in floats, which is exact.
    fn counter(&mut self, counter: Counter) -> Value {
        let step = self.constant(Const::i64(counter.step));
        let distance = self.emit(Op::Binary(BinaryOp::I64Mul, self.indices[&0], step), Type::I64);
        let start = self.constant(Const::i64(counter.start));
        let value = self.sum(BlockId::ENTRY, distance, start);
        self.emit(Op::Unary(counter.conversion(), value), counter.ty)
    }

    /// `start + i * step` in the type's own arithmetic.
    fn induction(&mut self, analysis: &mut Analysis<'_>, form: &Affine) -> Value {
        let start = self.linear(analysis, &form.start);
        let Some(distance) = self.distance(analysis, BlockId::ENTRY, 0, &form.step(0)) else { return start };
        if form.start.is_zero() {
            return distance;
        }
        self.sum(BlockId::ENTRY, start, distance)
    }

    /// `a + b` of integers.
    pub(super) fn sum(&mut self, at: BlockId, a: Value, b: Value) -> Value {
        let ty = self.func.ty(a);
        let add = if ty == Type::I64 { BinaryOp::I64Add } else { BinaryOp::I32Add };
        self.func.push(at, Op::Binary(add, a, b), ty, 0)
    }

    /// `i * step` for the iteration number of loop `l`, computed in block `at`; none if the step is zero.
    pub(super) fn distance(&mut self, analysis: &mut Analysis<'_>, at: BlockId, l: usize, step: &Lin) -> Option<Value> {
        if step.is_zero() {
            return None;
        }
        let mut distance = self.indices[&l];
        if step.ty == Type::I32 {
            distance = self.func.push(at, Op::Unary(UnaryOp::I32WrapI64, distance), step.ty, 0);
        }
        if step.as_const().is_none_or(|c| c.bits != 1) {
            let mul = if step.ty == Type::I64 { BinaryOp::I64Mul } else { BinaryOp::I32Mul };
            let step = self.linear(analysis, step);
            let ty = self.func.ty(step);
            distance = self.func.push(at, Op::Binary(mul, distance, step), ty, 0);
        }
        Some(distance)
    }

    pub(super) fn linear(&mut self, analysis: &mut Analysis<'_>, lin: &Lin) -> Value {
        debug_assert!(lin.is_invariant());
        let id = analysis.draft.symbols.materialise(lin);
        self.scalar(&analysis.draft.symbols.scalars.0, id)
    }

    /// The kernel's name for a value of the guest function that is read in one of its blocks, or behind the nest.
    pub(super) fn value(
        &mut self,
        analysis: &mut Analysis<'_>,
        value: Value,
        read_in: Option<BlockId>,
    ) -> Result<Value, Reason> {
        if self.is_left(analysis, value, read_in) {
            return self.closed(analysis, value, read_in);
        }
        if let Some(&known) = self.values.get(&value) {
            return Ok(known);
        }
        if analysis.shape.defines(self.context, value) {
            return Err(Reason::LiveIn);
        }
        let known = if self.context.func.ty(value) == Type::V128 {
            let vector = analysis.draft.symbols.outside_vector(value)?;
            self.vector(&analysis.draft.symbols.scalars.0, vector)
        } else {
            let id = analysis.draft.symbols.outside(value)?;
            self.scalar(&analysis.draft.symbols.scalars.0, id)
        };
        self.values.insert(value, known);
        Ok(known)
    }

    /// A vector from outside, put together in the entry block.
    fn vector(&mut self, scalars: &[Scalar], vector: OutsideVector) -> Value {
        let halves = match vector {
            OutsideVector::Const(bytes) => return self.emit(Op::VectorConst(bytes), Type::V128),
            OutsideVector::Halves(halves) => halves,
        };
        let [low, high] = halves.map(|half| self.scalar(scalars, half));
        let both = self.emit(Op::VectorUnary(VectorUnaryOp::I64x2Splat, low), Type::V128);
        let op = Op::ReplaceLane { shape: Shape::I64x2, lane: 1, vector: both, value: high };
        self.emit(op, Type::V128)
    }

    fn body(&mut self, analysis: &mut Analysis<'_>, accesses: &Accesses) -> Result<(), Reason> {
        let body = analysis.shape.body.clone();
        let adopting = self.adopting(analysis);
        for &block in &body {
            self.params(analysis, block);
        }
        for &block in &body {
            let copy = self.blocks[&block];
            self.at = copy;
            self.begin(analysis, block);
            for &param in &self.context.func.block(block).params {
                self.mask(analysis, param);
            }
            for (position, inst) in self.context.func.block(block).insts.iter().enumerate() {
                let left_out = inst.result.is_some_and(|result| accesses.left_out.contains(&result));
                if left_out || analysis.finals.iter().any(|f| f.places.contains(&(block, position))) {
                    continue;
                }
                if let Some(known) = self.loaded(analysis, inst.result) {
                    self.values.extend(inst.result.map(|result| (result, known)));
                    continue;
                }
                if let (Some(result), Some(same)) = (inst.result, self.absorbed(analysis, &inst.op)) {
                    let same = self.value(analysis, same, Some(block))?;
                    self.values.insert(result, same);
                    continue;
                }
                if let Some(&accumulator) = inst.result.and_then(|result| adopting.get(&result)) {
                    self.keep_nan(analysis, (block, inst), accumulator)?;
                    continue;
                }
                let op = match inst.op {
                    Op::Unary(op, x) => {
                        let safe = safe_truncation(self.context, &analysis.shape, block, op, x);
                        Op::Unary(safe.unwrap_or(op), x)
                    }
                    ref op => op.clone(),
                };
                let place = (block, position);
                let space = accesses.spaces.get(&place).copied();
                let op = match accesses.updates.get(&place) {
                    Some(update) => self.update(analysis, (block, inst), update, space)?,
                    None => self.operation(analysis, op, block, space)?,
                };
                let result = inst.result.map(|value| {
                    let result = self.func.new_value(self.context.func.ty(value));
                    self.values.insert(value, result);
                    result
                });
                self.func.block_mut(copy).insts.push(Inst { result, op, at: inst.at });
                if let Some(value) = inst.result {
                    self.mask(analysis, value);
                }
            }
            self.func.block_mut(copy).term = self.terminator(analysis, block)?;
        }
        Ok(())
    }

    /// What dispatch has read, if it has read this value.
    fn loaded(&mut self, analysis: &mut Analysis<'_>, result: Option<Value>) -> Option<Value> {
        let value = result.filter(|value| analysis.draft.steady.contains(value))?;
        let form = analysis.inductions.forms.forms.get(&value)?.start.clone();
        Some(self.linear(analysis, &form))
    }

    /// Takes a value with its mask, if it has one; what reads it from here on reads the result.
    fn mask(&mut self, analysis: &Analysis<'_>, value: Value) {
        let (Some(&mask), Some(&known)) = (analysis.masks.get(&value), self.values.get(&value)) else { return };
        let ty = self.context.func.ty(value);
        let mask = self.func.push(self.at, Op::Const(Const { ty, bits: mask }), ty, 0);
        let and = if ty == Type::I64 { BinaryOp::I64And } else { BinaryOp::I32And };
        let masked = self.func.push(self.at, Op::Binary(and, known, mask), ty, 0);
        self.values.insert(value, masked);
    }

    /// The other operand of a float operator with the identity that a reduction starts from; taken from it, it is negated.
    ///
    /// They differ only in the bits of a NaN, and nothing sees those of a contribution: its key is the same for all NaNs, and a fold
    /// makes a NaN of its own.
    fn absorbed(&self, analysis: &Analysis<'_>, op: &Op) -> Option<Value> {
        let &Op::Binary(op, a, b) = op else { return None };
        let is_identity = |v: Value| matches!(analysis.carried.get(&v), Some(Carried::Reduction(_)));
        let other = if is_identity(a) { b } else { a };
        let unchanged = !op.operand().is_int() && !is_sub(op) && reduce_op(op).is_some();
        (unchanged && (is_identity(a) || is_identity(b))).then_some(other)
    }

    /// The accumulating operand of every pick that adopts NaNs, by its result.
    fn adopting(&self, analysis: &Analysis<'_>) -> HashMap<Value, Value> {
        let mut all = HashMap::new();
        for (&param, carried) in &analysis.carried {
            if let Carried::Reduction(Reduction { op: op @ Accumulator::Pick(_), .. }) = *carried {
                let tainted = tainted(self.context, &analysis.shape, param);
                all.extend(picks::adopting(self.context, op, tainted.into_iter()));
            }
        }
        all
    }

    /// A pick that adopts NaNs, but for an accumulator that is one: that stays, so that it shows in the end.
    fn keep_nan(
        &mut self,
        analysis: &mut Analysis<'_>,
        (block, inst): (BlockId, &Inst),
        accumulator: Value,
    ) -> Result<(), Reason> {
        let Some(result) = inst.result else { return Err(Reason::LiveIn) };
        let (ty, at) = (self.context.func.ty(result), inst.at);
        let kept = self.value(analysis, accumulator, Some(block))?;
        let op = self.operation(analysis, inst.op.clone(), block, None)?;
        let mut push = |op: Op, ty: Type| self.func.push(self.at, op, ty, at);
        let value = match op {
            Op::Select { cond, if_true, if_false } => {
                let differs = if ty == Type::F64 { BinaryOp::F64Ne } else { BinaryOp::F32Ne };
                let is_nan = push(Op::Binary(differs, kept, kept), Type::I32);
                let cond = push(Op::Binary(BinaryOp::I32Or, cond, is_nan), Type::I32);
                push(Op::Select { cond, if_true, if_false }, ty)
            }
            ref picking @ Op::VectorBinary(op, ..) => {
                let wide = picks::lanes(op, false).is_some_and(|(shape, _)| shape == Shape::F64x2);
                let differs = if wide { VectorBinaryOp::F64x2Ne } else { VectorBinaryOp::F32x4Ne };
                let is_nan = push(Op::VectorBinary(differs, kept, kept), ty);
                let picked = push(picking.clone(), ty);
                push(Op::VectorTernary(VectorTernaryOp::V128Bitselect, [kept, picked, is_nan]), ty)
            }
            _ => return Err(Reason::LiveIn),
        };
        self.values.insert(result, value);
        Ok(())
    }

    /// What a store becomes that is an update.
    fn update(
        &mut self,
        analysis: &mut Analysis<'_>,
        (block, store): (BlockId, &Inst),
        update: &Update,
        space: Option<u32>,
    ) -> Result<Op, Reason> {
        let Op::Store { kind, offset, addr, .. } = store.op else { return Err(Reason::LiveIn) };
        let (space, addr) = (space.ok_or(Reason::LiveIn)?, self.value(analysis, addr, Some(block))?);
        let (addr, offset) = self.whole_address(addr, offset, store.at);
        let mut value = self.value(analysis, update.value, Some(block))?;
        if update.negated {
            let ty = kind.ty();
            let zero = self.constant(Const { ty, bits: 0 });
            let sub = if ty == Type::I64 { BinaryOp::I64Sub } else { BinaryOp::I32Sub };
            value = self.func.push(self.at, Op::Binary(sub, zero, value), ty, store.at);
        }
        Ok(Op::Update { op: update.op, kind, space, offset, addr, value })
    }

    fn operation(
        &mut self,
        analysis: &mut Analysis<'_>,
        mut op: Op,
        block: BlockId,
        space: Option<u32>,
    ) -> Result<Op, Reason> {
        let mut failed = None;
        op.map_uses(|v| {
            self.value(analysis, v, Some(block)).unwrap_or_else(|reason| {
                failed = Some(reason);
                v
            })
        });
        if let Op::Load { space: s, .. } | Op::Store { space: s, .. } = &mut op {
            *s = space.ok_or(Reason::LiveIn)?;
        }
        if let Op::Load { kind, space, offset, addr } = op
            && analysis.windows.get(space as usize).is_some_and(|w| w.footprint.access.is_checked())
        {
            let (addr, offset) = self.whole_address(addr, offset, 0);
            op = Op::Gather { kind, space, offset, addr };
        }
        failed.map_or(Ok(op), Err)
    }

    /// An address that the kernel checks, and what is left of its offset. One of 64 bits has the offset added: where the sum exceeds
    /// 2^64 the original traps, and the largest address stands for it, which no reach holds.
    fn whole_address(&mut self, addr: Value, offset: u64, at: u32) -> (Value, u64) {
        if self.func.ty(addr) != Type::I64 || offset == 0 {
            return (addr, offset);
        }
        let by = self.func.push(self.at, Op::Const(Const { ty: Type::I64, bits: offset }), Type::I64, at);
        let sum = self.func.push(self.at, Op::Binary(BinaryOp::I64Add, addr, by), Type::I64, at);
        let wraps = self.func.push(self.at, Op::Binary(BinaryOp::I64LtU, sum, by), Type::I32, at);
        let most = self.func.push(self.at, Op::Const(Const::i64(-1)), Type::I64, at);
        let select = Op::Select { cond: wraps, if_true: most, if_false: sum };
        (self.func.push(self.at, select, Type::I64, at), 0)
    }

    fn terminator(&mut self, analysis: &mut Analysis<'_>, block: BlockId) -> Result<Term, Reason> {
        let mut term = self.once(analysis, block)?;
        if let Some(never) = analysis.decided.iter().find(|edge| edge.from == block) {
            term = stay(&term, never.target)?;
        }
        let mut failed = None;
        term.map_own_uses(|v| {
            self.value(analysis, v, Some(block)).unwrap_or_else(|reason| {
                failed = Some(reason);
                v
            })
        });
        for target in term.targets_mut() {
            *target = self.edge(analysis, block, target)?;
        }
        if let [first, second] = term.targets()[..]
            && first == second
            && matches!(term, Term::Branch { .. })
        {
            term = Term::Jump(first.clone());
        }
        failed.map_or(Ok(term), Err)
    }

    /// The kernel's block that bails.
    pub(super) fn bail(&mut self) -> BlockId {
        *self.bail.get_or_insert_with(|| {
            let bail = self.func.new_block();
            self.func.block_mut(bail).term = Term::Bail;
            bail
        })
    }

    fn finish(&mut self, analysis: &mut Analysis<'_>, returned: &[Returned]) -> Result<(), Reason> {
        let mut values = Vec::new();
        self.at = self.done;
        for returned in returned {
            let value = self.value(analysis, returned.value, None)?;
            let value = match returned.form {
                Form::Whole => value,
                Form::Lane(lane) => lane.emit(&mut self.func, self.done, value),
                Form::Key(order) => order.key(&mut self.func, self.done, value),
                Form::Change(by) => self.difference(analysis, self.done, value, by)?,
            };
            self.func.results.push(self.func.ty(value));
            values.push(value);
        }
        self.func.block_mut(self.done).term = Term::Return(values);
        Ok(())
    }
}

/// A terminator that never takes one of its targets.
pub(super) fn stay(term: &Term, never: usize) -> Result<Term, Reason> {
    let stays = term.targets().into_iter().enumerate().find(|&(i, _)| i != never);
    Ok(Term::Jump(stays.ok_or(Reason::SideExit)?.1.clone()))
}
