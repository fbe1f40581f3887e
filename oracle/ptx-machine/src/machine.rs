//! Runs a [`Program`]: every thread of every block, with PTX's memory rules and barriers.
//!
//! Input: a program, the memory it works on, a launch and options. Output: counts, or the first fault. Blocks run one
//! after another. Threads of a block without barriers run one after another to their end; with barriers each runs to the
//! barrier before any passes it. `bar.sync` is taken in its strict reading: all threads of the block wait at the same
//! instruction, and a thread that has ended is missing there.

mod device;
pub(crate) mod fault;
pub(crate) mod launch;
pub(crate) mod memory;
mod race;
mod thread;

use crate::prepare::program::Program;
use crate::random::{Permutation, Random};
use crate::semantics::Junk;
use device::Device;
use fault::{Fault, Place};
use launch::{Launch, Options, Stats};
use memory::Memory;
use thread::{Machine, Pause, Thread};

/// Runs `launch` of `program` on `memory`.
pub fn run(program: &Program, memory: &mut Memory, launch: &Launch, options: &Options) -> Result<Stats, Fault> {
    launch.check(program)?;
    let mut machine = Machine {
        program,
        launch,
        device: Device::new(memory, program.steps.len(), options.race_detect),
        junk: Junk::new(options.junk_seed),
        budget: launch.step_budget,
    };
    let mut order = Order(options.shuffle_seed.map(Random::new));
    let (blocks, threads) = (launch.blocks(), launch.block_threads());
    let held = if program.has_barrier { threads } else { 1 };
    let mut states: Vec<Thread> = (0..held).map(|_| Thread::new(program)).collect();
    let block_order = order.draw(blocks);
    for block in (0..blocks).map(|index| block_order.at(index)) {
        if program.has_barrier {
            run_phases(&mut machine, &mut states, &mut order, block)?;
        } else {
            let thread_order = order.draw(threads);
            for index in 0..threads {
                states[0].start(program, launch, block, thread_order.at(index));
                machine.resume(&mut states[0])?;
            }
        }
    }
    let instructions = launch.step_budget - machine.budget;
    Ok(Stats { instructions, threads: blocks * threads, blocks })
}

/// Source of orders: that of counting, or shuffled ones.
struct Order(Option<Random>);

impl Order {
    fn draw(&mut self, n: u64) -> Permutation {
        match &mut self.0 {
            Some(random) => Permutation::shuffled(n, random),
            None => Permutation::identity(n),
        }
    }
}

/// Runs one block whose threads wait for each other.
fn run_phases(machine: &mut Machine<'_>, states: &mut [Thread], order: &mut Order, block: u64) -> Result<(), Fault> {
    let launch = machine.launch;
    for (thread, state) in states.iter_mut().enumerate() {
        state.start(machine.program, launch, block, thread as u64);
    }
    loop {
        let phase_order = order.draw(states.len() as u64);
        let mut first: Option<(u64, Pause)> = None;
        for thread in (0..states.len() as u64).map(|index| phase_order.at(index)) {
            let pause = machine.resume(&mut states[thread as usize])?;
            let (other, expected) = *first.get_or_insert((thread, pause));
            if pause != expected {
                return Err(divergence(launch, block, (thread, pause), (other, expected)));
            }
        }
        if matches!(first, None | Some((_, Pause::Ended))) {
            return Ok(());
        }
        states.iter_mut().for_each(Thread::pass_barrier);
    }
}

/// The fault of two threads of a block that stopped at different places.
fn divergence(launch: &Launch, block: u64, one: (u64, Pause), two: (u64, Pause)) -> Fault {
    let line = |pause| match pause {
        Pause::Ended => None,
        Pause::Barrier { line, .. } => Some(line),
    };
    let (waiting, other) = if line(one.1).is_some() { (one, two) } else { (two, one) };
    Fault::DivergentBarrier {
        at: Place { line: line(waiting.1).unwrap_or_default(), thread: launch.thread_id(block, waiting.0) },
        other: launch.thread_id(block, other.0),
        other_line: line(other.1),
    }
}
