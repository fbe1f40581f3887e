//! Finding live-ins under which a dispatch runs, or just doesn't.
//!
//! Random live-ins almost never pass the guards: pointers must lie in memory, arrays must not overlap, ends must agree with
//! counts. So live-ins are changed one at a time as long as they don't get further from what is wanted, often by as much
//! as makes one of the needs hold that don't, else at random. From one solution a walk through others of distance zero
//! gives as many different ones as wanted; one more change leads just outside, or to the edge.

use crate::contents::float_bits;
use crate::judge::{Judge, Want};
use crate::needs::{Need, leap};
use crate::random::Random;
use ir::lowered::Type;

impl Judge<'_> {
    /// Looks for live-ins as wanted, from `start` or from random ones, in at most `steps` steps.
    pub fn solve(&self, random: &mut Random, start: Option<&[u64]>, want: Want, steps: u32) -> Option<Vec<u64>> {
        let mut best = start.map_or_else(|| self.wild(random), <[u64]>::to_vec);
        let mut distance = self.distance(&best, want);
        for _ in 0..steps {
            if distance == 0 {
                return Some(best);
            }
            let leapt = if random.chance(65) { self.closer(random, &best, want) } else { None };
            let changes = 1 + random.below(4) / 3;
            let next = leapt.unwrap_or_else(|| self.changed(random, &best, changes));
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
        if let Some(live_ins) = if random.chance(50) { self.edge(random, from) } else { None } {
            return live_ins;
        }
        let integers: Vec<usize> = (0..self.arity()).filter(|&i| self.ty(i).is_int()).collect();
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
                    let len = self.first_memory();
                    len.wrapping_add(near as u64)
                }
                5 => near as u64,
                6 => random.pick(&EDGES).wrapping_add((near / 4) as u64),
                _ => old.wrapping_add(random.within(-2000, 2000) as u64),
            };
            live_ins[index] = value & self.ty(index).mask();
        }
        live_ins
    }

    /// Random live-ins.
    pub fn wild(&self, random: &mut Random) -> Vec<u64> {
        (0..self.arity()).map(|index| self.fresh(random, self.ty(index))).collect()
    }

    /// A value of this type that means something to some loop.
    pub fn fresh(&self, random: &mut Random, ty: Type) -> u64 {
        if !ty.is_int() {
            return float_bits(random, ty == Type::F64);
        }
        let len = self.first_memory();
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

    /// Live-ins with which one more need should be met.
    fn closer(&self, random: &mut Random, from: &[u64], want: Want) -> Option<Vec<u64>> {
        let needs = self.needs(from, want)?;
        let open: Vec<usize> = (0..needs.len()).filter(|&index| !needs[index].holds()).collect();
        let index = open.get(random.below(open.len() as u64) as usize).copied()?;
        let target = needs[index].met(random);
        self.moved(random, from, want, (index, &needs[index]), target)
    }

    /// Live-ins with which a need that was met is just missed, or just met.
    fn edge(&self, random: &mut Random, from: &[u64]) -> Option<Vec<u64>> {
        let want = Want { least: 1, most: i128::MAX, aligned: true, quiet: true };
        let needs = self.needs(from, want)?;
        let index = random.below(needs.len() as u64) as usize;
        let need = needs.get(index)?;
        let target = if random.chance(70) { need.missed(random) } else { need.met(random) };
        self.moved(random, from, want, (index, need), target)
    }

    /// Live-ins with one changed such that a need's integer becomes `target`, should it change in proportion.
    fn moved(
        &self,
        random: &mut Random,
        from: &[u64],
        want: Want,
        (index, need): (usize, &Need),
        target: i128,
    ) -> Option<Vec<u64>> {
        let integers: Vec<usize> = (0..self.arity()).filter(|&i| self.ty(i).is_int()).collect();
        for _ in 0..(2 * integers.len()).min(8) {
            let live_in = random.pick(&integers);
            let step = random.pick(&[1i64, 1, 2, 4, 8, 16]);
            let mut live_ins = from.to_vec();
            let mask = self.ty(live_in).mask();
            live_ins[live_in] = from[live_in].wrapping_add(step as u64) & mask;
            let Some(after) = self.needs(&live_ins, want).and_then(|needs| needs.get(index).copied()) else { continue };
            let Some(by) = leap(need.value, need.value_of(&after), step, target) else { continue };
            let unit = if want.aligned && random.chance(60) { 16 } else { 1 };
            let by = if by % unit == 0 { by } else { (by / unit + by.signum()).saturating_mul(unit) };
            live_ins[live_in] = from[live_in].wrapping_add(by as u64) & mask;
            return Some(live_ins);
        }
        None
    }

    /// `from` with `count` live-ins changed.
    fn changed(&self, random: &mut Random, from: &[u64], count: u64) -> Vec<u64> {
        let mut live_ins = from.to_vec();
        for _ in 0..count {
            if live_ins.is_empty() {
                break;
            }
            let index = random.below(live_ins.len() as u64) as usize;
            let ty = self.ty(index);
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
