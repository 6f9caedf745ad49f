//! What QuickBooks Online can do, as data.

use std::time::Duration;

use factory_accounting_core::capability::{
    AmountRules, Capabilities, Characters, Editable, JobPlace, LineItems, MarkerField, NameRules, OrderForm,
    RecordCapability, SourceTie, TaxAuthority, TaxRounding,
};
use factory_accounting_core::model::RecordKind;
use factory_accounting_core::money::Halves;
use factory_accounting_core::provider::CatalogueKind;
use factory_accounting_core::settings::DeliveryMark;
use rust_decimal::Decimal;

use crate::config::{QboConfig, Region};
use crate::endpoint::Entity;
use crate::map::reference::{CUSTOMER_MEMO, Place, on_demand};
use crate::names;
use crate::pacing::BATCH;

/// Longest number of a document or payment (qbo.md 5.0).
pub(crate) const DOCUMENT_NUMBER: usize = 21;
/// Longest text of a line (qbo.md 5.0).
pub(crate) const LINE_TEXT: usize = 4_000;
/// Longest stock keeping unit of an item (qbo.md 5.5).
pub(crate) const ITEM_CODE: usize = 100;
/// Longest name of an item (qbo.md 5.5).
pub(crate) const ITEM_NAME: usize = 100;
/// Decimals of a unit price that are known to be kept (qbo.md 12.1).
pub(crate) const PRICE_DECIMALS: u32 = 7;
/// Decimals of a quantity that are known to be kept (qbo.md 12.1).
pub(crate) const QUANTITY_DECIMALS: u32 = 5;
/// Decimals of an amount (qbo.md 12.1).
pub(crate) const AMOUNT_DECIMALS: u32 = 2;
/// Largest amount: ten digits before the point (qbo.md 5.0).
pub(crate) const LARGEST_AMOUNT: Decimal = Decimal::from_parts(0xD4A5_0FFF, 0xE8, 0, false, 2);
/// How long QuickBooks works on a call at most (qbo.md 2).
pub(crate) const WRITE_TIMEOUT: Duration = Duration::from_secs(120);

/// How long a record that has landed may be missing from queries (qbo.md 6).
const SEARCH_LAG: Duration = Duration::from_secs(5);
/// Lines of a document that carries tax (qbo.md 2).
const MAX_LINES: usize = 750;
/// Ids of one query.
const FETCH: usize = 100;
/// Numbers of one query.
const LOOK_UP: usize = 40;
/// Keys of one search: notes cannot be asked for, so that the list is read once for all of them (qbo.md 6).
const LOOK_UP_KEYS: usize = 100;

/// Lists that can be asked for by time of change. Tax codes and currencies are few.
pub(crate) const INCREMENTAL: [CatalogueKind; 5] =
    [CatalogueKind::Accounts, CatalogueKind::Items, CatalogueKind::Parties, CatalogueKind::Jobs, CatalogueKind::Terms];

/// Waiting to be printed, or not. That a document waits to be mailed asks for an address on it, which is not ours, and has
/// QuickBooks mail it (qbo.md 5.13).
const PRINTED: &[DeliveryMark] = &[DeliveryMark::Nothing, DeliveryMark::Print];

/// What a company can do. Plans differ in what they refuse, not in what the API offers.
pub(crate) fn capabilities(config: &QboConfig) -> Capabilities {
    let mut capabilities = Capabilities::new(amounts(config.region), WRITE_TIMEOUT);
    capabilities.replay_window = config.replay_window;
    capabilities.line_text = LINE_TEXT;
    capabilities.max_lines = MAX_LINES;
    capabilities.max_amount = Some(LARGEST_AMOUNT);
    // There is no sales order, and an invoice posts at once (qbo.md 5.12).
    capabilities.orders = &[OrderForm::AcceptedQuote, OrderForm::Invoice];
    capabilities.jobs = JobPlace::SalesParty;
    capabilities.separate_roles = true;
    capabilities.lists = &CatalogueKind::ALL;
    capabilities.incremental_lists = &INCREMENTAL;
    if config.region == Region::UnitedStates {
        // Books in the United States keep ISO 8859-1 (qbo.md 2).
        capabilities.text_characters = Characters::Latin1;
    }
    capabilities.records = [
        (RecordKind::Customer, party()),
        (RecordKind::Supplier, party()),
        (RecordKind::Product, product()),
        (RecordKind::Job, job()),
        (RecordKind::Quote, quote(config)),
        (RecordKind::Order, order(config)),
        (RecordKind::Invoice, invoice(config)),
        (RecordKind::Bill, bill(config)),
        (RecordKind::CreditNote, credit_note(config)),
        (RecordKind::PurchaseOrder, purchase_order(config)),
        (RecordKind::Payment, payment()),
        (RecordKind::Allocation, allocation()),
    ]
    .into_iter()
    .collect();
    capabilities
}

