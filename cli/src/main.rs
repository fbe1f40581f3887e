//! `tensorwasm`: compile, explain, run, check, inspect and sign.
//!
//! Each command is a file in `commands`. Exit codes: 0, 1 for a finding (a divergence, a signature that isn't trusted), 2 for
//! wrong usage or bad input, 141 if the reader of the output left early. `run` exits as the program does.
#![forbid(unsafe_code)]
#![deny(clippy::print_stdout, clippy::print_stderr)]

mod cached;
mod commands;
mod files;
mod output;

use clap::{Parser, Subcommand};
use std::process::ExitCode;

/// Runs the parallel loops of WebAssembly modules on a GPU or on all CPU cores, with the same bits.
#[derive(Parser)]
#[command(version, about, propagate_version = true)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    Compile(commands::compile::Args),
    Explain(commands::explain::Args),
    Run(commands::run::Args),
    Oracle(commands::oracle::Args),
    Inspect(commands::inspect::Args),
    Keygen(commands::keys::KeygenArgs),
    Keys(commands::keys::KeysArgs),
    Sign(commands::sign::Args),
    Verify(commands::verify::Args),
    Devices(commands::devices::Args),
    Cache(commands::cache::Args),
}

/// What a command found.
pub enum Finding {
    /// Nothing wrong.
    Clean,
    /// Something that a caller should stop for.
    Found,
    /// The exit code of a program that ran.
    Program(i32),
}

fn main() -> ExitCode {
    let cli = Cli::parse();
    let result = match cli.command {
        Command::Compile(args) => commands::compile::run(&args),
        Command::Explain(args) => commands::explain::run(&args),
        Command::Run(args) => commands::run::run(&args),
        Command::Oracle(args) => commands::oracle::run(&args),
        Command::Inspect(args) => commands::inspect::run(&args),
        Command::Keygen(args) => commands::keys::keygen(&args),
        Command::Keys(args) => commands::keys::keys(&args),
        Command::Sign(args) => commands::sign::run(&args),
        Command::Verify(args) => commands::verify::run(&args),
        Command::Devices(args) => commands::devices::run(&args),
        Command::Cache(args) => commands::cache::run(&args),
    };
    match result.and_then(|finding| output::finish().map(|()| finding)) {
        Ok(Finding::Clean) => ExitCode::SUCCESS,
        Ok(Finding::Found) => ExitCode::from(1),
        Ok(Finding::Program(code)) => ExitCode::from(u8::try_from(code).unwrap_or(u8::MAX)),
        Err(error) if error.is::<output::Closed>() => ExitCode::from(output::CLOSED),
        Err(error) => {
            output::note!("error: {}", files::printable(&format!("{error:#}")));
            ExitCode::from(2)
        }
    }
}
