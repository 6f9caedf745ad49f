//! Rows of docs/features.md that QuickBooks Online serves in a way of its own.

use factory_accounting_core::code::Code;
use factory_accounting_core::ids::RemoteId;
use factory_accounting_core::model::RecordKind;
use factory_accounting_core::provider::{Billable, ChangeFeed};
use factory_accounting_core::store::LinkOrigin;
use factory_accounting_emulator::qbo::Country;
use factory_accounting_engine::{Freshness, RecordStatus};
use factory_accounting_qbo::ReferenceTarget;
use serde_json::{Value, json};

use crate::host::{Host, locked};
use crate::make::au::{document, invoice, payment};
use crate::make::{HALE, hale, in_currency, job_line, record, staircase, supplier};
use crate::receipts::is_listed_and_read;
use crate::sign_in::{elsewhere_is_refused, is_refreshed_once};
use crate::world::{Books as _, QboWorld};

/// A host whose customer and one invoice over 110.00 are in the books.
fn invoiced() -> Host<QboWorld> {
    Host::invoiced()
}

#[test]
fn f37_f38_a_job_is_a_sub_customer_to_whom_its_documents_are_addressed() {
    let host = Host::au();
    host.send(vec![
        hale(),
        supplier("S1", "Kauri Timber"),
        staircase(),
        document("invoice", "F-1", "C1", "1", json!({ "lines": [job_line()] })),
        document("bill", "KT-1", "S1", "1", json!({ "lines": [job_line()] })),
    ]);
    let job = host.row("Customer", "J-104 Staircase");
    let customer = host.row("Customer", HALE);
    assert_eq!((&job["Job"], &job["ParentRef"]["value"]), (&json!(true), &customer["Id"]), "{job}");
    assert_eq!(host.row("Invoice", "F-1")["CustomerRef"]["value"], job["Id"]);
    let bill = host.row("Bill", "KT-1");
    let detail = &bill["Line"][0]["AccountBasedExpenseLineDetail"];
    assert_eq!(
        (&detail["CustomerRef"]["value"], &detail["BillableStatus"]),
        (&job["Id"], &json!("NotBillable")),
        "{bill}"
    );
}

#[test]
fn f37_a_project_that_a_person_made_there_takes_the_jobs_documents_once_it_is_linked() {
    let host = Host::au();
    host.send(vec![hale()]);
    let customer = host.row("Customer", HALE)["Id"].clone();
    let made = host.act(json!({ "do": "create_project", "customer": customer, "name": "Staircase project" }));
    let id = made["customer"].as_str().expect("an id");
    let key = crate::make::key(RecordKind::Job, "J1");
    host.clock.run(host.engine.link(key, RemoteId::new(format!("customer:{id}")))).expect("linked");
    host.send(vec![document("invoice", "F-1", "C1", "1", json!({ "lines": [job_line()] }))]);
    assert_eq!(host.row("Invoice", "F-1")["CustomerRef"]["value"], id);
}

#[test]
fn f52_f55_an_order_is_an_accepted_estimate_that_its_invoice_closes() {
    let host = Host::au();
    host.send(vec![hale(), document("order", "SO-1", "C1", "400", json!({}))]);
    let order = host.row("Estimate", "SO-1");
    assert_eq!(order["TxnStatus"], "Accepted", "{order}");
    host.send(vec![document("invoice", "F-1", "C1", "400", json!({ "order": "SO-1" }))]);
    let link = host.link(RecordKind::Invoice, "F-1");
    assert_eq!(link.origin, LinkOrigin::Written, "the invoice is a document of its own");
    assert_eq!(host.row("Invoice", "F-1")["LinkedTxn"][0]["TxnId"], order["Id"]);
    assert_eq!(host.row("Estimate", "SO-1")["TxnStatus"], "Closed");
}

#[test]
fn f52_an_order_can_be_held_as_an_invoice_where_the_company_wants_it() {
    let host = Host::au_with(json!({ "orders_as": "invoice" }));
    host.send(vec![hale(), document("order", "SO-1", "C1", "400", json!({}))]);
    let order = host.row("Invoice", "SO-1")["Id"].clone();
    host.send(vec![document("invoice", "F-1", "C1", "400", json!({ "order": "SO-1" }))]);
    assert_eq!(host.row("Invoice", "F-1")["Id"], order, "the order's own document has become its invoice");
    assert_eq!(host.link(RecordKind::Invoice, "F-1").origin, LinkOrigin::Promoted);
}

