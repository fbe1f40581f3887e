// Copies i32 elements in reverse order.

export function reverse(dst: usize, src: usize, n: i32): void {
  let from = src + (<usize>n << 2);
  // parallel: yes - each iteration owns dst[i]; src is read with a negative stride (guard: disjoint).
  for (let i = 0; i < n; i++) {
    from -= 4;
    store<i32>(dst + (<usize>i << 2), load<i32>(from));
  }
}
