//! Rewriting: a dispatch in front of each region's loop, everything else as it was.
//!
//! Input: the bytes of a valid module, and for each region the loop it replaces and where the loop's normal exit leads.
//! Output: the rewritten module. Assumed: a region's live-ins and live-outs are all that the loop shares with the code
//! around it, apart from memory; its exit is the loop's only normal exit. Left to others: what a dispatch does.
//!
//! Why the rewritten module is the same program: a dispatch is a host call that by contract either answers 1, having
//! done to memory what the loop would have done, and then the live-outs are set and control takes the loop's normal
//! exit, or enters the loop where the region has left its last iteration to it; or answers anything else, having done nothing, and
//! then no local has changed and the loop runs. The inserted
//! code can't trap, calls nothing else, and leaves the operand stack below it alone. A host that answers 0 always runs
//! the original program.
//!
//! Indices in regions and splices are those of the original module. Regions count from 0.

mod carry;
mod dispatch;
mod dwarf;
mod errors;
mod estimate;
mod locals;
mod operators;
mod scan;
mod shape;
mod splice;

use bundle::{MemoryExport, abi_names};
use carry::Carried;
use dwarf::{Moves, Trace};
use ir::region::{Int, Pred, Region};
use locals::Pool;
use scan::Scan;
use shape::Shape;
use splice::{Nest, Site};
use std::collections::{BTreeSet, HashMap};
use walrus::{FunctionKind, LocalFunction};
use wasmparser::{Parser, Payload, ValidPayload, Validator};

pub use errors::{EstimateError, RewriteError, Uncarried, Unsplicable};

/// A loop, and where control goes when a dispatch has run it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Splice {
    /// The function's index in the original module, imports included.
    pub function: u32,
    /// The byte offset of the `loop` opcode in the original module.
    pub loop_offset: u32,
    /// The normal exit.
    pub exit: Exit,
}

/// Where a loop's normal exit leads, or that it isn't taken.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Exit {
    /// On inside the loop construct, right behind an instruction of the construct's own sequence: a `br_if` to the loop,
    /// or a construct, given by the offset of its opcode. What follows doesn't branch to the loop.
    After(u32),
    /// To the label of the enclosing construct with this opcode offset.
    Label(u32),
    /// To the label of the function, which returns nothing.
    FunctionEnd,
    /// Nowhere: control enters the loop, whose locals the live-outs have set to those of a later iteration.
    Resume,
}

/// A rewritten module.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Rewritten {
    /// The bytes.
    pub module: Vec<u8>,
    /// The memories that regions use, by index, under their reserved export names.
    pub memories: Vec<MemoryExport>,
    /// Names of custom sections that the module had and the rewritten one hasn't, in order.
    pub dropped_sections: Vec<String>,
}

/// A module about to be rewritten.
///
/// First [`Rewriter::check`] says which loops can be spliced, then [`Rewriter::rewrite`] splices the regions, whose ids
/// are assigned in between.
pub struct Rewriter<'a> {
    bytes: &'a [u8],
    scan: Scan<'a>,
    carried: Carried,
    shapes: HashMap<u32, Shape>,
    nests: HashMap<u32, Nest>,
}

/// Checks each splice and rewrites `module` with all of `regions`, in the order of their ids.
pub fn rewrite(module: &[u8], regions: &[(Splice, &Region)]) -> Result<Rewritten, RewriteError> {
    Rewriter::new(module)?.rewrite(regions)
}

/// Refuses a module that uses our names, whether or not it is going to be rewritten.
pub fn check_names(module: &[u8]) -> Result<(), RewriteError> {
    scan::names(module).map(|_| ())
}

