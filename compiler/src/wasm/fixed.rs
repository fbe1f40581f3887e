//! SANDBOX: what a module never changes: the values of globals, and the functions that table elements refer to.
//!
//! A global is fixed if it begins with a constant and can't be assigned: it is immutable, or no function of the module sets it
//! and nobody else can, since the module neither imports nor exports it. A table is fixed if the module neither imports nor
//! exports it and no function writes to it; then its elements are what the active segments say, later ones over earlier ones.
//! An element that isn't known to be a function is no answer. Who relies on it: the translation, which puts the constant for
//! the global and the function for the element.
//!
//! Most globals that functions set are seen to be set in the first bodies. After that a body is decoded only if its bytes may
//! hold an operator that matters, so the rest is a search through bytes.

use super::Body;
use super::operators;
use ir::lowered::Const;
use rayon::prelude::*;
use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, Ordering};
use wasmparser::{BinaryReader, BinaryReaderError, ConstExpr, Element, ElementItems, ElementKind, Operator, TableInit};

/// A global.
#[derive(Debug)]
pub struct Global {
    /// Its first value, if the module gives a constant.
    first: Option<Const>,
    mutable: bool,
    /// Something may set it: a function of the module, or somebody else.
    changes: AtomicBool,
}

/// A table.
#[derive(Debug)]
pub struct Table {
    /// What the active segments write, in order, [`UNKNOWN`] for anything but a function.
    elements: HashMap<u32, u32>,
    /// Something may write to it, or what is in it isn't known.
    changes: AtomicBool,
}

/// Stands for an element that isn't known to be a function.
const UNKNOWN: u32 = u32::MAX;

impl Global {
    /// An imported global: its value isn't known.
    pub fn imported() -> Global {
        Global { first: None, mutable: true, changes: AtomicBool::new(true) }
    }

    /// A global of this module; only earlier ones occur in its first value.
    pub fn defined(global: &wasmparser::Global<'_>, earlier: &[Global]) -> Global {
        let first = constant(&global.init_expr, earlier);
        Global { first, mutable: global.ty.mutable, changes: AtomicBool::new(false) }
    }

    /// Records that others know it.
    pub fn export(&mut self) {
        self.changes = AtomicBool::new(self.mutable);
    }

    /// The value that it always has.
    pub fn value(&self) -> Option<Const> {
        self.first.filter(|_| !self.changes.load(Ordering::Relaxed))
    }
}

impl Table {
    /// A table with null elements, unless it is `known` to have others.
    pub fn new(known: bool) -> Table {
        Table { elements: HashMap::new(), changes: AtomicBool::new(!known) }
    }

    /// A table of this module.
    pub fn defined(table: &wasmparser::Table<'_>) -> Table {
        Table::new(matches!(table.init, TableInit::RefNull))
    }

    /// The function that an element always is.
    pub fn function(&self, index: u32) -> Option<u32> {
        if self.changes.load(Ordering::Relaxed) {
            return None;
        }
        self.elements.get(&index).copied().filter(|&function| function != UNKNOWN)
    }
}

/// The value of a constant expression of one operator; a global it reads must be fixed already.
fn constant(expr: &ConstExpr<'_>, globals: &[Global]) -> Option<Const> {
    let mut operators = expr.get_operators_reader();
    let value = match operators.read().ok()? {
        // What the expression may read was there before and is immutable.
        Operator::GlobalGet { global_index } => globals.get(global_index as usize).filter(|g| !g.mutable)?.first?,
        operator => operators::constant(&operator)?,
    };
    matches!(operators.read().ok()?, Operator::End).then_some(value)
}

