//! Why a file isn't a bundle, or not one that may be used.

use crate::sections;
use ir::lowered::codec::CodecError;
use ir::region::verify::RegionError;
use std::fmt;
use thiserror::Error;

/// Why a file isn't a bundle, or not one that may be used.
#[derive(Clone, Debug, Error)]
pub enum BundleError {
    /// A file without a byte.
    #[error("the file is empty")]
    Empty,
    /// A file of another kind.
    #[error("not a WebAssembly module: {0}")]
    NotWasm(NotWasm),
    /// A component, which holds modules but isn't one.
    #[error("a WebAssembly component, not a module")]
    Component,
    /// A module of a version that doesn't exist yet.
    #[error("WebAssembly binary version {found}; only version 1 is supported")]
    WasmVersion {
        /// The version field.
        found: u32,
    },
    /// A file that ends too early.
    #[error("the file ends at offset {offset}, within {what}")]
    Truncated {
        /// The file's length.
        offset: usize,
        /// What is cut off.
        what: &'static str,
    },
    /// Bytes that can't be what they should be.
    #[error("malformed at offset {offset}: {what}")]
    Malformed {
        /// Where.
        offset: usize,
        /// What should be there.
        what: &'static str,
    },
    /// A standard section that wasmparser refuses.
    #[error("malformed module: {0}")]
    Module(#[from] wasmparser::BinaryReaderError),
    /// Too much of something.
    #[error("{what}: {found} of at most {limit}")]
    Limit {
        /// Of what.
        what: &'static str,
        /// How much.
        found: usize,
        /// How much is allowed.
        limit: usize,
    },
    /// A section of ours that is there twice.
    #[error("a second section `{name}` at offset {offset}")]
    DuplicateSection {
        /// Its name.
        name: &'static str,
        /// Where the second one begins.
        offset: usize,
    },
    /// A section of ours that has the wrong neighbours.
    #[error("section `{name}` at offset {offset} must stand {}", place(.name))]
    MisplacedSection {
        /// Its name.
        name: &'static str,
        /// Where it begins.
        offset: usize,
    },
    /// A bundle without one of its sections.
    #[error("section `{name}` is missing")]
    MissingSection {
        /// Its name.
        name: &'static str,
    },
    /// A section with a name reserved for bundles that this build doesn't know.
    #[error("unknown section `{name}` at offset {offset}")]
    UnknownSection {
        /// Its name.
        name: String,
        /// Where it begins.
        offset: usize,
    },
    /// A module that imports or exports names of ours but carries no manifest.
    #[error("`{name}` is reserved for bundles, but the module has no manifest")]
    NoManifest {
        /// The import or export.
        name: String,
    },
    /// A module without anything of ours where a bundle is needed.
    #[error("a plain module, not a bundle")]
    Plain,
    /// A module that is to become a bundle and already is one, or uses our names.
    #[error("the module already uses `{name}`, which is reserved for bundles")]
    Reserved {
        /// The section, import or export.
        name: String,
    },
    /// A manifest that a later release wrote.
    #[error("manifest version {found} is newer than this build, which reads version {supported}")]
    NewerManifest {
        /// Its version.
        found: u64,
        /// The version this build reads.
        supported: u32,
    },
    /// A manifest version that never existed.
    #[error("manifest version {found} isn't known")]
    UnknownManifest {
        /// Its version.
        found: u64,
    },
    /// A manifest that isn't the JSON it should be.
    #[error("malformed manifest at line {line}, column {column}: {what}")]
    Manifest {
        /// The line, from 1.
        line: usize,
        /// The column, from 1.
        column: usize,
        /// The JSON reader's words.
        what: String,
    },
    /// A manifest with the right contents in another spelling: white space, unknown or repeated fields.
    #[error("the manifest isn't in its canonical form from byte {at} on")]
    NotCanonical {
        /// The first byte that differs.
        at: usize,
    },
    /// A digest field that isn't 64 lower-case hex digits.
    #[error("the manifest's `{field}` isn't a digest")]
    NotADigest {
        /// The manifest's field.
        field: &'static str,
    },
    /// Contents that aren't those the manifest was written for.
    #[error("the manifest's `{field}` digest doesn't match the file's contents")]
    Digest {
        /// The manifest's field.
        field: &'static str,
    },
    /// A region whose id isn't its position.
    #[error("region {found} stands where region {wanted} should")]
    RegionOrder {
        /// Its position.
        wanted: usize,
        /// Its id.
        found: u32,
    },
    /// A region that fails verification.
    #[error("region {id}: {error}")]
    Region {
        /// Its id.
        id: u32,
        /// What is wrong with it.
        error: RegionError,
    },
    /// As many kernels as regions are needed.
    #[error("{kernels} kernels for {regions} regions")]
    KernelCount {
        /// How many kernels there are.
        kernels: usize,
        /// How many regions there are.
        regions: usize,
    },
    /// A kernels section that can't be decoded.
    #[error("section `tensorwasm.kernels`: {0}")]
    Kernels(#[from] CodecError),
    /// A PTX section that can't be decoded.
    #[error("section `tensorwasm.ptx` is malformed")]
    Ptx,
    /// A PTX image that doesn't fit the manifest.
    #[error("PTX image {index}: {fault}")]
    PtxImage {
        /// Its position.
        index: usize,
        /// What is wrong with it.
        fault: PtxFault,
    },
    /// An import, export or memory that doesn't fit the manifest.
    #[error("`{name}`: {fault}")]
    Interface {
        /// The import or export.
        name: String,
        /// What is wrong with it.
        fault: InterfaceFault,
    },
    /// A region that names a memory for which the manifest has no export.
    #[error("region {region} uses memory {memory}, which the manifest doesn't list")]
    UnlistedMemory {
        /// The region.
        region: u32,
        /// The memory index.
        memory: u32,
    },
    /// A region that adds floats up in another order, in a bundle that says it keeps theirs.
    #[error("region {region} folds floats, which the manifest's float mode doesn't permit")]
    Relaxed {
        /// The region.
        region: u32,
    },
    /// A list of memories that isn't strictly ascending by index.
    #[error("the manifest's memory {index} is out of order")]
    MemoryOrder {
        /// The memory index.
        index: u32,
    },
    /// A signature that doesn't hold.
    #[error("invalid signature: {0}")]
    Signature(SignatureFault),
    /// A detached signature that doesn't hold.
    #[error("invalid detached signature: {0}")]
    Detached(SignatureFault),
    /// A key file that isn't what is needed.
    #[error("{wanted} key is needed, but {fault}")]
    Key {
        /// Which half is needed.
        wanted: KeyHalf,
        /// What is there instead.
        fault: KeyFault,
    },
}

impl BundleError {
    /// An error if `found` exceeds `limit`.
    pub(crate) fn at_most(what: &'static str, found: usize, limit: usize) -> Result<(), BundleError> {
        if found <= limit { Ok(()) } else { Err(BundleError::Limit { what, found, limit }) }
    }
}

fn place(name: &str) -> &'static str {
    if name == sections::SIGNATURE { "first" } else { "at the end" }
}

/// What a file that isn't Wasm seems to be.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum NotWasm {
    /// WebAssembly text.
    Wat,
    /// Some other text.
    Text,
    /// An executable or object file of some operating system.
    Executable,
    /// An archive, such as a static library or a zip file.
    Archive,
    /// Anything else.
    Unknown,
}

