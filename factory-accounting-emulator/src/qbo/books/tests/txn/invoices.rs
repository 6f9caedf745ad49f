//! Sales documents: their form, numbers, dates, mail, links to estimates (qbo.md 5.9 to 5.15).

use super::{Country, Desk, figures, line, priced, sale, sparse, text, update};
use crate::qbo::switches::{
    ClassWithoutTracking, ItemMissing, LineEstimateLink, LinkedEstimateStatus, OrderPdf, SalesNumbers,
};
use serde_json::json;

#[test]
fn an_invoice_comes_back_with_ids_numbers_names_and_a_subtotal() {
    let (mut desk, customer) = Desk::with_customer();
    let text_line =
        r#"{"Description":"as per drawing 7","DetailType":"DescriptionOnly","Amount":9,"DescriptionLineDetail":{}}"#;
    let invoice = desk.post("invoice", &sale(&customer, &[priced("1183.00", "2", "591.5"), text_line.to_owned()]));
    assert_eq!(
        invoice["Line"],
        json!([
            {"Id": "1", "LineNum": 1, "Amount": 1183, "DetailType": "SalesItemLineDetail", "SalesItemLineDetail": {
                "ItemRef": {"value": "1", "name": "Services"}, "UnitPrice": 591.5, "Qty": 2,
                "ItemAccountRef": {"value": "17", "name": "Services"}, "TaxCodeRef": {"value": "5"}}},
            {"Id": "2", "LineNum": 2, "Description": "as per drawing 7", "DetailType": "DescriptionOnly",
                "DescriptionLineDetail": {}},
            {"Amount": 1183, "DetailType": "SubTotalLineDetail", "SubTotalLineDetail": {}},
        ])
    );
    assert_eq!(invoice["CustomerRef"], json!({"value": customer, "name": "Acme Pty Ltd"}));
    assert_eq!(invoice["CurrencyRef"], json!({"value": "AUD", "name": "Australian Dollar"}));
    assert_eq!(
        figures(&invoice, &["TotalAmt", "Balance", "DueDate", "EmailStatus", "sparse", "domain"]),
        r#"1301.3 1301.3 "2026-11-21" "NotSet" false "QBO""#
    );
    assert_eq!((text(&invoice, "Id"), text(&invoice, "SyncToken")), ("1001", "0"));
    let read = desk.get("invoice/1001");
    assert_eq!(read, invoice);
}

