use super::Desk;
use crate::myob::switches::{ConsolidatedCodes, OfflineFile};
use serde_json::{Value, json};

#[test]
fn a_value_of_the_wrong_type_is_told_with_its_place() {
    let mut desk = Desk::au();
    let body = br#"{"lines":[{"Account":{"uid":""}}]}"#;
    let reply = desk.call("POST", "Sale/Invoice/Service", "", body);
    let answer: Value = serde_json::from_slice(&reply.body).expect("json");
    assert_eq!((reply.status.as_u16(), &answer["Errors"][0]["ErrorCode"]), (400, &json!(50)));
    assert_eq!(
        answer["Errors"][0]["AdditionalDetails"],
        "Error converting value \"\" to type 'System.Guid'. Path 'lines[0].Account.uid', line 1, position 30."
    );
    for body in [
        json!({"Date": "21/11/2026"}),
        json!({"IsTaxInclusive": "perhaps"}),
        json!({"Lines": {}}),
        json!({"Lines": [{"Total": "ten"}]}),
        json!({"Lines": [{"Type": "Remark"}]}),
        json!({"Comment": {"a": 1}}),
        json!({"Customer": "x"}),
        json!({"Lines": [{"Total": 1e14}]}),
        json!([]),
    ] {
        assert_eq!(desk.refused("Sale/Invoice/Service", body.clone()).0, "SerializationError", "{body}");
    }
    assert_eq!(desk.call("POST", "Sale/Invoice/Service", "", b"").status, 400);
    assert_eq!(desk.call("POST", "Sale/Invoice/Service", "", b"\xff").status, 400);
}

#[test]
fn every_missing_member_of_a_document_is_named() {
    let mut desk = Desk::au();
    let (_, answer) = desk.send("POST", "Sale/Invoice/Item", &json!({"Lines": [{"ShipQuantity": 1}]}));
    let details: Vec<&str> = answer["Errors"]
        .as_array()
        .expect("errors")
        .iter()
        .filter_map(|error| error["AdditionalDetails"].as_str())
        .collect();
    assert_eq!(details, ["Customer", "Lines[0].TaxCode", "Lines[0].Item"]);
    let customer = desk.customer("Acme");
    assert_eq!(desk.refused("Sale/Invoice/Item", json!({"Customer": customer})).1, "Lines");
    desk.switches.lines_required = false;
    desk.post("Sale/Invoice/Item", json!({"Customer": customer}));
}

#[test]
fn a_link_to_nothing_is_told_with_its_path() {
    let mut desk = Desk::au();
    let customer = desk.customer("Acme");
    let mut body = desk.sale(&customer, "1", "1");
    body["Lines"][0]["Item"] = customer.clone();
    let (_, name, code, details) = desk.refusal("POST", "Sale/Invoice/Item", &body);
    assert_eq!((name.as_str(), code, details.as_str()), ("NotFound", Some(150), "Lines[0].Item"));
}

#[test]
fn headers_control_accounts_and_codes_have_their_places() {
    let mut desk = Desk::au();
    let (customer, supplier) = (desk.customer("Acme"), desk.supplier("Steel Co"));
    let line = |desk: &mut Desk, account: &str, code: &str| {
        let (account, code) = (desk.account(account), desk.tax(code));
        json!({"Account": account, "Total": 1, "TaxCode": code})
    };
    let sale = |line: Value| json!({"Customer": customer, "Lines": [line]});
    for (account, code, name) in [
        ("4-0000", "GST", "AccountHeaderNotAllowed"),
        ("1-1220", "GST", "AccountNotPostable"),
        ("4-1000", "INP", "InvalidTaxCode"),
        ("4-1000", "DUT", "InvalidTaxCode"),
        ("4-1000", "GCN", "ConsolidatedTaxCode"),
    ] {
        let line = line(&mut desk, account, code);
        assert_eq!(desk.refused("Sale/Invoice/Service", sale(line)).0, name);
    }
    let mut with_header = line(&mut desk, "4-1000", "GST");
    with_header["Job"] = desk.link("GeneralLedger/Job", "Number eq '1000'");
    assert_eq!(desk.refused("Sale/Invoice/Service", sale(with_header)).0, "Line_JobHeaderNotAllowed");
    let gst = desk.tax("GST");
    let debtors = line(&mut desk, "1-1220", "GST");
    let bill = json!({"Supplier": supplier, "FreightTaxCode": gst, "Lines": [debtors]});
    assert_eq!(desk.refusal("POST", "Purchase/Bill/Service", &bill).2, Some(25006));
    let taxed = line(&mut desk, "5-1200", "INP");
    desk.post("Purchase/Bill/Service", json!({"Supplier": supplier, "FreightTaxCode": gst, "Lines": [taxed]}));
    desk.switches.consolidated_codes = ConsolidatedCodes::Allowed;
    let line = line(&mut desk, "4-1000", "GCN");
    desk.post("Sale/Invoice/Service", sale(line));
}

