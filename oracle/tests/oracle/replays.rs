//! One file replays a divergence.

use super::programs::{DAXPY, options};
use runtime::Transaction;
use runtime::device::{Device, Launch, Outcome, PrepareError, Prepared, Task, initial_returns};
use std::sync::Arc;
use tensorwasm_oracle::{DeviceKind, OracleOptions, Verdict, check, replay};

/// A device that says it is done and has done nothing.
pub struct Idle;

struct IdleRegion(Vec<u64>);

impl Device for Idle {
    fn name(&self) -> &str {
        "idle"
    }

    fn needs_alignment(&self) -> bool {
        false
    }

    fn prepare(&self, task: &Task<'_>) -> Result<Box<dyn Prepared>, PrepareError> {
        Ok(Box::new(IdleRegion(initial_returns(task.region))))
    }
}

impl Prepared for IdleRegion {
    fn launch(&self, _: &Launch<'_>, transaction: &mut Transaction<'_>) -> Outcome {
        for window in 0..transaction.windows().len() {
            transaction.receive(window).unwrap();
        }
        Outcome::Completed(self.0.clone())
    }
}

#[test]
fn every_divergence_replays_from_its_file() {
    let directory = tempfile::tempdir().unwrap();
    let module = wat::parse_str(DAXPY).unwrap();
    let idle = OracleOptions {
        replays: Some(directory.path().into()),
        ..options(&[DeviceKind::Custom(Arc::new(Idle)), DeviceKind::Cpu], 60)
    };
    let report = check(&module, &idle).unwrap();
    assert_eq!(report.verdict, Verdict::Divergence);
    assert!(report.divergences.len() >= 4, "{report}");
    for divergence in &report.divergences {
        let file = divergence.replay.as_ref().unwrap();
        let again = replay(file, &module, &idle).unwrap();
        let mut found = divergence.clone();
        found.replay = None;
        assert_eq!((again.verdict, &again.divergences[..]), (Verdict::Divergence, &[found][..]));
    }
}

#[test]
fn a_file_of_something_else_is_an_error() {
    let directory = tempfile::tempdir().unwrap();
    let module = wat::parse_str(DAXPY).unwrap();
    let idle =
        OracleOptions { replays: Some(directory.path().into()), ..options(&[DeviceKind::Custom(Arc::new(Idle))], 30) };
    let report = check(&module, &idle).unwrap();
    let file = report.divergences[0].replay.clone().unwrap();
    let message = |module: &[u8], options: &OracleOptions| {
        replay(&file, module, options).unwrap_err().to_string().replace(&directory.path().display().to_string(), "DIR")
    };
    let cpu = options(&[DeviceKind::Cpu], 30);
    insta::assert_snapshot!(message(&module, &cpu), @"the case is of device `idle`, which isn't among those to check");
    let other = wat::parse_str("(module)").unwrap();
    assert!(message(&other, &idle).starts_with("the replay file is of the module with digest "));
    let text = std::fs::read_to_string(&file).unwrap();
    std::fs::write(&file, text.replace("\"version\": 1", "\"version\": 2")).unwrap();
    insta::assert_snapshot!(message(&module, &idle), @"the replay file has version 2, this build reads 1");
    std::fs::write(&file, "{}").unwrap();
    assert!(message(&module, &idle).contains("isn't a replay file: missing field `version`"));
}
