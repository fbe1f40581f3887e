//! Bundles: a rewritten module, its manifest and its kernels in one signed Wasm file.
//!
//! [`write()`] packs, [`read`] checks and unpacks, [`classify`] tells a bundle from a plain module, [`sign`] and
//! [`verify`] say who made a file, [`open`] is `verify` and `read` in the order in which they must happen, [`keyring`] is
//! the folder of keys that an operator knows. `docs/bundle-format.md` describes the file, `docs/trust.md` the folder. This crate runs nothing: whether the guards of a region suffice for its
//! kernel isn't decided here, and an untrusted bundle that reads well is still untrusted.
#![forbid(unsafe_code)]

pub mod abi_names;
mod digest;
mod error;
mod interface;
pub mod keyring;
mod keys;
mod layout;
pub mod limits;
mod manifest;
mod read;
mod sections;
mod signature;
mod trust;
mod write;

pub use abi_names::NAMESPACE;
pub use digest::digest;
pub use error::{BundleError, InterfaceFault, KeyFault, KeyHalf, NotWasm, PtxFault, SignatureFault};
pub use keyring::{Keyring, KeyringError};
pub use keys::{KeyPair, PublicKey, SecretKey, keygen};
pub use layout::{Difference, SectionInfo, differences, layout};
pub use manifest::{FpMode, MANIFEST_VERSION, Manifest, MemoryExport, Options, PtxImage};
pub use read::{Bundle, Kind, classify, open, read};
pub use sections::PREFIX as SECTION_PREFIX;
pub use signature::{sign, sign_detached, unsigned, verify};
pub use trust::{Demand, KnownKeys, NamedKey, Signatures, Signer, Standing};
pub use write::{COMPILER, Contents, write};
