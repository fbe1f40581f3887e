//! Source lines from the module's DWARF, for messages only: without DWARF, or with a malformed one, there are none.

use addr2line::{Context, Location};
use gimli::{EndianSlice, LittleEndian};
use wasmparser::{Parser, Payload};

/// Finds lines by byte offset.
pub struct Lines<'a> {
    context: Option<Context<EndianSlice<'a, LittleEndian>>>,
    code_start: usize,
}

impl<'a> Lines<'a> {
    /// Reads the debug sections of a module whose code section's contents begin at `code_start`.
    pub fn of(bytes: &'a [u8], code_start: usize) -> Lines<'a> {
        let mut sections: Vec<(&str, &[u8])> = Vec::new();
        for payload in Parser::new(0).parse_all(bytes).map_while(Result::ok) {
            if let Payload::CustomSection(section) = payload
                && section.name().starts_with(".debug")
            {
                sections.push((section.name(), section.data()));
            }
        }
        let find = |id: gimli::SectionId| {
            let data = sections.iter().find(|(name, _)| *name == id.name()).map_or(&[][..], |s| s.1);
            Ok::<_, gimli::Error>(EndianSlice::new(data, LittleEndian))
        };
        let context = match sections.is_empty() {
            true => None,
            false => gimli::Dwarf::load(find).ok().and_then(|dwarf| Context::from_dwarf(dwarf).ok()),
        };
        Lines { context, code_start }
    }

    /// `file:line` of the loop whose operator is at `offset` in the file and whose end is at `end`: that of the operator, or of
    /// the first one inside that has any, because producers leave some code without a line.
    pub fn find(&self, offset: u32, end: u32) -> Option<String> {
        // In Wasm an address is an offset into the contents of the code section.
        let address = |offset: u32| (offset as usize).checked_sub(self.code_start).map(|address| address as u64);
        let (context, offset, end) = (self.context.as_ref()?, address(offset)?, address(end)?);
        let text = |location: Location<'_>| Some(format!("{}:{}", location.file?, location.line.filter(|&l| l > 0)?));
        let first = context.find_location(offset).ok().flatten().and_then(text);
        first.or_else(|| {
            let mut inside = context.find_location_range(offset, end).ok()?;
            inside.find_map(|(_, _, location)| text(location))
        })
    }
}
