//! The calls of a generated program.
//!
//! Most of them are such that loops run over arrays that are apart and lie in memory. The others bring arrays close to each
//! other, to the end of the memory, to odd addresses, or counters to where numbers end; a few are anything at all.

use super::opcodes::STORES;
use super::program::{Begins, Data, Program, Role, Ty};
use crate::contents::{Fill, Lane, Part, Patch, float_bits};
use crate::duel::{Shot, bytes_of};
use crate::random::Random;

/// Pages of a memory of the host, and by which one of the module grows.
const PAGES: u64 = 2;
/// The fuel of the plain side.
const FUEL: u64 = 250_000;
/// Bytes of an array that have a type.
const LENGTH: u64 = 4096;
/// Weights of tame, spiced and wild bytes.
const TEMPERS: [u32; 3] = [60, 20, 20];

/// How usual a call is.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Mood {
    /// Everything is in its place.
    Nice,
    /// Some things are close to others.
    Near,
    /// Counters are close to where numbers end.
    Edge,
    /// Anything.
    Wild,
}

/// The call with this number.
pub(super) fn draw(program: &Program, random: &mut Random) -> Shot {
    let starts = program.params.iter().any(|(_, role)| *role == Role::Start);
    let mood = match random.below(100) {
        0..30 if starts => Mood::Edge,
        0..62 => Mood::Nice,
        62..84 => Mood::Near,
        84..88 => Mood::Edge,
        _ => Mood::Wild,
    };
    let imported: Vec<bool> = program.memories.iter().filter(|m| m.imported).map(|m| m.wide).collect();
    let alike = imported.windows(2).all(|pair| pair[0] == pair[1]);
    let args = arguments(program, random, mood);
    let fill = Fill::draw(random, &lanes(program), TEMPERS);
    // The first page of the module's own memory is there before it grows.
    let own = (0..program.memories.len() as u32).filter(|&m| !program.memories[m as usize].imported);
    let part = |memory| Part { memory: program.memory_index(memory), start: 0, end: bytes_of(1), fill };
    let mut parts: Vec<Part> = own.map(part).collect();
    parts.extend(program.data.iter().map(|data| array(program, data, random, &args)));
    let pointers = program.headers.iter().map(|header| {
        let value = match header.small {
            true => random.within(-300, 300) as u64,
            false => base(random, mood, &args),
        };
        let bytes = value.to_le_bytes().to_vec();
        Patch { memory: program.memory_index(header.memory), at: header.at, bytes }
    });
    let patches = pointers.collect();
    let (aliased, seed) = (alike && random.chance(30), random.next());
    Shot { args, pages: PAGES, aliased, fill, spans: None, parts, patches, fuel: FUEL, seed }
}

fn arguments(program: &Program, random: &mut Random, mood: Mood) -> Vec<u64> {
    let mut args: Vec<u64> = Vec::new();
    let wide = program.params.first().is_some_and(|(ty, _)| *ty == Ty::I64);
    let ends = if wide { [i64::MAX as u64, u64::MAX] } else { [i32::MAX as u64, u32::MAX as u64] };
    let end = random.pick(&ends);
    let start = end - random.below(60);
    for &(ty, role) in &program.params {
        let value = match role {
            _ if mood == Mood::Wild && random.chance(40) => {
                let any = random.next();
                random.pick(&[0, 1, 0x7fff_ffff, 0x8000_0000, 0xffff_fffe, u64::MAX, any])
            }
            // Where the counter starts, the array begins.
            Role::Base(log) if mood == Mood::Edge => base(random, Mood::Nice, &args).wrapping_sub(start << log),
            Role::Base(_) => base(random, mood, &args),
            Role::Start if mood == Mood::Edge => start,
            Role::Start => random.below(7),
            Role::Count(0) if mood == Mood::Edge => end - random.below(4),
            Role::Count(depth) => count(random, depth),
            Role::Stride if mood == Mood::Near && random.chance(25) => 0,
            Role::Stride => random.pick(&[1, 1, 1, 2, 3, 4, 8, 16, 20, 32, 40, 0, -1i64 as u64, -2i64 as u64]),
            Role::Value => match ty {
                Ty::F32 => float_bits(random, false),
                Ty::F64 => float_bits(random, true),
                _ if random.chance(15) => random.next(),
                _ => random.within(-20, 60) as u64,
            },
        };
        args.push(if matches!(ty, Ty::I32 | Ty::F32) { value & 0xffff_ffff } else { value });
    }
    args
}

/// The address of an array; `args` are those that there are already.
fn base(random: &mut Random, mood: Mood, args: &[u64]) -> u64 {
    let slot = 1024 + 4096 * random.below(28) + 16 * random.below(32);
    match random.below(10) {
        _ if mood == Mood::Nice => slot,
        0..4 => {
            let addresses: Vec<u64> =
                args.iter().copied().filter(|&arg| arg >= 1024 && arg < bytes_of(PAGES)).collect();
            let other = if addresses.is_empty() { slot } else { random.pick(&addresses) };
            let by = random.within(-600, 600);
            other.wrapping_add(random.pick(&[0, 4, 8, 16, -4, -8, -16, 1, by & !7, by & !3, by]) as u64)
        }
        4 => bytes_of(PAGES) - random.below(900),
        5 => bytes_of(PAGES) - random.below(80),
        6 => slot + random.below(16),
        _ => slot,
    }
}

/// How often a loop goes round.
fn count(random: &mut Random, depth: u32) -> u64 {
    match (depth, random.below(20)) {
        (_, 0) => random.within(-2, 2) as u64,
        (0, 1..13) => random.within(1, 40) as u64,
        (0, 13..18) => random.within(41, 120) as u64,
        (0, _) => random.within(250, 540) as u64,
        (1, _) => random.within(1, 14) as u64,
        (_, _) => random.within(1, 7) as u64,
    }
}

/// What the memories hold beside the arrays.
fn lanes(program: &Program) -> Vec<Lane> {
    program.data.iter().map(lane).collect()
}

fn lane(data: &Data) -> Lane {
    let store = STORES[data.store as usize];
    match (store.ty, store.log) {
        (Ty::F32, _) => Lane::F32,
        (Ty::F64, _) => Lane::F64,
        (Ty::V128, _) => Lane::I16,
        (_, 0) => Lane::I8,
        (_, 1) => Lane::I16,
        (_, 2) => Lane::I32,
        (_, _) => Lane::I64,
    }
}

/// An array with elements of its own.
fn array(program: &Program, data: &Data, random: &mut Random, args: &[u64]) -> Part {
    let start = match data.begins {
        Begins::At(start) => start,
        Begins::Param(param) => args[param as usize],
    };
    let vector = random.pick(&[Lane::I8, Lane::I16, Lane::F32, Lane::F64, Lane::I32]);
    let is_vector = STORES[data.store as usize].ty == Ty::V128;
    let fill = Fill::draw(random, &[if is_vector { vector } else { lane(data) }], TEMPERS);
    let start = start.saturating_sub(64);
    let end = start.saturating_add(LENGTH).min(bytes_of(PAGES));
    Part { memory: program.memory_index(data.memory), start: start.min(end), end, fill }
}
