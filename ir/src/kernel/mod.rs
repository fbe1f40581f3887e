//! The pliron dialect `twk`: one kernel in the form that GPU passes and emitters work on.
//!
//! A [`ops::Kernel`] operation holds one region of basic blocks for one point of the iteration space. Scalars are
//! pliron's `i32`, `i64`, `fp32` and `fp64`; a device address is a [`types::PointerType`]. Every operator of LoweredOp
//! appears under its own name as an attribute of [`ops::Unary`], [`ops::Binary`] or [`ops::Ternary`], so its type rule and its trap stay
//! written in one place, `lowered::ops`, and its value in `lowered::eval`. Parameters of the entry are operations
//! ([`ops::Index`], [`ops::LiveIn`]), which leaves the entry block without arguments.
//!
//! Input: what `lowering` builds from a verified LoweredOp kernel. Output: what its passes change and its emitter reads,
//! through [`view::view`]. Assumed: one pliron context per thread; kernels are small, because pliron's verifier is
//! quadratic in the depth of the dominator tree. Attribute keys are global to the process, so all of them begin with
//! `twk_`. The text form is for people: it is printed and parsed, but never stored.

pub mod attributes;
pub mod folding;
pub mod ops;
pub mod types;
pub mod view;

#[cfg(test)]
mod tests;
