//! What a customer or supplier of the host is compared by.

use std::collections::BTreeSet;

use super::normal::{email_key, name_key, name_stem, phone_key, tax_number_key};
use crate::model::{Party, RecordKind};

/// The keys of one customer or supplier, each in the form in which it compares.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct MatchKeys {
    /// Whether it is a customer or a supplier.
    pub role: RecordKind,
    /// The key that travels with it where it was written from here.
    pub external_key: Option<String>,
    /// Registration number for tax.
    pub tax_number: Option<String>,
    /// Addresses of the party and of its people.
    pub emails: BTreeSet<String>,
    /// Numbers of the party and of its people.
    pub phones: BTreeSet<String>,
    /// Name, its legal form included.
    pub name: Option<String>,
    /// Name without its legal form.
    pub stem: Option<String>,
}

impl MatchKeys {
    /// The keys of a party in a role.
    #[must_use]
    pub fn of(role: RecordKind, party: &Party, external_key: Option<String>) -> Self {
        let people = || party.contacts.iter();
        let emails = party.email.iter().chain(people().filter_map(|person| person.email.as_ref()));
        let phones = party.phone.iter().chain(people().filter_map(|person| person.phone.as_ref()));
        Self {
            role,
            external_key,
            tax_number: party.tax_number.as_deref().and_then(tax_number_key),
            emails: emails.filter_map(|email| email_key(email)).collect(),
            phones: phones.filter_map(|phone| phone_key(phone)).collect(),
            name: name_key(&party.name),
            stem: name_stem(&party.name),
        }
    }

    /// The words of the name in alphabetical order, so that "Hale, Joan" and "Joan Hale" compare as one.
    #[must_use]
    pub fn sorted_name(&self) -> Option<String> {
        let stem = self.stem.as_deref()?;
        let mut words: Vec<&str> = stem.split_whitespace().collect();
        words.sort_unstable();
        Some(words.join(" "))
    }
}
