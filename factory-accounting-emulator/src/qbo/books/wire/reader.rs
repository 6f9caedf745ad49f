//! Strict reading of one entity: every member must be in the shape and of its form (qbo.md 2, 8.2).
//!
//! Members are parsed from their own text, so that a decimal is read from the digits that were sent.

use super::unkept;
use crate::json::{self, Object};
use crate::qbo::books::entity::{Entity, GAPS};
use crate::qbo::books::errors::{self, Fault};
use crate::qbo::books::ids::Id;
use crate::qbo::books::record::{Node, Record, Ref};
use crate::qbo::books::shape::{Field, Kind, Shape};
use crate::qbo::switches::{NameCharacters, Switches};
use chrono::NaiveDate;
use rust_decimal::Decimal;
use serde_json::value::RawValue;
use std::borrow::Cow;
use std::str::FromStr;

/// One write as it was sent.
#[derive(Clone, Debug)]
pub(in crate::qbo::books) struct Input {
    pub(in crate::qbo::books) id: Option<Id>,
    pub(in crate::qbo::books) sync_token: Option<String>,
    pub(in crate::qbo::books) sparse: bool,
    /// The writable members that were sent with a value.
    pub(in crate::qbo::books) body: Record,
    /// The writable members that were sent as empty text, which empties them.
    pub(in crate::qbo::books) cleared: Vec<&'static str>,
}

impl Input {
    /// An input that a person's screen makes.
    pub(in crate::qbo::books) fn of(body: Record) -> Self {
        Self { id: None, sync_token: None, sparse: false, body, cleared: Vec::new() }
    }

    /// Whether the member was sent, be it empty.
    pub(in crate::qbo::books) fn sent(&self, name: &str) -> bool {
        self.body.has(name) || self.cleared(name)
    }

    /// Whether the member was sent as empty text.
    pub(in crate::qbo::books) fn cleared(&self, name: &str) -> bool {
        self.cleared.contains(&name)
    }
}

/// Reads a whole entity.
pub(in crate::qbo::books) fn read(shape: &'static Shape, text: &str, switches: &Switches) -> Result<Input, Fault> {
    let object: Object<'_> = serde_json::from_str(text).map_err(|error| errors::malformed(&error.to_string()))?;
    let mut input = Input { id: None, sync_token: None, sparse: false, body: Record::new(shape), cleared: Vec::new() };
    for (name, raw) in object.filled() {
        match name {
            "Id" => input.id = id(raw)?,
            "SyncToken" => input.sync_token = Some(scalar(name, raw)?.into_owned()).filter(|text| !text.is_empty()),
            "sparse" => input.sparse = flag("sparse", raw)?,
            // Attributes that every answer carries and QuickBooks itself writes.
            "domain" | "status" | "MetaData" => {}
            _ => match member(&mut input.body, name, raw, switches)? {
                Taken::Yes => {}
                Taken::Empty(name) => input.cleared.push(name),
            },
        }
    }
    Ok(input)
}

/// What a file is attached to: a row of any kind (qbo.md 5.22).
const ANYTHING: &str = "EntityRef";

