//! One side of a comparison: an instance with everything it imports, and how a call of it ends.
//!
//! Both sides get the same world: memories of the same size, globals with the same values, tables without entries, and
//! functions that note who called them with what and answer from one seed. The plain side runs on fuel, so that a call
//! that takes too long ends at the same place each time; such a case is discarded. The bundle's side can't run on fuel,
//! because a store with fuel never dispatches; a clock ends it long after the plain side would have been discarded.

use crate::harness::OWN_MEMORY;
use crate::random::Random;
use bundle::abi_names;
use runtime::{LoadError, NanMode, Offload, Value, config};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;
use thiserror::Error;
use wasmtime::{
    Engine, EngineWeak, Extern, ExternType, FuncType, Global, HeapType, Linker, Memory, MemoryTypeBuilder, Module, Ref,
    Store, StoreLimits, StoreLimitsBuilder, Table, ThrownException, Trap, Val, ValType,
};

/// The usual fuel of a call on the plain side, about one unit for each instruction.
pub(crate) const FUEL: u64 = 600_000;
/// Ticks of the clock after which a call on the bundle's side is given up.
const TICKS: u64 = 600;
/// The length of a tick.
const TICK: Duration = Duration::from_millis(100);
/// The most bytes a memory may grow to.
const MAX_MEMORY: usize = 64 << 20;
/// Calls of imports that are noted one by one.
const MAX_NOTES: usize = 4096;
/// The engine page size that imported memories are counted in.
pub(crate) const PAGE: u64 = 65_536;

/// The engines of both sides, and the clock of the second.
pub(crate) struct Engines {
    /// For original modules; consumes fuel.
    pub plain: Engine,
    /// For bundles; can be interrupted.
    pub bundle: Engine,
    stop: Arc<AtomicBool>,
}

impl Engines {
    /// Makes both, in the mode in which NaNs are comparable.
    pub fn new() -> Result<Engines, GuestError> {
        let mut plain = config(NanMode::Canonical);
        plain.consume_fuel(true);
        let mut bundle = config(NanMode::Canonical);
        bundle.epoch_interruption(true);
        let plain = Engine::new(&plain).map_err(GuestError::Engine)?;
        let bundle = Engine::new(&bundle).map_err(GuestError::Engine)?;
        let stop = Arc::new(AtomicBool::new(false));
        let (engine, stopped) = (bundle.weak(), stop.clone());
        std::thread::spawn(move || tick(&engine, &stopped));
        Ok(Engines { plain, bundle, stop })
    }
}

impl Drop for Engines {
    fn drop(&mut self) {
        self.stop.store(true, Ordering::Relaxed);
    }
}

fn tick(engine: &EngineWeak, stop: &AtomicBool) {
    while !stop.load(Ordering::Relaxed) {
        std::thread::sleep(TICK);
        match engine.upgrade() {
            Some(engine) => engine.increment_epoch(),
            None => return,
        }
    }
}

/// Why there is no instance.
#[derive(Debug, Error)]
pub enum GuestError {
    /// wasmtime refuses the configuration.
    #[error("no engine: {0}")]
    Engine(wasmtime::Error),
    /// The module can't be compiled.
    #[error("can't compile the module: {0}")]
    Compile(wasmtime::Error),
    /// The bundle can't be loaded.
    #[error(transparent)]
    Load(#[from] LoadError),
    /// An import that can't be made up.
    #[error("can't provide the import `{module}` `{name}`: {why}")]
    Import {
        /// The import's module.
        module: String,
        /// Its name.
        name: String,
        /// Why not.
        why: String,
    },
    /// Instantiation fails without a trap.
    #[error("can't instantiate the module: {0}")]
    Instantiate(wasmtime::Error),
    /// A call fails without a trap.
    #[error("can't call the function: {0}")]
    Call(wasmtime::Error),
}

/// How a call ended.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) enum End {
    /// With these results.
    Returned(Vec<Value>),
    /// With a trap of this kind.
    Trapped(String),
    /// The plain side's fuel or stack was spent: nothing can be said.
    Spent,
    /// The clock ran out on the bundle's side.
    Endless,
}

/// What a guest is surrounded with.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct World {
    /// The least size of an imported memory.
    pub pages: u64,
    /// True to make all imported memories one that have one type of addresses.
    pub aliased: bool,
    /// Where imported functions draw their results from.
    pub replies: u64,
    /// The fuel of a call, where there is fuel.
    pub fuel: u64,
}

/// A call of an imported function.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Note {
    /// Module and name.
    pub name: String,
    /// The arguments.
    pub args: Vec<Value>,
}

struct Host {
    notes: Vec<Note>,
    calls: u64,
    replies: Random,
    limits: StoreLimits,
}

