//! SANDBOX: footprints. The memory accesses of a nest, grouped into windows with affine addresses.
//!
//! Accesses of one memory whose addresses differ by a constant move together. They form a window: `width` bytes at
//! `base + sum(step_d * i_d)`, which becomes a footprint and a space of the kernel. An address in Wasm is the index, of 32 or 64 bits as
//! the memory says, read unsigned, plus the memarg offset in unbounded integers. The index is modular; it equals the integer
//! `U(start) + d + sum(S(step_d) * i_d)` as long as that integer stays within 0 and 2^32, or 2^64. Being linear in each iteration number
//! it is bounded by its corners. The lower bound is demanded here as a guard. The upper bound follows from the check that dispatch
//! makes of every hull: it must end within the memory, which has at most 2^32 bytes, or 2^64. Constants of 64-bit addresses are kept
//! so small that distances are exact here (`Lin::is_near`); larger ones and offsets from 2^32 on are declined
//! (`rfcs/0017-memory64.md`). Who relies on it: dispatch, which copies and
//! checks hulls, and every device, which addresses only what a hull holds. An access whose address is linear but for a bounded part has a
//! window for all that this part can be (`bounded.rs`). Another load whose address isn't linear is a gather, a store part of an
//! update.

use super::affine::{Affine, Lin, Sym};
use super::bounded::{self, Bounded, Masks};
use super::context::Context;
use super::draft::Draft;
use super::finals::Final;
use super::gathers;
use super::induction::Inductions;
use super::late;
use super::limits::Limits;
use super::shape::Shape;
use super::space::Space;
use super::updates::{self, Update};
use crate::reasons::Reason;
use crate::wasm::Module;
use ir::lowered::{BlockId, Op, Type, Value};
use ir::region::{Access as Effect, Footprint, FootprintDim, IntId, limits};
use std::collections::{BTreeMap, HashMap, HashSet};

/// One load or store of the nest.
#[derive(Clone, Debug)]
pub struct Access {
    /// The block and the instruction in it.
    pub place: (BlockId, usize),
    /// Its byte offset in the module.
    pub at: u32,
    /// A store.
    pub is_store: bool,
    /// Bytes touched, or among which it touches some.
    pub width: u32,
    /// What its address must be a multiple of on a device that accesses nothing unaligned.
    pub(super) align: u32,
    /// Executed once at every point of the parallel space.
    pub always: bool,
    /// A load whose value nothing needs, so that the kernel doesn't make it: only where it is must lie in memory.
    pub dead: bool,
    /// A load whose value is relied on before the nest runs.
    pub steady: bool,
    /// Bytes from the window's base.
    pub relative: i64,
    /// Of a store whose address isn't linear, what it does.
    pub update: Option<Update>,
    pub(super) memory: u32,
    pub(super) offset: u64,
    pub(super) addr: Affine,
}

/// Accesses that move together.
#[derive(Clone, Debug)]
pub struct Window {
    /// The memory index.
    pub memory: u32,
    /// The steps in bytes, by loop.
    pub steps: BTreeMap<usize, Lin>,
    /// The accesses, by their position in the window.
    pub accesses: Vec<Access>,
    /// Windows whose starts differ by a constant, modulo 2^32, have the same number.
    pub group: usize,
    /// This window's distance in bytes from what the group has in common.
    pub group_offset: i64,
    /// Windows with the same number have the same base but for a constant, over the integers.
    pub key: usize,
    /// What the bundle stores.
    pub footprint: Footprint,
}

impl Window {
    /// True if the kernel accesses nothing there.
    pub fn is_dead(&self) -> bool {
        self.accesses.iter().all(|access| access.dead)
    }
}

/// Bytes between two accesses of a window; farther ones get windows of their own.
const MAX_GAP: i64 = 64;

type Key = ((u32, bool), BTreeMap<Sym, u64>, BTreeMap<usize, Lin>);

/// Finds the windows and demands what makes their addresses exact; what `finals` store is in none; the kernel doesn't load what is `gone`. `bounds` says how often loops run;
/// late dimensions are added. With the windows come the masks that hold parts of addresses in their bounds.
pub fn windows(
    module: &Module,
    context: &Context<'_>,
    shape: &Shape,
    inductions: &mut Inductions,
    spaces: (&mut Space, &mut Vec<Option<IntId>>, &[Final], &HashSet<Value>),
    draft: &mut Draft<'_>,
) -> Result<(Vec<Window>, Masks), Reason> {
    match find(module, context, shape, inductions, spaces, draft) {
        Err(Reason::Address { access, offset }) if is_linear(context, shape, inductions, draft, offset) => {
            Err(Reason::InnerCount { what: format!("where `{access}` at {offset:#x} goes"), offset: Some(offset) })
        }
        found => found,
    }
}

