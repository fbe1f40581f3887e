//! The offload imports as guest code meets them, through wasmtime.

use crate::reference::{Mood, Reference};
use bundle::{Bundle, Contents, MemoryExport};
use tensorwasm_runtime::conformance::{self, Case};
use tensorwasm_runtime::{
    DeviceChoice, End, NanMode, Offload, Program, Session, SessionOptions, Settings, Value, config,
};
use wasmtime::{Engine, Linker, Module, Store, Val};

fn case(name: &str) -> Case {
    conformance::cases().into_iter().find(|case| case.name == name).unwrap()
}

/// Settings for regions by hand, which lack the guards that the load checker wants.
fn unchecked() -> Settings {
    Settings { load_check: false, ..Settings::default() }
}

/// Packs a module and the regions of some cases, as the compiler would.
fn bundle(wat: &str, cases: &[Case], memories: u32) -> Bundle {
    let mut contents = Contents {
        source: bundle::digest(b"source"),
        memories: (0..memories).map(MemoryExport::new).collect(),
        ..Contents::default()
    };
    for (id, case) in cases.iter().enumerate() {
        contents.regions.push(ir::region::Region { id: id as u32, ..case.region.clone() });
        contents.kernels.push(case.kernel.clone());
    }
    let bytes = bundle::write(&wat::parse_str(wat).unwrap(), &contents).unwrap();
    bundle::read(&bytes).unwrap()
}

/// `y[i] = a * x[i] + y[i]` with a dispatch in front; returns the status of the dispatch, or -1 if there was none.
const SAXPY: &str = r#"(module
  (import "tensorwasm:offload/v1" "min-work-0" (global $min (mut i64)))
  (import "tensorwasm:offload/v1" "region-0" (func $region (param i32 i32 i32 f32) (result i32)))
  (memory (export "memory") (export "tensorwasm:offload/v1/memory-0") 1)
  (func (export "fill") (param $p i32) (param $n i32) (param $v f32)
    (loop $next
      (f32.store (local.get $p) (local.get $v))
      (local.set $p (i32.add (local.get $p) (i32.const 4)))
      (local.set $v (f32.add (local.get $v) (f32.const 0.3)))
      (br_if $next (local.tee $n (i32.sub (local.get $n) (i32.const 1))))))
  (func (export "saxpy") (param $n i32) (param $x i32) (param $y i32) (param $a f32) (result i32)
    (local $status i32)
    (local.set $status (i32.const -1))
    (if (i64.ge_u (i64.extend_i32_u (local.get $n)) (global.get $min)) (then
      (local.set $status
        (call $region (local.get $n) (local.get $x) (local.get $y) (local.get $a)))))
    (if (i32.ne (local.get $status) (i32.const 1)) (then
      (loop $next
        (f32.store (local.get $y) (f32.add
          (f32.mul (local.get $a) (f32.load (local.get $x)))
          (f32.load (local.get $y))))
        (local.set $x (i32.add (local.get $x) (i32.const 4)))
        (local.set $y (i32.add (local.get $y) (i32.const 4)))
        (br_if $next (local.tee $n (i32.sub (local.get $n) (i32.const 1)))))))
    (local.get $status)))"#;

/// Fills two arrays, runs saxpy twice (the second time past the end of memory), and shows what came of it.
fn story(device: DeviceChoice) -> (String, Vec<u8>) {
    let mut saxpy = case("saxpy");
    saxpy.region.estimate = None;
    let program = Program::Bundle(Box::new(bundle(SAXPY, &[saxpy], 1)));
    let settings = Settings { device, threads: 2, nan: NanMode::Canonical, ..unchecked() };
    let mut session = Session::start(&program, &SessionOptions { settings, ..SessionOptions::default() }).unwrap();
    let text = |args: &[&str]| args.iter().map(|a| a.to_string()).collect::<Vec<_>>();
    session.invoke_text("fill", &text(&["64", "5000", "1.5"])).unwrap();
    session.invoke_text("fill", &text(&["32768", "5000", "-3"])).unwrap();
    let show = |end: End| match end {
        End::Trapped { kind, .. } => kind,
        other => format!("{other:?}"),
    };
    let first = show(session.invoke_text("saxpy", &text(&["4099", "64", "32768", "0.7"])).unwrap());
    let second = show(session.invoke_text("saxpy", &text(&["100", "64", "65336", "0.7"])).unwrap());
    let stats = &session.stats()[0];
    let (off, done, skipped) = (&stats.off, &stats.done, &stats.skipped);
    let memory = session.memories().remove(0).1;
    (format!("{first}; {second}; off {off:?}, done {done:?}, skipped {skipped:?}"), memory)
}

