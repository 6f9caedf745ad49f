//! The same in Australian dollars, for companies whose tax is 10 % on top.

use factory_accounting_core::model::Record;
use serde_json::Value;

fn au(record: &Record) -> Record {
    super::in_currency("AUD", record)
}

pub(crate) fn invoice(id: &str, customer: &str, unit_price: &str) -> Record {
    au(&super::invoice(id, customer, unit_price))
}

pub(crate) fn document(kind: &str, id: &str, party: &str, unit_price: &str, changes: Value) -> Record {
    au(&super::document(kind, id, party, unit_price, changes))
}

pub(crate) fn payment(id: &str, target: Value, amount: &str) -> Record {
    au(&super::payment(id, target, amount))
}

pub(crate) fn with_line(changes: Value) -> Record {
    au(&super::with_line(changes))
}
