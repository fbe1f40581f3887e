//! SANDBOX: key files: who may read and write them, how large they may be, and that none is ever half-written.
//!
//! What holds for a secret key that [`read_secret`] returns: on Unix nobody but its owner and the superuser could read its
//! file, and the owner is the caller or the superuser. What holds for trust read through [`check_folder`] and
//! [`read_trusted`]: nobody else could have written it. Elsewhere the system's own access control is relied on. What is
//! checked is the file that was opened, not what its name stands for a moment later. Every file is written to a temporary name,
//! readable by its owner alone, and renamed.

use super::error::KeyringError;
use crate::keys::{PublicKey, SecretKey};
use crate::limits::MAX_KEY_FILE;
use std::fs::{File, Metadata};
use std::io::{Read, Write};
use std::path::Path;

/// What others must not be able to do with a file or folder.
#[derive(Clone, Copy)]
enum Closed {
    /// Read or write it.
    Reading,
    /// Write it.
    Writing,
}

/// Reads a secret key, if others can't. A file that is no secret key is named as that, whoever can read it.
pub fn read_secret(path: &Path) -> Result<SecretKey, KeyringError> {
    let (bytes, found) = read(path, "a key file", MAX_KEY_FILE)?;
    let key = SecretKey::from_bytes(&bytes).map_err(|error| KeyringError::Key { path: path.into(), error })?;
    check_access(path, &found, Closed::Reading)?;
    Ok(key)
}

/// Reads a public key, whoever can write its file: the caller has named it.
pub fn read_public(path: &Path) -> Result<PublicKey, KeyringError> {
    let (bytes, _) = read(path, "a key file", MAX_KEY_FILE)?;
    public(path, &bytes)
}

/// Reads a public key that is trusted for where it is, if others can't write it.
pub(super) fn read_trusted(path: &Path) -> Result<PublicKey, KeyringError> {
    let (bytes, found) = read(path, "a key file", MAX_KEY_FILE)?;
    check_access(path, &found, Closed::Writing)?;
    public(path, &bytes)
}

fn public(path: &Path, bytes: &[u8]) -> Result<PublicKey, KeyringError> {
    PublicKey::from_bytes(bytes).map_err(|error| KeyringError::Key { path: path.into(), error })
}

/// Reads a small file.
pub fn read_bounded(path: &Path, what: &'static str, limit: usize) -> Result<Vec<u8>, KeyringError> {
    read(path, what, limit).map(|(bytes, _)| bytes)
}

/// A file's bytes, and what the system says about the very file that was read.
fn read(path: &Path, what: &'static str, limit: usize) -> Result<(Vec<u8>, Metadata), KeyringError> {
    let fail = |error| KeyringError::Io { action: "read", path: path.into(), error };
    let file = File::open(path).map_err(fail)?;
    let found = file.metadata().map_err(fail)?;
    if found.is_dir() {
        return Err(KeyringError::Kind { path: path.into(), wanted: "file" });
    }
    let mut bytes = Vec::with_capacity(limit + 1);
    file.take(limit as u64 + 1).read_to_end(&mut bytes).map_err(fail)?;
    if bytes.len() > limit {
        return Err(KeyringError::Size { path: path.into(), what, limit });
    }
    Ok((bytes, found))
}

/// Checks that a folder is there and that others can't write it; false if it isn't there.
pub(super) fn check_folder(path: &Path) -> Result<bool, KeyringError> {
    match std::fs::metadata(path) {
        Ok(found) if !found.is_dir() => Err(KeyringError::Kind { path: path.into(), wanted: "folder" }),
        Ok(found) => check_access(path, &found, Closed::Writing).map(|()| true),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(false),
        Err(error) => Err(KeyringError::Io { action: "read", path: path.into(), error }),
    }
}

#[cfg(unix)]
fn check_access(path: &Path, found: &Metadata, closed: Closed) -> Result<(), KeyringError> {
    use std::os::unix::fs::MetadataExt;
    let mode = found.mode() & 0o7777;
    let (forbidden, what, remedy) = match closed {
        Closed::Reading => (0o077, "use", "600"),
        Closed::Writing => (0o022, "write", "go-w"),
    };
    if mode & forbidden != 0 {
        return Err(KeyringError::Open { path: path.into(), mode, what, remedy });
    }
    let owner = found.uid();
    if owner != 0 && owner != rustix::process::geteuid().as_raw() {
        return Err(KeyringError::Owner { path: path.into(), owner });
    }
    Ok(())
}

#[cfg(not(unix))]
fn check_access(_: &Path, _: &Metadata, _: Closed) -> Result<(), KeyringError> {
    Ok(())
}

/// Makes a folder that is its owner's alone, and those above it that are missing.
pub(super) fn make_folder(path: &Path) -> Result<(), KeyringError> {
    let mut builder = std::fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(path).map_err(|error| KeyringError::Io { action: "create", path: path.into(), error })
}

/// How a file is written.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Place {
    /// Where nothing is yet.
    Fresh,
    /// In place of what is there.
    Over,
}

/// Writes a secret key to a file of its owner's alone, never over another one.
pub fn write_secret(path: &Path, key: &SecretKey) -> Result<(), KeyringError> {
    put_secret(path, key, Place::Fresh)
}

/// Writes a public key, never over another file.
pub fn write_public(path: &Path, key: &PublicKey) -> Result<(), KeyringError> {
    put_public(path, key, Place::Fresh)
}

pub(super) fn put_secret(path: &Path, key: &SecretKey, place: Place) -> Result<(), KeyringError> {
    put(path, key.to_pem().as_bytes(), false, place)
}

pub(super) fn put_public(path: &Path, key: &PublicKey, place: Place) -> Result<(), KeyringError> {
    put(path, key.to_pem().as_bytes(), true, place)
}

/// Writes a file whole: to a temporary one beside it, which is then renamed.
pub(super) fn put(path: &Path, bytes: &[u8], readable: bool, place: Place) -> Result<(), KeyringError> {
    let fail = |error| KeyringError::Io { action: "write", path: path.into(), error };
    let folder = path.parent().filter(|p| !p.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let mut file = tempfile::NamedTempFile::new_in(folder).map_err(fail)?;
    file.write_all(bytes).and_then(|()| file.as_file().sync_all()).map_err(fail)?;
    if readable {
        open_to_readers(file.as_file()).map_err(fail)?;
    }
    match place {
        Place::Fresh => file.persist_noclobber(path),
        Place::Over => file.persist(path),
    }
    .map_err(|error| fail(error.error))?;
    Ok(())
}

/// Temporary files are readable by their owner alone, which is what a secret needs and a public key doesn't.
#[cfg(unix)]
fn open_to_readers(file: &File) -> std::io::Result<()> {
    use std::os::unix::fs::PermissionsExt;
    file.set_permissions(std::fs::Permissions::from_mode(0o644))
}

#[cfg(not(unix))]
fn open_to_readers(_: &File) -> std::io::Result<()> {
    Ok(())
}
