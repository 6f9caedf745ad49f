//! How documents look in answers (xero.md 4.5 to 4.9).

use super::{Document, Family, Kind, Status, TaxMode};
use crate::xero::books::contact::{self, Contact, Term};
use crate::xero::books::credit::Nature;
use crate::xero::books::errors::Findings;
use crate::xero::books::lines::{Discount, Line, half_up};
use crate::xero::books::shelf::Key;
use crate::xero::books::wire_out::Writer;
use crate::xero::books::{Books, Context, respond};
use chrono::{Datelike, Days, Duration, Months, NaiveDate};
use rust_decimal::Decimal;
use uuid::Uuid;

/// Which of the recorded shapes an answer has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::xero::books) enum Shape {
    /// The answer of a write: no list-only members.
    Write,
    /// A list without a page: contact and totals, no lines.
    Bare,
    /// A list with a page: lines, but a short contact.
    Paged,
    /// `summaryOnly`.
    Summary,
    Single,
}

pub(super) fn render_written(
    out: &mut Writer,
    books: &Books,
    document: &Document,
    findings: &Findings,
    every: bool,
    ctx: &Context<'_>,
) {
    body(out, books, document, Shape::Write, ctx, !findings.is_clean());
    respond::verdict(out, findings, every);
}

/// One document in an answer.
pub(in crate::xero::books) fn render(
    out: &mut Writer,
    books: &Books,
    document: &Document,
    shape: Shape,
    ctx: &Context<'_>,
) {
    body(out, books, document, shape, ctx, false);
}

fn body(out: &mut Writer, books: &Books, document: &Document, shape: Shape, ctx: &Context<'_>, failed: bool) {
    match document.kind.family() {
        Family::Invoice => invoice(out, books, document, shape, ctx, failed),
        Family::CreditNote => credit_note(out, books, document, shape, ctx, failed),
        Family::Order => order(out, books, document, shape, ctx, failed),
        Family::Quote => quote(out, books, document, ctx),
    }
}

fn invoice(out: &mut Writer, books: &Books, row: &Document, shape: Shape, ctx: &Context<'_>, failed: bool) {
    out.text("Type", row.kind.wire());
    out.id("InvoiceID", row.id);
    out.text("InvoiceNumber", &row.number);
    out.text("Reference", &row.reference);
    if !matches!(shape, Shape::Write | Shape::Summary) {
        payments(out, books, row.id);
        credit_notes(out, books, row);
    }
    if matches!(shape, Shape::Write | Shape::Summary) {
        out.none("Prepayments");
        out.none("Overpayments");
    } else {
        books.render_applied_credits(out, row.id, Nature::Prepayment);
        books.render_applied_credits(out, row.id, Nature::Overpayment);
    }
    // Lists show nothing due on a voided invoice, the write answer still does (xero.md 4.7).
    out.decimal("AmountDue", if shape == Shape::Write { row.outstanding() } else { row.shown_outstanding() });
    out.decimal("AmountPaid", row.paid);
    if shape != Shape::Write {
        out.decimal("AmountCredited", row.credited);
    }
    out.some("Url", row.extras.get("Url").map(String::as_str));
    out.flag("SentToContact", row.sent);
    out.decimal("CurrencyRate", row.rate);
    out.flag("IsDiscounted", !row.totals.discount.is_zero());
    if !matches!(shape, Shape::Write | Shape::Summary) {
        out.flag("HasAttachments", books.has_attachments(row.id));
    }
    out.flag("HasErrors", failed);
    out.none("InvoicePaymentServices");
    out.instant_string("UpdatedDateUTCString", row.updated);
    contact_of(out, books, row.contact, shape);
    out.date_string("DateString", row.date);
    out.date("Date", row.date);
    if let Some(due) = row.due {
        out.date_string("DueDateString", due);
        out.date("DueDate", due);
    }
    if let Some(expected) = row.expected.filter(|_| row.kind == Kind::Invoice) {
        out.date("ExpectedPaymentDate", expected);
    }
    if let Some(planned) = row.planned.filter(|_| row.kind == Kind::Bill) {
        out.date("PlannedPaymentDate", planned);
    }
    tail(out, books, row, shape, ctx);
}

