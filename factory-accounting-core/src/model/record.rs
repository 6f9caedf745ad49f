//! Any record of the host, its kind and its key.

use std::borrow::Cow;
use std::fmt;
use std::str::FromStr;

use chrono::NaiveDate;
use schemars::JsonSchema;
use serde::de::value::MapAccessDeserializer;
use serde::de::{DeserializeOwned, Error, MapAccess, Visitor};
use serde::{Deserialize, Deserializer, Serialize};

use super::documents::{Bill, CreditNote, Invoice, Order, PurchaseOrder, Quote, Trade};
use super::line::Line;
use super::party::Party;
use super::payment::Payment;
use super::product::{Job, Product};
use crate::ids::LocalId;

/// What kind of record of the host it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum RecordKind {
    /// Buys from the host's company.
    Customer,
    /// Sells to it.
    Supplier,
    /// Is sold or bought.
    Product,
    /// Is worked on.
    Job,
    /// Offer to a customer.
    Quote,
    /// Order of a customer.
    Order,
    /// Claim on a customer.
    Invoice,
    /// Credit to a customer.
    CreditNote,
    /// A part of a credit note set off against an invoice. Made by the engine from a credit note's allocations; its id is
    /// `<credit note>/<invoice>`.
    Allocation,
    /// Order to a supplier.
    PurchaseOrder,
    /// Claim of a supplier.
    Bill,
    /// Money that settles a document.
    Payment,
    /// Money spent that was entered in the package: an expense, a card charge. It is read from there and never pushed.
    Expense,
}

impl RecordKind {
    /// Every kind, dependencies before dependents.
    pub const ALL: [Self; 13] = [
        Self::Customer,
        Self::Supplier,
        Self::Product,
        Self::Job,
        Self::Quote,
        Self::Order,
        Self::Invoice,
        Self::CreditNote,
        Self::Allocation,
        Self::PurchaseOrder,
        Self::Bill,
        Self::Payment,
        Self::Expense,
    ];

    /// The stable name: as stored, and as the `kind` tag of the JSON form.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Customer => "customer",
            Self::Supplier => "supplier",
            Self::Product => "product",
            Self::Job => "job",
            Self::Quote => "quote",
            Self::Order => "order",
            Self::Invoice => "invoice",
            Self::CreditNote => "credit_note",
            Self::Allocation => "allocation",
            Self::PurchaseOrder => "purchase_order",
            Self::Bill => "bill",
            Self::Payment => "payment",
            Self::Expense => "expense",
        }
    }

    /// How a person calls it.
    #[must_use]
    pub fn label(self) -> &'static str {
        match self {
            Self::CreditNote => "credit note",
            Self::PurchaseOrder => "purchase order",
            other => other.as_str(),
        }
    }

    /// Whether it is a customer or a supplier.
    #[must_use]
    pub fn is_party(self) -> bool {
        matches!(self, Self::Customer | Self::Supplier)
    }

    /// Whether other records name it: parties, products and jobs.
    #[must_use]
    pub fn is_named_by_others(self) -> bool {
        self.is_party() || matches!(self, Self::Product | Self::Job)
    }

    /// Whether it is a document of trade: something that one side gives the other, with lines.
    #[must_use]
    pub fn is_document(self) -> bool {
        match self {
            Self::Quote | Self::Order | Self::Invoice | Self::CreditNote | Self::PurchaseOrder | Self::Bill => true,
            Self::Customer
            | Self::Supplier
            | Self::Product
            | Self::Job
            | Self::Allocation
            | Self::Payment
            | Self::Expense => false,
        }
    }

    /// Whether it is on the purchase side of trade.
    #[must_use]
    pub fn is_purchase(self) -> bool {
        matches!(self, Self::PurchaseOrder | Self::Bill | Self::Expense)
    }
}

impl fmt::Display for RecordKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.label())
    }
}

impl FromStr for RecordKind {
    type Err = ParseError;

