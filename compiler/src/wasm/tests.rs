//! What the translation records beside the SSA form.

use super::{GuestFunction, read};
use std::fmt::Write;

/// The loops of the first function with loops: what a dispatch in front of them needs to know.
fn loops(wat: &str) -> String {
    let module = read(&wat::parse_str(wat).unwrap()).unwrap();
    let mut text = String::new();
    let GuestFunction { loops, home, places, .. } = &module.functions[0];
    for (index, guest_loop) in loops.iter().enumerate() {
        let inner = if guest_loop.has_inner { ", others inside" } else { "" };
        writeln!(text, "loop {index}, depth {}, parent {:?}{inner}", guest_loop.depth, guest_loop.parent).unwrap();
        let reads: Vec<String> = guest_loop.reads.iter().map(|(local, v)| format!("{local} = {v}")).collect();
        writeln!(text, "  reads {}", reads.join(", ")).unwrap();
        for carried in &guest_loop.carried {
            writeln!(text, "  carries {} = {}, then {}", carried.local, carried.start, carried.param).unwrap();
        }
        let blocks = (0..home.len()).filter(|&b| home[b] == Some(index as u32)).map(|b| format!("b{b}"));
        writeln!(text, "  blocks {}", blocks.collect::<Vec<_>>().join(" ")).unwrap();
        let mut ends: Vec<_> = guest_loop.ends.iter().collect();
        ends.sort();
        for (block, values) in ends {
            let values: Vec<String> = values.iter().map(|v| v.to_string()).collect();
            writeln!(text, "  end of b{}, which begins at {:?}: {}", block.0, places[block.index()], values.join(", "))
                .unwrap();
        }
    }
    text
}

#[test]
fn nested_loops_with_memory_accesses_are_recorded_each() {
    let text = loops(
        "(module (memory 1)
          (func (param $p i32) (param $n i32) (param $k i32) (local $i i32) (local $j i32)
            (loop $rows
              (local.set $j (i32.const 0))
              (block $row
                (loop $columns
                  (br_if $row (i32.ge_u (local.get $j) (local.get $n)))
                  (i32.store (local.get $p) (local.get $i))
                  (local.set $j (i32.add (local.get $j) (i32.const 1)))
                  (br $columns)))
              (loop $nothing (br_if $nothing (local.get $k)))
              (br_if $rows (i32.lt_u (local.tee $i (i32.add (local.get $i) (i32.const 1))) (local.get $n))))))",
    );
    insta::assert_snapshot!(text, @r"
    loop 0, depth 0, parent None, others inside
      reads 1 = v1, 0 = v0, 2 = v2
      carries 3 = v3, then v4
      carries 4 = v3, then v5
      blocks b2 b3 b6 b7 b8
      end of b3, which begins at Join { construct: 39, parent: 33 }: v4, v8
      end of b4, which begins at Header { construct: 41 }: v4, v8
      end of b6, which begins at Header { construct: 68 }: v4, v8
      end of b7, which begins at After { offset: 72, frame: 68 }: v13, v8
    loop 1, depth 1, parent Some(0)
      reads 1 = v1, 0 = v0, 3 = v4
      carries 4 = v6, then v8
      blocks b4 b5
      end of b4, which begins at Header { construct: 41 }: v8
    ");
}
