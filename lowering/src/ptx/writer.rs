//! The state of writing one entry, and how an instruction gets at its operands.
//!
//! An operand comes in one of two forms: *exact*, with Wasm's bits, or *loose*, as its register has it, for operations
//! that give the same whatever the payload of a NaN. The exact form of a loose value is computed where it is first
//! needed and kept to the end of the straight line.

use super::assembly::{Arg, Assembly, Condition, Reg, Width};
use super::layout::{BAIL, Layout};
use super::listing::{Id, Listing, Node};
use super::payloads::{self, Payloads};
use super::places::{Home, Places};
use ir::abi::Param;
use ir::lowered::eval::{CANONICAL_F32, CANONICAL_F64};
use ir::lowered::{Const, Type};
use std::collections::HashMap;

/// The name of the parameter with this index.
pub(super) fn name_of(entry: &str, param: usize) -> String {
    format!("{entry}_{param}")
}

/// The state of writing one entry.
pub(super) struct Writer<'a> {
    pub listing: &'a Listing,
    pub payloads: &'a Payloads,
    pub places: Places,
    entry: &'a str,
    params: &'a [Param],
    /// The thread's index in each dimension.
    pub indices: Vec<Reg>,
    /// The trip count of each dimension.
    pub trips: Vec<Reg>,
    /// The delta of each footprint that the kernel uses.
    pub deltas: HashMap<u32, Reg>,
    /// For each footprint and width of checked accesses the lowest address that one may have and how many follow it.
    pub reaches: HashMap<(u32, u32), (Reg, Reg)>,
    /// The order of blocks.
    pub layout: Layout,
    /// The block written after the present one.
    pub next: Option<usize>,
    /// What is left of the step budget; `None` where the region bounds every loop.
    pub budget: Option<Reg>,
    /// Registers with the canonical form of loose values, within the straight line being written.
    pub exact: HashMap<Id, Reg>,
    /// Whether something branches to the block that bails.
    pub bails: bool,
}

