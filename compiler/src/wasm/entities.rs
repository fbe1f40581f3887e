//! What the compiler remembers of a module, its functions and their loops.

use ir::faults;
use ir::lowered::{BlockId, Const, Func, Value};
use std::collections::{BTreeMap, HashMap};
use wasmparser::{Export, ExternalKind, Payload, TypeRef};

use super::ReadError;
use super::fixed::{self, Global, Table};

/// A memory of the module.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Memory {
    /// Addresses are `i64`.
    pub is_64: bool,
    /// Other threads may access it.
    pub shared: bool,
    /// The module imports it.
    pub imported: bool,
}

/// A module, as far as the compiler needs it.
#[derive(Default, Debug)]
pub struct Module {
    /// The functions that hold loops, by index.
    pub functions: Vec<GuestFunction>,
    /// All memories.
    pub memories: Vec<Memory>,
    /// All globals.
    pub globals: Vec<Global>,
    /// All tables.
    pub tables: Vec<Table>,
    /// Function names from the name section, else from exports.
    pub names: HashMap<u32, String>,
    /// Names of exported functions.
    pub exports: BTreeMap<u32, String>,
    /// How many functions are imported.
    pub imported_functions: u32,
    /// Where the contents of the code section begin in the file.
    pub code_start: usize,
}

impl Module {
    /// The name of a function, if there is one.
    pub fn name(&self, function: u32) -> Option<&str> {
        self.names.get(&function).or_else(|| self.exports.get(&function)).map(String::as_str)
    }

    /// The value that a global always has.
    pub fn global(&self, index: u32) -> Option<Const> {
        self.globals.get(index as usize)?.value()
    }

    /// True unless two memory indices denote two memories: only imported ones may be one. Types aren't looked at, because the load
    /// checker doesn't know them; what is demanded of memories of two types, dispatch finds to hold.
    pub fn may_be_one_memory(&self, a: u32, b: u32) -> bool {
        let imported = |index: u32| self.memories.get(index as usize).is_none_or(|memory| memory.imported);
        a == b || (imported(a) && imported(b) && !faults::on("dependence-imports-are-distinct"))
    }

    /// The function that an element of a table always is.
    pub fn element(&self, table: u32, index: u32) -> Option<u32> {
        self.tables.get(table as usize)?.function(index)
    }
}

/// A place in a function where control continues, as the rewriter can express it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Where {
    /// The start of the function, or of a loop body.
    Start,
    /// After the end of the `block` or `if` at `construct`, which stands in the frame at `parent`.
    Join {
        /// Offset of the construct's opcode; [`FUNCTION`] for the function body.
        construct: u32,
        /// Offset of the enclosing construct's opcode.
        parent: u32,
    },
    /// The start of the `loop` at `construct`.
    Header {
        /// Offset of the opcode.
        construct: u32,
    },
    /// After a conditional branch that wasn't taken.
    After {
        /// Offset of the branch.
        offset: u32,
        /// Offset of the enclosing construct's opcode.
        frame: u32,
    },
    /// The start of an arm of an `if`.
    Arm,
    /// In a callee that was taken in or behind its call, or in what stands for an operator: no branch of this function leads there.
    Inlined,
}

/// Stands for the function body among construct offsets.
pub const FUNCTION: u32 = u32::MAX;

/// The locals' values where a block of a loop ends: one value per local that the loop assigns.
pub type Edge = Vec<Value>;

/// A local that a loop assigns.
#[derive(Clone, Copy, Debug)]
pub struct Carried {
    /// The local.
    pub local: u32,
    /// Its value when the loop is entered.
    pub start: Value,
    /// Its value at the start of an iteration: a parameter of the header, unless that is redundant.
    pub param: Value,
}

/// A `loop` construct of a translated function that accesses memory, itself or in a loop inside.
#[derive(Clone, Debug)]
pub struct GuestLoop {
    /// Byte offset of the `loop` opcode.
    pub offset: u32,
    /// The block that the construct's label stands for.
    pub header: BlockId,
    /// True if the construct has parameters.
    pub has_params: bool,
    /// True if another loop stands inside, with memory accesses or without: a construct, or a loop of a callee.
    pub has_inner: bool,
    /// The innermost loop of this kind around it, as an index into the function's loops.
    pub parent: Option<u32>,
    /// How many loops of this kind stand around it.
    pub depth: u32,
    /// The locals assigned inside, ascending.
    pub assigned: Vec<u32>,
    /// For each of them its value at the loop's entry, and its value at the start of an iteration.
    pub carried: Vec<Carried>,
    /// Locals read inside, loops inside included, that the loop doesn't assign, with their value.
    pub reads: Vec<(u32, Value)>,
    /// Globals read inside that the loop doesn't set, with their value, where that is read in front of the loop.
    pub globals: Vec<(u32, Value)>,
    /// The values of `assigned` at the ends of those blocks inside, at any depth, that branch to a place which an exit of the
    /// loop can be said to lead to: a label around the loop, or a place in its own sequence behind a construct or a branch.
    pub ends: HashMap<BlockId, Edge>,
}

