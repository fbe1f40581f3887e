//! Finding live-ins under which a dispatch runs, or just doesn't.
//!
//! Random live-ins almost never pass the guards: pointers must lie in memory, arrays must not overlap, ends must agree with
//! counts. So each guard is given a distance, the logarithm of how far its integers are from satisfying it, and live-ins
//! are changed one at a time as long as the sum of distances doesn't grow. From one solution a walk through others of
//! distance zero gives as many different ones as wanted; one more change leads just outside.
//!
//! Nothing here decides whether a dispatch may run. That is the runtime's business, and the oracle counts what it did.

use crate::contents::float_bits;
use crate::random::Random;
use ir::lowered::interp::{self, Spaces};
use ir::lowered::{LoadKind, StoreKind, Type};
use ir::region::apart::apart;
use ir::region::{Answer, Bounds, GuardEnv, IntId, Kernel, Pred, PredId, Region};

/// What live-ins are looked for, besides guards that hold and hulls inside their memories.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Want {
    /// The least number of iterations of all dimensions together.
    pub least: i128,
    /// The largest.
    pub most: i128,
    /// True if bases and strides must have their natural alignment.
    pub aligned: bool,
    /// True if threads shouldn't bail, as far as that can be told without the bytes of memory.
    pub quiet: bool,
}

/// The memory of a trial thread: every load gives one, every store is lost.
struct Ones;

impl Spaces for Ones {
    fn load(&self, _: u32, _: u64, kind: LoadKind) -> Option<u64> {
        Some(match kind {
            LoadKind::F32 => 1f32.to_bits() as u64,
            LoadKind::F64 => 1f64.to_bits(),
            _ => 1,
        })
    }

    fn store(&mut self, _: u32, _: u64, _: StoreKind, _: u64) -> Option<()> {
        Some(())
    }
}

/// Operations granted to a trial thread.
const TRIAL: u64 = 4000;

/// Judges live-ins of one region in memories of given sizes.
pub(crate) struct Judge<'r> {
    region: &'r Region,
    kernel: &'r Kernel,
    types: Vec<Type>,
    wide: Vec<bool>,
    memories: Vec<(u64, u64)>,
}

/// The distance of live-ins for which no distance can be computed.
const FAR: u32 = 1 << 16;

