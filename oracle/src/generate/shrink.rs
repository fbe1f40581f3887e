//! Making a program that fails as small as it can be.
//!
//! Every edit takes something away: a statement, a block around statements, an operator, some of a constant's bits. An edit
//! is kept if the program still fails. Edits are numbered in the order in which a walk over the program meets them, so that
//! a search is a loop over numbers; it ends because each edit that is kept makes the program smaller by one order of
//! nodes first and constants second.

use super::program::{Expr, Loop, Place, Program, Stmt, Test, Ty};

/// Programs that are tried at most.
const TRIES: u32 = 800;

/// The smallest program that `fails` and that edits of `program` lead to.
pub(super) fn shrink(program: Program, mut fails: impl FnMut(&Program) -> bool) -> Program {
    let (mut best, mut tries) = (program, 0);
    // Statements first: what goes with one needn't be taken away bit by bit.
    for whole in [true, false] {
        let mut changed = true;
        while changed && tries < TRIES {
            let mut number = 0;
            changed = false;
            while tries < TRIES {
                let mut candidate = best.clone();
                if !edit(&mut candidate, number, whole) {
                    break;
                }
                tries += 1;
                if fails(&candidate) {
                    best = candidate;
                    changed = true;
                } else {
                    number += 1;
                }
            }
        }
    }
    best
}

/// Makes the edit with this number, of all or of those of `whole` statements; false if there are fewer.
fn edit(program: &mut Program, number: u32, whole: bool) -> bool {
    let mut cursor = Cursor { left: Some(number), whole };
    cursor.list(&mut program.body);
    while let Some(at) = (0..program.results.len()).find(|_| cursor.here()) {
        program.results.remove(at);
    }
    for helper in &mut program.helpers {
        cursor.expr(&mut helper.value);
    }
    cursor.left.is_none()
}

/// A walk to the wanted edit.
struct Cursor {
    /// How many edits are still to be passed by; nothing once one was made.
    left: Option<u32>,
    /// True if expressions stay as they are.
    whole: bool,
}

impl Cursor {
    /// True where the wanted edit is reached.
    fn here(&mut self) -> bool {
        match self.left {
            Some(0) => {
                self.left = None;
                true
            }
            Some(left) => {
                self.left = Some(left - 1);
                false
            }
            None => false,
        }
    }

    fn list(&mut self, list: &mut Vec<Stmt>) {
        let mut at = 0;
        while at < list.len() && self.left.is_some() {
            if self.here() {
                list.remove(at);
                return;
            }
            let inner = match &list[at] {
                Stmt::If(_, then, otherwise) => {
                    vec![then.clone(), otherwise.clone(), [&then[..], &otherwise[..]].concat()]
                }
                Stmt::Loop(inner) => vec![inner.body.clone()],
                _ => Vec::new(),
            };
            for body in inner {
                if self.here() {
                    list.splice(at..=at, body);
                    return;
                }
            }
            self.statement(&mut list[at]);
            at += 1;
        }
    }

    fn statement(&mut self, statement: &mut Stmt) {
        match statement {
            Stmt::Set(_, value) | Stmt::SetGlobal(_, value) | Stmt::Note(value) => self.expr(value),
            Stmt::Exit(condition, _) | Stmt::Continue(condition) | Stmt::Return(condition) | Stmt::Trap(condition) => {
                self.expr(condition);
            }
            Stmt::Store(_, place, value) => {
                self.place(place);
                self.expr(value);
            }
            Stmt::If(condition, then, otherwise) => {
                self.expr(condition);
                self.list(then);
                self.list(otherwise);
            }
            Stmt::Loop(inner) => self.inner_loop(inner),
            Stmt::Fill(_, a, b, c) | Stmt::Copy(_, a, b, c) => [a, b, c].into_iter().for_each(|e| self.expr(e)),
        }
    }

    fn inner_loop(&mut self, inner: &mut Loop) {
        for at in 1..inner.inductions.len() {
            if self.here() {
                inner.inductions.remove(at);
                return;
            }
        }
        if inner.test == Test::Guarded && self.here() {
            inner.test = Test::Bottom;
            return;
        }
        for induction in &mut inner.inductions {
            self.expr(&mut induction.start);
            self.expr(&mut induction.step);
        }
        self.expr(&mut inner.goes_on);
        self.list(&mut inner.body);
    }

    fn place(&mut self, place: &mut Place) {
        if place.offset > 0 && !self.whole && self.here() {
            place.offset = 0;
            return;
        }
        self.expr(&mut place.address);
    }

    fn expr(&mut self, expr: &mut Expr) {
        if self.left.is_none() || self.whole {
            return;
        }
        let ty = expr.ty();
        if let Expr::Const(_, bits) = *expr {
            return self.constant(expr, ty, bits);
        }
        if self.here() {
            *expr = Expr::zero(ty);
            return;
        }
        let parts: Vec<&Expr> = match &*expr {
            Expr::Op(_, _, operands) | Expr::Call(_, _, operands) => operands.iter().collect(),
            Expr::Select(parts) => parts.iter().take(2).collect(),
            Expr::Tee(_, value) => vec![value],
            _ => Vec::new(),
        };
        let same: Vec<Expr> = parts.into_iter().filter(|part| part.ty() == ty).cloned().collect();
        for part in same {
            if self.here() {
                *expr = part;
                return;
            }
        }
        match expr {
            Expr::Op(_, _, operands) | Expr::Call(_, _, operands) => operands.iter_mut().for_each(|e| self.expr(e)),
            Expr::Select(parts) => parts.iter_mut().for_each(|e| self.expr(e)),
            Expr::Load(_, place) => self.place(place),
            Expr::Tee(_, value) => self.expr(value),
            Expr::Const(..) | Expr::Local(..) | Expr::Global(..) => {}
        }
    }

    fn constant(&mut self, expr: &mut Expr, ty: Ty, bits: u128) {
        let smaller = match ty {
            Ty::I32 | Ty::I64 => vec![0, 1, bits / 2, bits.saturating_sub(1)],
            Ty::F32 => vec![0, 1f32.to_bits() as u128],
            Ty::F64 => vec![0, 1f64.to_bits() as u128],
            Ty::V128 => vec![0, 1],
        };
        for value in smaller.into_iter().filter(|&value| value < bits) {
            if self.here() {
                *expr = Expr::Const(ty, value);
                return;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::generate::grow;
    use crate::random::Random;

    fn stores(list: &[Stmt]) -> usize {
        let count = |statement: &Stmt| match statement {
            Stmt::Store(..) => 1,
            Stmt::If(_, then, otherwise) => stores(then) + stores(otherwise),
            Stmt::Loop(inner) => stores(&inner.body),
            _ => 0,
        };
        list.iter().map(count).sum()
    }

    #[test]
    fn what_a_failure_needs_remains_and_everything_else_goes() {
        let mut found = 0;
        for seed in 0..40 {
            let program = grow::grow(&mut Random::of(seed, &[]));
            if stores(&program.body) < 2 {
                continue;
            }
            found += 1;
            let small = shrink(program, |program| stores(&program.body) >= 2);
            assert_eq!(small.body.len(), 2, "{small:#?}");
            assert!(small.body.iter().all(|statement| matches!(statement, Stmt::Store(..))), "{small:#?}");
            wasmparser::validate(&small.module()).expect("an edit leaves a valid program");
        }
        assert!(found > 10, "{found} programs store twice");
    }
}