#[test]
fn every_device_leaves_the_same_memory() {
    let (reference, _) = Reference::in_mood(Mood::Honest);
    let (failing, _) = Reference::in_mood(Mood::Fails);
    let (lost, _) = Reference::in_mood(Mood::Lost);
    let choices = [
        DeviceChoice::Off,
        DeviceChoice::Cpu,
        DeviceChoice::Auto,
        DeviceChoice::Custom(reference),
        DeviceChoice::Custom(failing),
        DeviceChoice::Custom(lost),
    ];
    let stories: Vec<(String, Vec<u8>)> = choices.into_iter().map(story).collect();
    let lines: Vec<&str> = stories.iter().map(|(text, _)| text.as_str()).collect();
    insta::assert_snapshot!(lines.join("\n"), @r#"
    Returned([I32(-1)]); out of bounds memory access; off Some("the device is off"), done {}, skipped {}
    Returned([I32(1)]); out of bounds memory access; off None, done {"cpu": 1}, skipped {Guard: 1}
    Returned([I32(-1)]); out of bounds memory access; off None, done {}, skipped {}
    Returned([I32(1)]); out of bounds memory access; off None, done {"reference": 1}, skipped {Guard: 1}
    Returned([I32(0)]); out of bounds memory access; off None, done {}, skipped {Guard: 1, Error: 1}
    Returned([I32(0)]); out of bounds memory access; off Some("the device is lost: as told"), done {}, skipped {Error: 1}
    "#);
    assert!(stories.windows(2).all(|pair| pair[0].1 == pair[1].1));
}

#[test]
fn live_outs_follow_the_status() {
    let wat = r#"(module
      (import "tensorwasm:offload/v1" "min-work-0" (global (mut i64)))
      (import "tensorwasm:offload/v1" "region-0" (func $region (param i32 i32 i64) (result i32 i64 i64)))
      (memory (export "memory") (export "tensorwasm:offload/v1/memory-0") 1)
      (data (i32.const 10) "\01\00\02\00\03\80")
      (func (export "sum") (param i32 i32 i64) (result i32 i64 i64)
        (call $region (local.get 0) (local.get 1) (local.get 2))))"#;
    let program = Program::Bundle(Box::new(bundle(wat, &[case("a sum and a last value, joined with live-ins")], 1)));
    let settings = Settings { device: DeviceChoice::Cpu, threads: 3, ..Settings::default() };
    let mut session = Session::start(&program, &SessionOptions { settings, ..SessionOptions::default() }).unwrap();
    let mut sum = |n, p| session.invoke("sum", &[Value::I32(n), Value::I32(p), Value::I64(1000)]).unwrap();
    assert_eq!(sum(3, 10), End::Returned(vec![Value::I32(1), Value::I64(1006 + 0x8000), Value::I64(2 ^ 1000)]));
    assert_eq!(sum(0, 10), End::Returned(vec![Value::I32(0), Value::I64(0), Value::I64(0)]));
    assert_eq!(sum(3, 65531), End::Returned(vec![Value::I32(0), Value::I64(0), Value::I64(0)]));
}

