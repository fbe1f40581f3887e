//! Minima and maxima of floats by comparisons: every comparison, either order of operands and of arms, with NaNs and zeros of both signs.

use super::programs::options;
use runtime::{DeviceChoice, NanMode, Program, Session, SessionOptions, Settings, Value};
use tensorwasm_oracle::{DeviceKind, check};

/// Every way to write a pick of the accumulator `$m` and the element `$x`.
fn picks(ty: &str) -> Vec<String> {
    let mut picks = Vec::new();
    for op in ["lt", "le", "gt", "ge"] {
        for (a, b) in [("$x", "$m"), ("$m", "$x")] {
            for (yes, no) in [("$x", "$m"), ("$m", "$x")] {
                picks.push(format!(
                    "(select (local.get {yes}) (local.get {no}) ({ty}.{op} (local.get {a}) (local.get {b})))"
                ));
            }
        }
    }
    picks
}

/// The pick of an array and a start; `only` is put around what sets the accumulator.
fn module(ty: &str, width: u32, pick: &str, only: &str) -> String {
    let set = only.replace('@', &format!("(local.set $m {pick})"));
    format!(
        r#"(module (memory (export "memory") 1)
      (func (export "f") (param $p i32) (param $n i32) (param $m {ty}) (result {ty}) (local $x {ty})
        (if (i32.gt_s (local.get $n) (i32.const 0)) (then
          (loop $next
            (local.set $x ({ty}.load (local.get $p)))
            {set}
            (local.set $p (i32.add (local.get $p) (i32.const {width})))
            (br_if $next (local.tee $n (i32.sub (local.get $n) (i32.const 1)))))))
        (local.get $m))
      (func (export "set") (param $at i32) (param $x f32) (f32.store (local.get $at) (local.get $x))))"#
    )
}

const SOME: &str = "(if (i32.and (local.get $n) (i32.const 1)) (then @))";

#[test]
fn picks_are_what_the_program_makes_of_them() {
    for (ty, width) in [("f32", 4), ("f64", 8)] {
        for (number, pick) in picks(ty).iter().enumerate() {
            let only = if number % 3 == 0 { SOME } else { "@" };
            let text = module(ty, width, pick, only);
            let report =
                check(&wat::parse_str(&text).unwrap(), &options(&[DeviceKind::Cpu, DeviceKind::PtxSim], 60)).unwrap();
            assert!(report.divergences.is_empty() && report.regions.len() == 1, "{text}\n{report}");
            assert!(report.regions[0].devices.iter().all(|device| device.cases_done > 10), "{text}\n{report}");
        }
    }
}

/// What plain code gives, for short arrays of everything that is odd, from every start.
#[test]
fn odd_numbers_in_every_order() {
    let odd = [0.0, -0.0, f32::NAN, 1.0, -1.0, f32::INFINITY, f32::NEG_INFINITY];
    for (pick, only) in picks("f32").iter().flat_map(|pick| [(pick, "@"), (pick, SOME)]) {
        let module = wat::parse_str(module("f32", 4, pick, only)).unwrap();
        let bundle = bundle::read(&compiler::compile(&module, &compiler::Options::default()).unwrap().bundle).unwrap();
        assert_eq!(bundle.manifest.regions.len(), 1);
        let session = |device| {
            let settings = Settings { device, nan: NanMode::Canonical, threads: 2, ..Settings::default() };
            let options = SessionOptions { settings, ..SessionOptions::default() };
            Session::start(&Program::Bundle(Box::new(bundle.clone())), &options).unwrap()
        };
        let (mut on, mut off) = (session(DeviceChoice::Cpu), session(DeviceChoice::Off));
        for numbers in 0..odd.len().pow(3) {
            let at = |digit: u32| odd[numbers / odd.len().pow(digit) % odd.len()];
            // A NaN with a payload, to be handed on as it is.
            for start in [0.0f32.to_bits(), (-0f32).to_bits(), 0x7fa0_1234, 2f32.to_bits()] {
                let run = |session: &mut Session| {
                    for digit in 0..3 {
                        let args = [Value::I32(4 * digit), Value::F32(at(digit as u32).to_bits())];
                        session.invoke("set", &args).unwrap();
                    }
                    session.invoke("f", &[Value::I32(0), Value::I32(3), Value::F32(start)]).unwrap()
                };
                assert_eq!(run(&mut on), run(&mut off), "{pick} {only} of {:?} from {start:#x}", [at(0), at(1), at(2)]);
            }
        }
        assert!(on.stats()[0].done["cpu"] > 400, "{pick}: {:?}", on.stats());
    }
}

/// `pmin` and `pmax` lane by lane, with the accumulator on either side.
#[test]
fn vectors_pick_lane_by_lane() {
    for (shape, op, flipped) in
        [("f32x4", "pmin", false), ("f32x4", "pmax", true), ("f64x2", "pmin", true), ("f64x2", "pmax", false)]
    {
        let operands = ["(local.get $m)", "(v128.load (local.get $p))"];
        let [a, b] = if flipped { [operands[1], operands[0]] } else { operands };
        let text = format!(
            r#"(module (memory (export "memory") 1)
          (func (export "f") (param $p i32) (param $n i32) (param $s f64) (result i64 i64) (local $m v128)
            (local.set $m (f64x2.splat (local.get $s)))
            (if (i32.gt_s (local.get $n) (i32.const 0)) (then
              (loop $next
                (local.set $m ({shape}.{op} {a} {b}))
                (local.set $p (i32.add (local.get $p) (i32.const 16)))
                (br_if $next (local.tee $n (i32.sub (local.get $n) (i32.const 1)))))))
            (i64x2.extract_lane 0 (local.get $m)) (i64x2.extract_lane 1 (local.get $m))))"#
        );
        let report =
            check(&wat::parse_str(&text).unwrap(), &options(&[DeviceKind::Cpu, DeviceKind::PtxSim], 100)).unwrap();
        assert!(report.divergences.is_empty() && report.regions.len() == 1, "{text}\n{report}");
        assert!(report.regions[0].devices.iter().all(|device| device.cases_done > 10), "{text}\n{report}");
    }
}

/// Picks by a branch, of floats and of integers.
#[test]
fn branches_pick_as_well() {
    for (ty, width, test) in [
        ("f32", 4, "(f32.lt (local.get $x) (local.get $m))"),
        ("f64", 8, "(f64.ge (local.get $m) (local.get $x))"),
        ("f64", 8, "(f64.ge (local.get $x) (local.get $m))"),
        ("i32", 4, "(i32.lt_u (local.get $m) (local.get $x))"),
    ] {
        let pick = format!("(if (result {ty}) {test} (then (local.get $x)) (else (local.get $m)))");
        let text = module(ty, width, &pick, "@");
        let report =
            check(&wat::parse_str(&text).unwrap(), &options(&[DeviceKind::Cpu, DeviceKind::PtxSim], 60)).unwrap();
        assert!(report.divergences.is_empty() && report.regions.len() == 1, "{text}\n{report}");
        assert!(report.regions[0].devices.iter().all(|device| device.cases_done > 10), "{text}\n{report}");
    }
}
