//! Look-ups of n keys in a hash table of 256 slots, of which zeros are free: probes go on to the next slot. Then hashes
//! of n words of eight bytes.

use std::slice::{from_raw_parts, from_raw_parts_mut};

#[unsafe(no_mangle)]
pub unsafe extern "C" fn lookup(out: *mut u32, keys: *const u32, slots: *const u32, values: *const u32, n: usize) {
    let (out, keys, slots) =
        unsafe { (from_raw_parts_mut(out, n), from_raw_parts(keys, n), from_raw_parts(slots, 256)) };
    let values = unsafe { from_raw_parts(values, 256) };
    // parallel: yes - each iteration owns out[i]; the table is only read (guard: out is disjoint from the
    // others).
    for i in 0..n {
        let mut at = (keys[i].wrapping_mul(2_654_435_761) >> 24) as usize;
        let mut v = 0;
        // parallel: no - the probes go on until a slot decides.
        for _ in 0..256 {
            if slots[at] == keys[i] {
                v = values[at];
                break;
            }
            if slots[at] == 0 {
                break;
            }
            at = (at + 1) & 255;
        }
        out[i] = v;
    }
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn words(out: *mut u32, text: *const u8, n: usize) {
    let (out, text) = unsafe { (from_raw_parts_mut(out, n), from_raw_parts(text, 8 * n)) };
    // parallel: yes - each iteration owns out[i] (guard: disjoint).
    for i in 0..n {
        let mut hash = 2_166_136_261u32;
        // parallel: no - every step multiplies what the steps before have mixed.
        for k in 0..8 {
            hash = (hash ^ u32::from(text[8 * i + k])).wrapping_mul(16_777_619);
        }
        out[i] = hash;
    }
}
