// By an index: elements to their places, rows from theirs.

export function permute(out: usize, x: usize, index: usize, n: i32): void {
  // parallel: no - two elements of the index may be the same, and then the last one counts.
  for (let i = 0; i < n; i++) {
    const at = load<u32>(index + (<usize>i << 2));
    store<u32>(out + (<usize>at << 2), load<u32>(x + (<usize>i << 2)));
  }
}

export function gather_rows(out: usize, x: usize, index: usize, n: i32, w: i32, m: i32): void {
  // parallel: yes - each iteration owns one row of out; what the index picks is only read (guard: out is
  // disjoint from the others).
  for (let i = 0; i < n; i++) {
    const from = load<u32>(index + (<usize>i << 2)) * w;
    // parallel: yes - each iteration owns one element of the row.
    for (let j = 0; j < w; j++) {
      store<f32>(out + (<usize>(i * w + j) << 2), load<f32>(x + (<usize>(from + j) << 2)));
    }
  }
}
