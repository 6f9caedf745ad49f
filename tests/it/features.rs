//! Rows of docs/features.md, one test each, through the host's own API.

use factory_accounting_core::code::Code;
use factory_accounting_core::ids::RemoteId;
use factory_accounting_core::model::{Record, RecordKind};
use factory_accounting_core::provider::{CatalogueKind, RemoteStatus};
use factory_accounting_core::rules::{InvoicingState, LockScope};
use factory_accounting_core::store::{Decision, LinkOrigin};
use factory_accounting_engine::{Event, Freshness, RecordStatus};
use serde_json::json;

use crate::host::{Host, lines};
use crate::make::{HALE, customer, document, hale, invoice, key, payment, record, settings_with, supplier};
use crate::sign_in::{elsewhere_is_refused, is_refreshed_once};
use crate::world::XeroWorld;

/// A host whose customer and one invoice over 115.00 are in the books.
fn invoiced() -> Host {
    Host::invoiced()
}

fn pay(host: &Host, invoice: &str, amount: &str) {
    host.act(
        json!({ "do": "record_payment", "invoice": invoice, "amount": amount, "account": "090", "date": "2026-11-20" }),
    );
}

#[test]
fn f9_a_reconnect_loses_nothing() {
    let host = invoiced();
    host.push(invoice("F-2", "C1", "50"));
    host.clock.run(host.engine.disconnect()).expect("disconnects");
    assert!(host.work().is_idle());
    host.sign_in();
    host.clock.run(host.engine.connect()).expect("connects again");
    host.work();
    assert_eq!(host.books().len(), 3, "{:?}", host.books());
}

#[test]
fn f14_f33_an_invoice_of_an_unlinked_customer_asks_for_it_and_goes_on_once_it_is_linked() {
    let host = Host::with_settings(settings_with(json!({ "customers": "never" })));
    host.send(vec![hale(), invoice("F-1", "C1", "100")]);
    let question = host.question(RecordKind::Invoice, "F-1");
    assert_eq!(question.code, Code::NotLinked);
    assert!(
        question.to_string().contains("customer \"Hale Joinery\"") && question.to_string().contains("link"),
        "{question}"
    );
    let made = host.act(json!({ "do": "create_contact", "Name": "Hale Joinery (Xero)" }));
    let remote = RemoteId::new(made["ContactID"].as_str().expect("an id"));
    host.clock.run(host.engine.link(key(RecordKind::Customer, "C1"), remote)).expect("linked");
    host.work();
    assert!(host.books().contains(&"ACCREC F-1: AUTHORISED 115.00 for Hale Joinery (Xero)".to_owned()));
}

#[test]
fn f31_a_customer_is_created_as_soon_as_it_is_pushed() {
    let host = Host::new();
    host.send(vec![hale()]);
    assert_eq!(host.books(), ["CONTACT Hale Joinery: ACTIVE"]);
}

#[test]
fn f32_the_choice_for_one_customer_overrides_the_policy() {
    let host = Host::new();
    host.send(vec![record(json!({ "kind": "customer", "id": "C1", "name": HALE, "create_in_package": false }))]);
    assert!(matches!(host.status(RecordKind::Customer, "C1"), RecordStatus::Skipped { .. }));
    assert!(host.books().is_empty());
}

#[test]
fn f34_a_customer_is_created_with_its_first_document() {
    let host = Host::with_settings(settings_with(json!({ "customers": "on_first_document" })));
    host.send(vec![hale()]);
    assert!(host.books().is_empty() && matches!(host.status(RecordKind::Customer, "C1"), RecordStatus::NotSent));
    host.send(vec![invoice("F-1", "C1", "100")]);
    assert_eq!(host.books().len(), 2);
}

#[test]
fn f40_two_products_share_one_item() {
    let host = Host::new();
    let product = |id: &str| record(json!({ "kind": "product", "id": id, "code": "OAK-40", "name": "Oak 40 mm" }));
    host.send(vec![product("P1")]);
    let item = host.link(RecordKind::Product, "P1").remote;
    host.clock.run(host.engine.link(key(RecordKind::Product, "P2"), item.clone())).expect("linked");
    assert_eq!(host.link(RecordKind::Product, "P2").remote, item);
}