/// True if the address of the access at an offset has a form: then what isn't known is how often a loop runs that moves it.
fn is_linear(
    context: &Context<'_>,
    shape: &Shape,
    inductions: &mut Inductions,
    draft: &mut Draft<'_>,
    offset: u32,
) -> bool {
    shape.body.iter().any(|&block| {
        let insts = &context.func.block(block).insts;
        insts.iter().filter(|inst| inst.at == offset).any(|inst| match inst.op {
            Op::Load { addr, .. } | Op::Store { addr, .. } => {
                let form = inductions.of(context, shape, &mut draft.symbols, addr, Some(block));
                form.is_some_and(|form| form.is_known())
            }
            _ => false,
        })
    })
}

fn find(
    module: &Module,
    context: &Context<'_>,
    shape: &Shape,
    inductions: &mut Inductions,
    (space, bounds, finals, gone): (&mut Space, &mut Vec<Option<IntId>>, &[Final], &HashSet<Value>),
    draft: &mut Draft<'_>,
) -> Result<(Vec<Window>, Masks), Reason> {
    let mut keys: Vec<(Key, Vec<Access>)> = Vec::new();
    let mut index: HashMap<String, usize> = HashMap::new();
    let found = accesses(module, context, shape, inductions, (space, finals, gone), draft)?;
    let Found { mut accesses, loose, updates, masks } = found;
    if space.is_parallel(0) {
        late::shift(context, shape, inductions, &mut accesses, bounds, draft);
        *space = Space::of(&space.parallel, bounds);
    }
    let mut checked = updates::windows(context, updates, &accesses, &loose, draft)?;
    checked.extend(gathers::windows(context, loose, &accesses, draft)?);
    for access in accesses {
        if !inductions.demand(draft, &access.addr, None) {
            return Err(address(context, &access));
        }
        let key = ((access.memory, access.dead), access.addr.start.terms.clone(), access.addr.steps.clone());
        let at = *index.entry(format!("{key:?}")).or_insert_with(|| {
            keys.push((key, Vec::new()));
            keys.len() - 1
        });
        keys[at].1.push(access);
    }
    let mut groups: HashMap<String, usize> = HashMap::new();
    let mut windows = Vec::new();
    for (number, (key, accesses)) in keys.into_iter().enumerate() {
        let next = groups.len();
        let group = *groups.entry(format!("{:?}", (key.0, &key.1))).or_insert(next);
        let first = accesses.first().cloned();
        let clusters = cluster(draft, &space.dims, (group, number), key, accesses);
        windows.extend(clusters.ok_or_else(|| first.map_or(Reason::LiveIn, |a| address(context, &a)))?);
        check_reach(draft, &windows)?;
        if windows.len() > limits::MAX_FOOTPRINTS {
            return Err(Reason::Limit { what: format!("more than {} arrays", limits::MAX_FOOTPRINTS) });
        }
    }
    windows.extend(checked);
    draft.settled = true;
    for access in windows.iter_mut().flat_map(|window| &mut window.accesses) {
        let (block, position) = access.place;
        access.steady = context.func.block(block).insts[position].result.is_some_and(|v| draft.steady.contains(&v));
    }
    if windows.len() > limits::MAX_FOOTPRINTS {
        return Err(Reason::Limit { what: format!("more than {} arrays", limits::MAX_FOOTPRINTS) });
    }
    Ok((windows, masks))
}

pub(super) fn address(context: &Context<'_>, access: &Access) -> Reason {
    let (block, position) = access.place;
    let inst = &context.func.block(block).insts[position];
    let name = match inst.op {
        Op::Load { kind, .. } => kind.name(),
        Op::Store { kind, .. } => kind.name(),
        _ => "access",
    };
    Reason::Address { access: name.to_string(), offset: inst.at }
}

/// The accesses that the kernel makes.
struct Found {
    /// Those with a window.
    accesses: Vec<Access>,
    /// Apart from them the loads of whose addresses too little is known.
    loose: Vec<Access>,
    /// And the stores that are updates.
    updates: Vec<Access>,
    /// What bounds parts of addresses.
    masks: Masks,
}

