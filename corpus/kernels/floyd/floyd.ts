// Shortest paths between all nodes of a graph, i32.

export function floyd(d: usize, n: i32): void {
  // parallel: no - every step needs the step before.
  for (let k = 0; k < n; k++) {
    // parallel: no - the iteration i == k writes the row that the others read.
    for (let i = 0; i < n; i++) {
      // parallel: no - the iteration j == k writes the element that the others read.
      for (let j = 0; j < n; j++) {
        const through = load<i32>(d + (<usize>(i * n + k) << 2)) + load<i32>(d + (<usize>(k * n + j) << 2));
        if (through < load<i32>(d + (<usize>(i * n + j) << 2))) {
          store<i32>(d + (<usize>(i * n + j) << 2), through);
        }
      }
    }
  }
}
