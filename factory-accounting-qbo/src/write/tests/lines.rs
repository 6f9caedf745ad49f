//! Lines of purchases, ties between documents, and the arithmetic of amounts.

use factory_accounting_core::amounts::{LineInput, reckon};
use factory_accounting_core::model::{Discount, RecordKind, TaxMode};
use factory_accounting_core::money::{Quantity, Rate, UnitPrice};
use factory_accounting_core::planned::{Changes, Charge, Content, Planned, PlannedDocument, PlannedSource};
use factory_accounting_core::provider::{Billable, Intent, RemoteLine, RemoteRecord, RemoteStatus};
use proptest::prelude::*;
use rust_decimal::Decimal;
use serde_json::Value;

use super::plans::*;
use super::{check, encoded, encoded_for, refused};
use crate::capability::capabilities;
use crate::config::Region;

fn purchase(kind: RecordKind, change: impl FnOnce(&mut PlannedDocument)) -> Planned {
    let mut purchase = document("vendor:56");
    purchase.number = Some("S-881".to_owned());
    purchase.lines = vec![line(charge()), line(Charge { item: None, ..charge() })];
    change(&mut purchase);
    planned_document(kind, purchase)
}

#[test]
fn a_purchase_order_is_open_and_buys_items_or_posts_to_accounts() {
    check(
        Intent::Create,
        purchase(RecordKind::PurchaseOrder, |document| {
            document.lines[0].charge.as_mut().expect("a charge").jobs = vec![id("customer:62")];
        }),
        "purchaseorder?minorversion=75&",
        r#"{"DocNumber":"S-881","TxnDate":"2026-11-21","VendorRef":{"value":"56"},"DueDate":"2026-11-30",
            "CurrencyRef":{"value":"AUD"},"GlobalTaxCalculation":"TaxExcluded","POStatus":"Open","PrivateNote":"job 17",
            "Line":[{"Description":"Hopper","Amount":1183,"DetailType":"ItemBasedExpenseLineDetail",
                "ItemBasedExpenseLineDetail":{"ItemRef":{"value":"243"},"Qty":2,"UnitPrice":591.5,"TaxCodeRef":{"value":"5"},
                "CustomerRef":{"value":"62"},"BillableStatus":"NotBillable"}},
                {"Description":"Hopper","Amount":1183,"DetailType":"AccountBasedExpenseLineDetail",
                "AccountBasedExpenseLineDetail":{"AccountRef":{"value":"79"},"TaxCodeRef":{"value":"5"},
                "BillableStatus":"NotBillable"}}]}"#,
    );
}

fn from_order(kind: RecordKind) -> Planned {
    purchase(kind, |document| {
        document.source = Some(PlannedSource { kind: RecordKind::PurchaseOrder, id: id("purchaseorder:257") });
        document.lines[0].source_line = Some(id("1"));
        document.lines[0].remote = Some(id("7"));
        document.lines[1].remote = Some(id("8"));
    })
}

fn lines_of(body: &str) -> Vec<Value> {
    let body: Value = serde_json::from_str(body).expect("JSON");
    body.get("Line").and_then(Value::as_array).cloned().expect("lines")
}