#[test]
fn f45_f46_nothing_is_guessed_where_no_account_is_set() {
    let host = Host::with_settings(settings_with(json!({ "accounts": { "sales": null } })));
    host.send(vec![hale(), invoice("F-1", "C1", "100")]);
    let question = host.question(RecordKind::Invoice, "F-1");
    assert_eq!((question.code, question.issues[0].path.as_str()), (Code::AccountMissing, "lines[0].account"));
}

#[test]
fn f49_a_quote_arrives_as_a_quote() {
    let host = Host::new();
    host.send(vec![hale(), document("quote", "A-1", "C1", "100", json!({ "stage": "sent", "expires": "2026-12-31" }))]);
    assert!(host.books().contains(&"QUOTE A-1: SENT 115.00 for Hale Joinery".to_owned()), "{:?}", host.books());
}

/// The number line of a document and what the document comes to.
fn number_line(kind: &str, list: &str, changes: serde_json::Value) -> (String, serde_json::Value) {
    let host =
        Host::with_settings(settings_with(json!({ "host_number_line": { "enabled": true, "host_name": "Factory" } })));
    let party = if matches!(kind, "purchase_order" | "bill") { supplier("C1", HALE) } else { hale() };
    host.send(vec![party, document(kind, "N-1", "C1", "100", changes)]);
    let shown = host.shown(list, "N-1");
    let last = lines(&shown).pop().expect("lines");
    (last.0, shown["Total"].clone())
}

#[test]
fn f50_f53_f56_f60_the_hosts_number_is_a_line_that_counts_nothing() {
    for (kind, list, text) in [
        ("quote", "quotes", "Factory quote N-1"),
        ("order", "invoices", "Factory order N-1"),
        ("invoice", "invoices", "Factory invoice N-1"),
        ("purchase_order", "purchaseOrders", "Factory purchase order N-1"),
    ] {
        let (line, total) = number_line(kind, list, json!({}));
        assert_eq!(line, text);
        assert_eq!(total.to_string().trim_matches('"').trim_end_matches('0').trim_end_matches('.'), "115", "{kind}");
    }
}

#[test]
fn f51_f54_f57_f61_f64_f67_each_kind_has_its_own_switch() {
    for kind in ["quote", "order", "invoice", "purchase_order", "bill", "credit_note"] {
        let host = Host::with_settings(settings_with(json!({ "switched_off": [kind] })));
        let pushed = document(kind, "N-1", "C1", "100", json!({}));
        let own = pushed.kind();
        host.send(vec![hale(), supplier("C1", "Kauri Timber"), pushed]);
        assert!(matches!(host.status(own, "N-1"), RecordStatus::Skipped { .. }), "{kind}");
        assert_eq!(host.books().len(), 2, "{kind}: only the parties");
    }
}

#[test]
fn f52_f55_an_order_is_a_draft_that_its_invoice_takes_over() {
    let host = Host::new();
    host.send(vec![hale(), document("order", "SO-1", "C1", "400", json!({}))]);
    assert!(host.books().contains(&"ACCREC SO-1: DRAFT 460.00 for Hale Joinery".to_owned()));
    let draft = host.link(RecordKind::Order, "SO-1").remote;
    host.send(vec![document("invoice", "F-1", "C1", "400", json!({ "order": "SO-1" }))]);
    assert_eq!(host.books(), ["ACCREC F-1: AUTHORISED 460.00 for Hale Joinery", "CONTACT Hale Joinery: ACTIVE"]);
    let link = host.link(RecordKind::Invoice, "F-1");
    assert_eq!((link.remote, link.origin), (draft, LinkOrigin::Promoted));
}

