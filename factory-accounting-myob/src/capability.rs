//! What a company file can do, as data: from what MYOB can do and from the file's own profile (F12).

use std::collections::BTreeMap;

use factory_accounting_core::capability::{
    AmountRules, Capabilities, Editable, JobPlace, LineItems, MarkerField, OrderForm, RecordCapability, SourceTie,
    TaxAuthority, TaxRounding,
};
use factory_accounting_core::model::RecordKind;
use factory_accounting_core::money::Halves;
use factory_accounting_core::provider::{CatalogueKind, ChangeFeed};
use rust_decimal::Decimal;

use crate::config::MyobConfig;
use crate::map::delivery;
use crate::names::DISPLAY_ID;
use crate::profile::FileProfile;
use crate::remote_id::{Collection, Layout};
use crate::setup::setup_steps;

/// Longest number of a document, receipt or payment (myob.md 3.4).
pub(crate) const DOCUMENT_NUMBER: usize = 13;
/// Longest number that a supplier gives a bill (myob.md 3.7).
pub(crate) const SUPPLIER_NUMBER: usize = 255;
/// Longest customer's order number: the pages say 255, and 20 are taken (myob.md 3.4).
pub(crate) const REFERENCE: usize = 20;
/// Longest description of a line, comment, memo, and text of an address (myob.md 3.1, 3.4).
pub(crate) const LINE_TEXT: usize = 255;
/// Longest number of an item (myob.md 3.2).
pub(crate) const ITEM_CODE: usize = 30;
/// Longest name of an item (myob.md 3.2).
pub(crate) const ITEM_NAME: usize = 30;
/// Longest number of a job (myob.md 3.3).
pub(crate) const JOB_NUMBER: usize = 15;
/// Longest name of a job that every version takes (myob.md 3.3).
pub(crate) const JOB_NAME: usize = 25;
/// Longest name of a company (myob.md 3.1).
pub(crate) const COMPANY_NAME: usize = 50;
/// Longest family and given names that every version takes (myob.md 3.1).
pub(crate) const LAST_NAME: usize = 30;
pub(crate) const FIRST_NAME: usize = 20;
/// Longest phone number (myob.md 3.1).
pub(crate) const PHONE: usize = 21;
/// Longest postal code (myob.md 3.1).
pub(crate) const POST_CODE: usize = 10;
/// Decimals of a unit price that are known to be kept (myob.md 7).
pub(crate) const PRICE_DECIMALS: u32 = 5;
/// Decimals of a quantity; no page says how many are kept, an assumption.
pub(crate) const QUANTITY_DECIMALS: u32 = 6;
/// Decimals of a discount in per cent; no page says how many are kept, an assumption.
pub(crate) const DISCOUNT_DECIMALS: u32 = 2;
/// Decimals of an amount (myob.md 7).
pub(crate) const AMOUNT_DECIMALS: u32 = 2;
/// Largest amount: eleven digits before the point (myob.md 7).
pub(crate) const LARGEST_AMOUNT: Decimal = Decimal::from_parts(0x4E72_9FFF, 0x0000_0918, 0, false, 2);

/// Clauses of one question, so that its address stays short (myob.md 2).
pub(crate) const LOOK_UP: usize = 8;

/// What can be followed where money spent cannot be read.
const WITHOUT_EXPENSES: &[ChangeFeed] = &[
    ChangeFeed::Parties,
    ChangeFeed::Invoices,
    ChangeFeed::CreditNotes,
    ChangeFeed::Payments,
    ChangeFeed::Quotes,
    ChangeFeed::PurchaseOrders,
];

/// Terms of payment are no list: each card has its own (myob.md 3.1).
const LISTS: [CatalogueKind; 6] = [
    CatalogueKind::Accounts,
    CatalogueKind::TaxCodes,
    CatalogueKind::Items,
    CatalogueKind::Parties,
    CatalogueKind::Currencies,
    CatalogueKind::Jobs,
];

/// Lists that can be asked for by time of change. Files that were upgraded have rows without one, which are told only once
/// they change (myob.md 5); tax codes are few.
pub(crate) const INCREMENTAL: [CatalogueKind; 4] =
    [CatalogueKind::Accounts, CatalogueKind::Items, CatalogueKind::Parties, CatalogueKind::Jobs];

/// What a company file can do.
pub(crate) fn capabilities(config: &MyobConfig) -> Capabilities {
    let profile = &config.profile;
    let mut capabilities = Capabilities::new(amounts(config.tax_rounding), config.write_timeout);
    // There is no key that a repeated request is known by (myob.md 4).
    capabilities.replay_window = None;
    capabilities.line_text = LINE_TEXT;
    capabilities.max_amount = Some(LARGEST_AMOUNT);
    capabilities.jobs = JobPlace::Line;
    capabilities.separate_roles = true;
    capabilities.records = records(profile);
    capabilities.lists = &LISTS;
    capabilities.incremental_lists = &INCREMENTAL;
    let orders = capabilities.records.contains_key(&RecordKind::Order);
    capabilities.orders = if orders { &[OrderForm::SalesOrder] } else { &[] };
    if !profile.offers(Collection::SpendMoney) {
        capabilities.feeds = WITHOUT_EXPENSES;
    }
    capabilities.setup = setup_steps(profile);
    capabilities
}

/// Prices contain tax, because then the total is what the host reckons to the cent, wherever MYOB rounds the tax within it
/// (myob.md 7, 13.8).
fn amounts(settled: Option<TaxRounding>) -> AmountRules {
    let rounding = settled.unwrap_or(TaxRounding::PerLine);
    let mut amounts = AmountRules::new(PRICE_DECIMALS, QUANTITY_DECIMALS, rounding, Halves::AwayFromZero);
    amounts.discount_decimals = DISCOUNT_DECIMALS;
    amounts.discount_amounts = false;
    amounts.exclusive_prices = false;
    amounts.negative_prices = false;
    amounts.tax_authority = if settled.is_some() { TaxAuthority::Rates } else { TaxAuthority::WithinTotal };
    amounts
}