#[test]
fn a_bill_is_tied_to_its_purchase_order_line_by_line() {
    let mut new = from_order(RecordKind::Bill);
    if let Content::Document(document) = &mut new.content {
        document.lines.iter_mut().for_each(|line| line.remote = None);
    }
    let body = encoded(Intent::Create, vec![new]).body;
    assert!(body.contains(r#""LinkedTxn":[{"TxnId":"257","TxnType":"PurchaseOrder"}],"Line":["#), "{body}");
    let lines = lines_of(&body);
    let tie = serde_json::json!([{"TxnId": "257", "TxnType": "PurchaseOrder", "TxnLineId": "1"}]);
    assert_eq!((lines[0].get("LinkedTxn"), lines[1].get("LinkedTxn")), (Some(&tie), None));

    // A line that is in the books already is tied by taking its place as a new one; a tie that stands keeps its line.
    let mut stored = held(RecordKind::Bill, "bill:146", RemoteStatus::Open);
    let changes = Changes { lines: true, ..Changes::NONE };
    let ids = |stored: &RemoteRecord| {
        let planned = Planned { changes, ..based(from_order(RecordKind::Bill), stored.clone()) };
        let body = encoded(Intent::Update, vec![planned]).body;
        let ids: Vec<Option<String>> =
            lines_of(&body).iter().map(|line| line.get("Id").and_then(Value::as_str).map(str::to_owned)).collect();
        (ids, body.contains(r#""VendorRef":{"value":"56"},"#), body.matches(r#""TxnId":"257""#).count())
    };
    assert_eq!(ids(&stored), (vec![None, Some("8".to_owned())], true, 2));
    stored.sources = Some(vec![id("purchaseorder:257")]);
    assert_eq!(ids(&stored), (vec![Some("7".to_owned()), Some("8".to_owned())], true, 1));
}

#[test]
fn a_bill_none_of_whose_lines_continues_the_order_is_not_tied() {
    let untied = purchase(RecordKind::Bill, |document| {
        document.source = Some(PlannedSource { kind: RecordKind::PurchaseOrder, id: id("purchaseorder:257") });
    });
    assert!(!encoded(Intent::Create, vec![untied]).body.contains("LinkedTxn"));
}

#[test]
fn r21_what_people_have_marked_as_billable_stays_so() {
    let billed = |billable| {
        let mut line = RemoteLine::default();
        line.id = Some(id("7"));
        line.billable = billable;
        line.party = Some(id("customer:99"));
        let mut stored = held(RecordKind::Bill, "bill:146", RemoteStatus::Open);
        stored.lines = Some(vec![line]);
        let planned = purchase(RecordKind::Bill, |document| {
            document.lines.truncate(1);
            document.lines[0].remote = Some(id("7"));
        });
        let changes = Changes { lines: true, ..Changes::NONE };
        let body = encoded(Intent::Update, vec![Planned { changes, ..based(planned, stored) }]).body;
        let detail = lines_of(&body)[0].get("ItemBasedExpenseLineDetail").cloned().expect("a detail");
        let text = |value: Option<&Value>| value.and_then(Value::as_str).map(str::to_owned);
        let customer = detail.get("CustomerRef").and_then(|customer| customer.get("value"));
        (text(customer), text(detail.get("BillableStatus")))
    };
    let some = |text: &str| Some(text.to_owned());
    assert_eq!(billed(Some(Billable::Yes)), (some("99"), some("Billable")));
    assert_eq!(billed(Some(Billable::Billed)), (some("99"), None));
    assert_eq!(billed(Some(Billable::No)), (None, some("NotBillable")));
    assert_eq!(billed(None), (None, some("NotBillable")));
}

#[test]
fn a_sales_document_belongs_to_one_job() {
    let invoice = |job: &str| {
        let mut document = document("customer:62");
        document.lines[0].charge.as_mut().expect("a charge").jobs = vec![id(job)];
        planned_document(RecordKind::Invoice, document)
    };
    assert!(!encoded(Intent::Create, vec![invoice("customer:62")]).body.contains("BillableStatus"));
    refused(Intent::Create, invoice("customer:63"), "lines[0].job");
}

#[test]
fn lines_that_quickbooks_refuses_are_refused_with_their_field() {
    type Change = fn(&mut Charge);
    let cases: [(Change, &str); 9] = [
        (|charge| charge.item = None, "lines[0].product"),
        (|charge| charge.tax_code.clear(), "lines[0].tax"),
        (|charge| charge.discount = Some(Discount::Rate(Rate(decimal("5")))), "lines[0].discount"),
        (|charge| charge.quantity = Quantity(decimal("2.000001")), "lines[0].quantity"),
        (|charge| charge.unit_price = UnitPrice(decimal("0.00000001")), "lines[0].unit_price"),
        (|charge| charge.amount = decimal("1183.01"), "lines[0].unit_price"),
        (|charge| charge.amount = decimal("1183.001"), "lines[0].unit_price"),
        (|charge| charge.unit_price = UnitPrice(decimal("9999999999")), "lines[0]"),
        (|charge| charge.quantity = Quantity(Decimal::MAX), "lines[0]"),
    ];
    for (change, path) in cases {
        let mut document = document("customer:62");
        change(document.lines[0].charge.as_mut().expect("a charge"));
        refused(Intent::Create, planned_document(RecordKind::Invoice, document), path);
    }
    let two = purchase(RecordKind::Bill, |document| {
        document.lines[1].charge.as_mut().expect("a charge").jobs = vec![id("customer:1"), id("customer:2")];
    });
    refused(Intent::Create, two, "lines[1].job");
}

/// Known of the real thing: quantity, price and the one amount that is accepted (qbo.md 12.1).
#[test]
fn amounts_are_those_that_quickbooks_has_been_seen_to_accept() {
    for (quantity, price, amount) in [
        ("14.5", "128.35", "1861.08"),
        ("3", "33.333333", "100"),
        ("3", "92.5633333", "277.69"),
        ("2", "591.5", "1183"),
        ("-1", "0.005", "-0.01"),
        ("0", "12.3456789", "0"),
    ] {
        let body = encoded(Intent::Create, vec![charging(decimal(quantity), decimal(price))]).body;
        let detail = format!(r#""Qty":{quantity},"UnitPrice":{price},"#);
        assert!(body.contains(&format!(r#""Amount":{amount},"#)) && body.contains(&detail), "{body}");
    }
}

/// An invoice over one line, with the amount that the core predicts for it.
fn charging(quantity: Decimal, price: Decimal) -> Planned {
    let (quantity, unit_price) = (Quantity(quantity), UnitPrice(price));
    let input = LineInput { quantity, unit_price, discount: None, tax_rate: decimal("10") };
    let rules = capabilities(&config(Region::International)).amounts;
    let reckoned = reckon(&[Some(input)], TaxMode::Exclusive, aud(), &rules).expect("it can be reckoned");
    let amounts = reckoned.lines[0].expect("a charge");
    let mut document = document("customer:62");
    document.lines = vec![line(Charge { quantity, unit_price, amount: amounts.amount, ..charge() })];
    planned_document(RecordKind::Invoice, document)
}

/// A JSON number as a whole number of units of 10^-places; read from its digits.
fn units(number: &str, places: usize) -> i128 {
    let (negative, digits) = number.strip_prefix('-').map_or((false, number), |digits| (true, digits));
    let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
    assert!(fraction.len() <= places, "{number} has more than {places} decimals");
    let units: i128 = format!("{whole}{fraction:0<places$}").parse().expect("digits");
    if negative { -units } else { units }
}

fn number_after<'a>(body: &'a str, name: &str) -> &'a str {
    let after = body.split_once(&format!("\"{name}\":")).expect(name).1;
    after.split([',', '}']).next().expect("a number")
}

/// Quantities and prices as fine as QuickBooks keeps them, and short ones that often come to exact half cents.
fn factors() -> impl Strategy<Value = (Decimal, Decimal)> {
    let fine = (-9_999_999_i64..=9_999_999, 2_u32..=5, -999_999_999_i64..=999_999_999, 4_u32..=7);
    let short = (-400_i64..=400, 0_u32..=1, -4_000_i64..=4_000, 2_u32..=3);
    let decimals =
        |(quantity, places, price, decimals)| (Decimal::new(quantity, places), Decimal::new(price, decimals));
    prop_oneof![fine.prop_map(decimals), short.prop_map(decimals)]
}

proptest! {
    /// 6070: the amount is the product of the digits that are sent, rounded once, half away from zero. Reckoned here in
    /// whole numbers, from the text on the wire.
    #[test]
    fn r13_an_amount_is_the_exact_product_of_what_is_sent_beside_it((quantity, price) in factors()) {
        let write = encoded_for(Region::International, Intent::Create, vec![charging(quantity, price)]);
        let body = write.expect("it can be encoded").body;
        let product = units(number_after(&body, "Qty"), 5) * units(number_after(&body, "UnitPrice"), 7);
        // From 10^-12 to 10^-2.
        let step = 10_i128.pow(10);
        let rounded = (product.abs() + step / 2) / step * product.signum();
        prop_assert_eq!(units(number_after(&body, "Amount"), 2), rounded, "{}", body);
    }
}
