use super::Desk;
use crate::qbo::books::Change;
use serde_json::{Value, json};

impl Desk {
    #[track_caller]
    fn person(&mut self, action: Value) -> Value {
        self.books.act(&action, self.now, &self.switches).unwrap_or_else(|problem| panic!("{action}: {problem}"))
    }

    #[track_caller]
    fn person_is_refused(&mut self, action: Value) -> String {
        self.books.act(&action, self.now, &self.switches).expect_err("refused")
    }
}

#[test]
fn a_person_edits_a_row_and_the_token_of_the_app_is_stale() {
    let mut desk = Desk::au();
    let id = desk.customer("Acme");
    desk.books.take_events();
    desk.person(json!({"do": "edit", "entity": "Customer", "id": id, "set": {"Notes": "by hand"}}));
    let events = desk.books.take_events();
    assert_eq!(events.len(), 1);
    assert_eq!((events[0].entity, &events[0].id, events[0].operation), ("Customer", &id, Change::Update));
    assert_eq!(desk.code("customer", &format!(r#"{{"Id":"{id}","SyncToken":"0","sparse":true,"Notes":"x"}}"#)), "5010");
    desk.person(json!({"do": "inactivate", "entity": "Account", "id": "17"}));
    assert_eq!(desk.get("account/17")["Active"], json!(false));
    desk.person(json!({"do": "activate", "entity": "Account", "id": "17"}));
    assert_eq!(desk.get("account/17")["Active"], json!(true));
}

#[test]
fn a_person_makes_a_project_which_the_api_cannot() {
    let mut desk = Desk::au();
    let id = desk.customer("Acme");
    let made = desk.person(json!({"do": "create_project", "customer": id, "name": "Hopper rebuild"}));
    let project = desk.get(&format!("customer/{}", made["customer"].as_str().expect("id")));
    assert_eq!(
        (&project["IsProject"], &project["Job"], &project["ParentRef"]["value"]),
        (&json!(true), &json!(true), &json!(id))
    );
    assert_eq!(desk.ids("Customer", "where Job = true").len(), 1);
}

#[test]
fn merging_moves_the_documents_and_tells_of_the_row_that_went() {
    let mut desk = Desk::au();
    let (from, into) =
        (desk.id("vendor", r#"{"DisplayName":"Bolt"}"#), desk.id("vendor", r#"{"DisplayName":"Bolt Co"}"#));
    let line = r#"{"Amount":10,"DetailType":"AccountBasedExpenseLineDetail","AccountBasedExpenseLineDetail":{"AccountRef":{"value":"32"},"TaxCodeRef":{"value":"5"}}}"#;
    let bill = desk.id("bill", &format!(r#"{{"VendorRef":{{"value":"{from}"}},"Line":[{line}]}}"#));
    desk.books.take_events();
    desk.person(json!({"do": "merge", "entity": "Vendor", "from": from, "into": into}));
    assert_eq!(desk.get(&format!("bill/{bill}"))["VendorRef"], json!({"value": into, "name": "Bolt Co"}));
    let (gone, stays) = (desk.get(&format!("vendor/{from}")), desk.get(&format!("vendor/{into}")));
    assert_eq!((&gone["Active"], &gone["Balance"], &stays["Balance"]), (&json!(false), &json!(0), &json!(11)));
    let last = desk.books.take_events().pop().expect("an event");
    assert_eq!((last.operation, last.id, last.deleted_id), (Change::Merge, into, Some(from)));
}

#[test]
fn a_person_closes_the_books_and_sets_what_the_api_may_not() {
    let mut desk = Desk::au();
    desk.person(json!({"do": "close_books", "date": "2026-06-30"}));
    assert_eq!(desk.get("preferences")["AccountingInfoPrefs"]["BookCloseDate"], "2026-06-30");
    desk.person(json!({"do": "close_books", "date": null}));
    assert_eq!(desk.get("preferences")["AccountingInfoPrefs"]["BookCloseDate"], json!(null));
    desk.person(json!({"do": "set_preference", "section": "SalesFormsPrefs", "set": {"CustomTxnNumbers": true}}));
    assert_eq!(desk.get("preferences")["SalesFormsPrefs"]["CustomTxnNumbers"], json!(true));
}

#[test]
fn an_action_that_lacks_something_says_what() {
    let mut desk = Desk::au();
    for (action, words) in [
        (json!({}), "do: missing"),
        (json!({"do": "dance"}), "do: unknown action 'dance'"),
        (json!({"do": "edit", "entity": "Customer", "id": "999", "set": {}}), "id: no Customer has the id '999'"),
        (json!({"do": "edit", "entity": "Invoice", "id": "1", "set": {}}), "entity: 'Invoice' is not a list"),
        (
            json!({"do": "merge", "entity": "Item", "from": "1", "into": "2"}),
            "entity: only customers and vendors are merged",
        ),
        (
            json!({"do": "set_preference", "section": "SalesFormsPrefs", "set": {"Nothing": true}}),
            "set: SalesFormsPrefs has no Nothing",
        ),
        (json!({"do": "create", "entity": "Customer", "set": {}}), "6080 No Name Provided"),
    ] {
        let problem = desk.person_is_refused(action);
        assert!(problem.starts_with(words), "{problem}");
    }
}
