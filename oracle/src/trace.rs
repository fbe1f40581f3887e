//! One thread of a kernel, watched: which check it fails, by how much, and what decided it.
//!
//! A check is a place where a thread may bail: a branch with a side from which there is no way to a return, a gather, an
//! operator that traps. The thread runs as [`ir::lowered::interp`] runs it; beside each value goes its origin, the live-ins
//! and the latest loads that it was computed from, and beside the result of a comparison the numbers compared.
//!
//! This steers what cases are drawn and decides nothing, so it may be wrong: an operator that isn't known here ends the
//! thread, and of a value's loads no more than a few are remembered.

use crate::needs::{Goal, Need};
use ir::lowered::interp::Spaces;
use ir::lowered::vector::Sign;
use ir::lowered::{
    BinaryOp, BlockId, Func, LoadKind, Op, StoreKind, Target, Term, Type, UnaryOp, Value, eval, eval_vector,
};

/// Loads that a value's origin remembers.
const KEPT: usize = 4;
/// Branches that may have led to where a thread is.
const RECENT: usize = 4;

/// What a value was computed from.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub(crate) struct Origin {
    /// A bit for each live-in; the last stands for all that follow.
    pub live_ins: u64,
    /// Numbers of loads of the thread from 1 on, the latest first; 0 for none.
    cells: [u32; KEPT],
}

impl Origin {
    /// The loads, as indices into [`Thread::cells`], the latest first.
    pub fn cells(&self) -> impl Iterator<Item = usize> + '_ {
        self.cells.iter().filter(|&&cell| cell > 0).map(|&cell| cell as usize - 1)
    }

    fn and(self, other: Origin) -> Origin {
        if other.cells[0] == 0 || self.cells == other.cells {
            return Origin { live_ins: self.live_ins | other.live_ins, ..self };
        }
        let mut cells = [0; KEPT];
        let (mut a, mut b) = (self.cells.into_iter().peekable(), other.cells.into_iter().peekable());
        for cell in &mut cells {
            let (x, y) = (a.peek().copied().unwrap_or(0), b.peek().copied().unwrap_or(0));
            *cell = x.max(y);
            if x == *cell {
                a.next();
            }
            if y == *cell {
                b.next();
            }
        }
        Origin { live_ins: self.live_ins | other.live_ins, cells }
    }
}

/// A place where a thread may bail.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Check {
    /// The block and the instruction in it.
    pub site: (u32, u32),
    /// Operations before it.
    pub step: u64,
    /// What the thread needs to go on.
    pub need: Need,
    /// What decided it.
    pub origin: Origin,
}

/// How a thread ended.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum End {
    /// By returning.
    Returned,
    /// At this check.
    Bailed(Check),
    /// Its operations were spent.
    Spent,
    /// At an access outside of its footprint, or an operator that isn't known here.
    Lost,
}

/// A load.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Cell {
    /// The footprint.
    pub space: u32,
    /// The address.
    pub address: u64,
    /// Its width, which for a vector is that of a part.
    pub kind: LoadKind,
}

/// A thread that has run.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Thread {
    /// How it ended.
    pub end: End,
    /// Operations that it took.
    pub steps: u64,
    /// What it loaded, in order.
    pub cells: Vec<Cell>,
    /// The checks that it passed, if they were wanted.
    pub passed: Vec<Check>,
    /// The checks that it failed and went on from, one for each site, if that was wanted.
    pub failed: Vec<Check>,
    /// The last branches before the first failure, or before the end, each with the need that it goes the other way.
    pub turns: Vec<Check>,
}

/// How a thread is run.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Mode {
    /// To its end.
    Plain,
    /// The same, and the checks that it passes are noted.
    Checks,
    /// As if checks couldn't fail, and those that do are noted.
    Lenient,
}

/// What is known of a kernel before any thread runs.
pub(crate) struct Tracer<'k> {
    func: &'k Func,
    dims: usize,
    /// By block, true if there is no way from it to a return.
    cold: Vec<bool>,
}

