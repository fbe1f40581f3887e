//! Who signed a file, and that nothing can change under a signature.

use crate::sample::{Parts, bundle, custom, key, module};
use tensorwasm_bundle::{BundleError, PublicKey, SecretKey, Signature, keygen, open, read, sign, verify};
use wasmsign2::{SignatureData, SignatureForHashes, SignedHashes};

fn trusted(byte: u8) -> Signature {
    Signature::Trusted { key_id: key(byte).public().id() }
}

fn words(result: Result<Signature, BundleError>) -> String {
    result.map_or_else(|error| error.to_string(), |signature| format!("{signature:?}"))
}

/// The signature section of a signed file with its size, its name, its payload, and the key id therein.
const SECTION: std::ops::Range<usize> = 8..140;
const SIZE: std::ops::Range<usize> = 9..11;
const NAME: std::ops::Range<usize> = 12..21;
const PAYLOAD: std::ops::Range<usize> = 21..140;
const KEY_ID: std::ops::Range<usize> = 62..74;

#[test]
fn the_signer_is_found_among_the_trusted() {
    let signed = sign(&bundle(), &key(1)).unwrap();
    assert_eq!(verify(&signed, &[key(2).public(), key(1).public()]).unwrap(), trusted(1));
    assert_eq!(verify(&signed, &[key(2).public()]).unwrap(), Signature::UnknownKey);
    assert_eq!(verify(&signed, &[]).unwrap(), Signature::UnknownKey);
    assert_eq!(verify(&bundle(), &[key(1).public()]).unwrap(), Signature::Missing);
    let (signature, opened) = open(&signed, &[key(1).public()]).unwrap();
    assert_eq!((signature, opened), (trusted(1), read(&bundle()).unwrap()));
}

#[test]
fn signing_again_replaces_the_signer() {
    let twice = sign(&sign(&bundle(), &key(1)).unwrap(), &key(2)).unwrap();
    assert_eq!(twice, sign(&bundle(), &key(2)).unwrap());
    assert_eq!(verify(&twice, &[key(1).public()]).unwrap(), Signature::UnknownKey);
}

#[test]
fn the_section_is_that_of_wasmsign2() {
    let module = wasmsign2::Module::deserialize(&mut bundle().as_slice()).unwrap();
    let secret = wasmsign2::SecretKey::from_pem(&key(1).to_pem()).unwrap();
    let public = wasmsign2::PublicKey::from_pem(&key(1).public().to_pem()).unwrap().attach_default_key_id();
    let mut theirs = Vec::new();
    secret.sign(module.clone(), public.key_id()).unwrap().serialize(&mut theirs).unwrap();
    assert_eq!(sign(&bundle(), &key(1)).unwrap(), theirs);
    public.verify(&mut theirs.as_slice(), None).unwrap();
    // Their tool may leave the key id out; then every trusted key is tried.
    let mut anonymous = Vec::new();
    secret.sign(module, None).unwrap().serialize(&mut anonymous).unwrap();
    assert_eq!(verify(&anonymous, &[key(2).public(), key(1).public()]).unwrap(), trusted(1));
    assert_eq!(verify(&anonymous, &[key(2).public()]).unwrap(), Signature::UnknownKey);
}

#[test]
fn it_stands_before_a_dylink_section_and_keeps_every_byte() {
    // The size of the second custom section is in a longer form than needed.
    let rest = [custom("dylink.0", &[1, 4, 0, 0, 0, 0]), vec![0, 0x82, 0x00, 1, b'x']].concat();
    let file = [b"\0asm\x01\0\0\0".as_slice(), &rest].concat();
    let signed = sign(&file, &key(1)).unwrap();
    assert_eq!(&signed[NAME], b"signature");
    assert_eq!(&signed[SECTION.end..], rest);
    assert_eq!(verify(&signed, &[key(1).public()]).unwrap(), trusted(1));
}

#[test]
fn no_byte_of_a_signed_bundle_can_change() {
    let (signed, keys) = (sign(&bundle(), &key(1)).unwrap(), [key(1).public()]);
    let (mut missing, mut unknown, mut readable) = (Vec::new(), Vec::new(), Vec::new());
    for at in 0..signed.len() {
        for mask in [0x01, 0x02, 0x04, 0x08, 0x10, 0x20, 0x40, 0x80, 0x0c, 0x7f, 0xff] {
            let mut flipped = signed.clone();
            flipped[at] ^= mask;
            match verify(&flipped, &keys) {
                Err(_) => {}
                Ok(Signature::Missing) => missing.push(at),
                Ok(Signature::UnknownKey) => unknown.push(at),
                Ok(Signature::Trusted { .. }) => panic!("byte {at} ^ {mask:#x} changed unnoticed"),
            }
            if open(&flipped, &keys).is_ok() {
                readable.push(at);
            }
        }
    }
    missing.dedup();
    unknown.dedup();
    readable.dedup();
    // Damage to the section's id or to its name or the name's length leaves an unsigned file, damage to the key id one
    // with an unknown signer; of these only the latter is still the same bundle.
    assert_eq!(missing, [vec![SECTION.start, NAME.start - 1], NAME.collect()].concat());
    assert_eq!(unknown, KEY_ID.collect::<Vec<_>>());
    assert_eq!(readable, unknown);
}

