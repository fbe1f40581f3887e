// Packed RGB to pixels of 16 bits, and back.

export function to_565(out: StaticArray<u16>, rgb: StaticArray<u8>, n: i32): void {
  // parallel: yes - each iteration owns out[i] (guard: disjoint).
  for (let i = 0; i < n; i++) {
    unchecked(
      (out[i] = <u16>(
        (((<i32>unchecked(rgb[3 * i]) >> 3) << 11) |
          ((<i32>unchecked(rgb[3 * i + 1]) >> 2) << 5) |
          (<i32>unchecked(rgb[3 * i + 2]) >> 3))
      )),
    );
  }
}

export function from_565(rgb: StaticArray<u8>, src: StaticArray<u16>, n: i32): void {
  // parallel: yes - each iteration owns three bytes of rgb (guard: disjoint).
  for (let i = 0; i < n; i++) {
    const v = <i32>unchecked(src[i]);
    const r = v >> 11;
    const g = (v >> 5) & 63;
    const b = v & 31;
    unchecked((rgb[3 * i] = <u8>((r << 3) | (r >> 2))));
    unchecked((rgb[3 * i + 1] = <u8>((g << 2) | (g >> 4))));
    unchecked((rgb[3 * i + 2] = <u8>((b << 3) | (b >> 2))));
  }
}
