//! The soundness rules of the design, end to end: a module on plain wasmtime and its bundle on the CPU device end the same way
//! with the same memory, and each dispatch ends as the rule demands.
//!
//! Every case says what must happen to its dispatch, so that a case that never reaches a kernel, or never a guard, fails.

mod carried;
mod headers;
mod resumed;
mod updates;

use runtime::{DeviceChoice, End, NanMode, Program, Session, SessionOptions, Settings, Skip};

/// What must become of the dispatch.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Expect {
    Done,
    Guard,
    Bail,
}
use Expect::{Bail, Done, Guard};

struct Pair {
    plain: Program,
    bundle: Program,
}

/// Fills the first page from a generator whose state is carried, so that the loop itself stays in the guest.
const FILL: &str = r#"
  (func (export "fill") (local $i i32) (local $s i32)
    (local.set $s (i32.const 12345))
    (loop $l
      (local.set $s (i32.add (i32.mul (local.get $s) (i32.const 1664525)) (i32.const 1013904223)))
      (i32.store (local.get $i) (i32.and (i32.shr_u (local.get $s) (i32.const 5)) (i32.const 0x0fffffff)))
      (br_if $l (i32.lt_u (local.tee $i (i32.add (local.get $i) (i32.const 4))) (i32.const 65536)))))"#;

/// A function `f` with one region.
fn pair(body: &str) -> Pair {
    nest(body, 1)
}

/// A function `f` with so many regions, of which the first is looked at.
fn nest(body: &str, regions: usize) -> Pair {
    let head = if body.contains("(import") { "" } else { "(memory (export \"memory\") 1)" };
    let fill = if head.is_empty() { "" } else { FILL };
    let bytes = wat::parse_str(format!("(module {head} {body} {fill})")).unwrap();
    let compiled = compiler::compile(&bytes, &compiler::Options::default()).unwrap();
    let places: Vec<_> = compiled.regions.iter().map(|r| r.place.name.clone()).collect();
    assert_eq!(
        places,
        vec![Some("f".to_string()); regions],
        "other regions than those under test: {:?}",
        compiled.loops
    );
    Pair { plain: Program::Plain(bytes), bundle: Program::Bundle(Box::new(bundle::read(&compiled.bundle).unwrap())) }
}

type Seen = (Result<End, String>, Vec<(String, Vec<u8>)>);

fn run(program: &Program, args: &[String]) -> (Seen, Session) {
    // What the analysis demands is tested here by itself: the load checker would turn a region off that lacks it.
    let (nan, load_check) = (NanMode::Canonical, false);
    let settings = Settings { device: DeviceChoice::Cpu, nan, threads: 2, load_check, ..Settings::default() };
    let options = SessionOptions { settings, memory_pages: 1, ..SessionOptions::default() };
    let mut session = Session::start(program, &options).unwrap();
    if session.has_function("fill") {
        assert_eq!(session.invoke("fill", &[]).unwrap(), End::Returned(Vec::new()));
    }
    let end = match session.invoke_text("f", args).unwrap() {
        // Where in the code a trap happens is the one thing that differs.
        End::Trapped { kind, .. } => Err(kind),
        end => Ok(end),
    };
    let memories = session.memories();
    ((end, memories), session)
}

fn check(pair: &Pair, args: &[i64], expect: Expect) {
    let args: Vec<String> = args.iter().map(i64::to_string).collect();
    let (plain, _) = run(&pair.plain, &args);
    let (offloaded, session) = run(&pair.bundle, &args);
    assert!(plain.1 == offloaded.1, "memory differs for {args:?}");
    assert_eq!(plain.0, offloaded.0, "the end differs for {args:?}");
    let stats = session.stats();
    let skipped = |cause| stats[0].skipped.get(&cause).copied().unwrap_or(0);
    let found = (stats[0].done.values().sum::<u64>(), skipped(Skip::Guard), skipped(Skip::Bail));
    let wanted = match expect {
        Done => (1, 0, 0),
        Guard => (0, 1, 0),
        Bail => (0, 0, 1),
    };
    assert_eq!(found, wanted, "done, guard, bail for {args:?}");
}

fn copy_loop(load: &str, store: &str, step: i32) -> Pair {
    pair(&format!(
        "(func (export \"f\") (param $x i32) (param $y i32) (param $n i32)
           (loop $l
             ({store} (local.get $y) ({load} (local.get $x)))
             (local.set $x (i32.add (local.get $x) (i32.const {step})))
             (local.set $y (i32.add (local.get $y) (i32.const {step})))
             (br_if $l (local.tee $n (i32.sub (local.get $n) (i32.const 1))))))"
    ))
}

