//! The key folder as its users see it: what it trusts, what it refuses, and what its changes leave behind.

use std::fs;
use std::path::Path;
use tempfile::TempDir;
use tensorwasm_bundle::keyring::{Rotation, RotationFault, read_public, read_rotation, read_secret, write_secret};
use tensorwasm_bundle::{Keyring, KeyringError, NamedKey, PublicKey, SecretKey, Standing, keygen};

/// A key folder that isn't there yet, and the folder around it, which is removed with it.
fn folder() -> (TempDir, Keyring) {
    let folder = tempfile::tempdir().unwrap();
    let keyring = Keyring::at(folder.path().join("config").join("keys"));
    (folder, keyring)
}

/// The secret key whose seed is `byte` 32 times.
fn key(byte: u8) -> SecretKey {
    let der = [48, 46, 2, 1, 0, 48, 5, 6, 3, 43, 101, 112, 4, 34, 4, 32];
    SecretKey::from_bytes(&[der.as_slice(), &[byte; 32]].concat()).unwrap()
}

fn public(byte: u8) -> PublicKey {
    key(byte).public()
}

/// The files of a folder and of the folders in it, in order.
fn files(folder: &Path) -> Vec<String> {
    let mut names = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_str().unwrap().to_string();
        match path.is_dir() {
            true => names.extend(files(&path).into_iter().map(|inner| format!("{name}/{inner}"))),
            false => names.push(name),
        }
    }
    names.sort();
    names
}

fn names(keys: &[NamedKey]) -> Vec<&str> {
    keys.iter().map(|key| key.name.as_str()).collect()
}

/// A message without the name of the temporary folder.
fn words<T>(keyring: &Keyring, result: Result<T, KeyringError>) -> String {
    let text = result.map_or_else(|error| error.to_string(), |_| "done".into());
    text.replace(keyring.folder().to_str().unwrap(), "KEYS")
}