#[test]
fn f58_l8_partial_invoices_are_their_own_documents_and_the_rest_is_known() {
    let host = Host::new();
    host.send(vec![hale(), document("order", "SO-1", "C1", "400", json!({}))]);
    host.send(vec![document("invoice", "F-1", "C1", "150", json!({ "order": "SO-1", "extent": "partial" }))]);
    assert_eq!(host.books().len(), 3);
    let progress = host.clock.run(host.engine.order_progress(&"SO-1".into())).expect("progress");
    let told = (progress.invoiced.normalize().to_string(), progress.remaining.normalize().to_string());
    assert_eq!(told, ("150".to_owned(), "250".to_owned()));
    assert_eq!(progress.state(), InvoicingState::PartiallyInvoiced);
}

#[test]
fn f59_f62_f63_a_bill_of_a_purchase_order_names_it() {
    let host =
        Host::with_settings(settings_with(json!({ "host_number_line": { "enabled": true, "host_name": "Factory" } })));
    host.send(vec![
        supplier("S1", "Kauri Timber"),
        document("purchase_order", "B-5", "S1", "80", json!({})),
        document("bill", "KT-991", "S1", "80", json!({ "purchase_order": "B-5" })),
    ]);
    assert!(host.books().contains(&"PURCHASEORDER B-5: AUTHORISED 92.00 for Kauri Timber".to_owned()));
    let line = lines(&host.shown("invoices", "KT-991")).pop().expect("lines").0;
    assert_eq!(line, "Factory purchase order B-5");
}

#[test]
fn f65_r33_what_is_changed_or_deleted_there_is_reported_and_not_taken_over() {
    let host = invoiced();
    host.clock.run(host.engine.read_changes()).expect("changes");
    host.clock.advance(std::time::Duration::from_secs(120));
    host.act(json!({ "do": "void_invoice", "invoice": "F-1" }));
    let report = host.clock.run(host.engine.read_changes()).expect("changes");
    assert_eq!(report.drifted, 1, "{report:?}");
    assert!(matches!(host.status(RecordKind::Invoice, "F-1"), RecordStatus::DeletedThere(_)));
    assert!(host.events().iter().any(|event| matches!(event, Event::Drift { .. })));
}

#[test]
fn f66_documents_born_there_are_counted_and_left_alone() {
    let host = invoiced();
    host.act(
        json!({ "do": "create_invoice", "Type": "ACCREC", "Contact": { "Name": HALE }, "InvoiceNumber": "THEIRS-1",
        "Date": "2026-11-20", "DueDate": "2026-12-20", "Status": "AUTHORISED",
        "LineItems": [{ "Description": "Theirs", "Quantity": "1", "UnitAmount": "5", "AccountCode": "200" }] }),
    );
    let report = host.clock.run(host.engine.read_changes()).expect("changes");
    assert!(report.unlinked >= 1, "{report:?}");
    assert_eq!(host.clock.run(host.engine.counts()).expect("counts").values().sum::<u64>(), 2);
}

#[test]
fn f71_an_edit_reaches_the_same_document() {
    let host = invoiced();
    let before = host.link(RecordKind::Invoice, "F-1").remote;
    let report = host.send(vec![invoice("F-1", "C1", "120")]);
    assert_eq!((report.updated, host.link(RecordKind::Invoice, "F-1").remote), (1, before));
    assert!(host.books().contains(&"ACCREC F-1: AUTHORISED 138.00 for Hale Joinery".to_owned()));
}

#[test]
fn f72_voiding_here_voids_there_and_deletes_nothing() {
    let host = invoiced();
    host.void(RecordKind::Invoice, "F-1");
    assert!(host.books().contains(&"ACCREC F-1: VOIDED 115.00 for Hale Joinery".to_owned()), "{:?}", host.books());
}

#[test]
fn f75_r23_what_is_dated_before_the_start_stays_here_also_when_the_start_is_set_after_the_push() {
    let host = Host::new();
    host.push_all(vec![hale(), invoice("F-1", "C1", "100")]);
    let later = settings_with(json!({ "start_date": "2026-11-21" }));
    host.clock.run(host.engine.save_settings(later)).expect("saved");
    host.work();
    assert!(matches!(host.status(RecordKind::Invoice, "F-1"), RecordStatus::Skipped { .. }));
    assert_eq!(host.books().len(), 1);
}

