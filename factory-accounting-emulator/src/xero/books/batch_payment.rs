//! Batch payments: several payments of one account on one day (xero.md 4.12).

use super::document::Kind;
use super::errors::{Findings, Refusal};
use super::filter::{Field, Filtered, Value};
use super::payable::Settled;
use super::payment::{PaymentInput, named};
use super::shelf::{Key, Shelved};
use super::wire_in::{self, Object};
use super::wire_out::Writer;
use super::{Answer, Books, Context, Written, respond};
use crate::xero::call::Call;
use chrono::{DateTime, NaiveDate, Utc};
use http::Method;
use rust_decimal::Decimal;
use uuid::Uuid;

#[derive(Clone, Debug)]
pub(super) struct BatchPayment {
    pub(super) id: Uuid,
    pub(super) account: Uuid,
    pub(super) date: NaiveDate,
    pub(super) reference: String,
    pub(super) is_sale: bool,
    pub(super) deleted: bool,
    pub(super) payments: Vec<Uuid>,
    pub(super) total: Decimal,
    pub(super) updated: DateTime<Utc>,
}

impl BatchPayment {
    fn status(&self) -> &'static str {
        if self.deleted { "DELETED" } else { "AUTHORISED" }
    }

    fn kind(&self) -> &'static str {
        if self.is_sale { "RECBATCH" } else { "PAYBATCH" }
    }
}

impl Shelved for BatchPayment {
    fn id(&self) -> Uuid {
        self.id
    }

    fn keys(&self) -> Vec<(Key, String)> {
        Vec::new()
    }
}

impl Filtered for BatchPayment {
    const NAME: &'static str = "BatchPayment";

    fn field(path: &str) -> Option<Field<Self>> {
        Some(match path {
            "batchpaymentid" => Field::of(|_, row: &BatchPayment| Value::Id(row.id)),
            "status" => Field::of(|_, row: &BatchPayment| Value::text(row.status())),
            "type" => Field::of(|_, row: &BatchPayment| Value::text(row.kind())),
            "reference" => Field::of(|_, row: &BatchPayment| Value::filled(&row.reference)),
            "date" => Field::of(|_, row: &BatchPayment| Value::Day(row.date)),
            "totalamount" => Field::of(|_, row: &BatchPayment| Value::Number(row.total)),
            "updateddateutc" => Field::of(|_, row: &BatchPayment| Value::Moment(row.updated)),
            _ => return None,
        })
    }

    fn updated(&self) -> DateTime<Utc> {
        self.updated
    }
}

struct BatchInput {
    id: Option<Uuid>,
    status: Option<String>,
    reference: String,
    payments: Vec<PaymentInput>,
}

impl BatchInput {
    fn read(object: &Object<'_>) -> Result<Self, Refusal> {
        let account = named(object, "Account", "AccountID", "Code")?;
        let date = object.date("Date")?;
        let reference = object.text("Reference")?.unwrap_or_default();
        let mut payments = Vec::new();
        for member in object.list("Payments")?.unwrap_or_default() {
            let mut payment = PaymentInput::read(&member)?;
            payment.account.clone_from(&account);
            payment.date = date;
            payment.reference = payment.reference.or_else(|| Some(reference.clone()));
            payments.push(payment);
        }
        Ok(Self { id: object.id("BatchPaymentID")?, status: object.text("Status")?, reference, payments })
    }
}

impl Books {
    pub(super) fn batch_payments_call(&mut self, call: &Call<'_>, rest: &[String], ctx: &Context<'_>) -> Answer {
        let path = rest.first().map(|key| Uuid::parse_str(key).map_err(|_| Refusal::NotFound)).transpose()?;
        if path.is_some_and(|id| self.batches.get(id).is_none()) {
            return Err(Refusal::NotFound);
        }
        match (call.method, path, rest.len()) {
            (&Method::GET, _, 0 | 1) => {
                let rows = self.select(call, self.batches.iter(), |row| path.is_none_or(|id| row.id == id))?;
                Ok(ctx.envelope(None, |out| {
                    out.list("BatchPayments", rows, |out, batch| self.render_batch(out, batch));
                }))
            }
            (&Method::PUT, None, _) => {
                self.answer_batches(call, None, ctx, |books, input| books.write_batch(input, ctx))
            }
            (&Method::POST, _, 0 | 1) => self.answer_batches(call, path, ctx, |books, input| {
                let held = input.id.and_then(|id| books.batches.get(id)).cloned();
                match held {
                    Some(held) => books.delete_batch(held, input.status.as_deref(), ctx),
                    None => books.write_batch(input, ctx),
                }
            }),
            (_, _, 0 | 1) => Err(Refusal::MethodNotAllowed),
            _ => Err(Refusal::NotFound),
        }
    }

