//! What a file is made of, for people: its sections, and where two files part.
//!
//! Input: files that the frame accepts. Nothing here decides whether a file may be used.

use crate::error::BundleError;
use crate::sections::{Frame, Section};
use std::fmt;

/// A section of a file.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct SectionInfo {
    /// The name of a custom section, or that of a standard one in lower case, such as `code`.
    pub name: String,
    /// Where it begins in the file.
    pub offset: usize,
    /// Its bytes, with its own header.
    pub bytes: usize,
    /// True if signatures cover it: every section but that of the signatures itself.
    pub signed: bool,
}

/// The sections of a file in order.
pub fn layout(bytes: &[u8]) -> Result<Vec<SectionInfo>, BundleError> {
    let frame = Frame::of(bytes)?;
    let info = |section: &Section<'_>, signed| SectionInfo {
        name: name(section),
        offset: section.whole.start,
        bytes: section.whole.len(),
        signed,
    };
    let signature = frame.signature.iter().map(|section| info(section, false));
    Ok(signature.chain(frame.signed_sections().map(|section| info(section, true))).collect())
}

/// Where two files part.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Difference {
    /// The section of the first file that differs, or that only the second one has.
    pub section: String,
    /// The first byte that differs, as an offset into the first file; its end where it has no such byte.
    pub offset: usize,
}

impl fmt::Display for Difference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "section `{}` differs, first at offset {:#x}", self.section, self.offset)
    }
}

/// The sections in which two files differ, signatures aside; empty if every other byte is the same.
///
/// Sections are compared one by one as long as they have the same names; what comes after isn't looked at.
pub fn differences(a: &[u8], b: &[u8]) -> Result<Vec<Difference>, BundleError> {
    let (a_frame, b_frame) = (Frame::of(a)?, Frame::of(b)?);
    let (mut ours, mut theirs) = (a_frame.signed_sections(), b_frame.signed_sections());
    let mut found = Vec::new();
    loop {
        let (section, other) = match (ours.next(), theirs.next()) {
            (None, None) => return Ok(found),
            (Some(section), Some(other)) if name(section) == name(other) => (section, other),
            (Some(section), _) => {
                found.push(Difference { section: name(section), offset: section.whole.start });
                return Ok(found);
            }
            (None, Some(more)) => {
                found.push(Difference { section: name(more), offset: a.len() });
                return Ok(found);
            }
        };
        let (x, y) = (&a[section.whole.clone()], &b[other.whole.clone()]);
        if x != y {
            let at = x.iter().zip(y).position(|(x, y)| x != y).unwrap_or(x.len().min(y.len()));
            found.push(Difference { section: name(section), offset: section.whole.start + at });
        }
    }
}

fn name(section: &Section<'_>) -> String {
    const STANDARD: [&str; 14] = [
        "custom",
        "type",
        "import",
        "function",
        "table",
        "memory",
        "global",
        "export",
        "start",
        "element",
        "code",
        "data",
        "data count",
        "tag",
    ];
    match STANDARD.get(usize::from(section.id)) {
        _ if section.id == 0 => section.name.to_string(),
        Some(name) => (*name).to_string(),
        None => format!("section {}", section.id),
    }
}
