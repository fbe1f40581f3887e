//! The forms that every stage of tensorwasm shares.
//!
//! `lowered` holds LoweredOp, the compact SSA in which guest functions are analysed and kernels are stored; `region`
//! holds what one dispatch replaces, with the two expression languages of the manifest. This crate knows no other
//! crate of the project: it reads no Wasm, emits no code and touches no device.
#![forbid(unsafe_code)]

pub mod abi;
pub mod faults;
#[cfg(feature = "kernel")]
pub mod kernel;
pub mod lowered;
pub mod region;
