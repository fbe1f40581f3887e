//! The wasmtime configuration that bundles and plain modules run under, and what an embedder's own must have in common
//! with it.
//!
//! [`config`] makes the one that [`crate::run`] uses; [`check`] judges an embedder's engine. What must hold is little,
//! because the rest of the runtime doesn't lean on the configuration:
//! - Memories may have any reservation and guard size and may move: a dispatch fetches base and length, compares every
//!   hull with the length, and is over before guest code runs again. No access relies on a fault, so guard pages, explicit
//!   bounds checks, `signals_based_traps` and the allocation strategy make no difference.
//! - Relaxed SIMD: a kernel that holds it is off under an engine of which isn't known that it does the same ([`crate::relaxed`]).
//! - Epochs, call hooks, asynchronous stores and debugging see a dispatch as one call of a host function.
//! - A proposal that is off makes compiling the module fail, if the module needs it.
//!
//! What is left, with the consequence that [`check`] prevents:
//! - *NaN bits*: an engine that doesn't canonicalise, beside kernels that do, breaks the promise of the canonical mode, and
//!   so does the reverse for whoever relies on the engine's setting. the setting is Cranelift's alone.
//! - *Memory protection keys* are rights of a thread: a worker of the CPU device may lack those that the guest's thread has,
//!   and the process would die of a fault.
//! - *Recording and replaying* note what crosses between guest and host, and miss the bytes that a dispatch writes.
//! - *Fuel* isn't consumed by kernels: under such an engine every region is off, which is no error.
//!
//! An engine doesn't reveal two settings, so they are the embedder's duty: a `MemoryCreator` of its own must hand out bytes
//! that any thread may access without a signal handler and that belong to one memory alone, and `wmemcheck`, which would
//! miss the stores of a kernel and report later loads, must be off.

use serde::{Deserialize, Serialize};
use thiserror::Error;
use wasmtime::{Enabled, Engine, Strategy};

/// How float arithmetic treats the bits of the NaNs it produces.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum NanMode {
    /// As the machine does: any arithmetic NaN that Wasm allows.
    #[default]
    Native,
    /// Always the canonical NaN, on wasmtime and on every device, so that results can be compared byte for byte.
    Canonical,
}

/// The configuration an embedder's engine needs, and the one that [`crate::run`] uses.
///
/// - Relaxed SIMD is deterministic, because a kernel can't follow the choices of the machine at hand: it would be off.
/// - `nan` decides whether wasmtime canonicalises the NaNs that arithmetic produces; [`crate::Settings::nan`] must agree
///   with it.
/// - Every finished proposal that wasmtime 48 implements is on: threads with shared memories, multi-memory, memory64,
///   tail calls, typed function references, garbage collection, exceptions, wide arithmetic. A module that uses none of
///   them runs as under the default configuration.
/// - Backtraces name source lines where the module has DWARF, whatever the environment says.
///
/// Fuel and epochs stay off. An embedder's engine needs less than this: see `docs/embedding.md`.
pub fn config(nan: NanMode) -> wasmtime::Config {
    let mut config = wasmtime::Config::new();
    config
        .relaxed_simd_deterministic(true)
        .cranelift_nan_canonicalization(nan == NanMode::Canonical)
        .wasm_threads(true)
        .shared_memory(true)
        .wasm_multi_memory(true)
        .wasm_memory64(true)
        .wasm_tail_call(true)
        .wasm_function_references(true)
        .wasm_gc(true)
        .wasm_exceptions(true)
        .wasm_wide_arithmetic(true)
        .wasm_backtrace_details(wasmtime::WasmBacktraceDetails::Enable);
    config
}

/// A setting of an engine under which bundles can't keep their promise.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Error)]
#[error("the engine has {setting} {found}, it must be {wanted}: {reason}")]
pub struct ConfigError {
    /// The setting, as the function of wasmtime that sets it.
    pub setting: &'static str,
    /// What the engine has.
    pub found: &'static str,
    /// What it must have.
    pub wanted: &'static str,
    /// Why.
    pub reason: &'static str,
}

/// What [`check`] looks at.
#[derive(Clone, Copy, Debug)]
struct Facts {
    /// Whether arithmetic NaNs are canonicalised; `None` if the engine has no compiler that could tell.
    canonical_nan: Option<bool>,
    winch: bool,
    protection_keys: bool,
    traced: bool,
}

