//! The typed form of PTX text: what [`crate::parse`] returns and [`crate::prepare`] takes.
//!
//! Opcodes with their modifiers and types are decoded and known to exist; names (registers, parameters, labels) are
//! still text, and operand types are not checked yet. Everything borrows from the text.

use std::fmt;

/// A PTX module.
#[derive(Debug, Clone, PartialEq)]
pub struct Module<'t> {
    /// `.version` as (major, minor).
    pub version: (u32, u32),
    /// The number in `.target sm_NN`.
    pub target: u32,
    /// Entry points in order of appearance.
    pub kernels: Vec<Kernel<'t>>,
}

impl<'t> Module<'t> {
    /// The entry point called `name`.
    pub fn kernel(&self, name: &str) -> Option<&Kernel<'t>> {
        self.kernels.iter().find(|kernel| kernel.name == name)
    }
}

/// One `.entry`.
#[derive(Debug, Clone, PartialEq)]
pub struct Kernel<'t> {
    /// Name of the entry.
    pub name: &'t str,
    /// Line of the name.
    pub line: u32,
    /// Parameters in order.
    pub params: Vec<Param<'t>>,
    /// Block shape promised by `.maxntid`.
    pub max_block: Option<[u32; 3]>,
    /// Block shape demanded by `.reqntid`.
    pub required_block: Option<[u32; 3]>,
    /// Declared registers.
    pub registers: Vec<RegisterDeclaration<'t>>,
    /// Labels and instructions in order.
    pub body: Vec<Statement<'t>>,
    /// Line of the closing brace.
    pub end_line: u32,
}

/// One `.param` of an entry.
#[derive(Debug, Clone, PartialEq)]
pub struct Param<'t> {
    /// Name of the parameter.
    pub name: &'t str,
    /// Its type.
    pub ty: Type,
    /// Line of the declaration.
    pub line: u32,
}

/// `%name` or, with a count, `%name0` to `%name(count-1)`.
#[derive(Debug, Clone, PartialEq)]
pub struct RegisterDeclaration<'t> {
    /// Name or prefix.
    pub name: &'t str,
    /// Number of registers of a parameterised declaration.
    pub count: Option<u32>,
    /// Declared type.
    pub ty: Type,
    /// Line of the declaration.
    pub line: u32,
}

/// A label or an instruction.
#[derive(Debug, Clone, PartialEq)]
pub enum Statement<'t> {
    /// `name:`
    Label {
        /// Name of the label.
        name: &'t str,
        /// Its line.
        line: u32,
    },
    /// `@guard operation operands;`
    Instruction(Instruction<'t>),
}

/// One instruction.
#[derive(Debug, Clone, PartialEq)]
pub struct Instruction<'t> {
    /// Line on which it starts.
    pub line: u32,
    /// Predicate in front of it.
    pub guard: Option<Guard<'t>>,
    /// Opcode, modifiers and types.
    pub operation: Operation,
    /// Operands as written.
    pub operands: Vec<Operand<'t>>,
}

/// `@p` or `@!p`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Guard<'t> {
    /// Name of the predicate register.
    pub predicate: &'t str,
    /// Whether it is negated.
    pub negated: bool,
}

/// An operand as written.
#[derive(Debug, Clone, PartialEq)]
pub enum Operand<'t> {
    /// A register or a label.
    Name(&'t str),
    /// `!p`
    Negated(&'t str),
    /// `p|q`
    Pair(&'t str, &'t str),
    /// `%tid.x` and the like.
    Special(Special),
    /// An integer immediate, sign included.
    Integer(i128),
    /// `0f` immediate.
    Single(u32),
    /// `0d` immediate.
    Double(u64),
    /// `[base+offset]`
    Address(&'t str, i32),
    /// `{a, b}`
    Vector(Vec<&'t str>),
}

/// Special registers. The payload is the axis, x first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Special {
    /// `%tid`
    Thread(u8),
    /// `%ntid`
    BlockSize(u8),
    /// `%ctaid`
    Block(u8),
    /// `%nctaid`
    GridSize(u8),
    /// `%laneid`
    Lane,
}

/// Opcode with its modifiers and types.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Operation {
    /// `mov`, packing and unpacking included.
    Move(Type),
    /// `ld.param`
    LoadParam(Type),
    /// `ld.global[.nc][.vN]`
    Load {
        /// `.nc`
        non_coherent: bool,
        /// 1, 2 or 4.
        lanes: u8,
        /// Type of a lane.
        ty: Type,
    },
    /// `st.global[.vN]`
    Store {
        /// 1, 2 or 4.
        lanes: u8,
        /// Type of a lane.
        ty: Type,
    },
    /// `cvta.to.global.u64`
    ToGlobal,
    /// One source.
    Unary(UnaryOp, Type),
    /// Two sources.
    Binary(BinaryOp, Type),
    /// Three sources.
    Ternary(TernaryOp, Type),
    /// `setp`
    Compare(Comparison, Option<Combine>, Type),
    /// `selp`
    Select(Type),
    /// `cvt`
    Convert(Conversion),
    /// `bra`
    Branch,
    /// `exit` and `ret`
    Exit,
    /// `bar.sync`
    Barrier,
    /// `atom.global`
    Atomic(AtomicOp, Type),
    /// `red.global`
    Reduce(AtomicOp, Type),
}

/// Operations with one source.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[expect(missing_docs, reason = "named as in PTX")]
pub enum UnaryOp {
    Not,
    Neg,
    Abs,
    Sqrt,
    Clz,
    Popc,
    Brev,
}

/// Operations with two sources. `MulLo` is also the float product.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[expect(missing_docs, reason = "named as in PTX")]
pub enum BinaryOp {
    Add,
    Sub,
    MulLo,
    MulHi,
    MulWide,
    Div,
    Rem,
    Min,
    Max,
    MinNan,
    MaxNan,
    And,
    Or,
    Xor,
    Shl,
    Shr,
    CopySign,
}

/// Operations with three sources.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[expect(missing_docs, reason = "named as in PTX")]
pub enum TernaryOp {
    MadLo,
    MadWide,
    Fma,
    ShfLeftWrap,
    ShfRightWrap,
}

/// Comparison of `setp`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[expect(missing_docs, reason = "named as in PTX")]
pub enum Comparison {
    Eq,
    Ne,
    Lt,
    Le,
    Gt,
    Ge,
    Lo,
    Ls,
    Hi,
    Hs,
    Equ,
    Neu,
    Ltu,
    Leu,
    Gtu,
    Geu,
    Num,
    Nan,
}

/// What `setp` does with its extra predicate.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[expect(missing_docs, reason = "named as in PTX")]
pub enum Combine {
    And,
    Or,
    Xor,
}

/// Rounding of `cvt`, to integers or to floats alike.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Rounding {
    /// `.rn`, `.rni`
    Nearest,
    /// `.rz`, `.rzi`
    Zero,
    /// `.rm`, `.rmi`
    Down,
    /// `.rp`, `.rpi`
    Up,
}