#[test]
fn rule_1_overlap_at_every_distance() {
    let words = copy_loop("i32.load", "i32.store", 4);
    let doubles = copy_loop("f64.load", "f64.store", 8);
    for distance in -16..=16 {
        // Only the same place is harmless: any other distance below the length lets iterations meet.
        let expect = if distance == 0 { Done } else { Guard };
        check(&words, &[1024, 1024 + distance, 50], expect);
        check(&doubles, &[1024, 1024 + distance, 50], expect);
        // Past each other's ends.
        check(&words, &[1024, 1024 + 200 + distance.abs(), 50], Done);
    }
}

#[test]
fn rule_1_interleaved_stores_with_one_stride() {
    let pair = pair(
        "(func (export \"f\") (param $x i32) (param $y i32) (param $n i32)
           (loop $l
             (i32.store (local.get $x) (i32.const 1))
             (i64.store32 (local.get $y) (i64.const 2))
             (local.set $x (i32.add (local.get $x) (i32.const 12)))
             (local.set $y (i32.add (local.get $y) (i32.const 12)))
             (br_if $l (local.tee $n (i32.sub (local.get $n) (i32.const 1))))))",
    );
    for phase in -24..=24i64 {
        // Apart modulo the stride, or on each other within a step.
        let rest = phase.rem_euclid(12);
        let near = phase.abs() <= 8;
        let expect = if (4..=8).contains(&rest) || near { Done } else { Guard };
        check(&pair, &[1024, 1024 + phase, 40], expect);
    }
}

#[test]
fn rule_1_a_runtime_stride_must_clear_the_width() {
    let pair = pair(
        "(func (export \"f\") (param $y i32) (param $d i32) (param $n i32) (local $i i32)
           (loop $l
             (i64.store (local.get $y) (i64.extend_i32_u (local.get $i)))
             (local.set $y (i32.add (local.get $y) (local.get $d)))
             (br_if $l (i32.lt_s (local.tee $i (i32.add (local.get $i) (i32.const 1))) (local.get $n)))))",
    );
    for stride in -12..=12i64 {
        let expect = if stride.abs() >= 8 { Done } else { Guard };
        check(&pair, &[30_000, stride, 100], expect);
    }
}

#[test]
fn rule_1_misaligned_arrays() {
    let pair = copy_loop("f64.load", "f64.store", 8);
    for x in 1000..1008 {
        for y in [5000, 5001, 5003] {
            check(&pair, &[x, y, 60], Done);
        }
    }
}

/// A running sum is stored to one place, near what is read, written and the end of the memory.
#[test]
fn rule_9_a_final_store_meets_nothing_else() {
    let pair = pair(
        "(func (export \"f\") (param $x i32) (param $y i32) (param $at i32) (param $n i32) (result i32) (local $sum i32)
           (loop $l
             (local.set $sum (i32.add (local.get $sum) (i32.load (local.get $x))))
             (i32.store (local.get $y) (i32.load (local.get $x)))
             (i32.store (local.get $at) (local.get $sum))
             (local.set $x (i32.add (local.get $x) (i32.const 4)))
             (local.set $y (i32.add (local.get $y) (i32.const 4)))
             (br_if $l (local.tee $n (i32.sub (local.get $n) (i32.const 1)))))
           (local.get $sum))",
    );
    let n = 50;
    for (x, y) in [(1024, 2048), (2048, 1024)] {
        for array in [x, y] {
            for distance in -8..=8 {
                let before = if distance <= -4 { Done } else { Guard };
                check(&pair, &[x, y, array + distance, n], before);
                let behind = if distance >= 0 { Done } else { Guard };
                check(&pair, &[x, y, array + 4 * n + distance, n], behind);
            }
            check(&pair, &[x, y, array + 2 * n, n], Guard);
            check(&pair, &[x, y, array, 1], Guard);
        }
        check(&pair, &[x, y, 65532, n], Done);
        for at in [65533, 65536, -4, -1] {
            check(&pair, &[x, y, at, n], Guard);
        }
    }
}

