//! The vector operators, by rule.
//!
//! Input is an operator and its operands; output is its value in the builder's current block. A vector is a value of one
//! Cranelift type, sixteen bytes, and is read as lanes of another shape where an operator needs them; that costs nothing. Each rule
//! is one or a few of Cranelift's own vector instructions; none of them traps, and lanes are numbered from the lowest bits.

use super::body::Body;
use super::operators::{float_order, int_order};
use cranelift_codegen::ir as clif;
use cranelift_codegen::ir::condcodes::{FloatCC, IntCC};
use cranelift_codegen::ir::{ConstantData, Endianness, InstBuilder, MemFlagsData, types};
use ir::lowered::vector::{BinaryRule, Half, Sign, TernaryRule, UnaryRule};
use ir::lowered::{BinaryOp, Shape, UnaryOp, Value, VectorBinaryOp, VectorTernaryOp, VectorUnaryOp};

/// The type of every vector between operators.
pub(super) const VECTOR: clif::Type = types::I8X16;

fn vector_type(shape: Shape) -> clif::Type {
    match shape {
        Shape::I8x16 => types::I8X16,
        Shape::I16x8 => types::I16X8,
        Shape::I32x4 => types::I32X4,
        Shape::I64x2 => types::I64X2,
        Shape::F32x4 => types::F32X4,
        Shape::F64x2 => types::F64X2,
    }
}

impl Body<'_, '_> {
    /// The same bits as another vector type.
    fn read_as(&mut self, ty: clif::Type, v: clif::Value) -> clif::Value {
        if self.builder.func.dfg.value_type(v) == ty {
            return v;
        }
        self.builder.ins().bitcast(ty, MemFlagsData::new().with_endianness(Endianness::Little), v)
    }

    fn lanes(&mut self, shape: Shape, v: clif::Value) -> clif::Value {
        self.read_as(vector_type(shape), v)
    }

    /// A constant vector.
    pub(super) fn vector_constant(&mut self, bytes: [u8; 16]) -> clif::Value {
        let constant = self.builder.func.dfg.constants.insert(ConstantData::from(&bytes[..]));
        self.builder.ins().vconst(VECTOR, constant)
    }

    /// An `i32` or another scalar as a lane of this shape.
    fn lane(&mut self, shape: Shape, v: clif::Value) -> clif::Value {
        match shape {
            Shape::I8x16 => self.builder.ins().ireduce(types::I8, v),
            Shape::I16x8 => self.builder.ins().ireduce(types::I16, v),
            _ => v,
        }
    }

    /// The value of an operator with one operand; `result` is the LoweredOp value it becomes.
    pub(super) fn vector_unary(&mut self, op: VectorUnaryOp, a: clif::Value, result: Option<Value>) -> clif::Value {
        let value = match op.rule() {
            UnaryRule::Splat(shape) => {
                let lane = self.lane(shape, a);
                self.builder.ins().splat(vector_type(shape), lane)
            }
            UnaryRule::Not => self.builder.ins().bnot(a),
            UnaryRule::AnyTrue => {
                let flag = self.builder.ins().vany_true(a);
                return self.truth(flag, result);
            }
            UnaryRule::AllTrue(shape) => {
                let a = self.lanes(shape, a);
                let flag = self.builder.ins().vall_true(a);
                return self.truth(flag, result);
            }
            UnaryRule::Bitmask(shape) => {
                let a = self.lanes(shape, a);
                return self.builder.ins().vhigh_bits(types::I32, a);
            }
            UnaryRule::Each(op) => self.each_lane(op, a),
            UnaryRule::Negate(shape) => {
                let a = self.lanes(shape, a);
                self.builder.ins().ineg(a)
            }
            UnaryRule::Absolute(shape) => {
                let a = self.lanes(shape, a);
                self.builder.ins().iabs(a)
            }
            UnaryRule::Popcnt => self.builder.ins().popcnt(a),
            UnaryRule::Extend(shape, half, sign) => self.extend(shape, half, sign, a),
            UnaryRule::ExtendAddPairs(shape, sign) => {
                let low = self.extend(shape, Half::Low, sign, a);
                let high = self.extend(shape, Half::High, sign, a);
                self.builder.ins().iadd_pairwise(low, high)
            }
            UnaryRule::LowPair(op) => self.low_pair(op, a),
            UnaryRule::ZeroPair(op) => self.zero_pair(op, a),
        };
        self.read_as(VECTOR, value)
    }

