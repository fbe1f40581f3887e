// Black-Scholes prices of European calls, f64. Exponential, logarithm and normal distribution are spelled out, so that
// every producer computes the same bits.

// e to the x for |x| < 700: two to a whole power, times a polynomial of the rest.
function exponential(x: f64): f64 {
  const shifted = x * 1.4426950408889634 + 6755399441055744.0;
  const r = x - (shifted - 6755399441055744.0) * 0.6931471805599453;
  const p =
    1.0 + r * (1.0 + r * (0.5 + r * (1.0 / 6.0 + r * (1.0 / 24.0 + r * (1.0 / 120.0 + r * (1.0 / 720.0))))));
  return p * reinterpret<f64>((reinterpret<u64>(shifted) + 1023) << 52);
}

// The logarithm of a normal positive x: its exponent, plus a series for its mantissa.
function logarithm(x: f64): f64 {
  const bits = reinterpret<u64>(x);
  const exponent = <f64>(<i32>(bits >> 52) - 1023);
  const m = reinterpret<f64>((bits & 0xfffffffffffff) | 0x3ff0000000000000);
  const s = (m - 1.0) / (m + 1.0);
  const q = s * s;
  const series = 1.0 + q * (1.0 / 3.0 + q * (1.0 / 5.0 + q * (1.0 / 7.0 + q * (1.0 / 9.0 + q * (1.0 / 11.0)))));
  return exponent * 0.6931471805599453 + 2.0 * s * series;
}

function normal(d: f64): f64 {
  const k = 1.0 / (1.0 + 0.2316419 * abs(d));
  const p = k * (0.31938153 + k * (-0.356563782 + k * (1.781477937 + k * (-1.821255978 + k * 1.330274429))));
  const tail = 0.3989422804014327 * exponential(-0.5 * d * d) * p;
  return d < 0.0 ? tail : 1.0 - tail;
}

export function blackscholes(price: usize, spot: usize, strike: usize, years: usize, n: i32, rate: f64, volatility: f64): void {
  // parallel: yes - each iteration owns price[i] (guard: disjoint from the others).
  for (let i = 0; i < n; i++) {
    const at = <usize>i << 3;
    const s = load<f64>(spot + at);
    const k = load<f64>(strike + at);
    const t = load<f64>(years + at);
    const spread = volatility * sqrt(t);
    const d1 = (logarithm(s / k) + (rate + 0.5 * volatility * volatility) * t) / spread;
    const later = k * exponential(-rate * t);
    store<f64>(price + at, s * normal(d1) - later * normal(d1 - spread));
  }
}
