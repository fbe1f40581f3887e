// Numbers of 16 bits: half precision to f32, and f32 to bfloat16 with rounding to even, in integers.

export function half_to_f32(out: usize, src: usize, n: i32): void {
  // parallel: yes - each iteration owns out[i] (guard: disjoint).
  for (let i = 0; i < n; i++) {
    const h: u32 = <i32>load<u16>(src + (<usize>i << 1));
    const sign = (h & 0x8000) << 16;
    const rest = h & 0x7fff;
    let v: u32;
    if (rest >= 0x7c00) {
      v = 0x7f800000 | ((rest & 0x3ff) << 13);
    } else if (rest >= 0x400) {
      v = (rest << 13) + 0x38000000;
    } else if (rest == 0) {
      v = 0;
    } else {
      const shift = clz<u32>(rest) - 21;
      v = (((rest << shift) & 0x3ff) << 13) | ((113 - shift) << 23);
    }
    store<u32>(out + (<usize>i << 2), sign | v);
  }
}

export function f32_to_bf16(out: usize, src: usize, n: i32): void {
  // parallel: yes - each iteration owns out[i] (guard: disjoint).
  for (let i = 0; i < n; i++) {
    const v = load<u32>(src + (<usize>i << 2));
    const rounded = (v + 0x7fff + ((v >> 16) & 1)) >> 16;
    store<u16>(out + (<usize>i << 1), (v & 0x7fffffff) > 0x7f800000 ? (v >> 16) | 0x40 : rounded);
  }
}
