use super::Desk;
use crate::qbo::books::Country;
use crate::qbo::switches::{ChangesTooOld, MaxResultsAbove};
use serde_json::json;

#[test]
fn a_query_answers_rows_a_count_or_nothing() {
    let mut desk = Desk::au();
    let first = desk.customer("Acme");
    desk.customer("Bolt");
    let (_, answer) = desk.send("GET", "query?query=select * from Customer where DisplayName = 'ACME'", "");
    let found = &answer["QueryResponse"];
    assert_eq!(
        (&found["startPosition"], &found["maxResults"], &found["Customer"][0]["Id"]),
        (&json!(1), &json!(1), &json!(first))
    );
    assert_eq!(answer["time"], "2026-11-20T17:00:00.000-08:00");
    assert_eq!(desk.query("select count(*) from customer"), json!({"totalCount": 2}));
    assert_eq!(desk.query("select * from Customer where DisplayName = 'None'"), json!({}));
}

#[test]
fn a_projection_makes_rows_sparse() {
    let mut desk = Desk::au();
    desk.customer("Acme");
    let found = desk.query("select DisplayName, MetaData.CreateTime from Customer");
    assert_eq!(
        found["Customer"][0],
        json!({"DisplayName": "Acme", "domain": "QBO", "sparse": true,
            "MetaData": {"CreateTime": "2026-11-21T12:00:00+11:00", "LastUpdatedTime": "2026-11-21T12:00:00+11:00"}})
    );
}

