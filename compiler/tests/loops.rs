//! What becomes of each loop in `tests/loops`: the region and its kernel, or the reason for the decline.
//!
//! One module per behaviour, with the whole expectation beside it.

use std::fmt::Write;
use tensorwasm_compiler::{Options, Outcome, compile};

fn render(wat: &str) -> String {
    let bytes = wat::parse_str(wat).unwrap();
    let compiled = compile(&bytes, &Options::default()).unwrap();
    let mut text = String::new();
    for report in &compiled.loops {
        match &report.outcome {
            Outcome::Declined(reason) => {
                writeln!(text, "loop at {:#x}: declined, {reason}", report.offset).unwrap();
            }
            Outcome::Offloaded { region } => {
                let (region, kernel) = (&compiled.regions[*region as usize], &compiled.kernels[*region as usize]);
                write!(text, "{region}{}", kernel.func).unwrap();
            }
        }
    }
    text
}

#[test]
fn every_loop_is_what_its_module_says() {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/loops");
    let mut files: Vec<_> = std::fs::read_dir(folder).unwrap().map(|e| e.unwrap().path()).collect();
    files.retain(|f| f.extension().is_some_and(|e| e == "wat"));
    files.sort();
    assert!(files.len() >= 20);
    let mut settings = insta::Settings::clone_current();
    settings.set_snapshot_path("loops");
    settings.set_prepend_module_to_snapshot(false);
    settings.set_omit_expression(true);
    settings.bind(|| {
        for file in &files {
            let name = file.file_stem().unwrap().to_str().unwrap();
            insta::assert_snapshot!(name, render(&std::fs::read_to_string(file).unwrap()));
        }
    });
}

#[test]
fn the_number_of_threads_changes_nothing() {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../corpus/wasm/rustc");
    for name in ["photo", "mathmap", "jacobi2d"] {
        let bytes = std::fs::read(format!("{folder}/{name}.wasm")).unwrap();
        let with = |threads| {
            let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
            pool.install(|| compile(&bytes, &Options::default()).unwrap().bundle)
        };
        let one = with(1);
        assert_eq!(one, with(1));
        assert_eq!(one, with(2));
    }
}
