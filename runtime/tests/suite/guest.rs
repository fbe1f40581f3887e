//! Guests for the embedder's tests: text compiled to a bundle, and the engine, store and linker of an embedder.

use tensorwasm_runtime::{DeviceChoice, NanMode, Offload, RegionStats, Settings, Trust, config};
use wasmtime::{Engine, Instance, Memory, Store};

/// Multiplies `n` floats at `p` by `a`, in place.
pub const SCALE: &str = r#"
  (func $scale (export "scale") (param $p i32) (param $n i32) (param $a f32)
    (loop $next
      (f32.store (local.get $p) (f32.mul (f32.load (local.get $p)) (local.get $a)))
      (local.set $p (i32.add (local.get $p) (i32.const 4)))
      (br_if $next (local.tee $n (i32.sub (local.get $n) (i32.const 1))))))"#;

/// The original module and its bundle. Every loop must be a region.
pub fn compile(wat: &str) -> (Vec<u8>, Vec<u8>) {
    let original = wat::parse_str(wat).unwrap();
    let compiled = compiler::compile(&original, &compiler::Options::default()).unwrap();
    assert_eq!(compiled.regions.len(), compiled.loops.len(), "{:?}", compiled.loops);
    (original, compiled.bundle)
}

/// [`SCALE`] with a memory of its own.
pub fn scale() -> (Vec<u8>, Vec<u8>) {
    compile(&format!("(module (memory (export \"memory\") 1) {SCALE})"))
}

/// The CPU, always, on two threads.
pub fn cpu() -> Settings {
    Settings { device: DeviceChoice::Cpu, threads: 2, ..Settings::default() }
}

/// An engine with the runtime's own configuration.
pub fn engine() -> Engine {
    Engine::new(&config(NanMode::Native)).unwrap()
}

/// Loads a bundle of our own making for the CPU.
pub fn load(engine: &Engine, bundle: &[u8]) -> Offload {
    Offload::load(engine, bundle, Trust::Anyone, &Settings { device: DeviceChoice::Cpu, ..Settings::of(engine) })
        .unwrap()
}

/// Writes `0.5, 1.5, 2.5…`, has the guest multiply `n` of them at `p` by 3, and checks every float of the memory.
pub fn use_scale<T>(store: &mut Store<T>, instance: &Instance, memory: Memory, p: i32, n: i32) {
    let scale = instance.get_typed_func::<(i32, i32, f32), ()>(&mut *store, "scale").unwrap();
    fill(memory.data_mut(&mut *store));
    scale.call(&mut *store, (p, n, 3.0)).unwrap();
    check(memory.data(&*store), p, n);
}

/// The floats before the call.
pub fn fill(bytes: &mut [u8]) {
    for (i, bytes) in bytes.chunks_exact_mut(4).enumerate() {
        bytes.copy_from_slice(&(i as f32 + 0.5).to_le_bytes());
    }
}

/// The floats after it.
pub fn check(bytes: &[u8], p: i32, n: i32) {
    for (i, bytes) in bytes.chunks_exact(4).enumerate() {
        let factor = if (p / 4..p / 4 + n).contains(&(i as i32)) { 3.0 } else { 1.0 };
        assert_eq!(f32::from_le_bytes(bytes.try_into().unwrap()), (i as f32 + 0.5) * factor, "float {i}");
    }
}

/// What became of each region's dispatches.
pub fn counts(stats: &[RegionStats]) -> String {
    let line = |s: &RegionStats| match &s.off {
        None => format!("done {:?}, skipped {:?}", s.done, s.skipped),
        Some(why) => format!("off ({why}), done {:?}, skipped {:?}", s.done, s.skipped),
    };
    stats.iter().map(line).collect::<Vec<_>>().join("; ")
}
