//! Lenient reading of one entity: unknown members are dropped silently, names compare without case, and only a value
//! of the wrong type is refused, with code 50 and the place where it stands (myob.md 3.4, 6).
//!
//! Members are parsed from their own text, so that a decimal is read from the digits that were sent.

use crate::json::{self, Object};
use crate::myob::books::errors::{self, Fault};
use crate::myob::books::record::{Node, Record};
use crate::myob::books::shape::{Field, Kind, Shape};
use chrono::{NaiveDate, NaiveDateTime};
use rust_decimal::{Decimal, RoundingStrategy};
use serde_json::value::RawValue;
use std::borrow::Cow;
use std::fmt;
use uuid::Uuid;

/// One write as it was sent.
#[derive(Clone, Debug)]
pub(in crate::myob::books) struct Input {
    pub(in crate::myob::books) uid: Option<Uuid>,
    pub(in crate::myob::books) version: Option<String>,
    /// The writable members that were sent with a value.
    pub(in crate::myob::books) body: Record,
}

/// The whole text, to tell where in it something stands, and the path to that place.
struct Place<'a> {
    text: &'a str,
    path: String,
}

/// Reads a whole entity.
pub(in crate::myob::books) fn read(shape: &'static Shape, text: &str) -> Result<Input, Fault> {
    let mut place = Place { text, path: String::new() };
    let mut input = Input { uid: None, version: None, body: Record::new(shape) };
    for (name, raw) in place.object(text)?.filled() {
        if name.eq_ignore_ascii_case("UID") {
            input.uid = Some(place.within(name, |place| place.guid(raw))?);
        } else if name.eq_ignore_ascii_case("RowVersion") {
            input.version = Some(place.within(name, |place| place.scalar(raw).map(Cow::into_owned))?);
        } else {
            place.member(&mut input.body, name, raw)?;
        }
    }
    Ok(input)
}

/// Reads the digits of a decimal; an exponent is accepted.
fn parse_decimal(text: &str) -> Option<Decimal> {
    Decimal::from_str_exact(text).ok().or_else(|| Decimal::from_scientific(text).ok()).or_else(|| text.parse().ok())
}

/// Two decimals, half away from zero (myob.md 7).
pub(in crate::myob::books) fn cents(value: Decimal) -> Decimal {
    let mut rounded = value.round_dp_with_strategy(2, RoundingStrategy::MidpointAwayFromZero);
    rounded.rescale(2);
    rounded
}

impl<'a> Place<'a> {
    /// `Path 'lines[0].Account.uid', line 1, position 123.`, as Json.NET words it (myob.md 6).
    fn wrong(&self, raw: &str, what: impl fmt::Display) -> Fault {
        let end = (raw.as_ptr() as usize).wrapping_sub(self.text.as_ptr() as usize).wrapping_add(raw.len());
        let before = self.text.get(..end.min(self.text.len())).unwrap_or(self.text);
        let line = before.bytes().filter(|byte| *byte == b'\n').count() + 1;
        let position = before.rsplit('\n').next().map_or(0, |last| last.chars().count());
        let path = &self.path;
        Fault::of("SerializationError", format!("{what} Path '{path}', line {line}, position {position}."))
    }

    fn cannot_convert(&self, raw: &str, value: &str, kind: &str) -> Fault {
        self.wrong(raw, format_args!("Error converting value \"{value}\" to type '{kind}'."))
    }

    fn within<T>(&mut self, name: &str, work: impl FnOnce(&mut Self) -> Result<T, Fault>) -> Result<T, Fault> {
        let length = self.path.len();
        if length > 0 {
            self.path.push('.');
        }
        self.path.push_str(name);
        let result = work(self);
        self.path.truncate(length);
        result
    }

