//! Region and kernel as polynomials: scalars, and what a kernel's accesses add up to.

use super::atoms::{Atom, Atoms, constant};
use super::lift::{Compare, Order};
use super::loops::LoopSet;
use super::poly::{Poly, Ring};
use super::rounds::{Fork, Param, Rounds};
use super::{Access, Unproven};
use ir::lowered::dominators::Dominators;
use ir::lowered::{BinaryOp, BlockId, Func, Op, Term, Type, UnaryOp, Value};
use ir::region::{Kernel, Region, Scalar, ScalarId};

/// Operators that one condition is made of, one inside another.
const MAX_CONDITION: u32 = 6;

/// The scalars of a verified region. Those that exist only after a launch, and floats, are unknown.
pub(super) fn scalars(region: &Region, atoms: &mut Atoms) -> Vec<Poly> {
    let mut polys: Vec<Poly> = Vec::with_capacity(region.scalars.0.len());
    for node in &region.scalars.0 {
        let of = |id: ScalarId| polys[id.0 as usize].clone();
        let poly = match *node {
            Scalar::LiveIn(i) => atoms.poly(Atom::LiveIn(i)),
            Scalar::Const(c) if c.ty.is_int() => constant(c.ty, c.bits),
            Scalar::Unary(op, a) => atoms.unary(op, &of(a)),
            Scalar::Binary(op, a, b) => atoms.binary(op, &of(a), &of(b)),
            Scalar::Const(_) | Scalar::Trip(_) | Scalar::Returned(_) => atoms.unknown(),
        };
        polys.push(poly);
    }
    polys
}

/// A scalar with its width in bits.
pub(super) fn expression<'a>(region: &Region, scalars: &'a [Poly], id: ScalarId) -> Option<(&'a Poly, u32)> {
    let ty = match *region.scalars.0.get(id.0 as usize)? {
        Scalar::LiveIn(i) => region.live_ins.get(i as usize)?.ty,
        Scalar::Const(c) => c.ty,
        Scalar::Unary(op, _) => op.result(),
        Scalar::Binary(op, ..) => op.result(),
        Scalar::Trip(_) => Type::I64,
        Scalar::Returned(i) => *region.returned_types().get(i as usize)?,
    };
    Some((scalars.get(id.0 as usize)?, ty.bits()))
}

/// What a front end has read: the loops, and the accesses with the blocks they stand in.
pub(super) struct Found {
    /// The loops of the graph.
    pub rounds: Rounds,
    /// The accesses.
    pub accesses: Vec<(BlockId, Access)>,
    /// Loops that need no bound.
    pub exempt: LoopSet,
}

/// The accesses of a verified kernel, in the order of its blocks, with what is known of its loops already.
pub(super) fn accesses(
    region: &Region,
    kernel: &Kernel,
    rounds: Option<Rounds>,
    atoms: &mut Atoms,
) -> Result<Found, Unproven> {
    let rounds = rounds.or_else(|| Rounds::of(&kernel.func)).ok_or(Unproven::Irregular)?;
    let values = vec![None; kernel.func.values.len()];
    let mut walk = Walk { region, kernel, rounds, values, accesses: Vec::new(), atoms };
    loop {
        walk.walk()?;
        if !walk.rounds.again()? {
            return Ok(Found { rounds: walk.rounds, accesses: walk.accesses, exempt: 0 });
        }
    }
}

/// One walk over a kernel after another.
struct Walk<'a> {
    region: &'a Region,
    kernel: &'a Kernel,
    rounds: Rounds,
    /// What each value is, and the block that defines it.
    values: Vec<Option<(Poly, BlockId)>>,
    accesses: Vec<(BlockId, Access)>,
    atoms: &'a mut Atoms,
}