    fn each_lane(&mut self, op: UnaryOp, a: clif::Value) -> clif::Value {
        use UnaryOp::*;
        let a = self.lanes(Shape::of_lane(op.operand()), a);
        let ty = vector_type(Shape::of_lane(op.result()));
        let ins = self.builder.ins();
        match op {
            F32Ceil | F64Ceil => ins.ceil(a),
            F32Floor | F64Floor => ins.floor(a),
            F32Trunc | F64Trunc => ins.trunc(a),
            F32Nearest | F64Nearest => ins.nearest(a),
            F32Abs | F64Abs => ins.fabs(a),
            F32Neg | F64Neg => ins.fneg(a),
            F32Sqrt | F64Sqrt => ins.sqrt(a),
            I32TruncSatF32S => ins.fcvt_to_sint_sat(ty, a),
            I32TruncSatF32U => ins.fcvt_to_uint_sat(ty, a),
            F32ConvertI32S => ins.fcvt_from_sint(ty, a),
            F32ConvertI32U => ins.fcvt_from_uint(ty, a),
            _ => unreachable!("no row applies `{}` to each lane", op.name()),
        }
    }

    /// Half of the lanes, twice as wide.
    fn extend(&mut self, shape: Shape, half: Half, sign: Sign, a: clif::Value) -> clif::Value {
        let a = self.lanes(shape, a);
        let ins = self.builder.ins();
        match (half, sign) {
            (Half::Low, Sign::Signed) => ins.swiden_low(a),
            (Half::High, Sign::Signed) => ins.swiden_high(a),
            (Half::Low, Sign::Unsigned) => ins.uwiden_low(a),
            (Half::High, Sign::Unsigned) => ins.uwiden_high(a),
        }
    }

    fn low_pair(&mut self, op: UnaryOp, a: clif::Value) -> clif::Value {
        match op {
            UnaryOp::F64ConvertI32S => {
                let wide = self.extend(Shape::I32x4, Half::Low, Sign::Signed, a);
                self.builder.ins().fcvt_from_sint(types::F64X2, wide)
            }
            UnaryOp::F64ConvertI32U => {
                let wide = self.extend(Shape::I32x4, Half::Low, Sign::Unsigned, a);
                self.builder.ins().fcvt_from_uint(types::F64X2, wide)
            }
            _ => {
                let a = self.lanes(Shape::F32x4, a);
                self.builder.ins().fvpromote_low(a)
            }
        }
    }

    fn zero_pair(&mut self, op: UnaryOp, a: clif::Value) -> clif::Value {
        let a = self.lanes(Shape::F64x2, a);
        if op == UnaryOp::F32DemoteF64 {
            return self.builder.ins().fvdemote(a);
        }
        // The backend knows these conversions only with a constant of this very type beside them.
        let zero = self.builder.func.dfg.constants.insert(ConstantData::from(&[0; 16][..]));
        let zero = self.builder.ins().vconst(types::I64X2, zero);
        if op == UnaryOp::I32TruncSatF64S {
            let wide = self.builder.ins().fcvt_to_sint_sat(types::I64X2, a);
            return self.builder.ins().snarrow(wide, zero);
        }
        let wide = self.builder.ins().fcvt_to_uint_sat(types::I64X2, a);
        self.builder.ins().uunarrow(wide, zero)
    }

