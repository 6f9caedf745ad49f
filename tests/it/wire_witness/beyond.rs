//! What the real API answers beyond its description, each with its fact. An entry that no answer needs fails the test.

use serde_json::Value;

/// The members that stand around every collection.
pub(super) const ENVELOPE: &str = "envelope";

/// A member that answers have and the description lacks or, without a kind, one that the description requires and answers
/// lack.
#[derive(Clone, Copy, Debug)]
pub(super) struct Beyond {
    pub(super) schema: &'static str,
    pub(super) member: &'static str,
    pub(super) kind: Option<Kind>,
    /// Where the fact sheet says so.
    pub(super) fact: &'static str,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Text,
    Flag,
    Id,
    /// `2026-09-14T00:00:00`
    Day,
    /// `2026-09-14T09:30:00`
    Time,
    /// `/Date(ms)/`
    Milliseconds,
    /// Always empty.
    NoRows,
    /// `{"Message": ".."}`
    Messages,
}

impl Kind {
    pub(super) fn fits(self, value: &Value) -> bool {
        let form = |text: &str| value.as_str().is_some_and(|found| is_formed(found, text));
        match self {
            Self::Text => value.is_string(),
            Self::Flag => value.is_boolean(),
            Self::Id => value.as_str().is_some_and(|text| uuid::Uuid::parse_str(text).is_ok()),
            Self::Day => form("0000-00-00T00:00:00") && value.as_str().is_some_and(|text| text.ends_with("T00:00:00")),
            Self::Time => form("0000-00-00T00:00:00"),
            Self::Milliseconds => {
                let inner = value.as_str().and_then(|text| text.strip_prefix("/Date(")?.strip_suffix(")/"));
                inner.is_some_and(|inner| inner.parse::<i64>().is_ok())
            }
            Self::NoRows => value.as_array().is_some_and(Vec::is_empty),
            Self::Messages => value.as_array().is_some_and(|rows| rows.iter().all(|row| row["Message"].is_string())),
        }
    }
}

/// Whether a text has the form's length, its digits where the form has digits, and its other characters as they are.
fn is_formed(text: &str, form: &str) -> bool {
    text.len() == form.len()
        && text
            .chars()
            .zip(form.chars())
            .all(|(own, wanted)| if wanted.is_ascii_digit() { own.is_ascii_digit() } else { own == wanted })
}

const fn has(schema: &'static str, member: &'static str, kind: Kind, fact: &'static str) -> Beyond {
    Beyond { schema, member, kind: Some(kind), fact }
}

const fn lacks(schema: &'static str, member: &'static str, fact: &'static str) -> Beyond {
    Beyond { schema, member, kind: None, fact }
}

pub(super) const BEYOND: &[Beyond] = &[
    has(ENVELOPE, "Id", Kind::Id, "0.4"),
    has(ENVELOPE, "Status", Kind::Text, "0.4"),
    has(ENVELOPE, "ProviderName", Kind::Text, "0.4"),
    has(ENVELOPE, "DateTimeUTC", Kind::Milliseconds, "0.4"),
    has(ENVELOPE, "SummarizeErrors", Kind::Flag, "0.4"),
    lacks("Allocation", "Amount", "4.10"),
    has("ContactGroup", "HasValidationErrors", Kind::Flag, "4.1"),
    has("ContactGroup", "ValidationErrors", Kind::Messages, "7.1"),
    has("CreditNote", "ID", Kind::Id, "4.9"),
    has("CreditNote", "DateString", Kind::Day, "0.5"),
    has("HistoryRecord", "DateUTCString", Kind::Time, "4.14"),
    has("HistoryRecord", "ValidationErrors", Kind::Messages, "4.14"),
    has("Invoice", "DateString", Kind::Day, "0.5"),
    has("Invoice", "DueDateString", Kind::Day, "0.5"),
    has("Invoice", "InvoicePaymentServices", Kind::NoRows, "4.7"),
    has("LineItem", "ValidationErrors", Kind::Messages, "4.5"),
    has("LineItemTracking", "Options", Kind::NoRows, "4.5"),
    has("Overpayment", "ID", Kind::Id, "4.9, 4.16"),
    has("Overpayment", "DateString", Kind::Day, "0.5"),
    has("Prepayment", "ID", Kind::Id, "4.9, 4.16"),
    has("Prepayment", "DateString", Kind::Day, "0.5"),
    has("PurchaseOrder", "Type", Kind::Text, "4.8"),
    has("PurchaseOrder", "HasErrors", Kind::Flag, "4.8"),
    has("PurchaseOrder", "IsDiscounted", Kind::Flag, "4.8"),
    has("PurchaseOrder", "DateString", Kind::Day, "0.5"),
    has("PurchaseOrder", "DeliveryDateString", Kind::Day, "0.5"),
];

#[test]
fn every_entry_cites_a_paragraph_and_none_stands_twice() {
    let mut seen = std::collections::BTreeSet::new();
    for entry in BEYOND {
        let paragraphs = entry.fact.split(", ").all(|part| part.starts_with(|first: char| first.is_ascii_digit()));
        assert!(paragraphs, "{entry:?}");
        assert!(seen.insert((entry.schema, entry.member, entry.kind.is_some())), "{entry:?} stands twice");
    }
}
