//! Loading: a bundle's regions, prepared for a device, and the imports by which guest code reaches them.
//!
//! Input is a bundle that `bundle::read` returned and an embedder's linker and store; output are the functions `region-N`
//! and the globals `min-work-N` of the reserved namespace. A `region-N` call looks up the memories, dispatches, and answers
//! with status 1 and the live-outs, or with status 0. It never traps and never calls back into the guest.
//!
//! A region that is off gets a `min-work-N` that no estimate reaches, so guest code doesn't call at all. A forced device
//! gets 0, so that every entry is a dispatch and tests are reproducible.

use crate::config::NanMode;
use crate::device::{Cpu, Device, Off};
use crate::dispatch::{HostedRegion, Slot, Terms};
use crate::memory::GuestMemory;
use crate::stats::{RegionStats, Skip};
use crate::values;
use bundle::{Bundle, MemoryExport, PtxImage, abi_names};
use ir::region::Region;
use ir::region::verify::RegionError;
use rayon::ThreadPoolBuildError;
use rayon::prelude::*;
use std::sync::Arc;
use thiserror::Error;
use wasmtime::{
    AsContext, AsContextMut, Caller, Engine, FuncType, Global, GlobalType, Linker, Mutability, Val, ValType,
};

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
    /// The best one there is, where it helps.
    #[default]
    Auto,
    /// The CPU, always.
    Cpu,
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
    /// Threads of the CPU device; 0 is one per core.
    pub threads: usize,
    /// The least work that is dispatched, in place of [`MIN_WORK`] for `auto` and 0 for a forced device.
    pub min_work: Option<u64>,
    /// Back edges that a worker may take in a region whose work isn't bounded.
    pub step_budget: u64,
}

impl Default for Settings {
    fn default() -> Settings {
        Settings {
            device: DeviceChoice::Auto,
            nan: NanMode::Native,
            threads: 0,
            min_work: None,
            step_budget: STEP_BUDGET,
        }
    }
}

/// Why a bundle can't be loaded or linked.
#[derive(Debug, Error)]
pub enum LoadError {
    /// The pool of threads can't be made.
    #[error("the CPU device has no threads: {0}")]
    Threads(#[from] ThreadPoolBuildError),
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
    /// wasmtime refuses a definition.
    #[error("can't link `{name}`: {error:#}")]
    Link {
        /// The import's name.
        name: String,
        /// wasmtime's reason.
        error: wasmtime::Error,
    },
}

/// A loaded bundle: its regions, ready for dispatch. Cheap to clone; clones share devices and statistics.
#[derive(Clone)]
pub struct Offload {
    regions: Vec<Arc<HostedRegion>>,
    memories: Arc<[MemoryExport]>,
    slot: Slot,
    min_work: u64,
}

impl Offload {
    /// Prepares every region of `bundle`. A region that the device refuses is off; the others aren't touched by that.
    pub fn new(bundle: &Bundle, settings: &Settings) -> Result<Offload, LoadError> {
        let (regions, kernels) = (&bundle.manifest.regions, &bundle.kernels);
        if kernels.len() != regions.len() {
            return Err(LoadError::KernelCount { kernels: kernels.len(), regions: regions.len() });
        }
        let slot = Slot::new(device(settings)?);
        let forced = !matches!(settings.device, DeviceChoice::Auto);
        let min_work = settings.min_work.unwrap_or(if forced { 0 } else { MIN_WORK });
        let terms = Terms { nan: settings.nan, min_work, adaptive: !forced, step_budget: settings.step_budget };
        let host = |(region, kernel): (&Region, _)| {
            HostedRegion::new(region, kernel, images(&bundle.ptx, region.id), &slot, terms)
                .map(Arc::new)
                .map_err(|error| LoadError::Region { id: region.id, error })
        };
        let regions = regions.par_iter().zip(kernels).map(host).collect::<Result<_, _>>()?;
        Ok(Offload { regions, memories: bundle.manifest.memories.clone().into(), slot, min_work })
    }

