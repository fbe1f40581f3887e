//! The scalar operators, one arm each.
//!
//! Input is an operator and its operands; output is its value in the builder's current block. Operators that trap in Wasm
//! test their operands first and bail, so the instruction that follows never faults: a division has a divisor that is
//! neither 0 nor overflows, and a truncation saturates on a value already known to be in range.

use super::body::Body;
use super::skeleton::clif_type;
use cranelift_codegen::ir as clif;
use cranelift_codegen::ir::condcodes::{FloatCC, IntCC};
use cranelift_codegen::ir::{InstBuilder, MemFlagsData, types};
use ir::faults;
use ir::lowered::{BinaryOp, Const, Type, UnaryOp, Value};

impl Body<'_, '_> {
    /// The value of a unary operator; `result` is the LoweredOp value it becomes.
    pub(super) fn unary(&mut self, op: UnaryOp, a: clif::Value, result: Option<Value>) -> clif::Value {
        use UnaryOp::*;
        let ty = clif_type(op.result());
        if op.can_trap() {
            self.bail_unless_in_range(op, a);
        }
        let ins = self.builder.ins();
        match op {
            I32Clz | I64Clz => ins.clz(a),
            I32Ctz | I64Ctz => ins.ctz(a),
            I32Popcnt | I64Popcnt => ins.popcnt(a),
            I32Eqz | I64Eqz => {
                let flag = ins.icmp_imm_s(IntCC::Equal, a, 0);
                self.truth(flag, result)
            }
            I32Extend8S | I64Extend8S => self.sign_extend(types::I8, ty, a),
            I32Extend16S | I64Extend16S => self.sign_extend(types::I16, ty, a),
            I64Extend32S => self.sign_extend(types::I32, ty, a),
            I32WrapI64 => ins.ireduce(ty, a),
            I64ExtendI32S => ins.sextend(ty, a),
            I64ExtendI32U if faults::on("native-unsigned-extension-is-signed") => ins.sextend(ty, a),
            I64ExtendI32U => ins.uextend(ty, a),
            F32Abs | F64Abs => ins.fabs(a),
            F32Neg | F64Neg => ins.fneg(a),
            F32Ceil | F64Ceil => ins.ceil(a),
            F32Floor | F64Floor => ins.floor(a),
            F32Trunc | F64Trunc => ins.trunc(a),
            F32Nearest | F64Nearest if faults::on("native-nearest-truncates") => ins.trunc(a),
            F32Nearest | F64Nearest => ins.nearest(a),
            F32Sqrt | F64Sqrt => ins.sqrt(a),
            I32TruncF32S | I32TruncF64S | I64TruncF32S | I64TruncF64S => ins.fcvt_to_sint_sat(ty, a),
            I32TruncF32U | I32TruncF64U | I64TruncF32U | I64TruncF64U => ins.fcvt_to_uint_sat(ty, a),
            I32TruncSatF32S | I32TruncSatF64S | I64TruncSatF32S | I64TruncSatF64S => ins.fcvt_to_sint_sat(ty, a),
            I32TruncSatF32U | I32TruncSatF64U | I64TruncSatF32U | I64TruncSatF64U => ins.fcvt_to_uint_sat(ty, a),
            F32ConvertI32S | F32ConvertI64S | F64ConvertI32S | F64ConvertI64S => ins.fcvt_from_sint(ty, a),
            F32ConvertI32U | F32ConvertI64U | F64ConvertI32U | F64ConvertI64U
                if faults::on("native-unsigned-conversion-is-signed") =>
            {
                ins.fcvt_from_sint(ty, a)
            }
            F32ConvertI32U | F32ConvertI64U | F64ConvertI32U | F64ConvertI64U => ins.fcvt_from_uint(ty, a),
            F32DemoteF64 => ins.fdemote(ty, a),
            F64PromoteF32 => ins.fpromote(ty, a),
            I32ReinterpretF32 | I64ReinterpretF64 | F32ReinterpretI32 | F64ReinterpretI64 => {
                ins.bitcast(ty, MemFlagsData::new(), a)
            }
        }
    }

