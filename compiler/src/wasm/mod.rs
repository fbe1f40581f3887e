//! From module bytes to SSA.
//!
//! Input: a core Wasm module. Output: [`Module`], with every function that holds a loop with memory accesses, or with calls that
//! may make some, as LoweredOp SSA, and every other loop as a place with the reason why it needs no SSA. Calls in loops are replaced
//! by what they call where that may help a loop (`inline.rs`). The whole module is validated on the way, with
//! the proposals that the runtime's engine runs; nothing later sees an invalid module. Functions are independent, so they are
//! validated and translated in parallel; the result doesn't depend on the number of threads.

mod bulk;
mod callees;
mod entities;
mod fixed;
mod fold;
mod globals;
mod inline;
mod latches;
mod names;
mod nest;
mod operators;
mod scan;
mod simplify;
mod translate;
mod vectors;

#[cfg(test)]
mod tests;

pub use entities::{Carried, Edge, FUNCTION, GuestFunction, GuestLoop, LoopSite, Memory, Module, Where};

pub use bulk::is_left;
use callees::Callees;
use translate::Untranslated;

pub use simplify::{has_effect, live_values, rename, simplify};

use rayon::prelude::*;
use thiserror::Error;
use wasmparser::{
    FuncToValidate, FuncValidator, FunctionBody, Parser, Payload, ValidPayload, Validator, ValidatorResources,
    WasmFeatures,
};

/// Why bytes can't be read as a module.
#[derive(Clone, PartialEq, Eq, Debug, Error)]
pub enum ReadError {
    /// The file has no bytes.
    #[error("the file is empty")]
    Empty,
    /// The file doesn't begin like a Wasm file.
    #[error("not a WebAssembly module: it begins with {found:02x?}, not with 00 61 73 6d (`\\0asm`)")]
    NotWasm {
        /// The first bytes.
        found: Vec<u8>,
    },
    /// A component, not a core module.
    #[error("this is a WebAssembly component; only core modules are supported")]
    Component,
    /// The module fails validation.
    #[error("invalid module at offset {offset:#x}: {message}")]
    Invalid {
        /// The byte offset in the file.
        offset: usize,
        /// What the validator says.
        message: String,
    },
}

impl From<wasmparser::BinaryReaderError> for ReadError {
    fn from(error: wasmparser::BinaryReaderError) -> ReadError {
        ReadError::Invalid { offset: error.offset(), message: error.message().to_string() }
    }
}

/// The proposals accepted, the same that the runtime's engine enables.
pub fn features() -> WasmFeatures {
    WasmFeatures::WASM3.union(WasmFeatures::WIDE_ARITHMETIC)
}

/// Validates `bytes` and translates the functions that may hold regions.
pub fn read(bytes: &[u8]) -> Result<Module, ReadError> {
    let (mut module, functions) = read_each(bytes, |_, function| function)?;
    module.functions = functions;
    Ok(module)
}

/// Validates `bytes` and hands each function that holds loops to `visit`, in parallel.
///
/// The module that `visit` sees, and that comes back, has no functions. A function's SSA takes some fifty times the room of its
/// code, so a caller that needs it only for a while should let go of it there. The results are in order of the functions.
pub fn read_each<T: Send>(
    bytes: &[u8],
    visit: impl Fn(&Module, GuestFunction) -> T + Sync,
) -> Result<(Module, Vec<T>), ReadError> {
    check_preamble(bytes)?;
    let mut validator = Validator::new_with_features(features());
    let mut module = Module::default();
    let mut bodies: Vec<Body<'_>> = Vec::new();
    for payload in Parser::new(0).parse_all(bytes) {
        let payload = payload?;
        entities::collect(&payload, &mut module)?;
        if let Payload::CustomSection(section) = &payload {
            names::collect(section, &mut module);
        }
        if let ValidPayload::Func(func, body) = validator.payload(&payload)? {
            bodies.push(Body { resources: func, code: body });
        }
    }
    fixed::find_changes(&bodies, bytes, &module.globals, &module.tables);
    let callees = Callees::new(&module, &bodies);
    let each = |body| Ok(function(&module, &callees, body)?.map(|function| visit(&module, function)));
    // Of several errors the first counts, so the results are collected before they are looked at.
    let visited: Vec<Result<Option<T>, ReadError>> = bodies.par_iter().map(each).collect();
    let visited = visited.into_iter().filter_map(Result::transpose).collect::<Result<_, _>>()?;
    drop(callees);
    Ok((module, visited))
}

/// A function's body, and what its validation needs.
struct Body<'a> {
    resources: FuncToValidate<ValidatorResources>,
    code: FunctionBody<'a>,
}

impl Body<'_> {
    fn validator(&self) -> FuncValidator<ValidatorResources> {
        let FuncToValidate { resources, index, ty, features } = &self.resources;
        let (resources, index, ty, features) = (resources.clone(), *index, *ty, *features);
        FuncToValidate { resources, index, ty, features }.into_validator(Default::default())
    }
}

fn check_preamble(bytes: &[u8]) -> Result<(), ReadError> {
    if bytes.is_empty() {
        return Err(ReadError::Empty);
    }
    if bytes.len() < 4 || &bytes[..4] != b"\0asm" {
        return Err(ReadError::NotWasm { found: bytes[..bytes.len().min(4)].to_vec() });
    }
    if bytes.get(6..8).is_some_and(|layer| layer == [1, 0]) {
        return Err(ReadError::Component);
    }
    Ok(())
}

/// Validates one function; the result is present if the function has loops.
fn function(module: &Module, callees: &Callees<'_>, body: &Body<'_>) -> Result<Option<GuestFunction>, ReadError> {
    let index = body.resources.index;
    let mut validator = body.validator();
    let outline = scan::outline(&body.code, module)?;
    if !outline.is_candidate() {
        validator.validate(&body.code)?;
        return Ok(outline.into_function(index));
    }
    let translated = translate::translate(module, &mut validator, &body.code, &outline)?;
    Ok(match translated {
        Ok(mut function) => {
            inline::inline(&mut function, callees);
            globals::hoist(&mut function);
            simplify::simplify(&mut function);
            latches::merge(&mut function);
            Some(function)
        }
        Err(Untranslated::TooLarge) => {
            outline.into_function(index).map(|function| GuestFunction { too_large: true, ..function })
        }
        Err(Untranslated::Control(name, at)) => {
            let untranslated = Some((name, at));
            outline.into_function(index).map(|function| GuestFunction { untranslated, ..function })
        }
    })
}
