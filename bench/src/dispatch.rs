//! What an entry of a loop costs, by what becomes of its dispatch.
//!
//! A guest function enters a loop of four iterations over and over; the time of an entry is what a call of the function took,
//! divided by its entries. The ways are measured in turn within each round, so that whatever else the machine does hits all of
//! them alike. Whether each entry went the way it should is checked by the counters of the runtime.
//!
//! - *plain*: the original module, without a dispatch.
//! - *below min-work*: the guest's own estimate is too small, the host isn't called.
//! - *guard*: the host is called and finds that source and destination overlap.
//! - *profit*: the host is called and finds too few iterations. A guest can't estimate a bound that takes a division, so this
//!   loop divides in each iteration and has a plain loop of its own.
//! - *done*: the CPU device runs the four iterations.

use crate::samples::Samples;
use crate::told;
use anyhow::{Context, Result, ensure};
use compiler::Options;
use runtime::{DeviceChoice, NanMode, Offload, RegionStats, Settings, Skip, Trust, config};
use std::time::Instant;
use wasmtime::{Engine, Instance, Linker, Module, Store, Val};

/// What becomes of an entry.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Way {
    /// No dispatch.
    Plain,
    /// No dispatch in the module of [`Way::Profit`].
    PlainDivision,
    /// The guest doesn't ask.
    BelowMinWork,
    /// A guard says no.
    Guard,
    /// Too little work.
    Profit,
    /// The kernel has run.
    Done,
}

/// One row of the table.
#[derive(Clone, Debug)]
pub struct Row {
    /// How many live-ins the region has.
    pub live_ins: usize,
    /// What became of the entries.
    pub way: Way,
    /// Nanoseconds of an entry, loop included.
    pub entry: Samples,
    /// Nanoseconds beyond the plain loop's entry in the same round.
    pub over_plain: Samples,
}

/// Live-ins that are measured.
pub const LIVE_INS: [usize; 3] = [1, 4, 8];

/// Measures every way for every number of live-ins, `rounds` times. A measurement lasts about `seconds`.
pub fn measure(rounds: usize, seconds: f64) -> Result<Vec<Row>> {
    let mut rows = Vec::new();
    for live_ins in LIVE_INS {
        rows.extend(measure_one(live_ins, rounds, seconds).with_context(|| format!("{live_ins} live-ins"))?);
    }
    Ok(rows)
}

fn measure_one(live_ins: usize, rounds: usize, seconds: f64) -> Result<Vec<Row>> {
    const ASIDE: u64 = 1 << 40;
    let (plain, division) = (wat(live_ins, false), wat(live_ins, true));
    let auto = |min_work| Settings { min_work: Some(min_work), ..Settings::default() };
    let cpu = Settings { device: DeviceChoice::Cpu, ..Settings::default() };
    let mut guests = [
        Guest::plain(Way::Plain, &plain)?,
        Guest::plain(Way::PlainDivision, &division)?,
        Guest::offloaded(Way::BelowMinWork, &plain, live_ins, &auto(ASIDE))?,
        Guest::offloaded(Way::Guard, &plain, live_ins, &cpu)?,
        Guest::offloaded(Way::Profit, &division, live_ins, &auto(ASIDE))?,
        Guest::offloaded(Way::Done, &plain, live_ins, &cpu)?,
    ];
    for guest in &mut guests {
        guest.calibrate(seconds)?;
    }
    let mut times: Vec<Vec<f64>> = vec![Vec::new(); guests.len()];
    for _ in 0..rounds {
        for (guest, times) in guests.iter_mut().zip(&mut times) {
            times.push(guest.nanoseconds()?);
        }
    }
    let row = |(i, guest): (usize, &Guest)| {
        let base = usize::from(matches!(guest.way, Way::Profit | Way::PlainDivision));
        let over = times[i].iter().zip(&times[base]).map(|(time, base)| time - base).collect();
        let (entry, over_plain) = (Samples::new(times[i].clone()), Samples::new(over));
        Row { live_ins, way: guest.way, entry, over_plain }
    };
    for guest in &guests {
        guest.check()?;
    }
    Ok(guests.iter().enumerate().map(row).collect())
}

/// Where the loop reads, and where it begins to write: apart, or with an overlap.
const SOURCE: i32 = 4096;
const APART: i32 = 8192;
const OVERLAPPING: i32 = SOURCE + 4;

