//! Verdicts on bundles that are right.

use super::programs::{DAXPY, DIVIDE, FLAGS, LANES, LARGEST, PEAK, RECORD, SHIFT, compile, options, report};
use runtime::Skip;
use tensorwasm_oracle::{Baseline, DeviceKind, Invocation, OracleError, OracleOptions, Verdict, check};

#[test]
fn right_bundles_pass_on_every_device() {
    for text in [DAXPY, FLAGS, LANES, LARGEST, PEAK, RECORD, DIVIDE, SHIFT] {
        let report = report(text);
        assert!(report.is_pass(), "{report}");
        assert_eq!(report.devices, ["cpu", "ptx-sim"]);
        for device in &report.regions[0].devices {
            assert!(device.exercised && device.cases_done >= 20 && device.skipped[&Skip::Guard] > 0, "{report}");
        }
    }
}

#[test]
fn a_loop_that_may_trap_is_seen_to_bail() {
    for device in &report(DIVIDE).regions[0].devices {
        assert!(device.skipped[&Skip::Bail] > 0, "{device:?}");
    }
}

#[test]
fn a_check_gives_the_same_report_twice() {
    assert_eq!(report(SHIFT), report(SHIFT));
}

#[test]
fn a_module_without_regions_has_nothing_to_exercise() {
    let report = report(r#"(module (func (export "f") (param i32) (result i32) (local.get 0)))"#);
    insta::assert_snapshot!(report, @"pass: 100 cases on cpu, ptx-sim, 0 discarded, seed 1");
}

/// The loop can't run: no memory has four gigabytes and more behind an address that isn't 0.
#[test]
fn a_region_that_never_runs_is_not_exercised() {
    let text = r#"(module (memory 1) (func (export "f") (param $p i32) (local $i i32)
        (if (i32.eqz (local.get $p)) (then (return)))
        (loop $next
          (i64.store (local.get $p) (i64.const 1))
          (local.set $p (i32.add (local.get $p) (i32.const 8)))
          (br_if $next (i32.ne (local.tee $i (i32.add (local.get $i) (i32.const 1))) (i32.const 100000000))))))"#;
    let module = wat::parse_str(text).unwrap();
    let report = check(&module, &options(&[DeviceKind::Cpu], 40)).unwrap();
    match &report.regions[..] {
        // The compiler may decline such a loop.
        [] => assert_eq!(report.verdict, Verdict::Pass),
        [region] => {
            assert_eq!(report.verdict, Verdict::NotExercised, "{report}");
            assert_eq!(region.devices[0].cases_done, 0);
            assert!(!region.devices[0].missing.is_empty());
        }
        _ => panic!("{report}"),
    }
}

#[test]
fn a_bundle_is_compared_with_itself() {
    let module = wat::parse_str(DAXPY).unwrap();
    let bundle = compiler::compile(&module, &compiler::Options::default()).unwrap().bundle;
    let report = check(&bundle, &options(&[DeviceKind::Cpu], 100)).unwrap();
    assert_eq!(report.baseline, Baseline::RegionsOff);
    assert_eq!(report.divergences, []);
    assert!(report.regions[0].devices[0].done > 0, "{report}");
}

fn invoke(text: &str, export: &str, args: &[&str]) -> Result<tensorwasm_oracle::Report, OracleError> {
    let args = args.iter().map(|arg| arg.to_string()).collect();
    let invoke = Some(Invocation { export: export.into(), args });
    let options = OracleOptions { invoke, ..options(&[DeviceKind::Cpu, DeviceKind::PtxSim], 5) };
    check(&wat::parse_str(text).unwrap(), &options)
}

#[test]
fn one_call_is_checked_alone() {
    let report = invoke(DAXPY, "daxpy", &["7", "0.5", "65536", "66000"]).unwrap();
    assert_eq!((report.verdict, report.cases), (Verdict::Pass, 5), "{report}");
    assert_eq!(report.regions[0].devices[1].cases_done, 5);
    // A call that doesn't reach the loop says nothing about it.
    assert_eq!(invoke(DAXPY, "daxpy", &["0", "0.5", "0", "0"]).unwrap().verdict, Verdict::NotExercised);
}

#[test]
fn calls_that_fit_no_function_are_errors() {
    let message = |result: Result<_, OracleError>| result.err().map(|error| error.to_string()).unwrap_or_default();
    insta::assert_snapshot!(message(invoke(DAXPY, "nothing", &[])), @"there is no exported function `nothing`");
    insta::assert_snapshot!(message(invoke(DAXPY, "daxpy", &["1"])), @"`daxpy` takes 4 arguments, 1 are given");
    insta::assert_snapshot!(message(invoke(DAXPY, "daxpy", &["1", "x", "0", "0"])), @"argument 1 of `daxpy`: `x` isn't an f64");
}

#[test]
fn json_has_the_fields_that_tools_read() {
    let report = check(&compile(DAXPY).0, &options(&[DeviceKind::Cpu], 40)).unwrap();
    let json = serde_json::to_value(&report).unwrap();
    assert_eq!(json["verdict"], "pass");
    assert_eq!(json["divergences"], serde_json::json!([]));
    assert!(json["cases"].as_u64() > Some(40));
    let region = &json["regions"][0];
    assert_eq!((&region["id"], &region["function"]), (&0.into(), &"daxpy".into()));
    assert_eq!((&region["devices"][0]["device"], &region["devices"][0]["exercised"]), (&"cpu".into(), &true.into()));
}

#[test]
fn a_command_is_run_as_a_whole() {
    let text = r#"(module
        (import "wasi_snapshot_preview1" "fd_write" (func $write (param i32 i32 i32 i32) (result i32)))
        (import "wasi_snapshot_preview1" "proc_exit" (func $exit (param i32)))
        (memory (export "memory") 1)
        (data (i32.const 0) "\10\00\00\00\40\00\00\00")
        (func (export "_start") (local $i i32)
          (loop $next
            (i32.store8 (i32.add (local.get $i) (i32.const 16)) (i32.add (local.get $i) (i32.const 32)))
            (br_if $next (i32.ne (local.tee $i (i32.add (local.get $i) (i32.const 1))) (i32.const 64))))
          (drop (call $write (i32.const 1) (i32.const 0) (i32.const 1) (i32.const 8)))
          (call $exit (i32.const 3))))"#;
    let report = check(&wat::parse_str(text).unwrap(), &options(&[DeviceKind::Cpu, DeviceKind::PtxSim], 30)).unwrap();
    assert_eq!(report.divergences, [], "{report}");
    assert_eq!(report.regions.len(), 1);
    // Thirty cases of the loop alone, and one run.
    assert_eq!(report.regions[0].devices[0].cases_reached, 31, "{report}");
}
