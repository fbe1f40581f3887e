//! Inductions: which header parameters are `start + i * step`, and the form of everything computed from them.
//!
//! Two passes over the body in reverse postorder, each linear. The first takes every header parameter as a symbol and
//! finds those whose next value is the symbol itself plus something invariant; that holds in modular arithmetic without
//! any condition. The second gives every other integer value its form. A value without a form isn't affine.

use super::affine::{Affine, Forms, Lin, Sym, Symbols, is_inside};
use super::shape::{Context, Shape};
use ir::lowered::{Op, Value};
use std::collections::HashMap;

/// The forms of a loop, with the basic inductions among its header parameters.
pub struct Inductions {
    /// Every form.
    pub forms: Forms,
    /// The value that each header parameter receives on entry and in the next iteration.
    pub edges: HashMap<Value, (Value, Value)>,
}

/// Finds the forms of a loop.
pub fn inductions(context: &Context<'_>, shape: &Shape, symbols: &mut Symbols<'_>) -> Inductions {
    let edges = header_edges(context, shape);
    let mut symbolic = Forms::default();
    for &param in edges.keys() {
        let ty = context.func.ty(param);
        if ty.is_int() {
            symbolic.forms.insert(param, Affine::invariant(Lin::symbol(ty, Sym::Phi(param))));
        }
    }
    walk(context, shape, symbols, &mut symbolic);

    let mut forms = Forms::default();
    let params = context.func.block(shape.header).params.clone();
    for param in params {
        let Some(&(start, next)) = edges.get(&param) else { continue };
        if let Some(form) = basic(context, shape, symbols, &symbolic, param, start, next) {
            forms.forms.insert(param, form);
        }
    }
    walk(context, shape, symbols, &mut forms);
    Inductions { forms, edges }
}

fn header_edges(context: &Context<'_>, shape: &Shape) -> HashMap<Value, (Value, Value)> {
    let args = |from: ir::lowered::BlockId| {
        let term = &context.func.block(from).term;
        term.targets().into_iter().find(|t| t.block == shape.header).map(|t| t.args.clone()).unwrap_or_default()
    };
    let entry = context.tree.predecessors[shape.header.index()].iter().find(|&&p| p != shape.latch);
    let starts = entry.map(|&p| args(p)).unwrap_or_default();
    let nexts = args(shape.latch);
    let params = &context.func.block(shape.header).params;
    params.iter().copied().zip(starts.into_iter().zip(nexts)).collect()
}

/// The form of a header parameter whose next value is itself plus an invariant.
fn basic(
    context: &Context<'_>,
    shape: &Shape,
    symbols: &mut Symbols<'_>,
    symbolic: &Forms,
    param: Value,
    start: Value,
    next: Value,
) -> Option<Affine> {
    let form = symbolic.of(symbols, next, is_inside(context, &shape.inside, next))?;
    let this = Lin::symbol(form.start.ty, Sym::Phi(param));
    let step = form.start.add_scaled(&this, u64::MAX);
    if !form.step.is_zero() || !form.duties.is_empty() || !step.is_invariant() {
        return None;
    }
    let start = symbols.outside_lin(start).ok()?;
    Some(Affine { start, step, duties: Vec::new() })
}

fn walk(context: &Context<'_>, shape: &Shape, symbols: &mut Symbols<'_>, forms: &mut Forms) {
    for &block in &shape.body {
        for inst in &context.func.block(block).insts {
            let Some(result) = inst.result else { continue };
            let has_form = matches!(inst.op, Op::Const(_) | Op::Unary(..) | Op::Binary(..));
            if !has_form || !context.func.ty(result).is_int() {
                continue;
            }
            let form = forms.evaluate(symbols, &inst.op, |forms, symbols, value| {
                forms.of(symbols, value, is_inside(context, &shape.inside, value))
            });
            if let Some(form) = form {
                forms.forms.insert(result, form);
            }
        }
    }
}
