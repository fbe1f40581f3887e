//! Driving a WASI command: one run on each side, and what it wrote, how it ended and what it left in memory.

use crate::compare::{self, Difference};
use crate::contents::{Fill, Lane, Temper};
use crate::duel::{Candidate, Shot, settings};
use crate::regions::Driven;
use crate::report::Driver;
use crate::tally::Tally;
use bundle::Bundle;
use runtime::{
    DeviceChoice, End, Entry, Outside, Program, RunOptions, RunOutcome, SessionError, SessionOptions, Skip, Stdio, run,
};

/// What the guest sees as its own name.
const NAME: &str = "program";

/// True if the module is a command that WASI alone can run.
pub(crate) fn is_command(module: &[u8]) -> bool {
    let mut start = false;
    for payload in wasmparser::Parser::new(0).parse_all(module) {
        match payload {
            Ok(wasmparser::Payload::ImportSection(section)) => {
                let foreign = |import: Result<wasmparser::Import<'_>, _>| {
                    import.is_ok_and(|import| {
                        let known =
                            import.module == "wasi_snapshot_preview1" || bundle::abi_names::is_reserved(import.module);
                        matches!(import.ty, wasmparser::TypeRef::Func(_)) && !known
                    })
                };
                if section.into_imports().any(foreign) {
                    return false;
                }
            }
            Ok(wasmparser::Payload::ExportSection(section)) => {
                start |= section.into_iter().any(|export| export.is_ok_and(|export| export.name == "_start"));
            }
            _ => {}
        }
    }
    start
}

/// Runs a command on the plain side and on every device. A program whose plain runs differ among themselves can't be
/// compared; then there is a note instead.
pub(crate) fn drive(
    plain: &Program,
    bundle: &Bundle,
    candidates: &[Candidate],
    seed: u64,
) -> Result<(Driven, Option<String>), SessionError> {
    let wanted = run(plain, &options(DeviceChoice::Off))?;
    let again = run(plain, &options(DeviceChoice::Off))?;
    if difference(&wanted, &again).is_some() {
        let note = "two plain runs of the program differ, so it wasn't compared as a whole";
        return Ok((Driven { discarded: 1, ..Driven::default() }, Some(note.into())));
    }
    let mut driven = Driven { cases: 1, ..Driven::default() };
    for Candidate { device, sim } in candidates {
        if let Some(sim) = sim {
            sim.set_seed(seed);
        }
        let program = Program::Bundle(Box::new(bundle.clone()));
        let found = run(&program, &options(DeviceChoice::Custom(device.clone())))?;
        let mut tallies = vec![Tally::default(); found.stats.len()];
        let mut completed = Vec::new();
        for (stats, tally) in found.stats.iter().zip(&mut tallies) {
            let mut before = stats.clone();
            (before.dispatches, before.done, before.skipped) = (0, Default::default(), Default::default());
            if tally.note(&before, stats) {
                completed.push(stats.id);
            }
        }
        let failure = match sim.as_ref().and_then(|sim| sim.take_findings().into_iter().next()) {
            Some(finding) => Some(format!("region {}: {}", finding.region, finding.what)),
            None => tallies
                .iter()
                .any(|tally| tally.skipped.contains_key(&Skip::Error) && sim.is_none())
                .then(|| "a launch failed".to_string()),
        };
        driven.tallies.push(tallies);
        let difference = difference(&wanted, &found).or(failure.map(|what| Difference::Device { what }));
        if let Some(difference) = difference {
            let shot = Shot {
                args: Vec::new(),
                pages: 0,
                aliased: false,
                fill: Fill { lane: Lane::I8, temper: Temper::Tame, seed: 0 },
                spans: None,
                parts: Vec::new(),
                patches: Vec::new(),
                fuel: 0,
                seed,
            };
            let differences = vec![(device.name().to_string(), difference, completed)];
            driven.add(&Driver::Program, 0, "_start()", &shot, differences);
        }
    }
    Ok((driven, None))
}

fn options(device: DeviceChoice) -> RunOptions {
    let outside =
        Outside { args: vec![NAME.into()], stdio: Stdio::Capture { stdin: Vec::new() }, ..Outside::default() };
    let session = SessionOptions { settings: settings(device), outside, ..SessionOptions::default() };
    RunOptions { session, entry: Entry::Command, dump_memories: true }
}

fn difference(wanted: &RunOutcome, found: &RunOutcome) -> Option<Difference> {
    let (a, b) = (end(&wanted.end), end(&found.end));
    if a != b {
        return Some(Difference::End { wanted: a, found: b });
    }
    let streams =
        [("standard output", &wanted.stdout, &found.stdout), ("standard error", &wanted.stderr, &found.stderr)];
    for (stream, a, b) in streams {
        if a != b {
            let at = a.iter().zip(b).position(|(a, b)| a != b).unwrap_or(a.len().min(b.len()));
            return Some(Difference::Output { stream: stream.into(), at });
        }
    }
    for ((name, a), (_, b)) in wanted.globals.iter().zip(&found.globals) {
        if a != b {
            return Some(Difference::Global { name: name.clone(), wanted: a.to_string(), found: b.to_string() });
        }
    }
    let memories = wanted.memories.iter().zip(&found.memories);
    memories.into_iter().find_map(|((name, a), (_, b))| compare::bytes(name.clone(), a, b))
}

/// How a run ended, without the backtrace, which names functions by their offsets.
fn end(end: &End) -> String {
    match end {
        End::Returned(_) => "a return".into(),
        End::Exited(code) => format!("exit code {code}"),
        End::Trapped { kind, .. } => format!("a trap ({kind})"),
    }
}
