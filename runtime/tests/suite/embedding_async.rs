//! Stores whose guests are futures: imports that wait, epochs that yield, dispatches in between.

use crate::guest::{SCALE, check, compile, counts, fill, load};
use std::future::{Future, poll_fn};
use std::pin::pin;
use std::task::{Context, Poll, Waker};
use tensorwasm_runtime::{NanMode, config};
use wasmtime::{Engine, Linker, Store};

/// Polls until the future is ready and says how often it wasn't.
fn block_on<F: Future>(future: F) -> (F::Output, u32) {
    let mut future = pin!(future);
    let mut context = Context::from_waker(Waker::noop());
    let mut pending = 0;
    loop {
        match future.as_mut().poll(&mut context) {
            Poll::Ready(value) => return (value, pending),
            Poll::Pending => pending += 1,
        }
    }
}

/// Waits once.
async fn pause() {
    let mut waited = false;
    poll_fn(|_| if std::mem::replace(&mut waited, true) { Poll::Ready(()) } else { Poll::Pending }).await;
}

/// Scales twice, with an import that waits before, between and after.
fn wat() -> String {
    format!(
        r#"(module (import "env" "pause" (func $pause)) (memory (export "memory") 1) {SCALE}
             (func (export "main")
               (call $pause) (call $scale (i32.const 0) (i32.const 5000) (f32.const 2))
               (call $pause) (call $scale (i32.const 0) (i32.const 5000) (f32.const 1.5)) (call $pause)))"#
    )
}

fn linker(engine: &Engine) -> Linker<u32> {
    let mut linker = Linker::new(engine);
    linker
        .func_wrap_async("env", "pause", |mut caller: wasmtime::Caller<'_, u32>, ()| {
            Box::new(async move {
                pause().await;
                *caller.data_mut() += 1;
            })
        })
        .unwrap();
    linker
}

#[test]
fn a_waiting_import_and_dispatches_in_one_future() {
    let (_, bundle) = compile(&wat());
    let engine = Engine::new(&config(NanMode::Native)).unwrap();
    let (linker, offload) = (linker(&engine), load(&engine, &bundle));
    let mut store = Store::new(&engine, 0);
    let story = async {
        let (instance, link) = offload.instantiate_async(&linker, &mut store).await.unwrap();
        let memory = instance.get_memory(&mut store, "memory").unwrap();
        fill(memory.data_mut(&mut store));
        let main = instance.get_typed_func::<(), ()>(&mut store, "main").unwrap();
        main.call_async(&mut store, ()).await.unwrap();
        check(memory.data(&store), 0, 5000);
        counts(&link.stats())
    };
    let (counts, pending) = block_on(story);
    // The three waits are those of the import: a dispatch doesn't yield.
    assert_eq!((counts.as_str(), pending, *store.data()), (r#"done {"cpu": 2}, skipped {}"#, 3, 3));
}

#[test]
fn futures_of_two_stores_take_turns_on_one_thread() {
    let (_, bundle) = compile(&wat());
    let engine = Engine::new(&config(NanMode::Native)).unwrap();
    let (linker, offload) = (linker(&engine), load(&engine, &bundle));
    let guest = || async {
        let mut store = Store::new(&engine, 0);
        let (instance, _) = offload.instantiate_async(&linker, &mut store).await.unwrap();
        let memory = instance.get_memory(&mut store, "memory").unwrap();
        fill(memory.data_mut(&mut store));
        let main = instance.get_typed_func::<(), ()>(&mut store, "main").unwrap();
        main.call_async(&mut store, ()).await.unwrap();
        check(memory.data(&store), 0, 5000);
    };
    let (mut first, mut second) = (pin!(guest()), pin!(guest()));
    let both = poll_fn(|context| match (first.as_mut().poll(context), second.as_mut().poll(context)) {
        (Poll::Ready(()), Poll::Ready(())) => Poll::Ready(()),
        (Poll::Pending, Poll::Pending) => Poll::Pending,
        _ => panic!("they pause at the same places"),
    });
    assert_eq!(block_on(both).1, 3);
    assert_eq!(counts(&offload.stats()), r#"done {"cpu": 4}, skipped {}"#);
}

#[test]
fn epochs_yield_between_dispatches() {
    let (_, bundle) = compile(&wat());
    let engine = Engine::new(config(NanMode::Native).epoch_interruption(true)).unwrap();
    let offload = load(&engine, &bundle);
    let mut linker = Linker::new(&engine);
    let clock = engine.clone();
    // The deadline passes in every pause, so the guest yields at its next check.
    linker.func_wrap("env", "pause", move || clock.increment_epoch()).unwrap();
    let mut store = Store::new(&engine, ());
    store.epoch_deadline_async_yield_and_update(1);
    store.set_epoch_deadline(1);
    let story = async {
        let (instance, link) = offload.instantiate_async(&linker, &mut store).await.unwrap();
        let memory = instance.get_memory(&mut store, "memory").unwrap();
        fill(memory.data_mut(&mut store));
        let main = instance.get_typed_func::<(), ()>(&mut store, "main").unwrap();
        main.call_async(&mut store, ()).await.unwrap();
        check(memory.data(&store), 0, 5000);
        counts(&link.stats())
    };
    let (counts, pending) = block_on(story);
    assert_eq!((counts.as_str(), pending), (r#"done {"cpu": 2}, skipped {}"#, 2));
}

/// A fiber has little stack for the host; 64 KiB beyond the guest's are enough for a dispatch.
#[test]
fn a_dispatch_fits_a_small_stack() {
    let (_, bundle) = compile(&wat());
    let stack = 512 << 10;
    let mut config = config(NanMode::Native);
    config.max_wasm_stack(stack).async_stack_size(stack + (64 << 10));
    let engine = Engine::new(&config).unwrap();
    let deep = format!(
        r#"(module (memory (export "memory") 1) {SCALE}
             (func $down (export "down") (param $depth i32)
               (if (local.get $depth)
                 (then (call $down (i32.sub (local.get $depth) (i32.const 1))))
                 (else (call $scale (i32.const 0) (i32.const 5000) (f32.const 3))))))"#
    );
    let (_, deep) = compile(&deep);
    drop(bundle);
    let offload = load(&engine, &deep);
    let mut store = Store::new(&engine, ());
    let story = async {
        let (instance, link) = offload.instantiate_async(&Linker::new(&engine), &mut store).await.unwrap();
        let memory = instance.get_memory(&mut store, "memory").unwrap();
        let down = instance.get_typed_func::<i32, ()>(&mut store, "down").unwrap();
        // The deepest call that the guest's own limit permits.
        let (mut fits, mut exhausts) = (0, 1 << 20);
        while exhausts - fits > 1 {
            let depth = (fits + exhausts) / 2;
            match down.call_async(&mut store, depth).await {
                Ok(()) => fits = depth,
                Err(error) => {
                    assert_eq!(error.downcast_ref::<wasmtime::Trap>(), Some(&wasmtime::Trap::StackOverflow));
                    exhausts = depth;
                }
            }
        }
        fill(memory.data_mut(&mut store));
        down.call_async(&mut store, fits).await.unwrap();
        check(memory.data(&store), 0, 5000);
        (fits, counts(&link.stats()))
    };
    let ((depth, counts), _) = block_on(story);
    assert!(depth > 1000 && counts.ends_with("skipped {}"), "{depth} {counts}");
}
