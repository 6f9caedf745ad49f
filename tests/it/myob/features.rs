//! Rows of docs/features.md that MYOB serves in a way of its own.

use factory_accounting_core::code::Code;
use factory_accounting_core::model::{Record, RecordKind};
use factory_accounting_core::provider::ChangeFeed;
use factory_accounting_core::store::LinkOrigin;
use factory_accounting_emulator::myob::switches::OrderAfterConversion;
use factory_accounting_engine::Freshness;
use factory_accounting_myob::{StepState, setup_steps};
use serde_json::{Value, json};

use crate::host::{Host, answer, locked};
use crate::make::au::{document, invoice, payment};
use crate::make::{HALE, hale, job_line, key, line, record, staircase, supplier};
use crate::receipts::is_listed_and_read;
use crate::sign_in::{elsewhere_is_refused, is_refreshed_once};
use crate::world::{Books as _, MyobWorld};

fn oak() -> Record {
    record(json!({ "kind": "product", "id": "P1", "code": "OAK-40", "name": "Oak 40 mm",
        "sales": { "account": MyobWorld::SALES } }))
}

/// A host whose customer and one invoice over 110.00 are in the books.
fn invoiced() -> Host<MyobWorld> {
    Host::invoiced()
}

fn orders(host: &Host<MyobWorld>, start: &str) -> Vec<String> {
    host.books().into_iter().filter(|line| line.starts_with(start)).collect()
}

#[test]
fn f12_what_can_be_done_is_what_the_connected_file_offers_and_the_person_has_agreed_to() {
    let whole = Host::file();
    let writes = |host: &Host<MyobWorld>, kind| host.provider.capabilities().of(kind).is_some_and(|own| own.create > 0);
    for kind in [RecordKind::Order, RecordKind::Bill, RecordKind::Job, RecordKind::Payment] {
        assert!(writes(&whole, kind), "{kind}");
    }
    let mut world = MyobWorld::fresh();
    world.change(|config| config.scopes.retain(|scope| scope != "sme-purchases"));
    world.discover();
    let sales_only = Host::over(world);
    assert!(!writes(&sales_only, RecordKind::Bill) && writes(&sales_only, RecordKind::Invoice));
    sales_only.send(vec![supplier("S1", "Kauri Timber"), document("bill", "KT-1", "S1", "80", json!({}))]);
    let question = sales_only.question(RecordKind::Bill, "KT-1");
    assert_eq!(question.code, Code::Unsupported, "{question}");
    let mut world = MyobWorld::fresh();
    world.change(|config| config.profile.resources.retain(|path| !path.starts_with("sale/order")));
    let without_orders = Host::over(world);
    assert!(!writes(&without_orders, RecordKind::Order));
}

#[test]
fn f13_what_a_person_has_to_see_to_is_told_as_the_file_stands() {
    let host = Host::file();
    let open = || {
        let mut world = locked(&host.world).clone();
        world.discover();
        let steps = setup_steps(&world.config().profile).into_iter();
        steps.filter(|step| step.state == StepState::Open).map(|step| step.code).collect::<Vec<_>>()
    };
    assert_eq!(open(), Vec::<&str>::new());
    host.act(json!({ "do": "make_read_only", "read_only": true }));
    host.act(json!({ "do": "set_preference", "name": "TransactionsCannotBeChangedMustBeReversed", "value": true }));
    host.act(json!({ "do": "set_preference", "name": "CategoryTracking", "value": "OnAndRequired" }));
    assert_eq!(open(), ["writable_file", "category", "changeable_transactions"]);
    host.act(json!({ "do": "make_read_only", "read_only": false }));
    assert_eq!(open(), ["category", "changeable_transactions"]);
}

#[test]
fn f37_f38_a_job_stands_on_each_line_of_sales_and_purchases() {
    let host = Host::file();
    host.send(vec![
        hale(),
        supplier("S1", "Kauri Timber"),
        staircase(),
        document("invoice", "F-1", "C1", "1", json!({ "lines": [job_line()] })),
        document("bill", "KT-1", "S1", "1", json!({ "lines": [job_line()] })),
    ]);
    let job = host.kept("GeneralLedger/Job", "J-104");
    assert_eq!(job["Name"], "Staircase", "{job}");
    assert_eq!(job["LinkedCustomer"]["UID"], host.kept("Contact/Customer", HALE)["UID"], "{job}");
    for (path, number) in [("Sale/Invoice", "F-1"), ("Purchase/Bill", "KT-1")] {
        let row = host.kept(path, number);
        assert_eq!(row["Lines"][0]["Job"]["UID"], job["UID"], "{row}");
    }
}

