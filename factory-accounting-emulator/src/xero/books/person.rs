//! What a person does in Xero's own screens behind an integration's back.

use super::contact::ContactStatus;
use super::credit::{CreditKind, Nature};
use super::document::{Family, Status};
use super::errors::{Findings, Refusal};
use super::payment::PaymentInput;
use super::shelf::Key;
use super::wire_in;
use super::{Books, Context};
use crate::xero::call::{Call, Reply};
use crate::xero::switches::{ReconciledPayment, Switches};
use bytes::Bytes;
use chrono::{DateTime, Utc};
use http::{HeaderMap, Method};
use serde_json::{Value, json};
use uuid::Uuid;

impl Books {
    /// Carries out one action `{"do": .., ..}`; the answer is the record that it touched.
    ///
    /// Actions: record_payment, delete_payment, reconcile_payment, create_contact, rename_contact, archive_contact,
    /// restore_contact, merge_contacts, create_invoice, edit_invoice, void_invoice, edit_document, void_document,
    /// receive_prepayment, receive_overpayment, spend_prepayment, spend_overpayment, archive_account, delete_item, lock_period, set_plan.
    pub(crate) fn act(&mut self, action: &Value, now: DateTime<Utc>) -> Result<Value, String> {
        let verb = text(action, "do")?;
        // A person may un-reconcile before deleting.
        let switches = Switches { reconciled_payment: ReconciledPayment::IsUnreconciled, ..Switches::default() };
        let ctx = Context { now, app: "", switches: &switches, unit_places: 4, response_id: Uuid::nil() };
        match verb {
            "record_payment" => self.record_payment(action, &ctx),
            "delete_payment" => {
                let id = id(action, "payment")?;
                let payment = self.payments.get(id).cloned().ok_or("payment: no such payment")?;
                outcome(self.delete_payment(payment, &ctx).findings)?;
                Ok(json!({"payment": id}))
            }
            "reconcile_payment" => {
                let id = id(action, "payment")?;
                let mut payment = self.payments.get(id).cloned().ok_or("payment: no such payment")?;
                payment.reconciled = true;
                self.payments.put(payment);
                Ok(json!({"payment": id}))
            }
            "create_contact" => self.through_api("Contacts", Method::PUT, None, members(action, &[]), now),
            "create_invoice" => self.through_api("Invoices", Method::PUT, None, members(action, &[]), now),
            "edit_invoice" => {
                let id = self.invoice(action)?;
                let answer =
                    self.through_api("Invoices", Method::POST, Some(id), members(action, &["invoice"]), now)?;
                self.note(id, "Edited", "A Person", "Edited in Xero".to_owned(), now);
                Ok(answer)
            }
            "void_invoice" => {
                let id = self.invoice(action)?;
                let draft =
                    self.invoices.get(id).is_some_and(|row| matches!(row.status, Status::Draft | Status::Submitted));
                let status = if draft { "DELETED" } else { "VOIDED" };
                self.through_api("Invoices", Method::POST, Some(id), json!({"Status": status}), now)
            }
            "void_document" => {
                let (family, id, status) = self.any_document(action)?;
                let end = match (family, status) {
                    (Family::Order | Family::Quote, _) | (_, Status::Draft | Status::Submitted) => "DELETED",
                    _ => "VOIDED",
                };
                self.change_document(family, id, json!({"Status": end}), now)
            }
            "edit_document" => {
                let (family, id, _) = self.any_document(action)?;
                let answer = self.change_document(family, id, members(action, &["document"]), now)?;
                self.note(id, "Edited", "A Person", "Edited in Xero".to_owned(), now);
                Ok(answer)
            }
            "rename_contact" | "archive_contact" | "restore_contact" => self.change_contact(verb, action, now),
            "merge_contacts" => self.merge_contacts(action, now),
            "receive_prepayment" | "receive_overpayment" | "spend_prepayment" | "spend_overpayment" => {
                let nature = if verb.ends_with("prepayment") { Nature::Prepayment } else { Nature::Overpayment };
                self.take_credit(CreditKind { nature, is_sale: verb.starts_with("receive") }, action, &ctx)
            }
            "archive_account" => {
                let code = text(action, "account")?;
                let mut account = self.account_coded(code).cloned().ok_or("account: no such account")?;
                account.status = "ARCHIVED";
                account.updated = now;
                let answer = json!({"account": account.id});
                self.accounts.put(account);
                Ok(answer)
            }
            "delete_item" => {
                let id = self.find_item(text(action, "item")?).ok_or("item: no such item")?;
                self.delete_item(id).map_err(|refusal| words(&refusal))?;
                Ok(json!({"item": id}))
            }
            "lock_period" => {
                let date = wire_in::date(text(action, "date")?).ok_or("date: not a date")?;
                self.organisation.period_lock = Some(date);
                Ok(json!({"date": date.to_string()}))
            }
            "set_plan" => {
                self.organisation.class = text(action, "class")?.to_owned();
                if let Some(multicurrency) = action.get("multicurrency").and_then(Value::as_bool) {
                    self.organisation.multicurrency = multicurrency;
                }
                Ok(json!({"class": self.organisation.class}))
            }
            other => Err(format!("do: unknown action '{other}'")),
        }
    }

