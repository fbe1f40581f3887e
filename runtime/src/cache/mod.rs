//! SANDBOX: the cache. A store of results on disk that may be fed to machine-code loaders.
//!
//! Job: keep byte strings (compile results of the command line, wasmtime's machine code) under keys that name everything
//! they depend on, so that an unchanged module starts without being compiled. Input: a directory, a key, bytes. Output:
//! the same bytes or nothing. A cache that is absent, damaged, full or attacked costs time, never truth and never the run.
//!
//! # Why what comes out may be trusted
//!
//! `wasmtime::Module::deserialize` runs what it is given, so [`code`] needs the exact bytes that `Module::serialize` once
//! returned. That follows from four facts, each with its checker:
//!
//! 1. **Only this user writes here.** [`folder`] opens the directory step by step from `/` and refuses it unless every
//!    directory on the way belongs to root or the user and can be written by nobody else (sticky ones such as `/tmp`
//!    excepted), and the directory itself is the user's with mode 0700. All later work goes through that open directory,
//!    never through its path again, so that nobody can swap it afterwards. Files are opened without following links and
//!    are judged by what was opened: a regular file of the user's with mode 0600.
//! 2. **Only a holder of the secret writes entries.** Each entry ends in nothing unauthenticated: [`entry`] covers format
//!    version, key, length and payload with a BLAKE3 MAC under 32 random bytes that [`secret`] keeps in the directory,
//!    readable by the user alone. Bit rot, a crash in the middle of a write, a file copied in from another cache and an
//!    entry under another name all fail that check. The bytes are checked and used in private memory: a file that changes
//!    after it was read changes nothing.
//! 3. **A purpose belongs to one writer.** Keys made by [`Cache::key`] and keys of the runtime's own live in different
//!    domains, so no caller of this interface can put bytes where machine code is expected.
//! 4. **A key names everything that the result depends on**, the build of this very program included (see [`build`] and
//!    [`key`]).
//!
//! What isn't defended against: the same user, who may attach a debugger to this process anyway, and root.
//!
//! An entry that fails a check is counted, never used, and replaced by the result that is then made. Nothing is flushed to
//! the disk (`fsync`): a file that a power failure cut short fails its MAC.
//!
//! Native code of kernels isn't kept: `cranelift-jit` leaves addresses of this process in it, and making it is a small part
//! of what a start without the cache costs (`docs/caches.md` has the figures).

mod build;
mod code;
mod entry;
#[cfg_attr(not(unix), path = "folder_absent.rs")]
mod folder;
mod key;
mod secret;
mod stats;
#[cfg(all(test, unix))]
mod tests;

pub use code::compile;
pub use entry::Fault;
pub use key::Key;
pub use stats::{CacheStats, Counts};

use folder::{Folder, Listed};
use secret::Secret;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, SystemTime};
use thiserror::Error;

/// The bytes that a cache may take, unless told otherwise: 1 GiB.
pub const CACHE_LIMIT: u64 = 1 << 30;

/// Temporary files older than this were left behind by a process that died.
const STALE: Duration = Duration::from_secs(3600);

/// Where a cache is and how large it may grow.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct CacheOptions {
    /// The directory; made if it isn't there.
    pub dir: PathBuf,
    /// The bytes that its entries may take. Beyond them those that haven't been used for longest are removed.
    pub limit: u64,
}

impl CacheOptions {
    /// A cache in `dir` with the usual limit.
    pub fn new(dir: impl Into<PathBuf>) -> CacheOptions {
        CacheOptions { dir: dir.into(), limit: CACHE_LIMIT }
    }
}