/// A `loop` construct, translated or not.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct LoopSite {
    /// Byte offset of the `loop` opcode.
    pub offset: u32,
    /// Byte offset of its `end`.
    pub end: u32,
    /// It or a loop inside accesses memory, or calls a function that may.
    pub has_memory: bool,
}

/// A function with loops.
#[derive(Clone, Default, Debug)]
pub struct GuestFunction {
    /// The function's index, imports included.
    pub index: u32,
    /// The SSA form; empty if no loop of the function can become a region.
    pub func: Func,
    /// Where each block begins.
    pub places: Vec<Where>,
    /// All `loop` constructs in order.
    pub sites: Vec<LoopSite>,
    /// Those that access memory, in order, so that a loop comes after the one around it.
    pub loops: Vec<GuestLoop>,
    /// For each block, the innermost of `loops` that it begins in.
    pub home: Vec<Option<u32>>,
    /// Locals of the function with the parameters, by index.
    pub local_types: Vec<ir::lowered::Type>,
    /// The direct calls by the byte offsets of their opcodes, and the functions that they call.
    pub calls: Vec<(u32, u32)>,
    /// The functions that were taken into its loops, ascending.
    pub taken_in: Vec<u32>,
    /// True if the function was too large to translate.
    pub too_large: bool,
    /// The operator that the translation has no form for, and its byte offset, if that is why there is no SSA.
    pub untranslated: Option<(String, u32)>,
}

impl GuestFunction {
    /// Makes what is recorded of the locals at the end of one block that of another with the same home.
    pub fn move_ends(&mut self, from: BlockId, to: BlockId) {
        let mut around = self.home[from.index()];
        while let Some(index) = around {
            let guest_loop = &mut self.loops[index as usize];
            if let Some(values) = guest_loop.ends.remove(&from) {
                guest_loop.ends.insert(to, values);
            }
            around = guest_loop.parent;
        }
    }
}

/// Takes from a payload what [`Module`] remembers.
pub fn collect(payload: &Payload<'_>, module: &mut Module) -> Result<(), ReadError> {
    match payload {
        Payload::ImportSection(section) => {
            for import in section.clone().into_imports() {
                match import?.ty {
                    TypeRef::Func(_) | TypeRef::FuncExact(_) => module.imported_functions += 1,
                    TypeRef::Memory(ty) => module.memories.push(memory(&ty, true)),
                    TypeRef::Global(_) => module.globals.push(Global::imported()),
                    TypeRef::Table(_) => module.tables.push(Table::new(false)),
                    TypeRef::Tag(_) => {}
                }
            }
        }
        Payload::MemorySection(section) => {
            for ty in section.clone() {
                module.memories.push(memory(&ty?, false));
            }
        }
        Payload::TableSection(section) => {
            for table in section.clone() {
                module.tables.push(Table::defined(&table?));
            }
        }
        Payload::GlobalSection(section) => {
            for global in section.clone() {
                let global = Global::defined(&global?, &module.globals);
                module.globals.push(global);
            }
        }
        Payload::ExportSection(section) => {
            for export in section.clone() {
                note_export(&export?, module);
            }
        }
        Payload::ElementSection(section) => {
            for element in section.clone() {
                fixed::element(&element?, &mut module.tables, &module.globals)?;
            }
        }
        Payload::CodeSectionStart { range, .. } => module.code_start = range.start,
        _ => {}
    }
    Ok(())
}

fn note_export(export: &Export<'_>, module: &mut Module) {
    let index = export.index as usize;
    match export.kind {
        ExternalKind::Func => {
            module.exports.entry(export.index).or_insert_with(|| export.name.to_string());
        }
        ExternalKind::Global => {
            if let Some(global) = module.globals.get_mut(index) {
                global.export();
            }
        }
        ExternalKind::Table => {
            if let Some(table) = module.tables.get_mut(index) {
                *table = Table::new(false);
            }
        }
        _ => {}
    }
}

fn memory(ty: &wasmparser::MemoryType, imported: bool) -> Memory {
    Memory { is_64: ty.memory64, shared: ty.shared, imported }
}
