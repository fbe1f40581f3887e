//! What is written is read back, and nothing else depends on anything.

use crate::sample::{Parts, bundle, contents, custom, image, kernel, module, region};
use ir::lowered::{BlockId, Type};
use ir::region::{LiveIn, LiveOut, Part, Scalar, ScalarId};
use proptest::prelude::*;
use tensorwasm_bundle::{Contents, abi_names, digest, read, write};

#[test]
fn contents_come_back() {
    let (written, read) = (contents(), read(&bundle()).unwrap());
    assert_eq!(read.manifest.source, written.source);
    assert_eq!(read.manifest.options, written.options);
    assert_eq!(read.manifest.memories, written.memories);
    assert_eq!(read.manifest.regions, written.regions);
    assert_eq!(read.kernels, written.kernels);
    assert_eq!(read.ptx, written.ptx);
    assert_eq!(read.module, module());
}

#[test]
fn the_manifest_is_readable_json() {
    let manifest = read(&bundle()).unwrap().manifest;
    insta::assert_snapshot!(serde_json::to_string_pretty(&manifest).unwrap(), @r#"
    {
      "version": 1,
      "source": "a11a682338869718d3356115c1fc380fa771b2cfeb41e5c236ce47b43819a6a7",
      "compiler": "tensorwasm 0.1.0",
      "options": {
        "fp": "exact",
        "targets": [
          "sm_80",
          "sm_90"
        ]
      },
      "module": "7f320c3b74896a3eebed640662bb3274f94e520aa00dada9d5f5e3b2b68ec538",
      "kernels": "ed2c972bf622c0d8fe41d7d39e0b5bfef4bbb11c36af8c9298ed195b548ef4d4",
      "ptx": "5b8b8a562c2aeb03332700eb2ff1aa1903cde6d18dcb432f5fe700d90491d239",
      "memories": [
        {
          "index": 0,
          "export": "tensorwasm:offload/v1/memory-0"
        }
      ],
      "regions": [
        {
          "id": 0,
          "place": {
            "function": 1,
            "name": "run",
            "offset": 75,
            "line": null
          },
          "live_ins": [
            {
              "local": 0,
              "ty": "I32"
            },
            {
              "local": 1,
              "ty": "I32"
            }
          ],
          "scalars": [
            {
              "LiveIn": 0
            },
            {
              "LiveIn": 1
            },
            {
              "Returned": 0
            }
          ],
          "program": {
            "ints": [
              {
                "Unsigned": 0
              },
              {
                "Unsigned": 1
              },
              {
                "Const": 4
              },
              {
                "Mul": [
                  1,
                  2
                ]
              },
              {
                "Add": [
                  0,
                  3
                ]
              },
              {
                "MemoryBytes": 0
              }
            ],
            "preds": [
              {
                "Le": [
                  4,
                  5
                ]
              }
            ]
          },
          "trips": [
            1
          ],
          "guards": [
            {
              "pred": 0,
              "why": "in bounds"
            }
          ],
          "footprints": [
            {
              "memory": 0,
              "base": 0,
              "dims": [
                {
                  "dim": 0,
                  "stride": 2
                }
              ],
              "width": 4,
              "access": "ReadWrite",
              "must_write": false,
              "align": 4
            }
          ],
          "returns": [
            [
              "I32",
              {
                "Reduce": "Add"
              }
            ]
          ],
          "live_outs": [
            {
              "local": 2,
              "ty": "I32",
              "value": 2
            }
          ],
          "schedule": {
            "Launch": {
              "mapping": 0
            }
          },
          "mappings": [
            {
              "grid": [
                0
              ],
              "block": 128
            }
          ],
          "estimate": null,
          "can_bail": false,
          "unbounded": false
        }
      ]
    }
    "#);
}

#[test]
fn digests_are_over_module_kernels_and_ptx() {
    let (parts, manifest) = (Parts::new(), read(&bundle()).unwrap().manifest);
    assert_eq!(manifest.module, digest(&module()));
    assert_eq!(manifest.kernels, digest(&parts.kernels));
    assert_eq!(manifest.ptx, digest(&parts.ptx));
    assert_eq!(digest(b""), "af1349b9f5f9a1a6a0404dea36dcc9499bcb25c9adc112b7cc9a93cae41f3262");
}

#[test]
fn the_same_contents_give_the_same_bytes() {
    let shuffled = Contents { ptx: vec![image("sm_90"), image("sm_80")], ..contents() };
    assert_eq!(write(&module(), &shuffled).unwrap(), bundle());
    assert_eq!(Parts::new().file(), bundle());
}

#[test]
fn a_bundle_is_a_module_followed_by_three_sections() {
    let names: Vec<String> = wasmparser::Parser::new(0)
        .parse_all(&bundle())
        .filter_map(|payload| match payload.unwrap() {
            wasmparser::Payload::CustomSection(section) => Some(section.name().to_string()),
            _ => None,
        })
        .collect();
    assert_eq!(names, ["tensorwasm.manifest", "tensorwasm.kernels", "tensorwasm.ptx"]);
    assert!(bundle().starts_with(&module()));
    wasmparser::validate(&bundle()).unwrap();
}

#[test]
fn a_module_without_regions_is_carried_unchanged() {
    let plain = [wat::parse_str("(module (func))").unwrap(), custom("producers", b"x")].concat();
    let empty = Contents { source: digest(&plain), ..Contents::default() };
    let read = read(&write(&plain, &empty).unwrap()).unwrap();
    assert_eq!((read.module, read.manifest.regions.len(), read.kernels.len()), (plain, 0, 0));
}

#[test]
fn section_sizes_in_a_longer_form_are_kept() {
    // A custom section named `x` with the size 2 in three bytes.
    let padded = [&b"\0asm\x01\0\0\0"[..], &[0, 0x82, 0x80, 0x00, 1, b'x']].concat();
    let empty = Contents { source: digest(&padded), ..Contents::default() };
    assert_eq!(read(&write(&padded, &empty).unwrap()).unwrap().module, padded);
}

#[test]
fn a_signature_of_the_module_is_dropped() {
    let signed = tensorwasm_bundle::sign(&module(), &crate::sample::key(1)).unwrap();
    assert_eq!(write(&signed, &contents()).unwrap(), bundle());
}

/// The sample with one region per entry, each with further live-ins of these types, which are live-outs as well.
fn several(regions: &[Vec<Type>]) -> (Vec<u8>, Contents) {
    let (mut wat, mut contents) =
        (String::from("(module"), Contents { regions: vec![], kernels: vec![], ..contents() });
    contents.ptx.retain(|image| (image.region as usize) < regions.len());
    for (id, types) in regions.iter().enumerate() {
        let (mut region, mut kernel) = (region(), kernel());
        region.id = id as u32;
        for &ty in types {
            let (local, value) = (3 + region.live_ins.len() as u32, ScalarId(region.scalars.0.len() as u32));
            region.scalars.0.push(Scalar::LiveIn(region.live_ins.len() as u32));
            region.live_ins.push(LiveIn::local(local, ty));
            region.live_outs.push(LiveOut { local, part: Part::Whole, ty, value });
            let param = kernel.func.new_value(ty);
            kernel.func.block_mut(BlockId::ENTRY).params.push(param);
        }
        let types: Vec<String> = types.iter().map(Type::to_string).collect();
        let (function, global, types) = (abi_names::region(region.id), abi_names::min_work(region.id), types.join(" "));
        let function = format!("\"{function}\" (func (param i32 i32 {types}) (result i32 i32 {types}))");
        for import in [function, format!("\"{global}\" (global (mut i64))")] {
            wat += &format!("(import \"{}\" {import})", abi_names::NAMESPACE);
        }
        contents.regions.push(region);
        contents.kernels.push(kernel);
    }
    wat += &format!("(memory (export \"{}\") 1))", abi_names::memory(0));
    (wat::parse_str(wat).unwrap(), contents)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 100, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_number_of_regions_of_any_type_comes_back(
        regions in prop::collection::vec(
            prop::collection::vec(prop::sample::select(vec![Type::I32, Type::I64, Type::F32, Type::F64]), 0..6),
            1..5,
        ),
    ) {
        let (module, contents) = several(&regions);
        let bytes = write(&module, &contents).unwrap();
        let read = read(&bytes).unwrap();
        prop_assert_eq!(&read.manifest.regions, &contents.regions);
        prop_assert_eq!(&read.kernels, &contents.kernels);
        prop_assert_eq!(&read.ptx, &contents.ptx);
        prop_assert_eq!(write(&read.module, &contents).unwrap(), bytes);
    }
}
