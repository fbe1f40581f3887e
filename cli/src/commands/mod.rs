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
pub mod sign;
mod timings;
pub mod trust;
pub mod verify;

use clap::ValueEnum;

/// How a report is written.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, ValueEnum)]
pub enum Format {
    /// For people.
    #[default]
    Text,
    /// One JSON object.
    Json,
}
