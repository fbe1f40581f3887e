//! The identity of a build: what tells the results of this program from those of another.
//!
//! Results depend on the code of the compiler, and the version number doesn't tell two builds of a version apart: a rebuild
//! after a change, another set of features, another toolchain, a patched dependency. The content of the running executable
//! contains all of that, so its BLAKE3 digest is the identity. A number made at build time would be cheaper to read, but a
//! build script sees only its own crate and isn't run when a dependency changes.
//!
//! Reading an executable of many megabytes costs more than a cached start saves, so the digest itself is kept in the cache,
//! under what the file system says of the file: device, inode, size, times of modification and change. A rebuilt executable
//! is another inode or has another time of change, which no program can set. A file that was changed less than
//! [`SETTLED`] ago, or while it was read, isn't recorded, since a second change in the same tick of the clock would leave no
//! trace.

use super::Inner;
use super::key::Key;
use std::fs::File;
use std::io;
use std::time::{Duration, SystemTime};

const PURPOSE: &str = "build";
const SETTLED: Duration = Duration::from_secs(2);

/// What tells one build from another.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub enum Build {
    /// The content of the running executable: right for a program that contains this library.
    #[default]
    Executable,
    /// This name: for a library that is loaded at run time, where the executable is somebody else's. It must change with
    /// every build.
    Named(Vec<u8>),
}

impl Build {
    pub(super) fn identity(&self, cache: &Inner) -> io::Result<[u8; 32]> {
        match self {
            Build::Named(name) => Ok(blake3::derive_key("tensorwasm cache 2026: builds by name", name)),
            Build::Executable => of_file(executable()?, SETTLED, cache),
        }
    }
}

/// The running executable itself, even where another file has taken its name since.
#[cfg(target_os = "linux")]
fn executable() -> io::Result<File> {
    File::open("/proc/self/exe")
}

#[cfg(not(target_os = "linux"))]
fn executable() -> io::Result<File> {
    File::open(std::env::current_exe()?)
}

/// The digest of a file, made or known. `settled` is how long ago it must have changed to be recorded.
pub(super) fn of_file(mut file: File, settled: Duration, cache: &Inner) -> io::Result<[u8; 32]> {
    let (facts, changed) = facts(&file)?;
    let key = Key::of_runtime(PURPOSE, &[0; 32], &[&facts]);
    if let Some(known) = cache.load(&key).and_then(|bytes| bytes.try_into().ok()) {
        return Ok(known);
    }
    let mut hasher = blake3::Hasher::new_derive_key("tensorwasm cache 2026: builds by content");
    hasher.update_reader(&mut file)?;
    let identity = *hasher.finalize().as_bytes();
    let still = SystemTime::now().duration_since(changed).is_ok_and(|age| age >= settled);
    if still && self::facts(&file)?.0 == facts {
        cache.store(&key, &identity);
    }
    Ok(identity)
}

/// What the file system says of a file, and when it was last changed.
#[cfg(unix)]
fn facts(file: &File) -> io::Result<(Vec<u8>, SystemTime)> {
    use std::os::unix::fs::MetadataExt;
    let data = file.metadata()?;
    let unsigned = [data.dev(), data.ino(), data.size()].map(u64::to_le_bytes);
    let signed = [data.mtime(), data.mtime_nsec(), data.ctime(), data.ctime_nsec()].map(i64::to_le_bytes);
    let changed = Duration::new(data.ctime().max(0) as u64, data.ctime_nsec().clamp(0, 999_999_999) as u32);
    Ok(([unsigned.as_flattened(), signed.as_flattened()].concat(), SystemTime::UNIX_EPOCH + changed))
}

#[cfg(not(unix))]
fn facts(_: &File) -> io::Result<(Vec<u8>, SystemTime)> {
    Err(io::ErrorKind::Unsupported.into())
}
