//! The project's chores, run as `cargo xtask <verb>`: one verb per file.
//!
//! Every verb works on the checkout that this crate was built from, prints what it did in plain lines, and exits
//! with 1 when there is something to fix. Verbs that need outside tools (compilers, npm) say so when one is missing.

#![forbid(unsafe_code)]

mod audit;
mod blas;
mod clang;
mod corpus;
mod coverage;
mod demo;
mod findings;
mod generated;
mod index;
mod mutants;
mod nests;
mod npm;
mod oracle;
mod polybench;
mod ptxas;
mod published;
mod rust_text;
mod tidy;
mod tool;
mod tsvc;

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::{Parser, Subcommand};

#[derive(Parser)]
#[command(name = "cargo xtask", about = "Chores of the tensorwasm project")]
struct Arguments {
    #[command(subcommand)]
    verb: Verb,
}

#[derive(Subcommand)]
enum Verb {
    /// Rebuilds the corpus modules from their sources with the tools on PATH (CLANG, ZIG, RUSTC, ASC override them).
    Corpus(corpus::Options),
    /// Writes docs/coverage.md: which loop of which kernel and producer is offloaded, and why the rest isn't.
    Coverage(coverage::Options),
    /// Builds the tool, explains a module, runs a program on all cores and checks kernels against plain wasmtime.
    Demo,
    /// Compares generated programs with plain wasmtime on every device.
    Generated(generated::Options),
    /// Seeds faults into the sources, one at a time, and asks whether the oracle finds each.
    Mutants(mutants::Options),
    /// Compares every corpus module with plain wasmtime on every device.
    Oracle(oracle::Options),
    /// Measures how much of each PolyBench program's hottest loop nest runs in dispatches.
    Polybench(polybench::Options),
    /// Assembles the PTX of every corpus kernel with the ptxas that PTXAS names.
    Ptxas {
        /// Also the .wasm files in this folder.
        #[arg(long, value_name = "DIR")]
        more: Option<PathBuf>,
        /// Processes at a time.
        #[arg(long, default_value_t = 1)]
        jobs: usize,
    },
    /// Checks crate edges, file sizes, paths named in the docs, unsafe code and leftovers.
    Tidy,
    /// Writes docs/tsvc.md: which of the loops by class are offloaded, and what declines the others.
    Tsvc(tsvc::Options),
    /// Compiles modules that others publish on npm (NPM overrides the client) and sums up what declines their loops.
    Published(published::Options),
    /// Fetches the real-world BLAS modules of the npm package @stdlib/blas (NPM overrides the client).
    Blas {
        /// The folder that receives the modules, flat.
        #[arg(long)]
        out: PathBuf,
    },
}

fn main() -> ExitCode {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("xtask lies in the repository");
    let outcome = match Arguments::parse().verb {
        Verb::Corpus(options) => corpus::run(root, &options),
        Verb::Coverage(options) => coverage::run(root, &options),
        Verb::Demo => demo::run(root),
        Verb::Generated(options) => generated::run(root, &options),
        Verb::Mutants(options) => mutants::run(root, &options),
        Verb::Oracle(options) => oracle::run(root, &options),
        Verb::Polybench(options) => polybench::run(root, &options),
        Verb::Ptxas { more, jobs } => ptxas::run(root, more.as_deref(), jobs),
        Verb::Tidy => tidy::run(root),
        Verb::Tsvc(options) => tsvc::run(root, &options),
        Verb::Published(options) => published::run(root, &options),
        Verb::Blas { out } => blas::run(&out),
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}
