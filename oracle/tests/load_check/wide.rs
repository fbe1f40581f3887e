//! Addresses of 64 bits: the modules of `tests/memory64` are accepted, and refused without what their addresses rely on.

use super::{image, refusals};
use bundle::{Bundle, read};
use compiler::{Options, compile};
use runtime::checker::{Scope, check, check_ptx};
use std::path::Path;

fn bundle(name: &str) -> Bundle {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("tests/memory64/{name}.wat"));
    read(&compile(&wat::parse_file(file).unwrap(), &Options::default()).unwrap().bundle).unwrap()
}

#[test]
fn regions_with_wide_addresses_are_accepted() {
    for name in ["streams", "scattered", "bulk", "mixed", "edges", "several", "neighbours"] {
        let bundle = bundle(name);
        let all = refusals(&bundle);
        assert_eq!(all, Vec::<String>::new(), "{name}");
    }
}

/// Of each region which guards the checker misses when they are gone.
#[test]
fn guards_are_needed() {
    let mut lines = Vec::new();
    for name in ["edges", "streams"] {
        let bundle = bundle(name);
        for (region, kernel) in bundle.manifest.regions.iter().zip(&bundle.kernels) {
            for guard in 0..region.guards.len() {
                let mut without = region.clone();
                let gone = without.guards.remove(guard);
                let kernel_says = check(&without, kernel, Scope::of(&bundle)).err();
                let ptx_says = check_ptx(&without, &image(&without, kernel), Scope::of(&bundle)).err();
                let says = match (kernel_says, ptx_says) {
                    (Some(a), Some(b)) if a == b => a.to_string(),
                    (None, None) => "accepted".into(),
                    (a, b) => format!("{a:?} and {b:?}"),
                };
                let function = region.place.name.as_deref().unwrap_or_default();
                lines.push(format!("{function} without {}: {says}", gone.why));
            }
        }
    }
    insta::assert_snapshot!(lines.join("\n"), @"
    half without address no-wrap: accepted
    wrapping_u without no-wrap: an access of 4 bytes isn't shown to lie within footprint f0
    wrapping_s without no-wrap: an access of 4 bytes isn't shown to lie within footprint f0
    apart without no-wrap: accepted
    apart without arrays 0 and 1 are independent: different iterations aren't shown to keep apart between footprints f0 and f1
    saxpy without arrays 0 and 1 are independent: different iterations aren't shown to keep apart between footprints f0 and f1
    index_u without no-wrap: accepted
    index_u without no-wrap: accepted
    index_u without arrays 0 and 1 are independent: different iterations aren't shown to keep apart between footprints f0 and f1
    index_s without no-wrap: accepted
    index_s without no-wrap: accepted
    index_s without arrays 0 and 1 are independent: different iterations aren't shown to keep apart between footprints f0 and f1
    down without no-wrap: accepted
    down without address no-wrap: accepted
    down without address no-wrap: accepted
    down without arrays 0 and 1 are independent: different iterations aren't shown to keep apart between footprints f0 and f1
    product without no-wrap: accepted
    product without address no-wrap: accepted
    product without address no-wrap: accepted
    product without address no-wrap: accepted
    product without iterations keep apart in array 2: different iterations aren't shown to keep apart in footprint f2
    product without arrays 0 and 2 are independent: different iterations aren't shown to keep apart between footprints f0 and f2
    product without arrays 1 and 2 are independent: different iterations aren't shown to keep apart between footprints f1 and f2
    product without no-wrap: accepted
    product without address no-wrap: accepted
    product without arrays 0 and 2 are independent: different iterations aren't shown to keep apart between footprints f0 and f2
    product without arrays 1 and 2 are independent: different iterations aren't shown to keep apart between footprints f1 and f2
    plane without no-wrap: accepted
    plane without no-wrap: accepted
    plane without no-wrap: an access of 4 bytes isn't shown to lie within footprint f0
    plane without no-wrap: an access of 4 bytes isn't shown to lie within footprint f0
    plane without address no-wrap: accepted
    plane without iterations keep apart in array 0: different iterations aren't shown to keep apart in footprint f0
    plane without no-wrap: accepted
    plane without no-wrap: an access of 4 bytes isn't shown to lie within footprint f0
    vectors without arrays 0 and 1 are independent: different iterations aren't shown to keep apart between footprints f0 and f1
    header without no-wrap: accepted
    header without arrays 0 and 2 are independent: accepted
    header without arrays 1 and 2 are independent: different iterations aren't shown to keep apart between footprints f1 and f2
    frame without arrays 0 and 1 are independent: different iterations aren't shown to keep apart between footprints f0 and f1
    ");
}

/// What is said of a gather's text when one of its lines is changed.
#[test]
fn checks_of_wide_addresses_are_needed() {
    let bundle = bundle("scattered");
    let (region, kernel) = (&bundle.manifest.regions[1], &bundle.kernels[1]);
    let whole = image(region, kernel);
    let changed = |from: &str, to: &str| {
        assert_eq!(whole.text.matches(from).count(), 1, "{from}\n{}", whole.text);
        let mut image = whole.clone();
        image.text = whole.text.replace(from, to);
        check_ptx(region, &image, Scope::of(&bundle)).map_or_else(|why| why.to_string(), |()| "accepted".into())
    };
    let lines = [
        changed("@%p2 bra $bail;", ""),
        changed("@%p3 bra $bail;", ""),
        changed("setp.gt.u64", "setp.gt.s64"),
        changed("sub.s64 %rd24, %rd11, %rd21;", "sub.s64 %rd24, %rd10, %rd21;"),
        changed("add.s64 %rd12, %rd20, %rd11;", "add.s64 %rd12, %rd20, %rd10;"),
        changed("ld.global.b64 %rd13, [%rd12];", "ld.global.b64 %rd13, [%rd12+8];"),
        changed("ld.global.b64 %rd8, [%rd7];", "ld.global.b64 %rd8, [%rd7+8];"),
        changed("add.s64 %rd6, %rd3, %rd4;", "add.s64 %rd6, %rd2, %rd4;"),
        // Where the sum wraps around is the business of the original, and not of what the kernel may touch.
        changed("selp.b64 %rd11, -1, %rd10, %p0;", "mov.b64 %rd11, %rd10;"),
    ];
    insta::assert_snapshot!(lines.join("\n"), @"
    line 57 of the PTX accesses footprint f2 without a check that shows where, and that it is aligned
    line 57 of the PTX accesses footprint f2 without a check that shows where, and that it is aligned
    line 57 of the PTX accesses footprint f2 without a check that shows where, and that it is aligned
    line 57 of the PTX accesses footprint f2 without a check that shows where, and that it is aligned
    line 57 of the PTX accesses footprint f2 without a check that shows where, and that it is aligned
    line 57 of the PTX accesses footprint f2 without a check that shows where, and that it is aligned
    an access of 8 bytes isn't shown to lie within footprint f0
    an access of 8 bytes isn't shown to lie within footprint f1
    accepted
    ");
}

/// A region whose footprints say another width of addresses than its kernel has.
#[test]
fn widths_must_agree() {
    use ir::region::verify::{RegionError, verify_kernel};
    let bundle = bundle("streams");
    let (region, kernel) = (&bundle.manifest.regions[0], &bundle.kernels[0]);
    for footprint in 0..region.footprints.len() {
        let mut other = region.clone();
        other.footprints[footprint].wide = false;
        assert!(matches!(verify_kernel(&other, kernel), Err(RegionError::Kernel("address widths"))));
    }
}
