//! Black-Scholes prices of European calls, f64. Usage: options [count] for options made from the counter, or options -
//! for lines "spot strike days" on standard input, the first two in cents. Prints how many options end in the money, the
//! wrapping sum of the bits of all prices, and the bits of the dearest.

const MOST: usize = 1 << 20;

#[derive(Default)]
struct Options {
    spot: Vec<f64>,
    strike: Vec<f64>,
    years: Vec<f64>,
}

/// e to the x for |x| < 700: two to a whole power, times a polynomial of the rest.
fn exponential(x: f64) -> f64 {
    let shifted = x * 1.4426950408889634 + 6755399441055744.0;
    let r = x - (shifted - 6755399441055744.0) * 0.6931471805599453;
    let p = 1.0 + r * (1.0 + r * (0.5 + r * (1.0 / 6.0 + r * (1.0 / 24.0 + r * (1.0 / 120.0 + r * (1.0 / 720.0))))));
    p * f64::from_bits(shifted.to_bits().wrapping_add(1023) << 52)
}

/// The logarithm of a normal positive x: its exponent, plus a series for its mantissa.
fn logarithm(x: f64) -> f64 {
    let bits = x.to_bits();
    let exponent = f64::from((bits >> 52) as i32 - 1023);
    let m = f64::from_bits((bits & 0xf_ffff_ffff_ffff) | 0x3ff0_0000_0000_0000);
    let s = (m - 1.0) / (m + 1.0);
    let q = s * s;
    let series = 1.0 + q * (1.0 / 3.0 + q * (1.0 / 5.0 + q * (1.0 / 7.0 + q * (1.0 / 9.0 + q * (1.0 / 11.0)))));
    exponent * 0.6931471805599453 + 2.0 * s * series
}

fn normal(d: f64) -> f64 {
    let k = 1.0 / (1.0 + 0.2316419 * d.abs());
    let p = k * (0.31938153 + k * (-0.356563782 + k * (1.781477937 + k * (-1.821255978 + k * 1.330274429))));
    let tail = 0.3989422804014327 * exponential(-0.5 * d * d) * p;
    if d < 0.0 { tail } else { 1.0 - tail }
}

fn price(options: &Options, rate: f64, volatility: f64) -> Vec<f64> {
    let Options { spot, strike, years } = options;
    let mut price = vec![0.0; spot.len()];
    // parallel: yes - each iteration owns one price; a failing index check is a bail (guard: disjoint from the rest).
    for i in 0..price.len() {
        let spread = volatility * years[i].sqrt();
        let d1 = (logarithm(spot[i] / strike[i]) + (rate + 0.5 * volatility * volatility) * years[i]) / spread;
        let later = strike[i] * exponential(-rate * years[i]);
        price[i] = spot[i] * normal(d1) - later * normal(d1 - spread);
    }
    price
}

fn synthesise(count: usize) -> Options {
    let mut options = Options { spot: vec![0.0; count], strike: vec![0.0; count], years: vec![0.0; count] };
    // parallel: yes - each iteration owns one option, made from the counter; a failing index check is a bail.
    for i in 0..count {
        let mut h = (i as u32).wrapping_mul(2_654_435_761);
        h ^= h >> 15;
        options.spot[i] = f64::from(5000 + h % 10000) / 100.0;
        options.strike[i] = f64::from(5000 + (h >> 8) % 10000) / 100.0;
        options.years[i] = f64::from(30 + (h >> 20) % 700) / 365.0;
    }
    options
}

fn read_options() -> Options {
    let mut options = Options::default();
    // parallel: no - input comes in order.
    for line in std::io::stdin().lines().map_while(Result::ok).take(MOST) {
        let numbers: Vec<u32> = line.split_whitespace().map_while(|word| word.parse().ok()).collect();
        let [spot, strike, days] = numbers[..] else { break };
        options.spot.push(f64::from(spot) / 100.0);
        options.strike.push(f64::from(strike) / 100.0);
        options.years.push(f64::from(days) / 365.0);
    }
    options
}

fn main() {
    let options = match std::env::args().nth(1).as_deref() {
        Some("-") => read_options(),
        argument => match argument.map_or(Ok(2000), str::parse) {
            Ok(count) if (1..=MOST).contains(&count) => synthesise(count),
            _ => {
                eprintln!("usage: options [count 1..1048576 | -]");
                std::process::exit(2);
            }
        },
    };
    let price = price(&options, 0.02, 0.3);
    let (mut inside, mut sum) = (0u32, 0u64);
    // parallel: yes - two wrapping integer sums.
    for ((spot, strike), price) in options.spot.iter().zip(&options.strike).zip(&price) {
        inside += u32::from(spot > strike);
        sum = sum.wrapping_add(price.to_bits());
    }
    // parallel: no - a comparison selects; with NaNs the order would matter.
    let top = price.iter().fold(0.0, |top, price| if *price > top { *price } else { top }).to_bits();
    println!("options n={} inside={inside} sum={sum:016x} top={top:016x}", price.len());
}
