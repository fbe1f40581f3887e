//! SANDBOX: private arrays. Bytes that every iteration of a loop writes before it reads them.
//!
//! Such an array lies at an address that the loop doesn't change, most often on the producer's stack in memory. It is small, so an
//! iteration can hold it in values, one for each cell: a cell is as wide as the narrowest access. [`super::cells`] rewrites a copy of
//! the function so, with one store of each cell at the end of the iteration, and these are final stores ([`super::finals`]), or else the loop is
//! declined as it was. Input: a loop that was declined. Output: its arrays, with every access to them. What must hold of one:
//!
//! - Every access whose address begins like its own, and may meet it, is one of its accesses, at a constant place or at one within
//!   known bounds. Whatever else touches its bytes, under another name, dispatch finds, as it does for all final stores.
//! - A cell has been written on every way to what may read it, and to the end of the iteration. So no iteration sees what another
//!   left there, and the last one leaves behind what the original does. That is for the rewriting to see to.
//! - Addresses don't wrap around within the array: dispatch checks that its last cell lies in memory, which begins with the index of its
//!   first access; so everything between is as far from that index as the forms say, and no access of the original traps.

use super::affine::{Lin, Sym, Symbols};
use super::bounded;
use super::context::Context;
use super::draft::Draft;
use super::extent;
use super::induction;
use super::limits::Limits;
use super::shape::Shape;
use super::trip;
use crate::wasm::GuestLoop;
use ir::lowered::{BlockId, Op, Type, Value};
use ir::region::limits::MAX_FINALS;
use std::collections::BTreeMap;

/// Cells that accesses at places which aren't constant choose from, all together.
const MAX_CHOICES: i64 = 2048;
/// Bytes of a cell.
const MAX_CELL: u64 = 8;

/// Where an access to an array lies.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum At {
    /// In this cell and those behind it that it is wide enough for.
    Cell(usize),
    /// In one of these cells, by the distance of its address from the array's index.
    Among(usize, usize),
}

/// A private array.
#[derive(Clone, Debug)]
pub(super) struct Array {
    pub memory: u32,
    /// The type of addresses.
    pub address: Type,
    /// The index from which places are counted: a constant, or a value from outside plus a constant.
    pub index: (Option<Value>, u64),
    /// Where the first cell begins, from the index.
    pub first: i64,
    /// Bytes of a cell.
    pub cell: u32,
    pub cells: usize,
    pub accesses: BTreeMap<(BlockId, usize), At>,
}

/// What addresses begin with: the memory, and what is added up that isn't constant.
type Begins = (u32, BTreeMap<Sym, u64>);

/// An access that doesn't move with the root.
struct Fixed {
    place: (BlockId, usize),
    is_store: bool,
    memory: u32,
    ty: Type,
    terms: BTreeMap<Sym, u64>,
    /// The constant of its index, and the memarg offset.
    index: i64,
    offset: i64,
    /// The least and the most that it is above these.
    reach: (i64, i64),
    width: i64,
    /// How many of the lowest bits of what it is above these are zero.
    zeros: u32,
}

impl Fixed {
    fn start(&self) -> i64 {
        self.index + self.offset + self.reach.0
    }

    fn end(&self) -> i64 {
        self.index + self.offset + self.reach.1 + self.width
    }
}

/// The private arrays of the nest under a loop.
pub(super) fn arrays(context: &Context<'_>, guest_loop: &GuestLoop, shape: &Shape) -> Option<Vec<Array>> {
    let mut shape = shape.clone();
    let mut draft = Draft::new(Symbols::new(context, guest_loop), shape.loops.len());
    let mut inductions = induction::inductions(context, &shape, &mut draft.symbols);
    let wish = trip::Wish { parallel: true, resume: false };
    trip::trip(context, &mut shape, &mut inductions, &mut draft, wish).ok()?;
    extent::extents(context, &shape, &mut inductions, &mut draft);
    // What this draft demands isn't demanded again of the copy, in which the accesses are gone.
    let mut limits = Limits::new(context, &shape, &mut inductions, &mut draft);
    limits.unconditional = true;
    let mut groups: BTreeMap<Begins, Vec<Fixed>> = BTreeMap::new();
    for fixed in fixed(&mut limits) {
        let key = (fixed.memory, fixed.terms.clone());
        groups.entry(key).or_default().push(fixed);
    }
    let mut arrays = Vec::new();
    for mut group in groups.into_values() {
        group.sort_by_key(Fixed::start);
        let mut parts: Vec<(i64, Vec<Fixed>)> = Vec::new();
        for access in group {
            match parts.last_mut() {
                Some((end, part)) if access.start() < *end => {
                    *end = access.end().max(*end);
                    part.push(access);
                }
                _ => parts.push((access.end(), vec![access])),
            }
        }
        let parts = parts.into_iter().map(|(_, part)| part);
        arrays.extend(parts.filter_map(|part| array(&draft.symbols, part)));
    }
    let cells: usize = arrays.iter().map(|a| a.cells).sum();
    (!arrays.is_empty() && cells <= MAX_FINALS).then_some(arrays)
}

