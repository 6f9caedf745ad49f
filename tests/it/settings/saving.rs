//! Settings as a company keeps them: versions, two people at a time, what is not saved, and the form.

use factory_accounting_core::settings::{Settings, Severity};
use factory_accounting_core::setup::FieldKind;
use factory_accounting_core::store::StoreError;
use factory_accounting_engine::EngineError;
use serde_json::{Value, json};

use crate::host::Host;
use crate::world::{Books, MyobWorld, QboWorld, XeroWorld, everywhere};

fn with(settings: &Settings, path: &str, value: Value) -> Settings {
    settings.with(path, value).unwrap_or_else(|error| panic!("{error}"))
}

#[test]
fn f104_every_save_is_kept_and_an_earlier_one_can_be_saved_anew() {
    let host = Host::new();
    let engine = &host.engine;
    let first = host.clock.run(engine.settings()).expect("settings");
    host.clock.advance(std::time::Duration::from_secs(3_600));
    let second = with(&first, "customers", json!("never"));
    assert_eq!(host.clock.run(engine.save_settings(second.clone())).expect("saved").version, 2);
    let versions = host.clock.run(engine.settings_versions()).expect("versions");
    assert_eq!(versions.iter().map(|one| one.version).collect::<Vec<_>>(), [1, 2]);
    assert_eq!((versions[1].saved_at - versions[0].saved_at).num_seconds(), 3_600);
    let earlier = host.clock.run(engine.settings_at(1)).expect("a version");
    assert_eq!(earlier.settings, first);
    assert_eq!(host.clock.run(engine.save_settings(earlier.settings)).expect("saved").version, 3);
    assert_eq!(host.clock.run(engine.settings()).expect("settings"), first);
    let none = host.clock.run(engine.settings_at(9)).expect_err("none");
    assert!(none.to_string().starts_with("there is no version 9"), "{none}");
}

#[test]
fn f104_of_two_people_who_edit_at_a_time_the_second_is_told() {
    let host = Host::new();
    let form = host.clock.run(host.engine.settings_form()).expect("a form");
    let usual = host.clock.run(host.engine.settings()).expect("settings");
    let save = |path: &str, value: Value| {
        let edited = with(&usual, path, value);
        host.clock.run(host.engine.save_settings_from(form.header.version, edited))
    };
    assert_eq!(save("customers", json!("never")).expect("the first").version, 2);
    match save("suppliers", json!("never")) {
        Err(EngineError::Store(StoreError::SettingsMoved { edited_from: 1, newest: 2 })) => {}
        other => panic!("{other:?}"),
    }
    let now = host.clock.run(host.engine.settings()).expect("settings");
    assert_eq!((now.customers, now.suppliers), (with(&usual, "customers", json!("never")).customers, usual.suppliers));
}

/// What is said of one setting changed, and that nothing was saved.
fn refused<W: Books>(host: &Host<W>, path: &str, value: Value) -> String {
    let usual = host.clock.run(host.engine.settings()).expect("settings");
    let versions = host.clock.run(host.engine.settings_versions()).expect("versions");
    let error = host.clock.run(host.engine.save_settings(with(&usual, path, value))).expect_err(path);
    let EngineError::Settings(issues) = &error else { panic!("{error:?}") };
    assert!(issues.iter().all(|issue| issue.severity == Severity::Error), "{issues:?}");
    assert!(issues.iter().any(|issue| issue.path == path && !issue.remedy.is_empty()), "{path}: {issues:?}");
    assert_eq!(host.clock.run(host.engine.settings()).expect("settings"), usual, "nothing is half saved");
    assert_eq!(host.clock.run(host.engine.settings_versions()).expect("versions"), versions);
    let text = error.to_string();
    assert_eq!(text.lines().count(), 1, "{text}");
    text
}

fn wrong_names<W: Books>() {
    let host = Host::over(W::fresh());
    let settings = host.clock.run(host.engine.settings()).expect("settings");
    let bank = settings.accounts.payments.clone().expect("a bank account");
    let costs = settings.accounts.purchases.clone().expect("a cost account");
    let unknown = refused(&host, "accounts.sales", json!("no such account"));
    assert!(unknown.contains("no account \"no such account\""), "{unknown}");
    let cost = refused(&host, "accounts.sales", json!(costs));
    assert!(cost.contains("is of the class expense, not income") && cost.contains("relaxed_accounts"), "{cost}");
    refused(&host, "accounts.payments", json!(W::SALES));
    refused(&host, "default_tax.sales", json!("no such code"));
    refused(&host, "taxes.Standard.purchases", json!("no such code"));
    refused(&host, "services.design.account", json!("no such account"));
    // At a company without items too, none is there once the list has been read.
    refused(&host, "items.default", json!("no such item"));
    // Relaxing lifts what is only usual.
    let relaxed = with(&settings, "relaxed_accounts", json!(true));
    let relaxed = with(&relaxed, "accounts.sales", json!(costs));
    host.clock.run(host.engine.save_settings(relaxed)).expect("saved");
    // What the package would refuse stays refused.
    let line = refused(&host, "accounts.sales", json!(bank));
    assert!(line.contains("cannot be used on lines of documents"), "{line}");
}

