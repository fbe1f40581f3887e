//! How much of a program's hottest loop nest runs in dispatches.
//!
//! Input: a WASI command, its bytes. Output: a [`Share`]. The command runs twice, the original on plain wasmtime and its bundle
//! on the CPU device, both as copies that count how often each loop's header is reached ([`crate::loops`]); the device's own
//! work isn't counted, so what the bundle's copy counts is what is left in the guest. Nothing here trusts the runtime's
//! statistics. Both runs must print the same, with NaNs canonical on both sides.
//!
//! The words, exactly. A *nest* is a loop that stands in no other one, with all that stand in it. The *iterations* of a nest
//! are how often the headers of its innermost loops were reached in the original. Its *work* is, over all its loops, the times
//! that a loop's header was reached multiplied by the operators that stand in it and in no loop inside it: unlike iterations, it
//! doesn't depend on how far a producer has unrolled a loop. The *hottest* nest has the most work. Its *share* is the part of
//! its iterations that the bundle's guest code no longer does; its *share of work* is the same of its work.

use crate::loops::{self, Loop, counting, forest};
use anyhow::{Context, Result, ensure};
use compiler::{LoopReport, Outcome};
use runtime::{
    DeviceChoice, NanMode, Outside, Program, RunOptions, RunOutcome, SessionOptions, Settings, Stdio, Value,
};
use serde_json::json;
use std::collections::BTreeMap;

/// A loop of the hottest nest.
#[derive(Clone, Debug)]
pub struct Part {
    /// The offset of its `loop` operator in the original.
    pub offset: usize,
    /// How many loops stand around it.
    pub depth: usize,
    /// How many operators stand in it and in no loop inside it.
    pub operators: u64,
    /// Whether no loop stands inside it.
    pub innermost: bool,
    /// How often its header was reached in the original.
    pub original: u64,
    /// How often in the guest code of the bundle.
    pub guest: u64,
    /// Its region, or why it has none.
    pub outcome: String,
}

/// What [`measure`] found.
#[derive(Clone, Debug)]
pub struct Share {
    /// What the program prints.
    pub stdout: String,
    /// The function of the hottest nest.
    pub function: String,
    /// The loops of the hottest nest, the outermost first.
    pub nest: Vec<Part>,
    /// The part of all nests' work that is the hottest one's.
    pub weight: f64,
    /// Dispatches that completed, over the regions of the hottest nest.
    pub done: u64,
    /// Dispatches that ran the original loop, by cause, over the same regions.
    pub skipped: BTreeMap<String, u64>,
}

impl Share {
    /// The iterations of the nest in the original.
    pub fn iterations(&self) -> u64 {
        self.nest.iter().filter(|part| part.innermost).map(|part| part.original).sum()
    }

    /// The part of the iterations that the guest no longer does.
    pub fn share(&self) -> f64 {
        let left: u64 = self.nest.iter().filter(|part| part.innermost).map(|part| part.guest).sum();
        1.0 - left as f64 / self.iterations().max(1) as f64
    }

    /// The part of the work of all the nest's loops that the guest no longer does.
    pub fn work_share(&self) -> f64 {
        let sum = |count: fn(&Part) -> u64| self.nest.iter().map(|part| count(part) * part.operators).sum::<u64>();
        1.0 - sum(|part| part.guest) as f64 / sum(|part| part.original).max(1) as f64
    }

    /// For a program to read.
    pub fn to_json(&self) -> serde_json::Value {
        let part = |part: &Part| {
            json!({
                "offset": part.offset, "depth": part.depth, "innermost": part.innermost, "original": part.original,
                "guest": part.guest, "outcome": part.outcome,
            })
        };
        json!({
            "stdout": self.stdout, "function": self.function, "iterations": self.iterations(), "share": self.share(),
            "work_share": self.work_share(), "weight": self.weight, "done": self.done, "skipped": self.skipped,
            "nest": self.nest.iter().map(part).collect::<Vec<_>>(),
        })
    }
}

