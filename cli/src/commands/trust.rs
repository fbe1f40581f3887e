//! Whom a command trusts: the key folder, `--trust`, detached signatures, and what `--require` demands of them.

use anyhow::{Context, Result, bail};
use bundle::keyring::{read_bounded, read_public, read_secret};
use bundle::{Demand, Keyring, KeyringError, KnownKeys, NamedKey, SecretKey, limits};
use std::path::{Path, PathBuf};
use std::str::FromStr;

/// Whose signatures count.
#[derive(clap::Args)]
pub struct TrustArgs {
    /// Trust this key, and of the key folder no others. A name there, or else a public key file; may be repeated.
    #[arg(long, value_name = "NAME|FILE")]
    trust: Vec<String>,
    /// A detached signature, which counts as if it were in the bundle; may be repeated.
    #[arg(long, value_name = "FILE")]
    signature: Vec<PathBuf>,
}

impl TrustArgs {
    /// True if the caller named keys.
    pub fn are_named(&self) -> bool {
        !self.trust.is_empty()
    }

    /// True if there are detached signatures.
    pub fn are_detached(&self) -> bool {
        !self.signature.is_empty()
    }

    /// The keys: those that the caller named, or all of the key folder. Revoked ones are those of the folder either way.
    pub fn keys(&self) -> Result<KnownKeys> {
        let Some(keyring) = Keyring::of_user() else {
            let keys = self.trust.iter().map(|file| public_key_file(file)).collect::<Result<_>>()?;
            return Ok(KnownKeys::new(keys, Vec::new()));
        };
        let all = keyring.keys()?;
        if !self.are_named() {
            return Ok(all);
        }
        let keys = self.trust.iter().map(|name| public_key(&keyring, name)).collect::<Result<_>>()?;
        Ok(KnownKeys::new(keys, all.revoked().to_vec()))
    }

    /// The detached signatures.
    pub fn detached(&self) -> Result<Vec<Vec<u8>>> {
        if self.signature.len() > limits::MAX_DETACHED {
            bail!("more than {} detached signatures", limits::MAX_DETACHED);
        }
        self.signature.iter().map(|file| detached(file)).collect()
    }
}

/// Reads a detached signature.
pub fn detached(file: &Path) -> Result<Vec<u8>> {
    Ok(read_bounded(file, "a detached signature", limits::MAX_SIGNATURE)?)
}

/// The key folder, for commands that need one.
pub fn keyring() -> Result<Keyring> {
    Keyring::of_user().context("no key folder: neither TENSORWASM_KEYS, XDG_CONFIG_HOME nor HOME names a place")
}

/// The public key of a name in the key folder, or else of a file.
fn public_key(keyring: &Keyring, name: &str) -> Result<NamedKey> {
    match keyring.trusted(name) {
        Err(missing @ KeyringError::Missing { .. }) if !Path::new(name).exists() => {
            bail!("{missing}, and no such file")
        }
        Err(KeyringError::Missing { .. }) => {
            let named = public_key_file(name)?;
            keyring.refuse_revoked(&named.key)?;
            Ok(named)
        }
        found => Ok(found?),
    }
}

fn public_key_file(file: &str) -> Result<NamedKey> {
    Ok(NamedKey { name: file.to_string(), key: read_public(Path::new(file))? })
}

/// The secret key of a name in the key folder, or else of a file. Refused if others can read it, or if it is revoked.
pub fn secret_key(name: &str) -> Result<SecretKey> {
    let Some(keyring) = Keyring::of_user() else { return Ok(read_secret(Path::new(name))?) };
    if keyring.has_secret(name) {
        return Ok(keyring.secret(name)?);
    }
    if !Path::new(name).exists() {
        return match keyring.secret(name) {
            Err(missing @ KeyringError::Missing { .. }) => bail!("{missing}, and no such file"),
            found => Ok(found?),
        };
    }
    let key = read_secret(Path::new(name))?;
    keyring.refuse_revoked(&key.public())?;
    Ok(key)
}

/// The value of `--require`: a number of different trusted keys, or `all` that are trusted.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Require(pub Demand);

impl FromStr for Require {
    type Err = String;

    fn from_str(text: &str) -> Result<Require, String> {
        match text.parse() {
            _ if text == "all" => Ok(Require(Demand::All)),
            Ok(count) if count > 0 => Ok(Require(Demand::AtLeast(count))),
            _ => Err("neither a number of keys, from 1, nor `all`".into()),
        }
    }
}