#[test]
fn f52_f55_an_order_is_an_order_and_becomes_its_invoice_once() {
    for after in [OrderAfterConversion::Keep, OrderAfterConversion::Gone] {
        let world = MyobWorld::with(factory_accounting_emulator::myob::Country::Au, |switches| {
            switches.order_after_conversion = after;
        });
        let host = Host::over(world);
        host.send(vec![hale(), document("order", "SO-1", "C1", "400", json!({}))]);
        let order = host.kept("Sale/Order", "SO-1");
        assert_eq!(order["Status"], "Open", "{order}");
        host.send(vec![document("invoice", "F-1", "C1", "400", json!({ "order": "SO-1" }))]);
        let link = host.link(RecordKind::Invoice, "F-1");
        assert_eq!(link.origin, LinkOrigin::Written, "the invoice is a document of its own");
        assert_eq!(host.kept("Sale/Invoice", "F-1")["Order"]["UID"], order["UID"], "{after:?}");
        // The same again is no second invoice, and the order stays what it has become.
        host.send(vec![document("invoice", "F-1", "C1", "400", json!({ "order": "SO-1" }))]);
        assert_eq!(orders(&host, "Sale/Invoice").len(), 1, "{after:?}: {:?}", host.books());
        let books = host.books();
        let shown = if after == OrderAfterConversion::Keep { "ConvertedToInvoice" } else { "converted" };
        assert!(books.iter().any(|line| line.starts_with("Sale/Order SO-1: ") && line.contains(shown)), "{books:?}");
    }
}

#[test]
fn f58_each_part_invoiced_cuts_the_order_down_and_the_last_takes_it_over() {
    let host = Host::file();
    let part = |id: &str, quantity: &str, extent: &str| {
        let lines = json!([line("Oak top, oiled", quantity, "100")]);
        document("invoice", id, "C1", "1", json!({ "lines": lines, "order": "SO-1", "extent": extent }))
    };
    let order = json!({ "lines": [line("Oak top, oiled", "4", "100")] });
    host.send(vec![hale(), document("order", "SO-1", "C1", "1", order)]);
    host.send(vec![part("F-1", "1", "partial")]);
    assert_eq!(orders(&host, "Sale/Order"), ["Sale/Order SO-1: Open 330.00 for Hale Joinery"]);
    host.send(vec![part("F-2", "2", "partial")]);
    assert_eq!(orders(&host, "Sale/Order"), ["Sale/Order SO-1: Open 110.00 for Hale Joinery"]);
    host.send(vec![part("F-3", "1", "full")]);
    let books = host.books();
    assert!(books.iter().any(|line| line.starts_with("Sale/Order SO-1: ConvertedToInvoice")), "{books:?}");
    for line in ["F-1: Open 110.00", "F-2: Open 220.00", "F-3: Open 110.00"] {
        assert!(books.contains(&format!("Sale/Invoice {line} for Hale Joinery")), "{books:?}");
    }
}

#[test]
fn f59_f62_f63_a_bill_takes_over_its_purchase_order() {
    let host = Host::file();
    host.send(vec![
        supplier("S1", "Kauri Timber"),
        document("purchase_order", "B-5", "S1", "80", json!({})),
        document("bill", "KT-991", "S1", "80", json!({ "purchase_order": "B-5" })),
    ]);
    let order = host.kept("Purchase/Order", "B-5");
    assert_eq!(order["Status"], "ConvertedToBill", "{order}");
    assert_eq!(host.kept("Purchase/Bill", "KT-991")["Order"]["UID"], order["UID"]);
}

#[test]
fn f69_a_document_has_one_number_in_both_systems() {
    let host = Host::file();
    host.send(vec![hale(), invoice("INV-2041", "C1", "10"), payment("RC-77", json!({ "invoice": "INV-2041" }), "11")]);
    assert_eq!(host.link(RecordKind::Invoice, "INV-2041").number.as_deref(), Some("INV-2041"));
    assert_eq!(host.kept("Sale/Invoice", "INV-2041")["Number"], "INV-2041");
    assert_eq!(host.kept("Sale/CustomerPayment", "RC-77")["ReceiptNumber"], "RC-77");
}

#[test]
fn f68_there_are_no_drafts_so_an_invoice_counts_as_soon_as_the_host_pushes_it() {
    let host = Host::file();
    host.keeps_settings(json!({ "arrival": { "invoices": "draft" } }));
    host.send(vec![hale(), invoice("F-1", "C1", "10")]);
    let question = host.question(RecordKind::Invoice, "F-1");
    assert_eq!(question.code, Code::Unsupported);
    assert!(question.to_string().contains("draft"), "{question}");
}