fn accesses(
    module: &Module,
    context: &Context<'_>,
    shape: &Shape,
    inductions: &mut Inductions,
    (space, finals, gone): (&Space, &[Final], &HashSet<Value>),
    draft: &mut Draft<'_>,
) -> Result<Found, Reason> {
    let mut found = Found { accesses: Vec::new(), loose: Vec::new(), updates: Vec::new(), masks: Masks::new() };
    // Stores that only updates may be.
    let mut stores = Vec::new();
    // Loads that may be bounded or be gathers.
    let mut either: Vec<(Access, Bounded)> = Vec::new();
    for &block in &shape.body {
        for (position, inst) in context.func.block(block).insts.iter().enumerate() {
            let (is_store, width, align, name, memory, offset, addr) = match inst.op {
                Op::Load { kind, space: memory, offset, addr } => {
                    (false, kind.width(), kind.align(), kind.name(), memory, offset, addr)
                }
                Op::Store { kind, space: memory, offset, addr, .. } => {
                    (true, kind.width(), kind.align(), kind.name(), memory, offset, addr)
                }
                _ => continue,
            };
            check_memory(module, memory, offset)?;
            if finals.iter().any(|f| f.places.contains(&(block, position))) {
                continue;
            }
            let form = inductions.of(context, shape, &mut draft.symbols, addr, Some(block));
            let is_bounded = |f: &Affine| f.is_known() && f.steps.keys().all(|&l| draft.lasts[l].is_some());
            let form = form.filter(|f| f.start.is_near());
            let linear = form.as_ref().is_some_and(is_bounded);
            let mut limits = Limits::new(context, shape, inductions, draft);
            let parts = if linear { None } else { bounded::address(&mut limits, addr, block) };
            let addr = match form.filter(|_| linear) {
                Some(form) => form,
                None => gathers::likely(context, shape, inductions, draft, (addr, block)),
            };
            let always = space.always(context, shape, block);
            let (place, at, relative, steady, update) = ((block, position), inst.at, 0, false, None);
            let dead = inst.result.is_some_and(|result| gone.contains(&result));
            let access = Access {
                place,
                at,
                is_store,
                width,
                align,
                always,
                dead,
                steady,
                relative,
                update,
                memory,
                offset,
                addr,
            };
            let wide = parts.as_ref().and_then(|parts| parts.apply(access.clone()));
            let moves = |wide: &Access| space.parallel.iter().filter(|l| wide.addr.steps.contains_key(l)).count();
            let whole = space.parallel.len();
            match (parts, wide) {
                _ if linear => found.accesses.push(access),
                // What stays where it is while threads differ would be stored to by all of them.
                (_, Some(wide)) if is_store && moves(&wide) == 0 && width <= 8 => stores.push(access),
                (_, Some(wide)) if is_store && moves(&wide) < whole => {
                    return Err(Reason::Address { access: name.to_string(), offset: inst.at });
                }
                (Some(parts), Some(wide)) if is_store || width > 8 || parts.is_table() => {
                    found.masks.extend(parts.masks());
                    found.accesses.push(wide);
                }
                (Some(parts), Some(_)) => either.push((access, parts)),
                // A kernel checks scalars alone.
                _ if width > 8 => {
                    return Err(Reason::Address { access: name.to_string(), offset: inst.at });
                }
                _ if is_store => stores.push(access),
                _ => found.loose.push(access),
            }
        }
    }
    let (updates, cells) = updates::of(context, stores)?;
    found.updates = updates;
    let is_read = |access: &Access| !cells.contains(&access.place);
    found.accesses.retain(is_read);
    found.loose.retain(is_read);
    for (access, parts) in either.into_iter().filter(|(access, _)| is_read(access)) {
        let Some(wide) = parts.apply(access.clone()) else { continue };
        let alike = |a: &Access| a.memory == wide.memory && a.addr.start.terms == wide.addr.start.terms;
        let mut stores = found.accesses.iter().filter(|a| a.is_store && alike(a)).peekable();
        // A window that reaches into what is stored is of no use; a gather may still keep out of it.
        if stores.peek().is_some() && !stores.any(|store| meet(draft, store, &wide)) {
            found.masks.extend(parts.masks());
            found.accesses.push(wide);
        } else {
            found.loose.push(access);
        }
    }
    Ok(found)
}

/// True if two accesses with the same terms are known to touch a common byte, and the second moves with no loop.
fn meet(draft: &Draft<'_>, store: &Access, still: &Access) -> bool {
    let hull = |access: &Access| {
        let first = access.addr.start.distance().checked_add_unsigned(access.offset)?;
        let (mut low, mut high) = (first, first.checked_add(access.width.into())?);
        for (&l, step) in &access.addr.steps {
            let last = draft.lasts[l].and_then(|last| draft.known(last))?;
            let by = step.as_const()?.signed().checked_mul(last)?;
            (low, high) = (low.checked_add(by.min(0))?, high.checked_add(by.max(0))?);
        }
        Some((low, high))
    };
    let common = hull(store).zip(hull(still)).is_some_and(|(a, b)| a.0 < b.1 && b.0 < a.1);
    common && still.addr.steps.is_empty()
}

fn check_memory(module: &Module, index: u32, offset: u64) -> Result<(), Reason> {
    if module.memories.get(index as usize).is_some_and(|memory| memory.shared) {
        return Err(Reason::Memory { what: "a shared memory".into() });
    }
    match u32::try_from(offset) {
        Ok(_) => Ok(()),
        Err(_) => Err(Reason::Memory { what: "a memory at a constant offset of 4 GiB or more".into() }),
    }
}

