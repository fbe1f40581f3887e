//! A stand-in for NVIDIA's driver library: the part of the driver API that the runtime's CUDA device uses, over the PTX
//! machine.
//!
//! Job: let the real CUDA device code run on a machine without a GPU, and be a harder driver than a real one. Loaded as
//! `libcuda.so`, it calls itself "PTX machine (stand-in driver)", so nothing that was seen on it can be taken for something
//! seen on a GPU. It shares no code with the runtime or the emitter.
//!
//! What makes it hard: streams are lazy, so whatever isn't waited for hasn't happened; an event is never ready when it is
//! asked the first time; memory is full of junk and aligned to 16 bytes only; kernels run with shuffled threads, junk for
//! unspecified results, and faults for races, misalignment and stray accesses; a copy outside of live allocations, a handle
//! that is gone or of another kind, parameters of another size, a call without a current context, a call that would wait
//! for a launch that may never end, and memory that is still allocated at the end of the process are misuse. Misuse is an error
//! for the caller and a line on standard error that begins with `stand-in driver:`, because a runtime with a fallback would
//! hide the error.
//!
//! Faults are asked for in the environment variable `TENSORWASM_CUDA_SIM`: see [`faults`].
//!
//! Files: `api` are the exported functions, `device` what they do, `faults` what goes wrong on purpose, `codes` the driver's error
//! numbers and their names.

mod api;
mod codes;
mod device;
pub mod faults;

pub use api::*;
