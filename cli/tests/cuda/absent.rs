//! Without a usable driver: one clear line, and nothing has run.

use crate::{Installed, corpus, tensorwasm, text};
use Installed::{Garbage, StandIn};

/// The lines of `devices` that are about CUDA.
fn listed(installed: &Installed) -> String {
    let output = tensorwasm(installed, &["devices"]);
    assert_eq!(output.status.code(), Some(0));
    let lines = text(&output.stdout);
    let lines: Vec<&str> = lines.lines().filter(|line| line.starts_with("cuda")).collect();
    lines.join("\n")
}

#[test]
fn devices_says_what_is_there_and_why_not() {
    insta::assert_snapshot!(listed(&Garbage), @"cuda: not available: there is no CUDA driver on this machine (libcuda.so.1 can't be loaded)");
    insta::assert_snapshot!(listed(&StandIn("no-device")), @"cuda: not available: the CUDA driver refuses: cuInit: CUDA_ERROR_NO_DEVICE (100): no CUDA-capable device is detected");
    insta::assert_snapshot!(listed(&StandIn("capability=75")), @"cuda 0: PTX machine (stand-in driver), compute capability 7.5, 1.0 GiB, CUDA 12.8; can't be used, kernels need 8.0");
    insta::assert_snapshot!(listed(&StandIn("")), @"cuda 0: PTX machine (stand-in driver), compute capability 9.0, 1.0 GiB, CUDA 12.8; not verified yet; `tensorwasm devices --check --device cuda` does it");
    let output = tensorwasm(&Garbage, &["devices", "--json"]);
    let json: serde_json::Value = serde_json::from_str(&text(&output.stdout)).unwrap();
    insta::assert_snapshot!(json["devices"][1], @r#"{"available":false,"name":"cuda","reason":"there is no CUDA driver on this machine (libcuda.so.1 can't be loaded)"}"#);
    let output = tensorwasm(&StandIn("capability=86"), &["devices", "--json"]);
    let json: serde_json::Value = serde_json::from_str(&text(&output.stdout)).unwrap();
    insta::assert_snapshot!(json["devices"][1], @r#"{"available":true,"compute_capability":"8.6","cuda":"12.8","memory_bytes":1073741824,"model":"PTX machine (stand-in driver)","name":"cuda","ordinal":0}"#);
}

/// Exit code 2, nothing on standard output, and the message.
fn refused(installed: &Installed, args: &[&str]) -> String {
    let output = tensorwasm(installed, args);
    assert_eq!(output.status.code(), Some(2), "{args:?}");
    assert_eq!(text(&output.stdout), "", "{args:?}");
    text(&output.stderr).replace(env!("CARGO_MANIFEST_DIR"), "cli").trim_end().to_string()
}

#[test]
fn asking_for_cuda_is_an_error_before_anything_runs() {
    let program = corpus("rustc/heat2d");
    let commands: [&[&str]; 3] = [
        &["run", "--device", "cuda", &program],
        &["oracle", "--device", "cuda", &program],
        &["devices", "--check", "--device", "cuda"],
    ];
    for args in commands {
        let message = refused(&Garbage, args);
        assert!(message.starts_with("error: ") && message.lines().count() == 1, "{message}");
        let reason = "there is no CUDA driver on this machine (libcuda.so.1 can't be loaded)";
        assert_eq!(message.matches(reason).count(), 1, "{message}");
    }
    insta::assert_snapshot!(refused(&StandIn("capability=75"), commands[0]), @"error: cli/../corpus/wasm/rustc/heat2d.wasm: PTX machine (stand-in driver) has compute capability 7.5, kernels need 8.0");
    insta::assert_snapshot!(refused(&StandIn("no-device"), commands[0]), @"error: cli/../corpus/wasm/rustc/heat2d.wasm: the CUDA driver refuses: cuInit: CUDA_ERROR_NO_DEVICE (100): no CUDA-capable device is detected");
}

#[test]
fn a_check_of_everything_skips_what_is_not_there() {
    let output = tensorwasm(&Garbage, &["devices", "--check"]);
    assert_eq!(output.status.code(), Some(0));
    let lines = text(&output.stdout);
    let summary: Vec<&str> = lines.lines().filter(|line| !line.ends_with(": passed")).collect();
    insta::assert_snapshot!(summary.join("\n"), @"
    cpu: 200 of 200 passed
    cuda: skipped: there is no CUDA driver on this machine (libcuda.so.1 can't be loaded)
    ");
}