    fn record_payment(&mut self, action: &Value, ctx: &Context<'_>) -> Result<Value, String> {
        let id = self.invoice(action)?;
        let account = text(action, "account")?;
        let amount = match action.get("amount") {
            Some(Value::String(text)) => text.clone(),
            Some(Value::Number(number)) => number.to_string(),
            _ => return Err("amount: missing".to_owned()),
        };
        let input = PaymentInput {
            invoice: Some((Some(id), None)),
            account: Some(match Uuid::parse_str(account) {
                Ok(id) => (Some(id), None),
                Err(_) => (None, Some(account.to_owned())),
            }),
            amount: Some(wire_in::decimal(&amount).ok_or("amount: not a decimal")?),
            date: match action.get("date").and_then(Value::as_str) {
                Some(text) => Some(wire_in::date(text).ok_or("date: not a date")?),
                None => None,
            },
            reference: action.get("reference").and_then(Value::as_str).map(str::to_owned),
            ..PaymentInput::default()
        };
        let written = self.write_payment(&input, ctx);
        outcome(written.findings)?;
        Ok(json!({"payment": written.row.id}))
    }

    /// A contact's row by `contact`; archiving and restoring are allowed here, not through the API (xero.md 4.2).
    fn change_contact(&mut self, verb: &str, action: &Value, now: DateTime<Utc>) -> Result<Value, String> {
        let id = self.find_contact(text(action, "contact")?).ok_or("contact: no such contact")?;
        let mut contact = self.contacts.get(id).cloned().ok_or("contact: no such contact")?;
        match verb {
            "archive_contact" => contact.status = ContactStatus::Archived,
            "restore_contact" => contact.status = ContactStatus::Active,
            _ => {
                contact.texts.insert("Name", text(action, "name")?.to_owned());
            }
        }
        let twin = self.active_contact_named(contact.name()).is_some_and(|other| other.id != id);
        if contact.status == ContactStatus::Active && twin {
            return Err(super::errors::contact_name_taken(contact.name()));
        }
        contact.updated = now;
        self.contacts.put(contact);
        self.announce("CONTACT", false, id, now, None);
        Ok(json!({"contact": id}))
    }

    /// The loser is archived and points at the winner, who takes its documents (xero.md 4.2).
    fn merge_contacts(&mut self, action: &Value, now: DateTime<Utc>) -> Result<Value, String> {
        let loser = self.find_contact(text(action, "from")?).ok_or("from: no such contact")?;
        let winner = self.find_contact(text(action, "into")?).ok_or("into: no such contact")?;
        if loser == winner {
            return Err("into: a contact cannot be merged into itself".to_owned());
        }
        let moved: Vec<_> = self.every_document().filter(|row| row.contact == loser).cloned().collect();
        for mut row in moved {
            row.contact = winner;
            row.updated = now;
            self.mark_contact(&row);
            self.announce_document(&row, false, now);
            self.store(row);
        }
        let credits: Vec<_> = self.credits.find(Key::Contact, &loser.to_string()).cloned().collect();
        for mut row in credits {
            row.contact = winner;
            row.updated = now;
            self.credits.put(row);
        }
        let mut contact = self.contacts.get(loser).cloned().ok_or("from: no such contact")?;
        contact.status = ContactStatus::Archived;
        contact.merged_to = Some(winner);
        contact.updated = now;
        self.contacts.put(contact);
        self.announce("CONTACT", false, loser, now, None);
        Ok(json!({"from": loser, "into": winner}))
    }

