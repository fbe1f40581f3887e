// The wrapping sum of a matrix of i32 row by row, and of the diagonal of one of i64.

export function total(x: StaticArray<i32>, rows: i32, cols: i32): i32 {
  let sum = 0;
  // parallel: yes - a wrapping integer sum may be reassociated.
  for (let i = 0; i < rows; i++) {
    // parallel: yes - a wrapping integer sum may be reassociated.
    for (let j = 0; j < cols; j++) {
      sum += unchecked(x[i * cols + j]);
    }
  }
  return sum;
}

export function trace(x: StaticArray<i64>, n: i32): i64 {
  let sum: i64 = 0;
  // parallel: yes - a wrapping integer sum may be reassociated.
  for (let i = 0; i < n; i++) {
    sum += unchecked(x[i * n + i]);
  }
  return sum;
}
