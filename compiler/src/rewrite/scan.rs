//! Whether a module may be rewritten, and whether walrus can carry it.
//!
//! Input: the bytes of a module that the compiler has validated. Output: the bodies of its functions, ready to be read
//! again, and the names of its custom sections; or the reason to leave the module alone. walrus panics on operators
//! that it doesn't know; it knows every operator of [`FEATURES`], so a module that is valid with these features holds
//! no other. That walrus drops unreachable code, orders functions by size and locals by type, and renumbers, changes
//! no behaviour.

use super::errors::{RewriteError, Uncarried};
use bundle::{SECTION_PREFIX, abi_names};
use rayon::prelude::*;
use wasmparser::{
    BinaryReaderError, FuncToValidate, FunctionBody, Parser, Payload, ValidPayload, Validator, ValidatorResources,
    WasmFeatures,
};

/// The features whose operators, types and sections walrus 0.28 carries.
///
/// Missing on purpose: legacy exceptions, because `delegate` and `rethrow` count labels and inserted blocks would
/// shift them, and what walrus refuses or doesn't know: custom page sizes, memory control, stack switching, shared
/// everything, custom descriptors, compact imports, components.
pub const FEATURES: WasmFeatures =
    WasmFeatures::WASM3.union(WasmFeatures::THREADS).union(WasmFeatures::WIDE_ARITHMETIC);

/// A module that walrus can carry.
pub struct Scan<'a> {
    /// How many functions are imported.
    pub imported_functions: u32,
    /// The function bodies, with what is needed to validate each.
    pub bodies: Vec<Body<'a>>,
    /// Where the contents of the code section begin.
    pub code_start: usize,
    /// The names of the custom sections, in order.
    pub customs: Vec<&'a str>,
}

/// A function body.
pub struct Body<'a> {
    /// The module around it.
    pub resources: FuncToValidate<ValidatorResources>,
    /// Its code.
    pub code: FunctionBody<'a>,
}

/// Looks the module over.
pub fn scan(module: &[u8]) -> Result<Scan<'_>, RewriteError> {
    // Names come first: a module that holds ours must be refused, even one that would otherwise be carried unchanged.
    let mut scan = names(module)?;
    if module.len() >= u32::MAX as usize {
        return Err(Uncarried::TooLarge(module.len()).into());
    }
    let feature = |e: BinaryReaderError| Uncarried::Feature { offset: e.offset(), message: e.message().to_string() };
    let mut validator = Validator::new_with_features(FEATURES);
    let mut parser = Parser::new(0);
    parser.set_features(FEATURES);
    for payload in parser.parse_all(module) {
        let payload = payload.map_err(feature)?;
        if let Payload::CodeSectionStart { range, .. } = &payload {
            scan.code_start = range.start;
        }
        if let ValidPayload::Func(resources, code) = validator.payload(&payload).map_err(feature)? {
            scan.bodies.push(Body { resources, code });
        }
    }
    match first_invalid(&scan.bodies) {
        Some(error) => Err(feature(error).into()),
        None => Ok(scan),
    }
}

/// What is wrong with the first of the bodies that isn't valid; they are validated in parallel.
pub fn first_invalid(bodies: &[Body<'_>]) -> Option<BinaryReaderError> {
    bodies.par_iter().find_map_first(|body| body.validator().validate(&body.code).err())
}

/// Refuses the module if it uses a name of ours, and collects imports and custom sections.
pub fn names(module: &[u8]) -> Result<Scan<'_>, RewriteError> {
    let mut scan = Scan { imported_functions: 0, bodies: Vec::new(), code_start: 0, customs: Vec::new() };
    let broken = |e: BinaryReaderError| Uncarried::Feature { offset: e.offset(), message: e.message().to_string() };
    let taken = |what, name: &str| RewriteError::NamespaceTaken { what, name: name.to_string() };
    for payload in Parser::new(0).parse_all(module) {
        match payload.map_err(broken)? {
            Payload::ImportSection(imports) => {
                for import in imports.into_imports() {
                    let import = import.map_err(broken)?;
                    if abi_names::is_reserved(import.module) {
                        return Err(taken("an import from", import.module));
                    }
                    let is_function = matches!(import.ty, wasmparser::TypeRef::Func(_));
                    scan.imported_functions += u32::from(is_function);
                }
            }
            Payload::ExportSection(exports) => {
                for export in exports {
                    let export = export.map_err(broken)?;
                    if abi_names::is_reserved(export.name) {
                        return Err(taken("an export", export.name));
                    }
                }
            }
            Payload::CustomSection(section) if section.name().starts_with(SECTION_PREFIX) => {
                return Err(taken("a section", section.name()));
            }
            Payload::CustomSection(section) => scan.customs.push(section.name()),
            _ => {}
        }
    }
    Ok(scan)
}

impl Body<'_> {
    /// A validator for this body, standing at its start.
    pub fn validator(&self) -> wasmparser::FuncValidator<ValidatorResources> {
        let FuncToValidate { resources, index, ty, features } = &self.resources;
        FuncToValidate { resources: resources.clone(), index: *index, ty: *ty, features: *features }
            .into_validator(Default::default())
    }
}
