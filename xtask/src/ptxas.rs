//! Assembles the PTX of every corpus kernel with ptxas for every target: what NVIDIA's assembler accepts without a GPU.
//!
//! Identical kernels, such as those of a libc in several programs, are assembled once.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, ensure};

use crate::index::Index;
use crate::tool;

const TARGETS: [&str; 3] = ["sm_80", "sm_90", "sm_120"];

/// Compiles every module of the corpus, and every .wasm file in `more`, and assembles the kernels.
pub fn run(root: &Path, more: Option<&Path>) -> Result<()> {
    let Some(ptxas) = std::env::var_os("PTXAS") else {
        println!("skipped: PTXAS doesn't name ptxas");
        return Ok(());
    };
    let tool = tool::tensorwasm(root)?;
    let folder = std::env::temp_dir().join(format!("tensorwasm-ptxas-{}", std::process::id()));
    let result = assemble_all(&modules(root, more)?, &tool, Path::new(&ptxas), &folder);
    let cleaned = std::fs::remove_dir_all(&folder);
    let (kernels, runs) = result?;
    cleaned.context("can't remove the temporary folder")?;
    println!("ptxas: {kernels} kernels, {runs} runs, all assembled");
    Ok(())
}

fn modules(root: &Path, more: Option<&Path>) -> Result<Vec<PathBuf>> {
    let text = std::fs::read_to_string(root.join("corpus/corpus.json")).context("can't read corpus/corpus.json")?;
    let mut modules: Vec<PathBuf> = Index::parse(&text)?.modules.iter().map(|m| root.join(&m.wasm)).collect();
    if let Some(folder) = more {
        let found = std::fs::read_dir(folder).with_context(|| folder.display().to_string())?;
        let mut found: Vec<PathBuf> = found.map(|e| Ok(e?.path())).collect::<Result<_>>()?;
        found.retain(|path| path.extension().is_some_and(|e| e == "wasm"));
        found.sort();
        modules.extend(found);
    }
    Ok(modules)
}

fn assemble_all(modules: &[PathBuf], tool: &Path, ptxas: &Path, folder: &Path) -> Result<(usize, usize)> {
    let mut seen = BTreeSet::new();
    let (mut kernels, mut runs) = (0, 0);
    for (number, module) in modules.iter().enumerate() {
        let emit = folder.join(number.to_string());
        std::fs::create_dir_all(&emit)?;
        let mut compile = Command::new(tool);
        compile.arg("compile").arg(module).args(["--target", &TARGETS.join(",")]);
        compile.arg("-o").arg(emit.join("bundle.wasm")).arg("--emit").arg(&emit);
        let output = compile.output().context("can't run tensorwasm")?;
        ensure!(output.status.success(), "{}: {}", module.display(), String::from_utf8_lossy(&output.stderr));
        for target in TARGETS {
            for file in with_ending(&emit, &format!(".{target}.ptx"))? {
                let text = std::fs::read_to_string(&file)?;
                // The entry is named after the region's number, which says nothing about the code.
                let region = file.file_name().and_then(|n| n.to_str()).unwrap_or_default().replace('-', "_");
                let entry = region.split('.').next().unwrap_or_default().to_string();
                if !seen.insert(text.replace(&entry, "entry")) {
                    continue;
                }
                assemble(ptxas, target, &file).with_context(|| format!("{} of {}", entry, module.display()))?;
                kernels += usize::from(target == TARGETS[0]);
                runs += 1;
            }
        }
    }
    Ok((kernels, runs))
}

fn with_ending(folder: &Path, ending: &str) -> Result<Vec<PathBuf>> {
    let mut files: Vec<PathBuf> = std::fs::read_dir(folder)?.map(|e| Ok(e?.path())).collect::<Result<_>>()?;
    files.retain(|path| path.to_str().is_some_and(|p| p.ends_with(ending)));
    files.sort();
    Ok(files)
}

fn assemble(ptxas: &Path, target: &str, file: &Path) -> Result<()> {
    let output = Command::new(ptxas)
        .arg(format!("-arch={target}"))
        .arg(file)
        .arg("-o")
        .arg(file.with_extension("cubin"))
        .output()
        .context("can't run ptxas")?;
    ensure!(output.status.success(), "ptxas for {target}: {}", String::from_utf8_lossy(&output.stderr).trim());
    Ok(())
}
