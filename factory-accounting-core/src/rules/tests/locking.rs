//! Edit locks: every status, every settlement, every capability.

use chrono::{DateTime, TimeDelta, Utc};

use super::{nzd, rows, settlements, statuses};
use crate::capability::Editable;
use crate::model::RecordKind;
use crate::rules::{EditLock, LockScope, edit_lock};

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

#[test]
fn f82_a_lock_that_goes_on_keeps_its_beginning() {
    let lock = |scope, at| EditLock { scope, reason: "paid".to_owned(), since: None, seen_at: at };
    let later = seen() + TimeDelta::hours(1);
    let first = lock(LockScope::LinesAndPricing, seen()).continuing(None);
    assert_eq!(first.since, Some(seen()));
    let second = lock(LockScope::LinesAndPricing, later).continuing(Some(&first));
    assert_eq!((second.since, second.seen_at), (Some(seen()), later));
    let other = lock(LockScope::Everything, later).continuing(Some(&second));
    assert_eq!(other.since, Some(later));
    let untracked = lock(LockScope::Everything, later).continuing(Some(&lock(LockScope::Everything, seen())));
    assert_eq!(untracked.since, Some(seen()));
}
