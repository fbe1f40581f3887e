//! The part of `docs/coverage.md` about the reasons themselves: which of them somebody has read and found to be true.
//!
//! Input: `corpus/audit.json`, the record of that reading, and the declined loops of the functions that the index lists. Output: counts by
//! producer and by cause, the findings about what the compiler can't do, and each group of loops that nobody has read. A group is a
//! function, a producer and a reason, with the number of such loops: one more, or another reason, must be read before it counts as
//! true. What no longer is declined is struck out of the record.
//!
//! A finding is one sentence about loops that are declined for one reason, with its cause:
//! - `source`: the source calls the loop sequential, and the reason says the same of the code.
//! - `nest`: it makes one element of an array that a loop around it fills, and has nothing to offload by itself.
//! - `obstacle`: the source calls it sequential, and the reason is another one, true as well, that the compiler meets before.
//! - `producer`: the source calls it parallel, and the code that the producer made of it isn't.
//! - `limit`: it is parallel, and the compiler can't show it, or has no kernel for it.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;

use anyhow::{Context, Result, ensure};
use serde_json::Value;

/// The causes, each with a table heading.
const CAUSES: [(&str, &str); 5] = [
    ("source", "the source's own"),
    ("nest", "part of a nest"),
    ("obstacle", "another obstacle"),
    ("producer", "the producer's code"),
    ("limit", "a limit"),
];

/// Loops by function, as `module.function`, and by producer.
type Loops = BTreeMap<String, BTreeMap<String, usize>>;

/// What a reader has found of some loops.
struct Finding {
    reason: String,
    cause: String,
    why: String,
    loops: Loops,
}

/// The record, and what is declined.
pub struct Findings {
    read: Vec<Finding>,
    /// By reason; what remains is read by nobody.
    declined: BTreeMap<String, Loops>,
    by_producer: BTreeMap<String, BTreeMap<String, usize>>,
}

impl Findings {
    /// Reads the record.
    pub fn parse(text: &str) -> Result<Findings> {
        let json: Value = serde_json::from_str(text).context("audit.json is not JSON")?;
        let list = json["findings"].as_array().context("findings is a list")?;
        let read = list.iter().map(finding).collect::<Result<_>>()?;
        Ok(Findings { read, declined: BTreeMap::new(), by_producer: BTreeMap::new() })
    }

    /// Adds a declined loop.
    pub fn add(&mut self, module: &str, producer: &str, report: &Value) {
        let function = format!("{module}.{}", report["function"].as_str().unwrap_or("?"));
        let reason = report["detail"]["kind"].as_str().unwrap_or_default().to_owned();
        let by_function = self.declined.entry(reason).or_default().entry(function).or_default();
        *by_function.entry(producer.to_owned()).or_default() += 1;
    }

    /// Compares the two: strikes out what isn't declined any more, and keeps as declined what isn't read.
    pub fn settle(&mut self) {
        for finding in &mut self.read {
            let Some(declined) = self.declined.get_mut(&finding.reason) else {
                finding.loops.clear();
                continue;
            };
            for (function, producers) in &mut finding.loops {
                for (producer, read) in producers.iter_mut() {
                    let there = declined.get_mut(function).and_then(|by| by.get_mut(producer));
                    let count = there.as_ref().map_or(0, |there| (**there).min(*read));
                    there.into_iter().for_each(|there| *there -= count);
                    *read = count;
                    let causes = self.by_producer.entry(producer.clone()).or_default();
                    *causes.entry(finding.cause.clone()).or_default() += count;
                }
                producers.retain(|_, count| *count > 0);
            }
            finding.loops.retain(|_, producers| !producers.is_empty());
        }
        self.read.retain(|finding| !finding.loops.is_empty());
        for by_function in self.declined.values_mut() {
            by_function.values_mut().for_each(|producers| producers.retain(|_, count| *count > 0));
            by_function.retain(|_, producers| !producers.is_empty());
        }
        self.declined.retain(|_, by_function| !by_function.is_empty());
    }

