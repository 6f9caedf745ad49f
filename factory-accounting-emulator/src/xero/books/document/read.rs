//! The endpoints of documents (xero.md 4.1, 4.7, 6).

use super::{Document, Family, Kind, Shape, Status, render};
use crate::pdf;
use crate::xero::books::filter::{Field, Filtered, Value, fold};
use crate::xero::books::list::{Page, csv, day, filter_of, ids};
use crate::xero::books::shelf::{Key, Shelf};
use crate::xero::books::{Answer, Books, Context, Refusal, Verb, respond};
use crate::xero::call::{Call, Reply};
use chrono::{DateTime, Utc};
use http::{Method, StatusCode, header};
use uuid::Uuid;

impl Filtered for Document {
    const NAME: &'static str = "Invoice";

    fn field(path: &str) -> Option<Field<Self>> {
        Some(match path {
            "invoiceid" | "creditnoteid" | "purchaseorderid" | "quoteid" => {
                Field::of(|_, row: &Document| Value::Id(row.id))
            }
            "invoicenumber" | "creditnotenumber" | "purchaseordernumber" | "quotenumber" => {
                Field::of(|_, row: &Document| Value::filled(&row.number))
            }
            "reference" => Field::of(|_, row: &Document| Value::filled(&row.reference)),
            "type" => Field::of(|_, row: &Document| Value::text(row.kind.wire())),
            "status" => Field::of(|_, row: &Document| Value::text(row.status.wire())),
            "date" => Field::of(|_, row: &Document| Value::Day(row.date)),
            "duedate" | "deliverydate" | "expirydate" => Field::of(|_, row: &Document| Value::maybe_day(row.due)),
            "fullypaidondate" => Field::of(|_, row: &Document| Value::maybe_day(row.fully_paid)),
            "expectedpaymentdate" => Field::of(|_, row: &Document| Value::maybe_day(row.expected)),
            "plannedpaymentdate" => Field::of(|_, row: &Document| Value::maybe_day(row.planned)),
            "updateddateutc" => Field::of(|_, row: &Document| Value::Moment(row.updated)),
            "subtotal" => Field::of(|_, row: &Document| Value::Number(row.totals.net)),
            "totaltax" => Field::of(|_, row: &Document| Value::Number(row.totals.tax)),
            "total" => Field::of(|_, row: &Document| Value::Number(row.totals.total)),
            "amountdue" | "remainingcredit" => Field::of(|_, row: &Document| Value::Number(row.shown_outstanding())),
            "amountpaid" => Field::of(|_, row: &Document| Value::Number(row.paid)),
            "amountcredited" => Field::of(|_, row: &Document| Value::Number(row.credited)),
            "totaldiscount" => Field::of(|_, row: &Document| Value::Number(row.totals.discount)),
            "isdiscounted" => Field::of(|_, row: &Document| Value::Flag(!row.totals.discount.is_zero())),
            "hasattachments" => Field::of(|books, row: &Document| Value::Flag(books.has_attachments(row.id))),
            "lineamounttypes" => Field::of(|_, row: &Document| Value::text(row.mode.wire())),
            "currencyrate" => Field::of(|_, row: &Document| Value::Number(row.rate)),
            "currencycode" => Field::of(|_, row: &Document| Value::text(&row.currency)),
            "senttocontact" => Field::of(|_, row: &Document| Value::Flag(row.sent)),
            "brandingthemeid" => Field::of(|_, row: &Document| row.theme.map_or(Value::Null, Value::Id)),
            "url" => Field::of(|_, row: &Document| Value::filled(row.extra("Url"))),
            "contact.contactid" => Field::of(|_, row: &Document| Value::Id(row.contact)),
            "contact.name" => Field::of(|books, row: &Document| {
                books.contacts.get(row.contact).map_or(Value::Null, |contact| Value::text(contact.name()))
            }),
            "contact.contactnumber" => Field::of(|books, row: &Document| {
                books
                    .contacts
                    .get(row.contact)
                    .map_or(Value::Null, |contact| Value::filled(contact.text("ContactNumber")))
            }),
            "contact.accountnumber" => Field::of(|books, row: &Document| {
                books
                    .contacts
                    .get(row.contact)
                    .map_or(Value::Null, |contact| Value::filled(contact.text("AccountNumber")))
            }),
            _ => return None,
        })
    }

    fn updated(&self) -> DateTime<Utc> {
        self.updated
    }
}

impl Books {
    pub(in crate::xero::books) fn shelf(&self, family: Family) -> &Shelf<Document> {
        match family {
            Family::Invoice => &self.invoices,
            Family::CreditNote => &self.credit_notes,
            Family::Order => &self.orders,
            Family::Quote => &self.quotes,
        }
    }

    /// Puts a document on the shelf of its family.
    pub(in crate::xero::books) fn store(&mut self, document: Document) {
        match document.kind.family() {
            Family::Invoice => self.invoices.put(document),
            Family::CreditNote => self.credit_notes.put(document),
            Family::Order => self.orders.put(document),
            Family::Quote => self.quotes.put(document),
        }
    }

