//! SANDBOX: the module's side of the contract: what it imports from and exports to its host under our names.
//!
//! Input: a framed module and a manifest. What holds afterwards: regions and `region-N` imports correspond one to one, so
//! do `min-work-N` globals; every function has the type of its region; every listed memory is exported under its reserved
//! name, isn't shared, and no other export uses the namespace. Who relies on it: the runtime, which links by these names
//! and finds memories by them. The module is read only as far as needed; validating it is the engine's job.

use crate::abi_names::{self, Field, NAMESPACE};
use crate::error::{BundleError, InterfaceFault};
use crate::limits;
use crate::manifest::Manifest;
use crate::sections::{Frame, Section};
use ir::lowered::Type;
use ir::region::Region;
use std::collections::{BTreeMap, HashSet};
use wasmparser::{
    BinaryReader, CompositeInnerType, ExternalKind, FromReader, FuncType, GlobalType, Imports, RecGroup,
    SectionLimited, TypeRef, ValType,
};

/// The imports and exports of a module that are ours, with what is needed to judge them.
#[derive(Debug, Default)]
pub struct Interface {
    /// The imports from reserved modules, in order: module, field and type.
    imports: Vec<(String, String, TypeRef)>,
    /// The exports with a reserved name, in order.
    exports: Vec<(String, ExternalKind, u32)>,
    /// The types of the imported functions above, by type index.
    functions: BTreeMap<u32, FuncType>,
    /// For each memory, imported ones first, whether it is shared; no more than regions may name.
    shared: Vec<bool>,
}

/// Ids of the sections read here (WebAssembly core specification, 5.5.2).
mod id {
    pub const TYPE: u8 = 1;
    pub const IMPORT: u8 = 2;
    pub const MEMORY: u8 = 5;
    pub const EXPORT: u8 = 7;
}

impl Interface {
    /// Reads the interface of a framed module.
    pub fn of(frame: &Frame<'_>, bytes: &[u8]) -> Result<Interface, BundleError> {
        let mut interface = Interface::default();
        for section in frame.module.iter().filter(|s| s.id == id::IMPORT) {
            interface.imports(reader(bytes, section)?)?;
        }
        for section in frame.module.iter().filter(|s| s.id == id::MEMORY) {
            for memory in reader::<wasmparser::MemoryType>(bytes, section)? {
                interface.memory(memory?.shared);
            }
        }
        for section in frame.module.iter().filter(|s| s.id == id::EXPORT) {
            for export in reader::<wasmparser::Export<'_>>(bytes, section)? {
                let export = export?;
                if abi_names::is_reserved(export.name) {
                    BundleError::at_most("reserved exports", interface.exports.len() + 1, limits::MAX_MEMORIES)?;
                    interface.exports.push((export.name.into(), export.kind, export.index));
                }
            }
        }
        interface.functions(frame, bytes)?;
        Ok(interface)
    }

    /// The first import or export of ours; none for a plain module.
    pub fn reserved_name(&self) -> Option<String> {
        let import = self.imports.first().map(|(module, name, _)| format!("{module}` `{name}"));
        import.or_else(|| self.exports.first().map(|(name, ..)| name.clone()))
    }

    fn imports(&mut self, section: SectionLimited<'_, Imports<'_>>) -> Result<(), BundleError> {
        for import in section.into_imports() {
            let import = import?;
            if let TypeRef::Memory(ty) = import.ty {
                self.memory(ty.shared);
            }
            if abi_names::is_reserved(import.module) {
                BundleError::at_most("imports for regions", self.imports.len() + 1, 2 * limits::MAX_REGIONS)?;
                self.imports.push((import.module.into(), import.name.into(), import.ty));
            }
        }
        Ok(())
    }

    fn memory(&mut self, shared: bool) {
        if self.shared.len() < limits::MAX_MEMORIES {
            self.shared.push(shared);
        }
    }

    /// Keeps the types that our imports refer to; a module may have a million others.
    fn functions(&mut self, frame: &Frame<'_>, bytes: &[u8]) -> Result<(), BundleError> {
        let used: HashSet<u32> = self.imports.iter().filter_map(|(_, _, ty)| function_type(*ty)).collect();
        if used.is_empty() {
            return Ok(());
        }
        let mut index = 0;
        for section in frame.module.iter().filter(|s| s.id == id::TYPE) {
            for group in reader::<RecGroup>(bytes, section)? {
                for ty in group?.into_types() {
                    match ty.composite_type.inner {
                        CompositeInnerType::Func(ty) if used.contains(&index) => {
                            self.functions.insert(index, ty);
                        }
                        _ => {}
                    }
                    index += 1;
                }
            }
        }
        Ok(())
    }
}

