//! What a document will come to: predicted, compared with the host's total, and settled where rounding parts the two.

use std::collections::BTreeMap;

use rust_decimal::Decimal;

use super::Context;
use super::accounts::resolve_account;
use super::charge::{trace_held, trace_new};
use super::draft::Halt;
use super::items::{self, item_of_account, needs_items};
use super::trail::Step;
use crate::amounts::{self, LineInput, Reckoned, TotalCheck};
use crate::capability::{TaxAuthority, TaxRounding};
use crate::code::{Code, Parked};
use crate::error::Issue;
use crate::ids::RemoteId;
use crate::model::{TaxMode, Trade};
use crate::money::{Quantity, TaxAmount, Totals, UnitPrice};
use crate::planned::{Charge, PlannedDocument, PlannedLine, StatedTax};
use crate::provider::TradeSide;
use crate::settings::{RoundingPolicy, Settings};

/// What a document comes to, and in which mode its lines are.
pub(super) struct Outlook {
    pub(super) totals: Totals,
    pub(super) tax_mode: TaxMode,
    pub(super) stated_taxes: Vec<StatedTax>,
}

/// Predicts the package's totals, settles a difference to the host's, and writes the predicted amounts into the lines.
pub(super) fn total_lines(
    trade: &Trade<'_>,
    lines: &mut Vec<PlannedLine>,
    context: &Context<'_>,
) -> Result<Outlook, Halt> {
    let rules = &context.capabilities.amounts;
    let mut tax_mode = trade.tax_mode;
    let mut wanted = trade.total;
    let before = reckon(trade, tax_mode, lines, context)?;
    if tax_mode == TaxMode::Inclusive && !rules.inclusive_prices {
        // What the customer pays is what the host's prices say; tax and net amounts have to add up to it.
        wanted = wanted.or(Some(before.totals.total));
        hold_at_net_prices(trade, lines, &before, context)?;
        tax_mode = TaxMode::Exclusive;
    }
    if tax_mode == TaxMode::Exclusive && !rules.exclusive_prices {
        hold_at_gross_prices(trade, lines, &before, wanted, context)?;
        tax_mode = TaxMode::Inclusive;
    }
    let mut reckoned = if tax_mode == trade.tax_mode { before } else { reckon(trade, tax_mode, lines, context)? };
    if rules.tax_authority == TaxAuthority::Package && tax_mode != TaxMode::NoTax {
        write_amounts(lines, &reckoned);
        let outlook = Outlook { totals: reckoned.totals, tax_mode, stated_taxes: Vec::new() };
        trace(trade, lines, &outlook, context);
        return Ok(outlook);
    }
    let converted = tax_mode != trade.tax_mode;
    // The form in which the package holds prices is not the host's choice, so neither is how their cents are carried.
    let policy = if converted && rules.stated_taxes { RoundingPolicy::Line } else { context.settings.rounding };
    let mut stated_taxes = Vec::new();
    match amounts::settle_total(wanted, &reckoned, charges(trade), policy, trade.currency) {
        TotalCheck::Equal => {}
        TotalCheck::RoundingLine { amount } => {
            if rules.stated_taxes {
                stated_taxes = stated(trade, lines, &reckoned, amount, context).ok_or_else(|| too_large(trade))?;
            }
            if stated_taxes.is_empty() {
                lines.push(rounding_line(amount, tax_mode, trade, lines.len(), context)?);
                reckoned = reckon(trade, tax_mode, lines, context)?;
            } else {
                reckoned.totals = with_tax(reckoned.totals, amount).ok_or_else(|| too_large(trade))?;
            }
        }
        TotalCheck::Refused { host, package } => return Err(totals_differ(trade, host, package, context).into()),
    }
    write_amounts(lines, &reckoned);
    if !rules.negative_prices {
        for (index, line) in lines.iter_mut().enumerate() {
            let Some(charge) = &mut line.charge else { continue };
            let before = input(charge);
            move_sign(charge);
            trace_held(index, &before, &input(charge), context);
        }
    }
    let outlook = Outlook { totals: reckoned.totals, tax_mode, stated_taxes };
    trace(trade, lines, &outlook, context);
    Ok(outlook)
}

