//! Running a program from start to end, as `tensorwasm run` does.

use crate::session::{End, Program, Session, SessionError, SessionOptions};
use crate::stats::RegionStats;
use crate::values::Value;

/// What is called after the start.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub enum Entry {
    /// `_start`, as a WASI command has it.
    #[default]
    Command,
    /// An export with arguments written as text, after `_initialize` if there is one.
    Export {
        /// Its name.
        name: String,
        /// Its arguments.
        args: Vec<String>,
    },
}

/// How a program is run.
#[derive(Clone, Default)]
pub struct RunOptions {
    /// How it is started.
    pub session: SessionOptions,
    /// What is called.
    pub entry: Entry,
    /// True to hand out the memories afterwards.
    pub dump_memories: bool,
}

/// What a run left behind.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct RunOutcome {
    /// How it ended.
    pub end: End,
    /// Captured standard output.
    pub stdout: Vec<u8>,
    /// Captured standard error.
    pub stderr: Vec<u8>,
    /// The exported globals.
    pub globals: Vec<(String, Value)>,
    /// The memories, if they were asked for.
    pub memories: Vec<(String, Vec<u8>)>,
    /// What ran where.
    pub stats: Vec<RegionStats>,
}

impl RunOutcome {
    /// The exit code that a shell would see; a trap is 134, as from `abort`.
    pub fn exit_code(&self) -> i32 {
        match self.end {
            End::Returned(_) => 0,
            End::Exited(code) => code,
            End::Trapped { .. } => 134,
        }
    }
}

/// Runs `program`.
pub fn run(program: &Program, options: &RunOptions) -> Result<RunOutcome, SessionError> {
    let mut session = Session::start(program, &options.session)?;
    let end = match session.start_end().clone() {
        End::Returned(_) => call(&mut session, &options.entry)?,
        end => end,
    };
    let (stdout, stderr) = session.output();
    let globals = session.globals();
    let memories = if options.dump_memories { session.memories() } else { Vec::new() };
    Ok(RunOutcome { end, stdout, stderr, globals, memories, stats: session.stats() })
}

fn call(session: &mut Session, entry: &Entry) -> Result<End, SessionError> {
    match entry {
        Entry::Command => session.invoke("_start", &[]),
        Entry::Export { name, args } => {
            if session.has_function("_initialize") {
                match session.invoke("_initialize", &[])? {
                    End::Returned(_) => {}
                    end => return Ok(end),
                }
            }
            session.invoke_text(name, args)
        }
    }
}
