//! Content digests: BLAKE3 in lower-case hex.

use crate::error::BundleError;

/// The digest of `bytes`.
pub fn digest(bytes: &[u8]) -> String {
    blake3::hash(bytes).to_hex().to_string()
}

/// Checks that `text` could be a digest.
pub(crate) fn well_formed(field: &'static str, text: &str) -> Result<(), BundleError> {
    let hex = text.bytes().all(|b| b.is_ascii_digit() || (b'a'..=b'f').contains(&b));
    if hex && text.len() == 64 { Ok(()) } else { Err(BundleError::NotADigest { field }) }
}

/// Checks that the manifest's `field` holds the digest of `bytes`.
pub(crate) fn matches(field: &'static str, wanted: &str, bytes: &[u8]) -> Result<(), BundleError> {
    well_formed(field, wanted)?;
    if digest(bytes) == wanted { Ok(()) } else { Err(BundleError::Digest { field }) }
}
