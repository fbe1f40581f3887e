//! Generated programs: random modules of loop nests, each compared with plain wasmtime.
//!
//! [`generated`] is the verb: numbers of programs in, a [`Generated`] out. A program depends on the seed and its number
//! alone, whatever is generated beside it, so that runs can be split and resumed at will. Each is written, compiled,
//! rewritten and called a few times on both sides ([`crate::duel`]); anything that differs, an invalid rewrite, an error of
//! a stage that promises none, a panic are findings. A finding is shrunk, and written as a module, its text and a replay
//! file, which `tensorwasm oracle MODULE --replay FILE` runs again.
//!
//! The generator knows nothing of the analysis: what it draws is chosen so that much of it is offloaded, and the report
//! says how much, because programs that are all declined would test nothing.

mod grow;
mod inputs;
mod opcodes;
mod program;
mod shrink;
mod values;
mod write;

use crate::compare::Difference;
use crate::duel::{Candidate, Duel, Plain, Shot, describe};
use crate::guest::Engines;
use crate::options::{DeviceKind, Devices, OracleError};
use crate::random::Random;
use crate::replay::{Replay, ReplayError};
use crate::report::{Divergence, Driver};
use crate::summary::unproven;
use crate::tally::Tally;
use bundle::{Bundle, FpMode};
use program::Program;
use rayon::prelude::*;
use runtime::Skip;
use runtime::checker::Scope;
use serde::Serialize;
use std::collections::BTreeMap;
use std::fmt;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};

/// Back edges for each worker in a region whose work isn't bounded: few, so that some don't get by with them.
const STEPS: u64 = 1000;

/// What is generated, and where it runs.
#[derive(Clone)]
pub struct GeneratedOptions {
    /// Where all programs are drawn from.
    pub seed: u64,
    /// The number of the first program.
    pub first: u64,
    /// How many programs.
    pub count: u64,
    /// Calls of each.
    pub calls: u64,
    /// The devices.
    pub devices: Vec<DeviceKind>,
    /// Where findings are written; without it they are only told.
    pub findings: Option<PathBuf>,
    /// How programs are compiled.
    pub compiler: compiler::Options,
}

impl Default for GeneratedOptions {
    fn default() -> GeneratedOptions {
        GeneratedOptions {
            seed: 0,
            first: 0,
            count: 1000,
            calls: 4,
            devices: vec![DeviceKind::Cpu, DeviceKind::PtxSim],
            findings: None,
            compiler: compiler::Options::default(),
        }
    }
}

/// A program with which something is wrong.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct GeneratedFinding {
    /// The program's number.
    pub number: u64,
    /// What is wrong.
    pub what: String,
    /// The smaller module that was written.
    pub module: Option<PathBuf>,
    /// The file that replays the call, if it is a call that goes wrong.
    pub replay: Option<PathBuf>,
}

/// What came of generated programs.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize)]
pub struct Generated {
    /// The seed.
    pub seed: u64,
    /// The number of the first program.
    pub first: u64,
    /// Programs.
    pub programs: u64,
    /// Programs with a region.
    pub offloaded: u64,
    /// Programs of which a dispatch completed on every device.
    pub ran: u64,
    /// Regions.
    pub regions: u64,
    /// Loops that aren't offloaded, by the kind of the reason.
    pub declined: BTreeMap<String, u64>,
    /// Regions that the load checker refuses, by what it isn't shown.
    pub refused: BTreeMap<String, u64>,
    /// Calls that were compared.
    pub cases: u64,
    /// Calls that the plain side couldn't finish.
    pub discarded: u64,
    /// Dispatches that completed, on all devices together.
    pub done: u64,
    /// Dispatches that didn't, by cause.
    pub skipped: BTreeMap<Skip, u64>,
    /// What is wrong.
    pub findings: Vec<GeneratedFinding>,
}

impl Generated {
    fn add(mut self, other: Generated) -> Generated {
        self.programs += other.programs;
        self.offloaded += other.offloaded;
        self.ran += other.ran;
        self.regions += other.regions;
        merge(&mut self.declined, other.declined);
        merge(&mut self.refused, other.refused);
        self.cases += other.cases;
        self.discarded += other.discarded;
        self.done += other.done;
        merge(&mut self.skipped, other.skipped);
        self.findings.extend(other.findings);
        self
    }

    /// Adds what became of a program's regions.
    fn count(&mut self, tallies: &[Vec<Tally>]) {
        self.ran += tallies.iter().all(|device| device.iter().any(|tally| tally.done > 0)) as u64;
        for tally in tallies.iter().flatten() {
            self.done += tally.done;
            merge(&mut self.skipped, tally.skipped.clone());
        }
    }

