//! Loops inside a thread, symbolically: what their header parameters are, and how often they run.
//!
//! A front end walks a control flow graph in reverse postorder, again and again, and says what each edge passes; this room
//! answers what the parameters of blocks are. `Round(l)` is how often loop `l` has gone back since it was entered, `Last(l)` what that was when it was left the last
//! time, `Of(k)` what place `k` computed when it was executed the last time.
//!
//! *What a polynomial means.* In static single assignment the latest execution of a definition is the one that a use sees. If a
//! definition in block `D` dominates a use in block `U` and loop `l` holds both, then `l` hasn't gone back since: else there
//! were a way from its header to `U` around `D`, and with it one from the entry. So `Round(l)` still has its value. If `l` holds
//! only `D`, it has been left, and in its last round `D` was executed, by the same argument: `Round(l)` is `Last(l)` there.
//!
//! *Inductions* are guessed and then shown. A header parameter is taken to be `start + step * Round(l)`, where neither part changes
//! within `l`. That holds when the loop is entered, `Round(l)` being 0, and if every edge back passes what it is plus `step`, it
//! holds in each round: an induction over the execution for all parameters at once. A guess that fails is dropped, and the walk
//! begins anew until nothing is dropped; only what the last walk has shown is believed.
//!
//! *Bounds.* Let a branch be executed in every round that goes back (it dominates all edges back), let one of its edges leave the
//! loop, and let `c` be the condition to stay. If `c` fails at `Round(l) = N` for an integer `N >= 0`, then no round beyond `N` is
//! reached, so `Round(l) <= N`. That `c` fails at `N` needs no assumption about the rounds before.
//!
//! *Ends.* A loop that is left at one test for equality alone is left at its bound, where less than a period of the counter lies
//! before it (`ends_with`). Then `Last(l)` is that bound. This is known after a first round of walks; the next ones use it.
//!
//! *Selections.* What a join of two sides of a branch is passed can be written with bits and the condition, as the region writes it.
//!
//! *Facts.* Where a block with one edge into it dominates another, the condition of that edge holds there, of the values that
//! its operands had when they were executed the last time, which are those that other expressions there speak of.

use super::Unproven;
use super::atoms::{Atom, Atoms};
use super::facts::{entails, learn};
use super::lift::{Compare, Order, congruent, integer};
use super::loops::{LoopSet, Loops};
use super::poly::{Poly, Ring};
use ir::lowered::dominators::Dominators;
use ir::lowered::{BinaryOp, BlockId, Func, Term};
use std::collections::{BTreeMap, HashMap};

/// Walks before it is too much.
const MAX_WALKS: usize = 12;
/// Guesses about one parameter.
const MAX_TRIES: u32 = 3;
/// Facts that are known in one place.
const MAX_FACTS: usize = 96;
/// Bounds of one loop that are remembered.
const MAX_BOUNDS: usize = 3;
/// The key of what a header parameter starts from, beside that of the parameter.
const START: u32 = 1 << 31;

/// What is taken to hold of a header parameter.
#[derive(Clone, Debug)]
enum Guess {
    /// Nothing yet.
    Open,
    /// It moves by this in each round; the guess was changed so often.
    Step(Poly, u32),
    /// Nothing can be said.
    None,
}

/// A branch: its edges, and what holds if it takes the first or the second.
#[derive(Clone, Debug)]
pub(super) struct Fork {
    /// Where it stands.
    pub at: BlockId,
    /// Where it leads.
    pub to: [BlockId; 2],
    /// The value that decides: the first edge is taken where it isn't zero. None where it is no 32-bit value.
    pub cond: Option<Poly>,
    /// What then holds.
    pub holds: [Vec<Compare>; 2],
}

/// A parameter of a block.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Param {
    /// The place that it is, other than every other.
    pub key: u32,
    /// Its width in bits.
    pub bits: u32,
}

