//! What an embedder's engine may be like, and whose bundles it runs: errors and skips, never another result.

use crate::guest::{SCALE, compile, counts, cpu, engine, load, scale, use_scale};
use bundle::keygen;
use tensorwasm_runtime::{Demand, DeviceChoice, LoadError, NanMode, Offload, Settings, Trust, config};
use wasmtime::{Config, Engine, Instance, Linker, Memory, Module, Store};

/// The exported memory of an instance.
fn memory(store: &mut Store<()>, instance: &Instance) -> Memory {
    instance.get_memory(store, "memory").unwrap()
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
    invalid signature: the file was changed after it was signed, or another one was signed
    ");
    let offload = Offload::load(&engine, &signed, Trust::Keys(&other), &cpu()).unwrap();
    assert!(offload.signatures().is_some_and(|signatures| signatures.trusted().is_empty() && signatures.0.len() == 1));
    let mut store = Store::new(&engine, ());
    let (instance, link) = offload.instantiate(&Linker::new(&engine), &mut store).unwrap();
    let memory = memory(&mut store, &instance);
    use_scale(&mut store, &instance, memory, 0, 100);
    assert_eq!(counts(&link.stats()), "off (no trusted key has signed the bundle), done {}, skipped {}");
}

#[test]
fn keys_with_names_revocations_and_demands_decide_as_on_the_command_line() {
    let (_, unsigned) = scale();
    let (alice, bob) = (keygen(), keygen());
    let by_alice = bundle::sign(&unsigned, &alice.secret).unwrap();
    let detached = [bundle::sign_detached(&unsigned, None, &bob.secret).unwrap()];
    let named = |name: &str, key: &bundle::PublicKey| bundle::NamedKey { name: name.into(), key: key.clone() };
    let both = bundle::KnownKeys::new(vec![named("alice", &alice.public), named("bob", &bob.public)], Vec::new());
    let revoked = bundle::KnownKeys::new(vec![named("bob", &bob.public)], vec![named("alice", &alice.public)]);
    let engine = engine();
    let load = |bytes: &[u8], keys, demand, detached| {
        load_error(&engine, bytes, Trust::Known { keys, demand, detached }, &cpu())
    };
    let lines = [
        load(&by_alice, &both, None, &[]),
        load(&by_alice, &both, Some(Demand::All), &[]),
        load(&by_alice, &both, Some(Demand::AtLeast(1)), &[]),
        load(&by_alice, &revoked, None, &[]),
        load(&by_alice, &revoked, Some(Demand::AtLeast(1)), &[]),
        load(&unsigned, &both, Some(Demand::AtLeast(1)), &detached),
        load(&unsigned, &both, Some(Demand::AtLeast(2)), &detached),
        load(&unsigned, &both, None, &[]),
    ];
    insta::assert_snapshot!(lines.join("\n"), @"
    loaded, done {}, skipped {}
    refused: not all keys that are demanded have signed the bundle
    loaded, done {}, skipped {}
    loaded, off (no trusted key has signed the bundle), done {}, skipped {}
    refused: no trusted key has signed the bundle
    loaded, done {}, skipped {}
    refused: not all keys that are demanded have signed the bundle
    loaded, off (no trusted key has signed the bundle), done {}, skipped {}
    ");
}

#[test]
fn regions_over_shared_memories_are_declined_by_the_compiler() {
    let wat = format!("(module (memory (export \"memory\") 1 1 shared) {SCALE})");
    let compiled = compiler::compile(&wat::parse_str(wat).unwrap(), &compiler::Options::default()).unwrap();
    assert_eq!((compiled.loops.len(), compiled.regions.len()), (1, 0), "{:?}", compiled.loops);
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
fn settings_follow_the_engine() {
    let canonical = Engine::new(&config(NanMode::Canonical)).unwrap();
    assert_eq!((Settings::of(&canonical).nan, Settings::of(&engine()).nan), (NanMode::Canonical, NanMode::Native));
    assert!(matches!(Settings::of(&canonical).device, DeviceChoice::Auto));
    let (_, bundle) = scale();
    let refused = Offload::load(&canonical, &bundle, Trust::Anyone, &Settings::default()).err().unwrap();
    assert!(matches!(refused, LoadError::Config(error) if error.wanted == "false"));
}
