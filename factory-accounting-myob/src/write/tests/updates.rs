//! Updates replace the whole record: what people have put into it goes back with them (myob.md 4).

use factory_accounting_core::model::QuoteStage;
use factory_accounting_core::planned::{Changes, TargetStatus};
use factory_accounting_core::provider::Settled;

use super::*;

/// An invoice as people have left it: a comment, a salesperson, terms and freight of their own, a unit on the first line,
/// a subtotal.
const INVOICE_HELD: &str = r#"{"UID":"u","Number":"INV-1042","Date":"2026-11-21T00:00:00","Customer":{"UID":"c","Name":"Acme","DisplayID":"C-1042","URI":"http"},
    "CustomerPurchaseOrderNumber":"job 17","Terms":{"PaymentIsDue":"InAGivenNumberOfDays","DiscountDate":7,"BalanceDueDate":9,"DiscountForEarlyPayment":2.5,
    "DueDate":"2026-11-30T00:00:00","Discount":32.53,"FinanceCharge":0},"IsTaxInclusive":true,"Subtotal":1183.00,"TotalTax":118.30,"TotalAmount":1301.30,
    "Freight":15.00,"FreightTaxCode":{"UID":"gst","Code":"GST"},"Category":{"UID":"k","Name":"North"},"Salesperson":{"UID":"s","Name":"Jo"},
    "Comment":"Call before delivery","Status":"Open","BalanceDueAmount":1301.30,"InvoiceType":"Item","ForeignCurrency":null,
    "Lines":[
      {"RowID":11,"Type":"Transaction","Description":"Hopper","ShipQuantity":2,"UnitPrice":650.65,"DiscountPercent":10,"Total":1171.17,"UnitOfMeasure":"ea",
       "CostOfGoodsSold":7,"Item":{"UID":"c0000000-0000-4000-8000-000000000003","Number":"HOPPER"},"Account":{"UID":"income"},"Job":{"UID":"j","Number":"7"},
       "TaxCode":{"UID":"gst","Code":"GST"},"Location":null,"RowVersion":"-1"},
      {"RowID":12,"Type":"SubTotal","Description":"so far","Total":1171.17,"RowVersion":"-2"},
      {"RowID":13,"Type":"Header","Description":"as per drawing 7","Total":null,"RowVersion":"-3"}],
    "ShipToAddress":"1 Dock Rd","OnlinePaymentMethod":"All","InvoiceDeliveryStatus":"Nothing","URI":"http","RowVersion":"-69"}"#;

fn invoice(content: factory_accounting_core::planned::PlannedDocument, changes: Changes) -> Planned {
    let mut base = held(RecordKind::Invoice, INVOICE, INVOICE_HELD);
    (base.number, base.reference) = (Some("INV-1042".to_owned()), Some("job 17".to_owned()));
    (base.party, base.date, base.due) = (Some(id(CUSTOMER)), Some(day(21)), Some(day(30)));
    base.currency = Some(aud());
    let mut planned = based(planned_document(RecordKind::Invoice, content), base);
    planned.changes = changes;
    planned
}

const HEADER: Changes = Changes { header: true, lines: false, status: false };
const LINES: Changes = Changes { header: false, lines: true, status: false };