impl<'a> Rewriter<'a> {
    /// Reads a module; refuses it if it uses our names, declines it if it can't be carried.
    pub fn new(module: &'a [u8]) -> Result<Rewriter<'a>, RewriteError> {
        let scan = scan::scan(module)?;
        let carried = Carried::read(module, dwarf::is_there(module))?;
        Ok(Rewriter { bytes: module, scan, carried, shapes: HashMap::new(), nests: HashMap::new() })
    }

    /// Checks that a dispatch can stand in front of the loop.
    pub fn check(&mut self, splice: &Splice) -> Result<(), Unsplicable> {
        let missing = Unsplicable::NoFunction(splice.function);
        let shape = match self.shapes.get(&splice.function) {
            Some(shape) => shape,
            None => {
                let index = splice.function.checked_sub(self.scan.imported_functions).ok_or(missing)?;
                let body = self.scan.bodies.get(index as usize).ok_or(missing)?;
                let shape = Shape::of(body).map_err(|_| missing)?;
                self.shapes.entry(splice.function).or_insert(shape)
            }
        };
        shape.check(splice)?;
        self.site(splice).map(|_| ())
    }

    /// The splice's place in walrus.
    fn site(&mut self, splice: &Splice) -> Result<Site, Unsplicable> {
        let function =
            local_function(&mut self.carried, splice.function).ok_or(Unsplicable::NoFunction(splice.function))?;
        self.nests.entry(splice.function).or_insert_with(|| Nest::of(function)).site(function, splice)
    }

    /// Writes the module with a dispatch for each region, in the order of their ids.
    pub fn rewrite(mut self, regions: &[(Splice, &Region)]) -> Result<Rewritten, RewriteError> {
        for (wanted, (splice, region)) in (0..).zip(regions) {
            if region.id != wanted {
                return Err(RewriteError::RegionId { wanted, found: region.id });
            }
            self.check(splice).map_err(|reason| RewriteError::Unsplicable { region: region.id, reason })?;
        }
        let memories = self.splice(regions)?;
        let (mut module, trace) = self.carried.write()?;
        // Debug information that can't be converted must not cost the module its regions.
        let debug = trace.and_then(|trace| debug_sections(self.bytes, &self.scan, &module, &trace));
        for (name, data) in debug.iter().flatten() {
            append_section(&mut module, name, data);
        }
        verify(&module)?;
        let dropped_sections = dropped(&self.scan.customs, &module, debug.is_some());
        Ok(Rewritten { module, memories, dropped_sections })
    }

    /// Inserts every dispatch and exports the memories.
    fn splice(&mut self, regions: &[(Splice, &Region)]) -> Result<Vec<MemoryExport>, RewriteError> {
        let mut pool = Pool::default();
        for (splice, region) in regions {
            let unsplicable = |reason| RewriteError::Unsplicable { region: region.id, reason };
            let missing = || unsplicable(Unsplicable::NoFunction(splice.function));
            let site = self.site(splice).map_err(unsplicable)?;
            let function = local_function(&mut self.carried, splice.function).ok_or_else(missing)?;
            let skip = function.builder_mut().dangling_instr_seq(None).id();
            let code = dispatch::code(&mut self.carried, &mut pool, region, splice.function, skip)?;
            let function = local_function(&mut self.carried, splice.function).ok_or_else(missing)?;
            self.nests.entry(splice.function).or_default().insert(function, site, skip, code);
        }
        for (index, nest) in std::mem::take(&mut self.nests) {
            if let Some(function) = local_function(&mut self.carried, index) {
                nest.finish(function);
            }
        }
        export_memories(&mut self.carried, regions)
    }
}

/// A function that the module defines.
fn local_function(carried: &mut Carried, index: u32) -> Option<&mut LocalFunction> {
    let id = carried.function(index)?;
    match &mut carried.module.funcs.get_mut(id).kind {
        FunctionKind::Local(function) => Some(function),
        _ => None,
    }
}

/// Exports every memory that a region names, so that the host can find it.
fn export_memories(carried: &mut Carried, regions: &[(Splice, &Region)]) -> Result<Vec<MemoryExport>, RewriteError> {
    let mut used: BTreeSet<u32> = BTreeSet::new();
    for (_, region) in regions {
        for index in memories(region) {
            if carried.memory(index).is_none() {
                return Err(RewriteError::Memory { region: region.id, memory: index });
            }
            used.insert(index);
        }
    }
    let mut exports = Vec::new();
    for index in used {
        if let Some(memory) = carried.memory(index) {
            let export = abi_names::memory(index);
            carried.module.exports.add(&export, memory);
            exports.push(MemoryExport { index, export });
        }
    }
    Ok(exports)
}

/// The memories that footprints, final stores and guards name.
fn memories(region: &Region) -> BTreeSet<u32> {
    let mut used: BTreeSet<u32> = region.footprints.iter().map(|f| f.memory).collect();
    used.extend(region.finals.iter().map(|f| f.memory));
    used.extend(region.final_loads.iter().map(|load| load.memory));
    for int in &region.program.ints {
        if let Int::MemoryBytes(memory) = *int {
            used.insert(memory);
        }
    }
    for pred in &region.program.preds {
        if let Pred::SameMemory(a, b) = *pred {
            used.extend([a, b]);
        }
    }
    used
}

/// Validates what was written.
fn verify(module: &[u8]) -> Result<(), Uncarried> {
    let invalid =
        |e: wasmparser::BinaryReaderError| Uncarried::Invalid { offset: e.offset(), message: e.message().to_string() };
    let mut validator = Validator::new_with_features(scan::FEATURES);
    let mut bodies = Vec::new();
    for payload in Parser::new(0).parse_all(module) {
        if let ValidPayload::Func(resources, code) = payload.and_then(|p| validator.payload(&p)).map_err(invalid)? {
            bodies.push(scan::Body { resources, code });
        }
    }
    scan::first_invalid(&bodies).map_or(Ok(()), |error| Err(invalid(error)))
}

/// The debug sections of the rewritten `module`; `None` if the original's can't be converted.
fn debug_sections(
    original: &[u8],
    scan: &Scan<'_>,
    module: &[u8],
    trace: &Trace,
) -> Option<Vec<(&'static str, Vec<u8>)>> {
    let bodies: Vec<_> = scan.bodies.iter().map(|body| body.code.clone()).collect();
    let moves = Moves::of(&bodies, scan.code_start, module, trace)?;
    dwarf::convert(original, &moves).ok()
}

/// Adds a custom section behind all others.
fn append_section(module: &mut Vec<u8>, name: &str, data: &[u8]) {
    let section = wasm_encoder::CustomSection { name: name.into(), data: data.into() };
    module.push(wasm_encoder::SectionId::Custom as u8);
    wasm_encoder::Encode::encode(&section, module);
}

/// The names in `customs` that `module` has no section left for. With converted debug information, sections whose contents
/// other sections hold now aren't missing.
fn dropped(customs: &[&str], module: &[u8], debug: bool) -> Vec<String> {
    let mut left: HashMap<&str, usize> = HashMap::new();
    for payload in Parser::new(0).parse_all(module) {
        if let Ok(Payload::CustomSection(section)) = payload {
            *left.entry(section.name()).or_default() += 1;
        }
    }
    let folded = |name: &str| debug && dwarf::FOLDED.contains(&name);
    let gone = |name: &&&str| match left.get_mut(**name) {
        Some(count) if *count > 0 => {
            *count -= 1;
            false
        }
        _ => !folded(name),
    };
    customs.iter().filter(gone).map(|name| name.to_string()).collect()
}
