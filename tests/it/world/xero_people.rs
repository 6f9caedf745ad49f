//! What people do in Xero while a request of ours is under way.

use bytes::Bytes;
use chrono::{DateTime, Utc};
use factory_accounting_core::ids::RemoteId;
use factory_accounting_emulator::xero::BookedDocument;
use factory_accounting_testkit::sweep::BY_HAND;
use http::{Method, Request};
use serde_json::{Value, json};
use uuid::Uuid;

use super::XeroWorld;

const API: &str = "/api.xro/2.0/";
/// What a person appends to a name; the books are told without it, for a name is no difference by itself.
const RENAMED: &str = " (by hand)";

/// A name as it was before a person changed it.
pub(super) fn original(name: &str) -> &str {
    name.strip_suffix(RENAMED).unwrap_or(name)
}

/// What can be done to that which a call writes, and to its party.
pub(super) fn can_do(method: &Method, path: &str) -> Vec<&'static str> {
    let parts: Vec<&str> = path.strip_prefix(API).unwrap_or_default().split('/').collect();
    match (parts.first().copied().unwrap_or_default(), parts.get(2).copied()) {
        _ if *method == Method::GET => Vec::new(),
        ("Contacts", None) => vec!["renames the party", "archives the party"],
        ("Invoices", None) => {
            vec!["voids it", "edits it", "pays it", "renames the party", "archives the party"]
        }
        ("CreditNotes" | "PurchaseOrders" | "Quotes", None) => {
            vec!["voids it", "edits it", "renames the party", "archives the party"]
        }
        ("CreditNotes", Some("Allocations")) => vec!["pays it", "voids it"],
        ("Payments", _) => vec!["deletes the payment", "pays it", "archives the party"],
        _ => Vec::new(),
    }
}

impl XeroWorld {
    /// Does it, if Xero lets the person, and names what was touched.
    pub(super) fn meddle(&mut self, what: &str, request: &Request<Bytes>, now: DateTime<Utc>) -> Vec<RemoteId> {
        let Some((action, touched)) = self.plan_of(what, &Mentions::of(request)) else { return Vec::new() };
        match self.emulator.act(self.tenant, &action, now) {
            Ok(_) => touched.into_iter().map(|id| RemoteId::new(id.to_string())).collect(),
            Err(_) => Vec::new(),
        }
    }

    fn plan_of(&self, what: &str, mentions: &Mentions) -> Option<(Value, Vec<Uuid>)> {
        let documents = self.emulator.documents(self.tenant);
        // The newest: before the work the document itself, if it is there already, and after it what was written last.
        let document = documents.iter().rev().find(|row| row.kind != "PAYMENT" && mentions.document(row));
        let touching = |action: Value, row: &BookedDocument| Some((action, vec![row.id]));
        match what {
            "voids it" => document.and_then(|row| touching(json!({ "do": "void_document", "document": row.id }), row)),
            "edits it" => document.and_then(|row| touching(edit(row), row)),
            "pays it" => {
                let row = documents.iter().rev().find(|row| row.kind.starts_with("ACC") && mentions.document(row))?;
                let action = json!({
                    "do": "record_payment", "invoice": row.id, "amount": "1", "account": "090", "date": "2026-11-20",
                    "reference": BY_HAND,
                });
                touching(action, row)
            }
            "deletes the payment" => {
                let row = documents.iter().rev().find(|row| row.kind == "PAYMENT" && mentions.document(row))?;
                let ledger = self.emulator.ledger(self.tenant);
                let paid = ledger["payments"].as_array()?.iter().find(|own| own["id"] == json!(row.id))?;
                let paid = paid["document"].as_str().and_then(|id| id.parse().ok())?;
                Some((json!({ "do": "delete_payment", "payment": row.id }), vec![row.id, paid]))
            }
            _ => {
                let party = self.party(mentions, document)?;
                let action = if what == "archives the party" {
                    json!({ "do": "archive_contact", "contact": party.id })
                } else {
                    let name = format!("{}{RENAMED}", original(&party.reference));
                    json!({ "do": "rename_contact", "contact": party.id, "name": name })
                };
                Some((action, vec![party.id]))
            }
        }
    }

    /// Whom the request is about: named in it, or on the document that it is about.
    fn party(&self, mentions: &Mentions, document: Option<&BookedDocument>) -> Option<BookedDocument> {
        let register = self.emulator.register(self.tenant);
        let wanted = |row: &&BookedDocument| {
            row.kind == "CONTACT" && (mentions.document(row) || document.is_some_and(|own| own.contact == row.id))
        };
        register.iter().rev().find(wanted).cloned()
    }
}

/// One line of 7 instead of whatever there was.
fn edit(row: &BookedDocument) -> Value {
    let purchase = matches!(row.kind.as_str(), "ACCPAY" | "ACCPAYCREDIT" | "PURCHASEORDER");
    let (account, tax) = if purchase { ("300", "INPUT2") } else { ("200", "OUTPUT2") };
    json!({
        "do": "edit_document", "document": row.id,
        "LineItems": [{ "Description": BY_HAND, "Quantity": "1", "UnitAmount": "7", "AccountCode": account, "TaxType": tax }],
    })
}

/// What a request speaks of.
struct Mentions(String);

impl Mentions {
    fn of(request: &Request<Bytes>) -> Self {
        Self(format!("{} {}", request.uri().path(), String::from_utf8_lossy(request.body())))
    }

    fn quoted(&self, text: &str) -> bool {
        !text.is_empty() && self.0.contains(&format!("\"{text}\""))
    }

    fn document(&self, row: &BookedDocument) -> bool {
        self.0.contains(&row.id.to_string()) || self.quoted(&row.number) || self.quoted(&row.reference)
    }
}
