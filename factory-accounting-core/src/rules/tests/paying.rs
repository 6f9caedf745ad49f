//! How far a document is paid, by either side's word.

use chrono::{DateTime, Utc};

use super::decimal;
use crate::ids::RemoteId;
use crate::model::{RecordKey, RecordKind};
use crate::money::Totals;
use crate::provider::{RemoteStatus, Settled};
use crate::rules::{PaymentState, payment_state};
use crate::settings::{PaymentsIn, Settings};
use crate::store::{Link, LinkOrigin, Progress};

fn link(kind: RecordKind, status: RemoteStatus, paid: &str) -> Link {
    Link {
        key: RecordKey::new(kind, "F-1"),
        remote: RemoteId::new("r1"),
        number: None,
        version: None,
        revision: None,
        fingerprint: None,
        status,
        party: None,
        totals: Some(Totals { subtotal: decimal("100"), tax: decimal("15"), total: decimal("115") }),
        settled: Some(Settled { paid: decimal(paid), ..Settled::default() }),
        seen_at: DateTime::<Utc>::UNIX_EPOCH,
        origin: LinkOrigin::Written,
        settled_since: None,
        url: None,
        merged_into: None,
        suppressed: false,
    }
}

fn own(amounts: &[&str]) -> Vec<Progress> {
    let payment = |amount: &&str| Progress { key: RecordKey::new(RecordKind::Payment, *amount), net: decimal(amount) };
    amounts.iter().map(payment).collect()
}

fn word(state: PaymentState) -> &'static str {
    match state {
        PaymentState::NotApplicable => "n/a",
        PaymentState::Unpaid { .. } => "unpaid",
        PaymentState::PartlyPaid { .. } => "partly paid",
        PaymentState::Paid => "paid",
    }
}

#[test]
fn l20_l22_a_document_is_paid_by_the_payments_that_the_settings_count() {
    let sides = |payments_in, payments: &str, ours: &[&str]| {
        let settings = Settings { payments_in, ..Settings::default() };
        word(payment_state(Some(&link(RecordKind::Invoice, RemoteStatus::Open, payments)), &own(ours), &settings))
    };
    // Here: what the package holds. There: what the host has recorded.
    for (there, ours, counted, ignored) in [
        ("0", &[][..], "unpaid", "unpaid"),
        ("50", &[], "partly paid", "unpaid"),
        ("115", &[], "paid", "unpaid"),
        ("0", &["50"], "unpaid", "partly paid"),
        ("50", &["50", "65"], "partly paid", "paid"),
        ("120", &["120"], "paid", "paid"),
    ] {
        assert_eq!(sides(PaymentsIn::Count, there, ours), counted, "{there} there, {ours:?} here");
        assert_eq!(sides(PaymentsIn::Ignore, there, ours), ignored, "{there} there, {ours:?} here");
    }
}

#[test]
fn l20_what_is_not_in_the_books_or_has_nobody_to_pay_it_is_not_applicable() {
    let usual = Settings::default();
    assert_eq!(payment_state(None, &own(&["50"]), &usual), PaymentState::NotApplicable);
    for kind in RecordKind::ALL {
        let found = payment_state(Some(&link(kind, RemoteStatus::Open, "0")), &[], &usual);
        let paid = matches!(kind, RecordKind::Invoice | RecordKind::Bill);
        assert_eq!(found != PaymentState::NotApplicable, paid, "{kind}");
    }
    for gone in [RemoteStatus::Voided, RemoteStatus::Deleted] {
        let found = payment_state(Some(&link(RecordKind::Invoice, gone, "0")), &[], &usual);
        assert_eq!(found, PaymentState::NotApplicable);
    }
}

#[test]
fn f83_where_neither_side_tells_of_payments_nothing_is_known() {
    let mut settings = Settings { payments_in: PaymentsIn::Ignore, ..Settings::default() };
    settings.switched_off.push(RecordKind::Payment);
    let found = payment_state(Some(&link(RecordKind::Invoice, RemoteStatus::Paid, "115")), &[], &settings);
    assert_eq!(found, PaymentState::NotApplicable);
}

#[test]
fn what_is_left_is_told_to_the_cent() {
    let settings = Settings::default();
    let found = payment_state(Some(&link(RecordKind::Bill, RemoteStatus::Open, "114.99")), &[], &settings);
    assert_eq!(found, PaymentState::PartlyPaid { paid: decimal("114.99"), due: decimal("0.01") });
}
