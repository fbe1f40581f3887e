//! Packing: a rewritten module and its contents become a bundle.
//!
//! Output depends on the input alone: the JSON's fields have a fixed order, PTX images are sorted. What is written is
//! read back before it is handed out, so whatever `read` demands holds for every bundle this build writes, and a
//! compiler's mistake shows at compile time.

use crate::digest::digest;
use crate::error::BundleError;
use crate::interface::Interface;
use crate::manifest::{MANIFEST_VERSION, Manifest, MemoryExport, Options, PtxImage};
use crate::read::read;
use crate::sections::{Frame, KERNELS, MANIFEST, PTX, custom};
use ir::region::verify::{RegionError, verify_kernel};
use ir::region::{Kernel, Region};

/// Name and version of this compiler, as bundles state it: what is compiled depends on it, the source and the options.
pub const COMPILER: &str = concat!("tensorwasm ", env!("CARGO_PKG_VERSION"));

/// What goes into a bundle beside the rewritten module.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Contents {
    /// The [`digest`] of the original module.
    pub source: String,
    /// The compile options.
    pub options: Options,
    /// The memories that regions use, by ascending index; see [`MemoryExport::new`].
    pub memories: Vec<MemoryExport>,
    /// The regions; each one's id is its position.
    pub regions: Vec<Region>,
    /// The kernel of each region.
    pub kernels: Vec<Kernel>,
    /// PTX for regions, in any order; a region needs none.
    pub ptx: Vec<PtxImage>,
}

/// Packs `module`, which must import and export what `contents` says under the names of [`crate::abi_names`].
///
/// A signature that the module carries isn't kept: it can't hold for the bundle.
pub fn write(module: &[u8], contents: &Contents) -> Result<Vec<u8>, BundleError> {
    let frame = Frame::of(module)?;
    if frame.ours.is_some() {
        return Err(BundleError::Reserved { name: MANIFEST.into() });
    }
    if contents.regions.is_empty()
        && let Some(name) = Interface::of(&frame, module)?.reserved_name()
    {
        return Err(BundleError::Reserved { name });
    }
    check_kernels(contents)?;
    let mut bytes = frame.module_bytes();
    let funcs: Vec<_> = contents.kernels.iter().map(|k| k.func.clone()).collect();
    let kernels = ir::lowered::codec::encode(&funcs);
    let ptx = encode_ptx(&contents.ptx);
    let manifest = Manifest {
        version: MANIFEST_VERSION,
        source: contents.source.clone(),
        compiler: COMPILER.into(),
        options: contents.options.clone(),
        module: digest(&bytes),
        kernels: digest(&kernels),
        ptx: digest(&ptx),
        memories: contents.memories.clone(),
        regions: contents.regions.clone(),
    };
    bytes.extend(custom(MANIFEST, &manifest.to_json()));
    bytes.extend(custom(KERNELS, &kernels));
    bytes.extend(custom(PTX, &ptx));
    read(&bytes)?;
    Ok(bytes)
}

/// Checks what the encoding would lose: that there is a kernel per region, and that its dimensions and return roles,
/// which the file states only once, are the region's.
fn check_kernels(contents: &Contents) -> Result<(), BundleError> {
    let (kernels, regions) = (contents.kernels.len(), contents.regions.len());
    if kernels != regions {
        return Err(BundleError::KernelCount { kernels, regions });
    }
    for (region, kernel) in contents.regions.iter().zip(&contents.kernels) {
        let fail = |error: RegionError| BundleError::Region { id: region.id, error };
        ir::region::verify::verify(region).map_err(fail)?;
        verify_kernel(region, kernel).map_err(fail)?;
    }
    Ok(())
}

fn encode_ptx(images: &[PtxImage]) -> Vec<u8> {
    let mut images: Vec<&PtxImage> = images.iter().collect();
    images.sort_by_key(|image| image.key());
    postcard::to_allocvec(&images).expect("in-memory encoding of plain data")
}
