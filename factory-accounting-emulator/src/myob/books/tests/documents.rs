use super::{Desk, number};
use crate::myob::switches::{
    BillFreightTaxCode, ClientUid, CreditHold, CreditLimit, InactiveLinks, Numbering, StockCheck, UniqueNumbers,
    Warnings,
};
use serde_json::{Value, json};
use uuid::Uuid;

#[test]
fn a_created_document_answers_an_empty_body_and_its_address() {
    let mut desk = Desk::au();
    let customer = desk.customer("Acme");
    let mut body = desk.sale(&customer, "1", "10");
    body["UID"] = json!(Uuid::nil());
    let reply = desk.call("POST", "Sale/Invoice/Item", "", body.to_string().as_bytes());
    assert_eq!(reply.status, 201);
    assert!(reply.body.is_empty());
    let location = reply.headers["location"].to_str().expect("text").to_owned();
    let uid = location.rsplit('/').next().expect("a last segment");
    assert!(location.starts_with(&format!("{}/Sale/Invoice/Item/", super::BASE)));
    let read = desk.get(&format!("Sale/Invoice/Item/{uid}"));
    assert_eq!(read["URI"], json!(location));
    assert_eq!(desk.get(&format!("Sale/Invoice/Item/{uid}?generateUris=false")).get("URI"), None);
}

#[test]
fn a_client_uid_is_ignored_or_honoured() {
    let wanted = "11111111-2222-4333-8444-555555555555";
    for (client_uid, honoured) in [(ClientUid::Ignored, false), (ClientUid::Honoured, true)] {
        let mut desk = Desk::with(|switches| switches.client_uid = client_uid);
        let customer = desk.customer("Acme");
        let mut body = desk.sale(&customer, "1", "10");
        body["UID"] = json!(wanted);
        assert_eq!(desk.post("Sale/Quote/Item", body)["UID"] == wanted, honoured);
    }
}

#[test]
fn numbers_are_given_in_sequence_and_skip_what_is_taken() {
    let mut desk = Desk::au();
    let customer = desk.customer("Acme");
    let mut body = desk.sale(&customer, "1", "10");
    assert_eq!(desk.post("Sale/Invoice/Item", body.clone())["Number"], "00000001");
    body["Number"] = json!("00000002");
    desk.post("Sale/Invoice/Item", body.clone());
    body["Number"] = Value::Null;
    assert_eq!(desk.post("Sale/Invoice/Item", body.clone())["Number"], "00000003");
    desk.switches.numbering = Numbering::Plain;
    assert_eq!(desk.post("Sale/Invoice/Item", body.clone())["Number"], "4");
    assert_eq!(desk.post("Sale/Order/Item", body)["Number"], "1", "each form has its own sequence");
}

#[test]
fn a_number_twice_is_taken_warned_of_or_refused() {
    let mut desk = Desk::au();
    let customer = desk.customer("Acme");
    let mut body = desk.sale(&customer, "1", "10");
    body["Number"] = json!("INV-1");
    desk.post("Sale/Invoice/Item", body.clone());
    desk.post("Sale/Invoice/Item", body.clone());
    let (status, name, code, _) = desk.refusal("POST", "Sale/Invoice/Item?warningsAsErrors=true", &body);
    assert_eq!((status, name.as_str(), code), (400, "Duplicate", Some(200)));
    desk.switches.warnings = Warnings::InBody;
    let told = desk.post("Sale/Invoice/Item", body.clone());
    assert_eq!(told["Errors"][0]["Severity"], "Warning");
    desk.switches.sale_numbers = UniqueNumbers::Reject;
    assert_eq!(desk.refused("Sale/Invoice/Item", body.clone()).0, "Duplicate");
    assert_eq!(desk.items("Sale/Invoice?$filter=Number eq 'INV-1'").len(), 3);
    desk.post("Sale/Order/Item", body);
}

