// Sends each byte through a table of 256.

export function lut(dst: usize, src: usize, table: usize, n: i32): void {
  // parallel: yes - each iteration owns dst[i]; the table is only read (guard: disjoint).
  for (let i = 0; i < n; i++) {
    store<u8>(dst + <usize>i, load<u8>(table + <usize>load<u8>(src + <usize>i)));
  }
}
