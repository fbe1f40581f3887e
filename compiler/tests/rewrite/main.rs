//! The rewriter, from the outside: what it writes, that it runs the same, and what it declines.

mod carried;
mod debugging;
mod declined;
mod lines;
mod programs;
mod runs;
mod text;
