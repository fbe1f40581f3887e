//! The covariance of the columns of a matrix of f64: means, centring, products.

use std::slice::from_raw_parts_mut;

#[unsafe(no_mangle)]
pub unsafe extern "C" fn covariance(cov: *mut f64, mean: *mut f64, a: *mut f64, rows: usize, cols: usize) {
    let (cov, mean, a) = unsafe {
        (from_raw_parts_mut(cov, cols * cols), from_raw_parts_mut(mean, cols), from_raw_parts_mut(a, rows * cols))
    };
    // parallel: yes - each iteration owns mean[j] (guard: mean and a are disjoint).
    for j in 0..cols {
        let mut sum = 0.0;
        // parallel: no - a float sum keeps its order.
        for i in 0..rows {
            sum += a[i * cols + j];
        }
        mean[j] = sum / rows as i32 as f64;
    }
    // parallel: yes - each iteration owns one row of a (guard: mean and a are disjoint).
    for i in 0..rows {
        // parallel: yes - each iteration owns one element of the row; a failing index check is a bail.
        for j in 0..cols {
            a[i * cols + j] -= mean[j];
        }
    }
    // parallel: yes - each iteration owns the row and the column of cov from its diagonal on (guard: cov and a
    // are disjoint).
    for x in 0..cols {
        // parallel: yes - each iteration owns one element and its mirror image.
        for y in x..cols {
            let mut sum = 0.0;
            // parallel: no - a float sum keeps its order.
            for i in 0..rows {
                sum += a[i * cols + x] * a[i * cols + y];
            }
            cov[x * cols + y] = sum / (rows as i32 - 1) as f64;
            cov[y * cols + x] = sum / (rows as i32 - 1) as f64;
        }
    }
}
