//! A device's primary context, and the calls that need it to be current.
//!
//! [`Context::enter`] makes the context current on the calling thread for as long as the returned [`Entered`] lives, and puts
//! back what was current before: an embedder may use CUDA too. Everything that touches the device is a method of
//! [`Entered`], so none of it can happen in another context. Each answer is looked at once, here: an error that may mean a
//! lost context is kept as the context's loss. A context is retained once and never released.

use super::driver::{Code, Driver, DriverError, NOT_READY, SUCCESS, Unavailable};
use cudarc::driver::sys::{CUcontext, CUdevice_attribute, CUevent, CUjit_option, CUmodule, CUstream};
use cudarc::driver::sys::{CUdeviceptr, CUevent_flags, CUfunction, CUstream_flags};
use std::ffi::{CStr, CString, c_char, c_int, c_uint, c_void};
use std::marker::PhantomData;
use std::sync::OnceLock;

/// The compute capability that kernels need at least.
pub const NEEDED: (u32, u32) = (8, 0);

/// Bytes of the JIT compiler's messages that are kept.
const LOG_BYTES: usize = 8 << 10;

/// A device as the driver describes it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Description {
    /// Its number.
    pub ordinal: u32,
    /// Its name in the driver's words.
    pub name: String,
    /// Its compute capability, major and minor.
    pub capability: (u32, u32),
    /// Its memory in bytes.
    pub memory: u64,
    /// The CUDA version that the driver implements, major and minor.
    pub driver: (u32, u32),
}

impl Description {
    /// True if kernels can run there.
    pub fn is_usable(&self) -> bool {
        self.capability >= NEEDED
    }
}

/// The devices of this machine.
pub fn devices() -> Result<Vec<Description>, Unavailable> {
    let driver = Driver::get()?;
    let version = driver.version()?;
    let mut count = 0;
    // SAFETY: the pointer is good for one number.
    driver.check("cuDeviceGetCount", unsafe { (driver.device_count)(&mut count) })?;
    let describe = |ordinal| Ok(describe(driver, ordinal, version)?);
    let devices: Vec<Description> = (0..count.max(0) as u32).map(describe).collect::<Result<_, Unavailable>>()?;
    if devices.is_empty() { Err(Unavailable::NoDevice) } else { Ok(devices) }
}

fn device(driver: &Driver, ordinal: u32) -> Result<c_int, DriverError> {
    let mut device = 0;
    // SAFETY: the pointer is good for one number.
    driver.check("cuDeviceGet", unsafe { (driver.device)(&mut device, ordinal as c_int) })?;
    Ok(device)
}

fn describe(driver: &Driver, ordinal: u32, version: (u32, u32)) -> Result<Description, DriverError> {
    let device = device(driver, ordinal)?;
    let attribute = |which: CUdevice_attribute| {
        let mut value = 0;
        // SAFETY: the pointer is good for one number, and the device comes from the driver.
        let code = unsafe { (driver.device_attribute)(&mut value, which as c_uint, device) };
        driver.check("cuDeviceGetAttribute", code)?;
        Ok::<u32, DriverError>(value.max(0) as u32)
    };
    let mut name = [0u8; 256];
    // SAFETY: the pointer is good for as many bytes as are said, one of them kept for the terminator.
    let code = unsafe { (driver.device_name)(name.as_mut_ptr().cast(), name.len() as c_int - 1, device) };
    driver.check("cuDeviceGetName", code)?;
    let mut memory = 0;
    // SAFETY: the pointer is good for one number, and the device comes from the driver.
    driver.check("cuDeviceTotalMem_v2", unsafe { (driver.device_memory)(&mut memory, device) })?;
    let name = CStr::from_bytes_until_nul(&name).unwrap_or_default().to_string_lossy().into_owned();
    let capability = (
        attribute(CUdevice_attribute::CU_DEVICE_ATTRIBUTE_COMPUTE_CAPABILITY_MAJOR)?,
        attribute(CUdevice_attribute::CU_DEVICE_ATTRIBUTE_COMPUTE_CAPABILITY_MINOR)?,
    );
    Ok(Description { ordinal, name, capability, memory: memory as u64, driver: version })
}

/// The primary context of one device, retained for as long as the process lives.
#[derive(Debug)]
pub struct Context {
    driver: &'static Driver,
    raw: CUcontext,
    description: Description,
    lost: OnceLock<String>,
}

// SAFETY: the driver's functions may be called from any thread, and a context be current on several at once. The handle
// itself is a name that is never followed here.
unsafe impl Send for Context {}
// SAFETY: as above; what changes in it is synchronised.
unsafe impl Sync for Context {}

impl Context {
    /// Retains the primary context of the first device on which kernels can run.
    pub fn open() -> Result<Context, Unavailable> {
        let devices = devices()?;
        let Some(description) = devices.iter().find(|device| device.is_usable()) else {
            let Description { name, capability, .. } = devices.into_iter().next().ok_or(Unavailable::NoDevice)?;
            return Err(Unavailable::TooOld { name, capability, needed: NEEDED });
        };
        let driver = Driver::get()?;
        let device = device(driver, description.ordinal)?;
        let mut raw = std::ptr::null_mut();
        // SAFETY: the pointer is good for one handle, and the device comes from the driver.
        driver.check("cuDevicePrimaryCtxRetain", unsafe { (driver.context_retain)(&mut raw, device) })?;
        Ok(Context { driver, raw, description: description.clone(), lost: OnceLock::new() })
    }

