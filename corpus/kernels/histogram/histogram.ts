// Counts bytes into 256 bins of i32.

export function histogram(bins: usize, src: usize, n: i32): void {
  // parallel: yes - only as commutative integer updates whose old value nobody sees; plain stores would race.
  for (let i = 0; i < n; i++) {
    const bin = bins + (<usize>load<u8>(src + <usize>i) << 2);
    store<u32>(bin, load<u32>(bin) + 1);
  }
}
