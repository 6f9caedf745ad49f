//! The difference between what the books hold and what they are to show: field by field and line by line.

use std::collections::BTreeMap;

use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

use crate::capability::AmountRules;
use crate::money::{Currency, Totals};
use crate::planned::{Changes, Content, PlannedDocument, PlannedLine, TargetStatus};
use crate::provider::{RemoteLine, RemoteRecord, RemoteStatus};
use crate::rules;

use super::values::{as_planned, line_fields, number, planned_values, remote_values};

/// The difference between the books now and after.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Difference {
    /// Fields of the head that change.
    pub fields: Vec<FieldChange>,
    /// Every line, those that stay as they are included: planned lines in their order, then lines that go.
    pub lines: Vec<LineChange>,
    /// What it comes to; `None` for records without money.
    pub money: Option<MoneyChange>,
}

impl Difference {
    /// Whether anything changes.
    #[must_use]
    pub fn any(&self) -> bool {
        !self.fields.is_empty() || self.lines.iter().any(|line| line.fate != LineFate::Kept)
    }
}

/// A value that changes, as a person reads it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FieldChange {
    /// Path of the field in what is planned: `date`, `unit_price`, `party.email`.
    pub path: String,
    /// As the books have it; `None` where they have nothing there, or do not tell.
    pub before: Option<String>,
    /// As they will have it; `None` where it goes.
    pub after: Option<String>,
}

/// What becomes of a line.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LineFate {
    /// Stays as it is.
    Kept,
    /// Continues a line of the books with other values.
    Changed,
    /// Is new.
    Added,
    /// Goes.
    Removed,
}

impl LineFate {
    /// As people read it, lower case.
    #[must_use]
    pub fn label(self) -> &'static str {
        match self {
            Self::Kept => "stays",
            Self::Changed => "changes",
            Self::Added => "new",
            Self::Removed => "goes",
        }
    }
}

/// A line before and after.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LineChange {
    /// What becomes of it.
    pub fate: LineFate,
    /// Its text: as planned, or as the books have it where it goes.
    pub text: String,
    /// What changes in it; all of it where it is new or goes.
    pub fields: Vec<FieldChange>,
}

/// What a document comes to, before and after.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct MoneyChange {
    /// Currency of the amounts.
    pub currency: Option<Currency>,
    /// As the books have it.
    pub before: Option<Totals>,
    /// As predicted.
    pub after: Option<Totals>,
    /// The amount of the line that settles a rounding difference, where there is one.
    pub rounding: Option<Decimal>,
}

/// What the books hold of a record, as far as is known.
#[derive(Clone, Copy, Debug, Default)]
pub struct Standing<'a> {
    /// The record; `None` where they hold none.
    pub held: Option<&'a RemoteRecord>,
    /// What was last written, for what packages do not tell of a record.
    pub written: Option<&'a Content>,
}

/// Compares what is to be written with what the books hold. `changes` are the parts that a write would carry.
#[must_use]
pub fn difference(after: &Content, changes: Changes, before: Standing<'_>, rules: &AmountRules) -> Difference {
    match after {
        Content::Document(document) => match before.held {
            Some(held) => revised(document, changes, held, before.written, rules),
            None => created(document),
        },
        Content::Void => voided(before.held),
        other => Difference { fields: field_changes(before.written, other), ..money_of(other, before.held) },
    }
}

/// Fields of two contents of one kind that differ, by the paths of their JSON form; all of `after` where there is no
/// `before`.
#[must_use]
pub fn field_changes(before: Option<&Content>, after: &Content) -> Vec<FieldChange> {
    let mut all: BTreeMap<String, (Option<String>, Option<String>)> = BTreeMap::new();
    for (path, value) in before.map(flat).unwrap_or_default() {
        all.entry(path).or_default().0 = Some(value);
    }
    for (path, value) in flat(after) {
        all.entry(path).or_default().1 = Some(value);
    }
    let differing = all.into_iter().filter(|(_, (before, after))| before != after);
    differing.map(|(path, (before, after))| FieldChange { path, before, after }).collect()
}

