//! Edit locks: every status, every settlement, every capability.

use chrono::{DateTime, Utc};

use super::{nzd, rows, settlements, statuses};
use crate::capability::Editable;
use crate::model::RecordKind;
use crate::rules::{LockScope, edit_lock};

/// `lines`: lines and pricing are locked; `all`: everything; `money`: what the package's capability says, which is `lines`
/// or `all`. A column per settlement.
const LOCKS: &str = "
| status    | unknown | nothing | paid  | credited | both  |
|-----------|---------|---------|-------|----------|-------|
| draft     | free    | free    | money | money    | money |
| submitted | free    | free    | money | money    | money |
| open      | free    | free    | money | money    | money |
| paid      | money   | money   | money | money    | money |
| accepted  | money   | money   | money | money    | money |
| declined  | money   | money   | money | money    | money |
| billed    | money   | money   | money | money    | money |
| archived  | all     | all     | all   | all      | all   |
| voided    | all     | all     | all   | all      | all   |
| deleted   | all     | all     | all   | all      | all   |
| other     | free    | free    | money | money    | money |
";

fn seen() -> DateTime<Utc> {
    DateTime::from_timestamp(1_800_000_000, 0).unwrap()
}

#[test]
fn f82_r39_a_lock_covers_what_the_package_locks_and_no_more() {
    let table = rows(LOCKS);
    assert_eq!(table.len(), statuses().len());
    for (row, status) in table.iter().zip(statuses()) {
        for ((name, settled), expected) in settlements().into_iter().zip(&row[1..]) {
            for editable in [Editable::Descriptive, Editable::Nothing] {
                let lock = edit_lock(RecordKind::Invoice, &status, settled.as_ref(), nzd(), seen(), editable);
                let told = match (*expected, editable) {
                    ("money", Editable::Descriptive) => Some(LockScope::LinesAndPricing),
                    ("money", Editable::Nothing) | ("all", _) => Some(LockScope::Everything),
                    _ => None,
                };
                assert_eq!(lock.as_ref().map(|lock| lock.scope), told, "{status:?}, {name}, {editable:?}");
                if let Some(lock) = lock {
                    assert_eq!((lock.seen_at, lock.since), (seen(), None));
                    assert!(lock.reason.contains(": ") && !lock.reason.contains('\n'), "{}", lock.reason);
                }
            }
        }
    }
}

#[test]
fn f82_what_is_applied_is_not_locked_by_that() {
    for kind in [RecordKind::Payment, RecordKind::Allocation] {
        for (_, settled) in settlements() {
            let status = crate::provider::RemoteStatus::Open;
            assert_eq!(edit_lock(kind, &status, settled.as_ref(), nzd(), seen(), Editable::Nothing), None);
        }
    }
}

#[test]
fn f82_the_reason_names_amounts_currency_and_remedy() {
    let [.., (_, credited), (_, both)] = settlements();
    let status = crate::provider::RemoteStatus::Open;
    let lock = edit_lock(RecordKind::CreditNote, &status, credited.as_ref(), nzd(), seen(), Editable::Nothing).unwrap();
    assert_eq!(
        lock.reason,
        "20.00 NZD credited, so it is locked: remove the allocation or refund in the accounting package first"
    );
    let lock = edit_lock(RecordKind::Order, &status, both.as_ref(), nzd(), seen(), Editable::Descriptive).unwrap();
    assert_eq!(
        lock.reason,
        "95.00 NZD paid and 20.00 NZD credited, so lines and prices are locked: remove the payment or credit in \
         the accounting package first"
    );
}
