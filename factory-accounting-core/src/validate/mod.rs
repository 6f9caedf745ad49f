//! What is wrong with a record before anything is sent: in itself ([`validate`]) and for the connected package
//! ([`check_limits`]). Everything wrong is said at once, each with the path of its field and what would be right.

mod document;
mod fields;
mod jobs;
mod limits;
mod numbers;
mod party;
#[cfg(test)]
mod tests;
mod text;

pub use jobs::parent_circle;
pub use limits::{check_limits, check_line_text, check_reference, normalise_spaces};

use crate::error::Issue;
use crate::model::{Payment, Record};

/// Everything that is wrong with a record in itself, whichever package it goes to; empty where nothing is.
#[must_use]
pub fn validate(record: &Record) -> Vec<Issue> {
    let mut found = Findings::default();
    for field in fields::text_fields(record) {
        text::check(&field, &mut found);
    }
    match record {
        Record::Customer(party) | Record::Supplier(party) => party::check(party, &mut found),
        Record::Product(product) => {
            for (side, path) in [(&product.sales, "sales.unit_price"), (&product.purchases, "purchases.unit_price")] {
                if let Some(price) = side.as_ref().and_then(|side| side.unit_price) {
                    numbers::check_digits(path, price.0, &mut found);
                }
            }
        }
        Record::Job(job) => {
            if job.parent.as_ref() == Some(&job.id) {
                found.add("parent", "is the job itself: name another job or none");
            }
        }
        Record::Payment(payment) => check_payment(payment, &mut found),
        Record::Quote(_)
        | Record::Order(_)
        | Record::Invoice(_)
        | Record::CreditNote(_)
        | Record::PurchaseOrder(_)
        | Record::Bill(_) => document::check(record, &mut found),
    }
    found.0
}

/// Complaints as they are found.
#[derive(Default)]
struct Findings(Vec<Issue>);

impl Findings {
    fn add(&mut self, path: impl Into<String>, message: impl Into<String>) {
        self.0.push(Issue::new(path, message));
    }
}

fn check_payment(payment: &Payment, found: &mut Findings) {
    numbers::check_date("date", payment.date, found);
    numbers::check_currency("amount.currency", payment.amount.currency, found);
    numbers::check_positive_money("amount.amount", payment.amount.amount, payment.amount.currency, found);
}
