//! SANDBOX: the key folder: the keys that a user has and the keys that a user trusts.
//!
//! | file | what it is |
//! |---|---|
//! | `NAME.pub` | a trusted public key |
//! | `NAME.key` | a secret key, whose public half is the `NAME.pub` beside it |
//! | `NAME.N.pub` | the N-th key that `NAME` had before a rotation; trusted until it is revoked |
//! | `NAME.N.rotation` | the statement that the next key follows the N-th |
//! | `revoked/NAME.ID.pub`, `.key` | a revoked key |
//!
//! What holds: nobody but the caller and the superuser could have changed what is trusted or revoked (on Unix; see
//! `files`), and a revoked key is never trusted even if its other file is still there. A folder that breaks a rule is an error, and nothing of it is trusted. Who relies on it: everybody who runs kernels
//! because of a signature. Each change is a few files written one after another, in an order in which stopping anywhere
//! trusts no key that wasn't trusted or about to be, and loses none that is trusted.

mod error;
mod files;
mod rotation;

pub use error::KeyringError;
pub use files::{read_bounded, read_public, read_secret, write_public, write_secret};
pub use rotation::{Rotation, RotationFault};

use crate::keys::{KeyPair, PublicKey, SecretKey, keygen};
use crate::limits::{MAX_KEY_FILE, MAX_KEYS};
use crate::trust::{KnownKeys, NamedKey};
use files::Place;
use std::path::{Path, PathBuf};

/// The folder of revoked keys.
const REVOKED: &str = "revoked";
/// Files of a folder that are looked at; most of them aren't public keys.
const MAX_FILES: usize = 16 * MAX_KEYS;

/// A key folder. It is read anew by every call.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Keyring {
    folder: PathBuf,
}

/// A key that another one has replaced.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Rotated {
    /// The key that was replaced, under the name that it has now.
    pub from: NamedKey,
    /// The key that follows, under the name that the other one had.
    pub to: NamedKey,
    /// The rotation statement, where this call has written one.
    pub statement: Option<PathBuf>,
}

impl Keyring {
    /// The user's key folder: `$TENSORWASM_KEYS`, or `tensorwasm/keys` in `$XDG_CONFIG_HOME`, or that in `~/.config`.
    ///
    /// `None` if the environment names no place. As XDG has it, an empty variable isn't set, and a relative
    /// `XDG_CONFIG_HOME` isn't looked at.
    pub fn of_user() -> Option<Keyring> {
        let var = |name| std::env::var_os(name).filter(|value| !value.is_empty()).map(PathBuf::from);
        let config = || {
            let xdg = var("XDG_CONFIG_HOME").filter(|path| path.is_absolute());
            xdg.or_else(|| Some(std::env::home_dir().filter(|home| home.is_absolute())?.join(".config")))
        };
        let folder = var("TENSORWASM_KEYS").or_else(|| Some(config()?.join("tensorwasm").join("keys")))?;
        Some(Keyring { folder })
    }

    /// The key folder at this place, which needn't exist.
    pub fn at(folder: impl Into<PathBuf>) -> Keyring {
        Keyring { folder: folder.into() }
    }

    /// Its place.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// The keys that it holds; none if it isn't there.
    pub fn keys(&self) -> Result<KnownKeys, KeyringError> {
        let mut revoked = public_keys(&self.folder.join(REVOKED))?;
        for key in &mut revoked {
            if let Some(name) = key.name.strip_suffix(&format!(".{}", key.key.id())) {
                key.name = name.to_string();
            }
        }
        let trusted = public_keys(&self.folder)?;
        trusted.iter().chain(&revoked).try_for_each(|key| check_name(&key.name))?;
        Ok(KnownKeys::new(trusted, revoked))
    }

    /// The trusted key of this name. A name that only a revoked key has is an error that says so.
    pub fn trusted(&self, name: &str) -> Result<NamedKey, KeyringError> {
        let known = self.keys()?;
        if let Some(key) = known.trusted().iter().find(|key| key.name == name) {
            return Ok(key.clone());
        }
        match known.revoked().iter().find(|key| key.name == name) {
            Some(key) => Err(self.revoked_error(key)),
            None => Err(self.missing("trusted key", name)),
        }
    }

    /// An error if this key is revoked here.
    pub fn refuse_revoked(&self, key: &PublicKey) -> Result<(), KeyringError> {
        match self.keys()?.revoked().iter().find(|revoked| revoked.key == *key) {
            Some(revoked) => Err(self.revoked_error(revoked)),
            None => Ok(()),
        }
    }

    /// True if there is a secret key of this name. What can't be a name has none.
    pub fn has_secret(&self, name: &str) -> bool {
        check_name(name).is_ok() && self.path(name, "key").exists()
    }

