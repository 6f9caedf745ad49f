use super::Desk;
use crate::myob::switches::UniqueNumbers;
use serde_json::{Value, json};

#[test]
fn a_customer_needs_a_name_and_two_tax_codes_and_is_told_of_all_that_is_missing() {
    let mut desk = Desk::au();
    let (status, answer) = desk.send("POST", "Contact/Customer", &json!({"CompanyName": " "}));
    assert_eq!(status, 400);
    let details: Vec<&str> = answer["Errors"]
        .as_array()
        .expect("errors")
        .iter()
        .filter_map(|error| error["AdditionalDetails"].as_str())
        .collect();
    assert_eq!(details, ["IsIndividual", "CompanyName", "SellingDetails.TaxCode", "SellingDetails.FreightTaxCode"]);
    assert_eq!(answer["Errors"][1]["Message"], "CompanyName is required");
    let (status, answer) = desk.send("POST", "Contact/Supplier", &json!({"IsIndividual": true, "LastName": "Park"}));
    assert_eq!((status.as_u16(), answer["Errors"].as_array().map(Vec::len)), (400, Some(3)));
}

#[test]
fn a_card_reads_back_as_it_was_sent() {
    let mut desk = Desk::au();
    let gst = desk.tax("GST");
    let card = desk.post(
        "Contact/Customer",
        json!({"CompanyName": "Acme Joinery Pty Ltd",
        "IsIndividual": false, "DisplayID": "CUS000017",
        "Addresses": [{"Location": 1, "Street": "12 Mill Rd\nUnit 2", "City": "Geelong", "Email": "ap@acme.example"}],
        "Nonsense": {"Any": []},
        "SellingDetails": {"SaleLayout": "Item", "InvoiceDelivery": "Print", "ABN": "51 824 753 556",
            "TaxCode": gst, "FreightTaxCode": gst,
            "Terms": {"PaymentIsDue": "InAGivenNumberOfDays", "BalanceDueDate": 14}}}),
    );
    assert_eq!((&card["DisplayID"], &card["IsActive"]), (&json!("CUS000017"), &json!(true)));
    assert_eq!(card["Addresses"][0]["Street"], "12 Mill Rd\nUnit 2");
    assert_eq!(card["SellingDetails"]["TaxCode"]["Code"], "GST");
    assert_eq!(card.get("Nonsense"), None);
    let link = json!({"UID": card["UID"]});
    let invoice = desk.invoice(&link, "100");
    assert_eq!(invoice["Terms"]["DueDate"], "2026-12-05T00:00:00", "the card's terms");
    assert_eq!(desk.again("Contact/Customer", &card)["CurrentBalance"], 110.0);
}

#[test]
fn a_display_id_is_unique_unless_it_is_none() {
    let mut desk = Desk::au();
    let gst = desk.tax("GST");
    let mut body = json!({"CompanyName": "Acme", "IsIndividual": false, "DisplayID": "C1",
        "SellingDetails": {"TaxCode": gst, "FreightTaxCode": gst}});
    desk.post("Contact/Customer", body.clone());
    assert_eq!(desk.refused("Contact/Customer", body.clone()), ("Duplicate".into(), "DisplayID".into()));
    desk.switches.display_ids = UniqueNumbers::Off;
    desk.post("Contact/Customer", body.clone());
    desk.switches.display_ids = UniqueNumbers::Reject;
    body["DisplayID"].take();
    assert_eq!(desk.post("Contact/Customer", body.clone())["DisplayID"], "*None");
    desk.post("Contact/Customer", body);
}

#[test]
fn malformed_parts_of_a_card_are_refused() {
    let mut desk = Desk::au();
    let gst = desk.tax("GST");
    let card = |set: &dyn Fn(&mut Value)| {
        let details = json!({"TaxCode": gst, "FreightTaxCode": gst});
        let mut body = json!({"CompanyName": "Acme", "IsIndividual": false, "SellingDetails": details});
        set(&mut body);
        body
    };
    for (body, details) in [
        (card(&|body| body["SellingDetails"]["ABN"] = json!("51 824 753")), "SellingDetails.ABN"),
        (card(&|body| body["Addresses"] = json!([{"Location": 6}])), "Addresses[0].Location"),
        (card(&|body| body["CompanyName"] = json!("x".repeat(51))), "CompanyName"),
        (card(&|body| body["Addresses"] = json!([{"Location": 1, "Phone1": "x".repeat(22)}])), "Addresses[0].Phone1"),
    ] {
        assert_eq!(desk.refused("Contact/Customer", body), ("ValidationError".into(), details.into()));
    }
    desk.post("Contact/Customer", card(&|body| body["SellingDetails"]["ABN"] = json!("51824753556")));
}

#[test]
fn a_card_with_transactions_is_made_inactive_and_not_deleted() {
    let mut desk = Desk::au();
    let customer = desk.customer("Acme");
    let invoice = desk.invoice(&customer, "1");
    assert_eq!(desk.delete("Contact/Customer", &customer), 400);
    let mut card = desk.again("Contact/Customer", &customer);
    card["IsActive"] = json!(false);
    assert_eq!(desk.put("Contact/Customer", &card)["IsActive"], false);
    desk.delete("Sale/Invoice/Item", &invoice);
    assert_eq!(desk.delete("Contact/Customer", &customer), 200);
}

#[test]
fn all_cards_are_one_list_with_their_type() {
    let mut desk = Desk::au();
    desk.customer("Acme");
    desk.supplier("Steel Co");
    desk.post("Contact/Personal", json!({"LastName": "Park", "FirstName": "Jo", "IsIndividual": true}));
    let types: Vec<Value> = desk.items("Contact?$orderby=Type").iter().map(|row| row["Type"].clone()).collect();
    assert_eq!(types, ["Customer", "Employee", "Personal", "Supplier"]);
    let supplier = &desk.items("Contact?$filter=Type eq 'Supplier'")[0];
    assert_eq!((&supplier["CompanyName"], supplier.get("BuyingDetails")), (&json!("Steel Co"), None));
    let (status, ..) =
        desk.refusal("POST", "Contact/Employee", &json!({"LastName": "x", "FirstName": "y", "IsIndividual": true}));
    assert_eq!(status, 501);
}

#[test]
fn a_cards_credit_says_what_is_left_of_it_and_what_is_late() {
    let mut desk = Desk::au();
    let gst = desk.tax("GST");
    let details = json!({"TaxCode": gst, "FreightTaxCode": gst, "Credit": {"Limit": 1000, "PastDue": 7}});
    let card = json!({"CompanyName": "Acme", "IsIndividual": false, "SellingDetails": details});
    let card = desk.post("Contact/Customer", card);
    let customer = json!({"UID": card["UID"]});
    let invoice = desk.invoice(&customer, "100");
    let credit = |desk: &mut Desk| desk.again("Contact/Customer", &card)["SellingDetails"]["Credit"].clone();
    assert_eq!(credit(&mut desk), json!({"Limit": 1000.0, "Available": 890.0, "PastDue": 0.0, "OnHold": false}));
    desk.later(31 * 86_400);
    assert_eq!(credit(&mut desk)["PastDue"], 110.0, "its thirty days are over");
    let body = desk.payment(&customer, &[(&invoice, "110")]);
    desk.post("Sale/CustomerPayment", body);
    assert_eq!(credit(&mut desk), json!({"Limit": 1000.0, "Available": 1000.0, "PastDue": 0.0, "OnHold": false}));
}
