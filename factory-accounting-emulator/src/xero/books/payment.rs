//! Payments and refunds (xero.md 4.11).

use super::document::{Document, Family, Shape, render};
use super::errors::{self, Findings, Refusal};
use super::filter::{Field, Filtered, Value};
use super::lines::cents;
use super::list::Page;
use super::payable::{Payable, Settled};
use super::shelf::{Key, Shelved};
use super::wire_in::{self, Object};
use super::wire_out::Writer;
use super::{Answer, Books, Context, Written, respond};
use crate::xero::call::Call;
use crate::xero::switches::ReconciledPayment;
use chrono::{DateTime, NaiveDate, Utc};
use http::Method;
use rust_decimal::Decimal;
use uuid::Uuid;

#[derive(Clone, Debug)]
pub(super) struct Payment {
    pub(super) id: Uuid,
    pub(super) document: Uuid,
    /// The kind of what it settles; none until that was found.
    pub(super) kind: Option<Settled>,
    pub(super) account: Uuid,
    pub(super) date: NaiveDate,
    /// In the document's currency.
    pub(super) amount: Decimal,
    pub(super) rate: Decimal,
    pub(super) reference: String,
    pub(super) reconciled: bool,
    pub(super) deleted: bool,
    pub(super) batch: Option<Uuid>,
    pub(super) updated: DateTime<Utc>,
}

impl Payment {
    pub(super) fn status(&self) -> &'static str {
        if self.deleted { "DELETED" } else { "AUTHORISED" }
    }

    fn kind_on_wire(&self) -> &'static str {
        self.kind.map_or("ACCRECPAYMENT", Settled::payment_type)
    }
}

impl Shelved for Payment {
    fn id(&self) -> Uuid {
        self.id
    }

    fn keys(&self) -> Vec<(Key, String)> {
        vec![(Key::Document, self.document.to_string()), (Key::Reference, self.reference.to_lowercase())]
    }
}

impl Filtered for Payment {
    const NAME: &'static str = "Payment";

    fn field(path: &str) -> Option<Field<Self>> {
        Some(match path {
            "paymentid" => Field::of(|_, row: &Payment| Value::Id(row.id)),
            "paymenttype" => Field::of(|_, row: &Payment| Value::text(row.kind_on_wire())),
            "status" => Field::of(|_, row: &Payment| Value::text(row.status())),
            "date" => Field::of(|_, row: &Payment| Value::Day(row.date)),
            "amount" => Field::of(|_, row: &Payment| Value::Number(row.amount)),
            "reference" => Field::of(|_, row: &Payment| Value::filled(&row.reference)),
            "isreconciled" => Field::of(|_, row: &Payment| Value::Flag(row.reconciled)),
            "updateddateutc" => Field::of(|_, row: &Payment| Value::Moment(row.updated)),
            "account.accountid" => Field::of(|_, row: &Payment| Value::Id(row.account)),
            "invoice.invoiceid"
            | "creditnote.creditnoteid"
            | "prepayment.prepaymentid"
            | "overpayment.overpaymentid" => Field::of(|_, row: &Payment| Value::Id(row.document)),
            "invoice.invoicenumber" | "creditnote.creditnotenumber" => Field::of(|books, row: &Payment| {
                books.paid_document(row).map_or(Value::Null, |document| Value::filled(&document.number))
            }),
            _ => return None,
        })
    }

    fn updated(&self) -> DateTime<Utc> {
        self.updated
    }
}

/// What a caller sent of a payment.
#[derive(Clone, Debug, Default)]
pub(super) struct PaymentInput {
    pub(super) invoice: Named,
    pub(super) credit_note: Named,
    pub(super) prepayment: Named,
    pub(super) overpayment: Named,
    pub(super) account: Named,
    pub(super) date: Option<NaiveDate>,
    pub(super) amount: Option<Decimal>,
    pub(super) rate: Option<Decimal>,
    pub(super) reference: Option<String>,
    pub(super) reconciled: bool,
    pub(super) batch: Option<Uuid>,
    pub(super) id: Option<Uuid>,
    pub(super) status: Option<String>,
}