/// A largest byte that is cut to a byte every time round, from a start that may be wider.
#[test]
fn rule_9_a_narrow_maximum_starts_from_a_narrow_value() {
    let pair = pair(
        "(func (export \"f\") (param $p i32) (param $n i32) (param $top i32) (result i32) (local $x i32)
           (loop $l
             (local.set $x (i32.load8_u (local.get $p)))
             (local.set $top (i32.and (local.get $top) (i32.const 255)))
             (local.set $top (select (local.get $x) (local.get $top) (i32.gt_u (local.get $x) (local.get $top))))
             (local.set $p (i32.add (local.get $p) (i32.const 1)))
             (br_if $l (local.tee $n (i32.sub (local.get $n) (i32.const 1)))))
           (local.get $top))",
    );
    for start in [0, 1, 254, 255] {
        check(&pair, &[1024, 100, start], Done);
        check(&pair, &[1024, 1, start], Done);
    }
    for start in [256, 257, 511, 1 << 16, i64::from(i32::MAX), -1, -256] {
        check(&pair, &[1024, 100, start], Guard);
    }
}

/// An array of zeros: where the flag says no, every iteration passes the start on.
#[test]
fn rule_9_a_maximum_of_floats_starts_from_a_number() {
    let pair = pair(
        "(func (export \"f\") (param $p i32) (param $n i32) (param $flag i32) (param $bits i64) (result i64) (local $top f64)
           (local.set $top (f64.reinterpret_i64 (local.get $bits)))
           (loop $l
             (if (local.get $flag) (then
               (local.set $top (f64.max (local.get $top) (f64.convert_i32_s (i32.load (local.get $p)))))))
             (local.set $p (i32.add (local.get $p) (i32.const 8)))
             (br_if $l (local.tee $n (i32.sub (local.get $n) (i32.const 1)))))
           (i64.reinterpret_f64 (local.get $top)))",
    );
    let numbers = [0.0, -0.0, 1.5, -1e300, 1e300, f64::INFINITY, f64::NEG_INFINITY, 5e-324, -5e-324];
    for flag in [0, 1] {
        for start in numbers {
            check(&pair, &[1024, 100, flag, start.to_bits() as i64], Done);
        }
        for nan in [0x7ff0_0000_0000_0001u64, 0xfff0_0000_0000_0001, 0x7ff8_0000_0000_0000, u64::MAX] {
            check(&pair, &[1024, 100, flag, nan as i64], Guard);
        }
    }
}

#[test]
fn rule_2_addresses_that_wrap() {
    let pair = copy_loop("i32.load", "i32.store", 4);
    // Past the end of the memory, in the middle of the loop; past 2^32; from below zero.
    check(&pair, &[65_536 - 40, 0, 50], Guard);
    check(&pair, &[0, 65_536 - 40, 50], Guard);
    check(&pair, &[-40, 1024, 50], Guard);
    let down = copy_loop("i32.load", "i32.store", -4);
    check(&down, &[400, 4000, 90], Done);
    check(&down, &[400, 4000, 101], Done);
    check(&down, &[400, 4000, 102], Guard);
}

#[test]
fn rule_2_a_memarg_offset_is_added_without_wrapping() {
    let pair = pair(
        "(func (export \"f\") (param $y i32) (param $n i32)
           (loop $l
             (i32.store offset=16 (local.get $y) (local.get $n))
             (local.set $y (i32.sub (local.get $y) (i32.const 4)))
             (br_if $l (local.tee $n (i32.sub (local.get $n) (i32.const 1))))))",
    );
    check(&pair, &[100, 26], Done);
    // The index falls below zero although the address with the offset would not.
    check(&pair, &[100, 27], Guard);
    check(&pair, &[100, 29], Guard);
}

#[test]
fn rule_2_counters_that_wrap() {
    let unsigned = pair(
        "(func (export \"f\") (param $y i32) (param $i i32) (param $n i32) (param $d i32)
           (loop $l
             (i32.store8 (local.get $y) (local.get $i))
             (local.set $y (i32.add (local.get $y) (i32.const 1)))
             (br_if $l (i32.lt_u (local.tee $i (i32.add (local.get $i) (local.get $d))) (local.get $n)))))",
    );
    check(&unsigned, &[64, 0, 1000, 7], Done);
    // The counter jumps over 2^32 and stays below the bound: the original runs off the memory's end.
    check(&unsigned, &[64, -100, -1, 64], Guard);
    check(&unsigned, &[64, 0, 100, 0], Guard);
    let signed = pair(
        "(func (export \"f\") (param $y i32) (param $i i32) (param $n i32)
           (loop $l
             (i32.store8 (local.get $y) (local.get $i))
             (local.set $y (i32.add (local.get $y) (i32.const 1)))
             (br_if $l (i32.le_s (local.tee $i (i32.add (local.get $i) (i32.const 1000))) (local.get $n)))))",
    );
    check(&signed, &[64, -5000, 5000], Done);
    check(&signed, &[64, 0x7fff_f000, 0x7fff_ffff], Guard);
}

