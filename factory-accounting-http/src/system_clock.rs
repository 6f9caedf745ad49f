//! The real clock: the one place where time is read and slept for.

use std::time::Duration;

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use factory_accounting_core::clock::Clock;

/// The machine's clock. Sleeping needs a running tokio runtime with its timer enabled.
#[derive(Clone, Copy, Debug, Default)]
pub struct SystemClock;

#[async_trait]
impl Clock for SystemClock {
    #[expect(clippy::disallowed_methods, reason = "this is the real clock behind the seam")]
    fn now(&self) -> DateTime<Utc> {
        Utc::now()
    }

    #[expect(clippy::disallowed_methods, reason = "this is the real clock behind the seam")]
    async fn sleep(&self, duration: Duration) {
        tokio::time::sleep(duration).await;
    }
}
