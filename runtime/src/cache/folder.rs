//! SANDBOX: the cache's directory, and the files in it.
//!
//! Input: a path. Output: an open directory that only the user can have written to, or the reason why it isn't one. The way
//! is walked from `/` one name at a time. A directory is opened without following links and judged before anything is looked
//! up in it, so what was judged is what is used. A link is followed by hand, and only if nobody but root and the user can
//! have made it; the directory itself may be none. Directories that are missing are made with mode 0700.
//!
//! Why the directories above matter, although the last one has to be the user's own: whoever can rename in one of them can
//! put another private directory of the user's in this one's place, with files in it that came from somewhere else.
//!
//! Access lists (ACLs) need no further look: the rights they grant at most are the group's bits of the mode.

use super::Unavailable;
use super::entry::{self, Facts, Fault};
use super::key::hex;
use rustix::fs::{AtFlags, Dir, FileType, Mode, OFlags};
use rustix::io::Errno;
use std::ffi::OsStr;
use std::fs::{File, Permissions};
use std::io::{self, Read, Write};
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::path::{Component, Path, PathBuf};
use std::time::SystemTime;

const TEMPORARY: &str = "tmp-";
/// Links that a path may lead through, as many as Linux allows.
const MOST_LINKS: usize = 40;

const STICKY: u32 = 0o1000;
const OTHERS_WRITE: u32 = 0o022;
const OTHERS: u32 = 0o077;

/// An open directory of the user's own.
#[derive(Debug)]
pub(super) struct Folder {
    dir: File,
    me: u32,
}

/// A file of the directory.
pub(super) struct Listed {
    pub name: String,
    /// Its size in bytes.
    pub size: u64,
    /// When it was last written or read.
    pub used: SystemTime,
}

/// True for names that unfinished files have.
pub(super) fn is_temporary(name: &str) -> bool {
    name.starts_with(TEMPORARY)
}

impl Folder {
    pub(super) fn open(path: &Path) -> Result<Folder, Unavailable> {
        let absolute = std::path::absolute(path).map_err(|error| Unavailable::Io { path: path.into(), error })?;
        let me = rustix::process::geteuid().as_raw();
        let walk = Walk { me, at: PathBuf::from("/"), rest: names(&absolute), links: 0 };
        Ok(Folder { dir: walk.finish()?, me })
    }

    /// A file's bytes, if it is there and acceptable and has no more than `most`.
    pub(super) fn read(&self, name: &str, most: u64) -> Result<Option<Vec<u8>>, Fault> {
        // Without NONBLOCK, opening a named pipe would wait for a writer.
        let flags = OFlags::RDONLY | OFlags::NOFOLLOW | OFlags::NONBLOCK | OFlags::NOCTTY | OFlags::CLOEXEC;
        let fd = match rustix::fs::openat(&self.dir, name, flags, Mode::empty()) {
            Ok(fd) => fd,
            Err(Errno::NOENT) => return Ok(None),
            Err(Errno::LOOP | Errno::MLINK) => return Err(Fault::NotAFile),
            Err(error) => return Err(Fault::Unreadable(io::Error::from(error).kind())),
        };
        let mut file = File::from(fd);
        let unreadable = |error: io::Error| Fault::Unreadable(error.kind());
        let data = file.metadata().map_err(unreadable)?;
        let facts = Facts {
            regular: data.file_type().is_file(),
            owner: data.uid(),
            mode: data.mode() & 0o7777,
            size: data.size(),
        };
        entry::acceptable(&facts, self.me, most)?;
        let mut bytes = Vec::with_capacity(facts.size as usize);
        // The file may grow meanwhile; one byte more than there was is enough to fail its MAC.
        (&mut file).take(facts.size + 1).read_to_end(&mut bytes).map_err(unreadable)?;
        // What is used stays; if that can't be noted, it goes earlier.
        let _ = file.set_modified(SystemTime::now());
        Ok(Some(bytes))
    }

