//! Ids without randomness: the same seed and the same calls give the same ids.

use uuid::{Builder, Uuid};

/// A counter behind a mixing function; ids look random and never repeat within one seed.
#[derive(Clone, Debug)]
pub(super) struct Ids {
    seed: u64,
    given: u64,
}

impl Ids {
    pub(super) fn seeded(seed: u64) -> Self {
        Self { seed, given: 0 }
    }

    pub(super) fn next(&mut self) -> Uuid {
        self.given += 1;
        let high = mix(self.seed ^ mix(self.given));
        let low = mix(high ^ self.given);
        let mut bytes = [0; 16];
        bytes[..8].copy_from_slice(&high.to_be_bytes());
        bytes[8..].copy_from_slice(&low.to_be_bytes());
        Builder::from_random_bytes(bytes).into_uuid()
    }
}

/// splitmix64's finaliser.
fn mix(value: u64) -> u64 {
    let mut z = value.wrapping_add(0x9e37_79b9_7f4a_7c15);
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}
