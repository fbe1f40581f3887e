//! The pipeline: one straight list of stages from module bytes to bundle bytes.
//!
//! Every loop of the module ends in the report, offloaded or declined. The result depends on the input and the options alone,
//! not on the number of threads: parallel stages keep the order of functions.

use crate::analysis::context::Context;
use crate::blame::{self, Spot};
use crate::extract::{Extract, extract};
use crate::lines::Lines;
use crate::reasons::Reason;
use crate::rewrite::{self, RewriteError, Rewriter, Rewritten, Splice};
use crate::wasm::{self, GuestFunction, LoopSite, Module, ReadError};
use crate::witness;
use bundle::{BundleError, Contents, FpMode, PtxImage};
use ir::region::{Kernel, Region};
use lowering::ptx::{self, PtxError};
use rayon::prelude::*;
use std::collections::HashMap;
use thiserror::Error;

/// What to compile for.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Options {
    /// PTX targets, such as `sm_80`; at least one.
    pub targets: Vec<String>,
    /// Whether floats may be added up in another order than the module does it.
    pub fp: FpMode,
}

impl Default for Options {
    fn default() -> Options {
        Options { targets: vec!["sm_80".into()], fp: FpMode::Exact }
    }
}

impl Options {
    /// What a manifest records of them: everything that a bundle's bytes depend on beside the source and the compiler.
    pub fn recorded(&self) -> bundle::Options {
        let Options { targets, fp } = self;
        bundle::Options { fp: *fp, targets: targets.clone() }
    }

    /// The options that a manifest records: compiling its source with them gives the same bytes again.
    pub fn of_manifest(recorded: &bundle::Options) -> Options {
        let bundle::Options { fp, targets } = recorded;
        Options { targets: targets.clone(), fp: *fp }
    }
}

/// Why a module can't be compiled.
#[derive(Debug, Error)]
pub enum CompileError {
    /// It can't be read.
    #[error(transparent)]
    Read(#[from] ReadError),
    /// It uses our names, or the rewritten module is wrong.
    #[error(transparent)]
    Rewrite(#[from] RewriteError),
    /// A target isn't known.
    #[error("`{name}` isn't a target; known are {}", ptx::Target::ALL.map(|t| t.to_string()).join(", "))]
    Target {
        /// What was asked for.
        name: String,
    },
    /// The bundle can't be written.
    #[error(transparent)]
    Bundle(#[from] BundleError),
}

/// What became of a loop.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Outcome {
    /// It is this region.
    Offloaded {
        /// The region's number.
        region: u32,
    },
    /// It stays as it is.
    Declined(Reason),
}

/// A loop of the module.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct LoopReport {
    /// Its place among all loops of the module, counted from 0.
    pub number: u32,
    /// The function's index, imports included.
    pub function: u32,
    /// The function's name.
    pub name: Option<String>,
    /// The byte offset of the `loop` opcode.
    pub offset: u32,
    /// The byte offset of its `end`.
    pub end: u32,
    /// `file:line`, where the module carries DWARF.
    pub line: Option<String>,
    /// Offloaded or declined.
    pub outcome: Outcome,
    /// What the reason is about, if it is declined.
    pub spots: Vec<Spot>,
    /// The byte offsets of the loops that are its region's parallel dimensions, if it is offloaded, outermost first.
    pub parallel: Vec<u32>,
    /// What its region's guards demand, if it is offloaded.
    pub guards: Vec<String>,
    /// True if its region adds floats up in another order than the loop.
    pub relaxed: bool,
}

/// A kernel that has no PTX for a target.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct PtxFailure {
    /// The region.
    pub region: u32,
    /// The target.
    pub target: String,
    /// Why.
    pub error: PtxError,
}

/// A compiled module.
#[derive(Clone, Debug)]
pub struct Compiled {
    /// The unsigned bundle.
    pub bundle: Vec<u8>,
    /// The regions, by id.
    pub regions: Vec<Region>,
    /// The kernel of each region.
    pub kernels: Vec<Kernel>,
    /// The PTX of each region for each target, but for the failures.
    pub ptx: Vec<PtxImage>,
    /// Kernels without PTX for some target: their regions run on other devices.
    pub ptx_failures: Vec<PtxFailure>,
    /// Every loop, in order of function and offset.
    pub loops: Vec<LoopReport>,
    /// Custom sections that the rewritten module hasn't.
    pub dropped_sections: Vec<String>,
}