#[test]
fn a_bill_number_is_unique_for_its_supplier_and_the_suppliers_own_number_is_only_warned_of() {
    let mut desk = Desk::with(|switches| switches.warnings = Warnings::InBody);
    let (one, other) = (desk.supplier("Steel Co"), desk.supplier("Bolt Co"));
    let mut body = desk.purchase(&one, "110");
    body["Number"] = json!("B-1");
    body["SupplierInvoiceNumber"] = json!("A-991");
    desk.post("Purchase/Bill/Service", body.clone());
    assert_eq!(desk.refused("Purchase/Bill/Service", body.clone()).0, "Duplicate");
    body["Number"] = Value::Null;
    let second = desk.post("Purchase/Bill/Service", body.clone());
    assert_eq!(second["Errors"][0]["AdditionalDetails"], "SupplierInvoiceNumber");
    body["Supplier"] = other;
    body["Number"] = json!("B-1");
    assert_eq!(desk.post("Purchase/Bill/Service", body.clone()).get("Errors"), None);
    desk.switches.purchase_numbers = UniqueNumbers::Off;
    desk.post("Purchase/Bill/Service", body);
}

#[test]
fn the_other_sides_quantity_is_dropped_silently() {
    let mut desk = Desk::au();
    let supplier = desk.supplier("Steel Co");
    let (gst, item) = (desk.tax("GST"), desk.item("BRK90"));
    let body = json!({"Supplier": supplier, "FreightTaxCode": gst,
        "Lines": [{"Item": item, "ShipQuantity": 10, "UnitPrice": 2, "TaxCode": gst}]});
    let order = desk.post("Purchase/Order/Item", body);
    assert_eq!((&order["TotalAmount"], &order["Lines"][0]["BillQuantity"]), (&json!(0.0), &json!(0)));
}

#[test]
fn a_bill_needs_a_freight_tax_code_and_a_sale_only_with_freight() {
    let mut desk = Desk::au();
    let (customer, supplier) = (desk.customer("Acme"), desk.supplier("Steel Co"));
    let mut bill = desk.purchase(&supplier, "110");
    bill["FreightTaxCode"] = Value::Null;
    assert_eq!(desk.refused("Purchase/Bill/Service", bill.clone()).0, "FreightHasNotBeenSet");
    desk.switches.bill_freight_tax_code = BillFreightTaxCode::WithFreight;
    desk.post("Purchase/Bill/Service", bill);
    let mut sale = desk.sale(&customer, "1", "10");
    sale["Freight"] = json!(5);
    assert_eq!(desk.refused("Sale/Order/Item", sale.clone()).0, "FreightHasNotBeenSet");
    sale["FreightTaxCode"] = desk.tax("FRE");
    desk.post("Sale/Order/Item", sale.clone());
    desk.act(json!({"do": "link_freight_account", "linked": false}));
    assert_eq!(desk.refused("Sale/Order/Item", sale).1, "Freight");
}

#[test]
fn credit_hold_is_refused_though_the_screen_only_warns() {
    let mut desk = Desk::au();
    let customer = desk.customer("Acme");
    desk.act(json!({"do": "edit", "uid": customer["UID"], "set": {"SellingDetails": {"Credit": {"OnHold": true}}}}));
    let body = desk.sale(&customer, "1", "10");
    let (name, details) = desk.refused("Sale/Invoice/Item", body.clone());
    assert_eq!((name.as_str(), details.as_str()), ("SaleEvent_CreditOnHold", "CardId:(SalesEvent)"));
    desk.post("Sale/Order/Item", body.clone());
    desk.switches.credit_hold = CreditHold::Ignored;
    desk.post("Sale/Invoice/Item", body);
}

