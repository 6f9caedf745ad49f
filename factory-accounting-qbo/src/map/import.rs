//! Customers and vendors as an import takes them over (F18, F19).

use std::collections::BTreeMap;

use factory_accounting_core::model::{Address, AddressKind, ContactPerson, Due, Party, PaymentTerms, RecordKind};
use factory_accounting_core::provider::RemoteParty;
use rust_decimal::prelude::ToPrimitive as _;

use crate::endpoint::Entity;
use crate::wire::lists::Term;
use crate::wire::party as wire;
use crate::{names, remote_id};

/// When documents fall due, by the id of the terms.
pub(crate) fn terms(terms: Vec<Term>) -> BTreeMap<String, PaymentTerms> {
    terms.into_iter().filter_map(|term| Some((due(&term)?, term.id?))).map(|(due, id)| (id, due)).collect()
}

/// Days until due. Terms that are bound to a day of the month have no form here: in which month depends on how near the day
/// is (qbo.md 5.8).
pub(crate) fn due(term: &Term) -> Option<PaymentTerms> {
    let days = term.due_days?.0.to_u8()?;
    Some(PaymentTerms { days, from: Due::DocumentDate })
}

/// A customer or vendor with all that an import takes over.
pub(crate) fn party(
    entity: Entity,
    name: wire::Name,
    terms: &BTreeMap<String, PaymentTerms>,
) -> Result<RemoteParty, &'static str> {
    let id = remote_id::compose(entity, &name.id.ok_or("a party without an id")?);
    let kind = if entity == Entity::Vendor { RecordKind::Supplier } else { RecordKind::Customer };
    let (company, notes) = (name.company_name.as_deref(), name.notes.as_deref());
    let key = notes.and_then(names::key_in).map(str::to_owned);
    let display = name.display_name.ok_or("a party without a name")?;
    let addresses = [(name.bill_addr, AddressKind::Postal), (name.ship_addr, AddressKind::Delivery)];
    let own_phone = name.alternate_phone.and_then(|phone| phone.free_form_number);
    let person =
        ContactPerson { first_name: name.given_name, last_name: name.family_name, email: None, phone: own_phone };
    let party = Party {
        email: name.primary_email_addr.and_then(|email| email.address),
        phone: name.primary_phone.and_then(|phone| phone.free_form_number),
        // Answers mask the tax number (qbo.md 5.3).
        addresses: addresses.into_iter().filter_map(|(address, kind)| read_address(kind, address?)).collect(),
        contacts: Some(person)
            .filter(|person| [&person.first_name, &person.last_name, &person.phone].iter().any(|part| part.is_some()))
            .into_iter()
            .collect(),
        terms: name.sales_term_ref.and_then(|term| terms.get(&term.value?).copied()),
        currency: name.currency_ref.and_then(|currency| currency.value?.parse().ok()),
        ..Party::new(id.as_str(), names::true_name(kind, &display, company, notes))
    };
    let mut remote = RemoteParty::new(id, party);
    remote.external_key = key;
    remote.is_customer = entity == Entity::Customer;
    remote.is_supplier = entity == Entity::Vendor;
    remote.active = name.active != Some(false);
    remote.updated_at = name.meta_data.and_then(|times| times.last_updated_time);
    Ok(remote)
}

fn read_address(kind: AddressKind, address: wire::Address) -> Option<Address> {
    let lines: Vec<String> =
        [address.line1, address.line2, address.line3, address.line4, address.line5].into_iter().flatten().collect();
    let lines = match lines.len() {
        // The model keeps four street lines.
        5.. => lines.into_iter().fold(Vec::new(), |mut kept: Vec<String>, line| {
            match kept.get_mut(3) {
                Some(last) => *last = format!("{last}, {line}"),
                None => kept.push(line),
            }
            kept
        }),
        _ => lines,
    };
    let read = Address {
        kind,
        attention: None,
        lines,
        city: address.city,
        region: address.country_sub_division_code,
        postal_code: address.postal_code,
        country: address.country,
    };
    let parts = [&read.city, &read.region, &read.postal_code, &read.country];
    (!read.lines.is_empty() || parts.iter().any(|part| part.is_some())).then_some(read)
}
