//! Customers and suppliers: contacts.
//!
//! - The main person is the contact's own first and last name; further persons are written on creation only, because an
//!   update replaces the whole list and people keep theirs in Xero (xero.md 4.2, 10.9).
//! - Xero's contacts have a postal and a street address and no third: a delivery address takes the street's place if that
//!   is free and stays out otherwise; of several addresses of one kind the first is written.
//! - A person's own phone number has no place in Xero and stays out.

use factory_accounting_core::error::ProviderError;
use factory_accounting_core::ids::RemoteId;
use factory_accounting_core::model::{Address, AddressKind, ContactPerson, Due, Party, PaymentTerms, RecordKind};
use factory_accounting_core::planned::PlannedParty;
use factory_accounting_core::provider::{RemoteParty, RemoteRecord};

use super::XERO;
use crate::wire::party::{self as wire, Contact, ContactWrite};

/// Most further persons of a contact (xero.md 4.2).
const PERSONS: usize = 5;

/// A contact to create.
pub(crate) fn create(kind: RecordKind, planned: &PlannedParty) -> Result<ContactWrite, ProviderError> {
    let mut contact = owned_fields(kind, planned, planned.distinct)?;
    XERO.within("id", Some(&planned.external_key), 50)?;
    contact.contact_number = Some(planned.external_key.clone());
    contact.contact_persons = further_persons(&planned.party.contacts)?;
    Ok(contact)
}

/// An update of a contact. Its number stays as it is: a contact that was linked by hand, or as both customer and
/// supplier (F29), keeps the key that it has. One that was told from a namesake keeps the addition to its name.
pub(crate) fn update(
    kind: RecordKind,
    planned: &PlannedParty,
    base: &RemoteRecord,
) -> Result<ContactWrite, ProviderError> {
    let told_apart = base.name.as_deref() == Some(distinct_name(kind, planned).as_str());
    let contact = owned_fields(kind, planned, planned.distinct || told_apart)?;
    Ok(ContactWrite { id: Some(base.id.as_str().to_owned()), ..contact })
}

/// Archives a contact. Xero has no way back (xero.md 4.2).
pub(crate) fn archive(base: &RemoteRecord) -> ContactWrite {
    ContactWrite { id: Some(base.id.as_str().to_owned()), contact_status: Some("ARCHIVED"), ..ContactWrite::default() }
}

/// The name of a party with an addition that tells it from a namesake: the role of a supplier, the host's id of a customer.
fn distinct_name(kind: RecordKind, planned: &PlannedParty) -> String {
    let name = &planned.party.name;
    match kind {
        RecordKind::Supplier => format!("{name} (supplier)"),
        _ => format!("{name} ({})", planned.party.id),
    }
}

fn owned_fields(kind: RecordKind, planned: &PlannedParty, distinct: bool) -> Result<ContactWrite, ProviderError> {
    let party = &planned.party;
    let name = if distinct { distinct_name(kind, planned) } else { party.name.clone() };
    check_name(&name)?;
    XERO.within("email", party.email.as_deref(), 255)?;
    XERO.within("phone", party.phone.as_deref(), 50)?;
    XERO.within("tax_number", party.tax_number.as_deref(), 50)?;
    let main = party.contacts.first();
    XERO.within("contacts[0].first_name", main.and_then(|person| person.first_name.as_deref()), 255)?;
    XERO.within("contacts[0].last_name", main.and_then(|person| person.last_name.as_deref()), 255)?;
    Ok(ContactWrite {
        name: Some(name),
        first_name: main.and_then(|person| person.first_name.clone()),
        last_name: main.and_then(|person| person.last_name.clone()),
        email_address: party.email.clone(),
        tax_number: party.tax_number.clone(),
        addresses: addresses(&party.addresses)?,
        phones: phones(party.phone.as_deref()),
        default_currency: party.currency.map(|currency| currency.code()),
        payment_terms: party.terms.map(|terms| payment_terms(kind, terms)).transpose()?,
        ..ContactWrite::default()
    })
}

// xero.md 4.2: no space at either end, no double space, no angle bracket.
fn check_name(name: &str) -> Result<(), ProviderError> {
    XERO.within("name", Some(name), 255)?;
    let single_spaced = name.split_whitespace().collect::<Vec<_>>().join(" ");
    if name != single_spaced {
        return Err(XERO.refused("name", format!("has spaces that Xero refuses: write {single_spaced:?}")));
    }
    if name.contains(['<', '>']) {
        return Err(XERO.refused("name", "holds < or >, which Xero refuses: leave them out"));
    }
    Ok(())
}

