use super::Desk;
use crate::qbo::books::Country;
use crate::qbo::switches::{InactiveReference, NameCase, NameCharacters, NamesOfInactive};
use serde_json::json;

const TAKEN: &str = "The name supplied already exists. : Another customer, vendor or employee is already using this name. Please use a different name.";

#[test]
fn a_new_customer_shows_what_quickbooks_fills_in() {
    let mut desk = Desk::au();
    let (_, answer) = desk.send(
        "POST",
        "customer",
        r#"{"DisplayName":"Acme Pty Ltd","PrimaryEmailAddr":{"Address":"ap@acme.test"}}"#,
    );
    assert_eq!(answer["time"], "2026-11-20T17:00:00.000-08:00");
    let customer = &answer["Customer"];
    for (member, value) in [
        ("SyncToken", json!("0")),
        ("domain", json!("QBO")),
        ("sparse", json!(false)),
        ("Active", json!(true)),
        ("Job", json!(false)),
        ("Level", json!(0)),
        ("Balance", json!(0)),
        ("BalanceWithJobs", json!(0)),
        ("IsProject", json!(false)),
        ("FullyQualifiedName", json!("Acme Pty Ltd")),
        ("PrintOnCheckName", json!("Acme Pty Ltd")),
        ("CurrencyRef", json!({"value": "AUD", "name": "Australian Dollar"})),
        (
            "MetaData",
            json!({"CreateTime": "2026-11-21T12:00:00+11:00", "LastUpdatedTime": "2026-11-21T12:00:00+11:00"}),
        ),
    ] {
        assert_eq!(customer[member], value, "{member}");
    }
}

