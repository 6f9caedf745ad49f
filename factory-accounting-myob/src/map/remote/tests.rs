use serde_json::value::RawValue;

use super::*;
use crate::remote_id::Layout;
use crate::testing::{day, decimal, profile, uid};

fn read(kind: RecordKind, collection: Collection, json: &str) -> RemoteRecord {
    let row = RawValue::from_string(json.to_owned()).expect("JSON");
    Reader::of(&profile()).read(kind, collection, &row, Carry::Leave).expect("a record")
}

fn amounts(record: &RemoteRecord) -> [String; 3] {
    let totals = record.totals.expect("totals");
    [totals.subtotal, totals.tax, totals.total].map(|amount| amount.normalize().to_string())
}

fn invoice(number: u32, more: &str) -> String {
    format!(
        r#"{{"UID":"{}","Number":"INV-1","Date":"2026-11-21T00:00:00","Customer":{{"UID":"{}","Name":"Acme","DisplayID":"C-1"}},
        "CustomerPurchaseOrderNumber":"PO-7781","Terms":{{"PaymentIsDue":"InAGivenNumberOfDays","BalanceDueDate":30,"DueDate":"2026-12-21T00:00:00"}},
        "IsTaxInclusive":true,"ForeignCurrency":null,"RowVersion":"-6933843581174022144"{more}}}"#,
        uid(number),
        uid(1)
    )
}

const ITEM: Collection = Collection::Invoice(Layout::Item);

#[test]
fn an_invoice_by_items_is_read_whole() {
    let lines = format!(
        r#","Subtotal":61.0,"Freight":0,"TotalTax":5.55,"TotalAmount":61.00,"BalanceDueAmount":11.00,"Status":"Open",
        "Order":{{"UID":"{}","Number":"SO1"}},"Lines":[
        {{"RowID":1,"Type":"Transaction","Description":"Bracket","ShipQuantity":12.5,"UnitPrice":4.88000,"DiscountPercent":0,"Total":61.00,
          "Item":{{"UID":"{}","Number":"BRK"}},"Account":{{"UID":"{}"}},"TaxCode":{{"UID":"{}","Code":"GST"}},"Job":{{"UID":"{}","Number":"J1"}},"RowVersion":"-1"}},
        {{"RowID":2,"Type":"Header","Description":"thank you","Total":0}},
        {{"RowID":3,"Type":"SubTotal","Total":61.00}}]"#,
        uid(40),
        uid(50),
        uid(60),
        uid(91),
        uid(70)
    );
    let record = read(RecordKind::Invoice, ITEM, &invoice(10, &lines));
    assert_eq!(record.id.as_str(), format!("sale/invoice/item/{}", uid(10)));
    assert_eq!(record.version.as_ref().map(VersionToken::as_str), Some("-6933843581174022144"));
    assert_eq!(record.status, RemoteStatus::Open);
    assert_eq!((record.number.as_deref(), record.reference.as_deref()), (Some("INV-1"), Some("PO-7781")));
    assert_eq!(record.party, Some(RemoteId::new(format!("contact/customer/{}", uid(1)))));
    assert_eq!((record.date, record.due), (Some(day(2026, 11, 21)), Some(day(2026, 12, 21))));
    assert_eq!(record.currency.map(|currency| currency.code()), Some("AUD"));
    assert_eq!(record.tax_mode, Some(TaxMode::Inclusive));
    assert_eq!(amounts(&record), ["55.45", "5.55", "61"]);
    let settled = record.settled.expect("settled");
    assert_eq!((settled.paid, settled.credited, settled.due), (decimal("50"), decimal("0"), decimal("11")));
    assert_eq!(record.sources, Some(vec![RemoteId::new(format!("sale/order/item/{}", uid(40)))]));
    let lines = record.lines.expect("lines");
    assert_eq!(lines.len(), 3);
    assert_eq!(lines[0].id, Some(RemoteId::new("1")));
    assert_eq!((lines[0].quantity, lines[0].unit_price), (Some(decimal("12.5")), Some(decimal("4.88"))));
    assert_eq!((lines[0].amount, lines[0].discount_rate), (Some(decimal("61")), None));
    assert_eq!(lines[0].tax_code.as_deref(), Some(uid(91).as_str()));
    assert_eq!(lines[0].item.as_deref(), Some(format!("inventory/item/{}", uid(50)).as_str()));
    assert_eq!(lines[0].account, None, "it is posted through its item");
    assert_eq!(lines[0].party, Some(RemoteId::new(format!("generalledger/job/{}", uid(70)))));
    assert_eq!((lines[1].description.as_str(), lines[1].amount), ("thank you", None));
    assert_eq!((lines[2].id.clone(), lines[2].amount), (Some(RemoteId::new("3")), None));
}

