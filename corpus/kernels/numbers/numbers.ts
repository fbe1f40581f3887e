// Whole numbers: greatest common divisors, powers modulo p, tests for primes by trial division.

export function gcd(out: usize, a: usize, b: usize, n: i32): void {
  // parallel: yes - each iteration owns out[i] (guard: out is the same as a and b or disjoint).
  for (let i = 0; i < n; i++) {
    let x = load<u32>(a + (<usize>i << 2));
    let y = load<u32>(b + (<usize>i << 2));
    // parallel: no - every remainder needs the one before.
    while (y != 0) {
      const r = x % y;
      x = y;
      y = r;
    }
    store<u32>(out + (<usize>i << 2), x);
  }
}

export function powers(out: usize, base: usize, n: i32, e: i32, p: u64): void {
  // parallel: yes - each iteration owns out[i] (guard: out and base are the same or disjoint).
  for (let i = 0; i < n; i++) {
    let r: u64 = 1;
    let b = load<u64>(base + (<usize>i << 3)) % p;
    // parallel: no - every square needs the one before.
    for (let k: u32 = e; k != 0; k >>= 1) {
      if (k & 1) {
        r = (r * b) % p;
      }
      b = (b * b) % p;
    }
    store<u64>(out + (<usize>i << 3), r);
  }
}

export function primes(out: usize, n: i32, first: i32): void {
  // parallel: yes - each iteration owns out[i].
  for (let i = 0; i < n; i++) {
    const v: u32 = first + i;
    let prime = v > 1 ? 1 : 0;
    // parallel: no - the first divisor ends the search.
    for (let d: u32 = 2; d * d <= v; d++) {
      if (v % d == 0) {
        prime = 0;
        break;
      }
    }
    store<u8>(out + <usize>i, prime);
  }
}
