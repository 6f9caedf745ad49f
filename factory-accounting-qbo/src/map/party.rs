//! Customers and suppliers: customers and vendors.
//!
//! - The main person is the record's own first and last name and its second phone; further persons, and a person's own
//!   e-mail, have no place in QuickBooks and stay in the host.
//! - Terms of payment are a list of the company's own: the one that says the same, where there is one.
//! - A customer has a billing and a shipping address, a vendor one. Whom it is to the attention of is its first line.
//! - The key goes into the notes of a new record only: people write there (R21).

use factory_accounting_core::error::ProviderError;
use factory_accounting_core::model::{Address, AddressKind, Party, RecordKind};
use factory_accounting_core::planned::PlannedParty;
use factory_accounting_core::provider::RemoteRecord;

use super::{QUICKBOOKS, head};
use crate::names;
use crate::wire::write::RefWrite;
use crate::wire::write::party::{AddressWrite, EmailWrite, NameWrite, PhoneWrite};

/// Lines of an address (qbo.md 5.0).
const ADDRESS_LINES: usize = 5;

/// A customer or vendor to create.
pub(crate) fn create(kind: RecordKind, planned: &PlannedParty) -> Result<NameWrite, ProviderError> {
    let mut write = owned_fields(kind, planned)?;
    set_name(&mut write, kind, planned)?;
    write.notes = Some(names::notes(&planned.external_key));
    // Fixed from here on (qbo.md 5.3).
    write.currency_ref = planned.party.currency.map(|currency| RefWrite::new(currency.code()));
    Ok(write)
}

/// An update of a customer or vendor. The name goes only where it is another one: the record in the books may carry an
/// addition that tells it from a namesake, and keeps it.
pub(crate) fn update(
    kind: RecordKind,
    planned: &PlannedParty,
    base: &RemoteRecord,
) -> Result<NameWrite, ProviderError> {
    let mut write = owned_fields(kind, planned)?;
    write.head = head(base, true)?;
    if planned.distinct || base.name.as_deref() != Some(planned.party.name.trim()) {
        set_name(&mut write, kind, planned)?;
    }
    Ok(write)
}

fn set_name(write: &mut NameWrite, kind: RecordKind, planned: &PlannedParty) -> Result<(), ProviderError> {
    let name = &planned.party.name;
    write.display_name = Some(names::display_name(kind, name, &planned.external_key, planned.distinct)?);
    write.company_name = names::company_name(name);
    write.print_on_check_name = names::company_name(name);
    Ok(())
}

fn owned_fields(kind: RecordKind, planned: &PlannedParty) -> Result<NameWrite, ProviderError> {
    let party = &planned.party;
    QUICKBOOKS.within("email", party.email.as_deref(), 100)?;
    QUICKBOOKS.within("phone", party.phone.as_deref(), 30)?;
    QUICKBOOKS.within("tax_number", party.tax_number.as_deref(), 20)?;
    let main = party.contacts.first();
    let (first, last) =
        (main.and_then(|person| person.first_name.clone()), main.and_then(|person| person.last_name.clone()));
    QUICKBOOKS.within("contacts[0].first_name", first.as_deref(), 100)?;
    QUICKBOOKS.within("contacts[0].last_name", last.as_deref(), 100)?;
    let own_phone = main.and_then(|person| person.phone.clone());
    QUICKBOOKS.within("contacts[0].phone", own_phone.as_deref(), 30)?;
    let terms = planned.terms.as_ref().map(RefWrite::from);
    let mut write = NameWrite {
        given_name: first,
        family_name: last,
        primary_email_addr: party.email.clone().map(|address| EmailWrite { address }),
        primary_phone: party.phone.clone().map(|free_form_number| PhoneWrite { free_form_number }),
        alternate_phone: own_phone.map(|free_form_number| PhoneWrite { free_form_number }),
        bill_addr: address(party, &[AddressKind::Postal, AddressKind::Street])?,
        ..NameWrite::default()
    };
    if kind == RecordKind::Supplier {
        write.tax_identifier = party.tax_number.clone();
        write.term_ref = terms;
    } else {
        write.primary_tax_identifier = party.tax_number.clone();
        write.sales_term_ref = terms;
        write.ship_addr = address(party, &[AddressKind::Delivery, AddressKind::Street])?;
    }
    Ok(write)
}

/// The first address of the first kind that the party has.
fn address(party: &Party, kinds: &[AddressKind]) -> Result<Option<AddressWrite>, ProviderError> {
    let found = kinds.iter().find_map(|kind| party.addresses.iter().position(|address| address.kind == *kind));
    found.and_then(|at| Some((at, party.addresses.get(at)?))).map(|(at, address)| written(at, address)).transpose()
}

fn written(at: usize, address: &Address) -> Result<AddressWrite, ProviderError> {
    let path = |field: &str| format!("addresses[{at}].{field}");
    let lines: Vec<&String> = address.attention.iter().chain(&address.lines).collect();
    if lines.len() > ADDRESS_LINES {
        let message = format!("has {} lines, QuickBooks keeps {ADDRESS_LINES}: join some", lines.len());
        return Err(QUICKBOOKS.refused(path("lines"), message));
    }
    for line in &lines {
        QUICKBOOKS.within(&path("lines"), Some(line), 500)?;
    }
    QUICKBOOKS.within(&path("city"), address.city.as_deref(), 255)?;
    QUICKBOOKS.within(&path("region"), address.region.as_deref(), 255)?;
    QUICKBOOKS.within(&path("postal_code"), address.postal_code.as_deref(), 30)?;
    QUICKBOOKS.within(&path("country"), address.country.as_deref(), 255)?;
    let mut lines = lines.into_iter().cloned();
    Ok(AddressWrite {
        line1: lines.next(),
        line2: lines.next(),
        line3: lines.next(),
        line4: lines.next(),
        line5: lines.next(),
        city: address.city.clone(),
        country_sub_division_code: address.region.clone(),
        postal_code: address.postal_code.clone(),
        country: address.country.clone(),
    })
}
