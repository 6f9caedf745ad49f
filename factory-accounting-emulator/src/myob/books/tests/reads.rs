use super::{Country, Desk};
use crate::myob::switches::LastModifiedZone;
use serde_json::{Value, json};

#[test]
fn a_lost_document_is_found_by_its_number_and_customer() {
    let mut desk = Desk::au();
    let (customer, other) = (desk.customer("Acme"), desk.customer("Bolt & Co"));
    let mut body = desk.sale(&customer, "1", "1");
    body["Number"] = json!("SO1042");
    body["CustomerPurchaseOrderNumber"] = json!("PO'7");
    let invoice = desk.post("Sale/Invoice/Item", body);
    let found = |desk: &mut Desk, customer: &Value| {
        let uid = customer["UID"].as_str().expect("a UID").to_owned();
        desk.items(&format!("Sale/Invoice/Item?$filter=Number eq 'SO1042' and Customer/UID eq guid'{uid}'&$top=2"))
    };
    assert_eq!(found(&mut desk, &customer)[0]["UID"], invoice["UID"]);
    assert_eq!(found(&mut desk, &other).len(), 0);
    assert_eq!(desk.items("Sale/Invoice?$filter=CustomerPurchaseOrderNumber eq 'PO''7'").len(), 1);
    assert_eq!(desk.items("Sale/Invoice?$filter=Customer/Name eq 'Acme'").len(), 1);
}

#[test]
fn the_union_has_types_and_no_lines_and_the_typed_list_the_reverse() {
    let mut desk = Desk::au();
    let customer = desk.customer("Acme");
    desk.invoice(&customer, "1");
    let union = &desk.items("Sale/Invoice")[0];
    assert_eq!((union.get("Lines"), &union["InvoiceType"]), (None, &json!("Item")));
    assert!(union["URI"].as_str().is_some_and(|uri| uri.contains("/Sale/Invoice/Item/")));
    let typed = &desk.items("Sale/Invoice/Item")[0];
    assert_eq!((typed.get("InvoiceType"), typed["Lines"].as_array().map(Vec::len)), (None, Some(1)));
    desk.switches.typed_documents_name_layout = true;
    assert_eq!(desk.items("Sale/Invoice/Item?$filter=InvoiceType eq 'Item'")[0]["InvoiceType"], "Item");
    assert_eq!(desk.refusal("GET", "Sale/Invoice?$filter=Lines/any(x: x/Total eq 1)", &Value::Null).0, 400);
}

#[test]
fn an_unknown_property_is_refused() {
    let mut desk = Desk::au();
    assert_eq!(desk.refusal("GET", "Sale/Invoice/Item?$filter=Nummer eq 'x'", &Value::Null).1, "BadRequest");
}

#[test]
fn last_modified_is_in_the_files_time_or_in_utc() {
    for (zone, after, shown) in [
        (LastModifiedZone::FileLocal, "2026-11-21T11:00:00", "2026-11-21T11:00:00.000"),
        (LastModifiedZone::Utc, "2026-11-21T01:00:00", "2026-11-21T01:00:00.000"),
    ] {
        let mut desk = Desk::with(|switches| switches.last_modified_zone = zone);
        let customer = desk.customer("Acme");
        desk.later(0);
        let invoice = desk.invoice(&customer, "1");
        assert_eq!(invoice["LastModified"], shown, "{zone:?}");
        assert_eq!(desk.items(&format!("Sale/Invoice?$filter=LastModified ge datetime'{after}'")).len(), 1);
        assert_eq!(desk.items(&format!("Sale/Invoice?$filter=LastModified gt datetime'{after}'")).len(), 0);
    }
}

#[test]
fn the_files_clock_is_as_far_ahead_as_the_switch_says() {
    for (minutes, date) in
        [(Some(600), "2026-11-22T00:00:00"), (Some(0), "2026-11-21T00:00:00"), (None, "2026-11-22T00:00:00")]
    {
        let mut desk = Desk::with(|switches| switches.file_offset_minutes = minutes);
        desk.now = "2026-11-21T18:00:00Z".parse().expect("instant");
        let customer = desk.customer("Acme");
        let mut body = desk.sale(&customer, "1", "1");
        body["Date"].take();
        assert_eq!(desk.post("Sale/Invoice/Item", body)["Date"], date);
    }
    let job = json!({"Number": "9", "Name": "Gate"});
    assert_eq!(Desk::new(Country::Nz).post("GeneralLedger/Job", job)["LastModified"], "2026-11-21T13:00:00.000");
}

