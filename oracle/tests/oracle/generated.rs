//! Generated programs, on devices that are right and on one that isn't.

use super::replays::Idle;
use std::sync::Arc;
use tensorwasm_oracle::{DeviceKind, GeneratedOptions, OracleOptions, Verdict, generated, replay};

#[test]
fn generated_programs_do_the_same_in_bundles() {
    let options = GeneratedOptions { count: 150, ..GeneratedOptions::default() };
    let report = generated(&options).unwrap();
    assert!(report.findings.is_empty(), "{report}");
    // Programs that are all declined, or never run, would test nothing.
    assert!(report.programs == 150 && report.offloaded > 60 && report.ran > 40, "{report}");
}

#[test]
fn a_run_is_the_sum_of_its_parts() {
    let run = |first, count| {
        let options = GeneratedOptions { seed: 3, first, count, calls: 2, ..GeneratedOptions::default() };
        generated(&options).unwrap()
    };
    let (whole, parts) = (run(10, 30), [run(10, 12), run(22, 18)]);
    assert_eq!(whole.cases, parts[0].cases + parts[1].cases);
    assert_eq!(whole.done, parts[0].done + parts[1].done);
    assert_eq!(whole.regions, parts[0].regions + parts[1].regions);
}

#[test]
fn a_program_that_fails_is_made_small_and_replays() {
    let directory = tempfile::tempdir().unwrap();
    let devices = vec![DeviceKind::Custom(Arc::new(Idle))];
    let findings = Some(directory.path().into());
    let options = GeneratedOptions { count: 8, devices: devices.clone(), findings, ..GeneratedOptions::default() };
    let report = generated(&options).unwrap();
    assert!(!report.findings.is_empty(), "{report}");
    for finding in &report.findings {
        let path = finding.module.as_ref().unwrap();
        let module = std::fs::read(path).unwrap();
        let text = std::fs::read_to_string(path.with_extension("wat")).unwrap();
        // One loop that stores, or that leaves a number behind, is all that a device needs that does nothing.
        assert_eq!(text.matches("loop").count(), 1, "{text}");
        let options = OracleOptions { devices: devices.clone(), ..OracleOptions::default() };
        let again = replay(finding.replay.as_ref().unwrap(), &module, &options).unwrap();
        assert_eq!(again.verdict, Verdict::Divergence, "{again}");
    }
}