#[test]
fn a_credit_limit_warns_refuses_or_does_nothing() {
    let mut desk = Desk::with(|switches| switches.warnings = Warnings::InBody);
    let supplier = desk.supplier("Steel Co");
    desk.act(json!({"do": "edit", "uid": supplier["UID"], "set": {"BuyingDetails": {"Credit": {"Limit": 100}}}}));
    let body = desk.purchase(&supplier, "110");
    assert_eq!(desk.post("Purchase/Bill/Service", body.clone())["Errors"][0]["Name"], "CreditLimitExceeded");
    desk.switches.credit_limit = CreditLimit::Ignored;
    assert_eq!(desk.post("Purchase/Bill/Service", body.clone()).get("Errors"), None);
    desk.switches.credit_limit = CreditLimit::Refused;
    assert_eq!(desk.refused("Purchase/Bill/Service", body).0, "CreditLimitExceeded");
}

#[test]
fn invoices_and_bills_move_stock_and_open_orders_hold_it() {
    let mut desk = Desk::au();
    let (customer, supplier) = (desk.customer("Acme"), desk.supplier("Steel Co"));
    let stock = |desk: &mut Desk| {
        let row = &desk.items("Inventory/Item?$filter=Number eq 'BRK90'")[0];
        ["QuantityOnHand", "QuantityCommitted", "QuantityOnOrder", "QuantityAvailable"]
            .map(|name| row[name].as_i64().expect("pieces"))
    };
    assert_eq!(stock(&mut desk), [500, 0, 0, 500]);
    let sale = desk.sale(&customer, "20", "10");
    let order = desk.post("Sale/Order/Item", sale.clone());
    let invoice = desk.post("Sale/Invoice/Item", sale);
    let (gst, item) = (desk.tax("GST"), desk.item("BRK90"));
    let purchase = json!({"Supplier": supplier, "FreightTaxCode": gst,
        "Lines": [{"Item": item, "BillQuantity": 7, "UnitPrice": 2, "TaxCode": gst}]});
    desk.post("Purchase/Order/Item", purchase.clone());
    desk.post("Purchase/Bill/Item", purchase);
    assert_eq!(stock(&mut desk), [487, 20, 7, 474]);
    desk.delete("Sale/Order/Item", &order);
    desk.delete("Sale/Invoice/Item", &invoice);
    assert_eq!(stock(&mut desk), [507, 0, 7, 514]);
    desk.switches.stock_check = StockCheck::Refused;
    let too_many = desk.sale(&customer, "508", "10");
    assert_eq!(desk.refused("Sale/Invoice/Item", too_many.clone()).1, "BRK90");
    desk.switches.stock_check = StockCheck::Off;
    desk.post("Sale/Invoice/Item", too_many);
}

#[test]
fn a_credit_note_is_a_negative_quantity_at_a_positive_price() {
    let mut desk = Desk::au();
    let customer = desk.customer("Acme");
    let body = desk.sale(&customer, "1", "-10");
    assert_eq!(desk.refused("Sale/Invoice/Item", body).1, "Lines[0].UnitPrice");
    let body = desk.sale(&customer, "-1", "10");
    let credit = desk.post("Sale/Invoice/Item", body);
    assert_eq!((&credit["TotalAmount"], &credit["Status"]), (&json!(-11.0), &json!("Credit")));
    let supplier = desk.supplier("Steel Co");
    let body = desk.purchase(&supplier, "-50");
    assert_eq!(desk.post("Purchase/Bill/Service", body)["Status"], "Debit");
}

#[test]
fn real_lengths_are_shorter_than_the_pages_say() {
    let mut desk = Desk::au();
    let customer = desk.customer("Acme");
    for (member, most) in
        [("Number", 13), ("CustomerPurchaseOrderNumber", 20), ("ShippingMethod", 20), ("Comment", 255)]
    {
        let mut body = desk.sale(&customer, "1", "10");
        body[member] = json!("x".repeat(most));
        desk.post("Sale/Invoice/Item", body.clone());
        body[member] = json!("x".repeat(most + 1));
        let (name, details) = desk.refused("Sale/Invoice/Item", body);
        assert_eq!((name.as_str(), details.as_str()), ("ValidationError", member));
    }
}

