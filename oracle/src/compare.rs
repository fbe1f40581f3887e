//! Comparing both sides after a call: results, traps, every byte of every memory, globals, calls of imports.

use crate::guest::{End, Guest, Note};
use runtime::Value;
use serde::Serialize;
use std::fmt;

/// The first thing in which both sides differ.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
#[serde(tag = "kind", rename_all = "kebab-case")]
pub enum Difference {
    /// In how the call ended.
    End {
        /// On the plain side.
        wanted: String,
        /// On the bundle's.
        found: String,
    },
    /// In a result.
    Result {
        /// Its position.
        index: usize,
        /// On the plain side.
        wanted: String,
        /// On the bundle's.
        found: String,
    },
    /// In the size of a memory.
    MemorySize {
        /// The memory's name.
        memory: String,
        /// On the plain side, in bytes.
        wanted: usize,
        /// On the bundle's.
        found: usize,
    },
    /// In a byte of a memory.
    Memory {
        /// The memory's name.
        memory: String,
        /// The address of the first byte that differs.
        address: usize,
        /// On the plain side.
        wanted: u8,
        /// On the bundle's.
        found: u8,
        /// How many bytes differ.
        bytes: usize,
    },
    /// In a global.
    Global {
        /// Its name.
        name: String,
        /// On the plain side.
        wanted: String,
        /// On the bundle's.
        found: String,
    },
    /// In a call of an imported function.
    Import {
        /// Which call.
        index: usize,
        /// On the plain side.
        wanted: String,
        /// On the bundle's.
        found: String,
    },
    /// In what a program wrote.
    Output {
        /// The stream.
        stream: String,
        /// The first byte that differs.
        at: usize,
    },
    /// The device did what no device may do.
    Device {
        /// What it was.
        what: String,
    },
}

impl fmt::Display for Difference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Difference::End { wanted, found } => write!(f, "{found} instead of {wanted}"),
            Difference::Result { index, wanted, found } => write!(f, "result {index} is {found} instead of {wanted}"),
            Difference::MemorySize { memory, wanted, found } => {
                write!(f, "memory {memory} has {found} bytes instead of {wanted}")
            }
            Difference::Memory { memory, address, wanted, found, bytes } => write!(
                f,
                "memory {memory} at {address:#x} holds {found:#04x} instead of {wanted:#04x}, {bytes} bytes differ"
            ),
            Difference::Global { name, wanted, found } => write!(f, "global {name} is {found} instead of {wanted}"),
            Difference::Import { index, wanted, found } => {
                write!(f, "call {index} of an import is {found} instead of {wanted}")
            }
            Difference::Output { stream, at } => write!(f, "{stream} differs from byte {at} on"),
            Difference::Device { what } => write!(f, "the device failed: {what}"),
        }
    }
}

impl fmt::Display for End {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            End::Returned(_) => f.write_str("a return"),
            End::Trapped(kind) => write!(f, "a trap ({kind})"),
            End::Spent => f.write_str("running out of fuel"),
            End::Endless => f.write_str("no end"),
        }
    }
}

impl fmt::Display for Note {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let args: Vec<String> = self.args.iter().map(Value::to_string).collect();
        write!(f, "{}({})", self.name, args.join(", "))
    }
}

/// Compares two ends.
pub(crate) fn ends(wanted: &End, found: &End) -> Option<Difference> {
    let (End::Returned(a), End::Returned(b)) = (wanted, found) else {
        let differs = || Difference::End { wanted: wanted.to_string(), found: found.to_string() };
        return (wanted != found).then(differs);
    };
    values(a, b).map(|index| {
        let show = |list: &[Value]| list.get(index).map_or("missing".into(), Value::to_string);
        Difference::Result { index, wanted: show(a), found: show(b) }
    })
}

/// The position of the first value that differs.
fn values(a: &[Value], b: &[Value]) -> Option<usize> {
    (0..a.len().max(b.len())).find(|&index| a.get(index) != b.get(index))
}

/// Compares what two guests have become.
pub(crate) fn guests(wanted: &mut Guest, found: &mut Guest) -> Option<Difference> {
    let names: Vec<String> = wanted.memories.iter().map(|(name, _)| name.clone()).collect();
    let memory = names.into_iter().enumerate().find_map(|(index, name)| {
        let other = found.memories.iter().position(|(other, _)| *other == name);
        bytes(name, wanted.bytes(index), other.map_or(&[], |other| found.bytes(other)))
    });
    memory.or_else(|| globals(wanted, found)).or_else(|| calls(wanted, found))
}

/// Compares two memories.
pub(crate) fn bytes(memory: String, wanted: &[u8], found: &[u8]) -> Option<Difference> {
    if wanted.len() != found.len() {
        return Some(Difference::MemorySize { memory, wanted: wanted.len(), found: found.len() });
    }
    if wanted == found {
        return None;
    }
    let mut differing = (0..wanted.len()).filter(|&at| wanted[at] != found[at]);
    let address = differing.next()?;
    let bytes = 1 + differing.count();
    Some(Difference::Memory { memory, address, wanted: wanted[address], found: found[address], bytes })
}

fn globals(wanted: &mut Guest, found: &mut Guest) -> Option<Difference> {
    let (a, b) = (wanted.global_values(), found.global_values());
    a.into_iter().find_map(|(name, wanted)| {
        let found = b.iter().find(|(other, _)| *other == name).map(|(_, value)| *value);
        (found != Some(wanted)).then(|| Difference::Global {
            name,
            wanted: wanted.to_string(),
            found: found.map_or("missing".into(), |value| value.to_string()),
        })
    })
}

fn calls(wanted: &Guest, found: &Guest) -> Option<Difference> {
    let ((a, many), (b, found)) = (wanted.calls(), found.calls());
    let index = (0..a.len().max(b.len())).find(|&index| a.get(index) != b.get(index));
    let show = |notes: &[Note], index: usize| notes.get(index).map_or("missing".into(), Note::to_string);
    match index {
        Some(index) => Some(Difference::Import { index, wanted: show(a, index), found: show(b, index) }),
        None if many != found => {
            let (wanted, found) = (format!("the last of {many}"), format!("the last of {found}"));
            Some(Difference::Import { index: a.len(), wanted, found })
        }
        None => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_compare_by_bits() {
        let nan = |bits| End::Returned(vec![Value::I32(1), Value::F32(bits)]);
        assert_eq!(ends(&nan(0x7fc0_0000), &nan(0x7fc0_0000)), None);
        let difference = ends(&nan(0x7fc0_0000), &nan(0x7fc0_0001)).unwrap();
        insta::assert_snapshot!(difference, @"result 1 is nan:0x7fc00001 instead of nan:0x7fc00000");
        let difference = ends(&nan(0), &End::Trapped("integer divide by zero".into())).unwrap();
        insta::assert_snapshot!(difference, @"a trap (integer divide by zero) instead of a return");
    }

    #[test]
    fn memories_compare_by_bytes_and_size() {
        assert_eq!(bytes("m".into(), &[1, 2, 3], &[1, 2, 3]), None);
        let difference = bytes("m".into(), &[1, 2, 3, 4], &[1, 9, 3, 5]).unwrap();
        insta::assert_snapshot!(difference, @"memory m at 0x1 holds 0x09 instead of 0x02, 2 bytes differ");
        let difference = bytes("m".into(), &[1, 2], &[1]).unwrap();
        insta::assert_snapshot!(difference, @"memory m has 1 bytes instead of 2");
    }
}
