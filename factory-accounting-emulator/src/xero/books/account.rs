//! The chart of accounts (xero.md 4.4).

use super::errors::{self, Findings, Refusal};
use super::filter::{Field, Filtered, Value};
use super::shelf::{Key, Shelved};
use super::wire_in::{self, Object};
use super::wire_out::Writer;
use super::{Answer, Books, Context, Written, respond};
use crate::xero::call::Call;
use chrono::{DateTime, Utc};
use http::Method;
use uuid::Uuid;

#[derive(Clone, Debug)]
pub(super) struct Account {
    pub(super) id: Uuid,
    /// Bank accounts may have none.
    pub(super) code: String,
    pub(super) name: String,
    pub(super) kind: String,
    /// ACTIVE, ARCHIVED or DELETED.
    pub(super) status: &'static str,
    pub(super) description: String,
    pub(super) tax_type: String,
    pub(super) bank_number: String,
    pub(super) currency: String,
    pub(super) payments_enabled: bool,
    pub(super) show_in_claims: bool,
    pub(super) system: Option<&'static str>,
    pub(super) updated: DateTime<Utc>,
}

impl Account {
    pub(super) fn class(&self) -> &'static str {
        class_of(&self.kind).unwrap_or("ASSET")
    }

    pub(super) fn is_active(&self) -> bool {
        self.status == "ACTIVE"
    }

    /// Documents may use neither banks nor the control accounts (xero.md 4.4).
    pub(super) fn fits_documents(&self) -> bool {
        self.kind != "BANK" && !matches!(self.system, Some("DEBTORS" | "CREDITORS"))
    }

    pub(super) fn takes_payments(&self) -> bool {
        self.kind == "BANK" || self.payments_enabled
    }
}

/// The class of an account type; none for a type that does not exist (xero.md 4.4).
fn class_of(kind: &str) -> Option<&'static str> {
    Some(match kind {
        "BANK" | "CURRENT" | "FIXED" | "INVENTORY" | "NONCURRENT" | "PREPAYMENT" => "ASSET",
        "EQUITY" => "EQUITY",
        "DEPRECIATN" | "DIRECTCOSTS" | "EXPENSE" | "OVERHEADS" => "EXPENSE",
        "CURRLIAB" | "LIABILITY" | "TERMLIAB" | "PAYG" => "LIABILITY",
        "OTHERINCOME" | "REVENUE" | "SALES" => "REVENUE",
        _ => return None,
    })
}

impl Shelved for Account {
    fn id(&self) -> Uuid {
        self.id
    }

    fn keys(&self) -> Vec<(Key, String)> {
        let mut keys = vec![(Key::Name, self.name.to_lowercase())];
        if !self.code.is_empty() {
            keys.push((Key::Number, self.code.to_lowercase()));
        }
        keys
    }
}

impl Filtered for Account {
    const NAME: &'static str = "Account";

    fn field(path: &str) -> Option<Field<Self>> {
        Some(match path {
            "accountid" => Field::of(|_, row: &Account| Value::Id(row.id)),
            "code" => Field::of(|_, row: &Account| Value::filled(&row.code)),
            "name" => Field::of(|_, row: &Account| Value::text(&row.name)),
            "type" => Field::of(|_, row: &Account| Value::text(&row.kind)),
            "class" => Field::of(|_, row: &Account| Value::text(row.class())),
            "status" => Field::of(|_, row: &Account| Value::text(row.status)),
            "taxtype" => Field::of(|_, row: &Account| Value::text(&row.tax_type)),
            "systemaccount" => Field::of(|_, row: &Account| row.system.map_or(Value::Null, Value::text)),
            "enablepaymentstoaccount" => Field::of(|_, row: &Account| Value::Flag(row.payments_enabled)),
            "updateddateutc" => Field::of(|_, row: &Account| Value::Moment(row.updated)),
            _ => return None,
        })
    }

    fn updated(&self) -> DateTime<Utc> {
        self.updated
    }
}

impl Books {
    pub(super) fn account_coded(&self, code: &str) -> Option<&Account> {
        self.accounts
            .find(Key::Number, code)
            .find(|account| account.is_active())
            .or_else(|| self.accounts.find(Key::Number, code).next())
    }