    fn from_str(text: &str) -> Result<Self, ParseError> {
        Self::ALL.into_iter().find(|kind| kind.as_str() == text).ok_or_else(|| ParseError {
            path: "kind".to_owned(),
            reason: format!("unknown kind {text:?}: use one of {}", Self::ALL.map(Self::as_str).join(", ")),
        })
    }
}

/// Kind and host's id: what operations and links are filed under.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
pub struct RecordKey {
    /// Kind.
    pub kind: RecordKind,
    /// Host's id.
    pub id: LocalId,
}

impl RecordKey {
    /// A key.
    pub fn new(kind: RecordKind, id: impl Into<LocalId>) -> Self {
        Self { kind, id: id.into() }
    }
}

impl fmt::Display for RecordKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.kind.label(), self.id)
    }
}

/// A record of the host, in the JSON form tagged by `kind`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(tag = "kind", rename_all = "snake_case")]
#[non_exhaustive]
pub enum Record {
    /// A customer.
    Customer(Party),
    /// A supplier.
    Supplier(Party),
    /// A product.
    Product(Product),
    /// A job.
    Job(Job),
    /// A quote.
    Quote(Quote),
    /// An order.
    Order(Order),
    /// An invoice.
    Invoice(Invoice),
    /// A credit note.
    CreditNote(CreditNote),
    /// A purchase order.
    PurchaseOrder(PurchaseOrder),
    /// A bill.
    Bill(Bill),
    /// A payment.
    Payment(Payment),
}

/// Why a text is no record.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{path}: {reason}")]
pub struct ParseError {
    /// Path of the field: `lines[2].unit_price`; `.` for the text as a whole.
    pub path: String,
    /// What is wrong with it.
    pub reason: String,
}

impl Record {
    /// Reads one record from its JSON form. Unlike plain serde, the error names the path of the field within the record.
    pub fn parse(json: &str) -> Result<Self, ParseError> {
        #[derive(Deserialize)]
        struct Tag {
            kind: String,
        }
        let tag: Tag = parse_at(json)?;
        // The tag is cut out of the object so that each kind can refuse fields it does not know.
        let mut members: serde_json::Map<String, serde_json::Value> = parse_at(json)?;
        members.remove("kind");
        let body = serde_json::Value::Object(members);
        match tag.kind.parse()? {
            RecordKind::Expense => Err(ParseError {
                path: "kind".to_owned(),
                reason: "an expense is entered in the accounting package and read from there: push a bill".to_owned(),
            }),
            RecordKind::Allocation => Err(ParseError {
                path: "kind".to_owned(),
                reason: "an allocation is part of its credit note: give it under allocations there".to_owned(),
            }),
            kind => {
                let mut track = serde_path_to_error::Track::new();
                Self::of_kind(kind, serde_path_to_error::Deserializer::new(body, &mut track))
                    .map_err(|error| located(serde_path_to_error::Error::new(track.path(), error)))
            }
        }
    }

    /// Reads a record whose kind is known from its other members.
    fn of_kind<'de, D: Deserializer<'de>>(kind: RecordKind, members: D) -> Result<Self, D::Error> {
        Ok(match kind {
            RecordKind::Customer => Self::Customer(Party::deserialize(members)?),
            RecordKind::Supplier => Self::Supplier(Party::deserialize(members)?),
            RecordKind::Product => Self::Product(Product::deserialize(members)?),
            RecordKind::Job => Self::Job(Job::deserialize(members)?),
            RecordKind::Quote => Self::Quote(Quote::deserialize(members)?),
            RecordKind::Order => Self::Order(Order::deserialize(members)?),
            RecordKind::Invoice => Self::Invoice(Invoice::deserialize(members)?),
            RecordKind::CreditNote => Self::CreditNote(CreditNote::deserialize(members)?),
            RecordKind::PurchaseOrder => Self::PurchaseOrder(PurchaseOrder::deserialize(members)?),
            RecordKind::Bill => Self::Bill(Bill::deserialize(members)?),
            RecordKind::Payment => Self::Payment(Payment::deserialize(members)?),
            RecordKind::Allocation | RecordKind::Expense => {
                return Err(D::Error::custom(format_args!("{kind} is no kind of record")));
            }
        })
    }

