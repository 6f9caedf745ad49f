//! What is wrong with settings, and with what goes by them, at every package: typed, one line, with what would mend it; and
//! nothing is half saved.

use std::sync::Arc;
use std::time::Duration;

use factory_accounting_core::billing::Billing;
use factory_accounting_core::clock::Clock as _;
use factory_accounting_core::code::Code;
use factory_accounting_core::model::{Record, RecordKind};
use factory_accounting_core::money::Rate;
use factory_accounting_core::numbers::{DeviceNumbers, NumberError};
use factory_accounting_core::plan::{GapKind, Used};
use factory_accounting_core::provider::CatalogueKind;
use factory_accounting_core::settings::profile::Profile;
use factory_accounting_core::settings::{ArrivalStatus, Settings, SettingsError};
use factory_accounting_core::store::NumberUse;
use factory_accounting_engine::EngineError;
use rust_decimal::Decimal;
use serde_json::{Value, json};

use crate::host::{Host, locked};
use crate::make::{hale, key, record, staircase};
use crate::policy::paper;
use crate::questions::is_told_well;
use crate::world::{Books, MyobWorld, QboWorld, XeroWorld, everywhere};

#[test]
fn f104_settings_of_an_older_format_are_read_and_of_a_newer_one_refused() {
    everywhere!(other_formats);
}

#[test]
fn f104_what_is_no_setting_is_refused_by_its_place() {
    everywhere!(unknown_keys);
}

#[test]
fn f46_f103_an_account_that_is_not_there_or_of_the_wrong_class_is_not_saved() {
    everywhere!(wrong_accounts);
}

#[test]
fn f38_a_job_that_is_part_of_itself_is_a_question() {
    everywhere!(circular_jobs);
}

#[test]
fn f42_f43_a_mapping_to_an_item_that_was_deleted_is_told_and_asked_about() {
    everywhere!(mapped_to_what_is_gone);
}

#[test]
fn f80_two_devices_with_one_block_are_told_of_the_number_that_both_used() {
    everywhere!(one_block_twice);
}

#[test]
fn l8_more_than_a_hundred_per_cent_is_no_part_of_an_order() {
    everywhere!(above_a_hundred_per_cent);
}

#[test]
fn a_profile_that_the_package_cannot_follow_is_refused_with_what_it_lacks() {
    everywhere!(misfit);
}

/// One line, with what would mend it after a colon.
#[track_caller]
fn one_line(error: &dyn std::fmt::Display) -> String {
    let text = error.to_string();
    assert!(!text.contains('\n') && text.contains(": "), "{text}");
    text
}

/// Carries out what is refused, and holds that the settings are as they were, version and all.
fn nothing_saved<W: Books, T>(host: &Host<W>, attempt: impl FnOnce(&Settings) -> T) -> T {
    let kept = || {
        host.clock.run(async {
            let versions = host.engine.settings_versions().await.expect("versions");
            (host.engine.settings().await.expect("settings"), versions)
        })
    };
    let before = kept();
    let outcome = attempt(&before.0);
    assert_eq!(kept(), before, "nothing is half saved");
    outcome
}

fn other_formats<W: Books>() {
    let host: Host<W> = Host::over(W::fresh());
    let mut form = serde_json::to_value(host.clock.run(host.engine.settings()).expect("settings")).expect("JSON");
    let newer = nothing_saved(&host, |_| {
        form["format"] = json!(9_000);
        Settings::read(&form.to_string()).expect_err("newer")
    });
    assert!(matches!(newer, SettingsError::Newer { found: 9_000, .. }), "{newer}");
    assert!(one_line(&newer).contains("use the version of factory-accounting that wrote them"), "{newer}");
    // An older one is brought up to this one, and what it meant holds.
    let old = json!({ "format": 1, "accounts": form["accounts"], "default_tax": form["default_tax"],
        "items": { "by_account": form["items"]["by_account"] }, "switched_off": ["product"] });
    let read = Settings::read(&old.to_string()).expect("older");
    assert_eq!(host.clock.run(host.engine.save_settings(read)).expect("saved").version, 2);
    let line = json!({ "type": "item", "description": "Oak", "quantity": "1", "unit_price": "10", "product": "P-404" });
    host.send(vec![hale(), paper::<W>("invoice", "F-1", "C1", "1", json!({ "lines": [line] }))]);
    host.link(RecordKind::Invoice, "F-1");
}

fn unknown_keys<W: Books>() {
    let host: Host<W> = Host::over(W::fresh());
    nothing_saved(&host, |usual| {
        for (path, value, named) in [
            ("acounts.sales", json!("200"), "accounts"),
            ("accounts.sale", json!("200"), "accounts.sales"),
            ("triggers.invoyce", json!("asked"), "triggers.invoice"),
            ("customers", json!("sometimes"), "one of never, on_create, on_first_document"),
            ("series.invoice.block", json!(0), "a whole number from 1 to 10000"),
            ("series.invoice.width", json!("wide"), "a whole number from 0 to 18"),
            ("start_date", json!("tomorrow"), "a day, such as 2026-07-01"),
        ] {
            let told = one_line(&usual.with(path, value).expect_err(path));
            assert!(told.contains(named), "{path}: {told}");
        }
        let mut form = serde_json::to_value(usual).expect("JSON");
        form["discuonts"] = json!("own_line");
        let told = one_line(&Settings::read(&form.to_string()).expect_err("unknown"));
        assert!(told.contains("is discounts meant?"), "{told}");
    });
}

