//! `--fp relaxed` on the command line: who compiles says so, and who runs says so again.

use std::path::Path;
use std::process::{Command, Output};

/// The sum of an array that begins with one large number.
const SUM: &str = r#"(module (memory (export "memory") 1)
  (func (export "f") (param $p i32) (param $n i32) (result f64) (local $s f64)
    (f64.store (local.get $p) (f64.const 9007199254740992))
    (loop $next
      (local.set $s (f64.add (local.get $s) (f64.load (local.get $p))))
      (local.set $p (i32.add (local.get $p) (i32.const 8)))
      (br_if $next (local.tee $n (i32.sub (local.get $n) (i32.const 1)))))
    (local.get $s))
  (func (export "fill") (param $p i32) (param $n i32)
    (loop $next
      (f64.store (local.get $p) (f64.const 1))
      (local.set $p (i32.add (local.get $p) (i32.const 8)))
      (br_if $next (local.tee $n (i32.sub (local.get $n) (i32.const 1))))))
  (func (export "both") (result f64) (call 1 (i32.const 0) (i32.const 4096)) (call 0 (i32.const 0) (i32.const 4096))))"#;

fn tensorwasm(folder: &Path, args: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_tensorwasm"));
    command.current_dir(folder).env("TENSORWASM_KEYS", "/no/such/key/folder").env("TENSORWASM_CACHE", "");
    command.args(args).output().unwrap()
}

fn said(folder: &Path, args: &[&str]) -> String {
    let output = tensorwasm(folder, args);
    assert!(output.status.success(), "{args:?}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

#[test]
fn relaxed_sums_run_only_where_both_sides_ask_for_them() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    std::fs::write(folder.join("sum.wasm"), wat::parse_str(SUM).unwrap()).unwrap();
    said(folder, &["compile", "sum.wasm", "-o", "exact.wasm"]);
    said(folder, &["compile", "--fp", "relaxed", "sum.wasm", "-o", "relaxed.wasm"]);
    let run = |file: &str, fp: &str| {
        let args = ["run", "--device", "cpu", "--allow-unsigned", "--fp", fp, file, "--invoke", "both"];
        said(folder, &args).trim().to_string()
    };
    // Each 1 is lost beside the large number, unless they are added up first.
    let exact = "9007199254740992.0";
    assert_eq!([run("sum.wasm", "exact"), run("exact.wasm", "relaxed"), run("relaxed.wasm", "exact")], [exact; 3]);
    let relaxed = run("relaxed.wasm", "relaxed");
    assert!(relaxed.starts_with("900719925474") && relaxed != exact, "{relaxed}");
    for threads in ["1", "2", "7"] {
        let args = ["run", "--threads", threads, "--device", "cpu", "--fp", "relaxed", "sum.wasm", "--invoke", "both"];
        assert_eq!(said(folder, &args).trim(), relaxed);
    }
}

#[test]
fn a_relaxed_region_is_named_wherever_regions_are_shown() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    std::fs::write(folder.join("sum.wasm"), wat::parse_str(SUM).unwrap()).unwrap();
    let compiled = said(folder, &["compile", "--fp", "relaxed", "sum.wasm", "-o", "relaxed.wasm"]);
    assert!(compiled.contains("they run only under `run --fp relaxed`"), "{compiled}");
    let explained = said(folder, &["explain", "--fp", "relaxed", "sum.wasm"]);
    assert!(explained.contains("offloaded as region 0, its floats accumulate in another order"), "{explained}");
    assert!(said(folder, &["inspect", "relaxed.wasm"]).contains("options: fp relaxed"));
    let output = tensorwasm(folder, &["verify", "--rebuild", "sum.wasm", "relaxed.wasm"]);
    let verified = String::from_utf8(output.stdout).unwrap();
    assert!(
        verified.contains("2 regions, 1 of them with relaxed sums") && verified.contains("the same bytes"),
        "{verified}"
    );
    let args = ["run", "--device", "cpu", "--allow-unsigned", "relaxed.wasm", "--stats", "json", "--invoke", "both"];
    let stats = String::from_utf8(tensorwasm(folder, &args).stderr).unwrap();
    let stats: serde_json::Value = serde_json::from_str(stats.lines().last().unwrap()).unwrap();
    let regions = &stats["regions"];
    assert_eq!((&regions[0]["relaxed"], &regions[1]["relaxed"]), (&true.into(), &false.into()), "{stats}");
    assert!(regions[0]["off"].as_str().unwrap().contains("another order") && regions[1]["off"].is_null(), "{stats}");
}
