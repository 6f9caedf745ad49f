//! Dates that stay out of the books.

use chrono::NaiveDate;

use crate::code::{Code, Parked};
use crate::settings::Settings;

/// Why a document or payment of this date stays in the host: it is dated before the connection's start date (F75, R23). The
/// start day itself is sent.
#[must_use]
pub fn before_start(date: NaiveDate, settings: &Settings) -> Option<String> {
    let start = settings.start_date?;
    (date < start).then(|| format!("dated {date}, before the start date {start} of the connection"))
}

/// The question to a person where a document or payment of this date falls into a closed period: dated on or before the
/// organisation's lock date (xero.md 4.4).
#[must_use]
pub fn in_closed_period(date: NaiveDate, locked_until: Option<NaiveDate>) -> Option<Parked> {
    let locked = locked_until?;
    (date <= locked).then(|| {
        Parked::new(Code::PeriodClosed, format!("dated {date}, the books are closed up to and including {locked}"))
    })
}
