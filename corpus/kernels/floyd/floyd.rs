//! Shortest paths between all nodes of a graph, i32.

use std::slice::from_raw_parts_mut;

#[unsafe(no_mangle)]
pub unsafe extern "C" fn floyd(d: *mut i32, n: usize) {
    let d = unsafe { from_raw_parts_mut(d, n * n) };
    // parallel: no - every step needs the step before.
    for k in 0..n {
        // parallel: no - the iteration i == k writes the row that the others read.
        for i in 0..n {
            // parallel: no - the iteration j == k writes the element that the others read.
            for j in 0..n {
                let through = d[i * n + k].wrapping_add(d[k * n + j]);
                if through < d[i * n + j] {
                    d[i * n + j] = through;
                }
            }
        }
    }
}
