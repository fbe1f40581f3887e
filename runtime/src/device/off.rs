//! The device that declines everything: the guest's own loops run.

use super::{Device, PrepareError, Prepared, Task};
use ir::lowered::relaxed::Relaxed;

/// Declines every region; the value says why.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum Off {
    /// It was asked for.
    #[default]
    Asked,
    /// The engine counts fuel.
    Fuel,
    /// No trusted key has signed the bundle.
    Untrusted,
    /// The engine isn't known to run relaxed SIMD as kernels do.
    Relaxed(Relaxed),
}

impl Device for Off {
    fn name(&self) -> &str {
        "off"
    }

    fn needs_alignment(&self) -> bool {
        false
    }

    fn runs(&self) -> bool {
        false
    }

    fn prepare(&self, _task: &Task<'_>) -> Result<Box<dyn Prepared>, PrepareError> {
        Err(match self {
            Off::Asked => PrepareError::Off,
            Off::Fuel => PrepareError::Fuel,
            Off::Untrusted => PrepareError::Untrusted,
            Off::Relaxed(Relaxed::Chosen) => PrepareError::Chosen,
            Off::Relaxed(Relaxed::Fused) => PrepareError::Fused,
        })
    }
}
