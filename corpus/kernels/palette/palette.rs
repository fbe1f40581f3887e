//! Through tables: bytes to 32-bit colours, u16 to u16, and f32 between the entries of a table.

use std::slice::{from_raw_parts, from_raw_parts_mut};

#[unsafe(no_mangle)]
pub unsafe extern "C" fn palette(out: *mut u32, src: *const u8, colours: *const u32, n: usize) {
    let (out, src, colours) =
        unsafe { (from_raw_parts_mut(out, n), from_raw_parts(src, n), from_raw_parts(colours, 256)) };
    // parallel: yes - each iteration owns out[i]; the palette is only read; a failing index check is a bail
    // (guard: out is disjoint from the others).
    for i in 0..n {
        out[i] = colours[usize::from(src[i])];
    }
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn curve16(x: *mut u16, table: *const u16, n: usize) {
    let (x, table) = unsafe { (from_raw_parts_mut(x, n), from_raw_parts(table, 65536)) };
    // parallel: yes - each iteration owns x[i]; the table is only read; a failing index check is a bail (guard:
    // disjoint).
    for x in x {
        *x = table[usize::from(*x)];
    }
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn between(out: *mut f32, x: *const f32, table: *const f32, n: usize, m: usize) {
    let (out, x, table) = unsafe { (from_raw_parts_mut(out, n), from_raw_parts(x, n), from_raw_parts(table, m + 2)) };
    // parallel: yes - each iteration owns out[i]; the table is only read; a failing index check is a bail
    // (guard: out is disjoint from the others).
    for i in 0..n {
        let mut place = x[i] * m as i32 as f32;
        place = if place > 0.0 { place } else { 0.0 };
        place = if place < m as i32 as f32 { place } else { m as i32 as f32 };
        let at = place as usize;
        out[i] = table[at] + (place - at as i32 as f32) * (table[at + 1] - table[at]);
    }
}