#[test]
fn rule_2_an_index_that_wraps_before_it_is_extended() {
    let pair = pair(
        "(func (export \"f\") (param $p i64) (param $i i32) (param $n i32)
           (loop $l
             (i32.store8 (i32.wrap_i64 (i64.add (local.get $p) (i64.shl (i64.extend_i32_u (local.get $i)) (i64.const 1)))) (i32.const 9))
             (local.set $i (i32.add (local.get $i) (i32.const 1)))
             (br_if $l (local.tee $n (i32.sub (local.get $n) (i32.const 1))))))",
    );
    check(&pair, &[100, 0, 50], Done);
    // 2 * 4294967286 + 1000 - 2 * 2^32 is 980; after the wrap the index is 0 again.
    check(&pair, &[1000, -10, 20], Guard);
    check(&pair, &[1000, -10, 10], Done);
}

#[test]
fn rule_2_not_equal_loops_that_miss_their_bound() {
    let pair = pair(
        "(func (export \"f\") (param $y i32) (param $end i32)
           (loop $l
             (i32.store (local.get $y) (i32.const 3))
             (br_if $l (i32.ne (local.tee $y (i32.add (local.get $y) (i32.const 8))) (local.get $end)))))",
    );
    check(&pair, &[64, 64 + 800], Done);
    check(&pair, &[64, 64 + 804], Guard);
    check(&pair, &[64, 64], Guard);
}

#[test]
fn zero_trips_run_nothing() {
    let pair = pair(
        "(func (export \"f\") (param $p i32) (param $n i32) (result i32) (local $i i32)
           (block $out
             (loop $l
               (br_if $out (i32.ge_s (local.get $i) (local.get $n)))
               (i32.store (i32.add (local.get $p) (i32.shl (local.get $i) (i32.const 2))) (local.get $i))
               (local.set $i (i32.add (local.get $i) (i32.const 1)))
               (br $l)))
           (local.get $i))",
    );
    check(&pair, &[256, 77], Done);
    check(&pair, &[256, 0], Guard);
    check(&pair, &[256, -5], Guard);
}

#[test]
fn rule_3_one_memory_imported_twice() {
    let pair = pair(
        "(import \"env\" \"m\" (memory $a 1)) (import \"env\" \"m\" (memory $b 1))
         (func (export \"f\") (param $x i32) (param $y i32) (param $n i32)
           (loop $l
             (i32.store $b (local.get $y) (i32.add (i32.load $a (local.get $x)) (i32.const 5)))
             (local.set $x (i32.add (local.get $x) (i32.const 4)))
             (local.set $y (i32.add (local.get $y) (i32.const 4)))
             (br_if $l (local.tee $n (i32.sub (local.get $n) (i32.const 1))))))",
    );
    check(&pair, &[512, 512, 30], Done);
    check(&pair, &[512, 516, 30], Guard);
    check(&pair, &[512, 1024, 30], Done);
}

#[test]
fn rule_3_two_memories_never_meet() {
    let pair = pair(
        "(import \"env\" \"m\" (memory $a 1)) (import \"env\" \"n\" (memory $b 1))
         (func (export \"f\") (param $x i32) (param $y i32) (param $n i32)
           (loop $l
             (i32.store $b (local.get $y) (i32.add (i32.load $a (local.get $x)) (i32.const 5)))
             (local.set $x (i32.add (local.get $x) (i32.const 4)))
             (local.set $y (i32.add (local.get $y) (i32.const 4)))
             (br_if $l (local.tee $n (i32.sub (local.get $n) (i32.const 1))))))",
    );
    check(&pair, &[512, 516, 30], Done);
}

#[test]
fn rule_6_a_trap_in_the_middle_leaves_what_the_loop_left() {
    let pair = pair(
        "(func (export \"f\") (param $p i32) (param $zero i32) (param $n i32)
           (i32.store (local.get $zero) (i32.const 0))
           (loop $l
             (i32.store (local.get $p) (i32.div_u (i32.const 1000000) (i32.load (local.get $p))))
             (local.set $p (i32.add (local.get $p) (i32.const 4)))
             (br_if $l (local.tee $n (i32.sub (local.get $n) (i32.const 1))))))",
    );
    check(&pair, &[1024, 8, 200], Done);
    for trap_at in [0, 1, 77, 198, 199] {
        check(&pair, &[1024, 1024 + 4 * trap_at, 200], Bail);
    }
}

#[test]
fn rule_9_values_after_the_loop() {
    let pair = pair(
        "(func (export \"f\") (param $p i32) (param $n i32) (result i32 i32 i32 f64) (local $sum i32) (local $min i32) (local $v i32)
           (local $x f64)
           (local.set $min (i32.const -1))
           (loop $l
             (local.set $v (i32.or (i32.load (local.get $p)) (i32.const 0x80000000)))
             (local.set $sum (i32.sub (local.get $sum) (local.get $v)))
             (local.set $min (select (local.get $v) (local.get $min) (i32.lt_u (local.get $v) (local.get $min))))
             (local.set $x (f64.convert_i32_u (local.get $v)))
             (local.set $p (i32.add (local.get $p) (i32.const 4)))
             (br_if $l (i32.gt_s (local.tee $n (i32.sub (local.get $n) (i32.const 3))) (i32.const 0))))
           (local.get $p) (local.get $sum) (local.get $min) (local.get $x))",
    );
    for n in [1, 2, 3, 4, 100, 1001, 4000] {
        check(&pair, &[512, n], Done);
    }
}

