//! What a generated program is: one exported function of statements, with typed expressions.
//!
//! The tree is close enough to WebAssembly that [`super::write`] turns it into a module without deciding anything, and
//! regular enough that [`super::shrink`] takes parts away and what remains is still valid: every expression has a type
//! that can be told from itself and the lists of the program, blocks leave nothing behind, and branches name loops around
//! them by how many lie between.

use super::opcodes::{LOADS, OPERATORS};

/// A value type.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub(crate) enum Ty {
    /// 32-bit integer.
    I32,
    /// 64-bit integer.
    I64,
    /// Single float.
    F32,
    /// Double float.
    F64,
    /// 128-bit vector.
    V128,
}

/// What a parameter is for, which says what arguments make a program run.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Role {
    /// The address of the first byte of an array, with the logarithm of the size of an element.
    Base(u32),
    /// Where a counter starts.
    Start,
    /// How often a loop at this depth goes round.
    Count(u32),
    /// A distance between elements.
    Stride,
    /// Anything.
    Value,
}

/// A memory.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Memory {
    /// True for addresses of 64 bits.
    pub wide: bool,
    /// True if the host provides it.
    pub imported: bool,
}

/// A global variable, which is exported.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Global {
    /// Its type, a number.
    pub ty: Ty,
    /// True if it may be written.
    pub mutable: bool,
    /// Its first value, as raw bits.
    pub bits: u64,
}

/// A small function that expressions call.
#[derive(Clone, PartialEq, Debug)]
pub(crate) struct Helper {
    /// The types of its parameters, which are its only locals.
    pub params: Vec<Ty>,
    /// What it returns.
    pub value: Expr,
    /// The type of that.
    pub result: Ty,
}

/// A number that lies in memory when the program starts, from which the program makes the address of an array.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Header {
    /// The memory in which it lies and into which it points.
    pub memory: u32,
    /// Where it lies.
    pub at: u64,
    /// True if it is a distance, of either sign, that is added to an address.
    pub small: bool,
}

/// Where an array begins, as far as that is known in advance.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Begins {
    /// Here.
    At(u64),
    /// Where a parameter says.
    Param(u32),
}

/// An array that a program goes over.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Data {
    /// The memory in which it lies.
    pub memory: u32,
    /// Where it begins.
    pub begins: Begins,
    /// The store that writes an element.
    pub store: u16,
}

/// A program.
#[derive(Clone, PartialEq, Debug)]
pub(crate) struct Program {
    /// Its memories; there is at least one.
    pub memories: Vec<Memory>,
    /// The parameters of its function, which are the first locals.
    pub params: Vec<(Ty, Role)>,
    /// The other locals.
    pub locals: Vec<Ty>,
    /// Globals.
    pub globals: Vec<Global>,
    /// Functions that it calls.
    pub helpers: Vec<Helper>,
    /// Numbers in memory.
    pub headers: Vec<Header>,
    /// Arrays whose places are known.
    pub data: Vec<Data>,
    /// What it does.
    pub body: Vec<Stmt>,
    /// The locals that it returns.
    pub results: Vec<u32>,
}

/// An address: an expression and what the instruction adds to it.
#[derive(Clone, PartialEq, Debug)]
pub(crate) struct Place {
    /// The memory.
    pub memory: u32,
    /// The dynamic part, of the memory's address type.
    pub address: Expr,
    /// The static part.
    pub offset: u64,
    /// The logarithm of the alignment that the instruction claims.
    pub align: u32,
}

/// An expression.
#[derive(Clone, PartialEq, Debug)]
pub(crate) enum Expr {
    /// A constant, as raw bits.
    Const(Ty, u128),
    /// The value of a local.
    Local(u32, Ty),
    /// The value of a global.
    Global(u32, Ty),
    /// An operator, by its index in [`OPERATORS`], with the lane or the lanes that some name.
    Op(u16, u128, Vec<Expr>),
    /// One of two values.
    Select(Box<[Expr; 3]>),
    /// A load, by its index in [`LOADS`].
    Load(u16, Box<Place>),
    /// A call of a helper.
    Call(u32, Ty, Vec<Expr>),
    /// An assignment whose value is the value that it assigns.
    Tee(u32, Box<Expr>),
}

impl Expr {
    /// Its type.
    pub fn ty(&self) -> Ty {
        match self {
            Expr::Const(ty, _) | Expr::Local(_, ty) | Expr::Global(_, ty) | Expr::Call(_, ty, _) => *ty,
            Expr::Op(index, ..) => OPERATORS[*index as usize].result,
            Expr::Select(parts) => parts[0].ty(),
            Expr::Load(index, _) => LOADS[*index as usize].ty,
            Expr::Tee(_, value) => value.ty(),
        }
    }

    /// A constant of `ty` whose bits are all zero.
    pub fn zero(ty: Ty) -> Expr {
        Expr::Const(ty, 0)
    }

    /// A constant integer of `ty`, cut to its width.
    pub fn int(ty: Ty, value: i64) -> Expr {
        Expr::Const(ty, if ty == Ty::I32 { value as u32 as u128 } else { value as u64 as u128 })
    }
}

/// A statement.
#[derive(Clone, PartialEq, Debug)]
pub(crate) enum Stmt {
    /// Assigns to a local.
    Set(u32, Expr),
    /// Assigns to a global.
    SetGlobal(u32, Expr),
    /// A store, by its index in [`STORES`].
    Store(u16, Place, Expr),
    /// One of two lists.
    If(Expr, Vec<Stmt>, Vec<Stmt>),
    /// A loop.
    Loop(Box<Loop>),
    /// Leaves this many loops around the innermost one, and that, where the condition holds.
    Exit(Expr, u32),
    /// Goes on with the next iteration of the innermost loop where the condition holds.
    Continue(Expr),
    /// Returns where the condition holds.
    Return(Expr),
    /// Traps where the condition holds.
    Trap(Expr),
    /// Tells the host a number.
    Note(Expr),
    /// Fills bytes of a memory: its number, the first address, the value, how many.
    Fill(u32, Expr, Expr, Expr),
    /// Copies bytes within a memory: its number, to where, from where, how many.
    Copy(u32, Expr, Expr, Expr),
}

/// Where a loop asks whether to go on.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Test {
    /// In front of each iteration.
    Top,
    /// Behind each iteration; the first one isn't asked for.
    Bottom,
    /// Behind each iteration, and once in front of the loop.
    Guarded,
}

/// A variable of a loop that changes by the same amount in every iteration.
#[derive(Clone, PartialEq, Debug)]
pub(crate) struct Induction {
    /// The local.
    pub local: u32,
    /// Its value in the first iteration.
    pub start: Expr,
    /// What is added behind each iteration.
    pub step: Expr,
}

/// A loop.
#[derive(Clone, PartialEq, Debug)]
pub(crate) struct Loop {
    /// Its variables; the first one counts iterations.
    pub inductions: Vec<Induction>,
    /// True as long as it goes on.
    pub goes_on: Expr,
    /// When that is asked.
    pub test: Test,
    /// What it does each time.
    pub body: Vec<Stmt>,
}

impl Program {
    /// The type of a local.
    pub fn local(&self, index: u32) -> Ty {
        match self.params.get(index as usize) {
            Some((ty, _)) => *ty,
            None => self.locals[index as usize - self.params.len()],
        }
    }

    /// The address type of a memory.
    pub fn address(&self, memory: u32) -> Ty {
        if self.memories[memory as usize].wide { Ty::I64 } else { Ty::I32 }
    }
}
