//! Sparse and full updates, line identity, stale tokens (qbo.md 5.0).

use super::{Desk, figures, line, sale, sparse, text, update};
use serde_json::Value;

fn ids(row: &Value) -> Vec<&str> {
    row["Line"].as_array().expect("lines").iter().filter_map(|line| line["Id"].as_str()).collect()
}

#[test]
fn a_sparse_update_changes_what_was_sent_and_nothing_else() {
    let (mut desk, customer) = Desk::with_customer();
    let body = sale(&customer, &[line("100", "5")]).replacen(
        '{',
        r#"{"PrivateNote":"job 42","CustomerMemo":{"value":"PO 8842"},"#,
        1,
    );
    let invoice = desk.post("invoice", &body);
    desk.later(5);
    let changed = desk.post("invoice", &sparse(&invoice, r#""CustomerMemo":{"value":"PO 9"}"#));
    assert_eq!(figures(&changed, &["PrivateNote", "TotalAmt", "SyncToken"]), r#""job 42" 110 "1""#);
    assert_eq!((&changed["Line"], &changed["TxnTaxDetail"]), (&invoice["Line"], &invoice["TxnTaxDetail"]));
    let emptied = desk.post("invoice", &sparse(&changed, r#""PrivateNote":"""#));
    assert_eq!(emptied.get("PrivateNote"), None);
}

#[test]
fn a_full_update_empties_what_was_left_out() {
    let (mut desk, customer) = Desk::with_customer();
    let body = sale(&customer, &[line("100", "5")])
        .replacen('{', r#"{"PrivateNote":"job 42","SalesTermRef":{"value":"3"},"BillEmail":{"Address":"a@b.c"},"EmailStatus":"NeedToSend","#, 1);
    let invoice = desk.post("invoice", &body);
    let members = format!(
        r#""CustomerRef":{},"Line":{},"GlobalTaxCalculation":"TaxExcluded""#,
        invoice["CustomerRef"], invoice["Line"]
    );
    let full = desk.post("invoice", &update(&invoice, &members));
    for name in ["PrivateNote", "SalesTermRef", "BillEmail"] {
        assert_eq!(full.get(name), None, "{name}");
    }
    assert_eq!(figures(&full, &["EmailStatus", "PrintStatus", "TotalAmt", "Balance"]), r#""NotSet" "NotSet" 110 110"#);
    assert_eq!(full["Line"], invoice["Line"], "echoed lines keep their ids, and the subtotal is not doubled");
    assert_eq!(desk.code("invoice", &update(&full, r#""PrivateNote":"x""#)), "2020", "customer and lines are needed");
}

#[test]
fn lines_keep_their_ids_and_new_ones_get_new_ids() {
    let (mut desk, customer) = Desk::with_customer();
    let invoice = desk.post("invoice", &sale(&customer, &[line("1", "5"), line("2", "5"), line("3", "5")]));
    assert_eq!(ids(&invoice), ["1", "2", "3"]);
    let with_id = |id: &str, amount: &str| line(amount, "5").replacen('{', &format!(r#"{{"Id":"{id}","#), 1);
    let lines = [with_id("3", "30"), line("4", "5"), with_id("99", "5"), with_id("-1", "6"), with_id("3", "7")];
    let changed = desk.post("invoice", &sparse(&invoice, &format!(r#""Line":[{}]"#, lines.join(","))));
    assert_eq!(
        ids(&changed),
        ["3", "4", "5", "6", "7"],
        "an unknown id, one below zero and a second one are new lines"
    );
    let numbers: Vec<i64> =
        changed["Line"].as_array().expect("lines").iter().filter_map(|line| line["LineNum"].as_i64()).collect();
    assert_eq!(numbers, [1, 2, 3, 4, 5]);
    assert_eq!(figures(&changed, &["TotalAmt"]), "57.2");
}

#[test]
fn an_old_token_is_refused_also_after_a_payment() {
    let (mut desk, customer) = Desk::with_customer();
    let invoice = desk.invoice(&customer, "100");
    desk.pay(&customer, "10", &[(text(&invoice, "Id"), "Invoice", "10")]);
    for target in ["invoice", "invoice?operation=void", "invoice?operation=delete"] {
        assert_eq!(desk.code(target, &sparse(&invoice, r#""PrivateNote":"x""#)), "5010", "{target}");
    }
}
