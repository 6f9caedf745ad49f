//! Contacts (xero.md 4.2).

mod read;
mod wire;
mod write;

pub(super) use wire::render_nested;
pub(super) use write::ContactInput;

use super::shelf::{Key, Shelved};
use chrono::{DateTime, Utc};
use std::collections::BTreeMap;
use uuid::Uuid;

/// Plain texts of a contact in the order of the wire, with their longest length (xero.md 4.2).
pub(super) const TEXTS: [(&str, usize); 18] = [
    ("ContactNumber", 50),
    ("AccountNumber", 50),
    ("Name", 255),
    ("FirstName", 255),
    ("LastName", 255),
    ("CompanyNumber", 50),
    ("EmailAddress", 255),
    ("BankAccountDetails", 255),
    ("TaxNumber", 50),
    ("TaxNumberType", 20),
    ("AccountsReceivableTaxType", 50),
    ("AccountsPayableTaxType", 50),
    ("DefaultCurrency", 3),
    ("SalesDefaultAccountCode", 10),
    ("PurchasesDefaultAccountCode", 10),
    ("SalesDefaultLineAmountType", 10),
    ("PurchasesDefaultLineAmountType", 10),
    ("XeroNetworkKey", 50),
];

/// The two slots of addresses, in the order of write answers.
pub(super) const ADDRESS_SLOTS: [&str; 2] = ["STREET", "POBOX"];
/// The four slots of phones, in the order of write answers.
pub(super) const PHONE_SLOTS: [&str; 4] = ["DEFAULT", "DDI", "FAX", "MOBILE"];
/// Members of an address and their longest length.
pub(super) const ADDRESS_TEXTS: [(&str, usize); 9] = [
    ("AddressLine1", 500),
    ("AddressLine2", 500),
    ("AddressLine3", 500),
    ("AddressLine4", 500),
    ("City", 255),
    ("Region", 255),
    ("PostalCode", 50),
    ("Country", 50),
    ("AttentionTo", 255),
];
/// Members of a phone and their longest length.
pub(super) const PHONE_TEXTS: [(&str, usize); 3] =
    [("PhoneNumber", 50), ("PhoneAreaCode", 10), ("PhoneCountryCode", 20)];

/// Texts by the name of their member.
pub(super) type Texts = BTreeMap<&'static str, String>;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum ContactStatus {
    Active,
    Archived,
    Gdpr,
}

impl ContactStatus {
    pub(super) fn wire(self) -> &'static str {
        match self {
            Self::Active => "ACTIVE",
            Self::Archived => "ARCHIVED",
            Self::Gdpr => "GDPRREQUEST",
        }
    }
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Person {
    pub(super) first_name: String,
    pub(super) last_name: String,
    pub(super) email: String,
    pub(super) include_in_emails: bool,
}

/// Payment terms of one side: a day and how it counts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Term {
    pub(super) day: i64,
    pub(super) kind: String,
}

#[derive(Clone, Debug)]
pub(super) struct Contact {
    pub(super) id: Uuid,
    pub(super) status: ContactStatus,
    pub(super) texts: Texts,
    pub(super) persons: Vec<Person>,
    /// By slot of [`ADDRESS_SLOTS`]; merged slot by slot.
    pub(super) addresses: BTreeMap<&'static str, Texts>,
    /// By slot of [`PHONE_SLOTS`].
    pub(super) phones: BTreeMap<&'static str, Texts>,
    pub(super) batch: Texts,
    pub(super) bill_terms: Option<Term>,
    pub(super) sales_terms: Option<Term>,
    /// Category and option names.
    pub(super) sales_tracking: Vec<(String, String)>,
    pub(super) purchases_tracking: Vec<(String, String)>,
    pub(super) is_supplier: bool,
    pub(super) is_customer: bool,
    pub(super) merged_to: Option<Uuid>,
    pub(super) updated: DateTime<Utc>,
}

impl Contact {
    pub(super) fn new(now: DateTime<Utc>) -> Self {
        Self {
            id: Uuid::nil(),
            status: ContactStatus::Active,
            texts: Texts::new(),
            persons: Vec::new(),
            addresses: BTreeMap::new(),
            phones: BTreeMap::new(),
            batch: Texts::new(),
            bill_terms: None,
            sales_terms: None,
            sales_tracking: Vec::new(),
            purchases_tracking: Vec::new(),
            is_supplier: false,
            is_customer: false,
            merged_to: None,
            updated: now,
        }
    }

    pub(super) fn text(&self, name: &str) -> &str {
        self.texts.get(name).map_or("", String::as_str)
    }

    pub(super) fn name(&self) -> &str {
        self.text("Name")
    }
}

impl Shelved for Contact {
    fn id(&self) -> Uuid {
        self.id
    }

    fn keys(&self) -> Vec<(Key, String)> {
        let mut keys = vec![(Key::Name, self.name().to_lowercase())];
        if !self.text("ContactNumber").is_empty() {
            keys.push((Key::Number, self.text("ContactNumber").to_lowercase()));
        }
        keys
    }
}
