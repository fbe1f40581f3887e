//! The sizes that no file may exceed. Those of a single region are in `ir::region::limits`.

/// Bytes of a file.
pub const MAX_FILE: usize = 256 << 20;
/// Bytes of the manifest's JSON.
pub const MAX_MANIFEST: usize = 64 << 20;
/// Bytes of the encoded kernels; decoded, the worst of them take some 40 times as much.
pub const MAX_KERNELS: usize = 16 << 20;
/// Bytes of the encoded PTX images.
pub const MAX_PTX: usize = 128 << 20;
/// Bytes of the signature section's payload, and of a detached signature.
pub const MAX_SIGNATURE: usize = 2048;
/// Signatures in a signature section, or in a detached signature.
pub const MAX_SIGNERS: usize = 16;
/// Detached signatures that are looked at together.
pub const MAX_DETACHED: usize = 16;
/// Bytes of a key file or a rotation statement.
pub const MAX_KEY_FILE: usize = 4096;
/// Keys of a key folder, trusted and revoked ones counted apart.
pub const MAX_KEYS: usize = 256;
/// Sections of a file.
pub const MAX_SECTIONS: usize = 65_536;
/// Regions of a bundle; each takes two of the 100,000 imports that engines allow.
pub const MAX_REGIONS: usize = 16_384;
/// Memories of a module that regions may name; `ir::region::verify` allows no larger index.
pub const MAX_MEMORIES: usize = 1024;
