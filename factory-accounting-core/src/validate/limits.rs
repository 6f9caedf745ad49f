//! What the connected package cannot take, from its capabilities alone (R36).

use rust_decimal::Decimal;

use super::fields::{Shape, TextField, text_fields};
use crate::amounts::gross_amount;
use crate::capability::{Capabilities, Characters, NameRules, RecordCapability};
use crate::error::Issue;
use crate::model::{Record, RecordKind, Trade};

/// Everything about a record that the connected package cannot take. Lengths count characters, not bytes.
#[must_use]
pub fn check_limits(record: &Record, capabilities: &Capabilities) -> Vec<Issue> {
    let kind = record.kind();
    let Some(capability) = capabilities.of(kind) else {
        return vec![Issue::new("", format!("the accounting package has no place for a {kind}: keep it in the host"))];
    };
    let mut issues = Vec::new();
    for field in text_fields(record) {
        issues.extend(check_text(&field, capability, capabilities));
    }
    if let Some(trade) = record.trade() {
        issues.extend(check_lines(&trade, capabilities));
    }
    issues.extend(check_amounts(record, capabilities.max_amount));
    issues.extend(check_contacts(record, capability));
    issues
}

/// Whether a text fits the reference field of a kind; `path` names the field of the host that it comes from.
#[must_use]
pub fn check_reference(path: &str, text: &str, kind: RecordKind, capabilities: &Capabilities) -> Option<Issue> {
    check_length(|| path.to_owned(), text, capabilities.of(kind)?.reference_text)
}

/// Whether the text of a line, with what has been added to it, fits the package. `line` counts from 0.
#[must_use]
pub fn check_line_text(line: usize, text: &str, capabilities: &Capabilities) -> Option<Issue> {
    check_length(|| format!("lines[{line}].description"), text, capabilities.line_text)
}

/// The name with single spaces and none at the ends; `None` where it is like that already.
#[must_use]
pub fn normalise_spaces(name: &str) -> Option<String> {
    let tidy = name.split_whitespace().collect::<Vec<_>>().join(" ");
    (tidy != name).then_some(tidy)
}

fn check_text(field: &TextField<'_>, capability: &RecordCapability, capabilities: &Capabilities) -> Vec<Issue> {
    let length = |limit| check_length(|| field.path(), field.text, limit);
    let written = field.shape != Shape::Key || matches!(field.pattern, "number" | "code");
    let anywhere = written.then(|| check_characters(field, capabilities.text_characters)).flatten();
    let here: Vec<Issue> = match field.pattern {
        "number" | "code" => {
            let characters = check_characters(field, capability.number_characters);
            length(capability.number_text).into_iter().chain(characters).collect()
        }
        "name" => length(capability.name_text).into_iter().chain(check_name(field, &capability.names)).collect(),
        "lines[].description" | "lines[].text" => length(capabilities.line_text).into_iter().collect(),
        pattern => capability.texts.get(pattern).and_then(|limit| length(*limit)).into_iter().collect(),
    };
    anywhere.into_iter().chain(here).collect()
}

fn check_length(path: impl FnOnce() -> String, text: &str, limit: usize) -> Option<Issue> {
    let length = text.chars().count();
    (length > limit).then(|| {
        Issue::new(path(), format!("has {length} characters, the accounting package takes {limit}: shorten it"))
    })
}

fn check_characters(field: &TextField<'_>, characters: Characters) -> Option<Issue> {
    let odd = characters.odd_in(field.text)?;
    let kept = match characters {
        Characters::Latin1 => "keeps only the letters of western Europe and common signs",
        Characters::Any | Characters::PrintableAscii => "takes only letters without accents, digits and common signs",
    };
    Some(Issue::new(field.path(), format!("holds {odd:?}, the accounting package {kept}: replace it")))
}

fn check_name(field: &TextField<'_>, rules: &NameRules) -> Vec<Issue> {
    let untidy = rules.tidy_spaces.then(|| normalise_spaces(field.text)).flatten().map(|tidy| {
        let message =
            format!("has spaces at an end or side by side, which the accounting package refuses: write {tidy:?}");
        Issue::new(field.path(), message)
    });
    let forbidden = field.text.chars().find(|character| rules.forbidden.contains(character)).map(|character| {
        Issue::new(field.path(), format!("holds {character:?}, which the accounting package refuses: leave it out"))
    });
    untidy.into_iter().chain(forbidden).collect()
}

fn check_lines(trade: &Trade<'_>, capabilities: &Capabilities) -> Option<Issue> {
    let (lines, most) = (trade.lines.len(), capabilities.max_lines);
    (lines > most).then(|| {
        Issue::new("lines", format!("are {lines}, the accounting package takes {most}: split the {}", trade.kind))
    })
}

fn check_amounts(record: &Record, most: Option<Decimal>) -> Vec<Issue> {
    let Some(most) = most else { return Vec::new() };
    amounts(record)
        .into_iter()
        .filter(|(_, amount)| amount.abs() > most)
        .map(|(path, amount)| {
            let amount = amount.normalize();
            Issue::new(path, format!("comes to {amount}, the accounting package takes {most} at most: split it"))
        })
        .collect()
}

/// Amounts that a package may bound; sums that do not fit at all are found by `validate`.
fn amounts(record: &Record) -> Vec<(String, Decimal)> {
    let mut amounts = Vec::new();
    if let Some(trade) = record.trade() {
        for (index, line) in trade.lines.iter().enumerate() {
            let gross = line.as_item().and_then(|item| gross_amount(item.quantity, item.unit_price));
            amounts.extend(gross.map(|gross| (format!("lines[{index}]"), gross)));
        }
    }
    match record {
        Record::Payment(payment) => amounts.push(("amount.amount".to_owned(), payment.amount.amount)),
        Record::CreditNote(note) => {
            for (index, allocation) in note.allocations.iter().enumerate() {
                amounts.push((format!("allocations[{index}].amount"), allocation.amount));
            }
        }
        _ => {}
    }
    amounts
}

fn check_contacts(record: &Record, capability: &RecordCapability) -> Option<Issue> {
    let (Record::Customer(party) | Record::Supplier(party)) = record else { return None };
    let (people, most) = (party.contacts.len(), capability.max_contacts?);
    (people > most).then(|| {
        Issue::new("contacts", format!("are {people} people, the accounting package takes {most}: leave some out"))
    })
}
