//! Where the sections of a file are, and where two files part.

use crate::sample::{bundle, contents, custom, image, key, module};
use tensorwasm_bundle::{differences, layout, sign, write};

fn words(a: &[u8], b: &[u8]) -> String {
    let found = differences(a, b).unwrap();
    found.iter().map(|difference| format!("{difference}\n")).collect()
}

#[test]
fn every_byte_after_the_header_is_in_a_section() {
    let signed = sign(&bundle(), &key(1)).unwrap();
    let lines: Vec<String> = layout(&signed)
        .unwrap()
        .iter()
        .map(|s| format!("{}: {} bytes at {}{}", s.name, s.bytes, s.offset, if s.signed { ", signed" } else { "" }))
        .collect();
    insta::assert_snapshot!(lines.join("\n"), @"
    signature: 132 bytes at 8
    type: 17 bytes at 140, signed
    import: 82 bytes at 157, signed
    function: 4 bytes at 239, signed
    memory: 5 bytes at 243, signed
    export: 42 bytes at 248, signed
    code: 6 bytes at 290, signed
    tensorwasm.manifest: 1201 bytes at 296, signed
    tensorwasm.kernels: 115 bytes at 1497, signed
    tensorwasm.ptx: 108 bytes at 1612, signed
    ");
    let sections = layout(&signed).unwrap();
    let end = sections.iter().fold(8, |at, section| {
        assert_eq!(section.offset, at);
        at + section.bytes
    });
    assert_eq!(end, signed.len());
}

#[test]
fn files_differ_where_their_sections_do() {
    let other = |change: fn(&mut tensorwasm_bundle::Contents)| {
        let mut contents = contents();
        change(&mut contents);
        write(&module(), &contents).unwrap()
    };
    let place = other(|contents| contents.regions[0].place.offset += 1);
    let text = other(|contents| contents.ptx[1].text.push('\n'));
    let fewer = other(|contents| contents.ptx = vec![image("sm_80")]);
    let named = [module(), custom("name", b"")].concat();
    let named = write(&named, &contents()).unwrap();
    let signed = sign(&bundle(), &key(1)).unwrap();
    assert_eq!(words(&signed, &bundle()) + &words(&bundle(), &signed), "");
    let words = [
        words(&bundle(), &place),
        words(&bundle(), &text),
        words(&bundle(), &fewer),
        words(&bundle(), &named),
        words(&signed, &place),
        words(&module(), &bundle()),
    ];
    insta::assert_snapshot!(words.join("--\n"), @"
    section `tensorwasm.manifest` differs, first at offset 0x2cc
    --
    section `tensorwasm.manifest` differs, first at offset 0x207
    section `tensorwasm.ptx` differs, first at offset 0x5c9
    --
    section `tensorwasm.manifest` differs, first at offset 0x207
    section `tensorwasm.ptx` differs, first at offset 0x5c9
    --
    section `tensorwasm.manifest` differs, first at offset 0xa4
    --
    section `tensorwasm.manifest` differs, first at offset 0x350
    --
    section `tensorwasm.manifest` differs, first at offset 0xa4
    ");
}
