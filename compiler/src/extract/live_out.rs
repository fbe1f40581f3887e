//! Live-outs and final stores: what the code after the loop may read of it, and how a dispatch knows it without running the loop.
//!
//! A local that the loop assigns must afterwards hold its value on the exit edge, unless nothing alive reads that value. The
//! value is an affine form at a known iteration, a reduction, a value of the last complete iteration, or one that was there
//! before. Anything else is a decline. "Last iteration" is only meant where that iteration is statically the last: the test
//! stands at the bottom, or the value sits in a header parameter that a test at the top leaves behind. Where the original loop is
//! resumed, the live-outs are all header parameters that something depends on, as they are in the iteration that comes next, which
//! is just such a place.

use super::lanes::{self, Lane};
use super::order::Order;
use crate::analysis::affine::{Affine, Lin};
use crate::analysis::context::{Context, Use};
use crate::analysis::count::Position;
use crate::analysis::farewell::Farewell;
use crate::analysis::floats::Counter;
use crate::analysis::reduction::{self, Accumulator, Reduction};
use crate::analysis::series::Series;
use crate::analysis::shape::Shape;
use crate::analysis::trip::Ending;
use crate::analysis::{Analysis, Carried};
use crate::reasons::Reason;
use crate::wasm::GuestLoop;
use ir::faults;
use ir::lowered::{BinaryOp, Const, Op, Type, UnaryOp, Value};
use ir::region::{FinalLoad, FinalStore, LiveOut, Part, ReduceOp, ReturnRole, Scalar, ScalarId, limits};
use std::collections::HashSet;

/// A value that the kernel returns.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Returned {
    /// The value in the loop.
    pub value: Value,
    /// What becomes of it.
    pub role: ReturnRole,
    /// What is returned of it.
    pub form: Form,
}

/// What a kernel returns of a value.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Form {
    /// The value.
    Whole,
    /// Its key in an order among floats.
    Key(Order),
    /// The bits in which it differs from another one.
    Change(Value),
    /// One of its lanes.
    Lane(Lane),
}

/// What a region leaves behind, apart from what its kernel stores.
#[derive(Clone, Debug)]
pub struct Results {
    /// For locals.
    pub live_outs: Vec<LiveOut>,
    /// For memory.
    pub finals: Vec<FinalStore>,
    /// What dispatch loads for these.
    pub final_loads: Vec<FinalLoad>,
    /// The values of the kernel that these are made of.
    pub returned: Vec<Returned>,
}

/// The number of the first value that dispatch loads, until it is known how many the kernel returns.
pub const LOADED: u32 = limits::MAX_VALUES as u32;

/// Finds the live-outs and the final stores; `values` are those of the assigned locals on the exit edge, or at the
/// header if the loop is resumed.
pub fn live_outs(
    context: &Context<'_>,
    analysis: &mut Analysis<'_>,
    guest_loop: &GuestLoop,
    values: &[Value],
) -> Result<Results, Reason> {
    let resumes = analysis.trip.ending == Ending::Resumes;
    let observed = observed_outside(context, &analysis.shape);
    let mut finder = Finder {
        context,
        reductions: reduction_values(context, analysis),
        returned: Vec::new(),
        final_loads: Vec::new(),
    };
    let mut live_outs = Vec::new();
    for (carried, &value) in guest_loop.carried.iter().zip(values) {
        let local = carried.local;
        let ty = context.func.ty(value);
        if context.home(value).is_none() {
            continue;
        }
        let inside = analysis.shape.defines(context, value);
        if inside && !resumes && !observed.contains(&value) || !inside && value == carried.start {
            continue;
        }
        if ty == Type::V128 {
            let halves = match inside {
                true => finder.vector(analysis, value, local)?,
                false => lanes::outside(&mut analysis.draft.symbols, value).map_err(|_| Reason::LiveOut { local })?,
            };
            let parts = [Part::Low, Part::High].into_iter().zip(halves);
            live_outs.extend(parts.map(|(part, value)| LiveOut { local, part, ty: Type::I64, value }));
            continue;
        }
        let scalar = if inside {
            if !ty.is_scalar() {
                return Err(Reason::LiveOut { local });
            }
            finder.inside(analysis, value, local)?
        } else {
            analysis.draft.symbols.outside(value).map_err(|_| Reason::LiveOut { local })?
        };
        live_outs.push(LiveOut { local, part: Part::Whole, ty, value: scalar });
    }
    let held: HashSet<Value> = values.iter().copied().collect();
    if !resumes && observed.iter().any(|v| !held.contains(v)) {
        return Err(Reason::Exit { why: "a value stays on the operand stack".into() });
    }
    let finals = (0..analysis.finals.len()).map(|index| finder.final_store(analysis, index));
    let finals = finals.collect::<Result<_, _>>()?;
    Ok(Results { live_outs, finals, final_loads: finder.final_loads, returned: finder.returned })
}

