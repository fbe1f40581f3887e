//! What the emitter writes, assembled by NVIDIA's `ptxas` for every target.
//!
//! The assembler is the one that the environment variable `PTXAS` names, or the one on the path.
#![cfg(feature = "ptx")]

mod samples;

use std::time::Duration;
use tensorwasm_lowering::ptx::{Options, Ptxas, Target, emit};

/// Assembles all samples at once: one module with the entries of all.
fn assemble(ptxas: &Ptxas, target: Target) {
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
    let (cubin, log) = (source.with_extension("cubin"), source.with_extension("txt"));
    let usage = ptxas.assemble(&target.to_string(), &source, &cubin, &log, Duration::from_secs(600));
    assert!(usage.is_ok(), "{target}: {usage:?}");
    let said = std::fs::read_to_string(&log).unwrap();
    assert!(!said.contains("warning"), "{target}: {said}");
}

#[test]
fn ptxas_assembles_every_sample_for_every_target() {
    let Some(ptxas) = Ptxas::find() else {
        println!("skipped: ptxas not found");
        return;
    };
    for target in Target::ALL {
        assemble(&ptxas, target);
    }
}
