//! Seeded numbers (SplitMix64): a case must come out the same wherever and whenever it is drawn again.

/// A stream of numbers that depends on its seed alone.
#[derive(Clone, Debug)]
pub(crate) struct Random(u64);

impl Random {
    /// The stream of `seed`.
    pub fn new(seed: u64) -> Random {
        Random(seed)
    }

    /// A stream for one of many purposes: streams of different `path`s have nothing in common.
    pub fn of(seed: u64, path: &[u64]) -> Random {
        let mut stream = Random(seed);
        for &step in path {
            stream = Random(stream.next() ^ step.wrapping_mul(0xd6e8_feb8_6659_fd93));
        }
        Random(stream.next())
    }

    /// 64 random bits.
    pub fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// A number below `n`; 0 for `n` = 0.
    pub fn below(&mut self, n: u64) -> u64 {
        ((self.next() as u128 * n as u128) >> 64) as u64
    }

    /// A number from `low` to `high`, both included.
    pub fn within(&mut self, low: i64, high: i64) -> i64 {
        low.wrapping_add(self.below((high.wrapping_sub(low) as u64).wrapping_add(1)) as i64)
    }

    /// True in `percent` of 100 cases.
    pub fn chance(&mut self, percent: u64) -> bool {
        self.below(100) < percent
    }

    /// One of `items`, which aren't empty.
    pub fn pick<T: Copy>(&mut self, items: &[T]) -> T {
        items[self.below(items.len() as u64) as usize]
    }

    /// An index, drawn by weight; 0 if all weights are 0.
    pub fn weighted(&mut self, weights: &[u32]) -> usize {
        let mut rest = self.below(weights.iter().map(|&w| w as u64).sum());
        for (index, &weight) in weights.iter().enumerate() {
            match rest.checked_sub(weight as u64) {
                Some(left) => rest = left,
                None => return index,
            }
        }
        0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn streams_are_apart_and_repeat() {
        let draw = |path: &[u64]| Random::of(7, path).next();
        assert_eq!(draw(&[1, 2]), draw(&[1, 2]));
        let all = [draw(&[]), draw(&[0]), draw(&[1]), draw(&[0, 0]), draw(&[1, 0]), draw(&[0, 1])];
        let distinct: std::collections::BTreeSet<u64> = all.into_iter().collect();
        assert_eq!(distinct.len(), all.len());
    }

    #[test]
    fn draws_stay_in_range_and_reach_both_ends() {
        let mut random = Random::new(1);
        let drawn: std::collections::BTreeSet<i64> = (0..200).map(|_| random.within(-2, 2)).collect();
        assert_eq!(drawn.into_iter().collect::<Vec<_>>(), [-2, -1, 0, 1, 2]);
        let counts = (0..400).fold([0u32; 3], |mut counts, _| {
            counts[random.weighted(&[3, 0, 1])] += 1;
            counts
        });
        assert!(counts[0] > counts[2] && counts[1] == 0 && counts[2] > 0, "{counts:?}");
        assert_eq!(random.below(0), 0);
        random.within(i64::MIN, i64::MAX);
    }
}
