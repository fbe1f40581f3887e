//! Driving exported functions with made-up arguments.
//!
//! Each parameter is given a role at random, the likelier ones more often: at first those that the regions suggest, then
//! those with which dispatches completed. The harnesses exercise a region thoroughly; what
//! is checked here is what they leave out: where the dispatch stands, what it is passed, where control goes from it.

use crate::contents::{Fill, Lane, float_bits};
use crate::duel::{Duel, Shot, bytes_of, describe};
use crate::guest::{FUEL, GuestError};
use crate::random::Random;
use crate::regions::Driven;
use crate::report::Driver;
use crate::roles::Role;
use crate::tally::Tally;
use std::collections::BTreeMap;
use wasmtime::{FuncType, ValType};

/// Pages of an imported memory, or by which the module's own grows.
const PAGES: u64 = 8;
/// Exports that a host calls by itself.
const OWN: [&str; 2] = ["_start", "_initialize"];

/// Weights of tame, spiced and wild bytes.
const TEMPERS: [u32; 3] = [60, 20, 20];
/// By how much a success raises the weight of a role, and how far.
const RAISE: u32 = 8;
const HIGHEST: u32 = 120;

/// An exported function with what is known of its parameters.
struct Export {
    name: String,
    ty: FuncType,
    weights: Vec<[u32; 4]>,
}

/// Calls the exported functions of a module, one after another, until `cases` calls have been made.
pub(crate) fn drive(
    duel: &mut Duel<'_>,
    guesses: &BTreeMap<String, BTreeMap<u32, Role>>,
    lanes: &[Lane],
    cases: u64,
    seed: u64,
) -> Result<Driven, GuestError> {
    let base = duel.filled_from()?;
    let mut exports: Vec<Export> = duel
        .functions()
        .into_iter()
        .filter(|(name, _)| !OWN.contains(&name.as_str()))
        .map(|(name, ty)| {
            let known = |index: u32| guesses.get(&name).and_then(|known| known.get(&index).copied());
            let weights = (0..ty.params().len() as u32).map(|index| Role::weights(known(index))).collect();
            Export { name, ty, weights }
        })
        .collect();
    let mut driven = Driven::default();
    let count = exports.len() as u64;
    for case in 0..if count == 0 { 0 } else { cases } {
        let export = &mut exports[(case % count) as usize];
        let mut random = Random::of(seed, &[u64::MAX, case]);
        let (args, roles) = export.arguments(&mut random, base);
        let fill = Fill::draw(&mut random, lanes, TEMPERS);
        let shot = Shot {
            args,
            pages: PAGES,
            aliased: random.chance(5),
            fill,
            spans: None,
            parts: Vec::new(),
            patches: Vec::new(),
            fuel: FUEL,
            seed: random.next(),
        };
        let outcome = duel.shoot(&export.name, &shot)?;
        driven.cases += !outcome.discarded as u64;
        driven.discarded += outcome.discarded as u64;
        if outcome.done {
            export.praise(&roles);
        }
        let call = describe(&export.name, &export.ty, &shot.args);
        driven.add(&Driver::Export(export.name.clone()), case, &call, &shot, outcome.differences);
    }
    driven.tallies = duel.tallies().map(<[Tally]>::to_vec).collect();
    Ok(driven)
}

/// Makes one call, again and again with other bytes in memory.
pub(crate) fn invoke(
    duel: &mut Duel<'_>,
    (name, ty, args): (&str, &FuncType, Vec<u64>),
    lanes: &[Lane],
    cases: u64,
    seed: u64,
) -> Result<Driven, GuestError> {
    let mut driven = Driven::default();
    let driver = Driver::Export(name.to_string());
    for case in 0..cases {
        let mut random = Random::of(seed, &[u64::MAX, case]);
        let fill = Fill::draw(&mut random, lanes, TEMPERS);
        let shot = Shot {
            args: args.clone(),
            pages: PAGES,
            aliased: false,
            fill,
            spans: None,
            parts: Vec::new(),
            patches: Vec::new(),
            fuel: FUEL,
            seed: random.next(),
        };
        let outcome = duel.shoot(name, &shot)?;
        driven.cases += !outcome.discarded as u64;
        driven.discarded += outcome.discarded as u64;
        driven.add(&driver, case, &describe(name, ty, &shot.args), &shot, outcome.differences);
    }
    driven.tallies = duel.tallies().map(<[Tally]>::to_vec).collect();
    Ok(driven)
}

impl Export {
    /// Arguments, and the roles they were made for.
    fn arguments(&self, random: &mut Random, base: u64) -> (Vec<u64>, Vec<usize>) {
        let mut args: Vec<u64> = Vec::new();
        let mut roles = Vec::new();
        let slot = bytes_of(PAGES) / (self.weights.len() as u64 + 1) / 16 * 16;
        // Which array lies above which decides what a gather may reach.
        let mut slots: Vec<u64> = (0..self.weights.len() as u64).collect();
        (1..slots.len()).for_each(|last| slots.swap(last, random.below(last as u64 + 1) as usize));
        for (index, (ty, weights)) in self.ty.params().zip(&self.weights).enumerate() {
            let role = random.weighted(weights);
            roles.push(role);
            args.push(match ty {
                ValType::F32 => float_bits(random, false),
                ValType::F64 => float_bits(random, true),
                _ => {
                    let own = base + slot * slots[index];
                    let value = match Role::ALL[role] {
                        Role::Pointer => pointer(random, base, own, &args),
                        Role::Count => count(random),
                        Role::Stride => random.pick(&[1, 1, 1, 2, 3, 4, 5, 8, -1, -1, -2, -3, 0]) as u64,
                        Role::Wild => {
                            let any = random.next();
                            random.pick(&[0, 0x7fff_ffff, 0x8000_0000, u64::MAX, any])
                        }
                    };
                    if ty.matches(&ValType::I32) { value & 0xffff_ffff } else { value }
                }
            });
        }
        (args, roles)
    }

    fn praise(&mut self, roles: &[usize]) {
        for (weights, &role) in self.weights.iter_mut().zip(roles) {
            weights[role] = (weights[role] + RAISE).min(HIGHEST);
        }
    }
}

/// An address: mostly in a part of memory of its own, aligned; at times next to another argument, or anywhere.
fn pointer(random: &mut Random, base: u64, own: u64, args: &[u64]) -> u64 {
    match random.below(20) {
        0 => base + random.below(bytes_of(PAGES)),
        1 => base + bytes_of(PAGES) - random.below(64),
        2..=3 if !args.is_empty() => random.pick(args).wrapping_add(random.within(-16, 16) as u64),
        4 if !args.is_empty() => random.pick(args),
        5 => own + random.below(64),
        _ => own + random.below(64) * 16,
    }
}

fn count(random: &mut Random) -> u64 {
    match random.below(20) {
        0..=10 => random.within(1, 24) as u64,
        11..=16 => random.within(25, 100) as u64,
        17..=18 => random.within(101, 600) as u64,
        _ => random.within(-2, 2) as u64,
    }
}
