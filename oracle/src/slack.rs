//! Slack: how far what a relaxed region leaves may be from what the original leaves, and where that is.
//!
//! A device around the device under test: before each launch of a region that folds floats it runs the kernel's threads in the
//! interpreter, on the bytes of the launch, and notes how large what is added up is ([`crate::magnitude`]). From that follow error
//! bounds for the live-outs and final stores that are made of folds, and for nothing else. The comparison then takes the original's
//! bits for those of the bundle wherever both are within a bound, and compares everything else byte for byte.
//!
//! Where some operand is a NaN both must be NaN; where one is an infinity, neither may be finite. Where the operands are so large, or
//! factors so small, that an order of operations might leave the range, nothing is said.
//!
//! It is meant for the loop of one region alone, whose results are the region's live-outs, behind the number of the exit.

use crate::guest::{End, Guest};
use crate::magnitude::{Made, Making};
use ir::abi::Reach;
use ir::lowered::interp::{self, Spaces};
use ir::lowered::{LoadKind, StoreKind, Term, Type};
use ir::region::{FoldOp, GuardEnv, Kernel, Part, Region, ReturnRole, Scalar, ScalarId};
use runtime::device::{Device, Launch, Outcome, PrepareError, Prepared, Task};
use runtime::{Transaction, Value};
use std::ops::Range;
use std::sync::{Arc, Mutex, PoisonError};

/// Operations that all threads of a launch may take.
const BUDGET: u64 = 1 << 26;
/// Where 32-bit addresses end.
const ADDRESSES: u64 = 1 << 32;

/// What has been noted since somebody asked.
#[derive(Clone, Default)]
pub(crate) struct Notes(Arc<Mutex<Vec<Slack>>>);

