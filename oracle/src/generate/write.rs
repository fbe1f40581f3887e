//! A program as a module.
//!
//! Function 0 is the host's, then come the helpers, and the last one is the program's own, exported under [`EXPORT`].
//! All globals are exported, and all memories that the host doesn't provide, so that a comparison sees everything.

use super::opcodes::{Access, Immediate, LOADS, OPERATORS, Prefix, STORES};
use super::program::{Expr, Induction, Loop, Place, Program, Stmt, Test, Ty};
use wasm_encoder::{
    BlockType, CodeSection, ConstExpr, Encode, EntityType, ExportKind, ExportSection, Function, FunctionSection,
    GlobalSection, GlobalType, ImportSection, Instruction, MemorySection, MemoryType, Module, TypeSection, ValType,
};

/// The name of the program's function.
pub(crate) const EXPORT: &str = "run";

impl Ty {
    /// The type as the format writes it.
    fn encoded(self) -> ValType {
        match self {
            Ty::I32 => ValType::I32,
            Ty::I64 => ValType::I64,
            Ty::F32 => ValType::F32,
            Ty::F64 => ValType::F64,
            Ty::V128 => ValType::V128,
        }
    }
}

impl Program {
    /// Where a memory stands among all: those of the host come first.
    pub fn memory_index(&self, memory: u32) -> u32 {
        let imported = self.memories[memory as usize].imported;
        let before = |&(index, other): &(usize, &super::program::Memory)| {
            (other.imported && !imported) || (other.imported == imported && index < memory as usize)
        };
        self.memories.iter().enumerate().filter(before).count() as u32
    }

    /// The module.
    pub fn module(&self) -> Vec<u8> {
        let (mut types, mut imports, mut memories) = (TypeSection::new(), ImportSection::new(), MemorySection::new());
        let (mut functions, mut exports, mut code) = (FunctionSection::new(), ExportSection::new(), CodeSection::new());
        let mut globals = GlobalSection::new();
        types.ty().function([ValType::I32], []);
        imports.import("env", "note", EntityType::Function(0));
        for (index, memory) in self.memories.iter().enumerate() {
            let (memory64, imported) = (memory.wide, memory.imported);
            let ty = MemoryType { minimum: 1, maximum: None, memory64, shared: false, page_size_log2: None };
            if imported {
                imports.import("env", &format!("memory{index}"), ty);
            } else {
                memories.memory(ty);
                exports.export(&format!("memory{index}"), ExportKind::Memory, self.memory_index(index as u32));
            }
        }
        for (index, global) in self.globals.iter().enumerate() {
            let ty = GlobalType { val_type: global.ty.encoded(), mutable: global.mutable, shared: false };
            globals.global(ty, &constant(global.ty, global.bits as u128));
            exports.export(&format!("global{index}"), ExportKind::Global, index as u32);
        }
        for (index, helper) in self.helpers.iter().enumerate() {
            types.ty().function(helper.params.iter().map(|ty| ty.encoded()), [helper.result.encoded()]);
            functions.function(index as u32 + 1);
            let mut function = Writer { program: self, function: Function::new([]), labels: Vec::new() };
            function.expr(&helper.value);
            code.function(&function.end());
        }
        let results = self.results.iter().map(|&local| self.local(local).encoded());
        types.ty().function(self.params.iter().map(|(ty, _)| ty.encoded()), results);
        let last = self.helpers.len() as u32 + 1;
        functions.function(last);
        exports.export(EXPORT, ExportKind::Func, last);
        code.function(&self.own());

        let mut module = Module::new();
        module.section(&types).section(&imports).section(&functions);
        module.section(&memories).section(&globals).section(&exports).section(&code);
        module.finish()
    }

    fn own(&self) -> Function {
        let locals = Function::new_with_locals_types(self.locals.iter().map(|ty| ty.encoded()));
        let mut writer = Writer { program: self, function: locals, labels: vec![Label::Return] };
        writer.put(&Instruction::Block(BlockType::Empty));
        writer.list(&self.body);
        writer.put(&Instruction::End);
        self.results.iter().for_each(|&local| writer.put(&Instruction::LocalGet(local)));
        writer.end()
    }
}

