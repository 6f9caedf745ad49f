use super::Desk;
use crate::qbo::books::Country;
use serde_json::json;

#[test]
fn a_service_needs_a_name_a_type_and_an_income_account() {
    let mut desk = Desk::au();
    for (body, element) in [
        (r#"{"Type":"Service","IncomeAccountRef":{"value":"17"}}"#, "Name"),
        (r#"{"Name":"W","IncomeAccountRef":{"value":"17"}}"#, "Type"),
        (r#"{"Name":"W","Type":"Service"}"#, "IncomeAccountRef"),
        (r#"{"Name":"W","Type":"Inventory","IncomeAccountRef":{"value":"17"}}"#, "ExpenseAccountRef"),
    ] {
        let (code, _, named) = desk.fault("POST", "item", body);
        assert_eq!((code.as_str(), named.as_str()), ("2020", element), "{body}");
    }
    let item = desk.post(
        "item",
        r#"{"Name":"Welding","Type":"Service","IncomeAccountRef":{"value":"17"},"UnitPrice":95.5,"Sku":"W1"}"#,
    );
    assert_eq!(item["IncomeAccountRef"], json!({"value": "17", "name": "Services"}));
    assert_eq!((&item["UnitPrice"], &item["Sku"], &item["Level"]), (&json!(95.5), &json!("W1"), &json!(0)));
    assert_eq!(desk.code("item", r#"{"Name":"WELDING","Type":"NonInventory"}"#), "6240");
}

#[test]
fn the_same_item_name_may_stand_under_two_categories() {
    let mut desk = Desk::au();
    let (steel, wood) = (
        desk.id("item", r#"{"Name":"Steel","Type":"Category"}"#),
        desk.id("item", r#"{"Name":"Wood","Type":"Category"}"#),
    );
    for category in [&steel, &wood] {
        let item = desk.post(
            "item",
            &format!(r#"{{"Name":"Plate","Type":"NonInventory","SubItem":true,"ParentRef":{{"value":"{category}"}}}}"#),
        );
        assert_eq!(item["Level"], json!(1));
    }
    assert_eq!(desk.ids("Item", "where Name = 'plate'").len(), 2);
    assert_eq!(desk.ids("Item", "where FullyQualifiedName = 'Wood:Plate'").len(), 1);
}

#[test]
fn inventory_keeps_its_type_and_its_tracking() {
    let mut desk = Desk::au();
    let item = desk.post(
        "item",
        r#"{"Name":"Bolt","Type":"Inventory","IncomeAccountRef":{"value":"18"},"ExpenseAccountRef":{"value":"23"},
            "AssetAccountRef":{"value":"8"},"TrackQtyOnHand":true,"QtyOnHand":10,"InvStartDate":"2026-01-01"}"#,
    );
    let id = item["Id"].as_str().expect("id");
    for change in [r#""Type":"Service""#, r#""TrackQtyOnHand":false"#] {
        assert_eq!(desk.code("item", &format!(r#"{{"Id":"{id}","SyncToken":"0","sparse":true,{change}}}"#)), "6000");
    }
    assert_eq!(desk.code("item", r#"{"Name":"Set","Type":"Group"}"#), "500");
    assert_eq!(desk.code("item", r#"{"Name":"Dear","Type":"NonInventory","UnitPrice":100000000000}"#), "2140");
    assert_eq!(desk.code("item", r#"{"Name":"Fine","Type":"NonInventory","UnitPrice":0.12345678}"#), "2110");
}

#[test]
fn an_account_needs_a_type_or_a_subtype() {
    let mut desk = Desk::au();
    assert_eq!(desk.code("account", r#"{"Name":"X"}"#), "6010");
    assert_eq!(desk.code("account", r#"{"AccountType":"Expense"}"#), "2020");
    assert_eq!(desk.code("account", r#"{"Name":"6\" pipe","AccountType":"Expense"}"#), "2040");
    let by_type = desk.post("account", r#"{"Name":"Fuel","AccountType":"Expense"}"#);
    assert_eq!((&by_type["Classification"], &by_type["CurrentBalance"]), (&json!("Expense"), &json!(0)));
    let by_subtype = desk.post("account", r#"{"Name":"Till","AccountSubType":"CashOnHand"}"#);
    assert_eq!(by_subtype["AccountType"], "Bank");
    let sub = desk.post(
        "account",
        &format!(r#"{{"Name":"Diesel","AccountType":"Expense","ParentRef":{{"value":{}}}}}"#, by_type["Id"]),
    );
    assert_eq!((&sub["FullyQualifiedName"], &sub["SubAccount"]), (&json!("Fuel:Diesel"), &json!(true)));
}

#[test]
fn a_sparse_update_of_an_account_names_it_and_its_type_again() {
    let mut desk = Desk::au();
    let (code, _, element) =
        desk.fault("POST", "account", r#"{"Id":"17","SyncToken":"0","sparse":true,"Description":"d"}"#);
    assert_eq!((code.as_str(), element.as_str()), ("2020", "Name"));
    let body =
        r#"{"Id":"17","SyncToken":"0","sparse":true,"Name":"Services","AccountType":"Income","Description":"d"}"#;
    assert_eq!(desk.post("account", body)["Description"], "d");
}

#[test]
fn an_account_number_has_seven_digits_or_twenty_by_country() {
    let body = r#"{"Name":"X","AccountType":"Expense","AcctNum":"12345678"}"#;
    assert_eq!(Desk::new(Country::Gb).code("account", body), "2050");
    assert_eq!(Desk::new(Country::Us).code("account", body), "2050");
    assert_eq!(Desk::au().post("account", body)["AcctNum"], "12345678");
}

#[test]
fn a_term_is_due_after_days_or_on_a_day_and_not_both() {
    let mut desk = Desk::au();
    assert_eq!(desk.post("term", r#"{"Name":"7 days","DueDays":7}"#)["Type"], "STANDARD");
    assert_eq!(desk.post("term", r#"{"Name":"20th","DayOfMonthDue":20,"DueNextMonthDays":5}"#)["Type"], "DATE_DRIVEN");
    assert_eq!(desk.code("term", r#"{"Name":"none"}"#), "2020");
    assert_eq!(desk.code("term", r#"{"Name":"both","DueDays":7,"DayOfMonthDue":20}"#), "2600");
    assert_eq!(desk.code("term", r#"{"Name":"net 30","DueDays":30}"#), "6240");
}

#[test]
fn classes_departments_and_payment_methods_are_lists_as_well() {
    let mut desk = Desk::au();
    let class = desk.id("class", r#"{"Name":"Fabrication"}"#);
    let below = desk.post("class", &format!(r#"{{"Name":"Bay 2","SubClass":true,"ParentRef":{{"value":"{class}"}}}}"#));
    assert_eq!(below["FullyQualifiedName"], "Fabrication:Bay 2");
    assert_eq!(desk.post("department", r#"{"Name":"Newcastle"}"#)["FullyQualifiedName"], "Newcastle");
    assert_eq!(desk.post("paymentmethod", r#"{"Name":"Barter"}"#)["Type"], "NON_CREDIT_CARD");
    assert_eq!(desk.code("paymentmethod", r#"{"Name":"cash"}"#), "6240");
    assert_eq!(desk.code("department", r#"{}"#), "2020");
}
