//! Prepayments and overpayments: money that moved before an invoice, or beyond it (xero.md 4.10, 4.11, 4.16).
//!
//! The API cannot create them by themselves; they come from bank transactions, which these books do not model, or from
//! the screens: [`Books::take_credit`]. A payment above what is due is refused instead (xero.md 4.11).

use super::contact::ContactStatus;
use super::document::{self, Kind, Shape, TaxMode, Totals};
use super::errors::{self, Findings, Refusal};
use super::filter::{Field, Filtered, Value, fold};
use super::lines::{Line, LineInput, Terms, cents};
use super::list::{Page, csv};
use super::shelf::{Key, Shelved};
use super::wire_in::Object;
use super::wire_out::Writer;
use super::{Answer, Books, Context};
use crate::xero::call::Call;
use chrono::{DateTime, NaiveDate, Utc};
use http::Method;
use rust_decimal::Decimal;
use serde_json::json;
use uuid::Uuid;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Nature {
    Prepayment,
    Overpayment,
}

impl Nature {
    pub(super) fn noun(self) -> &'static str {
        match self {
            Self::Prepayment => "Prepayment",
            Self::Overpayment => "Overpayment",
        }
    }

    pub(super) fn collection(self) -> &'static str {
        match self {
            Self::Prepayment => "Prepayments",
            Self::Overpayment => "Overpayments",
        }
    }

    pub(super) fn id_member(self) -> &'static str {
        match self {
            Self::Prepayment => "PrepaymentID",
            Self::Overpayment => "OverpaymentID",
        }
    }
}

/// Which credit it is, and whether a customer or a supplier has it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct CreditKind {
    pub(super) nature: Nature,
    /// Received from a customer; otherwise spent to a supplier.
    pub(super) is_sale: bool,
}

/// The only kind that has a theme and shows an invoice number [spec].
const CUSTOMERS_PREPAYMENT: CreditKind = CreditKind { nature: Nature::Prepayment, is_sale: true };

impl CreditKind {
    pub(super) fn wire(self) -> &'static str {
        match (self.nature, self.is_sale) {
            (Nature::Prepayment, true) => "RECEIVE-PREPAYMENT",
            (Nature::Prepayment, false) => "SPEND-PREPAYMENT",
            (Nature::Overpayment, true) => "RECEIVE-OVERPAYMENT",
            (Nature::Overpayment, false) => "SPEND-OVERPAYMENT",
        }
    }

    /// The type of a refund (xero.md 4.11).
    pub(super) fn refund(self) -> &'static str {
        match (self.nature, self.is_sale) {
            (Nature::Prepayment, true) => "ARPREPAYMENTPAYMENT",
            (Nature::Prepayment, false) => "APPREPAYMENTPAYMENT",
            (Nature::Overpayment, true) => "AROVERPAYMENTPAYMENT",
            (Nature::Overpayment, false) => "APOVERPAYMENTPAYMENT",
        }
    }

    /// The document whose lines its own line is judged like.
    fn like(self) -> Kind {
        if self.is_sale { Kind::Invoice } else { Kind::Bill }
    }
}

#[derive(Clone, Debug)]
pub(super) struct Credit {
    pub(super) id: Uuid,
    pub(super) kind: CreditKind,
    pub(super) contact: Uuid,
    pub(super) date: NaiveDate,
    /// A prepayment shows it as its invoice number (xero.md 4.16).
    pub(super) reference: String,
    mode: TaxMode,
    lines: Vec<Line>,
    pub(super) totals: Totals,
    /// Set off against invoices, in the credit's currency.
    pub(super) allocated: Decimal,
    /// Paid back, in the credit's currency.
    pub(super) refunded: Decimal,
    pub(super) currency: String,
    pub(super) rate: Decimal,
    theme: Option<Uuid>,
    pub(super) updated: DateTime<Utc>,
}

impl Credit {
    pub(super) fn remaining(&self) -> Decimal {
        self.totals.total - self.allocated - self.refunded
    }

    /// PAID comes with the last cent and goes with it, as on credit notes (xero.md 4.9, 4.16).
    pub(super) fn status(&self) -> &'static str {
        if self.remaining().is_zero() { "PAID" } else { "AUTHORISED" }
    }
}

impl Shelved for Credit {
    fn id(&self) -> Uuid {
        self.id
    }

    fn keys(&self) -> Vec<(Key, String)> {
        vec![(Key::Contact, self.contact.to_string()), (Key::Reference, fold(&self.reference))]
    }
}

impl Filtered for Credit {
    const NAME: &'static str = "Prepayment";

