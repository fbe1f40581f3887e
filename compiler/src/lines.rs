//! Source lines from the module's DWARF, for messages only: without DWARF, or with a malformed one, there are none.

use addr2line::Context;
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

    /// `file:line` of the operator at `offset` in the file.
    pub fn find(&self, offset: u32) -> Option<String> {
        // In Wasm an address is an offset into the contents of the code section.
        let address = (offset as usize).checked_sub(self.code_start)? as u64;
        let location = self.context.as_ref()?.find_location(address).ok()??;
        Some(format!("{}:{}", location.file?, location.line?))
    }
}
