//! SANDBOX: machine code from the cache.
//!
//! Input: an engine, a module's bytes, perhaps a cache. Output: the module, compiled or taken from the cache. The key holds
//! the bytes and wasmtime's own compatibility hash of the engine, which covers its version, the target with the
//! features of the processor, every setting of the code generator (canonical NaNs among them) and the proposals that are on;
//! with it go, as in every key, this program's version and build. wasmtime's own cache depends on the same.
//!
//! This is the one place where bytes of a file become code.

use super::Cache;
use super::key::Key;
use std::hash::{Hash, Hasher};
use wasmtime::{Engine, Module};

const PURPOSE: &str = "code";

/// A module, compiled or taken from `cache` if there is one.
pub fn compile(engine: &Engine, bytes: &[u8], cache: Option<&Cache>) -> wasmtime::Result<Module> {
    let Some(cache) = cache else { return Module::from_binary(engine, bytes) };
    let key = cache.code_key(engine, bytes);
    if let Some(code) = cache.load(&key) {
        match deserialize(engine, &code) {
            Ok(module) => return Ok(module),
            Err(error) => cache.reject(&key, error),
        }
    }
    let module = Module::from_binary(engine, bytes)?;
    if let Ok(code) = module.serialize() {
        cache.store(&key, &code);
    }
    Ok(module)
}

impl Cache {
    pub(super) fn code_key(&self, engine: &Engine, bytes: &[u8]) -> Key {
        let mut settings = Settings(blake3::Hasher::new());
        engine.precompile_compatibility_hash().hash(&mut settings);
        Key::of_runtime(PURPOSE, &self.0.build, &[bytes, settings.0.finalize().as_bytes()])
    }
}

#[allow(unsafe_code)]
fn deserialize(engine: &Engine, code: &[u8]) -> wasmtime::Result<Module> {
    // SAFETY: `Module::deserialize` demands bytes that `Module::serialize` returned, unmodified, of whatever version and
    // engine: others than this one it refuses by itself, and even if an engine was told not to compare versions, the key
    // holds the content of the file that wasmtime and this crate were loaded from together. `code` was loaded under a key of the runtime's own with purpose
    // "code". Its MAC says that a holder of the secret stored exactly these bytes under exactly this key; holders are
    // processes of this user (`super::folder`, `super::secret`); and the only place in any of them that stores under such a
    // key is `compile` above, which stores what `Module::serialize` returned. The bytes are in our own memory and
    // wasmtime copies them, so no later change of the file reaches them.
    unsafe { Module::deserialize(engine, code) }
}

/// Collects what is hashed in a digest that no two different inputs share.
struct Settings(blake3::Hasher);

impl Hasher for Settings {
    fn write(&mut self, bytes: &[u8]) {
        self.0.update(bytes);
    }

    /// Not asked for: the digest is taken from the field.
    fn finish(&self) -> u64 {
        0
    }
}
