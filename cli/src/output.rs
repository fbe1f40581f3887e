//! What a command says: results on standard output, everything else on standard error.
//!
//! A reader of results may leave when it has enough, as `head` does. The command then ends at once and in silence, with the exit
//! code that a shell shows for a program which a closed pipe has ended: neither success nor a finding, because whoever looks at
//! the code mustn't take half a result for a whole one. What can't be said on standard error is lost, and changes nothing.

use anyhow::{Error, Result};
use std::fmt::{self, Arguments};
use std::io::{self, ErrorKind, Write};

/// 128 plus the number of SIGPIPE.
pub const CLOSED: u8 = 141;

/// Nobody reads the output any more.
#[derive(Debug)]
pub struct Closed;

impl fmt::Display for Closed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "nobody reads standard output any more")
    }
}

impl std::error::Error for Closed {}

/// Writes text to standard output.
pub fn show(text: Arguments<'_>) -> Result<()> {
    io::stdout().write_fmt(text).map_err(failed)
}

/// Writes out what standard output still holds back.
pub fn finish() -> Result<()> {
    io::stdout().flush().map_err(failed)
}

fn failed(error: io::Error) -> Error {
    match error.kind() {
        ErrorKind::BrokenPipe => Closed.into(),
        _ => Error::new(error).context("can't write to standard output"),
    }
}

/// Writes a line to standard error. A message that nobody can receive isn't worth a failure.
pub fn mention(line: Arguments<'_>) {
    let _ = writeln!(io::stderr(), "{line}");
}

/// Prints a line to standard output, or is an error that ends the command.
macro_rules! say {
    ($($text:tt)*) => { $crate::output::show(format_args!("{}\n", format_args!($($text)*))) };
}

/// Prints a line to standard error.
macro_rules! note {
    ($($text:tt)*) => { $crate::output::mention(format_args!($($text)*)) };
}

pub(crate) use {note, say};