impl<'r> Judge<'r> {
    /// A judge for memories of these sizes in bytes; those of equal identity are one.
    pub fn new(region: &'r Region, kernel: &'r Kernel, memories: Vec<(u64, u64)>) -> Judge<'r> {
        let types: Vec<Type> = region.live_ins.iter().map(|live_in| live_in.ty).collect();
        let returned: Vec<Type> = region.returns.iter().map(|ret| ret.0).collect();
        let scalars = region.scalars.types(&types, &returned).unwrap_or_default();
        Judge { region, kernel, types, wide: scalars.iter().map(|ty| ty.bits() == 64).collect(), memories }
    }

    /// The number of live-ins.
    pub fn arity(&self) -> usize {
        self.types.len()
    }

    /// How far `live_ins` are from what is wanted; 0 if they are it.
    pub fn distance(&self, live_ins: &[u64], want: Want) -> u32 {
        let Some(answer) = self.answer(live_ins) else { return FAR };
        let mut total = self.guards(&answer);
        for (footprint, hull) in self.region.footprints.iter().zip(&answer.hulls) {
            let len = self.memories.get(footprint.memory as usize).map_or(0, |m| m.1 as i128);
            total += above(0, hull.lo) + above(hull.hi, len);
            if want.aligned {
                let strides = footprint.dims.iter().map(|dim| dim.stride);
                let off = |id: IntId| (answer.ints[id.0 as usize] % footprint.align as i128 != 0) as u32;
                total += std::iter::once(footprint.base).chain(strides).map(off).sum::<u32>();
            }
        }
        total += self.finals(&answer);
        let trips = self.region.trips.iter().map(|id| answer.ints[id.0 as usize]);
        let mut product: i128 = 1;
        for trip in trips {
            total += above(1, trip);
            product = product.saturating_mul(trip.max(1));
        }
        total += above(want.least, product) + above(product, want.most);
        if total == 0 && want.quiet && self.region.can_bail { self.bails(&answer, live_ins) as u32 } else { total }
    }

    /// True if a thread at a corner of the iteration space bails. Index checks are monotonic, so the corners tell.
    fn bails(&self, answer: &Answer, live_ins: &[u64]) -> bool {
        let last: Vec<u64> = self.region.trips.iter().map(|id| (answer.ints[id.0 as usize] - 1) as u64).collect();
        (0..1u32 << last.len()).any(|corner| {
            let indices = last.iter().enumerate().map(|(dim, &last)| if corner >> dim & 1 == 1 { last } else { 0 });
            let args: Vec<u64> = indices.chain(live_ins.iter().copied()).collect();
            let mut budget = TRIAL;
            matches!(interp::run(&self.kernel.func, &args, &mut Ones, &mut budget), Ok(interp::Outcome::Bail))
        })
    }

    /// How far final stores are from lying inside their memories and apart from everything else.
    fn finals(&self, answer: &Answer) -> u32 {
        let home = |memory: u32| self.memories.get(memory as usize).copied().unwrap_or_default();
        let hulls = self.region.footprints.iter().zip(&answer.hulls);
        let hulls = hulls.filter(|(footprint, _)| !footprint.access.is_checked());
        let mut taken: Vec<(u64, i128, i128)> =
            hulls.map(|(footprint, hull)| (home(footprint.memory).0, hull.lo, hull.hi)).collect();
        let mut total = 0;
        for last in &self.region.finals {
            let ((identity, len), lo) = (home(last.memory), answer.ints[last.base.0 as usize]);
            let hi = lo.saturating_add(i128::from(last.width));
            let others = taken.iter().filter(|other| other.0 == identity);
            total += others.map(|&(_, start, end)| above(hi, start).min(above(end, lo))).sum::<u32>();
            total += above(0, lo) + above(hi, len as i128);
            taken.push((identity, lo, hi));
        }
        total
    }

    /// The hulls of the footprints, if they can be computed.
    pub fn hulls(&self, live_ins: &[u64]) -> Vec<Bounds> {
        self.answer(live_ins).map(|answer| answer.hulls).unwrap_or_default()
    }

    fn answer(&self, live_ins: &[u64]) -> Option<Answer> {
        let values = self.region.scalars.evaluate(live_ins, &[], &[]);
        let scalars: Vec<Option<(u64, bool)>> =
            values.iter().zip(&self.wide).map(|(value, &wide)| value.map(|bits| (bits, wide))).collect();
        let env = GuardEnv { scalars: &scalars, memories: &self.memories };
        self.region.program.evaluate(env, &self.region.footprints, &self.region.dims(), &[]).ok()
    }

    /// The distance of all guards together.
    fn guards(&self, answer: &Answer) -> u32 {
        let int = |id: IntId| answer.ints[id.0 as usize];
        let mut distances: Vec<u32> = Vec::with_capacity(self.region.program.preds.len());
        for pred in &self.region.program.preds {
            let of = |id: PredId| distances[id.0 as usize];
            distances.push(match *pred {
                Pred::Lt(a, b) => above(int(a).saturating_add(1), int(b)),
                Pred::Le(a, b) => above(int(a), int(b)),
                Pred::Eq(a, b) => above(int(a).max(int(b)), int(a).min(int(b))),
                Pred::Divides(d, n) if int(d) > 0 => above(int(n).rem_euclid(int(d)), 0).min(2),
                Pred::Divides(d, _) => above(1, int(d)),
                Pred::And(a, b) => of(a) + of(b),
                Pred::Or(a, b) => of(a).min(of(b)),
                Pred::Not(a) => (of(a) == 0) as u32,
                Pred::SameMemory(a, b) => (self.memory(a) != self.memory(b)) as u32,
                Pred::Disjoint(a, b) => self.overlap(answer, a, b),
                Pred::Apart(a, b) => self.together(answer, a, b),
            });
        }
        self.region.guards.iter().map(|guard| distances[guard.pred.0 as usize]).sum()
    }

    fn memory(&self, index: u32) -> Option<u64> {
        self.memories.get(index as usize).map(|memory| memory.0)
    }

    fn overlap(&self, answer: &Answer, a: u32, b: u32) -> u32 {
        let home = |index: u32| self.memory(self.region.footprints[index as usize].memory);
        let (p, q): (Bounds, Bounds) = (answer.hulls[a as usize], answer.hulls[b as usize]);
        if home(a) == home(b) { above(p.hi.min(q.hi), p.lo.max(q.lo)) } else { 0 }
    }

    fn together(&self, answer: &Answer, a: u32, b: u32) -> u32 {
        let dims = self.region.dims();
        let reach = |index: u32| self.region.footprints[index as usize].reach(&answer.ints, &dims);
        let home = |index: u32| self.memory(self.region.footprints[index as usize].memory);
        let keeps = dims.parallel_counts(&answer.ints).and_then(|p| apart(&reach(a)?, &reach(b)?, &p));
        match keeps {
            Ok(true) => 0,
            _ if home(a) != home(b) => 0,
            _ => 1 + self.overlap(answer, a, b),
        }
    }

    /// Looks for live-ins as wanted, from `start` or from random ones, in at most `steps` steps.
    pub fn solve(&self, random: &mut Random, start: Option<&[u64]>, want: Want, steps: u32) -> Option<Vec<u64>> {
        let mut best = start.map_or_else(|| self.wild(random), <[u64]>::to_vec);
        let mut distance = self.distance(&best, want);
        for _ in 0..steps {
            if distance == 0 {
                return Some(best);
            }
            let changes = 1 + random.below(4) / 3;
            let next = self.changed(random, &best, changes);
            let found = self.distance(&next, want);
            if found <= distance {
                (best, distance) = (next, found);
            }
        }
        (distance == 0).then_some(best)
    }

    /// Walks from one solution to another.
    pub fn walk(&self, random: &mut Random, from: &[u64], want: Want, steps: u32) -> Vec<u64> {
        let mut at = from.to_vec();
        for _ in 0..steps {
            let changes = 1 + random.below(3) / 2;
            let next = self.changed(random, &at, changes);
            if self.distance(&next, want) == 0 {
                at = next;
            }
        }
        at
    }

    /// Changes that a guard should notice: arrays that overlap by a few bytes or lie next to each other, ends of the
    /// memory and of the address space, misaligned addresses, steps and counts of zero, one and less than none.
    pub fn nudged(&self, random: &mut Random, from: &[u64]) -> Vec<u64> {
        let mut live_ins = from.to_vec();
        let integers: Vec<usize> = (0..self.arity()).filter(|&i| self.types[i].is_int()).collect();
        let Some(answer) = self.answer(from).filter(|_| !integers.is_empty()) else { return self.wild(random) };
        for _ in 0..1 + random.below(3) / 2 {
            let index = random.pick(&integers);
            let old = live_ins[index];
            let near = random.within(-16, 16) * random.pick(&[1, 1, 4, 8]);
            let hulls = &answer.hulls;
            let value = match random.below(8) {
                0..=2 if hulls.len() > 1 => {
                    let (a, b) = (random.below(hulls.len() as u64) as usize, random.below(hulls.len() as u64) as usize);
                    let shift = match random.below(3) {
                        0 => hulls[b].lo.wrapping_sub(hulls[a].lo),
                        1 => hulls[b].hi.wrapping_sub(hulls[a].lo),
                        _ => hulls[b].lo.wrapping_sub(hulls[a].hi),
                    };
                    old.wrapping_add((shift as i64).wrapping_add(near) as u64)
                }
                3 => old.wrapping_add(near as u64),
                4 => {
                    let len = self.memories.first().map_or(0, |memory| memory.1);
                    len.wrapping_add(near as u64)
                }
                5 => near as u64,
                6 => random.pick(&EDGES).wrapping_add((near / 4) as u64),
                _ => old.wrapping_add(random.within(-2000, 2000) as u64),
            };
            live_ins[index] = value & self.types[index].mask();
        }
        live_ins
    }

    /// Random live-ins.
    pub fn wild(&self, random: &mut Random) -> Vec<u64> {
        self.types.iter().map(|&ty| self.fresh(random, ty)).collect()
    }

    /// A value of this type that means something to some loop.
    pub fn fresh(&self, random: &mut Random, ty: Type) -> u64 {
        if !ty.is_int() {
            return float_bits(random, ty == Type::F64);
        }
        let len = self.memories.first().map_or(0, |memory| memory.1);
        let bits = match random.below(20) {
            0..=6 => random.below(len.max(16) / 16) * 16,
            7 => random.below(len.max(1)),
            8..=13 => random.within(-4, 100) as u64,
            14..=16 => (random.within(-32, 64) * random.pick(&[1, 2, 4, 8, 16])) as u64,
            17 => random.within(-4096, 4096) as u64,
            18 => random.pick(&EDGES).wrapping_add(random.within(-2, 2) as u64),
            _ => random.next(),
        };
        bits & ty.mask()
    }

    /// `from` with `count` live-ins changed.
    fn changed(&self, random: &mut Random, from: &[u64], count: u64) -> Vec<u64> {
        let mut live_ins = from.to_vec();
        for _ in 0..count {
            if live_ins.is_empty() {
                break;
            }
            let index = random.below(live_ins.len() as u64) as usize;
            let ty = self.types[index];
            let (old, other) = (live_ins[index], random.pick(&live_ins));
            let unit = random.pick(&[1i64, 1, 2, 4, 8, 16]);
            let bits = match random.below(8) {
                _ if !ty.is_int() => self.fresh(random, ty),
                0..=1 => self.fresh(random, ty),
                2 => old.wrapping_add((unit * random.within(-4, 4)) as u64),
                3 => old.wrapping_add(1u64.wrapping_shl(random.below(32) as u32)),
                4 => old.wrapping_sub(1u64.wrapping_shl(random.below(32) as u32)),
                5 => other.wrapping_add((unit * random.within(-80, 80)) as u64),
                6 => old.wrapping_neg(),
                _ => old.wrapping_add((unit * random.within(-600, 600)) as u64),
            };
            live_ins[index] = bits & ty.mask();
        }
        live_ins
    }
}

