//! One thread: its slots, and the execution of steps until it ends or waits.

use super::device::{Device, Kind, Trap};
use super::fault::{Fault, Place};
use super::launch::Launch;
use super::race::Who;
use crate::ast::Combine;
use crate::prepare::program::{Address, Cell, CompareCombine, NO_SLOT, Op, Program, Slot};
use crate::semantics::Junk;
use crate::semantics::convert::{Extend, convert};

/// The state of a thread between two steps.
pub(super) struct Thread {
    cells: Vec<Cell>,
    pc: usize,
    who: Who,
}

/// Why a thread stopped.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Pause {
    Ended,
    /// At the barrier on this line, which is step number `step`.
    Barrier {
        step: usize,
        line: u32,
    },
}

impl Thread {
    pub(super) fn new(program: &Program) -> Thread {
        let who = Who { block: 0, thread: 0, phase: 0 };
        Thread { cells: program.initial.clone(), pc: 0, who }
    }

    /// Makes it thread number `thread` of block number `block`, about to start.
    pub(super) fn start(&mut self, program: &Program, launch: &Launch, block: u64, thread: u64) {
        self.cells.copy_from_slice(&program.initial);
        self.pc = 0;
        self.who = Who { block: block as u32, thread: thread as u32, phase: 0 };
        let id = launch.thread_id(block, thread);
        let special = [id.thread, launch.block, id.block, launch.grid];
        let special = special.as_flattened().iter().map(|value| u64::from(*value)).chain([thread % 32]);
        for (cell, value) in self.cells.iter_mut().zip(special.chain(launch.args.iter().copied())) {
            cell.value = value;
        }
    }

    /// Lets it pass the barrier at which it waits.
    pub(super) fn pass_barrier(&mut self) {
        self.who.phase = self.who.phase.saturating_add(1);
    }

    fn place(&self, launch: &Launch, line: u32) -> Place {
        Place { line, thread: launch.thread_id(u64::from(self.who.block), u64::from(self.who.thread)) }
    }

    #[inline(always)]
    fn read(&self, slot: Slot) -> Result<u64, Trap> {
        let cell = self.cells[slot as usize];
        if cell.ready { Ok(cell.value) } else { Err(Trap::Uninitialised { slot }) }
    }

    #[inline(always)]
    fn write(&mut self, slot: Slot, value: u64) {
        self.cells[slot as usize] = Cell { value, ready: true };
    }

    #[inline(always)]
    fn address(&self, address: Address) -> Result<u64, Trap> {
        Ok(self.read(address.base)?.wrapping_add_signed(i64::from(address.offset)))
    }
}

/// What all threads of a launch share.
pub(super) struct Machine<'r> {
    pub program: &'r Program,
    pub launch: &'r Launch,
    pub device: Device<'r>,
    pub junk: Junk,
    /// Instructions left.
    pub budget: u64,
}

/// What the thread does after a step.
enum Next {
    Continue,
    Jump(u32),
    Pause(Pause),
}

