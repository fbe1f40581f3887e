//! Folds: floats of all iterations added up, or multiplied, in an order that the trip count alone decides.
//!
//! A sum of floats depends on the order of its additions, because each of them rounds. The original loop has one order, which no two
//! threads can share; `--fp relaxed` permits another one. This is that order, the same for every device and every number of threads, so
//! that a relaxed sum has one value: the iterations are cut into [`parts`], each part is combined from its first iteration to its
//! last, starting from the identity, and then the parts are, from the first to the last, starting from the identity. The identities
//! are exact: nothing changes when -0 is added to it or 1 multiplied by it, except that a NaN becomes the canonical one, as every NaN
//! that arithmetic makes here.
//!
//! What `start op fold` may differ by from the original's `((start op x) op y) op ..` is the subject of `docs/semantics.md`.

use crate::lowered::{BinaryOp, Type, eval};
use serde::{Deserialize, Serialize};
use std::ops::Range;

/// The most parts that a fold is cut into: enough for the threads of a large machine.
pub const PARTS: u64 = 64;

/// An operator on floats that is folded.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
pub enum FoldOp {
    /// The rounded sum.
    Add,
    /// The rounded product.
    Mul,
}

impl FoldOp {
    /// Every operator.
    pub const ALL: [FoldOp; 2] = [FoldOp::Add, FoldOp::Mul];

    /// The name that texts use.
    pub fn name(self) -> &'static str {
        match self {
            FoldOp::Add => "fold_add",
            FoldOp::Mul => "fold_mul",
        }
    }

    /// The bits of the value that changes nothing, for a float type.
    pub fn identity(self, ty: Type) -> u64 {
        match (self, ty.bits()) {
            (FoldOp::Add, 32) => (-0f32).to_bits().into(),
            (FoldOp::Add, _) => (-0f64).to_bits(),
            (FoldOp::Mul, 32) => 1f32.to_bits().into(),
            (FoldOp::Mul, _) => 1f64.to_bits(),
        }
    }

    /// The operator on floats of this type.
    pub fn operator(self, ty: Type) -> BinaryOp {
        match (self, ty.bits()) {
            (FoldOp::Add, 32) => BinaryOp::F32Add,
            (FoldOp::Add, _) => BinaryOp::F64Add,
            (FoldOp::Mul, 32) => BinaryOp::F32Mul,
            (FoldOp::Mul, _) => BinaryOp::F64Mul,
        }
    }

    /// Combines two values of a float type; NaNs are canonical.
    pub fn combine(self, ty: Type, a: u64, b: u64) -> u64 {
        // Neither operator traps.
        eval::binary(self.operator(ty), a, b).unwrap_or_default()
    }

    /// The fold of what `value` gives for each of `trip` iterations.
    pub fn fold(self, ty: Type, trip: u64, value: impl Fn(u64) -> u64) -> u64 {
        let identity = self.identity(ty);
        let part = |range: Range<u64>| range.fold(identity, |all, i| self.combine(ty, all, value(i)));
        parts(trip).map(part).fold(identity, |all, part| self.combine(ty, all, part))
    }
}

/// The parts of `trip` iterations, in order; none is empty.
pub fn parts(trip: u64) -> impl Iterator<Item = Range<u64>> {
    let count = PARTS.min(trip);
    let cut = move |i: u64| (u128::from(trip) * u128::from(i) / u128::from(count.max(1))) as u64;
    (0..count).map(move |i| cut(i)..cut(i + 1))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn identities_change_nothing() {
        let values = [0.0, -0.0, 1.5, -1e-310, f64::INFINITY, f64::NEG_INFINITY];
        for op in FoldOp::ALL {
            for bits in values.map(f64::to_bits) {
                assert_eq!(op.combine(Type::F64, op.identity(Type::F64), bits), bits);
            }
            for bits in values.map(|v| u64::from((v as f32).to_bits())) {
                assert_eq!(op.combine(Type::F32, bits, op.identity(Type::F32)), bits);
            }
            assert_eq!(op.combine(Type::F32, op.identity(Type::F32), 0xffa0_0001), eval::CANONICAL_F32);
        }
    }

    #[test]
    fn parts_are_a_partition_in_order() {
        for trip in [0, 1, 63, 64, 65, 1000, 1 << 38] {
            let parts: Vec<_> = parts(trip).collect();
            assert_eq!(parts.len() as u64, trip.min(PARTS));
            assert!(parts.iter().all(|part| !part.is_empty()));
            let ends = [0].into_iter().chain(parts.iter().map(|part| part.end));
            assert!(parts.iter().map(|part| part.start).eq(ends.take(parts.len())));
            assert_eq!(parts.last().map_or(0, |part| part.end), trip);
        }
    }

    #[test]
    fn a_fold_has_its_own_order() {
        // A large number swallows small ones that come one by one, not their sum.
        let value = |i: u64| f64::to_bits(if i == 0 { 9007199254740992.0 } else { 1.0 });
        let in_order = (1..1000).fold(value(0), |all, i| FoldOp::Add.combine(Type::F64, all, value(i)));
        let folded = FoldOp::Add.fold(Type::F64, 1000, value);
        assert_eq!(in_order, value(0));
        assert!(f64::from_bits(folded) - f64::from_bits(in_order) > 900.0);
        assert_eq!(FoldOp::Mul.fold(Type::F32, 3, |i| ((i + 2) as f32).to_bits().into()), 24f32.to_bits().into());
    }
}
