//! A module inside walrus: reading it, finding its items by their original indices, writing it.
//!
//! Input: a module that [`super::scan`] passed. Output: a walrus module with the ids of its functions, locals and
//! memories, and later its bytes. walrus reports some conditions by panicking, so both directions are fenced; after a
//! panic the walrus module is thrown away, never used again. Emission runs on one thread and iterates in id order, so
//! the same input gives the same bytes.
//!
//! Custom sections that hold code offsets, or digests of the whole file, are dropped, because walrus moves code and
//! remaps nothing but DWARF.

use super::errors::Uncarried;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Mutex, PoisonError};
use walrus::{FunctionId, IndicesToIds, LocalId, MemoryId, Module, ModuleConfig};
use wasmparser::{IndirectNameMap, KnownCustom, Name, Parser, Payload};

/// A module inside walrus.
#[derive(Debug)]
pub struct Carried {
    /// The module.
    pub module: Module,
    ids: Ids,
}

/// Original indices to walrus ids.
#[derive(Debug, Default)]
struct Ids {
    functions: Vec<FunctionId>,
    /// By function index, parameters first.
    locals: Vec<Vec<LocalId>>,
    memories: Vec<MemoryId>,
}

impl Ids {
    fn of(indices: &IndicesToIds) -> Ids {
        let functions: Vec<FunctionId> = (0..).map_while(|i| indices.get_func(i).ok()).collect();
        let locals = functions.iter().map(|&f| (0..).map_while(|i| indices.get_local(f, i).ok()).collect()).collect();
        Ids { functions, locals, memories: (0..).map_while(|i| indices.get_memory(i).ok()).collect() }
    }
}

impl Carried {
    /// Reads a module; its DWARF is carried along only if `dwarf` says so.
    pub fn read(bytes: &[u8], dwarf: bool) -> Result<Carried, Uncarried> {
        let found = Arc::new(Mutex::new(Ids::default()));
        let sink = Arc::clone(&found);
        let mut config = ModuleConfig::new();
        config.generate_dwarf(dwarf).legacy_exceptions(false).on_parse(move |_, indices| {
            *sink.lock().unwrap_or_else(PoisonError::into_inner) = Ids::of(indices);
            Ok(())
        });
        let mut module = catch_unwind(AssertUnwindSafe(|| config.parse(bytes)))
            .map_err(|_| Uncarried::Failed("reading"))?
            .map_err(|e| Uncarried::Unread(format!("{e:#}")))?;
        let stale: Vec<_> = module.customs.iter().filter(|(_, s)| is_stale(s.name())).map(|(id, _)| id).collect();
        for id in stale {
            module.customs.delete(id);
        }
        let ids = std::mem::take(&mut *found.lock().unwrap_or_else(PoisonError::into_inner));
        let mut carried = Carried { module, ids };
        carried.name_locals(bytes);
        Ok(carried)
    }

    /// Gives locals their names, which walrus looks up before it knows any local.
    fn name_locals(&mut self, bytes: &[u8]) {
        for payload in Parser::new(0).parse_all(bytes).flatten() {
            let KnownCustom::Name(names) = (match &payload {
                Payload::CustomSection(section) => section.as_known(),
                _ => continue,
            }) else {
                continue;
            };
            // A broken name section names what it names before it breaks.
            for function in names.into_iter().flatten().flat_map(locals_of).flatten().flatten() {
                for naming in function.names.into_iter().flatten().filter(|naming| !naming.name.is_empty()) {
                    if let Some(local) = self.local(function.index, naming.index) {
                        self.module.locals.get_mut(local).name = Some(naming.name.to_string());
                    }
                }
            }
        }
    }

    /// Writes the module.
    pub fn write(mut self) -> Result<Vec<u8>, Uncarried> {
        catch_unwind(AssertUnwindSafe(|| self.module.emit_wasm())).map_err(|_| Uncarried::Failed("writing"))
    }

    /// A function by its original index.
    pub fn function(&self, index: u32) -> Option<FunctionId> {
        self.ids.functions.get(index as usize).copied()
    }

    /// A local by the original indices of its function and itself.
    pub fn local(&self, function: u32, index: u32) -> Option<LocalId> {
        self.ids.locals.get(function as usize)?.get(index as usize).copied()
    }

    /// A memory by its original index.
    pub fn memory(&self, index: u32) -> Option<MemoryId> {
        self.ids.memories.get(index as usize).copied()
    }
}

/// The names of locals in a subsection of the name section.
fn locals_of(names: Name<'_>) -> Option<IndirectNameMap<'_>> {
    match names {
        Name::Local(locals) => Some(locals),
        _ => None,
    }
}

/// True for custom sections that are wrong once code has moved: they hold or lead to code offsets or function indices,
/// or they sign the original bytes.
fn is_stale(name: &str) -> bool {
    const NAMES: [&str; 7] = [
        "build_id",
        "compilationHints",
        "external_debug_info",
        "linking",
        "signature",
        "signature_delimiter",
        "sourceMappingURL",
    ];
    NAMES.contains(&name) || ["reloc.", "metadata.code.", "code_annotation."].iter().any(|p| name.starts_with(p))
}
