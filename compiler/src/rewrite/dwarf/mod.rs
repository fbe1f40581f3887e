//! DWARF of the rewritten module: the original's, with every address where the code is now.
//!
//! Input: the original module and its [`Moves`]. Output: the `.debug_*` sections of the rewritten module, or the reason to
//! leave them out. The steps, each in the file of its name: `lines` (the line tables), `entries` (functions, scopes and
//! variables with their ranges), `places` (where variables live). What has no address is carried as it is; versions 2 to 5
//! are read and each unit keeps its own.
//!
//! What holds of the output: an instruction that was kept has the line, the function and the inlined calls that it had; an
//! inserted instruction has those of the loop that its dispatch stands in front of; code that walrus dropped because control
//! never reaches it has none. A variable that lived in a local or global lives in the one that it became; where that is gone
//! the variable has no place. After a dispatch that has completed, locals that aren't live-outs hold what they held before the
//! loop, so a variable that is dead there may show an old value.
//!
//! Indexes over the same information (`.debug_aranges`, `.debug_names`, `.debug_pubnames` and the like), macros and type units
//! aren't written. Addresses inside of expressions are those of data and stay.
//!
//! Debug information is input like any other: its size, nesting and the work that shared lists cause are limited, and gimli's
//! writer, which asserts some of what it expects, is fenced. Whatever goes wrong costs the debug information alone.

mod entries;
mod lines;
mod moves;
mod places;

use gimli::write::{ConvertError, EndianVec, Sections};
use gimli::{EndianRcSlice, LittleEndian, SectionId};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::rc::Rc;
use thiserror::Error;
use wasmparser::{Parser, Payload};

pub use moves::{Moves, Trace};

/// Sections whose contents the written ones hold inline.
pub const FOLDED: [&str; 4] = [".debug_addr", ".debug_line_str", ".debug_str", ".debug_str_offsets"];

/// How many entries, rows, ranges and locations are converted: far more than a module of the largest size has of its own.
const MAX_ITEMS: usize = 1 << 26;

/// How deeply entries may be nested, because gimli's writer descends by recursion.
const MAX_DEPTH: isize = 200;

/// A reader that owns its bytes, so that changed expressions can be read as well.
type Reader = EndianRcSlice<LittleEndian>;

/// Why there is no DWARF for the rewritten module.
#[derive(Debug, Error)]
pub enum DwarfError {
    /// It can't be read, or not be written.
    #[error("debug information: {0}")]
    Convert(#[from] ConvertError),
    /// It holds or refers to too much.
    #[error("debug information with more than {MAX_ITEMS} items")]
    TooLarge,
    /// Its entries are nested too deeply.
    #[error("debug information nested more than {MAX_DEPTH} levels deep")]
    TooDeep,
    /// A line table runs backwards, or has numbers beyond any source file.
    #[error("a malformed line table")]
    Lines,
    /// Units of a kind that WebAssembly producers don't write.
    #[error("a unit with addresses of {0} bytes")]
    AddressSize(u8),
    /// The writer gave up.
    #[error("the writer of debug information failed")]
    Failed,
}

impl From<gimli::Error> for DwarfError {
    fn from(error: gimli::Error) -> DwarfError {
        DwarfError::Convert(error.into())
    }
}

impl From<gimli::write::Error> for DwarfError {
    fn from(error: gimli::write::Error) -> DwarfError {
        DwarfError::Convert(error.into())
    }
}

/// True if a module has debug information.
pub fn is_there(module: &[u8]) -> bool {
    !sections(module).is_empty()
}

/// The debug sections of the rewritten module, by name, none of them empty.
pub fn convert(original: &[u8], moves: &Moves) -> Result<Vec<(&'static str, Vec<u8>)>, DwarfError> {
    catch_unwind(AssertUnwindSafe(|| convert_unfenced(original, moves))).map_err(|_| DwarfError::Failed)?
}

fn convert_unfenced(original: &[u8], moves: &Moves) -> Result<Vec<(&'static str, Vec<u8>)>, DwarfError> {
    let found = sections(original);
    let load = |id: SectionId| {
        let data = found.iter().find(|(name, _)| *name == id.name()).map_or(&[][..], |(_, data)| data);
        Ok::<_, gimli::Error>(Reader::new(Rc::from(data), LittleEndian))
    };
    let from = gimli::read::Dwarf::load(load)?;
    let mut dwarf = gimli::write::Dwarf::new();
    let mut sections = Sections::new(EndianVec::new(LittleEndian));
    let mut budget = Budget(MAX_ITEMS);
    let mut units = dwarf.convert(&from)?;
    while let Some((mut unit, root)) = units.read_unit()? {
        let size = unit.read_unit.encoding().address_size;
        if !matches!(size, 4 | 8) {
            return Err(DwarfError::AddressSize(size));
        }
        lines::convert(&mut unit, moves, &mut budget)?;
        entries::convert(&mut unit, root, moves, &mut budget)?;
        unit.write(&mut sections)?;
    }
    dwarf.write(&mut sections)?;
    let mut written = Vec::new();
    sections.for_each(|id, data| {
        if !data.slice().is_empty() {
            written.push((id.name(), data.slice().to_vec()));
        }
        Ok::<_, DwarfError>(())
    })?;
    Ok(written)
}

/// The debug sections of a module; of two with the same name the first.
fn sections(module: &[u8]) -> Vec<(&str, &[u8])> {
    let mut sections: Vec<(&str, &[u8])> = Vec::new();
    for payload in Parser::new(0).parse_all(module).map_while(Result::ok) {
        if let Payload::CustomSection(section) = payload
            && section.name().starts_with(".debug_")
            && sections.iter().all(|(name, _)| *name != section.name())
        {
            sections.push((section.name(), section.data()));
        }
    }
    sections
}

/// Items that may still be converted.
struct Budget(usize);

impl Budget {
    fn spend(&mut self) -> Result<(), DwarfError> {
        self.0 = self.0.checked_sub(1).ok_or(DwarfError::TooLarge)?;
        Ok(())
    }
}
