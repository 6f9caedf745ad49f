//! Payments: what they settle, and the account that the money goes to or comes from.
//!
//! The account, in this order: the payment itself; the account of its method (F88, R19), which is the settings' default
//! method where the payment names none (F89); the account for payments (F87).

use super::Context;
use super::accounts::{account_in_the_books, account_ref};
use super::draft::{Halt, closed_period, linked, target};
use super::trail::{Origin, Step};
use crate::code::{Code, Parked};
use crate::error::Issue;
use crate::model::{Payment, RecordKind};
use crate::planned::{Content, PlannedPayment};
use crate::provider::{Account, ProbeTarget};
use crate::rules;
use crate::settings::path_of;

/// What the books are to show of a payment.
pub(super) fn payment(payment: &Payment, context: &Context<'_>) -> Result<(Content, ProbeTarget), Halt> {
    let label = &payment.number;
    if let Some(reason) = rules::before_start(payment.date, context.settings) {
        return Err(Halt::Skip(reason));
    }
    let document_key = payment.target.key();
    let document = linked(&document_key, "target", label, RecordKind::Payment, context)?;
    let account = account_of(payment, context)?;
    closed_period(RecordKind::Payment, label, payment.date, context)?;
    let party = context.link(&document_key).and_then(|link| link.party.clone());
    let probe = ProbeTarget {
        party: party.clone(),
        parent: Some(document.clone()),
        date: Some(payment.date),
        ..target(RecordKind::Payment, label.clone())
    };
    context.trace(format_args!("content"), || Step::rule("the kind of the record", &"payment"));
    context.trace(format_args!("document"), || Step::books(format!("what {document_key} is linked to"), &document));
    context.trace(format_args!("document_kind"), || Step::host("target", &document_key.kind));
    context.trace(format_args!("party"), || Step::books("the party on that document there", &party));
    context.trace(format_args!("by_card"), || Step::books("whether the account is a credit card", &account.card));
    context.trace(format_args!("date"), || Step::host("date", &payment.date));
    context.trace(format_args!("amount"), || Step::host("amount", &payment.amount));
    context.trace(format_args!("reference"), || Step::host("number", label));
    let content = Content::Payment(PlannedPayment {
        document,
        party,
        document_kind: document_key.kind,
        account: account_ref(account),
        by_card: account.card,
        date: payment.date,
        amount: payment.amount,
        reference: label.clone(),
    });
    Ok((content, probe))
}

/// How a payment was paid, and whether the settings say so rather than the payment.
fn method_of<'a>(payment: &'a Payment, context: &Context<'a>) -> Option<(&'a str, bool)> {
    let own = payment.method.as_deref().map(|method| (method, false));
    own.or_else(|| Some((context.settings.default_payment_method.as_deref()?, true)))
}

fn account_of<'a>(payment: &Payment, context: &Context<'a>) -> Result<&'a Account, Parked> {
    let path = format_args!("account");
    let accounts = &context.settings.accounts;
    let method = method_of(payment, context);
    let by_method = method.and_then(|(method, _)| accounts.payment_methods.get(method));
    let of_method = |method: &str| Origin::Setting { path: path_of(["accounts", "payment_methods", method]) };
    if payment.account.is_none() {
        context.trace(path, || Step::passed_over(Origin::Host { path: "account".to_owned() }));
        if let Some((method, by_default)) = method {
            context.trace(path, || match by_default {
                true => Step::setting("default_payment_method", &method),
                false => Step::host("method", &method),
            });
            if by_method.is_none() {
                context.trace(path, || Step::passed_over(of_method(method)));
            }
        }
    }
    let (name, origin): (&String, &dyn Fn() -> Origin) = match (&payment.account, by_method, &accounts.payments) {
        (Some(own), ..) => (own, &|| Origin::Host { path: "account".to_owned() }),
        (None, Some(own), _) => (own, &|| of_method(method.map_or("", |(method, _)| method))),
        (None, None, Some(usual)) => (usual, &|| Origin::Setting { path: "accounts.payments".to_owned() }),
        (None, None, None) => return Err(missing(payment, method)),
    };
    context.trace(path, || Step::from(origin(), name));
    let found = context.catalogue.account(name).filter(|found| found.active && found.usable_for_payments);
    let Some(found) = found else {
        let reason = format!(
            "payment {:?}: account {name:?} is unknown in {}, archived, or not one that payments may use",
            payment.number, context.package
        );
        return Err(Parked::new(Code::AccountUnusable, reason));
    };
    context.trace(path, || account_in_the_books(&account_ref(found)));
    Ok(found)
}

fn missing(payment: &Payment, method: Option<(&str, bool)>) -> Parked {
    let (reason, remedy) = match method {
        Some((method, by_default)) => {
            let default = if by_default { ", the default way of payment," } else { "" };
            (
                format!("no account is set for payments by {method:?}{default} nor for payments at all"),
                format!("set an account for {method:?} (settings, accounts.payment_methods) or for all payments"),
            )
        }
        None => (
            "it names no way of payment, none is set by default, and no account is set for payments".to_owned(),
            "set an account for payments (settings, accounts.payments) or a default way of payment".to_owned(),
        ),
    };
    let reason = format!("payment {:?}: {reason}", payment.number);
    Parked::new(Code::AccountMissing, reason).with_issues([Issue::new("account", remedy)])
}