    /// Puts a file in place of whatever has its name.
    pub(super) fn write(&self, name: &str, bytes: &[u8]) -> io::Result<()> {
        let temporary = self.unfinished(bytes)?;
        let rename = || rustix::fs::renameat(&self.dir, &temporary, &self.dir, name);
        let renamed = match rename() {
            // An empty directory in the file's place goes like a file; a full one is somebody's, and stays.
            Err(Errno::ISDIR) => rustix::fs::unlinkat(&self.dir, name, AtFlags::REMOVEDIR).and_then(|()| rename()),
            result => result,
        };
        if renamed.is_err() {
            let _ = self.remove(&temporary);
        }
        Ok(renamed?)
    }

    /// Puts a file under a name that is free; if it is taken meanwhile, what took it stays and that is no error.
    pub(super) fn create(&self, name: &str, bytes: &[u8]) -> io::Result<()> {
        let temporary = self.unfinished(bytes)?;
        let linked = rustix::fs::linkat(&self.dir, &temporary, &self.dir, name, AtFlags::empty());
        let removed = self.remove(&temporary);
        match linked {
            Ok(()) | Err(Errno::EXIST) => removed.map(|_| ()),
            // A file system without hard links: whoever renames last wins.
            Err(_) => self.write(name, bytes),
        }
    }

    /// Writes a new file under a temporary name, which it returns.
    fn unfinished(&self, bytes: &[u8]) -> io::Result<String> {
        let mut random = [0; 16];
        getrandom::fill(&mut random)?;
        let name = format!("{TEMPORARY}{}", hex(&random));
        let flags = OFlags::WRONLY | OFlags::CREATE | OFlags::EXCL | OFlags::NOFOLLOW | OFlags::CLOEXEC;
        let mut file = File::from(rustix::fs::openat(&self.dir, &name, flags, Mode::RUSR | Mode::WUSR)?);
        // The mode again, because a umask may have taken from it.
        let written = file.set_permissions(Permissions::from_mode(0o600)).and_then(|()| file.write_all(bytes));
        if let Err(error) = written {
            let _ = self.remove(&name);
            return Err(error);
        }
        Ok(name)
    }

    /// Removes a file; false if it wasn't there.
    pub(super) fn remove(&self, name: &str) -> io::Result<bool> {
        match rustix::fs::unlinkat(&self.dir, name, AtFlags::empty()) {
            Ok(()) => Ok(true),
            Err(Errno::NOENT) => Ok(false),
            Err(error) => Err(error.into()),
        }
    }

    /// The regular files, in no order.
    pub(super) fn list(&self) -> io::Result<Vec<Listed>> {
        let mut files = Vec::new();
        for item in Dir::read_from(&self.dir)? {
            let item = item?;
            let Ok(name) = item.file_name().to_str() else { continue };
            let stat = match rustix::fs::statat(&self.dir, name, AtFlags::SYMLINK_NOFOLLOW) {
                Ok(stat) => stat,
                // Another process may have removed it.
                Err(Errno::NOENT) => continue,
                Err(error) => return Err(error.into()),
            };
            if FileType::from_raw_mode(stat.st_mode) == FileType::RegularFile {
                let since = std::time::Duration::new(stat.st_mtime.max(0) as u64, stat.st_mtime_nsec as u32);
                let used = SystemTime::UNIX_EPOCH + since;
                files.push(Listed { name: name.to_string(), size: stat.st_size.max(0) as u64, used });
            }
        }
        Ok(files)
    }
}

/// Says whether a directory above the cache's own may be passed by user `me`.
pub(super) fn passable(path: &Path, owner: u32, mode: u32, me: u32) -> Result<(), Unavailable> {
    if owner != me && owner != 0 {
        return Err(Unavailable::Owner { path: path.into(), owner });
    }
    // In a sticky directory others can make names, but can't take ours away.
    if mode & OTHERS_WRITE != 0 && mode & STICKY == 0 {
        return Err(Unavailable::Writable { path: path.into(), mode });
    }
    Ok(())
}

/// Says whether the cache's own directory is private to user `me`.
pub(super) fn private(path: &Path, owner: u32, mode: u32, me: u32) -> Result<(), Unavailable> {
    if owner != me {
        return Err(Unavailable::Owner { path: path.into(), owner });
    }
    if mode & OTHERS != 0 {
        return Err(Unavailable::Open { path: path.into(), mode });
    }
    Ok(())
}

