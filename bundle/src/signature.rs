//! SANDBOX: signatures: who made a file.
//!
//! The format is that of the WebAssembly tool-conventions, signed as a whole: a custom section `signature` stands first
//! and holds the SHA-256 of every byte after it, signed with Ed25519 by one key or several. A detached signature is that
//! section's payload in a file of its own. wasmsign2 reads both; this room is stricter, because a reader that forgives
//! lets bytes change under a signature. Exactly one form is accepted: one hash, some signatures, no key twice, every
//! length in its shortest form. So the file's bytes are the header, which is fixed, the signature section, which is a
//! function of hash, key ids and signatures, and the rest, which is hashed. An Ed25519 signature has no second valid form
//! because the library refuses scalars that aren't reduced.
//!
//! What holds for a signer that is `Trusted`: the holder of that key signed these very bytes. Beside it stands no
//! signature that could be checked and doesn't hold: one by a key that is known, or that names one, is an error. What an
//! unknown key is said to have signed can't be checked, and counts for nothing. Signatures say nothing of each other:
//! whoever demands one of several keys must say so. A file without a signature section has no signers, and damage to the
//! section's own name makes it so.

use crate::error::{BundleError, SignatureFault};
use crate::keys::{KEY_ID_BYTES, PublicKey, SecretKey, hex};
use crate::limits;
use crate::sections::{Frame, HEADER, SIGNATURE, custom};
use crate::trust::{KnownKeys, Signatures, Signer, Standing};
use std::collections::HashSet;
use wasmsign2::reexports::hmac_sha256;
use wasmsign2::{SignatureData, SignatureForHashes, SignedHashes};

/// Version 1, a module, SHA-256: what the signed message says before the hash.
const FORM: [u8; 3] = [1, 1, 1];
/// Ed25519 in a signature section.
const ED25519: u8 = 1;

/// Signs a module as a whole, beside the signatures that it carries; every byte after them stays.
///
/// Signatures that don't hold, as far as this key can tell, are an error. Signing twice with one key changes nothing.
pub fn sign(bytes: &[u8], key: &SecretKey) -> Result<Vec<u8>, BundleError> {
    let frame = Frame::of(bytes)?;
    let there = frame.signature.as_ref().map(|section| frame.body(section));
    let statement = Statement::signed(&frame, bytes, there, key).map_err(BundleError::Signature)?;
    BundleError::at_most("signatures", statement.entries.len(), limits::MAX_SIGNERS)?;
    Ok([&HEADER, custom(SIGNATURE, &statement.payload()).as_slice(), &bytes[frame.signed()]].concat())
}

/// A signature of a module that stands in a file of its own, beside those in `there`, the file that it replaces.
///
/// It covers what [`sign`] covers: neither signing the module nor taking its signatures away touches it.
pub fn sign_detached(bytes: &[u8], there: Option<&[u8]>, key: &SecretKey) -> Result<Vec<u8>, BundleError> {
    let frame = Frame::of(bytes)?;
    let statement = Statement::signed(&frame, bytes, there, key).map_err(BundleError::Detached)?;
    BundleError::at_most("signatures", statement.entries.len(), limits::MAX_SIGNERS)?;
    Ok(statement.payload())
}

/// A module without the signatures that it carries.
pub fn unsigned(bytes: &[u8]) -> Result<Vec<u8>, BundleError> {
    Ok([&HEADER, &bytes[Frame::of(bytes)?.signed()]].concat())
}

/// Says who signed a file, in itself and in `detached` signatures. An invalid signature is an error, whatever the keys.
pub fn verify(bytes: &[u8], detached: &[Vec<u8>], known: &KnownKeys) -> Result<Signatures, BundleError> {
    verify_frame(&Frame::of(bytes)?, bytes, detached, known)
}

/// [`verify`] for a file that has been taken apart.
pub(crate) fn verify_frame(
    frame: &Frame<'_>,
    bytes: &[u8],
    detached: &[Vec<u8>],
    known: &KnownKeys,
) -> Result<Signatures, BundleError> {
    BundleError::at_most("detached signatures", detached.len(), limits::MAX_DETACHED)?;
    let mut signers = Vec::new();
    let hash = match frame.signature.is_some() || !detached.is_empty() {
        true => hmac_sha256::Hash::hash(&bytes[frame.signed()]),
        false => return Ok(Signatures(signers)),
    };
    if let Some(section) = &frame.signature {
        let payload = frame.body(section);
        // A length or a name in a longer form than needed is a byte that nobody checks.
        let shortest = custom(SIGNATURE, payload) == bytes[section.whole.clone()];
        let statement = Statement::read(payload).filter(|_| shortest).ok_or(SignatureFault::Form);
        let judged = statement.and_then(|statement| statement.judge(&hash, known, false));
        signers.extend(judged.map_err(BundleError::Signature)?);
    }
    for payload in detached {
        let statement = Statement::read(payload).ok_or(SignatureFault::Form);
        let judged = statement.and_then(|statement| statement.judge(&hash, known, true));
        signers.extend(judged.map_err(BundleError::Detached)?);
    }
    Ok(Signatures(signers))
}

/// What a signature section or a detached signature states.
struct Statement {
    hash: [u8; 32],
    entries: Vec<Entry>,
}

/// One signature of the hash.
#[derive(PartialEq, Eq, Hash)]
struct Entry {
    /// The signer's id; other tools may leave it out.
    key_id: Option<[u8; KEY_ID_BYTES]>,
    signature: [u8; 64],
}