#[test]
fn a_memory_imported_twice_is_one_memory() {
    let wat = r#"(module
      (import "tensorwasm:offload/v1" "min-work-0" (global (mut i64)))
      (import "tensorwasm:offload/v1" "region-0" (func $region (param i32 i32 i32) (result i32)))
      (import "env" "memory" (memory $a 1))
      (import "env" "memory" (memory $b 1))
      (export "tensorwasm:offload/v1/memory-0" (memory $a))
      (export "tensorwasm:offload/v1/memory-1" (memory $b))
      (func (export "invert") (param i32 i32 i32) (result i32)
        (call $region (local.get 0) (local.get 1) (local.get 2))))"#;
    let case = case("one memory under two indices");
    let engine = Engine::new(&config(NanMode::Native)).unwrap();
    let bundle = bundle(wat, std::slice::from_ref(&case), 2);
    let settings = Settings { device: DeviceChoice::Cpu, ..unchecked() };
    let module = Module::new(&engine, &bundle.module).unwrap();
    let offload = Offload::new(&bundle, &module, &settings).unwrap();
    let mut store = Store::new(&engine, ());
    let mut linker = Linker::new(&engine);
    offload.add_to_linker(&mut linker, &mut store).unwrap();
    let memory = wasmtime::Memory::new(&mut store, wasmtime::MemoryType::new(1, None)).unwrap();
    memory.write(&mut store, 0, &case.memories[0]).unwrap();
    linker.define(&mut store, "env", "memory", memory).unwrap();
    let instance = linker.instantiate(&mut store, &module).unwrap();
    let invert = instance.get_typed_func::<(i32, i32, i32), i32>(&mut store, "invert").unwrap();
    assert_eq!(invert.call(&mut store, (800, 256, 256)).unwrap(), 1);
    let conformance::Expect::Done { memories, .. } = &case.expect else { panic!("the case completes") };
    assert_eq!(&memory.data(&store)[..memories[0].len()], &memories[0][..]);
}

#[test]
fn memory_is_looked_up_at_every_dispatch() {
    let wat = r#"(module
      (import "tensorwasm:offload/v1" "min-work-0" (global (mut i64)))
      (import "tensorwasm:offload/v1" "region-0" (func $region (param i32 i32) (result i32)))
      (memory (export "tensorwasm:offload/v1/memory-0") 1)
      (func (export "squares") (param i32 i32) (result i32) (call $region (local.get 0) (local.get 1)))
      (func (export "grow") (drop (memory.grow (i32.const 1)))))"#;
    let program = Program::Bundle(Box::new(bundle(wat, &[case("write-only, every byte")], 1)));
    let settings = Settings { device: DeviceChoice::Cpu, ..unchecked() };
    let mut session = Session::start(&program, &SessionOptions { settings, ..SessionOptions::default() }).unwrap();
    let past_one_page = [Value::I32(10), Value::I32(65516)];
    assert_eq!(session.invoke("squares", &past_one_page).unwrap(), End::Returned(vec![Value::I32(0)]));
    session.invoke("grow", &[]).unwrap();
    assert_eq!(session.invoke("squares", &past_one_page).unwrap(), End::Returned(vec![Value::I32(1)]));
}

/// Runs saxpy in an embedder's own store and returns the status.
fn embedded(settings: &Settings) -> i32 {
    let bundle = bundle(SAXPY, &[case("saxpy")], 1);
    let engine = Engine::new(&config(settings.nan)).unwrap();
    let module = Module::new(&engine, &bundle.module).unwrap();
    let mut store = Store::new(&engine, "an embedder's data");
    let offload = Offload::new(&bundle, &module, settings).unwrap();
    let (instance, _) = offload.instantiate(&Linker::new(&engine), &mut store).unwrap();
    let saxpy = instance.get_func(&mut store, "saxpy").unwrap();
    let mut results = [Val::I32(0)];
    let args = [Val::I32(1000), Val::I32(0), Val::I32(4096), Val::F32(0x3f80_0000)];
    saxpy.call(&mut store, &args, &mut results).unwrap();
    results[0].unwrap_i32()
}

#[test]
fn auto_leaves_small_loops_to_the_guest() {
    assert_eq!(embedded(&Settings::default()), -1);
    let settings = Settings { min_work: Some(1000), ..unchecked() };
    // The region of this case has no estimate of its own, so the host compares as well.
    assert_eq!(embedded(&settings), 1);
}
