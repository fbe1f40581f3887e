//! Loads whose addresses aren't linear in iteration numbers: gathers, checked in the kernel (`rfcs/0009-gathers.md`).
//!
//! Nothing is proven of such an address. What is known of it, the values from outside of the nest that are added up in it, is the
//! hint around which dispatch chooses where the loads may go; loads with one hint share a footprint. A wrong hint costs a skip or a
//! bail. Where an array is stored to that begins like the hint, dispatch would refuse each time, so that is the reason not to begin.

use super::access::{Access, Window, address};
use super::affine::{Lin, Sym};
use super::context::Context;
use super::draft::Draft;
use crate::reasons::Reason;
use ir::region::{Access as Effect, Footprint};
use std::collections::BTreeMap;

/// The windows of `loads`, beside the accesses whose addresses are linear.
pub(super) fn windows(
    context: &Context<'_>,
    loads: Vec<Access>,
    others: &[Access],
    draft: &mut Draft<'_>,
) -> Result<Vec<Window>, Reason> {
    let mut groups: Vec<((u32, Lin), Vec<Access>)> = Vec::new();
    for load in loads {
        let hint = invariant(&load.addr.start);
        let stored = |a: &&Access| a.is_store && a.memory == load.memory && a.addr.start.terms == hint.terms;
        if !hint.terms.is_empty() && others.iter().any(|a| stored(&a)) {
            return Err(address(context, &load));
        }
        let key = (load.memory, hint);
        match groups.iter_mut().find(|(known, _)| *known == key) {
            Some((_, accesses)) => accesses.push(load),
            None => groups.push((key, vec![load])),
        }
    }
    Ok(groups.into_iter().map(|((memory, hint), accesses)| window(draft, memory, hint, accesses)).collect())
}

/// The part of a form that is made of values from outside of the nest.
fn invariant(start: &Lin) -> Lin {
    let known = |(sym, _): &(&Sym, &u64)| matches!(sym, Sym::Scalar(_));
    let terms = start.terms.iter().filter(known).map(|(sym, c)| (*sym, *c)).collect();
    Lin { ty: start.ty, terms, constant: start.constant }
}

fn window(draft: &mut Draft<'_>, memory: u32, hint: Lin, accesses: Vec<Access>) -> Window {
    // A constant is more likely a negative distance than a far one.
    let nearest = accesses.iter().map(|a| a.offset).min().unwrap_or(0);
    let distance = i64::from(hint.constant as u32 as i32).saturating_add_unsigned(nearest);
    let base = draft.read(&Lin { constant: 0, ..hint }, false);
    let distance = draft.number(distance);
    let base = draft.add(base, distance);
    let width = accesses.iter().map(|a| a.width).max().unwrap_or(1);
    let (dims, access) = (Vec::new(), Effect::Gather);
    let footprint = Footprint { memory, base, dims, width: width.into(), access, must_write: false, align: width };
    let (steps, group) = (BTreeMap::new(), usize::MAX);
    Window { memory, steps, accesses, group, group_offset: 0, key: usize::MAX, footprint }
}