    /// The device.
    pub fn description(&self) -> &Description {
        &self.description
    }

    /// Why the context is lost, if it is.
    pub fn loss(&self) -> Option<&str> {
        self.lost.get().map(String::as_str)
    }

    /// Takes the context for lost, for good. The first reason stays.
    pub fn lose(&self, reason: &str) {
        let _ = self.lost.set(reason.to_string());
    }

    /// Makes the context current on this thread until the result is dropped.
    pub fn enter(&self) -> Result<Entered<'_>, DriverError> {
        // SAFETY: the context is retained and never released.
        self.check("cuCtxPushCurrent_v2", unsafe { (self.driver.context_push)(self.raw) })?;
        Ok(Entered { context: self, on_this_thread: PhantomData })
    }

    fn check(&self, call: &'static str, code: Code) -> Result<(), DriverError> {
        self.driver.check(call, code).inspect_err(|error| {
            if error.is_loss() {
                self.lose(&error.to_string());
            }
        })
    }
}

/// Whether what an event stands for has happened.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Progress {
    /// Not yet.
    Running,
    /// It has.
    Ended,
}

/// A context that is current on this thread.
#[derive(Debug)]
pub struct Entered<'c> {
    context: &'c Context,
    /// What is current is a matter of one thread.
    on_this_thread: PhantomData<*const ()>,
}

impl Drop for Entered<'_> {
    fn drop(&mut self) {
        let mut popped = std::ptr::null_mut();
        // SAFETY: the pointer is good for one handle; `enter` has pushed what this pops, on this thread.
        unsafe { (self.context.driver.context_pop)(&mut popped) };
    }
}