    /// The secret key of this name, if others can't read it, it isn't revoked, and the public half beside it is its own.
    pub fn secret(&self, name: &str) -> Result<SecretKey, KeyringError> {
        check_name(name)?;
        files::check_folder(&self.folder)?;
        let (secret, public) = (self.path(name, "key"), self.path(name, "pub"));
        if !secret.exists() {
            return Err(match self.trusted(name) {
                Err(revoked @ KeyringError::Revoked { .. }) => revoked,
                Ok(_) | Err(_) => self.missing("secret key", name),
            });
        }
        let key = files::read_secret(&secret)?;
        self.refuse_revoked(&key.public())?;
        if public.exists() && files::read_trusted(&public)? != key.public() {
            return Err(KeyringError::Pair { secret, public });
        }
        Ok(key)
    }

    /// Makes a new key pair of this name and trusts its public half.
    pub fn generate(&self, name: &str) -> Result<NamedKey, KeyringError> {
        check_name(name)?;
        self.make()?;
        self.free(name)?;
        let KeyPair { public, secret } = keygen();
        files::write_secret(&self.path(name, "key"), &secret)?;
        files::write_public(&self.path(name, "pub"), &public)?;
        Ok(NamedKey { name: name.into(), key: public })
    }

    /// Trusts a public key under this name; false if it is trusted under this very name already.
    pub fn add(&self, name: &str, key: &PublicKey) -> Result<bool, KeyringError> {
        check_name(name)?;
        self.refuse_revoked(key)?;
        if let Some(known) = self.keys()?.trusted().iter().find(|known| known.key == *key) {
            let error = KeyringError::Known { id: key.id(), name: known.name.clone() };
            return if known.name == name { Ok(false) } else { Err(error) };
        }
        self.make()?;
        self.free(name)?;
        files::write_public(&self.path(name, "pub"), key)?;
        Ok(true)
    }

    /// Ends the trust in the key of this name. Both halves go to the folder of revoked keys.
    pub fn revoke(&self, name: &str) -> Result<NamedKey, KeyringError> {
        check_name(name)?;
        let public = self.path(name, "pub");
        files::check_folder(&self.folder)?;
        // A file that was left behind by a revocation that stopped half-way isn't trusted, but is to be cleared away.
        let key = match public.exists() {
            true => NamedKey { name: name.into(), key: files::read_trusted(&public)? },
            false => self.trusted(name)?,
        };
        let revoked = self.folder.join(REVOKED);
        files::make_folder(&revoked)?;
        files::check_folder(&revoked)?;
        let target = |ending: &str| revoked.join(format!("{name}.{}.{ending}", key.key.id()));
        files::put_public(&target("pub"), &key.key, Place::Over)?;
        // From here on the key is revoked, whatever happens to its other files.
        if self.path(name, "key").exists() {
            rename(&self.path(name, "key"), &target("key"))?;
        }
        remove(&public)?;
        Ok(key)
    }

    /// Gives the key of this name a successor. The old public key stays trusted under a numbered name; the old secret key
    /// signs the statement that the new one follows it and is gone.
    pub fn rotate(&self, name: &str) -> Result<Rotated, KeyringError> {
        let old = self.secret(name)?;
        let from = self.trusted(name)?;
        let KeyPair { public, secret } = keygen();
        let aside = self.set_aside(&from)?;
        let statement = self.path(&aside.name, "rotation");
        files::put(&statement, Rotation::new(&old, &secret).to_string().as_bytes(), true, Place::Over)?;
        files::put_secret(&self.path(name, "key"), &secret, Place::Over)?;
        files::put_public(&self.path(name, "pub"), &public, Place::Over)?;
        let to = NamedKey { name: name.into(), key: public };
        Ok(Rotated { from: aside, to, statement: Some(statement) })
    }

    /// Trusts the key that a rotation statement names, if the key that it replaces is trusted. `None` if it is trusted
    /// already.
    pub fn follow(&self, rotation: &Rotation) -> Result<Option<Rotated>, KeyringError> {
        self.refuse_revoked(&rotation.from)?;
        self.refuse_revoked(&rotation.to)?;
        let known = self.keys()?;
        let find = |key: &PublicKey| known.trusted().iter().find(|known| known.key == *key);
        let Some(from) = find(&rotation.from) else {
            return Err(KeyringError::Stranger { id: rotation.from.id() });
        };
        if find(&rotation.to).is_some() {
            return Ok(None);
        }
        let path = self.path(&from.name, "key");
        if path.exists() {
            // Here this user rotates; a statement from elsewhere would part the two halves.
            return Err(KeyringError::Taken { name: from.name.clone(), path });
        }
        let aside = self.set_aside(from)?;
        files::put_public(&self.path(&from.name, "pub"), &rotation.to, Place::Over)?;
        let to = NamedKey { name: from.name.clone(), key: rotation.to.clone() };
        Ok(Some(Rotated { from: aside, to, statement: None }))
    }

