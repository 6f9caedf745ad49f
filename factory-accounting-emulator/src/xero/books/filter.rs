//! The `where` and `order` grammars of list reads (xero.md 6).

mod parse;

use super::Books;
use super::errors::Refusal;
use super::shelf::Shelved;
use chrono::{DateTime, NaiveDate, NaiveTime, Utc};
use rust_decimal::Decimal;
use std::borrow::Cow;
use std::cmp::Ordering;
use uuid::Uuid;

/// A row that list reads can filter and order.
pub(super) trait Filtered: Shelved + Sized {
    /// The type's name as a refusal spells it.
    const NAME: &'static str;
    /// The field of a lower-case path, such as `contact.contactid`.
    fn field(path: &str) -> Option<Field<Self>>;
    fn updated(&self) -> DateTime<Utc>;
}

/// What a field holds in one row, or what a literal says.
#[derive(Clone, Debug)]
pub(super) enum Value<'a> {
    Text(Cow<'a, str>),
    Number(Decimal),
    Day(NaiveDate),
    Moment(DateTime<Utc>),
    Id(Uuid),
    Flag(bool),
    Null,
}

impl<'a> Value<'a> {
    pub(super) fn text(text: &'a str) -> Self {
        Self::Text(Cow::Borrowed(text))
    }

    /// An empty text is null to a filter.
    pub(super) fn filled(text: &'a str) -> Self {
        if text.is_empty() { Self::Null } else { Self::text(text) }
    }

    pub(super) fn maybe_day(day: Option<NaiveDate>) -> Self {
        day.map_or(Self::Null, Self::Day)
    }

    fn moment(&self) -> Option<DateTime<Utc>> {
        match self {
            Self::Day(day) => Some(day.and_time(NaiveTime::MIN).and_utc()),
            Self::Moment(at) => Some(*at),
            _ => None,
        }
    }

    fn sort(&self) -> &'static str {
        match self {
            Self::Text(_) => "String",
            Self::Number(_) => "Decimal",
            Self::Day(_) | Self::Moment(_) => "DateTime",
            Self::Id(_) => "Guid",
            Self::Flag(_) => "Boolean",
            Self::Null => "null",
        }
    }

    /// Compares two values of one sort; texts without case and accents.
    fn compare(&self, other: &Self) -> Option<Ordering> {
        match (self, other) {
            (Self::Text(a), Self::Text(b)) => Some(fold(a).cmp(&fold(b))),
            (Self::Number(a), Self::Number(b)) => Some(a.cmp(b)),
            (Self::Id(a), Self::Id(b)) => Some(a.cmp(b)),
            (Self::Flag(a), Self::Flag(b)) => Some(a.cmp(b)),
            _ => Some(self.moment()?.cmp(&other.moment()?)),
        }
    }

    /// The order of a sort; nulls come first.
    pub(super) fn order(&self, other: &Self) -> Ordering {
        match (self, other) {
            (Value::Null, Value::Null) => Ordering::Equal,
            (Value::Null, _) => Ordering::Less,
            (_, Value::Null) => Ordering::Greater,
            _ => self.compare(other).unwrap_or(Ordering::Equal),
        }
    }
}

type Getter<T> = for<'a> fn(&'a Books, &'a T) -> Value<'a>;

/// One field of a row type.
#[derive(Debug)]
pub(super) struct Field<T>(Getter<T>);

impl<T> Clone for Field<T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T> Copy for Field<T> {}

impl<T> Field<T> {
    pub(super) fn of(get: Getter<T>) -> Self {
        Self(get)
    }

