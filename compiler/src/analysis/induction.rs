//! Inductions: which header parameters are `start + i * step`, and the form of everything computed from them.
//!
//! Two stages. The first looks at each loop of the nest, inner ones first: it takes the header parameters, and every value
//! from outside of the loop, as symbols and finds the parameters whose next value is the symbol itself plus something that
//! the loop doesn't change; that holds in modular arithmetic without any condition. The second goes through the whole body
//! once and gives every integer value its form over the loops around it. Behind a loop a value has the form of the iteration
//! that left it, if the loop has one exit and its count is a form; that count is a duty. A join has a form if all edges agree, or
//! if an invariant condition chooses between two. A value without a form isn't affine.

use super::affine::{Affine, Duty, Forms, Lin, Sym, Symbols, choose, product, wrap};
use super::arms::parted;
use super::context::Context;
use super::count::{self, Test};
use super::draft::Draft;
use super::hoisted;
use super::shape::Shape;
use ir::lowered::{BinaryOp, BlockId, Op, Type, Value};
use ir::region::IntId;
use std::collections::{HashMap, HashSet};

/// The forms of a nest, with the basic inductions among its header parameters.
pub struct Inductions {
    /// Every form, as it holds where the value is defined.
    pub forms: Forms,
    /// The value that each header parameter of the root receives on entry and in the next iteration.
    pub edges: HashMap<Value, (Value, Value)>,
    /// Which test ends each loop of the nest, and what it compares.
    pub tests: Vec<Option<Test>>,
}

/// The step of a header parameter in symbols, and what it depends on.
#[derive(Clone, Debug)]
struct Step {
    step: Lin,
    duties: Vec<Duty>,
}

/// Finds the forms of a nest.
pub fn inductions(context: &Context<'_>, shape: &Shape, symbols: &mut Symbols<'_>) -> Inductions {
    let edges = header_edges(context, shape);
    let loads = hoisted::candidates(context, shape);
    let mut steps: HashMap<Value, Step> = HashMap::new();
    for l in (0..shape.loops.len()).rev() {
        let mut walk = Walk::new(context, shape, &steps, &edges, &loads, Some(l));
        walk.run(symbols);
        let found = walk.steps_of(symbols, l);
        steps.extend(found);
    }
    let mut walk = Walk::new(context, shape, &steps, &edges, &loads, None);
    walk.run(symbols);
    for l in 0..shape.loops.len() {
        walk.test(symbols, l);
    }
    let tests = walk.tests.into_iter().map(Option::flatten).collect();
    Inductions { forms: walk.forms, edges, tests }
}

impl Inductions {
    /// Demands what a form depends on; false if that can't be said.
    pub fn demand(&self, draft: &mut Draft<'_>, form: &Affine, ends: Option<(usize, IntId)>) -> bool {
        form.duties.iter().all(|&duty| draft.demand_duty(&self.forms.duties[duty as usize], ends))
    }

    /// The form of a value as it is read in `block`, which may be outside of the nest; none where it isn't affine.
    pub fn of(
        &mut self,
        context: &Context<'_>,
        shape: &Shape,
        symbols: &mut Symbols<'_>,
        value: Value,
        block: Option<BlockId>,
    ) -> Option<Affine> {
        if !context.func.ty(value).is_int() {
            return None;
        }
        if !shape.defines(context, value) {
            return symbols.outside_lin(value).ok().map(Affine::invariant);
        }
        let form = self.forms.forms.get(&value)?.clone();
        let (forms, tests) = (&mut self.forms, &self.tests);
        settle(context, shape, symbols, forms, form, block, |_, l| tests[l].clone())
    }
}

pub(crate) fn header_edges(context: &Context<'_>, shape: &Shape) -> HashMap<Value, (Value, Value)> {
    let args = |from: BlockId| {
        let term = &context.func.block(from).term;
        term.targets().into_iter().find(|t| t.block == shape.header).map(|t| t.args.clone()).unwrap_or_default()
    };
    let entry = context.tree.predecessors[shape.header.index()].iter().find(|&&p| p != shape.latch);
    let starts = entry.map(|&p| args(p)).unwrap_or_default();
    let nexts = args(shape.latch);
    let params = &context.func.block(shape.header).params;
    params.iter().copied().zip(starts.into_iter().zip(nexts)).collect()
}

