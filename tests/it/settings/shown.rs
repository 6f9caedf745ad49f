//! Where the books of each package show what a setting did, beside what a document says of itself.

use factory_accounting_core::model::RecordKind;
use serde_json::Value;

use crate::accounts::Posts;
use crate::host::{Host, locked};
use crate::world::{MyobWorld, QboWorld, XeroWorld};

/// A package whose books show what settings do.
pub(super) trait Shows: Posts {
    /// A cost account beside the one for purchases.
    const OTHER_COST: &'static str;
    /// An account of neither income nor cost, which lines may be posted to where somebody insists.
    const NEITHER: &'static str;
    /// An account for payments beside the usual one.
    const OTHER_BANK: &'static str;

    /// What an invoice says of whether it was sent to the customer.
    fn sent_mark(host: &Host<Self>, number: &str) -> Value
    where
        Self: Sized;

    /// What a document says of its delivery.
    fn delivery_mark(host: &Host<Self>, kind: RecordKind, number: &str) -> Value
    where
        Self: Sized;

    /// The account that a payment's money is in, by id or code.
    fn paid_into(host: &Host<Self>, number: &str) -> String
    where
        Self: Sized;
}

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_else(|| panic!("{value} is no text")).to_owned()
}

impl Shows for XeroWorld {
    const OTHER_COST: &'static str = "310";
    const NEITHER: &'static str = "860";
    const OTHER_BANK: &'static str = "091";

    fn sent_mark(host: &Host<Self>, number: &str) -> Value {
        host.shown("invoices", number)["SentToContact"].clone()
    }

    fn delivery_mark(_: &Host<Self>, kind: RecordKind, number: &str) -> Value {
        panic!("Xero has no place for a mark on {kind} {number}")
    }

    fn paid_into(host: &Host<Self>, number: &str) -> String {
        let world = locked(&host.world);
        let ledger = world.emulator.ledger(world.tenant);
        let payments = ledger["payments"].as_array().expect("payments");
        text(&payments.iter().find(|row| row["reference"] == number).expect("the payment")["account"])
    }
}

impl Shows for QboWorld {
    const OTHER_COST: &'static str = "310";
    const NEITHER: &'static str = "260";
    const OTHER_BANK: &'static str = "091";

    fn sent_mark(host: &Host<Self>, number: &str) -> Value {
        host.row("Invoice", number)["EmailStatus"].clone()
    }

    fn delivery_mark(host: &Host<Self>, kind: RecordKind, number: &str) -> Value {
        let entity = if kind == RecordKind::PurchaseOrder { "PurchaseOrder" } else { "Invoice" };
        host.row(entity, number)["PrintStatus"].clone()
    }

    fn paid_into(host: &Host<Self>, number: &str) -> String {
        text(&host.row("Payment", number)["DepositToAccountRef"]["value"])
    }
}

impl Shows for MyobWorld {
    const OTHER_COST: &'static str = "5-1200";
    const NEITHER: &'static str = "2-1400";
    const OTHER_BANK: &'static str = "1-1120";

    fn sent_mark(_: &Host<Self>, number: &str) -> Value {
        panic!("MYOB keeps no mark of whether {number} was sent")
    }

    fn delivery_mark(host: &Host<Self>, kind: RecordKind, number: &str) -> Value {
        let (path, member) = match kind {
            RecordKind::PurchaseOrder => ("Purchase/Order", "OrderDeliveryStatus"),
            _ => ("Sale/Invoice", "InvoiceDeliveryStatus"),
        };
        host.kept(path, number)[member].clone()
    }

    fn paid_into(host: &Host<Self>, number: &str) -> String {
        text(&host.kept("Sale/CustomerPayment", number)["Account"]["UID"])
    }
}
