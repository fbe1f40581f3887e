//! LoweredOp: compact SSA with WebAssembly semantics.
//!
//! A function is a list of basic blocks with block parameters; values and blocks are dense indices. The same form
//! serves two purposes. As a *guest function* it mirrors a Wasm function, with the operators that no kernel may hold
//! kept as [`Op::Foreign`]. As a *kernel* it holds only numerics, loads, stores and control flow; its memory
//! accesses name a footprint of the region instead of a memory, and its cold edges end in [`Term::Bail`].
//! [`verify`] checks either reading, [`interp`] and [`eval`] define what a kernel means, [`text`] prints it, [`codec`]
//! stores it.

mod access;
pub mod codec;
pub mod dominators;
pub mod eval;
mod func;
pub mod interp;
mod ops;
pub mod text;
mod types;
pub mod verify;

pub use access::{LoadKind, StoreKind};
pub use func::{Block, BlockId, Foreign, Func, Inst, Op, Target, Term, Value};
pub use ops::{BinaryOp, UnaryOp};
pub use types::{Const, Type};