#[test]
fn f59_f62_f63_a_bill_is_tied_to_the_lines_of_its_purchase_order() {
    let host = Host::au();
    host.send(vec![
        supplier("S1", "Kauri Timber"),
        document("purchase_order", "B-5", "S1", "80", json!({})),
        document("bill", "KT-991", "S1", "80", json!({ "purchase_order": "B-5" })),
    ]);
    let order = host.row("PurchaseOrder", "B-5");
    let tie = &host.row("Bill", "KT-991")["Line"][0]["LinkedTxn"][0];
    assert_eq!((&tie["TxnId"], &tie["TxnType"]), (&order["Id"], &json!("PurchaseOrder")), "{tie}");
    assert_eq!(order["POStatus"], "Closed");
}

#[test]
fn f68_there_are_no_drafts_so_an_invoice_counts_as_soon_as_the_host_pushes_it() {
    let host = Host::au();
    host.keeps_settings(json!({ "arrival": { "invoices": "draft" } }));
    host.send(vec![hale(), invoice("F-1", "C1", "10")]);
    let question = host.question(RecordKind::Invoice, "F-1");
    assert_eq!(question.code, Code::Unsupported);
    assert!(question.to_string().contains("draft"), "{question}");
    let usual = host.clock.run(host.engine.save_settings(QboWorld::fresh().settings(json!({}))));
    usual.expect("saved");
    host.send(vec![invoice("F-2", "C1", "10")]);
    assert!(host.books().contains(&"Invoice F-2: Open 11.00 for Hale Joinery".to_owned()), "{:?}", host.books());
}

#[test]
fn f69_a_document_has_one_number_in_both_systems() {
    let host = Host::au();
    host.send(vec![hale(), invoice("INV-2041", "C1", "10"), payment("RC-77", json!({ "invoice": "INV-2041" }), "11")]);
    assert_eq!(host.link(RecordKind::Invoice, "INV-2041").number.as_deref(), Some("INV-2041"));
    assert_eq!(host.row("Invoice", "INV-2041")["DocNumber"], "INV-2041");
    assert_eq!(host.row("Payment", "RC-77")["PaymentRefNum"], "RC-77");
}

#[test]
fn f70_f94_the_reference_goes_where_the_company_wants_it() {
    let changes = json!({ "references": { "job_number": "J-104" } });
    for (reference, member) in [
        (ReferenceTarget::PrivateNote, "/PrivateNote"),
        (ReferenceTarget::CustomerMemo, "/CustomerMemo/value"),
        (
            ReferenceTarget::CustomField { definition_id: "1".to_owned(), name: "Job".to_owned() },
            "/CustomField/0/StringValue",
        ),
    ] {
        let mut world = QboWorld::fresh();
        world.reference = reference;
        let settings = world.settings(json!({ "reference": "job_number" }));
        let host = Host::with(settings, world);
        host.send(vec![hale(), document("invoice", "F-1", "C1", "10", changes.clone())]);
        let shown = host.row("Invoice", "F-1");
        assert_eq!(shown.pointer(member), Some(&json!("J-104")), "{shown}");
    }
}

#[test]
fn f90_f92_expenses_of_the_books_are_read_with_customer_job_and_account() {
    let host = Host::au();
    host.send(vec![hale(), supplier("S1", "Kauri Timber"), staircase()]);
    let id = |entity: &str, name: &str| host.row(entity, name)["Id"].clone();
    let account = id("Account", "Subcontractors");
    let detail = json!({ "AccountRef": { "value": account },
        "CustomerRef": { "value": id("Customer", "J-104 Staircase") }, "BillableStatus": "Billable",
        "TaxCodeRef": { "value": "5" } });
    let set = json!({ "PaymentType": "CreditCard", "AccountRef": { "value": id("Account", "Business Credit Card") },
        "EntityRef": { "value": id("Vendor", "Kauri Timber"), "type": "Vendor" }, "TxnDate": "2026-11-20",
        "GlobalTaxCalculation": "TaxExcluded",
        "Line": [{ "Amount": "120", "Description": "Bolts", "DetailType": "AccountBasedExpenseLineDetail",
            "AccountBasedExpenseLineDetail": detail }] });
    host.act(json!({ "do": "create_purchase", "set": set }));
    let page = host.clock.run(host.provider.changes(ChangeFeed::Expenses, None)).expect("expenses");
    let expense = page.records.iter().find(|record| record.kind == RecordKind::Expense).expect("the purchase");
    let line = expense.lines.as_ref().and_then(|lines| lines.first()).expect("a line");
    assert_eq!(line.party, Some(host.link(RecordKind::Job, "J1").remote));
    assert_eq!((line.billable, line.account.as_deref()), (Some(Billable::Yes), account.as_str()), "{line:?}");
    assert_eq!(line.amount.map(|amount| amount.normalize().to_string()).as_deref(), Some("120"));
    assert_eq!(expense.party, Some(host.link(RecordKind::Supplier, "S1").remote));
}

