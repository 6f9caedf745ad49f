//! Batches at the boundary (qbo.md 7.1).

use serde_json::{Value, json as value};

use crate::qbo::switches::{BatchOrder, Switches};
use crate::qbo::testing::{Client, code, json, reply, text};

fn batch(client: &mut Client, items: &Value) -> Value {
    let body = value!({ "BatchItemRequest": items }).to_string();
    let answer = reply(client.post("batch", &body));
    assert_eq!(answer.status(), 200, "{}", text(&answer));
    json(&answer)
}

fn creates(count: usize) -> Value {
    (0..count)
        .map(|n| value!({ "bId": n.to_string(), "operation": "create", "Vendor": { "DisplayName": format!("V{n}") } }))
        .collect()
}

#[test]
fn items_are_answered_one_by_one_and_a_failing_one_leaves_the_others() {
    let mut client = Client::new();
    let answer = batch(
        &mut client,
        &value!([
            { "bId": "a", "operation": "create", "Customer": { "DisplayName": "Acme" } },
            { "bId": "b", "operation": "create", "Vendor": { "DisplayName": "Acme" } },
            { "bId": "c", "Query": "select * from Customer where DisplayName = 'Acme'" },
            { "bId": "d", "operation": "create", "Vendor": { "DisplayName": "Bolt" } },
        ]),
    );
    let items = &answer["BatchItemResponse"];
    assert_eq!(items[0]["bId"], "a");
    assert_eq!(items[0]["Customer"]["DisplayName"], "Acme");
    assert_eq!(items[1]["Fault"]["Error"][0]["code"], "6240");
    assert_eq!(items[1]["Fault"]["type"], "ValidationFault");
    assert_eq!(items[2]["QueryResponse"]["Customer"][0]["Id"], items[0]["Customer"]["Id"]);
    assert_eq!(items[3]["Vendor"]["DisplayName"], "Bolt");
    assert!(answer["time"].is_string());
}

#[test]
fn thirty_items_are_all_and_none_is_too_few() {
    let mut client = Client::new();
    assert_eq!(batch(&mut client, &creates(30))["BatchItemResponse"].as_array().map(Vec::len), Some(30));
    for (body, expected) in [
        (value!({ "BatchItemRequest": creates(31) }).to_string(), "1040"),
        (r#"{"BatchItemRequest":[]}"#.to_owned(), "2020"),
        ("{}".to_owned(), "2020"),
        ("[]".to_owned(), "2010"),
        ("{nonsense".to_owned(), "2010"),
        (r#"{"Items":[]}"#.to_owned(), "2010"),
        (r#"{"BatchItemRequest":{}}"#.to_owned(), "2010"),
        (r#"{"BatchItemRequest":[{"bId":7}]}"#.to_owned(), "2120"),
    ] {
        let refused = reply(client.post("batch", &body));
        assert_eq!((refused.status().as_u16(), code(&refused).as_str()), (400, expected), "{body}");
    }
    let empty = reply(client.post("batch", r#"{"BatchItemRequest":[]}"#));
    assert!(text(&empty).contains("Batch Request is Empty"), "{}", text(&empty));
}

#[test]
fn an_item_that_cannot_be_read_fails_alone() {
    let mut client = Client::new();
    let answer = batch(
        &mut client,
        &value!([
            { "bId": "1" },
            { "bId": "2", "operation": "create", "Customer": {}, "Vendor": {} },
            { "bId": "3", "Customer": { "DisplayName": "Acme" } },
            { "bId": "4", "operation": "create", "Nonsense": {} },
            { "bId": "5", "operation": "explode", "Customer": { "Id": "1", "SyncToken": "0" } },
            { "bId": "6", "Query": "select nonsense" },
            { "bId": "7", "operation": "create", "JournalEntry": {} },
            { "operation": "create", "Customer": { "DisplayName": "Without an id" } },
        ]),
    );
    let codes: Vec<&str> = answer["BatchItemResponse"]
        .as_array()
        .expect("items")
        .iter()
        .map(|item| item["Fault"]["Error"][0]["code"].as_str().unwrap_or("none"))
        .collect();
    assert_eq!(codes, ["2020", "2600", "2020", "2000", "500", "4000", "501", "none"]);
    assert_eq!(answer["BatchItemResponse"][7]["bId"], "");
}

#[test]
fn items_keep_the_digits_of_their_numbers() {
    let mut client = Client::new();
    let body = r#"{"BatchItemRequest":[{"bId":"1","operation":"create",
        "Item":{"Name":"Bracket","Type":"Service","UnitPrice":92.5633333,"IncomeAccountRef":{"value":"INCOME"}}}]}"#;
    let income = {
        let statement = b"select Id from Account where AccountType = 'Income' maxresults 1";
        let found = json(&reply(client.send("POST", "query", "application/text", statement)));
        found["QueryResponse"]["Account"][0]["Id"].as_str().expect("an income account").to_owned()
    };
    let answer = reply(client.post("batch", &body.replace("INCOME", &income)));
    assert!(text(&answer).contains("\"UnitPrice\":92.5633333"), "{}", text(&answer));
}

#[test]
fn the_order_of_work_is_a_switch_and_the_ids_tell_the_answers_apart() {
    let mut client = Client::new();
    client.qbo.set_switches(Switches { batch_order: BatchOrder::Reversed, ..Switches::default() });
    let answer = batch(
        &mut client,
        &value!([
            { "bId": "1", "operation": "create", "Customer": { "DisplayName": "Acme" } },
            { "bId": "2", "operation": "create", "Vendor": { "DisplayName": "Acme" } },
        ]),
    );
    let items = &answer["BatchItemResponse"];
    assert_eq!((&items[0]["bId"], &items[1]["bId"]), (&value!("2"), &value!("1")));
    assert!(items[0]["Vendor"].is_object() && items[1]["Fault"].is_object());
}

#[test]
fn options_travel_beside_an_item() {
    let mut client = Client::new();
    let answer = batch(
        &mut client,
        &value!([
            { "bId": "1", "operation": "update", "optionsData": "void", "Customer": { "Id": "1", "SyncToken": "0" } },
        ]),
    );
    assert_eq!(answer["BatchItemResponse"][0]["Fault"]["Error"][0]["code"], "500", "no voiding of customers: {answer}");
}
