//! The organisation's calendar: a write without `Date` is dated today in its time zone (xero.md 0.5).

use chrono::{DateTime, Datelike, Duration, NaiveDate, Utc, Weekday};
use serde::{Deserialize, Serialize};

/// Where a seeded organisation keeps its books (xero.md 11.5).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Region {
    /// New Zealand: GST at 15 %, NZD only.
    Nz,
    /// Australia: GST at 10 %, AUD and foreign currencies.
    Au,
    /// United Kingdom: VAT at 20 %, GBP only.
    Uk,
}

impl Region {
    /// Hours ahead of UTC at an instant, summer time included.
    pub(super) fn offset_hours(self, at: DateTime<Utc>) -> i64 {
        let year = at.year();
        // Changes happen at 2 or 3 in the morning local time, which is expressed here as UTC.
        match self {
            Self::Nz => {
                let summer = nth_sunday(year, 9, None).map(|day| hour(day, -10));
                let winter = nth_sunday(year, 4, Some(1)).map(|day| hour(day, -10));
                12 + i64::from(south_summer(at, summer, winter))
            }
            Self::Au => {
                let summer = nth_sunday(year, 10, Some(1)).map(|day| hour(day, -8));
                let winter = nth_sunday(year, 4, Some(1)).map(|day| hour(day, -8));
                10 + i64::from(south_summer(at, summer, winter))
            }
            Self::Uk => {
                let start = nth_sunday(year, 3, None).map(|day| hour(day, 1));
                let end = nth_sunday(year, 10, None).map(|day| hour(day, 1));
                i64::from(matches!((start, end), (Some(start), Some(end)) if at >= start && at < end))
            }
        }
    }

    pub(super) fn today(self, now: DateTime<Utc>) -> NaiveDate {
        (now + Duration::hours(self.offset_hours(now))).date_naive()
    }
}

fn south_summer(at: DateTime<Utc>, summer: Option<DateTime<Utc>>, winter: Option<DateTime<Utc>>) -> bool {
    matches!((summer, winter), (Some(summer), Some(winter)) if at >= summer || at < winter)
}

fn hour(day: NaiveDate, hours: i64) -> DateTime<Utc> {
    day.and_time(chrono::NaiveTime::MIN).and_utc() + Duration::hours(hours)
}

/// The nth Sunday of a month, or its last.
fn nth_sunday(year: i32, month: u32, nth: Option<u8>) -> Option<NaiveDate> {
    match nth {
        Some(nth) => NaiveDate::from_weekday_of_month_opt(year, month, Weekday::Sun, nth),
        None => NaiveDate::from_weekday_of_month_opt(year, month, Weekday::Sun, 5)
            .or_else(|| NaiveDate::from_weekday_of_month_opt(year, month, Weekday::Sun, 4)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn today_is_the_organisations_own_day_in_summer_and_in_winter() {
        for (region, instant, day) in [
            (Region::Nz, "2026-01-10T10:59:00Z", "2026-01-10"),
            (Region::Nz, "2026-01-10T11:00:00Z", "2026-01-11"),
            (Region::Nz, "2026-07-10T11:59:00Z", "2026-07-10"),
            (Region::Nz, "2026-07-10T12:00:00Z", "2026-07-11"),
            (Region::Au, "2026-01-10T13:00:00Z", "2026-01-11"),
            (Region::Au, "2026-07-10T13:00:00Z", "2026-07-10"),
            (Region::Uk, "2026-07-10T23:00:00Z", "2026-07-11"),
            (Region::Uk, "2026-12-10T23:00:00Z", "2026-12-10"),
        ] {
            let at: DateTime<Utc> = instant.parse().expect("instant");
            assert_eq!(region.today(at).to_string(), day, "{region:?} {instant}");
        }
    }
}
