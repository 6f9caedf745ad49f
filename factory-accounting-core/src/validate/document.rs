//! Documents of trade: dates, lines, totals and what they say about other documents.

use rust_decimal::Decimal;

use super::Findings;
use super::numbers::{check_currency, check_date, check_digits, check_money, check_positive_money};
use crate::amounts::{gross_amount, is_rounding, net_amount, rounded, sum, total};
use crate::model::{Allocation, CreditNote, Discount, Extent, ItemLine, Line, Record, RecordKind, TaxMode, Trade};
use crate::money::Currency;

pub(super) fn check(record: &Record, found: &mut Findings) {
    let Some(trade) = record.trade() else { return };
    check_currency("currency", trade.currency, found);
    check_dates(&trade, found);
    if let Some(rate) = trade.exchange_rate {
        check_exchange_rate(rate, found);
    }
    let before = found.0.len();
    check_lines(trade.lines, trade.currency, found);
    // Totals of lines that are wrong in themselves say nothing.
    if found.0.len() == before {
        check_total(&trade, found);
    }
    match record {
        Record::Invoice(invoice) if invoice.extent == Extent::Partial && invoice.order.is_none() => {
            found.add("order", "is missing on a partial invoice: name the order, or make the invoice a full one");
        }
        Record::CreditNote(note) => check_allocations(note, found),
        _ => {}
    }
}

fn check_dates(trade: &Trade<'_>, found: &mut Findings) {
    check_date("date", trade.date, found);
    let Some(due) = trade.due else { return };
    let path = match trade.kind {
        RecordKind::Quote => "expires",
        RecordKind::PurchaseOrder => "delivery",
        _ => "due",
    };
    check_date(path, due, found);
    if due < trade.date {
        found.add(path, format!("is {due}, before the {}'s date {}: correct one of them", trade.kind, trade.date));
    }
}

fn check_exchange_rate(rate: Decimal, found: &mut Findings) {
    if rate <= Decimal::ZERO {
        found.add("exchange_rate", format!("is {}: give a rate above zero or leave it out", rate.normalize()));
    } else {
        check_digits("exchange_rate", rate, found);
    }
}

fn check_lines(lines: &[Line], currency: Currency, found: &mut Findings) {
    if lines.is_empty() {
        found.add("lines", "has none: add at least one line");
    }
    for (index, line) in lines.iter().enumerate() {
        if let Line::Item(line) = line {
            check_line(&format!("lines[{index}]"), line, currency, found);
        }
    }
}

/// A line takes something away by a price below zero, never by a quantity below zero: then the one who reads it, and each
/// package, understands the same.
fn check_line(path: &str, line: &ItemLine, currency: Currency, found: &mut Findings) {
    let (quantity, price) = (line.quantity, line.unit_price);
    let quantity_path = format!("{path}.quantity");
    if quantity.0.is_zero() {
        found.add(&quantity_path, "is 0: give a quantity, or make it a text line");
    } else if quantity.0 < Decimal::ZERO {
        let message = format!("is {}: give a quantity above zero and a unit price below zero", quantity.0.normalize());
        found.add(&quantity_path, message);
    }
    let fits =
        check_digits(&quantity_path, quantity.0, found) & check_digits(&format!("{path}.unit_price"), price.0, found);
    let gross = gross_amount(quantity, price);
    if fits && gross.and_then(|gross| rounded(gross, currency)).is_none() {
        found.add(path, "comes to more than 28 digits: use fewer digits in quantity and price");
    }
    match line.discount {
        None => {}
        Some(Discount::Rate(rate)) => {
            let path = format!("{path}.discount.rate");
            if rate.0 < Decimal::ZERO || rate.0 > Decimal::ONE_HUNDRED {
                found.add(path, format!("is {} %: give a rate from 0 to 100", rate.0.normalize()));
            } else {
                check_digits(&path, rate.0, found);
            }
        }
        Some(Discount::Amount(amount)) => {
            check_discount_amount(&format!("{path}.discount.amount"), amount, gross, currency, found);
        }
    }
}

fn check_discount_amount(
    path: &str,
    amount: Decimal,
    gross: Option<Decimal>,
    currency: Currency,
    found: &mut Findings,
) {
    if amount < Decimal::ZERO {
        found.add(path, format!("is {}: give zero or more, or raise the unit price instead", amount.normalize()));
    } else if let Some(gross) = gross.filter(|gross| !amount.is_zero() && amount > *gross) {
        let (amount, gross) = (amount.normalize(), gross.normalize());
        found.add(path, format!("is {amount}, more than the line's amount of {gross}: lower it"));
    } else {
        check_money(path, amount, currency, found);
    }
}

/// The host's total against the lines, as far as it can be judged without tax rates.
fn check_total(trade: &Trade<'_>, found: &mut Findings) {
    let Some(net) = net_amount(trade.lines, trade.currency) else {
        found.add("lines", "come to more than 28 digits: split the document");
        return;
    };
    if net < Decimal::ZERO {
        let remedy = match trade.kind {
            RecordKind::Invoice | RecordKind::Order => "push a credit note instead",
            RecordKind::CreditNote => "push an invoice instead",
            _ => "lower the deductions",
        };
        found.add("lines", format!("come to {net}, less than nothing: {remedy}"));
    }
    let Some(host) = trade.total else { return };
    if host < Decimal::ZERO {
        found.add("total", format!("is {}: give zero or more", host.normalize()));
        return;
    }
    check_money("total", host, trade.currency, found);
    let charges = trade.lines.iter().filter(|line| line.as_item().is_some()).count();
    let deductions = trade.lines.iter().filter_map(Line::as_item).any(|line| line.unit_price.0 < Decimal::ZERO);
    let Some(difference) = sum(host, -net) else { return };
    let impossible = match trade.tax_mode {
        // Tax adds to the lines, and by how much is not known here; a deduction may lower it below nothing.
        TaxMode::Exclusive => difference < Decimal::ZERO && !deductions,
        TaxMode::Inclusive | TaxMode::NoTax => true,
    };
    if impossible && !is_rounding(difference, charges, trade.currency) {
        let host = host.normalize();
        found.add("total", format!("is {host}, the lines come to {net}: correct the total or the lines"));
    }
}

fn check_allocations(note: &CreditNote, found: &mut Findings) {
    for (index, allocation) in note.allocations.iter().enumerate() {
        let path = format!("allocations[{index}]");
        if note.allocations[..index].iter().any(|earlier| earlier.invoice == allocation.invoice) {
            let message = format!("is {} a second time: put both amounts into one allocation", allocation.invoice);
            found.add(format!("{path}.invoice"), message);
        }
        check_positive_money(&format!("{path}.amount"), allocation.amount, note.currency, found);
    }
    let allocated = total(note.allocations.iter().map(|Allocation { amount, .. }| *amount), note.currency.decimals());
    if let (Some(allocated), Some(most)) = (allocated, note.total)
        && allocated > most
    {
        let (allocated, most) = (allocated.normalize(), most.normalize());
        found.add(
            "allocations",
            format!("come to {allocated}, more than the credit note's total of {most}: lower them"),
        );
    }
}
