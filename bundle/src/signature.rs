//! SANDBOX: signatures: who made a file.
//!
//! The format is that of the WebAssembly tool-conventions, signed as a whole: a custom section `signature` stands first
//! and holds the SHA-256 of every byte after it, signed with Ed25519. wasmsign2 reads it; this room is stricter, because
//! a reader that forgives lets bytes change under a signature. Exactly one form is accepted: one hash, one signature,
//! every length in its shortest form. So the file's bytes are the header, which is fixed, the signature section, which is
//! a function of key id, hash and signature, and the rest, which is hashed. An Ed25519 signature has no second valid form
//! because the library refuses scalars that aren't reduced.
//!
//! What holds for `Trusted`: the holder of that key signed these very bytes. A file without a signature section is
//! `Missing`, and damage to the section's own name makes it so: whoever demands a signature refuses `Missing`.

use crate::error::{BundleError, SignatureFault};
use crate::keys::{PublicKey, SecretKey};
use crate::sections::{Frame, HEADER, SIGNATURE, custom};
use wasmsign2::reexports::hmac_sha256;
use wasmsign2::{SignatureData, SignatureForHashes, SignedHashes};

/// Who signed a file.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Signature {
    /// Nobody.
    Missing,
    /// Somebody whose key isn't among those given. The hash it states is the file's; the signature can't be checked.
    UnknownKey,
    /// The holder of one of the keys given.
    Trusted {
        /// The key's [`PublicKey::id`].
        key_id: String,
    },
}

/// Version 1, a module, SHA-256: what the signed message says before the hash.
const FORM: [u8; 3] = [1, 1, 1];
/// Ed25519 in a signature section.
const ED25519: u8 = 1;
/// The bytes of a key id, which wasmsign2 computes from the key.
const KEY_ID_BYTES: usize = 12;

/// Signs a module as a whole, in place of any signature it carries; every other byte stays.
pub fn sign(bytes: &[u8], key: &SecretKey) -> Result<Vec<u8>, BundleError> {
    let frame = Frame::of(bytes)?;
    let signed = &bytes[frame.signed()];
    let hash = hmac_sha256::Hash::hash(signed);
    // wasmsign2 can sign a file only after rewriting it with shortest section sizes, so it is used below that level.
    let message = [b"wasmsig".as_slice(), &FORM, &hash].concat();
    let statement = Statement {
        key_id: Some(key.public().id_bytes().to_vec()),
        hash,
        signature: key.0.sk.sign(message, None).to_vec(),
    };
    Ok([&HEADER, statement.section()?.as_slice(), signed].concat())
}

/// Says who signed a file. An invalid signature is an error, whatever the keys.
pub fn verify(bytes: &[u8], trusted: &[PublicKey]) -> Result<Signature, BundleError> {
    verify_frame(&Frame::of(bytes)?, bytes, trusted)
}

/// [`verify`] for a file that has been taken apart.
pub(crate) fn verify_frame(frame: &Frame<'_>, bytes: &[u8], trusted: &[PublicKey]) -> Result<Signature, BundleError> {
    let Some(section) = &frame.signature else { return Ok(Signature::Missing) };
    let fault = BundleError::Signature;
    let statement = Statement::read(frame.body(section)).ok_or(fault(SignatureFault::Form))?;
    if statement.section()? != bytes[section.whole.clone()] {
        return Err(fault(SignatureFault::Form));
    }
    if hmac_sha256::Hash::hash(&bytes[frame.signed()]) != statement.hash {
        return Err(fault(SignatureFault::Content));
    }
    for key in trusted {
        let named = statement.key_id.as_deref().map(|id| id == key.id_bytes());
        if named == Some(false) {
            continue;
        }
        match key.0.verify(&mut &bytes[..], None) {
            Ok(()) => return Ok(Signature::Trusted { key_id: key.id() }),
            Err(_) if named == Some(true) => return Err(fault(SignatureFault::Forged)),
            Err(_) => {}
        }
    }
    Ok(Signature::UnknownKey)
}

/// What a signature section states.
struct Statement {
    /// The signer's id; other tools may leave it out.
    key_id: Option<Vec<u8>>,
    hash: [u8; 32],
    signature: Vec<u8>,
}

impl Statement {
    /// Reads the one layout that is accepted: form, count, length; count, hash; count, length; key id with its length;
    /// algorithm; signature with its length. Each count and length is one byte, and the caller checks them all at once by
    /// comparing what [`Statement::section`] writes with what was read.
    fn read(payload: &[u8]) -> Option<Statement> {
        let (head, rest) = payload.split_at_checked(FORM.len() + 2 + 1)?;
        let (hash, rest) = rest.split_first_chunk()?;
        let (key_id, signature) = match rest.len().checked_sub(3 + 2 + 64)? {
            0 => (None, &rest[5..]),
            KEY_ID_BYTES => (Some(rest[3..3 + KEY_ID_BYTES].to_vec()), &rest[5 + KEY_ID_BYTES..]),
            _ => return None,
        };
        head.starts_with(&FORM).then(|| Statement { key_id, hash: *hash, signature: signature.to_vec() })
    }

    /// The section from its id on, in the shortest form.
    fn section(&self) -> Result<Vec<u8>, BundleError> {
        let signature =
            SignatureForHashes { key_id: self.key_id.clone(), alg_id: ED25519, signature: self.signature.clone() };
        let hashes = SignedHashes { hashes: vec![self.hash.to_vec()], signatures: vec![signature] };
        let data = SignatureData {
            specification_version: FORM[0],
            content_type: FORM[1],
            hash_function: FORM[2],
            signed_hashes_set: vec![hashes],
        };
        let payload = data.serialize().map_err(|_| BundleError::Signature(SignatureFault::Form))?;
        Ok(custom(SIGNATURE, &payload))
    }
}