fn wrong_accounts<W: Books>() {
    let host: Host<W> = Host::over(W::fresh());
    let usual = host.clock.run(host.engine.settings()).expect("settings");
    let (costs, bank) = (usual.accounts.purchases.expect("costs"), usual.accounts.payments.expect("a bank account"));
    for (path, account, named) in [
        ("accounts.sales", "no-such-account", "no account \"no-such-account\""),
        ("accounts.labour", costs.as_str(), "is of the class expense, not income"),
        ("accounts.materials", bank.as_str(), "cannot be used on lines"),
        ("accounts.payments", W::SALES, "cannot be used for payments"),
        ("accounts.job_types.Survey", "no-such-account", "no account"),
        ("services.design.account", costs.as_str(), "is of the class expense"),
        ("expenses.fuel.account", W::SALES, "is of the class income, not expense"),
    ] {
        let refused = nothing_saved(&host, |usual| {
            let wrong = usual.with(path, json!(account)).expect("a setting");
            host.clock.run(host.engine.save_settings(wrong)).expect_err(path)
        });
        let EngineError::Settings(issues) = &refused else { panic!("{refused:?}") };
        assert!(issues.iter().all(|issue| issue.path == path && !issue.remedy.is_empty()), "{issues:?}");
        assert!(one_line(&refused).contains(named), "{path}: {refused}");
    }
}

fn circular_jobs<W: Books>() {
    let host: Host<W> = Host::over(W::fresh());
    let takes_jobs = host.provider.capabilities().of(RecordKind::Job).is_some();
    let job = |id: &str, parent: &str| {
        record(json!({ "kind": "job", "id": id, "number": format!("N-{id}"), "name": "Stairs", "customer": "C1",
            "parent": parent }))
    };
    host.send(vec![hale(), job("J2", "J3"), job("J3", "J2")]);
    if takes_jobs {
        is_told_well(&host.question(RecordKind::Job, "J3"), Code::Invalid, &["N-J3", "N-J2", "parent"]);
    }
    let circular = |line: &String| line.contains("Stairs") || line.contains("N-J");
    assert!(!host.books().iter().any(circular), "{:?}", host.books());
    // What is sound goes on.
    host.send(vec![staircase(), paper::<W>("invoice", "F-1", "C1", "100", json!({}))]);
    host.link(RecordKind::Invoice, "F-1");
}

/// A person deletes an item, or puts it away where that is all that can be done.
trait Deletes: Books {
    fn delete_item(host: &Host<Self>, code: &str)
    where
        Self: Sized;
}

impl Deletes for XeroWorld {
    fn delete_item(host: &Host<Self>, code: &str) {
        host.act(json!({ "do": "delete_item", "item": code }));
    }
}

impl Deletes for QboWorld {
    fn delete_item(host: &Host<Self>, code: &str) {
        let id = host.row("Item", code)["Id"].clone();
        host.act(json!({ "do": "inactivate", "entity": "Item", "id": id }));
    }
}

impl Deletes for MyobWorld {
    fn delete_item(host: &Host<Self>, code: &str) {
        let uid = host.kept("Inventory/Item", code)["UID"].clone();
        host.act(json!({ "do": "archive", "uid": uid }));
    }
}

fn mapped_to_what_is_gone<W: Deletes>() {
    let host: Host<W> = Host::over(W::fresh().unlimited());
    let item = |id: &str, code: &str| {
        record(json!({ "kind": "product", "id": id, "code": code, "name": format!("Item {code}"),
            "sales": { "account": W::SALES } }))
    };
    host.send(vec![hale(), item("P1", "SITE"), item("P2", "ODDS")]);
    host.clock.run(host.engine.refresh(&[CatalogueKind::Items])).expect("refreshed");
    let usual = host.clock.run(host.engine.settings()).expect("settings");
    let mapped = usual.with("services.On site.item", json!("SITE")).expect("a setting");
    host.clock.run(host.engine.save_settings(mapped)).expect("saved");
    W::delete_item(&host, "SITE");
    // What was deleted outright shows once the whole list is read again.
    host.clock.advance(Duration::from_secs(8 * 24 * 60 * 60));
    host.clock.run(host.engine.refresh(&[CatalogueKind::Items])).expect("refreshed");
    // It is told before anything is sent, on the form, when they are saved again, and asked of what is sent all the same.
    let used = Used { services: ["On site".to_owned()].into(), ..Used::default() };
    let gaps = host.clock.run(host.engine.mapping_gaps(&used)).expect("gaps");
    assert_eq!(gaps.iter().map(|gap| gap.kind).collect::<Vec<_>>(), [GapKind::ItemGone]);
    let form = host.clock.run(host.engine.settings_form()).expect("a form");
    assert!(form.issues.iter().any(|issue| issue.path == "services.On site.item"), "{:?}", form.issues);
    let refused = nothing_saved(&host, |settings| {
        host.clock.run(host.engine.save_settings(settings.clone())).expect_err("refused")
    });
    assert!(one_line(&refused).contains("services.On site.item"), "{refused}");
    let line =
        json!({ "type": "item", "description": "Oak", "quantity": "1", "unit_price": "10", "category": "On site" });
    host.send(vec![paper::<W>("invoice", "F-1", "C1", "1", json!({ "lines": [line] }))]);
    is_told_well(&host.question(RecordKind::Invoice, "F-1"), Code::ItemMissing, &["F-1", "lines[0].category", "SITE"]);
}

