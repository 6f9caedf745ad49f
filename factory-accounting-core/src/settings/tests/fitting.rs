//! What a package cannot do is said before anything is saved.

use serde_json::{Value, json};

use super::{able, all_chosen, read, unable};
use crate::capability::{Characters, LineItems, RecordCapability, SourceTie};
use crate::model::RecordKind;
use crate::settings::profile::{Profile, ascora, factor, factory};
use crate::settings::{ArrivalStatus, NumberOwner, Settings, SettingsIssue, Severity, applies, fit};

type Change = fn(RecordKind, &mut RecordCapability);

fn about(path: &str, issues: &[SettingsIssue]) -> Option<Severity> {
    issues.iter().find(|issue| issue.path == path).map(|issue| issue.severity)
}

fn one(path: &str, value: Value) -> Settings {
    Settings::default().with(path, value).unwrap_or_else(|error| panic!("{error}"))
}

#[test]
fn a_package_that_can_do_everything_has_no_complaint() {
    let mut settings = all_chosen();
    settings.numbers.clear();
    assert_eq!(fit(&settings, &able(), "Ledger"), []);
    assert_eq!(fit(&Settings::default(), &unable(|_, of| (of.drafts, of.reference_text) = (false, 0)), "Ledger"), []);
}

#[test]
fn what_would_stop_documents_is_an_error() {
    let cases: [(&str, Value, Change); 7] = [
        ("arrival.invoices", json!("draft"), |_, of| of.drafts = false),
        ("arrival.bills", json!("draft"), |_, of| of.drafts = false),
        ("arrival.credit_notes", json!("draft"), |_, of| of.drafts = false),
        ("arrival.purchase_orders", json!("draft"), |_, of| of.drafts = false),
        ("numbers.invoice", json!("package"), |_, of| of.reference_text = 0),
        ("lines_as_items", json!(true), |_, of| of.create = 0),
        ("series.invoice.prefix", json!("WORKSHOP-2026-"), |_, of| of.number_text = 13),
    ];
    for (path, value, change) in cases {
        let settings = one(path, value);
        assert_eq!(about(path, &fit(&settings, &unable(change), "Ledger")), Some(Severity::Error), "{path}");
        assert_eq!(about(path, &fit(&settings, &able(), "Ledger")), None, "{path}");
    }
    // Whatever the package can do.
    let mut bills = Settings::default();
    bills.numbers.insert(RecordKind::Bill, NumberOwner::Package);
    assert_eq!(about("numbers.bill", &fit(&bills, &able(), "Ledger")), Some(Severity::Error));
    let orders = one("orders_as", json!("sales_order"));
    let issues = fit(&orders, &able(), "Ledger");
    assert_eq!(
        issues[0].to_string(),
        "orders_as: Ledger does not hold orders as orders: choose draft invoices or accepted quotes"
    );
}

#[test]
fn what_means_nothing_here_is_a_warning() {
    let cases: [(&str, Value, Change); 10] = [
        ("taken_names", json!("distinguish"), |_, of| of.names.unique = false),
        ("mark_as_sent", json!(true), |_, of| of.sent_marks = false),
        ("delivery.sales", json!("email"), |_, of| of.delivery_marks = &[]),
        ("delivery.purchases", json!("print"), |_, of| of.delivery_marks = &[]),
        ("delete_order_when_part_invoiced", json!(true), |_, of| of.sources = SourceTie::Converted),
        ("items.by_account.200", json!("I-1"), |_, of| of.line_items = LineItems::Optional),
        ("reference", json!("job_number"), |_, of| of.reference_text = 0),
        ("accounts.payments", json!("090"), |_, of| of.create = 0),
        ("jobs", json!("on_first_document"), |_, of| of.create = 0),
        ("products", json!("on_first_document"), |_, of| of.create = 0),
    ];
    for (path, value, change) in cases {
        let settings = one(path, value);
        assert_eq!(about(path, &fit(&settings, &unable(change), "Ledger")), Some(Severity::Warning), "{path}");
        assert_eq!(about(path, &fit(&settings, &able(), "Ledger")), None, "{path}");
        let pattern = settings.leaves().into_iter().find(|leaf| leaf.path == path).expect("a leaf").setting.path;
        assert!(applies(pattern, &unable(change), "Ledger").is_err() && applies(pattern, &able(), "Ledger").is_ok());
    }
}

