//! Writing a harness: a module whose only function is one loop of the original.
//!
//! The function's parameters are all scalar locals that the loop names, in the order of the original, so that the
//! compiler finds the live-ins in the same order, and behind them the globals that are live-ins, which it sets first. Operators are copied byte for byte; only indices of locals and called
//! functions change, and `return` becomes a branch. Where the loop leaves to, the function either returns the number of
//! the exit and the live-outs, or traps. Memories are imported, so that whoever runs the harness chooses their size and
//! whether two of them are one, of those that the original imports. Tables are empty, globals start at zero and are exported, a global that never changes is its
//! value, called functions are imported unless the compiler takes them in.

use super::Unfit;
use super::callees::Callees;
use super::cut::{Cut, Piece};
use super::entry::Start;
use super::original::Original;
use ir::lowered::Const;
use ir::lowered::Type as Scalar;
use ir::region::{Part, Region, Source};
use std::collections::{BTreeMap, BTreeSet};
use wasm_encoder::reencode::{Reencode, RoundtripReencoder};
use wasm_encoder::{
    BlockType, CodeSection, ConstExpr, EntityType, ExportKind, ExportSection, Function, FunctionSection, GlobalSection,
    Ieee32, Ieee64, ImportSection, Instruction, MemoryType, Module, TableSection, TypeSection, ValType,
};
use wasmparser::Operator;

/// The name under which the loop is exported.
pub(crate) const EXPORT: &str = "region";
/// The module name of the memories that the original imports.
const MEMORY: &str = "memory";
/// The module name of those that are its own, and so are never one with another.
pub(crate) const OWN_MEMORY: &str = "own-memory";
/// The module name of called functions.
const CALLEE: &str = "function";
/// The most parameters that a function may have.
const MAX_PARAMS: usize = 1000;

/// Everything that decides about a harness.
pub(crate) struct Plan<'p, 'a> {
    /// The module.
    pub original: &'p Original<'a>,
    /// The loop.
    pub cut: &'p Cut<'a>,
    /// What is dispatched in front of it.
    pub region: &'p Region,
    /// The functions that the loop calls.
    pub callees: &'p Callees<'p>,
    /// Locals that hold something known.
    pub starts: &'p BTreeMap<u32, Start>,
    /// The exits that return; all others trap. The end of the loop is the one after the last label.
    pub returning: &'p BTreeSet<usize>,
}

/// The locals of a harness.
pub(crate) struct Locals {
    /// The original index and the type of each parameter.
    pub params: Vec<(u32, ValType)>,
    /// The globals that are live-ins; their parameters follow.
    pub globals: Vec<(u32, ValType)>,
    /// The vectors that are live-ins; two parameters for the halves of each come last.
    pub vectors: Vec<u32>,
    /// The locals that aren't scalars.
    others: Vec<(u32, ValType)>,
    index: BTreeMap<u32, u32>,
}

impl Locals {
    /// The locals that matter to `region`'s loop.
    pub fn of(cut: &Cut<'_>, region: &Region) -> Result<Locals, Unfit> {
        let mut used = cut.locals_used();
        used.extend(
            region.live_ins.iter().filter_map(|l| l.from.as_local()).chain(region.live_outs.iter().map(|l| l.local)),
        );
        let (mut globals, mut vectors) = (Vec::new(), Vec::new());
        for live_in in &region.live_ins {
            match live_in.from {
                Source::Global(global) => globals.push((global, val_type(live_in.ty))),
                Source::LocalLow(local) => vectors.push(local),
                Source::Local(_) | Source::LocalHigh(_) | Source::Loaded { .. } => {}
            }
        }
        used.extend(&vectors);
        let (params, others, index) = (Vec::new(), Vec::new(), BTreeMap::new());
        let mut locals = Locals { params, globals, vectors, others, index };
        for local in used {
            let ty = *cut.locals.get(local as usize).ok_or(Unfit::NoLocal(local))?;
            let ty = RoundtripReencoder.val_type(ty).map_err(|_| Unfit::BlockType)?;
            match ty {
                ValType::I32 | ValType::I64 | ValType::F32 | ValType::F64 => locals.params.push((local, ty)),
                _ => locals.others.push((local, ty)),
            }
        }
        let params = locals.params.len() + locals.globals.len() + 2 * locals.vectors.len();
        if params > MAX_PARAMS {
            return Err(Unfit::TooManyLocals(params));
        }
        let order = locals.params.iter().zip(0..).chain(locals.others.iter().zip(params as u32..));
        locals.index = order.map(|(&(local, _), index)| (local, index)).collect();
        Ok(locals)
    }

    /// The index in the harness of a local of the original.
    pub fn index(&self, local: u32) -> u32 {
        self.index.get(&local).copied().unwrap_or_default()
    }
}

