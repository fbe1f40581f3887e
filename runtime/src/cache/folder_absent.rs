//! Platforms without Unix ownership have no cache: its directory can't be shown to be the user's alone.

use super::Unavailable;
use super::entry::Fault;
use std::io;
use std::path::Path;
use std::time::SystemTime;

/// There is none.
#[derive(Debug)]
pub(super) enum Folder {}

/// A file of the directory.
pub(super) struct Listed {
    pub name: String,
    pub size: u64,
    pub used: SystemTime,
}

impl Folder {
    pub(super) fn open(_: &Path) -> Result<Folder, Unavailable> {
        Err(Unavailable::Platform)
    }

    pub(super) fn read(&self, _: &str, _: u64) -> Result<Option<Vec<u8>>, Fault> {
        match *self {}
    }

    pub(super) fn write(&self, _: &str, _: &[u8]) -> io::Result<()> {
        match *self {}
    }

    pub(super) fn create(&self, _: &str, _: &[u8]) -> io::Result<()> {
        match *self {}
    }

    pub(super) fn remove(&self, _: &str) -> io::Result<bool> {
        match *self {}
    }

    pub(super) fn list(&self) -> io::Result<Vec<Listed>> {
        match *self {}
    }
}

pub(super) fn is_temporary(_: &str) -> bool {
    false
}
