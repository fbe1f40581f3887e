//! The runtime's tests through its public interface, in one binary because linking wasmtime takes longer than they do.

mod conformance;
mod embedding;
mod embedding_async;
mod failures;
mod guest;
mod offload;
mod programs;
mod reference;
mod threads;