/// Measures a command. Nests in functions whose names start with one of `aside` aren't looked at.
pub fn measure(bytes: &[u8], aside: &[&str]) -> Result<Share> {
    let compiled = compiler::compile(bytes, &compiler::Options::default())?;
    let mut bundle = bundle::read(&compiled.bundle)?;
    let (original, rewritten) = (forest(bytes)?, forest(&bundle.module)?);
    let places = matching(&original, &rewritten)?;

    bundle.module = counting(&bundle.module)?;
    let plain = run(&Program::Plain(counting(bytes)?), DeviceChoice::Off).context("the original")?;
    let offloaded = run(&Program::Bundle(Box::new(bundle)), DeviceChoice::Cpu).context("the bundle")?;
    ensure!(plain.end == offloaded.end, "it ends by {:?}, its bundle by {:?}", plain.end, offloaded.end);
    ensure!(plain.stdout == offloaded.stdout, "its bundle prints `{}`", String::from_utf8_lossy(&offloaded.stdout));
    ensure!(plain.exit_code() == 0, "it ends by {:?}", plain.end);

    let counted = read_counts(&plain, original.len())?;
    let left = read_counts(&offloaded, rewritten.len())?;
    let left: Vec<u64> = places.iter().map(|&place| left[place]).collect();
    let (root, weight) = hottest(&original, &counted, aside).context("no loop was reached")?;
    let in_nest = |&number: &usize| original[number].repeats && root_of(&original, number) == root;
    let members: Vec<usize> = (0..original.len()).filter(in_nest).collect();
    let parts = members.iter().map(|&l| part(&original, l, counted[l], left[l], &compiled.loops)).collect();
    let regions: Vec<u32> = members.iter().filter_map(|&l| region_at(&original[l], &compiled.loops)).collect();
    let mut skipped: BTreeMap<String, u64> = BTreeMap::new();
    let mut done = 0;
    for stats in offloaded.stats.iter().filter(|stats| regions.contains(&stats.id)) {
        done += stats.done.values().sum::<u64>();
        for (cause, count) in &stats.skipped {
            *skipped.entry(format!("{cause:?}").to_lowercase()).or_default() += count;
        }
        if let Some(off) = &stats.off {
            skipped.insert(format!("off: {off}"), 0);
        }
    }
    let function = original[root].function.clone();
    let stdout = String::from_utf8_lossy(&plain.stdout).trim().to_owned();
    Ok(Share { stdout, function, nest: parts, weight, done, skipped })
}

fn run(program: &Program, device: DeviceChoice) -> Result<RunOutcome> {
    let settings = Settings { device, nan: NanMode::Canonical, ..Settings::default() };
    let outside =
        Outside { args: vec!["program".into()], stdio: Stdio::Capture { stdin: Vec::new() }, ..Outside::default() };
    let session = SessionOptions { settings, outside, ..SessionOptions::default() };
    Ok(runtime::run(program, &RunOptions { session, ..RunOptions::default() })?)
}

fn read_counts(outcome: &RunOutcome, loops: usize) -> Result<Vec<u64>> {
    let values = outcome.globals.iter().filter_map(|(name, value)| match value {
        Value::I64(count) => Some((name.as_str(), *count as u64)),
        _ => None,
    });
    loops::counts(values, loops)
}

/// The place of each loop in the rewritten module: functions may have been reordered, but the loops of a function are the
/// same ones in the same order, because a rewriter puts dispatches in front of loops and takes none away.
fn matching(original: &[Loop], rewritten: &[Loop]) -> Result<Vec<usize>> {
    let mut by_function: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
    for (number, one) in rewritten.iter().enumerate() {
        by_function.entry(&one.function).or_default().push(number);
    }
    let mut used: BTreeMap<&str, usize> = BTreeMap::new();
    let mut places = Vec::new();
    for one in original {
        let next = used.entry(&one.function).or_default();
        let place = by_function.get(one.function.as_str()).and_then(|numbers| numbers.get(*next));
        places.push(*place.with_context(|| format!("the bundle's `{}` lacks a loop", one.function))?);
        *next += 1;
    }
    ensure!(original.len() == rewritten.len(), "the bundle has {} loops, not {}", rewritten.len(), original.len());
    Ok(places)
}

fn root_of(loops: &[Loop], mut number: usize) -> usize {
    while let Some(parent) = loops[number].parent {
        number = parent;
    }
    number
}

/// The root of the nest with the most work, and its part of all work; the first of equals.
fn hottest(loops: &[Loop], counted: &[u64], aside: &[&str]) -> Option<(usize, f64)> {
    let mut work: BTreeMap<usize, u64> = BTreeMap::new();
    for (number, one) in loops.iter().enumerate() {
        if one.repeats && !aside.iter().any(|name| one.function.starts_with(name)) {
            *work.entry(root_of(loops, number)).or_default() += counted[number] * one.operators;
        }
    }
    let all: u64 = work.values().sum();
    let (root, most) = work.into_iter().rev().max_by_key(|(_, work)| *work).filter(|(_, most)| *most > 0)?;
    Some((root, most as f64 / all as f64))
}