impl Notes {
    /// Hands them out.
    pub fn take(&self) -> Vec<Slack> {
        std::mem::take(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

/// How far each float of what one dispatch leaves may be off.
pub(crate) struct Slack {
    /// By live-out: the floats in it, the lowest first, or none if it is exact.
    live_outs: Vec<Vec<Bound>>,
    /// By memory: where a final store leaves a float.
    finals: Vec<(usize, Range<usize>, Bound)>,
}

/// How far a float may be off.
#[derive(Clone, Copy, PartialEq, Debug)]
struct Bound {
    op: FoldOp,
    ty: Type,
    made: Made,
}

impl Bound {
    /// True if two orders may give these.
    fn permits(&self, a: u64, b: u64) -> bool {
        let read = |bits: u64| match self.ty {
            Type::F32 => f64::from(f32::from_bits(bits as u32)),
            _ => f64::from_bits(bits),
        };
        let (unit, largest, smallest) = match self.ty {
            Type::F32 => (f64::from(f32::EPSILON) / 2.0, f64::from(f32::MAX), f64::from(f32::MIN_POSITIVE)),
            _ => (f64::EPSILON / 2.0, f64::MAX, f64::MIN_POSITIVE),
        };
        let (a, b, Made { high, low, count, infinite, nan }) = (read(a), read(b), self.made);
        if nan {
            return a.is_nan() && b.is_nan();
        }
        if infinite {
            return !a.is_finite() && !b.is_finite();
        }
        if high > largest / 4.0 || low < smallest * 4.0 {
            return true;
        }
        let scale = if self.op == FoldOp::Add { high } else { a.abs().max(b.abs()) };
        // The magnitudes were rounded as well, by less than the last factor.
        let relative = count * unit / (1.0 - count * unit) * 2.0 * 1.001;
        (a - b).abs() <= relative * scale
    }
}

impl Slack {
    /// Takes the original's bits where those found are within bounds of them.
    pub fn settle(&self, wanted: &End, found: &mut End, plain: &Guest, guest: &mut Guest) {
        if let (End::Returned(wanted), End::Returned(found)) = (wanted, found) {
            let results = wanted.iter().zip(found).skip(1);
            for (bounds, (wanted, found)) in self.live_outs.iter().zip(results) {
                if let (false, Some((a, b))) = (bounds.is_empty(), bits(*wanted).zip(bits(*found)))
                    && permitted(bounds, a, b)
                {
                    *found = *wanted;
                }
            }
        }
        for (memory, range, bound) in &self.finals {
            let wanted = plain.bytes(*memory).get(range.clone()).map(<[u8]>::to_vec);
            let found = guest.bytes_mut(*memory).get_mut(range.clone());
            if let (Some(wanted), Some(found)) = (wanted, found)
                && bound.permits(word(&wanted), word(found))
            {
                found.copy_from_slice(&wanted);
            }
        }
    }
}

/// The bits of a number.
fn bits(value: Value) -> Option<u64> {
    match value {
        Value::I32(value) => Some(value as u32 as u64),
        Value::I64(value) => Some(value as u64),
        Value::F32(bits) => Some(bits.into()),
        Value::F64(bits) => Some(bits),
        Value::V128(_) | Value::Ref { .. } => None,
    }
}

fn permitted(bounds: &[Bound], a: u64, b: u64) -> bool {
    let lane = |bits: u64, at: usize| if bounds.len() > 1 { u64::from((bits >> (32 * at)) as u32) } else { bits };
    bounds.iter().enumerate().all(|(at, bound)| bound.permits(lane(a, at), lane(b, at)))
}

fn word(bytes: &[u8]) -> u64 {
    bytes.iter().rev().fold(0, |word, &byte| word << 8 | u64::from(byte))
}

/// A device whose launches of relaxed regions are noted.
pub(crate) struct Noted {
    /// The device.
    pub device: Arc<dyn Device>,
    /// Where notes go.
    pub notes: Notes,
}

impl Device for Noted {
    fn name(&self) -> &str {
        self.device.name()
    }

    fn needs_alignment(&self) -> bool {
        self.device.needs_alignment()
    }

    fn longest_reach(&self) -> u64 {
        self.device.longest_reach()
    }

    fn runs_ptx(&self) -> bool {
        self.device.runs_ptx()
    }

    fn runs(&self) -> bool {
        self.device.runs()
    }

    fn prepare(&self, task: &Task<'_>) -> Result<Box<dyn Prepared>, PrepareError> {
        let inner = self.device.prepare(task)?;
        if !task.region.is_relaxed() {
            return Ok(inner);
        }
        let (region, kernel, notes) = (task.region.clone(), task.kernel.clone(), self.notes.clone());
        Ok(Box::new(NotedRegion { inner, region, kernel, notes }))
    }
}

struct NotedRegion {
    inner: Box<dyn Prepared>,
    region: Region,
    kernel: Kernel,
    notes: Notes,
}

impl Prepared for NotedRegion {
    fn launch(&self, launch: &Launch<'_>, transaction: &mut Transaction<'_>) -> Outcome {
        let slack = self.slack(launch, transaction);
        let outcome = self.inner.launch(launch, transaction);
        if let (Some(slack), Outcome::Completed(_)) = (slack, &outcome) {
            self.notes.0.lock().unwrap_or_else(PoisonError::into_inner).push(slack);
        }
        outcome
    }
}

impl NotedRegion {
    /// None if a thread doesn't return, or if the region isn't one that a compiler makes.
    fn slack(&self, launch: &Launch<'_>, transaction: &Transaction<'_>) -> Option<Slack> {
        let totals = self.totals(launch, transaction)?;
        let with_start = |(at, total): (usize, Made)| {
            let (ty, ReturnRole::Fold(op)) = *self.region.returns.get(at)? else { return None };
            let (node, start) = self.start(at as u32)?;
            let start = Made::of(op, ty, self.region.scalars.value(start, launch.live_ins)?);
            Some((node, Bound { op, ty, made: start.join(op, total) }))
        };
        let bounds: Vec<(ScalarId, Bound)> = self.region.folds().zip(totals).map(with_start).collect::<Option<_>>()?;
        let live_outs = self.region.live_outs.iter().map(|out| {
            let floats = self.floats(&bounds, out.value);
            if out.part != Part::Whole || bounds.iter().any(|(node, _)| *node == out.value) {
                floats
            } else {
                Vec::new()
            }
        });
        Some(Slack { live_outs: live_outs.collect(), finals: self.finals(launch, &bounds)? })
    }

    /// How everything that each fold combines is made.
    fn totals(&self, launch: &Launch<'_>, transaction: &Transaction<'_>) -> Option<Vec<Made>> {
        let mut memory = Copies::of(&self.region, launch, transaction)?;
        let mut totals: Vec<Option<Made>> = self.region.folds().map(|_| None).collect();
        let mut budget = BUDGET;
        for iteration in 0..*launch.trips.first()? {
            let args: Vec<u64> = [iteration].iter().chain(launch.live_ins).copied().collect();
            let mut making = Making::default();
            let end = interp::watched(&self.kernel.func, &args, &mut memory, &mut budget, &mut making).ok()?;
            let interp::Outcome::Values(values) = end else { return None };
            // Which values those are, if there is one way out.
            let mut returns = self.kernel.func.blocks.iter().filter_map(|block| match &block.term {
                Term::Return(returned) => Some(returned),
                _ => None,
            });
            let (Some(returned), None) = (returns.next(), returns.next()) else { return None };
            for (total, at) in totals.iter_mut().zip(self.region.folds()) {
                let (ty, ReturnRole::Fold(op)) = self.region.returns[at] else { continue };
                let made = making.of(op, ty, returned[at], values[at]);
                *total = Some(total.map_or(made, |total| total.join(op, made)));
            }
        }
        totals.into_iter().collect()
    }

    /// The scalar that is the start combined with this returned value, and the start.
    fn start(&self, returned: u32) -> Option<(ScalarId, ScalarId)> {
        let nodes = &self.region.scalars.0;
        nodes.iter().zip(0..).find_map(|(node, id)| match *node {
            Scalar::Binary(_, start, total) if nodes[total.0 as usize] == Scalar::Returned(returned) => {
                Some((ScalarId(id), start))
            }
            _ => None,
        })
    }

    /// The floats that are in a scalar, in the order in which they were put there: the lowest first.
    fn floats(&self, bounds: &[(ScalarId, Bound)], value: ScalarId) -> Vec<Bound> {
        let mut needed = vec![false; value.0 as usize + 1];
        needed[value.0 as usize] = true;
        for at in (0..needed.len()).rev().collect::<Vec<_>>() {
            match self.region.scalars.0[at] {
                Scalar::Unary(_, a) if needed[at] => needed[a.0 as usize] = true,
                Scalar::Binary(_, a, b) if needed[at] => (needed[a.0 as usize], needed[b.0 as usize]) = (true, true),
                _ => {}
            }
        }
        let is_needed = |(node, _): &&(ScalarId, Bound)| needed.get(node.0 as usize) == Some(&true);
        bounds.iter().filter(is_needed).map(|(_, bound)| *bound).collect()
    }

    /// The final stores of floats that are folded.
    fn finals(&self, launch: &Launch<'_>, bounds: &[(ScalarId, Bound)]) -> Option<Vec<(usize, Range<usize>, Bound)>> {
        let region = &self.region;
        let types: Vec<Type> = region.live_ins.iter().map(|live_in| live_in.ty).collect();
        let types = region.scalars.types(&types, &region.returned_types())?;
        let values = region.scalars.evaluate(launch.live_ins, &[], &[]);
        let scalar = |(value, ty): (&Option<u64>, &Type)| value.map(|bits| (bits, ty.bits() == 64));
        let scalars: Vec<Option<(u64, bool)>> = values.iter().zip(&types).map(scalar).collect();
        // Dispatch has looked at the memories; where a store goes doesn't depend on them.
        let memories: Vec<(u64, u64)> = (0..1024).map(|index| (index, ADDRESSES)).collect();
        let env = GuardEnv { scalars: &scalars, memories: &memories };
        let answer = region.program.evaluate(env, &region.footprints, &region.dims(), &[]).ok()?;
        let place = |last: &ir::region::FinalStore| {
            // The bits of a float are what is stored.
            let floats = self.floats(bounds, last.value);
            let [bound] = floats[..] else { return None };
            let start = usize::try_from(*answer.ints.get(last.base.0 as usize)?).ok()?;
            (bound.ty.bits() == 8 * last.width)
                .then(|| (last.memory as usize, start..start + last.width as usize, bound))
        };
        Some(region.finals.iter().filter_map(place).collect())
    }
}

/// The bytes of a launch, to be changed.
struct Copies {
    windows: Vec<(u64, Vec<u8>)>,
    homes: Vec<Option<usize>>,
    reaches: Vec<Reach>,
}

impl Copies {
    fn of(region: &Region, launch: &Launch<'_>, transaction: &Transaction<'_>) -> Option<Copies> {
        let copy = |(index, window): (usize, &runtime::Window)| {
            Some((window.range.start, transaction.host(index).ok()?.to_vec()))
        };
        let windows = transaction.windows().iter().enumerate().map(copy).collect::<Option<_>>()?;
        let homes = (0..region.footprints.len() as u32).map(|footprint| transaction.window_of(footprint)).collect();
        Some(Copies { windows, homes, reaches: launch.reaches.to_vec() })
    }

    fn place(&self, space: u32, address: u64, width: u32) -> Option<(usize, Range<usize>)> {
        let home = (*self.homes.get(space as usize)?)?;
        let start = usize::try_from(address.checked_sub(self.windows[home].0)?).ok()?;
        Some((home, start..start.checked_add(width as usize)?))
    }
}

impl Spaces for Copies {
    fn load(&self, space: u32, address: u64, kind: LoadKind) -> Option<u64> {
        let (home, range) = self.place(space, address, kind.width())?;
        self.windows[home].1.get(range).map(word)
    }

    fn store(&mut self, space: u32, address: u64, kind: StoreKind, value: u64) -> Option<()> {
        let (home, range) = self.place(space, address, kind.width())?;
        let width = range.len();
        self.windows[home].1.get_mut(range).map(|bytes| bytes.copy_from_slice(&value.to_le_bytes()[..width]))
    }

    fn reach(&self, space: u32) -> Reach {
        self.reaches.get(space as usize).copied().unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bound(op: FoldOp, values: &[f32]) -> Bound {
        let made = values.iter().map(|v| Made::of(op, Type::F32, v.to_bits().into())).reduce(|a, b| a.join(op, b));
        Bound { op, ty: Type::F32, made: made.unwrap() }
    }

    fn permits(bound: Bound, a: f32, b: f32) -> bool {
        bound.permits(a.to_bits().into(), b.to_bits().into())
    }

    #[test]
    fn sums_may_differ_by_their_error_bound() {
        let sum = bound(FoldOp::Add, &[1.0, -1.0, 2.0]);
        let twice_two_units_of_four = 4.0 * 2.0 * 2.0 * f32::EPSILON / 2.0;
        assert!(permits(sum, 2.0, 2.0 + twice_two_units_of_four / 2.0));
        assert!(!permits(sum, 2.0, 2.0 + twice_two_units_of_four * 1.5));
        assert!(permits(sum, 0.0, -0.0) && !permits(sum, 2.0, f32::NAN) && !permits(sum, f32::INFINITY, 2.0));
    }

    #[test]
    fn odd_operands_decide_what_a_result_is() {
        let nan = bound(FoldOp::Add, &[f32::NAN, 1.0]);
        assert!(permits(nan, f32::NAN, f32::NAN) && !permits(nan, f32::NAN, 1.0));
        let infinite = bound(FoldOp::Add, &[f32::INFINITY, 1.0]);
        assert!(permits(infinite, f32::INFINITY, f32::INFINITY) && !permits(infinite, f32::INFINITY, 1.0));
        // One order overflows and another doesn't.
        let large = bound(FoldOp::Add, &[f32::MAX, f32::MAX, -f32::MAX]);
        assert!(permits(large, f32::INFINITY, f32::MAX));
    }

    #[test]
    fn products_may_differ_by_their_own_size() {
        let product = bound(FoldOp::Mul, &[3.0, 0.1, 1e-20]);
        assert!(permits(product, 3e-21, 3e-21 * (1.0 + f32::EPSILON)) && !permits(product, 3e-21, 3.1e-21));
        assert!(permits(bound(FoldOp::Mul, &[1e30, 1e30, 1e-30]), f32::INFINITY, 1e30));
        assert!(!permits(bound(FoldOp::Mul, &[0.0, 7.0]), 0.0, 1e-30));
    }
}