    pub(in crate::xero::books) fn every_document(&self) -> impl Iterator<Item = &Document> {
        self.invoices.iter().chain(self.credit_notes.iter()).chain(self.orders.iter()).chain(self.quotes.iter())
    }

    /// By id or, but for quotes, by number (xero.md 4.1).
    pub(in crate::xero::books) fn find_document(&self, family: Family, key: &str) -> Option<Uuid> {
        match Uuid::parse_str(key) {
            Ok(id) => self.shelf(family).get(id).map(|row| row.id),
            Err(_) if family == Family::Quote => None,
            Err(_) => self.shelf(family).find(Key::Number, &fold(key)).next().map(|row| row.id),
        }
    }

    pub(in crate::xero::books) fn documents_call(
        &mut self,
        call: &Call<'_>,
        family: Family,
        rest: &[String],
        ctx: &Context<'_>,
    ) -> Answer {
        let found = rest.first().map(|key| self.find_document(family, key).ok_or(Refusal::NotFound)).transpose()?;
        match (call.method, found, rest.get(1..).unwrap_or_default()) {
            (&Method::GET, None, _) => self.list_documents(call, family, ctx),
            (&Method::PUT, None, _) => self.save_documents(call, family, None, Verb::Put, ctx),
            (&Method::POST, None, _) => self.save_documents(call, family, None, Verb::Post, ctx),
            (&Method::GET, Some(id), []) if wants_pdf(call) => self.pdf_of(family, id),
            (&Method::GET, Some(id), []) => self.one_document(family, id, ctx),
            (&Method::POST, Some(id), []) => self.save_documents(call, family, Some(id), Verb::Post, ctx),
            (&Method::GET, Some(id), [part]) if part.eq_ignore_ascii_case("pdf") => self.pdf_of(family, id),
            (_, Some(id), [part, entry @ ..])
                if part.eq_ignore_ascii_case("Allocations") && family == Family::CreditNote =>
            {
                self.allocations_call(call, id, entry, ctx)
            }
            (method, Some(id), [part]) if family == Family::Invoice => self.invoice_part(method, id, part, ctx),
            (_, _, []) => Err(Refusal::MethodNotAllowed),
            _ => Err(Refusal::NotFound),
        }
    }

    /// OnlineInvoice and Email (xero.md 4.7).
    fn invoice_part(&self, method: &Method, id: Uuid, part: &str, ctx: &Context<'_>) -> Answer {
        let row = self.invoices.get(id).ok_or(Refusal::NotFound)?;
        match (method, part.to_ascii_lowercase().as_str()) {
            (&Method::GET, "onlineinvoice") => {
                if row.kind != Kind::Invoice || !row.status.is_approved() {
                    return Err(Refusal::validation("The invoice has no online page in its status")); // [impl]
                }
                Ok(ctx.envelope(None, |out| {
                    out.list("OnlineInvoices", [id], |out, id| {
                        out.text("OnlineInvoiceUrl", &format!("https://in.xero.com/{}", id.simple()));
                    });
                }))
            }
            (&Method::POST, "email") => {
                let reachable = self.contacts.get(row.contact).is_some_and(|c| !c.text("EmailAddress").is_empty());
                if row.kind != Kind::Invoice || !row.status.is_approved() || !reachable {
                    return Err(Refusal::validation(
                        "The invoice cannot be emailed in its status or without an address",
                    )); // [impl]
                }
                Ok(respond::no_content())
            }
            (_, "onlineinvoice" | "email" | "pdf") => Err(Refusal::MethodNotAllowed),
            _ => Err(Refusal::NotFound),
        }
    }

    fn pdf_of(&self, family: Family, id: Uuid) -> Answer {
        let row = self.shelf(family).get(id).ok_or(Refusal::NotFound)?;
        let name = self.contacts.get(row.contact).map_or("", |contact| contact.name());
        let lines = [
            self.organisation.name.clone(),
            format!("{} {}", family.noun(), row.number),
            name.to_owned(),
            format!("{} {}", row.currency, row.totals.total),
        ];
        Ok(Reply::typed(StatusCode::OK, "application/pdf", pdf::page(&lines)))
    }

    fn one_document(&self, family: Family, id: Uuid, ctx: &Context<'_>) -> Answer {
        let row = self.shelf(family).get(id).ok_or(Refusal::NotFound)?;
        Ok(self.answer_documents(family, None, true, vec![row], Shape::Single, ctx))
    }

    fn answer_documents(
        &self,
        family: Family,
        paging: Option<crate::xero::books::list::Paging>,
        summarise: bool,
        rows: Vec<&Document>,
        shape: Shape,
        ctx: &Context<'_>,
    ) -> Reply {
        let body = |out: &mut crate::xero::books::wire_out::Writer| {
            out.list(family.collection(), rows, |out, row| render(out, self, row, shape, ctx));
        };
        if family == Family::Quote { ctx.quote_envelope(summarise, body) } else { ctx.envelope(paging, body) }
    }