fn report_at<'a>(one: &Loop, reports: &'a [LoopReport]) -> Option<&'a LoopReport> {
    reports.iter().find(|report| report.offset as usize == one.offset)
}

fn region_at(one: &Loop, reports: &[LoopReport]) -> Option<u32> {
    match report_at(one, reports)?.outcome {
        Outcome::Offloaded { region } => Some(region),
        Outcome::Declined(_) => None,
    }
}

fn part(loops: &[Loop], number: usize, original: u64, guest: u64, reports: &[LoopReport]) -> Part {
    let one = &loops[number];
    let depth = std::iter::successors(one.parent, |&parent| loops[parent].parent).count();
    let innermost = loops.iter().all(|other| other.parent != Some(number) || !other.repeats);
    let outcome = match report_at(one, reports).map(|report| &report.outcome) {
        Some(Outcome::Offloaded { region }) => format!("region {region}"),
        Some(Outcome::Declined(reason)) => reason.to_string(),
        None => "not reported".into(),
    };
    Part { offset: one.offset, depth, operators: one.operators, innermost, original, guest, outcome }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn named(function: &str, parent: Option<usize>, operators: u64) -> Loop {
        Loop { function: function.into(), offset: 0, parent, operators, repeats: true }
    }

    /// A WASI command without imports: a loop that can be offloaded in one that can't, and a short one before.
    const COMMAND: &str = r#"(module (memory (export "memory") 1)
        (func $_start (export "_start") (local $t i32) (local $p i32) (local $v f64)
          (loop $first
            (i32.store8 (local.get $p) (i32.const 1))
            (br_if $first (i32.lt_u (local.tee $p (i32.add (local.get $p) (i32.const 1))) (i32.const 5))))
          (loop $steps
            (local.set $p (i32.const 1024))
            (loop $cells
              (f64.store (local.get $p) (f64.add (f64.load (local.get $p)) (f64.const 1.5)))
              (br_if $cells (i32.lt_u (local.tee $p (i32.add (local.get $p) (i32.const 8))) (i32.const 9024))))
            (loop $chain
              (local.set $v (f64.mul (f64.add (local.get $v) (f64.load (local.get $p))) (f64.const 0.5)))
              (br_if $chain (local.tee $p (i32.sub (local.get $p) (i32.const 1128)))))
            (br_if $steps (i32.lt_u (local.tee $t (i32.add (local.get $t) (i32.const 1))) (i32.const 3))))))"#;

    #[test]
    fn the_share_is_what_the_guest_no_longer_does() {
        let share = measure(&wat::parse_str(COMMAND).unwrap(), &[]).unwrap();
        let seen: Vec<_> = share.nest.iter().map(|p| (p.depth, p.innermost, p.original, p.guest)).collect();
        assert_eq!(seen, [(0, false, 3, 3), (1, true, 3000, 0), (1, true, 24, 24)]);
        assert_eq!((share.iterations(), share.done, share.function.as_str()), (3024, 3, "_start"));
        assert!((share.share() - 3000.0 / 3024.0).abs() < 1e-12);
    }

    #[test]
    fn work_counts_the_operators_of_each_loop() {
        let loops = [named("f", None, 2), named("f", Some(0), 10), named("g", None, 50), named("digest", None, 900)];
        let (root, weight) = hottest(&loops, &[10, 100, 20, 7], &["dig"]).unwrap();
        assert_eq!((root, weight), (0, 1020.0 / 2020.0));
        assert_eq!(hottest(&loops, &[10, 90, 40, 7], &["dig"]).unwrap().0, 2);
        assert_eq!(hottest(&loops, &[0; 4], &[]), None);
    }

    #[test]
    fn loops_are_found_again_by_function_and_place() {
        let original = [named("f", None, 1), named("f", Some(0), 1), named("g", None, 1)];
        let rewritten = [named("g", None, 1), named("f", None, 1), named("f", Some(1), 1)];
        assert_eq!(matching(&original, &rewritten).unwrap(), [1, 2, 0]);
        assert!(matching(&original, &rewritten[..2]).is_err());
        assert!(matching(&original[..2], &rewritten).is_err());
    }
}
