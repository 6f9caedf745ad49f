//! How a contact looks in answers (xero.md 4.2).

use super::write::BATCH_TEXTS;
use super::{ADDRESS_TEXTS, Contact, PHONE_TEXTS, Texts};
use crate::xero::books::errors::Findings;
use crate::xero::books::wire_out::Writer;
use crate::xero::books::{Books, respond};
use chrono::{Duration, NaiveDate};
use rust_decimal::Decimal;
use std::collections::BTreeMap;

/// Which of the recorded shapes an answer has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Shape {
    Write,
    List,
    Summary,
    Single,
}

/// Slots as list reads order them.
const LIST_ADDRESSES: [&str; 2] = ["POBOX", "STREET"];
const LIST_PHONES: [&str; 4] = ["DDI", "DEFAULT", "FAX", "MOBILE"];

pub(super) fn render_written(out: &mut Writer, contact: &Contact, findings: &Findings, every: bool) {
    out.id("ContactID", contact.id);
    identity(out, contact);
    addresses(out, contact, Shape::Write);
    out.instant("UpdatedDateUTC", contact.updated);
    out.none("ContactGroups");
    flags(out, contact);
    defaults(out, contact);
    persons(out, contact);
    out.flag("HasValidationErrors", !findings.is_clean());
    respond::verdict(out, findings, every);
}

pub(super) fn render_read(out: &mut Writer, books: &Books, contact: &Contact, shape: Shape, today: NaiveDate) {
    out.id("ContactID", contact.id);
    identity(out, contact);
    if shape != Shape::Summary {
        addresses(out, contact, shape);
    }
    out.instant("UpdatedDateUTC", contact.updated);
    if shape == Shape::Summary {
        out.flag("HasValidationErrors", false);
        return;
    }
    books.render_groups_of(out, contact.id);
    flags(out, contact);
    defaults(out, contact);
    persons(out, contact);
    if let Some(winner) = contact.merged_to {
        out.id("MergedToContactID", winner);
    }
    balances(out, books, contact, today);
    out.flag("HasAttachments", books.has_attachments(contact.id));
    out.flag("HasValidationErrors", false);
}

/// The full contact inside a document (xero.md 4.7). Purchase orders carry a stamp that runs ahead by the
/// organisation's offset (xero.md 0.5).
pub(in crate::xero::books) fn render_nested(out: &mut Writer, contact: &Contact, ahead: Duration, bare: bool) {
    out.id("ContactID", contact.id);
    identity(out, contact);
    if bare {
        out.none("Addresses");
        out.none("Phones");
    } else {
        addresses(out, contact, Shape::Write);
    }
    out.instant("UpdatedDateUTC", contact.updated.checked_add_signed(ahead).unwrap_or(contact.updated));
    out.none("ContactGroups");
    flags(out, contact);
    out.none("SalesTrackingCategories");
    out.none("PurchasesTrackingCategories");
    if bare {
        out.none("ContactPersons");
    } else {
        persons(out, contact);
    }
    out.flag("HasValidationErrors", false);
}

fn identity(out: &mut Writer, contact: &Contact) {
    out.some("ContactNumber", contact.texts.get("ContactNumber").map(String::as_str));
    out.some("AccountNumber", contact.texts.get("AccountNumber").map(String::as_str));
    out.text("ContactStatus", contact.status.wire());
    for name in ["Name", "FirstName", "LastName", "CompanyNumber", "EmailAddress"] {
        out.some(name, contact.texts.get(name).map(String::as_str));
    }
    out.text("BankAccountDetails", contact.text("BankAccountDetails"));
    for name in ["TaxNumber", "TaxNumberType", "AccountsReceivableTaxType", "AccountsPayableTaxType"] {
        out.some(name, contact.texts.get(name).map(String::as_str));
    }
}

fn addresses(out: &mut Writer, contact: &Contact, shape: Shape) {
    let write = shape == Shape::Write;
    let (places, lines) =
        if write { (super::ADDRESS_SLOTS, super::PHONE_SLOTS) } else { (LIST_ADDRESSES, LIST_PHONES) };
    out.list("Addresses", places, |out, slot| {
        out.text("AddressType", slot);
        for (name, _) in ADDRESS_TEXTS {
            let always = write && matches!(name, "City" | "Region" | "PostalCode" | "Country");
            member(out, &contact.addresses, slot, name, always);
        }
    });
    out.list("Phones", lines, |out, slot| {
        out.text("PhoneType", slot);
        for (name, _) in PHONE_TEXTS {
            member(out, &contact.phones, slot, name, write);
        }
    });
}

fn member(out: &mut Writer, slots: &BTreeMap<&'static str, Texts>, slot: &str, name: &'static str, always: bool) {
    let text = slots.get(slot).and_then(|texts| texts.get(name)).map_or("", String::as_str);
    if always {
        out.text(name, text);
    } else {
        out.filled(name, text);
    }
}

fn flags(out: &mut Writer, contact: &Contact) {
    out.flag("IsSupplier", contact.is_supplier);
    out.flag("IsCustomer", contact.is_customer);
}

fn defaults(out: &mut Writer, contact: &Contact) {
    for name in [
        "DefaultCurrency",
        "SalesDefaultAccountCode",
        "PurchasesDefaultAccountCode",
        "SalesDefaultLineAmountType",
        "PurchasesDefaultLineAmountType",
        "XeroNetworkKey",
    ] {
        out.filled(name, contact.text(name));
    }
    for (name, pairs) in [
        ("SalesTrackingCategories", &contact.sales_tracking),
        ("PurchasesTrackingCategories", &contact.purchases_tracking),
    ] {
        out.list(name, pairs, |out, (category, option)| {
            out.text("TrackingCategoryName", category);
            out.text("TrackingOptionName", option);
        });
    }
    if contact.bill_terms.is_some() || contact.sales_terms.is_some() {
        out.member("PaymentTerms", |out| {
            for (side, term) in [("Bills", &contact.bill_terms), ("Sales", &contact.sales_terms)] {
                if let Some(term) = term {
                    out.member(side, |out| {
                        out.raw("Day", term.day);
                        out.text("Type", &term.kind);
                    });
                }
            }
        });
    }
    if !contact.batch.is_empty() {
        out.member("BatchPayments", |out| {
            for (name, _) in BATCH_TEXTS {
                out.some(name, contact.batch.get(name).map(String::as_str));
            }
        });
    }
}

fn persons(out: &mut Writer, contact: &Contact) {
    out.list("ContactPersons", &contact.persons, |out, person| {
        out.text("FirstName", &person.first_name);
        out.text("LastName", &person.last_name);
        out.text("EmailAddress", &person.email);
        out.flag("IncludeInEmails", person.include_in_emails);
    });
}

/// Only contacts with something outstanding carry `Balances`.
fn balances(out: &mut Writer, books: &Books, contact: &Contact, today: NaiveDate) {
    let owed = books.outstanding_of(contact.id, today);
    if owed == ((Decimal::ZERO, Decimal::ZERO), (Decimal::ZERO, Decimal::ZERO)) {
        return;
    }
    out.member("Balances", |out| {
        for (name, (outstanding, overdue)) in [("AccountsReceivable", owed.0), ("AccountsPayable", owed.1)] {
            out.member(name, |out| {
                out.decimal("Outstanding", outstanding);
                out.decimal("Overdue", overdue);
            });
        }
    });
}