/// What a value is behind the loops that don't hold `block`: in each, the iteration that left it is known.
fn settle(
    context: &Context<'_>,
    shape: &Shape,
    symbols: &mut Symbols<'_>,
    forms: &mut Forms,
    mut form: Affine,
    block: Option<BlockId>,
    mut test: impl FnMut(&mut Symbols<'_>, usize) -> Option<Test>,
) -> Option<Affine> {
    // Inner loops have larger numbers; their counts are forms over the loops around them.
    while let Some((&l, step)) = form.steps.iter().next_back() {
        let outside = block.is_none_or(|block| !shape.holds(l, block));
        if !outside {
            let left = form.steps.keys().any(|&l| block.is_none_or(|block| !shape.holds(l, block)));
            return if left { None } else { Some(form) };
        }
        // At the root's own exit the caller knows better.
        if l == 0 {
            return Some(form);
        }
        let step = step.clone();
        let test = test(symbols, l)?;
        let exits = shape.exits_of(context, l);
        if exits != [test.exit] {
            return None;
        }
        let last = test.last_iteration(symbols, l)?;
        let last = match (last.start.ty, step.ty) {
            (Type::I64, Type::I32) => wrap(symbols, &last)?,
            // The number is below 2^32, since a comparison of 32 bits ends the loop.
            (Type::I32, Type::I64) => forms.extend(symbols, last)?,
            (a, b) if a == b => last,
            _ => return None,
        };
        let distance = match step.as_const() {
            Some(c) => {
                let zero = Affine::invariant(Lin::constant(step.ty, 0));
                zero.add_scaled(&last, c.bits)
            }
            None => {
                let mul = if step.ty == Type::I64 { BinaryOp::I64Mul } else { BinaryOp::I32Mul };
                product(symbols, mul, &last, &Affine::invariant(step))?
            }
        };
        form.steps.remove(&l);
        form = form.add_scaled(&distance, 1);
        let duty = forms.duty(Duty::Count(l));
        if !form.duties.contains(&duty) {
            form.duties.push(duty);
            form.duties.sort_unstable();
        }
    }
    Some(form)
}

/// One pass over the blocks of a loop.
struct Walk<'a> {
    context: &'a Context<'a>,
    shape: &'a Shape,
    steps: &'a HashMap<Value, Step>,
    edges: &'a HashMap<Value, (Value, Value)>,
    /// Loads that may have been made before the nest.
    loads: &'a HashSet<Value>,
    /// The loop whose values from outside and header parameters are symbols; none for the stage that finds real forms.
    symbolic: Option<usize>,
    forms: Forms,
    tests: Vec<Option<Option<Test>>>,
}