#[test]
fn rule_4_a_bounded_part_of_an_address_is_covered_as_a_whole() {
    // Somewhere in the iteration's own row of 16 elements: the last one must fit the memory, written or not.
    let pair = pair(
        "(func (export \"f\") (param $a i32) (param $b i32) (param $n i32) (local $i i32)
           (loop $l
             (i32.store
               (i32.add
                 (i32.add (local.get $a) (i32.shl (local.get $i) (i32.const 6)))
                 (i32.shl (i32.and (i32.load8_u (i32.add (local.get $b) (local.get $i))) (i32.const 15)) (i32.const 2)))
               (local.get $i))
             (br_if $l (i32.ne (local.tee $i (i32.add (local.get $i) (i32.const 1))) (local.get $n)))))",
    );
    check(&pair, &[4096, 100, 50], Done);
    check(&pair, &[4100, 100, 50], Done);
    check(&pair, &[65_536 - 50 * 64, 100, 50], Done);
    check(&pair, &[65_536 - 50 * 64 + 4, 100, 50], Guard);
    check(&pair, &[4096, 4096 - 50, 50], Done);
    check(&pair, &[4096, 4096 - 49, 50], Guard);
    check(&pair, &[4096, 4096 + 50 * 64, 50], Done);
    check(&pair, &[4096, 4096 + 50 * 64 - 1, 50], Guard);
}

#[test]
fn rule_4_the_number_that_leaves_is_not_masked() {
    // The loop inside tests at the top, so its number is once larger than any that an address is made of.
    // By itself the loop inside updates eight cells.
    let pair = nest(
        "(func (export \"f\") (param $a i32) (param $n i32) (local $i i32) (local $k i32) (local $p i32)
           (loop $rows
             (local.set $k (i32.const 0))
             (block $done
               (loop $row
                 (br_if $done (i32.ge_u (local.get $k) (i32.const 8)))
                 (local.set $p (i32.add (local.get $a)
                   (i32.shl (i32.add (i32.shl (local.get $i) (i32.const 3)) (i32.xor (local.get $k) (i32.const 5)))
                            (i32.const 3))))
                 (i64.store (local.get $p) (i64.add (i64.load (local.get $p)) (i64.extend_i32_u (local.get $k))))
                 (local.set $k (i32.add (local.get $k) (i32.const 1)))
                 (br $row)))
             (br_if $rows (i32.ne (local.tee $i (i32.add (local.get $i) (i32.const 1))) (local.get $n)))))",
        2,
    );
    check(&pair, &[4096, 50], Done);
    check(&pair, &[65_536 - 50 * 64, 50], Done);
    check(&pair, &[65_536 - 50 * 64 + 8, 50], Guard);
}

