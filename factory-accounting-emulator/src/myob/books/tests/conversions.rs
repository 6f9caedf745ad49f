use super::Desk;
use crate::myob::switches::{ConvertedRemainder, OrderAfterConversion, OverApplication};
use serde_json::{Value, json};

fn order(desk: &mut Desk, customer: &Value, pieces: &str) -> Value {
    let mut body = desk.sale(customer, pieces, "10");
    body["Number"] = json!("SO1042");
    desk.post("Sale/Order/Item", body)
}

fn conversion(desk: &mut Desk, order: &Value, customer: &Value, pieces: &str) -> Value {
    let mut body = desk.sale(customer, pieces, "10");
    body["Number"] = json!("SO1042");
    body["Order"] = json!({"UID": order["UID"]});
    body
}

#[test]
fn an_order_becomes_one_invoice_and_stays_with_its_status() {
    let mut desk = Desk::au();
    let customer = desk.customer("Acme");
    let order = order(&mut desk, &customer, "5");
    let body = conversion(&mut desk, &order, &customer, "5");
    let invoice = desk.post("Sale/Invoice/Item", body.clone());
    assert_eq!(invoice["Order"]["Number"], "SO1042");
    assert_eq!(desk.again("Sale/Order/Item", &order)["Status"], "ConvertedToInvoice");
    assert_eq!(desk.refusal("POST", "Sale/Invoice/Item", &body).2, Some(37001));
    let target = format!("Sale/Order/Item/{}", order["UID"].as_str().expect("a UID"));
    assert_eq!(desk.refusal("DELETE", &target, &Value::Null).2, Some(37001));
    let held = desk.again("Sale/Order/Item", &order);
    assert_eq!(desk.refusal("PUT", &target, &held).2, Some(37001));
    let mut noted = invoice;
    noted["Comment"] = json!("x");
    noted["Order"] = Value::Null;
    assert_eq!(desk.put("Sale/Invoice/Item", &noted)["Order"]["UID"], order["UID"], "a PUT does not undo a conversion");
}

#[test]
fn an_order_that_is_gone_is_still_known_as_converted() {
    let mut desk = Desk::with(|switches| switches.order_after_conversion = OrderAfterConversion::Gone);
    let customer = desk.customer("Acme");
    let order = order(&mut desk, &customer, "5");
    let body = conversion(&mut desk, &order, &customer, "5");
    let invoice = desk.post("Sale/Invoice/Item", body.clone());
    let target = format!("Sale/Order/Item/{}", order["UID"].as_str().expect("a UID"));
    assert_eq!(desk.refusal("GET", &target, &Value::Null).0, 404);
    assert_eq!(invoice["Order"]["Number"], "SO1042", "the invoice still names it");
    assert_eq!(desk.refusal("POST", "Sale/Invoice/Item", &body).2, Some(37001));
    assert_eq!(desk.books.ledger()["converted"][0]["Number"], "SO1042");
}

#[test]
fn a_purchase_order_becomes_one_bill() {
    let mut desk = Desk::au();
    let supplier = desk.supplier("Steel Co");
    let mut body = desk.purchase(&supplier, "100");
    let order = desk.post("Purchase/Order/Service", body.clone());
    body["Order"] = json!({"UID": order["UID"]});
    desk.post("Purchase/Bill/Service", body.clone());
    assert_eq!(desk.again("Purchase/Order/Service", &order)["Status"], "ConvertedToBill");
    let (_, name, code, _) = desk.refusal("POST", "Purchase/Bill/Service", &body);
    assert_eq!((name.as_str(), code), ("OrderConvertedToBill", Some(38001)));
}

#[test]
fn the_layout_and_the_customer_must_be_the_orders() {
    let mut desk = Desk::au();
    let (customer, other) = (desk.customer("Acme"), desk.customer("Bolt & Co"));
    let order = order(&mut desk, &customer, "5");
    let (gst, account) = (desk.tax("GST"), desk.account("4-1000"));
    let service = json!({"Customer": customer, "Order": {"UID": order["UID"]},
        "Lines": [{"Account": account, "Total": 1, "TaxCode": gst}]});
    assert_eq!(desk.refusal("POST", "Sale/Invoice/Service", &service).2, Some(37004));
    let body = conversion(&mut desk, &order, &other, "5");
    assert_eq!(desk.refused("Sale/Invoice/Item", body).1, "Order");
    assert_eq!(desk.again("Sale/Order/Item", &order)["Status"], "Open");
}

#[test]
fn what_a_conversion_leaves_out_is_lost_or_stays_open() {
    for (remainder, status, left) in
        [(ConvertedRemainder::Lost, "ConvertedToInvoice", 5), (ConvertedRemainder::StaysOpen, "Open", 3)]
    {
        let mut desk = Desk::with(|switches| switches.converted_remainder = remainder);
        let customer = desk.customer("Acme");
        let order = order(&mut desk, &customer, "5");
        let body = conversion(&mut desk, &order, &customer, "2");
        desk.post("Sale/Invoice/Item", body);
        let held = desk.again("Sale/Order/Item", &order);
        assert_eq!(
            (&held["Status"], &held["Lines"][0]["ShipQuantity"]),
            (&json!(status), &json!(left)),
            "{remainder:?}"
        );
    }
}

