//! Customers and suppliers: cards (myob.md 3.1).
//!
//! - A card is a person's where the party's name is that of its one contact, else a company's. Further contacts stay in the
//!   host: a card has people only beside its addresses.
//! - Of the five addresses the first is where documents go, the second where goods go; e-mail, phone and the main contact
//!   stand with the first.
//! - The key is the number of a new card only: people give cards numbers of their own.
//! - An update is the card just read with what is ours laid over it: tax codes, credit terms, delivery, bank details and
//!   addresses that the host does not have stay as people have left them.

use factory_accounting_core::error::ProviderError;
use factory_accounting_core::ids::RemoteId;
use factory_accounting_core::model::{Address, AddressKind, ContactPerson, Due, Party, RecordKind};
use factory_accounting_core::planned::PlannedParty;
use factory_accounting_core::provider::RemoteRecord;

use super::{MYOB, carry, filled, unwritable};
use crate::capability::{COMPANY_NAME, FIRST_NAME, LAST_NAME, LINE_TEXT, PHONE, POST_CODE};
use crate::names::display_id;
use crate::profile::{Country, FileProfile};
use crate::wire::members::Members;
use crate::wire::write::party::{AddressWrite, CardWrite, DetailsWrite};
use crate::wire::write::{LinkWrite, TermsWrite};

/// Addresses of a card.
const ADDRESSES: usize = 5;

/// A customer or supplier to create.
pub(crate) fn create(
    kind: RecordKind,
    planned: &PlannedParty,
    profile: &FileProfile,
) -> Result<Members, ProviderError> {
    let party = &planned.party;
    let mut card = name(party)?;
    card.display_id = Some(display_id(&planned.external_key));
    card.is_active = Some(true);
    let mut details = details(party, profile)?;
    let (taxed, freight) = if kind == RecordKind::Supplier {
        (&profile.supplier_tax_code, &profile.supplier_freight_tax_code)
    } else {
        (&profile.customer_tax_code, &profile.customer_freight_tax_code)
    };
    details.tax_code = Some(tax_code(kind, taxed.as_ref())?);
    details.freight_tax_code = Some(tax_code(kind, freight.as_ref().or(taxed.as_ref()))?);
    let addresses = addresses(party)?;
    let mut body = Members::of(&card).map_err(|error| unwritable(&error))?;
    (|| {
        if !addresses.is_empty() {
            body.set("Addresses", &addresses)?;
        }
        body.overlay_within(side(kind), &details)
    })()
    .map_err(|error| unwritable(&error))?;
    Ok(body)
}

/// An update of a customer or supplier. The name goes only where it is another one: whether a card is a person's or a
/// company's is then as people have it.
pub(crate) fn update(
    kind: RecordKind,
    planned: &PlannedParty,
    base: &RemoteRecord,
    profile: &FileProfile,
) -> Result<Members, ProviderError> {
    let party = &planned.party;
    let mut body = carry::of(base, &[carry::PARTY])?;
    let renamed = base.name.as_deref().map(str::trim) != Some(party.name.trim());
    let card = if renamed { Some(name(party)?) } else { None };
    let (details, addresses) = (details(party, profile)?, addresses(party)?);
    let terms = details.terms.clone();
    let details = DetailsWrite { terms: None, ..details };
    (|| {
        if let Some(card) = card {
            for other in ["CompanyName", "FirstName", "LastName"] {
                body.remove(other);
            }
            body.overlay(&card)?;
        }
        body.overlay_within(side(kind), &details)?;
        if let Some(terms) = terms {
            let mut inner: Members = body.read(side(kind)).unwrap_or_default();
            inner.overlay_within("Terms", &terms)?;
            body.set(side(kind), &inner)?;
        }
        set_addresses(&mut body, &addresses)
    })()
    .map_err(|error| unwritable(&error))?;
    Ok(body)
}

/// Where a card keeps what it is sold or bought under.
fn side(kind: RecordKind) -> &'static str {
    if kind == RecordKind::Supplier { "BuyingDetails" } else { "SellingDetails" }
}

