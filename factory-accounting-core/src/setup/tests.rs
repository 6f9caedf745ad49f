//! Names of the package's lists, and the form.

use std::collections::BTreeSet;

use rust_decimal::Decimal;
use serde_json::json;

use super::{FieldKind, Header, check, fits, form};
use crate::ids::RemoteId;
use crate::plan::Catalogue;
use crate::provider::{Account, AccountClass, CatalogueEntry, Item, TaxCode, TaxComponent, TradeSide};
use crate::settings::tests::{able, all_chosen};
use crate::settings::{AccountUse, SETTINGS, Section, Settings, SettingsIssue, Severity, TABLES};

const CLASSES: [AccountClass; 5] =
    [AccountClass::Asset, AccountClass::Liability, AccountClass::Equity, AccountClass::Income, AccountClass::Expense];

const USES: [AccountUse; 7] = [
    AccountUse::Income,
    AccountUse::Cost,
    AccountUse::BadDebt,
    AccountUse::Retention,
    AccountUse::Deposits,
    AccountUse::Rounding,
    AccountUse::Payments,
];

fn account(code: &str, class: AccountClass) -> Account {
    Account::new(RemoteId::from(format!("id-{code}")), Some(code.to_owned()), format!("Account {code}"), class)
}

/// A chart in which the settings that choose everything are at home, without what a test takes out.
fn catalogue(without: &str) -> Catalogue {
    let mut entries = Vec::new();
    for (class, codes) in [
        (AccountClass::Income, &["200", "201", "202", "210", "211", "220"][..]),
        (AccountClass::Expense, &["300", "301", "302", "400"]),
        (AccountClass::Asset, &["120"]),
        (AccountClass::Liability, &["830", "860"]),
    ] {
        entries.extend(codes.iter().map(|code| CatalogueEntry::Account(account(code, class))));
    }
    for code in ["090", "091"] {
        let mut bank = account(code, AccountClass::Asset);
        (bank.usable_on_lines, bank.usable_for_payments) = (false, true);
        entries.push(CatalogueEntry::Account(bank));
    }
    let mut archived = account("999", AccountClass::Income);
    archived.active = false;
    entries.push(CatalogueEntry::Account(archived));
    for code in ["OUT", "IN", "GST"] {
        entries.push(CatalogueEntry::TaxCode(TaxCode::new(code, format!("Tax {code}"), Decimal::from(15))));
    }
    let mut deleted = TaxCode::new("OLD", "Old tax", Decimal::from(12));
    deleted.active = false;
    let mut sold = TaxCode::new("SOLD", "Sales only", Decimal::from(15));
    sold.components = vec![TaxComponent::new(RemoteId::from("c"), "GST", Decimal::from(15), TradeSide::Sales)];
    entries.extend([deleted, sold].map(CatalogueEntry::TaxCode));
    for code in ["I-1", "I-2", "I-3", "I-4"] {
        entries.push(CatalogueEntry::Item(Item::new(RemoteId::from(format!("id-{code}")), code)));
    }
    let mut gone = Item::new(RemoteId::from("id-GONE"), "GONE");
    gone.active = false;
    entries.push(CatalogueEntry::Item(gone));
    entries.retain(|entry| match entry {
        CatalogueEntry::Account(account) => account.code.as_deref() != Some(without) && without != "accounts",
        CatalogueEntry::TaxCode(code) => code.code != without && without != "tax_codes",
        CatalogueEntry::Item(item) => item.code != without && without != "items",
        _ => true,
    });
    Catalogue::new(entries)
}

/// Settings that name something of every list in every place, each of its own class.
fn whole() -> Settings {
    let mut settings = all_chosen();
    settings.relaxed_accounts = false;
    settings.numbers.clear();
    if let Some(expense) = settings.expenses.get_mut("travel") {
        expense.account = Some("300".to_owned());
    }
    settings
}

fn complaints(settings: &Settings, catalogue: &Catalogue) -> Vec<SettingsIssue> {
    check(settings, &able(), catalogue, "Ledger")
}