    /// The value of a binary operator; `result` is the LoweredOp value it becomes.
    pub(super) fn binary(
        &mut self,
        op: BinaryOp,
        a: clif::Value,
        b: clif::Value,
        result: Option<Value>,
    ) -> clif::Value {
        use BinaryOp::*;
        if let Some(order) = int_order(op) {
            let flag = self.builder.ins().icmp(order, a, b);
            return self.truth(flag, result);
        }
        if let Some(order) = float_order(op) {
            let flag = self.builder.ins().fcmp(order, a, b);
            return self.truth(flag, result);
        }
        match op {
            I32DivS | I64DivS => return self.divide_signed(op.operand(), a, b),
            I32RemS | I64RemS => return self.remainder_signed(a, b),
            I32DivU | I64DivU | I32RemU | I64RemU => self.bail_if_zero(b),
            _ => {}
        }
        let ins = self.builder.ins();
        match op {
            I32Add | I64Add => ins.iadd(a, b),
            I32Sub | I64Sub => ins.isub(a, b),
            I32Mul | I64Mul => ins.imul(a, b),
            I32DivU | I64DivU => ins.udiv(a, b),
            I32RemU | I64RemU => ins.urem(a, b),
            I32And | I64And => ins.band(a, b),
            I32Or | I64Or => ins.bor(a, b),
            I32Xor | I64Xor => ins.bxor(a, b),
            // Cranelift takes counts modulo the width, as Wasm does.
            I32Shl | I64Shl => ins.ishl(a, b),
            I32ShrS | I64ShrS if faults::on("native-arithmetic-shift-is-logical") => ins.ushr(a, b),
            I32ShrS | I64ShrS => ins.sshr(a, b),
            I32ShrU | I64ShrU => ins.ushr(a, b),
            I32Rotl | I64Rotl => ins.rotl(a, b),
            I32Rotr | I64Rotr => ins.rotr(a, b),
            F32Add | F64Add => ins.fadd(a, b),
            F32Sub | F64Sub => ins.fsub(a, b),
            F32Mul | F64Mul => ins.fmul(a, b),
            F32Div | F64Div => ins.fdiv(a, b),
            F32Min | F64Min if faults::on("native-minimum-by-comparison") => {
                let less = ins.fcmp(FloatCC::LessThan, a, b);
                self.builder.ins().select(less, a, b)
            }
            F32Min | F64Min => ins.fmin(a, b),
            F32Max | F64Max => ins.fmax(a, b),
            F32Copysign | F64Copysign => ins.fcopysign(a, b),
            _ => unreachable!("comparisons, signed division and signed remainder return above"),
        }
    }

    fn sign_extend(&mut self, narrow: clif::Type, ty: clif::Type, a: clif::Value) -> clif::Value {
        let low = self.builder.ins().ireduce(narrow, a);
        self.builder.ins().sextend(ty, low)
    }

    fn bail_if_zero(&mut self, b: clif::Value) {
        let zero = self.builder.ins().icmp_imm_s(IntCC::Equal, b, 0);
        self.bail_if(zero);
    }

    /// `a / b`, after a bail for a zero divisor and for the one quotient that doesn't fit.
    fn divide_signed(&mut self, ty: Type, a: clif::Value, b: clif::Value) -> clif::Value {
        self.bail_if_zero(b);
        let lowest = self.constant(Const { ty, bits: 1 << (ty.bits() - 1) });
        let dividend = self.builder.ins().icmp(IntCC::Equal, a, lowest);
        let divisor = self.builder.ins().icmp_imm_s(IntCC::Equal, b, -1);
        let overflows = self.builder.ins().band(dividend, divisor);
        self.bail_if(overflows);
        self.builder.ins().sdiv(a, b)
    }

    /// `a % b`, after a bail for a zero divisor. The remainder by -1 is 0, and so is that by 1, which can't overflow on any
    /// machine; Cranelift's own definition doesn't mention that case.
    fn remainder_signed(&mut self, a: clif::Value, b: clif::Value) -> clif::Value {
        self.bail_if_zero(b);
        let ty = self.builder.func.dfg.value_type(b);
        let one = self.builder.ins().iconst(ty, 1);
        let minus_one = self.builder.ins().icmp_imm_s(IntCC::Equal, b, -1);
        let divisor = self.builder.ins().select(minus_one, one, b);
        self.builder.ins().srem(a, divisor)
    }

