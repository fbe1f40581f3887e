//! The forms of operands: which instruction takes what, and the step it becomes.

use super::Decoder;
use super::program::{Address, CompareCombine, NO_SLOT, Op, Slot};
use super::slots::Width;
use crate::ast::{AtomicOp, Class, Combine, Comparison, Conversion, Operand, Operation, Rounding, Type};
use crate::error::PrepareProblem;
use crate::semantics::{self, convert::Extend};

type Decoded = Result<Op, PrepareProblem>;

fn takes(expected: &'static str) -> PrepareProblem {
    PrepareProblem::Operands { expected }
}

/// How a value of type `ty` fills a register of `register` bits.
fn extend(ty: Type, register: u32) -> Extend {
    Extend { bits: ty.bits() as u8, signed: ty.is_signed(), register: register as u8 }
}

impl<'t> Decoder<'t> {
    pub(super) fn op(&mut self, operation: Operation, operands: &[Operand<'t>]) -> Decoded {
        match operation {
            Operation::Move(ty) => self.mov(ty, operands),
            Operation::LoadParam(ty) => self.load_param(ty, operands),
            Operation::Load { non_coherent, lanes, ty } => self.load(non_coherent, lanes, ty, operands),
            Operation::Store { lanes, ty } => self.store(lanes, ty, operands),
            Operation::ToGlobal => self.copy(Type::U64, operands),
            Operation::Unary(..) | Operation::Binary(..) | Operation::Ternary(..) => {
                self.arithmetic(operation, operands)
            }
            Operation::Compare(comparison, combine, ty) => self.compare(comparison, combine, ty, operands),
            Operation::Select(ty) => self.select(ty, operands),
            Operation::Convert(how) => self.convert(how, operands),
            Operation::Branch => self.branch(operands),
            Operation::Exit if operands.is_empty() => Ok(Op::Exit),
            Operation::Exit => Err(takes("no operands")),
            Operation::Barrier => match operands {
                [Operand::Integer(0..=15)] => Ok(Op::Barrier),
                _ => Err(PrepareProblem::BarrierNumber),
            },
            Operation::Atomic(op, ty) => self.atomic(op, ty, true, operands),
            Operation::Reduce(op, ty) => self.atomic(op, ty, false, operands),
        }
    }

    fn mov(&mut self, ty: Type, operands: &[Operand<'t>]) -> Decoded {
        match operands {
            [d, Operand::Special(special)] if ty.bits() == 32 && ty != Type::F32 => {
                Ok(Op::Copy { d: self.slots.destination(d, ty)?, a: self.slots.special(*special) })
            }
            [d, Operand::Vector(parts)] => {
                let (part, half) = half_of(ty)?;
                let [low, high] = parts[..] else { return Err(takes("two registers in a vector operand")) };
                let low = self.slots.named(low, part, Width::Exact)?.0;
                let high = self.slots.named(high, part, Width::Exact)?.0;
                Ok(Op::Pack { d: self.slots.destination(d, ty)?, low, high, half })
            }
            [Operand::Vector(parts), a] => {
                let (part, half) = half_of(ty)?;
                let [low, high] = parts[..] else { return Err(takes("two registers in a vector operand")) };
                if low == high {
                    return Err(PrepareProblem::RepeatedDestination(low.to_owned()));
                }
                let low = self.slots.named(low, part, Width::Exact)?.0;
                let high = self.slots.named(high, part, Width::Exact)?.0;
                Ok(Op::Unpack { low, high, a: self.slots.source(a, ty)?, half })
            }
            _ => self.copy(ty, operands),
        }
    }

    fn copy(&mut self, ty: Type, operands: &[Operand<'t>]) -> Decoded {
        let [d, a] = operands else { return Err(takes("a destination and a source")) };
        Ok(Op::Copy { d: self.slots.destination(d, ty)?, a: self.slots.source(a, ty)? })
    }

    fn load_param(&mut self, ty: Type, operands: &[Operand<'t>]) -> Decoded {
        let [d, from] = operands else { return Err(takes("a destination and `[parameter]`")) };
        let (d, width) = self.slots.wide_destination(d, ty, Width::AtLeast)?;
        let a = self.slots.parameter(from, ty)?;
        if width == ty.bits() {
            return Ok(Op::Copy { d, a });
        }
        let how = Conversion { to: ty, from: ty, rounding: Rounding::Nearest };
        Ok(Op::Convert { how, fill: extend(ty, width), d, a })
    }

    fn address(&mut self, operand: &Operand<'t>) -> Result<Address, PrepareProblem> {
        let Operand::Address(base, offset) = *operand else {
            return Err(PrepareProblem::Operand { expected: "an address" });
        };
        Ok(Address { base: self.slots.named(base, Type::B64, Width::Exact)?.0, offset })
    }

    /// Slots of the lanes of a vector operand, and their common width. All have the width of the first one, because
    /// one rule fills them all.
    fn lanes(&mut self, operand: &Operand<'t>, lanes: u8, ty: Type) -> Result<([Slot; 4], u32), PrepareProblem> {
        let Operand::Vector(names) = operand else {
            return Err(PrepareProblem::Operand { expected: "a vector of registers" });
        };
        if names.len() != usize::from(lanes) {
            return Err(takes("as many registers as the vector has lanes"));
        }
        let mut slots = [NO_SLOT; 4];
        let mut width = None;
        for (slot, name) in slots.iter_mut().zip(names) {
            let (lane, bits) = self.slots.named(name, ty, Width::AtLeast)?;
            if *width.get_or_insert(bits) != bits {
                return Err(takes("vector registers of one width"));
            }
            *slot = lane;
        }
        Ok((slots, width.unwrap_or(ty.bits())))
    }

    fn load(&mut self, non_coherent: bool, lanes: u8, ty: Type, operands: &[Operand<'t>]) -> Decoded {
        let [d, from] = operands else { return Err(takes("a destination and an address")) };
        if lanes == 1 {
            let (d, width) = self.slots.wide_destination(d, ty, Width::AtLeast)?;
            return Ok(Op::Load { d, address: self.address(from)?, fill: extend(ty, width), non_coherent });
        }
        let (slots, width) = self.lanes(d, lanes, ty)?;
        if let Operand::Vector(names) = d {
            let repeated = names.iter().enumerate().find(|(at, name)| names[..*at].contains(name));
            if let Some((_, name)) = repeated {
                return Err(PrepareProblem::RepeatedDestination((*name).to_owned()));
            }
        }
        let address = self.address(from)?;
        Ok(Op::LoadVector { vector: self.vector(slots), lanes, address, fill: extend(ty, width), non_coherent })
    }

    fn store(&mut self, lanes: u8, ty: Type, operands: &[Operand<'t>]) -> Decoded {
        let [to, a] = operands else { return Err(takes("an address and a source")) };
        let address = self.address(to)?;
        let bytes = (ty.bits() / 8) as u8;
        if lanes == 1 {
            return Ok(Op::Store { a: self.slots.wide_source(a, ty, Width::AtLeast)?, address, bytes });
        }
        let (slots, _) = self.lanes(a, lanes, ty)?;
        Ok(Op::StoreVector { vector: self.vector(slots), lanes, address, bytes })
    }

    fn vector(&mut self, slots: [Slot; 4]) -> u32 {
        self.vectors.push(slots);
        self.vectors.len() as u32 - 1
    }

    /// The parser only lets operations through that have a meaning, so `Operand` errors here answer a hand-made AST.
    fn arithmetic(&mut self, operation: Operation, operands: &[Operand<'t>]) -> Decoded {
        let meaningless = || takes("types that it has a meaning for");
        match (operation, operands) {
            (Operation::Unary(op, ty), [d, a]) => {
                let f = semantics::unary(op, ty).ok_or_else(meaningless)?;
                let d = self.slots.destination(d, semantics::unary_result(op, ty))?;
                Ok(Op::Unary { f, d, a: self.slots.source(a, ty)? })
            }
            (Operation::Binary(op, ty), [d, a, b]) => {
                let f = semantics::binary(op, ty).ok_or_else(meaningless)?;
                let (result, second) = semantics::binary_types(op, ty).ok_or_else(meaningless)?;
                let d = self.slots.destination(d, result)?;
                Ok(Op::Binary { f, d, a: self.slots.source(a, ty)?, b: self.slots.source(b, second)? })
            }
            (Operation::Ternary(op, ty), [d, a, b, c]) => {
                let f = semantics::ternary(op, ty).ok_or_else(meaningless)?;
                let (result, third) = semantics::ternary_types(op, ty).ok_or_else(meaningless)?;
                let d = self.slots.destination(d, result)?;
                let (a, b) = (self.slots.source(a, ty)?, self.slots.source(b, ty)?);
                Ok(Op::Ternary { f, d, a, b, c: self.slots.source(c, third)? })
            }
            (Operation::Unary(..), _) => Err(takes("a destination and a source")),
            (Operation::Binary(..), _) => Err(takes("a destination and two sources")),
            _ => Err(takes("a destination and three sources")),
        }
    }

    fn compare(
        &mut self,
        comparison: Comparison,
        combine: Option<Combine>,
        ty: Type,
        operands: &[Operand<'t>],
    ) -> Decoded {
        let f = semantics::comparison(comparison, ty).ok_or_else(|| takes("types that it has a meaning for"))?;
        let (d, a, b, extra) = match (operands, combine) {
            ([d, a, b], None) => (d, a, b, None),
            ([d, a, b, c], Some(combine)) => (d, a, b, Some((combine, c))),
            (_, None) => return Err(takes("a predicate and two sources")),
            (_, Some(_)) => return Err(takes("a predicate, two sources and a predicate")),
        };
        let (d, e) = match d {
            Operand::Pair(d, e) if d == e => return Err(PrepareProblem::RepeatedDestination((*d).to_owned())),
            Operand::Pair(d, e) => {
                (self.slots.named(d, Type::Pred, Width::Exact)?.0, self.slots.named(e, Type::Pred, Width::Exact)?.0)
            }
            d => (self.slots.destination(d, Type::Pred)?, NO_SLOT),
        };
        let (a, b) = (self.slots.source(a, ty)?, self.slots.source(b, ty)?);
        let combine = match extra {
            None if e == NO_SLOT => return Ok(Op::Compare { f, d, a, b }),
            None => None,
            Some((combine, Operand::Negated(c))) => {
                Some((combine, self.slots.named(c, Type::Pred, Width::Exact)?.0, true))
            }
            Some((combine, c)) => Some((combine, self.slots.predicate(c)?, false)),
        };
        Ok(Op::CompareCombine(CompareCombine { f, d, e, a, b, combine }))
    }

    fn select(&mut self, ty: Type, operands: &[Operand<'t>]) -> Decoded {
        let [d, a, b, p] = operands else { return Err(takes("a destination, two sources and a predicate")) };
        let d = self.slots.destination(d, ty)?;
        let (a, b) = (self.slots.source(a, ty)?, self.slots.source(b, ty)?);
        Ok(Op::Select { d, a, b, p: self.slots.predicate(p)? })
    }

    fn convert(&mut self, how: Conversion, operands: &[Operand<'t>]) -> Decoded {
        let [d, a] = operands else { return Err(takes("a destination and a source")) };
        let (d, width) = self.slots.wide_destination(d, how.to, Width::AtLeast)?;
        let a = self.slots.wide_source(a, how.from, Width::AtLeast)?;
        Ok(Op::Convert { how, fill: extend(how.to, width), d, a })
    }

    fn branch(&mut self, operands: &[Operand<'t>]) -> Decoded {
        let [Operand::Name(label)] = operands else { return Err(takes("a label")) };
        match self.labels.get(label) {
            Some(target) => Ok(Op::Branch { target: *target }),
            None => Err(PrepareProblem::UnknownLabel((*label).to_owned())),
        }
    }

    fn atomic(&mut self, op: AtomicOp, ty: Type, returns: bool, operands: &[Operand<'t>]) -> Decoded {
        let f = semantics::atomic(op, ty).ok_or_else(|| takes("types that it has a meaning for"))?;
        let (d, operands) = match operands {
            [d, rest @ ..] if returns => (self.slots.destination(d, ty)?, rest),
            _ => (NO_SLOT, operands),
        };
        let (place, a, b) = match (operands, op) {
            ([place, a, b], AtomicOp::CompareAndSwap) => (place, a, b),
            ([place, a], op) if op != AtomicOp::CompareAndSwap => (place, a, a),
            _ => return Err(takes("a destination if it returns the old value, an address and its sources")),
        };
        let (a, b) = (self.slots.source(a, ty)?, self.slots.source(b, ty)?);
        Ok(Op::Atomic { f, d, address: self.address(place)?, a, b, bytes: (ty.bits() / 8) as u8 })
    }
}

/// The type of each half of `ty` for packing and unpacking, and its width.
fn half_of(ty: Type) -> Result<(Type, u8), PrepareProblem> {
    match (ty.class(), ty.bits()) {
        (Class::Bits, 32) => Ok((Type::B16, 16)),
        (Class::Bits, 64) => Ok((Type::B32, 32)),
        _ => Err(takes("a `.b32` or `.b64` move to pack or unpack registers")),
    }
}
