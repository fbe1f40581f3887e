//! The dependence behind an obstacle: two iterations of a declined loop of which the later one loads what the earlier one has stored.
//!
//! A loop may be declined for an address that isn't linear, or for a loop inside whose count isn't known, although it would stay
//! sequential if that changed: a triangular solver needs the rows before, whatever its inner loops are made into. Then the dependence is
//! what a reader wants to hear of. Input: a loop and the reason for which it was declined. Output: the dependence, if one is seen.
//!
//! The first iterations are run with numbers drawn for everything that comes from outside, all of them different and large, so that
//! arrays lie apart and sizes aren't small. Of a loop inside only the first iteration is looked at. What is loaded isn't known, and nothing
//! that depends on it is, but where control goes on such a value it goes both ways. A load counts if an earlier iteration stores to
//! a byte of it and this one has not stored there before. If something else that was drawn shows the same two places the same number of
//! iterations apart, they are a dependence of the code and not of the numbers.
//!
//! A counter that isn't linear is the least of reasons: a value that the data makes comes before it, and so does an exit that the
//! data decides, as in a search.
//!
//! This is for messages alone: the loop is declined already, and nothing relies on what is found or isn't.

use crate::analysis::context::Context;
use crate::analysis::induction;
use crate::analysis::is_read;
use crate::analysis::reduction;
use crate::analysis::shape::{self, Shape};
use crate::reasons::Reason;
use crate::wasm::GuestLoop;
use ir::lowered::{BlockId, Op, Term, Value, eval};
use std::collections::{HashMap, HashSet};

/// Iterations that are run.
const ITERATIONS: usize = 8;
/// Operators between a value from outside and numbers that are drawn.
const MAX_DEPTH: u32 = 32;
/// Operators between a load and an exit.
const MAX_OPERATORS: usize = 256;
/// Accesses of all iterations together.
const MAX_ACCESSES: usize = 1_024;
/// How far from a load another store of its iteration may make what it loads, if its loop has gone on.
const NEAR: u64 = 1 << 16;

/// The dependence for which the loop would stay sequential without `reason`, or else `reason`.
pub fn truer(context: &Context<'_>, guest_loop: &GuestLoop, reason: Reason) -> Reason {
    let Ok(shape) = shape::shape(context, guest_loop.header) else { return reason };
    let seen = || witness(context, &shape, 1).filter(|first| witness(context, &shape, 2).as_ref() == Some(first));
    let found = match &reason {
        Reason::Address { .. } | Reason::InnerCount { .. } | Reason::TripCount { .. } => seen(),
        Reason::CarriedValue { local } => {
            let counters = counters(context, &shape);
            let carried = guest_loop.carried.iter().find(|c| c.local == *local);
            let counts = carried.is_some_and(|carried| counters.contains(&carried.param));
            let search = || is_search(context, &shape).then_some(Reason::SideExit);
            let other = || seen().or_else(|| made(context, guest_loop, &shape, &counters)).or_else(search);
            if counts { other() } else { None }
        }
        _ => None,
    };
    found.unwrap_or(reason)
}

/// The reason that a header parameter gives which isn't a counter, if there is one.
fn made(context: &Context<'_>, guest_loop: &GuestLoop, shape: &Shape, counters: &HashSet<Value>) -> Option<Reason> {
    let edges = induction::header_edges(context, shape);
    let params = context.func.block(shape.header).params.iter().copied();
    params.filter(|param| !counters.contains(param) && is_read(context, shape, *param)).find_map(|param| {
        let local = guest_loop.carried.iter().find(|c| c.param == param)?.local;
        let &(_, next) = edges.get(&param)?;
        reduction::reduction(context, shape, &[], (param, next), local).err()
    })
}

/// True if what the loop loads decides whether it goes on, and another exit counts.
fn is_search(context: &Context<'_>, shape: &Shape) -> bool {
    let loads = |value: Value| {
        let mut work = vec![value];
        let mut seen = HashSet::new();
        while let Some(value) = work.pop().filter(|_| seen.len() < MAX_OPERATORS) {
            match context.op(value).filter(|_| shape.defines(context, value) && seen.insert(value)) {
                Some(Op::Load { .. }) => return true,
                Some(op) => op.for_each_use(|operand| work.push(operand)),
                None => {}
            }
        }
        false
    };
    let own = shape.exits.iter().filter(|exit| shape.home.get(&exit.from) == Some(&0));
    let decided = own.filter(|exit| match context.func.block(exit.from).term {
        Term::Branch { cond, .. } => loads(cond),
        _ => false,
    });
    shape.exits.len() > 1 && decided.count() > 0
}

