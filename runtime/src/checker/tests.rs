//! The steps of a proof, one by one.

use super::atoms::{Atom, Atoms};
use super::facts::follows;
use super::masks;
use super::poly::{Poly, Ring};
use ir::lowered::{BinaryOp, UnaryOp};
use proptest::prelude::*;

fn live_in(atoms: &mut Atoms, index: u32) -> Poly {
    atoms.poly(Atom::LiveIn(index))
}

fn exact(value: i128) -> Poly {
    Poly::constant(value, Ring::Exact)
}

#[test]
fn an_address_computed_in_64_bits_is_its_32_bit_form() {
    let mut atoms = Atoms::new(1 << 20);
    let (base, index) = (live_in(&mut atoms, 0), atoms.poly(Atom::Index(0)));
    let eight = Poly::constant(8, Ring::Mod64);
    // wrap(extend_u(base) + 8 * extend_s(wrap(index)))
    let narrow = atoms.unary(UnaryOp::I32WrapI64, &index);
    let (wide, far) = (atoms.unary(UnaryOp::I64ExtendI32U, &base), atoms.unary(UnaryOp::I64ExtendI32S, &narrow));
    let scaled = atoms.binary(BinaryOp::I64Mul, &far, &eight);
    let sum = atoms.binary(BinaryOp::I64Add, &wide, &scaled);
    let address = atoms.unary(UnaryOp::I32WrapI64, &sum);
    // base + (index << 3)
    let shifted = atoms.binary(BinaryOp::I32Shl, &narrow, &Poly::constant(3, Ring::Mod32));
    assert_eq!(address, atoms.binary(BinaryOp::I32Add, &base, &shifted));
    assert_ne!(sum, wide.add(&index.scaled(8, Ring::Mod64).unwrap(), Ring::Mod64).unwrap());
}

#[test]
fn bits_below_the_zeros_are_added_and_those_above_are_not() {
    let mut atoms = Atoms::new(1 << 20);
    let x = live_in(&mut atoms, 0);
    let times_eight = x.scaled(8, Ring::Mod32).unwrap();
    let mut or = |x: &Poly, c| atoms.binary(BinaryOp::I32Or, x, &Poly::constant(c, Ring::Mod32));
    assert_eq!(or(&times_eight, 7), times_eight.add(&Poly::constant(7, Ring::Mod32), Ring::Mod32).unwrap());
    assert_ne!(or(&times_eight, 8), times_eight.add(&Poly::constant(8, Ring::Mod32), Ring::Mod32).unwrap());
    let minus_one = Poly::constant(-1, Ring::Mod32);
    let complement = atoms.binary(BinaryOp::I32Xor, &x, &minus_one);
    assert_eq!(complement, minus_one.sub(&x, Ring::Mod32).unwrap());
}

#[test]
fn masked_parts_are_bounded_and_added_by_or() {
    let mut atoms = Atoms::new(1 << 20);
    let (base, x) = (live_in(&mut atoms, 0), live_in(&mut atoms, 1));
    let narrow = |value| Poly::constant(value, Ring::Mod32);
    let part = atoms.binary(BinaryOp::I32And, &x, &narrow(12));
    let down = part.scaled(-8, Ring::Mod32).unwrap();
    let address = base.add(&down, Ring::Mod32).unwrap().add(&part, Ring::Mod32).unwrap();
    let masked = masks::split(&atoms, &address, Ring::Mod32).unwrap();
    assert_eq!(masked.lowest, base.add(&narrow(-84), Ring::Mod32).unwrap());
    assert_eq!((masked.spread, masked.zeros), (84, 2));
    // A mask that may be the sign, and a value without one, bound nothing.
    for mask in [-1, -4, i128::from(i32::MIN)] {
        let part = atoms.binary(BinaryOp::I32And, &x, &narrow(mask));
        let masked = masks::split(&atoms, &part, Ring::Mod32).unwrap();
        assert_eq!((masked.lowest, masked.spread), (part, 0));
    }
    let sixteens = base.scaled(16, Ring::Mod32).unwrap();
    assert_eq!(atoms.binary(BinaryOp::I32Or, &sixteens, &part), sixteens.add(&part, Ring::Mod32).unwrap());
    let eights = base.scaled(8, Ring::Mod32).unwrap();
    assert_ne!(atoms.binary(BinaryOp::I32Or, &eights, &part), eights.add(&part, Ring::Mod32).unwrap());
    let doubled = part.scaled(2, Ring::Mod32).unwrap();
    assert_ne!(atoms.binary(BinaryOp::I32Or, &sixteens, &doubled), sixteens.add(&doubled, Ring::Mod32).unwrap());
}

#[test]
fn a_bound_on_a_maximum_bounds_its_parts() {
    let mut atoms = Atoms::new(1 << 20);
    let a = live_in(&mut atoms, 0);
    let b = live_in(&mut atoms, 1);
    let (a, b) = (atoms.read(&a, 32, true), atoms.read(&b, 32, true));
    let largest = atoms.max(&a, &b);
    let bounded = exact(100).sub(&largest, Ring::Exact).unwrap();
    let below = |p: &Poly, n: i128| exact(n).sub(p, Ring::Exact).unwrap();
    assert!(follows(&mut atoms, &below(&a, 100), [&bounded].into_iter()));
    assert!(follows(&mut atoms, &below(&b, 100), [&bounded].into_iter()));
    assert!(!follows(&mut atoms, &below(&b, 99), [&bounded].into_iter()));
    assert!(!follows(&mut atoms, &below(&a, 100), std::iter::empty()));
}

