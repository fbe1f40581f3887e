//! SANDBOX: the frame of a Wasm file: header and sections, and where ours stand.
//!
//! Input: any bytes. Output: the place of every section, with ours told apart, or a typed error. What holds afterwards:
//! every range lies within the file, sections follow each other without a gap up to the last byte, a signature stands
//! first, and our sections are either absent or all three there, once each, last and in order. Who relies on it: the
//! digests and the signature, which are defined over these ranges. The contents of sections are read elsewhere.

use crate::error::{BundleError, NotWasm};
use crate::limits;
use std::ops::Range;
use wasm_encoder::{CustomSection, Section as _};

/// The signature section's name (WebAssembly tool-conventions).
pub const SIGNATURE: &str = "signature";
/// The manifest section's name.
pub const MANIFEST: &str = "tensorwasm.manifest";
/// The kernels section's name.
pub const KERNELS: &str = "tensorwasm.kernels";
/// The PTX section's name.
pub const PTX: &str = "tensorwasm.ptx";

/// Our sections in the order in which they stand, each with its limit in bytes.
const OURS: [(&str, usize); 3] =
    [(MANIFEST, limits::MAX_MANIFEST), (KERNELS, limits::MAX_KERNELS), (PTX, limits::MAX_PTX)];

/// What every section name of ours begins with; names that this build doesn't know are refused.
pub const PREFIX: &str = "tensorwasm.";

/// The bytes before the first section.
pub const HEADER: [u8; 8] = *b"\0asm\x01\0\0\0";

/// A section of a file.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Section<'a> {
    /// The section id; 0 for a custom section.
    pub id: u8,
    /// The name of a custom section, empty for others.
    pub name: &'a str,
    /// Everything from the id on.
    pub whole: Range<usize>,
    /// The contents; those of a custom section begin after its name.
    pub body: Range<usize>,
}

/// A file taken apart.
#[derive(Clone, Debug)]
pub struct Frame<'a> {
    bytes: &'a [u8],
    /// The sections that are neither the signature nor ours.
    pub module: Vec<Section<'a>>,
    /// The signature section.
    pub signature: Option<Section<'a>>,
    /// Manifest, kernels and PTX.
    pub ours: Option<[Section<'a>; 3]>,
}

impl<'a> Frame<'a> {
    /// Takes a file apart.
    pub fn of(bytes: &'a [u8]) -> Result<Frame<'a>, BundleError> {
        header(bytes)?;
        let mut frame = Frame { bytes, module: Vec::new(), signature: None, ours: None };
        let (mut ours, mut at) = (Vec::new(), HEADER.len());
        for index in 0.. {
            if at == bytes.len() {
                break;
            }
            BundleError::at_most("sections", index + 1, limits::MAX_SECTIONS)?;
            let section = section(bytes, at)?;
            at = section.whole.end;
            frame.place(section, index, &mut ours)?;
        }
        frame.ours = match ours.len() {
            0 => None,
            found => match <[Section<'a>; 3]>::try_from(ours) {
                Ok(ours) => Some(ours),
                Err(_) => return Err(BundleError::MissingSection { name: OURS[found].0 }),
            },
        };
        Ok(frame)
    }

    fn place(&mut self, section: Section<'a>, index: usize, ours: &mut Vec<Section<'a>>) -> Result<(), BundleError> {
        let offset = section.whole.start;
        if section.id == 0 && section.name == SIGNATURE {
            BundleError::at_most(SIGNATURE, section.body.len(), limits::MAX_SIGNATURE)?;
            if index > 0 {
                return Err(BundleError::MisplacedSection { name: SIGNATURE, offset });
            }
            self.signature = Some(section);
        } else if section.id == 0 && section.name.starts_with(PREFIX) {
            let Some(kind) = OURS.iter().position(|(name, _)| *name == section.name) else {
                return Err(BundleError::UnknownSection { name: section.name.into(), offset });
            };
            let (name, limit) = OURS[kind];
            BundleError::at_most(name, section.body.len(), limit)?;
            if kind < ours.len() {
                return Err(BundleError::DuplicateSection { name, offset });
            }
            if kind > ours.len() {
                return Err(BundleError::MissingSection { name: OURS[ours.len()].0 });
            }
            ours.push(section);
        } else if let Some(last) = ours.last() {
            let (name, offset) = (OURS[ours.len() - 1].0, last.whole.start);
            return Err(BundleError::MisplacedSection { name, offset });
        } else {
            self.module.push(section);
        }
        Ok(())
    }

    /// The contents of a section.
    pub fn body(&self, section: &Section<'_>) -> &'a [u8] {
        &self.bytes[section.body.clone()]
    }

    /// The file without its signature and without our sections: the module that the manifest's digest is about.
    pub fn module_bytes(&self) -> Vec<u8> {
        let end = self.ours.as_ref().map_or(self.bytes.len(), |ours| ours[0].whole.start);
        [&HEADER, &self.bytes[self.signed().start..end]].concat()
    }

    /// The sections that a signature covers, in order.
    pub fn signed_sections(&self) -> impl Iterator<Item = &Section<'a>> {
        self.module.iter().chain(self.ours.iter().flatten())
    }

    /// What a signature covers: everything after the signature section, or after the header where there is none.
    pub fn signed(&self) -> Range<usize> {
        self.signature.as_ref().map_or(HEADER.len(), |s| s.whole.end)..self.bytes.len()
    }
}

/// A custom section from its id on, with lengths in their shortest form.
pub fn custom(name: &str, body: &[u8]) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(body.len() + name.len() + 16);
    CustomSection { name: name.into(), data: body.into() }.append_to(&mut bytes);
    bytes
}

