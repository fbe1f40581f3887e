// Follows links: one chain to its end, and two links for each of n elements.

export function chase(next: StaticArray<u32>, n: i32, steps: i32): i32 {
  let at: u32 = 0;
  // parallel: no - every step starts where the one before has ended.
  for (let k = 0; k < steps; k++) {
    at = unchecked(next[at]);
  }
  return at;
}

export function two_links(out: StaticArray<u32>, next: StaticArray<u32>, n: i32): void {
  // parallel: yes - each iteration owns out[i]; the links are only read (guard: disjoint).
  for (let i = 0; i < n; i++) {
    const first = unchecked(next[i]);
    unchecked((out[i] = unchecked(next[first])));
  }
}