/// Every card needs tax codes (myob.md 3.1).
fn tax_code(kind: RecordKind, code: Option<&RemoteId>) -> Result<LinkWrite, ProviderError> {
    code.map(LinkWrite::from).ok_or_else(|| {
        let message = format!(
            "needs a tax code, and none is set for new {kind}s: set one in MYOB's preferences, then look at the file anew"
        );
        MYOB.refused("", message)
    })
}

fn name(party: &Party) -> Result<CardWrite, ProviderError> {
    let name = party.name.trim();
    if name.is_empty() {
        return Err(MYOB.refused("name", "is empty: a card in MYOB needs a name"));
    }
    if let Some((first, last)) = own_name(party) {
        return Ok(CardWrite {
            first_name: Some(first.to_owned()),
            last_name: Some(last.to_owned()),
            is_individual: true,
            ..CardWrite::default()
        });
    }
    MYOB.within("name", Some(name), COMPANY_NAME)?;
    Ok(CardWrite { company_name: Some(name.to_owned()), is_individual: false, ..CardWrite::default() })
}

/// Given and family name of a party that is one person, where a card can hold them.
fn own_name(party: &Party) -> Option<(&str, &str)> {
    let [person] = party.contacts.as_slice() else { return None };
    let (first, last) = (person.first_name.as_deref()?.trim(), person.last_name.as_deref()?.trim());
    let fits = first.chars().count() <= FIRST_NAME && last.chars().count() <= LAST_NAME;
    let is_name = !first.is_empty() && !last.is_empty() && format!("{first} {last}") == party.name.trim();
    (fits && is_name).then_some((first, last))
}

fn details(party: &Party, profile: &FileProfile) -> Result<DetailsWrite, ProviderError> {
    let books = profile.country.currency();
    if let Some(currency) = party.currency.filter(|currency| *currency != books) {
        let message = format!("is {currency}, and cards are made in {books} from here: set it in MYOB by hand");
        return Err(MYOB.unsupported("currency", message));
    }
    let mut details = DetailsWrite { terms: party.terms.map(terms).transpose()?, ..DetailsWrite::default() };
    match (filled(party.tax_number.as_deref()), profile.country) {
        (Some(number), Country::Au) => details.abn = Some(abn(&number)?),
        (Some(number), _) => {
            MYOB.within("tax_number", Some(&number), LINE_TEXT)?;
            details.tax_id_number = Some(number);
        }
        (None, _) => {}
    }
    Ok(details)
}

/// Eleven digits, written as `51 824 753 556` (myob.md 3.1).
fn abn(number: &str) -> Result<String, ProviderError> {
    let digits: String = number.chars().filter(|character| character.is_ascii_digit()).collect();
    let foreign = number.chars().any(|character| character.is_alphabetic() && !"ABNabn".contains(character));
    match (digits.get(..2), digits.get(2..5), digits.get(5..8), digits.get(8..11)) {
        (Some(a), Some(b), Some(c), Some(d)) if digits.len() == 11 && !foreign => Ok(format!("{a} {b} {c} {d}")),
        _ => Err(MYOB.refused("tax_number", format!("{number:?} is no ABN: give its 11 digits, or leave it out"))),
    }
}

fn terms(terms: factory_accounting_core::model::PaymentTerms) -> Result<TermsWrite, ProviderError> {
    let payment_is_due = match terms.from {
        Due::DocumentDate => "InAGivenNumberOfDays",
        Due::EndOfMonth => "NumberOfDaysAfterEOM",
        Due::DayOfThisMonth => "OnADayOfTheMonth",
        Due::DayOfNextMonth => "DayOfMonthAfterEOM",
        other => {
            return Err(MYOB.unsupported("terms.from", format!("MYOB has no terms {other:?}: set them there by hand")));
        }
    };
    Ok(TermsWrite { payment_is_due, balance_due_date: u32::from(terms.days) })
}