#[test]
fn f93_a_receipt_at_a_bill_is_listed_and_read() {
    is_listed_and_read(&Host::au());
}

#[test]
fn f97_r14_a_difference_of_a_cent_is_carried_by_the_stated_tax() {
    let world = QboWorld::fresh();
    let host = Host::with(world.settings(json!({ "rounding": "line" })), world);
    host.send(vec![hale(), document("invoice", "F-1", "C1", "100", json!({ "total": "110.01" }))]);
    let shown = host.row("Invoice", "F-1");
    assert!(host.books().contains(&"Invoice F-1: Open 110.01 for Hale Joinery".to_owned()), "{:?}", host.books());
    assert_eq!(shown["TxnTaxDetail"]["TotalTax"].to_string(), "10.01", "{shown}");
    assert_eq!(host.differing(), 0);
}

#[test]
fn f82_f72_r2_what_is_paid_locks_prices_and_is_not_voided() {
    let host = invoiced();
    locked(&host.world).person_pays("F-1", "15", "counter", factory_accounting_core::clock::Clock::now(&host.clock));
    let key = crate::make::key(RecordKind::Invoice, "F-1");
    let lock = host.clock.run(host.engine.edit_lock(&key, Freshness::Now)).expect("asked").expect("locked");
    assert!(lock.reason.contains("15.00 AUD"), "{}", lock.reason);
    host.send(vec![invoice("F-1", "C1", "120")]);
    assert_eq!(host.question(RecordKind::Invoice, "F-1").code, Code::Locked);
    let refusal = host.clock.run(host.engine.may_void(&key)).expect("asked").expect_err("refused");
    assert_eq!(refusal.code, Code::VoidSettled);
}

#[test]
fn r11_f72_what_was_voided_there_is_never_brought_back() {
    let host = invoiced();
    host.act(json!({ "do": "void_invoice", "invoice": "F-1" }));
    host.send(vec![invoice("F-1", "C1", "120")]);
    assert_eq!(host.question(RecordKind::Invoice, "F-1").code, Code::RemoteGone);
    let gone = invoiced();
    gone.act(json!({ "do": "delete_invoice", "invoice": "F-1" }));
    gone.send(vec![invoice("F-1", "C1", "120")]);
    assert_eq!(gone.question(RecordKind::Invoice, "F-1").code, Code::RemoteGone);
}

#[test]
fn r13_a_price_of_seven_decimals_survives() {
    let host = Host::au();
    let lines = json!([{ "type": "item", "description": "Screws", "quantity": "3", "unit_price": "92.5633333" }]);
    host.send(vec![hale(), document("invoice", "F-1", "C1", "0", json!({ "lines": lines }))]);
    let line = &host.row("Invoice", "F-1")["Line"][0];
    assert_eq!(line["SalesItemLineDetail"]["UnitPrice"].to_string(), "92.5633333", "{line}");
    assert_eq!(line["Amount"].to_string(), "277.69", "{line}");
}

#[test]
fn r17_tax_that_the_package_reckons_is_read_back_and_is_no_difference() {
    let host = Host::over(QboWorld::of(Country::Us));
    let records = [hale(), crate::make::invoice("F-1", "C1", "100")];
    host.send(records.iter().map(|record| in_currency("USD", record)).collect());
    let totals = host.link(RecordKind::Invoice, "F-1").totals.expect("totals");
    let shown = host.row("Invoice", "F-1");
    assert_eq!(totals.subtotal.normalize().to_string(), "100");
    assert_eq!(json!(totals.total.normalize().to_string()), json!(shown["TotalAmt"].to_string()), "{shown}");
    assert!(totals.total > totals.subtotal, "the company's state has a tax: {shown}");
    assert_eq!(host.differing(), 0, "{:?}", host.events());
}

#[test]
fn r20_what_is_set_off_by_a_payment_of_nothing_is_read_back_on_the_invoice() {
    let host = invoiced();
    let part = json!({ "allocations": [{ "invoice": "F-1", "amount": "22" }] });
    host.send(vec![document("credit_note", "K-1", "C1", "20", part)]);
    let key = crate::make::key(RecordKind::Invoice, "F-1");
    host.clock.run(host.engine.edit_lock(&key, Freshness::Now)).expect("asked");
    let settled = host.link(RecordKind::Invoice, "F-1").settled.expect("known");
    assert_eq!(settled.applied().normalize().to_string(), "22");
    assert!(host.books().contains(&"Set-off K-1: for Hale Joinery".to_owned()), "{:?}", host.books());
}