    /// The value of an operator with two operands.
    pub(super) fn vector_binary(&mut self, op: VectorBinaryOp, a: clif::Value, b: clif::Value) -> clif::Value {
        let value = match op.rule() {
            BinaryRule::Bits(BinaryOp::I64And) => self.builder.ins().band(a, b),
            BinaryRule::Bits(BinaryOp::I64Or) => self.builder.ins().bor(a, b),
            BinaryRule::Bits(_) => self.builder.ins().bxor(a, b),
            BinaryRule::AndNot => self.builder.ins().band_not(a, b),
            BinaryRule::Each(shape, op) => {
                let (a, b) = (self.lanes(shape, a), self.lanes(shape, b));
                self.arithmetic(op, a, b)
            }
            BinaryRule::Compare(shape, op) => self.compare(shape, op, a, b),
            BinaryRule::Pick(shape, op) => {
                let (a, b) = (self.lanes(shape, a), self.lanes(shape, b));
                self.pick(shape, op, a, b)
            }
            BinaryRule::Saturate(shape, op, sign) => {
                let (a, b) = (self.lanes(shape, a), self.lanes(shape, b));
                let ins = self.builder.ins();
                match (op, sign) {
                    (BinaryOp::I32Add, Sign::Signed) => ins.sadd_sat(a, b),
                    (BinaryOp::I32Add, Sign::Unsigned) => ins.uadd_sat(a, b),
                    (_, Sign::Signed) => ins.ssub_sat(a, b),
                    (_, Sign::Unsigned) => ins.usub_sat(a, b),
                }
            }
            BinaryRule::Average(shape) => {
                let (a, b) = (self.lanes(shape, a), self.lanes(shape, b));
                self.builder.ins().avg_round(a, b)
            }
            BinaryRule::FractionProduct => {
                let (a, b) = (self.lanes(Shape::I16x8, a), self.lanes(Shape::I16x8, b));
                self.builder.ins().sqmul_round_sat(a, b)
            }
            // Cranelift takes the count modulo the lane's width, as Wasm does.
            BinaryRule::Shift(shape, op) => {
                let a = self.lanes(shape, a);
                let ins = self.builder.ins();
                match op {
                    BinaryOp::I32Shl | BinaryOp::I64Shl => ins.ishl(a, b),
                    BinaryOp::I32ShrS | BinaryOp::I64ShrS => ins.sshr(a, b),
                    _ => ins.ushr(a, b),
                }
            }
            BinaryRule::Narrow(shape, sign) => {
                let (a, b) = (self.lanes(shape.widened(), a), self.lanes(shape.widened(), b));
                let ins = self.builder.ins();
                if sign == Sign::Signed { ins.snarrow(a, b) } else { ins.unarrow(a, b) }
            }
            BinaryRule::ExtendMul(shape, half, sign) => {
                let (a, b) = (self.extend(shape, half, sign, a), self.extend(shape, half, sign, b));
                self.builder.ins().imul(a, b)
            }
            BinaryRule::Dot(shape) => self.dot(shape, a, b),
            BinaryRule::Swizzle => self.builder.ins().swizzle(a, b),
        };
        self.read_as(VECTOR, value)
    }

    fn arithmetic(&mut self, op: BinaryOp, a: clif::Value, b: clif::Value) -> clif::Value {
        use BinaryOp::*;
        let ins = self.builder.ins();
        match op {
            I32Add | I64Add => ins.iadd(a, b),
            I32Sub | I64Sub => ins.isub(a, b),
            I32Mul | I64Mul => ins.imul(a, b),
            F32Add | F64Add => ins.fadd(a, b),
            F32Sub | F64Sub => ins.fsub(a, b),
            F32Mul | F64Mul => ins.fmul(a, b),
            F32Div | F64Div => ins.fdiv(a, b),
            F32Min | F64Min => ins.fmin(a, b),
            F32Max | F64Max => ins.fmax(a, b),
            _ => unreachable!("no row applies `{}` to each lane", op.name()),
        }
    }

    fn compare(&mut self, shape: Shape, op: BinaryOp, a: clif::Value, b: clif::Value) -> clif::Value {
        let (a, b) = (self.lanes(shape, a), self.lanes(shape, b));
        match (int_order(op), float_order(op)) {
            (Some(order), _) => self.builder.ins().icmp(order, a, b),
            (None, Some(order)) => self.builder.ins().fcmp(order, a, b),
            (None, None) => unreachable!("no row compares by `{}`", op.name()),
        }
    }

