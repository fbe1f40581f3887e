//! Who signed a file, and that nothing can change under a signature.

use crate::sample::{Parts, bundle, custom, key, module};
use tensorwasm_bundle::{
    BundleError, Demand, KnownKeys, NamedKey, PublicKey, SecretKey, Signatures, keygen, open, read, sign,
    sign_detached, unsigned, verify as verify_with,
};
use wasmsign2::{SignatureData, SignatureForHashes, SignedHashes};

/// Trusts these keys of the sample, each under the name `key N`.
fn trust(keys: &[u8]) -> KnownKeys {
    KnownKeys::new(keys.iter().map(|&byte| named(byte)).collect(), Vec::new())
}

fn named(byte: u8) -> NamedKey {
    NamedKey { name: format!("key {byte}"), key: key(byte).public() }
}

fn verify(bytes: &[u8], keys: &[u8]) -> Result<Signatures, BundleError> {
    verify_with(bytes, &[], &trust(keys))
}

fn words(result: Result<Signatures, BundleError>) -> String {
    result.map_or_else(|error| error.to_string(), |signatures| signatures.to_string())
}

fn both() -> Vec<u8> {
    sign(&sign(&bundle(), &key(1)).unwrap(), &key(2)).unwrap()
}

/// The signature section of a file signed once with its size, its name and its payload.
const SECTION: std::ops::Range<usize> = 8..140;
const SIZE: std::ops::Range<usize> = 9..11;
const NAME: std::ops::Range<usize> = 12..21;
const PAYLOAD: std::ops::Range<usize> = 21..140;
/// The bytes of one signature's entry, and where its lengths and its algorithm stand in it.
const ENTRY: usize = 80;
const LENGTHS: [usize; 4] = [0, 1, 14, 15];