impl<'a> Writer<'a> {
    /// Nothing written yet.
    pub fn new(
        listing: &'a Listing,
        payloads: &'a Payloads,
        places: Places,
        entry: &'a str,
        params: &'a [Param],
    ) -> Writer<'a> {
        Writer {
            listing,
            payloads,
            places,
            entry,
            params,
            indices: Vec::new(),
            trips: Vec::new(),
            deltas: HashMap::new(),
            reaches: HashMap::new(),
            layout: Layout::of(listing),
            next: None,
            budget: None,
            exact: HashMap::new(),
            bails: false,
        }
    }

    /// The lines and registers so far.
    pub fn asm(&mut self) -> &mut Assembly {
        &mut self.places.assembly
    }

    /// A new register.
    pub fn reg(&mut self, width: Width) -> Reg {
        self.asm().reg(width)
    }

    /// Appends an instruction with a new register as its first operand.
    pub fn fresh(&mut self, width: Width, opcode: &str, args: &[Arg]) -> Reg {
        let reg = self.reg(width);
        let mut all = vec![Arg::Reg(reg)];
        all.extend_from_slice(args);
        self.asm().op(opcode, &all);
        reg
    }

    /// Loads a parameter to a new register.
    pub fn param(&mut self, wanted: Param, width: Width) -> Reg {
        let to = self.reg(width);
        self.param_to(to, wanted);
        to
    }

    /// Loads a parameter to `to`.
    pub fn param_to(&mut self, to: Reg, wanted: Param) {
        // Every parameter that a verified kernel refers to is one of its region's.
        let index = self.params.iter().position(|&param| param == wanted).unwrap_or_default();
        let opcode = if to.width == Width::W32 { "ld.param.b32" } else { "ld.param.b64" };
        let name = name_of(self.entry, index);
        self.asm().op(opcode, &[to.into(), Arg::Name(format!("[{name}]"))]);
    }

    /// The register that the result of `node` goes to; `None` if it only lives in a predicate.
    pub fn result(&self, node: &Node) -> Option<Reg> {
        match self.places.home(node.result?) {
            Home::Reg(reg) => Some(reg),
            Home::Const(_) | Home::Predicate => None,
        }
    }

    /// Copies between registers of one width, unless they are the same.
    pub fn copy(&mut self, to: Reg, from: Arg) {
        if from != Arg::Reg(to) {
            self.asm().op(if to.width == Width::W32 { "mov.b32" } else { "mov.b64" }, &[to.into(), from]);
        }
    }

    /// Operand `index` of `node`, in Wasm's bits unless the operation gives the same for every payload of a NaN.
    pub fn operand(&mut self, node: &Node, index: usize) -> Arg {
        let value = node.operands[index];
        if payloads::tolerates(node, index, self.payloads) { self.loose(value) } else { self.exact(value) }
    }

    /// Operand `index` of `node` in a register.
    pub fn operand_reg(&mut self, node: &Node, index: usize) -> Reg {
        let arg = self.operand(node, index);
        self.in_register(arg)
    }

    /// The constant that operand `index` of `node` is, if it is one.
    pub fn constant(&self, node: &Node, index: usize) -> Option<Const> {
        match self.places.home(node.operands[index]) {
            Home::Const(constant) => Some(constant),
            Home::Reg(_) | Home::Predicate => None,
        }
    }

    /// `arg`, moved to a register if it is none.
    pub fn in_register(&mut self, arg: Arg) -> Reg {
        match arg {
            Arg::Reg(reg) => reg,
            Arg::Const(c) if c.ty.bits() == 32 => self.fresh(Width::W32, "mov.b32", &[arg]),
            _ => self.fresh(Width::W64, "mov.b64", &[arg]),
        }
    }

    /// `value` as it is in its register, which may hold another NaN than Wasm's.
    pub fn loose(&mut self, value: Id) -> Arg {
        match (self.places.home(value), self.places.condition(value)) {
            (Home::Reg(reg), _) => Arg::Reg(reg),
            (Home::Const(constant), _) => Arg::Const(constant),
            // Not reached: a value in a predicate alone has no use as a number. The number is right all the same.
            (Home::Predicate, condition) => self.number(condition).into(),
        }
    }

    /// `value` in Wasm's bits.
    pub fn exact(&mut self, value: Id) -> Arg {
        let loose = self.loose(value);
        let Arg::Reg(reg) = loose else { return loose };
        if !self.payloads.is_loose(value) {
            return loose;
        }
        if let Some(&known) = self.exact.get(&value) {
            return known.into();
        }
        let canonical = self.canonical(reg);
        self.exact.insert(value, canonical);
        canonical.into()
    }

    /// The float in `reg` with the canonical NaN in place of any other.
    fn canonical(&mut self, reg: Reg) -> Reg {
        let (test, select, nan) = match reg.width {
            Width::W32 => ("setp.nan.f32", "selp.b32", Const { ty: Type::F32, bits: CANONICAL_F32 }),
            _ => ("setp.nan.f64", "selp.b64", Const { ty: Type::F64, bits: CANONICAL_F64 }),
        };
        let is_nan = self.fresh(Width::Predicate, test, &[reg.into(), reg.into()]);
        self.fresh(reg.width, select, &[nan.into(), reg.into(), is_nan.into()])
    }

    /// 1 where the condition holds, else 0.
    fn number(&mut self, condition: Option<Condition>) -> Reg {
        let to = self.reg(Width::W32);
        if let Some(condition) = condition {
            self.number_to(to, condition);
        }
        to
    }

    /// Writes 1 to `to` where `condition` holds, else 0.
    pub fn number_to(&mut self, to: Reg, condition: Condition) {
        let (yes, no) = if condition.negated { (0, 1) } else { (1, 0) };
        self.asm().op("selp.b32", &[to.into(), yes.into(), no.into(), condition.reg.into()]);
    }

    /// Whether operand `index` of `node`, an `i32`, isn't zero.
    pub fn decide(&mut self, node: &Node, index: usize) -> Condition {
        if let Some(condition) = self.places.condition(node.operands[index]) {
            return condition;
        }
        let value = self.operand_reg(node, index);
        let reg = self.fresh(Width::Predicate, "setp.ne.s32", &[value.into(), 0.into()]);
        Condition { reg, negated: false }
    }

    /// Gives the launch up where `condition` holds.
    pub fn bail_if(&mut self, condition: Condition) {
        self.bails = true;
        self.asm().op_if(condition, "bra", &[BAIL.into()]);
    }

    /// Gives the launch up.
    pub fn bail(&mut self) {
        self.bails = true;
        self.asm().op("bra", &[BAIL.into()]);
    }
}
