//! From a document's lines to what each is to charge: account, tax and item resolved, in the form that the package holds.

use rust_decimal::Decimal;

use super::Context;
use super::accounts::account_of;
use super::draft::{Halt, linked};
use super::grounds::{Grounds, purpose_of};
use super::items::{item_of, needs_items};
use super::taxes::{Tax, fits, tax_of};
use super::trail::Step;
use crate::amounts::{self, LineInput, Representation};
use crate::capability::TaxAuthority;
use crate::code::Parked;
use crate::error::Issue;
use crate::ids::RemoteId;
use crate::model::{Line, Record, RecordKey, RecordKind, TaxMode, Trade};
use crate::money::{Quantity, TaxAmount};
use crate::planned::{Charge, PlannedLine};
use crate::validate;

/// The lines of a document, one for each of the host's, in its order.
pub(super) fn charge_lines(
    record: &Record,
    trade: &Trade<'_>,
    context: &Context<'_>,
) -> Result<Vec<PlannedLine>, Halt> {
    let purpose = purpose_of(record);
    let with_items = needs_items(trade, context);
    let mut issues = Vec::new();
    let mut lines = Vec::with_capacity(trade.lines.len() + 2);
    for (index, line) in trade.lines.iter().enumerate() {
        trace_new(index, context);
        match line {
            Line::Text(text) => {
                context.trace(format_args!("lines[{index}].description"), || {
                    Step::host(format!("lines[{index}].text"), &text.text)
                });
                lines.push(text_line(index, text.text.clone(), context));
            }
            Line::Item(item) => {
                let grounds = Grounds::of(index, item, trade, purpose, context);
                match charge_line(&grounds, with_items, context)? {
                    Ok(line) => lines.push(line),
                    Err(issue) => issues.push(issue),
                }
            }
        }
    }
    if issues.is_empty() {
        return Ok(lines);
    }
    Err(Parked::invalid(trade.kind, trade.number, issues).into())
}

/// A line of text at a place among the planned lines.
pub(super) fn text_line(index: usize, text: String, context: &Context<'_>) -> PlannedLine {
    context.trace(format_args!("lines[{index}].charge"), || Step::rule("a line of text charges nothing", &None::<()>));
    PlannedLine { remote: None, description: text, charge: None, source_line: None }
}

/// The steps of what every planned line begins with.
pub(super) fn trace_new(index: usize, context: &Context<'_>) {
    context.trace(format_args!("lines[{index}].remote"), || {
        Step::rule("lines take over the ids of those that they continue when the books are read", &None::<RemoteId>)
    });
}

fn charge_line(
    grounds: &Grounds<'_>,
    with_items: bool,
    context: &Context<'_>,
) -> Result<Result<PlannedLine, Issue>, Halt> {
    let Grounds { item, trade, index, .. } = grounds;
    let tax = match trade.tax_mode {
        TaxMode::NoTax => {
            trace_untaxed(*index, context);
            None
        }
        TaxMode::Exclusive | TaxMode::Inclusive => Some(tax_of(grounds, context)?),
    };
    let account = account_of(grounds, is_free(tax, context), context)?;
    if let Some(tax) = tax {
        let class = context.catalogue.account(account.name()).map(|found| found.class);
        fits(tax, class, account.name(), &grounds.at("tax"), trade)?;
    }
    let named = item_of(grounds, &account, with_items, context)?;
    let tax_rate = tax.map_or(Decimal::ZERO, |tax| tax.rate);
    let input = LineInput { quantity: item.quantity, unit_price: item.unit_price, discount: item.discount, tax_rate };
    let (input, description) = match held(grounds, &input, context) {
        Ok(held) => held,
        Err(issue) => return Ok(Err(issue)),
    };
    Ok(Ok(PlannedLine {
        remote: None,
        source_line: None,
        description,
        charge: Some(Charge {
            quantity: input.quantity,
            unit_price: input.unit_price,
            discount: input.discount,
            item: named,
            account,
            tax_code: tax.map(|tax| tax.code.code.clone()).unwrap_or_default(),
            tax_rate,
            amount: Decimal::ZERO,
            tax: TaxAmount::default(),
            jobs: jobs(grounds, context)?,
        }),
    }))
}

/// Whether a line is free of tax. A package that alone reckons the tax does not say so beforehand.
fn is_free(tax: Option<Tax<'_>>, context: &Context<'_>) -> bool {
    let told = context.capabilities.amounts.tax_authority != TaxAuthority::Package;
    tax.is_none_or(|tax| told && tax.rate.is_zero())
}

