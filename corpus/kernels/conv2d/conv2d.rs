//! A layer of convolutions, f32: m filters of c channels and 3 x 3 weights over an image of (rows + 2) x (cols + 2).

use std::slice::{from_raw_parts, from_raw_parts_mut};

#[unsafe(no_mangle)]
pub unsafe extern "C" fn conv2d(
    out: *mut f32,
    x: *const f32,
    w: *const f32,
    m: usize,
    rows: usize,
    cols: usize,
    c: usize,
) {
    let (out, x, w) = unsafe {
        (
            from_raw_parts_mut(out, m * rows * cols),
            from_raw_parts(x, c * rows * cols + 2 * c * rows + 2 * c * cols + 4 * c),
            from_raw_parts(w, 9 * m * c),
        )
    };
    let pitch = cols + 2;
    let plane = (rows + 2) * pitch;
    // parallel: yes - each iteration owns one plane of out (guard: out is disjoint from x and w).
    for f in 0..m {
        // parallel: yes - each iteration owns one row of out.
        for i in 0..rows {
            // parallel: yes - each iteration owns one element of out.
            for j in 0..cols {
                let mut sum = 0.0;
                // parallel: no - a float sum keeps its order.
                for k in 0..c {
                    // parallel: no - a float sum keeps its order.
                    for y in 0..3 {
                        // parallel: no - a float sum keeps its order.
                        for z in 0..3 {
                            sum += w[9 * (f * c + k) + 3 * y + z] * x[k * plane + (i + y) * pitch + j + z];
                        }
                    }
                }
                out[(f * rows + i) * cols + j] = sum;
            }
        }
    }
}
