//! Loops with relaxed SIMD: dispatched beside an engine that is known to do what kernels do, left to any other, and with the original's
//! result under both.

use crate::guest::{compile, counts, cpu};
use ir::lowered::relaxed::Relaxed;
use ir::lowered::{VectorBinaryOp, VectorTernaryOp, VectorUnaryOp};
use tensorwasm_runtime::{NanMode, Offload, Settings, Trust, config};
use wasmtime::{Config, Engine, Instance, Linker, Module, Store};

/// Vectors that each loop reads and writes.
const COUNT: i32 = 200;

/// Every relaxed operator by name, with the number of its operands and what it supposes.
fn operators() -> Vec<(&'static str, usize, Relaxed)> {
    let unary = VectorUnaryOp::ALL.iter().map(|op| (op.name(), 1, op.relaxed()));
    let binary = VectorBinaryOp::ALL.iter().map(|op| (op.name(), 2, op.relaxed()));
    let ternary = VectorTernaryOp::ALL.iter().map(|op| (op.name(), 3, op.relaxed()));
    let relaxed = |(name, arity, supposed): (_, _, Option<Relaxed>)| Some((name, arity, supposed?));
    unary.chain(binary).chain(ternary).filter_map(relaxed).collect()
}

/// `out[i] = op(a[i], b[i], c[i])`; four arrays in one page each.
fn elementwise(name: &str, arity: usize) -> String {
    let page = |n: usize| format!("(v128.load offset={} (local.get $p))", n << 16);
    let operands: String = (1..=arity).map(page).collect();
    format!(
        r#"(module (memory (export "memory") 4) (func (export "f") (param $p i32) (param $n i32)
             (loop $next
               (v128.store (local.get $p) ({name} {operands}))
               (local.set $p (i32.add (local.get $p) (i32.const 16)))
               (br_if $next (local.tee $n (i32.sub (local.get $n) (i32.const 1)))))))"#
    )
}

/// Operands at which lowerings differ, in every combination that fits: bytes, fractions, floats, doubles, products to be fused.
fn fill(bytes: &mut [u8]) {
    let (near, square) = (0x3f80_0001_3f80_0001u64, 0xbf80_0002_bf80_0002);
    let words = [0, u64::MAX, 0x8080_8080_8080_8080, 0x7f7f_7f7f_7f7f_7f7f, 0x8000_8000_8000_8000, near, square];
    let floats =
        [0x7fc0_0000_ffa0_0001, 0x4f00_0000_cf00_0001, 0x7f80_0000_ff80_0000, 0x8000_0000_0000_0000, 0xff0f_1080];
    let doubles = [2147483648.5, -2147483649.0, f64::NAN, 1.0 + f64::EPSILON, -1.0 - 2.0 * f64::EPSILON, -1e-310];
    let all: Vec<u64> = words.into_iter().chain(floats).chain(doubles.map(f64::to_bits)).collect();
    for (page, bytes) in bytes.chunks_exact_mut(1 << 16).enumerate() {
        let step = [0, 1, 1, 5][page % 4];
        for (i, word) in bytes.chunks_exact_mut(8).enumerate() {
            // The third operand takes off the square of the first two where these are equal.
            let at = if page == 3 && i % 3 == 0 { 6 } else { i / 2 * step + if page == 2 { i / 34 } else { i } };
            word.copy_from_slice(&all[at % all.len()].to_le_bytes());
        }
    }
}

/// What the export leaves in memory.
fn run(store: &mut Store<()>, instance: &Instance) -> Vec<u8> {
    let memory = instance.get_memory(&mut *store, "memory").unwrap();
    fill(memory.data_mut(&mut *store));
    let function = instance.get_typed_func::<(i32, i32), ()>(&mut *store, "f").unwrap();
    function.call(&mut *store, (0, COUNT)).unwrap();
    memory.data(&*store).to_vec()
}

/// Runs the original and the bundle under an engine, compares their memories, and says what became of the dispatch.
fn compared(config: &Config, wat: &str, settings: &Settings) -> String {
    let engine = Engine::new(config).unwrap();
    let (original, bundle) = compile(wat);
    let mut store = Store::new(&engine, ());
    let plain = Instance::new(&mut store, &Module::new(&engine, original).unwrap(), &[]).unwrap();
    let wanted = run(&mut store, &plain);
    let offload = Offload::load(&engine, &bundle, Trust::Anyone, settings).unwrap();
    let (instance, link) = offload.instantiate(&Linker::new(&engine), &mut store).unwrap();
    let found = run(&mut store, &instance);
    if settings.nan == NanMode::Canonical || !wat.contains("madd") {
        let first = wanted.iter().zip(&found).position(|(a, b)| a != b);
        assert_eq!(first, None, "{wat}");
    }
    counts(&link.stats())
}

