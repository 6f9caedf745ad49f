//! Where money is posted, over all packages: accounts, taxes and items in the one order of docs/resolution.md, seen in the
//! books that the emulators keep. The order itself is proven in core; here is what each package makes of it.

use std::collections::BTreeSet;

use factory_accounting_core::code::Code;
use factory_accounting_core::model::{Record, RecordKind};
use factory_accounting_core::plan::{GapKind, Origin, Used};
use factory_accounting_core::provider::CatalogueKind;
use factory_accounting_core::settings::Settings;
use factory_accounting_core::store::Decision;
use factory_accounting_engine::RecordStatus;
use rust_decimal::Decimal;
use serde_json::{Value, json};

use crate::host::Host;
use crate::make::{customer, document, in_currency, line, merge, record, supplier};
use crate::world::{Books, INSTALLATION, MyobWorld, QboWorld, XeroWorld, everywhere};

/// A package whose books say what a line posts to.
pub(crate) trait Posts: Books {
    /// An income account beside the one for sales.
    const OTHER: &'static str;
    /// A cost account beside the one for purchases.
    const COST: &'static str;
    /// Where payments go.
    const BANK: &'static str;

    /// A tax code that charges nothing.
    fn untaxed(&self) -> String;

    /// Account and item of a line of an invoice, credit note or bill, as people name them.
    fn posted(host: &Host<Self>, kind: RecordKind, number: &str, line: usize) -> (String, Option<String>)
    where
        Self: Sized;
}

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}

impl Posts for XeroWorld {
    const OTHER: &'static str = "260";
    const COST: &'static str = "429";
    const BANK: &'static str = "090";

    fn untaxed(&self) -> String {
        "NONE".to_owned()
    }

    fn posted(host: &Host<Self>, kind: RecordKind, number: &str, line: usize) -> (String, Option<String>) {
        let list = if kind == RecordKind::CreditNote { "creditNotes" } else { "invoices" };
        let line = &host.shown(list, number)["LineItems"][line];
        (text(&line["AccountCode"]), line["ItemCode"].as_str().map(str::to_owned))
    }
}

impl Posts for QboWorld {
    const OTHER: &'static str = "260";
    const COST: &'static str = "310";
    const BANK: &'static str = "090";

    fn untaxed(&self) -> String {
        let [_, untaxed, _] = self.tax_codes();
        untaxed.to_owned()
    }

    fn posted(host: &Host<Self>, kind: RecordKind, number: &str, line: usize) -> (String, Option<String>) {
        let entity = match kind {
            RecordKind::CreditNote => "CreditMemo",
            RecordKind::Bill => "Bill",
            _ => "Invoice",
        };
        let line = &host.row(entity, number)["Line"][line];
        let ledger = crate::host::locked(&host.world).ledger();
        let one = |entity: &str, id: &Value| {
            let rows = ledger[entity].as_array().cloned().unwrap_or_default();
            rows.into_iter().find(|row| row["Id"] == *id).unwrap_or_else(|| panic!("no {entity} {id}"))
        };
        let account = |id: &Value| text(&one("Account", id)["AcctNum"]);
        let item = &line["SalesItemLineDetail"]["ItemRef"]["value"];
        if item.is_null() {
            return (account(&line["AccountBasedExpenseLineDetail"]["AccountRef"]["value"]), None);
        }
        let item = one("Item", item);
        (account(&item["IncomeAccountRef"]["value"]), Some(text(&item["Sku"])))
    }
}

impl Posts for MyobWorld {
    const OTHER: &'static str = INSTALLATION;
    const COST: &'static str = "6-1900";
    const BANK: &'static str = "1-1110";

    fn untaxed(&self) -> String {
        let [_, untaxed, _] = self.tax_codes();
        untaxed
    }

    fn posted(host: &Host<Self>, kind: RecordKind, number: &str, line: usize) -> (String, Option<String>) {
        let path = if kind == RecordKind::Bill { "Purchase/Bill" } else { "Sale/Invoice" };
        let line = &host.kept(path, number)["Lines"][line];
        // A line that names an item posts where the item does.
        match line["Item"]["Number"].as_str() {
            Some(item) => {
                let held = host.kept("Inventory/Item", item);
                (text(&held["IncomeAccount"]["DisplayID"]), Some(item.to_owned()))
            }
            None => (text(&line["Account"]["DisplayID"]), None),
        }
    }
}

