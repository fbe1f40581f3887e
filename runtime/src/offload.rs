//! Loading: a bundle's regions, prepared for a device, beside its compiled module.
//!
//! Input is a bundle and an embedder's engine; output is an [`Offload`], which lends its module to be instantiated and adds
//! the imports of that module to linkers ([`crate::Link`]). What it holds belongs to no store: one value serves any number
//! of stores on any number of threads, and its device, kernels and counters are shared by all of them.
//!
//! The order: who signed the bundle, then its form ([`bundle::open`]), then the engine ([`crate::ConfigError`]), then the
//! module's code, then the kernels. Nothing of a bundle runs before all of it is accepted. Kernels of a bundle that isn't
//! trusted, kernels under an engine that counts fuel, and kernels with relaxed SIMD under an engine of which isn't known that it does
//! the same ([`crate::relaxed`]), aren't even prepared.

use crate::cache::{self, Cache};
use crate::checker::Budget;
use crate::config::{self, ConfigError, NanMode};
use crate::device::{Cpu, Cuda, Device, Off, cuda};
use crate::dispatch::{HostedRegion, Slot, Terms};
use crate::relaxed;
use crate::stats::RegionStats;
use bundle::{Bundle, BundleError, Demand, FpMode, KnownKeys, MemoryExport, PtxImage, PublicKey, Signatures};
use ir::region::verify::RegionError;
use ir::region::{Kernel, Region};
use rayon::ThreadPoolBuildError;
use rayon::prelude::*;
use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;
use thiserror::Error;
use wasmtime::{Engine, Module};

/// The least work, in iterations of the parallel loops, that `auto` dispatches.
///
/// A dispatch to sleeping workers costs up to 100 microseconds; a loop iteration on one core takes about a nanosecond, so
/// below this number there is nothing to win.
pub const MIN_WORK: u64 = 1 << 17;

/// The back edges that one worker may take in a region whose work isn't bounded: about a minute.
pub const STEP_BUDGET: u64 = 1 << 35;

/// Which device runs regions.
#[derive(Clone, Default)]
pub enum DeviceChoice {
    /// The CPU, where it helps. Never a GPU, as long as none has run the conformance suite.
    #[default]
    Auto,
    /// The CPU, always.
    Cpu,
    /// The NVIDIA GPU, always; an error if there is none.
    Cuda,
    /// None.
    Off,
    /// This one, always.
    Custom(Arc<dyn Device>),
}

/// How bundles are loaded.
#[derive(Clone)]
pub struct Settings {
    /// Which device.
    pub device: DeviceChoice,
    /// How arithmetic treats NaN bits; must agree with the engine's configuration.
    pub nan: NanMode,
    /// Whether regions may run that add floats up in another order than their loops, which a bundle says it was compiled for;
    /// otherwise they are off.
    pub fp: FpMode,
    /// Threads of the CPU device, shared by all bundles that are loaded with the same number; 0 is one per core.
    pub threads: usize,
    /// The least work that is dispatched, in place of [`MIN_WORK`] for `auto` and 0 for a forced device.
    pub min_work: Option<u64>,
    /// Back edges that a worker may take in a region whose work isn't bounded.
    pub step_budget: u64,
    /// How long a launch on the CUDA device may take.
    pub time_limit: Duration,
    /// True if regions that the load checker ([`crate::checker`]) doesn't accept are off. Whoever looks for wrong regions,
    /// as the oracle does, turns it off; nobody else should.
    pub load_check: bool,
    /// Where machine code is kept; without one every load compiles.
    pub cache: Option<Cache>,
}

impl Settings {
    /// The defaults, with the NaN mode that `engine` is configured for.
    pub fn of(engine: &Engine) -> Settings {
        let canonical = engine.get_cranelift_nan_canonicalization() == Some(true);
        Settings { nan: if canonical { NanMode::Canonical } else { NanMode::Native }, ..Settings::default() }
    }
}

impl Default for Settings {
    fn default() -> Settings {
        Settings {
            device: DeviceChoice::Auto,
            nan: NanMode::Native,
            fp: FpMode::Exact,
            threads: 0,
            min_work: None,
            step_budget: STEP_BUDGET,
            time_limit: cuda::TIME_LIMIT,
            load_check: true,
            cache: None,
        }
    }
}

