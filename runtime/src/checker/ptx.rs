//! PTX text as accesses: the same polynomials, read from what a GPU would run.
//!
//! A register that one unguarded instruction defines is what that instruction computes, wherever its definition dominates;
//! every other register is a parameter of each block, passed along every edge, so that the text is in static single assignment,
//! and [`rounds`](super::rounds) follows its loops. Unknown is a register whose declared width isn't that of the operation, because what becomes of
//! the bits between depends on the instruction. An access counts only where every thread past the last iteration has left before: its
//! block is dominated by a way on, taken only there, from an exit under `index >= trip count`. Addresses are a footprint's delta
//! plus a guest address, zero-extended where the footprint's have 32 bits, plus a constant; where the footprint's accesses are checked, the check is looked for
//! ([`checks`](super::checks)), and updates are `red` by their footprint's operator. The bail flag and the slots of returned values are the only
//! other places, and only for what the emitter does there: the flag is raised, a reduction is combined, a product is swapped
//! in, the last value is stored, a float that is folded goes into its iteration's record. Nobody waits for anybody, and what loops must be allowed to. Who relies on it: every device that runs the text, and the host's own memory behind such a device.

use super::atoms::{Atom, Atoms};
use super::checks::{Checks, Test, updates, updates_word, within_word};
use super::instructions::{raises, result_width, said};
use super::lift::Compare;
use super::loops::{Loop, LoopSet};
use super::poly::{Poly, Ring};
use super::registers::{changing, defined, defined_once, widths};
use super::rounds::{Fork, Param as Place, Rounds};
use super::symbols::Found;
use super::{Access, Unproven, quotients, returns};
use bundle::PtxImage;
use ir::abi::{self, Param};
use ir::lowered::dominators::Dominators;
use ir::lowered::{BinaryOp as Wasm, Block, BlockId, Func, Target, Term, UnaryOp as WasmUnary, Value};
use ir::region::{Access as Effect, Region, limits};
use ptx_machine::ast::{
    AtomicOp, BinaryOp, Comparison, Instruction, Kernel, Operand, Operation, Special, Statement, TernaryOp, Type,
    UnaryOp,
};
use std::collections::{HashMap, HashSet};

/// The farthest that a constant may lead from a guest address.
const MAX_OFFSET: i128 = 1 << 33;
/// Accesses of a text.
const MAX_ACCESSES: usize = 1 << 16;
/// The keys of what blocks begin with; those of results are smaller.
const PARAMS: u32 = 1 << 30;
/// Registers that one instruction defines.
const MAX_RESULTS: u32 = 4;
/// The effort of a register that changes in one block.
const REGISTER: usize = 8;
/// Bounds of a dimension that are remembered.
const MAX_BOUNDS: usize = 4;

/// The accesses to footprints of the entry that `image` names.
pub(super) fn accesses(
    region: &Region,
    image: &PtxImage,
    rounds: Option<Rounds>,
    atoms: &mut Atoms,
) -> Result<Found, Unproven> {
    let wrong = |what| Unproven::Ptx { what };
    let module = ptx_machine::parse(&image.text).map_err(|_| wrong("it can't be parsed"))?;
    let kernel = module.kernel(&image.entry).ok_or(wrong("it has no such entry"))?;
    ptx_machine::prepare(kernel).map_err(|_| wrong("it has a type error"))?;
    let mapping = region.mappings.get(image.mapping as usize).ok_or(wrong("it has no such mapping"))?;
    if kernel.required_block != Some([mapping.block, 1, 1]) {
        return Err(wrong("its block has another shape"));
    }
    let params = abi::params(region);
    if !kernel.params.iter().map(|p| p.ty.bits()).eq(params.iter().map(|p| p.bits())) {
        return Err(wrong("it has other parameters"));
    }
    let flow = Flow::of(kernel).ok_or(wrong("it has too many branches, or one to nowhere"))?;
    let rounds = rounds.or_else(|| Rounds::of(&flow.func)).ok_or(Unproven::Irregular)?;
    let once = defined_once(kernel);
    let widths = widths(kernel);
    let changing = changing(&once, &widths, flow.blocks.len(), PARAMS).ok_or(Unproven::TooComplex)?;
    let mut reader = Reader {
        kernel,
        params,
        region,
        checks: Checks::default(),
        dims: region.trips.len(),
        quotients: quotients::computed(region, atoms),
        once,
        widths,
        changing,
        state: HashMap::new(),
        tests: HashMap::new(),
        place: 0,
        rounds,
        values: HashMap::new(),
        past_end: HashMap::new(),
        bounded: vec![Vec::new(); region.trips.len()],
        indices: indices(&mapping.grid, mapping.block, atoms),
        atoms,
        flow,
        found: Vec::new(),
        bails: HashSet::new(),
        ends: HashSet::new(),
    };
    loop {
        reader.read()?;
        if !reader.rounds.again()? {
            break;
        }
    }
    let exempt = reader.swaps();
    // Of threads past the last iteration nothing is known, so that nothing bounds their loops.
    let is_bounded = |&(index, l): &(usize, &Loop)| {
        exempt >> index & 1 == 1 || (0..reader.dims).all(|dim| reader.is_bounded(dim, l.header))
    };
    if !reader.rounds.loops.list.iter().enumerate().all(|l| is_bounded(&l)) {
        return Err(wrong("it loops before threads past the last iteration have left"));
    }
    Ok(reader.finish(exempt))
}

