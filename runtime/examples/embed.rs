//! A program of one's own that runs bundles: its engine, its linker with an import of its own, a store per tenant.
//!
//!     cargo run -p tensorwasm-runtime --example embed
//!
//! A product reads a file that `tensorwasm compile` wrote and `tensorwasm sign` signed; so that it runs as it stands, the
//! example compiles its guest itself. `docs/embedding.md` explains each step.

use std::io::Write;
use std::time::Duration;
use tensorwasm_runtime::{DeviceChoice, Dispatch, Offload, Settings, Trust};
use wasmtime::{Caller, Config, Engine, Linker, Store};

/// The guest: `y[i] += a * x[i]`, then a call of the host with the first result.
const GUEST: &str = r#"(module
  (import "host" "report" (func $report (param f32)))
  (memory (export "memory") 32)
  (func (export "mix") (param $x i32) (param $y i32) (param $n i32) (param $a f32)
    (local $first i32)
    (local.set $first (local.get $y))
    (loop $next
      (f32.store (local.get $y)
        (f32.add (f32.load (local.get $y)) (f32.mul (local.get $a) (f32.load (local.get $x)))))
      (local.set $x (i32.add (local.get $x) (i32.const 4)))
      (local.set $y (i32.add (local.get $y) (i32.const 4)))
      (br_if $next (local.tee $n (i32.sub (local.get $n) (i32.const 1)))))
    (call $report (f32.load (local.get $first)))))"#;

/// What this embedder keeps for each tenant.
struct Tenant {
    name: &'static str,
    reports: Vec<f32>,
    busy: Duration,
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    run(&mut std::io::stdout())
}

/// The program, with its output where a test can read it.
pub fn run(out: &mut impl Write) -> Result<(), Box<dyn std::error::Error>> {
    let bundle = compiler::compile(&wat::parse_str(GUEST)?, &compiler::Options::default())?.bundle;

    // Once per process: an engine, configured as this embedder likes, and the bundle, compiled for it. The device is
    // forced so that the output is always the same; without that line, small loops stay in the guest.
    let engine = Engine::new(&Config::new())?;
    let settings = Settings { device: DeviceChoice::Cpu, ..Settings::of(&engine) };
    let offload = Offload::load(&engine, &bundle, Trust::Anyone, &settings)?;

    // Once per process, too: the imports that every tenant gets.
    let mut linker: Linker<Tenant> = Linker::new(&engine);
    linker.func_wrap("host", "report", |mut caller: Caller<'_, Tenant>, value: f32| {
        caller.data_mut().reports.push(value);
    })?;

    // Per tenant: a store, an instance with its own memory, and a thread. `offload` and `linker` are only read.
    let tenants = std::thread::scope(|scope| {
        let (offload, linker) = (&offload, &linker);
        let threads = ["ada", "grace"].map(|name| scope.spawn(move || serve(offload, linker, name)));
        threads.map(|thread| thread.join().expect("a tenant's thread"))
    });
    for tenant in tenants {
        writeln!(out, "{}", tenant?)?;
    }
    for region in offload.stats() {
        let name = region.place.name.unwrap_or_default();
        writeln!(out, "both: loop in `{name}` dispatched {} times, done {:?}", region.dispatches, region.done)?;
    }
    Ok(())
}

/// One tenant's calls; returns what is to be said about them.
fn serve(offload: &Offload, linker: &Linker<Tenant>, name: &'static str) -> wasmtime::Result<String> {
    let mut store = Store::new(offload.module().engine(), Tenant { name, reports: Vec::new(), busy: Duration::ZERO });

    // `offload.instantiate(linker, &mut store)` is the short form of these three lines; this one also watches dispatches.
    let mut linker = linker.clone();
    let watch = |tenant: &mut Tenant, dispatch: &Dispatch<'_>| tenant.busy += dispatch.time;
    let link = offload.add_to_linker_observed(&mut linker, &mut store, watch)?;
    let instance = linker.instantiate(&mut store, offload.module())?;

    let memory = instance.get_memory(&mut store, "memory").expect("the guest exports a memory");
    let n = 100_000;
    for (i, float) in memory.data_mut(&mut store)[..8 * n].chunks_exact_mut(4).enumerate() {
        float.copy_from_slice(&(i as f32).to_le_bytes());
    }
    let mix = instance.get_typed_func::<(i32, i32, i32, f32), ()>(&mut store, "mix")?;
    let (x, y) = (0, 4 * n as i32);
    mix.call(&mut store, (x, y, n as i32, 0.5))?;
    // Overlapping arrays: each iteration needs the result of the one before, so a guard refuses and the loop itself runs.
    mix.call(&mut store, (x, x + 4, n as i32, 0.5))?;

    let stats = &link.stats()[0];
    let Tenant { name, reports, busy } = store.data();
    assert!(*busy > Duration::ZERO);
    Ok(format!("{name}: reported {reports:?}, done {:?}, skipped {:?}", stats.done, stats.skipped))
}
