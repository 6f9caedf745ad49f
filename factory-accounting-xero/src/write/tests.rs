use factory_accounting_core::error::ErrorKind;
use factory_accounting_core::ids::RemoteId;
use factory_accounting_core::model::{Discount, QuoteStage, RecordKind, TaxMode};
use factory_accounting_core::money::{Rate, UnitPrice};
use factory_accounting_core::planned::{Changes, PlannedDocument, TargetStatus};
use factory_accounting_core::provider::RemoteStatus;

use super::*;
use crate::capability::capabilities;
use crate::testing::{
    CREDIT_NOTE, INVOICE, OTHER, TENANT, base, based, batch, decimal, document, planned_allocation, planned_document,
    planned_item, planned_party, planned_payment,
};

fn encoded(intent: Intent, members: Vec<Planned>) -> EncodedWrite {
    encode(&capabilities(), &batch(intent, members)).expect("it can be encoded")
}

fn shown(intent: Intent, planned: Planned) -> String {
    let write = encoded(intent, vec![planned]);
    let body = if write.body.is_empty() {
        String::new()
    } else {
        let value: serde_json::Value = serde_json::from_str(&write.body).expect("JSON");
        serde_json::to_string_pretty(&value).expect("JSON")
    };
    format!("{}\n{body}", write.target)
}

fn quote(stage: QuoteStage) -> PlannedDocument {
    PlannedDocument {
        number: Some("QU-8".to_owned()),
        status: TargetStatus::Quote(stage),
        title: Some("Stairs".to_owned()),
        summary: Some("As drawn".to_owned()),
        terms: Some("30 days".to_owned()),
        ..document()
    }
}

fn bill() -> PlannedDocument {
    PlannedDocument { number: Some("S-881".to_owned()), reference: None, ..document() }
}

#[test]
fn parties_become_contacts() {
    let stored = || base(RecordKind::Customer, OTHER, RemoteStatus::Open);
    insta::assert_snapshot!("customer_create", shown(Intent::Create, planned_party(RecordKind::Customer)));
    insta::assert_snapshot!(
        "customer_update",
        shown(Intent::Update, based(planned_party(RecordKind::Customer), stored()))
    );
    insta::assert_snapshot!("customer_void", shown(Intent::Void, based(planned_party(RecordKind::Customer), stored())));
    insta::assert_snapshot!("supplier_create", shown(Intent::Create, planned_party(RecordKind::Supplier)));
    insta::assert_snapshot!(
        "supplier_update",
        shown(Intent::Update, based(planned_party(RecordKind::Supplier), stored()))
    );
    insta::assert_snapshot!("supplier_void", shown(Intent::Void, based(planned_party(RecordKind::Supplier), stored())));
}

#[test]
fn products_become_items() {
    let stored = || base(RecordKind::Product, OTHER, RemoteStatus::Open);
    insta::assert_snapshot!("product_create", shown(Intent::Create, planned_item()));
    insta::assert_snapshot!("product_update", shown(Intent::Update, based(planned_item(), stored())));
    insta::assert_snapshot!("product_void", shown(Intent::Void, based(planned_item(), stored())));
}

#[test]
fn a_quote_is_always_written_whole() {
    let stored = |status| base(RecordKind::Quote, OTHER, status);
    let planned = |stage| planned_document(RecordKind::Quote, quote(stage));
    insta::assert_snapshot!("quote_create", shown(Intent::Create, planned(QuoteStage::Draft)));
    let mut accepted = based(planned(QuoteStage::Accepted), stored(RemoteStatus::Open));
    accepted.changes = Changes { status: true, ..Changes::NONE };
    insta::assert_snapshot!("quote_update", shown(Intent::Update, accepted));
    insta::assert_snapshot!(
        "quote_void",
        shown(Intent::Void, based(planned(QuoteStage::Sent), stored(RemoteStatus::Open)))
    );
}

