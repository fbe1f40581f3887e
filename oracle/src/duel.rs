//! One case: the same call on the plain side and on the bundle's side, on each device, and what differs afterwards.
//!
//! Every case has instances of its own, so that it depends on nothing but its [`Shot`] and can be replayed alone.

use crate::compare::{self, Difference};
use crate::contents::{Fill, Part, Patch};
use crate::guest::{End, Engines, FUEL, Guest, GuestError, PAGE, World};
use crate::ptx_sim::PtxSim;
use crate::slack::{Noted, Notes};
use crate::tally::{Tally, skips};
use bundle::{Bundle, FpMode};
use runtime::device::Device;
use runtime::{DeviceChoice, NanMode, Offload, RegionStats, Settings, Skip, Value};
use serde::{Deserialize, Serialize};
use std::sync::Arc;
use wasmtime::{Engine, FuncType, Module, Val, ValType};

/// Back edges that a worker may take in a region whose work isn't bounded.
const STEP_BUDGET: u64 = 1 << 20;

/// Everything that a case depends on.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Shot {
    /// The arguments as raw bits; the function's type says what they are.
    pub args: Vec<u64>,
    /// The least size of an imported memory, and by how much the module's own memories grow, in pages.
    pub pages: u64,
    /// True if all imported memories are one that have one type of addresses.
    pub aliased: bool,
    /// What imported memories and grown pages hold.
    pub fill: Fill,
    /// The only bytes of the memories that are filled, as starts and ends, if not all of them are.
    pub spans: Option<Vec<(u64, u64)>>,
    /// What parts of them hold instead, the later ones over the earlier ones.
    pub parts: Vec<Part>,
    /// What is written over all that.
    pub patches: Vec<Patch>,
    /// The fuel of the plain side.
    pub fuel: u64,
    /// Where results of imported functions, orders of threads and junk are drawn from.
    pub seed: u64,
}

/// A device to check, and the machine behind it if it is that.
#[derive(Clone)]
pub(crate) struct Candidate {
    /// The device.
    pub device: Arc<dyn Device>,
    /// The PTX machine.
    pub sim: Option<PtxSim>,
}

/// A bundle on one device.
struct Side {
    name: String,
    sim: Option<PtxSim>,
    offload: Offload,
    tallies: Vec<Tally>,
    /// What relaxed regions may be off by, if they run.
    notes: Notes,
}

/// Both sides of all cases of one pair of modules.
pub(crate) struct Duel<'e> {
    engines: &'e Engines,
    plain: Module,
    /// The plain side's regions, all off, if it is a bundle too.
    plain_offload: Option<Offload>,
    bundle: Module,
    sides: Vec<Side>,
}

/// What came of a case.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub(crate) struct Outcome {
    /// True if the plain side didn't come to an end, so that nothing was compared.
    pub discarded: bool,
    /// True if on every device some region completed a dispatch.
    pub done: bool,
    /// What differed, with the device's name and the regions that completed there.
    pub differences: Vec<(String, Difference, Vec<u32>)>,
}

/// What the plain side of a pair is.
pub(crate) enum Plain<'b> {
    /// A module.
    Module(&'b [u8]),
    /// The bundle with every region off.
    Bundle,
}

