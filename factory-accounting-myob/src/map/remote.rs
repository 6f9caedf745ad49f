//! What the books hold, in our terms.
//!
//! Times of change are left out: they are the company file's wall clock, and nobody says in which zone (myob.md 13.15).

use factory_accounting_core::ids::{RemoteId, VersionToken};
use factory_accounting_core::model::{RecordKind, TaxMode};
use factory_accounting_core::money::{Currency, Totals};
use factory_accounting_core::provider::{RemoteLine, RemoteRecord, RemoteStatus, Settled};
use factory_accounting_http::json::Number;
use rust_decimal::Decimal;
use serde::de::DeserializeOwned;
use serde_json::value::RawValue;

use crate::profile::FileProfile;
use crate::remote_id::{self, Collection};
use crate::wire::contact::Contact;
use crate::wire::document::{Document, Line};
use crate::wire::item::Item;
use crate::wire::link::Link;
use crate::wire::lists::Job;
use crate::wire::payment::{Applied, Payee, Payment, SpendMoney, SpentLine};

/// Why a row is no record: it has no id, or lacks what a record of its kind cannot be without.
pub(crate) type Unreadable = &'static str;

/// Whether a record keeps the form that it was read in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Carry {
    /// It does: an update goes out as a change of the whole record (myob.md 4).
    Keep,
    /// It does not: nobody changes it from here.
    Leave,
}

/// Reads records of a company file.
#[derive(Clone, Debug)]
pub(crate) struct Reader {
    home: Currency,
    untaxed: Option<RemoteId>,
}

impl Reader {
    /// The reader of a company file.
    pub(crate) fn of(profile: &FileProfile) -> Self {
        Self { home: profile.country.currency(), untaxed: profile.untaxed.clone() }
    }

    /// Reads a row of a collection as a record of a kind.
    pub(crate) fn read(
        &self,
        kind: RecordKind,
        collection: Collection,
        row: &RawValue,
        carry: Carry,
    ) -> Result<RemoteRecord, String> {
        let json = row.get();
        let record = match collection {
            Collection::Customer | Collection::Supplier => self.party(kind, collection, &parse(json)?),
            Collection::Item => item(parse(json)?),
            Collection::Job => job(parse(json)?),
            Collection::CustomerPayment | Collection::SupplierPayment | Collection::CreditRefund => {
                self.payment(collection, &parse(json)?)
            }
            Collection::CreditSettlement => self.settlement(&parse(json)?),
            Collection::SpendMoney => self.spent(parse(json)?),
            _ => self.document(kind, collection, parse(json)?),
        };
        let mut record = record.map_err(str::to_owned)?;
        if carry == Carry::Keep {
            record.carry = Some(json.to_owned());
        }
        Ok(record)
    }

    /// A document with lines. A credit note is an invoice below zero (myob.md 3.6): its amounts are turned round.
    fn document(
        &self,
        kind: RecordKind,
        collection: Collection,
        document: Document,
    ) -> Result<RemoteRecord, Unreadable> {
        let sign = if kind == RecordKind::CreditNote { -Decimal::ONE } else { Decimal::ONE };
        let abroad = self.is_abroad(document.foreign_currency.as_ref());
        let pick = |home: Option<Number>, foreign: Option<Number>| if abroad { foreign } else { home };
        let signed = |amount: Option<Number>| amount.and_then(|amount| amount.0.checked_mul(sign));
        let total = signed(pick(document.total_amount, document.total_amount_foreign));
        let tax = signed(pick(document.total_tax, document.total_tax_foreign)).unwrap_or_default();
        let due = signed(pick(document.balance_due_amount, document.balance_due_amount_foreign));
        let status = status(collection, document.status.as_deref(), due);
        let mut record = record(kind, collection, document.uid.as_deref(), status)?;
        record.totals = total.map(|total| Totals { subtotal: total.saturating_sub(tax), tax, total });
        // A quote is paid by nobody.
        let settles = !matches!(collection, Collection::Quote(_));
        record.settled =
            total.zip(due).filter(|_| settles).map(|(total, due)| settled(kind, total.saturating_sub(due), due));
        record.number = match collection {
            // The supplier's own number; MYOB's is nobody's business outside.
            Collection::Bill(_) => document.supplier_invoice_number.or(document.number),
            _ => document.number,
        };
        record.reference = document.customer_purchase_order_number;
        record.party = linked(Collection::Customer, document.customer.as_ref())
            .or_else(|| linked(Collection::Supplier, document.supplier.as_ref()));
        record.date = document.date;
        record.due = match (kind, collection) {
            // Nothing falls due on a credit, and a quote has no expiry here (myob.md 3.4).
            (RecordKind::CreditNote, _) | (_, Collection::Quote(_)) => None,
            (_, Collection::PurchaseOrder(_)) => document.promised_date,
            _ => document.terms.and_then(|terms| terms.due_date),
        };
        record.currency = self.currency(document.foreign_currency.as_ref());
        record.tax_mode =
            document.is_tax_inclusive.and_then(|inclusive| self.tax_mode(inclusive, document.lines.as_deref()));
        record.sources = match source_of(collection) {
            // Unions leave out what only some layouts have.
            Some(source) if document.lines.is_some() => {
                Some(linked(source, document.order.as_ref()).into_iter().collect())
            }
            _ => None,
        };
        let read = |line| remote_line(if abroad { in_its_currency(line) } else { line }, sign);
        record.lines = document.lines.map(|lines| lines.into_iter().map(read).collect());
        record.version = document.row_version.map(VersionToken::new);
        Ok(record)
    }

