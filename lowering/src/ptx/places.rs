//! Where each value is: in a register, in a predicate, or nowhere because it is a constant.
//!
//! A comparison lives in a predicate register; it gets a register with 0 or 1 only if something uses it as a number.
//! A reinterpretation shares the register of its operand, where that holds Wasm's bits already.

use super::assembly::{Assembly, Condition, Reg, Width};
use super::listing::{Id, Listing, Node};
use super::payloads::Payloads;
use ir::kernel::view::View;
use ir::lowered::{BinaryOp, Const, Type, UnaryOp};

/// Where a value is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Home {
    /// In a register.
    Reg(Reg),
    /// In the instructions that use it.
    Const(Const),
    /// In a predicate register only.
    Predicate,
}

/// The home of each value, and the registers taken so far.
pub(super) struct Places {
    /// The registers taken.
    pub assembly: Assembly,
    homes: Vec<Home>,
    conditions: Vec<Option<Condition>>,
}

impl Places {
    /// Where `value` is.
    pub fn home(&self, value: Id) -> Home {
        self.homes[value]
    }

    /// The predicate that says whether `value` isn't zero, if there is one.
    pub fn condition(&self, value: Id) -> Option<Condition> {
        self.conditions[value]
    }
}

/// The opcode that leaves a comparison in a predicate; `None` for other operators.
pub(super) fn comparison(op: BinaryOp) -> Option<&'static str> {
    use BinaryOp::*;
    Some(match op {
        I32Eq => "setp.eq.s32",
        I32Ne => "setp.ne.s32",
        I32LtS => "setp.lt.s32",
        I32LtU => "setp.lt.u32",
        I32GtS => "setp.gt.s32",
        I32GtU => "setp.gt.u32",
        I32LeS => "setp.le.s32",
        I32LeU => "setp.le.u32",
        I32GeS => "setp.ge.s32",
        I32GeU => "setp.ge.u32",
        I64Eq => "setp.eq.s64",
        I64Ne => "setp.ne.s64",
        I64LtS => "setp.lt.s64",
        I64LtU => "setp.lt.u64",
        I64GtS => "setp.gt.s64",
        I64GtU => "setp.gt.u64",
        I64LeS => "setp.le.s64",
        I64LeU => "setp.le.u64",
        I64GeS => "setp.ge.s64",
        I64GeU => "setp.ge.u64",
        // Unequal is the one comparison that holds for a NaN.
        F32Eq => "setp.eq.f32",
        F32Ne => "setp.neu.f32",
        F32Lt => "setp.lt.f32",
        F32Gt => "setp.gt.f32",
        F32Le => "setp.le.f32",
        F32Ge => "setp.ge.f32",
        F64Eq => "setp.eq.f64",
        F64Ne => "setp.neu.f64",
        F64Lt => "setp.lt.f64",
        F64Gt => "setp.gt.f64",
        F64Le => "setp.le.f64",
        F64Ge => "setp.ge.f64",
        _ => return None,
    })
}

/// The operand whose predicate, negated, is this node's: an `eqz` of a comparison.
pub(super) fn negates<'a>(listing: &Listing, node: &'a Node) -> Option<&'a Id> {
    let operand = node.operands.first()?;
    let is_eqz = node.view == View::Unary(UnaryOp::I32Eqz);
    (is_eqz && listing.def(*operand).is_some_and(is_comparison)).then_some(operand)
}

fn is_comparison(node: &Node) -> bool {
    match node.view {
        View::Binary(op) => comparison(op).is_some(),
        View::Unary(op) => matches!(op, UnaryOp::I32Eqz | UnaryOp::I64Eqz),
        _ => false,
    }
}

/// Finds a home for each value.
pub(super) fn assign(listing: &Listing, payloads: &Payloads) -> Places {
    let mut assembly = Assembly::default();
    let numbers = used_as_numbers(listing);
    let conditions = conditions(listing, &mut assembly);
    let mut homes = Vec::with_capacity(listing.values.len());
    for value in 0..listing.values.len() {
        let def = listing.def(value).map(|node| &node.view);
        homes.push(match def {
            Some(View::Const(constant)) => Home::Const(*constant),
            _ if conditions[value].is_some() && !numbers[value] => Home::Predicate,
            _ => Home::Reg(assembly.reg(width(listing, value))),
        });
    }
    for value in 0..listing.values.len() {
        homes[value] = homes[shared(listing, payloads, value)];
    }
    Places { assembly, homes, conditions }
}

fn width(listing: &Listing, value: Id) -> Width {
    match listing.values[value].ty {
        Some(Type::I32 | Type::F32) => Width::W32,
        _ => Width::W64,
    }
}

/// The value whose register `value` shares: itself, or the operand of a chain of reinterpretations.
fn shared(listing: &Listing, payloads: &Payloads, mut value: Id) -> Id {
    while let Some(node) = listing.def(value).filter(|node| is_reinterpretation(node)) {
        let operand = node.operands[0];
        if payloads.is_loose(operand) {
            break;
        }
        value = operand;
    }
    value
}

fn is_reinterpretation(node: &Node) -> bool {
    use UnaryOp::*;
    let View::Unary(op) = node.view else { return false };
    matches!(op, I32ReinterpretF32 | I64ReinterpretF64 | F32ReinterpretI32 | F64ReinterpretI64)
}

/// For each value, whether something needs it in a register rather than in a predicate.
fn used_as_numbers(listing: &Listing) -> Vec<bool> {
    let mut numbers = vec![false; listing.values.len()];
    for node in listing.nodes() {
        let decides = matches!(node.view, View::Branch | View::Select) || negates(listing, node).is_some();
        for &operand in node.operands.iter().skip(decides as usize) {
            numbers[operand] = true;
        }
        for &arg in node.targets.iter().flat_map(|target| &target.args) {
            numbers[arg] = true;
        }
    }
    numbers
}

/// A predicate for each comparison. An `eqz` of one shares its predicate, negated.
fn conditions(listing: &Listing, assembly: &mut Assembly) -> Vec<Option<Condition>> {
    let mut conditions = vec![None; listing.values.len()];
    for value in 0..listing.values.len() {
        let mut negated = false;
        let mut base = value;
        while let Some(&operand) = listing.def(base).and_then(|node| negates(listing, node)) {
            negated = !negated;
            base = operand;
        }
        if !listing.def(base).is_some_and(is_comparison) {
            continue;
        }
        let own: Condition = match conditions[base] {
            Some(condition) => condition,
            None => Condition { reg: assembly.reg(Width::Predicate), negated: false },
        };
        conditions[base] = Some(own);
        conditions[value] = Some(if negated { own.not() } else { own });
    }
    conditions
}
