//! New documents, as they travel.

use factory_accounting_core::model::{QuoteStage, TaxMode};
use factory_accounting_core::money::{Quantity, UnitPrice};
use factory_accounting_core::planned::{Charge, PlannedDocument, PlannedSource, TargetStatus};
use factory_accounting_core::settings::DeliveryMark;

use super::*;

const SALE: &str = r#""IsTaxInclusive":true,"Freight":0,"FreightTaxCode":{"UID":"fre"},"#;

fn customer() -> String {
    format!(r#""Customer":{{"UID":"{}"}},"CustomerPurchaseOrderNumber":"job 17","#, uid(CUSTOMER))
}

fn item_line(rest: &str) -> String {
    format!(
        r#"{{"Type":"Transaction","Item":{{"UID":"{}"}},"Description":"Hopper",{rest},"TaxCode":{{"UID":"gst"}}}}"#,
        uid(ITEM)
    )
}

#[test]
fn an_invoice_lists_items_at_prices_with_tax_and_says_when_it_is_due() {
    let line = item_line(r#""ShipQuantity":2,"UnitPrice":650.65,"DiscountPercent":0,"Total":1301.3"#);
    check(
        Intent::Create,
        planned_document(RecordKind::Invoice, document()),
        "POST Sale/Invoice/Item",
        &format!(
            r#"{{"Number":"INV-1042","Date":"2026-11-21T00:00:00",{}
                "Terms":{{"PaymentIsDue":"InAGivenNumberOfDays","BalanceDueDate":9}},{SALE}
                "InvoiceDeliveryStatus":"Print","Lines":[{line},{{"Type":"Header","Description":"as per drawing 7"}}]}}"#,
            customer()
        ),
    );
}

#[test]
fn lines_by_account_make_a_document_of_services() {
    let mut content = document();
    content.lines = vec![line(service())];
    content.due = None;
    let charge = r#"{"Type":"Transaction","Account":{"UID":"income"},"Description":"Hopper","UnitCount":2,"UnitPrice":650.65,
        "DiscountPercent":0,"Total":1301.3,"TaxCode":{"UID":"gst"}}"#;
    check(
        Intent::Create,
        planned_document(RecordKind::Invoice, content.clone()),
        "POST Sale/Invoice/Service",
        &format!(
            r#"{{"Number":"INV-1042","Date":"2026-11-21T00:00:00",{}{SALE}"InvoiceDeliveryStatus":"Print","Lines":[{charge}]}}"#,
            customer()
        ),
    );
    // Services on order have an amount alone (myob.md 3.4).
    let order = encoded(Intent::Create, planned_document(RecordKind::Order, content)).body;
    let amount = r#"{"Type":"Transaction","Account":{"UID":"income"},"Description":"Hopper","Total":1301.3,"TaxCode":{"UID":"gst"}}"#;
    assert!(order.ends_with(&format!(r#""DeliveryStatus":"Print","Lines":[{amount}]}}"#)), "{order}");
}

#[test]
fn a_document_that_names_items_on_some_lines_only_is_refused_with_the_line() {
    let mut content = document();
    content.lines.push(line(service()));
    let error = refused(Intent::Create, planned_document(RecordKind::Invoice, content), "lines[2].product");
    assert!(error.to_string().contains("choose an item for account 4-1000"), "{error}");
}

#[test]
fn a_bill_carries_its_suppliers_number_and_leaves_its_own_to_myob() {
    let mut content = purchase();
    content.number = Some("A-991 of 20 November 2026".to_owned());
    let charge = r#"{"Type":"Transaction","Account":{"UID":"income"},"Description":"Hopper","UnitCount":2,"UnitPrice":650.65,
        "DiscountPercent":0,"Total":1301.3,"TaxCode":{"UID":"gst"},"Job":{"UID":"JOB"}}"#;
    content.lines[0].charge.as_mut().expect("a charge").jobs = vec![id(JOB)];
    check(
        Intent::Create,
        planned_document(RecordKind::Bill, content),
        "POST Purchase/Bill/Service",
        &format!(
            r#"{{"Date":"2026-11-21T00:00:00","Supplier":{{"UID":"{}"}},"SupplierInvoiceNumber":"A-991 of 20 November 2026",
                "Terms":{{"PaymentIsDue":"InAGivenNumberOfDays","BalanceDueDate":9}},"IsTaxInclusive":true,
                "Freight":0,"FreightTaxCode":{{"UID":"cap"}},"BillDeliveryStatus":"Print","Lines":[{}]}}"#,
            uid(SUPPLIER),
            charge.replace("JOB", uid(JOB)),
        ),
    );
}

