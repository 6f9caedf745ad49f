//! Time is injected: real clocks and sleeps are banned everywhere else, so that every run can be replayed.

use std::fmt;
use std::time::Duration;

use async_trait::async_trait;
use chrono::{DateTime, Utc};

/// The only source of time. Implementations: the engine's system clock, the testkit's simulated one.
#[async_trait]
pub trait Clock: Send + Sync + fmt::Debug {
    /// The present instant, UTC.
    fn now(&self) -> DateTime<Utc>;

    /// Returns once `duration` has passed on this clock. Cancel-safe: dropping the future forgets the sleep.
    async fn sleep(&self, duration: Duration);
}
