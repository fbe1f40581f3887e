//! Updates of cells of 1 and 2 bytes, for which PTX has no atomic operation: those of the word that they are in.
//!
//! The word is at the multiple of 4 at or below the cell's address, and lies where updates may go as a whole, because that begins and
//! ends at multiples of 4 (`runtime/src/reach.rs`); device addresses agree with the guest's modulo 4. Bits are set, flipped and cleared by the
//! same operator on the whole word, with an operand that leaves the other bytes alone. A sum would carry into them, so it is
//! put in by a loop around a compare-and-swap, which begins with a guess and goes on until no other thread has come between.

use super::assembly::{Arg, Condition, Reg, Width};
use super::listing::Node;
use super::writer::Writer;
use ir::region::ReduceOp;

impl Writer<'_> {
    /// Combines the cell of `width` bytes at operand 0 plus `offset` with operand 1.
    pub fn update_within(&mut self, op: ReduceOp, width: u32, offset: u64, node: &Node) {
        let (base, value) = (self.operand_reg(node, 0), self.operand_reg(node, 1));
        let value = match value.width {
            Width::W64 => self.fresh(Width::W32, "cvt.u32.u64", &[value.into()]),
            _ => value,
        };
        let at = match offset {
            0 => base,
            _ => self.fresh(Width::W64, "add.s64", &[base.into(), (offset as i64).into()]),
        };
        let word = self.fresh(Width::W64, "and.b64", &[at.into(), (-4).into()]);
        let low = self.fresh(Width::W32, "cvt.u32.u64", &[at.into()]);
        let bits = self.fresh(Width::W32, "shl.b32", &[low.into(), 3.into()]);
        let shift = self.fresh(Width::W32, "and.b32", &[bits.into(), 24.into()]);
        let ones = (1i64 << (8 * width)) - 1;
        let part = self.fresh(Width::W32, "and.b32", &[value.into(), ones.into()]);
        let part = self.fresh(Width::W32, "shl.b32", &[part.into(), shift.into()]);
        let word = Arg::Memory(word, 0);
        match op {
            ReduceOp::Or => return self.asm().op("red.global.or.b32", &[word, part.into()]),
            ReduceOp::Xor => return self.asm().op("red.global.xor.b32", &[word, part.into()]),
            _ => {}
        }
        let all = self.fresh(Width::W32, "mov.b32", &[ones.into()]);
        let mask = self.fresh(Width::W32, "shl.b32", &[all.into(), shift.into()]);
        if op == ReduceOp::And {
            let cleared = self.fresh(Width::W32, "xor.b32", &[part.into(), mask.into()]);
            let kept = self.fresh(Width::W32, "not.b32", &[cleared.into()]);
            return self.asm().op("red.global.and.b32", &[word, kept.into()]);
        }
        self.add_within(word, part, mask);
    }

    /// Adds to the bits of a word that a mask shows.
    fn add_within(&mut self, word: Arg, part: Reg, mask: Reg) {
        let again = self.asm().new_label("w");
        let guess = self.fresh(Width::W32, "mov.b32", &[0.into()]);
        let [sum, flipped, change, new, found] = std::array::from_fn(|_| self.reg(Width::W32));
        let wrong = self.reg(Width::Predicate);
        self.asm().label(&again);
        self.asm().op("add.s32", &[sum.into(), guess.into(), part.into()]);
        self.asm().op("xor.b32", &[flipped.into(), sum.into(), guess.into()]);
        self.asm().op("and.b32", &[change.into(), flipped.into(), mask.into()]);
        self.asm().op("xor.b32", &[new.into(), guess.into(), change.into()]);
        self.asm().op("atom.global.cas.b32", &[found.into(), word, guess.into(), new.into()]);
        self.asm().op("setp.ne.s32", &[wrong.into(), found.into(), guess.into()]);
        self.asm().op("mov.b32", &[guess.into(), found.into()]);
        self.asm().op_if(Condition { reg: wrong, negated: false }, "bra", &[again.as_str().into()]);
    }
}
