//! What a provider's own tests begin with: a moment, a connection, and tokens that hold for a while.
//!
//! ```
//! use factory_accounting_testkit::{fixed, stored};
//!
//! let tokens = stored(&fixed::connection(), fixed::tokens());
//! assert!(fixed::tokens().expires_at > fixed::ten_o_clock());
//! # drop(tokens);
//! ```

use chrono::{DateTime, NaiveDate, TimeDelta, Utc};
use factory_accounting_core::ids::ConnectionId;
use factory_accounting_core::token::TokenSet;
use rust_decimal::Decimal;
use secrecy::SecretString;

use crate::LeapClock;

/// The access token of [`tokens`]: planted where secrets are, and looked for where they must not be.
pub const ACCESS_TOKEN: &str = "planted-access-token";

/// The moment: 21 November 2026, 10:00 UTC.
///
/// # Panics
/// Never: there is that moment.
#[must_use]
pub fn ten_o_clock() -> DateTime<Utc> {
    day(2026, 11, 21).and_hms_opt(10, 0, 0).expect("a time").and_utc()
}

/// A clock that begins at [`ten_o_clock`].
#[must_use]
pub fn clock() -> LeapClock {
    LeapClock::starting_at(ten_o_clock())
}

/// The connection.
#[must_use]
pub fn connection() -> ConnectionId {
    ConnectionId::new("connection")
}

/// Tokens that hold for twenty minutes from [`ten_o_clock`] on, without scopes and without an end of the sign-in.
#[must_use]
pub fn tokens() -> TokenSet {
    TokenSet {
        access: SecretString::from(ACCESS_TOKEN),
        refresh: Some(SecretString::from("planted-refresh-token")),
        expires_at: ten_o_clock() + TimeDelta::minutes(20),
        scopes: String::new(),
        ends_at: None,
    }
}

/// A day of the calendar.
///
/// # Panics
/// Where there is none such.
#[must_use]
pub fn day(year: i32, month: u32, day: u32) -> NaiveDate {
    NaiveDate::from_ymd_opt(year, month, day).expect("a date")
}

/// A decimal as it is written.
///
/// # Panics
/// Where it is none.
#[must_use]
pub fn decimal(text: &str) -> Decimal {
    text.parse().expect("a decimal")
}
