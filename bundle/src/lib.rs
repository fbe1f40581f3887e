//! Bundles: a rewritten module, its manifest and its kernels in one signed Wasm file.
//!
//! [`write()`] packs, [`read`] checks and unpacks, [`classify`] tells a bundle from a plain module, [`sign`] and
//! [`verify`] say who made a file, [`open`] is `verify` and `read` in the order in which they must happen.
//! `docs/bundle-format.md` describes the file. This crate runs nothing: whether the guards of a region suffice for its
//! kernel isn't decided here, and an untrusted bundle that reads well is still untrusted.
#![forbid(unsafe_code)]

pub mod abi_names;
mod digest;
mod error;
mod interface;
mod keys;
pub mod limits;
mod manifest;
mod read;
mod sections;
mod signature;
mod write;

pub use abi_names::NAMESPACE;
pub use digest::digest;
pub use error::{BundleError, InterfaceFault, NotWasm, PtxFault, SignatureFault};
pub use keys::{KeyPair, PublicKey, SecretKey, keygen};
pub use manifest::{FpMode, MANIFEST_VERSION, Manifest, MemoryExport, Options, PtxImage};
pub use read::{Bundle, Kind, classify, open, read};
pub use sections::PREFIX as SECTION_PREFIX;
pub use signature::{Signature, sign, verify};
pub use write::{Contents, write};