/// Tells a story that is the same for all packages.
#[test]
fn f98_f99_f47_f48_labour_and_materials_post_where_the_settings_and_the_job_say() {
    everywhere!(work_and_materials);
}

#[test]
fn f42_f45_a_kind_of_service_posts_where_it_is_mapped_and_waits_where_it_is_not() {
    everywhere!(services);
}

#[test]
fn f95_f96_f43_bills_expenses_and_kinds_of_expense_have_accounts_of_their_own() {
    everywhere!(purchases);
}

#[test]
fn f77_a_bad_debt_is_written_off_to_its_account() {
    everywhere!(bad_debt);
}

#[test]
fn l2_lines_free_of_tax_have_an_account_of_their_own() {
    everywhere!(free_of_tax);
}

#[test]
fn l19_a_customer_may_be_free_of_tax() {
    everywhere!(customer_free_of_tax);
}

#[test]
fn l3_l14_the_default_item_stands_in_for_a_product_and_the_text_stays() {
    everywhere!(default_item);
}

#[test]
fn l12_a_product_that_is_not_linked_posts_to_the_default_account() {
    everywhere!(no_item);
}

#[test]
fn r8_a_product_is_matched_by_its_code_before_one_is_created() {
    everywhere!(matched_by_code);
}

#[test]
fn r8_products_have_a_switch_of_their_own() {
    everywhere!(product_policy);
}

#[test]
fn f88_f89_r19_a_payment_without_a_method_was_paid_as_the_settings_say() {
    everywhere!(default_method);
}

#[test]
fn every_field_of_what_is_sent_is_explained_without_a_call() {
    everywhere!(explained);
}

fn host<W: Posts>(changes: Value) -> Host<W> {
    let world = W::fresh();
    let settings: Settings = world.settings(changes);
    let host = Host::with(settings, world);
    host.send(vec![customer("C1", "Hale Joinery"), supplier("S1", "Kauri Timber")]);
    host
}

/// A document of lines, each with members of its own.
fn of<W: Posts>(kind: &str, id: &str, lines: &[Value], changes: Value) -> Record {
    let party = if matches!(kind, "bill" | "purchase_order") { "S1" } else { "C1" };
    let lines: Vec<Value> = lines
        .iter()
        .map(|members| {
            let mut form = line("Oak top, oiled", "1", "100");
            merge(&mut form, members.clone());
            form
        })
        .collect();
    let mut form = json!({ "lines": lines });
    merge(&mut form, changes);
    in_currency(W::CURRENCY, &document(kind, id, party, "1", form))
}

#[track_caller]
fn accounts<W: Posts>(host: &Host<W>, kind: RecordKind, number: &str, wanted: &[&str]) {
    let sent = host.status(kind, number);
    assert!(matches!(sent, RecordStatus::Sent(_)), "{number}: {sent:?}");
    let found: Vec<String> = (0..wanted.len()).map(|line| W::posted(host, kind, number, line).0).collect();
    assert_eq!(found, wanted, "{number}");
}

fn work_and_materials<W: Posts>() {
    let host = host::<W>(json!({ "accounts": { "labour": W::OTHER, "job_types": { "Survey": W::SALES } } }));
    let lines = [json!({ "nature": "labour" }), json!({ "nature": "materials" }), json!({})];
    host.send(vec![
        of::<W>("invoice", "F-1", &lines, json!({})),
        of::<W>("invoice", "F-2", &lines, json!({ "references": { "job_type": "Survey" } })),
        of::<W>("invoice", "F-3", &[json!({ "nature": "labour", "account": W::SALES })], json!({})),
    ]);
    accounts(&host, RecordKind::Invoice, "F-1", &[W::OTHER, W::SALES, W::SALES]);
    accounts(&host, RecordKind::Invoice, "F-2", &[W::SALES, W::SALES, W::SALES]);
    accounts(&host, RecordKind::Invoice, "F-3", &[W::SALES]);
}

