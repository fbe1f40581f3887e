//! The part of `docs/coverage.md` about loops that the sources call sequential: that none of them runs in parallel as it stands.
//!
//! Input: the verdicts of the sources, and the loops of the modules with the parallel dimensions and the guards of their regions.
//! Output: for each producer how many sequential loops there are and how many became a parallel dimension; each of these with the
//! guards that keep its iterations apart. One without such a guard was proven independent against its verdict: either is wrong.
//!
//! Wasm loops are told to be those of the source as in `nests.rs`, where they are nested alike. Of other functions those count whose
//! loops are all sequential: whatever the producer made of them, nothing in them is parallel.

use std::collections::BTreeMap;
use std::fmt::Write;

use anyhow::Result;
use serde_json::Value;

use crate::nests::Verdict;

/// What a guard says that keeps iterations apart.
const APART: [&str; 2] = ["are independent", "keep apart"];

/// The sequential loops of one producer.
#[derive(Default)]
struct Sum {
    loops: usize,
    parallel: usize,
    unguarded: usize,
}

/// The audit of a whole corpus.
#[derive(Default)]
pub struct Audit {
    by_producer: BTreeMap<String, Sum>,
    lines: String,
}

impl Audit {
    /// Adds a function: the loops of its source, and those that a producer made of them with their depths.
    pub fn add(
        &mut self,
        (producer, function): (&str, &str),
        source: &[Verdict],
        own: &[&Value],
        depths: impl Iterator<Item = usize>,
    ) -> Result<()> {
        let alike = source.iter().map(|verdict| verdict.depth).eq(depths);
        let sequential: Vec<(usize, &Value)> = match alike {
            true => own.iter().copied().enumerate().filter(|(at, _)| !source[*at].parallel).collect(),
            false if source.iter().any(|verdict| verdict.parallel) => return Ok(()),
            false => own.iter().copied().enumerate().collect(),
        };
        let sum = self.by_producer.entry(producer.to_owned()).or_default();
        for (number, report) in sequential {
            sum.loops += 1;
            // A loop may be parallel in a region of its own and in that of a loop around it.
            let regions: Vec<&&Value> =
                own.iter().filter(|other| holds(&other["parallel"], &report["offset"])).collect();
            let Some(first) = regions.first() else { continue };
            sum.parallel += 1;
            let guarded = regions.iter().all(|region| apart(region).next().is_some());
            sum.unguarded += usize::from(!guarded);
            let guards = apart(first).count();
            let why = if guarded { format!("guards between {guards} pairs of arrays") } else { "**no guard**".into() };
            writeln!(self.lines, "- {producer}, `{function}`, loop {number}: {why}")?;
        }
        Ok(())
    }

    /// Writes the section.
    pub fn write(&self, page: &mut String) -> Result<()> {
        page.push_str(
            "\n## Sequential in the source\n\n\
             Loops that the source calls sequential, where the Wasm loops are those of the source or where all of a function's are\n\
             sequential, and how many became a parallel dimension of a region. That is right where a guard decides: what an iteration\n\
             stores and what another one accesses lie at a distance that only a dispatch knows, such as the length of a row. The guard says\n\
             no where they meet, and the original loop runs. Listed are the pairs of arrays, one with itself included. A loop that is\n\
             parallel without such a guard would be a mistake, of the verdict or of the compiler.\n\n",
        );
        writeln!(
            page,
            "| producer | sequential loops | parallel under a guard | parallel without |\n|---|---|---|---|"
        )?;
        for (producer, sum) in &self.by_producer {
            writeln!(page, "| {producer} | {} | {} | {} |", sum.loops, sum.parallel - sum.unguarded, sum.unguarded)?;
        }
        write!(page, "\n{}", self.lines)?;
        Ok(())
    }
}

fn holds(list: &Value, wanted: &Value) -> bool {
    list.as_array().is_some_and(|list| list.contains(wanted))
}

/// The guards of a region that keep its iterations apart.
fn apart(region: &Value) -> impl Iterator<Item = &str> {
    let guards = region["guards"].as_array().into_iter().flatten().filter_map(Value::as_str);
    guards.filter(|guard| APART.iter().any(|words| guard.contains(words)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_sequential_loop_that_is_parallel_is_listed_with_its_guards() {
        let mut audit = Audit::default();
        let source = [(0, false), (1, true)].map(|(depth, parallel)| Verdict { depth, parallel });
        let outer =
            json!({"offset": 10, "parallel": [10, 20], "guards": ["no-wrap", "arrays 0 and 1 are independent"]});
        let inner = json!({"offset": 20, "parallel": [20], "guards": []});
        audit.add(("clang", "f"), &source, &[&outer, &inner], [0, 1].into_iter()).unwrap();
        let bare = json!({"offset": 10, "parallel": [10], "guards": ["no-wrap"]});
        audit.add(("zig", "g"), &source[..1], &[&bare, &inner], [0, 0].into_iter()).unwrap();
        // Here nothing says which loop is which, and one of them may be parallel.
        audit.add(("zig", "h"), &source, &[&bare], [0].into_iter()).unwrap();
        let mut page = String::new();
        audit.write(&mut page).unwrap();
        assert!(page.contains("| clang | 1 | 1 | 0 |\n| zig | 2 | 0 | 2 |"), "{page}");
        assert!(
            page.contains("- clang, `f`, loop 0: guards between 1 pairs of arrays\n- zig, `g`, loop 0: **no guard**"),
            "{page}"
        );
    }
}