    /// Bails where a truncation traps: outside the open or half-open interval of its row, and for NaN, because the
    /// comparisons are false there.
    fn bail_unless_in_range(&mut self, op: UnaryOp, a: clif::Value) {
        let (order, low, high) = truncation_range(op);
        let (low, high) = match op.operand() {
            Type::F32 => (self.builder.ins().f32const(low as f32), self.builder.ins().f32const(high as f32)),
            _ => (self.builder.ins().f64const(low), self.builder.ins().f64const(high)),
        };
        let above = self.builder.ins().fcmp(order, a, low);
        let order_of_high = match faults::on("native-truncation-takes-the-bound") {
            true => FloatCC::LessThanOrEqual,
            false => FloatCC::LessThan,
        };
        let below = self.builder.ins().fcmp(order_of_high, a, high);
        let fits = self.builder.ins().band(above, below);
        let outside = self.builder.ins().icmp_imm_s(IntCC::Equal, fits, 0);
        self.bail_if(outside);
    }
}

const TWO_31: f64 = 2147483648.0;
const TWO_32: f64 = 4294967296.0;
const TWO_63: f64 = 9223372036854775808.0;
const TWO_64: f64 = 18446744073709551616.0;

/// The operands that a truncation accepts: those that compare in this way with the first bound and are below the second.
///
/// Every bound is exact in the operand's type. `x > -1` is what `trunc(x) >= 0` means. For a signed result the lower bound
/// is `x > MIN - 1` where the type holds `MIN - 1`; where it doesn't, no value lies between that and `MIN`, so it is `x >= MIN`.
fn truncation_range(op: UnaryOp) -> (FloatCC, f64, f64) {
    match op {
        UnaryOp::I32TruncF32S => (FloatCC::GreaterThanOrEqual, -TWO_31, TWO_31),
        UnaryOp::I32TruncF64S => (FloatCC::GreaterThan, -TWO_31 - 1.0, TWO_31),
        UnaryOp::I64TruncF32S | UnaryOp::I64TruncF64S => (FloatCC::GreaterThanOrEqual, -TWO_63, TWO_63),
        UnaryOp::I32TruncF32U | UnaryOp::I32TruncF64U => (FloatCC::GreaterThan, -1.0, TWO_32),
        UnaryOp::I64TruncF32U | UnaryOp::I64TruncF64U => (FloatCC::GreaterThan, -1.0, TWO_64),
        _ => unreachable!("`{}` doesn't trap", op.name()),
    }
}

/// The condition of an integer comparison.
pub(super) fn int_order(op: BinaryOp) -> Option<IntCC> {
    use BinaryOp::*;
    Some(match op {
        I32Eq | I64Eq => IntCC::Equal,
        I32Ne | I64Ne => IntCC::NotEqual,
        I32LtS | I64LtS => IntCC::SignedLessThan,
        I32LtU | I64LtU => IntCC::UnsignedLessThan,
        I32GtS | I64GtS => IntCC::SignedGreaterThan,
        I32GtU | I64GtU => IntCC::UnsignedGreaterThan,
        I32LeS | I64LeS => IntCC::SignedLessThanOrEqual,
        I32LeU | I64LeU => IntCC::UnsignedLessThanOrEqual,
        I32GeS | I64GeS => IntCC::SignedGreaterThanOrEqual,
        I32GeU | I64GeU => IntCC::UnsignedGreaterThanOrEqual,
        _ => return None,
    })
}

/// The condition of a float comparison; all but `ne` are false for NaN.
pub(super) fn float_order(op: BinaryOp) -> Option<FloatCC> {
    use BinaryOp::*;
    Some(match op {
        F32Eq | F64Eq => FloatCC::Equal,
        F32Ne | F64Ne => FloatCC::NotEqual,
        F32Lt | F64Lt => FloatCC::LessThan,
        F32Gt | F64Gt => FloatCC::GreaterThan,
        F32Le | F64Le => FloatCC::LessThanOrEqual,
        F32Ge | F64Ge if faults::on("native-nan-is-greater") => FloatCC::UnorderedOrGreaterThanOrEqual,
        F32Ge | F64Ge => FloatCC::GreaterThanOrEqual,
        _ => return None,
    })
}
