//! Vectors as scalar lanes, for devices without vectors.
//!
//! Input: a verified kernel function. Output: one that means the same and holds no vector; a function without vectors comes
//! back as it is. What an operator means for its lanes is said by `ir::lowered::lanes`; here its scalar operators are appended
//! to the block instead of carried out. A vector's lanes are kept in the shape in which they came into being, so that a chain of
//! `f32x4` operators is four chains of `f32` ones; where another shape is needed they are cut or joined on the spot. A parameter
//! of a block becomes one for each lane, in the shape of the first value that is passed to it.
//!
//! An access of 16 bytes becomes as many accesses as its kind names, of the same footprint and the same bytes, in ascending
//! order. Within an iteration nothing comes between them, and iterations don't conflict, so nobody sees the difference.

use ir::faults;
use ir::lowered::dominators::Dominators;
use ir::lowered::eval;
use ir::lowered::eval_vector::lanes_of;
use ir::lowered::lanes::{self, Lanes, Scalars, common, integers};
use ir::lowered::vector::{BinaryRule, Sign, TernaryRule, UnaryRule};
use ir::lowered::{
    BinaryOp, BlockId, Const, Func, Inst, LoadKind, Op, Shape, StoreKind, Target, Term, TernaryOp, Type, UnaryOp, Value,
};
use std::borrow::Cow;
use std::collections::HashMap;

/// `func` without vectors.
pub fn scalarise(func: &Func) -> Cow<'_, Func> {
    if !func.values.contains(&Type::V128) && !func.blocks.iter().flat_map(|b| &b.insts).any(|i| stores_vector(&i.op)) {
        return Cow::Borrowed(func);
    }
    let order = Dominators::of(func).order;
    let shapes = shapes(func, &order);
    let mut to = Func { name: func.name.clone(), results: func.results.clone(), ..Func::default() };
    let mut blocks = vec![None; func.blocks.len()];
    for &id in &order {
        blocks[id.index()] = Some(to.new_block());
    }
    let mut writer = Writer {
        from: func,
        to,
        blocks,
        values: HashMap::new(),
        cut: HashMap::new(),
        known: HashMap::new(),
        block: BlockId::ENTRY,
        at: 0,
    };
    order.iter().for_each(|&id| writer.params(id, &shapes));
    order.iter().for_each(|&id| writer.block(id));
    Cow::Owned(writer.to)
}

fn stores_vector(op: &Op) -> bool {
    matches!(op, Op::Store { kind, .. } if kind.ty() == Type::V128)
}

/// The shape in which each vector comes into being; `None` for scalars and for constants, which take any.
///
/// A parameter that gets a value only around a loop waits for it; the order is passed until nothing is learned, at most as often
/// as a value could be handed on through loops within loops that matter.
fn shapes(func: &Func, order: &[BlockId]) -> Vec<Option<Shape>> {
    const PASSES: usize = 4;
    let mut shapes = vec![None; func.values.len()];
    for _ in 0..PASSES {
        let before = shapes.clone();
        for &id in order {
            let block = func.block(id);
            for inst in &block.insts {
                if let Some(result) = inst.result.filter(|&r| func.ty(r) == Type::V128) {
                    shapes[result.index()] = shape_of(&inst.op, &shapes);
                }
            }
            for target in block.term.targets() {
                for (&arg, &param) in target.args.iter().zip(&func.block(target.block).params) {
                    let shape = shapes[arg.index()];
                    shapes[param.index()] = shapes[param.index()].or(shape);
                }
            }
        }
        if shapes == before {
            break;
        }
    }
    shapes
}

