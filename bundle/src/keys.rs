//! Keys: Ed25519 pairs and their files.
//!
//! A key file is PEM, as `openssl genpkey -algorithm ed25519` writes it: PKCS#8 for the secret half, SubjectPublicKeyInfo
//! for the public one. DER and wasmsign2's binary form (a byte of 0x01 or 0x81, then the key) are read as well, so that
//! keys made by other tools of that family can be used.

use crate::error::BundleError;
use std::fmt;

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
        let key = wasmsign2::PublicKey::from_any(bytes).map_err(|_| BundleError::Key("public"))?;
        Ok(PublicKey(key.attach_default_key_id()))
    }

    /// The key file's text.
    pub fn to_pem(&self) -> String {
        self.0.to_pem()
    }

    /// The key's id in hex: the first 12 bytes of HMAC-SHA256("key_id", key), as wasmsign2 computes it.
    pub fn id(&self) -> String {
        hex(self.id_bytes())
    }

    /// The key's id as a signature states it.
    pub(crate) fn id_bytes(&self) -> &[u8] {
        self.0.key_id().map_or(&[], Vec::as_slice)
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
        let error = BundleError::Key("secret");
        let Ok(key) = wasmsign2::SecretKey::from_any(bytes) else { return Err(error) };
        // The binary form states the public half as well. Signing with one that isn't the secret's own would give the
        // secret away.
        match wasmsign2::SecretKey::from_der(&key.to_der()) {
            Ok(derived) if derived == key => Ok(SecretKey(key)),
            _ => Err(error),
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
}

impl fmt::Debug for SecretKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SecretKey(of {})", self.public().id())
    }
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