    fn object(&self, raw: &'a str) -> Result<Object<'a>, Fault> {
        serde_json::from_str(raw).map_err(|error| self.wrong(raw, format_args!("{error}.")))
    }

    fn member(&mut self, record: &mut Record, name: &str, raw: &'a str) -> Result<(), Fault> {
        let Some(at) = record.shape().position_of_sent(name) else { return Ok(()) };
        let field = &record.shape().fields[usize::from(at)];
        if !field.writable {
            return Ok(());
        }
        if let Some(node) = self.within(name, |place| place.value(field, raw))? {
            record.set_at(at, node);
        }
        Ok(())
    }

    fn record(&mut self, shape: &'static Shape, raw: &'a str) -> Result<Record, Fault> {
        let mut record = Record::new(shape);
        for (name, raw) in self.object(raw)?.filled() {
            self.member(&mut record, name, raw)?;
        }
        Ok(record)
    }

    fn value(&mut self, field: &'static Field, raw: &'a str) -> Result<Option<Node>, Fault> {
        Ok(Some(match field.kind {
            Kind::Text(_) => Node::Text(self.scalar(raw)?.into_owned()),
            Kind::Word(words) => {
                let text = self.scalar(raw)?;
                let word = words.iter().find(|word| word.eq_ignore_ascii_case(&text));
                let word = word.ok_or_else(|| self.cannot_convert(raw, &text, field.name))?;
                Node::Text((*word).to_owned())
            }
            Kind::Money => Node::Number(cents(self.decimal(raw)?)),
            Kind::Decimal => Node::Number(self.decimal(raw)?),
            Kind::Whole => {
                let number = self.decimal(raw)?;
                if !number.fract().is_zero() || number.abs() > Decimal::from(i32::MAX) {
                    return Err(self.cannot_convert(raw, &number.to_string(), "System.Int32"));
                }
                Node::Number(number.trunc())
            }
            Kind::Flag => Node::Flag(self.flag(raw)?),
            Kind::Day => Node::Day(self.day(raw)?),
            Kind::Guid => Node::Guid(self.guid(raw)?),
            Kind::Version(_) => {
                let text = self.scalar(raw)?;
                let version = text.parse().map_err(|_| self.cannot_convert(raw, &text, "System.Int64"))?;
                Node::Version(version)
            }
            Kind::Link(_) => return Ok(self.link(raw)?.map(Node::Link)),
            Kind::Record(shape) => Node::Record(self.record(shape, raw)?),
            Kind::List(shape) => Node::List(self.list(shape, raw)?),
            Kind::Gap(_) if matches!(raw, "[]" | "{}" | "\"\"") => return Ok(None),
            Kind::Gap(what) => return Err(errors::gap(&format!("{what} ({})", self.path))),
            Kind::Derived(_) | Kind::Unkept(_) => return Ok(None),
        }))
    }

    fn list(&mut self, shape: &'static Shape, raw: &'a str) -> Result<Vec<Record>, Fault> {
        let rows: Vec<&'a RawValue> =
            serde_json::from_str(raw).map_err(|error| self.wrong(raw, format_args!("{error}.")))?;
        let length = self.path.len();
        let mut records = Vec::with_capacity(rows.len());
        for (at, row) in rows.into_iter().enumerate() {
            self.path.push_str(&format!("[{at}]"));
            let record = self.record(shape, row.get());
            self.path.truncate(length);
            records.push(record?);
        }
        Ok(records)
    }

    /// Of a link only the `UID` counts; one without it is none (myob.md 3).
    fn link(&mut self, raw: &'a str) -> Result<Option<Uuid>, Fault> {
        for (name, raw) in self.object(raw)?.filled() {
            if name.eq_ignore_ascii_case("UID") {
                return self.within(name, |place| place.guid(raw)).map(Some);
            }
        }
        Ok(None)
    }

    /// A text, or a number or boolean by its spelling.
    fn scalar(&self, raw: &'a str) -> Result<Cow<'a, str>, Fault> {
        match raw.as_bytes().first() {
            Some(b'"') => json::text(raw).map_err(|error| self.wrong(raw, format_args!("{error}."))),
            Some(b'{' | b'[') => {
                let first = &raw[..1];
                Err(self.wrong(first, format_args!("Unexpected character encountered while parsing value: {first}.")))
            }
            _ => Ok(Cow::Borrowed(raw)),
        }
    }

    fn decimal(&self, raw: &'a str) -> Result<Decimal, Fault> {
        let text = self.scalar(raw)?;
        let read = parse_decimal(text.trim()).filter(|value| value.abs() < Decimal::from(10_000_000_000_000_u64));
        read.ok_or_else(|| self.cannot_convert(raw, &text, "System.Decimal"))
    }

    fn flag(&self, raw: &'a str) -> Result<bool, Fault> {
        let text = self.scalar(raw)?;
        match text.to_ascii_lowercase().as_str() {
            "true" => Ok(true),
            "false" => Ok(false),
            _ => Err(self.cannot_convert(raw, &text, "System.Boolean")),
        }
    }

    fn guid(&self, raw: &'a str) -> Result<Uuid, Fault> {
        let text = self.scalar(raw)?;
        Uuid::parse_str(&text).map_err(|_| self.cannot_convert(raw, &text, "System.Guid"))
    }

    /// The business day, which no zone moves (myob.md 5).
    fn day(&self, raw: &'a str) -> Result<NaiveDate, Fault> {
        let text = self.scalar(raw)?;
        parse_day(&text).ok_or_else(|| self.wrong(raw, format_args!("Could not convert string to DateTime: {text}.")))
    }
}

/// `2026-11-21`, `2026-11-21 00:00:00`, `2026-11-21T00:00:00.000` with or without a zone behind (myob.md 5).
pub(in crate::myob::books) fn parse_day(text: &str) -> Option<NaiveDate> {
    let day = NaiveDate::parse_from_str(text.get(..10)?, "%Y-%m-%d").ok()?;
    let rest = text.get(10..)?;
    let timed = |text: &str| NaiveDateTime::parse_from_str(text, "%H:%M:%S%.f %Y-%m-%d").is_ok();
    let zoneless = rest.trim_end_matches('Z').split('+').next().unwrap_or_default();
    match zoneless.strip_prefix(['T', ' ']) {
        None if rest.is_empty() => Some(day),
        Some(time) if timed(&format!("{time} 2000-01-01")) => Some(day),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_are_read_in_every_form_that_clients_send() {
        let day = NaiveDate::from_ymd_opt(2026, 11, 21);
        for text in [
            "2026-11-21",
            "2026-11-21 13:45:00",
            "2026-11-21T00:00:00",
            "2026-11-21T00:00:00.123Z",
            "2026-11-21T10:00:00+10:00",
        ] {
            assert_eq!(parse_day(text), day, "{text}");
        }
        for text in ["", "21/11/2026", "2026-13-01", "2026-11-21x", "2026-11-21T25:00:00", "日本語日本語"] {
            assert_eq!(parse_day(text), None, "{text}");
        }
    }

    #[test]
    fn cents_round_half_away_from_zero_and_show_two_places() {
        for (value, rounded) in [("0.005", "0.01"), ("-0.005", "-0.01"), ("1", "1.00"), ("2.994999", "2.99")] {
            assert_eq!(cents(value.parse().expect("decimal")).to_string(), rounded);
        }
    }
}
