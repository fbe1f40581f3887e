//! Operators with one operand: counting, rounding, and from one type to another.
//!
//! Float to integer clamps in PTX, as the saturating forms of Wasm do, but only some forms give 0 for a NaN; the others
//! select it. The trapping forms test that the operand is in range first, which no NaN is.

use super::assembly::{Arg, Condition, Reg, Width};
use super::listing::Node;
use super::writer::Writer;
use ir::lowered::{Const, Type, UnaryOp};

/// The one instruction that an operator is, if it is one.
fn plain(op: UnaryOp) -> Option<&'static str> {
    use UnaryOp::*;
    Some(match op {
        I32Clz => "clz.b32",
        I32Popcnt => "popc.b32",
        I32Extend8S => "cvt.s32.s8",
        I32Extend16S => "cvt.s32.s16",
        I64Extend8S => "cvt.s64.s8",
        I64Extend16S => "cvt.s64.s16",
        I64Extend32S | I64ExtendI32S => "cvt.s64.s32",
        I32WrapI64 => "cvt.u32.u64",
        I64ExtendI32U => "cvt.u64.u32",
        F32Ceil => "cvt.rpi.f32.f32",
        F32Floor => "cvt.rmi.f32.f32",
        F32Trunc => "cvt.rzi.f32.f32",
        F32Nearest => "cvt.rni.f32.f32",
        F32Sqrt => "sqrt.rn.f32",
        F64Ceil => "cvt.rpi.f64.f64",
        F64Floor => "cvt.rmi.f64.f64",
        F64Trunc => "cvt.rzi.f64.f64",
        F64Nearest => "cvt.rni.f64.f64",
        F64Sqrt => "sqrt.rn.f64",
        F32ConvertI32S => "cvt.rn.f32.s32",
        F32ConvertI32U => "cvt.rn.f32.u32",
        F32ConvertI64S => "cvt.rn.f32.s64",
        F32ConvertI64U => "cvt.rn.f32.u64",
        F64ConvertI32S => "cvt.rn.f64.s32",
        F64ConvertI32U => "cvt.rn.f64.u32",
        F64ConvertI64S => "cvt.rn.f64.s64",
        F64ConvertI64U => "cvt.rn.f64.u64",
        F32DemoteF64 => "cvt.rn.f32.f64",
        F64PromoteF32 => "cvt.f64.f32",
        _ => return None,
    })
}

/// A conversion from a float to an integer.
struct Truncation {
    opcode: &'static str,
    traps: bool,
    signed: bool,
}

fn truncation(op: UnaryOp) -> Option<Truncation> {
    use UnaryOp::*;
    let (opcode, signed) = match op {
        I32TruncF32S | I32TruncSatF32S => ("cvt.rzi.s32.f32", true),
        I32TruncF32U | I32TruncSatF32U => ("cvt.rzi.u32.f32", false),
        I32TruncF64S | I32TruncSatF64S => ("cvt.rzi.s32.f64", true),
        I32TruncF64U | I32TruncSatF64U => ("cvt.rzi.u32.f64", false),
        I64TruncF32S | I64TruncSatF32S => ("cvt.rzi.s64.f32", true),
        I64TruncF32U | I64TruncSatF32U => ("cvt.rzi.u64.f32", false),
        I64TruncF64S | I64TruncSatF64S => ("cvt.rzi.s64.f64", true),
        I64TruncF64U | I64TruncSatF64U => ("cvt.rzi.u64.f64", false),
        _ => return None,
    };
    Some(Truncation { opcode, traps: op.can_trap(), signed })
}

/// The comparison and the bound that an operand in range satisfies from below, and the bound that it stays under.
fn range(op: UnaryOp, signed: bool) -> (&'static str, f64, f64) {
    let bits = op.result().bits() as i32;
    if !signed {
        return ("gt", -1.0, 2f64.powi(bits));
    }
    let limit = 2f64.powi(bits - 1);
    // Only an `f64` has values between the lowest `i32` and the integer below it.
    match (op.operand(), bits) {
        (Type::F64, 32) => ("gt", -limit - 1.0, limit),
        _ => ("ge", -limit, limit),
    }
}

