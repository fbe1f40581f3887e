//! One test for each way in which a file can be wrong, with the words it is refused with.

use crate::sample::{Parts, WAT, bundle, contents, custom, image, kernel, module, region};
use ir::lowered::{Func, Op, Term, Type};
use ir::region::{FinalStore, FoldOp, Int, IntId, Mapping, Part, Pred, ReturnRole, ScalarId, Step};
use tensorwasm_bundle::{Contents, FpMode, MemoryExport, digest, read, write};

/// The words with which the sample is refused after `change`.
fn refused(change: impl FnOnce(&mut Parts)) -> String {
    let mut parts = Parts::new();
    change(&mut parts);
    read(&parts.file()).unwrap_err().to_string()
}

/// The words with which the sample is refused if its module's text has `to` for `from`.
fn module_refused(from: &str, to: &str) -> String {
    assert!(WAT.contains(from));
    refused(|parts| parts.module = wat::parse_str(WAT.replace(from, to)).unwrap())
}

/// The words with which the writer refuses the sample after `change`.
fn not_written(change: impl FnOnce(&mut Contents)) -> String {
    let mut contents = contents();
    change(&mut contents);
    write(&module(), &contents).unwrap_err().to_string()
}

#[test]
fn sections_in_the_wrong_place() {
    let parts = Parts::new();
    let [manifest, kernels, ptx] = [
        custom("tensorwasm.manifest", parts.json().as_bytes()),
        custom("tensorwasm.kernels", &parts.kernels),
        custom("tensorwasm.ptx", &parts.ptx),
    ];
    let other = custom("other", b"");
    let sequences: [&[&Vec<u8>]; 8] = [
        &[&manifest, &kernels],
        &[&manifest, &ptx, &kernels],
        &[&kernels, &ptx],
        &[&manifest, &manifest, &kernels, &ptx],
        &[&manifest, &kernels, &ptx, &ptx],
        &[&manifest, &kernels, &ptx, &other],
        &[&manifest, &other, &kernels, &ptx],
        &[&custom("signature", b""), &manifest, &kernels, &ptx],
    ];
    let words: Vec<String> = sequences
        .iter()
        .map(|sections| {
            let sections: Vec<u8> = sections.iter().flat_map(|s| s.iter().copied()).collect();
            read(&[parts.module.clone(), sections].concat()).unwrap_err().to_string()
        })
        .collect();
    insta::assert_snapshot!(words.join("\n"), @r"
    section `tensorwasm.ptx` is missing
    section `tensorwasm.kernels` is missing
    section `tensorwasm.manifest` is missing
    a second section `tensorwasm.manifest` at offset 1365
    a second section `tensorwasm.ptx` at offset 1588
    section `tensorwasm.ptx` at offset 1480 must stand at the end
    section `tensorwasm.manifest` at offset 164 must stand at the end
    section `signature` at offset 164 must stand first
    ");
}

#[test]
fn malformed_frames() {
    let files: [&[u8]; 6] = [
        // A size of more than five bytes, of more than 32 bits, and beyond the end.
        &[1, 0x80, 0x80, 0x80, 0x80, 0x80, 0],
        &[1, 0x80, 0x80, 0x80, 0x80, 0x10],
        &[1, 5, 0],
        // A custom section without a name, with one longer than itself, and with one that isn't UTF-8.
        &[0, 0, 1],
        &[0, 2, 2, b'x', b'x'],
        &[0, 2, 1, 0xff],
    ];
    let words: Vec<String> =
        files.iter().map(|file| read(&[b"\0asm\x01\0\0\0", *file].concat()).unwrap_err().to_string()).collect();
    insta::assert_snapshot!(words.join("\n"), @r"
    malformed at offset 9: a section's size
    malformed at offset 9: a section's size
    the file ends at offset 11, within a section
    malformed at offset 10: a custom section's name
    malformed at offset 10: a custom section's name
    malformed at offset 10: a custom section's name
    ");
}

#[test]
fn sections_over_their_limits() {
    let header = b"\0asm\x01\0\0\0".to_vec();
    let mut large = vec![0; (256 << 20) + 1];
    large[..8].copy_from_slice(&header);
    insta::assert_snapshot!(read(&large).unwrap_err(), @"file: 268435457 of at most 268435456");
    let many = [header.clone(), [0, 1, 0].repeat(65_537)].concat();
    insta::assert_snapshot!(read(&many).unwrap_err(), @"sections: 65537 of at most 65536");
    let long = [header.clone(), custom("tensorwasm.manifest", &vec![0; (64 << 20) + 1])].concat();
    insta::assert_snapshot!(read(&long).unwrap_err(), @"tensorwasm.manifest: 67108865 of at most 67108864");
    let signature = [header, custom("signature", &[0; 2049])].concat();
    insta::assert_snapshot!(read(&signature).unwrap_err(), @"signature: 2049 of at most 2048");
}

#[test]
fn a_plain_module() {
    insta::assert_snapshot!(read(b"\0asm\x01\0\0\0").unwrap_err(), @"a plain module, not a bundle");
}

#[test]
fn manifest_versions() {
    let json = Parts::new().json();
    let version = |version: &str| {
        let json = json.replace(r#""version":1"#, &format!(r#""version":{version}"#));
        read(&Parts::new().with_json(&json)).unwrap_err().to_string()
    };
    insta::assert_snapshot!(version("2"), @"manifest version 2 is newer than this build, which reads version 1");
    insta::assert_snapshot!(version("0"), @"manifest version 0 isn't known");
    insta::assert_snapshot!(version("-1"), @"malformed manifest at line 1, column 13: invalid value: integer `-1`, expected u64");
}

#[test]
fn manifests_in_another_spelling() {
    let json = Parts::new().json();
    let read = |from: &str, to: &str| {
        assert!(json.contains(from), "{from}");
        read(&Parts::new().with_json(&json.replacen(from, to, 1))).unwrap_err().to_string()
    };
    let words = [
        read(r#"{"version""#, r#"{ "version""#),
        read(r#"{"version":1"#, r#"{"version":1,"version":1"#),
        read(r#""compiler""#, r#""unknown":0,"compiler""#),
        read(r#""can_bail""#, r#""unknown":0,"can_bail""#),
        read(r#""run""#, r#""r\u0075n""#),
    ];
    insta::assert_snapshot!(words.join("\n"), @r"
    the manifest isn't in its canonical form from byte 1 on
    malformed manifest at line 1, column 22: duplicate field `version`
    malformed manifest at line 1, column 98: unknown field `unknown`, expected one of `version`, `source`, `compiler`, `options`, `module`, `kernels`, `ptx`, `memories`, `regions`
    the manifest isn't in its canonical form from byte 1142 on
    the manifest isn't in its canonical form from byte 515 on
    ");
}

#[test]
fn options_that_this_build_does_not_know() {
    let json = Parts::new().json();
    let read = |from: &str, to: &str| {
        assert!(json.contains(from), "{from}");
        read(&Parts::new().with_json(&json.replacen(from, to, 1))).unwrap_err().to_string()
    };
    let words = [
        read(r#""fp":"exact""#, r#""fp":"exact","tiles":4"#),
        read(r#""fp":"exact""#, r#""fp":"fast""#),
        read(r#""fp":"exact","#, ""),
    ];
    insta::assert_snapshot!(words.join("\n"), @"
    malformed manifest at line 1, column 150: unknown field `tiles`, expected `fp` or `targets`
    malformed manifest at line 1, column 141: unknown variant `fast`, expected `exact` or `relaxed`
    malformed manifest at line 1, column 158: missing field `fp`
    ");
}

#[test]
fn a_schedule_that_never_ends() {
    let (open, close) = (r#"{"Seq":["#.repeat(200), "]}".repeat(200));
    let json = Parts::new().json();
    let launch = r#"{"Launch":{"mapping":0}}"#;
    let deep = json.replace(launch, &format!("{open}{launch}{close}"));
    let error = read(&Parts::new().with_json(&deep)).unwrap_err().to_string();
    assert!(error.contains("recursion limit exceeded"), "{error}");
}

#[test]
fn digests_that_do_not_hold() {
    let json = Parts::new().json();
    let words: Vec<String> = ["module", "kernels", "ptx", "source"]
        .iter()
        .flat_map(|field| {
            let (before, rest) = json.split_once(&format!(r#""{field}":""#)).unwrap();
            let digest = digest(b"something else");
            [digest.as_str(), &digest[1..], &digest.to_uppercase()].map(|digest| {
                let json = format!(r#"{before}"{field}":"{digest}{}"#, &rest[64..]);
                read(&Parts::new().with_json(&json)).map_or_else(|error| error.to_string(), |_| "fine".into())
            })
        })
        .collect();
    insta::assert_snapshot!(words.join("\n"), @r"
    the manifest's `module` digest doesn't match the file's contents
    the manifest's `module` isn't a digest
    the manifest's `module` isn't a digest
    the manifest's `kernels` digest doesn't match the file's contents
    the manifest's `kernels` isn't a digest
    the manifest's `kernels` isn't a digest
    the manifest's `ptx` digest doesn't match the file's contents
    the manifest's `ptx` isn't a digest
    the manifest's `ptx` isn't a digest
    fine
    the manifest's `source` isn't a digest
    the manifest's `source` isn't a digest
    ");
}

#[test]
fn region_ids_count_from_zero() {
    insta::assert_snapshot!(refused(|parts| parts.manifest.regions[0].id = 1), @"region 1 stands where region 0 should");
}

#[test]
fn regions_that_fail_verification() {
    insta::assert_snapshot!(refused(|parts| parts.manifest.regions[0].schedule = Step::Barrier), @"region 0: schedule step `barrier` isn't supported");
    insta::assert_snapshot!(not_written(|contents| contents.regions[0].schedule = Step::Barrier), @"region 0: schedule step `barrier` isn't supported");
}

#[test]
fn folds_take_a_mark() {
    let fold = |parts: &mut Parts, fp| {
        parts.manifest.options.fp = fp;
        parts.manifest.regions[0].returns.push((Type::F32, ReturnRole::Fold(FoldOp::Add)));
    };
    insta::assert_snapshot!(refused(|parts| fold(parts, FpMode::Exact)), @"region 0 folds floats, which the manifest's float mode doesn't permit");
    // With it the region is looked at, and the kernel returns something else.
    insta::assert_snapshot!(refused(|parts| fold(parts, FpMode::Relaxed)), @"region 0: the kernel's return list doesn't match the region's");
}

#[test]
fn half_a_vector_is_an_i64() {
    let halved = refused(|parts| parts.manifest.regions[0].live_outs[0].part = Part::High);
    insta::assert_snapshot!(halved, @"region 0: live-out 0 has the wrong type");
}

#[test]
fn final_stores() {
    let with = |base: u32, width: u32, value: u32| {
        refused(|parts| {
            let last = FinalStore { memory: 0, base: IntId(base), width, value: ScalarId(value) };
            parts.manifest.regions[0].finals.push(last)
        })
    };
    let many = refused(|parts| {
        let last = FinalStore { memory: 0, base: IntId(0), width: 1, value: ScalarId(0) };
        parts.manifest.regions[0].finals = vec![last; 65]
    });
    let words = [with(999, 4, 0), with(0, 3, 0), with(0, 0, 0), with(0, 16, 0), with(0, 8, 0), with(0, 4, 999), many];
    insta::assert_snapshot!(words.join("\n"), @"
    region 0: final store 0 refers to something that isn't there
    region 0: final store 0 has the wrong type
    region 0: final store 0 has the wrong type
    region 0: final store 0 has the wrong type
    region 0: final store 0 has the wrong type
    region 0: final store 0 has the wrong type
    region 0: final stores: 65 of at most 64
    ");
}

#[test]
fn mappings_that_nothing_launches() {
    let mapping = Mapping { grid: vec![0, 1, 2, 3], block: 128 };
    insta::assert_snapshot!(refused(|parts| parts.manifest.regions[0].mappings.push(mapping)), @"region 0: mapping 1 refers to something that isn't there");
}

#[test]
fn memories() {
    let words = [
        refused(|parts| parts.manifest.memories.clear()),
        refused(|parts| parts.manifest.regions[0].program.ints.push(Int::MemoryBytes(7))),
        refused(|parts| parts.manifest.regions[0].program.preds.push(Pred::SameMemory(0, 3))),
        refused(|parts| {
            let last = FinalStore { memory: 5, base: IntId(0), width: 4, value: ScalarId(0) };
            parts.manifest.regions[0].finals.push(last)
        }),
        refused(|parts| parts.manifest.memories.push(MemoryExport::new(0))),
        refused(|parts| parts.manifest.memories.push(MemoryExport::new(1))),
        refused(|parts| parts.manifest.memories[0].export = "memory".into()),
        module_refused("(memory (", "(memory 1) (memory ("),
        module_refused("/memory-0\") 1", "/memory-0\") 1 1 shared"),
        module_refused(
            "(func (export \"run\"",
            "(memory (export \"tensorwasm:offload/v1/memory-1\") 1) (func (export \"run\"",
        ),
        module_refused("(func (export \"run\"", "(func (export \"tensorwasm:offload/v1\"))(func (export \"run\""),
    ];
    insta::assert_snapshot!(words.join("\n"), @r"
    region 0 uses memory 0, which the manifest doesn't list
    region 0 uses memory 7, which the manifest doesn't list
    region 0 uses memory 3, which the manifest doesn't list
    region 0 uses memory 5, which the manifest doesn't list
    the manifest's memory 0 is out of order
    `tensorwasm:offload/v1/memory-1`: the module doesn't export the memory under this name
    `memory`: no such name is defined
    `tensorwasm:offload/v1/memory-0`: the module doesn't export the memory under this name
    `tensorwasm:offload/v1/memory-0`: the memory is shared
    `tensorwasm:offload/v1/memory-1`: the manifest has no such export
    `tensorwasm:offload/v1`: the manifest has no such export
    ");
}

#[test]
fn imports() {
    let region = r#"(import "tensorwasm:offload/v1" "region-0" (func (param i32 i32) (result i32 i32)))"#;
    let global = r#"(import "tensorwasm:offload/v1" "min-work-0" (global (mut i64)))"#;
    let words = [
        module_refused(region, ""),
        module_refused(global, ""),
        module_refused(region, &region.repeat(2)),
        module_refused("min-work-0", "min-work-1"),
        module_refused("min-work-0", "min-work-00"),
        module_refused("region-0", "region-1"),
        module_refused("(param i32 i32)", "(param i32 i64)"),
        module_refused("(result i32 i32)", "(result i32)"),
        module_refused("(func (param i32 i32) (result i32 i32))", "(global i32)"),
        module_refused("(mut i64)", "(mut i32)"),
        module_refused("(mut i64)", "i64"),
        module_refused("(memory", r#"(import "tensorwasm:offload/v2" "region-0" (func)) (memory"#),
    ];
    insta::assert_snapshot!(words.join("\n"), @r"
    `region-0`: the module doesn't import it
    `min-work-0`: the module doesn't import it
    `region-0`: imported twice
    `min-work-1`: the manifest has no such region
    `min-work-00`: no such name is defined
    `region-1`: the manifest has no such region
    `region-0`: the type doesn't match the region's live-ins and live-outs
    `region-0`: the type doesn't match the region's live-ins and live-outs
    `region-0`: the type doesn't match the region's live-ins and live-outs
    `min-work-0`: not a mutable i64 global
    `min-work-0`: not a mutable i64 global
    `tensorwasm:offload/v2`: no such name is defined
    ");
}

#[test]
fn kernels() {
    let encode = |change: fn(&mut Func)| {
        let mut func = kernel().func;
        change(&mut func);
        ir::lowered::codec::encode(&[func])
    };
    let words = [
        refused(|parts| parts.kernels.clear()),
        refused(|parts| parts.kernels[0] = 9),
        refused(|parts| parts.kernels.push(0)),
        refused(|parts| parts.kernels = ir::lowered::codec::encode(&[])),
        refused(|parts| parts.kernels = encode(|func| func.block_mut(ir::lowered::BlockId::ENTRY).term = Term::Bail)),
        refused(|parts| parts.kernels = encode(|func| func.block_mut(ir::lowered::BlockId::ENTRY).insts.clear())),
        refused(|parts| {
            parts.kernels = encode(|func| {
                let entry = ir::lowered::BlockId::ENTRY;
                func.push(entry, Op::GlobalGet(0), Type::I32, 0);
            });
        }),
        refused(|parts| {
            parts.kernels = encode(|func| {
                for _ in 0..4096 {
                    func.new_block();
                }
            });
        }),
        refused(|parts| parts.manifest.regions[0].returns[0].0 = Type::I64),
        not_written(|contents| contents.kernels.clear()),
        not_written(|contents| contents.kernels[0].returns.clear()),
        not_written(|contents| contents.kernels[0].dims = 2),
    ];
    insta::assert_snapshot!(words.join("\n"), @r"
    section `tensorwasm.kernels`: malformed kernel encoding
    section `tensorwasm.kernels`: kernel encoding version 9, this build reads 2
    section `tensorwasm.kernels`: malformed kernel encoding
    section `tensorwasm.kernels`: malformed kernel encoding
    region 0: the kernel's bail flag doesn't match the region's
    section `tensorwasm.kernels`: kernel 0: block 0: v10 is used where its definition doesn't reach
    section `tensorwasm.kernels`: kernel 0: block 0: `global.get g0` may not stand here
    section `tensorwasm.kernels`: kernel 0: 4097 blocks of at most 4096
    region 0: live-out 0 has the wrong type
    0 kernels for 1 regions
    region 0: the kernel's return list doesn't match the region's
    region 0: the kernel's dimension count doesn't match the region's
    ");
}

#[test]
fn ptx_images() {
    let with = |change: fn(&mut Vec<tensorwasm_bundle::PtxImage>)| {
        let mut images = contents().ptx;
        change(&mut images);
        postcard::to_allocvec(&images).unwrap()
    };
    let words = [
        refused(|parts| parts.ptx.clear()),
        refused(|parts| parts.ptx.push(0)),
        refused(|parts| parts.ptx = with(|images| images[0].region = 1)),
        refused(|parts| parts.ptx = with(|images| images[0].mapping = 1)),
        refused(|parts| parts.ptx = with(|images| images[1].target = "sm_100".into())),
        refused(|parts| parts.ptx = with(|images| images[0].entry = "0".into())),
        refused(|parts| parts.ptx = with(|images| images[0].entry.clear())),
        refused(|parts| parts.ptx = with(|images| images[0].text = "a\0b".into())),
        refused(|parts| parts.ptx = with(|images| images.reverse())),
        not_written(|contents| contents.ptx.push(image("sm_80"))),
    ];
    insta::assert_snapshot!(words.join("\n"), @r"
    section `tensorwasm.ptx` is malformed
    section `tensorwasm.ptx` is malformed
    PTX image 0: there is no such region
    PTX image 0: the region has no such mapping
    PTX image 1: the options don't name its target
    PTX image 0: its entry isn't an identifier
    PTX image 0: its entry isn't an identifier
    PTX image 0: its text is empty or holds a NUL
    PTX image 1: it is out of order or there twice
    PTX image 1: it is out of order or there twice
    ");
}

#[test]
fn modules_that_may_not_become_bundles() {
    let empty = Contents { source: digest(b""), ..Contents::default() };
    let words = [
        write(&bundle(), &contents()).unwrap_err().to_string(),
        write(&module(), &empty).unwrap_err().to_string(),
        write(&module()[..20], &empty).unwrap_err().to_string(),
        not_written(|contents| contents.source = "unknown".into()),
        not_written(|contents| contents.regions.push(region())),
    ];
    insta::assert_snapshot!(words.join("\n"), @r"
    the module already uses `tensorwasm.manifest`, which is reserved for bundles
    the module already uses `tensorwasm:offload/v1` `region-0`, which is reserved for bundles
    the file ends at offset 20, within a section
    the manifest's `source` isn't a digest
    1 kernels for 2 regions
    ");
}