fn constant(ty: Ty, bits: u128) -> ConstExpr {
    match ty {
        Ty::I32 => ConstExpr::i32_const(bits as i32),
        Ty::I64 => ConstExpr::i64_const(bits as i64),
        Ty::F32 => ConstExpr::f32_const(f32::from_bits(bits as u32).into()),
        Ty::F64 => ConstExpr::f64_const(f64::from_bits(bits as u64).into()),
        Ty::V128 => ConstExpr::v128_const(bits as i128),
    }
}

/// What a branch out of a block does.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Label {
    /// Goes to the program's end.
    Return,
    /// Leaves a loop.
    Exit,
    /// Begins an iteration.
    Head,
    /// Ends an iteration.
    Latch,
    /// Nothing that a statement names.
    Other,
}

struct Writer<'p> {
    program: &'p Program,
    function: Function,
    labels: Vec<Label>,
}

impl Writer<'_> {
    fn end(mut self) -> Function {
        self.put(&Instruction::End);
        self.function
    }

    fn put(&mut self, instruction: &Instruction<'_>) {
        self.function.instruction(instruction);
    }

    fn code(&mut self, prefix: Prefix, code: u32) {
        let mut bytes = Vec::new();
        match prefix {
            Prefix::None => bytes.push(code as u8),
            Prefix::Numeric => (bytes.push(0xfc), code.encode(&mut bytes)).1,
            Prefix::Vector => (bytes.push(0xfd), code.encode(&mut bytes)).1,
        }
        self.function.raw(bytes);
    }

    /// Branches to the block around this place with that label, `skip` such blocks left out.
    fn branch_if(&mut self, label: Label, skip: u32) {
        let matching = self.labels.iter().rev().enumerate().filter(|&(_, &other)| other == label);
        // A statement that a reduction lifted out of its loop leaves what is around it, or the program.
        let outermost = self.labels.len() - 1;
        let depth = matching.map(|(depth, _)| depth).nth(skip as usize).unwrap_or(outermost);
        self.put(&Instruction::BrIf(depth as u32));
    }

    fn block(&mut self, label: Label, head: &Instruction<'_>, inside: impl FnOnce(&mut Self)) {
        self.put(head);
        self.labels.push(label);
        inside(self);
        self.labels.pop();
        self.put(&Instruction::End);
    }

    fn list(&mut self, statements: &[Stmt]) {
        statements.iter().for_each(|statement| self.statement(statement));
    }

    fn statement(&mut self, statement: &Stmt) {
        match statement {
            Stmt::Set(local, value) => {
                self.expr(value);
                self.put(&Instruction::LocalSet(*local));
            }
            Stmt::SetGlobal(global, value) => {
                self.expr(value);
                self.put(&Instruction::GlobalSet(*global));
            }
            Stmt::Store(index, place, value) => {
                self.expr(&place.address);
                self.expr(value);
                self.access(&STORES[*index as usize], place);
            }
            Stmt::If(condition, then, otherwise) => {
                self.expr(condition);
                self.block(Label::Other, &Instruction::If(BlockType::Empty), |writer| {
                    writer.list(then);
                    if !otherwise.is_empty() {
                        writer.put(&Instruction::Else);
                        writer.list(otherwise);
                    }
                });
            }
            Stmt::Loop(inner) => self.inner_loop(inner),
            Stmt::Exit(condition, levels) => {
                self.expr(condition);
                self.branch_if(Label::Exit, *levels);
            }
            Stmt::Continue(condition) => {
                self.expr(condition);
                self.branch_if(Label::Latch, 0);
            }
            Stmt::Return(condition) => {
                self.expr(condition);
                self.branch_if(Label::Return, 0);
            }
            Stmt::Trap(condition) => {
                self.expr(condition);
                let head = Instruction::If(BlockType::Empty);
                self.block(Label::Other, &head, |writer| writer.put(&Instruction::Unreachable));
            }
            Stmt::Note(value) => {
                self.expr(value);
                self.put(&Instruction::Call(0));
            }
            Stmt::Fill(memory, to, value, count) => {
                [to, value, count].into_iter().for_each(|operand| self.expr(operand));
                self.put(&Instruction::MemoryFill(self.program.memory_index(*memory)));
            }
            Stmt::Copy(memory, to, from, count) => {
                [to, from, count].into_iter().for_each(|operand| self.expr(operand));
                let memory = self.program.memory_index(*memory);
                self.put(&Instruction::MemoryCopy { src_mem: memory, dst_mem: memory });
            }
        }
    }

    fn inner_loop(&mut self, inner: &Loop) {
        for Induction { local, start, .. } in &inner.inductions {
            self.expr(start);
            self.put(&Instruction::LocalSet(*local));
        }
        let block = Instruction::Block(BlockType::Empty);
        self.block(Label::Exit, &block, |writer| {
            if inner.test == Test::Guarded {
                writer.expr(&inner.goes_on);
                writer.put(&Instruction::I32Eqz);
                writer.branch_if(Label::Exit, 0);
            }
            writer.block(Label::Head, &Instruction::Loop(BlockType::Empty), |writer| {
                if inner.test == Test::Top {
                    writer.expr(&inner.goes_on);
                    writer.put(&Instruction::I32Eqz);
                    writer.branch_if(Label::Exit, 0);
                }
                if continues(&inner.body) {
                    writer.block(Label::Latch, &block, |writer| writer.list(&inner.body));
                } else {
                    writer.list(&inner.body);
                }
                inner.inductions.iter().for_each(|induction| writer.step(induction));
                if inner.test == Test::Top {
                    writer.put(&Instruction::Br(0));
                } else {
                    writer.expr(&inner.goes_on);
                    writer.branch_if(Label::Head, 0);
                }
            });
        });
    }

    fn step(&mut self, induction: &Induction) {
        let ty = induction.step.ty();
        self.put(&Instruction::LocalGet(induction.local));
        self.expr(&induction.step);
        self.put(match ty {
            Ty::I64 => &Instruction::I64Add,
            Ty::F32 => &Instruction::F32Add,
            Ty::F64 => &Instruction::F64Add,
            Ty::I32 | Ty::V128 => &Instruction::I32Add,
        });
        self.put(&Instruction::LocalSet(induction.local));
    }

    fn access(&mut self, access: &Access, place: &Place) {
        self.code(access.prefix, access.code);
        let mut bytes = Vec::new();
        let (memory, align) = (self.program.memory_index(place.memory), place.align.min(access.log) as u64);
        let arg = wasm_encoder::MemArg { offset: place.offset, align: align as u32, memory_index: memory };
        arg.encode(&mut bytes);
        self.function.raw(bytes);
    }

    fn expr(&mut self, expr: &Expr) {
        match expr {
            Expr::Const(ty, bits) => self.put(&match ty {
                Ty::I32 => Instruction::I32Const(*bits as i32),
                Ty::I64 => Instruction::I64Const(*bits as i64),
                Ty::F32 => Instruction::F32Const(f32::from_bits(*bits as u32).into()),
                Ty::F64 => Instruction::F64Const(f64::from_bits(*bits as u64).into()),
                Ty::V128 => Instruction::V128Const(*bits as i128),
            }),
            Expr::Local(local, _) => self.put(&Instruction::LocalGet(*local)),
            Expr::Global(global, _) => self.put(&Instruction::GlobalGet(*global)),
            Expr::Op(index, lanes, operands) => {
                operands.iter().for_each(|operand| self.expr(operand));
                let operator = &OPERATORS[*index as usize];
                self.code(operator.prefix, operator.code);
                match operator.immediate {
                    Immediate::None => {}
                    Immediate::Lane(count) => drop(self.function.raw([(*lanes % count as u128) as u8])),
                    Immediate::Lanes => drop(self.function.raw(lanes.to_le_bytes().map(|lane| lane % 32))),
                }
            }
            Expr::Select(parts) => {
                parts.iter().for_each(|part| self.expr(part));
                self.put(&Instruction::Select);
            }
            Expr::Load(index, place) => {
                self.expr(&place.address);
                self.access(&LOADS[*index as usize], place);
            }
            Expr::Call(helper, _, operands) => {
                operands.iter().for_each(|operand| self.expr(operand));
                self.put(&Instruction::Call(helper + 1));
            }
            Expr::Tee(local, value) => {
                self.expr(value);
                self.put(&Instruction::LocalTee(*local));
            }
        }
    }
}

/// True if a statement of this loop, rather than of one inside, goes on with the next iteration.
fn continues(body: &[Stmt]) -> bool {
    body.iter().any(|statement| match statement {
        Stmt::Continue(_) => true,
        Stmt::If(_, then, otherwise) => continues(then) || continues(otherwise),
        _ => false,
    })
}
