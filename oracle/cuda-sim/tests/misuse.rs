//! The stand-in is a harder driver than a real one: mistakes that a GPU would forgive, or punish much later, are seen at once.
//!
//! The driver is one per process and its faults come from the environment, so everything is one test, in order.

#![allow(unsafe_code)]

use std::ffi::{CString, c_void};
use std::ptr::null_mut;
use tensorwasm_cuda_sim::*;

/// `p[i] = i` for 64 threads, `p` being the only parameter.
const FILL: &str = "
.version 7.8
.target sm_80
.address_size 64
.visible .entry fill(.param .b64 fill_p)
{
    .reg .b32 %i;
    .reg .b64 %p, %offset;
    ld.param.b64 %p, [fill_p];
    mov.u32 %i, %tid.x;
    mul.wide.u32 %offset, %i, 4;
    add.s64 %p, %p, %offset;
    st.global.b32 [%p], %i;
    ret;
}
";

type Handle = *mut c_void;

fn made(make: impl FnOnce(*mut Handle) -> u32) -> Handle {
    let mut handle = null_mut();
    assert_eq!(make(&mut handle), 0);
    handle
}

/// What the driver answers, and how many mistakes it saw while it did.
struct Seen(Vec<String>);

impl Seen {
    fn note(&mut self, what: &str, call: impl FnOnce() -> u32) {
        let before = tensorwasm_cuda_sim_misuses();
        let code = call();
        self.0.push(format!("{what}: {code}, {} misuses", tensorwasm_cuda_sim_misuses() - before));
    }
}

fn launch(function: Handle, stream: Handle, address: u64, size: usize) -> u32 {
    let (mut buffer, mut size) = ([address, 0], size);
    let word = std::ptr::without_provenance_mut::<c_void>;
    let (buffer, size): (*mut u64, *mut usize) = (buffer.as_mut_ptr(), &mut size);
    let mut extra = [word(1), buffer.cast(), word(2), size.cast(), word(0)];
    // SAFETY: the list has pairs and ends with a zero; the buffer has 16 bytes and no size here is larger.
    unsafe { cuLaunchKernel(function, 1, 1, 1, 64, 1, 1, 0, stream, null_mut(), extra.as_mut_ptr()) }
}

#[test]
fn mistakes_are_seen() {
    let mut seen = Seen(Vec::new());
    let mut count = 0;
    let text = CString::new(FILL).unwrap();
    let name = CString::new("fill").unwrap();
    let mut bytes = [0u8; 256];
    // SAFETY: every pointer is good for what the function of that name reads or writes there; handles are only looked up.
    unsafe {
        seen.note("before cuInit", || cuDeviceGetCount(&mut count));
        assert_eq!((cuInit(0), cuDeviceGetCount(&mut count), count), (0, 0, 1));
        let context = made(|to| cuDevicePrimaryCtxRetain(to, 0));
        let mut address = 0;
        seen.note("without a context", || cuMemAlloc_v2(&mut address, 16));
        assert_eq!(cuCtxPushCurrent_v2(context), 0);
        let (stream, event) = (made(|to| cuStreamCreate(to, 1)), made(|to| cuEventCreate(to, 2)));
        let module = made(|to| cuModuleLoadDataEx(to, text.as_ptr().cast(), 0, null_mut(), null_mut()));
        let function = made(|to| cuModuleGetFunction(to, module, name.as_ptr()));
        assert_eq!(cuMemAlloc_v2(&mut address, 256), 0);

        seen.note("a launch", || launch(function, stream, address, 8));
        seen.note("a copy back", || cuMemcpyDtoHAsync_v2(bytes.as_mut_ptr().cast(), address, 256, stream));
        assert_eq!(std::ptr::read_volatile(&bytes), [0; 256], "a copy that nobody waited for has happened");
        seen.note("an event without a record", || cuEventQuery(event));
        seen.note("a record", || cuEventRecord(event, stream));
        seen.note("the event at once", || cuEventQuery(event));
        seen.note("the event later", || cuEventQuery(event));
        let words: Vec<u32> = std::ptr::read_volatile(&bytes).chunks(4).map(|w| u32::from(w[0])).collect();
        assert_eq!(words, (0..64).collect::<Vec<u32>>());

        let mut handle = null_mut();
        seen.note("another kind of handle", || cuModuleGetFunction(&mut handle, stream, name.as_ptr()));
        seen.note("too few parameters", || launch(function, stream, address, 4));
        seen.note("too many parameters", || launch(function, stream, address, 16));
        seen.note("a copy past the end", || cuMemcpyHtoDAsync_v2(address + 1, bytes.as_ptr().cast(), 256, stream));
        seen.note("an address inside", || cuMemFree_v2(address + 16));
        seen.note("memory", || cuMemFree_v2(address));
        seen.note("memory again", || cuMemFree_v2(address));
        seen.note("a copy after that", || cuMemcpyHtoDAsync_v2(address, bytes.as_ptr().cast(), 4, stream));
        seen.note("a module", || cuModuleUnload(module));
        seen.note("a module again", || cuModuleUnload(module));
        seen.note("its function", || launch(function, stream, address, 8));

        let module = made(|to| cuModuleLoadDataEx(to, text.as_ptr().cast(), 0, null_mut(), null_mut()));
        let function = made(|to| cuModuleGetFunction(to, module, name.as_ptr()));
        seen.note("a launch on memory that is gone", || launch(function, stream, address, 8));
        seen.note("waiting for it", || cuStreamSynchronize(stream));
        seen.note("anything after that", || cuMemAlloc_v2(&mut address, 16));
        assert_eq!(cuCtxPopCurrent_v2(&mut handle), 0);
        seen.note("another pop", || cuCtxPopCurrent_v2(&mut handle));
    }
    insta::assert_snapshot!(seen.0.join("\n"), @"
    before cuInit: 3, 1 misuses
    without a context: 201, 1 misuses
    a launch: 0, 0 misuses
    a copy back: 0, 0 misuses
    an event without a record: 400, 1 misuses
    a record: 0, 0 misuses
    the event at once: 600, 0 misuses
    the event later: 0, 0 misuses
    another kind of handle: 400, 1 misuses
    too few parameters: 1, 1 misuses
    too many parameters: 1, 1 misuses
    a copy past the end: 1, 1 misuses
    an address inside: 1, 1 misuses
    memory: 0, 0 misuses
    memory again: 1, 1 misuses
    a copy after that: 1, 1 misuses
    a module: 0, 0 misuses
    a module again: 400, 1 misuses
    its function: 400, 1 misuses
    a launch on memory that is gone: 0, 0 misuses
    waiting for it: 700, 1 misuses
    anything after that: 700, 0 misuses
    another pop: 201, 1 misuses
    ");
}
