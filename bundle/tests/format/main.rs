//! The bundle format as its users see it.

mod kinds;
mod layouts;
mod mutations;
mod refusals;
mod round_trip;
mod sample;
mod signatures;
