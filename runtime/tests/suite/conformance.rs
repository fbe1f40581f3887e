//! The conformance suite on the devices of this crate.

use crate::reference::{Mood, Reference};
use std::sync::Arc;
use tensorwasm_runtime::conformance::{self, Verdict};
use tensorwasm_runtime::device::{Cpu, Device, Off};

#[test]
fn the_cpu_conforms_with_any_number_of_threads() {
    for threads in 1..=4 {
        let device: Arc<dyn Device> = Arc::new(Cpu::new(threads).unwrap());
        let report = conformance::run(&device, &|_, _| Vec::new());
        assert!(report.passed() == conformance::cases().len(), "{threads} threads:\n{report}");
    }
}

#[test]
fn off_declines_every_case() {
    let device: Arc<dyn Device> = Arc::new(Off::Asked);
    let report = conformance::run(&device, &|_, _| Vec::new());
    let declined = Verdict::Skipped("the device is off".into());
    assert!(report.verdicts.iter().all(|(_, verdict)| *verdict == declined), "{report}");
}

#[test]
fn a_sloppy_device_is_found_out() {
    let (device, _) = Reference::in_mood(Mood::Sloppy);
    let report = conformance::run(&device, &|_, _| Vec::new());
    let failed = |(_, verdict): &&(String, Verdict)| matches!(verdict, Verdict::Failed(_));
    // One iteration less goes unnoticed only where the dispatch must be skipped, or the last iteration changes nothing.
    let unnoticed: Vec<&str> = report.verdicts.iter().filter(|v| !failed(v)).map(|(name, _)| name.as_str()).collect();
    insta::assert_snapshot!(unnoticed.join("\n"), @"
    saxpy at odd addresses
    a fold of negative zeros
    a gather of the first written word
    a gather of the last written word
    a gather that ends one word past the memory
    a gather below the memory
    a gather at the end of the address space
    a gather of the last word in front of it
    results where gathers begin
    a gather outside whose value nobody uses
    a gather from the memory that is written, under another index
    an update of the first word that is read
    an update of the last word that is read
    an update one word past the memory
    an update at the end of the address space
    bins that begin inside of an array
    no room for bins
    bins at odd addresses
    an update behind what is likely
    updates in the memory that is read, under another index
    updates by and of i32.store8
    updates by and of i32.store16
    updates by and of i64.store8
    updates by and of i64.store16
    updates by or of i32.store8
    updates by or of i32.store16
    updates by or of i64.store8
    updates by or of i64.store16
    halves at odd addresses
    a byte before the cells that are likely
    a byte past the memory
    the first byte of an array
    live-outs in closed form
    64-bit addresses past the end
    64-bit addresses past 2^32
    64-bit addresses that begin below 2^64
    rows of inner loops that would overlap
    rows whose last one ends past the memory
    rows of inner loops that never run
    a triangle above the diagonal
    a sum over the end of the memory
    a sum far past the memory
    a sum over what is read
    a sum over what is written
    final stores that overlap
    a final store beside a gather
    a gather of what is stored in the end
    a final store without a value
    no iterations
    a negative trip count
    a hull that ends one byte past the memory
    a hull of gigabytes
    a base past the memory
    a guard that says no
    a guard without an answer
    a division by zero in the middle
    a bail after stores
    a live-out that has no value
    a live-out that has no value after the launch
    a thread that never ends
    ");
    assert!(!report.is_clean());
    insta::assert_snapshot!(report.to_string().lines().next().unwrap(), @"reference: saxpy: FAILED: Byte { memory: 0, address: 12200, wanted: 176, found: 0 }");
}
