//! Operators within one type: arithmetic, bits, comparisons, selection.
//!
//! Most are one instruction from a table. What differs between Wasm and PTX stands out as a function of its own: shift
//! counts are taken modulo the width, division and remainder test their operands first, the `f64` minimum and maximum
//! spread NaN by a selection, sign operations work on the bits.

use super::assembly::{Arg, Condition, Width};
use super::listing::Node;
use super::places::{self, Home};
use super::writer::Writer;
use ir::faults;
use ir::lowered::eval::CANONICAL_F64;
use ir::lowered::{BinaryOp, Const, TernaryOp, Type, UnaryOp};

/// The one instruction that an operator is, if it is one.
fn plain(op: BinaryOp) -> Option<&'static str> {
    use BinaryOp::*;
    Some(match op {
        I32Add => "add.s32",
        I32Sub => "sub.s32",
        I32Mul => "mul.lo.s32",
        I32And => "and.b32",
        I32Or => "or.b32",
        I32Xor => "xor.b32",
        I64Add => "add.s64",
        I64Sub => "sub.s64",
        I64Mul => "mul.lo.s64",
        I64And => "and.b64",
        I64Or => "or.b64",
        I64Xor => "xor.b64",
        F32Add => "add.rn.f32",
        F32Sub => "sub.rn.f32",
        F32Mul => "mul.rn.f32",
        F32Div => "div.rn.f32",
        F32Min => "min.NaN.f32",
        F32Max => "max.NaN.f32",
        F64Add => "add.rn.f64",
        F64Sub => "sub.rn.f64",
        F64Mul => "mul.rn.f64",
        F64Div => "div.rn.f64",
        _ => return None,
    })
}

/// How an integer division or remainder treats its operands.
struct Division {
    opcode: &'static str,
    signed: bool,
    remainder: bool,
}

fn division(op: BinaryOp) -> Option<Division> {
    use BinaryOp::*;
    let (opcode, signed, remainder) = match op {
        I32DivS => ("div.s32", true, false),
        I32DivU => ("div.u32", false, false),
        I32RemS => ("rem.s32", true, true),
        I32RemU => ("rem.u32", false, true),
        I64DivS => ("div.s64", true, false),
        I64DivU => ("div.u64", false, false),
        I64RemS => ("rem.s64", true, true),
        I64RemU => ("rem.u64", false, true),
        _ => return None,
    };
    Some(Division { opcode, signed, remainder })
}

