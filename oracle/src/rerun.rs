//! Running the case of a replay file again.

use crate::check::Subject;
use crate::duel::{Duel, Plain, describe};
use crate::guest::Engines;
use crate::harness;
use crate::options::{Devices, OracleError, OracleOptions};
use crate::regions::Driven;
use crate::replay::Replay;
use crate::report::{Baseline, Driver, Report, Verdict};
use std::path::Path;

/// Runs the case in the file at `path` again, on the device that it names. `file` is the file that was checked when it was
/// found. The verdict is `divergence` or `pass`, and says nothing about how thoroughly regions were exercised.
pub fn replay(path: &Path, file: &[u8], options: &OracleOptions) -> Result<Report, OracleError> {
    let replay = Replay::read(path, &bundle::digest(file))?;
    Subject::with(file, options, |subject| rerun(subject, &replay, options))
}

fn rerun(subject: &Subject<'_>, replay: &Replay, options: &OracleOptions) -> Result<Report, OracleError> {
    let engines = Engines::new()?;
    let mut candidates = Devices::new(&options.devices)?.candidates();
    candidates.retain(|candidate| candidate.device.name() == replay.device);
    if candidates.is_empty() {
        return Err(OracleError::NoDevice(replay.device.clone()));
    }
    let driven = match &replay.driver {
        Driver::Program => subject.program(&candidates, replay.shot.seed)?.0,
        Driver::Export(name) => shoot(subject.duel(&engines, &candidates)?, name, replay)?,
        Driver::Region(id) => {
            let harness = subject.harness(*id, options)?;
            let fp = harness.bundle.manifest.options.fp;
            let duel = Duel::new(&engines, Plain::Module(&harness.plain), &harness.bundle, &candidates, fp)?;
            shoot(duel, harness::EXPORT, replay)?
        }
    };
    let divergences: Vec<_> = driven.found.into_iter().map(|(divergence, _)| divergence).collect();
    Ok(Report {
        verdict: if divergences.is_empty() { Verdict::Pass } else { Verdict::Divergence },
        module: subject.digest.clone(),
        baseline: if subject.original.is_some() { Baseline::Original } else { Baseline::RegionsOff },
        seed: replay.seed,
        devices: vec![replay.device.clone()],
        cases: driven.cases,
        discarded: driven.discarded,
        divergences,
        regions: Vec::new(),
        notes: Vec::new(),
    })
}

fn shoot(mut duel: Duel<'_>, export: &str, replay: &Replay) -> Result<Driven, OracleError> {
    let ty = duel.functions().into_iter().find(|(name, _)| name == export).map(|(_, ty)| ty);
    let ty = ty.ok_or_else(|| OracleError::NoExport(export.into()))?;
    let outcome = duel.shoot(export, &replay.shot)?;
    let (cases, discarded) = (!outcome.discarded as u64, outcome.discarded as u64);
    let mut driven = Driven { cases, discarded, ..Driven::default() };
    let call = describe(export, &ty, &replay.shot.args);
    driven.add(&replay.driver, replay.case, &call, &replay.shot, outcome.differences);
    Ok(driven)
}
