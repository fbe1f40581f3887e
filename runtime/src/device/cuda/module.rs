//! A region's image on the device: which one, and loaded once.
//!
//! An image is a target and its bytes. PTX for a target runs on every device of at least that compute capability; of the
//! images that the device can take, the one for the highest target is loaded. The driver's JIT compiler turns it into
//! machine code; what it has to say about text that it refuses is part of the error. No option changes arithmetic: every
//! instruction says its own rounding, and subnormals are kept because none asks for less.

use super::driver::DriverError;
use super::engine::{Engine, Handle, Refusal};
use bundle::PtxImage;
use cudarc::driver::sys::{CUfunction, CUmodule};
use std::ffi::CString;
use std::sync::Arc;
use thiserror::Error;

/// Why a region has no kernel on the device.
#[derive(Debug, Error)]
pub enum ImageError {
    /// No image for a device like this.
    #[error("there is no image for compute capability {}.{}, only for: {}", .capability.0, .capability.1, .targets.join(", "))]
    NoImage {
        /// The device's.
        capability: (u32, u32),
        /// What there is.
        targets: Vec<String>,
    },
    /// Text or a name with a zero byte in it.
    #[error("the image holds a zero byte")]
    ZeroByte,
    /// The driver's compiler refuses the text.
    #[error("{error}{}{log}", if .log.is_empty() { "" } else { "; " })]
    Jit {
        /// The driver's answer.
        error: DriverError,
        /// What the compiler said.
        log: String,
    },
    /// The device doesn't take images now.
    #[error(transparent)]
    Refused(#[from] Refusal),
}

/// A loaded image.
#[derive(Debug)]
pub struct Module {
    engine: &'static Engine,
    module: Handle<CUmodule>,
    function: Handle<CUfunction>,
}

impl Module {
    /// Loads the best of the images of `mapping`.
    pub fn load(engine: &'static Engine, images: &[PtxImage], mapping: u32) -> Result<Arc<Module>, ImageError> {
        let capability = engine.context().description().capability;
        let images: Vec<&PtxImage> = images.iter().filter(|image| image.mapping == mapping).collect();
        let image = best(&images, capability).ok_or_else(|| ImageError::NoImage {
            capability,
            targets: images.iter().map(|image| image.target.clone()).collect(),
        })?;
        let text = CString::new(image.text.as_str()).map_err(|_| ImageError::ZeroByte)?;
        let entry = CString::new(image.entry.as_str()).map_err(|_| ImageError::ZeroByte)?;
        let turn = engine.turn()?;
        let raw = turn.entered().load(&text).map_err(|(error, log)| ImageError::Jit { error, log })?;
        // SAFETY: it has just been loaded in this context.
        let function = unsafe { turn.entered().function(raw, &entry) }.inspect_err(|_| {
            engine.retire(Handle(raw));
        });
        let function = Handle(function.map_err(Refusal::from)?);
        Ok(Arc::new(Module { engine, module: Handle(raw), function }))
    }

    /// The device that it is loaded on.
    pub fn engine(&self) -> &'static Engine {
        self.engine
    }

    /// The kernel's entry; good for as long as the module lives.
    pub fn function(&self) -> CUfunction {
        self.function.0
    }
}

impl Drop for Module {
    fn drop(&mut self) {
        self.engine.retire(self.module);
    }
}

/// The image for the highest target that a device of this capability takes.
fn best<'i>(images: &[&'i PtxImage], capability: (u32, u32)) -> Option<&'i PtxImage> {
    let taken = |image: &&'i PtxImage| Some((target(&image.target)?, *image)).filter(|(needs, _)| *needs <= capability);
    images.iter().filter_map(taken).max_by_key(|(needs, _)| *needs).map(|(_, image)| image)
}

/// The compute capability that `sm_NN` names; targets with a letter run on one device only and aren't among ours.
fn target(name: &str) -> Option<(u32, u32)> {
    let number: u32 = name.strip_prefix("sm_")?.parse().ok()?;
    Some((number / 10, number % 10))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_highest_target_that_the_device_takes_is_picked() {
        let image = |target: &str| PtxImage {
            region: 0,
            mapping: 0,
            target: target.into(),
            entry: "entry".into(),
            text: String::new(),
        };
        let images = ["sm_90", "sm_80", "sm_120", "sm_90a", "compute_80"].map(image);
        let images: Vec<&PtxImage> = images.iter().collect();
        let picks = [(7, 5), (8, 0), (8, 9), (9, 0), (10, 3), (12, 0), (12, 1)]
            .map(|capability| format!("{capability:?}: {:?}", best(&images, capability).map(|image| &image.target)));
        insta::assert_snapshot!(picks.join("\n"), @r#"
        (7, 5): None
        (8, 0): Some("sm_80")
        (8, 9): Some("sm_80")
        (9, 0): Some("sm_90")
        (10, 3): Some("sm_90")
        (12, 0): Some("sm_120")
        (12, 1): Some("sm_120")
        "#);
    }
}
