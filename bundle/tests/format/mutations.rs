//! No input panics: bundles with random damage, and random files behind valid frames.

use crate::sample::{Parts, bundle, key};
use proptest::prelude::*;
use tensorwasm_bundle::{
    KnownKeys, classify, differences, layout, open, read, sign, sign_detached, unsigned, verify, write,
};

/// Calls everything that takes bytes from outside; a file that reads must be one that could have been written.
fn check(bytes: &[u8]) {
    let _ = classify(bytes);
    let (trust, detached) = (KnownKeys::of(&[key(1).public()]), [bytes.to_vec()]);
    let _ = verify(bytes, &[], &trust);
    let _ = open(bytes, &[], &trust);
    let _ = sign(bytes, &key(1));
    let _ = layout(bytes);
    let _ = unsigned(bytes);
    let _ = differences(&bundle(), bytes);
    let _ = sign_detached(&bundle(), Some(bytes), &key(1));
    assert!(verify(&bundle(), &detached, &trust).is_err());
    if let Ok(bundle) = read(bytes) {
        let contents = tensorwasm_bundle::Contents {
            source: bundle.manifest.source.clone(),
            options: bundle.manifest.options.clone(),
            memories: bundle.manifest.memories.clone(),
            regions: bundle.manifest.regions.clone(),
            kernels: bundle.kernels.clone(),
            ptx: bundle.ptx.clone(),
        };
        let again = read(&write(&bundle.module, &contents).unwrap()).unwrap();
        assert_eq!(
            (again.manifest.regions, again.kernels, again.ptx),
            (contents.regions, contents.kernels, contents.ptx)
        );
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 500, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn damaged_files(edits in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..8), cut: prop::sample::Index) {
        let mut bytes = sign(&sign(&bundle(), &key(1)).unwrap(), &key(2)).unwrap();
        for (at, byte) in &edits {
            let at = at.index(bytes.len());
            bytes[at] = *byte;
        }
        check(&bytes);
        check(&bytes[..cut.index(bytes.len())]);
    }

    #[test]
    fn damaged_contents_behind_digests_that_hold(
        kernels in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 0..3),
        ptx in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 0..3),
        module in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 0..2),
    ) {
        let mut parts = Parts::new();
        for (bytes, edits) in [(&mut parts.kernels, kernels), (&mut parts.ptx, ptx), (&mut parts.module, module)] {
            for (at, byte) in edits {
                let at = at.index(bytes.len());
                bytes[at] = byte;
            }
        }
        check(&parts.file());
    }

    #[test]
    fn damaged_numbers_in_the_manifest(edits in prop::collection::vec((any::<prop::sample::Index>(), 0u32..300), 1..4)) {
        let mut json = Parts::new().json();
        for (which, value) in edits {
            let digits: Vec<usize> = json.char_indices().filter(|(at, c)| {
                c.is_ascii_digit() && matches!(json.as_bytes()[at - 1], b':' | b'[' | b',')
            }).map(|(at, _)| at).collect();
            let at = digits[which.index(digits.len())];
            let end = at + json[at..].find(|c: char| !c.is_ascii_digit()).unwrap_or(0);
            json.replace_range(at..end, &value.to_string());
        }
        check(&Parts::new().with_json(&json));
    }

    #[test]
    fn random_contents(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        let mut parts = Parts::new();
        parts.kernels = [&[1], bytes.as_slice()].concat();
        check(&parts.file());
        parts.ptx = bytes.clone();
        check(&parts.file());
        check(&[b"\0asm\x01\0\0\0", bytes.as_slice()].concat());
        check(&bytes);
        // A signature section's payload whose head is right.
        let hash = wasmsign2::reexports::hmac_sha256::Hash::hash(&bundle()[8..]);
        check(&[&[1, 1, 1, 1, 1, 1], hash.as_slice(), &bytes].concat());
    }
}
