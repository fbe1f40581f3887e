//! Growing a program from a seed.
//!
//! A program is a few loop nests over a few arrays. Most of it looks like what producers emit: counters that go up or down
//! to a bound, tested in front of or behind an iteration, pointers beside them, elements at affine places, sums. What
//! isn't like that is drawn in small doses everywhere: arrays that overlap or lie on each other, odd strides and widths,
//! bounds and places that data decides, wrap-around, exits, traps, calls of the host. A dose too large would make
//! everything a decline, so the common case of each choice is the one that a compiler understands.

use super::opcodes::{self, LOADS, STORES};
use super::program::{
    Begins, Data, Expr, Global, Header, Helper, Induction, Loop, Memory, Place, Program, Role, Stmt, Test, Ty,
};
use super::values::Scope;
use crate::random::Random;

/// How deep loops lie in each other.
const DEPTH: u32 = 3;
/// Statements of a program.
const STATEMENTS: u32 = 14;
/// Where the arrays begin whose addresses are constants, and how far apart they are.
const FIRST: u64 = 2048;
const APART: u64 = 8192;
/// Types of globals.
const NUMBERS: [Ty; 4] = [Ty::I32, Ty::I64, Ty::F32, Ty::F64];

/// An array that loops go over.
#[derive(Clone, Debug)]
pub(super) struct Array {
    /// The memory in which it lies.
    pub memory: u32,
    /// Where it begins.
    pub base: Expr,
    /// What stands behind the address in instructions.
    pub offset: u64,
    /// How it is written, which says what its elements are.
    pub store: u16,
}

impl Array {
    /// The logarithm of the size of an element.
    pub fn log(&self) -> u32 {
        STORES[self.store as usize].log
    }

    /// The loads that read an element.
    pub fn loads(&self) -> Vec<u16> {
        let store = STORES[self.store as usize];
        let fits = |&index: &u16| LOADS[index as usize].ty == store.ty && LOADS[index as usize].log == store.log;
        (0..LOADS.len() as u16).filter(fits).collect()
    }
}

/// A loop around what is being grown.
#[derive(Clone, Debug)]
pub(super) struct Around {
    /// What counts.
    pub counter: u32,
    /// Its type.
    pub ty: Ty,
    /// Pointers beside it, with the arrays into which they point.
    pub pointers: Vec<(u32, usize)>,
}

/// A program that isn't finished.
pub(super) struct Grower<'r> {
    /// Where choices are drawn from.
    pub random: &'r mut Random,
    /// What there is so far.
    pub program: Program,
    /// The arrays.
    pub arrays: Vec<Array>,
    /// The loops around this place.
    pub loops: Vec<Around>,
    /// Locals that have been assigned in this iteration.
    pub set: Vec<u32>,
    /// Locals that iterations add to.
    pub sums: Vec<u32>,
    /// True if there are vectors.
    pub vectors: bool,
    /// The percentage of unusual choices.
    pub odd: u64,
    statements: u32,
}

/// The program of a seed.
pub(super) fn grow(random: &mut Random) -> Program {
    let (vectors, odd) = (random.chance(18), random.pick(&[0, 2, 5, 5, 12, 30]));
    let wide = random.chance(5);
    let count = 1 + random.chance(18) as usize;
    let memories = (0..count).map(|_| Memory { wide: wide ^ random.chance(3), imported: random.chance(60) }).collect();
    let program = Program {
        memories,
        params: Vec::new(),
        locals: Vec::new(),
        globals: Vec::new(),
        helpers: Vec::new(),
        headers: Vec::new(),
        data: Vec::new(),
        body: Vec::new(),
        results: Vec::new(),
    };
    let mut grower = Grower {
        random,
        program,
        arrays: Vec::new(),
        loops: Vec::new(),
        set: Vec::new(),
        sums: Vec::new(),
        vectors,
        odd,
        statements: STATEMENTS,
    };
    grower.declare();
    grower.fill();
    grower.program
}

