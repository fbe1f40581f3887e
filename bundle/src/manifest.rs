//! The manifest: what a bundle says about itself, as JSON for people and tools.

use ir::region::Region;
use serde::{Deserialize, Serialize};

/// The manifest version that this build writes and reads.
pub const MANIFEST_VERSION: u32 = 1;

/// How float arithmetic was treated at compile time.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum FpMode {
    /// Every operation is rounded separately and keeps its order.
    #[default]
    Exact,
    /// Every operation is rounded separately; sums and products of floats that a loop accumulates may be made in another order.
    Relaxed,
}

impl std::fmt::Display for FpMode {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            FpMode::Exact => "exact",
            FpMode::Relaxed => "relaxed",
        })
    }
}

/// The options that the kernels depend on.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Options {
    /// Float mode.
    pub fp: FpMode,
    /// PTX targets, such as `sm_80`.
    pub targets: Vec<String>,
}

/// A memory that regions use, and the name under which the rewritten module exports it.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MemoryExport {
    /// The memory index that footprints name.
    pub index: u32,
    /// The reserved export name.
    pub export: String,
}

impl MemoryExport {
    /// The memory with this index under its reserved name.
    pub fn new(index: u32) -> MemoryExport {
        MemoryExport { index, export: crate::abi_names::memory(index) }
    }
}

/// PTX text of one region for one target.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct PtxImage {
    /// The region's id.
    pub region: u32,
    /// The mapping it realises.
    pub mapping: u32,
    /// The target, such as `sm_80`.
    pub target: String,
    /// The name of the `.entry`.
    pub entry: String,
    /// The text.
    pub text: String,
}

impl PtxImage {
    /// What a bundle orders its images by, and holds at most one of.
    pub(crate) fn key(&self) -> (u32, u32, &str) {
        (self.region, self.mapping, &self.target)
    }
}

/// What a bundle says about itself.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Manifest {
    /// [`MANIFEST_VERSION`].
    pub version: u32,
    /// BLAKE3 of the original module, in hex.
    pub source: String,
    /// Name and version of the compiler.
    pub compiler: String,
    /// The compile options.
    pub options: Options,
    /// BLAKE3 of the rewritten module without our sections, in hex.
    pub module: String,
    /// BLAKE3 of the kernels section, in hex.
    pub kernels: String,
    /// BLAKE3 of the PTX section, in hex.
    pub ptx: String,
    /// The memories that regions use.
    pub memories: Vec<MemoryExport>,
    /// The regions, by id.
    pub regions: Vec<Region>,
}

impl Manifest {
    /// The one spelling that a bundle may hold: no white space, fields in the order of their declaration.
    pub(crate) fn to_json(&self) -> Vec<u8> {
        serde_json::to_vec(self).expect("in-memory encoding of plain data")
    }
}
