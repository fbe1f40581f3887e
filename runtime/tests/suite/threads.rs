//! Many stores on many threads, all dispatching to one device.

use crate::guest::{check, counts, engine, fill, load, scale, use_scale};
use rayon::ThreadPoolBuilder;
use std::cell::Cell;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Condvar, Mutex};
use std::time::Duration;
use tensorwasm_runtime::device::{Cpu, Device, DeviceError, Launch, Outcome, PrepareError, Prepared, Task};
use tensorwasm_runtime::{DeviceChoice, Link, Offload, Settings, Transaction, Trust};
use wasmtime::{Linker, Store};

#[test]
fn what_is_loaded_can_be_shared() {
    fn shared<T: Clone + Send + Sync + 'static>() {}
    shared::<Offload>();
    shared::<Link>();
}

/// One store with an instance, used `times`; returns its counts.
fn guest(offload: &Offload, times: i32) -> String {
    let engine = offload.module().engine();
    let mut store = Store::new(engine, ());
    let (instance, link) = offload.instantiate(&Linker::new(engine), &mut store).unwrap();
    let memory = instance.get_memory(&mut store, "memory").unwrap();
    for round in 0..times {
        use_scale(&mut store, &instance, memory, round * 4, 5000 + round);
    }
    counts(&link.stats())
}

#[test]
fn threads_dispatch_at_once_and_are_counted_together() {
    let (_, bundle) = scale();
    let engine = engine();
    let offload = load(&engine, &bundle);
    let threads: Vec<_> = (0..8)
        .map(|_| {
            let offload = offload.clone();
            std::thread::spawn(move || guest(&offload, 25))
        })
        .collect();
    for thread in threads {
        assert_eq!(thread.join().unwrap(), r#"done {"cpu": 25}, skipped {}"#);
    }
    assert_eq!(counts(&offload.stats()), r#"done {"cpu": 200}, skipped {}"#);
}

/// The CPU device, but no launch begins before `wanted` of them have come together.
struct Meeting {
    cpu: Cpu,
    room: Arc<Room>,
}

struct Room {
    wanted: usize,
    present: Mutex<usize>,
    changed: Condvar,
}

struct MeetingRegion {
    inner: Box<dyn Prepared>,
    room: Arc<Room>,
}

impl Device for Meeting {
    fn name(&self) -> &str {
        "meeting"
    }

    fn needs_alignment(&self) -> bool {
        false
    }

    fn prepare(&self, task: &Task<'_>) -> Result<Box<dyn Prepared>, PrepareError> {
        Ok(Box::new(MeetingRegion { inner: self.cpu.prepare(task)?, room: self.room.clone() }))
    }
}

impl Prepared for MeetingRegion {
    fn launch(&self, launch: &Launch<'_>, transaction: &mut Transaction<'_>) -> Outcome {
        let mut present = self.room.present.lock().unwrap();
        *present += 1;
        self.room.changed.notify_all();
        let alone = |present: &mut usize| *present < self.room.wanted;
        let (present, waited) = self.room.changed.wait_timeout_while(present, Duration::from_secs(60), alone).unwrap();
        drop(present);
        if waited.timed_out() {
            return Outcome::Failed(DeviceError::Launch("the others never came".into()));
        }
        self.inner.launch(launch, transaction)
    }
}

#[test]
fn no_dispatch_waits_for_another_to_end() {
    let (_, bundle) = scale();
    let engine = engine();
    let room = Arc::new(Room { wanted: 3, present: Mutex::new(0), changed: Condvar::new() });
    // One worker for three launches: they share it.
    let device = Arc::new(Meeting { cpu: Cpu::new(1).unwrap(), room });
    let settings = Settings { device: DeviceChoice::Custom(device), ..Settings::default() };
    let offload = Offload::load(&engine, &bundle, Trust::Anyone, &settings).unwrap();
    let threads: Vec<_> = (0..3)
        .map(|_| {
            let offload = offload.clone();
            std::thread::spawn(move || guest(&offload, 1))
        })
        .collect();
    for thread in threads {
        assert_eq!(thread.join().unwrap(), r#"done {"meeting": 1}, skipped {}"#);
    }
}

#[test]
fn guests_may_run_on_the_embedders_own_rayon_pool() {
    let (_, bundle) = scale();
    let engine = engine();
    let offload = load(&engine, &bundle);
    let pool = ThreadPoolBuilder::new().num_threads(2).build().unwrap();
    let all: Vec<String> = pool.install(|| {
        use rayon::prelude::*;
        (0..12).into_par_iter().with_max_len(1).map(|_| guest(&offload, 5)).collect()
    });
    assert!(all.iter().all(|counts| counts == r#"done {"cpu": 5}, skipped {}"#), "{all:?}");
}

thread_local! {
    /// True while a guest is on this thread's stack.
    static IN_GUEST: Cell<bool> = const { Cell::new(false) };
}

/// A thread of a pool that waits by running the pool's other jobs would run them on top of the guest.
#[test]
fn a_guests_thread_runs_nothing_else_while_it_waits() {
    let (_, bundle) = scale();
    let engine = engine();
    let offload = load(&engine, &bundle);
    let pool = ThreadPoolBuilder::new().num_threads(1).build().unwrap();
    let (nested, ran) = (AtomicBool::new(false), AtomicBool::new(false));
    pool.scope(|scope| {
        let (nested, ran) = (&nested, &ran);
        scope.spawn(move |scope| {
            let mut store = Store::new(&engine, ());
            let (instance, link) = offload.instantiate(&Linker::new(&engine), &mut store).unwrap();
            let memory = instance.get_memory(&mut store, "memory").unwrap();
            let call = instance.get_typed_func::<(i32, i32, f32), ()>(&mut store, "scale").unwrap();
            // This job waits in the queue of the only thread, which is ours.
            scope.spawn(move |_| {
                nested.store(IN_GUEST.get(), Ordering::Relaxed);
                ran.store(true, Ordering::Relaxed);
            });
            for _ in 0..20 {
                fill(memory.data_mut(&mut store));
                IN_GUEST.set(true);
                call.call(&mut store, (0, 16384, 3.0)).unwrap();
                IN_GUEST.set(false);
                check(memory.data(&store), 0, 16384);
            }
            assert!(!ran.load(Ordering::Relaxed));
            assert_eq!(counts(&link.stats()), r#"done {"cpu": 20}, skipped {}"#);
        });
    });
    assert!(ran.into_inner() && !nested.into_inner());
}