impl Grower<'_> {
    /// True in a few of 100 cases, more of them in an odd program.
    pub fn oddly(&mut self) -> bool {
        let odd = self.odd;
        self.random.chance(odd)
    }

    /// A new local.
    pub fn fresh(&mut self, ty: Ty) -> u32 {
        self.program.locals.push(ty);
        (self.program.params.len() + self.program.locals.len() - 1) as u32
    }

    fn declare(&mut self) {
        // All parameters come before all locals, whose numbers follow.
        for depth in 0..DEPTH {
            let ty = if self.random.chance(12) { Ty::I64 } else { Ty::I32 };
            self.program.params.push((ty, Role::Count(depth)));
        }
        if self.random.chance(40) {
            self.program.params.push((Ty::I32, Role::Stride));
        }
        if self.random.chance(35) {
            let ty = self.program.params[0].0;
            self.program.params.push((ty, Role::Start));
        }
        for _ in 0..1 + self.random.below(2) {
            let ty = self.random.pick(&NUMBERS);
            self.program.params.push((ty, Role::Value));
        }
        for _ in 0..self.random.below(3) {
            let ty = self.random.pick(&NUMBERS);
            let bits = self.random.below(50) << if ty == Ty::F32 { 23 } else { 2 * (ty == Ty::F64) as u32 };
            self.program.globals.push(Global { ty, mutable: self.random.chance(60), bits });
        }
        for _ in 0..1 + self.random.below(4) {
            self.array();
        }
        for _ in 0..self.random.below(3) {
            self.helper();
        }
    }

    /// One more array.
    fn array(&mut self) {
        let memory = self.random.below(self.program.memories.len() as u64) as u32;
        let ty = self.program.address(memory);
        let place = FIRST + APART * self.arrays.len() as u64 + 16 * self.random.below(32);
        let near: Vec<Expr> = self.arrays.iter().filter(|a| a.memory == memory).map(|a| a.base.clone()).collect();
        let mut offset = 0;
        let scalars = STORES.len() as u64 - 1;
        let wide = [0u16, 1, 2, 3];
        let store = match self.random.below(10) {
            _ if self.vectors && self.random.chance(60) => scalars as u16,
            0..7 => self.random.pick(&wide),
            _ => self.random.below(scalars) as u16,
        };
        let base = match self.random.below(100) {
            0..12 if !near.is_empty() => {
                let by = self.random.within(-72, 72);
                let at = near[self.random.below(near.len() as u64) as usize].clone();
                let by = if self.random.chance(50) { by & !7 } else { by };
                opcodes::add(at, Expr::int(ty, by))
            }
            12..32 => {
                self.program.data.push(Data { memory, begins: Begins::At(place), store });
                Expr::int(ty, place as i64)
            }
            32..42 => {
                self.program.data.push(Data { memory, begins: Begins::At(place), store });
                offset = place;
                Expr::zero(ty)
            }
            42..47 => {
                let bits = place;
                self.program.globals.push(Global { ty, mutable: self.random.chance(30), bits });
                Expr::Global(self.program.globals.len() as u32 - 1, ty)
            }
            47..53 => {
                let at = 64 + 16 * self.program.headers.len() as u64;
                let small = self.random.chance(35);
                self.program.headers.push(Header { memory, at, small });
                // A narrow load is extended by its sign.
                let index = match (ty, small) {
                    (Ty::I64, false) => 1,
                    (Ty::I64, true) => 10,
                    (_, false) => 0,
                    (_, true) => 6,
                };
                let header = Place { memory, address: Expr::zero(ty), offset: at, align: 1 };
                let load = Expr::Load(index, Box::new(header));
                if small { opcodes::add(load, Expr::int(ty, place as i64)) } else { load }
            }
            _ => {
                self.program.params.push((ty, Role::Base(STORES[store as usize].log)));
                let param = self.program.params.len() as u32 - 1;
                self.program.data.push(Data { memory, begins: Begins::Param(param), store });
                Expr::Local(param, ty)
            }
        };
        self.arrays.push(Array { memory, base, offset, store });
    }

    fn helper(&mut self) {
        let params: Vec<Ty> = (0..1 + self.random.below(3)).map(|_| self.random.pick(&NUMBERS)).collect();
        let result = self.random.pick(&NUMBERS);
        let mut scope =
            Scope { grower: self, locals: params.iter().copied().zip(0..).map(|(ty, i)| (i, ty)).collect() };
        let value = scope.pure(result, 3);
        self.program.helpers.push(Helper { params, value, result });
    }

    fn fill(&mut self) {
        for _ in 0..1 + self.random.below(2) {
            let mut list = Vec::new();
            self.nest(0, &mut list);
            self.program.body.append(&mut list);
        }
        let count = (self.program.params.len() + self.program.locals.len()) as u64;
        let mut results: Vec<u32> = self.sums.clone();
        for _ in 0..self.random.below(4) {
            results.push(self.random.below(count) as u32);
        }
        results.truncate(8);
        self.program.results = results;
    }

    /// A loop at this depth, with what stands in front of it.
    fn nest(&mut self, depth: u32, list: &mut Vec<Stmt>) {
        let marks = (self.set.len(), self.sums.len());
        let sums = self.random.chance(32);
        if sums {
            self.sum(list);
        }
        let (mut inductions, goes_on, around) = self.header(depth);
        inductions.extend(self.beside(depth, &around));
        self.loops.push(around);
        let mark = self.loops.len() - 1;
        for induction in &inductions[1..] {
            let array = self.arrays.iter().position(|array| array.base == induction.start);
            if let Some(array) = array {
                self.loops[mark].pointers.push((induction.local, array));
            }
        }
        let inner = self.set.len();
        let mut body = Vec::new();
        if sums && self.random.chance(75) {
            self.add_up(&mut body);
        }
        for _ in 0..1 + self.random.below(3) {
            self.statement(depth, &mut body);
        }
        if body.is_empty() {
            self.store(&mut body);
        }
        self.set.truncate(inner);
        self.loops.pop();
        let test = match self.random.below(10) {
            0..4 => Test::Top,
            4..8 => Test::Guarded,
            _ => Test::Bottom,
        };
        list.push(Stmt::Loop(Box::new(Loop { inductions, goes_on, test, body })));
        self.set.truncate(marks.0);
        // A sum of an inner loop is read behind it, sometimes.
        if depth > 0 && self.sums.len() > marks.1 && self.random.chance(70) {
            let sum = self.sums[self.sums.len() - 1];
            self.set.push(sum);
            self.store_of(Some(sum), list);
            self.set.pop();
        }
        if depth > 0 {
            self.sums.truncate(marks.1);
        }
    }

    /// A counter from its start to a bound.
    fn header(&mut self, depth: u32) -> (Vec<Induction>, Expr, Around) {
        let bound = self.bound(depth);
        let ty = bound.ty();
        let counter = self.fresh(ty);
        let around = Around { counter, ty, pointers: Vec::new() };
        let local = Expr::Local(counter, ty);
        let outer = self.loops.last().filter(|outer| outer.ty == ty).map(|outer| Expr::Local(outer.counter, ty));
        let at = |start, step, goes_on: Expr| {
            (vec![Induction { local: counter, start, step: Expr::int(ty, step) }], goes_on, around.clone())
        };
        let zero = Expr::zero(ty);
        if let Some(start) = self.param(Role::Start).filter(|start| start.ty() == ty)
            && self.random.chance(if depth == 0 { 45 } else { 4 })
        {
            // From anywhere, perhaps to where numbers end.
            let (step, test) = self.random.pick(&[
                (1, opcodes::LT_S),
                (1, opcodes::NE),
                (4, opcodes::LT_U),
                (3, opcodes::LT_S),
                (2, opcodes::LE_S),
                (1, opcodes::LE_U),
                (4, opcodes::NE),
            ]);
            return at(start, step, opcodes::compare(local, bound, test));
        }
        if let Some(step) = self.param(Role::Stride).filter(|step| step.ty() == ty)
            && self.random.chance(12)
        {
            // By a step that only a dispatch knows.
            let test = self.random.pick(&[opcodes::NE, opcodes::LT_S, opcodes::LT_U, opcodes::GT_S]);
            let (start, bound) = if test == opcodes::GT_S { (bound, zero) } else { (zero, bound) };
            let induction = Induction { local: counter, start, step };
            return (vec![induction], opcodes::compare(local, bound, test), around);
        }
        match self.random.below(100) {
            _ if self.oddly() => {
                // Anything that may count.
                let step = self.random.pick(&[0, 3, 7, -3, 1 << 20, i32::MAX as i64, i32::MIN as i64, -1, 2]);
                let start = self.random.pick(&[0, 1, -5, 100, i32::MAX as i64 - 3, i32::MIN as i64 + 2, 0xffff_fffc]);
                let compare = self.random.below(10) as u32;
                let code = if ty == Ty::I32 { 0x46 } else { 0x51 } + compare;
                let goes_on = Expr::Op(opcodes::scalar(code), 0, vec![local, bound]);
                at(Expr::int(ty, start), step, goes_on)
            }
            0..15 => at(bound, -1, opcodes::compare(local, zero, opcodes::NE)),
            15..20 => at(opcodes::add(bound, Expr::int(ty, -1)), -1, opcodes::compare(local, zero, opcodes::GE_S)),
            20..34 => match outer {
                // Triangles.
                Some(outer) if self.random.chance(50) => {
                    let test = self.random.pick(&[opcodes::LT_S, opcodes::LT_S, opcodes::NE]);
                    at(outer, 1, opcodes::compare(local, bound, test))
                }
                Some(outer) => {
                    let by = self.random.within(0, 2);
                    let test = self.random.pick(&[opcodes::LT_S, opcodes::LT_S, opcodes::NE]);
                    at(zero, 1, opcodes::compare(local, opcodes::add(outer, Expr::int(ty, by)), test))
                }
                None => at(Expr::int(ty, 1), 1, opcodes::compare(local, bound, opcodes::LT_S)),
            },
            34..46 => at(zero, 1, opcodes::compare(local, bound, opcodes::NE)),
            46..58 => {
                let step = self.random.pick(&[2, 4, 3, 8]);
                at(zero, step, opcodes::compare(local, bound, opcodes::LT_S))
            }
            _ => {
                let start = self.random.pick(&[0, 0, 0, 1, 2]);
                let less = self.random.pick(&[opcodes::LT_S, opcodes::LT_U]);
                at(Expr::int(ty, start), 1, opcodes::compare(local, bound, less))
            }
        }
    }

    /// A parameter that is for this.
    fn param(&self, role: Role) -> Option<Expr> {
        let index = self.program.params.iter().position(|(_, other)| *other == role)?;
        Some(Expr::Local(index as u32, self.program.params[index].0))
    }

    /// How far a loop at this depth counts.
    fn bound(&mut self, depth: u32) -> Expr {
        let found = self.param(Role::Count(depth));
        let small = 1 + self.random.below([40, 12, 6][depth.min(2) as usize]) as i64;
        match found {
            Some(count) if self.random.chance(72) => count,
            _ if self.oddly() => {
                // A number that data decides.
                let load = self.element(Ty::I32);
                opcodes::binary(load, Expr::int(Ty::I32, 15), opcodes::AND)
            }
            _ => Expr::int(Ty::I32, small),
        }
    }

    /// Pointers and other variables that change with the counter.
    fn beside(&mut self, depth: u32, around: &Around) -> Vec<Induction> {
        let mut more = Vec::new();
        if self.random.chance(24) {
            let array = self.arrays[self.random.below(self.arrays.len() as u64) as usize].clone();
            let ty = self.program.address(array.memory);
            let step = (1i64 << array.log()) * self.random.pick(&[1, 1, 1, 1, 2, -1, 3]);
            let local = self.fresh(ty);
            more.push(Induction { local, start: array.base, step: Expr::int(ty, step) });
        }
        if self.random.chance(9) {
            let ty = self.random.pick(&NUMBERS);
            let local = self.fresh(ty);
            // A counter in floats is exact up to the last integer before which no other is missing.
            let from = self.random.below(40);
            let (start, step) = match ty {
                Ty::F32 => {
                    let start = self.random.pick(&[0.0, 3.0, (1 << 24) as f32 - from as f32]);
                    (Expr::Const(ty, start.to_bits() as u128), Expr::Const(ty, 1f32.to_bits() as u128))
                }
                Ty::F64 => {
                    let start = self.random.pick(&[0.0, -2.0, (1u64 << 53) as f64 - from as f64]);
                    (Expr::Const(ty, start.to_bits() as u128), Expr::Const(ty, 1f64.to_bits() as u128))
                }
                _ => (Expr::zero(ty), Expr::int(ty, self.random.within(-9, 9))),
            };
            more.push(Induction { local, start, step });
            self.set.push(local);
        }
        if self.oddly() && depth > 0 && around.ty == Ty::I32 {
            // A step that isn't the same every time the loop is entered.
            let local = self.fresh(Ty::I32);
            let step = Expr::Local(self.loops[0].counter, self.loops[0].ty);
            if step.ty() == Ty::I32 {
                more.push(Induction { local, start: Expr::zero(Ty::I32), step });
                self.set.push(local);
            }
        }
        more
    }

    fn statement(&mut self, depth: u32, list: &mut Vec<Stmt>) {
        if self.statements == 0 {
            return;
        }
        self.statements -= 1;
        let inner = if depth + 1 < DEPTH { 26 } else { 0 };
        match self.random.weighted(&[38, 14, 8, 9, 9, inner, 5, 4, 3]) {
            0 => self.store(list),
            1 => {
                let ty = self.kind();
                let value = self.value(ty, 3);
                let local = self.fresh(ty);
                list.push(Stmt::Set(local, value));
                self.set.push(local);
            }
            2 => self.add_up(list),
            3 => self.update(list),
            4 => self.branch(depth, list),
            5 => self.nest(depth + 1, list),
            6 => self.rare(list),
            7 => self.count_up(list),
            _ => self.keep(list),
        }
    }

    /// What few loops do.
    fn rare(&mut self, list: &mut Vec<Stmt>) {
        let condition = self.seldom();
        match self.random.below(10) {
            0..3 => list.push(Stmt::Exit(condition, self.random.below(8).saturating_sub(6) as u32)),
            3..5 => list.push(Stmt::Trap(condition)),
            5 => list.push(Stmt::Continue(condition)),
            6 => list.push(Stmt::Return(condition)),
            7 => {
                let value = self.value(Ty::I32, 2);
                let note = Stmt::Note(value);
                list.push(if self.random.chance(80) { Stmt::If(condition, vec![note], Vec::new()) } else { note });
            }
            8 => self.bulk(list),
            _ if self.random.chance(50) => self.swap(list),
            _ => {
                let mutable = |global: &Global| global.mutable;
                if let Some(index) = self.program.globals.iter().position(mutable) {
                    let ty = self.program.globals[index].ty;
                    let value = self.value(ty, 2);
                    list.push(Stmt::SetGlobal(index as u32, value));
                }
            }
        }
    }

    /// Two sums are exchanged.
    fn swap(&mut self, list: &mut Vec<Stmt>) {
        let [.., a, b] = self.sums[..] else { return };
        let (ty, other) = (self.program.local(a), self.program.local(b));
        if ty == other {
            let between = self.fresh(ty);
            let local = |local| Expr::Local(local, ty);
            list.extend([Stmt::Set(between, local(a)), Stmt::Set(a, local(b)), Stmt::Set(b, local(between))]);
        }
    }

    fn bulk(&mut self, list: &mut Vec<Stmt>) {
        let (to, from) = (self.place_in_any(), self.place_in_any());
        let ty = self.program.address(to.memory);
        let count = Expr::int(ty, self.random.below(24) as i64);
        if from.memory == to.memory && self.random.chance(50) {
            list.push(Stmt::Copy(to.memory, to.address, from.address, count));
        } else {
            let value = self.value(Ty::I32, 1);
            list.push(Stmt::Fill(to.memory, to.address, value, count));
        }
    }

    fn branch(&mut self, depth: u32, list: &mut Vec<Stmt>) {
        let condition = self.condition();
        let mark = self.set.len();
        let mut arms = [Vec::new(), Vec::new()];
        for arm in arms.iter_mut().take(1 + self.random.chance(40) as usize) {
            self.statement(depth.max(1), arm);
            self.set.truncate(mark);
        }
        let [then, otherwise] = arms;
        if !then.is_empty() || !otherwise.is_empty() {
            list.push(Stmt::If(condition, then, otherwise));
        }
    }

    fn store(&mut self, list: &mut Vec<Stmt>) {
        self.store_of(None, list);
    }

    /// A store, of a local where it fits.
    fn store_of(&mut self, local: Option<u32>, list: &mut Vec<Stmt>) {
        let ty = local.map(|local| self.program.local(local));
        let fitting: Vec<usize> = (0..self.arrays.len())
            .filter(|&i| ty.is_none_or(|ty| STORES[self.arrays[i].store as usize].ty == ty))
            .collect();
        if fitting.is_empty() {
            return;
        }
        let index = fitting[self.random.below(fitting.len() as u64) as usize];
        let place = self.place(index);
        let array = &self.arrays[index];
        let mut store = array.store;
        if self.oddly() {
            store = self.random.below(if self.vectors { 10 } else { 9 }) as u16;
        }
        let value = match local {
            Some(local) if STORES[store as usize].ty == self.program.local(local) => {
                Expr::Local(local, self.program.local(local))
            }
            _ => self.value(STORES[store as usize].ty, 3),
        };
        list.push(Stmt::Store(store, place, value));
    }

    /// An element that is read, changed and written.
    fn update(&mut self, list: &mut Vec<Stmt>) {
        let index = self.random.below(self.arrays.len() as u64) as usize;
        let place = self.place(index);
        let array = self.arrays[index].clone();
        let loads = array.loads();
        let old = Expr::Load(self.random.pick(&loads), Box::new(place.clone()));
        let ty = old.ty();
        let by = self.value(ty, 2);
        let value = self.combine(old, by);
        list.push(Stmt::Store(array.store, place, value));
    }

    /// A place that stays is stored to, or what was stored last is stored to again.
    fn keep(&mut self, list: &mut Vec<Stmt>) {
        let index = self.random.below(self.arrays.len() as u64) as usize;
        let array = self.arrays[index].clone();
        let ty = self.program.address(array.memory);
        let far = Expr::int(ty, (self.random.below(600) << array.log()) as i64);
        let place = Place {
            memory: array.memory,
            address: opcodes::add(array.base.clone(), far),
            offset: array.offset,
            align: array.log(),
        };
        for _ in 0..1 + self.random.chance(25) as u32 {
            let value = self.value(STORES[array.store as usize].ty, 2);
            let store = Stmt::Store(array.store, place.clone(), value);
            let branch = self.random.chance(15);
            list.push(if branch { Stmt::If(self.condition(), vec![store], Vec::new()) } else { store });
        }
    }

    /// A cell that data chooses is changed.
    fn count_up(&mut self, list: &mut Vec<Stmt>) {
        let index = self.random.below(self.arrays.len() as u64) as usize;
        let array = self.arrays[index].clone();
        let ty = self.program.address(array.memory);
        let cell = self.chosen(ty);
        let scaled = opcodes::binary(cell, Expr::int(ty, array.log() as i64), opcodes::SHL);
        let (memory, offset, align) = (array.memory, array.offset, array.log());
        let place = Place { memory, address: opcodes::add(array.base.clone(), scaled), offset, align };
        let loads = array.loads();
        let old = Expr::Load(self.random.pick(&loads), Box::new(place.clone()));
        let ty = old.ty();
        let by = if self.random.chance(50) { self.value(ty, 1) } else { super::values::constant(self.random, ty) };
        let value = self.combine(old, by);
        list.push(Stmt::Store(array.store, place, value));
    }

    /// A local that starts somewhere and is added to in the loops that follow.
    fn sum(&mut self, list: &mut Vec<Stmt>) {
        let ty = if self.vectors && self.random.chance(30) { Ty::V128 } else { self.random.pick(&NUMBERS) };
        let start = if self.random.chance(70) { Expr::zero(ty) } else { self.value(ty, 1) };
        let local = self.fresh(ty);
        list.push(Stmt::Set(local, start));
        self.sums.push(local);
    }

    fn add_up(&mut self, list: &mut Vec<Stmt>) {
        if self.sums.is_empty() {
            return self.store(list);
        }
        let local = self.random.pick(&self.sums.clone());
        let ty = self.program.local(local);
        let old = Expr::Local(local, ty);
        let by = self.value(ty, 2);
        let value = match self.random.below(10) {
            // The larger or the smaller one.
            0..2 if ty != Ty::V128 => {
                let code = self.random.pick(&[opcodes::LT_S, opcodes::GE_S]);
                let condition = opcodes::compare(by.clone(), old.clone(), code);
                Expr::Select(Box::new([by, old, condition]))
            }
            2 if self.oddly() => self.value(ty, 3),
            _ => self.combine(old, by),
        };
        list.push(Stmt::Set(local, value));
    }
}
