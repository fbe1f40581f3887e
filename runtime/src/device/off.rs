//! The device that declines everything: the guest's own loops run.

use super::{Device, PrepareError, Prepared, Task};

/// Declines every region.
#[derive(Clone, Copy, Debug, Default)]
pub struct Off;

impl Device for Off {
    fn name(&self) -> &str {
        "off"
    }

    fn needs_alignment(&self) -> bool {
        false
    }

    fn prepare(&self, _task: &Task<'_>) -> Result<Box<dyn Prepared>, PrepareError> {
        Err(PrepareError::Off)
    }
}