/// The loops of one graph, and what is known of them.
#[derive(Debug)]
pub(super) struct Rounds {
    /// The loops.
    pub loops: Loops,
    /// The dominators of the graph.
    pub tree: Dominators,
    guesses: HashMap<u32, Guess>,
    /// Where `Of` changes.
    homes: HashMap<u32, LoopSet>,
    /// For each block, what the edges into it have passed so far in this walk.
    passed: Vec<Vec<(BlockId, Vec<Poly>)>>,
    /// The parameters of headers in this walk.
    headers: HashMap<BlockId, Vec<(Param, Poly)>>,
    /// Differences that open parameters have shown in this walk.
    steps: HashMap<u32, Option<Poly>>,
    /// Branches, by where they stand.
    forks: BTreeMap<BlockId, Fork>,
    changed: bool,
    walks: usize,
    /// For each loop, integers that its rounds don't exceed.
    bounds: Vec<Vec<Poly>>,
    /// For each loop the number of rounds with which it ends, where that is known.
    exact: Vec<Option<Poly>>,
    /// Blocks that end the thread without a result.
    bails: Vec<bool>,
    /// What parameters of joins are, selected with bits by the condition of a branch.
    selects: HashMap<u32, Poly>,
    /// What edges into joins have passed in this walk, by join.
    joins: HashMap<BlockId, Join>,
    /// The join that a parameter belongs to.
    join_of: HashMap<u32, BlockId>,
}

/// A block with several edges into it that isn't a header.
#[derive(Clone, Debug, Default)]
struct Join {
    params: Vec<Param>,
    edges: Vec<(BlockId, Vec<Poly>)>,
}

/// What holds if control has come to a join over one of its edges.
pub(super) struct Arrival {
    /// The parameters of the join, by key, and what they are.
    pub params: Vec<(u32, Poly)>,
    /// Conditions on the way.
    pub holds: Vec<Compare>,
    /// The facts that they are.
    pub facts: Vec<Poly>,
}

impl Rounds {
    /// The loops of `func`; none if they aren't natural.
    pub fn of(func: &Func) -> Option<Rounds> {
        let tree = Dominators::of(func);
        let loops = Loops::of(func, &tree)?;
        Some(Rounds {
            bounds: vec![Vec::new(); loops.list.len()],
            exact: vec![None; loops.list.len()],
            bails: func.blocks.iter().map(|block| matches!(block.term, Term::Bail)).collect(),
            joins: HashMap::new(),
            join_of: HashMap::new(),
            selects: HashMap::new(),
            loops,
            tree,
            guesses: HashMap::new(),
            homes: HashMap::new(),
            passed: vec![Vec::new(); func.blocks.len()],
            headers: HashMap::new(),
            steps: HashMap::new(),
            forks: BTreeMap::new(),
            changed: false,
            walks: 0,
        })
    }

    /// Begins a walk.
    pub fn begin(&mut self) {
        self.passed.iter_mut().for_each(Vec::clear);
        self.headers.clear();
        self.steps.clear();
        self.forks.clear();
        self.joins.clear();
        self.join_of.clear();
        self.selects.clear();
        self.changed = false;
    }

    /// Prepares for more walks, now that it may be known what loops end with; false if nothing is.
    pub fn resume(&mut self) -> bool {
        self.guesses.retain(|_, guess| !matches!(guess, Guess::None));
        self.bounds.iter_mut().for_each(Vec::clear);
        self.walks = 0;
        self.exact.iter().any(Option::is_some)
    }

    /// Ends a walk; true if another one is needed.
    pub fn again(&mut self) -> Result<bool, Unproven> {
        // Of others more may be known once these are.
        for (key, step) in std::mem::take(&mut self.steps) {
            if let Some(step) = step {
                self.guesses.insert(key, Guess::Step(step, 0));
                self.changed = true;
            }
        }
        self.walks += 1;
        if self.changed && self.walks >= MAX_WALKS {
            return Err(Unproven::TooComplex);
        }
        Ok(self.changed)
    }

    /// What a place in `block` computes, of which nothing is known.
    pub fn opaque(&mut self, atoms: &mut Atoms, key: u32, block: BlockId) -> Poly {
        self.homes.insert(key, self.loops.around(block));
        atoms.poly(Atom::Of(key))
    }

