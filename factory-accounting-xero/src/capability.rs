//! What Xero can do, as data.

use std::time::Duration;

use factory_accounting_core::capability::{
    AmountRules, Capabilities, Characters, Editable, MarkerField, NameRules, RecordCapability, TaxRounding,
};
use factory_accounting_core::model::RecordKind;
use factory_accounting_core::money::Halves;
use factory_accounting_core::provider::{CatalogueKind, ChangeFeed};
use rust_decimal::Decimal;

/// Elements of one write, as Xero recommends (xero.md 5).
const BATCH: usize = 50;
/// Ids or numbers of one filtered read (xero.md 6).
const LOOK_UP: usize = 40;
/// For how long a key is remembered, from its first call (xero.md 3).
const REPLAY_WINDOW: Duration = Duration::from_secs(360);
/// How long Xero may work on a large batch (xero.md 7.3).
pub(crate) const WRITE_TIMEOUT: Duration = Duration::from_secs(100);

/// Expenses come with bank transactions, which this provider does not read.
const FEEDS: [ChangeFeed; 6] = [
    ChangeFeed::Parties,
    ChangeFeed::Invoices,
    ChangeFeed::CreditNotes,
    ChangeFeed::Payments,
    ChangeFeed::Quotes,
    ChangeFeed::PurchaseOrders,
];

/// Terms of payment are no list: each contact has its own (xero.md 4.2).
const LISTS: [CatalogueKind; 6] = [
    CatalogueKind::Accounts,
    CatalogueKind::TaxCodes,
    CatalogueKind::Items,
    CatalogueKind::Parties,
    CatalogueKind::Currencies,
    CatalogueKind::Jobs,
];

/// Lists that take If-Modified-Since (xero.md 6). It does not see a contact become a customer or a supplier, nor what was
/// deleted outright (xero.md 4.2, R45): the whole list is still to be read from time to time.
pub(crate) const INCREMENTAL: [CatalogueKind; 3] =
    [CatalogueKind::Accounts, CatalogueKind::Items, CatalogueKind::Parties];

/// What every organisation can do. Plans differ in what they refuse, not in what the API offers.
pub(crate) fn capabilities() -> Capabilities {
    // Unit prices of four decimals with unitdp=4; tax per line (xero.md 9). Exact halves are not documented; away from
    // zero fits everything recorded. A discount rate finer than two decimals is not documented either, and so not used.
    let mut amounts = AmountRules::new(4, 4, TaxRounding::PerLine, Halves::AwayFromZero);
    amounts.discount_decimals = 2;
    let mut capabilities = Capabilities::new(amounts, WRITE_TIMEOUT);
    capabilities.replay_window = Some(REPLAY_WINDOW);
    capabilities.line_text = 4_000;
    capabilities.feeds = &FEEDS;
    capabilities.lists = &LISTS;
    capabilities.incremental_lists = &INCREMENTAL;
    // 9,999,999,999.99 (xero.md 4.5).
    capabilities.max_amount = Some(Decimal::new(999_999_999_999, 2));
    capabilities.records = [
        (RecordKind::Customer, party()),
        (RecordKind::Supplier, party()),
        (RecordKind::Product, product()),
        (RecordKind::Quote, quote()),
        (RecordKind::Order, order()),
        (RecordKind::Invoice, invoice()),
        (RecordKind::Bill, bill()),
        (RecordKind::CreditNote, credit_note()),
        (RecordKind::PurchaseOrder, purchase_order()),
        (RecordKind::Payment, payment()),
        (RecordKind::Allocation, allocation()),
    ]
    .into_iter()
    .collect();
    capabilities
}

fn party() -> RecordCapability {
    let mut party = RecordCapability::new(BATCH, MarkerField::ExternalKey);
    party.fetch = LOOK_UP;
    // Each is looked for by two fields.
    party.probe = LOOK_UP / 4;
    party.unique_number = true;
    party.number_text = 50;
    party.name_text = 255;
    party.names = NameRules::new(true, &['<', '>']).unique();
    // The main person and five more.
    party.max_contacts = Some(6);
    party.texts = [
        ("email", 255),
        ("phone", 50),
        ("tax_number", 50),
        ("addresses[].attention", 255),
        ("addresses[].lines[]", 500),
        ("addresses[].city", 255),
        ("addresses[].region", 255),
        ("addresses[].postal_code", 50),
        ("addresses[].country", 50),
        ("contacts[].first_name", 255),
        ("contacts[].last_name", 255),
        ("contacts[].email", 255),
    ]
    .into_iter()
    .collect();
    party.attachments = true;
    party
}

fn product() -> RecordCapability {
    let mut product = RecordCapability::new(BATCH, MarkerField::Number);
    // Items are deleted one at a time (xero.md 4.3).
    product.void = 1;
    product.fetch = LOOK_UP;
    product.probe = LOOK_UP / 2;
    product.unique_number = true;
    product.number_text = 30;
    product.name_text = 50;
    product.texts = [("description", 4_000)].into_iter().collect();
    product
}

fn document() -> RecordCapability {
    let mut document = RecordCapability::new(BATCH, MarkerField::Number);
    document.number_text = 255;
    // xero.md 4.7.
    document.number_characters = Characters::PrintableAscii;
    document.reference_text = 255;
    document.attachments = true;
    document
}

fn quote() -> RecordCapability {
    let mut quote = document();
    quote.reference_text = 4_000;
    quote.texts = [("title", 100), ("summary", 3_000), ("terms", 4_000)].into_iter().collect();
    quote
}

fn invoice() -> RecordCapability {
    let mut invoice = document();
    invoice.fetch = LOOK_UP;
    invoice.probe = LOOK_UP;
    invoice.unique_number = true;
    // xero.md 4.7, editing after approval.
    invoice.editable_when_settled = Editable::Descriptive;
    invoice.sent_marks = true;
    invoice
}

fn order() -> RecordCapability {
    let mut order = invoice();
    // A draft is never marked as sent (xero.md 4.7).
    order.sent_marks = false;
    order
}

fn bill() -> RecordCapability {
    let mut bill = document();
    bill.fetch = LOOK_UP;
    bill.probe = LOOK_UP;
    // Bills share numbers freely, have no reference and take no discount (xero.md 4.5, 4.7).
    bill.reference_text = 0;
    bill.line_discounts = false;
    bill
}

fn credit_note() -> RecordCapability {
    let mut credit_note = document();
    credit_note.fetch = LOOK_UP;
    credit_note.probe = LOOK_UP / 2;
    credit_note.unique_number = true;
    credit_note.line_discounts = false;
    credit_note
}

fn purchase_order() -> RecordCapability {
    let mut order = document();
    order.unique_number = true;
    // The description denies discounts on purchase orders, the documentation lists them (xero.md 4.5): not used.
    order.line_discounts = false;
    order
}

fn payment() -> RecordCapability {
    let mut payment = RecordCapability::new(BATCH, MarkerField::Reference);
    // Payments cannot be edited, and are deleted one at a time (xero.md 4.11).
    payment.update = 0;
    payment.void = 1;
    payment.fetch = LOOK_UP;
    payment.probe = LOOK_UP / 2;
    payment.reference_text = 255;
    payment
}

fn allocation() -> RecordCapability {
    let mut allocation = RecordCapability::new(1, MarkerField::Parent);
    allocation.update = 0;
    allocation
}
