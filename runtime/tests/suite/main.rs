//! The runtime's tests through its public interface, in one binary because linking wasmtime takes longer than they do.

mod conformance;
/// The example, so that it keeps running.
#[path = "../../examples/embed.rs"]
#[allow(dead_code)]
mod embed;
mod embedding;
mod embedding_async;
mod engines;
mod failures;
mod guest;
mod offload;
mod programs;
mod reference;
mod relaxed;
mod threads;
