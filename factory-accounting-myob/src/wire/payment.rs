//! Payments, settlements, refunds and money spent as answered (myob.md 3.6, 3.7, 3.8).

use chrono::NaiveDate;
use factory_accounting_http::json::{self, Number};
use serde::Deserialize;

use super::link::{self, Link};
use crate::remote_id::Collection;

/// A payment of a customer or to a supplier, a refund or a settlement; which members it has depends on its collection.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
pub(crate) struct Payment {
    #[serde(rename = "UID", deserialize_with = "link::uid")]
    pub(crate) uid: Option<String>,
    #[serde(deserialize_with = "json::token")]
    pub(crate) row_version: Option<String>,
    #[serde(deserialize_with = "json::object")]
    pub(crate) customer: Option<Link>,
    #[serde(deserialize_with = "json::object")]
    pub(crate) supplier: Option<Link>,
    #[serde(alias = "ReceiptNumber", alias = "PaymentNumber", deserialize_with = "json::text")]
    pub(crate) number: Option<String>,
    #[serde(deserialize_with = "json::day")]
    pub(crate) date: Option<NaiveDate>,
    #[serde(alias = "AmountReceived", alias = "AmountPaid", alias = "CreditAmount", deserialize_with = "json::number")]
    pub(crate) amount: Option<Number>,
    #[serde(
        alias = "AmountReceivedForeign",
        alias = "AmountPaidForeign",
        alias = "CreditAmountForeign",
        deserialize_with = "json::number"
    )]
    pub(crate) amount_foreign: Option<Number>,
    #[serde(deserialize_with = "json::text")]
    pub(crate) memo: Option<String>,
    #[serde(deserialize_with = "json::object")]
    pub(crate) foreign_currency: Option<Link>,
    /// The documents that a customer's payment settles: the UID stands on the line itself.
    #[serde(deserialize_with = "json::list")]
    pub(crate) invoices: Vec<Applied>,
    /// What a supplier's payment or a settlement is applied to: the UID stands in a link.
    #[serde(deserialize_with = "json::list")]
    pub(crate) lines: Vec<Applied>,
    /// The credit note that a settlement takes from.
    #[serde(deserialize_with = "json::object")]
    pub(crate) credit_from_invoice: Option<Link>,
    /// The credit note that a refund pays out.
    #[serde(deserialize_with = "json::object")]
    pub(crate) invoice: Option<Link>,
}

/// A document that a payment is applied to.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
pub(crate) struct Applied {
    #[serde(rename = "UID", deserialize_with = "link::uid")]
    pub(crate) uid: Option<String>,
    #[serde(alias = "Purchase", deserialize_with = "json::object")]
    pub(crate) sale: Option<Link>,
    /// `Invoice`, `Bill`, `Order` or `Purged`.
    #[serde(rename = "Type", deserialize_with = "json::text")]
    pub(crate) document_type: Option<String>,
    #[serde(deserialize_with = "json::number")]
    pub(crate) amount_applied: Option<Number>,
    #[serde(deserialize_with = "json::number")]
    pub(crate) amount_applied_foreign: Option<Number>,
    /// Address of the document that the UID on the line itself names.
    #[serde(alias = "URI", deserialize_with = "json::text")]
    pub(crate) uri: Option<String>,
}

impl Applied {
    /// UID of the document.
    pub(crate) fn document(&self) -> Option<&str> {
        self.uid.as_deref().or_else(|| self.sale.as_ref()?.uid.as_deref())
    }

    /// The collection of the document, where an address tells it: the line names no layout.
    pub(crate) fn collection(&self) -> Option<Collection> {
        match &self.sale {
            Some(link) => link.collection(),
            None => link::collection(self.uri.as_deref()?),
        }
    }
}

/// Money spent (myob.md 3.8).
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
pub(crate) struct SpendMoney {
    #[serde(rename = "UID", deserialize_with = "link::uid")]
    pub(crate) uid: Option<String>,
    #[serde(deserialize_with = "json::token")]
    pub(crate) row_version: Option<String>,
    #[serde(deserialize_with = "json::text")]
    pub(crate) payment_number: Option<String>,
    #[serde(deserialize_with = "json::day")]
    pub(crate) date: Option<NaiveDate>,
    #[serde(deserialize_with = "json::object")]
    pub(crate) contact: Option<Payee>,
    #[serde(deserialize_with = "json::number")]
    pub(crate) amount_paid: Option<Number>,
    #[serde(deserialize_with = "json::number")]
    pub(crate) total_tax: Option<Number>,
    #[serde(deserialize_with = "json::flag")]
    pub(crate) is_tax_inclusive: Option<bool>,
    #[serde(deserialize_with = "json::text")]
    pub(crate) memo: Option<String>,
    #[serde(deserialize_with = "json::object")]
    pub(crate) foreign_currency: Option<Link>,
    #[serde(deserialize_with = "json::list")]
    pub(crate) lines: Vec<SpentLine>,
}

/// Who was paid: any kind of card.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
pub(crate) struct Payee {
    #[serde(rename = "UID", deserialize_with = "link::uid")]
    pub(crate) uid: Option<String>,
    #[serde(rename = "Type", deserialize_with = "json::text")]
    pub(crate) card_type: Option<String>,
    #[serde(rename = "URI", deserialize_with = "json::text")]
    pub(crate) uri: Option<String>,
}

/// A line of money spent. Its amount is called otherwise than on documents.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
pub(crate) struct SpentLine {
    #[serde(rename = "RowID", deserialize_with = "json::token")]
    pub(crate) row_id: Option<String>,
    #[serde(deserialize_with = "json::object")]
    pub(crate) account: Option<Link>,
    #[serde(deserialize_with = "json::object")]
    pub(crate) job: Option<Link>,
    #[serde(deserialize_with = "json::object")]
    pub(crate) tax_code: Option<Link>,
    #[serde(deserialize_with = "json::number")]
    pub(crate) amount: Option<Number>,
    #[serde(deserialize_with = "json::text")]
    pub(crate) memo: Option<String>,
}
