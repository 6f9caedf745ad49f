//! Line arithmetic and tax as a table an accountant can read (xero.md 9).

use super::{Bench, Region};
use http::Method;
use serde_json::{Value, json};

/// Mode; quantity, price, discount per cent; expected line amount, tax, total.
const TABLE: &str = "
Exclusive | 1    | 25.06   |       | 25.06  | 3.76  | 28.82
Exclusive | 1    | 25.61   |       | 25.61  | 3.84  | 29.45
Exclusive | 1    | 25.63   |       | 25.63  | 3.84  | 29.47
Exclusive | 2    | 10.50   |       | 21.00  | 3.15  | 24.15
Inclusive | 1    | 541.25  |       | 541.25 | 70.60 | 541.25
Inclusive | 1    | 500     |       | 500.00 | 65.22 | 500.00
Inclusive | 1    | 89      |       | 89.00  | 11.61 | 89.00
Inclusive | 1    | 97      |       | 97.00  | 12.65 | 97.00
NoTax     | 3    | 1.11    |       | 3.33   | 0.00  | 3.33
Exclusive | 1    | 0.30    |       | 0.30   | 0.05  | 0.35
Exclusive | 3    | 0.2248  |       | 0.66   | 0.10  | 0.76
Exclusive | 1.00005 | 100  |       | 100.01 | 15.00 | 115.01
Exclusive | 10   | 10      | 12.5  | 87.50  | 13.13 | 100.63
";

#[test]
fn every_row_of_the_table_is_rounded_line_by_line() {
    let mut bench = Bench::new();
    let contact = bench.customer("Acme");
    for (at, row) in TABLE.lines().filter(|row| !row.is_empty()).enumerate() {
        let cells: Vec<&str> = row.split('|').map(str::trim).collect();
        let mut body = super::invoice(&contact, &format!("T-{at}"), "AUTHORISED");
        body["LineAmountTypes"] = json!(cells[0]);
        body["LineItems"] =
            json!([{"Description": "x", "Quantity": cells[1], "UnitAmount": cells[2], "AccountCode": "200"}]);
        if !cells[3].is_empty() {
            body["LineItems"][0]["DiscountRate"] = json!(cells[3]);
        }
        let made = bench.made(Method::PUT, "Invoices", &body);
        let line = &made["LineItems"][0];
        assert_eq!(cents(&line["LineAmount"]), cells[4], "amount of {row}");
        assert_eq!(cents(&line["TaxAmount"]), cells[5], "tax of {row}");
        assert_eq!(cents(&made["Total"]), cells[6], "total of {row}");
    }
}

/// A JSON number with two places.
fn cents(value: &Value) -> String {
    let number: rust_decimal::Decimal = value.to_string().parse().expect("decimal");
    format!("{number:.2}")
}

#[test]
fn the_documented_sum_is_of_rounded_line_taxes() {
    let mut bench = Bench::new();
    let contact = bench.customer("Acme");
    let mut body = super::invoice(&contact, "A-1", "AUTHORISED");
    body["LineItems"] = ["25.06", "25.61", "25.63"]
        .map(|unit| json!({"Description": "x", "Quantity": 1, "UnitAmount": unit, "AccountCode": "200"}))
        .into();
    assert_eq!(bench.made(Method::PUT, "Invoices", &body)["TotalTax"], json!(11.44));
}

#[test]
fn exact_halves_go_where_the_switch_says() {
    for (switch, tax) in [("away_from_zero", json!(0.05)), ("to_even", json!(0.04))] {
        let mut bench = Bench::new();
        bench.switches = serde_json::from_value(json!({"halves": switch})).expect("switch");
        let contact = bench.customer("Acme");
        let mut body = super::invoice(&contact, "A-1", "AUTHORISED");
        body["LineItems"] = json!([{"Description": "x", "UnitAmount": "0.30", "AccountCode": "200"}]);
        assert_eq!(bench.made(Method::PUT, "Invoices", &body)["TotalTax"], tax, "{switch}");
    }
}

