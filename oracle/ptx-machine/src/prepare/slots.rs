//! Names and immediates to slots, with the type rules of operands.
//!
//! A register fits a type if the widths agree and neither is an integer where the other is a float; `.bN` goes with
//! both. `cvt`, `ld` and `st` of integers and bits also take wider registers. Only registers that instructions name get
//! a slot, so a generous `.reg` declaration costs nothing.

use super::program::{Cell, SPECIALS, Slot};
use crate::ast::{Class, Kernel, Operand, RegisterDeclaration, Special, Type};
use crate::error::PrepareProblem;
use crate::limits;
use std::collections::HashMap;

/// Whether a register may be wider than the type.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Width {
    Exact,
    AtLeast,
}

/// The slot file of one kernel under construction. `line` is that of the instruction whose operands are asked for:
/// a register must be declared before it.
pub(super) struct Slots<'t> {
    singles: HashMap<&'t str, (Type, u32)>,
    /// Lowest number at the end of a single register's name, by what precedes it.
    lowest: HashMap<&'t str, u32>,
    prefixes: HashMap<&'t str, (u32, Type, u32)>,
    params: HashMap<&'t str, (Slot, Type)>,
    registers: HashMap<&'t str, (Slot, Type)>,
    constants: HashMap<u64, Slot>,
    pub(super) initial: Vec<Cell>,
    pub(super) names: Vec<&'t str>,
    pub(super) line: u32,
}