    fn answer_batches(
        &mut self,
        call: &Call<'_>,
        path: Option<Uuid>,
        ctx: &Context<'_>,
        write: impl FnMut(&mut Self, &BatchInput) -> Written<BatchPayment>,
    ) -> Answer {
        let mut inputs = Vec::new();
        for element in wire_in::elements(call.body, "BatchPayments", "BatchPayment")? {
            let mut input = BatchInput::read(&element)?;
            input.id = path.or(input.id);
            if input.id.is_some_and(|id| self.batches.get(id).is_none()) {
                return Err(Refusal::NotFound);
            }
            if call.method == Method::POST && input.id.is_none() {
                return Err(Refusal::validation("BatchPaymentID must be specified")); // [impl]
            }
            inputs.push(input);
        }
        let listed = call.method == Method::PUT;
        self.respond_batch(call, "BatchPayments", listed, ctx, &inputs, write, |books, out, batch, findings, every| {
            books.render_batch(out, batch);
            respond::verdict(out, findings, every);
        })
    }

    /// All members or none: a batch is one movement on the bank account.
    fn write_batch(&mut self, input: &BatchInput, ctx: &Context<'_>) -> Written<BatchPayment> {
        let mut findings = Findings::default();
        findings.limit("Reference", Some(&input.reference), 255);
        if input.payments.is_empty() {
            findings.error("One or more payments must be specified"); // [impl]
        }
        let before = self.clone();
        let id = self.ids.next();
        let mut members = Vec::new();
        for payment in &input.payments {
            let payment = PaymentInput { batch: Some(id), ..payment.clone() };
            let written = self.write_payment(&payment, ctx);
            written.findings.errors.into_iter().for_each(|error| findings.error(error));
            members.push(written.row);
        }
        let (sale, purchase) = (Some(Settled::Document(Kind::Invoice)), Some(Settled::Document(Kind::Bill)));
        let is_sale = members.first().and_then(|member| member.kind) == sale;
        let side = if is_sale { sale } else { purchase };
        if members.iter().any(|member| member.kind != side) {
            findings.error("A batch payment must consist of invoices only or of bills only"); // [impl]
        }
        let batch = BatchPayment {
            id: if findings.is_clean() { id } else { Uuid::nil() },
            account: members.first().map_or(Uuid::nil(), |member| member.account),
            date: members.first().map_or_else(|| self.region().today(ctx.now), |member| member.date),
            reference: input.reference.clone(),
            is_sale,
            deleted: false,
            payments: members.iter().map(|member| member.id).collect(),
            total: members
                .iter()
                .try_fold(Decimal::ZERO, |sum, member| sum.checked_add(member.amount))
                .unwrap_or_default(),
            updated: ctx.now,
        };
        if findings.is_clean() {
            self.batches.put(batch.clone());
        } else {
            *self = before;
        }
        Written { row: batch, findings }
    }

    fn delete_batch(
        &mut self,
        mut batch: BatchPayment,
        status: Option<&str>,
        ctx: &Context<'_>,
    ) -> Written<BatchPayment> {
        let mut findings = Findings::default();
        let deletes = status.is_some_and(|status| status.eq_ignore_ascii_case("DELETED"));
        if !deletes {
            findings.error("Only Status DELETED can be set on a batch payment"); // [impl], xero.md 4.12
        } else if batch.deleted {
            findings.error("Batch payment not of valid status for modification"); // [impl]
        } else {
            for id in std::mem::take(&mut batch.payments) {
                if let Some(payment) = self.payments.get(id).cloned() {
                    self.undo_payment(payment, ctx);
                }
            }
            batch.deleted = true;
            batch.updated = ctx.now;
            self.batches.put(batch.clone());
        }
        Written { row: batch, findings }
    }

    fn render_batch(&self, out: &mut Writer, batch: &BatchPayment) {
        out.member("Account", |out| {
            out.id("AccountID", batch.account);
            if let Some(account) = self.accounts.get(batch.account) {
                out.filled("Code", &account.code);
                out.text("Name", &account.name);
            }
        });
        out.text("Reference", &batch.reference);
        out.id("BatchPaymentID", batch.id);
        out.date_string("DateString", batch.date);
        out.date("Date", batch.date);
        let members = batch.payments.iter().filter_map(|id| self.payments.get(*id));
        out.list("Payments", members, |out, payment| {
            out.member("Invoice", |out| {
                out.id("InvoiceID", payment.document);
            });
            out.id("PaymentID", payment.id);
            out.decimal("Amount", payment.amount);
            out.text("Reference", &payment.reference);
        });
        out.text("Type", batch.kind());
        out.text("Status", batch.status());
        out.decimal("TotalAmount", batch.total);
        out.instant("UpdatedDateUTC", batch.updated);
        out.flag("IsReconciled", false);
    }
}