/// Writes the harness.
pub(crate) fn write(plan: &Plan<'_, '_>, locals: &Locals) -> Result<Vec<u8>, Unfit> {
    let mut types = TypeSection::new();
    if let Some(section) = &plan.original.types {
        RoundtripReencoder.parse_type_section(&mut types, section.clone()).map_err(|_| Unfit::Types)?;
    }
    let mut writer = Writer { plan, locals, next_type: plan.original.signatures.len() as u32, types };
    let outs = plan.region.live_outs.iter().map(|out| val_type(out.ty));
    let results: Vec<ValType> = std::iter::once(ValType::I32).chain(outs).collect();
    let halves = std::iter::repeat_n(ValType::I64, 2 * locals.vectors.len());
    let params = locals.params.iter().chain(&locals.globals).map(|p| p.1).chain(halves).collect();
    let own_type = writer.function_type(params, results);
    let body = writer.body()?;

    let mut module = Module::new();
    module.section(&writer.types);
    module.section(&writer.imports()?);
    let mut functions = FunctionSection::new();
    functions.function(own_type);
    let mut code = CodeSection::new();
    code.function(&body);
    for &callee in &plan.callees.copied {
        functions.function(plan.original.type_of(callee)?);
        code.function(&plan.callees.copy(plan.original, callee)?);
    }
    module.section(&functions);
    module.section(&tables(plan.original)?);
    let mut exports = ExportSection::new();
    exports.export(EXPORT, ExportKind::Func, plan.callees.own());
    module.section(&globals(plan.original, locals, &mut exports)?);
    module.section(&exports);
    module.section(&code);
    Ok(module.finish())
}

struct Writer<'w, 'a> {
    plan: &'w Plan<'w, 'a>,
    locals: &'w Locals,
    types: TypeSection,
    next_type: u32,
}

impl Writer<'_, '_> {
    fn function_type(&mut self, params: Vec<ValType>, results: Vec<ValType>) -> u32 {
        self.types.ty().function(params, results);
        self.next_type += 1;
        self.next_type - 1
    }

    fn imports(&self) -> Result<ImportSection, Unfit> {
        let mut imports = ImportSection::new();
        for (index, memory) in self.plan.original.memories.iter().enumerate() {
            let ty = RoundtripReencoder.memory_type(*memory).map_err(|_| Unfit::Types)?;
            let ty = MemoryType { minimum: 0, maximum: None, shared: false, ..ty };
            let module = if index < self.plan.original.imported_memories { MEMORY } else { OWN_MEMORY };
            imports.import(module, &index.to_string(), EntityType::Memory(ty));
        }
        for &callee in &self.plan.callees.imported {
            let ty = self.plan.original.type_of(callee)?;
            imports.import(CALLEE, &callee.to_string(), EntityType::Function(ty));
        }
        Ok(imports)
    }

    fn body(&mut self) -> Result<Function, Unfit> {
        let mut body = Function::new(self.locals.others.iter().map(|&(_, ty)| (1, ty)));
        for (&(global, _), param) in self.locals.globals.iter().zip(self.locals.params.len() as u32..) {
            body.instruction(&Instruction::LocalGet(param));
            body.instruction(&Instruction::GlobalSet(global));
        }
        let first = (self.locals.params.len() + self.locals.globals.len()) as u32;
        for (&vector, low) in self.locals.vectors.iter().zip((first..).step_by(2)) {
            body.instruction(&Instruction::LocalGet(low));
            body.instruction(&Instruction::I64x2Splat);
            body.instruction(&Instruction::LocalGet(low + 1));
            body.instruction(&Instruction::I64x2ReplaceLane(1));
            body.instruction(&Instruction::LocalSet(self.locals.index(vector)));
        }
        for (&local, start) in self.plan.starts {
            if self.locals.index.contains_key(&local) {
                body.instruction(&match *start {
                    Start::Const(value) => constant(value),
                    Start::Vector(bytes) => Instruction::V128Const(i128::from_le_bytes(bytes)),
                    Start::Copy(from) => Instruction::LocalGet(self.locals.index(from)),
                });
                body.instruction(&Instruction::LocalSet(self.locals.index(local)));
            }
        }
        let labels = &self.plan.cut.labels;
        for label in labels.iter().rev() {
            let carried = label.carries.iter().map(|&ty| RoundtripReencoder.val_type(ty).map_err(|_| Unfit::BlockType));
            let carried = carried.collect::<Result<Vec<_>, Unfit>>()?;
            let ty = match carried[..] {
                [] => BlockType::Empty,
                [ty] => BlockType::Result(ty),
                _ => BlockType::FunctionType(self.function_type(Vec::new(), carried)),
            };
            body.instruction(&Instruction::Block(ty));
        }
        for piece in &self.plan.cut.pieces {
            self.piece(&mut body, piece)?;
        }
        match self.plan.cut.falls_to {
            Some(0) => {}
            Some(label) => drop(body.instruction(&Instruction::Br(label as u32))),
            None => self.leave(&mut body, labels.len()),
        }
        for exit in 0..labels.len() {
            body.instruction(&Instruction::End);
            self.leave(&mut body, exit);
        }
        body.instruction(&Instruction::End);
        Ok(body)
    }

