// The edit distances of n pairs of words of eight bytes; the row of the table is a small array of the iteration's own.

export function edit(out: StaticArray<u8>, a: StaticArray<u8>, b: StaticArray<u8>, n: i32): void {
  const row = changetype<StaticArray<i32>>(memory.data(36, 4));
  // parallel: yes - each iteration owns out[i]; the small array is written before it is read (guard: disjoint).
  for (let i = 0; i < n; i++) {
    // parallel: yes - each iteration owns one element of the small array.
    for (let k = 0; k < 9; k++) {
      unchecked((row[k] = k));
    }
    // parallel: no - every row of the table needs the row above.
    for (let y = 0; y < 8; y++) {
      let corner = unchecked(row[0]);
      unchecked((row[0] = y + 1));
      // parallel: no - every element needs its left neighbour.
      for (let x = 0; x < 8; x++) {
        const up = unchecked(row[x + 1]);
        const same = corner + <i32>(<i32>unchecked(a[8 * i + y]) != <i32>unchecked(b[8 * i + x]));
        unchecked((row[x + 1] = min(min(same, up + 1), unchecked(row[x]) + 1)));
        corner = up;
      }
    }
    unchecked((out[i] = <u8>unchecked(row[8])));
  }
}