fn header(bytes: &[u8]) -> Result<(), BundleError> {
    let (magic, wanted) = (&bytes[..bytes.len().min(4)], &HEADER[..4]);
    if bytes.is_empty() {
        return Err(BundleError::Empty);
    }
    if !wanted.starts_with(magic) {
        return Err(BundleError::NotWasm(NotWasm::guess(bytes)));
    }
    BundleError::at_most("file", bytes.len(), limits::MAX_FILE)?;
    let Some(version) = bytes[4.min(bytes.len())..].first_chunk::<4>() else {
        return Err(BundleError::Truncated { offset: bytes.len(), what: "the header" });
    };
    match *version {
        [1, 0, 0, 0] => Ok(()),
        [_, _, 1, 0] => Err(BundleError::Component),
        [a, b, c, d] => Err(BundleError::WasmVersion { found: u32::from_le_bytes([a, b, c, d]) }),
    }
}

fn section(bytes: &[u8], start: usize) -> Result<Section<'_>, BundleError> {
    let id = bytes[start];
    let (size, body) = length(bytes, start + 1, bytes.len(), "a section's size")?;
    let end = body + size;
    if end > bytes.len() {
        return Err(BundleError::Truncated { offset: bytes.len(), what: "a section" });
    }
    if id != 0 {
        return Ok(Section { id, name: "", whole: start..end, body: body..end });
    }
    let malformed = BundleError::Malformed { offset: body, what: "a custom section's name" };
    let (size, name) = length(bytes, body, end, "a custom section's name")?;
    if size > end - name {
        return Err(malformed);
    }
    match std::str::from_utf8(&bytes[name..name + size]) {
        Ok(text) => Ok(Section { id, name: text, whole: start..end, body: name + size..end }),
        Err(_) => Err(malformed),
    }
}

/// Reads a length at `at`, which may not reach `end`, and returns it with the offset after it.
///
/// Longer forms than needed are Wasm and therefore accepted; the digests are over the bytes as they are.
fn length(bytes: &[u8], at: usize, end: usize, what: &'static str) -> Result<(usize, usize), BundleError> {
    let mut value = 0u64;
    for i in 0..5 {
        if at + i >= end {
            return Err(match end == bytes.len() {
                true => BundleError::Truncated { offset: end, what },
                false => BundleError::Malformed { offset: at, what },
            });
        }
        let byte = bytes[at + i];
        value |= u64::from(byte & 0x7f) << (7 * i);
        if byte < 0x80 && value <= u64::from(u32::MAX) {
            return Ok((value as usize, at + i + 1));
        }
    }
    Err(BundleError::Malformed { offset: at, what })
}
