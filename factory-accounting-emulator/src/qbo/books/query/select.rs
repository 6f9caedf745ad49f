//! Finding and ordering rows; look-ups go through an index wherever a condition allows it.

use super::invalid;
use super::parse::{Operator, Statement};
use super::value::{Property, Value, meets};
use crate::qbo::books::entity::Entity;
use crate::qbo::books::errors::Fault;
use crate::qbo::books::shelf::Row;
use crate::qbo::books::zone::Country;
use crate::qbo::books::{Books, Context};
use chrono::{DateTime, TimeDelta, Utc};
use std::cmp::Ordering;
use std::sync::Arc;

/// A comparison whose property and values were understood.
#[derive(Debug)]
pub(super) struct Test {
    property: Property,
    operator: Operator,
    values: Vec<Value>,
}

pub(super) fn conditions(
    entity: Entity,
    statement: &Statement,
    now: DateTime<Utc>,
    country: Country,
) -> Result<Vec<Test>, Fault> {
    let read = |condition: &super::parse::Condition| {
        let property = Property::of(entity, &condition.property)?;
        if !property.is_filterable() {
            return Err(invalid(&format!("property '{}' is not queryable", condition.property)));
        }
        let values = property.values(condition, now, country)?;
        Ok(Test { property, operator: condition.operator, values })
    };
    statement.conditions.iter().map(read).collect()
}

pub(super) fn order(entity: Entity, statement: &Statement) -> Result<Vec<(Property, bool)>, Fault> {
    let read = |(name, descending): &(String, bool)| {
        let property = Property::of(entity, name)?;
        if property.is_sortable() {
            Ok((property, *descending))
        } else {
            Err(invalid(&format!("property '{name}' is not sortable")))
        }
    };
    statement.order.iter().map(read).collect()
}

/// The rows that meet every condition, in order.
pub(super) fn rows<'a>(
    books: &'a Books,
    entity: Entity,
    tests: &[Test],
    order: &[(Property, bool)],
    ctx: &Context<'_>,
) -> Vec<&'a Arc<Row>> {
    let named = |name: &str| {
        tests.iter().any(|test| matches!(&test.property, Property::Member { field, .. } if field.name == name))
    };
    // Inactive rows of lists stay hidden unless the statement speaks of them (qbo.md 6).
    let active_only = entity.hides_inactive() && !named("Active");
    let visible = ctx.now - TimeDelta::seconds(ctx.switches.query_lag_seconds.into());
    let mut rows: Vec<&Arc<Row>> = candidates(books, entity, tests)
        .into_iter()
        .filter(|row| !active_only || row.is_active())
        .filter(|row| ctx.switches.query_lag_seconds == 0 || row.created <= visible)
        .filter(|row| tests.iter().all(|test| holds(test, row)))
        .collect();
    if order.is_empty() {
        rows.sort_by_key(|row| row.id);
    } else {
        rows.sort_by(|left, right| compare(left, right, order));
    }
    rows
}

fn holds(test: &Test, row: &Row) -> bool {
    test.property.of_row(row).iter().any(|found| meets(found, test.operator, &test.values))
}

fn compare(left: &Row, right: &Row, order: &[(Property, bool)]) -> Ordering {
    for (property, descending) in order {
        let found = |row| property.of_row(row).into_iter().next();
        let ordering = found(left).partial_cmp(&found(right)).unwrap_or(Ordering::Equal);
        if ordering.is_ne() {
            return if *descending { ordering.reverse() } else { ordering };
        }
    }
    left.id.cmp(&right.id)
}

/// As few rows as an index can tell.
fn candidates<'a>(books: &'a Books, entity: Entity, tests: &[Test]) -> Vec<&'a Arc<Row>> {
    let shelf = books.shelf(entity);
    for test in tests.iter().filter(|test| matches!(test.operator, Operator::Equal | Operator::In)) {
        let mut found: Vec<&Arc<Row>> = Vec::new();
        match &test.property {
            Property::Id => found.extend(test.values.iter().filter_map(|value| match value {
                Value::Id(id) => shelf.get(*id),
                _ => None,
            })),
            Property::Member { path, .. } => {
                let Some(member) = entity.indexed().iter().find(|member| member.eq_ignore_ascii_case(path)) else {
                    continue;
                };
                for value in &test.values {
                    if let Value::Text(text) = value {
                        found.extend(shelf.find(member, text));
                    }
                }
            }
            _ => continue,
        }
        found.sort_by_key(|row| row.id);
        found.dedup_by_key(|row| row.id);
        return found;
    }
    let since = tests.iter().find_map(|test| match (&test.property, test.operator, test.values.first()) {
        (Property::Updated, Operator::Greater | Operator::AtLeast, Some(Value::Instant(since))) => Some(*since),
        _ => None,
    });
    match since {
        Some(since) => shelf.changed_since(since).collect(),
        None => shelf.rows().collect(),
    }
}
