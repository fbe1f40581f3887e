//! The exported functions, with the names and signatures of `cuda.h`.
//!
//! What a caller must guarantee is what NVIDIA's documentation of the function of the same name asks for: pointers are good
//! for what the function reads or writes there. Handles are numbers that are looked up, never followed.
#![allow(unsafe_code)]
#![allow(missing_docs, reason = "NVIDIA documents the functions")]
#![allow(non_snake_case, reason = "the names are the driver's")]
#![allow(clippy::missing_safety_doc, reason = "the header says it for all")]

use crate::codes::{self, Code};
use crate::device::{Device, Id, MEMORY, NAME, Sink, VERSION};
use crate::faults::Faults;
use std::cell::RefCell;
use std::ffi::{CStr, c_char, c_int, c_uint, c_void};
use std::sync::{Mutex, OnceLock, PoisonError};

/// The handle of the only context.
const CONTEXT: Id = 0xc0de0;

thread_local! {
    /// The contexts that are current on this thread, the last one being the one.
    static CURRENT: RefCell<Vec<Id>> = const { RefCell::new(Vec::new()) };
}

fn device() -> &'static Mutex<Device> {
    static DEVICE: OnceLock<Mutex<Device>> = OnceLock::new();
    DEVICE.get_or_init(|| {
        let text = std::env::var("TENSORWASM_CUDA_SIM").unwrap_or_default();
        let faults = Faults::read(&text).unwrap_or_else(|word| {
            eprintln!("stand-in driver: `{word}` in TENSORWASM_CUDA_SIM isn't a word that it knows");
            Faults { no_device: true, ..Faults::default() }
        });
        Mutex::new(Device::new(faults))
    })
}

/// Runs `what` on the device and makes its end a code.
fn with(what: impl FnOnce(&mut Device) -> Result<(), Code>) -> Code {
    let mut device = device().lock().unwrap_or_else(PoisonError::into_inner);
    what(&mut device).err().unwrap_or(codes::SUCCESS)
}

/// As [`with`], for a call that needs a context.
fn within(what: impl FnOnce(&mut Device) -> Result<(), Code>) -> Code {
    with(|device| {
        if CURRENT.with_borrow(Vec::is_empty) {
            return Err(device.misuse(codes::INVALID_CONTEXT, "a call without a current context"));
        }
        device.sound()?;
        what(device)
    })
}

/// Writes `value` where the caller wants it.
///
/// # Safety
/// `to` is null or good for a `T`.
unsafe fn put<T>(to: *mut T, value: T) -> Result<(), Code> {
    if to.is_null() {
        return Err(codes::INVALID_VALUE);
    }
    // SAFETY: the caller's promise.
    unsafe { to.write(value) };
    Ok(())
}

fn handle(id: Id) -> *mut c_void {
    std::ptr::without_provenance_mut(id)
}

/// How many mistakes of the caller were reported so far.
#[unsafe(no_mangle)]
pub extern "C" fn tensorwasm_cuda_sim_misuses() -> u64 {
    device().lock().unwrap_or_else(PoisonError::into_inner).misuses()
}

unsafe extern "C" {
    fn atexit(callback: extern "C" fn()) -> c_int;
}

/// Says what was never given back.
extern "C" fn at_exit() {
    let leaked = device().lock().unwrap_or_else(PoisonError::into_inner).leaked();
    if leaked > 0 {
        eprintln!("stand-in driver: misuse: {leaked} allocations were never given back");
    }
}

