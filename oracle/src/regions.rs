//! Driving each region alone, in its harness.

use crate::compare::Difference;
use crate::duel::{Candidate, Duel, Plain, Shot, describe};
use crate::guest::{Engines, GuestError};
use crate::harness::{EXPORT, Harness};
use crate::report::{Divergence, Driver};
use crate::shots::Shots;
use crate::tally::Tally;
use ir::region::{Footprint, Int, Kernel, Region};
use runtime::Skip;

/// Divergences that are told in full, for each driver and device.
pub(crate) const TOLD: usize = 3;

/// Cases that are tried until a guard says no.
const REFUSALS: u64 = 40;

/// Cases that are tried until some thread bails.
const HUNTS: u64 = 60;

/// What came of driving something.
#[derive(Default)]
pub(crate) struct Driven {
    /// For each device, the count of each region.
    pub tallies: Vec<Vec<Tally>>,
    /// Cases that were compared.
    pub cases: u64,
    /// Cases that weren't.
    pub discarded: u64,
    /// What differed, with what replays it.
    pub found: Vec<(Divergence, Shot)>,
}

impl Driven {
    /// Adds the differences of one case.
    pub fn add(&mut self, driver: &Driver, case: u64, call: &str, shot: &Shot, differences: Differences) {
        for (device, difference, regions) in differences {
            if self.found.iter().filter(|(told, _)| told.device == device).count() < TOLD {
                let (driver, call) = (driver.clone(), call.to_string());
                let divergence = Divergence { device, driver, case, call, difference, regions, replay: None };
                self.found.push((divergence, shot.clone()));
            }
        }
    }
}

/// What differed on which device, and the regions that completed there.
type Differences = Vec<(String, Difference, Vec<u32>)>;

/// A region with what is needed to drive it.
pub(crate) struct Alone<'r> {
    /// The region.
    pub region: &'r Region,
    /// Its kernel.
    pub kernel: &'r Kernel,
    /// Its loop as a module.
    pub harness: &'r Harness,
    /// For each memory of the module the first one that it may be one with.
    pub memories: &'r [usize],
    /// Pages that hold whatever the module addresses by constants.
    pub pages: u64,
}

/// What can't happen to a region, as far as anyone tried.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Limits {
    /// True if its guards can say no.
    pub can_refuse: bool,
    /// True if some thread of it can bail.
    pub can_bail: bool,
    /// True if its accesses can be aligned.
    pub can_align: bool,
}

/// Runs the loop of a region alone.
pub(crate) fn drive(
    engines: &Engines,
    alone: &Alone<'_>,
    candidates: &[Candidate],
    cases: u64,
    seed: u64,
) -> Result<(Driven, Limits), GuestError> {
    let Alone { region, kernel, harness, memories, pages } = *alone;
    let fp = harness.bundle.manifest.options.fp;
    let mut duel = Duel::new(engines, Plain::Module(&harness.plain), &harness.bundle, candidates, fp)?;
    let shots = Shots::new(region, kernel, &harness.params, memories, pages, seed);
    let mut driven = Driven::default();
    for case in 0..cases {
        shoot(&mut duel, &mut driven, region.id, case, &shots.draw(case))?;
    }
    // A loop that a guard refuses may run for long, and then its cases were discarded.
    for case in 0..if shots.can_refuse { REFUSALS } else { 0 } {
        if duel.tallies().all(|tallies| saw(tallies, Skip::Guard)) {
            break;
        }
        if let Some(shot) = shots.refused(case) {
            shoot(&mut duel, &mut driven, region.id, cases + HUNTS + case, &shot)?;
        }
    }
    for case in 0..if region.can_bail { HUNTS } else { 0 } {
        if duel.tallies().all(|tallies| saw(tallies, Skip::Bail)) {
            break;
        }
        shoot(&mut duel, &mut driven, region.id, cases + case, &shots.hunt(case))?;
    }
    // An operator that traps, or an edge to a trap, may stand behind a test that keeps it from ever being reached.
    let can_bail = duel.tallies().any(|tallies| saw(tallies, Skip::Bail));
    driven.tallies = duel.tallies().map(<[Tally]>::to_vec).collect();
    Ok((driven, Limits { can_refuse: shots.can_refuse, can_bail, can_align: can_align(region) }))
}

/// False if some stride is a constant that isn't a multiple of the alignment, as where vectors overlap.
fn can_align(region: &Region) -> bool {
    let fits = |footprint: &Footprint| {
        footprint.dims.iter().all(|dim| match region.program.ints.get(dim.stride.0 as usize) {
            Some(Int::Const(stride)) => stride % i64::from(footprint.align.max(1)) == 0,
            _ => true,
        })
    };
    region.footprints.iter().filter(|footprint| !footprint.access.is_checked()).all(fits)
}

fn saw(tallies: &[Tally], cause: Skip) -> bool {
    tallies.iter().any(|tally| tally.skipped.contains_key(&cause))
}

/// Runs one case of region `id`, which has number 0 in its harness.
fn shoot(duel: &mut Duel<'_>, driven: &mut Driven, id: u32, case: u64, shot: &Shot) -> Result<(), GuestError> {
    let outcome = duel.shoot(EXPORT, shot)?;
    driven.cases += !outcome.discarded as u64;
    driven.discarded += outcome.discarded as u64;
    if outcome.differences.is_empty() {
        return Ok(());
    }
    let ty = duel.functions().into_iter().find(|(name, _)| name == EXPORT).map(|(_, ty)| ty);
    let call = ty.map_or(String::new(), |ty| describe(EXPORT, &ty, &shot.args));
    let named = |(device, difference, regions): (String, Difference, Vec<u32>)| {
        (device, difference, regions.into_iter().map(|_| id).collect())
    };
    let differences = outcome.differences.into_iter().map(named).collect();
    driven.add(&Driver::Region(id), case, &call, shot, differences);
    Ok(())
}
