//! Whom an operator trusts, and what that makes of a file's signers.
//!
//! Input: public keys under names, trusted or revoked, and the signatures of a file, which [`crate::verify`] has checked
//! against them. Output: a standing for each signature, and whether they meet a demand. What holds: a revoked key is never
//! trusted, whatever list names it as well; a key counts once, however often and wherever it signed.

use crate::keys::PublicKey;
use std::collections::BTreeSet;
use std::fmt;

/// A public key and the name by which people know it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct NamedKey {
    /// The name.
    pub name: String,
    /// The key.
    pub key: PublicKey,
}

/// What a signer is to the operator.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Standing {
    /// A trusted key, by this name, made the signature.
    Trusted(String),
    /// A revoked key, by this name, made the signature; it counts as an unknown one.
    Revoked(String),
    /// Nobody knows: the key isn't there to check the signature.
    Unknown,
}

/// The keys that an operator knows.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct KnownKeys {
    trusted: Vec<NamedKey>,
    revoked: Vec<NamedKey>,
}

impl KnownKeys {
    /// These keys, without repetition; a key in both lists is revoked.
    pub fn new(trusted: Vec<NamedKey>, revoked: Vec<NamedKey>) -> KnownKeys {
        let mut known = KnownKeys { trusted: Vec::new(), revoked };
        for key in trusted {
            if known.find(&key.key).is_none() {
                known.trusted.push(key);
            }
        }
        known
    }

    /// Trusts these keys, each under its id as a name.
    pub fn of(keys: &[PublicKey]) -> KnownKeys {
        KnownKeys::new(keys.iter().map(|key| NamedKey { name: key.id(), key: key.clone() }).collect(), Vec::new())
    }

    /// The trusted keys.
    pub fn trusted(&self) -> &[NamedKey] {
        &self.trusted
    }

    /// The revoked keys.
    pub fn revoked(&self) -> &[NamedKey] {
        &self.revoked
    }

    /// All keys, with what a signature made by each of them is worth.
    pub(crate) fn keys(&self) -> impl Iterator<Item = (&PublicKey, Standing)> {
        let trusted = self.trusted.iter().map(|k| (&k.key, Standing::Trusted(k.name.clone())));
        trusted.chain(self.revoked.iter().map(|k| (&k.key, Standing::Revoked(k.name.clone()))))
    }

    /// What a signature made by `key` is worth; `None` for a key that isn't known.
    pub fn find(&self, key: &PublicKey) -> Option<Standing> {
        self.keys().find(|(known, _)| *known == key).map(|(_, standing)| standing)
    }
}

/// One signature of a file.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Signer {
    /// The id of the key that made it, or the id that it states where the key isn't known; other tools may leave it out.
    pub key_id: Option<String>,
    /// What it is worth.
    pub standing: Standing,
    /// True if it came in a file of its own.
    pub detached: bool,
}

impl fmt::Display for Signer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let id = self.key_id.as_deref().unwrap_or("not stated");
        match &self.standing {
            // A key that is known by nothing but its id needs it only once.
            Standing::Trusted(name) if name == id => write!(f, "trusted key {id}")?,
            Standing::Trusted(name) => write!(f, "trusted key {name} (id {id})")?,
            Standing::Revoked(name) => write!(f, "revoked key {name} (id {id})")?,
            Standing::Unknown => write!(f, "a key that isn't trusted (id {id})")?,
        }
        f.write_str(if self.detached { ", detached" } else { "" })
    }
}

/// The signatures of a file: those in it, then the detached ones.
///
/// Each one by a known key is valid. Those by unknown keys state the file's own hash, which is all that can be said.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Signatures(pub Vec<Signer>);

impl Signatures {
    /// The different trusted keys that signed, by name.
    pub fn trusted(&self) -> BTreeSet<&str> {
        let trusted = |signer: &'_ Signer| matches!(signer.standing, Standing::Trusted(_));
        self.0.iter().filter(|signer| trusted(signer)).filter_map(|signer| signer.standing.name()).collect()
    }

    /// True if they are what `demand` asks of `known` keys.
    pub fn meet(&self, demand: Demand, known: &KnownKeys) -> bool {
        let signed = self.trusted();
        match demand {
            Demand::AtLeast(count) => signed.len() >= count,
            // All of nothing is no demand that anybody can want to make.
            Demand::All => !known.trusted.is_empty() && known.trusted.iter().all(|k| signed.contains(k.name.as_str())),
        }
    }
}

impl Standing {
    /// The key's name, where it is known.
    pub fn name(&self) -> Option<&str> {
        match self {
            Standing::Trusted(name) | Standing::Revoked(name) => Some(name),
            Standing::Unknown => None,
        }
    }
}

/// In words: `none`, or `by` each of the signers.
impl fmt::Display for Signatures {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.0.is_empty() {
            return f.write_str("none");
        }
        for (i, signer) in self.0.iter().enumerate() {
            write!(f, "{}by {signer}", if i == 0 { "" } else { "; " })?;
        }
        Ok(())
    }
}

/// How many of the trusted keys must have signed.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Demand {
    /// This many different ones.
    AtLeast(usize),
    /// Every one of them.
    All,
}

impl fmt::Display for Demand {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Demand::AtLeast(1) => f.write_str("a trusted key"),
            Demand::AtLeast(count) => write!(f, "{count} different trusted keys"),
            Demand::All => f.write_str("every trusted key"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn named(name: &str, key: &PublicKey) -> NamedKey {
        NamedKey { name: name.into(), key: key.clone() }
    }

    fn signer(standing: Standing) -> Signer {
        Signer { key_id: Some("00".into()), standing, detached: false }
    }

    #[test]
    fn revoked_wins_and_nothing_is_there_twice() {
        let [a, b] = [(); 2].map(|()| crate::keygen().public);
        let trust = KnownKeys::new(vec![named("a", &a), named("b", &b), named("again", &a)], vec![named("gone", &b)]);
        assert_eq!(trust.trusted(), [named("a", &a)]);
        assert_eq!(trust.find(&a), Some(Standing::Trusted("a".into())));
        assert_eq!(trust.find(&b), Some(Standing::Revoked("gone".into())));
        assert_eq!(trust.find(&crate::keygen().public), None);
    }

    #[test]
    fn demands_count_different_trusted_keys() {
        let [a, b] = [(); 2].map(|()| crate::keygen().public);
        let both = KnownKeys::new(vec![named("a", &a), named("b", &b)], Vec::new());
        let trusted = |name: &str| signer(Standing::Trusted(name.into()));
        let cases = [
            (vec![], [false, false, false]),
            (vec![signer(Standing::Unknown), signer(Standing::Revoked("c".into()))], [false, false, false]),
            (vec![trusted("a"), trusted("a")], [true, false, false]),
            (vec![trusted("a"), trusted("b")], [true, true, true]),
        ];
        for (signers, wanted) in cases {
            let signatures = Signatures(signers);
            let found =
                [Demand::AtLeast(1), Demand::AtLeast(2), Demand::All].map(|demand| signatures.meet(demand, &both));
            assert_eq!(found, wanted, "{signatures}");
        }
        assert!(!Signatures::default().meet(Demand::All, &KnownKeys::default()));
    }
}
