// Exchanges the elements of f64 whose numbers are each other's bits in reverse, in place; n is 2^bits.

export function bitreverse(x: usize, bits: i32): void {
  // parallel: yes - each iteration with i below its mirror image owns the two; all others do nothing.
  for (let i = 0; i < 1 << bits; i++) {
    let j = ((i >> 1) & 0x55555555) | ((i & 0x55555555) << 1);
    j = ((j >> 2) & 0x33333333) | ((j & 0x33333333) << 2);
    j = ((j >> 4) & 0x0f0f0f0f) | ((j & 0x0f0f0f0f) << 4);
    j = <i32>((bswap<u32>(j) >> (31 - bits)) >> 1);
    if (i < j) {
      const t = load<f64>(x + (<usize>i << 3));
      store<f64>(x + (<usize>i << 3), load<f64>(x + (<usize>j << 3)));
      store<f64>(x + (<usize>j << 3), t);
    }
  }
}