#[test]
fn settings_that_name_what_is_there_have_no_complaint() {
    assert_eq!(complaints(&whole(), &catalogue("")), []);
}

#[test]
fn f46_every_name_that_is_not_in_the_lists_is_found_in_every_place() {
    let names =
        ["200", "201", "202", "210", "211", "220", "300", "301", "302", "400", "120", "830", "860", "090", "091"];
    for name in names.into_iter().chain(["OUT", "IN", "GST", "I-1", "I-2", "I-3", "I-4"]) {
        let settings = whole();
        let places: BTreeSet<String> = settings
            .leaves()
            .into_iter()
            .filter(|leaf| leaf.value == name || leaf.path == format!("items.by_account.{name}"))
            .filter(|leaf| !leaf.path.contains(".tax") || name != "I-1")
            .map(|leaf| leaf.path)
            .collect();
        assert!(!places.is_empty(), "{name} stands nowhere");
        let found = complaints(&settings, &catalogue(name));
        assert!(found.iter().all(|issue| issue.severity == Severity::Error), "{found:?}");
        assert_eq!(found.into_iter().map(|issue| issue.path).collect::<BTreeSet<_>>(), places, "{name}");
    }
}

#[test]
fn a_list_that_was_not_read_is_a_warning_once() {
    for list in ["accounts", "tax_codes", "items"] {
        let found = complaints(&whole(), &catalogue(list));
        assert_eq!(found.len(), 1, "{list}: {found:?}");
        assert_eq!((found[0].path.as_str(), found[0].severity), (list, Severity::Warning));
    }
}

#[test]
fn f103_the_class_of_an_account_is_a_rule_that_can_be_relaxed_and_the_interface_is_not() {
    for purpose in USES {
        for class in CLASSES {
            let usual = super::check::classes(purpose).contains(&class);
            let mut one = account("1", class);
            one.usable_for_payments = purpose == AccountUse::Payments;
            one.usable_on_lines = purpose != AccountUse::Payments;
            assert_eq!(fits(&one, purpose, false).is_ok(), usual, "{purpose:?} {class:?}");
            assert!(fits(&one, purpose, true).is_ok(), "{purpose:?} {class:?}");
            (one.usable_for_payments, one.usable_on_lines) = (one.usable_on_lines, one.usable_for_payments);
            assert!(fits(&one, purpose, true).is_err(), "{purpose:?} {class:?}: the package would refuse it");
            (one.usable_for_payments, one.usable_on_lines, one.active) = (true, true, false);
            assert!(fits(&one, purpose, true).is_err(), "{purpose:?} {class:?}: archived");
        }
    }
}

#[test]
fn f103_the_remedy_offers_to_relax_only_where_that_helps() {
    let of = |sales: &str| {
        let settings = Settings::default().with("accounts.sales", json!(sales)).expect("a setting");
        let found = complaints(&settings, &catalogue(""));
        let [issue] = &found[..] else { panic!("{found:?}") };
        issue.to_string()
    };
    assert_eq!(
        of("300"),
        "accounts.sales: account \"300\" (Account 300) is of the class expense, not income: choose another, or offer accounts of every class (relaxed_accounts)"
    );
    assert_eq!(
        of("090"),
        "accounts.sales: account \"090\" (Account 090) cannot be used on lines of documents: choose another"
    );
    assert_eq!(of("999"), "accounts.sales: account \"999\" (Account 999) is archived: choose another");
    assert!(of("77").ends_with("Ledger has no account \"77\": choose another, or refresh the lists if it is new"));
}