impl Entered<'_> {
    fn check(&self, call: &'static str, code: Code) -> Result<(), DriverError> {
        self.context.check(call, code)
    }

    /// Memory of the device; its contents are whatever was there.
    pub fn alloc(&self, bytes: usize) -> Result<CUdeviceptr, DriverError> {
        let mut address = 0;
        // SAFETY: the pointer is good for one address.
        let code = unsafe { (self.context.driver.alloc)(&mut address, bytes) };
        self.check("cuMemAlloc_v2", code)?;
        Ok(address)
    }

    /// Gives memory back. Waits for the device, so nothing that may not end can be running.
    ///
    /// # Safety
    /// `address` comes from [`Entered::alloc`] on this context, is given back once, and nothing uses it any more.
    pub unsafe fn free(&self, address: CUdeviceptr) -> Result<(), DriverError> {
        // SAFETY: the caller's promise.
        self.check("cuMemFree_v2", unsafe { (self.context.driver.free)(address) })
    }

    /// Copies to the device, in the order of the stream.
    ///
    /// # Safety
    /// The bytes at `to` lie in one live allocation of this context, and `bytes` stay as they are until the stream has been
    /// waited for.
    pub unsafe fn upload(&self, to: CUdeviceptr, bytes: &[u8], stream: CUstream) -> Result<(), DriverError> {
        // SAFETY: the slice is good for its length, the rest is the caller's promise.
        let code = unsafe { (self.context.driver.upload)(to, bytes.as_ptr().cast(), bytes.len(), stream) };
        self.check("cuMemcpyHtoDAsync_v2", code)
    }

    /// Copies from the device, in the order of the stream.
    ///
    /// # Safety
    /// The bytes at `from` lie in one live allocation of this context; `bytes` stay borrowed until the stream has been waited
    /// for, and nothing looks at them before.
    pub unsafe fn download(&self, bytes: &mut [u8], from: CUdeviceptr, stream: CUstream) -> Result<(), DriverError> {
        // SAFETY: the slice is good for its length, the rest is the caller's promise.
        let code = unsafe { (self.context.driver.download)(bytes.as_mut_ptr().cast(), from, bytes.len(), stream) };
        self.check("cuMemcpyDtoHAsync_v2", code)
    }

    /// A stream that doesn't wait for others.
    pub fn stream(&self) -> Result<CUstream, DriverError> {
        let mut stream = std::ptr::null_mut();
        // SAFETY: the pointer is good for one handle.
        let code = unsafe {
            (self.context.driver.stream_create)(&mut stream, CUstream_flags::CU_STREAM_NON_BLOCKING as c_uint)
        };
        self.check("cuStreamCreate", code)?;
        Ok(stream)
    }

    /// Waits until everything in the stream has ended.
    ///
    /// # Safety
    /// `stream` is a live stream of this context.
    pub unsafe fn wait(&self, stream: CUstream) -> Result<(), DriverError> {
        // SAFETY: the caller's promise.
        self.check("cuStreamSynchronize", unsafe { (self.context.driver.stream_synchronize)(stream) })
    }

    /// An event without a time stamp.
    pub fn event(&self) -> Result<CUevent, DriverError> {
        let mut event = std::ptr::null_mut();
        // SAFETY: the pointer is good for one handle.
        let code =
            unsafe { (self.context.driver.event_create)(&mut event, CUevent_flags::CU_EVENT_DISABLE_TIMING as c_uint) };
        self.check("cuEventCreate", code)?;
        Ok(event)
    }

    /// Lets the event stand for everything that is in the stream now.
    ///
    /// # Safety
    /// Both are live and of this context.
    pub unsafe fn record(&self, event: CUevent, stream: CUstream) -> Result<(), DriverError> {
        // SAFETY: the caller's promise.
        self.check("cuEventRecord", unsafe { (self.context.driver.event_record)(event, stream) })
    }

    /// Whether what the event stands for has happened. Doesn't wait.
    ///
    /// # Safety
    /// `event` is live and of this context.
    pub unsafe fn progress(&self, event: CUevent) -> Result<Progress, DriverError> {
        // SAFETY: the caller's promise.
        match unsafe { (self.context.driver.event_query)(event) } {
            SUCCESS => Ok(Progress::Ended),
            NOT_READY => Ok(Progress::Running),
            code => self.check("cuEventQuery", code).map(|()| Progress::Ended),
        }
    }

    /// Loads an image. An error comes with what the JIT compiler has to say.
    pub fn load(&self, image: &CStr) -> Result<CUmodule, (DriverError, String)> {
        let mut log = vec![0u8; LOG_BYTES];
        let mut options = [
            CUjit_option::CU_JIT_ERROR_LOG_BUFFER as c_uint,
            CUjit_option::CU_JIT_ERROR_LOG_BUFFER_SIZE_BYTES as c_uint,
        ];
        // A number travels as a pointer that isn't followed.
        let size = std::ptr::without_provenance_mut::<c_void>(LOG_BYTES - 1);
        let mut values = [log.as_mut_ptr().cast::<c_void>(), size];
        let mut module = std::ptr::null_mut();
        // SAFETY: the image ends with a zero byte; there are as many values as options, and the log is good for its size,
        // which leaves its last byte a zero.
        let code = unsafe {
            (self.context.driver.module_load)(
                &mut module,
                image.as_ptr().cast(),
                options.len() as c_uint,
                options.as_mut_ptr(),
                values.as_mut_ptr(),
            )
        };
        self.check("cuModuleLoadDataEx", code).map_err(|error| {
            let log = CStr::from_bytes_until_nul(&log).unwrap_or_default();
            (error, log.to_string_lossy().trim().to_string())
        })?;
        Ok(module)
    }

    /// Unloads a module.
    ///
    /// # Safety
    /// `module` comes from [`Entered::load`] on this context, is unloaded once, and none of its kernels runs or will run.
    pub unsafe fn unload(&self, module: CUmodule) -> Result<(), DriverError> {
        // SAFETY: the caller's promise.
        self.check("cuModuleUnload", unsafe { (self.context.driver.module_unload)(module) })
    }

    /// An entry of a module.
    ///
    /// # Safety
    /// `module` is loaded in this context.
    pub unsafe fn function(&self, module: CUmodule, name: &CString) -> Result<CUfunction, DriverError> {
        let mut function = std::ptr::null_mut();
        let name: *const c_char = name.as_ptr();
        // SAFETY: the pointer is good for one handle, the name ends with a zero byte; the rest is the caller's promise.
        let code = unsafe { (self.context.driver.module_function)(&mut function, module, name) };
        self.check("cuModuleGetFunction", code)?;
        Ok(function)
    }

    /// Starts a kernel.
    ///
    /// # Safety
    /// `function` belongs to a loaded module, `stream` is live, `parameters` are the function's in its own layout, and what
    /// the kernel does with them is sound until it has ended.
    pub unsafe fn launch(
        &self,
        function: CUfunction,
        grid: [u32; 3],
        block: u32,
        parameters: &mut [u8],
        stream: CUstream,
    ) -> Result<(), DriverError> {
        // `CU_LAUNCH_PARAM_BUFFER_POINTER`, `CU_LAUNCH_PARAM_BUFFER_SIZE` and `CU_LAUNCH_PARAM_END` of `cuda.h`.
        const POINTER: usize = 1;
        const SIZE: usize = 2;
        const END: usize = 0;
        let mut size = parameters.len();
        let word = std::ptr::without_provenance_mut::<c_void>;
        let size: *mut usize = &mut size;
        let mut extra = [word(POINTER), parameters.as_mut_ptr().cast(), word(SIZE), size.cast(), word(END)];
        let [x, y, z] = grid;
        // SAFETY: the list has the form that `cuda.h` asks for and its pointers are good during the call, which copies the
        // parameters; the rest is the caller's promise.
        let code = unsafe {
            (self.context.driver.launch)(
                function,
                x,
                y,
                z,
                block,
                1,
                1,
                0,
                stream,
                std::ptr::null_mut(),
                extra.as_mut_ptr(),
            )
        };
        self.check("cuLaunchKernel", code)
    }
}
