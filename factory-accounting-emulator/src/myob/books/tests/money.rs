use super::{Desk, number};
use serde_json::json;

#[test]
fn spent_money_says_amount_where_documents_say_total() {
    let mut desk = Desk::au();
    let supplier = desk.supplier("Steel Co");
    let (bank, expense, gst) = (desk.account("1-1110"), desk.account("6-1000"), desk.tax("GST"));
    let wrong =
        json!({"PayFrom": "Account", "Account": bank, "Lines": [{"Account": expense, "TaxCode": gst, "Total": 110}]});
    assert_eq!(desk.refused("Banking/SpendMoneyTxn", wrong).1, "Lines[0].Amount");
    let body = json!({"PayFrom": "Account", "Account": bank, "Contact": supplier, "IsTaxInclusive": true,
        "Lines": [{"Account": expense, "TaxCode": gst, "Amount": number("110.00"), "Memo": "Rods"}]});
    let mut spent = desk.post("Banking/SpendMoneyTxn", body);
    assert_eq!((&spent["AmountPaid"], &spent["TotalTax"]), (&json!(110.0), &json!(10.0)));
    assert_eq!(spent["Contact"]["Name"], "Steel Co");
    assert!(spent["Lines"][0]["RowVersion"].is_i64());
    spent["Lines"][0]["Amount"] = json!(55);
    let changed = desk.put("Banking/SpendMoneyTxn", &spent);
    assert_eq!((&changed["AmountPaid"], &changed["PaymentNumber"]), (&json!(55.0), &spent["PaymentNumber"]));
    assert_eq!(desk.delete("Banking/SpendMoneyTxn", &changed), 200);
}

#[test]
fn received_money_mirrors_it() {
    let mut desk = Desk::au();
    let (bank, income, gst) = (desk.account("1-1110"), desk.account("8-1000"), desk.tax("GST"));
    let body = json!({"DepositTo": "Account", "Account": bank, "IsTaxInclusive": false, "PaymentMethod": "EFT",
        "Lines": [{"Account": income, "TaxCode": gst, "Amount": 100}]});
    let received = desk.post("Banking/ReceiveMoneyTxn", body.clone());
    assert_eq!((&received["AmountReceived"], &received["ReceiptNumber"]), (&json!(110.0), &json!("00000001")));
    let mut bare = body;
    bare["DepositTo"].take();
    assert_eq!(desk.refused("Banking/ReceiveMoneyTxn", bare).1, "DepositTo");
}

#[test]
fn money_is_not_moved_from_an_account_to_itself() {
    let mut desk = Desk::au();
    let (bank, savings) = (desk.account("1-1110"), desk.account("1-1120"));
    let body = json!({"FromAccount": bank, "ToAccount": bank, "Amount": 5});
    assert_eq!(desk.refusal("POST", "Banking/TransferMoneyTxn", &body).2, Some(29000));
    let body = json!({"FromAccount": bank, "ToAccount": savings, "Amount": 5});
    assert_eq!(desk.post("Banking/TransferMoneyTxn", body)["Amount"], 5.0);
}

#[test]
fn expenses_obey_locks_headers_and_reversal() {
    let mut desk = Desk::au();
    let (bank, expense, header, gst) =
        (desk.account("1-1110"), desk.account("6-1000"), desk.account("6-0000"), desk.tax("GST"));
    let mut body =
        json!({"PayFrom": "Account", "Account": bank, "Lines": [{"Account": header, "TaxCode": gst, "Amount": 1}]});
    assert_eq!(desk.refused("Banking/SpendMoneyTxn", body.clone()).0, "AccountHeaderNotAllowed");
    body["Lines"][0]["Account"] = expense;
    let spent = desk.post("Banking/SpendMoneyTxn", body.clone());
    desk.act(json!({"do": "lock_period", "date": "2026-12-31"}));
    assert_eq!(desk.refusal("POST", "Banking/SpendMoneyTxn", &body).2, Some(4223));
    assert_eq!(desk.delete("Banking/SpendMoneyTxn", &spent), 400);
}
