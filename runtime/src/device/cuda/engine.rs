//! One launch at a time, and what is kept for one that is overdue.
//!
//! A kernel can't be stopped, and giving memory back or unloading a module waits for the whole device. So whoever talks to
//! the device holds its [`Turn`], a launch ends before the turn does, and a launch that doesn't end in time leaves
//! everything it uses in quarantine: buffers, module, stream. Until its event says that it has ended, the device takes no
//! launch and loads no image, and the only call that is made is the question for that event, which never waits. A region
//! that is dropped meanwhile leaves its module to the next turn.
//!
//! After a loss nothing is called any more; what was allocated goes with the process.

use super::context::{Context, Entered, Progress};
use super::driver::{DriverError, Unavailable};
use super::module::Module;
use cudarc::driver::sys::{CUdeviceptr, CUevent, CUmodule, CUstream};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};
use thiserror::Error;

/// Why there is no turn.
#[derive(Debug, Error)]
pub enum Refusal {
    /// The device is lost for this process.
    #[error("{0}")]
    Lost(String),
    /// An earlier launch still runs past its time limit.
    #[error("an overdue launch hasn't ended yet")]
    Overdue,
    /// The driver refuses.
    #[error(transparent)]
    Driver(#[from] DriverError),
}

/// The device of this process.
#[derive(Debug)]
pub struct Engine {
    context: Context,
    state: Mutex<State>,
    /// Modules that nobody uses any more, to be unloaded in the next turn.
    retired: Mutex<Vec<Handle<CUmodule>>>,
}

/// A handle of the driver: a name that is never followed here.
#[derive(Clone, Copy, Debug)]
pub struct Handle<T>(pub T);

// SAFETY: the driver takes its handles from any thread.
unsafe impl<T> Send for Handle<T> {}
// SAFETY: as above.
unsafe impl<T> Sync for Handle<T> {}

#[derive(Debug)]
struct State {
    stream: Handle<CUstream>,
    event: Handle<CUevent>,
    overdue: Option<Overdue>,
}

/// What a launch that hasn't ended uses.
#[derive(Debug)]
struct Overdue {
    allocations: Vec<CUdeviceptr>,
    /// Held so that it isn't unloaded.
    _module: Arc<Module>,
}

impl Engine {
    /// The device, opened by the first call; the answer stays the same for the life of the process.
    pub fn get() -> Result<&'static Engine, Unavailable> {
        static ENGINE: OnceLock<Result<Engine, Unavailable>> = OnceLock::new();
        ENGINE.get_or_init(Engine::open).as_ref().map_err(Unavailable::clone)
    }

    fn open() -> Result<Engine, Unavailable> {
        let context = Context::open()?;
        let entered = context.enter()?;
        let state = State { stream: Handle(entered.stream()?), event: Handle(entered.event()?), overdue: None };
        drop(entered);
        Ok(Engine { context, state: Mutex::new(state), retired: Mutex::default() })
    }

    /// The device's context.
    pub fn context(&self) -> &Context {
        &self.context
    }

    /// Waits for the device and takes it, once whatever was overdue has ended.
    pub fn turn(&self) -> Result<Turn<'_>, Refusal> {
        let state = self.state.lock().unwrap_or_else(|poisoned| {
            // Whoever panicked may have left a kernel running that nobody knows of.
            self.context.lose("a launch panicked");
            poisoned.into_inner()
        });
        if let Some(reason) = self.context.loss() {
            return Err(Refusal::Lost(reason.to_string()));
        }
        let entered = self.context.enter()?;
        let mut turn = Turn { entered, state, engine: self };
        turn.reclaim()?;
        turn.unload_retired()?;
        Ok(turn)
    }

    /// Leaves a module to be unloaded in the next turn.
    pub fn retire(&self, module: Handle<CUmodule>) {
        self.retired.lock().unwrap_or_else(PoisonError::into_inner).push(module);
    }
}

/// The device, for one thread at a time. Nothing of ours runs on it when a turn begins.
#[derive(Debug)]
pub struct Turn<'e> {
    entered: Entered<'e>,
    state: MutexGuard<'e, State>,
    engine: &'e Engine,
}

impl<'e> Turn<'e> {
    /// The calls.
    pub fn entered(&self) -> &Entered<'e> {
        &self.entered
    }

    /// The context.
    pub fn context(&self) -> &'e Context {
        &self.engine.context
    }

    /// The stream of this turn, live and of the entered context.
    pub fn stream(&self) -> CUstream {
        self.state.stream.0
    }

    /// The event of this turn, live and of the entered context.
    pub fn event(&self) -> CUevent {
        self.state.event.0
    }

    /// Ends the turn with a launch that is still running: what it uses is kept until its event has happened.
    pub fn quarantine(mut self, allocations: Vec<CUdeviceptr>, module: Arc<Module>) {
        self.state.overdue = Some(Overdue { allocations, _module: module });
    }

    fn reclaim(&mut self) -> Result<(), Refusal> {
        if self.state.overdue.is_none() {
            return Ok(());
        }
        // SAFETY: the event is never destroyed.
        if unsafe { self.entered.progress(self.event()) }? == Progress::Running {
            return Err(Refusal::Overdue);
        }
        let Some(overdue) = self.state.overdue.take() else { return Ok(()) };
        for address in overdue.allocations {
            // SAFETY: the kernel that used it has ended, and nobody else knows it.
            unsafe { self.entered.free(address) }?;
        }
        Ok(())
    }

    fn unload_retired(&mut self) -> Result<(), DriverError> {
        let retired = std::mem::take(&mut *self.engine.retired.lock().unwrap_or_else(PoisonError::into_inner));
        for module in retired {
            // SAFETY: its owner was dropped, so nobody launches it; nothing runs at the beginning of a turn.
            unsafe { self.entered.unload(module.0) }?;
        }
        Ok(())
    }
}
