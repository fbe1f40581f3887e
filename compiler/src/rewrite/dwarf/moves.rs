//! Where the code went: for every address of the original module its address in the rewritten one.
//!
//! Input: both modules and what walrus tells of the instructions that it kept. Output: [`Moves`]. Addresses are DWARF's:
//! offsets into the contents of the code section. Assumed: walrus keeps the order of a function's instructions, which is
//! checked here, because ranges and line tables can't say anything else; functions may come in any order.
//!
//! A dispatch belongs to the loop that it stands in front of: an address of the loop's opcode becomes the address of the
//! dispatch, so that inserted code has the loop's line and lies in the loop's scopes.
//!
//! Locals are read off the code itself: the original instruction and its image name the same local.

use std::collections::HashMap;
use std::ops::Range;
use wasmparser::{BinaryReader, FunctionBody, Operator, OperatorsReader};

/// What is known of the rewriting, all of it by byte offsets in the original and in the rewritten module.
#[derive(Clone, Debug, Default)]
pub struct Trace {
    /// The instructions that were kept, in ascending order of their original offsets.
    pub instructions: Vec<(u32, usize)>,
    /// The new body of each function that the module defines, in original order; `None` for one that is gone.
    pub bodies: Vec<Option<Range<usize>>>,
    /// Where the contents of the rewritten code section begin.
    pub code_start: usize,
    /// The new index of each global, in original order.
    pub globals: Vec<Option<u32>>,
}

/// All moves of a rewriting.
#[derive(Debug)]
pub struct Moves {
    /// In ascending order of their original bodies.
    functions: Vec<Moved>,
    /// The new index of each global.
    globals: Vec<Option<u32>>,
}

/// The moves of one function.
#[derive(Debug)]
pub struct Moved {
    /// From the end of the function in front of it, so that the size of its body belongs to it.
    from: u64,
    old: Range<u64>,
    new: Range<u64>,
    /// Original and new addresses of the instructions that were kept, ascending in both.
    instructions: Vec<(u64, u64)>,
    /// The new index of each local that some kept instruction names.
    locals: HashMap<u32, u32>,
}

impl Moves {
    /// Collects the moves; `None` if the order of instructions changed somewhere.
    ///
    /// `bodies` and `code_start` are those of the original module.
    pub fn of(bodies: &[FunctionBody<'_>], code_start: usize, module: &[u8], trace: &Trace) -> Option<Moves> {
        let mut functions = Vec::new();
        // No function begins at address 0, which linkers give to code that they removed.
        let mut from = 1;
        for (body, new) in bodies.iter().zip(&trace.bodies) {
            let range = body.range();
            let old = (range.start - code_start) as u64..(range.end - code_start) as u64;
            let next = old.end;
            if let Some(new) = new {
                let new = address(new.start, trace)?..address(new.end, trace)?;
                let instructions = kept(&range, code_start, trace)?;
                let locals = locals(body, module, trace).unwrap_or_default();
                functions.push(Moved { from, old, new, instructions, locals });
            }
            from = next;
        }
        Some(Moves { functions, globals: trace.globals.clone() })
    }

    /// The function that holds this original address, the size of its body included.
    pub fn function(&self, address: u64) -> Option<&Moved> {
        let after = self.functions.partition_point(|f| f.from <= address);
        self.functions[..after].last().filter(|f| address < f.old.end)
    }

    /// The new index of a global.
    pub fn global(&self, index: u32) -> Option<u32> {
        self.globals.get(index as usize).copied().flatten()
    }

    /// The new address of the instruction at this original one, or of the next that was kept; `None` outside of functions.
    pub fn address(&self, address: u64) -> Option<u64> {
        match self.function(address) {
            Some(function) => Some(function.address(address)),
            // The end of a function, such as the return address of a call that ends it.
            None => self.function(address.checked_sub(1)?).map(|function| function.new.end),
        }
    }

    /// The new pieces of an original range, one for each function that it touches, none of them empty.
    pub fn pieces(&self, begin: u64, end: u64) -> impl Iterator<Item = Range<u64>> + '_ {
        let first = self.functions.partition_point(|f| f.old.end <= begin);
        let touched = self.functions[first..].iter().take_while(move |f| f.from < end);
        let piece = move |f: &Moved| f.address(begin)..if end >= f.old.end { f.new.end } else { f.address(end) };
        touched.map(piece).filter(|piece| !piece.is_empty())
    }
}

impl Moved {
    /// The new address of the instruction at this original one, or of the next that was kept.
    pub fn address(&self, address: u64) -> u64 {
        if address <= self.old.start {
            return self.new.start;
        }
        let next = self.instructions.partition_point(|(old, _)| *old < address);
        self.instructions.get(next).map_or(self.new.end, |(_, new)| *new)
    }

    /// Where the body begins in the original module.
    pub fn start(&self) -> u64 {
        self.old.start
    }

    /// The end of the body, in the original and in the rewritten module.
    pub fn ends(&self) -> (u64, u64) {
        (self.old.end, self.new.end)
    }

    /// The new index of a local; `None` if no kept instruction names it.
    pub fn local(&self, index: u32) -> Option<u32> {
        self.locals.get(&index).copied()
    }
}

fn address(offset: usize, trace: &Trace) -> Option<u64> {
    offset.checked_sub(trace.code_start).map(|address| address as u64)
}

/// The kept instructions of the body at this range; `None` if they aren't in order.
fn kept(body: &Range<usize>, code_start: usize, trace: &Trace) -> Option<Vec<(u64, u64)>> {
    let first = trace.instructions.partition_point(|(old, _)| (*old as usize) < body.start);
    let mut kept: Vec<(u64, u64)> = Vec::new();
    for &(old, new) in trace.instructions[first..].iter().take_while(|(old, _)| (*old as usize) < body.end) {
        let (old, new) = ((old as usize - code_start) as u64, address(new, trace)?);
        match kept.last_mut() {
            // The byte behind a loop's opcode stands for the loop's dispatch, which comes first.
            Some((last, image)) if *last + 1 == old && new < *image => *image = new,
            Some((_, image)) if new < *image => return None,
            _ => kept.push((old, new)),
        }
    }
    kept.windows(2).all(|pair| pair[0].1 <= pair[1].1).then_some(kept)
}

/// Which local became which.
fn locals(body: &FunctionBody<'_>, module: &[u8], trace: &Trace) -> wasmparser::Result<HashMap<u32, u32>> {
    let mut locals = HashMap::new();
    let mut operators = body.get_operators_reader()?;
    while !operators.eof() {
        let (operator, offset) = operators.read_with_offset()?;
        let Some(local) = local_of(&operator).filter(|local| !locals.contains_key(local)) else { continue };
        let found = trace.instructions.binary_search_by_key(&(offset as u32), |(old, _)| *old);
        let Some(image) = found.ok().and_then(|at| module.get(trace.instructions[at].1..)) else { continue };
        if let Some(new) = local_of(&OperatorsReader::new(BinaryReader::new(image, 0)).read()?) {
            locals.insert(local, new);
        }
    }
    Ok(locals)
}

fn local_of(operator: &Operator<'_>) -> Option<u32> {
    match *operator {
        Operator::LocalGet { local_index }
        | Operator::LocalSet { local_index }
        | Operator::LocalTee { local_index } => Some(local_index),
        _ => None,
    }
}
