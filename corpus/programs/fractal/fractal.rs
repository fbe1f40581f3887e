//! The Mandelbrot set, row by row: escape times to 8-bit colours. Usage: fractal [width] [height] [limit].
//! Prints the total of the escape times and a digest of the picture.

fn draw(times: &mut [u16], width: usize, height: usize, limit: u16) {
    let step = 3.0 / width as f64;
    // parallel: yes - each iteration owns one row.
    for (y, row) in times.chunks_exact_mut(width).enumerate() {
        let ci = step * (y as i32 - height as i32 / 2) as f64;
        // parallel: yes - each iteration owns one point; the escape loop stays inside it.
        for (x, time) in row.iter_mut().enumerate() {
            let cr = step * x as i32 as f64 - 2.25;
            let (mut zr, mut zi) = (0.0, 0.0);
            let mut k = 0;
            // parallel: no - every step needs the one before, and the number of steps depends on the data.
            while k < limit && zr * zr + zi * zi <= 4.0 {
                let next = zr * zr - zi * zi + cr;
                zi = 2.0 * zr * zi + ci;
                zr = next;
                k += 1;
            }
            *time = k;
        }
    }
}

fn main() {
    let argument = |at: usize, default: usize| match std::env::args().nth(at) {
        Some(text) => text.parse().unwrap_or(0),
        None => default,
    };
    let (width, height, limit) = (argument(1, 96), argument(2, 64), argument(3, 100));
    if !(1..=8192).contains(&width) || !(1..=8192).contains(&height) || !(1..=65535).contains(&limit) {
        eprintln!("usage: fractal [width] [height] [limit 1..65535]");
        std::process::exit(2);
    }
    let limit = limit as u16;
    let mut times = vec![0; width * height];
    draw(&mut times, width, height, limit);
    // parallel: yes - each iteration owns one byte; loads are twice as wide as stores (guard: disjoint).
    let colours: Vec<u8> =
        times.iter().map(|t| if *t == limit { 0 } else { t.wrapping_mul(7).wrapping_add(32) as u8 }).collect();
    let (mut total, mut digest) = (0u32, 0u32);
    // parallel: yes - two wrapping integer sums.
    for (i, (time, colour)) in times.iter().zip(&colours).enumerate() {
        total = total.wrapping_add(u32::from(*time));
        let key = (i as u32).wrapping_mul(2_654_435_761) | 1;
        digest = digest.wrapping_add((u32::from(*colour) + 1).wrapping_mul(key));
    }
    println!("fractal {width}x{height} limit={limit} total={total} digest={digest:08x}");
}