#[test]
fn a_purchase_order_counts_in_bill_quantities_and_is_promised_for_its_delivery() {
    let mut content = purchase();
    content.number = Some("PO-7".to_owned());
    content.lines = vec![line(charge())];
    let line = item_line(r#""BillQuantity":2,"UnitPrice":650.65,"DiscountPercent":0,"Total":1301.3"#);
    check(
        Intent::Create,
        planned_document(RecordKind::PurchaseOrder, content),
        "POST Purchase/Order/Item",
        &format!(
            r#"{{"Number":"PO-7","Date":"2026-11-21T00:00:00","Supplier":{{"UID":"{}"}},"PromisedDate":"2026-11-30T00:00:00",
                "IsTaxInclusive":true,"Freight":0,"FreightTaxCode":{{"UID":"cap"}},"OrderDeliveryStatus":"Print","Lines":[{line}]}}"#,
            uid(SUPPLIER)
        ),
    );
}

#[test]
fn a_credit_note_is_an_invoice_below_zero_at_prices_above() {
    let mut content = document();
    content.lines.truncate(1);
    let line = item_line(r#""ShipQuantity":-2,"UnitPrice":650.65,"DiscountPercent":0,"Total":-1301.3"#);
    let write = encoded(Intent::Create, planned_document(RecordKind::CreditNote, content.clone()));
    assert!(write.target.starts_with("POST Sale/Invoice/Item?"), "{}", write.target);
    assert!(write.body.ends_with(&format!(r#""Lines":[{}]}}"#, flat(&line))), "{}", write.body);
    assert!(!write.body.contains("Terms"), "nothing falls due on a credit: {}", write.body);
    content.lines = vec![super::plans::line(service())];
    let body = encoded(Intent::Create, planned_document(RecordKind::CreditNote, content)).body;
    assert!(body.contains(r#""UnitCount":-2,"UnitPrice":650.65,"DiscountPercent":0,"Total":-1301.3"#), "{body}");
}

#[test]
fn a_quote_has_its_texts_in_one_comment_and_its_decision_as_state() {
    let mut content = document();
    content.status = TargetStatus::Quote(QuoteStage::Accepted);
    (content.title, content.terms) = (Some("Stairs".to_owned()), Some("Valid for 30 days".to_owned()));
    content.lines.truncate(1);
    let body = encoded(Intent::Create, planned_document(RecordKind::Quote, content.clone())).body;
    let expected = r#""Comment":"Stairs\nValid for 30 days","Status":"Accepted","DeliveryStatus":"Print""#;
    assert!(body.contains(expected) && !body.contains("Terms") && !body.contains("PromisedDate"), "{body}");
    content.status = TargetStatus::Quote(QuoteStage::Sent);
    content.summary = Some("s".repeat(240));
    let error = refused(Intent::Create, planned_document(RecordKind::Quote, content.clone()), "summary");
    assert!(error.to_string().contains("265 in all"), "{error}");
    content.summary = None;
    let body = encoded(Intent::Create, planned_document(RecordKind::Quote, content)).body;
    assert!(!body.contains("Status\":\"Open") && !body.contains("\"Status\""), "{body}");
}

#[test]
fn an_invoice_of_an_order_converts_it_in_the_orders_layout() {
    let source = |kind, text: &str| Some(PlannedSource { kind, id: id(text) });
    let mut invoice = document();
    invoice.source = source(RecordKind::Order, ORDER);
    let body = encoded(Intent::Create, planned_document(RecordKind::Invoice, invoice.clone())).body;
    assert!(body.contains(&format!(r#""Order":{{"UID":"{}"}}"#, uid(ORDER))), "{body}");
    // An order of services is billed as services, whatever items the lines name.
    invoice.source = source(RecordKind::Order, "sale/order/service/c0000000-0000-4000-8000-000000000017");
    let write = encoded(Intent::Create, planned_document(RecordKind::Invoice, invoice.clone()));
    assert!(write.target.starts_with("POST Sale/Invoice/Service?"), "{}", write.target);
    assert!(write.body.contains(r#""Account":{"UID":"income"}"#) && !write.body.contains("Item"), "{}", write.body);
    // An order of items cannot become an invoice of services.
    invoice.source = source(RecordKind::Order, ORDER);
    invoice.lines = vec![line(service())];
    refused(Intent::Create, planned_document(RecordKind::Invoice, invoice.clone()), "lines[0].product");
    invoice.source = source(RecordKind::Order, "sale/order/timebilling/c0000000-0000-4000-8000-000000000017");
    refused(Intent::Create, planned_document(RecordKind::Invoice, invoice), "lines");
    let mut bill = purchase();
    bill.lines = vec![line(charge())];
    bill.source = source(RecordKind::PurchaseOrder, PURCHASE_ORDER);
    let write = encoded(Intent::Create, planned_document(RecordKind::Bill, bill));
    assert!(write.body.contains(&format!(r#""Order":{{"UID":"{}"}}"#, uid(PURCHASE_ORDER))), "{}", write.body);
}

#[test]
fn a_document_without_tax_goes_under_the_files_code_of_no_tax() {
    let mut content = document();
    content.tax_mode = TaxMode::NoTax;
    content.lines.truncate(1);
    content.lines[0].charge.as_mut().expect("a charge").tax_code = String::new();
    let invoice = planned_document(RecordKind::Invoice, content);
    let body = encoded(Intent::Create, invoice.clone()).body;
    assert!(body.contains(r#""IsTaxInclusive":true"#), "{body}");
    assert!(
        body.contains(r#""FreightTaxCode":{"UID":"n-t"}"#) && body.contains(r#""TaxCode":{"UID":"n-t"}"#),
        "{body}"
    );
    let mut config = config();
    config.profile.untaxed = None;
    let error = refused_for(&config, Intent::Create, invoice, "tax_mode");
    assert!(error.to_string().contains("make one in MYOB"), "{error}");
}

#[test]
fn a_category_that_the_file_asks_for_is_on_every_document_or_the_document_is_refused() {
    let mut config = config();
    config.profile.category_required = true;
    for kind in [RecordKind::Invoice, RecordKind::Quote, RecordKind::CreditNote] {
        let mut content = document();
        if kind == RecordKind::Quote {
            content.status = TargetStatus::Quote(QuoteStage::Sent);
        }
        let error = refused_for(&config, Intent::Create, planned_document(kind, content), "");
        assert!(error.to_string().contains("choose a default category"), "{error}");
    }
    config.profile.default_category = Some(id("cost-centre"));
    let invoice = planned_document(RecordKind::Invoice, document());
    let body = encoded_for(&config, Intent::Create, invoice).expect("it can be encoded").body;
    assert!(body.contains(r#""Category":{"UID":"cost-centre"}"#), "{body}");
}

#[test]
fn l5_every_form_is_marked_for_delivery_by_its_own_name() {
    for (kind, member) in [
        (RecordKind::Quote, "DeliveryStatus"),
        (RecordKind::Order, "DeliveryStatus"),
        (RecordKind::Invoice, "InvoiceDeliveryStatus"),
        (RecordKind::CreditNote, "InvoiceDeliveryStatus"),
        (RecordKind::PurchaseOrder, "OrderDeliveryStatus"),
        (RecordKind::Bill, "BillDeliveryStatus"),
    ] {
        for (mark, word) in [
            (None, "Print"),
            (Some(DeliveryMark::Print), "Print"),
            (Some(DeliveryMark::Nothing), "Nothing"),
            (Some(DeliveryMark::Email), "Email"),
            (Some(DeliveryMark::PrintAndEmail), "PrintAndEmail"),
        ] {
            let plain = if kind.is_purchase() { purchase() } else { document() };
            let status = if kind == RecordKind::Quote { TargetStatus::Quote(QuoteStage::Sent) } else { plain.status };
            let marked = PlannedDocument { delivery: mark, status, ..plain };
            let body =
                encoded_for(&config(), Intent::Create, planned_document(kind, marked)).expect("it can be encoded").body;
            assert!(body.contains(&format!(r#""{member}":"{word}""#)), "{kind} {mark:?}: {body}");
        }
    }
    let sent = planned_document(RecordKind::Invoice, PlannedDocument { mark_sent: true, ..document() });
    let refusal = encoded_for(&config(), Intent::Create, sent).expect_err("MYOB has no such mark").error.to_string();
    assert!(refusal.contains("mark_sent: MYOB keeps no mark for what has been sent"), "{refusal}");
}

#[test]
fn documents_that_myob_refuses_are_refused_with_their_field() {
    type Change = fn(&mut PlannedDocument);
    fn of_line(document: &mut PlannedDocument) -> &mut Charge {
        document.lines[0].charge.as_mut().expect("a charge")
    }
    let cases: [(Change, &str); 17] = [
        (|document| document.number = Some(" ".to_owned()), "number"),
        (|document| document.number = Some("1".repeat(14)), "number"),
        (|document| document.reference = Some("1".repeat(21)), "references"),
        (|document| document.due = Some(day(20)), "due"),
        (|document| document.currency = "USD".parse().expect("a currency"), "currency"),
        (|document| document.tax_mode = TaxMode::Exclusive, "tax_mode"),
        (|document| document.lines.clear(), "lines"),
        (|document| document.status = TargetStatus::Draft, "status"),
        (|document| document.lines[0].description = "x".repeat(256), "lines[0].description"),
        (|document| document.lines[1].description = " ".to_owned(), "lines[1].description"),
        (|document| of_line(document).tax_code = String::new(), "lines[0].tax"),
        (|document| of_line(document).unit_price = UnitPrice(decimal("650.654321")), "lines[0].unit_price"),
        (|document| of_line(document).unit_price = UnitPrice(decimal("-650.65")), "lines[0].unit_price"),
        (|document| of_line(document).quantity = Quantity(decimal("2.0000001")), "lines[0].quantity"),
        (|document| of_line(document).quantity = Quantity(decimal("99999999999")), "lines[0]"),
        (|document| of_line(document).amount = decimal("1301.31"), "lines[0].unit_price"),
        (|document| of_line(document).jobs = vec![id(JOB), id(JOB)], "lines[0].job"),
    ];
    for (change, path) in cases {
        let mut content = document();
        change(&mut content);
        refused(Intent::Create, planned_document(RecordKind::Invoice, content), path);
    }
    let mut purchase = purchase();
    purchase.reference = Some("job 17".to_owned());
    refused(Intent::Create, planned_document(RecordKind::PurchaseOrder, purchase.clone()), "references");
    (purchase.reference, purchase.number) = (None, None);
    refused(Intent::Create, planned_document(RecordKind::Bill, purchase), "number");
}

#[test]
fn r13_a_discount_is_a_rate_that_the_total_is_less() {
    let mut content = document();
    content.lines = vec![line(discounted("12.5", "1138.64"))];
    let body = encoded(Intent::Create, planned_document(RecordKind::Invoice, content.clone())).body;
    assert!(body.contains(r#""UnitPrice":650.65,"DiscountPercent":12.5,"Total":1138.64"#), "{body}");
    for (discount, path) in [
        (factory_accounting_core::model::Discount::Amount(decimal("10")), "lines[0].discount"),
        (
            factory_accounting_core::model::Discount::Rate(factory_accounting_core::money::Rate(decimal("12.555"))),
            "lines[0].discount",
        ),
        (
            factory_accounting_core::model::Discount::Rate(factory_accounting_core::money::Rate(decimal("101"))),
            "lines[0].discount",
        ),
    ] {
        content.lines[0].charge.as_mut().expect("a charge").discount = Some(discount);
        refused(Intent::Create, planned_document(RecordKind::Invoice, content.clone()), path);
    }
}