enum Taken {
    Yes,
    Empty(&'static str),
}

fn member(record: &mut Record, name: &str, raw: &str, switches: &Switches) -> Result<Taken, Fault> {
    let shape = record.shape();
    let Some(at) = shape.position(name) else {
        return match unkept::is_unkept(shape.name, name) {
            true if unkept::is_empty(raw) => Ok(Taken::Yes),
            true => Err(errors::gap(&format!("{}.{name}; leave it out", shape.name))),
            false => Err(errors::unknown_property(name, shape.name)),
        };
    };
    let field = &shape.fields[usize::from(at)];
    if !field.is_writable() {
        return Ok(Taken::Yes);
    }
    match value(field, raw, switches)? {
        Some(node) => {
            record.set_at(at, node);
            Ok(Taken::Yes)
        }
        None => Ok(Taken::Empty(field.name)),
    }
}

/// A nested object; empty members are absent ones.
fn record(shape: &'static Shape, field: &Field, raw: &str, switches: &Switches) -> Result<Record, Fault> {
    let object: Object<'_> =
        serde_json::from_str(raw).map_err(|error| errors::malformed(&format!("{}: {error}", field.name)))?;
    let mut record = Record::new(shape);
    for (name, raw) in object.filled() {
        member(&mut record, name, raw, switches)?;
    }
    Ok(record)
}

/// One value by its kind; none for an empty text.
fn value(field: &'static Field, raw: &str, switches: &Switches) -> Result<Option<Node>, Fault> {
    let name = field.name;
    Ok(match &field.kind {
        Kind::Text(max) => text(name, raw, *max)?.map(Node::Text),
        Kind::Name(max) => match text(name, raw, *max)? {
            Some(text) if text.contains([':', '\t', '\n']) => return Err(bad_character(name, &text, switches)),
            text => text.map(Node::Text),
        },
        Kind::Email(max) => match text(name, raw, *max)? {
            Some(text) if !is_email(&text) => {
                return Err(Fault::of(2210, format!("Invalid Email Address Format : {text}")).on(name));
            }
            text => text.map(Node::Text),
        },
        Kind::Url(max) => match text(name, raw, *max)? {
            Some(text) if text.contains(char::is_whitespace) || !text.contains('.') => {
                return Err(Fault::of(2200, format!("Malformed Website Address Format : {text}")).on(name));
            }
            text => text.map(Node::Text),
        },
        Kind::Word(words) => match text(name, raw, usize::MAX)? {
            Some(text) if !words.contains(&text.as_str()) => return Err(errors::enumeration(name, &text)),
            text => text.map(Node::Text),
        },
        Kind::Decimal => decimal(name, raw)?.map(Node::Number),
        Kind::Whole(min, max) => whole(name, raw, *min, *max)?.map(Node::Number),
        Kind::Flag if scalar(name, raw)?.is_empty() => None,
        Kind::Flag => Some(Node::Flag(flag(name, raw)?)),
        Kind::Date => date(name, raw)?.map(Node::Date),
        Kind::Currency => currency(name, raw)?.map(Node::Text),
        Kind::Ref(targets) => reference(name, raw, targets)?.map(Node::Ref),
        Kind::Record(shape) => Some(Node::Record(record(shape, field, raw, switches)?)),
        Kind::List(shape) => {
            let rows: Vec<&RawValue> =
                serde_json::from_str(raw).map_err(|error| errors::malformed(&format!("{name}: {error}")))?;
            let rows = rows.iter().map(|row| record(shape, field, row.get(), switches));
            Some(Node::List(rows.collect::<Result<_, _>>()?))
        }
    })
}

/// A text, or a number or boolean by its spelling.
fn scalar<'a>(name: &str, raw: &'a str) -> Result<Cow<'a, str>, Fault> {
    match raw.as_bytes().first() {
        Some(b'"') => json::text(raw).map_err(|error| errors::malformed(&error.to_string())),
        Some(b'{' | b'[') => Err(errors::malformed(&format!("{name} is not a single value"))),
        _ => Ok(Cow::Borrowed(raw)),
    }
}

fn text(name: &'static str, raw: &str, max: usize) -> Result<Option<String>, Fault> {
    let text = scalar(name, raw)?;
    let supplied = text.chars().count();
    if supplied > max {
        return Err(errors::length(name, max, supplied));
    }
    Ok(Some(text.into_owned()).filter(|text| !text.is_empty()))
}

/// Clients that number from 1 send a zero for a row that is still to be made.
fn id(raw: &str) -> Result<Option<Id>, Fault> {
    let text = scalar("Id", raw)?;
    if text.is_empty() || text == "0" {
        return Ok(None);
    }
    let bad = || Fault::of(2030, format!("Invalid ID : {text}")).on("Id");
    Id::parse(&text).map(Some).ok_or_else(bad)
}

fn flag(name: &'static str, raw: &str) -> Result<bool, Fault> {
    match scalar(name, raw)?.as_ref() {
        "true" => Ok(true),
        "false" => Ok(false),
        other => Err(Fault::of(2230, format!("Invalid Boolean : {other}")).on(name)),
    }
}

fn decimal(name: &'static str, raw: &str) -> Result<Option<Decimal>, Fault> {
    let text = scalar(name, raw)?;
    let text = text.trim();
    if text.is_empty() {
        return Ok(None);
    }
    match parse_decimal(text) {
        Some(value) => Ok(Some(value)),
        None if text.bytes().all(|byte| byte.is_ascii_digit() || b"+-.eE".contains(&byte)) => {
            Err(Fault::of(2110, format!("Invalid Decimal : {text}")).on(name))
        }
        None => Err(Fault::of(2100, format!("Invalid Decimal Format : {text}")).on(name)),
    }
}

/// Reads a decimal by its digits; an exponent is accepted, a digit too many is not rounded away.
pub(in crate::qbo::books) fn parse_decimal(text: &str) -> Option<Decimal> {
    Decimal::from_str_exact(text).ok().or_else(|| Decimal::from_scientific(text).ok())
}

