//! Bytes with which threads return, or with which one bails.
//!
//! Input are live-ins under which a dispatch runs, and the memories' contents. Threads are run one after another, watched
//! by [`crate::trace`]. Where one bails, the loads that decided it are given other values: the one that leads to where
//! the check holds, should the check's integer follow the loaded one in proportion, and else small numbers at random. A
//! change that brings the thread further is kept. So indices come to lie in their arrays, pointers in headers point at
//! room, divisors aren't zero, and counts are such that loops end. [`Tuner::upset`] does the opposite with one check.
//!
//! The outcome is a list of patches; whether a dispatch completes with them is for the runtime to say.

use crate::contents::{Fill, Patch};
use crate::judge::{Judge, Want};
use crate::needs::leap;
use crate::random::Random;
use crate::trace::{Cell, Check, End, Mode, Thread};
use ir::abi::Reach;
use ir::lowered::interp::Spaces;
use ir::lowered::{LoadKind, StoreKind, Type};
use std::collections::BTreeMap;

/// Operations that all threads of a case may take together, and one of them.
const BUDGET: u64 = 300_000;
const THREAD: u64 = 10_000;
/// Threads that are run at most.
const THREADS: u64 = 4096;
/// How often all threads are run until none bails any more.
const PASSES: usize = 4;
/// Changes to one thread's bytes, and tries for each.
const MENDS: usize = 24;
const TRIES: usize = 8;
/// Checks that are tried to be missed.
const UPSETS: usize = 12;

/// The memories of a case, as far as threads see them.
pub(crate) struct Image {
    /// By memory; where all are one, only the first.
    pub memories: Vec<Vec<u8>>,
    /// By footprint, the memory.
    pub homes: Vec<usize>,
    reaches: Vec<Reach>,
    /// What a thread stored over: memory, address, old byte.
    journal: Vec<(usize, usize, u8)>,
    patched: BTreeMap<(usize, usize), u8>,
}

impl Image {
    /// Memories with these contents.
    pub fn new(memories: Vec<Vec<u8>>, homes: Vec<usize>) -> Image {
        Image { memories, homes, reaches: Vec::new(), journal: Vec::new(), patched: BTreeMap::new() }
    }

    /// Writes a fill over a part of a memory.
    pub fn fill(&mut self, memory: usize, start: u64, end: u64, fill: Fill) {
        let bytes = self.memories.get_mut(memory).and_then(|bytes| bytes.get_mut(start as usize..end as usize));
        fill.write(bytes.unwrap_or_default());
    }

    /// Writes bytes into a memory.
    pub fn write(&mut self, memory: usize, at: u64, bytes: &[u8]) {
        let start = at as usize;
        let place = self.memories.get_mut(memory).and_then(|all| all.get_mut(start..start.saturating_add(bytes.len())));
        place.into_iter().for_each(|place| place.copy_from_slice(bytes));
    }

    fn bytes(&self, space: u32, address: u64, width: u32) -> Option<(usize, std::ops::Range<usize>)> {
        let home = *self.homes.get(space as usize)?;
        let start = usize::try_from(address).ok()?;
        let range = start..start.checked_add(width as usize)?;
        (range.end <= self.memories.get(home)?.len()).then_some((home, range))
    }

    fn get(&self, cell: &Cell) -> u64 {
        self.load(cell.space, cell.address, cell.kind).unwrap_or(0)
    }

    fn put(&mut self, cell: &Cell, value: u64) {
        let Some((home, range)) = self.bytes(cell.space, cell.address, cell.kind.width()) else { return };
        for (at, byte) in range.zip(value.to_le_bytes()) {
            self.memories[home][at] = byte;
            self.patched.insert((home, at), byte);
        }
    }

    /// Takes back what a thread stored.
    fn undo(&mut self) {
        for (home, at, byte) in self.journal.drain(..).rev() {
            self.memories[home][at] = byte;
        }
    }