fn trace_untaxed(index: usize, context: &Context<'_>) {
    let rule = "the document carries no tax at all (tax_mode)";
    context.trace(format_args!("lines[{index}].charge.tax_code"), || Step::rule(rule, &""));
    context.trace(format_args!("lines[{index}].charge.tax_rate"), || Step::rule(rule, &Decimal::ZERO));
}

/// Quantity, price, discount and text in the form that the package holds (R13).
fn held(grounds: &Grounds<'_>, input: &LineInput, context: &Context<'_>) -> Result<(LineInput, String), Issue> {
    let Grounds { item, trade, index, .. } = grounds;
    let line = format_args!("lines[{index}]");
    context.trace(format_args!("{line}.description"), || Step::host(grounds.at("description"), &item.description));
    context.trace(format_args!("{line}.charge.quantity"), || Step::host(grounds.at("quantity"), &item.quantity));
    context.trace(format_args!("{line}.charge.unit_price"), || Step::host(grounds.at("unit_price"), &item.unit_price));
    context.trace(format_args!("{line}.charge.discount"), || Step::host(grounds.at("discount"), &item.discount));
    let discounts = context.capabilities.of(trade.kind).is_none_or(|capability| capability.line_discounts);
    let rules = &context.capabilities.amounts;
    let policy = context.settings.fine_prices;
    let (held, suffix) = match amounts::represent(*index, input, policy, discounts, trade.currency, rules) {
        Representation::AsIs => (*input, None),
        Representation::Rewritten { unit_price, discount } => (LineInput { unit_price, discount, ..*input }, None),
        Representation::OneUnit { unit_price, description_suffix } => {
            let one = LineInput { quantity: Quantity(Decimal::ONE), unit_price, discount: None, ..*input };
            (one, Some(description_suffix))
        }
        Representation::Refused(issue) => return Err(issue),
    };
    trace_held(*index, input, &held, context);
    let description = match suffix {
        Some(suffix) => format!("{}{suffix}", item.description),
        None => item.description.clone(),
    };
    if description != item.description {
        context.trace(format_args!("{line}.description"), || {
            Step::rule("one unit tells how many there were at which price", &description)
        });
    }
    match validate::check_line_text(*index, &description, context.capabilities) {
        Some(issue) => Err(issue),
        None => Ok((held, description)),
    }
}

/// The steps of a line that the package holds in another form than the host.
pub(super) fn trace_held(index: usize, from: &LineInput, to: &LineInput, context: &Context<'_>) {
    if context.trail.is_none() {
        return;
    }
    // Numbers that are equal may be written differently, and it is the writing that is explained.
    let differs = |from: &dyn std::fmt::Debug, to: &dyn std::fmt::Debug| format!("{from:?}") != format!("{to:?}");
    let rules = &context.capabilities.amounts;
    let what = || {
        let (prices, quantities) = (rules.price_decimals, rules.quantity_decimals);
        format!(
            "holds prices of {prices} and quantities of {quantities} decimals, and discounts and tax in its own way"
        )
    };
    if differs(&from.quantity, &to.quantity) {
        context.trace(format_args!("lines[{index}].charge.quantity"), || Step::capability(what(), &to.quantity));
    }
    if differs(&from.unit_price, &to.unit_price) {
        context.trace(format_args!("lines[{index}].charge.unit_price"), || Step::capability(what(), &to.unit_price));
    }
    if differs(&from.discount, &to.discount) {
        context.trace(format_args!("lines[{index}].charge.discount"), || Step::capability(what(), &to.discount));
    }
}

fn jobs(grounds: &Grounds<'_>, context: &Context<'_>) -> Result<Vec<RemoteId>, Halt> {
    let mut jobs = Vec::new();
    if let Some(id) = &grounds.item.job {
        let key = RecordKey::new(RecordKind::Job, id.clone());
        jobs.push(linked(&key, &grounds.at("job"), grounds.trade.number, grounds.trade.kind, context)?);
    }
    context.trace(format_args!("lines[{}].charge.jobs", grounds.index), || match &grounds.item.job {
        Some(job) => Step::books(format!("what job {job} is linked to"), &jobs),
        None => Step::host(grounds.at("job"), &jobs),
    });
    Ok(jobs)
}