/// The way to the directory.
struct Walk {
    me: u32,
    /// Where it has got to, for messages.
    at: PathBuf,
    /// The names still to go, the next one last.
    rest: Vec<Vec<u8>>,
    links: usize,
}

impl Walk {
    fn finish(mut self) -> Result<File, Unavailable> {
        let mut here = self.root()?;
        while let Some(name) = self.rest.pop() {
            let (owner, mode) = self.facts(&here)?;
            passable(&self.at, owner, mode, self.me)?;
            here = self.step(here, &name)?;
        }
        let (owner, mode) = self.facts(&here)?;
        private(&self.at, owner, mode, self.me)?;
        Ok(here)
    }

    fn step(&mut self, here: File, name: &[u8]) -> Result<File, Unavailable> {
        let before = self.at.clone();
        match name {
            b".." => drop(self.at.pop()),
            _ => self.at.push(OsStr::from_bytes(name)),
        }
        let stat = match rustix::fs::statat(&here, name, AtFlags::SYMLINK_NOFOLLOW) {
            Err(Errno::NOENT) => {
                let made = rustix::fs::mkdirat(&here, name, Mode::RWXU);
                // Another process may have made it.
                made.or_else(|error| if error == Errno::EXIST { Ok(()) } else { Err(error) })
                    .and_then(|()| rustix::fs::statat(&here, name, AtFlags::SYMLINK_NOFOLLOW))
            }
            result => result,
        };
        let stat = stat.map_err(|error| self.failed(error.into()))?;
        if FileType::from_raw_mode(stat.st_mode) != FileType::Symlink {
            let flags = if self.rest.is_empty() { OFlags::RDONLY } else { search() };
            let flags = flags | OFlags::DIRECTORY | OFlags::NOFOLLOW | OFlags::CLOEXEC;
            let opened = rustix::fs::openat(&here, name, flags, Mode::empty());
            return opened.map(File::from).map_err(|error| self.failed(error.into()));
        }
        self.links += 1;
        let foreign = stat.st_uid != self.me && stat.st_uid != 0;
        if self.rest.is_empty() || foreign || self.links > MOST_LINKS {
            return Err(Unavailable::Link { path: self.at.clone() });
        }
        // Only root and the user can change what was just judged: the directory is passable, and if it is sticky, the link
        // is theirs.
        let target = rustix::fs::readlinkat(&here, name, Vec::new()).map_err(|error| self.failed(error.into()))?;
        let target = Path::new(OsStr::from_bytes(target.as_bytes()));
        self.rest.extend(names(target));
        if target.is_absolute() {
            self.at = PathBuf::from("/");
            return self.root();
        }
        self.at = before;
        Ok(here)
    }

    fn root(&self) -> Result<File, Unavailable> {
        let root = rustix::fs::open("/", search(), Mode::empty());
        root.map(File::from).map_err(|error| self.failed(error.into()))
    }

    fn facts(&self, dir: &File) -> Result<(u32, u32), Unavailable> {
        let data = dir.metadata().map_err(|error| self.failed(error))?;
        Ok((data.uid(), data.mode() & 0o7777))
    }

    fn failed(&self, error: io::Error) -> Unavailable {
        Unavailable::Io { path: self.at.clone(), error }
    }
}

/// How directories on the way are opened: to pass through, where the system knows that.
fn search() -> OFlags {
    #[cfg(target_os = "linux")]
    let flags = OFlags::PATH;
    #[cfg(not(target_os = "linux"))]
    let flags = OFlags::RDONLY;
    flags | OFlags::DIRECTORY | OFlags::CLOEXEC
}

/// The names of a path, the first one last; `/` and `.` are none.
fn names(path: &Path) -> Vec<Vec<u8>> {
    let name = |part: Component<'_>| match part {
        Component::Normal(name) => Some(name.as_bytes().to_vec()),
        Component::ParentDir => Some(b"..".to_vec()),
        _ => None,
    };
    path.components().rev().filter_map(name).collect()
}