/// Ends of the signed and unsigned ranges.
const EDGES: [u64; 6] = [0, 0x7fff_ffff, 0x8000_0000, 0xffff_ffff, 0x7fff_ffff_ffff_ffff, 0x8000_0000_0000_0000];

/// The logarithm of how far `value` lies above `limit`; 0 if it doesn't.
fn above(value: i128, limit: i128) -> u32 {
    let excess = value.saturating_sub(limit);
    if excess <= 0 { 0 } else { 129 - excess.leading_zeros() }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// `z[i] = x[i] / y[i]` while `i < n`, where reaching `end` is a trap.
    const TEXT: &str = r#"(module (memory 1)
      (func (export "f") (param $x i32) (param $y i32) (param $z i32) (param $n i32) (param $end i32) (local $i i32)
        (block $bad (block $done (loop $next
          (br_if $done (i32.ge_s (local.get $i) (local.get $n)))
          (br_if $bad (i32.ge_u (local.get $i) (local.get $end)))
          (i64.store (i32.add (local.get $z) (i32.shl (local.get $i) (i32.const 3)))
            (i64.div_u (i64.load (i32.add (local.get $x) (i32.shl (local.get $i) (i32.const 3))))
                       (i64.load (i32.add (local.get $y) (i32.shl (local.get $i) (i32.const 3))))))
          (local.set $i (i32.add (local.get $i) (i32.const 1)))
          (br $next))) (return))
        (unreachable)))"#;

    fn with_judge(then: impl Fn(&Judge<'_>)) {
        let compiled = compiler::compile(&wat::parse_str(TEXT).unwrap(), &compiler::Options::default()).unwrap();
        then(&Judge::new(&compiled.regions[0], &compiled.kernels[0], vec![(0, 1 << 18)]));
    }

    #[test]
    fn searches_find_what_is_wanted() {
        with_judge(|judge| {
            let mut random = Random::new(5);
            for (least, most) in [(1, 1), (2, 10), (100, 120), (1000, 2000)] {
                let want = Want { least, most, aligned: true, quiet: true };
                let found = judge.solve(&mut random, None, want, 5000).unwrap();
                assert_eq!(judge.distance(&found, want), 0);
                let next = judge.walk(&mut random, &found, want, 50);
                assert_eq!(judge.distance(&next, want), 0);
                assert_ne!(found, next);
                // Arrays that overlap are refused, and so is a check that fails in the last iteration.
                let changed = |at: usize, bits: u64| {
                    let mut live_ins = found.clone();
                    live_ins[at] = bits;
                    judge.distance(&live_ins, want)
                };
                let position =
                    |local: u32| judge.region.live_ins.iter().position(|l| l.from.as_local() == Some(local)).unwrap();
                assert!(changed(position(2), found[position(0)] + 1) > 0);
                assert!(changed(position(4), least as u64 - 1) > 0);
            }
        });
    }

    #[test]
    fn nudges_lead_to_both_sides_of_the_guards() {
        with_judge(|judge| {
            let mut random = Random::new(6);
            let want = Want { least: 1, most: 4096, aligned: false, quiet: false };
            let base = judge.solve(&mut random, None, want, 5000).unwrap();
            let refused = (0..200).filter(|_| {
                let live_ins = judge.nudged(&mut random, &base);
                judge.distance(&live_ins, want) > 0
            });
            assert!((20..180).contains(&refused.count()));
        });
    }
}
