//! Bundles: a rewritten module, its manifest and its kernels in one signed Wasm file.
#![forbid(unsafe_code)]

mod manifest;

pub use manifest::{FpMode, Manifest, MemoryExport, Options, PtxImage};