fn further_persons(contacts: &[ContactPerson]) -> Result<Vec<wire::Person>, ProviderError> {
    let further = contacts.get(1..).unwrap_or_default();
    if further.len() > PERSONS {
        return Err(
            XERO.refused("contacts", format!("has {} people, Xero keeps {}: remove some", contacts.len(), PERSONS + 1))
        );
    }
    Ok(further
        .iter()
        .map(|person| wire::Person {
            first_name: person.first_name.clone(),
            last_name: person.last_name.clone(),
            email_address: person.email.clone(),
        })
        .collect())
}

fn phones(phone: Option<&str>) -> Vec<wire::Phone> {
    phone
        .map(|number| wire::Phone {
            phone_type: "DEFAULT".to_owned(),
            phone_number: Some(number.to_owned()),
            ..wire::Phone::default()
        })
        .into_iter()
        .collect()
}

fn addresses(addresses: &[Address]) -> Result<Vec<wire::Address>, ProviderError> {
    let first = |kind| addresses.iter().position(|address| address.kind == kind);
    let street = first(AddressKind::Street).or_else(|| first(AddressKind::Delivery));
    [("POBOX", first(AddressKind::Postal)), ("STREET", street)]
        .into_iter()
        .filter_map(|(slot, at)| Some((slot, at?)))
        .filter_map(|(slot, at)| addresses.get(at).map(|address| address_slot(slot, at, address)))
        .collect()
}

fn address_slot(slot: &str, at: usize, address: &Address) -> Result<wire::Address, ProviderError> {
    let path = |field: &str| format!("addresses[{at}].{field}");
    if address.lines.len() > 4 {
        return Err(XERO.refused(path("lines"), format!("has {} lines, Xero keeps 4: join some", address.lines.len())));
    }
    for (number, line) in address.lines.iter().enumerate() {
        XERO.within(&path(&format!("lines[{number}]")), Some(line), 500)?;
    }
    XERO.within(&path("attention"), address.attention.as_deref(), 255)?;
    XERO.within(&path("city"), address.city.as_deref(), 255)?;
    XERO.within(&path("region"), address.region.as_deref(), 255)?;
    XERO.within(&path("postal_code"), address.postal_code.as_deref(), 50)?;
    XERO.within(&path("country"), address.country.as_deref(), 50)?;
    if address.country.as_deref().is_some_and(|country| country.chars().any(|c| c.is_ascii_digit())) {
        return Err(XERO.refused(path("country"), "holds digits, Xero takes letters only: write the country's name"));
    }
    let line = |number: usize| address.lines.get(number).cloned();
    Ok(wire::Address {
        address_type: slot.to_owned(),
        attention_to: address.attention.clone(),
        address_line1: line(0),
        address_line2: line(1),
        address_line3: line(2),
        address_line4: line(3),
        city: address.city.clone(),
        region: address.region.clone(),
        postal_code: address.postal_code.clone(),
        country: address.country.clone(),
    })
}

fn payment_terms(kind: RecordKind, terms: PaymentTerms) -> Result<wire::PaymentTerms, ProviderError> {
    let from = match terms.from {
        Due::DocumentDate => "DAYSAFTERBILLDATE",
        Due::EndOfMonth => "DAYSAFTERBILLMONTH",
        Due::DayOfThisMonth => "OFCURRENTMONTH",
        Due::DayOfNextMonth => "OFFOLLOWINGMONTH",
        _ => return Err(XERO.unsupported("terms.from", "Xero has no such payment terms: choose others")),
    };
    let term = Some(wire::Term { day: terms.days, kind: from.to_owned() });
    Ok(match kind {
        RecordKind::Supplier => wire::PaymentTerms { bills: term, sales: None },
        _ => wire::PaymentTerms { bills: None, sales: term },
    })
}

/// A contact as an import takes it over (F18, F19). Sales terms stand for a customer, bill terms where there are no others.
pub(crate) fn import(contact: Contact) -> Option<RemoteParty> {
    let id = RemoteId::new(contact.id?);
    let party = Party {
        email: contact.email,
        phone: contact.phones.iter().find(|phone| phone.phone_type == "DEFAULT").and_then(dialled),
        tax_number: contact.tax_number,
        addresses: contact.addresses.iter().filter_map(read_address).collect(),
        contacts: read_persons(contact.first_name, contact.last_name, contact.persons),
        terms: contact.terms.and_then(|terms| terms.sales.or(terms.bills)).and_then(read_terms),
        currency: contact.currency.and_then(|code| code.parse().ok()),
        ..Party::new(id.as_str(), contact.name?)
    };
    let mut remote = RemoteParty::new(id, party);
    remote.external_key = contact.number;
    remote.is_customer = contact.is_customer.unwrap_or(false);
    remote.is_supplier = contact.is_supplier.unwrap_or(false);
    remote.active = contact.status.is_none_or(|status| status == "ACTIVE");
    remote.merged_into = contact.merged_into.map(RemoteId::new);
    remote.updated_at = contact.updated;
    Some(remote)
}

