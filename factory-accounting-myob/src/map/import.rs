//! Customers and suppliers as an import takes them over (F18, F19).

use factory_accounting_core::model::{Address, AddressKind, ContactPerson, Due, Party, PaymentTerms};
use factory_accounting_core::provider::{CatalogueEntry, RemoteParty};
use rust_decimal::prelude::ToPrimitive as _;

use crate::remote_id::{self, Collection};
use crate::wire::contact as wire;

/// A customer or supplier with all that an import takes over. One without a name cannot be taken over, and is left out.
pub(crate) fn party(collection: Collection, contact: wire::Contact) -> Result<Option<CatalogueEntry>, &'static str> {
    let id = remote_id::compose(collection, contact.uid.as_deref().ok_or("a contact without a UID")?);
    let Some(name) = contact.name() else {
        tracing::warn!(%id, "contact without a name left out");
        return Ok(None);
    };
    let key = contact.card_id().map(str::to_owned);
    let details = contact.selling_details.or(contact.buying_details).unwrap_or_default();
    let mut addresses = contact.addresses;
    addresses.sort_by_key(|address| address.location);
    let first = addresses.first().cloned().unwrap_or_default();
    let person =
        ContactPerson { first_name: contact.first_name, last_name: contact.last_name, email: None, phone: None };
    let individual = contact.is_individual == Some(true);
    let people = addresses.iter().filter_map(|address| address.contact_name.as_deref()).map(named);
    let mut contacts: Vec<ContactPerson> = if individual { vec![person] } else { people.collect() };
    contacts.retain(|person| person.first_name.is_some() || person.last_name.is_some());
    contacts.dedup();
    let party = Party {
        email: first.email.clone(),
        phone: first.phone.clone(),
        tax_number: details.abn.or(details.tax_id_number),
        addresses: addresses.into_iter().filter_map(address).collect(),
        contacts,
        terms: details.terms.as_ref().and_then(terms),
        currency: contact.foreign_currency.and_then(|currency| currency.code?.parse().ok()),
        ..Party::new(id.as_str(), name)
    };
    let mut remote = RemoteParty::new(id, party);
    remote.external_key = key;
    remote.is_customer = collection == Collection::Customer;
    remote.is_supplier = collection == Collection::Supplier;
    remote.active = contact.is_active != Some(false);
    Ok(Some(CatalogueEntry::Party(Box::new(remote))))
}

/// A person by one text: the last word is the family's.
fn named(text: &str) -> ContactPerson {
    let (first, last) = match text.trim().rsplit_once(' ') {
        Some((first, last)) => (Some(first.trim().to_owned()), last),
        None => (None, text.trim()),
    };
    let last = Some(last.to_owned()).filter(|last| !last.is_empty());
    ContactPerson { first_name: first, last_name: last, email: None, phone: None }
}

/// Terms that the model can say; cash and others have no form there (myob.md 3.1).
fn terms(terms: &wire::Terms) -> Option<PaymentTerms> {
    let from = match terms.payment_is_due.as_deref()? {
        "InAGivenNumberOfDays" => Due::DocumentDate,
        "NumberOfDaysAfterEOM" => Due::EndOfMonth,
        "OnADayOfTheMonth" => Due::DayOfThisMonth,
        "DayOfMonthAfterEOM" => Due::DayOfNextMonth,
        _ => return None,
    };
    let days = terms.balance_due_date?.0.to_u8()?;
    Some(PaymentTerms { days, from })
}

/// The first address is for bills, the second for goods, by custom (myob.md 3.1).
fn address(read: wire::Address) -> Option<Address> {
    let kind = match read.location {
        None | Some(1) => AddressKind::Postal,
        Some(2) => AddressKind::Delivery,
        _ => AddressKind::Street,
    };
    let lines = read.street.as_deref().unwrap_or_default().lines().map(str::trim).filter(|line| !line.is_empty());
    let mut kept: Vec<String> = Vec::new();
    for line in lines {
        match kept.get_mut(3) {
            // The model keeps four street lines.
            Some(last) => *last = format!("{last}, {line}"),
            None => kept.push(line.to_owned()),
        }
    }
    let address = Address {
        kind,
        attention: read.contact_name,
        lines: kept,
        city: read.city,
        region: read.state,
        postal_code: read.post_code,
        country: read.country,
    };
    let parts = [&address.city, &address.region, &address.postal_code, &address.country];
    (!address.lines.is_empty() || parts.iter().any(|part| part.is_some())).then_some(address)
}
