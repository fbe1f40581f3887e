//! SANDBOX: unpacking. What this returns may be evaluated, compiled and launched without further checks of its form.
//!
//! Input: bytes that anyone may have written. Output: a [`Bundle`] or a typed error; no input panics. The order matters
//! and is the order of the calls in [`read`]: the frame with its size limits, the manifest's version, the digests of
//! module, kernels and PTX, then the manifest itself, every region, every kernel, every image, and last that the
//! module's imports and exports are those of the manifest. [`open`] checks the signature between version and digests.
//! What holds afterwards: `ir::region::verify` accepts every region and kernel, every index in the manifest is in range,
//! and each `region-N` that guest code can call has the type of region N. What doesn't follow: that the kernels do what
//! the guest's loops do, or that guards suffice for footprints. For that the signer is trusted, or nobody is.

use crate::digest;
use crate::error::{BundleError, PtxFault};
use crate::interface::{self, Interface};
use crate::limits;
use crate::manifest::{FpMode, MANIFEST_VERSION, Manifest, PtxImage};
use crate::sections::Frame;
use crate::signature;
use crate::trust::{KnownKeys, Signatures};
use ir::region::{Int, Kernel, Pred, Region, verify};
use serde::Deserialize;

/// A bundle taken apart.
#[derive(Clone, PartialEq, Debug)]
pub struct Bundle {
    /// What it says about itself.
    pub manifest: Manifest,
    /// The kernel of each region, by id.
    pub kernels: Vec<Kernel>,
    /// PTX images, ascending by region, mapping and target.
    pub ptx: Vec<PtxImage>,
    /// The rewritten module, without the signature and our sections; `manifest.module` is its digest.
    pub module: Vec<u8>,
}

impl Bundle {
    /// How many memories the module imports. Two of these may be one memory; one that it defines is itself.
    pub fn imported_memories(&self) -> u32 {
        let sections = wasmparser::Parser::new(0).parse_all(&self.module);
        let imports = sections.filter_map(|section| match section {
            Ok(wasmparser::Payload::ImportSection(section)) => Some(section),
            _ => None,
        });
        let memory = |import: &wasmparser::Import<'_>| matches!(import.ty, wasmparser::TypeRef::Memory(_));
        imports.flat_map(|section| section.into_imports().flatten()).filter(memory).count() as u32
    }
}

/// What a Wasm file is to us.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Kind {
    /// A module with nothing of ours.
    Plain,
    /// A bundle whose manifest is valid.
    Bundle,
}

/// Tells a bundle from a plain module.
///
/// A file with anything of ours, be it a section, an import or an export, is a bundle or an error, never plain. The
/// kernels and PTX of a bundle are compared with their digests but not decoded; [`read`] does that. A plain module is
/// checked only as far as its sections and their imports and exports.
pub fn classify(bytes: &[u8]) -> Result<Kind, BundleError> {
    let frame = Frame::of(bytes)?;
    let interface = Interface::of(&frame, bytes)?;
    if frame.ours.is_some() {
        let manifest = manifest(&frame)?;
        interface::check(&interface, &manifest)?;
        return Ok(Kind::Bundle);
    }
    match interface.reserved_name() {
        Some(name) => Err(BundleError::NoManifest { name }),
        None => Ok(Kind::Plain),
    }
}

/// Unpacks a bundle. Nothing is said about its signature: see [`open`].
pub fn read(bytes: &[u8]) -> Result<Bundle, BundleError> {
    let frame = Frame::of(bytes)?;
    unpack(&frame, bytes)
}

/// Unpacks a bundle and says who signed it, in itself and in `detached` signatures, in the order that the format demands:
/// version, signatures, digests, contents.
pub fn open(bytes: &[u8], detached: &[Vec<u8>], known: &KnownKeys) -> Result<(Signatures, Bundle), BundleError> {
    let frame = Frame::of(bytes)?;
    if let Some([manifest, ..]) = &frame.ours {
        head(frame.body(manifest))?;
    }
    let signatures = signature::verify_frame(&frame, bytes, detached, known)?;
    Ok((signatures, unpack(&frame, bytes)?))
}

fn unpack(frame: &Frame<'_>, bytes: &[u8]) -> Result<Bundle, BundleError> {
    let interface = Interface::of(frame, bytes)?;
    let Some([_, kernels, ptx]) = &frame.ours else {
        return Err(match interface.reserved_name() {
            Some(name) => BundleError::NoManifest { name },
            None => BundleError::Plain,
        });
    };
    let manifest = manifest(frame)?;
    let kernels = decode_kernels(frame.body(kernels), &manifest.regions)?;
    let ptx = decode_ptx(frame.body(ptx), &manifest)?;
    interface::check(&interface, &manifest)?;
    Ok(Bundle { manifest, kernels, ptx, module: frame.module_bytes() })
}

/// The fields that are needed before the manifest may be read as a whole.
#[derive(Deserialize)]
struct Head {
    module: String,
    kernels: String,
    ptx: String,
}

/// The one field whose meaning no version may change.
#[derive(Deserialize)]
struct Version {
    version: u64,
}

fn head(json: &[u8]) -> Result<Head, BundleError> {
    let Version { version: found } = serde_json::from_slice(json).map_err(malformed)?;
    if found > u64::from(MANIFEST_VERSION) {
        return Err(BundleError::NewerManifest { found, supported: MANIFEST_VERSION });
    }
    if found != u64::from(MANIFEST_VERSION) {
        return Err(BundleError::UnknownManifest { found });
    }
    serde_json::from_slice(json).map_err(malformed)
}