/// Types and rounding of a `cvt`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Conversion {
    /// Destination type.
    pub to: Type,
    /// Source type.
    pub from: Type,
    /// `Nearest` where the conversion is exact.
    pub rounding: Rounding,
}

/// Operation of `atom` and `red`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[expect(missing_docs, reason = "named as in PTX")]
pub enum AtomicOp {
    Add,
    And,
    Or,
    Xor,
    Min,
    Max,
    Exchange,
    CompareAndSwap,
}

/// Fundamental types of the accepted subset.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[expect(missing_docs, reason = "named as in PTX")]
pub enum Type {
    Pred,
    B8,
    U8,
    S8,
    B16,
    U16,
    S16,
    B32,
    U32,
    S32,
    F32,
    B64,
    U64,
    S64,
    F64,
}

/// What a type's bits stand for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Class {
    /// `.pred`
    Predicate,
    /// `.b8` to `.b64`
    Bits,
    /// `.u8` to `.s64`
    Integer,
    /// `.f32`, `.f64`
    Float,
}

impl Type {
    const NAMES: [(&'static str, Type); 15] = [
        ("pred", Type::Pred),
        ("b8", Type::B8),
        ("u8", Type::U8),
        ("s8", Type::S8),
        ("b16", Type::B16),
        ("u16", Type::U16),
        ("s16", Type::S16),
        ("b32", Type::B32),
        ("u32", Type::U32),
        ("s32", Type::S32),
        ("f32", Type::F32),
        ("b64", Type::B64),
        ("u64", Type::U64),
        ("s64", Type::S64),
        ("f64", Type::F64),
    ];

    /// The type written `name`, without its dot.
    pub fn from_name(name: &str) -> Option<Type> {
        Self::NAMES.iter().find(|entry| entry.0 == name).map(|entry| entry.1)
    }

    /// Width in bits; 1 for predicates.
    pub fn bits(self) -> u32 {
        match self {
            Type::Pred => 1,
            Type::B8 | Type::U8 | Type::S8 => 8,
            Type::B16 | Type::U16 | Type::S16 => 16,
            Type::B32 | Type::U32 | Type::S32 | Type::F32 => 32,
            Type::B64 | Type::U64 | Type::S64 | Type::F64 => 64,
        }
    }

    /// What the bits stand for.
    pub fn class(self) -> Class {
        match self {
            Type::Pred => Class::Predicate,
            Type::B8 | Type::B16 | Type::B32 | Type::B64 => Class::Bits,
            Type::F32 | Type::F64 => Class::Float,
            _ => Class::Integer,
        }
    }

    /// Whether it is `.s8` to `.s64`.
    pub fn is_signed(self) -> bool {
        matches!(self, Type::S8 | Type::S16 | Type::S32 | Type::S64)
    }

    /// Whether it is `.f32` or `.f64`.
    pub fn is_float(self) -> bool {
        self.class() == Class::Float
    }

    /// The integer type twice as wide, for `.wide` multiplications.
    pub(crate) fn widened(self) -> Option<Type> {
        Some(match self {
            Type::U16 => Type::U32,
            Type::S16 => Type::S32,
            Type::U32 => Type::U64,
            Type::S32 => Type::S64,
            _ => return None,
        })
    }
}

impl fmt::Display for Type {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let name = Self::NAMES.iter().find(|entry| entry.1 == *self).map_or("?", |entry| entry.0);
        write!(f, ".{name}")
    }
}
