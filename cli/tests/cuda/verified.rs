//! What a GPU machine runs to verify the device, here over the stand-in driver.

use crate::{Installed, corpus, run, tensorwasm, text, total, with_driver};
use Installed::StandIn;
use std::path::Path;

#[test]
fn the_device_conforms() {
    let args = ["devices", "--check", "--device", "cuda", "--time-limit", "2000"];
    let output = tensorwasm(&StandIn("steps=2000000"), &args);
    let lines = text(&output.stdout);
    let rest: Vec<&str> = lines.lines().filter(|line| !line.ends_with(": passed")).collect();
    let cases = runtime::conformance::cases().len();
    assert_eq!(rest, [format!("cuda: {cases} of {cases} passed")]);
    assert_eq!(output.status.code(), Some(0));
}

#[test]
fn a_device_that_does_not_conform_is_a_finding() {
    let output = tensorwasm(&StandIn("refused-launch"), &["devices", "--check", "--device", "cuda", "--json"]);
    assert_eq!(output.status.code(), Some(1));
    let report: serde_json::Value = serde_json::from_str(&text(&output.stdout)).unwrap();
    insta::assert_snapshot!(report["checks"][0]["cases"][0], @r#"{"name":"saxpy","verdict":"FAILED: End { wanted: None, found: Some(Error) }"}"#);
}

#[test]
fn programs_and_kernels_have_the_same_results() {
    let (program, hashmix, ramp) = (corpus("rustc/heat2d"), corpus("rustc/hashmix"), corpus("clang/ramp"));
    let calls: [&[&str]; 3] = [
        &[&program],
        &[&hashmix, "--invoke", "hashmix", "65536", "3001", "7046029254386353131"],
        &[&ramp, "--invoke", "ramp_i64", "66568", "2000", "-5", "1311768467463790320"],
    ];
    for words in calls {
        let (wanted, _) = run(&StandIn(""), "off", words);
        let (found, regions) = run(&StandIn(""), "cuda", words);
        assert_eq!(found.code, Some(0), "{words:?}");
        assert!(found == wanted, "{words:?}");
        assert!(total(&regions, "done", "cuda") > 0, "{words:?}: {regions:?}");
        assert_eq!(total(&regions, "skipped", "error") + total(&regions, "skipped", "timeout"), 0, "{regions:?}");
    }
}

#[test]
fn auto_leaves_a_device_alone_that_is_not_verified() {
    let (_, regions) = run(&StandIn(""), "auto", &[&corpus("rustc/heat2d")]);
    assert_eq!(total(&regions, "done", "cuda"), 0);
}

#[test]
fn the_oracle_passes_on_cuda() {
    for name in ["clang/saxpy", "rustc/idiv", "asc/reduce", "zig/transpose"] {
        let output = tensorwasm(&StandIn(""), &["oracle", &corpus(name), "--device", "cuda", "--cases", "60"]);
        let report = text(&output.stdout);
        assert!(report.contains("on cuda"), "{name}: {report}");
        assert_eq!(output.status.code(), Some(0), "{name}: {report}");
    }
}

/// Runs the script that verifies a GPU on a corpus of two modules and hands out its exit code and the summary, without times.
fn verify(installed: &Installed) -> (Option<i32>, String) {
    let folder = tempfile::tempdir().unwrap();
    let (modules, report) = (folder.path().join("corpus/clang"), folder.path().join("report"));
    std::fs::create_dir_all(&modules).unwrap();
    for name in ["saxpy", "heat2d"] {
        std::fs::copy(corpus(&format!("clang/{name}")), modules.join(name).with_extension("wasm")).unwrap();
    }
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/../scripts/verify-gpu.sh");
    let (_driver, mut command) = with_driver(Path::new(script), installed);
    command.arg(env!("CARGO_BIN_EXE_tensorwasm")).args([modules.parent().unwrap(), &report]).arg("60");
    let output = command.env("PROGRAMS", "heat2d:32:3").output().unwrap();
    let summary = std::fs::read_to_string(report.join("summary.txt")).unwrap();
    assert_eq!(text(&output.stdout), summary);
    let word =
        |word: &str| if word.parse::<f64>().is_ok() && word.contains('.') { "TIME".into() } else { word.to_string() };
    let line = |line: &str| match line.strip_prefix("timing:") {
        Some(times) => format!("timing:{}", times.split(' ').map(word).collect::<Vec<_>>().join(" ")),
        None => line.to_string(),
    };
    (output.status.code(), summary.lines().map(line).collect::<Vec<_>>().join("\n"))
}

#[test]
fn the_script_for_a_gpu_machine_says_verified_or_not() {
    let (code, summary) = verify(&StandIn("steps=100000000"));
    insta::assert_snapshot!(summary, @"
    device: cuda 0: PTX machine (stand-in driver), compute capability 9.0, 1.0 GiB, CUDA 12.8; not verified yet; `tensorwasm devices --check --device cuda` does it
    conformance: cuda: 200 of 200 passed
    oracle: 2 of 2 modules pass, 60 cases each
    timing: heat2d 32 3: off TIME s cpu TIME s cuda TIME s
    result: verified
    ");
    assert_eq!(code, Some(0));
    let (code, summary) = verify(&StandIn("jit"));
    insta::assert_snapshot!(summary, @"
    device: cuda 0: PTX machine (stand-in driver), compute capability 9.0, 1.0 GiB, CUDA 12.8; not verified yet; `tensorwasm devices --check --device cuda` does it
    conformance: cuda: 0 of 200 passed
    oracle: 0 of 2 modules pass, 60 cases each
    timing: heat2d 32 3: off TIME s cpu TIME s cuda TIME s
    result: NOT verified
    ");
    assert_eq!(code, Some(1));
}
