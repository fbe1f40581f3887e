//! Big modules whose functions are real ones.
//!
//! Input: a real module, a size, and the share of functions that hold regions. Output: a valid module of that size with the
//! sections of the original, its imports, tables and data, and the bodies of its functions over and over. A copy calls the
//! functions of the first round. Copies differ in the constants of more than one byte, which are neither strides nor step
//! widths, so that no two functions are the same and yet each keeps its loops, branches and calls. The same input gives the
//! same bytes. Custom sections are left out.

use anyhow::{Context, Result, ensure};
use compiler::Outcome;
use std::collections::HashSet;
use wasm_encoder::{CodeSection, FunctionSection, Module, RawSection};
use wasmparser::{FunctionBody, Operator, Parser, Payload};

/// How a module is generated.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Plan {
    /// Bytes of code, at least.
    pub size: usize,
    /// Of a hundred functions, how many hold regions.
    pub percent: usize,
}

/// Generates a module from the functions of `base`.
pub fn generate(base: &[u8], plan: Plan) -> Result<Vec<u8>> {
    let real = Real::read(base)?;
    let (with, without) = real.split(base)?;
    ensure!(!without.is_empty(), "every function of the base holds regions");
    ensure!(plan.percent == 0 || !with.is_empty(), "no function of the base holds regions");
    let (mut functions, mut code) = (FunctionSection::new(), CodeSection::new());
    for function in &real.functions {
        functions.function(function.ty);
    }
    // The first round is what the others call: as it is, but for functions with regions where there may be none.
    for (index, function) in real.functions.iter().enumerate() {
        match plan.percent == 0 && with.contains(&index) {
            true => code.raw(TRAP),
            false => code.raw(function.body),
        };
    }
    let mut copy = 0usize;
    while code.byte_len() < plan.size {
        // Bresenham's line: spread evenly, exact over a hundred.
        let regions = (copy + 1) * plan.percent / 100 > copy * plan.percent / 100;
        let (pool, turn) = match regions {
            true => (&with, copy * plan.percent / 100),
            false => (&without, copy - copy * plan.percent / 100),
        };
        let function = &real.functions[pool[turn % pool.len()]];
        functions.function(function.ty);
        code.raw(&function.varied(copy as u32));
        copy += 1;
    }
    Ok(real.assemble(&functions, &code))
}

/// A body without locals that traps.
const TRAP: &[u8] = &[0, 0x00, 0x0b];

/// A module taken apart.
struct Real<'a> {
    /// Sections other than those of functions, code and custom ones, in order.
    sections: Vec<(u8, &'a [u8])>,
    functions: Vec<Function<'a>>,
    imported: u32,
}

struct Function<'a> {
    ty: u32,
    body: &'a [u8],
    /// Where in the body a constant begins that may be varied.
    constants: Vec<usize>,
}

