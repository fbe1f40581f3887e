// The finalising hash of MurmurHash3 for each element, 32 and 64 bits.

export function murmur32(out: usize, src: usize, n: i32): void {
  // parallel: yes - each iteration owns out[i] (guard: out and src are the same or disjoint).
  for (let i = 0; i < n; i++) {
    let h = load<u32>(src + (<usize>i << 2));
    h = (h ^ (h >> 16)) * 0x85ebca6b;
    h = (h ^ (h >> 13)) * 0xc2b2ae35;
    store<u32>(out + (<usize>i << 2), h ^ (h >> 16));
  }
}

export function murmur64(x: usize, n: i32): void {
  // parallel: yes - each iteration owns x[i].
  for (let i = 0; i < n; i++) {
    let h = load<u64>(x + (<usize>i << 3));
    h = (h ^ (h >> 33)) * 0xff51afd7ed558ccd;
    h = (h ^ (h >> 33)) * 0xc4ceb9fe1a85ec53;
    store<u64>(x + (<usize>i << 3), h ^ (h >> 33));
  }
}