    /// What happens behind an exit.
    fn leave(&self, body: &mut Function, exit: usize) {
        if !self.plan.returning.contains(&exit) {
            body.instruction(&Instruction::Unreachable);
            return;
        }
        body.instruction(&Instruction::I32Const(exit as i32));
        for out in &self.plan.region.live_outs {
            body.instruction(&Instruction::LocalGet(self.locals.index(out.local)));
            match out.part {
                Part::Whole => {}
                Part::Low => drop(body.instruction(&Instruction::I64x2ExtractLane(0))),
                Part::High => drop(body.instruction(&Instruction::I64x2ExtractLane(1))),
            }
        }
        body.instruction(&Instruction::Return);
    }

    fn piece(&self, body: &mut Function, piece: &Piece<'_>) -> Result<(), Unfit> {
        let local = |index: u32| self.locals.index(index);
        match piece.operator {
            Operator::LocalGet { local_index } => drop(body.instruction(&Instruction::LocalGet(local(local_index)))),
            Operator::LocalSet { local_index } => drop(body.instruction(&Instruction::LocalSet(local(local_index)))),
            Operator::LocalTee { local_index } => drop(body.instruction(&Instruction::LocalTee(local(local_index)))),
            Operator::Return => {
                let function = piece.depth + self.plan.cut.labels.len() as u32 - 1;
                body.instruction(&Instruction::Br(function));
            }
            Operator::TryTable { .. } | Operator::Try { .. } => return Err(Unfit::Exceptions),
            ref operator => match self.plan.callees.replaced_in_loop(operator, piece.bytes.start) {
                Some(instructions) => instructions.iter().for_each(|instruction| {
                    body.instruction(instruction);
                }),
                None => drop(body.raw(self.plan.original.bytes[piece.bytes.clone()].iter().copied())),
            },
        }
        Ok(())
    }
}

/// True for operators that name segments, tags or functions as values, which a harness hasn't. A loop that is dispatched
/// can hold them only where a kernel bails.
pub(crate) fn needs_what_is_gone(operator: &Operator<'_>) -> bool {
    matches!(
        operator,
        Operator::MemoryInit { .. }
            | Operator::DataDrop { .. }
            | Operator::TableInit { .. }
            | Operator::ElemDrop { .. }
            | Operator::ArrayNewData { .. }
            | Operator::ArrayNewElem { .. }
            | Operator::ArrayInitData { .. }
            | Operator::ArrayInitElem { .. }
            | Operator::RefFunc { .. }
            | Operator::ReturnCall { .. }
            | Operator::ReturnCallIndirect { .. }
            | Operator::ReturnCallRef { .. }
            | Operator::Throw { .. }
            | Operator::ThrowRef
            | Operator::Rethrow { .. }
    )
}

fn tables(original: &Original<'_>) -> Result<TableSection, Unfit> {
    let mut tables = TableSection::new();
    for table in &original.tables {
        let mut ty = RoundtripReencoder.table_type(*table).map_err(|_| Unfit::Types)?;
        if !ty.element_type.nullable {
            return Err(Unfit::NoDefault);
        }
        (ty.minimum, ty.shared) = (0, false);
        tables.table(ty);
    }
    Ok(tables)
}

fn globals(original: &Original<'_>, locals: &Locals, exports: &mut ExportSection) -> Result<GlobalSection, Unfit> {
    let mut globals = GlobalSection::new();
    for (index, global) in (0..).zip(&original.globals) {
        let mut ty = RoundtripReencoder.global_type(*global).map_err(|_| Unfit::Types)?;
        ty.shared = false;
        ty.mutable |= locals.globals.iter().any(|&(global, _)| global == index);
        let zero = match ty.val_type {
            ValType::I32 => ConstExpr::i32_const(0),
            ValType::I64 => ConstExpr::i64_const(0),
            ValType::F32 => ConstExpr::f32_const(Ieee32::new(0)),
            ValType::F64 => ConstExpr::f64_const(Ieee64::new(0)),
            ValType::V128 => ConstExpr::v128_const(0),
            ValType::Ref(reference) if reference.nullable => ConstExpr::ref_null(reference.heap_type),
            ValType::Ref(_) => return Err(Unfit::NoDefault),
        };
        globals.global(ty, &zero);
        exports.export(&format!("global-{index}"), ExportKind::Global, index);
    }
    Ok(globals)
}

/// The instruction that pushes a constant.
pub(crate) fn constant(value: Const) -> Instruction<'static> {
    match value.ty {
        Scalar::I32 => Instruction::I32Const(value.bits as u32 as i32),
        Scalar::F32 => Instruction::F32Const(Ieee32::new(value.bits as u32)),
        Scalar::F64 => Instruction::F64Const(Ieee64::new(value.bits)),
        _ => Instruction::I64Const(value.bits as i64),
    }
}

fn val_type(ty: Scalar) -> ValType {
    match ty {
        Scalar::I32 => ValType::I32,
        Scalar::F32 => ValType::F32,
        Scalar::F64 => ValType::F64,
        _ => ValType::I64,
    }
}