#[test]
fn a_credit_note_is_an_invoice_turned_round() {
    let lines = format!(
        r#","TotalTax":-1.00,"TotalAmount":-11.00,"BalanceDueAmount":-4.00,"Status":"Credit","Order":null,"Lines":[
        {{"RowID":1,"Type":"Transaction","Description":"back","ShipQuantity":-2,"UnitPrice":5.5,"Total":-11.00,"Item":{{"UID":"{}"}},"TaxCode":{{"UID":"{}"}}}}]"#,
        uid(50),
        uid(91)
    );
    let record = read(RecordKind::CreditNote, ITEM, &invoice(11, &lines));
    assert_eq!(amounts(&record), ["10", "1", "11"]);
    let settled = record.settled.expect("settled");
    assert_eq!((settled.paid, settled.credited, settled.due), (decimal("0"), decimal("7"), decimal("4")));
    assert_eq!((record.status, record.due), (RemoteStatus::Open, None));
    let line = &record.lines.expect("lines")[0];
    assert_eq!(
        (line.quantity, line.unit_price, line.amount),
        (Some(decimal("2")), Some(decimal("5.5")), Some(decimal("11")))
    );
    let closed = r#","TotalTax":-1.00,"TotalAmount":-11.00,"BalanceDueAmount":0,"Status":"Closed""#;
    assert_eq!(read(RecordKind::CreditNote, ITEM, &invoice(11, closed)).status, RemoteStatus::Paid);
}

