//! Whole numbers: greatest common divisors, powers modulo p, tests for primes by trial division.

use std::slice::{from_raw_parts, from_raw_parts_mut};

#[unsafe(no_mangle)]
pub unsafe extern "C" fn gcd(out: *mut u32, a: *const u32, b: *const u32, n: usize) {
    let (out, a, b) = unsafe { (from_raw_parts_mut(out, n), from_raw_parts(a, n), from_raw_parts(b, n)) };
    // parallel: yes - each iteration owns out[i] (guard: out is the same as a and b or disjoint).
    for i in 0..n {
        let (mut x, mut y) = (a[i], b[i]);
        // parallel: no - every remainder needs the one before.
        while y != 0 {
            (x, y) = (y, x % y);
        }
        out[i] = x;
    }
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn powers(out: *mut u64, base: *const u64, n: usize, e: i32, p: u64) {
    let (out, base) = unsafe { (from_raw_parts_mut(out, n), from_raw_parts(base, n)) };
    // parallel: yes - each iteration owns out[i] (guard: out and base are the same or disjoint).
    for i in 0..n {
        let (mut r, mut b, mut k) = (1, base[i] % p, e as u32);
        // parallel: no - every square needs the one before.
        while k != 0 {
            if k & 1 != 0 {
                r = r * b % p;
            }
            b = b * b % p;
            k >>= 1;
        }
        out[i] = r;
    }
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn primes(out: *mut u8, n: usize, first: i32) {
    let out = unsafe { from_raw_parts_mut(out, n) };
    // parallel: yes - each iteration owns out[i].
    for i in 0..n {
        let v = first as u32 + i as u32;
        let mut prime = v > 1;
        let mut d = 2u32;
        // parallel: no - the first divisor ends the search.
        while d.wrapping_mul(d) <= v {
            if v % d == 0 {
                prime = false;
                break;
            }
            d += 1;
        }
        out[i] = prime.into();
    }
}
