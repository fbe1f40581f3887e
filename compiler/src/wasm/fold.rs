//! Integer operators on constants, operators that change nothing, and branches that are decided.
//!
//! `(x ^ c) << k` loses the top `k` bits of `c`, and producers leave them out. Where the top bit of what is left is set they are put
//! back, so that `c` reads as the negative number that it is: then `x ^ c` may be `c - x`, which is linear.
//!
//! A shuffle that takes all bytes from one vector names it twice, so that it doesn't hang on the other.
//!
//! One pass in reverse postorder, so that operands are seen before what takes them. An operator that would trap stays, and so
//! does everything that makes floats, whose bits are no business of a compiler. Blocks that a decided branch cuts off are emptied.
//! Such code is what constant arguments leave behind where a callee is taken in, and what producers write that don't optimise.

use super::entities::GuestFunction;
use super::simplify;
use ir::lowered::dominators::Dominators;
use ir::lowered::{BinaryOp, BlockId, Const, Func, Inst, Op, Target, Term, UnaryOp, Value, eval};
use std::collections::HashMap;

/// Folds in place; true if a branch was decided. `order` is the reverse postorder.
pub fn fold(function: &mut GuestFunction, order: &[BlockId]) -> bool {
    let count = function.func.values.len();
    let renamed = (0..count as u32).map(Value).collect();
    let mut folder = Folder { consts: vec![None; count], widened: HashMap::new(), flipped: HashMap::new(), renamed };
    let mut decided = false;
    for &block in order {
        let mut kept = Vec::with_capacity(function.func.block(block).insts.len());
        for mut inst in std::mem::take(&mut function.func.block_mut(block).insts) {
            inst.op.map_uses(|v| folder.renamed[v.index()]);
            if let Some(result) = inst.result {
                folder.operation(result, &mut inst.op);
            }
            folder.complete(&mut function.func, &mut inst, &mut kept);
            kept.push(inst);
        }
        let block = function.func.block_mut(block);
        block.insts = kept;
        block.term.map_uses(|v| folder.renamed[v.index()]);
        if let Some(target) = folder.taken(&block.term) {
            block.term = Term::Jump(target);
            decided = true;
        }
    }
    simplify::rename(function, &folder.renamed);
    if decided {
        cut_off(function);
    }
    decided
}

/// Empties the blocks that can't be reached, whose edges would still count.
fn cut_off(function: &mut GuestFunction) {
    let tree = Dominators::of(&function.func);
    for (id, block) in function.func.blocks.iter_mut().enumerate() {
        if !tree.is_reachable(BlockId(id as u32)) {
            block.insts.clear();
            block.term = Term::Unreachable;
        }
    }
}

struct Folder {
    /// What is known of values.
    consts: Vec<Option<Const>>,
    /// Values of 64 bits that extend one of 32 bits.
    widened: HashMap<Value, Value>,
    /// Values that are another one exclusive-or a constant.
    flipped: HashMap<Value, (Value, u64)>,
    /// For each value the one it equals.
    renamed: Vec<Value>,
}

impl Folder {
    fn bits(&self, value: Value) -> Option<u64> {
        self.consts[value.index()].map(|c| c.bits)
    }

    fn operation(&mut self, result: Value, op: &mut Op) {
        if let Some(value) = self.same(op) {
            self.renamed[result.index()] = value;
        } else if let Some(constant) = self.constant(op) {
            *op = Op::Const(constant);
        } else if let Op::Shuffle(bytes, a, b) = op {
            // Where a producer has nothing to shuffle with it takes any vector, a sum that the loop carries for example.
            match () {
                () if bytes.iter().all(|&byte| byte < 16) => *b = *a,
                () if bytes.iter().all(|&byte| byte >= 16) => *a = *b,
                () => {}
            }
        } else {
            self.narrow_mask(op);
        }
        match *op {
            Op::Const(constant) => self.consts[result.index()] = Some(constant),
            Op::Unary(UnaryOp::I64ExtendI32S | UnaryOp::I64ExtendI32U, narrow) => {
                self.widened.insert(result, narrow);
            }
            Op::Binary(BinaryOp::I32Xor | BinaryOp::I64Xor, a, b) => {
                let sides = [(a, self.bits(b)), (b, self.bits(a))];
                let flipped = sides.into_iter().find_map(|(x, c)| Some((x, c?)));
                self.flipped.extend(flipped.map(|flipped| (result, flipped)));
            }
            _ => {}
        }
    }

