//! Branches, and the moves that an edge makes.
//!
//! The arguments of an edge are moved to the registers of its target all at once: a move waits until nothing left to
//! move reads its destination, and a cycle is broken with one more register. An edge with moves from a branch with
//! several targets gets lines of its own, so that its moves happen on no other path.

use super::assembly::{Arg, Condition, Reg, Width};
use super::listing::{Node, Target};
use super::places::Home;
use super::writer::Writer;
use ir::faults;

impl Writer<'_> {
    /// Continues at the only target.
    pub fn jump(&mut self, node: &Node) {
        self.edge(&node.targets[0], self.next);
    }

    /// Continues at one of two targets.
    pub fn branch(&mut self, node: &Node) {
        let condition = self.decide(node, 0);
        let (then, otherwise) = (&node.targets[0], &node.targets[1]);
        let free = |writer: &Self, target: &Target| !writer.moves_anything(target);
        let comes_next = |writer: &Self, target: &Target| writer.next == Some(target.block);
        if free(self, then) && !(free(self, otherwise) && comes_next(self, then)) {
            self.branch_if(condition, then.block);
            self.edge(otherwise, self.next);
        } else if free(self, otherwise) {
            let condition = if faults::on("ptx-branch-falls-through") { condition } else { condition.not() };
            self.branch_if(condition, otherwise.block);
            self.edge(then, self.next);
        } else {
            let other = self.asm().new_label("e");
            self.asm().op_if(condition.not(), "bra", &[other.as_str().into()]);
            self.edge(then, None);
            self.asm().label(&other);
            self.edge(otherwise, self.next);
        }
    }

    /// Compares the index with one number after another.
    pub fn switch(&mut self, node: &Node) {
        let index = self.operand_reg(node, 0);
        let Some((default, targets)) = node.targets.split_last() else { return };
        let mut edges = Vec::new();
        for (number, target) in targets.iter().enumerate() {
            let here = self.fresh(Width::Predicate, "setp.eq.s32", &[index.into(), (number as i64).into()]);
            let here = Condition { reg: here, negated: false };
            if self.moves_anything(target) {
                let edge = self.asm().new_label("e");
                self.asm().op_if(here, "bra", &[edge.as_str().into()]);
                edges.push((edge, target));
            } else {
                self.branch_if(here, target.block);
            }
        }
        self.edge(default, None);
        for (edge, target) in edges {
            self.asm().label(&edge);
            self.edge(target, None);
        }
    }

    /// Continues at `block` where `condition` holds.
    fn branch_if(&mut self, condition: Condition, block: usize) {
        if self.layout.only_bails(block) {
            return self.bail_if(condition);
        }
        let label = self.layout.label(block);
        self.asm().op_if(condition, "bra", &[label.as_str().into()]);
    }

    /// Moves the arguments and continues at the target, without a branch if it is the block that comes `next`.
    fn edge(&mut self, target: &Target, next: Option<usize>) {
        // What this edge computes for its moves isn't there on other paths.
        let known = self.exact.clone();
        let mut moves = Vec::new();
        for (&param, &arg) in self.listing.blocks[target.block].params.iter().zip(&target.args) {
            let from = if self.payloads.takes_loose(param) { self.loose(arg) } else { self.exact(arg) };
            if let Home::Reg(to) = self.places.home(param) {
                moves.push((to, from));
            }
        }
        self.move_at_once(moves);
        self.exact = known;
        if self.layout.only_bails(target.block) {
            self.bail();
        } else if next != Some(target.block) {
            let label = self.layout.label(target.block);
            self.asm().op("bra", &[label.as_str().into()]);
        }
    }

    /// True if the edge to `target` needs any instruction but a branch.
    fn moves_anything(&self, target: &Target) -> bool {
        let params = &self.listing.blocks[target.block].params;
        params.iter().zip(&target.args).any(|(&param, &arg)| self.places.home(param) != self.places.home(arg))
    }

    fn move_at_once(&mut self, mut moves: Vec<(Reg, Arg)>) {
        moves.retain(|(to, from)| *from != Arg::Reg(*to));
        while !moves.is_empty() {
            let free = moves.iter().position(|(to, _)| {
                faults::on("ptx-moves-overwrite") || moves.iter().all(|(_, from)| *from != Arg::Reg(*to))
            });
            if let Some(free) = free {
                let (to, from) = moves.swap_remove(free);
                self.copy(to, from);
                continue;
            }
            // Every destination left is read by another move: save the first and read the copy instead.
            let saved = moves[0].0;
            let copy = self.reg(saved.width);
            self.copy(copy, saved.into());
            for (_, from) in &mut moves {
                if *from == Arg::Reg(saved) {
                    *from = copy.into();
                }
            }
        }
    }
}
