//! Rewrites of kernels from LoweredOp to LoweredOp, for devices that lack something.
//!
//! `lanes` takes vectors apart.

mod lanes;

pub use lanes::scalarise;
