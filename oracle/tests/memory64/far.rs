//! Memories too large to exist here: the arithmetic of dispatch and kernels, at addresses of up to 2^64.
//!
//! Live-ins are drawn from the ends of ranges and from what is near each other. Wherever guards and hulls let a dispatch run in a
//! memory of some length, each access that the kernel makes must lie in the hull of its footprint.

use ir::abi::Reach;
use ir::lowered::interp::{Spaces, run};
use ir::lowered::{LoadKind, StoreKind, Type};
use ir::region::{Bounds, GuardEnv, Kernel, Region};

/// A generator of numbers.
struct Numbers(u64);

impl Numbers {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        self.0 >> 16 ^ self.0 << 20
    }

    fn near(&mut self, number: u64, by: u64) -> u64 {
        number.wrapping_add(self.next() % by).wrapping_sub(by / 2)
    }

    /// A live-in: something small, or near an end of a range, or near another one.
    fn live_in(&mut self, ty: Type, len: u64, others: &[u64]) -> u64 {
        let ends = [0, 1 << 31, 1 << 32, 1 << 40, 1 << 63, len, len / 2];
        let value = match self.next() % 8 {
            0..=2 => self.next() % 64,
            3 | 4 if !others.is_empty() => {
                let other = others[(self.next() % others.len() as u64) as usize];
                self.near(other, 1 << 12)
            }
            5 => self.next() % len,
            6 => {
                let end = ends[(self.next() % 7) as usize];
                self.near(end, 64)
            }
            _ => self.near(len / 3, 1 << 20),
        };
        value & ty.mask()
    }
}

/// Holds accesses against hulls.
struct Hulls<'h> {
    hulls: &'h [Bounds],
    accesses: usize,
}

impl Hulls<'_> {
    fn holds(&self, space: u32, address: u64, width: u32) {
        let Bounds { lo, hi } = self.hulls[space as usize];
        let (start, end) = (i128::from(address), i128::from(address) + i128::from(width));
        assert!(lo <= start && end <= hi, "{start:#x}..{end:#x} isn't in {lo:#x}..{hi:#x} of f{space}");
    }
}

impl Spaces for Hulls<'_> {
    fn load(&self, space: u32, address: u64, kind: LoadKind) -> Option<u64> {
        self.holds(space, address, kind.width());
        Some(1)
    }

    fn store(&mut self, space: u32, address: u64, kind: StoreKind, _: u64) -> Option<()> {
        self.holds(space, address, kind.width());
        self.accesses += 1;
        Some(())
    }

    fn reach(&self, _: u32) -> Reach {
        Reach::default()
    }
}

/// True if a dispatch would run; then its first iterations, its last ones and some others have been held against the hulls.
fn runs(region: &Region, kernel: &Kernel, numbers: &mut Numbers) -> bool {
    let len = [1 << 18, 1 << 32, 1 << 34, 1 << 48, u64::MAX - 65_535][(numbers.next() % 5) as usize];
    let mut live_ins: Vec<u64> = Vec::new();
    for live_in in &region.live_ins {
        let value = numbers.live_in(live_in.ty, len, &live_ins);
        live_ins.push(value);
    }
    let values = region.scalars.evaluate(&live_ins, &[], &[]);
    let types: Vec<Type> = region.live_ins.iter().map(|l| l.ty).collect();
    let types = region.scalars.types(&types, &region.returned_types()).unwrap();
    let scalars: Vec<_> = values.iter().zip(types).map(|(v, ty)| v.map(|v| (v, ty == Type::I64))).collect();
    let memories: Vec<(u64, u64)> = (0..4).map(|memory| (memory, len)).collect();
    let env = GuardEnv { scalars: &scalars, memories: &memories };
    let answer = region.program.evaluate(env, &region.footprints, &region.dims(), &region.guards);
    let Some(answer) = answer.ok().filter(|answer| answer.refused.is_none()) else { return false };
    let inside = |hull: &Bounds| hull.lo >= 0 && hull.lo <= hull.hi && hull.hi <= i128::from(len);
    let trips: Vec<i128> = region.trips.iter().map(|&trip| answer.ints[trip.0 as usize]).collect();
    if !answer.hulls.iter().all(inside) || !trips.iter().all(|trip| (1..1 << 40).contains(trip)) {
        return false;
    }
    let mut hulls = Hulls { hulls: &answer.hulls, accesses: 0 };
    for attempt in 0..8 {
        let index = |numbers: &mut Numbers, trip: i128| match attempt {
            0 => 0,
            1 => trip as u64 - 1,
            _ => numbers.next() % trip as u64,
        };
        let mut args: Vec<u64> = trips.iter().map(|&trip| index(numbers, trip)).collect();
        args.extend(&live_ins);
        // Loops inside may run for longer than anyone waits.
        let _ = run(&kernel.func, &args, &mut hulls, &mut 2_000);
    }
    true
}

#[test]
fn accesses_lie_in_hulls_in_memories_of_any_size() {
    for name in ["streams", "edges"] {
        let bundle = super::bundle(name);
        for (region, kernel) in bundle.manifest.regions.iter().zip(&bundle.kernels) {
            let mut numbers = Numbers(u64::from(region.id) + 7);
            let ran = (0..4_000).filter(|_| runs(region, kernel, &mut numbers)).count();
            assert!(ran > 20, "{name}, region {}: {ran}", region.id);
        }
    }
}