impl<'t> Slots<'t> {
    pub(super) fn new(kernel: &Kernel<'t>) -> Slots<'t> {
        let params = kernel.params.iter().enumerate();
        let fixed = SPECIALS + kernel.params.len();
        Slots {
            singles: HashMap::new(),
            lowest: HashMap::new(),
            prefixes: HashMap::new(),
            params: params.map(|(at, param)| (param.name, ((SPECIALS + at) as Slot, param.ty))).collect(),
            registers: HashMap::new(),
            constants: HashMap::new(),
            initial: vec![Cell { value: 0, ready: true }; fixed],
            names: vec![""; fixed],
            line: 0,
        }
    }

    /// Makes the registers of a declaration known, unless one of them is already. No prefix ends in a digit, so a name
    /// belongs to at most one of them.
    pub(super) fn declare(&mut self, declaration: &RegisterDeclaration<'t>) -> Result<(), PrepareProblem> {
        let RegisterDeclaration { name, count, ty, line } = *declaration;
        let taken = match count {
            None => self.declared(name).is_some(),
            Some(count) => {
                self.prefixes.contains_key(name) || self.lowest.get(name).is_some_and(|lowest| *lowest < count)
            }
        };
        if taken {
            return Err(PrepareProblem::Duplicate(name.to_owned()));
        }
        match count {
            None => {
                self.singles.insert(name, (ty, line));
                if let Some(index) = index_after(prefix_of(name), name) {
                    let lowest = self.lowest.entry(prefix_of(name)).or_insert(index);
                    *lowest = index.min(*lowest);
                }
            }
            Some(count) => _ = self.prefixes.insert(name, (count, ty, line)),
        }
        Ok(())
    }

    /// Type and line of the declaration that covers `name`.
    fn declared(&self, name: &str) -> Option<(Type, u32)> {
        if let Some(single) = self.singles.get(name) {
            return Some(*single);
        }
        let prefix = prefix_of(name);
        let (count, ty, line) = *self.prefixes.get(prefix)?;
        index_after(prefix, name).filter(|index| *index < count).map(|_| (ty, line))
    }

    /// Slot and declared type of a register.
    fn register(&mut self, name: &'t str) -> Result<(Slot, Type), PrepareProblem> {
        if let Some(known) = self.registers.get(name) {
            return Ok(*known);
        }
        let declared = self.declared(name).filter(|(_, line)| *line <= self.line);
        let (ty, _) = declared.ok_or_else(|| PrepareProblem::UnknownRegister(name.to_owned()))?;
        let slot = self.push(0, false, name)?;
        self.registers.insert(name, (slot, ty));
        Ok((slot, ty))
    }

    fn push(&mut self, value: u64, ready: bool, name: &'t str) -> Result<Slot, PrepareProblem> {
        if self.initial.len() >= limits::SLOTS {
            return Err(PrepareProblem::TooManySlots { limit: limits::SLOTS });
        }
        self.initial.push(Cell { value, ready });
        self.names.push(name);
        Ok(self.initial.len() as Slot - 1)
    }

    /// Slot of a constant.
    pub(super) fn constant(&mut self, value: u64) -> Result<Slot, PrepareProblem> {
        if let Some(slot) = self.constants.get(&value) {
            return Ok(*slot);
        }
        let slot = self.push(value, true, "")?;
        self.constants.insert(value, slot);
        Ok(slot)
    }

    /// Slot and width of register `name` as an operand of type `wanted`.
    pub(super) fn named(&mut self, name: &'t str, wanted: Type, width: Width) -> Result<(Slot, u32), PrepareProblem> {
        let (slot, declared) = self.register(name)?;
        let classes = match (declared.class(), wanted.class()) {
            (Class::Predicate, other) | (other, Class::Predicate) => other == Class::Predicate,
            (Class::Integer, Class::Float) | (Class::Float, Class::Integer) => false,
            _ => true,
        };
        let may_widen = width == Width::AtLeast && !wanted.is_float() && !declared.is_float();
        let widths = declared.bits() == wanted.bits() || may_widen && declared.bits() > wanted.bits();
        if classes && widths {
            return Ok((slot, declared.bits()));
        }
        Err(PrepareProblem::RegisterType { register: name.to_owned(), declared, wanted })
    }

    /// Slot of a destination register.
    pub(super) fn destination(&mut self, operand: &Operand<'t>, ty: Type) -> Result<Slot, PrepareProblem> {
        self.wide_destination(operand, ty, Width::Exact).map(|(slot, _)| slot)
    }

    /// Slot and width of a destination register.
    pub(super) fn wide_destination(
        &mut self,
        operand: &Operand<'t>,
        ty: Type,
        width: Width,
    ) -> Result<(Slot, u32), PrepareProblem> {
        let Operand::Name(name) = operand else {
            return Err(PrepareProblem::Operand { expected: "a destination register" });
        };
        self.named(name, ty, width)
    }

    /// Slot of a predicate register that an instruction reads.
    pub(super) fn predicate(&mut self, operand: &Operand<'t>) -> Result<Slot, PrepareProblem> {
        let Operand::Name(name) = operand else { return Err(PrepareProblem::Operand { expected: "a predicate" }) };
        self.named(name, Type::Pred, Width::Exact).map(|(slot, _)| slot)
    }

    /// Slot of a source: a register or an immediate.
    pub(super) fn source(&mut self, operand: &Operand<'t>, ty: Type) -> Result<Slot, PrepareProblem> {
        self.wide_source(operand, ty, Width::Exact)
    }

    /// Slot of a source whose register may be wider than the type.
    pub(super) fn wide_source(
        &mut self,
        operand: &Operand<'t>,
        ty: Type,
        width: Width,
    ) -> Result<Slot, PrepareProblem> {
        match *operand {
            Operand::Name(name) => self.named(name, ty, width).map(|(slot, _)| slot),
            Operand::Integer(value) => self.integer(value, ty),
            Operand::Single(bits) if matches!(ty, Type::F32 | Type::B32) => self.constant(u64::from(bits)),
            Operand::Double(bits) if matches!(ty, Type::F64 | Type::B64) => self.constant(bits),
            Operand::Single(_) | Operand::Double(_) => Err(PrepareProblem::ImmediateKind(ty)),
            Operand::Special(_) => Err(PrepareProblem::SpecialHere),
            _ => Err(PrepareProblem::Operand { expected: "a register or an immediate" }),
        }
    }

    /// An integer immediate fits a type if some reading of the type, signed or unsigned, holds it.
    fn integer(&mut self, value: i128, ty: Type) -> Result<Slot, PrepareProblem> {
        match ty.class() {
            Class::Float => return Err(PrepareProblem::ImmediateKind(ty)),
            Class::Predicate if matches!(value, -1..=1) => return self.constant(u64::from(value != 0)),
            _ => {}
        }
        let end = 1i128 << ty.bits();
        if ty == Type::Pred || value < -(end / 2) || value >= end {
            return Err(PrepareProblem::Immediate { value, wanted: ty });
        }
        self.constant(value.rem_euclid(end) as u64)
    }

    /// Slot of a special register.
    pub(super) fn special(&self, special: Special) -> Slot {
        match special {
            Special::Thread(axis) => u32::from(axis),
            Special::BlockSize(axis) => 3 + u32::from(axis),
            Special::Block(axis) => 6 + u32::from(axis),
            Special::GridSize(axis) => 9 + u32::from(axis),
            Special::Lane => 12,
        }
    }

    /// Slot of a parameter that a load of type `wanted` reads whole.
    pub(super) fn parameter(&self, operand: &Operand<'t>, wanted: Type) -> Result<Slot, PrepareProblem> {
        let Operand::Address(name, offset) = *operand else {
            return Err(PrepareProblem::Operand { expected: "`[parameter]`" });
        };
        let unknown = || PrepareProblem::UnknownParameter(name.to_owned());
        let (slot, declared) = *self.params.get(name).ok_or_else(unknown)?;
        if offset != 0 {
            return Err(PrepareProblem::ParameterOffset(offset));
        }
        if declared.bits() != wanted.bits() {
            return Err(PrepareProblem::ParameterType { parameter: name.to_owned(), declared, wanted });
        }
        Ok(slot)
    }
}

fn prefix_of(name: &str) -> &str {
    name.trim_end_matches(|c: char| c.is_ascii_digit())
}

/// The number behind `prefix` in `name`, written without leading zeros.
fn index_after(prefix: &str, name: &str) -> Option<u32> {
    let digits = name.strip_prefix(prefix)?;
    let plain = digits.bytes().all(|byte| byte.is_ascii_digit()) && (digits == "0" || !digits.starts_with('0'));
    plain.then(|| digits.parse().ok()).flatten()
}
