mod documents;
mod parties;
mod payments;
mod plans;
mod sending;
mod updates;

use factory_accounting_core::capability::Capabilities;
use factory_accounting_core::planned::Planned;

use self::plans::*;
use super::*;
use crate::capability::capabilities;

fn encoded_for(config: &MyobConfig, intent: Intent, planned: Planned) -> Result<EncodedWrite, EncodeError> {
    let capabilities: Capabilities = capabilities(config);
    encode(config, &capabilities, &batch(intent, vec![planned]))
}

fn encoded(intent: Intent, planned: Planned) -> EncodedWrite {
    encoded_for(&config(), intent, planned).expect("it can be encoded")
}

/// Where a record goes and what it holds.
#[track_caller]
fn check(intent: Intent, planned: Planned, target: &str, body: &str) {
    let write = encoded(intent, planned);
    let money = matches!(write.kind, RecordKind::Payment | RecordKind::Allocation);
    let query = match target.starts_with("DELETE") {
        true => "",
        false if money => "?returnBody=true",
        false => "?returnBody=true&generateUris=false",
    };
    assert_eq!(write.target, format!("{target}{query}"));
    assert_eq!(write.body, flat(body));
}

/// The JSON as it travels: laid out in several lines to be read here.
fn flat(json: &str) -> String {
    json.lines().map(str::trim).collect()
}

/// The field that a record is refused for.
#[track_caller]
fn refused(intent: Intent, planned: Planned, path: &str) -> EncodeError {
    refused_for(&config(), intent, planned, path)
}

#[track_caller]
fn refused_for(config: &MyobConfig, intent: Intent, planned: Planned, path: &str) -> EncodeError {
    let error = encoded_for(config, intent, planned).expect_err(path);
    assert_eq!(error.error.issues().first().map(|issue| issue.path.as_str()), Some(path), "{error}");
    assert!(!error.to_string().contains('\n'), "{error}");
    error
}

#[test]
fn r28_an_error_names_operation_kind_and_record() {
    let mut content = document();
    content.number = Some("12345678901234".to_owned());
    let error = refused(Intent::Create, planned_document(RecordKind::Invoice, content), "number");
    let shown = error.to_string();
    assert!(shown.starts_with("member 0: create of invoice INV-1042: cannot be written to MYOB as it is"), "{shown}");
    assert!(shown.contains("number: has 14 characters, MYOB keeps 13: shorten it"), "{shown}");
    assert_eq!(
        error.error.code(),
        Some(factory_accounting_core::code::Code::Invalid),
        "it was not MYOB that refused it"
    );
}

#[test]
fn f12_a_file_that_can_only_be_read_is_written_to_by_nothing() {
    let mut config = config();
    config.profile.read_only = true;
    let void = based(planned(RecordKind::Invoice, "9", Content::Void), held(RecordKind::Invoice, INVOICE, "{}"));
    for (intent, planned) in [(Intent::Create, planned_document(RecordKind::Quote, document())), (Intent::Void, void)] {
        let error = encoded_for(&config, intent, planned).expect_err("read-only").error;
        assert_eq!(error.kind(), ErrorKind::Forbidden);
        assert!(error.to_string().contains("renew its subscription, or check it in"), "{error}");
    }
}

#[test]
fn one_record_travels_at_a_time() {
    let config = config();
    let two = vec![planned_item(item()), planned_item(item())];
    for (members, kind) in [(two, ErrorKind::Internal), (Vec::new(), ErrorKind::Internal)] {
        let mut batch = batch(Intent::Create, members);
        batch.kind = RecordKind::Product;
        let error = encode(&config, &capabilities(&config), &batch).expect_err("not one");
        assert_eq!(error.error.kind(), kind);
    }
}

#[test]
fn f12_what_the_file_cannot_do_is_refused_before_it_is_tried() {
    let mut config = config();
    config.profile.must_reverse = true;
    let held = held(RecordKind::Invoice, INVOICE, "{}");
    for intent in [Intent::Update, Intent::Void] {
        let planned = based(planned_document(RecordKind::Invoice, document()), held.clone());
        let error = encoded_for(&config, intent, planned).expect_err("it must be reversed");
        assert_eq!(error.error.kind(), ErrorKind::Unsupported);
    }
}

#[test]
fn f12_a_layout_that_the_file_does_not_have_is_refused() {
    let mut config = config();
    config.profile.resources = ["sale/invoice/service".to_owned(), "inventory/item".to_owned()].into();
    let error = refused_for(&config, Intent::Create, planned_document(RecordKind::Invoice, document()), "lines");
    assert!(error.to_string().contains("has no Sale/Invoice/Item"), "{error}");
}

#[test]
fn an_update_or_void_without_the_record_as_read_is_refused() {
    for intent in [Intent::Update, Intent::Void] {
        let error = encoded_for(&config(), intent, planned_item(item())).expect_err("no base");
        assert_eq!(error.error.kind(), ErrorKind::Internal, "{error}");
    }
}

#[test]
fn a_void_deletes_transactions_and_retires_what_stands_in_lists() {
    for (kind, id, path) in [
        (RecordKind::Invoice, INVOICE, "Sale/Invoice/Item"),
        (RecordKind::CreditNote, INVOICE, "Sale/Invoice/Item"),
        (RecordKind::Quote, QUOTE, "Sale/Quote/Service"),
        (RecordKind::Order, ORDER, "Sale/Order/Item"),
        (RecordKind::PurchaseOrder, PURCHASE_ORDER, "Purchase/Order/Item"),
        (RecordKind::Bill, BILL, "Purchase/Bill/Service"),
        (RecordKind::Payment, RECEIPT, "Sale/CustomerPayment"),
        (RecordKind::Allocation, SETTLEMENT, "Sale/CreditSettlement"),
    ] {
        let uid = uid(id);
        let void = based(planned(kind, "9", Content::Void), held(kind, id, "{}"));
        check(Intent::Void, void.clone(), &format!("DELETE {path}/{uid}"), "");
        let mut gone = void;
        gone.base.as_mut().expect("a base").status = factory_accounting_core::provider::RemoteStatus::Deleted;
        let error = encoded_for(&config(), Intent::Void, gone).expect_err("gone");
        assert_eq!(error.error.kind(), ErrorKind::Locked);
    }
    let item =
        r#"{"UID":"x","Number":"BOLT","IsActive":true,"QuantityOnHand":7,"IncomeAccount":{"UID":"a","Name":"Sales"}}"#;
    check(
        Intent::Void,
        based(planned_item(self::item()), held(RecordKind::Product, ITEM, item)),
        &format!("PUT Inventory/Item/{}", uid(ITEM)),
        &format!(
            r#"{{"UID":"{}","Number":"BOLT","IsActive":false,"IncomeAccount":{{"UID":"a"}},"RowVersion":"-69"}}"#,
            uid(ITEM)
        ),
    );
}

#[test]
fn a_link_to_another_kind_of_record_is_refused() {
    let mut content = document();
    content.party = id(SUPPLIER);
    let error =
        encoded_for(&config(), Intent::Create, planned_document(RecordKind::Invoice, content)).expect_err("astray");
    assert_eq!(error.error.kind(), ErrorKind::Internal, "{error}");
    let bill = based(planned_document(RecordKind::Bill, document()), held(RecordKind::Bill, INVOICE, "{}"));
    assert!(encoded_for(&config(), Intent::Update, bill).is_err());
}
