//! The only source of chance: a generator that repeats itself from its seed.

use uuid::Uuid;

/// SplitMix64, one stream for each purpose, so that drawing from one leaves the others where they are.
#[derive(Clone, Debug)]
pub(crate) struct Seeded {
    state: u64,
}

impl Seeded {
    /// The stream of a purpose under a seed.
    pub(crate) fn new(seed: u64, purpose: &str) -> Self {
        // FNV-1a spreads the purpose over the state.
        let spread = purpose
            .bytes()
            .fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3));
        let mut stream = Self { state: seed ^ spread };
        stream.next();
        stream
    }

    fn next(&mut self) -> u64 {
        self.state = self.state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut word = self.state;
        word = (word ^ (word >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        word = (word ^ (word >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        word ^ (word >> 31)
    }

    /// A version 4 shaped id.
    pub(crate) fn uuid(&mut self) -> Uuid {
        let mut bytes = [0; 16];
        bytes[..8].copy_from_slice(&self.next().to_be_bytes());
        bytes[8..].copy_from_slice(&self.next().to_be_bytes());
        uuid::Builder::from_random_bytes(bytes).into_uuid()
    }

    /// An opaque token of `length` characters that need no escaping anywhere.
    pub(crate) fn token(&mut self, length: usize) -> String {
        const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
        (0..length).map(|_| char::from(ALPHABET[(self.next() >> 58) as usize])).collect()
    }

    /// Whether a chance of `per_mille` in a thousand comes true.
    pub(crate) fn chance(&mut self, per_mille: u16) -> bool {
        self.next() % 1000 < u64::from(per_mille)
    }
}

#[cfg(test)]
mod tests {
    use super::Seeded;

    #[test]
    fn the_same_seed_repeats_and_purposes_do_not_share_a_stream() {
        let draw = |seed, purpose| Seeded::new(seed, purpose).token(24);
        assert_eq!(draw(7, "codes"), draw(7, "codes"));
        assert_ne!(draw(7, "codes"), draw(7, "tokens"));
        assert_ne!(draw(7, "codes"), draw(8, "codes"));
    }

    #[test]
    fn a_chance_of_none_never_and_of_all_always_comes_true() {
        let mut stream = Seeded::new(1, "faults");
        assert!((0..200).all(|_| !stream.chance(0)));
        assert!((0..200).all(|_| stream.chance(1000)));
        let hits = (0..4000).filter(|_| stream.chance(250)).count();
        assert!((800..1200).contains(&hits), "{hits}");
    }
}
