//! Quotes, orders, invoices and bills as answered, of every layout and of their unions (myob.md 3.4, 3.7).

use chrono::NaiveDate;
use factory_accounting_http::json::{self, Number};
use serde::Deserialize;

use super::link::{self, Link};

/// A document; which members it has depends on its collection.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
pub(crate) struct Document {
    #[serde(rename = "UID", deserialize_with = "link::uid")]
    pub(crate) uid: Option<String>,
    #[serde(deserialize_with = "json::token")]
    pub(crate) row_version: Option<String>,
    #[serde(deserialize_with = "json::text")]
    pub(crate) number: Option<String>,
    #[serde(deserialize_with = "json::text")]
    pub(crate) customer_purchase_order_number: Option<String>,
    #[serde(deserialize_with = "json::text")]
    pub(crate) supplier_invoice_number: Option<String>,
    #[serde(deserialize_with = "json::day")]
    pub(crate) date: Option<NaiveDate>,
    #[serde(deserialize_with = "json::day")]
    pub(crate) promised_date: Option<NaiveDate>,
    #[serde(deserialize_with = "json::object")]
    pub(crate) customer: Option<Link>,
    #[serde(deserialize_with = "json::object")]
    pub(crate) supplier: Option<Link>,
    #[serde(deserialize_with = "json::object")]
    pub(crate) terms: Option<Terms>,
    #[serde(deserialize_with = "json::flag")]
    pub(crate) is_tax_inclusive: Option<bool>,
    #[serde(deserialize_with = "json::number")]
    pub(crate) total_tax: Option<Number>,
    #[serde(deserialize_with = "json::number")]
    pub(crate) total_amount: Option<Number>,
    #[serde(deserialize_with = "json::number")]
    pub(crate) balance_due_amount: Option<Number>,
    #[serde(deserialize_with = "json::number")]
    pub(crate) freight: Option<Number>,
    #[serde(deserialize_with = "json::object")]
    pub(crate) foreign_currency: Option<Link>,
    #[serde(deserialize_with = "json::number")]
    pub(crate) total_tax_foreign: Option<Number>,
    #[serde(deserialize_with = "json::number")]
    pub(crate) total_amount_foreign: Option<Number>,
    #[serde(deserialize_with = "json::number")]
    pub(crate) balance_due_amount_foreign: Option<Number>,
    #[serde(deserialize_with = "json::text")]
    pub(crate) status: Option<String>,
    /// The layout, in a union.
    #[serde(
        alias = "QuoteType",
        alias = "OrderType",
        alias = "InvoiceType",
        alias = "BillType",
        deserialize_with = "json::text"
    )]
    pub(crate) layout_type: Option<String>,
    /// The order that it was converted from.
    #[serde(deserialize_with = "json::object")]
    pub(crate) order: Option<Link>,
    /// Absent in unions.
    pub(crate) lines: Option<Vec<Line>>,
}

/// When it falls due.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
pub(crate) struct Terms {
    #[serde(deserialize_with = "json::day")]
    pub(crate) due_date: Option<NaiveDate>,
}

/// A line of any layout.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
pub(crate) struct Line {
    #[serde(rename = "RowID", deserialize_with = "json::token")]
    pub(crate) row_id: Option<String>,
    /// `Header` and `SubTotal` lines charge nothing.
    #[serde(rename = "Type", deserialize_with = "json::text")]
    pub(crate) line_type: Option<String>,
    #[serde(deserialize_with = "json::text")]
    pub(crate) description: Option<String>,
    /// What counts: on sales it is shipped, on purchases billed (myob.md 3.4, 3.7).
    #[serde(alias = "BillQuantity", deserialize_with = "json::number")]
    pub(crate) ship_quantity: Option<Number>,
    /// The quantity of a service line; on an item line a mere note.
    #[serde(deserialize_with = "json::number")]
    pub(crate) unit_count: Option<Number>,
    #[serde(deserialize_with = "json::number")]
    pub(crate) unit_price: Option<Number>,
    #[serde(deserialize_with = "json::number")]
    pub(crate) discount_percent: Option<Number>,
    #[serde(deserialize_with = "json::number")]
    pub(crate) total: Option<Number>,
    #[serde(deserialize_with = "json::number")]
    pub(crate) unit_price_foreign: Option<Number>,
    #[serde(deserialize_with = "json::number")]
    pub(crate) total_foreign: Option<Number>,
    #[serde(deserialize_with = "json::object")]
    pub(crate) item: Option<Link>,
    #[serde(deserialize_with = "json::object")]
    pub(crate) account: Option<Link>,
    #[serde(deserialize_with = "json::object")]
    pub(crate) tax_code: Option<Link>,
    #[serde(deserialize_with = "json::object")]
    pub(crate) job: Option<Link>,
}

impl Line {
    /// Whether it charges something.
    pub(crate) fn charges(&self) -> bool {
        !matches!(self.line_type.as_deref(), Some("Header" | "SubTotal"))
    }
}