/// Why there is no cache. A program goes on without one.
#[derive(Debug, Error)]
pub enum Unavailable {
    /// Nothing here tells who owns a file.
    #[error("caches need a Unix file system")]
    Platform,
    /// A step on the way to the directory fails.
    #[error("{path}: {error}", path = path.display())]
    Io {
        /// Where.
        path: PathBuf,
        /// The system's reason.
        error: io::Error,
    },
    /// The directory is a symbolic link, or lies behind one that somebody else made.
    #[error("{path} is a symbolic link", path = path.display())]
    Link {
        /// The link.
        path: PathBuf,
    },
    /// Somebody else owns the directory or one above it.
    #[error("{path} belongs to user {owner}", path = path.display())]
    Owner {
        /// The directory.
        path: PathBuf,
        /// Its owner.
        owner: u32,
    },
    /// Others may change what a directory above it holds.
    #[error("{path} can be written by others (mode {mode:o})", path = path.display())]
    Writable {
        /// The directory.
        path: PathBuf,
        /// Its permissions.
        mode: u32,
    },
    /// Others may look into the directory.
    #[error("{path} is open to others (mode {mode:o}); `chmod 700` closes it", path = path.display())]
    Open {
        /// The directory.
        path: PathBuf,
        /// Its permissions.
        mode: u32,
    },
    /// The secret can't be read or made.
    #[error("no secret for the cache: {0}")]
    Secret(io::Error),
    /// The running code can't be read as a file, so nothing tells its results from another build's.
    #[error("can't identify this build: {0}")]
    Build(io::Error),
}

impl Unavailable {
    /// True if the place itself is unsafe, which its owner should know; otherwise it just can't be used.
    pub fn is_unsafe(&self) -> bool {
        use Unavailable::{Link, Open, Owner, Writable};
        matches!(self, Link { .. } | Owner { .. } | Writable { .. } | Open { .. })
    }
}

/// What a cache holds.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Contents {
    /// Entries.
    pub entries: u64,
    /// Their bytes.
    pub bytes: u64,
}

/// What a cache's directory holds, whoever wrote it.
pub fn contents(dir: &Path) -> Result<Contents, Unavailable> {
    let folder = Folder::open(dir)?;
    let files = folder.list().map_err(|error| Unavailable::Io { path: dir.into(), error })?;
    let entries = files.iter().filter(|file| key::is_entry(&file.name));
    Ok(entries.fold(Contents::default(), Contents::with))
}

/// Removes every entry, every temporary file and the secret from a cache's directory; answers what entries went. Whoever
/// has the cache open keeps the old secret, and the entries it still writes will be replaced.
pub fn clear(dir: &Path) -> Result<Contents, Unavailable> {
    let folder = Folder::open(dir)?;
    let remove = || -> io::Result<Contents> {
        let mut gone = Contents::default();
        for file in folder.list()? {
            if key::is_entry(&file.name) {
                folder.remove(&file.name)?;
                gone = gone.with(&file);
            } else if folder::is_temporary(&file.name) || file.name == secret::NAME {
                folder.remove(&file.name)?;
            }
        }
        Ok(gone)
    };
    remove().map_err(|error| Unavailable::Io { path: dir.into(), error })
}

impl Contents {
    fn with(self, file: &Listed) -> Contents {
        Contents { entries: self.entries + 1, bytes: self.bytes + file.size }
    }
}

/// A cache that is open. Cheap to clone; clones share directory and statistics.
#[derive(Clone, Debug)]
pub struct Cache(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    folder: Folder,
    path: PathBuf,
    limit: u64,
    secret: Secret,
    build: [u8; 32],
    stats: Mutex<CacheStats>,
}

impl Cache {
    /// Opens the cache, and makes directory and secret if they aren't there.
    pub fn open(options: &CacheOptions) -> Result<Cache, Unavailable> {
        Cache::open_for(options, build::of_this_code)
    }

    /// The same, with a build as `identify` tells it.
    fn open_for(
        options: &CacheOptions,
        identify: impl FnOnce(&Inner) -> io::Result<[u8; 32]>,
    ) -> Result<Cache, Unavailable> {
        let folder = Folder::open(&options.dir)?;
        let secret = Secret::of(&folder).map_err(Unavailable::Secret)?;
        let cache = Inner {
            folder,
            path: options.dir.clone(),
            limit: options.limit,
            secret,
            build: [0; 32],
            stats: Mutex::default(),
        };
        let build = identify(&cache).map_err(Unavailable::Build)?;
        Ok(Cache(Arc::new(Inner { build, ..cache })))
    }

