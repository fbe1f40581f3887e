//! The driver library: found once, its functions looked up once, its answers as errors.
//!
//! cudarc knows under which names the library goes and has the types of its handles. Its own functions aren't called: they
//! panic where the library or a symbol is missing, and they read the driver's answer as an enum of one CUDA version, which
//! a newer driver's answer needn't be a value of. Here an answer is a number, and a missing library or symbol is an
//! [`Unavailable`].
//!
//! Whoever is in doubt about an answer takes the device for lost: only the codes of [`HARMLESS`] are known to leave the
//! context as it was. Turning a device off costs time; to go on with a broken context could cost results.

use cudarc::driver::sys::{self, CUcontext, CUdeviceptr, CUevent, CUfunction, CUmodule, CUstream};
use std::ffi::{CStr, c_char, c_int, c_uint, c_void};
use std::sync::OnceLock;
use thiserror::Error;

/// What a driver function returns.
pub type Code = c_uint;

pub const SUCCESS: Code = 0;
pub const NOT_READY: Code = 600;

/// Codes after which the context is as good as before: refusals of one call, of an image, of a launch.
const HARMLESS: [Code; 15] = [
    1,   // CUDA_ERROR_INVALID_VALUE
    2,   // CUDA_ERROR_OUT_OF_MEMORY
    200, // CUDA_ERROR_INVALID_IMAGE
    209, // CUDA_ERROR_NO_BINARY_FOR_GPU
    218, // CUDA_ERROR_INVALID_PTX
    221, // CUDA_ERROR_JIT_COMPILER_NOT_FOUND
    222, // CUDA_ERROR_UNSUPPORTED_PTX_VERSION
    223, // CUDA_ERROR_JIT_COMPILATION_DISABLED
    300, // CUDA_ERROR_INVALID_SOURCE
    302, // CUDA_ERROR_SHARED_OBJECT_SYMBOL_NOT_FOUND
    303, // CUDA_ERROR_SHARED_OBJECT_INIT_FAILED
    500, // CUDA_ERROR_NOT_FOUND
    NOT_READY, 701, // CUDA_ERROR_LAUNCH_OUT_OF_RESOURCES
    801, // CUDA_ERROR_NOT_SUPPORTED
];

/// Why there is no driver, or no device behind it.
#[derive(Clone, PartialEq, Eq, Debug, Error)]
pub enum Unavailable {
    /// No library under any of its names.
    #[error("there is no CUDA driver on this machine (libcuda.so.1 can't be loaded)")]
    NoLibrary,
    /// A library that lacks a function.
    #[error("the CUDA driver has no function `{symbol}`; it is too old or broken")]
    NoSymbol {
        /// The function.
        symbol: &'static str,
    },
    /// The driver refuses.
    #[error("the CUDA driver refuses: {0}")]
    Driver(DriverError),
    /// A driver that knows no device.
    #[error("the CUDA driver knows no device")]
    NoDevice,
    /// Devices that are all too old.
    #[error("{name} has compute capability {}.{}, kernels need {}.{}", .capability.0, .capability.1, .needed.0, .needed.1)]
    TooOld {
        /// The device.
        name: String,
        /// What it has.
        capability: (u32, u32),
        /// What kernels need.
        needed: (u32, u32),
    },
}

impl From<DriverError> for Unavailable {
    fn from(error: DriverError) -> Unavailable {
        Unavailable::Driver(error)
    }
}

/// A driver function that didn't succeed.
#[derive(Clone, PartialEq, Eq, Debug, Error)]
#[error("{call}: {name} ({code}): {text}")]
pub struct DriverError {
    /// The function.
    pub call: &'static str,
    /// Its answer.
    pub code: Code,
    /// The answer's name.
    pub name: String,
    /// The driver's description of it.
    pub text: String,
}

impl DriverError {
    /// True if the context can't be relied on any more.
    pub fn is_loss(&self) -> bool {
        !HARMLESS.contains(&self.code)
    }
}

/// Declares the functions: a field for each, its symbol, its signature as in `cuda.h`.
macro_rules! functions {
    ($($field:ident = $symbol:literal($($argument:ty),*);)*) => {
        /// The driver's functions, by their names without `cu`.
        #[derive(Debug)]
        pub struct Driver {
            $(pub $field: unsafe extern "C" fn($($argument),*) -> Code,)*
        }

        impl Driver {
            /// # Safety
            /// `library` is the CUDA driver.
            unsafe fn look_up() -> Result<Driver, Unavailable> {
                // SAFETY: the caller has seen that there is such a library, so that cudarc finds it and doesn't panic;
                // to load a driver runs its initialisers, which is what a driver is loaded for.
                let library = unsafe { sys::culib() };
                Ok(Driver {
                    $($field: {
                        // SAFETY: the versioned symbol has this signature in every driver since CUDA 11; the library is
                        // never unloaded, so the pointer stays good.
                        let symbol = unsafe {
                            library.get::<unsafe extern "C" fn($($argument),*) -> Code>($symbol.as_bytes())
                        };
                        *symbol.map_err(|_| Unavailable::NoSymbol { symbol: $symbol })?
                    },)*
                })
            }
        }
    };
}

