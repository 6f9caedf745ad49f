//! Payments and bill payments: what they apply to what, at both ends (qbo.md 5.15, 5.16, 5.19).
//!
//! Both work alike: lines pay debits (invoices, bills) and use up credits (credit memos, vendor credits).

use super::amounts::cents;
use super::line_shape::{ANY, LINE_EX, NAMED};
use super::lines::{negative, within_bounds};
use super::{add_link, drop_link, linked_id};
use crate::qbo::books::entity::Entity;
use crate::qbo::books::errors::{self, Fault};
use crate::qbo::books::ids::Id;
use crate::qbo::books::journal::Change;
use crate::qbo::books::record::Record;
use crate::qbo::books::shelf::Row;
use crate::qbo::books::write::Draft;
use crate::qbo::books::{Books, Context};
use crate::qbo::switches::{PaymentAboveBalance, PaymentOfOtherCustomer};
use rust_decimal::Decimal;
use std::collections::BTreeMap;
use std::sync::Arc;

/// A transaction that something is applied to.
type Target = (Entity, Id);

/// How much is applied to each transaction.
type Applications = BTreeMap<Target, Decimal>;

/// What a line of a payment names.
enum Named {
    Target(Target),
    /// Left out of the books without a word (qbo.md 5.19).
    Dropped,
}

impl Books {
    pub(super) fn check_payment(&mut self, draft: &mut Draft, ctx: &Context<'_>) -> Result<(), Fault> {
        if let Some(account) = self.account_of_type("Accounts Receivable") {
            draft.body.set_default("ARAccountRef", account);
        }
        if let Some(account) = self.account_of_subtype("UndepositedFunds") {
            draft.body.set_default("DepositToAccountRef", account);
        }
        draft.body.set_default("ProcessPayment", false);
        self.apply_lines(draft, ctx)?;
        let unapplied = unapplied(&draft.body);
        draft.body.set("UnappliedAmt", unapplied);
        Ok(())
    }

    pub(super) fn check_bill_payment(&mut self, draft: &mut Draft, ctx: &Context<'_>) -> Result<(), Fault> {
        if draft.is_new() && draft.body.list("Line").is_empty() {
            return Err(errors::required("Line"));
        }
        if let Some(account) = self.account_of_type("Accounts Payable") {
            draft.body.set_default("APAccountRef", account);
        }
        self.paying_account(draft)?;
        self.apply_lines(draft, ctx)
    }

    /// A cheque is drawn on a bank account, a card payment on a card; a cheque over nothing needs none (qbo.md 5.19).
    fn paying_account(&self, draft: &mut Draft) -> Result<(), Fault> {
        let (part, member, account_type) = match draft.body.text("PayType") {
            Some("Check") => ("CheckPayment", "BankAccountRef", "Bank"),
            _ => ("CreditCardPayment", "CCAccountRef", "Credit Card"),
        };
        let other = if part == "CheckPayment" { "CreditCardPayment" } else { "CheckPayment" };
        draft.body.clear(other);
        if let Some(check) = draft.body.record_mut("CheckPayment") {
            check.set_default("PrintStatus", "NotSet");
        }
        let Some(account) = draft.body.record(part).and_then(|own| own.target(member)) else {
            let nothing = part == "CheckPayment" && draft.body.amount("TotalAmt").is_zero();
            return if nothing { Ok(()) } else { Err(errors::required(member)) };
        };
        self.check_account_type(account, &[account_type], member)
    }

    /// 6430 unless an account is of one of the types.
    pub(super) fn check_account_type(&self, account: Id, types: &[&str], member: &'static str) -> Result<(), Fault> {
        let found = self.get(Entity::Account, account).and_then(|row| row.body.text("AccountType"));
        match found {
            Some(found) if !types.contains(&found) => {
                let text =
                    format!("Invalid Account Type : {member} must be of type {}, not {found}", types.join(" or "));
                Err(Fault::of(6430, text).on(member))
            }
            _ => Ok(()),
        }
    }