fn credit_note(out: &mut Writer, books: &Books, row: &Document, shape: Shape, ctx: &Context<'_>, failed: bool) {
    out.id("CreditNoteID", row.id);
    out.text("CreditNoteNumber", &row.number);
    if !matches!(shape, Shape::Write | Shape::Summary) {
        payments(out, books, row.id);
        books.render_allocations(out, row.id);
    }
    out.id("ID", row.id);
    out.flag("HasErrors", failed);
    out.decimal("CurrencyRate", row.rate);
    out.text("Type", row.kind.wire());
    out.text("Reference", &row.reference);
    out.flag("SentToContact", row.sent);
    out.decimal("RemainingCredit", row.shown_outstanding());
    if shape != Shape::Write {
        out.flag("HasAttachments", books.has_attachments(row.id));
    }
    out.none("InvoiceAddresses");
    out.instant_string("UpdatedDateUTCString", row.updated);
    contact_of(out, books, row.contact, shape);
    out.date_string("DateString", row.date);
    out.date("Date", row.date);
    if let Some(due) = row.due {
        out.date_string("DueDateString", due);
        out.date("DueDate", due);
    }
    tail(out, books, row, shape, ctx);
}

/// The common end of invoices and credit notes.
fn tail(out: &mut Writer, books: &Books, row: &Document, shape: Shape, ctx: &Context<'_>) {
    if let Some(theme) = row.theme {
        out.id("BrandingThemeID", theme);
    }
    out.text("Status", row.status.wire());
    out.text("LineAmountTypes", row.mode.wire());
    match shape {
        Shape::Bare => out.none("LineItems"),
        Shape::Summary => {}
        _ => line_items(out, books, &row.lines, (row.kind, shape), ctx),
    }
    totals(out, row);
    out.instant("UpdatedDateUTC", row.updated);
    out.text("CurrencyCode", &row.currency);
    if let Some(day) = row.fully_paid {
        out.date("FullyPaidOnDate", day);
    }
}

fn order(out: &mut Writer, books: &Books, row: &Document, shape: Shape, ctx: &Context<'_>, failed: bool) {
    out.id("PurchaseOrderID", row.id);
    out.text("PurchaseOrderNumber", &row.number);
    out.date_string("DateString", row.date);
    out.date("Date", row.date);
    if let Some(due) = row.due {
        out.date_string("DeliveryDateString", due);
        out.date("DeliveryDate", due);
    }
    if let Some(expected) = row.expected {
        out.date_string("ExpectedArrivalDateString", expected);
        out.date("ExpectedArrivalDate", expected);
    }
    for name in ["DeliveryAddress", "AttentionTo", "Telephone", "DeliveryInstructions"] {
        out.text(name, row.extra(name));
    }
    out.flag("HasErrors", failed);
    out.flag("IsDiscounted", !row.totals.discount.is_zero());
    out.text("Reference", &row.reference);
    out.text("Type", "PURCHASEORDER");
    out.decimal("CurrencyRate", row.rate);
    out.text("CurrencyCode", &row.currency);
    // The embedded stamp is local time mislabelled as UTC (xero.md 0.5).
    if let Some(contact) = books.contacts.get(row.contact) {
        let ahead = Duration::hours(books.region().offset_hours(contact.updated));
        out.member("Contact", |out| contact::render_nested(out, contact, ahead, true));
    }
    if let Some(theme) = row.theme {
        out.id("BrandingThemeID", theme);
    }
    out.text("Status", row.status.wire());
    out.text("LineAmountTypes", row.mode.wire());
    line_items(out, books, &row.lines, (row.kind, shape), ctx);
    totals(out, row);
    if row.totals.discount.is_zero() {
        out.decimal("TotalDiscount", Decimal::ZERO);
    }
    out.instant("UpdatedDateUTC", row.updated);
    out.flag("HasAttachments", books.has_attachments(row.id));
    out.flag("SentToContact", row.sent);
}

