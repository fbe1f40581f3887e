// Keeps the elements above a limit, in order, and returns how many there are.

export function compact(out: usize, input: usize, n: i32, limit: i32): i32 {
  let kept = 0;
  // parallel: no - where an element goes depends on all elements before.
  for (let i = 0; i < n; i++) {
    const v = load<i32>(input + (<usize>i << 2));
    if (v > limit) {
      store<i32>(out + (<usize>kept << 2), v);
      kept++;
    }
  }
  return kept;
}