#[test]
fn f76_credit_notes_post_to_their_own_account() {
    let host = Host::with_settings(settings_with(json!({ "accounts": { "credit_notes": "260" } })));
    host.send(vec![hale(), document("credit_note", "K-1", "C1", "20", json!({}))]);
    assert_eq!(host.shown("creditNotes", "K-1")["LineItems"][0]["AccountCode"], "260");
}

#[test]
fn f82_a_paid_invoice_locks_lines_and_prices_and_nothing_else() {
    let host = invoiced();
    pay(&host, "F-1", "15");
    let lock = host.clock.run(host.engine.edit_lock(&key(RecordKind::Invoice, "F-1"), Freshness::Now)).expect("asked");
    let lock = lock.expect("locked");
    assert_eq!(lock.scope, LockScope::LinesAndPricing);
    assert!(lock.reason.contains("15.00 NZD"), "{}", lock.reason);
    host.send(vec![invoice("F-1", "C1", "120")]);
    assert_eq!(host.question(RecordKind::Invoice, "F-1").code, Code::Locked);
    let relabelled = document("invoice", "F-1", "C1", "100", json!({ "due": "2027-01-20" }));
    assert_eq!(host.send(vec![relabelled]).updated, 1, "{:?}", host.status(RecordKind::Invoice, "F-1"));
}

#[test]
fn f87_f88_r19_each_method_of_payment_has_its_account() {
    let host = Host::with_settings(settings_with(json!({ "accounts": { "payment_methods": { "card": "970" } } })));
    let mut paid = payment("R-1", json!({ "invoice": "F-1" }), "15");
    if let Record::Payment(payment) = &mut paid {
        payment.method = Some("card".to_owned());
    }
    host.send(vec![hale(), invoice("F-1", "C1", "100"), paid]);
    let sent = host.exchanged().into_iter().find(|call| call.path.ends_with("/Payments")).expect("a payment was sent");
    assert!(String::from_utf8_lossy(&sent.sent).contains("970"));
}

#[test]
fn f94_the_reference_shows_what_the_settings_choose() {
    let host = Host::with_settings(settings_with(json!({ "reference": "purchase_order_number" })));
    let changes = json!({ "references": { "purchase_order_number": "PO 4711", "job_number": "J-1" } });
    host.send(vec![hale(), document("invoice", "F-1", "C1", "100", changes)]);
    assert_eq!(host.shown("invoices", "F-1")["Reference"], "PO 4711");
}

#[test]
fn f97_r14_a_difference_of_a_cent_goes_to_the_rounding_account() {
    let host = Host::with_settings(settings_with(json!({ "rounding": "line" })));
    host.send(vec![hale(), document("invoice", "F-1", "C1", "100", json!({ "total": "115.01" }))]);
    let shown = host.shown("invoices", "F-1");
    assert!(host.books().contains(&"ACCREC F-1: AUTHORISED 115.01 for Hale Joinery".to_owned()), "{:?}", host.books());
    assert!(shown["LineItems"].to_string().contains("\"860\""));
    let strict = Host::new();
    strict.send(vec![hale(), document("invoice", "F-1", "C1", "100", json!({ "total": "115.01" }))]);
    assert_eq!(strict.question(RecordKind::Invoice, "F-1").code, Code::TotalsDiffer);
}

#[test]
fn f104_f107_settings_are_versions_and_lists_are_read_anew_when_asked() {
    let host = Host::new();
    assert_eq!(host.clock.run(host.engine.save_settings(settings_with(json!({})))).expect("saved").version, 2);
    host.calls();
    host.clock.run(host.engine.refresh(&[CatalogueKind::Accounts])).expect("read");
    assert!(host.calls().contains(&"GET /api.xro/2.0/Accounts".to_owned()));
}

