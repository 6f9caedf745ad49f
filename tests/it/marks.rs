//! Marks that a document gets once, in each package's books: as sent to the customer (R35), and for delivery (L5).

use factory_accounting_core::model::{Record, RecordKind};
use factory_accounting_core::settings::Settings;
use serde_json::{Value, json};

use crate::host::Host;
use crate::make::{document, hale, in_currency, invoice, supplier};
use crate::world::{Books, MyobWorld, QboWorld, XeroWorld};

fn with<W: Books>(changes: Value) -> Host<W> {
    let world = W::fresh();
    Host::with(world.settings(changes), world)
}

fn settings<W: Books>(changes: Value) -> Settings {
    W::fresh().settings(changes)
}

fn own<W: Books>(record: &Record) -> Record {
    in_currency(W::CURRENCY, record)
}

/// Hale, a document of every kind, and an order that one of the invoices bills as a whole.
fn trade<W: Books>(host: &Host<W>) {
    let orders = vec![
        hale(),
        supplier("S1", "Kauri Timber"),
        own::<W>(&document("quote", "A-1", "C1", "10", json!({ "stage": "sent" }))),
        own::<W>(&document("order", "SO-1", "C1", "20", json!({}))),
        own::<W>(&document("order", "SO-2", "C1", "30", json!({}))),
        own::<W>(&document("purchase_order", "B-5", "S1", "80", json!({}))),
    ];
    host.send(orders);
    host.send(vec![
        own::<W>(&invoice("F-1", "C1", "10")),
        own::<W>(&document("invoice", "F-9", "C1", "30", json!({ "order": "SO-2" }))),
        own::<W>(&document("credit_note", "K-1", "C1", "5", json!({}))),
        own::<W>(&document("bill", "KT-1", "S1", "80", json!({}))),
    ]);
    let questions = host.clock.run(host.engine.attention()).expect("questions");
    assert!(questions.is_empty(), "{:?}", host.books());
}

/// What the books say of the mark on a document.
type Shown<W> = fn(&Host<W>, &str, &str) -> Value;

/// The marks of the documents of [`trade`] by list and number.
fn marked<W: Books>(host: &Host<W>, shown: Shown<W>, expected: &[(&str, &str, Value)]) {
    for (list, number, mark) in expected {
        assert_eq!(shown(host, list, number), *mark, "{list} {number}");
    }
}

/// Switched on later, the mark goes to what is approved from then on: what is in the books is neither written for it nor
/// marked by a change.
fn only_what_is_approved_from_now_on<W: Books>(shown: fn(&Host<W>, &str) -> Value, plain: &Value, sent: &Value) {
    let host: Host<W> = Host::invoiced();
    host.clock.run(host.engine.save_settings(settings::<W>(json!({ "mark_as_sent": true })))).expect("saved");
    host.calls();
    host.send(vec![own::<W>(&invoice("F-1", "C1", "100"))]);
    assert!(host.calls().iter().all(|call| call.starts_with("GET")), "nothing is written for the mark alone");
    host.send(vec![own::<W>(&invoice("F-1", "C1", "120")), own::<W>(&invoice("F-2", "C1", "10"))]);
    assert_eq!((shown(&host, "F-1"), shown(&host, "F-2")), (plain.clone(), sent.clone()));
}

fn xero_sent(host: &Host<XeroWorld>, list: &str, number: &str) -> Value {
    host.shown(list, number)["SentToContact"].clone()
}

#[test]
fn r35_xero_shows_invoices_as_sent_once_they_are_approved() {
    let host = with::<XeroWorld>(json!({ "mark_as_sent": true, "delivery": { "sales": "email" } }));
    trade(&host);
    let (yes, no) = (json!(true), json!(false));
    marked(
        &host,
        xero_sent,
        &[
            ("invoices", "F-1", yes.clone()),
            // The order's draft became it.
            ("invoices", "F-9", yes),
            ("invoices", "SO-1", no.clone()),
            ("invoices", "KT-1", no.clone()),
            ("purchaseOrders", "B-5", no),
        ],
    );
    only_what_is_approved_from_now_on::<XeroWorld>(
        |host, number| xero_sent(host, "invoices", number),
        &json!(false),
        &json!(true),
    );
}

#[test]
fn r35_an_invoice_that_a_bookkeeper_has_still_to_approve_is_not_marked() {
    let host = with::<XeroWorld>(json!({ "mark_as_sent": true, "arrival": { "invoices": "draft" } }));
    host.send(vec![hale(), invoice("F-1", "C1", "10")]);
    assert_eq!(xero_sent(&host, "invoices", "F-1"), false);
    // From now on they arrive approved, and with the next change it is.
    let approved = settings::<XeroWorld>(json!({ "mark_as_sent": true }));
    host.clock.run(host.engine.save_settings(approved)).expect("saved");
    host.send(vec![invoice("F-1", "C1", "11")]);
    assert_eq!(host.shown("invoices", "F-1")["Status"], "AUTHORISED");
    assert_eq!(xero_sent(&host, "invoices", "F-1"), true);
}