impl NotWasm {
    /// Guesses from a file's first bytes.
    pub(crate) fn guess(bytes: &[u8]) -> NotWasm {
        let begins = |magics: &[&[u8]]| magics.iter().any(|m| bytes.starts_with(m));
        if begins(&[b"\x7fELF", b"MZ", b"\xcf\xfa\xed\xfe", b"\xca\xfe\xba\xbe"]) {
            return NotWasm::Executable;
        }
        if begins(&[b"!<arch>", b"PK\x03\x04", b"\x1f\x8b"]) {
            return NotWasm::Archive;
        }
        let head = &bytes[..bytes.len().min(1024)];
        let readable = |b: &u8| b.is_ascii_graphic() || b.is_ascii_whitespace() || *b >= 0x80;
        match head.trim_ascii_start() {
            text if !head.iter().all(readable) || text.is_empty() => NotWasm::Unknown,
            text if text.starts_with(b"(module") || text.starts_with(b";;") || text.starts_with(b"(;") => NotWasm::Wat,
            _ => NotWasm::Text,
        }
    }
}

impl fmt::Display for NotWasm {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            NotWasm::Wat => "this is WebAssembly text; assemble it first",
            NotWasm::Text => "this is a text file",
            NotWasm::Executable => "this is a native executable",
            NotWasm::Archive => "this is an archive",
            NotWasm::Unknown => "the first bytes aren't `\\0asm`",
        })
    }
}

