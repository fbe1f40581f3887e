//! The text form of a function, for people and snapshots.
//!
//! One line per instruction: `v7 = i32.add v3, v5`. Accesses show the space and the memarg offset: `f64.load s0 v4+8`.

use super::{Block, Func, Inst, Op, Target, Term, Value};
use std::fmt::{self, Display, Formatter};

impl Display for Value {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        write!(f, "v{}", self.0)
    }
}

impl Display for Target {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        write!(f, "b{}{}", self.block.0, List(&self.args))
    }
}

/// `(v1, v2)`, or nothing for an empty list.
struct List<'a>(&'a [Value]);

impl Display for List<'_> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        if self.0.is_empty() {
            return Ok(());
        }
        let parts: Vec<String> = self.0.iter().map(Value::to_string).collect();
        write!(f, "({})", parts.join(", "))
    }
}

impl Display for Op {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self {
            Op::Const(c) => write!(f, "{c}"),
            Op::Unary(op, a) => write!(f, "{} {a}", op.name()),
            Op::Binary(op, a, b) => write!(f, "{} {a}, {b}", op.name()),
            Op::Ternary(op, [a, b, c]) => write!(f, "{} {a}, {b}, {c}", op.name()),
            Op::Select { cond, if_true, if_false } => write!(f, "select {cond}, {if_true}, {if_false}"),
            Op::Load { kind, space, offset, addr } => write!(f, "{} s{space} {addr}+{offset}", kind.name()),
            Op::Gather { kind, space, offset, addr } => write!(f, "gather {} s{space} {addr}+{offset}", kind.name()),
            Op::Update { op, kind, space, offset, addr, value } => {
                write!(f, "update {} {} s{space} {addr}+{offset}, {value}", op.name(), kind.ty())
            }
            Op::Store { kind, space, offset, addr, value } => {
                write!(f, "{} s{space} {addr}+{offset}, {value}", kind.name())
            }
            Op::VectorConst(bytes) => write!(f, "v128.const 0x{:032x}", u128::from_le_bytes(*bytes)),
            Op::VectorUnary(op, a) => write!(f, "{} {a}", op.name()),
            Op::VectorBinary(op, a, b) => write!(f, "{} {a}, {b}", op.name()),
            Op::VectorTernary(op, [a, b, c]) => write!(f, "{} {a}, {b}, {c}", op.name()),
            Op::Shuffle(bytes, a, b) => {
                let bytes: Vec<String> = bytes.iter().map(u8::to_string).collect();
                write!(f, "i8x16.shuffle {} {a}, {b}", bytes.join(" "))
            }
            Op::ExtractLane { shape, signed, lane, vector } => {
                let sign = match (shape.bits() < 32, signed) {
                    (false, _) => "",
                    (true, true) => "_s",
                    (true, false) => "_u",
                };
                write!(f, "{}.extract_lane{sign} {lane} {vector}", shape.name())
            }
            Op::ReplaceLane { shape, lane, vector, value } => {
                write!(f, "{}.replace_lane {lane} {vector}, {value}", shape.name())
            }
            Op::GlobalGet(g) => write!(f, "global.get g{g}"),
            Op::GlobalSet(g, v) => write!(f, "global.set g{g}, {v}"),
            Op::Foreign(foreign) => write!(f, "foreign {}{}", foreign.name, List(&foreign.args)),
            Op::ForeignResult => write!(f, "foreign-result"),
        }
    }
}

impl Display for Inst {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self.result {
            Some(result) => write!(f, "{result} = {}", self.op),
            None => write!(f, "{}", self.op),
        }
    }
}

impl Display for Term {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self {
            Term::Jump(target) => write!(f, "jump {target}"),
            Term::Branch { cond, then, otherwise } => write!(f, "branch {cond} ? {then} : {otherwise}"),
            Term::Switch { index, targets, default } => {
                write!(f, "switch {index} [")?;
                for (i, target) in targets.iter().enumerate() {
                    write!(f, "{}{target}", if i == 0 { "" } else { ", " })?;
                }
                write!(f, "] default {default}")
            }
            Term::Return(values) => write!(f, "return{}{}", if values.is_empty() { "" } else { " " }, List(values)),
            Term::Unreachable => write!(f, "unreachable"),
            Term::Bail => write!(f, "bail"),
        }
    }
}

fn write_block(f: &mut Formatter<'_>, func: &Func, id: usize, block: &Block) -> fmt::Result {
    let params: Vec<String> = block.params.iter().map(|&p| format!("{p}: {}", func.ty(p))).collect();
    let params = if params.is_empty() { String::new() } else { format!("({})", params.join(", ")) };
    writeln!(f, "b{id}{params}:")?;
    for inst in &block.insts {
        writeln!(f, "  {inst}")?;
    }
    writeln!(f, "  {}", block.term)
}

impl Display for Func {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let results: Vec<String> = self.results.iter().map(|t| t.to_string()).collect();
        writeln!(f, "func {:?} -> ({}) {{", self.name, results.join(", "))?;
        for (id, block) in self.blocks.iter().enumerate() {
            write_block(f, self, id, block)?;
        }
        writeln!(f, "}}")
    }
}