#[test]
fn four_places_of_a_price_need_unitdp_on_write_and_on_read() {
    let mut bench = Bench::new();
    let contact = bench.customer("Acme");
    let mut body = super::invoice(&contact, "A-1", "AUTHORISED");
    body["LineItems"] = json!([{"Description": "x", "Quantity": 1000, "UnitAmount": 0.22481, "AccountCode": "200"}]);
    let made = bench.made(Method::PUT, "Invoices?unitdp=4", &body);
    assert_eq!((&made["LineItems"][0]["UnitAmount"], &made["SubTotal"]), (&json!(0.2248), &json!(224.8)));
    let target = format!("Invoices/{}", made["InvoiceID"].as_str().expect("id"));
    assert_eq!(bench.get(&target)["Invoices"][0]["LineItems"][0]["UnitAmount"], json!(0.22));
    assert_eq!(bench.get(&format!("{target}?unitdp=4"))["Invoices"][0]["LineItems"][0]["UnitAmount"], json!(0.2248));
}

#[test]
fn a_missing_quantity_or_price_is_computed_from_the_line_amount() {
    let mut bench = Bench::new();
    let contact = bench.customer("Acme");
    for (line, quantity, unit) in [
        (json!({"LineAmount": 30, "Quantity": 4}), 4.0, 7.5),
        (json!({"LineAmount": 30, "UnitAmount": 7.5}), 4.0, 7.5),
        (json!({"LineAmount": 30}), 1.0, 30.0),
    ] {
        let mut body = json!({"Type": "ACCREC", "Contact": {"ContactID": contact}, "LineItems": [line]});
        body["LineItems"][0]["Description"] = json!("x");
        let made = bench.made(Method::PUT, "Invoices", &body)["LineItems"][0].clone();
        assert_eq!((&made["Quantity"], &made["UnitAmount"]), (&json!(quantity), &json!(unit)), "{body}");
        assert_eq!(made["LineAmount"], json!(30.0));
    }
}

#[test]
fn a_tax_amount_may_be_overridden_within_the_bound_of_the_switch() {
    for (bound, status) in [(json!("up_to_line_amount"), 200), (json!({"within": "0.01"}), 400)] {
        let mut bench = Bench::new();
        bench.switches = serde_json::from_value(json!({"tax_override": bound})).expect("switch");
        let contact = bench.customer("Acme");
        let mut body = super::invoice(&contact, "A-1", "AUTHORISED");
        body["LineItems"][0]["TaxAmount"] = json!("3.20");
        let (answered, answer) = bench.put("Invoices", &body);
        assert_eq!(answered, status, "{answer}");
        if status == 200 {
            assert_eq!(answer["Invoices"][0]["Total"], json!(24.2));
        }
    }
}

#[test]
fn a_compound_component_is_applied_on_the_earlier_tax() {
    let mut bench = Bench::new();
    let rate = json!({"Name": "Two", "TaxComponents": [{"Name": "a", "Rate": 10}, {"Name": "b", "Rate": 5, "IsCompound": true}]});
    let made = bench.made(Method::PUT, "TaxRates", &rate);
    assert_eq!((&made["TaxType"], &made["EffectiveRate"]), (&json!("TAX001"), &json!(15.5)));
}

#[test]
fn a_foreign_document_takes_a_rate_and_pays_in_base_currency() {
    let mut bench = Bench::of(Region::Au);
    let contact = bench.customer("Acme");
    let mut body = super::invoice(&contact, "A-1", "AUTHORISED");
    body["CurrencyCode"] = json!("USD");
    body["CurrencyRate"] = json!("0.65");
    let made = bench.made(Method::PUT, "Invoices", &body);
    assert_eq!((&made["CurrencyRate"], &made["Total"]), (&json!(0.65), &json!(23.1)));
    let (status, answer) = bench.pay(made["InvoiceID"].as_str().expect("id"), "6.50");
    assert_eq!((status, &answer["Payments"][0]["BankAmount"]), (200, &json!(10.0)));
}

#[test]
fn a_line_amount_may_stray_as_far_as_the_switch_says() {
    for (tolerance, sent, status) in [("0", "21.01", 400), ("0.01", "21.01", 200), ("0.01", "21.02", 400)] {
        let mut bench = Bench::new();
        bench.switches = serde_json::from_value(json!({"line_amount_tolerance": tolerance})).expect("switch");
        let contact = bench.customer("Acme");
        let mut body = super::invoice(&contact, "A-1", "AUTHORISED");
        body["LineItems"][0]["LineAmount"] = json!(sent);
        let (answered, answer) = bench.put("Invoices", &body);
        assert_eq!(answered, status, "{tolerance} {sent}: {answer}");
        if status == 400 {
            let expected = format!("The line total {sent} does not match the expected line total 21.00");
            assert_eq!(super::messages(&answer), [expected]);
        }
    }
}
