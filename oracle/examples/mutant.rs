//! Whether the oracle finds the fault that is on: what `cargo xtask mutants` runs for each, in a process of its own.
//!
//! Arguments: the cases that may be used, and modules. Generated programs and the modules take turns, a batch of the ones and
//! two of the others, until something differs. The last line of the output is one JSON object: `caught`, `by`, `cases`,
//! and `reached`, how often the faulty code ran.

use serde_json::json;
use tensorwasm_oracle::{GeneratedOptions, OracleOptions, Verdict, check, generated};

/// Programs of a batch.
const PROGRAMS: u64 = 24;
/// Calls of each.
const CALLS: u64 = 2;
/// Cases for each region of a module.
const CASES: u64 = 8;
/// Modules between two batches.
const MODULES: usize = 2;

struct Hunt {
    cases: u64,
    by: Option<String>,
}

impl Hunt {
    /// Checks the next programs, from `first` on.
    fn programs(&mut self, first: u64) {
        let options = GeneratedOptions { first, count: PROGRAMS, calls: CALLS, ..GeneratedOptions::default() };
        match generated(&options) {
            Ok(report) => {
                self.cases += report.cases;
                self.by =
                    report.findings.first().map(|finding| format!("program {}: {}", finding.number, finding.what));
            }
            Err(error) => self.by = Some(format!("programs from {first} on: {error}")),
        }
    }

    /// Checks a module.
    fn module(&mut self, path: &str) -> Result<(), std::io::Error> {
        let options = OracleOptions { cases: CASES, ..OracleOptions::default() };
        match check(&std::fs::read(path)?, &options) {
            Ok(report) => {
                self.cases += report.cases;
                let found = report.divergences.first().filter(|_| report.verdict == Verdict::Divergence);
                self.by = found.map(|divergence| format!("{path}: {divergence}"));
            }
            Err(error) => self.by = Some(format!("{path}: {error}")),
        }
        Ok(())
    }
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut arguments = std::env::args().skip(1);
    let limit: u64 = arguments.next().ok_or("the number of cases is missing")?.parse()?;
    let modules: Vec<String> = arguments.collect();
    let mut hunt = Hunt { cases: 0, by: None };
    let (mut first, mut next) = (0, modules.chunks(MODULES));
    while hunt.by.is_none() && hunt.cases < limit {
        hunt.programs(first);
        first += PROGRAMS;
        for module in next.next().unwrap_or_default() {
            if hunt.by.is_none() && hunt.cases < limit {
                hunt.module(module)?;
            }
        }
    }
    let Hunt { cases, by } = hunt;
    println!("{}", json!({"caught": by.is_some(), "by": by, "cases": cases, "reached": ir::faults::reached()}));
    Ok(())
}
