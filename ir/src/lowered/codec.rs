//! The binary form of kernels, as a bundle stores it.
//!
//! One version byte, then the functions in postcard's encoding. Decoding is bounded by the input's length, never
//! recurses, and ends with the verifier: what [`decode`] returns is safe to hand to any emitter.

use super::Func;
use super::verify::{Form, VerifyError, verify};
use crate::region::limits::MAX_BLOCKS;
use thiserror::Error;

/// The version written; a reader takes no other.
pub const VERSION: u8 = 2;

/// Why bytes aren't a list of kernels.
#[derive(Clone, PartialEq, Eq, Debug, Error)]
pub enum CodecError {
    /// Another version.
    #[error("kernel encoding version {found}, this build reads {VERSION}")]
    Version {
        /// The version byte.
        found: u8,
    },
    /// Bytes that aren't an encoding, or more of them than one.
    #[error("malformed kernel encoding")]
    Malformed,
    /// A function with more blocks than [`MAX_BLOCKS`].
    #[error("kernel {index}: {found} blocks of at most {MAX_BLOCKS}")]
    Blocks {
        /// The kernel's index.
        index: usize,
        /// How many blocks it has.
        found: usize,
    },
    /// A function that fails verification.
    #[error("kernel {index}: {error}")]
    Invalid {
        /// The kernel's index.
        index: usize,
        /// What is wrong with it.
        error: VerifyError,
    },
}

/// Encodes `kernels`.
pub fn encode(kernels: &[Func]) -> Vec<u8> {
    let mut bytes = vec![VERSION];
    bytes.extend(postcard::to_allocvec(kernels).expect("in-memory encoding of plain data"));
    bytes
}

/// Decodes kernels and verifies each against the number of footprints in `spaces`; a kernel without an entry there
/// is malformed.
pub fn decode(bytes: &[u8], spaces: &[u32]) -> Result<Vec<Func>, CodecError> {
    let (&version, body) = bytes.split_first().ok_or(CodecError::Malformed)?;
    if version != VERSION {
        return Err(CodecError::Version { found: version });
    }
    let (kernels, rest): (Vec<Func>, _) = postcard::take_from_bytes(body).map_err(|_| CodecError::Malformed)?;
    if !rest.is_empty() || kernels.len() != spaces.len() {
        return Err(CodecError::Malformed);
    }
    for (index, (kernel, &spaces)) in kernels.iter().zip(spaces).enumerate() {
        if kernel.blocks.len() > MAX_BLOCKS {
            return Err(CodecError::Blocks { index, found: kernel.blocks.len() });
        }
        verify(kernel, Form::Kernel { spaces }).map_err(|error| CodecError::Invalid { index, error })?;
    }
    Ok(kernels)
}