#[test]
fn a_document_in_another_currency_is_read_in_it_and_only_where_it_really_is() {
    let of = |currency: &str| {
        let more = format!(
            r#","TotalTax":1.00,"TotalTaxForeign":0.6,"TotalAmount":11.00,"TotalAmountForeign":6.6,"BalanceDueAmount":11.00,
            "BalanceDueAmountForeign":6.6,"Lines":[{{"RowID":1,"BillQuantity":2,"UnitPrice":5.5,"UnitPriceForeign":3.3,"Total":11.00,
            "TotalForeign":6.6,"Item":{{"UID":"{}"}}}}]"#,
            uid(50)
        );
        let json = invoice(20, &more).replace(r#""ForeignCurrency":null"#, &format!(r#""ForeignCurrency":{currency}"#));
        let record = read(RecordKind::Bill, Collection::Bill(Layout::Item), &json);
        let line = record.lines.as_ref().expect("lines")[0].clone();
        let shown = [line.unit_price, line.amount].map(|amount| amount.map(|amount| amount.to_string()));
        (record.currency.map(|currency| currency.to_string()), amounts(&record)[2].clone(), shown)
    };
    let text = |text: &str| Some(text.to_owned());
    let abroad = (text("USD"), "6.6".to_owned(), [text("3.3"), text("6.6")]);
    assert_eq!(of(&format!(r#"{{"UID":"{}","Code":"USD"}}"#, uid(95))), abroad);
    let home = (text("AUD"), "11".to_owned(), [text("5.5"), text("11.00")]);
    for none in ["null", "{}", r#"{"UID":null,"Code":null}"#, &format!(r#"{{"UID":"{}","Code":"AUD"}}"#, uid(96))] {
        assert_eq!(of(none), home, "{none}");
    }
    let paid = format!(
        r#"{{"UID":"{}","AmountReceived":10,"AmountReceivedForeign":6,"ForeignCurrency":{{"UID":"{}","Code":"USD"}},
        "Invoices":[{{"UID":"{}","AmountApplied":10,"AmountAppliedForeign":6}}]}}"#,
        uid(30),
        uid(95),
        uid(10)
    );
    let record = read(RecordKind::Payment, Collection::CustomerPayment, &paid);
    assert_eq!(record.totals.map(|totals| totals.total), Some(decimal("6")));
    assert_eq!(record.settled.map(|settled| (settled.paid, settled.due)), Some((decimal("6"), decimal("0"))));
    assert_eq!(record.currency.map(|currency| currency.to_string()), text("USD"));
}

#[test]
fn money_that_people_apply_to_several_documents_is_none_of_one() {
    let line = |number| {
        let address = format!("https://arl2.api.myob.com/accountright/cf/Sale/Invoice/Item/{}", uid(number));
        format!(
            r#"{{"UID":"{}","AmountApplied":5,"Uri":"{address}","Sale":{{"UID":"{}","URI":"{address}"}}}}"#,
            uid(number),
            uid(number)
        )
    };
    let lines = [line(10), line(11)].join(",");
    let payment = format!(r#"{{"UID":"{}","AmountReceived":10,"Invoices":[{lines}]}}"#, uid(30));
    let record = read(RecordKind::Payment, Collection::CustomerPayment, &payment);
    assert_eq!((record.parent, record.settled.map(|settled| settled.paid)), (None, Some(decimal("10"))));
    let settlement = format!(r#"{{"UID":"{}","CreditAmount":10,"Lines":[{lines}]}}"#, uid(32));
    let record = read(RecordKind::Allocation, Collection::CreditSettlement, &settlement);
    assert_eq!((record.counterpart, record.totals.map(|totals| totals.total)), (None, Some(decimal("10"))));
}

#[test]
fn a_service_line_may_say_nothing_but_its_amount() {
    let of = |line: &str| {
        let lines = format!(r#","TotalTax":0,"TotalAmount":10,"BalanceDueAmount":10,"Lines":[{line}]"#);
        let record = read(RecordKind::Invoice, Collection::Invoice(Layout::Service), &invoice(12, &lines));
        let line = record.lines.expect("lines").remove(0);
        (line.quantity, line.unit_price, line.amount, line.account)
    };
    let account = format!(r#""Account":{{"UID":"{}"}}"#, uid(60));
    let told = of(&format!(r#"{{"RowID":1,"UnitCount":4,"UnitPrice":2.5,"Total":10,{account}}}"#));
    assert_eq!(told, (Some(decimal("4")), Some(decimal("2.5")), Some(decimal("10")), Some(uid(60))));
    for silent in [r#""UnitCount":null,"UnitPrice":null,"#, r#""UnitCount":0,"UnitPrice":0,"#, ""] {
        let told = of(&format!(r#"{{"RowID":1,{silent}"Total":10,{account}}}"#));
        assert_eq!(told, (None, None, Some(decimal("10")), Some(uid(60))), "{silent}");
    }
}

#[test]
fn whether_prices_contain_a_tax_of_nothing_is_no_difference() {
    let mode = |inclusive: bool, codes: &[u32]| {
        let lines: Vec<String> =
            codes.iter().map(|code| format!(r#"{{"Total":5,"TaxCode":{{"UID":"{}"}}}}"#, uid(*code))).collect();
        let json = format!(
            r#"{{"UID":"{}","IsTaxInclusive":{inclusive},"Lines":[{{"Type":"Header","Description":"x"}},{}]}}"#,
            uid(10),
            lines.join(",")
        );
        read(RecordKind::Invoice, ITEM, &json).tax_mode
    };
    assert_eq!((mode(true, &[99, 99]), mode(false, &[99])), (None, None));
    assert_eq!((mode(true, &[99, 91]), mode(false, &[91])), (Some(TaxMode::Inclusive), Some(TaxMode::Exclusive)));
}

#[test]
fn a_row_of_a_union_tells_state_and_balance_and_nothing_of_lines_or_sources() {
    let row =
        invoice(13, r#","TotalTax":1,"TotalAmount":11,"BalanceDueAmount":0,"Status":"Closed","InvoiceType":"Item""#);
    let record = read(RecordKind::Invoice, ITEM, &row);
    assert_eq!((record.status, record.lines, record.sources), (RemoteStatus::Paid, None, None));
    assert_eq!(record.settled.map(|settled| settled.paid), Some(decimal("11")));
}

#[test]
fn the_states_of_documents_are_told_in_our_terms() {
    let state = |kind, collection, state: &str| {
        let json = format!(r#"{{"UID":"{}","Status":"{state}","TotalAmount":5,"BalanceDueAmount":5}}"#, uid(10));
        read(kind, collection, &json).status
    };
    let quote = |text| state(RecordKind::Quote, Collection::Quote(Layout::Item), text);
    assert_eq!(quote("Open"), RemoteStatus::Open);
    assert_eq!(quote("Accepted"), RemoteStatus::Accepted);
    assert_eq!(quote("Declined"), RemoteStatus::Declined);
    assert_eq!(quote("Invoiced"), RemoteStatus::Billed);
    let order = |text| state(RecordKind::Order, Collection::Order(Layout::Item), text);
    assert_eq!((order("Open"), order("ConvertedToInvoice")), (RemoteStatus::Open, RemoteStatus::Billed));
    let purchase = |text| state(RecordKind::PurchaseOrder, Collection::PurchaseOrder(Layout::Item), text);
    assert_eq!(purchase("ConvertedToBill"), RemoteStatus::Billed);
    let bill = |text| state(RecordKind::Bill, Collection::Bill(Layout::Service), text);
    assert_eq!((bill("Closed"), bill("Debit")), (RemoteStatus::Paid, RemoteStatus::Open));
    assert_eq!(bill("Novel"), RemoteStatus::Other("Novel".to_owned()));
}

#[test]
fn a_bill_is_known_by_its_suppliers_number_and_a_purchase_order_falls_due_when_promised() {
    let bill = format!(
        r#"{{"UID":"{}","Number":"00000012","SupplierInvoiceNumber":"A-991","Supplier":{{"UID":"{}"}},"TotalAmount":110,"TotalTax":10,
        "BalanceDueAmount":110,"Order":null,"Lines":[{{"RowID":1,"BillQuantity":2,"UnitPrice":55,"Total":110,"Item":{{"UID":"{}"}}}}]}}"#,
        uid(20),
        uid(2),
        uid(50)
    );
    let record = read(RecordKind::Bill, Collection::Bill(Layout::Item), &bill);
    assert_eq!(record.number.as_deref(), Some("A-991"));
    assert_eq!(record.party, Some(RemoteId::new(format!("contact/supplier/{}", uid(2)))));
    assert_eq!(
        (record.sources, record.lines.map(|lines| lines[0].quantity)),
        (Some(Vec::new()), Some(Some(decimal("2"))))
    );
    let order = format!(r#"{{"UID":"{}","Number":"PO-1","PromisedDate":"2026-12-01T00:00:00"}}"#, uid(21));
    let record = read(RecordKind::PurchaseOrder, Collection::PurchaseOrder(Layout::Item), &order);
    assert_eq!((record.number.as_deref(), record.due), (Some("PO-1"), Some(day(2026, 12, 1))));
}

#[test]
fn money_finds_its_document_by_the_address_of_it() {
    let uri = |path: &str, number| format!("https://arl2.api.myob.com/accountright/cf/{path}/{}", uid(number));
    let customer = format!(
        r#"{{"UID":"{}","Customer":{{"UID":"{}"}},"ReceiptNumber":"R-1","Date":"2026-11-30T00:00:00","AmountReceived":50,"Memo":" EFT 7 ",
        "Invoices":[{{"RowID":1,"Number":"INV-1","UID":"{}","AmountApplied":50,"Type":"Invoice","Uri":"{}"}}],"RowVersion":"-3"}}"#,
        uid(30),
        uid(1),
        uid(10),
        uri("Sale/Invoice/Service", 10)
    );
    let record = read(RecordKind::Payment, Collection::CustomerPayment, &customer);
    assert_eq!(record.parent, Some(RemoteId::new(format!("sale/invoice/service/{}", uid(10)))));
    assert_eq!((record.number.as_deref(), record.reference.as_deref()), (Some("R-1"), Some("EFT 7")));
    assert_eq!(record.settled.map(|settled| (settled.paid, settled.due)), Some((decimal("50"), decimal("0"))));

    let supplier = format!(
        r#"{{"UID":"{}","Supplier":{{"UID":"{}"}},"PaymentNumber":"7","AmountPaid":20,"Memo":"EFT 8","Lines":[{{"RowID":1,"Type":"Bill",
        "Purchase":{{"UID":"{}","URI":"{}"}},"AmountApplied":20,"RowVersion":-6933843581174022144}}]}}"#,
        uid(31),
        uid(2),
        uid(20),
        uri("Purchase/Bill/Item", 20)
    );
    let record = read(RecordKind::Payment, Collection::SupplierPayment, &supplier);
    assert_eq!(record.parent, Some(RemoteId::new(format!("purchase/bill/item/{}", uid(20)))));
    assert_eq!(record.totals.map(|totals| totals.total), Some(decimal("20")));

    let settlement = format!(
        r#"{{"UID":"{}","CreditFromInvoice":{{"UID":"{}","URI":"{}"}},"Customer":{{"UID":"{}"}},"CreditAmount":7,"Date":"2026-11-30T00:00:00",
        "Lines":[{{"Type":"Invoice","Sale":{{"UID":"{}","URI":"{}"}},"AmountApplied":7}}]}}"#,
        uid(32),
        uid(11),
        uri("Sale/Invoice/Item", 11),
        uid(1),
        uid(10),
        uri("Sale/Invoice/Item", 10)
    );
    let record = read(RecordKind::Allocation, Collection::CreditSettlement, &settlement);
    assert_eq!(record.parent, Some(RemoteId::new(format!("sale/invoice/item/{}", uid(11)))));
    assert_eq!(record.counterpart, Some(RemoteId::new(format!("sale/invoice/item/{}", uid(10)))));
    assert_eq!(record.totals.map(|totals| totals.total), Some(decimal("7")));

    let refund = format!(
        r#"{{"UID":"{}","Invoice":{{"UID":"{}","URI":"{}"}},"Customer":{{"UID":"{}"}},"Number":"RF-1","Amount":4,"Memo":"RF-1"}}"#,
        uid(33),
        uid(11),
        uri("Sale/Invoice/Item", 11),
        uid(1)
    );
    let record = read(RecordKind::Payment, Collection::CreditRefund, &refund);
    assert_eq!(record.parent, Some(RemoteId::new(format!("sale/invoice/item/{}", uid(11)))));
    assert_eq!(
        (record.number.as_deref(), record.totals.map(|totals| totals.total)),
        (Some("RF-1"), Some(decimal("4")))
    );
}

#[test]
fn money_spent_names_who_was_paid_and_the_jobs_that_it_was_for() {
    let spent = format!(
        r#"{{"UID":"{}","Contact":{{"UID":"{}","Type":"Supplier","Name":"Fuel Co"}},"PaymentNumber":"12","Date":"2026-11-20T00:00:00",
        "AmountPaid":55,"IsTaxInclusive":true,"TotalTax":5,"Memo":"fuel","Lines":[{{"RowID":1,"Account":{{"UID":"{}"}},
        "Job":{{"UID":"{}"}},"TaxCode":{{"UID":"{}"}},"Amount":55,"Memo":"ute","RowVersion":-7}}],"RowVersion":"-4"}}"#,
        uid(34),
        uid(2),
        uid(60),
        uid(70),
        uid(91)
    );
    let record = read(RecordKind::Expense, Collection::SpendMoney, &spent);
    assert_eq!(record.party, Some(RemoteId::new(format!("contact/supplier/{}", uid(2)))));
    assert_eq!(amounts(&record), ["50", "5", "55"]);
    let line = &record.lines.expect("lines")[0];
    assert_eq!((line.amount, line.description.as_str()), (Some(decimal("55")), "ute"));
    assert_eq!(line.party, Some(RemoteId::new(format!("generalledger/job/{}", uid(70)))));
}

#[test]
fn lists_are_read_with_what_they_are_known_by() {
    let card = format!(
        r#"{{"UID":"{}","CompanyName":"Acme","IsIndividual":false,"DisplayID":"C-17","IsActive":false,"RowVersion":"9"}}"#,
        uid(1)
    );
    let record = read(RecordKind::Customer, Collection::Customer, &card);
    assert_eq!((record.number.as_deref(), record.name.as_deref()), (Some("C-17"), Some("Acme")));
    assert_eq!((record.status, record.version), (RemoteStatus::Archived, Some(VersionToken::new("9"))));
    let job = format!(
        r#"{{"UID":"{}","Number":"J-1","Name":"Hopper","Description":"Ref J-42","ParentJob":{{"UID":"{}"}},"LinkedCustomer":{{"UID":"{}"}}}}"#,
        uid(70),
        uid(71),
        uid(1)
    );
    let record = read(RecordKind::Job, Collection::Job, &job);
    assert_eq!((record.number.as_deref(), record.name.as_deref()), (Some("J-1"), Some("Hopper")));
    assert_eq!(record.parent, Some(RemoteId::new(format!("generalledger/job/{}", uid(71)))));
    let item = format!(r#"{{"UID":"{}","Number":"BRK","Name":"Bracket","IsActive":true}}"#, uid(50));
    let record = read(RecordKind::Product, Collection::Item, &item);
    assert_eq!((record.number.as_deref(), record.status), (Some("BRK"), RemoteStatus::Open));
}

#[test]
fn a_record_keeps_its_own_form_only_where_it_is_asked_to() {
    let json = invoice(10, r#","Comment":"call first""#);
    let row = RawValue::from_string(json.clone()).expect("JSON");
    let read = |carry| Reader::of(&profile()).read(RecordKind::Invoice, ITEM, &row, carry).expect("a record").carry;
    assert_eq!((read(Carry::Keep), read(Carry::Leave)), (Some(json), None));
}

#[test]
fn a_row_without_an_id_or_of_an_odd_form_is_no_record() {
    let reader = Reader::of(&profile());
    for json in ["{}", r#"{"UID":null}"#, "[]", r#"{"UID":"00000000-0000-4000-8000-000000000001","TotalAmount":"ten"}"#]
    {
        let row = RawValue::from_string(json.to_owned()).expect("JSON");
        assert!(reader.read(RecordKind::Invoice, ITEM, &row, Carry::Leave).is_err(), "{json}");
    }
}