#[test]
fn rule_3_an_array_of_the_iterations_own() {
    // Four counters at `p`, of which each iteration writes all before it reads one; the last one's stay.
    let pair = pair(
        "(func (export \"f\") (param $p i32) (param $y i32) (param $x i32) (param $n i32) (local $i i32) (local $q i32)
           (loop $l
             (i64.store (local.get $p) (i64.const 0))
             (i64.store offset=8 (local.get $p) (i64.const 0x100000002))
             (local.set $q (i32.add (local.get $p)
               (i32.shl (i32.and (i32.load8_u (i32.add (local.get $x) (local.get $i))) (i32.const 3)) (i32.const 2))))
             (i32.store (local.get $q) (i32.add (i32.load (local.get $q)) (i32.const 0x01020304)))
             (f32.store offset=4 (local.get $p) (f32.convert_i32_u (i32.load offset=4 (local.get $p))))
             (i32.store16 (i32.add (local.get $y) (i32.shl (local.get $i) (i32.const 1)))
               (i32.add (i32.load (local.get $q)) (i32.load offset=8 (local.get $p))))
             (br_if $l (i32.ne (local.tee $i (i32.add (local.get $i) (i32.const 1))) (local.get $n)))))",
    );
    check(&pair, &[1024, 4096, 2048, 100], Done);
    check(&pair, &[1025, 4096, 2048, 1], Done);
    // Other accesses next to it, and in it.
    check(&pair, &[4096 + 200, 4096, 2048, 100], Done);
    check(&pair, &[4096 + 199, 4096, 2048, 100], Guard);
    check(&pair, &[4096 - 16, 4096, 2048, 100], Done);
    check(&pair, &[4096 - 15, 4096, 2048, 100], Guard);
    check(&pair, &[2048 + 99, 4096, 2048, 100], Guard);
    check(&pair, &[2048 + 100, 4096, 2048, 100], Done);
    // The end of the memory, and a sum that wraps around.
    check(&pair, &[65_536 - 16, 4096, 2048, 100], Done);
    check(&pair, &[65_536 - 15, 4096, 2048, 100], Guard);
    check(&pair, &[-4, 4096, 2048, 100], Guard);
}

#[test]
fn rule_9_an_extended_counter_after_the_loop() {
    let pair = pair(
        "(func (export \"f\") (param $p i32) (param $i i32) (param $n i32) (result i64) (local $w i64)
           (loop $l
             (i32.store8 (local.get $p) (local.get $n))
             (local.set $w (i64.extend_i32_u (local.get $i)))
             (local.set $i (i32.add (local.get $i) (i32.const 1)))
             (local.set $p (i32.add (local.get $p) (i32.const 1)))
             (br_if $l (local.tee $n (i32.sub (local.get $n) (i32.const 1)))))
           (local.get $w))",
    );
    check(&pair, &[256, 100, 50], Done);
    check(&pair, &[256, -10, 10], Done);
    check(&pair, &[256, -10, 11], Guard);
}

#[test]
fn rule_9_a_local_renamed_behind_the_exit() {
    // The exit leads through a block without instructions that still changes a local.
    let pair = pair(
        "(func (export \"f\") (param $p i32) (param $n i32) (result i32) (local $i i32) (local $seen i32)
           (block $out
             (loop $l
               (if (i32.ge_s (local.get $i) (local.get $n))
                 (then
                   (local.set $seen (local.get $i))
                   (br $out)))
               (i32.store (i32.add (local.get $p) (i32.shl (local.get $i) (i32.const 2))) (local.get $i))
               (local.set $i (i32.add (local.get $i) (i32.const 1)))
               (br $l)))
           (local.get $seen))",
    );
    check(&pair, &[256, 33], Done);
}

#[test]
fn rule_10_the_exit_of_every_loop_form() {
    // Code behind the back edge, in the construct but not in the loop.
    let tail = pair(
        "(func (export \"f\") (param $p i32) (param $n i32) (result i32) (local $s i32)
           (loop $l
             (i32.store (local.get $p) (local.get $n))
             (local.set $p (i32.add (local.get $p) (i32.const 4)))
             (br_if $l (local.tee $n (i32.sub (local.get $n) (i32.const 1))))
             (local.set $s (i32.mul (local.get $p) (i32.const 3))))
           (local.get $s))",
    );
    check(&tail, &[256, 33], Done);
    // The exit goes on with the next round of an outer loop that isn't a region itself.
    let outer = pair(
        "(func (export \"f\") (param $p i32) (param $n i32) (local $i i32) (local $k i32)
           (local.set $k (i32.const 1))
           (block $done
             (loop $outer
               (br_if $done (i32.eqz (local.get $k)))
               (local.set $k (i32.const 0))
               (local.set $i (i32.const 0))
               (loop $l
                 (br_if $outer (i32.ge_u (local.get $i) (local.get $n)))
                 (i32.store (i32.add (local.get $p) (i32.shl (local.get $i) (i32.const 2))) (local.get $i))
                 (local.set $i (i32.add (local.get $i) (i32.const 1)))
                 (br $l)))))",
    );
    check(&outer, &[256, 33], Done);
}

