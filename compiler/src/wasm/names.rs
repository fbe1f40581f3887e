//! Function names from the name section. A malformed name section names nothing; it isn't an error in Wasm.

use super::entities::Module;
use wasmparser::{CustomSectionReader, KnownCustom, Name};

/// Adds the function names of `section`, if it is the name section.
pub fn collect(section: &CustomSectionReader<'_>, module: &mut Module) {
    let KnownCustom::Name(reader) = section.as_known() else { return };
    for name in reader {
        let Ok(Name::Function(map)) = name else { continue };
        for naming in map.into_iter().flatten() {
            module.names.insert(naming.index, naming.name.to_string());
        }
    }
}
