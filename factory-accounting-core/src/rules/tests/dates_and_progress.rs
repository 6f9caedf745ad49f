//! Dates that stay out, and how much of an order is invoiced.

use chrono::NaiveDate;
use rust_decimal::Decimal;

use super::{decimal, rows};
use crate::code::Code;
use crate::model::{RecordKey, RecordKind};
use crate::rules::{
    InvoicingState, ProgressWarning, before_start, exceeds, in_closed_period, order_progress, with_invoice,
};
use crate::settings::Settings;
use crate::store::Progress;

fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

#[test]
fn f75_the_start_day_itself_is_sent() {
    let mut settings = Settings::default();
    assert_eq!(before_start(day("1999-12-31"), &settings), None);
    settings.start_date = Some(day("2026-04-01"));
    assert_eq!(
        before_start(day("2026-03-31"), &settings).as_deref(),
        Some("dated 2026-03-31, before the start date 2026-04-01 of the connection")
    );
    assert_eq!(before_start(day("2026-04-01"), &settings), None);
}

#[test]
fn the_lock_day_itself_is_closed() {
    let locked = Some(day("2026-03-31"));
    let parked = in_closed_period(day("2026-03-31"), locked).unwrap();
    assert_eq!(parked.code, Code::PeriodClosed);
    assert_eq!(parked.reason, "dated 2026-03-31, the books are closed up to and including 2026-03-31");
    assert_eq!(in_closed_period(day("2026-04-01"), locked), None);
    assert_eq!(in_closed_period(day("1999-12-31"), None), None);
}

/// An order of 100. `excess`: by how much its invoices exceed it. `warned`: the invoice that bills it all beside others.
const ORDERS: &str = "
| invoices      | invoiced | remaining | state   | excess | warned |
|---------------|----------|-----------|---------|--------|--------|
|               | 0        | 100       | none    | none   | none   |
| 0             | 0        | 100       | none    | none   | none   |
| 40            | 40       | 60        | partial | none   | none   |
| 40 60         | 100      | 0         | all     | none   | none   |
| 100           | 100      | 0         | all     | none   | none   |
| 100 0         | 100      | 0         | all     | none   | none   |
| 100.01        | 100.01   | -0.01     | over    | 0.01   | none   |
| 40 60 0.01    | 100.01   | -0.01     | over    | 0.01   | none   |
| 100 40        | 140      | -40       | over    | 40     | 0      |
| 40 100        | 140      | -40       | over    | 40     | 1      |
| 100 -20       | 80       | 20        | partial | none   | 0      |
| 79228162514264337593543950335 1 | 79228162514264337593543950335 | -79228162514264337593543950235 | over | 79228162514264337593543950235 | 0 |
";

fn invoices(text: &str) -> Vec<Progress> {
    let invoice = |(index, net): (usize, &str)| Progress {
        key: RecordKey::new(RecordKind::Invoice, index.to_string()),
        net: decimal(net),
    };
    text.split_whitespace().enumerate().map(invoice).collect()
}

#[test]
fn f58_r12_l8_l9_an_order_knows_what_is_invoiced_and_what_remains() {
    for row in rows(ORDERS) {
        let [nets, invoiced, remaining, state, excess, warned] = row[..] else { panic!("{row:?}") };
        let progress = order_progress(Decimal::ONE_HUNDRED, &invoices(nets));
        assert_eq!((progress.invoiced, progress.remaining), (decimal(invoiced), decimal(remaining)), "{row:?}");
        let told = match progress.state() {
            InvoicingState::NotInvoiced => "none",
            InvoicingState::PartiallyInvoiced => "partial",
            InvoicingState::Invoiced => "all",
            InvoicingState::OverInvoiced => "over",
        };
        assert_eq!(told, state, "{row:?}");
        let over = exceeds(Decimal::ONE_HUNDRED, &invoices(nets));
        assert_eq!(over, (excess != "none").then(|| decimal(excess)), "{row:?}");
        let full = progress.warnings.iter().map(|ProgressWarning::FullBesideOthers { full, .. }| full.id.as_str());
        assert_eq!(full.collect::<Vec<_>>(), if warned == "none" { vec![] } else { vec![warned] }, "{row:?}");
    }
}

#[test]
fn r12_a_new_state_of_an_invoice_counts_instead_of_the_old_one() {
    let known = invoices("40 60");
    let mut changed = known[1].clone();
    changed.net = decimal("60.01");
    assert_eq!(exceeds(Decimal::ONE_HUNDRED, &with_invoice(&known, changed)), Some(decimal("0.01")));
    let added = invoices("0 0 1")[2].clone();
    assert_eq!(with_invoice(&known, added).len(), 3);
}
