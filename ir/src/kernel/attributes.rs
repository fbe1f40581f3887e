//! The attributes of the dialect: operators, constants, accesses and the kernel's shape, with printers and parsers.

use super::ops::Const as ConstOp;
use super::types;
use crate::lowered::{BinaryOp, Const, LoadKind, StoreKind, TernaryOp, Type, UnaryOp};
use crate::region::{FoldOp, ReduceOp, ReturnRole};
use pliron::attribute::Attribute;
use pliron::builtin::attr_interfaces::{MaterializableAttr, TypedAttrInterface};
use pliron::combine::parser::char::spaces;
use pliron::combine::{Parser, between, many1, satisfy, sep_by, token};
use pliron::common_traits::Verify;
use pliron::context::{Context, Ptr};
use pliron::derive::{attr_interface_impl, pliron_attr};
use pliron::irfmt::parsers::int_parser;
use pliron::op::Op;
use pliron::operation::Operation;
use pliron::parsable::{IntoParseResult, Parsable, ParseResult, StateStream, StreamLocation};
use pliron::printable::{self, Printable};
use pliron::result::Result;
use pliron::r#type::TypeHandle;
use pliron::{input_err, verify_err_noloc};
use std::fmt;
use thiserror::Error;

/// A word of the text form that names nothing, and an attribute that stands for nothing.
#[derive(Clone, PartialEq, Eq, Debug, Error)]
pub enum AttributeError {
    /// A word where a name of this kind is needed.
    #[error("`{word}` is no {what}")]
    Unknown {
        /// The kind of name needed.
        what: &'static str,
        /// What stands there.
        word: String,
    },
    /// A constant with a type that isn't a scalar or with bits beyond its width.
    #[error("{0} doesn't fit its type")]
    Constant(Const),
    /// Threads of a block, or dimensions, outside what any device takes.
    #[error("a grid of dimensions {grid:?} in blocks of {block} can't be launched")]
    Shape {
        /// The dimensions on x, y and z.
        grid: Vec<u32>,
        /// Threads of a block.
        block: u32,
    },
}

/// Parses a word made of letters, digits, dots, underscores and minus signs, and looks it up.
fn parse_word<'a, T>(
    stream: &mut StateStream<'a>,
    what: &'static str,
    find: impl FnOnce(&str) -> Option<T>,
) -> ParseResult<'a, T> {
    let loc = stream.loc();
    let is_word = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '-');
    let (word, _) = many1::<String, _, _>(satisfy(is_word)).parse_stream(stream).into_result()?;
    match find(&word) {
        Some(found) => Ok(found).into_parse_result(),
        None => input_err!(loc, AttributeError::Unknown { what, word })?,
    }
}

/// An attribute that is one of a table of named things.
macro_rules! named {
    ($(#[$doc:meta])* $attr:ident $id:tt $what:tt $inner:ty) => {
        $(#[$doc])*
        #[pliron_attr(name = $id, verifier = "succ")]
        #[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
        pub struct $attr(pub $inner);

        impl Printable for $attr {
            fn fmt(&self, _: &Context, _: &printable::State, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(self.0.name())
            }
        }

        impl Parsable for $attr {
            type Arg = ();
            type Parsed = Self;

            fn parse<'a>(stream: &mut StateStream<'a>, (): ()) -> ParseResult<'a, Self> {
                parse_word(stream, $what, |word| {
                    <$inner>::ALL.iter().find(|candidate| candidate.name() == word).map(|&found| $attr(found))
                })
            }
        }
    };
}

named! {
    /// The operator of a [`super::ops::Unary`].
    UnaryAttr "twk.unary_operator" "unary operator" UnaryOp
}
named! {
    /// The operator of a [`super::ops::Binary`].
    BinaryAttr "twk.binary_operator" "binary operator" BinaryOp
}
named! {
    /// The operator of a [`super::ops::Ternary`].
    TernaryAttr "twk.ternary_operator" "ternary operator" TernaryOp
}
named! {
    /// Width and extension of a [`super::ops::Load`].
    LoadAttr "twk.load_kind" "load" LoadKind
}
named! {
    /// Width and truncation of a [`super::ops::Store`].
    StoreAttr "twk.store_kind" "store" StoreKind
}
named! {
    /// How a [`super::ops::Update`] combines.
    UpdateAttr "twk.update_operator" "update" ReduceOp
}

/// The value of a [`super::ops::Const`], printed as its type and its bits.
#[pliron_attr(name = "twk.constant")]
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct ConstAttr(pub Const);

impl Verify for ConstAttr {
    fn verify(&self, _: &Context) -> Result<()> {
        if self.0.ty.is_scalar() && self.0.bits & !self.0.ty.mask() == 0 {
            Ok(())
        } else {
            verify_err_noloc!(AttributeError::Constant(self.0))
        }
    }
}

impl Printable for ConstAttr {
    fn fmt(&self, _: &Context, _: &printable::State, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.0.ty.is_int() {
            write!(f, "{} {}", self.0.ty, self.0.signed())
        } else {
            write!(f, "{} 0x{:x}", self.0.ty, self.0.bits)
        }
    }
}

impl Parsable for ConstAttr {
    type Arg = ();
    type Parsed = Self;