#[test]
fn an_invoice_needs_a_customer_and_a_line_that_says_what_it_is() {
    let (mut desk, customer) = Desk::with_customer();
    let whole = sale(&customer, &[line("10", "5")]);
    for (body, code) in [
        (whole.replace(&format!(r#""CustomerRef":{{"value":"{customer}"}},"#), ""), "2020"),
        (sale(&customer, &[]), "2020"),
        (sale(&customer, &[r#"{"Amount":1}"#.to_owned()]), "2020"),
        (sale(&customer, &[r#"{"Amount":1,"DetailType":"SalesItemLineDetail"}"#.to_owned()]), "2020"),
        (whole.replace(r#""Amount":10,"#, ""), "2020"),
        (sale(&customer, &[r#"{"Description":"x","DetailType":"DescriptionOnly"}"#.to_owned()]), "2250"),
        (
            whole
                .replace("SalesItemLineDetail", "AccountBasedExpenseLineDetail")
                .replace(r#""ItemRef":{"value":"1"},"#, ""),
            "2120",
        ),
        (whole.replace(r#"{"value":"1"}"#, r#"{"value":"99"}"#), "2500"),
        (whole.replace(r#""Amount":10"#, r#""Amount":-10"#), "6000"),
        (whole.replace(r#""Amount":10"#, r#""Amount":99999999999"#), "2140"),
        (whole.replacen('{', r#"{"Lines":1,"#, 1), "2010"),
        (whole.replacen('{', r#"{"CurrencyRef":{"value":"USD"},"#, 1), "6000"),
        (whole.replacen('{', r#"{"EmailStatus":"NeedToSend","#, 1), "6420"),
        (whole.replacen('{', r#"{"DocNumber":"0123456789012345678901","#, 1), "2050"),
        (whole.replacen('{', r#"{"LinkedTxn":[{"TxnId":"9","TxnType":"TimeActivity"}],"#, 1), "501"),
        (sale(&customer, &[r#"{"DetailType":"GroupLineDetail","GroupLineDetail":{}}"#.to_owned()]), "501"),
    ] {
        assert_eq!(desk.code("invoice", &body), code, "{body}");
    }
    assert!(desk.ids("Invoice", "").is_empty(), "a refused invoice leaves no trace");
    assert_eq!(text(&desk.post("invoice", &whole), "DocNumber"), "1001", "nor does it use up a number");
}

#[test]
fn a_line_without_item_is_services_or_refused() {
    let (mut desk, customer) = Desk::with_customer();
    let body = sale(&customer, &[line("10", "5").replace(r#""ItemRef":{"value":"1"},"#, "")]);
    let invoice = desk.post("invoice", &body);
    assert_eq!(invoice["Line"][0]["SalesItemLineDetail"]["ItemRef"]["name"], "Services");
    desk.switches.item_missing = ItemMissing::Refused;
    assert_eq!(desk.code("invoice", &body), "6440");
}

#[test]
fn numbers_follow_each_other_over_all_sales_forms() {
    let (mut desk, customer) = Desk::with_customer();
    let bare = sale(&customer, &[line("10", "5")]);
    let numbered = |number: &str| bare.replacen('{', &format!(r#"{{"DocNumber":"{number}","#), 1);
    let number = |desk: &mut Desk, target: &str, body: &str| desk.post(target, body)["DocNumber"].clone();
    assert_eq!(number(&mut desk, "invoice", &bare), "1001");
    assert_eq!(number(&mut desk, "estimate", &bare), "1002");
    assert_eq!(number(&mut desk, "invoice", &numbered("1200")), "1200");
    assert_eq!(number(&mut desk, "salesreceipt", &bare), "1201");
    assert_eq!(number(&mut desk, "invoice", &numbered("INV-7")), "INV-7");
    assert_eq!(number(&mut desk, "creditmemo", &bare), "1202");
    assert_eq!(number(&mut desk, "invoice", &numbered("")), json!(null), "an empty number is meant");
    assert_eq!(number(&mut desk, "invoice", &numbered("INV-7")), "INV-7", "without custom numbers none is refused");
    desk.switches.sales_numbers = SalesNumbers::PerType;
    assert_eq!(number(&mut desk, "estimate", &bare), "1001");
}

#[test]
fn a_custom_number_is_refused_twice_unless_duplicates_are_asked_for() {
    let (mut desk, customer) = Desk::with_customer();
    desk.act(r#"{"do":"set_preference","section":"SalesFormsPrefs","set":{"CustomTxnNumbers":true}}"#);
    let bare = sale(&customer, &[line("10", "5")]);
    assert_eq!(desk.post("invoice", &bare).get("DocNumber"), None);
    let numbered = |number: &str| bare.replacen('{', &format!(r#"{{"DocNumber":"{number}","#), 1);
    let first = desk.post("invoice", &numbered("INV-7"));
    let (code, detail, element) = desk.fault("POST", "invoice", &numbered("inv-7"));
    assert_eq!((code.as_str(), element.as_str()), ("6140", "DocNumber"));
    assert!(detail.contains("TxnType=Invoice with TxnId=1002"), "{detail}");
    assert_eq!(desk.code("estimate", &numbered("INV-7")), "6140", "sales forms share their numbers");
    let other = desk.post("invoice?include=allowduplicatedocnum", &numbered("INV-7"));
    let moved = desk.post("invoice", &numbered("INV-8"));
    assert_eq!(desk.code("invoice", &sparse(&moved, r#""DocNumber":"INV-7""#)), "6140");
    desk.post("invoice", &sparse(&first, r#""DocNumber":"INV-7","PrivateNote":"kept""#));
    desk.post("invoice", &sparse(&other, r#""PrivateNote":"kept""#));
    assert_eq!(text(&desk.post("invoice", &numbered("AUTO_GENERATE")), "DocNumber"), "1001");
}

#[test]
fn the_due_date_follows_the_term() {
    let (mut desk, customer) = Desk::with_customer();
    let term = desk.id("term", r#"{"Name":"20th","DayOfMonthDue":20,"DueNextMonthDays":5}"#);
    let body = |date: &str, term: &str| {
        sale(&customer, &[line("10", "5")]).replace("2026-11-21", date).replacen(
            '{',
            &format!(r#"{{"SalesTermRef":{{"value":"{term}"}},"#),
            1,
        )
    };
    for (date, term, due) in [
        ("2026-11-21", "3", "2026-12-21"),
        ("2026-11-10", &term, "2026-11-20"),
        ("2026-11-16", &term, "2026-12-20"),
        ("2026-11-21", &term, "2026-12-20"),
    ] {
        assert_eq!(text(&desk.post("invoice", &body(date, term)), "DueDate"), due, "{date} {term}");
    }
    let invoice = desk.post("invoice", &body("2026-11-21", "3"));
    let later = desk.post("invoice", &sparse(&invoice, r#""SalesTermRef":{"value":"4"}"#));
    assert_eq!(text(&later, "DueDate"), "2027-01-20");
}

#[test]
fn a_deposit_lowers_the_balance_at_once() {
    let (mut desk, customer) = Desk::with_customer();
    let body =
        |deposit: &str| sale(&customer, &[line("100", "5")]).replacen('{', &format!(r#"{{"Deposit":{deposit},"#), 1);
    let invoice = desk.post("invoice", &body("30"));
    assert_eq!(figures(&invoice, &["TotalAmt", "Balance", "Deposit"]), "110 80 30");
    assert_eq!(invoice["DepositToAccountRef"]["name"], "Undeposited Funds");
    assert_eq!(desk.code("invoice", &body("200")), "6000");
    assert_eq!(desk.code("invoice", &body("-1")), "2290");
    assert_eq!(desk.get(&format!("customer/{customer}"))["Balance"], 80);
}

#[test]
fn classes_and_departments_follow_the_settings() {
    let (mut desk, customer) = Desk::with_customer();
    let class = desk.id("class", r#"{"Name":"Works"}"#);
    let head = sale(&customer, &[line("10", "5")]).replacen('{', &format!(r#"{{"ClassRef":{{"value":"{class}"}},"#), 1);
    assert_eq!(desk.code("invoice", &head), "6000");
    desk.switches.class_without_tracking = ClassWithoutTracking::Dropped;
    assert_eq!(desk.post("invoice", &head).get("ClassRef"), None);
    let lined = sale(
        &customer,
        &[line("10", "5").replace(r#""ItemRef""#, &format!(r#""ClassRef":{{"value":"{class}"}},"ItemRef""#))],
    );
    let invoice = desk.post("invoice", &lined);
    assert_eq!(invoice["Line"][0]["SalesItemLineDetail"]["ClassRef"]["name"], "Works");
}

#[test]
fn an_estimate_closes_for_one_invoice_and_opens_when_that_goes() {
    let (mut desk, customer) = Desk::with_customer();
    let estimate = desk.post("estimate", &sale(&customer, &[line("10", "5")]));
    assert_eq!(text(&estimate, "TxnStatus"), "Pending");
    let id = text(&estimate, "Id").to_owned();
    let linked = sale(&customer, &[line("10", "5")]).replacen(
        '{',
        &format!(r#"{{"LinkedTxn":[{{"TxnId":"{id}","TxnType":"Estimate"}}],"#),
        1,
    );
    let first = desk.post("invoice", &linked);
    assert_eq!(first["LinkedTxn"], json!([{"TxnId": id, "TxnType": "Estimate"}]));
    let closed = desk.get(&format!("estimate/{id}"));
    assert_eq!((text(&closed, "TxnStatus"), text(&closed, "SyncToken")), ("Closed", "1"));
    assert_eq!(closed["LinkedTxn"], json!([{"TxnId": text(&first, "Id"), "TxnType": "Invoice"}]));
    assert_eq!(desk.post("invoice", &linked).get("LinkedTxn"), None, "a closed estimate is passed over");
    let kept = desk.post("invoice", &sparse(&first, r#""PrivateNote":"x""#));
    assert_eq!(kept["LinkedTxn"], first["LinkedTxn"]);
    desk.post("invoice?operation=delete", &update(&kept, ""));
    let open = desk.get(&format!("estimate/{id}"));
    assert_eq!((text(&open, "TxnStatus"), open.get("LinkedTxn")), ("Pending", None));
    desk.switches.linked_estimate_status = LinkedEstimateStatus::Converted;
    desk.post("invoice", &linked);
    assert_eq!(text(&desk.get(&format!("estimate/{id}")), "TxnStatus"), "Converted");
    let stranger = desk.customer("Stranger");
    let foreign = linked.replace(
        &format!(r#""CustomerRef":{{"value":"{customer}"}}"#),
        &format!(r#""CustomerRef":{{"value":"{stranger}"}}"#),
    );
    assert_eq!(desk.code("invoice", &foreign), "620");
    assert_eq!(desk.code("invoice", &linked.replace(&format!(r#""TxnId":"{id}""#), r#""TxnId":"99""#)), "620");
}

#[test]
fn a_link_on_a_line_is_stored_by_switch() {
    let (mut desk, customer) = Desk::with_customer();
    let estimate = desk.post("estimate", &sale(&customer, &[line("10", "5")]));
    let link = format!(r#""LinkedTxn":[{{"TxnId":"{}","TxnType":"Estimate"}}],"Amount""#, text(&estimate, "Id"));
    let body = sale(&customer, &[line("10", "5").replace(r#""Amount""#, &link)]);
    assert_eq!(desk.post("invoice", &body)["Line"][0].get("LinkedTxn"), None);
    desk.switches.line_estimate_link = LineEstimateLink::Stored;
    assert!(desk.post("invoice", &body)["Line"][0].get("LinkedTxn").is_some());
}

#[test]
fn sending_marks_the_document_and_prints_it() {
    let (mut desk, customer) = Desk::with_customer();
    let invoice = desk.post("invoice", &sale(&customer, &[line("10", "5")]));
    let target = format!("invoice/{}", text(&invoice, "Id"));
    assert_eq!(desk.code(&format!("{target}/send"), ""), "6420");
    assert_eq!(desk.code(&format!("{target}/send?sendTo=nobody"), ""), "2210");
    desk.books.take_events();
    let sent = desk.post(&format!("{target}/send?sendTo=ap@acme.test"), "");
    assert_eq!((text(&sent, "EmailStatus"), text(&sent, "SyncToken")), ("EmailSent", "1"));
    assert_eq!(sent["BillEmail"]["Address"], "ap@acme.test");
    assert_eq!(sent["DeliveryInfo"]["DeliveryType"], "Email");
    assert_eq!(desk.books.take_events().len(), 1);
    let pdf = desk.call("GET", &format!("{target}/pdf"), b"");
    assert!(pdf.body.starts_with(b"%PDF-1.4"));
    let bill = desk.vendor("Bolt Co");
    let order = desk.bill(&bill, "5");
    assert_eq!(desk.fault("GET", &format!("bill/{}/pdf", text(&order, "Id")), "").0, "500");
    desk.switches.order_pdf = OrderPdf::Refused;
    assert!(desk.call("GET", &format!("{target}/pdf"), b"").status.is_success());
}

#[test]
fn closed_books_take_no_posting_document() {
    let (mut desk, customer) = Desk::with_customer();
    let invoice = desk.invoice(&customer, "10");
    desk.act(r#"{"do":"close_books","date":"2026-11-21"}"#);
    let body = sale(&customer, &[line("10", "5")]);
    let (code, detail, _) = desk.fault("POST", "invoice", &body);
    assert_eq!(code, "6200");
    assert!(detail.contains("The account period has closed"));
    for (target, body) in [
        ("invoice", sparse(&invoice, r#""PrivateNote":"x""#)),
        ("invoice?operation=void", update(&invoice, "")),
        ("invoice?operation=delete", update(&invoice, "")),
    ] {
        assert_eq!(desk.code(target, &body), "6200", "{target}");
    }
    desk.post("estimate", &body);
    desk.post("invoice", &body.replace("2026-11-21", "2026-11-22"));
}

#[test]
fn inventory_needs_a_quantity_and_a_started_item() {
    let (mut desk, customer) = Desk::with_customer();
    let account = |desk: &mut Desk, name: &str| {
        let found = desk.query(&format!("select * from Account where Name = '{name}'"));
        found["Account"][0]["Id"].as_str().expect("account").to_owned()
    };
    let (income, cost, asset) = (
        account(&mut desk, "Sales of Product Income"),
        account(&mut desk, "Cost of Goods Sold"),
        account(&mut desk, "Inventory Asset"),
    );
    let item = desk.id(
        "item",
        &format!(
            r#"{{"Name":"Bolt","Type":"Inventory","TrackQtyOnHand":true,"QtyOnHand":10,"InvStartDate":"2026-11-01","IncomeAccountRef":{{"value":"{income}"}},"ExpenseAccountRef":{{"value":"{cost}"}},"AssetAccountRef":{{"value":"{asset}"}}}}"#
        ),
    );
    let body = |own: String| {
        sale(&customer, &[own.replace(r#""ItemRef":{"value":"1"}"#, &format!(r#""ItemRef":{{"value":"{item}"}}"#))])
    };
    assert_eq!(desk.code("invoice", &body(line("10", "5"))), "6520");
    let sold = body(priced("10", "2", "5"));
    assert_eq!(desk.code("invoice", &sold.replace("2026-11-21", "2026-10-31")), "6270");
    desk.post("invoice", &sold);
}

#[test]
fn a_job_is_invoiced_and_its_parent_sees_the_balance() {
    let mut desk = Desk::new(Country::Au);
    let parent = desk.customer("Acme");
    let job = desk
        .id("customer", &format!(r#"{{"DisplayName":"J-1 Hopper","Job":true,"ParentRef":{{"value":"{parent}"}}}}"#));
    desk.invoice(&job, "100");
    desk.invoice(&parent, "10");
    assert_eq!(figures(&desk.get(&format!("customer/{job}")), &["Balance", "BalanceWithJobs"]), "110 110");
    assert_eq!(figures(&desk.get(&format!("customer/{parent}")), &["Balance", "BalanceWithJobs"]), "11 121");
}