    /// Whether prices contain tax. Where every line has the code without tax the question has no answer: both ways come to
    /// the same, and what was planned stands.
    fn tax_mode(&self, inclusive: bool, lines: Option<&[Line]>) -> Option<TaxMode> {
        let mut charges = lines.unwrap_or_default().iter().filter(|line| line.charges()).peekable();
        let untaxed = self.untaxed.as_ref().map(RemoteId::as_str);
        let code = |line: &Line| line.tax_code.as_ref().and_then(|code| code.uid.clone());
        let free =
            charges.peek().is_some() && charges.all(|line| untaxed.is_some() && code(line).as_deref() == untaxed);
        match (free, inclusive) {
            (true, _) => None,
            (false, true) => Some(TaxMode::Inclusive),
            (false, false) => Some(TaxMode::Exclusive),
        }
    }

    fn currency(&self, foreign: Option<&Link>) -> Option<Currency> {
        match foreign.filter(|_| self.is_abroad(foreign)) {
            Some(link) => link.code.as_deref()?.parse().ok(),
            None => Some(self.home),
        }
    }

    /// Whether amounts are in another currency than the books, in members of their own beside those in the books' (myob.md
    /// 3.4). A link to nothing, or to the books' own currency, makes none.
    fn is_abroad(&self, foreign: Option<&Link>) -> bool {
        foreign.is_some_and(|link| match &link.code {
            Some(code) => code != self.home.code(),
            None => link.uid.is_some(),
        })
    }

    /// A customer or a supplier. Its number is the card's id, which is the key that it was made under.
    fn party(&self, kind: RecordKind, collection: Collection, contact: &Contact) -> Result<RemoteRecord, Unreadable> {
        let mut record = record(kind, collection, contact.uid.as_deref(), in_use(contact.is_active))?;
        record.number = contact.card_id().map(str::to_owned);
        record.name = contact.name();
        record.currency = self.currency(contact.foreign_currency.as_ref());
        record.version = contact.row_version.clone().map(VersionToken::new);
        Ok(record)
    }

    /// A payment, or a refund of a credit note. Its text is the reference that it is found by.
    fn payment(&self, collection: Collection, payment: &Payment) -> Result<RemoteRecord, Unreadable> {
        let mut record = record(RecordKind::Payment, collection, payment.uid.as_deref(), RemoteStatus::Open)?;
        let lines = if collection == Collection::CustomerPayment { &payment.invoices } else { &payment.lines };
        record.parent = match collection {
            Collection::CreditRefund => payment.invoice.as_ref().and_then(sale),
            _ => sole(lines),
        };
        let abroad = self.is_abroad(payment.foreign_currency.as_ref());
        let amount = if abroad { payment.amount_foreign } else { payment.amount }.map(|amount| amount.0);
        record.totals = amount.map(only);
        record.settled = match collection {
            Collection::CreditRefund => None,
            _ => amount.zip(applied(lines, abroad)).map(|(amount, applied)| Settled {
                paid: applied,
                credited: Decimal::ZERO,
                due: amount.saturating_sub(applied),
            }),
        };
        self.finish(&mut record, payment);
        Ok(record)
    }

    /// A part of a credit note that is set off against an invoice (myob.md 3.6).
    fn settlement(&self, settlement: &Payment) -> Result<RemoteRecord, Unreadable> {
        let kind = RecordKind::Allocation;
        let uid = settlement.uid.as_deref();
        let mut record = record(kind, Collection::CreditSettlement, uid, RemoteStatus::Open)?;
        record.parent = settlement.credit_from_invoice.as_ref().and_then(sale);
        record.counterpart = sole(&settlement.lines);
        let abroad = self.is_abroad(settlement.foreign_currency.as_ref());
        let amount = if abroad { settlement.amount_foreign } else { settlement.amount };
        record.totals = amount.map(|amount| amount.0).or_else(|| applied(&settlement.lines, abroad)).map(only);
        self.finish(&mut record, settlement);
        Ok(record)
    }