/// What is wrong with a PTX image.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Error)]
pub enum PtxFault {
    /// Its region doesn't exist.
    #[error("there is no such region")]
    Region,
    /// Its mapping doesn't exist.
    #[error("the region has no such mapping")]
    Mapping,
    /// Its target isn't among the options.
    #[error("the options don't name its target")]
    Target,
    /// Its entry isn't a PTX identifier.
    #[error("its entry isn't an identifier")]
    Entry,
    /// Its text has a NUL, at which a driver would stop reading, or nothing at all.
    #[error("its text is empty or holds a NUL")]
    Text,
    /// It doesn't come after the one before it, by region, mapping and target.
    #[error("it is out of order or there twice")]
    Order,
}

/// What is wrong with an import or export of ours.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Error)]
pub enum InterfaceFault {
    /// A name that no compiler writes.
    #[error("no such name is defined")]
    UnknownName,
    /// A region that the manifest doesn't have.
    #[error("the manifest has no such region")]
    NoRegion,
    /// The import is there twice.
    #[error("imported twice")]
    Duplicate,
    /// The region's import isn't there.
    #[error("the module doesn't import it")]
    Missing,
    /// The function's parameters or results aren't the region's live-ins or live-outs.
    #[error("the type doesn't match the region's live-ins and live-outs")]
    FunctionType,
    /// The global isn't a mutable `i64`.
    #[error("not a mutable i64 global")]
    GlobalType,
    /// The module doesn't export a memory of that name and index.
    #[error("the module doesn't export the memory under this name")]
    NoMemory,
    /// The export isn't in the manifest.
    #[error("the manifest has no such export")]
    UnlistedExport,
    /// The memory is shared between threads.
    #[error("the memory is shared")]
    SharedMemory,
}

/// Why a signature doesn't hold.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Error)]
pub enum SignatureFault {
    /// It isn't exactly what signing writes: one hash and some Ed25519 signatures of different keys in the shortest form.
    #[error("it isn't in the form that signing writes")]
    Form,
    /// The hash isn't that of the file.
    #[error("the file was changed after it was signed, or another one was signed")]
    Content,
    /// The signature isn't that of the key it names.
    #[error("not made by the key it names")]
    Forged,
}

/// A half of a key pair.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum KeyHalf {
    /// The half that signs.
    Secret,
    /// The half that verifies.
    Public,
}

impl fmt::Display for KeyHalf {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            KeyHalf::Secret => "a secret",
            KeyHalf::Public => "a public",
        })
    }
}

/// What a key file holds instead of the key that is needed.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Error)]
pub enum KeyFault {
    /// The secret half.
    #[error("this is a secret key")]
    SecretHalf,
    /// The public half.
    #[error("this is a public key")]
    PublicHalf,
    /// A point of small order, under which anybody could sign anything.
    #[error("this is a weak key")]
    Weak,
    /// Something else, or a part of a key.
    #[error("this isn't an Ed25519 key in PEM, DER or wasmsign2's binary form")]
    NotAKey,
}