/// Values of the loop that something alive outside reads.
fn observed_outside(context: &Context<'_>, shape: &Shape) -> HashSet<Value> {
    let candidates: HashSet<Value> = shape
        .body
        .iter()
        .flat_map(|&b| {
            let block = context.func.block(b);
            block.params.iter().copied().chain(block.insts.iter().filter_map(|i| i.result))
        })
        .collect();
    let observes = |u: &Use| match u.leaves_to {
        // A value that is needed only on the way to a trap is the original loop's business.
        Some(to) if shape.inside.contains(&u.block) => !shape.inside.contains(&to) && !shape.is_cold_edge(u.block, to),
        _ => !shape.inside.contains(&u.block) && !shape.cold_blocks.contains(&u.block),
    };
    candidates.into_iter().filter(|v| context.uses[v.index()].iter().any(observes)).collect()
}

/// Values that depend on a reduction, which the kernel computes from the identity.
fn reduction_values(context: &Context<'_>, analysis: &Analysis<'_>) -> HashSet<Value> {
    let params = analysis.carried.iter().filter(|(_, c)| matches!(c, Carried::Reduction(_)));
    params.flat_map(|(&param, _)| reduction::tainted(context, &analysis.shape, param)).collect()
}

/// Finds values after the loop, and notes what the kernel must return for them.
pub(super) struct Finder<'a> {
    context: &'a Context<'a>,
    reductions: HashSet<Value>,
    returned: Vec<Returned>,
    final_loads: Vec<FinalLoad>,
}