    /// The groups that nobody has read, one a line.
    pub fn unread(&self) -> Vec<String> {
        let mut lines = Vec::new();
        for (reason, by_function) in &self.declined {
            for (function, producers) in by_function {
                lines.push(format!("`{function}`, {reason}: {}", counted(producers)));
            }
        }
        lines
    }

    /// The record as it is written.
    pub fn text(&self) -> String {
        let quoted = |text: &str| Value::from(text).to_string();
        let findings = self.read.iter().map(|finding| {
            let loops = finding.loops.iter().map(|(function, producers)| {
                let counts = producers.iter().map(|(producer, count)| format!("{}: {count}", quoted(producer)));
                format!("        {}: {{{}}}", quoted(function), Vec::from_iter(counts).join(", "))
            });
            format!(
                "    {{\n      \"reason\": {},\n      \"cause\": {},\n      \"why\": {},\n      \"loops\": {{\n{}\n      }}\n    }}",
                quoted(&finding.reason),
                quoted(&finding.cause),
                quoted(&finding.why),
                Vec::from_iter(loops).join(",\n")
            )
        });
        format!("{{\n  \"findings\": [\n{}\n  ]\n}}\n", Vec::from_iter(findings).join(",\n"))
    }

    /// Writes the section.
    pub fn write(&self, page: &mut String) -> Result<()> {
        page.push_str(
            "\n## Are the reasons true?\n\n\
             Somebody has read the declined loops of all functions that the index lists, with their sources and their Wasm, and asked of\n\
             each reason whether it is the true one. `corpus/audit.json` records the answers; a loop that comes to be declined, or for\n\
             another reason, isn't in it and must be read first. Loops of libraries and programs aren't part of this. The causes are:\n\
             the source calls the loop sequential, for what the reason says; it is sequential and makes one element of a nest that is\n\
             offloaded; it is sequential, and the compiler meets another obstacle, as true, first; it is parallel in the source and not\n\
             in the producer's code; it is parallel, and the reason names what the compiler can't do.\n\n",
        );
        let headings: Vec<&str> = CAUSES.iter().map(|cause| cause.1).collect();
        writeln!(page, "| producer | declined | {} | not read |", headings.join(" | "))?;
        writeln!(page, "|---|---|{}---|", "---|".repeat(CAUSES.len()))?;
        let producers: BTreeSet<&String> = self
            .by_producer
            .keys()
            .chain(self.declined.values().flat_map(BTreeMap::values).flatten().map(|p| p.0))
            .collect();
        for producer in producers {
            let of = |cause: &str| self.by_producer.get(producer).and_then(|by| by.get(cause)).copied().unwrap_or(0);
            let unread: usize =
                self.declined.values().flat_map(BTreeMap::values).filter_map(|by| by.get(producer)).sum();
            let counts = CAUSES.map(|cause| of(cause.0));
            let all = counts.iter().sum::<usize>() + unread;
            let cells: Vec<String> = counts.iter().map(usize::to_string).collect();
            writeln!(page, "| {producer} | {all} | {} | {unread} |", cells.join(" | "))?;
        }
        let pairs: BTreeSet<(&String, &String)> = self
            .read
            .iter()
            .flat_map(|finding| finding.loops.keys().map(|function| (function, &finding.reason)))
            .collect();
        writeln!(
            page,
            "\n{} pairs of a function and a reason are read, in {} findings. Those that the source doesn't give:\n",
            pairs.len(),
            self.read.len()
        )?;
        for finding in self.read.iter().filter(|finding| !["source", "nest"].contains(&finding.cause.as_str())) {
            let loops: usize = finding.loops.values().flat_map(BTreeMap::values).sum();
            let functions: Vec<String> = finding.loops.keys().map(|function| format!("`{function}`")).collect();
            let (cause, reason, why) = (&finding.cause, &finding.reason, &finding.why);
            writeln!(page, "- {cause}, {reason}, {loops} loops: {why} {}.", functions.join(", "))?;
        }
        let unread = self.unread();
        if !unread.is_empty() {
            writeln!(page, "\nNot read:\n")?;
            unread.iter().try_for_each(|line| writeln!(page, "- {line}"))?;
        }
        Ok(())
    }
}