/// The shape of an operation's result, which is what `ir::lowered::lanes` gives it.
fn shape_of(op: &Op, shapes: &[Option<Shape>]) -> Option<Shape> {
    let of = |v: Value| shapes[v.index()];
    let either = |a: Value, b: Value| match (of(a), of(b)) {
        (Some(a), Some(b)) => Some(common(a, b)),
        (a, b) => a.or(b).map(integers),
    };
    match *op {
        Op::VectorUnary(op, a) => match op.rule() {
            UnaryRule::Splat(shape) | UnaryRule::Negate(shape) | UnaryRule::Absolute(shape) => Some(shape),
            UnaryRule::Not => of(a).map(integers),
            UnaryRule::Each(op) | UnaryRule::LowPair(op) | UnaryRule::ZeroPair(op) => Some(Shape::of_lane(op.result())),
            UnaryRule::Popcnt => Some(Shape::I8x16),
            UnaryRule::Extend(shape, ..) | UnaryRule::ExtendAddPairs(shape, _) => Some(shape.widened()),
            UnaryRule::AnyTrue | UnaryRule::AllTrue(_) | UnaryRule::Bitmask(_) => None,
        },
        Op::VectorBinary(op, a, b) => match op.rule() {
            BinaryRule::Bits(_) | BinaryRule::AndNot => either(a, b),
            BinaryRule::Compare(shape, _) => Some(integers(shape)),
            BinaryRule::Each(shape, _) | BinaryRule::Pick(shape, _) | BinaryRule::Saturate(shape, ..) => Some(shape),
            BinaryRule::Average(shape) | BinaryRule::Shift(shape, _) | BinaryRule::Narrow(shape, _) => Some(shape),
            BinaryRule::FractionProduct => Some(Shape::I16x8),
            BinaryRule::ExtendMul(shape, ..) => Some(shape.widened()),
            BinaryRule::Dot(shape) => Some(shape.widened()),
            BinaryRule::Swizzle => Some(Shape::I8x16),
        },
        Op::VectorTernary(op, [a, b, _]) => match op.rule() {
            TernaryRule::Bitselect => either(a, b),
            TernaryRule::MultiplyAdd(shape) | TernaryRule::MultiplySubtract(shape) => Some(shape),
            TernaryRule::DotAdd => Some(Shape::I32x4),
        },
        Op::Select { if_true, if_false, .. } => of(if_true).or(of(if_false)),
        Op::Shuffle(bytes, ..) => Some(lanes::shuffled(bytes)),
        Op::ReplaceLane { shape, .. } => Some(shape),
        Op::Load { kind, .. } => Some(pieces(kind.align())),
        _ => None,
    }
}

/// The shape whose lanes are so many bytes wide.
fn pieces(bytes: u32) -> Shape {
    match bytes {
        1 => Shape::I8x16,
        2 => Shape::I16x8,
        4 => Shape::I32x4,
        _ => Shape::I64x2,
    }
}

/// What stands for a value of the function.
#[derive(Clone)]
enum Part {
    Scalar(Value),
    Vector(Lanes<Value>),
    Constant([u8; 16]),
}

struct Writer<'a> {
    from: &'a Func,
    to: Func,
    blocks: Vec<Option<BlockId>>,
    values: HashMap<Value, Part>,
    /// Vectors in shapes other than their own, as far as the current block has them.
    cut: HashMap<(Value, Shape), Lanes<Value>>,
    /// The constants among the values of the new function.
    known: HashMap<Value, Const>,
    block: BlockId,
    at: u32,
}

impl Scalars for Writer<'_> {
    type Value = Value;

    fn constant(&mut self, constant: Const) -> Value {
        let value = self.to.push(self.block, Op::Const(constant), constant.ty, self.at);
        self.known.insert(value, constant);
        value
    }

    fn unary(&mut self, op: UnaryOp, a: Value) -> Value {
        let folded = self.known.get(&a).and_then(|a| eval::unary(op, a.bits).ok());
        match folded {
            Some(bits) => self.constant(Const { ty: op.result(), bits }),
            None => self.to.push(self.block, Op::Unary(op, a), op.result(), self.at),
        }
    }

    fn binary(&mut self, op: BinaryOp, a: Value, b: Value) -> Value {
        let known = self.known.get(&a).zip(self.known.get(&b));
        match known.and_then(|(a, b)| eval::binary(op, a.bits, b.bits).ok()) {
            Some(bits) => self.constant(Const { ty: op.result(), bits }),
            None => self.to.push(self.block, Op::Binary(op, a, b), op.result(), self.at),
        }
    }

    fn ternary(&mut self, op: TernaryOp, operands: [Value; 3]) -> Value {
        self.to.push(self.block, Op::Ternary(op, operands), op.result(), self.at)
    }

    fn select(&mut self, cond: Value, if_true: Value, if_false: Value) -> Value {
        let ty = self.to.ty(if_true);
        self.to.push(self.block, Op::Select { cond, if_true, if_false }, ty, self.at)
    }
}