    /// The parameters of a block that is walked next.
    pub fn params(&mut self, atoms: &mut Atoms, block: BlockId, params: &[Param]) -> Vec<Poly> {
        let header = self.loops.at(block);
        let passed = std::mem::take(&mut self.passed[block.index()]);
        let mut polys = Vec::with_capacity(params.len());
        for (position, param) in params.iter().enumerate() {
            let mut all = passed.iter().map(|(_, args)| args.get(position));
            let first = all.next().flatten();
            let same = first.filter(|first| all.all(|other| other == Some(first))).cloned();
            polys.push(match (header, same) {
                (Some(header), start) => self.header_param(atoms, header, *param, start),
                (None, Some(same)) => same,
                (None, None) => {
                    if let (32, Some(select)) = (param.bits, self.select(atoms, block, &passed, position)) {
                        self.selects.insert(param.key, select);
                    }
                    self.opaque(atoms, param.key, block)
                }
            });
        }
        if header.is_none() && passed.len() > 1 {
            self.join_of.extend(params.iter().map(|param| (param.key, block)));
            self.joins.insert(block, Join { params: params.to_vec(), edges: passed });
        }
        if header.is_some() {
            self.headers.insert(block, params.iter().copied().zip(polys.iter().cloned()).collect());
        }
        polys
    }

    /// What one of two edges into a join has passed, if each belongs to one side of the branch above: `x xor ((y xor x) and -c)` for the
    /// truth `c` of its condition. The side that wasn't taken may speak of places that weren't executed: they are
    /// any integers, and their bits are masked out.
    fn select(
        &self,
        atoms: &mut Atoms,
        block: BlockId,
        passed: &[(BlockId, Vec<Poly>)],
        position: usize,
    ) -> Option<Poly> {
        let [(first, a), (second, b)] = passed else { return None };
        let above = self.tree.above(block)?;
        let fork = self.forks.get(&above).filter(|fork| fork.to[0] != fork.to[1])?;
        let side = |from: BlockId| {
            let is_from = |to: BlockId| match from == above {
                true => to == block,
                false => self.tree.predecessors[to.index()] == [above] && self.tree.dominates(to, from),
            };
            match fork.to.map(is_from) {
                [true, false] => Some(0),
                [false, true] => Some(1),
                _ => None,
            }
        };
        let (y, x) = match (side(*first)?, side(*second)?) {
            (0, 1) => (a.get(position)?, b.get(position)?),
            (1, 0) => (b.get(position)?, a.get(position)?),
            _ => return None,
        };
        let cond = self.carry(atoms, fork.cond.as_ref()?, Ring::Mod32, above, block);
        let truth = atoms.binary(BinaryOp::I32Ne, &cond, &Poly::default());
        let mask = truth.scaled(-1, Ring::Mod32)?;
        let mixed = atoms.binary(BinaryOp::I32Xor, y, x);
        let chosen = atoms.binary(BinaryOp::I32And, &mixed, &mask);
        Some(atoms.binary(BinaryOp::I32Xor, x, &chosen))
    }

    /// The polynomial with parameters of joins replaced by what selects them.
    pub fn unfold(&self, atoms: &mut Atoms, poly: &Poly, ring: Ring) -> Option<Poly> {
        let map = |atom: &Atom, ring: Ring| match atom {
            Atom::Of(key) if ring != Ring::Exact => self.selects.get(key).cloned(),
            _ => None,
        };
        atoms.rewrite(poly, ring, &map)
    }

    fn header_param(&mut self, atoms: &mut Atoms, header: usize, param: Param, start: Option<Poly>) -> Poly {
        let block = self.loops.list[header].header;
        let Guess::Step(step, _) = self.guesses.entry(param.key).or_insert(Guess::Open).clone() else {
            return self.opaque(atoms, param.key, block);
        };
        // What is passed from outside doesn't change inside, but for what a side that wasn't taken speaks of.
        let start = start.filter(|start| !self.varies(atoms, start, 1 << header, 8)).unwrap_or_else(|| {
            // It is fixed while the loop runs, and changes with the loops around it.
            self.homes.insert(param.key | START, self.loops.around(block) & !(1 << header));
            atoms.poly(Atom::Of(param.key | START))
        });
        let (ring, round) = (Ring::of_width(param.bits), atoms.poly(Atom::Round(header as u32)));
        let moved = atoms.mul(&step, &round, ring).and_then(|moved| start.add(&moved, ring));
        match moved {
            Some(poly) => poly,
            None => {
                self.guesses.insert(param.key, Guess::None);
                self.opaque(atoms, param.key, block)
            }
        }
    }