/// The steps of what a document comes to.
fn trace(trade: &Trade<'_>, lines: &[PlannedLine], outlook: &Outlook, context: &Context<'_>) {
    let rules = &context.capabilities.amounts;
    context.trace(format_args!("tax_mode"), || Step::host("tax_mode", &trade.tax_mode));
    if outlook.tax_mode != trade.tax_mode {
        let how = if rules.inclusive_prices { "holds prices with tax in them" } else { "holds prices without tax" };
        context.trace(format_args!("tax_mode"), || Step::capability(how, &outlook.tax_mode));
    }
    for (index, line) in lines.iter().enumerate() {
        let Some(charge) = &line.charge else { continue };
        context.trace(format_args!("lines[{index}].charge.amount"), || {
            Step::rule("quantity times price less discount, rounded once", &charge.amount)
        });
        context.trace(format_args!("lines[{index}].charge.tax"), || Step::rule("the rate on the amount", &charge.tax));
    }
    if let Some(total) = trade.total {
        context.trace(format_args!("totals.total"), || Step::host("total", &total));
    }
    context.trace(format_args!("totals"), || {
        let how = match (rules.tax_authority, rules.tax_rounding) {
            (TaxAuthority::Package, _) => "the sum of the lines; the package itself reckons the tax",
            (_, TaxRounding::PerRate) => "the sum of the lines, tax rounded on the sum of each rate",
            _ => "the sum of the lines, tax rounded on each",
        };
        Step::capability(how, &outlook.totals)
    });
    if !outlook.stated_taxes.is_empty() {
        context.trace(format_args!("stated_taxes"), || {
            Step::capability("the tax of each rate is stated, so that the total is the host's", &outlook.stated_taxes)
        });
    }
}

/// Lines of the host that charge something: however they reach the books, each may have been rounded once.
fn charges(trade: &Trade<'_>) -> usize {
    trade.lines.iter().filter(|line| line.as_item().is_some()).count()
}

fn totals_differ(trade: &Trade<'_>, host: Decimal, package: Decimal, context: &Context<'_>) -> Parked {
    let reason = format!(
        "{} {:?}: the host reckons {host} {currency}, {} will reckon {package} {currency}",
        trade.kind,
        trade.number,
        context.package,
        currency = trade.currency,
    );
    Parked::new(Code::TotalsDiffer, reason).with_issues([Issue::new("total", format!("{host} is not {package}"))])
}

/// Has the quantity carry the sign that the package takes on no price.
fn move_sign(charge: &mut Charge) {
    if charge.unit_price.0.is_sign_negative() && !charge.unit_price.0.is_zero() {
        charge.unit_price.0 = -charge.unit_price.0;
        charge.quantity.0 = -charge.quantity.0;
    }
}

fn write_amounts(lines: &mut [PlannedLine], reckoned: &Reckoned) {
    for (line, amounts) in lines.iter_mut().zip(&reckoned.lines) {
        if let (Some(charge), Some(amounts)) = (&mut line.charge, amounts) {
            charge.amount = amounts.amount;
            charge.tax = TaxAmount(amounts.tax);
        }
    }
}

fn reckon(
    trade: &Trade<'_>,
    tax_mode: TaxMode,
    lines: &[PlannedLine],
    context: &Context<'_>,
) -> Result<Reckoned, Parked> {
    let inputs: Vec<Option<LineInput>> = lines.iter().map(|line| line.charge.as_ref().map(input)).collect();
    let rules = &context.capabilities.amounts;
    let reckoned =
        amounts::reckon(&inputs, tax_mode, trade.currency, rules).map_err(|error| unreckonable(trade, error))?;
    if tax_mode != TaxMode::Exclusive || rules.tax_rounding != TaxRounding::PerRate {
        return Ok(reckoned);
    }
    by_component(trade, lines, reckoned, context).ok_or_else(|| too_large(trade))
}

/// What a line's amount and tax are reckoned from.
fn input(charge: &Charge) -> LineInput {
    LineInput {
        quantity: charge.quantity,
        unit_price: charge.unit_price,
        discount: charge.discount,
        tax_rate: charge.tax_rate,
    }
}

/// Rounds tax where such a package rounds it: on the sum of the lines of each rate that the tax codes are made of.
fn by_component(
    trade: &Trade<'_>,
    lines: &[PlannedLine],
    reckoned: Reckoned,
    context: &Context<'_>,
) -> Option<Reckoned> {
    let taxes = components(trade, lines, &reckoned, context)?;
    let charged = lines.iter().filter_map(|line| line.charge.as_ref()).filter(|charge| !charge.tax_rate.is_zero());
    let told = charged.fold(true, |told, charge| {
        let code = context.catalogue.tax_code(&charge.tax_code);
        told && code.is_some_and(|code| !code.components.is_empty())
    });
    if !told {
        return Some(reckoned);
    }
    let tax = amounts::total(taxes.iter().map(|tax| tax.tax), trade.currency.decimals())?;
    let totals = Totals { tax, total: amounts::sum(reckoned.totals.subtotal, tax)?, ..reckoned.totals };
    Some(Reckoned { totals, ..reckoned })
}

