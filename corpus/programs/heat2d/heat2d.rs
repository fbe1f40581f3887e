//! Heat diffusion: repeated Jacobi sweeps over a square grid whose left edge is hot. Usage: heat2d [size] [steps].
//! Prints the wrapping sum of the bits of every cell, and the bits of the middle one.

fn sweep(to: &mut [f64], from: &[f64], size: usize) {
    // parallel: yes - each iteration owns one row of `to`; `from` is only read (guard: disjoint).
    for i in 1..size - 1 {
        let up = &from[(i - 1) * size..][..size];
        let row = &from[i * size..][..size];
        let down = &from[(i + 1) * size..][..size];
        let to = &mut to[i * size..][..size];
        // parallel: yes - each iteration owns one cell.
        for j in 1..size - 1 {
            to[j] = 0.5 * row[j] + 0.125 * (row[j - 1] + row[j + 1] + up[j] + down[j]);
        }
    }
}

fn main() {
    let argument = |at: usize, default: usize| match std::env::args().nth(at) {
        Some(text) => text.parse().unwrap_or(0),
        None => default,
    };
    let (size, steps) = (argument(1, 64), argument(2, 40));
    if !(3..=4096).contains(&size) {
        eprintln!("usage: heat2d [size 3..4096] [steps]");
        std::process::exit(2);
    }
    let mut from = vec![0.0; size * size];
    let mut to = from.clone();
    // parallel: yes - each iteration owns one cell of each grid, at a runtime stride.
    for i in 0..size {
        let edge = 100.0 + 0.375 * i as f64;
        from[i * size] = edge;
        to[i * size] = edge;
    }
    // parallel: no - every step reads what the step before wrote.
    for _ in 0..steps {
        sweep(&mut to, &from, size);
        std::mem::swap(&mut from, &mut to);
    }
    // parallel: yes - a wrapping integer sum may be reassociated.
    let sum = from.iter().fold(0u64, |sum, cell| sum.wrapping_add(cell.to_bits()));
    let middle = from[(size / 2) * size + size / 2].to_bits();
    println!("heat2d size={size} steps={steps} sum={sum:016x} middle={middle:016x}");
}