    /// The second where `second op first` holds, else the first.
    fn pick(&mut self, shape: Shape, op: BinaryOp, a: clif::Value, b: clif::Value) -> clif::Value {
        match int_order(op) {
            Some(IntCC::SignedLessThan) => self.builder.ins().smin(a, b),
            Some(IntCC::UnsignedLessThan) => self.builder.ins().umin(a, b),
            Some(IntCC::SignedGreaterThan) => self.builder.ins().smax(a, b),
            Some(_) => self.builder.ins().umax(a, b),
            // `b > a` is written as `a < b`, the order for which the backend has one instruction.
            None => {
                let less = float_order(op) == Some(FloatCC::LessThan);
                let (x, y) = if less { (b, a) } else { (a, b) };
                let second = self.builder.ins().fcmp(FloatCC::LessThan, x, y);
                let second = self.lanes(shape, second);
                self.builder.ins().bitselect(second, b, a)
            }
        }
    }

    /// Sums of two products, each exact, since a lane twice as wide holds every product.
    fn dot(&mut self, shape: Shape, a: clif::Value, b: clif::Value) -> clif::Value {
        let products = [Half::Low, Half::High].map(|half| {
            let a = self.extend(shape, half, Sign::Signed, a);
            let b = self.extend(shape, half, Sign::Signed, b);
            self.builder.ins().imul(a, b)
        });
        self.builder.ins().iadd_pairwise(products[0], products[1])
    }

    /// The value of an operator with three vectors.
    pub(super) fn vector_ternary(&mut self, op: VectorTernaryOp, [a, b, c]: [clif::Value; 3]) -> clif::Value {
        let value = match op.rule() {
            TernaryRule::Bitselect => self.builder.ins().bitselect(c, a, b),
            TernaryRule::MultiplyAdd(shape) => {
                let [a, b, c] = [a, b, c].map(|operand| self.lanes(shape, operand));
                self.builder.ins().fma(a, b, c)
            }
            TernaryRule::MultiplySubtract(shape) => {
                let [a, b, c] = [a, b, c].map(|operand| self.lanes(shape, operand));
                let a = self.builder.ins().fneg(a);
                self.builder.ins().fma(a, b, c)
            }
            TernaryRule::DotAdd => {
                // Bytes are widened first, so that no sum of two products wraps.
                let sums = [Half::Low, Half::High].map(|half| {
                    let a = self.extend(Shape::I8x16, half, Sign::Signed, a);
                    let b = self.extend(Shape::I8x16, half, Sign::Signed, b);
                    self.dot(Shape::I16x8, a, b)
                });
                let c = self.lanes(Shape::I32x4, c);
                let fours = self.builder.ins().iadd_pairwise(sums[0], sums[1]);
                self.builder.ins().iadd(fours, c)
            }
        };
        self.read_as(VECTOR, value)
    }

    /// Bytes of two vectors.
    pub(super) fn shuffle(&mut self, bytes: [u8; 16], a: clif::Value, b: clif::Value) -> clif::Value {
        let mask = self.builder.func.dfg.immediates.push(ConstantData::from(&bytes[..]));
        self.builder.ins().shuffle(a, b, mask)
    }

    /// A lane as a scalar.
    pub(super) fn extract_lane(&mut self, shape: Shape, signed: bool, lane: u8, a: clif::Value) -> clif::Value {
        let a = self.lanes(shape, a);
        let value = self.builder.ins().extractlane(a, lane);
        match (shape, signed) {
            (Shape::I8x16 | Shape::I16x8, true) => self.builder.ins().sextend(types::I32, value),
            (Shape::I8x16 | Shape::I16x8, false) => self.builder.ins().uextend(types::I32, value),
            _ => value,
        }
    }

    /// The vector with another lane.
    pub(super) fn replace_lane(&mut self, shape: Shape, lane: u8, a: clif::Value, value: clif::Value) -> clif::Value {
        let (a, value) = (self.lanes(shape, a), self.lane(shape, value));
        let replaced = self.builder.ins().insertlane(a, value, lane);
        self.read_as(VECTOR, replaced)
    }
}
