//! LoweredOp: compact SSA with WebAssembly semantics.
//!
//! A function is a list of basic blocks with block parameters; values and blocks are dense indices. The same form
//! serves two purposes. As a *guest function* it mirrors a Wasm function, with the operators that no kernel may hold
//! kept as [`Op::Foreign`]. As a *kernel* it holds only numerics, loads, stores and control flow; its memory
//! accesses name a footprint of the region instead of a memory, and its cold edges end in [`Term::Bail`].
//! [`verify`] checks either reading, [`interp`] and [`eval`] define what a kernel means, [`text`] prints it, [`codec`]
//! stores it.
//!
//! A 128-bit vector is a value like any other. Its operators are rows of [`vector`], spelled out in scalar ones by [`lanes`].

mod access;
pub mod codec;
pub mod dominators;
pub mod eval;
pub mod eval_vector;
mod func;
pub mod interp;
pub mod lanes;
mod ops;
pub mod relaxed;
pub mod text;
mod types;
pub mod vector;
pub mod verify;

pub use access::{LoadKind, StoreKind};
pub use func::{Block, BlockId, Foreign, Func, Inst, Op, Target, Term, Value};
pub use ops::{BinaryOp, TernaryOp, UnaryOp};
pub use types::{Const, Type};
pub use vector::{Shape, VectorBinaryOp, VectorTernaryOp, VectorUnaryOp};
