//! Rewritten modules run like the originals, whatever the host answers.

use crate::programs::{ALL, Program, Work, region};
use std::sync::{Arc, Mutex};
use tensorwasm_compiler::rewrite::rewrite;
use wasmtime::{Engine, Extern, Func, Global, GlobalType, Instance, Module, Mutability, Store, Val, ValType};

/// What a program does that can be seen from outside.
#[derive(PartialEq, Debug)]
struct Outcome {
    result: i32,
    memory: Vec<u8>,
}

/// How the host answers a dispatch.
#[derive(Clone, Copy)]
enum Host {
    /// With status 1, having done the loop's work.
    Works,
    /// With this status, having done nothing, and live-outs that would show if they were used.
    Skips(i32),
}

/// Runs `run(n)` and says how often the host was called.
fn run(wasm: &[u8], works: &[Work], host: Host, min_work: i64, n: i32) -> (Outcome, usize) {
    let engine = Engine::default();
    let module = Module::new(&engine, wasm).expect("a valid module");
    let mut store = Store::new(&engine, ());
    let calls = Arc::new(Mutex::new(0));
    let mut imports: Vec<Extern> = Vec::new();
    for import in module.imports() {
        assert_eq!(import.module(), "tensorwasm:offload/v1");
        if import.name().starts_with("min-work-") {
            let ty = GlobalType::new(ValType::I64, Mutability::Var);
            imports.push(Global::new(&mut store, ty, Val::I64(min_work)).expect("a global").into());
            continue;
        }
        let id: usize = import.name().strip_prefix("region-").expect("a region").parse().expect("a number");
        let (work, calls) = (works[id], Arc::clone(&calls));
        let ty = import.ty().unwrap_func().clone();
        let dispatch = Func::new(&mut store, ty, move |mut caller, args, results| {
            *calls.lock().expect("no panic before") += 1;
            let args: Vec<i32> = args.iter().map(|v| v.unwrap_i32()).collect();
            let (stores, live_outs) = work(&args);
            let Host::Skips(status) = host else {
                let memory = caller.get_export("mem").and_then(Extern::into_memory).expect("a memory");
                for (at, value) in stores {
                    memory.write(&mut caller, at as usize, &value.to_le_bytes())?;
                }
                let values = std::iter::once(1).chain(live_outs);
                values.zip(results).for_each(|(value, result)| *result = Val::I32(value));
                return Ok(());
            };
            results.fill(Val::I32(-12345));
            results[0] = Val::I32(status);
            Ok(())
        });
        imports.push(dispatch.into());
    }
    let instance = Instance::new(&mut store, &module, &imports).expect("an instance");
    let entry = instance.get_typed_func::<i32, i32>(&mut store, "run").expect("the entry");
    let result = entry.call(&mut store, n).expect("no trap");
    let memory = instance.get_memory(&mut store, "mem").expect("a memory").data(&store).to_vec();
    let calls = *calls.lock().expect("no panic before");
    (Outcome { result, memory }, calls)
}

fn rewritten(program: &Program, with_estimate: bool) -> (Vec<u8>, Vec<Work>) {
    let regions: Vec<_> = (0..program.loops.len()).map(|id| region(id as u32, &[0, 1], &[1], with_estimate)).collect();
    let plans: Vec<_> = program.splices().into_iter().zip(&regions).collect();
    let module = rewrite(&program.wasm(), &plans).expect(program.name).module;
    (module, program.loops.iter().map(|l| l.2).collect())
}

/// Asserts that every program behaves like its original under `host`, and that dispatches happen or don't.
fn same_as_original(host: Host, min_work: i64, dispatches: bool) {
    for program in ALL {
        let (module, works) = rewritten(program, true);
        for n in [0, 1, 5, 20] {
            let (wanted, _) = run(&program.wasm(), &[], host, 0, n);
            let (found, calls) = run(&module, &works, host, min_work, n);
            assert_eq!(found.result, wanted.result, "{} with n = {n}", program.name);
            assert!(found.memory == wanted.memory, "{} with n = {n}: another memory", program.name);
            // The program with the loop in an `if` doesn't get there with 0.
            let expected = dispatches && !(n == 0 && program.name == "in an if with a result");
            assert_eq!(calls > 0, expected, "{} with n = {n}", program.name);
        }
    }
}

#[test]
fn a_host_that_answers_0_runs_the_original() {
    same_as_original(Host::Skips(0), 0, true);
}

#[test]
fn a_host_that_answers_1_replaces_the_loop() {
    same_as_original(Host::Works, 0, true);
}

#[test]
fn live_outs_of_any_other_status_are_ignored() {
    for status in [2, -1, i32::MIN, i32::MAX] {
        same_as_original(Host::Skips(status), 0, true);
    }
}

#[test]
fn below_min_work_nothing_is_called() {
    same_as_original(Host::Works, 30, false);
    // The comparison is unsigned: -1 is the most work there is.
    same_as_original(Host::Works, -1, false);
}

#[test]
fn the_loop_is_really_skipped() {
    for program in ALL {
        let (module, _) = rewritten(program, true);
        let nothing: Work = |args| (Vec::new(), vec![args[0].max(args[1])]);
        let (found, _) = run(&module, &vec![nothing; program.loops.len()], Host::Works, 0, 20);
        assert!(found.memory[4..80].iter().all(|&b| b == 0), "{}: the loop has stored", program.name);
    }
}

#[test]
fn without_an_estimate_every_loop_is_dispatched() {
    for program in ALL {
        let (module, works) = rewritten(program, false);
        let (wanted, _) = run(&program.wasm(), &[], Host::Works, 0, 20);
        let (found, calls) = run(&module, &works, Host::Works, i64::MAX, 20);
        assert!(found == wanted && calls > 0, "{}", program.name);
    }
}