fn quote(out: &mut Writer, books: &Books, row: &Document, ctx: &Context<'_>) {
    out.id("QuoteID", row.id);
    out.text("QuoteNumber", &row.number);
    out.text("Reference", &row.reference);
    for name in ["Terms", "Title", "Summary"] {
        out.text(name, row.extra(name));
    }
    out.member("Contact", |out| {
        out.id("ContactID", row.contact);
        if let Some(contact) = books.contacts.get(row.contact) {
            out.text("Name", contact.name());
            out.text("EmailAddress", contact.text("EmailAddress"));
        }
    });
    line_items(out, books, &row.lines, (row.kind, Shape::Single), ctx);
    out.bare_date("Date", row.date);
    out.date_string("DateString", row.date);
    if let Some(expiry) = row.due {
        out.bare_date("ExpiryDate", expiry);
        out.date_string("ExpiryDateString", expiry);
    }
    out.text("Status", row.status.wire());
    out.decimal("CurrencyRate", row.rate);
    out.text("CurrencyCode", &row.currency);
    out.decimal("SubTotal", row.totals.net);
    out.decimal("TotalTax", row.totals.tax);
    out.decimal("Total", row.totals.total);
    out.decimal("TotalDiscount", row.totals.discount);
    if let Some(theme) = row.theme {
        out.id("BrandingThemeID", theme);
    }
    out.bare_instant("UpdatedDateUTC", row.updated);
    out.text(
        "LineAmountTypes",
        match row.mode {
            TaxMode::Exclusive => "EXCLUSIVE",
            TaxMode::Inclusive => "INCLUSIVE",
            TaxMode::NoTax => "NOTAX",
        },
    );
}

fn totals(out: &mut Writer, row: &Document) {
    out.decimal("SubTotal", row.totals.net);
    out.decimal("TotalTax", row.totals.tax);
    out.decimal("Total", row.totals.total);
    // Only written when discounts exist (xero.md 9.12).
    if !row.totals.discount.is_zero() {
        out.decimal("TotalDiscount", row.totals.discount);
    }
}

pub(in crate::xero::books) fn contact_of(out: &mut Writer, books: &Books, contact: Uuid, shape: Shape) {
    out.member("Contact", |out| {
        let Some(contact) = books.contacts.get(contact) else { return };
        if matches!(shape, Shape::Write | Shape::Single) {
            contact::render_nested(out, contact, Duration::zero(), false);
            return;
        }
        out.id("ContactID", contact.id);
        out.text("Name", contact.name());
        for list in [
            "Addresses",
            "Phones",
            "ContactGroups",
            "ContactPersons",
            "SalesTrackingCategories",
            "PurchasesTrackingCategories",
        ] {
            out.none(list);
        }
        out.flag("HasValidationErrors", false);
    });
}

pub(in crate::xero::books) fn line_items(
    out: &mut Writer,
    books: &Books,
    lines: &[Line],
    (kind, shape): (Kind, Shape),
    ctx: &Context<'_>,
) {
    let places = kind.unit_places().unwrap_or(ctx.unit_places);
    out.list("LineItems", lines, |out, line| line_item(out, books, line, (kind, shape), places));
}