impl<'k> Tracer<'k> {
    /// A tracer of a kernel with `dims` parallel dimensions.
    pub fn new(func: &'k Func, dims: usize) -> Tracer<'k> {
        let mut cold = vec![true; func.blocks.len()];
        loop {
            let mut changed = false;
            for (index, block) in func.blocks.iter().enumerate().rev() {
                let leaves = matches!(block.term, Term::Return(_));
                let warm = leaves || block.term.targets().iter().any(|target| !cold[target.block.index()]);
                changed |= warm && std::mem::replace(&mut cold[index], false);
            }
            if !changed {
                return Tracer { func, dims, cold };
            }
        }
    }

    /// Runs a thread of at most `budget` operations.
    pub fn run(&self, args: &[u64], memory: &mut impl Spaces, budget: u64, mode: Mode) -> Thread {
        let count = self.func.values.len();
        let mut run = Run {
            tracer: self,
            bits: vec![0; count],
            origins: vec![Origin::default(); count],
            tests: vec![None; count],
            mode,
            bailed: None,
            thread: Thread {
                end: End::Lost,
                steps: 0,
                cells: Vec::new(),
                passed: Vec::new(),
                failed: Vec::new(),
                turns: Vec::new(),
            },
        };
        for (index, (&param, &bits)) in self.func.block(BlockId::ENTRY).params.iter().zip(args).enumerate() {
            run.bits[param.index()] = (bits & self.func.ty(param).mask()).into();
            if index >= self.dims {
                run.origins[param.index()].live_ins = 1 << (index - self.dims).min(63);
            }
        }
        run.thread.end = match (run.follow(memory, budget), run.bailed) {
            (Stop::Returned, _) => End::Returned,
            (Stop::Bailed, Some(check)) => End::Bailed(check),
            (Stop::Spent, _) => End::Spent,
            (Stop::Bailed | Stop::Lost, _) => End::Lost,
        };
        run.thread
    }
}

/// Two numbers compared; as an operand of a branch it stands for the need that the condition is true.
#[derive(Clone, Copy)]
struct Test {
    need: Need,
    /// The need that it is false.
    negated: Need,
}

/// Why a thread is at its end.
#[derive(Clone, Copy)]
enum Stop {
    Returned,
    /// At the check that was noted.
    Bailed,
    Spent,
    Lost,
}

struct Run<'t, 'k> {
    tracer: &'t Tracer<'k>,
    bits: Vec<u128>,
    origins: Vec<Origin>,
    tests: Vec<Option<Test>>,
    mode: Mode,
    bailed: Option<Check>,
    thread: Thread,
}

/// What an operation did.
enum Done {
    Value(u128, Origin),
    Nothing,
    Bail(Stop),
}

impl Run<'_, '_> {
    fn follow(&mut self, memory: &mut impl Spaces, budget: u64) -> Stop {
        let func = self.tracer.func;
        let mut at = BlockId::ENTRY;
        loop {
            let block = func.block(at);
            for (index, inst) in block.insts.iter().enumerate() {
                if self.thread.steps >= budget {
                    return Stop::Spent;
                }
                self.thread.steps += 1;
                match (self.execute(&inst.op, (at.0, index as u32), memory), inst.result) {
                    (Done::Value(bits, origin), Some(result)) => {
                        self.bits[result.index()] = bits;
                        self.origins[result.index()] = origin;
                        self.tests[result.index()] = self.test(&inst.op);
                    }
                    (Done::Nothing, _) => {}
                    (Done::Bail(end), _) => return end,
                    (Done::Value(..), None) => return Stop::Lost,
                }
            }
            if self.thread.steps >= budget {
                return Stop::Spent;
            }
            self.thread.steps += 1;
            match self.leave(at, &block.term) {
                Ok(target) => {
                    self.enter(target);
                    at = target.block;
                }
                Err(end) => return end,
            }
        }
    }