    /// An edge that passes `args`, as they are where it begins.
    pub fn edge(&mut self, atoms: &mut Atoms, from: BlockId, to: BlockId, args: Vec<(Poly, u32)>) {
        let arrived: Vec<Poly> =
            args.into_iter().map(|(poly, bits)| self.carry(atoms, &poly, Ring::of_width(bits), from, to)).collect();
        let back = self.loops.at(to).filter(|&header| self.loops.holds(header, from));
        let Some(header) = back else {
            self.passed[to.index()].push((from, arrived));
            return;
        };
        for ((param, current), next) in self.headers.get(&to).cloned().unwrap_or_default().into_iter().zip(arrived) {
            let step = next.sub(&current, Ring::of_width(param.bits));
            let step = step.filter(|step| !self.varies(atoms, step, 1 << header, 8));
            match self.guesses.get(&param.key) {
                Some(Guess::Open) => {
                    let seen = self.steps.entry(param.key).or_insert_with(|| step.clone());
                    if *seen != step {
                        *seen = None;
                    }
                }
                Some(Guess::Step(guess, tries)) if step.as_ref() != Some(guess) => {
                    // What the step is made of may be known better than when it was guessed.
                    let better = step.filter(|_| *tries < MAX_TRIES).map(|step| Guess::Step(step, tries + 1));
                    self.guesses.insert(param.key, better.unwrap_or(Guess::None));
                    self.changed = true;
                }
                _ => {}
            }
        }
    }

    /// Blocks after which the thread ends without a result.
    pub fn end_without_result(&mut self, blocks: impl Iterator<Item = BlockId>) {
        blocks.for_each(|block| self.bails[block.index()] = true);
    }

    /// Remembers a branch.
    pub fn fork(&mut self, fork: Fork) {
        self.forks.insert(fork.at, fork);
    }

    /// A value of block `from` as it is in block `to`, which `from` dominates, or at the end of an edge to it.
    pub fn carry(&self, atoms: &mut Atoms, poly: &Poly, ring: Ring, from: BlockId, to: BlockId) -> Poly {
        let left = self.loops.around(from) & !self.loops.around(to);
        if left == 0 || poly.as_constant().is_some() {
            return poly.clone();
        }
        let mut carried = Some(poly.clone());
        let inner: Vec<usize> = Loops::members(left).collect();
        // What a loop ends with may speak of the loops around it, which are left after it.
        for l in inner.into_iter().rev() {
            let last = self.exact[l].clone().unwrap_or_else(|| atoms.poly(Atom::Last(l as u32)));
            let map = |atom: &Atom, _| (*atom == Atom::Round(l as u32)).then(|| last.clone());
            carried = carried.and_then(|poly| atoms.rewrite(&poly, ring, &map));
        }
        atoms.or_unknown(carried)
    }

    /// True if the value of `poly` may change while one of `loops` runs.
    fn varies(&self, atoms: &Atoms, poly: &Poly, loops: LoopSet, depth: u32) -> bool {
        let Some(depth) = depth.checked_sub(1) else { return true };
        let inside = |p: &Poly| self.varies(atoms, p, loops, depth);
        poly.terms().any(|(monomial, _)| {
            monomial.iter().any(|&id| match atoms.get(id) {
                // A round counts anew in each round of the loops around it.
                Atom::Round(l) | Atom::Last(l) => {
                    let header = self.loops.list.get(*l as usize).map(|l| l.header);
                    header.is_none_or(|header| self.loops.around(header) & loops != 0)
                }
                Atom::Of(key) => self.homes.get(key).is_none_or(|home| home & loops != 0),
                // Made where a limit was reached: who knows where.
                Atom::Unknown(_) => true,
                Atom::Unary(_, a) | Atom::Unsigned(a, _) | Atom::Signed(a, _) => inside(a),
                Atom::Binary(_, a, b) | Atom::Max(a, b) | Atom::Min(a, b) | Atom::Floor(a, b) => inside(a) || inside(b),
                Atom::LiveIn(_) | Atom::Index(_) | Atom::Trip(_) | Atom::Delta(_) | Atom::BailFlag => false,
                Atom::Returns | Atom::Position { .. } | Atom::Bytes(_) | Atom::Low(_) | Atom::Length(_) => false,
            })
        })
    }