#[test]
fn f52_an_order_becomes_a_draft_invoice() {
    let order = || PlannedDocument { number: Some("SO-9".to_owned()), status: TargetStatus::Draft, ..document() };
    let stored = || base(RecordKind::Order, OTHER, RemoteStatus::Draft);
    let planned = || planned_document(RecordKind::Order, order());
    insta::assert_snapshot!("order_create", shown(Intent::Create, planned()));
    insta::assert_snapshot!("order_update", shown(Intent::Update, based(planned(), stored())));
    insta::assert_snapshot!("order_void", shown(Intent::Void, based(planned(), stored())));
}

#[test]
fn invoices_and_bills_become_invoices_of_two_types() {
    let stored = || base(RecordKind::Invoice, INVOICE, RemoteStatus::Open);
    let invoice = || planned_document(RecordKind::Invoice, document());
    insta::assert_snapshot!("invoice_create", shown(Intent::Create, invoice()));
    insta::assert_snapshot!("invoice_update", shown(Intent::Update, based(invoice(), stored())));
    insta::assert_snapshot!("invoice_void", shown(Intent::Void, based(invoice(), stored())));
    let stored = || base(RecordKind::Bill, INVOICE, RemoteStatus::Submitted);
    let planned = || planned_document(RecordKind::Bill, bill());
    insta::assert_snapshot!("bill_create", shown(Intent::Create, planned()));
    insta::assert_snapshot!("bill_update", shown(Intent::Update, based(planned(), stored())));
    insta::assert_snapshot!("bill_void", shown(Intent::Void, based(planned(), stored())));
}

