//! Invoices, bills, credit notes, quotes and purchase orders. They differ in the names of a few members only.

use chrono::{DateTime, NaiveDate, Utc};
use factory_accounting_http::json::{self, Number};
use serde::ser::SerializeMap;
use serde::{Deserialize, Serialize, Serializer};

use super::party::ContactRef;
use super::payment::{Allocation, Payment};
use super::{date, id};
use crate::endpoint::Resource;

/// A document as answered.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Document {
    #[serde(
        rename = "InvoiceID",
        alias = "CreditNoteID",
        alias = "QuoteID",
        alias = "PurchaseOrderID",
        deserialize_with = "id::optional"
    )]
    pub(crate) id: Option<String>,
    #[serde(
        rename = "InvoiceNumber",
        alias = "CreditNoteNumber",
        alias = "QuoteNumber",
        alias = "PurchaseOrderNumber",
        deserialize_with = "json::text"
    )]
    pub(crate) number: Option<String>,
    #[serde(rename = "Type", deserialize_with = "json::text")]
    pub(crate) document_type: Option<String>,
    #[serde(rename = "Status", deserialize_with = "json::text")]
    pub(crate) status: Option<String>,
    #[serde(rename = "Reference", deserialize_with = "json::text")]
    pub(crate) reference: Option<String>,
    #[serde(rename = "Contact", deserialize_with = "json::object")]
    pub(crate) contact: Option<ContactRef>,
    #[serde(rename = "Date", deserialize_with = "date::optional_date")]
    pub(crate) date: Option<NaiveDate>,
    #[serde(rename = "DueDate", deserialize_with = "date::optional_date")]
    pub(crate) due: Option<NaiveDate>,
    #[serde(rename = "ExpiryDate", deserialize_with = "date::optional_date")]
    pub(crate) expiry: Option<NaiveDate>,
    #[serde(rename = "DeliveryDate", deserialize_with = "date::optional_date")]
    pub(crate) delivery: Option<NaiveDate>,
    #[serde(rename = "CurrencyCode", deserialize_with = "json::text")]
    pub(crate) currency: Option<String>,
    #[serde(rename = "LineAmountTypes", deserialize_with = "json::text")]
    pub(crate) line_amount_types: Option<String>,
    #[serde(rename = "LineItems")]
    pub(crate) lines: Option<Vec<Line>>,
    #[serde(rename = "SubTotal", deserialize_with = "json::number")]
    pub(crate) subtotal: Option<Number>,
    #[serde(rename = "TotalTax", deserialize_with = "json::number")]
    pub(crate) tax: Option<Number>,
    #[serde(rename = "Total", deserialize_with = "json::number")]
    pub(crate) total: Option<Number>,
    #[serde(rename = "AmountDue", deserialize_with = "json::number")]
    pub(crate) amount_due: Option<Number>,
    #[serde(rename = "AmountPaid", deserialize_with = "json::number")]
    pub(crate) amount_paid: Option<Number>,
    #[serde(rename = "RemainingCredit", deserialize_with = "json::number")]
    pub(crate) remaining_credit: Option<Number>,
    #[serde(rename = "Payments", deserialize_with = "json::list")]
    pub(crate) payments: Vec<Payment>,
    #[serde(rename = "Allocations", deserialize_with = "json::list")]
    pub(crate) allocations: Vec<Allocation>,
    #[serde(rename = "UpdatedDateUTC", deserialize_with = "date::optional_instant")]
    pub(crate) updated: Option<DateTime<Utc>>,
}

/// A line as answered.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Line {
    #[serde(rename = "LineItemID", deserialize_with = "id::optional")]
    pub(crate) id: Option<String>,
    #[serde(rename = "Description", deserialize_with = "json::text")]
    pub(crate) description: Option<String>,
    #[serde(rename = "Quantity", deserialize_with = "json::number")]
    pub(crate) quantity: Option<Number>,
    #[serde(rename = "UnitAmount", deserialize_with = "json::number")]
    pub(crate) unit_price: Option<Number>,
    #[serde(rename = "LineAmount", deserialize_with = "json::number")]
    pub(crate) amount: Option<Number>,
    #[serde(rename = "DiscountRate", deserialize_with = "json::number")]
    pub(crate) discount_rate: Option<Number>,
    #[serde(rename = "DiscountAmount", deserialize_with = "json::number")]
    pub(crate) discount_amount: Option<Number>,
    #[serde(rename = "TaxType", deserialize_with = "json::text")]
    pub(crate) tax_type: Option<String>,
    #[serde(rename = "TaxAmount", deserialize_with = "json::number")]
    pub(crate) tax: Option<Number>,
    #[serde(rename = "AccountCode", deserialize_with = "json::text")]
    pub(crate) account: Option<String>,
    #[serde(rename = "ItemCode", deserialize_with = "json::text")]
    pub(crate) item_code: Option<String>,
}

