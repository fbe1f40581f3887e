//! `cargo xtask blas --out DIR`: fetches the WebAssembly modules of the npm package @stdlib/blas.
//!
//! They are real modules by somebody else: BLAS level-1 routines that import only a memory. They are not committed;
//! whoever wants to measure on them runs this. Input: the npm client and `tar`. Output: DIR with every module of the
//! package, flat, named after its routine.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Result, ensure};

use crate::npm;

const PACKAGE: &str = "@stdlib/blas@0.4.1";
const MODULES: usize = 43;

pub fn run(out: &Path) -> Result<()> {
    let work = std::env::temp_dir().join(format!("tensorwasm-blas-{}", std::process::id()));
    let outcome = fetch(&work, out);
    fs::remove_dir_all(&work).ok();
    let names = outcome?;
    println!("{} modules in {}", names.len(), out.display());
    ensure!(names.len() == MODULES, "{PACKAGE} should hold {MODULES} modules");
    Ok(())
}

fn fetch(work: &Path, out: &Path) -> Result<Vec<String>> {
    let package = npm::fetch(PACKAGE, work)?;
    fs::create_dir_all(out)?;
    let names = flat_names(&npm::files(&package, "wasm")?);
    for (name, path) in &names {
        let partial = out.join(format!("{name}.partial"));
        fs::copy(package.join(path), &partial)?;
        fs::rename(&partial, out.join(name))?;
    }
    Ok(names.into_keys().collect())
}

/// Names each module after the folder above its `src`; where two would share a name, both take their whole path.
fn flat_names(paths: &[PathBuf]) -> BTreeMap<String, PathBuf> {
    let routine = |path: &Path| {
        let folders: Vec<String> = path.iter().map(|part| part.to_string_lossy().into_owned()).collect();
        match folders.as_slice() {
            [.., routine, src, _] if src == "src" => Some(format!("{routine}.wasm")),
            _ => None,
        }
    };
    let mut uses: BTreeMap<String, usize> = BTreeMap::new();
    for name in paths.iter().filter_map(|path| routine(path)) {
        *uses.entry(name).or_default() += 1;
    }
    let whole = |path: &Path| path.iter().map(|part| part.to_string_lossy()).collect::<Vec<_>>().join("-");
    paths
        .iter()
        .map(|path| {
            let short = routine(path).filter(|name| uses[name] == 1);
            (short.unwrap_or_else(|| whole(path)), path.clone())
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_short_and_unique() {
        let paths =
            ["base/wasm/daxpy/src/main.wasm", "base/x/dot/src/main.wasm", "ext/x/dot/src/main.wasm", "a/b.wasm"];
        let names = flat_names(&paths.map(PathBuf::from));
        let names: Vec<&str> = names.keys().map(String::as_str).collect();
        assert_eq!(names, ["a-b.wasm", "base-x-dot-src-main.wasm", "daxpy.wasm", "ext-x-dot-src-main.wasm"]);
    }
}
