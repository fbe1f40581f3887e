//! Black-Scholes prices of European calls, f64, with checked indices. Exponential, logarithm and normal distribution are
//! spelled out, so that every producer computes the same bits.

use std::slice::{from_raw_parts, from_raw_parts_mut};

/// e to the x for |x| < 700: two to a whole power, times a polynomial of the rest.
fn exponential(x: f64) -> f64 {
    let shifted = x * 1.4426950408889634 + 6755399441055744.0;
    let r = x - (shifted - 6755399441055744.0) * 0.6931471805599453;
    let p = 1.0 + r * (1.0 + r * (0.5 + r * (1.0 / 6.0 + r * (1.0 / 24.0 + r * (1.0 / 120.0 + r * (1.0 / 720.0))))));
    p * f64::from_bits(shifted.to_bits().wrapping_add(1023) << 52)
}

/// The logarithm of a normal positive x: its exponent, plus a series for its mantissa.
fn logarithm(x: f64) -> f64 {
    let bits = x.to_bits();
    let exponent = f64::from((bits >> 52) as i32 - 1023);
    let m = f64::from_bits((bits & 0xf_ffff_ffff_ffff) | 0x3ff0_0000_0000_0000);
    let s = (m - 1.0) / (m + 1.0);
    let q = s * s;
    let series = 1.0 + q * (1.0 / 3.0 + q * (1.0 / 5.0 + q * (1.0 / 7.0 + q * (1.0 / 9.0 + q * (1.0 / 11.0)))));
    exponent * 0.6931471805599453 + 2.0 * s * series
}

fn normal(d: f64) -> f64 {
    let k = 1.0 / (1.0 + 0.2316419 * d.abs());
    let p = k * (0.31938153 + k * (-0.356563782 + k * (1.781477937 + k * (-1.821255978 + k * 1.330274429))));
    let tail = 0.3989422804014327 * exponential(-0.5 * d * d) * p;
    if d < 0.0 { tail } else { 1.0 - tail }
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn blackscholes(
    price: *mut f64,
    spot: *const f64,
    strike: *const f64,
    years: *const f64,
    n: usize,
    rate: f64,
    volatility: f64,
) {
    let (price, spot) = unsafe { (from_raw_parts_mut(price, n), from_raw_parts(spot, n)) };
    let (strike, years) = unsafe { (from_raw_parts(strike, n), from_raw_parts(years, n)) };
    // parallel: yes - each iteration owns price[i] (guard: disjoint from the others).
    for i in 0..n {
        let spread = volatility * years[i].sqrt();
        let d1 = (logarithm(spot[i] / strike[i]) + (rate + 0.5 * volatility * volatility) * years[i]) / spread;
        let later = strike[i] * exponential(-rate * years[i]);
        price[i] = spot[i] * normal(d1) - later * normal(d1 - spread);
    }
}
