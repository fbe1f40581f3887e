//! The command line as a stranger meets it: exit codes, messages, files.

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

fn corpus(name: &str) -> String {
    format!("{}/../corpus/wasm/{name}.wasm", env!("CARGO_MANIFEST_DIR"))
}

/// Runs the tool without the keys of whoever runs the tests, and without a cache, which `cache.rs` is about.
fn tensorwasm(args: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_tensorwasm"));
    command.env("TENSORWASM_KEYS", "/no/such/key/folder").env("TENSORWASM_CACHE", "").args(args).output().unwrap()
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).unwrap()
}

/// A folder of the test's own, removed when it ends.
fn folder() -> tempfile::TempDir {
    tempfile::tempdir().unwrap()
}

fn file(folder: &Path, name: &str, bytes: &[u8]) -> PathBuf {
    let path = folder.join(name);
    std::fs::write(&path, bytes).unwrap();
    path
}

/// Exit code 2 and one message that names the file and holds `words`.
fn refused(args: &[&str], words: &str) {
    let output = tensorwasm(args);
    let message = text(&output.stderr);
    assert_eq!(output.status.code(), Some(2), "{args:?}: {message}");
    assert!(message.starts_with("error: ") && message.trim_end().lines().count() == 1, "{args:?}: {message}");
    assert!(message.contains(words), "{args:?}: {message}");
    assert!(!message.contains("panicked"), "{message}");
}

#[test]
fn bad_input_is_an_error_with_one_message() {
    let folder = folder();
    let whole = std::fs::read(corpus("clang/saxpy")).unwrap();
    let component = b"\0asm\x0d\0\x01\0";
    let taken = wat::parse_str("(module (import \"tensorwasm:offload/v1\" \"region-0\" (func)))").unwrap();
    let cases: [(&str, &[u8], &str); 5] = [
        ("empty.wasm", b"", "empty"),
        ("truncated.wasm", &whole[..whole.len() / 2], "offset"),
        ("component.wasm", component, "component"),
        ("text.wasm", b"(module)", "not a WebAssembly"),
        ("taken.wasm", &taken, "tensorwasm:offload/v1"),
    ];
    for (name, bytes, words) in cases {
        let path = file(folder.path(), name, bytes);
        let path = path.to_str().unwrap();
        for command in ["compile", "run", "inspect"] {
            refused(&[command, path], words);
        }
        refused(&["explain", path], words);
    }
    refused(&["compile", "/no/such/file.wasm"], "/no/such/file.wasm");
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 5, "something was written beside the input");
}

#[test]
fn a_newer_manifest_is_refused_by_its_version() {
    let folder = folder();
    let bundle = folder.path().join("b.wasm");
    let bundle = bundle.to_str().unwrap();
    assert!(tensorwasm(&["compile", &corpus("clang/saxpy"), "-o", bundle]).status.success());
    let bytes = std::fs::read(bundle).unwrap();
    let at = bytes.windows(12).position(|w| w == b"{\"version\":1").unwrap();
    let mut newer = bytes.clone();
    newer[at + 11] = b'9';
    let path = file(folder.path(), "newer.wasm", &newer);
    refused(&["run", path.to_str().unwrap()], "version 9");
    refused(&["inspect", path.to_str().unwrap()], "version 9");
}

#[test]
fn keys_signatures_and_trust() {
    let folder = folder();
    let path = |name: &str| folder.path().join(name).to_str().unwrap().to_string();
    let (key, public, other, bundle) = (path("key"), path("key.pub"), path("other"), path("b.wasm"));
    assert!(tensorwasm(&["keygen", "--out", &key]).status.success());
    assert!(tensorwasm(&["keygen", "--out", &other]).status.success());
    refused(&["keygen", "--out", &key], "can't write");
    assert!(tensorwasm(&["compile", &corpus("clang/saxpy"), "-o", &bundle]).status.success());
    assert_eq!(tensorwasm(&["verify", &bundle, "--trust", &public]).status.code(), Some(1));
    assert!(tensorwasm(&["sign", &bundle, "--key", &key]).status.success());
    assert_eq!(tensorwasm(&["verify", &bundle, "--trust", &public]).status.code(), Some(0));
    assert_eq!(tensorwasm(&["verify", &bundle, "--trust", &format!("{other}.pub")]).status.code(), Some(1));
    let mut damaged = std::fs::read(&bundle).unwrap();
    let last = damaged.len() - 1;
    damaged[last] ^= 1;
    std::fs::write(&bundle, damaged).unwrap();
    refused(&["verify", &bundle, "--trust", &public], "signature");
}

