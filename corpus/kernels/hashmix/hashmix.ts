// Scrambles every i64 with xor-shifts and multiplications, in place.

export function hashmix(x: usize, n: i32, seed: u64): void {
  // parallel: yes - each iteration reads and writes only x[i].
  for (let i = 0; i < n; i++) {
    const at = x + (<usize>i << 3);
    let v = load<u64>(at) + seed;
    v ^= v >> 31;
    v *= 0x9fb21c651e98df25;
    v ^= v << 17;
    v = rotl<u64>(v, 23);
    v *= 0xd6e8feb86659fd93;
    v ^= v >> 29;
    store<u64>(at, v);
  }
}