    /// Adds what the compiler and the load checker make of a program.
    fn judge(&mut self, loops: &[compiler::LoopReport], bundle: &Bundle) {
        let scope = Scope::of(bundle);
        self.regions += bundle.manifest.regions.len() as u64;
        self.offloaded += !bundle.manifest.regions.is_empty() as u64;
        for each in loops {
            if let compiler::Outcome::Declined(reason) = &each.outcome {
                let kind =
                    serde_json::to_value(reason).ok().and_then(|value| Some(value["kind"].as_str()?.to_string()));
                *self.declined.entry(kind.unwrap_or_default()).or_default() += 1;
            }
        }
        for why in bundle.manifest.regions.iter().filter_map(|region| unproven(bundle, scope, region)) {
            *self.refused.entry(why).or_default() += 1;
        }
    }
}

fn merge<K: Ord>(counts: &mut BTreeMap<K, u64>, more: BTreeMap<K, u64>) {
    for (key, count) in more {
        *counts.entry(key).or_default() += count;
    }
}

impl fmt::Display for Generated {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for GeneratedFinding { number, what, module, replay } in &self.findings {
            write!(f, "program {number}: {what}")?;
            for (label, path) in [("module", module), ("replay", replay)] {
                if let Some(path) = path {
                    write!(f, " ({label}: {})", path.display())?;
                }
            }
            writeln!(f)?;
        }
        let Generated { seed, first, programs, offloaded, ran, regions, cases, discarded, done, .. } = self;
        let last = (first + programs).saturating_sub(1);
        writeln!(
            f,
            "programs {first} to {last} of seed {seed}: {offloaded} of {programs} have {regions} regions, {ran} ran"
        )?;
        write!(f, "{cases} calls, {discarded} discarded; {done} dispatches done")?;
        for (cause, count) in &self.skipped {
            write!(f, ", {} {count}", format!("{cause:?}").to_lowercase())?;
        }
        writeln!(f)?;
        for (title, counts) in [("declined loops", &self.declined), ("refused by the load checker", &self.refused)] {
            if !counts.is_empty() {
                let counts: Vec<String> = counts.iter().map(|(what, count)| format!("{what} {count}")).collect();
                writeln!(f, "{title}: {}", counts.join(", "))?;
            }
        }
        writeln!(f, "{} findings", self.findings.len())
    }
}

/// What is wrong with a program.
enum Failure {
    /// A call goes wrong on a device.
    Call(Box<(Shot, String, Difference, Vec<u32>)>),
    /// A stage fails.
    Stage(String),
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Failure::Call(call) => write!(f, "{} on {}, {}", write::EXPORT, call.1, call.2),
            Failure::Stage(what) => f.write_str(what),
        }
    }
}

/// Generates programs and compares each with plain wasmtime.
pub fn generated(options: &GeneratedOptions) -> Result<Generated, OracleError> {
    let devices = Devices::new(&options.devices)?;
    let engines = Engines::new()?;
    let GeneratedOptions { seed, first, .. } = *options;
    let range = first..first.saturating_add(options.count);
    let one = |number| one(number, &Bench { engines: &engines, candidates: devices.candidates(), options });
    let none = || Ok(Generated { seed, first, ..Generated::default() });
    let both = |a: Result<Generated, OracleError>, b: Result<Generated, OracleError>| Ok(a?.add(b?));
    range.into_par_iter().map(one).reduce(none, both)
}

/// What every program is tried with.
struct Bench<'a> {
    engines: &'a Engines,
    candidates: Vec<Candidate>,
    options: &'a GeneratedOptions,
}

fn one(number: u64, bench: &Bench<'_>) -> Result<Generated, OracleError> {
    let options = bench.options;
    let mut random = Random::of(options.seed, &[number]);
    let program = grow::grow(&mut random);
    let shots: Vec<Shot> = (0..options.calls).map(|_| inputs::draw(&program, &mut random)).collect();
    let mut counts = Generated { programs: 1, ..Generated::default() };
    let Some(failure) = guarded(bench, &program, &shots, &mut counts) else { return Ok(counts) };
    let mut finding = GeneratedFinding { number, what: failure.to_string(), module: None, replay: None };
    if let Some(directory) = &options.findings {
        write(directory, &mut finding, bench, program, failure)?;
    }
    counts.findings.push(finding);
    Ok(counts)
}

/// What is wrong with a program; a panic is.
fn guarded(bench: &Bench<'_>, program: &Program, shots: &[Shot], counts: &mut Generated) -> Option<Failure> {
    // Nothing of what a program that panics has touched is used again.
    let tried = catch_unwind(AssertUnwindSafe(|| failure(bench, program, shots, counts)));
    tried.unwrap_or_else(|panic| {
        let text = panic.downcast_ref::<String>().cloned();
        let text = text.or_else(|| panic.downcast_ref::<&str>().map(|text| text.to_string()));
        Some(Failure::Stage(format!("panic: {}", text.unwrap_or_default())))
    })
}