fn with_tax(totals: Totals, more: Decimal) -> Option<Totals> {
    let tax = amounts::sum(totals.tax, more)?;
    Some(Totals { tax, total: amounts::sum(totals.total, more)?, ..totals })
}

/// The rates of a document's tax codes, each with its net amount and the tax that the package will come to.
fn components(
    trade: &Trade<'_>,
    lines: &[PlannedLine],
    reckoned: &Reckoned,
    context: &Context<'_>,
) -> Option<Vec<StatedTax>> {
    let side = TradeSide::of(trade.kind);
    let mut nets: BTreeMap<RemoteId, (Decimal, Decimal)> = BTreeMap::new();
    for (line, reckoned) in lines.iter().zip(&reckoned.lines) {
        let (Some(charge), Some(reckoned)) = (&line.charge, reckoned) else { continue };
        let Some(code) = context.catalogue.tax_code(&charge.tax_code) else { continue };
        for component in code.components_on(side) {
            let entry = nets.entry(component.id.clone()).or_insert((component.rate, Decimal::ZERO));
            entry.1 = amounts::sum(entry.1, reckoned.amount)?;
        }
    }
    let rules = &context.capabilities.amounts;
    nets.into_iter()
        .map(|(component, (rate, net))| {
            let tax = amounts::tax_on(net, rate, trade.currency, rules)?;
            Some(StatedTax { component, rate, net, tax })
        })
        .collect()
}

/// The taxes of all rates with a difference carried by the largest; nothing where no rate charges anything.
fn stated(
    trade: &Trade<'_>,
    lines: &[PlannedLine],
    reckoned: &Reckoned,
    difference: Decimal,
    context: &Context<'_>,
) -> Option<Vec<StatedTax>> {
    let mut taxes = components(trade, lines, reckoned, context)?;
    let Some(largest) = taxes.iter_mut().filter(|tax| !tax.tax.is_zero()).max_by_key(|tax| tax.tax.abs()) else {
        return Some(Vec::new());
    };
    largest.tax = amounts::sum(largest.tax, difference)?;
    Some(taxes)
}

/// Turns prices that contain tax into net ones that come to the line's amount less its tax.
fn hold_at_net_prices(
    trade: &Trade<'_>,
    lines: &mut [PlannedLine],
    gross: &Reckoned,
    context: &Context<'_>,
) -> Result<(), Parked> {
    let rules = &context.capabilities.amounts;
    for (index, (line, gross)) in lines.iter_mut().zip(&gross.lines).enumerate() {
        let (Some(charge), Some(gross)) = (&mut line.charge, gross) else { continue };
        let net = amounts::net_price(index, charge.quantity, gross.amount, charge.tax_rate, trade.currency, rules)
            .map_err(|error| unreckonable(trade, error))?;
        hold_at(index, line, net, context);
    }
    Ok(())
}

/// Turns net prices into ones that contain tax, at which the document comes to the host's total: each line to its amount
/// and its tax, and the line with the most tax carries the cents by which the host's sum differs.
fn hold_at_gross_prices(
    trade: &Trade<'_>,
    lines: &mut [PlannedLine],
    net: &Reckoned,
    wanted: Option<Decimal>,
    context: &Context<'_>,
) -> Result<(), Parked> {
    let rules = &context.capabilities.amounts;
    // The form in which the package holds prices is not the host's choice, so neither is how its cents are carried.
    let carried = match amounts::settle_total(wanted, net, charges(trade), RoundingPolicy::Line, trade.currency) {
        TotalCheck::Equal => Decimal::ZERO,
        TotalCheck::RoundingLine { amount } => amount,
        TotalCheck::Refused { host, package } => return Err(totals_differ(trade, host, package, context)),
    };
    let taxed = |line: &Option<amounts::LineAmounts>| line.map_or(Decimal::ZERO, |line| line.tax.abs());
    let most = net.lines.iter().enumerate().max_by_key(|(_, line)| taxed(line)).map(|(at, _)| at);
    for (index, (line, net)) in lines.iter_mut().zip(&net.lines).enumerate() {
        let (Some(charge), Some(net)) = (&line.charge, net) else { continue };
        let carried = if Some(index) == most && !net.tax.is_zero() { carried } else { Decimal::ZERO };
        let gross = amounts::sum(net.amount, net.tax).and_then(|gross| amounts::sum(gross, carried));
        let gross = gross.ok_or_else(|| too_large(trade))?;
        let price = amounts::gross_price(index, &input(charge), gross, trade.currency, rules)
            .map_err(|error| unreckonable(trade, error))?;
        hold_at(index, line, price, context);
    }
    Ok(())
}