/// Checks that what the module imports and exports under our names is what the manifest says.
pub fn check(interface: &Interface, manifest: &Manifest) -> Result<(), BundleError> {
    let mut seen = HashSet::new();
    for (module, name, ty) in &interface.imports {
        let fault = |fault| BundleError::Interface { name: name.clone(), fault };
        if module != NAMESPACE {
            return Err(BundleError::Interface { name: module.clone(), fault: InterfaceFault::UnknownName });
        }
        if !seen.insert(name.as_str()) {
            return Err(fault(InterfaceFault::Duplicate));
        }
        check_import(interface, manifest, name, *ty).map_err(fault)?;
    }
    for region in &manifest.regions {
        for name in [abi_names::region(region.id), abi_names::min_work(region.id)] {
            if !seen.contains(name.as_str()) {
                return Err(BundleError::Interface { name, fault: InterfaceFault::Missing });
            }
        }
    }
    memories(interface, manifest)
}

fn check_import(interface: &Interface, manifest: &Manifest, name: &str, ty: TypeRef) -> Result<(), InterfaceFault> {
    let region = |id: u32| manifest.regions.get(id as usize).ok_or(InterfaceFault::NoRegion);
    match Field::parse(name).ok_or(InterfaceFault::UnknownName)? {
        Field::Region(id) => {
            let region = region(id)?;
            let ty = function_type(ty).and_then(|index| interface.functions.get(&index));
            if ty.is_some_and(|ty| fits(region, ty)) { Ok(()) } else { Err(InterfaceFault::FunctionType) }
        }
        Field::MinWork(id) => {
            region(id)?;
            let wanted = GlobalType { content_type: ValType::I64, mutable: true, shared: false };
            if ty == TypeRef::Global(wanted) { Ok(()) } else { Err(InterfaceFault::GlobalType) }
        }
    }
}

/// Checks memories in both directions: listed ones are exported, and no other export has a reserved name.
fn memories(interface: &Interface, manifest: &Manifest) -> Result<(), BundleError> {
    for memory in &manifest.memories {
        let fault = |fault| BundleError::Interface { name: memory.export.clone(), fault };
        let wanted = (memory.export.as_str(), ExternalKind::Memory, memory.index);
        if memory.export != abi_names::memory(memory.index) {
            return Err(fault(InterfaceFault::UnknownName));
        }
        if !interface.exports.iter().any(|(name, kind, index)| (name.as_str(), *kind, *index) == wanted) {
            return Err(fault(InterfaceFault::NoMemory));
        }
        match interface.shared.get(memory.index as usize) {
            Some(false) => {}
            Some(true) => return Err(fault(InterfaceFault::SharedMemory)),
            None => return Err(fault(InterfaceFault::NoMemory)),
        }
    }
    // Engines refuse two exports of one name, and each listed memory has one: a longer list holds one that isn't listed.
    let unlisted = interface.exports.iter().find(|(name, ..)| manifest.memories.iter().all(|m| m.export != *name));
    match unlisted {
        Some((name, ..)) => Err(BundleError::Interface { name: name.clone(), fault: InterfaceFault::UnlistedExport }),
        None => Ok(()),
    }
}

/// True for `(live-ins) -> (i32 status, live-outs)`.
fn fits(region: &Region, ty: &FuncType) -> bool {
    let params = region.passed().map(|l| val_type(l.ty));
    let results = std::iter::once(Some(ValType::I32)).chain(region.live_outs.iter().map(|l| val_type(l.ty)));
    params.eq(ty.params().iter().map(|&t| Some(t))) && results.eq(ty.results().iter().map(|&t| Some(t)))
}

fn val_type(ty: Type) -> Option<ValType> {
    match ty {
        Type::I32 => Some(ValType::I32),
        Type::I64 => Some(ValType::I64),
        Type::F32 => Some(ValType::F32),
        Type::F64 => Some(ValType::F64),
        Type::V128 | Type::Ref => None,
    }
}

/// The index of a function's type, if it is a function that any host function can satisfy.
fn function_type(ty: TypeRef) -> Option<u32> {
    match ty {
        TypeRef::Func(index) => Some(index),
        _ => None,
    }
}

fn reader<'a, T: FromReader<'a>>(bytes: &'a [u8], section: &Section<'a>) -> Result<SectionLimited<'a, T>, BundleError> {
    Ok(SectionLimited::new(BinaryReader::new(&bytes[section.body.clone()], section.body.start))?)
}