fn failure(bench: &Bench<'_>, program: &Program, shots: &[Shot], counts: &mut Generated) -> Option<Failure> {
    let stage = |what: &str, error: &dyn fmt::Display| Some(Failure::Stage(format!("{what}: {error}")));
    let module = program.module();
    if let Err(error) = wasmparser::validate(&module) {
        return stage("the generator wrote an invalid module", &error);
    }
    let compiled = match compiler::compile(&module, &bench.options.compiler) {
        Ok(compiled) => compiled,
        Err(error) => return stage("compile", &error),
    };
    let bundle = match bundle::read(&compiled.bundle) {
        Ok(bundle) => bundle,
        Err(error) => return stage("read the bundle", &error),
    };
    counts.judge(&compiled.loops, &bundle);
    if bundle.manifest.regions.is_empty() {
        return None;
    }
    let plain = Plain::Module(&module);
    let mut duel = match Duel::with_steps(bench.engines, plain, &bundle, &bench.candidates, FpMode::Exact, STEPS) {
        Ok(duel) => duel,
        Err(error) => return stage("load", &error),
    };
    for shot in shots {
        let outcome = match duel.shoot(write::EXPORT, shot) {
            Ok(outcome) => outcome,
            Err(error) => return stage("run", &error),
        };
        counts.cases += !outcome.discarded as u64;
        counts.discarded += outcome.discarded as u64;
        if let Some((device, difference, regions)) = outcome.differences.into_iter().next() {
            return Some(Failure::Call(Box::new((shot.clone(), device, difference, regions))));
        }
    }
    let tallies: Vec<Vec<Tally>> = duel.tallies().map(<[Tally]>::to_vec).collect();
    counts.count(&tallies);
    None
}

/// Shrinks a program and writes what is left of it.
fn write(
    directory: &Path,
    finding: &mut GeneratedFinding,
    bench: &Bench<'_>,
    program: Program,
    first: Failure,
) -> Result<(), OracleError> {
    let shots: Vec<Shot> = match &first {
        Failure::Call(call) => vec![call.0.clone()],
        Failure::Stage(_) => Vec::new(),
    };
    let kind = std::mem::discriminant(&first);
    let failing = |candidate: &&Candidate| match &first {
        Failure::Call(call) => candidate.device.name() == call.1,
        Failure::Stage(_) => true,
    };
    let candidates = bench.candidates.iter().filter(failing).cloned().collect();
    let Bench { engines, options, .. } = *bench;
    let failing = Bench { engines, candidates, options };
    let fails = |program: &Program| {
        let failure = guarded(&failing, program, &shots, &mut Generated::default());
        failure.filter(|failure| std::mem::discriminant(failure) == kind)
    };
    let small = shrink::shrink(program, |program| fails(program).is_some());
    let failure = fails(&small).unwrap_or(first);
    finding.what = failure.to_string();
    let module = small.module();
    let path = directory.join(format!("generated-{}-{}.wasm", options.seed, finding.number));
    let file = |path: &Path, bytes: &[u8]| {
        std::fs::write(path, bytes).map_err(|error| ReplayError::File { path: path.to_path_buf(), error })
    };
    std::fs::create_dir_all(directory).map_err(|error| ReplayError::File { path: directory.into(), error })?;
    file(&path, &module)?;
    let text = wasmprinter::print_bytes(&module).unwrap_or_else(|error| format!(";; {error}\n"));
    file(&path.with_extension("wat"), text.as_bytes())?;
    if let Failure::Call(call) = failure {
        let (shot, device, difference, regions) = *call;
        let driver = Driver::Export(write::EXPORT.into());
        let ty = duel_type(engines, &module);
        let call = ty.map(|ty| describe(write::EXPORT, &ty, &shot.args)).unwrap_or_default();
        let divergence = Divergence { device, driver, case: finding.number, call, difference, regions, replay: None };
        finding.what = divergence.to_string();
        let replay = Replay::of(&divergence, &shot, &bundle::digest(&module), options.seed);
        finding.replay = Some(replay.write(directory)?);
    }
    finding.module = Some(path);
    Ok(())
}

/// The type of the program's function.
fn duel_type(engines: &Engines, module: &[u8]) -> Option<wasmtime::FuncType> {
    let module = wasmtime::Module::from_binary(&engines.plain, module).ok()?;
    module.get_export(write::EXPORT)?.func().cloned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn generated_programs_are_valid_and_repeat() {
        for number in 0..400 {
            let draw = || grow::grow(&mut Random::of(1, &[number])).module();
            let module = draw();
            wasmparser::validate(&module).unwrap_or_else(|error| panic!("program {number}: {error}"));
            assert_eq!(module, draw());
        }
    }
}
