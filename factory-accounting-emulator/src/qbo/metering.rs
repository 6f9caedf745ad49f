//! CorePlus calls, which the partner program counts and may cap (qbo.md 3.2).
//!
//! Data out is CorePlus: a read by id, a query, change data capture. Data in is Core and free. Only successful calls
//! count; the month is the calendar's, in UTC.

use std::collections::BTreeMap;

use chrono::{DateTime, Datelike, Utc};
use serde_json::{Value, json};

use crate::qbo::limits::Seat;

/// Year and month.
type Month = (i32, u32);

/// What each app has read of each company, month by month.
#[derive(Clone, Debug, Default)]
pub(crate) struct Metering {
    /// By app and month, summed over companies: what a cap looks at.
    apps: BTreeMap<(usize, Month), u64>,
    /// By app, company and month: core calls and CorePlus calls.
    seats: BTreeMap<(usize, u64, Month), (u64, u64)>,
}

impl Metering {
    /// Whether the app has used up its month.
    pub(crate) fn is_used_up(&self, app: usize, cap: Option<u64>, now: DateTime<Utc>) -> bool {
        let used = self.apps.get(&(app, month(now))).copied().unwrap_or(0);
        cap.is_some_and(|cap| used >= cap)
    }

    /// Counts a successful call; `core_plus` is how often it counts as data out, zero for data in.
    pub(crate) fn count(&mut self, (app, realm): Seat, core_plus: u64, now: DateTime<Utc>) {
        let month = month(now);
        let (core, plus) = self.seats.entry((app, realm, month)).or_default();
        if core_plus == 0 {
            *core += 1;
        } else {
            *plus += core_plus;
            *self.apps.entry((app, month)).or_default() += core_plus;
        }
    }

    /// The counts as the control surface shows them.
    pub(crate) fn show(&self, cap: Option<u64>) -> Value {
        let rows: Vec<Value> = self
            .seats
            .iter()
            .map(|((app, realm, (year, month)), (core, core_plus))| {
                json!({
                    "app": app,
                    "realm": realm.to_string(),
                    "month": format!("{year:04}-{month:02}"),
                    "core": core,
                    "core_plus": core_plus,
                })
            })
            .collect();
        json!({ "core_plus_month": cap, "used": rows })
    }
}

fn month(now: DateTime<Utc>) -> Month {
    (now.year(), now.month())
}

#[cfg(test)]
mod tests {
    use chrono::TimeZone;

    use super::*;

    #[test]
    fn companies_share_the_app_s_month_and_a_new_month_starts_at_zero() {
        let november = Utc.with_ymd_and_hms(2026, 11, 30, 23, 59, 59).unwrap();
        let december = november + chrono::Duration::seconds(1);
        let mut metering = Metering::default();
        metering.count((0, 7), 1, november);
        metering.count((0, 8), 2, november);
        metering.count((0, 7), 0, november);
        assert!(metering.is_used_up(0, Some(3), november));
        assert!(!metering.is_used_up(0, Some(4), november) && !metering.is_used_up(0, None, november));
        assert!(!metering.is_used_up(1, Some(3), november), "another app has its own");
        assert!(!metering.is_used_up(0, Some(3), december));
        let shown = metering.show(Some(3));
        assert_eq!(shown["used"][0], json!({ "app": 0, "realm": "7", "month": "2026-11", "core": 1, "core_plus": 1 }));
        assert_eq!(shown["used"][1]["core_plus"], 2);
    }
}