fn one_block_twice<W: Books>() {
    let world = W::fresh();
    let settings = world.settings(json!({ "series": { "invoice": { "prefix": "INV-" } } }));
    let host = Host::with(settings, world);
    let numbers = host.engine.numbers(Arc::new(host.store.clone()));
    let mut phone = DeviceNumbers::new(RecordKind::Invoice, "phone", 0);
    host.clock.run(numbers.fill(&mut phone)).expect("a block");
    // The phone's memory was copied to another: both go on from the same block.
    let mut copy: DeviceNumbers =
        serde_json::from_value(serde_json::to_value(&phone).expect("JSON")).expect("what a device carries");
    let use_of = |carried: &mut DeviceNumbers, id: &str| {
        let number = carried.take().expect("a number");
        let told = NumberUse { number: number.clone(), document: key(RecordKind::Invoice, id) };
        (number, host.clock.run(numbers.report_used(carried.device(), vec![told])).expect("recorded"))
    };
    let (number, refused) = use_of(&mut phone, "F-1");
    assert!(refused.is_empty(), "{refused:?}");
    let (again, refused) = use_of(&mut copy, "F-2");
    assert_eq!(number, again);
    let [refused] = refused.as_slice() else { panic!("{refused:?}") };
    let told = one_line(&refused.why);
    assert!(matches!(refused.why, NumberError::Taken { .. }), "{told}");
    assert!(told.contains(&number), "{told}");
    // Sent all the same, the second is a question.
    let invoice = |id: &str| paper::<W>("invoice", id, "C1", "100", json!({ "number": number }));
    host.send(vec![hale(), invoice("F-1"), invoice("F-2")]);
    host.link(RecordKind::Invoice, "F-1");
    host.clock.run(host.clock.sleep(Duration::from_secs(60)));
    is_told_well(&host.question(RecordKind::Invoice, "F-2"), Code::NumberTwice, &[number.as_str(), "number"]);
}

fn above_a_hundred_per_cent<W: Books>() {
    let host: Host<W> = Host::over(W::fresh());
    let order = paper::<W>("order", "SO-1", "C1", "100", json!({}));
    host.send(vec![hale(), order.clone()]);
    let books = host.books();
    let Record::Order(order) = order else { panic!("an order") };
    let billing = Billing::of(&order, &[]).expect("an order");
    for percent in [Decimal::new(1001, 1), Decimal::NEGATIVE_ONE] {
        let told = one_line(&billing.by_percentage(Rate(percent), false).expect_err("refused"));
        assert_eq!(told, format!("percent: is {percent} of order \"SO-1\": give a percentage from 0 to 100"));
    }
    assert_eq!(host.books(), books);
    // Nor is a discount that takes off more than there is.
    let discounted = json!({ "type": "item", "description": "Oak", "quantity": "1", "unit_price": "10",
        "discount": { "rate": "101" } });
    host.send(vec![paper::<W>("invoice", "F-1", "C1", "1", json!({ "lines": [discounted] }))]);
    is_told_well(&host.question(RecordKind::Invoice, "F-1"), Code::Invalid, &["F-1", "lines[0].discount"]);
    assert_eq!(host.books(), books);
}

fn misfit<W: Books>() {
    let host: Host<W> = Host::over(W::fresh());
    let (capabilities, package) = (host.provider.capabilities(), host.provider.info().title);
    // No package holds drafts of everything and numbers everything itself.
    let profile = Profile::new("Ledgerless")
        .arriving(ArrivalStatus::Draft)
        .numbered_by_the_package(&[RecordKind::Invoice, RecordKind::Bill]);
    let misfit = profile.fits(capabilities, package).expect_err("it cannot");
    let told = one_line(&misfit);
    assert!(told.contains("Ledgerless") && told.contains(package), "{told}");
    assert!(misfit.issues.iter().any(|issue| issue.path == "numbers.bill" && !issue.remedy.is_empty()), "{misfit:?}");
    let refused = nothing_saved(&host, |usual| {
        host.clock.run(host.engine.save_settings(profile.over(usual))).expect_err("refused")
    });
    let EngineError::Settings(issues) = refused else { panic!("{refused:?}") };
    assert_eq!(issues, misfit.issues);
    let followed: Value = serde_json::to_value(locked(&host.world).settings(json!({}))).expect("JSON");
    assert_eq!(
        serde_json::to_value(host.clock.run(host.engine.settings()).expect("settings")).expect("JSON"),
        followed
    );
}
