//! Plain programs from start to end: WASI, entries, imports, ends.

use tensorwasm_runtime::{
    Directory, End, Entry, Outside, Program, RunOptions, RunOutcome, SessionError, SessionOptions, Stdio, run,
};

fn options(entry: Entry, args: &[&str]) -> RunOptions {
    let outside = Outside {
        args: args.iter().map(|a| a.to_string()).collect(),
        stdio: Stdio::Capture { stdin: b"input".to_vec() },
        ..Outside::default()
    };
    let session = SessionOptions { outside, memory_pages: 2, ..SessionOptions::default() };
    RunOptions { session, entry, dump_memories: true }
}

fn export(name: &str, args: &[&str]) -> Entry {
    Entry::Export { name: name.into(), args: args.iter().map(|a| a.to_string()).collect() }
}

fn run_wat(wat: &str, entry: Entry) -> Result<RunOutcome, SessionError> {
    run(&Program::Plain(wat::parse_str(wat).unwrap()), &options(entry, &["program", "first"]))
}

fn show(result: Result<RunOutcome, SessionError>) -> String {
    match result {
        Err(error) => format!("error: {error}"),
        Ok(outcome) => {
            let end = match &outcome.end {
                End::Trapped { kind, .. } => format!("trap: {kind}"),
                End::Exited(code) => format!("exit {code}"),
                End::Returned(values) => {
                    format!("returned [{}]", values.iter().map(|v| v.to_string()).collect::<Vec<_>>().join(", "))
                }
            };
            let memories: Vec<String> = outcome.memories.iter().map(|(n, b)| format!("{n}: {}", b.len())).collect();
            let (out, err) = (String::from_utf8_lossy(&outcome.stdout), String::from_utf8_lossy(&outcome.stderr));
            format!(
                "{end}, code {}, out {out:?}, err {err:?}, memories {memories:?}, globals {:?}",
                outcome.exit_code(),
                outcome.globals
            )
        }
    }
}

#[test]
fn a_command_reads_its_input_and_arguments_and_exits() {
    // Copies standard input to standard output and the first argument to standard error, then exits with 7.
    let wat = r#"(module
      (import "wasi_snapshot_preview1" "fd_read" (func $read (param i32 i32 i32 i32) (result i32)))
      (import "wasi_snapshot_preview1" "fd_write" (func $write (param i32 i32 i32 i32) (result i32)))
      (import "wasi_snapshot_preview1" "args_get" (func $args (param i32 i32) (result i32)))
      (import "wasi_snapshot_preview1" "proc_exit" (func $exit (param i32)))
      (memory (export "memory") 1)
      (func (export "_start")
        (i32.store (i32.const 0) (i32.const 1024))
        (i32.store (i32.const 4) (i32.const 64))
        (drop (call $read (i32.const 0) (i32.const 0) (i32.const 1) (i32.const 16)))
        (i32.store (i32.const 4) (i32.load (i32.const 16)))
        (drop (call $write (i32.const 1) (i32.const 0) (i32.const 1) (i32.const 16)))
        (drop (call $args (i32.const 32) (i32.const 2048)))
        (i32.store (i32.const 0) (i32.load (i32.const 36)))
        (i32.store (i32.const 4) (i32.const 5))
        (drop (call $write (i32.const 2) (i32.const 0) (i32.const 1) (i32.const 16)))
        (call $exit (i32.const 7))))"#;
    insta::assert_snapshot!(show(run_wat(wat, Entry::Command)), @r#"exit 7, code 7, out "input", err "first", memories ["memory: 65536"], globals []"#);
}

const CALCULATOR: &str = r#"(module
  (memory (export "memory") 1)
  (global $calls (export "calls") (mut i32) (i32.const 0))
  (func (export "_initialize") (global.set $calls (i32.const 100)))
  (func (export "divide") (param i32 i32) (result i32)
    (global.set $calls (i32.add (global.get $calls) (i32.const 1)))
    (i32.div_s (local.get 0) (local.get 1)))
  (func (export "scale") (param f64 i64) (result f64 i64)
    (f64.mul (local.get 0) (f64.const 0.5)) (i64.add (local.get 1) (i64.const 1)))
  (func (export "stop") unreachable)
  (func $deep (export "deep") call $deep)
  (func (export "outside") (drop (i32.load (i32.const 65534)))))"#;