#[test]
fn r35_an_approved_invoice_is_marked_as_sent_and_nothing_else_is() {
    let sent = || planned_document(RecordKind::Invoice, PlannedDocument { mark_sent: true, ..document() });
    let created = encoded(Intent::Create, vec![sent()]).body;
    assert!(created.contains(r#""Status":"AUTHORISED","SentToContact":true,"LineItems":"#), "{created}");
    let mut approving = based(sent(), base(RecordKind::Invoice, INVOICE, RemoteStatus::Draft));
    approving.changes = Changes { status: true, ..Changes::NONE };
    let approved = encoded(Intent::Update, vec![approving]).body;
    assert!(
        approved.contains(r#""Status":"AUTHORISED","SentToContact":true"#) && !approved.contains("Line"),
        "{approved}"
    );
    let plain = encoded(Intent::Create, vec![planned_document(RecordKind::Invoice, document())]).body;
    assert!(!plain.contains("SentToContact"), "{plain}");
    for (kind, status) in [
        (RecordKind::Order, TargetStatus::Draft),
        (RecordKind::Invoice, TargetStatus::Draft),
        (RecordKind::CreditNote, TargetStatus::Approved),
        (RecordKind::PurchaseOrder, TargetStatus::Approved),
    ] {
        let marked = planned_document(kind, PlannedDocument { mark_sent: true, status, ..document() });
        let refused = encode(&capabilities(), &batch(Intent::Create, vec![marked])).expect_err("not markable");
        assert!(refused.error.to_string().contains("only approved invoices are marked as sent in Xero"), "{refused}");
    }
}

#[test]
fn credit_notes_and_purchase_orders() {
    let credit_note = || planned_document(RecordKind::CreditNote, document());
    let stored = || base(RecordKind::CreditNote, CREDIT_NOTE, RemoteStatus::Open);
    insta::assert_snapshot!("credit_note_create", shown(Intent::Create, credit_note()));
    insta::assert_snapshot!("credit_note_update", shown(Intent::Update, based(credit_note(), stored())));
    insta::assert_snapshot!("credit_note_void", shown(Intent::Void, based(credit_note(), stored())));
    let order = || planned_document(RecordKind::PurchaseOrder, document());
    let stored = || base(RecordKind::PurchaseOrder, OTHER, RemoteStatus::Open);
    insta::assert_snapshot!("purchase_order_create", shown(Intent::Create, order()));
    insta::assert_snapshot!("purchase_order_update", shown(Intent::Update, based(order(), stored())));
    insta::assert_snapshot!("purchase_order_void", shown(Intent::Void, based(order(), stored())));
}

#[test]
fn payments_and_allocations() {
    let stored = || base(RecordKind::Payment, OTHER, RemoteStatus::Open);
    insta::assert_snapshot!("payment_create", shown(Intent::Create, planned_payment(RecordKind::Invoice)));
    insta::assert_snapshot!("payment_create_refund", shown(Intent::Create, planned_payment(RecordKind::CreditNote)));
    insta::assert_snapshot!("payment_void", shown(Intent::Void, based(planned_payment(RecordKind::Bill), stored())));
    insta::assert_snapshot!("allocation_create", shown(Intent::Create, planned_allocation()));
    let id = allocation::compose(CREDIT_NOTE, OTHER);
    let stored = base(RecordKind::Allocation, id.as_str(), RemoteStatus::Open);
    insta::assert_snapshot!("allocation_void", shown(Intent::Void, based(planned_allocation(), stored)));
}

#[test]
fn r21_an_update_carries_what_differs_and_nothing_else() {
    let mut stored = base(RecordKind::Invoice, INVOICE, RemoteStatus::Paid);
    let planned = document();
    stored.number = planned.number.clone();
    stored.reference = Some("job 16".to_owned());
    stored.due = planned.due;
    stored.currency = Some(planned.currency);
    stored.tax_mode = Some(TaxMode::Exclusive);
    let mut member = based(planned_document(RecordKind::Invoice, planned), stored);
    member.changes = Changes { header: true, ..Changes::NONE };
    let write = encoded(Intent::Update, vec![member]);
    assert_eq!(write.body, format!(r#"{{"Invoices":[{{"InvoiceID":"{INVOICE}","Reference":"job 17"}}]}}"#));
}

#[test]
fn lines_go_whole_with_their_ids_or_not_at_all() {
    let mut planned = document();
    planned.lines[0].remote = Some(RemoteId::new(OTHER));
    let mut member =
        based(planned_document(RecordKind::Invoice, planned), base(RecordKind::Invoice, INVOICE, RemoteStatus::Draft));
    member.changes = Changes { lines: true, ..Changes::NONE };
    let body = encoded(Intent::Update, vec![member.clone()]).body;
    assert!(
        body.contains(&format!(r#""LineItemID":"{OTHER}","Description":"Bolt M8","Quantity":2,"UnitAmount":10.5"#)),
        "{body}"
    );
    assert!(body.contains(r#""LineAmountTypes":"Exclusive""#));
    assert!(!body.contains("LineAmount\":") && !body.contains("Total") && !body.contains("Status"), "{body}");
    member.changes = Changes { status: true, ..Changes::NONE };
    let body = encoded(Intent::Update, vec![member]).body;
    assert_eq!(body, format!(r#"{{"Invoices":[{{"InvoiceID":"{INVOICE}","Status":"AUTHORISED"}}]}}"#));
}

#[test]
fn r13_four_decimals_travel_exactly_and_discounts_in_one_form() {
    let mut planned = document();
    let charge = planned.lines[0].charge.as_mut().expect("a charge");
    charge.unit_price = UnitPrice(decimal("0.2248"));
    charge.discount = Some(Discount::Rate(Rate(decimal("12.5"))));
    charge.jobs = vec![RemoteId::new("category/option")];
    let write = encoded(Intent::Create, vec![planned_document(RecordKind::Invoice, planned.clone())]);
    assert!(write.target.contains("unitdp=4"), "{}", write.target);
    assert!(write.body.contains(r#""UnitAmount":0.2248,"DiscountRate":12.5,"#), "{}", write.body);
    assert!(write.body.contains(r#""Tracking":[{"TrackingCategoryID":"category","TrackingOptionID":"option"}]"#));
    planned.status = TargetStatus::Quote(QuoteStage::Sent);
    planned.lines[0].charge.as_mut().expect("a charge").discount = Some(Discount::Amount(decimal("1.10")));
    let write = encoded(Intent::Create, vec![planned_document(RecordKind::Quote, planned)]);
    assert!(write.body.contains(r#""DiscountAmount":1.1,"#) && !write.body.contains("DiscountRate"), "{}", write.body);
    assert!(write.body.contains(r#""Tracking":[{"TrackingOptionID":"option"}]"#));
}

#[test]
fn an_exchange_rate_is_turned_round() {
    let planned = PlannedDocument {
        currency: "USD".parse().expect("a currency"),
        exchange_rate: Some(decimal("1.6")),
        ..document()
    };
    let body = encoded(Intent::Create, vec![planned_document(RecordKind::Invoice, planned)]).body;
    assert!(body.contains(r#""CurrencyCode":"USD","CurrencyRate":0.625,"#), "{body}");
}

#[test]
fn without_tax_no_tax_code_is_named() {
    let planned = PlannedDocument { tax_mode: TaxMode::NoTax, ..document() };
    let body = encoded(Intent::Create, vec![planned_document(RecordKind::Invoice, planned)]).body;
    assert!(body.contains(r#""LineAmountTypes":"NoTax""#) && !body.contains("TaxType"), "{body}");
}

#[test]
fn what_cannot_be_written_is_refused_with_its_field() {
    type Change = fn(&mut PlannedDocument);
    let cases: [(RecordKind, Change, &str); 11] = [
        (RecordKind::Invoice, |document| document.lines.clear(), "lines"),
        (RecordKind::Invoice, |document| document.lines[1].description = " ".to_owned(), "lines[1].description"),
        (RecordKind::Invoice, |document| document.lines[0].description = "x".repeat(4_001), "lines[0].description"),
        (RecordKind::Invoice, |document| document.number = Some("Ü-1".to_owned()), "number"),
        (RecordKind::Invoice, |document| document.number = Some("9".repeat(256)), "number"),
        (RecordKind::Invoice, |document| document.exchange_rate = Some(decimal("0")), "exchange_rate"),
        (RecordKind::Invoice, |document| charge_of(document).jobs = vec![RemoteId::new("x")], "lines[0].job"),
        (RecordKind::Bill, |_| {}, "references"),
        (
            RecordKind::CreditNote,
            |document| charge_of(document).discount = Some(Discount::Amount(decimal("1"))),
            "lines[0].discount",
        ),
        (
            RecordKind::PurchaseOrder,
            |document| charge_of(document).discount = Some(Discount::Rate(Rate(decimal("1")))),
            "lines[0].discount",
        ),
        (RecordKind::Order, |_| {}, "status"),
    ];
    for (kind, change, path) in cases {
        let mut planned = document();
        change(&mut planned);
        let error =
            encode(&capabilities(), &batch(Intent::Create, vec![planned_document(kind, planned)])).expect_err(path);
        assert_eq!(error.member, 0);
        assert_eq!(error.error.issues().first().map(|issue| issue.path.as_str()), Some(path), "{kind} {error}");
        assert!(error.to_string().contains(&format!("create of {kind} ")), "{error}");
    }
}

fn charge_of(document: &mut PlannedDocument) -> &mut factory_accounting_core::planned::Charge {
    document.lines[0].charge.as_mut().expect("a charge")
}

#[test]
fn a_quote_is_sent_before_the_customer_can_answer_it() {
    for stage in [QuoteStage::Accepted, QuoteStage::Declined] {
        let planned = || planned_document(RecordKind::Quote, quote(stage));
        let new = encoded(Intent::Create, vec![planned()]).body;
        assert!(new.contains(r#""Status":"SENT""#), "{new}");
        let from_draft = based(planned(), base(RecordKind::Quote, OTHER, RemoteStatus::Draft));
        let sent = encoded(Intent::Update, vec![from_draft]).body;
        assert!(sent.contains(r#""Status":"SENT""#), "{sent}");
        let from_sent = based(planned(), base(RecordKind::Quote, OTHER, RemoteStatus::Open));
        let answered = encoded(Intent::Update, vec![from_sent]).body;
        assert!(!answered.contains(r#""Status":"SENT""#), "{answered}");
    }
}

#[test]
fn the_member_at_fault_is_named_among_many() {
    let broken = PlannedDocument { lines: Vec::new(), ..document() };
    let members =
        vec![planned_document(RecordKind::Invoice, document()), planned_document(RecordKind::Invoice, broken)];
    assert_eq!(encode(&capabilities(), &batch(Intent::Create, members)).expect_err("no lines").member, 1);
}

#[test]
fn r9_names_that_xero_would_refuse_are_refused_with_a_suggestion() {
    for (name, fragment) in [(" Acme  Ltd ", "\"Acme Ltd\""), ("A<b>", "< or >"), (&*"n".repeat(256), "255")] {
        let mut planned = planned_party(RecordKind::Customer);
        if let Content::Party(content) = &mut planned.content {
            content.party.name = name.to_owned();
        }
        let error = encode(&capabilities(), &batch(Intent::Create, vec![planned])).expect_err(name).error;
        assert_eq!(error.issues()[0].path, "name");
        assert!(error.to_string().contains(fragment), "{error}");
    }
}

#[test]
fn a_void_follows_the_state_of_the_record() {
    for (kind, status, expected) in [
        (RecordKind::Invoice, RemoteStatus::Draft, Some("DELETED")),
        (RecordKind::Invoice, RemoteStatus::Submitted, Some("DELETED")),
        (RecordKind::Invoice, RemoteStatus::Open, Some("VOIDED")),
        (RecordKind::Invoice, RemoteStatus::Paid, Some("VOIDED")),
        (RecordKind::CreditNote, RemoteStatus::Open, Some("VOIDED")),
        (RecordKind::Quote, RemoteStatus::Accepted, Some("DELETED")),
        (RecordKind::PurchaseOrder, RemoteStatus::Billed, Some("DELETED")),
        (RecordKind::Invoice, RemoteStatus::Voided, None),
        (RecordKind::Quote, RemoteStatus::Deleted, None),
        (RecordKind::Invoice, RemoteStatus::Other("NOVEL".to_owned()), None),
    ] {
        let member = based(planned_document(kind, document()), base(kind, INVOICE, status.clone()));
        let write = encode(&capabilities(), &batch(Intent::Void, vec![member])).ok();
        let found = write.as_ref().and_then(|write| write.body.split(r#""Status":""#).nth(1)?.split('"').next());
        assert_eq!(found, expected, "{kind} {status:?}");
    }
}

#[test]
fn an_update_without_its_base_and_a_batch_out_of_bounds_are_refused() {
    let refused = |intent, members| encode(&capabilities(), &batch(intent, members)).expect_err("refused").error.kind();
    assert_eq!(refused(Intent::Update, vec![planned_document(RecordKind::Invoice, document())]), ErrorKind::Internal);
    assert_eq!(refused(Intent::Create, Vec::new()), ErrorKind::Internal);
    assert_eq!(
        refused(Intent::Create, vec![planned_document(RecordKind::Invoice, document()); 51]),
        ErrorKind::Internal
    );
    assert_eq!(refused(Intent::Update, vec![planned_payment(RecordKind::Invoice)]), ErrorKind::Unsupported);
    let two = vec![based(planned_item(), base(RecordKind::Product, OTHER, RemoteStatus::Open)); 2];
    assert_eq!(refused(Intent::Void, two), ErrorKind::Internal);
}

#[test]
fn encoding_is_pure() {
    let twice = || encoded(Intent::Create, vec![planned_document(RecordKind::Invoice, document()); 3]);
    assert_eq!(twice(), twice());
}

#[test]
fn x10_the_key_names_the_tenant_and_fits() {
    let tenant = OrganisationId::new(TENANT);
    assert_eq!(idempotency_key(&tenant, "k-1"), "c20000000000-k-1");
    let named = format!("{TENANT}/k-1");
    assert_eq!(idempotency_key(&tenant, &named), named);
    let long = idempotency_key(&tenant, &"k".repeat(128));
    assert_eq!((long.len(), long == idempotency_key(&tenant, &"k".repeat(128))), (36, true));
    assert_ne!(long, idempotency_key(&OrganisationId::new(OTHER), &"k".repeat(128)));
    assert_eq!(idempotency_key(&tenant, "Schlüssel").len(), 36);
}