    fn parse<'a>(stream: &mut StateStream<'a>, (): ()) -> ParseResult<'a, Self> {
        let (ty, _) = parse_word(stream, "scalar type", scalar_named)?;
        spaces().parse_stream(stream).into_result()?;
        parse_word(stream, "constant", |word| {
            let bits = match word.strip_prefix("0x") {
                Some(digits) => u64::from_str_radix(digits, 16).ok()?,
                None => word.parse::<i64>().ok()? as u64 & ty.mask(),
            };
            Some(ConstAttr(Const { ty, bits }))
        })
    }
}

#[attr_interface_impl]
impl TypedAttrInterface for ConstAttr {
    fn get_type(&self, ctx: &Context) -> TypeHandle {
        types::of_scalar(ctx, self.0.ty).expect("the verifier admits scalar constants only")
    }
}

#[attr_interface_impl]
impl MaterializableAttr for ConstAttr {
    fn materialize(&self, ctx: &mut Context) -> Ptr<Operation> {
        ConstOp::new(ctx, self.0).get_operation()
    }
}

fn scalar_named(word: &str) -> Option<Type> {
    [Type::I32, Type::I64, Type::F32, Type::F64].into_iter().find(|ty| ty.to_string() == word)
}

/// A number: an index of a dimension, live-in or footprint, or the byte offset of an access.
#[pliron_attr(name = "twk.number", format = "$0", verifier = "succ")]
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct NumberAttr(pub u64);

/// What becomes of each value that a [`super::ops::Return`] carries.
#[pliron_attr(name = "twk.roles", verifier = "succ")]
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct RolesAttr(pub Vec<ReturnRole>);

fn role_name(role: ReturnRole) -> &'static str {
    match role {
        ReturnRole::Last => "last",
        ReturnRole::Reduce(op) => op.name(),
        ReturnRole::Fold(op) => op.name(),
    }
}

fn role_named(word: &str) -> Option<ReturnRole> {
    let reductions = ReduceOp::ALL.into_iter().map(ReturnRole::Reduce);
    let folds = FoldOp::ALL.into_iter().map(ReturnRole::Fold);
    reductions.chain(folds).chain([ReturnRole::Last]).find(|&role| role_name(role) == word)
}

impl Printable for RolesAttr {
    fn fmt(&self, _: &Context, _: &printable::State, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "[{}]", self.0.iter().map(|&role| role_name(role)).collect::<Vec<_>>().join(", "))
    }
}

impl Parsable for RolesAttr {
    type Arg = ();
    type Parsed = Self;

    fn parse<'a>(stream: &mut StateStream<'a>, (): ()) -> ParseResult<'a, Self> {
        let role =
            pliron::combine::parser(|stream: &mut StateStream<'a>| parse_word(stream, "return role", role_named));
        bracketed('[', role, ']').map(RolesAttr).parse_stream(stream).into()
    }
}

/// A comma-separated list between two characters.
fn bracketed<'a, T>(
    open: char,
    item: impl Parser<StateStream<'a>, Output = T>,
    close: char,
) -> impl Parser<StateStream<'a>, Output = Vec<T>> {
    let items = sep_by::<Vec<T>, _, _, _>(item.skip(spaces()), token(',').skip(spaces()));
    between(token(open).skip(spaces()), token(close), items)
}

/// What a [`super::ops::Kernel`] is launched with.
#[pliron_attr(name = "twk.shape")]
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct ShapeAttr {
    /// The parallel dimensions on grid x, y and z, each of them once.
    pub grid: Vec<u32>,
    /// Threads of a block along grid x.
    pub block: u32,
    /// The number of footprints.
    pub spaces: u32,
    /// The types of the live-ins.
    pub live_ins: Vec<Type>,
}

impl Verify for ShapeAttr {
    fn verify(&self, _: &Context) -> Result<()> {
        let mut dims = self.grid.clone();
        dims.sort_unstable();
        let each_once = dims.iter().copied().eq(0..dims.len() as u32);
        if each_once && matches!(dims.len(), 1..=3) && matches!(self.block, 1..=crate::region::limits::MAX_BLOCK) {
            Ok(())
        } else {
            verify_err_noloc!(AttributeError::Shape { grid: self.grid.clone(), block: self.block })
        }
    }
}

impl Printable for ShapeAttr {
    fn fmt(&self, _: &Context, _: &printable::State, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let live_ins: Vec<String> = self.live_ins.iter().map(Type::to_string).collect();
        write!(f, "({}) spaces {} grid {:?} block {}", live_ins.join(", "), self.spaces, self.grid, self.block)
    }
}

impl Parsable for ShapeAttr {
    type Arg = ();
    type Parsed = Self;

    fn parse<'a>(stream: &mut StateStream<'a>, (): ()) -> ParseResult<'a, Self> {
        let ty =
            pliron::combine::parser(|stream: &mut StateStream<'a>| parse_word(stream, "scalar type", scalar_named));
        let word = |text: &'static str| spaces().with(pliron::combine::parser::char::string(text)).skip(spaces());
        let mut shape = (
            bracketed('(', ty, ')'),
            word("spaces").with(int_parser::<u32>()),
            word("grid").with(bracketed('[', int_parser::<u32>(), ']')),
            word("block").with(int_parser::<u32>()),
        )
            .map(|(live_ins, spaces, grid, block)| ShapeAttr { grid, block, spaces, live_ins });
        shape.parse_stream(stream).into()
    }
}

/// The constant that a folded operand stands for, if it is known and one of ours.
pub fn constant(folded: Option<&pliron::attribute::AttrObj>) -> Option<Const> {
    let attribute: &dyn Attribute = &**folded?;
    attribute.downcast_ref::<ConstAttr>().map(|constant| constant.0)
}
