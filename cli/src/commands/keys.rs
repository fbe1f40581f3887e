//! `keygen` and `keys`: the key folder.

use super::trust::keyring;
use crate::output::say;
use crate::{Finding, files};
use anyhow::{Context, Result};
use bundle::keyring::{Rotated, read_public, read_rotation, write_public, write_secret};
use bundle::{Keyring, KnownKeys, NamedKey};
use clap::Subcommand;
use serde_json::{Value, json};
use std::path::{Path, PathBuf};

/// Make a key pair: the secret half signs, the public one is what operators trust.
#[derive(clap::Args)]
pub struct KeygenArgs {
    /// A name in the key folder, which then trusts the new key.
    #[arg(required_unless_present = "out", conflicts_with = "out")]
    name: Option<String>,
    /// Write the secret key to this file instead, and the public one to FILE.pub beside it.
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
}

/// Show and change the key folder: whom you trust, and with what you sign.
///
/// The folder is $TENSORWASM_KEYS, or tensorwasm/keys in $XDG_CONFIG_HOME or ~/.config.
#[derive(clap::Args)]
pub struct KeysArgs {
    #[command(subcommand)]
    command: KeysCommand,
}

#[derive(Subcommand)]
enum KeysCommand {
    /// List the keys: trusted and revoked ones, and which of them can sign.
    List {
        /// Print one JSON object instead of text.
        #[arg(long)]
        json: bool,
    },
    /// Trust a public key.
    Trust {
        /// The public key file.
        #[arg(required_unless_present = "follow", conflicts_with = "follow")]
        file: Option<PathBuf>,
        /// Its name in the folder; that of the file by default.
        #[arg(long, requires = "file")]
        name: Option<String>,
        /// Trust the key that follows one you trust, as this rotation statement says.
        #[arg(long, value_name = "FILE")]
        follow: Option<PathBuf>,
    },
    /// End the trust in a key. What it alone has signed no longer counts.
    Revoke {
        /// Its name.
        name: String,
    },
    /// Give a key of yours a successor. The old public key stays trusted, as NAME.N, until you revoke it.
    Rotate {
        /// Its name.
        name: String,
    },
}

/// Makes a key pair.
pub fn keygen(args: &KeygenArgs) -> Result<Finding> {
    if let Some(out) = &args.out {
        let (pair, public) = (bundle::keygen(), public_path(out));
        write_secret(out, &pair.secret)?;
        write_public(&public, &pair.public)?;
        say!("wrote {} (secret) and {} (public, id {})", out.display(), public.display(), pair.public.id())?;
        return Ok(Finding::Clean);
    }
    let keyring = keyring()?;
    let key = keyring.generate(args.name.as_deref().unwrap_or_default())?;
    say!("made key {} in {}; others need {}", line(&key), keyring.folder().display(), place(&keyring, &key))?;
    Ok(Finding::Clean)
}

fn public_path(secret: &Path) -> PathBuf {
    let mut name = secret.as_os_str().to_owned();
    name.push(".pub");
    name.into()
}

/// Runs `keys`.
pub fn keys(args: &KeysArgs) -> Result<Finding> {
    let keyring = keyring()?;
    match &args.command {
        KeysCommand::List { json } => list(&keyring, *json)?,
        KeysCommand::Trust { follow: Some(statement), .. } => follow(&keyring, statement)?,
        KeysCommand::Trust { file, name, .. } => {
            trust(&keyring, file.as_deref().unwrap_or(Path::new("")), name.as_deref())?;
        }
        KeysCommand::Revoke { name } => say!("revoked key {}", line(&keyring.revoke(name)?))?,
        KeysCommand::Rotate { name } => rotate(&keyring, name)?,
    }
    Ok(Finding::Clean)
}

fn list(keyring: &Keyring, as_json: bool) -> Result<()> {
    let trust = keyring.keys()?;
    if as_json {
        say!("{}", list_json(keyring, &trust))?;
        return Ok(());
    }
    say!("{}", keyring.folder().display())?;
    for key in trust.trusted() {
        say!("trusted {}{}", line(key), if keyring.has_secret(&key.name) { ", can sign" } else { "" })?;
    }
    for key in trust.revoked() {
        say!("revoked {}", line(key))?;
    }
    Ok(())
}

fn list_json(keyring: &Keyring, trust: &KnownKeys) -> Value {
    let entry = |standing: &str, key: &NamedKey| {
        let secret = standing == "trusted" && keyring.has_secret(&key.name);
        json!({ "name": key.name, "key_id": key.key.id(), "standing": standing, "can_sign": secret })
    };
    let trusted = trust.trusted().iter().map(|key| entry("trusted", key));
    let keys: Vec<Value> = trusted.chain(trust.revoked().iter().map(|key| entry("revoked", key))).collect();
    json!({ "folder": keyring.folder().display().to_string(), "keys": keys })
}

fn trust(keyring: &Keyring, file: &Path, name: Option<&str>) -> Result<()> {
    let key = read_public(file)?;
    let stem = file.file_stem().map(|stem| stem.to_string_lossy().into_owned()).unwrap_or_default();
    let name = name.unwrap_or(&stem);
    let key = NamedKey { name: name.to_string(), key };
    match keyring.add(name, &key.key)? {
        true => say!("trusted key {}", line(&key))?,
        false => say!("key {} is trusted already", line(&key))?,
    }
    Ok(())
}

fn rotate(keyring: &Keyring, name: &str) -> Result<()> {
    let rotated = keyring.rotate(name)?;
    print_rotated(&rotated)?;
    if let Some(statement) = &rotated.statement {
        say!("others follow with `keys trust --follow {}`", statement.display())?;
    }
    Ok(())
}

fn follow(keyring: &Keyring, statement: &Path) -> Result<()> {
    let rotation = read_rotation(statement)?;
    match keyring.follow(&rotation).with_context(|| statement.display().to_string())? {
        Some(rotated) => print_rotated(&rotated)?,
        None => say!("key {} is trusted already", rotation.to.id())?,
    }
    Ok(())
}

fn print_rotated(rotated: &Rotated) -> Result<()> {
    say!("trusted key {}", line(&rotated.to))?;
    say!("the old one stays trusted as {} until `keys revoke {}`", line(&rotated.from), rotated.from.name)
}

fn line(key: &NamedKey) -> String {
    files::printable(&format!("{} (id {})", key.name, key.key.id()))
}

fn place(keyring: &Keyring, key: &NamedKey) -> String {
    keyring.folder().join(format!("{}.pub", key.name)).display().to_string()
}