impl Finder<'_> {
    fn inside(&mut self, analysis: &mut Analysis<'_>, value: Value, local: u32) -> Result<ScalarId, Reason> {
        let bottom = analysis.trip.position == Position::Bottom;
        let Analysis { inductions, shape, draft, .. } = analysis;
        if let Some(form) = inductions.of(self.context, shape, &mut draft.symbols, value, None)
            && let Some(scalar) = self.at_exit(analysis, &form, bottom)
        {
            return Ok(scalar);
        }
        // A root that the thread runs ends where the original ends.
        if !analysis.space.is_parallel(0) && self.reaches_exit(analysis, value) {
            return Ok(self.returned(analysis, Returned { value, role: ReturnRole::Last, form: Form::Whole }));
        }
        // A few at most, and some are looked at with the analysis in hand.
        for (param, carried) in analysis.carried.clone() {
            match carried {
                Carried::Reduction(found) if value == (if bottom { found.next } else { param }) => {
                    return self.reduced(analysis, param, found);
                }
                Carried::Series(series) if value == param && !bottom => {
                    return self.summed(analysis, param, &series, local);
                }
                Carried::Counter(counter) if value == param && !bottom => {
                    return self.counted(analysis, counter, local);
                }
                Carried::Unread { next } if value == param && !bottom && !self.reductions.contains(&next) => {
                    if let Some(farewell) = analysis.farewells.iter().find(|farewell| farewell.value == next).cloned() {
                        return self.farewell(analysis, &farewell, local);
                    }
                    if analysis.shape.defines(self.context, next) {
                        return self.last(analysis, next, local);
                    }
                    return analysis.draft.symbols.outside(next).map_err(|_| Reason::LiveOut { local });
                }
                _ => {}
            }
        }
        if bottom && !self.reductions.contains(&value) {
            return self.last(analysis, value, local);
        }
        Err(Reason::LiveOut { local })
    }

    /// True if a scalar has been computed wherever the root is left.
    fn reaches_exit(&self, analysis: &Analysis<'_>, value: Value) -> bool {
        let home = self.context.home(value);
        let defined = home.is_some_and(|home| self.context.tree.dominates(home, analysis.trip.exits[0].from));
        defined && self.context.func.ty(value).is_scalar()
    }

    /// A running sum where a test at the top has ended the loop.
    fn summed(
        &self,
        analysis: &mut Analysis<'_>,
        param: Value,
        series: &Series,
        local: u32,
    ) -> Result<ScalarId, Reason> {
        let root = analysis.space.dims[0].ok_or(Reason::LiveOut { local })?;
        let (start, _) = analysis.inductions.edges[&param];
        let symbols = &mut analysis.draft.symbols;
        let start = symbols.outside(start)?;
        let (trips, one) = (symbols.scalars.add(Scalar::Trip(root)), symbols.constant(Const::i64(1)));
        let half = symbols.binary(BinaryOp::I64ShrU, trips, one);
        let before = symbols.binary(BinaryOp::I64Sub, trips, one);
        let odd = if faults::on("live-out-series-of-even-length") {
            before
        } else {
            symbols.binary(BinaryOp::I64Or, before, one)
        };
        let mut triangle = symbols.binary(BinaryOp::I64Mul, half, odd);
        let mut trips = trips;
        let wide = series.first.ty == Type::I64;
        if !wide {
            triangle = symbols.unary(UnaryOp::I32WrapI64, triangle);
            trips = symbols.unary(UnaryOp::I32WrapI64, trips);
        }
        let (add, mul) = if wide { (BinaryOp::I64Add, BinaryOp::I64Mul) } else { (BinaryOp::I32Add, BinaryOp::I32Mul) };
        let (first, change) = (symbols.materialise(&series.first), symbols.materialise(&series.change));
        let (line, curve) = (symbols.binary(mul, trips, first), symbols.binary(mul, triangle, change));
        let both = symbols.binary(add, line, curve);
        Ok(symbols.binary(add, start, both))
    }

    /// A counter in floats where a test at the top has ended the loop.
    fn counted(&self, analysis: &mut Analysis<'_>, counter: Counter, local: u32) -> Result<ScalarId, Reason> {
        let root = analysis.space.dims[0].ok_or(Reason::LiveOut { local })?;
        let symbols = &mut analysis.draft.symbols;
        let trips = symbols.scalars.add(Scalar::Trip(root));
        let (step, start) = (symbols.constant(Const::i64(counter.step)), symbols.constant(Const::i64(counter.start)));
        let distance = symbols.binary(BinaryOp::I64Mul, trips, step);
        let value = symbols.binary(BinaryOp::I64Add, distance, start);
        Ok(symbols.unary(counter.conversion(), value))
    }

    /// What is stored in the last complete iteration: something from outside, a reduction, or what that iteration computes.
    fn final_store(&mut self, analysis: &mut Analysis<'_>, index: usize) -> Result<FinalStore, Reason> {
        let last = analysis.finals[index].clone();
        let base = last.base(&analysis.inductions, &mut analysis.draft)?;
        let reduction = analysis.carried.iter().find_map(|(&param, carried)| match *carried {
            Carried::Reduction(found) if found.next == last.value => Some((param, found)),
            _ => None,
        });
        let value = match reduction {
            Some((param, found)) => self.reduced(analysis, param, found)?,
            None if self.reductions.contains(&last.value) => return Err(last.reason()),
            None if !analysis.shape.defines(self.context, last.value) => analysis.draft.symbols.outside(last.value)?,
            None => self.last(analysis, last.value, u32::MAX).map_err(|_| last.reason())?,
        };
        Ok(FinalStore { memory: last.memory, base, width: last.width, value })
    }

    /// The value that the last complete iteration computes.
    fn last(&mut self, analysis: &mut Analysis<'_>, value: Value, local: u32) -> Result<ScalarId, Reason> {
        let ty = self.context.func.ty(value);
        let home = self.context.home(value);
        let always = home.is_some_and(|home| self.context.tree.dominates(home, analysis.shape.latch));
        let always = always || faults::on("live-out-last-value-of-a-branch");
        let unread = matches!(analysis.carried.get(&value), Some(Carried::Unread { .. }));
        if !always || unread || !ty.is_scalar() {
            return Err(Reason::LiveOut { local });
        }
        if let Some(Op::Const(c)) = self.context.op(value) {
            return Ok(analysis.draft.symbols.constant(*c));
        }
        Ok(self.returned(analysis, Returned { value, role: ReturnRole::Last, form: Form::Whole }))
    }

    /// What dispatch loads in place of the last iteration.
    fn farewell(&mut self, analysis: &mut Analysis<'_>, farewell: &Farewell, local: u32) -> Result<ScalarId, Reason> {
        let Analysis { inductions, draft, trip, .. } = analysis;
        let load = farewell.load(self.context, inductions, draft, trip).ok_or(Reason::LiveOut { local })?;
        self.final_loads.push(load);
        // How many values the kernel returns isn't known yet.
        let index = LOADED + self.final_loads.len() as u32 - 1;
        Ok(analysis.draft.symbols.scalars.add(Scalar::Returned(index)))
    }

    /// The halves of a vector: of a reduction, or of one that the last complete iteration computes.
    fn vector(&mut self, analysis: &mut Analysis<'_>, value: Value, local: u32) -> Result<[ScalarId; 2], Reason> {
        let bottom = analysis.trip.position == Position::Bottom;
        if analysis.space.parallel != [0] {
            return Err(Reason::LiveOut { local });
        }
        let reduction = analysis.carried.iter().find_map(|(&param, carried)| match *carried {
            Carried::Reduction(found) if value == (if bottom { found.next } else { param }) => Some((param, found)),
            _ => None,
        });
        if let Some((param, found)) = reduction {
            let shape = found.shape.ok_or(Reason::LiveOut { local })?;
            let (start, _) = analysis.inductions.edges[&param];
            return self.reduced_halves(analysis, start, found, shape);
        }
        let home = self.context.home(value);
        let always = home.is_some_and(|home| self.context.tree.dominates(home, analysis.shape.latch));
        if !bottom || !always || self.reductions.contains(&value) || analysis.carried.contains_key(&value) {
            return Err(Reason::LiveOut { local });
        }
        Ok(self.last_halves(analysis, value))
    }

    pub(super) fn returned(&mut self, analysis: &mut Analysis<'_>, wanted: Returned) -> ScalarId {
        let index = self.returned.iter().position(|&r| r == wanted).unwrap_or_else(|| {
            self.returned.push(wanted);
            self.returned.len() - 1
        });
        analysis.draft.symbols.scalars.add(Scalar::Returned(index as u32))
    }

    /// The start combined with all contributions.
    fn reduced(&mut self, analysis: &mut Analysis<'_>, param: Value, found: Reduction) -> Result<ScalarId, Reason> {
        let ty = self.context.func.ty(param);
        let (start, _) = analysis.inductions.edges[&param];
        let start = analysis.draft.symbols.outside(start)?;
        let order = Order::of(found.op, ty);
        let form = order.map_or(Form::Whole, Form::Key);
        let op = match found.op {
            Accumulator::Replace(by) => return self.replaced(analysis, found.next, (start, by)),
            Accumulator::Fold(op) => {
                let (role, form) = (ReturnRole::Fold(op), Form::Whole);
                let total = self.returned(analysis, Returned { value: found.next, role, form });
                if found.passes {
                    Order::numbers(ty).demand_number(&mut analysis.draft, start);
                }
                return Ok(analysis.draft.symbols.binary(op.operator(ty), start, total));
            }
            Accumulator::Int(op) => op,
            Accumulator::FloatMin => ReduceOp::MinS,
            Accumulator::FloatMax => ReduceOp::MaxS,
            Accumulator::Pick(pick) if pick.largest() => ReduceOp::MaxS,
            Accumulator::Pick(_) => ReduceOp::MinS,
        };
        let total = self.returned(analysis, Returned { value: found.next, role: ReturnRole::Reduce(op), form });
        if let Some(range) = found.range {
            let (low, high) = range.ends();
            let [low, high] = [low, high].map(|end| analysis.draft.number(end));
            let start = analysis.draft.symbols.opaque(start, ty);
            let start = analysis.draft.read(&start, range.signed);
            analysis.draft.demand_le(low, start, "the start is as narrow as the rest");
            analysis.draft.demand_le(start, high, "the start is as narrow as the rest");
        }
        if faults::on("live-out-reduction-without-start") && order.is_none() {
            return Ok(total);
        }
        let Some(order) = order else { return Ok(combine(analysis, op, ty == Type::I64, start, total)) };
        if found.passes && order.minds_start() && !faults::on("live-out-nan-start-ignored") {
            order.demand_number(&mut analysis.draft, start);
        }
        Ok(order.combine(&mut analysis.draft.symbols, start, total))
    }

    /// The start, or what replaces it in some iteration. A kernel starts from the complement of that, and returns where the next
    /// value differs from it: nowhere, in an iteration that replaces.
    fn replaced(
        &mut self,
        analysis: &mut Analysis<'_>,
        next: Value,
        (start, by): (ScalarId, Value),
    ) -> Result<ScalarId, Reason> {
        let wide = self.context.func.ty(next) == Type::I64;
        let role = ReturnRole::Reduce(ReduceOp::And);
        let kept = self.returned(analysis, Returned { value: next, role, form: Form::Change(by) });
        let by = analysis.draft.symbols.outside(by)?;
        // `by ^ ((by ^ start) & kept)`.
        let (xor, and) = if wide { (BinaryOp::I64Xor, BinaryOp::I64And) } else { (BinaryOp::I32Xor, BinaryOp::I32And) };
        let symbols = &mut analysis.draft.symbols;
        let change = symbols.binary(xor, by, start);
        let change = symbols.binary(and, change, kept);
        Ok(symbols.binary(xor, by, change))
    }

    /// An affine value when the loop ends: in the last iteration, or where a test at the top ends it.
    fn at_exit(&mut self, analysis: &mut Analysis<'_>, form: &Affine, bottom: bool) -> Option<ScalarId> {
        let bottom = bottom != faults::on("live-out-one-iteration-off");
        let ends_in = if bottom { analysis.trip.last } else { analysis.trip.count };
        if !analysis.inductions.demand(&mut analysis.draft, form, Some((0, ends_in))) {
            return None;
        }
        let root = analysis.space.dims[0]?;
        let symbols = &mut analysis.draft.symbols;
        let start = symbols.materialise(&form.start);
        let step = form.step(0);
        if step.is_zero() {
            return Some(start);
        }
        let wide = form.start.ty == Type::I64;
        let (add, mul) = if wide { (BinaryOp::I64Add, BinaryOp::I64Mul) } else { (BinaryOp::I32Add, BinaryOp::I32Mul) };
        let trips = symbols.scalars.add(Scalar::Trip(root));
        let trips = if wide { trips } else { symbols.unary(UnaryOp::I32WrapI64, trips) };
        let start = if bottom {
            let earlier = form.start.add_scaled(&step, u64::MAX);
            symbols.materialise(&earlier)
        } else {
            start
        };
        let one = Lin::constant(step.ty, 1);
        let distance = if step == one {
            trips
        } else {
            let step = symbols.materialise(&step);
            symbols.binary(mul, trips, step)
        };
        let zero = matches!(symbols.scalars.0[start.0 as usize], Scalar::Const(Const { bits: 0, .. }));
        Some(if zero { distance } else { symbols.binary(add, start, distance) })
    }
}

