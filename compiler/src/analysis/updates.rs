//! Updates: integers at addresses that aren't linear, loaded, combined with something and stored back (`rfcs/0012-updates.md`).
//!
//! Input are the stores whose addresses aren't known, neither as forms nor within bounds that move with the iterations, output the
//! windows of updates, which the kernel makes at addresses that it checks. What is shown of each here: load and store are in one block and have the same address, offset
//! and width; the operator is associative and commutative, and on cells of 8 and 16 bits one of whose results the low bits
//! depend on low bits alone; what was loaded and what is stored have no other use; and no store lies
//! between the two whose address isn't known. So the iteration changes one cell by `cell op value` and sees nothing of it, and as no
//! other access touches a cell (dispatch sees to that), any order of all updates leaves the same bytes. That each is made once is a
//! matter of [`dependence`](super::dependence).
//!
//! Where cells are is a matter of likelihood: a wrong guess costs a bail. Updates by one operator share a footprint where their
//! arrays begin alike. How far they go is guessed from what the index is made of: a byte, a mask, a remainder.

use super::access::{Access, Window, address};
use super::affine::{Lin, Sym};
use super::context::{Context, Def};
use super::draft::Draft;
use super::gathers;
use super::reduction::{Accumulator, is_sub, minimum, reduce_op};
use crate::reasons::Reason;
use ir::faults;
use ir::lowered::{BinaryOp, BlockId, LoadKind, Op, UnaryOp, Value};
use ir::region::{Access as Effect, IntId, ReduceOp};

/// Bytes between the first cells of two updates that share a footprint though nothing is known of how far they go.
const MAX_GAP: i64 = 64;
/// Operators that an index is looked through.
const MAX_DEPTH: u32 = 8;

/// A block and a position in it.
type Place = (BlockId, usize);

/// What a store does that is an update.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Update {
    /// The load of the cell.
    pub load: Value,
    /// What is stored.
    pub stored: Value,
    /// The comparison that decides which of two is stored.
    pub test: Option<Value>,
    /// How the cell is combined.
    pub op: ReduceOp,
    /// With what.
    pub value: Value,
    /// With its negation, in fact.
    pub negated: bool,
}

/// The updates that these stores are, and the places of their loads; or why one of them isn't.
pub(super) fn of(context: &Context<'_>, stores: Vec<Access>) -> Result<(Vec<Access>, Vec<Place>), Reason> {
    let places: Vec<Place> = stores.iter().map(|a| a.place).collect();
    let (mut updates, mut cells) = (Vec::new(), Vec::new());
    for mut access in stores {
        let update = update(context, access.place, &places).ok_or_else(|| address(context, &access))?;
        if let Def::Inst(block, at) = context.defs[update.load.index()] {
            cells.push((block, at as usize));
        }
        access.update = Some(update);
        updates.push(access);
    }
    Ok((updates, cells))
}

/// What the store at `place` does, if it is an update; `stores` are all whose addresses aren't known.
fn update(context: &Context<'_>, place: Place, stores: &[Place]) -> Option<Update> {
    let &Op::Store { kind, space, offset, addr, value: stored } = &context.func.block(place.0).insts[place.1].op else {
        return None;
    };
    let kind = kind.updated()?;
    let is_cell = |load: Value| match (context.defs[load.index()], context.op(load)) {
        (Def::Inst(block, at), Some(&Op::Load { kind: k, space: s, offset: o, addr: a })) => {
            let at = at as usize;
            let between = stores.iter().any(|&(b, i)| b == block && (at..place.1).contains(&i));
            // Of a narrow cell it doesn't matter how it is extended.
            let same = (k.width(), k.ty()) == (kind.width(), kind.ty());
            same && (s, o, a, block) == (space, offset, addr, place.0) && at < place.1 && !between
        }
        _ => false,
    };
    let uses = |value: Value| context.uses[value.index()].len();
    let found = match *context.op(stored)? {
        Op::Binary(op, a, b) => {
            let reduce = integer(reduce_op(op)?, kind)?;
            let negated = is_sub(op) && !faults::on("update-subtraction-adds");
            let (load, value) = if is_cell(a) { (a, b) } else { (b, a) };
            let fits =
                is_cell(load) && (uses(load) == 1 || faults::on("update-old-value-read")) && (!negated || load == a);
            fits.then_some(Update { load, stored, test: None, op: reduce, value, negated })
        }
        Op::Select { cond, if_true, if_false } => {
            let op = integer(Accumulator::Int(minimum(context, cond, if_true, if_false)?), kind)?;
            let (load, value) = if is_cell(if_true) { (if_true, if_false) } else { (if_false, if_true) };
            let fits = is_cell(load) && uses(load) == 2 && uses(cond) == 1;
            fits.then_some(Update { load, stored, test: Some(cond), op, value, negated: false })
        }
        _ => None,
    };
    found.filter(|_| uses(stored) == 1)
}

/// The operator, if devices update such cells by it.
fn integer(op: Accumulator, kind: LoadKind) -> Option<ReduceOp> {
    match op {
        Accumulator::Int(op) if op.updates(kind.width().into()) => Some(op),
        _ => None,
    }
}

/// Updates that share a footprint.
struct Group {
    memory: u32,
    op: ReduceOp,
    /// The hint: where the lowest of the cells begin, but for a constant.
    hint: Lin,
    /// The constant.
    lowest: i64,
    /// How far from there the others begin.
    farthest: i64,
    /// How many bytes from where each begins are likely.
    span: Option<IntId>,
    accesses: Vec<Access>,
}

