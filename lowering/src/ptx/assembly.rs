//! Lines of PTX and the registers they use.
//!
//! Registers are declared by width alone: `.pred`, `.b32`, `.b64`; every instruction of the same width takes them, so a
//! reinterpretation costs nothing. An immediate is written the way the instruction's source type wants it.

use ir::faults;
use ir::lowered::Const;
use std::fmt::{self, Display, Formatter, Write};

/// The width of a register.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub(super) enum Width {
    /// One bit.
    Predicate,
    /// 32 bits.
    W32,
    /// 64 bits.
    W64,
}

/// A virtual register.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub(super) struct Reg {
    /// Its width.
    pub width: Width,
    index: u32,
}

impl Display for Reg {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let prefix = match self.width {
            Width::Predicate => "p",
            Width::W32 => "r",
            Width::W64 => "rd",
        };
        write!(f, "%{prefix}{}", self.index)
    }
}

/// A predicate register, or its opposite.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Condition {
    /// The predicate register.
    pub reg: Reg,
    /// True if the condition holds where the register is false.
    pub negated: bool,
}

impl Condition {
    /// The opposite.
    pub fn not(self) -> Condition {
        Condition { negated: !self.negated, ..self }
    }
}

/// An operand.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) enum Arg {
    /// A register.
    Reg(Reg),
    /// A typed constant.
    Const(Const),
    /// An integer.
    Int(i64),
    /// Memory at a register plus an offset.
    Memory(Reg, i32),
    /// A special register, a parameter, a label.
    Name(String),
}

impl From<Reg> for Arg {
    fn from(reg: Reg) -> Arg {
        Arg::Reg(reg)
    }
}

impl From<i64> for Arg {
    fn from(value: i64) -> Arg {
        Arg::Int(value)
    }
}

impl From<&str> for Arg {
    fn from(name: &str) -> Arg {
        Arg::Name(name.to_owned())
    }
}

impl From<Const> for Arg {
    fn from(value: Const) -> Arg {
        Arg::Const(value)
    }
}

impl Arg {
    /// Writes the operand as an instruction with this opcode takes it.
    fn write(&self, opcode: &str, out: &mut String) {
        // The source type is an opcode's last part.
        let source = opcode.rsplit('.').next().unwrap_or_default();
        // Writing to a string doesn't fail.
        let _ = match self {
            Arg::Reg(reg) => write!(out, "{reg}"),
            Arg::Const(c) if source == "f32" => write!(out, "0f{:08X}", c.bits),
            Arg::Const(c) if source == "f64" => write!(out, "0d{:016X}", c.bits),
            Arg::Const(c) if c.ty.bits() == 32 => write!(out, "{}", c.bits as u32 as i32),
            Arg::Const(c) => write!(out, "{}", c.bits as i64),
            Arg::Int(value) => write!(out, "{value}"),
            Arg::Memory(base, 0) => write!(out, "[{base}]"),
            Arg::Memory(base, offset) => write!(out, "[{base}{offset:+}]"),
            Arg::Name(name) => write!(out, "{name}"),
        };
    }
}

/// The body of an entry as it grows.
#[derive(Default)]
pub(super) struct Assembly {
    text: String,
    predicates: u32,
    narrow: u32,
    wide: u32,
    labels: u32,
}

impl Assembly {
    /// A new register.
    pub fn reg(&mut self, width: Width) -> Reg {
        let next = match width {
            Width::Predicate => &mut self.predicates,
            Width::W32 => &mut self.narrow,
            Width::W64 => &mut self.wide,
        };
        *next += 1;
        Reg { width, index: *next - 1 }
    }

    /// A new label with this prefix.
    pub fn new_label(&mut self, prefix: &str) -> String {
        self.labels += 1;
        format!("${prefix}{}", self.labels - 1)
    }

    /// Places a label.
    pub fn label(&mut self, label: &str) {
        let _ = writeln!(self.text, "{label}:");
    }