/// Gives a line another price; where it becomes one unit, its text tells how many at what price there were.
fn hold_at(index: usize, line: &mut PlannedLine, price: amounts::OtherPrice, context: &Context<'_>) {
    let Some(charge) = &mut line.charge else { return };
    if price.quantity != charge.quantity {
        line.description.push_str(&format!(" ({} x {})", charge.quantity.0.normalize(), charge.unit_price));
        context.trace(format_args!("lines[{index}].description"), || {
            Step::rule("one unit tells how many there were at which price", &line.description)
        });
    }
    let before = input(charge);
    charge.quantity = price.quantity;
    charge.unit_price = price.unit_price;
    charge.discount = price.discount;
    trace_held(index, &before, &input(charge), context);
}

pub(super) fn unreckonable(trade: &Trade<'_>, error: amounts::AmountError) -> Parked {
    let reason = format!("{} {:?} cannot be reckoned", trade.kind, trade.number);
    Parked::new(Code::Invalid, reason).with_issues([error.issue()])
}

fn too_large(trade: &Trade<'_>) -> Parked {
    unreckonable(trade, amounts::AmountError::TotalOverflow)
}

/// Text of the line that carries a rounding difference.
const ROUNDING: &str = "Rounding";

/// The amount of the line that settles a rounding difference in a planned document, where it has one.
#[must_use]
pub fn rounding_of(document: &PlannedDocument, settings: &Settings) -> Option<Decimal> {
    let account = settings.accounts.rounding.as_deref()?;
    let lines = document.lines.iter().rev().filter(|line| line.description == ROUNDING);
    lines.filter_map(|line| line.charge.as_ref()).find(|charge| charge.account.is(account)).map(|charge| charge.amount)
}

/// The explicit line that carries a rounding difference (F97). It has no tax: the tax is what differs.
fn rounding_line(
    amount: Decimal,
    tax_mode: TaxMode,
    trade: &Trade<'_>,
    index: usize,
    context: &Context<'_>,
) -> Result<PlannedLine, Parked> {
    let document = format!("{} {:?}", trade.kind, trade.number);
    let missing =
        |code, what: &str| Parked::new(code, format!("{document}: a rounding line of {amount} is needed, but {what}"));
    let account = context.settings.accounts.rounding.as_ref();
    let account = account.ok_or_else(|| missing(Code::AccountMissing, "no rounding account is set"))?;
    let path = "accounts.rounding";
    let account = resolve_account(account, path, trade.number, trade.kind, context)?;
    let class = context.catalogue.account(account.name()).map(|account| account.class);
    let tax_code = match tax_mode {
        TaxMode::NoTax => String::new(),
        TaxMode::Exclusive | TaxMode::Inclusive => context
            .catalogue
            .untaxed(TradeSide::of(trade.kind), class)
            .ok_or_else(|| missing(Code::TaxUnmapped, "the package has no tax code of 0 % in use"))?
            .code
            .clone(),
    };
    let item = match needs_items(trade, context) {
        true => Some(item_of_account(&account, path, trade, context)?),
        false => None,
    };
    let charge = Charge {
        quantity: Quantity(Decimal::ONE),
        unit_price: UnitPrice(amount),
        discount: None,
        item,
        account,
        tax_code,
        tax_rate: Decimal::ZERO,
        amount,
        tax: TaxAmount::default(),
        jobs: Vec::new(),
    };
    let description = ROUNDING.to_owned();
    trace_rounding(index, &description, &charge, context);
    Ok(PlannedLine { remote: None, description, source_line: None, charge: Some(charge) })
}

fn trace_rounding(index: usize, description: &str, charge: &Charge, context: &Context<'_>) {
    let rule = "a line of its own carries the cents by which the host's total differs";
    trace_new(index, context);
    context.trace(format_args!("lines[{index}].description"), || Step::rule(rule, &description));
    context.trace(format_args!("lines[{index}].charge"), || Step::setting("rounding", charge));
    context
        .trace(format_args!("lines[{index}].charge.account"), || Step::setting("accounts.rounding", &charge.account));
    context.trace(format_args!("lines[{index}].charge.tax_code"), || {
        Step::rule("it carries no tax: the tax is what differs", &charge.tax_code)
    });
    if let Some(item) = &charge.item {
        context.trace(format_args!("lines[{index}].charge.item"), || {
            Step::setting(items::setting_of(&charge.account, context), item)
        });
    }
}
