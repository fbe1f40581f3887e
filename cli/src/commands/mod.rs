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

use bundle::FpMode;
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

/// Which orders of float operations are permitted.
#[derive(Clone, Copy, PartialEq, Eq, Debug, clap::Args)]
pub struct FpArgs {
    /// How sums and products of floats may be made that a parallel loop accumulates (docs/semantics.md).
    #[arg(long, value_enum, default_value_t)]
    fp: Fp,
}

/// An order of float operations.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, ValueEnum)]
enum Fp {
    /// In the order of the program, so that every bit is the same; such loops stay as they are.
    #[default]
    Exact,
    /// In another order, which depends on the trip count alone.
    Relaxed,
}

impl FpArgs {
    /// The mode that is asked for.
    pub fn mode(self) -> FpMode {
        match self.fp {
            Fp::Exact => FpMode::Exact,
            Fp::Relaxed => FpMode::Relaxed,
        }
    }
}