/// The control flow graph: runs of instructions, as a function without values.
struct Flow<'k> {
    blocks: Vec<Vec<&'k Instruction<'k>>>,
    func: Func,
    tree: Dominators,
}

impl<'k> Flow<'k> {
    fn of(kernel: &'k Kernel<'k>) -> Option<Flow<'k>> {
        let mut blocks: Vec<Vec<&Instruction<'_>>> = vec![Vec::new()];
        let mut labels: HashMap<&str, usize> = HashMap::new();
        for statement in &kernel.body {
            match statement {
                Statement::Label { name, .. } => {
                    blocks.push(Vec::new());
                    labels.insert(name, blocks.len() - 1);
                }
                Statement::Instruction(instruction) => {
                    blocks.last_mut()?.push(instruction);
                    if matches!(instruction.operation, Operation::Branch | Operation::Exit) {
                        blocks.push(Vec::new());
                    }
                }
            }
        }
        // As many as a kernel may have, and what surrounds it.
        if blocks.len() > 2 * limits::MAX_BLOCKS {
            return None;
        }
        let mut func = Func::default();
        for (index, block) in blocks.iter().enumerate() {
            let to = |index: usize| Target { block: BlockId(index as u32), args: Vec::new() };
            let next = (index + 1 < blocks.len()).then(|| to(index + 1));
            let on = next.clone().map_or(Term::Unreachable, Term::Jump);
            let term = match block.last() {
                Some(Instruction { operation: Operation::Branch, operands, guard, .. }) => {
                    let [Operand::Name(label)] = &operands[..] else { return None };
                    let target = to(*labels.get(label)?);
                    match (guard, next) {
                        (Some(_), Some(next)) => Term::Branch { cond: Value(0), then: target, otherwise: next },
                        _ => Term::Jump(target),
                    }
                }
                Some(Instruction { operation: Operation::Exit, guard: None, .. }) => Term::Return(Vec::new()),
                _ => on,
            };
            func.blocks.push(Block { params: Vec::new(), insts: Vec::new(), term });
        }
        let tree = Dominators::of(&func);
        Some(Flow { blocks, func, tree })
    }
}

/// The iteration number of each dimension in terms of special registers: grid x counts threads, y and z count blocks.
fn indices(grid: &[u32], block: u32, atoms: &mut Atoms) -> Vec<(u32, Option<Poly>)> {
    let mut indices = Vec::new();
    for (axis, &dim) in grid.iter().enumerate() {
        let mut position = |thread| {
            let register = atoms.poly(Atom::Position { thread, axis: axis as u8 });
            atoms.read(&register, 32, false)
        };
        let (first, thread) = (position(false), position(true));
        let index = match axis {
            0 => thread.add_scaled(&first, block as i128, Ring::Mod64),
            _ => Some(first),
        };
        indices.push((dim, index));
    }
    indices
}

