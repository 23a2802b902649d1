/// Random numbers that a seed decides (SplitMix64): the same on every machine and in every version,
/// and no dependency.
#[derive(Debug)]
pub struct Generator(u64);

impl Generator {
    /// The numbers of a seed.
    pub const fn new(seed: u64) -> Self {
        Self(seed)
    }

    /// The next number.
    pub const fn draw(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// One of the numbers below `end`, which is not 0. That some are a little likelier than others
    /// doesn't matter to a test.
    pub const fn below(&mut self, end: u64) -> u64 {
        self.draw() % end
    }

    pub(crate) fn bytes(&mut self) -> [u8; 16] {
        let (high, low) = (u128::from(self.draw()), u128::from(self.draw()));
        ((high << 64) | low).to_be_bytes()
    }
}
