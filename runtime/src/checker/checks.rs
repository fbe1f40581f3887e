//! Checks of addresses in PTX: tests, the branches that they decide, and the accesses that rely on them.
//!
//! Two tests are known. Let `u` be a guest address, a value of 64 bits, `c` a constant, both added modulo 2^64, and let the footprint's
//! reach be the `length` bytes from `low` on, which is a part of a memory and so ends below 2^64.
//!
//! 1. *Outside*: `u + c - low > length - w`, unsigned. Where it doesn't hold, the `w` bytes at `u + c` lie in the reach: `w` is at
//!    most the footprint's width, so `length - w` isn't negative by the choice of the reach; and `u + c` is `low` and at most so
//!    many bytes more, which don't wrap around.
//! 2. *Misaligned*: `(u + c) & (w - 1) != 0` for a power of two `w`. Where it doesn't hold, `w` divides `u + c`.
//!
//! A narrow cell is updated by way of its word, whose address is the cell's and -4: what is tested is where the cell is, and the reach of
//! such a footprint is made of whole words.
//!
//! A test has been passed in a block that is entered only where the branch under its predicate wasn't taken, and in every block that
//! this one dominates. Registers that one instruction defines hold there what they held at the test, even in loops: if a
//! definition dominates a test and the way on from the test dominates a use, then every path from the definition to the use passes
//! the test again. So equal polynomials are equal numbers, and an access of bytes among those tested is where it may be.

use super::Access;
use super::atoms::{Atom, Atoms};
use super::poly::{Poly, Ring};
use ir::lowered::dominators::Dominators;
use ir::lowered::{BinaryOp, BlockId};
use ir::region::{ReduceOp, Region};
use ptx_machine::ast::{AtomicOp, Comparison, Operation, Type};
use std::collections::HashMap;

/// Passed tests that are remembered; a kernel with more has parts that aren't shown.
const MAX_PASSED: usize = 4096;

/// What a predicate says about the `width` bytes at a guest address plus an offset.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) enum Test {
    /// They don't all lie in the reach of the footprint.
    Outside {
        /// The footprint.
        space: u32,
        /// Which bytes.
        bytes: Bytes,
    },
    /// The first isn't at a multiple of the width.
    Misaligned {
        /// Which bytes.
        bytes: Bytes,
    },
}

/// Bytes at a guest address.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct Bytes {
    guest: Poly,
    offset: i128,
    width: i128,
}

impl Test {
    /// The test that comparing `a` with `b`, both 64 bits wide, is for the accesses of a region.
    pub fn of(atoms: &Atoms, region: &Region, comparison: Comparison, ty: Type, a: &Poly, b: &Poly) -> Option<Test> {
        match comparison {
            Comparison::Gt | Comparison::Hi if ty == Type::U64 => outside(atoms, region, a, b),
            Comparison::Ne if b.as_constant() == Some(0) => misaligned(atoms, a),
            _ => None,
        }
    }
}

fn outside(atoms: &Atoms, region: &Region, distance: &Poly, last: &Poly) -> Option<Test> {
    let (mut length, mut width) = (None, 0);
    for (monomial, coefficient) in last.terms() {
        match (monomial, coefficient) {
            ([], value) => width = -value,
            (&[id], 1) => match atoms.get(id) {
                Atom::Length(space) if length.is_none() => length = Some(*space),
                _ => return None,
            },
            _ => return None,
        }
    }
    let (space, guest, offset) = guest_address(atoms, distance)?;
    let footprint = region.footprints.get(space? as usize)?;
    let fits = length == space && (1..=i128::from(footprint.width)).contains(&width);
    fits.then(|| Test::Outside { space: space.unwrap_or_default(), bytes: Bytes { guest, offset, width } })
}

fn misaligned(atoms: &Atoms, rest: &Poly) -> Option<Test> {
    let mut terms = rest.terms();
    let (Some((&[id], 1)), None) = (terms.next(), terms.next()) else { return None };
    let Atom::Binary(BinaryOp::I64And, a, b) = atoms.get(id) else { return None };
    let (at, mask) = if b.as_constant().is_some() { (a, b) } else { (b, a) };
    let width = mask.as_constant()? + 1;
    let power = width > 0 && width & (width - 1) == 0;
    let (None, guest, offset) = guest_address(atoms, at)? else { return None };
    power.then_some(Test::Misaligned { bytes: Bytes { guest, offset, width } })
}