#[test]
fn a_name_is_made_of_the_parts_of_a_person_or_refused_with_6080() {
    let mut desk = Desk::au();
    let built = desk.post("customer", r#"{"Title":"Dr","GivenName":"Ann","FamilyName":"Lee","Suffix":"Jr"}"#);
    assert_eq!(built["DisplayName"], "Dr Ann Lee Jr");
    assert_eq!(desk.code("customer", r#"{"CompanyName":"Acme"}"#), "6080");
    assert_eq!(desk.code("vendor", r#"{"DisplayName":"  "}"#), "6080");
}

#[test]
fn one_name_serves_one_customer_vendor_or_employee_whatever_its_case() {
    let mut desk = Desk::au();
    desk.customer("Bolt Co");
    for (target, name) in
        [("vendor", "Bolt Co"), ("customer", "BOLT CO"), ("employee", "bolt co"), ("customer", "Emily Platt")]
    {
        let (code, detail, _) = desk.fault("POST", target, &format!(r#"{{"DisplayName":"{name}"}}"#));
        assert_eq!((code.as_str(), detail.as_str()), ("6240", TAKEN), "{target} {name}");
    }
    desk.switches.name_case = NameCase::Counts;
    desk.customer("BOLT CO");
}

#[test]
fn the_name_of_an_inactive_row_stays_taken_or_is_freed_by_the_switch() {
    let mut desk = Desk::au();
    let id = desk.customer("Acme");
    let gone = desk.post("customer", &format!(r#"{{"Id":"{id}","SyncToken":"0","sparse":true,"Active":false}}"#));
    assert_eq!(gone["DisplayName"], "Acme (deleted)");
    assert_eq!(desk.code("vendor", r#"{"DisplayName":"acme"}"#), "6240");
    desk.switches.names_of_inactive = NamesOfInactive::AreFreed;
    let second = desk.customer("Acme");
    let gone = desk.post("customer", &format!(r#"{{"Id":"{second}","SyncToken":"0","sparse":true,"Active":false}}"#));
    assert_eq!(gone["DisplayName"], "Acme (deleted 1)");
    let back = desk.post("customer", &format!(r#"{{"Id":"{id}","SyncToken":"1","sparse":true,"Active":true}}"#));
    assert_eq!(back["DisplayName"], "Acme");
}

#[test]
fn a_job_stands_below_its_parent_and_follows_its_name() {
    let mut desk = Desk::au();
    let parent = desk.customer("Acme");
    let job = desk.post(
        "customer",
        &format!(r#"{{"DisplayName":"PRJ-042 Hopper","ParentRef":{{"value":"{parent}"}},"Job":true,"BillWithParent":true,"IsProject":true}}"#),
    );
    assert_eq!(job["FullyQualifiedName"], "Acme:PRJ-042 Hopper");
    assert_eq!((&job["Level"], &job["Job"], &job["BillWithParent"]), (&json!(1), &json!(true), &json!(true)));
    assert_eq!(job["ParentRef"], json!({"value": parent, "name": "Acme"}));
    assert_eq!(job["IsProject"], json!(false));
    desk.post("customer", &format!(r#"{{"Id":"{parent}","SyncToken":"0","sparse":true,"DisplayName":"Apex"}}"#));
    let job = desk.get(&format!("customer/{}", job["Id"].as_str().expect("id")));
    assert_eq!(job["FullyQualifiedName"], "Apex:PRJ-042 Hopper");
    assert_eq!(job["SyncToken"], "0");
}

#[test]
fn a_job_needs_a_parent_and_a_tree_has_five_levels_and_no_circle() {
    let mut desk = Desk::au();
    assert_eq!(desk.code("customer", r#"{"DisplayName":"J","Job":true}"#), "6150");
    let top = desk.customer("L0");
    let mut above = top.clone();
    for level in 1..=4 {
        above = desk
            .id("customer", &format!(r#"{{"DisplayName":"L{level}","Job":true,"ParentRef":{{"value":"{above}"}}}}"#));
    }
    let deeper = format!(r#"{{"DisplayName":"L5","Job":true,"ParentRef":{{"value":"{above}"}}}}"#);
    assert_eq!(desk.code("customer", &deeper), "6180");
    let circle =
        format!(r#"{{"Id":"{top}","SyncToken":"0","sparse":true,"Job":true,"ParentRef":{{"value":"{above}"}}}}"#);
    assert_eq!(desk.code("customer", &circle), "900");
    let under = desk.customer("Other");
    let push =
        format!(r#"{{"Id":"{top}","SyncToken":"0","sparse":true,"Job":true,"ParentRef":{{"value":"{under}"}}}}"#);
    assert_eq!(desk.code("customer", &push), "6180");
}

#[test]
fn names_take_no_hierarchy_sign_tab_or_new_line() {
    let mut desk = Desk::au();
    for name in ["a:b", r"a\tb", r"a\nb"] {
        assert_eq!(desk.code("customer", &format!(r#"{{"DisplayName":"{name}"}}"#)), "2040");
    }
    desk.switches.name_characters = NameCharacters::BusinessValidation;
    assert_eq!(desk.code("customer", r#"{"DisplayName":"a:b"}"#), "6000");
}

#[test]
fn an_inactive_or_unknown_parent_is_no_reference() {
    let mut desk = Desk::au();
    let parent = desk.customer("Acme");
    desk.post("customer", &format!(r#"{{"Id":"{parent}","SyncToken":"0","sparse":true,"Active":false}}"#));
    let job = format!(r#"{{"DisplayName":"J","Job":true,"ParentRef":{{"value":"{parent}"}}}}"#);
    let (code, detail, element) = desk.fault("POST", "customer", &job);
    assert_eq!((code.as_str(), element.as_str()), ("610", "ParentRef"));
    assert!(detail.contains("made inactive"), "{detail}");
    desk.switches.inactive_reference = InactiveReference::InvalidReference;
    assert_eq!(desk.code("customer", &job), "2500");
    let (code, detail, _) =
        desk.fault("POST", "customer", r#"{"DisplayName":"J","Job":true,"ParentRef":{"value":"88"}}"#);
    assert_eq!((code.as_str(), detail.as_str()), ("2500", "Invalid Reference Id : Names element id 88 not found"));
}

#[test]
fn another_currency_is_a_gap_that_is_named() {
    let mut desk = Desk::new(Country::Gb);
    let (code, detail, _) = desk.fault("POST", "vendor", r#"{"DisplayName":"V","CurrencyRef":{"value":"EUR"}}"#);
    assert_eq!(code, "501");
    assert!(detail.contains("multicurrency"), "{detail}");
    assert_eq!(
        desk.post("vendor", r#"{"DisplayName":"V","CurrencyRef":{"value":"GBP"}}"#)["CurrencyRef"]["value"],
        "GBP"
    );
}

#[test]
fn whoever_owes_money_cannot_be_made_inactive_and_a_job_with_invoices_keeps_who_pays() {
    let mut desk = Desk::au();
    let parent = desk.customer("Acme");
    let job = desk.id("customer", &format!(r#"{{"DisplayName":"J","Job":true,"ParentRef":{{"value":"{parent}"}}}}"#));
    let line = r#"{"Amount":10,"DetailType":"SalesItemLineDetail","SalesItemLineDetail":{"ItemRef":{"value":"1"},"TaxCodeRef":{"value":"5"}}}"#;
    desk.post("invoice", &format!(r#"{{"CustomerRef":{{"value":"{job}"}},"Line":[{line}]}}"#));
    let token = desk.get(&format!("customer/{job}"))["SyncToken"].as_str().expect("token").to_owned();
    let update = |rest: &str| format!(r#"{{"Id":"{job}","SyncToken":"{token}","sparse":true,{rest}}}"#);
    assert_eq!(desk.code("customer", &update(r#""Active":false"#)), "6220");
    let (code, _, element) = desk.fault("POST", "customer", &update(r#""BillWithParent":true"#));
    assert_eq!((code.as_str(), element.as_str()), ("6130", "BillWithParent"));
}

#[test]
fn a_customer_with_unbilled_expenses_cannot_be_made_inactive() {
    let mut desk = Desk::au();
    let (customer, vendor) = (desk.customer("Acme"), desk.id("vendor", r#"{"DisplayName":"Bolt Co"}"#));
    let detail = format!(
        r#"{{"AccountRef":{{"value":"32"}},"CustomerRef":{{"value":"{customer}"}},"BillableStatus":"Billable","TaxCodeRef":{{"value":"5"}}}}"#
    );
    let line = format!(
        r#"{{"Amount":10,"DetailType":"AccountBasedExpenseLineDetail","AccountBasedExpenseLineDetail":{detail}}}"#
    );
    desk.post("bill", &format!(r#"{{"VendorRef":{{"value":"{vendor}"}},"Line":[{line}]}}"#));
    let off = format!(r#"{{"Id":"{customer}","SyncToken":"0","sparse":true,"Active":false}}"#);
    assert_eq!(desk.code("customer", &off), "6280");
}

#[test]
fn a_customer_is_found_by_an_address() {
    let mut desk = Desk::au();
    let id = desk.id("customer", r#"{"DisplayName":"A","PrimaryEmailAddr":{"Address":"AP@acme.test"}}"#);
    desk.customer("B");
    assert_eq!(desk.ids("Customer", "where PrimaryEmailAddr = 'ap@acme.test'"), [id.as_str()]);
    assert_eq!(desk.ids("Customer", "where PrimaryEmailAddr like '%acme%'"), [id.as_str()]);
}
