use factory_accounting_core::ids::RemoteId;

use super::*;
use crate::testing::{day, decimal};

fn read(kind: RecordKind, entity: Entity, json: &str) -> RemoteRecord {
    try_read(ReferenceTarget::PrivateNote, kind, entity, json).expect("a record")
}

fn try_read(reference: ReferenceTarget, kind: RecordKind, entity: Entity, json: &str) -> Result<RemoteRecord, String> {
    let raw = RawValue::from_string(json.to_owned()).expect("JSON");
    Reader { reference }.read(kind, entity, &raw)
}

const INVOICE: &str = r#"{"Id":"145","SyncToken":"1","DocNumber":"211","TxnDate":"2026-08-09","DueDate":"2026-09-09",
    "CurrencyRef":{"value":"AUD","name":"Australian Dollar"},"CustomerRef":{"value":"136","name":"Focus"},
    "LinkedTxn":[{"TxnId":"2752","TxnType":"Payment"},{"TxnId":"140","TxnType":"Estimate"}],"PrivateNote":"job 17",
    "Line":[{"Id":"1","LineNum":1,"Description":"Hopper","Amount":3592.39,"DetailType":"SalesItemLineDetail",
        "SalesItemLineDetail":{"ItemRef":{"value":"243"},"ItemAccountRef":{"value":"60"},"Qty":1,"UnitPrice":3592.39,"TaxCodeRef":{"value":"5"}}},
      {"Id":"2","Description":"as per drawing 7","DetailType":"DescriptionOnly","DescriptionLineDetail":{}},
      {"Amount":3592.39,"DetailType":"SubTotalLineDetail","SubTotalLineDetail":{}}],
    "TxnTaxDetail":{"TotalTax":359.24},"GlobalTaxCalculation":"TaxExcluded","TotalAmt":3951.63,"Balance":1000,
    "MetaData":{"LastUpdatedTime":"2026-08-09T09:00:00-08:00"},"domain":"QBO","sparse":false}"#;

#[test]
fn an_invoice_is_read_with_its_lines_ties_and_what_is_left() {
    let record = read(RecordKind::Invoice, Entity::Invoice, INVOICE);
    assert_eq!((record.id.as_str(), record.version.as_ref().map(VersionToken::as_str)), ("invoice:145", Some("1")));
    assert_eq!((record.number.as_deref(), record.reference.as_deref()), (Some("211"), Some("job 17")));
    assert_eq!((record.date, record.due), (Some(day(2026, 8, 9)), Some(day(2026, 9, 9))));
    assert_eq!(record.party, Some(RemoteId::new("customer:136")));
    assert_eq!((record.status.clone(), record.tax_mode), (RemoteStatus::Open, Some(TaxMode::Exclusive)));
    assert_eq!(record.totals.map(|totals| totals.to_string()).as_deref(), Some("3592.39 + 359.24 tax = 3951.63"));
    assert_eq!(record.settled.map(|settled| settled.paid), Some(decimal("2951.63")));
    assert_eq!(record.sources, Some(vec![RemoteId::new("estimate:140")]));
    assert_eq!(record.updated_at.map(|at| at.to_rfc3339()).as_deref(), Some("2026-08-09T17:00:00+00:00"));
    let lines = record.lines.expect("lines");
    assert_eq!(lines.len(), 2);
    assert_eq!((lines[0].item.as_deref(), lines[0].account.as_deref()), (Some("item:243"), Some("60")));
    assert_eq!((lines[0].tax_code.as_deref(), lines[1].amount), (Some("5"), None));
}