    /// Bounds loops, given what holds everywhere; the first that isn't bounded by one of `extents` is an error, unless it
    /// is exempt.
    pub fn bound(&mut self, atoms: &mut Atoms, extents: &[Poly], known: &[Poly], exempt: LoopSet) -> Result<(), usize> {
        let mut first = Ok(());
        for index in 0..self.loops.list.len() {
            let header = self.loops.list[index].header;
            let facts = self.facts(atoms, header, known);
            let tests = self.tests(index);
            let candidates = self.candidates(atoms, (index, &tests), extents, &facts);
            for bound in candidates {
                if self.bounds[index].len() < MAX_BOUNDS && self.stops(atoms, (index, &tests), &bound, &facts) {
                    self.bounds[index].push(bound);
                }
            }
            let mut bounds = self.bounds[index].clone().into_iter();
            let ends = bounds.find(|bound| self.ends_with(atoms, (index, &tests), bound, &facts));
            self.exact[index] = self.exact[index].take().or(ends);
            let fits = |atoms: &mut Atoms, bound: &Poly, extent: &Poly| {
                atoms.sub(extent, bound).is_some_and(|room| entails(atoms, &room, facts.iter()))
            };
            let bounds = &self.bounds[index];
            let is_exempt = exempt >> index & 1 == 1;
            if !is_exempt && !bounds.iter().any(|bound| extents.iter().any(|extent| fits(atoms, bound, extent))) {
                first = first.and(Err(index));
            }
        }
        first
    }

    /// The conditions under which the loop is stayed in, at branches that every round passes which goes back.
    fn tests(&self, index: usize) -> Vec<(BlockId, Compare)> {
        let mut tests = Vec::new();
        for fork in self.forks.values() {
            let every = self.loops.list[index].latches.iter().all(|&latch| self.tree.dominates(fork.at, latch));
            let inside = fork.to.map(|to| self.loops.holds(index, to));
            let stay = match inside {
                [true, false] => &fork.holds[0],
                [false, true] => &fork.holds[1],
                _ => continue,
            };
            if every && self.loops.holds(index, fork.at) {
                tests.extend(stay.iter().map(|test| (fork.at, test.clone())));
            }
        }
        tests
    }

    /// Integers that the rounds of a loop might not exceed.
    fn candidates(
        &self,
        atoms: &mut Atoms,
        (index, tests): (usize, &[(BlockId, Compare)]),
        extents: &[Poly],
        known: &[Poly],
    ) -> Vec<Poly> {
        let one = Poly::constant(1, Ring::Exact);
        let mut found: Vec<Poly> = Vec::new();
        for (_, test) in tests {
            found.extend(self.solutions(atoms, index, test, (extents, known)));
        }
        for extent in extents {
            found.extend(extent.sub(&one, Ring::Exact));
            found.push(extent.clone());
        }
        let mut candidates: Vec<Poly> = Vec::new();
        for poly in found {
            if atoms.spend(1 + candidates.len())
                && !candidates.contains(&poly)
                && !self.varies(atoms, &poly, 1 << index, 8)
            {
                candidates.push(poly);
            }
        }
        candidates
    }

    /// Where the test would fail, if all went straight.
    fn solutions(
        &self,
        atoms: &mut Atoms,
        index: usize,
        test: &Compare,
        (extents, known): (&[Poly], &[Poly]),
    ) -> Vec<Poly> {
        let round = atoms.poly(Atom::Round(index as u32));
        let Some((&[id], 1)) = round.terms().next() else { return Vec::new() };
        let ring = Ring::of_width(test.bits);
        let zero = |atoms: &mut Atoms, poly: &Poly| {
            atoms.rewrite(poly, ring, &|atom, _| (*atom == Atom::Round(index as u32)).then(Poly::default))
        };
        let Some(difference) = test.b.sub(&test.a, ring) else { return Vec::new() };
        let step = difference.coefficient(&[id]);
        if step == 0 {
            return Vec::new();
        }
        let mut found = Vec::new();
        if test.order == Order::Ne {
            // `difference = first + step * round` is zero where `round = -first / step`.
            let Some(first) = zero(atoms, &difference) else { return found };
            let Some(rest) = first.scaled(-1, ring).and_then(|p| p.divided(step)) else { return found };
            for signed in [true, false] {
                found.extend(congruent(atoms, &rest, test.bits, signed));
            }
            found.push(atoms.read(&rest, test.bits, false));
            // Or less than an extent by what is left of the difference.
            for extent in extents {
                let Some(near) = atoms.modulo(extent, ring).and_then(|near| rest.sub(&near, ring)) else { continue };
                let far = congruent(atoms, &near, test.bits, true);
                found.extend(far.and_then(|far| atoms.add_scaled(extent, &far, 1)));
            }
            return found;
        }
        let (Some(a), Some(b)) = (zero(atoms, &test.a), zero(atoms, &test.b)) else { return found };
        let a = integer(atoms, &a, test.bits, test.signed, known);
        let b = integer(atoms, &b, test.bits, test.signed, known);
        let Some(distance) = atoms.sub(&b, &a) else { return found };
        let size = step.saturating_abs();
        let extra = if test.order == Order::Le { size } else { size - 1 };
        let Some(up) = distance.add(&Poly::constant(extra, Ring::Exact), Ring::Exact) else { return found };
        let quotient = match size {
            1 => up,
            _ => atoms.poly(Atom::Floor(up, Poly::constant(size, Ring::Exact))),
        };
        let most = atoms.max(&quotient, &Poly::default());
        found.extend([quotient, most]);
        found
    }