fn services<W: Posts>() {
    let host = host::<W>(json!({}));
    host.keeps_settings(json!({ "services": { "On site": { "account": W::OTHER }, "Lost": { "item": "NEVER" } } }));
    let words = |words: &[&str]| words.iter().map(ToString::to_string).collect::<BTreeSet<_>>();
    let used = Used { services: words(&["On site", "Lost", "Survey"]), ..Used::default() };
    host.calls();
    let gaps = host.clock.run(host.engine.mapping_gaps(&used)).expect("gaps");
    let kinds: Vec<(&str, GapKind)> = gaps.iter().map(|gap| (gap.word.as_str(), gap.kind)).collect();
    assert_eq!(kinds, [("Lost", GapKind::ItemGone), ("Survey", GapKind::NotMapped)]);
    assert_eq!(host.calls(), Vec::<String>::new(), "nothing is asked of the package");
    host.send(vec![
        of::<W>("invoice", "F-1", &[json!({ "category": "On site" })], json!({})),
        of::<W>("invoice", "F-2", &[json!({ "category": "Survey" })], json!({})),
        of::<W>("invoice", "F-3", &[json!({ "category": "Lost" })], json!({})),
    ]);
    accounts(&host, RecordKind::Invoice, "F-1", &[W::OTHER]);
    let question = host.question(RecordKind::Invoice, "F-2");
    assert_eq!((question.code, question.issues[0].path.as_str()), (Code::Unmapped, "lines[0].category"));
    assert_eq!(host.question(RecordKind::Invoice, "F-3").code, Code::ItemMissing);
}

fn purchases<W: Posts>() {
    let host =
        host::<W>(json!({ "accounts": { "expenses": W::COST }, "expenses": { "Fuel": { "account": W::COST } } }));
    let purchases = host.clock.run(host.engine.settings()).expect("settings").accounts.purchases.expect("purchases");
    host.send(vec![
        of::<W>("bill", "K-1", &[json!({}), json!({ "category": "Fuel" })], json!({})),
        of::<W>("bill", "K-2", &[json!({}), json!({ "account": purchases })], json!({ "expense": true })),
    ]);
    accounts(&host, RecordKind::Bill, "K-1", &[&purchases, W::COST]);
    accounts(&host, RecordKind::Bill, "K-2", &[W::COST, &purchases]);
}

fn bad_debt<W: Posts>() {
    let host = host::<W>(json!({}));
    let write_off = || of::<W>("credit_note", "N-1", &[json!({ "nature": "labour" })], json!({ "bad_debt": true }));
    host.send(vec![write_off()]);
    let question = host.question(RecordKind::CreditNote, "N-1");
    assert!(question.code == Code::AccountMissing && question.reason.contains("bad debts"), "{question}");
    let mut settings = host.clock.run(host.engine.settings()).expect("settings");
    settings.accounts.bad_debt = Some(W::OTHER.to_owned());
    host.clock.run(host.engine.save_settings(settings)).expect("saved");
    let RecordStatus::NeedsAttention { operation, .. } = host.status(RecordKind::CreditNote, "N-1") else {
        panic!("a question")
    };
    host.clock.run(host.engine.decide(operation, Decision::Retry, "Ann")).expect("decided");
    host.work();
    accounts(&host, RecordKind::CreditNote, "N-1", &[W::OTHER]);
}

fn free_of_tax<W: Posts>() {
    let host = host::<W>(json!({ "accounts": { "sales_tax_free": W::OTHER } }));
    let untaxed = crate::host::locked(&host.world).untaxed();
    host.send(vec![of::<W>("invoice", "F-1", &[json!({}), json!({ "tax": untaxed })], json!({}))]);
    accounts(&host, RecordKind::Invoice, "F-1", &[W::SALES, W::OTHER]);
}

fn customer_free_of_tax<W: Posts>() {
    let host = host::<W>(json!({}));
    let untaxed = crate::host::locked(&host.world).untaxed();
    host.send(vec![record(json!({ "kind": "customer", "id": "C1", "name": "Hale Joinery", "tax": untaxed }))]);
    host.send(vec![of::<W>("invoice", "F-1", &[json!({})], json!({}))]);
    let totals = host.link(RecordKind::Invoice, "F-1").totals.expect("totals");
    assert_eq!((totals.tax, totals.total), (Decimal::ZERO, Decimal::ONE_HUNDRED));
}

fn product<W: Posts>(id: &str, code: &str, name: &str) -> Record {
    record(json!({ "kind": "product", "id": id, "code": code, "name": name, "sales": { "account": W::SALES } }))
}