    fn finish(&self, record: &mut RemoteRecord, payment: &Payment) {
        record.party = linked(Collection::Customer, payment.customer.as_ref())
            .or_else(|| linked(Collection::Supplier, payment.supplier.as_ref()));
        record.number = payment.number.clone();
        record.reference = payment.memo.as_deref().map(|memo| memo.trim().to_owned());
        record.date = payment.date;
        record.currency = self.currency(payment.foreign_currency.as_ref());
        record.version = payment.row_version.clone().map(VersionToken::new);
    }

    /// Money spent that somebody entered in MYOB.
    fn spent(&self, spent: SpendMoney) -> Result<RemoteRecord, Unreadable> {
        let collection = Collection::SpendMoney;
        let mut record = record(RecordKind::Expense, collection, spent.uid.as_deref(), RemoteStatus::Open)?;
        let tax = spent.total_tax.map_or(Decimal::ZERO, |tax| tax.0);
        record.totals =
            spent.amount_paid.map(|paid| Totals { subtotal: paid.0.saturating_sub(tax), tax, total: paid.0 });
        record.number = spent.payment_number;
        record.reference = spent.memo;
        record.party = spent.contact.as_ref().and_then(payee);
        record.date = spent.date;
        record.currency = self.currency(spent.foreign_currency.as_ref());
        record.tax_mode =
            spent.is_tax_inclusive.map(|inclusive| if inclusive { TaxMode::Inclusive } else { TaxMode::Exclusive });
        record.lines = Some(spent.lines.into_iter().map(spent_line).collect());
        record.version = spent.row_version.map(VersionToken::new);
        Ok(record)
    }
}

fn parse<T: DeserializeOwned>(json: &str) -> Result<T, String> {
    serde_json::from_str(json).map_err(|error| error.to_string())
}

/// An item. Its code is its number.
fn item(item: Item) -> Result<RemoteRecord, Unreadable> {
    let uid = item.uid.as_deref();
    let mut record = record(RecordKind::Product, Collection::Item, uid, in_use(item.is_active))?;
    record.number = item.number;
    record.name = item.name;
    record.version = item.row_version.map(VersionToken::new);
    Ok(record)
}

/// A job. Its number is the one that people know; the key that it was made under stands in its description.
fn job(job: Job) -> Result<RemoteRecord, Unreadable> {
    let mut record = record(RecordKind::Job, Collection::Job, job.uid.as_deref(), in_use(job.is_active))?;
    record.parent = linked(Collection::Job, job.parent_job.as_ref())
        .or_else(|| linked(Collection::Customer, job.linked_customer.as_ref()));
    record.number = job.number;
    record.name = job.name;
    record.version = job.row_version.map(VersionToken::new);
    Ok(record)
}

fn record(
    kind: RecordKind,
    collection: Collection,
    uid: Option<&str>,
    status: RemoteStatus,
) -> Result<RemoteRecord, Unreadable> {
    Ok(RemoteRecord::new(kind, remote_id::compose(collection, uid.ok_or("a record without a UID")?), status))
}

fn in_use(active: Option<bool>) -> RemoteStatus {
    if active == Some(false) { RemoteStatus::Archived } else { RemoteStatus::Open }
}

fn linked(collection: Collection, link: Option<&Link>) -> Option<RemoteId> {
    Some(remote_id::compose(collection, link?.uid.as_deref()?))
}

/// A document that a link names together with its layout.
fn sale(link: &Link) -> Option<RemoteId> {
    Some(remote_id::compose(link.collection()?, link.uid.as_deref()?))
}

/// The document that a line of money is applied to, where the answer tells its layout.
fn applied_to(line: &Applied) -> Option<RemoteId> {
    Some(remote_id::compose(line.collection()?, line.document()?))
}

/// The one document that all of the money is applied to. What people apply to several has none.
fn sole(lines: &[Applied]) -> Option<RemoteId> {
    let mut documents = lines.iter().filter(|line| line.document().is_some());
    documents.next().and_then(applied_to).filter(|_| documents.next().is_none())
}

