// Companding of audio samples: i16 to eight bits of mu-law, and back.

export function to_mulaw(out: StaticArray<u8>, x: StaticArray<i16>, n: i32): void {
  // parallel: yes - each iteration owns out[i] (guard: disjoint).
  for (let i = 0; i < n; i++) {
    const v = <i32>unchecked(x[i]);
    const sign = v < 0 ? 0x80 : 0;
    const m = min(32767, (v < 0 ? -v : v) + 132);
    const e = 24 - clz<i32>(m);
    unchecked((out[i] = <u8>~(sign | (e << 4) | ((m >> (e + 3)) & 15))));
  }
}

export function from_mulaw(out: StaticArray<i16>, x: StaticArray<u8>, n: i32): void {
  // parallel: yes - each iteration owns out[i] (guard: disjoint).
  for (let i = 0; i < n; i++) {
    const v = ~<i32>unchecked(x[i]) & 255;
    const m = ((((v & 15) << 3) + 132) << ((v >> 4) & 7)) - 132;
    unchecked((out[i] = <i16>(v & 0x80 ? -m : m)));
  }
}
