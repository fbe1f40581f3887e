//! Replay files: one divergence, written so that one file and the module run it again.

use crate::duel::Shot;
use crate::report::{Divergence, Driver};
use serde::{Deserialize, Serialize};
use std::path::{Path, PathBuf};
use thiserror::Error;

/// The version of the format.
const VERSION: u32 = 1;

/// A file that can't be used.
#[derive(Debug, Error)]
pub enum ReplayError {
    /// It can't be read or written.
    #[error("{}: {error}", path.display())]
    File {
        /// The file.
        path: PathBuf,
        /// The reason.
        error: std::io::Error,
    },
    /// It isn't a replay file.
    #[error("{} isn't a replay file: {error}", path.display())]
    Format {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        error: serde_json::Error,
    },
    /// It has a version that this build doesn't know.
    #[error("the replay file has version {found}, this build reads {VERSION}")]
    Version {
        /// Its version.
        found: u32,
    },
    /// It belongs to another module.
    #[error("the replay file is of the module with digest {wanted}, this one has {found}")]
    Module {
        /// The digest in the file.
        wanted: String,
        /// The module's.
        found: String,
    },
}

/// One case of one module.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Replay {
    version: u32,
    /// BLAKE3 of the module, in hex.
    pub module: String,
    /// What was driven.
    pub driver: Driver,
    /// The device on which it differed.
    pub device: String,
    /// The seed and number by which the case was found.
    pub seed: u64,
    /// The number of the case.
    pub case: u64,
    /// All that the case depends on.
    pub shot: Shot,
}

impl Replay {
    /// What replays `divergence`.
    pub fn of(divergence: &Divergence, shot: &Shot, module: &str, seed: u64) -> Replay {
        let Divergence { device, driver, case, .. } = divergence;
        let (device, driver) = (device.clone(), driver.clone());
        Replay { version: VERSION, module: module.into(), driver, device, seed, case: *case, shot: shot.clone() }
    }

    /// Writes it into `directory`, under a name that says what it is.
    pub fn write(&self, directory: &Path) -> Result<PathBuf, ReplayError> {
        let what = match &self.driver {
            Driver::Region(id) => format!("region-{id}"),
            Driver::Export(name) => {
                let plain = |c: char| if c.is_ascii_alphanumeric() || c == '_' { c } else { '-' };
                name.chars().take(60).map(plain).collect()
            }
            Driver::Program => "program".into(),
        };
        let digest: String = self.module.chars().take(12).collect();
        let path = directory.join(format!("oracle-{digest}-{what}-{}-{}.json", self.device, self.case));
        let text =
            serde_json::to_string_pretty(self).map_err(|error| ReplayError::Format { path: path.clone(), error })?;
        let file = |error| ReplayError::File { path: path.clone(), error };
        std::fs::create_dir_all(directory).map_err(file)?;
        std::fs::write(&path, text + "\n").map_err(|error| ReplayError::File { path: path.clone(), error })?;
        Ok(path)
    }

    /// Reads one and checks that it is of the module with digest `module`.
    pub fn read(path: &Path, module: &str) -> Result<Replay, ReplayError> {
        let text = std::fs::read(path).map_err(|error| ReplayError::File { path: path.into(), error })?;
        let replay: Replay =
            serde_json::from_slice(&text).map_err(|error| ReplayError::Format { path: path.into(), error })?;
        if replay.version != VERSION {
            return Err(ReplayError::Version { found: replay.version });
        }
        if replay.module != module {
            return Err(ReplayError::Module { wanted: replay.module, found: module.into() });
        }
        Ok(replay)
    }
}
