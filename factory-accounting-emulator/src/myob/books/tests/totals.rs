use super::{Desk, number};
use crate::myob::books::Country;
use crate::myob::switches::{SubtotalOf, SubtotalTax, Switches, TaxRounding};
use serde_json::{Value, json};

/// A service invoice over these amounts at one code.
fn service(desk: &mut Desk, totals: &[&str], inclusive: bool, code: &str) -> Value {
    let customer = desk.customer("Acme");
    let (code, account) = (desk.tax(code), desk.account("4-1000"));
    let lines: Vec<Value> =
        totals.iter().map(|total| json!({"Account": account, "Total": number(total), "TaxCode": code})).collect();
    let body = json!({"Customer": customer, "IsTaxInclusive": inclusive, "Lines": lines});
    desk.post("Sale/Invoice/Service", body)
}

#[test]
fn the_order_of_the_fact_sheet_adds_up() {
    let mut desk = Desk::au();
    let customer = desk.customer("Acme Joinery Pty Ltd");
    let (gst, item) = (desk.tax("GST"), desk.item("BRK90"));
    let order = json!({"Number": "SO1042", "Date": "2026-11-21T00:00:00", "Customer": customer,
        "CustomerPurchaseOrderNumber": "PO-7781", "IsTaxInclusive": false, "Freight": 10.00, "FreightTaxCode": gst,
        "TotalAmount": 1, "TotalTax": 2, "FreightAmount": 99,
        "Lines": [{"Type": "Transaction", "Item": item, "ShipQuantity": 12, "UnitPrice": 4.25, "DiscountPercent": 0,
            "Total": 51.00, "TaxCode": gst}]});
    let stored = desk.post("Sale/Order/Item", order);
    assert_eq!(
        (&stored["Subtotal"], &stored["TotalTax"], &stored["TotalAmount"]),
        (&json!(51.0), &json!(6.1), &json!(67.1))
    );
    assert_eq!((&stored["BalanceDueAmount"], &stored["Status"]), (&json!(67.1), &json!("Open")));
    assert_eq!(stored["JournalMemo"], "Sale; Acme Joinery Pty Ltd");
    assert_eq!(stored["Terms"]["DueDate"], "2026-12-21T00:00:00");
    assert_eq!(stored["Category"], Value::Null);
    assert_eq!(stored["Customer"]["Name"], "Acme Joinery Pty Ltd");
    assert_eq!(stored.get("OrderType"), None, "a typed document does not name its layout");
}

