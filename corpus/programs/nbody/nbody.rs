//! Direct n-body gravity over structure-of-arrays state: every body sums the pull of every other one, in order.
//! Usage: nbody [bodies] [steps]. Prints the wrapping sums of the bits of all positions and of all velocities.

#[derive(Default)]
struct Bodies {
    position: [Vec<f64>; 3],
    velocity: [Vec<f64>; 3],
    mass: Vec<f64>,
}

fn pull(bodies: &mut Bodies, dt: f64) {
    let [x, y, z] = &bodies.position;
    let [vx, vy, vz] = &mut bodies.velocity;
    let mass = &bodies.mass;
    let n = mass.len();
    // parallel: yes - each iteration owns one body's velocity; positions and masses are only read (guard: disjoint).
    for i in 0..n {
        let (mut ax, mut ay, mut az) = (0.0, 0.0, 0.0);
        // parallel: no - float sums keep their order.
        for j in 0..n {
            let (dx, dy, dz) = (x[j] - x[i], y[j] - y[i], z[j] - z[i]);
            let d2 = dx * dx + dy * dy + dz * dz + 0.0625;
            let w = mass[j] / (d2 * d2.sqrt());
            ax += w * dx;
            ay += w * dy;
            az += w * dz;
        }
        vx[i] += dt * ax;
        vy[i] += dt * ay;
        vz[i] += dt * az;
    }
}

fn drift(x: &mut [f64], v: &[f64], dt: f64) {
    // parallel: yes - each iteration owns one x (guard: disjoint).
    for (x, v) in x.iter_mut().zip(v) {
        *x += dt * v;
    }
}

fn digest(axes: &[Vec<f64>; 3]) -> u64 {
    // parallel: yes - a wrapping integer sum may be reassociated.
    axes.iter().flatten().fold(0u64, |sum, x| sum.wrapping_add(x.to_bits()))
}

fn unit(mut k: u32) -> f64 {
    k = k.wrapping_mul(2_246_822_519);
    k ^= k >> 13;
    k = k.wrapping_mul(3_266_489_917);
    k ^= k >> 16;
    f64::from(k >> 8) / 16_777_216.0
}

fn main() {
    let argument = |at: usize, default: usize| match std::env::args().nth(at) {
        Some(text) => text.parse().unwrap_or(0),
        None => default,
    };
    let (n, steps) = (argument(1, 96), argument(2, 8));
    if !(1..=65536).contains(&n) {
        eprintln!("usage: nbody [bodies 1..65536] [steps]");
        std::process::exit(2);
    }
    let mut bodies = Bodies { velocity: [vec![0.0; n], vec![0.0; n], vec![0.0; n]], ..Bodies::default() };
    // parallel: no - as written it grows vectors; the values come from the counter alone.
    for k in (0..n as u32).map(|i| 4 * i) {
        for (axis, position) in (0..).zip(&mut bodies.position) {
            position.push(unit(k + axis) - 0.5);
        }
        bodies.mass.push(0.25 + unit(k + 3));
    }
    // parallel: no - every step reads what the step before wrote.
    for _ in 0..steps {
        pull(&mut bodies, 0.0078125);
        for (x, v) in bodies.position.iter_mut().zip(&bodies.velocity) {
            drift(x, v, 0.0078125);
        }
    }
    let (positions, velocities) = (digest(&bodies.position), digest(&bodies.velocity));
    println!("nbody n={n} steps={steps} positions={positions:016x} velocities={velocities:016x}");
}