    /// Where control goes from a block.
    fn leave<'b>(&mut self, at: BlockId, term: &'b Term) -> Result<&'b Target, Stop> {
        let site = (at.0, u32::MAX);
        match term {
            Term::Jump(target) => Ok(target),
            Term::Branch { cond, then, otherwise } => {
                let taken = self.scalar(*cond) as u32 != 0;
                let cold = [then, otherwise].map(|target| self.tracer.cold[target.block.index()]);
                let test = self.tests[cond.index()].unwrap_or_else(|| truth(self.scalar(*cond) as i128));
                let origin = self.origins[cond.index()];
                if cold[0] != cold[1] {
                    let need = if cold[1] { test.need } else { test.negated };
                    self.pass(site, need, origin)?;
                    return Ok(if cold[1] { then } else { otherwise });
                }
                self.turn(site, if taken { test.negated } else { test.need }, origin);
                Ok(if taken { then } else { otherwise })
            }
            Term::Switch { index, targets, default } => {
                let need = Need { value: self.scalar(*index) as u32 as i128, goal: Goal::NotZero };
                self.turn(site, need, self.origins[index.index()]);
                Ok(targets.get(self.scalar(*index) as u32 as usize).unwrap_or(default))
            }
            Term::Return(_) => Err(Stop::Returned),
            // The check before it was passed, or there was none.
            Term::Bail => {
                let need = Need { value: 0, goal: Goal::NotZero };
                self.bailed = Some(Check { site, step: self.thread.steps, need, origin: Origin::default() });
                Err(Stop::Bailed)
            }
            Term::Unreachable => Err(Stop::Lost),
        }
    }

    /// Keeps in mind what decided a branch.
    fn turn(&mut self, site: (u32, u32), need: Need, origin: Origin) {
        if origin == Origin::default() || !self.thread.failed.is_empty() {
            return;
        }
        self.thread.turns.retain(|turn| turn.site != site);
        self.thread.turns.insert(0, Check { site, step: self.thread.steps, need, origin });
        self.thread.turns.truncate(RECENT);
    }

    /// The end, if what is needed isn't so.
    fn pass(&mut self, site: (u32, u32), need: Need, origin: Origin) -> Result<(), Stop> {
        let check = Check { site, step: self.thread.steps, need, origin };
        match self.mode {
            Mode::Lenient if !need.holds() => match self.thread.failed.iter_mut().find(|other| other.site == site) {
                Some(other) if other.need.distance() >= need.distance() => {}
                Some(other) => *other = check,
                None => self.thread.failed.push(check),
            },
            _ if !need.holds() => {
                self.bailed = Some(check);
                return Err(Stop::Bailed);
            }
            Mode::Checks => self.thread.passed.push(check),
            Mode::Plain | Mode::Lenient => {}
        }
        Ok(())
    }

    fn enter(&mut self, target: &Target) {
        let arg = |value: &Value| {
            let index = value.index();
            (self.bits[index], self.origins[index], self.tests[index])
        };
        let moved: Vec<_> = target.args.iter().map(arg).collect();
        for (&param, (bits, origin, test)) in self.tracer.func.block(target.block).params.iter().zip(moved) {
            let index = param.index();
            (self.bits[index], self.origins[index], self.tests[index]) = (bits, origin, test);
        }
    }

    fn scalar(&self, value: Value) -> u64 {
        self.bits[value.index()] as u64
    }

    fn execute(&mut self, op: &Op, site: (u32, u32), memory: &mut impl Spaces) -> Done {
        let mut origin = Origin::default();
        op.for_each_use(|value| origin = origin.and(self.origins[value.index()]));
        let bits = match *op {
            Op::Const(c) => c.bits.into(),
            Op::Unary(op, a) => {
                let computed = eval::unary(op, self.scalar(a));
                match self.computed(computed, op.can_trap(), site, origin, 0) {
                    Ok(bits) => bits.into(),
                    Err(end) => return Done::Bail(end),
                }
            }
            Op::Binary(op, a, b) => {
                let (computed, divisor) = (eval::binary(op, self.scalar(a), self.scalar(b)), self.scalar(b));
                match self.computed(computed, op.can_trap(), site, self.origins[b.index()], divisor) {
                    Ok(bits) => bits.into(),
                    Err(end) => return Done::Bail(end),
                }
            }
            Op::Ternary(op, operands) => eval::ternary(op, operands.map(|v| self.scalar(v))).into(),
            Op::Select { cond, if_true, if_false } => {
                let chosen = if self.scalar(cond) as u32 != 0 { if_true } else { if_false };
                self.bits[chosen.index()]
            }
            Op::Load { kind, space, offset, addr } => {
                return self.load(memory, kind, space, self.scalar(addr).wrapping_add(offset));
            }
            Op::Gather { kind, space, offset, addr } => {
                let address = self.scalar(addr).wrapping_add(offset);
                if let Err(stop) = self.reaches(memory, (space, address, kind.width()), kind.align(), site, origin) {
                    return Done::Bail(stop);
                }
                return self.load(memory, kind, space, address);
            }
            Op::Update { op, kind, space, offset, addr, value } => {
                let address = self.scalar(addr).wrapping_add(offset);
                if let Err(stop) = self.reaches(memory, (space, address, kind.width()), kind.width(), site, origin) {
                    return Done::Bail(stop);
                }
                let Some(load) = kind.updated() else { return Done::Bail(Stop::Lost) };
                let Some(old) = memory.load(space, address, load) else { return Done::Bail(Stop::Lost) };
                let new = op.combine(kind.ty(), load.extend(old), self.scalar(value));
                return match store(memory, kind, space, address, new.into()) {
                    Some(()) => Done::Nothing,
                    None => Done::Bail(Stop::Lost),
                };
            }
            Op::Store { kind, space, offset, addr, value } => {
                let address = self.scalar(addr).wrapping_add(offset);
                return match store(memory, kind, space, address, self.bits[value.index()]) {
                    Some(()) => Done::Nothing,
                    None => Done::Bail(Stop::Lost),
                };
            }
            ref op => match self.vector(op) {
                Some(bits) => bits,
                None => return Done::Bail(Stop::Lost),
            },
        };
        Done::Value(bits, origin)
    }

    /// The check that an address is where a footprint's accesses may be.
    fn reaches(
        &mut self,
        memory: &impl Spaces,
        (space, address, width): (u32, u64, u32),
        align: u32,
        site: (u32, u32),
        origin: Origin,
    ) -> Result<(), Stop> {
        let reach = memory.reach(space);
        let (low, last) = (reach.low as i128, reach.length as i128 - width as i128);
        let goal = Goal::Within { low, high: low + last, align: align as i128 };
        self.pass(site, Need { value: address as i128, goal }, origin)
    }

    /// The result of an operator, which may be a check.
    fn computed(
        &mut self,
        computed: Result<u64, eval::Trap>,
        traps: bool,
        site: (u32, u32),
        origin: Origin,
        divisor: u64,
    ) -> Result<u64, Stop> {
        if traps {
            // Of a quotient that doesn't fit the divisor is changed as well, and of a float whatever it comes from.
            let value = if computed.is_ok() { divisor.max(1) as i128 } else { 0 };
            self.pass(site, Need { value, goal: Goal::NotZero }, origin)?;
        }
        // A lenient thread goes on with some number.
        Ok(computed.unwrap_or(1))
    }

    fn load(&mut self, memory: &impl Spaces, kind: LoadKind, space: u32, address: u64) -> Done {
        let (piece, mut bits, mut at) = (kind.piece(), 0, 0);
        while at < kind.width() {
            let address = address.wrapping_add(at.into());
            let Some(raw) = memory.load(space, address, piece) else { return Done::Bail(Stop::Lost) };
            let part = if kind.ty() == Type::V128 { raw } else { kind.extend(raw) };
            bits |= u128::from(part) << (8 * at);
            self.thread.cells.push(Cell { space, address, kind: piece });
            at += piece.width();
        }
        let mut cells = [0; KEPT];
        let count = (kind.width() / piece.width()) as usize;
        for (cell, number) in cells.iter_mut().take(count).zip((1..=self.thread.cells.len() as u32).rev()) {
            *cell = number;
        }
        Done::Value(bits, Origin { live_ins: 0, cells })
    }

    fn vector(&self, op: &Op) -> Option<u128> {
        let get = |value: Value| self.bits[value.index()];
        Some(match *op {
            Op::VectorConst(bytes) => u128::from_le_bytes(bytes),
            Op::VectorUnary(op, a) => eval_vector::unary(op, get(a)),
            Op::VectorBinary(op, a, b) => eval_vector::binary(op, get(a), get(b)),
            Op::VectorTernary(op, operands) => eval_vector::ternary(op, operands.map(get)),
            Op::Shuffle(bytes, a, b) => eval_vector::shuffle(bytes, get(a), get(b)),
            Op::ExtractLane { shape, signed, lane, vector } => {
                let sign = if signed { Sign::Signed } else { Sign::Unsigned };
                eval_vector::extract(shape, sign, lane, get(vector)).into()
            }
            Op::ReplaceLane { shape, lane, vector, value } => {
                eval_vector::replace(shape, lane, get(vector), self.scalar(value))
            }
            _ => return None,
        })
    }

    /// What an operation compares, if its result is a truth value.
    fn test(&self, op: &Op) -> Option<Test> {
        match *op {
            Op::Unary(UnaryOp::I32Eqz | UnaryOp::I64Eqz, a) => {
                let inner = self.tests[a.index()].unwrap_or_else(|| truth(self.scalar(a) as i128));
                Some(Test { need: inner.negated, negated: inner.need })
            }
            Op::Binary(op, a, b) => comparison(op, self.scalar(a), self.scalar(b)),
            _ => None,
        }
    }
}