    /// Gives the constant of an exclusive or the bits that a shift to the left loses; what that takes goes in front.
    fn complete(&mut self, func: &mut Func, inst: &mut Inst, before: &mut Vec<Inst>) {
        let Op::Binary(op @ (BinaryOp::I32Shl | BinaryOp::I64Shl), shifted, by) = inst.op else { return };
        let (ty, flip) = match op {
            BinaryOp::I32Shl => (op.result(), BinaryOp::I32Xor),
            _ => (op.result(), BinaryOp::I64Xor),
        };
        let (Some(&(x, bits)), Some(by_bits)) = (self.flipped.get(&shifted), self.bits(by)) else { return };
        let lost = ty.mask() & !(ty.mask() >> (by_bits % u64::from(ty.bits())));
        let top = (lost >> 1) & !lost;
        if top & bits == 0 || bits & lost == lost {
            return;
        }
        let mut put = |op: Op| {
            let value = func.new_value(ty);
            self.consts.push(None);
            self.renamed.push(value);
            before.push(Inst { result: Some(value), op, at: inst.at });
            value
        };
        let whole = put(Op::Const(Const { ty, bits: bits | lost }));
        let flipped = put(Op::Binary(flip, x, whole));
        inst.op = Op::Binary(op, flipped, by);
    }

    /// The operand that the operation always is.
    fn same(&self, op: &Op) -> Option<Value> {
        match *op {
            Op::Select { if_true, if_false, .. } if if_true == if_false => Some(if_true),
            Op::Select { cond, if_true, if_false } => match self.bits(cond)? {
                0 => Some(if_false),
                _ => Some(if_true),
            },
            Op::Unary(UnaryOp::I32WrapI64, wide) => self.widened.get(&wide).copied(),
            Op::Binary(op, a, b) => match (self.bits(a), self.bits(b)) {
                (_, Some(b)) if neutral_behind(op, b) => Some(a),
                (Some(a), _) if neutral_before(op, a) => Some(b),
                _ => None,
            },
            _ => None,
        }
    }

    fn constant(&self, op: &Op) -> Option<Const> {
        let (ty, bits) = match *op {
            Op::Unary(op, a) if op.operand().is_int() && op.result().is_int() => {
                (op.result(), eval::unary(op, self.bits(a)?).ok()?)
            }
            Op::Binary(op, a, b) if op.operand().is_int() => {
                (op.result(), eval::binary(op, self.bits(a)?, self.bits(b)?).ok()?)
            }
            _ => return None,
        };
        Some(Const { ty, bits })
    }

    /// The low half of an extended value is the value, extended with zeros.
    fn narrow_mask(&self, op: &mut Op) {
        const LOW: u64 = 0xffff_ffff;
        if let Op::Binary(BinaryOp::I64And, a, b) = *op {
            let wide = if self.bits(b) == Some(LOW) { Some(a) } else { (self.bits(a) == Some(LOW)).then_some(b) };
            if let Some(&narrow) = wide.and_then(|wide| self.widened.get(&wide)) {
                *op = Op::Unary(UnaryOp::I64ExtendI32U, narrow);
            }
        }
    }

    /// Where a branch always leads that could lead elsewhere.
    fn taken(&self, term: &Term) -> Option<Target> {
        match term {
            Term::Branch { cond, then, otherwise } => {
                Some(if self.bits(*cond)? == 0 { otherwise.clone() } else { then.clone() })
            }
            Term::Switch { index, targets, default } => {
                let index = self.bits(*index)?;
                Some(targets.get(index as usize).unwrap_or(default).clone())
            }
            _ => None,
        }
    }
}

/// True if `x op constant` is `x`.
fn neutral_behind(op: BinaryOp, constant: u64) -> bool {
    use BinaryOp::*;
    match op {
        I32Sub | I32Shl | I32ShrS | I32ShrU | I32Rotl | I32Rotr => constant == 0,
        I64Sub | I64Shl | I64ShrS | I64ShrU | I64Rotl | I64Rotr => constant == 0,
        op => neutral_before(op, constant),
    }
}

/// True if `constant op x` is `x`.
fn neutral_before(op: BinaryOp, constant: u64) -> bool {
    use BinaryOp::*;
    match op {
        I32Add | I32Or | I32Xor | I64Add | I64Or | I64Xor => constant == 0,
        I32Mul | I64Mul => constant == 1,
        I32And => constant == u64::from(u32::MAX),
        I64And => constant == u64::MAX,
        _ => false,
    }
}