/// Says whether bundles can run under `engine` with kernels that treat NaN bits as `nan` says; see the header.
pub(crate) fn check(engine: &Engine, nan: NanMode) -> Result<(), ConfigError> {
    judge(
        Facts {
            canonical_nan: engine.get_cranelift_nan_canonicalization(),
            winch: engine.get_strategy() == Some(Strategy::Winch),
            protection_keys: engine
                .get_pooling_config()
                .is_some_and(|pool| !matches!(pool.get_memory_protection_keys(), Enabled::No)),
            traced: engine.is_recording() || engine.is_replaying(),
        },
        nan,
    )
}

fn judge(facts: Facts, nan: NanMode) -> Result<(), ConfigError> {
    let nan_setting = |found, wanted, reason| {
        Err(ConfigError { setting: "Config::cranelift_nan_canonicalization", found, wanted, reason })
    };
    if facts.protection_keys {
        return Err(ConfigError {
            setting: "PoolingAllocationConfig::memory_protection_keys",
            found: "yes or auto",
            wanted: "no",
            reason: "threads of the CPU device may lack the rights that the guest's thread has",
        });
    }
    if facts.traced {
        return Err(ConfigError {
            setting: "Config::rr",
            found: "recording or replaying",
            wanted: "none",
            reason: "a trace misses what dispatches write to memory",
        });
    }
    match (nan, facts.canonical_nan) {
        (NanMode::Canonical, Some(true)) if facts.winch => Err(ConfigError {
            setting: "Config::strategy",
            found: "Winch",
            wanted: "Cranelift",
            reason: "the NaN setting is Cranelift's alone, and Settings::nan is Canonical",
        }),
        (NanMode::Canonical, Some(true)) | (NanMode::Native, Some(false) | None) => Ok(()),
        (NanMode::Canonical, Some(false)) => nan_setting("false", "true", "Settings::nan is Canonical"),
        (NanMode::Canonical, None) => {
            nan_setting("unknown, for want of a compiler", "true", "Settings::nan is Canonical")
        }
        (NanMode::Native, Some(true)) => nan_setting("true", "false", "Settings::nan is Native"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_an_engine_must_not_have_is_named_with_the_value_wanted() {
        let good = Facts { canonical_nan: Some(false), winch: false, protection_keys: false, traced: false };
        let canonical = Facts { canonical_nan: Some(true), ..good };
        let unknown = Facts { canonical_nan: None, ..good };
        let cases = [
            (good, NanMode::Native),
            (canonical, NanMode::Canonical),
            (unknown, NanMode::Native),
            (Facts { winch: true, ..good }, NanMode::Native),
            (good, NanMode::Canonical),
            (canonical, NanMode::Native),
            (unknown, NanMode::Canonical),
            (Facts { winch: true, ..canonical }, NanMode::Canonical),
            (Facts { protection_keys: true, ..good }, NanMode::Native),
            (Facts { traced: true, ..canonical }, NanMode::Canonical),
        ];
        let line = |(facts, nan)| judge(facts, nan).map_or_else(|error| error.to_string(), |()| "fine".to_string());
        insta::assert_snapshot!(cases.map(line).join("\n"), @r"
        fine
        fine
        fine
        fine
        the engine has Config::cranelift_nan_canonicalization false, it must be true: Settings::nan is Canonical
        the engine has Config::cranelift_nan_canonicalization true, it must be false: Settings::nan is Native
        the engine has Config::cranelift_nan_canonicalization unknown, for want of a compiler, it must be true: Settings::nan is Canonical
        the engine has Config::strategy Winch, it must be Cranelift: the NaN setting is Cranelift's alone, and Settings::nan is Canonical
        the engine has PoolingAllocationConfig::memory_protection_keys yes or auto, it must be no: threads of the CPU device may lack the rights that the guest's thread has
        the engine has Config::rr recording or replaying, it must be none: a trace misses what dispatches write to memory
        ");
    }

    #[test]
    fn both_modes_make_an_engine_that_takes_newer_proposals() {
        for nan in [NanMode::Native, NanMode::Canonical] {
            let engine = wasmtime::Engine::new(&config(nan)).unwrap();
            let module = wat::parse_str(
                "(module (memory 1) (memory i64 1) (memory 1 1 shared) (tag $t (param i32))
                   (type $f (func (result i32)))
                   (func (export \"f\") (type $f)
                     (block $b (result i32) (try_table (catch $t $b) (throw $t (i32.const 1))) unreachable))
                   (func (param (ref null $f)) (result i32) (return_call_ref $f (local.get 0)))
                   (func (param v128) (result v128)
                     (i32x4.relaxed_trunc_f32x4_s (local.get 0))))",
            )
            .unwrap();
            wasmtime::Module::new(&engine, module).unwrap();
        }
    }
}