fn store(memory: &mut impl Spaces, kind: StoreKind, space: u32, address: u64, bits: u128) -> Option<()> {
    let piece = kind.piece();
    for at in (0..kind.width()).step_by(piece.width() as usize) {
        memory.store(space, address.wrapping_add(at.into()), piece, (bits >> (8 * at)) as u64)?;
    }
    Some(())
}

/// The test that a number isn't zero.
fn truth(value: i128) -> Test {
    Test { need: Need { value, goal: Goal::NotZero }, negated: Need { value, goal: Goal::Zero } }
}

/// A comparison of integers.
fn comparison(op: BinaryOp, a: u64, b: u64) -> Option<Test> {
    use BinaryOp::*;
    let signed = |v: u64, wide: bool| if wide { v as i64 as i128 } else { v as u32 as i32 as i128 };
    let wide = matches!(op, I64Eq | I64Ne | I64LtS | I64LtU | I64GtS | I64GtU | I64LeS | I64LeU | I64GeS | I64GeU);
    let by_sign = matches!(op, I32LtS | I32GtS | I32LeS | I32GeS | I64LtS | I64GtS | I64LeS | I64GeS);
    let (a, b) = if by_sign { (signed(a, wide), signed(b, wide)) } else { (a as i128, b as i128) };
    let order =
        |need: i128, negated: i128| Some(Test { need: Need::at_most_zero(need), negated: Need::at_most_zero(negated) });
    match op {
        I32Eq | I64Eq => Some(Test { need: truth(a - b).negated, negated: truth(a - b).need }),
        I32Ne | I64Ne => Some(truth(a - b)),
        I32LtS | I32LtU | I64LtS | I64LtU => order(a - b + 1, b - a),
        I32GtS | I32GtU | I64GtS | I64GtU => order(b - a + 1, a - b),
        I32LeS | I32LeU | I64LeS | I64LeU => order(a - b, b - a + 1),
        I32GeS | I32GeU | I64GeS | I64GeU => order(b - a, a - b + 1),
        _ => None,
    }
}