    /// Writes the key of a name under the name's next number as well. A rotation that stopped half-way may have done so.
    fn set_aside(&self, key: &NamedKey) -> Result<NamedKey, KeyringError> {
        let known = self.keys()?;
        let named = |name| NamedKey { name, key: key.key.clone() };
        let there = public_keys(&self.folder)?;
        let numbers =
            there.iter().chain(known.revoked()).filter_map(|k| Some((generation(&k.name, &key.name)?, &k.key)));
        let last = numbers.max_by_key(|(number, _)| *number);
        if let Some((number, _)) = last.filter(|(_, last)| **last == key.key) {
            return Ok(named(format!("{}.{number}", key.name)));
        }
        let number = last.map_or(1, |(number, _)| number.saturating_add(1));
        let aside = named(format!("{}.{number}", key.name));
        check_name(&aside.name)?;
        files::write_public(&self.path(&aside.name, "pub"), &aside.key)?;
        Ok(aside)
    }

    fn make(&self) -> Result<(), KeyringError> {
        files::make_folder(&self.folder)?;
        files::check_folder(&self.folder).map(|_| ())
    }

    fn free(&self, name: &str) -> Result<(), KeyringError> {
        match ["key", "pub"].map(|ending| self.path(name, ending)).into_iter().find(|path| path.exists()) {
            Some(path) => Err(KeyringError::Taken { name: name.into(), path }),
            None => Ok(()),
        }
    }

    fn path(&self, name: &str, ending: &str) -> PathBuf {
        self.folder.join(format!("{name}.{ending}"))
    }

    fn missing(&self, what: &'static str, name: &str) -> KeyringError {
        KeyringError::Missing { what, name: name.into(), folder: self.folder.clone() }
    }

    fn revoked_error(&self, key: &NamedKey) -> KeyringError {
        let (name, id) = (key.name.clone(), key.key.id());
        let path = self.folder.join(REVOKED).join(format!("{name}.{id}.pub"));
        KeyringError::Revoked { name, id, path }
    }
}

/// Reads a rotation statement.
pub fn read_rotation(path: &Path) -> Result<Rotation, KeyringError> {
    let bytes = read_bounded(path, "a rotation statement", MAX_KEY_FILE)?;
    Rotation::read(&bytes).map_err(|fault| KeyringError::Rotation { path: path.into(), fault })
}

/// The public keys of a folder by name; none if it isn't there.
fn public_keys(folder: &Path) -> Result<Vec<NamedKey>, KeyringError> {
    let mut keys = Vec::new();
    if !files::check_folder(folder)? {
        return Ok(keys);
    }
    let fail = |error| KeyringError::Io { action: "read", path: folder.into(), error };
    let count = |what, limit| KeyringError::Count { path: folder.into(), what, limit };
    for (i, entry) in std::fs::read_dir(folder).map_err(fail)?.enumerate() {
        let path = entry.map_err(fail)?.path();
        if i >= MAX_FILES {
            return Err(count("files", MAX_FILES));
        }
        if path.extension().is_none_or(|ending| ending != "pub") {
            continue;
        }
        if keys.len() >= MAX_KEYS {
            return Err(count("public keys", MAX_KEYS));
        }
        let name = path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
        keys.push(NamedKey { name, key: files::read_trusted(&path)? });
    }
    keys.sort_by(|a, b| a.name.cmp(&b.name));
    Ok(keys)
}

/// The N of a name `BASE.N`.
fn generation(name: &str, base: &str) -> Option<u32> {
    let number = name.strip_prefix(base)?.strip_prefix('.')?;
    number.parse().ok().filter(|n: &u32| n.to_string() == number)
}

/// A name is part of a file's name, on every system, and of a message.
fn check_name(name: &str) -> Result<(), KeyringError> {
    let inner = |b: u8| b.is_ascii_alphanumeric() || b"-_.@".contains(&b);
    let ends = [name.bytes().next(), name.bytes().next_back()];
    let fits = (1..=64).contains(&name.len());
    let plain = ends.iter().all(|end| end.is_some_and(|b| b.is_ascii_alphanumeric()));
    if fits && plain && name.bytes().all(inner) { Ok(()) } else { Err(KeyringError::Name { name: name.into() }) }
}

fn rename(from: &Path, to: &Path) -> Result<(), KeyringError> {
    std::fs::rename(from, to).map_err(|error| KeyringError::Io { action: "move", path: from.into(), error })
}

fn remove(path: &Path) -> Result<(), KeyringError> {
    std::fs::remove_file(path).map_err(|error| KeyringError::Io { action: "remove", path: path.into(), error })
}
