use super::Desk;
use serde_json::{Value, json};

#[test]
fn each_malformed_member_gets_its_own_code() {
    let mut desk = Desk::au();
    let long = "x".repeat(501);
    for (target, body, code, element) in [
        ("customer", r#"{"DisplayName":"A","Colour":"red"}"#.to_owned(), "2010", ""),
        ("customer", r#"{"displayname":"A"}"#.to_owned(), "2010", ""),
        ("customer", r#"{"DisplayName":"A","BillAddr":{"Street":"x"}}"#.to_owned(), "2010", ""),
        ("customer", "[]".to_owned(), "2010", ""),
        ("customer", "{".to_owned(), "2010", ""),
        ("customer", format!(r#"{{"DisplayName":"{long}"}}"#), "2050", "DisplayName"),
        ("customer", r#"{"DisplayName":"A","OpenBalanceDate":"21/11/2026"}"#.to_owned(), "2060", "OpenBalanceDate"),
        ("customer", r#"{"DisplayName":"A","OpenBalanceDate":"2026-02-30"}"#.to_owned(), "2070", "OpenBalanceDate"),
        ("term", r#"{"Name":"T","DueDays":"soon"}"#.to_owned(), "2080", "DueDays"),
        ("term", r#"{"Name":"T","DueDays":1000}"#.to_owned(), "2240", "DueDays"),
        ("vendor", r#"{"DisplayName":"A","BillRate":"cheap"}"#.to_owned(), "2100", "BillRate"),
        ("vendor", r#"{"DisplayName":"A","BillRate":1e99}"#.to_owned(), "2110", "BillRate"),
        (
            "customer",
            r#"{"DisplayName":"A","PreferredDeliveryMethod":"Fax"}"#.to_owned(),
            "2170",
            "PreferredDeliveryMethod",
        ),
        ("customer", r#"{"DisplayName":"A","WebAddr":{"URI":"no site"}}"#.to_owned(), "2200", "URI"),
        ("customer", r#"{"DisplayName":"A","PrimaryEmailAddr":{"Address":"a@b"}}"#.to_owned(), "2210", "Address"),
        ("customer", r#"{"DisplayName":"A","CurrencyRef":{"value":"dollar"}}"#.to_owned(), "2220", "CurrencyRef"),
        ("customer", r#"{"DisplayName":"A","Active":"maybe"}"#.to_owned(), "2230", "Active"),
        ("customer", r#"{"Id":"x","SyncToken":"0"}"#.to_owned(), "2030", "Id"),
        ("customer", r#"{"Id":"60"}"#.to_owned(), "610", ""),
        ("customer", r#"{"DisplayName":"A","SalesTermRef":{"value":"99"}}"#.to_owned(), "2500", "SalesTermRef"),
    ] {
        let (found, detail, on) = desk.fault("POST", target, &body);
        assert_eq!((found.as_str(), on.as_str()), (code, element), "{body}: {detail}");
    }
}

#[test]
fn a_property_that_does_not_exist_is_named_in_the_detail() {
    let (_, detail, _) = Desk::au().fault("POST", "customer", r#"{"DisplayName":"A","Colour":"red"}"#);
    assert_eq!(
        detail,
        r#"Property Name:Unrecognized field "Colour" (Class Customer) specified is unsupported or invalid"#
    );
}

#[test]
fn a_member_that_the_books_do_not_keep_may_be_sent_empty_and_is_a_gap_else() {
    let mut desk = Desk::au();
    let vendor =
        desk.id("vendor", r#"{"DisplayName":"Bolt Co","Organization":false,"GSTIN":"","ParentRef":{"value":""}}"#);
    let note = format!(
        r#"{{"Note":"n","AttachableRef":[{{"EntityRef":{{"type":"Vendor","value":"{vendor}"}},"CustomField":[]}}]}}"#
    );
    desk.post("attachable", &note);
    for (target, body, gap) in [
        ("vendor", r#"{"DisplayName":"B","Organization":true}"#.to_owned(), "Vendor.Organization"),
        ("attachable", note.replace("[]", r#"[{"Name":"x"}]"#), "AttachableRef.CustomField"),
    ] {
        let (status, answer) = desk.send("POST", target, &body);
        let detail = answer["Fault"]["Error"][0]["Detail"].as_str().expect("detail").to_owned();
        assert_eq!(status, 501, "{answer}");
        assert_eq!(detail, format!("the emulator does not model {gap}; leave it out"));
    }
}

#[test]
fn the_type_of_a_reference_counts_only_where_several_kinds_are_possible() {
    let mut desk = Desk::au();
    for kind in ["", "Term", "Cow"] {
        let body = format!(
            r#"{{"DisplayName":"A{kind}","SalesTermRef":{{"value":"3","name":"","type":"{kind}"}},"CurrencyRef":{{"value":"AUD","type":"{kind}"}}}}"#
        );
        assert_eq!(desk.post("customer", &body)["SalesTermRef"], json!({"value": "3", "name": "Net 30"}));
    }
    for (kind, code) in [("", "2020"), ("Cow", "6050")] {
        let body = format!(r#"{{"Note":"n","AttachableRef":[{{"EntityRef":{{"type":"{kind}","value":"58"}}}}]}}"#);
        assert_eq!(desk.code("attachable", &body), code);
    }
}

#[test]
fn an_id_of_zero_is_a_row_that_is_still_to_be_made() {
    let mut desk = Desk::au();
    assert_eq!(desk.post("customer", r#"{"Id":0,"SyncToken":0,"DisplayName":"A"}"#)["SyncToken"], "0");
    assert_eq!(desk.code("customer?operation=update", r#"{"Id":"-1","SyncToken":"0","DisplayName":"B"}"#), "2030");
}

#[test]
fn read_only_members_and_the_envelope_of_an_answer_may_be_sent_back() {
    let mut desk = Desk::au();
    let mut row = desk.post("customer", r#"{"DisplayName":"A","Notes":"n"}"#);
    row["Balance"] = json!(99);
    row["FullyQualifiedName"] = json!("nonsense");
    let back = desk.post("customer", &row.to_string());
    assert_eq!(
        (&back["SyncToken"], &back["Balance"], &back["FullyQualifiedName"]),
        (&json!("1"), &json!(0), &json!("A"))
    );
}

#[test]
fn numbers_are_read_by_their_digits_and_texts_take_numbers() {
    let mut desk = Desk::au();
    let vendor = desk.post("vendor", r#"{"DisplayName":"A","BillRate":92.56333330,"AcctNum":7781}"#);
    assert_eq!(vendor["BillRate"].to_string(), "92.5633333");
    assert_eq!(vendor["AcctNum"], "7781");
    assert_eq!(desk.post("vendor", r#"{"DisplayName":"B","BillRate":"12.50"}"#)["BillRate"].to_string(), "12.5");
}

#[test]
fn a_stale_sync_token_is_refused_and_a_missing_one_named() {
    let mut desk = Desk::au();
    let id = desk.customer("A");
    let update = |token: &str| format!(r#"{{"Id":"{id}","SyncToken":"{token}","sparse":true,"Notes":"x"}}"#);
    assert_eq!(desk.post("customer?operation=update", &update("0"))["SyncToken"], "1");
    let (code, detail, _) = desk.fault("POST", "customer", &update("0"));
    assert_eq!(code, "5010");
    assert!(detail.starts_with("Stale Object Error : You and J Smith were working on this"), "{detail}");
    let (code, detail, element) = desk.fault("POST", "customer", &format!(r#"{{"Id":"{id}","sparse":true}}"#));
    assert_eq!((code.as_str(), element.as_str()), ("2020", "SyncToken"));
    assert_eq!(detail, "Required parameter SyncToken is missing in the request");
}

#[test]
fn a_sparse_update_changes_what_was_sent_and_a_full_one_empties_the_rest() {
    let mut desk = Desk::au();
    let id = desk.id("customer", r#"{"DisplayName":"A","Notes":"n","ResaleNum":"r","BillAddr":{"Line1":"1 St"}}"#);
    let update = |token: &str, rest: &str| format!(r#"{{"Id":"{id}","SyncToken":"{token}",{rest}}}"#);
    let sparse = desk.post("customer", &update("0", r#""sparse":true,"Notes":"m","ResaleNum":"""#));
    assert_eq!(
        (&sparse["Notes"], &sparse["ResaleNum"], &sparse["BillAddr"]["Line1"]),
        (&json!("m"), &Value::Null, &json!("1 St"))
    );
    let full = desk.post("customer", &update("1", r#""DisplayName":"A""#));
    assert_eq!((&full["Notes"], &full["BillAddr"], &full["Active"]), (&Value::Null, &Value::Null, &json!(true)));
    assert_eq!(full["Balance"], json!(0));
}

#[test]
fn a_failed_write_leaves_no_trace() {
    let mut desk = Desk::au();
    let before = format!("{:?}", desk.books);
    desk.code("item", r#"{"Name":"W","Type":"Service","IncomeAccountRef":{"value":"1"},"SubItem":true}"#);
    desk.code("customer", r#"{"DisplayName":"A","Job":true}"#);
    assert_eq!(format!("{:?}", desk.books), before);
}

#[test]
fn operations_that_an_entity_does_not_have_are_refused() {
    let mut desk = Desk::au();
    let id = desk.customer("A");
    for (method, target, body) in [
        ("POST", "customer?operation=delete".to_owned(), format!(r#"{{"Id":"{id}","SyncToken":"0"}}"#)),
        ("POST", "customer?operation=void".to_owned(), format!(r#"{{"Id":"{id}","SyncToken":"0"}}"#)),
        ("POST", "customer?operation=merge".to_owned(), "{}".to_owned()),
        ("POST", "taxcode".to_owned(), r#"{"Name":"X"}"#.to_owned()),
        ("POST", "companyinfo".to_owned(), r#"{"CompanyName":"X"}"#.to_owned()),
        ("PUT", format!("customer/{id}"), String::new()),
        ("DELETE", format!("customer/{id}"), String::new()),
        ("GET", "customer".to_owned(), String::new()),
    ] {
        let (code, _, _) = desk.fault(method, &target, &body);
        assert_eq!(code, "500", "{method} {target}");
    }
    let (_, detail, _) = desk.fault("POST", "customer", "not \u{0}json");
    assert!(detail.contains("failed to parse json object"), "{detail}");
    let reply = desk.call("POST", "customer", &[0xff, 0xfe]);
    assert!(String::from_utf8_lossy(&reply.body).contains("MalformedByteSequenceException"));
}

#[test]
fn what_is_not_modelled_is_named_and_what_does_not_exist_is_not_found() {
    let mut desk = Desk::au();
    for target in
        ["journalentry", "timeactivity", "transfer", "customertype", "companycurrency", "reports/ProfitAndLoss"]
    {
        let (status, answer) = desk.send("GET", target, "");
        assert_eq!((status.as_u16(), &answer["Fault"]["type"]), (501, &json!("SystemFault")), "{target}");
    }
    for target in ["invoices", "Invoice", "nothing", ""] {
        assert_eq!(desk.send("GET", target, "").0, 404, "{target}");
    }
}
