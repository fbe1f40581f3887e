//! Native code against the interpreter, which defines what a kernel means.
#![cfg(feature = "native")]
// Running native code is the point; the harness keeps the promise that it demands.
#![allow(unsafe_code)]
// A chunk of one dimension is a list of one range.
#![allow(clippy::single_range_in_vec_init)]

mod accesses;
mod control;
mod errors;
mod harness;
mod operators;

mod random;
mod returns;
mod vectors;