    /// True if the loop is shown to go back at most `bound` times.
    fn stops(
        &self,
        atoms: &mut Atoms,
        (index, tests): (usize, &[(BlockId, Compare)]),
        bound: &Poly,
        known: &[Poly],
    ) -> bool {
        if !entails(atoms, bound, known.iter()) {
            return false;
        }
        let at_bound = |atom: &Atom, _| (*atom == Atom::Round(index as u32)).then(|| bound.clone());
        tests.iter().any(|(_, test)| {
            let ring = Ring::of_width(test.bits);
            let (a, b) = (atoms.rewrite(&test.a, ring, &at_bound), atoms.rewrite(&test.b, ring, &at_bound));
            let (Some(a), Some(b)) = (a, b) else { return false };
            if [&a, &b].iter().any(|p| self.varies(atoms, p, 1 << index, 8)) {
                return false;
            }
            let test = Compare { a, b, ..test.clone() };
            test.fails(atoms, known) || self.unfolded(atoms, &test).is_some_and(|test| test.fails(atoms, known))
        })
    }

    /// A test with parameters of joins replaced, if there are any.
    fn unfolded(&self, atoms: &mut Atoms, test: &Compare) -> Option<Compare> {
        let ring = Ring::of_width(test.bits);
        let (a, b) = (self.unfold(atoms, &test.a, ring)?, self.unfold(atoms, &test.b, ring)?);
        ((&a, &b) != (&test.a, &test.b)).then(|| Compare { a, b, ..test.clone() })
    }

    /// True if the loop, which goes back at most `bound` times, is shown to do so as often.
    ///
    /// Where it is left only as its test `a != b` fails, with `a - b = d + s * Round` modulo 2^w: that is 0 at the end and at
    /// `bound`, so `s` times what is between them is a multiple of 2^w; and less than 2^w divided by the largest power of two in `s`
    /// lies between them.
    fn ends_with(
        &self,
        atoms: &mut Atoms,
        (index, tests): (usize, &[(BlockId, Compare)]),
        bound: &Poly,
        known: &[Poly],
    ) -> bool {
        let round = atoms.poly(Atom::Round(index as u32));
        let at_bound = |atom: &Atom, _| (*atom == Atom::Round(index as u32)).then(|| bound.clone());
        let [(at, test)] = tests else { return false };
        // The other edge says the opposite of the test, and nothing else.
        let opposite = [test.clone().not()];
        let leaves = |fork: &Fork| fork.holds.iter().any(|holds| holds[..] == opposite);
        if test.order != Order::Ne || !self.forks.get(at).is_some_and(leaves) || !self.is_left_only_at(index, *at) {
            return false;
        }
        let ring = Ring::of_width(test.bits);
        let Some(difference) = test.a.sub(&test.b, ring) else { return false };
        let step = round.terms().next().map_or(0, |(monomial, _)| difference.coefficient(monomial));
        let first = difference.add_scaled(&round, -step, ring);
        if step == 0 || first.is_none_or(|first| self.varies(atoms, &first, 1 << index, 8)) {
            return false;
        }
        let Some(end) = atoms.rewrite(&difference, ring, &at_bound) else { return false };
        let end = Compare { a: end, b: Poly::default(), ..test.clone() };
        if !end.fails(atoms, known) && !self.unfolded(atoms, &end).is_some_and(|end| end.fails(atoms, known)) {
            return false;
        }
        let distance = Poly::constant((1 << (test.bits - step.trailing_zeros())) - 1, Ring::Exact);
        atoms.sub(&distance, bound).is_some_and(|room| entails(atoms, &room, known.iter()))
    }

