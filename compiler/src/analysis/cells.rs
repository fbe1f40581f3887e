//! SANDBOX: private arrays as values.
//!
//! Input: a function, a loop, and what [`super::privates`] found of it. Output: a copy of the function in which the loop keeps each cell of
//! these arrays in a value, and stores them at the end of the iteration; or nothing where it isn't so that cells are written before they are
//! read. The copy is for analysis and extraction alone. Blocks keep their numbers, and what isn't in the loop stays.
//!
//! In every block a cell is what the blocks before it agree on, or a parameter. A store at a place that isn't constant replaces each cell
//! that it may mean if it means it; a load there chooses. *Written*: a cell that a store at a constant place has written, on all ways from the start of the
//! iteration. Written cells stay written, so at the header of a loop inside it is what was written before it is entered. A load
//! demands that all cells are written that it may read, and the end that all are that any store may write.

use super::context::Context;
use super::privates::{self, Array, At};
use super::shape::Shape;
use crate::wasm::{self, GuestFunction, GuestLoop};
use ir::lowered::{BinaryOp, BlockId, Const, Inst, LoadKind, Op, Shape as Lanes, StoreKind, Type, UnaryOp, Value};
use std::collections::HashMap;

/// The cells of all arrays, and which of them are written.
#[derive(Clone, Debug)]
struct State {
    cells: Vec<Vec<Value>>,
    written: Vec<u64>,
}

/// The function with the private arrays of one of its loops in values.
pub fn promote(
    function: &GuestFunction,
    guest_loop: &GuestLoop,
    context: &Context<'_>,
    shape: &Shape,
) -> Option<GuestFunction> {
    let arrays = privates::arrays(context, guest_loop, shape)?;
    let func = function.clone();
    let renamed = (0..func.func.values.len() as u32).map(Value).collect();
    let mut rewriter = Rewriter {
        context,
        shape,
        arrays,
        func,
        renamed,
        out: HashMap::new(),
        insts: Vec::new(),
        at: 0,
        zeros: Vec::new(),
    };
    rewriter.blocks()?;
    rewriter.edges();
    let Rewriter { mut func, mut renamed, .. } = rewriter;
    // A load may be read by what replaces another.
    for index in 0..renamed.len() {
        let mut value = renamed[index];
        while renamed[value.index()] != value {
            value = renamed[value.index()];
        }
        renamed[index] = value;
    }
    wasm::rename(&mut func, &renamed);
    wasm::simplify(&mut func);
    Some(func)
}

struct Rewriter<'r> {
    context: &'r Context<'r>,
    shape: &'r Shape,
    arrays: Vec<Array>,
    func: GuestFunction,
    renamed: Vec<Value>,
    /// What the cells are at the end of each block.
    out: HashMap<BlockId, State>,
    /// The block being written.
    insts: Vec<Inst>,
    at: u32,
    /// What stands for a cell that isn't written, by array.
    zeros: Vec<Value>,
}

