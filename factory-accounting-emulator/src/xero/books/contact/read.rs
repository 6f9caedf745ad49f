//! The Contacts endpoint (xero.md 4.1, 4.2, 6).

use super::wire::{Shape, render_read, render_written};
use super::{Contact, ContactInput, ContactStatus};
use crate::xero::books::filter::{Field, Filtered, Value};
use crate::xero::books::list::{Page, ids};
use crate::xero::books::shelf::Key;
use crate::xero::books::wire_in;
use crate::xero::books::{Answer, Books, Context, Refusal, Verb, respond};
use crate::xero::call::Call;
use http::Method;
use uuid::Uuid;

impl Filtered for Contact {
    const NAME: &'static str = "Contact";

    fn field(path: &str) -> Option<Field<Self>> {
        Some(match path {
            "contactid" => Field::of(|_, contact: &Contact| Value::Id(contact.id)),
            "contactstatus" => Field::of(|_, contact: &Contact| Value::text(contact.status.wire())),
            "issupplier" => Field::of(|_, contact: &Contact| Value::Flag(contact.is_supplier)),
            "iscustomer" => Field::of(|_, contact: &Contact| Value::Flag(contact.is_customer)),
            "updateddateutc" => Field::of(|_, contact: &Contact| Value::Moment(contact.updated)),
            "name" => Field::of(|_, contact: &Contact| Value::text(contact.name())),
            "contactnumber" => Field::of(|_, contact: &Contact| Value::filled(contact.text("ContactNumber"))),
            "accountnumber" => Field::of(|_, contact: &Contact| Value::filled(contact.text("AccountNumber"))),
            "firstname" => Field::of(|_, contact: &Contact| Value::filled(contact.text("FirstName"))),
            "lastname" => Field::of(|_, contact: &Contact| Value::filled(contact.text("LastName"))),
            "companynumber" => Field::of(|_, contact: &Contact| Value::filled(contact.text("CompanyNumber"))),
            "emailaddress" => Field::of(|_, contact: &Contact| Value::filled(contact.text("EmailAddress"))),
            "taxnumber" => Field::of(|_, contact: &Contact| Value::filled(contact.text("TaxNumber"))),
            "bankaccountdetails" => Field::of(|_, contact: &Contact| Value::filled(contact.text("BankAccountDetails"))),
            _ => return None,
        })
    }

    fn updated(&self) -> chrono::DateTime<chrono::Utc> {
        self.updated
    }
}

impl Books {
    pub(in crate::xero::books) fn contacts_call(
        &mut self,
        call: &Call<'_>,
        rest: &[String],
        ctx: &Context<'_>,
    ) -> Answer {
        match (call.method, rest) {
            (&Method::GET, []) => self.list_contacts(call, ctx),
            (&Method::GET, [key]) => {
                let id = self.find_contact(key).ok_or(Refusal::NotFound)?;
                let contact = self.contacts.get(id).ok_or(Refusal::NotFound)?;
                let today = self.region().today(ctx.now);
                Ok(ctx.envelope(None, |out| {
                    out.list("Contacts", [contact], |out, contact| {
                        render_read(out, self, contact, Shape::Single, today);
                    });
                }))
            }
            (&Method::PUT, []) => self.save_contacts(call, None, Verb::Put, ctx),
            (&Method::POST, []) => self.save_contacts(call, None, Verb::Post, ctx),
            (&Method::POST, [key]) => {
                let id = self.find_contact(key).ok_or(Refusal::NotFound)?;
                self.save_contacts(call, Some(id), Verb::Post, ctx)
            }
            (_, [_, part, ..]) if part.eq_ignore_ascii_case("CISSettings") => {
                Err(Refusal::gap("CIS settings of contacts"))
            }
            (_, [] | [_]) => Err(Refusal::MethodNotAllowed),
            _ => Err(Refusal::NotFound),
        }
    }

    /// By id or by ContactNumber (xero.md 4.1).
    pub(in crate::xero::books) fn find_contact(&self, key: &str) -> Option<Uuid> {
        match Uuid::parse_str(key) {
            Ok(id) => self.contacts.get(id).map(|contact| contact.id),
            Err(_) => self.contacts.find(Key::Number, key).next().map(|contact| contact.id),
        }
    }

    fn save_contacts(&mut self, call: &Call<'_>, path: Option<Uuid>, verb: Verb, ctx: &Context<'_>) -> Answer {
        let mut inputs = Vec::new();
        for element in wire_in::elements(call.body, "Contacts", "Contact")? {
            let mut input = ContactInput::read(&element)?;
            input.id = path.or(input.id);
            // An unknown id is a 404 for the whole request (xero.md 4.2).
            if input.id.is_some_and(|id| self.contacts.get(id).is_none()) {
                return Err(Refusal::NotFound);
            }
            inputs.push(input);
        }
        self.respond_batch(
            call,
            "Contacts",
            path.is_none(),
            ctx,
            &inputs,
            |books, input| books.write_contact(input, verb, ctx),
            |_, out, contact, findings, every| render_written(out, contact, findings, every),
        )
    }

    fn list_contacts(&self, call: &Call<'_>, ctx: &Context<'_>) -> Answer {
        let summary = respond::flag(call, "summaryOnly");
        let archived = respond::flag(call, "includeArchived");
        let wanted = ids(call, "IDs")?;
        let term = call.param("searchTerm").map(str::to_lowercase);
        let page = Page::read(call, summary)?;
        let chosen = self.select(call, self.contacts.iter(), |contact: &Contact| {
            (archived || contact.status != ContactStatus::Archived || !wanted.is_empty())
                && (wanted.is_empty() || wanted.contains(&contact.id))
                && term.as_deref().is_none_or(|term| {
                    ["Name", "FirstName", "LastName", "ContactNumber", "CompanyNumber", "EmailAddress"]
                        .iter()
                        .any(|name| contact.text(name).to_lowercase().contains(term))
                })
        })?;
        let (rows, paging) = page.cut(chosen);
        let shape = if summary { Shape::Summary } else { Shape::List };
        let today = self.region().today(ctx.now);
        Ok(ctx.envelope(paging, |out| {
            out.list("Contacts", rows, |out, contact| render_read(out, self, contact, shape, today));
        }))
    }
}
