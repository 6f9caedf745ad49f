use super::Desk;
use crate::myob::switches::UniqueNumbers;
use serde_json::json;

#[test]
fn an_item_needs_the_accounts_of_what_it_is() {
    let mut desk = Desk::au();
    let (status, answer) = desk.send(
        "POST",
        "Inventory/Item",
        &json!({"Number": "NEW", "IsSold": true, "IsBought": true, "IsInventoried": true}),
    );
    let details: Vec<&str> = answer["Errors"]
        .as_array()
        .expect("errors")
        .iter()
        .filter_map(|error| error["AdditionalDetails"].as_str())
        .collect();
    assert_eq!(status, 400);
    assert_eq!(
        details,
        ["IncomeAccount", "CostOfSalesAccount", "AssetAccount", "BuyingDetails.TaxCode", "SellingDetails.TaxCode"]
    );
}

#[test]
fn an_item_number_is_unique_and_used_items_stay() {
    let mut desk = Desk::au();
    let (gst, income) = (desk.tax("GST"), desk.account("4-1000"));
    let body = json!({"Number": "NEW", "Name": "New", "IsSold": true, "IncomeAccount": income, "QuantityOnHand": 99,
        "SellingDetails": {"TaxCode": gst, "BaseSellingPrice": 12.5}});
    let item = desk.post("Inventory/Item", body.clone());
    assert_eq!((&item["BaseSellingPrice"], &item["QuantityOnHand"]), (&json!(12.5), &json!(0)), "stock is not written");
    assert_eq!(desk.refused("Inventory/Item", body.clone()).0, "Duplicate");
    desk.switches.item_numbers = UniqueNumbers::Off;
    desk.post("Inventory/Item", body);
    let customer = desk.customer("Acme");
    let line = json!({"Item": {"UID": item["UID"]}, "ShipQuantity": 1, "UnitPrice": 1, "TaxCode": gst});
    desk.post("Sale/Quote/Item", json!({"Customer": customer, "Lines": [line]}));
    let target = format!("Inventory/Item/{}", item["UID"].as_str().expect("a UID"));
    assert_eq!(desk.refusal("DELETE", &target, &json!(null)).2, Some(9002));
    let stocked = desk.item("PLT10");
    let target = format!("Inventory/Item/{}", stocked["UID"].as_str().expect("a UID"));
    assert_eq!(desk.refusal("DELETE", &target, &json!(null)).2, Some(9005));
}

#[test]
fn an_accounts_id_follows_from_class_and_number() {
    let mut desk = Desk::au();
    let header = desk.account("6-0000");
    let body = json!({"Name": "Tools", "Number": 1500, "Type": "Expense", "ParentAccount": header});
    let account = desk.post("GeneralLedger/Account", body.clone());
    assert_eq!((&account["DisplayID"], &account["Classification"]), (&json!("6-1500"), &json!("Expense")));
    assert_eq!(desk.refused("GeneralLedger/Account", body).0, "Duplicate");
    let detail = desk.account("6-1000");
    let body = json!({"Name": "Below", "Number": 1501, "Type": "Expense", "ParentAccount": detail});
    assert_eq!(desk.refused("GeneralLedger/Account", body).1, "ParentAccount");
    let body = json!({"Name": "Far", "Number": 12345, "Type": "Expense"});
    assert_eq!(desk.refused("GeneralLedger/Account", body).1, "Number");
}

#[test]
fn jobs_categories_and_tax_codes_are_kept_as_lists() {
    let mut desk = Desk::au();
    let parent = desk.link("GeneralLedger/Job", "Number eq '1000'");
    let job = desk.post("GeneralLedger/Job", json!({"Number": "2001", "Name": "Silo", "ParentJob": parent}));
    assert_eq!(job["ParentJob"]["Number"], "1000");
    assert_eq!(desk.delete("GeneralLedger/Job", &parent), 400);
    assert_eq!(desk.delete("GeneralLedger/Job", &job), 200);
    assert_eq!(desk.refused("GeneralLedger/Category", json!({"Name": "x"})).1, "DisplayID");
    desk.post("GeneralLedger/TaxCode", json!({"Code": "QQ", "Type": "GST_VAT", "Rate": 12.5}));
    assert_eq!(desk.refused("GeneralLedger/TaxCode", json!({"Code": "QX", "Type": "GST_VAT", "Rate": 100})).1, "Rate");
    assert_eq!(desk.refused("GeneralLedger/TaxCode", json!({"Code": "LONG", "Type": "GST_VAT"})).1, "Code");
}
