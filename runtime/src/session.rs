//! A program that has been started: its instance, whose exports can be called one after another.
//!
//! Both kinds of program take the same path, so that a bundle and its original differ in nothing but the offload imports:
//! compile, link WASI, link the bundle's regions, create missing memories, instantiate.

use crate::cache;
use crate::config::config;
use crate::memory::shared_bytes;
use crate::offload::{LoadError, Offload, Settings};
use crate::stats::RegionStats;
use crate::values::{Value, ValueError, parse};
use crate::wasi::{self, Captured, DirectoryError, Outside};
use bundle::{Bundle, abi_names};
use thiserror::Error;
use wasmtime::{
    Engine, Extern, ExternType, Func, Instance, Linker, Memory, MemoryType, MemoryTypeBuilder, Module, SharedMemory,
    Store, ThrownException, Val,
};
use wasmtime_wasi::I32Exit;
use wasmtime_wasi::p1::{WasiP1Ctx, add_to_linker_sync};

/// What is run.
#[derive(Clone, PartialEq, Debug)]
pub enum Program {
    /// An ordinary module, binary.
    Plain(Vec<u8>),
    /// A bundle.
    Bundle(Box<Bundle>),
}

/// How a program is started.
#[derive(Clone, Default)]
pub struct SessionOptions {
    /// Device and NaN mode.
    pub settings: Settings,
    /// What the guest is given.
    pub outside: Outside,
    /// The least size, in pages, of a memory that the program imports.
    pub memory_pages: u64,
}

/// How a start or a call ended.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum End {
    /// It returned these values.
    Returned(Vec<Value>),
    /// The guest left through `proc_exit`.
    Exited(i32),
    /// It trapped.
    Trapped {
        /// The kind of trap, in wasmtime's words.
        kind: String,
        /// Where, as a backtrace of the guest's functions; differs between a module and its bundle.
        backtrace: String,
    },
}