    pub(super) fn active_account(&self, code: &str) -> Option<&Account> {
        self.account_coded(code).filter(|account| account.is_active())
    }

    pub(super) fn accounts_call(&mut self, call: &Call<'_>, rest: &[String], ctx: &Context<'_>) -> Answer {
        let found =
            rest.first().and_then(|key| Uuid::parse_str(key).ok()).filter(|id| self.accounts.get(*id).is_some());
        match (call.method, rest) {
            (&Method::GET, []) => {
                let rows = self.select(call, self.accounts.iter(), |account| account.status != "DELETED")?;
                Ok(ctx.envelope(None, |out| {
                    out.list("Accounts", rows, |out, account| render(out, account, self.has_attachments(account.id)));
                }))
            }
            (&Method::PUT, []) => self.save_account(call, None, ctx),
            (_, [_]) => {
                let id = found.ok_or(Refusal::NotFound)?;
                match *call.method {
                    Method::GET => Ok(self.one_account(id, ctx)),
                    Method::POST => self.save_account(call, Some(id), ctx),
                    Method::DELETE => self.delete_account(id, ctx),
                    _ => Err(Refusal::MethodNotAllowed),
                }
            }
            (_, []) => Err(Refusal::MethodNotAllowed),
            _ => Err(Refusal::NotFound),
        }
    }

    fn one_account(&self, id: Uuid, ctx: &Context<'_>) -> crate::xero::call::Reply {
        ctx.envelope(None, |out| {
            out.list("Accounts", self.accounts.get(id), |out, account| {
                render(out, account, self.has_attachments(account.id));
            });
        })
    }

    fn save_account(&mut self, call: &Call<'_>, id: Option<Uuid>, ctx: &Context<'_>) -> Answer {
        let elements = wire_in::elements(call.body, "Accounts", "Account")?;
        // PUT takes ONE account (xero.md 4.1).
        let [element] = elements.as_slice() else {
            return Err(Refusal::validation("Only one account can be created or updated at a time"));
        };
        let existing = id.and_then(|id| self.accounts.get(id)).cloned();
        let mut candidate = existing.clone().unwrap_or_else(|| blank(ctx.now));
        fill(&mut candidate, element)?;
        let mut findings = Findings::default();
        if existing
            .is_some_and(|before| before.system.is_some() && before.code != candidate.code && candidate.code.is_empty())
        {
            findings.error("System accounts must keep a code."); // [impl]
        }
        self.check_account(&mut candidate, element.text("Status")?.as_deref(), &mut findings);
        if findings.is_clean() {
            candidate.updated = ctx.now;
            if id.is_none() {
                candidate.id = self.ids.next();
            }
            self.accounts.put(candidate.clone());
        }
        let written = [Written { row: candidate, findings }];
        self.respond_batch(
            call,
            "Accounts",
            false,
            ctx,
            &written,
            |_, done| done.clone(),
            |_, out, account, findings, every| {
                render(out, account, false);
                respond::verdict(out, findings, every);
            },
        )
    }

