//! The oracle as a whole: on bundles that are right, and on bundles that were made wrong.

mod generated;
mod harnesses;
mod inputs;
mod mutants;
mod narrow;
mod picks;
mod programs;
mod relaxed;
mod relaxed_simd;
mod replays;
mod verdicts;
