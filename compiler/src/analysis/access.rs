//! SANDBOX: footprints. The memory accesses of a loop, grouped into windows with affine addresses.
//!
//! Accesses of one memory whose address recurrences differ by a constant move together. They form a window: `width` bytes
//! at `base + i * step`, which becomes a footprint and a space of the kernel. An address in Wasm is the 32-bit index, read
//! unsigned, plus the memarg offset in unbounded integers. The index recurrence is modular; it equals the integer
//! `U(start) + d + S(step) * i` as long as that integer stays within 0 and 2^32. Being linear in `i` it is bounded by its
//! ends. The lower bound is demanded here as a guard. The upper bound follows from the check that dispatch makes of every
//! hull: it must end within the memory, which has at most 2^32 bytes. Who relies on it: dispatch, which copies and checks
//! hulls, and every device, which addresses only what a hull holds.

use super::affine::{Affine, Lin, Sym, is_inside};
use super::draft::Draft;
use super::induction::Inductions;
use super::shape::{Context, Shape};
use super::trip::Trip;
use crate::reasons::Reason;
use crate::wasm::Module;
use ir::lowered::{BlockId, Op, Type};
use ir::region::{Access as Effect, Footprint, FootprintDim, limits};
use std::collections::{BTreeMap, HashMap};

/// One load or store of the loop.
#[derive(Clone, Debug)]
pub struct Access {
    /// The block and the instruction in it.
    pub place: (BlockId, usize),
    /// Its byte offset in the module.
    pub at: u32,
    /// A store.
    pub is_store: bool,
    /// Bytes touched.
    pub width: u32,
    /// What its address must be a multiple of on a device that accesses nothing unaligned.
    align: u32,
    /// Executed in every complete iteration.
    pub always: bool,
    /// Bytes from the window's base.
    pub relative: i64,
    memory: u32,
    offset: u64,
    addr: Affine,
}

/// Accesses that move together.
#[derive(Clone, Debug)]
pub struct Window {
    /// The memory index.
    pub memory: u32,
    /// The step in bytes.
    pub step: Lin,
    /// The accesses, by their position in the window.
    pub accesses: Vec<Access>,
    /// Windows with the same number differ by a constant: this one's distance from the first in bytes.
    pub group: usize,
    /// That distance.
    pub group_offset: i64,
    /// What the bundle stores.
    pub footprint: Footprint,
}

/// Bytes between two accesses of a window; farther ones get windows of their own.
const MAX_GAP: i64 = 64;

type Key = (u32, BTreeMap<Sym, u64>, Lin);

/// Finds the windows and demands what makes their addresses exact.
pub fn windows(
    module: &Module,
    context: &Context<'_>,
    shape: &Shape,
    inductions: &Inductions,
    trip: &Trip,
    draft: &mut Draft<'_>,
) -> Result<Vec<Window>, Reason> {
    let mut groups: Vec<(Key, Vec<Access>)> = Vec::new();
    let mut index: HashMap<String, usize> = HashMap::new();
    for access in accesses(module, context, shape, inductions, draft)? {
        let key = (access.memory, access.addr.start.terms.clone(), access.addr.step.clone());
        let at = *index.entry(format!("{key:?}")).or_insert_with(|| {
            groups.push((key, Vec::new()));
            groups.len() - 1
        });
        groups[at].1.push(access);
    }
    let mut windows = Vec::new();
    for (group, (key, accesses)) in groups.into_iter().enumerate() {
        for duty in accesses.iter().flat_map(|a| &a.addr.duties) {
            let duty = inductions.forms.duties[*duty as usize].clone();
            draft.demand_no_wrap(&duty, trip.last);
        }
        windows.extend(cluster(draft, trip, group, key, accesses));
        check_reach(draft, trip, &windows)?;
        if windows.len() > limits::MAX_FOOTPRINTS {
            return Err(Reason::Limit { what: format!("more than {} arrays", limits::MAX_FOOTPRINTS) });
        }
    }
    Ok(windows)
}

fn accesses(
    module: &Module,
    context: &Context<'_>,
    shape: &Shape,
    inductions: &Inductions,
    draft: &mut Draft<'_>,
) -> Result<Vec<Access>, Reason> {
    let mut found = Vec::new();
    for &block in &shape.body {
        for (position, inst) in context.func.block(block).insts.iter().enumerate() {
            let (is_store, width, align, name, memory, offset, addr) = match inst.op {
                Op::Load { kind, space, offset, addr } => {
                    (false, kind.width(), kind.align(), kind.name(), space, offset, addr)
                }
                Op::Store { kind, space, offset, addr, .. } => {
                    (true, kind.width(), kind.align(), kind.name(), space, offset, addr)
                }
                _ => continue,
            };
            check_memory(module, memory)?;
            let inside = is_inside(context, &shape.inside, addr);
            let form = inductions.forms.of(&mut draft.symbols, addr, inside).filter(|f| f.start.ty == Type::I32);
            let addr = form.ok_or(Reason::Address { access: name.to_string(), offset: inst.at })?;
            let always = context.tree.dominates(block, shape.latch);
            let place = (block, position);
            found.push(Access {
                place,
                at: inst.at,
                is_store,
                width,
                align,
                always,
                relative: 0,
                memory,
                offset,
                addr,
            });
        }
    }
    Ok(found)
}