    /// The bytes that were changed, in runs.
    pub fn patches(&self) -> Vec<Patch> {
        let mut patches: Vec<Patch> = Vec::new();
        for (&(memory, at), &byte) in &self.patched {
            match patches.last_mut() {
                Some(last) if last.memory as usize == memory && last.at + last.bytes.len() as u64 == at as u64 => {
                    last.bytes.push(byte);
                }
                _ => patches.push(Patch { memory: memory as u32, at: at as u64, bytes: vec![byte] }),
            }
        }
        patches
    }
}

impl Spaces for Image {
    fn load(&self, space: u32, address: u64, kind: LoadKind) -> Option<u64> {
        let (home, range) = self.bytes(space, address, kind.width())?;
        Some(self.memories[home][range].iter().rev().fold(0, |word, &byte| word << 8 | byte as u64))
    }

    fn store(&mut self, space: u32, address: u64, kind: StoreKind, value: u64) -> Option<()> {
        let (home, range) = self.bytes(space, address, kind.width())?;
        for (at, byte) in range.zip(value.to_le_bytes()) {
            self.journal.push((home, at, self.memories[home][at]));
            self.memories[home][at] = byte;
        }
        Some(())
    }

    fn reach(&self, space: u32) -> Reach {
        self.reaches.get(space as usize).copied().unwrap_or_default()
    }
}

/// What is changed until threads end as wanted.
pub(crate) struct Tuner<'j, 'r> {
    judge: &'j Judge<'r>,
    /// The live-ins.
    pub live_ins: Vec<u64>,
    /// The memories.
    pub image: Image,
    trips: Vec<u64>,
    left: u64,
}

impl<'j, 'r> Tuner<'j, 'r> {
    /// A tuner of a case.
    pub fn new(judge: &'j Judge<'r>, live_ins: Vec<u64>, mut image: Image) -> Tuner<'j, 'r> {
        let (reaches, trips) = judge.layout(&live_ins);
        image.reaches = reaches;
        Tuner { judge, live_ins, image, trips, left: BUDGET }
    }

    /// Changes bytes until all threads return, or until enough was tried.
    pub fn settle(&mut self, random: &mut Random) {
        let threads = self.threads(random);
        for _ in 0..PASSES {
            let mut changed = false;
            for indices in &threads {
                changed |= self.mend(random, indices);
                if self.left == 0 {
                    return;
                }
            }
            if !changed {
                return;
            }
        }
    }

    /// The threads' indices: those at corners first, then all, or some of them at random.
    fn threads(&self, random: &mut Random) -> Vec<Vec<u64>> {
        let total = self.trips.iter().fold(1u64, |all, &trip| all.saturating_mul(trip));
        if total == 0 || self.trips.is_empty() {
            return Vec::new();
        }
        let indices = |mut number: u64| -> Vec<u64> {
            let mut index = |&trip: &u64| {
                let index = number % trip;
                number /= trip;
                index
            };
            self.trips.iter().map(&mut index).collect()
        };
        let corner = |corner: u32| -> Vec<u64> {
            self.trips
                .iter()
                .enumerate()
                .map(|(dim, &trip)| if corner >> dim & 1 == 1 { trip - 1 } else { 0 })
                .collect()
        };
        let corners = (0..1u32 << self.trips.len()).map(corner);
        let some = total.min(THREADS);
        let others = (0..some).map(|number| indices(if total > THREADS { random.below(total) } else { number }));
        corners.chain(others).collect()
    }

    fn run(&mut self, indices: &[u64], mode: Mode) -> Thread {
        let args: Vec<u64> = indices.iter().chain(&self.live_ins).copied().collect();
        let thread = self.judge.tracer().run(&args, &mut self.image, THREAD.min(self.left), mode);
        self.image.undo();
        self.left = self.left.saturating_sub(thread.steps + 8);
        thread
    }

