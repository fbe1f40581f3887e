//! From what was driven to the report: adding up counts, writing replay files, and the verdict.

use crate::check::Subject;
use crate::options::OracleOptions;
use crate::regions::{Driven, Limits};
use crate::replay::{Replay, ReplayError};
use crate::report::{Baseline, Coverage, RegionReport, Report, Verdict};
use crate::tally::Tally;
use bundle::Bundle;
use ir::lowered::dominators::Dominators;
use ir::region::Region;
use runtime::checker::{self, Scope};

/// What came of driving one region alone.
pub(crate) struct AloneResult {
    /// Counts and differences.
    pub driven: Driven,
    /// What can't be asked of it.
    pub limits: Limits,
    /// Why it couldn't be driven alone, if so.
    pub unfit: Option<String>,
}

/// Guards and threads of which nothing is known are taken to be able to do everything.
const ALL: Limits = Limits { can_refuse: true, can_bail: true, can_align: true };

impl AloneResult {
    /// A region that has no harness.
    pub fn unfit(why: &str) -> AloneResult {
        AloneResult { driven: Driven::default(), limits: ALL, unfit: Some(why.into()) }
    }
}

/// Everything that was found.
pub(crate) struct Findings {
    /// The devices' names.
    pub devices: Vec<String>,
    /// By region; empty if no region was driven alone.
    pub alone: Vec<AloneResult>,
    /// From the module as a whole.
    pub whole: Driven,
    /// What else is worth knowing.
    pub notes: Vec<String>,
}

/// Makes the report.
pub(crate) fn summarise(
    subject: &Subject<'_>,
    options: &OracleOptions,
    findings: Findings,
) -> Result<Report, ReplayError> {
    let (bundle, scope) = (subject.bundle, Scope::of(subject.bundle));
    let regions: Vec<RegionReport> =
        bundle.manifest.regions.iter().map(|region| region_report(bundle, scope, region, &findings)).collect();
    let Findings { devices, alone, whole, notes } = findings;
    let (mut cases, mut discarded, mut divergences) = (0, 0, Vec::new());
    for driven in alone.into_iter().map(|own| own.driven).chain([whole]) {
        (cases, discarded) = (cases + driven.cases, discarded + driven.discarded);
        for (mut divergence, shot) in driven.found {
            if let Some(directory) = &options.replays {
                let replay = Replay::of(&divergence, &shot, &subject.digest, options.seed);
                divergence.replay = Some(replay.write(directory)?);
            }
            divergences.push(divergence);
        }
    }
    let exercised = match options.invoke {
        None => regions.iter().all(|region| region.devices.iter().all(|device| device.exercised)),
        // One call doesn't show all of a region. That some region was dispatched on every device must do.
        Some(_) => {
            let reached = |region: &RegionReport| region.devices.iter().all(|device| device.cases_done > 0);
            regions.is_empty() || regions.iter().any(reached)
        }
    };
    // The checker doesn't follow every loop inside a thread yet: such a region is off, which changes time and nothing else.
    let flat = |id: u32| bundle.kernels.get(id as usize).is_none_or(|k| !Dominators::of(&k.func).has_cycle(&k.func));
    let exercised = exercised && regions.iter().all(|region| region.unproven.is_none() || !flat(region.id));
    let verdict = match (divergences.is_empty(), exercised) {
        (false, _) => Verdict::Divergence,
        (true, false) => Verdict::NotExercised,
        (true, true) => Verdict::Pass,
    };
    let baseline = if subject.original.is_some() { Baseline::Original } else { Baseline::RegionsOff };
    let (module, seed) = (subject.digest.clone(), options.seed);
    Ok(Report { verdict, module, baseline, seed, devices, cases, discarded, divergences, regions, notes })
}

/// What the load checker says of a region and its images.
pub(crate) fn unproven(bundle: &Bundle, scope: Scope, region: &Region) -> Option<String> {
    let kernel = bundle.kernels.get(region.id as usize)?;
    let images = bundle.ptx.iter().filter(|image| image.region == region.id);
    let mut checks = images.map(|image| checker::check_ptx(region, image, scope));
    checker::check(region, kernel, scope).err().or_else(|| checks.find_map(Result::err)).map(|why| why.to_string())
}

fn region_report(bundle: &Bundle, scope: Scope, region: &Region, findings: &Findings) -> RegionReport {
    let own = findings.alone.get(region.id as usize);
    let limits = own.map_or(ALL, |own| own.limits);
    let coverage = |(device, name): (usize, &String)| -> Coverage {
        let mut tally = Tally::default();
        // In its harness a region is the only one.
        let alone = own.and_then(|own| own.driven.tallies.get(device)?.first());
        let whole = findings.whole.tallies.get(device).and_then(|tallies| tallies.get(region.id as usize));
        let whole = whole.filter(|_| !region.is_relaxed());
        alone.into_iter().chain(whole).for_each(|counted| tally.add(counted));
        tally.coverage(name, region, limits)
    };
    let mut notes = Vec::new();
    if region.is_relaxed() {
        notes.push("its sums are relaxed, so it is off when the module runs as a whole".to_string());
    }
    if !limits.can_refuse {
        notes.push("no live-ins were found that its guards refuse".to_string());
    }
    if region.can_bail && !limits.can_bail {
        notes.push("nothing made it bail, not even a search for what would".to_string());
    }
    if !limits.can_align {
        notes.push("its accesses can't all be aligned, so that a device that needs it never runs it".to_string());
    }
    RegionReport {
        id: region.id,
        function: region.place.name.clone().unwrap_or_else(|| format!("function {}", region.place.function)),
        offset: region.place.offset,
        line: region.place.line.clone(),
        harness: own.and_then(|own| own.unfit.clone()),
        unproven: unproven(bundle, scope, region),
        notes,
        devices: findings.devices.iter().enumerate().map(coverage).collect(),
    }
}
