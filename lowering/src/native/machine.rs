//! Executable memory: from a Cranelift function to something that can be called, and freed.
//!
//! Everything `unsafe` of this room but the contract of `run` is here. The memory belongs to one [`Machine`]: nothing else
//! holds a pointer into it, and a call borrows the machine, so dropping it can't free code that runs.
#![allow(unsafe_code)]

use super::{Chunk, Exit, NativeError, Options, shape};
use cranelift_codegen::Context;
use cranelift_codegen::ir::{Function, LibCall};
use cranelift_codegen::isa::OwnedTargetIsa;
use cranelift_codegen::settings::{self, Configurable};
use cranelift_jit::{JITBuilder, JITModule};
use cranelift_module::{Linkage, Module, ModuleError, default_libcall_names};
use ir::abi::Reach;
use std::fmt;
use std::sync::Mutex;

/// What the function returns after all iterations.
pub(super) const COMPLETED: i64 = 0;
/// What the function returns at a bail.
pub(super) const BAILED: i64 = 1;
/// What the function returns when the budget is spent.
pub(super) const BUDGET: i64 = 2;

/// The compiled function: start and end of each dimension, deltas, low end and length of each reach, live-ins, returned values, whether the chunk holds
/// the last iteration, and the budget. `skeleton` declares the same signature to Cranelift.
type Entry = unsafe extern "C" fn(*const u64, *const u64, *const Reach, *const u64, *mut u64, u64, u64) -> u64;

/// One function in executable memory of its own.
pub(super) struct Machine {
    entry: Entry,
    /// Keeps the code alive, in a lock because it is only `Send`; nobody locks it while the machine lives.
    _code: Mutex<Code>,
}

/// Frees the executable memory, which Cranelift leaks otherwise.
struct Code(Option<JITModule>);

impl Drop for Code {
    fn drop(&mut self) {
        if let Some(module) = self.0.take() {
            // SAFETY: the only pointer into this memory is `Machine::entry`, whose owner is being dropped or was never
            // made; a call would still borrow it.
            unsafe { module.free_memory() }
        }
    }
}

impl fmt::Debug for Machine {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Machine").field("entry", &(self.entry as *const u8)).finish()
    }
}

/// The target: this very machine with all its instructions, or with those alone that every machine like it has. A `large` kernel
/// gets the allocator that is linear.
pub(super) fn isa(options: &Options, large: bool, all: bool) -> Result<OwnedTargetIsa, NativeError> {
    let mut flags = settings::builder();
    let on = |condition: bool| if condition { "true" } else { "false" };
    let wanted = [
        ("opt_level", "speed"),
        ("regalloc_algorithm", if large { "single_pass" } else { "backtracking" }),
        ("enable_verifier", on(cfg!(debug_assertions))),
        ("enable_nan_canonicalization", on(options.canonical_nan)),
        ("enable_probestack", "true"),
        ("probestack_strategy", "inline"),
        ("use_colocated_libcalls", "false"),
        ("is_pic", "false"),
    ];
    for (name, value) in wanted {
        flags.set(name, value).map_err(ModuleError::Flag)?;
    }
    let builder = cranelift_native::builder_with_options(all).map_err(NativeError::Host)?;
    let isa = builder.finish(settings::Flags::new(flags)).map_err(ModuleError::Compilation)?;
    if isa.pointer_bits() != 64 {
        return Err(NativeError::Host("pointers aren't 64 bits wide"));
    }
    Ok(isa)
}

impl Machine {
    /// Compiles `function`, whose signature is that of [`Entry`], and makes it executable.
    pub fn new(isa: OwnedTargetIsa, function: Function) -> Result<Machine, NativeError> {
        let mut builder = JITBuilder::with_isa(isa, default_libcall_names());
        for (call, address) in missing_instructions() {
            builder.symbol(default_libcall_names()(call), address);
        }
        let mut code = Code(None);
        let module = code.0.insert(JITModule::new(builder));
        let id = module.declare_function("kernel", Linkage::Local, &function.signature)?;
        let mut context = Context::for_function(function);
        module.define_function(id, &mut context)?;
        module.finalize_definitions()?;
        let address = module.get_finalized_function(id);
        // SAFETY: the address is that of finished code for a function with exactly this signature in the machine's default
        // calling convention, which is what `extern "C"` means.
        let entry = unsafe { std::mem::transmute::<*const u8, Entry>(address) };
        Ok(Machine { entry, _code: Mutex::new(code) })
    }

    /// Calls the function.
    ///
    /// # Safety
    ///
    /// Every slice of `chunk` and `returns` must have the length that the kernel calls for, no range may be empty, and
    /// the kernel's accesses must be as `NativeKernel::run` demands.
    pub unsafe fn call(
        &self,
        bounds: &[u64; 2 * shape::MAX_DIMS as usize],
        chunk: &Chunk<'_>,
        returns: &mut [u64],
    ) -> Exit {
        let (deltas, reaches, live_ins) = (chunk.deltas.as_ptr(), chunk.reaches.as_ptr(), chunk.live_ins.as_ptr());
        let last = chunk.holds_last() as u64;
        // SAFETY: the code reads within the five slices and writes within `returns`, whose lengths the caller vouches for,
        // and performs the kernel's accesses, for which the caller vouches too. It never unwinds: it calls nothing that can.
        let status = unsafe {
            (self.entry)(bounds.as_ptr(), deltas, reaches, live_ins, returns.as_mut_ptr(), last, chunk.budget)
        };
        match status as i64 {
            COMPLETED => Exit::Completed,
            BUDGET => Exit::Budget,
            _ => Exit::Bailed,
        }
    }
}

macro_rules! missing_instructions {
    ($($call:ident $ty:ident $method:ident($($operand:ident)*);)*) => {
        /// The functions that Cranelift calls on machines without rounding instructions (before SSE4.1) or fused ones (FMA).
        fn missing_instructions() -> Vec<(LibCall, *const u8)> {
            vec![$({
                extern "C" fn compute(value: $ty, $($operand: $ty),*) -> $ty {
                    value.$method($($operand),*)
                }
                (LibCall::$call, compute as *const u8)
            }),*]
        }
    };
}

missing_instructions! {
    CeilF32 f32 ceil(); CeilF64 f64 ceil(); FloorF32 f32 floor(); FloorF64 f64 floor(); TruncF32 f32 trunc();
    TruncF64 f64 trunc(); NearestF32 f32 round_ties_even(); NearestF64 f64 round_ties_even();
    FmaF32 f32 mul_add(b c); FmaF64 f64 mul_add(b c);
}
