//! From what is known about a write to what is to be done: the transition table of the protocol.

use std::time::Duration;

use chrono::{DateTime, Utc};

use crate::code::{Code, Parked};
use crate::error::{ErrorKind, ProviderError};
use crate::model::RecordKind;
use crate::provider::{Fate, Intent, RemoteRecord};

/// What follows for one member of a write.
#[derive(Clone, Debug)]
pub enum Verdict {
    /// The books hold it.
    Landed(Box<RemoteRecord>),
    /// It is proven that nothing was written, and that writing again may help: later.
    Again {
        /// How long to wait at least.
        wait: Duration,
        /// Whether everything else on the connection waits too.
        pause: Pause,
        /// Why.
        error: ProviderError,
    },
    /// It is not known whether it was written.
    Doubt(Doubt, ProviderError),
    /// A person must look.
    Park(Parked),
}

/// Whether a failure concerns the connection as a whole.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Pause {
    /// Only this operation.
    No,
    /// Every call would meet the same: limits reached, package down, no network.
    Connection,
    /// The connection needs a person to sign in again.
    Reconnect,
}

/// How doubt is resolved.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Doubt {
    /// The answer was lost: replay while the window holds, then probe.
    LostAnswer,
    /// It was refused, perhaps because of our own earlier try: probe at once.
    Taken,
}

/// Capped exponential waits with a deterministic spread, so that workers that failed together do not return together.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Backoff {
    /// After the first failure.
    pub base: Duration,
    /// Never more.
    pub cap: Duration,
}

impl Default for Backoff {
    fn default() -> Self {
        Self { base: Duration::from_secs(2), cap: Duration::from_secs(15 * 60) }
    }
}

impl Backoff {
    /// The wait after so many failures; `seed` spreads it over the upper half of its range.
    #[must_use]
    pub fn wait(&self, failures: u32, seed: u64) -> Duration {
        let full = self.base.saturating_mul(1_u32.checked_shl(failures.min(20)).unwrap_or(u32::MAX)).min(self.cap);
        // A multiplicative hash: neighbouring seeds land far apart.
        let spread = seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 54;
        full / 2 + full / 2 * u32::try_from(spread).unwrap_or(0) / 1024
    }
}

/// How a write came about, as far as the transition depends on it.
#[derive(Clone, Copy, Debug)]
pub struct Sending {
    /// What it intended.
    pub intent: Intent,
    /// Kind of its members.
    pub kind: RecordKind,
    /// Whether these bytes had left before. An answer that does not come from processing them then proves nothing about
    /// the first time.
    pub replay: bool,
    /// Failures in a row so far, of whatever kind.
    pub failures: u32,
    /// Kind of the last of them. What helps against the first refusal of its kind has not helped against the second.
    pub last_failure: Option<ErrorKind>,
    /// Spreads waits.
    pub seed: u64,
}

/// The transition table.
#[must_use]
pub fn decide(name: &str, fate: Fate, sending: Sending, backoff: &Backoff) -> Verdict {
    match fate {
        Fate::Applied(record) => Verdict::Landed(record),
        Fate::Unknown(error) => Verdict::Doubt(Doubt::LostAnswer, error),
        Fate::NotApplied(error) => not_applied(name, error, sending, backoff),
    }
}

fn not_applied(name: &str, error: ProviderError, sending: Sending, backoff: &Backoff) -> Verdict {
    let wait = error.retry_after().unwrap_or_default().max(backoff.wait(sending.failures, sending.seed));
    let repeated = sending.last_failure == Some(error.kind());
    // Once only: refusals of two kinds in turn would else chase one another without a pause.
    let at_once = if sending.failures == 0 { Duration::ZERO } else { wait };
    let unprocessed = matches!(
        error.kind(),
        ErrorKind::Throttled
            | ErrorKind::Unavailable
            | ErrorKind::Network
            | ErrorKind::Protocol
            | ErrorKind::Unauthorised
            | ErrorKind::Forbidden
            | ErrorKind::Conflict
            | ErrorKind::Unsupported
            | ErrorKind::Internal
    );
    if unprocessed && sending.replay {
        return Verdict::Doubt(Doubt::LostAnswer, error);
    }
    // A package that has forgotten the key works on the bytes anew, and may refuse them because the first time landed.
    if sending.replay && sending.intent == Intent::Create {
        return Verdict::Doubt(Doubt::Taken, error);
    }
    match error.kind() {
        ErrorKind::AlreadyExists if sending.intent == Intent::Create => Verdict::Doubt(Doubt::Taken, error),
        ErrorKind::Throttled | ErrorKind::Unavailable | ErrorKind::Network | ErrorKind::Protocol => {
            Verdict::Again { wait, pause: Pause::Connection, error }
        }
        // The first refusal may be a token that has just run out and is renewed with the next call.
        ErrorKind::Unauthorised if !repeated && error.package_code() != Some("invalid_grant") => {
            Verdict::Again { wait: at_once, pause: Pause::No, error }
        }
        ErrorKind::Unauthorised => Verdict::Again { wait: Duration::ZERO, pause: Pause::Reconnect, error },
        // The record has moved on since it was read: it is read again, once.
        ErrorKind::Conflict if !repeated => Verdict::Again { wait: at_once, pause: Pause::No, error },
        _ => Verdict::Park(park_refusal(name, sending.kind, error)),
    }
}

/// The question that a refusal is to a person.
#[must_use]
pub fn park_refusal(name: &str, kind: RecordKind, error: ProviderError) -> Parked {
    let code = error.code().unwrap_or(match error.kind() {
        ErrorKind::AlreadyExists => Code::NumberTaken,
        ErrorKind::NotFound => Code::RemoteGone,
        ErrorKind::Conflict => Code::Conflict,
        ErrorKind::Locked => Code::RemoteState,
        ErrorKind::Forbidden | ErrorKind::Unauthorised => Code::Forbidden,
        ErrorKind::Unsupported => Code::Unsupported,
        _ => Code::Refused,
    });
    let reason = format!("{kind} {name:?}: {}", error.message());
    Parked::new(code, reason).with_issues(error.issues().to_vec()).with_error(error)
}

/// The instant `wait` from now; the end of time where that does not fit.
#[must_use]
pub fn after(now: DateTime<Utc>, wait: Duration) -> DateTime<Utc> {
    chrono::Duration::from_std(wait)
        .ok()
        .and_then(|wait| now.checked_add_signed(wait))
        .unwrap_or(DateTime::<Utc>::MAX_UTC)
}