#[test]
fn l16_r32_a_party_that_is_not_to_be_sent_keeps_its_documents_here() {
    let host = invoiced();
    host.send(vec![record(json!({ "kind": "customer", "id": "C1", "name": HALE, "do_not_send": true }))]);
    host.send(vec![invoice("F-2", "C1", "50")]);
    assert!(matches!(host.status(RecordKind::Invoice, "F-2"), RecordStatus::Skipped { .. }));
    assert_eq!(host.books().len(), 2);
}

#[test]
fn l23_a_payment_deleted_here_is_deleted_there() {
    let host = invoiced();
    host.send(vec![payment("R-1", json!({ "invoice": "F-1" }), "115")]);
    host.void(RecordKind::Payment, "R-1");
    assert!(host.books().contains(&"ACCREC F-1: AUTHORISED 115.00 for Hale Joinery".to_owned()), "{:?}", host.books());
}

#[test]
fn r1_the_same_push_over_and_over_is_one_document() {
    let host = invoiced();
    for _ in 0..5 {
        assert!(!host.push(invoice("F-1", "C1", "100")).new);
        host.work();
    }
    assert_eq!(host.books().len(), 2);
}

#[test]
fn r2_a_paid_invoice_is_not_voided_and_the_refusal_names_amount_and_remedy() {
    let host = invoiced();
    pay(&host, "F-1", "15");
    let refusal =
        host.clock.run(host.engine.may_void(&key(RecordKind::Invoice, "F-1"))).expect("asked").expect_err("refused");
    assert_eq!(refusal.code, Code::VoidSettled);
    assert!(
        refusal.to_string().contains("15.00 NZD") && refusal.to_string().contains("remove the payment"),
        "{refusal}"
    );
    host.void(RecordKind::Invoice, "F-1");
    assert_eq!(host.question(RecordKind::Invoice, "F-1").code, Code::VoidSettled);
}

#[test]
fn r4_r10_a_number_that_somebody_else_holds_is_a_question_with_the_other_document() {
    let host = Host::new();
    host.act(json!({ "do": "create_contact", "Name": "Stranger" }));
    host.act(
        json!({ "do": "create_invoice", "Type": "ACCREC", "Contact": { "Name": "Stranger" }, "InvoiceNumber": "F-1",
        "Date": "2026-11-01", "DueDate": "2026-11-30", "Status": "AUTHORISED",
        "LineItems": [{ "Description": "Theirs", "Quantity": "1", "UnitAmount": "9", "AccountCode": "200" }] }),
    );
    host.send(vec![hale(), invoice("F-1", "C1", "100")]);
    let question = host.question(RecordKind::Invoice, "F-1");
    assert_eq!((question.code, question.candidates.len()), (Code::NumberTaken, 1), "{question:?}");
}

#[test]
fn r11_a_document_deleted_there_is_never_brought_back() {
    let host = invoiced();
    host.act(json!({ "do": "void_invoice", "invoice": "F-1" }));
    host.send(vec![invoice("F-1", "C1", "120")]);
    assert_eq!(host.question(RecordKind::Invoice, "F-1").code, Code::RemoteGone);
    assert!(host.books().contains(&"ACCREC F-1: VOIDED 115.00 for Hale Joinery".to_owned()));
}

#[test]
fn r12_invoices_above_their_order_need_a_persons_word() {
    let host = Host::new();
    let part = |id, word: bool| {
        document("invoice", id, "C1", "300", json!({ "order": "SO-1", "extent": "partial", "above_order": word }))
    };
    host.send(vec![hale(), document("order", "SO-1", "C1", "400", json!({})), part("F-1", false)]);
    host.send(vec![part("F-2", false)]);
    assert_eq!(host.question(RecordKind::Invoice, "F-2").code, Code::AboveOrder);
    host.send(vec![part("F-2", true)]);
    assert_eq!(host.books().len(), 4, "{:?}", host.books());
}