#[test]
fn a_row_is_tagged_by_its_version() {
    let mut desk = Desk::au();
    let customer = desk.customer("Acme");
    let target = format!("contact/CUSTOMER/{}/", customer["UID"].as_str().expect("a UID"));
    let reply = desk.call("GET", &target, "", b"");
    let body: Value = serde_json::from_slice(&reply.body).expect("json");
    assert_eq!(
        reply.headers["etag"].to_str().ok(),
        Some(format!("\"{}\"", body["RowVersion"].as_str().expect("text")).as_str())
    );
}

#[test]
fn printed_forms_are_refused_and_miscellaneous_documents_have_none() {
    let mut desk = Desk::au();
    let customer = desk.customer("Acme");
    let invoice = desk.invoice(&customer, "1");
    let target = format!("Sale/Invoice/Item/{}", invoice["UID"].as_str().expect("a UID"));
    let reply = desk.call("GET", &target, "application/pdf", b"");
    assert!(reply.status == 501 && String::from_utf8_lossy(&reply.body).contains("printed forms"));
    let (gst, account) = (desk.tax("GST"), desk.account("4-1000"));
    let plain = desk.post(
        "Sale/Invoice/Miscellaneous",
        json!({"Customer": customer, "Lines": [{"Account": account, "Total": 1, "TaxCode": gst}]}),
    );
    let target = format!("Sale/Invoice/Miscellaneous/{}", plain["UID"].as_str().expect("a UID"));
    assert_eq!(desk.call("GET", &target, "application/pdf", b"").status, 404);
}

#[test]
fn one_of_several_ids_or_numbers_is_found_without_a_scan_and_once() {
    let mut desk = Desk::au();
    let customer = desk.customer("Acme");
    let (one, other) = (desk.invoice(&customer, "1"), desk.invoice(&customer, "2"));
    desk.invoice(&customer, "3");
    let (a, b) = (one["UID"].as_str().expect("a UID"), other["UID"].as_str().expect("a UID"));
    assert_eq!(
        desk.items(&format!("Sale/Invoice?$filter=UID eq guid'{a}' or UID eq guid'{b}' or UID eq guid'{a}'")).len(),
        2
    );
    assert_eq!(desk.items("Sale/Invoice?$filter=Number eq '00000001' or Number eq '00000003'").len(), 2);
    assert_eq!(desk.refusal("GET", &format!("Sale/Invoice?$filter=UID eq '{a}'"), &Value::Null).0, 400);
}

#[test]
fn what_is_not_worked_out_is_null_and_no_query_can_ask_for_it() {
    let mut desk = Desk::au();
    let customer = desk.customer("Acme");
    let invoice = desk.invoice(&customer, "1");
    let item = &desk.items("Inventory/Item?$filter=Number eq 'BRK90'")[0];
    for (value, what) in [
        (item.get("AverageCost"), "AverageCost"),
        (item["BuyingDetails"].get("LastPurchasePrice"), "LastPurchasePrice"),
        (invoice["Lines"][0].get("CostOfGoodsSold"), "CostOfGoodsSold"),
    ] {
        assert_eq!(value, Some(&Value::Null), "{what}");
    }
    for target in [
        "Inventory/Item?$filter=AverageCost gt 1",
        "GeneralLedger/Account?$orderby=CurrentBalance",
        "Sale/Invoice/Item?$filter=Lines/any(x: x/CostOfGoodsSold gt 1)",
    ] {
        assert_eq!(desk.refusal("GET", target, &Value::Null).0, 501, "{target}");
    }
}

#[test]
fn a_next_page_is_asked_for_as_the_first_was() {
    let mut desk = Desk::au();
    let page = desk.get("GeneralLedger/Account?$top=2&$orderby=DisplayID&generateUris=false");
    let link = page["NextPageLink"].as_str().expect("a link");
    assert!(link.contains("generateUris=false") && link.contains("%24orderby=DisplayID"), "{link}");
    assert_eq!(page["Items"][0].get("URI"), None);
}