impl Writer<'_> {
    /// Writes an operator with two operands.
    pub fn binary(&mut self, op: BinaryOp, node: &Node) {
        if let Some(opcode) = places::comparison(op) {
            return self.compare(opcode, node);
        }
        let Some(to) = self.result(node) else { return };
        if let Some(opcode) = plain(op) {
            let (a, b) = self.pair(node);
            return self.asm().op(opcode, &[to.into(), a, b]);
        }
        if let Some(division) = division(op) {
            return self.divide(&division, op.operand(), to.into(), node);
        }
        use BinaryOp::*;
        match op {
            I32Shl => self.shift("shl.b32", to.into(), node),
            I32ShrS => self.shift("shr.s32", to.into(), node),
            I32ShrU => self.shift("shr.u32", to.into(), node),
            I64Shl => self.shift("shl.b64", to.into(), node),
            I64ShrS => self.shift("shr.s64", to.into(), node),
            I64ShrU => self.shift("shr.u64", to.into(), node),
            I32Rotl => self.rotate("shf.l.wrap.b32", to.into(), node),
            I32Rotr => self.rotate("shf.r.wrap.b32", to.into(), node),
            I64Rotl => self.rotate_wide("shl.b64", "shr.u64", to.into(), node),
            I64Rotr => self.rotate_wide("shr.u64", "shl.b64", to.into(), node),
            F64Min => self.extreme("min.f64", to.into(), node),
            F64Max => self.extreme("max.f64", to.into(), node),
            _ => self.copysign(op, to.into(), node),
        }
    }

    /// Both operands, at most one of them an immediate.
    fn pair(&mut self, node: &Node) -> (Arg, Arg) {
        let (a, b) = (self.operand(node, 0), self.operand(node, 1));
        match (&a, &b) {
            (Arg::Reg(_), _) | (_, Arg::Reg(_)) => (a, b),
            _ => (self.in_register(a).into(), b),
        }
    }

    /// Writes an operator with three operands: fused where the guest asks for it, and nowhere else.
    pub fn ternary(&mut self, op: TernaryOp, node: &Node) {
        let Some(to) = self.result(node) else { return };
        let [a, b, c] = [0, 1, 2].map(|index| self.operand_reg(node, index));
        let opcode = match op {
            TernaryOp::F32Fma => "fma.rn.f32",
            TernaryOp::F64Fma => "fma.rn.f64",
        };
        self.asm().op(opcode, &[to.into(), a.into(), b.into(), c.into()]);
    }

    fn compare(&mut self, opcode: &str, node: &Node) {
        let (a, b) = self.pair(node);
        self.set_condition(opcode, &[a, b], node);
    }

    /// Computes the predicate of `node`, and its number where something uses it.
    fn set_condition(&mut self, opcode: &str, operands: &[Arg], node: &Node) {
        let Some(condition) = node.result.and_then(|result| self.places.condition(result)) else { return };
        let mut args = vec![Arg::Reg(condition.reg)];
        args.extend_from_slice(operands);
        self.asm().op(opcode, &args);
        if let Some(to) = self.result(node) {
            self.number_to(to, condition);
        }
    }

    /// `eqz`: a comparison with zero, or the opposite of the predicate that its operand has already.
    pub fn is_zero(&mut self, op: UnaryOp, node: &Node) {
        if places::negates(self.listing, node).is_some() {
            let condition = node.result.and_then(|result| self.places.condition(result));
            if let (Some(condition), Some(to)) = (condition, self.result(node)) {
                self.number_to(to, condition);
            }
            return;
        }
        let opcode = if op == UnaryOp::I32Eqz { "setp.eq.s32" } else { "setp.eq.s64" };
        let a = self.operand_reg(node, 0);
        self.set_condition(opcode, &[a.into(), 0.into()], node);
    }

    /// Writes a selection.
    pub fn select(&mut self, node: &Node) {
        let Some(to) = self.result(node) else { return };
        let condition = self.decide(node, 0);
        let (yes, no) = (self.operand(node, 1), self.operand(node, 2));
        let swapped = condition.negated != faults::on("ptx-select-swapped");
        let (yes, no) = if swapped { (no, yes) } else { (yes, no) };
        let opcode = if to.width == Width::W32 { "selp.b32" } else { "selp.b64" };
        self.asm().op(opcode, &[to.into(), yes, no, condition.reg.into()]);
    }

    /// Tests what PTX leaves open, then divides.
    fn divide(&mut self, division: &Division, ty: Type, to: Arg, node: &Node) {
        let divisor = self.constant(node, 1);
        if divisor.is_some_and(|c| c.bits == 0) {
            return self.bail();
        }
        let a = self.operand_reg(node, 0);
        if let Some(known) = divisor.filter(|c| !division.signed || c.bits != ty.mask()) {
            return self.asm().op(division.opcode, &[to, a.into(), known.into()]);
        }
        let b = self.operand_reg(node, 1);
        let (width, equals, test_both, select) = if ty.bits() == 32 {
            (Width::W32, "setp.eq.s32", "setp.eq.and.s32", "selp.b32")
        } else {
            (Width::W64, "setp.eq.s64", "setp.eq.and.s64", "selp.b64")
        };
        let nought = if faults::on("ptx-zero-divides") { i64::from(i32::MIN) + 7 } else { 0 };
        let zero = self.fresh(Width::Predicate, equals, &[b.into(), nought.into()]);
        self.bail_if(Condition { reg: zero, negated: false });
        if !division.signed {
            return self.asm().op(division.opcode, &[to, a.into(), b.into()]);
        }
        if faults::on("ptx-minus-one-divides") {
            return self.asm().op(division.opcode, &[to, a.into(), b.into()]);
        }
        let minus_one = self.fresh(Width::Predicate, equals, &[b.into(), (-1).into()]);
        if division.remainder {
            // Every remainder by -1 is 0, as every remainder by 1 is, but PTX says so only of the latter.
            let b = self.fresh(width, select, &[1.into(), b.into(), minus_one.into()]);
            return self.asm().op(division.opcode, &[to, a.into(), b.into()]);
        }
        let lowest = Const { ty, bits: 1 << (ty.bits() - 1) };
        let overflow = self.fresh(Width::Predicate, test_both, &[a.into(), lowest.into(), minus_one.into()]);
        self.bail_if(Condition { reg: overflow, negated: false });
        self.asm().op(division.opcode, &[to, a.into(), b.into()]);
    }

    /// The count in operand 1 modulo the width, as the 32-bit operand that PTX takes.
    fn count(&mut self, node: &Node) -> Arg {
        let bits = i64::from(self.listing.values[node.operands[0]].ty.map_or(64, Type::bits));
        if let Some(constant) = self.constant(node, 1) {
            return (constant.bits as i64 & (bits - 1)).into();
        }
        let mut count = self.operand_reg(node, 1);
        if count.width == Width::W64 {
            count = self.fresh(Width::W32, "cvt.u32.u64", &[count.into()]);
        }
        if faults::on("ptx-shift-count-clamped") {
            return count.into();
        }
        self.fresh(Width::W32, "and.b32", &[count.into(), (bits - 1).into()]).into()
    }

    /// PTX clamps shift counts, Wasm takes them modulo the width.
    fn shift(&mut self, opcode: &str, to: Arg, node: &Node) {
        let a = self.operand_reg(node, 0);
        let count = self.count(node);
        self.asm().op(opcode, &[to, a.into(), count]);
    }

    /// A funnel shift of a value with itself.
    fn rotate(&mut self, opcode: &str, to: Arg, node: &Node) {
        let a = self.operand_reg(node, 0);
        let count = self.count(node);
        self.asm().op(opcode, &[to, a.into(), a.into(), count]);
    }

    /// One shift by the count, the other by the rest of the width; both by 0 for a count of 0.
    fn rotate_wide(&mut self, there: &str, back: &str, to: Arg, node: &Node) {
        let a = self.operand_reg(node, 0);
        let count = self.count(node);
        let count = match count {
            Arg::Int(_) => self.fresh(Width::W32, "mov.b32", &[count]),
            _ => self.in_register(count),
        };
        let whole = if faults::on("ptx-wide-rotation-one-off") { 63 } else { 64 };
        let rest = self.fresh(Width::W32, "sub.s32", &[whole.into(), count.into()]);
        let rest = self.fresh(Width::W32, "and.b32", &[rest.into(), 63.into()]);
        let high = self.fresh(Width::W64, there, &[a.into(), count.into()]);
        let low = self.fresh(Width::W64, back, &[a.into(), rest.into()]);
        self.asm().op("or.b64", &[to, high.into(), low.into()]);
    }

    /// PTX's `f64` minimum and maximum skip a NaN, Wasm's spread it.
    fn extreme(&mut self, opcode: &str, to: Arg, node: &Node) {
        let (a, b) = (self.operand_reg(node, 0), self.operand_reg(node, 1));
        let picked = self.fresh(Width::W64, opcode, &[a.into(), b.into()]);
        let is_nan = self.fresh(Width::Predicate, "setp.nan.f64", &[a.into(), b.into()]);
        let nan = Const { ty: Type::F64, bits: CANONICAL_F64 };
        self.asm().op("selp.b64", &[to, nan.into(), picked.into(), is_nan.into()]);
    }

    /// The bits of the first operand with the sign of the second.
    fn copysign(&mut self, op: BinaryOp, to: Arg, node: &Node) {
        let (a, b) = (self.operand_reg(node, 0), self.operand_reg(node, 1));
        let (width, and, or) = match op {
            BinaryOp::F32Copysign => (Width::W32, "and.b32", "or.b32"),
            _ => (Width::W64, "and.b64", "or.b64"),
        };
        let (rest, sign) = sign_masks(width);
        let (a, b) = if faults::on("ptx-copysign-swapped") { (b, a) } else { (a, b) };
        let rest = self.fresh(width, and, &[a.into(), rest.into()]);
        let sign = self.fresh(width, and, &[b.into(), sign.into()]);
        self.asm().op(or, &[to, rest.into(), sign.into()]);
    }

    /// `abs` and `neg` on the bits: PTX leaves open what its own do to a NaN.
    pub fn sign(&mut self, op: UnaryOp, node: &Node) {
        let Some(Home::Reg(to)) = node.result.map(|result| self.places.home(result)) else { return };
        let a = self.operand_reg(node, 0);
        let (rest, sign) = sign_masks(to.width);
        let (opcode, mask) = match op {
            UnaryOp::F32Abs => ("and.b32", rest),
            UnaryOp::F32Neg => ("xor.b32", sign),
            UnaryOp::F64Abs => ("and.b64", rest),
            _ => ("xor.b64", sign),
        };
        self.asm().op(opcode, &[to.into(), a.into(), mask.into()]);
    }
}

/// The bits of a float but its sign, and its sign.
fn sign_masks(width: Width) -> (Const, Const) {
    match width {
        Width::W32 => (Const::i32(i32::MAX), Const::i32(i32::MIN)),
        _ => (Const::i64(i64::MAX), Const::i64(i64::MIN)),
    }
}