/// A stage of [`compile`], in order.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Stage {
    /// Validating, translating and analysing each function, and extracting its regions.
    Analyse,
    /// Putting the dispatches into the module.
    Rewrite,
    /// Writing the kernels as PTX.
    Emit,
    /// Packing the bundle and reading it back.
    Pack,
}

/// Compiles a module.
pub fn compile(bytes: &[u8], options: &Options) -> Result<Compiled, CompileError> {
    compile_observed(bytes, options, |_| {})
}

/// Compiles a module of which only one loop, given by its number, may become a region: for those who look at a loop alone.
pub fn compile_loop(bytes: &[u8], options: &Options, number: u32) -> Result<Compiled, CompileError> {
    finish(bytes, options, find_regions(bytes, options.fp)?, Some(number), |_| {})
}

/// Compiles a module and says when each stage has ended, for those who measure.
pub fn compile_observed(bytes: &[u8], options: &Options, ended: impl FnMut(Stage)) -> Result<Compiled, CompileError> {
    finish(bytes, options, find_regions(bytes, options.fp)?, None, ended)
}

fn finish(
    bytes: &[u8],
    options: &Options,
    mut found: Found,
    only: Option<u32>,
    mut ended: impl FnMut(Stage),
) -> Result<Compiled, CompileError> {
    let targets = parse_targets(options)?;
    if let Some(only) = only {
        let mut numbers = found
            .loops
            .iter()
            .filter(|l| matches!(l.outcome, Outcome::Offloaded { .. }))
            .map(|l| l.number)
            .collect::<Vec<_>>()
            .into_iter();
        let unwanted = Reason::Module { why: "only another loop was asked for".into() };
        decline(&mut found, |_| (numbers.next() != Some(only)).then(|| unwanted.clone()));
    }
    keep_within_limits(&mut found);
    ended(Stage::Analyse);
    let Rewritten { module, memories, dropped_sections } = splice(bytes, &mut found)?;
    ended(Stage::Rewrite);
    let (regions, kernels): (Vec<Region>, Vec<Kernel>) =
        found.extracts.into_iter().map(|e| (e.region, e.kernel)).unzip();
    let (ptx, ptx_failures) = emit_ptx(&regions, &kernels, &targets);
    ended(Stage::Emit);
    let options = options.recorded();
    let contents = Contents { source: bundle::digest(bytes), options, memories, regions, kernels, ptx };
    let bundle = bundle::write(&module, &contents)?;
    ended(Stage::Pack);
    let Contents { regions, kernels, ptx, .. } = contents;
    Ok(Compiled { bundle, regions, kernels, ptx, ptx_failures, loops: found.loops, dropped_sections })
}

/// The loops of a module without compiling it: what `explain` shows.
pub fn explain(bytes: &[u8], fp: FpMode) -> Result<Vec<LoopReport>, CompileError> {
    let mut found = find_regions(bytes, fp)?;
    keep_within_limits(&mut found);
    splice(bytes, &mut found)?;
    Ok(found.loops)
}

fn parse_targets(options: &Options) -> Result<Vec<(String, ptx::Target)>, CompileError> {
    let parse = |name: &String| {
        let target = name.parse().map_err(|_| CompileError::Target { name: name.clone() })?;
        Ok((name.clone(), target))
    };
    options.targets.iter().map(parse).collect()
}

/// All loops, and those that can become regions, in the same order.
struct Found {
    loops: Vec<LoopReport>,
    extracts: Vec<Extract>,
}

fn find_regions(bytes: &[u8], fp: FpMode) -> Result<Found, ReadError> {
    // A function's SSA is dropped as soon as its loops are analysed.
    let (module, analysed) =
        wasm::read_each(bytes, |module, function| (function.index, analyse_function(module, &function, fp)))?;
    let lines = Lines::of(bytes, module.code_start);
    let mut found = Found { loops: Vec::new(), extracts: Vec::new() };
    for (function, loops) in analysed {
        for (site, result) in loops {
            let LoopSite { offset, end, .. } = site;
            let line = lines.find(offset, end);
            let (mut parallel, mut guards, mut relaxed) = (Vec::new(), Vec::new(), false);
            let (outcome, mut spots) = match result {
                Ok(mut extract) => {
                    extract.region.place.line.clone_from(&line);
                    parallel = std::mem::take(&mut extract.parallel);
                    relaxed = extract.region.is_relaxed();
                    guards = extract.region.guards.iter().map(|guard| guard.why.clone()).collect();
                    found.extracts.push(extract);
                    (Outcome::Offloaded { region: found.extracts.len() as u32 - 1 }, Vec::new())
                }
                Err((reason, spots)) => (Outcome::Declined(reason), spots),
            };
            spots.iter_mut().for_each(|spot| spot.line = lines.find(spot.offset, spot.offset));
            let (number, name) = (found.loops.len() as u32, module.name(function).map(str::to_string));
            found.loops.push(LoopReport {
                number,
                function,
                name,
                offset,
                end,
                line,
                outcome,
                spots,
                parallel,
                guards,
                relaxed,
            });
        }
    }
    Ok(found)
}