    pub(super) fn value<'a>(&self, books: &'a Books, row: &'a T) -> Value<'a> {
        (self.0)(books, row)
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Comparison {
    Equal,
    NotEqual,
    Greater,
    GreaterOrEqual,
    Less,
    LessOrEqual,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Method {
    Contains,
    StartsWith,
    EndsWith,
}

#[derive(Debug)]
enum Operand<T> {
    Field(Field<T>, String),
    Literal(Value<'static>),
}

#[derive(Debug)]
enum Node<T> {
    Any(Vec<Node<T>>),
    All(Vec<Node<T>>),
    Not(Box<Node<T>>),
    Compare(Operand<T>, Comparison, Operand<T>),
    Call(Operand<T>, Method, Operand<T>),
    Truth(Operand<T>),
}

/// A parsed `where`.
#[derive(Debug)]
pub(super) struct Expression<T>(Node<T>);

impl<T: Filtered> Expression<T> {
    /// Reads a `where`; bad syntax and unknown fields are a QueryParseException.
    pub(super) fn parse(text: &str) -> Result<Self, Refusal> {
        parse::expression(text).map(Self)
    }

    /// Whether a row passes.
    pub(super) fn holds(&self, books: &Books, row: &T) -> Result<bool, Refusal> {
        holds(&self.0, books, row)
    }

    /// The text that a field must equal for any row to pass, so that an index can be asked instead of every row.
    pub(super) fn pinned(&self, path: &str) -> Option<&str> {
        let parts = match &self.0 {
            Node::All(parts) => parts.as_slice(),
            only => std::slice::from_ref(only),
        };
        parts.iter().find_map(|part| match part {
            Node::Compare(Operand::Field(_, name), Comparison::Equal, Operand::Literal(Value::Text(text)))
                if name == path && !text.is_empty() =>
            {
                Some(text.as_ref())
            }
            _ => None,
        })
    }
}

fn holds<T>(node: &Node<T>, books: &Books, row: &T) -> Result<bool, Refusal> {
    match node {
        Node::Any(parts) => {
            for part in parts {
                if holds(part, books, row)? {
                    return Ok(true);
                }
            }
            Ok(false)
        }
        Node::All(parts) => {
            for part in parts {
                if !holds(part, books, row)? {
                    return Ok(false);
                }
            }
            Ok(true)
        }
        Node::Not(inner) => holds(inner, books, row).map(|held| !held),
        Node::Truth(operand) => Ok(matches!(value(operand, books, row), Value::Flag(true))),
        Node::Compare(left, comparison, right) => {
            compare(&value(left, books, row), *comparison, &value(right, books, row))
        }
        Node::Call(subject, method, argument) => match (value(subject, books, row), value(argument, books, row)) {
            (Value::Text(subject), Value::Text(argument)) => {
                let (subject, argument) = (fold(&subject), fold(&argument));
                Ok(match method {
                    Method::Contains => subject.contains(&argument),
                    Method::StartsWith => subject.starts_with(&argument),
                    Method::EndsWith => subject.ends_with(&argument),
                })
            }
            (Value::Null, _) => Ok(false),
            (other, _) => Err(Refusal::query(format!("No applicable method exists in type '{}'", other.sort()))),
        },
    }
}

fn value<'a, T>(operand: &'a Operand<T>, books: &'a Books, row: &'a T) -> Value<'a> {
    match operand {
        Operand::Field(field, _) => field.value(books, row),
        Operand::Literal(literal) => literal.clone(),
    }
}

fn compare(left: &Value<'_>, comparison: Comparison, right: &Value<'_>) -> Result<bool, Refusal> {
    if matches!(left, Value::Null) || matches!(right, Value::Null) {
        let both = matches!((left, right), (Value::Null, Value::Null));
        // An empty text in a literal means the same as null.
        let empty = [left, right].iter().all(|value| match value {
            Value::Null => true,
            Value::Text(text) => text.is_empty(),
            _ => false,
        });
        return Ok(match comparison {
            Comparison::Equal => both || empty,
            Comparison::NotEqual => !(both || empty),
            _ => false,
        });
    }
    let Some(order) = left.compare(right) else {
        return Err(Refusal::query(format!(
            "Operator incompatible with operand types '{}' and '{}'",
            left.sort(),
            right.sort()
        )));
    };
    Ok(match comparison {
        Comparison::Equal => order.is_eq(),
        Comparison::NotEqual => order.is_ne(),
        Comparison::Greater => order.is_gt(),
        Comparison::GreaterOrEqual => order.is_ge(),
        Comparison::Less => order.is_lt(),
        Comparison::LessOrEqual => order.is_le(),
    })
}

/// Lower case without accents: how Xero compares texts in filters (xero.md 6).
pub(super) fn fold(text: &str) -> String {
    if text.is_ascii() {
        return text.to_ascii_lowercase();
    }
    text.to_lowercase().chars().map(plain).collect()
}

fn plain(letter: char) -> char {
    match letter {
        'à'..='å' | 'ā' | 'ă' | 'ą' => 'a',
        'ç' | 'ć' | 'č' => 'c',
        'ď' | 'đ' => 'd',
        'è'..='ë' | 'ē' | 'ė' | 'ę' | 'ě' => 'e',
        'ì'..='ï' | 'ī' | 'į' => 'i',
        'ł' => 'l',
        'ñ' | 'ń' | 'ň' => 'n',
        'ò'..='ö' | 'ø' | 'ō' | 'ő' => 'o',
        'ř' => 'r',
        'ś' | 'š' | 'ş' => 's',
        'ť' => 't',
        'ù'..='ü' | 'ū' | 'ů' | 'ű' => 'u',
        'ý' | 'ÿ' => 'y',
        'ź' | 'ż' | 'ž' => 'z',
        other => other,
    }
}

/// Reads `Field [ASC|DESC][, Field2 ..]`.
pub(super) fn order_of<T: Filtered>(text: &str) -> Result<Vec<(Field<T>, bool)>, Refusal> {
    text.split(',')
        .map(str::trim)
        .filter(|part| !part.is_empty())
        .map(|part| {
            let mut words = part.split_whitespace();
            let name = words.next().unwrap_or_default();
            let ascending = match words.next() {
                None => true,
                Some(word) if word.eq_ignore_ascii_case("asc") => true,
                Some(word) if word.eq_ignore_ascii_case("desc") => false,
                Some(word) => return Err(Refusal::query(format!("Syntax error near '{word}'"))),
            };
            let field = T::field(&name.to_lowercase()).ok_or_else(|| parse::unknown::<T>(name))?;
            Ok((field, ascending))
        })
        .collect()
}
