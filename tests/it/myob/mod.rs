//! What is MYOB's own: its limits, its refusals, and the rows of docs/features.md that it serves in its own way.

mod bad_input;
mod calls;
mod features;

use factory_accounting_core::model::Record;
use serde_json::Value;

use crate::make;
use crate::world::{Books as _, MyobWorld};

fn au(record: &Record) -> Record {
    make::in_currency(MyobWorld::CURRENCY, record)
}

fn invoice(id: &str, customer: &str, unit_price: &str) -> Record {
    au(&make::invoice(id, customer, unit_price))
}

fn document(kind: &str, id: &str, party: &str, unit_price: &str, changes: Value) -> Record {
    au(&make::document(kind, id, party, unit_price, changes))
}

fn payment(id: &str, target: Value, amount: &str) -> Record {
    au(&make::payment(id, target, amount))
}