#[test]
fn money_is_written_with_two_places() {
    let mut desk = Desk::au();
    let customer = desk.customer("Acme");
    let body = desk.sale(&customer, "12", "4.25").to_string();
    let reply = desk.call("POST", "Sale/Invoice/Item?returnBody=true", "", body.as_bytes());
    let text = String::from_utf8_lossy(&reply.body).into_owned();
    assert!(text.contains(r#""TotalAmount":56.10"#) && text.contains(r#""UnitPrice":4.25"#), "{text}");
}

#[test]
fn tax_is_rounded_once_or_on_every_line_as_the_switch_says() {
    let amounts = ["0.05", "0.05", "0.05"];
    for (rounding, tax) in [(TaxRounding::PerDocument, 0.02), (TaxRounding::PerLine, 0.03)] {
        let mut desk = Desk::with(|switches| switches.tax_rounding = rounding);
        assert_eq!(service(&mut desk, &amounts, false, "GST")["TotalTax"], json!(tax), "{rounding:?}");
    }
}

#[test]
fn tax_that_is_included_reproduces_the_gross_exactly_in_either_rounding() {
    for rounding in [TaxRounding::PerDocument, TaxRounding::PerLine] {
        let mut desk = Desk::with(|switches| switches.tax_rounding = rounding);
        let invoice = service(&mut desk, &["110.00", "33.33", "0.07"], true, "GST");
        assert_eq!(invoice["TotalAmount"], 143.4, "{rounding:?}");
    }
    let mut desk = Desk::au();
    let invoice = service(&mut desk, &["110.00"], true, "GST");
    assert_eq!((&invoice["TotalTax"], &invoice["Subtotal"]), (&json!(10.0), &json!(100.0)));
}

#[test]
fn new_zealand_takes_three_twenty_thirds_out_of_a_gross() {
    let mut desk = Desk::new(Country::Nz);
    let (tax, account) = (desk.tax("S15"), desk.account("4-1000"));
    let card =
        json!({"CompanyName": "Kea", "IsIndividual": false, "SellingDetails": {"TaxCode": tax, "FreightTaxCode": tax}});
    let customer = json!({"UID": desk.post("Contact/Customer", card)["UID"]});
    let body = json!({"Customer": customer, "IsTaxInclusive": true,
        "Lines": [{"Account": account, "Total": 115.00, "TaxCode": tax}]});
    assert_eq!(desk.post("Sale/Invoice/Service", body)["TotalTax"], 15.0);
}

#[test]
fn a_subtotal_is_what_the_switches_say() {
    let build = |set: fn(&mut Switches)| {
        let mut desk = Desk::with(set);
        let customer = desk.customer("Acme");
        let (gst, item) = (desk.tax("GST"), desk.item("BRK90"));
        let body = json!({"Customer": customer, "IsTaxInclusive": true, "Freight": 11, "FreightTaxCode": gst,
            "Lines": [{"Item": item, "ShipQuantity": 1, "UnitPrice": 110, "TaxCode": gst}]});
        desk.post("Sale/Invoice/Item", body)["Subtotal"].clone()
    };
    assert_eq!(build(|_| {}), 100.0);
    assert_eq!(build(|switches| switches.subtotal_tax = SubtotalTax::AsSent), 110.0);
    assert_eq!(build(|switches| switches.subtotal_of = SubtotalOf::LinesAndFreight), 110.0);
}

#[test]
fn a_document_that_does_not_say_whether_tax_is_included_is_what_the_switch_says() {
    for (inclusive, total) in [(true, 100.0), (false, 110.0)] {
        let mut desk = Desk::with(|switches| switches.tax_inclusive_when_missing = inclusive);
        let customer = desk.customer("Acme");
        let (gst, account) = (desk.tax("GST"), desk.account("4-1000"));
        let body = json!({"Customer": customer, "Lines": [{"Account": account, "Total": 100, "TaxCode": gst}]});
        assert_eq!(desk.post("Sale/Invoice/Service", body)["TotalAmount"], json!(total));
    }
}

#[test]
fn an_item_line_balances_to_the_cent_or_within_the_tolerance() {
    let mut desk = Desk::au();
    let customer = desk.customer("Acme");
    let mut body = desk.sale(&customer, "3", "1.2345");
    body["Lines"][0]["Total"] = number("3.71");
    let (name, details) = desk.refused("Sale/Invoice/Item", body.clone());
    assert_eq!((name.as_str(), details.as_str()), ("LineTotalUnbalanced", "Lines[0].Total"));
    desk.switches.line_total_tolerance = "0.01".parse().expect("decimal");
    assert_eq!(desk.post("Sale/Invoice/Item", body.clone())["Subtotal"], 3.71);
    desk.switches = Switches::default();
    body["Lines"][0]["Total"] = number("3.70");
    assert_eq!(desk.post("Sale/Invoice/Item", body)["Subtotal"], 3.7);
}

#[test]
fn a_missing_item_total_is_computed_or_asked_for() {
    let mut desk = Desk::au();
    let customer = desk.customer("Acme");
    let mut body = desk.sale(&customer, "3", "10");
    body["Lines"][0]["DiscountPercent"] = number("10");
    assert_eq!(desk.post("Sale/Invoice/Item", body.clone())["Lines"][0]["Total"], 27.0);
    desk.switches.item_total = crate::myob::switches::ItemTotal::Required;
    assert_eq!(desk.refused("Sale/Invoice/Item", body).0, "Required");
}

#[test]
fn prices_keep_as_many_places_as_the_switch_says() {
    for (places, price) in [(6, 1.234567), (2, 1.23)] {
        let mut desk = Desk::with(|switches| switches.unit_price_places = places);
        let customer = desk.customer("Acme");
        let body = desk.sale(&customer, "1", "1.2345671");
        assert_eq!(desk.post("Sale/Invoice/Item", body)["Lines"][0]["UnitPrice"], json!(price));
    }
}

#[test]
fn headers_and_subtotals_are_kept_and_not_summed() {
    let mut desk = Desk::au();
    let customer = desk.customer("Acme");
    let mut body = desk.sale(&customer, "2", "10");
    let line = body["Lines"][0].clone();
    body["Lines"] =
        json!([{"Type": "Header", "Description": "Frames"}, line, line, {"Type": "SubTotal", "Description": "Sum"}]);
    let invoice = desk.post("Sale/Invoice/Item", body);
    assert_eq!((&invoice["Subtotal"], &invoice["Lines"][3]["Total"]), (&json!(40.0), &json!(40.0)));
    assert_eq!(invoice["Lines"][0]["Total"], Value::Null);
}
