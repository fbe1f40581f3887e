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
use ir::lowered::dominators::Dominators;
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

/// What isn't accepted of a bundle's regions that have loops inside a thread, or of those that have none, a line each.
fn refusals(bundle: &Bundle, nests: bool) -> Vec<String> {
    let mut lines = Vec::new();
    for (region, kernel) in bundle.manifest.regions.iter().zip(&bundle.kernels) {
        if nests != Dominators::of(&kernel.func).has_cycle(&kernel.func) {
            continue;
        }
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

/// Modules with a region that the checker can't check yet, so that they run with it off.
const REFUSED: [(&str, &str); 3] = [
    ("asc/fft", "an access isn't shown to lie within its footprint"),
    ("clang/solve2", "an access of the PTX isn't shown to lie within its footprint"),
    ("clang-simd/solve2", "an access of the PTX isn't shown to lie within its footprint"),
];

/// Every region and every image of the corpus, by every producer.
#[test]
fn what_the_compiler_makes_is_accepted() {
    let mut files = Vec::new();
    modules(&Path::new(env!("CARGO_MANIFEST_DIR")).join("../corpus/wasm"), &mut files);
    files.sort();
    let mut regions = 0;
    let (mut refused, mut nests, mut refused_nests) = (Vec::new(), 0, 0);
    for file in &files {
        let compiled = compile(&std::fs::read(file).unwrap(), &Options::default()).unwrap();
        if compiled.regions.is_empty() {
            continue;
        }
        let bundle = read(&compiled.bundle).unwrap();
        regions += bundle.manifest.regions.len();
        nests += bundle.manifest.regions.iter().filter(|r| r.unbounded || !r.extents.is_empty()).count();
        refused_nests += refusals(&bundle, true).len();
        let name = file.with_extension("");
        if REFUSED.iter().any(|(known, _)| name.ends_with(known)) {
            continue;
        }
        refused.extend(refusals(&bundle, false).into_iter().map(|line| format!("{}: {line}", file.display())));
    }
    assert!(refused.is_empty(), "{} refused:\n{}", refused.len(), refused.join("\n"));
    assert!(regions > 100, "{regions} regions");
    // Of loops inside a thread not everything is followed, above all not in PTX; such regions are off.
    assert!(refused_nests < 2 * nests, "{refused_nests} refusals of {nests} nests");
}

/// Loads that the first iterations don't run lie within footprints that begin later.
#[test]
fn what_is_computed_again_is_accepted() {
    for name in ["carried_load", "carried_index", "carried_choice"] {
        let file = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("../compiler/tests/loops/{name}.wat"));
        let compiled = compile(&wat::parse_file(file).unwrap(), &Options::default()).unwrap();
        let bundle = read(&compiled.bundle).unwrap();
        assert!(!bundle.manifest.regions.is_empty(), "{name}");
        assert_eq!(refusals(&bundle, false), Vec::<String>::new(), "{name}");
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