#[test]
fn an_untrusted_bundle_runs_with_its_regions_off() {
    let folder = folder();
    let bundle = folder.path().join("b.wasm");
    let bundle = bundle.to_str().unwrap();
    assert!(tensorwasm(&["compile", &corpus("rustc/heat2d"), "-o", bundle]).status.success());
    let done = |args: &[&str]| {
        let all: Vec<&str> =
            ["run", bundle, "--device", "cpu", "--stats", "json"].iter().chain(args).copied().collect();
        let output = tensorwasm(&all);
        assert!(output.status.success());
        let stderr = text(&output.stderr);
        let stats: serde_json::Value = serde_json::from_str(stderr.lines().last().unwrap()).unwrap();
        let done = |r: &serde_json::Value| r["done"]["cpu"].as_u64().unwrap_or(0);
        let total: u64 = stats["regions"].as_array().unwrap().iter().map(done).sum();
        (total, text(&output.stdout), stderr.contains("warning"))
    };
    let (untrusted, trusted) = (done(&[]), done(&["--allow-unsigned"]));
    assert_eq!((untrusted.0, untrusted.2), (0, true));
    assert!(trusted.0 > 0 && !trusted.2);
    assert_eq!(untrusted.1, trusted.1);
    refused(&["run", bundle, "--require"], "signature");
}

#[test]
fn programs_print_what_they_always_print() {
    let index = std::fs::read_to_string(format!("{}/../corpus/corpus.json", env!("CARGO_MANIFEST_DIR"))).unwrap();
    let index: serde_json::Value = serde_json::from_str(&index).unwrap();
    let mut seen = 0;
    for entry in index["entries"].as_array().unwrap().iter().filter(|e| e["kind"] == "program") {
        for module in entry["modules"].as_array().unwrap() {
            let wasm = format!("{}/../{}", env!("CARGO_MANIFEST_DIR"), module["wasm"].as_str().unwrap());
            for device in ["cpu", "off", "auto"] {
                let output = tensorwasm(&["run", &wasm, "--device", device, "--stats", "json"]);
                assert_eq!(output.status.code(), Some(0), "{wasm}: {}", text(&output.stderr));
                assert_eq!(text(&output.stdout), entry["stdout"].as_str().unwrap(), "{wasm} on {device}");
                let stderr = text(&output.stderr);
                let stats: serde_json::Value = serde_json::from_str(stderr.lines().last().unwrap()).unwrap();
                let done = |r: &serde_json::Value| r["done"][device].as_u64().unwrap_or(0);
                let total: u64 = stats["regions"].as_array().unwrap().iter().map(done).sum();
                assert!(device != "cpu" || total > 0, "{wasm}: nothing ran on the CPU device");
                seen += 1;
            }
        }
    }
    assert!(seen >= 54, "{seen} runs");
}

