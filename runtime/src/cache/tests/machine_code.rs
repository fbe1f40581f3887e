//! wasmtime's code through the cache: the same program, compiled once.

use super::*;
use crate::{End, NanMode, Offload, Program, Session, SessionOptions, Settings, Trust, Value, config};
use wasmtime::Engine;

const CODE: &str = "code";

fn module(answer: i32) -> Vec<u8> {
    wat::parse_str(format!("(module (func (export \"f\") (result i32) (i32.const {answer})))")).unwrap()
}

fn run(cache: &Cache, bytes: &[u8], nan: NanMode) -> i32 {
    let settings = Settings { nan, cache: Some(cache.clone()), ..Settings::default() };
    let options = SessionOptions { settings, ..SessionOptions::default() };
    let mut session = Session::start(&Program::Plain(bytes.to_vec()), &options).unwrap();
    match session.invoke("f", &[]).unwrap() {
        End::Returned(values) if let [Value::I32(value)] = values[..] => value,
        end => panic!("{end:?}"),
    }
}

#[test]
fn a_module_is_compiled_once_for_each_setting() {
    let place = place();
    let cache = open(&place);
    let counts = || {
        let counts = counts(&cache, CODE);
        (counts.hits, counts.misses, counts.stored, counts.rejected)
    };
    assert_eq!(run(&cache, &module(1), NanMode::Native), 1);
    assert_eq!(counts(), (0, 1, 1, 0));
    assert_eq!(run(&cache, &module(1), NanMode::Native), 1);
    assert_eq!(counts(), (1, 1, 1, 0));
    assert_eq!(run(&cache, &module(2), NanMode::Native), 2);
    assert_eq!(counts(), (1, 2, 2, 0));
    assert_eq!(run(&cache, &module(1), NanMode::Canonical), 1);
    assert_eq!(counts(), (1, 3, 3, 0));
    assert_eq!(run(&cache, &module(1), NanMode::Canonical), 1);
    assert_eq!(run(&cache, &module(2), NanMode::Native), 2);
    assert_eq!(counts(), (3, 3, 3, 0));
}

#[test]
fn every_setting_of_the_engine_is_in_the_key() {
    let place = place();
    let cache = open(&place);
    let mut others: Vec<wasmtime::Config> = (0..5).map(|_| config(NanMode::Native)).collect();
    others[1].consume_fuel(true);
    others[2].epoch_interruption(true);
    others[3].cranelift_opt_level(wasmtime::OptLevel::None);
    others[4].wasm_multi_memory(false);
    others.push(config(NanMode::Canonical));
    let keys: Vec<Key> =
        others.iter().map(|config| cache.code_key(&Engine::new(config).unwrap(), &module(1))).collect();
    for (i, key) in keys.iter().enumerate() {
        assert!(keys[..i].iter().all(|other| other != key), "{i}");
    }
    let same = cache.code_key(&Engine::new(&config(NanMode::Native)).unwrap(), &module(1));
    assert_eq!(same, keys[0]);
    assert_ne!(same, cache.key(CODE, &[&module(1)]));
}

#[test]
fn damaged_code_is_never_run() {
    let place = place();
    let cache = open(&place);
    let engine = Engine::new(&config(NanMode::Native)).unwrap();
    let key = cache.code_key(&engine, &module(1));
    assert_eq!(run(&cache, &module(1), NanMode::Native), 1);
    let whole = fs::read(file(&cache, &key)).unwrap();
    // Places all over the file; every single byte of a small entry is covered elsewhere.
    for (n, at) in (0..whole.len()).step_by(whole.len() / 40).enumerate() {
        let mut bytes = whole.clone();
        bytes[at] ^= 1 << (n % 8);
        fs::write(file(&cache, &key), &bytes).unwrap();
        assert_eq!(run(&cache, &module(1), NanMode::Native), 1);
        assert_eq!(counts(&cache, CODE).rejected, n as u64 + 1, "byte {at}");
        assert_eq!(entry::open(fs::read(file(&cache, &key)).unwrap(), &key, &cache.0.secret).err(), None);
    }
    // The code of another module, under this one's name.
    assert_eq!(run(&cache, &module(2), NanMode::Native), 2);
    let other = cache.code_key(&engine, &module(2));
    fs::copy(file(&cache, &other), file(&cache, &key)).unwrap();
    assert_eq!(run(&cache, &module(1), NanMode::Native), 1);
    assert_eq!(counts(&cache, CODE).last_fault, Some(Fault::Key));
}

#[test]
fn what_wasmtime_refuses_is_replaced() {
    let place = place();
    let cache = open(&place);
    let engine = Engine::new(&config(NanMode::Native)).unwrap();
    let key = cache.code_key(&engine, &module(1));
    // Authentic, but no machine code at all: wasmtime looks at the first bytes and says so.
    cache.store(&key, b"not what the runtime stores");
    assert_eq!(run(&cache, &module(1), NanMode::Native), 1);
    let after = counts(&cache, CODE);
    assert!(matches!(after.last_fault, Some(Fault::Refused(_))), "{after:?}");
    assert_eq!((after.hits, after.rejected), (0, 1));
    assert_eq!(run(&cache, &module(1), NanMode::Native), 1);
    assert_eq!(counts(&cache, CODE).hits, 1);
}

#[test]
fn a_bundle_that_is_embedded_is_compiled_once() {
    let place = place();
    let cache = open(&place);
    let source = module(1);
    let contents = bundle::Contents {
        source: bundle::digest(&source),
        options: bundle::Options { targets: vec!["sm_80".into()], ..Default::default() },
        memories: Vec::new(),
        regions: Vec::new(),
        kernels: Vec::new(),
        ptx: Vec::new(),
    };
    let bytes = bundle::write(&source, &contents).unwrap();
    let mut fuel = config(NanMode::Native);
    fuel.consume_fuel(true);
    for (config, hits, misses) in [(config(NanMode::Native), 1, 1), (fuel, 2, 2)] {
        let engine = Engine::new(&config).unwrap();
        let settings = Settings { cache: Some(cache.clone()), ..Settings::of(&engine) };
        for _ in 0..2 {
            Offload::load(&engine, &bytes, Trust::Anyone, &settings).unwrap();
        }
        let counts = counts(&cache, CODE);
        assert_eq!((counts.hits, counts.misses, counts.rejected), (hits, misses, 0));
    }
    // Without a cache nothing is asked, and nothing is kept.
    let engine = Engine::new(&config(NanMode::Native)).unwrap();
    Offload::load(&engine, &bytes, Trust::Anyone, &Settings::of(&engine)).unwrap();
    assert_eq!(counts(&cache, CODE).hits, 2);
}
