// Triangles of a square matrix of f64: the upper one becomes the mirror image of the lower one; every second element
// right of the diagonal is negated.

export function mirror_up(a: StaticArray<f64>, n: i32): void {
  // parallel: yes - each iteration owns the row of the upper triangle; what it reads lies below the diagonal.
  for (let i = 0; i < n; i++) {
    // parallel: yes - each iteration owns one element.
    for (let j = i + 1; j < n; j++) {
      unchecked((a[i * n + j] = unchecked(a[j * n + i])));
    }
  }
}

export function negate_second(a: StaticArray<f64>, n: i32): void {
  // parallel: yes - each iteration owns one row.
  for (let i = 0; i < n; i++) {
    // parallel: yes - each iteration owns one element.
    for (let j = i; j < n; j += 2) {
      unchecked((a[i * n + j] = -unchecked(a[i * n + j])));
    }
  }
}