/// A region, or why there is none and where that lies.
type Analysed = Result<Extract, (Reason, Vec<Spot>)>;

fn analyse_function(module: &Module, function: &GuestFunction, fp: FpMode) -> Vec<(LoopSite, Analysed)> {
    let by_offset: HashMap<u32, usize> = function.loops.iter().enumerate().map(|(i, l)| (l.offset, i)).collect();
    let context = Context::of(&function.func, fp == FpMode::Relaxed);
    let one = |site: &LoopSite| {
        let guest_loop = by_offset.get(&site.offset).map(|&i| &function.loops[i]);
        let result = match guest_loop {
            Some(guest_loop) => extract(module, function, guest_loop, &context).map_err(|reason| {
                let reason = witness::truer(&context, guest_loop, reason);
                let spots = blame::spots(module, &context, guest_loop, &reason);
                (reason, spots)
            }),
            None => Err((not_translated(function, site), Vec::new())),
        };
        (*site, result)
    };
    function.sites.iter().map(one).collect()
}

fn not_translated(function: &GuestFunction, site: &LoopSite) -> Reason {
    match &function.untranslated {
        _ if !site.has_memory => Reason::NoMemoryAccess,
        _ if function.too_large => Reason::FunctionTooLarge,
        Some((operator, offset)) => Reason::UntranslatedFunction { operator: operator.clone(), offset: *offset },
        None => Reason::Irregular { what: "it is never reached".into() },
    }
}

/// Declines what a bundle has no room for: the format limits the number of regions and the size of their sections.
fn keep_within_limits(found: &mut Found) {
    let mut room = (bundle::limits::MAX_REGIONS, bundle::limits::MAX_KERNELS, bundle::limits::MAX_MANIFEST);
    let fits: Vec<bool> = found
        .extracts
        .iter()
        .map(|extract| {
            let kernel = ir::lowered::codec::encode(std::slice::from_ref(&extract.kernel.func)).len();
            let needs = (1, kernel, manifest_bytes(&extract.region));
            let fits = needs.0 <= room.0 && needs.1 <= room.1 && needs.2 <= room.2;
            if fits {
                room = (room.0 - needs.0, room.1 - needs.1, room.2 - needs.2);
            }
            fits
        })
        .collect();
    if fits.iter().all(|&fits| fits) {
        return;
    }
    let mut fits = fits.into_iter();
    let full = Reason::Limit { what: "the regions that a bundle has room for".into() };
    decline(found, |_| (!fits.next().unwrap_or(true)).then(|| full.clone()));
}

/// A generous estimate of a region's JSON: no node of an expression takes more than 100 bytes.
fn manifest_bytes(region: &Region) -> usize {
    let nodes = region.scalars.0.len() + region.program.ints.len() + region.program.preds.len();
    let rows = region.guards.len() + region.footprints.len() + region.live_ins.len() + region.live_outs.len();
    2048 + 100 * nodes + 300 * rows
}

/// Numbers the regions that the rewriter can splice and rewrites the module around them.
fn splice(bytes: &[u8], found: &mut Found) -> Result<Rewritten, CompileError> {
    let rewritten = match check(bytes, found)? {
        Some(rewriter) => {
            let plans: Vec<(Splice, &Region)> = found.extracts.iter().map(|e| (e.splice, &e.region)).collect();
            carried(rewriter.rewrite(&plans), found)?
        }
        None => None,
    };
    let unchanged = || Rewritten { module: bytes.to_vec(), memories: Vec::new(), dropped_sections: Vec::new() };
    Ok(rewritten.unwrap_or_else(unchanged))
}