fn line_item(out: &mut Writer, books: &Books, line: &Line, (kind, shape): (Kind, Shape), places: u32) {
    if kind == Kind::Quote {
        out.text("ItemCode", line.item.as_deref().unwrap_or_default());
    } else {
        out.some("ItemCode", line.item.as_deref());
    }
    out.some("Description", line.description.as_deref());
    if let Some(amount) = line.amount {
        if let Some(unit) = line.unit {
            out.decimal("UnitAmount", half_up(unit, places));
        }
        out.some("TaxType", line.tax_type.as_deref());
        out.decimal("TaxAmount", line.tax);
        out.decimal("LineAmount", amount);
        match line.discount {
            Discount::None => {}
            Discount::Rate(rate) => out.decimal("DiscountRate", rate),
            Discount::Amount(off) => out.decimal("DiscountAmount", off),
        }
        out.some("AccountCode", line.account.as_deref());
    }
    out.list("Tracking", &line.tracking, |out, (category, option)| {
        let found = books.tracking.get(*category);
        let named = found.and_then(|row| row.options.iter().find(|row| row.id == *option));
        out.text("Name", found.map_or("", |row| row.name.as_str()));
        out.text("Option", named.map_or("", |row| row.name.as_str()));
        out.id("TrackingCategoryID", *category);
        out.id("TrackingOptionID", *option);
        out.none("Options");
    });
    if let Some(quantity) = line.quantity.filter(|_| line.amount.is_some()) {
        out.decimal("Quantity", quantity);
    }
    out.id("LineItemID", line.id);
    if let Some(account) = line.account_id.filter(|_| line.amount.is_some()) {
        out.id("AccountID", account);
    }
    if shape == Shape::Write {
        out.none("ValidationErrors");
    }
}

/// The payments of a document, or the refunds of a credit.
pub(in crate::xero::books) fn payments(out: &mut Writer, books: &Books, settled: Uuid) {
    let live = books.payments.find(Key::Document, &settled.to_string()).filter(|payment| !payment.deleted);
    out.list("Payments", live, |out, payment| {
        out.id("PaymentID", payment.id);
        out.date("Date", payment.date);
        out.decimal("Amount", payment.amount);
        out.text("Reference", &payment.reference);
        out.decimal("CurrencyRate", payment.rate);
        out.flag("HasAccount", false);
        out.flag("HasValidationErrors", false);
    });
}

fn credit_notes(out: &mut Writer, books: &Books, row: &Document) {
    let allocated = books.allocations.find(Key::Document, &row.id.to_string()).filter(|entry| !entry.deleted);
    let pairs = allocated.filter_map(|entry| Some((entry, books.credit_notes.get(entry.credit)?)));
    out.list("CreditNotes", pairs, |out, (entry, credit)| {
        out.id("CreditNoteID", credit.id);
        out.text("CreditNoteNumber", &credit.number);
        out.id("ID", credit.id);
        out.flag("HasErrors", false);
        out.none("InvoiceAddresses");
        out.decimal("AppliedAmount", entry.amount);
        out.date_string("DateString", credit.date);
        out.date("Date", credit.date);
        out.none("LineItems");
        out.decimal("Total", credit.totals.total);
    });
}

/// The due date that a contact's payment terms give (xero.md 4.2, 4.7).
pub(super) fn due_by_terms(contact: &Contact, row: &Document) -> Option<NaiveDate> {
    let term: &Term = if row.kind.is_sale() { contact.sales_terms.as_ref() } else { contact.bill_terms.as_ref() }?;
    let days = u64::try_from(term.day).ok()?;
    let month_start = row.date.with_day(1)?;
    let on_day = |start: NaiveDate| {
        let last = start.checked_add_months(Months::new(1))?.pred_opt()?;
        start.checked_add_days(Days::new(days.saturating_sub(1))).map(|day| day.min(last))
    };
    match term.kind.as_str() {
        "DAYSAFTERBILLDATE" => row.date.checked_add_days(Days::new(days)),
        "DAYSAFTERBILLMONTH" => {
            month_start.checked_add_months(Months::new(1))?.pred_opt()?.checked_add_days(Days::new(days))
        }
        "OFCURRENTMONTH" => on_day(month_start),
        _ => on_day(month_start.checked_add_months(Months::new(1))?),
    }
}

impl Status {
    /// Statuses whose documents have an online page (xero.md 4.7).
    pub(super) fn is_approved(self) -> bool {
        matches!(self, Self::Authorised | Self::Paid | Self::Submitted)
    }
}