/// An instance.
pub(crate) struct Guest {
    store: Store<Host>,
    fuel: u64,
    instance: Option<wasmtime::Instance>,
    /// How instantiation ended.
    pub start: End,
    /// Memories that can be seen from outside, by name.
    pub memories: Vec<(String, Memory)>,
    /// How many of them are imported; those come first.
    imported: usize,
    /// Globals that can be seen from outside, by name.
    pub globals: Vec<(String, Global)>,
}

impl Guest {
    /// Instantiates `module`, with the regions of `offload` if it is a bundle's.
    pub fn start(
        engine: &Engine,
        module: &Module,
        offload: Option<&Offload>,
        world: &World,
    ) -> Result<Guest, GuestError> {
        let limits = StoreLimitsBuilder::new().memory_size(MAX_MEMORY).build();
        let host = Host { notes: Vec::new(), calls: 0, replies: Random::new(world.replies), limits };
        let mut store = Store::new(engine, host);
        store.limiter(|host| &mut host.limits);
        refill(&mut store, world.fuel);
        let mut linker = Linker::new(engine);
        if let Some(offload) = offload {
            offload.add_to_linker(&mut linker, &mut store)?;
        }
        let mut memories = provide(&mut linker, &mut store, module, world)?;
        let imported = memories.len();
        let mut globals = Vec::new();
        let instance = match linker.instantiate(&mut store, module) {
            Ok(instance) => instance,
            Err(error) => {
                let start = end_of(error).map_err(GuestError::Instantiate)?;
                return Ok(Guest { store, fuel: world.fuel, instance: None, start, memories, imported, globals });
            }
        };
        let exports: Vec<(String, Extern)> =
            instance.exports(&mut store).map(|export| (export.name().to_string(), export.into_extern())).collect();
        for (name, item) in exports.into_iter().filter(|(name, _)| !abi_names::is_reserved(name)) {
            match item {
                Extern::Memory(memory) => {
                    // A memory under a second name would be filled and compared twice.
                    let base = memory.data_ptr(&store);
                    if memories.iter().all(|(_, other)| other.data_ptr(&store) != base) {
                        memories.push((name, memory));
                    }
                }
                Extern::Global(global) => globals.push((name, global)),
                _ => {}
            }
        }
        let (fuel, start) = (world.fuel, End::Returned(Vec::new()));
        Ok(Guest { store, fuel, instance: Some(instance), start, memories, imported, globals })
    }

    /// The type of an exported function.
    pub fn function(&mut self, name: &str) -> Option<FuncType> {
        let function = self.instance?.get_func(&mut self.store, name)?;
        Some(function.ty(&self.store))
    }

    /// Calls an exported function.
    pub fn call(&mut self, name: &str, args: &[Val]) -> Result<End, wasmtime::Error> {
        let function = self.instance.and_then(|instance| instance.get_func(&mut self.store, name));
        let function = function.ok_or_else(|| wasmtime::Error::msg("there is no such function"))?;
        refill(&mut self.store, self.fuel);
        let mut results = vec![Val::I32(0); function.ty(&self.store).results().len()];
        match function.call(&mut self.store, args, &mut results) {
            Ok(()) => Ok(End::Returned(results.iter().map(Value::from).collect())),
            Err(error) => end_of(error),
        }
    }

    /// True if the memory is imported rather than the module's own.
    pub fn is_imported(&self, memory: usize) -> bool {
        memory < self.imported
    }

    /// The bytes of a memory.
    pub fn bytes(&self, memory: usize) -> &[u8] {
        self.memories.get(memory).map_or(&[], |(_, memory)| memory.data(&self.store))
    }

    /// The bytes of a memory, to be changed.
    pub fn bytes_mut(&mut self, memory: usize) -> &mut [u8] {
        match self.memories.get(memory) {
            Some((_, memory)) => memory.data_mut(&mut self.store),
            None => &mut [],
        }
    }

    /// Grows a memory as far as it can; returns its old size in bytes.
    pub fn grow(&mut self, memory: usize, pages: u64) -> u64 {
        let Some((_, memory)) = self.memories.get(memory) else { return 0 };
        let before = memory.data_size(&self.store) as u64;
        // A memory that can't grow keeps its size, on both sides alike.
        let _ = memory.grow(&mut self.store, pages);
        before
    }

    /// The value of each global.
    pub fn global_values(&mut self) -> Vec<(String, Value)> {
        let read = |(name, global): &(String, Global)| (name.clone(), Value::from(&global.get(&mut self.store)));
        self.globals.iter().map(read).collect()
    }