struct Reader<'k, 'a> {
    kernel: &'k Kernel<'k>,
    params: Vec<Param>,
    region: &'a Region,
    /// Tests of addresses, and where they have been passed.
    checks: Checks<'k>,
    dims: usize,
    /// Quotients that dispatch has computed.
    quotients: HashSet<Poly>,
    once: HashMap<&'k str, bool>,
    /// The declared widths of registers in bits.
    widths: HashMap<&'k str, u32>,
    /// Registers that change: their values are parameters of blocks.
    changing: Vec<(&'k str, u32)>,
    /// What changing registers hold where this walk is.
    state: HashMap<&'k str, Poly>,
    /// What a predicate says that one instruction defines, and the block that does.
    tests: HashMap<&'k str, (Compare, Option<Poly>, BlockId)>,
    /// Instructions walked over, which are the places of what they compute.
    place: u32,
    rounds: Rounds,
    /// What a register holds that one instruction defines, and the block that does.
    values: HashMap<&'k str, (Poly, BlockId)>,
    /// Predicates that say that the index of a dimension is past its end, and the block that defines them.
    past_end: HashMap<&'k str, (u32, BlockId)>,
    /// For each dimension, the blocks that are entered only by threads below its end.
    bounded: Vec<Vec<BlockId>>,
    indices: Vec<(u32, Option<Poly>)>,
    atoms: &'a mut Atoms,
    flow: Flow<'k>,
    /// Accesses with their blocks.
    found: Vec<(BlockId, Access)>,
    /// Blocks that raise the bail flag.
    bails: HashSet<BlockId>,
    /// Blocks in which a thread may end, other than past the end.
    ends: HashSet<BlockId>,
}

impl<'k> Reader<'k, '_> {
    /// One walk over the text.
    fn read(&mut self) -> Result<(), Unproven> {
        self.rounds.begin();
        // What a register held at the end of the last walk isn't what it holds before its definition.
        self.values.clear();
        self.tests.clear();
        self.past_end.clear();
        self.checks = Checks::default();
        self.bounded.iter_mut().for_each(Vec::clear);
        self.found.clear();
        self.place = 0;
        for id in self.flow.tree.order.clone() {
            // Each block has all registers that change as parameters, and passes them on.
            if !self.atoms.spend(REGISTER * self.changing.len()) {
                return Err(Unproven::TooComplex);
            }
            self.enter(id);
            for instruction in self.flow.blocks[id.index()].clone() {
                self.instruction(id, instruction)?;
            }
            let runs_out = id.index() + 1 == self.flow.blocks.len();
            if runs_out {
                self.ends.insert(id);
            }
            self.leave(id);
        }
        Ok(())
    }

    /// What changing registers hold where a block begins: they are its parameters.
    fn enter(&mut self, block: BlockId) {
        let first = PARAMS + block.0 * self.changing.len() as u32;
        let keys: Vec<Place> =
            self.changing.iter().enumerate().map(|(i, &(_, bits))| Place { key: first + i as u32, bits }).collect();
        let polys = match block {
            // Before any instruction they hold anything.
            BlockId::ENTRY => keys.iter().map(|place| self.rounds.opaque(self.atoms, place.key, block)).collect(),
            _ => self.rounds.params(self.atoms, block, &keys),
        };
        self.state = self.changing.iter().map(|&(name, _)| name).zip(polys).collect();
    }

    /// Passes them on, and tells what a branch says.
    fn leave(&mut self, block: BlockId) {
        let args: Vec<(Poly, u32)> =
            self.changing.iter().map(|&(name, bits)| (self.state[name].clone(), bits)).collect();
        let term = self.flow.func.block(block).term.clone();
        for target in term.targets() {
            self.rounds.edge(self.atoms, block, target.block, args.clone());
        }
        let guard = self.flow.blocks[block.index()].last().and_then(|last| last.guard);
        if let (Term::Branch { then, otherwise, .. }, Some(guard)) = (&term, guard) {
            let test =
                self.tests.get(guard.predicate).filter(|(_, _, at)| self.flow.tree.dominates(*at, block)).cloned();
            let Some((test, cond, at)) = test else { return };
            let ring = Ring::of_width(test.bits);
            let a = self.rounds.carry(self.atoms, &test.a, ring, at, block);
            let b = self.rounds.carry(self.atoms, &test.b, ring, at, block);
            let test = Compare { a, b, ..test };
            let cond = cond.map(|cond| self.rounds.carry(self.atoms, &cond, Ring::Mod32, at, block));
            // First the edge that is taken where the predicate holds.
            let mut to = [then.block, otherwise.block];
            if guard.negated {
                to.reverse();
            }
            self.rounds.fork(Fork { at: block, to, cond, holds: [vec![test.clone()], vec![test.not()]] });
        }
    }

