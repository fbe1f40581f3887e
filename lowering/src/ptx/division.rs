//! Float division by a power of two, as a multiplication by its reciprocal.
//!
//! The reciprocal of a power of two whose exponent isn't at the edge is exact, so quotient and product are one real
//! number, rounded once: the bits agree for every dividend, subnormals, infinities and NaN included. `ptxas` doesn't
//! do this, and a division costs about ninety instructions.

use ir::faults;
use ir::kernel::ops::{Binary, Const};
use ir::kernel::view::{View, view};
use ir::lowered::{self, BinaryOp, Type};
use pliron::builtin::op_interfaces::OneResultInterface;
use pliron::context::{Context, Ptr};
use pliron::irbuild::IRStatus;
use pliron::irbuild::inserter::Inserter;
use pliron::irbuild::match_rewrite::{MatchRewrite, MatchRewriter, RewriterOrder, apply_match_rewrite};
use pliron::irbuild::rewriter::Rewriter;
use pliron::op::Op;
use pliron::operation::Operation;
use pliron::result::Result;

/// Replaces every such division within `kernel`.
pub(super) fn run(kernel: Ptr<Operation>, ctx: &mut Context) -> Result<IRStatus> {
    apply_match_rewrite(ctx, &mut Reciprocal, RewriterOrder::default(), kernel)
}

struct Reciprocal;

impl MatchRewrite for Reciprocal {
    fn r#match(&mut self, ctx: &Context, op: Ptr<Operation>) -> bool {
        multiplication(ctx, op).is_some()
    }

    fn rewrite(&mut self, ctx: &mut Context, rewriter: &mut MatchRewriter, op: Ptr<Operation>) -> Result<()> {
        if let Some((operator, factor)) = multiplication(ctx, op) {
            let dividend = op.deref(ctx).get_operand(0);
            let factor = Const::new(ctx, factor);
            rewriter.append_op(ctx, &factor);
            let product = Binary::new(ctx, operator, dividend, factor.get_result(ctx));
            rewriter.append_op(ctx, &product);
            rewriter.replace_operation(ctx, op, product.get_operation());
        }
        Ok(())
    }
}

/// The multiplication that `op` equals, if it divides by a suitable constant.
fn multiplication(ctx: &Context, op: Ptr<Operation>) -> Option<(BinaryOp, lowered::Const)> {
    let operator = match view(ctx, op)? {
        View::Binary(BinaryOp::F32Div) => BinaryOp::F32Mul,
        View::Binary(BinaryOp::F64Div) => BinaryOp::F64Mul,
        _ => return None,
    };
    let divisor = op.deref(ctx).get_operand(1).defining_op()?;
    match view(ctx, divisor)? {
        View::Const(divisor) => Some((operator, reciprocal(divisor)?)),
        _ => None,
    }
}

/// The exact reciprocal of a normal power of two, where that is normal as well.
fn reciprocal(divisor: lowered::Const) -> Option<lowered::Const> {
    let (mantissa, exponents, sign) = match divisor.ty {
        Type::F32 => (23, 0xff, 1 << 31),
        Type::F64 => (52, 0x7ff, 1 << 63),
        _ => return None,
    };
    let (fraction, biased) = (divisor.bits & ((1 << mantissa) - 1), divisor.bits >> mantissa & exponents);
    // With bias b = exponents / 2 the reciprocal of 2^(e - b) has the biased exponent 2b - e.
    let inverse = (exponents - 1).checked_sub(biased)?;
    let exact = (fraction == 0 || faults::on("ptx-reciprocal-of-anything")) && biased != 0 && inverse != 0;
    exact.then_some(lowered::Const { ty: divisor.ty, bits: (divisor.bits & sign) | inverse << mantissa })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn f32_reciprocal(value: f32) -> Option<f32> {
        let bits = value.to_bits().into();
        reciprocal(lowered::Const { ty: Type::F32, bits }).map(|c| f32::from_bits(c.bits as u32))
    }

    #[test]
    fn only_powers_of_two_with_a_normal_reciprocal_are_replaced() {
        assert_eq!(f32_reciprocal(2.0), Some(0.5));
        assert_eq!(f32_reciprocal(-0.25), Some(-4.0));
        assert_eq!(f32_reciprocal(f32::MIN_POSITIVE), Some(2f32.powi(126)));
        assert_eq!(f32_reciprocal(2f32.powi(126)), Some(f32::MIN_POSITIVE));
        for refused in [2f32.powi(127), f32::from_bits(1), 0.0, f32::INFINITY, f32::NAN, 3.0] {
            assert_eq!(f32_reciprocal(refused), None, "{refused}");
        }
        let bits = 1024f64.to_bits();
        let inverse = reciprocal(lowered::Const { ty: Type::F64, bits }).map(|c| f64::from_bits(c.bits));
        assert_eq!(inverse, Some(1.0 / 1024.0));
    }
}
