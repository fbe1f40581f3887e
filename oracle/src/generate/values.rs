//! The expressions of a program that is being grown: values, conditions, places.

use super::grow::Grower;
use super::opcodes::{self, Immediate, LOADS, OPERATORS, STORES};
use super::program::{Expr, Place, Role, Ty};
use crate::random::Random;

/// Types of values.
const KINDS: [Ty; 5] = [Ty::I32, Ty::I64, Ty::F32, Ty::F64, Ty::V128];
/// How deep the operands of a call may be.
const SHALLOW: u32 = 1;

impl Grower<'_> {
    /// The type of some value: mostly of an array's elements.
    pub fn kind(&mut self) -> Ty {
        match self.random.below(10) {
            0..7 => STORES[self.arrays[self.random.below(self.arrays.len() as u64) as usize].store as usize].ty,
            _ => self.random.pick(&KINDS[..if self.vectors { 5 } else { 4 }]),
        }
    }

    /// A value of `ty`, at most `depth` operators deep.
    pub fn value(&mut self, ty: Ty, depth: u32) -> Expr {
        if depth == 0 || self.random.chance(30) {
            return self.leaf(ty);
        }
        match self.random.below(100) {
            0..7 => {
                let (a, b, condition) = (self.value(ty, depth - 1), self.value(ty, depth - 1), self.condition());
                Expr::Select(Box::new([a, b, condition]))
            }
            7..14 => self.call(ty).unwrap_or_else(|| self.leaf(ty)),
            14..16 => {
                let value = self.value(ty, depth - 1);
                let local = self.fresh(ty);
                Expr::Tee(local, Box::new(value))
            }
            16..56 => {
                let (a, b) = (self.value(ty, depth - 1), self.value(ty, depth - 1));
                self.combine(a, b)
            }
            _ => {
                let Some((index, lanes)) = operator(self.random, ty, self.vectors, self.odd) else {
                    return self.leaf(ty);
                };
                let params = OPERATORS[index as usize].params;
                Expr::Op(index, lanes, params.iter().map(|&ty| self.value(ty, depth - 1)).collect())
            }
        }
    }

    /// Two values of one type made one by an operator that loops are full of.
    pub fn combine(&mut self, a: Expr, b: Expr) -> Expr {
        let ty = a.ty();
        let codes: &[u32] = match ty {
            Ty::I32 | Ty::I64 => {
                &[opcodes::ADD, opcodes::ADD, opcodes::SUB, opcodes::MUL, opcodes::AND, opcodes::OR, opcodes::XOR]
            }
            Ty::F32 | Ty::F64 => {
                &[opcodes::ADD, opcodes::ADD, opcodes::SUB, opcodes::MUL, opcodes::DIV, opcodes::MIN, opcodes::MAX]
            }
            // Additions and products of lanes.
            Ty::V128 => &[0x6e, 0x8e, 0xae, 0xce, 0xe4, 0xf0, 0xe6, 0xf2, 0x51, 0xb5],
        };
        let code = self.random.pick(codes);
        opcodes::binary(a, b, code)
    }

    fn call(&mut self, ty: Ty) -> Option<Expr> {
        let fitting: Vec<usize> =
            (0..self.program.helpers.len()).filter(|&i| self.program.helpers[i].result == ty).collect();
        let index = *fitting.get(self.random.below(fitting.len() as u64) as usize)?;
        let params = self.program.helpers[index].params.clone();
        let operands = params.into_iter().map(|ty| self.value(ty, SHALLOW)).collect();
        Some(Expr::Call(index as u32, ty, operands))
    }

    fn leaf(&mut self, ty: Ty) -> Expr {
        let set: Vec<u32> = self.set.iter().copied().filter(|&local| self.program.local(local) == ty).collect();
        match self.random.below(100) {
            0..50 => self.element(ty),
            50..66 if !set.is_empty() => Expr::Local(self.random.pick(&set), ty),
            66..73 if ty == Ty::I32 || ty == Ty::I64 => self.counter(ty),
            73..76 if ty == Ty::I64 => {
                let place = self.index(Ty::I32);
                self.converted(place, ty)
            }
            76..90 => {
                // Any parameter, rarely any local: what it holds then comes from an iteration before.
                let count = self.program.params.len() as u64;
                let all = count + if self.oddly() { self.program.locals.len() as u64 } else { 0 };
                let local = self.random.below(all) as u32;
                if self.program.local(local) == ty { Expr::Local(local, ty) } else { constant(self.random, ty) }
            }
            90..94 => match self.program.globals.iter().position(|global| global.ty == ty) {
                Some(index) => Expr::Global(index as u32, ty),
                None => constant(self.random, ty),
            },
            _ => constant(self.random, ty),
        }
    }

    /// A value of `ty` that is loaded.
    pub fn element(&mut self, ty: Ty) -> Expr {
        let fits = |&index: &usize| STORES[self.arrays[index].store as usize].ty == ty;
        let fitting: Vec<usize> = (0..self.arrays.len()).filter(fits).collect();
        let any = fitting.is_empty() || self.oddly();
        if any && !self.random.chance(40) {
            return constant(self.random, ty);
        }
        let index = match any {
            true => self.random.below(self.arrays.len() as u64) as usize,
            false => self.random.pick(&fitting),
        };
        let place = self.place(index);
        let loads = self.arrays[index].loads();
        let loads: Vec<u16> = match any {
            true => (0..LOADS.len() as u16).filter(|&load| LOADS[load as usize].ty == ty).collect(),
            false => loads,
        };
        Expr::Load(self.random.pick(&loads), Box::new(place))
    }

    /// Something that is true or false.
    pub fn condition(&mut self) -> Expr {
        match self.random.below(10) {
            0..3 if !self.loops.is_empty() => {
                let (counter, by) = (self.counter(Ty::I32), self.random.below(20) as i64);
                let code = self.random.pick(&[opcodes::LT_S, opcodes::GE_S, opcodes::NE, opcodes::LT_U]);
                opcodes::compare(counter, Expr::int(Ty::I32, by), code)
            }
            3 => {
                // A place, compared as a number: whether it wrapped around shows.
                let place = self.index(Ty::I32);
                let by = self.random.pick(&[0, 5, 40, 1000, 1 << 30, i32::MAX as i64, -1]);
                let code = self.random.below(10) as u32 + opcodes::EQ;
                opcodes::compare(place, Expr::int(Ty::I32, by), code)
            }
            4..8 => {
                let ty = self.kind();
                let ty = if ty == Ty::V128 { Ty::I32 } else { ty };
                let (a, b) = (self.value(ty, 1), self.value(ty, 1));
                let code = opcodes::EQ + self.random.below(10) as u32;
                opcodes::compare(a, b, code)
            }
            _ => self.value(Ty::I32, 2),
        }
    }

    /// Something that is rarely true.
    pub fn seldom(&mut self) -> Expr {
        match self.random.below(3) {
            0 if !self.loops.is_empty() => {
                let counter = self.counter(Ty::I32);
                let by = self.random.pick(&[17, 30, 90, 400, 4000]);
                let code = self.random.pick(&[opcodes::GE_S, opcodes::EQ]);
                opcodes::compare(counter, Expr::int(Ty::I32, by), code)
            }
            _ => {
                let value = self.element(Ty::I32);
                let by = self.random.within(-3, 130);
                opcodes::compare(value, Expr::int(Ty::I32, by), opcodes::EQ)
            }
        }
    }

    /// A counter of a loop around, mostly of the innermost one, as a value of `ty`.
    fn counter(&mut self, ty: Ty) -> Expr {
        let Some(last) = self.loops.len().checked_sub(1) else { return constant(self.random, ty) };
        let at = if self.random.chance(65) { last } else { self.random.below(last as u64 + 1) as usize };
        let around = &self.loops[at];
        self.converted(Expr::Local(around.counter, around.ty), ty)
    }

    /// An integer as one of another width.
    fn converted(&mut self, value: Expr, ty: Ty) -> Expr {
        match (value.ty(), ty) {
            (Ty::I32, Ty::I64) => {
                let code = self.random.pick(&[opcodes::EXTEND_S, opcodes::EXTEND_S, opcodes::EXTEND_U]);
                Expr::Op(opcodes::scalar(code), 0, vec![value])
            }
            (Ty::I64, Ty::I32) => Expr::Op(opcodes::scalar(opcodes::WRAP), 0, vec![value]),
            _ => value,
        }
    }

    /// A place in some array.
    pub fn place_in_any(&mut self) -> Place {
        let index = self.random.below(self.arrays.len() as u64) as usize;
        self.place(index)
    }

    /// A place in an array.
    pub fn place(&mut self, index: usize) -> Place {
        let array = self.arrays[index].clone();
        let memory = array.memory;
        let ty = self.program.address(memory);
        let mut offset = array.offset;
        let log = array.log();
        let pointers: Vec<u32> =
            self.loops.iter().flat_map(|l| &l.pointers).filter(|(_, a)| *a == index).map(|(local, _)| *local).collect();
        let address = if !pointers.is_empty() && self.random.chance(70) {
            Expr::Local(self.random.pick(&pointers), ty)
        } else {
            let at = self.index(ty);
            let scaled = match self.random.below(8) {
                0 => opcodes::binary(at, Expr::int(ty, 1 << log), opcodes::MUL),
                _ if log == 0 => at,
                _ => opcodes::binary(at, Expr::int(ty, log as i64), opcodes::SHL),
            };
            if self.random.chance(50) { opcodes::add(array.base, scaled) } else { opcodes::add(scaled, array.base) }
        };
        if self.random.chance(12) {
            offset += self.random.below(4) << log;
        }
        if self.oddly() {
            offset += self.random.below(20);
        }
        let align = if self.random.chance(80) { log } else { self.random.below(log as u64 + 1) as u32 };
        Place { memory, address, offset, align }
    }

    /// The number of an element, of an address type.
    fn index(&mut self, ty: Ty) -> Expr {
        if self.loops.is_empty() {
            return Expr::int(ty, self.random.below(40) as i64);
        }
        let one = self.counter(ty);
        match self.random.below(100) {
            _ if self.oddly() => self.strange(one),
            0..26 if self.loops.len() > 1 => {
                // A row and a column.
                let outer = &self.loops[self.random.below(self.loops.len() as u64 - 1) as usize];
                let outer = Expr::Local(outer.counter, outer.ty);
                let outer = self.converted(outer, ty);
                let row = self.row(ty);
                let inner = self.loops.last().map(|l| Expr::Local(l.counter, l.ty));
                let inner = self.converted(inner.unwrap_or(one), ty);
                opcodes::add(opcodes::binary(outer, row, opcodes::MUL), inner)
            }
            26..40 => {
                let by = self.random.within(-2, 3);
                opcodes::add(one, Expr::int(ty, by))
            }
            40..48 => {
                let by = self.random.pick(&[2, 3, 4, -1, -2, 5]);
                opcodes::binary(one, Expr::int(ty, by), opcodes::MUL)
            }
            48..52 => Expr::int(ty, self.random.below(30) as i64),
            52..57 => {
                let from = self.random.within(0, 60);
                opcodes::binary(Expr::int(ty, from), one, opcodes::SUB)
            }
            57..60 => {
                let row = self.row(ty);
                opcodes::binary(one, row, opcodes::MUL)
            }
            _ => one,
        }
    }

    /// The length of a row.
    fn row(&mut self, ty: Ty) -> Expr {
        let fits = |role: Role| matches!(role, Role::Stride | Role::Count(_));
        let params: Vec<u32> =
            (0..self.program.params.len() as u32).filter(|&i| fits(self.program.params[i as usize].1)).collect();
        if params.is_empty() || self.random.chance(50) {
            return Expr::int(ty, self.random.pick(&[8, 12, 16, 17, 32, 40, 64]));
        }
        let local = self.random.pick(&params);
        let value = Expr::Local(local, self.program.local(local));
        self.converted(value, ty)
    }

    /// A number that isn't an affine function of counters, or only as long as nothing wraps.
    fn strange(&mut self, one: Expr) -> Expr {
        let ty = one.ty();
        let k = self.random.below(5) as i64;
        match self.random.below(9) {
            0..2 => opcodes::binary(one, Expr::int(ty, (8 << k) - 1), opcodes::AND),
            2..5 => self.chosen(ty),
            5 => opcodes::binary(one, Expr::int(ty, 1 + k), opcodes::SHR_U),
            6 => opcodes::binary(one, Expr::int(ty, 1 + k), opcodes::XOR),
            7 => opcodes::binary(one.clone(), one, opcodes::MUL),
            _ => {
                let far = self.random.pick(&[1i64 << 28, 1 << 30, -(1 << 29), 0x7fff_fff0, 1 << 31, 1 << 40]);
                opcodes::add(one, Expr::int(ty, far))
            }
        }
    }
}

