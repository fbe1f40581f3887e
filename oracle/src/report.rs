//! What a check found, for people and for tools.
//!
//! The verdict is about the whole module: `divergence` if anything differed on any device, else `not-exercised` if some
//! region wasn't run enough on some device to say anything about it, or would never run because the load checker refuses
//! it, else `pass`.

use crate::compare::Difference;
use runtime::Skip;
use serde::Serialize;
use std::collections::BTreeMap;
use std::fmt;
use std::path::PathBuf;

/// What may be said about a module.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Verdict {
    /// Everything was exercised and nothing differed.
    Pass,
    /// Something differed.
    Divergence,
    /// Nothing differed, but not everything was exercised.
    NotExercised,
}

/// What the bundle was compared with.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Baseline {
    /// The original module.
    Original,
    /// The bundle itself with every region off, because a bundle doesn't carry its original.
    RegionsOff,
}

/// What was driven when something differed.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, serde::Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Driver {
    /// The loop of this region alone.
    Region(u32),
    /// This exported function.
    Export(String),
    /// The program as a whole.
    Program,
}

/// A difference between both sides.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct Divergence {
    /// The device that the bundle ran on.
    pub device: String,
    /// What was driven.
    pub driver: Driver,
    /// The number of the case.
    pub case: u64,
    /// The call, as text.
    pub call: String,
    /// What differs.
    pub difference: Difference,
    /// The regions that completed a dispatch in this case.
    pub regions: Vec<u32>,
    /// The file that replays the case.
    pub replay: Option<PathBuf>,
}

/// What became of one region on one device.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct Coverage {
    /// The device.
    pub device: String,
    /// True if enough was run to say something.
    pub exercised: bool,
    /// What is missing.
    pub missing: Vec<String>,
    /// Cases in which the dispatch was reached.
    pub cases_reached: u64,
    /// Cases in which a dispatch completed.
    pub cases_done: u64,
    /// Completed dispatches.
    pub done: u64,
    /// Skipped dispatches, by cause.
    pub skipped: BTreeMap<Skip, u64>,
}

/// What is known of one region.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct RegionReport {
    /// Its number.
    pub id: u32,
    /// The function's name, or `function N`.
    pub function: String,
    /// The byte offset of the loop in the original module.
    pub offset: u32,
    /// `file:line` where the module carries DWARF.
    pub line: Option<String>,
    /// Why its loop couldn't be run alone, if it couldn't.
    pub harness: Option<String>,
    /// What the load checker isn't shown, if it refuses the region: every load would turn it off.
    pub unproven: Option<String>,
    /// What wasn't asked of it, because it can't happen.
    pub notes: Vec<String>,
    /// What happened on each device.
    pub devices: Vec<Coverage>,
}

/// What a check found.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct Report {
    /// The verdict on the module.
    pub verdict: Verdict,
    /// BLAKE3 of the file that was checked, in hex.
    pub module: String,
    /// What the bundle was compared with.
    pub baseline: Baseline,
    /// The seed of all cases.
    pub seed: u64,
    /// The devices.
    pub devices: Vec<String>,
    /// Cases that were compared, each on every device.
    pub cases: u64,
    /// Cases that the plain side couldn't finish within its fuel and stack; they say nothing.
    pub discarded: u64,
    /// What differed; at most a few cases for each driver and device.
    pub divergences: Vec<Divergence>,
    /// The regions.
    pub regions: Vec<RegionReport>,
    /// What else is worth knowing.
    pub notes: Vec<String>,
}

impl Report {
    /// True if the verdict is `pass`.
    pub fn is_pass(&self) -> bool {
        self.verdict == Verdict::Pass
    }
}

impl fmt::Display for Verdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Verdict::Pass => "pass",
            Verdict::Divergence => "divergence",
            Verdict::NotExercised => "not exercised",
        })
    }
}

impl fmt::Display for Driver {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Driver::Region(id) => write!(f, "region {id} alone"),
            Driver::Export(name) => write!(f, "export `{name}`"),
            Driver::Program => f.write_str("the program"),
        }
    }
}

impl fmt::Display for Divergence {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}, case {} on {}: {}: {}", self.driver, self.case, self.device, self.call, self.difference)?;
        match &self.replay {
            Some(path) => write!(f, " (replay: {})", path.display()),
            None => Ok(()),
        }
    }
}

impl fmt::Display for RegionReport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "region {} in {} at {:#x}", self.id, self.function, self.offset)?;
        if let Some(line) = &self.line {
            write!(f, " ({line})")?;
        }
        if let Some(why) = &self.harness {
            write!(f, "\n  not run alone: {why}")?;
        }
        if let Some(why) = &self.unproven {
            write!(f, "\n  refused by the load checker: {why}")?;
        }
        for note in &self.notes {
            write!(f, "\n  {note}")?;
        }
        for Coverage { device, missing, cases_reached, cases_done, skipped, .. } in &self.devices {
            write!(f, "\n  {device}: done in {cases_done} of {cases_reached} cases")?;
            for (cause, count) in skipped {
                write!(f, ", {} {count}", format!("{cause:?}").to_lowercase())?;
            }
            for what in missing {
                write!(f, "\n    not exercised: {what}")?;
            }
        }
        Ok(())
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for region in &self.regions {
            writeln!(f, "{region}")?;
        }
        for divergence in &self.divergences {
            writeln!(f, "{divergence}")?;
        }
        for note in &self.notes {
            writeln!(f, "note: {note}")?;
        }
        if self.baseline == Baseline::RegionsOff {
            writeln!(f, "note: a bundle doesn't carry its original; the baseline is the bundle with every region off")?;
        }
        let (cases, discarded, devices) = (self.cases, self.discarded, self.devices.join(", "));
        writeln!(f, "{}: {cases} cases on {devices}, {discarded} discarded, seed {}", self.verdict, self.seed)
    }
}
