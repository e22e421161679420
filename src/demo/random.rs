//! Numbers that look random and are the same on every machine and in every version. Knows nothing of students.

/// `SplitMix64` (Steele, Lea and Flood, 2014): its constants are fixed here, so no dependency can change the data of a seed.
pub(super) struct Random(u64);

impl Random {
    pub(super) fn new(seed: u64) -> Random {
        Random(seed)
    }

    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// A number from 0 to `bound - 1`. The bias is below `bound / 2^64`, which made-up data does not feel.
    pub(super) fn below(&mut self, bound: u32) -> u32 {
        let scaled = (u128::from(self.next()) * u128::from(bound)) >> 64;
        u32::try_from(scaled).expect("a product of 64 and 32 bits shifted right by 64 has 32 bits")
    }

    /// One of `list`, which must not be empty.
    pub(super) fn pick<'a, T: ?Sized>(&mut self, list: &[&'a T]) -> &'a T {
        let length = u32::try_from(list.len()).expect("the lists of this room are short");
        list[self.below(length) as usize]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_generator_gives_the_published_numbers_of_its_algorithm() {
        let mut random = Random::new(1_234_567);
        let numbers: Vec<u64> = (0..5).map(|_| random.next()).collect();
        assert_eq!(
            numbers,
            [
                6_457_827_717_110_365_317,
                3_203_168_211_198_807_973,
                9_817_491_932_198_370_423,
                4_593_380_528_125_082_431,
                16_408_922_859_458_223_821,
            ]
        );
    }

    #[test]
    fn a_bounded_number_reaches_every_value_below_its_bound_and_no_other() {
        let mut random = Random::new(7);
        let mut seen = [0_u32; 9];
        for _ in 0..9_000 {
            seen[random.below(9) as usize] += 1;
        }
        assert!(seen.iter().all(|&count| count > 800 && count < 1_200), "{seen:?}");
    }
}
