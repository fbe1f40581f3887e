// For each word of 64 bits the commonest of its hexadecimal digits, by counts in a small array of the iteration's own.

export function nibbles(out: StaticArray<u32>, x: StaticArray<u64>, n: i32): void {
  const count = changetype<StaticArray<u32>>(memory.data(64, 4));
  // parallel: yes - each iteration owns out[i]; the small array is written before it is read (guard: disjoint).
  for (let i = 0; i < n; i++) {
    let at = 0;
    // parallel: yes - each iteration owns one element of the small array.
    for (let k = 0; k < 16; k++) {
      unchecked((count[k] = 0));
    }
    // parallel: yes - only as commutative integer updates whose old value nobody sees.
    for (let k = 0; k < 16; k++) {
      const digit = <i32>((unchecked(x[i]) >> (4 * k)) & 15);
      unchecked((count[digit] = unchecked(count[digit]) + 1));
    }
    // parallel: no - the first of the largest counts is wanted, so the order matters.
    for (let k = 1; k < 16; k++) {
      at = unchecked(count[k]) > unchecked(count[at]) ? k : at;
    }
    unchecked((out[i] = at));
  }
}
