//! Entries: functions, inlined calls, scopes and variables, with addresses and ranges where the code is now.
//!
//! A contiguous range stays one where its pieces lie in one function; a unit that spans several gets a list. Every list is
//! written with absolute addresses behind a base of 0, which all versions read alike. An entry whose code a linker or walrus
//! removed keeps its description and loses its addresses.

use super::moves::{Moved, Moves};
use super::{Budget, DwarfError, MAX_DEPTH, Reader, places};
use gimli::constants::{self, DwAt};
use gimli::read::{Attribute, AttributeValue as Read, UnitRef};
use gimli::write::{
    Address, AttributeValue, ConvertUnit, ConvertUnitEntry, Location, LocationList, Range as ListedRange, RangeList,
    UnitEntryId,
};
use std::ops::Range;

type Unit<'a> = ConvertUnit<'a, Reader>;

/// Converts every entry of a unit, whose line table has been converted.
pub fn convert<'a>(
    unit: &mut Unit<'a>,
    root: ConvertUnitEntry<'a, Reader>,
    moves: &Moves,
    budget: &mut Budget,
) -> Result<(), DwarfError> {
    let id = unit.unit.root();
    let mut scopes = Scopes::default();
    Entry { unit, id, moves, budget, function: None }.convert(&root)?;
    let mut entry = root;
    while let Some(id) = unit.read_entry(&mut entry)? {
        if entry.depth > MAX_DEPTH {
            return Err(DwarfError::TooDeep);
        }
        let id = unit.add_entry(id, &entry);
        let function = scopes.enter(entry.depth, begin(&entry)?.and_then(|address| moves.function(address)));
        Entry { unit, id, moves, budget, function }.convert(&entry)?;
    }
    Ok(())
}

/// The functions around the current entry, with the depths of the entries that say so.
#[derive(Default)]
struct Scopes<'m>(Vec<(isize, &'m Moved)>);

impl<'m> Scopes<'m> {
    fn enter(&mut self, depth: isize, function: Option<&'m Moved>) -> Option<&'m Moved> {
        while self.0.last().is_some_and(|(around, _)| *around >= depth) {
            self.0.pop();
        }
        self.0.extend(function.map(|function| (depth, function)));
        self.0.last().map(|(_, function)| *function)
    }
}

/// Where the code of an entry begins, if it is a function with code.
fn begin(entry: &ConvertUnitEntry<'_, Reader>) -> Result<Option<u64>, DwarfError> {
    if entry.tag != constants::DW_TAG_subprogram {
        return Ok(None);
    }
    if let Some(low) = entry.attr_value(constants::DW_AT_low_pc) {
        return Ok(entry.read_unit.attr_address(low)?);
    }
    let Some(value) = entry.attr_value(constants::DW_AT_ranges) else { return Ok(None) };
    let Some(offset) = entry.read_unit.attr_ranges_offset(value)? else { return Ok(None) };
    Ok(entry.read_unit.ranges(offset)?.next()?.map(|range| range.begin))
}

/// An entry being written.
struct Entry<'e, 'a> {
    unit: &'e mut Unit<'a>,
    id: UnitEntryId,
    moves: &'e Moves,
    budget: &'e mut Budget,
    /// The function around it.
    function: Option<&'e Moved>,
}

impl Entry<'_, '_> {
    fn convert(&mut self, entry: &ConvertUnitEntry<'_, Reader>) -> Result<(), DwarfError> {
        self.budget.spend()?;
        let from = entry.read_unit;
        let low = match entry.attr_value(constants::DW_AT_low_pc) {
            Some(value) => from.attr_address(value)?,
            None => None,
        };
        let high = match entry.attr_value(constants::DW_AT_high_pc) {
            Some(Read::Udata(length)) => low.and_then(|low| low.checked_add(length)),
            Some(value) => from.attr_address(value)?,
            None => None,
        };
        for attribute in &entry.attrs {
            match attribute.name() {
                constants::DW_AT_high_pc | constants::DW_AT_GNU_locviews => {}
                constants::DW_AT_macros | constants::DW_AT_macro_info | constants::DW_AT_GNU_macros => {}
                constants::DW_AT_low_pc => self.addresses(low, high)?,
                // Version 5 may say where a scope is entered as a distance, which nothing needs.
                constants::DW_AT_entry_pc if from.attr_address(attribute.value())?.is_none() => {}
                name => {
                    if let Some(value) = self.value(from, attribute, name)? {
                        self.set(name, value);
                    }
                }
            }
        }
        Ok(())
    }

    fn set(&mut self, name: DwAt, value: AttributeValue) {
        self.unit.unit.get_mut(self.id).set(name, value);
    }