    /// Reads the lines, checks them against what is open and moves the other ends.
    fn apply_lines(&mut self, draft: &mut Draft, ctx: &Context<'_>) -> Result<(), Fault> {
        let total = draft.body.amount("TotalAmt");
        if total < Decimal::ZERO {
            return Err(negative(total).on("TotalAmt"));
        }
        within_bounds(total, "TotalAmt")?;
        draft.body.set("TotalAmt", cents(total));
        let stored: &[Record] = draft.stored().map_or(&[], |stored| stored.list("Line"));
        let old = applications(stored);
        // Lines are all or none: without any the applications stay, an empty list undoes them (qbo.md 5.16).
        let sent = if draft.input.sent("Line") { draft.body.list("Line").to_vec() } else { stored.to_vec() };
        let lines = self.applied_lines(draft, &sent, &old, ctx)?;
        let new = applications(&lines);
        draft.body.set_or_clear("Line", Some(lines).filter(|lines| !lines.is_empty()));
        let (paid, used) = sides(&new);
        if paid - used > cents(total) {
            return Err(
                errors::business("The amount applied is greater than the payment and its credits").on("TotalAmt")
            );
        }
        if used > paid {
            return Err(errors::business("The credits used are greater than the amount applied").on("Line"));
        }
        self.reapply(draft, &old, &new, ctx)
    }

    /// The lines as they will stand.
    fn applied_lines(
        &self,
        draft: &Draft,
        sent: &[Record],
        old: &Applications,
        ctx: &Context<'_>,
    ) -> Result<Vec<Record>, Fault> {
        let mut left = Applications::new();
        let mut lines = Vec::with_capacity(sent.len());
        for line in sent {
            let Named::Target(target) = named(draft.entity, line)? else { continue };
            let amount = line.decimal("Amount").ok_or_else(|| errors::required("Amount"))?;
            if amount < Decimal::ZERO {
                return Err(negative(amount));
            }
            let row = self.get(target.0, target.1).ok_or_else(errors::not_found)?;
            if !self.same_party(draft, &row.body) {
                match ctx.switches.payment_of_other_customer {
                    PaymentOfOtherCustomer::Unapplied if draft.entity == Entity::Payment => continue,
                    _ => return Err(not_linkable(target)),
                }
            }
            let open = row.body.amount("Balance") + old.get(&target).copied().unwrap_or_default();
            let left = left.entry(target).or_insert(open);
            let mut amount = cents(amount);
            if amount > *left {
                if ctx.switches.payment_above_balance == PaymentAboveBalance::Refused {
                    let text = "The amount applied to a transaction can't be greater than its open balance";
                    return Err(errors::business(text).on("Amount"));
                }
                amount = *left;
            }
            *left -= amount;
            if !amount.is_zero() {
                lines.push(applied_line(line, amount, &row.body, target.1, open));
            }
        }
        Ok(lines)
    }

    /// A payment's customer is that of the invoice, or whoever that one bills with (qbo.md 5.16).
    fn same_party(&self, draft: &Draft, target: &Record) -> bool {
        if draft.entity == Entity::BillPayment {
            return target.target("VendorRef") == draft.body.target("VendorRef");
        }
        let payer = draft.body.target("CustomerRef");
        let mut owner = target.target("CustomerRef");
        for _ in 0..5 {
            if owner == payer {
                return true;
            }
            let row = owner.and_then(|id| self.get(Entity::Customer, id));
            owner = row.filter(|row| row.body.flag("BillWithParent")).and_then(|row| row.body.target("ParentRef"));
        }
        false
    }

    /// Moves balance, link, SyncToken and time of everything whose application changes (qbo.md 5.0, 5.16).
    fn reapply(
        &mut self,
        draft: &Draft,
        old: &Applications,
        new: &Applications,
        ctx: &Context<'_>,
    ) -> Result<(), Fault> {
        let mut targets: Vec<Target> = old.keys().chain(new.keys()).copied().collect();
        targets.sort_unstable();
        targets.dedup();
        for target in targets {
            let was = old.get(&target).copied().unwrap_or_default();
            let is = new.get(&target).copied().unwrap_or_default();
            let before = draft.stored().map(|stored| link_kind(stored, draft.entity, target.0));
            let after = link_kind(&draft.body, draft.entity, target.0);
            if was == is && before == Some(after) {
                continue;
            }
            self.change_txn(target.0, target.1, ctx, Change::Update, |row| {
                give_back(&mut row.body, was - is);
                if let Some(before) = before {
                    drop_link(&mut row.body, draft.id, before);
                }
                if !is.is_zero() {
                    add_link(&mut row.body, draft.id, after);
                }
            })?;
        }
        Ok(())
    }

