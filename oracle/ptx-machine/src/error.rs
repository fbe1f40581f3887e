//! Errors of the two stages before a run: what is wrong with a text, and on which line.

use crate::ast::Type;
use thiserror::Error;

/// Text that is not in the accepted subset of PTX.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("line {line}: {problem}")]
pub struct ParseError {
    /// Line, from 1.
    pub line: u32,
    /// What is wrong there.
    pub problem: ParseProblem,
}

/// What is wrong with a text.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[expect(missing_docs, reason = "each variant is described by its message")]
pub enum ParseProblem {
    #[error("the text has {bytes} bytes, the limit is {limit}")]
    TooLong { bytes: usize, limit: usize },
    #[error("more than {limit} statements")]
    TooManyStatements { limit: usize },
    #[error("unexpected character {0:?}")]
    Character(char),
    #[error("comment without an end")]
    OpenComment,
    #[error("expected {expected}, found {found}")]
    Expected { expected: &'static str, found: String },
    #[error("bad number `{0}`")]
    Number(String),
    #[error("an offset must be a signed 32-bit integer")]
    Offset,
    #[error("bad target `{0}`")]
    Target(String),
    #[error("unknown type `.{0}`")]
    UnknownType(String),
    #[error("`{0}` is not a type for this place")]
    TypeHere(Type),
    #[error("unknown or unsupported instruction `{0}`")]
    UnknownInstruction(String),
    #[error("`{0}` may be fused or contracted by ptxas, write `.rn`")]
    MayFuse(String),
    #[error("`{instruction}` needs sm_{needed}, the module is for sm_{target}")]
    NeedsTarget { instruction: String, needed: u32, target: u32 },
    #[error("shared memory is not supported")]
    SharedMemory,
    #[error("unsupported directive `.{0}`")]
    Directive(String),
    #[error("unknown special register `{0}`")]
    UnknownSpecial(String),
    #[error("`{0}` is declared twice")]
    Duplicate(String),
    #[error("`{0}` can't be declared: special registers and prefixes that end in a digit are reserved")]
    ReservedName(String),
    #[error("`{name}` declares {count} registers, the limit is {limit}")]
    TooManyRegisters { name: String, count: u32, limit: u32 },
    #[error("parameters take {bytes} bytes, the limit is {limit}")]
    TooManyParameters { bytes: u32, limit: u32 },
}

/// A kernel whose instructions don't fit its declarations.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("line {line}: {problem}")]
pub struct PrepareError {
    /// Line, from 1.
    pub line: u32,
    /// What is wrong there.
    pub problem: PrepareProblem,
}

/// What doesn't fit.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[expect(missing_docs, reason = "each variant is described by its message")]
pub enum PrepareProblem {
    #[error("`{0}` is declared twice")]
    Duplicate(String),
    #[error("unknown register `{0}`")]
    UnknownRegister(String),
    #[error("register `{register}` is {declared}, the instruction wants {wanted}")]
    RegisterType { register: String, declared: Type, wanted: Type },
    #[error("immediate {value} doesn't fit {wanted}")]
    Immediate { value: i128, wanted: Type },
    #[error("immediate of the wrong kind for {0}")]
    ImmediateKind(Type),
    #[error("a special register can only be read by a 32-bit mov")]
    SpecialHere,
    #[error("expected {expected}")]
    Operand { expected: &'static str },
    #[error("the instruction takes {expected}")]
    Operands { expected: &'static str },
    #[error("unknown parameter `{0}`")]
    UnknownParameter(String),
    #[error("parameter `{parameter}` is {declared}, the load is {wanted}")]
    ParameterType { parameter: String, declared: Type, wanted: Type },
    #[error("a parameter can only be loaded whole, not at offset {0}")]
    ParameterOffset(i32),
    #[error("unknown label `{0}`")]
    UnknownLabel(String),
    #[error("label `{0}` is defined twice")]
    DuplicateLabel(String),
    #[error("no instruction follows label `{0}`")]
    LabelAtEnd(String),
    #[error("control can run past the last instruction")]
    RunsOff,
    #[error("the kernel needs more than {limit} registers and constants")]
    TooManySlots { limit: usize },
    #[error("vector operand names register `{0}` twice")]
    RepeatedDestination(String),
    #[error("barrier number must be an immediate from 0 to 15")]
    BarrierNumber,
}