#[test]
fn f70_f94_the_reference_is_the_customers_order_number() {
    let host = Host::file_with(json!({ "reference": "job_number" }));
    host.send(vec![hale(), document("invoice", "F-1", "C1", "10", json!({ "references": { "job_number": "J-104" } }))]);
    assert_eq!(host.kept("Sale/Invoice", "F-1")["CustomerPurchaseOrderNumber"], "J-104");
}

#[test]
fn f76_a_credit_note_is_an_invoice_below_zero_and_a_settlement_sets_it_off() {
    let host = invoiced();
    let part = json!({ "allocations": [{ "invoice": "F-1", "amount": "22" }] });
    host.send(vec![oak(), document("credit_note", "K-1", "C1", "20", part)]);
    let note = host.kept("Sale/Invoice", "K-1");
    assert_eq!(note["TotalAmount"].to_string(), "-22.0", "{note}");
    assert!(
        note["Lines"]
            .as_array()
            .is_some_and(|lines| lines.iter().all(|line| !line["UnitPrice"].to_string().starts_with('-')))
    );
    let books = host.books();
    assert!(books.contains(&"Sale/CreditSettlement K-1: for Hale Joinery".to_owned()), "{books:?}");
    assert!(books.contains(&"Sale/Credit K-1: Closed 22.00 for Hale Joinery, 22.00 applied".to_owned()), "{books:?}");
}

#[test]
fn f90_f92_money_spent_is_read_with_job_and_account() {
    let host = Host::file();
    host.send(vec![hale(), supplier("S1", "Kauri Timber"), staircase()]);
    let uid = |path: &str, name: &str| host.kept(path, name)["UID"].clone();
    let account = uid("GeneralLedger/Account", "6-1000");
    let set = json!({ "PayFrom": "Account", "Account": { "UID": uid("GeneralLedger/Account", "1-1110") },
        "Contact": { "UID": uid("Contact/Supplier", "Kauri Timber") }, "Date": "2026-11-20", "IsTaxInclusive": true,
        "Memo": "Bolts",
        "Lines": [{ "Account": { "UID": account }, "Job": { "UID": uid("GeneralLedger/Job", "J-104") },
            "TaxCode": { "UID": uid("GeneralLedger/TaxCode", "GST") }, "Amount": "132", "Memo": "Bolts" }] });
    host.act(json!({ "do": "create", "path": "Banking/SpendMoneyTxn", "set": set }));
    let page = host.clock.run(host.provider.changes(ChangeFeed::Expenses, None)).expect("expenses");
    let expense = page.records.iter().find(|record| record.kind == RecordKind::Expense).expect("the money spent");
    let line = expense.lines.as_ref().and_then(|lines| lines.first()).expect("a line");
    assert_eq!(line.party, Some(host.link(RecordKind::Job, "J1").remote), "{line:?}");
    assert_eq!(line.amount.map(|amount| amount.normalize().to_string()).as_deref(), Some("132"), "{line:?}");
    assert_eq!(expense.party, Some(host.link(RecordKind::Supplier, "S1").remote));
}

#[test]
fn f93_a_receipt_at_a_bill_is_listed_and_read() {
    is_listed_and_read(&Host::file());
}

#[test]
fn f82_f72_r2_what_is_paid_locks_prices_and_is_not_taken_back() {
    let host = invoiced();
    locked(&host.world).person_pays("F-1", "15", "counter", factory_accounting_core::clock::Clock::now(&host.clock));
    let key = key(RecordKind::Invoice, "F-1");
    let lock = host.clock.run(host.engine.edit_lock(&key, Freshness::Now)).expect("asked").expect("locked");
    assert!(lock.reason.contains("15.00 AUD"), "{}", lock.reason);
    host.send(vec![invoice("F-1", "C1", "120")]);
    assert_eq!(host.question(RecordKind::Invoice, "F-1").code, Code::Locked);
    let refusal = host.clock.run(host.engine.may_void(&key)).expect("asked").expect_err("refused");
    assert_eq!(refusal.code, Code::VoidSettled);
}

#[test]
fn r11_f72_what_was_deleted_there_is_never_brought_back() {
    let host = invoiced();
    let uid = host.kept("Sale/Invoice", "F-1")["UID"].clone();
    host.act(json!({ "do": "delete", "uid": uid }));
    host.send(vec![invoice("F-1", "C1", "120")]);
    assert_eq!(host.question(RecordKind::Invoice, "F-1").code, Code::RemoteGone);
    assert_eq!(host.books().len(), 1, "{:?}", host.books());
}