/// A document as written. Absent members stay as they are; totals are never sent (xero.md 4.7).
#[derive(Clone, Debug)]
pub(crate) struct DocumentWrite {
    /// Decides the names of id, number and due date.
    pub(crate) resource: Resource,
    pub(crate) document_type: Option<&'static str>,
    pub(crate) id: Option<String>,
    pub(crate) number: Option<String>,
    pub(crate) reference: Option<String>,
    pub(crate) contact: Option<String>,
    pub(crate) date: Option<NaiveDate>,
    pub(crate) due: Option<NaiveDate>,
    pub(crate) currency: Option<&'static str>,
    pub(crate) currency_rate: Option<Number>,
    pub(crate) line_amount_types: Option<&'static str>,
    pub(crate) title: Option<String>,
    pub(crate) summary: Option<String>,
    pub(crate) terms: Option<String>,
    pub(crate) status: Option<String>,
    pub(crate) sent: Option<bool>,
    pub(crate) lines: Option<Vec<LineWrite>>,
}

impl DocumentWrite {
    /// A document of which nothing is written yet.
    pub(crate) fn new(resource: Resource) -> Self {
        Self {
            resource,
            document_type: None,
            id: None,
            number: None,
            reference: None,
            contact: None,
            date: None,
            due: None,
            currency: None,
            currency_rate: None,
            line_amount_types: None,
            title: None,
            summary: None,
            terms: None,
            status: None,
            sent: None,
            lines: None,
        }
    }
}

impl Serialize for DocumentWrite {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        let contact = self.contact.clone().map(|id| ContactRef { id: Some(id) });
        entry(&mut map, "Type", &self.document_type)?;
        entry(&mut map, self.resource.id_member(), &self.id)?;
        entry(&mut map, self.resource.number_member(), &self.number)?;
        entry(&mut map, "Reference", &self.reference)?;
        entry(&mut map, "Contact", &contact)?;
        entry(&mut map, "Date", &self.date)?;
        entry(&mut map, self.resource.due_member(), &self.due)?;
        entry(&mut map, "CurrencyCode", &self.currency)?;
        entry(&mut map, "CurrencyRate", &self.currency_rate)?;
        entry(&mut map, "LineAmountTypes", &self.line_amount_types)?;
        entry(&mut map, "Title", &self.title)?;
        entry(&mut map, "Summary", &self.summary)?;
        entry(&mut map, "Terms", &self.terms)?;
        entry(&mut map, "Status", &self.status)?;
        entry(&mut map, "SentToContact", &self.sent)?;
        entry(&mut map, "LineItems", &self.lines)?;
        map.end()
    }
}

fn entry<M: SerializeMap, T: Serialize>(map: &mut M, name: &'static str, value: &Option<T>) -> Result<(), M::Error> {
    match value {
        Some(value) => map.serialize_entry(name, value),
        None => Ok(()),
    }
}

/// A line as written: never its amount, which Xero reckons itself (xero.md 9.4).
#[derive(Clone, Debug, Default, Serialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct LineWrite {
    #[serde(rename = "LineItemID", skip_serializing_if = "Option::is_none")]
    pub(crate) id: Option<String>,
    pub(crate) description: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) quantity: Option<Number>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) unit_amount: Option<Number>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) discount_rate: Option<Number>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) discount_amount: Option<Number>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) item_code: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) account_code: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) tax_type: Option<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) tracking: Vec<TrackingWrite>,
}

/// A tracking option of a line.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct TrackingWrite {
    #[serde(rename = "TrackingCategoryID", skip_serializing_if = "Option::is_none")]
    pub(crate) category: Option<String>,
    #[serde(rename = "TrackingOptionID")]
    pub(crate) option: String,
}
