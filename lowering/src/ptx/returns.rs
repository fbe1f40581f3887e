//! The end of a thread: what becomes of the values it returns.
//!
//! Each value has a slot of 8 bytes, of which a 32-bit value uses the low 4. Integer reductions are atomic operations
//! and commute, so the order of threads doesn't show; a product has no such operation and is a loop around a
//! compare-and-swap. A float that is folded goes into the record of its iteration, since its order does show; whoever made the launch
//! folds the records. A value of the last iteration is stored by the one thread whose index is the last in every
//! dimension.

use super::assembly::{Arg, Condition, Reg, Width};
use super::listing::Node;
use super::writer::Writer;
use ir::abi::Param;
use ir::faults;
use ir::region::{ReduceOp, ReturnRole};

/// Bytes of a slot.
const SLOT: i32 = 8;

/// The opcode of a reduction, if PTX has one; the arguments are the types of either width.
pub(super) fn reduction(op: ReduceOp, width: Width) -> Option<String> {
    let bits = if width == Width::W32 { 32 } else { 64 };
    let name = match op {
        ReduceOp::Add => "add.u",
        ReduceOp::And => "and.b",
        ReduceOp::Or => "or.b",
        ReduceOp::Xor => "xor.b",
        ReduceOp::MinS => "min.s",
        ReduceOp::MinU => "min.u",
        ReduceOp::MaxS => "max.s",
        ReduceOp::MaxU => "max.u",
        ReduceOp::Mul => return None,
    };
    Some(format!("red.global.{name}{bits}"))
}

impl Writer<'_> {
    /// Gives each returned value its role and ends the thread.
    pub fn return_values(&mut self, roles: &[ReturnRole], node: &Node) {
        if !roles.is_empty() {
            let base = self.param(Param::Returns, Width::W64);
            let record = self.record(base, roles);
            let mut folded = SLOT * roles.len() as i32;
            let last = roles.contains(&ReturnRole::Last).then(|| self.is_last());
            for (index, &role) in roles.iter().enumerate() {
                let value = self.operand_reg(node, index);
                let slot = Arg::Memory(base, index as i32 * SLOT);
                let opcode = if value.width == Width::W32 { "st.global.b32" } else { "st.global.b64" };
                match (role, last) {
                    (ReturnRole::Fold(_), _) => {
                        let record = Arg::Memory(record.unwrap_or(base), folded);
                        self.asm().op(opcode, &[record, value.into()]);
                        folded += SLOT;
                    }
                    (ReturnRole::Reduce(op), _) => match reduction(op, value.width) {
                        Some(opcode) => self.asm().op(&opcode, &[slot, value.into()]),
                        None => self.multiply(slot, value),
                    },
                    (ReturnRole::Last, Some(last)) => match faults::on("ptx-every-thread-is-the-last") {
                        true => self.asm().op(opcode, &[slot, value.into()]),
                        false => self.asm().op_if(last, opcode, &[slot, value.into()]),
                    },
                    (ReturnRole::Last, None) => {}
                }
            }
        }
        self.asm().op("exit", &[]);
    }

    /// The address of this iteration's record but for the slots in front of all records, if there are any.
    fn record(&mut self, base: Reg, roles: &[ReturnRole]) -> Option<Reg> {
        let folds = roles.iter().filter(|role| matches!(role, ReturnRole::Fold(_))).count() as i64;
        // A kernel that folds has one dimension.
        let index = *self.indices.first().filter(|_| folds > 0)?;
        let distance = self.fresh(Width::W64, "mul.lo.s64", &[index.into(), (folds * i64::from(SLOT)).into()]);
        Some(self.fresh(Width::W64, "add.s64", &[base.into(), distance.into()]))
    }

    /// Whether this thread has the last index in every dimension.
    fn is_last(&mut self) -> Condition {
        let mut so_far: Option<Reg> = None;
        for dim in 0..self.indices.len() {
            let (index, trip) = (self.indices[dim], self.trips[dim]);
            let before = if faults::on("ptx-last-thread-one-off") { -2 } else { -1 };
            let end = self.fresh(Width::W64, "add.s64", &[trip.into(), before.into()]);
            let reg = match so_far {
                None => self.fresh(Width::Predicate, "setp.eq.s64", &[index.into(), end.into()]),
                Some(earlier) => {
                    self.fresh(Width::Predicate, "setp.eq.and.s64", &[index.into(), end.into(), earlier.into()])
                }
            };
            so_far = Some(reg);
        }
        // A kernel has at least one dimension.
        Condition { reg: so_far.unwrap_or_else(|| self.reg(Width::Predicate)), negated: false }
    }

    /// Multiplies the slot by `value`: guesses what it holds and swaps the product in, until the guess was right.
    fn multiply(&mut self, slot: Arg, value: Reg) {
        let (width, mov, mul, swap, differs) = match value.width {
            Width::W32 => (Width::W32, "mov.b32", "mul.lo.s32", "atom.global.cas.b32", "setp.ne.s32"),
            _ => (Width::W64, "mov.b64", "mul.lo.s64", "atom.global.cas.b64", "setp.ne.s64"),
        };
        let again = self.asm().new_label("m");
        let guess = self.fresh(width, mov, &[1.into()]);
        let (found, product) = (self.reg(width), self.reg(width));
        let wrong = self.reg(Width::Predicate);
        self.asm().label(&again);
        self.asm().op(mul, &[product.into(), guess.into(), value.into()]);
        self.asm().op(swap, &[found.into(), slot, guess.into(), product.into()]);
        self.asm().op(differs, &[wrong.into(), found.into(), guess.into()]);
        self.asm().op(mov, &[guess.into(), found.into()]);
        if !faults::on("ptx-product-swapped-once") {
            self.asm().op_if(Condition { reg: wrong, negated: false }, "bra", &[again.as_str().into()]);
        }
    }
}