#[test]
fn the_sku_of_an_item_must_be_asked_for() {
    let mut desk = Desk::au();
    let id = desk.id("item", r#"{"Name":"Plate","Type":"NonInventory","Sku":"P-1"}"#);
    assert_eq!(desk.query("select * from Item where Sku = 'P-1'")["Item"][0]["Sku"], json!(null));
    assert_eq!(desk.query("select *, Sku from Item where Name = 'Plate'")["Item"][0]["Sku"], "P-1");
    assert_eq!(desk.get(&format!("item/{id}"))["Sku"], "P-1");
}

#[test]
fn conditions_compare_by_the_kind_of_the_property() {
    let mut desk = Desk::au();
    for (name, price) in [("A", "9.5"), ("B", "10"), ("C", "100.25")] {
        desk.post("item", &format!(r#"{{"Name":"{name}","Type":"NonInventory","UnitPrice":{price}}}"#));
    }
    for (rest, names) in [
        ("UnitPrice > '9.5'", vec!["B", "C"]),
        ("UnitPrice >= 9.50 and UnitPrice < 100", vec!["A", "B"]),
        ("Name in ('a', 'C')", vec!["A", "C"]),
        ("Type = 'noninventory' and Name like '%b%'", vec!["B"]),
        ("Id in ('3', '5', '99')", vec!["A", "C"]),
        ("Type = 'NonInventory' orderby UnitPrice desc", vec!["C", "B", "A"]),
        ("Type = 'NonInventory' order by UnitPrice startposition 2 maxresults 1", vec!["B"]),
        ("MetaData.CreateTime >= '2026-11-21T12:00:00+11:00'", vec!["A", "B", "C"]),
        ("MetaData.LastUpdatedTime > '2026-11-20T17:00:00-08:00'", vec![]),
        ("MetaData.LastUpdatedTime >= '2026-11-21'", vec!["A", "B", "C"]),
        ("MetaData.CreateTime < '2026-11-21T12:00:00'", vec!["Services", "Hours"]),
    ] {
        let found = desk.query(&format!("select Name from Item where {rest}"));
        let rows = found["Item"].as_array().cloned().unwrap_or_default();
        let found: Vec<&str> = rows.iter().filter_map(|row| row["Name"].as_str()).collect();
        assert_eq!(found, names, "{rest}");
    }
}

#[test]
fn inactive_rows_are_hidden_unless_the_statement_speaks_of_them() {
    let mut desk = Desk::au();
    let id = desk.customer("Acme");
    desk.post("customer", &format!(r#"{{"Id":"{id}","SyncToken":"0","sparse":true,"Active":false}}"#));
    assert!(desk.ids("Customer", "").is_empty());
    assert_eq!(desk.ids("Customer", "where Active = false"), [id.as_str()]);
    assert_eq!(desk.ids("Customer", "where Active in (true, false)"), [id.as_str()]);
    assert_eq!(desk.get(&format!("customer/{id}"))["Active"], json!(false));
}

#[test]
fn the_us_words_for_tax_codes_have_no_active_to_compare() {
    let mut desk = Desk::new(Country::Us);
    assert_eq!(desk.ids("TaxCode", ""), ["1", "2", "3", "4", "NON", "TAX"]);
    assert_eq!(desk.ids("TaxCode", "where Active = true"), ["1", "2", "3", "4"]);
    assert_eq!(desk.get("taxcode/TAX")["Taxable"], json!(true));
}

#[test]
fn what_cannot_be_asked_is_a_4001_with_its_reason() {
    let mut desk = Desk::au();
    for (statement, detail) in [
        ("select * from Customer where Notes = 'x'", "QueryValidationError: property 'Notes' is not queryable"),
        (
            "select * from Customer where Colour = 'x'",
            "QueryValidationError: Property Colour not found for Entity Customer",
        ),
        ("select Colour from Customer", "QueryValidationError: Property Colour not found for Entity Customer"),
        ("select * from Customer orderby Notes", "QueryValidationError: property 'Notes' is not sortable"),
        (
            "select * from Customer where Id > '1'",
            "QueryValidationError: operator Greater is not supported for property 'Id'",
        ),
        (
            "select * from Item where UnitPrice = 'x'",
            "QueryValidationError: value 'x' is not valid for property 'UnitPrice'",
        ),
        (
            "select * from Customer where Active = 'x'",
            "QueryValidationError: value 'x' is not valid for property 'Active'",
        ),
        (
            "select * from Customer startposition 0",
            "QueryValidationError: STARTPOSITION and MAXRESULTS must be 1 or more",
        ),
        ("select * from Cutomer", "QueryValidationError: Metadata not found for Entity: Cutomer"),
        ("select * from Customer where Id = '1' or Id = '2'", "QueryValidationError: OR is not supported"),
    ] {
        let (code, found, _) = desk.fault("POST", "query", statement);
        assert_eq!((code.as_str(), found.as_str()), ("4001", detail), "{statement}");
    }
    let (code, detail, _) = desk.fault("POST", "query", "select * from Customer where DisplayName = 'a''b'");
    assert_eq!(code, "4000");
    assert!(detail.starts_with("QueryParserError: Encountered"), "{detail}");
    assert_eq!(desk.fault("POST", "query", "select * from JournalEntry").0, "501");
}

#[test]
fn a_page_holds_a_hundred_rows_unless_asked_and_a_thousand_at_most() {
    let mut desk = Desk::au();
    for number in 0..1005 {
        desk.customer(&format!("C{number}"));
    }
    assert_eq!(desk.query("select Id from Customer")["maxResults"], json!(100));
    assert_eq!(desk.query("select Id from Customer maxresults 5000")["maxResults"], json!(1000));
    let last = desk.query("select Id from Customer startposition 1001 maxresults 1000");
    assert_eq!((&last["startPosition"], &last["maxResults"]), (&json!(1001), &json!(5)));
    assert_eq!(desk.query("select Id from Customer startposition 1006"), json!({}));
    desk.switches.max_results_above = MaxResultsAbove::Refused;
    assert_eq!(desk.code("query", "select Id from Customer maxresults 1001"), "4001");
    let (_, answer) = desk.send("GET", "cdc?entities=Customer,Vendor&changedSince=2026-11-20", "");
    assert_eq!(answer["CDCResponse"][0]["QueryResponse"][0]["totalCount"], json!(1000));
}

#[test]
fn a_query_may_lag_behind_creations_while_reads_do_not() {
    let mut desk = Desk::au();
    desk.switches.query_lag_seconds = 5;
    let id = desk.customer("Acme");
    assert!(desk.ids("Customer", "").is_empty());
    assert_eq!(desk.get(&format!("customer/{id}"))["Id"], json!(id));
    desk.later(5);
    assert_eq!(desk.ids("Customer", ""), [id]);
}

#[test]
fn changes_show_live_rows_by_time_and_deleted_ones_as_stubs() {
    let mut desk = Desk::au();
    let (first, second) = (desk.customer("Acme"), desk.customer("Bolt"));
    desk.later(60);
    let note = desk.id(
        "attachable",
        &format!(r#"{{"Note":"n","AttachableRef":[{{"EntityRef":{{"type":"Customer","value":"{first}"}}}}]}}"#),
    );
    desk.post("customer", &format!(r#"{{"Id":"{first}","SyncToken":"0","sparse":true,"Notes":"x"}}"#));
    desk.post("attachable?operation=delete", &format!(r#"{{"Id":"{note}","SyncToken":"0"}}"#));
    let (_, answer) = desk.send("GET", "cdc?entities=Customer,Vendor,Attachable&changedSince=2026-11-21T01:00:00Z", "");
    let shares = &answer["CDCResponse"][0]["QueryResponse"];
    assert_eq!(shares[0]["Customer"][0]["Id"], json!(second));
    assert_eq!(shares[0]["Customer"][1]["Notes"], "x");
    assert_eq!(shares[1], json!({}));
    assert_eq!(
        shares[2],
        json!({"Attachable": [{"domain": "QBO", "status": "Deleted", "Id": note, "MetaData": {"LastUpdatedTime": "2026-11-21T12:01:00+11:00"}}],
            "startPosition": 1, "maxResults": 1, "totalCount": 1})
    );
    let (_, answer) = desk.send("GET", "cdc?entities=customer&changedSince=2026-11-21T12:00:30%2B11:00", "");
    assert_eq!(answer["Fault"]["Error"][0]["code"], "2060");
    let (_, answer) = desk.send("GET", "cdc?entities=customer&changedSince=2026-11-21T12:00:30+11:00", "");
    assert_eq!(answer["CDCResponse"][0]["QueryResponse"][0]["maxResults"], json!(1));
}

#[test]
fn changes_reach_back_thirty_days_and_leave_tax_out() {
    let mut desk = Desk::au();
    for (target, code) in [
        ("cdc?entities=Customer&changedSince=2026-10-21", "4001"),
        ("cdc?entities=TaxCode&changedSince=2026-11-20", "4001"),
        ("cdc?entities=Nothing&changedSince=2026-11-20", "4001"),
        ("cdc?entities=JournalEntry&changedSince=2026-11-20", "501"),
        ("cdc?changedSince=2026-11-20", "2020"),
        ("cdc?entities=Customer", "2020"),
    ] {
        assert_eq!(desk.fault("GET", target, "").0, code, "{target}");
    }
    desk.switches.changes_too_old = ChangesTooOld::Clamped;
    assert_eq!(desk.send("GET", "cdc?entities=Customer&changedSince=2020-01-01", "").0, 200);
}
