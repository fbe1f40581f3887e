//! What becomes of each loop of a module, with the nesting: `tensorwasm explain` for a program that has verdicts to compare.
//!
//! Input: a module's bytes. Output: a row for each loop that repeats, in the order of the code. A loop is *covered* if it or a
//! loop around it is offloaded.

use crate::loops::{Loop, forest};
use anyhow::Result;
use compiler::Outcome;
use serde_json::{Value, json};

/// The rows as a JSON array.
pub fn rows(bytes: &[u8]) -> Result<Value> {
    let loops = forest(bytes)?;
    let reports = compiler::explain(bytes, compiler::FpMode::Exact)?;
    let outcome = |one: &Loop| reports.iter().find(|report| report.offset as usize == one.offset).map(|r| &r.outcome);
    let offloaded = |one: &Loop| matches!(outcome(one), Some(Outcome::Offloaded { .. }));
    let rows = loops.iter().enumerate().filter(|(_, one)| one.repeats).map(|(number, one)| {
        let around = std::iter::successors(Some(number), |&inner| loops[inner].parent);
        let innermost = loops.iter().all(|other| other.parent != Some(number) || !other.repeats);
        let reason = match outcome(one) {
            Some(Outcome::Declined(reason)) => Some(reason),
            _ => None,
        };
        json!({
            "function": one.function, "offset": one.offset, "innermost": innermost, "offloaded": offloaded(one),
            "covered": around.into_iter().any(|l| offloaded(&loops[l])),
            "detail": reason, "reason": reason.map(|reason| reason.to_string()),
        })
    });
    Ok(rows.collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_row_for_each_loop() {
        let wat = r#"(module (memory 1)
            (func $add (param $p i32) (param $end i32) (local $i i32)
              (loop $again
                (loop $next
                  (f64.store (local.get $p) (f64.add (f64.load (local.get $p)) (f64.const 1)))
                  (br_if $next (i32.lt_u (local.tee $p (i32.add (local.get $p) (i32.const 8))) (local.get $end))))
                (call $add (local.get $end) (local.get $p))
                (br_if $again (i32.lt_u (local.tee $i (i32.add (local.get $i) (i32.const 1))) (i32.const 9))))))"#;
        let rows = rows(&wat::parse_str(wat).unwrap()).unwrap();
        let seen: Vec<_> = rows.as_array().unwrap().iter().map(|r| (&r["innermost"], &r["covered"])).collect();
        assert_eq!(seen, [(&json!(false), &json!(false)), (&json!(true), &json!(true))]);
        assert_eq!((&rows[0]["function"], &rows[1]["reason"]), (&json!("add"), &Value::Null));
        assert!(rows[0]["reason"].is_string() && rows[0]["detail"]["kind"].is_string());
    }
}