    /// The loops around swaps of products, which go on until no other thread comes between.
    fn swaps(&self) -> LoopSet {
        let is_swap = |i: &&&Instruction<'_>| matches!(i.operation, Operation::Atomic(AtomicOp::CompareAndSwap, _));
        let swapping = (0..self.flow.blocks.len()).filter(|&b| self.flow.blocks[b].iter().any(|i| is_swap(&i)));
        let loops = &self.rounds.loops;
        swapping.fold(0, |all, block| all | loops.innermost(BlockId(block as u32)))
    }

    fn instruction(&mut self, block: BlockId, instruction: &'k Instruction<'k>) -> Result<(), Unproven> {
        self.atoms.spend(1);
        if self.atoms.is_spent() {
            return Err(Unproven::TooComplex);
        }
        match instruction.operation {
            Operation::Load { .. } | Operation::Store { .. } | Operation::Atomic(..) | Operation::Reduce(..) => {
                self.access(block, instruction)?;
            }
            Operation::Exit => self.exit(block, instruction),
            Operation::Branch => self.branch(block, instruction),
            Operation::Compare(comparison, None, ty) if matches!(ty.bits(), 32 | 64) && !ty.is_float() => {
                self.compare(block, instruction, comparison, ty);
            }
            Operation::Barrier => return Err(Unproven::Ptx { what: "its threads wait for each other" }),
            _ => {}
        }
        for (position, name) in defined(instruction).into_iter().enumerate() {
            self.define(block, instruction, name, position as u32);
        }
        self.place += MAX_RESULTS;
        Ok(())
    }

    /// What a register holds from here on. What isn't understood is the result of this place.
    fn define(&mut self, block: BlockId, instruction: &'k Instruction<'k>, name: &'k str, position: u32) {
        let is_alone = defined(instruction).len() == 1 && instruction.guard.is_none();
        let before = self.atoms.unknowns();
        let value = match self.widths.get(name).copied() == result_width(instruction.operation) && is_alone {
            true => self.value(block, instruction),
            false => self.atoms.unknown(),
        };
        let is_known = self.atoms.unknowns() == before;
        let index = self.indices.iter().find(|(_, index)| index.as_ref() == Some(&value)).map(|&(dim, _)| dim);
        let value = match index {
            Some(dim) => self.atoms.poly(Atom::Index(dim)),
            None if is_known => value,
            None => self.rounds.opaque(self.atoms, self.place + position.min(MAX_RESULTS - 1), block),
        };
        if let Some(held) = self.state.get_mut(name) {
            *held = value;
        } else if self.once.get(name) == Some(&true) {
            self.values.insert(name, (value, block));
        }
    }

    /// A comparison, `setp.ge.u64 p, index, trip count` or a test of an address among them.
    fn compare(&mut self, block: BlockId, instruction: &'k Instruction<'k>, comparison: Comparison, ty: Type) {
        let [Operand::Name(name), a, b] = &instruction.operands[..] else { return };
        if self.once.get(name) != Some(&true) {
            return;
        }
        let ring = Ring::of_width(ty.bits());
        let (a, b) = (self.operand(block, a, ring), self.operand(block, b, ring));
        if let Some(compare) = said(comparison, ty, &a, &b) {
            let cond = (ty.bits() == 32).then(|| self.decision(comparison, ty, &a, &b)).flatten();
            self.tests.insert(name, (compare, cond, block));
        }
        if ty.bits() != 64 {
            return;
        }
        if let Some(test) = Test::of(self.atoms, self.region, comparison, ty, &a, &b) {
            self.checks.found(name, test, block);
        }
        if !matches!(comparison, Comparison::Ge | Comparison::Hs) || ty != Type::U64 {
            return;
        }
        let dim = (0..self.dims as u32)
            .find(|&dim| a == self.atoms.poly(Atom::Index(dim)) && b == self.atoms.poly(Atom::Trip(dim)));
        if let Some(dim) = dim {
            self.past_end.insert(name, (dim, block));
        }
    }