fn counted(producers: &BTreeMap<String, usize>) -> String {
    let each = producers.iter().map(|(producer, count)| format!("{producer} {count}"));
    Vec::from_iter(each).join(", ")
}

fn finding(json: &Value) -> Result<Finding> {
    let text = |key: &str| json[key].as_str().map(str::to_owned).with_context(|| format!("a finding has no {key}"));
    let (reason, cause, why) = (text("reason")?, text("cause")?, text("why")?);
    ensure!(CAUSES.iter().any(|known| known.0 == cause), "unknown cause {cause}");
    ensure!(why.ends_with('.'), "a finding is a sentence: {why}");
    let mut loops = Loops::new();
    for (function, producers) in json["loops"].as_object().context("a finding has no loops")? {
        let mut counts = BTreeMap::new();
        for (producer, count) in producers.as_object().with_context(|| format!("{function} has no producers"))? {
            let count = count.as_u64().filter(|&count| count > 0).with_context(|| format!("{function}, {producer}"))?;
            counts.insert(producer.clone(), count as usize);
        }
        loops.insert(function.clone(), counts);
    }
    Ok(Finding { reason, cause, why, loops })
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    const RECORD: &str = r#"{
  "findings": [
    {
      "reason": "float-reduction",
      "cause": "source",
      "why": "A float sum keeps its order.",
      "loops": {
        "dot.dot": {"clang": 2, "zig": 1},
        "sum.sum": {"clang": 1}
      }
    },
    {
      "reason": "address",
      "cause": "limit",
      "why": "A quotient isn't linear.",
      "loops": {
        "longindex.thirds": {"asc": 1}
      }
    }
  ]
}
"#;

    fn declined(kind: &str, function: &str) -> Value {
        json!({"function": function, "detail": {"kind": kind}})
    }

    #[test]
    fn what_nobody_has_read_is_named_and_what_is_gone_is_struck_out() {
        let mut findings = Findings::parse(RECORD).unwrap();
        findings.add("dot", "clang", &declined("float-reduction", "dot"));
        findings.add("longindex", "asc", &declined("address", "thirds"));
        findings.add("longindex", "asc", &declined("address", "thirds"));
        findings.add("dot", "zig", &declined("side-exit", "dot"));
        findings.settle();
        assert_eq!(findings.unread(), ["`longindex.thirds`, address: asc 1", "`dot.dot`, side-exit: zig 1"]);
        let text = findings.text();
        assert!(text.contains("\"dot.dot\": {\"clang\": 1}\n"), "{text}");
        assert!(!text.contains("sum.sum"), "{text}");
        let mut page = String::new();
        findings.write(&mut page).unwrap();
        assert!(page.contains("| asc | 2 | 0 | 0 | 0 | 0 | 1 | 1 |\n| clang | 1 | 1 |"), "{page}");
        assert!(page.contains("2 pairs of a function and a reason are read, in 2 findings."), "{page}");
        assert!(page.contains("- limit, address, 1 loops: A quotient isn't linear. `longindex.thirds`.\n"), "{page}");
    }

    #[test]
    fn the_record_is_written_as_it_is_read() {
        let mut findings = Findings::parse(RECORD).unwrap();
        for (producer, count) in [("clang", 2), ("zig", 1)] {
            (0..count).for_each(|_| findings.add("dot", producer, &declined("float-reduction", "dot")));
        }
        findings.add("sum", "clang", &declined("float-reduction", "sum"));
        findings.add("longindex", "asc", &declined("address", "thirds"));
        findings.settle();
        assert_eq!(findings.unread(), [""; 0]);
        assert_eq!(findings.text(), RECORD);
    }

    #[test]
    fn a_wrong_record_is_an_error() {
        let message = |text: String| format!("{:#}", Findings::parse(&text).err().expect("the record is wrong"));
        assert_eq!(message(RECORD.replace("\"limit\"", "\"whim\"")), "unknown cause whim");
        assert_eq!(message(RECORD.replace("linear.", "linear")), "a finding is a sentence: A quotient isn't linear");
        assert_eq!(message(RECORD.replace(": 2", ": 0")), "dot.dot, clang");
    }
}
