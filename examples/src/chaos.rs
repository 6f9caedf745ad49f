//! Trouble by seed: what goes wrong at the package, and when the worker dies.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use async_trait::async_trait;
use bytes::Bytes;
use factory_accounting::http::{Body, Transport, TransportError};
use factory_accounting_emulator::{Fault, FaultRule, Matcher};
use tokio::sync::Notify;

use crate::package::Package;

/// Numbers that look random and are the same for the same seed (SplitMix64).
#[derive(Clone, Debug)]
pub struct Seeded(u64);

impl Seeded {
    /// Begins with a seed.
    #[must_use]
    pub fn new(seed: u64) -> Self {
        Self(seed)
    }

    /// The next number below `bound`.
    pub fn below(&mut self, bound: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (mixed ^ (mixed >> 31)) % bound.max(1)
    }
}

/// Faults for one run: each kind strikes a few times, at calls that the seed picks.
#[must_use]
pub fn faults(package: Package, seed: u64) -> Vec<FaultRule> {
    let mut rules = package.faults(&mut Seeded::new(seed));
    rules.push(FaultRule::on("POST", "token", Fault::TokenLostResponse).nth(2));
    rules
}

/// A fault that strikes up to `often` times, at calls that the seed picks.
pub(crate) fn strikes(seeded: &mut Seeded, method: &str, below: &str, fault: Fault, often: u64) -> FaultRule {
    FaultRule {
        when: Matcher {
            method: Some(method.to_owned()),
            path_prefix: Some(below.to_owned()),
            nth: u32::try_from(1 + seeded.below(12)).unwrap_or(1),
            per_mille: Some(u16::try_from(60 + seeded.below(180)).unwrap_or(60)),
            times: Some(u32::try_from(1 + seeded.below(often)).unwrap_or(1)),
            ..Matcher::default()
        },
        fault,
    }
}

/// Where in a call the worker dies.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Moment {
    /// Before a byte has left.
    Before,
    /// After the package has answered, before anybody has read it.
    After,
}

/// A network in which the worker dies at seeded calls. Whoever runs the worker waits for [`Mortal::death`] beside it, and
/// drops it then, in the middle of its call.
#[derive(Debug)]
pub struct Mortal {
    inner: Arc<dyn Transport>,
    fate: Mutex<Fate>,
    death: Notify,
    deaths: AtomicU64,
}

#[derive(Debug)]
struct Fate {
    seeded: Seeded,
    calls_left: u64,
    deaths_left: u64,
}

impl Mortal {
    /// A worker with `deaths` to die.
    #[must_use]
    pub fn new(inner: Arc<dyn Transport>, seed: u64, deaths: u64) -> Self {
        // Another stream of numbers than the faults'.
        let mut seeded = Seeded::new(seed ^ 0xdead);
        let calls_left = 1 + seeded.below(10);
        Self {
            inner,
            fate: Mutex::new(Fate { seeded, calls_left, deaths_left: deaths }),
            death: Notify::new(),
            deaths: AtomicU64::new(0),
        }
    }

    /// Returns when the worker is to die.
    pub async fn death(&self) {
        self.death.notified().await;
    }

    /// How often it has died.
    pub fn deaths(&self) -> u64 {
        self.deaths.load(Ordering::Relaxed)
    }

    /// What this call's fate is.
    fn draw(&self) -> Option<Moment> {
        let mut fate = self.fate.lock().unwrap_or_else(PoisonError::into_inner);
        if fate.deaths_left == 0 {
            return None;
        }
        fate.calls_left -= 1;
        if fate.calls_left > 0 {
            return None;
        }
        fate.deaths_left -= 1;
        fate.calls_left = 4 + fate.seeded.below(30);
        Some(if fate.seeded.below(3) == 0 { Moment::Before } else { Moment::After })
    }

    /// The call never comes back: whoever made it is dropped.
    async fn die(&self) -> ! {
        self.deaths.fetch_add(1, Ordering::Relaxed);
        self.death.notify_one();
        loop {
            std::future::pending::<()>().await;
        }
    }
}

#[async_trait]
impl Transport for Mortal {
    async fn send(
        &self,
        request: http::Request<Bytes>,
        deadline: Duration,
    ) -> Result<http::Response<Body>, TransportError> {
        match self.draw() {
            None => self.inner.send(request, deadline).await,
            Some(Moment::Before) => self.die().await,
            Some(Moment::After) => {
                // The package has acted; what it answered dies with the worker.
                let _ = self.inner.send(request, deadline).await;
                self.die().await
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug)]
    struct Answers;

    #[async_trait]
    impl Transport for Answers {
        async fn send(&self, _: http::Request<Bytes>, _: Duration) -> Result<http::Response<Body>, TransportError> {
            Ok(http::Response::new(Body::from(Bytes::new())))
        }
    }

    #[test]
    fn the_same_seed_brings_the_same_trouble_and_another_seed_other() {
        for package in [Package::Xero, Package::Qbo, Package::Myob] {
            assert_eq!(faults(package, 7), faults(package, 7));
            assert_ne!(faults(package, 7), faults(package, 8));
            assert!(faults(package, 7).len() > 15);
        }
    }

    async fn moments(seed: u64) -> Vec<usize> {
        let mortal = Mortal::new(Arc::new(Answers), seed, 3);
        let mut died_at = Vec::new();
        for call in 0..60 {
            let request = http::Request::new(Bytes::new());
            tokio::select! {
                biased;
                answer = mortal.send(request, Duration::from_secs(1)) => assert!(answer.is_ok()),
                () = mortal.death() => died_at.push(call),
            }
        }
        assert_eq!(mortal.deaths(), 3, "no more deaths than were given");
        died_at
    }

    #[tokio::test]
    async fn the_worker_dies_at_the_same_calls_for_the_same_seed() {
        assert_eq!(moments(7).await, moments(7).await);
        assert_ne!(moments(7).await, moments(8).await);
    }
}
