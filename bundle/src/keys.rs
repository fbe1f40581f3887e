//! Keys: Ed25519 pairs and their files.
//!
//! A key file is PEM, as `openssl genpkey -algorithm ed25519` writes it: PKCS#8 for the secret half, SubjectPublicKeyInfo
//! for the public one. DER and wasmsign2's binary form (a byte of 0x01 or 0x81, then the key) are read as well, so that
//! keys made by other tools of that family can be used.

use crate::error::{BundleError, KeyFault, KeyHalf};
use std::fmt;

/// The bytes of a key id, which wasmsign2 computes from the key.
pub(crate) const KEY_ID_BYTES: usize = 12;

/// Whom to trust.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct PublicKey(pub(crate) wasmsign2::PublicKey);

/// What to sign with. Its `Debug` form doesn't show it.
#[derive(Clone, PartialEq, Eq)]
pub struct SecretKey(pub(crate) wasmsign2::SecretKey);

/// Both halves of a key.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct KeyPair {
    /// The half to publish.
    pub public: PublicKey,
    /// The half to keep.
    pub secret: SecretKey,
}

/// A new key pair, from the operating system's random numbers.
pub fn keygen() -> KeyPair {
    let pair = wasmsign2::KeyPair::generate();
    KeyPair { public: PublicKey(pair.pk.attach_default_key_id()), secret: SecretKey(pair.sk) }
}

impl PublicKey {
    /// Reads a key file.
    pub fn from_bytes(bytes: &[u8]) -> Result<PublicKey, BundleError> {
        let fail = |fault| BundleError::Key { wanted: KeyHalf::Public, fault };
        let Ok(key) = wasmsign2::PublicKey::from_any(bytes) else {
            let secret = wasmsign2::SecretKey::from_any(bytes).is_ok();
            return Err(fail(if secret { KeyFault::SecretHalf } else { KeyFault::NotAKey }));
        };
        key.pk.validate().map_err(|_| fail(KeyFault::Weak))?;
        Ok(PublicKey(key.attach_default_key_id()))
    }

    /// The key file's text.
    pub fn to_pem(&self) -> String {
        self.0.to_pem()
    }

    /// The key's id in hex: the first 12 bytes of HMAC-SHA256("key_id", key), as wasmsign2 computes it.
    pub fn id(&self) -> String {
        hex(&self.id_bytes())
    }

    /// The key's id as a signature states it.
    pub(crate) fn id_bytes(&self) -> [u8; KEY_ID_BYTES] {
        let id = self.0.key_id().and_then(|id| id.as_slice().try_into().ok());
        id.expect("every constructor attaches the default key id")
    }

    /// The key itself: a compressed point.
    pub(crate) fn point(&self) -> [u8; 32] {
        *self.0.pk
    }

    /// The key that is this compressed point.
    pub(crate) fn from_point(point: [u8; 32]) -> Result<PublicKey, BundleError> {
        PublicKey::from_bytes(&[&[0x01], point.as_slice()].concat())
    }

    /// True if the holder of this key signed `message`.
    pub(crate) fn verifies(&self, message: &[u8], signature: &[u8; 64]) -> bool {
        self.0.pk.verify(message, &ed25519_compact::Signature::new(*signature)).is_ok()
    }
}

impl fmt::Debug for PublicKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "PublicKey({})", self.id())
    }
}

impl SecretKey {
    /// Reads a key file.
    pub fn from_bytes(bytes: &[u8]) -> Result<SecretKey, BundleError> {
        let fail = |fault| BundleError::Key { wanted: KeyHalf::Secret, fault };
        let Ok(key) = wasmsign2::SecretKey::from_any(bytes) else {
            let public = wasmsign2::PublicKey::from_any(bytes).is_ok();
            return Err(fail(if public { KeyFault::PublicHalf } else { KeyFault::NotAKey }));
        };
        // The binary form states the public half as well. Signing with one that isn't the secret's own would give the
        // secret away.
        match wasmsign2::SecretKey::from_der(&key.to_der()) {
            Ok(derived) if derived == key => Ok(SecretKey(key)),
            _ => Err(fail(KeyFault::NotAKey)),
        }
    }

    /// The key file's text.
    pub fn to_pem(&self) -> String {
        self.0.to_pem()
    }

    /// The other half.
    pub fn public(&self) -> PublicKey {
        let key = wasmsign2::PublicKey { pk: self.0.sk.public_key(), key_id: None };
        PublicKey(key.attach_default_key_id())
    }

    /// Signs `message`; the same message always gives the same signature.
    pub(crate) fn sign(&self, message: &[u8]) -> [u8; 64] {
        *self.0.sk.sign(message, None)
    }
}

impl fmt::Debug for SecretKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SecretKey(of {})", self.public().id())
    }
}

/// Lower-case hex digits.
pub(crate) fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
