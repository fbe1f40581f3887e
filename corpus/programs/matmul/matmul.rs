//! The product of two square matrices of f64, and its transpose in f32. Usage: matmul [size]. Prints the wrapping sums of
//! the bits of the product's cells and of the transpose's.

fn fill(cells: usize, seed: u32) -> Vec<f64> {
    let mut a = vec![0.0; cells];
    // parallel: yes - each iteration owns one cell, made from the counter.
    for (i, a) in a.iter_mut().enumerate() {
        let h = (i as u32).wrapping_add(seed).wrapping_mul(2_654_435_761);
        *a = f64::from((h ^ h >> 15) as i32) / 2_147_483_648.0;
    }
    a
}

fn multiply(c: &mut [f64], a: &[f64], b: &[f64], n: usize) {
    // parallel: yes - each iteration owns one row of c (guard: c is disjoint from a and b).
    for i in 0..n {
        // parallel: no - every step of k adds to the same row, in order.
        for k in 0..n {
            let v = a[i * n + k];
            // parallel: yes - each iteration owns c[i][j]; a failing index check is a bail.
            for j in 0..n {
                c[i * n + j] += v * b[k * n + j];
            }
        }
    }
}

fn transpose(out: &mut [f32], input: &[f64], n: usize) {
    // parallel: yes - each iteration owns one column of out (guard: disjoint).
    for i in 0..n {
        // parallel: yes - each iteration owns out[j][i], at a runtime stride; a failing index check is a bail.
        for j in 0..n {
            out[j * n + i] = input[i * n + j] as f32;
        }
    }
}

fn main() {
    let argument = std::env::args().nth(1);
    let n = argument.map_or(48, |text| text.parse().unwrap_or(0));
    if !(1..=2048).contains(&n) {
        eprintln!("usage: matmul [size 1..2048]");
        std::process::exit(2);
    }
    let (a, b) = (fill(n * n, 1), fill(n * n, 77777));
    let (mut c, mut turned) = (vec![0.0; n * n], vec![0.0; n * n]);
    multiply(&mut c, &a, &b, n);
    transpose(&mut turned, &c, n);

    let (mut sum, mut turned_sum) = (0u64, 0u32);
    // parallel: yes - two wrapping integer sums; the weights make places count.
    for (i, (c, turned)) in c.iter().zip(&turned).enumerate() {
        sum = sum.wrapping_add(c.to_bits().wrapping_mul(2 * i as u64 + 1));
        turned_sum = turned_sum.wrapping_add(turned.to_bits().wrapping_mul(2 * i as u32 + 1));
    }
    println!("matmul n={n} product={sum:016x} turned={turned_sum:08x}");
}
