// The sieve of Eratosthenes: strikes out the multiples of each number that isn't struck out yet, u8.

export function sieve(struck: usize, n: i32): void {
  // parallel: no - whether a number strikes depends on the numbers before.
  for (let p = 2; p * p < n; p++) {
    if (!<i32>load<u8>(struck + <usize>p)) {
      // parallel: yes - each iteration owns one multiple.
      for (let k = p * p; k < n; k += p) {
        store<u8>(struck + <usize>k, 1);
      }
    }
  }
}
