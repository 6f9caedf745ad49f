//! Writing answers: members in the order of the recordings, nulls left out, decimals with a fraction,
//! dates in the forms of xero.md 0.4 and 0.5.

use chrono::{DateTime, NaiveDate, NaiveTime, Utc};
use rust_decimal::Decimal;
use std::fmt::Write as _;
use uuid::Uuid;

/// Builds one JSON text from left to right.
#[derive(Debug, Default)]
pub(super) struct Writer {
    text: String,
}

impl Writer {
    pub(super) fn finish(self) -> String {
        self.text
    }

    /// A comma is due unless something has just been opened.
    fn separate(&mut self) {
        if !matches!(self.text.as_bytes().last(), None | Some(b'{' | b'[' | b':')) {
            self.text.push(',');
        }
    }

    fn name(&mut self, name: &str) {
        self.separate();
        self.text.push('"');
        self.text.push_str(name);
        self.text.push_str("\":");
    }

    fn string(&mut self, value: &str) {
        self.text.push('"');
        for character in value.chars() {
            match character {
                '"' => self.text.push_str("\\\""),
                '\\' => self.text.push_str("\\\\"),
                '\n' => self.text.push_str("\\n"),
                '\r' => self.text.push_str("\\r"),
                '\t' => self.text.push_str("\\t"),
                control if control < '\u{20}' => {
                    // Writing into a String cannot fail.
                    let _ = write!(self.text, "\\u{:04x}", u32::from(control));
                }
                other => self.text.push(other),
            }
        }
        self.text.push('"');
    }

    /// An object as the next value.
    pub(super) fn object(&mut self, body: impl FnOnce(&mut Self)) {
        self.separate();
        self.text.push('{');
        body(self);
        self.text.push('}');
    }

    /// A member that is an object.
    pub(super) fn member(&mut self, name: &str, body: impl FnOnce(&mut Self)) {
        self.name(name);
        self.object(body);
    }

    /// A member that is a list of objects.
    pub(super) fn list<T>(
        &mut self,
        name: &str,
        items: impl IntoIterator<Item = T>,
        mut body: impl FnMut(&mut Self, T),
    ) {
        self.name(name);
        self.text.push('[');
        for item in items {
            self.object(|out| body(out, item));
        }
        self.text.push(']');
    }

    /// A member that is an empty list.
    pub(super) fn none(&mut self, name: &str) {
        self.name(name);
        self.text.push_str("[]");
    }

    pub(super) fn text(&mut self, name: &str, value: &str) {
        self.name(name);
        self.string(value);
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
        self.name(name);
        self.text.push_str(if value { "true" } else { "false" });
    }

    pub(super) fn id(&mut self, name: &str, value: Uuid) {
        self.name(name);
        let mut buffer = Uuid::encode_buffer();
        self.text.push('"');
        self.text.push_str(value.as_hyphenated().encode_lower(&mut buffer));
        self.text.push('"');
    }

    /// A JSON number or other text that needs no quoting.
    pub(super) fn raw(&mut self, name: &str, value: &str) {
        self.name(name);
        self.text.push_str(value);
    }

    /// `21.0`, `3.15` (xero.md 0.3).
    pub(super) fn decimal(&mut self, name: &str, value: Decimal) {
        self.name(name);
        let plain = value.normalize();
        let _ = if plain.scale() == 0 { write!(self.text, "{plain}.0") } else { write!(self.text, "{plain}") };
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
    fn numbers_carry_a_fraction_and_texts_are_escaped() {
        let mut out = Writer::default();
        out.object(|out| {
            out.decimal("A", Decimal::new(2100, 2));
            out.decimal("B", Decimal::new(315, 2));
            out.text("C", "a\"b\\c\u{1}");
            out.none("D");
            out.list("E", [1, 2], |out, n| out.raw("N", &n.to_string()));
        });
        assert_eq!(out.finish(), r#"{"A":21.0,"B":3.15,"C":"a\"b\\c\u0001","D":[],"E":[{"N":1},{"N":2}]}"#);
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