    /// A value that isn't zero exactly where a comparison of 32 bits holds, as regions write it.
    fn decision(&mut self, comparison: Comparison, ty: Type, a: &Poly, b: &Poly) -> Option<Poly> {
        let pick = |signed, unsigned| if ty.is_signed() { signed } else { unsigned };
        let op = match comparison {
            Comparison::Eq if b.as_constant() == Some(0) => return Some(self.atoms.unary(WasmUnary::I32Eqz, a)),
            Comparison::Ne if b.as_constant() == Some(0) => return Some(a.clone()),
            Comparison::Eq => Wasm::I32Eq,
            Comparison::Ne => Wasm::I32Ne,
            Comparison::Lt => pick(Wasm::I32LtS, Wasm::I32LtU),
            Comparison::Le => pick(Wasm::I32LeS, Wasm::I32LeU),
            Comparison::Gt => pick(Wasm::I32GtS, Wasm::I32GtU),
            Comparison::Ge => pick(Wasm::I32GeS, Wasm::I32GeU),
            _ => return None,
        };
        Some(self.atoms.binary(op, a, b))
    }

    /// Where a branch under a test isn't taken, the test has been passed.
    fn branch(&mut self, block: BlockId, instruction: &Instruction<'k>) {
        let Some(guard) = instruction.guard.filter(|guard| !guard.negated) else { return };
        let next = BlockId(block.0 + 1);
        let alone = self.flow.tree.predecessors.get(next.index()).is_some_and(|from| from[..] == [block]);
        if alone {
            self.checks.passed(guard.predicate, block, next, &self.flow.tree);
        }
    }

    fn exit(&mut self, block: BlockId, instruction: &Instruction<'k>) {
        let past =
            instruction.guard.filter(|guard| !guard.negated).and_then(|guard| self.past_end.get(guard.predicate));
        let next = BlockId(block.0 + 1);
        match past {
            Some(&(dim, at)) if self.flow.tree.dominates(at, block) => {
                // Threads come to the next block from here alone, or nothing is known of them.
                let alone = self.flow.tree.predecessors.get(next.index()).is_some_and(|from| from[..] == [block]);
                // The first bound is the one that dominates most; a few more cost little.
                if alone && self.bounded[dim as usize].len() < MAX_BOUNDS {
                    self.bounded[dim as usize].push(next);
                }
            }
            _ => {
                self.ends.insert(block);
            }
        }
    }

    fn access(&mut self, block: BlockId, instruction: &Instruction<'k>) -> Result<(), Unproven> {
        let line = instruction.line;
        let foreign = Unproven::Foreign { line };
        let found = instruction.operands.iter().find_map(|operand| match operand {
            Operand::Address(base, offset) => Some((*base, *offset)),
            _ => None,
        });
        let (base, offset) = found.ok_or(foreign)?;
        if !(0..self.dims).all(|dim| self.is_bounded(dim, block)) {
            return Err(Unproven::PastEnd { line });
        }
        let address = self.register(block, base, 64);
        let address = address.add(&Poly::constant(offset as i128, Ring::Mod64), Ring::Mod64).ok_or(foreign)?;
        // What threads store of floats that are folded goes to the records of their own iterations.
        let record = self.atoms.poly(Atom::Index(0)).scaled(-returns::record(self.region), Ring::Mod64);
        let behind = record.and_then(|record| address.add(&record, Ring::Mod64)).and_then(|rest| self.split(&rest));
        if let Some((Atom::Returns, rest, at)) = behind
            && rest == Poly::default()
            && returns::into_record(self.region, at, instruction)
        {
            return Ok(());
        }
        if let Some(cell) = within_word(self.atoms, &address).cloned() {
            return self.cell(block, instruction, &cell);
        }
        match self.split(&address).ok_or(foreign)? {
            (Atom::BailFlag, rest, 0) if rest == Poly::default() && raises(instruction) => {
                if instruction.guard.is_none() {
                    self.bails.insert(block);
                }
            }
            (Atom::Returns, rest, at)
                if rest == Poly::default() && returns::into_slot(self.region, at, instruction) => {}
            (Atom::Delta(space), guest, offset) => {
                let declared = self.region.footprints.get(space as usize).map(|f| f.access);
                let (width, is_store) = match instruction.operation {
                    Operation::Load { non_coherent: false, lanes, ty } => (lanes as u32 * ty.bits() / 8, false),
                    Operation::Store { .. } if declared.is_some_and(|access| access.is_checked()) => {
                        return Err(Unproven::Kind { footprint: space });
                    }
                    Operation::Store { lanes, ty } => (lanes as u32 * ty.bits() / 8, true),
                    Operation::Reduce(op, ty) => match declared {
                        Some(Effect::Update(declared)) if updates(op, ty, declared) => (ty.bits() / 8, true),
                        Some(Effect::Update(_)) => return Err(Unproven::Kind { footprint: space }),
                        _ => return Err(foreign),
                    },
                    _ => return Err(foreign),
                };
                if self.found.len() == MAX_ACCESSES {
                    return Err(Unproven::TooComplex);
                }
                let always = instruction.guard.is_none();
                let wanted = declared.is_some_and(|access| access.is_checked());
                let address = if wanted { Some(guest) } else { self.guest_address(space, guest, offset) };
                let address = address.ok_or(foreign)?;
                let access = Access { space, address, offset, width, is_store, always, checked: false };
                let access = if wanted { self.checked(block, line, access)? } else { access };
                self.found.push((block, access));
            }
            _ => return Err(foreign),
        }
        Ok(())
    }

