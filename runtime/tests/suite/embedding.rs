//! An embedder's own engine, linker and stores: loading, linking, instances and memories.

use crate::guest::{SCALE, check, compile, counts, engine, fill, load, scale, use_scale};
use std::sync::Arc;
use tensorwasm_runtime::{Dispatch, NanMode, Skip, config};
use wasmtime::{Caller, Engine, Extern, Linker, Memory, MemoryType, Module, Store, Val};

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
fn the_example_says_what_it_says() {
    let mut out = Vec::new();
    crate::embed::run(&mut out).unwrap();
    insta::assert_snapshot!(String::from_utf8(out).unwrap(), @r#"
    ada: reported [100000.0, 1.0], done {"cpu": 1}, skipped {Guard: 1}
    grace: reported [100000.0, 1.0], done {"cpu": 1}, skipped {Guard: 1}
    both: loop in `mix` dispatched 4 times, done {"cpu": 2}
    "#);
}
