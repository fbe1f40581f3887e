//! What the machine accepts, computes and faults on: one test per behaviour, PTX text and expectation side by side.

mod arithmetic;
mod barriers;
mod comparisons;
mod conversions;
mod faults;
mod floats;
mod harness;
mod launches;
mod memory;
mod races;
mod robustness;
mod text_errors;