#[test]
fn f44_what_has_been_deleted_or_has_no_rate_there_is_refused() {
    let of = |path: &str, name: &str| {
        let settings = Settings::default().with(path, json!(name)).expect("a setting");
        complaints(&settings, &catalogue("")).into_iter().map(|issue| issue.message).collect::<Vec<_>>()
    };
    assert_eq!(of("taxes.GST.sales", "OLD"), ["tax code \"OLD\" (Old tax) has been deleted"]);
    assert_eq!(of("default_tax.purchases", "SOLD"), ["tax code \"SOLD\" (Sales only) has no rate for purchases"]);
    assert_eq!(of("default_tax.sales", "SOLD"), [""; 0]);
    assert_eq!(of("services.design.item", "GONE"), ["item \"GONE\" has been deleted or put away"]);
    // A term of the host stands for its codes.
    let term = Settings::default()
        .with("taxes.Usual.sales", json!("OUT"))
        .and_then(|it| it.with("services.design.tax", json!("Usual")));
    assert_eq!(complaints(&term.expect("settings"), &catalogue("")), []);
}

#[test]
fn f2_every_setting_has_exactly_one_field_and_every_field_is_a_setting() {
    let shown = form(&whole(), &able(), &catalogue(""), Header::new("Ledger", "connected"));
    let mut fields: Vec<&str> = shown.fields().map(|field| field.path).collect();
    let mut wanted: Vec<&str> = SETTINGS.iter().map(|setting| setting.path).collect();
    wanted.extend(TABLES.iter().map(|table| table.path));
    fields.sort_unstable();
    wanted.sort_unstable();
    assert_eq!(fields, wanted);
    assert_eq!(shown.sections.len(), Section::ALL.len());
    for section in &shown.sections {
        assert!(!section.fields.is_empty(), "{}", section.title);
    }
    let text = serde_json::to_value(&shown).expect("JSON");
    assert_eq!(text["sections"][0]["fields"][0]["path"], "switched_off");
}

#[test]
fn f46_f103_the_choices_are_the_packages_own_lists_as_far_as_they_fit() {
    let choices = |settings: &Settings, path: &str| {
        let shown = form(settings, &able(), &catalogue(""), Header::new("Ledger", "connected"));
        let field = shown.fields().find(|field| field.path == path).expect("a field").clone();
        match field.kind {
            FieldKind::Account { choices, .. } | FieldKind::TaxCode { choices, .. } | FieldKind::Item { choices } => {
                choices.into_iter().map(|choice| choice.value).collect::<Vec<_>>()
            }
            other => panic!("{other:?}"),
        }
    };
    let usual = Settings::default();
    assert_eq!(choices(&usual, "accounts.sales"), ["200", "201", "202", "210", "211", "220"]);
    assert_eq!(choices(&usual, "accounts.payments"), ["090", "091"]);
    assert_eq!(choices(&usual, "accounts.retention"), ["120"]);
    // By the names that people look for: "Sales only" comes before "Tax GST".
    assert_eq!(choices(&usual, "default_tax.sales"), ["SOLD", "GST", "IN", "OUT"]);
    assert_eq!(choices(&usual, "default_tax.purchases"), ["GST", "IN", "OUT"]);
    assert_eq!(choices(&usual, "items.default"), ["I-1", "I-2", "I-3", "I-4"]);
    let relaxed = Settings { relaxed_accounts: true, ..usual };
    assert_eq!(choices(&relaxed, "accounts.sales").len(), 13, "all that lines may use");
    assert_eq!(choices(&relaxed, "accounts.payments"), ["090", "091"], "only those that payments may use");
    let terms = relaxed.with("taxes.Zero rated.sales", json!("OUT")).expect("a row");
    assert_eq!(choices(&terms, "services.*.tax")[0], "Zero rated");
}

#[test]
fn a_field_says_where_it_means_nothing() {
    let plain = crate::settings::tests::unable(|_, of| of.sent_marks = false);
    let shown = form(&Settings::default(), &plain, &catalogue(""), Header::new("Ledger", "connected"));
    let field = |path: &str| shown.fields().find(|field| field.path == path).expect("a field").clone();
    assert_eq!(field("mark_as_sent").why_not.as_deref(), Some("Ledger keeps no mark for what has been sent"));
    assert!(!field("mark_as_sent").applies && field("delivery.sales").applies);
    assert_eq!(field("customers").default, json!("on_create"));
}
