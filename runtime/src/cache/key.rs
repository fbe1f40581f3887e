//! Keys: what a result depends on, as one digest.
//!
//! A key is BLAKE3 over the domain (the runtime's own or a caller's), the purpose, tensorwasm's version, the identity of the
//! build and the parts that the writer names, each behind its length, so that no two different lists are one string. The
//! name of an entry is the key in hex; the entry repeats the key, and its MAC covers it.

use std::fmt::Write;

/// What an entry is kept under.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct Key {
    purpose: &'static str,
    digest: [u8; 32],
}

impl Key {
    /// A key of somebody who uses the cache's interface.
    pub(super) fn of_caller(purpose: &'static str, build: &[u8; 32], parts: &[&[u8]]) -> Key {
        Key::new("tensorwasm cache 2026: keys of callers", purpose, build, parts)
    }

    /// A key of the runtime's own. Nobody outside of this room can make one, so that what is stored under it is what this
    /// room stored.
    pub(super) fn of_runtime(purpose: &'static str, build: &[u8; 32], parts: &[&[u8]]) -> Key {
        Key::new("tensorwasm cache 2026: keys of the runtime", purpose, build, parts)
    }

    fn new(domain: &str, purpose: &'static str, build: &[u8; 32], parts: &[&[u8]]) -> Key {
        let mut hasher = blake3::Hasher::new_derive_key(domain);
        for part in [purpose.as_bytes(), env!("CARGO_PKG_VERSION").as_bytes(), build].iter().chain(parts) {
            hasher.update(&(part.len() as u64).to_le_bytes());
            hasher.update(part);
        }
        Key { purpose, digest: *hasher.finalize().as_bytes() }
    }

    /// What it is for, as statistics name it.
    pub fn purpose(&self) -> &'static str {
        self.purpose
    }

    pub(super) fn digest(&self) -> &[u8; 32] {
        &self.digest
    }

    /// The name of the entry's file.
    pub(super) fn name(&self) -> String {
        hex(&self.digest)
    }
}

/// True for names that entries have.
pub(super) fn is_entry(name: &str) -> bool {
    name.len() == 64 && name.bytes().all(|b| b.is_ascii_digit() || (b'a'..=b'f').contains(&b))
}

pub(super) fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut text, byte| {
        // Writing to a string can't fail.
        let _ = write!(text, "{byte:02x}");
        text
    })
}