#[test]
fn r13_a_price_of_four_decimals_comes_to_the_hosts_cents_with_its_tax_in_it() {
    let host = Host::file();
    let lines = json!([{ "type": "item", "description": "Screws", "quantity": "1250", "unit_price": "0.0825" }]);
    host.send(vec![hale(), document("invoice", "F-1", "C1", "0", json!({ "lines": lines }))]);
    // 1250 x 0.0825 = 103.13, and 10.31 of GST.
    assert!(host.books().contains(&"Sale/Invoice F-1: Open 113.44 for Hale Joinery".to_owned()), "{:?}", host.books());
    assert_eq!(host.kept("Sale/Invoice", "F-1")["IsTaxInclusive"], true);
    assert_eq!(host.differing(), 0);
}

#[test]
fn r17_where_nobody_knows_how_tax_is_rounded_what_myob_answers_is_no_difference() {
    for world in [MyobWorld::fresh(), MyobWorld::otherwise()] {
        let host = Host::over(world);
        let lines = json!([line("Bolt", "1", "0.05"), line("Nut", "1", "0.05"), line("Washer", "1", "0.05")]);
        host.send(vec![hale(), document("invoice", "F-1", "C1", "0", json!({ "lines": lines }))]);
        let totals = host.link(RecordKind::Invoice, "F-1").totals.expect("totals");
        let shown = host.kept("Sale/Invoice", "F-1");
        assert_eq!(json!(totals.total.normalize().to_string()), json!(shown["TotalAmount"].to_string()), "{shown}");
        assert_eq!(json!(totals.tax.normalize().to_string()), json!(shown["TotalTax"].to_string()), "{shown}");
        assert_eq!(host.differing(), 0, "{:?}", host.events());
    }
}

#[test]
fn r20_what_is_set_off_is_read_back_on_the_invoice() {
    let host = invoiced();
    let part = json!({ "allocations": [{ "invoice": "F-1", "amount": "22" }] });
    host.send(vec![document("credit_note", "K-1", "C1", "20", part)]);
    let key = key(RecordKind::Invoice, "F-1");
    host.clock.run(host.engine.edit_lock(&key, Freshness::Now)).expect("asked");
    let settled = host.link(RecordKind::Invoice, "F-1").settled.expect("known");
    assert_eq!(settled.applied().normalize().to_string(), "22");
}

/// A change replaces the whole record (myob.md 4): what people have typed goes back with it.
#[test]
fn r21_an_update_keeps_what_people_have_typed() {
    let host = invoiced();
    let shown = host.kept("Sale/Invoice", "F-1");
    let typed = json!({ "Comment": "Call before delivery", "ShippingMethod": "Road", "ReferralSource": "Web",
        "JournalMemo": "by hand" });
    host.act(json!({ "do": "edit", "uid": shown["UID"], "set": typed }));
    host.send(vec![document("invoice", "F-1", "C1", "120", json!({ "due": "2027-01-20" }))]);
    let after = host.kept("Sale/Invoice", "F-1");
    assert_eq!(after["TotalAmount"].to_string(), "132.0", "{after}");
    for member in ["Comment", "ShippingMethod", "ReferralSource", "JournalMemo"] {
        assert_eq!(after[member], typed[member], "{after}");
    }
    assert_eq!(after["Terms"]["DueDate"], "2027-01-20T00:00:00", "{after}");
}

#[test]
fn r21_an_update_of_a_card_keeps_its_limit_of_credit_and_its_notes() {
    let host = invoiced();
    let card = host.kept("Contact/Customer", HALE);
    let typed = json!({ "Notes": "Prefers mornings", "SellingDetails": { "Credit": { "Limit": 5000 } } });
    host.act(json!({ "do": "edit", "uid": card["UID"], "set": typed }));
    let renamed = json!({ "kind": "customer", "id": "C1", "name": "Hale Joinery", "email": "a@hale.example" });
    host.send(vec![record(renamed)]);
    let after = host.kept("Contact/Customer", HALE);
    assert_eq!(after["Notes"], "Prefers mornings", "{after}");
    assert_eq!(after["SellingDetails"]["Credit"]["Limit"].to_string(), "5000.0", "{after}");
    assert_eq!(after["Addresses"][0]["Email"], "a@hale.example", "{after}");
}