#[unsafe(no_mangle)]
pub extern "C" fn cuInit(flags: c_uint) -> Code {
    static REGISTERED: OnceLock<()> = OnceLock::new();
    REGISTERED.get_or_init(|| {
        // SAFETY: the function takes no argument, doesn't unwind, and stays loaded until the process ends.
        unsafe { atexit(at_exit) };
    });
    with(|device| if flags == 0 { device.init() } else { Err(codes::INVALID_VALUE) })
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn cuDriverGetVersion(version: *mut c_int) -> Code {
    // SAFETY: see the header.
    with(|_| unsafe { put(version, VERSION) })
}

fn words(code: Code, pick: impl Fn((&'static CStr, &'static CStr)) -> &'static CStr) -> Result<*const c_char, Code> {
    codes::words(code).map(|both| pick(both).as_ptr()).ok_or(codes::INVALID_VALUE)
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn cuGetErrorName(code: Code, to: *mut *const c_char) -> Code {
    // SAFETY: see the header.
    with(|_| unsafe { put(to, words(code, |both| both.0)?) })
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn cuGetErrorString(code: Code, to: *mut *const c_char) -> Code {
    // SAFETY: see the header.
    with(|_| unsafe { put(to, words(code, |both| both.1)?) })
}

/// As [`with`], for a call about the only device.
fn about(ordinal: c_int, what: impl FnOnce(&mut Device) -> Result<(), Code>) -> Code {
    with(|device| {
        device.initialised()?;
        if ordinal != 0 {
            return Err(codes::INVALID_DEVICE);
        }
        what(device)
    })
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn cuDeviceGetCount(to: *mut c_int) -> Code {
    // SAFETY: see the header.
    about(0, |_| unsafe { put(to, 1) })
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn cuDeviceGet(to: *mut c_int, ordinal: c_int) -> Code {
    // SAFETY: see the header.
    about(ordinal, |_| unsafe { put(to, 0) })
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn cuDeviceGetName(to: *mut c_char, room: c_int, ordinal: c_int) -> Code {
    about(ordinal, |_| {
        if to.is_null() || room < 1 {
            return Err(codes::INVALID_VALUE);
        }
        let bytes = NAME.bytes().take(room as usize - 1).chain([0]);
        for (at, byte) in bytes.enumerate() {
            // SAFETY: see the header; at most `room` bytes are written.
            unsafe { to.add(at).write(byte as c_char) };
        }
        Ok(())
    })
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn cuDeviceGetAttribute(to: *mut c_int, attribute: c_uint, ordinal: c_int) -> Code {
    about(ordinal, |device| {
        let capability = device.faults.capability as c_int;
        let value = match attribute {
            75 => capability / 10,
            76 => capability % 10,
            _ => return Err(device.misuse(codes::INVALID_VALUE, "an attribute that the stand-in doesn't know")),
        };
        // SAFETY: see the header.
        unsafe { put(to, value) }
    })
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn cuDeviceTotalMem_v2(to: *mut usize, ordinal: c_int) -> Code {
    // SAFETY: see the header.
    about(ordinal, |_| unsafe { put(to, MEMORY as usize) })
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn cuDevicePrimaryCtxRetain(to: *mut *mut c_void, ordinal: c_int) -> Code {
    // SAFETY: see the header.
    about(ordinal, |_| unsafe { put(to, handle(CONTEXT)) })
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn cuCtxPushCurrent_v2(context: *mut c_void) -> Code {
    with(|device| {
        device.initialised()?;
        if context.addr() != CONTEXT {
            return Err(device.misuse(codes::INVALID_CONTEXT, "a context that doesn't exist is made current"));
        }
        device.enter()?;
        CURRENT.with_borrow_mut(|current| current.push(CONTEXT));
        Ok(())
    })
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn cuCtxPopCurrent_v2(to: *mut *mut c_void) -> Code {
    with(|device| match CURRENT.with_borrow_mut(Vec::pop) {
        // SAFETY: see the header.
        Some(context) => unsafe { put(to, handle(context)) },
        None => Err(device.misuse(codes::INVALID_CONTEXT, "a context is popped where none is current")),
    })
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn cuModuleLoadDataEx(
    to: *mut *mut c_void,
    image: *const c_void,
    count: c_uint,
    options: *mut c_uint,
    values: *mut *mut c_void,
) -> Code {
    /// `CU_JIT_ERROR_LOG_BUFFER` and `CU_JIT_ERROR_LOG_BUFFER_SIZE_BYTES`.
    const LOG: c_uint = 5;
    const LOG_SIZE: c_uint = 6;
    within(|device| {
        // SAFETY: see the header: PTX text ends with a zero byte.
        let text = unsafe { CStr::from_ptr(image.cast()) };
        let text = text.to_str().map_err(|_| codes::INVALID_PTX)?;
        match device.load(text) {
            // SAFETY: see the header.
            Ok(id) => unsafe { put(to, handle(id)) },
            Err((code, log)) => {
                let option = |wanted| {
                    // SAFETY: see the header: both lists have `count` entries.
                    let mut options = (0..count as usize).map(|i| unsafe { (*options.add(i), *values.add(i)) });
                    options.find(|(option, _)| *option == wanted).map(|(_, value)| value)
                };
                if let (Some(buffer), Some(size)) = (option(LOG), option(LOG_SIZE)) {
                    let room = size.addr().saturating_sub(1);
                    let bytes = log.bytes().take(room).chain([0]);
                    for (at, byte) in bytes.enumerate() {
                        // SAFETY: the buffer has the size that goes with it.
                        unsafe { buffer.cast::<u8>().add(at).write(byte) };
                    }
                }
                Err(code)
            }
        }
    })
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn cuModuleUnload(module: *mut c_void) -> Code {
    within(|device| device.unload(module.addr()))
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn cuModuleGetFunction(to: *mut *mut c_void, module: *mut c_void, name: *const c_char) -> Code {
    within(|device| {
        // SAFETY: see the header: a name ends with a zero byte.
        let name = unsafe { CStr::from_ptr(name) }.to_string_lossy();
        let function = device.function(module.addr(), &name)?;
        // SAFETY: see the header.
        unsafe { put(to, handle(function)) }
    })
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn cuMemAlloc_v2(to: *mut u64, bytes: usize) -> Code {
    // SAFETY: see the header.
    within(|device| unsafe { put(to, device.alloc(bytes)?) })
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn cuMemFree_v2(address: u64) -> Code {
    within(|device| device.free(address))
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn cuMemcpyHtoDAsync_v2(to: u64, from: *const c_void, len: usize, stream: *mut c_void) -> Code {
    // SAFETY: see the header. Ordinary host memory is read before the call returns, as a real driver does.
    within(|device| device.upload(stream.addr(), to, unsafe { std::slice::from_raw_parts(from.cast(), len) }))
}

/// The host's end of a copy from the device.
struct Host(*mut u8, usize);

// SAFETY: the pointer is written by whichever thread waits for the stream, once.
unsafe impl Send for Host {}

impl Sink for Host {
    fn write(&mut self, bytes: &[u8]) {
        let len = bytes.len().min(self.1);
        // SAFETY: the caller of the copy keeps the memory good until the stream has been waited for.
        unsafe { std::ptr::copy_nonoverlapping(bytes.as_ptr(), self.0, len) };
    }
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn cuMemcpyDtoHAsync_v2(to: *mut c_void, from: u64, len: usize, stream: *mut c_void) -> Code {
    within(|device| device.download(stream.addr(), from, len, Box::new(Host(to.cast(), len))))
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn cuStreamCreate(to: *mut *mut c_void, _flags: c_uint) -> Code {
    // SAFETY: see the header.
    within(|device| unsafe { put(to, handle(device.stream())) })
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn cuStreamSynchronize(stream: *mut c_void) -> Code {
    within(|device| device.synchronize(stream.addr()))
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn cuEventCreate(to: *mut *mut c_void, _flags: c_uint) -> Code {
    // SAFETY: see the header.
    within(|device| unsafe { put(to, handle(device.event())) })
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn cuEventRecord(event: *mut c_void, stream: *mut c_void) -> Code {
    within(|device| device.record(event.addr(), stream.addr()))
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn cuEventQuery(event: *mut c_void) -> Code {
    within(|device| device.query(event.addr()))
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn cuLaunchKernel(
    function: *mut c_void,
    grid_x: c_uint,
    grid_y: c_uint,
    grid_z: c_uint,
    block_x: c_uint,
    block_y: c_uint,
    block_z: c_uint,
    _shared_bytes: c_uint,
    stream: *mut c_void,
    params: *mut *mut c_void,
    extra: *mut *mut c_void,
) -> Code {
    within(|device| {
        if !params.is_null() || extra.is_null() {
            // A list of pointers says neither how many nor how wide they are, so nothing could be checked.
            return Err(device.misuse(codes::NOT_SUPPORTED, "parameters that don't come in one buffer"));
        }
        let (mut buffer, mut size) = (None, None);
        for pair in 0.. {
            // SAFETY: see the header: the list consists of pairs and ends with a zero.
            let key = unsafe { *extra.add(2 * pair) }.addr();
            if key == 0 {
                break;
            }
            // SAFETY: as above.
            let value = unsafe { *extra.add(2 * pair + 1) };
            match key {
                1 => buffer = Some(value.cast::<u8>().cast_const()),
                // SAFETY: the value of this key points to a size.
                2 => size = Some(unsafe { *value.cast::<usize>() }),
                _ => return Err(device.misuse(codes::INVALID_VALUE, "a launch option that doesn't exist")),
            }
        }
        let (Some(buffer), Some(size)) = (buffer, size) else {
            return Err(device.misuse(codes::INVALID_VALUE, "a launch without parameters"));
        };
        // SAFETY: see the header: the buffer has that size.
        let bytes = unsafe { std::slice::from_raw_parts(buffer, size) };
        let (grid, block) = ([grid_x, grid_y, grid_z], [block_x, block_y, block_z]);
        device.launch(stream.addr(), function.addr(), grid, block, bytes)
    })
}