/// Records an element segment.
pub fn element(element: &Element<'_>, tables: &mut [Table], globals: &[Global]) -> Result<(), BinaryReaderError> {
    let ElementKind::Active { table_index, offset_expr } = &element.kind else { return Ok(()) };
    let Some(table) = tables.get_mut(table_index.unwrap_or(0) as usize) else { return Ok(()) };
    if table.changes.load(Ordering::Relaxed) {
        return Ok(());
    }
    let Some(start) = constant(offset_expr, globals) else {
        table.changes = AtomicBool::new(true);
        return Ok(());
    };
    // What lies past the largest index fits no table.
    let mut write = |position: usize, function| {
        if let Ok(index) = u32::try_from(start.bits.saturating_add(position as u64)) {
            table.elements.insert(index, function);
        }
    };
    match &element.items {
        ElementItems::Functions(functions) => {
            for (position, function) in functions.clone().into_iter().enumerate() {
                write(position, function?);
            }
        }
        ElementItems::Expressions(_, items) => {
            for (position, item) in items.clone().into_iter().enumerate() {
                write(position, function(&item?));
            }
        }
    }
    Ok(())
}

fn function(item: &ConstExpr<'_>) -> u32 {
    let mut operators = item.get_operators_reader();
    match (operators.read(), operators.read()) {
        (Ok(Operator::RefFunc { function_index }), Ok(Operator::End)) => function_index,
        _ => UNKNOWN,
    }
}

/// Finds what the functions of a module set and write to.
pub fn find_changes(bodies: &[Body<'_>], bytes: &[u8], globals: &[Global], tables: &[Table]) {
    let hunt = Hunt { globals, tables };
    if !hunt.is_over() {
        bodies.par_iter().filter(|body| hunt.may_find(&bytes[body.code.range()])).for_each(|body| {
            // A body that can't be decoded is reported where it is validated.
            if hunt.decode(body).is_err() {
                globals.iter().for_each(|g| g.changes.store(true, Ordering::Relaxed));
                tables.iter().for_each(|t| t.changes.store(true, Ordering::Relaxed));
            }
        });
    }
}

struct Hunt<'a> {
    globals: &'a [Global],
    tables: &'a [Table],
}

impl Hunt<'_> {
    /// True if nothing is left to be found.
    fn is_over(&self) -> bool {
        self.globals.iter().all(|g| g.value().is_none()) && self.tables.iter().all(|t| t.elements.is_empty())
    }

    /// True unless no byte can begin an operator that sets a fixed global or writes to a fixed table.
    fn may_find(&self, bytes: &[u8]) -> bool {
        let tables = self.tables.iter().any(|t| !t.elements.is_empty() && !t.changes.load(Ordering::Relaxed));
        bytes.iter().enumerate().any(|(at, &byte)| match byte {
            GLOBAL_SET => index(&bytes[at + 1..]).is_none_or(|index| self.is_fixed(index)),
            TABLE_SET => tables,
            BULK => tables && index(&bytes[at + 1..]).is_none_or(|operator| BULK_TABLE.contains(&operator)),
            _ => false,
        })
    }

    fn is_fixed(&self, global: u32) -> bool {
        self.globals.get(global as usize).is_some_and(|g| g.value().is_some())
    }

    fn decode(&self, body: &Body<'_>) -> Result<(), BinaryReaderError> {
        let mut operators = body.code.get_operators_reader()?;
        while !operators.eof() {
            match operators.read()? {
                Operator::GlobalSet { global_index } => {
                    if let Some(global) = self.globals.get(global_index as usize) {
                        global.changes.store(true, Ordering::Relaxed);
                    }
                }
                Operator::TableSet { table }
                | Operator::TableGrow { table }
                | Operator::TableFill { table }
                | Operator::TableInit { table, .. }
                | Operator::TableCopy { dst_table: table, .. } => {
                    if let Some(table) = self.tables.get(table as usize) {
                        table.changes.store(true, Ordering::Relaxed);
                    }
                }
                _ => {}
            }
        }
        Ok(())
    }
}

const GLOBAL_SET: u8 = 0x24;
const TABLE_SET: u8 = 0x26;
const BULK: u8 = 0xfc;
/// `table.init`, `elem.drop`, `table.copy`, `table.grow`, `table.size` and `table.fill` behind [`BULK`].
const BULK_TABLE: std::ops::RangeInclusive<u32> = 12..=17;

/// The index that these bytes begin with.
fn index(bytes: &[u8]) -> Option<u32> {
    BinaryReader::new(&bytes[..bytes.len().min(5)], 0).read_var_u32().ok()
}
