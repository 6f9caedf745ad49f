//! What a customer or supplier of the host is compared by.

use std::collections::BTreeSet;

use super::normal::{email_key, name_key, name_stem, phone_key, tax_number_key};
use crate::model::{Party, RecordKind};
use crate::store::PartyKeys;

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

    /// Each key by itself, as a store looks for it.
    pub fn each(&self) -> impl Iterator<Item = PartyKeys> {
        let name = self.name.iter().map(|name| PartyKeys { name: Some(name.clone()), ..PartyKeys::default() });
        let tax_number = self.tax_number.iter();
        let tax_number =
            tax_number.map(|number| PartyKeys { tax_number: Some(number.clone()), ..PartyKeys::default() });
        let emails = self.emails.iter().map(|email| PartyKeys { email: Some(email.clone()), ..PartyKeys::default() });
        let phones = self.phones.iter().map(|phone| PartyKeys { phone: Some(phone.clone()), ..PartyKeys::default() });
        name.chain(tax_number).chain(emails).chain(phones)
    }

    /// What a search finds a party by whose name is written somewhat otherwise, or which has its key: the beginnings of the
    /// longest words.
    #[must_use]
    pub fn beginnings(&self) -> Vec<String> {
        let mut words: Vec<&str> = self.stem.iter().flat_map(|stem| stem.split_whitespace()).collect();
        words.sort_by_key(|word| (std::cmp::Reverse(word.chars().count()), *word));
        let words = words.into_iter().take(3).map(|word| word.chars().take(4).collect());
        words.chain(self.external_key.clone()).collect()
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