impl<'a> Real<'a> {
    fn read(base: &'a [u8]) -> Result<Real<'a>> {
        let mut real = Real { sections: Vec::new(), functions: Vec::new(), imported: 0 };
        let mut types = Vec::new();
        for payload in Parser::new(0).parse_all(base) {
            let payload = payload?;
            match &payload {
                Payload::FunctionSection(section) => types = section.clone().into_iter().collect::<Result<_, _>>()?,
                Payload::CodeSectionEntry(body) => {
                    let ty = *types.get(real.functions.len()).context("more bodies than functions")?;
                    let constants = constants(body)?;
                    real.functions.push(Function { ty, body: &base[body.range()], constants });
                }
                Payload::CodeSectionStart { .. } | Payload::CustomSection(_) => {}
                Payload::ImportSection(section) => {
                    for import in section.clone().into_imports() {
                        real.imported += u32::from(matches!(import?.ty, wasmparser::TypeRef::Func(_)));
                    }
                    real.sections.extend(payload.as_section().map(|(id, range)| (id, &base[range])));
                }
                _ => real.sections.extend(payload.as_section().map(|(id, range)| (id, &base[range]))),
            }
        }
        ensure!(!real.functions.is_empty(), "the base has no functions");
        Ok(real)
    }

    /// The functions with regions and those without, as indices of bodies.
    fn split(&self, base: &[u8]) -> Result<(Vec<usize>, Vec<usize>)> {
        let loops = compiler::explain(base, compiler::FpMode::Exact)?;
        let regions: HashSet<u32> = loops
            .iter()
            .filter(|l| matches!(l.outcome, Outcome::Offloaded { .. }))
            .map(|l| l.function - self.imported)
            .collect();
        Ok((0..self.functions.len()).partition(|&index| regions.contains(&(index as u32))))
    }

    fn assemble(&self, functions: &FunctionSection, code: &CodeSection) -> Vec<u8> {
        // Function types come before tables and all that follows them, code right before data.
        const TABLE: u8 = 4;
        const DATA: u8 = 11;
        let (mut module, mut functions, mut code) = (Module::new(), Some(functions), Some(code));
        for &(id, data) in &self.sections {
            if let Some(functions) = functions.take_if(|_| id >= TABLE) {
                module.section(functions);
            }
            if let Some(code) = code.take_if(|_| id == DATA) {
                module.section(code);
            }
            module.section(&RawSection { id, data });
        }
        functions.map(|section| module.section(section));
        code.map(|section| module.section(section));
        module.finish()
    }
}

impl Function<'_> {
    /// The body, with constants that depend on `salt`.
    fn varied(&self, salt: u32) -> Vec<u8> {
        let mut body = self.body.to_vec();
        for (position, &at) in self.constants.iter().enumerate() {
            // The low bits of a number's first byte may be anything, because another byte follows.
            body[at] ^= (salt.wrapping_mul(0x9e37_79b9).rotate_left(position as u32) >> 8) as u8 & 0x7c;
        }
        body
    }
}

/// Where in a body the numbers of `i32.const` and `i64.const` stand that have several bytes.
fn constants(body: &FunctionBody<'_>) -> Result<Vec<usize>> {
    let start = body.range().start;
    let mut constants = Vec::new();
    let mut operators = body.get_operators_reader()?;
    while !operators.eof() {
        let (operator, at) = operators.read_with_offset()?;
        let number = at + 1 - start;
        let next = operators.original_position() - start;
        if matches!(operator, Operator::I32Const { .. } | Operator::I64Const { .. }) && next - number > 1 {
            constants.push(number);
        }
    }
    Ok(constants)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn base() -> Vec<u8> {
        std::fs::read(concat!(env!("CARGO_MANIFEST_DIR"), "/../corpus/wasm/rustc/photo.wasm")).unwrap()
    }

    fn regions(module: &[u8]) -> usize {
        let loops = compiler::explain(module, compiler::FpMode::Exact).unwrap();
        loops.iter().filter(|l| matches!(l.outcome, Outcome::Offloaded { .. })).count()
    }

    #[test]
    fn a_generated_module_is_valid_of_its_size_and_always_the_same() {
        let plan = Plan { size: 300_000, percent: 5 };
        let module = generate(&base(), plan).unwrap();
        wasmparser::Validator::new_with_features(wasmparser::WasmFeatures::all()).validate_all(&module).unwrap();
        assert!((300_000..400_000).contains(&module.len()), "{} bytes", module.len());
        assert_eq!(module, generate(&base(), plan).unwrap());
    }

    #[test]
    fn it_has_the_regions_it_is_asked_for() {
        assert_eq!(regions(&generate(&base(), Plan { size: 300_000, percent: 0 }).unwrap()), 0);
        let few = regions(&generate(&base(), Plan { size: 300_000, percent: 5 }).unwrap());
        let many = regions(&generate(&base(), Plan { size: 300_000, percent: 50 }).unwrap());
        assert!(regions(&base()) < few && few < many, "{few}, {many}");
    }

    #[test]
    fn a_base_that_is_no_module_is_an_error() {
        assert!(generate(b"text", Plan { size: 1000, percent: 5 }).is_err());
        let empty = wat::parse_str("(module)").unwrap();
        let error = generate(&empty, Plan { size: 1000, percent: 5 }).unwrap_err();
        assert_eq!(error.to_string(), "the base has no functions");
    }
}