/// The header parameters that follow from the number of the iteration and from nothing that is loaded.
fn counters(context: &Context<'_>, shape: &Shape) -> HashSet<Value> {
    let mut run = Run::new(context, shape, 1);
    let mut counters: HashSet<Value> = context.func.block(shape.header).params.iter().copied().collect();
    for _ in 0..ITERATIONS {
        counters.retain(|param| run.known.contains_key(param));
        run.iteration(&mut Vec::new());
    }
    counters
}

/// An access of one iteration.
#[derive(Clone, Copy)]
struct Touch {
    memory: u32,
    /// The first byte and the first one behind.
    bytes: (u64, u64),
    is_store: bool,
    iteration: usize,
    /// Its position in the iteration.
    position: usize,
    block: BlockId,
    at: u32,
}

/// The nearest two iterations of which one loads what the other has stored.
fn witness(context: &Context<'_>, shape: &Shape, seed: u64) -> Option<Reason> {
    let mut run = Run::new(context, shape, seed);
    let mut touches = Vec::new();
    for _ in 0..ITERATIONS {
        run.iteration(&mut touches);
        if touches.len() > MAX_ACCESSES {
            return None;
        }
    }
    touches.sort_by_key(|touch| (touch.memory, touch.bytes));
    let fresh: Vec<bool> = touches.iter().map(|touch| touch.is_store || !is_made(shape, &touches, touch)).collect();
    let mut best: Option<((usize, usize, usize), Touch, Touch)> = None;
    for (i, a) in touches.iter().enumerate().filter(|&(i, _)| fresh[i]) {
        let near = touches.iter().enumerate().skip(i + 1);
        let near = near.take_while(|(_, b)| b.memory == a.memory && b.bytes.0 < a.bytes.1);
        for (_, b) in near.filter(|&(j, _)| fresh[j]) {
            let (store, load) = if a.is_store { (a, b) } else { (b, a) };
            if !store.is_store || load.is_store || store.iteration >= load.iteration {
                continue;
            }
            let key = (load.iteration - store.iteration, load.position, store.position);
            if best.as_ref().is_none_or(|found| key < found.0) {
                best = Some((key, *store, *load));
            }
        }
    }
    best.map(|(key, store, load)| {
        let distance = Some(key.0 as i64);
        Reason::CarriedDependence { store: store.at, other: load.at, distance }
    })
}

/// True if its own iteration may have stored before what is loaded.
fn is_made(shape: &Shape, touches: &[Touch], load: &Touch) -> bool {
    touches.iter().any(|store| {
        let before = store.is_store && store.iteration == load.iteration && store.position < load.position;
        let over = shape.home[&store.block] != 0 && !shape.holds(shape.home[&store.block], load.block);
        let reach = if over { NEAR } else { 0 };
        let meets =
            store.bytes.0 < load.bytes.1.saturating_add(reach) && load.bytes.0 < store.bytes.1.saturating_add(reach);
        before && store.memory == load.memory && meets
    })
}

/// The iterations so far.
struct Run<'a> {
    context: &'a Context<'a>,
    shape: &'a Shape,
    seed: u64,
    iteration: usize,
    /// What is known of the values of this iteration.
    known: HashMap<Value, u64>,
    /// What is known of the values from outside.
    outside: HashMap<Value, u64>,
    starts: HashMap<Value, Value>,
}

