//! What an undamaged cache does: keys, eviction, clearing, company.

use super::*;
use std::sync::Barrier;

fn age(path: &Path, seconds: u64) {
    let file = fs::File::options().write(true).open(path).unwrap();
    file.set_modified(SystemTime::now() - Duration::from_secs(seconds)).unwrap();
}

#[test]
fn a_key_holds_every_part_and_where_it_ends() {
    let build = [3; 32];
    let key = |purpose, parts: &[&[u8]]| Key::of_caller(purpose, &build, parts);
    let keys = [
        key("a", &[b"bc", b"d"]),
        key("a", &[b"b", b"cd"]),
        key("a", &[b"bcd"]),
        key("a", &[b"bcd", b""]),
        key("ab", &[b"cd"]),
        key("a", &[b"d", b"bc"]),
        Key::of_caller("a", &[4; 32], &[b"bc", b"d"]),
        Key::of_runtime("a", &build, &[b"bc", b"d"]),
    ];
    for (i, a) in keys.iter().enumerate() {
        assert!(keys[..i].iter().all(|b| a.digest() != b.digest()), "{i}");
    }
    assert_eq!(keys[0], key("a", &[b"bc", b"d"]));
}

#[test]
fn what_was_used_longest_ago_goes_first() {
    let place = place();
    let size = (entry::HEADER + 1000) as u64;
    let cache = open_as(&CacheOptions { limit: 3 * size, ..CacheOptions::new(place.path().join("cache")) }, 1).unwrap();
    let keys = [0_u8, 1, 2, 3, 4].map(|n| cache.key(PURPOSE, &[&[n]]));
    for key in &keys[..3] {
        cache.store(key, &[0; 1000]);
    }
    for (key, seconds) in keys.iter().zip([300, 200, 100]) {
        age(&file(&cache, key), seconds);
    }
    // The oldest is used again, so the second one goes.
    assert!(cache.load(&keys[0]).is_some());
    cache.store(&keys[3], &[0; 1000]);
    let there = || keys.each_ref().map(|key| file(&cache, key).exists());
    assert_eq!(there(), [true, false, true, true, false]);
    age(&file(&cache, &keys[0]), 50);
    cache.store(&keys[4], &[0; 1000]);
    assert_eq!(there(), [true, false, false, true, true]);
    assert_eq!(cache.stats().evicted, 2);
    assert_eq!(contents(cache.path()).unwrap(), Contents { entries: 3, bytes: 3 * size });
    // What would drive everything else out isn't kept.
    cache.store(&keys[1], &vec![0; 3 * size as usize]);
    assert_eq!((there(), counts(&cache, PURPOSE).failed), ([true, false, false, true, true], 1));
}

#[test]
fn forgotten_temporary_files_go_and_other_files_stay() {
    let place = place();
    let cache = open(&place);
    let names = ["tmp-old", "tmp-new", "notes.txt"];
    let paths = names.map(|name| cache.path().join(name));
    paths.iter().for_each(|path| fs::write(path, "").unwrap());
    age(&paths[0], 2 * STALE.as_secs());
    age(&paths[2], 2 * STALE.as_secs());
    cache.store(&cache.key(PURPOSE, &[]), PAYLOAD);
    assert_eq!(paths.each_ref().map(|path| path.exists()), [false, true, true]);
    let bytes = (entry::HEADER + PAYLOAD.len()) as u64;
    assert_eq!(clear(cache.path()).unwrap(), Contents { entries: 1, bytes });
    let left: Vec<_> = fs::read_dir(cache.path()).unwrap().map(|e| e.unwrap().file_name()).collect();
    assert_eq!(left, ["notes.txt"]);
    // Whoever has it open goes on; whoever opens it next has a new secret and replaces what the other wrote.
    let key = cache.key(PURPOSE, &[]);
    cache.store(&key, PAYLOAD);
    replaced(&open(&place), &key, &Fault::Mac, "after clearing");
}

#[test]
fn many_at_once_agree_on_the_secret_and_never_see_half_an_entry() {
    let place = place();
    let barrier = Barrier::new(8);
    let values: Vec<Vec<u8>> = (0..8_u8).map(|n| vec![n; 10_000 + usize::from(n)]).collect();
    let work = |value: &Vec<u8>| {
        barrier.wait();
        let cache = open(&place);
        let key = cache.key(PURPOSE, &[b"shared"]);
        for _ in 0..100 {
            cache.store(&key, value);
            let found = cache.load(&key).expect("an entry was rejected");
            assert!(values.contains(&found));
        }
        counts(&cache, PURPOSE)
    };
    std::thread::scope(|scope| {
        let threads: Vec<_> = values.iter().map(|value| scope.spawn(|| work(value))).collect();
        for thread in threads {
            let counts = thread.join().unwrap();
            assert_eq!((counts.hits, counts.stored, counts.rejected, counts.failed), (100, 100, 0, 0));
        }
    });
    assert_eq!(contents(open(&place).path()).unwrap().entries, 1);
}

#[test]
fn a_build_is_known_by_its_content() {
    let place = place();
    let cache = open(&place);
    let program = place.path().join("program");
    let identity = |content: &[u8], settled: Duration| {
        fs::write(&program, content).unwrap();
        build::of_file(fs::File::open(&program).unwrap(), settled, &cache.0).unwrap()
    };
    // A file that has just changed may change again unseen, so nothing is recorded.
    let long = Duration::from_secs(3600);
    let (one, two) = (identity(b"one", long), identity(b"two", long));
    assert_ne!(one, two);
    assert_eq!(identity(b"one", long), one);
    assert_eq!((counts(&cache, "build").misses, counts(&cache, "build").stored), (3, 0));
    // Later it is recorded, and found again without being read.
    assert_eq!(identity(b"two", Duration::ZERO), two);
    assert_eq!(counts(&cache, "build").stored, 1);
    let again = build::of_file(fs::File::open(&program).unwrap(), long, &cache.0).unwrap();
    assert_eq!((again, counts(&cache, "build").hits), (two, 1));
    // The same name with other content of the same size is another build.
    let other = place.path().join("other");
    fs::write(&other, b"six").unwrap();
    fs::rename(&other, &program).unwrap();
    let replaced = build::of_file(fs::File::open(&program).unwrap(), long, &cache.0).unwrap();
    assert!(replaced != two && replaced != one);
    // The program that is running has an identity, too, and the same for everybody.
    let options = CacheOptions::new(place.path().join("own"));
    let keys = [(); 2].map(|()| Cache::open(&options).unwrap().key(PURPOSE, &[]));
    assert_eq!(keys[0], keys[1]);
}
