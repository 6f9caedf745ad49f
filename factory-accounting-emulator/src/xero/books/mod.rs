//! One organisation's books: every entity, every rule, no clock and no network.
//!
//! The emulator shares no type, mapping, money or tax code with what it tests. Each rule cites its fact; what is
//! not modelled is refused with a 501 that names the gap.

mod account;
mod allocation;
mod attachment;
mod batch_payment;
mod contact;
mod contact_group;
mod credit;
mod document;
mod errors;
mod filter;
mod history;
mod ids;
mod item;
mod ledger;
mod lines;
mod linked_transaction;
mod list;
mod organisation;
mod payable;
mod payment;
mod person;
mod respond;
mod seed;
mod shelf;
mod tax_rate;
#[cfg(test)]
mod tests;
mod tracking;
mod undo;
mod wire_in;
mod wire_out;
mod zone;

pub use ledger::BookedDocument;
pub use zone::Region;

use account::Account;
use allocation::Allocation;
use attachment::Attachment;
use batch_payment::BatchPayment;
use chrono::{DateTime, NaiveDate, Utc};
use contact::Contact;
use contact_group::ContactGroup;
use credit::{Credit, Nature};
use document::{Document, Family};
use errors::{Findings, Refusal};
use history::History;
use ids::Ids;
use item::Item;
use linked_transaction::LinkedTransaction;
use organisation::{Currency, Organisation, Theme};
use payment::Payment;
use rust_decimal::Decimal;
use shelf::{Key, Shelf};
use std::collections::BTreeMap;
use tax_rate::TaxRate;
use tracking::Category;
use uuid::Uuid;

use super::call::{Call, Reply};
use super::switches::Switches;

/// One organisation's books.
#[derive(Clone, Debug)]
pub(crate) struct Books {
    region: Region,
    tenant_id: Uuid,
    ids: Ids,
    born: DateTime<Utc>,
    organisation: Organisation,
    accounts: Shelf<Account>,
    tax_rates: Shelf<TaxRate>,
    custom_rates: u32,
    currencies: Vec<Currency>,
    themes: Vec<Theme>,
    tracking: Shelf<Category>,
    contacts: Shelf<Contact>,
    contact_groups: Shelf<ContactGroup>,
    items: Shelf<Item>,
    invoices: Shelf<Document>,
    credit_notes: Shelf<Document>,
    orders: Shelf<Document>,
    quotes: Shelf<Document>,
    payments: Shelf<Payment>,
    batches: Shelf<BatchPayment>,
    /// Prepayments and overpayments.
    credits: Shelf<Credit>,
    allocations: Shelf<Allocation>,
    linked_transactions: Shelf<LinkedTransaction>,
    attachments: BTreeMap<Uuid, Vec<Attachment>>,
    history: History,
    /// The last number given by each sequence.
    counters: BTreeMap<Family, u32>,
    events: Vec<BookEvent>,
}

/// A change that a webhook tells of (xero.md 8).
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct BookEvent {
    /// CONTACT, INVOICE or CREDITNOTE.
    pub(crate) category: &'static str,
    /// CREATE or UPDATE.
    pub(crate) kind: &'static str,
    /// Id of the contact, invoice or credit note.
    pub(crate) resource_id: Uuid,
    /// When, in the emulator's time.
    pub(crate) at: DateTime<Utc>,
    /// Type and status, on credit notes only.
    pub(crate) data: Option<(String, String)>,
}

/// PUT creates, POST creates or updates (xero.md 0.3).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Verb {
    Put,
    Post,
}

/// What one call carries through the rules.
#[derive(Clone, Copy, Debug)]
struct Context<'a> {
    now: DateTime<Utc>,
    app: &'a str,
    switches: &'a Switches,
    /// Places of unit prices, by `unitdp`.
    unit_places: u32,
    response_id: Uuid,
}

/// One element of a write as the answer shows it, and what was found wrong with it.
#[derive(Clone, Debug)]
struct Written<T> {
    row: T,
    findings: Findings,
}

type Answer = Result<Reply, Refusal>;

/// Resources that Xero has and these books do not model.
const GAPS: [&str; 15] = [
    "BankTransactions",
    "BankTransfers",
    "Budgets",
    "Employees",
    "ExpenseClaims",
    "InvoiceReminders",
    "Journals",
    "ManualJournals",
    "PaymentServices",
    "Receipts",
    "RepeatingInvoices",
    "Reports",
    "Setup",
    "Users",
    "PaymentTerms",
];

impl Books {
    /// The organisation's display name.
    pub(crate) fn organisation_name(&self) -> &str {
        &self.organisation.name
    }

    /// Answers one call; any input gets an answer.
    pub(crate) fn handle(&mut self, call: &Call<'_>, switches: &Switches) -> Reply {
        self.route(call, switches).unwrap_or_else(|refusal| refusal.reply())
    }