#[test]
fn a_job_on_every_line_is_asked_for_by_switch() {
    let mut desk = Desk::with(|switches| switches.jobs_required = true);
    let customer = desk.customer("Acme");
    let mut body = desk.sale(&customer, "1", "1");
    assert_eq!(desk.refused("Sale/Invoice/Item", body.clone()).1, "JobId:(SaleEventLine)");
    body["Lines"][0]["Job"] = desk.link("GeneralLedger/Job", "Number eq '1042'");
    desk.post("Sale/Invoice/Item", body);
}

#[test]
fn terms_out_of_range_are_refused() {
    let mut desk = Desk::au();
    let customer = desk.customer("Acme");
    let mut body = desk.sale(&customer, "1", "1");
    body["Terms"] = json!({"PaymentIsDue": "InAGivenNumberOfDays", "BalanceDueDate": -1});
    assert_eq!(
        desk.refused("Sale/Invoice/Item", body.clone()),
        ("Term_Out_Of_Range".into(), "Terms.BalanceDueDate".into())
    );
    body["Terms"] = json!({"PaymentIsDue": "InAGivenNumberOfDays", "DiscountForEarlyPayment": 101});
    assert_eq!(desk.refused("Sale/Invoice/Item", body).0, "ValidationError");
}

#[test]
fn what_is_not_modelled_is_refused_with_its_name() {
    let mut desk = Desk::au();
    let customer = desk.customer("Acme");
    let mut body = desk.sale(&customer, "1", "1");
    body["ForeignCurrency"] = json!({"UID": "11111111-2222-4333-8444-555555555555"});
    let (status, answer) = desk.send("POST", "Sale/Invoice/Item", &body);
    assert_eq!(
        (status.as_u16(), &answer["Errors"][0]["Message"]),
        (501, &json!("the emulator does not model foreign currency (ForeignCurrency)"))
    );
    for (method, path) in [
        ("GET", "GeneralLedger/GeneralJournal"),
        ("GET", "Report/BalanceSheetSummary"),
        ("POST", "Sale/CustomerPayment/CalculateDiscountsFees"),
        ("GET", "Payroll/Wage"),
    ] {
        assert_eq!(desk.send(method, path, &json!({})).0, 501, "{path}");
    }
    assert_eq!(desk.refusal("GET", "Purchase/PaymentTxn", &Value::Null).2, Some(31001));
}

#[test]
fn a_read_only_file_takes_no_writes_and_one_that_is_offline_nothing() {
    let mut desk = Desk::au();
    let customer = desk.customer("Acme");
    let body = desk.sale(&customer, "1", "1");
    desk.act(json!({"do": "make_read_only", "read_only": true}));
    let (status, answer) = desk.send("POST", "Sale/Invoice/Item", &body);
    assert_eq!((status.as_u16(), &answer["ErrorCode"]), (403, &json!("AccessDenied")));
    assert_eq!(desk.get("Company")["ReadOnly"], true);
    desk.act(json!({"do": "take_offline"}));
    assert_eq!(desk.send("GET", "Company", &Value::Null).0, 403);
    desk.switches.offline_file = OfflineFile::Unavailable;
    assert_eq!(desk.send("GET", "Company", &Value::Null).0, 503);
    desk.switches.offline_file = OfflineFile::Locked;
    let (status, answer) = desk.send("GET", "Company", &Value::Null);
    assert_eq!((status.as_u16(), &answer["businessId"]), (423, &json!("7d3f2a10-8a1c-4a60-9b0e-2c5a90c3b111")));
    desk.act(json!({"do": "bring_online"}));
    desk.act(json!({"do": "make_read_only", "read_only": false}));
    desk.post("Sale/Invoice/Item", body);
}

#[test]
fn a_discount_beyond_the_whole_and_a_total_beyond_reason_are_refused() {
    let mut desk = Desk::au();
    let customer = desk.customer("Acme");
    let mut body = desk.sale(&customer, "1", "1");
    body["Lines"][0]["DiscountPercent"] = json!(101);
    assert_eq!(desk.refused("Sale/Invoice/Item", body).1, "Lines[0].DiscountPercent");
    let body = desk.sale(&customer, "9999999999999", "9999999999999");
    assert_eq!(desk.refused("Sale/Invoice/Item", body).1, "Lines[0].Total");
}

#[test]
fn a_file_that_somebody_has_checked_out_is_read_and_not_written() {
    let mut desk = Desk::au();
    let customer = desk.customer("Acme");
    let body = desk.sale(&customer, "1", "1");
    desk.act(json!({"do": "check_out"}));
    assert_eq!(desk.send("POST", "Sale/Invoice/Item", &body).0, 403);
    assert_eq!(desk.get("Company")["ReadOnly"], false, "its subscription has not lapsed");
    assert_eq!(desk.books.checked_out(), Some(desk.now));
    desk.act(json!({"do": "check_in"}));
    desk.post("Sale/Invoice/Item", body);
}
