//! Damaged, forged and misplaced entries.

use super::*;
use crate::cache::entry::{Facts, acceptable};
use rustix::fs::{CWD, FileType, Mode, mknodat};

fn filled(cache: &Cache) -> (Key, Vec<u8>) {
    let key = cache.key(PURPOSE, &[b"input"]);
    cache.store(&key, PAYLOAD);
    assert_eq!(cache.load(&key).as_deref(), Some(PAYLOAD));
    let bytes = fs::read(file(cache, &key)).unwrap();
    assert_eq!(bytes.len(), entry::HEADER + PAYLOAD.len());
    (key, bytes)
}

#[test]
fn every_flipped_byte_is_seen_and_the_entry_replaced() {
    let place = place();
    let cache = open(&place);
    let (key, whole) = filled(&cache);
    for at in 0..whole.len() {
        let why = match at {
            0..8 => Fault::Version,
            8..40 => Fault::Key,
            40..48 => Fault::Length,
            _ => Fault::Mac,
        };
        for mask in [0x01, 0x10, 0x80, 0xff] {
            let mut bytes = whole.clone();
            bytes[at] ^= mask;
            fs::write(file(&cache, &key), &bytes).unwrap();
            replaced(&cache, &key, &why, &format!("byte {at} with {mask:#x}"));
        }
    }
    assert_eq!(fs::read(file(&cache, &key)).unwrap(), whole);
}

#[test]
fn every_change_of_every_byte_is_seen() {
    let secret = Secret::known(7);
    let key = Key::of_caller(PURPOSE, &[0; 32], &[]);
    let whole = entry::seal(PAYLOAD, &key, &secret);
    assert_eq!(entry::open(whole.clone(), &key, &secret).as_deref(), Ok(PAYLOAD));
    for at in 0..whole.len() {
        for mask in 1..=u8::MAX {
            let mut bytes = whole.clone();
            bytes[at] ^= mask;
            assert!(entry::open(bytes, &key, &secret).is_err(), "byte {at} with {mask:#x}");
        }
    }
}

#[test]
fn every_truncation_and_extension_is_seen_and_the_entry_replaced() {
    let place = place();
    let cache = open(&place);
    let (key, whole) = filled(&cache);
    for length in 0..whole.len() {
        fs::write(file(&cache, &key), &whole[..length]).unwrap();
        replaced(&cache, &key, &Fault::Length, &format!("{length} bytes"));
    }
    for extra in [&[0][..], &[0xff; 7], &whole] {
        fs::write(file(&cache, &key), [&whole, extra].concat()).unwrap();
        replaced(&cache, &key, &Fault::Length, &format!("{} bytes more", extra.len()));
    }
}

#[test]
fn an_entry_under_another_name_is_seen() {
    let place = place();
    let cache = open(&place);
    let (key, whole) = filled(&cache);
    let other = cache.key(PURPOSE, &[b"other input"]);
    fs::rename(file(&cache, &key), file(&cache, &other)).unwrap();
    replaced(&cache, &other, &Fault::Key, "renamed");
    assert_eq!(cache.load(&key), None);
    // With its stated key rewritten as well, the MAC is what tells.
    let mut bytes = whole;
    bytes[8..40].copy_from_slice(other.digest());
    fs::write(file(&cache, &other), bytes).unwrap();
    replaced(&cache, &other, &Fault::Mac, "renamed and rewritten");
}

#[test]
fn an_authentic_entry_of_another_version_is_seen() {
    let place = place();
    let cache = open(&place);
    let (key, whole) = filled(&cache);
    let mut bytes = whole;
    bytes[7] = 2;
    let mac = cache.0.secret.mac(&[&bytes[..48], PAYLOAD]);
    bytes[48..80].copy_from_slice(mac.as_bytes());
    fs::write(file(&cache, &key), bytes).unwrap();
    replaced(&cache, &key, &Fault::Version, "form of another version");
}

#[test]
fn another_build_has_other_keys() {
    let place = place();
    let cache = open(&place);
    let (key, _) = filled(&cache);
    let newer = open_as(&CacheOptions::new(cache.path()), 2).unwrap();
    let its_key = newer.key(PURPOSE, &[b"input"]);
    assert_ne!(its_key, key);
    assert_eq!(newer.load(&its_key), None);
    assert_eq!(counts(&newer, PURPOSE).misses, 1);
}

#[test]
fn permissions_other_than_the_users_own_are_seen() {
    let place = place();
    let cache = open(&place);
    let (key, _) = filled(&cache);
    for mode in [0o644, 0o640, 0o602, 0o660, 0o700, 0o666, 0o4600] {
        chmod(&file(&cache, &key), mode);
        replaced(&cache, &key, &Fault::Mode { mode }, &format!("mode {mode:o}"));
        assert_eq!(fs::metadata(file(&cache, &key)).unwrap().permissions().mode() & 0o7777, 0o600);
    }
}

