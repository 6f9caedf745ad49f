//! Settings as a product: the table of them, their text, what fits a package, and the profiles.

mod fitting;
mod reading;
mod table;

use serde_json::{Value, json};

use super::{DeliveryMark, Settings};
use crate::capability::{AmountRules, Capabilities, MarkerField, OrderForm, RecordCapability, TaxRounding};
use crate::model::RecordKind;
use crate::money::Halves;

/// A package that can do everything.
pub(crate) fn able() -> Capabilities {
    let rules = AmountRules::new(4, 4, TaxRounding::PerLine, Halves::AwayFromZero);
    let mut capabilities = Capabilities::new(rules, std::time::Duration::from_secs(100));
    capabilities.orders = &[OrderForm::DraftInvoice, OrderForm::AcceptedQuote];
    for kind in RecordKind::ALL {
        let mut record = RecordCapability::new(50, MarkerField::Number);
        record.reference_text = 255;
        record.names.unique = true;
        record.line_items = crate::capability::LineItems::AllOrNone;
        (record.sent_marks, record.delivery_marks) = (true, &[DeliveryMark::Email, DeliveryMark::Print]);
        capabilities.records.insert(kind, record);
    }
    capabilities
}

/// The same with one thing changed about every kind.
pub(crate) fn unable(change: impl Fn(RecordKind, &mut RecordCapability)) -> Capabilities {
    let mut capabilities = able();
    capabilities.records.iter_mut().for_each(|(kind, record)| change(*kind, record));
    capabilities
}

/// Settings that make a choice everywhere, none of them the default.
pub(crate) fn all_chosen() -> Settings {
    let mapping = json!({ "item": "I-1", "account": "200", "tax": "GST" });
    let form = json!({
        "switched_off": ["quote"], "part_invoices_off": true,
        "customers": "never", "suppliers": "on_first_document", "jobs": "never", "products": "never",
        "triggers": { "invoice": "finalised", "bill": "accepted" }, "edits_after_sending": "ask",
        "start_date": "2026-07-01",
        "arrival": { "invoices": "draft", "bills": "draft", "credit_notes": "draft", "purchase_orders": "draft" },
        "numbers": { "invoice": "package" },
        "series": { "job": { "prefix": "J-", "start": 100, "width": 5, "block": 10 } },
        "reference": "job_number", "long_references": "keep_end",
        "host_number_line": { "enabled": false, "host_name": "Workshop" },
        "accounts": {
            "sales": "200", "sales_tax_free": "201", "purchases": "300", "purchases_tax_free": "301", "expenses": "302",
            "labour": "210", "materials": "220", "job_types": { "Service call, small": "211" }, "credit_notes": "202",
            "bad_debt": "400", "retention": "120", "deposits": "830", "rounding": "860", "payments": "090",
            "payment_methods": { "card": "091" },
        },
        "taxes": { "GST 12.5 [old]": { "sales": "OUT", "purchases": "IN" } },
        "default_tax": { "sales": "OUT", "purchases": "IN" },
        "services": { "design": mapping }, "expenses": { "travel": mapping },
        "default_payment_method": "card", "payments_in": "ignore",
        "line_detail": "summary", "lines_as_items": true, "work_undertaken": true, "discounts": "own_line",
        "delete_order_when_part_invoiced": true, "mark_as_sent": true,
        "delivery": { "sales": "email", "purchases": "print" }, "relaxed_accounts": true,
        "rounding": "line", "fine_prices": "one_unit", "orders_as": "accepted_quote",
        "items": {
            "default": "I-1", "by_account": { "200": "I-2" }, "unlinked_products": "default_item",
            "sales_discount": "I-3", "purchase_discount": "I-4",
        },
        "taken_names": "distinguish",
    });
    read(form)
}

fn read(form: Value) -> Settings {
    Settings::of_value(form).unwrap_or_else(|error| panic!("{error}"))
}
