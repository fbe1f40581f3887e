//! What PTX text may do to returned values: each slot is combined or stored by its role, and each record is stored.
//!
//! Input is where an access goes, from the first slot on, and the instruction; the answer is whether that is what the emitter does
//! there. The slots are as many as the region returns; the records of folded floats follow them, one for each iteration
//! (`ir::abi`), so an iteration's own record is there whatever the trip count.

use ir::region::{ReduceOp, Region, ReturnRole};
use ptx_machine::ast::{AtomicOp, Instruction, Operation};

/// Bytes of a slot, and of a value in a record.
const SLOT: usize = 8;

/// True if an access to the slots of returned values does what the slot's role asks for.
pub(super) fn into_slot(region: &Region, at: i128, instruction: &Instruction<'_>) -> bool {
    let slot = usize::try_from(at).ok().filter(|at| at % SLOT == 0).and_then(|at| region.returns.get(at / SLOT));
    let Some(&(ty, role)) = slot else { return false };
    let width = match (role, instruction.operation) {
        (ReturnRole::Reduce(ReduceOp::Mul), Operation::Atomic(AtomicOp::CompareAndSwap, ty)) => ty.bits(),
        (ReturnRole::Reduce(op), Operation::Reduce(_, ty)) if op != ReduceOp::Mul => ty.bits(),
        (ReturnRole::Last, Operation::Store { lanes: 1, ty }) => ty.bits(),
        _ => return false,
    };
    width == ty.bits()
}

/// Bytes of a record.
pub(super) fn record(region: &Region) -> i128 {
    (SLOT * region.folds().count()) as i128
}

/// True if an access at this distance from an iteration's record, counted from the first slot, stores a float that is folded.
pub(super) fn into_record(region: &Region, at: i128, instruction: &Instruction<'_>) -> bool {
    let behind = usize::try_from(at).ok().and_then(|at| at.checked_sub(SLOT * region.returns.len()));
    let place = behind.filter(|at| at % SLOT == 0).and_then(|at| region.folds().nth(at / SLOT));
    let Operation::Store { lanes: 1, ty } = instruction.operation else { return false };
    place.is_some_and(|place| region.returns[place].0.bits() == ty.bits())
}
