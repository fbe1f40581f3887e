//! Rewrites of kernels from LoweredOp to LoweredOp, for devices that lack something.
//!
//! `lanes` takes vectors apart; `sink` moves the loop over a row of points into the kernel.

mod lanes;
mod sink;

pub use lanes::scalarise;
pub use sink::sink;