impl Rewriter<'_> {
    fn blocks(&mut self) -> Option<()> {
        for &block in &self.shape.body {
            let mut state = self.begin(block);
            let old = std::mem::take(&mut self.func.func.block_mut(block).insts);
            self.at = old.first().map_or(0, |inst| inst.at);
            for (position, inst) in old.into_iter().enumerate() {
                self.at = inst.at;
                let found = self.arrays.iter().position(|a| a.accesses.contains_key(&(block, position)));
                match found {
                    Some(array) => self.access(array, (block, position), &inst, &mut state)?,
                    None => self.insts.push(inst),
                }
            }
            if block == self.shape.latch {
                self.finish(&state)?;
            }
            let insts = std::mem::take(&mut self.insts);
            self.func.func.block_mut(block).insts = insts;
            self.out.insert(block, state);
        }
        Some(())
    }

    /// What the cells are where a block begins.
    fn begin(&mut self, block: BlockId) -> State {
        if block == self.shape.header {
            self.zeros = (0..self.arrays.len()).map(|a| self.zero(a)).collect();
            let cells = self.arrays.iter().zip(&self.zeros).map(|(a, &zero)| vec![zero; a.cells]).collect();
            return State { cells, written: vec![0; self.arrays.len()] };
        }
        let before = &self.context.tree.predecessors[block.index()];
        if let [only] = before[..]
            && let Some(state) = self.out.get(&only)
        {
            return state.clone();
        }
        // Ways that come back to a loop inside come from where at least as much is written.
        let known = before.iter().filter_map(|from| self.out.get(from));
        let written = known.map(|state| state.written.clone());
        let both = |a: Vec<u64>, b: Vec<u64>| a.iter().zip(b).map(|(a, b)| a & b).collect();
        let foreign = before.iter().any(|from| !self.shape.inside.contains(from));
        let written = if foreign { None } else { written.reduce(both) };
        let written = written.unwrap_or_else(|| vec![0; self.arrays.len()]);
        let func = &mut self.func.func;
        let mut param = |ty: Type| {
            let value = func.new_value(ty);
            self.renamed.push(value);
            func.block_mut(block).params.push(value);
            value
        };
        let cells = self.arrays.iter().map(|a| (0..a.cells).map(|_| param(a.ty())).collect()).collect();
        State { cells, written }
    }

    /// Passes the cells to the blocks that have them as parameters.
    fn edges(&mut self) {
        let func = &mut self.func.func;
        let wants = |block: BlockId| func.block(block).params.len() - self.context.func.block(block).params.len();
        let wants: HashMap<BlockId, usize> = self.shape.body.iter().map(|&block| (block, wants(block))).collect();
        let zeros = self.arrays.iter().zip(&self.zeros).flat_map(|(a, &zero)| vec![zero; a.cells]);
        let zeros: Vec<Value> = zeros.collect();
        for from in (0..func.blocks.len() as u32).map(BlockId) {
            let cells = self.out.get(&from).map(|state| state.cells.concat());
            for target in func.block_mut(from).term.targets_mut() {
                if wants.get(&target.block).is_some_and(|&wants| wants > 0) {
                    target.args.extend(cells.as_ref().unwrap_or(&zeros));
                }
            }
        }
    }

    fn emit(&mut self, op: Op, ty: Type) -> Value {
        let value = self.func.func.new_value(ty);
        self.renamed.push(value);
        self.insts.push(Inst { result: Some(value), op, at: self.at });
        value
    }

    fn constant(&mut self, ty: Type, bits: u64) -> Value {
        self.emit(Op::Const(Const { ty, bits: bits & ty.mask() }), ty)
    }

    fn zero(&mut self, array: usize) -> Value {
        self.constant(self.arrays[array].ty(), 0)
    }

    fn unary(&mut self, op: UnaryOp, a: Value) -> Value {
        self.emit(Op::Unary(op, a), op.result())
    }

    fn by(&mut self, op: BinaryOp, a: Value, bits: u64) -> Value {
        let b = self.constant(op.operand(), bits);
        self.emit(Op::Binary(op, a, b), op.result())
    }

    /// The index from which an array's places are counted.
    fn index(&mut self, array: usize) -> Value {
        let ty = self.arrays[array].address;
        match self.arrays[array].index {
            (None, constant) => self.constant(ty, constant),
            (Some(value), 0) => value,
            (Some(value), constant) => self.by(ty.pick(BinaryOp::I32Add, BinaryOp::I64Add), value, constant),
        }
    }

    fn access(&mut self, array: usize, place: (BlockId, usize), inst: &Inst, state: &mut State) -> Option<()> {
        let (cell, at) = (self.arrays[array].cell, self.arrays[array].accesses[&place]);
        match (&inst.op, inst.result) {
            (&Op::Store { kind, value, offset, addr, .. }, _) => {
                let parts = self.parts(kind, value, cell);
                match at {
                    At::Cell(first) => {
                        for (i, part) in parts.into_iter().enumerate() {
                            state.cells[array][first + i] = part;
                            state.written[array] |= 1 << (first + i);
                        }
                    }
                    At::Among(first, end) => {
                        let &[part] = &parts[..] else { return None };
                        let distance = self.distance(array, addr, offset);
                        for i in first..end {
                            let old = state.cells[array][i];
                            state.cells[array][i] = self.choose(array, distance, i, (part, old));
                        }
                    }
                }
            }
            (&Op::Load { kind, offset, addr, .. }, Some(result)) => {
                let (first, end) = match at {
                    At::Cell(first) => (first, first + (kind.width() / cell) as usize),
                    At::Among(first, end) => (first, end),
                };
                if !(first..end).all(|i| state.written[array] >> i & 1 == 1) {
                    return None;
                }
                let mut parts = state.cells[array][first..end].to_vec();
                if let At::Among(..) = at {
                    let distance = self.distance(array, addr, offset);
                    let mut chosen = parts[0];
                    for (i, &part) in parts.iter().enumerate().skip(1) {
                        chosen = self.choose(array, distance, first + i, (part, chosen));
                    }
                    parts = vec![chosen];
                }
                let whole = self.whole(kind, &parts, cell)?;
                self.renamed[result.index()] = whole;
            }
            _ => return None,
        }
        Some(())
    }

    /// How far an address is from an array's index.
    fn distance(&mut self, array: usize, addr: Value, offset: u64) -> Value {
        let (index, ty) = (self.index(array), self.arrays[array].address);
        let sub = ty.pick(BinaryOp::I32Sub, BinaryOp::I64Sub);
        let distance = self.emit(Op::Binary(sub, addr, index), ty);
        self.by(ty.pick(BinaryOp::I32Add, BinaryOp::I64Add), distance, offset)
    }

    /// The first value where the distance is that of a cell, else the second.
    fn choose(&mut self, array: usize, distance: Value, cell: usize, (then, otherwise): (Value, Value)) -> Value {
        let place = self.arrays[array].place(cell);
        let equal = self.arrays[array].address.pick(BinaryOp::I32Eq, BinaryOp::I64Eq);
        let cond = self.by(equal, distance, place);
        let ty = self.arrays[array].ty();
        self.emit(Op::Select { cond, if_true: then, if_false: otherwise }, ty)
    }

    /// What a store leaves in the cells that it writes.
    fn parts(&mut self, kind: StoreKind, value: Value, cell: u32) -> Vec<Value> {
        let words = match kind {
            StoreKind::F32 => vec![self.unary(UnaryOp::I32ReinterpretF32, value)],
            StoreKind::F64 => vec![self.unary(UnaryOp::I64ReinterpretF64, value)],
            _ if kind.width() == 16 => [0, 1]
                .map(|lane| {
                    let op = Op::ExtractLane { shape: Lanes::I64x2, signed: false, lane, vector: value };
                    self.emit(op, Type::I64)
                })
                .to_vec(),
            _ => vec![value],
        };
        let bytes = kind.width() / words.len() as u32;
        let mut parts = Vec::new();
        for word in words {
            let wide = self.func.func.ty(word) == Type::I64;
            for at in (0..bytes).step_by(cell as usize) {
                let shift = if wide { BinaryOp::I64ShrU } else { BinaryOp::I32ShrU };
                let part = if at == 0 { word } else { self.by(shift, word, u64::from(8 * at)) };
                let part = if wide && cell < 8 { self.unary(UnaryOp::I32WrapI64, part) } else { part };
                let part = if cell < 4 { self.by(BinaryOp::I32And, part, (1 << (8 * cell)) - 1) } else { part };
                parts.push(part);
            }
        }
        parts
    }

    /// What a load makes of the cells that it reads.
    fn whole(&mut self, kind: LoadKind, parts: &[Value], cell: u32) -> Option<Value> {
        use LoadKind::*;
        let wide = kind.width() == 8;
        let mut whole = None;
        for (i, &part) in parts.iter().enumerate() {
            let part = if wide && cell < 8 { self.unary(UnaryOp::I64ExtendI32U, part) } else { part };
            let (shl, or) =
                if wide { (BinaryOp::I64Shl, BinaryOp::I64Or) } else { (BinaryOp::I32Shl, BinaryOp::I32Or) };
            let part = if i == 0 { part } else { self.by(shl, part, 8 * u64::from(cell) * i as u64) };
            whole = Some(match whole {
                None => part,
                Some(whole) => self.emit(Op::Binary(or, whole, part), or.result()),
            });
        }
        let whole = whole?;
        let extended = |this: &mut Self| this.unary(UnaryOp::I64ExtendI32U, whole);
        Some(match kind {
            I32 | I64 | I32U8 | I32U16 => whole,
            F32 => self.unary(UnaryOp::F32ReinterpretI32, whole),
            F64 => self.unary(UnaryOp::F64ReinterpretI64, whole),
            I32S8 => self.unary(UnaryOp::I32Extend8S, whole),
            I32S16 => self.unary(UnaryOp::I32Extend16S, whole),
            I64U8 | I64U16 | I64U32 => extended(self),
            I64S32 => self.unary(UnaryOp::I64ExtendI32S, whole),
            I64S8 | I64S16 => {
                let whole = extended(self);
                self.unary(if kind == I64S8 { UnaryOp::I64Extend8S } else { UnaryOp::I64Extend16S }, whole)
            }
            _ => return None,
        })
    }

    /// Stores every cell that the iteration may have written; none if one may be as another iteration left it.
    fn finish(&mut self, state: &State) -> Option<()> {
        for array in 0..self.arrays.len() {
            let Array { memory, cell, .. } = self.arrays[array];
            let kind = match cell {
                1 => StoreKind::I32As8,
                2 => StoreKind::I32As16,
                4 => StoreKind::I32,
                _ => StoreKind::I64,
            };
            let addr = self.index(array);
            for (i, &value) in state.cells[array].iter().enumerate() {
                if state.written[array] >> i & 1 == 0 {
                    // A cell that nothing reads and writes is but a gap.
                    return None;
                }
                let offset = self.arrays[array].place(i);
                let op = Op::Store { kind, space: memory, offset, addr, value };
                self.insts.push(Inst { result: None, op, at: self.at });
            }
        }
        Some(())
    }
}

impl Array {
    /// The type of a cell's value.
    fn ty(&self) -> Type {
        if self.cell == 8 { Type::I64 } else { Type::I32 }
    }

    /// Where a cell begins, from the index.
    fn place(&self, cell: usize) -> u64 {
        self.first as u64 + cell as u64 * u64::from(self.cell)
    }
}