fn flat(content: &Content) -> BTreeMap<String, String> {
    let mut found = BTreeMap::new();
    // Planned content holds nothing that JSON cannot.
    let form = serde_json::to_value(content).unwrap_or_else(|error| unreachable!("planned content is JSON: {error}"));
    gather(String::new(), &form, &mut found);
    found.remove("content");
    found
}

fn gather(path: String, value: &serde_json::Value, into: &mut BTreeMap<String, String>) {
    use serde_json::Value;
    match value {
        Value::Null => {}
        Value::Object(members) => {
            if let Some((amount, currency)) = as_money(members) {
                into.insert(format!("{path}.amount"), currency.shown(amount));
                into.insert(format!("{path}.currency"), currency.to_string());
                return;
            }
            for (name, member) in members {
                let path = if path.is_empty() { name.clone() } else { format!("{path}.{name}") };
                gather(path, member, into);
            }
        }
        Value::Array(members) => {
            members.iter().enumerate().for_each(|(at, member)| gather(format!("{path}[{at}]"), member, into));
        }
        Value::String(text) => {
            into.insert(path, text.clone());
        }
        other => {
            into.insert(path, other.to_string());
        }
    }
}

/// An amount with its currency, where an object is one.
fn as_money(members: &serde_json::Map<String, serde_json::Value>) -> Option<(Decimal, Currency)> {
    let text = |name: &str| members.get(name).filter(|_| members.len() == 2)?.as_str();
    Some((text("amount")?.parse().ok()?, text("currency")?.parse().ok()?))
}

fn money_of(content: &Content, held: Option<&RemoteRecord>) -> Difference {
    let amount = match content {
        Content::Payment(payment) => payment.amount,
        Content::Allocation(allocation) => allocation.amount,
        _ => return Difference::default(),
    };
    let after = Totals { subtotal: amount.amount, tax: Decimal::ZERO, total: amount.amount };
    let money = MoneyChange {
        currency: Some(amount.currency),
        before: held.and_then(|held| held.totals),
        after: Some(after),
        rounding: None,
    };
    Difference { money: Some(money), ..Difference::default() }
}

fn voided(held: Option<&RemoteRecord>) -> Difference {
    let before = held.map(|held| status_text(&held.status));
    let field = FieldChange { path: "status".to_owned(), before, after: Some(status_text(&RemoteStatus::Voided)) };
    let money = held.and_then(|held| {
        let before = Some(held.totals?);
        Some(MoneyChange { currency: held.currency, before, after: None, rounding: None })
    });
    Difference { fields: vec![field], lines: Vec::new(), money }
}

fn created(document: &PlannedDocument) -> Difference {
    let mut fields = Vec::new();
    for (path, value) in head(document) {
        fields.extend(value.map(|value| FieldChange { path: path.to_owned(), before: None, after: Some(value) }));
    }
    let lines = document.lines.iter().map(|line| LineChange {
        fate: LineFate::Added,
        text: line.description.clone(),
        fields: line_fields(None, Some(planned_values(line, document.currency))),
    });
    Difference { fields, lines: lines.collect(), money: Some(money(document, None)) }
}

fn revised(
    document: &PlannedDocument,
    changes: Changes,
    held: &RemoteRecord,
    written: Option<&Content>,
    rules: &AmountRules,
) -> Difference {
    let mut fields = Vec::new();
    if changes.header || changes.status {
        let told = told_head(held, written);
        for (path, after) in head(document) {
            let carried = match path {
                "status" => changes.status,
                // Marks are asked for once, with the write that has them.
                "mark_sent" | "delivery" => true,
                _ => changes.header,
            };
            // What is not planned is left as it is, and what nobody can tell is not said to change.
            let (Some(after), Some(before)) = (after, told.get(path)) else { continue };
            if carried && before.as_ref() != Some(&after) {
                fields.push(FieldChange { path: path.to_owned(), before: before.clone(), after: Some(after) });
            }
        }
    }
    let remote_lines = held.lines.as_deref().unwrap_or_default();
    let (pairs, left_over) = rules::paired(&document.lines, remote_lines);
    let mut lines: Vec<LineChange> = pairs
        .into_iter()
        .map(|(planned, remote)| continued(planned, remote, document.currency, changes, rules))
        .collect();
    if changes.lines {
        lines.extend(left_over.into_iter().map(|line| LineChange {
            fate: LineFate::Removed,
            text: line.description.clone(),
            fields: line_fields(Some(remote_values(line, document.currency)), None),
        }));
    }
    let mut money = money(document, Some(held));
    if !changes.lines {
        money.after = held.totals.or(money.after);
    }
    Difference { fields, lines, money: Some(money) }
}

