//! Linking: the imports by which guest code reaches a bundle's regions, and what passes through them.
//!
//! Input is an [`Offload`] with an embedder's linker and store; output are the functions `region-N` and the globals
//! `min-work-N` of the reserved namespace. A `region-N` call looks up the memories of the instance that calls, dispatches,
//! and answers with status 1 and the live-outs, or with status 0. It never traps and never calls back into the guest.
//!
//! What makes it safe to define them anywhere: a call takes memories from nothing but the calling instance's exports, at
//! that moment. So they may be called while the instance's start function runs, by any number of instances of one store, and
//! by instances that share a memory; a caller without those exports, the host itself included, gets status 0. Nothing is
//! kept from one call to the next but counters, so calls leave nothing behind.
//!
//! A region that is off gets a `min-work-N` that no estimate reaches, so guest code doesn't call at all. A forced device
//! gets 0, so that every entry is a dispatch and tests are reproducible.

use crate::dispatch::HostedRegion;
use crate::memory::GuestMemory;
use crate::offload::{LoadError, Offload};
use crate::stats::{Counters, RegionStats, Skip};
use crate::values;
use bundle::{MemoryExport, abi_names};
use ir::region::{Place, Region};
use std::sync::Arc;
use std::time::Duration;
use wasmtime::{
    AsContext, AsContextMut, Caller, Engine, FuncType, Global, GlobalType, Instance, Linker, Mutability, Val, ValType,
};

/// One call of a region, as an observer sees it when it is over. Entries that guest code itself found too small aren't
/// seen.
#[derive(Clone, Copy, Debug)]
pub struct Dispatch<'a> {
    /// The region's id.
    pub region: u32,
    /// Where it came from.
    pub place: &'a Place,
    /// The device that was asked.
    pub device: &'a str,
    /// Completed, or why the original loop runs.
    pub end: Result<(), Skip>,
    /// How long the guest's thread was held up.
    pub time: Duration,
}

/// The imports that one [`Offload::add_to_linker`] defined, with the dispatches that pass through them: those of the
/// instances that are made with that linker.
#[derive(Clone)]
pub struct Link {
    regions: Arc<[Linked]>,
}

struct Linked {
    hosted: Arc<HostedRegion>,
    counters: Counters,
}

impl Link {
    /// What became of the dispatches so far, by region.
    pub fn stats(&self) -> Vec<RegionStats> {
        self.regions.iter().map(|linked| linked.hosted.stats_with(&linked.counters)).collect()
    }
}

impl Offload {
    /// Defines the imports of the bundle's module in `linker`, which then belongs to `store`.
    ///
    /// The same linker makes any number of instances in that store; for instances in other stores, or to count each by
    /// itself, begin with a clone of the linker as it was before.
    pub fn add_to_linker<T: 'static>(
        &self,
        linker: &mut Linker<T>,
        store: impl AsContextMut<Data = T>,
    ) -> Result<Link, LoadError> {
        self.add_to_linker_observed(linker, store, |_, _| ())
    }

    /// Like [`Offload::add_to_linker`], with a function that is called with the store's data after each dispatch, on the
    /// guest's thread.
    pub fn add_to_linker_observed<T: 'static>(
        &self,
        linker: &mut Linker<T>,
        mut store: impl AsContextMut<Data = T>,
        observe: impl Fn(&mut T, &Dispatch<'_>) + Send + Sync + 'static,
    ) -> Result<Link, LoadError> {
        let engine = self.module.engine();
        for (what, other) in [("linker", linker.engine()), ("store", store.as_context().engine())] {
            if !Engine::same(engine, other) {
                return Err(LoadError::OtherEngine { what });
            }
        }
        let linked = |hosted: &Arc<HostedRegion>| Linked { hosted: hosted.clone(), counters: Counters::default() };
        let link = Link { regions: self.regions.iter().map(linked).collect() };
        let observe = Arc::new(observe);
        for (index, region) in self.regions.iter().enumerate() {
            let id = region.region().id;
            let least = if region.is_off() { u64::MAX } else { self.min_work };
            let min_work = define_min_work(linker, &mut store, id, least)?;
            let (link, memories, observe) = (link.clone(), self.memories.clone(), observe.clone());
            let call = move |mut caller: Caller<'_, T>, params: &[Val], results: &mut [Val]| {
                let Linked { hosted, counters } = &link.regions[index];
                let (result, time) = enter(hosted, &memories, &mut caller, params);
                let end = result.as_ref().map(|_| ()).map_err(|&cause| cause);
                counters.count(end.err(), time);
                if hosted.is_off() {
                    // Guest code needn't ask again. The global is ours, mutable and an i64: setting it can't fail.
                    let _ = min_work.set(&mut caller, Val::I64(-1));
                }
                answer(hosted.region(), result, results);
                let (place, device) = (&hosted.region().place, hosted.device());
                observe(caller.data_mut(), &Dispatch { region: id, place, device, end, time });
                Ok(())
            };
            let name = abi_names::region(id);
            linker
                .func_new(abi_names::NAMESPACE, &name, signature(engine, region.region()), call)
                .map_err(|error| LoadError::Link { name: name.clone(), error })?;
        }
        Ok(link)
    }

    /// Makes an instance of the bundle in `store`: adds its imports to a copy of `linker`, which may serve any store, and
    /// instantiates the module. The [`Link`] counts this instance alone.
    ///
    /// Fails with a [`LoadError`] or as [`Linker::instantiate`] does.
    pub fn instantiate<T: 'static>(
        &self,
        linker: &Linker<T>,
        mut store: impl AsContextMut<Data = T>,
    ) -> wasmtime::Result<(Instance, Link)> {
        let mut linker = linker.clone();
        let link = self.add_to_linker(&mut linker, &mut store)?;
        Ok((linker.instantiate(&mut store, &self.module)?, link))
    }

    /// [`Offload::instantiate`] for stores that need asynchronous calls.
    pub async fn instantiate_async<T: Send + 'static>(
        &self,
        linker: &Linker<T>,
        mut store: impl AsContextMut<Data = T>,
    ) -> wasmtime::Result<(Instance, Link)> {
        let mut linker = linker.clone();
        let link = self.add_to_linker(&mut linker, &mut store)?;
        Ok((linker.instantiate_async(&mut store, &self.module).await?, link))
    }
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
    let params = region.passed().filter_map(|l| values::val_type(l.ty));
    let results = region.live_outs.iter().filter_map(|l| values::val_type(l.ty));
    FuncType::new(engine, params, std::iter::once(ValType::I32).chain(results))
}

/// One call of `region-N`: how it ended and how long it took.
fn enter<T: 'static>(
    region: &HostedRegion,
    memories: &[MemoryExport],
    caller: &mut Caller<'_, T>,
    params: &[Val],
) -> (Result<Vec<u64>, Skip>, Duration) {
    let live_ins: Option<Vec<u64>> = params.iter().map(values::bits).collect();
    match (live_ins, GuestMemory::of_caller(caller, memories)) {
        (Some(live_ins), Some(memories)) => region.timed(&live_ins, memories),
        _ => {
            region.count_skip(Skip::Error);
            (Err(Skip::Error), Duration::ZERO)
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
