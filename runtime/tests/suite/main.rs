//! The runtime's tests through its public interface, in one binary because linking wasmtime takes longer than they do.

mod conformance;
mod failures;
mod offload;
mod programs;
mod reference;