    fn field(path: &str) -> Option<Field<Self>> {
        Some(match path {
            "prepaymentid" | "overpaymentid" => Field::of(|_, row: &Credit| Value::Id(row.id)),
            "type" => Field::of(|_, row: &Credit| Value::text(row.kind.wire())),
            "status" => Field::of(|_, row: &Credit| Value::text(row.status())),
            "date" => Field::of(|_, row: &Credit| Value::Day(row.date)),
            "reference" | "invoicenumber" => Field::of(|_, row: &Credit| Value::filled(&row.reference)),
            "total" => Field::of(|_, row: &Credit| Value::Number(row.totals.total)),
            "remainingcredit" => Field::of(|_, row: &Credit| Value::Number(row.remaining())),
            "currencycode" => Field::of(|_, row: &Credit| Value::text(&row.currency)),
            "updateddateutc" => Field::of(|_, row: &Credit| Value::Moment(row.updated)),
            "contact.contactid" => Field::of(|_, row: &Credit| Value::Id(row.contact)),
            "contact.name" => Field::of(|books, row: &Credit| {
                books.contacts.get(row.contact).map_or(Value::Null, |contact| Value::text(contact.name()))
            }),
            _ => return None,
        })
    }

    fn updated(&self) -> DateTime<Utc> {
        self.updated
    }
}

impl Books {
    pub(super) fn credits_call(
        &mut self,
        call: &Call<'_>,
        nature: Nature,
        rest: &[String],
        ctx: &Context<'_>,
    ) -> Answer {
        let found = rest.first().map(|key| self.find_credit(nature, key).ok_or(Refusal::NotFound)).transpose()?;
        match (call.method, found, rest.get(1..).unwrap_or_default()) {
            (&Method::GET, None, _) => self.list_credits(call, nature, ctx),
            (&Method::GET, Some(id), []) => Ok(ctx.envelope(None, |out| {
                out.list(nature.collection(), self.credits.get(id), |out, row| {
                    self.render_credit(out, row, Shape::Single, ctx);
                });
            })),
            (_, Some(id), [part, entry @ ..]) if part.eq_ignore_ascii_case("Allocations") => {
                self.allocations_call(call, id, entry, ctx)
            }
            // Bank transactions create them (xero.md 4.16).
            (_, _, []) => Err(Refusal::MethodNotAllowed),
            _ => Err(Refusal::NotFound),
        }
    }

    pub(super) fn find_credit(&self, nature: Nature, key: &str) -> Option<Uuid> {
        let id = Uuid::parse_str(key).ok()?;
        self.credits.get(id).filter(|row| row.kind.nature == nature).map(|row| row.id)
    }

    fn list_credits(&self, call: &Call<'_>, nature: Nature, ctx: &Context<'_>) -> Answer {
        // Prepayments filter by the number that stands for their reference (xero.md 6).
        let filter = if nature == Nature::Prepayment { "InvoiceNumbers" } else { "References" };
        let wanted: Vec<String> = csv(call.param(filter).unwrap_or_default()).into_iter().map(fold).collect();
        let page = Page::read(call, false)?;
        let keep =
            |row: &Credit| row.kind.nature == nature && (wanted.is_empty() || wanted.contains(&fold(&row.reference)));
        let (rows, paging) = page.cut(self.select(call, self.credits.iter(), keep)?);
        let shape = if page.is_paged() { Shape::Paged } else { Shape::Bare };
        Ok(ctx.envelope(paging, |out| {
            out.list(nature.collection(), rows, |out, row| self.render_credit(out, row, shape, ctx));
        }))
    }

    fn render_credit(&self, out: &mut Writer, row: &Credit, shape: Shape, ctx: &Context<'_>) {
        out.id(row.kind.nature.id_member(), row.id);
        out.id("ID", row.id);
        out.decimal("CurrencyRate", row.rate);
        out.text("Type", row.kind.wire());
        if let Some(theme) = row.theme {
            out.id("BrandingThemeID", theme);
        }
        out.text("Reference", &row.reference);
        if row.kind == CUSTOMERS_PREPAYMENT {
            out.text("InvoiceNumber", &row.reference);
        }
        out.decimal("RemainingCredit", row.remaining());
        self.render_allocations(out, row.id);
        document::payments(out, self, row.id);
        out.flag("HasAttachments", false);
        document::contact_of(out, self, row.contact, shape);
        out.date_string("DateString", row.date);
        out.date("Date", row.date);
        out.text("Status", row.status());
        out.text("LineAmountTypes", row.mode.wire());
        if shape == Shape::Bare {
            out.none("LineItems");
        } else {
            document::line_items(out, self, &row.lines, (row.kind.like(), shape), ctx);
        }
        out.decimal("SubTotal", row.totals.net);
        out.decimal("TotalTax", row.totals.tax);
        out.decimal("Total", row.totals.total);
        out.instant("UpdatedDateUTC", row.updated);
        out.instant_string("UpdatedDateUTCString", row.updated);
        out.text("CurrencyCode", &row.currency);
    }