    /// The calls of imports so far, and how many there were.
    pub fn calls(&self) -> (&[Note], u64) {
        (&self.store.data().notes, self.store.data().calls)
    }
}

/// Gives a store all its fuel and time.
fn refill(store: &mut Store<Host>, fuel: u64) {
    // An engine without fuel refuses it, and one without epochs ignores the deadline.
    let _ = store.set_fuel(fuel);
    store.set_epoch_deadline(TICKS);
}

/// Tells a trap from a failure of the host.
fn end_of(error: wasmtime::Error) -> Result<End, wasmtime::Error> {
    match error.downcast_ref::<Trap>() {
        Some(Trap::OutOfFuel | Trap::StackOverflow) => Ok(End::Spent),
        Some(Trap::Interrupt) => Ok(End::Endless),
        Some(trap) => Ok(End::Trapped(trap.to_string().trim_start_matches("wasm trap: ").to_string())),
        None if error.is::<ThrownException>() => Ok(End::Trapped("uncaught exception".into())),
        None => Err(error),
    }
}

/// Defines whatever `module` imports and nobody has defined; returns its memories.
fn provide(
    linker: &mut Linker<Host>,
    store: &mut Store<Host>,
    module: &Module,
    world: &World,
) -> Result<Vec<(String, Memory)>, GuestError> {
    let mut memories: Vec<(String, Memory)> = Vec::new();
    for import in module.imports() {
        if linker.get_by_import(&mut *store, &import).is_some() {
            continue;
        }
        let (from, name) = (import.module(), import.name());
        let fail = |why: String| GuestError::Import { module: from.into(), name: name.into(), why };
        let item: Extern = match import.ty() {
            ExternType::Func(ty) => function(store, format!("{from}.{name}"), ty).into(),
            ExternType::Memory(ty) => {
                let alike = |memory: &Memory| memory.ty(&*store).is_64() == ty.is_64();
                let shared = memories.iter().find(|(_, memory)| world.aliased && from != OWN_MEMORY && alike(memory));
                let memory = match shared {
                    Some((_, memory)) => *memory,
                    None => memory(store, &ty, world.pages).map_err(|error| fail(error.to_string()))?,
                };
                memories.push((format!("{from}.{name}"), memory));
                memory.into()
            }
            ExternType::Global(ty) => {
                let value = number(ty.content(), 1024).ok_or_else(|| fail("a reference".into()))?;
                Global::new(&mut *store, ty, value).map_err(|error| fail(error.to_string()))?.into()
            }
            ExternType::Table(ty) => {
                let null = Ref::null(ty.element().heap_type());
                Table::new(&mut *store, ty, null).map_err(|error| fail(error.to_string()))?.into()
            }
            ExternType::Tag(_) => return Err(fail("a tag".into())),
        };
        linker.define(&mut *store, from, name, item).map_err(|error| fail(error.to_string()))?;
    }
    Ok(memories)
}

/// A memory of at least `pages` pages that can't grow, so that it keeps its size from case to case.
fn memory(store: &mut Store<Host>, ty: &wasmtime::MemoryType, pages: u64) -> wasmtime::Result<Memory> {
    let size = ty.minimum().max(pages).min(ty.maximum().unwrap_or(u64::MAX));
    let ty =
        MemoryTypeBuilder::default().memory64(ty.is_64()).min(size).max(Some(ty.maximum().unwrap_or(size))).build()?;
    Memory::new(store, ty)
}

/// A function that notes its calls and answers with small numbers.
fn function(store: &mut Store<Host>, name: String, ty: FuncType) -> wasmtime::Func {
    let answers: Vec<ValType> = ty.results().collect();
    wasmtime::Func::new(store, ty, move |mut caller, args, results| {
        let host: &mut Host = caller.data_mut();
        host.calls += 1;
        if host.notes.len() < MAX_NOTES {
            host.notes.push(Note { name: name.clone(), args: args.iter().map(Value::from).collect() });
        }
        for (result, ty) in results.iter_mut().zip(&answers) {
            let value = host.replies.below(64) as i64 * 16;
            *result = number(ty, value).unwrap_or(Val::null_ref(match ty {
                ValType::Ref(reference) => reference.heap_type(),
                _ => &HeapType::Func,
            }));
        }
        Ok(())
    })
}

fn number(ty: &ValType, value: i64) -> Option<Val> {
    match ty {
        ValType::I32 => Some(Val::I32(value as i32)),
        ValType::I64 => Some(Val::I64(value)),
        ValType::F32 => Some(Val::F32((value as f32).to_bits())),
        ValType::F64 => Some(Val::F64((value as f64).to_bits())),
        ValType::V128 => Some(Val::V128((value as u128).into())),
        ValType::Ref(_) => None,
    }
}