fn records(profile: &FileProfile) -> BTreeMap<RecordKind, RecordCapability> {
    let written = |form: fn(Layout) -> Collection| [Layout::Item, Layout::Service].map(form);
    let all = [
        (RecordKind::Customer, vec![Collection::Customer], party()),
        (RecordKind::Supplier, vec![Collection::Supplier], party()),
        (RecordKind::Product, vec![Collection::Item], product()),
        (RecordKind::Job, vec![Collection::Job], job()),
        (RecordKind::Quote, written(Collection::Quote).to_vec(), quote()),
        (RecordKind::Order, written(Collection::Order).to_vec(), order()),
        (RecordKind::Invoice, written(Collection::Invoice).to_vec(), posted(profile, invoice())),
        (RecordKind::CreditNote, written(Collection::Invoice).to_vec(), posted(profile, credit_note())),
        (RecordKind::PurchaseOrder, written(Collection::PurchaseOrder).to_vec(), document()),
        (RecordKind::Bill, written(Collection::Bill).to_vec(), posted(profile, bill(profile))),
        (
            RecordKind::Payment,
            vec![Collection::CustomerPayment, Collection::SupplierPayment],
            posted(profile, payment()),
        ),
        (RecordKind::Allocation, vec![Collection::CreditSettlement], posted(profile, allocation())),
    ];
    let offered = all.into_iter().filter(|(_, collections, _)| collections.iter().any(|one| profile.offers(*one)));
    offered.map(|(kind, _, capability)| (kind, capability)).collect()
}

/// Where transactions must be reversed, what has been posted stays as it is (myob.md 4).
fn posted(profile: &FileProfile, mut capability: RecordCapability) -> RecordCapability {
    if profile.must_reverse {
        capability.update = 0;
        capability.void = 0;
    }
    capability
}

/// One record in a call: there is no batch (myob.md 0).
fn record(marker: MarkerField) -> RecordCapability {
    let mut record = RecordCapability::new(1, marker);
    record.fetch = LOOK_UP;
    record.probe = LOOK_UP;
    record.version_checked = true;
    record.drafts = false;
    record
}

fn party() -> RecordCapability {
    let mut party = record(MarkerField::ExternalKey);
    party.number_text = DISPLAY_ID;
    party.name_text = COMPANY_NAME;
    party.texts = [
        ("email", LINE_TEXT),
        ("phone", PHONE),
        ("addresses[].attention", LINE_TEXT),
        ("addresses[].lines[]", LINE_TEXT),
        ("addresses[].city", LINE_TEXT),
        ("addresses[].region", LINE_TEXT),
        ("addresses[].postal_code", POST_CODE),
        ("addresses[].country", LINE_TEXT),
    ]
    .into_iter()
    .collect();
    party
}

fn product() -> RecordCapability {
    let mut product = record(MarkerField::Number);
    product.number_text = ITEM_CODE;
    product.name_text = ITEM_NAME;
    product.unique_number = true;
    product.texts = [("description", LINE_TEXT)].into_iter().collect();
    product
}

fn job() -> RecordCapability {
    let mut job = record(MarkerField::ExternalKey);
    job.number_text = JOB_NUMBER;
    job.name_text = JOB_NAME;
    job.unique_number = true;
    job
}

/// A document. Whether MYOB refuses a number that is taken is a setting of the file's that cannot be read (myob.md 13.4).
fn document() -> RecordCapability {
    let mut document = record(MarkerField::Number);
    document.number_text = DOCUMENT_NUMBER;
    document.line_items = LineItems::AllOrNone;
    document.delivery_marks = delivery::MARKS;
    document
}

fn sale() -> RecordCapability {
    let mut sale = document();
    sale.reference_text = REFERENCE;
    sale
}

fn quote() -> RecordCapability {
    let mut quote = sale();
    // All of them are one comment.
    quote.texts = ["title", "summary", "terms"].into_iter().map(|text| (text, LINE_TEXT)).collect();
    // It has no expiry (myob.md 3.4).
    quote.due_dates = false;
    quote
}

fn credit_note() -> RecordCapability {
    let mut credit_note = sale();
    // A credit note is an invoice below zero (myob.md 3.6).
    credit_note.numbered_with = &[RecordKind::Invoice];
    credit_note.due_dates = false;
    credit_note
}

fn order() -> RecordCapability {
    sale()
}

fn invoice() -> RecordCapability {
    let mut invoice = sale();
    invoice.numbered_with = &[RecordKind::CreditNote];
    invoice.editable_when_settled = Editable::Descriptive;
    invoice.sources = SourceTie::Converted;
    invoice
}

fn bill(profile: &FileProfile) -> RecordCapability {
    let mut bill = document();
    bill.number_text = SUPPLIER_NUMBER;
    bill.editable_when_settled = Editable::Descriptive;
    bill.sources = SourceTie::Converted;
    bill.attachments = profile.online;
    bill
}

fn payment() -> RecordCapability {
    let mut payment = record(MarkerField::Reference);
    payment.update = 0;
    // The memo; the receipt's own number holds it where it is short enough (myob.md 3.6).
    payment.number_text = LINE_TEXT;
    payment.reference_text = LINE_TEXT;
    payment
}

fn allocation() -> RecordCapability {
    let mut allocation = record(MarkerField::Parent);
    allocation.update = 0;
    allocation
}

#[cfg(test)]
mod tests;
