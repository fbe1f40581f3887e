//! What the memories of a region's case hold: a fill over everything, another over each footprint, patches over those.
//!
//! Each footprint holds numbers as its kernel loads them there, so that one array's floats aren't another's indices. What
//! decides where threads go, by a branch, an address or an operator that traps, is tame more often than other numbers.

use crate::contents::{Fill, Lane, Part, Temper};
use crate::judge::Judge;
use crate::random::Random;
use crate::trace::steering;
use ir::lowered::{Func, LoadKind, Op, Type};
use ir::region::{Kernel, Region};

/// Bytes that are filled of a footprint at most.
const LONGEST: u64 = 1 << 18;

/// What is loaded from the footprints of a kernel.
pub(crate) struct Contents {
    /// By footprint, its memory, the lanes, and whether they decide where threads go.
    spaces: Vec<(u32, Vec<Lane>, bool)>,
    /// All lanes together.
    lanes: Vec<Lane>,
}

impl Contents {
    /// What a kernel loads.
    pub fn of(region: &Region, kernel: &Kernel) -> Contents {
        let steering = steering(&kernel.func, region.footprints.len());
        let space = |(index, decides): (usize, bool)| {
            (region.footprints[index].memory, loaded(&kernel.func, Some(index as u32)), decides)
        };
        Contents { spaces: steering.into_iter().enumerate().map(space).collect(), lanes: lanes(&kernel.func) }
    }

    /// True if what is loaded decides where threads go.
    pub fn steers(&self) -> bool {
        self.spaces.iter().any(|(.., decides)| *decides)
    }

    /// The fill of everything.
    pub fn fill(&self, random: &mut Random, tempers: [u32; 3]) -> Fill {
        Fill::draw(random, &self.lanes, tempers)
    }

    /// The fills of the footprints. Gathers, which may reach far, come first, so that the others lie over them.
    pub fn parts(&self, random: &mut Random, judge: &Judge<'_>, live_ins: &[u64], tempers: [u32; 3]) -> Vec<Part> {
        let (reaches, _) = judge.layout(live_ins);
        let mut parts = Vec::new();
        for (index, (&(memory, ref lanes, decides), reach)) in self.spaces.iter().zip(&reaches).enumerate() {
            let end = reach.low.saturating_add(reach.length.min(LONGEST));
            if lanes.is_empty() || reach.length == 0 {
                continue;
            }
            let whole: Vec<Lane> = lanes.iter().copied().filter(|lane| lane.is_integer()).collect();
            let fill = if decides && !whole.is_empty() {
                let temper = [Temper::Tame, Temper::Spiced, Temper::Wild][random.weighted(&tempers)];
                Fill { lane: random.pick(&whole), temper, seed: random.next() }
            } else {
                let tempers = if decides { tempers } else { DATA };
                Fill::draw(random, lanes, tempers)
            };
            parts.push((judge.is_gathered(index), Part { memory, start: reach.low, end, fill }));
        }
        parts.sort_by_key(|(gathered, _)| !gathered);
        parts.into_iter().map(|(_, part)| part).collect()
    }
}

/// Tempers of what decides nothing.
const DATA: [u32; 3] = [35, 20, 45];

/// What a kernel reads.
pub(crate) fn lanes(func: &Func) -> Vec<Lane> {
    loaded(func, None)
}

/// What a kernel reads from one footprint, or from all.
fn loaded(func: &Func, only: Option<u32>) -> Vec<Lane> {
    let mut lanes = Vec::new();
    for inst in func.blocks.iter().flat_map(|block| &block.insts) {
        let (Op::Load { kind, space, .. } | Op::Gather { kind, space, .. }) = inst.op else { continue };
        let kind = kind.piece();
        let lane = match (kind.ty(), kind.width()) {
            (Type::F32, _) => Lane::F32,
            (Type::F64, _) => Lane::F64,
            (_, 1) => Lane::I8,
            (_, 2) => Lane::I16,
            _ if kind == LoadKind::I64 => Lane::I64,
            _ => Lane::I32,
        };
        if only.is_none_or(|only| only == space) && !lanes.contains(&lane) {
            lanes.push(lane);
        }
    }
    lanes
}