    /// The credits of one nature that are set off against an invoice, as the invoice lists them.
    pub(super) fn render_applied_credits(&self, out: &mut Writer, invoice: Uuid, nature: Nature) {
        let entries = self.allocations.find(Key::Document, &invoice.to_string()).filter(|entry| !entry.deleted);
        let pairs = entries
            .filter_map(|entry| Some((entry, self.credits.get(entry.credit)?)))
            .filter(|(_, row)| row.kind.nature == nature);
        out.list(nature.collection(), pairs, |out, (entry, row)| {
            out.id(nature.id_member(), row.id);
            out.id("ID", row.id);
            out.decimal("AppliedAmount", entry.amount);
            out.date_string("DateString", row.date);
            out.date("Date", row.date);
            out.none("LineItems");
            out.decimal("Total", row.totals.total);
        });
    }

    /// A person enters money without an invoice: `contact`, `account` (the bank), `amount` with its tax, and optionally
    /// `date`, `reference` and `currency`; a prepayment says by `line_account` what it is for.
    pub(super) fn take_credit(
        &mut self,
        kind: CreditKind,
        action: &serde_json::Value,
        ctx: &Context<'_>,
    ) -> Result<serde_json::Value, String> {
        let text = |name: &str| action.get(name).and_then(serde_json::Value::as_str).unwrap_or_default();
        let contact = self.find_contact(text("contact")).ok_or("contact: no such contact")?;
        if self.contacts.get(contact).is_none_or(|row| row.status == ContactStatus::Archived) {
            return Err("contact: archived".to_owned());
        }
        if self.account_coded(text("account")).is_none_or(|bank| !bank.is_active() || !bank.takes_payments()) {
            return Err("account: no account that takes payments".to_owned());
        }
        let amount = super::wire_in::decimal(text("amount")).filter(|amount| *amount > Decimal::ZERO);
        let amount = cents(amount.ok_or("amount: not a decimal above zero")?, ctx.switches.halves);
        let date = match text("date") {
            "" => self.region().today(ctx.now),
            sent => super::wire_in::date(sent).ok_or("date: not a date")?,
        };
        if self.is_locked(date) {
            return Err(errors::LOCK_DATE.to_owned());
        }
        let base = self.organisation.base_currency;
        let currency = Some(text("currency")).filter(|code| !code.is_empty()).unwrap_or(base).to_uppercase();
        if !self.has_currency(&currency) {
            return Err(errors::currency_unknown(&currency));
        }
        let rate = if currency == base { Decimal::ONE } else { self.day_rate(&currency) };
        let (mode, mut lines) = self.credit_lines(kind, amount, text("line_account"), ctx)?;
        lines.iter_mut().for_each(|line| line.id = self.ids.next());
        let credit = Credit {
            id: self.ids.next(),
            kind,
            contact,
            date,
            reference: text("reference").to_owned(),
            mode,
            totals: Totals::of(&lines, mode),
            lines,
            allocated: Decimal::ZERO,
            refunded: Decimal::ZERO,
            currency,
            rate,
            theme: self.themes.first().map(|theme| theme.id).filter(|_| kind == CUSTOMERS_PREPAYMENT),
            updated: ctx.now,
        };
        let id = credit.id;
        self.credits.put(credit);
        Ok(json!({ "credit": id }))
    }

    /// A prepayment is taxed like what it is for; an overpayment stands on the control account, untaxed.
    fn credit_lines(
        &self,
        kind: CreditKind,
        amount: Decimal,
        account: &str,
        ctx: &Context<'_>,
    ) -> Result<(TaxMode, Vec<Line>), String> {
        let control = if kind.is_sale { "DEBTORS" } else { "CREDITORS" };
        let (mode, code) = match kind.nature {
            Nature::Prepayment => (TaxMode::Inclusive, account),
            Nature::Overpayment => (TaxMode::NoTax, ""),
        };
        let line = json!({
            "Description": kind.nature.noun(), "Quantity": "1", "UnitAmount": amount.to_string(), "AccountCode": code,
        });
        let line = line.to_string();
        let input = Object::parse(line.as_bytes()).and_then(|object| LineInput::read(&object));
        let input = input.map_err(|_| "amount: not a line".to_owned())?;
        let mut findings = Findings::default();
        let mut lines = self.build_lines(&[input], &[], Terms { kind: kind.like(), mode }, ctx, &mut findings);
        if kind.nature == Nature::Overpayment {
            // The control accounts are closed to documents, and open to what the screens post there.
            findings = Findings::default();
            let control = self.accounts.iter().find(|row| row.system == Some(control));
            for line in &mut lines {
                line.account = control.map(|row| row.code.clone());
                line.account_id = control.map(|row| row.id);
            }
        } else if lines.iter().any(|line| line.account.is_none()) {
            findings.error(errors::account_invalid(account));
        }
        if findings.is_clean() { Ok((mode, lines)) } else { Err(findings.errors.join("; ")) }
    }
}