/// Why there is no end to tell.
#[derive(Debug, Error)]
pub enum SessionError {
    /// wasmtime refuses the configuration.
    #[error("no engine: {0:#}")]
    Engine(wasmtime::Error),
    /// The module is invalid or can't be compiled.
    #[error("can't compile the module: {0:#}")]
    Compile(wasmtime::Error),
    /// The bundle can't be loaded.
    #[error(transparent)]
    Load(#[from] LoadError),
    /// A directory can't be opened.
    #[error(transparent)]
    Directory(#[from] DirectoryError),
    /// An import that nobody provides.
    #[error("the module imports {kind} `{module}` `{name}`, which isn't provided")]
    Import {
        /// What is imported.
        kind: &'static str,
        /// The import's module.
        module: String,
        /// The import's name.
        name: String,
    },
    /// A memory that can't be created.
    #[error("can't create the imported memory `{name}`: {error:#}")]
    Memory {
        /// The import's name.
        name: String,
        /// wasmtime's reason.
        error: wasmtime::Error,
    },
    /// The instance can't be made, or a call failed, for a reason that isn't a trap.
    #[error("the host failed: {0:#}")]
    Host(wasmtime::Error),
    /// A call into a program whose start didn't return.
    #[error("the program hasn't started")]
    NotStarted,
    /// An export that isn't there or isn't a function.
    #[error("there is no exported function `{name}`")]
    NoFunction {
        /// The name asked for.
        name: String,
    },
    /// The wrong number of arguments.
    #[error("`{name}` takes {wanted} arguments, {found} are given")]
    ArgumentCount {
        /// The function.
        name: String,
        /// How many it takes.
        wanted: usize,
        /// How many there are.
        found: usize,
    },
    /// An argument of the wrong form.
    #[error("argument {index} of `{name}`: {error}")]
    Argument {
        /// The function.
        name: String,
        /// The argument's position.
        index: usize,
        /// What is wrong with it.
        error: ValueError,
    },
}

/// A started program.
pub struct Session {
    store: Store<WasiP1Ctx>,
    instance: Option<Instance>,
    start: End,
    imported: Vec<(String, Extern)>,
    offload: Option<Offload>,
    captured: Captured,
}

impl Session {
    /// Compiles, links and instantiates `program`. A trap or exit of its start function is an end, not an error.
    pub fn start(program: &Program, options: &SessionOptions) -> Result<Session, SessionError> {
        let engine = Engine::new(&config(options.settings.nan)).map_err(SessionError::Engine)?;
        let (bytes, bundle) = match program {
            Program::Plain(bytes) => (bytes, None),
            Program::Bundle(bundle) => (&bundle.module, Some(bundle)),
        };
        let module = cache::compile(&engine, bytes, options.settings.cache.as_ref()).map_err(SessionError::Compile)?;
        let offload = bundle.map(|bundle| Offload::of_compiled(bundle, &module, &options.settings)).transpose()?;
        let (context, captured) = wasi::context(&options.outside)?;
        let mut store = Store::new(&engine, context);
        let mut linker = Linker::new(&engine);
        if module.imports().any(|import| import.module() == wasi::MODULE) {
            add_to_linker_sync(&mut linker, |context| context).map_err(SessionError::Host)?;
        }
        if let Some(offload) = &offload {
            offload.add_to_linker(&mut linker, &mut store)?;
        }
        let imported = create_imports(&module, &mut linker, &mut store, options.memory_pages)?;
        let (instance, start) = match linker.instantiate(&mut store, &module) {
            Ok(instance) => (Some(instance), End::Returned(Vec::new())),
            Err(error) => (None, end_of(error)?),
        };
        Ok(Session { store, instance, start, imported, offload, captured })
    }

    /// How instantiation, with the start function, ended.
    pub fn start_end(&self) -> &End {
        &self.start
    }

    /// True if the program exports a function of this name.
    pub fn has_function(&mut self, name: &str) -> bool {
        self.function(name).is_ok()
    }

    /// Calls an export with arguments written as text, read by the types of its parameters.
    pub fn invoke_text(&mut self, name: &str, args: &[String]) -> Result<End, SessionError> {
        let function = self.function(name)?;
        let types: Vec<_> = function.ty(&self.store).params().collect();
        if types.len() != args.len() {
            return Err(SessionError::ArgumentCount { name: name.into(), wanted: types.len(), found: args.len() });
        }
        let read = |(index, (text, ty)): (usize, (&String, _))| {
            parse(text, ty).map_err(|error| SessionError::Argument { name: name.into(), index, error })
        };
        let args: Vec<Val> = args.iter().zip(&types).enumerate().map(read).collect::<Result<_, _>>()?;
        self.call(name, function, &args)
    }

    /// Calls an export.
    pub fn invoke(&mut self, name: &str, args: &[Value]) -> Result<End, SessionError> {
        let function = self.function(name)?;
        let number = |(index, value): (usize, &Value)| {
            let error = ValueError::Type { ty: "reference".into() };
            value.to_val().ok_or(SessionError::Argument { name: name.into(), index, error })
        };
        let args: Vec<Val> = args.iter().enumerate().map(number).collect::<Result<_, _>>()?;
        self.call(name, function, &args)
    }

    fn function(&mut self, name: &str) -> Result<Func, SessionError> {
        let instance = self.instance.ok_or(SessionError::NotStarted)?;
        instance.get_func(&mut self.store, name).ok_or(SessionError::NoFunction { name: name.into() })
    }

    fn call(&mut self, name: &str, function: Func, args: &[Val]) -> Result<End, SessionError> {
        let ty = function.ty(&self.store);
        if ty.params().len() != args.len() {
            let (wanted, found) = (ty.params().len(), args.len());
            return Err(SessionError::ArgumentCount { name: name.into(), wanted, found });
        }
        let mut results = vec![Val::I32(0); ty.results().len()];
        match function.call(&mut self.store, args, &mut results) {
            Ok(()) => Ok(End::Returned(results.iter().map(Value::from).collect())),
            Err(error) => end_of(error),
        }
    }

    /// The memories that can be seen from outside, by name: those imported, as `module.name`, then those exported under
    /// names that aren't ours.
    pub fn memories(&mut self) -> Vec<(String, Vec<u8>)> {
        let mut externs = self.imported.clone();
        externs.extend(self.exports());
        let bytes = |item: &Extern| match item {
            Extern::Memory(memory) => Some(memory.data(&self.store).to_vec()),
            Extern::SharedMemory(memory) => Some(shared_bytes(memory)),
            _ => None,
        };
        externs.iter().filter_map(|(name, item)| Some((name.clone(), bytes(item)?))).collect()
    }

    /// The globals that are exported, by name, with their values.
    pub fn globals(&mut self) -> Vec<(String, Value)> {
        let exports = self.exports();
        let mut globals = Vec::new();
        for (name, item) in exports {
            if let Extern::Global(global) = item {
                globals.push((name, Value::from(&global.get(&mut self.store))));
            }
        }
        globals
    }

    fn exports(&mut self) -> Vec<(String, Extern)> {
        let Some(instance) = self.instance else { return Vec::new() };
        let exports = instance.exports(&mut self.store).map(|e| (e.name().to_string(), e.into_extern()));
        exports.filter(|(name, _)| !abi_names::is_reserved(name)).collect()
    }

    /// What became of the dispatches so far; empty for a plain module.
    pub fn stats(&self) -> Vec<RegionStats> {
        self.offload.as_ref().map(Offload::stats).unwrap_or_default()
    }

    /// What the guest has written to standard output and standard error, where they are captured.
    pub fn output(&self) -> (Vec<u8>, Vec<u8>) {
        (self.captured.stdout.contents().to_vec(), self.captured.stderr.contents().to_vec())
    }
}

/// Creates the memories that the module imports and nobody provides; every other such import is an error.
fn create_imports(
    module: &Module,
    linker: &mut Linker<WasiP1Ctx>,
    store: &mut Store<WasiP1Ctx>,
    pages: u64,
) -> Result<Vec<(String, Extern)>, SessionError> {
    let mut created = Vec::new();
    for import in module.imports() {
        if linker.get_by_import(&mut *store, &import).is_some() {
            continue;
        }
        let name = format!("{}.{}", import.module(), import.name());
        let kind = match import.ty() {
            ExternType::Memory(ty) => {
                let memory = create_memory(store, &ty, pages)
                    .and_then(|memory| {
                        linker.define(&mut *store, import.module(), import.name(), memory.clone())?;
                        Ok(memory)
                    })
                    .map_err(|error| SessionError::Memory { name: name.clone(), error })?;
                created.push((name, memory));
                continue;
            }
            ExternType::Func(_) => "function",
            ExternType::Global(_) => "global",
            ExternType::Table(_) => "table",
            ExternType::Tag(_) => "tag",
        };
        return Err(SessionError::Import { kind, module: import.module().into(), name: import.name().into() });
    }
    Ok(created)
}

fn create_memory(store: &mut Store<WasiP1Ctx>, ty: &MemoryType, pages: u64) -> wasmtime::Result<Extern> {
    let most = ty.maximum().unwrap_or(u64::MAX);
    let mut builder = MemoryTypeBuilder::default();
    builder.memory64(ty.is_64()).shared(ty.is_shared()).min(ty.minimum().max(pages).min(most)).max(ty.maximum());
    let ty = builder.build()?;
    Ok(if ty.is_shared() {
        Extern::SharedMemory(SharedMemory::new(store.engine(), ty)?)
    } else {
        Extern::Memory(Memory::new(store, ty)?)
    })
}

/// Tells a trap or an exit from a failure of the host.
fn end_of(error: wasmtime::Error) -> Result<End, SessionError> {
    if let Some(I32Exit(code)) = error.downcast_ref() {
        return Ok(End::Exited(*code));
    }
    let kind = if let Some(trap) = error.downcast_ref::<wasmtime::Trap>() {
        let text = trap.to_string();
        text.strip_prefix("wasm trap: ").unwrap_or(&text).to_string()
    } else if error.is::<ThrownException>() {
        "uncaught exception".to_string()
    } else {
        return Err(SessionError::Host(error));
    };
    let backtrace = error.downcast_ref::<wasmtime::WasmBacktrace>().map(|b| b.to_string()).unwrap_or_default();
    Ok(End::Trapped { kind, backtrace })
}
