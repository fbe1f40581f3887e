//! A device written against the public interface alone: it interprets kernels, and can be told to misbehave.

use ir::abi::Reach;
use ir::lowered::interp::{self, Spaces};
use ir::lowered::{LoadKind, StoreKind};
use ir::region::{Kernel, Region, ReturnRole};
use std::sync::{Arc, Mutex};
use tensorwasm_runtime::Transaction;
use tensorwasm_runtime::device::{Device, DeviceError, Launch, Outcome, PrepareError, Prepared, Task, initial_returns};

/// What the device does instead of its work.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Mood {
    /// Its work.
    Honest,
    /// Half its work, then a failure of this launch.
    Fails,
    /// Half its work, then no more of it.
    Declines,
    /// Half its work, then the news that it is gone.
    Lost,
    /// Half its work, then a panic.
    Panics,
    /// Half its work, then a bail.
    Bails,
    /// Half its work, then a time-out.
    TimesOut,
    /// Says that it has completed, without a result.
    Forgets,
    /// Completes with a returned value too many.
    Talkative,
    /// Leaves the last iteration out.
    Sloppy,
    /// Panics when asked to prepare.
    Unprepared,
}

/// Interprets kernels.
pub struct Reference {
    mood: Arc<Mutex<Mood>>,
}

impl Reference {
    /// A device, and the handle by which its mood is changed.
    pub fn in_mood(mood: Mood) -> (Arc<dyn Device>, Arc<Mutex<Mood>>) {
        let mood = Arc::new(Mutex::new(mood));
        (Arc::new(Reference { mood: mood.clone() }), mood)
    }
}

impl Device for Reference {
    fn name(&self) -> &str {
        "reference"
    }

    fn needs_alignment(&self) -> bool {
        true
    }

    fn prepare(&self, task: &Task<'_>) -> Result<Box<dyn Prepared>, PrepareError> {
        let mood = *self.mood.lock().unwrap();
        assert_ne!(mood, Mood::Unprepared, "as told");
        let (region, kernel, mood) = (task.region.clone(), task.kernel.clone(), self.mood.clone());
        Ok(Box::new(Interpreted { region, kernel, mood }))
    }
}

struct Interpreted {
    region: Region,
    kernel: Kernel,
    mood: Arc<Mutex<Mood>>,
}

impl Prepared for Interpreted {
    fn launch(&self, launch: &Launch<'_>, transaction: &mut Transaction<'_>) -> Outcome {
        match self.interpret(launch, transaction) {
            Ok(outcome) => outcome,
            Err(error) => Outcome::Failed(error),
        }
    }
}

impl Interpreted {
    fn interpret(&self, launch: &Launch<'_>, transaction: &mut Transaction<'_>) -> Result<Outcome, DeviceError> {
        let mut buffers = Vec::new();
        for window in 0..transaction.windows().len() {
            buffers.push(transaction.host(window)?.to_vec());
        }
        let homes: Vec<Option<usize>> =
            (0..self.region.footprints.len() as u32).map(|f| transaction.window_of(f)).collect();
        let starts: Vec<u64> = transaction.windows().iter().map(|w| w.range.start).collect();
        let mut memory = Buffers { buffers, homes, starts, reaches: launch.reaches.to_vec() };
        let outcome = self.threads(launch, &mut memory);
        for (index, bytes) in memory.buffers.iter().enumerate() {
            if !transaction.windows()[index].is_read_only() {
                transaction.receive(index)?.copy_from_slice(bytes);
            }
        }
        Ok(outcome)
    }

