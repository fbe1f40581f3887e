//! Every way in which a cache can be damaged is seen, answered with the right result, and mended.

mod damage;
mod folders;
mod life;
mod machine_code;

use super::*;
use std::fs;
use std::os::unix::fs::PermissionsExt;

const PURPOSE: &str = "test";
const PAYLOAD: &[u8] = b"what the compiler said..";

/// A place of the test's own, removed when it ends.
fn place() -> tempfile::TempDir {
    tempfile::tempdir().unwrap()
}

/// Opens a cache for a build that is told by a number.
fn open_as(options: &CacheOptions, build: u8) -> Result<Cache, Unavailable> {
    Cache::open_for(options, |_| Ok([build; 32]))
}

fn open_at(dir: &Path) -> Result<Cache, Unavailable> {
    open_as(&CacheOptions::new(dir), 1)
}

fn open(place: &tempfile::TempDir) -> Cache {
    open_at(&place.path().join("cache")).unwrap()
}

/// The path of an entry.
fn file(cache: &Cache, key: &Key) -> PathBuf {
    cache.path().join(key.name())
}

fn counts(cache: &Cache, purpose: &str) -> Counts {
    cache.stats().by_purpose.get(purpose).cloned().unwrap_or_default()
}

fn chmod(path: &Path, mode: u32) {
    fs::set_permissions(path, fs::Permissions::from_mode(mode)).unwrap();
}

/// Looks an entry up that must be unacceptable for this reason, replaces it, and looks it up again.
fn replaced(cache: &Cache, key: &Key, why: &Fault, case: &str) {
    let before = counts(cache, key.purpose());
    assert_eq!(cache.load(key), None, "{case}");
    let after = counts(cache, key.purpose());
    assert_eq!(after.rejected, before.rejected + 1, "{case}");
    assert_eq!(after.last_fault.as_ref(), Some(why), "{case}");
    cache.store(key, PAYLOAD);
    assert_eq!(cache.load(key).as_deref(), Some(PAYLOAD), "{case}: not replaced");
    assert_eq!(counts(cache, key.purpose()).failed, before.failed, "{case}");
}

/// True where files can be given away; where they can't, tests of made-up metadata stand alone, and that is said.
fn may_chown(test: &str) -> bool {
    let root = rustix::process::geteuid().is_root();
    if !root {
        eprintln!(
            "{test}: not root, so no file is given to somebody else; the rule itself is tested on made-up metadata"
        );
    }
    root
}