    /// The key of a result that depends on `parts` and on this build, for a purpose of the caller's own.
    pub fn key(&self, purpose: &'static str, parts: &[&[u8]]) -> Key {
        Key::of_caller(purpose, &self.0.build, parts)
    }

    /// The bytes kept under `key`, exactly as they were stored.
    pub fn load(&self, key: &Key) -> Option<Vec<u8>> {
        self.0.load(key)
    }

    /// Takes back a hit: what [`load`](Cache::load) returned is of no use. The next [`store`](Cache::store) replaces it.
    pub fn reject(&self, key: &Key, why: impl ToString) {
        let mut stats = self.0.stats();
        let counts = stats.of(key.purpose());
        counts.hits = counts.hits.saturating_sub(1);
        counts.rejected += 1;
        counts.last_fault = Some(Fault::Refused(why.to_string()));
    }

    /// Keeps `bytes` under `key` in place of what is there. A failure is counted and otherwise without effect.
    pub fn store(&self, key: &Key, bytes: &[u8]) {
        self.0.store(key, bytes);
    }

    /// What has happened so far.
    pub fn stats(&self) -> CacheStats {
        self.0.stats().clone()
    }

    /// The directory, as it was named.
    pub fn path(&self) -> &Path {
        &self.0.path
    }

    /// The bytes that entries may take.
    pub fn limit(&self) -> u64 {
        self.0.limit
    }
}

impl Inner {
    fn stats(&self) -> MutexGuard<'_, CacheStats> {
        self.stats.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn load(&self, key: &Key) -> Option<Vec<u8>> {
        let read = self.folder.read(&key.name(), self.limit.saturating_add(entry::HEADER as u64));
        let opened = read.and_then(|file| file.map(|bytes| entry::open(bytes, key, &self.secret)).transpose());
        let mut stats = self.stats();
        let counts = stats.of(key.purpose());
        match opened {
            Ok(Some(payload)) => {
                counts.hits += 1;
                return Some(payload);
            }
            Ok(None) => counts.misses += 1,
            Err(fault) => {
                counts.rejected += 1;
                counts.last_fault = Some(fault);
            }
        }
        None
    }

    fn store(&self, key: &Key, payload: &[u8]) {
        let bytes = entry::seal(payload, key, &self.secret);
        // An entry that fills the cache by itself would only drive out all others.
        let stored = bytes.len() as u64 <= self.limit && self.folder.write(&key.name(), &bytes).is_ok();
        let evicted = if stored { self.evict().unwrap_or(0) } else { 0 };
        let mut stats = self.stats();
        stats.evicted += evicted;
        let counts = stats.of(key.purpose());
        *(if stored { &mut counts.stored } else { &mut counts.failed }) += 1;
    }

    /// Removes what was used longest ago until the rest is within the limit, and temporary files that nobody will finish.
    /// Answers the number of entries removed.
    fn evict(&self) -> io::Result<u64> {
        let (temporary, mut entries): (Vec<Listed>, Vec<Listed>) = self
            .folder
            .list()?
            .into_iter()
            .filter(|file| key::is_entry(&file.name) || folder::is_temporary(&file.name))
            .partition(|file| folder::is_temporary(&file.name));
        let now = SystemTime::now();
        for file in temporary.iter().filter(|f| now.duration_since(f.used).is_ok_and(|age| age > STALE)) {
            self.folder.remove(&file.name)?;
        }
        let mut total: u64 = entries.iter().map(|file| file.size).sum();
        entries.sort_by(|a, b| (a.used, &a.name).cmp(&(b.used, &b.name)));
        let mut evicted = 0;
        for file in &entries {
            if total <= self.limit {
                break;
            }
            // Another process may have been faster.
            if self.folder.remove(&file.name)? {
                evicted += 1;
            }
            total -= file.size;
        }
        Ok(evicted)
    }
}
