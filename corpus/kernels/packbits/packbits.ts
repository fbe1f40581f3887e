// Packs eight flags into each byte, the first one lowest, and unpacks them.

export function pack(out: usize, flags: usize, n: i32): void {
  // parallel: yes - each iteration owns out[i] (guard: disjoint).
  for (let i = 0; i < n; i++) {
    let bits = 0;
    // parallel: yes - an integer or is associative and commutative.
    for (let k = 0; k < 8; k++) {
      bits |= <i32>(<i32>load<u8>(flags + <usize>(8 * i + k)) != 0) << k;
    }
    store<u8>(out + <usize>i, bits);
  }
}

export function unpack(flags: usize, src: usize, n: i32): void {
  // parallel: yes - each iteration owns eight flags (guard: disjoint).
  for (let i = 0; i < n; i++) {
    // parallel: yes - each iteration owns one flag.
    for (let k = 0; k < 8; k++) {
      store<u8>(flags + <usize>(8 * i + k), (<i32>load<u8>(src + <usize>i) >> k) & 1);
    }
  }
}