    /// An update of a narrow cell by way of its word.
    fn cell(&mut self, block: BlockId, instruction: &Instruction<'_>, cell: &Poly) -> Result<(), Unproven> {
        let foreign = Unproven::Foreign { line: instruction.line };
        let Some((Atom::Delta(space), address, offset)) = self.split(cell) else { return Err(foreign) };
        let footprint = self.region.footprints.get(space as usize).ok_or(foreign)?;
        let fits = |op| footprint.width < 4 && updates_word(instruction.operation, op);
        if !matches!(footprint.access, Effect::Update(op) if fits(op)) || self.found.len() == MAX_ACCESSES {
            return Err(Unproven::Kind { footprint: space });
        }
        let (width, always) = (footprint.width as u32, instruction.guard.is_none());
        let access = Access { space, address, offset, width, is_store: true, always, checked: false };
        let access = self.checked(block, instruction.line, access)?;
        self.found.push((block, access));
        Ok(())
    }

    /// An access whose address must have been checked, in every thread that comes here.
    fn checked(&mut self, block: BlockId, line: u32, access: Access) -> Result<Access, Unproven> {
        let footprint = access.space;
        let known = self.checks.cover(&access, block, &self.flow.tree, self.atoms);
        if known { Ok(Access { checked: true, ..access }) } else { Err(Unproven::Unchecked { line, footprint }) }
    }

    /// A device address: where it starts from, what is added to that, and the constant.
    fn split(&self, address: &Poly) -> Option<(Atom, Poly, i128)> {
        let (id, origin) = address.terms().find_map(|(monomial, coefficient)| match (monomial, coefficient) {
            (&[id], 1) => match self.atoms.get(id) {
                start @ (Atom::Delta(_) | Atom::BailFlag | Atom::Returns) => Some((id, start.clone())),
                _ => None,
            },
            _ => None,
        })?;
        let constant = address.coefficient(&[]);
        let rest =
            address.sub(&Poly::atom(id), Ring::Mod64)?.sub(&Poly::constant(constant, Ring::Mod64), Ring::Mod64)?;
        Some((origin, rest, constant))
    }

    /// The guest address in what is added to a footprint's delta, as wide as the footprint says.
    fn guest_address(&self, space: u32, guest: Poly, offset: i128) -> Option<Poly> {
        if self.region.footprints.get(space as usize)?.wide {
            return Some(guest);
        }
        let mut terms = guest.terms();
        let address = match (terms.next(), terms.next()) {
            (None, _) => Poly::default(),
            (Some((&[id], 1)), None) => match self.atoms.get(id) {
                Atom::Unsigned(address, 32) => address.clone(),
                _ => return None,
            },
            _ => return None,
        };
        (0..=MAX_OFFSET).contains(&offset).then_some(address)
    }

    fn is_bounded(&self, dim: usize, block: BlockId) -> bool {
        self.bounded[dim].iter().any(|&bound| self.flow.tree.dominates(bound, block))
    }

    /// What a register of `bits` bits holds where it is used.
    fn register(&mut self, block: BlockId, name: &str, bits: u32) -> Poly {
        if self.widths.get(name) != Some(&bits) {
            return self.atoms.unknown();
        }
        match (self.state.get(name), self.values.get(name)) {
            (Some(value), _) => value.clone(),
            (None, Some((value, at))) if self.flow.tree.dominates(*at, block) => {
                self.rounds.carry(self.atoms, value, Ring::of_width(bits), *at, block)
            }
            _ => self.atoms.unknown(),
        }
    }

