// Bit counts and rotations of each word, 32 and 64 bits wide.

export function bits_i32(out: usize, input: usize, n: i32): void {
  // parallel: yes - each iteration owns out[i].
  for (let i = 0; i < n; i++) {
    const x = load<u32>(input + (<usize>i << 2));
    const counts = popcnt<u32>(x) | (clz<u32>(x) << 8) | (ctz<u32>(x) << 16);
    store<u32>(out + (<usize>i << 2), rotl<u32>(x, x & 31) ^ counts);
  }
}

export function bits_i64(out: usize, input: usize, n: i32): void {
  // parallel: yes - each iteration owns out[i].
  for (let i = 0; i < n; i++) {
    const x = load<u64>(input + (<usize>i << 3));
    const counts = popcnt<u64>(x) | (clz<u64>(x) << 8) | (ctz<u64>(x) << 16);
    store<u64>(out + (<usize>i << 3), rotl<u64>(x, x & 63) ^ counts);
  }
}
