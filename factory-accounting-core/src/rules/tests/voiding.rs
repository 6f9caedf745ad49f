//! Voiding: every kind and status.

use super::{nzd, rows, settlements, statuses};
use crate::code::Code;
use crate::model::RecordKind;
use crate::provider::RemoteStatus;
use crate::rules::{VoidForm, may_void};

/// Nothing applied. A column per kind: documents that money is applied to, orders, quotes and purchase orders, parties, the
/// rest, and expenses, which are never ours to void.
const FORMS: &str = "
| status    | invoice bill credit_note | order  | quote purchase_order | customer supplier job | product payment allocation | expense |
|-----------|--------------------------|--------|----------------------|-----------------------|----------------------------|---------|
| draft     | delete                   | delete | delete               | archive               | delete                     | FA-204  |
| submitted | delete                   | delete | delete               | archive               | delete                     | FA-204  |
| open      | void                     | void   | delete               | archive               | delete                     | FA-204  |
| paid      | FA-202                   | FA-202 | delete               | archive               | delete                     | FA-204  |
| accepted  | FA-204                   | delete | delete               | archive               | delete                     | FA-204  |
| declined  | FA-204                   | FA-204 | delete               | archive               | delete                     | FA-204  |
| billed    | FA-204                   | FA-204 | delete               | archive               | delete                     | FA-204  |
| archived  | FA-204                   | FA-204 | FA-204               | done                  | delete                     | FA-204  |
| voided    | done                     | done   | done                 | done                  | done                       | done    |
| deleted   | done                     | done   | done                 | done                  | done                       | done    |
| other     | FA-204                   | FA-204 | FA-204               | archive               | delete                     | FA-204  |
";

#[test]
fn r2_voiding_takes_the_form_that_kind_and_status_ask_for() {
    let columns = [
        vec![RecordKind::Invoice, RecordKind::Bill, RecordKind::CreditNote],
        vec![RecordKind::Order],
        vec![RecordKind::Quote, RecordKind::PurchaseOrder],
        vec![RecordKind::Customer, RecordKind::Supplier, RecordKind::Job],
        vec![RecordKind::Product, RecordKind::Payment, RecordKind::Allocation],
        vec![RecordKind::Expense],
    ];
    assert_eq!(columns.iter().map(Vec::len).sum::<usize>(), RecordKind::ALL.len());
    let table = rows(FORMS);
    assert_eq!(table.len(), statuses().len());
    for (row, status) in table.iter().zip(statuses()) {
        for (kinds, expected) in columns.iter().zip(&row[1..]) {
            for kind in kinds {
                let told = match may_void(*kind, &status, settlements()[1].1.as_ref(), nzd()) {
                    Ok(VoidForm::Delete) => "delete",
                    Ok(VoidForm::Void) => "void",
                    Ok(VoidForm::Archive) => "archive",
                    Ok(VoidForm::AlreadyDone) => "done",
                    Err(parked) => parked.code.as_str(),
                };
                assert_eq!(told, *expected, "{kind} {status:?}");
            }
        }
    }
}

#[test]
fn r2_money_that_was_applied_forbids_voiding_whatever_the_status() {
    for kind in [RecordKind::Invoice, RecordKind::Order, RecordKind::Bill, RecordKind::CreditNote] {
        for status in statuses().into_iter().filter(|status| !status.is_gone()) {
            for (name, settled) in &settlements()[2..] {
                let parked = may_void(kind, &status, settled.as_ref(), nzd()).unwrap_err();
                assert_eq!(parked.code, Code::VoidSettled, "{kind} {status:?} {name}");
            }
        }
    }
}

#[test]
fn r2_the_refusal_names_amount_currency_and_remedy() {
    let [.., (_, both)] = settlements();
    let parked = may_void(RecordKind::Invoice, &RemoteStatus::Open, both.as_ref(), nzd()).unwrap_err();
    assert_eq!(
        parked.reason,
        "invoice cannot be voided: 95.00 NZD paid and 20.00 NZD credited; remove the payment or credit in the accounting \
         package first, or write a credit note"
    );
    let state = RemoteStatus::Other("ON HOLD".to_owned());
    let parked = may_void(RecordKind::Bill, &state, None, nzd()).unwrap_err();
    assert!(parked.reason.contains("\"ON HOLD\""), "{parked}");
}
