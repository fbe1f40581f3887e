//! Real modules of the corpus, by each producer: nothing differs, and everything is exercised.

use std::path::Path;
use tensorwasm_oracle::{OracleOptions, check};

fn passes(producer: &str, kernels: &[&str]) {
    let wasm = Path::new(env!("CARGO_MANIFEST_DIR")).join("../corpus/wasm").join(producer);
    for kernel in kernels {
        let module = std::fs::read(wasm.join(kernel).with_extension("wasm")).unwrap();
        let report = check(&module, &OracleOptions { cases: 80, ..OracleOptions::default() }).unwrap();
        assert!(report.is_pass() && !report.regions.is_empty(), "{producer}/{kernel}:\n{report}");
        assert!(report.regions.iter().all(|region| region.harness.is_none()), "{producer}/{kernel}:\n{report}");
    }
}

#[test]
fn clang() {
    passes("clang", &["saxpy", "daxpy_strided", "idiv", "image", "jacobi2d"]);
}

#[test]
fn zig() {
    passes("zig", &["cmul", "saxpy", "stencil3", "widen"]);
}

#[test]
fn rustc() {
    passes("rustc", &["saxpy", "shift", "triad", "trunc"]);
}

#[test]
fn assemblyscript() {
    passes("asc", &["saxpy", "hashmix", "reduce", "transpose"]);
}