    fn invoice(&self, action: &Value) -> Result<Uuid, String> {
        self.find_document(Family::Invoice, text(action, "invoice")?)
            .ok_or_else(|| "invoice: no such invoice".to_owned())
    }

    /// Any document by its id.
    fn any_document(&self, action: &Value) -> Result<(Family, Uuid, Status), String> {
        let id = id(action, "document")?;
        let found = [Family::Invoice, Family::CreditNote, Family::Order, Family::Quote]
            .into_iter()
            .find_map(|family| Some((family, id, self.shelf(family).get(id)?.status)));
        found.ok_or_else(|| "document: no such document".to_owned())
    }

    /// A quote is saved whole, with its number, contact and date (xero.md 4.6).
    fn change_document(
        &mut self,
        family: Family,
        id: Uuid,
        mut body: Value,
        now: DateTime<Utc>,
    ) -> Result<Value, String> {
        if let Some(quote) = self.shelf(family).get(id).filter(|_| family == Family::Quote) {
            body["QuoteNumber"] = json!(quote.number);
            body["Contact"] = json!({"ContactID": quote.contact});
            body["Date"] = json!(quote.date.to_string());
            body["Terms"] = json!(quote.extra("Terms"));
        }
        self.through_api(family.collection(), Method::POST, Some(id), body, now)
    }

    /// Screens obey the same rules as the API, so these actions go the same way with the API's member names.
    fn through_api(
        &mut self,
        resource: &str,
        method: Method,
        id: Option<Uuid>,
        body: Value,
        now: DateTime<Utc>,
    ) -> Result<Value, String> {
        let path: Vec<String> =
            [Some(resource.to_owned()), id.map(|id| id.to_string())].into_iter().flatten().collect();
        let body = Bytes::from(body.to_string());
        let headers = HeaderMap::new();
        let query = [("unitdp".to_owned(), "4".to_owned())];
        let call = Call { method: &method, path: &path, query: &query, headers: &headers, body: &body, now, app: "" };
        let reply = self.handle(&call, &Switches::default());
        read_answer(&reply, resource)
    }
}

fn read_answer(reply: &Reply, resource: &str) -> Result<Value, String> {
    let answer: Value = serde_json::from_slice(&reply.body).map_err(|_| format!("refused with {}", reply.status))?;
    if reply.status.is_success() {
        return Ok(answer.get(resource).and_then(|rows| rows.get(0)).cloned().unwrap_or(Value::Null));
    }
    let messages: Vec<&str> = answer["Elements"][0]["ValidationErrors"]
        .as_array()
        .into_iter()
        .flatten()
        .filter_map(|error| error["Message"].as_str())
        .collect();
    Err(if messages.is_empty() {
        answer["Message"].as_str().unwrap_or("refused").to_owned()
    } else {
        messages.join("; ")
    })
}

/// The action's members without `do` and those named.
fn members(action: &Value, without: &[&str]) -> Value {
    let mut body = action.clone();
    if let Some(members) = body.as_object_mut() {
        members.remove("do");
        for name in without {
            members.remove(*name);
        }
    }
    body
}

fn text<'a>(action: &'a Value, name: &str) -> Result<&'a str, String> {
    action.get(name).and_then(Value::as_str).ok_or_else(|| format!("{name}: missing"))
}

fn id(action: &Value, name: &str) -> Result<Uuid, String> {
    Uuid::parse_str(text(action, name)?).map_err(|_| format!("{name}: not an id"))
}

fn outcome(findings: Findings) -> Result<(), String> {
    if findings.is_clean() { Ok(()) } else { Err(findings.errors.join("; ")) }
}

fn words(refusal: &Refusal) -> String {
    match refusal {
        Refusal::Bad { message, .. } | Refusal::NotModelled(message) => message.clone(),
        Refusal::NotFound => "not found".to_owned(),
        Refusal::MethodNotAllowed => "not allowed".to_owned(),
    }
}