impl Walk<'_> {
    fn walk(&mut self) -> Result<(), Unproven> {
        self.rounds.begin();
        self.accesses.clear();
        let func = &self.kernel.func;
        for (position, &param) in func.block(BlockId::ENTRY).params.iter().enumerate() {
            let position = position as u32;
            let live_in = position.checked_sub(self.kernel.dims).map(Atom::LiveIn);
            let poly = self.atoms.poly(live_in.unwrap_or(Atom::Index(position)));
            self.values[param.index()] = Some((poly, BlockId::ENTRY));
        }
        // In reverse postorder every definition comes before the uses it dominates.
        for block in self.rounds.tree.order.clone() {
            if block != BlockId::ENTRY {
                let params = &func.block(block).params;
                let keys: Vec<Param> =
                    params.iter().map(|&p| Param { key: p.0, bits: func.ty(p).bits().min(64) }).collect();
                let polys = self.rounds.params(self.atoms, block, &keys);
                params.iter().zip(polys).for_each(|(p, poly)| self.values[p.index()] = Some((poly, block)));
            }
            self.block(block)?;
            self.edges(block);
        }
        Ok(())
    }

    fn block(&mut self, block: BlockId) -> Result<(), Unproven> {
        let func = &self.kernel.func;
        let always = passes_every_return(func, &self.rounds.tree, block);
        for inst in &func.block(block).insts {
            if !self.atoms.spend(1) {
                return Err(Unproven::TooComplex);
            }
            let (space, offset, addr, width, align, is_store) = match inst.op {
                Op::Load { kind, space, offset, addr } => (space, offset, addr, kind.width(), kind.align(), false),
                Op::Store { kind, space, offset, addr, .. } => (space, offset, addr, kind.width(), kind.align(), true),
                ref op => {
                    // Every emitter writes the check.
                    match *op {
                        Op::Gather { kind, space, .. } => {
                            self.accesses.push((block, Access::checked(space, kind.width(), false)));
                        }
                        Op::Update { kind, space, .. } => {
                            self.accesses.push((block, Access::checked(space, kind.width(), true)));
                        }
                        _ => {}
                    }
                    if let Some(result) = inst.result {
                        self.define(op, result, block);
                    }
                    continue;
                }
            };
            let wide = self.region.footprints.get(space as usize).is_some_and(|footprint| footprint.wide);
            if (func.ty(addr) == Type::I64) != wide {
                return Err(Unproven::Address { footprint: space });
            }
            if let Some(result) = inst.result {
                self.values[result.index()] = Some((self.rounds.opaque(self.atoms, result.0, block), block));
            }
            let address = self.operand(addr, block);
            // A vector is as many accesses as its kind names, whoever makes them.
            for piece in (0..width).step_by(align as usize) {
                let (address, offset) = (address.clone(), offset as i128 + piece as i128);
                let access = Access { space, address, offset, width: align, is_store, always, checked: false };
                self.accesses.push((block, access));
            }
        }
        Ok(())
    }

    /// What is made where a limit is reached, or by an operator that isn't followed, is the result of this place.
    fn define(&mut self, op: &Op, result: Value, block: BlockId) {
        let before = self.atoms.unknowns();
        let poly = self.operation(op, block);
        let is_known = self.atoms.unknowns() == before;
        let poly = if is_known { poly } else { self.rounds.opaque(self.atoms, result.0, block) };
        self.values[result.index()] = Some((poly, block));
    }

    /// A value as it is in a block that its definition dominates.
    fn operand(&mut self, value: Value, block: BlockId) -> Poly {
        match self.values[value.index()].clone() {
            Some((poly, at)) => {
                let ring = Ring::of_width(self.kernel.func.ty(value).bits());
                self.rounds.carry(self.atoms, &poly, ring, at, block)
            }
            None => self.atoms.unknown(),
        }
    }

    fn operation(&mut self, op: &Op, block: BlockId) -> Poly {
        match *op {
            Op::Const(c) if c.ty.is_int() => constant(c.ty, c.bits),
            Op::Unary(op, a) => {
                let a = self.operand(a, block);
                self.atoms.unary(op, &a)
            }
            Op::Binary(op, a, b) => {
                let (a, b) = (self.operand(a, block), self.operand(b, block));
                self.atoms.binary(op, &a, &b)
            }
            _ => self.atoms.unknown(),
        }
    }

    /// Tells what the edges out of a block pass, and under which conditions two of them are taken.
    fn edges(&mut self, block: BlockId) {
        let func = &self.kernel.func;
        let term = &func.block(block).term;
        for target in term.targets() {
            let of = |walk: &mut Self, &arg: &Value| (walk.operand(arg, block), func.ty(arg).bits());
            let args = target.args.iter().map(|arg| of(self, arg)).collect();
            self.rounds.edge(self.atoms, block, target.block, args);
        }
        if let Term::Branch { cond, then, otherwise } = term {
            let holds = [true, false].map(|holds| self.conditions(*cond, holds, block, MAX_CONDITION));
            let deciding = Some(self.operand(*cond, block));
            self.rounds.fork(Fork { at: block, to: [then.block, otherwise.block], cond: deciding, holds });
        }
    }

    /// What holds if a condition is true, or false.
    fn conditions(&mut self, cond: Value, holds: bool, block: BlockId, depth: u32) -> Vec<Compare> {
        let Some(depth) = depth.checked_sub(1) else { return Vec::new() };
        match self.definition(cond) {
            Some(&Op::Unary(UnaryOp::I32Eqz, a)) => self.conditions(a, !holds, block, depth),
            Some(&Op::Unary(UnaryOp::I64Eqz, a)) => {
                let a = self.operand(a, block);
                let order = if holds { Order::Eq } else { Order::Ne };
                vec![Compare { order, signed: false, bits: 64, a, b: Poly::default() }]
            }
            Some(&Op::Binary(op, a, b)) if comparison(op).is_some() => {
                let (a, b) = (self.operand(a, block), self.operand(b, block));
                let (order, signed, swapped) = comparison(op).unwrap_or((Order::Eq, false, false));
                let (a, b) = if swapped { (b, a) } else { (a, b) };
                let compare = Compare { order, signed, bits: op.operand().bits(), a, b };
                vec![if holds { compare } else { compare.not() }]
            }
            // Two conditions of which both hold, or neither.
            Some(&Op::Binary(op, a, b))
                if self.are_truths(a, b) && op == [BinaryOp::I32Or, BinaryOp::I32And][usize::from(holds)] =>
            {
                let mut both = self.conditions(a, holds, block, depth);
                both.extend(self.conditions(b, holds, block, depth));
                both
            }
            _ => {
                let a = self.operand(cond, block);
                let order = if holds { Order::Ne } else { Order::Eq };
                vec![Compare { order, signed: false, bits: 32, a, b: Poly::default() }]
            }
        }
    }

    fn definition(&self, value: Value) -> Option<&Op> {
        let (_, block) = self.values[value.index()].as_ref()?;
        let insts = &self.kernel.func.block(*block).insts;
        insts.iter().find(|inst| inst.result == Some(value)).map(|inst| &inst.op)
    }

    /// True if both are 0 or 1, so that bits and truth are the same.
    fn are_truths(&self, a: Value, b: Value) -> bool {
        [a, b].into_iter().all(|value| match self.definition(value) {
            Some(Op::Unary(op, _)) => matches!(op, UnaryOp::I32Eqz | UnaryOp::I64Eqz),
            Some(Op::Binary(op, ..)) => comparison(*op).is_some(),
            _ => false,
        })
    }
}

