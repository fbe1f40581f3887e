//! The wasmtime configuration that bundles and plain modules run under.

use serde::{Deserialize, Serialize};

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
/// - Relaxed SIMD is deterministic, because a kernel can't follow the choices of the machine at hand.
/// - `nan` decides whether wasmtime canonicalises the NaNs that arithmetic produces; [`crate::Settings::nan`] must agree
///   with it.
/// - Every finished proposal that wasmtime 48 implements is on: threads with shared memories, multi-memory, memory64,
///   tail calls, typed function references, garbage collection, exceptions, wide arithmetic. A module that uses none of
///   them runs as under the default configuration.
///
/// Fuel and epochs stay off. Under an engine that consumes fuel [`crate::Offload`] turns every region off.
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
        .wasm_wide_arithmetic(true);
    config
}

#[cfg(test)]
mod tests {
    use super::*;

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