/// Declines what can't be spliced; the rest, if there is any, is what the rewriter has room for.
///
/// A module without regions never comes near the rewriter, which holds all of a module's code at once.
fn check<'a>(bytes: &'a [u8], found: &mut Found) -> Result<Option<Rewriter<'a>>, CompileError> {
    rewrite::check_names(bytes)?;
    if found.extracts.is_empty() {
        return Ok(None);
    }
    let rewriter = carried(Rewriter::new(bytes), found)?;
    let Some(mut rewriter) = rewriter else { return Ok(None) };
    decline(found, |splice| rewriter.check(splice).err().map(|why| Reason::Exit { why: why.to_string() }));
    Ok((!found.extracts.is_empty()).then_some(rewriter))
}

/// A module that the rewriter can't carry stays as it is, and all of its loops are declines.
fn carried<T>(result: Result<T, RewriteError>, found: &mut Found) -> Result<Option<T>, CompileError> {
    match result {
        Ok(value) => Ok(Some(value)),
        Err(RewriteError::Uncarried(why)) => {
            let reason = Reason::Module { why: why.to_string() };
            decline(found, |_| Some(reason.clone()));
            Ok(None)
        }
        Err(error) => Err(error.into()),
    }
}

/// Turns regions into declines and renumbers the rest.
fn decline(found: &mut Found, mut reason: impl FnMut(&Splice) -> Option<Reason>) {
    let extracts = std::mem::take(&mut found.extracts);
    let mut kept: Vec<Option<Extract>> = extracts.into_iter().map(Some).collect();
    for report in &mut found.loops {
        let Outcome::Offloaded { region } = report.outcome else { continue };
        let Some(mut extract) = kept[region as usize].take() else { continue };
        report.outcome = match reason(&extract.splice) {
            Some(reason) => Outcome::Declined(reason),
            None => {
                let region = found.extracts.len() as u32;
                extract.region.id = region;
                found.extracts.push(extract);
                Outcome::Offloaded { region }
            }
        };
    }
}

/// The text of every kernel for every target. One that can't be written costs its region that text and nothing else.
fn emit_ptx(
    regions: &[Region],
    kernels: &[Kernel],
    targets: &[(String, ptx::Target)],
) -> (Vec<PtxImage>, Vec<PtxFailure>) {
    let jobs: Vec<_> = regions.iter().zip(kernels).flat_map(|job| targets.iter().map(move |t| (job, t))).collect();
    let emit = |((region, kernel), (name, target)): ((&Region, &Kernel), &(String, ptx::Target))| {
        let entry = format!("region_{}", region.id);
        let options = ptx::Options { target: *target };
        match ptx::emit(region, kernel, &region.mappings[0], &entry, options) {
            Ok(text) => Ok(PtxImage { region: region.id, mapping: 0, target: name.clone(), entry, text }),
            Err(error) => Err(PtxFailure { region: region.id, target: name.clone(), error }),
        }
    };
    let results: Vec<_> = jobs.into_par_iter().map(emit).collect();
    let (mut images, mut failures) = (Vec::new(), Vec::new());
    for result in results {
        match result {
            Ok(image) => images.push(image),
            Err(failure) => failures.push(failure),
        }
    }
    (images, failures)
}

/// The pliron form of a kernel, for people.
pub fn pliron_text(region: &Region, kernel: &Kernel) -> Result<String, PtxError> {
    ptx::pliron_text(region, kernel, &region.mappings[0])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_kernel_without_ptx_costs_nothing_but_its_text() {
        let wasm = wat::parse_str(include_str!("../tests/loops/saxpy.wat")).unwrap();
        let compiled = compile(&wasm, &Options::default()).unwrap();
        assert_eq!((compiled.ptx.len(), compiled.ptx_failures.len()), (compiled.regions.len(), 0));
        let mut regions = compiled.regions.clone();
        regions[0].mappings[0].grid = vec![0, 1];
        let targets = [("sm_80".to_string(), ptx::Target::Sm80), ("sm_90".to_string(), ptx::Target::Sm90)];
        let (images, failures) = emit_ptx(&regions, &compiled.kernels, &targets);
        let failed: Vec<_> = failures.iter().map(|f| (f.region, f.target.as_str())).collect();
        assert_eq!(failed, [(0, "sm_80"), (0, "sm_90")]);
        assert_eq!(images.len() + 2, 2 * regions.len());
    }
}
