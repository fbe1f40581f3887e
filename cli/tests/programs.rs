//! Whole WASI programs that dispatch: what they read, what they write and how they end is the same on every device.
//!
//! `endings` (corpus/programs/endings) works on arrays, reads what its arguments name, and then returns, exits five calls deep,
//! or traps. What it must print stands here, so `--device off` is held to it too.

use std::io::Write;
use std::path::Path;
use std::process::{Command, Stdio};

const PRODUCERS: [&str; 3] = ["clang", "zig", "rustc"];
const DEVICES: [&str; 3] = ["off", "cpu", "auto"];

/// The tool, without a cache.
fn tensorwasm() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_tensorwasm"));
    command.env("TENSORWASM_CACHE", "");
    command
}

/// What a run left behind.
struct Ran {
    code: i32,
    stdout: String,
    /// Without the statistics, which are its last line.
    stderr: String,
    /// Dispatches that the CPU device completed.
    done: u64,
}

/// Runs `corpus/wasm/MODULE.wasm` with `options` before and `args` after `--`, and `stdin` as its input.
fn run(module: &str, device: &str, options: &[&str], args: &[&str], stdin: &str) -> Ran {
    let wasm = format!("{}/../corpus/wasm/{module}.wasm", env!("CARGO_MANIFEST_DIR"));
    let mut child = tensorwasm()
        .args(["run", &wasm, "--device", device, "--stats", "json"])
        .args(options)
        .arg("--")
        .args(args)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    // A program that doesn't read may have ended already, and then nobody takes the bytes.
    child.stdin.take().unwrap().write_all(stdin.as_bytes()).ok();
    let output = child.wait_with_output().unwrap();
    let stderr = String::from_utf8(output.stderr).unwrap();
    let (text, stats) = stderr.trim_end().rsplit_once('\n').unwrap_or(("", stderr.trim_end()));
    let stats: serde_json::Value = serde_json::from_str(stats).unwrap_or_else(|_| panic!("no statistics: {stderr}"));
    let regions = stats["regions"].as_array().unwrap();
    Ran {
        code: output.status.code().unwrap(),
        stdout: String::from_utf8(output.stdout).unwrap(),
        stderr: text.to_string(),
        done: regions.iter().map(|region| region["done"]["cpu"].as_u64().unwrap_or(0)).sum(),
    }
}

/// Runs `endings HOW - notes.txt` in a folder with that file and a variable, and expects everything but the end of it.
fn ending(producer: &str, device: &str, how: &str) -> Ran {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("notes.txt"), "hello files\n").unwrap();
    let directory = format!("{}::.", folder.path().display());
    let options = ["--dir", &directory, "--env", "ENDINGS_NOTE=from outside"];
    let ran = run(&format!("{producer}/endings"), device, &options, &[how, "-", "notes.txt"], "some input\n");

    let place = format!("{producer}, {device}, {how}: {}", ran.stderr);
    let expected = format!(
        "endings {how} digest=fbf0c000 note=from outside\n\
         -: 11 bytes, digest 1e0824f3\n\
         notes.txt: 12 bytes, digest 3b3e4459\n"
    );
    assert_eq!(ran.stdout, expected, "{place}");
    assert!(ran.stderr.starts_with(&format!("the end: {how}")), "{place}");
    let mirror = std::fs::read_to_string(folder.path().join("notes.txt.mirror")).unwrap();
    assert_eq!(mirror, "\nselif olleh", "{place}");
    match device {
        "cpu" => assert!(ran.done >= 3, "{} dispatches, {place}", ran.done),
        "off" => assert_eq!(ran.done, 0, "{place}"),
        _ => {}
    }
    ran
}

#[test]
fn returns_and_exits_keep_their_code() {
    for producer in PRODUCERS {
        for device in DEVICES {
            for (how, code) in [("return", 0), ("exit", 3)] {
                let ran = ending(producer, device, how);
                assert_eq!((ran.code, ran.stderr), (code, format!("the end: {how}")), "{producer}, {device}");
            }
        }
    }
}

#[test]
fn traps_after_a_dispatch_are_the_original_ones() {
    for producer in PRODUCERS {
        let cases = [("trap", "wasm `unreachable` instruction executed"), ("bounds", "out of bounds memory access")];
        for (how, kind) in cases {
            let frames = |ran: &Ran| -> Vec<String> {
                let names = ran.stderr.lines().filter_map(|line| line.split_once(" - ")).map(|(_, name)| name.into());
                names.collect()
            };
            let plain = ending(producer, "off", how);
            assert!(!frames(&plain).is_empty(), "{}", plain.stderr);
            for ran in ["cpu", "auto"].map(|device| ending(producer, device, how)).iter().chain([&plain]) {
                assert_eq!(ran.code, 134, "{producer}, {how}: {}", ran.stderr);
                assert!(ran.stderr.contains(&format!("\ntrap: {kind}\n")), "{producer}, {how}: {}", ran.stderr);
                assert_eq!(frames(ran), frames(&plain), "{producer}, {how}");
            }
        }
    }
}

#[test]
fn a_program_without_a_directory_sees_no_files_and_says_so() {
    for producer in PRODUCERS {
        let ran = run(&format!("{producer}/endings"), "cpu", &[], &["return", "notes.txt"], "");
        let expected =
            (1, "endings return digest=fbf0c000 note=none\n", "endings: can't open notes.txt\nthe end: return");
        assert_eq!((ran.code, ran.stdout.as_str(), ran.stderr.as_str()), expected, "{producer}");
        assert!(ran.done > 0, "{producer}");
    }
}

#[test]
fn arguments_and_standard_input_reach_the_kernels() {
    let lines: String = (1..=300).map(|i| format!("{} {} {}\n", 9000 + 7 * i, 10000 + 3 * i, 30 + i)).collect();
    for producer in PRODUCERS {
        for device in DEVICES {
            let ran = run(&format!("{producer}/options"), device, &[], &["-"], &lines);
            let expected = "options n=300 inside=50 sum=1b046cd9cc841700 top=402ce19a8265c2fc\n";
            assert_eq!((ran.code, ran.stdout.as_str()), (0, expected), "{producer}, {device}: {}", ran.stderr);
            assert!(device != "cpu" || ran.done > 0, "{producer}");
            let ran = run(&format!("{producer}/matmul"), device, &[], &["7"], "");
            let expected = "matmul n=7 product=3cad5394482bce50 turned=87fcd439\n";
            assert_eq!((ran.code, ran.stdout.as_str()), (0, expected), "{producer}, {device}: {}", ran.stderr);
        }
        let ran = run(&format!("{producer}/matmul"), "cpu", &[], &["0"], "");
        assert_eq!((ran.code, ran.stderr.as_str()), (2, "usage: matmul [size 1..2048]"), "{producer}");
    }
}

#[test]
fn a_bundle_behaves_as_the_module_it_was_made_of() {
    let folder = tempfile::tempdir().unwrap();
    let bundle = folder.path().join("endings.wasm");
    let wasm = Path::new(env!("CARGO_MANIFEST_DIR")).join("../corpus/wasm/clang/endings.wasm");
    let compiled = tensorwasm().arg("compile").arg(&wasm).arg("-o").arg(&bundle).output();
    assert!(compiled.unwrap().status.success());
    let output = tensorwasm()
        .arg("run")
        .arg(&bundle)
        .args(["--allow-unsigned", "--device", "cpu", "--", "exit"])
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(3));
    assert_eq!(output.stdout, b"endings exit digest=fbf0c000 note=none\n");
    assert_eq!(output.stderr, b"the end: exit\n");
}
