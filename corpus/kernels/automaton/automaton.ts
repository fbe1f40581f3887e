// A generation of an elementary cellular automaton on a ring of u8 cells.

export function automaton(out: usize, src: usize, n: i32, rule: i32): void {
  // parallel: yes - each iteration owns out[i]; the ring closes by comparisons (guard: disjoint).
  for (let i = 0; i < n; i++) {
    const left = i == 0 ? n - 1 : i - 1;
    const right = i + 1 == n ? 0 : i + 1;
    store<u8>(
      out + <usize>i,
      (rule >>
        (4 * <i32>load<u8>(src + <usize>left) +
          2 * <i32>load<u8>(src + <usize>i) +
          <i32>load<u8>(src + <usize>right))) &
        1,
    );
  }
}