    /// Undoes every application of a payment that is deleted or voided.
    pub(super) fn unapply_all(&mut self, row: &Arc<Row>, ctx: &Context<'_>) -> Result<(), Fault> {
        for (target, amount) in applications(row.body.list("Line")) {
            let kind = link_kind(&row.body, row.entity, target.0);
            self.change_txn(target.0, target.1, ctx, Change::Update, |other| {
                give_back(&mut other.body, amount);
                drop_link(&mut other.body, row.id, kind);
            })?;
        }
        Ok(())
    }

    /// Takes so much of what is applied to a document off the payments, the newest first; the document itself is the
    /// caller's. Answers the payments that no longer apply to it.
    pub(super) fn shrink_payments(
        &mut self,
        row: &Arc<Row>,
        by: Decimal,
        ctx: &Context<'_>,
    ) -> Result<Vec<(Id, &'static str)>, Fault> {
        let target = (row.entity, row.id);
        let payer = if matches!(row.entity, Entity::Invoice | Entity::CreditMemo) {
            Entity::Payment
        } else {
            Entity::BillPayment
        };
        let mut payers: Vec<Id> = row.body.list("LinkedTxn").iter().filter_map(linked_id).collect();
        payers.sort_unstable();
        payers.dedup();
        let (mut left, mut gone) = (by, Vec::new());
        for id in payers.into_iter().rev() {
            let Some(payment) = self.get(payer, id).cloned() else { continue };
            let applied = applications(payment.body.list("Line")).get(&target).copied().unwrap_or_default();
            let off = applied.min(left);
            if off.is_zero() {
                continue;
            }
            self.refuse_deposited(&payment.body)?;
            self.shrink_payment(&payment, target, off, ctx)?;
            left -= off;
            if off == applied {
                gone.push((id, link_kind(&payment.body, payer, row.entity)));
            }
        }
        Ok(gone)
    }

    /// Takes an amount off one application and off the other side as far as the payment would no longer add up.
    fn shrink_payment(
        &mut self,
        payment: &Arc<Row>,
        target: Target,
        by: Decimal,
        ctx: &Context<'_>,
    ) -> Result<(), Fault> {
        let mut lines = payment.body.list("Line").to_vec();
        reduce(&mut lines, by, |other| other == target);
        let (paid, used) = sides(&applications(&lines));
        let over = paid - used - payment.body.amount("TotalAmt");
        let mut released = Vec::new();
        if used > paid {
            released = reduce(&mut lines, used - paid, |other| is_credit(other.0));
        } else if over > Decimal::ZERO {
            released = reduce(&mut lines, over, |other| !is_credit(other.0));
        }
        let after = applications(&lines);
        for (other, amount) in released {
            let kind = link_kind(&payment.body, payment.entity, other.0);
            self.change_txn(other.0, other.1, ctx, Change::Update, |row| {
                give_back(&mut row.body, amount);
                if !after.contains_key(&other) {
                    drop_link(&mut row.body, payment.id, kind);
                }
            })?;
        }
        self.change_txn(payment.entity, payment.id, ctx, Change::Update, |row| {
            row.body.set_or_clear("Line", Some(lines).filter(|lines| !lines.is_empty()));
            if row.entity == Entity::Payment {
                let unapplied = unapplied(&row.body);
                row.body.set("UnappliedAmt", unapplied);
            }
        })
    }
}

/// What a payment leaves for later.
fn unapplied(body: &Record) -> Decimal {
    let (paid, used) = sides(&applications(body.list("Line")));
    body.amount("TotalAmt") + used - paid
}

/// What is applied, by transaction.
pub(super) fn applications(lines: &[Record]) -> Applications {
    let mut all = Applications::new();
    for line in lines {
        if let Some(target) = target_of(line) {
            *all.entry(target).or_default() += line.amount("Amount");
        }
    }
    all
}

fn target_of(line: &Record) -> Option<Target> {
    let link = line.list("LinkedTxn").first()?;
    let entity = match link.text("TxnType")? {
        "Invoice" => Entity::Invoice,
        "CreditMemo" => Entity::CreditMemo,
        "Bill" => Entity::Bill,
        "VendorCredit" => Entity::VendorCredit,
        _ => return None,
    };
    Some((entity, linked_id(link)?))
}

