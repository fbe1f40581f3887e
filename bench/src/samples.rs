//! The statistics of repeated measurements.

/// Measurements of one thing, in any unit.
#[derive(Clone, PartialEq, Debug)]
pub struct Samples(Vec<f64>);

impl Samples {
    /// From at least one measurement.
    ///
    /// # Panics
    /// If there is none.
    pub fn new(mut values: Vec<f64>) -> Samples {
        assert!(!values.is_empty(), "a statistic of nothing");
        values.sort_by(f64::total_cmp);
        Samples(values)
    }

    /// Half of the measurements are no larger.
    pub fn median(&self) -> f64 {
        self.quantile(0.5)
    }

    /// A quarter of the measurements are no larger, and a quarter no smaller.
    pub fn quartiles(&self) -> (f64, f64) {
        (self.quantile(0.25), self.quantile(0.75))
    }

    /// Between two measurements the value is interpolated.
    fn quantile(&self, q: f64) -> f64 {
        let at = q * (self.0.len() - 1) as f64;
        let (below, above) = (self.0[at.floor() as usize], self.0[at.ceil() as usize]);
        below + (above - below) * at.fract()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn medians_and_quartiles() {
        let samples = Samples::new(vec![5.0, 1.0, 4.0, 2.0, 3.0]);
        assert_eq!((samples.median(), samples.quartiles()), (3.0, (2.0, 4.0)));
        let even = Samples::new(vec![1.0, 2.0]);
        assert_eq!((even.median(), even.quartiles()), (1.5, (1.25, 1.75)));
        assert_eq!(Samples::new(vec![7.0]).quartiles(), (7.0, 7.0));
    }
}