#[test]
fn r35_quickbooks_shows_invoices_as_sent_and_mails_none() {
    let mailed = |host: &Host<QboWorld>, list: &str, number: &str| host.row(list, number)["EmailStatus"].clone();
    let (sent, plain) = (json!("EmailSent"), json!("NotSet"));
    let host = with::<QboWorld>(json!({ "mark_as_sent": true }));
    trade(&host);
    marked(
        &host,
        mailed,
        &[
            ("Invoice", "F-1", sent.clone()),
            ("Invoice", "F-9", sent.clone()),
            ("Estimate", "A-1", plain.clone()),
            ("Estimate", "SO-1", plain.clone()),
            ("CreditMemo", "K-1", plain.clone()),
            ("PurchaseOrder", "B-5", plain.clone()),
        ],
    );
    // Where an order is an invoice from the start, it is marked when it becomes one, though nothing else of it changes.
    let host = with::<QboWorld>(json!({ "mark_as_sent": true, "orders_as": "invoice" }));
    trade(&host);
    marked(&host, mailed, &[("Invoice", "SO-1", plain.clone()), ("Invoice", "F-9", sent.clone())]);
    // What somebody has unmarked there stays so.
    let id = host.row("Invoice", "F-1")["Id"].clone();
    host.act(json!({ "do": "edit_invoice", "invoice": id, "set": { "EmailStatus": "NotSet" } }));
    host.send(vec![own::<QboWorld>(&invoice("F-1", "C1", "12"))]);
    marked(&host, mailed, &[("Invoice", "F-1", plain.clone())]);
    only_what_is_approved_from_now_on::<QboWorld>(
        |host, number| host.row("Invoice", number)["EmailStatus"].clone(),
        &plain,
        &sent,
    );
}

fn myob_status(host: &Host<MyobWorld>, path: &str, number: &str) -> Value {
    let names = ["DeliveryStatus", "InvoiceDeliveryStatus", "OrderDeliveryStatus", "BillDeliveryStatus"];
    let row = host.kept(path, number);
    names.iter().find_map(|name| row.get(*name)).cloned().unwrap_or(Value::Null)
}

#[test]
fn l5_r35_myob_keeps_what_is_still_to_be_printed_or_mailed_and_no_mark_of_what_was_sent() {
    let host = with::<MyobWorld>(json!({
        "mark_as_sent": true, "delivery": { "sales": "email", "purchases": "print_and_email" },
    }));
    trade(&host);
    let (email, both) = (json!("Email"), json!("PrintAndEmail"));
    marked(
        &host,
        myob_status,
        &[
            ("Sale/Quote", "A-1", email.clone()),
            ("Sale/Order", "SO-1", email.clone()),
            ("Sale/Invoice", "F-1", email.clone()),
            // The order was converted into it.
            ("Sale/Invoice", "F-9", email.clone()),
            ("Sale/Invoice", "K-1", email),
            ("Purchase/Order", "B-5", both.clone()),
            ("Purchase/Bill", "KT-1", both),
        ],
    );
    // What people change afterwards stays.
    let uid = host.kept("Sale/Invoice", "F-1")["UID"].clone();
    host.act(json!({ "do": "edit", "uid": uid, "set": { "InvoiceDeliveryStatus": "Nothing" } }));
    host.send(vec![own::<MyobWorld>(&invoice("F-1", "C1", "20"))]);
    marked(&host, myob_status, &[("Sale/Invoice", "F-1", json!("Nothing"))]);
}

#[test]
fn l5_myobs_own_way_holds_where_the_settings_say_nothing() {
    let host = Host::file();
    trade(&host);
    let print = || json!("Print");
    marked(&host, myob_status, &[("Sale/Invoice", "F-1", print()), ("Purchase/Bill", "KT-1", print())]);
}

#[test]
fn l5_quickbooks_has_documents_wait_to_be_printed() {
    let printed = |host: &Host<QboWorld>, list: &str, number: &str| host.row(list, number)["PrintStatus"].clone();
    let (wait, plain) = (json!("NeedToPrint"), json!("NotSet"));
    let host = with::<QboWorld>(json!({ "delivery": { "sales": "print", "purchases": "print" } }));
    trade(&host);
    marked(
        &host,
        printed,
        &[
            ("Estimate", "A-1", wait.clone()),
            ("Estimate", "SO-1", wait.clone()),
            ("Invoice", "F-1", wait.clone()),
            ("CreditMemo", "K-1", wait.clone()),
            ("PurchaseOrder", "B-5", wait),
            ("Bill", "KT-1", Value::Null),
        ],
    );
    // That it waits to be mailed would have QuickBooks mail it: such a mark is none there, and the documents go without.
    let host = with::<QboWorld>(json!({ "delivery": { "sales": "email" } }));
    trade(&host);
    marked(&host, printed, &[("Invoice", "F-1", plain)]);
    assert_eq!(host.row("Invoice", "F-1")["EmailStatus"], "NotSet");
    let capabilities = host.provider.capabilities();
    let marks = |kind| capabilities.of(kind).map_or(0, |capability| capability.delivery_marks.len());
    assert_eq!((marks(RecordKind::Invoice), marks(RecordKind::Bill)), (2, 0));
}
