//! Finding out what happened: backtraces of programs that trap.

use runtime::{End, Entry, Program, RunOptions, SessionOptions};
use std::process::{Command, Output};

fn traps(name: &str) -> String {
    format!("{}/../compiler/tests/traps/{name}.wasm", env!("CARGO_MANIFEST_DIR"))
}

fn tensorwasm(args: &[&str]) -> Output {
    // Plain wasmtime names lines only where the environment asks for them; ours don't depend on it.
    let mut command = Command::new(env!("CARGO_BIN_EXE_tensorwasm"));
    command.args(args).env_remove("WASMTIME_BACKTRACE_DETAILS").env("TENSORWASM_CACHE", "").output().unwrap()
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).unwrap()
}

/// A backtrace without the code offsets, which differ between a module and its bundle.
fn frames(backtrace: &str) -> String {
    let lines = backtrace.lines().map(|line| match line.split_once(" - ") {
        Some((place, name)) if place.contains("0x") => format!("{} {name}\n", place.split(':').next().unwrap().trim()),
        _ => format!("{}\n", line.trim()),
    });
    lines.collect()
}

/// How the original module ends on plain wasmtime.
fn plain(wasm: &str, export: &str, arg: &str) -> (String, String) {
    let program = Program::Plain(std::fs::read(wasm).unwrap());
    let entry = Entry::Export { name: export.into(), args: vec![arg.into()] };
    let options = RunOptions { session: SessionOptions::default(), entry, dump_memories: false };
    match runtime::run(&program, &options).unwrap().end {
        End::Trapped { kind, backtrace } => (kind, frames(&backtrace)),
        end => panic!("{wasm} {export} {arg}: {end:?}"),
    }
}

#[test]
fn a_fallback_traps_where_the_original_does() {
    let calls =
        [("divide_by_zero", "9"), ("divide_by_zero", "63"), ("out_of_bounds", "100"), ("out_of_bounds", "4096")];
    for name in ["clang-dwarf4", "clang-dwarf5", "zig-cc-dwarf5", "zig", "rustc"] {
        let wasm = traps(name);
        let folder = tempfile::tempdir().unwrap();
        let bundle = folder.path().join("b.wasm");
        let bundle = bundle.to_str().unwrap();
        assert!(tensorwasm(&["compile", &wasm, "-o", bundle]).status.success());
        let mut skipped = 0;
        for (export, arg) in calls {
            let (kind, wanted) = plain(&wasm, export, arg);
            assert!(wanted.contains("/traps.") && wanted.contains(export), "{name}: {wanted}");
            for device in ["cpu", "off"] {
                let args =
                    ["run", bundle, "--allow-unsigned", "--device", device, "--stats", "json", "--invoke", export, arg];
                let output = tensorwasm(&args);
                assert_eq!(output.status.code(), Some(134), "{name} {export} on {device}");
                let stderr = text(&output.stderr);
                let (trap, stats) = stderr.trim_end().rsplit_once('\n').unwrap();
                let (first, backtrace) = trap.split_once('\n').unwrap();
                assert_eq!(first, format!("trap: {kind}"), "{name} {export} on {device}");
                assert_eq!(frames(backtrace), wanted, "{name} {export} on {device}");
                let stats: serde_json::Value = serde_json::from_str(stats).unwrap();
                let skips = |r: &serde_json::Value| {
                    r["skipped"]["bail"].as_u64().unwrap() + r["skipped"]["guard"].as_u64().unwrap()
                };
                skipped += stats["regions"].as_array().unwrap().iter().map(skips).sum::<u64>();
            }
        }
        assert!(skipped > 0, "{name}: no trap came out of a fallback");
    }
}

#[test]
fn a_backtrace_names_functions_inlined_calls_lines_and_columns() {
    let output = tensorwasm(&["run", &traps("clang-dwarf5"), "--device", "cpu", "--invoke", "divide_by_zero", "9"]);
    let stderr = text(&output.stderr);
    let (first, backtrace) = stderr.split_once('\n').unwrap();
    insta::assert_snapshot!(format!("{first}\n{}", frames(backtrace)), @"
    trap: integer divide by zero
    error while executing at wasm backtrace:
    0 quotient
    at /tmp/traps/traps.c:6:14
    - divide
    at /tmp/traps/traps.c:11:18
    1 divide_by_zero
    at /tmp/traps/traps.c:29:5
    ");
}
