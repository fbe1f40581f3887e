//! The edges of a kernel around its parallel loops.
//!
//! A parallel loop `c` inside the root runs one iteration wherever the original enters it: its test is decided, and the edge that would
//! go back goes where the exit leads. Its header keeps its parameters, which receive what the original brings there on entry; what the
//! body reads instead is that plus the iteration's number times the step. Behind `c` a value of it is read as its form says: relative to
//! a header parameter of a loop around that moves alike, or else over the iteration numbers of the loops around; these count in a
//! parameter of their own ([`crate::analysis::space`]).

use super::kernel::{Builder, stay};
use crate::analysis::Analysis;
use crate::analysis::affine::{Affine, Lin};
use crate::analysis::count::Position;
use crate::reasons::Reason;
use ir::lowered::{BinaryOp, BlockId, Const, Op, Target, Term, Type, Value};

impl Builder<'_> {
    /// What a root that isn't parallel starts with: its parameters, and the number of its first iteration.
    pub(super) fn starts(&mut self, analysis: &mut Analysis<'_>) -> Result<Vec<Value>, Reason> {
        let mut args = Vec::new();
        for param in &self.context.func.block(analysis.shape.header).params {
            let (start, _) = *analysis.inductions.edges.get(param).ok_or(Reason::LiveIn)?;
            args.push(self.value(analysis, start, Some(analysis.shape.header))?);
        }
        args.push(self.constant(Const::i64(0)));
        Ok(args)
    }

    /// Gives the copy of a block its parameters.
    pub(super) fn params(&mut self, analysis: &Analysis<'_>, block: BlockId) {
        let (l, copy) = (analysis.shape.home[&block], self.blocks[&block]);
        let is_header = analysis.shape.loops[l].header == block;
        if l == 0 && is_header && analysis.space.is_parallel(0) {
            return;
        }
        for &param in &self.context.func.block(block).params {
            let value = self.func.new_value(self.context.func.ty(param));
            self.func.block_mut(copy).params.push(value);
            self.values.insert(param, value);
        }
        if is_header && is_counted(analysis, l) {
            let counter = self.func.new_value(Type::I64);
            self.func.block_mut(copy).params.push(counter);
            self.indices.insert(l, counter);
        }
    }

    /// At the header of a parallel loop inside, moves its parameters to the thread's iteration.
    pub(super) fn begin(&mut self, analysis: &mut Analysis<'_>, block: BlockId) {
        let l = analysis.shape.home[&block];
        if l == 0 || analysis.shape.loops[l].header != block || !analysis.space.is_parallel(l) {
            return;
        }
        for &param in &self.context.func.block(block).params {
            let Some(form) = analysis.inductions.forms.forms.get(&param) else { continue };
            let step = form.step(l);
            // Here, not in the entry: what depends on the iteration should be where the loop is.
            if let Some(distance) = self.distance(analysis, self.at, l, &step) {
                let moved = self.sum(self.at, self.values[&param], distance);
                self.values.insert(param, moved);
            }
        }
    }

    /// The terminator of a block where every parallel loop runs one iteration.
    pub(super) fn once(&self, analysis: &Analysis<'_>, block: BlockId) -> Result<Term, Reason> {
        let mut term = self.context.func.block(block).term.clone();
        let l = analysis.shape.home[&block];
        if !analysis.space.is_parallel(l) {
            return Ok(term);
        }
        if l == 0 {
            // The tests have been decided for all threads; what goes back returns.
            let exit = analysis.trip.exits.iter().find(|exit| exit.from == block);
            return exit.map_or(Ok(term.clone()), |exit| stay(&term, exit.target));
        }
        let Some(test) = &analysis.inductions.tests[l] else { return Ok(term) };
        let (exit, header) = (test.exit, analysis.shape.loops[l].header);
        let leave = self.context.func.block(exit.from).term.targets()[exit.target].clone();
        if block == exit.from {
            return match test.position {
                Position::Top | Position::Middle => stay(&term, exit.target),
                Position::Bottom => Ok(Term::Jump(leave)),
            };
        }
        for target in term.targets_mut().into_iter().filter(|t| t.block == header) {
            *target = leave.clone();
        }
        Ok(term)
    }

    /// An edge of the nest in terms of the kernel.
    pub(super) fn edge(
        &mut self,
        analysis: &mut Analysis<'_>,
        from: BlockId,
        target: &Target,
    ) -> Result<Target, Reason> {
        let shape = &analysis.shape;
        let to = target.block;
        let nothing = |block| Ok(Target { block, args: Vec::new() });
        let leaves = !shape.inside.contains(&to);
        let again = to == shape.header && analysis.space.is_parallel(0);
        let exits = || analysis.trip.exits.iter().any(|exit| from == exit.from && to == exit.to);
        if again || (leaves && exits()) {
            return nothing(self.done);
        }
        if leaves {
            let bail = self.bail();
            return nothing(bail);
        }
        let l = shape.home[&to];
        let (is_header, goes_back) = (shape.loops[l].header == to, shape.holds(l, from));
        let mut args = Vec::with_capacity(target.args.len());
        for &arg in &target.args {
            args.push(self.value(analysis, arg, Some(to))?);
        }
        if is_header && is_counted(analysis, l) {
            let one = self.constant(Const::i64(if goes_back { 1 } else { 0 }));
            let next = match goes_back {
                true => self.func.push(self.at, Op::Binary(BinaryOp::I64Add, self.indices[&l], one), Type::I64, 0),
                false => one,
            };
            args.push(next);
        }
        Ok(Target { block: self.blocks[&to], args })
    }

    /// True if a value is read behind a parallel loop that defines it and isn't the root.
    pub(super) fn is_left(&self, analysis: &Analysis<'_>, value: Value, read_in: Option<BlockId>) -> bool {
        let Some(home) = self.context.home(value) else { return false };
        let left = |&&l: &&usize| {
            let outside = read_in.is_none_or(|block| !analysis.shape.holds(l, block));
            l != 0 && analysis.shape.holds(l, home) && outside
        };
        analysis.space.parallel.iter().any(|l| left(&l))
    }

    /// A value of a parallel loop behind it, from its form.
    pub(super) fn closed(
        &mut self,
        analysis: &mut Analysis<'_>,
        value: Value,
        read_in: Option<BlockId>,
    ) -> Result<Value, Reason> {
        let Analysis { inductions, shape, draft, .. } = analysis;
        let form = inductions.of(self.context, shape, &mut draft.symbols, value, read_in).filter(|f| f.is_known());
        let form = form.ok_or(Reason::LiveIn)?;
        if !inductions.demand(draft, &form, None) || !form.steps.keys().all(|l| self.indices.contains_key(l)) {
            return Err(Reason::LiveIn);
        }
        if let Some((value, rest)) = self.nearby(analysis, &form, read_in) {
            let rest = self.linear(analysis, &rest);
            return Ok(self.sum(self.at, value, rest));
        }
        let mut sum = self.linear(analysis, &form.start);
        for (&l, step) in &form.steps {
            if let Some(distance) = self.distance(analysis, self.at, l, step) {
                sum = self.sum(self.at, sum, distance);
            }
        }
        Ok(sum)
    }
}

