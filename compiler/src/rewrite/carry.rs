//! A module inside walrus: reading it, finding its items by their original indices, writing it.
//!
//! Input: a module that [`super::scan`] passed. Output: a walrus module with the ids of its functions, locals and
//! memories, and later its bytes. walrus reports some conditions by panicking, so both directions are fenced; after a
//! panic the walrus module is thrown away, never used again. walrus reads and writes functions in parallel and keeps them
//! in id order, so the same input gives the same bytes.
//!
//! Custom sections that hold code offsets, or digests of the whole file, are dropped, because walrus moves code. DWARF is
//! dropped here as well and written anew by [`super::dwarf`], for which the moves of the code are traced.

use super::dwarf::Trace;
use super::errors::Uncarried;
use std::borrow::Cow;
use std::collections::HashMap;
use std::ops::Range;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Mutex, PoisonError};
use walrus::{
    CodeTransform, CustomSection, FunctionId, GlobalId, IdsToIndices, IndicesToIds, LocalId, MemoryId, Module,
    ModuleConfig,
};
use wasmparser::{IndirectNameMap, KnownCustom, Name, Parser, Payload};

/// A module inside walrus.
#[derive(Debug)]
pub struct Carried {
    /// The module.
    pub module: Module,
    ids: Ids,
    traced: bool,
}

/// Original indices to walrus ids.
#[derive(Debug, Default)]
struct Ids {
    functions: Vec<FunctionId>,
    /// By function index, parameters first.
    locals: Vec<Vec<LocalId>>,
    memories: Vec<MemoryId>,
    globals: Vec<GlobalId>,
}

impl Ids {
    fn of(indices: &IndicesToIds) -> Ids {
        let functions: Vec<FunctionId> = (0..).map_while(|i| indices.get_func(i).ok()).collect();
        let locals = functions.iter().map(|&f| (0..).map_while(|i| indices.get_local(f, i).ok()).collect()).collect();
        let memories = (0..).map_while(|i| indices.get_memory(i).ok()).collect();
        Ids { functions, locals, memories, globals: (0..).map_while(|i| indices.get_global(i).ok()).collect() }
    }
}

impl Carried {
    /// Reads a module; with `traced`, writing it tells where its code went.
    pub fn read(bytes: &[u8], traced: bool) -> Result<Carried, Uncarried> {
        let found = Arc::new(Mutex::new(Ids::default()));
        let sink = Arc::clone(&found);
        let mut config = ModuleConfig::new();
        config.generate_dwarf(false).preserve_code_transform(traced).legacy_exceptions(false).on_parse(
            move |_, indices| {
                *sink.lock().unwrap_or_else(PoisonError::into_inner) = Ids::of(indices);
                Ok(())
            },
        );
        let mut module = catch_unwind(AssertUnwindSafe(|| config.parse(bytes)))
            .map_err(|_| Uncarried::Failed("reading"))?
            .map_err(|e| Uncarried::Unread(format!("{e:#}")))?;
        let stale: Vec<_> = module.customs.iter().filter(|(_, s)| is_stale(s.name())).map(|(id, _)| id).collect();
        for id in stale {
            module.customs.delete(id);
        }
        // Only walrus's own conversion of DWARF asks which operator stood where, and the answer is as large as the operators.
        module.funcs.iter_local_mut().for_each(|(_, function)| function.instruction_mapping = Vec::new());
        let ids = std::mem::take(&mut *found.lock().unwrap_or_else(PoisonError::into_inner));
        let mut carried = Carried { module, ids, traced };
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

    /// Writes the module; the trace is there if it was asked for.
    pub fn write(mut self) -> Result<(Vec<u8>, Option<Trace>), Uncarried> {
        let sink = Arc::new(Mutex::new(Witness::default()));
        if self.traced {
            self.module.customs.add(Recorder { sink: Arc::clone(&sink), globals: self.ids.globals.clone() });
        }
        let mut bytes =
            catch_unwind(AssertUnwindSafe(|| self.module.emit_wasm())).map_err(|_| Uncarried::Failed("writing"))?;
        if !self.traced {
            return Ok((bytes, None));
        }
        // The recorder was added last, so its empty section ends the module.
        let section = Recorder::section();
        let length = bytes.len().checked_sub(section.len()).filter(|&length| bytes[length..] == section);
        bytes.truncate(length.ok_or(Uncarried::Failed("writing"))?);
        let witness = std::mem::take(&mut *sink.lock().unwrap_or_else(PoisonError::into_inner));
        Ok((bytes, Some(self.trace(witness))))
    }

    /// What the recorder saw, by original indices.
    fn trace(&self, witness: Witness) -> Trace {
        let defined = self
            .ids
            .functions
            .iter()
            .filter(|&&id| matches!(self.module.funcs.get(id).kind, walrus::FunctionKind::Local(_)));
        Trace {
            instructions: witness.instructions,
            bodies: defined.map(|id| witness.bodies.get(id).cloned()).collect(),
            code_start: witness.code_start,
            globals: witness.globals,
        }
    }

    /// A function by its original index.
    pub fn function(&self, index: u32) -> Option<FunctionId> {
        self.ids.functions.get(index as usize).copied()
    }

    /// A local by the original indices of its function and itself.
    pub fn local(&self, function: u32, index: u32) -> Option<LocalId> {
        self.ids.locals.get(function as usize)?.get(index as usize).copied()
    }

    /// A global by its original index.
    pub fn global(&self, index: u32) -> Option<GlobalId> {
        self.ids.globals.get(index as usize).copied()
    }

    /// A memory by its original index.
    pub fn memory(&self, index: u32) -> Option<MemoryId> {
        self.ids.memories.get(index as usize).copied()
    }
}

/// What walrus tells a custom section while it writes a module.
#[derive(Debug, Default)]
struct Witness {
    instructions: Vec<(u32, usize)>,
    bodies: HashMap<FunctionId, Range<usize>>,
    code_start: usize,
    globals: Vec<Option<u32>>,
}

/// A custom section that writes nothing and keeps what it is told.
#[derive(Debug)]
struct Recorder {
    sink: Arc<Mutex<Witness>>,
    globals: Vec<GlobalId>,
}

impl Recorder {
    const NAME: &str = "tensorwasm.trace";

    /// Its bytes: a custom section with nothing but a name.
    fn section() -> Vec<u8> {
        let name = Recorder::NAME.as_bytes();
        [&[0, name.len() as u8 + 1, name.len() as u8], name].concat()
    }
}

impl CustomSection for Recorder {
    fn name(&self) -> &str {
        Recorder::NAME
    }

    fn data(&self, indices: &IdsToIndices) -> Cow<'_, [u8]> {
        let mut sink = self.sink.lock().unwrap_or_else(PoisonError::into_inner);
        sink.globals = self.globals.iter().map(|&id| Some(indices.get_global_index(id))).collect();
        Cow::Borrowed(&[])
    }

    fn apply_code_transform(&mut self, transform: &CodeTransform) {
        let mut sink = self.sink.lock().unwrap_or_else(PoisonError::into_inner);
        sink.instructions = transform.instruction_map.iter().map(|(at, to)| (at.data(), *to)).collect();
        sink.bodies = transform.function_ranges.iter().cloned().collect();
        sink.code_start = transform.code_section_start;
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