/// Reads the manifest of a file that has one, after the digests it states have been found to hold.
fn manifest(frame: &Frame<'_>) -> Result<Manifest, BundleError> {
    let Some([manifest, kernels, ptx]) = &frame.ours else { return Err(BundleError::Plain) };
    let json = frame.body(manifest);
    let head = head(json)?;
    digest::matches("module", &head.module, &frame.module_bytes())?;
    digest::matches("kernels", &head.kernels, frame.body(kernels))?;
    digest::matches("ptx", &head.ptx, frame.body(ptx))?;
    let manifest: Manifest = serde_json::from_slice(json).map_err(malformed)?;
    canonical(json, &manifest.to_json())?;
    digest::well_formed("source", &manifest.source)?;
    BundleError::at_most("regions", manifest.regions.len(), limits::MAX_REGIONS)?;
    for (wanted, region) in manifest.regions.iter().enumerate() {
        if region.id as usize != wanted {
            return Err(BundleError::RegionOrder { wanted, found: region.id });
        }
        verify::verify(region).map_err(|error| BundleError::Region { id: region.id, error })?;
        if region.is_relaxed() && manifest.options.fp != FpMode::Relaxed {
            return Err(BundleError::Relaxed { region: region.id });
        }
    }
    memories(&manifest)?;
    Ok(manifest)
}

fn malformed(error: serde_json::Error) -> BundleError {
    let (line, column) = (error.line(), error.column());
    let what = error.to_string().replace(&format!(" at line {line} column {column}"), "");
    BundleError::Manifest { line, column, what }
}

/// A manifest has one spelling. This refuses what serde forgives: unknown fields of nested types, fields that are there
/// twice, trailing white space; so two different manifests never mean the same.
fn canonical(found: &[u8], wanted: &[u8]) -> Result<(), BundleError> {
    if found == wanted {
        return Ok(());
    }
    let at = found.iter().zip(wanted).position(|(a, b)| a != b).unwrap_or(found.len().min(wanted.len()));
    Err(BundleError::NotCanonical { at })
}

/// Checks that the listed memories ascend and that regions use no others.
fn memories(manifest: &Manifest) -> Result<(), BundleError> {
    if let Some(pair) = manifest.memories.windows(2).find(|pair| pair[0].index >= pair[1].index) {
        return Err(BundleError::MemoryOrder { index: pair[1].index });
    }
    let listed = |memory: u32| manifest.memories.binary_search_by_key(&memory, |m| m.index).is_ok();
    for region in &manifest.regions {
        let footprints = region.footprints.iter().map(|f| f.memory);
        let finals = region.finals.iter().map(|f| f.memory);
        let lengths = region.program.ints.iter().filter_map(|int| match *int {
            Int::MemoryBytes(memory) => Some(memory),
            _ => None,
        });
        let identities = region.program.preds.iter().flat_map(|pred| match *pred {
            Pred::SameMemory(a, b) => vec![a, b],
            _ => Vec::new(),
        });
        if let Some(memory) = footprints.chain(finals).chain(lengths).chain(identities).find(|&m| !listed(m)) {
            return Err(BundleError::UnlistedMemory { region: region.id, memory });
        }
    }
    Ok(())
}

/// Decodes and verifies the kernels. What a region states isn't stored twice: dimensions and return roles are its own.
fn decode_kernels(bytes: &[u8], regions: &[Region]) -> Result<Vec<Kernel>, BundleError> {
    let spaces: Vec<u32> = regions.iter().map(|r| r.footprints.len() as u32).collect();
    let funcs = ir::lowered::codec::decode(bytes, &spaces)?;
    if funcs.len() != regions.len() {
        return Err(BundleError::KernelCount { kernels: funcs.len(), regions: regions.len() });
    }
    let mut kernels = Vec::with_capacity(funcs.len());
    for (region, func) in regions.iter().zip(funcs) {
        let returns = region.returns.iter().map(|r| r.1).collect();
        let kernel = Kernel { func, dims: region.trips.len() as u32, returns };
        verify::verify_kernel(region, &kernel).map_err(|error| BundleError::Region { id: region.id, error })?;
        kernels.push(kernel);
    }
    Ok(kernels)
}

fn decode_ptx(bytes: &[u8], manifest: &Manifest) -> Result<Vec<PtxImage>, BundleError> {
    let (images, rest): (Vec<PtxImage>, _) = postcard::take_from_bytes(bytes).map_err(|_| BundleError::Ptx)?;
    if !rest.is_empty() {
        return Err(BundleError::Ptx);
    }
    for (index, image) in images.iter().enumerate() {
        let before = index.checked_sub(1).map(|before| images[before].key());
        check_image(image, before, manifest).map_err(|fault| BundleError::PtxImage { index, fault })?;
    }
    Ok(images)
}

fn check_image(image: &PtxImage, before: Option<(u32, u32, &str)>, manifest: &Manifest) -> Result<(), PtxFault> {
    let region = manifest.regions.get(image.region as usize).ok_or(PtxFault::Region)?;
    region.mappings.get(image.mapping as usize).ok_or(PtxFault::Mapping)?;
    if !manifest.options.targets.contains(&image.target) {
        return Err(PtxFault::Target);
    }
    let first = image.entry.bytes().next().unwrap_or(b'0');
    let rest = image.entry.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_' || b == b'$');
    if !rest || first.is_ascii_digit() {
        return Err(PtxFault::Entry);
    }
    if image.text.is_empty() || image.text.contains('\0') {
        return Err(PtxFault::Text);
    }
    if before.is_some_and(|before| before >= image.key()) { Err(PtxFault::Order) } else { Ok(()) }
}
