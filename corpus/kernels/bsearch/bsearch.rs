//! For each of n keys the number of elements of a sorted table of i32 that lie below it, by halving.

use std::slice::{from_raw_parts, from_raw_parts_mut};

#[unsafe(no_mangle)]
pub unsafe extern "C" fn bsearch(out: *mut i32, keys: *const i32, table: *const i32, n: usize, m: usize) {
    let (out, keys, table) = unsafe { (from_raw_parts_mut(out, n), from_raw_parts(keys, n), from_raw_parts(table, m)) };
    // parallel: yes - each iteration owns out[i]; what the search picks is only read (guard: out is disjoint
    // from keys and table).
    for i in 0..n {
        let (mut low, mut high) = (0, m);
        // parallel: no - every step halves what the one before has left.
        while low < high {
            let mid = (low + high) >> 1;
            if table[mid] < keys[i] {
                low = mid + 1;
            } else {
                high = mid;
            }
        }
        out[i] = low as i32;
    }
}
