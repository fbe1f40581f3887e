//! What sort of file it is.

use crate::sample::{Parts, bundle, custom, key, module};
use tensorwasm_bundle::{classify, sign};

fn kind(bytes: &[u8]) -> String {
    classify(bytes).map_or_else(|error| error.to_string(), |kind| format!("{kind:?}"))
}

#[test]
fn plain_modules_and_bundles() {
    assert_eq!(kind(b"\0asm\x01\0\0\0"), "Plain");
    let plain = wat::parse_str(r#"(module (import "env" "region-0" (func)) (memory (export "memory-0") 1))"#).unwrap();
    assert_eq!(kind(&plain), "Plain");
    assert_eq!(kind(&sign(&plain, &key(1)).unwrap()), "Plain");
    assert_eq!(kind(&bundle()), "Bundle");
    assert_eq!(kind(&sign(&bundle(), &key(1)).unwrap()), "Bundle");
}

#[test]
fn files_that_are_no_modules() {
    let files: [&[u8]; 10] = [
        b"",
        b"  (module)",
        b"hello\n",
        b"\x7fELF\x02\x01",
        b"!<arch>\n",
        b"\xff\xfe\x00",
        b"\0as",
        b"\0asm\x01\0",
        b"\0asm\x0d\0\x01\0",
        b"\0asm\x02\0\0\0",
    ];
    let kinds: Vec<String> = files.iter().map(|file| kind(file)).collect();
    insta::assert_snapshot!(kinds.join("\n"), @r"
    the file is empty
    not a WebAssembly module: this is WebAssembly text; assemble it first
    not a WebAssembly module: this is a text file
    not a WebAssembly module: this is a native executable
    not a WebAssembly module: this is an archive
    not a WebAssembly module: the first bytes aren't `\0asm`
    the file ends at offset 3, within the header
    the file ends at offset 6, within the header
    a WebAssembly component, not a module
    WebAssembly binary version 2; only version 1 is supported
    ");
}

#[test]
fn a_module_cut_short_is_not_plain() {
    let plain = wat::parse_str(r#"(module (func (export "a") (nop)) (memory 1) (data (i32.const 0) "xyz"))"#).unwrap();
    let boundaries: Vec<usize> = (8..plain.len()).filter(|&n| kind(&plain[..n]) == "Plain").collect();
    // Only a cut between two sections leaves a file that has every byte its sections announce.
    let mut ends = vec![8];
    for payload in wasmparser::Parser::new(0).parse_all(&plain) {
        ends.extend(payload.unwrap().as_section().map(|(_, range)| range.end));
    }
    ends.pop();
    assert_eq!(boundaries, ends);
    assert_eq!(kind(&plain[..11]), "the file ends at offset 11, within a section");
    assert_eq!(kind(&plain[..9]), "the file ends at offset 9, within a section's size");
}

#[test]
fn anything_of_ours_without_a_manifest_is_refused() {
    let wat = |text: &str| wat::parse_str(text).unwrap();
    let files = [
        module(),
        wat(r#"(module (import "tensorwasm:offload/v1" "anything" (func)))"#),
        wat(r#"(module (import "tensorwasm:offload/v9" "anything" (func)))"#),
        wat(r#"(module (memory 1) (export "tensorwasm:offload/v1/memory-0" (memory 0)))"#),
        [wat("(module)"), custom("tensorwasm.ptx", b"")].concat(),
        [wat("(module)"), custom("tensorwasm.manifest", b"{}")].concat(),
        [wat("(module)"), custom("tensorwasm.cubin", b"")].concat(),
        Parts::new().with_json("{}"),
        Parts::new().with_json(r#"{"version":2,"novelty":1}"#),
        Parts::new().with_json(r#"{"version":0}"#),
        Parts::new().with_json(r#"{"version":"#),
    ];
    let kinds: Vec<String> = files.iter().map(|file| kind(file)).collect();
    insta::assert_snapshot!(kinds.join("\n"), @r"
    `tensorwasm:offload/v1` `region-0` is reserved for bundles, but the module has no manifest
    `tensorwasm:offload/v1` `anything` is reserved for bundles, but the module has no manifest
    `tensorwasm:offload/v9` `anything` is reserved for bundles, but the module has no manifest
    `tensorwasm:offload/v1/memory-0` is reserved for bundles, but the module has no manifest
    section `tensorwasm.manifest` is missing
    section `tensorwasm.kernels` is missing
    unknown section `tensorwasm.cubin` at offset 8
    malformed manifest at line 1, column 2: missing field `version`
    manifest version 2 is newer than this build, which reads version 1
    manifest version 0 isn't known
    malformed manifest at line 1, column 11: EOF while parsing a value
    ");
}

#[test]
fn a_bundle_whose_manifest_does_not_hold_is_refused() {
    let mut parts = Parts::new();
    parts.manifest.regions.clear();
    insta::assert_snapshot!(kind(&parts.file()), @"`region-0`: the manifest has no such region");
    let json = Parts::new().json();
    parts.module.extend(custom("note", b""));
    insta::assert_snapshot!(kind(&parts.with_json(&json)), @"the manifest's `module` digest doesn't match the file's contents");
}