fn default_item<W: Posts>() {
    let host = host::<W>(json!({}));
    host.send(vec![product::<W>("P0", "ODDS", "Odds and ends")]);
    host.clock.run(host.engine.refresh(&[CatalogueKind::Items])).expect("refreshed");
    let invoice = || of::<W>("invoice", "F-1", &[json!({ "product": "P9" })], json!({}));
    host.send(vec![invoice()]);
    assert_eq!(host.question(RecordKind::Invoice, "F-1").code, Code::NotLinked, "it is asked unless the settings say");
    let mut settings = host.clock.run(host.engine.settings()).expect("settings");
    settings.items.unlinked_products = factory_accounting_core::settings::UnlinkedProducts::DefaultItem;
    settings.items.default = Some("ODDS".to_owned());
    host.clock.run(host.engine.save_settings(settings)).expect("saved");
    host.send(vec![of::<W>("invoice", "F-2", &[json!({ "product": "P9" })], json!({}))]);
    accounts(&host, RecordKind::Invoice, "F-2", &[W::SALES]);
    assert_eq!(W::posted(&host, RecordKind::Invoice, "F-2", 0).1.as_deref(), Some("ODDS"));
    let explained = host.clock.run(host.engine.explain_record(invoice())).expect("explained");
    let description = explained.field("lines[0].description").expect("the text");
    assert_eq!(description.value, json!("Oak top, oiled"), "the line keeps its own words");
}

fn no_item<W: Posts>() {
    let host = host::<W>(json!({ "items": { "unlinked_products": "no_item" } }));
    host.send(vec![of::<W>("invoice", "F-1", &[json!({ "product": "P9" })], json!({}))]);
    accounts(&host, RecordKind::Invoice, "F-1", &[W::SALES]);
}

fn matched_by_code<W: Posts>() {
    let host = host::<W>(json!({}));
    host.send(vec![product::<W>("P1", "OAK-40", "Oak 40 mm")]);
    let there = host.link(RecordKind::Product, "P1").remote;
    let items = || host.books().into_iter().filter(|row| row.contains("OAK-40")).count();
    assert_eq!(items(), 1);
    // The same thing under another id, as after the host was set up anew.
    host.send(vec![product::<W>("P2", "OAK-40", "oak 40 mm")]);
    assert_eq!(host.link(RecordKind::Product, "P2").remote, there, "code and name agree: it is linked");
    host.send(vec![product::<W>("P3", "OAK-40", "Oak offcuts")]);
    let question = host.question(RecordKind::Product, "P3");
    assert_eq!((question.code, question.candidates.len()), (Code::NameTaken, 1), "{question}");
    assert_eq!(items(), 1, "nothing was made twice: {:?}", host.books());
    // What waits for it goes on once somebody has said which item it is.
    host.push(of::<W>("invoice", "F-1", &[json!({ "product": "P3" })], json!({})));
    let link = host.engine.link(crate::make::key(RecordKind::Product, "P3"), there.clone());
    host.clock.run(link).expect("linked");
    host.work();
    assert_eq!(W::posted(&host, RecordKind::Invoice, "F-1", 0).1.as_deref(), Some("OAK-40"));
}

fn product_policy<W: Posts>() {
    let items = |host: &Host<W>| host.books().into_iter().filter(|row| row.contains("OAK-40")).count();
    let never = host::<W>(json!({ "products": "never" }));
    never.send(vec![product::<W>("P1", "OAK-40", "Oak 40 mm")]);
    assert!(matches!(never.status(RecordKind::Product, "P1"), RecordStatus::Skipped { .. }));
    never.send(vec![of::<W>("invoice", "F-1", &[json!({ "product": "P1" })], json!({}))]);
    assert_eq!((never.question(RecordKind::Invoice, "F-1").code, items(&never)), (Code::NotLinked, 0));
    let first = host::<W>(json!({ "products": "on_first_document" }));
    first.send(vec![product::<W>("P1", "OAK-40", "Oak 40 mm")]);
    assert_eq!((first.status(RecordKind::Product, "P1"), items(&first)), (RecordStatus::NotSent, 0));
    first.send(vec![of::<W>("invoice", "F-1", &[json!({ "product": "P1" })], json!({}))]);
    assert_eq!(items(&first), 1);
    assert_eq!(W::posted(&first, RecordKind::Invoice, "F-1", 0).1.as_deref(), Some("OAK-40"));
    // What is there follows the host, whatever the policy for new ones.
    let changed = json!({ "kind": "product", "id": "P1", "code": "OAK-40", "name": "Oak, 40 mm",
        "sales": { "account": W::SALES } });
    let report = first.send(vec![record(changed)]);
    assert_eq!(report.updated, 1);
}