    /// True if the loop is left at the branch in one block alone, but for bails.
    fn is_left_only_at(&self, index: usize, at: BlockId) -> bool {
        self.tree.order.iter().filter(|&&to| !self.loops.holds(index, to) && !self.bails[to.index()]).all(|&to| {
            let inside = self.tree.predecessors[to.index()].iter().filter(|&&from| self.loops.holds(index, from));
            inside.copied().all(|from| from == at)
        })
    }

    /// What holds where `block` is executed, given what holds everywhere: conditions on the way to it, and the bounds of loops.
    pub fn facts(&self, atoms: &mut Atoms, block: BlockId, known: &[Poly]) -> Vec<Poly> {
        self.on_the_way(atoms, block, block, known).1
    }

    /// The join that a parameter belongs to, which isn't known, with what holds for each of the edges into it.
    pub fn arrivals(&self, atoms: &mut Atoms, key: u32, known: &[Poly]) -> Option<(BlockId, Vec<Arrival>)> {
        let block = *self.join_of.get(&key)?;
        let join = self.joins.get(&block)?;
        let mut arrivals = Vec::with_capacity(join.edges.len());
        for (from, args) in &join.edges {
            let (holds, facts) = self.on_the_way(atoms, *from, block, known);
            let params = join.params.iter().map(|param| param.key).zip(args.iter().cloned()).collect();
            arrivals.push(Arrival { params, holds, facts });
        }
        Some((block, arrivals))
    }

    /// What holds where control has come to `end`: `to`, or the block behind an edge from there, as it is in that block.
    fn on_the_way(&self, atoms: &mut Atoms, to: BlockId, end: BlockId, known: &[Poly]) -> (Vec<Compare>, Vec<Poly>) {
        let mut way = Vec::new();
        let mut at = Some(to);
        while let Some(next) = at {
            way.push(next);
            at = self.tree.above(next);
        }
        let (mut holds, mut facts) = (Vec::new(), known.to_vec());
        // From the outermost on, so that each is read with those before it known.
        for (position, &next) in way.iter().enumerate().rev() {
            if facts.len() >= known.len() + MAX_FACTS || !atoms.spend(1 + facts.len()) {
                break;
            }
            if let [from] = self.tree.predecessors[next.index()][..] {
                self.taken(atoms, (from, next), end, &mut holds, &mut facts);
            }
            if let Some(index) = self.loops.at(next) {
                self.counted(atoms, index, end, &mut facts);
            }
            if position == 0 && to != end {
                self.taken(atoms, (to, end), end, &mut holds, &mut facts);
            }
        }
        (holds, facts)
    }

    /// Adds what an edge says that was taken.
    fn taken(
        &self,
        atoms: &mut Atoms,
        (from, to): (BlockId, BlockId),
        end: BlockId,
        holds: &mut Vec<Compare>,
        facts: &mut Vec<Poly>,
    ) {
        // A branch with both edges to one block says nothing.
        if let Some(fork) = self.forks.get(&from).filter(|fork| fork.to[0] != fork.to[1]) {
            let side = fork.to.iter().zip(&fork.holds).filter(|(target, _)| **target == to);
            for compare in side.flat_map(|(_, holds)| holds) {
                let ring = Ring::of_width(compare.bits);
                let a = self.carry(atoms, &compare.a, ring, from, end);
                let b = self.carry(atoms, &compare.b, ring, from, end);
                let compare = Compare { a, b, ..compare.clone() };
                for fact in compare.facts(atoms, facts) {
                    learn(atoms, facts, fact);
                }
                holds.push(compare);
            }
        }
    }

    /// Adds the bounds of a loop that has been entered.
    fn counted(&self, atoms: &mut Atoms, index: usize, end: BlockId, facts: &mut Vec<Poly>) {
        let number = index as u32;
        let count = atoms.poly(if self.loops.holds(index, end) { Atom::Round(number) } else { Atom::Last(number) });
        for bound in &self.bounds[index] {
            let bound = self.carry(atoms, bound, Ring::Exact, self.loops.list[index].header, end);
            if let Some(room) = atoms.sub(&bound, &count) {
                learn(atoms, facts, room);
            }
        }
    }
}