/// `u + c`, or `u + c - low` with the footprint whose low end it is.
fn guest_address(atoms: &Atoms, at: &Poly) -> Option<(Option<u32>, Poly, i128)> {
    let low = at.terms().find_map(|(monomial, coefficient)| match (monomial, coefficient) {
        (&[id], -1) => match atoms.get(id) {
            Atom::Low(of) => Some((*of, Poly::atom(id))),
            _ => None,
        },
        _ => None,
    });
    let (space, low) = low.map_or((None, Poly::default()), |(space, low)| (Some(space), low));
    let offset = at.coefficient(&[]);
    let guest = at.add(&low, Ring::Mod64)?.sub(&Poly::constant(offset, Ring::Mod64), Ring::Mod64)?;
    Some((space, guest, offset))
}

/// The tests of a text, and where they have been passed.
#[derive(Debug, Default)]
pub(super) struct Checks<'k> {
    /// The test that a predicate is, and the block that computes it.
    tests: HashMap<&'k str, (Test, BlockId)>,
    /// Tests that don't hold from a block on.
    passed: Vec<(Test, BlockId)>,
}

impl<'k> Checks<'k> {
    /// A predicate that one instruction defines.
    pub fn found(&mut self, predicate: &'k str, test: Test, block: BlockId) {
        self.tests.insert(predicate, (test, block));
    }

    /// `next` is entered from `block` alone, and only where `predicate` doesn't hold.
    pub fn passed(&mut self, predicate: &str, block: BlockId, next: BlockId, tree: &Dominators) {
        if let Some((test, at)) = self.tests.get(predicate)
            && tree.dominates(*at, block)
            && self.passed.len() < MAX_PASSED
        {
            self.passed.push((test.clone(), next));
        }
    }

    /// True if every thread that comes to `block` has passed tests that show where an access is and that it is aligned.
    pub fn cover(&self, access: &Access, block: BlockId, tree: &Dominators, atoms: &mut Atoms) -> bool {
        let (start, width) = (access.offset, i128::from(access.width));
        let holds = |bytes: &Bytes| {
            bytes.guest == access.address && bytes.offset <= start && start + width <= bytes.offset + bytes.width
        };
        let divides = |bytes: &Bytes| {
            bytes.guest == access.address && bytes.width % width == 0 && (start - bytes.offset) % width == 0
        };
        // An address that is a constant needs no test of its low bits.
        let constant = access.address.as_constant().map(|_| start);
        let (mut inside, mut aligned) = (false, width == 1 || constant.is_some_and(|at| at % width == 0));
        for (test, from) in &self.passed {
            if !atoms.spend(1 + access.address.len()) {
                return false;
            }
            if tree.dominates(*from, block) {
                inside |= matches!(test, Test::Outside { space, bytes } if *space == access.space && holds(bytes));
                aligned |= matches!(test, Test::Misaligned { bytes } if divides(bytes));
            }
        }
        inside && aligned
    }
}

/// The address of a narrow cell, if `address` is that of its word.
pub(super) fn within_word<'a>(atoms: &'a Atoms, address: &Poly) -> Option<&'a Poly> {
    let mut terms = address.terms();
    let (Some((&[id], 1)), None) = (terms.next(), terms.next()) else { return None };
    match atoms.get(id) {
        Atom::Binary(BinaryOp::I64And, a, b) if b.as_constant() == Some(-4) => Some(a),
        Atom::Binary(BinaryOp::I64And, a, b) if a.as_constant() == Some(-4) => Some(b),
        _ => None,
    }
}

/// True for what updates narrow cells by an operator, on the words that they are in: bits by `red`, sums by a compare-and-swap,
/// whose operands nobody looks at, as nobody looks at what is combined.
pub(super) fn updates_word(operation: Operation, declared: ReduceOp) -> bool {
    match (operation, declared) {
        (Operation::Atomic(AtomicOp::CompareAndSwap, ty), ReduceOp::Add) => ty.bits() == 32,
        (Operation::Reduce(op, ty), ReduceOp::And | ReduceOp::Or | ReduceOp::Xor) => {
            ty.bits() == 32 && updates(op, ty, declared)
        }
        _ => false,
    }
}

/// True for `red` by the operator that a footprint is updated by.
pub(super) fn updates(op: AtomicOp, ty: Type, declared: ReduceOp) -> bool {
    let signed = match declared {
        ReduceOp::MinS | ReduceOp::MaxS => true,
        ReduceOp::MinU | ReduceOp::MaxU => false,
        _ => ty.is_signed(),
    };
    let wanted = match declared {
        ReduceOp::Add => AtomicOp::Add,
        ReduceOp::And => AtomicOp::And,
        ReduceOp::Or => AtomicOp::Or,
        ReduceOp::Xor => AtomicOp::Xor,
        ReduceOp::MinS | ReduceOp::MinU => AtomicOp::Min,
        ReduceOp::MaxS | ReduceOp::MaxU => AtomicOp::Max,
        ReduceOp::Mul => return false,
    };
    op == wanted && ty.is_signed() == signed && !ty.is_float()
}
