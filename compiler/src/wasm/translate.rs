//! One function from operators to SSA, validated on the way.
//!
//! Wasm's structure makes SSA construction direct: the outline says which locals each construct assigns, so the label of a
//! construct becomes a block with one parameter per value that the label carries and one per assigned local, and every edge to
//! it passes the current values. Parameters that turn out to be redundant or dead are removed by `simplify`. Code that can't be
//! reached is validated and otherwise skipped.
//!
//! For each loop with memory accesses the translation also records what the SSA form no longer shows: which local carries
//! which value at the loop's entry and at the ends of the blocks that may leave it, and where each block begins in the
//! structured code. That is what a dispatch needs to pass values by name, and the rewriter to leave through the right exit.

use super::entities::{Carried, FUNCTION, GuestFunction, GuestLoop, Module, Where};
use super::operators::{self, Meaning};
use super::scan::{Kind, Outline};
use super::vectors;
use ir::lowered::{Block, BlockId, Const, Foreign, Func, Inst, Op, Target, Term, Type, Value};
use std::collections::hash_map::Entry;
use std::collections::{HashMap, HashSet};
use wasmparser::{
    BinaryReaderError, BlockType, FuncValidator, FunctionBody, ModuleArity, Operator, ValType, ValidatorResources,
    WasmModuleResources,
};

type Validator = FuncValidator<ValidatorResources>;

/// Why a valid function has no SSA form here.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Untranslated {
    /// This operator, at this byte offset, transfers control in a way that LoweredOp has no form for.
    Control(String, u32),
    /// Its edges carry too many locals.
    TooLarge,
}

/// Translates `body`.
pub fn translate(
    module: &Module,
    validator: &mut Validator,
    body: &FunctionBody<'_>,
    outline: &Outline,
) -> Result<Result<GuestFunction, Untranslated>, BinaryReaderError> {
    let mut reader = body.get_binary_reader();
    validator.read_locals(&mut reader)?;
    let mut translator = Translator::new(module, validator, outline);
    let mut operators = body.get_operators_reader()?;
    while !operators.eof() {
        let (operator, offset) = operators.read_with_offset()?;
        let arity = operator.operator_arity(&validator.visitor(offset)).unwrap_or((0, 0));
        validator.op(offset, &operator)?;
        translator.operator(validator, &operator, offset as u32, arity);
    }
    operators.finish()?;
    Ok(match translator.function {
        function if function.too_large => Err(Untranslated::TooLarge),
        GuestFunction { untranslated: Some((name, at)), .. } => Err(Untranslated::Control(name, at)),
        function => Ok(function),
    })
}

/// Locals that a function may pass along its edges and record at ends of blocks.
const MAX_SPENT: usize = 16_000_000;
/// Instructions between an operator and a constant that it takes.
const CONSTANT_SEARCH: usize = 64;

/// An open construct.
struct Frame {
    kind: Kind,
    offset: u32,
    /// Index of the construct in the outline.
    construct: usize,
    /// Where a branch to the label goes.
    label: BlockId,
    /// Where control continues after the end; for loops there is no such block.
    join: BlockId,
    join_used: bool,
    /// Values that a branch to the label carries, and that the end leaves.
    label_arity: usize,
    end_arity: usize,
    /// Operands below the construct.
    height: usize,
    /// For an `if`: the values of the assigned locals and the parameters at its start, and the arm for zero.
    other_arm: Option<OtherArm>,
    /// The innermost candidate loop that this frame is or stands in.
    home: Option<u32>,
}

/// A candidate loop that is open.
#[derive(Clone, Copy)]
struct Open {
    /// Its place among the frames.
    frame: usize,
    /// Its place among the function's loops.
    index: u32,
}

struct OtherArm {
    locals: Vec<Value>,
    params: Vec<Value>,
    block: BlockId,
}

