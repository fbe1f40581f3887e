//! Assembles the PTX of every corpus kernel with ptxas for every target: what NVIDIA's assembler accepts without a GPU.
//!
//! `tensorwasm compile --emit` does the work; this reads its index.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use anyhow::{Context, Result, ensure};
use serde_json::Value;

use crate::index::Index;
use crate::tool;

const TARGETS: [&str; 3] = ["sm_80", "sm_90", "sm_120"];

/// Compiles every module of the corpus, and every .wasm file in `more`, and assembles the kernels, in `jobs` processes at a time.
pub fn run(root: &Path, more: Option<&Path>, jobs: usize) -> Result<()> {
    if std::env::var_os("PTXAS").is_none() {
        println!("skipped: PTXAS doesn't name ptxas");
        return Ok(());
    }
    let tool = tool::tensorwasm(root)?;
    let folder = std::env::temp_dir().join(format!("tensorwasm-ptxas-{}", std::process::id()));
    let result = assemble_all(&modules(root, more)?, &tool, &folder, jobs.max(1));
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

/// Assembles each module; counts kernels and runs.
fn assemble_all(modules: &[PathBuf], tool: &Path, folder: &Path, jobs: usize) -> Result<(usize, usize)> {
    let (next, total) = (AtomicUsize::new(0), Mutex::new(Ok((0, 0))));
    let work = |job: usize| {
        let own = folder.join(job.to_string());
        while let Some(module) = modules.get(next.fetch_add(1, Ordering::Relaxed)) {
            let found = assemble(module, tool, &own);
            let mut total = total.lock().expect("no thread panics while it holds the lock");
            match (&mut *total, found) {
                (Ok((kernels, runs)), Ok((more_kernels, more_runs))) => {
                    *kernels += more_kernels;
                    *runs += more_runs;
                }
                (Ok(_), Err(error)) => *total = Err(error),
                (Err(_), _) => return,
            }
        }
    };
    std::thread::scope(|scope| {
        (0..jobs).for_each(|job| {
            drop(scope.spawn({
                let work = &work;
                move || work(job)
            }))
        })
    });
    total.into_inner().expect("no thread panics while it holds the lock")
}

/// Compiles a module with `--emit`, which assembles its kernels, and reads the figures; counts kernels and runs.
fn assemble(module: &Path, tool: &Path, folder: &Path) -> Result<(usize, usize)> {
    std::fs::create_dir_all(folder)?;
    let (emit, bundle) = (folder.join("emit"), folder.join("bundle.wasm"));
    let (mut kernels, mut runs) = (0, 0);
    let mut compile = Command::new(tool);
    compile.arg("compile").arg(module).args(["--target", &TARGETS.join(",")]);
    compile.arg("-o").arg(&bundle).arg("--emit").arg(&emit);
    let output = compile.output().context("can't run tensorwasm")?;
    ensure!(output.status.success(), "{}: {}", module.display(), String::from_utf8_lossy(&output.stderr));
    let index: Value = serde_json::from_str(&std::fs::read_to_string(emit.join("index.json"))?)?;
    for region in index["regions"].as_array().context("an index without regions")? {
        let targets = region["targets"].as_array().context("a region without targets")?;
        for image in targets {
            let place = || format!("region {} of {} for {}", region["id"], module.display(), image["target"]);
            ensure!(image["ptxas"]["registers"].is_u64(), "{}: {image}", place());
        }
        ensure!(targets.len() == TARGETS.len(), "{}: {} targets", module.display(), targets.len());
        kernels += 1;
        runs += targets.len();
    }
    Ok((kernels, runs))
}
