//! The identity of a build: what tells the results of this program from those of another.
//!
//! Results depend on the code of the compiler, and the version number doesn't tell two builds of a version apart: a rebuild
//! after a change, another set of features, another toolchain, a patched dependency. The content of the file that this code
//! was loaded from, executable or shared library, contains all of that, so its BLAKE3 digest is the identity. A number made at build time would be cheaper to read, but a
//! build script sees only its own crate and isn't run when a dependency changes.
//!
//! Reading a file of many megabytes costs more than a cached start saves, so the digest itself is kept in the cache,
//! under what the file system says of the file: device, inode, size, times of modification and change. A rebuilt file
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

/// The identity of the build that this code belongs to.
pub(super) fn of_this_code(cache: &Inner) -> io::Result<[u8; 32]> {
    of_file(own_file()?, SETTLED, cache)
}

/// The file that this code was loaded from: the executable, or the shared library that contains this crate. Neither is
/// opened if another file has taken its name since.
#[cfg(target_os = "linux")]
fn own_file() -> io::Result<File> {
    use std::os::unix::fs::MetadataExt;
    let own = of_this_code as *const () as usize;
    let maps = std::fs::read_to_string("/proc/self/maps")?;
    let (inode, path) = maps
        .lines()
        .find_map(|line| mapping(line).filter(|(range, ..)| range.contains(&own)))
        .map(|(_, inode, path)| (inode, path))
        .ok_or_else(|| io::Error::other("this code isn't mapped from a file"))?;
    if std::fs::read_link("/proc/self/exe")?.to_str() == Some(path) {
        // This link leads to the file itself, whatever its name is by now.
        return File::open("/proc/self/exe");
    }
    let file = File::open(path)?;
    if file.metadata()?.ino() != inode {
        return Err(io::Error::other(format!("{path} isn't the file that was loaded")));
    }
    Ok(file)
}

/// Address range, inode and path of a line of `/proc/self/maps`, where it is a file's.
#[cfg(target_os = "linux")]
fn mapping(line: &str) -> Option<(std::ops::Range<usize>, u64, &str)> {
    let mut fields = line.splitn(6, ' ');
    let (from, to) = fields.next()?.split_once('-')?;
    let address = |text| usize::from_str_radix(text, 16).ok();
    let range = address(from)?..address(to)?;
    let inode = fields.nth(3)?.parse().ok()?;
    let path = fields.next()?.trim_start();
    path.starts_with('/').then_some((range, inode, path))
}

#[cfg(not(target_os = "linux"))]
fn own_file() -> io::Result<File> {
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

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use super::*;

    #[test]
    fn a_mapping_of_a_file_is_read() {
        let line = "7f10a000-7f10c000 r-xp 00002000 fe:00 4711                     /opt/a b/lib.so (deleted)";
        assert_eq!(mapping(line), Some((0x7f10_a000..0x7f10_c000, 4711, "/opt/a b/lib.so (deleted)")));
        assert_eq!(mapping("7ffc0000-7ffc1000 rw-p 00000000 00:00 0                          [stack]"), None);
        assert_eq!(mapping("7ffc0000-7ffc1000 rw-p 00000000 00:00 0 "), None);
        assert_eq!(mapping(""), None);
    }

    #[test]
    fn this_code_is_in_this_executable() {
        use std::os::unix::fs::MetadataExt;
        let (own, running) = (own_file().unwrap().metadata().unwrap(), std::fs::metadata("/proc/self/exe").unwrap());
        assert_eq!((own.dev(), own.ino()), (running.dev(), running.ino()));
    }
}