fn default_method<W: Posts>() {
    let host = host::<W>(json!({ "accounts": { "payments": null, "payment_methods": { "bank": W::BANK } } }));
    host.send(vec![of::<W>("invoice", "F-1", &[json!({})], json!({}))]);
    let pay = |id: &str| in_currency(W::CURRENCY, &crate::make::payment(id, json!({ "invoice": "F-1" }), "10"));
    host.send(vec![pay("R-1")]);
    let question = host.question(RecordKind::Payment, "R-1");
    assert!(question.code == Code::AccountMissing && question.reason.contains("none is set by default"), "{question}");
    let mut settings = host.clock.run(host.engine.settings()).expect("settings");
    settings.default_payment_method = Some("bank".to_owned());
    host.clock.run(host.engine.save_settings(settings)).expect("saved");
    host.send(vec![pay("R-2")]);
    let sent = host.status(RecordKind::Payment, "R-2");
    assert!(matches!(sent, RecordStatus::Sent(_)), "{sent:?}");
}

fn explained<W: Posts>() {
    let host = host::<W>(json!({
        "accounts": { "labour": W::OTHER }, "services": { "On site": { "account": W::OTHER } }, "reference": "job_number",
    }));
    host.send(vec![product::<W>("P1", "OAK-40", "Oak 40 mm"), of::<W>("invoice", "F-1", &[json!({})], json!({}))]);
    let lines = [
        json!({ "nature": "labour", "discount": { "rate": "5" } }),
        json!({ "category": "On site" }),
        json!({ "account": W::OTHER, "unit_price": "33.33" }),
    ];
    let more = json!({ "references": { "job_number": "J-104" } });
    let inclusive = json!({ "tax_mode": "inclusive" });
    let mut records: Vec<Record> = Vec::new();
    for kind in ["quote", "order", "invoice", "credit_note", "purchase_order", "bill"] {
        // Kinds of expense are another table: purchases name none of the services.
        let plain = [json!({})];
        let lines: &[Value] = if matches!(kind, "purchase_order" | "bill") { &plain } else { &lines };
        records.push(of::<W>(kind, "X-1", lines, more.clone()));
        records.push(of::<W>(kind, "X-2", lines, inclusive.clone()));
    }
    records.push(of::<W>("invoice", "X-3", &[json!({ "product": "P1", "quantity": "3" })], more));
    records.push(in_currency(W::CURRENCY, &crate::make::payment("R-1", json!({ "invoice": "F-1" }), "10")));
    records.push(customer("C9", "Ngaio Steel"));
    records.push(product::<W>("P9", "PINE", "Pine"));
    host.calls();
    for record in records {
        let key = record.key();
        let explanation = host.clock.run(host.engine.explain_record(record)).expect("explained");
        assert!(explanation.parked.is_none() && explanation.skipped.is_none(), "{key}: {explanation:?}");
        let open: Vec<_> = explanation.unexplained().collect();
        assert!(!explanation.fields.is_empty() && open.is_empty(), "{key}: {open:#?}");
        assert_eq!(explanation.settings_version, Some(1));
    }
    let pushed = host.clock.run(host.engine.explain(&crate::make::key(RecordKind::Invoice, "F-1"))).expect("explained");
    let account =
        pushed.fields.iter().find(|field| field.path.starts_with("lines[0].charge.account.")).expect("an account");
    let by = account.steps.iter().find(|step| !step.passed_over).map(|step| &step.origin);
    assert_eq!(by, Some(&Origin::Setting { path: "accounts.sales".to_owned() }));
    assert_eq!(host.calls(), Vec::<String>::new(), "nothing is asked of the package");
}

#[test]
fn jobs_that_are_part_of_one_another_are_named_both() {
    let host = Host::au();
    host.send(vec![customer("C1", "Hale Joinery")]);
    let job = |id: &str, parent: &str| {
        record(json!({ "kind": "job", "id": id, "number": format!("N-{id}"), "name": "Stairs", "customer": "C1",
            "parent": parent }))
    };
    host.send(vec![job("J1", "J2")]);
    host.send(vec![job("J2", "J3"), job("J3", "J1")]);
    for (id, names) in [("J2", ["N-J3", "N-J2"]), ("J3", ["N-J1", "N-J3"])] {
        let question = host.question(RecordKind::Job, id);
        assert_eq!((question.code, question.issues[0].path.as_str()), (Code::Invalid, "parent"));
        assert!(names.iter().all(|name| question.issues[0].message.contains(name)), "{question}");
    }
}