    fn check_account(&self, candidate: &mut Account, status: Option<&str>, findings: &mut Findings) {
        findings.limit("Code", Some(&candidate.code), 10);
        findings.limit("Name", Some(&candidate.name), 150);
        findings.limit("Description", Some(&candidate.description), 4000);
        if candidate.name.is_empty() {
            findings.error("The Name field is required."); // [impl]
        }
        if candidate.code.is_empty() && candidate.kind != "BANK" {
            findings.error("The Code field is required."); // [impl]
        }
        if class_of(&candidate.kind).is_none() {
            findings.error(format!("Account type '{}' is not valid.", candidate.kind)); // [impl]
        }
        if candidate.kind == "BANK" && candidate.bank_number.is_empty() {
            findings.error("You must enter a bank account number."); // [impl]
        }
        let other = |account: &&Account| account.id != candidate.id && account.status != "DELETED";
        if self.accounts.find(Key::Name, &candidate.name).any(|account| other(&account)) {
            findings.error(errors::NAME_NOT_UNIQUE);
        }
        if self.accounts.find(Key::Number, &candidate.code).any(|account| other(&account)) {
            findings.error(errors::CODE_NOT_UNIQUE);
        }
        if candidate.tax_type.is_empty() {
            candidate.tax_type = "NONE".to_owned();
        } else if !self.tax_fits(&candidate.tax_type, candidate.class()) {
            findings.error(errors::tax_invalid(&candidate.tax_type, &candidate.code));
        }
        if !candidate.currency.is_empty() && !self.has_currency(&candidate.currency) {
            findings.error(errors::currency_unknown(&candidate.currency));
        }
        match status.map(str::to_uppercase).as_deref() {
            None | Some("") => {}
            Some("ACTIVE") => candidate.status = "ACTIVE",
            Some("ARCHIVED") if candidate.system.is_some() => {
                findings.error("System accounts cannot be archived."); // [impl]
            }
            Some("ARCHIVED") => candidate.status = "ARCHIVED",
            Some(other) => findings.error(format!("Account status '{other}' is not valid.")), // [impl]
        }
    }

    fn delete_account(&mut self, id: Uuid, ctx: &Context<'_>) -> Answer {
        let mut account = self.accounts.get(id).cloned().ok_or(Refusal::NotFound)?;
        if account.system.is_some() || self.account_is_used(&account) {
            return Err(Refusal::validation("The account cannot be deleted because it is in use")); // [impl]
        }
        account.status = "DELETED";
        account.updated = ctx.now;
        self.accounts.put(account);
        Ok(self.one_account(id, ctx))
    }

    fn account_is_used(&self, account: &Account) -> bool {
        let coded = !account.code.is_empty();
        self.payments.iter().any(|payment| payment.account == account.id)
            || coded
                && self
                    .every_document()
                    .any(|document| document.lines.iter().any(|line| line.account.as_deref() == Some(&account.code)))
    }
}

fn blank(now: DateTime<Utc>) -> Account {
    Account {
        id: Uuid::nil(),
        code: String::new(),
        name: String::new(),
        kind: String::new(),
        status: "ACTIVE",
        description: String::new(),
        tax_type: String::new(),
        bank_number: String::new(),
        currency: String::new(),
        payments_enabled: false,
        show_in_claims: false,
        system: None,
        updated: now,
    }
}

fn fill(account: &mut Account, object: &Object<'_>) -> Result<(), Refusal> {
    for (name, slot) in [
        ("Code", &mut account.code),
        ("Name", &mut account.name),
        ("Description", &mut account.description),
        ("TaxType", &mut account.tax_type),
        ("BankAccountNumber", &mut account.bank_number),
        ("CurrencyCode", &mut account.currency),
    ] {
        if let Some(text) = object.text(name)? {
            *slot = text;
        }
    }
    if let Some(kind) = object.text("Type")? {
        account.kind = kind.to_uppercase();
    }
    if let Some(enabled) = object.boolean("EnablePaymentsToAccount")? {
        account.payments_enabled = enabled;
    }
    if let Some(show) = object.boolean("ShowInExpenseClaims")? {
        account.show_in_claims = show;
    }
    Ok(())
}

fn render(out: &mut Writer, account: &Account, attachments: bool) {
    out.id("AccountID", account.id);
    out.filled("Code", &account.code);
    out.text("Name", &account.name);
    out.text("Status", account.status);
    out.text("Type", &account.kind);
    out.text("TaxType", &account.tax_type);
    out.filled("Description", &account.description);
    out.text("Class", account.class());
    out.some("SystemAccount", account.system);
    out.flag("EnablePaymentsToAccount", account.payments_enabled);
    out.flag("ShowInExpenseClaims", account.show_in_claims);
    if account.kind == "BANK" {
        out.text("BankAccountNumber", &account.bank_number);
        out.text("BankAccountType", "BANK");
        out.filled("CurrencyCode", &account.currency);
    }
    out.flag("HasAttachments", attachments);
    out.instant("UpdatedDateUTC", account.updated);
    out.flag("AddToWatchlist", false);
}
