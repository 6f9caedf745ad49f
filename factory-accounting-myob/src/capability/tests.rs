use std::time::Duration;

use factory_accounting_core::ids::RemoteId;
use factory_accounting_core::provider::Intent;
use secrecy::SecretString;

use super::*;

fn config() -> MyobConfig {
    MyobConfig::new("key", SecretString::from("planted-secret"), "https://host.example/back")
}

#[test]
fn the_largest_amount_has_eleven_digits_before_the_point() {
    assert_eq!(LARGEST_AMOUNT.to_string(), "99999999999.99");
}

#[test]
fn everything_travels_alone_and_nothing_is_replayed() {
    let capabilities = capabilities(&config());
    for (kind, intent) in RecordKind::ALL
        .iter()
        .flat_map(|kind| [Intent::Create, Intent::Update, Intent::Void].map(|intent| (*kind, intent)))
    {
        assert!(capabilities.most(kind, intent) <= 1, "{kind}");
    }
    assert_eq!(capabilities.most(RecordKind::Payment, Intent::Update), 0);
    assert_eq!(capabilities.most(RecordKind::Allocation, Intent::Update), 0);
    assert_eq!(capabilities.replay_window, None);
    assert!(capabilities.write_timeout > Duration::from_secs(120), "the gateway works for two minutes");
}

#[test]
fn r17_the_total_is_predicted_always_and_the_tax_where_its_rounding_is_settled() {
    let amounts = |settled| capabilities(&MyobConfig { tax_rounding: settled, ..config() }).amounts;
    assert_eq!(amounts(None).tax_authority, TaxAuthority::WithinTotal);
    for rounding in [TaxRounding::PerLine, TaxRounding::PerRate] {
        let amounts = amounts(Some(rounding));
        assert_eq!((amounts.tax_authority, amounts.tax_rounding), (TaxAuthority::Rates, rounding));
    }
    let amounts = amounts(None);
    assert!(amounts.inclusive_prices && !amounts.exclusive_prices && !amounts.negative_prices);
    assert!(!amounts.discount_amounts && !amounts.stated_taxes);
}

#[test]
fn f12_where_transactions_must_be_reversed_nothing_posted_changes_and_orders_still_do() {
    let mut config = config();
    config.profile.must_reverse = true;
    let capabilities = capabilities(&config);
    for kind in [RecordKind::Invoice, RecordKind::CreditNote, RecordKind::Bill, RecordKind::Payment] {
        assert_eq!(capabilities.most(kind, Intent::Create), 1, "{kind}");
        assert_eq!(capabilities.most(kind, Intent::Update), 0, "{kind}");
        assert_eq!(capabilities.most(kind, Intent::Void), 0, "{kind}");
    }
    for kind in [RecordKind::Quote, RecordKind::Order, RecordKind::PurchaseOrder, RecordKind::Customer] {
        assert_eq!(capabilities.most(kind, Intent::Update), 1, "{kind}");
        assert_eq!(capabilities.most(kind, Intent::Void), 1, "{kind}");
    }
}

#[test]
fn f5_f12_what_the_plan_or_the_consent_leaves_out_is_no_capability() {
    let mut config = config();
    let offered = ["contact/customer", "sale/invoice/service", "sale/quote/service", "sale/customerpayment"];
    config.profile.resources = offered.map(str::to_owned).into();
    let basic = capabilities(&config);
    let kinds: Vec<RecordKind> = basic.records.keys().copied().collect();
    for kind in [RecordKind::Customer, RecordKind::Invoice, RecordKind::CreditNote, RecordKind::Quote] {
        assert!(kinds.contains(&kind), "{kind}");
    }
    for kind in [RecordKind::Supplier, RecordKind::Product, RecordKind::Job, RecordKind::Order, RecordKind::Bill] {
        assert!(!kinds.contains(&kind), "{kind}");
    }
    assert_eq!(basic.orders, &[]);
    assert!(!basic.feeds.contains(&ChangeFeed::Expenses));
    config.profile.resources.clear();
    config.profile.missing_scopes = ["sme-purchases".to_owned()].into();
    let without = capabilities(&config);
    assert!(without.of(RecordKind::Bill).is_none() && without.of(RecordKind::PurchaseOrder).is_none());
    assert_eq!(without.orders, &[OrderForm::SalesOrder]);
    config.profile.missing_scopes.clear();
    assert_eq!(capabilities(&config).feeds, ChangeFeed::ALL);
}

#[test]
fn a_day_is_kept_where_a_document_has_a_place_for_it() {
    let capabilities = capabilities(&config());
    for (kind, kept) in [
        (RecordKind::Quote, false),
        (RecordKind::CreditNote, false),
        (RecordKind::Order, true),
        (RecordKind::Invoice, true),
        (RecordKind::PurchaseOrder, true),
        (RecordKind::Bill, true),
    ] {
        assert_eq!(capabilities.of(kind).map(|own| own.due_dates), Some(kept), "{kind}");
    }
}

#[test]
fn files_are_attached_to_bills_with_myob_and_to_nothing_else() {
    let attaches = |config: &MyobConfig| {
        let capabilities = capabilities(config);
        RecordKind::ALL.into_iter().filter(|kind| capabilities.of(*kind).is_some_and(|own| own.attachments)).collect()
    };
    let of: Vec<RecordKind> = attaches(&config());
    assert_eq!(of, [RecordKind::Bill]);
    let mut local = config();
    local.profile.online = false;
    assert_eq!(attaches(&local), Vec::<RecordKind>::new());
}

#[test]
fn a_choice_of_category_changes_no_capability() {
    let mut chosen = config();
    chosen.profile.default_category = Some(RemoteId::new("north"));
    assert_eq!(capabilities(&chosen), capabilities(&config()));
}
