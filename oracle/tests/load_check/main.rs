//! The load checker accepts what the compiler makes, and refuses it once it has been edited.

mod edits;
mod folds;
mod gathers;
mod mutants;
mod texts;
mod updates;
mod watch;
mod wide;

use bundle::{Bundle, PtxImage, read};
use compiler::{Options, compile};
use ir::region::{Kernel, Region};
use lowering::ptx;
use runtime::checker::{Scope, check, check_ptx};
use runtime::conformance;
use std::path::{Path, PathBuf};

fn modules(folder: &Path, into: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).unwrap().map(|e| e.unwrap().path()) {
        if entry.is_dir() {
            modules(&entry, into);
        } else if entry.extension().is_some_and(|e| e == "wasm") {
            into.push(entry);
        }
    }
}

/// What isn't accepted of a bundle's regions and their images, a line each.
fn refusals(bundle: &Bundle) -> Vec<String> {
    let mut lines = Vec::new();
    for (region, kernel) in bundle.manifest.regions.iter().zip(&bundle.kernels) {
        if let Err(why) = check(region, kernel, Scope::of(bundle)) {
            lines.push(format!("region {}: {why}", region.id));
        }
        for image in bundle.ptx.iter().filter(|image| image.region == region.id) {
            if let Err(why) = check_ptx(region, image, Scope::of(bundle)) {
                lines.push(format!("region {} for {}: {why}", region.id, image.target));
            }
        }
    }
    lines
}

/// The modules of the corpus with a region that the checker can't check yet, so that they run with it off: those that the index calls so.
fn known(corpus: &Path) -> Vec<PathBuf> {
    let index = std::fs::read_to_string(corpus.join("corpus.json")).unwrap();
    let index: serde_json::Value = serde_json::from_str(&index).unwrap();
    let modules = index["entries"].as_array().unwrap().iter().flat_map(|entry| entry["modules"].as_array().unwrap());
    let refused = modules.filter(|module| module["refused"].is_string());
    refused.map(|module| corpus.join("..").join(module["wasm"].as_str().unwrap()).canonicalize().unwrap()).collect()
}

/// Every region and every image of the corpus, by every producer.
#[test]
fn what_the_compiler_makes_is_accepted() {
    let corpus = Path::new(env!("CARGO_MANIFEST_DIR")).join("../corpus").canonicalize().unwrap();
    let (mut files, known) = (Vec::new(), known(&corpus));
    modules(&corpus.join("wasm"), &mut files);
    files.sort();
    let (mut regions, mut wrong) = (0, Vec::new());
    for file in &files {
        let compiled = compile(&std::fs::read(file).unwrap(), &Options::default()).unwrap();
        let bundle = read(&compiled.bundle).unwrap();
        regions += bundle.manifest.regions.len();
        let refused = if compiled.regions.is_empty() { Vec::new() } else { refusals(&bundle) };
        match (refused.is_empty(), known.contains(file)) {
            (true, true) => println!("{}: nothing is refused anymore", file.display()),
            (false, false) => wrong.extend(refused.iter().map(|line| format!("{}: {line}", file.display()))),
            _ => {}
        }
    }
    assert!(wrong.is_empty(), "not refused as the index has it:\n{}", wrong.join("\n"));
    assert!(regions > 100, "{regions} regions");
}

/// Loads that the first iterations don't run lie within footprints that begin later.
#[test]
fn what_is_computed_again_is_accepted() {
    for name in ["carried_load", "carried_index", "carried_choice"] {
        let file = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("../compiler/tests/loops/{name}.wat"));
        let compiled = compile(&wat::parse_file(file).unwrap(), &Options::default()).unwrap();
        let bundle = read(&compiled.bundle).unwrap();
        assert!(!bundle.manifest.regions.is_empty(), "{name}");
        assert_eq!(refusals(&bundle), Vec::<String>::new(), "{name}");
    }
}

/// The text that realises a region on the PTX machine.
pub fn image(region: &Region, kernel: &Kernel) -> PtxImage {
    let (entry, target) = ("entry".to_string(), "sm_80".to_string());
    let options = ptx::Options { target: target.parse().unwrap() };
    let text = ptx::emit(region, kernel, &region.mappings[0], &entry, options).unwrap();
    PtxImage { region: region.id, mapping: 0, target, entry, text }
}

/// What is shown of a kernel is shown of its PTX.
#[test]
fn the_texts_of_nests_are_accepted() {
    let scope = Scope { imported_memories: 0, effort: 1 << 22 };
    let mut refused = Vec::new();
    for case in conformance::cases().iter().filter(|case| !case.region.extents.is_empty()) {
        if let Err(why) = check_ptx(&case.region, &image(&case.region, &case.kernel), scope) {
            refused.push(format!("{}: {why}", case.name));
        }
    }
    assert!(refused.is_empty(), "{}", refused.join("\n"));
}