    /// Kind of the record.
    #[must_use]
    pub fn kind(&self) -> RecordKind {
        match self {
            Self::Customer(_) => RecordKind::Customer,
            Self::Supplier(_) => RecordKind::Supplier,
            Self::Product(_) => RecordKind::Product,
            Self::Job(_) => RecordKind::Job,
            Self::Quote(_) => RecordKind::Quote,
            Self::Order(_) => RecordKind::Order,
            Self::Invoice(_) => RecordKind::Invoice,
            Self::CreditNote(_) => RecordKind::CreditNote,
            Self::PurchaseOrder(_) => RecordKind::PurchaseOrder,
            Self::Bill(_) => RecordKind::Bill,
            Self::Payment(_) => RecordKind::Payment,
        }
    }

    /// The host's id.
    #[must_use]
    pub fn id(&self) -> &LocalId {
        match self {
            Self::Customer(party) | Self::Supplier(party) => &party.id,
            Self::Product(product) => &product.id,
            Self::Job(job) => &job.id,
            Self::Payment(payment) => &payment.id,
            Self::Quote(document) => &document.id,
            Self::Order(document) => &document.id,
            Self::Invoice(document) => &document.id,
            Self::CreditNote(document) => &document.id,
            Self::PurchaseOrder(document) => &document.id,
            Self::Bill(document) => &document.id,
        }
    }

    /// The record's key.
    #[must_use]
    pub fn key(&self) -> RecordKey {
        RecordKey::new(self.kind(), self.id().clone())
    }

    /// What people call it: number of a document, code of a product, name of a party.
    #[must_use]
    pub fn name(&self) -> &str {
        match self {
            Self::Customer(party) | Self::Supplier(party) => &party.name,
            Self::Product(product) => &product.code,
            Self::Job(job) => &job.number,
            Self::Payment(payment) => &payment.number,
            _ => self.trade().map_or("", |trade| trade.number),
        }
    }

    /// The common view over documents of trade; `None` for parties, products, jobs and payments.
    #[must_use]
    pub fn trade(&self) -> Option<Trade<'_>> {
        match self {
            Self::Quote(document) => Some(document.trade()),
            Self::Order(document) => Some(document.trade()),
            Self::Invoice(document) => Some(document.trade()),
            Self::CreditNote(document) => Some(document.trade()),
            Self::PurchaseOrder(document) => Some(document.trade()),
            Self::Bill(document) => Some(document.trade()),
            Self::Customer(_) | Self::Supplier(_) | Self::Product(_) | Self::Job(_) | Self::Payment(_) => None,
        }
    }

    /// The lines of a document of trade; `None` for what has none.
    pub(crate) fn lines_mut(&mut self) -> Option<&mut Vec<Line>> {
        match self {
            Self::Quote(document) => Some(&mut document.lines),
            Self::Order(document) => Some(&mut document.lines),
            Self::Invoice(document) => Some(&mut document.lines),
            Self::CreditNote(document) => Some(&mut document.lines),
            Self::PurchaseOrder(document) => Some(&mut document.lines),
            Self::Bill(document) => Some(&mut document.lines),
            Self::Customer(_) | Self::Supplier(_) | Self::Product(_) | Self::Job(_) | Self::Payment(_) => None,
        }
    }

    /// Marks a document or a party as not to be sent (R32, L16); `false` for records that have no such mark.
    pub fn mark_do_not_send(&mut self) -> bool {
        let mark = match self {
            Self::Customer(party) | Self::Supplier(party) => &mut party.do_not_send,
            Self::Quote(document) => &mut document.do_not_send,
            Self::Order(document) => &mut document.do_not_send,
            Self::Invoice(document) => &mut document.do_not_send,
            Self::CreditNote(document) => &mut document.do_not_send,
            Self::PurchaseOrder(document) => &mut document.do_not_send,
            Self::Bill(document) => &mut document.do_not_send,
            Self::Product(_) | Self::Job(_) | Self::Payment(_) => return false,
        };
        *mark = true;
        true
    }

    /// Date of a document or payment.
    #[must_use]
    pub fn date(&self) -> Option<NaiveDate> {
        match self {
            Self::Payment(payment) => Some(payment.date),
            _ => self.trade().map(|trade| trade.date),
        }
    }
}