#[test]
fn exports_take_arguments_and_traps_have_an_exit_code() {
    let folder = folder();
    let wat = "(module (memory (export \"m\") 1)
      (func (export \"add\") (param i32 f64) (result f64)
        (f64.add (f64.convert_i32_s (local.get 0)) (local.get 1)))
      (func (export \"boom\") unreachable))";
    let path = file(folder.path(), "m.wasm", &wat::parse_str(wat).unwrap());
    let path = path.to_str().unwrap();
    let output = tensorwasm(&["run", path, "--invoke", "add", "-3", "0.5"]);
    assert_eq!((output.status.code(), text(&output.stdout)), (Some(0), "-2.5\n".into()));
    let output = tensorwasm(&["run", path, "--invoke", "boom"]);
    assert_eq!(output.status.code(), Some(134));
    assert!(text(&output.stderr).contains("unreachable"));
    refused(&["run", path, "--invoke", "missing"], "missing");
    refused(&["run", path, "--invoke", "add", "1"], "add");
    let dump = folder.path().join("dump");
    assert!(
        tensorwasm(&["run", path, "--invoke", "add", "1", "2", "--dump-memory", dump.to_str().unwrap()])
            .status
            .success()
    );
    assert_eq!(std::fs::metadata(dump).unwrap().len(), 65536);
}

#[test]
fn compiling_twice_gives_the_same_bytes() {
    let folder = folder();
    for name in ["clang/saxpy", "rustc/photo", "asc/jacobi2d"] {
        let (a, b) = (folder.path().join("a.wasm"), folder.path().join("b.wasm"));
        for out in [&a, &b] {
            assert!(tensorwasm(&["compile", &corpus(name), "-o", out.to_str().unwrap()]).status.success());
        }
        assert!(std::fs::read(&a).unwrap() == std::fs::read(&b).unwrap(), "{name}");
    }
}

#[test]
fn reports_are_json_of_the_documented_form() {
    let folder = folder();
    let out = folder.path().join("b.wasm");
    let emit = folder.path().join("emit");
    let (out, emit) = (out.to_str().unwrap(), emit.to_str().unwrap());
    let args = ["compile", &corpus("clang/saxpy"), "-o", out, "--report", "json", "--emit", emit];
    let report: serde_json::Value = serde_json::from_slice(&tensorwasm(&args).stdout).unwrap();
    assert!(!report["regions"].as_array().unwrap().is_empty() && report["declined"].is_array());
    for ending in ["lowered.txt", "pliron.txt", "sm_80.ptx"] {
        assert!(std::fs::metadata(format!("{emit}/region-0.{ending}")).unwrap().len() > 0, "{ending}");
    }
    let explain = tensorwasm(&["explain", &corpus("clang/saxpy"), "--json"]);
    let explain: serde_json::Value = serde_json::from_slice(&explain.stdout).unwrap();
    let first = &explain["loops"][0];
    assert_eq!(first["status"], "offloaded");
    assert!(first["line"].as_str().unwrap().contains("saxpy.c:"));
    for field in ["function", "offset", "reason"] {
        assert!(first.get(field).is_some(), "{field}");
    }
}

#[test]
fn the_oracle_reports_its_verdict_as_text_json_and_exit_code() {
    let output = tensorwasm(&["oracle", &corpus("clang/saxpy"), "--cases", "100", "--json"]);
    assert_eq!(output.status.code(), Some(0), "{}", text(&output.stdout));
    let report: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(report["verdict"], "pass");
    assert!(report["cases"].as_u64().unwrap() >= 100);
    assert!(report["divergences"].as_array().unwrap().is_empty());
    let devices = report["regions"][0]["devices"].as_array().unwrap();
    assert_eq!(devices.iter().map(|d| d["device"].as_str().unwrap()).collect::<Vec<_>>(), ["cpu", "ptx-sim"]);
    // Too few cases to say anything are a finding, not a pass.
    let output = tensorwasm(&["oracle", &corpus("clang/saxpy"), "--cases", "3", "--device", "cpu"]);
    assert_eq!(output.status.code(), Some(1));
    assert!(text(&output.stdout).contains("not exercised"));
    refused(&["oracle", &corpus("clang/saxpy"), "--invoke", "missing"], "missing");
}

#[test]
fn timings_name_every_stage_on_standard_error() {
    let folder = folder();
    let output = folder.path().join("out.wasm");
    let run = tensorwasm(&["compile", &corpus("clang/saxpy"), "-o", output.to_str().unwrap(), "--timings"]);
    assert_eq!(run.status.code(), Some(0));
    let stages: Vec<String> =
        text(&run.stderr).lines().filter_map(|line| line.split_whitespace().next().map(str::to_string)).collect();
    assert_eq!(stages, ["read", "analyse", "rewrite", "emit", "pack", "write", "total"]);
}

/// Whoever pipes into `head` has seen enough; that is neither a crash nor worth a word.
#[cfg(target_os = "linux")]
#[test]
fn a_reader_that_leaves_ends_the_command_in_silence() {
    let folder = folder();
    let out = folder.path().join("b.wasm");
    let (out, saxpy) = (out.to_str().unwrap(), corpus("clang/saxpy"));
    assert!(tensorwasm(&["compile", &saxpy, "-o", out]).status.success());
    let commands: [&[&str]; 7] = [
        &["explain", &saxpy],
        &["explain", &saxpy, "--ptx"],
        &["explain", &saxpy, "--json"],
        &["inspect", out],
        &["compile", &saxpy, "-o", out],
        &["devices"],
        &["oracle", &saxpy, "--cases", "3", "--device", "cpu"],
    ];
    for args in commands {
        let (reader, writer) = std::io::pipe().unwrap();
        drop(reader);
        let mut command = Command::new(env!("CARGO_BIN_EXE_tensorwasm"));
        let output = command.env("TENSORWASM_CACHE", "").args(args).stdout(writer).output().unwrap();
        assert_eq!((output.status.code(), text(&output.stderr)), (Some(141), String::new()), "{args:?}");
        // A disk that is full isn't a reader that has left.
        let full = std::fs::File::options().write(true).open("/dev/full").unwrap();
        let output = command.stdout(full).output().unwrap();
        assert_eq!(output.status.code(), Some(2), "{args:?}");
        assert!(text(&output.stderr).starts_with("error: can't write to standard output"), "{args:?}");
    }
    // What can't be said on standard error changes nothing.
    let (reader, writer) = std::io::pipe().unwrap();
    drop(reader);
    let mut command = Command::new(env!("CARGO_BIN_EXE_tensorwasm"));
    let status = command.args(["compile", &saxpy, "-o", out, "--timings"]).stderr(writer).output().unwrap().status;
    assert_eq!(status.code(), Some(0));
}
