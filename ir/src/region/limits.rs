//! The sizes that no region may exceed; a reader checks them before anything else.

/// Iterations of a parallel dimension.
pub const MAX_TRIPS: i128 = 1 << 38;
/// Live-ins, and likewise live-outs.
pub const MAX_VALUES: usize = 500;
/// Sequential dimensions of a region.
pub const MAX_EXTENTS: usize = 64;
/// Footprints of a region.
pub const MAX_FOOTPRINTS: usize = 64;
/// Final stores of a region.
pub const MAX_FINALS: usize = 64;
/// Nodes of each expression list.
pub const MAX_NODES: usize = 65_536;
/// Guards of a region.
pub const MAX_GUARDS: usize = 8_192;
/// Bytes touched by one footprint in one iteration.
pub const MAX_WIDTH: u64 = 1 << 32;
/// Depth of a schedule.
pub const MAX_DEPTH: usize = 8;
/// Threads of a block.
pub const MAX_BLOCK: u32 = 1024;
/// Basic blocks of a kernel; the dominator tree takes quadratic time at worst.
pub const MAX_BLOCKS: usize = 4096;
/// Mappings of a region.
pub const MAX_MAPPINGS: usize = 16;