#[test]
fn kernels_follow_a_deterministic_engine() {
    for nan in [NanMode::Native, NanMode::Canonical] {
        let canonical = nan == NanMode::Canonical;
        // Without the instruction a function fuses, whose NaNs are its own.
        let fuses = !canonical || cfg!(not(target_arch = "x86_64")) || std::arch::is_x86_feature_detected!("fma");
        for (name, arity, supposed) in operators() {
            let stats = compared(&config(nan), &elementwise(name, arity), &Settings { nan, ..cpu() });
            let on = supposed == Relaxed::Chosen || fuses;
            assert_eq!(stats.starts_with(r#"done {"cpu": 1}"#), on, "{name}: {stats}");
        }
    }
}

#[test]
fn loops_are_left_to_an_engine_that_chooses_as_its_machine_does() {
    let lesser = |deterministic: bool| {
        let mut config = Config::new();
        config
            .relaxed_simd_deterministic(deterministic)
            .target(&format!("{}-unknown-linux-gnu", std::env::consts::ARCH))
            .unwrap();
        config
    };
    let of = |config: &Config, name: &str, arity: usize| compared(config, &elementwise(name, arity), &cpu());
    for (name, arity, supposed) in operators() {
        let stats = of(&Config::new(), name, arity);
        if supposed == Relaxed::Chosen {
            let cause = "the loop holds relaxed SIMD, and the engine doesn't have Config::relaxed_simd_deterministic";
            assert_eq!(stats, format!("off ({cause}), done {{}}, skipped {{}}"), "{name}");
        } else if cfg!(all(target_arch = "x86_64", target_os = "linux")) {
            let cause = "the loop holds fused products, and the engine isn't known to round them once and to the NaNs of kernels";
            let on = std::arch::is_x86_feature_detected!("fma");
            assert_eq!(stats.starts_with(r#"done {"cpu": 1}"#), on, "{name}: {stats}");
            let off = format!("off ({cause}), done {{}}, skipped {{}}");
            assert_eq!(of(&lesser(false), name, arity), off, "{name}");
            assert!(of(&lesser(true), name, arity).starts_with(r#"done {"cpu": 1}"#), "{name}");
        }
    }
}

/// What such an operator accumulates is still its own, so that the kernel says what it supposes.
#[test]
fn a_relaxed_reduction_is_off_as_well() {
    let wat = r#"(module (memory (export "memory") 4)
      (func (export "f") (param $p i32) (param $n i32) (local $most v128)
        (local.set $most (v128.load (i32.const 65536)))
        (loop $next
          (local.set $most (f32x4.relaxed_max (local.get $most) (v128.load offset=131072 (local.get $p))))
          (local.set $p (i32.add (local.get $p) (i32.const 16)))
          (br_if $next (local.tee $n (i32.sub (local.get $n) (i32.const 1)))))
        (v128.store (i32.const 0) (local.get $most))))"#;
    let settings = Settings { nan: NanMode::Canonical, ..cpu() };
    let mut config = config(NanMode::Canonical);
    assert_eq!(compared(&config, wat, &settings), r#"done {"cpu": 1}, skipped {}"#);
    config.relaxed_simd_deterministic(false);
    assert!(compared(&config, wat, &settings).starts_with("off (the loop holds relaxed SIMD"));
}

/// Code that was compiled for a lesser machine is loaded by an engine whose own code is another.
#[test]
#[cfg(all(target_arch = "x86_64", target_os = "linux"))]
fn of_a_module_that_was_compiled_elsewhere_less_is_known() {
    let (_, bytes) = compile(&elementwise("f32x4.relaxed_madd", 3));
    let (_, bundle) = bundle::open(&bytes, &[], &bundle::KnownKeys::default()).unwrap();
    let state = |nan: NanMode, deterministic: bool, compiled_here: bool| {
        let mut config = config(nan);
        config.relaxed_simd_deterministic(deterministic);
        let module = Module::new(&Engine::new(&config).unwrap(), &bundle.module).unwrap();
        let prepare = if compiled_here { Offload::of_compiled } else { Offload::new };
        let offload = prepare(&bundle, &module, &Settings { nan, ..cpu() }).unwrap();
        offload.stats()[0].off.is_none()
    };
    assert!(state(NanMode::Native, true, false));
    assert!(!state(NanMode::Canonical, true, false));
    assert!(!state(NanMode::Native, false, false));
    let instruction = std::arch::is_x86_feature_detected!("fma");
    assert_eq!(state(NanMode::Canonical, true, true), instruction);
    assert_eq!(state(NanMode::Native, false, true), instruction);
}