fn dialled(phone: &wire::Phone) -> Option<String> {
    let number = phone.phone_number.as_deref()?;
    let parts = [phone.phone_country_code.as_deref(), phone.phone_area_code.as_deref(), Some(number)];
    Some(parts.into_iter().flatten().collect::<Vec<_>>().join(" "))
}

fn read_address(address: &wire::Address) -> Option<Address> {
    let kind = match address.address_type.as_str() {
        "POBOX" => AddressKind::Postal,
        "STREET" => AddressKind::Street,
        "DELIVERY" => AddressKind::Delivery,
        _ => return None,
    };
    let lines = [&address.address_line1, &address.address_line2, &address.address_line3, &address.address_line4];
    let read = Address {
        kind,
        attention: address.attention_to.clone(),
        lines: lines.into_iter().flatten().cloned().collect(),
        city: address.city.clone(),
        region: address.region.clone(),
        postal_code: address.postal_code.clone(),
        country: address.country.clone(),
    };
    // Xero answers both slots whether or not they hold anything.
    let parts = [&read.attention, &read.city, &read.region, &read.postal_code, &read.country];
    (!read.lines.is_empty() || parts.iter().any(|part| part.is_some())).then_some(read)
}

fn read_persons(first: Option<String>, last: Option<String>, further: Vec<wire::Person>) -> Vec<ContactPerson> {
    let main = (first.is_some() || last.is_some()).then_some(ContactPerson {
        first_name: first,
        last_name: last,
        email: None,
        phone: None,
    });
    let further = further.into_iter().map(|person| ContactPerson {
        first_name: person.first_name,
        last_name: person.last_name,
        email: person.email_address,
        phone: None,
    });
    main.into_iter().chain(further).collect()
}

fn read_terms(term: wire::Term) -> Option<PaymentTerms> {
    let from = match term.kind.as_str() {
        "DAYSAFTERBILLDATE" => Due::DocumentDate,
        "DAYSAFTERBILLMONTH" => Due::EndOfMonth,
        "OFCURRENTMONTH" => Due::DayOfThisMonth,
        "OFFOLLOWINGMONTH" => Due::DayOfNextMonth,
        _ => return None,
    };
    Some(PaymentTerms { days: term.day, from })
}

#[cfg(test)]
mod tests {
    use factory_accounting_core::provider::RemoteStatus;

    use super::*;
    use crate::testing::party;

    fn planned(distinct: bool) -> PlannedParty {
        PlannedParty { external_key: "FA-C-1042".to_owned(), party: party(), terms: None, distinct }
    }

    #[test]
    fn r9_a_party_that_is_told_from_a_namesake_has_an_addition_to_its_name() {
        for (kind, distinct, name) in [
            (RecordKind::Customer, false, "Acme Fabrication Ltd"),
            (RecordKind::Customer, true, "Acme Fabrication Ltd (C-1042)"),
            (RecordKind::Supplier, true, "Acme Fabrication Ltd (supplier)"),
        ] {
            let contact = create(kind, &planned(distinct)).expect("a contact");
            assert_eq!(contact.name.as_deref(), Some(name));
        }
        let mut long = planned(true);
        long.party.name = "n".repeat(250);
        let refused = create(RecordKind::Customer, &long).expect_err("256 characters and more");
        assert!(refused.to_string().contains("name"), "{refused}");
    }

    #[test]
    fn r9_the_addition_stays_until_somebody_renames_the_party() {
        let kind = RecordKind::Customer;
        for (there, name) in [
            ("Acme Fabrication Ltd (C-1042)", "Acme Fabrication Ltd (C-1042)"),
            ("Acme Fabrication Ltd", "Acme Fabrication Ltd"),
            ("Acme (C-1042)", "Acme Fabrication Ltd"),
        ] {
            let mut base = RemoteRecord::new(kind, RemoteId::new("a1"), RemoteStatus::Open);
            base.name = Some(there.to_owned());
            let contact = update(kind, &planned(false), &base).expect("a contact");
            assert_eq!(contact.name.as_deref(), Some(name), "{there}");
        }
    }
}
