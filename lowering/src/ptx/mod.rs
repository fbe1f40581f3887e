//! PTX text for one kernel of a region.
//!
//! Input: a [`Region`], its [`Kernel`] and one of its [`Mapping`]s. Output: a PTX module with one entry that follows the
//! calling convention of `ir::abi`. The steps, in order, each in the file of its name:
//!
//! 1. `build`: LoweredOp, its vectors taken apart by `transform`, to the pliron dialect `twk`;
//! 2. `passes`: constants, `division` by powers of two, common subexpressions (`cse`), `dead` code;
//! 3. `listing`: the pliron form as plain arrays;
//! 4. `payloads`: which float values may hold a NaN whose payload isn't Wasm's yet;
//! 5. `places`: a register, predicate or immediate for each value;
//! 6. `entry`: the text, blocks in the order of `layout`, with the state in `writer` and one file for each class of
//!    instruction: `arithmetic`, `conversion`, `access`, `control`, `returns`; lines and registers are `assembly`.
//!
//! What holds of the text: every float operation rounds on its own (`.rn` everywhere, so that ptxas fuses nothing);
//! an arithmetic NaN becomes the canonical one before anything but arithmetic sees it, and bits that are only moved
//! stay as they are; an operator that traps in Wasm sets the bail flag and ends the thread, so that PTX never sees an
//! operand for which its result is unspecified; a thread with a loop that the region doesn't bound spends a step budget, so
//! that no launch runs forever. Threads past a trip count do nothing.
//!
//! `ptxas` stands beside the steps: it asks NVIDIA's assembler, where one is installed, what it makes of the text.
//!
//! Assumed and left to others: the guards make every address valid and naturally aligned, the launch has the grid of
//! `ir::abi::grid`, and the host looks at the bail flag before it believes anything.

mod access;
mod arithmetic;
mod assembly;
mod build;
mod control;
mod conversion;
mod cse;
mod dead;
mod division;
mod entry;
mod error;
mod layout;
mod listing;
mod narrow;
mod passes;
mod payloads;
mod places;
mod ptxas;
mod returns;
mod target;
mod writer;

pub use entry::STEP_BUDGET;
pub use error::PtxError;
pub use ptxas::{Ptxas, PtxasError, Usage};
pub use target::{Options, Target};

use crate::transform;
use ir::kernel::ops;
use ir::region::verify::verify_kernel;
use ir::region::{Kernel, Mapping, Region};
use pliron::context::Context;
use pliron::op::Op;
use pliron::printable::Printable;

/// The PTX module of `kernel` under `mapping`, with `entry` as the name of its only entry.
pub fn emit(
    region: &Region,
    kernel: &Kernel,
    mapping: &Mapping,
    entry: &str,
    options: Options,
) -> Result<String, PtxError> {
    let mut ctx = Context::new();
    let dialect = optimised(&mut ctx, region, kernel, mapping)?;
    let listing = listing::read(&ctx, dialect)?;
    let payloads = payloads::analyse(&listing);
    let places = places::assign(&listing, &payloads);
    entry::write(region, &listing, &payloads, places, entry, options)
}

/// The pliron form from which [`emit`] writes, for people.
pub fn pliron_text(region: &Region, kernel: &Kernel, mapping: &Mapping) -> Result<String, PtxError> {
    let mut ctx = Context::new();
    let dialect = optimised(&mut ctx, region, kernel, mapping)?;
    // pliron leaves blanks at the ends of lines.
    let text = dialect.get_operation().disp(&ctx).to_string();
    Ok(text.lines().map(|line| line.trim_end().to_owned() + "\n").collect())
}

fn optimised(ctx: &mut Context, region: &Region, kernel: &Kernel, mapping: &Mapping) -> Result<ops::Kernel, PtxError> {
    verify_kernel(region, kernel)?;
    let func = transform::scalarise(&kernel.func).into_owned();
    let scalar = Kernel { func, dims: kernel.dims, returns: kernel.returns.clone() };
    verify_kernel(region, &scalar)?;
    let dialect = build::build(ctx, region, &scalar, mapping)?;
    passes::run(ctx, dialect)?;
    Ok(dialect)
}