/// The value of an expression's polynomial, with live-ins as given.
fn value(atoms: &Atoms, poly: &Poly, live_ins: &[u64]) -> i128 {
    let atom = |id: u32| match atoms.get(id) {
        Atom::LiveIn(i) => live_ins[*i as usize] as i128,
        Atom::Unsigned(p, 32) => value(atoms, p, live_ins) as u32 as i128,
        Atom::Unsigned(p, _) => value(atoms, p, live_ins) as u64 as i128,
        Atom::Signed(p, 32) => value(atoms, p, live_ins) as i32 as i128,
        Atom::Signed(p, _) => value(atoms, p, live_ins) as i64 as i128,
        Atom::Unary(op, a) => {
            let a = value(atoms, a, live_ins) as u64 & op.operand().mask();
            ir::lowered::eval::unary(*op, a).unwrap() as i128
        }
        Atom::Binary(op, a, b) => {
            let of = |p: &Poly| value(atoms, p, live_ins) as u64 & op.operand().mask();
            ir::lowered::eval::binary(*op, of(a), of(b)).unwrap() as i128
        }
        Atom::Floor(a, by) => value(atoms, a, live_ins).div_euclid(by.as_constant().unwrap()),
        other => panic!("{other:?} has no value here"),
    };
    let wrapping = |product: i128, id: &u32| product.wrapping_mul(atom(*id));
    poly.terms().map(|(m, c)| m.iter().fold(c, wrapping)).fold(0, i128::wrapping_add)
}

const NARROW: [BinaryOp; 9] = [
    BinaryOp::I32Add,
    BinaryOp::I32Sub,
    BinaryOp::I32Mul,
    BinaryOp::I32Shl,
    BinaryOp::I32Or,
    BinaryOp::I32Xor,
    BinaryOp::I32And,
    BinaryOp::I32ShrU,
    BinaryOp::I32ShrS,
];
const WIDE: [BinaryOp; 9] = [
    BinaryOp::I64Add,
    BinaryOp::I64Sub,
    BinaryOp::I64Mul,
    BinaryOp::I64Shl,
    BinaryOp::I64Or,
    BinaryOp::I64Xor,
    BinaryOp::I64And,
    BinaryOp::I64ShrU,
    BinaryOp::I64ShrS,
];

proptest! {
    /// A polynomial has the value of the expression that it was made from.
    #[test]
    fn polynomials_mean_what_operators_do(
        live_ins in prop::array::uniform3(prop_oneof![any::<u64>(), 0u64..64]),
        steps in prop::collection::vec((0usize..12, 0usize..8, 0usize..8, -70i64..70), 1..14),
    ) {
        let mut atoms = Atoms::new(1 << 20);
        let narrow: Vec<u64> = live_ins.iter().map(|v| *v as u32 as u64).collect();
        let mut small: Vec<(Poly, u64)> = (0..3).map(|i| (atoms.poly(Atom::LiveIn(i)), narrow[i as usize])).collect();
        let mut large: Vec<(Poly, u64)> = Vec::new();
        for (op, a, b, constant) in steps {
            let pick = |list: &[(Poly, u64)], at: usize| list[at % list.len()].clone();
            match op {
                9 => small.push((Poly::constant(constant as i128, Ring::Mod32), constant as u32 as u64)),
                10 | 11 if large.is_empty() || a % 2 == 0 => {
                    let (poly, bits) = pick(&small, b);
                    let op = if op == 10 { UnaryOp::I64ExtendI32U } else { UnaryOp::I64ExtendI32S };
                    large.push((atoms.unary(op, &poly), ir::lowered::eval::unary(op, bits).unwrap()));
                }
                10 | 11 => {
                    let (poly, bits) = pick(&large, b);
                    small.push((atoms.unary(UnaryOp::I32WrapI64, &poly), bits as u32 as u64));
                }
                op if !large.is_empty() && a % 2 == 0 => {
                    let ((p, x), (q, y)) = (pick(&large, a), pick(&large, b));
                    let bits = ir::lowered::eval::binary(WIDE[op], x, y).unwrap();
                    large.push((atoms.binary(WIDE[op], &p, &q), bits));
                }
                op => {
                    let ((p, x), (q, y)) = (pick(&small, a), pick(&small, b));
                    let bits = ir::lowered::eval::binary(NARROW[op], x, y).unwrap();
                    small.push((atoms.binary(NARROW[op], &p, &q), bits));
                }
            }
        }
        for (poly, bits) in small {
            prop_assert_eq!(value(&atoms, &poly, &narrow) as u32 as u64, bits);
            for signed in [false, true] {
                let read = atoms.read(&poly, 32, signed);
                let range = atoms.range(&read);
                let integer = if signed { bits as u32 as i32 as i128 } else { bits as i128 };
                prop_assert!(range.lo.is_none_or(|lo| lo <= integer) && range.hi.is_none_or(|hi| integer <= hi));
            }
        }
        for (poly, bits) in large {
            prop_assert_eq!(value(&atoms, &poly, &narrow) as u64, bits);
        }
    }
}