/// Tax on the sum of the lines of each rate, exact halves away from zero (qbo.md 12.3). In the United States QuickBooks
/// reckons it from addresses (qbo.md 12.2).
fn amounts(region: Region) -> AmountRules {
    let mut amounts = AmountRules::new(PRICE_DECIMALS, QUANTITY_DECIMALS, TaxRounding::PerRate, Halves::AwayFromZero);
    amounts.inclusive_prices = false;
    match region {
        Region::UnitedStates => amounts.tax_authority = TaxAuthority::Package,
        Region::International => amounts.stated_taxes = true,
    }
    amounts
}

fn record(marker: MarkerField) -> RecordCapability {
    let mut record = RecordCapability::new(BATCH, marker);
    record.fetch = FETCH;
    record.search_lag = SEARCH_LAG;
    record.version_checked = true;
    record.names = NameRules::new(false, names::FORBIDDEN).unique();
    record.line_discounts = false;
    record.drafts = false;
    record
}

fn party() -> RecordCapability {
    let mut party = record(MarkerField::ExternalKey);
    party.probe = LOOK_UP_KEYS;
    party.number_text = 50;
    party.name_text = names::DISPLAY_NAME;
    party.texts = [
        ("email", 100),
        ("phone", 30),
        ("tax_number", 20),
        ("addresses[].attention", 500),
        ("addresses[].lines[]", 500),
        ("addresses[].city", 255),
        ("addresses[].region", 255),
        ("addresses[].postal_code", 30),
        ("addresses[].country", 255),
        ("contacts[].first_name", 100),
        ("contacts[].last_name", 100),
        ("contacts[].phone", 30),
    ]
    .into_iter()
    .collect();
    party
}

fn job() -> RecordCapability {
    let mut job = record(MarkerField::ExternalKey);
    job.probe = LOOK_UP_KEYS;
    job.number_text = 50;
    // Number and name are one.
    job.name_text = names::DISPLAY_NAME - job.number_text - 1;
    job
}

fn product() -> RecordCapability {
    let mut product = record(MarkerField::Number);
    product.probe = LOOK_UP;
    product.number_text = ITEM_CODE;
    product.name_text = ITEM_NAME;
    product.texts = [("description", LINE_TEXT)].into_iter().collect();
    product
}

/// A document that is held as an entity. Numbers are unique only where the company has set it so (qbo.md 5.10).
fn document(config: &QboConfig, entity: Entity) -> RecordCapability {
    let mut document = record(MarkerField::Number);
    document.probe = LOOK_UP;
    document.number_text = DOCUMENT_NUMBER;
    document.attachments = true;
    let place = Place::of(&config.reference_field, entity);
    document.reference_text = place.text();
    if matches!(entity, Entity::Estimate | Entity::Invoice | Entity::CreditMemo) {
        document.line_items = LineItems::Required;
        // Sales documents share one sequence (qbo.md 5.10).
        document.numbered_with = match entity {
            Entity::Estimate => &[RecordKind::Invoice, RecordKind::CreditNote],
            Entity::CreditMemo => &[RecordKind::Quote, RecordKind::Invoice],
            _ => &[RecordKind::Quote, RecordKind::CreditNote],
        };
    }
    if entity != Entity::Bill {
        document.delivery_marks = PRINTED;
    }
    // A custom field that comes on demand is asked for in the address, which a batch has no place for (qbo.md 10.2).
    if matches!(place, Place::CustomField { .. }) && on_demand(&config.reference_field) {
        document.create = 1;
        document.update = 1;
    }
    document
}

fn quote(config: &QboConfig) -> RecordCapability {
    let mut quote = document(config, Entity::Estimate);
    // All of them are one message.
    quote.texts = ["title", "summary", "terms"].into_iter().map(|text| (text, CUSTOMER_MEMO)).collect();
    quote
}

