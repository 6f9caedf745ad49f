//! The quirks of purchase orders and quotes (xero.md 4.6, 4.8).

use super::Bench;
use http::Method;
use serde_json::{Value, json};

fn order(contact: &str, number: &str, status: &str) -> Value {
    json!({"Contact": {"ContactID": contact}, "PurchaseOrderNumber": number, "Status": status,
        "LineItems": [{"Description": "Steel", "Quantity": 3, "UnitAmount": 1.2345, "AccountCode": "300"}]})
}

#[test]
fn posting_the_number_of_a_live_order_edits_that_order_and_put_refuses_it() {
    let mut bench = Bench::new();
    let (one, two) = (bench.customer("One"), bench.customer("Two"));
    let id = bench.made(Method::PUT, "PurchaseOrders", &order(&one, "P-1", "AUTHORISED"))["PurchaseOrderID"].clone();
    assert_eq!(
        bench.refused(Method::PUT, "PurchaseOrders", &order(&two, "P-1", "DRAFT")),
        ["Order number must be unique"]
    );
    let edited = bench.made(Method::POST, "PurchaseOrders", &order(&two, "P-1", "AUTHORISED"));
    assert_eq!((&edited["PurchaseOrderID"], &edited["Contact"]["ContactID"]), (&id, &json!(two)));
    assert_eq!(edited["LineItems"][0]["UnitAmount"], json!(1.2345));
}

#[test]
fn a_deleted_order_keeps_its_number_unless_it_is_renamed_while_it_is_deleted() {
    let mut bench = Bench::new();
    let contact = bench.customer("One");
    let id = bench.made(Method::PUT, "PurchaseOrders", &order(&contact, "P-1", "DRAFT"))["PurchaseOrderID"].clone();
    let gone = json!({"PurchaseOrderID": id, "Status": "DELETED", "Contact": {"ContactID": contact}});
    assert_eq!(bench.made(Method::POST, "PurchaseOrders", &gone)["LineItems"].as_array().map(Vec::len), Some(1));
    let refused = bench.refused(Method::POST, "PurchaseOrders", &order(&contact, "P-1", "DRAFT"));
    assert_eq!(refused, [super::super::errors::ORDER_STATUS, super::super::errors::ORDER_DELETED]);
    let other = bench.made(Method::PUT, "PurchaseOrders", &order(&contact, "P-2", "DRAFT"))["PurchaseOrderID"].clone();
    let renamed = json!({"PurchaseOrderID": other, "Status": "DELETED", "PurchaseOrderNumber": "P-2-void"});
    bench.made(Method::POST, "PurchaseOrders", &renamed);
    bench.made(Method::PUT, "PurchaseOrders", &order(&contact, "P-2", "DRAFT"));
}

#[test]
fn an_order_embeds_a_contact_whose_stamp_runs_ahead_by_the_offset() {
    let mut bench = Bench::new();
    let contact = bench.customer("One");
    let made = bench.made(Method::PUT, "PurchaseOrders", &order(&contact, "P-1", "DRAFT"));
    assert_eq!(made["Contact"]["UpdatedDateUTC"], format!("/Date({}+0000)/", 1_789_378_199_100_i64 + 12 * 3_600_000));
}

fn quote(contact: &str) -> Value {
    json!({"Contact": {"ContactID": contact}, "Date": "2026-09-14", "Terms": "30 days",
        "LineItems": [{"Description": "Gate", "Quantity": 1, "UnitAmount": 100}]})
}

#[test]
fn a_quote_without_its_number_moves_and_loses_its_terms() {
    let mut bench = Bench::new();
    let contact = bench.customer("One");
    let made = bench.made(Method::PUT, "Quotes", &quote(&contact));
    assert_eq!((&made["QuoteNumber"], &made["LineItems"][0]["TaxAmount"]), (&json!("QU-0001"), &json!(0.0)));
    let mut update = quote(&contact);
    update["QuoteID"] = made["QuoteID"].clone();
    update["Status"] = json!("SENT");
    update.as_object_mut().expect("object").remove("Terms");
    let sent = bench.made(Method::POST, "Quotes", &update);
    assert_eq!((&sent["QuoteNumber"], &sent["Terms"]), (&json!("QU-0002"), &json!("")));
    let bare = json!({"QuoteID": made["QuoteID"], "Status": "ACCEPTED", "Date": "2026-09-14", "Contact": {"ContactID": contact}});
    assert_eq!(bench.made(Method::POST, "Quotes", &bare)["QuoteNumber"], "QU-0001");
    let id = made["QuoteID"].as_str().expect("id").to_owned();
    assert_eq!(bench.get(&format!("Quotes/{id}"))["Quotes"][0]["QuoteNumber"], "QU-0002");
    let back = json!({"QuoteID": id, "Status": "DRAFT", "Date": "2026-09-14", "Contact": {"ContactID": contact}});
    assert_eq!(bench.refused(Method::POST, "Quotes", &back), [super::super::errors::QUOTE_STATUS]);
}

#[test]
fn quotes_put_summarize_errors_first_and_dates_without_offset() {
    let mut bench = Bench::new();
    let contact = bench.customer("One");
    let reply = bench.reply(Method::PUT, "Quotes", quote(&contact).to_string().as_bytes());
    let text = String::from_utf8(reply.body.to_vec()).expect("text");
    assert!(text.starts_with(r#"{"SummarizeErrors":true,"Id":"#), "{text}");
    assert!(text.contains(r#""Date":"/Date(1789344000000)/""#) && text.contains(r#""ItemCode":"""#));
    assert!(text.contains(r#""LineAmountTypes":"EXCLUSIVE""#));
    assert_eq!(reply.headers["content-type"], "application/json");
}

#[test]
fn a_person_edits_and_takes_away_any_document_by_its_id() {
    let mut bench = Bench::new();
    let contact = bench.customer("Acme");
    let now = bench.now;
    let line =
        json!([{"Description": "x", "Quantity": 1, "UnitAmount": 5, "AccountCode": "200", "TaxType": "OUTPUT2"}]);
    for (list, id, end) in [
        ("Invoices", "InvoiceID", "VOIDED"),
        ("PurchaseOrders", "PurchaseOrderID", "DELETED"),
        ("Quotes", "QuoteID", "DELETED"),
    ] {
        let mut body = super::invoice(&contact, "P-1", if list == "Quotes" { "SENT" } else { "AUTHORISED" });
        body["QuoteNumber"] = json!("P-1");
        if list == "PurchaseOrders" {
            body["LineItems"][0]["AccountCode"] = json!("300");
        }
        let made = bench.made(Method::PUT, list, &body);
        let action = |verb: &str| json!({"do": verb, "document": made[id]});
        let mut edit = action("edit_document");
        edit["LineItems"] = line.clone();
        if list == "PurchaseOrders" {
            edit["LineItems"][0]["AccountCode"] = json!("300");
            edit["LineItems"][0]["TaxType"] = json!("INPUT2");
        }
        let edited = bench.books.act(&edit, now).unwrap_or_else(|refusal| panic!("{list}: {refusal}"));
        assert_eq!(edited["Total"], json!(5.75), "{list}");
        bench.books.act(&action("void_document"), now).unwrap_or_else(|refusal| panic!("{list}: {refusal}"));
        let target = format!("{list}/{}", made[id].as_str().expect("id"));
        assert_eq!(bench.get(&target)[list][0]["Status"], json!(end), "{list}");
    }
    let quote = bench.get("Quotes")["Quotes"][0].clone();
    assert_eq!(quote["QuoteNumber"], "P-1", "a person's save does not move the number");
}