#[test]
fn r13_a_price_of_four_decimals_survives() {
    let host = Host::new();
    host.send(vec![
        hale(),
        document(
            "invoice",
            "F-1",
            "C1",
            "0",
            json!({ "lines": [
        { "type": "item", "description": "Screws", "quantity": "1250", "unit_price": "0.0825" } ] }),
        ),
    ]);
    let unit = host.shown("invoices", "F-1")["LineItems"][0]["UnitAmount"].to_string();
    assert_eq!(unit.trim_matches('"'), "0.0825");
}

#[test]
fn r15_lines_of_nothing_arrive_too() {
    let host = Host::new();
    host.send(vec![
        hale(),
        document(
            "invoice",
            "F-1",
            "C1",
            "0",
            json!({ "lines": [
        { "type": "item", "description": "Warranty repair", "quantity": "1", "unit_price": "0" },
        { "type": "item", "description": "Travel", "quantity": "1", "unit_price": "10" } ] }),
        ),
    ]);
    assert_eq!(lines(&host.shown("invoices", "F-1")).len(), 3);
}

#[test]
fn r20_an_allocation_is_read_back_on_the_invoice() {
    let host = invoiced();
    host.send(vec![document(
        "credit_note",
        "K-1",
        "C1",
        "20",
        json!({ "allocations": [{ "invoice": "F-1", "amount": "23" }] }),
    )]);
    host.clock.run(host.engine.edit_lock(&key(RecordKind::Invoice, "F-1"), Freshness::Now)).expect("asked");
    let settled = host.link(RecordKind::Invoice, "F-1").settled.expect("known");
    assert_eq!(settled.applied().normalize().to_string(), "23");
}

#[test]
fn r21_an_update_carries_only_what_is_ours_and_changed() {
    let host = invoiced();
    host.calls();
    host.send(vec![document("invoice", "F-1", "C1", "100", json!({ "due": "2027-01-20" }))]);
    let update = host.exchanged().into_iter().find(|call| call.method == http::Method::POST).expect("an update");
    let sent = String::from_utf8_lossy(&update.sent).into_owned();
    assert!(sent.contains("DueDate") && !sent.contains("LineItems") && !sent.contains("Total"), "{sent}");
}

#[test]
fn r22_a_validation_failure_goes_to_a_person_after_one_call() {
    let host = Host::new();
    host.send(vec![hale()]);
    host.calls();
    host.send(vec![document(
        "invoice",
        "F-1",
        "C1",
        "100",
        json!({ "lines": [
        { "type": "item", "description": "Debtors", "quantity": "1", "unit_price": "5", "account": "610" } ] }),
    )]);
    host.question(RecordKind::Invoice, "F-1");
    assert!(host.calls().len() <= 1);
}

#[test]
fn r25_r28_a_refusal_carries_the_packages_words_operation_and_record() {
    let host = invoiced();
    host.send(vec![payment("R-1", json!({ "invoice": "F-1" }), "900")]);
    let question = host.question(RecordKind::Payment, "R-1");
    let error = question.error.as_ref().expect("the package's own words").to_string();
    assert!(error.contains("Payment amount exceeds the amount outstanding"), "{error}");
    assert!(error.contains("create of payment R-1"), "{error}");
    assert!(question.reason.contains("payment \"R-1\""), "{question}");
}

#[test]
fn r31_a_skip_is_recorded_with_who_decided() {
    let host = invoiced();
    pay(&host, "F-1", "15");
    host.send(vec![invoice("F-1", "C1", "120")]);
    let parked = host.clock.run(host.engine.attention()).expect("questions").remove(0);
    host.clock.run(host.engine.decide(parked.id, Decision::MarkDone, "Mere Tane")).expect("decided");
    let all = host.clock.run(host.engine.operations(&[])).expect("operations");
    let row = all.into_iter().find(|row| row.id == parked.id).expect("kept");
    assert_eq!(row.decisions[0].by, "Mere Tane");
}

#[test]
fn r40_a_token_that_has_run_out_is_refreshed_once() {
    is_refreshed_once(&invoiced(), "/connect/token");
}