impl Writer<'_> {
    /// Declares the parameters of a block.
    fn params(&mut self, id: BlockId, shapes: &[Option<Shape>]) {
        let Some(to) = self.blocks[id.index()] else { return };
        for &param in &self.from.block(id).params {
            let part = match self.from.ty(param) {
                Type::V128 => {
                    let shape = shapes[param.index()].unwrap_or(Shape::I32x4);
                    let values = (0..shape.lanes()).map(|_| self.param(to, shape.scalar())).collect();
                    Part::Vector(Lanes::new(shape, values))
                }
                ty => Part::Scalar(self.param(to, ty)),
            };
            self.values.insert(param, part);
        }
    }

    fn param(&mut self, block: BlockId, ty: Type) -> Value {
        let value = self.to.new_value(ty);
        self.to.block_mut(block).params.push(value);
        value
    }

    fn block(&mut self, id: BlockId) {
        let Some(to) = self.blocks[id.index()] else { return };
        self.block = to;
        self.cut.clear();
        let from = self.from;
        for inst in &from.block(id).insts {
            self.at = inst.at;
            self.inst(inst);
        }
        let term = self.term(&from.block(id).term);
        self.to.block_mut(to).term = term;
    }

    fn inst(&mut self, inst: &Inst) {
        let part = match inst.op {
            Op::VectorConst(bytes) => Part::Constant(bytes),
            Op::VectorUnary(op, a) => match op.rule() {
                UnaryRule::Splat(shape) => Part::Vector(lanes::splat::<Self>(shape, self.scalar(a))),
                _ if op.result() == Type::V128 => {
                    let a = self.vector(a);
                    Part::Vector(lanes::unary(self, op, &a))
                }
                _ => {
                    let a = self.vector(a);
                    Part::Scalar(lanes::test(self, op, &a))
                }
            },
            Op::VectorBinary(op, a, b) if op.second() == Type::V128 => {
                let (a, b) = self.two(a, b);
                Part::Vector(lanes::binary(self, op, &a, &b))
            }
            Op::VectorBinary(op, a, b) => {
                let (a, count) = (self.vector(a), self.scalar(b));
                Part::Vector(lanes::shift(self, op, &a, count))
            }
            Op::VectorTernary(op, [a, b, c]) => {
                let ((a, b), c) = (self.two(a, b), self.vector(c));
                Part::Vector(lanes::ternary(self, op, [&a, &b, &c]))
            }
            Op::Shuffle(bytes, a, b) => {
                let shape = lanes::shuffled(bytes);
                let (a, b) = if faults::on("lanes-shuffle-swapped") { (b, a) } else { (a, b) };
                let (a, b) = (self.vector_in(a, shape), self.vector_in(b, shape));
                Part::Vector(lanes::shuffle(self, bytes, &a, &b))
            }
            Op::ExtractLane { shape, signed, lane, vector } => {
                let vector = self.vector_in(vector, shape);
                let signed = signed != faults::on("lanes-other-extension");
                let sign = if signed { Sign::Signed } else { Sign::Unsigned };
                Part::Scalar(lanes::extract(self, shape, sign, lane, &vector))
            }
            Op::ReplaceLane { shape, lane, vector, value } => {
                let (vector, value) = (self.vector_in(vector, shape), self.scalar(value));
                Part::Vector(lanes::replace(self, shape, lane, &vector, value))
            }
            Op::Select { cond, if_true, if_false } if self.from.ty(if_true) == Type::V128 => {
                let cond = self.scalar(cond);
                let (a, b) = self.two(if_true, if_false);
                let b = lanes::reshape(self, &b, a.shape);
                let values = a.values.iter().zip(&b.values).map(|(&a, &b)| self.select(cond, a, b)).collect();
                Part::Vector(Lanes::new(a.shape, values))
            }
            Op::Load { kind, space, offset, addr } if kind.ty() == Type::V128 => {
                Part::Vector(self.load(kind, space, offset, addr))
            }
            Op::Store { kind, space, offset, addr, value } if kind.ty() == Type::V128 => {
                return self.store(kind, space, offset, addr, value);
            }
            ref op => return self.copy(op, inst.result),
        };
        if let Some(result) = inst.result {
            self.values.insert(result, part);
        }
    }

    /// An operation on scalars.
    fn copy(&mut self, op: &Op, result: Option<Value>) {
        let mut op = op.clone();
        op.map_uses(|v| self.scalar(v));
        let to = result.map(|result| {
            let to = self.to.new_value(self.from.ty(result));
            self.values.insert(result, Part::Scalar(to));
            to
        });
        if let (Some(to), &Op::Const(constant)) = (to, &op) {
            self.known.insert(to, constant);
        }
        self.to.block_mut(self.block).insts.push(Inst { result: to, op, at: self.at });
    }

    fn load(&mut self, kind: LoadKind, space: u32, offset: u64, addr: Value) -> Lanes<Value> {
        let (shape, addr) = (pieces(kind.align()), self.scalar(addr));
        let kind = kind.piece();
        let load = |piece: u64| {
            let offset = offset.wrapping_add(piece * u64::from(kind.width()));
            self.to.push(self.block, Op::Load { kind, space, offset, addr }, kind.ty(), self.at)
        };
        Lanes::new(shape, (0..shape.lanes() as u64).map(load).collect())
    }

    fn store(&mut self, kind: StoreKind, space: u32, offset: u64, addr: Value, value: Value) {
        let (shape, addr) = (pieces(kind.align()), self.scalar(addr));
        let kind = kind.piece();
        let value = self.vector_in(value, shape);
        let kept = value.values.len() - usize::from(faults::on("lanes-last-piece-not-stored"));
        for (piece, &value) in value.values.iter().enumerate().take(kept) {
            let offset = offset.wrapping_add(piece as u64 * u64::from(kind.width()));
            let op = Op::Store { kind, space, offset, addr, value };
            self.to.block_mut(self.block).insts.push(Inst { result: None, op, at: self.at });
        }
    }

    fn term(&mut self, term: &Term) -> Term {
        match term {
            Term::Jump(target) => Term::Jump(self.target(target)),
            Term::Branch { cond, then, otherwise } => {
                let (then, otherwise) = (self.target(then), self.target(otherwise));
                Term::Branch { cond: self.scalar(*cond), then, otherwise }
            }
            Term::Switch { index, targets, default } => {
                let targets = targets.iter().map(|target| self.target(target)).collect();
                Term::Switch { index: self.scalar(*index), targets, default: self.target(default) }
            }
            Term::Return(values) => Term::Return(values.iter().map(|&v| self.scalar(v)).collect()),
            Term::Unreachable => Term::Unreachable,
            Term::Bail => Term::Bail,
        }
    }

    fn target(&mut self, target: &Target) -> Target {
        let mut args = Vec::new();
        let from = self.from;
        for (&arg, param) in target.args.iter().zip(&from.block(target.block).params) {
            match self.values.get(param) {
                Some(&Part::Vector(Lanes { shape, .. })) => args.extend(self.vector_in(arg, shape).values),
                _ => args.push(self.scalar(arg)),
            }
        }
        Target { block: self.blocks[target.block.index()].expect("a target of a reachable block is reachable"), args }
    }

    fn scalar(&self, value: Value) -> Value {
        match self.values.get(&value) {
            Some(&Part::Scalar(value)) => value,
            _ => unreachable!("{value} is a scalar of a verified function"),
        }
    }

    /// A vector in its own shape.
    fn vector(&mut self, value: Value) -> Lanes<Value> {
        match self.values.get(&value) {
            Some(Part::Vector(lanes)) => lanes.clone(),
            Some(&Part::Constant(bytes)) => self.constants(bytes, Shape::I32x4),
            _ => unreachable!("{value} is a vector of a verified function"),
        }
    }

    /// A vector in a shape.
    fn vector_in(&mut self, value: Value, shape: Shape) -> Lanes<Value> {
        if let Some(known) = self.cut.get(&(value, shape)) {
            return known.clone();
        }
        let lanes = match self.values.get(&value) {
            Some(&Part::Constant(bytes)) => self.constants(bytes, shape),
            _ => {
                let own = self.vector(value);
                lanes::reshape(self, &own, shape)
            }
        };
        self.cut.insert((value, shape), lanes.clone());
        lanes
    }

    /// Two operands; a constant takes the shape of the other.
    fn two(&mut self, a: Value, b: Value) -> (Lanes<Value>, Lanes<Value>) {
        let own = |part: Option<&Part>| match part {
            Some(Part::Vector(lanes)) => Some(lanes.shape),
            _ => None,
        };
        match (own(self.values.get(&a)), own(self.values.get(&b))) {
            (Some(shape), None) => (self.vector(a), self.vector_in(b, shape)),
            (None, Some(shape)) => (self.vector_in(a, shape), self.vector(b)),
            _ => (self.vector(a), self.vector(b)),
        }
    }

    fn constants(&mut self, bytes: [u8; 16], shape: Shape) -> Lanes<Value> {
        let lanes = lanes_of(shape, u128::from_le_bytes(bytes));
        let ty = shape.scalar();
        Lanes::new(shape, lanes.values.into_iter().map(|bits| self.constant(Const { ty, bits })).collect())
    }
}