fn continued(
    planned: &PlannedLine,
    remote: Option<&RemoteLine>,
    currency: Currency,
    changes: Changes,
    rules: &AmountRules,
) -> LineChange {
    let text = planned.description.clone();
    let kept = LineChange { fate: LineFate::Kept, text: text.clone(), fields: Vec::new() };
    if !changes.lines {
        return kept;
    }
    let Some(remote) = remote else {
        let fields = line_fields(None, Some(planned_values(planned, currency)));
        return LineChange { fate: LineFate::Added, text, fields };
    };
    let alone = PlannedLine { remote: None, ..planned.clone() };
    if !rules::line_differences(std::slice::from_ref(&alone), std::slice::from_ref(remote), rules).any() {
        return kept;
    }
    let fields = line_fields(Some(as_planned(remote, planned, currency)), Some(planned_values(planned, currency)));
    LineChange { fate: LineFate::Changed, text, fields }
}

/// The head of a document in its order; `None` for what is not planned.
fn head(document: &PlannedDocument) -> [(&'static str, Option<String>); 14] {
    [
        ("number", document.number.clone()),
        ("party", Some(document.party.to_string())),
        ("date", Some(document.date.to_string())),
        ("due", document.due.map(|due| due.to_string())),
        ("reference", document.reference.clone()),
        ("currency", Some(document.currency.to_string())),
        ("exchange_rate", document.exchange_rate.map(number)),
        ("tax_mode", word(&document.tax_mode)),
        ("status", target_text(document.status)),
        ("title", document.title.clone()),
        ("summary", document.summary.clone()),
        ("terms", document.terms.clone()),
        ("mark_sent", document.mark_sent.then(|| "yes".to_owned())),
        ("delivery", document.delivery.as_ref().and_then(word)),
    ]
}

/// The head as the books tell it; what packages do not tell comes from what was last written, where that is known.
fn told_head(held: &RemoteRecord, written: Option<&Content>) -> BTreeMap<&'static str, Option<String>> {
    let mut told = BTreeMap::from([
        ("number", held.number.clone()),
        ("due", held.due.map(|due| due.to_string())),
        ("reference", held.reference.clone()),
        ("status", Some(status_text(&held.status))),
        ("mark_sent", None),
        ("delivery", None),
    ]);
    let known = [
        ("party", held.party.as_ref().map(ToString::to_string)),
        ("date", held.date.map(|date| date.to_string())),
        ("currency", held.currency.map(|currency| currency.to_string())),
        ("tax_mode", held.tax_mode.as_ref().and_then(word)),
    ];
    told.extend(known.into_iter().filter(|(_, value)| value.is_some()));
    if let Some(Content::Document(written)) = written {
        let untold = head(written).into_iter().filter(|(path, _)| {
            matches!(*path, "exchange_rate" | "title" | "summary" | "terms") && !told.contains_key(path)
        });
        told.extend(untold.collect::<Vec<_>>());
    }
    told
}

fn money(document: &PlannedDocument, held: Option<&RemoteRecord>) -> MoneyChange {
    MoneyChange {
        currency: Some(document.currency),
        before: held.and_then(|held| held.totals),
        after: Some(document.totals),
        rounding: None,
    }
}

fn target_text(status: TargetStatus) -> Option<String> {
    match status {
        TargetStatus::Draft => Some("draft".to_owned()),
        TargetStatus::Approved => Some("open".to_owned()),
        TargetStatus::Quote(stage) => word(&stage),
    }
}

pub(super) fn status_text(status: &RemoteStatus) -> String {
    match status {
        RemoteStatus::Other(text) => text.clone(),
        other => word(other).unwrap_or_default(),
    }
}

/// The stable word of a value that is one.
fn word<T: Serialize>(value: &T) -> Option<String> {
    serde_json::to_value(value).ok()?.as_str().map(str::to_owned)
}
