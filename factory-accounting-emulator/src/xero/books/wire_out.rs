//! Writing answers: members in the order of the recordings, nulls left out, decimals with a fraction,
//! dates in the forms of xero.md 0.4 and 0.5.

use chrono::{DateTime, NaiveDate, NaiveTime, Utc};
use rust_decimal::Decimal;
use uuid::Uuid;

pub(super) use crate::json::Writer;

impl Writer {
    /// A member that is an empty list.
    pub(super) fn none(&mut self, name: &str) {
        self.raw(name, "[]");
    }

    pub(super) fn some(&mut self, name: &str, value: Option<&str>) {
        if let Some(value) = value {
            self.text(name, value);
        }
    }

    /// Leaves out an empty text, as list reads do (xero.md 4.2).
    pub(super) fn filled(&mut self, name: &str, value: &str) {
        if !value.is_empty() {
            self.text(name, value);
        }
    }

    pub(super) fn flag(&mut self, name: &str, value: bool) {
        self.raw(name, value);
    }

    pub(super) fn id(&mut self, name: &str, value: Uuid) {
        self.text(name, value.as_hyphenated().encode_lower(&mut Uuid::encode_buffer()));
    }

    /// `21.0`, `3.15` (xero.md 0.3).
    pub(super) fn decimal(&mut self, name: &str, value: Decimal) {
        let plain = value.normalize();
        if plain.scale() == 0 { self.raw(name, format_args!("{plain}.0")) } else { self.raw(name, plain) }
    }

    /// `/Date(ms+0000)/` at midnight UTC of the day.
    pub(super) fn date(&mut self, name: &str, value: NaiveDate) {
        self.text(name, &format!("/Date({}+0000)/", midnight(value).timestamp_millis()));
    }

    /// `/Date(ms)/` at midnight UTC of the day, as Quotes write it.
    pub(super) fn bare_date(&mut self, name: &str, value: NaiveDate) {
        self.text(name, &format!("/Date({})/", midnight(value).timestamp_millis()));
    }

    /// `2026-09-14T00:00:00`.
    pub(super) fn date_string(&mut self, name: &str, value: NaiveDate) {
        self.text(name, &format!("{value}T00:00:00"));
    }

    pub(super) fn instant(&mut self, name: &str, value: DateTime<Utc>) {
        self.text(name, &format!("/Date({}+0000)/", value.timestamp_millis()));
    }

    pub(super) fn bare_instant(&mut self, name: &str, value: DateTime<Utc>) {
        self.text(name, &format!("/Date({})/", value.timestamp_millis()));
    }

    /// `2026-09-14T09:29:59Z`, to the second.
    pub(super) fn instant_string(&mut self, name: &str, value: DateTime<Utc>) {
        self.text(name, &value.format("%Y-%m-%dT%H:%M:%SZ").to_string());
    }

    pub(super) fn messages(&mut self, name: &str, messages: &[String]) {
        self.list(name, messages, |out, message| out.text("Message", message));
    }
}

fn midnight(day: NaiveDate) -> DateTime<Utc> {
    day.and_time(NaiveTime::MIN).and_utc()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_carry_a_fraction() {
        let mut out = Writer::default();
        out.object(|out| {
            out.decimal("A", Decimal::new(2100, 2));
            out.decimal("B", Decimal::new(315, 2));
            out.none("C");
        });
        assert_eq!(out.finish(), r#"{"A":21.0,"B":3.15,"C":[]}"#);
    }

    #[test]
    fn a_date_is_midnight_utc_of_its_calendar_day() {
        let day = NaiveDate::from_ymd_opt(2026, 9, 14).expect("day");
        let mut out = Writer::default();
        out.object(|out| {
            out.date("D", day);
            out.date_string("S", day);
        });
        assert_eq!(out.finish(), r#"{"D":"/Date(1789344000000+0000)/","S":"2026-09-14T00:00:00"}"#);
    }
}
