//! What keeps live-ins from being what is wanted of them, as a list of needs and as one number.
//!
//! Each guard is given a distance, the logarithm of how far its integers are from satisfying it; so are hulls that must lie
//! in memory, trip counts, alignments, and the checks of threads at the corners of the iteration space. Threads come
//! last: whatever they lack is nearer than live-ins with which no dispatch starts.
//!
//! Nothing here decides whether a dispatch may run. That is the runtime's business, and the oracle counts what it did.

use crate::needs::{Goal, Need};
use crate::trace::{Check, Mode, Tracer};
use ir::abi::Reach;
use ir::lowered::interp::Spaces;
use ir::lowered::{LoadKind, StoreKind, Type};
use ir::region::apart::apart;
use ir::region::{Answer, Bounds, Footprint, GuardEnv, IntId, Kernel, LiveIn, Pred, PredId, Region, Source};

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

/// The memory of a trial thread: every load gives a number that may be an index as well as an aligned address, larger ones
/// at higher addresses, so that what goes from one to the next has something to do; every store is lost.
struct Plain(Vec<Reach>);

impl Spaces for Plain {
    fn load(&self, _: u32, address: u64, kind: LoadKind) -> Option<u64> {
        Some(match kind {
            LoadKind::F32 => 1f32.to_bits() as u64,
            LoadKind::F64 => 1f64.to_bits(),
            _ => 16 * (1 + (address >> 2) % 15),
        })
    }

    fn store(&mut self, _: u32, _: u64, _: StoreKind, _: u64) -> Option<()> {
        Some(())
    }

    fn reach(&self, space: u32) -> Reach {
        self.0.get(space as usize).copied().unwrap_or_default()
    }
}

/// Bytes that may be updated, as far as a trial thread is concerned.
const UPDATED: i128 = 1024;

/// Operations granted to a trial thread.
const TRIAL: u64 = 4000;

/// Judges live-ins of one region in memories of given sizes.
pub(crate) struct Judge<'r> {
    /// The region.
    pub region: &'r Region,
    tracer: Tracer<'r>,
    types: Vec<Type>,
    wide: Vec<bool>,
    memories: Vec<(u64, u64)>,
}

/// More than the distance of live-ins with which a dispatch starts.
const LATER: u32 = 1 << 12;

/// The distance of live-ins for which no distance can be computed.
const FAR: u32 = 1 << 16;

