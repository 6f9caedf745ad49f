//! Creating, merging and archiving contacts (xero.md 4.2).

use super::{
    ADDRESS_SLOTS, ADDRESS_TEXTS, Contact, ContactStatus, PHONE_SLOTS, PHONE_TEXTS, Person, TEXTS, Term, Texts,
};
use crate::xero::books::errors::{self, Findings, Refusal};
use crate::xero::books::shelf::Key;
use crate::xero::books::wire_in::Object;
use crate::xero::books::{Books, Context, Verb, Written};
use crate::xero::switches::ContactMatch;
use std::collections::BTreeMap;
use uuid::Uuid;

/// What a caller sent of a contact; absent members stay as they are.
#[derive(Clone, Debug, Default)]
pub(in crate::xero::books) struct ContactInput {
    pub(in crate::xero::books) id: Option<Uuid>,
    pub(in crate::xero::books) texts: Texts,
    status: Option<String>,
    persons: Option<Vec<Person>>,
    addresses: Vec<(String, Texts)>,
    phones: Vec<(String, Texts)>,
    batch: Texts,
    bill_terms: Option<Term>,
    sales_terms: Option<Term>,
    sales_tracking: Option<Vec<(String, String)>>,
    purchases_tracking: Option<Vec<(String, String)>>,
}

impl ContactInput {
    pub(in crate::xero::books) fn read(object: &Object<'_>) -> Result<Self, Refusal> {
        let terms = object.object("PaymentTerms")?;
        let term = |side: &str| -> Result<Option<Term>, Refusal> {
            let Some(term) = terms.as_ref().map(|terms| terms.object(side)).transpose()?.flatten() else {
                return Ok(None);
            };
            Ok(Some(Term {
                day: term.integer("Day")?.unwrap_or_default(),
                kind: term.text("Type")?.unwrap_or_default(),
            }))
        };
        Ok(Self {
            id: object.id("ContactID")?,
            texts: texts(object, &TEXTS)?,
            status: object.text("ContactStatus")?,
            persons: object.list("ContactPersons")?.map(|list| list.iter().map(person).collect()).transpose()?,
            addresses: slots(object, "Addresses", "AddressType", &ADDRESS_TEXTS)?,
            phones: slots(object, "Phones", "PhoneType", &PHONE_TEXTS)?,
            batch: match object.object("BatchPayments")? {
                Some(batch) => texts(&batch, &BATCH_TEXTS)?,
                None => Texts::new(),
            },
            bill_terms: term("Bills")?,
            sales_terms: term("Sales")?,
            sales_tracking: tracking(object, "SalesTrackingCategories")?,
            purchases_tracking: tracking(object, "PurchasesTrackingCategories")?,
        })
    }

    pub(in crate::xero::books) fn text(&self, name: &str) -> Option<&str> {
        self.texts.get(name).map(String::as_str).filter(|text| !text.is_empty())
    }

    /// Whether anything was sent but the keys that find a contact.
    pub(in crate::xero::books) fn has_content(&self) -> bool {
        self.texts.keys().any(|name| *name != "ContactNumber")
            || self.persons.is_some()
            || !self.addresses.is_empty()
            || !self.phones.is_empty()
    }
}

/// Members of the bank details for batch payments and their longest length.
pub(super) const BATCH_TEXTS: [(&str, usize); 5] =
    [("BankAccountNumber", 50), ("BankAccountName", 255), ("Details", 18), ("Code", 12), ("Reference", 12)];

fn texts(object: &Object<'_>, fields: &[(&'static str, usize)]) -> Result<Texts, Refusal> {
    let mut sent = Texts::new();
    for (name, _) in fields {
        if let Some(text) = object.text(name)? {
            sent.insert(name, text);
        }
    }
    Ok(sent)
}