#[test]
fn deposits_on_an_order_become_payments_of_its_invoice() {
    let mut desk = Desk::au();
    let customer = desk.customer("Acme");
    let order = order(&mut desk, &customer, "5");
    let mut deposit = desk.payment(&customer, &[(&order, "20")]);
    deposit["Invoices"][0]["Type"] = json!("Order");
    let deposit = desk.post("Sale/CustomerPayment", deposit);
    assert_eq!(desk.again("Sale/Order/Item", &order)["AppliedToDate"], 20.0);
    let target = format!("Sale/Order/Item/{}", order["UID"].as_str().expect("a UID"));
    assert_eq!(desk.refusal("DELETE", &target, &Value::Null).2, Some(10001));
    let body = conversion(&mut desk, &order, &customer, "5");
    let invoice = desk.post("Sale/Invoice/Item", body);
    let line = &desk.again("Sale/CustomerPayment", &deposit)["Invoices"][0];
    assert_eq!((&line["UID"], &line["Type"], &line["Number"]), (&invoice["UID"], &json!("Invoice"), &json!("SO1042")));
    assert_eq!(invoice["BalanceDueAmount"], 35.0);
    assert_eq!(invoice["LastPaymentDate"], "2026-11-30T00:00:00");
}

#[test]
fn a_person_converts_on_the_desktop_and_the_order_always_stays() {
    let mut desk = Desk::with(|switches| switches.order_after_conversion = OrderAfterConversion::Gone);
    let (customer, supplier) = (desk.customer("Acme"), desk.supplier("Steel Co"));
    let order = order(&mut desk, &customer, "5");
    let invoice = desk.act(json!({"do": "convert_order_on_desktop", "order": order["UID"], "number": "INV9"}));
    assert_eq!((&invoice["Number"], &invoice["TotalAmount"]), (&json!("INV9"), &json!(55.0)));
    assert_eq!(desk.again("Sale/Order/Item", &order)["Status"], "ConvertedToInvoice");
    let body = conversion(&mut desk, &order, &customer, "5");
    assert_eq!(desk.refusal("POST", "Sale/Invoice/Item", &body).2, Some(37001));
    let mut body = desk.purchase(&supplier, "100");
    body["FreightTaxCode"] = Value::Null;
    let order = desk.post("Purchase/Order/Service", body);
    let bill = desk.act(json!({"do": "convert_order_on_desktop", "order": order["UID"]}));
    assert_eq!(bill["TotalAmount"], 110.0);
}

#[test]
fn a_refused_conversion_leaves_the_order_as_it_was() {
    let mut desk = Desk::au();
    let customer = desk.customer("Acme");
    let order = order(&mut desk, &customer, "5");
    let before = desk.books.ledger();
    let mut body = conversion(&mut desk, &order, &customer, "5");
    body["Lines"][0]["Total"] = json!(1);
    desk.refused("Sale/Invoice/Item", body);
    assert_eq!(desk.books.ledger(), before);
}

#[test]
fn a_conversion_that_a_warning_stops_gives_the_order_back() {
    let mut desk = Desk::with(|switches| switches.order_after_conversion = OrderAfterConversion::Gone);
    let customer = desk.customer("Acme");
    let order = order(&mut desk, &customer, "5");
    let mut taken = desk.sale(&customer, "1", "10");
    taken["Number"] = json!("SO1042");
    desk.post("Sale/Invoice/Item", taken);
    let body = conversion(&mut desk, &order, &customer, "5");
    assert_eq!(desk.refusal("POST", "Sale/Invoice/Item?warningsAsErrors=true", &body).0, 400);
    assert_eq!(desk.again("Sale/Order/Item", &order)["Status"], "Open");
    assert_eq!(desk.books.ledger()["converted"], json!([]));
    desk.post("Sale/Invoice/Item", body);
}

#[test]
fn deposits_that_come_to_nothing_move_like_others() {
    let mut desk = Desk::with(|switches| switches.converted_remainder = ConvertedRemainder::StaysOpen);
    let customer = desk.customer("Acme");
    let order = order(&mut desk, &customer, "5");
    let mut deposit = desk.payment(&customer, &[(&order, "0")]);
    deposit["Invoices"][0]["Type"] = json!("Order");
    desk.post("Sale/CustomerPayment", deposit);
    assert_eq!(desk.again("Sale/Order/Item", &order)["LastPaymentDate"], "2026-11-30T00:00:00");
    let body = conversion(&mut desk, &order, &customer, "2");
    assert_eq!(desk.post("Sale/Invoice/Item", body)["LastPaymentDate"], "2026-11-30T00:00:00");
    assert_eq!(desk.again("Sale/Order/Item", &order)["LastPaymentDate"], Value::Null);
}

#[test]
fn deposits_above_the_invoice_are_not_modelled_unless_they_become_a_credit() {
    let mut desk = Desk::au();
    let customer = desk.customer("Acme");
    let order = order(&mut desk, &customer, "5");
    let mut deposit = desk.payment(&customer, &[(&order, "20")]);
    deposit["Invoices"][0]["Type"] = json!("Order");
    desk.post("Sale/CustomerPayment", deposit);
    let body = conversion(&mut desk, &order, &customer, "1");
    assert_eq!(desk.refusal("POST", "Sale/Invoice/Item", &body).0, 501);
    desk.switches.over_application = OverApplication::TakenAsCredit;
    let invoice = desk.post("Sale/Invoice/Item", body);
    assert_eq!((&invoice["BalanceDueAmount"], &invoice["Status"]), (&json!(-9.0), &json!("Credit")));
}
