//! The names by which a rewritten module and its host know each other.
//!
//! Two imports per region and one export per memory that regions use. The rewriter writes these names, the bundle
//! reader checks them, the runtime links them; nobody spells them anywhere else.

/// The import module of everything that a host adds, and the prefix of every export that it reads.
pub const NAMESPACE: &str = "tensorwasm:offload/v1";

/// What the import modules and export names of every version of this contract begin with.
const RESERVED: &str = "tensorwasm:offload/";

/// The field name of the function that dispatches region `id`.
pub fn region(id: u32) -> String {
    format!("region-{id}")
}

/// The field name of the mutable `i64` global that holds the least work worth dispatching for region `id`.
pub fn min_work(id: u32) -> String {
    format!("min-work-{id}")
}

/// The export name of the memory with this index.
pub fn memory(index: u32) -> String {
    format!("{NAMESPACE}/memory-{index}")
}

/// An import of [`NAMESPACE`], read back from its field name.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Field {
    /// [`region`] of this id.
    Region(u32),
    /// [`min_work`] of this id.
    MinWork(u32),
}

impl Field {
    /// Reads a field name; `None` for one that neither [`region`] nor [`min_work`] writes, such as `region-01`.
    pub fn parse(name: &str) -> Option<Field> {
        let id = name.rsplit_once('-')?.1.parse().ok()?;
        let fields = [(region(id), Field::Region(id)), (min_work(id), Field::MinWork(id))];
        fields.into_iter().find(|(written, _)| written == name).map(|(_, field)| field)
    }
}

/// True if this import module or export name belongs to this contract, of whatever version.
pub fn is_reserved(name: &str) -> bool {
    name.starts_with(RESERVED)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_read_back() {
        assert_eq!(Field::parse(&region(0)), Some(Field::Region(0)));
        assert_eq!(Field::parse(&min_work(u32::MAX)), Some(Field::MinWork(u32::MAX)));
        assert_eq!(memory(3), "tensorwasm:offload/v1/memory-3");
    }

    #[test]
    fn only_the_written_spelling_is_a_name() {
        for name in
            ["region-01", "region-+1", "region-", "region", "region--1", "min-work-4294967296", "other-1", "", "-"]
        {
            assert_eq!(Field::parse(name), None, "{name}");
        }
    }
}