#[test]
fn no_part_of_a_signed_bundle_is_enough() {
    let (signed, keys) = (sign(&bundle(), &key(1)).unwrap(), [key(1).public()]);
    for length in 0..signed.len() {
        assert!(
            !matches!(verify(&signed[..length], &keys), Ok(Signature::Trusted { .. })),
            "{length} bytes of {}",
            signed.len()
        );
        assert!(open(&signed[..length], &keys).is_err());
    }
}

#[test]
fn nothing_can_be_added_moved_or_taken_away() {
    let signed = sign(&bundle(), &key(1)).unwrap();
    let (head, section, rest) = (&signed[..8], &signed[SECTION], &signed[SECTION.end..]);
    let other = custom("other", b"");
    let files = [
        [head, section, rest, &other].concat(),
        [head, section, &other, rest].concat(),
        [head, &other, section, rest].concat(),
        [head, rest, section].concat(),
        [head, section, section, rest].concat(),
        [head, section, &rest[..rest.len() - 1]].concat(),
        [head, section].concat(),
        [head, rest].concat(),
    ];
    let words: Vec<String> = files.iter().map(|file| words(verify(file, &[key(1).public()]))).collect();
    insta::assert_snapshot!(words.join("\n"), @r"
    section `tensorwasm.ptx` at offset 1612 must stand at the end
    invalid signature: the file was changed after it was signed
    section `signature` at offset 16 must stand first
    section `signature` at offset 1588 must stand first
    section `signature` at offset 140 must stand first
    the file ends at offset 1719, within a section
    invalid signature: the file was changed after it was signed
    Missing
    ");
}

/// The sample under a signature section written by wasmsign2 after `change`.
fn restated(change: impl FnOnce(&mut SignatureData)) -> Vec<u8> {
    let signed = sign(&bundle(), &key(1)).unwrap();
    let mut data = SignatureData::deserialize(&signed[PAYLOAD]).unwrap();
    change(&mut data);
    [&signed[..8], &custom("signature", &data.serialize().unwrap()), &signed[SECTION.end..]].concat()
}

#[test]
fn statements_that_wasmsign2_would_accept_are_refused_if_they_say_more() {
    let with = |change: fn(&mut SignatureData)| words(verify(&restated(change), &[key(1).public()]));
    let words = [
        with(|_| {}),
        with(|data| data.hash_function = 2),
        with(|data| data.signed_hashes_set.clear()),
        with(|data| data.signed_hashes_set.push(SignedHashes { hashes: vec![], signatures: vec![] })),
        with(|data| data.signed_hashes_set[0].hashes.push(vec![0; 32])),
        with(|data| data.signed_hashes_set[0].hashes[0] = vec![0; 32]),
        with(|data| {
            let again = data.signed_hashes_set[0].signatures[0].clone();
            data.signed_hashes_set[0].signatures.push(again);
        }),
        with(|data| {
            let other = SignatureForHashes { key_id: Some(vec![1]), alg_id: 1, signature: vec![0; 64] };
            data.signed_hashes_set[0].signatures.push(other);
        }),
        with(|data| data.signed_hashes_set[0].signatures[0].key_id = Some(vec![7; 20])),
        with(|data| data.signed_hashes_set[0].signatures[0].signature[0] ^= 1),
    ];
    insta::assert_snapshot!(words.join("\n"), @r#"
    Trusted { key_id: "236c79a936837526e7b8746a" }
    invalid signature: the section isn't in the form that signing writes
    invalid signature: the section isn't in the form that signing writes
    invalid signature: the section isn't in the form that signing writes
    invalid signature: the section isn't in the form that signing writes
    invalid signature: the file was changed after it was signed
    invalid signature: the section isn't in the form that signing writes
    invalid signature: the section isn't in the form that signing writes
    invalid signature: the section isn't in the form that signing writes
    invalid signature: not made by the key it names
    "#);
}

#[test]
fn lengths_in_a_longer_form_are_refused() {
    let signed = sign(&bundle(), &key(1)).unwrap();
    let [low, high] = signed[SIZE].try_into().unwrap();
    let size = [&signed[..9], &[low, high | 0x80, 0], &signed[11..]].concat();
    insta::assert_snapshot!(words(verify(&size, &[key(1).public()])), @"invalid signature: the section isn't in the form that signing writes");
    let name = [&signed[..9], &[low + 1, high, 0x89, 0], &signed[12..]].concat();
    insta::assert_snapshot!(words(verify(&name, &[key(1).public()])), @"invalid signature: the section isn't in the form that signing writes");
}

#[test]
fn a_scalar_that_is_not_reduced_is_refused() {
    // Adding the group order to S gives the second solution of the verification equation.
    const ORDER: [u8; 32] = [
        0xed, 0xd3, 0xf5, 0x5c, 0x1a, 0x63, 0x12, 0x58, 0xd6, 0x9c, 0xf7, 0xa2, 0xde, 0xf9, 0xde, 0x14, 0, 0, 0, 0, 0,
        0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x10,
    ];
    let file = restated(|data| {
        let scalar = &mut data.signed_hashes_set[0].signatures[0].signature[32..];
        let mut carry = 0;
        for (byte, order) in scalar.iter_mut().zip(ORDER) {
            carry += u16::from(*byte) + u16::from(order);
            *byte = carry as u8;
            carry >>= 8;
        }
    });
    insta::assert_snapshot!(words(verify(&file, &[key(1).public()])), @"invalid signature: not made by the key it names");
}

#[test]
fn a_signature_under_another_name_is_forged() {
    let file = restated(|data| {
        data.signed_hashes_set[0].signatures[0].key_id = Some(unhex(&key(2).public().id()));
    });
    insta::assert_snapshot!(words(verify(&file, &[key(2).public(), key(1).public()])), @"invalid signature: not made by the key it names");
}

#[test]
fn the_version_is_looked_at_before_the_signature() {
    let json = Parts::new().json().replace(r#""version":1"#, r#""version":3"#);
    let mut signed = sign(&Parts::new().with_json(&json), &key(1)).unwrap();
    *signed.last_mut().unwrap() ^= 1;
    insta::assert_snapshot!(open(&signed, &[]).unwrap_err(), @"manifest version 3 is newer than this build, which reads version 1");
    insta::assert_snapshot!(verify(&signed, &[]).unwrap_err(), @"invalid signature: the file was changed after it was signed");
}

#[test]
fn keys_come_back_from_their_files() {
    let pair = keygen();
    assert_ne!(pair, keygen());
    assert_eq!(pair.secret.public(), pair.public);
    assert_eq!(SecretKey::from_bytes(pair.secret.to_pem().as_bytes()).unwrap(), pair.secret);
    assert_eq!(PublicKey::from_bytes(pair.public.to_pem().as_bytes()).unwrap(), pair.public);
    assert_eq!(pair.public.id().len(), 24);
    assert_eq!(format!("{:?}", pair.secret), format!("SecretKey(of {})", pair.public.id()));
    insta::assert_snapshot!(key(1).to_pem(), @r"
    -----BEGIN PRIVATE KEY-----
    MC4CAQAwBQYDK2VwBCIEIAEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEB
    -----END PRIVATE KEY-----
    ");
    insta::assert_snapshot!(key(1).public().to_pem(), @r"
    -----BEGIN PUBLIC KEY-----
    MCowBQYDK2VwAyEAiojj3XQJ8ZX9UtstPLpdcspnCb8dlBIb83SIAbQPb1w=
    -----END PUBLIC KEY-----
    ");
    insta::assert_snapshot!(key(1).public().id(), @"236c79a936837526e7b8746a");
}

#[test]
fn files_that_are_no_keys() {
    let secret = wasmsign2::SecretKey::from_pem(&key(1).to_pem()).unwrap().to_bytes();
    assert_eq!(SecretKey::from_bytes(&secret).unwrap(), key(1));
    // The binary form with somebody else's public half.
    let mut mixed = secret.clone();
    mixed[33..].copy_from_slice(&wasmsign2::SecretKey::from_pem(&key(2).to_pem()).unwrap().to_bytes()[33..]);
    let words = [
        SecretKey::from_bytes(&mixed).unwrap_err(),
        SecretKey::from_bytes(key(1).public().to_pem().as_bytes()).unwrap_err(),
        SecretKey::from_bytes(b"").unwrap_err(),
        PublicKey::from_bytes(&secret).unwrap_err(),
        PublicKey::from_bytes(&module()).unwrap_err(),
    ];
    insta::assert_snapshot!(words.map(|error| error.to_string()).join("\n"), @r"
    not an Ed25519 secret key in PEM, DER or wasmsign2's binary form
    not an Ed25519 secret key in PEM, DER or wasmsign2's binary form
    not an Ed25519 secret key in PEM, DER or wasmsign2's binary form
    not an Ed25519 public key in PEM, DER or wasmsign2's binary form
    not an Ed25519 public key in PEM, DER or wasmsign2's binary form
    ");
}

fn unhex(text: &str) -> Vec<u8> {
    (0..text.len()).step_by(2).map(|at| u8::from_str_radix(&text[at..at + 2], 16).unwrap()).collect()
}