#[test]
fn r21_an_update_is_sparse_and_carries_only_what_is_ours_and_changed() {
    let host = invoiced();
    host.calls();
    host.send(vec![document("invoice", "F-1", "C1", "100", json!({ "due": "2027-01-20" }))]);
    let update = host.exchanged().into_iter().find(|call| call.path.ends_with("/invoice")).expect("an update");
    let sent: Value = serde_json::from_slice(&update.sent).expect("JSON");
    assert_eq!((&sent["sparse"], &sent["DueDate"]), (&json!(true), &json!("2027-01-20")), "{sent}");
    for member in ["Line", "TotalAmt", "Balance", "TxnTaxDetail"] {
        assert!(sent.get(member).is_none(), "{member} is not ours to send: {sent}");
    }
}

#[test]
fn r21_an_item_whose_stock_is_counted_there_keeps_its_count() {
    let host = Host::au();
    let product = |name: &str| {
        record(json!({ "kind": "product", "id": "P1", "code": "OAK-40", "name": name, "sales": { "account": "200" } }))
    };
    host.send(vec![product("Oak 40 mm")]);
    host.calls();
    host.send(vec![product("Oak, 40 mm")]);
    let update = host.exchanged().into_iter().find(|call| call.path.ends_with("/item")).expect("an update");
    let sent: Value = serde_json::from_slice(&update.sent).expect("JSON");
    for member in ["QtyOnHand", "InvStartDate", "Type", "TrackQtyOnHand"] {
        assert!(sent.get(member).is_none(), "{member} is not ours to send: {sent}");
    }
    assert_eq!(host.row("Item", "OAK-40")["Name"], "Oak, 40 mm");
}

#[test]
fn f98_f99_a_product_that_names_no_account_posts_where_the_company_has_chosen() {
    let host = Host::au();
    let side = json!({ "unit_price": "10.25" });
    host.send(vec![record(json!({ "kind": "product", "id": "P1", "code": "OAK-40", "name": "Oak 40 mm",
        "sales": side, "purchases": side }))]);
    let item = host.row("Item", "OAK-40");
    let account = |name: &str| host.row("Account", name)["Id"].clone();
    assert_eq!(item["IncomeAccountRef"]["value"], account("Sales of Product Income"), "{item}");
    assert_eq!(item["ExpenseAccountRef"]["value"], account("Cost of Goods Sold"), "{item}");
}

#[test]
fn r55_a_sign_in_to_another_company_is_refused() {
    let mut world = QboWorld::fresh();
    world.realm = world.emulator.add_company(Country::Au, None).expect("a company");
    let other = world.realm.clone();
    elsewhere_is_refused(&invoiced(), world, &other);
}

#[test]
fn r40_a_token_that_has_run_out_is_refreshed_once() {
    is_refreshed_once(&invoiced(), "/tokens/bearer");
}

#[test]
fn r42_x9_changes_that_are_cut_off_do_not_move_the_cursor() {
    let host = invoiced();
    host.clock.run(host.engine.read_changes()).expect("changes");
    host.beset(|request| {
        let cdc = request.uri().path().ends_with("/cdc");
        cdc.then(|| crate::host::answer(200, "application/json", "{\"CDCResponse\":[{\"QueryResponse\":[{"))
    });
    host.clock.advance(std::time::Duration::from_secs(60));
    host.clock.run(host.engine.read_changes()).expect_err("the answer cannot be read");
    host.at_peace();
    host.act(json!({ "do": "void_invoice", "invoice": "F-1" }));
    host.clock.advance(std::time::Duration::from_secs(120));
    host.clock.run(host.engine.read_changes()).expect("changes");
    assert!(matches!(host.status(RecordKind::Invoice, "F-1"), RecordStatus::DeletedThere(_)));
}

#[test]
fn x4_r3_every_write_carries_a_request_id_and_no_two_the_same() {
    let host = invoiced();
    host.send(vec![invoice("F-1", "C1", "120"), invoice("F-2", "C1", "5"), invoice("F-3", "C1", "5")]);
    let writes = host.exchanged().into_iter().filter(|call| {
        call.method == http::Method::POST && call.path.starts_with("/v3/company/") && !call.path.ends_with("/query")
    });
    let mut keys: Vec<String> = writes.map(|call| call.key.expect("a requestid")).collect();
    let before = keys.len();
    assert!(before >= 4 && keys.iter().all(|key| key.len() <= 50), "{keys:?}");
    keys.sort();
    keys.dedup();
    assert_eq!(keys.len(), before);
}