#[test]
fn the_state_of_a_document_follows_from_what_is_left_and_what_is_written() {
    for (kind, entity, json, expected) in [
        (RecordKind::Invoice, Entity::Invoice, r#"{"Id":"1","TotalAmt":10,"Balance":0}"#, RemoteStatus::Paid),
        (RecordKind::Invoice, Entity::Invoice, r#"{"Id":"1","TotalAmt":0,"Balance":0}"#, RemoteStatus::Open),
        (
            RecordKind::Invoice,
            Entity::Invoice,
            r#"{"Id":"1","TotalAmt":0,"Balance":0,"PrivateNote":"Voided"}"#,
            RemoteStatus::Voided,
        ),
        (
            RecordKind::Invoice,
            Entity::Invoice,
            r#"{"Id":"1","TotalAmt":10,"Balance":10,"PrivateNote":"Voided once"}"#,
            RemoteStatus::Open,
        ),
        (RecordKind::Quote, Entity::Estimate, r#"{"Id":"1","TxnStatus":"Accepted"}"#, RemoteStatus::Accepted),
        (RecordKind::Quote, Entity::Estimate, r#"{"Id":"1","TxnStatus":"Rejected"}"#, RemoteStatus::Declined),
        (RecordKind::Order, Entity::Estimate, r#"{"Id":"1","TxnStatus":"Closed"}"#, RemoteStatus::Billed),
        (RecordKind::Quote, Entity::Estimate, r#"{"Id":"1","TxnStatus":"Novel"}"#, RemoteStatus::Other("Novel".into())),
        (RecordKind::PurchaseOrder, Entity::PurchaseOrder, r#"{"Id":"1","POStatus":"Closed"}"#, RemoteStatus::Billed),
        (
            RecordKind::CreditNote,
            Entity::CreditMemo,
            r#"{"Id":"1","TotalAmt":10,"RemainingCredit":0,"Balance":0}"#,
            RemoteStatus::Paid,
        ),
        (RecordKind::Customer, Entity::Customer, r#"{"Id":"1","Active":false}"#, RemoteStatus::Archived),
        (
            RecordKind::Payment,
            Entity::Payment,
            r#"{"Id":"1","TotalAmt":0,"PrivateNote":"Voided"}"#,
            RemoteStatus::Voided,
        ),
    ] {
        let record = read(kind, entity, json);
        assert_eq!(record.status, expected, "{json}");
        assert!(!record.status.is_gone() || record.settled.is_none());
    }
}

#[test]
fn f70_the_reference_is_read_from_where_the_configuration_keeps_it() {
    let json = r#"{"Id":"1","PrivateNote":"note","CustomerMemo":{"value":"memo"},
        "CustomField":[{"DefinitionId":"1","StringValue":"other"},{"DefinitionId":"2","StringValue":"PO 8842"}]}"#;
    let field = |id: &str| ReferenceTarget::CustomField { definition_id: id.to_owned(), name: "Crew".to_owned() };
    for (target, entity, expected) in [
        (ReferenceTarget::PrivateNote, Entity::Invoice, "note"),
        (ReferenceTarget::CustomerMemo, Entity::Invoice, "memo"),
        (ReferenceTarget::CustomerMemo, Entity::Bill, "note"),
        (field("2"), Entity::Invoice, "PO 8842"),
        (field("3"), Entity::Invoice, "note"),
    ] {
        let record = try_read(target, RecordKind::Invoice, entity, json).expect("a record");
        assert_eq!(record.reference.as_deref(), Some(expected));
    }
}

#[test]
fn r20_a_payment_says_what_it_is_applied_to_and_what_is_left_of_it() {
    let json = r#"{"Id":"150","SyncToken":"0","CustomerRef":{"value":"62"},"TotalAmt":1301.30,"UnappliedAmt":1.30,"PaymentRefNum":"EFT 778",
        "TxnDate":"2026-11-21","Line":[{"Amount":1300,"LinkedTxn":[{"TxnId":"145","TxnType":"Invoice"}]}]}"#;
    let record = read(RecordKind::Payment, Entity::Payment, json);
    assert_eq!((record.id.as_str(), record.reference.as_deref()), ("payment:150", Some("EFT 778")));
    assert_eq!(record.parent, Some(RemoteId::new("invoice:145")));
    let settled = record.settled.expect("told");
    assert_eq!((settled.paid, settled.due), (decimal("1300"), decimal("1.30")));
    let bill = r#"{"Id":"9","DocNumber":"P-1","VendorRef":{"value":"56"},"TotalAmt":5,"Line":[{"Amount":5,"LinkedTxn":[{"TxnId":"7","TxnType":"Bill"}]}]}"#;
    let record = read(RecordKind::Payment, Entity::BillPayment, bill);
    assert_eq!((record.id.as_str(), record.parent), ("billpayment:9", Some(RemoteId::new("bill:7"))));
    assert_eq!((record.reference.as_deref(), record.party), (Some("P-1"), Some(RemoteId::new("vendor:56"))));
}

#[test]
fn an_allocation_is_a_payment_over_nothing() {
    let json = r#"{"Id":"151","TotalAmt":0,"TxnDate":"2026-11-21","Line":[
        {"Amount":60.5,"LinkedTxn":[{"TxnId":"145","TxnType":"Invoice"}]},
        {"Amount":60.5,"LinkedTxn":[{"TxnId":"148","TxnType":"CreditMemo"}]}]}"#;
    let record = read(RecordKind::Allocation, Entity::Payment, json);
    assert_eq!(record.parent, Some(RemoteId::new("creditmemo:148")));
    assert_eq!(record.counterpart, Some(RemoteId::new("invoice:145")));
    assert_eq!(record.totals.map(|totals| totals.total), Some(decimal("60.5")));
    assert_eq!(record.status, RemoteStatus::Open);
    let taken_back = read(RecordKind::Allocation, Entity::Payment, r#"{"Id":"151","TotalAmt":0,"Line":[]}"#);
    assert_eq!(taken_back.status, RemoteStatus::Voided);
}

#[test]
fn r9_a_party_is_read_with_its_key_and_its_true_name() {
    let json = r#"{"Id":"62","SyncToken":"0","DisplayName":"Acme Ltd (1042)","CompanyName":"Acme Ltd","Notes":"pays late\nRef C-1042",
        "ParentRef":{"value":"61"},"CurrencyRef":{"value":"NZD"}}"#;
    let record = read(RecordKind::Customer, Entity::Customer, json);
    assert_eq!((record.number.as_deref(), record.name.as_deref()), (Some("C-1042"), Some("Acme Ltd")));
    assert_eq!(record.parent, Some(RemoteId::new("customer:61")));
}

#[test]
fn an_expense_is_read_with_whom_it_was_spent_for() {
    let json = r#"{"Id":"90","EntityRef":{"value":"56","type":"Vendor"},"TotalAmt":132,"TxnTaxDetail":{"TotalTax":12},"Line":[
        {"Id":"1","Amount":120,"DetailType":"AccountBasedExpenseLineDetail","Description":"Bolts",
         "AccountBasedExpenseLineDetail":{"AccountRef":{"value":"60"},"CustomerRef":{"value":"62"},"BillableStatus":"Billable","TaxCodeRef":{"value":"7"}}}]}"#;
    let record = read(RecordKind::Expense, Entity::Purchase, json);
    assert_eq!((record.id.as_str(), &record.party), ("purchase:90", &Some(RemoteId::new("vendor:56"))));
    let line = &record.lines.as_ref().expect("lines")[0];
    assert_eq!((&line.party, line.billable), (&Some(RemoteId::new("customer:62")), Some(Billable::Yes)));
    assert_eq!((line.account.as_deref(), record.sources), (Some("60"), None));
}

#[test]
fn bundles_are_their_lines_and_a_discount_takes_off() {
    let json = r#"{"Id":"1","Line":[
        {"Id":"1","Amount":30,"DetailType":"GroupLineDetail","GroupLineDetail":{"Line":[
            {"Id":"2","Amount":10,"DetailType":"SalesItemLineDetail","SalesItemLineDetail":{"Qty":1,"UnitPrice":10}},
            {"Id":"3","Amount":20,"DetailType":"SalesItemLineDetail","SalesItemLineDetail":{"Qty":2,"UnitPrice":10}}]}},
        {"Amount":5,"DetailType":"DiscountLineDetail","DiscountLineDetail":{"PercentBased":false}}]}"#;
    let lines = read(RecordKind::Invoice, Entity::Invoice, json).lines.expect("lines");
    let amounts: Vec<_> = lines.iter().filter_map(|line| line.amount).collect();
    assert_eq!(amounts, [decimal("10"), decimal("20"), decimal("-5")]);
}

#[test]
fn a_row_without_an_id_is_no_record() {
    for entity in [Entity::Invoice, Entity::Customer, Entity::Payment, Entity::Item] {
        let read = try_read(ReferenceTarget::PrivateNote, RecordKind::Invoice, entity, r#"{"DocNumber":"1"}"#);
        assert!(read.is_err());
    }
}