/// How much is applied in all; `None` where a line does not say it in its currency.
fn applied(lines: &[Applied], abroad: bool) -> Option<Decimal> {
    let mut amounts = lines.iter().map(|line| if abroad { line.amount_applied_foreign } else { line.amount_applied });
    amounts.try_fold(Decimal::ZERO, |sum, amount| sum.checked_add(amount?.0))
}

fn only(amount: Decimal) -> Totals {
    Totals { subtotal: amount, tax: Decimal::ZERO, total: amount }
}

fn settled(kind: RecordKind, applied: Decimal, due: Decimal) -> Settled {
    match kind {
        RecordKind::CreditNote => Settled { paid: Decimal::ZERO, credited: applied, due },
        _ => Settled { paid: applied, credited: Decimal::ZERO, due },
    }
}

/// Where a document's `Order` leads: one of another layout cannot be converted (myob.md 3.5).
fn source_of(collection: Collection) -> Option<Collection> {
    match collection {
        Collection::Invoice(layout) => Some(Collection::Order(layout)),
        Collection::Bill(layout) => Some(Collection::PurchaseOrder(layout)),
        _ => None,
    }
}

fn status(collection: Collection, stated: Option<&str>, due: Option<Decimal>) -> RemoteStatus {
    let by_balance = if due.is_some_and(|due| due.is_zero()) { RemoteStatus::Paid } else { RemoteStatus::Open };
    match stated {
        None | Some("Open") => RemoteStatus::Open,
        Some("Accepted") => RemoteStatus::Accepted,
        Some("Declined") => RemoteStatus::Declined,
        Some("Invoiced" | "ConvertedToInvoice" | "ConvertedToBill") => RemoteStatus::Billed,
        Some("Closed") if matches!(collection, Collection::Invoice(_) | Collection::Bill(_)) => RemoteStatus::Paid,
        // Below zero it is told by what is left of it.
        Some("Credit" | "Debit" | "Unknown") => by_balance,
        Some(other) => RemoteStatus::Other(other.to_owned()),
    }
}

/// A line of a document in another currency, with that currency's amounts in place of the books'.
fn in_its_currency(line: Line) -> Line {
    Line { unit_price: line.unit_price_foreign, total: line.total_foreign, ..line }
}

/// Headings and subtotals charge nothing, whatever total they show.
fn remote_line(line: Line, sign: Decimal) -> RemoteLine {
    let mut read = RemoteLine::default();
    let charges = line.charges();
    read.id = line.row_id.map(RemoteId::new);
    read.description = line.description.unwrap_or_default();
    if !charges {
        return read;
    }
    let signed = |number: Option<Number>| number.and_then(|number| number.0.checked_mul(sign));
    let counted = line.ship_quantity.is_some();
    // A service line that only says what it comes to has zeros, or nothing, for the rest.
    let priced = line.unit_count.zip(line.unit_price).filter(|(count, _)| !count.0.is_zero());
    (read.quantity, read.unit_price) = match priced {
        _ if counted => (signed(line.ship_quantity), line.unit_price.map(|price| price.0)),
        Some((count, price)) => (signed(Some(count)), Some(price.0)),
        None => (None, None),
    };
    read.amount = signed(line.total);
    read.discount_rate = line.discount_percent.map(|rate| rate.0).filter(|rate| !rate.is_zero());
    read.tax_code = line.tax_code.and_then(|code| code.uid);
    read.item = linked(Collection::Item, line.item.as_ref()).map(|item| item.as_str().to_owned());
    // A line that names an item is posted through it.
    read.account = line.account.and_then(|account| account.uid).filter(|_| read.item.is_none());
    read.party = linked(Collection::Job, line.job.as_ref());
    read
}

fn spent_line(line: SpentLine) -> RemoteLine {
    let mut read = RemoteLine::default();
    read.id = line.row_id.map(RemoteId::new);
    read.description = line.memo.unwrap_or_default();
    read.amount = line.amount.map(|amount| amount.0);
    read.tax_code = line.tax_code.and_then(|code| code.uid);
    read.account = line.account.and_then(|account| account.uid);
    read.party = linked(Collection::Job, line.job.as_ref());
    read
}

/// Whoever was paid, where it is a customer or a supplier.
fn payee(payee: &Payee) -> Option<RemoteId> {
    let by_name = match payee.card_type.as_deref() {
        Some("Customer") => Some(Collection::Customer),
        Some("Supplier") => Some(Collection::Supplier),
        _ => None,
    };
    let collection = by_name.or_else(|| crate::wire::link::collection(payee.uri.as_deref()?))?;
    Some(remote_id::compose(collection, payee.uid.as_deref()?))
}

#[cfg(test)]
mod tests;