#[test]
fn r21_a_new_due_date_leaves_everything_else_as_people_wrote_it() {
    let mut content = document();
    content.due = Some(day(25));
    check(
        Intent::Update,
        invoice(content, HEADER),
        &format!("PUT Sale/Invoice/Item/{}", uid(INVOICE)),
        &format!(
            r#"{{"UID":"{}","Number":"INV-1042","Date":"2026-11-21T00:00:00","Customer":{{"UID":"c"}},
                "CustomerPurchaseOrderNumber":"job 17",
                "Terms":{{"PaymentIsDue":"InAGivenNumberOfDays","DiscountDate":7,"BalanceDueDate":4,"DiscountForEarlyPayment":2.5}},
                "IsTaxInclusive":true,"Freight":15.00,"FreightTaxCode":{{"UID":"gst"}},"Category":{{"UID":"k"}},
                "Salesperson":{{"UID":"s"}},"Comment":"Call before delivery","Lines":[
                {{"RowID":11,"Type":"Transaction","Description":"Hopper","ShipQuantity":2,"UnitPrice":650.65,"DiscountPercent":10,
                "Total":1171.17,"UnitOfMeasure":"ea","Item":{{"UID":"{item}"}},"Account":{{"UID":"income"}},"Job":{{"UID":"j"}},
                "TaxCode":{{"UID":"gst"}},"RowVersion":"-1"}},
                {{"RowID":12,"Type":"SubTotal","Description":"so far","RowVersion":"-2"}},
                {{"RowID":13,"Type":"Header","Description":"as per drawing 7","RowVersion":"-3"}}],
                "ShipToAddress":"1 Dock Rd","OnlinePaymentMethod":"All","InvoiceDeliveryStatus":"Nothing","RowVersion":"-69"}}"#,
            uid(INVOICE),
            item = uid(ITEM),
        ),
    );
}

