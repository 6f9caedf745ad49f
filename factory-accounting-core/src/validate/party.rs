//! Customers and suppliers.

use super::Findings;
use crate::model::{Address, AddressKind, ContactPerson, Due, Party, PaymentTerms};

pub(super) fn check(party: &Party, found: &mut Findings) {
    check_email("email", party.email.as_deref(), found);
    let mut kinds: Vec<AddressKind> = Vec::new();
    for (index, address) in party.addresses.iter().enumerate() {
        check_address(index, address, &kinds, found);
        kinds.push(address.kind);
    }
    for (index, person) in party.contacts.iter().enumerate() {
        check_person(index, person, found);
    }
    if let Some(terms) = party.terms {
        check_terms(terms, found);
    }
}

fn check_email(path: &str, email: Option<&str>, found: &mut Findings) {
    if let Some(email) = email.filter(|email| !email.trim().is_empty() && !is_email(email)) {
        found.add(path, format!("is {email:?}, which is no e-mail address: give one address such as jo@example.com"));
    }
}

/// One address with one @ and a domain with a dot: enough to catch slips, loose enough for every real address.
fn is_email(text: &str) -> bool {
    let Some((local, domain)) = text.split_once('@') else { return false };
    let plain = !text.chars().any(|character| character.is_whitespace() || ",;<>".contains(character));
    let dotted = domain.contains('.') && domain.split('.').all(|part| !part.is_empty());
    plain && dotted && !local.is_empty() && !domain.contains('@')
}

fn check_address(index: usize, address: &Address, earlier: &[AddressKind], found: &mut Findings) {
    let path = format!("addresses[{index}]");
    if earlier.contains(&address.kind) {
        found.add(format!("{path}.kind"), "is given twice: keep one address of each kind");
    }
    if address.lines.len() > 4 {
        found.add(
            format!("{path}.lines"),
            format!("are {}: put the address into four lines at most", address.lines.len()),
        );
    }
    let parts = [&address.attention, &address.city, &address.region, &address.postal_code, &address.country];
    if address.lines.is_empty() && parts.iter().all(|part| part.is_none()) {
        found.add(path, "is empty: fill it in or leave it out");
    }
}

fn check_person(index: usize, person: &ContactPerson, found: &mut Findings) {
    let path = format!("contacts[{index}]");
    if [&person.first_name, &person.last_name, &person.email, &person.phone].iter().all(|part| part.is_none()) {
        found.add(path, "is empty: fill it in or leave it out");
    } else {
        check_email(&format!("{path}.email"), person.email.as_deref(), found);
    }
}

fn check_terms(terms: PaymentTerms, found: &mut Findings) {
    let days = terms.days;
    let day_of_month = matches!(terms.from, Due::DayOfThisMonth | Due::DayOfNextMonth);
    if days > 31 {
        found.add("terms.days", format!("is {days}: give 31 or less"));
    } else if day_of_month && days == 0 {
        found.add("terms.days", "is 0: give a day of the month, 1 to 31");
    }
}