#[test]
fn inactive_links_are_refused_or_taken() {
    let mut desk = Desk::au();
    let customer = desk.customer("Acme");
    desk.act(json!({"do": "archive", "uid": customer["UID"]}));
    let body = desk.sale(&customer, "1", "10");
    assert_eq!(desk.refused("Sale/Invoice/Item", body.clone()).1, "Customer");
    desk.switches.inactive_links = InactiveLinks::Allowed;
    desk.post("Sale/Invoice/Item", body);
}

#[test]
fn an_item_document_may_carry_a_line_by_account_alone() {
    let mut desk = Desk::au();
    let customer = desk.customer("Acme");
    let mut body = desk.sale(&customer, "1", "10");
    let (gst, account) = (desk.tax("GST"), desk.account("4-2000"));
    let fee = json!({"Account": account, "Description": "Card fee", "Total": 2, "TaxCode": gst});
    body["Lines"] = json!([body["Lines"][0], fee]);
    assert_eq!(desk.post("Sale/Invoice/Item", body)["TotalAmount"], 13.2);
}

#[test]
fn a_service_line_is_priced_by_units_or_by_its_total() {
    let mut desk = Desk::au();
    let customer = desk.customer("Acme");
    let (gst, account) = (desk.tax("GST"), desk.account("4-1000"));
    let body = json!({"Customer": customer, "IsTaxInclusive": false,
        "Lines": [{"Account": account, "UnitCount": number("2.5"), "UnitPrice": 95, "TaxCode": gst},
            {"Account": account, "Total": -7.5, "TaxCode": gst}]});
    assert_eq!(desk.post("Sale/Invoice/Service", body)["Subtotal"], 230.0);
}

#[test]
fn professional_and_miscellaneous_documents_are_taken_and_time_billing_is_a_persons() {
    let mut desk = Desk::au();
    let customer = desk.customer("Acme");
    let (gst, account, item) = (desk.tax("GST"), desk.account("4-1000"), desk.item("LABOUR"));
    let body = json!({"Customer": customer, "IsTaxInclusive": false,
        "Lines": [{"Account": account, "Total": 10, "TaxCode": gst}]});
    desk.post("Sale/Invoice/Professional", body.clone());
    desk.post("Sale/Invoice/Miscellaneous", body);
    let hours = json!({"Customer": customer, "IsTaxInclusive": false,
        "Lines": [{"Item": item, "Hours": 2, "Rate": 95, "TaxCode": gst}]});
    let (status, name, ..) = desk.refusal("POST", "Sale/Invoice/TimeBilling", &hours);
    assert_eq!((status, name.as_str()), (501, "NotModelled"));
    let entered = desk.act(json!({"do": "create", "path": "Sale/Invoice/TimeBilling", "set": hours}));
    assert_eq!(desk.again("Sale/Invoice/TimeBilling", &entered)["TotalAmount"], 209.0);
    let types: Vec<Value> =
        desk.items("Sale/Invoice?$orderby=Number").iter().map(|row| row["InvoiceType"].clone()).collect();
    assert_eq!(types, ["Professional", "Miscellaneous", "TimeBilling"]);
}

#[test]
fn freight_beside_a_line_by_account_alone_is_not_modelled() {
    let mut desk = Desk::au();
    let customer = desk.customer("Acme");
    let (gst, account) = (desk.tax("GST"), desk.account("4-1000"));
    let mut body = desk.sale(&customer, "1", "10");
    body["Lines"] = json!([body["Lines"][0], {"Account": account, "Total": 2, "TaxCode": gst}]);
    (body["Freight"], body["FreightTaxCode"]) = (json!(5), gst);
    assert_eq!(desk.refusal("POST", "Sale/Invoice/Item", &body).0, 501);
    body["Freight"] = json!(0);
    desk.post("Sale/Invoice/Item", body);
}
