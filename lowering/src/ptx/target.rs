//! The GPUs that text is written for.

use super::PtxError;
use std::fmt;
use std::str::FromStr;

/// A GPU architecture; text for one runs on later ones as well.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Default)]
pub enum Target {
    /// Ampere, the baseline.
    #[default]
    Sm80,
    /// Hopper.
    Sm90,
    /// Blackwell, the consumer line.
    Sm120,
}

impl Target {
    /// Every target, oldest first.
    pub const ALL: [Target; 3] = [Target::Sm80, Target::Sm90, Target::Sm120];

    /// The lowest PTX version, as major and minor, that names this target.
    pub(super) fn version(self) -> (u32, u32) {
        match self {
            Target::Sm80 | Target::Sm90 => (7, 8),
            Target::Sm120 => (8, 7),
        }
    }
}

impl fmt::Display for Target {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Target::Sm80 => "sm_80",
            Target::Sm90 => "sm_90",
            Target::Sm120 => "sm_120",
        })
    }
}

impl FromStr for Target {
    type Err = PtxError;

    fn from_str(text: &str) -> Result<Target, PtxError> {
        let found = Target::ALL.into_iter().find(|target| target.to_string() == text);
        found.ok_or_else(|| PtxError::Target(text.to_owned()))
    }
}

/// What [`super::emit`] may be told.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Options {
    /// The architecture to write for.
    pub target: Target,
}
