//! Regions: what one dispatch replaces, as plain data.
//!
//! A [`Region`] is a loop nest of a guest function with everything a host needs to run it elsewhere: where the live-ins
//! come from, under which guards, which bytes it touches, what to launch, and where the live-outs go. Two expression
//! languages appear in it. [`Scalar`]s wrap like Wasm integers and describe live-outs and addresses; [`Int`]s and
//! [`Pred`]s are checked 128-bit integers and predicates over them, and say when a dispatch is allowed. All are flat
//! lists whose operands have smaller indices, so that reading and evaluating them is bounded and never recurses.

pub mod apart;
mod expressions;
mod exprs;
pub mod fold;
mod guards;
pub mod limits;
mod model;
pub mod text;
pub mod verify;

pub use exprs::{Scalar, ScalarId, Scalars};
pub use fold::FoldOp;
pub use guards::{Answer, Bounds, Dims, Guard, GuardEnv, GuardError, Int, IntId, Pred, PredId, Program};
pub use model::{
    Access, FinalLoad, FinalStore, Footprint, FootprintDim, Kernel, LiveIn, LiveOut, Mapping, Part, Place, ReduceOp,
    Region, ReturnRole, Source, Step,
};