    fn operand(&mut self, block: BlockId, operand: &Operand<'k>, ring: Ring) -> Poly {
        let bits = if ring == Ring::Mod32 { 32 } else { 64 };
        match *operand {
            Operand::Name(name) => self.register(block, name, bits),
            Operand::Integer(value) => Poly::constant(value, ring),
            Operand::Special(Special::Thread(axis)) if bits == 32 => {
                self.atoms.poly(Atom::Position { thread: true, axis })
            }
            Operand::Special(Special::Block(axis)) if bits == 32 => {
                self.atoms.poly(Atom::Position { thread: false, axis })
            }
            _ => self.atoms.unknown(),
        }
    }

    /// What an instruction with one result computes.
    fn value(&mut self, block: BlockId, instruction: &Instruction<'k>) -> Poly {
        let source = |index: usize| instruction.operands.get(index + 1);
        match instruction.operation {
            Operation::LoadParam(ty) => self.param(source(0), ty),
            Operation::ToGlobal => self.source(block, source(0), Ring::Mod64),
            Operation::Move(ty) | Operation::Unary(_, ty) | Operation::Binary(_, ty) | Operation::Ternary(_, ty)
                if !matches!(ty.bits(), 32 | 64) || ty.is_float() =>
            {
                self.atoms.unknown()
            }
            Operation::Move(ty) => self.source(block, source(0), Ring::of_width(ty.bits())),
            Operation::Unary(op, ty) => {
                let ring = Ring::of_width(ty.bits());
                let a = self.source(block, source(0), ring);
                let result = match op {
                    UnaryOp::Neg => a.scaled(-1, ring),
                    UnaryOp::Not => Poly::constant(-1, ring).sub(&a, ring),
                    _ => None,
                };
                self.atoms.or_unknown(result)
            }
            Operation::Binary(op, ty) => self.binary(block, op, ty, (source(0), source(1))),
            Operation::Ternary(TernaryOp::MadLo, ty) => {
                let ring = Ring::of_width(ty.bits());
                let product = self.binary(block, BinaryOp::MulLo, ty, (source(0), source(1)));
                let sum = product.add(&self.source(block, source(2), ring), ring);
                self.atoms.or_unknown(sum)
            }
            Operation::Ternary(TernaryOp::MadWide, ty) => {
                let product = self.binary(block, BinaryOp::MulWide, ty, (source(0), source(1)));
                let sum = product.add(&self.source(block, source(2), Ring::Mod64), Ring::Mod64);
                self.atoms.or_unknown(sum)
            }
            Operation::Convert(conversion) => self.convert(block, source(0), conversion.to, conversion.from),
            _ => self.atoms.unknown(),
        }
    }

    fn source(&mut self, block: BlockId, operand: Option<&Operand<'k>>, ring: Ring) -> Poly {
        match operand {
            Some(operand) => self.operand(block, operand, ring),
            None => self.atoms.unknown(),
        }
    }

    fn param(&mut self, operand: Option<&Operand<'k>>, ty: Type) -> Poly {
        let Some(&Operand::Address(name, 0)) = operand else { return self.atoms.unknown() };
        let position = self.kernel.params.iter().position(|p| p.name == name);
        match position.map(|position| self.params[position]) {
            Some(param) if param.bits() == ty.bits() => self.atoms.poly(match param {
                Param::BailFlag => Atom::BailFlag,
                Param::Returns => Atom::Returns,
                Param::Trip(dim) => Atom::Trip(dim),
                Param::Delta(space) => Atom::Delta(space),
                Param::Low(space) => Atom::Low(space),
                Param::Length(space) => Atom::Length(space),
                Param::LiveIn(index, _) => Atom::LiveIn(index),
            }),
            _ => self.atoms.unknown(),
        }
    }

    fn convert(&mut self, block: BlockId, operand: Option<&Operand<'k>>, to: Type, from: Type) -> Poly {
        if to.is_float() || from.is_float() {
            return self.atoms.unknown();
        }
        let a = self.source(block, operand, Ring::of_width(from.bits()));
        match (to.bits(), from.bits()) {
            (64, 32) => self.atoms.read(&a, 32, from.is_signed()),
            (32, 64) => self.atoms.wrap(&a),
            (32, 32) | (64, 64) => a,
            _ => self.atoms.unknown(),
        }
    }