impl<'a> Run<'a> {
    fn new(context: &'a Context<'a>, shape: &'a Shape, seed: u64) -> Run<'a> {
        let edges = induction::header_edges(context, shape);
        let starts = edges.into_iter().map(|(param, (start, _))| (param, start)).collect();
        let mut run =
            Run { context, shape, seed, iteration: 0, known: HashMap::new(), outside: HashMap::new(), starts };
        for &param in &context.func.block(shape.header).params {
            if let Some(value) = run.starts.get(&param).copied().and_then(|start| run.external(start, 0)) {
                run.known.insert(param, value);
            }
        }
        run
    }

    /// What a value is in this iteration, or outside.
    fn value(&mut self, value: Value) -> Option<u64> {
        match self.shape.defines(self.context, value) {
            true => self.known.get(&value).copied(),
            false => self.external(value, 0),
        }
    }

    /// The same where it is read in `block`: behind a loop nobody knows what its last iteration made.
    fn read(&mut self, value: Value, block: BlockId) -> Option<u64> {
        let home = self.context.home(value).and_then(|home| self.shape.home.get(&home)).copied().unwrap_or(0);
        if home != 0 && !self.shape.holds(home, block) { None } else { self.value(value) }
    }

    fn external(&mut self, value: Value, depth: u32) -> Option<u64> {
        if let Some(&known) = self.outside.get(&value) {
            return Some(known);
        }
        if !self.context.func.ty(value).is_int() {
            return None;
        }
        let computed = match (self.context.op(value), depth < MAX_DEPTH) {
            (Some(op), true) => self.operation(op, |run, operand| run.external(operand, depth + 1)),
            _ => None,
        };
        let drawn = computed.unwrap_or_else(|| self.draw(value));
        self.outside.insert(value, drawn);
        Some(drawn)
    }

    /// A number that stands for anything: large, and no other value's.
    fn draw(&self, value: Value) -> u64 {
        let mut bits = (self.seed << 32 | value.index() as u64).wrapping_mul(0x9e37_79b9_7f4a_7c15);
        bits = (bits ^ (bits >> 29)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        (1 << 20) + ((bits ^ (bits >> 32)) & ((1 << 27) - 1))
    }

    fn operation(&mut self, op: &Op, mut read: impl FnMut(&mut Self, Value) -> Option<u64>) -> Option<u64> {
        match *op {
            Op::Const(constant) => Some(constant.bits),
            Op::Unary(op, a) if op.result().is_int() && op.operand().is_int() => eval::unary(op, read(self, a)?).ok(),
            Op::Binary(op, a, b) if op.result().is_int() && op.operand().is_int() => {
                let (a, b) = (read(self, a)?, read(self, b)?);
                eval::binary(op, a, b).ok()
            }
            Op::Select { cond, if_true, if_false } => match read(self, cond) {
                Some(0) => read(self, if_false),
                Some(_) => read(self, if_true),
                None => read(self, if_true).filter(|&value| read(self, if_false) == Some(value)),
            },
            _ => None,
        }
    }

    /// Runs one iteration, adds what it touches, and gets ready for the next one.
    fn iteration(&mut self, touches: &mut Vec<Touch>) {
        let (context, shape) = (self.context, self.shape);
        let mut reached: HashSet<(BlockId, BlockId)> = HashSet::new();
        let mut position = 0;
        for &block in &shape.body {
            let entries: Vec<BlockId> = {
                let from = &context.tree.predecessors[block.index()];
                from.iter().copied().filter(|&from| reached.contains(&(from, block))).collect()
            };
            if block != shape.header && entries.is_empty() {
                continue;
            }
            if block != shape.header {
                self.join(block, &entries);
            }
            for inst in &context.func.block(block).insts {
                position += 1;
                // A load that nothing needs keeps nothing apart.
                if inst.result.is_none_or(|result| context.live[result.index()]) {
                    self.touch((block, position), (&inst.op, inst.at), touches);
                }
                let value = self.operation(&inst.op, |run, operand| run.read(operand, block));
                if let (Some(result), Some(value)) = (inst.result, value) {
                    self.known.insert(result, value);
                }
            }
            reached.extend(self.ways(block).into_iter().map(|to| (block, to)));
        }
        self.next();
    }

    /// The parameters of a block, as far as all ways to it agree.
    fn join(&mut self, block: BlockId, entries: &[BlockId]) {
        let (context, shape) = (self.context, self.shape);
        for (place, &param) in context.func.block(block).params.iter().enumerate() {
            let mut values = Vec::new();
            for &from in entries.iter().filter(|&&from| context.rank[from.index()] < context.rank[block.index()]) {
                let targets = context.func.block(from).term.targets();
                for target in targets.into_iter().filter(|target| target.block == block) {
                    let arg = target.args[place];
                    // An argument that comes out of a loop is what its last iteration made.
                    values.push(self.read(arg, if shape.holds(shape.home[&from], block) { from } else { block }));
                }
            }
            match values.first() {
                Some(&Some(value)) if values.iter().all(|&other| other == Some(value)) => {
                    self.known.insert(param, value);
                }
                _ => {}
            }
        }
    }

    /// Where control goes on from a block: both ways, where a loop inside may go on or it isn't known.
    fn ways(&mut self, block: BlockId) -> Vec<BlockId> {
        let (context, shape) = (self.context, self.shape);
        let term = &context.func.block(block).term;
        let all: Vec<BlockId> = term.targets().iter().map(|target| target.block).collect();
        let leaves = |to: &BlockId| !shape.holds(shape.home[&block], *to) || !shape.inside.contains(to);
        let back = |to: &BlockId| context.rank[to.index()] <= context.rank[block.index()];
        match term {
            Term::Branch { cond, then, otherwise } if !all.iter().any(|to| leaves(to) || back(to)) => {
                match self.read(*cond, block) {
                    Some(0) => vec![otherwise.block],
                    Some(_) => vec![then.block],
                    None => all,
                }
            }
            _ => all,
        }
    }

    fn touch(&mut self, (block, position): (BlockId, usize), (op, at): (&Op, u32), touches: &mut Vec<Touch>) {
        let (is_store, width, memory, offset, addr) = match *op {
            Op::Load { kind, space, offset, addr } => (false, kind.width(), space, offset, addr),
            Op::Store { kind, space, offset, addr, .. } => (true, kind.width(), space, offset, addr),
            _ => return,
        };
        let Some(start) = self.read(addr, block).and_then(|index| index.checked_add(offset)) else { return };
        let bytes = (start, start.saturating_add(u64::from(width)));
        touches.push(Touch { memory, bytes, is_store, iteration: self.iteration, position, block, at });
    }

    /// Gives the header parameters what the next iteration begins with.
    fn next(&mut self) {
        let (context, shape) = (self.context, self.shape);
        let targets = context.func.block(shape.latch).term.targets();
        let Some(target) = targets.into_iter().find(|target| target.block == shape.header) else { return };
        let params = &context.func.block(shape.header).params;
        let next: Vec<(Value, Option<u64>)> =
            params.iter().zip(&target.args).map(|(&param, &arg)| (param, self.read(arg, shape.latch))).collect();
        self.known.clear();
        self.known.extend(next.into_iter().filter_map(|(param, value)| Some((param, value?))));
        self.iteration += 1;
    }
}

#[cfg(test)]
mod tests {
    use crate::driver::{Outcome, explain};
    use bundle::FpMode;

    /// The reasons for which the loops of a function with these parameters and this body are declined.
    fn reasons(body: &str) -> Vec<String> {
        let text = format!(
            "(module (memory 1) (func (param $p i32) (param $q i32) (param $n i32) (local $i i32) (local $k i32) {body}))"
        );
        let wasm = wat::parse_str(text).expect("the text is right");
        let loops = explain(&wasm, FpMode::Exact).expect("the module is right");
        let reason = |outcome| match outcome {
            Outcome::Declined(reason) => reason.to_string(),
            Outcome::Offloaded { .. } => "offloaded".into(),
        };
        loops.into_iter().map(|l| reason(l.outcome)).collect()
    }

    /// A loop over `$i` that begins with `first` and stores to `to` what it loads from `from`, plus 1.
    fn copies(first: &str, from: &str, to: &str) -> String {
        format!(
            "(loop $next {first}
               (i32.store {to} (i32.add (i32.load {from}) (i32.const 1)))
               (br_if $next (i32.lt_u (local.tee $i (i32.add (local.get $i) (i32.const 1))) (local.get $n))))"
        )
    }

    const SQUARE: &str = "(i32.add (local.get $p) (i32.mul (i32.mul (local.get $i) (local.get $i)) (i32.const 4)))";
    const ELEMENT: &str = "(i32.add (local.get $p) (i32.shl (local.get $i) (i32.const 2)))";
    const OTHER: &str = "(i32.add (local.get $q) (i32.shl (local.get $i) (i32.const 2)))";
    const OWN: &str = "(i32.store (local.get $q) (local.get $i))";

    #[test]
    fn what_an_earlier_iteration_has_stored_comes_before_an_address() {
        // What iteration 2 stores to element 4, iteration 4 loads.
        assert_eq!(
            reasons(&copies("", ELEMENT, SQUARE)),
            ["the store at 0x3c and the access at 0x36 touch common bytes 2 iterations apart"]
        );
        assert_eq!(
            reasons(&copies("", OTHER, SQUARE)),
            ["the address of `i32.store` at 0x3c isn't linear in the iteration number"]
        );
    }

    #[test]
    fn what_an_iteration_stores_before_it_loads_is_no_dependence() {
        assert_eq!(
            reasons(&copies(OWN, "(local.get $q)", SQUARE)),
            ["the address of `i32.store` at 0x3d isn't linear in the iteration number"]
        );
        assert_eq!(
            reasons(&copies("", "(local.get $q)", SQUARE)),
            ["the address of `i32.store` at 0x36 isn't linear in the iteration number"]
        );
    }

    #[test]
    fn a_load_that_nothing_needs_is_no_dependence() {
        let dropped = format!("(drop (i32.load {ELEMENT}))");
        assert_eq!(
            reasons(&copies(&dropped, OTHER, SQUARE)),
            ["the address of `i32.store` at 0x48 isn't linear in the iteration number"]
        );
    }

    #[test]
    fn a_counter_of_its_own_kind_is_seen_through() {
        // Each pass over an array needs the pass before, whatever becomes of the number that doubles.
        let doubling = "(local.set $i (i32.const 1)) (loop $next (local.set $k (i32.const 0))
              (loop $inner
                (i32.store (i32.add (local.get $p) (i32.shl (local.get $k) (i32.const 2)))
                  (i32.add (i32.load (i32.add (local.get $p) (i32.shl (local.get $k) (i32.const 2)))) (local.get $i)))
                (br_if $inner (i32.lt_u (local.tee $k (i32.add (local.get $k) (i32.const 1))) (local.get $n))))
              (br_if $next (i32.lt_u (local.tee $i (i32.shl (local.get $i) (i32.const 1))) (local.get $n))))";
        let found = reasons(doubling);
        assert_eq!(found[0], "the store at 0x43 and the access at 0x3d touch common bytes 1 iteration apart");
    }
}