/// `y[j] = 3 * y[j] + a[i][j] + x[i]` with `j` parallel and `i` in the thread, wherever the arrays are.
#[test]
fn rule_1_a_parallel_loop_inside_a_sequential_one() {
    let pair = nest(
        r#"(func (export "f") (param $y i32) (param $a i32) (param $x i32) (param $n i32) (result i32)
             (local $j i32) (local $p i32)
             (loop $outer
               (local.set $j (i32.const 0))
               (loop $inner
                 (local.set $p (i32.add (local.get $y) (i32.shl (local.get $j) (i32.const 2))))
                 (i32.store (local.get $p) (i32.add
                   (i32.mul (i32.load (local.get $p)) (i32.const 3))
                   (i32.add (i32.load (local.get $a)) (i32.load (local.get $x)))))
                 (local.set $a (i32.add (local.get $a) (i32.const 4)))
                 (br_if $inner (i32.ne (local.tee $j (i32.add (local.get $j) (i32.const 1))) (i32.const 6))))
               (local.set $x (i32.add (local.get $x) (i32.const 4)))
               (br_if $outer (local.tee $n (i32.sub (local.get $n) (i32.const 1)))))
             (local.get $a))"#,
        2,
    );
    for distance in -130i64..50 {
        // Five rows of `a`, or the vector `x`, before, in and behind `y`.
        // A row that is `y` itself is a thread's own element each.
        let rows = distance >= 24 || distance <= -120 || distance % 24 == 0;
        let vector = distance >= 24 || distance <= -20;
        check(&pair, &[2048, 2048 + distance, 4096, 5], if rows { Done } else { Guard });
        check(&pair, &[2048, 8192, 2048 + distance, 5], if vector { Done } else { Guard });
    }
    // One iteration of the outer loop, and an array that ends where the memory does.
    check(&pair, &[2048, 8192, 4096, 1], Done);
    check(&pair, &[65536 - 24, 8192, 4096, 3], Done);
    check(&pair, &[65536 - 23, 8192, 4096, 3], Guard);
    check(&pair, &[2048, 65536 - 72, 4096, 3], Done);
    check(&pair, &[2048, 65536 - 71, 4096, 3], Guard);
}

/// `a[i][j] = a[i][j] + b[i][j]`, with both loops parallel, at every distance and pitch.
#[test]
fn rule_1_two_parallel_loops() {
    let pair = nest(
        r#"(func (export "f") (param $a i32) (param $b i32) (param $pitch i32) (param $n i32)
             (local $i i32) (local $j i32) (local $d i32)
             (loop $outer
               (local.set $j (i32.const 0))
               (loop $inner
                 (local.set $d (i32.add (i32.mul (local.get $i) (local.get $pitch)) (i32.shl (local.get $j) (i32.const 2))))
                 (i32.store (i32.add (local.get $a) (local.get $d)) (i32.add
                   (i32.load (i32.add (local.get $a) (local.get $d)))
                   (i32.load (i32.add (local.get $b) (local.get $d)))))
                 (br_if $inner (i32.ne (local.tee $j (i32.add (local.get $j) (i32.const 1))) (i32.const 6))))
               (br_if $outer (i32.ne (local.tee $i (i32.add (local.get $i) (i32.const 1))) (local.get $n)))))"#,
        2,
    );
    for pitch in (-40..=40).step_by(3) {
        check(&pair, &[2048, 8192, pitch, 4], if i64::abs(pitch) >= 24 { Done } else { Guard });
        check(&pair, &[2048, 2048, pitch, 4], if i64::abs(pitch) >= 24 { Done } else { Guard });
    }
    for distance in -130i64..130 {
        // Rows of 24 bytes every 48, between each other or not.
        let phase = distance.rem_euclid(48);
        let apart = distance == 0 || phase == 24 || distance.abs() >= 3 * 48 + 24;
        check(&pair, &[2048, 2048 + distance, 48, 4], if apart { Done } else { Guard });
    }
}