/// The accesses that don't move with the root.
fn fixed(limits: &mut Limits<'_, '_>) -> Vec<Fixed> {
    let mut found = Vec::new();
    let (context, shape) = (limits.context, limits.shape);
    for &block in &shape.body {
        for (position, inst) in context.func.block(block).insts.iter().enumerate() {
            let (is_store, width, memory, offset, addr) = match inst.op {
                Op::Load { kind, space, offset, addr } => (false, kind.width(), space, offset, addr),
                Op::Store { kind, space, offset, addr, .. } => (true, kind.width(), space, offset, addr),
                _ => continue,
            };
            let Some(address) = bounded::split(limits, addr, block) else { continue };
            let (Some(mut reach), form) = (address.reach(), &address.form) else { continue };
            let mut zeros = address.zeros();
            let mut moves = form.steps.contains_key(&0);
            for (&l, step) in &form.steps {
                let last = limits.draft.lasts[l].and_then(|last| limits.draft.known(last));
                let by = step.as_const().zip(last).and_then(|(step, last)| step.signed().checked_mul(last));
                let Some(by) = by.filter(|by| by.abs() < 1 << 20) else {
                    moves = true;
                    continue;
                };
                zeros = zeros.min(step.as_const().map_or(0, |c| c.bits.trailing_zeros()));
                reach = (reach.0 + by.min(0), reach.1 + by.max(0));
            }
            if moves {
                continue;
            }
            let offset = u32::try_from(offset).ok().filter(|_| form.start.is_near());
            let Some(offset) = offset.map(i64::from) else { continue };
            let distance = form.start.distance();
            let Lin { ty, terms, constant } = form.start.clone();
            let index = if terms.is_empty() { constant as i64 } else { distance };
            let (place, width) = ((block, position), i64::from(width));
            found.push(Fixed { place, is_store, memory, ty, terms, index, offset, reach, width, zeros });
        }
    }
    found
}

/// An array of accesses that meet, if it is one that fits cells.
fn array(symbols: &Symbols<'_>, part: Vec<Fixed>) -> Option<Array> {
    let (first, last) = (part.first()?.start(), part.iter().map(Fixed::end).max()?);
    let is_read = part.iter().any(|a| !a.is_store) && part.iter().any(|a| a.is_store);
    let mut bits = MAX_CELL;
    for access in &part {
        bits |= (access.start() - first) as u64 | access.width as u64;
        if access.reach.0 != access.reach.1 {
            bits |= 1 << access.zeros.min(32);
        }
    }
    let cell = 1i64 << bits.trailing_zeros();
    let cells = usize::try_from((last - first) / cell).ok().filter(|&cells| cells <= MAX_FINALS)?;
    let mut accesses = BTreeMap::new();
    let mut choices = 0;
    for access in &part {
        let place = |at: i64| usize::try_from((at - first) / cell).ok();
        let at = if access.reach.0 == access.reach.1 {
            At::Cell(place(access.start())?)
        } else {
            choices += (access.end() - access.start()) / cell;
            if access.width != cell {
                return None;
            }
            At::Among(place(access.start())?, place(access.end())?)
        };
        accesses.insert(access.place, at);
    }
    let lowest = part.iter().map(|a| a.index).min()?;
    let index = match part[0].terms.iter().collect::<Vec<_>>()[..] {
        [] => (None, lowest as u64),
        [(&Sym::Scalar(id), 1)] => (Some(symbols.value_of(id)?), lowest as u64 & part[0].ty.mask()),
        _ => return None,
    };
    let (memory, address, first) = (part[0].memory, part[0].ty, first - lowest);
    let fits = is_read && choices <= MAX_CHOICES && first >= 0;
    fits.then_some(Array { memory, address, index, first, cell: cell as u32, cells, accesses })
}