impl Grower<'_> {
    /// A number that data chooses.
    pub fn chosen(&mut self, ty: Ty) -> Expr {
        let load = self.element(Ty::I32);
        let load = self.converted(load, ty);
        if self.random.chance(20) {
            return load;
        }
        let most = (16 << self.random.below(5)) - 1;
        opcodes::binary(load, Expr::int(ty, most), opcodes::AND)
    }
}

/// What a helper is made of: its parameters and constants.
pub(super) struct Scope<'g, 'r> {
    /// The program.
    pub grower: &'g mut Grower<'r>,
    /// Locals that can be read.
    pub locals: Vec<(u32, Ty)>,
}

impl Scope<'_, '_> {
    /// A value that depends on the parameters alone.
    pub fn pure(&mut self, ty: Ty, depth: u32) -> Expr {
        let random = &mut *self.grower.random;
        let fitting: Vec<u32> = self.locals.iter().filter(|(_, other)| *other == ty).map(|(local, _)| *local).collect();
        if depth == 0 || random.chance(25) {
            let local = (!fitting.is_empty()).then(|| random.pick(&fitting));
            return local.map_or_else(|| constant(random, ty), |local| Expr::Local(local, ty));
        }
        let Some((index, lanes)) = operator(random, ty, false, self.grower.odd) else { return constant(random, ty) };
        let params = OPERATORS[index as usize].params;
        Expr::Op(index, lanes, params.iter().map(|&ty| self.pure(ty, depth - 1)).collect())
    }
}

