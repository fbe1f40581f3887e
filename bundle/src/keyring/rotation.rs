//! Rotation statements: the holder of a key names the key that follows it.
//!
//! A statement is five lines of text: a title, the old and the new public key, and the signature of each of them over the
//! title and both keys. The old key's signature says whom to follow; the new one's says that its holder wants that, so that
//! nobody can hand over to a key that isn't theirs. The signed message begins otherwise than that of a module's signature,
//! so neither can stand for the other. What a statement doesn't say is when it was made: whoever holds an old key can
//! name any successor, so it is followed only as long as the old key is trusted.

use crate::keys::{PublicKey, SecretKey, hex};
use std::fmt;
use thiserror::Error;

/// The first line, and what the signed message begins with.
const TITLE: &str = "tensorwasm key rotation 1";

/// What is wrong with a rotation statement.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Error)]
pub enum RotationFault {
    /// It isn't the text that is written.
    #[error("not a rotation statement in the form that `keys rotate` writes")]
    Form,
    /// One of its keys is weak or no point at all, or both are the same.
    #[error("the rotation statement names an impossible key")]
    Keys,
    /// A signature doesn't hold.
    #[error("invalid rotation statement: not made by the {0} key")]
    Forged(&'static str),
}

/// A rotation statement that holds.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Rotation {
    /// The key that was replaced, which alone says that the other one follows it.
    pub from: PublicKey,
    /// The key that follows.
    pub to: PublicKey,
    signatures: [[u8; 64]; 2],
}

impl Rotation {
    /// States that `to` follows `from`.
    pub fn new(from: &SecretKey, to: &SecretKey) -> Rotation {
        let message = message(&from.public(), &to.public());
        Rotation { from: from.public(), to: to.public(), signatures: [from.sign(&message), to.sign(&message)] }
    }

    /// Reads a statement and checks both of its signatures.
    pub fn read(bytes: &[u8]) -> Result<Rotation, RotationFault> {
        let text = std::str::from_utf8(bytes).map_err(|_| RotationFault::Form)?;
        let lines: Vec<&str> = text.lines().collect();
        let [_, from, to, by_from, by_to] = lines.as_slice() else { return Err(RotationFault::Form) };
        let key = |line: &str, label| {
            let point = unhex(line.strip_prefix(label)?)?;
            Some(PublicKey::from_point(point).map_err(|_| RotationFault::Keys))
        };
        let signature = |line: &str, label| unhex(line.strip_prefix(label)?);
        let from = key(from, "from ").ok_or(RotationFault::Form)??;
        let to = key(to, "to ").ok_or(RotationFault::Form)??;
        let by = |line, label| signature(line, label).ok_or(RotationFault::Form);
        let signatures = [by(by_from, "signed by from ")?, by(by_to, "signed by to ")?];
        let rotation = Rotation { from, to, signatures };
        if rotation.to_string() != text {
            return Err(RotationFault::Form);
        }
        rotation.check()
    }

    fn check(self) -> Result<Rotation, RotationFault> {
        if self.from == self.to {
            return Err(RotationFault::Keys);
        }
        let message = message(&self.from, &self.to);
        for (key, signature, which) in
            [(&self.from, &self.signatures[0], "old"), (&self.to, &self.signatures[1], "new")]
        {
            if !key.verifies(&message, signature) {
                return Err(RotationFault::Forged(which));
            }
        }
        Ok(self)
    }
}

/// The statement's text.
impl fmt::Display for Rotation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let [by_from, by_to] = &self.signatures;
        writeln!(f, "{TITLE}")?;
        writeln!(f, "from {}", hex(&self.from.point()))?;
        writeln!(f, "to {}", hex(&self.to.point()))?;
        writeln!(f, "signed by from {}", hex(by_from))?;
        writeln!(f, "signed by to {}", hex(by_to))
    }
}

fn message(from: &PublicKey, to: &PublicKey) -> Vec<u8> {
    [TITLE.as_bytes(), b"\n", &from.point(), &to.point()].concat()
}

fn unhex<const N: usize>(text: &str) -> Option<[u8; N]> {
    if text.len() != 2 * N || !text.is_ascii() {
        return None;
    }
    let byte = |at| u8::from_str_radix(&text[2 * at..2 * at + 2], 16).ok();
    let bytes: Vec<u8> = (0..N).map(byte).collect::<Option<_>>()?;
    bytes.try_into().ok()
}
