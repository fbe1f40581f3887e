//! Whatever a device does short of completing, the guest's memory stays as it was and the dispatch is a skip.

use crate::reference::{Mood, Probe, Reference};
use std::sync::{Arc, Mutex};
use tensorwasm_runtime::conformance::{self, Case};
use tensorwasm_runtime::device::{DeviceError, Outcome};
use tensorwasm_runtime::{FpMode, GuestMemory, HostedRegion, NanMode, Skip, Slot, Terms};

fn case(name: &str) -> Case {
    conformance::cases().into_iter().find(|case| case.name == name).unwrap()
}

const TERMS: Terms =
    Terms { nan: NanMode::Canonical, fp: FpMode::Exact, min_work: 0, adaptive: false, step_budget: 1 << 16 };

/// Dispatches and says how it ended and whether memory has changed.
fn dispatch(hosted: &HostedRegion, case: &Case) -> String {
    let mut memory = case.memories[0].clone();
    let result = hosted.dispatch(&case.live_ins, vec![GuestMemory::of_slice(&mut memory)]);
    let state = if memory == case.memories[0] { "unchanged" } else { "changed" };
    format!("{result:?}, memory {state}")
}

#[test]
fn an_honest_device_conforms() {
    let (device, _) = Reference::in_mood(Mood::Honest);
    let report = conformance::run(&device, &|_, _| Vec::new());
    assert!(report.passed() == conformance::cases().len(), "{report}");
}