/// By space, true if what is loaded there may decide which address, branch or operator that traps a thread comes to.
pub(crate) fn steering(func: &Func, spaces: usize) -> Vec<bool> {
    let mut decides = vec![false; func.values.len()];
    for block in &func.blocks {
        block.term.for_each_own_use(|value| decides[value.index()] |= !matches!(block.term, Term::Return(_)));
        for op in block.insts.iter().map(|inst| &inst.op) {
            match *op {
                Op::Load { addr, .. } | Op::Gather { addr, .. } | Op::Store { addr, .. } => {
                    decides[addr.index()] = true
                }
                ref op if op.can_trap() => op.for_each_use(|value| decides[value.index()] = true),
                _ => {}
            }
        }
    }
    while spread(func, &mut decides) {}
    let mut steering = vec![false; spaces];
    for inst in func.blocks.iter().flat_map(|block| &block.insts) {
        let (Op::Load { space, .. } | Op::Gather { space, .. }, Some(result)) = (&inst.op, inst.result) else {
            continue;
        };
        if let Some(it) = steering.get_mut(*space as usize) {
            *it |= decides[result.index()];
        }
    }
    steering
}

/// Marks what marked values are computed from; true if that marked anything.
fn spread(func: &Func, decides: &mut [bool]) -> bool {
    let mut changed = false;
    let mut mark =
        |decides: &mut [bool], value: Value| changed |= !std::mem::replace(&mut decides[value.index()], true);
    for block in func.blocks.iter().rev() {
        for target in block.term.targets() {
            for (&param, &arg) in func.block(target.block).params.iter().zip(&target.args) {
                if decides[param.index()] {
                    mark(decides, arg);
                }
            }
        }
        for inst in block.insts.iter().rev() {
            let is_load = matches!(inst.op, Op::Load { .. } | Op::Gather { .. });
            if !is_load && inst.result.is_some_and(|result| decides[result.index()]) {
                inst.op.for_each_use(|value| mark(decides, value));
            }
        }
    }
    changed
}