impl Builder<'_> {
    /// A header parameter of a loop around that moves like a form, and how much is left.
    fn nearby(&self, analysis: &Analysis<'_>, form: &Affine, read_in: Option<BlockId>) -> Option<(Value, Lin)> {
        let shape = &analysis.shape;
        let mut at = shape.home.get(&read_in?).copied();
        while let Some(l) = at {
            for param in &self.context.func.block(shape.loops[l].header).params {
                let other = analysis.inductions.forms.forms.get(param);
                let other = other.filter(|o| o.start.ty == form.start.ty && o.steps == form.steps);
                let rest = other.map(|o| form.start.add_scaled(&o.start, u64::MAX)).filter(Lin::is_invariant);
                if let (Some(rest), Some(&value)) = (rest, self.values.get(param)) {
                    return Some((value, rest));
                }
            }
            at = shape.loops[l].parent;
        }
        None
    }
}

/// True if a loop of the thread counts its iterations: forms behind a parallel loop inside refer to them.
fn is_counted(analysis: &Analysis<'_>, l: usize) -> bool {
    let inside = |&&p: &&usize| p != l && analysis.shape.holds(l, analysis.shape.loops[p].header);
    !analysis.space.is_parallel(l) && analysis.space.parallel.iter().any(|p| inside(&p))
}