    fn binary(
        &mut self,
        block: BlockId,
        op: BinaryOp,
        ty: Type,
        (a, b): (Option<&Operand<'k>>, Option<&Operand<'k>>),
    ) -> Poly {
        let (wide, ring) = (ty.bits() == 64, Ring::of_width(ty.bits()));
        if !matches!(ty.bits(), 32 | 64) {
            return self.atoms.unknown();
        }
        if let Some(op) = quotients::operator(op, ty) {
            let (a, b) = (self.source(block, a, ring), self.source(block, b, ring));
            return quotients::quotient(op, &a, &b, &self.quotients, self.atoms);
        }
        let is_shift = matches!(op, BinaryOp::Shl | BinaryOp::Shr);
        let a = self.source(block, a, ring);
        // A count is 32 bits wide whatever it shifts.
        let b = self.source(block, b, if is_shift { Ring::Mod32 } else { ring });
        let pick = |narrow, broad| if wide { broad } else { narrow };
        let op = match op {
            BinaryOp::Add => pick(Wasm::I32Add, Wasm::I64Add),
            BinaryOp::Sub => pick(Wasm::I32Sub, Wasm::I64Sub),
            BinaryOp::MulLo => pick(Wasm::I32Mul, Wasm::I64Mul),
            BinaryOp::And => pick(Wasm::I32And, Wasm::I64And),
            BinaryOp::Or => pick(Wasm::I32Or, Wasm::I64Or),
            BinaryOp::Xor => pick(Wasm::I32Xor, Wasm::I64Xor),
            BinaryOp::Shl => pick(Wasm::I32Shl, Wasm::I64Shl),
            BinaryOp::Shr if ty.is_signed() => pick(Wasm::I32ShrS, Wasm::I64ShrS),
            BinaryOp::Shr => pick(Wasm::I32ShrU, Wasm::I64ShrU),
            BinaryOp::MulWide if !wide => {
                let (a, b) = (self.atoms.read(&a, 32, ty.is_signed()), self.atoms.read(&b, 32, ty.is_signed()));
                let product = a.mul(&b, Ring::Mod64);
                return self.atoms.or_unknown(product);
            }
            _ => return self.atoms.unknown(),
        };
        let b = if is_shift { self.count(&b, ty.bits()) } else { Some(b) };
        match b {
            Some(b) => self.atoms.binary(op, &a, &b),
            None => self.atoms.unknown(),
        }
    }

    /// A count as Wasm's shifts take it, where it is known to be below the width; PTX doesn't take counts modulo the width.
    fn count(&self, count: &Poly, bits: u32) -> Option<Poly> {
        if let Some(value) = count.as_constant() {
            return (0..bits as i128).contains(&value).then(|| count.clone());
        }
        let mut terms = count.terms();
        let (Some((&[id], 1)), None) = (terms.next(), terms.next()) else { return None };
        match self.atoms.get(id) {
            Atom::Binary(Wasm::I32And, a, b) => {
                let mask = Some(bits as i128 - 1);
                let inner = if b.as_constant() == mask { Some(a) } else { None };
                inner.or((a.as_constant() == mask).then_some(b)).cloned()
            }
            _ => None,
        }
    }

    /// The accesses, those marked that every thread executes which completes without a bail.
    fn finish(mut self, exempt: LoopSet) -> Found {
        let func = &self.flow.func;
        let ending = self.bails.iter().copied().filter(|&block| func.block(block).term.targets().is_empty());
        self.rounds.end_without_result(ending);
        let tree = &self.flow.tree;
        let bails = |end: BlockId| self.bails.iter().any(|&bail| tree.dominates(bail, end));
        let ends: Vec<BlockId> = self.ends.iter().copied().filter(|&end| !bails(end)).collect();
        let mut passed: HashMap<BlockId, bool> = HashMap::new();
        let mut mark = |(block, access): (BlockId, Access)| {
            let all = || !ends.is_empty() && ends.iter().all(|&end| tree.dominates(block, end));
            let always = access.always && *passed.entry(block).or_insert_with(all);
            (block, Access { always, ..access })
        };
        let accesses = self.found.into_iter().map(&mut mark).collect();
        Found { rounds: self.rounds, accesses, exempt }
    }
}
