//! One launch: parameters, start, time limit, bail flag, results.
//!
//! Whatever fails before the kernel has started leaves nothing running. Once it has started there are three ways on: its
//! event happens in time, and only then is device memory looked at; it doesn't, and everything goes into quarantine; or the
//! driver fails, and the context counts as lost, whatever the error, because nobody knows whether the kernel still runs.

use super::CudaRegion;
use super::buffers::Buffers;
use super::context::Progress;
use super::driver::DriverError;
use super::engine::{Engine, Refusal, Turn};
use crate::device::{DeviceError, Launch, Outcome};
use crate::transaction::Transaction;
use ir::abi::{self, Param};
use std::time::{Duration, Instant};
use thiserror::Error;

/// How long the thread asks without a pause whether the kernel has ended; a pause costs at least 50 microseconds.
const EAGER: Duration = Duration::from_micros(200);
/// The longest pause between two questions.
const PAUSE: Duration = Duration::from_millis(1);

/// Why a launch didn't complete.
#[derive(Debug, Error)]
pub enum LaunchError {
    /// The device takes no launch now.
    #[error(transparent)]
    Refused(#[from] Refusal),
    /// No device takes a grid of this size, or returns so much.
    #[error("no device takes a grid for {trips:?} iterations")]
    Grid {
        /// The trip count of each dimension.
        trips: Vec<u64>,
    },
    /// The driver failed.
    #[error(transparent)]
    Driver(#[from] DriverError),
    /// The transaction has no such window, or the host no memory.
    #[error(transparent)]
    Host(#[from] DeviceError),
    /// The bail flag holds something else than 0 or 1, so nothing that the kernel wrote can be believed.
    #[error("the bail flag holds {0:#x}")]
    Flag(u32),
}

impl LaunchError {
    /// What the dispatch is told.
    pub fn outcome(self, engine: &Engine) -> Outcome {
        if let Some(reason) = engine.context().loss() {
            return Outcome::Failed(DeviceError::Lost(reason.into()));
        }
        match self {
            LaunchError::Refused(Refusal::Overdue) | LaunchError::Grid { .. } => Outcome::Declined(Box::new(self)),
            LaunchError::Host(error) => Outcome::Failed(error),
            error => Outcome::Failed(DeviceError::Launch(Box::new(error))),
        }
    }
}

impl CudaRegion {
    pub(super) fn run(&self, launch: &Launch<'_>, transaction: &mut Transaction<'_>) -> Result<Outcome, LaunchError> {
        let trips: Vec<i128> = launch.trips.iter().map(|&trip| trip as i128).collect();
        let grid = abi::grid(&self.mapping, &trips).ok_or(LaunchError::Grid { trips: launch.trips.to_vec() })?;
        let turn = self.module.engine().turn()?;
        let buffers = Buffers::place(&turn, &self.region, launch.trips, transaction)?;
        let mut parameters = self.parameters(launch, transaction, &buffers);
        let (function, stream) = (self.module.function(), turn.stream());
        // SAFETY: the module is loaded for as long as `self` lives, and quarantine holds it longer if need be. The parameters
        // are those that the emitter declares, by the same list. Every access lies in a window (see the header of the device),
        // and the windows live until the kernel has ended: `buffers` go after that, or into quarantine, or never.
        unsafe { turn.entered().launch(function, grid, self.mapping.block, &mut parameters, stream) }?;
        match wait(&turn, self.time_limit) {
            Ok(Progress::Ended) => {}
            Ok(Progress::Running) => {
                let allocations = buffers.keep();
                turn.quarantine(allocations, self.module.clone());
                return Ok(Outcome::TimedOut);
            }
            Err(error) => {
                turn.context().lose(&error.to_string());
                return Err(error.into());
            }
        }
        let (flag, returned) = buffers.read_control(&self.region, launch.trips)?;
        match flag {
            0 => {}
            1 => return Ok(Outcome::Bailed),
            other => return Err(LaunchError::Flag(other)),
        }
        buffers.collect(transaction)?;
        Ok(Outcome::Completed(returned))
    }

    /// The parameters in the layout of a kernel's parameter space: each at a multiple of its width.
    fn parameters(&self, launch: &Launch<'_>, transaction: &Transaction<'_>, buffers: &Buffers<'_, '_>) -> Vec<u8> {
        let delta = |footprint: u32| {
            let window = transaction.window_of(footprint)?;
            Some(buffers.window(window)?.wrapping_sub(transaction.windows()[window].range.start))
        };
        let mut bytes: Vec<u8> = Vec::new();
        for param in abi::params(&self.region) {
            let value = match param {
                Param::BailFlag => buffers.flag(),
                Param::Returns => buffers.returns(),
                Param::Trip(dim) => launch.trips[dim as usize],
                Param::Delta(footprint) => delta(footprint).unwrap_or(0),
                Param::Low(footprint) => launch.reaches[footprint as usize].low,
                Param::Length(footprint) => launch.reaches[footprint as usize].length,
                Param::LiveIn(index, _) => launch.live_ins[index as usize],
            };
            let width = param.bits() as usize / 8;
            bytes.resize(bytes.len().next_multiple_of(width), 0);
            bytes.extend(&value.to_le_bytes()[..width]);
        }
        bytes
    }
}

/// Waits for what is in the stream, for at most `limit`.
fn wait(turn: &Turn<'_>, limit: Duration) -> Result<Progress, DriverError> {
    let (entered, event) = (turn.entered(), turn.event());
    // SAFETY: neither is ever destroyed.
    unsafe { entered.record(event, turn.stream()) }?;
    let start = Instant::now();
    let mut pause = Duration::from_micros(50);
    loop {
        // SAFETY: as above.
        let progress = unsafe { entered.progress(event) }?;
        let spent = start.elapsed();
        if progress == Progress::Ended || spent >= limit {
            return Ok(progress);
        }
        if spent < EAGER {
            std::thread::yield_now();
        } else {
            std::thread::sleep(pause.min(limit - spent));
            pause = (pause * 2).min(PAUSE);
        }
    }
}