    fn list_documents(&self, call: &Call<'_>, family: Family, ctx: &Context<'_>) -> Answer {
        let wanted = Wanted::read(call, family, ctx)?;
        let summary = family == Family::Invoice && respond::flag(call, "summaryOnly");
        let forced = family == Family::Order || !wanted.statuses.is_empty() && family == Family::Invoice || summary;
        let page = Page::read(call, forced || family == Family::Quote)?;
        // Quotes and purchase orders have no `where` (xero.md 6).
        let filter = if matches!(family, Family::Invoice | Family::CreditNote) { filter_of(call)? } else { None };
        let shelf = self.shelf(family);
        let keep = |row: &Document| wanted.takes(row);
        let pinned = filter.as_ref().and_then(|filter| {
            let by = |path, key| filter.pinned(path).map(|text| (key, fold(text)));
            by("reference", Key::Reference)
                .or_else(|| by("invoicenumber", Key::Number))
                .or_else(|| by("creditnotenumber", Key::Number))
        });
        let rows = if let Some((key, text)) = pinned {
            self.select_by(call, filter.as_ref(), shelf.find(key, &text), keep)?
        } else if !wanted.ids.is_empty() {
            self.select_by(call, filter.as_ref(), wanted.ids.iter().filter_map(|id| shelf.get(*id)), keep)?
        } else if !wanted.numbers.is_empty() {
            let rows = wanted.numbers.iter().flat_map(|number| shelf.find(Key::Number, number));
            self.select_by(call, filter.as_ref(), rows, keep)?
        } else if let [contact] = wanted.contacts.as_slice() {
            self.select_by(call, filter.as_ref(), shelf.find(Key::Contact, &contact.to_string()), keep)?
        } else {
            self.select_by(call, filter.as_ref(), shelf.iter(), keep)?
        };
        let shape = match family {
            Family::Invoice if summary => Shape::Summary,
            Family::Invoice | Family::CreditNote if page.is_paged() => Shape::Paged,
            Family::Invoice | Family::CreditNote => Shape::Bare,
            Family::Order | Family::Quote => Shape::Single,
        };
        let (rows, paging) = page.cut(rows);
        // Quotes page without a pagination object (xero.md 4.6).
        Ok(self.answer_documents(family, paging, respond::summarises(call), rows, shape, ctx))
    }
}

/// The filters of a list besides `where`.
struct Wanted {
    ids: Vec<Uuid>,
    numbers: Vec<String>,
    contacts: Vec<Uuid>,
    statuses: Vec<Status>,
    unknown_status: bool,
    term: Option<String>,
    app: Option<String>,
    from: Option<chrono::NaiveDate>,
    to: Option<chrono::NaiveDate>,
    expiry_from: Option<chrono::NaiveDate>,
    expiry_to: Option<chrono::NaiveDate>,
}

impl Wanted {
    fn read(call: &Call<'_>, family: Family, ctx: &Context<'_>) -> Result<Self, Refusal> {
        let (numbers, contacts, statuses) = match family {
            Family::Invoice => ("InvoiceNumbers", "ContactIDs", "Statuses"),
            Family::CreditNote => ("CreditNoteNumbers", "ContactIDs", "Statuses"),
            Family::Order => ("PurchaseOrderNumber", "ContactID", "Status"),
            Family::Quote => ("QuoteNumber", "ContactID", "Status"),
        };
        let listed = csv(call.param(statuses).unwrap_or_default());
        Ok(Self {
            ids: ids(call, "IDs")?,
            numbers: csv(call.param(numbers).unwrap_or_default()).into_iter().map(fold).collect(),
            contacts: ids(call, contacts)?,
            unknown_status: listed.iter().any(|text| Status::read(text).is_none()),
            statuses: listed.into_iter().filter_map(Status::read).collect(),
            term: call.param("searchTerm").map(fold).filter(|_| family == Family::Invoice),
            app: respond::flag(call, "createdByMyApp").then(|| ctx.app.to_owned()),
            from: day(call, "DateFrom")?,
            to: day(call, "DateTo")?,
            expiry_from: day(call, "ExpiryDateFrom")?,
            expiry_to: day(call, "ExpiryDateTo")?,
        })
    }

    fn takes(&self, row: &Document) -> bool {
        (self.ids.is_empty() || self.ids.contains(&row.id))
            && (self.numbers.is_empty() || self.numbers.contains(&fold(&row.number)))
            && (self.contacts.is_empty() || self.contacts.contains(&row.contact))
            && (self.statuses.contains(&row.status) || self.statuses.is_empty() && !self.unknown_status)
            && self.term.as_ref().is_none_or(|term| {
                fold(&row.number).contains(term.as_str()) || fold(&row.reference).contains(term.as_str())
            })
            && self.app.as_ref().is_none_or(|app| *app == row.app)
            && self.from.is_none_or(|from| row.date >= from)
            && self.to.is_none_or(|to| row.date <= to)
            && self.expiry_from.is_none_or(|from| row.due.is_some_and(|due| due >= from))
            && self.expiry_to.is_none_or(|to| row.due.is_some_and(|due| due <= to))
    }
}

fn wants_pdf(call: &Call<'_>) -> bool {
    call.headers
        .get(header::ACCEPT)
        .and_then(|value| value.to_str().ok())
        .is_some_and(|accept| accept.to_ascii_lowercase().starts_with("application/pdf"))
}