fn whole(name: &'static str, raw: &str, min: i64, max: i64) -> Result<Option<Decimal>, Fault> {
    let text = scalar(name, raw)?;
    let text = text.trim();
    if text.is_empty() {
        return Ok(None);
    }
    let number =
        i64::from_str(text).map_err(|_| Fault::of(2080, format!("Invalid Number Format : {text}")).on(name))?;
    if (min..=max).contains(&number) {
        Ok(Some(Decimal::from(number)))
    } else {
        Err(Fault::of(2240, format!("Invalid Number Range : {number}")).on(name))
    }
}

fn date(name: &'static str, raw: &str) -> Result<Option<NaiveDate>, Fault> {
    let text = scalar(name, raw)?;
    if text.is_empty() {
        return Ok(None);
    }
    let bytes = text.as_bytes();
    let formed = bytes.len() >= 10
        && bytes[..10].iter().enumerate().all(|(at, byte)| match at {
            4 | 7 => *byte == b'-',
            _ => byte.is_ascii_digit(),
        });
    // A time zone behind the day is allowed by the XSD's date type and has no effect.
    let tail = text.get(10..).unwrap_or("?");
    if !formed || !(tail.is_empty() || tail.starts_with(['Z', 'T', '+', '-'])) {
        return Err(Fault::of(2060, format!("Invalid Date Format : {text}")).on(name));
    }
    let day = text.get(..10).and_then(|day| NaiveDate::parse_from_str(day, "%Y-%m-%d").ok());
    day.map(Some).ok_or_else(|| Fault::of(2070, format!("Invalid Date : {text}")).on(name))
}

fn currency(name: &'static str, raw: &str) -> Result<Option<String>, Fault> {
    let Some(link) = reference(name, raw, &[])? else { return Ok(None) };
    let formed = link.value.len() == 3 && link.value.bytes().all(|byte| byte.is_ascii_uppercase());
    if formed {
        Ok(Some(link.value))
    } else {
        Err(Fault::of(2220, format!("Invalid Currency : {}", link.value)).on(name))
    }
}

/// `{"value","name","type"}`: only the value counts, and the type where several kinds are possible (qbo.md 5.0).
///
/// Clients send every reference with a `type`, often an empty one; where one kind is possible it says nothing.
fn reference(name: &'static str, raw: &str, targets: &'static [Entity]) -> Result<Option<Ref>, Fault> {
    let object: Object<'_> =
        serde_json::from_str(raw).map_err(|error| errors::malformed(&format!("{name}: {error}")))?;
    let (mut id, mut word) = (None, None);
    for (member, raw) in object.filled() {
        match member {
            "value" => id = text(name, raw, 100)?,
            "name" => {}
            "type" => word = text(name, raw, 100)?,
            other => return Err(errors::unknown_property(other, "ReferenceType")),
        }
    }
    let Some(value) = id else { return Ok(None) };
    let anything = targets.is_empty() && name == ANYTHING;
    if targets.len() < 2 && !anything {
        return Ok(Some(Ref { entity: None, value }));
    }
    let word = word.ok_or_else(|| errors::required(name))?;
    let entity = Entity::named_loosely(&word).filter(|kind| anything || targets.contains(kind));
    Ok(Some(Ref { entity: Some(entity.ok_or_else(|| unknown_type(name, &word, targets))?), value }))
}

/// 6050 where a file is attached, 2170 elsewhere (qbo.md 5.22).
fn unknown_type(name: &'static str, word: &str, targets: &[Entity]) -> Fault {
    match GAPS.iter().find(|gap| gap.eq_ignore_ascii_case(word)) {
        Some(gap) => errors::gap(&format!("a reference to {gap}")),
        None if targets.is_empty() => {
            Fault::of(6050, format!("The entity reference type {word} is unsupported for Attachable")).on(name)
        }
        None => errors::enumeration(name, word),
    }
}

fn bad_character(name: &'static str, text: &str, switches: &Switches) -> Fault {
    match switches.name_characters {
        NameCharacters::InvalidCharacters => {
            Fault::of(2040, format!("Element contains invalid characters : {text:?}")).on(name)
        }
        NameCharacters::BusinessValidation => {
            errors::business("The name must not contain a colon, a tab or a new line").on(name)
        }
    }
}

/// Several addresses may stand in one text, with commas between.
fn is_email(text: &str) -> bool {
    text.split(',').map(str::trim).all(|one| match one.split_once('@') {
        Some((user, host)) => !user.is_empty() && host.contains('.') && !host.contains('@') && !one.contains(' '),
        None => false,
    })
}
