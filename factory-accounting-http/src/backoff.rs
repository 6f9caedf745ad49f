//! Waits between repeated sendings: doubled, capped, and spread by a seeded generator so that runs can be replayed.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

const FIRST_MILLIS: u64 = 250;
const CAP_MILLIS: u64 = 4_000;

#[derive(Debug)]
pub(crate) struct Backoff {
    state: AtomicU64,
}

impl Backoff {
    pub(crate) fn new(seed: u64) -> Self {
        Self { state: AtomicU64::new(seed) }
    }

    /// The wait after the `failures`th failure in a row, counting from 1: between half and all of 250 ms doubled each time,
    /// at most 4 s.
    pub(crate) fn wait(&self, failures: u32) -> Duration {
        let doubled = FIRST_MILLIS << failures.saturating_sub(1).min(10);
        let half = doubled.min(CAP_MILLIS) / 2;
        Duration::from_millis(half + self.next() % (half + 1))
    }

    /// SplitMix64.
    fn next(&self) -> u64 {
        const STEP: u64 = 0x9e37_79b9_7f4a_7c15;
        let mut mixed = self.state.fetch_add(STEP, Ordering::Relaxed).wrapping_add(STEP);
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_grow_to_the_cap_and_the_seed_decides_them() {
        let (one, same, other) = (Backoff::new(7), Backoff::new(7), Backoff::new(8));
        let waits = |backoff: &Backoff| (1..40).map(|failures| backoff.wait(failures)).collect::<Vec<_>>();
        let drawn = waits(&one);
        assert_eq!(drawn, waits(&same));
        assert_ne!(drawn, waits(&other));
        for (failures, wait) in (1_u32..).zip(&drawn) {
            let whole = (250_u64 << (failures - 1).min(10)).min(4_000);
            assert!((whole / 2..=whole).contains(&(wait.as_millis() as u64)), "{failures}: {wait:?}");
        }
    }
}