#[test]
fn a_folder_that_is_not_there_trusts_nobody() {
    let (_folder, keyring) = folder();
    assert_eq!(keyring.keys().unwrap(), tensorwasm_bundle::KnownKeys::default());
    assert!(!keyring.folder().exists(), "reading made the folder");
    let words = [words(&keyring, keyring.trusted("ci")), words(&keyring, keyring.secret("ci"))];
    insta::assert_snapshot!(words.join("\n"), @"
    no trusted key `ci` in KEYS
    no secret key `ci` in KEYS
    ");
}

#[test]
fn a_generated_key_is_trusted_and_can_sign() {
    let (_folder, keyring) = folder();
    let made = keyring.generate("ci").unwrap();
    assert_eq!(keyring.trusted("ci").unwrap(), made);
    assert_eq!(keyring.secret("ci").unwrap().public(), made.key);
    assert_eq!(files(keyring.folder()), ["ci.key", "ci.pub"]);
    let taken = words(&keyring, keyring.generate("ci"));
    insta::assert_snapshot!(taken, @"there is a key `ci` already: KEYS/ci.key");
}

#[test]
fn a_name_that_could_leave_the_folder_is_none() {
    let (_folder, keyring) = folder();
    for name in ["", ".", "..", "a/b", "../a", "a\\b", ".a", "a.", "-a", "a b", "ä", "a\n", &"a".repeat(65)] {
        assert!(matches!(keyring.generate(name), Err(KeyringError::Name { .. })), "{name:?}");
        assert!(matches!(keyring.add(name, &public(1)), Err(KeyringError::Name { .. })), "{name:?}");
        assert!(matches!(keyring.secret(name), Err(KeyringError::Name { .. })), "{name:?}");
        assert!(matches!(keyring.revoke(name), Err(KeyringError::Name { .. })), "{name:?}");
        assert!(!keyring.has_secret(name), "{name:?}");
    }
    assert!(!keyring.folder().exists());
    keyring.add("ci.build-1@example.org", &public(1)).unwrap();
}

#[test]
fn a_key_is_trusted_under_one_name() {
    let (_folder, keyring) = folder();
    assert!(keyring.add("alice", &public(1)).unwrap());
    assert!(!keyring.add("alice", &public(1)).unwrap());
    let words = [
        words(&keyring, keyring.add("bob", &public(1))),
        words(&keyring, keyring.add("alice", &public(2))),
        words(&keyring, keyring.secret("alice")),
    ];
    insta::assert_snapshot!(words.join("\n"), @"
    this key (id 236c79a936837526e7b8746a) is trusted already, as `alice`
    there is a key `alice` already: KEYS/alice.pub
    no secret key `alice` in KEYS
    ");
    // A copy by hand counts once.
    fs::copy(keyring.folder().join("alice.pub"), keyring.folder().join("copy.pub")).unwrap();
    assert_eq!(names(keyring.keys().unwrap().trusted()), ["alice"]);
}

#[test]
fn a_revoked_key_stays_revoked() {
    let (_folder, keyring) = folder();
    let made = keyring.generate("ci").unwrap();
    write_private(&keyring.folder().join("../saved.pub"), made.key.to_pem().as_bytes());
    assert_eq!(keyring.revoke("ci").unwrap(), made);
    let id = made.key.id();
    assert_eq!(files(keyring.folder()), [format!("revoked/ci.{id}.key"), format!("revoked/ci.{id}.pub")]);
    let trust = keyring.keys().unwrap();
    assert_eq!((trust.trusted().len(), names(trust.revoked())), (0, vec!["ci"]));
    assert_eq!(trust.find(&made.key), Some(Standing::Revoked("ci".into())));
    let words = [
        words(&keyring, keyring.trusted("ci")),
        words(&keyring, keyring.secret("ci")),
        words(&keyring, keyring.revoke("ci")),
        words(&keyring, keyring.add("again", &made.key)),
    ];
    assert!(words.iter().all(|w| *w == words[0]), "{words:?}");
    insta::assert_snapshot!(words[0].replace(&id, "ID"), @"key `ci` (id ID) is revoked; KEYS/revoked/ci.ID.pub says so");
    // Putting the file back by hand isn't enough, and the name is free for another key.
    fs::copy(keyring.folder().join("../saved.pub"), keyring.folder().join("back.pub")).unwrap();
    assert_eq!(keyring.keys().unwrap().find(&made.key), Some(Standing::Revoked("ci".into())));
    keyring.generate("ci").unwrap();
    assert_eq!(names(keyring.keys().unwrap().trusted()), ["ci"]);
}

#[test]
fn a_revocation_that_stopped_half_way_holds_and_can_be_repeated() {
    let (_folder, keyring) = folder();
    let made = keyring.generate("ci").unwrap();
    let saved = fs::read(keyring.folder().join("ci.pub")).unwrap();
    let secret = fs::read(keyring.folder().join("ci.key")).unwrap();
    keyring.revoke("ci").unwrap();
    write_private(&keyring.folder().join("ci.pub"), &saved);
    write_private(&keyring.folder().join("ci.key"), &secret);
    assert_eq!(keyring.keys().unwrap().trusted().len(), 0);
    assert!(matches!(keyring.secret("ci"), Err(KeyringError::Revoked { .. })));
    assert_eq!(keyring.revoke("ci").unwrap(), made);
    assert_eq!(files(keyring.folder()).len(), 2);
}

#[test]
fn a_rotated_key_keeps_its_name_and_its_past() {
    let (_folder, keyring) = folder();
    let first = keyring.generate("ci").unwrap();
    let rotated = keyring.rotate("ci").unwrap();
    assert_eq!(rotated.from, NamedKey { name: "ci.1".into(), key: first.key.clone() });
    assert_eq!(keyring.secret("ci").unwrap().public(), rotated.to.key);
    assert_eq!(names(keyring.keys().unwrap().trusted()), ["ci", "ci.1"]);
    assert_eq!(files(keyring.folder()), ["ci.1.pub", "ci.1.rotation", "ci.key", "ci.pub"]);
    // Numbers aren't used again after a revocation.
    keyring.revoke("ci.1").unwrap();
    let again = keyring.rotate("ci").unwrap();
    assert_eq!((again.from.name.as_str(), again.from.key), ("ci.2", rotated.to.key));
    assert_eq!(names(keyring.keys().unwrap().trusted()), ["ci", "ci.2"]);
    assert_eq!(names(keyring.keys().unwrap().revoked()), ["ci.1"]);
}

#[test]
fn a_rotation_that_stopped_half_way_can_be_repeated() {
    let (_folder, keyring) = folder();
    keyring.generate("ci").unwrap();
    // After the first step the old key has both names.
    fs::copy(keyring.folder().join("ci.pub"), keyring.folder().join("ci.1.pub")).unwrap();
    let rotated = keyring.rotate("ci").unwrap();
    assert_eq!((rotated.from.name.as_str(), names(keyring.keys().unwrap().trusted())), ("ci.1", vec!["ci", "ci.1"]));
    // Before the last step the new secret key is beside the old public one.
    fs::copy(keyring.folder().join("ci.1.pub"), keyring.folder().join("ci.pub")).unwrap();
    insta::assert_snapshot!(words(&keyring, keyring.secret("ci")), @"KEYS/ci.pub isn't the public half of KEYS/ci.key; if that key is yours, `openssl pkey -pubout` writes its public half");
}

#[test]
fn others_follow_a_rotation() {
    let ((_ours, ours), (_theirs, theirs)) = (folder(), folder());
    let first = ours.generate("ci").unwrap();
    let rotated = ours.rotate("ci").unwrap();
    let statement = read_rotation(&rotated.statement.unwrap()).unwrap();
    let stranger = words(&theirs, theirs.follow(&statement)).replace(&first.key.id(), "ID");
    insta::assert_snapshot!(stranger, @"the rotation is signed by key ID, which isn't trusted");
    theirs.add("builder", &first.key).unwrap();
    let followed = theirs.follow(&statement).unwrap().unwrap();
    assert_eq!((followed.from.name.as_str(), &followed.to.key), ("builder.1", &rotated.to.key));
    assert_eq!(names(theirs.keys().unwrap().trusted()), ["builder", "builder.1"]);
    assert_eq!(theirs.follow(&statement).unwrap(), None);
    // The next statement follows from the new key, the same way.
    let next = read_rotation(&ours.rotate("ci").unwrap().statement.unwrap()).unwrap();
    assert_eq!(theirs.follow(&next).unwrap().unwrap().from.name, "builder.2");
    // The user who has rotated trusts the successor already.
    assert_eq!(ours.follow(&next).unwrap(), None);
}

#[test]
fn a_revoked_key_names_no_successor_and_is_none() {
    let (_folder, keyring) = folder();
    keyring.add("old", &public(1)).unwrap();
    keyring.add("other", &public(3)).unwrap();
    keyring.revoke("old").unwrap();
    assert!(matches!(keyring.follow(&Rotation::new(&key(1), &key(2))), Err(KeyringError::Revoked { .. })));
    assert!(matches!(keyring.follow(&Rotation::new(&key(3), &key(1))), Err(KeyringError::Revoked { .. })));
    assert_eq!(names(keyring.keys().unwrap().trusted()), ["other"]);
}

#[test]
fn a_statement_does_not_part_the_halves_of_an_own_key() {
    let (_folder, keyring) = folder();
    keyring.generate("ci").unwrap();
    let own = keyring.secret("ci").unwrap();
    let error = words(&keyring, keyring.follow(&Rotation::new(&own, &key(2))));
    insta::assert_snapshot!(error, @"there is a key `ci` already: KEYS/ci.key");
    assert_eq!(files(keyring.folder()), ["ci.key", "ci.pub"]);
}

#[test]
fn no_byte_of_a_rotation_statement_can_change() {
    let text = Rotation::new(&key(1), &key(2)).to_string();
    insta::assert_snapshot!(text, @"
    tensorwasm key rotation 1
    from 8a88e3dd7409f195fd52db2d3cba5d72ca6709bf1d94121bf3748801b40f6f5c
    to 8139770ea87d175f56a35466c34c7ecccb8d8a91b4ee37a25df60f5b8fc9b394
    signed by from d71bfc062c3272fdef41cb131e9ee45db85269ae2f33e5340db5232a87c2c1b138d28ce6d7a9583bd970ca6c1fd1c697f374317fdbeebd33f1178c38cf18bd00
    signed by to 5f8fcab719631848ccf6848ce84ee31cb5250129b2c55cf1818b3b3c78be1a46abc554884699ee7becde1ad14e93858add4bbed390ba56f67f40bb48e1c35a02
    ");
    assert_eq!(Rotation::read(text.as_bytes()).unwrap(), Rotation::new(&key(1), &key(2)));
    for at in 0..text.len() {
        for mask in [0x01, 0x20, 0x80] {
            let mut bytes = text.clone().into_bytes();
            bytes[at] ^= mask;
            assert!(Rotation::read(&bytes).is_err(), "byte {at} ^ {mask:#x} changed unnoticed");
        }
        assert_eq!(Rotation::read(&text.as_bytes()[..at]), Err(RotationFault::Form), "{at} bytes");
    }
    assert_eq!(Rotation::read(format!("{text}\n").as_bytes()), Err(RotationFault::Form));
    assert_eq!(Rotation::read(text.replace('\n', "\r\n").as_bytes()), Err(RotationFault::Form));
}

#[test]
fn a_statement_needs_both_keys() {
    let lines = |a, b| Rotation::new(&key(a), &key(b)).to_string().lines().map(String::from).collect::<Vec<_>>();
    let (ours, theirs) = (lines(1, 2), lines(3, 2));
    let put = |at: usize, from: &[String]| {
        let mut mixed = ours.clone();
        mixed[at] = from[at].clone();
        Rotation::read((mixed.join("\n") + "\n").as_bytes()).unwrap_err().to_string()
    };
    let same = Rotation::read(Rotation::new(&key(1), &key(1)).to_string().as_bytes()).unwrap_err();
    let weak = ours.join("\n").replace(&ours[2][3..], &format!("01{}", "0".repeat(62))) + "\n";
    let weak = Rotation::read(weak.as_bytes()).unwrap_err();
    let words = [put(1, &theirs), put(3, &theirs), put(4, &theirs), same.to_string(), weak.to_string()];
    insta::assert_snapshot!(words.join("\n"), @"
    invalid rotation statement: not made by the old key
    invalid rotation statement: not made by the old key
    invalid rotation statement: not made by the new key
    the rotation statement names an impossible key
    the rotation statement names an impossible key
    ");
}

#[test]
fn files_that_are_no_keys_are_named() {
    let (folder, keyring) = folder();
    keyring.generate("ci").unwrap();
    let put = |name: &str, bytes: &[u8]| {
        let path = folder.path().join(name);
        write_private(&path, bytes);
        path
    };
    let secret = keyring.secret("ci").unwrap().to_pem();
    let pem = keyring.trusted("ci").unwrap().key.to_pem();
    let place = folder.path().to_str().unwrap();
    let message = |error: KeyringError| error.to_string().replace(place, "");
    let words = [
        message(read_public(&put("secret", secret.as_bytes())).unwrap_err()),
        message(read_secret(&put("public", pem.as_bytes())).unwrap_err()),
        message(read_public(&put("short.pub", &pem.as_bytes()[..pem.len() / 2])).unwrap_err()),
        message(read_secret(&put("short", &secret.as_bytes()[..secret.len() / 2])).unwrap_err()),
        message(read_public(&put("rsa", pem.replace("PUBLIC", "RSA PUBLIC").as_bytes())).unwrap_err()),
        message(read_public(&put("large", &[b' '; 4097])).unwrap_err()),
        message(read_public(folder.path()).unwrap_err()),
        message(read_public(&folder.path().join("none")).unwrap_err()),
        message(write_secret(&folder.path().join("secret"), &key(1)).unwrap_err()),
        message(read_rotation(&put("statement", b"tensorwasm key rotation 1\n")).unwrap_err()),
    ];
    insta::assert_snapshot!(words.join("\n"), @"
    /secret: a public key is needed, but this is a secret key
    /public: a secret key is needed, but this is a public key
    /short.pub: a public key is needed, but this isn't an Ed25519 key in PEM, DER or wasmsign2's binary form
    /short: a secret key is needed, but this isn't an Ed25519 key in PEM, DER or wasmsign2's binary form
    /rsa: a public key is needed, but this isn't an Ed25519 key in PEM, DER or wasmsign2's binary form
    /large is longer than the 4096 bytes that a key file may have
     isn't a file
    can't read /none: No such file or directory (os error 2)
    can't write /secret: File exists (os error 17)
    /statement: not a rotation statement in the form that `keys rotate` writes
    ");
    let inner: String = secret.lines().nth(1).unwrap().into();
    assert!(!words.iter().any(|word| word.contains(&inner[20..])), "a message shows the secret");
    // One bad file in the folder, and nothing of it is trusted.
    write_private(&keyring.folder().join("bad.pub"), secret.as_bytes());
    assert!(matches!(keyring.keys(), Err(KeyringError::Key { .. })));
    write_private(&keyring.folder().join("bad.pub"), pem.as_bytes());
    fs::rename(keyring.folder().join("bad.pub"), keyring.folder().join("a bad name.pub")).unwrap();
    assert!(matches!(keyring.keys(), Err(KeyringError::Name { .. })));
}

#[test]
fn a_folder_may_hold_256_keys() {
    let (_folder, keyring) = folder();
    keyring.add("first", &public(1)).unwrap();
    let copy =
        |i: usize| write_private(&keyring.folder().join(format!("k{i}.pub")), keygen().public.to_pem().as_bytes());
    (1..256).for_each(copy);
    assert_eq!(keyring.keys().unwrap().trusted().len(), 256);
    copy(256);
    insta::assert_snapshot!(words(&keyring, keyring.keys()), @"KEYS holds more than 256 public keys");
}

/// Writes a file that others can neither read nor write, whatever the umask.
fn write_private(path: &Path, bytes: &[u8]) {
    fs::write(path, bytes).unwrap();
    private(path);
}

#[cfg(unix)]
fn private(path: &Path) {
    chmod(path, 0o600);
}

#[cfg(not(unix))]
fn private(_: &Path) {}

#[cfg(unix)]
fn chmod(path: &Path, mode: u32) {
    use std::os::unix::fs::PermissionsExt;
    fs::set_permissions(path, fs::Permissions::from_mode(mode)).unwrap();
}

#[cfg(unix)]
#[test]
fn what_is_written_is_for_its_owner() {
    use std::os::unix::fs::PermissionsExt;
    let (_folder, keyring) = folder();
    keyring.generate("ci").unwrap();
    keyring.rotate("ci").unwrap();
    keyring.revoke("ci.1").unwrap();
    let mode = |name: &str| fs::metadata(keyring.folder().join(name)).unwrap().permissions().mode() & 0o7777;
    let modes = ["", "..", "revoked", "ci.key", "ci.pub", "ci.1.rotation"].map(mode);
    assert_eq!(modes, [0o700, 0o700, 0o700, 0o600, 0o644, 0o644]);
}

#[cfg(unix)]
#[test]
fn what_others_can_read_or_write_is_refused() {
    let (_folder, keyring) = folder();
    keyring.generate("ci").unwrap();
    keyring.add("old", &public(1)).unwrap();
    keyring.revoke("old").unwrap();
    let with = |name: &str, mode: u32, usual: u32| {
        let path = keyring.folder().join(name);
        chmod(&path, mode);
        let found = [words(&keyring, keyring.secret("ci")), words(&keyring, keyring.keys())];
        chmod(&path, usual);
        found.join(" | ")
    };
    let words = [
        with("ci.key", 0o640, 0o600),
        with("ci.key", 0o604, 0o600),
        with("ci.key", 0o620, 0o600),
        with("ci.pub", 0o664, 0o644),
        with("", 0o770, 0o700),
        with("", 0o1777, 0o700),
        with("revoked", 0o702, 0o700),
        // Trust needn't be a secret.
        with("", 0o755, 0o700),
        with("ci.key", 0o400, 0o600),
    ];
    insta::assert_snapshot!(words.join("\n"), @"
    KEYS/ci.key has mode 0640, so others can use it; `chmod 600 KEYS/ci.key` | done
    KEYS/ci.key has mode 0604, so others can use it; `chmod 600 KEYS/ci.key` | done
    KEYS/ci.key has mode 0620, so others can use it; `chmod 600 KEYS/ci.key` | done
    KEYS/ci.pub has mode 0664, so others can write it; `chmod go-w KEYS/ci.pub` | KEYS/ci.pub has mode 0664, so others can write it; `chmod go-w KEYS/ci.pub`
    KEYS has mode 0770, so others can write it; `chmod go-w KEYS` | KEYS has mode 0770, so others can write it; `chmod go-w KEYS`
    KEYS has mode 1777, so others can write it; `chmod go-w KEYS` | KEYS has mode 1777, so others can write it; `chmod go-w KEYS`
    KEYS/revoked has mode 0702, so others can write it; `chmod go-w KEYS/revoked` | KEYS/revoked has mode 0702, so others can write it; `chmod go-w KEYS/revoked`
    done | done
    done | done
    ");
}

#[cfg(unix)]
#[test]
fn what_belongs_to_another_user_is_refused() {
    let (_folder, keyring) = folder();
    keyring.generate("ci").unwrap();
    // Only the superuser can give a file away; everybody else can't try this.
    if std::os::unix::fs::chown(keyring.folder(), Some(12345), None).is_err() {
        eprintln!("skipped: not the superuser");
        return;
    }
    insta::assert_snapshot!(words(&keyring, keyring.keys()), @"KEYS belongs to user 12345, who can change it; it must be yours or the superuser's");
    std::os::unix::fs::chown(keyring.folder(), Some(0), None).unwrap();
    std::os::unix::fs::chown(keyring.folder().join("ci.key"), Some(12345), None).unwrap();
    insta::assert_snapshot!(words(&keyring, keyring.secret("ci")), @"KEYS/ci.key belongs to user 12345, who can change it; it must be yours or the superuser's");
}