impl Writer<'_> {
    /// Writes an operator with one operand.
    pub fn unary(&mut self, op: UnaryOp, node: &Node) {
        use UnaryOp::*;
        if matches!(op, I32Eqz | I64Eqz) {
            return self.is_zero(op, node);
        }
        let Some(to) = self.result(node) else { return };
        if let Some(truncation) = truncation(op) {
            return self.truncate(op, &truncation, to, node);
        }
        if let Some(opcode) = plain(op) {
            let a = self.operand_reg(node, 0);
            return self.asm().op(opcode, &[to.into(), a.into()]);
        }
        match op {
            I32Ctz => {
                let a = self.operand_reg(node, 0);
                let reversed = self.fresh(Width::W32, "brev.b32", &[a.into()]);
                self.asm().op("clz.b32", &[to.into(), reversed.into()]);
            }
            I64Clz => self.count_wide("clz.b64", to, node),
            I64Popcnt => self.count_wide("popc.b64", to, node),
            I64Ctz => {
                let a = self.operand_reg(node, 0);
                let reversed = self.fresh(Width::W64, "brev.b64", &[a.into()]);
                let count = self.fresh(Width::W32, "clz.b64", &[reversed.into()]);
                self.asm().op("cvt.u64.u32", &[to.into(), count.into()]);
            }
            F32Abs | F32Neg | F64Abs | F64Neg => self.sign(op, node),
            _ => {
                let a = self.operand(node, 0);
                self.copy(to, a);
            }
        }
    }

    /// PTX counts the bits of 64 in a 32-bit register.
    fn count_wide(&mut self, opcode: &str, to: Reg, node: &Node) {
        let a = self.operand_reg(node, 0);
        let count = self.fresh(Width::W32, opcode, &[a.into()]);
        self.asm().op("cvt.u64.u32", &[to.into(), count.into()]);
    }

    fn truncate(&mut self, op: UnaryOp, truncation: &Truncation, to: Reg, node: &Node) {
        let a = self.operand_reg(node, 0);
        if truncation.traps {
            self.check_range(op, truncation.signed, a);
            return self.asm().op(truncation.opcode, &[to.into(), a.into()]);
        }
        if op.operand() == Type::F32 && op.result() == Type::I32 {
            // The one form for which PTX promises 0.
            return self.asm().op(truncation.opcode, &[to.into(), a.into()]);
        }
        let (test, select) = match (op.operand(), op.result()) {
            (Type::F32, _) => ("setp.nan.f32", "selp.b64"),
            (_, Type::I32) => ("setp.nan.f64", "selp.b32"),
            _ => ("setp.nan.f64", "selp.b64"),
        };
        let is_nan = self.fresh(Width::Predicate, test, &[a.into(), a.into()]);
        let clamped = self.fresh(to.width, truncation.opcode, &[a.into()]);
        self.asm().op(select, &[to.into(), 0.into(), clamped.into(), is_nan.into()]);
    }

    /// Bails unless the operand, cut to an integer, fits the result.
    fn check_range(&mut self, op: UnaryOp, signed: bool, a: Reg) {
        let (comparison, low, high) = range(op, signed);
        let ty = op.operand();
        let bound = |value: f64| match ty {
            Type::F32 => Arg::Const(Const { ty, bits: (value as f32).to_bits().into() }),
            _ => Arg::Const(Const { ty, bits: value.to_bits() }),
        };
        let above = self.fresh(Width::Predicate, &format!("setp.{comparison}.{ty}"), &[a.into(), bound(low)]);
        let within = format!("setp.lt.and.{ty}");
        let within = self.fresh(Width::Predicate, &within, &[a.into(), bound(high), above.into()]);
        self.bail_if(Condition { reg: within, negated: true });
    }
}