#[test]
fn never_to_make_what_the_package_lets_nobody_make_is_no_warning() {
    let unable = unable(|_, of| of.create = 0);
    for path in ["jobs", "products"] {
        assert_eq!(about(path, &fit(&one(path, json!("never")), &unable, "Ledger")), None, "{path}");
        assert!(applies(path, &unable, "Ledger").is_err(), "the form says all the same that {path} mean nothing there");
    }
}

#[test]
fn what_only_makes_sense_together_is_said_to_lack_the_rest() {
    for (form, path) in [
        (json!({ "default_payment_method": "card" }), "default_payment_method"),
        (json!({ "rounding": "line" }), "accounts.rounding"),
        (json!({ "delivery": { "sales": "print_and_email" } }), "delivery.sales"),
        (json!({ "long_references": "refuse" }), "long_references"),
        (json!({ "numbers": { "invoice": "package" }, "series": { "invoice": {} } }), "series.invoice.prefix"),
    ] {
        assert_eq!(about(path, &fit(&read(form), &able(), "Ledger")), Some(Severity::Warning), "{path}");
    }
    let through_items = unable(|_, of| of.line_items = LineItems::Required);
    let own_line = fit(&one("discounts", json!("own_line")), &through_items, "Ledger");
    assert_eq!(about("items.sales_discount", &own_line), Some(Severity::Error));
    assert_eq!(about("items.purchase_discount", &own_line), Some(Severity::Error));
}

#[test]
fn f78_a_series_keeps_to_the_numbers_that_the_package_takes() {
    let plain = unable(|_, of| of.number_characters = Characters::PrintableAscii);
    let accents = one("series.invoice.prefix", json!("Übung-"));
    assert_eq!(about("series.invoice.prefix", &fit(&accents, &plain, "Ledger")), Some(Severity::Error));
    let wide = one("series.invoice.width", json!(14));
    let short = unable(|_, of| of.number_text = 13);
    assert_eq!(about("series.invoice.prefix", &fit(&wide, &short, "Ledger")), Some(Severity::Error));
    let high = one("series.invoice.start", json!(99_999_999_999_999_u64));
    assert_eq!(about("series.invoice.prefix", &fit(&high, &short, "Ledger")), Some(Severity::Error));
    let mut none = Settings::default();
    none.series.insert(RecordKind::Invoice, crate::settings::NumberSeries { block: 0, ..Default::default() });
    assert_eq!(about("series.invoice.block", &fit(&none, &able(), "Ledger")), Some(Severity::Error));
}

#[test]
fn what_is_not_sent_need_not_fit() {
    let settings = read(json!({
        "switched_off": ["invoice"], "arrival": { "invoices": "draft" }, "numbers": { "invoice": "package" },
    }));
    assert_eq!(fit(&settings, &unable(|_, of| (of.drafts, of.reference_text) = (false, 0)), "Ledger"), []);
}

#[test]
fn a_profile_keeps_the_companys_own_choices() {
    let own = all_chosen();
    for profile in [factory(), factor(), ascora()] {
        let over = profile.over(&own);
        let kept = Settings {
            items: crate::settings::Items { unlinked_products: own.items.unlinked_products, ..over.items.clone() },
            ..own.clone()
        };
        assert_eq!((&over.accounts, &over.taxes, &over.items.default), (&own.accounts, &own.taxes, &own.items.default));
        assert_eq!(kept.items, own.items, "{}", profile.name());
        assert_eq!(over.start_date, own.start_date, "{}", profile.name());
        assert_eq!(profile.over(&over), over, "{}: laid over twice", profile.name());
    }
}

#[test]
fn a_profile_for_a_package_that_cannot_do_it_is_refused_with_what_it_lacks() {
    for profile in [factory(), factor(), ascora()] {
        assert_eq!(profile.fits(&able(), "Ledger"), Ok(()), "{}", profile.name());
    }
    let unnumbered = unable(|kind, of| of.reference_text = if kind == RecordKind::PurchaseOrder { 0 } else { 20 });
    let misfit = factory().fits(&unnumbered, "Ledger").expect_err("a purchase order could not be found again");
    assert_eq!(
        misfit.to_string(),
        "the profile Factory does not fit Ledger: numbers.purchase_order: Ledger has no reference on a purchase order that could carry our own number: let our own number be the document's"
    );
    let drafts = Profile::new("Drafts").arriving(ArrivalStatus::Draft);
    let misfit = drafts.fits(&unable(|_, of| of.drafts = false), "Ledger").expect_err("no drafts");
    assert!(misfit.to_string().ends_with("have them arrive approved (and 3 more)"), "{misfit}");
}
