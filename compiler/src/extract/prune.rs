//! Live-ins that dispatch would read from memory for nothing are dropped: the analysis names more loads than it relies on.
//!
//! One is needed if an integer, a live-out, a final store, the estimate, the kernel or the address of a needed one refers to it. Scalars that refer to
//! what is dropped are needed by nothing; they become constants, so that the others keep their numbers.

use ir::lowered::{BlockId, Const, Value};
use ir::region::{Int, Kernel, Region, Scalar, ScalarId, Source};
use std::collections::HashSet;

/// Cleans up in place.
pub fn loaded(region: &mut Region, kernel: &mut Kernel) {
    if region.live_ins.iter().all(|live_in| live_in.is_passed()) {
        return;
    }
    let needed = needed(region, kernel);
    let kept = |at: usize| region.live_ins[at].is_passed() || needed.contains(&at);
    let keep: Vec<bool> = (0..region.live_ins.len()).map(kept).collect();
    if keep.iter().all(|&keep| keep) {
        return;
    }
    let before = |at: usize| keep[..at].iter().filter(|&&keep| keep).count() as u32;
    let types =
        region.scalars.types(&region.live_ins.iter().map(|l| l.ty).collect::<Vec<_>>(), &region.returned_types());
    let types = types.unwrap_or_default();
    let mut gone: Vec<bool> = Vec::with_capacity(region.scalars.0.len());
    for (at, node) in region.scalars.0.iter_mut().enumerate() {
        let lost = match *node {
            Scalar::LiveIn(i) => !keep[i as usize],
            Scalar::Unary(_, a) => gone[a.0 as usize],
            Scalar::Binary(_, a, b) => gone[a.0 as usize] || gone[b.0 as usize],
            Scalar::Const(_) | Scalar::Trip(_) | Scalar::Returned(_) => false,
        };
        gone.push(lost);
        match node {
            _ if lost => *node = Scalar::Const(Const { ty: types[at], bits: 0 }),
            Scalar::LiveIn(i) => *i = before(*i as usize),
            _ => {}
        }
    }
    let mut at = keep.iter();
    region.live_ins.retain(|_| at.next().is_none_or(|&keep| keep));
    let params = &mut kernel.func.block_mut(BlockId::ENTRY).params;
    let mut at = std::iter::repeat_n(&true, kernel.dims as usize).chain(&keep);
    params.retain(|_| at.next().is_none_or(|&keep| keep));
}

/// The live-ins that something refers to.
fn needed(region: &Region, kernel: &Kernel) -> HashSet<usize> {
    let results = region.live_outs.iter().map(|out| out.value).chain(region.finals.iter().map(|last| last.value));
    let mut work: Vec<ScalarId> = results.chain(region.estimate).collect();
    work.extend(region.program.ints.iter().filter_map(|int| match int {
        Int::Signed(id) | Int::Unsigned(id) => Some(*id),
        _ => None,
    }));
    let mut live_ins: HashSet<usize> = HashSet::new();
    let params = kernel.func.block(BlockId::ENTRY).params.iter().skip(kernel.dims as usize);
    let used = used(kernel);
    for (at, _) in params.enumerate().filter(|(_, param)| used.contains(param)) {
        refer(region, at, &mut live_ins, &mut work);
    }
    let mut seen = HashSet::new();
    while let Some(id) = work.pop() {
        if !seen.insert(id) {
            continue;
        }
        match region.scalars.0[id.0 as usize] {
            Scalar::LiveIn(i) => refer(region, i as usize, &mut live_ins, &mut work),
            Scalar::Unary(_, a) => work.push(a),
            Scalar::Binary(_, a, b) => work.extend([a, b]),
            Scalar::Const(_) | Scalar::Trip(_) | Scalar::Returned(_) => {}
        }
    }
    live_ins
}

fn refer(region: &Region, at: usize, live_ins: &mut HashSet<usize>, work: &mut Vec<ScalarId>) {
    live_ins.insert(at);
    if let Source::Loaded { address, .. } = region.live_ins[at].from {
        work.push(address);
    }
}

/// Everything that the kernel reads.
fn used(kernel: &Kernel) -> HashSet<Value> {
    let mut used = HashSet::new();
    for block in &kernel.func.blocks {
        block.insts.iter().for_each(|inst| inst.op.for_each_use(|v| _ = used.insert(v)));
        block.term.for_each_use(|v| _ = used.insert(v));
    }
    used
}
