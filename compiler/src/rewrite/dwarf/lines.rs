//! Line tables: each row at the new address of its instruction, one sequence for each function.
//!
//! Functions change their order, so a sequence that runs over several of them is cut where one ends; the row that reaches
//! into the next is repeated there. A sequence that begins in no function belongs to code that a linker removed and is left
//! out. A row whose instruction was dropped moves to the next one, where the row that stood there replaces it.

use super::moves::{Moved, Moves};
use super::{Budget, DwarfError, Reader};
use gimli::LineEncoding;
use gimli::write::{Address, ConvertLineProgram, ConvertLineSequence, ConvertLineSequenceEnd, ConvertUnit, LineRow};

/// No source file has more lines.
const MAX_LINE: u64 = 1 << 32;

/// Converts the line table of a unit, which its entries refer to.
pub fn convert(unit: &mut ConvertUnit<'_, Reader>, moves: &Moves, budget: &mut Budget) -> Result<(), DwarfError> {
    // The table may have another version than its unit, which the writer doesn't want; and nothing of the original's encoding
    // must reach the writer, which divides by some of it.
    let (encoding, lines) = (unit.read_unit.encoding(), LineEncoding::default());
    let Some(mut program) = unit.read_line_program(Some(encoding), Some(lines))? else { return Ok(()) };
    while let Some(sequence) = program.read_sequence()? {
        write(&mut program, sequence, moves, budget)?;
    }
    let (program, files) = program.program();
    unit.set_line_program(program, files);
    Ok(())
}

/// Writes the rows of one original sequence.
fn write(
    program: &mut ConvertLineProgram<'_, Reader>,
    sequence: ConvertLineSequence,
    moves: &Moves,
    budget: &mut Budget,
) -> Result<(), DwarfError> {
    let start = sequence.start.unwrap_or(0);
    if moves.function(start).is_none() {
        return Ok(());
    }
    let at = |offset: u64| start.checked_add(offset).ok_or(DwarfError::Lines);
    let end = match sequence.end {
        ConvertLineSequenceEnd::Length(length) => at(length)?,
        ConvertLineSequenceEnd::Address(address) => address,
    };
    let mut open: Option<Open<'_>> = None;
    let mut previous = 0;
    for row in sequence.rows {
        budget.spend()?;
        let address = at(row.address_offset)?;
        if address < previous || row.line > MAX_LINE {
            return Err(DwarfError::Lines);
        }
        previous = address;
        open = match open.take() {
            None => moves.function(address).map(|function| Open::begin(program, function, function.address(address))),
            Some(open) => open.advance(program, address, moves, budget)?,
        };
        if let Some(open) = &mut open {
            open.row(program, row, open.function.address(address));
        }
    }
    if let Some(open) = open {
        let last =
            if end > open.function.ends().0 { open.advance(program, end - 1, moves, budget)? } else { Some(open) };
        if let Some(last) = last {
            last.close(program, end);
        }
    }
    Ok(())
}

/// A sequence being written.
struct Open<'a> {
    function: &'a Moved,
    /// The new address that offsets count from.
    base: u64,
    /// The last row and its new address.
    last: Option<(LineRow, u64)>,
}

impl<'a> Open<'a> {
    fn begin(program: &mut ConvertLineProgram<'_, Reader>, function: &'a Moved, base: u64) -> Open<'a> {
        program.begin_sequence(Some(Address::Constant(base)));
        Open { function, base, last: None }
    }

    fn row(&mut self, program: &mut ConvertLineProgram<'_, Reader>, row: LineRow, address: u64) {
        program.generate_row(LineRow { address_offset: address - self.base, op_index: 0, ..row });
        self.last = Some((row, address));
    }

    /// Goes on to an original address, through the functions up to it; `None` where the address is in no function.
    fn advance(
        mut self,
        program: &mut ConvertLineProgram<'_, Reader>,
        address: u64,
        moves: &'a Moves,
        budget: &mut Budget,
    ) -> Result<Option<Open<'a>>, DwarfError> {
        loop {
            let (end, _) = self.function.ends();
            if address < end {
                return Ok(Some(self));
            }
            budget.spend()?;
            let last = self.last;
            self.close(program, end);
            let Some(next) = moves.function(end) else { return Ok(None) };
            self = Open::begin(program, next, next.address(next.start()));
            if let (Some((row, _)), true) = (last, address > next.start()) {
                let base = self.base;
                self.row(program, row, base);
            }
        }
    }

    /// Ends the sequence at an original address, or with its function.
    fn close(self, program: &mut ConvertLineProgram<'_, Reader>, end: u64) {
        let (old, new) = self.function.ends();
        let end = if end >= old { new } else { self.function.address(end) };
        let reached = self.last.map_or(self.base, |(_, address)| address);
        program.end_sequence(end.max(reached) - self.base);
    }
}
