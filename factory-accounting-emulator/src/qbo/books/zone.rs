//! Calendars: answers are timed by the server in California, rows by the company's own clock (qbo.md 2, 5.0).

use chrono::{
    DateTime, Datelike, Duration, FixedOffset, NaiveDate, NaiveDateTime, NaiveTime, SecondsFormat, Utc, Weekday,
};
use serde::{Deserialize, Serialize};

/// Where a seeded company keeps its books; decides currency, tax model and chart (qbo.md 12).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Country {
    /// Australia: GST at 10 %, AUD.
    #[default]
    Au,
    /// United States: automated sales tax, USD.
    Us,
    /// United Kingdom: VAT at 20 %, GBP.
    Gb,
    /// Canada: GST and HST, CAD.
    Ca,
}

impl Country {
    /// Whether automated sales tax applies in place of tax codes (qbo.md 12.2).
    pub(super) fn is_us(self) -> bool {
        self == Self::Us
    }

    /// The home currency.
    pub(super) fn currency(self) -> &'static str {
        match self {
            Self::Au => "AUD",
            Self::Us => "USD",
            Self::Gb => "GBP",
            Self::Ca => "CAD",
        }
    }

    /// The code in CompanyInfo (qbo.md 5.1).
    pub(super) fn code(self) -> &'static str {
        match self {
            Self::Au => "AU",
            Self::Us => "US",
            Self::Gb => "GB",
            Self::Ca => "CA",
        }
    }

    pub(super) fn time_zone(self) -> &'static str {
        match self {
            Self::Au => "Australia/Sydney",
            Self::Us => "America/Los_Angeles",
            Self::Gb => "Europe/London",
            Self::Ca => "America/Toronto",
        }
    }

    /// Hours ahead of UTC at an instant, summer time included.
    fn offset_hours(self, at: DateTime<Utc>) -> i32 {
        match self {
            Self::Au => 10 + i32::from(!within(at, nth_sunday(at, 4, 1, -8), nth_sunday(at, 10, 1, -8))),
            Self::Us => i32::from(within(at, nth_sunday(at, 3, 2, 10), nth_sunday(at, 11, 1, 9))) - 8,
            Self::Gb => i32::from(within(at, last_sunday(at, 3), last_sunday(at, 10))),
            Self::Ca => i32::from(within(at, nth_sunday(at, 3, 2, 7), nth_sunday(at, 11, 1, 6))) - 5,
        }
    }

    fn local(self, at: DateTime<Utc>) -> Option<DateTime<FixedOffset>> {
        FixedOffset::east_opt(self.offset_hours(at) * 3600).map(|offset| at.with_timezone(&offset))
    }

    /// `2026-11-21T20:00:00+11:00`: how MetaData is written (qbo.md 2).
    pub(super) fn row_time(self, at: DateTime<Utc>) -> String {
        self.local(at).map(|local| local.to_rfc3339_opts(SecondsFormat::Secs, false)).unwrap_or_default()
    }
}

/// `2026-11-21T09:00:00.123-08:00`: the `time` of an answer (qbo.md 2).
pub(super) fn server_time(at: DateTime<Utc>) -> String {
    Country::Us.local(at).map(|local| local.to_rfc3339_opts(SecondsFormat::Millis, false)).unwrap_or_default()
}

/// The date that a document without one gets: the server's own (qbo.md 5.0).
pub(super) fn server_date(at: DateTime<Utc>) -> NaiveDate {
    Country::Us.local(at).map_or_else(|| at.date_naive(), |local| local.date_naive())
}

/// An instant as a client writes it: with an offset, without one in the company's own time, or a day alone
/// (qbo.md 6, 7.2).
pub(super) fn instant(text: &str, country: Country) -> Option<DateTime<Utc>> {
    let text = text.trim();
    if let Ok(at) = DateTime::parse_from_rfc3339(text) {
        return Some(at.with_timezone(&Utc));
    }
    let local = match NaiveDate::parse_from_str(text, "%Y-%m-%d") {
        Ok(day) => day.and_time(NaiveTime::MIN),
        Err(_) => NaiveDateTime::parse_from_str(text, "%Y-%m-%dT%H:%M:%S%.f").ok()?,
    };
    let offset = country.offset_hours(local.and_utc());
    local.and_utc().checked_sub_signed(Duration::hours(offset.into()))
}

fn within(at: DateTime<Utc>, start: Option<DateTime<Utc>>, end: Option<DateTime<Utc>>) -> bool {
    matches!((start, end), (Some(start), Some(end)) if at >= start && at < end)
}

/// The nth Sunday of a month in the instant's year, with the hour of the change in UTC.
fn nth_sunday(at: DateTime<Utc>, month: u32, nth: u8, hour: i64) -> Option<DateTime<Utc>> {
    let day = NaiveDate::from_weekday_of_month_opt(at.year(), month, Weekday::Sun, nth)?;
    Some(day.and_time(NaiveTime::MIN).and_utc() + Duration::hours(hour))
}

/// Europe changes at 01:00 UTC of a month's last Sunday.
fn last_sunday(at: DateTime<Utc>, month: u32) -> Option<DateTime<Utc>> {
    nth_sunday(at, month, 5, 1).or_else(|| nth_sunday(at, month, 4, 1))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_carry_the_companys_clock_in_summer_and_in_winter() {
        for (country, instant, written) in [
            (Country::Au, "2026-01-10T12:00:00Z", "2026-01-10T23:00:00+11:00"),
            (Country::Au, "2026-07-10T12:00:00Z", "2026-07-10T22:00:00+10:00"),
            (Country::Us, "2026-03-08T09:59:59Z", "2026-03-08T01:59:59-08:00"),
            (Country::Us, "2026-03-08T10:00:00Z", "2026-03-08T03:00:00-07:00"),
            (Country::Gb, "2026-10-25T00:59:59Z", "2026-10-25T01:59:59+01:00"),
            (Country::Gb, "2026-10-25T01:00:00Z", "2026-10-25T01:00:00+00:00"),
            (Country::Ca, "2026-12-01T05:00:00Z", "2026-12-01T00:00:00-05:00"),
        ] {
            assert_eq!(country.row_time(instant.parse().expect("instant")), written, "{country:?} {instant}");
        }
    }

    #[test]
    fn a_document_without_a_date_is_dated_in_california() {
        let at: DateTime<Utc> = "2026-11-21T07:59:00Z".parse().expect("instant");
        assert_eq!(server_date(at).to_string(), "2026-11-20");
        assert_eq!(server_time(at), "2026-11-20T23:59:00.000-08:00");
    }
}
