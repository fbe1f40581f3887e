//! The form of an entry, and what makes one unacceptable. Nothing here touches a file.
//!
//! | bytes | what |
//! |---|---|
//! | 0..8 | `TWCACHE` and the version of this form |
//! | 8..40 | the key |
//! | 40..48 | the payload's length, little-endian |
//! | 48..80 | BLAKE3 MAC, under the secret, of bytes 0..48 and the payload |
//! | 80.. | the payload |
//!
//! Every byte is compared with what it must be or is covered by the MAC, so no change goes unseen.

use super::key::Key;
use super::secret::Secret;
use std::io;
use thiserror::Error;

const MAGIC: &[u8; 8] = b"TWCACHE\x01";
const KEY: std::ops::Range<usize> = 8..40;
const LENGTH: std::ops::Range<usize> = 40..48;
const MAC: std::ops::Range<usize> = 48..HEADER;

/// Bytes in front of the payload.
pub(super) const HEADER: usize = 80;

/// Why an entry isn't used.
#[derive(Clone, PartialEq, Eq, Debug, Error)]
pub enum Fault {
    /// A link, a directory, a device.
    #[error("it isn't a regular file")]
    NotAFile,
    /// Somebody else's file.
    #[error("it belongs to user {owner}")]
    Owner {
        /// Whose.
        owner: u32,
    },
    /// A file with other permissions than 0600.
    #[error("its mode is {mode:o}")]
    Mode {
        /// Its permissions.
        mode: u32,
    },
    /// A file larger than any entry.
    #[error("its size is {size} bytes")]
    TooLarge {
        /// Its size in bytes.
        size: u64,
    },
    /// A file that can't be read.
    #[error("it can't be read: {0}")]
    Unreadable(io::ErrorKind),
    /// Not an entry, or one of another version.
    #[error("its form is of another version")]
    Version,
    /// The entry of another key.
    #[error("it is another key's entry")]
    Key,
    /// Truncated or extended.
    #[error("its length is wrong")]
    Length,
    /// Damaged, or written without the secret.
    #[error("its MAC is wrong")]
    Mac,
    /// Authentic, but its user can't make use of it.
    #[error("it is refused: {0}")]
    Refused(String),
}

/// What the file system says of an open file.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Facts {
    /// True for a regular file.
    pub regular: bool,
    /// The owner's user id.
    pub owner: u32,
    /// Permissions, with the set-id and sticky bits.
    pub mode: u32,
    /// Size in bytes.
    pub size: u64,
}

/// Says whether a file may be read as an entry by user `me`.
pub(super) fn acceptable(facts: &Facts, me: u32, most: u64) -> Result<(), Fault> {
    if !facts.regular {
        return Err(Fault::NotAFile);
    }
    if facts.owner != me {
        return Err(Fault::Owner { owner: facts.owner });
    }
    if facts.mode != 0o600 {
        return Err(Fault::Mode { mode: facts.mode });
    }
    if facts.size > most {
        return Err(Fault::TooLarge { size: facts.size });
    }
    Ok(())
}

/// The file's bytes for a payload.
pub(super) fn seal(payload: &[u8], key: &Key, secret: &Secret) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(HEADER + payload.len());
    bytes.extend_from_slice(MAGIC);
    bytes.extend_from_slice(key.digest());
    bytes.extend_from_slice(&(payload.len() as u64).to_le_bytes());
    let mac = secret.mac(&[&bytes, payload]);
    bytes.extend_from_slice(mac.as_bytes());
    bytes.extend_from_slice(payload);
    bytes
}

/// The payload of a file's bytes, if they are this key's authentic entry.
pub(super) fn open(mut bytes: Vec<u8>, key: &Key, secret: &Secret) -> Result<Vec<u8>, Fault> {
    if bytes.len() < HEADER {
        return Err(Fault::Length);
    }
    if &bytes[..MAGIC.len()] != MAGIC {
        return Err(Fault::Version);
    }
    if &bytes[KEY] != key.digest() {
        return Err(Fault::Key);
    }
    if bytes[LENGTH] != ((bytes.len() - HEADER) as u64).to_le_bytes() {
        return Err(Fault::Length);
    }
    let stated: [u8; 32] = bytes[MAC].try_into().map_err(|_| Fault::Length)?;
    // This comparison takes the same time wherever the first difference is.
    if secret.mac(&[&bytes[..MAC.start], &bytes[HEADER..]]) != stated {
        return Err(Fault::Mac);
    }
    bytes.drain(..HEADER);
    Ok(bytes)
}
