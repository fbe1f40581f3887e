//! What a parameter of an exported function may be, and the best first guess.
//!
//! Nobody says which `i32` is a pointer, a length or a stride. Where a parameter is itself a live-in of a region of the
//! function, the region tells: it is part of a base, of a stride, or of a trip count. A wrong guess costs cases, no more.

use crate::harness::Original;
use bundle::Bundle;
use ir::region::{Int, IntId, Region, Scalar, ScalarId};
use std::collections::BTreeMap;

/// What a parameter may be.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Role {
    /// An address.
    Pointer,
    /// A number of elements.
    Count,
    /// A distance in elements.
    Stride,
    /// Anything.
    Wild,
}

impl Role {
    /// Every role, in the order of weights.
    pub const ALL: [Role; 4] = [Role::Pointer, Role::Count, Role::Stride, Role::Wild];

    /// The weights of a parameter of which this is known, or nothing.
    pub fn weights(known: Option<Role>) -> [u32; 4] {
        match known {
            Some(Role::Pointer) => [60, 1, 1, 2],
            Some(Role::Count) => [2, 60, 4, 2],
            Some(Role::Stride) => [1, 6, 60, 2],
            Some(Role::Wild) | None => [8, 8, 5, 1],
        }
    }
}

/// For each exported function what its parameters are, as far as the regions in it tell.
pub(crate) fn guess(original: &Original<'_>, bundle: &Bundle) -> BTreeMap<String, BTreeMap<u32, Role>> {
    let mut guesses: BTreeMap<String, BTreeMap<u32, Role>> = BTreeMap::new();
    for (name, index) in &original.exports {
        let inside = bundle.manifest.regions.iter().filter(|region| region.place.function == *index);
        let known = guesses.entry(name.clone()).or_default();
        for (local, role) in inside.flat_map(roles) {
            known.entry(local).or_insert(role);
        }
    }
    guesses
}

/// The roles of a region's live-ins, by local. What is part of a base is a pointer, even if a stride helps to compute it.
fn roles(region: &Region) -> Vec<(u32, Role)> {
    let bases = region.footprints.iter().map(|footprint| footprint.base);
    let bases = bases.chain(region.finals.iter().map(|last| last.base)).map(|base| (base, Role::Pointer));
    let strides = region.footprints.iter().flat_map(|footprint| &footprint.dims).map(|dim| (dim.stride, Role::Stride));
    let trips = region.trips.iter().map(|&trip| (trip, Role::Count));
    let mut roles = Vec::new();
    // A loop that ends at an address counts with it, so trip counts come last.
    for (int, role) in strides.chain(bases).chain(trips) {
        let mut live_ins = Vec::new();
        of_int(region, int, &mut live_ins);
        let local = |index: u32| region.live_ins.get(index as usize)?.from.as_local();
        roles.extend(live_ins.into_iter().filter_map(|index| Some((local(index)?, role))));
    }
    roles
}

/// The live-ins that an integer depends on.
fn of_int(region: &Region, id: IntId, into: &mut Vec<u32>) {
    let mut work = vec![id];
    let mut seen = vec![false; region.program.ints.len()];
    while let Some(IntId(id)) = work.pop() {
        if std::mem::replace(&mut seen[id as usize], true) {
            continue;
        }
        match region.program.ints[id as usize] {
            Int::Const(_) | Int::MemoryBytes(_) => {}
            Int::Signed(scalar) | Int::Unsigned(scalar) => of_scalar(region, scalar, into),
            Int::Add(a, b)
            | Int::Sub(a, b)
            | Int::Mul(a, b)
            | Int::FloorDiv(a, b)
            | Int::Min(a, b)
            | Int::Max(a, b) => work.extend([a, b]),
        }
    }
}

/// The live-ins that a scalar depends on.
fn of_scalar(region: &Region, id: ScalarId, into: &mut Vec<u32>) {
    let mut work = vec![id];
    let mut seen = vec![false; region.scalars.0.len()];
    while let Some(ScalarId(id)) = work.pop() {
        if std::mem::replace(&mut seen[id as usize], true) {
            continue;
        }
        match region.scalars.0[id as usize] {
            Scalar::LiveIn(index) => into.push(index),
            Scalar::Unary(_, a) => work.push(a),
            Scalar::Binary(_, a, b) => work.extend([a, b]),
            Scalar::Const(_) | Scalar::Trip(_) | Scalar::Returned(_) => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_region_tells_what_the_parameters_of_its_function_are() {
        let module = wat::parse_str(
            r#"(module (memory 1) (func (export "f") (param $n i32) (param $x i32) (param $dx i32) (param $y i32) (param i32)
              (loop $next
                (i32.store (local.get $y) (i32.load (local.get $x)))
                (local.set $x (i32.add (local.get $x) (local.get $dx)))
                (local.set $y (i32.add (local.get $y) (i32.const 4)))
                (br_if $next (local.tee $n (i32.sub (local.get $n) (i32.const 1)))))))"#,
        );
        let module = module.unwrap();
        let bundle = compiler::compile(&module, &compiler::Options::default()).unwrap().bundle;
        let guesses = guess(&Original::read(&module).unwrap(), &bundle::read(&bundle).unwrap());
        let found: Vec<_> = guesses["f"].iter().map(|(&local, &role)| (local, role)).collect();
        assert_eq!(found, [(0, Role::Count), (1, Role::Pointer), (2, Role::Stride), (3, Role::Pointer)]);
    }
}
