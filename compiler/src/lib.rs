//! From a Wasm module to its regions and the rewritten module around them.
//!
//! `driver` is the pipeline on one screen; `wasm` reads, `analysis` proves, `recompute` rids loops of values they carry, `witness` looks for the dependence behind another obstacle, `extract` makes regions and kernels, `rewrite`
//! puts dispatches into the module.
#![forbid(unsafe_code)]

pub mod analysis;
pub mod blame;
pub mod driver;
pub mod extract;
mod lines;
pub mod reasons;
mod recompute;
pub mod rewrite;
pub mod wasm;
mod witness;

pub use blame::Spot;
pub use bundle::FpMode;
pub use driver::{
    CompileError, Compiled, LoopReport, Options, Outcome, PtxFailure, Stage, compile, compile_loop, compile_observed,
    explain, pliron_text,
};
pub use reasons::Reason;
