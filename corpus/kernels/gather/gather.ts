// out[i] = table[index[i]]: reads through an index array.

export function gather(out: usize, table: usize, index: usize, n: i32, m: u32): void {
  // parallel: yes - each iteration owns out[i]; what the index picks is bounds-checked in the kernel.
  for (let i = 0; i < n; i++) {
    const at = load<u32>(index + (<usize>i << 2));
    store<f64>(out + (<usize>i << 3), at < m ? load<f64>(table + (<usize>at << 3)) : 0);
  }
}