/// Whose kernels may run. A signature says who made a bundle, not that its kernels do what its loops do.
#[derive(Clone, Copy, Debug)]
pub enum Trust<'a> {
    /// Anyone's: for bundles whose way from the compiler to here the embedder knows.
    Anyone,
    /// Those of bundles that the holder of one of these keys signed; other bundles run with every region off.
    Keys(&'a [PublicKey]),
    /// Those of bundles that the holder of one of these keys signed; other bundles aren't loaded.
    Require(&'a [PublicKey]),
    /// As the command line has it: keys with names and revocations, of which some may be demanded.
    Known {
        /// Trusted and revoked keys, such as a [`bundle::Keyring`] holds.
        keys: &'a KnownKeys,
        /// Who must have signed for the bundle to be loaded at all.
        demand: Option<Demand>,
        /// Signature files beside the bundle.
        detached: &'a [Vec<u8>],
    },
}

/// Why a bundle can't be loaded or linked.
#[derive(Debug, Error)]
pub enum LoadError {
    /// The bytes aren't a bundle, or not a valid one.
    #[error(transparent)]
    Bundle(#[from] BundleError),
    /// Not the keys that are required have signed the bundle.
    #[error("refused: {}", match .0 {
        signatures if signatures.0.is_empty() => "the bundle isn't signed",
        signatures if signatures.trusted().is_empty() => "no trusted key has signed the bundle",
        _ => "not all keys that are demanded have signed the bundle",
    })]
    Untrusted(Signatures),
    /// The engine has a setting that bundles can't run under.
    #[error(transparent)]
    Config(#[from] ConfigError),
    /// wasmtime refuses the module.
    #[error("can't compile the module: {0:#}")]
    Compile(wasmtime::Error),
    /// The pool of threads can't be made.
    #[error("the CPU device has no threads: {0}")]
    Threads(#[from] ThreadPoolBuildError),
    /// There is no CUDA device.
    #[error(transparent)]
    Cuda(#[from] cuda::Unavailable),
    /// A region without a kernel or a kernel without a region.
    #[error("{kernels} kernels for {regions} regions")]
    KernelCount {
        /// Kernels in the bundle.
        kernels: usize,
        /// Regions in the bundle.
        regions: usize,
    },
    /// A region that fails verification.
    #[error("region {id}: {error}")]
    Region {
        /// The region's id.
        id: u32,
        /// What is wrong with it.
        error: RegionError,
    },
    /// A linker or a store of another engine than the bundle was loaded with.
    #[error("the {what} belongs to another engine than the bundle was loaded with")]
    OtherEngine {
        /// `linker` or `store`.
        what: &'static str,
    },
    /// wasmtime refuses a definition.
    #[error("can't link `{name}`: {error:#}")]
    Link {
        /// The import's name.
        name: String,
        /// wasmtime's reason.
        error: wasmtime::Error,
    },
}

/// A loaded bundle: its module and its regions, ready for dispatch. Cheap to clone; clones share everything.
///
/// ```
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// use tensorwasm_runtime::{DeviceChoice, Offload, Settings, Trust};
/// use wasmtime::{Engine, Linker, Store};
/// # let wat = r#"(module (memory (export "memory") 1)
/// #   (func (export "clear") (param $p i32) (param $n i32)
/// #     (loop $next
/// #       (i32.store (local.get $p) (i32.const -1))
/// #       (local.set $p (i32.add (local.get $p) (i32.const 4)))
/// #       (br_if $next (local.tee $n (i32.sub (local.get $n) (i32.const 1)))))))"#;
/// # let bytes = compiler::compile(&wat::parse_str(wat)?, &compiler::Options::default())?.bundle;
///
/// // `bytes` are a bundle. Once per process:
/// let engine = Engine::default();
/// let settings = Settings { device: DeviceChoice::Cpu, ..Settings::of(&engine) };
/// let offload = Offload::load(&engine, &bytes, Trust::Anyone, &settings)?;
///
/// // Once per instance:
/// let mut store = Store::new(&engine, "whatever the embedder keeps");
/// let (instance, link) = offload.instantiate(&Linker::new(&engine), &mut store)?;
/// instance.get_typed_func::<(i32, i32), ()>(&mut store, "clear")?.call(&mut store, (0, 1000))?;
/// assert_eq!(link.stats()[0].done["cpu"], 1);
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
pub struct Offload {
    pub(crate) module: Module,
    pub(crate) regions: Arc<[Arc<HostedRegion>]>,
    pub(crate) memories: Arc<[MemoryExport]>,
    pub(crate) min_work: u64,
    slot: Slot,
    signatures: Option<Signatures>,
}

impl Offload {
    /// Reads the bundle in `bytes`, compiles its module for `engine` and prepares its kernels.
    ///
    /// [`Settings::of`] makes settings that agree with the engine. Compiling takes time in proportion to the module; load
    /// once and clone.
    pub fn load(engine: &Engine, bytes: &[u8], trust: Trust<'_>, settings: &Settings) -> Result<Offload, LoadError> {
        let of;
        let (known, anyone, demand, detached) = match trust {
            Trust::Anyone => (&KnownKeys::default(), true, None, &[][..]),
            Trust::Known { keys, demand, detached } => (keys, false, demand, detached),
            Trust::Keys(keys) | Trust::Require(keys) => {
                of = KnownKeys::of(keys);
                let required = matches!(trust, Trust::Require(_));
                (&of, false, required.then_some(Demand::AtLeast(1)), &[][..])
            }
        };
        let (signatures, bundle) = bundle::open(bytes, detached, known)?;
        let trusted = !signatures.trusted().is_empty();
        if demand.is_some_and(|demand| !signatures.meet(demand, known)) {
            return Err(LoadError::Untrusted(signatures));
        }
        // Before the compiler is asked: a wrong engine may be one without a compiler.
        config::check(engine, settings.nan)?;
        let module = cache::compile(engine, &bundle.module, settings.cache.as_ref()).map_err(LoadError::Compile)?;
        let untrusted = Settings { device: DeviceChoice::Custom(Arc::new(Off::Untrusted)), ..settings.clone() };
        let settings = if trusted || anyone { settings } else { &untrusted };
        Ok(Offload { signatures: Some(signatures), ..Offload::of_compiled(&bundle, &module, settings)? })
    }

    /// Prepares every region of `bundle`, whose module has been compiled as `module`; that they belong together, and that
    /// its kernels may run, is for the caller to know. A region that the device refuses is off; the others aren't touched
    /// by that.
    ///
    /// The module may have been compiled elsewhere. [`Offload::of_compiled`] is for one that hasn't.
    pub fn new(bundle: &Bundle, module: &Module, settings: &Settings) -> Result<Offload, LoadError> {
        Offload::prepare(bundle, module, settings, false)
    }

    /// The same for a module that its engine itself has compiled, in this process or in another with the same engine on the same machine:
    /// then more is known of what relaxed SIMD does in it.
    pub fn of_compiled(bundle: &Bundle, module: &Module, settings: &Settings) -> Result<Offload, LoadError> {
        Offload::prepare(bundle, module, settings, true)
    }

    fn prepare(bundle: &Bundle, module: &Module, settings: &Settings, compiled: bool) -> Result<Offload, LoadError> {
        let engine = module.engine();
        config::check(engine, settings.nan)?;
        let (regions, kernels) = (&bundle.manifest.regions, &bundle.kernels);
        if kernels.len() != regions.len() {
            return Err(LoadError::KernelCount { kernels: kernels.len(), regions: regions.len() });
        }
        // A kernel consumes no fuel, so in a store that counts it every dispatch would show.
        let device = if engine.get_consume_fuel() { Arc::new(Off::Fuel) } else { device(settings)? };
        let slot = Slot::new(device);
        let forced = !matches!(settings.device, DeviceChoice::Auto);
        let min_work = settings.min_work.unwrap_or(if forced { 0 } else { MIN_WORK });
        let Settings { nan, fp, step_budget, .. } = *settings;
        let terms = Terms { nan, fp, min_work, adaptive: !forced, step_budget };
        let budget = settings.load_check.then(|| Budget::of(bundle));
        let supposes = |kernel: &Kernel| kernel.func.relaxed().map(|(supposed, _)| supposed).collect::<BTreeSet<_>>();
        let mut unknown: BTreeSet<_> = kernels.iter().filter(|_| slot.runs()).flat_map(supposes).collect();
        unknown.retain(|&supposed| !relaxed::is_known(engine, settings.nan, compiled, supposed));
        let host = |(region, kernel): (&Region, &Kernel)| {
            let first = supposes(kernel).intersection(&unknown).next().copied();
            let off = first.map(|supposed| Slot::new(Arc::new(Off::Relaxed(supposed))));
            let slot = off.as_ref().unwrap_or(&slot);
            HostedRegion::checked(region, kernel, images(&bundle.ptx, region.id), slot, terms, budget.as_ref())
                .map(Arc::new)
                .map_err(|error| LoadError::Region { id: region.id, error })
        };
        let regions: Vec<_> = regions.par_iter().zip(kernels).map(host).collect::<Result<_, _>>()?;
        let (regions, memories) = (regions.into(), bundle.manifest.memories.clone().into());
        Ok(Offload { module: module.clone(), regions, memories, min_work, slot, signatures: None })
    }

    /// The bundle's module, compiled: instantiate it with a linker that [`Offload::add_to_linker`] has completed.
    pub fn module(&self) -> &Module {
        &self.module
    }

    /// Who signed the bundle, as far as [`Offload::load`] could tell; `None` if it wasn't loaded from bytes.
    pub fn signatures(&self) -> Option<&Signatures> {
        self.signatures.as_ref()
    }

    /// The name of the device in use.
    pub fn device(&self) -> &str {
        self.slot.name()
    }

    /// What became of the dispatches of all instances so far, by region.
    pub fn stats(&self) -> Vec<RegionStats> {
        self.regions.iter().map(|r| r.stats()).collect()
    }
}

fn device(settings: &Settings) -> Result<Arc<dyn Device>, LoadError> {
    Ok(match &settings.device {
        DeviceChoice::Auto | DeviceChoice::Cpu => Arc::new(Cpu::new(settings.threads)?),
        DeviceChoice::Cuda => Arc::new(Cuda::open(settings.time_limit)?),
        DeviceChoice::Off => Arc::new(Off::Asked),
        DeviceChoice::Custom(device) => device.clone(),
    })
}

/// The images of one region: a bundle keeps them in order of regions.
fn images(ptx: &[PtxImage], region: u32) -> &[PtxImage] {
    let from = ptx.partition_point(|image| image.region < region);
    let to = ptx.partition_point(|image| image.region <= region);
    ptx.get(from..to).unwrap_or_default()
}