/// A module that enters a loop with `live_ins` live-ins `$times` times. The destination is the first live-in; the others are
/// added to each element. That the loop around sets a global keeps it from being a region itself.
fn wat(live_ins: usize, division: bool) -> String {
    let params: String = (1..live_ins).map(|i| format!("(param $a{i} i32) ")).collect();
    let sum = (1..live_ins)
        .fold("(i32.load (local.get $s))".to_string(), |sum, i| format!("(i32.add {sum} (local.get $a{i}))"));
    // Four iterations either way, whichever destination divides.
    let bound = match division {
        true => format!("(i32.div_u (i32.const {}) (local.get $p))", 4 * APART + 3),
        false => "(i32.const 4)".into(),
    };
    format!(
        "(module (memory (export \"memory\") 1) (global $turn (mut i32) (i32.const 0))
          (func (export \"enter\") (param $times i32) (param $p i32) {params} (local $q i32) (local $s i32) (local $i i32)
            (loop $again
              (global.set $turn (local.get $times))
              (local.set $q (local.get $p))
              (local.set $s (i32.const {SOURCE}))
              (local.set $i (i32.const 0))
              (loop $next
                (i32.store (local.get $q) {sum})
                (local.set $q (i32.add (local.get $q) (i32.const 4)))
                (local.set $s (i32.add (local.get $s) (i32.const 4)))
                (br_if $next (i32.lt_u (local.tee $i (i32.add (local.get $i) (i32.const 1))) {bound})))
              (br_if $again (local.tee $times (i32.sub (local.get $times) (i32.const 1)))))))"
    )
}

/// A module whose loop goes one way.
struct Guest {
    way: Way,
    store: Store<()>,
    instance: Instance,
    offload: Option<Offload>,
    args: Vec<Val>,
    times: i32,
    entries: u64,
}

impl Guest {
    fn plain(way: Way, wat: &str) -> Result<Guest> {
        let engine = Engine::new(&config(NanMode::Native)).map_err(told)?;
        let module = Module::from_binary(&engine, &wat::parse_str(wat)?).map_err(told)?;
        Guest::new(way, &module, &Linker::new(&engine), Store::new(&engine, ()), None)
    }

    fn offloaded(way: Way, wat: &str, live_ins: usize, settings: &Settings) -> Result<Guest> {
        let compiled = compiler::compile(&wat::parse_str(wat)?, &Options::default())?;
        let [region] = &compiled.regions[..] else { anyhow::bail!("{} regions", compiled.regions.len()) };
        let found = region.live_ins.len();
        ensure!(found == live_ins, "the region has {found} live-ins");
        let estimate = way != Way::Profit;
        ensure!(region.estimate.is_some() == estimate, "the guest estimates: {}", !estimate);
        let engine = Engine::new(&config(NanMode::Native)).map_err(told)?;
        let offload = Offload::load(&engine, &compiled.bundle, Trust::Anyone, settings)?;
        let (mut linker, mut store) = (Linker::new(&engine), Store::new(&engine, ()));
        offload.add_to_linker(&mut linker, &mut store)?;
        Guest::new(way, &offload.module().clone(), &linker, store, Some(offload))
    }

    fn new(
        way: Way,
        module: &Module,
        linker: &Linker<()>,
        mut store: Store<()>,
        offload: Option<Offload>,
    ) -> Result<Guest> {
        let instance = linker.instantiate(&mut store, module).map_err(told)?;
        let enter = instance.get_func(&mut store, "enter").context("no function to enter")?;
        let count = enter.ty(&store).params().len();
        let first = if way == Way::Guard { OVERLAPPING } else { APART };
        let args = [Val::I32(1), Val::I32(first)].into_iter().chain((2..count).map(|i| Val::I32(i as i32))).collect();
        Ok(Guest { way, store, instance, offload, args, times: 1, entries: 0 })
    }

    /// Finds how many entries take about this long.
    fn calibrate(&mut self, seconds: f64) -> Result<()> {
        while self.nanoseconds()? * f64::from(self.times) < seconds * 1e9 && self.times < 1 << 28 {
            self.times *= 2;
        }
        Ok(())
    }

    /// Nanoseconds of an entry.
    fn nanoseconds(&mut self) -> Result<f64> {
        let enter = self.instance.get_func(&mut self.store, "enter").context("no function to enter")?;
        self.args[0] = Val::I32(self.times);
        let begun = Instant::now();
        enter.call(&mut self.store, &self.args, &mut []).map_err(told)?;
        let time = begun.elapsed();
        self.entries += self.times as u64;
        Ok(time.as_secs_f64() * 1e9 / f64::from(self.times))
    }

    /// Every entry went the way that it should.
    fn check(&self) -> Result<()> {
        let Some(offload) = &self.offload else { return Ok(()) };
        let [RegionStats { dispatches, done, skipped, .. }] = &offload.stats()[..] else {
            anyhow::bail!("one region was loaded")
        };
        let skips = |cause: Skip| skipped.get(&cause).copied().unwrap_or(0);
        let went = match self.way {
            Way::Plain | Way::PlainDivision => 0,
            Way::BelowMinWork => self.entries - dispatches,
            Way::Guard => skips(Skip::Guard),
            Way::Profit => skips(Skip::Profit),
            Way::Done => done.values().sum(),
        };
        let (way, entries) = (self.way, self.entries);
        ensure!(went == entries, "{went} of {entries} entries went {way:?}; done {done:?}, skipped {skipped:?}");
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_entry_goes_its_way() {
        let rows = measure(1, 1e-6).unwrap();
        let ways: Vec<Way> = rows.iter().take(6).map(|row| row.way).collect();
        use Way::*;
        assert_eq!(ways, [Plain, PlainDivision, BelowMinWork, Guard, Profit, Done]);
        assert_eq!(rows.len(), 6 * LIVE_INS.len());
    }
}