/// Reads a record where it stands if its kind comes first, as it does in whatever this library has written: serde's own reading
/// of a tagged form sets every member aside before it looks at one.
impl<'de> Deserialize<'de> for Record {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(Tagged)
    }
}

struct Tagged;

impl<'de> Visitor<'de> for Tagged {
    type Value = Record;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a record tagged by its kind")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<Record, A::Error> {
        let mut others = serde_json::Map::new();
        while let Some(name) = members.next_key::<Cow<'_, str>>()? {
            if name != "kind" {
                others.insert(name.into_owned(), members.next_value()?);
            } else if others.is_empty() {
                let kind = members.next_value()?;
                return Record::of_kind(kind, MapAccessDeserializer::new(members));
            } else {
                let kind = members.next_value()?;
                while let Some((name, value)) = members.next_entry()? {
                    others.insert(name, value);
                }
                return Record::of_kind(kind, serde_json::Value::Object(others)).map_err(A::Error::custom);
            }
        }
        Err(A::Error::missing_field("kind"))
    }
}

fn parse_at<T: DeserializeOwned>(json: &str) -> Result<T, ParseError> {
    let mut reader = serde_json::Deserializer::from_str(json);
    let value = serde_path_to_error::deserialize(&mut reader).map_err(located)?;
    reader.end().map_err(|error| ParseError { path: ".".to_owned(), reason: error.to_string() })?;
    Ok(value)
}

fn located(error: serde_path_to_error::Error<serde_json::Error>) -> ParseError {
    // Where the text breaks off or is no JSON at all, the path ends in a question mark.
    let path = error.path().to_string();
    let known = path.trim_end_matches('?').trim_end_matches('.');
    let path = if known.is_empty() { "." } else { known };
    ParseError { path: path.to_owned(), reason: error.inner().to_string() }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MEMBERS: &str = r#""id":"J1","number":"J-1","name":"Kitchen","customer":"C1""#;

    #[test]
    fn a_record_is_read_wherever_its_kind_stands() {
        let read = |json: String| serde_json::from_str::<Record>(&json);
        let first = read(format!(r#"{{"kind":"job",{MEMBERS}}}"#)).expect("reads");
        assert_eq!(first.key(), RecordKey::new(RecordKind::Job, "J1"));
        assert_eq!(read(format!(r#"{{{MEMBERS},"kind":"job"}}"#)).expect("reads"), first);
        let (front, back) = MEMBERS.split_once(",").expect("two members");
        assert_eq!(read(format!(r#"{{{front},"kind":"job",{back}}}"#)).expect("reads"), first);
        assert_eq!(read(serde_json::to_string(&first).expect("writes")).expect("reads"), first);
    }

    #[test]
    fn what_is_no_record_says_why() {
        let refused = |json: &str| serde_json::from_str::<Record>(json).expect_err("refused").to_string();
        assert!(refused(&format!("{{{MEMBERS}}}")).contains("missing field `kind`"));
        assert!(refused(r#"{"kind":"ship"}"#).contains("unknown variant `ship`"));
        assert!(refused(r#"{"kind":"allocation"}"#).contains("allocation is no kind of record"));
        assert!(refused(&format!(r#"{{"kind":"job",{MEMBERS},"extra":1}}"#)).contains("unknown field `extra`"));
        assert!(refused(&format!(r#"{{{MEMBERS},"extra":1,"kind":"job"}}"#)).contains("unknown field `extra`"));
        assert!(refused("[]").contains("a record tagged by its kind"));
    }
}
