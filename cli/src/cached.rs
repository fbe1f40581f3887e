//! The cache as the commands use it: where it is, what it answers for, what it says of itself.
//!
//! Kept are what `run` makes of a plain module (the bundle, which without any region says that nothing can be offloaded)
//! and, by the runtime, wasmtime's machine code. `compile` and `oracle` never look: the one is asked to compile, the other
//! to judge the compiler.

use crate::files;
use crate::output::note;
use anyhow::{Context, Result};
use bundle::Bundle;
use compiler::Options;
use runtime::cache::{CACHE_LIMIT, Cache, CacheOptions, CacheStats, Counts};
use serde_json::{Value, json};
use std::path::PathBuf;

/// What compile results are counted as.
const PURPOSE: &str = "compile";

/// Which cache a command uses.
#[derive(clap::Args)]
pub struct CacheArgs {
    /// Where compiled modules are kept; $TENSORWASM_CACHE or ~/.cache/tensorwasm by default.
    #[arg(long, value_name = "DIR")]
    cache_dir: Option<PathBuf>,
    /// Keep nothing and use nothing kept.
    #[arg(long, conflicts_with = "cache_dir")]
    no_cache: bool,
}

/// A cache, or why there is none.
pub enum Opened {
    /// It is open.
    On(Cache),
    /// There is none, for this reason.
    Off(String),
}

impl CacheArgs {
    /// Opens the cache. One that is unsafe, or that was asked for and can't be used, is worth a warning, never an error.
    pub fn open(&self) -> Result<Opened> {
        if self.no_cache {
            return Ok(Opened::Off("--no-cache".into()));
        }
        let limit = limit()?;
        let asked = self.cache_dir.is_some() || std::env::var_os("TENSORWASM_CACHE").is_some();
        let Some(dir) = directory(self.cache_dir.clone()) else {
            return Ok(Opened::Off(if asked { "TENSORWASM_CACHE is empty" } else { "no home directory" }.into()));
        };
        match Cache::open(&CacheOptions { limit, ..CacheOptions::new(dir) }) {
            Ok(cache) => Ok(Opened::On(cache)),
            Err(error) => {
                let text = files::printable(&error.to_string());
                if asked || error.is_unsafe() {
                    note!("warning: no cache: {text}");
                }
                Ok(Opened::Off(text))
            }
        }
    }
}

/// The cache's directory: the option, `TENSORWASM_CACHE` (empty for none), or the place that the XDG rules give it.
fn directory(asked: Option<PathBuf>) -> Option<PathBuf> {
    let variable = |name: &str| std::env::var_os(name).map(PathBuf::from);
    if let Some(dir) = asked.or_else(|| variable("TENSORWASM_CACHE")) {
        return (!dir.as_os_str().is_empty()).then_some(dir);
    }
    // A relative path in XDG_CACHE_HOME is to be ignored, say the rules.
    let base = variable("XDG_CACHE_HOME").filter(|dir| dir.is_absolute());
    let home = || variable("HOME").filter(|dir| dir.is_absolute()).map(|dir| dir.join(".cache"));
    Some(base.or_else(home)?.join("tensorwasm"))
}

/// The bytes that the cache may take: `TENSORWASM_CACHE_LIMIT`, in MiB.
pub fn limit() -> Result<u64> {
    let Some(text) = std::env::var_os("TENSORWASM_CACHE_LIMIT") else { return Ok(CACHE_LIMIT) };
    let mib = text.to_str().and_then(|text| text.parse::<u64>().ok()).and_then(|mib| mib.checked_mul(1 << 20));
    mib.with_context(|| format!("TENSORWASM_CACHE_LIMIT is `{}`, not a number of MiB", text.to_string_lossy()))
}

impl Opened {
    /// The cache, if there is one.
    pub fn cache(&self) -> Option<&Cache> {
        match self {
            Opened::On(cache) => Some(cache),
            Opened::Off(_) => None,
        }
    }

    /// The bundle of a plain module: kept, or compiled and then kept.
    pub fn bundle(&self, module: &[u8], options: &Options) -> Result<Bundle> {
        let compile = || -> Result<Vec<u8>> { Ok(crate::commands::compile::compile(module, options, |_| {})?.bundle) };
        let Some(cache) = self.cache() else { return Ok(bundle::read(&compile()?)?) };
        // By name, so that an option can't be added and forgotten here.
        let Options { targets, fp } = options;
        let fp = fp.to_string();
        let named = std::iter::once(&fp).chain(targets).map(String::as_bytes);
        let parts: Vec<&[u8]> = std::iter::once(module).chain(named).collect();
        let key = cache.key(PURPOSE, &parts);
        if let Some(bytes) = cache.load(&key) {
            match bundle::read(&bytes) {
                Ok(bundle) => return Ok(bundle),
                Err(error) => cache.reject(&key, error),
            }
        }
        let bytes = compile()?;
        let bundle = bundle::read(&bytes)?;
        cache.store(&key, &bytes);
        Ok(bundle)
    }

    /// One line of what happened.
    pub fn text(&self) -> String {
        let cache = match self {
            Opened::Off(why) => return format!("cache: off ({why})"),
            Opened::On(cache) => cache,
        };
        let CacheStats { by_purpose, evicted } = cache.stats();
        // How this program was identified matters to nobody, unless something was wrong with it.
        let shown = by_purpose.iter().filter(|(purpose, counts)| **purpose != "build" || counts.rejected > 0);
        let mut parts: Vec<String> = shown.map(|(purpose, counts)| format!("{purpose} {}", state(counts))).collect();
        if evicted > 0 {
            parts.push(format!("{evicted} evicted"));
        }
        files::printable(&format!("cache: {}", parts.join(", ")))
    }

    /// The same for programs.
    pub fn json(&self) -> Value {
        let cache = match self {
            Opened::Off(why) => return json!({ "directory": null, "off": why, "evicted": 0, "uses": {} }),
            Opened::On(cache) => cache,
        };
        let CacheStats { by_purpose, evicted } = cache.stats();
        let uses: serde_json::Map<String, Value> = by_purpose
            .iter()
            .map(|(purpose, counts)| {
                let fault = counts.last_fault.as_ref().map(ToString::to_string);
                let value = json!({
                    "hits": counts.hits, "misses": counts.misses, "rejected": counts.rejected,
                    "stored": counts.stored, "failed": counts.failed, "fault": fault,
                });
                (purpose.to_string(), value)
            })
            .collect();
        json!({ "directory": cache.path().display().to_string(), "off": null, "evicted": evicted, "uses": uses })
    }
}

fn state(counts: &Counts) -> String {
    let unwritten = if counts.failed > 0 { ", not written" } else { "" };
    match &counts.last_fault {
        Some(fault) if counts.failed > 0 => format!("rejected ({fault}){unwritten}"),
        Some(fault) => format!("replaced ({fault})"),
        None if counts.hits > 0 => "hit".into(),
        None => format!("miss{unwritten}"),
    }
}

/// The directory that a command about the cache is about.
pub fn place(asked: Option<PathBuf>) -> Result<PathBuf> {
    directory(asked).context("there is no cache: TENSORWASM_CACHE is empty, or neither it nor HOME is set")
}