/// Splits accesses that move together into windows; none if a loop that they move with isn't bounded.
fn cluster(
    draft: &mut Draft<'_>,
    dims: &[Option<u32>],
    (group, number): (usize, usize),
    key: Key,
    mut accesses: Vec<Access>,
) -> Option<Vec<Window>> {
    let ((memory, _), terms, steps) = key;
    let (signed, ty) = (!terms.is_empty(), accesses.first()?.addr.start.ty);
    // A constant that isn't near is no start, so it is an `i64` in either reading.
    let reading = |a: &Access| if signed { a.addr.start.distance() } else { a.addr.start.constant as i64 };
    accesses.sort_by_key(|a| (reading(a) + a.offset as i64, a.place));
    let lowest = accesses.iter().map(reading).min()?;
    // The recurrence with the smallest constant stands for all: the others are it plus something.
    let start = Lin { ty, terms, constant: lowest as u64 & ty.mask() };
    let form = Affine { start, steps: steps.clone(), duties: Vec::new() };
    demand_not_negative(draft, &form)?;
    let base = draft.read(&form.start, false);
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
    let mut windows = Vec::with_capacity(clusters.len());
    for accesses in clusters {
        let first = reading(&accesses[0]) + accesses[0].offset as i64;
        let distance = draft.number(first - lowest);
        let base = draft.add(base, distance);
        let mut moves = Vec::with_capacity(steps.len());
        for (&l, step) in &steps {
            let (dim, stride) = (dims[l]?, draft.read(step, true));
            moves.push(FootprintDim { dim, stride });
        }
        moves.sort_by_key(|d| d.dim);
        let footprint = footprint(memory, base, moves, &accesses);
        // Where nothing but the constant is part of a start, all of them are distances from 0.
        let key = if signed { number } else { usize::MAX };
        let (steps, group_offset) = (steps.clone(), first);
        windows.push(Window { memory, steps, accesses, group, group_offset, key, footprint });
    }
    Some(windows)
}

/// A walk that is known to touch as many bytes as a memory can have never fits one.
fn check_reach(draft: &Draft<'_>, windows: &[Window]) -> Result<(), Reason> {
    let too_far = windows.iter().any(|window| {
        let dims = window.steps.iter().filter_map(|(&l, step)| {
            let (last, step) = (draft.lasts[l].and_then(|last| draft.known(last))?, step.as_const()?.signed());
            Some((i128::from(step) * i128::from(last)).abs())
        });
        let most = if window.footprint.wide { 1 << 64 } else { 1 << 32 };
        dims.fold(i128::from(window.footprint.width), i128::saturating_add) >= most
    });
    if too_far { Err(Reason::TripCount { why: "it would leave the memory".into() }) } else { Ok(()) }
}

/// A window whose base is aligned for its widest access must be aligned for every access.
fn aligned(cluster: &[Access], relative: i64, align: u32) -> bool {
    let fits = |relative: i64, align: u32| relative % align as i64 == 0;
    let widest = cluster.iter().map(|a| a.align).max().unwrap_or(1).max(align);
    fits(relative, align) && cluster.iter().all(|a| fits(a.relative, a.align)) && widest.is_power_of_two()
}

/// The index must not fall below zero.
fn demand_not_negative(draft: &mut Draft<'_>, form: &Affine) -> Option<()> {
    if form.steps.values().all(|step| step.as_const().is_some_and(|c| c.signed() >= 0)) {
        return Some(());
    }
    let (zero, lowest) = (draft.number(0), draft.extreme(form, false, false, None)?);
    draft.demand_le(zero, lowest, "address no-wrap");
    Some(())
}

fn footprint(memory: u32, base: IntId, dims: Vec<FootprintDim>, accesses: &[Access]) -> Footprint {
    let width = accesses.iter().map(|a| a.relative + a.width as i64).max().unwrap_or(1) as u64;
    let (loads, stores) = (accesses.iter().any(|a| !a.is_store), accesses.iter().any(|a| a.is_store));
    let access = match (loads, stores) {
        (true, true) => Effect::ReadWrite,
        (false, true) => Effect::Write,
        _ => Effect::Read,
    };
    let align = accesses.iter().map(|a| a.align).max().unwrap_or(1);
    let (wide, must_write) = (is_wide(accesses), !loads && covers(accesses, width));
    Footprint { memory, wide, base, dims, width, access, must_write, align, span: None }
}

/// True if addresses are 64 bits wide: all of a memory are alike.
pub(super) fn is_wide(accesses: &[Access]) -> bool {
    accesses.first().is_some_and(|access| access.addr.start.ty == Type::I64)
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