/// A record that was named by id, by its own name, or both.
pub(super) type Named = Option<(Option<Uuid>, Option<String>)>;

pub(super) fn named(object: &Object<'_>, member: &str, id: &str, name: &str) -> Result<Named, Refusal> {
    let Some(inner) = object.object(member)? else { return Ok(None) };
    Ok(Some((inner.id(id)?, inner.text(name)?.filter(|text| !text.is_empty()))))
}

impl PaymentInput {
    pub(super) fn read(object: &Object<'_>) -> Result<Self, Refusal> {
        Ok(Self {
            id: object.id("PaymentID")?,
            status: object.text("Status")?,
            invoice: named(object, "Invoice", "InvoiceID", "InvoiceNumber")?,
            credit_note: named(object, "CreditNote", "CreditNoteID", "CreditNoteNumber")?,
            prepayment: named(object, "Prepayment", "PrepaymentID", "PrepaymentID")?,
            overpayment: named(object, "Overpayment", "OverpaymentID", "OverpaymentID")?,
            account: named(object, "Account", "AccountID", "Code")?,
            date: object.date("Date")?,
            amount: object.decimal("Amount")?,
            rate: object.decimal("CurrencyRate")?,
            reference: object.text("Reference")?,
            reconciled: object.boolean("IsReconciled")?.unwrap_or_default(),
            batch: None,
        })
    }

    fn deletes(&self) -> bool {
        self.status.as_deref().is_some_and(|status| status.eq_ignore_ascii_case("DELETED"))
    }
}

impl Books {
    pub(super) fn paid_document(&self, payment: &Payment) -> Option<&Document> {
        self.invoices.get(payment.document).or_else(|| self.credit_notes.get(payment.document))
    }

    pub(super) fn payments_call(&mut self, call: &Call<'_>, rest: &[String], ctx: &Context<'_>) -> Answer {
        let found = match rest.first() {
            None => None,
            Some(key) => {
                let id = Uuid::parse_str(key).map_err(|_| Refusal::NotFound)?;
                Some(self.payments.get(id).map(|payment| payment.id).ok_or(Refusal::NotFound)?)
            }
        };
        match (call.method, found, rest.len()) {
            (&Method::GET, None, _) => {
                let page = Page::read(call, false)?;
                let (rows, paging) = page.cut(self.select(call, self.payments.iter(), |_| true)?);
                Ok(ctx.envelope(paging, |out| {
                    out.list("Payments", rows, |out, payment| self.render_payment(out, payment, false, ctx));
                }))
            }
            (&Method::GET, Some(id), 1) => Ok(ctx.envelope(None, |out| {
                out.list("Payments", self.payments.get(id), |out, payment| {
                    self.render_payment(out, payment, false, ctx)
                });
            })),
            (&Method::PUT, None, _) => self.save_payments(call, true, ctx),
            (&Method::POST, None, _) => self.save_payments(call, false, ctx),
            (&Method::POST, Some(id), 1) => {
                let elements = wire_in::elements(call.body, "Payments", "Payment")?;
                let inputs = elements.iter().map(PaymentInput::read).collect::<Result<Vec<_>, _>>()?;
                let [input] = inputs.as_slice() else {
                    return Err(Refusal::validation("Only one payment can be changed at a time")); // [impl]
                };
                if !input.deletes() {
                    // Payments cannot be edited (xero.md 4.11).
                    return Err(Refusal::validation("Payments cannot be updated; only Status DELETED can be set")); // [impl]
                }
                let held: Vec<Payment> = self.payments.get(id).cloned().into_iter().collect();
                self.answer_payments(call, false, ctx, &held, |books, held| books.delete_payment(held.clone(), ctx))
            }
            (_, _, 0 | 1) => Err(Refusal::MethodNotAllowed),
            _ => Err(Refusal::NotFound),
        }
    }