impl<'r> Judge<'r> {
    /// A judge for memories of these sizes in bytes; those of equal identity are one.
    pub fn new(region: &'r Region, kernel: &'r Kernel, memories: Vec<(u64, u64)>) -> Judge<'r> {
        let types: Vec<Type> = region.live_ins.iter().map(|live_in| live_in.ty).collect();
        let returned: Vec<Type> = region.returns.iter().map(|ret| ret.0).collect();
        let scalars = region.scalars.types(&types, &returned).unwrap_or_default();
        let tracer = Tracer::new(&kernel.func, region.trips.len());
        Judge { region, tracer, types, wide: scalars.iter().map(|ty| ty.bits() == 64).collect(), memories }
    }

    /// The number of live-ins.
    pub fn arity(&self) -> usize {
        self.types.len()
    }

    /// The type of a live-in.
    pub fn ty(&self, live_in: usize) -> Type {
        self.types[live_in]
    }

    /// True if a footprint's accesses are checked by the kernel.
    pub fn is_gathered(&self, footprint: usize) -> bool {
        self.region.footprints[footprint].access.is_checked()
    }

    /// The bytes of the first memory.
    pub fn first_memory(&self) -> u64 {
        self.memories.first().map_or(0, |memory| memory.1)
    }

    /// What runs threads of the kernel.
    pub fn tracer(&self) -> &Tracer<'r> {
        &self.tracer
    }

    /// How far `live_ins` are from what is wanted; 0 if they are it.
    pub fn distance(&self, live_ins: &[u64], want: Want) -> u32 {
        let Some(answer) = self.answer(live_ins) else { return FAR };
        let placed: u32 = self.placed(&answer, want).iter().map(Need::distance).sum();
        let total = self.guards(&answer) + placed;
        match (total, want.quiet) {
            (0, true) => self.trial(&answer, live_ins).0.iter().map(Need::distance).sum::<u32>().min(LATER),
            (0, false) => 0,
            // Whatever threads lack is nearer than what keeps them from starting.
            _ => total.saturating_add(LATER),
        }
    }

    /// What is needed besides the guards: hulls in memory, room for what is gathered, trip counts and alignment.
    fn placed(&self, answer: &Answer, want: Want) -> Vec<Need> {
        let int = |id: IntId| answer.ints[id.0 as usize];
        let mut needs = Vec::new();
        for (footprint, hull) in self.region.footprints.iter().zip(&answer.hulls) {
            let len = self.memories.get(footprint.memory as usize).map_or(0, |m| m.1 as i128);
            needs.extend([
                Need::at_most_zero(0i128.saturating_sub(hull.lo)),
                Need::at_most_zero(hull.hi.saturating_sub(len)),
            ]);
            if want.aligned {
                let strides = footprint.dims.iter().map(|dim| dim.stride);
                let ids = std::iter::once(footprint.base).chain(strides);
                needs.extend(ids.map(|id| Need::multiple(int(id), footprint.align.into())));
            }
            // A gather gets what lies around its hint, up to what is written.
            let hint = Bounds { lo: hull.lo.clamp(0, len.max(1) - 1), hi: hull.lo.clamp(0, len.max(1) - 1) + 1 };
            let inside = |written: &Bounds| hint.hi.min(written.hi).saturating_sub(hint.lo.max(written.lo));
            if footprint.access.is_checked() && !footprint.access.writes() {
                needs.push(Need::at_most_zero(self.written(answer, footprint).iter().map(inside).max().unwrap_or(0)));
            }
        }
        needs.extend(self.finals(answer));
        let mut product: i128 = 1;
        for &id in &self.region.trips {
            needs.push(Need::at_most_zero(1i128.saturating_sub(int(id))));
            product = product.saturating_mul(int(id).max(1));
        }
        needs.extend([Need::at_most_zero(want.least.saturating_sub(product))]);
        needs.extend([Need::at_most_zero(product.saturating_sub(want.most))]);
        needs
    }

    /// That final stores lie inside their memories and apart from everything else.
    fn finals(&self, answer: &Answer) -> Vec<Need> {
        let home = |memory: u32| self.memories.get(memory as usize).copied().unwrap_or_default();
        let hulls = self.region.footprints.iter().zip(&answer.hulls);
        let hulls = hulls.filter(|(footprint, _)| !footprint.access.is_checked());
        let mut taken: Vec<(u64, i128, i128)> =
            hulls.map(|(footprint, hull)| (home(footprint.memory).0, hull.lo, hull.hi)).collect();
        let mut needs = Vec::new();
        for last in &self.region.finals {
            let ((identity, len), lo) = (home(last.memory), answer.ints[last.base.0 as usize]);
            let hi = lo.saturating_add(i128::from(last.width));
            let overlap = |start: i128, end: i128| hi.saturating_sub(start).min(end.saturating_sub(lo));
            let met =
                |&(other, start, end): &(u64, i128, i128)| if other == identity { overlap(start, end) } else { 0 };
            needs.extend(taken.iter().map(met).map(Need::at_most_zero));
            needs.push(Need::at_most_zero(0i128.saturating_sub(lo)));
            needs.push(Need::at_most_zero(hi.saturating_sub(len.into())));
            taken.push((identity, lo, hi));
        }
        needs
    }

    /// What the live-ins that dispatch reads from memory say of it: a memory, an address, the bytes.
    pub fn loaded(&self, live_ins: &[u64]) -> Vec<(u32, u64, Vec<u8>)> {
        let values = self.region.scalars.evaluate(live_ins, &[], &[]);
        let bytes = |(live_in, bits): (&LiveIn, &u64)| {
            let Source::Loaded { memory, address, offset, kind } = live_in.from else { return None };
            let address = values.get(address.0 as usize).copied().flatten()?.checked_add(offset)?;
            let end = address.checked_add(kind.width().into())?;
            let len = self.memories.get(memory as usize).map_or(0, |memory| memory.1);
            (end <= len).then(|| (memory, address, bits.to_le_bytes()[..kind.width() as usize].to_vec()))
        };
        self.region.live_ins.iter().zip(live_ins).filter_map(bytes).collect()
    }

    /// The written hulls of the memory that a footprint is in.
    fn written(&self, answer: &Answer, of: &Footprint) -> Vec<Bounds> {
        let here = |other: &Footprint| {
            other.access.writes() && !other.access.is_checked() && self.memory(other.memory) == self.memory(of.memory)
        };
        let hulls = self.region.footprints.iter().zip(&answer.hulls);
        let hulls = hulls.filter(|(other, _)| here(other)).map(|(_, &hull)| hull);
        let finals = self.region.finals.iter().filter(|last| self.memory(last.memory) == self.memory(of.memory));
        let finals = finals.map(|last| {
            let lo = answer.ints[last.base.0 as usize];
            Bounds { lo, hi: lo.saturating_add(i128::from(last.width)) }
        });
        hulls.chain(finals).collect()
    }

    /// Where the accesses of each footprint may be. What the dispatch chooses for gathers may be somewhat less.
    fn reaches(&self, answer: &Answer) -> Vec<Reach> {
        let reach = |(footprint, hull): (&Footprint, &Bounds)| {
            let len = self.memories.get(footprint.memory as usize).map_or(0, |m| m.1 as i128);
            let (mut lo, mut hi) = (hull.lo, hull.hi);
            if footprint.access.writes() && footprint.access.is_checked() {
                // Updates get less than a gather, up to whatever else is touched.
                let at = lo.clamp(0, len.max(1) - 1);
                let others = self.region.footprints.iter().zip(&answer.hulls);
                let others = others.filter(|(other, _)| self.memory(other.memory) == self.memory(footprint.memory));
                let behind = others.map(|(_, hull)| hull.lo).filter(|&other| other > at).min();
                (lo, hi) = (at, behind.unwrap_or(len).min(at.saturating_add(UPDATED)));
            } else if footprint.access.is_checked() {
                let at = lo.clamp(0, len.max(1) - 1);
                (lo, hi) = (0, len);
                for written in self.written(answer, footprint) {
                    lo = if written.hi <= at { lo.max(written.hi) } else { lo };
                    hi = if written.lo > at { hi.min(written.lo) } else { hi };
                }
            }
            Reach { low: lo.clamp(0, len) as u64, length: (hi.min(len) - lo.clamp(0, len)).max(0) as u64 }
        };
        self.region.footprints.iter().zip(&answer.hulls).map(reach).collect()
    }

    /// The reach of each footprint, and how often each dimension runs; empty if that can't be computed.
    pub fn layout(&self, live_ins: &[u64]) -> (Vec<Reach>, Vec<u64>) {
        let Some(answer) = self.answer(live_ins) else { return (Vec::new(), Vec::new()) };
        let trips = self.region.trips.iter().map(|id| answer.ints[id.0 as usize].clamp(0, u64::MAX.into()) as u64);
        (self.reaches(&answer), trips.collect())
    }

    /// What threads lack for not bailing, where live-ins have a part in that, and the branches that would have to go another
    /// way for it not to matter. Index checks are monotonic, so the threads at corners tell, and their neighbours, because
    /// the first and the last iteration are often special.
    fn trial(&self, answer: &Answer, live_ins: &[u64]) -> (Vec<Need>, Vec<Need>) {
        let (mut failed, mut turns): (Vec<Check>, Vec<Need>) = (Vec::new(), Vec::new());
        if !self.region.can_bail {
            return (Vec::new(), turns);
        }
        let last: Vec<u64> =
            self.region.trips.iter().map(|id| answer.ints[id.0 as usize].saturating_sub(1) as u64).collect();
        let mut memory = Plain(self.reaches(answer));
        for thread in 0..1u32 << (last.len() + 1) {
            let inner = (thread & 1) as u64;
            let index = |(dim, &last): (usize, &u64)| {
                if thread >> (dim + 1) & 1 == 1 { last.saturating_sub(inner) } else { inner.min(last) }
            };
            let indices = last.iter().enumerate().map(index);
            let args: Vec<u64> = indices.chain(live_ins.iter().copied()).collect();
            let run = self.tracer.run(&args, &mut memory, TRIAL, Mode::Lenient);
            for check in run.failed.into_iter().filter(|check| check.origin.live_ins != 0) {
                match failed.iter_mut().find(|other| other.site == check.site) {
                    Some(other) if other.need.distance() >= check.need.distance() => {}
                    Some(other) => *other = check,
                    None => failed.push(check),
                }
                if turns.is_empty() {
                    turns.extend(run.turns.iter().filter(|turn| turn.origin.live_ins != 0).map(|turn| turn.need));
                }
            }
        }
        failed.sort_by_key(|check| check.site);
        (failed.into_iter().map(|check| check.need).collect(), turns)
    }

    /// The hulls of the footprints, if they can be computed.
    pub fn hulls(&self, live_ins: &[u64]) -> Vec<Bounds> {
        self.answer(live_ins).map(|answer| answer.hulls).unwrap_or_default()
    }

    /// Every integer and hull, if they can be computed.
    pub fn answer(&self, live_ins: &[u64]) -> Option<Answer> {
        let values = self.region.scalars.evaluate(live_ins, &[], &[]);
        let scalars: Vec<Option<(u64, bool)>> =
            values.iter().zip(&self.wide).map(|(value, &wide)| value.map(|bits| (bits, wide))).collect();
        let env = GuardEnv { scalars: &scalars, memories: &self.memories };
        self.region.program.evaluate(env, &self.region.footprints, &self.region.dims(), &[]).ok()
    }

    /// The distance of all guards together.
    fn guards(&self, answer: &Answer) -> u32 {
        let mut distances: Vec<u32> = Vec::with_capacity(self.region.program.preds.len());
        for pred in &self.region.program.preds {
            let of = |id: PredId| distances[id.0 as usize];
            let all = |needs: &[Need]| needs.iter().map(Need::distance).sum::<u32>();
            distances.push(match *pred {
                Pred::And(a, b) => of(a) + of(b),
                Pred::Or(a, b) => of(a).min(of(b)),
                Pred::Not(a) => (of(a) == 0) as u32,
                Pred::SameMemory(a, b) => (self.memory(a) != self.memory(b)) as u32,
                Pred::Divides(..) => all(&self.atoms(answer, pred)).min(2),
                Pred::Apart(a, b) if self.keeps_apart(answer, a, b) => 0,
                Pred::Apart(..) => 1 + all(&self.atoms(answer, pred)),
                Pred::Lt(..) | Pred::Le(..) | Pred::Eq(..) | Pred::Disjoint(..) => all(&self.atoms(answer, pred)),
            });
        }
        self.region.guards.iter().map(|guard| distances[guard.pred.0 as usize]).sum()
    }

    /// What a predicate needs that isn't made of others; of one about two footprints what usually makes it hold.
    fn atoms(&self, answer: &Answer, pred: &Pred) -> Vec<Need> {
        let int = |id: IntId| answer.ints[id.0 as usize];
        match *pred {
            Pred::Lt(a, b) => vec![Need::at_most_zero(int(a).saturating_sub(int(b)).saturating_add(1))],
            Pred::Le(a, b) => vec![Need::at_most_zero(int(a).saturating_sub(int(b)))],
            Pred::Eq(a, b) => vec![Need { value: int(a).saturating_sub(int(b)), goal: Goal::Zero }],
            Pred::Divides(d, n) if int(d) > 0 => vec![Need::multiple(int(n), int(d))],
            Pred::Divides(d, _) => vec![Need::at_most_zero(1i128.saturating_sub(int(d)))],
            Pred::Disjoint(a, b) => vec![Need::at_most_zero(self.overlap(answer, a, b))],
            Pred::Apart(a, b) => {
                let mut needs = self.rows(answer, a);
                if a != b {
                    needs.push(Need::at_most_zero(self.overlap(answer, a, b)));
                    needs.extend(self.rows(answer, b));
                }
                needs
            }
            Pred::And(..) | Pred::Or(..) | Pred::Not(_) | Pred::SameMemory(..) => Vec::new(),
        }
    }

    /// That each parallel dimension of a footprint goes past what the dimensions of smaller strides touch together.
    fn rows(&self, answer: &Answer, index: u32) -> Vec<Need> {
        let footprint = &self.region.footprints[index as usize];
        let counts = self.region.counts();
        let dims: Vec<(u32, i128, i128)> = footprint
            .dims
            .iter()
            .map(|dim| {
                let count = counts.get(dim.dim as usize).map_or(1, |id| answer.ints[id.0 as usize]);
                (dim.dim, answer.ints[dim.stride.0 as usize].saturating_abs(), count)
            })
            .collect();
        let need = |&(dim, stride, count): &(u32, i128, i128)| {
            let inner = dims.iter().filter(|&&(other, s, _)| other != dim && (s, dim) < (stride, other));
            let inner =
                inner.fold(0i128, |all, &(_, s, n)| all.saturating_add(s.saturating_mul(n.saturating_sub(1).max(0))));
            let lacking = inner.saturating_add(footprint.width.into()).saturating_sub(stride);
            Need::at_most_zero(if count > 1 { lacking } else { 0 })
        };
        let parallel = self.region.trips.len() as u32;
        dims.iter().filter(|(dim, ..)| *dim < parallel).map(need).collect()
    }

    /// Every need, met or not, in the same order for all live-ins.
    pub fn needs(&self, live_ins: &[u64], want: Want) -> Option<Vec<Need>> {
        let answer = self.answer(live_ins)?;
        let mut needs = self.placed(&answer, want);
        let trial = want.quiet && self.region.can_bail && needs.iter().all(Need::holds) && self.guards(&answer) == 0;
        needs.extend(self.region.program.preds.iter().flat_map(|pred| self.atoms(&answer, pred)));
        if trial {
            let (failed, turns) = self.trial(&answer, live_ins);
            needs.extend(failed.into_iter().chain(turns));
        }
        Some(needs)
    }

    fn memory(&self, index: u32) -> Option<u64> {
        self.memories.get(index as usize).map(|memory| memory.0)
    }

    fn overlap(&self, answer: &Answer, a: u32, b: u32) -> i128 {
        let home = |index: u32| self.memory(self.region.footprints[index as usize].memory);
        let (p, q): (Bounds, Bounds) = (answer.hulls[a as usize], answer.hulls[b as usize]);
        if home(a) == home(b) { p.hi.min(q.hi).saturating_sub(p.lo.max(q.lo)) } else { 0 }
    }

    fn keeps_apart(&self, answer: &Answer, a: u32, b: u32) -> bool {
        let dims = self.region.dims();
        let reach = |index: u32| self.region.footprints[index as usize].reach(&answer.ints, &dims);
        let home = |index: u32| self.memory(self.region.footprints[index as usize].memory);
        let keeps = dims.parallel_counts(&answer.ints).and_then(|p| apart(&reach(a)?, &reach(b)?, &p));
        keeps == Ok(true) || home(a) != home(b)
    }
}
