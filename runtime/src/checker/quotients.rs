//! Quotients and remainders in PTX, as far as they can be relied on.
//!
//! What `div` and `rem` give for a divisor of zero, or for the quotient that has no place, isn't specified, and needn't be the same twice.
//! So one counts as a value only if dispatch has computed it: the region has an integer over a scalar that is made of the same operator
//! and the same operands. Dispatch computes every integer, and one over a scalar that traps is a skip. An unsigned one by a constant that
//! isn't zero needs no such witness.

use super::atoms::Atoms;
use super::poly::Poly;
use super::symbols;
use ir::lowered::BinaryOp as Wasm;
use ir::region::{Int, Region, Scalar};
use ptx_machine::ast::{BinaryOp, Type};
use std::collections::HashSet;

/// The quotients and remainders that every dispatch of a verified region has computed.
pub(super) fn computed(region: &Region, atoms: &mut Atoms) -> HashSet<Poly> {
    let scalars = &region.scalars.0;
    let mut needed = vec![false; scalars.len()];
    for int in &region.program.ints {
        if let Int::Signed(id) | Int::Unsigned(id) = *int {
            needed[id.0 as usize] = true;
        }
    }
    // Operands have smaller indices.
    for at in (0..scalars.len()).rev() {
        match scalars[at] {
            Scalar::Unary(_, a) if needed[at] => needed[a.0 as usize] = true,
            Scalar::Binary(_, a, b) if needed[at] => (needed[a.0 as usize], needed[b.0 as usize]) = (true, true),
            _ => {}
        }
    }
    let divides = |node: &Scalar| matches!(node, Scalar::Binary(op, ..) if op.can_trap());
    if !scalars.iter().zip(&needed).any(|(node, needed)| *needed && divides(node)) {
        return HashSet::new();
    }
    let polys = symbols::scalars(region, atoms);
    let found = scalars.iter().zip(&needed).zip(polys).filter(|((node, needed), _)| **needed && divides(node));
    found.map(|(_, poly)| poly).collect()
}

/// The operator of Wasm that a quotient or a remainder is where it is defined.
pub(super) fn operator(op: BinaryOp, ty: Type) -> Option<Wasm> {
    let wide = ty.bits() == 64;
    Some(match (op, ty.is_signed(), wide) {
        (BinaryOp::Div, true, false) => Wasm::I32DivS,
        (BinaryOp::Div, true, true) => Wasm::I64DivS,
        (BinaryOp::Div, false, false) => Wasm::I32DivU,
        (BinaryOp::Div, false, true) => Wasm::I64DivU,
        (BinaryOp::Rem, true, false) => Wasm::I32RemS,
        (BinaryOp::Rem, true, true) => Wasm::I64RemS,
        (BinaryOp::Rem, false, false) => Wasm::I32RemU,
        (BinaryOp::Rem, false, true) => Wasm::I64RemU,
        _ => return None,
    })
}

/// The quotient or remainder, if it can be relied on.
pub(super) fn quotient(op: Wasm, a: &Poly, b: &Poly, computed: &HashSet<Poly>, atoms: &mut Atoms) -> Poly {
    let signed = matches!(op, Wasm::I32DivS | Wasm::I64DivS | Wasm::I32RemS | Wasm::I64RemS);
    let by_constant = !signed && b.as_constant().is_some_and(|by| by & op.operand().mask() as i128 != 0);
    let value = atoms.binary(op, a, b);
    if by_constant || computed.contains(&value) { value } else { atoms.unknown() }
}