functions! {
    init = "cuInit"(c_uint);
    driver_version = "cuDriverGetVersion"(*mut c_int);
    error_name = "cuGetErrorName"(Code, *mut *const c_char);
    error_string = "cuGetErrorString"(Code, *mut *const c_char);
    device_count = "cuDeviceGetCount"(*mut c_int);
    device = "cuDeviceGet"(*mut c_int, c_int);
    device_name = "cuDeviceGetName"(*mut c_char, c_int, c_int);
    device_attribute = "cuDeviceGetAttribute"(*mut c_int, c_uint, c_int);
    device_memory = "cuDeviceTotalMem_v2"(*mut usize, c_int);
    context_retain = "cuDevicePrimaryCtxRetain"(*mut CUcontext, c_int);
    context_push = "cuCtxPushCurrent_v2"(CUcontext);
    context_pop = "cuCtxPopCurrent_v2"(*mut CUcontext);
    module_load = "cuModuleLoadDataEx"(*mut CUmodule, *const c_void, c_uint, *mut c_uint, *mut *mut c_void);
    module_unload = "cuModuleUnload"(CUmodule);
    module_function = "cuModuleGetFunction"(*mut CUfunction, CUmodule, *const c_char);
    alloc = "cuMemAlloc_v2"(*mut CUdeviceptr, usize);
    free = "cuMemFree_v2"(CUdeviceptr);
    upload = "cuMemcpyHtoDAsync_v2"(CUdeviceptr, *const c_void, usize, CUstream);
    download = "cuMemcpyDtoHAsync_v2"(*mut c_void, CUdeviceptr, usize, CUstream);
    stream_create = "cuStreamCreate"(*mut CUstream, c_uint);
    stream_synchronize = "cuStreamSynchronize"(CUstream);
    event_create = "cuEventCreate"(*mut CUevent, c_uint);
    event_record = "cuEventRecord"(CUevent, CUstream);
    event_query = "cuEventQuery"(CUevent);
    launch = "cuLaunchKernel"(
        CUfunction, c_uint, c_uint, c_uint, c_uint, c_uint, c_uint, c_uint, CUstream, *mut *mut c_void, *mut *mut c_void
    );
}

impl Driver {
    /// The driver of this machine, loaded and initialised; the answer stays the same for the life of the process.
    pub fn get() -> Result<&'static Driver, Unavailable> {
        static DRIVER: OnceLock<Result<Driver, Unavailable>> = OnceLock::new();
        DRIVER.get_or_init(Driver::load).as_ref().map_err(Unavailable::clone)
    }

    fn load() -> Result<Driver, Unavailable> {
        // SAFETY: loading a library runs its initialisers; a library of one of these names is the driver, or the machine's
        // owner has put something else in its place and means it.
        if !unsafe { sys::is_culib_present() } {
            return Err(Unavailable::NoLibrary);
        }
        // SAFETY: there is one, as just seen.
        let driver = unsafe { Driver::look_up() }?;
        // SAFETY: `cuInit` may be called at any time, with 0.
        driver.check("cuInit", unsafe { (driver.init)(0) })?;
        Ok(driver)
    }

    /// The driver's version as (major, minor) of the CUDA version that it implements.
    pub fn version(&self) -> Result<(u32, u32), DriverError> {
        let mut version = 0;
        // SAFETY: the pointer is good for one number.
        self.check("cuDriverGetVersion", unsafe { (self.driver_version)(&mut version) })?;
        Ok((version as u32 / 1000, version as u32 % 1000 / 10))
    }

    /// An answer as a result.
    pub fn check(&self, call: &'static str, code: Code) -> Result<(), DriverError> {
        if code == SUCCESS {
            return Ok(());
        }
        let name = self.words(self.error_name, code).unwrap_or_else(|| "an error without a name".into());
        let text = self.words(self.error_string, code).unwrap_or_else(|| "the driver doesn't describe it".into());
        Err(DriverError { call, code, name, text })
    }

    fn words(&self, ask: unsafe extern "C" fn(Code, *mut *const c_char) -> Code, code: Code) -> Option<String> {
        let mut words: *const c_char = std::ptr::null();
        // SAFETY: the pointer is good for one pointer. For a known code the answer is a constant string of the driver, which
        // is never unloaded; for others it is an error and a null pointer.
        unsafe {
            let found = ask(code, &mut words) == SUCCESS && !words.is_null();
            found.then(|| CStr::from_ptr(words).to_string_lossy().into_owned())
        }
    }
}