fn check_memory(module: &Module, index: u32) -> Result<(), Reason> {
    match module.memories.get(index as usize) {
        Some(memory) if memory.shared => Err(Reason::Memory { what: "a shared memory".into() }),
        Some(memory) if memory.is_64 => Err(Reason::Memory { what: "a memory with 64-bit addresses".into() }),
        _ => Ok(()),
    }
}

/// Splits a group into windows.
fn cluster(draft: &mut Draft<'_>, trip: &Trip, group: usize, key: Key, mut accesses: Vec<Access>) -> Vec<Window> {
    let (memory, terms, step) = key;
    let signed = !terms.is_empty();
    let reading = |a: &Access| {
        let c = a.addr.start.constant;
        if signed { c as u32 as i32 as i64 } else { c as u32 as i64 }
    };
    accesses.sort_by_key(|a| (reading(a) + a.offset as i64, a.place));
    let Some(lowest) = accesses.iter().map(reading).min() else { return Vec::new() };
    let origin = reading(&accesses[0]) + accesses[0].offset as i64;
    // The recurrence with the smallest constant stands for all: the others are it plus something.
    let base = Lin { ty: Type::I32, terms, constant: lowest as u64 & Type::I32.mask() };
    demand_not_negative(draft, trip, &base, &step);
    let base = draft.read(&base, false);
    let mut clusters: Vec<Vec<Access>> = Vec::new();
    for mut access in accesses {
        let position = reading(&access) + access.offset as i64;
        let fits = clusters.last().is_some_and(|c| {
            let first = reading(&c[0]) + c[0].offset as i64;
            let end = c.iter().map(|a| first + a.relative + a.width as i64).max().unwrap_or(first);
            position - end <= MAX_GAP && aligned(c, position - first, access.align)
        });
        if !fits {
            clusters.push(Vec::new());
        }
        let Some(last) = clusters.last_mut() else { continue };
        let first = last.first().map_or(position, |a| reading(a) + a.offset as i64);
        access.relative = position - first;
        last.push(access);
    }
    let window = |accesses: Vec<Access>| {
        let first = reading(&accesses[0]) + accesses[0].offset as i64;
        let distance = draft.number(first - lowest);
        let base = draft.add(base, distance);
        let stride = draft.read(&step, true);
        let footprint = footprint(memory, base, stride, &accesses);
        Window { memory, step: step.clone(), accesses, group, group_offset: first - origin, footprint }
    };
    clusters.into_iter().map(window).collect()
}

/// A walk that is known to touch as many bytes as a memory can have never fits one.
fn check_reach(draft: &Draft<'_>, trip: &Trip, windows: &[Window]) -> Result<(), Reason> {
    let Some(last) = draft.known(trip.last) else { return Ok(()) };
    let too_far = windows.iter().any(|window| {
        let stride = window.footprint.dims.iter().filter_map(|d| draft.known(d.stride)).max_by_key(|s| s.abs());
        let reach = i128::from(stride.unwrap_or(0)) * i128::from(last);
        reach.abs() + i128::from(window.footprint.width) >= 1 << 32
    });
    if too_far { Err(Reason::TripCount { why: "it would leave the memory".into() }) } else { Ok(()) }
}

/// A window whose base is aligned for its widest access must be aligned for every access.
fn aligned(cluster: &[Access], relative: i64, align: u32) -> bool {
    let fits = |relative: i64, align: u32| relative % align as i64 == 0;
    let widest = cluster.iter().map(|a| a.align).max().unwrap_or(1).max(align);
    fits(relative, align) && cluster.iter().all(|a| fits(a.relative, a.align)) && widest.is_power_of_two()
}

/// The index recurrence must not fall below zero.
fn demand_not_negative(draft: &mut Draft<'_>, trip: &Trip, base: &Lin, step: &Lin) {
    let stride = draft.read(step, true);
    if draft.known(stride).is_some_and(|s| s >= 0) {
        return;
    }
    let (zero, first) = (draft.number(0), draft.read(base, false));
    let distance = draft.mul(stride, trip.last);
    let end = draft.add(first, distance);
    draft.demand_le(zero, end, "address no-wrap");
}

fn footprint(memory: u32, base: ir::region::IntId, stride: ir::region::IntId, accesses: &[Access]) -> Footprint {
    let width = accesses.iter().map(|a| a.relative + a.width as i64).max().unwrap_or(1) as u64;
    let (loads, stores) = (accesses.iter().any(|a| !a.is_store), accesses.iter().any(|a| a.is_store));
    let access = match (loads, stores) {
        (true, true) => Effect::ReadWrite,
        (false, true) => Effect::Write,
        _ => Effect::Read,
    };
    let align = accesses.iter().map(|a| a.align).max().unwrap_or(1);
    let dims = vec![FootprintDim { dim: 0, stride }];
    Footprint { memory, base, dims, width, access, must_write: !loads && covers(accesses, width), align }
}

/// True if the stores of every iteration write all bytes of the window. `accesses` are sorted by position.
fn covers(accesses: &[Access], width: u64) -> bool {
    let mut end = 0;
    for access in accesses.iter().filter(|a| a.is_store && a.always) {
        if access.relative > end {
            return false;
        }
        end = end.max(access.relative + access.width as i64);
    }
    end as u64 >= width
}
