//! The normal exit in terms of the structured code, and the locals that it leaves behind.
//!
//! In the SSA form a loop is left along an edge; in the code a dispatch must leave from in front of the loop and arrive at the
//! same place. The place is expressible if it is a label around the loop, or lies in the loop construct's own sequence. A block
//! between that only jumps on is followed; the locals are those at the end of the last such block, since even an empty block can
//! rename locals.

use crate::analysis::context::Context;
use crate::analysis::shape::ExitEdge;
use crate::reasons::Reason;
use crate::rewrite::Exit;
use crate::wasm::{FUNCTION, GuestFunction, GuestLoop, Where};
use ir::lowered::{BlockId, Term, Value};

/// Blocks followed before giving up.
const MAX_CHAIN: usize = 32;

/// Where the exit leads, and the values of the loop's assigned locals there.
pub fn exit<'f>(
    context: &Context<'_>,
    function: &GuestFunction,
    guest_loop: &'f GuestLoop,
    edge: ExitEdge,
) -> Result<(Exit, &'f [Value]), Reason> {
    let (mut from, mut block) = (edge.from, edge.to);
    for _ in 0..MAX_CHAIN {
        if let Some(exit) = expressible(guest_loop, function.places[block.index()]) {
            let values = guest_loop.ends.get(&from).ok_or_else(|| elsewhere("the locals there aren't known"))?;
            return Ok((exit, values));
        }
        (from, block) = (block, follow(context, block)?);
    }
    Err(elsewhere("it leads through too many blocks"))
}

fn elsewhere(why: &str) -> Reason {
    Reason::Exit { why: why.into() }
}

fn expressible(guest_loop: &GuestLoop, place: Where) -> Option<Exit> {
    match place {
        Where::Join { construct: FUNCTION, .. } => Some(Exit::FunctionEnd),
        Where::Join { construct, parent } if parent == guest_loop.offset => Some(Exit::After(construct)),
        Where::After { offset, frame } if frame == guest_loop.offset => Some(Exit::After(offset)),
        // A construct that opens before the loop and is still open inside encloses it.
        Where::Join { construct, .. } | Where::Header { construct } if construct < guest_loop.offset => {
            Some(Exit::Label(construct))
        }
        _ => None,
    }
}

fn follow(context: &Context<'_>, block: BlockId) -> Result<BlockId, Reason> {
    let block = context.func.block(block);
    match &block.term {
        Term::Jump(target) if block.insts.is_empty() => Ok(target.block),
        _ => Err(elsewhere("it leads into the middle of a nested block")),
    }
}