    /// Changes bytes until this thread returns; true if any were changed.
    fn mend(&mut self, random: &mut Random, indices: &[u64]) -> bool {
        let mut thread = self.run(indices, Mode::Plain);
        for mends in 0..MENDS {
            let better = match thread.end {
                End::Returned | End::Lost => None,
                End::Bailed(_) | End::Spent => self.further(random, indices, &thread),
            };
            match better {
                Some(better) => thread = better,
                None => return mends > 0,
            }
        }
        true
    }

    /// The thread after a change with which it gets further, or that ends it where it went on for too long.
    fn further(&mut self, random: &mut Random, indices: &[u64], thread: &Thread) -> Option<Thread> {
        let failed = if let End::Bailed(check) = thread.end { Some(check) } else { None };
        // The check itself can be met, or a branch before it can be made to go the other way.
        let decided = |check: &Check| check.origin.cells().next().is_some();
        let ways: Vec<Check> = failed.iter().chain(&thread.turns).filter(|check| decided(check)).copied().collect();
        for _ in 0..if ways.is_empty() { 0 } else { TRIES } {
            let way = if random.chance(60) { ways[0] } else { random.pick(&ways) };
            let cells: Vec<Cell> = way.origin.cells().map(|index| thread.cells[index]).collect();
            let cell = random.pick(&cells);
            let old = self.image.get(&cell);
            let target = way.need.met(random);
            let solved = if random.chance(70) { self.solved(random, indices, &way, &cell, target) } else { None };
            self.image.put(&cell, solved.unwrap_or_else(|| tame(random, cell.kind)));
            let next = self.run(indices, Mode::Plain);
            let better = match (next.end, failed) {
                (End::Returned, _) | (End::Bailed(_), None) => true,
                (End::Bailed(_), Some(check)) => next.steps > check.step,
                (End::Spent, Some(_)) => self.left > 0,
                (End::Spent, None) | (End::Lost, _) => false,
            };
            if better {
                return Some(next);
            }
            self.image.put(&cell, old);
            if self.left == 0 {
                return None;
            }
        }
        None
    }

    /// The value of a cell with which a check's integer becomes `target`.
    fn solved(
        &mut self,
        random: &mut Random,
        indices: &[u64],
        check: &Check,
        cell: &Cell,
        target: i128,
    ) -> Option<u64> {
        if !cell.kind.ty().is_int() {
            return None;
        }
        let old = self.image.get(cell);
        let step = random.pick(&[1i64, 1, 2, 8]);
        self.image.put(cell, old.wrapping_add(step as u64));
        let after = self.at(indices, check);
        self.image.put(cell, old);
        let by = leap(check.need.value, after?, step, target)?;
        Some(old.wrapping_add(by as u64))
    }

    /// The integer of a check when a thread comes to it again.
    fn at(&mut self, indices: &[u64], check: &Check) -> Option<i128> {
        let thread = self.run(indices, Mode::Checks);
        let last = if let End::Bailed(last) = thread.end { Some(last) } else { None };
        let same = |other: &Check| other.step == check.step && other.site == check.site;
        let found = thread.passed.into_iter().rev().chain(last).chain(thread.turns).find(same)?;
        Some(check.need.value_of(&found.need))
    }