impl Statement {
    /// What is stated in `there`, and that `key` signed as well.
    fn signed(
        frame: &Frame<'_>,
        bytes: &[u8],
        there: Option<&[u8]>,
        key: &SecretKey,
    ) -> Result<Statement, SignatureFault> {
        let hash = hmac_sha256::Hash::hash(&bytes[frame.signed()]);
        let mut statement = match there {
            Some(payload) => Statement::read(payload).ok_or(SignatureFault::Form)?,
            None => Statement { hash, entries: Vec::new() },
        };
        let public = key.public();
        let signers = statement.judge(&hash, &KnownKeys::of(std::slice::from_ref(&public)), false)?;
        if signers.iter().all(|signer| signer.standing == Standing::Unknown) {
            let signature = key.sign(&statement.message());
            statement.entries.push(Entry { key_id: Some(public.id_bytes()), signature });
        }
        Ok(statement)
    }

    /// Reads the one layout that is accepted. What the lengths say is taken as it comes, because only a payload that is
    /// exactly what [`Statement::payload`] writes is accepted.
    fn read(payload: &[u8]) -> Option<Statement> {
        if payload.len() > limits::MAX_SIGNATURE {
            return None;
        }
        let mut rest = payload.strip_prefix(&FORM)?;
        let (_sets, _set, _hashes) = (length(&mut rest)?, length(&mut rest)?, length(&mut rest)?);
        let hash = take(&mut rest)?;
        let count = length(&mut rest)?;
        if count == 0 || count > limits::MAX_SIGNERS {
            return None;
        }
        let entries = (0..count).map(|_| entry(&mut rest)).collect::<Option<Vec<_>>>()?;
        let statement = Statement { hash, entries };
        (statement.payload() == payload && statement.differ()).then_some(statement)
    }

    /// True if no key id and no signature is there twice.
    fn differ(&self) -> bool {
        let ids: Vec<_> = self.entries.iter().filter_map(|e| e.key_id).collect();
        let signatures: HashSet<_> = self.entries.iter().map(|e| e.signature).collect();
        ids.iter().collect::<HashSet<_>>().len() == ids.len() && signatures.len() == self.entries.len()
    }

    /// Who made each signature.
    fn judge(&self, hash: &[u8; 32], known: &KnownKeys, detached: bool) -> Result<Vec<Signer>, SignatureFault> {
        if self.hash != *hash {
            return Err(SignatureFault::Content);
        }
        let message = self.message();
        let signer = |entry: &Entry| {
            let (key_id, standing) = entry.judge(&message, known)?;
            Ok(Signer { key_id, standing, detached })
        };
        self.entries.iter().map(signer).collect()
    }

    /// What is signed.
    fn message(&self) -> Vec<u8> {
        [b"wasmsig".as_slice(), &FORM, &self.hash].concat()
    }

    /// The payload of a signature section.
    fn payload(&self) -> Vec<u8> {
        let signature = |entry: &Entry| SignatureForHashes {
            key_id: entry.key_id.map(|id| id.to_vec()),
            alg_id: ED25519,
            signature: entry.signature.to_vec(),
        };
        let hashes =
            SignedHashes { hashes: vec![self.hash.to_vec()], signatures: self.entries.iter().map(signature).collect() };
        let data = SignatureData {
            specification_version: FORM[0],
            content_type: FORM[1],
            hash_function: FORM[2],
            signed_hashes_set: vec![hashes],
        };
        data.serialize().expect("in-memory encoding of plain data")
    }
}

impl Entry {
    /// The signer's id and standing. A signature that names a known key must be that key's, one by a known key must name
    /// no other.
    fn judge(&self, message: &[u8], known: &KnownKeys) -> Result<(Option<String>, Standing), SignatureFault> {
        let names = |key: &PublicKey| self.key_id.map(|id| id == key.id_bytes());
        let by = |key: &PublicKey| key.verifies(message, &self.signature);
        if let Some((key, standing)) = known.keys().find(|(key, _)| names(key) != Some(false) && by(key)) {
            return Ok((Some(key.id()), standing));
        }
        if known.keys().any(|(key, _)| names(key) == Some(true) || (names(key) == Some(false) && by(key))) {
            return Err(SignatureFault::Forged);
        }
        Ok((self.key_id.map(|id| hex(&id)), Standing::Unknown))
    }
}

fn entry(rest: &mut &[u8]) -> Option<Entry> {
    let _entry = length(rest)?;
    let key_id = match length(rest)? {
        0 => None,
        _ => Some(take(rest)?),
    };
    let [_algorithm] = take(rest)?;
    let _signature = length(rest)?;
    Some(Entry { key_id, signature: take(rest)? })
}

fn take<const N: usize>(rest: &mut &[u8]) -> Option<[u8; N]> {
    let (taken, after) = rest.split_first_chunk::<N>()?;
    *rest = after;
    Some(*taken)
}

/// A length of at most two bytes, which is all that a payload of [`limits::MAX_SIGNATURE`] bytes needs.
fn length(rest: &mut &[u8]) -> Option<usize> {
    let [low] = take(rest)?;
    if low < 0x80 {
        return Some(low.into());
    }
    let [high] = take(rest)?;
    (high < 0x80).then_some(usize::from(low & 0x7f) | usize::from(high) << 7)
}
