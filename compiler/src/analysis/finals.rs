//! SANDBOX: final stores. Stores that every iteration makes to the same bytes, of which only the last one shows.
//!
//! Stores of one width to one address that doesn't change form a group. Let `S` be the last of them in program order, run once
//! in every complete iteration of the root. If nothing else in the nest touches a byte of the group, no iteration can tell
//! what is stored there, and after the loop the bytes hold what `S` stored in the last complete iteration: the other stores
//! of an iteration come before its `S`, because `S` is in no inner loop and blocks are numbered in reverse postorder. So the kernel
//! leaves out the whole group, and dispatch makes one store after a launch that completed. An iteration that doesn't complete
//! is a bail, after which the original loop runs from the start.
//!
//! That nothing else touches these bytes is seen to by dispatch (`runtime/src/plan.rs`), with the numbers of an entry, as is that
//! they lie in memory. Where it is known here to be otherwise in every entry, because another access starts in the group's bytes,
//! the group isn't one of final stores, and dependence declines the loop.

use super::affine::Affine;
use super::context::Context;
use super::draft::Draft;
use super::induction::Inductions;
use super::shape::Shape;
use crate::reasons::Reason;
use ir::faults;
use ir::lowered::{BlockId, Op, Value};
use ir::region::{IntId, limits};

/// A group of stores of which only the last one shows.
#[derive(Clone, Debug)]
pub struct Final {
    /// All of them: block and position.
    pub places: Vec<(BlockId, usize)>,
    /// The byte offset of the last one in the module.
    pub at: u32,
    /// What the last one stores.
    pub value: Value,
    /// The memory index.
    pub memory: u32,
    /// Bytes stored.
    pub width: u32,
    offset: u64,
    addr: Affine,
}

/// A load or store whose address doesn't change, or starts somewhere.
struct Seen {
    place: (BlockId, usize),
    at: u32,
    /// What is stored, if something is.
    value: Option<Value>,
    memory: u32,
    width: u32,
    offset: u64,
    addr: Affine,
}

impl Seen {
    fn is_fixed(&self) -> bool {
        self.addr.steps.is_empty()
    }

    /// The same bytes in every entry of the loop.
    fn same(&self, other: &Seen) -> bool {
        (self.memory, self.width, self.offset) == (other.memory, other.width, other.offset)
            && other.is_fixed()
            && self.addr.start == other.addr.start
    }

    /// True if the first bytes of the other access are known to be some of these.
    fn meets(&self, other: &Seen) -> bool {
        if self.memory != other.memory || self.addr.start.terms != other.addr.start.terms {
            return false;
        }
        let start = |seen: &Seen| i128::from(seen.addr.start.distance()) + i128::from(seen.offset);
        let (a, b) = (start(self), start(other));
        let meets = a < b + i128::from(other.width) && b < a + i128::from(self.width);
        meets && !faults::on("final-store-beside-others")
    }
}

/// Finds the groups.
pub fn finals(context: &Context<'_>, shape: &Shape, inductions: &mut Inductions, draft: &mut Draft<'_>) -> Vec<Final> {
    let seen = seen(context, shape, inductions, draft);
    let program_order = |seen: &&Seen| (context.rank[seen.place.0.index()], seen.place.1);
    let mut finals: Vec<Final> = Vec::new();
    for first in seen.iter().filter(|s| s.value.is_some() && s.is_fixed()) {
        if finals.len() == limits::MAX_FINALS || finals.iter().any(|f| f.places.contains(&first.place)) {
            continue;
        }
        let is_part = |other: &Seen| other.value.is_some() && first.same(other);
        let group: Vec<&Seen> = seen.iter().filter(|s| is_part(s)).collect();
        let alone = seen.iter().all(|s| is_part(s) || !first.meets(s));
        let last = match faults::on("final-store-is-the-first") {
            true => group.iter().copied().min_by_key(program_order),
            false => group.iter().copied().max_by_key(program_order),
        };
        let Some(last) = last else { continue };
        let Some(value) = last.value.filter(|&v| context.func.ty(v).is_scalar()) else { continue };
        if alone && (shape.always(context, last.place.0) || faults::on("final-store-in-a-branch")) {
            let places = group.iter().map(|s| s.place).collect();
            let Seen { at, memory, width, offset, ref addr, .. } = *last;
            finals.push(Final { places, at, value, memory, width, offset, addr: addr.clone() });
        }
    }
    finals
}

/// Every access whose address has a form. One without may touch the same bytes, which dispatch will see.
fn seen(context: &Context<'_>, shape: &Shape, inductions: &mut Inductions, draft: &mut Draft<'_>) -> Vec<Seen> {
    let mut seen = Vec::new();
    for &block in &shape.body {
        for (position, inst) in context.func.block(block).insts.iter().enumerate() {
            let (memory, width, offset, addr, value) = match inst.op {
                Op::Load { kind, space, offset, addr } => (space, kind.width(), offset, addr, None),
                Op::Store { kind, space, offset, addr, value } => (space, kind.width(), offset, addr, Some(value)),
                _ => continue,
            };
            let form = inductions.of(context, shape, &mut draft.symbols, addr, Some(block));
            if let Some(addr) = form.filter(|f| f.is_known() && f.start.is_near()) {
                seen.push(Seen { place: (block, position), at: inst.at, value, memory, width, offset, addr });
            }
        }
    }
    seen
}

impl Final {
    /// The reason if this can't be a final store after all.
    pub fn reason(&self) -> Reason {
        Reason::InvariantStore { store: self.at }
    }

    /// The address as an integer: the index read unsigned, plus the offset.
    pub fn base(&self, inductions: &Inductions, draft: &mut Draft<'_>) -> Result<IntId, Reason> {
        if !inductions.demand(draft, &self.addr, None) {
            return Err(self.reason());
        }
        let start = draft.read(&self.addr.start, false);
        let offset = draft.number(i64::try_from(self.offset).map_err(|_| self.reason())?);
        Ok(draft.add(start, offset))
    }
}