/// The addresses by their places: documents first, goods second, the rest in order.
fn addresses(party: &Party) -> Result<Vec<AddressWrite>, ProviderError> {
    let mut left: Vec<(usize, &Address)> = party.addresses.iter().enumerate().collect();
    let mut first_of = |kinds: &[AddressKind]| {
        let found = kinds.iter().find_map(|kind| left.iter().position(|(_, address)| address.kind == *kind));
        found.map(|at| left.remove(at))
    };
    let documents = first_of(&[AddressKind::Postal, AddressKind::Street]);
    let goods = first_of(&[AddressKind::Delivery]);
    // The second place is kept free for goods as long as the rest has places enough.
    let goods = if goods.is_none() && left.len() > ADDRESSES - 2 { Some(left.remove(0)) } else { goods };
    let mut places: Vec<Option<(usize, &Address)>> = vec![documents, goods];
    places.extend(left.into_iter().map(Some));
    if places.len() > ADDRESSES {
        let message = format!("do not fit into the {ADDRESSES} places of a card in MYOB: leave some out");
        return Err(MYOB.refused("addresses", message));
    }
    let mut written = Vec::new();
    for (location, place) in (1..).zip(places) {
        let mut address = match place {
            Some((at, address)) => self::address(at, address)?,
            None => AddressWrite::default(),
        };
        address.location = location;
        if location == 1 {
            reach(&mut address, party)?;
        }
        if address != (AddressWrite { location, ..AddressWrite::default() }) {
            written.push(address);
        }
    }
    Ok(written)
}

/// How the party is reached stands with its first address.
fn reach(address: &mut AddressWrite, party: &Party) -> Result<(), ProviderError> {
    MYOB.within("email", party.email.as_deref(), LINE_TEXT)?;
    MYOB.within("phone", party.phone.as_deref(), PHONE)?;
    address.email = filled(party.email.as_deref());
    address.phone1 = filled(party.phone.as_deref());
    if let Some(main) = party.contacts.first().filter(|_| own_name(party).is_none()) {
        let contact = called(main);
        MYOB.within("contacts[0].last_name", contact.as_deref(), LINE_TEXT)?;
        address.contact_name = contact.or_else(|| address.contact_name.take());
    }
    Ok(())
}

fn called(person: &ContactPerson) -> Option<String> {
    let names = [filled(person.first_name.as_deref()), filled(person.last_name.as_deref())];
    filled(Some(&names.into_iter().flatten().collect::<Vec<_>>().join(" ")))
}

fn address(at: usize, address: &Address) -> Result<AddressWrite, ProviderError> {
    let path = |field: &str| format!("addresses[{at}].{field}");
    let lines: Vec<String> = address.lines.iter().filter_map(|line| filled(Some(line))).collect();
    let street = filled(Some(&lines.join("\n")));
    MYOB.within(&path("lines"), street.as_deref(), LINE_TEXT)?;
    MYOB.within(&path("attention"), address.attention.as_deref(), LINE_TEXT)?;
    MYOB.within(&path("city"), address.city.as_deref(), LINE_TEXT)?;
    MYOB.within(&path("region"), address.region.as_deref(), LINE_TEXT)?;
    MYOB.within(&path("postal_code"), address.postal_code.as_deref(), POST_CODE)?;
    MYOB.within(&path("country"), address.country.as_deref(), LINE_TEXT)?;
    Ok(AddressWrite {
        street,
        city: filled(address.city.as_deref()),
        state: filled(address.region.as_deref()),
        post_code: filled(address.postal_code.as_deref()),
        country: filled(address.country.as_deref()),
        contact_name: filled(address.attention.as_deref()),
        ..AddressWrite::default()
    })
}

/// Lays addresses over those of a card, place by place. A place that the host has an address for holds that one whole;
/// phones, web page and whatever else people keep there stay.
fn set_addresses(body: &mut Members, addresses: &[AddressWrite]) -> Result<(), serde_json::Error> {
    let mut held: Vec<Members> = body.read("Addresses").unwrap_or_default();
    for address in addresses {
        let is_it = |one: &&mut Members| one.read::<u8>("Location") == Some(address.location);
        match held.iter_mut().find(is_it) {
            Some(place) => {
                let another = address.street.is_some() || address.city.is_some();
                for part in ["Street", "City", "State", "PostCode", "Country"].into_iter().filter(|_| another) {
                    place.remove(part);
                }
                place.overlay(address)?;
            }
            None => held.push(Members::of(address)?),
        }
    }
    if held.is_empty() { Ok(()) } else { body.set("Addresses", &held) }
}