    fn save_payments(&mut self, call: &Call<'_>, many: bool, ctx: &Context<'_>) -> Answer {
        let elements = wire_in::elements(call.body, "Payments", "Payment")?;
        let inputs = elements.iter().map(PaymentInput::read).collect::<Result<Vec<_>, _>>()?;
        if !many && inputs.len() > 1 {
            return Err(Refusal::validation("POST Payments takes one payment; use PUT for several")); // [impl], xero.md 4.11
        }
        self.answer_payments(call, many, ctx, &inputs, |books, input| {
            let held = input.id.filter(|_| input.deletes()).and_then(|id| books.payments.get(id)).cloned();
            match held {
                Some(held) => books.delete_payment(held, ctx),
                None => books.write_payment(input, ctx),
            }
        })
    }

    fn answer_payments<I>(
        &mut self,
        call: &Call<'_>,
        many: bool,
        ctx: &Context<'_>,
        inputs: &[I],
        write: impl FnMut(&mut Self, &I) -> Written<Payment>,
    ) -> Answer {
        self.respond_batch(call, "Payments", many, ctx, inputs, write, |books, out, payment, findings, every| {
            books.render_payment(out, payment, true, ctx);
            out.flag("HasValidationErrors", !findings.is_clean());
            respond::verdict(out, findings, every);
        })
    }

    pub(super) fn write_payment(&mut self, input: &PaymentInput, ctx: &Context<'_>) -> Written<Payment> {
        let mut findings = Findings::default();
        let payable = self.payable(input, &mut findings);
        let amount = cents(input.amount.unwrap_or_default(), ctx.switches.halves);
        let mut payment = Payment {
            id: Uuid::nil(),
            document: payable.as_ref().map_or(Uuid::nil(), Payable::id),
            kind: payable.as_ref().map(Payable::kind),
            account: self.paying_account(input, &mut findings),
            date: input.date.unwrap_or_else(|| self.region().today(ctx.now)),
            amount,
            rate: payable.as_ref().map_or(Decimal::ONE, Payable::rate),
            reference: input.reference.clone().unwrap_or_default(),
            reconciled: input.reconciled,
            deleted: false,
            batch: input.batch,
            updated: ctx.now,
        };
        if let Some(rate) = input.rate.filter(|rate| *rate > Decimal::ZERO) {
            payment.rate = rate.round_dp(6);
        }
        self.judge_payment(&payment, payable.as_ref(), input, &mut findings);
        if let Some(mut payable) = payable.filter(|_| findings.is_clean()) {
            payment.id = self.ids.next();
            payable.pay(payment.amount, payment.date);
            self.payments.put(payment.clone());
            self.keep_payable(payable, ctx);
            self.note_api_write(payment.id, ctx);
        }
        Written { row: payment, findings }
    }

    fn paying_account(&self, input: &PaymentInput, findings: &mut Findings) -> Uuid {
        let account = match &input.account {
            Some((Some(id), _)) => self.accounts.get(*id),
            Some((None, Some(code))) => self.account_coded(code),
            _ => None,
        };
        match account {
            Some(account) if account.is_active() && account.takes_payments() => account.id,
            Some(account) if account.is_active() => {
                findings.error("Payments can only be made with an account that is enabled for payments"); // [impl]
                account.id
            }
            _ => {
                findings.error(errors::ACCOUNT_NOT_FOUND);
                Uuid::nil()
            }
        }
    }

    fn judge_payment(
        &self,
        payment: &Payment,
        payable: Option<&Payable>,
        input: &PaymentInput,
        findings: &mut Findings,
    ) {
        findings.limit("Reference", Some(&payment.reference), 255);
        if payment.amount <= Decimal::ZERO {
            findings.error("Payment amount must be greater than 0"); // [impl]
        }
        if input.deletes() {
            findings.error("Payment not of valid status for creation"); // [impl]
        }
        if self.is_locked(payment.date) {
            findings.error(errors::LOCK_DATE);
        }
        let Some(payable) = payable else { return };
        match payable.outstanding() {
            Some(outstanding) if payment.amount > outstanding => findings.error(errors::PAYMENT_TOO_BIG),
            Some(_) => {}
            None => findings.error(errors::PAYMENT_NOT_APPROVED),
        }
        let base = self.organisation.base_currency;
        let account = self.accounts.get(payment.account).map_or("", |account| account.currency.as_str());
        if !account.is_empty() && account != base && account != payable.currency() {
            findings.error("The account's currency must be that of the document or the base currency"); // [impl], xero.md 4.11
        }
    }