/// A function in translation.
pub struct Translator<'a> {
    pub(super) module: &'a Module,
    outline: &'a Outline,
    pub(super) function: GuestFunction,
    frames: Vec<Frame>,
    stack: Vec<Value>,
    locals: Vec<Value>,
    block: BlockId,
    reachable: bool,
    /// Constructs opened in unreachable code.
    dead_depth: usize,
    next_construct: usize,
    /// Locals passed along edges and recorded at ends of blocks.
    spent: usize,
    /// The candidate loops around, outermost first.
    open: Vec<Open>,
    /// Locals already recorded as read, for each candidate loop.
    seen: Vec<HashSet<u32>>,
}

fn type_of(ty: ValType) -> Type {
    match ty {
        ValType::I32 => Type::I32,
        ValType::I64 => Type::I64,
        ValType::F32 => Type::F32,
        ValType::F64 => Type::F64,
        ValType::V128 => Type::V128,
        ValType::Ref(_) => Type::Ref,
    }
}

impl<'a> Translator<'a> {
    fn new(module: &'a Module, validator: &mut Validator, outline: &'a Outline) -> Translator<'a> {
        let index = validator.index();
        let signature = validator.visitor(0).type_index_of_function(index);
        let signature = signature.and_then(|i| validator.visitor(0).sub_type_at(i).cloned());
        let (params, results): (Vec<Type>, Vec<Type>) = signature.map_or_else(Default::default, |ty| {
            let ty = ty.unwrap_func();
            let map = |list: &[ValType]| list.iter().map(|&t| type_of(t)).collect();
            (map(ty.params()), map(ty.results()))
        });
        let count = validator.len_locals();
        let local_types: Vec<Type> =
            (0..count).map(|i| validator.get_local_type(i).map_or(Type::I32, type_of)).collect();
        let func = Func { name: module.name(index).unwrap_or("").to_string(), results, ..Func::default() };
        let function = GuestFunction { index, func, sites: outline.sites(), local_types, ..Default::default() };
        let mut translator = Translator {
            module,
            outline,
            function,
            frames: Vec::new(),
            stack: Vec::new(),
            locals: Vec::new(),
            block: BlockId::ENTRY,
            reachable: true,
            dead_depth: 0,
            next_construct: 1,
            spent: 0,
            open: Vec::new(),
            seen: Vec::new(),
        };
        translator.open_function(params.len());
        translator
    }

    fn open_function(&mut self, params: usize) {
        self.block = self.new_block(Where::Start, None);
        let types = self.function.local_types.clone();
        for &ty in &types[..params] {
            let value = self.function.func.new_value(ty);
            self.function.func.block_mut(BlockId::ENTRY).params.push(value);
            self.locals.push(value);
        }
        let mut zeros: HashMap<Type, Value> = HashMap::new();
        for &ty in &types[params..] {
            let zero = match zeros.get(&ty) {
                Some(&zero) => zero,
                None if ty.is_scalar() => self.define(Op::Const(Const { ty, bits: 0 }), ty, 0),
                None if ty == Type::V128 => self.define(Op::VectorConst([0; 16]), ty, 0),
                None => self.foreign("local.init", Vec::new(), &[ty], 0)[0],
            };
            zeros.insert(ty, zero);
            self.locals.push(zero);
        }
        let results = self.function.func.results.clone();
        let join = self.new_block(Where::Join { construct: FUNCTION, parent: FUNCTION }, None);
        let params: Vec<Value> = results.iter().map(|&ty| self.function.func.new_value(ty)).collect();
        let end = self.function.func.block_mut(join);
        end.params = params.clone();
        end.term = Term::Return(params);
        self.frames.push(Frame {
            kind: Kind::Block,
            offset: FUNCTION,
            construct: 0,
            label: join,
            join,
            join_used: false,
            label_arity: results.len(),
            end_arity: results.len(),
            height: 0,
            other_arm: None,
            home: None,
        });
    }

    /// A block without instructions, which control doesn't leave yet.
    pub(super) fn new_block(&mut self, place: Where, home: Option<u32>) -> BlockId {
        self.function.places.push(place);
        self.function.home.push(home);
        self.function.func.blocks.push(Block { params: Vec::new(), insts: Vec::new(), term: Term::Unreachable });
        BlockId(self.function.func.blocks.len() as u32 - 1)
    }

    /// Appends an operation to the current block.
    pub fn define(&mut self, op: Op, ty: Type, at: u32) -> Value {
        self.function.func.push(self.block, op, ty, at)
    }

    /// Appends an instruction to the current block.
    pub fn push(&mut self, inst: Inst) {
        self.function.func.block_mut(self.block).insts.push(inst);
    }

    fn foreign(&mut self, name: &str, args: Vec<Value>, results: &[Type], at: u32) -> Vec<Value> {
        let op = Op::Foreign(Box::new(Foreign { name: name.to_string(), args }));
        self.push(Inst { result: None, op, at });
        results.iter().map(|&ty| self.define(Op::ForeignResult, ty, at)).collect()
    }

    /// The operand on top of the stack.
    pub fn pop(&mut self) -> Value {
        self.stack.pop().expect("the validator has checked the stack")
    }

    fn pop_many(&mut self, count: usize) -> Vec<Value> {
        self.stack.split_off(self.stack.len() - count)
    }

    /// The innermost candidate loop around.
    pub(super) fn home(&self) -> Option<u32> {
        self.frames.last().and_then(|f| f.home)
    }

    fn frame_offset(&self) -> u32 {
        self.frames.last().map_or(FUNCTION, |f| f.offset)
    }

    fn assigned(&self, construct: usize) -> &'a [u32] {
        // A branch to the function's end needs no locals.
        if construct == 0 { &[] } else { &self.outline.constructs[construct].assigned }
    }

    /// Ends the current block.
    pub(super) fn terminate(&mut self, term: Term) {
        self.function.func.block_mut(self.block).term = term;
    }

    /// Records the locals at the end of the current block, which branches to the label of the frame at this place, for the
    /// loops that have the label around them or in their own sequence.
    fn leaves_to(&mut self, label: usize) {
        for at in (0..self.open.len()).rev() {
            let Open { frame, index } = self.open[at];
            if frame > label || frame + 1 == label {
                self.record_end(index);
            }
            if frame <= label {
                return;
            }
        }
    }

    fn record_end(&mut self, index: u32) {
        let guest_loop = &mut self.function.loops[index as usize];
        self.spent += 1;
        if let Entry::Vacant(entry) = guest_loop.ends.entry(self.block) {
            self.spent += guest_loop.assigned.len();
            entry.insert(guest_loop.assigned.iter().map(|&l| self.locals[l as usize]).collect());
        }
    }

    /// What follows stands in `block`.
    pub(super) fn start(&mut self, block: BlockId) {
        self.block = block;
        self.reachable = true;
    }

    /// The edge to the label at `depth`, carrying the operands on top of the stack, which stay there.
    fn edge(&mut self, depth: u32) -> Target {
        let at = self.frames.len() - 1 - depth as usize;
        self.frames[at].join_used = true;
        self.leaves_to(at);
        let frame = &self.frames[at];
        let mut args = self.stack[self.stack.len() - frame.label_arity..].to_vec();
        self.spent += self.assigned(frame.construct).len();
        args.extend(self.assigned(frame.construct).iter().map(|&l| self.locals[l as usize]));
        Target { block: frame.label, args }
    }

    fn operator(&mut self, validator: &Validator, operator: &Operator<'_>, at: u32, arity: (u32, u32)) {
        // Every edge costs as much as its target assigns locals, which a small body can make a lot.
        self.function.too_large |= self.spent > MAX_SPENT;
        if self.function.too_large || self.function.untranslated.is_some() {
            return;
        }
        if !self.reachable {
            return self.dead_operator(operator);
        }
        if let Some(meaning) = vectors::meaning(operator) {
            let pushed = self.vector(meaning, at);
            return self.stack.extend(pushed);
        }
        match operators::meaning(operator) {
            Some(meaning) => self.scalar(meaning, at),
            None => self.structured(validator, operator, at, arity),
        }
    }

    fn dead_operator(&mut self, operator: &Operator<'_>) {
        match operator {
            Operator::Block { .. } | Operator::Loop { .. } | Operator::If { .. } | Operator::TryTable { .. } => {
                self.dead_depth += 1;
                self.next_construct += 1;
            }
            Operator::End if self.dead_depth > 0 => self.dead_depth -= 1,
            Operator::End => self.end(),
            Operator::Else if self.dead_depth == 0 => self.other_arm(),
            _ => {}
        }
    }

    fn scalar(&mut self, meaning: Meaning, at: u32) {
        let (op, ty) = match meaning {
            Meaning::Const(c) => (Op::Const(c), c.ty),
            Meaning::Unary(op) => (Op::Unary(op, self.pop()), op.result()),
            Meaning::Binary(op) => {
                let b = self.pop();
                (Op::Binary(op, self.pop(), b), op.result())
            }
            Meaning::Load(kind, arg) => {
                let addr = self.pop();
                (Op::Load { kind, space: arg.memory, offset: arg.offset, addr }, kind.ty())
            }
            Meaning::Store(kind, arg) => {
                let value = self.pop();
                let addr = self.pop();
                let op = Op::Store { kind, space: arg.memory, offset: arg.offset, addr, value };
                self.push(Inst { result: None, op, at });
                return;
            }
        };
        let value = self.define(op, ty, at);
        self.stack.push(value);
    }

    fn structured(&mut self, validator: &Validator, operator: &Operator<'_>, at: u32, arity: (u32, u32)) {
        match *operator {
            Operator::Nop => {}
            Operator::Drop => drop(self.pop()),
            Operator::LocalGet { local_index } => self.local_get(local_index),
            Operator::LocalSet { local_index } => self.locals[local_index as usize] = self.pop(),
            Operator::LocalTee { local_index } => {
                self.locals[local_index as usize] = *self.stack.last().expect("the validator has checked the stack");
            }
            Operator::GlobalGet { global_index } => {
                let op = self.module.global(global_index).map_or(Op::GlobalGet(global_index), Op::Const);
                let value = self.define(op, top_type(validator, 0), at);
                self.stack.push(value);
            }
            Operator::GlobalSet { global_index } => {
                let op = Op::GlobalSet(global_index, self.pop());
                self.push(Inst { result: None, op, at });
            }
            Operator::Select | Operator::TypedSelect { .. } => {
                let cond = self.pop();
                let if_false = self.pop();
                let if_true = self.pop();
                let ty = self.function.func.ty(if_true);
                let value = self.define(Op::Select { cond, if_true, if_false }, ty, at);
                self.stack.push(value);
            }
            Operator::Block { blockty } => self.open(validator, Kind::Block, blockty, at),
            Operator::Loop { blockty } => self.open(validator, Kind::Loop, blockty, at),
            Operator::If { blockty } => self.open(validator, Kind::If, blockty, at),
            Operator::Else => self.other_arm(),
            Operator::End => self.end(),
            Operator::Br { .. } | Operator::BrIf { .. } | Operator::BrTable { .. } | Operator::Return => {
                self.branch(operator, at);
            }
            Operator::Unreachable => self.leave(Term::Unreachable),
            _ if transfers_control(operator) => self.function.untranslated = Some((operators::name(operator), at)),
            _ => self.foreign_operator(validator, operator, at, arity),
        }
    }

    fn local_get(&mut self, local: u32) {
        let value = self.locals[local as usize];
        self.stack.push(value);
        // What a loop assigns, those around it assign too; what it has seen, they have seen too.
        for &Open { index, .. } in self.open.iter().rev() {
            let guest_loop = &mut self.function.loops[index as usize];
            if guest_loop.assigned.binary_search(&local).is_ok() || !self.seen[index as usize].insert(local) {
                break;
            }
            self.spent += 1;
            guest_loop.reads.push((local, value));
        }
    }

    fn foreign_operator(&mut self, validator: &Validator, operator: &Operator<'_>, at: u32, arity: (u32, u32)) {
        let mut args = self.pop_many(arity.0 as usize);
        if self.bulk(operator, &args, at) {
            return;
        }
        let known = self.known_callee(validator, operator, &args);
        if known.is_some() {
            args.pop();
        }
        let operator = known.as_ref().unwrap_or(operator);
        let mut name = operators::name(operator);
        if let Operator::Call { function_index } | Operator::ReturnCall { function_index } = *operator {
            name = match self.module.name(function_index) {
                Some(callee) => format!("{name} {callee:?}"),
                None => format!("{name} {function_index}"),
            };
            if matches!(operator, Operator::Call { .. }) {
                self.function.calls.push((at, function_index));
            }
        }
        let returns = matches!(
            operator,
            Operator::ReturnCall { .. } | Operator::ReturnCallIndirect { .. } | Operator::ReturnCallRef { .. }
        );
        // A tail call is a call and a return, to loops in front of it; one in a loop leaves it for good, as a trap does.
        if returns && self.open.is_empty() {
            let results = self.function.func.results.clone();
            let values = self.foreign(&name, args, &results, at);
            return self.leave(Term::Return(values));
        }
        if returns || matches!(operator, Operator::Throw { .. } | Operator::ThrowRef) {
            self.foreign(&name, args, &[], at);
            return self.leave(Term::Unreachable);
        }
        let results: Vec<Type> = (0..arity.1 as usize).rev().map(|depth| top_type(validator, depth)).collect();
        let values = self.foreign(&name, args, &results, at);
        self.stack.extend(values);
    }

    /// The direct call that an indirect call through a constant element of a fixed table is, if the function has the very type
    /// that is called for.
    fn known_callee(
        &self,
        validator: &Validator,
        operator: &Operator<'_>,
        args: &[Value],
    ) -> Option<Operator<'static>> {
        let Operator::CallIndirect { type_index, table_index } = *operator else { return None };
        let index = self.recent_constant(*args.last()?)?;
        let function_index = self.module.element(table_index, u32::try_from(index.bits).ok()?)?;
        let ty = validator.resources().type_index_of_function(function_index)?;
        (ty == type_index).then_some(Operator::Call { function_index })
    }

    /// The operation that defines a value, if it is a recent instruction of this block.
    pub fn recent(&self, value: Value) -> Option<&Op> {
        let insts = self.function.func.block(self.block).insts.iter().rev();
        insts.take(CONSTANT_SEARCH).find(|inst| inst.result == Some(value)).map(|inst| &inst.op)
    }

    /// The constant that a value is, if a recent instruction of this block says so.
    pub fn recent_constant(&self, value: Value) -> Option<Const> {
        match *self.recent(value)? {
            Op::Const(constant) => Some(constant),
            _ => None,
        }
    }

    /// A parameter of a block, which every edge to it passes.
    pub(super) fn parameter(&mut self, block: BlockId, ty: Type) -> Value {
        let value = self.function.func.new_value(ty);
        self.function.func.block_mut(block).params.push(value);
        value
    }

    /// All candidate loops around hold a loop from here on.
    pub(super) fn has_inner(&mut self) {
        self.open.iter().for_each(|open| self.function.loops[open.index as usize].has_inner = true);
    }

    /// Ends the block; what follows up to the construct's end can't be reached.
    fn leave(&mut self, term: Term) {
        self.terminate(term);
        self.reachable = false;
    }

    fn branch(&mut self, operator: &Operator<'_>, at: u32) {
        match operator {
            Operator::Br { relative_depth } => {
                let target = self.edge(*relative_depth);
                self.leave(Term::Jump(target));
            }
            Operator::BrIf { relative_depth } => {
                let cond = self.pop();
                let then = self.edge(*relative_depth);
                if let Some(&Open { frame, index }) = self.open.last()
                    && frame + 1 == self.frames.len()
                {
                    self.record_end(index);
                }
                let next = self.new_block(Where::After { offset: at, frame: self.frame_offset() }, self.home());
                self.terminate(Term::Branch { cond, then, otherwise: Target { block: next, args: Vec::new() } });
                self.start(next);
            }
            Operator::BrTable { targets } => {
                let index = self.pop();
                let table = targets.targets().flatten().map(|depth| self.edge(depth)).collect();
                let default = self.edge(targets.default());
                self.leave(Term::Switch { index, targets: table, default });
            }
            _ => {
                let target = self.edge(self.frames.len() as u32 - 1);
                self.leave(Term::Jump(target));
            }
        }
    }

    fn open(&mut self, validator: &Validator, kind: Kind, ty: BlockType, at: u32) {
        let (params, results) = signature(validator, ty);
        let construct = self.next_construct;
        self.next_construct += 1;
        let cond = (kind == Kind::If).then(|| self.pop());
        let height = self.stack.len() - params.len();
        let parent = self.frame_offset();
        let outer_home = self.home();
        let label_types = if kind == Kind::Loop { &params } else { &results };
        let place = match kind {
            Kind::Loop => Where::Header { construct: at },
            _ => Where::Join { construct: at, parent },
        };
        let candidate = self.candidate(construct, at, !params.is_empty());
        let home = candidate.or(outer_home);
        let label = self.new_block(place, home);
        let own: Vec<Value> = label_types.iter().map(|&ty| self.function.func.new_value(ty)).collect();
        let locals: Vec<Value> = self
            .assigned(construct)
            .iter()
            .map(|&l| self.function.func.new_value(self.function.local_types[l as usize]))
            .collect();
        self.function.func.block_mut(label).params = own.iter().chain(&locals).copied().collect();
        let mut frame = Frame {
            kind,
            offset: at,
            construct,
            label,
            join: label,
            join_used: false,
            label_arity: label_types.len(),
            end_arity: results.len(),
            height,
            other_arm: None,
            home,
        };
        match (kind, cond) {
            (Kind::Loop, _) => self.enter_loop(frame, &own, &locals, candidate),
            (_, Some(cond)) => {
                frame.other_arm = Some(self.enter_if(construct, cond, height));
                self.frames.push(frame);
            }
            _ => self.frames.push(frame),
        }
    }

    /// Registers the construct if it is a candidate loop.
    fn candidate(&mut self, construct: usize, offset: u32, has_params: bool) -> Option<u32> {
        if !self.outline.constructs[construct].candidate {
            return None;
        }
        let assigned = self.assigned(construct).to_vec();
        // The header is the block made next.
        let header = BlockId(self.function.func.blocks.len() as u32);
        let (parent, depth) = (self.home(), self.open.len() as u32);
        let has_inner = self.outline.constructs[construct].has_inner;
        let (carried, reads, globals, ends) = (Vec::new(), Vec::new(), Vec::new(), HashMap::new());
        self.function.loops.push(GuestLoop {
            offset,
            header,
            has_params,
            has_inner,
            parent,
            depth,
            assigned,
            carried,
            reads,
            globals,
            ends,
        });
        self.seen.push(HashSet::new());
        Some(self.function.loops.len() as u32 - 1)
    }

    fn enter_loop(&mut self, frame: Frame, own: &[Value], locals: &[Value], candidate: Option<u32>) {
        let (header, construct) = (frame.label, frame.construct);
        self.frames.push(frame);
        let target = self.edge(0);
        // The preheader belongs to the code before the loop.
        self.function.func.block_mut(self.block).term = Term::Jump(target);
        let keep = self.stack.len() - own.len();
        self.stack.truncate(keep);
        self.stack.extend(own);
        self.open.extend(candidate.map(|index| Open { frame: self.frames.len() - 1, index }));
        for (&local, &param) in self.assigned(construct).iter().zip(locals) {
            let start = std::mem::replace(&mut self.locals[local as usize], param);
            if let Some(index) = candidate {
                self.function.loops[index as usize].carried.push(Carried { local, start, param });
            }
        }
        self.start(header);
    }

    fn enter_if(&mut self, construct: usize, cond: Value, height: usize) -> OtherArm {
        let then = self.new_block(Where::Arm, self.home());
        let block = self.new_block(Where::Arm, self.home());
        let target = |block| Target { block, args: Vec::new() };
        self.terminate(Term::Branch { cond, then: target(then), otherwise: target(block) });
        let locals = self.assigned(construct).iter().map(|&l| self.locals[l as usize]).collect();
        let params = self.stack[height..].to_vec();
        self.start(then);
        OtherArm { locals, params, block }
    }

    /// Control reaches the end of the current arm or construct.
    fn fall_through(&mut self) {
        let frame = self.frames.last_mut().expect("the validator has checked the nesting");
        frame.join_used = true;
        let (join, arity, construct) = (frame.join, frame.end_arity, frame.construct);
        self.leaves_to(self.frames.len() - 1);
        let mut args = self.stack[self.stack.len() - arity..].to_vec();
        args.extend(self.assigned(construct).iter().map(|&l| self.locals[l as usize]));
        self.terminate(Term::Jump(Target { block: join, args }));
    }

    fn other_arm(&mut self) {
        if self.reachable {
            self.fall_through();
        }
        let frame = self.frames.last_mut().expect("the validator has checked the nesting");
        let (height, construct) = (frame.height, frame.construct);
        let Some(arm) = frame.other_arm.take() else { return };
        self.stack.truncate(height);
        self.stack.extend(&arm.params);
        for (&local, &value) in self.assigned(construct).iter().zip(&arm.locals) {
            self.locals[local as usize] = value;
        }
        self.start(arm.block);
    }

    fn end(&mut self) {
        if self.frames.last().is_some_and(|f| f.other_arm.is_some()) {
            // An `if` without `else`: the other arm passes everything on.
            self.other_arm();
        }
        let is_loop = self.frames.last().is_some_and(|f| f.kind == Kind::Loop);
        if self.reachable && !is_loop {
            self.fall_through();
        }
        let Some(frame) = self.frames.pop() else { return };
        if is_loop {
            self.open.pop_if(|open| open.frame == self.frames.len());
            let results = if self.reachable { self.pop_many(frame.end_arity) } else { Vec::new() };
            self.stack.truncate(frame.height);
            self.stack.extend(results);
            return;
        }
        self.stack.truncate(frame.height);
        self.reachable = frame.join_used && frame.offset != FUNCTION;
        if !self.reachable {
            return;
        }
        self.start(frame.join);
        let params = self.function.func.block(frame.join).params.clone();
        let (own, locals) = params.split_at(frame.end_arity);
        self.stack.extend(own);
        for (&local, &value) in self.assigned(frame.construct).iter().zip(locals) {
            self.locals[local as usize] = value;
        }
    }
}

/// The type of the operand at `depth` below the top, as the validator sees it.
fn top_type(validator: &Validator, depth: usize) -> Type {
    validator.get_operand_type(depth).flatten().map_or(Type::Ref, type_of)
}

fn signature(validator: &Validator, ty: BlockType) -> (Vec<Type>, Vec<Type>) {
    match ty {
        BlockType::Empty => (Vec::new(), Vec::new()),
        BlockType::Type(ty) => (Vec::new(), vec![type_of(ty)]),
        BlockType::FuncType(index) => match validator.sub_type_at(index) {
            Some(ty) => {
                let ty = ty.unwrap_func();
                let map = |list: &[ValType]| list.iter().map(|&t| type_of(t)).collect();
                (map(ty.params()), map(ty.results()))
            }
            None => (Vec::new(), Vec::new()),
        },
    }
}

/// Operators that branch in ways the translation doesn't follow.
fn transfers_control(operator: &Operator<'_>) -> bool {
    matches!(
        operator,
        Operator::TryTable { .. }
            | Operator::BrOnNull { .. }
            | Operator::BrOnNonNull { .. }
            | Operator::BrOnCast { .. }
            | Operator::BrOnCastFail { .. }
    )
}
