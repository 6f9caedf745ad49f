//! Properties as a query names them, and the comparison of their values (qbo.md 6).

use super::invalid;
use super::parse::{Condition, Literal, Operator};
use crate::qbo::books::entity::Entity;
use crate::qbo::books::errors::Fault;
use crate::qbo::books::ids::Id;
use crate::qbo::books::record::Leaf;
use crate::qbo::books::shape::{EMAIL, Field, Kind};
use crate::qbo::books::shelf::Row;
use crate::qbo::books::wire::reader::parse_decimal;
use crate::qbo::books::zone::{self, Country};
use chrono::{DateTime, DurationRound, NaiveDate, TimeDelta, Utc};
use rust_decimal::Decimal;
use std::cmp::Ordering;

/// Something that a statement names.
#[derive(Clone, Debug)]
pub(super) enum Property {
    Id,
    SyncToken,
    Created,
    Updated,
    Member { path: String, field: &'static Field },
}

/// A value to compare with, or one found in a row.
#[derive(Clone, Debug, PartialEq, PartialOrd)]
pub(super) enum Value {
    Id(Id),
    Instant(DateTime<Utc>),
    /// In lower case, because texts compare without case.
    Text(String),
    Number(Decimal),
    Flag(bool),
}

impl Property {
    pub(super) fn of(entity: Entity, name: &str) -> Result<Self, Fault> {
        let own = [
            ("Id", Self::Id),
            ("SyncToken", Self::SyncToken),
            ("MetaData", Self::Created),
            ("MetaData.CreateTime", Self::Created),
            ("MetaData.LastUpdatedTime", Self::Updated),
        ];
        if let Some((_, property)) = own.into_iter().find(|(own, _)| own.eq_ignore_ascii_case(name)) {
            return Ok(property);
        }
        let field = entity.shape().field_at(name);
        let field = field.ok_or_else(|| invalid(&format!("Property {name} not found for Entity {}", entity.name())))?;
        // An e-mail is compared by its address.
        let is_email = matches!(field.kind, Kind::Record(shape) if std::ptr::eq(shape, &EMAIL));
        let path = if is_email { format!("{name}.Address") } else { name.to_owned() };
        Ok(Self::Member { path, field })
    }

    pub(super) fn is_filterable(&self) -> bool {
        match self {
            Self::Id | Self::Created | Self::Updated => true,
            Self::SyncToken => false,
            Self::Member { field, .. } => field.filterable,
        }
    }

    pub(super) fn is_sortable(&self) -> bool {
        match self {
            Self::Id | Self::Created | Self::Updated => true,
            Self::SyncToken => false,
            Self::Member { field, .. } => field.sortable,
        }
    }

    /// Id and references are equal or not; flags as well.
    fn allows(&self, operator: Operator) -> bool {
        let plain = match self {
            Self::Id => true,
            Self::Member { field, .. } => matches!(field.kind, Kind::Ref(_) | Kind::Flag | Kind::Currency),
            _ => false,
        };
        let texts = matches!(
            self,
            Self::Member {
                field: Field {
                    kind: Kind::Text(_)
                        | Kind::Name(_)
                        | Kind::Email(_)
                        | Kind::Url(_)
                        | Kind::Word(_)
                        | Kind::Record(_),
                    ..
                },
                ..
            }
        );
        match operator {
            Operator::Equal | Operator::In => true,
            Operator::Like => texts,
            _ => !plain,
        }
    }

    /// The values of a condition, read as the property's kind.
    pub(super) fn values(
        &self,
        condition: &Condition,
        now: DateTime<Utc>,
        country: Country,
    ) -> Result<Vec<Value>, Fault> {
        if !self.allows(condition.operator) {
            let name = &condition.property;
            return Err(invalid(&format!("operator {:?} is not supported for property '{name}'", condition.operator)));
        }
        let read = |literal: &Literal| {
            self.value(literal, now, country).ok_or_else(|| {
                invalid(&format!("value '{}' is not valid for property '{}'", literal.text(), condition.property))
            })
        };
        condition.values.iter().map(read).collect()
    }