    /// Appends an instruction.
    pub fn op(&mut self, opcode: &str, args: &[Arg]) {
        self.line("", opcode, args);
    }

    /// Appends an instruction that only runs where `condition` holds.
    pub fn op_if(&mut self, condition: Condition, opcode: &str, args: &[Arg]) {
        let sign = if condition.negated { "!" } else { "" };
        self.line(&format!("@{sign}{} ", condition.reg), opcode, args);
    }

    fn line(&mut self, guard: &str, opcode: &str, args: &[Arg]) {
        let faulty = faulty(opcode);
        let opcode = faulty.as_deref().unwrap_or(opcode);
        let _ = write!(self.text, "\t{guard}{opcode}");
        for (index, arg) in args.iter().enumerate() {
            self.text.push_str(if index == 0 { " " } else { ", " });
            arg.write(opcode, &mut self.text);
        }
        self.text.push_str(";\n");
    }

    /// Register declarations, then everything appended.
    pub fn finish(self) -> String {
        let mut out = String::new();
        for (ty, prefix, count) in [("pred", "p", self.predicates), ("b32", "r", self.narrow), ("b64", "rd", self.wide)]
        {
            if count > 0 {
                let _ = writeln!(out, "\t.reg .{ty} %{prefix}<{count}>;");
            }
        }
        out + &self.text
    }
}

/// Faults that are another opcode: their names, the part of the opcode that they change, and what they make of it.
const FAULTS: [(&str, &str, &str); 23] = [
    ("ptx-add-rounds-toward-zero", "add.rn.", "add.rz."),
    ("ptx-mul-rounds-toward-zero", "mul.rn.", "mul.rz."),
    ("ptx-div-rounds-up", "div.rn.", "div.rp."),
    ("ptx-sqrt-rounds-down", "sqrt.rn.", "sqrt.rm."),
    ("ptx-nearest-truncates", "cvt.rni.", "cvt.rzi."),
    ("ptx-ceil-is-floor", "cvt.rpi.", "cvt.rmi."),
    ("ptx-conversions-truncate", "cvt.rn.", "cvt.rz."),
    ("ptx-arithmetic-shift-is-logical", "shr.s", "shr.u"),
    ("ptx-signed-load-is-unsigned", "ld.global.s", "ld.global.u"),
    ("ptx-signed-division-is-unsigned", "div.s", "div.u"),
    ("ptx-signed-remainder-is-unsigned", "rem.s", "rem.u"),
    ("ptx-rotation-goes-back", "shf.l.", "shf.r."),
    ("ptx-nan-equals", "setp.eq.f", "setp.equ.f"),
    ("ptx-nan-is-less", "setp.lt.f", "setp.ltu.f"),
    ("ptx-nan-is-not-unequal", "setp.neu.f", "setp.ne.f"),
    ("ptx-signed-order-is-unsigned", "setp.lt.s", "setp.lt.u"),
    ("ptx-unsigned-index-is-signed", "cvt.u64.u32", "cvt.s64.s32"),
    ("ptx-signed-extension-is-unsigned", "cvt.s64.s32", "cvt.u64.u32"),
    ("ptx-byte-extension-is-unsigned", "cvt.s32.s8", "cvt.u32.u8"),
    ("ptx-minimum-skips-nan", "min.NaN.", "min."),
    ("ptx-largest-is-smallest", "red.global.max", "red.global.min"),
    ("ptx-exclusive-or-is-or", "red.global.xor", "red.global.or"),
    ("ptx-truncation-takes-the-bound", "setp.lt.and.f", "setp.le.and.f"),
];

/// The opcode in place of another one where a seeded fault is on.
fn faulty(opcode: &str) -> Option<String> {
    let swap = |&(name, right, wrong): &(&str, &str, &str)| {
        (opcode.starts_with(right) && faults::on(name)).then(|| opcode.replacen(right, wrong, 1))
    };
    if faults::SEEDED { FAULTS.iter().find_map(swap) } else { None }
}
