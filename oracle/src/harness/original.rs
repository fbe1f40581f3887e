//! The parts of the original module that harnesses and calls are made of.

use super::Unfit;
use wasmparser::{
    BlockType, CompositeInnerType, ExternalKind, FuncType, FunctionBody, GlobalType, MemoryType, Parser, Payload,
    TableType, TypeRef, TypeSectionReader, ValType,
};

/// A valid module, taken apart.
pub(crate) struct Original<'a> {
    /// Its bytes.
    pub bytes: &'a [u8],
    /// The type section.
    pub types: Option<TypeSectionReader<'a>>,
    /// Its types by index; `None` for those that aren't functions'.
    pub signatures: Vec<Option<FuncType>>,
    /// The type index of every function.
    pub functions: Vec<u32>,
    /// How many of them are imported.
    pub imported_functions: u32,
    /// Every memory.
    pub memories: Vec<MemoryType>,
    /// How many of them are imported.
    pub imported_memories: usize,
    /// Every table.
    pub tables: Vec<TableType>,
    /// Every global.
    pub globals: Vec<GlobalType>,
    /// The exported functions, with their indices.
    pub exports: Vec<(String, u32)>,
    /// The bodies of the functions that aren't imported.
    bodies: Vec<FunctionBody<'a>>,
}

impl<'a> Original<'a> {
    /// Takes `bytes` apart.
    pub fn read(bytes: &'a [u8]) -> Result<Original<'a>, wasmparser::BinaryReaderError> {
        let mut original = Original {
            bytes,
            types: None,
            signatures: Vec::new(),
            functions: Vec::new(),
            imported_functions: 0,
            memories: Vec::new(),
            imported_memories: 0,
            tables: Vec::new(),
            globals: Vec::new(),
            exports: Vec::new(),
            bodies: Vec::new(),
        };
        for payload in Parser::new(0).parse_all(bytes) {
            original.collect(payload?)?;
        }
        Ok(original)
    }

    /// The type index of a function.
    pub fn type_of(&self, function: u32) -> Result<u32, Unfit> {
        self.functions.get(function as usize).copied().ok_or(Unfit::NoFunction(function))
    }

    fn collect(&mut self, payload: Payload<'a>) -> Result<(), wasmparser::BinaryReaderError> {
        match payload {
            Payload::TypeSection(section) => {
                for group in section.clone() {
                    self.signatures.extend(group?.into_types().map(|ty| match ty.composite_type.inner {
                        CompositeInnerType::Func(ty) => Some(ty),
                        _ => None,
                    }));
                }
                self.types = Some(section);
            }
            Payload::ImportSection(section) => {
                for import in section.into_imports() {
                    self.import(import?.ty);
                }
            }
            Payload::FunctionSection(section) => {
                for ty in section {
                    self.functions.push(ty?);
                }
            }
            Payload::TableSection(section) => {
                for table in section {
                    self.tables.push(table?.ty);
                }
            }
            Payload::MemorySection(section) => {
                for memory in section {
                    self.memories.push(memory?);
                }
            }
            Payload::GlobalSection(section) => {
                for global in section {
                    self.globals.push(global?.ty);
                }
            }
            Payload::ExportSection(section) => {
                for export in section {
                    let export = export?;
                    if matches!(export.kind, ExternalKind::Func | ExternalKind::FuncExact) {
                        self.exports.push((export.name.to_string(), export.index));
                    }
                }
            }
            Payload::CodeSectionEntry(body) => self.bodies.push(body),
            _ => {}
        }
        Ok(())
    }

    fn import(&mut self, ty: TypeRef) {
        match ty {
            TypeRef::Func(index) | TypeRef::FuncExact(index) => {
                self.functions.push(index);
                self.imported_functions += 1;
            }
            TypeRef::Table(ty) => self.tables.push(ty),
            TypeRef::Memory(ty) => {
                self.memories.push(ty);
                self.imported_memories += 1;
            }
            TypeRef::Global(ty) => self.globals.push(ty),
            TypeRef::Tag(_) => {}
        }
    }

    /// The body and signature of a function that the module defines.
    pub fn function(&self, index: u32) -> Result<(&FunctionBody<'a>, &FuncType), Unfit> {
        let body = index.checked_sub(self.imported_functions).and_then(|i| self.bodies.get(i as usize));
        let ty = self.functions.get(index as usize).and_then(|&ty| self.signatures.get(ty as usize)?.as_ref());
        body.zip(ty).ok_or(Unfit::NoFunction(index))
    }

    /// For each memory the first one that it may be one with: itself, or if it is imported another one that is, with as wide addresses.
    pub fn memories_as_one(&self) -> Vec<usize> {
        let imported = &self.memories[..self.imported_memories];
        let alike = |index: usize| imported.iter().position(|other| other.memory64 == self.memories[index].memory64);
        let one = |index| if index < imported.len() { alike(index).unwrap_or(index) } else { index };
        (0..self.memories.len()).map(one).collect()
    }

    /// The values that a construct takes and leaves.
    pub fn block(&self, ty: BlockType) -> Result<(Vec<ValType>, Vec<ValType>), Unfit> {
        match ty {
            BlockType::Empty => Ok((Vec::new(), Vec::new())),
            BlockType::Type(ty) => Ok((Vec::new(), vec![ty])),
            BlockType::FuncType(index) => {
                let ty = self.signatures.get(index as usize).and_then(Option::as_ref).ok_or(Unfit::BlockType)?;
                Ok((ty.params().to_vec(), ty.results().to_vec()))
            }
        }
    }
}