fn slots(
    object: &Object<'_>,
    list: &str,
    kind: &str,
    fields: &[(&'static str, usize)],
) -> Result<Vec<(String, Texts)>, Refusal> {
    let mut sent = Vec::new();
    for slot in object.list(list)?.unwrap_or_default() {
        sent.push((slot.text(kind)?.unwrap_or_default().to_uppercase(), texts(&slot, fields)?));
    }
    Ok(sent)
}

fn person(object: &Object<'_>) -> Result<Person, Refusal> {
    Ok(Person {
        first_name: object.text("FirstName")?.unwrap_or_default(),
        last_name: object.text("LastName")?.unwrap_or_default(),
        email: object.text("EmailAddress")?.unwrap_or_default(),
        include_in_emails: object.boolean("IncludeInEmails")?.unwrap_or_default(),
    })
}

fn tracking(object: &Object<'_>, list: &str) -> Result<Option<Vec<(String, String)>>, Refusal> {
    let Some(sent) = object.list(list)? else { return Ok(None) };
    sent.iter()
        .map(|pair| {
            Ok((
                pair.text("TrackingCategoryName")?.unwrap_or_default(),
                pair.text("TrackingOptionName")?.unwrap_or_default(),
            ))
        })
        .collect::<Result<_, Refusal>>()
        .map(Some)
}

impl Books {
    /// Creates or merges one contact; a failed create keeps the zero id.
    pub(in crate::xero::books) fn write_contact(
        &mut self,
        input: &ContactInput,
        verb: Verb,
        ctx: &Context<'_>,
    ) -> Written<Contact> {
        let mut findings = Findings::default();
        let existing = self.match_contact(input, verb, ctx, &mut findings);
        let mut candidate = existing.clone().unwrap_or_else(|| Contact::new(ctx.now));
        if existing.as_ref().is_some_and(|held| held.status == ContactStatus::Archived) {
            findings.error(errors::CONTACT_ARCHIVED_EDIT);
        }
        merge(&mut candidate, input, &mut findings);
        self.check_contact(&candidate, &mut findings);
        if findings.is_clean() {
            candidate.updated = ctx.now;
            if existing.is_none() {
                candidate.id = self.ids.next();
            }
            self.contacts.put(candidate.clone());
            self.note_api_write(candidate.id, ctx);
            self.announce("CONTACT", existing.is_none(), candidate.id, ctx.now, None);
        }
        Written { row: candidate, findings }
    }

    /// Id, then number, then name (xero.md 4.2; the last by switch 17).
    fn match_contact(
        &self,
        input: &ContactInput,
        verb: Verb,
        ctx: &Context<'_>,
        findings: &mut Findings,
    ) -> Option<Contact> {
        if let Some(id) = input.id {
            if verb == Verb::Put {
                findings.error("A contact with the specified ContactID already exists."); // [impl]
            }
            return self.contacts.get(id).cloned();
        }
        let number = input.text("ContactNumber");
        let by_number = number.and_then(|number| self.contacts.find(Key::Number, number).next());
        if let Some(found) = by_number {
            if verb == Verb::Put {
                findings.error(errors::CONTACT_NUMBER_TAKEN);
                return None;
            }
            return Some(found.clone());
        }
        let by_name = input.text("Name").and_then(|name| self.active_contact_named(name))?;
        let falls_back = number.is_none() || ctx.switches.contact_match == ContactMatch::FallsBackToName;
        // A create, or a refused fall-back, meets the taken name in `check_contact`.
        (verb == Verb::Post && falls_back).then(|| by_name.clone())
    }

    pub(in crate::xero::books) fn active_contact_named(&self, name: &str) -> Option<&Contact> {
        self.contacts.find(Key::Name, name).find(|contact| contact.status == ContactStatus::Active)
    }

    fn check_contact(&self, candidate: &Contact, findings: &mut Findings) {
        let name = candidate.name();
        if name.is_empty() {
            findings.error("The Contact Name must be specified"); // [impl]
        }
        if name.trim() != name || name.contains("  ") {
            // The rule is documented, its wording is not [impl].
            findings.error("The contact name must not begin or end with a space or contain double spaces.");
        }
        if name.contains(['<', '>']) {
            findings.error("The contact name must not contain the characters '<' or '>'."); // [impl]
        }
        for (field, max) in TEXTS {
            findings.limit(field, candidate.texts.get(field).map(String::as_str), max);
        }
        if candidate.status == ContactStatus::Active
            && self.active_contact_named(name).is_some_and(|other| other.id != candidate.id)
        {
            findings.error(errors::contact_name_taken(name));
        }
        let number = candidate.text("ContactNumber");
        if !number.is_empty() && self.contacts.find(Key::Number, number).any(|other| other.id != candidate.id) {
            findings.error(errors::CONTACT_NUMBER_TAKEN);
        }
        let emails = candidate.persons.iter().map(|person| person.email.as_str());
        for email in emails.chain([candidate.text("EmailAddress")]) {
            if !email.is_empty() && !is_email(email) {
                findings.error(errors::EMAIL_INVALID);
            }
        }
        if candidate.persons.len() > 5 {
            findings.error("A contact cannot have more than 5 contact persons."); // [impl]
        }
        self.check_contact_references(candidate, findings);
    }

    fn check_contact_references(&self, candidate: &Contact, findings: &mut Findings) {
        let currency = candidate.text("DefaultCurrency");
        if !currency.is_empty() && !self.has_currency(currency) {
            findings.error(errors::currency_unknown(currency));
        }
        for field in ["SalesDefaultAccountCode", "PurchasesDefaultAccountCode"] {
            let code = candidate.text(field);
            if !code.is_empty() && self.active_account(code).is_none() {
                findings.error(errors::account_invalid(code));
            }
        }
        for term in candidate.bill_terms.iter().chain(&candidate.sales_terms) {
            let known = ["DAYSAFTERBILLDATE", "DAYSAFTERBILLMONTH", "OFCURRENTMONTH", "OFFOLLOWINGMONTH"];
            if !known.contains(&term.kind.as_str()) || !(0..=31).contains(&term.day) {
                findings.error("The payment terms are invalid."); // [impl]
            }
        }
    }
}

fn merge(contact: &mut Contact, input: &ContactInput, findings: &mut Findings) {
    for (name, text) in &input.texts {
        contact.texts.insert(name, text.clone());
    }
    match input.status.as_deref().map(str::to_uppercase).as_deref() {
        None | Some("") => {}
        Some("ACTIVE") => contact.status = ContactStatus::Active,
        Some("ARCHIVED") => contact.status = ContactStatus::Archived,
        Some("GDPRREQUEST") => contact.status = ContactStatus::Gdpr,
        Some(other) => findings.error(format!("The contact status '{other}' is not valid.")), // [impl]
    }
    if let Some(persons) = &input.persons {
        contact.persons.clone_from(persons);
    }
    merge_slots(&mut contact.addresses, &input.addresses, &ADDRESS_SLOTS, &ADDRESS_TEXTS, findings);
    merge_slots(&mut contact.phones, &input.phones, &PHONE_SLOTS, &PHONE_TEXTS, findings);
    contact.batch.extend(input.batch.clone());
    for (field, max) in BATCH_TEXTS {
        findings.limit(field, contact.batch.get(field).map(String::as_str), max);
    }
    contact.bill_terms = input.bill_terms.clone().or(contact.bill_terms.take());
    contact.sales_terms = input.sales_terms.clone().or(contact.sales_terms.take());
    if let Some(tracking) = &input.sales_tracking {
        contact.sales_tracking.clone_from(tracking);
    }
    if let Some(tracking) = &input.purchases_tracking {
        contact.purchases_tracking.clone_from(tracking);
    }
}

/// Addresses and phones are fixed slots, merged by their type (xero.md 4.2).
fn merge_slots(
    held: &mut BTreeMap<&'static str, Texts>,
    sent: &[(String, Texts)],
    slots: &[&'static str],
    fields: &[(&'static str, usize)],
    findings: &mut Findings,
) {
    for (kind, texts) in sent {
        let Some(slot) = slots.iter().find(|slot| *slot == kind) else {
            findings.error(format!("The type '{kind}' is not valid for a contact.")); // [impl]
            continue;
        };
        for (field, max) in fields {
            findings.limit(field, texts.get(field).map(String::as_str), *max);
        }
        let country = texts.get("Country").map_or("", String::as_str);
        if !country.chars().all(|c| c.is_alphabetic() || matches!(c, ' ' | '.' | '\'' | '-' | '(' | ')' | ',' | '&')) {
            findings.error("The Country field must consist of letters."); // [impl]
        }
        held.entry(slot).or_default().extend(texts.clone());
    }
}

/// "umlauts not supported" (xero.md 4.2).
fn is_email(text: &str) -> bool {
    let Some((local, domain)) = text.split_once('@') else { return false };
    text.is_ascii()
        && !text.contains(char::is_whitespace)
        && !local.is_empty()
        && !domain.contains('@')
        && domain.split('.').count() > 1
        && domain.split('.').all(|label| !label.is_empty())
}

impl ContactInput {
    /// Whether the lists that were sent differ from those held.
    pub(in crate::xero::books) fn changes_lists(&self, held: &Contact) -> bool {
        let differs = |sent: &[(String, Texts)], slots: &BTreeMap<&'static str, Texts>| {
            sent.iter().any(|(kind, texts)| {
                texts.iter().any(|(name, text)| {
                    slots.get(kind.as_str()).and_then(|slot| slot.get(name)).map_or("", String::as_str) != text
                })
            })
        };
        self.persons.as_ref().is_some_and(|persons| persons != &held.persons)
            || differs(&self.addresses, &held.addresses)
            || differs(&self.phones, &held.phones)
    }
}