    fn route(&mut self, call: &Call<'_>, switches: &Switches) -> Answer {
        let ctx = Context {
            now: call.now,
            app: call.app,
            switches,
            unit_places: respond::unit_places(call)?,
            response_id: self.ids.next(),
        };
        let Some((resource, rest)) = call.path.split_first() else { return Err(Refusal::NotFound) };
        let resource = resource.to_ascii_lowercase();
        if let [key, part, tail @ ..] = rest {
            if part.eq_ignore_ascii_case("History") && tail.is_empty() {
                let (_, owner) = self.owner(&resource, key, true)?;
                return self.history_call(call, owner, &ctx);
            }
            if part.eq_ignore_ascii_case("Attachments") {
                let (endpoint, owner) = self.owner(&resource, key, false)?;
                let online = self.shows_online(owner);
                return self.attachments_call(call, (endpoint, owner), tail, online, &ctx);
            }
        }
        match resource.as_str() {
            "contacts" => self.contacts_call(call, rest, &ctx),
            "items" => self.items_call(call, rest, &ctx),
            "accounts" => self.accounts_call(call, rest, &ctx),
            "taxrates" => self.tax_rates_call(call, rest, &ctx),
            "currencies" => self.currencies_call(call, rest, &ctx),
            "organisation" | "organisations" => self.organisation_call(call, rest, &ctx),
            "brandingthemes" => self.themes_call(call, rest, &ctx),
            "trackingcategories" => self.tracking_call(call, rest, &ctx),
            "quotes" => self.documents_call(call, Family::Quote, rest, &ctx),
            "invoices" => self.documents_call(call, Family::Invoice, rest, &ctx),
            "purchaseorders" => self.documents_call(call, Family::Order, rest, &ctx),
            "creditnotes" => self.documents_call(call, Family::CreditNote, rest, &ctx),
            "payments" => self.payments_call(call, rest, &ctx),
            "batchpayments" => self.batch_payments_call(call, rest, &ctx),
            "prepayments" => self.credits_call(call, Nature::Prepayment, rest, &ctx),
            "overpayments" => self.credits_call(call, Nature::Overpayment, rest, &ctx),
            "contactgroups" => self.contact_groups_call(call, rest, &ctx),
            "linkedtransactions" => self.linked_transactions_call(call, rest, &ctx),
            other => match GAPS.iter().find(|gap| gap.eq_ignore_ascii_case(other)) {
                Some(gap) => Err(Refusal::gap(gap)),
                None => Err(Refusal::NotFound),
            },
        }
    }

    /// Whose history or attachments are meant.
    fn owner(&self, resource: &str, key: &str, history: bool) -> Result<(&'static str, Uuid), Refusal> {
        let found = match resource {
            "contacts" => ("Contacts", self.find_contact(key)),
            "invoices" => ("Invoices", self.find_document(Family::Invoice, key)),
            "creditnotes" => ("CreditNotes", self.find_document(Family::CreditNote, key)),
            "purchaseorders" => ("PurchaseOrders", self.find_document(Family::Order, key)),
            "quotes" => ("Quotes", self.find_document(Family::Quote, key)),
            "items" if history => ("Items", self.find_item(key)),
            "payments" if history => ("Payments", by_id(&self.payments, key)),
            "prepayments" if history => ("Prepayments", self.find_credit(Nature::Prepayment, key)),
            "overpayments" if history => ("Overpayments", self.find_credit(Nature::Overpayment, key)),
            "batchpayments" if history => ("BatchPayments", by_id(&self.batches, key)),
            "accounts" if !history => ("Accounts", by_id(&self.accounts, key)),
            other => match GAPS.iter().find(|gap| gap.eq_ignore_ascii_case(other)) {
                Some(gap) => return Err(Refusal::gap(gap)),
                None => return Err(Refusal::NotFound),
            },
        };
        found.1.map(|id| (found.0, id)).ok_or(Refusal::NotFound)
    }

    /// IncludeOnline is for sales documents only (xero.md 4.13).
    fn shows_online(&self, owner: Uuid) -> bool {
        let row = self.invoices.get(owner).or_else(|| self.credit_notes.get(owner));
        row.is_some_and(|row| row.kind.is_sale())
    }

    /// Changes since this was last asked, for webhooks (xero.md 8).
    pub(crate) fn take_events(&mut self) -> Vec<BookEvent> {
        std::mem::take(&mut self.events)
    }

    fn announce(
        &mut self,
        category: &'static str,
        created: bool,
        resource_id: Uuid,
        at: DateTime<Utc>,
        data: Option<(String, String)>,
    ) {
        let kind = if created { "CREATE" } else { "UPDATE" };
        self.events.push(BookEvent { category, kind, resource_id, at, data });
    }

    /// Only invoices and credit notes have events; credit notes carry type and status (xero.md 8).
    fn announce_document(&mut self, document: &Document, created: bool, at: DateTime<Utc>) {
        match document.kind.family() {
            Family::Invoice => self.announce("INVOICE", created, document.id, at, None),
            Family::CreditNote => {
                let data = (document.kind.wire().to_owned(), document.status.wire().to_owned());
                self.announce("CREDITNOTE", created, document.id, at, Some(data));
            }
            Family::Order | Family::Quote => {}
        }
    }

    /// Outstanding and overdue of a contact as of a day, sales first.
    fn outstanding_of(&self, contact: Uuid, today: NaiveDate) -> ((Decimal, Decimal), (Decimal, Decimal)) {
        let mut sums = [(Decimal::ZERO, Decimal::ZERO); 2];
        for row in self.invoices.find(Key::Contact, &contact.to_string()) {
            if row.status != document::Status::Authorised {
                continue;
            }
            let side = &mut sums[usize::from(!row.kind.is_sale())];
            side.0 += row.outstanding();
            if row.due.is_some_and(|due| due < today) {
                side.1 += row.outstanding();
            }
        }
        (sums[0], sums[1])
    }
}

fn by_id<T: shelf::Shelved>(shelf: &Shelf<T>, key: &str) -> Option<Uuid> {
    let id = Uuid::parse_str(key).ok()?;
    shelf.get(id).map(T::id)
}
