//! What the joinery's own software holds, and what its bookkeeper entered before anything was connected.

use factory_accounting::ids::LocalId;
use factory_accounting::model::{RecordKey, RecordKind};
use factory_accounting::money::Currency;
use factory_accounting::store::KnownParty;
use serde_json::{Value, json};

use crate::package::Acquaintance;

/// The joinery's customers and documents, as JSON of the record format.
#[derive(Clone, Copy, Debug)]
pub(super) struct Desk {
    currency: Currency,
}

/// Customers in the books: one that the joinery calls slightly otherwise, one that it calls the same, one that is the owner's
/// family, and others that it does not know yet.
pub(super) fn kept_before() -> Vec<Acquaintance> {
    [
        ("Hale Joinery Ltd", "accounts@hale.example"),
        ("Hale & Daughters Builders", "office@halebuilders.example"),
        ("Kauri Cabinets", "hello@kauri.example"),
        ("Rimu Kitchens Ltd", "rimu@kitchens.example"),
        ("Totara Homes", "homes@totara.example"),
        ("Stone River Timber", "timber@stoneriver.example"),
        ("Tane Family Trust", "mere@tane.example"),
        ("Élan Interiors", "studio@elan.example"),
    ]
    .into_iter()
    .zip(1..)
    .map(|((name, email), number)| Acquaintance {
        name: name.to_owned(),
        email: email.to_owned(),
        phone: format!("03 555 01{number:02}"),
        street: format!("{number} Mill Road"),
    })
    .collect()
}

/// The customer that the books call "Hale Joinery Ltd".
pub(super) const HALE: &str = "c-1";

impl Desk {
    pub(super) fn of(currency: Currency) -> Self {
        Self { currency }
    }

    /// The joinery's own customers.
    pub(super) fn customers(self) -> Vec<Value> {
        vec![
            json!({ "kind": "customer", "id": HALE, "name": "Hale Joinery Limited", "phone": "03 555 0101" }),
            json!({ "kind": "customer", "id": "c-2", "name": "Kauri Cabinets", "email": "hello@kauri.example" }),
        ]
    }

    /// What it tells the picker of them.
    pub(super) fn known(self) -> Vec<KnownParty> {
        let text = |customer: &Value, member: &str| customer[member].as_str().map(str::to_owned);
        let known = |customer: &Value| KnownParty {
            email: text(customer, "email"),
            phone: text(customer, "phone"),
            ..KnownParty::new(
                text(customer, "id").unwrap_or_default().as_str(),
                text(customer, "name").unwrap_or_default(),
            )
        };
        self.customers().iter().map(known).collect()
    }

    /// An invoice for a kitchen bench; `lines` more than its own two come behind them.
    pub(super) fn bench(self, hours: &str, more: &[Value]) -> Value {
        let lines = [
            vec![
                of(item("Oak bench, oiled", "2", "480.00"), "materials"),
                of(item("Fitting, per hour", hours, "78.00"), "labour"),
                json!({ "type": "text", "text": "Delivered to site on 18 November" }),
            ],
            more.to_vec(),
        ]
        .concat();
        let mut invoice = self.document("invoice", "f-1", "F-1001", HALE, lines);
        invoice["references"] = json!({ "job_number": "J-2041", "purchase_order_number": "PO 7731" });
        invoice
    }

    /// An order for a staircase, to be billed as the work goes on.
    pub(super) fn stairs(self) -> Value {
        let lines = vec![
            of(item("Staircase, ash", "1", "9400.00"), "materials"),
            of(item("Fitting, per hour", "40", "65.00"), "labour"),
        ];
        self.document("order", "so-7", "SO-7", HALE, lines)
    }

    /// An invoice for somebody whom nobody has told the accounting package of.
    pub(super) fn for_a_stranger(self) -> Value {
        self.document("invoice", "f-8", "F-1008", STRANGER, vec![item("Door, painted", "1", "620.00")])
    }

    /// An invoice under a tax term that nobody has mapped.
    pub(super) fn under_another_tax(self) -> Value {
        let mut line = item("Display case", "1", "1150.00");
        line["tax"] = json!("Museum rate");
        self.document("invoice", "f-9", "F-1009", HALE, vec![line])
    }

    /// The customer of [`for_a_stranger`](Self::for_a_stranger).
    pub(super) fn stranger(self) -> Value {
        json!({ "kind": "customer", "id": STRANGER, "name": "Beckenham Books", "email": "office@beckenham.example" })
    }

    fn document(self, kind: &str, id: &str, number: &str, customer: &str, lines: Vec<Value>) -> Value {
        json!({ "kind": kind, "id": id, "number": number, "customer": customer, "date": DAY, "due": DUE,
            "currency": self.currency.to_string(), "lines": lines })
    }
}

/// Id of a customer that was never pushed.
const STRANGER: &str = "c-9";
/// The day of the afternoon in the office.
pub(super) const DAY: &str = "2026-11-20";
/// When what is invoiced that day falls due.
pub(super) const DUE: &str = "2026-12-20";

/// A line that charges something.
pub(super) fn item(text: &str, quantity: &str, price: &str) -> Value {
    json!({ "type": "item", "description": text, "quantity": quantity, "unit_price": price })
}

/// A line of work or of materials.
fn of(mut line: Value, nature: &str) -> Value {
    line["nature"] = json!(nature);
    line
}

/// The key of one of the joinery's records.
pub(super) fn key(kind: RecordKind, id: &str) -> RecordKey {
    RecordKey::new(kind, LocalId::new(id))
}