impl<'e> Duel<'e> {
    /// Compiles both sides, and the bundle's kernels on every device; relaxed regions run only if `fp` says so.
    pub fn new(
        engines: &'e Engines,
        plain: Plain<'_>,
        bundle: &Bundle,
        candidates: &[Candidate],
        fp: FpMode,
    ) -> Result<Duel<'e>, GuestError> {
        Duel::with_steps(engines, plain, bundle, candidates, fp, STEP_BUDGET)
    }

    /// The same, with so many back edges for each worker in a region whose work isn't bounded.
    pub fn with_steps(
        engines: &'e Engines,
        plain: Plain<'_>,
        bundle: &Bundle,
        candidates: &[Candidate],
        fp: FpMode,
        step_budget: u64,
    ) -> Result<Duel<'e>, GuestError> {
        let compile = |engine: &Engine, bytes: &[u8]| Module::from_binary(engine, bytes).map_err(GuestError::Compile);
        let (plain, plain_offload) = match plain {
            Plain::Module(bytes) => (compile(&engines.plain, bytes)?, None),
            Plain::Bundle => {
                let module = compile(&engines.plain, &bundle.module)?;
                let off = Offload::new(bundle, &module, &settings(DeviceChoice::Off))?;
                (module, Some(off))
            }
        };
        let module = compile(&engines.bundle, &bundle.module)?;
        let side = |candidate: &Candidate| {
            let notes = Notes::default();
            let noted = Noted { device: candidate.device.clone(), notes: notes.clone() };
            let settings = Settings { fp, step_budget, ..settings(DeviceChoice::Custom(Arc::new(noted))) };
            let offload = Offload::of_compiled(bundle, &module, &settings)?;
            let tallies = vec![Tally::default(); bundle.manifest.regions.len()];
            Ok(Side { name: candidate.device.name().into(), sim: candidate.sim.clone(), offload, tallies, notes })
        };
        let sides = candidates.iter().map(side).collect::<Result<_, GuestError>>()?;
        Ok(Duel { engines, plain, plain_offload, bundle: module, sides })
    }

    /// The exported functions of the plain side.
    pub fn functions(&self) -> Vec<(String, FuncType)> {
        let function = |export: wasmtime::ExportType<'_>| match export.ty() {
            wasmtime::ExternType::Func(ty) => Some((export.name().to_string(), ty)),
            _ => None,
        };
        self.plain.exports().filter_map(function).collect()
    }

    /// Where the bytes begin that a case fills, in the first memory: 0, or where the module's own memory ends.
    pub fn filled_from(&self) -> Result<u64, GuestError> {
        let world = World { pages: 1, aliased: false, replies: 0, fuel: FUEL };
        let guest = Guest::start(&self.engines.plain, &self.plain, self.plain_offload.as_ref(), &world)?;
        let imported = self.plain.imports().any(|import| matches!(import.ty(), wasmtime::ExternType::Memory(_)));
        Ok(if imported { 0 } else { guest.bytes(0).len() as u64 })
    }

    /// What was counted for each device and region so far.
    pub fn tallies(&self) -> impl Iterator<Item = &[Tally]> {
        self.sides.iter().map(|side| &side.tallies[..])
    }

    /// Runs a case on all sides.
    pub fn shoot(&mut self, export: &str, shot: &Shot) -> Result<Outcome, GuestError> {
        let mut outcome = Outcome::default();
        let world = World { pages: shot.pages, aliased: shot.aliased, replies: shot.seed, fuel: shot.fuel };
        let mut plain = Guest::start(&self.engines.plain, &self.plain, self.plain_offload.as_ref(), &world)?;
        let wanted = play(&mut plain, export, shot)?;
        if wanted == End::Spent {
            return Ok(Outcome { discarded: true, ..outcome });
        }
        outcome.done = true;
        let mut relaxed: Option<End> = None;
        for side in &mut self.sides {
            let before = side.offload.stats();
            let refused = side.sim.as_ref().map_or(0, |sim| {
                sim.set_seed(shot.seed);
                sim.refused()
            });
            let mut guest = Guest::start(&self.engines.bundle, &self.bundle, Some(&side.offload), &world)?;
            let mut found = play(&mut guest, export, shot)?;
            // How deep a stack goes is no part of the promise.
            if found == End::Spent {
                outcome.discarded = true;
                continue;
            }
            let after = side.offload.stats();
            let mut completed = Vec::new();
            for ((before, after), tally) in before.iter().zip(&after).zip(&mut side.tallies) {
                if tally.note(before, after) {
                    completed.push(after.id);
                }
            }
            outcome.done &= !completed.is_empty();
            let failure = side.failure(&before, &after, refused);
            let mut apart = None;
            for slack in side.notes.take() {
                // Whatever the device, the order of a fold is one.
                let first = relaxed.get_or_insert_with(|| found.clone());
                apart = apart.or_else(|| compare::ends(first, &found));
                slack.settle(&wanted, &mut found, &plain, &mut guest);
            }
            let difference = compare::ends(&wanted, &found).or_else(|| compare::guests(&mut plain, &mut guest));
            if let Some(difference) = difference.or(apart).or(failure) {
                outcome.differences.push((side.name.clone(), difference, completed));
            }
        }
        Ok(outcome)
    }
}