#[test]
fn somebody_elses_file_is_seen() {
    let mine = Facts { regular: true, owner: 1000, mode: 0o600, size: 100 };
    assert_eq!(acceptable(&mine, 1000, 100), Ok(()));
    assert_eq!(acceptable(&mine, 1001, 100), Err(Fault::Owner { owner: 1000 }));
    assert_eq!(acceptable(&mine, 0, 100), Err(Fault::Owner { owner: 1000 }));
    // Not even root's, since root may have copied it from anywhere.
    assert_eq!(acceptable(&Facts { owner: 0, ..mine }, 1000, 100), Err(Fault::Owner { owner: 0 }));
    assert_eq!(acceptable(&Facts { regular: false, ..mine }, 1000, 100), Err(Fault::NotAFile));
    assert_eq!(acceptable(&Facts { mode: 0o620, ..mine }, 1000, 100), Err(Fault::Mode { mode: 0o620 }));
    assert_eq!(acceptable(&mine, 1000, 99), Err(Fault::TooLarge { size: 100 }));
    if may_chown("somebody_elses_file_is_seen") {
        let place = place();
        let cache = open(&place);
        let (key, _) = filled(&cache);
        std::os::unix::fs::chown(file(&cache, &key), Some(12345), None).unwrap();
        replaced(&cache, &key, &Fault::Owner { owner: 12345 }, "chown");
    }
}

#[test]
fn links_directories_and_pipes_are_seen() {
    let place = place();
    let cache = open(&place);
    let (key, whole) = filled(&cache);
    let path = file(&cache, &key);
    let aside = place.path().join("aside");
    fs::write(&aside, &whole).unwrap();
    chmod(&aside, 0o600);

    fs::remove_file(&path).unwrap();
    std::os::unix::fs::symlink(&aside, &path).unwrap();
    replaced(&cache, &key, &Fault::NotAFile, "a link to an authentic entry");
    assert_eq!(fs::read(&aside).unwrap(), whole, "the link's target was written to");

    fs::remove_file(&path).unwrap();
    fs::create_dir(&path).unwrap();
    replaced(&cache, &key, &Fault::NotAFile, "an empty directory");

    fs::remove_file(&path).unwrap();
    mknodat(CWD, &path, FileType::Fifo, Mode::RUSR | Mode::WUSR, 0).unwrap();
    replaced(&cache, &key, &Fault::NotAFile, "a named pipe");

    // Somebody's files aren't removed: such an entry stays unusable, and the result is right all the same.
    fs::remove_file(&path).unwrap();
    fs::create_dir(&path).unwrap();
    fs::write(path.join("kept"), "").unwrap();
    assert_eq!(cache.load(&key), None);
    cache.store(&key, PAYLOAD);
    assert_eq!((counts(&cache, PURPOSE).failed, cache.load(&key)), (1, None));
    assert!(path.join("kept").exists());
    let left: Vec<_> = fs::read_dir(cache.path()).unwrap().map(|e| e.unwrap().file_name()).collect();
    assert_eq!(left.len(), 2, "a temporary file stayed: {left:?}");
}

#[test]
fn entries_of_a_replaced_secret_are_seen() {
    let place = place();
    let (key, _) = filled(&open(&place));
    let secret = place.path().join("cache/secret");
    let reopened = |case: &str, why: Fault| {
        let cache = open(&place);
        replaced(&cache, &key, &why, case);
        let data = fs::symlink_metadata(&secret).unwrap();
        assert!(data.is_file() && data.len() == 32 && data.permissions().mode() & 0o7777 == 0o600, "{case}");
        assert_eq!(open(&place).load(&key).as_deref(), Some(PAYLOAD), "{case}: the secret doesn't last");
    };
    fs::write(&secret, [1; 32]).unwrap();
    reopened("another secret", Fault::Mac);
    fs::remove_file(&secret).unwrap();
    reopened("no secret", Fault::Mac);
    fs::write(&secret, [1; 31]).unwrap();
    reopened("a short secret", Fault::Mac);
    fs::write(&secret, [1; 33]).unwrap();
    reopened("a long secret", Fault::Mac);
    chmod(&secret, 0o640);
    reopened("a secret that others may read", Fault::Mac);
    let aside = place.path().join("aside");
    fs::rename(&secret, &aside).unwrap();
    std::os::unix::fs::symlink(&aside, &secret).unwrap();
    reopened("a link to a secret", Fault::Mac);
    if may_chown("entries_of_a_replaced_secret_are_seen") {
        std::os::unix::fs::chown(&secret, Some(12345), None).unwrap();
        reopened("somebody else's secret", Fault::Mac);
    }
}
