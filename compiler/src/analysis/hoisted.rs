//! Loads whose value is known before the nest runs: of an address that doesn't change, from bytes that the nest doesn't store to.
//!
//! Array headers are such: where elements begin, how many there are. Such a load's value is a symbol like one from outside, which
//! dispatch reads from memory; so forms made of it give addresses, trip counts and bounds. What must hold is a duty of these forms
//! ([`Duty::Steady`]): once one of them is relied on, the bytes must be apart from every store of the nest, by any iteration, which
//! dependence demands as a guard. In the kernel the value is then a parameter. Where the original loop wouldn't have come to the load,
//! its value is used by nothing that runs; where the address lies outside of the memory, dispatch skips.
//!
//! A load that no address, branch or count depends on isn't looked at: it is data, and stays in the kernel.

use super::affine::{Affine, Duty, Forms, Lin, Sym, Symbols};
use super::context::{Context, Def};
use super::shape::Shape;
use ir::lowered::{Op, Term, Value};
use std::collections::HashSet;

/// Loads of a nest that are looked at.
const MAX_LOADS: usize = 16;
/// Values that are followed back from addresses and branches.
const MAX_SLICE: usize = 4_096;

/// The loads of integers that addresses or branches of the nest depend on.
pub fn candidates(context: &Context<'_>, shape: &Shape) -> HashSet<Value> {
    let mut work: Vec<Value> = Vec::new();
    for &block in &shape.body {
        let block = context.func.block(block);
        for inst in &block.insts {
            if let Op::Load { addr, .. } | Op::Store { addr, .. } = inst.op {
                work.push(addr);
            }
        }
        if let Term::Branch { cond, .. } = block.term {
            work.push(cond);
        }
    }
    let (mut seen, mut found) = (HashSet::new(), HashSet::new());
    while let Some(value) = work.pop() {
        let fresh = shape.defines(context, value) && context.func.ty(value).is_int() && seen.insert(value);
        if !fresh || seen.len() > MAX_SLICE || found.len() == MAX_LOADS {
            continue;
        }
        match (context.op(value), context.defs[value.index()]) {
            (Some(Op::Load { addr, .. }), _) => {
                found.insert(value);
                work.push(*addr);
            }
            (Some(op), _) => op.for_each_use(|v| work.push(v)),
            (None, Def::Param(block, position)) => {
                for &from in &context.tree.predecessors[block.index()] {
                    let targets = context.func.block(from).term.targets().into_iter().filter(|t| t.block == block);
                    work.extend(targets.map(|t| t.args[position as usize]));
                }
            }
            (None, _) => {}
        }
    }
    found
}

/// The form of a load, given that of its address.
pub fn form(symbols: &mut Symbols<'_>, forms: &mut Forms, (value, op): (Value, &Op), addr: &Affine) -> Option<Affine> {
    let &Op::Load { kind, space: memory, offset, .. } = op else { return None };
    let steady = addr.duties.iter().all(|&duty| matches!(forms.duties[duty as usize], Duty::Steady(_)));
    if !addr.is_invariant() || !addr.is_known() || !steady || !kind.ty().is_int() {
        return None;
    }
    let address = symbols.materialise(&addr.start);
    let id = symbols.loaded(memory, address, offset, kind)?;
    let mut form = Affine::invariant(Lin::symbol(kind.ty(), Sym::Scalar(id))).under(addr);
    form.duties.push(forms.duty(Duty::Steady(value)));
    form.duties.sort_unstable();
    Some(form)
}