impl Side {
    /// What the device did that no device may do: the dispatch hid it by running the original loop.
    fn failure(&self, before: &[RegionStats], after: &[RegionStats], refused: u64) -> Option<Difference> {
        let findings = self.sim.as_ref().map(PtxSim::take_findings).unwrap_or_default();
        if let Some(finding) = findings.first() {
            return Some(Difference::Device { what: format!("region {}: {}", finding.region, finding.what) });
        }
        let error = |(before, after)| skips(before, after).get(&Skip::Error).copied().unwrap_or(0);
        let errors: u64 = before.iter().zip(after).map(error).sum();
        let excused = self.sim.as_ref().map_or(0, |sim| sim.refused() - refused);
        let last = after.iter().find_map(|stats| stats.failure.as_deref()).unwrap_or("for no reason that is known");
        (errors > excused).then(|| Difference::Device { what: format!("{errors} launches failed: {last}") })
    }
}

/// The settings of a device that is asked every time.
pub(crate) fn settings(device: DeviceChoice) -> Settings {
    Settings { device, nan: NanMode::Canonical, step_budget: STEP_BUDGET, load_check: false, ..Settings::default() }
}

/// Fills the memories and makes the call.
fn play(guest: &mut Guest, export: &str, shot: &Shot) -> Result<End, GuestError> {
    if !matches!(guest.start, End::Returned(_)) {
        return Ok(guest.start.clone());
    }
    for index in 0..guest.memories.len() {
        let from = if guest.is_imported(index) { 0 } else { guest.grow(index, shot.pages) };
        let fill = Fill { seed: shot.fill.seed.wrapping_add(index as u64), ..shot.fill };
        let bytes = guest.bytes_mut(index);
        let whole = [(from, bytes.len() as u64)];
        for &(start, end) in shot.spans.as_deref().unwrap_or(&whole) {
            fill.write(bytes.get_mut(start as usize..end as usize).unwrap_or_default());
        }
    }
    for part in &shot.parts {
        let bytes = guest.bytes_mut(part.memory as usize);
        part.fill.write(bytes.get_mut(part.start as usize..part.end as usize).unwrap_or_default());
    }
    for patch in &shot.patches {
        let start = patch.at as usize;
        let bytes = guest.bytes_mut(patch.memory as usize).get_mut(start..start.saturating_add(patch.bytes.len()));
        // A replay file that was edited may name bytes that aren't there.
        bytes.into_iter().for_each(|bytes| bytes.copy_from_slice(&patch.bytes));
    }
    let ty = guest.function(export);
    let args = ty.map(|ty| arguments(&ty, &shot.args)).unwrap_or_default();
    guest.call(export, &args).map_err(GuestError::Call)
}

/// The arguments of a function of this type; what isn't a number is null.
pub(crate) fn arguments(ty: &FuncType, bits: &[u64]) -> Vec<Val> {
    let bits = bits.iter().copied().chain(std::iter::repeat(0));
    ty.params().zip(bits).map(|(ty, bits)| argument(&ty, bits)).collect()
}

fn argument(ty: &ValType, bits: u64) -> Val {
    match ty {
        ValType::I32 => Val::I32(bits as u32 as i32),
        ValType::I64 => Val::I64(bits as i64),
        ValType::F32 => Val::F32(bits as u32),
        ValType::F64 => Val::F64(bits),
        ValType::V128 => Val::V128((bits as u128 | (bits as u128) << 64).into()),
        ValType::Ref(reference) => Val::null_ref(reference.heap_type()),
    }
}

/// A call as text.
pub(crate) fn describe(export: &str, ty: &FuncType, bits: &[u64]) -> String {
    let args: Vec<String> = arguments(ty, bits).iter().map(|value| Value::from(value).to_string()).collect();
    format!("{export}({})", args.join(", "))
}

/// The size of a memory of so many pages.
pub(crate) fn bytes_of(pages: u64) -> u64 {
    pages * PAGE
}