/// The bytes of a row copied and filled by the bulk operators: zero bytes trap past the end, a row beyond the end traps before anything of
/// it is written, and a copy reads all before it writes.
#[test]
fn rule_6_bulk_operators_of_an_unknown_size() {
    let fill = pair(
        r#"(func (export "f") (param $to i32) (param $pitch i32) (param $size i32) (param $rows i32)
          (loop $l
            (memory.fill (local.get $to) (local.get $rows) (local.get $size))
            (local.set $to (i32.add (local.get $to) (local.get $pitch)))
            (br_if $l (local.tee $rows (i32.sub (local.get $rows) (i32.const 1))))))"#,
    );
    for (args, expect) in [
        ([100, 64, 40, 30], Done),
        ([100, 40, 40, 30], Done),
        ([3, 41, 40, 30], Done),
        ([65536 - 64 * 29 - 40, 64, 40, 30], Done),
        ([65536 - 64 * 29 - 39, 64, 40, 30], Guard),
        ([100, 39, 40, 30], Guard),
        ([100, 64, 0, 30], Guard),
        ([65536 - 64 * 28, 64, 0, 30], Guard),
        ([30_000, -64, 40, 30], Done),
        ([300, -64, 40, 30], Guard),
        ([100, 64, -1, 3], Guard),
        ([100, 64, i64::from(i32::MIN), 3], Guard),
    ] {
        check(&fill, &args, expect);
    }
    let copy = pair(
        r#"(func (export "f") (param $to i32) (param $from i32) (param $pitch i32) (param $words i32) (param $rows i32)
          (loop $l
            (memory.copy (local.get $to) (local.get $from) (i32.mul (local.get $words) (i32.const 4)))
            (local.set $to (i32.add (local.get $to) (local.get $pitch)))
            (local.set $from (i32.add (local.get $from) (local.get $pitch)))
            (br_if $l (local.tee $rows (i32.sub (local.get $rows) (i32.const 1))))))"#,
    );
    for (args, expect) in [
        ([20_000, 100, 64, 10, 30], Done),
        ([100, 20_000, 64, 10, 30], Done),
        // The two halves of a row keep apart; a byte more and they don't, in either direction.
        ([140, 100, 80, 10, 30], Done),
        ([139, 100, 80, 10, 30], Guard),
        ([100, 140, 80, 10, 30], Done),
        ([100, 139, 80, 10, 30], Guard),
        ([100, 100, 80, 10, 30], Guard),
        ([101, 100, 80, 10, 30], Guard),
        ([100, 101, 80, 10, 30], Guard),
        ([20_000, 65536 - 64 * 29 - 40, 64, 10, 30], Done),
        ([20_000, 65536 - 64 * 29 - 39, 64, 10, 30], Guard),
        ([65536 - 64 * 29 - 39, 100, 64, 10, 30], Guard),
        ([20_000, 100, 64, 0, 30], Guard),
        // Four times the number of words wraps around to 40.
        ([20_000, 100, 64, 10 - (1 << 30), 30], Done),
    ] {
        check(&copy, &args, expect);
    }
}

/// Where only the loop around runs in parallel, a row is copied upwards within its thread: right for what lies below, not for what
/// overlaps above.
#[test]
fn rule_6_a_copy_within_a_thread() {
    let shift = pair(
        r#"(func (export "f") (param $p i32) (param $by i32) (param $rows i32) (local $n i32)
          (local.set $n (i32.const 1))
          (loop $l
            (memory.copy (i32.add (local.get $p) (local.get $by)) (local.get $p) (local.get $n))
            (local.set $p (i32.add (local.get $p) (i32.const 128)))
            (local.set $n (i32.add (local.get $n) (i32.const 1)))
            (br_if $l (local.tee $rows (i32.sub (local.get $rows) (i32.const 1))))))"#,
    );
    for (args, expect) in [
        ([1000, 64, 40], Done),
        ([1000, 40, 40], Done),
        ([1000, 39, 40], Guard),
        ([1000, 1, 40], Guard),
        ([1000, 0, 40], Guard),
        ([1000, -1, 40], Done),
        ([1000, -39, 40], Done),
        ([1000, -64, 40], Done),
    ] {
        check(&shift, &args, expect);
    }
}