impl Machine<'_> {
    /// Runs `thread` until it ends or waits at a barrier.
    pub(super) fn resume(&mut self, thread: &mut Thread) -> Result<Pause, Fault> {
        let program = self.program;
        loop {
            let pc = thread.pc;
            let step = &program.steps[pc];
            if self.budget == 0 {
                return Err(Fault::Budget { at: thread.place(self.launch, step.line) });
            }
            self.budget -= 1;
            thread.pc = pc + 1;
            let guard = if step.guard == NO_SLOT { Ok(step.expected) } else { thread.read(step.guard) };
            let next = match guard {
                Ok(value) if value != step.expected => continue,
                Ok(_) => self.execute(thread, pc, &step.op, step.line),
                Err(trap) => Err(trap),
            };
            match next {
                Ok(Next::Continue) => {}
                Ok(Next::Jump(target)) => thread.pc = target as usize,
                Ok(Next::Pause(pause)) => return Ok(pause),
                Err(trap) => return Err(trap.at(thread.place(self.launch, step.line), self.launch, &program.names)),
            }
        }
    }

    #[inline(always)]
    fn execute(&mut self, thread: &mut Thread, pc: usize, op: &Op, line: u32) -> Result<Next, Trap> {
        match *op {
            Op::Copy { d, a } => thread.write(d, thread.read(a)?),
            Op::Unary { f, d, a } => {
                let value = f(thread.read(a)?, &mut self.junk);
                thread.write(d, value);
            }
            Op::Binary { f, d, a, b } => {
                let value = f(thread.read(a)?, thread.read(b)?, &mut self.junk);
                thread.write(d, value);
            }
            Op::Ternary { f, d, a, b, c } => {
                let value = f(thread.read(a)?, thread.read(b)?, thread.read(c)?, &mut self.junk);
                thread.write(d, value);
            }
            Op::Compare { f, d, a, b } => {
                let value = f(thread.read(a)?, thread.read(b)?);
                thread.write(d, u64::from(value));
            }
            Op::CompareCombine(compare) => compare_combine(thread, compare)?,
            Op::Select { d, a, b, p } => {
                let (a, b) = (thread.read(a)?, thread.read(b)?);
                let value = if thread.read(p)? == 1 { a } else { b };
                thread.write(d, value);
            }
            Op::Convert { how, fill, d, a } => {
                let value = fill.apply(convert(how, thread.read(a)?, &mut self.junk));
                thread.write(d, value);
            }
            Op::Pack { d, low, high, half } => {
                let value = thread.read(low)? | thread.read(high)? << half;
                thread.write(d, value);
            }
            Op::Unpack { low, high, a, half } => {
                let value = thread.read(a)?;
                thread.write(low, value & ((1 << half) - 1));
                thread.write(high, value >> half);
            }
            Op::Load { d, address, fill, non_coherent } => {
                let at = thread.address(address)?;
                let bytes = self.device.access(pc, at, u32::from(fill.bits / 8), load(non_coherent), thread.who)?;
                thread.write(d, fill.apply(number(bytes)));
            }
            Op::LoadVector { vector, lanes, address, fill, non_coherent } => {
                self.load_vector(thread, pc, (vector, lanes), address, fill, load(non_coherent))?;
            }
            Op::Store { a, address, bytes } => {
                let (at, value) = (thread.address(address)?, thread.read(a)?);
                put(self.device.access(pc, at, u32::from(bytes), Kind::Store, thread.who)?, value);
            }
            Op::StoreVector { vector, lanes, address, bytes } => {
                self.store_vector(thread, pc, (vector, lanes), address, bytes)?;
            }
            Op::Atomic { f, d, address, a, b, bytes } => {
                let (at, a, b) = (thread.address(address)?, thread.read(a)?, thread.read(b)?);
                let place = self.device.access(pc, at, u32::from(bytes), Kind::Atomic, thread.who)?;
                let old = number(place);
                put(place, f(old, a, b));
                if d != NO_SLOT {
                    thread.write(d, old);
                }
            }
            Op::Branch { target } => return Ok(Next::Jump(target)),
            Op::Exit => return Ok(Next::Pause(Pause::Ended)),
            Op::Barrier => return Ok(Next::Pause(Pause::Barrier { step: pc, line })),
        }
        Ok(Next::Continue)
    }

    fn load_vector(
        &mut self,
        thread: &mut Thread,
        pc: usize,
        (vector, lanes): (u32, u8),
        address: Address,
        fill: Extend,
        kind: Kind,
    ) -> Result<(), Trap> {
        let lane_bytes = usize::from(fill.bits / 8);
        let at = thread.address(address)?;
        let bytes = self.device.access(pc, at, u32::from(lanes) * lane_bytes as u32, kind, thread.who)?;
        let slots = &self.program.vectors[vector as usize];
        for (slot, lane) in slots.iter().zip(bytes.chunks_exact(lane_bytes)) {
            thread.write(*slot, fill.apply(number(lane)));
        }
        Ok(())
    }

    fn store_vector(
        &mut self,
        thread: &mut Thread,
        pc: usize,
        (vector, lanes): (u32, u8),
        address: Address,
        lane_bytes: u8,
    ) -> Result<(), Trap> {
        let slots = &self.program.vectors[vector as usize][..usize::from(lanes)];
        let mut values = [0; 4];
        for (value, slot) in values.iter_mut().zip(slots) {
            *value = thread.read(*slot)?;
        }
        let at = thread.address(address)?;
        let width = u32::from(lanes) * u32::from(lane_bytes);
        let bytes = self.device.access(pc, at, width, Kind::Store, thread.who)?;
        for (lane, value) in bytes.chunks_exact_mut(usize::from(lane_bytes)).zip(values) {
            put(lane, value);
        }
        Ok(())
    }
}

fn load(non_coherent: bool) -> Kind {
    if non_coherent { Kind::NonCoherentLoad } else { Kind::Load }
}

fn compare_combine(thread: &mut Thread, compare: CompareCombine) -> Result<(), Trap> {
    let CompareCombine { f, d, e, a, b, combine } = compare;
    let plain = f(thread.read(a)?, thread.read(b)?);
    let (first, second) = match combine {
        None => (plain, !plain),
        Some((combine, c, negated)) => {
            let c = (thread.read(c)? == 1) != negated;
            let with = |value| match combine {
                Combine::And => value & c,
                Combine::Or => value | c,
                Combine::Xor => value ^ c,
            };
            (with(plain), with(!plain))
        }
    };
    thread.write(d, u64::from(first));
    if e != NO_SLOT {
        thread.write(e, u64::from(second));
    }
    Ok(())
}

/// Little-endian number of 1, 2, 4 or 8 bytes.
#[inline(always)]
fn number(bytes: &[u8]) -> u64 {
    match *bytes {
        [a] => u64::from(a),
        [a, b] => u64::from(u16::from_le_bytes([a, b])),
        [a, b, c, d] => u64::from(u32::from_le_bytes([a, b, c, d])),
        [a, b, c, d, e, f, g, h] => u64::from_le_bytes([a, b, c, d, e, f, g, h]),
        _ => 0,
    }
}

/// The low bytes of `value`, as many as the place has.
#[inline(always)]
fn put(place: &mut [u8], value: u64) {
    match place.len() {
        1 => place[0] = value as u8,
        2 => place.copy_from_slice(&(value as u16).to_le_bytes()),
        4 => place.copy_from_slice(&(value as u32).to_le_bytes()),
        8 => place.copy_from_slice(&value.to_le_bytes()),
        _ => {}
    }
}
