//! `sign`: one more signature, in a bundle or beside it.

use super::trust::{detached, secret_key};
use crate::output::say;
use crate::{Finding, files};
use anyhow::{Context, Result};
use std::path::{Path, PathBuf};

/// Sign a bundle, beside the signatures that it carries.
#[derive(clap::Args)]
pub struct Args {
    /// The bundle.
    input: PathBuf,
    /// The secret key: a name in the key folder, or else a file.
    #[arg(long, value_name = "NAME|FILE")]
    key: String,
    /// Where to write the signed bundle; over the input by default.
    #[arg(short, long, value_name = "OUT")]
    output: Option<PathBuf>,
    /// Drop the signatures that the bundle carries.
    #[arg(long)]
    replace: bool,
    /// Write the signature to this file, beside those that it holds, and leave the bundle as it is.
    #[arg(long, value_name = "OUT.sig", conflicts_with_all = ["output", "replace"])]
    detached: Option<PathBuf>,
}

/// Signs a bundle.
pub fn run(args: &Args) -> Result<Finding> {
    let mut bytes = files::read(&args.input)?;
    let name = || args.input.display().to_string();
    bundle::read(&bytes).with_context(name)?;
    let key = secret_key(&args.key)?;
    if let Some(file) = &args.detached {
        let there = if file.exists() { Some(detached(file)?) } else { None };
        let signature = bundle::sign_detached(&bytes, there.as_deref(), &key);
        return written(file, &signature.with_context(|| file.display().to_string())?, &key);
    }
    if args.replace {
        bytes = bundle::unsigned(&bytes)?;
    }
    let signed = bundle::sign(&bytes, &key).with_context(name)?;
    written(args.output.as_ref().unwrap_or(&args.input), &signed, &key)
}

fn written(path: &Path, bytes: &[u8], key: &bundle::SecretKey) -> Result<Finding> {
    files::write(path, bytes)?;
    say!("signed {} with key {}", path.display(), key.public().id())?;
    Ok(Finding::Clean)
}
