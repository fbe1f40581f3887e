//! What the emitter writes, assembled by NVIDIA's `ptxas` for every target.
//!
//! The assembler is the one that the environment variable `PTXAS` names, or the one on the path.
#![cfg(feature = "ptx")]

mod samples;

use std::path::PathBuf;
use std::process::Command;
use tensorwasm_lowering::ptx::{Options, Target, emit};

/// A `ptxas` that runs, if there is one.
fn assembler() -> Option<PathBuf> {
    let path = std::env::var_os("PTXAS").map_or_else(|| PathBuf::from("ptxas"), PathBuf::from);
    let found = Command::new(&path).arg("--version").output().is_ok_and(|output| output.status.success());
    found.then_some(path)
}

/// Assembles all samples at once: one module with the entries of all.
fn assemble(ptxas: &PathBuf, target: Target) {
    let mut module = String::new();
    for sample in samples::all() {
        let options = Options { target };
        let text = emit(&sample.region, &sample.kernel, &sample.mapping, &sample.name, options)
            .unwrap_or_else(|error| panic!("{}: {error}", sample.name));
        let body = text.find(".visible").expect("an entry");
        module.push_str(if module.is_empty() { &text } else { &text[body..] });
    }
    let folder = std::path::Path::new(env!("CARGO_TARGET_TMPDIR"));
    let source = folder.join(format!("samples_{target}.ptx"));
    std::fs::write(&source, module).unwrap();
    let output = Command::new(ptxas)
        .arg(format!("-arch={target}"))
        .arg(&source)
        .arg("-o")
        .arg(source.with_extension("cubin"))
        .output()
        .unwrap();
    let messages = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success() && messages.trim().is_empty(), "{target}: {messages}");
}

#[test]
fn ptxas_assembles_every_sample_for_every_target() {
    let Some(ptxas) = assembler() else {
        println!("skipped: ptxas not found");
        return;
    };
    for target in Target::ALL {
        assemble(&ptxas, target);
    }
}
