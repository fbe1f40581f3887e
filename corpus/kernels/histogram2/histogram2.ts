// Counts by data: pairs of small numbers, weighted counts, and the largest value of each bin.

export function joint(bins: StaticArray<u32>, a: StaticArray<u8>, b: StaticArray<u8>, n: i32): void {
  // parallel: yes - only as commutative integer updates whose old value nobody sees; plain stores would race.
  for (let i = 0; i < n; i++) {
    const bin = (<i32>unchecked(a[i]) >> 4) * 16 + (<i32>unchecked(b[i]) >> 4);
    unchecked((bins[bin] = unchecked(bins[bin]) + 1));
  }
}

export function weighted(bins: StaticArray<u32>, key: StaticArray<u16>, w: StaticArray<u32>, n: i32, m: i32): void {
  // parallel: yes - only as commutative integer updates whose old value nobody sees; plain stores would race.
  for (let i = 0; i < n; i++) {
    const bin = <u32>(<i32>unchecked(key[i])) % <u32>m;
    unchecked((bins[bin] = unchecked(bins[bin]) + unchecked(w[i])));
  }
}

export function tops_of_bins(bins: StaticArray<i32>, key: StaticArray<u32>, x: StaticArray<i32>, n: i32, m: i32): void {
  // parallel: yes - only as commutative integer updates whose old value nobody sees; plain stores would race.
  for (let i = 0; i < n; i++) {
    const bin = unchecked(key[i]);
    unchecked((bins[bin] = max(unchecked(x[i]), unchecked(bins[bin]))));
  }
}