/// What an operator says that gives a truth, if it is one.
pub(super) fn truth(op: BinaryOp, a: &Poly, b: &Poly) -> Option<Compare> {
    let (order, signed, swapped) = comparison(op)?;
    let (a, b) = if swapped { (b, a) } else { (a, b) };
    Some(Compare { order, signed, bits: op.operand().bits(), a: a.clone(), b: b.clone() })
}

/// An integer comparison: its order, whether it is signed, and whether its operands are to be swapped.
fn comparison(op: BinaryOp) -> Option<(Order, bool, bool)> {
    use BinaryOp::*;
    Some(match op {
        I32Eq | I64Eq => (Order::Eq, false, false),
        I32Ne | I64Ne => (Order::Ne, false, false),
        I32LtS | I64LtS => (Order::Lt, true, false),
        I32LtU | I64LtU => (Order::Lt, false, false),
        I32GtS | I64GtS => (Order::Lt, true, true),
        I32GtU | I64GtU => (Order::Lt, false, true),
        I32LeS | I64LeS => (Order::Le, true, false),
        I32LeU | I64LeU => (Order::Le, false, false),
        I32GeS | I64GeS => (Order::Le, true, true),
        I32GeU | I64GeU => (Order::Le, false, true),
        _ => return None,
    })
}

/// True if every path to a return passes the block.
fn passes_every_return(func: &Func, tree: &Dominators, block: BlockId) -> bool {
    let returns = tree.order.iter().filter(|&&b| matches!(func.block(b).term, Term::Return(_)));
    returns.clone().count() > 0 && returns.copied().all(|end| tree.dominates(block, end))
}