/// An operator that gives a value of `ty`, with the lanes that it names; one that traps is rare.
fn operator(random: &mut Random, ty: Ty, vectors: bool, odd: u64) -> Option<(u16, u128)> {
    let all: Vec<u16> = opcodes::giving(ty, vectors).collect();
    let scalar = |index: &u16| OPERATORS[*index as usize].params.iter().all(|&ty| ty != Ty::V128);
    // Vectors made of scalars and the other way round are few beside those that stay vectors.
    let all: Vec<u16> = if random.chance(70) && !vectors { all.into_iter().filter(scalar).collect() } else { all };
    let index = random.pick(&all);
    let operator = &OPERATORS[index as usize];
    if operator.traps && !random.chance(10 + odd) {
        return None;
    }
    let lanes = match operator.immediate {
        Immediate::None => 0,
        Immediate::Lane(_) | Immediate::Lanes => (random.next() as u128) << 64 | random.next() as u128,
    };
    Some((index, lanes))
}

/// A constant: mostly small.
pub(super) fn constant(random: &mut Random, ty: Ty) -> Expr {
    let small = random.within(-9, 33);
    let bits = match ty {
        Ty::I32 | Ty::I64 if random.chance(12) => {
            let any = random.next() as i64;
            return Expr::int(ty, random.pick(&[0, -1, i32::MIN as i64, i32::MAX as i64, i64::MIN, 255, 65535, any]));
        }
        Ty::I32 | Ty::I64 => return Expr::int(ty, small),
        Ty::F32 if random.chance(10) => random.next() as u32 as u128,
        Ty::F64 if random.chance(10) => random.next() as u128,
        Ty::F32 => (small as f32 / 4.0).to_bits() as u128,
        Ty::F64 => (small as f64 / 4.0).to_bits() as u128,
        Ty::V128 => (0..8).fold(0, |bits, _| bits << 16 | random.below(300) as u128),
    };
    Expr::Const(ty, bits)
}
