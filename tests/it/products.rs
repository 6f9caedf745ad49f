//! Items that are made from products which say as little as a line does, in each package's books (F101, R21, R36).

use factory_accounting_core::code::Code;
use factory_accounting_core::model::{Record, RecordKind};
use serde_json::json;

use crate::host::Host;
use crate::make::record;
use crate::questions::{between_two_good_ones, is_told_well};
use crate::world::{Books, MyobWorld, QboWorld, XeroWorld};

fn product(code: &str, name: &str) -> Record {
    let side = json!({ "unit_price": "10.25" });
    record(json!({ "kind": "product", "id": "P1", "code": code, "name": name, "sales": side, "purchases": side }))
}

#[test]
fn f101_r21_quickbooks_is_given_the_accounts_that_it_demands_and_no_stock_to_count() {
    let host = Host::au();
    host.send(vec![product("OAK-40", "Oak 40 mm")]);
    let item = host.row("Item", "OAK-40");
    assert_eq!(item["Type"], "NonInventory", "{item}");
    assert!(item["IncomeAccountRef"]["value"].is_string() && item["ExpenseAccountRef"]["value"].is_string(), "{item}");
    assert!(item.get("QtyOnHand").is_none() && item["TrackQtyOnHand"] != true, "{item}");
}

#[test]
fn f101_r21_myob_is_given_the_accounts_that_it_demands_and_no_stock_to_count() {
    let host = Host::file();
    host.send(vec![product("OAK-40", "Oak 40 mm")]);
    let item = host.kept("Inventory/Item", "OAK-40");
    assert_eq!(
        (&item["IsSold"], &item["IsBought"], &item["IsInventoried"]),
        (&json!(true), &json!(true), &json!(false))
    );
    assert!(item["IncomeAccount"]["UID"].is_string() && item["ExpenseAccount"]["UID"].is_string(), "{item}");
}

#[test]
fn f101_r21_xero_demands_no_accounts_and_is_given_no_stock_to_count() {
    let host = Host::new();
    host.send(vec![product("OAK-40", "Oak 40 mm")]);
    let sent = host.exchanged().into_iter().find(|call| call.path.ends_with("/Items") && call.method == "PUT");
    let sent = String::from_utf8(sent.expect("an item").sent.to_vec()).expect("text");
    for member in ["InventoryAssetAccountCode", "QuantityOnHand", "IsTrackedAsInventory", "COGSAccountCode"] {
        assert!(!sent.contains(member), "{member} is not ours to send: {sent}");
    }
    assert!(host.books().iter().any(|line| line.contains("OAK-40")), "{:?}", host.books());
}

/// Codes and names that a package cannot hold are questions, never cut.
fn too_long<W: Books>(code: usize, name: usize) {
    let host: Host<W> = Host::over(W::fresh());
    let question = between_two_good_ones(&host, product(&"c".repeat(code + 1), &"n".repeat(name + 1)));
    let limits = [format!("has {} characters", code + 1), format!("has {} characters", name + 1)];
    is_told_well(&question, Code::Invalid, &["code", "name", &limits[0], &limits[1], "shorten it"]);
    host.send(vec![product(&"c".repeat(code), &"n".repeat(name))]);
    assert!(host.link(RecordKind::Product, "P1").number.is_some(), "{:?}", host.books());
}

#[test]
fn f101_r36_a_code_or_name_that_an_item_cannot_have_is_told_by_its_length() {
    too_long::<XeroWorld>(30, 50);
    too_long::<QboWorld>(100, 100);
    too_long::<MyobWorld>(30, 30);
}