    /// Changes a live-in or bytes such that some thread bails; true if one does.
    pub fn upset(&mut self, random: &mut Random, want: Want) -> bool {
        self.left = BUDGET;
        for _ in 0..UPSETS {
            if self.trips.contains(&0) || self.trips.is_empty() {
                return false;
            }
            let indices: Vec<u64> = self.trips.iter().map(|&trip| random.below(trip)).collect();
            let thread = self.run(&indices, Mode::Checks);
            let mut sites: Vec<(u32, u32)> = thread.passed.iter().map(|check| check.site).collect();
            sites.sort_unstable();
            sites.dedup();
            let Some(&site) = sites.get(random.below(sites.len() as u64) as usize) else { continue };
            let here: Vec<&Check> = thread.passed.iter().filter(|check| check.site == site).collect();
            let check = **here.get(random.below(here.len() as u64) as usize).unwrap_or(&here[0]);
            let cells: Vec<Cell> = check.origin.cells().map(|index| thread.cells[index]).collect();
            let by_memory = !cells.is_empty() && (check.origin.live_ins == 0 || random.chance(60));
            let missed = if by_memory {
                let cell = random.pick(&cells);
                self.upset_by_cell(random, &indices, &check, &cell)
            } else {
                self.upset_by_live_in(random, &indices, &check, want)
            };
            if missed {
                return true;
            }
        }
        false
    }

    fn upset_by_cell(&mut self, random: &mut Random, indices: &[u64], check: &Check, cell: &Cell) -> bool {
        let old = self.image.get(cell);
        for _ in 0..3 {
            let target = check.need.missed(random);
            let solved = self.solved(random, indices, check, cell, target);
            self.image.put(cell, solved.unwrap_or_else(|| odd(random, cell.kind)));
            if matches!(self.run(indices, Mode::Plain).end, End::Bailed(_)) {
                return true;
            }
            self.image.put(cell, old);
        }
        false
    }

    fn upset_by_live_in(&mut self, random: &mut Random, indices: &[u64], check: &Check, want: Want) -> bool {
        let kept = self.live_ins.clone();
        let among = |index: &usize| check.origin.live_ins >> (*index).min(63) & 1 == 1;
        let all: Vec<usize> = (0..kept.len()).filter(among).collect();
        for _ in 0..if all.is_empty() { 0 } else { 6 } {
            let index = random.pick(&all);
            let ty = self.judge.ty(index);
            let step = random.pick(&[1i64, 1, 4, 16]);
            let target = check.need.missed(random);
            self.live_ins[index] = kept[index].wrapping_add(step as u64) & ty.mask();
            let after = if ty.is_int() { self.at(indices, check) } else { None };
            let by = after.and_then(|after| leap(check.need.value, after, step, target));
            self.live_ins[index] = match by {
                Some(by) => kept[index].wrapping_add(by as u64) & ty.mask(),
                None => self.judge.fresh(random, ty),
            };
            let bails = self.judge.distance(&self.live_ins, Want { quiet: false, ..want }) == 0 && {
                let (reaches, trips) = self.judge.layout(&self.live_ins);
                let is_there = indices.iter().zip(&trips).all(|(index, trip)| index < trip);
                let before = std::mem::replace(&mut self.image.reaches, reaches);
                let bails = is_there && matches!(self.run(indices, Mode::Plain).end, End::Bailed(_));
                if !bails {
                    self.image.reaches = before;
                }
                bails
            };
            if bails {
                return true;
            }
            self.live_ins.clone_from(&kept);
        }
        false
    }
}

/// A value that is likely to be fine as an index, a count or an operand.
fn tame(random: &mut Random, kind: LoadKind) -> u64 {
    let small = match random.below(4) {
        0 => random.below(4),
        1 => random.below(16),
        2 => random.below(100),
        _ => 1 + random.below(1000),
    };
    match kind.ty() {
        Type::F32 => (small as f32 + 0.5).to_bits() as u64,
        Type::F64 => (small as f64 + 0.5).to_bits(),
        _ => small,
    }
}

/// A value that is likely to be wrong.
fn odd(random: &mut Random, kind: LoadKind) -> u64 {
    match kind.ty() {
        Type::F32 => random.pick(&[f32::NAN, f32::INFINITY, -1e30, 3e38]).to_bits() as u64,
        Type::F64 => random.pick(&[f64::NAN, f64::INFINITY, -1e30, 3e38]).to_bits(),
        _ => random.pick(&[0, u64::MAX, 0x7fff_ffff, 0x8000_0000, 0x7fff]),
    }
}
