//! The commands, one file each.

pub mod cache;
pub mod compile;
pub mod devices;
mod emit;
pub mod explain;
pub mod inspect;
pub mod keys;
pub mod oracle;
pub mod run;
mod timings;

use anyhow::{Context, Result};
use bundle::PublicKey;
use clap::ValueEnum;
use std::path::{Path, PathBuf};

/// How a report is written.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, ValueEnum)]
pub enum Format {
    /// For people.
    #[default]
    Text,
    /// One JSON object.
    Json,
}

/// Reads the public keys that `--trust` names.
pub fn trusted_keys(files: &[PathBuf]) -> Result<Vec<PublicKey>> {
    files.iter().map(|file| public_key(file)).collect()
}

fn public_key(file: &Path) -> Result<PublicKey> {
    let bytes = crate::files::read(file)?;
    PublicKey::from_bytes(&bytes).with_context(|| format!("{} isn't a public key", file.display()))
}
