//! Whether a module's DWARF survives the rewriting.
//!
//! Input: a module. Output: true if it has DWARF whose lines are sound in the way walrus needs. walrus panics, or in a
//! release build writes garbage, where it meets sections that don't parse, line rows of file 0 (which DWARF 5 has and
//! walrus doesn't know) and line sequences that run over several functions (it reorders functions, and a sequence
//! can't run backwards). Asked of the original, the answer says whether to carry DWARF along; asked of the rewritten
//! module, whether that went well. Sequences that begin in no function belong to code that a linker removed; walrus
//! leaves them out.

use gimli::{Dwarf, EndianSlice, Error, LittleEndian};
use std::collections::HashMap;
use std::ops::RangeInclusive;
use wasmparser::{Parser, Payload};

/// True if `module` has DWARF with sound lines.
pub fn is_sound(module: &[u8]) -> bool {
    let mut sections: HashMap<&str, &[u8]> = HashMap::new();
    let (mut start, mut functions) = (0, Vec::new());
    for payload in Parser::new(0).parse_all(module) {
        match payload {
            Ok(Payload::CustomSection(section)) if section.name().starts_with(".debug_") => {
                sections.entry(section.name()).or_insert(section.data());
            }
            Ok(Payload::CodeSectionStart { range, .. }) => start = range.start,
            Ok(Payload::CodeSectionEntry(body)) => {
                let range = body.range();
                functions.push((range.start - start) as u64..=(range.end - start) as u64);
            }
            _ => {}
        }
    }
    !sections.is_empty() && reads_well(&sections, &functions).unwrap_or(false)
}

/// Reads all units to their ends, and judges their lines.
fn reads_well(sections: &HashMap<&str, &[u8]>, functions: &[RangeInclusive<u64>]) -> Result<bool, Error> {
    let dwarf = Dwarf::load(|id| {
        Ok::<_, Error>(EndianSlice::new(sections.get(id.name()).copied().unwrap_or_default(), LittleEndian))
    })?;
    let mut units = dwarf.units();
    while let Some(header) = units.next()? {
        let unit = dwarf.unit(header)?;
        let mut entries = unit.entries();
        while entries.next_dfs()?.is_some() {}
        let Some(program) = unit.line_program else { continue };
        let mut rows = program.rows();
        let mut sequence: Option<Sequence<'_>> = None;
        while let Some((header, row)) = rows.next_row()? {
            let known = row.file_index() > 0 && header.file(row.file_index()).is_some();
            let current = sequence.get_or_insert_with(|| Sequence::from(row.address(), functions));
            if !current.goes_on(row.address()) || !(known || row.end_sequence()) {
                return Ok(false);
            }
            if row.end_sequence() {
                sequence = None;
            }
        }
    }
    Ok(true)
}

/// A line sequence being read.
struct Sequence<'a> {
    /// The function it begins in.
    function: Option<&'a RangeInclusive<u64>>,
    last: u64,
}

impl<'a> Sequence<'a> {
    /// Begins at an address; functions are in ascending order.
    fn from(address: u64, functions: &'a [RangeInclusive<u64>]) -> Sequence<'a> {
        let after = functions.partition_point(|function| *function.start() <= address);
        let function = after.checked_sub(1).map(|i| &functions[i]).filter(|function| function.contains(&address));
        Sequence { function, last: address }
    }

    /// True if the next row may have this address.
    fn goes_on(&mut self, address: u64) -> bool {
        let forward = address >= self.last;
        self.last = address;
        self.function.is_none_or(|function| forward && function.contains(&address))
    }
}