impl<'a> Walk<'a> {
    fn new(
        context: &'a Context<'a>,
        shape: &'a Shape,
        steps: &'a HashMap<Value, Step>,
        edges: &'a HashMap<Value, (Value, Value)>,
        loads: &'a HashSet<Value>,
        symbolic: Option<usize>,
    ) -> Walk<'a> {
        let tests = vec![None; shape.loops.len()];
        Walk { context, shape, steps, edges, loads, symbolic, forms: Forms::default(), tests }
    }

    fn scope(&self) -> usize {
        self.symbolic.unwrap_or(0)
    }

    fn run(&mut self, symbols: &mut Symbols<'_>) {
        let (context, shape, scope) = (self.context, self.shape, self.scope());
        for &block in shape.body.iter().filter(|&&b| shape.holds(scope, b)) {
            for (position, &param) in context.func.block(block).params.iter().enumerate() {
                if !context.func.ty(param).is_int() {
                    continue;
                }
                if let Some(form) = self.param(symbols, block, position, param) {
                    self.forms.forms.insert(param, form);
                }
            }
            self.insts(symbols, block);
        }
    }

    fn insts(&mut self, symbols: &mut Symbols<'_>, block: BlockId) {
        for inst in &self.context.func.block(block).insts {
            let Some(result) = inst.result else { continue };
            if let (Op::Load { addr, .. }, true) = (&inst.op, self.loads.contains(&result)) {
                if let Some(addr) = self.at(symbols, *addr, block)
                    && let Some(form) = hoisted::form(symbols, &mut self.forms, (result, &inst.op), &addr)
                {
                    self.forms.forms.insert(result, form);
                }
                continue;
            }
            let has_form = matches!(inst.op, Op::Const(_) | Op::Unary(..) | Op::Binary(..) | Op::Select { .. });
            if !has_form || !self.context.func.ty(result).is_int() {
                continue;
            }
            let mut operands = Vec::new();
            inst.op.for_each_use(|v| operands.push(v));
            // An operand without a form spares the others.
            let known = operands.into_iter().map(|v| Some((v, self.at(symbols, v, block)?)));
            let Some(known) = known.collect::<Option<HashMap<Value, Affine>>>() else { continue };
            let form = self.forms.evaluate(symbols, &inst.op, |_, _, value| known.get(&value).cloned());
            if let Some(form) = form {
                self.forms.forms.insert(result, form);
            }
        }
    }

    /// The form of a value as it is read in `block`.
    fn at(&mut self, symbols: &mut Symbols<'_>, value: Value, block: BlockId) -> Option<Affine> {
        let ty = self.context.func.ty(value);
        if !ty.is_int() {
            return None;
        }
        let Some(home) = self.context.home(value).filter(|b| self.shape.inside.contains(b)) else {
            return symbols.outside_lin(value).ok().map(Affine::invariant);
        };
        if !self.shape.holds(self.scope(), home) {
            return Some(Affine::invariant(Lin::symbol(ty, Sym::Value(value))));
        }
        let form = self.forms.forms.get(&value)?.clone();
        let exited: Vec<usize> = form.steps.keys().copied().filter(|&l| !self.shape.holds(l, block)).collect();
        if exited.is_empty() {
            return Some(form);
        }
        // A test that a value behind the loop depends on has been seen as a whole by now.
        for l in exited {
            self.test(symbols, l);
        }
        let (context, shape, tests) = (self.context, self.shape, &self.tests);
        settle(context, shape, symbols, &mut self.forms, form, Some(block), |_, l| tests[l].clone().flatten())
    }

    fn test(&mut self, symbols: &mut Symbols<'_>, l: usize) -> Option<Test> {
        if self.tests[l].is_none() {
            let (context, shape) = (self.context, self.shape);
            let found = count::test(context, shape, l, |value, block| self.at(symbols, value, block));
            self.tests[l] = Some(found);
        }
        self.tests[l].clone().flatten()
    }

    fn param(&mut self, symbols: &mut Symbols<'_>, block: BlockId, position: usize, param: Value) -> Option<Affine> {
        let l = self.shape.home[&block];
        if self.shape.loops[l].header != block {
            return self.join(symbols, block, position);
        }
        if self.symbolic == Some(l) {
            return Some(Affine::invariant(Lin::symbol(self.context.func.ty(param), Sym::Value(param))));
        }
        let Step { step, duties } = self.steps.get(&param)?.clone();
        let start = match l {
            0 => {
                let (start, _) = *self.edges.get(&param)?;
                Affine::invariant(symbols.outside_lin(start).ok()?)
            }
            _ => {
                let entries = self.incoming(block, position, |from| !self.shape.holds(l, from));
                self.same(symbols, block, &entries)?
            }
        };
        let step = self.resolve(symbols, &step, block)?;
        let mut form = start.under(&step);
        for duty in duties {
            let duty = self.forms.duty(duty);
            form.duties.push(duty);
        }
        form.duties.sort_unstable();
        form.duties.dedup();
        if !step.start.is_zero() {
            form.steps.insert(l, step.start);
        }
        Some(form)
    }

    /// A step in terms of what is known here; it must not change in the nest.
    fn resolve(&mut self, symbols: &mut Symbols<'_>, step: &Lin, block: BlockId) -> Option<Affine> {
        let mut sum = Affine::invariant(Lin::constant(step.ty, step.constant));
        for (&sym, &coefficient) in &step.terms {
            let term = match sym {
                Sym::Scalar(id) => Affine::invariant(symbols.opaque(id, step.ty)),
                Sym::Value(value) => self.at(symbols, value, block)?,
            };
            sum = sum.add_scaled(&term, coefficient);
        }
        sum.is_invariant().then_some(sum)
    }

    /// The edges of the body into a block, with the value that each passes.
    fn incoming(&self, block: BlockId, position: usize, from: impl Fn(BlockId) -> bool) -> Vec<(BlockId, Value)> {
        let mut incoming = Vec::new();
        let mut seen = Vec::new();
        for &pred in &self.context.tree.predecessors[block.index()] {
            if !self.shape.inside.contains(&pred) || !from(pred) || seen.contains(&pred) {
                continue;
            }
            seen.push(pred);
            for target in self.context.func.block(pred).term.targets() {
                if target.block == block {
                    incoming.push((pred, target.args[position]));
                }
            }
        }
        incoming
    }

    /// The form that all edges agree on.
    fn same(&mut self, symbols: &mut Symbols<'_>, block: BlockId, edges: &[(BlockId, Value)]) -> Option<Affine> {
        let (&(_, first), rest) = edges.split_first()?;
        let mut form = self.at(symbols, first, block)?;
        for &(_, value) in rest {
            let other = self.at(symbols, value, block)?;
            if other.start != form.start || other.steps != form.steps {
                return None;
            }
            form = form.under(&other);
        }
        Some(form)
    }

    fn join(&mut self, symbols: &mut Symbols<'_>, block: BlockId, position: usize) -> Option<Affine> {
        let edges = self.incoming(block, position, |_| true);
        if let Some(form) = self.same(symbols, block, &edges) {
            return Some(form);
        }
        let [(p, a), (q, b)] = edges[..] else { return None };
        let (cond, split, straight) = parted(self.context, block, [p, q])?;
        let (a, b) = if straight { (a, b) } else { (b, a) };
        let (a, b) = (self.at(symbols, a, block)?, self.at(symbols, b, block)?);
        let cond = self.at(symbols, cond, split)?;
        choose(symbols, &cond, &a, &b)
    }

    /// The steps of the header parameters of the loop that was walked.
    fn steps_of(&mut self, symbols: &mut Symbols<'_>, l: usize) -> Vec<(Value, Step)> {
        let header = self.shape.loops[l].header;
        let mut found = Vec::new();
        for (position, &param) in self.context.func.block(header).params.iter().enumerate() {
            if !self.context.func.ty(param).is_int() {
                continue;
            }
            let edges = self.incoming(header, position, |from| self.shape.loops[l].latches.contains(&from));
            let Some(next) = self.same(symbols, header, &edges) else { continue };
            let this = Lin::symbol(next.start.ty, Sym::Value(param));
            let step = next.start.add_scaled(&this, u64::MAX);
            let inside = |sym: &Sym| match sym {
                Sym::Value(value) => self.context.home(*value).is_some_and(|b| self.shape.holds(l, b)),
                Sym::Scalar(_) => false,
            };
            let duties = next.duties.iter().map(|&d| match &self.forms.duties[d as usize] {
                Duty::NoWrap { .. } => None,
                lasting => Some(lasting.clone()),
            });
            let Some(duties) = duties.collect::<Option<Vec<Duty>>>() else { continue };
            if next.steps.is_empty() && !step.terms.keys().any(inside) {
                found.push((param, Step { step, duties }));
            }
        }
        found
    }
}
