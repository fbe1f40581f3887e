//! From a region's kernel to code: PTX text through the pliron dialect, native code through Cranelift.
//!
//! `ptx` (feature `ptx`) and `native` (feature `native`) share only LoweredOp and the calling convention in `ir::abi`, so
//! that a runtime links neither pliron nor the compiler. `transform` rewrites kernels for devices that lack something.

#[cfg(feature = "native")]
pub mod native;
#[cfg(feature = "ptx")]
pub mod ptx;
#[cfg(feature = "ptx")]
pub mod transform;