    /// Defines the imports of the bundle's module in `linker`, which then belongs to `store`.
    ///
    /// In a store that consumes fuel every region is off, because a kernel consumes none.
    pub fn add_to_linker<T: 'static>(
        &self,
        linker: &mut Linker<T>,
        mut store: impl AsContextMut<Data = T>,
    ) -> Result<(), LoadError> {
        let engine = store.as_context().engine().clone();
        let metered = store.as_context().get_fuel().is_ok();
        for region in &self.regions {
            let id = region.region().id;
            let off = metered || region.is_off();
            let min_work = define_min_work(linker, &mut store, id, if off { u64::MAX } else { self.min_work })?;
            let (region, memories) = (region.clone(), self.memories.clone());
            let ty = signature(&engine, region.region());
            let name = abi_names::region(id);
            let call = move |mut caller: Caller<'_, T>, params: &[Val], results: &mut [Val]| {
                let result = if metered { Err(Skip::Off) } else { enter(&region, &memories, &mut caller, params) };
                if metered {
                    region.count_skip(Skip::Off);
                }
                if region.is_off() {
                    // Guest code needn't ask again. The global is ours, mutable and an i64: setting it can't fail.
                    let _ = min_work.set(&mut caller, Val::I64(-1));
                }
                answer(region.region(), result, results);
                Ok(())
            };
            linker
                .func_new(abi_names::NAMESPACE, &name, ty, call)
                .map_err(|error| LoadError::Link { name: name.clone(), error })?;
        }
        Ok(())
    }

    /// The name of the device in use.
    pub fn device(&self) -> &str {
        self.slot.name()
    }

    /// What became of the dispatches so far, by region.
    pub fn stats(&self) -> Vec<RegionStats> {
        self.regions.iter().map(|r| r.stats()).collect()
    }
}

fn device(settings: &Settings) -> Result<Arc<dyn Device>, LoadError> {
    Ok(match &settings.device {
        DeviceChoice::Auto | DeviceChoice::Cpu => Arc::new(Cpu::new(settings.threads)?),
        DeviceChoice::Off => Arc::new(Off),
        DeviceChoice::Custom(device) => device.clone(),
    })
}

/// The images of one region: a bundle keeps them in order of regions.
fn images(ptx: &[PtxImage], region: u32) -> &[PtxImage] {
    let from = ptx.partition_point(|image| image.region < region);
    let to = ptx.partition_point(|image| image.region <= region);
    ptx.get(from..to).unwrap_or_default()
}

fn define_min_work<T: 'static>(
    linker: &mut Linker<T>,
    store: &mut impl AsContextMut<Data = T>,
    id: u32,
    value: u64,
) -> Result<Global, LoadError> {
    let name = abi_names::min_work(id);
    let ty = GlobalType::new(ValType::I64, Mutability::Var);
    let defined = Global::new(store.as_context_mut(), ty, Val::I64(value as i64)).and_then(|global| {
        linker.define(store.as_context(), abi_names::NAMESPACE, &name, global)?;
        Ok(global)
    });
    defined.map_err(|error| LoadError::Link { name, error })
}

fn signature(engine: &Engine, region: &Region) -> FuncType {
    let params = region.live_ins.iter().filter_map(|l| values::val_type(l.ty));
    let results = region.live_outs.iter().filter_map(|l| values::val_type(l.ty));
    FuncType::new(engine, params, std::iter::once(ValType::I32).chain(results))
}

/// One call of `region-N`.
fn enter<T: 'static>(
    region: &HostedRegion,
    memories: &[MemoryExport],
    caller: &mut Caller<'_, T>,
    params: &[Val],
) -> Result<Vec<u64>, Skip> {
    let live_ins: Option<Vec<u64>> = params.iter().map(values::bits).collect();
    match (live_ins, GuestMemory::of_caller(caller, memories)) {
        (Some(live_ins), Some(memories)) => region.dispatch(&live_ins, memories),
        _ => {
            region.count_skip(Skip::Error);
            Err(Skip::Error)
        }
    }
}

/// Writes status and live-outs; after a skip the live-outs are zeros, which guest code ignores.
fn answer(region: &Region, result: Result<Vec<u64>, Skip>, results: &mut [Val]) {
    let (status, live_outs) = match result {
        Ok(live_outs) => (1, live_outs),
        Err(_) => (0, vec![0; region.live_outs.len()]),
    };
    let live_outs = region.live_outs.iter().zip(live_outs).map(|(out, bits)| values::val(out.ty, bits));
    for (slot, value) in results.iter_mut().zip(std::iter::once(Val::I32(status)).chain(live_outs)) {
        *slot = value;
    }
}
