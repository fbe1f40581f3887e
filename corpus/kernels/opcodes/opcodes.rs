//! Applies to each i32 the operation that its opcode says.

use std::slice::{from_raw_parts, from_raw_parts_mut};

#[unsafe(no_mangle)]
pub unsafe extern "C" fn opcodes(x: *mut i32, ops: *const u8, n: usize, k: i32) {
    let (x, ops) = unsafe { (from_raw_parts_mut(x, n), from_raw_parts(ops, n)) };
    // parallel: yes - each iteration owns x[i]; ops is only read; a failing index check is a bail (guard:
    // disjoint).
    for i in 0..n {
        x[i] = match ops[i] & 7 {
            0 => x[i].wrapping_add(k),
            1 => x[i].wrapping_sub(k),
            2 => x[i].wrapping_mul(k),
            3 => x[i] ^ k,
            4 => x[i].rotate_left(3),
            5 => !x[i],
            6 => (x[i] as u32 >> 1) as i32,
            _ => x[i] & 0xffff,
        };
    }
}