fn order(config: &QboConfig) -> RecordCapability {
    let forms = [document(config, Entity::Estimate), document(config, Entity::Invoice)];
    // What holds for both forms.
    let reference_text = forms.iter().map(|form| form.reference_text).min().unwrap_or_default();
    let [_, mut order] = forms;
    order.reference_text = reference_text;
    order.numbered_with = &[RecordKind::Quote, RecordKind::Invoice, RecordKind::CreditNote];
    order.void = 1;
    order.editable_when_settled = Editable::Descriptive;
    order
}

fn invoice(config: &QboConfig) -> RecordCapability {
    let mut invoice = document(config, Entity::Invoice);
    // How an invoice is voided in a batch is not documented (qbo.md 7.1).
    invoice.void = 1;
    // qbo.md 11.
    invoice.editable_when_settled = Editable::Descriptive;
    invoice.sources = SourceTie::Linked;
    invoice.sent_marks = true;
    invoice
}

fn bill(config: &QboConfig) -> RecordCapability {
    let mut bill = document(config, Entity::Bill);
    bill.editable_when_settled = Editable::Descriptive;
    bill.sources = SourceTie::Linked;
    bill
}

fn credit_note(config: &QboConfig) -> RecordCapability {
    document(config, Entity::CreditMemo)
}

fn purchase_order(config: &QboConfig) -> RecordCapability {
    document(config, Entity::PurchaseOrder)
}

fn payment() -> RecordCapability {
    let mut payment = record(MarkerField::Reference);
    payment.update = 0;
    payment.void = 1;
    payment.probe = LOOK_UP;
    payment.number_text = DOCUMENT_NUMBER;
    payment.reference_text = DOCUMENT_NUMBER;
    payment
}

fn allocation() -> RecordCapability {
    let mut allocation = record(MarkerField::Parent);
    allocation.create = 1;
    allocation.update = 0;
    allocation.void = 1;
    allocation
}

#[cfg(test)]
mod tests {
    use factory_accounting_core::provider::Intent;
    use secrecy::SecretString;

    use super::*;
    use crate::config::ReferenceTarget;

    fn config(region: Region) -> QboConfig {
        QboConfig::new("app", SecretString::from("planted-secret"), "https://host.example/back", region)
    }

    fn most(capabilities: &Capabilities, kind: RecordKind, intent: Intent) -> usize {
        capabilities.most(kind, intent)
    }

    #[test]
    fn the_largest_amount_has_ten_digits_before_the_point() {
        assert_eq!(LARGEST_AMOUNT.to_string(), "9999999999.99");
    }

    #[test]
    fn r17_tax_is_predicted_everywhere_but_in_the_united_states() {
        let us = capabilities(&config(Region::UnitedStates)).amounts;
        let elsewhere = capabilities(&config(Region::International)).amounts;
        assert_eq!((us.tax_authority, us.stated_taxes), (TaxAuthority::Package, false));
        assert_eq!((elsewhere.tax_authority, elsewhere.stated_taxes), (TaxAuthority::Rates, true));
    }

    #[test]
    fn what_is_voided_in_a_way_that_no_batch_knows_is_voided_alone() {
        let capabilities = capabilities(&config(Region::International));
        for kind in RecordKind::ALL {
            let alone =
                matches!(kind, RecordKind::Invoice | RecordKind::Order | RecordKind::Payment | RecordKind::Allocation);
            assert_eq!(most(&capabilities, kind, Intent::Void) == 1, alone, "{kind}");
        }
        assert_eq!(most(&capabilities, RecordKind::Payment, Intent::Update), 0);
        assert_eq!(most(&capabilities, RecordKind::Invoice, Intent::Create), 30);
    }

    #[test]
    fn f70_a_custom_field_on_demand_takes_its_documents_out_of_batches() {
        let field = |id: &str| ReferenceTarget::CustomField { definition_id: id.to_owned(), name: "Job".to_owned() };
        let of = |id| capabilities(&config(Region::International).with_reference_field(field(id)));
        assert_eq!(most(&of("1"), RecordKind::Invoice, Intent::Create), 30);
        assert_eq!(most(&of("7"), RecordKind::Invoice, Intent::Create), 1);
        assert_eq!(most(&of("7"), RecordKind::Bill, Intent::Create), 30);
        assert_eq!(of("7").of(RecordKind::Order).map(|order| order.reference_text), Some(31));
    }
}
