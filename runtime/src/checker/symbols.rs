//! Region and kernel as polynomials: scalars, and what a kernel's accesses add up to.

use super::atoms::{Atom, Atoms, constant};
use super::poly::Poly;
use super::{Access, Unproven};
use ir::lowered::dominators::Dominators;
use ir::lowered::{BlockId, Func, Op, Term, Type, Value};
use ir::region::{Kernel, Region, Scalar, ScalarId};

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
        Scalar::Returned(i) => region.returns.get(i as usize)?.0,
    };
    Some((scalars.get(id.0 as usize)?, ty.bits()))
}

/// The accesses of a verified kernel, in the order of its blocks.
pub(super) fn accesses(kernel: &Kernel, atoms: &mut Atoms) -> Result<Vec<Access>, Unproven> {
    let func = &kernel.func;
    let tree = Dominators::of(func);
    let mut values: Vec<Option<Poly>> = vec![None; func.values.len()];
    for (position, &param) in func.block(BlockId::ENTRY).params.iter().enumerate() {
        let position = position as u32;
        let live_in = position.checked_sub(kernel.dims).map(Atom::LiveIn);
        values[param.index()] = Some(atoms.poly(live_in.unwrap_or(Atom::Index(position))));
    }
    let mut accesses = Vec::new();
    // In reverse postorder every definition comes before the uses it dominates.
    for &block in &tree.order {
        let always = passes_every_return(func, &tree, block);
        for inst in &func.block(block).insts {
            if !atoms.spend(1) {
                return Err(Unproven::TooComplex);
            }
            let (space, offset, addr, width, is_store) = match inst.op {
                Op::Load { kind, space, offset, addr } => (space, offset, addr, kind.width(), false),
                Op::Store { kind, space, offset, addr, .. } => (space, offset, addr, kind.width(), true),
                ref op => {
                    if let Some(result) = inst.result {
                        values[result.index()] = Some(operation(op, &values, atoms));
                    }
                    continue;
                }
            };
            if func.ty(addr) != Type::I32 {
                return Err(Unproven::Address { footprint: space });
            }
            let address = operand(&values, atoms, addr);
            accesses.push(Access { space, address, offset: offset as i128, width, is_store, always });
        }
    }
    Ok(accesses)
}

/// A value that was defined; parameters of later blocks and loaded values are unknown.
fn operand(values: &[Option<Poly>], atoms: &mut Atoms, value: Value) -> Poly {
    values[value.index()].clone().unwrap_or_else(|| atoms.unknown())
}

fn operation(op: &Op, values: &[Option<Poly>], atoms: &mut Atoms) -> Poly {
    match *op {
        Op::Const(c) if c.ty.is_int() => constant(c.ty, c.bits),
        Op::Unary(op, a) => {
            let a = operand(values, atoms, a);
            atoms.unary(op, &a)
        }
        Op::Binary(op, a, b) => {
            let (a, b) = (operand(values, atoms, a), operand(values, atoms, b));
            atoms.binary(op, &a, &b)
        }
        _ => atoms.unknown(),
    }
}

/// True if every path to a return passes the block.
fn passes_every_return(func: &Func, tree: &Dominators, block: BlockId) -> bool {
    let returns = tree.order.iter().filter(|&&b| matches!(func.block(b).term, Term::Return(_)));
    returns.clone().count() > 0 && returns.copied().all(|end| tree.dominates(block, end))
}
