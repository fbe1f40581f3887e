//! One module by somebody else: whether it is compiled, and whether what comes out is a module that works as far as it can be
//! seen without its host.
//!
//! Input: a module's bytes. Output: a [`serde_json`] object. The module is compiled, its bundle is read back, its rewritten module
//! validated, and both are instantiated with imports that fit: functions that trap, and memories, tables and globals of the
//! types asked for. A start function that calls an import ends in that trap, which is said; both must end alike.

use crate::told;
use anyhow::{Context, Result, ensure};
use compiler::Outcome;
use runtime::{DeviceChoice, NanMode, Offload, Settings, Trust, config};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use wasmparser::{MemoryType, Parser, Payload, TypeRef};
use wasmtime::{Engine, Linker, Module, Store};

/// Looks at a module.
pub fn examine(bytes: &[u8]) -> Result<Value> {
    let compiled = compiler::compile(bytes, &compiler::Options::default()).context("it isn't compiled")?;
    let bundle = bundle::read(&compiled.bundle).context("its bundle can't be read")?;
    let features = wasmparser::WasmFeatures::all();
    wasmparser::Validator::new_with_features(features).validate_all(&bundle.module).context("its bundle is invalid")?;
    let mut reasons: BTreeMap<String, u64> = BTreeMap::new();
    for report in &compiled.loops {
        if let Outcome::Declined(reason) = &report.outcome {
            let kind = json!(reason)["kind"].as_str().unwrap_or_default().to_owned();
            *reasons.entry(kind).or_default() += 1;
        }
    }
    let engine = Engine::new(&config(NanMode::Native)).map_err(told)?;
    let plain = start_plain(&engine, bytes).context("the original")?;
    let (start, off) = start_bundle(&engine, &compiled.bundle).context("the bundle")?;
    ensure!(start == plain, "the original {plain}, its bundle {start}");
    Ok(json!({
        "bytes": bytes.len(), "loops": compiled.loops.len(), "regions": compiled.regions.len(), "off": off,
        "ptx_failures": compiled.ptx_failures.len(), "reasons": reasons, "shared_memory": has_shared_memory(bytes)?,
        "start": start,
    }))
}

/// Whether the module imports or defines a memory that threads may share.
fn has_shared_memory(bytes: &[u8]) -> Result<bool> {
    let shared = |memory: &MemoryType| memory.shared;
    for payload in Parser::new(0).parse_all(bytes) {
        match payload? {
            Payload::ImportSection(section) => {
                for import in section.into_imports() {
                    if matches!(import?.ty, TypeRef::Memory(memory) if shared(&memory)) {
                        return Ok(true);
                    }
                }
            }
            Payload::MemorySection(section) => {
                for memory in section {
                    if shared(&memory?) {
                        return Ok(true);
                    }
                }
            }
            _ => {}
        }
    }
    Ok(false)
}

fn start_plain(engine: &Engine, bytes: &[u8]) -> Result<String> {
    let module = Module::from_binary(engine, bytes).map_err(told)?;
    start(&module, Linker::new(engine), Store::new(engine, ()))
}

/// How it starts, and why regions of it are off.
fn start_bundle(engine: &Engine, bundle: &[u8]) -> Result<(String, Vec<String>)> {
    let settings = Settings { device: DeviceChoice::Cpu, ..Settings::of(engine) };
    let offload = Offload::load(engine, bundle, Trust::Anyone, &settings)?;
    let (mut linker, mut store) = (Linker::new(engine), Store::new(engine, ()));
    offload.add_to_linker(&mut linker, &mut store)?;
    let off = offload.stats().into_iter().filter_map(|stats| stats.off).collect();
    Ok((start(offload.module(), linker, store)?, off))
}

/// Instantiates a module whose missing imports are made up.
fn start(module: &Module, mut linker: Linker<()>, mut store: Store<()>) -> Result<String> {
    linker.define_unknown_imports_as_traps(module).map_err(told)?;
    linker.define_unknown_imports_as_default_values(&mut store, module).map_err(told)?;
    Ok(match linker.instantiate(&mut store, module) {
        Ok(_) => "instantiates".into(),
        Err(error) if error.is::<wasmtime::UnknownImportError>() => "starts with an import".into(),
        // The first line says what; what follows is a backtrace, in which the bundle's offsets differ.
        Err(error) => match error.downcast_ref::<wasmtime::Trap>() {
            Some(trap) => format!("traps: {trap}"),
            None => format!("fails: {}", error.to_string().lines().next().unwrap_or_default()),
        },
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const LOOP: &str = r#"(func (export "add") (param $p i32) (param $end i32)
        (loop $next
          (i32.store (local.get $p) (i32.add (i32.load (local.get $p)) (i32.const 1)))
          (br_if $next (i32.lt_u (local.tee $p (i32.add (local.get $p) (i32.const 4))) (local.get $end)))))"#;

    fn examined(rest: &str) -> Value {
        examine(&wat::parse_str(format!("(module {rest} {LOOP})")).unwrap()).unwrap()
    }

    #[test]
    fn imports_are_made_up() {
        let wat = r#"(import "env" "f" (func (param i32) (result i64))) (import "env" "g" (global (mut i32)))
            (import "env" "t" (table 3 funcref)) (import "env" "memory" (memory 2 9))"#;
        let object = examined(wat);
        assert_eq!(
            (&object["regions"], &object["off"], &object["start"]),
            (&json!(1), &json!([]), &json!("instantiates"))
        );
        assert_eq!((&object["shared_memory"], &object["reasons"]), (&json!(false), &json!({})));
    }

    #[test]
    fn a_start_function_may_call_an_import_or_trap() {
        let object = examined(r#"(import "env" "f" (func $f)) (memory 1) (start $f)"#);
        assert_eq!(object["start"], "starts with an import");
        let object = examined("(memory 1) (func $f unreachable) (start $f)");
        assert_eq!(object["start"], "traps: wasm trap: wasm `unreachable` instruction executed");
    }

    #[test]
    fn loops_on_a_shared_memory_are_declined() {
        let object = examined(r#"(import "env" "memory" (memory 1 2 shared))"#);
        assert_eq!((&object["shared_memory"], &object["regions"]), (&json!(true), &json!(0)));
        assert_eq!(object["reasons"], json!({"memory": 1}));
    }
}
