//! Why a key folder can't be used, or a change to it isn't made. No message holds anything of a secret key.

use super::rotation::RotationFault;
use crate::error::BundleError;
use std::io;
use std::path::PathBuf;
use thiserror::Error;

/// Why a key folder can't be used, or a change to it isn't made.
#[derive(Debug, Error)]
pub enum KeyringError {
    /// The operating system refuses.
    #[error("can't {action} {}: {error}", path.display())]
    Io {
        /// What was to be done.
        action: &'static str,
        /// With which file or folder.
        path: PathBuf,
        /// Its reason.
        error: io::Error,
    },
    /// A secret that isn't one, or trust that anybody could extend.
    #[error("{} has mode {mode:04o}, so others can {what} it; `chmod {remedy} {}`", path.display(), path.display())]
    Open {
        /// The file or folder.
        path: PathBuf,
        /// Its permission bits.
        mode: u32,
        /// What others can do.
        what: &'static str,
        /// The argument for `chmod`.
        remedy: &'static str,
    },
    /// A file or folder of another user than the caller and the superuser.
    #[error("{} belongs to user {owner}, who can change it; it must be yours or the superuser's", path.display())]
    Owner {
        /// The file or folder.
        path: PathBuf,
        /// The owner's number.
        owner: u32,
    },
    /// Something else where a file or folder is needed.
    #[error("{} isn't a {wanted}", path.display())]
    Kind {
        /// Where.
        path: PathBuf,
        /// `file` or `folder`.
        wanted: &'static str,
    },
    /// A file that is too large to be what it should be.
    #[error("{} is longer than the {limit} bytes that {what} may have", path.display())]
    Size {
        /// The file.
        path: PathBuf,
        /// What it should be.
        what: &'static str,
        /// The limit in bytes.
        limit: usize,
    },
    /// Too many files.
    #[error("{} holds more than {limit} {what}", path.display())]
    Count {
        /// The folder.
        path: PathBuf,
        /// Of what.
        what: &'static str,
        /// How many are allowed.
        limit: usize,
    },
    /// A file that isn't a key, or not the half that is needed.
    #[error("{}: {error}", path.display())]
    Key {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        error: BundleError,
    },
    /// A name that can't be a key's.
    #[error(
        "`{name}` can't be a key's name: 1 to 64 letters, digits and `-_.@` that begin and end with a letter or digit"
    )]
    Name {
        /// The name.
        name: String,
    },
    /// A name that is in use.
    #[error("there is a key `{name}` already: {}", path.display())]
    Taken {
        /// The name.
        name: String,
        /// Its file.
        path: PathBuf,
    },
    /// A key that is there under another name.
    #[error("this key (id {id}) is trusted already, as `{name}`")]
    Known {
        /// Its id.
        id: String,
        /// The name it has.
        name: String,
    },
    /// A name that nobody has.
    #[error("no {what} `{name}` in {}", folder.display())]
    Missing {
        /// The kind of key.
        what: &'static str,
        /// The name.
        name: String,
        /// The key folder.
        folder: PathBuf,
    },
    /// A key that was revoked, where a trusted one is needed.
    #[error("key `{name}` (id {id}) is revoked; {} says so", path.display())]
    Revoked {
        /// Its name.
        name: String,
        /// Its id.
        id: String,
        /// The file of the revoked key.
        path: PathBuf,
    },
    /// Two halves that don't belong together, as after a rotation that was interrupted.
    #[error(
        "{} isn't the public half of {}; if that key is yours, `openssl pkey -pubout` writes its public half",
        public.display(),
        secret.display()
    )]
    Pair {
        /// The secret half.
        secret: PathBuf,
        /// What should be its public half.
        public: PathBuf,
    },
    /// A rotation statement that doesn't hold.
    #[error("{}: {fault}", path.display())]
    Rotation {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        fault: RotationFault,
    },
    /// A rotation of a key that the operator doesn't trust.
    #[error("the rotation is signed by key {id}, which isn't trusted")]
    Stranger {
        /// The id of the key that was replaced.
        id: String,
    },
}