#[test]
fn r55_a_sign_in_to_another_organisation_is_refused() {
    let mut world = XeroWorld::new();
    world.tenant = world.emulator.add_tenant(factory_accounting_emulator::xero::Region::Au, None);
    let other = world.tenant.to_string();
    elsewhere_is_refused(&invoiced(), world, &other);
}

#[test]
fn f17_a_tie_made_by_hand_replaces_the_one_before() {
    let host = invoiced();
    host.send(vec![customer("C2", "Hale & Sons")]);
    let other = host.link(RecordKind::Customer, "C2").remote;
    host.clock.run(host.engine.unlink(&key(RecordKind::Customer, "C2"), "Mere Tane")).expect("untied");
    host.clock.run(host.engine.link(key(RecordKind::Customer, "C1"), other.clone())).expect("tied");
    assert_eq!(host.link(RecordKind::Customer, "C1").remote, other);
    assert_eq!(host.link(RecordKind::Customer, "C1").status, RemoteStatus::Open);
}

#[test]
fn x1_two_workers_at_once_make_one_document_each() {
    let host = Host::new();
    let other = host.another("other");
    host.push_all(vec![hale(), invoice("F-1", "C1", "100"), invoice("F-2", "C1", "100")]);
    let both = async { futures::join!(host.engine.run_until_idle(), other.run_until_idle()) };
    let (one, two) = host.clock.run(both);
    assert_eq!(one.expect("works").created + two.expect("works").created, 3);
    assert_eq!(host.books().len(), 3);
}

#[test]
fn x4_r3_every_create_carries_a_key_of_its_intent_and_no_two_the_same() {
    let host = invoiced();
    host.send(vec![invoice("F-1", "C1", "120"), invoice("F-1", "C1", "100"), invoice("F-2", "C1", "5")]);
    let writes: Vec<_> = host.exchanged().into_iter().filter(|call| call.method != http::Method::GET).collect();
    let mut keys: Vec<_> =
        writes.iter().filter(|call| call.path.contains("api.xro")).map(|call| call.key.clone()).collect();
    assert!(keys.iter().all(Option::is_some));
    let before = keys.len();
    keys.sort();
    keys.dedup();
    assert_eq!(keys.len(), before);
}

#[test]
fn x11_a_failure_that_the_package_remembers_is_looked_into_and_not_replayed_for_ever() {
    let host = Host::new();
    host.send(vec![hale()]);
    let rule = factory_accounting_emulator::FaultRule::on(
        "PUT",
        "Invoices",
        factory_accounting_emulator::Fault::CommitThen500,
    );
    crate::host::locked(&host.world).emulator.inject(rule);
    host.send(vec![invoice("F-1", "C1", "100")]);
    assert_eq!(host.books().len(), 2);
    assert_eq!(host.link(RecordKind::Invoice, "F-1").origin, LinkOrigin::Adopted);
}

#[test]
fn x12_a_payment_waits_for_its_invoice_instead_of_failing() {
    let host = Host::new();
    host.push_all(vec![payment("R-1", json!({ "invoice": "F-1" }), "115"), invoice("F-1", "C1", "100"), hale()]);
    host.push(payment("R-1", json!({ "invoice": "F-1" }), "115"));
    host.work();
    assert!(host.books().contains(&"PAYMENT R-1: AUTHORISED 115.00".to_owned()), "{:?}", host.books());
}

#[test]
fn r42_x9_a_page_of_changes_that_breaks_off_does_not_move_the_cursor() {
    let host = invoiced();
    host.beset(|request| {
        let page = request.uri().path().ends_with("/Invoices");
        page.then(|| crate::host::answer(200, "application/json", "{\"Invoices\":[{"))
    });
    host.clock.run(host.engine.read_changes()).expect_err("the page cannot be read");
    host.at_peace();
    host.act(json!({ "do": "void_invoice", "invoice": "F-1" }));
    host.clock.advance(std::time::Duration::from_secs(120));
    host.clock.run(host.engine.read_changes()).expect("changes");
    assert!(matches!(host.status(RecordKind::Invoice, "F-1"), RecordStatus::DeletedThere(_)));
}