#[test]
fn every_way_to_fail_discards() {
    let case = case("saxpy");
    let mut lines = Vec::new();
    for mood in [
        Mood::Honest,
        Mood::Fails,
        Mood::Declines,
        Mood::Bails,
        Mood::TimesOut,
        Mood::Forgets,
        Mood::Talkative,
        Mood::Lost,
        Mood::Panics,
        Mood::Unprepared,
    ] {
        let (device, handle) = Reference::in_mood(mood);
        let slot = Slot::new(device);
        let hosted = HostedRegion::new(&case.region, &case.kernel, &[], &slot, TERMS).unwrap();
        let first = dispatch(&hosted, &case);
        *handle.lock().unwrap() = Mood::Honest;
        lines.push(format!("{mood:?}: {first}; then {}", dispatch(&hosted, &case)));
    }
    insta::assert_snapshot!(lines.join("\n"), @r"
    Honest: Ok([]), memory changed; then Ok([]), memory changed
    Fails: Err(Error), memory unchanged; then Ok([]), memory changed
    Declines: Err(Off), memory unchanged; then Ok([]), memory changed
    Bails: Err(Bail), memory unchanged; then Ok([]), memory changed
    TimesOut: Err(Timeout), memory unchanged; then Ok([]), memory changed
    Forgets: Err(Error), memory unchanged; then Ok([]), memory changed
    Talkative: Err(Error), memory unchanged; then Ok([]), memory changed
    Lost: Err(Error), memory unchanged; then Err(Off), memory unchanged
    Panics: Err(Error), memory unchanged; then Err(Off), memory unchanged
    Unprepared: Err(Off), memory unchanged; then Err(Off), memory unchanged
    ");
}

#[test]
fn a_lost_device_is_off_for_every_region() {
    let case = case("saxpy");
    let (device, handle) = Reference::in_mood(Mood::Lost);
    let slot = Slot::new(device);
    let first = HostedRegion::new(&case.region, &case.kernel, &[], &slot, TERMS).unwrap();
    let second = HostedRegion::new(&case.region, &case.kernel, &[], &slot, TERMS).unwrap();
    assert!(!second.is_off());
    dispatch(&first, &case);
    *handle.lock().unwrap() = Mood::Honest;
    assert!(slot.is_lost() && second.is_off());
    assert_eq!(dispatch(&second, &case), "Err(Off), memory unchanged");
}

#[test]
fn causes_are_counted() {
    let case = case("saxpy");
    let (device, handle) = Reference::in_mood(Mood::Bails);
    let hosted = HostedRegion::new(&case.region, &case.kernel, &[], &Slot::new(device), TERMS).unwrap();
    dispatch(&hosted, &case);
    dispatch(&hosted, &case);
    *handle.lock().unwrap() = Mood::TimesOut;
    dispatch(&hosted, &case);
    *handle.lock().unwrap() = Mood::Honest;
    dispatch(&hosted, &case);
    let stats = hosted.stats();
    let counts = format!("{} dispatches, done {:?}, skipped {:?}", stats.dispatches, stats.done, stats.skipped);
    insta::assert_snapshot!(counts, @r#"4 dispatches, done {"reference": 1}, skipped {Bail: 2, Timeout: 1}"#);
}

#[test]
fn a_region_that_keeps_bailing_is_left_alone_for_longer_and_longer() {
    let case = case("saxpy");
    let (device, handle) = Reference::in_mood(Mood::Bails);
    let terms = Terms { adaptive: true, ..TERMS };
    let hosted = HostedRegion::new(&case.region, &case.kernel, &[], &Slot::new(device), terms).unwrap();
    let mut pattern = String::new();
    for round in 0..20 {
        if round == 14 {
            *handle.lock().unwrap() = Mood::Honest;
        }
        let mut memory = case.memories[0].clone();
        let result = hosted.dispatch(&case.live_ins, vec![GuestMemory::of_slice(&mut memory)]);
        pattern.push(match result {
            Ok(_) => 'D',
            Err(Skip::Bail) => 'B',
            Err(Skip::Profit) => '.',
            Err(_) => '?',
        });
    }
    assert_eq!(pattern, "B.B..B....B........D".chars().collect::<String>());
}

#[test]
fn too_little_work_is_not_dispatched_where_the_guest_has_no_estimate() {
    let case = case("saxpy");
    let (device, _) = Reference::in_mood(Mood::Honest);
    let ends: Vec<String> = [1003, 1004]
        .map(|min_work| {
            let terms = Terms { min_work, ..TERMS };
            let slot = Slot::new(device.clone());
            dispatch(&HostedRegion::new(&case.region, &case.kernel, &[], &slot, terms).unwrap(), &case)
        })
        .to_vec();
    assert_eq!(ends, ["Ok([]), memory changed", "Err(Profit), memory unchanged"]);
}

#[test]
fn a_schedule_of_two_launches_is_refused_by_name() {
    use ir::region::Step;
    let mut case = case("saxpy");
    case.region.schedule = Step::Seq(vec![Step::Launch { mapping: 0 }, Step::Launch { mapping: 0 }]);
    let (device, _) = Reference::in_mood(Mood::Honest);
    let hosted = HostedRegion::new(&case.region, &case.kernel, &[], &Slot::new(device), TERMS).unwrap();
    assert_eq!(hosted.stats().off.unwrap(), "the schedule has 2 launches, exactly one is supported");
    assert_eq!(dispatch(&hosted, &case), "Err(Off), memory unchanged");
}

#[test]
fn a_region_that_fails_verification_is_an_error() {
    let mut case = case("saxpy");
    case.region.footprints.pop();
    let (device, _) = Reference::in_mood(Mood::Honest);
    let error = HostedRegion::new(&case.region, &case.kernel, &[], &Slot::new(device), TERMS).err().unwrap();
    insta::assert_snapshot!(error, @"block 0: index 1 is out of range");
}

#[test]
fn work_in_place_is_permitted_only_where_nothing_can_stop_it() {
    let mut lines = Vec::new();
    for name in [
        "saxpy",
        "three dimensions",
        "Add of i64",
        "divisions that are all fine",
        "a thread that never ends",
        "a live-out that has no value after the launch",
    ] {
        let case = case(name);
        let seen = Arc::new(Mutex::new(None));
        let note = seen.clone();
        let probe = Probe(Arc::new(move |transaction| {
            *note.lock().unwrap() = Some(transaction.is_in_place());
            Outcome::Bailed
        }));
        let hosted = HostedRegion::new(&case.region, &case.kernel, &[], &Slot::new(Arc::new(probe)), TERMS).unwrap();
        let end = dispatch(&hosted, &case);
        lines.push(format!("{name}: in place {:?}, {end}", seen.lock().unwrap().unwrap()));
    }
    insta::assert_snapshot!(lines.join("\n"), @r"
    saxpy: in place true, Err(Bail), memory unchanged
    three dimensions: in place true, Err(Bail), memory unchanged
    Add of i64: in place true, Err(Bail), memory unchanged
    divisions that are all fine: in place false, Err(Bail), memory unchanged
    a thread that never ends: in place false, Err(Bail), memory unchanged
    a live-out that has no value after the launch: in place false, Err(Bail), memory unchanged
    ");
}

#[test]
#[should_panic(expected = "device probe broke off work in the guest's memory")]
fn to_break_off_in_the_guests_memory_is_a_broken_promise() {
    let case = case("saxpy");
    let probe = Probe(Arc::new(|transaction| {
        transaction.place().unwrap();
        Outcome::Failed(DeviceError::Launch("too late".into()))
    }));
    let hosted = HostedRegion::new(&case.region, &case.kernel, &[], &Slot::new(Arc::new(probe)), TERMS).unwrap();
    dispatch(&hosted, &case);
}