#[test]
fn r49_every_call_says_which_version_of_the_interface_it_means_and_whose_app_it_is() {
    let host = Host::file();
    let met = std::sync::Arc::new(std::sync::Mutex::new(Vec::new()));
    let seen = std::sync::Arc::clone(&met);
    host.beset(move |request| {
        if request.uri().path().starts_with("/accountright") {
            let of = |name: &str| request.headers().get(name).and_then(|value| value.to_str().ok()).map(str::to_owned);
            locked(&seen).push((of("x-myobapi-version"), of("x-myobapi-key"), of("x-myobapi-cftoken")));
        }
        None
    });
    host.send(vec![hale(), invoice("F-1", "C1", "100")]);
    host.send(vec![invoice("F-1", "C1", "120")]);
    host.void(RecordKind::Invoice, "F-1");
    let met = locked(&met).clone();
    assert!(met.len() >= 4, "{met:?}");
    let key = locked(&host.world).emulator.api_key().to_owned();
    // A user of the file itself is named only where the file asks for one (myob.md 1.4).
    let wanted = (Some("v2".to_owned()), Some(key), None);
    assert!(met.iter().all(|headers| *headers == wanted), "{met:?}");
}

#[test]
fn r55_a_sign_in_to_another_file_is_refused() {
    let world = MyobWorld::files(2).remove(1);
    let other = world.file.to_string();
    elsewhere_is_refused(&invoiced(), world, &other);
}

#[test]
fn r40_a_token_that_has_run_out_is_refreshed_once() {
    is_refreshed_once(&invoiced(), "/oauth2/v1/authorize");
}

#[test]
fn the_end_of_the_consent_is_known_long_before_it_comes() {
    let host = Host::file();
    let organisation = host.clock.run(host.provider.organisation()).expect("the organisation");
    let until = organisation.reconnect_by.expect("an end");
    let months = (until - factory_accounting_core::clock::Clock::now(&host.clock)).num_days();
    assert!((360..=366).contains(&months), "{until}");
}

#[test]
fn r42_x9_changes_that_are_cut_off_do_not_move_the_cursor() {
    let host = invoiced();
    host.clock.run(host.engine.read_changes()).expect("changes");
    host.beset(|request| {
        let list =
            request.method() == http::Method::GET && request.uri().path().to_lowercase().ends_with("/sale/invoice");
        list.then(|| answer(200, "application/json", "{\"Items\":[{\"UID\":"))
    });
    host.clock.advance(std::time::Duration::from_secs(60));
    host.clock.run(host.engine.read_changes()).expect_err("the answer cannot be read");
    host.at_peace();
    locked(&host.world).person_pays("F-1", "110", "counter", factory_accounting_core::clock::Clock::now(&host.clock));
    host.clock.advance(std::time::Duration::from_secs(120));
    host.clock.run(host.engine.read_changes()).expect("changes");
    let settled = host.link(RecordKind::Invoice, "F-1").settled.expect("known");
    assert_eq!(settled.applied().normalize().to_string(), "110");
    assert!(host.status(RecordKind::Invoice, "F-1").is_sent());
}

/// Nothing makes a write repeatable here, so that each carries what it can be found by (myob.md 4).
#[test]
fn x4_r3_every_write_carries_what_it_can_be_found_by() {
    let host = Host::file();
    host.send(vec![
        hale(),
        supplier("S1", "Kauri Timber"),
        oak(),
        invoice("F-1", "C1", "100"),
        document("bill", "KT-1", "S1", "80", json!({})),
        payment("R-1", json!({ "invoice": "F-1" }), "5"),
    ]);
    let sent = |path: &str| {
        let call = host
            .exchanged()
            .into_iter()
            .find(|call| call.method == http::Method::POST && call.path.to_lowercase().contains(&path.to_lowercase()));
        let call = call.unwrap_or_else(|| panic!("nothing was sent to {path}"));
        serde_json::from_slice::<Value>(&call.sent).expect("JSON")
    };
    assert_eq!(sent("Contact/Customer")["DisplayID"].as_str().map(|id| id.len() <= 15), Some(true));
    assert_eq!(sent("Contact/Supplier")["DisplayID"].as_str().map(|id| id.len() <= 15), Some(true));
    assert_eq!(sent("Inventory/Item")["Number"], "OAK-40");
    assert_eq!(sent("Sale/Invoice")["Number"], "F-1");
    assert_eq!(sent("Purchase/Bill")["SupplierInvoiceNumber"], "KT-1");
    let paid = sent("Sale/CustomerPayment");
    assert!(paid["Memo"].as_str().is_some_and(|memo| memo.starts_with("R-1")), "{paid}");
}