/// What a line of a payment or bill payment pays or uses (qbo.md 5.23).
fn named(payer: Entity, line: &Record) -> Result<Named, Fault> {
    let link = line.list("LinkedTxn").first().ok_or_else(|| errors::required("LinkedTxn"))?;
    if line.list("LinkedTxn").len() > 1 {
        return Err(Fault::of(2600, "Conflicting Elements : a line of a payment has one LinkedTxn").on("LinkedTxn"));
    }
    let kind = link.text("TxnType").ok_or_else(|| errors::required("TxnType"))?;
    match (payer, kind) {
        (Entity::Payment, "Invoice" | "CreditMemo") | (Entity::BillPayment, "Bill" | "VendorCredit") => {
            target_of(line).map(Named::Target).ok_or_else(errors::not_found)
        }
        (Entity::BillPayment, "Purchase") => Ok(Named::Dropped),
        (Entity::Payment, "JournalEntry" | "Expense" | "Check" | "CreditCardCredit" | "Deposit")
        | (Entity::BillPayment, "JournalEntry" | "Deposit") => {
            Err(errors::gap(&format!("a {} that is linked to a {kind}", payer.name())))
        }
        _ => {
            Err(Fault::of(620, format!("Txn ID Cannot Be Linked : a {} takes no {kind}", payer.name())).on("LinkedTxn"))
        }
    }
}

fn not_linkable((entity, id): Target) -> Fault {
    let text = format!("Txn ID Cannot Be Linked : {} {id} belongs to another customer or vendor", entity.name());
    Fault::of(620, text).on("LinkedTxn")
}

fn is_credit(entity: Entity) -> bool {
    matches!(entity, Entity::CreditMemo | Entity::VendorCredit)
}

/// What is paid, and what is used up for it.
fn sides(all: &Applications) -> (Decimal, Decimal) {
    let sum =
        |credit: bool| all.iter().filter(|(target, _)| is_credit(target.0) == credit).map(|(_, amount)| amount).sum();
    (sum(false), sum(true))
}

/// Takes an amount off the lines that match, the last first; answers what came off of which transaction.
fn reduce(lines: &mut Vec<Record>, by: Decimal, matches: impl Fn(Target) -> bool) -> Vec<(Target, Decimal)> {
    let (mut left, mut released) = (by, Vec::new());
    for line in lines.iter_mut().rev() {
        let Some(target) = target_of(line).filter(|target| matches(*target)) else { continue };
        let off = line.amount("Amount").min(left);
        left -= off;
        line.set("Amount", line.amount("Amount") - off);
        released.push((target, off));
    }
    lines.retain(|line| !line.amount("Amount").is_zero());
    released.retain(|(_, off)| !off.is_zero());
    released
}

/// Raises what is open of a document.
pub(super) fn give_back(body: &mut Record, amount: Decimal) {
    let open = body.amount("Balance") + amount;
    for name in ["Balance", "RemainingCredit"] {
        if name == "Balance" || body.has(name) {
            body.set(name, open);
        }
    }
    if body.has("HomeBalance") {
        body.set("HomeBalance", open);
    }
}

/// How a paid transaction names what paid it (qbo.md 5.23).
fn link_kind(payment: &Record, payer: Entity, target: Entity) -> &'static str {
    match (payer, target, payment.text("PayType")) {
        (Entity::Payment, _, _) => "Payment",
        (_, Entity::VendorCredit, _) => "BillPayment",
        (_, _, Some("CreditCard")) => "BillPaymentCreditCard",
        _ => "BillPaymentCheck",
    }
}

/// A line with what QuickBooks tells of its transaction (qbo.md 5.16).
pub(super) fn applied_line(sent: &Record, amount: Decimal, target: &Record, id: Id, open: Decimal) -> Record {
    let mut line = sent.clone();
    line.set("Amount", amount);
    let pair = |name: &str, value: String| {
        Record::new(&ANY)
            .with("name", "{http://schema.intuit.com/finance/v3}NameValue")
            .with("value", Record::new(&NAMED).with("Name", name).with("Value", value))
    };
    let mut pairs = vec![pair("txnId", id.to_string()), pair("txnOpenBalance", format!("{open:.2}"))];
    pairs.extend(target.text("DocNumber").map(|number| pair("txnReferenceNumber", number.to_owned())));
    line.set("LineEx", Record::new(&LINE_EX).with("any", pairs));
    line
}