    /// Writes `DW_AT_low_pc`, with `DW_AT_high_pc` or a list in its place.
    fn addresses(&mut self, low: Option<u64>, high: Option<u64>) -> Result<(), DwarfError> {
        let is_unit = self.id == self.unit.unit.root();
        let constant = |address| AttributeValue::Address(Address::Constant(address));
        let Some(low) = low else { return Ok(()) };
        let Some(high) = high else {
            // A unit's is the base of its lists, all of which are absolute now.
            let moved = if is_unit { Some(0) } else { self.moves.address(low) };
            if let Some(moved) = moved {
                self.set(constants::DW_AT_low_pc, constant(moved));
            }
            return Ok(());
        };
        let pieces = self.pieces(low, high)?;
        match pieces.as_slice() {
            [] => {}
            [piece] => {
                self.set(constants::DW_AT_low_pc, constant(piece.start));
                let length = u32::try_from(piece.end - piece.start).map_err(|_| DwarfError::TooLarge)?;
                self.set(constants::DW_AT_high_pc, AttributeValue::Data4(length));
            }
            _ => {
                if is_unit {
                    self.set(constants::DW_AT_low_pc, constant(0));
                }
                let list = self.unit.unit.ranges.add(list(pieces));
                self.set(constants::DW_AT_ranges, AttributeValue::RangeListRef(list));
            }
        }
        Ok(())
    }

    fn pieces(&mut self, begin: u64, end: u64) -> Result<Vec<Range<u64>>, DwarfError> {
        let mut pieces = Vec::new();
        // What begins at 0 was removed by a linker.
        for piece in self.moves.pieces(begin, end).take_while(|_| begin > 0) {
            self.budget.spend()?;
            pieces.push(piece);
        }
        Ok(pieces)
    }

    /// The value of an attribute; `None` leaves it out.
    fn value(
        &mut self,
        from: UnitRef<'_, Reader>,
        attribute: &Attribute<Reader>,
        name: DwAt,
    ) -> Result<Option<AttributeValue>, DwarfError> {
        if let Some(offset) = from.attr_ranges_offset(attribute.value())? {
            return self.ranges(from, offset);
        }
        if let Some(offset) = from.attr_locations_offset(attribute.value())? {
            return self.locations(from, offset);
        }
        if let Some(address) = from.attr_address(attribute.value())? {
            return Ok(self.moves.address(address).map(|a| AttributeValue::Address(Address::Constant(a))));
        }
        let same = |address| Some(Address::Constant(address));
        if let Read::Exprloc(expression) = attribute.value() {
            let Some(moved) = places::convert(expression.clone(), from.encoding(), self.function, self.moves)? else {
                return Ok(None);
            };
            if moved != expression {
                return Ok(Some(AttributeValue::Exprloc(self.unit.convert_expression(from, moved, &same)?)));
            }
        }
        let is_file = matches!(name, constants::DW_AT_decl_file | constants::DW_AT_call_file);
        if let (true, Read::Sdata(index)) = (is_file, attribute.raw_value()) {
            let index = u64::try_from(index).map_err(|_| DwarfError::Lines)?;
            return Ok(Some(AttributeValue::FileIndex(self.unit.convert_file_index(from, index)?)));
        }
        Ok(Some(self.unit.convert_attribute_value(from, attribute, &same)?))
    }

    fn ranges(
        &mut self,
        from: UnitRef<'_, Reader>,
        offset: gimli::RangeListsOffset,
    ) -> Result<Option<AttributeValue>, DwarfError> {
        let mut pieces = Vec::new();
        let mut ranges = from.ranges(offset)?;
        while let Some(range) = ranges.next()? {
            self.budget.spend()?;
            pieces.extend(self.pieces(range.begin, range.end)?);
        }
        if pieces.is_empty() {
            return Ok(None);
        }
        let list = self.unit.unit.ranges.add(list(pieces));
        Ok(Some(AttributeValue::RangeListRef(list)))
    }

    fn locations(
        &mut self,
        from: UnitRef<'_, Reader>,
        offset: gimli::LocationListsOffset,
    ) -> Result<Option<AttributeValue>, DwarfError> {
        let mut written = vec![Location::BaseAddress { address: Address::Constant(0) }];
        let mut locations = from.locations(offset)?;
        while let Some(location) = locations.next()? {
            self.budget.spend()?;
            let range = location.range;
            // A default location has no range; the first address tells the function of the others.
            let function = self.moves.function(range.begin).or(self.function);
            let Some(data) = places::convert(location.data, from.encoding(), function, self.moves)? else { continue };
            let data = self.unit.convert_expression(from, data, &|a| Some(Address::Constant(a)))?;
            for piece in self.pieces(range.begin, range.end)? {
                written.push(Location::OffsetPair { begin: piece.start, end: piece.end, data: data.clone() });
            }
        }
        if written.len() == 1 {
            return Ok(None);
        }
        let list = self.unit.unit.locations.add(LocationList(written));
        Ok(Some(AttributeValue::LocationListRef(list)))
    }
}

/// A list of absolute ranges.
fn list(pieces: Vec<Range<u64>>) -> RangeList {
    let base = ListedRange::BaseAddress { address: Address::Constant(0) };
    let pair = |piece: Range<u64>| ListedRange::OffsetPair { begin: piece.start, end: piece.end };
    RangeList(std::iter::once(base).chain(pieces.into_iter().map(pair)).collect())
}