#[test]
fn exports_are_called_with_parsed_arguments() {
    let calls = [
        export("divide", &["-7", "2"]),
        export("divide", &["7", "0"]),
        export("scale", &["0.3", "0xffffffffffffffff"]),
        export("stop", &[]),
        export("outside", &[]),
        export("deep", &[]),
        export("divide", &["1"]),
        export("divide", &["1", "two"]),
        export("multiply", &[]),
        Entry::Command,
    ];
    let lines: Vec<String> = calls.into_iter().map(|entry| show(run_wat(CALCULATOR, entry))).collect();
    insta::assert_snapshot!(lines.join("\n"), @r#"
    returned [-3], code 0, out "", err "", memories ["memory: 65536"], globals [("calls", I32(101))]
    trap: integer divide by zero, code 134, out "", err "", memories ["memory: 65536"], globals [("calls", I32(101))]
    returned [0.15, 0], code 0, out "", err "", memories ["memory: 65536"], globals [("calls", I32(100))]
    trap: wasm `unreachable` instruction executed, code 134, out "", err "", memories ["memory: 65536"], globals [("calls", I32(100))]
    trap: out of bounds memory access, code 134, out "", err "", memories ["memory: 65536"], globals [("calls", I32(100))]
    trap: call stack exhausted, code 134, out "", err "", memories ["memory: 65536"], globals [("calls", I32(100))]
    error: `divide` takes 2 arguments, 1 are given
    error: argument 1 of `divide`: `two` isn't an i32
    error: there is no exported function `multiply`
    error: there is no exported function `_start`
    "#);
}

#[test]
fn missing_memories_are_created_and_other_imports_named() {
    let memory = r#"(module (import "env" "memory" (memory 0)) (func (export "size") (result i32) memory.size))"#;
    let bounded = r#"(module (import "env" "memory" (memory 0 1)) (func (export "size") (result i32) memory.size))"#;
    let shared =
        r#"(module (import "env" "memory" (memory 3 4 shared)) (func (export "size") (result i32) memory.size))"#;
    let wide = r#"(module (import "env" "memory" (memory i64 1)) (func (export "size") (result i64) memory.size))"#;
    let function = r#"(module (import "env" "log" (func (param i32))) (func (export "size")))"#;
    let global = r#"(module (import "env" "base" (global i32)) (func (export "size")))"#;
    let lines: Vec<String> = [memory, bounded, shared, wide, function, global]
        .iter()
        .map(|wat| show(run_wat(wat, export("size", &[]))))
        .collect();
    insta::assert_snapshot!(lines.join("\n"), @r#"
    returned [2], code 0, out "", err "", memories ["env.memory: 131072"], globals []
    returned [1], code 0, out "", err "", memories ["env.memory: 65536"], globals []
    returned [3], code 0, out "", err "", memories ["env.memory: 196608"], globals []
    returned [2], code 0, out "", err "", memories ["env.memory: 131072"], globals []
    error: the module imports function `env` `log`, which isn't provided
    error: the module imports global `env` `base`, which isn't provided
    "#);
}

#[test]
fn a_trap_of_the_start_function_is_an_end() {
    let wat = r#"(module (memory (export "memory") 1) (func $s unreachable) (start $s) (func (export "_start")))"#;
    insta::assert_snapshot!(show(run_wat(wat, Entry::Command)), @r#"trap: wasm `unreachable` instruction executed, code 134, out "", err "", memories [], globals []"#);
    let wat = r#"(module (memory 1) (data (i32.const 65535) "ab") (func (export "_start")))"#;
    insta::assert_snapshot!(show(run_wat(wat, Entry::Command)), @r#"trap: out of bounds memory access, code 134, out "", err "", memories [], globals []"#);
}

#[test]
fn an_uncaught_exception_is_an_end() {
    let wat = r#"(module (tag $t) (func (export "_start") (throw $t)))"#;
    insta::assert_snapshot!(show(run_wat(wat, Entry::Command)), @r#"trap: uncaught exception, code 134, out "", err "", memories [], globals []"#);
}

#[test]
fn bytes_that_are_no_module_are_an_error() {
    let result = run(&Program::Plain(b"\0asm\x01\0\0\0\xff".to_vec()), &options(Entry::Command, &[]));
    assert!(matches!(result, Err(SessionError::Compile(_))));
}

#[test]
fn a_directory_must_exist_and_is_then_seen() {
    // Opens `file` in the first preopened directory (3) and copies its first bytes to standard output.
    let wat = r#"(module
      (import "wasi_snapshot_preview1" "path_open"
        (func $open (param i32 i32 i32 i32 i32 i64 i64 i32 i32) (result i32)))
      (import "wasi_snapshot_preview1" "fd_read" (func $read (param i32 i32 i32 i32) (result i32)))
      (import "wasi_snapshot_preview1" "fd_write" (func $write (param i32 i32 i32 i32) (result i32)))
      (memory (export "memory") 1)
      (data (i32.const 512) "file")
      (func (export "_start")
        (drop (call $open (i32.const 3) (i32.const 0) (i32.const 512) (i32.const 4) (i32.const 0)
          (i64.const 2) (i64.const 0) (i32.const 0) (i32.const 8)))
        (i32.store (i32.const 16) (i32.const 1024))
        (i32.store (i32.const 20) (i32.const 64))
        (drop (call $read (i32.load (i32.const 8)) (i32.const 16) (i32.const 1) (i32.const 24)))
        (i32.store (i32.const 20) (i32.load (i32.const 24)))
        (drop (call $write (i32.const 1) (i32.const 16) (i32.const 1) (i32.const 24)))))"#;
    let host = std::env::temp_dir().join(format!("tensorwasm-programs-{}", std::process::id()));
    std::fs::create_dir_all(&host).unwrap();
    std::fs::write(host.join("file"), "what it says").unwrap();
    let mut options = options(Entry::Command, &[]);
    options.session.outside.dirs = vec![Directory { host: host.clone(), guest: "/data".into() }];
    let program = Program::Plain(wat::parse_str(wat).unwrap());
    let seen = run(&program, &options).unwrap().stdout;
    std::fs::remove_dir_all(&host).unwrap();
    assert_eq!(String::from_utf8_lossy(&seen), "what it says");
    assert!(matches!(run(&program, &options), Err(SessionError::Directory(error)) if error.host == host));
}
