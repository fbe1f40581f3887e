//! What a check is asked for, the devices it runs on, and why there may be no answer.

use crate::duel::Candidate;
use crate::guest::GuestError;
use crate::ptx_sim::PtxSim;
use crate::replay::ReplayError;
use bundle::BundleError;
use compiler::CompileError;
use runtime::device::{Cpu, Cuda, Device, cuda};
use runtime::{LoadError, SessionError, ValueError};
use std::path::PathBuf;
use std::sync::Arc;
use thiserror::Error;

/// Threads of the CPU device: few enough for any machine, and not a power of two, so that boxes have odd sizes.
const CPU_THREADS: usize = 3;

/// A device to check.
#[derive(Clone)]
pub enum DeviceKind {
    /// The CPU device.
    Cpu,
    /// The PTX machine.
    PtxSim,
    /// The NVIDIA GPU.
    Cuda,
    /// This one.
    Custom(Arc<dyn Device>),
}

/// A call of one export.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Invocation {
    /// The export.
    pub export: String,
    /// Its arguments, as [`runtime::parse`] reads them.
    pub args: Vec<String>,
}

/// How a file is checked.
#[derive(Clone)]
pub struct OracleOptions {
    /// Cases for each region, and as many for all exports together.
    pub cases: u64,
    /// Where all cases are drawn from.
    pub seed: u64,
    /// The devices.
    pub devices: Vec<DeviceKind>,
    /// The only call to make, in place of everything else.
    pub invoke: Option<Invocation>,
    /// Where replay files go; without it there are none.
    pub replays: Option<PathBuf>,
    /// How modules are compiled.
    pub compiler: compiler::Options,
}

impl Default for OracleOptions {
    fn default() -> OracleOptions {
        OracleOptions {
            cases: 200,
            seed: 0,
            devices: vec![DeviceKind::Cpu, DeviceKind::PtxSim],
            invoke: None,
            replays: None,
            compiler: compiler::Options::default(),
        }
    }
}

/// Why a file can't be checked.
#[derive(Debug, Error)]
pub enum OracleError {
    /// It isn't a module, or a broken bundle.
    #[error(transparent)]
    Bundle(#[from] BundleError),
    /// It can't be compiled.
    #[error(transparent)]
    Compile(#[from] CompileError),
    /// It can't be read.
    #[error(transparent)]
    Read(#[from] wasmparser::BinaryReaderError),
    /// It can't be run.
    #[error(transparent)]
    Guest(#[from] GuestError),
    /// It can't be run as a program.
    #[error(transparent)]
    Session(#[from] SessionError),
    /// A device can't be opened.
    #[error(transparent)]
    Load(#[from] LoadError),
    /// There is no such export.
    #[error("there is no exported function `{0}`")]
    NoExport(String),
    /// The wrong number of arguments.
    #[error("`{export}` takes {wanted} arguments, {found} are given")]
    ArgumentCount {
        /// The function.
        export: String,
        /// How many it takes.
        wanted: usize,
        /// How many there are.
        found: usize,
    },
    /// An argument that isn't one.
    #[error("argument {index} of `{export}`: {error}")]
    Argument {
        /// The function.
        export: String,
        /// The argument's position.
        index: usize,
        /// What is wrong with it.
        error: ValueError,
    },
    /// A replay file.
    #[error(transparent)]
    Replay(#[from] ReplayError),
    /// The region that a replay file names has no harness, or isn't there.
    #[error("region {region} can't be run alone: {why}")]
    Harness {
        /// The region.
        region: u32,
        /// Why not.
        why: String,
    },
    /// A replay file of a device that isn't among those to check.
    #[error("the case is of device `{0}`, which isn't among those to check")]
    NoDevice(String),
}

/// The devices of a check.
pub(crate) struct Devices(Vec<Opened>);

/// A device that can be used.
enum Opened {
    /// One for everything that runs.
    Shared(Arc<dyn Device>),
    /// A PTX machine for each driver, so that what it finds is known to be of this driver.
    PtxSim,
}

impl Devices {
    /// Makes the devices of a check.
    pub fn new(kinds: &[DeviceKind]) -> Result<Devices, OracleError> {
        let open = |kind: &DeviceKind| {
            Ok(match kind {
                DeviceKind::Cpu => Opened::Shared(Arc::new(Cpu::new(CPU_THREADS).map_err(LoadError::from)?)),
                DeviceKind::PtxSim => Opened::PtxSim,
                DeviceKind::Cuda => Opened::Shared(Arc::new(Cuda::open(cuda::TIME_LIMIT).map_err(LoadError::from)?)),
                DeviceKind::Custom(device) => Opened::Shared(device.clone()),
            })
        };
        Ok(Devices(kinds.iter().map(open).collect::<Result<_, OracleError>>()?))
    }

    /// The devices for one driver.
    pub fn candidates(&self) -> Vec<Candidate> {
        let candidate = |opened: &Opened| match opened {
            Opened::Shared(device) => Candidate { device: device.clone(), sim: None },
            Opened::PtxSim => {
                let sim = PtxSim::new();
                Candidate { device: Arc::new(sim.clone()), sim: Some(sim) }
            }
        };
        self.0.iter().map(candidate).collect()
    }

    /// Their names.
    pub fn names(&self) -> Vec<String> {
        self.candidates().iter().map(|candidate| candidate.device.name().to_string()).collect()
    }
}
