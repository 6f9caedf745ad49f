use factory_accounting_core::model::RecordKind;
use factory_accounting_core::provider::{AccountingProvider as _, Intent};

use super::*;
use crate::testing::{Answers as _, Wire, provider, statements};

fn write(kind: RecordKind, target: &str, body: &str) -> EncodedWrite {
    EncodedWrite {
        kind,
        intent: Intent::Create,
        key: "k".to_owned(),
        members: 1,
        target: format!("POST {target}?minorversion=75&requestid=k"),
        body: body.to_owned(),
    }
}

async fn refused(answers: Vec<Wire>, write: EncodedWrite) -> (ProviderError, Vec<String>) {
    let (provider, script) = provider(answers);
    match provider.write(&write).await.into_fates().remove(0) {
        Fate::NotApplied(error) => (error, statements(&script)),
        other => panic!("it was refused, not {other:?}"),
    }
}

fn issues(error: &ProviderError) -> Vec<String> {
    error.issues().iter().skip(1).map(ToString::to_string).collect()
}

const INACTIVE: &str = "Something you're trying to use has been made inactive. Check the fields with accounts, customers, items, vendors or employees.";

#[tokio::test]
async fn r26_the_reference_that_is_inactive_is_named() {
    let body = r#"{"DocNumber":"INV-55","CustomerRef":{"value":"62"},"Line":[
        {"Amount":1,"DetailType":"SalesItemLineDetail","SalesItemLineDetail":{"ItemRef":{"value":"3"},"TaxCodeRef":{"value":"5"}}},
        {"Amount":1,"DetailType":"SalesItemLineDetail","SalesItemLineDetail":{"ItemRef":{"value":"4"}}}]}"#;
    let answers = vec![
        Wire::fault(400, 610, "Object Not Found", INACTIVE),
        Wire::rows("Customer", &[r#"{"Id":"62","DisplayName":"Acme","Active":true}"#]),
        Wire::rows("Item", &[r#"{"Id":"4","Name":"Old bolt","Active":false}"#]),
    ];
    let (error, statements) = refused(answers, write(RecordKind::Invoice, "invoice", body)).await;
    assert_eq!(
        issues(&error),
        [
            "lines[0].product: QuickBooks holds no item 3: choose another and refresh the lists",
            "lines[1].product: item \"Old bolt\" is inactive: make it active again in QuickBooks, or choose another",
        ]
    );
    assert_eq!((error.package_code(), error.code(), statements.len()), (Some("610"), None, 2));
}

#[tokio::test]
async fn r29_an_inactive_customer_is_a_question_of_its_own() {
    let body = r#"{"DocNumber":"INV-55","CustomerRef":{"value":"62"},"Line":[]}"#;
    let answers = vec![
        Wire::fault(400, 2500, "Invalid Reference Id", "Invalid Reference Id : Names element id 62 not found"),
        Wire::rows("Customer", &[r#"{"Id":"62","DisplayName":"Acme","Active":false}"#]),
    ];
    let (error, _) = refused(answers, write(RecordKind::Invoice, "invoice", body)).await;
    assert_eq!(error.code(), Some(Code::PartyArchived));
    assert!(issues(&error)[0].starts_with("customer: customer \"Acme\" is inactive"));
}

#[tokio::test]
async fn r9_the_record_that_has_the_name_is_named() {
    let taken = || Wire::fault(400, 6240, "Duplicate Name Exists Error", "The name supplied already exists.");
    let body = r#"{"DisplayName":"O'Brien Ltd"}"#;
    let answers = vec![
        taken(),
        Wire::rows("Customer", &[]),
        Wire::rows("Vendor", &[r#"{"Id":"56","DisplayName":"O'Brien Ltd","Active":false}"#]),
    ];
    let (error, statements) = refused(answers, write(RecordKind::Customer, "customer", body)).await;
    assert_eq!(error.code(), Some(Code::NameTaken));
    assert_eq!(issues(&error), ["name: vendor 56 \"O'Brien Ltd\", which is inactive has the name"]);
    assert!(statements[0].contains(r"DisplayName = 'O\'Brien Ltd'"));
    let answers = vec![taken(), Wire::rows("Customer", &[]), Wire::rows("Vendor", &[])];
    let (error, _) = refused(answers, write(RecordKind::Customer, "customer", body)).await;
    assert!(issues(&error)[0].contains("an employee has the name"));
}

#[tokio::test]
async fn a_refusal_that_cannot_be_explained_stands_as_it_is() {
    let body = r#"{"DisplayName":"Acme"}"#;
    let answers =
        vec![Wire::fault(400, 6240, "Duplicate Name Exists Error", ""), Wire::fault(400, 4001, "Invalid query", "")];
    let (error, _) = refused(answers, write(RecordKind::Customer, "customer", body)).await;
    assert_eq!((error.package_code(), error.issues().len()), (Some("6240"), 1));
}