    fn value(&self, literal: &Literal, now: DateTime<Utc>, country: Country) -> Option<Value> {
        let today = || zone::server_date(now);
        let text = literal.text();
        let is_today = *literal == Literal::Word("current_date".to_owned());
        match self {
            Self::Id | Self::SyncToken => Id::parse(text).map(Value::Id).or(Some(Value::Text(text.to_owned()))),
            Self::Created | Self::Updated if is_today => {
                zone::instant(&today().to_string(), country).map(Value::Instant)
            }
            Self::Created | Self::Updated => zone::instant(text, country).map(Value::Instant),
            Self::Member { field, .. } => match field.kind {
                Kind::Decimal | Kind::Whole(..) => parse_decimal(text).map(Value::Number),
                Kind::Flag if text.eq_ignore_ascii_case("true") => Some(Value::Flag(true)),
                Kind::Flag if text.eq_ignore_ascii_case("false") => Some(Value::Flag(false)),
                Kind::Flag => None,
                Kind::Date if is_today => Some(Value::Text(today().to_string())),
                Kind::Date => {
                    let day = NaiveDate::parse_from_str(text.get(..10)?, "%Y-%m-%d").ok()?;
                    Some(Value::Text(day.to_string()))
                }
                _ => Some(Value::Text(text.to_lowercase())),
            },
        }
    }

    /// What a row holds; several values where the property lies in a list.
    pub(super) fn of_row(&self, row: &Row) -> Vec<Value> {
        match self {
            Self::Id => vec![Value::Id(row.id)],
            Self::SyncToken => vec![Value::Number(Decimal::from(row.sync_token))],
            Self::Created => vec![Value::Instant(second(row.created))],
            Self::Updated => vec![Value::Instant(second(row.updated))],
            Self::Member { path, .. } => {
                let mut leaves = Vec::new();
                row.body.walk(path, &mut leaves);
                leaves.into_iter().map(Value::from).collect()
            }
        }
    }
}

/// Times are stored to the second (qbo.md 2).
fn second(at: DateTime<Utc>) -> DateTime<Utc> {
    at.duration_trunc(TimeDelta::seconds(1)).unwrap_or(at)
}

impl From<Leaf<'_>> for Value {
    fn from(leaf: Leaf<'_>) -> Self {
        match leaf {
            Leaf::Text(text) => Self::Text(text.to_lowercase()),
            Leaf::Number(number) => Self::Number(number),
            Leaf::Flag(flag) => Self::Flag(flag),
        }
    }
}

/// Whether a found value meets an operator and its values.
pub(super) fn meets(found: &Value, operator: Operator, values: &[Value]) -> bool {
    let Some(first) = values.first() else { return false };
    let order = found.partial_cmp(first);
    match operator {
        Operator::Equal | Operator::In => values.contains(found),
        Operator::Less => order == Some(Ordering::Less),
        Operator::Greater => order == Some(Ordering::Greater),
        Operator::AtMost => matches!(order, Some(Ordering::Less | Ordering::Equal)),
        Operator::AtLeast => matches!(order, Some(Ordering::Greater | Ordering::Equal)),
        Operator::Like => matches!((found, first), (Value::Text(text), Value::Text(pattern)) if is_like(text, pattern)),
    }
}

/// `%` stands for any text; there is no other wildcard (qbo.md 6).
fn is_like(text: &str, pattern: &str) -> bool {
    let mut parts = pattern.split('%');
    let Some(mut rest) = parts.next().and_then(|head| text.strip_prefix(head)) else { return false };
    let mut parts: Vec<&str> = parts.collect();
    let Some(tail) = parts.pop() else { return rest.is_empty() };
    for part in parts {
        match rest.find(part) {
            Some(at) => rest = &rest[at + part.len()..],
            None => return false,
        }
    }
    rest.ends_with(tail)
}

#[cfg(test)]
mod tests {
    use super::is_like;

    #[test]
    fn a_percent_sign_stands_for_any_text() {
        for (text, pattern, like) in [
            ("hopper", "hopper", true),
            ("hopper", "hop%", true),
            ("hopper", "%per", true),
            ("hopper", "%opp%", true),
            ("hopper", "h%p%r", true),
            ("hopper", "%", true),
            ("hopper", "hop", false),
            ("hopper", "%x%", false),
            ("ab", "ab%b", false),
            ("", "", true),
            ("50%", "50%", true),
        ] {
            assert_eq!(is_like(text, pattern), like, "{text} like {pattern}");
        }
    }
}
