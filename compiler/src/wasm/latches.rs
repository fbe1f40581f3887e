//! One way back for each loop: branches to the start of a loop from several places become one.
//!
//! A `continue` is a branch to the loop's label like that at the end of the body, and what stands before it may be anything. The
//! analysis asks of a loop what the next iteration begins with, so where control comes back by several edges they lead to a new block,
//! which passes on what they bring. In the structured code it is where the header is: to branch there is to branch to the label.

use super::entities::GuestFunction;
use ir::lowered::dominators::Dominators;
use ir::lowered::{BlockId, Target, Term, Value};

/// Gives each loop one way back.
pub fn merge(function: &mut GuestFunction) {
    let tree = Dominators::of(&function.func);
    for &header in &tree.order {
        let mut from = tree.predecessors[header.index()].clone();
        from.retain(|&block| tree.dominates(header, block));
        from.sort_unstable();
        from.dedup();
        let back = |block: &BlockId| {
            let targets = function.func.block(*block).term.targets();
            targets.into_iter().filter(|target| target.block == header).count()
        };
        if from.iter().map(back).sum::<usize>() > 1 {
            redirect(function, header, &from);
        }
    }
    debug_assert_eq!(ir::lowered::verify::verify(&function.func, ir::lowered::verify::Form::Guest), Ok(()));
}

/// Leads all edges from these blocks to the header over a new block.
fn redirect(function: &mut GuestFunction, header: BlockId, from: &[BlockId]) {
    let func = &mut function.func;
    let types: Vec<_> = func.block(header).params.iter().map(|&param| func.ty(param)).collect();
    let args: Vec<Value> = types.into_iter().map(|ty| func.new_value(ty)).collect();
    let latch = func.new_block();
    for &block in from {
        for target in func.block_mut(block).term.targets_mut().into_iter().filter(|t| t.block == header) {
            target.block = latch;
        }
    }
    let block = func.block_mut(latch);
    block.params.clone_from(&args);
    block.term = Term::Jump(Target { block: header, args });
    function.places.push(function.places[header.index()]);
    function.home.push(function.home[header.index()]);
}