/// The windows of `updates`, beside the other accesses.
pub(super) fn windows(
    context: &Context<'_>,
    mut updates: Vec<Access>,
    others: &[Access],
    loads: &[Access],
    draft: &mut Draft<'_>,
) -> Result<Vec<Window>, Reason> {
    updates.sort_by_key(|a| (first(a), a.place));
    let mut groups: Vec<Group> = Vec::new();
    for access in updates {
        let (hint, at) = (gathers::invariant(&access.addr.start), first(&access));
        let hint = Lin { constant: 0, ..hint };
        // Where an array that begins alike is read, dispatch would refuse each time, or each update bail.
        let same = |a: &&Access| {
            a.memory == access.memory && gathers::invariant(&a.addr.start).terms == hint.terms && first(a) == at
        };
        let Some(op) = access.update.map(|u| u.op) else { continue };
        if !hint.terms.is_empty() && others.iter().chain(loads).any(|a| same(&a)) {
            return Err(address(context, &access));
        }
        let span = span(context, draft, &access);
        let known = |g: &&mut Group| {
            let reached = g.span.map_or(Some(MAX_GAP), |span| draft.known(span)).unwrap_or(MAX_GAP);
            let alike = (g.memory, g.op, &g.hint) == (access.memory, op, &hint) && g.accesses[0].width == access.width;
            alike && at.saturating_sub(g.lowest).saturating_sub(g.farthest) <= reached.max(MAX_GAP)
        };
        match groups.iter_mut().find(known) {
            Some(group) => {
                group.farthest = at.saturating_sub(group.lowest);
                group.span = group.span.zip(span).map(|(a, b)| draft.max(a, b));
                group.accesses.push(access);
            }
            None => {
                let (memory, accesses) = (access.memory, vec![access]);
                groups.push(Group { memory, op, hint, lowest: at, farthest: 0, span, accesses });
            }
        }
    }
    Ok(groups.into_iter().map(|group| group.window(draft)).collect())
}

/// Where an access begins, but for what isn't constant. A constant is more likely a negative distance than a far one.
fn first(access: &Access) -> i64 {
    access.addr.start.distance().saturating_add_unsigned(access.offset)
}

impl Group {
    fn window(self, draft: &mut Draft<'_>) -> Window {
        let base = draft.read(&self.hint, false);
        let distance = draft.number(self.lowest);
        let base = draft.add(base, distance);
        let farthest = draft.number(self.farthest);
        let span = self.span.map(|span| draft.add(span, farthest));
        gathers::window(self.memory, base, self.accesses, Effect::Update(self.op), span)
    }
}

/// How many bytes from where they begin the cells of an update are likely to lie in.
fn span(context: &Context<'_>, draft: &mut Draft<'_>, access: &Access) -> Option<IntId> {
    let mut sum = draft.number(access.width.into());
    for (sym, &coefficient) in &access.addr.start.terms {
        let Sym::Value(value) = *sym else { continue };
        let factor = i64::from(i32::try_from(coefficient).ok()?);
        let (most, factor) = (most(context, draft, value, MAX_DEPTH)?, draft.number(factor));
        let reach = draft.mul(most, factor);
        sum = draft.add(sum, reach);
    }
    for (&l, step) in &access.addr.steps {
        let step = step.as_const().map(|c| c.signed()).filter(|&step| step >= 0)?;
        let (last, step) = (draft.lasts[l]?, draft.number(step));
        let reach = draft.mul(last, step);
        sum = draft.add(sum, reach);
    }
    Some(sum)
}

/// What an index is at most, read unsigned, as far as its own operator tells.
fn most(context: &Context<'_>, draft: &mut Draft<'_>, value: Value, depth: u32) -> Option<IntId> {
    let depth = depth.checked_sub(1)?;
    let known = |draft: &mut Draft<'_>, value: Value| {
        let most = most(context, draft, value, depth)?;
        draft.known(most).filter(|&most| most >= 0)
    };
    let number = match *context.op(value)? {
        Op::Const(c) => c.signed(),
        Op::Load { kind: LoadKind::I32U8 | LoadKind::I64U8, .. } => u8::MAX.into(),
        Op::Load { kind: LoadKind::I32U16 | LoadKind::I64U16, .. } => u16::MAX.into(),
        Op::Unary(UnaryOp::I32WrapI64 | UnaryOp::I64ExtendI32U, a) => return most(context, draft, a, depth),
        Op::Binary(BinaryOp::I32And | BinaryOp::I64And, a, b) => {
            let sides = [known(draft, a), known(draft, b)];
            sides.into_iter().flatten().min()?
        }
        Op::Binary(BinaryOp::I32Or | BinaryOp::I64Or | BinaryOp::I32Xor | BinaryOp::I64Xor, a, b) => {
            let both = known(draft, a)? | known(draft, b)?;
            i64::MAX >> both.leading_zeros().saturating_sub(1)
        }
        Op::Binary(BinaryOp::I32ShrU | BinaryOp::I64ShrU, a, by) => {
            let by = known(draft, by)? & i64::from(context.func.ty(value).bits() - 1);
            known(draft, a).unwrap_or(i64::from(u32::MAX)) >> by
        }
        Op::Binary(BinaryOp::I32RemU | BinaryOp::I64RemU, _, b) => {
            let divisor = draft.symbols.outside_lin(b).ok()?;
            let (divisor, one) = (draft.read(&divisor, false), draft.number(1));
            return Some(draft.sub(divisor, one));
        }
        _ => return None,
    };
    Some(draft.number(number))
}
