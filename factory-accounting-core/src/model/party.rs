//! Customers and suppliers.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::ids::LocalId;
use crate::money::Currency;

/// A customer or a supplier; which of the two is said by the [`Record`](super::Record) that holds it. One company may be
/// both, and both may be linked to the same record of the package (F29).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Party {
    /// The host's id.
    pub id: LocalId,
    /// Name as it appears on documents.
    pub name: String,
    /// Address for invoices and remittances.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub email: Option<String>,
    /// Main phone number.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub phone: Option<String>,
    /// Registration number for tax: ABN, GST or VAT number.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tax_number: Option<String>,
    /// All addresses, each with its kind.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub addresses: Vec<Address>,
    /// People, the main one first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub contacts: Vec<ContactPerson>,
    /// When its documents fall due.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub terms: Option<PaymentTerms>,
    /// Currency it is billed in; the organisation's own where absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub currency: Option<Currency>,
    /// Account code in the package of lines for which nothing closer names one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub account: Option<String>,
    /// Tax of lines for which nothing closer names one: a tax term of the host, or a tax code of the package. A customer
    /// whose orders are free of tax has its own here (L19).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tax: Option<String>,
    /// Neither this party nor its documents go to the package, whatever the settings say (L16, R32).
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub do_not_send: bool,
    /// Overrides the contact policy for this party: create it in the package or not (F32).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub create_in_package: Option<bool>,
}

impl Party {
    /// A party of which no more than the name is known.
    pub fn new(id: impl Into<LocalId>, name: impl Into<String>) -> Self {
        Self {
            id: id.into(),
            name: name.into(),
            email: None,
            phone: None,
            tax_number: None,
            addresses: Vec::new(),
            contacts: Vec::new(),
            terms: None,
            currency: None,
            account: None,
            tax: None,
            do_not_send: false,
            create_in_package: None,
        }
    }
}

/// A postal address.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Address {
    /// What it is for.
    pub kind: AddressKind,
    /// Person or department to address.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub attention: Option<String>,
    /// Street lines, at most four.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub lines: Vec<String>,
    /// City or suburb.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub city: Option<String>,
    /// State, region or county.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub region: Option<String>,
    /// Postal code.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub postal_code: Option<String>,
    /// Country by name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub country: Option<String>,
}

/// What an address is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum AddressKind {
    /// Where documents go.
    Postal,
    /// Where the party is.
    Street,
    /// Where goods go.
    Delivery,
}

/// A person at a party.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ContactPerson {
    /// Given name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub first_name: Option<String>,
    /// Family name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_name: Option<String>,
    /// E-mail address.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub email: Option<String>,
    /// Phone number.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub phone: Option<String>,
}

/// When a document falls due.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct PaymentTerms {
    /// Days, or day of the month: 0 to 31.
    pub days: u8,
    /// What the days count from.
    pub from: Due,
}

/// What payment terms count from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Due {
    /// So many days after the document's date.
    DocumentDate,
    /// So many days after the end of the document's month.
    EndOfMonth,
    /// That day of the document's month.
    DayOfThisMonth,
    /// That day of the month after.
    DayOfNextMonth,
}
