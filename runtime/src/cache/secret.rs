//! The secret: 32 random bytes per cache, by which its entries are authenticated.
//!
//! It lies in the cache's directory, readable by the user alone, and is made under a temporary name and then linked into
//! place, which fails if another process was faster: then that one's is used. A secret that is damaged, somebody else's or
//! readable by others is replaced, which makes every entry of the old one unacceptable. Two processes that replace it at
//! once may end with different secrets in memory; each then only rejects the other's entries.

use super::folder::Folder;
use std::fmt;
use std::io;

/// The name of its file.
pub(super) const NAME: &str = "secret";
const SIZE: usize = 32;

/// The key of the MAC. Its `Debug` form doesn't show it.
pub(super) struct Secret([u8; SIZE]);

impl Secret {
    /// The secret of a directory, made if there is none.
    pub(super) fn of(folder: &Folder) -> io::Result<Secret> {
        match read(folder) {
            Some(Ok(secret)) => return Ok(secret),
            Some(Err(())) => folder.write(NAME, &random()?)?,
            None => folder.create(NAME, &random()?)?,
        }
        match read(folder) {
            Some(Ok(secret)) => Ok(secret),
            _ => Err(io::Error::other("what was written can't be read back")),
        }
    }

    /// The MAC of the concatenation of `parts`.
    pub(super) fn mac(&self, parts: &[&[u8]]) -> blake3::Hash {
        let mut hasher = blake3::Hasher::new_keyed(&self.0);
        for part in parts {
            hasher.update(part);
        }
        hasher.finalize()
    }

    #[cfg(test)]
    pub(super) fn known(byte: u8) -> Secret {
        Secret([byte; SIZE])
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret")
    }
}

/// Nothing, a secret, or something that must be replaced.
fn read(folder: &Folder) -> Option<Result<Secret, ()>> {
    match folder.read(NAME, SIZE as u64) {
        Ok(None) => None,
        Ok(Some(bytes)) => Some(bytes.try_into().map(Secret).map_err(|_| ())),
        Err(_) => Some(Err(())),
    }
}

fn random() -> io::Result<[u8; SIZE]> {
    let mut bytes = [0; SIZE];
    getrandom::fill(&mut bytes)?;
    Ok(bytes)
}
