//! Which float values may hold a NaN whose payload isn't Wasm's yet.
//!
//! PTX leaves the payload of an arithmetic NaN open (`f32` gives 0x7fffffff), Wasm in canonical mode gives the canonical
//! one. The difference matters only where bits are looked at: a store, a reinterpretation, a sign operation, a returned
//! value. Between arithmetic operations it doesn't, so a sum in a loop is canonicalised once, after the loop.
//!
//! Two properties of a value:
//! - *settled*: in Wasm it is never a NaN other than the canonical one, because it comes from arithmetic on every path.
//!   Canonicalising it anywhere changes nothing; so it may be carried unsettled. The largest solution over loops.
//! - *loose*: the register may hold another NaN than Wasm's. Only settled values are loose. The smallest solution.
//!
//! A value that isn't settled (loaded, moved, passed in) is never loose: its register holds exactly Wasm's bits. That is
//! kept by giving it, on every edge and in every select, inputs that are exact.

use super::listing::{Id, Listing, Node};
use ir::kernel::view::View;
use ir::lowered::eval::{CANONICAL_F32, CANONICAL_F64};
use ir::lowered::{BinaryOp, Const, Type, UnaryOp};

/// Both properties of every value.
pub(super) struct Payloads {
    settled: Vec<bool>,
    loose: Vec<bool>,
}

impl Payloads {
    /// True if the register of `value` may hold another NaN than Wasm's.
    pub fn is_loose(&self, value: Id) -> bool {
        self.loose[value]
    }

    /// True if an edge or select may give `value` a loose input.
    pub fn takes_loose(&self, value: Id) -> bool {
        self.settled[value]
    }
}

/// Finds both properties.
pub(super) fn analyse(listing: &Listing) -> Payloads {
    let merges = merges(listing);
    let mut settled: Vec<bool> = (0..listing.values.len()).map(|value| may_settle(listing, value)).collect();
    let mut changed = true;
    while changed {
        changed = false;
        for (value, inputs) in &merges {
            if settled[*value] && !inputs.iter().all(|&input| settled[input]) {
                settled[*value] = false;
                changed = true;
            }
        }
    }
    let mut loose: Vec<bool> = (0..listing.values.len()).map(|value| starts_loose(listing, value)).collect();
    changed = true;
    while changed {
        changed = false;
        for (value, inputs) in &merges {
            if settled[*value] && !loose[*value] && inputs.iter().any(|&input| loose[input]) {
                loose[*value] = true;
                changed = true;
            }
        }
    }
    Payloads { settled, loose }
}

/// Every float block argument and select, with the values it may take.
fn merges(listing: &Listing) -> Vec<(Id, Vec<Id>)> {
    let mut inputs: Vec<Vec<Id>> = vec![Vec::new(); listing.values.len()];
    for node in listing.nodes() {
        for target in &node.targets {
            for (&param, &arg) in listing.blocks[target.block].params.iter().zip(&target.args) {
                inputs[param].push(arg);
            }
        }
        if let (View::Select, Some(result)) = (&node.view, node.result) {
            inputs[result].extend_from_slice(&node.operands[1..]);
        }
    }
    let is_float = |value: Id| matches!(listing.values[value].ty, Some(Type::F32 | Type::F64));
    inputs.into_iter().enumerate().filter(|(value, inputs)| is_float(*value) && !inputs.is_empty()).collect()
}

fn may_settle(listing: &Listing, value: Id) -> bool {
    match listing.def(value).map(|node| &node.view) {
        None | Some(View::Select) => matches!(listing.values[value].ty, Some(Type::F32 | Type::F64)),
        Some(View::Const(constant)) => !is_other_nan(*constant),
        Some(View::Unary(op)) => {
            !op.result().is_int() && (op.operand().is_int() || is_arithmetic(*op)) && !is_move(*op)
        }
        Some(View::Binary(op)) => !op.result().is_int() && !is_copysign(*op),
        Some(View::Ternary(_)) => true,
        Some(_) => false,
    }
}

/// True for what arithmetic itself may leave in a register.
fn starts_loose(listing: &Listing, value: Id) -> bool {
    match listing.def(value).map(|node| &node.view) {
        Some(View::Unary(op)) => !op.result().is_int() && !op.operand().is_int() && is_arithmetic(*op),
        // PTX has no `f64` minimum that spreads NaN; what is written instead ends in the canonical one.
        Some(View::Binary(BinaryOp::F64Min | BinaryOp::F64Max)) => false,
        Some(View::Binary(op)) => !op.result().is_int() && !is_copysign(*op),
        Some(View::Ternary(_)) => true,
        _ => false,
    }
}

/// True if operand `index` of `node` may be loose: the operation gives the same whatever the payload.
pub(super) fn tolerates(node: &Node, index: usize, payloads: &Payloads) -> bool {
    match &node.view {
        View::Unary(op) => is_arithmetic(*op),
        View::Binary(op) => !is_copysign(*op),
        View::Ternary(_) => true,
        View::Select => index > 0 && node.result.is_some_and(|result| payloads.takes_loose(result)),
        _ => false,
    }
}

fn is_other_nan(constant: Const) -> bool {
    match constant.ty {
        Type::F32 => f32::from_bits(constant.bits as u32).is_nan() && constant.bits != CANONICAL_F32,
        Type::F64 => f64::from_bits(constant.bits).is_nan() && constant.bits != CANONICAL_F64,
        _ => false,
    }
}

/// True if the operator depends on a float operand's value alone, not on its bits.
fn is_arithmetic(op: UnaryOp) -> bool {
    use UnaryOp::*;
    !matches!(op, F32Abs | F32Neg | F64Abs | F64Neg) && !is_move(op)
}

fn is_move(op: UnaryOp) -> bool {
    use UnaryOp::*;
    matches!(op, I32ReinterpretF32 | I64ReinterpretF64 | F32ReinterpretI32 | F64ReinterpretI64)
}

fn is_copysign(op: BinaryOp) -> bool {
    matches!(op, BinaryOp::F32Copysign | BinaryOp::F64Copysign)
}
