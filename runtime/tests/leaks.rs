//! Nothing stays behind after a dispatch: a program of its own, because it counts every allocation of its process.
#![allow(unsafe_code)]

use std::alloc::{GlobalAlloc, Layout, System};
use std::sync::atomic::{AtomicI64, Ordering};
use tensorwasm_runtime::{DeviceChoice, Offload, Settings, Trust};
use wasmtime::{Engine, Linker, Store};

/// The system's allocator with a count of the bytes that live.
struct Counting;

static LIVE: AtomicI64 = AtomicI64::new(0);

// SAFETY: every request goes to the system's allocator as it is; counting touches no memory of the caller's.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        LIVE.fetch_add(layout.size() as i64, Ordering::Relaxed);
        // SAFETY: as the caller promises.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        LIVE.fetch_sub(layout.size() as i64, Ordering::Relaxed);
        // SAFETY: as the caller promises.
        unsafe { System.dealloc(pointer, layout) }
    }
}

#[global_allocator]
static ALLOCATOR: Counting = Counting;

#[test]
fn dispatches_leave_nothing_behind() {
    let wat = r#"(module (memory (export "memory") 1)
      (func (export "halve") (param $p i32) (param $n i32) (param $d i32)
        (loop $next
          (i32.store (local.get $p) (i32.div_u (i32.load (local.get $p)) (local.get $d)))
          (local.set $p (i32.add (local.get $p) (i32.const 4)))
          (br_if $next (local.tee $n (i32.sub (local.get $n) (i32.const 1)))))))"#;
    let compiled = compiler::compile(&wat::parse_str(wat).unwrap(), &compiler::Options::default()).unwrap();
    let engine = Engine::default();
    let settings = Settings { device: DeviceChoice::Cpu, threads: 2, ..Settings::default() };
    let offload = Offload::load(&engine, &compiled.bundle, Trust::Anyone, &settings).unwrap();
    let mut store = Store::new(&engine, ());
    let (instance, link) = offload.instantiate(&Linker::new(&engine), &mut store).unwrap();
    let halve = instance.get_typed_func::<(i32, i32, i32), ()>(&mut store, "halve").unwrap();
    // Completed on staged copies, refused by a guard, bailed out.
    let mut round = || {
        halve.call(&mut store, (64, 100, 2)).unwrap();
        halve.call(&mut store, (65532, 2, 2)).unwrap_err();
        halve.call(&mut store, (64, 100, 0)).unwrap_err();
    };
    (0..200).for_each(|_| round());
    let before = LIVE.load(Ordering::Relaxed);
    let rounds = 3000;
    (0..rounds).for_each(|_| round());
    let grown = LIVE.load(Ordering::Relaxed) - before;
    // The queues of the pool breathe by some kilobytes; a byte per dispatch would be more.
    assert!(grown < rounds, "{grown} bytes after {rounds} rounds");
    let stats = &link.stats()[0];
    let counts = format!("done {:?}, skipped {:?}", stats.done, stats.skipped);
    assert_eq!(counts, r#"done {"cpu": 3200}, skipped {Guard: 3200, Bail: 3200}"#);
}