#[test]
fn f103_f46_settings_that_name_what_the_package_lacks_are_not_saved() {
    everywhere!(wrong_names);
}

#[test]
fn what_a_package_cannot_do_is_refused_before_anything_is_sent() {
    let xero = Host::over(XeroWorld::fresh());
    let usual = xero.clock.run(xero.engine.settings()).expect("settings");
    let drafts = with(&usual, "arrival.invoices", json!("draft"));
    assert!(xero.clock.run(xero.engine.save_settings(drafts)).is_ok());
    refused(&xero, "orders_as", json!("sales_order"));

    let qbo = Host::over(QboWorld::fresh());
    let drafts = refused(&qbo, "arrival.invoices", json!("draft"));
    assert!(drafts.contains("has no drafts of invoices: have them arrive approved"), "{drafts}");
    refused(&qbo, "orders_as", json!("draft_invoice"));
    refused(&qbo, "series.invoice.prefix", json!("THE-WORKSHOP-OF-HALE-"));
    refused(&qbo, "items.by_account.200", json!("no such item"));
    refused(&qbo, "items.by_account.no such account", json!("SALES"));

    let myob = Host::over(MyobWorld::fresh());
    refused(&myob, "arrival.bills", json!("draft"));
    refused(&myob, "orders_as", json!("accepted_quote"));
    let numbers = refused(&myob, "numbers.purchase_order", json!("package"));
    assert!(numbers.contains("let our own number be the document's"), "{numbers}");
}

fn has_a_form<W: Books>(package: &str) {
    let host = Host::over(W::fresh());
    let calls = host.calls().len();
    let form = host.clock.run(host.engine.settings_form()).expect("a form");
    assert_eq!((host.calls().len(), calls > 0), (0, true), "a form needs no calls");
    let header = &form.header;
    assert_eq!((header.package.as_str(), header.status.as_str(), header.version), (package, "connected", 1));
    assert!(header.connected_to.as_ref().is_some_and(|name| !name.is_empty()), "{header:?}");
    assert!(header.lists_read_at.is_some() && header.saved_at.is_some(), "{header:?}");
    assert!(form.issues.iter().all(|issue| issue.severity == Severity::Warning), "{:?}", form.issues);
    let field = |path: &str| form.fields().find(|field| field.path == path).expect("a field");
    let offered = |path: &str| match &field(path).kind {
        FieldKind::Account { choices, .. } | FieldKind::TaxCode { choices, .. } => choices.clone(),
        other => panic!("{other:?}"),
    };
    assert_eq!(field("accounts.sales").value, W::SALES);
    assert!(offered("accounts.sales").iter().any(|choice| choice.value == W::SALES));
    // What a form offers can be saved.
    let usual = host.clock.run(host.engine.settings()).expect("settings");
    for path in
        ["accounts.sales", "accounts.purchases", "accounts.payments", "default_tax.sales", "default_tax.purchases"]
    {
        let choices = offered(path);
        assert!(!choices.is_empty(), "{path}");
        for choice in choices {
            let issues =
                host.clock.run(host.engine.check_settings(&with(&usual, path, json!(choice.value)))).expect("checked");
            assert!(issues.iter().all(|issue| issue.path != path), "{path}: {issues:?}");
        }
    }
    host.clock.run(host.engine.disconnect()).expect("disconnects");
    let form = host.clock.run(host.engine.settings_form()).expect("a form");
    assert_eq!(form.header.status, "disconnected");
}

#[test]
fn f1_f2_f46_l1_every_package_has_a_form_that_says_what_it_is_connected_to_and_offers_its_own_lists() {
    has_a_form::<XeroWorld>("Xero");
    has_a_form::<QboWorld>("QuickBooks Online");
    has_a_form::<MyobWorld>("MYOB");
}

#[test]
fn f2_a_form_can_be_shown_before_anything_is_connected() {
    let host = Host::unconnected(XeroWorld::fresh());
    let form = host.clock.run(host.engine.settings_form()).expect("a form");
    let header = form.header;
    assert_eq!((header.status.as_str(), header.connected_to, header.version), ("not connected yet", None, 0));
}