/// `start op total` as a scalar; minima are written with operators that scalars have.
pub(super) fn combine(
    analysis: &mut Analysis<'_>,
    op: ReduceOp,
    wide: bool,
    start: ScalarId,
    total: ScalarId,
) -> ScalarId {
    use BinaryOp::*;
    let symbols = &mut analysis.draft.symbols;
    let pick = |narrow: BinaryOp, wide_op: BinaryOp| if wide { wide_op } else { narrow };
    let simple = match op {
        ReduceOp::Add => Some(pick(I32Add, I64Add)),
        ReduceOp::Mul => Some(pick(I32Mul, I64Mul)),
        ReduceOp::And => Some(pick(I32And, I64And)),
        ReduceOp::Or => Some(pick(I32Or, I64Or)),
        ReduceOp::Xor => Some(pick(I32Xor, I64Xor)),
        _ => None,
    };
    if let Some(op) = simple {
        return symbols.binary(op, start, total);
    }
    let less = match op {
        ReduceOp::MinS => pick(I32LtS, I64LtS),
        ReduceOp::MinU => pick(I32LtU, I64LtU),
        ReduceOp::MaxS if faults::on("live-out-maximum-unsigned") => pick(I32GtU, I64GtU),
        ReduceOp::MaxS => pick(I32GtS, I64GtS),
        _ => pick(I32GtU, I64GtU),
    };
    // `total ^ ((start ^ total) & mask)`, where the mask is all ones if `start` wins.
    let wins = symbols.binary(less, start, total);
    let wins = if wide { symbols.unary(UnaryOp::I64ExtendI32U, wins) } else { wins };
    let zero = symbols.constant(if wide { Const::i64(0) } else { Const::i32(0) });
    let mask = symbols.binary(pick(I32Sub, I64Sub), zero, wins);
    let change = symbols.binary(pick(I32Xor, I64Xor), start, total);
    let change = symbols.binary(pick(I32And, I64And), change, mask);
    symbols.binary(pick(I32Xor, I64Xor), total, change)
}