#[test]
fn the_signer_is_found_among_the_trusted() {
    let signed = sign(&bundle(), &key(1)).unwrap();
    let words = [
        words(verify(&signed, &[2, 1])),
        words(verify(&signed, &[2])),
        words(verify(&signed, &[])),
        words(verify(&bundle(), &[1])),
    ];
    insta::assert_snapshot!(words.join("\n"), @"
    by trusted key key 1 (id 236c79a936837526e7b8746a)
    by a key that isn't trusted (id 236c79a936837526e7b8746a)
    by a key that isn't trusted (id 236c79a936837526e7b8746a)
    none
    ");
    let (signatures, opened) = open(&signed, &[], &trust(&[1])).unwrap();
    assert_eq!((signatures.trusted().len(), opened), (1, read(&bundle()).unwrap()));
}

#[test]
fn a_second_signer_stands_beside_the_first() {
    let words = [
        words(verify(&both(), &[1, 2])),
        words(verify(&both(), &[2])),
        words(verify(&both(), &[3])),
        words(verify_with(&both(), &[], &KnownKeys::new(vec![named(1), named(2)], vec![named(1)]))),
    ];
    insta::assert_snapshot!(words.join("\n"), @"
    by trusted key key 1 (id 236c79a936837526e7b8746a); by trusted key key 2 (id 0a4c04e8cdaae38617c52317)
    by a key that isn't trusted (id 236c79a936837526e7b8746a); by trusted key key 2 (id 0a4c04e8cdaae38617c52317)
    by a key that isn't trusted (id 236c79a936837526e7b8746a); by a key that isn't trusted (id 0a4c04e8cdaae38617c52317)
    by revoked key key 1 (id 236c79a936837526e7b8746a); by trusted key key 2 (id 0a4c04e8cdaae38617c52317)
    ");
    let met = |keys: &[u8], demand| verify(&both(), keys).unwrap().meet(demand, &trust(keys));
    assert!(met(&[1, 2], Demand::All) && met(&[1, 2, 3], Demand::AtLeast(2)) && met(&[2, 3], Demand::AtLeast(1)));
    assert!(!met(&[1, 2, 3], Demand::All) && !met(&[2, 3], Demand::AtLeast(2)) && !met(&[3], Demand::AtLeast(1)));
    // Signing again changes nothing, and taking the signatures away leaves the bundle that was signed.
    assert_eq!(sign(&both(), &key(1)).unwrap(), both());
    assert_eq!(unsigned(&both()).unwrap(), bundle());
}

#[test]
fn a_detached_signature_counts_like_one_in_the_file() {
    let first = sign_detached(&bundle(), None, &key(1)).unwrap();
    let two = sign_detached(&bundle(), Some(&first), &key(2)).unwrap();
    assert_eq!(sign_detached(&bundle(), Some(&two), &key(1)).unwrap(), two);
    // It is the payload of the section that signing writes, and covers what that covers.
    assert_eq!(&sign(&bundle(), &key(1)).unwrap()[PAYLOAD], first);
    assert_eq!(sign_detached(&both(), None, &key(1)).unwrap(), first);
    let signed = sign(&bundle(), &key(2)).unwrap();
    let mut other = bundle();
    *other.last_mut().unwrap() ^= 1;
    let with = |bytes: &[u8], detached: &[Vec<u8>]| words(verify_with(bytes, detached, &trust(&[1])));
    let words = [
        with(&bundle(), std::slice::from_ref(&first)),
        with(&bundle(), &[first.clone(), two.clone()]),
        with(&signed, std::slice::from_ref(&first)),
        with(&other, std::slice::from_ref(&first)),
        with(&bundle(), &[first[..first.len() - 1].to_vec()]),
        with(&bundle(), &[[first.as_slice(), &[0]].concat()]),
        with(&bundle(), &[Vec::new()]),
        with(&bundle(), &vec![first.clone(); 17]),
        sign_detached(&other, Some(&first), &key(2)).unwrap_err().to_string(),
    ];
    insta::assert_snapshot!(words.join("\n"), @"
    by trusted key key 1 (id 236c79a936837526e7b8746a), detached
    by trusted key key 1 (id 236c79a936837526e7b8746a), detached; by trusted key key 1 (id 236c79a936837526e7b8746a), detached; by a key that isn't trusted (id 0a4c04e8cdaae38617c52317), detached
    by a key that isn't trusted (id 0a4c04e8cdaae38617c52317); by trusted key key 1 (id 236c79a936837526e7b8746a), detached
    invalid detached signature: the file was changed after it was signed, or another one was signed
    invalid detached signature: it isn't in the form that signing writes
    invalid detached signature: it isn't in the form that signing writes
    invalid detached signature: it isn't in the form that signing writes
    detached signatures: 17 of at most 16
    invalid detached signature: the file was changed after it was signed, or another one was signed
    ");
    let public = wasmsign2::PublicKey::from_pem(&key(1).public().to_pem()).unwrap().attach_default_key_id();
    public.verify(&mut bundle().as_slice(), Some(&two)).unwrap();
}

#[test]
fn there_is_room_for_sixteen_signers() {
    let mut signed = bundle();
    for byte in 1..=16 {
        signed = sign(&signed, &key(byte)).unwrap();
    }
    assert_eq!(verify(&signed, &(1..=16).collect::<Vec<_>>()).unwrap().trusted().len(), 16);
    insta::assert_snapshot!(sign(&signed, &key(17)).unwrap_err(), @"signatures: 17 of at most 16");
}

#[test]
fn nothing_is_signed_beside_a_signature_that_does_not_hold() {
    let signed = sign(&bundle(), &key(1)).unwrap();
    let changed = |at: usize| {
        let mut bytes = signed.clone();
        bytes[at] ^= 1;
        sign(&bytes, &key(2)).map_or_else(|error| error.to_string(), |_| "signed".into())
    };
    // Whether the first signature is that of key 1 can't be seen with key 2.
    let words = [changed(signed.len() - 1), changed(PAYLOAD.start), changed(SECTION.end - 1)];
    insta::assert_snapshot!(words.join("\n"), @"
    invalid signature: the file was changed after it was signed, or another one was signed
    invalid signature: it isn't in the form that signing writes
    signed
    ");
}

#[test]
fn the_section_is_that_of_wasmsign2() {
    let module = wasmsign2::Module::deserialize(&mut bundle().as_slice()).unwrap();
    let theirs = |byte| {
        let secret = wasmsign2::SecretKey::from_pem(&key(byte).to_pem()).unwrap();
        let public = wasmsign2::PublicKey::from_pem(&key(byte).public().to_pem()).unwrap().attach_default_key_id();
        (secret, public)
    };
    let written = |module: wasmsign2::Module| {
        let mut bytes = Vec::new();
        module.serialize(&mut bytes).unwrap();
        bytes
    };
    let ((secret, public), (second, second_public)) = (theirs(1), theirs(2));
    let one = secret.sign(module.clone(), public.key_id()).unwrap();
    assert_eq!(sign(&bundle(), &key(1)).unwrap(), written(one.clone()));
    public.verify(&mut written(one.clone()).as_slice(), None).unwrap();
    // They add a signature to a signed module as well, and find both.
    let (two, _) = second.sign_multi(one, second_public.key_id(), false, false).unwrap();
    assert_eq!(both(), written(two));
    let set = wasmsign2::PublicKeySet::new([public, second_public].into());
    assert_eq!(set.verify(&mut both().as_slice(), None).unwrap().len(), 2);
    // Their tool may leave the key id out; then every known key is tried.
    let anonymous = written(secret.sign(module, None).unwrap());
    let words = [words(verify(&anonymous, &[2, 1])), words(verify(&anonymous, &[2]))];
    insta::assert_snapshot!(words.join("\n"), @"
    by trusted key key 1 (id 236c79a936837526e7b8746a)
    by a key that isn't trusted (id not stated)
    ");
    assert_eq!(sign(&anonymous, &key(1)).unwrap(), anonymous);
}

#[test]
fn it_stands_before_a_dylink_section_and_keeps_every_byte() {
    // The size of the second custom section is in a longer form than needed.
    let rest = [custom("dylink.0", &[1, 4, 0, 0, 0, 0]), vec![0, 0x82, 0x00, 1, b'x']].concat();
    let file = [b"\0asm\x01\0\0\0".as_slice(), &rest].concat();
    let signed = sign(&file, &key(1)).unwrap();
    assert_eq!(&signed[NAME], b"signature");
    assert_eq!(&signed[SECTION.end..], rest);
    assert_eq!(verify(&signed, &[1]).unwrap().trusted().len(), 1);
}

/// What becomes of a file when single bytes of it change, by the places of these bytes.
#[derive(Default)]
struct Damage {
    /// Nobody seems to have signed.
    missing: Vec<usize>,
    /// Somebody else seems to have signed, or one of two is left.
    fewer: Vec<usize>,
    /// It can still be opened.
    readable: Vec<usize>,
}

/// Changes each byte under several masks; no change may leave all of `keys` as signers.
fn damage(signed: &[u8], keys: &[u8]) -> Damage {
    let (mut damage, trust) = (Damage::default(), trust(keys));
    for at in 0..signed.len() {
        for mask in [0x01, 0x02, 0x04, 0x08, 0x10, 0x20, 0x40, 0x80, 0x0c, 0x7f, 0xff] {
            let mut flipped = signed.to_vec();
            flipped[at] ^= mask;
            match verify_with(&flipped, &[], &trust) {
                Err(_) => {}
                Ok(Signatures(signers)) if signers.is_empty() => damage.missing.push(at),
                Ok(signatures) if signatures.meet(Demand::All, &trust) => {
                    panic!("byte {at} ^ {mask:#x} changed unnoticed")
                }
                Ok(_) => damage.fewer.push(at),
            }
            if open(&flipped, &[], &trust).is_ok() {
                damage.readable.push(at);
            }
        }
    }
    for places in [&mut damage.missing, &mut damage.fewer, &mut damage.readable] {
        places.dedup();
    }
    damage
}

#[test]
fn no_byte_of_a_signed_bundle_can_change() {
    let damage = damage(&sign(&bundle(), &key(1)).unwrap(), &[1]);
    // Damage to the section's id or to its name or the name's length leaves an unsigned file, which isn't a bundle any
    // more. Damage to the key id isn't taken for another signer, because the trusted key made the signature.
    assert_eq!(damage.missing, [vec![SECTION.start, NAME.start - 1], NAME.collect()].concat());
    assert_eq!((damage.fewer, damage.readable), (vec![], vec![]));
}

#[test]
fn no_byte_of_a_bundle_with_two_signers_can_change() {
    let signed = both();
    let found = damage(&signed, &[1, 2]);
    assert_eq!(found.missing, [vec![SECTION.start, NAME.start - 1], NAME.collect()].concat());
    assert_eq!((found.fewer, found.readable), (vec![], vec![]));
    // With one of the keys nobody can say whether the other one's entry, which is the last, was changed; the file itself
    // can't change, because the known key signed it.
    let entry = signed.len() - (bundle().len() - 8) - ENTRY..signed.len() - (bundle().len() - 8);
    for at in entry.clone() {
        let mut flipped = signed.clone();
        flipped[at] ^= 1;
        let first = verify(&flipped, &[1]);
        let exact = !entry.contains(&at) || LENGTHS.contains(&(at - entry.start));
        assert_eq!(first.is_err(), exact, "{at}");
        assert!(first.is_err() || first.unwrap().trusted().len() == 1, "{at}");
        assert!(verify(&flipped, &[2]).is_err(), "{at}");
    }
}

#[test]
fn no_part_of_a_signed_bundle_is_enough() {
    for signed in [sign(&bundle(), &key(1)).unwrap(), both()] {
        for length in 0..signed.len() {
            let signers = verify(&signed[..length], &[1, 2]);
            assert!(
                signers.is_ok_and(|signers| signers.trusted().is_empty()) || verify(&signed[..length], &[1]).is_err()
            );
            assert!(open(&signed[..length], &[], &trust(&[1])).is_err());
        }
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
    let words: Vec<String> = files.iter().map(|file| words(verify(file, &[1]))).collect();
    insta::assert_snapshot!(words.join("\n"), @"
    section `tensorwasm.ptx` at offset 1612 must stand at the end
    invalid signature: the file was changed after it was signed, or another one was signed
    section `signature` at offset 16 must stand first
    section `signature` at offset 1588 must stand first
    section `signature` at offset 140 must stand first
    the file ends at offset 1719, within a section
    invalid signature: the file was changed after it was signed, or another one was signed
    none
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
    let with = |change: fn(&mut SignatureData)| words(verify(&restated(change), &[1]));
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
    insta::assert_snapshot!(words.join("\n"), @"
    by trusted key key 1 (id 236c79a936837526e7b8746a)
    invalid signature: it isn't in the form that signing writes
    invalid signature: it isn't in the form that signing writes
    invalid signature: it isn't in the form that signing writes
    invalid signature: it isn't in the form that signing writes
    invalid signature: the file was changed after it was signed, or another one was signed
    invalid signature: it isn't in the form that signing writes
    invalid signature: it isn't in the form that signing writes
    invalid signature: it isn't in the form that signing writes
    invalid signature: not made by the key it names
    ");
}

#[test]
fn lengths_in_a_longer_form_are_refused() {
    let signed = sign(&bundle(), &key(1)).unwrap();
    let [low, high] = signed[SIZE].try_into().unwrap();
    let size = [&signed[..9], &[low, high | 0x80, 0], &signed[11..]].concat();
    insta::assert_snapshot!(words(verify(&size, &[1])), @"invalid signature: it isn't in the form that signing writes");
    let name = [&signed[..9], &[low + 1, high, 0x89, 0], &signed[12..]].concat();
    insta::assert_snapshot!(words(verify(&name, &[1])), @"invalid signature: it isn't in the form that signing writes");
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
    insta::assert_snapshot!(words(verify(&file, &[1])), @"invalid signature: not made by the key it names");
}

#[test]
fn a_signature_under_another_name_is_forged() {
    let file = restated(|data| {
        data.signed_hashes_set[0].signatures[0].key_id = Some(unhex(&key(2).public().id()));
    });
    insta::assert_snapshot!(words(verify(&file, &[2, 1])), @"invalid signature: not made by the key it names");
}

#[test]
fn the_version_is_looked_at_before_the_signature() {
    let json = Parts::new().json().replace(r#""version":1"#, r#""version":3"#);
    let mut signed = sign(&Parts::new().with_json(&json), &key(1)).unwrap();
    *signed.last_mut().unwrap() ^= 1;
    insta::assert_snapshot!(open(&signed, &[], &KnownKeys::default()).unwrap_err(), @"manifest version 3 is newer than this build, which reads version 1");
    insta::assert_snapshot!(verify(&signed, &[]).unwrap_err(), @"invalid signature: the file was changed after it was signed, or another one was signed");
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
        SecretKey::from_bytes(&key(1).to_pem().as_bytes()[..80]).unwrap_err(),
        PublicKey::from_bytes(&secret).unwrap_err(),
        PublicKey::from_bytes(&module()).unwrap_err(),
        PublicKey::from_bytes(&key(1).public().to_pem().as_bytes()[..60]).unwrap_err(),
        PublicKey::from_bytes(key(1).public().to_pem().replace("PUBLIC", "RSA PUBLIC").as_bytes()).unwrap_err(),
        // The neutral element, under which any signature of a certain form holds.
        PublicKey::from_bytes(&[&[1, 1], [0; 31].as_slice()].concat()).unwrap_err(),
    ];
    insta::assert_snapshot!(words.map(|error| error.to_string()).join("\n"), @"
    a secret key is needed, but this isn't an Ed25519 key in PEM, DER or wasmsign2's binary form
    a secret key is needed, but this is a public key
    a secret key is needed, but this isn't an Ed25519 key in PEM, DER or wasmsign2's binary form
    a secret key is needed, but this isn't an Ed25519 key in PEM, DER or wasmsign2's binary form
    a public key is needed, but this is a secret key
    a public key is needed, but this isn't an Ed25519 key in PEM, DER or wasmsign2's binary form
    a public key is needed, but this isn't an Ed25519 key in PEM, DER or wasmsign2's binary form
    a public key is needed, but this isn't an Ed25519 key in PEM, DER or wasmsign2's binary form
    a public key is needed, but this is a weak key
    ");
}

fn unhex(text: &str) -> Vec<u8> {
    (0..text.len()).step_by(2).map(|at| u8::from_str_radix(&text[at..at + 2], 16).unwrap()).collect()
}
