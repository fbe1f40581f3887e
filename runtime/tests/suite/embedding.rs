//! An embedder's own engine, linker and stores: loading, linking, instances and memories.

use crate::guest::{SCALE, check, compile, counts, cpu, engine, fill, load, scale, use_scale};
use bundle::keygen;
use std::sync::Arc;
use tensorwasm_runtime::{
    DeviceChoice, Dispatch, LoadError, NanMode, Offload, Settings, Signature, Skip, Trust, config,
};
use wasmtime::{Caller, Config, Engine, Extern, Linker, Memory, MemoryType, Module, Store, Val};

/// The exported memory of an instance.
fn memory<T>(store: &mut Store<T>, instance: &wasmtime::Instance) -> Memory {
    instance.get_memory(store, "memory").unwrap()
}

#[test]
fn any_store_data_and_own_imports() {
    struct MyData {
        name: String,
        log: Vec<i32>,
    }
    let (_, bundle) = compile(&format!(
        r#"(module (import "env" "log" (func $log (param i32))) (memory (export "memory") 1) {SCALE}
             (func (export "main") (call $scale (i32.const 8) (i32.const 1000) (f32.const 3)) (call $log (i32.const 7))))"#
    ));
    let engine = engine();
    let offload = load(&engine, &bundle);
    let mut linker = Linker::new(&engine);
    linker
        .func_wrap("env", "log", |mut caller: Caller<'_, MyData>, value: i32| caller.data_mut().log.push(value))
        .unwrap();
    let mut store = Store::new(&engine, MyData { name: "tenant".into(), log: Vec::new() });
    let (instance, link) = offload.instantiate(&linker, &mut store).unwrap();
    let memory = memory(&mut store, &instance);
    fill(memory.data_mut(&mut store));
    instance.get_typed_func::<(), ()>(&mut store, "main").unwrap().call(&mut store, ()).unwrap();
    check(memory.data(&store), 8, 1000);
    assert_eq!((store.data().name.as_str(), &store.data().log[..]), ("tenant", &[7][..]));
    assert_eq!(counts(&link.stats()), r#"done {"cpu": 1}, skipped {}"#);
}

#[test]
fn every_memory_configuration_gives_the_same_memory() {
    let (_, bundle) = scale();
    type Set = fn(&mut Config);
    let set: [(&str, Set); 8] = [
        ("as run", |_| ()),
        ("wasmtime's default", |c| *c = Config::new()),
        ("no reservation, no guard", |c| {
            c.memory_reservation(0).memory_guard_size(0).memory_reservation_for_growth(0).memory_may_move(true);
        }),
        ("never moves", |c| {
            c.memory_may_move(false);
        }),
        ("no signals", |c| {
            c.signals_based_traps(false);
        }),
        ("relaxed SIMD as the machine has it", |c| {
            c.relaxed_simd_deterministic(false);
        }),
        ("no copy on write", |c| {
            c.memory_init_cow(false);
        }),
        ("canonical NaNs", |c| {
            c.cranelift_nan_canonicalization(true);
        }),
    ];
    for (name, set) in set {
        let mut config = config(NanMode::Native);
        set(&mut config);
        let engine = Engine::new(&config).unwrap();
        let mut store = Store::new(&engine, ());
        let (instance, link) = load(&engine, &bundle).instantiate(&Linker::new(&engine), &mut store).unwrap();
        let memory = memory(&mut store, &instance);
        use_scale(&mut store, &instance, memory, 16, 5000);
        memory.grow(&mut store, 1).unwrap();
        use_scale(&mut store, &instance, memory, 65000, 5000);
        assert_eq!(counts(&link.stats()), r#"done {"cpu": 2}, skipped {}"#, "{name}");
    }
}

fn load_error(engine: &Engine, bytes: &[u8], trust: Trust<'_>, settings: &Settings) -> String {
    match Offload::load(engine, bytes, trust, settings) {
        Ok(offload) => format!("loaded, {}", counts(&offload.stats())),
        Err(error) => error.to_string(),
    }
}

#[test]
fn a_wrong_configuration_is_named() {
    let (original, bundle) = scale();
    // Whose region has a live-out beside its status.
    let (_, moved) = compile(
        r#"(module (memory 1) (func (export "clear") (param $p i32) (param $n i32) (result i32)
             (loop $next
               (i32.store (local.get $p) (i32.const 0))
               (local.set $p (i32.add (local.get $p) (i32.const 4)))
               (br_if $next (local.tee $n (i32.sub (local.get $n) (i32.const 1)))))
             (local.get $p)))"#,
    );
    let of = |set: fn(&mut Config)| {
        let mut config = Config::new();
        set(&mut config);
        Engine::new(&config).unwrap()
    };
    let plain = of(|_| ());
    let canonical = of(|c| {
        c.cranelift_nan_canonicalization(true);
    });
    let no_compiler = of(|c| {
        c.enable_compiler(false);
    });
    let no_multi_value = of(|c| {
        c.wasm_multi_value(false);
    });
    let want_canonical = Settings { nan: NanMode::Canonical, ..cpu() };
    let lines = [
        load_error(&plain, &bundle, Trust::Anyone, &want_canonical),
        load_error(&canonical, &bundle, Trust::Anyone, &cpu()),
        load_error(&canonical, &bundle, Trust::Anyone, &want_canonical),
        load_error(&no_compiler, &bundle, Trust::Anyone, &want_canonical),
        load_error(&no_compiler, &bundle, Trust::Anyone, &cpu()),
        load_error(&no_multi_value, &moved, Trust::Anyone, &cpu()),
        load_error(&plain, &original, Trust::Anyone, &cpu()),
        load_error(&plain, b"no module", Trust::Anyone, &cpu()),
    ];
    insta::assert_snapshot!(lines.join("\n"), @r"
    the engine has Config::cranelift_nan_canonicalization false, it must be true: Settings::nan is Canonical
    the engine has Config::cranelift_nan_canonicalization true, it must be false: Settings::nan is Native
    loaded, done {}, skipped {}
    the engine has Config::cranelift_nan_canonicalization unknown, for want of a compiler, it must be true: Settings::nan is Canonical
    can't compile the module: Engine was not configured with a compiler
    can't compile the module: failed to parse WebAssembly module: func type returns multiple values but the multi-value feature is not enabled (at offset 0x11)
    a plain module, not a bundle
    not a WebAssembly module: this is a text file
    ");
}

#[test]
fn kernels_run_only_under_a_trusted_key() {
    let (_, unsigned) = scale();
    let (mine, other) = (keygen(), keygen());
    let signed = bundle::sign(&unsigned, &mine.secret).unwrap();
    let mut forged = signed.clone();
    *forged.last_mut().unwrap() ^= 1;
    let engine = engine();
    let (mine, other) = ([mine.public], [other.public]);
    let lines = [
        load_error(&engine, &signed, Trust::Require(&mine), &cpu()),
        load_error(&engine, &signed, Trust::Keys(&mine), &cpu()),
        load_error(&engine, &signed, Trust::Keys(&other), &cpu()),
        load_error(&engine, &signed, Trust::Require(&other), &cpu()),
        load_error(&engine, &unsigned, Trust::Keys(&mine), &cpu()),
        load_error(&engine, &unsigned, Trust::Require(&mine), &cpu()),
        load_error(&engine, &unsigned, Trust::Anyone, &cpu()),
        load_error(&engine, &forged, Trust::Anyone, &cpu()),
    ];
    insta::assert_snapshot!(lines.join("\n"), @r"
    loaded, done {}, skipped {}
    loaded, done {}, skipped {}
    loaded, off (no trusted key has signed the bundle), done {}, skipped {}
    refused: no trusted key has signed the bundle
    loaded, off (no trusted key has signed the bundle), done {}, skipped {}
    refused: the bundle isn't signed
    loaded, done {}, skipped {}
    invalid signature: the file was changed after it was signed
    ");
    let offload = Offload::load(&engine, &signed, Trust::Keys(&other), &cpu()).unwrap();
    assert_eq!(offload.signature(), Some(&Signature::UnknownKey));
    let mut store = Store::new(&engine, ());
    let (instance, link) = offload.instantiate(&Linker::new(&engine), &mut store).unwrap();
    let memory = memory(&mut store, &instance);
    use_scale(&mut store, &instance, memory, 0, 100);
    assert_eq!(counts(&link.stats()), "off (no trusted key has signed the bundle), done {}, skipped {}");
}

#[test]
fn each_instance_is_counted_and_the_bundle_as_a_whole() {
    let (_, bundle) = scale();
    let engine = engine();
    let offload = load(&engine, &bundle);
    let linker = Linker::new(&engine);
    let mut first = Store::new(&engine, ());
    let mut second = Store::new(&engine, 42);
    let other_linker = Linker::new(&engine);
    let (a, of_a) = offload.instantiate(&linker, &mut first).unwrap();
    let (b, of_b) = offload.instantiate(&linker, &mut first).unwrap();
    let (c, of_c) = offload.instantiate(&other_linker, &mut second).unwrap();
    let (of_memory_a, of_memory_b) = (memory(&mut first, &a), memory(&mut first, &b));
    use_scale(&mut first, &a, of_memory_a, 0, 10);
    fill(of_memory_a.data_mut(&mut first));
    use_scale(&mut first, &b, of_memory_b, 4, 10);
    use_scale(&mut first, &b, of_memory_b, 8, 10);
    check(of_memory_a.data(&first), 0, 0);
    let of_memory_c = memory(&mut second, &c);
    use_scale(&mut second, &c, of_memory_c, 0, 16384);
    // Behind the end of the memory: the original loop traps.
    let scale = c.get_typed_func::<(i32, i32, f32), ()>(&mut second, "scale").unwrap();
    scale.call(&mut second, (0, 16385, 1.0)).unwrap_err();
    drop((first, linker));
    let lines = [of_a, of_b, of_c].map(|link| counts(&link.stats()));
    insta::assert_snapshot!(lines.join("\n"), @r#"
    done {"cpu": 1}, skipped {}
    done {"cpu": 2}, skipped {}
    done {"cpu": 1}, skipped {Guard: 1}
    "#);
    insta::assert_snapshot!(counts(&offload.stats()), @r#"done {"cpu": 4}, skipped {Guard: 1}"#);
}

#[test]
fn one_linker_makes_several_instances_of_its_store_and_none_of_another() {
    let (_, bundle) = scale();
    let engine = engine();
    let offload = load(&engine, &bundle);
    let (mut store, mut stranger) = (Store::new(&engine, ()), Store::new(&engine, ()));
    let mut linker = Linker::new(&engine);
    let link = offload.add_to_linker(&mut linker, &mut store).unwrap();
    let ready = linker.instantiate_pre(offload.module()).unwrap();
    for _ in 0..3 {
        let instance = ready.instantiate(&mut store).unwrap();
        let memory = memory(&mut store, &instance);
        use_scale(&mut store, &instance, memory, 0, 10);
    }
    assert_eq!(counts(&link.stats()), r#"done {"cpu": 3}, skipped {}"#);
    let foreign = linker.instantiate(&mut stranger, offload.module()).unwrap_err();
    let twice = offload.add_to_linker(&mut linker, &mut store).err().unwrap();
    let elsewhere = Engine::default();
    let other_linker = offload.add_to_linker(&mut Linker::new(&elsewhere), &mut store).err().unwrap();
    let other_store = offload.add_to_linker(&mut Linker::new(&engine), &mut Store::new(&elsewhere, ())).err().unwrap();
    let lines = [format!("{foreign:#}"), twice.to_string(), other_linker.to_string(), other_store.to_string()];
    insta::assert_snapshot!(lines.join("\n"), @r"
    cross-`Store` instantiation is not currently supported
    can't link `min-work-0`: import of `tensorwasm:offload/v1::min-work-0` defined twice
    the linker belongs to another engine than the bundle was loaded with
    the store belongs to another engine than the bundle was loaded with
    ");
}

#[test]
fn a_start_function_dispatches() {
    let data = "\\00\\00\\00\\3f".repeat(100);
    let wat = |after: &str| {
        format!(
            r#"(module (memory (export "memory") 1) (data (i32.const 64) "{data}") {SCALE} (start $s)
                 (func $s (call $scale (i32.const 64) (i32.const 100) (f32.const 3)) {after}))"#
        )
    };
    let engine = engine();
    let mut store = Store::new(&engine, ());
    let (_, bundle) = compile(&wat(""));
    let (instance, link) = load(&engine, &bundle).instantiate(&Linker::new(&engine), &mut store).unwrap();
    let bytes = memory(&mut store, &instance).data(&store)[64..464].to_vec();
    assert!(bytes.chunks_exact(4).all(|float| float == 1.5f32.to_le_bytes()));
    assert_eq!(counts(&link.stats()), r#"done {"cpu": 1}, skipped {}"#);

    let (_, traps) = compile(&wat("unreachable"));
    let offload = load(&engine, &traps);
    let error = offload.instantiate(&Linker::new(&engine), &mut store).err().unwrap();
    assert_eq!(error.downcast_ref::<wasmtime::Trap>(), Some(&wasmtime::Trap::UnreachableCodeReached));
    assert_eq!(counts(&offload.stats()), r#"done {"cpu": 1}, skipped {}"#);
}

#[test]
fn instances_that_share_a_memory_see_it_grow_and_move() {
    let (_, bundle) = compile(&format!(
        r#"(module (import "env" "memory" (memory 1)) {SCALE}
             (func (export "grow") (param i32) (result i32) (memory.grow (local.get 0))))"#
    ));
    let engine = Engine::new(
        config(NanMode::Native).memory_reservation(0).memory_reservation_for_growth(0).memory_may_move(true),
    )
    .unwrap();
    let offload = load(&engine, &bundle);
    let mut store = Store::new(&engine, ());
    let shared = Memory::new(&mut store, MemoryType::new(1, None)).unwrap();
    let mut linker = Linker::new(&engine);
    linker.define(&store, "env", "memory", shared).unwrap();
    let (a, of_a) = offload.instantiate(&linker, &mut store).unwrap();
    let (b, of_b) = offload.instantiate(&linker, &mut store).unwrap();
    let grow = b.get_typed_func::<i32, i32>(&mut store, "grow").unwrap();
    let mut bases = Vec::new();
    for pages in 1..6 {
        bases.push(shared.data_ptr(&store));
        // The last floats of the memory, which weren't there before the other instance grew it.
        use_scale(&mut store, &a, shared, pages * 65536 - 400, 100);
        use_scale(&mut store, &b, shared, 0, 16384);
        grow.call(&mut store, 1).unwrap();
    }
    assert!(bases.windows(2).any(|pair| pair[0] != pair[1]), "the memory never moved");
    assert_eq!(counts(&of_a.stats()), r#"done {"cpu": 5}, skipped {}"#);
    assert_eq!(counts(&of_b.stats()), r#"done {"cpu": 5}, skipped {}"#);
}

/// Copies `n` floats from one memory to another: parallel unless the memories are one and the ranges overlap.
const COPY: &str = r#"(module
  (import "env" "a" (memory $a 1))
  (import "env" "b" (memory $b 1))
  (func (export "copy") (param $from i32) (param $to i32) (param $n i32)
    (loop $next
      (f32.store $b (local.get $to) (f32.load $a (local.get $from)))
      (local.set $from (i32.add (local.get $from) (i32.const 4)))
      (local.set $to (i32.add (local.get $to) (i32.const 4)))
      (br_if $next (local.tee $n (i32.sub (local.get $n) (i32.const 1)))))))"#;

#[test]
fn two_imports_of_one_memory_alias_in_one_instance_and_not_in_another() {
    let (original, bundle) = compile(COPY);
    let engine = engine();
    let offload = load(&engine, &bundle);
    let plain = Module::new(&engine, original).unwrap();
    let run = |same: bool, original: bool| {
        let mut store = Store::new(&engine, ());
        let a = Memory::new(&mut store, MemoryType::new(1, None)).unwrap();
        let b = if same { a } else { Memory::new(&mut store, MemoryType::new(1, None)).unwrap() };
        fill(a.data_mut(&mut store));
        let mut linker = Linker::new(&engine);
        linker.define(&store, "env", "a", a).unwrap();
        linker.define(&store, "env", "b", b).unwrap();
        let (instance, stats) = if original {
            (linker.instantiate(&mut store, &plain).unwrap(), None)
        } else {
            let (instance, link) = offload.instantiate(&linker, &mut store).unwrap();
            (instance, Some(link))
        };
        let copy = instance.get_typed_func::<(i32, i32, i32), ()>(&mut store, "copy").unwrap();
        copy.call(&mut store, (0, 64, 1000)).unwrap();
        copy.call(&mut store, (0, 32768, 1000)).unwrap();
        let memories = (a.data(&store).to_vec(), b.data(&store).to_vec());
        (memories, stats.map(|link| counts(&link.stats())).unwrap_or_default())
    };
    let ((two, of_two), (one, of_one)) = (run(false, false), run(true, false));
    assert!(two == run(false, true).0 && one == run(true, true).0);
    insta::assert_snapshot!(format!("two memories: {of_two}\none memory: {of_one}"), @r#"
    two memories: done {"cpu": 2}, skipped {}
    one memory: done {"cpu": 1}, skipped {Guard: 1}
    "#);
}

#[test]
fn callers_without_the_exports_get_no_dispatch() {
    let (_, bundle) = scale();
    let engine = engine();
    let offload = load(&engine, &bundle);
    let mut store = Store::new(&engine, ());
    let mut linker = Linker::new(&engine);
    let link = offload.add_to_linker(&mut linker, &mut store).unwrap();
    // The host itself calls the region; which has as many parameters as the compiler found live-ins.
    let region = linker.get(&mut store, bundle::NAMESPACE, "region-0").unwrap().into_func().unwrap();
    let ty = region.ty(&store);
    let args: Vec<Val> = ty.params().map(|ty| Val::default_for_ty(&ty).unwrap()).collect();
    let mut results = vec![Val::I32(9); ty.results().len()];
    region.call(&mut store, &args, &mut results).unwrap();
    let mut statuses = vec![results[0].unwrap_i32()];
    // Instances whose memory of that name is shared, a table, or missing.
    let params: Vec<String> = ty.params().map(|ty| ty.to_string()).collect();
    let results: Vec<String> = ty.results().map(|ty| ty.to_string()).collect();
    for export in [
        r#"(memory (export "tensorwasm:offload/v1/memory-0") 1 1 shared)"#,
        r#"(table (export "tensorwasm:offload/v1/memory-0") 1 funcref)"#,
        r#"(memory (export "memory") 1)"#,
    ] {
        let zeros: String = params.iter().map(|ty| format!("({ty}.const 1)")).collect();
        let drops = "drop ".repeat(results.len() - 1);
        let wat = format!(
            r#"(module (import "tensorwasm:offload/v1" "region-0" (func $r (param {}) (result {})))
                 {export} (func (export "try") (result i32) (call $r {zeros}) {drops}))"#,
            params.join(" "),
            results.join(" ")
        );
        let module = Module::new(&engine, wat::parse_str(wat).unwrap()).unwrap();
        let instance = linker.instantiate(&mut store, &module).unwrap();
        statuses.push(instance.get_typed_func::<(), i32>(&mut store, "try").unwrap().call(&mut store, ()).unwrap());
    }
    assert_eq!(statuses, [0, 0, 0, 0]);
    assert_eq!(counts(&link.stats()), "done {}, skipped {Error: 4}");
}

#[test]
fn regions_over_shared_memories_are_declined_by_the_compiler() {
    let wat = format!("(module (memory (export \"memory\") 1 1 shared) {SCALE})");
    let compiled = compiler::compile(&wat::parse_str(wat).unwrap(), &compiler::Options::default()).unwrap();
    assert_eq!((compiled.loops.len(), compiled.regions.len()), (1, 0), "{:?}", compiled.loops);
}

/// An engine needn't be deterministic in relaxed SIMD because no kernel holds such an operator.
#[test]
fn loops_with_relaxed_simd_are_declined_by_the_compiler() {
    let two = ["f32x4.relaxed_min", "i8x16.relaxed_swizzle", "i16x8.relaxed_q15mulr_s"];
    let bodies = two.map(|op| format!("({op} (v128.load (local.get $p)) (v128.load (local.get $p)))")).into_iter();
    let one = "(i32x4.relaxed_trunc_f32x4_s (v128.load (local.get $p)))".to_string();
    let three = "(f32x4.relaxed_madd (v128.load (local.get $p)) (v128.load (local.get $p)) (v128.load (local.get $p)))";
    for body in bodies.chain([one, three.to_string()]) {
        let wat = format!(
            r#"(module (memory 1) (func (export "f") (param $p i32) (param $n i32)
                 (loop $next
                   (v128.store (local.get $p) {body})
                   (local.set $p (i32.add (local.get $p) (i32.const 16)))
                   (br_if $next (local.tee $n (i32.sub (local.get $n) (i32.const 1)))))))"#
        );
        let compiled = compiler::compile(&wat::parse_str(wat).unwrap(), &compiler::Options::default()).unwrap();
        assert_eq!((compiled.loops.len(), compiled.regions.len()), (1, 0), "{body}");
    }
}

#[test]
fn an_observer_sees_every_dispatch_with_the_stores_data() {
    type Log = Vec<(u32, Option<String>, String, Result<(), Skip>)>;
    let (_, bundle) = scale();
    let engine = engine();
    let offload = load(&engine, &bundle);
    let mut store = Store::new(&engine, Log::new());
    let mut linker = Linker::new(&engine);
    let token = Arc::new(());
    let held = token.clone();
    let note = move |log: &mut Log, dispatch: &Dispatch<'_>| {
        let _ = &held;
        log.push((dispatch.region, dispatch.place.name.clone(), dispatch.device.into(), dispatch.end));
    };
    offload.add_to_linker_observed(&mut linker, &mut store, note).unwrap();
    let instance = linker.instantiate(&mut store, offload.module()).unwrap();
    let memory = memory(&mut store, &instance);
    use_scale(&mut store, &instance, memory, 0, 16384);
    let scale = instance.get_typed_func::<(i32, i32, f32), ()>(&mut store, "scale").unwrap();
    scale.call(&mut store, (0, 16385, 1.0)).unwrap_err();
    let name = Some("scale".to_string());
    let expected = [(0, name.clone(), "cpu".into(), Ok(())), (0, name, "cpu".into(), Err(Skip::Guard))];
    assert_eq!(store.data()[..], expected);
    // Whatever a link holds goes with its linker and its store, not with the bundle.
    drop((linker, store));
    assert_eq!(Arc::strong_count(&token), 1);
}

#[test]
fn an_instance_outlives_the_bundle_it_was_made_from() {
    let (_, bundle) = scale();
    let engine = engine();
    let offload = load(&engine, &bundle);
    let mut store = Store::new(&engine, ());
    let (instance, link) = offload.clone().instantiate(&Linker::new(&engine), &mut store).unwrap();
    drop((offload, link));
    let memory = memory(&mut store, &instance);
    use_scale(&mut store, &instance, memory, 0, 1000);
}

/// Runs scale under an engine that counts fuel; returns what `n` floats cost.
fn fuel(module: &Module, offload: Option<&Offload>, n: i32) -> u64 {
    let mut store = Store::new(module.engine(), ());
    store.set_fuel(1_000_000).unwrap();
    let linker = Linker::new(module.engine());
    let instance = match offload {
        Some(offload) => offload.instantiate(&linker, &mut store).unwrap().0,
        None => linker.instantiate(&mut store, module).unwrap(),
    };
    let memory = memory(&mut store, &instance);
    let before = store.get_fuel().unwrap();
    use_scale(&mut store, &instance, memory, 0, n);
    before - store.get_fuel().unwrap()
}

#[test]
fn an_engine_that_counts_fuel_never_dispatches() {
    let (original, bundle) = scale();
    let engine = Engine::new(config(NanMode::Native).consume_fuel(true)).unwrap();
    let offload = load(&engine, &bundle);
    let plain = Module::new(&engine, original).unwrap();
    let extra = [1, 100, 10_000].map(|n| fuel(offload.module(), Some(&offload), n) - fuel(&plain, None, n));
    // A few instructions per entry of a loop, whatever its length.
    assert!(extra.iter().all(|&e| e == extra[0]), "{extra:?}");
    insta::assert_snapshot!(extra[0], @"7");
    insta::assert_snapshot!(counts(&offload.stats()), @"off (the engine counts fuel, which kernels don't consume), done {}, skipped {}");
    // In such a store a loop ends as it always did when fuel runs out.
    let mut store = Store::new(&engine, ());
    store.set_fuel(500).unwrap();
    let (instance, _) = offload.instantiate(&Linker::new(&engine), &mut store).unwrap();
    let scale = instance.get_typed_func::<(i32, i32, f32), ()>(&mut store, "scale").unwrap();
    let error = scale.call(&mut store, (0, 10_000, 3.0)).unwrap_err();
    assert_eq!(error.downcast_ref::<wasmtime::Trap>(), Some(&wasmtime::Trap::OutOfFuel));
}

#[test]
fn an_instance_can_be_imported_by_another() {
    let (_, bundle) = scale();
    let engine = engine();
    let offload = load(&engine, &bundle);
    let mut store = Store::new(&engine, ());
    let mut linker = Linker::new(&engine);
    let (library, link) = offload.instantiate(&linker, &mut store).unwrap();
    linker.instance(&mut store, "library", library).unwrap();
    let user = r#"(module (import "library" "scale" (func $s (param i32 i32 f32))) (import "library" "memory" (memory 1))
      (export "memory" (memory 0)) (func (export "scale") (param i32 i32 f32)
        (call $s (local.get 0) (local.get 1) (local.get 2))))"#;
    let user = linker.instantiate(&mut store, &Module::new(&engine, wat::parse_str(user).unwrap()).unwrap()).unwrap();
    let memory = user.get_export(&mut store, "memory").and_then(Extern::into_memory).unwrap();
    use_scale(&mut store, &user, memory, 0, 1000);
    assert_eq!(counts(&link.stats()), r#"done {"cpu": 1}, skipped {}"#);
}

#[test]
fn settings_follow_the_engine() {
    let canonical = Engine::new(&config(NanMode::Canonical)).unwrap();
    assert_eq!((Settings::of(&canonical).nan, Settings::of(&engine()).nan), (NanMode::Canonical, NanMode::Native));
    assert!(matches!(Settings::of(&canonical).device, DeviceChoice::Auto));
    let (_, bundle) = scale();
    let refused = Offload::load(&canonical, &bundle, Trust::Anyone, &Settings::default()).err().unwrap();
    assert!(matches!(refused, LoadError::Config(error) if error.wanted == "false"));
}

#[test]
fn the_example_says_what_it_says() {
    let mut out = Vec::new();
    crate::embed::run(&mut out).unwrap();
    insta::assert_snapshot!(String::from_utf8(out).unwrap(), @r#"
    ada: reported [100000.0, 1.0], done {"cpu": 1}, skipped {Guard: 1}
    grace: reported [100000.0, 1.0], done {"cpu": 1}, skipped {Guard: 1}
    both: loop in `mix` dispatched 4 times, done {"cpu": 2}
    "#);
}
