//! What people do in QuickBooks Online while a request of ours is under way.

use bytes::Bytes;
use chrono::{DateTime, Utc};
use factory_accounting_core::ids::RemoteId;
use factory_accounting_emulator::qbo::BookedDocument;
use factory_accounting_testkit::sweep::BY_HAND;
use http::{Method, Request};
use serde_json::{Value, json};

use super::QboWorld;
use super::qbo::remote;

/// What a person appends to a name; the books are told without it, for a name is no difference by itself.
const RENAMED: &str = " (by hand)";
/// What QuickBooks appends itself to a name that is put away (qbo.md 5.0).
const PUT_AWAY: &str = " (deleted)";

/// A name as it was before a person changed it.
pub(super) fn original(name: &str) -> &str {
    let name = name.strip_suffix(PUT_AWAY).unwrap_or(name);
    name.strip_suffix(RENAMED).unwrap_or(name)
}

/// What can be done to that which a call writes, and to its party.
pub(super) fn can_do(method: &Method, path: &str) -> Vec<&'static str> {
    // `/v3/company/{realm}/{entity}`.
    let entity = path.split('/').nth(4).filter(|_| *method == Method::POST);
    match entity.unwrap_or_default() {
        "customer" | "vendor" => vec!["renames the party", "archives the party"],
        "invoice" | "batch" => {
            vec!["voids it", "edits it", "pays it", "renames the party", "archives the party"]
        }
        "creditmemo" | "bill" | "purchaseorder" | "estimate" => {
            vec!["edits it", "renames the party", "archives the party"]
        }
        "payment" | "billpayment" => vec!["voids the payment", "pays it", "archives the party"],
        _ => Vec::new(),
    }
}

impl QboWorld {
    /// Does it, if QuickBooks lets the person, and names what was touched.
    pub(super) fn meddle(&mut self, what: &str, request: &Request<Bytes>, now: DateTime<Utc>) -> Vec<RemoteId> {
        let Some((action, touched)) = self.plan_of(what, &Mentions::of(request)) else { return Vec::new() };
        let realm = self.realm.clone();
        match self.emulator.act(&realm, &action, now) {
            Ok(_) => touched,
            Err(_) => Vec::new(),
        }
    }

    fn plan_of(&self, what: &str, mentions: &Mentions) -> Option<(Value, Vec<RemoteId>)> {
        let documents = self.emulator.documents(&self.realm);
        // The newest: before the work the document itself, if it is there already, and after it what was written last.
        let is_payment = |row: &BookedDocument| matches!(row.kind.as_str(), "Payment" | "BillPayment");
        let document = documents.iter().rev().find(|row| !is_payment(row) && mentions.document(row));
        match what {
            "voids it" => {
                // Of an invoice under QuickBooks' own number, voiding leaves nothing that says whose it was (qbo.md 5.0).
                let ours = |row: &&BookedDocument| row.number.chars().any(|c| !c.is_ascii_digit());
                let row = document.filter(|row| row.kind == "Invoice").filter(ours)?;
                Some((json!({ "do": "void_invoice", "invoice": row.id }), self.with_tied(row)))
            }
            "edits it" => document.map(|row| (self.edit(row), self.with_tied(row))),
            "pays it" => {
                let row = documents.iter().rev().find(|row| row.kind == "Invoice" && mentions.document(row))?;
                let action = json!({
                    "do": "record_payment", "invoice": row.id, "amount": "1", "date": "2026-11-20", "reference": BY_HAND,
                });
                Some((action, vec![remote(row)]))
            }
            "voids the payment" => {
                let row = documents.iter().rev().find(|row| is_payment(row) && mentions.document(row))?;
                let noun = if row.kind == "Payment" { "payment" } else { "bill_payment" };
                Some((json!({ "do": format!("void_{noun}"), noun: row.id }), self.with_tied(row)))
            }
            _ => {
                let party = self.party(mentions, document)?;
                let set = if what == "archives the party" {
                    json!({ "Active": false })
                } else {
                    json!({ "DisplayName": format!("{}{RENAMED}", original(&party.reference)) })
                };
                let action = json!({ "do": "edit", "entity": party.kind, "id": party.id, "set": set });
                Some((action, vec![remote(&party)]))
            }
        }
    }

    /// A document and those that it is tied to: what a payment pays, the order of an invoice. They change with it.
    fn with_tied(&self, row: &BookedDocument) -> Vec<RemoteId> {
        let ledger = self.ledger();
        let rows = ledger[&row.kind].as_array().into_iter().flatten();
        let own = rows.clone().find(|own| own["Id"] == json!(row.id)).cloned().unwrap_or_default();
        let lines = own["Line"].as_array().into_iter().flatten();
        let links = std::iter::once(&own).chain(lines).filter_map(|part| part["LinkedTxn"].as_array());
        let tied = links.flatten().filter_map(|link| {
            let kind = link["TxnType"].as_str()?.to_lowercase();
            Some(RemoteId::new(format!("{kind}:{}", link["TxnId"].as_str()?)))
        });
        std::iter::once(remote(row)).chain(tied).collect()
    }

    /// Whom the request is about: named in it, or on the document that it is about.
    fn party(&self, mentions: &Mentions, document: Option<&BookedDocument>) -> Option<BookedDocument> {
        let register = self.emulator.register(&self.realm);
        let wanted = |row: &&BookedDocument| {
            matches!(row.kind.as_str(), "Customer" | "Vendor")
                && (mentions.quoted(&row.reference) || document.is_some_and(|own| own.party == row.reference))
        };
        register.iter().rev().find(wanted).cloned()
    }

    /// One line of 7 instead of whatever there was.
    fn edit(&self, row: &BookedDocument) -> Value {
        let [tax, ..] = self.tax_codes();
        let detail = if matches!(row.kind.as_str(), "Bill" | "PurchaseOrder") {
            let ledger = self.ledger();
            let accounts = ledger["Account"].as_array().into_iter().flatten();
            let account = accounts.clone().find(|account| account["AcctNum"] == "300").map(|own| own["Id"].clone());
            json!({ "DetailType": "AccountBasedExpenseLineDetail",
                "AccountBasedExpenseLineDetail": { "AccountRef": { "value": account }, "TaxCodeRef": { "value": tax } } })
        } else {
            json!({ "DetailType": "SalesItemLineDetail",
                "SalesItemLineDetail": { "ItemRef": { "value": "1" }, "TaxCodeRef": { "value": tax } } })
        };
        let mut line = json!({ "Description": BY_HAND, "Amount": "7" });
        crate::make::merge(&mut line, detail);
        let noun = match row.kind.as_str() {
            "CreditMemo" => "credit_memo",
            "PurchaseOrder" => "purchase_order",
            "Bill" => "bill",
            "Estimate" => "estimate",
            _ => "invoice",
        };
        json!({ "do": format!("edit_{noun}"), noun: row.id, "set": { "Line": [line] } })
    }
}

/// What a request speaks of.
struct Mentions(String);

impl Mentions {
    fn of(request: &Request<Bytes>) -> Self {
        Self(String::from_utf8_lossy(request.body()).into_owned())
    }

    fn quoted(&self, text: &str) -> bool {
        !text.is_empty() && self.0.contains(&format!("\"{text}\""))
    }

    fn document(&self, row: &BookedDocument) -> bool {
        self.quoted(&row.number) || self.quoted(&row.reference)
    }
}