    pub(super) fn delete_payment(&mut self, mut payment: Payment, ctx: &Context<'_>) -> Written<Payment> {
        let mut findings = Findings::default();
        if payment.deleted {
            findings.error("Payment not of valid status for modification"); // [impl]; 400 by xero.md 4.11
        }
        if payment.batch.is_some() {
            findings.error("Payments of a batch payment cannot be deleted one by one"); // [impl], xero.md 4.11
        }
        if payment.reconciled && ctx.switches.reconciled_payment == ReconciledPayment::RefusesDeletion {
            findings.error("Reconciled payments cannot be deleted"); // [impl], xero.md 13.13
        }
        if self.is_locked(payment.date) {
            findings.error(errors::LOCK_DATE);
        }
        if findings.is_clean() {
            payment = self.undo_payment(payment, ctx);
        }
        Written { row: payment, findings }
    }

    /// Takes a payment off its document.
    pub(super) fn undo_payment(&mut self, mut payment: Payment, ctx: &Context<'_>) -> Payment {
        payment.deleted = true;
        payment.reconciled = false;
        payment.updated = ctx.now;
        if let Some(mut payable) = self.settled_by(&payment) {
            payable.pay(-payment.amount, payment.date);
            self.keep_payable(payable, ctx);
        }
        self.payments.put(payment.clone());
        payment
    }

    /// Keeps a document whose balance has changed, with its event and history.
    pub(super) fn touch(&mut self, mut document: Document, ctx: &Context<'_>) {
        document.updated = ctx.now;
        self.announce_document(&document, false, ctx.now);
        self.store(document);
    }

    fn render_payment(&self, out: &mut Writer, payment: &Payment, written: bool, ctx: &Context<'_>) {
        out.id("PaymentID", payment.id);
        if let Some(batch) = payment.batch {
            out.id("BatchPaymentID", batch);
        }
        out.date("Date", payment.date);
        out.decimal("BankAmount", self.bank_amount(payment, ctx));
        out.decimal("Amount", payment.amount);
        out.text("Reference", &payment.reference);
        out.decimal("CurrencyRate", payment.rate);
        out.text("PaymentType", payment.kind_on_wire());
        out.text("Status", payment.status());
        out.instant_string("UpdatedDateUTCString", payment.updated);
        out.instant("UpdatedDateUTC", payment.updated);
        let account = self.accounts.get(payment.account);
        out.flag("HasAccount", account.is_some());
        out.flag("IsReconciled", payment.reconciled);
        if let Some(account) = account {
            out.member("Account", |out| {
                out.id("AccountID", account.id);
                out.filled("Code", &account.code);
                out.text("Name", &account.name);
            });
        }
        if let Some(document) = self.paid_document(payment) {
            let member = if document.kind.family() == Family::Invoice { "Invoice" } else { "CreditNote" };
            let shape = if written { Shape::Write } else { Shape::Bare };
            out.member(member, |out| render(out, self, document, shape, ctx));
        }
        if let Some(credit) = self.credits.get(payment.document) {
            out.member(credit.kind.nature.noun(), |out| out.id(credit.kind.nature.id_member(), credit.id));
        }
        if !written {
            out.flag("HasValidationErrors", false);
        }
    }

    /// The amount in the account's currency (xero.md 9.11).
    fn bank_amount(&self, payment: &Payment, ctx: &Context<'_>) -> Decimal {
        let account = self.accounts.get(payment.account).map_or("", |account| account.currency.as_str());
        let foreign = self.settled_by(payment).is_some_and(|payable| {
            payable.currency() != account && payable.currency() != self.organisation.base_currency
        });
        if !foreign {
            return payment.amount;
        }
        payment.amount.checked_div(payment.rate).map_or(payment.amount, |amount| cents(amount, ctx.switches.halves))
    }
}