    fn threads(&self, launch: &Launch<'_>, memory: &mut Buffers) -> Outcome {
        let mood = *self.mood.lock().unwrap();
        if mood == Mood::Forgets {
            memory.buffers.clear();
            return Outcome::Completed(initial_returns(&self.region));
        }
        let mut returns = initial_returns(&self.region);
        let mut rows = Vec::new();
        let points: u64 = launch.trips.iter().product();
        let mut budget = launch.budget;
        for point in 0..points - (mood == Mood::Sloppy) as u64 {
            if point == points / 2 {
                match mood {
                    Mood::Fails => return Outcome::Failed(DeviceError::Launch("as told".into())),
                    Mood::Declines => return Outcome::Declined("as told".into()),
                    Mood::Lost => return Outcome::Failed(DeviceError::Lost("as told".into())),
                    Mood::Panics => panic!("as told"),
                    Mood::Bails => return Outcome::Bailed,
                    Mood::TimesOut => return Outcome::TimedOut,
                    _ => {}
                }
            }
            let mut args = vec![0; launch.trips.len()];
            let mut rest = point;
            for (index, &trip) in args.iter_mut().zip(launch.trips).rev() {
                (*index, rest) = (rest % trip, rest / trip);
            }
            args.extend(launch.live_ins);
            match interp::run(&self.kernel.func, &args, memory, &mut budget) {
                Ok(interp::Outcome::Values(values)) => {
                    self.combine(&mut returns, &values);
                    rows.push(values);
                }
                Ok(interp::Outcome::Bail) => return Outcome::Bailed,
                Err(interp::InterpError::Budget) => return Outcome::TimedOut,
                Err(error) => return Outcome::Failed(DeviceError::Launch(Box::new(error))),
            }
        }
        for at in self.region.folds() {
            if let (ty, ReturnRole::Fold(op)) = self.region.returns[at] {
                returns[at] = op.fold(ty, rows.len() as u64, |i| rows[i as usize][at]);
            }
        }
        if mood == Mood::Talkative {
            returns.push(0);
        }
        Outcome::Completed(returns)
    }

    fn combine(&self, into: &mut [u64], values: &[u64]) {
        for ((slot, &value), (ty, role)) in into.iter_mut().zip(values).zip(&self.region.returns) {
            match role {
                ReturnRole::Reduce(op) => *slot = op.combine(*ty, *slot, value),
                // Folded from all of them in the end.
                ReturnRole::Fold(_) => {}
                ReturnRole::Last => *slot = value,
            }
        }
    }
}

/// A device that does what a closure says.
pub struct Probe(pub Arc<dyn Fn(&mut Transaction<'_>) -> Outcome + Send + Sync>);

impl Device for Probe {
    fn name(&self) -> &str {
        "probe"
    }

    fn needs_alignment(&self) -> bool {
        false
    }

    fn prepare(&self, _task: &Task<'_>) -> Result<Box<dyn Prepared>, PrepareError> {
        Ok(Box::new(Probe(self.0.clone())))
    }
}

impl Prepared for Probe {
    fn launch(&self, _launch: &Launch<'_>, transaction: &mut Transaction<'_>) -> Outcome {
        (self.0)(transaction)
    }
}

struct Buffers {
    buffers: Vec<Vec<u8>>,
    homes: Vec<Option<usize>>,
    starts: Vec<u64>,
    reaches: Vec<Reach>,
}

impl Buffers {
    fn at(&self, space: u32, address: u64, width: u32) -> Option<(usize, std::ops::Range<usize>)> {
        let window = self.homes[space as usize]?;
        let start = usize::try_from(address.checked_sub(self.starts[window])?).ok()?;
        let range = start..start + width as usize;
        (range.end <= self.buffers[window].len()).then_some((window, range))
    }
}

impl Spaces for Buffers {
    fn load(&self, space: u32, address: u64, kind: LoadKind) -> Option<u64> {
        let (window, range) = self.at(space, address, kind.width())?;
        let mut raw = [0; 8];
        raw[..range.len()].copy_from_slice(&self.buffers[window][range]);
        Some(u64::from_le_bytes(raw))
    }

    fn store(&mut self, space: u32, address: u64, kind: StoreKind, value: u64) -> Option<()> {
        let (window, range) = self.at(space, address, kind.width())?;
        let len = range.len();
        self.buffers[window][range].copy_from_slice(&value.to_le_bytes()[..len]);
        Some(())
    }

    fn reach(&self, space: u32) -> Reach {
        self.reaches[space as usize]
    }
}
