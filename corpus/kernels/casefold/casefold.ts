// Bytes to lower case by comparison, and classes of characters by a table of bits.

export function lower(text: usize, n: i32): void {
  // parallel: yes - each iteration owns text[i].
  for (let i = 0; i < n; i++) {
    const c = <i32>load<u8>(text + <usize>i);
    if (c >= 65 && c <= 90) {
      store<u8>(text + <usize>i, c | 0x20);
    }
  }
}

export function classes(out: usize, text: usize, n: i32): void {
  // parallel: yes - each iteration owns out[i] (guard: out and text are the same or disjoint).
  for (let i = 0; i < n; i++) {
    const c = <i32>load<u8>(text + <usize>i);
    store<u8>(out + <usize>i, c < 64 ? <i32>((<u64>0x03ff000100002600 >> <u64>c) & 1) : 0);
  }
}
