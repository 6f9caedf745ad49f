//! The rules, enumerated.

mod dates_and_progress;
mod differing;
mod locking;
mod occasions;
mod paying;
mod voiding;

use rust_decimal::Decimal;

use crate::money::Currency;
use crate::provider::{RemoteStatus, Settled};

fn nzd() -> Currency {
    "NZD".parse().unwrap()
}

fn decimal(text: &str) -> Decimal {
    text.parse().unwrap()
}

fn statuses() -> [RemoteStatus; 11] {
    [
        RemoteStatus::Draft,
        RemoteStatus::Submitted,
        RemoteStatus::Open,
        RemoteStatus::Paid,
        RemoteStatus::Accepted,
        RemoteStatus::Declined,
        RemoteStatus::Billed,
        RemoteStatus::Archived,
        RemoteStatus::Voided,
        RemoteStatus::Deleted,
        RemoteStatus::Other("ON HOLD".to_owned()),
    ]
}

/// By name: nothing known, nothing applied, paid in part, credited in part, both.
fn settlements() -> [(&'static str, Option<Settled>); 5] {
    let settled = |paid: &str, credited: &str| {
        let (paid, credited) = (decimal(paid), decimal(credited));
        Some(Settled { paid, credited, due: decimal("115") - paid - credited })
    };
    [
        ("unknown", None),
        ("nothing", settled("0", "0")),
        ("paid", settled("115.00", "0")),
        ("credited", settled("0", "20.00")),
        ("both", settled("95.00", "20.00")),
    ]
}

/// Columns of a row of a table that is written with bars.
fn cells(row: &str) -> Vec<&str> {
    row.trim().trim_matches('|').split('|').map(str::trim).collect()
}

fn rows(table: &str) -> Vec<Vec<&str>> {
    let all: Vec<_> = table.lines().filter(|row| row.starts_with('|') && !row.starts_with("|-")).map(cells).collect();
    assert!(all.len() > 1, "the table has rows");
    all[1..].to_vec()
}