#[test]
fn changed_lines_go_on_under_their_row_ids_and_keep_unit_and_job() {
    let mut content = document();
    let mut other = charge();
    other.item.as_mut().expect("an item").id = id("inventory/item/c0000000-0000-4000-8000-000000000033");
    content.lines = vec![
        continuing("11", line(charge())),
        line(charge()),
        continuing("13", text("as per drawing 8")),
        continuing("99", line(charge())),
    ];
    let body = encoded(Intent::Update, invoice(content.clone(), LINES)).body;
    let (_, lines) = body.split_once(r#""Lines":["#).expect("lines");
    let item = uid(ITEM);
    let new = format!(
        r#"{{"Type":"Transaction","Item":{{"UID":"{item}"}},"Description":"Hopper","ShipQuantity":2,"UnitPrice":650.65,"DiscountPercent":0,"Total":1301.3,"TaxCode":{{"UID":"gst"}}}}"#
    );
    let first = format!(
        r#"{{"RowID":11,"Type":"Transaction","Description":"Hopper","ShipQuantity":2,"UnitPrice":650.65,"DiscountPercent":0,"Total":1301.3,"UnitOfMeasure":"ea","Item":{{"UID":"{item}"}},"Account":{{"UID":"income"}},"Job":{{"UID":"j"}},"TaxCode":{{"UID":"gst"}},"RowVersion":"-1"}}"#
    );
    let text = r#"{"RowID":13,"Type":"Header","Description":"as per drawing 8","RowVersion":"-3"}"#;
    assert!(lines.starts_with(&format!("{first},{new},{text},{new}]")), "{lines}");
    // Under another item the unit and account of the old one would be wrong.
    content.lines = vec![continuing("11", line(other))];
    let body = encoded(Intent::Update, invoice(content.clone(), LINES)).body;
    assert!(body.contains(r#""RowID":11"#) && body.contains(r#""Job":{"UID":"j"}"#), "{body}");
    assert!(!body.contains("UnitOfMeasure") && !body.contains(r#""Account""#), "{body}");
    // A charge is no text: the line is a new one.
    content.lines = vec![continuing("13", line(charge()))];
    let body = encoded(Intent::Update, invoice(content, LINES)).body;
    assert!(body.contains(r#""Lines":[{"Type":"Transaction""#), "{body}");
}

#[test]
fn terms_of_another_rule_are_replaced_and_those_of_people_stay_where_the_host_has_none() {
    let mut content = document();
    content.due = None;
    let untouched = encoded(Intent::Update, invoice(content.clone(), HEADER)).body;
    assert!(untouched.contains(r#""DiscountDate":7,"BalanceDueDate":9"#), "{untouched}");
    content.due = Some(day(28));
    let mut planned = invoice(content.clone(), HEADER);
    let base = planned.base.as_mut().expect("a base");
    base.carry = base.carry.as_ref().map(|carry| carry.replace("InAGivenNumberOfDays", "DayOfMonthAfterEOM"));
    let body = encoded(Intent::Update, planned).body;
    assert!(body.contains(r#""Terms":{"PaymentIsDue":"InAGivenNumberOfDays","BalanceDueDate":7},"#), "{body}");
    // Terms count from the document's date.
    content.due = Some(day(30));
    content.date = day(26);
    let body = encoded(Intent::Update, invoice(content, HEADER)).body;
    assert!(body.contains(r#""Date":"2026-11-26T00:00:00""#) && body.contains(r#""BalanceDueDate":4"#), "{body}");
}

#[test]
fn f82_what_has_been_paid_stays_with_its_customer() {
    let mut content = document();
    content.party = id("contact/customer/c0000000-0000-4000-8000-000000000044");
    let mut planned = invoice(content, HEADER);
    let settled = |paid: &str| Some(Settled { paid: decimal(paid), credited: decimal("0"), due: decimal("1") });
    planned.base.as_mut().expect("a base").settled = settled("0");
    assert!(encoded(Intent::Update, planned.clone()).body.contains("000000000044"));
    planned.base.as_mut().expect("a base").settled = settled("5");
    let error = refused(Intent::Update, planned, "customer");
    assert_eq!(error.error.kind(), ErrorKind::Locked);
    assert_eq!(error.error.code(), Some(factory_accounting_core::code::Code::Locked));
}

#[test]
fn a_document_keeps_its_layout_and_its_currency() {
    let mut content = document();
    content.lines = vec![continuing("11", line(service()))];
    let error = refused(Intent::Update, invoice(content, LINES), "lines[0].product");
    assert!(error.to_string().contains("which cannot be changed"), "{error}");
    let mut foreign = invoice(document(), HEADER);
    foreign.base.as_mut().expect("a base").currency = Some("USD".parse().expect("a currency"));
    refused(Intent::Update, foreign, "currency");
    // On a document of services items are left out for their accounts.
    let base = held(RecordKind::Bill, BILL, r#"{"UID":"u","Lines":[],"FreightTaxCode":{"UID":"cap"}}"#);
    let mut content = purchase();
    content.lines = vec![line(charge())];
    let mut bill = based(planned_document(RecordKind::Bill, content), base);
    bill.changes = LINES;
    let body = encoded(Intent::Update, bill).body;
    assert!(body.contains(r#""Account":{"UID":"income"}"#) && !body.contains("Item"), "{body}");
    let time = held(RecordKind::Invoice, "sale/invoice/timebilling/c0000000-0000-4000-8000-000000000017", "{}");
    refused(Intent::Update, based(planned_document(RecordKind::Invoice, document()), time), "lines");
}

#[test]
fn a_quote_goes_back_with_its_state_or_with_the_decision() {
    let carry = r#"{"UID":"u","Number":"INV-1042","Status":"Open","Comment":"by hand","FreightTaxCode":{"UID":"fre"},"Lines":[],"QuoteType":"Service"}"#;
    let mut content = document();
    content.status = TargetStatus::Quote(QuoteStage::Declined);
    content.lines = vec![line(service())];
    let mut planned = based(planned_document(RecordKind::Quote, content), held(RecordKind::Quote, QUOTE, carry));
    planned.changes = HEADER;
    let body = encoded(Intent::Update, planned.clone()).body;
    assert!(body.contains(r#""Status":"Open","Comment":"by hand""#) && !body.contains("QuoteType"), "{body}");
    planned.changes = Changes { status: true, ..Changes::NONE };
    let body = encoded(Intent::Update, planned).body;
    assert!(body.contains(r#""Status":"Declined""#), "{body}");
}

#[test]
fn what_a_document_lacks_and_myob_asks_for_is_added() {
    let mut config = config();
    config.profile.category_required = true;
    config.profile.default_category = Some(id("north"));
    let bill = based(
        planned_document(RecordKind::Bill, purchase()),
        held(RecordKind::Bill, BILL, r#"{"UID":"u","Category":null,"FreightTaxCode":null,"Lines":[]}"#),
    );
    let body = encoded_for(&config, Intent::Update, bill).expect("it can be encoded").body;
    assert!(body.contains(r#""FreightTaxCode":{"UID":"cap"}"#), "{body}");
    assert!(body.contains(r#""Category":{"UID":"north"}"#), "{body}");
}
