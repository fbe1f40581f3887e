// Look-ups of n keys in a hash table of 256 slots, of which zeros are free: probes go on to the next slot. Then hashes
// of n words of eight bytes.

export function lookup(out: usize, keys: usize, slots: usize, values: usize, n: i32): void {
  // parallel: yes - each iteration owns out[i]; the table is only read (guard: out is disjoint from the others).
  for (let i = 0; i < n; i++) {
    const key = load<u32>(keys + (<usize>i << 2));
    let at: u32 = (key * 2654435761) >> 24;
    let v: u32 = 0;
    // parallel: no - the probes go on until a slot decides.
    for (let k = 0; k < 256; k++) {
      if (load<u32>(slots + (<usize>at << 2)) == key) {
        v = load<u32>(values + (<usize>at << 2));
        break;
      }
      if (load<u32>(slots + (<usize>at << 2)) == 0) {
        break;
      }
      at = (at + 1) & 255;
    }
    store<u32>(out + (<usize>i << 2), v);
  }
}

export function words(out: usize, text: usize, n: i32): void {
  // parallel: yes - each iteration owns out[i] (guard: disjoint).
  for (let i = 0; i < n; i++) {
    let hash: u32 = 2166136261;
    // parallel: no - every step multiplies what the steps before have mixed.
    for (let k = 0; k < 8; k++) {
      hash = (hash ^ <i32>load<u8>(text + <usize>(8 * i + k))) * 16777619;
    }
    store<u32>(out + (<usize>i << 2), hash);
  }
}
